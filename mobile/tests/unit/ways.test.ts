import { afterEach, describe, expect, test, vi } from "vitest";
import { read } from "../../src/router.svelte";
import { COARSE, GOOD, isBetter } from "../../src/state/position.svelte";
import { toasts } from "../../src/state/toast.svelte";

test("addresses of the screens", () => {
  const table: [string, object][] = [
    ["", { screen: "today" }],
    ["#/", { screen: "today" }],
    ["#/families", { screen: "families" }],
    ["#/families/7", { screen: "family", family: "7" }],
    ["#/families/7/persons/9", { screen: "person", family: "7", person: "9" }],
    ["#/drafts/d", { screen: "draft", draft: "d", part: null }],
    ["#/help/S13", { screen: "service-help", service: "S13" }],
    ["#/help", { screen: "help" }],
    ["#/drafts", { screen: "unknown" }],
    ["#/families/7/dogs/9", { screen: "unknown" }],
    ["#/records/r/more", { screen: "unknown" }],
    ["#/nothing", { screen: "unknown" }],
  ];
  for (const [hash, place] of table) expect(read(hash), hash).toEqual(place);
});

test("a better position takes the place of the kept one, a like one does not", () => {
  const fix = (accuracy: number) => ({ lat: 51, lon: 71, accuracy_m: accuracy, fix_at: "2026-11-23T06:00:00Z" });
  expect(isBetter(fix(900), null)).toBe(true);
  expect(isBetter(fix(100), fix(120))).toBe(false);
  expect(isBetter(fix(80), fix(120))).toBe(true);
  expect(isBetter(fix(12), fix(14))).toBe(true);
  expect(isBetter(fix(14), fix(12))).toBe(false);
  expect(GOOD).toBeLessThan(COARSE);
});

describe("toasts", () => {
  afterEach(() => {
    toasts.close();
    vi.useRealTimers();
  });

  test("one at a time, six seconds, held while it has the focus", () => {
    vi.useFakeTimers();
    const settled: string[] = [];
    toasts.show({ text: "a", settle: () => settled.push("a") });
    toasts.show({ text: "b", settle: () => settled.push("b") });
    expect([toasts.current?.text, settled]).toEqual(["b", ["a"]]);
    vi.advanceTimersByTime(4000);
    toasts.pause();
    vi.advanceTimersByTime(60_000);
    expect(toasts.current?.text).toBe("b");
    toasts.resume();
    vi.advanceTimersByTime(1900);
    expect(toasts.current?.text).toBe("b");
    vi.advanceTimersByTime(4200);
    expect([toasts.current, settled]).toEqual([null, ["a", "b"]]);
  });

  test("what is taken back is not settled", () => {
    const said: string[] = [];
    toasts.show({ text: "a", undo: { label: "undo", run: () => said.push("undone") }, settle: () => said.push("settled") });
    toasts.undo();
    expect([said, toasts.current]).toEqual([["undone"], null]);
  });
});
