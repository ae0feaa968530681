// A plan on the screens: a worker draws it up by keyboard for a family of six, prints it, enters the paper that the kandas
// signed, the head of the mobility centre approves it, and it goes to the phones; then it is amended.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
// @ts-expect-error plain JavaScript
import { source } from "../../../../design/messages.mjs";
import type { Desk } from "./browser";
import { Centre, words, type Lang, type Words } from "./centre";
import { Signer } from "./signer";

interface Whole {
  org_units: { id: string; parent: string | null; kind: string }[];
  users: { id: string; login: string; role: string; org_unit: string }[];
  families: Record<string, unknown>[];
  persons: Record<string, unknown>[];
  assignments: Record<string, unknown>[];
}
/** A family of six without a plan. */
const SIX = [
  ["head", "1984-05-01", "m"],
  ["spouse", "1986-05-01", "f"],
  ["child", "2012-05-01", "m"],
  ["child", "2017-05-01", "f"],
  ["child", "2022-05-01", "m"],
  ["parent", "1950-05-01", "f"],
] as const;
const SURNAME = "ЖОСПАРБЕК";

/** The words of plans and of signatures come with their screens. */
function planWords(lang: Lang): Words {
  const bundle = new FluentBundle(lang, { useIsolating: false });
  for (const part of ["plan", "sign"]) bundle.addResource(new FluentResource(source(lang, part) as string));
  return (id, variables) => {
    const pattern = bundle.getMessage(id)?.value;
    if (!pattern) throw new Error(`no message ${id}`);
    return bundle.formatPattern(pattern, variables ?? {});
  };
}

describe.each(["kk", "ru"] as const)("plans, %s", (lang: Lang) => {
  const say = words(lang);
  const plan = planWords(lang);
  let centre: Centre;
  let worker: Desk;
  let head: Desk;
  let headPassword = "";
  const family = randomUUID();
  let paper = "";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.stage.grow((document) => {
      const whole = document as unknown as Whole;
      const like = whole.families.find((each) => each["org_unit"] === centre.worker.org_unit) ?? {};
      whole.families.push({ ...like, id: family, org_unit: centre.worker.org_unit, quota_date: "2026-11-02" });
      SIX.forEach(([relation, birth_date, sex], n) =>
        whole.persons.push({ id: randomUUID(), family, surname: SURNAME, given_name: `СЫНАҚ ${n + 1}`, patronymic: null, latin_name: null, iin: null, birth_date, sex, relation, phone: null }),
      );
      whole.assignments.push({ id: randomUUID(), family, worker: centre.worker.id, from: "2026-11-02", to: null });
    });
    const { login } = centre.worker;
    worker = await centre.enter(lang, login, await centre.newPassword(login), "desk-overview");
    const { users, org_units } = centre.stage.district as unknown as Whole;
    const above = org_units.find((unit) => unit.id === centre.worker.org_unit)?.parent;
    const chief = users.find((user) => user.role === "ctm_set_head" && user.org_unit === above);
    if (!chief) throw new Error("the district has no head of the mobility centre");
    headPassword = await centre.newPassword(chief.login);
    head = await centre.enter(lang, chief.login, headPassword, "desk-checking");
    for (const each of [worker, head]) await each.page.getByRole("link", { name: say("desk-plans"), exact: true }).waitFor();
  });
  afterAll(async () => {
    await worker?.close();
    await head?.close();
    await centre?.clear();
  });

  const act = (of: Desk, what: string) => of.page.locator(".acts").getByRole("button", { name: plan(`plan-act-${what}`), exact: true });
  const confirm = (of: Desk, what: string) => of.page.getByRole("dialog").getByRole("button", { name: plan(`plan-act-${what}`), exact: true }).click();
  const state = (of: Desk, what: string) => of.page.locator("h2 + .chip", { hasText: say(`plan-state-${what}`) }).waitFor();
  const active = (of: Desk) => of.page.locator('td button[tabindex="0"]');
  const saved = (of: Desk) => of.page.getByText(plan("plan-saved"), { exact: true }).waitFor();

  test("a family of six has its plan in under two minutes, by keyboard", async () => {
    const { page } = worker;
    await page.getByRole("link", { name: say("desk-plans"), exact: true }).click();
    await page.getByRole("link", { name: plan("plan-show-without", { count: 1 }) }).click();
    await page.getByRole("link", { name: new RegExp(SURNAME) }).waitFor();
    await worker.look(`plans-without.${lang}`);
    const began = Date.now();
    await page.getByRole("link", { name: new RegExp(SURNAME) }).click();
    await page.getByRole("button", { name: plan("plan-open-settled") }).click();
    await state(worker, "final-draft");
    expect(await page.locator("td button").count()).toBe(25 * 6 - 8 * 5);
    const pressed = await page.locator('td button[aria-pressed="true"]').count();
    expect(pressed).toBe(23 + 14 + 4 * 10);

    // The first cell is the active one; arrows pass over what is with the head.
    await active(worker).focus();
    await page.keyboard.press("ArrowRight");
    expect(await active(worker).getAttribute("aria-label")).toContain(`${SURNAME} СЫНАҚ 1`);
    for (let n = 0; n < 5; n += 1) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    expect(await active(worker).getAttribute("aria-label")).toContain(`${SURNAME} СЫНАҚ 2`);
    // Sixth of the list: the electronic signature, out of the plan for the wife.
    await page.keyboard.press("Space");
    expect(await active(worker).getAttribute("aria-pressed")).toBe("false");
    // A whole row, and back again.
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("KeyR");
    expect(await page.locator('td button[aria-pressed="true"]').count()).toBe(pressed - 1 + 5);
    await page.keyboard.press("Control+KeyZ");
    expect(await page.locator('td button[aria-pressed="true"]').count()).toBe(pressed - 1);
    await page.getByText(plan("plan-unexplained", { count: 1 })).waitFor();
    await worker.look(`plan-draft.${lang}`);
    await page.getByLabel(plan("plan-explain-all")).selectOption("already_has");
    await page.getByRole("region", { name: plan("plan-why") }).getByRole("button", { name: say("button-save") }).click();
    await page.locator('td button[aria-pressed="true"]').first().focus();
    await page.getByLabel(plan("plan-planned-on")).fill("2026-12-10");
    await page.keyboard.press("Tab");
    await saved(worker);
    expect(Date.now() - began).toBeLessThan(120_000);

    // What was saved is there after the page is opened anew.
    await page.reload();
    await state(worker, "final-draft");
    expect(await page.locator('td button[aria-pressed="true"]').count()).toBe(pressed - 1);
  });

  test("its paper is printed, signed by the kandas and entered", async () => {
    const { page } = worker;
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await page.getByRole("dialog", { name: say("desk-export") }).getByRole("button", { name: say("desk-export"), exact: true }).click();
    const link = page.getByRole("link", { name: say("desk-export-take") });
    await link.waitFor({ timeout: 20_000 });
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    paper = await download.path();
    expect(readFileSync(paper).subarray(0, 5).toString()).toBe("%PDF-");
    await worker.go(`plan/${family}`);
    await state(worker, "final-draft");
    const hash = (await page.locator("dl.meta code").textContent()) ?? "";
    await act(worker, "agree").click();
    const dialog = page.getByRole("dialog", { name: plan("plan-act-agree") });
    await dialog.getByLabel(plan("plan-how")).selectOption("eds");
    await dialog.getByText(plan("plan-eds-hint")).waitFor();
    await dialog.getByLabel(plan("plan-how")).selectOption("record");
    await dialog.getByText(plan("plan-no-signatures")).waitFor();
    await dialog.getByLabel(plan("plan-how")).selectOption("paper");
    expect(await dialog.getByLabel(plan("plan-signer")).inputValue()).toBe(`${SURNAME} СЫНАҚ 1`);
    await dialog.getByLabel(plan("plan-digest")).fill(hash.startsWith("0000") ? "ffffffff" : "00000000");
    await dialog.getByLabel(plan("plan-file-scan")).setInputFiles({ name: "scan.pdf", mimeType: "application/pdf", buffer: readFileSync(paper) });
    const save = dialog.getByRole("button", { name: say("button-save") });
    await save.click();
    await dialog.getByText(say("problem-paper-differs")).waitFor();
    await worker.look(`plan-agree.${lang}`);
    await dialog.getByLabel(plan("plan-digest")).fill(hash.slice(0, 10));
    await save.click();
    await state(worker, "agreed");
    await worker.look(`plan-agreed.${lang}`);
  });

  test("the mobility centre sends it back once, and approves it then", async () => {
    const { page } = head;
    await page.getByRole("link", { name: say("desk-plans"), exact: true }).click();
    await page.getByRole("link", { name: new RegExp(SURNAME) }).click();
    await state(head, "agreed");
    await act(head, "reject").click();
    await page.getByRole("dialog").getByLabel(plan("plan-reject-text")).fill("Күні жоқ іс-шаралар бар");
    await confirm(head, "reject");
    await state(head, "final-draft");
    // The worker hears of it without asking.
    await worker.page.getByText("Күні жоқ іс-шаралар бар").waitFor();
    await worker.look(`plan-returned.${lang}`);
    // This time he signs the text itself; a file over another text is not taken.
    await act(worker, "agree").click();
    const dialog = worker.page.getByRole("dialog");
    await dialog.getByLabel(plan("plan-how")).selectOption("eds");
    const [download] = await Promise.all([worker.page.waitForEvent("download"), dialog.getByRole("link", { name: plan("plan-text") }).click()]);
    const text = readFileSync(await download.path());
    const signer = new Signer(`${SURNAME} СЫНАҚ`, "900101300017");
    const hand = async (file: Buffer) => {
      await dialog.getByLabel(plan("plan-file-eds")).setInputFiles({ name: "plan.cms", mimeType: "application/pkcs7-mime", buffer: file });
      await dialog.getByRole("button", { name: say("button-save") }).click();
    };
    await hand(signer.sign(Buffer.from("{}")));
    await dialog.getByText(say("problem-signature-differs")).waitFor();
    await worker.look(`plan-signature-differs.${lang}`);
    await hand(signer.sign(text));
    await state(worker, "agreed");
    await worker.page.getByText(plan("cms-verdict-no-authorities")).waitFor();
    await worker.page.getByText(plan("cms-iin", { iin: "•••• •••• 0017" })).waitFor();
    await worker.look(`plan-signed.${lang}`);
    await state(head, "agreed");
    await act(head, "approve").click();
    await page.getByRole("dialog").getByLabel(say("desk-password")).fill("қате құпиясөз");
    await confirm(head, "approve");
    await page.getByText(say("problem-sign-in-failed")).waitFor();
    await head.look(`plan-approve.${lang}`);
    await page.getByRole("dialog").getByLabel(say("desk-password")).fill(headPassword);
    await confirm(head, "approve");
    await state(head, "approved");
  });

  test("it goes to the phones, and the next version shows how it differs", async () => {
    const { page } = worker;
    await state(worker, "approved");
    await worker.go("plans");
    await page.getByRole("cell", { name: plan("plan-waits-publish"), exact: true }).waitFor();
    await worker.look(`plans.${lang}`);
    await page.getByRole("link", { name: new RegExp(SURNAME) }).click();
    await act(worker, "publish").click();
    await confirm(worker, "publish");
    await state(worker, "published");
    await centre.phone("sync");
    await worker.look(`plan-published.${lang}`);

    // What is on the phones is listed by where it stands.
    await worker.go("plans?only=in_force");
    const mine = page.getByRole("row", { name: new RegExp(SURNAME) });
    await mine.getByText(say("plan-state-published"), { exact: true }).waitFor();
    await worker.look(`plans-in-force.${lang}`);
    await page.getByRole("navigation", { name: say("desk-state") }).getByRole("link", { name: new RegExp(say("plan-state-published")) }).click();
    await mine.waitFor();
    expect(page.url()).toContain("state=published");
    await mine.getByRole("link").click();
    await state(worker, "published");

    await page.getByRole("button", { name: plan("plan-open-amend") }).click();
    await page.getByText(plan("plan-on-phones", { number: 1 })).waitFor();
    await page.getByText(plan("plan-changes-none")).waitFor();
    await active(worker).focus();
    await page.keyboard.press("Space");
    await page.getByLabel(plan("plan-explain-all")).selectOption("not_needed");
    await page.getByRole("region", { name: plan("plan-why") }).getByRole("button", { name: say("button-save") }).click();
    await saved(worker);
    await page.reload();
    await page.getByRole("cell", { name: plan("plan-change-dropped"), exact: true }).waitFor();
    await worker.look(`plan-amended.${lang}`);
    await page.getByRole("navigation", { name: plan("plan-versions") }).getByRole("link").first().click();
    await state(worker, "published");
  });

  test("a draft that was a mistake is discarded; what is on the phones is shown again, and another one may be begun", async () => {
    const { page } = worker;
    await worker.go(`plan/${family}`);
    await state(worker, "final-draft");
    await act(worker, "discard").click();
    await page.getByRole("dialog", { name: plan("plan-act-discard") }).getByText(plan("plan-discard-hint")).waitFor();
    await worker.look(`plan-discard.${lang}`);
    await confirm(worker, "discard");
    await state(worker, "published");
    await page.getByRole("button", { name: plan("plan-open-amend") }).waitFor();
    await page.getByRole("navigation", { name: plan("plan-versions") }).getByRole("link").last().click();
    await state(worker, "discarded");
    expect(await page.getByRole("list", { name: plan("plan-steps") }).count()).toBe(0);
    await page.getByRole("list").getByText(plan("plan-did-discard"), { exact: true }).waitFor();
    await worker.look(`plan-discarded.${lang}`);
    await page.getByRole("button", { name: plan("plan-open-amend") }).click();
    await state(worker, "final-draft");
  });
});
