import { expect, test } from "vitest";
import { isOver } from "../../src/state/unseen";

test("screens lock after so long out of sight, and when nobody can tell how long it was", () => {
  const then = Date.UTC(2026, 10, 30, 10);
  expect(isOver(then, then + 299_999, 5)).toBe(false);
  expect(isOver(then, then + 300_000, 5)).toBe(true);
  expect(isOver(then, then - 1, 5), "the clock was put back").toBe(true);
  expect(isOver(then, then + 60_000, 1)).toBe(true);
});
