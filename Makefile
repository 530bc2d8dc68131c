# `make test` is everything that a change has to pass. Each step can be run by itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := test

# The browser that drives the explorer, and the gateway that it visits: the one that `cargo test` has built.
export CHROMIUM ?= /usr/bin/chromium
export ONRAMP_BIN ?= $(abspath $(or $(CARGO_TARGET_DIR),target))/debug/onramp

node_modules := explorer/node_modules/.package-lock.json
cargo_deny := $(abspath $(or $(CARGO_TARGET_DIR),target))/tools/bin/cargo-deny

.PHONY: test setup fmt fmt-check lint deny doc rust-test explorer-test audit schema readme screenshots

test: setup fmt-check lint deny doc rust-test explorer-test audit

setup: $(CHROMIUM) $(node_modules) $(cargo_deny)

# Only where there is no browser yet.
$(CHROMIUM):
	@if [ "$$(id -u)" != 0 ]; then \
		echo "The explorer's test needs a browser at $(CHROMIUM). Install Debian's package chromium as root, or name another by CHROMIUM=." >&2; \
		exit 1; \
	fi
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
	@test -x $(CHROMIUM)

$(node_modules): explorer/package.json explorer/package-lock.json
	cd explorer && npm ci
	@touch $@

$(cargo_deny):
	cargo install cargo-deny@0.20.2 --locked --no-default-features --quiet --root $(abspath $(@D)/..)

fmt:
	cargo fmt

fmt-check:
	cargo fmt --check

lint:
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings

# What the gateway is built of: licences, what is not to be in it, and where it comes from.
deny: $(cargo_deny)
	$(cargo_deny) --locked check licenses bans sources

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

rust-test:
	cargo test --locked

explorer-test: $(node_modules)
	cargo build --locked
	cd explorer && npm run typecheck
	cd explorer && npm run check-build
	cd explorer && npm test

# GraphQL over HTTP, by the checks of those who write it.
audit: $(node_modules)
	cargo build --locked
	cd explorer && npm run audit

# What is written here is committed; the tests say when it is out of date.

schema:
	cargo build --locked
	$(ONRAMP_BIN) schema > schema.graphql

readme:
	UPDATE=1 cargo test --locked --test gateway readme

screenshots: $(node_modules)
	cargo build --locked
	cd explorer && SCREENSHOTS=1 npm test
