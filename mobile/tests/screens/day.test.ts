// A worker's day as it is lived: enrolment in the office, a house without signal, a record sealed there, the way home, and
// the receipt. In Kazakh and in Russian, each on a phone of its own, with one central store.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { camera, Stage, type District } from "./stage";
import { LANGUAGES, words } from "./words";
import { Worker } from "./worker";

/** Photo and signature are asked for; one activity for the whole family. */
const COAL = "S13";

/** A family of this worker that fits a screen and wants coal, and that activity. */
function chosen(district: District, worker: string): [District["families"][number], string] {
  const mine = new Set(district.assignments.filter((each) => each.worker === worker && !each.to).map((each) => each.family));
  for (const family of district.families.filter((each) => mine.has(each.id) && each.latitude !== null)) {
    const size = district.persons.filter((each) => each.family === family.id).length;
    const coal = activities(district, family.id).find((each) => each.service === COAL);
    if (coal && size >= 2 && size <= 4) return [family, coal.id];
  }
  throw new Error("no family with coal");
}
function activities(district: District, family: string) {
  return district.plans.find((plan) => plan.family === family)?.activities ?? [];
}

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set("district.json", (district) => {
    // Whoever gets the coal has not been asked for consent yet.
    for (const worker of district.users.filter((each) => each.role === "cc_set")) {
      const [family, coal] = chosen(district, worker.id);
      const person = activities(district, family.id).find((each) => each.id === coal)?.person;
      const consent = district.consents.find((each) => each.person === person);
      if (consent) [consent.state, consent.given_on, consent.basis] = ["missing", null, null];
    }
  });
});
afterAll(() => stage?.clear());

describe.each(LANGUAGES)("a day in %s", (lang, language, nth) => {
  const w = words(lang);
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let family: District["families"][number];
  let coal: string;
  const look = (name: string, how = {}) => phone.look(`${lang}-${name}`, how);

  beforeAll(async () => {
    const user = stage.district.users.filter((each) => each.role === "cc_set")[nth];
    if (!user) throw new Error("no worker");
    [family, coal] = chosen(stage.district, user.id);
    bridge = await stage.phone(`phone-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: (family.latitude ?? 52) + 0.002, longitude: family.longitude ?? 77, accuracy: 8 });
    worker = new Worker(phone, w);
    const { link } = await stage.invitation(user.login);
    await worker.enrol(language, link, (name) => look(`01-${name}`));
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
  });

  test("today, families, one family", async () => {
    await look("02-today");
    expect(await phone.page.getByRole("heading", { level: 1 }).innerText()).toBe(w("tab-today"));
    await worker.tab(w("tab-families"));
    await phone.page.locator("[role=listitem]").first().waitFor();
    await look("03-families");
    const person = stage.district.persons.find((each) => each.family === family.id && each.relation === "head");
    await phone.page.getByRole("searchbox").fill(person?.surname ?? person?.given_name ?? "");
    await phone.settled();
    await look("04-search");
    // Into a family and back: what was looked for is still there.
    await phone.page.locator("[role=listitem] a").first().click();
    await phone.page.getByRole("table").waitFor();
    await worker.tap(w("button-back"));
    expect(await phone.page.getByRole("searchbox").inputValue()).toBe(person?.surname ?? person?.given_name);
    await worker.tap(w("families-clear"));
    await phone.settled();
    await phone.page.evaluate(() => scrollTo(0, 700));
    await phone.settled();
    const top = () => phone.page.evaluate(() => document.elementFromPoint(180, 300)?.closest("[role=listitem]")?.getAttribute("aria-posinset"));
    const before = await top();
    await phone.page.touchscreen.tap(180, 300);
    await phone.page.getByRole("table").waitFor();
    await worker.tap(w("button-back"));
    await expect.poll(top).toBe(before);
    await phone.go(`families/${family.id}`);
    await phone.page.getByRole("table").waitFor();
    await look("05-family");
  });

  test("a record comes about without signal", async () => {
    stage.line.cut();
    await phone.go(`activities/${coal}`);
    await look("06-activity");
    await worker.tap(w("activity-start"));
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.askConsent(() => look("07-consent"));
    const [photo = "", second = ""] = camera(".jpg", ".jpeg");
    await worker.capture("photo", photo);
    await worker.capture("photo", second);
    await look("08-draft");
    // A photo too many: taken out and brought back.
    await phone.page.locator(".tiles .photo").nth(1).click();
    await worker.tap(w("tile-delete"));
    await worker.tap(w("button-undo"));
    await expect.poll(() => phone.page.locator(".tiles .photo").count()).toBe(2);
    await worker.tap(w("activity-sign"));
    await worker.sign(() => look("09-signature"));
    await worker.tap(w("activity-video-reason"));
    await look("10-reason");
    await worker.pick(w("no-video-no-consent"));
    await worker.tap(w("activity-note-add"));
    await phone.page.locator("dialog textarea").fill(lang === "kk" ? "Көмір үйдің артында." : "Уголь за домом.");
    await worker.tap(w("button-save"));
    await phone.page.getByRole("button", { name: w("activity-review") }).waitFor();
    await look("11-ready", { tall: true });
    await worker.tap(w("activity-review"));
    await worker.sees(w("review-title"));
    await look("12-review");
    await worker.tap(w("review-confirm"));
    await worker.sees(w("sealed-title"));
    await phone.page.waitForTimeout(1_400);
    await look("13-sealed");
  });

  test("what is sealed waits, and says so", async () => {
    await phone.go("sent");
    await worker.sees(w("ledger-word-waiting"));
    await look("14-sent");
    await phone.go("sync");
    await phone.page.getByRole("heading", { level: 1 }).waitFor();
    await look("15-sync");
    await phone.go("today");
    await look("16-today-offline");
    expect(await phone.page.locator(".sync").innerText()).toMatch(new RegExp(`${w("line-offline")}|${w("line-waiting")}|${w("line-failed")}`));
  });

  test("a dead battery: the phone comes back locked, with everything", async () => {
    await bridge.stop();
    bridge = await stage.phone(`phone-${lang}`);
    await phone.page.goto(bridge.url);
    await worker.sees(w("pin-title"));
    await look("17-lock");
    await worker.unlock();
    await phone.page.getByRole("navigation").waitFor();
    await phone.go("sent");
    await worker.sees(w("ledger-word-waiting"));
  });

  test("with the line back everything is delivered, with a receipt", async () => {
    stage.line.join();
    await phone.go("sync");
    await worker.tap(w("sync-now"));
    await phone.go("sent");
    await worker.sees(w("ledger-word-delivered"), 60_000);
    await look("18-delivered");
    await phone.page.locator("main .card .item").first().click();
    await worker.sees(w("record-receipt"));
    await look("19-record", { tall: true });
    await phone.go("today");
    await phone.settled();
    await look("20-today-evening");
  });

  test("help, settings, other acts and the log", async () => {
    await phone.go("help");
    await worker.sees(w("how-signs-title"));
    await look("21-help", { tall: true });
    await phone.go("help/S11");
    await worker.sees(w("help-S11-do"));
    await look("22-help-clinic");
    await phone.go("settings");
    await worker.sees(w("settings-theme"));
    await look("23-settings", { tall: true });
    await phone.go(`acts/${family.id}`);
    await worker.sees(w("act-monitoring-visit"));
    await look("24-acts");
    await worker.tap(new RegExp(w("act-monitoring-visit")));
    await worker.sees(w("topic-housing"));
    await look("25-act-form", { tall: true });
    await phone.go("diagnostics");
    await worker.sees(w("diagnostics-title"));
    await look("26-diagnostics");
    await phone.go("nowhere/at/all");
    await worker.sees(w("nowhere-button"));
    await look("27-nowhere");
    const person = stage.district.persons.find((each) => each.family === family.id);
    await phone.go(`families/${family.id}/persons/${person?.id}`);
    await worker.sees(w("person-iin"));
    await look("28-person", { tall: true });
  });

  test("large text, dark, snow, a narrow phone, a desktop", async () => {
    const places: [string, string][] = [
      ["today", "today"],
      ["families", "families"],
      ["family", `families/${family.id}`],
      ["activity", `activities/${coal}`],
      ["sync", "sync"],
    ];
    const ways: [string, () => Promise<void>][] = [
      ["dark", () => phone.page.evaluate(() => void (document.documentElement.dataset["theme"] = "dark"))],
      ["snow", () => phone.page.evaluate(() => void (document.documentElement.dataset["theme"] = "snow"))],
      ["200", () => phone.page.evaluate(() => void ((document.documentElement.dataset["theme"] = "light"), (document.documentElement.style.fontSize = "200%")))],
      ["320", async () => (await phone.page.evaluate(() => void (document.documentElement.style.fontSize = "")), await phone.page.setViewportSize({ width: 320, height: 640 }))],
      ["desktop", () => phone.page.setViewportSize({ width: 1280, height: 800 })],
    ];
    for (const [way, put] of ways) {
      await put();
      for (const [name, path] of places) {
        await phone.go(path);
        // Colours differ by theme and sizes by width: axe looks at each once, in Kazakh.
        await phone.look(`${lang}-${way}-${name}`, { axe: lang === "kk" && ["dark", "snow", "200"].includes(way) && name !== "sync" });
      }
    }
    await phone.page.setViewportSize({ width: 360, height: 740 });
    await phone.page.evaluate(() => delete document.documentElement.dataset["theme"]);
  });
});
