// A year as days: what the calendar shows and how keys move in it. Pure.
import { weekday, type Day } from "kandas-design/figures";
import type { CalendarDayOf, CalendarYear } from "../api/client";

const MS = 86_400_000;

export function plus(day: Day, days: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + days * MS).toISOString().slice(0, 10);
}

/** Days of a month, 1 to 12. */
export function daysOf(year: number, month: number): Day[] {
  const first = `${year}-${String(month).padStart(2, "0")}-01`;
  const days = [first];
  for (let day = plus(first, 1); day.slice(5, 7) === first.slice(5, 7); day = plus(day, 1)) days.push(day);
  return days;
}

/** The same in weeks from Monday to Sunday; null where another month is. */
export function weeksOf(year: number, month: number): (Day | null)[][] {
  const days = daysOf(year, month);
  const before: null[] = Array.from({ length: weekday(days[0] ?? "") - 1 }, () => null);
  const cells: (Day | null)[] = [...before, ...days];
  while (cells.length % 7 > 0) cells.push(null);
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}

export function isWeekend(day: Day): boolean {
  return weekday(day) > 5;
}

/** How a day is: what is said of it, else what its weekday says. */
export function works(of: CalendarDayOf | undefined, day: Day): boolean {
  return of ? of.works : !isWeekend(day);
}

/** How the program has it. */
export function shipped(of: CalendarDayOf | undefined, day: Day): boolean {
  return of ? of.shipped : !isWeekend(day);
}

/** By day, for looking up. */
export function byDay(year: CalendarYear): Map<Day, CalendarDayOf> {
  return new Map(year.days.map((each) => [each.day, each]));
}

/** Where a key leads from a day, within its year; null: nowhere. */
export function step(code: string, from: Day): Day | null {
  const month = Number(from.slice(5, 7));
  const moved = (to: number): Day => {
    const days = daysOf(Number(from.slice(0, 4)), to);
    return days[Math.min(Number(from.slice(8, 10)), days.length) - 1] ?? from;
  };
  const to = (() => {
    switch (code) {
      case "ArrowLeft":
        return plus(from, -1);
      case "ArrowRight":
        return plus(from, 1);
      case "ArrowUp":
        return plus(from, -7);
      case "ArrowDown":
        return plus(from, 7);
      case "Home":
        return plus(from, 1 - weekday(from));
      case "End":
        return plus(from, 7 - weekday(from));
      case "PageUp":
        return month > 1 ? moved(month - 1) : from;
      case "PageDown":
        return month < 12 ? moved(month + 1) : from;
      default:
        return null;
    }
  })();
  return to === null ? null : to.slice(0, 4) === from.slice(0, 4) ? to : from;
}
