#!/usr/bin/env bash
# The virtual environment of the Python that the tests talk to. Does nothing where it is what the requirements ask for.
set -euo pipefail
cd "$(dirname "$0")/../.."

requirements=shared/testbed/python/requirements.txt
venv=${CARGO_TARGET_DIR:-target}/testbed/python
# A copy, put there last: a half-made environment has none.
installed=$venv/requirements.txt
if [ -x "$venv/bin/python" ] && cmp -s "$requirements" "$installed"; then exit 0; fi

rm -f "$installed"
python3 -m venv --clear "$venv"
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
cp "$requirements" "$installed"
