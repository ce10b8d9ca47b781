#!/usr/bin/env bash
# The sans-IO crates compile for wasm32: that is what lets one core run natively, in a browser and under test.
source "$(dirname "$0")/lib.sh"
choose_rust wasm32-unknown-unknown
cd "$root"
check() {
  say "$*"
  cargo check --target-dir target/web "${cargo_args[@]}" --package "$@"
}
check pocketkey-api
check pocketkey-link
check pocketkey-authenticator
check pocketkey-key --no-default-features # CTAPHID
