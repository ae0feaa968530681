// How the quarterly assessment looks: its states and bands as the patches and tones of the like, its quarters and numbers.
import { number, percent } from "kandas-design/figures";
import { TONE, type PatchState, type Tone } from "kandas-design/states";
import { t, words } from "kandas-design/words.svelte";
import type { AssessmentBand, AssessmentTotal, ConclusionState } from "../api/client";

const LOOKS: Record<ConclusionState, PatchState> = {
  draft: "draft",
  signed: "waiting",
  sent: "accepted",
  forwarded: "soon",
  closed: "checked",
};
const BANDS: Record<AssessmentBand, Tone> = { low: "over", medium: "soon", high: "done" };

export const patch = (state: ConclusionState) => LOOKS[state];
export const tone = (state: ConclusionState) => TONE[LOOKS[state]];
export const bandTone = (band: AssessmentBand) => BANDS[band];

export const CRITERIA = ["relevance", "effectiveness", "social_effect"] as const;
export type Criterion = (typeof CRITERIA)[number];

/** `2026 жылғы 3-тоқсан`. */
export function quarterName(quarter: string): string {
  const [year = "", name = ""] = quarter.split("-Q");
  return t("assessment-quarter-of", { number: name, year });
}

/** The quarter before or after. */
export function beside(quarter: string, by: 1 | -1): string {
  const [year = "", name = ""] = quarter.split("-Q");
  const quarters = Number(year) * 4 + Number(name) - 1 + by;
  return `${String(Math.floor(quarters / 4)).padStart(4, "0")}-Q${(quarters % 4) + 1}`;
}

/** Hundredths as people write them: `11`, `8,33`. */
export function hundredths(value: number): string {
  return number(value / 100, words.lang, value % 100 === 0 ? 0 : value % 10 === 0 ? 1 : 2);
}

/** `11 · …`: a total with its band is said in two places. */
export function totalOf(total: AssessmentTotal): string {
  return hundredths(total.hundredths);
}

/** `76 %` of a whole, a dash of nothing. */
export function share(part: number, whole: number): string {
  return whole > 0 ? percent(part, whole, words.lang) : "–";
}
