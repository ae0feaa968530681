// What a day does not show: several persons in one capture, a service that does not apply, a correction, a video, a file
// that is none, drafts that live on, a thousand families; how fast it is.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { camera, Stage, type District } from "./stage";
import { words } from "./words";
import { Worker } from "./worker";

const w = words("kk");

describe("wider", () => {
  let stage: Stage;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let family: District["families"][number];

  beforeAll(async () => {
    stage = await Stage.set();
    const user = stage.district.users.find((each) => each.role === "cc_set");
    const mine = new Set(stage.district.assignments.filter((each) => each.worker === user?.id && !each.to).map((each) => each.family));
    // A large family: its matrix scrolls both ways, and several of it have the clinic before them.
    const found = stage.district.families.find((each) => mine.has(each.id) && members(each.id).length >= 6 && of(each.id, "S11").length >= 3);
    if (!found || !user) throw new Error("no large family");
    family = found;
    bridge = await stage.phone("phone-wide");
    phone = await Phone.open(bridge.url, { latitude: 52.1, longitude: 76.9, accuracy: 120 });
    worker = new Worker(phone, w);
    await worker.enrol("Қазақша", (await stage.invitation(user.login)).link);
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
    await stage?.clear();
  });
  const members = (id: string) => stage.district.persons.filter((each) => each.family === id);
  const of = (id: string, service: string) => (stage.district.plans.find((each) => each.family === id)?.activities ?? []).filter((each) => each.service === service);

  test("several persons in one capture: one record each", async () => {
    await phone.go(`families/${family.id}`);
    await phone.page.getByRole("table").waitFor();
    await phone.look("wide-1-large-family");
    // Names stay in sight while the members scroll by.
    await phone.page.locator("main").evaluate((main) => main.scrollTo(180, 400));
    await phone.settled();
    const name = await phone.page.locator(".matrix .lab").nth(4).boundingBox();
    expect(name?.x ?? -1).toBeGreaterThanOrEqual(0);
    await phone.look("wide-2-large-family-scrolled", { axe: false });
    await worker.tap(w("family-group-capture"));
    await phone.page.getByRole("dialog").getByRole("button", { name: w("service-S11-short") }).click();
    await phone.look("wide-3-who");
    const persons = await phone.page.locator("dialog input[type=checkbox]").count();
    expect(persons).toBeGreaterThanOrEqual(3);
    await phone.page.locator("dialog footer button").click();
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.askConsent();
    const [photo = ""] = camera(".jpg");
    await worker.capture("photo", photo);
    // A position of 120 m is kept, and waiting for a better one is offered, never asked for.
    await worker.sees(/±120/);
    await phone.page.locator("input[data-kind=video]").setInputFiles(camera(".mp4")[0] ?? "");
    await expect.poll(() => phone.page.locator(".tiles .photo").count(), { timeout: 30_000 }).toBe(2);
    await phone.page.getByRole("button", { name: w("activity-review") }).waitFor();
    await phone.look("wide-4-together", { tall: true });
    await worker.tap(w("activity-review"));
    await worker.tap(w("review-confirm"));
    await worker.sees(w("sealed-title"));
    await phone.look("wide-5-sealed");
    await phone.go(`families/${family.id}`);
    await phone.page.getByRole("table").waitFor();
    const clinic = phone.page.getByRole("row", { name: new RegExp(w("service-S11-short")) });
    await expect.poll(() => clinic.locator("a svg:is([data-state=waiting], [data-state=sending], [data-state=accepted], [data-state=delivered])").count()).toBe(persons);
  });

  test("what is no picture is set aside with its reason, the draft stays", async () => {
    const activity = of(family.id, "S07")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.askConsent();
    const bad = camera("archive.jpg")[0] ?? "";
    await phone.page.locator("input[data-kind=photo]").setInputFiles(bad);
    await worker.sees(w("aside-not-media"));
    await phone.look("wide-6-set-aside");
    // The browser goes; the draft is where it was.
    await phone.page.reload();
    await worker.sees(w("aside-not-media"));
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("a service that does not apply is sealed with its reason", async () => {
    const activity = of(family.id, "S20")[0] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-not-applicable"));
    await phone.page.locator("dialog textarea").fill("Қала сыртында оқып жүр.");
    await phone.look("wide-7-not-applicable");
    await worker.tap(w("button-choose"));
    await worker.tap(w("activity-review"));
    await worker.sees(w("review-title"));
    await phone.look("wide-8-not-applicable-review");
    await worker.tap(w("review-confirm-other"));
    await worker.sees(w("sealed-title"));
  });

  test("a correction is a new version with a reason", async () => {
    await phone.go("sent");
    await phone.page.locator("main .card .item").filter({ hasText: w("service-S11-short") }).first().click();
    await worker.tap(w("activity-correct"));
    await phone.page.locator("dialog textarea").fill("Күні қате жазылған.");
    await worker.tap(w("button-choose"));
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.sees("Күні қате жазылған.");
    await phone.look("wide-9-correction", { tall: true });
  });

  test("a second worker on the same phone is refused, with the reason", async () => {
    const other = stage.district.users.filter((each) => each.role === "cc_set")[1];
    const { link } = await stage.invitation(other?.login ?? "");
    const answer = await phone.page.evaluate(async (link) => {
      const response = await fetch("/api/call", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ call: "enrol", link }) });
      return (await response.json()) as { outcome: string };
    }, link);
    expect(answer.outcome).toBe("already_enrolled");
  });

  test("by keyboard alone: from the matrix to a cell", async () => {
    await phone.go(`families/${family.id}`);
    await phone.page.getByRole("table").waitFor();
    await phone.page.locator("[data-at]").first().focus();
    await phone.page.keyboard.press("ArrowDown");
    const here = await phone.page.evaluate(() => (document.activeElement as HTMLElement).dataset["at"]);
    expect(here).toMatch(/^1:|^2:|^3:/);
    await phone.page.keyboard.press("Enter");
    await worker.sees(w("help-rule"));
  });
});

// By hand, with KANDAS_THOUSAND=1: fetching a thousand families takes a debug build on a busy machine minutes.
describe.runIf(process.env["KANDAS_THOUSAND"])("a thousand families", () => {
  let stage: Stage;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;

  beforeAll(async () => {
    stage = await Stage.set("district-1000.json", (district) => {
      // All of them on one phone.
      const user = district.users.find((each) => each.role === "cc_set");
      for (const each of district.assignments) if (user) each.worker = user.id;
      const office = user?.org_unit ?? "";
      for (const each of district.families) each.org_unit = office;
      // A plan of a dozen services each: it is the number of families that is tried.
      for (const each of district.plans) each.activities.splice(12);
    });
    const user = stage.district.users.find((each) => each.role === "cc_set");
    bridge = await stage.phone("phone-1000");
    phone = await Phone.open(bridge.url, null);
    await new Worker(phone, w).enrol("Қазақша", (await stage.invitation(user?.login ?? "")).link);
  }, 300_000);
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
    await stage?.clear();
  });

  test("the list opens, scrolls and answers a search at once", async () => {
    const { page } = phone;
    // Measured in the page, from the tap to the first painted row; the wish is 100 ms, what fails is far more.
    const measure = (how: { hash?: string; typed?: string; fewerThan: number }) =>
      page.evaluate(
        ({ hash, typed, fewerThan }) =>
          new Promise<number>((tell, failed) => {
            const start = performance.now();
            const look = () => {
              const first = document.querySelector("[role=listitem]");
              if (first && Number(first.getAttribute("aria-setsize")) < fewerThan) requestAnimationFrame(() => tell(performance.now() - start));
              else if (performance.now() - start > 60_000) failed(new Error("no list within a minute"));
              else requestAnimationFrame(look);
            };
            if (hash) location.hash = hash;
            const field = document.querySelector<HTMLInputElement>("input[type=search]");
            if (typed && field) {
              field.value = typed;
              field.dispatchEvent(new Event("input", { bubbles: true }));
            }
            look();
          }),
        how,
      );
    await phone.go("today");
    const open = await measure({ hash: "#/families", fewerThan: Number.POSITIVE_INFINITY });
    const rows = await page.locator("[role=listitem]").count();
    const all = Number(await page.locator("[role=listitem]").first().getAttribute("aria-setsize"));
    expect(all).toBeGreaterThan(900);
    expect(rows, "only what is near the screen stands in the page").toBeLessThan(60);
    await phone.look("thousand-1-list");
    await page.evaluate(() => scrollTo(0, 40_000));
    await page.waitForTimeout(300);
    await phone.look("thousand-2-middle", { axe: false });
    await page.evaluate(() => scrollTo(0, 0));
    const last = stage.district.families.at(-1);
    const head = stage.district.persons.find((each) => each.family === last?.id && each.surname);
    const typed = (head?.surname ?? "ТЕСТОВ").toLowerCase().replaceAll("қ", "к").replaceAll("ү", "у").replaceAll("і", "и").replaceAll("ғ", "г");
    const find = await measure({ typed, fewerThan: all });
    await phone.look("thousand-3-search", { axe: false });
    console.log(`families ${all}: list open ${open.toFixed(0)} ms, search answered ${find.toFixed(0)} ms`);
    // Loose on purpose: a debug build on a busy machine. The figures are printed.
    expect(open).toBeLessThan(3_000);
    expect(find).toBeLessThan(3_000);
  });

  test("cold start to Today in a browser four times slower", async () => {
    const session = await phone.context.newCDPSession(phone.page);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
    await phone.page.goto("about:blank");
    const start = Date.now();
    await phone.page.goto(new URL("/", bridge.url).href);
    await phone.page.getByRole("navigation").waitFor();
    console.log(`cold start to Today, CPU four times slower: ${Date.now() - start} ms`);
    await session.send("Emulation.setCPUThrottlingRate", { rate: 1 });
  });
});
