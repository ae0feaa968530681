// A phone whose copy went on beside it: two records of one number, with what happened in plain words and what can be decided.
import { cpSync, renameSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("a fork waits for a decision, %s", (lang) => {
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

  test("a copy of the phone that went on beside it", async () => {
    const [phone, copy, away] = ["phone", "phone-copy", "phone-away"].map((name) => join(centre.stage.folder, name)) as [string, string, string];
    cpSync(phone, copy, { recursive: true });
    await centre.work(1);
    renameSync(phone, away);
    renameSync(copy, phone);
    await centre.work(1);
    await desk.go("held");
    const { page } = desk;
    await page.locator(".queue .q").filter({ hasText: say("desk-held-title-fork") }).first().click();
    await page.getByRole("heading", { level: 2, name: say("desk-held-title-fork") }).waitFor();
    await page.getByText(say("desk-held-why-fork").split(".")[0] ?? "").first().waitFor();
    await page.getByRole("radio", { name: say("desk-held-choose-set-aside") }).waitFor();
    await page.locator(".stage img").waitFor();
    await desk.look(`held-fork.${lang}`);
    expect(desk.faults).toEqual([]);
  });
});
