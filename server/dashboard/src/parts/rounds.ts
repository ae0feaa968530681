// How rounds of monitoring look and what is said of their days; what can be done in monitoring, as one sheet asks for it.
import { date, type Day } from "kandas-design/figures";
import { TONE, type PatchState } from "kandas-design/states";
import { t } from "kandas-design/words.svelte";
import type { DepartureAct, IssueAct, IssueWhat, MonitoringCompletion, MonitoringIssue, RefundState, RoundAct, RoundState } from "../api/client";

/** Each state as the patch that says the like of an activity. */
const LOOKS: Record<RoundState, PatchState> = {
  before: "not_applicable",
  scheduled: "planned",
  due: "soon",
  begun: "draft",
  missed: "overdue",
  done: "checked",
  departed: "not_applicable",
};
export const patch = (state: RoundState) => LOOKS[state];
export const tone = (state: RoundState) => TONE[LOOKS[state]];

const REFUNDS: Record<RefundState, PatchState> = { none: "not_applicable", opened: "soon", taken: "waiting", closed: "checked", withdrawn: "not_applicable" };
export const refundPatch = (state: RefundState) => REFUNDS[state];
export const refundTone = (state: RefundState) => TONE[REFUNDS[state]];

/** `01.10.2026 – 31.12.2026`. */
export const span = (of: { begins_on: Day; ends_on: Day }) => `${date(of.begins_on)} – ${date(of.ends_on)}`;

/** How many working days there are, or how late it is; nothing of what is not to be closed now. */
export function clock(of: { state: RoundState; days_left?: number | null }): string {
  if (of.days_left == null) return "";
  if (of.state === "missed") return t("due-late", { days: Math.max(1, -of.days_left) });
  if (of.state !== "due" && of.state !== "begun") return "";
  return of.days_left > 0 ? t("due-left", { days: of.days_left }) : t("due-today");
}

/** Something that is to be done. */
export type Deed =
  | { kind: "round"; act: RoundAct; family: string; number: number }
  | { kind: "look"; family: string; number: number; from: Day }
  | { kind: "find"; what: IssueWhat; family: string; text: string; record: string | null }
  | { kind: "issue"; act: Exclude<IssueAct, "open">; issue: MonitoringIssue }
  | { kind: "depart"; family: string }
  | { kind: "departure"; act: Exclude<DepartureAct, "record">; departure: string }
  | { kind: "confirm"; family: string; completion: MonitoringCompletion };
