#!/usr/bin/env bash
# Installs what the benchmark compares with, below target/bench: Django, Node's servers, nginx with nchan,
# socketioxide. Does nothing where all of it
# is there. usage: install.sh [django] [node] [nchan] [socketioxide]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../.."
work=${CARGO_TARGET_DIR:-target}/bench
mkdir -p "$work"
if [ $# = 0 ]; then set -- django node nchan socketioxide; fi

install_django() {
    local venv=$work/venv
    if [ -x "$venv/bin/python" ] && cmp -s "$here/django/requirements.txt" "$venv/requirements.txt"; then return; fi
    python3 -m venv --clear "$venv"
    "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$here/django/requirements.txt"
    # A copy, put there last: a half-made environment has none.
    cp "$here/django/requirements.txt" "$venv/requirements.txt"
}

install_node() {
    if [ "$work/node/node_modules/.package-lock.json" -nt "$here/node/package-lock.json" ]; then return; fi
    mkdir -p "$work/node"
    cp "$here/node/package.json" "$here/node/package-lock.json" "$work/node/"
    npm ci --prefix "$work/node" --no-audit --no-fund
}

install_nchan() {
    if [ -n "$("$here/run.sh" --nchan-module)" ] && PATH=$PATH:/usr/sbin command -v nginx >/dev/null; then return; fi
    if ! command -v apt-get >/dev/null; then
        echo "nginx with nchan is needed: install nginx and its nchan module (Debian: nginx-light, libnginx-mod-nchan)" >&2
        exit 1
    fi
    local as_root=
    if [ "$(id -u)" != 0 ]; then as_root=sudo; fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q
    $as_root apt-get install -q -y --no-install-recommends nginx-light libnginx-mod-nchan
}

install_socketioxide() {
    CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target} cargo build --quiet --release --locked --manifest-path "$here/socketioxide/Cargo.toml"
}

for peer in "$@"; do
    case $peer in
        django | node | nchan | socketioxide) "install_$peer" ;;
        *)
            echo "$peer: django, node, nchan or socketioxide was expected" >&2
            exit 2
            ;;
    esac
done
