// The deadlines board on the screens: a director sees what is due for his centre with its clocks, each number leads to its
// list, filters stand in the address; a worker sees how much is late where it is his turn; an executive body looks on.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

/** The month of today in UTC+5. */
const month = () => new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 7);

describe.each(["kk", "ru"] as const)("deadlines, %s", (lang: Lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let worker: Desk;
  let body: Desk;

  async function enter(login: string, first: string): Promise<Desk> {
    return centre.enter(lang, login, await centre.newPassword(login), first);
  }

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(2);
    desk = await centre.desk(lang);
    worker = await enter(centre.worker.login, "desk-overview");
    body = await enter(centre.stage.district.users.find((user) => user.role === "mio_set")?.login ?? "", "desk-checking");
  });
  afterAll(async () => {
    await desk?.close();
    await worker?.close();
    await body?.close();
    await centre?.clear();
  });

  const place = (of: Desk) => of.page.locator('nav a[href="#/deadlines"]');
  const group = (of: Desk, state: string) => of.page.getByRole("region", { name: say(`deadline-state-${state}`), exact: true });
  const kinds = (of: Desk) => of.page.locator("main form select").first();
  const centres = (of: Desk) => of.page.locator("main form select").nth(1);
  const row = (of: Desk, kind: string) => of.page.locator("tbody tr", { has: of.page.getByRole("link", { name: say(`deadline-${kind}`) }) });

  test("a director sees what is due, the most urgent first", async () => {
    const { page } = desk;
    await place(desk).click();
    await page.getByRole("heading", { level: 1, name: say("desk-deadlines") }).waitFor();
    await group(desk, "late").waitFor();
    // Services are the worker's, records are his to check, and the report of this month has its clock already.
    const late = group(desk, "late").locator("tbody tr", { hasText: say("deadline-activity") });
    await late.getByText(say("deadline-looks-on")).waitFor();
    await late.getByText(say("deadline-paragraph", { paragraph: 33 })).waitFor();
    expect(await late.locator("svg").count()).toBe(1);
    await group(desk, "open").locator("tbody tr", { hasText: say("deadline-check") }).waitFor();
    await row(desk, "report").getByText("DL-39").waitFor();
    await desk.look(`deadlines.${lang}`);
    // What is printed has no buttons and filters.
    await page.emulateMedia({ media: "print" });
    expect(await page.locator("nav").first().isVisible()).toBe(false);
    expect(await page.locator("form").first().isVisible()).toBe(false);
    expect(await late.isVisible()).toBe(true);
    await page.emulateMedia({ media: null });
  });

  test("a number leads to its list", async () => {
    const { page } = desk;
    const late = group(desk, "late").locator("tbody tr", { hasText: say("deadline-activity") });
    const count = (await late.locator("td.num").first().textContent())?.trim() ?? "";
    expect(Number(count.replace(/\D/g, ""))).toBeGreaterThan(0);
    await late.getByRole("link").focus();
    await page.keyboard.press("Enter");
    await expect.poll(() => page.url()).toContain("#/families?only=overdue&unit=");
    await page.getByRole("heading", { level: 1, name: say("desk-families") }).waitFor();
    await expect.poll(() => page.locator("main").textContent()).toContain(count);
    await page.goBack();
    await group(desk, "late").waitFor();
  });

  test("filters stand in the address", async () => {
    const { page } = desk;
    await kinds(desk).selectOption("report");
    await expect.poll(() => page.url()).toContain("#/deadlines?kind=report");
    await expect.poll(() => page.locator("tbody th a").count()).toBe(1);
    expect(await row(desk, "report").locator("a").getAttribute("href")).toBe(`#/reports?month=${month()}`);
    await page.getByRole("link", { name: say("deadline-mine"), exact: true }).click();
    await expect.poll(() => page.url()).toContain("mine=true");
    await expect.poll(() => row(desk, "report").count()).toBe(1);
    await desk.look(`deadlines-report.${lang}`);
    // What there is none of says so.
    await kinds(desk).selectOption("road_map");
    await page.getByText(say("deadline-none-so")).waitFor();
    await desk.look(`deadlines-none.${lang}`);
    await desk.go("deadlines?state=late");
    await group(desk, "late").waitFor();
    expect(await group(desk, "open").count()).toBe(0);
  });

  test("how the clocks run is said with the paragraphs", async () => {
    const { page } = desk;
    await page.getByText(say("deadline-help"), { exact: true }).click();
    await page.getByText(say("deadline-help-report")).waitFor();
    // An assessment is not his.
    expect(await page.getByText(say("deadline-help-assessment")).count()).toBe(0);
    await desk.look(`deadlines-help.${lang}`);
  });

  test("a worker sees beside the place how much of his is late", async () => {
    const { page } = worker;
    await expect.poll(() => place(worker).locator(".n").textContent()).toMatch(/^\d+\+?$/);
    await place(worker).click();
    await group(worker, "late").waitFor();
    await page.getByRole("link", { name: say("deadline-mine"), exact: true }).click();
    await expect.poll(() => page.url()).toContain("mine=true");
    const late = group(worker, "late").locator("tbody tr", { hasText: say("deadline-activity") });
    await late.waitFor();
    expect(await late.getByText(say("deadline-looks-on")).count()).toBe(0);
    await worker.look(`deadlines-worker.${lang}`);
  });

  test("an executive body looks on at each of its centres", async () => {
    const { page } = body;
    await body.go("deadlines?kind=report");
    await expect.poll(() => row(body, "report").count()).toBe(2);
    await body.look(`deadlines-body.${lang}`);
    await centres(body).selectOption(centre.worker.org_unit);
    await expect.poll(() => page.url()).toContain(`unit=${centre.worker.org_unit}`);
    await expect.poll(() => row(body, "report").count()).toBe(1);
  });
});
