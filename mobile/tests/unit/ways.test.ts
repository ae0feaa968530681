import { afterEach, describe, expect, test, vi } from "vitest";
import { read } from "../../src/router.svelte";
import { COARSE, GOOD, isBetter, metres, near, Search } from "../../src/state/position.svelte";
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

test("a position that may be of the place before gives way to where the phone is now", () => {
  const at = (lon: number, accuracy: number) => ({ lat: 51, lon, accuracy_m: accuracy });
  expect(Math.round(metres(at(71, 1), at(71.1, 1)))).toBeGreaterThan(6_900);
  const office = at(71, 8);
  const table: [ReturnType<typeof at>, boolean, string][] = [
    [at(71, 20), true, "a like one is of now"],
    [at(71.1, 30), true, "another place, found less exactly"],
    [at(71, 800), false, "a coarse one that says nothing else"],
    [at(71.1, 800), true, "a coarse one, but certainly somewhere else"],
    [at(71.01, 800), false, "perhaps the same place"],
  ];
  for (const [next, takes, why] of table) expect(isBetter(next, office, true), why).toBe(takes);
  expect(isBetter(at(71.1, 30), office, false), "waiting for a better one keeps the better one").toBe(false);
});

describe("searching", () => {
  let tell: (accuracy: number, age?: number) => void = () => {};
  const watching = { watchPosition: (told: (place: unknown) => void) => ((tell = (accuracy, age = 0) => told({ coords: { latitude: 51, longitude: 71, accuracy }, timestamp: Date.now() - age })), 1), clearWatch: () => {} };
  afterEach(() => vi.unstubAllGlobals());

  test("waiting for a better position never keeps a worse one", () => {
    vi.stubGlobal("navigator", { geolocation: watching });
    const kept: number[] = [];
    const search = new Search((fix) => void kept.push(fix.accuracy_m));
    search.start({ lat: 51, lon: 71, accuracy_m: 120 });
    tell(800);
    tell(60);
    tell(9);
    expect([kept, search.searching]).toEqual([[60, 9], false]);
  });

  test("a picture has the last position while it is fresh, and none of an hour ago", async () => {
    vi.stubGlobal("navigator", { geolocation: { ...watching, getCurrentPosition: (_: unknown, failed: () => void) => failed() } });
    const search = new Search(() => {});
    search.start();
    tell(7);
    expect((await near())?.accuracy_m).toBe(7);
    search.start();
    tell(6, 3_600_000);
    expect(await near()).toBeNull();
    search.stop();
  });
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
