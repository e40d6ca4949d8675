#!/usr/bin/env bash
# The Procfile's web and ws as two processes, Redis between them; with --nginx behind one address. Ctrl-C ends it all.
# The ports come from PORT, WS_PORT, HTTP_PORT and HTTPS_PORT, all settings from the environment, then from .env (or ENV_FILE).
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/local
work=target/local
mkdir -p "$work"

# shellcheck source=deploy/local/dotenv.sh
. "$here/dotenv.sh"
load_env "${ENV_FILE:-.env}"

# Each job gets a process group of its own: Ctrl-C reaches this script alone, which then ends them in order, the servers
# before the Redis they use.
set -m
servers=() backends=() guardian=
start_backend() {
    "$@" &
    backends+=($!)
}
start_server() {
    keep "$1" &
    servers+=($!)
}
stop() {
    # Once is enough: the end of one job must not interrupt the end of the next.
    trap '' INT TERM HUP USR1
    trap - EXIT
    # Whatever fails here, be it that nobody reads what we say, the rest must still be ended.
    trap '' PIPE
    set +e
    end_jobs "${servers[@]+"${servers[@]}"}"
    end_jobs "${backends[@]+"${backends[@]}"}"
    if [ -n "$guardian" ]; then kill -TERM -- "-$guardian" 2>/dev/null; fi
}
# Asks jobs to end and insists after ten seconds, with all that they have started: honcho falls over where the terminal
# is gone, and leaves its processes behind. It polls: `wait` inside a trap that has interrupted a `wait` can miss the end
# of a job.
end_jobs() {
    local job left patience=$((SECONDS + 10))
    left=$(for job in "$@"; do with_descendants "$job"; done)
    for job in "$@"; do kill -TERM -- "-$job" 2>/dev/null || true; done
    while ((SECONDS < patience)); do
        left=$(for job in $left; do if kill -0 "$job" 2>/dev/null; then echo "$job"; fi; done)
        if [ -z "$left" ]; then return 0; fi
        sleep 0.1
    done
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $left 2>/dev/null || true
}
with_descendants() {
    local child
    echo "$1"
    for child in $(ps -A -o ppid= -o pid= | awk -v parent="$1" '$1 == parent { print $2 }'); do
        with_descendants "$child"
    done
}
# Nobody is told when this script is killed outright: then this ends the jobs in its place.
guard() {
    while kill -0 $$ 2>/dev/null; do sleep 1; done
    end_jobs "${servers[@]+"${servers[@]}"}"
    end_jobs "${backends[@]+"${backends[@]}"}"
}
trap stop EXIT
trap 'exit 130' INT
# A wrong setting was found by one of the jobs.
trap 'exit 2' USR1
trap 'exit 143' TERM HUP

# shellcheck source=deploy/local/python.sh
. "$here/python.sh"
# shellcheck source=deploy/local/redis.sh
. "$here/redis.sh"

# One type of the Procfile, started again when it ends, as a platform does. Kill it in another terminal and watch.
keep() {
    local status
    # The runner ends in order at the signal; the loop around it must not begin again.
    trap 'kill -TERM "$runner" 2>/dev/null; wait "$runner"; exit' TERM
    while true; do
        set +e
        # No .env: it is in the environment already, and honcho would let it win over what was added since.
        "$venv/bin/honcho" -e /dev/null start "$1" &
        runner=$!
        wait "$runner"
        status=$?
        set -e
        # Nobody is there to stop it any more.
        kill -0 $$ 2>/dev/null || exit 1
        # A wrong setting, just named above, does not mend itself.
        if [ "$status" = 2 ]; then
            kill -USR1 $$
            exit 2
        fi
        echo "$1 has ended with status $status; it starts again in a second"
        sleep 1
    done
}

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

use_honcho
use_redis
export REDIS_URL PYTHONUNBUFFERED=1 BIN_DIR=${BIN_DIR:-target/debug}
export PORT=${PORT:-8000} WS_PORT=${WS_PORT:-8001}
if [ "${1-}" = --nginx ]; then
    # One address for pages and sockets: the page needs to be told nothing.
    export HTTP_PORT=${HTTP_PORT:-8080} HTTPS_PORT=${HTTPS_PORT:-8443}
    start_backend env WEB_PORT="$PORT" "$here/nginx.sh" "$work/nginx"
    nginx=${backends[${#backends[@]} - 1]}
    until listens "$HTTP_PORT" && listens "$HTTPS_PORT"; do
        if ! kill -0 "$nginx" 2>/dev/null; then exit 1; fi
        sleep 0.1
    done
    address="http://localhost:$HTTP_PORT and https://localhost:$HTTPS_PORT"
else
    export WS_URL=${WS_URL:-":$WS_PORT"}
    export ALLOWED_ORIGINS=${ALLOWED_ORIGINS:-http://localhost:$PORT,http://127.0.0.1:$PORT}
    address="http://localhost:$PORT"
fi
start_server web
start_server ws
guard &
guardian=$!
echo "Catamaran: $address (web on $PORT, ws on $WS_PORT, Redis at ${REDIS_URL##*@}). Ctrl-C ends it."
wait
