// A director exports a list and a case, follows them and takes the files.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("exports, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(2);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  test("none yet", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-exports") }).click();
    await page.getByText(say("desk-exports-none")).waitFor();
    await desk.look(`exports-none.${lang}`);
  });

  test("a list of records, by keyboard", async () => {
    const { page } = desk;
    const button = page.getByRole("button", { name: say("desk-export"), exact: true });
    await button.focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: say("desk-export") });
    await dialog.waitFor();
    await desk.look(`export-sheet.${lang}`);
    await dialog.getByLabel(say("desk-export-format")).selectOption("csv");
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).press("Enter");
    const link = page.getByRole("link", { name: say("desk-export-take") });
    await link.waitFor({ timeout: 20_000 });
    await desk.look(`exports.${lang}`);
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    const text = readFileSync(await download.path(), "utf8");
    expect(text.charCodeAt(0)).toBe(0xfeff);
    expect(text).toContain(say("export-col-service-name"));
    expect(text.trim().split("\r\n")).toHaveLength(3);
    expect(text).toContain(centre.director.login);
  });

  test("a case from the page of the family", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-families") }).click();
    await page.locator("tbody th a").first().click();
    await page.getByRole("button", { name: say("desk-export-case") }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-export-case") });
    await desk.look(`export-case.${lang}`);
    await dialog.getByRole("combobox").selectOption("own_request");
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await page.getByRole("heading", { level: 1, name: say("desk-exports") }).waitFor();
    await expect.poll(() => page.getByRole("link", { name: say("desk-export-take") }).count(), { timeout: 20_000 }).toBe(2);
    await page.getByRole("button", { name: say("desk-export-remove") }).first().click();
    await expect.poll(() => page.getByRole("link", { name: say("desk-export-take") }).count()).toBe(1);
  });

  test("what was on the phone, and lists on paper", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-people-short") }).click();
    await page.locator("a[href^='#/phone/']").first().click();
    await page.getByRole("button", { name: say("desk-export-phone") }).first().click();
    const dialog = page.getByRole("dialog", { name: say("desk-export-phone") });
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await expect.poll(() => page.getByRole("link", { name: say("desk-export-take") }).count(), { timeout: 20_000 }).toBe(2);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").isVisible()).toBe(false);
    await page.emulateMedia({ media: null });
  });
});
