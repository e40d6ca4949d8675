#!/usr/bin/env bash
# Becomes one of the servers that the benchmark compares with, on PORT, with the Redis at REDIS_URL.
# usage: run.sh daphne|uvicorn|gunicorn|ws|socketio|socketioxide|nchan
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=${CARGO_TARGET_DIR:-$here/../../target}/bench

missing() {
    echo "$1 is not installed: bench/peers/install.sh installs it" >&2
    exit 2
}

# Makes what Django needs, and stays where its modules are.
django() {
    if [ ! -x "$work/venv/bin/$1" ]; then missing Django; fi
    BENCH_DATABASE=$(mktemp -d)/rows.sqlite3
    export BENCH_DATABASE PYTHONDONTWRITEBYTECODE=1
    cd "$here/django"
    "$work/venv/bin/python" fill.py "$BENCH_DATABASE"
}

nchan_module() {
    local module
    for module in /usr/lib/nginx/modules/ngx_nchan_module.so /usr/lib64/nginx/modules/ngx_nchan_module.so; do
        if [ -f "$module" ]; then echo "$module"; fi
    done
}

case ${1-} in
    daphne)
        django daphne
        exec "$work/venv/bin/daphne" --verbosity 0 -b 127.0.0.1 -p "$PORT" asgi:application
        ;;
    uvicorn)
        django uvicorn
        exec "$work/venv/bin/uvicorn" --log-level warning --no-access-log --backlog 4096 --host 127.0.0.1 --port "$PORT" asgi:application
        ;;
    gunicorn)
        django gunicorn
        exec "$work/venv/bin/gunicorn" --workers 2 --keep-alive 60 --bind "127.0.0.1:$PORT" wsgi:application
        ;;
    ws | socketio)
        export NODE_FOLDER=$work/node
        if [ ! -d "$NODE_FOLDER/node_modules/ws" ]; then missing "$1"; fi
        exec node "$here/node/$1.js"
        ;;
    socketioxide)
        if [ ! -x "$work/../release/socketioxide-peer" ]; then missing socketioxide; fi
        exec "$work/../release/socketioxide-peer"
        ;;
    nchan)
        module=$(nchan_module)
        if [ -z "$module" ]; then missing nchan; fi
        folder=$(mktemp -d)
        sed -e "s|@PORT@|$PORT|" -e "s|@REDIS_URL@|$REDIS_URL|" -e "s|@FOLDER@|$folder|" -e "s|@MODULE@|$module|" \
            "$here/nchan/nginx.conf" >"$folder/nginx.conf"
        PATH=$PATH:/usr/sbin:/usr/local/sbin
        exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
        ;;
    --nchan-module) nchan_module ;;
    *)
        echo "usage: run.sh daphne|uvicorn|gunicorn|ws|socketio|socketioxide|nchan" >&2
        exit 2
        ;;
esac
