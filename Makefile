# Two commands matter: `make run` and `make test`. Both install what is missing on a Debian machine with Rust.

SHELL := bash
.DEFAULT_GOAL := help

.PHONY: help run test web check unit mail contract browser vm image fuzz bench

help: ## Say what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /make \1\t/' | expand -t 16

run: web ## Build everything and open the sandbox
	cargo run --package pocketkey -- sandbox --data $${POCKETKEY_DATA:-target/sandbox}

test: check unit mail contract browser image vm ## Pass every test: unit, API, browser, image, real kernel

web: ## Build the console and the site (WebAssembly, styles) into web/dist
	scripts/setup-wasm.sh
	scripts/build-web.sh

check: ## The sans-IO and the web crates compile for wasm32
	scripts/setup-wasm.sh
	scripts/check-wasm.sh

unit: web ## Unit, property, router and end-to-end tests without a browser
	scripts/setup-nats.sh
	cargo test --no-fail-fast
	cargo test --no-fail-fast --package pocketkey-kit --package pocketkey-phone-screen --package pocketkey-console --package pocketkey-site

mail: web ## smtplib and swaks against the mail sink, the outbox against aiosmtpd
	cargo build --package pocketkey
	tests/mail/run.sh

contract: web ## The API against its own document: schemathesis asks whatever the document allows, and more
	cargo build --package pocketkey
	tests/contract/run.sh

browser: web ## The console and the sandbox in Chromium
	cargo build --package pocketkey
	tests/browser/run.sh

image: web ## Build the container image, and run it
	scripts/build-static.sh
	scripts/image.sh
	tests/image/run.sh

vm: web ## Browsers, FIDO libraries and OpenSSH against the virtual key of a real kernel
	cargo build --package pocketkey
	scripts/setup-vm.sh
	tests/vm/run.sh --binary target/debug/pocketkey

fuzz: ## Run every fuzz target for some seconds
	scripts/fuzz.sh
	scripts/fuzz.sh smtp_session mime mail_search mail_template csv websocket push_endpoint bus forwarded

bench: web ## Measure, each figure against its reference
	scripts/build-static.sh
	scripts/bench.sh
	tests/vm/run.sh --binary target/static/pocketkey --bench target/release/pocketkey-bench --only hidraw
