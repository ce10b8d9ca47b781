#!/usr/bin/env bash
# Runs the benchmarks against target/static/pocketkey.
#
#   scripts/bench.sh [ROWS…]    for example relay; all of them without
. "$(dirname "$0")/lib.sh"

# Ten thousand connections are as many descriptors, here and in the server.
files=20000
if [ "$(ulimit -n)" != unlimited ] && [ "$(ulimit -n)" -lt $files ]; then
  ulimit -n $files || die "the limit on open files is $(ulimit -n); the relay's rows need $files (ulimit -Hn, limits.conf)"
fi
NATS_SERVER=$("$root/scripts/setup-nats.sh") || say "there is no nats-server: its column will be SKIPPED"
export NATS_SERVER
cd "$root"
cargo run --release --package pocketkey-bench -- "$@"
