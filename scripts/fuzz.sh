#!/usr/bin/env bash
# Runs fuzz targets (tests/fuzz) one after the other, with the stable compiler: libFuzzer comes with libfuzzer-sys, and
# rustc can instrument by itself. What a target fails on is kept in tests/fuzz/target/, and printed.
#
#   scripts/fuzz.sh [--seconds N] [TARGET…]   all that need no server, 30 seconds each; named ones otherwise
source "$(dirname "$0")/lib.sh"

seconds=30
if [ "${1:-}" = --seconds ]; then seconds=$2; shift 2; fi
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(ctap_request credential_id u2f_apdu ctaphid frame qr_text)

cd "$root/tests/fuzz"
# Naming the target keeps build scripts and macros free of the flags.
host=$(rustc -vV | sed -n 's/^host: //p')
export RUSTFLAGS="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters
  -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares --cfg fuzzing"
for name in "${targets[@]}"; do
  features=()
  case $name in smtp_session | mime | mail_search | mail_template | csv | websocket | push_endpoint | bus | forwarded) features=(--features server) ;; esac
  say "$name, $seconds s"
  cargo build -q --release --target "$host" --bin "$name" "${features[@]}"
  corpus=target/corpus/$name
  mkdir -p "$corpus" target/found
  log=target/found/$name.log
  if ! "target/$host/release/$name" -max_total_time="$seconds" -artifact_prefix="target/found/$name-" "$corpus" 2>"$log"; then
    tail -n 30 "$log" >&2
    die "$name failed; see tests/fuzz/target/found"
  fi
  tail -n 1 "$log" >&2
done
