#!/usr/bin/env bash
# Makes what tests/vm/run.sh boots: a Debian guest (tests/vm/packages.txt) with the machine's Node in it,
# its kernel, and an initramfs that mounts it read-only below a tmpfs. Everything lands in
# ${POCKETKEY_CACHE:-~/.cache/pocketkey}, in a folder named after what went in, so a second run only looks whether it is
# complete and untouched. About 3 minutes the first time on a quiet machine.
#
#   scripts/setup-vm.sh            build if missing; prints the folder on the last line
#   scripts/setup-vm.sh --rebuild  build again, with the packages of today
#
# Needs root (or sudo) and apt. The guest's packages come from the apt sources this machine is configured with;
# POCKETKEY_VM_SUITE and POCKETKEY_VM_SOURCES (a sources file) override them on a machine that is not Debian bookworm.
set -euo pipefail

suite=${POCKETKEY_VM_SUITE:-bookworm}

# What the initramfs loads before the root is there; the tests load what else they need from the root.
boot_modules="virtio_pci virtio_blk ext4 overlay 9p 9pnet_virtio"

repo=$(cd "$(dirname "$0")/.." && pwd)
packages_file=$repo/tests/vm/packages.txt
cache=${POCKETKEY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pocketkey}

say() { printf '[%3ds] %s\n' "$SECONDS" "$*" >&2; }
die() { printf 'setup-vm: %s\n' "$*" >&2; exit 1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# The image is named after everything that decides what is in it.
image_key() {
  { cat "$0" "$packages_file"; echo "$suite"; node --version; } | sha256sum | cut -c1-16
}

# Size and time of each part: the image is opened read-only, so what changes them is not a test. (A checksum of it takes
# longer than the boot.)
stamp() { (cd "$1" && stat -c '%n %s %Y' root.img vmlinuz initrd); }

install_host_tools() {
  local wanted="qemu-system-x86 mmdebstrap busybox-static e2fsprogs cpio kmod" missing="" package
  for package in $wanted; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing="$missing $package"
  done
  [ -z "$missing" ] && return
  say "installing$missing"
  as_root apt-get update -qq >&2
  # shellcheck disable=SC2086 # a list of words
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

# The files that name this suite among the machine's own apt sources.
apt_sources() {
  if [ -n "${POCKETKEY_VM_SOURCES:-}" ]; then echo "$POCKETKEY_VM_SOURCES"; return; fi
  grep -lsE "^(deb|Suites:).*\b$suite" /etc/apt/sources.list /etc/apt/sources.list.d/*.list /etc/apt/sources.list.d/*.sources || true
}

# The root file system; the .debs stay in the cache for the next build.
build_root() {
  local root=$1 packages sources left_out
  packages=$(sed 's/#.*//' "$packages_file" | xargs | tr ' ' ',')
  mapfile -t sources < <(apt_sources)
  [ "${#sources[@]}" -gt 0 ] || die "no apt source here names $suite: set POCKETKEY_VM_SOURCES"
  mkdir -p "$cache/debs"
  # Texts nobody reads here, and drivers of hardware the guest does not have: a third of the image.
  left_out=('/usr/share/doc/*' '/usr/share/man/*' '/usr/share/locale/*' '/lib/modules/*/kernel/sound/*'
    '/lib/modules/*/kernel/drivers/'{gpu,media,scsi,infiniband,iio,staging,platform,md,net/ethernet,net/wireless}'/*')
  # Without the locks' descriptors (8, 9): mmdebstrap hands a number of its own to dash, which knows only 0 to 9.
  as_root mmdebstrap --quiet --mode=root --variant=minbase --include="$packages" \
    "${left_out[@]/#/--dpkgopt=path-exclude=}" \
    --essential-hook='chroot "$1" dpkg-divert --quiet --local --rename --add /usr/sbin/update-initramfs' \
    --essential-hook='ln -s /bin/true "$1/usr/sbin/update-initramfs"' \
    --skip=essential/unlink --skip=download/empty \
    --setup-hook="mkdir -p \"\$1/var/cache/apt/archives\"" \
    --setup-hook="find '$cache/debs' -name '*.deb' -exec cp -t \"\$1/var/cache/apt/archives\" {} +" \
    --customize-hook="cp -n \"\$1\"/var/cache/apt/archives/*.deb '$cache/debs/'" \
    "$suite" "$root" "${sources[@]}" >&2 8>&- 9>&-
  # Without /etc/hosts in the guest, nothing finds "localhost".
  printf '127.0.0.1 localhost guest\n::1 localhost\n' | as_root tee "$root/etc/hosts" >/dev/null
  echo guest | as_root tee "$root/etc/hostname" >/dev/null
  as_root mkdir -p "$root/host"
  as_root install -m 755 "$(readlink -f "$(command -v node)")" "$root/opt/node"
}

# busybox, the modules in the order in which they load, and a script that changes over to the real root.
build_initramfs() {
  local root=$1 kernel=$2 out=$3 tree module
  tree=$(mktemp -d)
  mkdir -p "$tree"/{bin,dev,proc,sys,lower,upper,root,modules}
  cp /bin/busybox "$tree/bin/busybox"
  : >"$tree/modules/order"
  for module in $boot_modules; do
    modprobe -d "$root" -S "$kernel" --show-depends "$module" | sed -n 's/^insmod \([^ ]*\).*/\1/p' | while read -r file; do
      grep -qxF "$(basename "$file")" "$tree/modules/order" && continue
      cp "$file" "$tree/modules/"
      basename "$file" >>"$tree/modules/order"
    done
  done
  cat >"$tree/init" <<'INIT'
#!/bin/busybox sh
# Mounts the image under a tmpfs and the share into it, and hands over to the share's init.
/bin/busybox mkdir -p /sbin
/bin/busybox --install -s /bin
mount -t proc proc /proc; mount -t sysfs sys /sys; mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module" || echo "initramfs: $module does not load"; done </modules/order
while ! [ -b /dev/vda ]; do sleep 0.1; done
mount -t ext4 -o ro /dev/vda /lower
mount -t tmpfs -o size=80% tmpfs /upper
mkdir /upper/data /upper/work
mount -t overlay -o lowerdir=/lower,upperdir=/upper/data,workdir=/upper/work overlay /root
mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288 host /root/host
for each in proc sys dev; do mount -o move /$each /root/$each; done
exec switch_root /root /bin/bash /host/guest/init.sh
INIT
  chmod +x "$tree/init"
  (cd "$tree" && find . | cpio --quiet -o -H newc | gzip -1) >"$out"
  rm -rf "$tree"
}

build_image() {
  local dir=$1 root kernel size
  root=$(mktemp -d "$cache/root.XXXXXX")
  # shellcheck disable=SC2064 # the name as it is now
  trap "as_root rm -rf '$root' '$dir.part'" EXIT
  mkdir -p "$dir.part"
  say "building the guest ($suite, $(sed 's/#.*//' "$packages_file" | wc -w) packages and what they need)"
  build_root "$root"
  kernel=$(basename "$(ls -d "$root"/lib/modules/*)")
  say "kernel $kernel, initramfs and image"
  as_root cat "$root/boot/vmlinuz-$kernel" >"$dir.part/vmlinuz"
  build_initramfs "$root" "$kernel" "$dir.part/initrd"
  as_root rm -rf "$root"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
  # Read-only in use, but mkfs wants room for its own tables: a full image shows as I/O errors in the guest.
  size=$(($(as_root du -sm "$root" | cut -f1) * 5 / 4 + 256))
  as_root mkfs.ext4 -q -F -O ^has_journal -m 0 -d "$root" "$dir.part/root.img" "${size}M" >&2
  as_root chown "$(id -u):$(id -g)" "$dir.part/root.img"
  stamp "$dir.part" >"$dir.part/STAMP"
  as_root rm -rf "$root" "$dir"
  mv "$dir.part" "$dir"
  trap - EXIT
  say "guest image: $(du -m "$dir/root.img" | cut -f1) MB"
}

main() {
  command -v node >/dev/null || die "needs Node 20 on the machine"
  mkdir -p "$cache"
  install_host_tools
  local dir
  dir=$cache/vm-$(image_key)
  exec 9>"$cache/vm.lock"
  flock 9
  if [ "${1:-}" = --rebuild ] || [ "$(stamp "$dir" 2>/dev/null)" != "$(cat "$dir/STAMP" 2>/dev/null || echo none)" ]; then
    build_image "$dir"
  else
    say "guest image is there"
  fi
  touch "$dir"
  # Images of other package lists that nobody has used for a fortnight.
  find "$cache" -maxdepth 1 -name 'vm-????????????????' -mtime +14 -exec rm -rf {} +
  echo "$dir"
}

main "$@"
