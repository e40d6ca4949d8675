#!/usr/bin/env bash
# The Procfile's web and ws as two processes, Redis between them; with --nginx behind one address. Ctrl-C ends it all.
# The ports come from PORT, WS_PORT, HTTP_PORT and HTTPS_PORT; `make up` builds first and sets the defaults.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/local
work=target/local
mkdir -p "$work"

# Each job gets a process group of its own: Ctrl-C reaches this script alone, which then ends them in order, the servers
# before the Redis they use.
set -m
jobs_started=()
start() {
    "$@" &
    jobs_started+=($!)
}
stop() {
    # Once is enough: the end of one job must not interrupt the end of the next.
    trap '' INT TERM HUP USR1
    trap - EXIT
    local i
    for ((i = ${#jobs_started[@]} - 1; i >= 0; i--)); do end_group "${jobs_started[i]}"; done
}
# Asks a job and all that it has started to end, and insists after ten seconds. It polls: `wait` inside a trap that has
# interrupted a `wait` can miss the end of a job.
end_group() {
    kill -TERM -- "-$1" 2>/dev/null || return 0
    local tries
    for ((tries = 0; tries < 100; tries++)); do
        kill -0 -- "-$1" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL -- "-$1" 2>/dev/null || true
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
        "$venv/bin/honcho" start "$1" &
        runner=$!
        wait "$runner"
        status=$?
        set -e
        # A wrong setting, just named above, does not mend itself.
        if [ "$status" = 2 ]; then
            kill -USR1 $$
            exit 2
        fi
        echo "$1 has ended with status $status; it starts again in a second"
        sleep 1
    done
}

use_honcho
use_redis
export REDIS_URL PYTHONUNBUFFERED=1 BIN_DIR=${BIN_DIR:-target/debug}
export PORT=${PORT:-8000} WS_PORT=${WS_PORT:-8001}
if [ "${1-}" = --nginx ]; then
    # One address for pages and sockets: the page needs to be told nothing.
    export HTTP_PORT=${HTTP_PORT:-8080} HTTPS_PORT=${HTTPS_PORT:-8443}
    start env WEB_PORT="$PORT" "$here/nginx.sh" "$work/nginx"
    address="http://localhost:$HTTP_PORT and https://localhost:$HTTPS_PORT"
else
    export WS_URL=":$WS_PORT"
    export ALLOWED_ORIGINS=${ALLOWED_ORIGINS:-http://localhost:$PORT,http://127.0.0.1:$PORT}
    address="http://localhost:$PORT"
fi
start keep web
start keep ws
echo "Catamaran: $address (web on $PORT, ws on $WS_PORT, Redis at ${REDIS_URL##*@}). Ctrl-C ends it."
wait
