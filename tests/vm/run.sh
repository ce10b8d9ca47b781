#!/usr/bin/env bash
# Real-kernel tests: boots a guest with a real /dev/uhid and runs tests/vm/guest in it, with unmodified clients
# (browsers, FIDO libraries, OpenSSH) against the virtual key. Needs scripts/setup-vm.sh's image, and makes it if it is missing.
#
#   tests/vm/run.sh [--binary target/release/pocketkey] [--bench target/release/pocketkey-bench] [--only NAME,NAME]
#       [--limit SECONDS] [--keep]
#   tests/vm/run.sh --here     on this machine's own /dev/uhid, with its own clients
#   tests/vm/run.sh --shell    a shell in the guest instead of the tests (leave it with "exit")
#
# --only names clients as tests/vm/guest/main.mjs does. --bench lets the hidraw checks hold a sign-in against the core alone.
#
# The guest is what runs even where the machine has a /dev/uhid: there it would meet whatever keys are plugged in, and the
# results would depend on the machine's kernel, browser and libfido2. --here is for whoever wants exactly that.
# Screenshots, the sandbox's log and the console are in target/vm/ afterwards; --keep also leaves the share the guest saw.
# Exit status: 0 passed, 1 a check failed, 2 the guest did not come to an end.
set -euo pipefail

repo=$(cd "$(dirname "$0")/../.." && pwd)
binary=$repo/target/release/pocketkey
limit=900 keep=no mode=guest only= bench=

while [ $# -gt 0 ]; do
  case $1 in
    --binary) binary=$2; shift ;;
    --bench) bench=$2; shift ;;
    --limit) limit=$2; shift ;;
    --only) only=$2; shift ;;
    --keep) keep=yes ;;
    --here) mode=here ;;
    --shell) mode=shell ;;
    *) sed -n '2,/^set -/{/^#/s/^# \{0,1\}//p}' "$0"; exit 64 ;;
  esac
  shift
done

die() { printf 'vm: %s\n' "$*" >&2; exit 2; }
[ -x "$binary" ] || die "no binary at $binary: build it, or name one with --binary"

out=$repo/target/vm
mkdir -p "$repo/target"
exec 8>"$repo/target/vm.lock"
flock -n 8 || die "another run is under way in this work tree"
rm -rf "$out"
mkdir -p "$out/share/out"

if [ "$mode" = here ]; then
  [ -w /dev/uhid ] || die "no usable /dev/uhid here (sudo modprobe uhid hid-generic)"
  "$repo/scripts/setup-vm-clients.sh" "$out/share/clients"
  status=0
  POCKETKEY=$binary CLIENTS=$out/share/clients ONLY=$only OUT=$out node --experimental-websocket "$repo/tests/vm/guest/main.mjs" 2>&1 | tee "$out/output.log" || status=$?
  exit "$status"
fi

image=$("$repo/scripts/setup-vm.sh" | tail -1)
"$repo/scripts/setup-vm-clients.sh" "$out/share/clients"
cp "$binary" "$out/share/pocketkey"
[ -z "$bench" ] || cp "$bench" "$out/share/clients/bench"
cp -r "$repo/tests/vm/guest" "$out/share/guest"

# Nehalem: with "max", Chromium's GPU process dies under emulation. No network card: all traffic stays in the guest.
qemu=(qemu-system-x86_64 -accel tcg,thread=multi,tb-size=1024 -cpu Nehalem -smp 2 -m 3G -machine q35
  -display none -nic none -no-reboot -kernel "$image/vmlinuz" -initrd "$image/initrd"
  -drive "file=$image/root.img,format=raw,if=virtio,readonly=on"
  -virtfs "local,path=$out/share,mount_tag=host,security_model=none"
  -device isa-debug-exit,iobase=0xf4,iosize=0x04)
append="console=ttyS0 quiet panic=-1 mitigations=off nowatchdog rcupdate.rcu_cpu_stall_suppress=1${only:+ pocketkey.only=$only}"

if [ "$mode" = shell ]; then
  "${qemu[@]}" -serial mon:stdio -append "$append pocketkey.shell" || true
  exit 0
fi

: >"$out/output.log"
"${qemu[@]}" -serial "file:$out/console.log" -serial "file:$out/output.log" -append "$append" </dev/null 2>"$out/qemu.log" &
vm=$!
trap 'kill "$vm" 2>/dev/null || true' EXIT
tail -n +1 -f --pid="$vm" "$out/output.log" &
follower=$!

timed_out=no status=0 booted=$SECONDS
while kill -0 "$vm" 2>/dev/null; do
  if [ $((SECONDS - booted)) -ge "$limit" ]; then
    timed_out=yes
    kill "$vm"
    break
  fi
  sleep 0.5
done
wait "$vm" || status=$?
trap - EXIT
wait "$follower" || true
[ -d "$out/share/out" ] && cp -r "$out/share/out/." "$out/"
[ "$keep" = yes ] || rm -rf "$out/share"

case $status in
  33) verdict="passed" code=0 ;;
  35) verdict="failed" code=1 ;;
  *) verdict="did not end by itself (QEMU left with $status)" code=2 ;;
esac
[ "$timed_out" = yes ] && verdict="stopped after the limit of $limit s"
if [ "$code" = 2 ]; then
  echo "vm: where it stood:" >&2
  tail -n 3 "$out/output.log" >&2
  tail -n 15 "$out/console.log" "$out/qemu.log" >&2
fi
echo "vm: $verdict, ${SECONDS} s in all; see $out"
exit "$code"
