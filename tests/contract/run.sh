#!/usr/bin/env bash
# The API against its own document: schemathesis makes requests from it, good ones and bad ones, and holds every answer
# against it. No answer may be a 5xx, and none may be other than documented.
#
#   tests/contract/run.sh [BINARY]   the program to test; target/debug/pocketkey when none is given
#   POCKETKEY_CONTRACT_SECONDS       how long to go on; 120 when not given
#   POCKETKEY_CONTRACT_SEED          the seed of the requests; 1 when not given
source "$(dirname "$0")/../../scripts/lib.sh"

binary=${1:-$root/target/debug/pocketkey}
[ -x "$binary" ] || die "no $binary; run: cargo build --package pocketkey"
tools=$cache/schemathesis-$schemathesis_version
if ! "$tools/bin/schemathesis" --version >/dev/null 2>&1; then
  need_apt python3 python3-venv
  say "fetching schemathesis $schemathesis_version"
  rm -rf "$tools"
  /usr/bin/python3 -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$schemathesis_version" >&2 ||
    die "PyPI does not give schemathesis $schemathesis_version"
fi
POCKETKEY_BINARY=$binary PATH=$tools/bin:$PATH exec "$tools/bin/python" "$root/tests/contract/main.py"
