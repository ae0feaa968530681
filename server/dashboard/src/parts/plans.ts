// How the states of a plan look, and the steps that a version goes through.
import { TONE, type PatchState } from "kandas-design/states";
import type { PlanItemOf, PlanState } from "../api/client";

const LOOKS: Record<PlanState, PatchState> = {
  draft_remote: "draft",
  prelim_agreed: "draft",
  final_draft: "draft",
  agreed: "waiting",
  approved: "accepted",
  published: "checked",
  in_execution: "checked",
  executed: "checked",
  monitoring: "checked",
  closed: "not_applicable",
  departed: "not_applicable",
  discarded: "not_applicable",
};
export const patch = (state: PlanState) => LOOKS[state];
export const tone = (state: PlanState) => TONE[LOOKS[state]];

/** The way of a version (requirements §2.4). */
export const STEPS = ["draft_remote", "prelim_agreed", "final_draft", "agreed", "approved", "published"] as const satisfies readonly PlanState[];

/** The way of a plan that phones have. */
export const AFTER = ["published", "in_execution", "executed", "monitoring", "closed"] as const satisfies readonly PlanState[];

export type PlanChange = "added" | "dropped" | "moved";
/** How an item differs from the version before, as `shared::plan` says it. */
export function changeOf(item: PlanItemOf): PlanChange | null {
  if (item.activity == null) return item.chosen ? "added" : null;
  if (!item.chosen) return "dropped";
  return (item.planned_on ?? "") === (item.was_on ?? "") ? null : "moved";
}
