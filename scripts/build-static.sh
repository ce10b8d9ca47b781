#!/usr/bin/env bash
# Builds the shipped binary: `pocketkey`, linked statically against musl for this machine's architecture, with the web
# pages in it. Checks that it is static and runs; leaves it in target/static/pocketkey.
#
#   scripts/build-static.sh           builds web/dist first (scripts/build-web.sh)
#   scripts/build-static.sh --no-web  takes web/dist as it is
. "$(dirname "$0")/lib.sh"

case "${1:-}" in
  '') "$root/scripts/build-web.sh" ;;
  --no-web) ;;
  *) die "usage: scripts/build-static.sh [--no-web]" ;;
esac
arch=$(uname -m)
target=$arch-unknown-linux-musl
target_dir=$root/target/static
cd "$root"
mkdir -p "$target_dir"

# SQLite and ring hold C, which musl-gcc compiles.
need_apt musl-tools file
musl-gcc --version >/dev/null || die "musl-gcc does not run"
choose_rust "$target"
env_name=${target//-/_}
export "CC_$env_name=musl-gcc"
# The allocator takes memory as it needs it, not in advance.
export "CFLAGS_$env_name=-DMI_DEFAULT_ARENA_EAGER_COMMIT=0"
# Packed relocations save half a megabyte; nothing unwinds (panic = abort), so that most tables for it can go.
flags="-C target-feature=+crt-static -C link-arg=-Wl,-z,pack-relative-relocs -C force-unwind-tables=no"
if [ "$rust_kind" = debian ]; then
  # rustup's std for musl brings a C library, start files and an unwinder; Debian's source brings none. The first two are
  # musl-tools' then, the unwinder is GCC's, found under the name that std asks for. GCC's is made for glibc and asks it
  # where the tables of the code at an address are; musl lacks that function, so here it is. (Not position-independent:
  # Debian's musl-gcc makes a dynamic binary of -static-pie.)
  mkdir -p "$target_dir/lib"
  musl-gcc -O2 -fPIC -c -x c - -o "$target_dir/lib/find_object.o" <<'C'
#define _GNU_SOURCE
#include <link.h>

struct place { unsigned long long flags; void *start, *end, *map, *eh_frame; }; /* how glibc's dl_find_object begins */
struct question { ElfW(Addr) address; struct place *answer; };

static int look(struct dl_phdr_info *object, size_t size, void *data) {
  struct question *q = data;
  ElfW(Addr) tables = 0, start = 0, end = 0;
  (void)size;
  for (int i = 0; i < object->dlpi_phnum; i++) {
    const ElfW(Phdr) *part = &object->dlpi_phdr[i];
    ElfW(Addr) at = object->dlpi_addr + part->p_vaddr;
    if (part->p_type == PT_GNU_EH_FRAME) tables = at;
    if (part->p_type == PT_LOAD && q->address - at < part->p_memsz) start = at, end = at + part->p_memsz;
  }
  if (!end || !tables) return 0;
  *q->answer = (struct place){0, (void *)start, (void *)end, 0, (void *)tables};
  return 1;
}

int _dl_find_object(void *address, struct place *answer) {
  struct question q = {(ElfW(Addr))address, answer};
  return dl_iterate_phdr(look, &q) ? 0 : -1;
}
C
  # It also calls these through weak references, which alone would not bring them in: calls to address 0 then.
  cat >"$target_dir/lib/libunwind.a" <<'LD'
EXTERN ( pthread_once pthread_mutex_lock pthread_mutex_unlock pthread_getspecific pthread_setspecific pthread_key_create )
GROUP ( find_object.o -lgcc_eh -lgcc -lc )
LD
  export "CARGO_TARGET_${env_name^^}_LINKER=musl-gcc"
  flags="$flags -C link-self-contained=no -C relocation-model=static -L native=$target_dir/lib"
fi
export "CARGO_TARGET_${env_name^^}_RUSTFLAGS=$flags"

say "compiling (profile dist)"
cargo build "${cargo_args[@]}" --target-dir "$target_dir" --profile dist --package pocketkey --bin pocketkey

binary=$target_dir/pocketkey
cp "$target_dir/$target/dist/pocketkey" "$binary.new"
kind=$(file -b "$binary.new")
case "$kind" in
  *"statically linked"* | *"static-pie linked"*) ;;
  *) die "not a static binary: $kind" ;;
esac
version=$("$binary.new" --version) || die "the binary does not run"
mv "$binary.new" "$binary"
say "target/static/pocketkey: $version, $(bytes "$(stat -c %s "$binary")") bytes, ${kind%%, Build*}"
