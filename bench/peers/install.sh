#!/usr/bin/env bash
# Installs the servers of the benchmark below target/bench: Django, Node's servers, nginx with nchan, socketioxide.
# Does nothing if they are there. usage: install.sh [django] [node] [nchan] [socketioxide]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
PATH=$PATH:/usr/sbin:/usr/local/sbin
target=$(realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/bench
mkdir -p "$work"
if [ $# = 0 ]; then set -- django node nchan socketioxide; fi

# usage: debian PACKAGE...
debian() {
    if ! command -v apt-get >/dev/null; then
        echo "The benchmark needs these Debian packages, or your system's equivalents: $*. Install them and try again." >&2
        exit 1
    fi
    local as_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "The benchmark needs Debian's packages $*: ask root for apt-get install $*" >&2
            exit 1
        fi
        as_root=sudo
    fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q
    $as_root apt-get install -q -y --no-install-recommends "$@"
}

install_django() {
    local venv=$work/venv
    if [ -x "$venv/bin/python" ] && cmp -s "$here/django/requirements.txt" "$venv/requirements.txt"; then return; fi
    if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then debian python3-venv; fi
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/django/requirements.txt"
    # Copied last, so that an incomplete environment has no copy.
    cp "$here/django/requirements.txt" "$venv/requirements.txt"
}

install_node() {
    if ! command -v npm >/dev/null; then debian nodejs npm; fi
    if [ "$work/node/node_modules/.package-lock.json" -nt "$here/node/package-lock.json" ]; then return; fi
    mkdir -p "$work/node"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$work/node/"
    npm ci --prefix "$work/node" --no-audit --no-fund
}

install_nchan() {
    if command -v nginx >/dev/null && [ -n "$("$here/run.sh" --nchan-module)" ]; then return; fi
    debian nginx-light libnginx-mod-nchan
}

install_socketioxide() {
    local made=$target/release/socketioxide-peer source=$here/socketioxide
    # Cargo would decide this too, but waits for the lock of other builds.
    if [ "$made" -nt "$source/Cargo.lock" ] && [ "$made" -nt "$source/Cargo.toml" ] && [ "$made" -nt "$source/src/main.rs" ]; then return; fi
    CARGO_TARGET_DIR=$target cargo build --quiet --release --locked --manifest-path "$source/Cargo.toml"
}

for peer in "$@"; do
    case $peer in
        django | node | nchan | socketioxide) "install_$peer" ;;
        *)
            echo "unknown server '$peer': expected django, node, nchan or socketioxide" >&2
            exit 2
            ;;
    esac
done
