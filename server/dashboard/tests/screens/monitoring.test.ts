// Monitoring on the screens: a missed round is found in the list, somebody looks where the family lives, a visit from the phone
// stands in its round, its problem is followed until it is settled, the round is closed; a family leaves, and the mobility
// centre takes up the return of support.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "../../../../mobile/tests/screens/browser";
import { words as phoneWords } from "../../../../mobile/tests/screens/words";
import { Worker } from "../../../../mobile/tests/screens/worker";
import type { Desk } from "./browser";
import { Centre, NAMES, words, type Lang } from "./centre";

/** The first day of the quarter of a day, so many quarters on. */
function quarter(day: string, on = 0): string {
  const months = Number(day.slice(0, 4)) * 12 + Math.floor((Number(day.slice(5, 7)) - 1) / 3) * 3 + 3 * on;
  return `${Math.floor(months / 12)}-${String((months % 12) + 1).padStart(2, "0")}-01`;
}

describe.each(["kk", "ru"] as const)("monitoring, %s", (lang: Lang) => {
  const say = words(lang);
  const w = phoneWords(lang);
  const problem = lang === "kk" ? "Пеш түтіндейді" : "Печь дымит";
  const summary = lang === "kk" ? "Отбасы тұрып жатыр, пеш жөнделді" : "Семья проживает, печь починили";
  let centre: Centre;
  let desk: Desk;
  let mobility: Desk;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  /** A family of the worker's whose first round is over, and one that will leave. */
  let family = "";
  let leaving = "";

  async function enter(login: string, first: "desk-checking" | "desk-overview"): Promise<Desk> {
    return centre.enter(lang, login, await centre.newPassword(login), first);
  }
  const sheet = () => desk.page.getByRole("dialog");
  const state = (of: string) => desk.page.locator("h2 + .chip", { hasText: say(`round-state-${of}`) }).waitFor();
  const deed = (name: string) => desk.page.locator(".acts").getByRole("button", { name, exact: true });
  const save = async (of: Desk) => {
    await of.page.getByRole("dialog").getByRole("button", { name: say("button-save"), exact: true }).click();
    await of.page.getByRole("dialog").waitFor({ state: "detached" });
  };

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(1);
    const { assignments, families, users } = centre.stage.district;
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const now = quarter(new Date(Date.now() + 5 * 3_600_000).toISOString());
    const dated = families as ((typeof families)[number] & { quota_date?: string | null })[];
    const begun = dated.filter(({ id, quota_date: start }) => mine.has(id) && start && quarter(start, 2) <= now);
    [family = "", leaving = ""] = begun.map((each) => each.id);
    desk = await enter(centre.worker.login, "desk-overview");
    mobility = await enter(users.find((user) => user.role === "ctm_set_head")?.login ?? "", "desk-checking");
    bridge = await centre.stage.phone(`monitoring-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.3, longitude: 76.9, accuracy: 8 });
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
    await desk?.close();
    await mobility?.close();
    await centre?.clear();
  });

  test("rounds of the quarter before, and those that are missed", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-monitoring"), exact: true }).click();
    await page.getByRole("heading", { level: 1, name: say("desk-monitoring") }).waitFor();
    await page.locator("tbody th a").first().waitFor();
    await desk.look(`monitoring-rounds.${lang}`);
    const missed = page.getByRole("link", { name: new RegExp(`^${say("round-state-missed")}:`) });
    const due = page.getByRole("link", { name: new RegExp(`^${say("round-state-due")}:`) });
    // In the first days of a quarter the rounds of the one before are still to be closed.
    const late = (await missed.count()) > 0;
    const link = late ? missed : due;
    await link.focus();
    await page.keyboard.press("Enter");
    await page.locator('nav [aria-current="page"]', { hasText: say(late ? "round-state-missed" : "round-state-due") }).waitFor();
    const chips = page.locator("tbody td .chip");
    await expect.poll(async () => new Set((await chips.allTextContents()).map((text) => text.trim())).size).toBe(1);
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").first().isVisible()).toBe(false);
    await page.emulateMedia({ media: null });
  });

  test("a family's page shows its sixteen rounds, and one opens", async () => {
    const { page } = desk;
    await desk.go(`family/${family}`);
    const strip = page.getByRole("navigation", { name: say("round-strip") });
    await strip.waitFor();
    expect(await strip.getByRole("link").count()).toBe(16);
    await desk.look(`monitoring-family.${lang}`);
    await strip.getByRole("link").first().focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say("round-page") }).waitFor();
    expect(page.url()).toContain(`#/round/${family}/1`);
    await page.getByText(say("round-needs-look")).waitFor();
    expect(await deed(say("round-act-close")).count()).toBe(0);
  });

  test("a visit from the phone stands in the round that runs, and becomes a problem", async () => {
    const { page } = desk;
    const worker = new Worker(phone, w);
    const { link } = await centre.stage.invitation(centre.worker.login);
    await worker.enrol(NAMES[lang], link);
    await phone.go(`acts/${family}`);
    await worker.sees(w("acts-text"));
    await worker.tap(new RegExp(w("act-monitoring-visit")));
    await phone.page.getByText(w("topic-housing")).click();
    await phone.page.getByLabel(w("field-problems")).fill(problem);
    await phone.page.waitForTimeout(900);
    await worker.seal(undefined, w("review-confirm-other"));
    await phone.go("sync");
    await worker.tap(w("sync-now"));
    await page.locator("a.now").click();
    await page.getByText(w("topic-housing")).waitFor({ timeout: 60_000 });
    await page.getByRole("button", { name: new RegExp(`^${say("round-visit-problem")}`) }).click();
    await sheet().getByLabel(say("issue-about")).selectOption("housing");
    await sheet().getByLabel(say("issue-weighs")).selectOption("high");
    await sheet().getByLabel(say("issue-to")).selectOption({ index: 1 });
    await sheet().getByLabel(say("issue-due")).fill(new Date(Date.now() + 9 * 86_400_000).toISOString().slice(0, 10));
    expect(await sheet().getByLabel(say("issue-what-problem")).inputValue()).toBe(problem);
    await desk.look(`monitoring-problem.${lang}`);
    await save(desk);
    await page.locator("article .words", { hasText: problem }).first().waitFor();
    await expect.poll(() => page.getByRole("button", { name: new RegExp(`^${say("round-visit-problem")}`) }).count()).toBe(0);
    await page.locator("p.dim", { hasText: say("round-not-over", { date: "" }).slice(0, 12) }).waitFor();
    await desk.look(`monitoring-running.${lang}`);
  });

  test("somebody looks where the family lives, and the round is closed with a summary", async () => {
    const { page } = desk;
    await desk.go(`round/${family}/1`);
    await deed(say("round-look")).click();
    await sheet().getByLabel(say("round-look-result")).selectOption("present");
    await desk.look(`monitoring-look.${lang}`);
    await save(desk);
    await state("missed").catch(() => state("begun"));
    await deed(say("round-act-close")).click();
    await sheet().getByLabel(say("round-summary")).fill(summary);
    await desk.look(`monitoring-close.${lang}`);
    await save(desk);
    await state("done");
    await page.getByText(summary).waitFor();
    await page.getByText(say("residence-present")).first().waitFor();
    await desk.look(`monitoring-closed.${lang}`);
  });

  test("the problem is settled", async () => {
    const { page } = desk;
    await desk.go("monitoring/issues");
    await page.locator("td.words", { hasText: problem }).waitFor();
    await desk.look(`monitoring-issues.${lang}`);
    await page.locator("tbody th a").first().click();
    await page.getByRole("button", { name: new RegExp(`^${say("issue-act-close")}`) }).click();
    await sheet().getByLabel(say("issue-how")).selectOption("solved");
    await sheet().getByLabel(say("issue-said")).fill(summary);
    await save(desk);
    await page.locator("article .chip", { hasText: say("issue-state-closed") }).waitFor();
    await desk.go("monitoring/issues?state=closed");
    await page.locator("td.words", { hasText: problem }).waitFor();
  });

  test("a family leaves, and the mobility centre takes up the return of support", async () => {
    const { page } = desk;
    await desk.go(`round/${leaving}/1`);
    await deed(say("departure-act-record")).click();
    await sheet().getByLabel(say("departure-kato")).fill("710000000");
    await sheet().getByLabel(say("departure-why")).selectOption("work");
    await desk.look(`monitoring-depart.${lang}`);
    await save(desk);
    await page.getByRole("heading", { level: 2, name: say("monitoring-departures") }).waitFor();
    const strip = page.getByRole("navigation", { name: say("round-strip") });
    expect(await strip.getByRole("link", { name: new RegExp(say("round-state-departed")) }).count()).toBeGreaterThan(8);
    await mobility.go("monitoring/departures");
    const take = mobility.page.getByRole("button", { name: say("departure-act-take"), exact: true });
    await take.waitFor();
    await mobility.look(`monitoring-departures.${lang}`);
    await take.click();
    await save(mobility);
    await mobility.page.locator(".chip", { hasText: say("refund-taken") }).waitFor();
    // The centre hears of it without asking.
    await page.locator(".chip", { hasText: say("refund-taken") }).waitFor({ timeout: 60_000 });
  });

  test("the readings of the order, and the list as a file", async () => {
    const { page } = desk;
    await desk.go("reference/monitoring");
    await page.getByText(say("monitoring-rule-none")).waitFor();
    await desk.look(`monitoring-rules.${lang}`);
    await desk.go("monitoring");
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-export") });
    await dialog.getByLabel(say("desk-export-format")).selectOption("csv");
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await page.getByRole("link", { name: say("desk-export-take") }).waitFor({ timeout: 20_000 });
  });
});
