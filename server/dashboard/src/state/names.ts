// Names as the documents have them, the short names of services and acts, days and times.
import { civil, date, NBSP, shortDate, type Day } from "kandas-design/figures";
import { maybe, t } from "kandas-design/words.svelte";
import { Away, Refused } from "../api/client";

export function fullName(person: { surname?: string | null; given_name: string; patronymic?: string | null }): string {
  return [person.surname, person.given_name, person.patronymic].filter(Boolean).join(" ");
}

export function familyName(name: string | null | undefined): string {
  return name ? t("family-of", { name }) : t("family-nameless");
}

/** What a record is about, short. */
export function subject(of: { service?: string | null; act?: string | null; kind?: string | null }): string {
  if (of.service) return maybe(`service-${of.service}-short`) ?? of.service;
  if (of.act) return maybe(`act-${of.act.replaceAll("_", "-")}`) ?? of.act;
  return of.kind === "consent" ? t("consent-title") : t("record-other");
}

/** `13. Қандастың отбасына …`: the official name with its number. */
export function official(service: string): string {
  return `${Number(service.slice(1))}. ${maybe(`service-${service}`) ?? ""}`;
}

/** The codes of Appendix 1. */
export const SERVICES: readonly string[] = Array.from({ length: 25 }, (_, n) => `S${String(n + 1).padStart(2, "0")}`);

export function word(family: string, of: string): string {
  return maybe(`${family}-${of.replaceAll("_", "-")}`) ?? of;
}

/** `19.11.2026, 16:58`. */
export function moment(at: string): string {
  const { day, time } = civil(at);
  return `${date(day)},${NBSP}${time}`;
}

/** `19.11, 16:58` in this year. */
export function shortMoment(at: string, today: Day): string {
  const { day, time } = civil(at);
  return `${shortDate(day, today)},${NBSP}${time}`;
}

/** How long something is, in its largest unit: `40 с`, `12 мин`, `3 ч`, `5 дн.`. */
export function span(seconds: number): string {
  if (seconds < 90) return t("span-seconds", { count: Math.round(seconds) });
  if (seconds < 90 * 60) return t("span-minutes", { count: Math.round(seconds / 60) });
  if (seconds < 36 * 3600) return t("span-hours", { count: Math.round(seconds / 3600) });
  return t("span-days", { count: Math.round(seconds / 86_400) });
}

export function today(): Day {
  return civil(Date.now()).day;
}

/** What went wrong, in words. */
export function trouble(error: unknown): string {
  if (error instanceof Refused) return maybe(`problem-${error.code}`) ?? error.code;
  if (error instanceof Away) return t("desk-no-answer");
  throw error;
}
