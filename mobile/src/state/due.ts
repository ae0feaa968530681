// A deadline in words. How many working days are left is counted by the core (it has the calendar); this only says it.
import { NBSP, shortDate, weekday, type Day } from "kandas-design/figures";
import { t } from "kandas-design/words.svelte";
import type { Deadline } from "../api/types";

/** Beyond this many working days the date alone says more. */
const FAR = 10;

/** `3 жұмыс күніне кешікті`, `ертең`, `ср, 25.11`, `14.12`: the end of a row. */
export function dueShort(due: Deadline, today: Day): string {
  if (due.days < 0) return late(due);
  if (due.days === 0) return t("due-today");
  if (due.days === 1) return t("due-tomorrow");
  const date = shortDate(due.on, today);
  return due.days <= 7 ? `${t(`weekday-short-${weekday(due.on)}`)},${NBSP}${date}` : date;
}

/** `2 жұмыс күні қалды, 25.11 дейін`: where there is room for a sentence. */
export function dueLong(due: Deadline, today: Day): string {
  if (due.days < 0) return late(due);
  const until = t("due-until", { date: shortDate(due.on, today) });
  if (due.days === 0) return `${t("due-today")}, ${until}`;
  if (due.days === 1) return `${t("due-tomorrow")}, ${until}`;
  const left = due.working_days;
  return left === null || left > FAR || left < 1 ? until : `${t("due-left", { days: left })}, ${until}`;
}

/** A day that passed on a day off is late by no working day yet. */
function late(due: Deadline): string {
  return (due.working_days ?? 0) < 0 ? t("due-late", { days: -(due.working_days ?? 0) }) : t("patch-overdue");
}
