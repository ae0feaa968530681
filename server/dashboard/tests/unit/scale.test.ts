import { expect, test } from "vitest";
import { scale } from "../../src/state/scale";

test("a scale ends at a round number that is high enough", () => {
  for (const [most, whole] of [
    [0, 2],
    [1, 2],
    [3, 4],
    [7, 8],
    [10, 10],
    [11, 20],
    [31, 40],
    [47, 50],
    [99, 100],
    [1_234, 2_000],
    [45_001, 50_000],
  ] as const) {
    const [none, half, all] = scale(most);
    expect([none, half * 2, all], `${most}`).toEqual([0, whole, whole]);
    expect(Number.isInteger(half)).toBe(true);
  }
});
