#!/usr/bin/env bash
# Installs the programs that the tests start. Does nothing if all of them are there.
set -euo pipefail
cd "$(dirname "$0")/../.."
PATH=$PATH:/usr/sbin:/usr/local/sbin

packages=
# usage: need PACKAGE PROGRAM
need() {
    if ! command -v "$2" >/dev/null; then packages="$packages $1"; fi
}
need redis-server redis-server
need nginx-light nginx
need haproxy haproxy
need caddy caddy
need openssl openssl
need "${CHROMIUM_PACKAGE:-chromium}" "${CHROMIUM:-chromium}"
need fontconfig fc-list
# promtool checks our metrics, dashboard and alerts.
need prometheus promtool
# Runs our programs with a wrong time.
need faketime faketime
# Reads the units of deploy/systemd.
need systemd systemd-analyze
# Builds the container image of deploy/container.
need buildah buildah
# Reads deploy/compose/Caddyfile.
need caddy caddy
# Counts the instructions of a delivery.
need valgrind valgrind
# `make up` looks for the children of its processes, and keeps honcho in a virtual environment.
need procps ps
if ! python3 -c 'import ensurepip, venv' 2>/dev/null; then packages="$packages python3-venv"; fi
need pgbouncer pgbouncer
# For building the second PgBouncer (pgbouncer.sh).
need pkg-config pkg-config
need gcc gcc
need make make
if [ ! -e /usr/include/event2/event.h ]; then packages="$packages libevent-dev"; fi
if ! ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1; then need postgresql postgres; fi
# Without a Korean font the browser shows boxes.
if [ -z "$(fc-list :lang=ko 2>/dev/null)" ]; then packages="$packages fonts-noto-cjk"; fi

if [ -n "$packages" ]; then
    if ! command -v apt-get >/dev/null; then
        echo "The tests need these programs, by the names of Debian's packages:$packages. Install them and try again." >&2
        exit 1
    fi
    as_root=
    if [ "$(id -u)" != 0 ]; then
        if ! command -v sudo >/dev/null; then
            echo "The tests need Debian's packages$packages, and this user cannot install them: run apt-get install$packages as root" >&2
            exit 1
        fi
        as_root=sudo
    fi
    export DEBIAN_FRONTEND=noninteractive
    $as_root apt-get update -q
    # shellcheck disable=SC2086 # a list of packages
    $as_root apt-get install -q -y --no-install-recommends $packages
fi

for folder in clients/js e2e/browser; do
    if [ ! "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ]; then
        npm ci --prefix "$folder" --no-audit --no-fund
    fi
done

deploy/local/testbed-python.sh
deploy/local/pgbouncer.sh

# Here and not during the tests, where it would compete with them.
examples/mixed-fleet/up.sh --install
