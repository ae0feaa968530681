// How the states of a monthly report look: each as the patch that says the like of an activity or a record.
import { TONE, type PatchState } from "kandas-design/states";
import type { ReportState } from "../api/client";

const LOOKS: Record<ReportState, PatchState> = {
  draft: "draft",
  signed: "waiting",
  sent: "accepted",
  accepted: "checked",
  returned: "returned",
  reopened: "soon",
  dropped: "not_applicable",
};

export const patch = (state: ReportState) => LOOKS[state];
export const tone = (state: ReportState) => TONE[LOOKS[state]];
