#!/bin/sh
# Runs a load balancer with its file in deploy/, in FOLDER, on loopback ports, with a self-signed certificate.
# WEB_PORT and WS_PORT may name two ports, with a space: one for each server of that kind.
#   usage: [WEB_PORT=8000] [WS_PORT=8001] [HTTP_PORT=8080] [HTTPS_PORT=8443] [EDIT=SED_SCRIPT] balancer.sh nginx|haproxy|caddy FOLDER
set -eu

program=$1
case $program in
    nginx) file=nginx.conf package=nginx-light ;;
    haproxy) file=haproxy.cfg package=haproxy ;;
    caddy) file=Caddyfile package=caddy ;;
    *) echo "balancer.sh knows nginx, haproxy and caddy, not $program" >&2; exit 2 ;;
esac
conf=$(dirname "$0")/../$program/$file
mkdir -p "$2"
folder=$(cd "$2" && pwd)
# If root starts nginx, its workers run as another user, who must reach the temporary files.
chmod 755 "$folder"

# Debian keeps servers outside an ordinary user's PATH.
PATH=$PATH:/usr/sbin:/usr/local/sbin
if ! command -v "$program" >/dev/null; then
    echo "$program is not installed: install Debian's $package or Homebrew's $program" >&2
    exit 1
fi

# usage: servers FIRST SECOND PORT...
# Prints the sed commands that give the servers on ports FIRST and SECOND of the file these ports. The file has the lines of a second
# server as comments.
servers() {
    if [ $# -gt 3 ]; then
        printf 's/^([ \t]*)# (.*127\\.0\\.0\\.1:(%s|%s))/\\1\\2/;s/127\\.0\\.0\\.1:%s/127.0.0.1:port-%s/;' "$1" "$2" "$2" "$4"
    fi
    printf 's/127\\.0\\.0\\.1:%s/127.0.0.1:port-%s/;' "$1" "$3"
}

# shellcheck disable=SC2086 # lists of ports
sed -E -e "$(servers 8000 8010 ${WEB_PORT:-8000})" -e "$(servers 8001 8011 ${WS_PORT:-8001})" -e 's/:port-/:/' \
    -e "s/^( *)(listen |bind :)8080/\1\2127.0.0.1:${HTTP_PORT:-8080}/;s/^( *)(listen |bind :)8443/\1\2127.0.0.1:${HTTPS_PORT:-8443}/" \
    -e "s/bind :127/bind 127/;s,^http://:8080,http://:${HTTP_PORT:-8080},;s,^https://:8443,https://:${HTTPS_PORT:-8443}," \
    -e "${EDIT:-}" "$conf" >"$folder/$file"

if ! openssl x509 -in "$folder/certificate.pem" -noout -checkend 86400 >/dev/null 2>&1; then
    openssl req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -days 30 -subj /CN=localhost \
        -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE \
        -keyout "$folder/key.pem" -out "$folder/certificate.pem" 2>"$folder/openssl.log"
    # HAProxy looks for the key there.
    ln -sf key.pem "$folder/certificate.pem.key"
fi

case $program in
    nginx) exec nginx -p "$folder" -c "$folder/nginx.conf" -e stderr -g 'daemon off;' ;;
    haproxy) cd "$folder" && exec haproxy -W -f haproxy.cfg ;;
    # Caddy keeps its own files below these folders.
    caddy) cd "$folder" && XDG_DATA_HOME=$folder XDG_CONFIG_HOME=$folder exec caddy run --config Caddyfile --adapter caddyfile ;;
esac
