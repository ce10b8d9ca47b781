#!/usr/bin/env bash
# The console and the sandbox in Debian's Chromium, driven by playwright-core. Screenshots go to target/browser/.
# Usage: tests/browser/run.sh [TEST FILE…]; POCKETKEY_BINARY names another binary.
source "$(dirname "$0")/../../scripts/lib.sh"

playwright_version=1.65.1
axe_version=4.14.1

need_apt chromium
need_node
tools=$cache/browser-tests-$playwright_version-$axe_version
if ! [ -f "$tools/ready" ]; then
  say "installing playwright-core and axe-core"
  mkdir -p "$tools"
  npm install --silent --no-fund --no-audit --prefix "$tools" \
    "playwright-core@$playwright_version" "axe-core@$axe_version" >&2
  touch "$tools/ready"
fi

cd "$root"
export POCKETKEY_BINARY=${POCKETKEY_BINARY:-$root/target/debug/pocketkey}
[ -x "$POCKETKEY_BINARY" ] || die "no $POCKETKEY_BINARY; run: cargo build --package pocketkey"
mkdir -p target/browser
ln -sfn "$tools/node_modules" target/browser/node_modules
# Modules are looked up beside the file that imports them: the tests run from a copy beside their tools.
rm -rf target/browser/tests
cp -r tests/browser target/browser/tests
cd target/browser
files=("$@")
[ ${#files[@]} -gt 0 ] || files=(tests/*.test.mjs)
node --test --test-concurrency=1 --test-reporter=spec "${files[@]}"
