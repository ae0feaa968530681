// A draft of a plan while somebody works on it: rows, columns, steps back, reasons. Saving is seen in the browser.
import { describe, expect, test, vi } from "vitest";
import type { FamilyPlan, PlanItemOf, PlanVersion } from "../../src/api/client";
import { changeOf } from "../../src/parts/plans";
import { Draft, isChanged, key, lacksReason } from "../../src/state/plan.svelte";

const item = (service: string, more: Partial<PlanItemOf> = {}) => ({ service, chosen: true, expected: true, settled: false, ...more }) as PlanItemOf;

function draft(): Draft {
  const version = {
    plan: "p",
    version: 1,
    seen: 5,
    sha256: "00",
    rows: [
      { person: "head", name: "А", items: [item("S01"), item("S07"), item("S11", { settled: true, activity: "a" })] },
      { person: "wife", name: "Б", items: [item("S07")] },
    ],
  } as unknown as PlanVersion;
  const members = [
    { id: "head", name: "А", relation: "head", age: 40, preselected: [] },
    { id: "wife", name: "Б", relation: "spouse", age: 38, preselected: [] },
  ];
  return new Draft({ members, terms: [{ service: "S07", days: 10, due_on: "2026-11-30" }], version } as unknown as FamilyPlan, version);
}

describe("a draft of a plan", () => {
  vi.useFakeTimers();

  test("what is of the family is its head's", () => {
    const of = draft();
    expect(of.at("S01", "wife")).toBeUndefined();
    expect(of.row("S01")).toEqual([key("S01", "head")]);
    expect(of.column("wife").length).toBe(25 - 8);
    expect(of.at("S07", "wife")?.due).toBe("2026-11-30");
  });

  test("a row is filled and taken back as one step", () => {
    const of = draft();
    of.fill(of.row("S08"));
    expect([of.at("S08", "head")?.chosen, of.at("S08", "wife")?.chosen]).toEqual([true, true]);
    expect(of.unexplained.length).toBe(2);
    of.fill(of.row("S08"));
    expect(of.unexplained).toEqual([]);
    of.undo();
    of.undo();
    expect([of.at("S08", "head")?.chosen, of.steps.length]).toEqual([false, 0]);
    of.undo();
    expect(of.steps.length).toBe(0);
  });

  test("what is settled stays", () => {
    const of = draft();
    of.toggle(key("S11", "head"));
    of.fill(of.column("head"));
    expect(of.at("S11", "head")?.chosen).toBe(true);
    expect(of.column("head")).not.toContain(key("S11", "head"));
  });

  test("a change needs a reason, and another one takes words", () => {
    const of = draft();
    const at = key("S07", "wife");
    of.toggle(at);
    const lacks = () => lacksReason(of.cells.get(at)!);
    expect([isChanged(of.cells.get(at)!), lacks()]).toEqual([true, true]);
    of.change([at], () => ({ reason: "other" }));
    expect(lacks()).toBe(true);
    of.change([at], () => ({ text: "екінші" }));
    expect(lacks()).toBe(false);
    of.toggle(at);
    expect(of.cells.get(at)).toMatchObject({ chosen: true, reason: "", text: "" });
  });

  test("how an item differs from the version before", () => {
    expect(changeOf(item("S07"))).toBe("added");
    expect(changeOf(item("S07", { chosen: false }))).toBeNull();
    expect(changeOf(item("S07", { activity: "a", chosen: false }))).toBe("dropped");
    expect(changeOf(item("S07", { activity: "a" }))).toBeNull();
    expect(changeOf(item("S07", { activity: "a", planned_on: "2026-12-01" }))).toBe("moved");
    expect(changeOf(item("S07", { activity: "a", planned_on: "2026-12-01", was_on: "2026-12-01" }))).toBeNull();
  });
});
