#!/usr/bin/env bash
# Makes the virtual environments of the Python programs that the tests start. Does nothing if they match their requirements.
set -euo pipefail
cd "$(dirname "$0")/../.."

# usage: environment FOLDER REQUIREMENTS
environment() {
    local venv=${CARGO_TARGET_DIR:-target}/testbed/$1
    local requirements=shared/testbed/python/$2
    # A copy, written last: an unfinished environment has none.
    local installed=$venv/requirements.txt
    if [ -x "$venv/bin/python" ] && cmp -s "$requirements" "$installed"; then return; fi
    rm -f "$installed"
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$requirements"
    cp "$requirements" "$installed"
}

environment python requirements.txt
environment schemathesis schemathesis.txt
environment deploy deploy.txt
# Not Python: Valkey, of which Debian 12 has no package.
environment valkey valkey.txt
find "${CARGO_TARGET_DIR:-target}/testbed/valkey" -name valkey-server -exec chmod +x {} +
