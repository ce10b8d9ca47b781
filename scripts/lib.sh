# shellcheck shell=bash
# Shared by the scripts beside it: pinned versions, the cache, and how to find a Rust that builds for TARGET.
# Source it; it sets `root`, `cache` and the functions below. POCKETKEY_CACHE moves the cache.
set -euo pipefail

# The pins. wasm-bindgen's is not here: it must equal the one in Cargo.lock (see locked_version).
binaryen_version=132.0.0
tailwind_version=4.3.5
terser_version=5.51.4
# wasm-split-cli, which cuts the console into parts.
wasm_split_version=0.2.4
# cargo-deny, for scripts/deny.sh.
deny_version=0.20.2
# python-fido2, one of the clients of the real-kernel tests.
fido2_version=2.2.1
# schemathesis, which holds the API against its document.
schemathesis_version=4.32.5
# nats-server, which joins relay nodes, and which the relay is measured beside.
nats_version=2.15.1
lld_version=22
node_version=20.19.0

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${POCKETKEY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pocketkey}
wasm_split=$cache/wasm-split-$wasm_split_version
npm_tools=$cache/web-tools-$binaryen_version-$tailwind_version-$terser_version
mkdir -p "$cache"

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }
have() { command -v "$1" >/dev/null 2>&1; }
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

# Installs the Debian packages that are missing.
need_apt() {
  local missing=() package
  have dpkg-query || die "this machine has no apt; please install what these Debian packages hold: $*"
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null | grep -q '^ii' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  say "installing ${missing[*]}"
  as_root apt-get update -qq >&2
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Makes sure that node on the PATH is new enough for playwright; npm has the program itself where Debian's is too old.
need_node() {
  have npm || need_apt nodejs npm
  local major
  major=$(node --version 2>/dev/null | sed -E 's/^v([0-9]+).*/\1/')
  [ "${major:-0}" -ge 20 ] && return
  local node=$cache/node-$node_version
  if ! "$node/node_modules/.bin/node" --version >/dev/null 2>&1; then
    say "installing node $node_version"
    npm install --silent --no-fund --no-audit --prefix "$node" "node@$node_version" >&2
  fi
  PATH=$node/node_modules/.bin:$PATH
}

# The version of CRATE in Cargo.lock.
locked_version() {
  [ -f "$root/Cargo.lock" ] || (cd "$root" && cargo generate-lockfile)
  awk -v name="\"$1\"" '$1 == "name" { hit = ($3 == name) } hit && $1 == "version" { gsub(/"/, "", $3); print $3; exit }' "$root/Cargo.lock"
}

# Makes `cargo build "${cargo_args[@]}"` build for TARGET, and sets `rust_kind`: "prebuilt" when the toolchain has, or
# rustup can fetch, a standard library for TARGET; else "debian", where Debian's rustc-web builds std from its source.
# POCKETKEY_RUST=prebuilt or =debian decides by hand.
choose_rust() {
  local target=$1 debian_src=/usr/lib/rustlib/src/rust/library/std
  local prebuilt
  prebuilt=$(cd "$root" && rustc --print sysroot)/lib/rustlib/$target/lib
  rust_kind=${POCKETKEY_RUST:-}
  if [ -z "$rust_kind" ]; then
    rust_kind=debian
    if [ -d "$prebuilt" ]; then
      rust_kind=prebuilt
    elif [ ! -d "$debian_src" ] && have rustup; then
      say "asking rustup for $target"
      if (cd "$root" && RUSTUP_MAX_RETRIES=1 timeout 180 rustup target add "$target" >&2); then rust_kind=prebuilt; fi
    fi
  fi
  cargo_args=(--target "$target")
  if [ "$rust_kind" = debian ]; then
    need_apt rustc-web rust-web-src libstd-rust-web-dev
    [ -d "$debian_src" ] || die "no Rust source in $debian_src"
    export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
    cargo_args+=(-Z build-std=std,panic_abort)
  fi
  say "Rust for $target: $rust_kind, $("${RUSTC:-rustc}" --version)"
}

# Bytes with a thousands separator.
bytes() { printf "%d" "$1" | sed -E ':a; s/([0-9])([0-9]{3})($| )/\1 \2\3/; ta'; }

# Makes sure that a Docker engine answers, and sets the array `docker` to the command that reaches it. Where none is
# installed, installs Debian's; where none runs, starts one and stops it when the script ends. Sets an EXIT trap then:
# a script with clean-up of its own calls stop_docker in it.
need_docker() {
  # An engine from Debian is /usr/bin's; a client elsewhere on the PATH may belong to something else.
  local cli=/usr/bin/docker
  [ -x "$cli" ] || cli=$(command -v docker || true)
  if [ -n "$cli" ]; then
    docker=("$cli")
    "${docker[@]}" info >/dev/null 2>&1 && return
  fi
  if ! have dockerd; then
    need_apt docker.io iptables
    cli=/usr/bin/docker
  fi
  docker=("$cli")
  if [ "$(id -u)" != 0 ]; then docker=(sudo "$cli"); fi
  "${docker[@]}" info >/dev/null 2>&1 && return
  say "starting dockerd (its log: $cache/dockerd.log)"
  # exec, so that the id is dockerd's (or sudo's, which passes signals on) and not a shell's.
  (
    daemon=$(command -v dockerd || echo /usr/sbin/dockerd)
    if [ "$(id -u)" = 0 ]; then exec "$daemon"; else exec sudo "$daemon"; fi
  ) >"$cache/dockerd.log" 2>&1 &
  dockerd_pid=$!
  trap stop_docker EXIT
  local tries
  for tries in $(seq 120); do
    "${docker[@]}" info >/dev/null 2>&1 && return
    kill -0 "$dockerd_pid" 2>/dev/null || break
    sleep 0.5
  done
  tail -n 20 "$cache/dockerd.log" >&2
  die "dockerd does not start"
}

# Stops the engine if need_docker started it.
stop_docker() {
  [ -n "${dockerd_pid:-}" ] || return 0
  say "stopping dockerd"
  as_root kill "$dockerd_pid" 2>/dev/null || true
  wait "$dockerd_pid" 2>/dev/null || true
  dockerd_pid=
}
