// What the office says reaches the phone: a photo that came back is taken again and answered, a forgotten PIN is replaced
// by a code that is read out, the log goes to the operator, a newer program is told of. In Kazakh and in Russian.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { camera, Stage } from "./stage";
import { LANGUAGES, words } from "./words";
import { Worker } from "./worker";

/** Asks for a photo, and for a reason where there is no video. */
const SIMPLE = ["S01", "S04", "S07", "S09"];

/** Ids of assignments that make two workers look after one family. */
const SHARED = "00000000-0000-7000-8000-00000000000";

interface ToCheck {
  record: string;
  check_state: string;
  supersedes: string | null;
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage?.clear());

describe.each(LANGUAGES)("back from the office, in %s", (lang, language, nth) => {
  const w = words(lang);
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let director: string;
  let login: string;
  let workerId: string;
  let first: string;
  let record: string;
  let family: string;
  const look = (name: string, how = {}) => phone.look(`${lang}-${name}`, how);
  const list = (state: string) => stage.office("check", "list", "--state", state, "--as", director) as Promise<ToCheck[]>;

  async function sync(): Promise<void> {
    await phone.go("sync");
    await worker.tap(w("sync-now"));
  }

  beforeAll(async () => {
    const user = stage.district.users.filter((each) => each.role === "cc_set")[nth];
    if (!user) throw new Error("no worker");
    login = user.login;
    workerId = user.id;
    director = stage.district.users.find((each) => each.role === "cc_dir" && each.org_unit === user.org_unit)?.login ?? "";
    bridge = await stage.phone(`returned-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.3, longitude: 76.9, accuracy: 8 });
    worker = new Worker(phone, w);
    const { link } = await stage.invitation(user.login);
    await worker.enrol(language, link);
    // A record with two photos, with the centre.
    const mine = new Set(stage.district.assignments.filter((each) => each.worker === user.id && !each.to && !each.id.startsWith(SHARED)).map((each) => each.family));
    const plans = stage.district.plans.filter((plan) => mine.has(plan.family));
    const plan = plans.find((each) => each.activities.some((of) => SIMPLE.includes(of.service)));
    const activity = plan?.activities.find((each) => SIMPLE.includes(each.service));
    family = plan?.family ?? "";
    first = activity?.id ?? "";
    const [one = "", two = ""] = camera(".jpg", ".jpeg");
    await worker.completes(activity?.id ?? "", [one, two]);
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
  });

  test("a photo comes back with its reason and day", async () => {
    const waiting = await list("unchecked");
    record = waiting.at(-1)?.record ?? "";
    const known = (await stage.office("check", "show", "--record", record, "--as", director)) as { evidence: [string, string][] };
    const photo = known.evidence.find(([, kind]) => kind === "photo")?.[0] ?? "";
    const text = lang === "kk" ? "Құжаттың шеті көрінбейді." : "Не видно края документа.";
    await stage.office("check", "return", "--record", record, "--evidence", photo, "--reason", "blurred", "--text", text, "--due", "2", "--as", director);
    await sync();
    await phone.go("today");
    await worker.sees(w("today-returned-one"));
    await worker.sees(w("return-reason-blurred"));
    await worker.sees(text);
    await worker.sees(w("notice-returned", { count: 1 }));
    const old = phone.page.locator(`article img[src*="${photo}"]`).first();
    await expect.poll(() => old.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await look("40-returned-today");
    await worker.tap(w("notice-dismiss"));
    await phone.page.getByText(w("notice-returned", { count: 1 })).waitFor({ state: "detached" });
    await phone.go("sent");
    await worker.sees(w("returned-title"));
    await look("41-returned-sent", { tall: true });
  });

  test("a colleague who has the family too sees the photo that another phone took", async () => {
    const colleague = stage.district.users.filter((each) => each.role === "cc_set")[1 - nth];
    if (!colleague) throw new Error("no colleague");
    await stage.grow((district) => {
      district.assignments.push({ id: `${SHARED}${nth}`, family, worker: colleague.id, from: "2026-01-01", to: null });
    });
    const there = await stage.phone(`colleague-${lang}`);
    const other = await Phone.open(there.url, { latitude: 52.3, longitude: 76.9, accuracy: 8 });
    const hands = new Worker(other, w);
    try {
      await hands.enrolOpened(language, (await stage.invitation(colleague.login)).link);
      await other.go("sent");
      await hands.sees(w("return-reason-blurred"), 60_000);
      await hands.sees(w("returned-theirs"), 60_000);
      const old = other.page.locator("article figure img").first();
      await expect.poll(() => old.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
      expect(await other.page.getByText(w("returned-elsewhere")).count()).toBe(0);
      expect(await other.page.getByRole("button", { name: w("returned-retake") }).count()).toBe(1);
      await other.look(`${lang}-41-returned-colleague`, { tall: true });
    } finally {
      await other.close();
      await there.stop();
    }
  });

  test("exactly that photo is taken again, and the answer arrives", async () => {
    await phone.go("today");
    await worker.retakes(camera(".jpg", ".jpeg")[2] ?? "", 2, () => look("42-retaken", { tall: true }));
    await phone.go("today");
    await phone.settled();
    expect(await phone.page.getByText(w("today-returned-one")).count()).toBe(0);
    await expect.poll(async () => (await list("unchecked")).some((row) => row.supersedes === record), { timeout: 60_000 }).toBe(true);
    const answer = (await list("unchecked")).find((row) => row.supersedes === record)?.record ?? "";
    await stage.office("check", "accept", "--record", answer, "--as", director);
    await sync();
    await phone.go("sent");
    await worker.sees(w("ledger-word-checked"), 60_000);
    await phone.go(`records/${record}`);
    await worker.sees(w("check-answered"));
    await look("43-answered", { tall: true });
  });

  test("a paper that came back is taken once more; what the core did not take stays in sight on the draft", async () => {
    const mine = new Set(stage.district.assignments.filter((each) => each.worker === workerId && !each.to && !each.id.startsWith(SHARED)).map((each) => each.family));
    const open = stage.district.plans.filter((plan) => mine.has(plan.family)).flatMap((plan) => plan.activities).filter((each) => SIMPLE.includes(each.service) && each.id !== first);
    const [one = "", two = "", three = ""] = camera(".jpg", ".jpeg");
    await phone.go(`activities/${open[0]?.id}`);
    await worker.tap(w("activity-start"));
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.askConsent();
    await worker.capture("photo", one);
    await phone.page.locator(".req").filter({ hasText: w("activity-document") }).getByRole("button").first().click();
    await worker.capture("document", two);
    await worker.tap(w("pages-done", { count: 1 }));
    await worker.noVideo();
    const before = new Set((await list("unchecked")).map((row) => row.record));
    await worker.seal();
    const fresh = async () => (await list("unchecked")).find((row) => !before.has(row.record))?.record;
    await expect.poll(fresh, { timeout: 60_000 }).toBeTruthy();
    const paper = (await fresh()) ?? "";
    const known = (await stage.office("check", "show", "--record", paper, "--as", director)) as { evidence: [string, string][] };
    const page = known.evidence.find(([, kind]) => kind === "document")?.[0] ?? "";
    await stage.office("check", "return", "--record", paper, "--evidence", page, "--reason", "blurred", "--due", "2", "--as", director);
    await sync();
    await phone.go("today");
    await worker.sees(w("returned-one-paper"));
    await look("43b-returned-paper");
    // The core does not answer just now.
    const brought: string[] = [];
    phone.page.on("request", (request) => request.url().includes("/api/draft/") && brought.push(request.url()));
    await phone.page.route("**/api/draft/**", (route) => route.abort());
    await phone.page.locator("article input[type=file]").first().setInputFiles(three);
    await expect.poll(() => phone.page.url(), { timeout: 30_000 }).toMatch(/drafts/);
    const failed = phone.page.getByRole("button", { name: new RegExp(w("tile-failed")) });
    await failed.waitFor();
    await look("43c-paper-kept-here", { tall: true });
    await phone.page.unroute("**/api/draft/**");
    await failed.click();
    await expect.poll(() => failed.count(), { timeout: 30_000 }).toBe(0);
    await expect.poll(() => phone.page.locator(".tiles .photo:not(:disabled)").count()).toBe(2);
    // A browser on a desktop has no camera of its own: the file was chosen, and the record says so.
    expect(brought.length).toBeGreaterThan(1);
    for (const url of brought) expect(url).toMatch(new RegExp(`source=attached.*replaces=${page}`));
    await worker.seal();
    await expect.poll(async () => (await list("unchecked")).some((row) => row.supersedes === paper), { timeout: 60_000 }).toBe(true);
  });

  test("a forgotten PIN: the number on the phone, the code from the director", async () => {
    const phones = (await stage.office("device", "list")) as { id: string; login: string }[];
    const device = phones.find((each) => each.login === login)?.id ?? "";
    await phone.go("settings");
    await worker.tap(w("settings-lock"));
    await worker.sees(w("pin-title"));
    await worker.tap(w("pin-forgotten"));
    await worker.sees(w("pin-reset-say"));
    await look("44-forgotten");
    const number = await phone.page.locator("dialog .number").innerText();
    const field = phone.page.getByLabel(w("pin-reset-code"));
    const save = phone.page.locator("dialog").getByRole("button", { name: w("button-save") });
    await phone.page.getByLabel(w("pin-new")).fill("1357");
    const twice = phone.page.getByLabel(w("pin-again-title"));
    await twice.fill("1375");
    await worker.sees(w("pin-differs"));
    await twice.fill("1357");
    await field.fill("0000 0000");
    await save.click();
    await worker.sees(w("pin-reset-wrong"));
    const given = (await stage.office("device", "reset-pin", "--device", device, "--challenge", number, "--as", director)) as { code: string };
    await field.fill(given.code);
    await save.click();
    await worker.sees(w("settings-theme"));
    await worker.tap(w("settings-lock"));
    await worker.sees(w("pin-title"));
    await worker.digits("1357");
    await worker.tap(w("button-unlock"));
    await worker.sees(w("settings-theme"));
  });

  test("the log goes to the operator, and a newer program is told of", async () => {
    await phone.go("diagnostics");
    await worker.tap(w("diagnostics-send"));
    await worker.sees(w("diagnostics-sent"));
    stage.offer("99.1.0", "a program");
    await sync();
    await phone.go("settings");
    await worker.sees(/99\.1\.0/);
    await look("45-newer", { tall: true });
  });
});
