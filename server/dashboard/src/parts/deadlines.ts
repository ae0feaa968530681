// How deadlines look, what is said of their clocks, and where each leads.
import { date, month as monthOf } from "kandas-design/figures";
import type { Tone } from "kandas-design/states";
import { t } from "kandas-design/words.svelte";
import type { Deadline, DeadlineKind, DeadlineState } from "../api/client";
import { ASSESSMENTS, CHECKING, FAMILIES, MONITORING, PLANS, RECORDS, REPORTS, ROAD_MAPS, type Place } from "../state/router.svelte";
import { session } from "../state/session.svelte";
import { quarterName } from "./assessments";

/** The most urgent first, as the server has them. */
export const STATES: readonly DeadlineState[] = ["late", "today", "soon", "later", "open"];

const TONES: Record<DeadlineState, Tone> = { late: "over", today: "soon", soon: "sent", later: "plan", open: "off" };
/** Red is only what is late by the order. */
export const tone = (of: Pick<Deadline, "state" | "basis">): Tone => (of.state === "late" && of.basis !== "order" ? "soon" : TONES[of.state]);

/** `Отчёт за ноябрь 2026 года`, `3 квартал 2026 года`; nothing of what has no period. */
export function periodName({ kind, period }: Deadline): string {
  if (!period) return "";
  if (period.includes("Q")) return quarterName(period);
  if (kind.startsWith("road_map")) return t("road-map-of", { year: period });
  return t("report-of", { month: t(`calendar-month-${monthOf(`${period}-01`)}`), year: period.slice(0, 4) });
}

/** What its clock says: how many working days there are to the day to aim for, or since when it waits. */
export function clock(of: Deadline, today: string): string {
  if (of.state === "open") return of.starts_on ? t("deadline-since", { date: date(of.starts_on) }) : t("deadline-no-term");
  if (of.state === "late") return of.days_left == null ? "" : t("due-late", { days: Math.max(1, -of.days_left) });
  const { target, legal } = of;
  if (target && legal && target < today) return t("deadline-until-law", { date: date(legal) });
  if (of.state === "today") return target === today && legal && legal !== target ? t("deadline-target-today", { date: date(legal) }) : t("due-today");
  const left = of.target_left ?? of.days_left;
  if (left == null) return "";
  return left > 0 ? t("due-left", { days: left }) : t("due-today");
}

/** The list that it is a number of, or the one thing that it is. */
export function where(of: Deadline): Place {
  const unit = of.unit ?? "";
  const period = of.period ?? "";
  const late = of.state === "late";
  const places: Record<DeadlineKind, () => Place> = {
    plan_after_visit: () => (of.subject ? { screen: "plan", family: of.subject, version: "" } : { ...PLANS, only: "without" }),
    registration: () => (of.subject ? { screen: "case", family: of.subject } : FAMILIES),
    activity: () => ({ ...FAMILIES, only: late ? "overdue" : "soon", unit, from: of.from ?? "", to: of.to ?? "" }),
    agreement: () => (of.subject ? { screen: "plan", family: of.subject, version: "" } : { ...PLANS, only: "under_way" }),
    approval: () => (of.subject ? { screen: "plan", family: of.subject, version: "" } : { ...PLANS, only: of.mine ? "" : "under_way" }),
    publication: () => (of.subject ? { screen: "plan", family: of.subject, version: "" } : { ...PLANS, only: late ? "late" : "under_way" }),
    rework: () => ({ ...RECORDS, state: late ? "unanswered" : "returned", unit }),
    check: () => (session.may("check") ? { ...CHECKING, unit } : { ...RECORDS, state: "unchecked", unit }),
    road_map: () => (of.subject ? { screen: "road-map", map: of.subject } : { ...ROAD_MAPS, year: period, show: late ? "late" : "waiting" }),
    road_map_copy: () => (of.subject ? { screen: "road-map", map: of.subject } : { ...ROAD_MAPS, year: period }),
    report: () => ({ ...REPORTS, month: period, show: late ? "overdue" : "" }),
    report_again: () => (of.subject ? { screen: "report", report: of.subject } : { ...REPORTS, month: period }),
    report_decision: () => (of.subject ? { screen: "report", report: of.subject } : { ...REPORTS, month: period, show: "waiting" }),
    issue: () => ({ ...MONITORING, tab: "issues", unit }),
    round: () => ({ ...MONITORING, period: period || "all", state: period ? "" : "missed", unit }),
    refund: () => ({ ...MONITORING, tab: "departures", unit }),
    assessment: () => ({ ...ASSESSMENTS, quarter: period, show: "unscored" }),
    // Whoever waits for it has nothing of it before him yet.
    conclusion: () => (of.mine ? { screen: "conclusion", quarter: period } : { ...ASSESSMENTS, quarter: period }),
    forwarding: () => ({ screen: "conclusion", quarter: period }),
    measures: () => ({ screen: "conclusion", quarter: period }),
  };
  return places[of.kind]();
}
