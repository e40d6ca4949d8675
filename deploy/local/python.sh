# shellcheck shell=bash disable=SC2154 # `work` and `venv` are set where this is sourced
# Makes a virtual environment under target/ for the programs from PyPI. Sourced by up.sh, which sets `work`.
venv=$work/venv

in_venv() {
    if [ ! -x "$venv/bin/pip" ]; then
        if ! command -v python3 >/dev/null; then
            echo "python3 is needed for honcho, which runs the Procfile: install Python 3.9 or newer" >&2
            exit 1
        fi
        if ! python3 -m venv "$venv"; then
            rm -rf "$venv"
            echo "python3 cannot make a virtual environment: install Debian's python3-venv" >&2
            exit 1
        fi
    fi
    "$venv/bin/pip" install --quiet --disable-pip-version-check "$@"
}

# The Procfile runner.
use_honcho() {
    if [ ! -x "$venv/bin/honcho" ]; then in_venv honcho==2.0.0; fi
}
