#!/bin/sh
# Runs nginx.conf in FOLDER, on loopback ports, with a self-signed certificate.
# WEB_PORT and WS_PORT may name several ports, with spaces: one for each server.
#   usage: [WEB_PORT=8000] [WS_PORT=8001] [HTTP_PORT=8080] [HTTPS_PORT=8443] [EDIT=SED_SCRIPT] nginx.sh FOLDER
set -eu

conf=$(dirname "$0")/../nginx.conf
mkdir -p "$1"
folder=$(cd "$1" && pwd)
# If root starts nginx, its workers run as another user, who must reach the temporary files.
chmod 755 "$folder"

# Debian keeps servers outside an ordinary user's PATH.
PATH=$PATH:/usr/sbin:/usr/local/sbin
if ! command -v nginx >/dev/null; then
    echo "nginx is not installed: install Debian's nginx-light or Homebrew's nginx" >&2
    exit 1
fi

servers() {
    for port in $1; do printf 'server 127.0.0.1:%s max_fails=0; ' "$port"; done
}

sed -e "s/^ *server 127\.0\.0\.1:8000 .*/$(servers "${WEB_PORT:-8000}")/" \
    -e "s/^ *server 127\.0\.0\.1:8001 .*/$(servers "${WS_PORT:-8001}")/" \
    -e "s/listen 8080;/listen 127.0.0.1:${HTTP_PORT:-8080};/" \
    -e "s/listen 8443 ssl;/listen 127.0.0.1:${HTTPS_PORT:-8443} ssl;/" \
    -e "${EDIT:-}" "$conf" >"$folder/nginx.conf"

if ! openssl x509 -in "$folder/certificate.pem" -noout -checkend 86400 >/dev/null 2>&1; then
    openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
        -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>"$folder/openssl.log"
fi

exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr -g 'daemon off;'
