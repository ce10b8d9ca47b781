#!/usr/bin/env bash
# The clients that the guest of the real-kernel tests does not have from Debian: ctap-hid-fido2 (tests/vm/client, built here
# into target/vm-client) and python-fido2 (from PyPI, kept in the cache). tests/vm/run.sh calls this.
#
#   scripts/setup-vm-clients.sh DIR    puts vm-client and the folder python into DIR
source "$(dirname "$0")/lib.sh"
[ $# = 1 ] || die "usage: $0 DIR"
out=$1

# What hidapi, below ctap-hid-fido2, is built with.
need_apt libudev-dev pkg-config gcc libc6-dev
cargo build --quiet --locked --manifest-path "$root/tests/vm/client/Cargo.toml" --target-dir "$root/target/vm-client"

# Python only, so that it runs on whatever Python the guest has; its cryptography is the guest's own.
python=$cache/python-fido2-$fido2_version
if [ ! -f "$python/fido2/__init__.py" ]; then
  have python3 && python3 -m pip --version >/dev/null 2>&1 || need_apt python3 python3-pip
  say "fetching python-fido2 $fido2_version"
  rm -rf "$python" "$python.part"
  python3 -m pip install --quiet --no-deps --only-binary=:all: --disable-pip-version-check --root-user-action=ignore \
    --target "$python.part" "fido2==$fido2_version" >&2
  mv "$python.part" "$python"
fi

mkdir -p "$out"
cp "$root/target/vm-client/debug/pocketkey-vm-client" "$out/vm-client"
rm -rf "$out/python"
cp -r "$python" "$out/python"
