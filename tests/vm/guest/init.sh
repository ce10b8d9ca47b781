#!/bin/bash
# Process 1 of the guest: brings up what the tests need, runs them, and powers off with their status.
# The console (ttyS0) is the kernel's; what run.sh shows goes to ttyS1. QEMU leaves with 2n+1 for the byte n written to
# port 0xf4: 16 is "passed", 17 "failed", so that neither can be mistaken for an error of QEMU's own.
set -u
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/tmp/home TERM=dumb

power_off() {
  sync
  umount /host 2>/dev/null
  printf "\\x$(printf %x "$1")" | dd of=/dev/port bs=1 seek=$((0xf4)) conv=notrunc status=none
  poweroff -f
}

mkdir -p /dev/shm /dev/pts
mount -t tmpfs -o mode=1777 tmp /tmp
mount -t tmpfs -o mode=1777 tmp /run
mount -t tmpfs -o mode=1777 tmp /dev/shm
mount -t devpts devpts /dev/pts
ln -sf /proc/self/fd /dev/fd
mkdir -p "$HOME"
# The image has one; without it nothing here finds "localhost".
grep -qs localhost /etc/hosts || echo '127.0.0.1 localhost' >/etc/hosts
ip link set lo up
# Nobody loads them on demand here, and without hid-generic a uhid device never gets its /dev/hidrawN.
modprobe -a uhid hid-generic || { echo 'guest: no uhid'; power_off 17; }

if grep -qw pocketkey.shell /proc/cmdline; then
  cd /host && setsid -c bash -i </dev/ttyS0 >/dev/ttyS0 2>&1
  power_off 16
fi

echo "guest: up after $(cut -d' ' -f1 /proc/uptime) s" >/dev/ttyS1
only=$(grep -o 'pocketkey\.only=[^ ]*' /proc/cmdline | cut -d= -f2)
POCKETKEY=/host/pocketkey CLIENTS=/host/clients ONLY=$only OUT=/host/out GUEST=1 \
  /opt/node --experimental-websocket /host/guest/main.mjs >/dev/ttyS1 2>&1
status=$?
[ "$status" = 0 ] && power_off 16
power_off 17
