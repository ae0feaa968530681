// The Fluent files of shared/locales are the one set of messages for Rust and for the screens. This reads them, refuses
// what differs between the three languages, and writes `message-ids.ts`: every id with its variables as a type, so that
// svelte-check fails the build when a screen names a message that does not exist, or forgets a variable.

import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "@fluent/syntax";

const here = dirname(fileURLToPath(import.meta.url));
export const LOCALES = join(here, "../shared/locales");
export const LANGUAGES = ["kk", "ru", "en"];
/** No screen says anything from the glossary and from the headings of exported lists; the help texts come by themselves when help is opened; the words of the
 * dashboard, of findings, of reference data, of reports, of monitoring, of assessments and of road maps come with the dashboard; those of keeping and erasing, of deadlines, of people and of the search with their screens. */
const APART = ["glossary.ftl", "help.ftl", "desk.ftl", "findings.ftl", "reference.ftl", "report.ftl", "monitoring.ftl", "assessment.ftl", "roadmap.ftl", "retention.ftl", "exchange.ftl", "plan.ftl", "family.ftl", "deadlines.ftl", "signing.ftl", "staff.ftl", "search.ftl", "fleet.ftl", "export.ftl"];
export const PARTS = {
  base: (name) => !APART.includes(name),
  help: (name) => name === "help.ftl",
  /** Of the dashboard; comes with its screens of plans. */
  plan: (name) => name === "plan.ftl",
  keep: (name) => ["retention.ftl", "exchange.ftl"].includes(name),
  staff: (name) => name === "staff.ftl",
  due: (name) => name === "deadlines.ftl",
  fleet: (name) => name === "fleet.ftl",
  find: (name) => name === "search.ftl",
  family: (name) => name === "family.ftl",
  /** Of the dashboard; comes when somebody signs, or looks at a signature by file. */
  sign: (name) => name === "signing.ftl",
  desk: (name) => ["desk.ftl", "findings.ftl", "reference.ftl", "report.ftl", "monitoring.ftl", "assessment.ftl", "roadmap.ftl"].includes(name),
};

function files(lang) {
  return readdirSync(join(LOCALES, lang)).filter((name) => name.endsWith(".ftl")).sort();
}

/** The Fluent source of one part of a language, without comments. */
export function source(lang, part) {
  const kept = files(lang).filter(PARTS[part]);
  return kept
    .map((name) => readFileSync(join(LOCALES, lang, name), "utf8").replace(/^#.*\n/gm, "").replace(/\n{2,}/g, "\n"))
    .join("\n");
}

/** Id to sorted variables, of all files of a language. */
export function catalogue(lang) {
  const all = new Map();
  for (const name of files(lang)) {
    const resource = parse(readFileSync(join(LOCALES, lang, name), "utf8"), {});
    for (const entry of resource.body) {
      if (entry.type === "Junk") throw new Error(`${lang}/${name}: cannot read «${entry.content.slice(0, 60)}»`);
      if (entry.type !== "Message") continue;
      if (all.has(entry.id.name)) throw new Error(`${lang}/${name}: ${entry.id.name} twice`);
      all.set(entry.id.name, [...variables(entry)].sort());
    }
  }
  return all;
}

function variables(node, found = new Set()) {
  if (node?.type === "VariableReference") found.add(node.id.name);
  for (const value of Object.values(node ?? {})) {
    if (Array.isArray(value)) value.forEach((item) => variables(item, found));
    else if (value && typeof value === "object" && value.type && value.type !== "Span") variables(value, found);
  }
  return found;
}

/** Checks the three languages against each other; answers the catalogue. */
export function agreed() {
  const [kk, ...others] = LANGUAGES.map((lang) => [lang, catalogue(lang)]);
  const faults = [];
  for (const [lang, messages] of others) {
    for (const [id, wanted] of kk[1]) {
      const got = messages.get(id);
      if (!got) faults.push(`${lang}: ${id} is missing`);
      else if (got.join() !== wanted.join()) faults.push(`${lang}: ${id} has {${got}}, kk has {${wanted}}`);
    }
    for (const id of messages.keys()) if (!kk[1].has(id)) faults.push(`kk: ${id} is missing`);
  }
  if (faults.length) throw new Error(`The languages differ:\n${faults.join("\n")}`);
  return kk[1];
}

export function writeIds() {
  const lines = [...agreed()].map(([id, names]) =>
    `  "${id}": ${names.length ? `{ ${names.map((name) => `${name}: string | number`).join("; ")} }` : "null"};`);
  const text = `// Written by design/messages.mjs from shared/locales.\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
  const target = join(here, "message-ids.ts");
  let before = "";
  try {
    before = readFileSync(target, "utf8");
  } catch {
    // The first time there is none.
  }
  if (before !== text) writeFileSync(target, text);
}

/** For Vite: `virtual:messages/kk-base` is the Fluent source of that part as a string. */
export function messages() {
  const prefix = "virtual:messages/";
  return {
    name: "kandas-messages",
    buildStart() {
      writeIds();
      if (this.addWatchFile) for (const lang of LANGUAGES) files(lang).forEach((n) => this.addWatchFile(join(LOCALES, lang, n)));
    },
    resolveId(id) {
      return id.startsWith(prefix) ? `\0${id}` : null;
    },
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const [lang, part] = id.slice(prefix.length + 1).split("-");
      return `export default ${JSON.stringify(source(lang, part))};`;
    },
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) writeIds();
