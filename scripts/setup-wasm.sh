#!/usr/bin/env bash
# Installs what scripts/build-web.sh needs, once: a Rust that builds for wasm32, wasm-bindgen in the version of Cargo.lock,
# wasm-split, wasm-opt, Tailwind and terser from npm. The tools live in the cache, outside the repository; a second run only checks them.
. "$(dirname "$0")/lib.sh"

have node && have npm || die "needs Node 20 or later, with npm"
have cargo || die "needs cargo"

# wasm-bindgen: the tool must be of exactly the library's version.
version=$(locked_version wasm-bindgen)
[ -n "$version" ] || die "no wasm-bindgen in Cargo.lock"
bindgen=$cache/wasm-bindgen-$version
if [ "$("$bindgen/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $version" ]; then
  say "building wasm-bindgen-cli $version (a few minutes, once)"
  # Without --locked: the lock file inside the package may name crate versions that a mirror lacks.
  CARGO_TARGET_DIR=$cache/build-wasm-bindgen cargo install -q wasm-bindgen-cli --version "=$version" --root "$bindgen" --force
  rm -rf "$cache/build-wasm-bindgen"
  [ "$("$bindgen/bin/wasm-bindgen" --version)" = "wasm-bindgen $version" ] || die "$bindgen is not wasm-bindgen $version"
fi

# wasm-split; its tool does not tell its version, the folder's name does.
if ! "$wasm_split/bin/wasm-split-cli" --help >/dev/null 2>&1; then
  say "building wasm-split $wasm_split_version (a minute, once)"
  CARGO_TARGET_DIR=$cache/build-wasm-split cargo install -q wasm_split_cli_support --version "=$wasm_split_version" \
    --features build-binary --root "$wasm_split" --force
  rm -rf "$cache/build-wasm-split"
  "$wasm_split/bin/wasm-split-cli" --help >/dev/null || die "wasm-split-cli in $wasm_split does not run"
fi

# wasm-opt, Tailwind and terser.
npm_tools_ok() {
  "$npm_tools/node_modules/.bin/wasm-opt" --version 2>/dev/null | grep -q "version ${binaryen_version%%.*}\b" &&
    "$npm_tools/node_modules/.bin/tailwindcss" --help 2>/dev/null | grep -q "v$tailwind_version" &&
    "$npm_tools/node_modules/.bin/terser" --version 2>/dev/null | grep -q " $terser_version$"
}
if ! npm_tools_ok; then
  say "installing binaryen $binaryen_version, Tailwind $tailwind_version and terser $terser_version"
  rm -rf "$npm_tools" && mkdir -p "$npm_tools"
  npm install --prefix "$npm_tools" --silent --no-audit --no-fund \
    "binaryen@$binaryen_version" "@tailwindcss/cli@$tailwind_version" "tailwindcss@$tailwind_version" \
    "terser@$terser_version" >&2
  npm_tools_ok || die "wasm-opt, Tailwind or terser in $npm_tools does not run, or has another version"
fi

choose_rust wasm32-unknown-unknown
if [ "$rust_kind" = debian ]; then
  need_apt "lld-$lld_version"
  "wasm-ld-$lld_version" --version >/dev/null || die "wasm-ld-$lld_version does not run"
fi
say "ready: wasm-bindgen $version, wasm-split $wasm_split_version, wasm-opt $binaryen_version, Tailwind $tailwind_version, terser $terser_version"
