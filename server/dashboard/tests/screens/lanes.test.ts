// What could not simply be applied, each kind in its lane with what happened in plain words: a service that a new version of
// the plan no longer has, work handed over after the family had gone to another, a phone whose copy went on beside it.
import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("what waits for a decision, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    // Everybody was asked for consent already: what is said of it would be a record of its own.
    centre = await Centre.set(lang, (district) => {
      for (const each of district.consents) if (each.state === "missing") Object.assign(each, { state: "given", given_on: "2026-01-15", basis: "Келісім қағазы" });
    });
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  /** Sealed without a network: of which family and which activity. */
  async function sealed(): Promise<{ family: string; id: string }> {
    let last = { family: "", id: "" };
    await centre.seal(1, (activity) => {
      last = activity;
      return true;
    });
    return last;
  }
  /** The record of this lane is opened, and says what happened and what can be decided. */
  async function reads(title: "activity-cancelled" | "fork" | "handover", choices: readonly ("set-aside" | "noted")[]): Promise<void> {
    const { page } = desk;
    const row = page.locator(".queue .q").filter({ hasText: title === "handover" ? "" : say(`desk-held-title-${title}`) }).first();
    await row.click();
    await page.getByRole("heading", { level: 2, name: say(`desk-held-title-${title}`) }).waitFor();
    await page.getByText(say(`desk-held-why-${title}`).split(".")[0] ?? "").first().waitFor();
    for (const choice of choices) await page.getByRole("radio", { name: say(`desk-held-choose-${choice}`) }).waitFor();
    await page.locator(".stage img").waitFor();
    await desk.look(`held-${title}.${lang}`);
    expect(desk.faults).toEqual([]);
  }

  test("a service that a new version of the plan has dropped", async () => {
    const { family, id } = await sealed();
    await centre.stage.grow((district) => {
      const plan = district.plans.find((each) => each.family === family);
      Object.assign(plan ?? {}, { version: (plan as unknown as { version: number }).version + 1 });
      Object.assign(plan?.activities.find((each) => each.id === id) ?? {}, { state: "cancelled" });
    });
    await centre.phone("sync", "--until-done");
    await desk.go("held");
    await reads("activity-cancelled", ["set-aside"]);
  });

  test("work that came after the family had gone to another worker", async () => {
    const { family } = await sealed();
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
    await centre.stage.grow((district) => {
      for (const each of district.assignments) if (each.family === family && each.worker === centre.worker.id && !each.to) each.to = yesterday;
    });
    await centre.phone("sync", "--until-done");
    await desk.go("held?which=handovers");
    await reads("handover", ["noted"]);
  });

  test("a copy of the phone that went on beside it", async () => {
    const [phone, copy, away] = ["phone", "phone-copy", "phone-away"].map((name) => join(centre.stage.folder, name)) as [string, string, string];
    cpSync(phone, copy, { recursive: true });
    await centre.work(1);
    renameSync(phone, away);
    renameSync(copy, phone);
    await centre.work(1);
    await desk.go("held");
    await reads("fork", ["set-aside"]);
  });
});
