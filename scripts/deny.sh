#!/usr/bin/env bash
# Licences, sources and duplicate versions of every dependency (deny.toml). The advisory database lies outside the
# package registries; where it cannot be reached that check is skipped, and says so.
source "$(dirname "$0")/lib.sh"
deny=$cache/cargo-deny-$deny_version
if ! "$deny/bin/cargo-deny" --version >/dev/null 2>&1; then
  say "building cargo-deny $deny_version"
  cargo install cargo-deny --version "$deny_version" --root "$deny" --no-default-features
fi
cd "$root"
"$deny/bin/cargo-deny" --all-features check --hide-inclusion-graph licenses bans sources
if timeout 60 "$deny/bin/cargo-deny" fetch db >/dev/null 2>&1; then
  "$deny/bin/cargo-deny" --all-features check advisories
else
  say "SKIPPED: advisories (the advisory database cannot be reached from here)"
fi
