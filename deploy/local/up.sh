#!/usr/bin/env bash
# Runs the Procfile's web and ws as two processes, Redis between them; with --nginx behind one address. Ctrl-C ends all of it.
# PORT, WS_PORT, HTTP_PORT and HTTPS_PORT are the ports. Settings come from the environment, then from .env (or ENV_FILE).
set -euo pipefail
cd "$(dirname "$0")/../.."
here=deploy/local
work=target/local
mkdir -p "$work"

# shellcheck source=deploy/local/dotenv.sh
. "$here/dotenv.sh"
load_env "${ENV_FILE:-.env}"

# shellcheck source=deploy/local/jobs.sh
. "$here/jobs.sh"
# shellcheck source=deploy/local/python.sh
. "$here/python.sh"
# shellcheck source=deploy/local/redis.sh
. "$here/redis.sh"

listens() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

use_honcho
use_redis
export REDIS_URL BIN_DIR=${BIN_DIR:-target/debug}
export PORT=${PORT:-8000} WS_PORT=${WS_PORT:-8001}
if [ "${1-}" = --nginx ]; then
    # One address for pages and sockets: pages need no WS_URL.
    export HTTP_PORT=${HTTP_PORT:-8080} HTTPS_PORT=${HTTPS_PORT:-8443}
    start_backend env WEB_PORT="$PORT" "$here/balancer.sh" nginx "$work/nginx"
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
start_guardian
echo "Catamaran: $address (web on $PORT, ws on $WS_PORT, Redis at ${REDIS_URL##*@}). Ctrl-C ends it."
wait
