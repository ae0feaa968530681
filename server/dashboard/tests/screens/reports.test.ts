// The monthly report on the screens: the worker's centre drafts it, each day in it leads to its record; the month before
// is signed, sent, returned with a remark, drafted once more and accepted.
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
// @ts-expect-error plain JavaScript
import { source } from "../../../../design/messages.mjs";
import { Centre, words, type Lang, type Words } from "./centre";
import { Signer } from "./signer";

/** The words of signatures come when somebody signs. */
function signWords(lang: Lang): Words {
  const bundle = new FluentBundle(lang, { useIsolating: false });
  bundle.addResource(new FluentResource(source(lang, "sign") as string));
  return (id, variables) => {
    const pattern = bundle.getMessage(id)?.value;
    if (!pattern) throw new Error(`no message ${id}`);
    return bundle.formatPattern(pattern, variables ?? {});
  };
}

/** The month of today in UTC+5, and the one before. */
function months(): [string, string] {
  const now = new Date(Date.now() + 5 * 3_600_000);
  const before = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth(), 0));
  return [now.toISOString().slice(0, 7), before.toISOString().slice(0, 7)];
}

describe.each(["kk", "ru"] as const)("monthly reports, %s", (lang: Lang) => {
  const say = words(lang);
  const sign = signWords(lang);
  const [now, before] = months();
  let centre: Centre;
  let desk: Desk;
  let body: Desk;
  /** The draft of this month, and the report of the month before. */
  let report = "";

  async function enter(login: string): Promise<Desk> {
    return centre.enter(lang, login, await centre.newPassword(login), "desk-checking");
  }

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(2);
    desk = await centre.desk(lang);
    body = await enter(centre.stage.district.users.find((user) => user.role === "mio_set")?.login ?? "");
  });
  afterAll(async () => {
    await desk?.close();
    await body?.close();
    await centre?.clear();
  });

  const act = (of: Desk, what: string) => of.page.locator(".acts").getByRole("button", { name: say(`report-act-${what}`), exact: true });
  const state = (of: Desk, what: string) => of.page.locator("h2 + .chip", { hasText: say(`report-state-${what}`) }).waitFor();

  test("this month is drafted, and a day opens its record", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-reports"), exact: true }).click();
    await page.getByRole("heading", { level: 1, name: say("desk-reports") }).waitFor();
    await page.getByText(say("report-none-yet")).waitFor();
    await desk.look(`reports-none.${lang}`);
    await desk.go(`reports?month=${now}`);
    const button = page.getByRole("button", { name: say("report-act-draft") });
    await button.focus();
    await page.keyboard.press("Enter");
    await page.getByText(say("report-not-over")).waitFor();
    const table = page.getByRole("region", { name: say("report-table") });
    expect(await table.locator("thead th").count()).toBe(27);
    expect(await table.locator(".numbers td").allTextContents()).toEqual(Array.from({ length: 27 }, (_, n) => String(n + 1)));
    expect(await table.locator(".c a").count()).toBe(2);
    await desk.look(`report-draft.${lang}`);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").first().isVisible()).toBe(false);
    expect(await page.locator(".acts").isVisible()).toBe(false);
    await page.emulateMedia({ media: null });
    await table.locator(".c a").first().focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("#/record/");
    await page.goBack();
    await table.waitFor();
  });

  test("the month before is signed with the password and sent", async () => {
    const { page } = desk;
    await desk.go(`reports?month=${before}`);
    await page.getByRole("button", { name: say("report-act-draft") }).click();
    await page.getByText(say("report-empty")).waitFor();
    report = page.url().split("/").at(-1) ?? "";
    await act(desk, "sign").click();
    const dialog = page.getByRole("dialog", { name: say("report-sign-title") });
    await dialog.getByLabel(say("desk-password")).fill("қате құпиясөз");
    await dialog.getByRole("button", { name: say("report-act-sign"), exact: true }).click();
    await dialog.getByText(say("problem-sign-in-failed")).waitFor();
    await desk.look(`report-sign.${lang}`);
    await dialog.getByLabel(say("desk-password")).fill(centre.password);
    await page.keyboard.press("Enter");
    await state(desk, "signed");
    await act(desk, "send").click();
    await page.getByRole("dialog", { name: say("report-send-title") }).getByRole("button", { name: say("report-act-send"), exact: true }).click();
    await state(desk, "sent");
    await page.getByText(say("report-copied-to")).waitFor();
    await desk.look(`report-sent.${lang}`);
  });

  test("the executive body returns it, and hears of the next version", async () => {
    const { page } = body;
    await page.getByRole("link", { name: say("desk-reports"), exact: true }).click();
    await page.getByRole("link", { name: say("report-show-waiting") }).click();
    await page.locator('[aria-current="page"]', { hasText: say("report-show-waiting") }).waitFor();
    await page.locator("tbody th a").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    await body.look(`reports-waiting.${lang}`);
    await page.locator("tbody th a").click();
    await act(body, "return").click();
    const dialog = page.getByRole("dialog", { name: say("report-return-title") });
    await dialog.getByLabel(say("report-text")).fill("Бір жұмыс жоқ");
    await body.look(`report-return.${lang}`);
    await dialog.getByRole("button", { name: say("report-act-return"), exact: true }).click();
    await state(body, "returned");
    // The centre hears of it without asking.
    await state(desk, "returned");
    await desk.page.getByText("Бір жұмыс жоқ").waitFor();
    await desk.page.getByRole("button", { name: say("report-draft-next") }).click();
    await expect.poll(() => desk.page.url().endsWith(report)).toBe(false);
    await desk.page.getByText(say("report-changes-none")).waitFor();
    await act(desk, "sign").click();
    // With a file of his over the text, and the password: nobody knows his certificate yet.
    const signing = desk.page.getByRole("dialog");
    await signing.getByText(sign("sign-cms"), { exact: true }).click();
    const [download] = await Promise.all([desk.page.waitForEvent("download"), signing.getByRole("link", { name: sign("sign-text") }).click()]);
    const cms = new Signer("СЫНАМАЛЫ ҚЫЗМЕТКЕР", "900101300017").sign(readFileSync(await download.path()));
    await signing.getByLabel(sign("sign-file")).setInputFiles({ name: "report.cms", mimeType: "application/pkcs7-mime", buffer: cms });
    const go = signing.getByRole("button", { name: say("report-act-sign"), exact: true });
    await go.click();
    await signing.getByText(say("problem-signature-needs-password")).waitFor();
    await desk.look(`report-sign-file.${lang}`);
    await signing.getByLabel(say("desk-password")).fill(centre.password);
    await go.click();
    await state(desk, "signed");
    await desk.page.getByRole("heading", { name: sign("sign-files") }).waitFor();
    await desk.page.getByText(sign("cms-verdict-no-authorities")).waitFor();
    await desk.look(`report-signed-file.${lang}`);
    await act(desk, "send").click();
    await desk.page.getByRole("dialog").getByRole("button", { name: say("report-act-send"), exact: true }).click();
    await state(desk, "sent");
    await body.go(desk.page.url().split("#/")[1] ?? "");
    await act(body, "accept").click();
    await page.getByRole("dialog", { name: say("report-accept-title") }).getByRole("button", { name: say("report-act-accept"), exact: true }).click();
    await state(body, "accepted");
    await state(desk, "accepted");
    await desk.look(`report-accepted.${lang}`);
  });

  test("the paper is taken as a file", async () => {
    const { page } = desk;
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-export") });
    await dialog.getByLabel(say("desk-export-format")).selectOption("pdf");
    await desk.look(`report-export.${lang}`);
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const link = page.getByRole("link", { name: say("desk-export-take") });
    await link.waitFor({ timeout: 20_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(readFileSync(await download.path()).subarray(0, 5).toString()).toBe("%PDF-");
  });
});
