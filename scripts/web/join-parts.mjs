// Joins the console's parts that a first load may need: node join-parts.mjs SPLIT_DIR BINARYEN_BIN PART…
//
// wasm-split writes one file for each combination of parts that share code. Of PART… alone there are fewer combinations
// (3 parts: 7): files that the same ones of them need become one, in SPLIT_DIR, and __wasm_split.js fetches that. One
// file compresses better than ten. Whoever needs one of the ten gets the others with it.
import fs from "node:fs";
import path from "node:path";
import { execFileSync } from "node:child_process";

const [folder, binaryen, ...first] = process.argv.slice(2);
const script = path.join(folder, "__wasm_split.js");
const features = ["bulk-memory", "bulk-memory-opt", "mutable-globals", "multivalue", "nontrapping-float-to-int", "reference-types",
  "call-indirect-overlong", "sign-ext"].map((feature) => `--enable-${feature}`);
const run = (tool, ...args) => execFileSync(path.join(binaryen, tool), args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"], maxBuffer: 1 << 28 });

// What is fetched, by the combination of first parts that need it.
let source = fs.readFileSync(script, "utf8");
const groups = new Map();
const add = (users, file) => {
  const key = users.filter((part) => first.includes(part)).sort().join("_");
  if (key) groups.set(key, [...(groups.get(key) ?? []), file]);
};
for (const [, users, file] of source.matchAll(/^\/\* (.+) \*\/\nconst __(chunk_\d+) = /gm)) add(users.split(", "), file);
for (const [, part] of source.matchAll(/^export const __wasm_split_load_(\w+) = /gm)) add([part], `split_${part}`);
for (const part of first) if (!groups.get(part)?.includes(`split_${part}`)) throw new Error(`wasm-split's JavaScript has changed: no part ${part}`);

// All parts import the same memory, table and stack pointer. A module that hands them on makes them one import again.
const text = run("wasm-dis", path.join(folder, `split_${first[0]}.wasm`));
const imports = [...text.matchAll(/^ \(import "__wasm_split" ("\w+") \((\w+) (\S+) (.+)\)\)$/gm)];
if (imports.length !== 3) throw new Error("a part does not import memory, table and stack pointer alone");
const handOn = imports.map(([, name, kind, id, type]) => `(import "shared" ${name} (${kind} ${id} ${type})) (export ${name} (${kind} ${id}))`);
fs.writeFileSync(path.join(folder, "shared.wat"), `(module ${handOn.join("\n")})`);
run("wasm-as", ...features, path.join(folder, "shared.wat"), "-o", path.join(folder, "shared.bin"));

for (const [key, files] of groups) {
  const joined = `first_${key}`;
  run("wasm-merge", "--debuginfo", ...features, path.join(folder, "shared.bin"), "__wasm_split",
    ...files.flatMap((file) => [path.join(folder, `${file}.wasm`), file]), "-o", path.join(folder, `${joined}.wasm`));
  for (const file of files) fs.rmSync(path.join(folder, `${file}.wasm`));
}

// The script fetches a joined file once, whoever asks for it.
const replace = (pattern, replacement) => {
  const before = source;
  source = source.replace(pattern, replacement);
  if (source === before) throw new Error(`wasm-split's JavaScript has changed: no ${pattern}`);
};
replace(/sharedImports = \{ __wasm_split: \{\s*\} \};/, "const shared = {}; sharedImports = { __wasm_split: shared, shared };");
for (const [key, files] of groups) {
  const load = `__first_${key}`;
  const fetcher = (file) => `\\(\\(\\) => \\{\\s*const src = fetch\\(new URL\\("\\./${file}\\.wasm"[^]*?\\n\\}\\s*, \\[`;
  for (const file of files)
    if (file.startsWith("chunk_")) replace(new RegExp(`const __${file} = makeLoad${fetcher(file)}\\]\\);`), `const __${file} = ${load};`);
    else replace(new RegExp(fetcher(file)), `(() => async () => {}, [${load}, `);
  replace("/* ", `const ${load} = makeLoad(() => {
    const src = fetch(new URL("./first_${key}.wasm", import.meta.url));
    src.catch(() => {});
    return async (imports) => (WebAssembly.instantiateStreaming(src, imports));
}, []);
/* `);
}
fs.writeFileSync(script, source);
