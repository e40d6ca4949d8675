#!/usr/bin/env bash
# Runs the shop under Daphne, its worker and ws-server over one Redis. Ctrl-C ends them.
# With --install it only installs what it needs, below target/.
# Settings from the environment: CHANNEL_LAYER, REDIS_URL and CHANNEL_LAYER_KEYS for both sides; PORT (Daphne), WS_PORT.
set -euo pipefail
cd "$(dirname "$0")/../.."
shop=examples/mixed-fleet
work=target/mixed-fleet
mkdir -p "$work"

procfile=$shop/Procfile
# shellcheck source=deploy/local/jobs.sh
. deploy/local/jobs.sh
# shellcheck source=deploy/local/python.sh
. deploy/local/python.sh
# shellcheck source=deploy/local/redis.sh
. deploy/local/redis.sh

install_shop() {
    if cmp -s "$shop/requirements.txt" "$work/installed.txt"; then return; fi
    echo "Installing Django, channels, channels_redis and Daphne below $work"
    in_venv -r "$shop/requirements.txt"
    cp "$shop/requirements.txt" "$work/installed.txt"
}

# Each start makes new secrets, so users must sign in again.
random() { python -c 'import secrets; print(secrets.token_hex(32))'; }

install_shop
use_honcho
if [ "${1-}" = --install ]; then exit 0; fi
use_redis
PATH=$PWD/$shop:$PWD/$venv/bin:$PATH
# ORDERS names the program if it is built already.
if [ -z "${ORDERS-}" ]; then
    cargo build -p catamaran-sockets --example orders
    ORDERS=${CARGO_TARGET_DIR:-target}/debug/examples/orders
fi
PORT=${PORT:-8000} WS_PORT=${WS_PORT:-8001}
TICKET_KEY=${TICKET_KEY:-$(random)} DJANGO_SECRET_KEY=${DJANGO_SECRET_KEY:-$(random)}
WS_URL=ws://localhost:$WS_PORT
ALLOWED_ORIGINS=http://localhost:$PORT,http://127.0.0.1:$PORT
SHOP_DATABASE=${SHOP_DATABASE:-$PWD/$work/shop.sqlite3}
export SHOP=$shop PYTHONPATH=$PWD/$shop PYTHONDONTWRITEBYTECODE=1
shared=(REDIS_URL TICKET_KEY DJANGO_SECRET_KEY SHOP_DATABASE PYTHONPATH PATH)
if [ -n "${CHANNEL_LAYER-}" ]; then shared+=(CHANNEL_LAYER); fi
if [ -n "${CHANNEL_LAYER_KEYS-}" ]; then shared+=(CHANNEL_LAYER_KEYS); fi
export PORT WS_PORT WS_URL ALLOWED_ORIGINS ORDERS "${shared[@]}"
# The environment for `manage.py` in another terminal. The file holds secrets.
(umask 077 && for name in "${shared[@]}"; do printf 'export %s=%q\n' "$name" "${!name}"; done >"$work/environment")

manage.py migrate --verbosity 0
manage.py seed
for type in web worker ws; do start_server "$type"; done
start_guardian
echo "The shop: http://localhost:$PORT (Daphne), sockets also on $WS_PORT, Redis at ${REDIS_URL##*@}. Ctrl-C ends it."
wait
