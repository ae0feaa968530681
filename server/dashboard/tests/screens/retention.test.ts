// Keeping and erasing on the screens: a worker enters that a consent is withdrawn, with its scan, and sees what follows before
// and after; the director proposes to erase, the head of the mobility centre confirms, and the proof is left.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import { PICTURES, type Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

type Whole = District & {
  org_units: { id: string; parent: string | null; kind: string }[];
  persons: { id: string; family: string; relation: string; surname: string | null; given_name: string }[];
};
const PDF = Buffer.from(`%PDF-1.7\n${"Өтініш ".repeat(80)}\n%%EOF\n`);

describe.each(["kk", "ru"] as const)("keeping and erasing, %s", (lang: Lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let worker: Desk;
  let head: Desk;
  let headPassword = "";
  /** A family of the worker's, and one of its adults. */
  let family = "";
  let person = "";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(2);
    desk = await centre.desk(lang);
    const whole = centre.stage.district as Whole;
    const mine = new Set(whole.assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    family = whole.families.find((each) => mine.has(each.id))?.id ?? "";
    person = whole.persons.find((each) => each.family === family && each.relation === "head")?.id ?? "";
    worker = await centre.enter(lang, centre.worker.login, await centre.newPassword(centre.worker.login), "desk-overview");
    const unit = whole.org_units.find((each) => each.id === centre.worker.org_unit);
    await centre.stage.office("user", "add", "--login", "head.screens", "--name", "ҮЛГІЛІ БАСШЫ", "--role", "ctm_set_head", "--org-unit", unit?.parent ?? "");
    headPassword = await centre.newPassword("head.screens");
    head = await centre.enter(lang, "head.screens", headPassword, "desk-checking");
  });
  afterAll(async () => {
    await desk?.close();
    await worker?.close();
    await head?.close();
    await centre?.clear();
  });

  const chip = (of: Desk, text: string) => of.page.locator("h2 ~ .chip", { hasText: text }).waitFor();

  test("terms are shown, and what nobody knows is said", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-retention"), exact: true }).click();
    await page.getByRole("heading", { level: 2, name: say("retention-tab-due") }).waitFor();
    await page.getByText(say("retention-none-due")).waitFor();
    await desk.look(`retention-due.${lang}`);
    await page.getByRole("link", { name: say("retention-tab-classes") }).click();
    const row = page.getByRole("row", { name: say("retention-class-report") });
    await row.waitFor();
    expect(await row.getByText(say("retention-unknown")).count()).toBeGreaterThan(1);
    await desk.look(`retention-classes.${lang}`);
    expect(await page.getByRole("button", { name: say("button-change") }).count()).toBe(0);
  });

  test("whoever keeps the settings says for how long, with a line of the list", async () => {
    await centre.stage.office("user", "add", "--login", "auth.screens", "--name", "ҮЛГІЛІ УӘКІЛ", "--role", "auth", "--org-unit", centre.worker.org_unit);
    const keeper = await centre.enter(lang, "auth.screens", await centre.newPassword("auth.screens"), "desk-overview");
    const { page } = keeper;
    await keeper.go("retention/classes");
    const row = page.getByRole("row", { name: say("retention-class-report") }).first();
    await row.getByRole("button", { name: say("button-change") }).click();
    const dialog = page.getByRole("dialog", { name: say("retention-class-report") });
    await dialog.getByLabel(say("retention-years")).fill("7");
    await dialog.getByLabel(say("retention-line")).fill("№ 12");
    await keeper.look(`retention-change.${lang}`);
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await dialog.waitFor({ state: "hidden" });
    await row.getByRole("cell", { name: "№ 12" }).waitFor();
    await row.getByRole("cell", { name: "7", exact: true }).waitFor();
    await page.getByRole("region", { name: say("reference-history") }).getByText("№ 12").waitFor();
    await keeper.close();
  });

  test("a consent is withdrawn with its scan", async () => {
    const { page } = worker;
    await worker.go(`family/${family}`);
    await page.locator(`a[href="#/consent/${person}"]`).click();
    await page.getByRole("heading", { level: 2, name: say("withdraw-follows") }).waitFor();
    await worker.look(`consent-before.${lang}`);
    await page.getByRole("button", { name: say("withdraw-enter") }).click();
    const dialog = page.getByRole("dialog", { name: say("withdraw-title") });
    await dialog.getByLabel(say("withdraw-file")).setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: Buffer.from("мәтін") });
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await dialog.getByText(say("problem-file-unusable")).waitFor();
    await worker.look(`consent-withdraw.${lang}`);
    await dialog.getByLabel(say("withdraw-file")).setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: PDF });
    await dialog.getByLabel(say("withdraw-note")).fill("Отбасы мүшесінің өтініші");
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await chip(worker, say("consent-withdrawn"));
    await page.getByRole("heading", { level: 2, name: say("withdraw-followed") }).waitFor();
    await page.getByText("Отбасы мүшесінің өтініші").waitFor();
    await worker.look(`consent-after.${lang}`);
    // Whoever enters it does not erase.
    expect(await page.getByRole("link", { name: say("withdraw-to-erase") }).count()).toBe(0);
  });

  test("the director sees what stands in the way and proposes", async () => {
    const { page } = desk;
    await desk.go("retention");
    await page.getByRole("heading", { level: 2, name: say("retention-withdrawn") }).waitFor();
    await page.locator(`a[href="#/consent/${person}"]`).click();
    await page.getByRole("link", { name: say("withdraw-to-erase") }).click();
    await page.getByRole("heading", { level: 2, name: say("erase-hinders") }).waitFor();
    await page.getByRole("row", { name: say("hindrance-horizon") }).waitFor();
    await desk.look(`erase-preview.${lang}`);
    await page.getByRole("button", { name: say("erase-propose"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("erase-propose") });
    await dialog.getByLabel(say("erase-basis")).selectOption("consent_withdrawn");
    expect(await dialog.getByRole("button", { name: say("erase-propose") }).isDisabled()).toBe(true);
    await dialog.getByLabel(say("erase-basis")).selectOption("order");
    await dialog.getByLabel(say("erase-reason")).fill("Сот шешімі");
    await desk.look(`erase-propose.${lang}`);
    await dialog.getByRole("button", { name: say("erase-propose") }).click();
    await chip(desk, say("erase-state-proposed"));
    await page.getByText(say("erase-own")).waitFor();
  });

  test("the head of the mobility centre confirms, and the proof is left", async () => {
    const { page } = head;
    await head.go("retention/erasures");
    await page.getByRole("table").first().locator("tbody th a").first().click();
    await page.getByRole("button", { name: say("erase-confirm"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("erase-confirm-title") });
    await dialog.getByLabel(say("desk-password")).fill("қате құпиясөз");
    await page.keyboard.press("Enter");
    await dialog.getByText(say("problem-sign-in-failed")).waitFor();
    await head.look(`erase-confirm.${lang}`);
    await dialog.getByLabel(say("desk-password")).fill(headPassword);
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    // It is carried out, and the page goes where the proof is.
    const proof = page.getByRole("link", { name: new RegExp(`^${say("erase-proof")}`) });
    await proof.waitFor({ timeout: 60_000 });
    await head.look(`erasures.${lang}`);
    // However low the window is, each list of the page is as high as what is in it: the page scrolls, not the lists.
    await page.setViewportSize({ width: 1440, height: 360 });
    const lists = page.locator("main.page > section.panel");
    expect(await lists.count()).toBeGreaterThan(1);
    const cut = await lists.evaluateAll((all) => all.filter((each) => each.scrollHeight > each.clientHeight + 1).map((each) => each.textContent));
    expect(cut).toEqual([]);
    await page.screenshot({ path: `${PICTURES}/erasures-low.${lang}.png` });
    await page.setViewportSize({ width: 1440, height: 900 });
    await proof.click();
    await chip(head, `${say("erase-bodies-left")}: 0`);
    // The database is compacted once for several, a while after the last.
    await page.getByText(say("erase-unfinished")).waitFor();
    await head.look(`erase-proof.${lang}`);
    await desk.go(`consent/${person}`);
    await desk.page.getByText(say("problem-not-found")).waitFor();
  });
});
