// One activity shows one patch. Which one is decided by the core (`activity.patch`); here stands only how each looks.
export const PATCHES = [
  "planned", "soon", "overdue", "draft", "waiting", "sending", "accepted", "delivered", "checked", "returned", "held",
  "not_applicable", "refused",
] as const;
export type PatchState = (typeof PATCHES)[number];
export type Tone = "plan" | "soon" | "over" | "hand" | "sent" | "done" | "back" | "off";

export const TONE: Record<PatchState, Tone> = {
  planned: "plan",
  soon: "soon",
  overdue: "over",
  draft: "hand",
  waiting: "hand",
  sending: "hand",
  accepted: "sent",
  delivered: "sent",
  checked: "done",
  returned: "back",
  held: "back",
  "not_applicable": "off",
  refused: "off",
};

/** Whether the worker has done his part: what counts in "11 of 22". */
export function isDone(state: PatchState): boolean {
  return ["waiting", "sending", "accepted", "delivered", "checked"].includes(state);
}
