// Reasons that are chosen with a thumb, the last one always words of one's own. Where the record keeps a text, the chosen
// line is that text, in the worker's language.
import { t, type MessageId } from "kandas-design/words.svelte";
import type { Choice } from "../parts/Choices.svelte";

const LISTS = {
  "not-applicable": ["reason-na-has", "reason-na-age", "reason-na-status", "reason-na-moved"],
  refused: ["reason-refused-no-need", "reason-refused-self", "reason-refused-later"],
  correction: ["reason-fix-date", "reason-fix-person", "reason-fix-proof", "reason-fix-text"],
  iin: ["reason-iin-form", "reason-iin-search"],
} as const satisfies Record<string, readonly MessageId[]>;

/** The word of the reason that asks for words. */
export const OTHER = "other";

export function reasons(of: keyof typeof LISTS): Choice[] {
  return [...LISTS[of].map((id) => ({ word: id, text: t(id) })), { word: OTHER, text: t("reason-other") }];
}
