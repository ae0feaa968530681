// Names, notes, reasons and file names that try to be a page: they come from imports, from phones, from colleagues and from a
// state system, and are shown everywhere as the text that they are. Nothing of them runs, and nothing of them becomes an element.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

type Whole = District & { org_units: { id: string; parent: string | null; kind: string; name_kk: string; name_ru: string }[] };
type Person = District["persons"][number] & { patronymic?: string | null };
type Family = District["families"][number] & { address?: string | null };

const SURNAME = "<img src=x onerror=window.hit=1>тек";
const GIVEN = "<svg/onload=window.hit=1>ат";
const PATRONYMIC = '=HYPERLINK("http://x.invalid","ӘКЕ")';
const SETTLEMENT = '"><script>window.hit=1</script>ауыл';
const ADDRESS = "<a href=javascript:window.hit=1>көше</a>{{7*7}}${7*7}";
const USER = "<b onmouseover=window.hit=1>қызметкер</b>";
const UNIT = '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>орталық';
const NOTE = "<details open ontoggle=window.hit=1>жазба</details>\u2028&lt;i&gt;";
const REMARK = "<math><mi xlink:href=javascript:window.hit=1>ескерту</math>";
const FILE = "<img src=x onerror=window.hit=1>.ndjson";

describe.each(["kk", "ru"] as const)("hostile texts, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  /** The director, the worker and the administrator. */
  let desk: Desk;
  let worker: Desk;
  let keeper: Desk;
  let family = "";
  let person = "";
  let records: string[] = [];

  beforeAll(async () => {
    centre = await Centre.set(lang, (district) => {
      const whole = district as Whole;
      for (const each of whole.persons as Person[]) Object.assign(each, { surname: SURNAME, given_name: GIVEN, patronymic: PATRONYMIC });
      for (const each of whole.families as Family[]) Object.assign(each, { settlement_name: SETTLEMENT, address: ADDRESS });
      for (const each of whole.users) each.name = USER;
      for (const each of whole.org_units) Object.assign(each, { name_kk: UNIT, name_ru: UNIT });
    });
    await centre.seal(2, () => true, "--note", NOTE);
    await centre.phone("sync", "--until-done");
    records = (await centre.checks("unchecked,returned")).map((each) => each.record);
    await centre.stage.office("check", "remark", "--record", records[0] ?? "", "--text", REMARK, "--as", centre.director.login);
    // What a state system leaves has a name of its choice.
    const folder = join(centre.stage.folder, "centre", "exchange");
    mkdirSync(join(folder, "in"), { recursive: true, mode: 0o700 });
    writeFileSync(join(folder, "in", "new"), `${NOTE}\n`);
    renameSync(join(folder, "in", "new"), join(folder, "in", FILE));
    desk = await centre.desk(lang);
    worker = await centre.enter(lang, centre.worker.login, await centre.newPassword(centre.worker.login), "desk-overview");
    const unit = (centre.stage.district as Whole).org_units.find((each) => each.id === centre.worker.org_unit);
    await centre.stage.office("user", "add", "--login", "admin.above", "--name", USER, "--role", "admin", "--org-unit", unit?.parent ?? "");
    keeper = await centre.enter(lang, "admin.above", await centre.newPassword("admin.above"), "desk-people");
    const found = (await asked(desk, "GET", `/api/records/${records[1] ?? ""}`)) as { family: { id: string }; person: { id: string } };
    [family, person] = [found.family.id, found.person.id];
  });
  afterAll(async () => {
    await desk?.close();
    await worker?.close();
    await keeper?.close();
    await centre?.clear();
  });

  /** What the page's own server answers to this session. */
  function asked(of: Desk, method: string, path: string, body?: object): Promise<unknown> {
    return of.page.evaluate(
      async ([method, path, body]) => {
        const { csrf } = (await (await fetch("/api/session")).json()) as { csrf: string };
        const answer = await fetch(path, { method, headers: { "kandas-csrf": csrf, "content-type": "application/json" }, ...(body && { body }) });
        const text = await answer.text();
        if (!answer.ok) throw new Error(`${method} ${path}: ${text}`);
        return text ? (JSON.parse(text) as unknown) : null;
      },
      [method, path, body ? JSON.stringify(body) : ""] as const,
    );
  }

  /** Nothing has run, and no text has become an element; each of these is there to be read. */
  async function calm(of: Desk, where: string, ...texts: string[]): Promise<void> {
    const { page } = of;
    for (const text of texts) {
      const seen = async () => {
        const shown = await page.evaluate(() => [document.body.innerText, ...[...document.querySelectorAll("option")].map((each) => each.text)].join("\n"));
        return shown.toLowerCase().replace(/\s+/g, " ").includes(text.toLowerCase().replace(/\s+/g, " "));
      };
      await expect.poll(seen, { timeout: 20_000, message: `${where} shows ${text}` }).toBe(true);
    }
    const found = await page.evaluate(() => ({
      ran: "hit" in window,
      elements: [...document.querySelectorAll("[onerror],[onload],[onmouseover],[ontoggle],iframe,math,[href^='javascript'],img[src='x']")].map((each) => each.outerHTML.slice(0, 90)),
    }));
    expect(found, where).toEqual({ ran: false, elements: [] });
    expect(of.faults, where).toEqual([]);
  }

  /** A screen, and what of it has to be read there. */
  async function walk(of: Desk, path: string, ...texts: string[]): Promise<void> {
    await of.go(path);
    await of.page.getByRole("heading", { level: 1 }).waitFor();
    await calm(of, path, ...texts);
  }

  test("lists, pages and dialogs of cases", async () => {
    await walk(desk, "overview", USER);
    await walk(desk, "deadlines");
    await walk(desk, "families", SURNAME, SETTLEMENT);
    await walk(desk, `families?q=${encodeURIComponent("<img")}`);
    await walk(desk, "records", SURNAME, USER);
    await walk(desk, "map");
    await walk(desk, `family/${family}`, SURNAME, GIVEN, PATRONYMIC, SETTLEMENT, ADDRESS, USER);
    await walk(desk, `person/${person}`, SURNAME, GIVEN);
    await walk(desk, `record/${records[0] ?? ""}`, SURNAME, NOTE.slice(0, 40), REMARK, USER);
    await walk(desk, "checking", SURNAME, NOTE.slice(0, 40));
    await walk(desk, "held");
    await walk(desk, "held?which=gaps");
    await walk(desk, "held?which=decided");
    await walk(desk, `worker/${centre.worker.id}`, USER);
    await walk(desk, "people", USER, UNIT);
    const { page } = desk;
    await page.locator("a[href^='#/phone/']").first().click();
    await calm(desk, "phone", USER);
    await walk(desk, `consent/${person}`, SURNAME);
    await walk(desk, `erase/${family}`, SURNAME);
    await walk(desk, "audit");
    await walk(desk, "audit?kind=acts", USER);
    await desk.look(`hostile-audit.${lang}`);
    await walk(desk, `family/${family}`, SURNAME);
    await desk.look(`hostile-family.${lang}`);
  });

  test("plans, rounds, reports and what else is written down", async () => {
    await asked(worker, "POST", `/api/families/${family}/issues`, { what: "problem", kind: "other", weight: "low", text: NOTE });
    await asked(worker, "POST", `/api/families/${family}/departures`, { on: new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 10), to: "unknown", reason: "unknown", text: REMARK });
    await walk(worker, "plans");
    await walk(worker, `plan/${family}`, SURNAME);
    await walk(worker, "monitoring");
    await walk(worker, "monitoring/issues", SURNAME);
    await walk(worker, "monitoring/departures", SURNAME);
    await walk(worker, "reports");
    await walk(worker, "road-maps");
    await walk(worker, "assessments", UNIT);
    await walk(worker, "account", USER, UNIT);
    await walk(worker, `family/${family}`, SURNAME, ADDRESS);
    await worker.look(`hostile-worker.${lang}`);
  });

  test("users, units and the files of another system", async () => {
    const { page } = keeper;
    await walk(keeper, "people", USER, UNIT);
    await page.getByRole("button", { name: new RegExp(`^${say("staff-edit")}`) }).first().click();
    await calm(keeper, "a user's dialog", USER, UNIT);
    await page.keyboard.press("Escape");
    await page.getByRole("button", { name: new RegExp(`^${say("staff-edit")}`) }).last().click();
    await calm(keeper, "a unit's dialog", UNIT);
    await page.keyboard.press("Escape");
    await keeper.look(`hostile-people.${lang}`);
    await expect.poll(async () => JSON.stringify(await asked(keeper, "GET", "/api/exchange")).includes("onerror"), { timeout: 60_000 }).toBe(true);
    await walk(keeper, "exchange/files", FILE);
    await walk(keeper, "exchange/aside");
    for (const part of ["calendar", "thresholds", "settlements", "services", "report", "assessment", "monitoring", "road-map", "reasons"]) {
      await walk(keeper, `reference/${part}`, ...(part === "settlements" ? [SETTLEMENT] : []));
    }
    await walk(keeper, "retention");
    await walk(keeper, "exchange");
  });

  test("files that are taken hold words and no formula", async () => {
    const { page } = desk;
    const unit = centre.worker.org_unit;
    const month = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 7);
    const report = (await asked(worker, "POST", "/api/reports", { unit, month })) as { id?: string; report?: string };
    await walk(desk, `report/${report.id ?? report.report ?? ""}`, UNIT);
    const wanted = [
      { what: "records", format: "csv", lang },
      { what: "users", format: "csv", lang },
      { what: "report", format: "pdf", lang, report: report.id ?? report.report },
    ];
    for (const each of wanted) await asked(desk, "POST", "/api/exports", each);
    await walk(desk, "exports");
    const take = page.getByRole("link", { name: new RegExp(`^${say("desk-export-take")}`) });
    await expect.poll(() => take.count(), { timeout: 30_000 }).toBe(wanted.length);
    await calm(desk, "exports");
    const files: string[] = [];
    for (let nr = 0; nr < wanted.length; nr += 1) {
      const [download] = await Promise.all([page.waitForEvent("download"), take.nth(nr).click()]);
      expect(download.suggestedFilename()).toMatch(/^kandas-[a-z]+-\d{4}-\d\d-\d\d\.(csv|pdf)$/);
      files.push(readFileSync(await download.path()).toString(download.suggestedFilename().endsWith("pdf") ? "latin1" : "utf8"));
    }
    const pdf = files.find((file) => file.startsWith("%PDF-")) ?? "";
    expect(pdf).not.toBe("");
    expect(pdf).not.toMatch(/\/(JavaScript|JS|OpenAction|AA|URI|Launch|EmbeddedFile)\b/);
    const lists = files.filter((file) => file !== pdf);
    expect(lists.some((file) => file.includes(SURNAME))).toBe(true);
    expect(lists.every((file) => file.includes(USER))).toBe(true);
    // Whatever begins a field is no formula.
    for (const line of lists.flatMap((file) => file.split("\r\n"))) expect(line).not.toMatch(/(^|,)"?[=+@]/);
  });
});
