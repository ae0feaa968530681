import { describe, expect, test } from "vitest";
import { daysOf, isWeekend, plus, step, weeksOf } from "../../src/state/year";

describe("a year", () => {
  test("months have their days, weeks begin on Monday", () => {
    expect(daysOf(2028, 2)).toHaveLength(29);
    expect(daysOf(2027, 2).at(-1)).toBe("2027-02-28");
    const weeks = weeksOf(2026, 12);
    // 1 December 2026 is a Tuesday.
    expect(weeks[0]).toEqual([null, "2026-12-01", "2026-12-02", "2026-12-03", "2026-12-04", "2026-12-05", "2026-12-06"]);
    expect(weeks.at(-1)).toEqual(["2026-12-28", "2026-12-29", "2026-12-30", "2026-12-31", null, null, null]);
    expect(["2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07"].map(isWeekend)).toEqual([false, true, true, false]);
    expect(plus("2026-12-31", 1)).toBe("2027-01-01");
  });

  test("keys move within it", () => {
    for (const [code, from, to] of [
      ["ArrowRight", "2026-12-05", "2026-12-06"],
      ["ArrowLeft", "2026-03-01", "2026-02-28"],
      ["ArrowUp", "2026-12-05", "2026-11-28"],
      ["ArrowDown", "2026-12-05", "2026-12-12"],
      ["Home", "2026-12-05", "2026-11-30"],
      ["End", "2026-12-05", "2026-12-06"],
      ["PageUp", "2026-03-31", "2026-02-28"],
      ["PageDown", "2026-01-31", "2026-02-28"],
      // The year ends there.
      ["ArrowLeft", "2026-01-01", "2026-01-01"],
      ["ArrowDown", "2026-12-31", "2026-12-31"],
      ["PageDown", "2026-12-31", "2026-12-31"],
    ] as const) {
      expect(step(code, from), `${code} from ${from}`).toBe(to);
    }
    expect(step("KeyA", "2026-12-05")).toBeNull();
  });
});
