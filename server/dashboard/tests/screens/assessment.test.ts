// The quarterly assessment on the screens: the expert scores every centre beside what was computed, writes, signs and sends
// the conclusion; the authorised body forwards it, the executive body takes measures; the next quarter asks what became of it.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

/** Quarters that are over long enough to be frozen: the one before the last, and the one before that. */
function quarters(): [string, string] {
  const now = new Date(Date.now() + 5 * 3_600_000);
  const present = now.getUTCFullYear() * 4 + Math.floor(now.getUTCMonth() / 3);
  const name = (quarter: number) => `${Math.floor(quarter / 4)}-Q${(quarter % 4) + 1}`;
  return [name(present - 3), name(present - 2)];
}

describe.each(["kk", "ru"] as const)("quarterly assessment, %s", (lang: Lang) => {
  const say = words(lang);
  const [first, second] = quarters();
  const named = (quarter: string) => say("assessment-quarter-of", { number: quarter.slice(-1), year: quarter.slice(0, 4) });
  let centre: Centre;
  let director: Desk;
  let expert: Desk;
  let authority: Desk;
  let body: Desk;
  let password = "";

  async function enter(login: string, first: "desk-overview" | "desk-checking"): Promise<Desk> {
    const given = await centre.newPassword(login);
    if (login === "test.expert") password = given;
    return centre.enter(lang, login, given, first);
  }

  beforeAll(async () => {
    centre = await Centre.set(lang);
    for (const [login, role] of [
      ["test.expert", "crtr"],
      ["test.authority", "auth"],
    ] as const)
      await centre.stage.office("user", "add", "--login", login, "--name", "ТЕСТОВ ТЕСТ", "--role", role, "--org-unit", centre.worker.org_unit);
    director = await centre.desk(lang);
    expert = await enter("test.expert", "desk-overview");
    authority = await enter("test.authority", "desk-overview");
    body = await enter(centre.stage.district.users.find((user) => user.role === "mio_set_head")?.login ?? "", "desk-checking");
  });
  afterAll(async () => {
    for (const each of [director, expert, authority, body]) await each?.close();
    await centre?.clear();
  });

  const act = (of: Desk, what: string) => of.page.locator(".acts").getByRole("button", { name: say(`conclusion-act-${what}`), exact: true });
  const state = (of: Desk, what: string) => of.page.locator("h2 + .chip", { hasText: say(`conclusion-state-${what}`) }).waitFor();

  async function fill(points: number): Promise<void> {
    const { page } = expert;
    for (const [criterion, word] of [
      ["relevance", "assessment-relevance"],
      ["effectiveness", "assessment-effectiveness"],
      ["social_effect", "assessment-social-effect"],
    ] as const) {
      await page.locator(`input[name="points-${criterion}"][value="${points}"]`).check();
      await page.getByLabel(say("assessment-reason-of", { criterion: say(word) })).fill("Жоспар негізінен орындалды");
    }
  }
  /** Scores every centre of a quarter that has none. */
  async function scoreAll(quarter: string, points: number): Promise<number> {
    const { page } = expert;
    for (let scored = 0; ; scored += 1) {
      await expert.go(`assessments?quarter=${quarter}&show=unscored`);
      await page.getByRole("heading", { level: 2, name: named(quarter) }).waitFor();
      const link = page.locator("tbody th a").first();
      if ((await link.count()) === 0) return scored;
      await link.click();
      await page.getByRole("button", { name: say("assessment-save") }).waitFor();
      await fill(points);
      await page.getByRole("button", { name: say("assessment-save") }).click();
      await page.getByRole("button", { name: say("assessment-again") }).waitFor();
    }
  }

  test("the expert scores beside what is computed", async () => {
    const { page } = expert;
    await page.getByRole("link", { name: say("desk-assessments"), exact: true }).click();
    await page.getByRole("heading", { level: 1, name: say("desk-assessments") }).waitFor();
    await page.locator("tbody tr").first().waitFor();
    await expert.go(`assessments?quarter=${first}`);
    await page.getByRole("heading", { level: 2, name: named(first) }).waitFor();
    await expert.look(`assessments.${lang}`);
    await page.locator("tbody th a").first().click();
    await page.getByText(say("assessment-no-data")).first().waitFor();
    // Nobody scores without a reason, and by the keys alone.
    const points = page.locator('input[name="points-relevance"]').first();
    await points.focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.locator('input[name="points-relevance"]:checked').count()).toBe(1);
    await fill(3);
    await page.locator('input[name="points-social_effect"][value="4"]').check();
    await page.getByText(`${say("assessment-sum")}: 10`).waitFor();
    await expert.look(`assessment-scoring.${lang}`);
    await page.getByRole("button", { name: say("assessment-save") }).click();
    await page.getByText(say("assessment-means-medium")).waitFor();
    await expert.look(`assessment-scored.${lang}`);
    expect(await scoreAll(first, 2)).toBeGreaterThan(0);
    await expert.go(`assessments?quarter=${first}&show=low`);
    await page.locator("tbody th a").first().waitFor();
    await expert.look(`assessments-low.${lang}`);
  });

  test("the conclusion is written, signed and sent", async () => {
    const { page } = expert;
    await expert.go(`conclusion/${first}`);
    await page.getByRole("button", { name: say("conclusion-act-draft") }).waitFor();
    await page.getByLabel(say("conclusion-report-text")).fill("Тоқсан есебі");
    await page.getByLabel(say("conclusion-conclusions-text")).fill("Жұмыс жүріп жатыр");
    await page.getByRole("button", { name: say("conclusion-recommend-add") }).click();
    await page.getByLabel(say("conclusion-recommend-to", { number: "1" })).selectOption({ index: 1 });
    await page.getByLabel(say("conclusion-recommend-text", { number: "1" })).fill("Мерзімі өткен іс-шараларды аяқтау");
    await page.getByText(say("conclusion-unsaved")).waitFor();
    await page.getByRole("button", { name: say("conclusion-act-draft") }).click();
    await state(expert, "draft");
    await page.getByText(say("conclusion-unsaved")).waitFor({ state: "detached" });
    await expert.look(`conclusion-draft.${lang}`);
    await act(expert, "sign").click();
    const dialog = page.getByRole("dialog", { name: say("conclusion-sign-title") });
    await dialog.getByLabel(say("desk-password")).fill("қате құпиясөз");
    await dialog.getByRole("button", { name: say("conclusion-act-sign"), exact: true }).click();
    await dialog.getByText(say("problem-sign-in-failed")).waitFor();
    await dialog.getByLabel(say("desk-password")).fill(password);
    await expert.look(`conclusion-sign.${lang}`);
    await page.keyboard.press("Enter");
    await state(expert, "signed");
    await act(expert, "send").click();
    await page.getByRole("dialog", { name: say("conclusion-send-title") }).getByRole("button", { name: say("conclusion-act-send"), exact: true }).click();
    await state(expert, "sent");
    await expert.look(`conclusion-sent.${lang}`);
  });

  test("it is forwarded, and the executive body takes measures", async () => {
    // The centre does not see its scores yet.
    await director.go(`assessments?quarter=${first}`);
    await director.page.getByText(say("assessment-hidden")).waitFor();
    await authority.go(`conclusion/${first}`);
    await state(authority, "sent");
    await act(authority, "forward").click();
    await authority.page.getByRole("dialog", { name: say("conclusion-forward-title") }).getByRole("button", { name: say("conclusion-act-forward"), exact: true }).click();
    await state(authority, "forwarded");
    await authority.look(`conclusion-forwarded.${lang}`);
    const { page } = body;
    await page.getByRole("link", { name: say("desk-assessments"), exact: true }).click();
    await body.go(`assessments?quarter=${first}`);
    await page.getByRole("link", { name: say("conclusion-page") }).click();
    await page.getByLabel(say("conclusion-measure-of", { number: "1" })).fill("Жиналыс өтті");
    await body.look(`conclusion-measures.${lang}`);
    await page.getByRole("button", { name: say("conclusion-act-measure") }).click();
    await state(body, "closed");
    await body.look(`conclusion-closed.${lang}`);
    await director.go("account");
    await director.go(`assessments?quarter=${first}`);
    await director.page.locator("tbody .chip").first().waitFor();
    await director.page.locator("tbody th a").first().click();
    await director.page.getByRole("heading", { level: 2, name: say("assessment-recommendations") }).waitFor();
    await director.look(`assessment-own.${lang}`);
  });

  test("the next quarter asks what became of the recommendation", async () => {
    const { page } = expert;
    expect(await scoreAll(second, 5)).toBeGreaterThan(1);
    await expert.go(`conclusion/${second}`);
    await page.getByLabel(say("conclusion-report-text")).fill("Келесі тоқсанның есебі");
    await page.getByLabel(say("conclusion-conclusions-text")).fill("Жақсарды");
    await page.getByRole("button", { name: say("conclusion-act-draft") }).click();
    await page.getByText(say("conclusion-lacks-results", { count: "1" })).waitFor();
    await page.getByText("Жиналыс өтті").waitFor();
    expect(await act(expert, "sign").count()).toBe(0);
    await expert.look(`conclusion-results.${lang}`);
    await page.getByLabel(say("conclusion-became-of", { number: "1" })).selectOption("done");
    await page.getByLabel(say("conclusion-became-text", { number: "1" })).fill("Аяқталды");
    await page.getByRole("button", { name: say("conclusion-act-draft") }).click();
    await act(expert, "sign").click();
    await page.getByRole("dialog").getByLabel(say("desk-password")).fill(password);
    await page.keyboard.press("Enter");
    await state(expert, "signed");
  });

  test("the conclusion is taken as a document", async () => {
    const { page } = expert;
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-export") });
    await expert.look(`conclusion-export.${lang}`);
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const link = page.getByRole("link", { name: say("desk-export-take") });
    await link.waitFor({ timeout: 20_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    expect(readFileSync(await download.path()).subarray(0, 5).toString()).toBe("%PDF-");
  });

  test("how totals are read is a setting", async () => {
    const { page } = authority;
    await authority.go("reference/assessment");
    await page.getByRole("button", { name: say("button-change") }).click();
    await page.getByRole("dialog").getByRole("combobox").selectOption("rescaled_25");
    await page.getByRole("button", { name: say("button-save") }).click();
    await page.getByText(say("assessment-mode-hint-rescaled-25")).waitFor();
    await authority.look(`assessment-mode.${lang}`);
  });
});
