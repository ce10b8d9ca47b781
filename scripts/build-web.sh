#!/usr/bin/env bash
# Builds the console and the site into web/dist: cargo → wasm-split → joined parts → wasm-bindgen → wasm-opt → short names → terser →
# Tailwind → hashed names → .br.
#
#   scripts/build-web.sh        as shipped: small, optimised, compressed
#   scripts/build-web.sh --dev  quick: unoptimised, with debug names, not compressed
#
# web/dist holds console.html, site.html and assets/, large files compressed only. A file in assets/ carries its content's hash in its name, so it may
# be cached for ever. In web/static, `@name.ext@` stands for the address of assets/name-HASH.ext.
# Nothing is done when neither sources nor Cargo.lock nor these scripts have changed.
. "$(dirname "$0")/lib.sh"

mode=release
case "${1:-}" in
  '') ;;
  --dev) mode=dev ;;
  *) die "usage: scripts/build-web.sh [--dev]" ;;
esac
apps=(console site)
target=wasm32-unknown-unknown
target_dir=$root/target/web
dist=$root/web/dist
stamp_file=$target_dir/dist.stamp
cd "$root"
mkdir -p "$target_dir"

# One build at a time: two would write into the same folders.
if have flock; then
  exec 9>"$target_dir/.lock"
  flock -n 9 || { say "waiting for another build"; flock 9; }
fi

# Every file that can change the result: web/, the crates it is built from, the lock file, the scripts.
stamp() {
  local crates
  crates=$(cargo tree -q --target "$target" --prefix none --format '{p}' "${apps[@]/#/-ppocketkey-}" |
    sed -n 's/.* (\(\/[^)]*\)).*/\1/p' | sort -u)
  [ -n "$crates" ] || die "cannot tell which crates the web is built from"
  echo "$mode"
  printf '%s\n' "$crates" web |
    while read -r folder; do
      find "${folder#"$root/"}" \( -path web/dist -o -name target -o -name node_modules \) -prune -o -type f -print
    done | sort -u | tr '\n' '\0' | xargs -0 sha256sum Cargo.toml Cargo.lock scripts/lib.sh scripts/build-web.sh scripts/web/*
}
new_stamp=$(stamp | sha256sum)
if [ -f "$dist/console.html" ] && [ -f "$dist/site.html" ] && [ "$(cat "$stamp_file" 2>/dev/null)" = "$new_stamp" ]; then
  say "web/dist is up to date"
  exit 0
fi

"$root/scripts/setup-wasm.sh"
choose_rust "$target" 2>/dev/null
if [ "$rust_kind" = debian ]; then export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-$lld_version; fi
bindgen=$cache/wasm-bindgen-$(locked_version wasm-bindgen)/bin/wasm-bindgen

# 1. Rust → wasm. A target directory of its own, so that native builds keep their cache.
#    erase_components: Leptos has one type for all views: smaller, quicker to compile. Paths in messages of panics begin
#    below the registry, so that the result is the same on every machine.
export RUSTFLAGS="--cfg erase_components --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}/registry/src/= ${RUSTFLAGS:-}"
if [ $mode = dev ]; then
  profile=dev folder=debug
else
  profile=web folder=web
fi
say "compiling (profile $profile)"
cargo build "${cargo_args[@]}" --target-dir "$target_dir" --profile "$profile" "${apps[@]/#/-ppocketkey-}"

# 2. wasm → wasm and its JavaScript, optimised. What rustc's output uses is named: with --all-features wasm-opt writes
#    what browsers refuse. The exports removed are those of wasm-streams, which comes with Leptos and is not used.
work=$target_dir/dist.work
rm -rf "$work" && mkdir -p "$work/in" "$work/out/assets"
optimise() { # FROM TO [OPTION]…
  if [ $mode = dev ]; then
    cp "$1" "$2"
  else
    "$npm_tools/node_modules/.bin/wasm-opt" --remove-exports='*intounderlying*' -Oz \
      --reorder-functions-by-name "${@:3}" --strip-debug --strip-producers \
      --enable-bulk-memory --enable-bulk-memory-opt --enable-mutable-globals --enable-multivalue \
      --enable-nontrapping-float-to-int --enable-reference-types --enable-call-indirect-overlong --enable-sign-ext \
      "$1" -o "$2" >"$work/wasm-opt.out" 2>"$work/wasm-opt.log" || { cat "$work/wasm-opt.log" >&2; die "wasm-opt failed on $1"; }
  fi
  node -e 'new WebAssembly.Module(require("fs").readFileSync(process.argv[1]))' "$2" || die "$2 does not load"
}
for app in "${apps[@]}"; do
  keep=()
  if [ $mode = dev ]; then keep=(--debug --keep-debug); fi
  wasm=$target_dir/$target/$folder/pocketkey-$app.wasm
  if [ "$app" = console ]; then # in parts: see web/console/src/parts.rs
    "$wasm_split/bin/wasm-split-cli" --out-name "$app" "$wasm" "$work/split" >"$work/split.log" 2>&1 ||
      { cat "$work/split.log" >&2; die "wasm-split failed"; }
    wasm=$work/split/$app.wasm
    keep+=(--keep-lld-exports)
    if [ $mode = release ]; then
      node "$root/scripts/web/join-parts.mjs" "$work/split" "$npm_tools/node_modules/.bin" welcome dashboard users
    fi
  fi
  "$bindgen" --target web --no-typescript "${keep[@]}" --out-dir "$work/bindgen" --out-name "$app" "$wasm"
  mv "$work/bindgen/$app.js" "$work/in/"
  optimise "$work/bindgen/${app}_bg.wasm" "$work/in/$app.wasm" --minify-imports-and-exports-and-modules
  if [ $mode = release ]; then mv "$work/wasm-opt.out" "$work/$app.names"; fi
done
for part in "$work"/split/*_*.wasm; do
  optimise "$part" "$work/in/console-$(basename "$part")"
done
# wasm-bindgen's JavaScript and the one that fetches parts import each other; as one file they can have hashed names.
node - "$work/in/console.js" "$work/split/__wasm_split.js" <<'JS'
const fs = require("node:fs");
const [main, parts] = process.argv.slice(2);
const loader = fs.readFileSync(parts, "utf8")
  .replace(/^import .*\n/m, "")
  .replace(/"\.\/([\w.]+\.wasm)"/g, '"@console-$1@"')
  .replace(/^export const (\w+) =/gm, "parts.$1 =");
const script = fs.readFileSync(main, "utf8").replace(/^import \* as (\w+) from "\.\/__wasm_split\.js"$/gm, "const $1 = parts;");
if (/\b__wasm_split\.js"$/m.test(script) || /^(import|export) /m.test(loader)) throw new Error("wasm-split's JavaScript has changed");
fs.writeFileSync(main, `const parts = {};\n${script}\n${loader}`);
JS
if [ $mode = release ]; then
  for app in "${apps[@]}"; do
    node "$root/scripts/web/short-names.mjs" "$work/in/$app.js" "$work/$app.names"
    "$npm_tools/node_modules/.bin/terser" --module --compress passes=2 --mangle --output "$work/in/$app.js" -- "$work/in/$app.js" ||
      die "terser failed on $app.js"
  done
fi
# JavaScript that crates bring along; wasm-bindgen's output imports it by relative path.
if [ -d "$work/bindgen/snippets" ]; then cp -r "$work/bindgen/snippets" "$work/out/assets/"; fi

# 3. Styles.
minify=()
if [ $mode = release ]; then minify=(--minify); fi
for app in "${apps[@]}"; do
  NODE_PATH=$npm_tools/node_modules "$npm_tools/node_modules/.bin/tailwindcss" --cwd web \
    --input "$root/web/$app/$app.css" --output "$work/in/$app.css" "${minify[@]}" 2>"$work/tailwind.log" ||
    { cat "$work/tailwind.log" >&2; die "Tailwind failed on $app.css"; }
done

# 4. Hashed names, and `@name.ext@` replaced by the address; 5. the files compressed beside themselves.
node - "$work/in" "$root/web/static" "$work/out" $mode <<'JS'
const fs = require("node:fs"), path = require("node:path"), zlib = require("node:zlib"), crypto = require("node:crypto");
const [built, fixed, out, mode] = process.argv.slice(2);
const files = new Map();
for (const folder of [built, fixed])
  for (const name of fs.readdirSync(folder)) files.set(name, fs.readFileSync(path.join(folder, name)));

// A file's address depends on its content, which may name other files: theirs come first.
const addresses = new Map();
function address(name, from = []) {
  if (!files.has(name)) throw new Error(`${from.at(-1)} names @${name}@, which is in neither web/static nor the build`);
  if (from.includes(name)) throw new Error(`a circle of references: ${[...from, name].join(" → ")}`);
  if (addresses.has(name)) return addresses.get(name);
  let content = files.get(name);
  const { name: stem, ext } = path.parse(name);
  if ([".html", ".js", ".css", ".webmanifest"].includes(ext))
    content = Buffer.from(content.toString().replace(/@([\w-]+\.(?:js|wasm|css|svg|png|webmanifest))@/g, (_, other) => address(other, [...from, name])));
  const hash = crypto.createHash("sha256").update(content).digest("hex").slice(0, 12);
  const where = ext === ".html" ? name : `assets/${stem}-${hash}${ext}`;
  fs.writeFileSync(path.join(out, where), content);
  addresses.set(name, `/${where}`);
  return `/${where}`;
}
for (const name of files.keys()) address(name);

const number = (n) => String(n).replace(/\B(?=(\d{3})+$)/g, " ").padStart(11);
const { constants } = zlib;
console.log(`${"".padEnd(36)}${"bytes".padStart(11)}${mode === "dev" ? "" : "brotli".padStart(11)}`);
for (const name of fs.readdirSync(out, { recursive: true }).sort()) {
  const file = path.join(out, name);
  if (!fs.statSync(file).isFile()) continue;
  const content = fs.readFileSync(file);
  let line = name.padEnd(36) + number(content.length);
  if (mode !== "dev") {
    const br = zlib.brotliCompressSync(content, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 24, [constants.BROTLI_PARAM_SIZE_HINT]: content.length },
    });
    fs.writeFileSync(`${file}.br`, br);
    line += number(br.length);
    // Whoever does not take it so gets it unpacked.
    if (content.length > 4096) fs.unlinkSync(file);
  }
  console.log(line);
}
JS

rm -rf "$dist" && mv "$work/out" "$dist" && rm -rf "$work"
echo "$new_stamp" >"$stamp_file"
say "web/dist is ready ($mode)"
