// What a phone has to load before the first screen is there, in Kazakh, compressed: at most 150 kB. The Rust side
// packs the files into the program; this runs after each build and fails it.
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

const dist = new URL("../dist", import.meta.url).pathname;
const MOST = 150_000;
const files = readdirSync(join(dist, "assets")).map((name) => join("assets", name));
/** What the page names itself, what its program takes in at once, the Kazakh words and the fonts; the rest comes later. */
const entry = files.find((name) => /\/index-[\w-]+\.js$/.test(name)) ?? "";
const named = readFileSync(join(dist, "index.html"), "utf8");
const statically = [...readFileSync(join(dist, entry), "utf8").matchAll(/(?:from|import)"\.\/([\w.-]+\.js)"/g)].map((found) => found[1]);
const first = (name) => {
  const file = name.split("/").at(-1);
  return named.includes(file) || statically.includes(file) || /^kk-base-/.test(file) || file.endsWith(".woff2");
};
let total = 0;
const lines = [];
for (const name of ["index.html", ...files]) {
  const bytes = readFileSync(join(dist, name));
  const size = name.endsWith(".woff2") ? bytes.length : gzipSync(bytes, { level: 9 }).length;
  const counted = name === "index.html" || first(name);
  if (counted) total += size;
  lines.push(`${String(size).padStart(8)}  ${counted ? " " : "-"} ${name}`);
}
console.log(`${lines.join("\n")}\n${String(total).padStart(8)}    before the first screen, of ${MOST}`);
if (total > MOST) {
  console.error("The page is too heavy.");
  process.exit(1);
}
