// What was said in the form of an act outside the 25 services, to be read: before it is sealed, and in the record afterwards.
import { date } from "kandas-design/figures";
import { maybe, t } from "kandas-design/words.svelte";
import type { Act, ActForm } from "../api/types";

interface Said {
  act: Act | null;
  topics: string[];
  details: Record<string, unknown>;
}

const word = (family: string, name: string) => maybe(`${family}-${name.replaceAll("_", "-")}`) ?? name;

/** Names and what was said. Which details were chosen from words, and which are days, is told by the core's forms. */
export function details(of: Said, forms: ActForm[]): [string, string][] {
  const form = forms.find((each) => each.act === of.act);
  const read = (name: string, value: unknown): string => {
    if (Array.isArray(value)) return value.join("; ");
    const kind = form?.fields.find((field) => field.name === name)?.kind;
    return kind === "choice" ? word("choice", String(value)) : kind === "date" ? date(String(value)) : String(value);
  };
  const topics = of.topics.map((topic) => word("topic", topic)).join("; ");
  return [
    ...(topics ? [[t("record-topics"), topics] as [string, string]] : []),
    ...Object.entries(of.details).map(([name, value]): [string, string] => [word("field", name), read(name, value)]),
  ];
}
