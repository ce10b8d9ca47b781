// Gives wasm-bindgen's JavaScript the short names that wasm-opt gave imports and exports: node short-names.mjs SCRIPT MAPPING
//
// Hashes in names do not compress. MAPPING is what `wasm-opt --minify-imports-and-exports-and-modules` prints.
import fs from "node:fs";

const [file, mapping] = process.argv.slice(2);
const { imports, exports } = JSON.parse(fs.readFileSync(mapping, "utf8"));
let script = fs.readFileSync(file, "utf8");
const replace = (pattern, replacement) => {
  const before = script;
  script = script.replace(pattern, replacement);
  if (script === before) throw new Error(`wasm-bindgen's JavaScript has changed: no ${pattern}`);
};

// The classes of wasm-streams, which comes with Leptos and is not used: build-web.sh removes their exports as well.
script = script
  .replace(/^export class IntoUnderlying[^]*?^\}\n(if \(Symbol\.dispose\) .*\n)?/gm, "")
  .replace(/^const IntoUnderlying\w+Finalization = [^;]*;\n/gm, "");

// All imports are of one module now.
const importNames = new Map(imports.map(([, name, short]) => [name, short]));
if (importNames.size !== imports.length) throw new Error("two imports of one name");
script = script.replace(/\b\w+\b/g, (name) => importNames.get(name) ?? name);
replace(/^ {8}"\.\/\w+_bg\.js": (\w+),\n(?: {8}"\.\/__wasm_split\.js": (\w+),\n)*/m, (_, own, parts) =>
  `        a: ${parts ? `Object.assign(${own}, ${parts})` : own},\n`);

const exportNames = new Map(exports);
const short = (name) => {
  if (!exportNames.has(name)) throw new Error(`${name} is not exported`);
  return exportNames.get(name);
};
script = script
  .replace(/\bwasm\.(\w+)/g, (_, name) => `wasm.${short(name)}`)
  .replace(/\{ ((?:\w+, )+) \} = initSync\(/, (_, names) => `{ ${names.replace(/\w+/g, (name) => `${short(name)}: ${name}`)} } = initSync(`);
fs.writeFileSync(file, script);
