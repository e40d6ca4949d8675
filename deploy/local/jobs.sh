# shellcheck shell=bash disable=SC2154 # `venv` is set by python.sh
# Starts jobs in the background and ends all of them with the script. Sourced by the scripts named up.sh, which may set `procfile`.

# Each job gets a process group of its own. So Ctrl-C reaches the script alone, which then ends the servers before their Redis.
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
    # A second signal must not interrupt the end of a job.
    trap '' INT TERM HUP USR1
    trap - EXIT
    # If a step fails here, as a write to a closed terminal does, the remaining jobs must still end.
    trap '' PIPE
    set +e
    end_jobs "${servers[@]+"${servers[@]}"}"
    end_jobs "${backends[@]+"${backends[@]}"}"
    if [ -n "$guardian" ]; then kill -TERM -- "-$guardian" 2>/dev/null; fi
}
# Asks jobs and their descendants to end, and kills them after ten seconds: honcho crashes if the terminal is gone, and leaves its
# processes behind. Returns when they are gone, so that their ports are free.
end_jobs() {
    local job left
    left=$(for job in "$@"; do with_descendants "$job"; done)
    for job in "$@"; do kill -TERM -- "-$job" 2>/dev/null || true; done
    if are_gone 10 "$left"; then return 0; fi
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $left 2>/dev/null || true
    are_gone 5 "$left" || true
}
# usage: are_gone SECONDS PROCESSES
# Tells whether all of the processes end within this time. It polls: `wait` inside a trap that has interrupted a `wait` can miss the end of
# a job.
are_gone() {
    local job left=$2 patience=$((SECONDS + $1))
    while ((SECONDS < patience)); do
        left=$(for job in $left; do if kill -0 "$job" 2>/dev/null; then echo "$job"; fi; done)
        if [ -z "$left" ]; then return 0; fi
        sleep 0.1
    done
    return 1
}
with_descendants() {
    local child
    echo "$1"
    for child in $(ps -A -o ppid= -o pid= | awk -v parent="$1" '$1 == parent { print $2 }'); do
        with_descendants "$child"
    done
}
# A script that is killed with SIGKILL cannot end its jobs: then the guardian ends them.
start_guardian() {
    guard &
    guardian=$!
}
guard() {
    while kill -0 $$ 2>/dev/null; do sleep 1; done
    end_jobs "${servers[@]+"${servers[@]}"}"
    end_jobs "${backends[@]+"${backends[@]}"}"
}
trap stop EXIT
trap 'exit 130' INT
# A job has found a wrong setting.
trap 'exit 2' USR1
trap 'exit 143' TERM HUP

# Runs one type of the Procfile and starts it again when it ends, as a platform does.
# The runner flushes each line itself. With PYTHONUNBUFFERED it would write a line and its end apart, and lines of several runners would mix.
keep() {
    local status
    # The runner ends its processes at the signal. The loop must not start it again.
    trap 'kill -TERM "$runner" 2>/dev/null; wait "$runner"; exit' TERM
    while true; do
        set +e
        # No .env: the environment has it already, and honcho would let the file win over variables that were set since.
        PYTHONUNBUFFERED='' "$venv/bin/honcho" -e /dev/null ${procfile:+-f "$procfile"} start "$1" &
        runner=$!
        wait "$runner"
        status=$?
        set -e
        # The script is gone.
        kill -0 $$ 2>/dev/null || exit 1
        # A wrong setting (2) or a missing program (127) stays wrong. The output above names it.
        if [ "$status" = 2 ] || [ "$status" = 127 ]; then
            kill -USR1 $$
            exit 2
        fi
        echo "$1 has ended with status $status and starts again in a second"
        sleep 1
    done
}
