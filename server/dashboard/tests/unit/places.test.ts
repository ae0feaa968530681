import { describe, expect, test } from "vitest";

// The router reads the address of the page when it is loaded; here there is none.
(globalThis as unknown as { location: { hash: string } }).location = { hash: "" };
const { read, write } = await import("../../src/state/router.svelte");

describe("places", () => {
  test("an address says the place and its filter, and is read again", () => {
    for (const place of [
      { screen: "overview" },
      { screen: "checking", service: "S13" },
      { screen: "held", which: "gaps", hash: "" },
      { screen: "held", which: "records", hash: "ab".repeat(32) },
      { screen: "audit", kind: "acts", by: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003", family: "", from: "2026-11-01", to: "" },
      { screen: "families", q: "тестов ү" },
      { screen: "family", family: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "record", record: "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003" },
      { screen: "map", layer: "families", state: "", service: "S13", unit: "", from: "", to: "", noticed: "some", view: "52.1,77.2,9.50" },
      { screen: "map", layer: "records", state: "held", service: "", unit: "", from: "2026-09-01", to: "", noticed: "", view: "" },
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
    expect(read("#/reference/nothing?year=soon")).toEqual({ screen: "reference", which: "calendar", year: "", q: "" });
    expect(read("#/family")).toEqual({ screen: "families", q: "" });
  });
});
