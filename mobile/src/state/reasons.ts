// Reasons that are chosen with a thumb, the last one always words of one's own. Where the record keeps a text, the chosen
// line is that text, in the worker's language.
import { maybe, t } from "kandas-design/words.svelte";
import type { ReasonLine } from "../api/types";
import { call } from "../core";
import { spoken } from "../names";
import type { Choice } from "../parts/Choices.svelte";

/** The lists that the centre may change, and how our own words of them are called. */
const LISTS = { not_applicable: "reason-na", refused: "reason-refused", correction: "reason-fix" } as const;

/** The word of the reason that asks for words. */
export const OTHER = "other";

/** What can be chosen today: in the centre's words where it has said any. */
export async function offered(of: keyof typeof LISTS): Promise<Choice[]> {
  const lists = await call({ call: "reasons" });
  return lists[of].map((line) => ({ word: line.code, text: text(line, LISTS[of]) }));
}

/** The line that a text was chosen by, else words of one's own: how a picker shows what was said before. */
export function wordOf(text: string | null, reasons: readonly Choice[]): { chosen: string | null; words: string } {
  if (!text?.trim()) return { chosen: null, words: "" };
  const line = reasons.find((reason) => reason.text === text && reason.word !== OTHER);
  return line ? { chosen: line.word, words: "" } : { chosen: OTHER, words: text };
}

function text(line: ReasonLine, family: string): string {
  if (line.text) return spoken(line.text);
  return line.code === OTHER ? t("reason-other") : (maybe(`${family}-${line.code.replaceAll("_", "-")}`) ?? line.code);
}

/** Why a number is shown; nobody changes these. */
export function numberReasons(): Choice[] {
  const ours = (["reason-iin-form", "reason-iin-search"] as const).map((id) => ({ word: id as string, text: t(id) }));
  return [...ours, { word: OTHER, text: t("reason-other") }];
}
