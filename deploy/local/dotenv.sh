# shellcheck shell=bash
# Exports the variables of a .env file. Sourced by up.sh, so that the script and the servers use the same settings.

# usage: load_env FILE
# Takes each value literally, without the quotes around it: an address may hold `&` and `$`. A variable that is set already, and not empty,
# wins.
load_env() {
    local line name value
    if [ ! -e "$1" ]; then return; fi
    while IFS= read -r line || [ -n "$line" ]; do
        line=${line%$'\r'}
        if ! [[ $line =~ ^[[:space:]]*(export[[:space:]]+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$ ]]; then continue; fi
        name=${BASH_REMATCH[2]} value=${BASH_REMATCH[3]}
        value=${value%"${value##*[![:space:]]}"}
        if [[ $value =~ ^\"(.*)\"$ || $value =~ ^\'(.*)\'$ ]]; then value=${BASH_REMATCH[1]}; fi
        if [ -z "${!name-}" ]; then export "$name=$value"; fi
    done <"$1"
}
