# `make test` is everything that a change has to pass. Each step can be run by itself.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.NOTPARALLEL:
.DEFAULT_GOAL := test

# The browser that drives the explorer, and the gateway that it visits: the one that `cargo test` has built.
export CHROMIUM ?= /usr/bin/chromium
target := $(abspath $(or $(CARGO_TARGET_DIR),target))
export ONRAMP_BIN ?= $(target)/debug/onramp

# What makes load for the bench, and what counts instructions.
WRK := /usr/bin/wrk
VALGRIND := /usr/bin/valgrind

# The balancer of the deployment.
export HAPROXY ?= /usr/sbin/haproxy

# What replicas share in the tests. Named here, it has to be there; `cargo test` alone does without.
export ONRAMP_REDIS_SERVER := /usr/bin/redis-server

node_modules := explorer/node_modules/.package-lock.json
examples := examples/node_modules/.package-lock.json
python_bff := examples/python-bff/.venv/.installed
schema_lint := schema/node_modules/.package-lock.json
deploy_test := deploy/test/.venv/.installed
cargo_deny := $(target)/tools/bin/cargo-deny

.PHONY: test setup fmt fmt-check lint deny doc rust-test fourth-api explorer-test audit transports federation clients \
	schema-lint deploy-test instructions fuzz bench schema readme screenshots instructions-baseline

test: setup fmt-check lint deny doc rust-test fourth-api explorer-test audit transports federation clients schema-lint \
	deploy-test instructions

setup: $(CHROMIUM) $(node_modules) $(examples) $(python_bff) $(schema_lint) $(deploy_test) $(cargo_deny) \
	$(HAPROXY) $(VALGRIND) $(ONRAMP_REDIS_SERVER)

# Only where there is no browser yet.
$(CHROMIUM):
	@if [ "$$(id -u)" != 0 ]; then \
		echo "The explorer's test needs a browser at $(CHROMIUM). Install Debian's package chromium as root, or name another by CHROMIUM=." >&2; \
		exit 1; \
	fi
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium
	@test -x $(CHROMIUM)

$(WRK) $(VALGRIND) $(HAPROXY) $(ONRAMP_REDIS_SERVER):
	@if [ "$$(id -u)" != 0 ]; then \
		echo "Install Debian's package $(notdir $@) as root: $@ is missing." >&2; \
		exit 1; \
	fi
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(notdir $@)
	@test -x $@

$(node_modules): explorer/package.json explorer/package-lock.json
	cd explorer && npm ci
	@touch $@

$(examples): examples/package.json examples/package-lock.json $(wildcard examples/*/package.json)
	cd examples && npm ci
	@touch $@

$(python_bff): examples/python-bff/requirements.txt
	python3 -m venv examples/python-bff/.venv
	examples/python-bff/.venv/bin/pip install --quiet --requirement $<
	@touch $@

$(deploy_test): deploy/test/requirements.txt
	python3 -m venv deploy/test/.venv
	deploy/test/.venv/bin/pip install --quiet --requirement $<
	@touch $@

$(schema_lint): schema/package.json schema/package-lock.json
	cd schema && npm ci
	@touch $@

$(cargo_deny):
	cargo install cargo-deny@0.20.2 --locked --no-default-features --quiet --root $(abspath $(@D)/..)

fmt:
	cargo fmt --all

fmt-check:
	cargo fmt --all --check

lint:
	cargo clippy --locked --all-targets -- -D warnings
	cargo clippy --locked --no-default-features -- -D warnings
	cargo clippy --locked --package onramp-bench --all-targets -- -D warnings

# What the gateway is built of: licences, what is not to be in it, and where it comes from.
deny: $(cargo_deny)
	$(cargo_deny) --locked check licenses bans sources

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --no-deps

rust-test: $(ONRAMP_REDIS_SERVER)
	cargo test --locked
	cargo test --locked --package onramp-bench

# A fourth API, added to a copy of the sources as CONTRIBUTING says: a folder and two lines.
fourth-api:
	CARGO_TARGET_DIR=$(target) examples/fourth-api/try.sh

explorer-test: $(node_modules)
	cargo build --locked
	cd explorer && npm run typecheck
	cd explorer && npm run check-build
	cd explorer && npm test

# Subscriptions by the clients that front ends have, and by a probe that says what no client would.
transports: $(node_modules)
	cargo build --locked
	cd explorer && npm run clients

# GraphQL over HTTP, by the checks of those who write it.
audit: $(node_modules)
	cargo build --locked
	cd explorer && npm run audit

# The examples, each with what its own people use, against the built gateway.
clients: $(examples) $(python_bff)
	cargo build --locked
	cd examples && npm test --workspace apollo-react --workspace urql-sse --workspace relay --workspace node-bff \
		--workspace mcp-agent
	cd examples/python-bff && .venv/bin/python -m unittest
	CARGO_TARGET_DIR=$(target) cargo test --locked --manifest-path examples/rust-bff/Cargo.toml

# The schema as clients expect one, and nothing in it that the last release had and this one has not.
schema-lint: $(schema_lint)
	cd schema && npm test

# Image, composition and chart, as far as they can be tried without a container.
deploy-test: $(deploy_test) $(HAPROXY)
	cargo build --locked
	cd deploy/test && .venv/bin/python -m unittest

# Composed with a second subgraph, and asked through a router.
federation: $(examples)
	cargo build --locked
	cd examples && npm test --workspace federation

# No request may take more than 5 % more instructions than the baseline; seconds prove nothing on a shared machine.
instructions: $(VALGRIND)
	$(count-instructions)

instructions-baseline: $(VALGRIND)
	$(count-instructions) --renew

define count-instructions
cargo build --locked --profile instructions --package onramp --package onramp-bench
$(target)/instructions/onramp-bench instructions --gateway $(target)/instructions/onramp --baseline benches/instructions.json
endef

# The search that `make test` makes for some seconds, for a million cases in all: half an hour of one core.
fuzz:
	ONRAMP_FUZZ_CASES=$(cases) cargo test --locked --profile fuzz --test gateway fuzz:: -- --test-threads=1 --show-output

# Of each of nine kinds.
cases = 111200

# Everything that is told of speed, beside a floor and a ceiling in the same run: a quarter of an hour. `make bench QUICK=1`
# takes two minutes, proves less and keeps nothing.
bench: $(WRK)
	cargo build --locked --release --package onramp --package onramp-bench
	mkdir -p $(results)
	$(target)/release/onramp-bench run --gateway $(target)/release/onramp --results $(results) $(if $(QUICK),--quick)

results = $(if $(QUICK),$(target)/bench,benches/results)

# What is written here is committed; the tests say when it is out of date.

schema:
	cargo build --locked
	$(ONRAMP_BIN) schema > schema.graphql

readme:
	UPDATE=1 cargo test --locked --test gateway readme

screenshots: $(node_modules)
	cargo build --locked
	cd explorer && SCREENSHOTS=1 npm test
