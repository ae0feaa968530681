// The activities of a plan as patches, each with the words for those who do not see them.
import { shortDate, type Day } from "kandas-design/figures";
import { isDone, type PatchState } from "kandas-design/states";
import { named, t } from "kandas-design/words.svelte";
import type { Activity, Member } from "../api/client";
import { fullName, subject } from "../state/names";

/** The services of Appendix 1 as one looks for them. */
export const GROUPS = {
  papers: [1, 2, 6, 7, 8, 23, 24],
  home: [3, 4, 5, 13],
  health: [11, 14],
  learning: [9, 10, 20, 21, 22],
  work: [15, 16, 17, 18],
  support: [12, 19, 25],
} as const;
export const code = (number: number) => `S${String(number).padStart(2, "0")}`;

/** One activity shows one patch; the order of precedence is that of the phone. */
export function patch(activity: Activity, day: Day): PatchState {
  if (activity.check_state === "returned") return "returned";
  if (activity.held) return "held";
  switch (activity.state) {
    case "not_applicable":
    case "cancelled":
      return "not_applicable";
    case "refused":
      return "refused";
    case "planned":
    case "in_progress":
    case "captured":
    case "done_local":
      if (activity.last_on && activity.last_on < day) return "overdue";
      if (activity.due_on && Date.parse(activity.due_on) - Date.parse(day) <= 7 * 86_400_000) return "soon";
      return "planned";
    default:
      if (activity.check_state === "accepted" || activity.check_state === "remarked") return "checked";
      return activity.state === "synced" ? "accepted" : "delivered";
  }
}

/** By service, those of one person. */
export function byService(activities: Activity[], person: string): Map<string, Activity> {
  return new Map(activities.filter((activity) => activity.person === person).map((activity) => [activity.service as string, activity]));
}

export function quilt(of: Map<string, Activity>, day: Day): (PatchState | null)[] {
  return Array.from({ length: 25 }, (_, n) => {
    const activity = of.get(code(n + 1));
    return activity ? patch(activity, day) : null;
  });
}

export function quiltName(member: Member, patches: (PatchState | null)[]): string {
  const asked = patches.filter((each) => each !== null && each !== "not_applicable" && each !== "refused");
  return `${fullName(member)}: ${asked.filter((each) => each && isDone(each)).length} / ${asked.length}`;
}

export function cellName(member: Member, activity: Activity, day: Day): string {
  const until = activity.due_on ? `, ${t("due-until", { date: shortDate(activity.due_on as Day, day) })}` : "";
  return `${subject(activity)}, ${fullName(member)}: ${named("patch", patch(activity, day))}${until}`;
}
