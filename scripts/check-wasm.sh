#!/usr/bin/env bash
# The sans-IO crates compile for wasm32: that is what lets one core run natively, in a browser and under test.
source "$(dirname "$0")/lib.sh"
choose_rust wasm32-unknown-unknown
for crate in pocketkey-api pocketkey-link pocketkey-authenticator; do
  say "$crate"
  (cd "$root" && cargo check --target-dir target/web "${cargo_args[@]}" --package "$crate")
done
