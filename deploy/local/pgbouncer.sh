#!/usr/bin/env bash
# A current PgBouncer beside Debian's older one, for the tests: the two refuse different things. It is built from the sources of a later
# Debian release, since that release's own package needs its own libc. Does nothing where it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=$(realpath -m "${CARGO_TARGET_DIR:-target}/testbed/pgbouncer")
if [ -x "$home/pgbouncer" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$home"
# The archive that this machine has its packages from.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
if [ -z "$archive" ]; then
    echo "No archive of Debian is known here: run apt-get update as root, and try again." >&2
    exit 1
fi
cat >"$work/sources/later.sources" <<SOURCES
Types: deb-src
URIs: $archive
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
# Lists and cache of its own: the machine's packages stay what they are.
apt() {
    apt-get -q -o Dir::Etc::sourcelist=/dev/null -o Dir::Etc::sourceparts="$work/sources" -o Dir::State::lists="$work/lists" \
        -o Dir::Cache="$work/cache" -o APT::Sandbox::User= "$@"
}
apt update
(cd "$work" && apt source --download-only pgbouncer)
tar -xf "$work"/pgbouncer_*.orig.tar.gz -C "$work"
cd "$work"/pgbouncer-*/
./configure --without-openssl >/dev/null
make pgbouncer >/dev/null
cp pgbouncer "$home/pgbouncer.new"
mv "$home/pgbouncer.new" "$home/pgbouncer"
