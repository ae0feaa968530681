// The account, with its second factor and its password; people, units and phones as an administrator keeps them; and what else
// no other test looks at: work that came after a hand-over, the filters of the audit, a file that is not waited for.
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import { Desk } from "./browser";
import { Centre, NAMES, words } from "./centre";

type Whole = District & { org_units: { id: string; parent: string | null; kind: string; name_kk: string; name_ru: string; kato: string }[] };

/** The code of an authenticator (RFC 6238) at a time. */
function codeOf(secret: string, at: number): string {
  const bits = [...secret].map((sign) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(sign).toString(2).padStart(5, "0")).join("");
  const key = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(at / 30_000)));
  const digest = createHmac("sha1", key).update(step).digest();
  const from = (digest.at(-1) ?? 0) & 15;
  return String((digest.readUInt32BE(from) & 0x7fff_ffff) % 1_000_000).padStart(6, "0");
}

/** Narrow and fixed spaces are spaces. */
const flat = (text: string): string => text.replace(/\s/g, " ");

describe.each(["kk", "ru"] as const)("account and people, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  /** The administrator of the centre, and the one above him. */
  let desk: Desk;
  let keeper: Desk;
  let secret = "";
  let admin = { login: "", name: "", password: "" };
  const fresh = "жаңа ұзын құпиясөз 7";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(1);
    admin = await centre.administrator();
  });
  afterAll(async () => {
    await desk?.close();
    await keeper?.close();
    await centre?.clear();
  });

  const login = async (): Promise<void> => {
    const { page } = desk;
    await page.getByLabel(say("desk-login")).fill(admin.login);
    await page.getByLabel(say("desk-password")).fill(admin.password);
    await page.keyboard.press("Enter");
  };

  test("whoever has no second factor sets one up before anything else", async () => {
    await centre.stage.office("user", "second-factor", "required");
    desk = await Desk.open(centre.url);
    const { page } = desk;
    await page.getByRole("button", { name: NAMES[lang] }).click();
    await login();
    await page.getByRole("heading", { level: 2, name: say("desk-factor-title") }).waitFor();
    await page.locator(".secret").waitFor();
    await desk.look(`second-factor.${lang}`);
    secret = /[A-Z2-7]{32}/.exec(((await page.locator(".secret").textContent()) ?? "").replace(/\s/g, ""))?.[0] ?? "";
    expect(secret).toHaveLength(32);
    await desk.go("people");
    expect(await page.getByRole("heading", { level: 1, name: say("desk-people") }).count(), "nothing else opens before").toBe(0);
    await page.getByLabel(say("desk-code")).fill("000000");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.getByRole("alert").innerText()).not.toBe("");
    await page.getByLabel(say("desk-code")).fill(codeOf(secret, Date.now()));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say("desk-people") }).waitFor();
  });

  test("then the code is asked for with the password", async () => {
    const { page } = desk;
    await desk.go("account");
    await page.getByText(say("desk-factor-on")).waitFor();
    await page.getByRole("button", { name: say("desk-leave") }).click();
    await page.getByRole("heading", { level: 1, name: say("desk-sign-in") }).waitFor();
    await login();
    const code = page.getByLabel(say("desk-code"));
    await code.waitFor();
    await expect.poll(() => code.evaluate((field) => field === document.activeElement)).toBe(true);
    await desk.look(`sign-in-code.${lang}`);
    await code.fill("123456");
    await page.keyboard.press("Enter");
    await page.getByText(say("problem-sign-in-failed")).waitFor();
    // The one of this moment may have been used: each counts once.
    await code.fill(codeOf(secret, Date.now() + 30_000));
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1 }).waitFor();
    await page.getByRole("link", { name: say("desk-account"), exact: true }).waitFor();
  });

  test("a password is changed by who knows it", async () => {
    const { page } = desk;
    await desk.go("account");
    const [old, next] = [page.getByLabel(say("desk-password-old")), page.getByLabel(say("desk-password-new"))];
    const save = page.getByRole("button", { name: say("button-save") });
    await old.fill("қате құпиясөз");
    await next.fill(fresh);
    await save.click();
    await expect.poll(() => page.getByRole("alert").first().innerText()).toBe(say("problem-sign-in-failed"));
    await desk.look(`account-password.${lang}`);
    await old.fill(admin.password);
    await next.fill(`${admin.login}${admin.login}`);
    await save.click();
    await expect.poll(async () => flat(await page.getByRole("alert").first().innerText())).toBe(flat(say("problem-password-weak")));
    await next.fill(fresh);
    await save.click();
    await page.getByText(say("desk-password-changed")).waitFor();
    expect(await old.inputValue()).toBe("");
  });

  test("users are added, get a password and a code, are changed, stopped and let work again", async () => {
    await centre.stage.office("user", "second-factor", "optional");
    const unit = (centre.stage.district as Whole).org_units.find((each) => each.id === centre.worker.org_unit);
    await centre.stage.office("user", "add", "--login", "admin.above", "--name", "ҮЛКЕН ӘКІМШІ", "--role", "admin", "--org-unit", unit?.parent ?? "");
    keeper = await centre.enter(lang, "admin.above", await centre.newPassword("admin.above"), "desk-people");
    const { page } = keeper;
    const dialog = page.getByRole("dialog");
    await page.getByRole("button", { name: say("desk-user-add") }).click();
    await dialog.getByLabel(say("desk-user-name")).fill("ЖАҢА ҚЫЗМЕТКЕР");
    await dialog.getByLabel(say("desk-login")).fill("new.worker");
    await dialog.locator("select").nth(1).selectOption(centre.worker.org_unit);
    await keeper.look(`people-add.${lang}`);
    await dialog.getByRole("button", { name: say("desk-user-add") }).click();
    await page.getByText(say("desk-user-added", { name: "ЖАҢА ҚЫЗМЕТКЕР" })).waitFor();
    const row = page.getByRole("row", { name: /(ЖАҢА|БАСҚА) ҚЫЗМЕТКЕР/ });
    const does = (what: string) => row.getByRole("button", { name: new RegExp(`^${what}`) });

    await does(say("desk-user-password")).click();
    await dialog.getByRole("heading", { name: say("desk-user-password-is", { name: "ЖАҢА ҚЫЗМЕТКЕР" }) }).waitFor();
    expect((await dialog.locator(".big").innerText()).length).toBeGreaterThan(11);
    await keeper.look(`people-password.${lang}`);
    await dialog.getByRole("button", { name: say("button-close") }).click();
    await does(say("desk-user-code")).click();
    await dialog.getByRole("img", { name: say("desk-user-code") }).waitFor();
    await keeper.look(`people-code.${lang}`);
    await dialog.getByRole("button", { name: say("button-close") }).click();

    await does(say("staff-edit")).click();
    await dialog.getByRole("heading", { name: say("staff-edit-title", { name: "ЖАҢА ҚЫЗМЕТКЕР" }) }).waitFor();
    await dialog.getByLabel(say("desk-user-name")).fill("БАСҚА ҚЫЗМЕТКЕР");
    await dialog.locator("select").first().selectOption("cc_dir");
    await keeper.look(`people-change.${lang}`);
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await page.getByText(say("staff-saved", { name: "БАСҚА ҚЫЗМЕТКЕР" })).waitFor();
    await row.getByRole("cell", { name: say("role-cc-dir"), exact: true }).waitFor();

    await does(say("desk-user-stop")).click();
    await dialog.getByText(say("desk-user-stop-why", { name: "БАСҚА ҚЫЗМЕТКЕР" })).waitFor();
    await keeper.look(`people-stop.${lang}`);
    await dialog.getByRole("button", { name: say("desk-user-stop") }).click();
    await row.getByText(say("desk-user-inactive")).waitFor();
    await does(say("staff-again")).click();
    await page.getByText(say("staff-again-done", { name: "БАСҚА ҚЫЗМЕТКЕР" })).waitFor();
    await does(say("desk-user-stop")).waitFor();
    // Nobody stops himself, nor gives himself another role.
    const own = page.getByRole("row", { name: /ҮЛКЕН ӘКІМШІ/ });
    expect(await own.getByRole("button", { name: new RegExp(`^${say("desk-user-stop")}`) }).count()).toBe(0);
    await own.getByRole("button", { name: new RegExp(`^${say("staff-edit")}`) }).click();
    await dialog.getByText(say("staff-own")).waitFor();
    expect(await dialog.locator("select").first().isDisabled()).toBe(true);
    await page.keyboard.press("Escape");
  });

  test("a second factor that was lost is forgotten, and the sessions end", async () => {
    const { page } = keeper;
    const row = page.getByRole("row", { name: new RegExp(admin.name) });
    await row.getByRole("button", { name: new RegExp(`^${say("staff-edit")}`) }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("heading", { level: 3, name: say("staff-factor") }).waitFor();
    await keeper.look(`people-factor.${lang}`);
    await dialog.getByRole("button", { name: say("staff-factor-forget") }).click();
    await page.getByText(say("staff-factor-done", { name: admin.name })).waitFor();
    await desk.page.reload();
    await desk.page.getByRole("heading", { level: 1, name: say("desk-sign-in") }).waitFor();
    await desk.page.getByLabel(say("desk-login")).fill(admin.login);
    await desk.page.getByLabel(say("desk-password")).fill(fresh);
    await desk.page.keyboard.press("Enter");
    await desk.page.getByRole("link", { name: say("desk-account"), exact: true }).waitFor();
  });

  test("units are added and changed, and stand where they can", async () => {
    const { page } = keeper;
    const units = (centre.stage.district as Whole).org_units;
    const own = units.find((each) => each.id === centre.worker.org_unit);
    const named = own ? (lang === "kk" ? own.name_kk : own.name_ru) : "";
    const panel = page.locator("section").filter({ has: page.getByRole("heading", { level: 2, name: say("staff-units"), exact: true }) });
    await panel.scrollIntoViewIfNeeded();
    await keeper.look(`people-units.${lang}`);
    await panel.getByRole("button", { name: say("staff-unit-add") }).click();
    const dialog = page.getByRole("dialog", { name: say("staff-unit-add") });
    await dialog.getByLabel(say("staff-unit-kk")).fill("Жаңа мансап орталығы");
    await dialog.getByLabel(say("staff-unit-ru")).fill("Новый карьерный центр");
    await dialog.getByLabel(say("staff-unit-kato"), { exact: true }).fill("990000000");
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await dialog.getByText(say("problem-unit-impossible")).waitFor();
    await keeper.look(`people-unit.${lang}`);
    await dialog.getByLabel(say("staff-unit-kato"), { exact: true }).fill(own?.kato ?? "");
    await dialog.getByRole("button", { name: say("button-save") }).click();
    const name = lang === "kk" ? "Жаңа мансап орталығы" : "Новый карьерный центр";
    await page.getByText(say("staff-saved", { name })).waitFor();
    await panel.getByRole("row", { name: new RegExp(name) }).waitFor();
    const row = panel.getByRole("row", { name: new RegExp(named.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")) });
    await row.getByRole("button").click();
    const change = page.getByRole("dialog", { name: say("staff-unit-edit-title", { name: named }) });
    await change.getByLabel(say("staff-unit-kk")).fill("Басқа атау");
    await change.getByLabel(say("staff-unit-ru")).fill("Другое название");
    await change.getByRole("button", { name: say("button-save") }).click();
    await panel.getByText(lang === "kk" ? "Басқа атау" : "Другое название").first().waitFor();
  });
});

describe.each(["kk", "ru"] as const)("what is seldom looked at, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.seal(1);
    // The families went to somebody else before the phone came.
    await centre.stage.store("update assignment set is_open = false");
    await centre.phone("sync", "--until-done");
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  test("work that came after a hand-over is named", async () => {
    const { page } = desk;
    await desk.go("held?which=handovers");
    await expect.poll(() => page.locator(".queue .q").count(), { timeout: 20_000 }).toBe(1);
    await page.locator(".stage img").waitFor();
    await desk.look(`held-handovers.${lang}`);
    const records = page.getByRole("link", { name: new RegExp(`^${say("desk-held-records")}`) });
    await records.click();
    await page.getByText(say("desk-held-none")).first().waitFor();
  });

  test("the audit is narrowed by who and when, and the address says so", async () => {
    const { page } = desk;
    await desk.go("audit");
    await page.getByText(say("audit-read-held-list")).first().waitFor();
    await page.locator("select").first().selectOption({ label: centre.director.name });
    await expect.poll(() => page.url()).toContain("by=");
    const rows = page.locator("tbody tr");
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    for (const text of await rows.locator("td:nth-child(2)").allInnerTexts()) expect(text).toBe(centre.director.name);
    const day = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 10);
    await page.getByLabel(say("audit-from"), { exact: true }).fill(day);
    await expect.poll(() => page.url()).toContain(`from=${day}`);
    await expect.poll(() => rows.count()).toBeGreaterThan(0);
    await desk.look(`audit-filters.${lang}`);
    await page.getByLabel(say("audit-from"), { exact: true }).fill("");
    await page.getByLabel(say("audit-to"), { exact: true }).fill("2020-01-01");
    await page.getByText(say("audit-none")).waitFor();
    await desk.look(`audit-none.${lang}`);
  });

  test("a file that is still being written is not waited for", async () => {
    const { page } = desk;
    await desk.go("exports");
    await page.getByText(say("desk-exports-none")).waitFor();
    await page.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const dialog = page.getByRole("dialog", { name: say("desk-export") });
    // Small ones are written at once: the page is told of one that takes its time.
    await page.route("**/api/exports", async (route) => {
      if (route.request().method() !== "GET") return route.continue();
      const answer = await route.fetch();
      const { exports } = (await answer.json()) as { exports: object[] };
      const json = { exports: exports.map((each) => ({ ...each, state: "running", done: 3, total: 10, size: null })) };
      // Asked for just before the test ended.
      await route.fulfill({ response: answer, json }).catch(() => undefined);
    });
    await dialog.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const stop = page.getByRole("button", { name: new RegExp(`^${say("desk-export-stop")}`) });
    await stop.waitFor();
    await page.getByRole("progressbar").waitFor();
    await desk.look(`exports-running.${lang}`);
    await stop.click();
    await page.getByText(say("desk-exports-none")).waitFor();
    await page.unroute("**/api/exports");
    await page.reload();
    await page.getByText(say("desk-exports-none")).waitFor();
  });
});
