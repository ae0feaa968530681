import { describe, expect, test } from "vitest";

// The router reads the address of the page when it is loaded; here there is none.
(globalThis as unknown as { location: { hash: string } }).location = { hash: "" };
const { FAMILIES, HELD, read, RECORDS, ROAD_MAPS, write } = await import("../../src/state/router.svelte");

describe("places", () => {
  test("an address says the place and its filter, and is read again", () => {
    for (const place of [
      { screen: "overview" },
      { screen: "checking", service: "S13", unit: "0198", worker: "", from: "2026-11-01", to: "" },
      { ...HELD, which: "gaps" },
      { ...HELD, hash: "ab".repeat(32), worker: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { ...HELD, which: "handovers", phone: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "audit", kind: "acts", by: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003", family: "", from: "2026-11-01", to: "" },
      { ...FAMILIES, q: "тестов ү" },
      { ...FAMILIES, only: "overdue", service: "S13", worker: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { ...FAMILIES, from: "2026-11-16", to: "2026-11-22" },
      RECORDS,
      { ...RECORDS, state: "done", from: "2026-11-16", to: "2026-11-22" },
      { ...RECORDS, state: "unanswered", phone: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003", chain: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0004" },
      { screen: "worker", worker: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "phone", phone: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "family", family: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "record", record: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "map", layer: "families", state: "", service: "S13", unit: "", from: "", to: "", noticed: "some", view: "52.1,77.2,9.50" },
      { screen: "map", layer: "records", state: "held", service: "", unit: "", from: "2026-09-01", to: "", noticed: "", view: "" },
      { screen: "road-maps", year: "2026", show: "late" },
      { screen: "road-map", map: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "exports" },
      { screen: "people" },
      { screen: "reference", which: "calendar", year: "2027", q: "" },
      { screen: "reference", which: "settlements", year: "", q: "үлгі 55" },
      { screen: "home" },
    ] as const) {
      expect(read(write(place))).toEqual(place);
    }
  });
  test("what is none is the first page", () => {
    expect(read("#/nowhere/else")).toEqual({ screen: "home" });
    expect(read("#/family")).toEqual(FAMILIES);
    expect(read("#/road-maps?year=soon&show=early")).toEqual(ROAD_MAPS);
    expect(read("#/road-map")).toEqual(ROAD_MAPS);
    expect(read("#/worker")).toEqual({ screen: "people" });
    expect(read("#/phone")).toEqual({ screen: "people" });
    expect(read("#/families?only=rich&unit=")).toEqual(FAMILIES);
    expect(read("#/records?state=lost")).toEqual(RECORDS);
    expect(read("#/reference/nothing?year=soon")).toEqual({ screen: "reference", which: "calendar", year: "", q: "" });
  });
});
