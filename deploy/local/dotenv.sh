# shellcheck shell=bash
# Exports what a .env file says. Sourced by up.sh, so that the servers, what they are told by us and what we say are of one mind.

# usage: load_env FILE
# Values are taken as they stand, without the quotes around them: an address may hold `&` and `$`. What is in the environment
# already, and not empty, wins.
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
