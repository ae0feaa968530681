// What a supervisor does beside the queue: hears of new work, accepts together, decides about what was held, looks at who
// has done what, and has the journal verified.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("beside the queue, %s", (lang) => {
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

  test("new work appears without a reload", async () => {
    const { page } = desk;
    const left = () => page.locator(".queue .q").count();
    await expect.poll(left, { timeout: 30_000 }).toBe(2);
    await centre.work(1);
    // Long before a minute has passed, after which the page would ask by itself.
    await expect.poll(left, { timeout: 20_000 }).toBe(3);
  });

  test("accepts together what is clean, once the count is confirmed", async () => {
    const { page } = desk;
    await page.getByRole("button", { name: say("desk-bulk") }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-bulk-title") });
    await dialog.waitFor();
    await desk.look(`bulk.${lang}`);
    const text = (await dialog.locator(".count").textContent()) ?? "";
    const count = Number(/\d+/.exec(text)?.[0] ?? 0);
    if (count > 0) {
      const send = dialog.getByRole("button", { name: say("desk-bulk-send") });
      await dialog.getByRole("textbox").fill(String(count + 1));
      expect(await send.isDisabled(), "another number confirms nothing").toBe(true);
      await dialog.getByRole("textbox").fill(String(count));
      await page.keyboard.press("Enter");
      await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 20_000 }).toBe(count);
    } else {
      expect(text).toBe(say("desk-bulk-nothing"));
      await page.keyboard.press("Escape");
    }
    await dialog.waitFor({ state: "hidden" });
  });

  test("decides about what a revoked phone had left", async () => {
    const { page } = desk;
    await centre.seal(2);
    const [phone] = (await centre.stage.office("device", "list")) as { id: string }[];
    await centre.stage.office("device", "revoke", phone?.id ?? "", "--reason", "lost");
    await desk.go("held");
    await page.getByRole("heading", { level: 1, name: say("desk-held") }).waitFor();
    await page.getByText(say("desk-held-none")).first().waitFor();
    await desk.look(`held-none.${lang}`);
    await centre.phone("sync", "--until-done");
    // They appear by themselves, and the first is before one.
    await expect.poll(() => page.locator(".queue .q").count(), { timeout: 20_000 }).toBe(2);
    await page.getByRole("heading", { level: 2, name: say("desk-held-title-device-revoked") }).waitFor();
    await page.locator(".stage img").waitFor();
    await desk.look(`held.${lang}`);
    let asked = 0;
    page.on("request", (request) => (asked += /\/api\/held\/[0-9a-f]/.test(request.url()) ? 1 : 0));
    await page.waitForTimeout(1_500);
    expect(asked, "what is before one is not asked for over and over: each look is in the access log").toBe(0);
    const confirm = page.getByRole("button", { name: say("desk-held-confirm") });
    expect(await confirm.isDisabled(), "nothing is chosen before one").toBe(true);
    // As on a Kazakh keyboard: the sign is another, the key is the same.
    await page.evaluate(() => document.body.dispatchEvent(new KeyboardEvent("keydown", { code: "Digit2", key: "і", bubbles: true })));
    expect(await page.getByRole("radio", { name: say("desk-held-choose-set-aside") }).isChecked()).toBe(true);
    expect(await confirm.isDisabled(), "a reason is needed").toBe(true);
    await page.getByRole("radio", { name: say("choice-reason-other") }).check();
    await page.getByLabel(say("desk-held-text")).fill("<b>Анықталды</b>");
    await desk.look(`held-aside.${lang}`);
    await confirm.click();
    await expect.poll(() => page.locator(".queue .q").count()).toBe(1);
    await page.getByRole("radio", { name: say("desk-held-choose-applied") }).check();
    await confirm.click();
    await page.getByText(say("desk-held-none")).first().waitFor();
    await desk.go("held?which=decided");
    await page.getByText("<b>Анықталды</b>").waitFor();
    await page.getByText(say("choice-applied")).waitFor();
    await desk.look(`held-decided.${lang}`);
    await desk.go("held?which=gaps");
    await page.getByText(say("desk-held-none")).first().waitFor();
  });

  test("sees who has done what, and has the journal verified", async () => {
    const { page } = desk;
    await desk.go("audit");
    await page.getByText(say("audit-read-held-list")).first().waitFor();
    await page.getByRole("button", { name: say("audit-verify") }).click();
    await page.getByText(say("audit-sound")).waitFor({ timeout: 60_000 });
    await desk.look(`audit.${lang}`);
    await page.getByRole("link", { name: say("audit-acts") }).click();
    await page.getByText(say("audit-act-record-decided")).first().waitFor();
    await desk.look(`audit-acts.${lang}`);
  });
});
