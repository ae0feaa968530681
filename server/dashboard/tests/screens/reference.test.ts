// An administrator keeps what everybody counts by: days of the calendar and thresholds, by keyboard; he sees what moves
// before it does, and takes it back.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

/** Spaces that do not break are spaces. */
const plain = (text: string) => text.replaceAll("\u00a0", " ");
const shown = (day: string) => `${day.slice(8)}.${day.slice(5, 7)}.${day.slice(0, 4)}`;

describe.each(["kk", "ru"] as const)("reference data, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  /** A working day on which something is due. */
  let day = "";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    const { stage, worker } = centre;
    const today = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 10);
    const due = stage.district.plans.flatMap((plan) => plan.activities).map((activity) => activity.due_on ?? "");
    const isWeekday = (of: string) => ![0, 6].includes(new Date(`${of}T00:00:00Z`).getUTCDay());
    day = due.filter((of) => of > today && of < "2027-12-20" && isWeekday(of)).sort()[0] ?? "";
    expect(day, "something is due one day").not.toBe("");
    await stage.office("user", "add", "--login", "keeper", "--name", "ТЕСТОВ ТЕСТ", "--role", "admin", "--org-unit", worker.org_unit);
    desk = await centre.enter(lang, "keeper", await centre.newPassword("keeper"), "desk-people");
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const focused = () => desk.page.evaluate(() => document.activeElement?.getAttribute("data-day") ?? "");
  const rows = () => desk.page.getByRole("region", { name: say("reference-history") }).locator("tbody tr");
  const cell = (of: string) => desk.page.locator(`.year [data-day="${of}"]`);

  test("a day is chosen by keyboard, and what moves is seen first", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-reference"), exact: true }).click();
    await page.getByRole("heading", { level: 1, name: say("reference-title") }).waitFor();
    await desk.go(`reference/calendar?year=${day.slice(0, 4)}`);
    await page.getByText(say("calendar-history-none", { year: day.slice(0, 4) })).waitFor();
    await desk.look(`calendar.${lang}`);
    // One stop for Tab in the whole year; from there by arrows, weeks and months.
    expect(await page.locator('.year [tabindex="0"]').count()).toBe(1);
    await page.locator('.year [tabindex="0"]').focus();
    const from = await focused();
    await page.keyboard.press("Home");
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    for (let n = 0; n < 12; n += 1) await page.keyboard.press("PageUp");
    expect((await focused()).slice(0, 7), `from ${from}`).toBe(`${day.slice(0, 4)}-01`);
    for (let n = 1; n < Number(day.slice(5, 7)); n += 1) await page.keyboard.press("PageDown");
    for (let left = 31; left > 0 && (await focused()) !== day; left -= 1) await page.keyboard.press((await focused()) < day ? "ArrowRight" : "ArrowLeft");
    expect(await focused()).toBe(day);
    await page.keyboard.press("Enter");
    expect(await cell(day).getAttribute("aria-pressed")).toBe("true");
    await page.getByText(say("calendar-chosen", { count: 1 })).waitFor();
    await page.getByLabel(say("calendar-reason")).fill("Үкімет қаулысы");
    await page.getByLabel(say("calendar-source")).fill("№ 1");
    await desk.look(`calendar-chosen.${lang}`);
    await page.getByLabel(say("calendar-source")).press("Enter");
    const dialog = page.getByRole("dialog", { name: say("calendar-moves-title") });
    await dialog.waitFor();
    expect(await dialog.locator("tbody tr").count()).toBeGreaterThan(0);
    await dialog.getByText(shown(day)).first().waitFor();
    await desk.look(`calendar-moves.${lang}`);
    // Nothing has changed yet, and Escape leaves it so.
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await page.locator(".year .set").count()).toBe(0);
    await page.getByRole("button", { name: say("calendar-preview") }).press("Enter");
    await dialog.waitFor();
    await dialog.getByRole("button", { name: say("calendar-confirm", { count: 1 }) }).press("Enter");
    await expect.poll(() => rows().count()).toBe(1);
    expect(await cell(day).getAttribute("data-tone")).toBe("over");
    await desk.look(`calendar-set.${lang}`);
  });

  test("the change is taken back by another one", async () => {
    const { page } = desk;
    await rows().getByRole("button").first().press("Enter");
    expect(await page.getByLabel(say("calendar-reason")).inputValue()).not.toBe("");
    await page.getByRole("button", { name: say("calendar-preview") }).press("Enter");
    await page.getByRole("dialog").getByRole("button", { name: say("calendar-confirm", { count: 1 }) }).press("Enter");
    await expect.poll(() => rows().count()).toBe(2);
    await expect.poll(() => page.locator(".year .set").count()).toBe(0);
    // Only the last word about a day can be taken back.
    expect(await rows().getByRole("button").count()).toBe(1);
  });

  test("a Saturday is worked for a day off: two days, one reason", async () => {
    const { page } = desk;
    const [off, worked] = ["2027-12-17", "2027-12-11"];
    await desk.go("reference/calendar?year=2027");
    await cell(off).click();
    await cell(worked).click();
    await page.getByText(say("calendar-chosen", { count: 2 })).waitFor();
    await page.getByLabel(say("calendar-reason")).fill("Күнді ауыстыру");
    await page.getByLabel(say("calendar-source")).fill("№ 2");
    await page.getByRole("button", { name: say("calendar-preview") }).click();
    await page.getByRole("dialog").getByRole("button", { name: say("calendar-confirm", { count: 2 }) }).click();
    await expect.poll(async () => [await cell(off).getAttribute("data-tone"), await cell(worked).getAttribute("data-tone")]).toEqual(["over", "soon"]);
    await desk.look(`calendar-swap.${lang}`);
  });

  test("a threshold has its day", async () => {
    const { page } = desk;
    await desk.go("reference/thresholds");
    await page.getByText(say("threshold-history-none")).waitFor();
    await desk.look(`thresholds.${lang}`);
    const name = say("threshold-sample-percent");
    await page.getByRole("button", { name: `${say("button-change")} ${name}` }).press("Enter");
    await page.getByRole("dialog", { name }).waitFor();
    await page.getByLabel(say("threshold-value"), { exact: true }).fill("12");
    await desk.look(`threshold.${lang}`);
    await page.getByLabel(say("threshold-value"), { exact: true }).press("Enter");
    await expect.poll(() => rows().count()).toBe(1);
    expect(plain(await rows().first().innerText())).toContain("12 %");
    // A grave jump of a clock that is smaller than a jump is refused in words.
    const grave = say("threshold-clock-grave-seconds");
    await page.getByRole("button", { name: `${say("button-change")} ${grave}` }).press("Enter");
    await page.getByLabel(say("threshold-value"), { exact: true }).fill("60");
    await page.getByRole("dialog").getByRole("button", { name: say("button-save") }).press("Enter");
    await page.getByText(say("problem-out-of-range")).waitFor();
    await page.keyboard.press("Escape");
    await rows().getByRole("button").first().press("Enter");
    await page.getByRole("dialog", { name }).getByRole("button", { name: say("button-save") }).press("Enter");
    await expect.poll(() => rows().count()).toBe(2);
    await desk.look(`thresholds-changed.${lang}`);
  });

  test("what phones are told has its day", async () => {
    const { page } = desk;
    await desk.go("reference/phones");
    await page.getByText(say("rule-phone-none")).waitFor();
    await desk.look(`phone-rules.${lang}`);
    const name = say("rule-phone-lock-minutes");
    const row = page.getByRole("region", { name: say("reference-phones") }).locator("tbody tr").filter({ hasText: name });
    expect(await row.locator("td").nth(1).innerText()).toBe("5");
    await row.getByRole("button", { name: `${say("button-change")} ${name}` }).press("Enter");
    const dialog = page.getByRole("dialog", { name });
    await dialog.waitFor();
    await dialog.getByLabel(say("report-option-value")).fill("121");
    await dialog.getByLabel(say("report-option-value")).press("Enter");
    // More than an organisation may say: the browser keeps the sheet.
    expect(await rows().count()).toBe(0);
    await dialog.getByLabel(say("report-option-value")).fill("2");
    await desk.look(`phone-rule.${lang}`);
    await dialog.getByLabel(say("report-option-value")).press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await expect.poll(() => row.locator("td").nth(1).innerText()).toBe("2");
    expect(plain(await rows().first().innerText())).toMatch(/5 → 2/);
    // A word, from a day to come: it stands beside what holds until then.
    const video = say("rule-phone-video-unmetered-only");
    await page.getByRole("button", { name: `${say("button-change")} ${video}` }).press("Enter");
    await page.getByRole("dialog", { name: video }).getByLabel(say("report-option-value")).selectOption("no");
    await page.getByLabel(say("monitoring-rule-from")).fill("2027-01-11");
    await page.getByRole("dialog").getByRole("button", { name: say("button-save") }).click();
    const films = page.getByRole("region", { name: say("reference-phones") }).locator("tbody tr").filter({ hasText: video });
    await films.locator(".chip").waitFor();
    expect(await films.locator("td").nth(1).innerText()).toBe(say("rule-yes"));
    await desk.look(`phone-rules-set.${lang}`);
    // The worker's phone hears it with its next contact.
    await centre.phone("sync");
    const told = await centre.told("settings");
    expect((JSON.parse(told) as { lock_minutes: number; video_unmetered_only: boolean })).toMatchObject({ lock_minutes: 2, video_unmetered_only: true });
  });

  test("the programme is run by rules with a day; a term that nobody has entered is none", async () => {
    const { page } = desk;
    await desk.go("reference/programme");
    await page.getByText(say("rule-programme-none")).waitFor();
    await desk.look(`programme.${lang}`);
    const rule = async (name: string, fill: (dialog: ReturnType<typeof page.getByRole>) => Promise<unknown>) => {
      await page.getByRole("button", { name: `${say("button-change")} ${name}` }).press("Enter");
      const dialog = page.getByRole("dialog", { name });
      await dialog.waitFor();
      await fill(dialog);
      await dialog.getByRole("button", { name: say("button-save") }).click();
      await dialog.waitFor({ state: "hidden" });
    };
    const value = say("report-option-value");
    const search = say("rule-programme-job-search-days");
    await rule(search, async (dialog) => {
      expect(await dialog.getByLabel(value).inputValue()).toBe("");
      await dialog.getByLabel(value).fill("5");
      await desk.look(`programme-term.${lang}`);
    });
    await expect.poll(() => rows().count()).toBe(1);
    await rule(search, (dialog) => dialog.getByLabel(value).fill(""));
    await expect.poll(() => rows().count()).toBe(2);
    expect(await rows().first().innerText()).toContain(say("rule-none"));
    await rule(say("rule-programme-day-off-moves"), (dialog) => dialog.getByLabel(value).selectOption("no"));
    await expect.poll(() => rows().count()).toBe(3);
    await desk.look(`programme-changed.${lang}`);
    await desk.go("reference/services");
    await page.getByRole("link", { name: say("job-search") }).waitFor();
  });

  test("the middle of a settlement is said", async () => {
    const { page } = desk;
    await desk.go("reference/settlements");
    const list = page.getByRole("region", { name: say("reference-settlements") });
    await expect.poll(() => list.locator("tbody tr").count()).toBeGreaterThan(0);
    await desk.look(`settlements.${lang}`);
    const name = await list.locator("tbody td").first().innerText();
    await page.getByLabel(say("settlements-search")).fill(name);
    await expect.poll(() => page.url()).toContain("q=");
    await list.getByRole("button", { name: `${say("button-change")} ${name}` }).first().press("Enter");
    await page.getByLabel(say("settlements-lat")).fill("52.3");
    await page.getByLabel(say("settlements-lon")).fill("76.9");
    await page.getByLabel(say("calendar-source")).fill("карта");
    await desk.look(`settlement.${lang}`);
    await page.getByLabel(say("calendar-source")).press("Enter");
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByLabel(say("settlements-search")).fill("жоқ жер");
    await page.getByText(say("settlements-none")).waitFor();
  });

  test("services are shown as they are fixed, and what a term moves is seen first", async () => {
    const { page } = desk;
    // A plan of a family in the quota that came without a due date.
    let service = "";
    await centre.stage.grow((district) => {
      const quota = new Map((district.families as { id: string; quota_date?: string | null }[]).map((each) => [each.id, each.quota_date]));
      const plan = district.plans.find((each) => quota.get(each.family));
      const person = plan?.activities[0]?.person ?? "";
      const has = new Set(plan?.activities.filter((each) => each.person === person).map((each) => each.service));
      service = ["S19", "S20", "S22", "S23", "S24"].find((each) => !has.has(each)) ?? "";
      plan?.activities.push({ id: randomUUID(), person, service, due_on: null });
    });
    await desk.go("reference/services");
    await expect.poll(() => page.locator("tbody tr").count()).toBe(25);
    await desk.look(`services.${lang}`);
    const name = say(`service-${service}-short`);
    await page.getByRole("button", { name: `${say("button-change")} ${name}` }).press("Enter");
    const value = page.getByLabel(say("terms-value"));
    await value.fill("10");
    await page.getByLabel(say("terms-from")).fill("2024-05-30");
    await value.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByText(say("calendar-moves", { count: 1 })).waitFor();
    expect(await dialog.locator("tbody tr").count()).toBe(1);
    await desk.look(`term-moves.${lang}`);
    // Another value is another question.
    await value.fill("12");
    await dialog.getByText(say("calendar-moves", { count: 1 })).waitFor({ state: "detached" });
    await value.press("Enter");
    await dialog.getByText(say("calendar-moves", { count: 1 })).waitFor();
    expect(await rows().count()).toBe(0);
    await dialog.getByRole("button", { name: say("terms-confirm") }).press("Enter");
    await expect.poll(() => rows().count()).toBe(1);
    expect(plain(await rows().first().innerText())).toContain(plain(say("terms-days", { days: 12 })));
    await desk.look(`term-changed.${lang}`);
    // Taken back, the due date goes again.
    await page.getByRole("button", { name: `${say("button-change")} ${name}` }).press("Enter");
    await page.getByLabel(say("terms-from")).fill("2024-05-30");
    await dialog.getByRole("button", { name: say("threshold-take-back") }).press("Enter");
    await dialog.getByText(say("calendar-moves", { count: 1 })).waitFor();
    await dialog.getByRole("button", { name: say("terms-confirm") }).press("Enter");
    await expect.poll(() => rows().count()).toBe(2);
  });
});
