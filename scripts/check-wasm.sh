#!/usr/bin/env bash
# What must compile for wasm32: the sans-IO crates, which lets one core run natively, in a browser and under test; and the
# web crates, which clippy reads as well.
source "$(dirname "$0")/lib.sh"
choose_rust wasm32-unknown-unknown
cd "$root"
in_wasm() {
  say "$*"
  local verb=$1
  shift
  cargo "$verb" --target-dir target/web "${cargo_args[@]}" "$@"
}
# One at a time: together they would turn on features in each other's dependencies that the browser does not have.
in_wasm check --package pocketkey-api
in_wasm check --package pocketkey-link
in_wasm check --package pocketkey-authenticator
in_wasm check --package pocketkey-key --no-default-features # CTAPHID
web=(--package pocketkey-kit --package pocketkey-phone-screen --package pocketkey-console --package pocketkey-site)
if [ "$rust_kind" = prebuilt ]; then
  in_wasm clippy "${web[@]}" -- -D warnings
else
  in_wasm check "${web[@]}"
  say "SKIPPED: clippy of the web crates (Debian's rustc has none)"
fi
