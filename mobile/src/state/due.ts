// A deadline in words. How many working days are left is counted by the core (it has the calendar); this only says it.
import { daysBetween, NBSP, shortDate, weekday, type Day } from "kandas-design/figures";
import { t } from "kandas-design/words.svelte";
import type { Deadline } from "../api/types";

/** Beyond this many working days the date alone says more. */
const FAR = 10;

/** `3 жұмыс күніне кешікті`, `ертең`, `ср, 25.11`, `14.12`: the end of a row. */
export function dueShort(due: Deadline, today: Day): string {
  if (isPast(due)) return late(due);
  const { on, days } = until(due);
  if (days === 0) return t("due-today");
  if (days === 1) return t("due-tomorrow");
  const date = shortDate(on, today);
  return days <= 7 ? `${t(`weekday-short-${weekday(on)}`)},${NBSP}${date}` : date;
}

/** `2 жұмыс күні қалды, 25.11 дейін`: where there is room for a sentence. */
export function dueLong(due: Deadline, today: Day): string {
  if (isPast(due)) return late(due);
  const { on, days } = until(due);
  const date = t("due-until", { date: shortDate(on, today) });
  if (days === 0) return `${t("due-today")}, ${date}`;
  if (days === 1) return `${t("due-tomorrow")}, ${date}`;
  const left = due.working_days;
  return left === null || left > FAR || left < 1 ? date : `${t("due-left", { days: left })}, ${date}`;
}

/** The day has passed, and where it was a day off the next working day too. */
export function isPast(due: Deadline): boolean {
  return due.days + daysBetween(due.on, due.last) < 0;
}

/** The day that is named; once it has passed on a day off, the last day in time. */
function until(due: Deadline): { on: Day; days: number } {
  return due.days < 0 ? { on: due.last, days: due.days + daysBetween(due.on, due.last) } : { on: due.on, days: due.days };
}

/** Beyond the calendar nobody counts working days. */
function late(due: Deadline): string {
  return (due.working_days ?? 0) < 0 ? t("due-late", { days: -(due.working_days ?? 0) }) : t("patch-overdue");
}
