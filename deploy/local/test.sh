#!/usr/bin/env bash
# Builds and tests everything; `make test` installs what it needs first.
set -euo pipefail
cd "$(dirname "$0")/../.."

cargo build --workspace

# Tests of real servers mostly wait. Meanwhile the optimised build for the bound on instructions runs at the lowest priority.
nice -n 19 cargo build --release -p bench >target/bench-build.log 2>&1 &
bench=$!
trap 'kill "$bench" 2>/dev/null || true' EXIT

cargo test --workspace --no-fail-fast
# A workspace of its own. The shared target folder saves a second build of common crates.
CARGO_TARGET_DIR=target cargo test --manifest-path examples/board/Cargo.toml --no-fail-fast
TESTBED_REDIS=valkey cargo test -p catamaran-redis --no-fail-fast --test conformance --test faults
wait "$bench" || { cat target/bench-build.log >&2; exit 1; }
target/release/bench guard
npm test --prefix clients/js
npm test --prefix e2e/browser
