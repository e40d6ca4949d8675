#!/usr/bin/env bash
# Builds a current PgBouncer for the tests, beside Debian's older one: the two refuse different things. The sources are those of a later
# Debian release, whose package needs a newer libc. Does nothing if the program is there.
set -euo pipefail
cd "$(dirname "$0")/../.."

home=$(realpath -m "${CARGO_TARGET_DIR:-target}/testbed/pgbouncer")
if [ -x "$home/pgbouncer" ]; then exit 0; fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/sources" "$work/lists/partial" "$work/cache/archives/partial" "$home"
# The archive of this machine's packages.
archive=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Origin: Debian' 'Label: Debian' | sort -u | head -n 1)
if [ -z "$archive" ]; then
    echo "apt knows no Debian archive: run apt-get update as root and try again" >&2
    exit 1
fi
cat >"$work/sources/later.sources" <<SOURCES
Types: deb-src
URIs: $archive
Suites: trixie
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
SOURCES
# With lists and a cache of its own: the machine's packages do not change.
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
