.DEFAULT_GOAL := help
.PHONY: help run up up-nginx test check install bench bench-full

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## Run one process, no Redis: http://localhost:8000
	cargo run

up: ## Run two processes, Redis between them: http://localhost:8000
	cargo build -p http-server -p ws-server
	@deploy/local/up.sh

up-nginx: ## Run the same behind one address: http://localhost:8080 and https://localhost:8443
	cargo build -p http-server -p ws-server
	@deploy/local/up.sh --nginx

test: install ## Test everything, with real servers and a real browser
	@deploy/local/test.sh

bench: ## Measure the costs beside the peers: a short run that prints tables
	cargo build --release -p bench -p http-server
	bench/peers/install.sh
	target/release/bench short

bench-full: ## Measure in three long runs, more than an hour; writes docs/performance.md and its charts
	cargo build --release -p bench -p http-server
	bench/peers/install.sh
	target/release/bench full

check: ## Check format, lints, docs, packages, links between documents, and who may depend on what
	cargo fmt --check
	cargo fmt --check --manifest-path examples/board/Cargo.toml
	cargo clippy --workspace --all-targets -- -D warnings
	CARGO_TARGET_DIR=target cargo clippy --manifest-path examples/board/Cargo.toml --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps --all-features
	python3 .ci/manifests.py
	python3 .ci/packages.py
	python3 .ci/links.py

install: ## Install what the tests need, from Debian's packages, PyPI and npm
	@deploy/local/install.sh
