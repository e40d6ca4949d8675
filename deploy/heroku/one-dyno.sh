#!/usr/bin/env bash
# http-server and ws-server behind nginx in one dyno. If one of the three ends, all end, and Heroku starts the dyno again.
set -euo pipefail

here=$(dirname "$(readlink -f "$0")")
programs=${BIN_DIR:-target/release}
# Heroku's apt buildpack installs here.
PATH=$PATH:${HOME:-}/.apt/usr/sbin:/usr/sbin
export MALLOC_MMAP_THRESHOLD_=32768 MALLOC_TRIM_THRESHOLD_=131072
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
# Heroku sends SIGTERM to each process of the dyno. This one ends last.
trap : TERM INT

"$programs/http-server" --uds "$folder/web.sock" & web=$!
"$programs/ws-server" --uds "$folder/ws.sock" & ws=$!
# The servers listen before they are ready, so nginx can begin. No second attempt: a server that cannot start has ended.
until [ -S "$folder/web.sock" ] && [ -S "$folder/ws.sock" ]; do
    if ! kill -0 "$web" || ! kill -0 "$ws"; then kill -TERM "$web" "$ws" || true; wait; exit 1; fi
    sleep 0.05
done

# Its configuration names the sockets without their folder.
sed "s|listen 8080;|listen ${PORT:?Heroku sets it};|" "$here/nginx.conf" >"$folder/nginx.conf"
# At SIGTERM nginx would cut all connections. It must outlive the servers, so it does not get the signal. This takes a process without workers:
# they would unblock it.
cd "$folder"
env --block-signal=TERM nginx -p "$folder" -c "$folder/nginx.conf" -e stderr & nginx=$!

first=0
wait -n "$web" "$ws" "$nginx" || first=$?
trap '' TERM INT
kill -TERM "$web" "$ws" 2>/dev/null || true
wait "$web" "$ws" || true
kill -QUIT "$nginx" 2>/dev/null || true
wait "$nginx" || true
# 143: SIGTERM. Anything else is a process that should still run.
[ "$first" -eq 143 ]
