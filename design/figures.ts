// Numbers, sizes and days as people here write them: decimal comma, no-break space for thousands and before units,
// `23.11.2026`, twenty-four hours, days in UTC+5. Pure functions; the words come in from the messages.
import type { Lang } from "./words.svelte";

export const NBSP = "\u00a0";
/** Binds a suffix to its number: `7‑сі` never breaks. */
export const NB_HYPHEN = "\u2011";
const HOUR = 3_600_000;
/** Kazakhstan has one time since 2024. */
const OFFSET = 5 * HOUR;

/** A count that the server makes exactly up to 10,000 only: `10 000+`. */
export function counted(value: number, lang: Lang): string {
  return value > 10_000 ? `${number(10_000, lang)}+` : number(value, lang);
}

/** `1 942`, `18,0`; English takes a point. */
export function number(value: number, lang: Lang, decimals = 0): string {
  const [whole = "", rest] = Math.abs(value).toFixed(decimals).split(".");
  const grouped = whole.length > 3 ? whole.replace(/\B(?=(\d{3})+$)/g, NBSP) : whole;
  const sign = value < 0 && Number(value.toFixed(decimals)) !== 0 ? "−" : "";
  return `${sign}${grouped}${rest ? (lang === "en" ? "." : ",") + rest : ""}`;
}

const UNITS: Record<"cyrillic" | "latin", readonly string[]> = {
  cyrillic: ["Б", "КБ", "МБ", "ГБ"],
  latin: ["B", "KB", "MB", "GB"],
};

/** Bytes: `620 КБ`, `18,0 МБ`, `1,2 ГБ`. */
export function size(bytes: number, lang: Lang): string {
  const units = UNITS[lang === "en" ? "latin" : "cyrillic"];
  let [value, step] = [bytes, 0];
  // 999.95 rounds to a four-figure number: the next unit says it better.
  while (value >= 999.5 && step < units.length - 1) [value, step] = [value / 1000, step + 1];
  const decimals = step >= 2 && value < 99.95 ? 1 : 0;
  return `${number(value, lang, decimals)}${NBSP}${units[step]}`;
}

/** `76 %`. */
export function percent(part: number, whole: number, lang: Lang): string {
  return `${number(whole > 0 ? Math.floor((part / whole) * 100) : 0, lang)}${NBSP}%`;
}

/** `240 м`, `12 км`; Kazakh and Russian write both alike. */
export function distance(metres: number, lang: Lang): string {
  const [m, km] = lang === "en" ? ["m", "km"] : ["м", "км"];
  if (metres < 995) return `${number(metres < 100 ? metres : Math.round(metres / 10) * 10, lang)}${NBSP}${m}`;
  return `${number(metres / 1000, lang, metres < 9_950 ? 1 : 0)}${NBSP}${km}`;
}

/** `±8 м`. */
export function accuracy(metres: number, lang: Lang): string {
  return `±${number(Math.max(1, Math.ceil(metres)), lang)}${NBSP}${lang === "en" ? "m" : "м"}`;
}

/** A day of the calendar, `2026-11-23`. */
export type Day = string;

/** The civil day and time of an instant in UTC+5. */
export function civil(instant: string | number): { day: Day; time: string } {
  const text = new Date(new Date(instant).getTime() + OFFSET).toISOString();
  return { day: text.slice(0, 10), time: text.slice(11, 16) };
}

/** `23.11.2026`. */
export function date(day: Day): string {
  return `${day.slice(8, 10)}.${day.slice(5, 7)}.${day.slice(0, 4)}`;
}

/** `23.11` in the year of `today`, else `23.11.2025`. */
export function shortDate(day: Day, today: Day): string {
  return day.slice(0, 4) === today.slice(0, 4) ? date(day).slice(0, 5) : date(day);
}

/** Monday is 1, Sunday 7. */
export function weekday(day: Day): 1 | 2 | 3 | 4 | 5 | 6 | 7 {
  return (new Date(`${day}T00:00:00Z`).getUTCDay() || 7) as 1 | 2 | 3 | 4 | 5 | 6 | 7;
}

export function month(day: Day): 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9 | 10 | 11 | 12 {
  return Number(day.slice(5, 7)) as 1;
}

/** Days from one day to another; negative when the second lies before. */
export function daysBetween(from: Day, to: Day): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / (24 * HOUR));
}

/** Full years of a life on a day. */
export function years(born: Day, today: Day): number {
  const had = today.slice(5) >= born.slice(5);
  return Number(today.slice(0, 4)) - Number(born.slice(0, 4)) - (had ? 0 : 1);
}

// The last word of a Kazakh numeral decides its suffix: «жетісі», «сегізі», «алтысы».
const UNIT_SUFFIX = ["і", "і", "сі", "і", "і", "і", "сы", "сі", "і", "ы"] as const;
const TEN_SUFFIX = ["", "ы", "сы", "ы", "ы", "і", "ы", "і", "і", "ы"] as const;

/** How many of them: Kazakh `7‑сі`, the plain number elsewhere. */
export function ofThem(count: number, lang: Lang): string {
  if (lang !== "kk") return number(count, lang);
  const [unit, ten] = [count % 10, Math.floor(count / 10) % 10];
  const thousand = count > 0 && count % 1000 === 0;
  const suffix = unit || count === 0 ? UNIT_SUFFIX[unit] : ten ? TEN_SUFFIX[ten] : thousand ? "ы" : "і";
  return `${number(count, lang)}${NB_HYPHEN}${suffix}`;
}

/** First letter small: a word of the domain inside a sentence. */
export function small(text: string): string {
  return text.charAt(0).toLocaleLowerCase("kk") + text.slice(1);
}

/** First letter large; the rest stays. */
export function capital(text: string): string {
  return text.charAt(0).toLocaleUpperCase("kk") + text.slice(1);
}

const FOLDS: Record<string, string> = {
  ә: "а", ғ: "г", қ: "к", ң: "н", ө: "о", ұ: "у", ү: "у", һ: "х", і: "и", ё: "е",
};

/** Keyboards without Kazakh letters find Kazakh names (the same fold as in the core). */
export function fold(text: string): string {
  return text.toLocaleLowerCase("kk").replace(/[әғқңөұүһіё]/g, (letter) => FOLDS[letter] ?? letter).trim();
}
