# shellcheck shell=bash disable=SC2154 # `venv` is set by python.sh
# Starts jobs in the background and ends all of them with the script. Sourced by the scripts named up.sh, which may set
# `procfile`.

# Each job gets a process group of its own: Ctrl-C reaches the script alone, which then ends them in order, the servers
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
# is gone, and leaves its processes behind. Comes back when they are gone, so that their ports are free.
end_jobs() {
    local job left
    left=$(for job in "$@"; do with_descendants "$job"; done)
    for job in "$@"; do kill -TERM -- "-$job" 2>/dev/null || true; done
    if are_gone 10 "$left"; then return 0; fi
    # shellcheck disable=SC2086 # a list of numbers
    kill -KILL $left 2>/dev/null || true
    are_gone 5 "$left" || true
}
# Whether all of the processes of a list end within so many seconds. It polls: `wait` inside a trap that has interrupted a
# `wait` can miss the end of a job.
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
# Nobody is told when the script is killed outright: then this ends the jobs in its place.
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
# A wrong setting was found by one of the jobs.
trap 'exit 2' USR1
trap 'exit 143' TERM HUP

# One type of the Procfile, started again when it ends, as a platform does. Kill it in another terminal and watch.
# The runner flushes each line itself; with PYTHONUNBUFFERED it would write the line's end apart, and the lines of several
# runners would mix.
keep() {
    local status
    # The runner ends in order at the signal; the loop around it must not begin again.
    trap 'kill -TERM "$runner" 2>/dev/null; wait "$runner"; exit' TERM
    while true; do
        set +e
        # No .env: it is in the environment already, and honcho would let it win over what was added since.
        PYTHONUNBUFFERED='' "$venv/bin/honcho" -e /dev/null ${procfile:+-f "$procfile"} start "$1" &
        runner=$!
        wait "$runner"
        status=$?
        set -e
        # Nobody is there to stop it any more.
        kill -0 $$ 2>/dev/null || exit 1
        # A wrong setting, or a program that is not there, was just named above and does not mend itself.
        if [ "$status" = 2 ] || [ "$status" = 127 ]; then
            kill -USR1 $$
            exit 2
        fi
        echo "$1 has ended with status $status; it starts again in a second"
        sleep 1
    done
}
