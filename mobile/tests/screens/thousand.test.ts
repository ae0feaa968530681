// A phone with a thousand families: how fast its list opens, scrolls and answers, and how fast the app starts in a browser
// four times slower. Part of the bench (`cargo xtask bench --only cold-start`).
import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { Stage } from "./stage";
import { words } from "./words";
import { Worker } from "./worker";

const w = words("kk");
/** The wish of the requirements, ms; what fails is looser, because a test shares its machine with others. */
const WISH = 100;
const FAILS = 1_000;
/** Where the bench reads what was measured: a line of JSON for each figure. */
const FIGURES = process.env["KANDAS_FIGURES"];
function figure(name: string, ms: number[]): number {
  const middle = ms.toSorted((a, b) => a - b)[ms.length >> 1] ?? Number.NaN;
  console.log(`${name}: ${middle.toFixed(0)} ms (${ms.map((each) => each.toFixed(0)).join(", ")})`);
  if (FIGURES) appendFileSync(FIGURES, `${JSON.stringify({ name, ms })}\n`);
  return middle;
}

// By the bench, or by hand with KANDAS_THOUSAND=1: making the phone takes a debug build on a busy machine minutes.
describe.runIf(FIGURES || process.env["KANDAS_THOUSAND"])("a thousand families", () => {
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

  /** From the tap to the first painted row, measured in the page. */
  const measure = (how: { hash?: string; typed?: string; fewerThan: number }) =>
    phone.page.evaluate(
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
          if (typed !== undefined && field) {
            field.value = typed;
            field.dispatchEvent(new Event("input", { bubbles: true }));
          }
          look();
        }),
      how,
    );

  test("the list opens and answers a search at once", async () => {
    const { page } = phone;
    const opened: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      await phone.go("today");
      opened.push(await measure({ hash: "#/families", fewerThan: Number.POSITIVE_INFINITY }));
    }
    const rows = await page.locator("[role=listitem]").count();
    const all = Number(await page.locator("[role=listitem]").first().getAttribute("aria-setsize"));
    expect(all).toBeGreaterThan(900);
    expect(rows, "only what is near the screen stands in the page").toBeLessThan(60);
    await phone.look("thousand-1-list");
    const surnames = [...new Set(stage.district.persons.flatMap((each) => (each.relation === "head" && each.surname ? [each.surname] : [])))].slice(0, 5);
    const found: number[] = [];
    for (const surname of surnames) {
      const typed = surname.toLowerCase().replaceAll("қ", "к").replaceAll("ү", "у").replaceAll("і", "и").replaceAll("ғ", "г");
      found.push(await measure({ typed, fewerThan: all }));
      await page.getByRole("searchbox").fill("");
      await expect.poll(async () => Number(await page.locator("[role=listitem]").first().getAttribute("aria-setsize"))).toBe(all);
    }
    const open = figure("list of 1,000 families opens", opened);
    const find = figure("search among 1,000 families answers", found);
    if (open > WISH || find > WISH) console.log(`slower than the ${WISH} ms that are wished for`);
    expect(open).toBeLessThan(FAILS);
    expect(find).toBeLessThan(FAILS);
  });

  test("it scrolls: rows stand everywhere, and no picture takes long", async () => {
    const { page } = phone;
    await phone.go("families");
    const frames = await page.evaluate(
      () =>
        new Promise<number[]>((tell) => {
          const times: number[] = [];
          let before = performance.now();
          const step = () => {
            const now = performance.now();
            times.push(now - before);
            before = now;
            if (times.length > 90) tell(times.slice(1));
            else {
              scrollBy(0, 160);
              requestAnimationFrame(step);
            }
          };
          requestAnimationFrame(step);
        }),
    );
    // A row stands under the middle of the screen wherever one stops.
    for (const share of [0.25, 0.5, 0.75, 1]) {
      await page.evaluate((part) => scrollTo(0, document.documentElement.scrollHeight * part), share);
      await page.waitForTimeout(120);
      const row = await page.evaluate(() => document.elementFromPoint(180, 300)?.closest("[role=listitem]") !== null);
      expect(row, `a row at ${share}`).toBe(true);
    }
    await phone.look("thousand-2-end", { axe: false });
    const long = frames.toSorted((a, b) => a - b)[Math.floor(frames.length * 0.95)] ?? 0;
    figure("a frame while scrolling, the slowest of twenty", [long]);
    expect(long).toBeLessThan(250);
  });

  test("cold start to Today in a browser four times slower", async () => {
    const times: number[] = [];
    for (let time = 0; time < 5; time += 1) {
      const page = await phone.context.newPage();
      const session = await phone.context.newCDPSession(page);
      await session.send("Network.clearBrowserCache");
      await session.send("Emulation.setCPUThrottlingRate", { rate: 4 });
      const start = performance.now();
      await page.goto(new URL("/", bridge.url).href, { waitUntil: "commit" });
      await page.locator(".card .item, .empty").first().waitFor();
      times.push(performance.now() - start);
      await page.close();
    }
    figure("cold start to Today, CPU four times slower", times);
  });
});
