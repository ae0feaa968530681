// The road map on the screens: the centre draws it up and prints it, the akim of the okrug signs the paper, the akim of the
// district and the director sign with their accounts, each gets his copy; the next version comes back with a remark.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import type { Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

/** What the document says besides. */
type Whole = District & { org_units: { id: string; parent: string | null; kind: string; kato: string; name_kk: string; name_ru: string }[] };

describe.each(["kk", "ru"] as const)("road maps, %s", (lang: Lang) => {
  const say = words(lang);
  const year = new Date(Date.now() + 5 * 3_600_000).getUTCFullYear();
  let centre: Centre;
  let desk: Desk;
  let akim: Desk;
  let akimPassword = "";
  /** The map, and its paper. */
  let map = "";
  let paper = "";

  /** The akim of the district in which the worker's centre is. */
  async function district(): Promise<Desk> {
    const id = randomUUID();
    await centre.stage.grow((document) => {
      const { org_units } = document as Whole;
      const kato = org_units.find((unit) => unit.id === centre.worker.org_unit)?.kato ?? "";
      org_units.push({ id, parent: null, kind: "mio", kato, name_kk: "Сынамалы ауданы әкімінің аппараты", name_ru: "Аппарат акима тестового района" });
    });
    const login = "akim.screens";
    await centre.stage.office("user", "add", "--login", login, "--name", "ҮЛГІЛІ АУДАН", "--role", "akim_raion", "--org-unit", id);
    akimPassword = await centre.newPassword(login);
    // It is the first thing that an akim has here.
    return centre.enter(lang, login, akimPassword, "desk-road-maps");
  }

  beforeAll(async () => {
    centre = await Centre.set(lang);
    desk = await centre.desk(lang);
    akim = await district();
  });
  afterAll(async () => {
    await desk?.close();
    await akim?.close();
    await centre?.clear();
  });

  const act = (of: Desk, what: string) => of.page.locator(".acts").getByRole("button", { name: say(`road-map-act-${what}`), exact: true });
  const state = (of: Desk, what: string) => of.page.locator("h2 + .chip", { hasText: say(`road-map-state-${what}`) }).waitFor();
  const confirm = (of: Desk, what: string) => of.page.getByRole("dialog", { name: say(`road-map-${what}-title`) }).getByRole("button", { name: say(`road-map-act-${what}`), exact: true }).click();
  async function sign(of: Desk, password: string): Promise<void> {
    await act(of, "sign").click();
    await of.page.getByRole("dialog", { name: say("road-map-sign-title") }).getByLabel(say("desk-password")).fill(password);
    await of.page.keyboard.press("Enter");
  }

  test("an okrug's map is drawn up and put forward", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-road-maps"), exact: true }).click();
    await page.getByRole("heading", { level: 2, name: say("road-map-of", { year: String(year) }) }).waitFor();
    await page.getByText(say("road-map-none-yet")).first().waitFor();
    await desk.look(`road-maps-none.${lang}`);
    await page.getByRole("button", { name: say("road-map-act-draft") }).first().focus();
    await page.keyboard.press("Enter");
    const table = page.getByRole("region", { name: say("road-map-rows") });
    await table.waitFor();
    await state(desk, "draft");
    map = page.url().split("/").at(-1) ?? "";
    const families = Number(await page.locator("dl.meta dd.num").textContent());
    expect(families).toBeGreaterThan(0);
    expect(await table.locator('th[scope="rowgroup"]').count()).toBe(families);
    await desk.look(`road-map-draft.${lang}`);
    await akim.go(`road-map/${map}`);
    await akim.page.getByText(say("problem-not-found")).waitFor();
    await act(desk, "submit").click();
    await desk.look(`road-map-submit.${lang}`);
    await confirm(desk, "submit");
    await state(desk, "signing");
    await page.getByText(say("road-map-not-signed")).first().waitFor();
    await desk.look(`road-map-signing.${lang}`);
  });

  test("its paper is taken as a file", async () => {
    const { page } = desk;
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await page.getByRole("dialog", { name: say("desk-export") }).getByRole("button", { name: say("desk-export"), exact: true }).click();
    const link = page.getByRole("link", { name: say("desk-export-take") });
    await link.waitFor({ timeout: 20_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    paper = await download.path();
    expect(readFileSync(paper).subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("what the akim of the okrug signed by hand is entered with its scan", async () => {
    const { page } = desk;
    await desk.go(`road-map/${map}`);
    const hash = (await page.locator("dl.meta code").textContent()) ?? "";
    await page.getByRole("button", { name: say("road-map-enter"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("road-map-enter") });
    await dialog.getByLabel(say("road-map-enter-whose")).selectOption("okrug");
    await dialog.getByLabel(say("road-map-enter-name")).fill("ҮЛГІЛІ ОКРУГ");
    expect(await dialog.getByLabel(say("road-map-enter-post")).inputValue()).toBe(say("road-map-holder-okrug"));
    const file = dialog.getByLabel(say("road-map-enter-file"));
    const save = dialog.getByRole("button", { name: say("button-save") });
    await dialog.getByLabel(say("road-map-enter-digest")).fill(hash.startsWith("0000") ? "ffffffff" : "00000000");
    await file.setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: readFileSync(paper) });
    await save.click();
    await dialog.getByText(say("problem-paper-differs")).waitFor();
    await desk.look(`road-map-enter.${lang}`);
    await dialog.getByLabel(say("road-map-enter-digest")).fill(`${hash.slice(0, 4)} ${hash.slice(4, 10).toUpperCase()}`);
    await file.setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: Buffer.from("мәтін") });
    await save.click();
    await dialog.getByText(say("problem-file-unusable")).waitFor();
    await file.setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: readFileSync(paper) });
    await save.click();
    await dialog.waitFor({ state: "hidden" });
    const row = page.getByRole("row", { name: say("road-map-holder-okrug") });
    await row.getByText("ҮЛГІЛІ ОКРУГ").waitFor();
    await row.getByText(say("road-map-on-paper")).waitFor();
    const [scan] = await Promise.all([page.waitForEvent("download"), row.getByRole("link", { name: say("road-map-scan") }).click()]);
    expect(readFileSync(await scan.path()).equals(readFileSync(paper))).toBe(true);
  });

  test("the akim of the district and the director sign, and it is approved", async () => {
    const { page } = akim;
    await page.locator("nav").getByRole("link", { name: say("desk-road-maps"), exact: true }).click();
    await page.getByRole("link", { name: say("road-map-show-waiting") }).click();
    await page.locator("tbody th a").first().waitFor();
    await expect.poll(() => page.locator("tbody tr").count()).toBe(1);
    await akim.look(`road-maps-akim.${lang}`);
    await page.locator("tbody th a").click();
    await state(akim, "signing");
    // No case is before him: names lead nowhere.
    expect(await page.locator('a[href*="#/family/"]').count()).toBe(0);
    await sign(akim, "қате құпиясөз");
    await page.getByText(say("problem-sign-in-failed")).waitFor();
    await akim.look(`road-map-sign.${lang}`);
    await page.getByRole("dialog").getByLabel(say("desk-password")).fill(akimPassword);
    await page.keyboard.press("Enter");
    await page.getByRole("row", { name: say("road-map-holder-raion") }).getByText(say("road-map-by-account")).waitFor();
    // The centre hears of it without asking.
    await desk.page.getByRole("row", { name: say("road-map-holder-raion") }).getByText(say("road-map-by-account")).waitFor();
    await sign(desk, centre.password);
    await state(desk, "approved");
  });

  test("each of the three gets his copy", async () => {
    const { page } = desk;
    for (const holder of ["director", "okrug", "raion"]) {
      await act(desk, "copy").click();
      const dialog = page.getByRole("dialog", { name: say("road-map-copy-title") });
      await dialog.getByLabel(say("road-map-copy-whose")).selectOption(holder);
      // Whoever signed takes it.
      expect(await dialog.getByLabel(say("road-map-copy-name")).inputValue()).not.toBe("");
      if (holder === "okrug") await desk.look(`road-map-copy.${lang}`);
      await confirm(desk, "copy");
      await dialog.waitFor({ state: "hidden" });
    }
    await state(desk, "active");
    await desk.look(`road-map-active.${lang}`);
  });

  test("the next version comes back with a remark", async () => {
    const { page } = desk;
    await page.getByRole("button", { name: say("road-map-draft-next") }).click();
    await expect.poll(() => page.url().endsWith(map)).toBe(false);
    await page.getByText(say("report-changes-none")).waitFor();
    await act(desk, "submit").click();
    await confirm(desk, "submit");
    await state(desk, "signing");
    await akim.go(page.url().split("#/")[1] ?? "");
    await act(akim, "return").click();
    await akim.page.getByRole("dialog", { name: say("road-map-return-title") }).getByLabel(say("report-text")).fill("Бір іс-шара жоқ");
    await akim.look(`road-map-return.${lang}`);
    await confirm(akim, "return");
    await state(akim, "returned");
    await state(desk, "returned");
    await page.getByText("Бір іс-шара жоқ").waitFor();
    await desk.look(`road-map-returned.${lang}`);
    await desk.go("reference/road-map");
    await page.getByRole("region", { name: say("reference-road-map") }).waitFor();
    await desk.look(`road-map-term.${lang}`);
  });
});
