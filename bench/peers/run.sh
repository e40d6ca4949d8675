#!/usr/bin/env bash
# Becomes one of the benchmark's servers, on 127.0.0.1:PORT, with the Redis at REDIS_URL.
# usage: run.sh daphne|uvicorn|gunicorn|ws|socketio|socketioxide|nchan
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
target=$(cd "$here/../.." && realpath -m "${CARGO_TARGET_DIR:-target}")
work=$target/bench

refuse() {
    echo "$1" >&2
    exit 2
}

# usage: need FILE PEER: exits if FILE, a part of PEER, is missing.
need() {
    if [ ! -e "$1" ]; then refuse "$2 is not installed: bench/peers/install.sh $2 installs it"; fi
}

# usage: django PROGRAM: fills the database and changes to the folder of the modules.
django() {
    need "$work/venv/bin/$1" django
    export BENCH_DATABASE=$work/rows.sqlite3 PYTHONDONTWRITEBYTECODE=1
    cd "$here/django"
    "$work/venv/bin/python" fill.py "$BENCH_DATABASE"
}

nchan_module() {
    local module
    for module in /usr/lib/nginx/modules/ngx_nchan_module.so /usr/lib64/nginx/modules/ngx_nchan_module.so; do
        if [ -f "$module" ]; then
            echo "$module"
            return
        fi
    done
}

peer=${1-}
case $peer in
    daphne | uvicorn | ws | socketio | socketioxide | nchan)
        if [ -z "${PORT-}" ] || [ -z "${REDIS_URL-}" ]; then refuse "$peer needs PORT and REDIS_URL in its environment"; fi
        ;;
    gunicorn)
        if [ -z "${PORT-}" ]; then refuse "$peer needs PORT in its environment"; fi
        ;;
    --nchan-module) ;;
    *) refuse "usage: run.sh daphne|uvicorn|gunicorn|ws|socketio|socketioxide|nchan, not '$peer'" ;;
esac

case $peer in
    daphne)
        django daphne
        # An endpoint, because Daphne's options allow a backlog of only 50.
        exec "$work/venv/bin/daphne" --verbosity 0 --endpoint "tcp:port=$PORT:interface=127.0.0.1:backlog=4096" asgi:application
        ;;
    uvicorn)
        django uvicorn
        exec "$work/venv/bin/uvicorn" --log-level warning --no-access-log --backlog 4096 --host 127.0.0.1 --port "$PORT" asgi:application
        ;;
    gunicorn)
        django gunicorn
        exec "$work/venv/bin/gunicorn" --no-control-socket --workers 2 --bind "127.0.0.1:$PORT" wsgi:application
        ;;
    ws | socketio)
        export NODE_FOLDER=$work/node
        need "$NODE_FOLDER/node_modules/ws" node
        exec node "$here/node/$peer.js"
        ;;
    socketioxide)
        need "$target/release/socketioxide-peer" socketioxide
        exec "$target/release/socketioxide-peer"
        ;;
    nchan)
        module=$(nchan_module)
        need "$module" nchan
        folder=$work/nchan
        mkdir -p "$folder"
        sed -e "s|@PORT@|$PORT|" -e "s|@REDIS_URL@|$REDIS_URL|" -e "s|@FOLDER@|$folder|" -e "s|@MODULE@|$module|" \
            "$here/nchan/nginx.conf" >"$folder/nginx.conf"
        PATH=$PATH:/usr/sbin:/usr/local/sbin
        exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr
        ;;
    --nchan-module) nchan_module ;;
esac
