// Whoever has no pointer: everything that matters is reached by Tab alone, and done by Enter and Space.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("by Tab alone, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let keeper: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(3);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await keeper?.close();
    await centre?.clear();
  });

  const left = () => desk.page.locator(".queue .q").count();
  const acts = () => desk.page.locator(".acts");
  const button = (of: Desk, name: string) => of.page.getByRole("button", { name, exact: true });
  async function opens(of: Desk, name: string): Promise<void> {
    // From the head of the page, as after a page was opened.
    await of.page.locator("h1").focus();
    await of.page.keyboard.press("Shift+Tab");
    await of.tab(of.page.locator(".nav").getByRole("link", { name, exact: true }), 200);
    await of.page.keyboard.press("Enter");
  }

  test("the queue", async () => {
    const { page } = desk;
    await expect.poll(left, { timeout: 30_000 }).toBe(3);
    await page.locator(".stage img").waitFor();
    await desk.tab(acts().getByRole("button", { name: new RegExp(`^${say("desk-accept")}`) }));
    await page.keyboard.press("Enter");
    await expect.poll(left).toBe(2);
  });

  test("a return", async () => {
    const { page } = desk;
    await page.locator(".stage img").waitFor();
    await desk.tab(acts().getByRole("button", { name: new RegExp(`^${say("desk-return-photo")}`) }));
    await page.keyboard.press("Enter");
    const panel = page.getByRole("dialog");
    await panel.waitFor();
    await desk.tab(panel.getByRole("radio").first());
    await page.keyboard.press("Space");
    await page.keyboard.press("ArrowDown");
    expect(await panel.getByRole("radio", { checked: true }).count()).toBe(1);
    await desk.tab(panel.getByRole("button", { name: new RegExp(`^${say("desk-return-send")}`) }));
    await page.keyboard.press("Enter");
    await expect.poll(left).toBe(1);
    await expect.poll(async () => (await centre.checks("returned")).length, { timeout: 20_000 }).toBe(1);
  });

  test("a decision", async () => {
    const { page } = desk;
    await centre.seal(1);
    const [phone] = (await centre.stage.office("device", "list")) as { id: string }[];
    await centre.stage.office("device", "revoke", phone?.id ?? "", "--reason", "lost");
    await centre.phone("sync", "--until-done");
    await opens(desk, say("desk-held"));
    await page.getByRole("heading", { level: 2, name: say("desk-held-title-device-revoked") }).waitFor({ timeout: 20_000 });
    const choices = page.locator('input[name="choice"]');
    await desk.radio(choices, page.getByRole("radio", { name: say("desk-held-choose-set-aside") }));
    const reasons = page.locator('input[name="reason"]');
    await desk.radio(reasons, page.getByRole("radio", { name: say("choice-reason-mistake") }));
    await desk.tab(page.getByRole("button", { name: say("desk-held-confirm") }));
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-held-done")).waitFor();
    await page.getByText(say("desk-held-none")).first().waitFor();
  });

  test("a file", async () => {
    const { page } = desk;
    await opens(desk, say("desk-families"));
    await page.getByRole("table").waitFor();
    await page.locator("h1").focus();
    await desk.tab(button(desk, say("desk-export")).first());
    await page.keyboard.press("Enter");
    const sheet = page.getByRole("dialog", { name: say("desk-export"), exact: true });
    await sheet.waitFor();
    await desk.tab(sheet.getByRole("button", { name: say("desk-export"), exact: true }));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say("desk-exports") }).waitFor();
    await page.getByRole("link", { name: say("desk-export-take") }).first().waitFor({ timeout: 20_000 });
  });

  test("a user", async () => {
    const admin = await centre.administrator();
    keeper = await centre.enter(lang, admin.login, admin.password, "desk-people");
    const { page } = keeper;
    await keeper.tab(button(keeper, say("desk-user-add")).first());
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await keeper.tab(dialog.getByLabel(say("desk-user-name")));
    await page.keyboard.type("ТЕСТОВ ТЕСТ");
    await keeper.tab(dialog.getByLabel(say("desk-login")));
    await page.keyboard.type("tab.only");
    await keeper.tab(dialog.getByRole("button", { name: say("desk-user-add") }));
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-user-added", { name: "ТЕСТОВ ТЕСТ" })).waitFor();
  });

  test("a day of the calendar", async () => {
    const { page } = keeper;
    await opens(keeper, say("desk-reference"));
    await page.getByRole("heading", { level: 1, name: say("reference-title") }).waitFor();
    await page.locator(".year button").first().waitFor();
    await page.locator("h1").focus();
    await keeper.tab(page.locator('.year [tabindex="0"]'));
    // A week on, whatever today is; then once more where nothing is known of that year yet.
    await page.keyboard.press("ArrowDown");
    const day = await page.evaluate(() => document.activeElement?.getAttribute("data-day") ?? "");
    expect(day).not.toBe("");
    await page.keyboard.press("Enter");
    await page.getByText(say("calendar-chosen", { count: 1 })).waitFor();
    await keeper.tab(page.getByLabel(say("calendar-reason")));
    await page.keyboard.type("Үкімет қаулысы");
    await keeper.tab(page.getByLabel(say("calendar-source")));
    await page.keyboard.type("№ 1");
    await keeper.tab(page.getByRole("button", { name: say("calendar-preview") }));
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: say("calendar-moves-title") });
    await dialog.waitFor();
    await keeper.tab(dialog.getByRole("button", { name: say("calendar-confirm", { count: 1 }) }));
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator(`.year .set[data-day="${day}"]`).count()).toBe(1);
  });
});
