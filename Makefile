.DEFAULT_GOAL := help
.PHONY: help run up up-nginx test check install bench bench-full

help: ## What there is to make
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' Makefile

run: ## One process, no Redis: http://localhost:8000
	cargo run

up: ## Two processes, Redis between them: http://localhost:8000
	cargo build -p http-server -p ws-server
	@deploy/local/up.sh

up-nginx: ## The same behind one address: http://localhost:8080 and https://localhost:8443
	cargo build -p http-server -p ws-server
	@deploy/local/up.sh --nginx

test: install ## Everything, with real servers and a real browser
	@deploy/local/test.sh

bench: ## What it costs beside its peers: a short run that prints tables
	cargo build --release -p bench -p http-server
	bench/peers/install.sh
	target/release/bench short

bench-full: ## Three long runs, more than an hour; writes docs/performance.md
	cargo build --release -p bench -p http-server
	bench/peers/install.sh
	target/release/bench full

check: ## Format, lints, docs without warnings, links between documents, who may depend on what, packages
	cargo fmt --check
	cargo fmt --check --manifest-path examples/board/Cargo.toml
	cargo clippy --workspace --all-targets -- -D warnings
	CARGO_TARGET_DIR=target cargo clippy --manifest-path examples/board/Cargo.toml --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --workspace --no-deps
	python3 .ci/manifests.py
	python3 .ci/packages.py
	python3 .ci/links.py

install: ## What the tests need, from Debian's packages, PyPI and npm
	@deploy/local/install.sh
