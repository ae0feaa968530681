// A queue of twenty, cleared by keyboard; one photo goes back. The next record stands there when one looks up: its pictures
// were fetched while the one before was looked at.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

const ALL = 20;
/** Milliseconds from a key to the next record with its picture, on any machine: a program without optimisation, two of them. */
const CALM = 1_500;

describe.each(["kk", "ru"] as const)("a queue of twenty, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  /** Evidence files that were asked for, in order. */
  const asked: string[] = [];
  /** Records that were taken, in order. */
  const taken: string[] = [];

  beforeAll(async () => {
    // Everybody was asked for consent already: what is said of it would be a record in the queue, without a photo.
    centre = await Centre.set(lang, (district) => {
      for (const each of district.consents) if (each.state === "missing") Object.assign(each, { state: "given", given_on: "2026-01-15", basis: "Келісім қағазы" });
    });
    await centre.work(ALL);
    desk = await centre.desk(lang, (request) => {
      if (/\/api\/evidence\/[^/]+\/file$/.test(request.url())) asked.push(request.url());
      if (request.method() === "POST" && /\/api\/review\/[^/]+$/.test(request.url())) taken.push(request.url());
    });
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const left = () => desk.page.locator(".queue .q").count();
  /** What is before one, once its picture is there: where the picture was taken from. */
  const seen = async (): Promise<string> => {
    const handle = await desk.page.waitForFunction(() => {
      const image = document.querySelector<HTMLImageElement>(".stage img");
      return image?.complete && image.naturalWidth > 0 ? image.src : null;
    });
    return (await handle.jsonValue()) ?? "";
  };

  test("is cleared, and nobody waits for a picture", async () => {
    const { page } = desk;
    await expect.poll(left, { timeout: 60_000 }).toBe(ALL);
    let before = await seen();
    await desk.look(`twenty.${lang}`);
    await desk.settled();
    expect(before, "the first one too is shown from what was fetched").toMatch(/^blob:/);
    expect(taken.length, "the first and the next").toBe(2);
    const times: number[] = [];
    for (let gone = 1; gone < ALL; gone += 1) {
      // What comes next is fetched already.
      await desk.settled();
      const began = Date.now();
      if (gone === 7) {
        await page.keyboard.press("KeyR");
        await page.getByRole("dialog").waitFor();
        await page.keyboard.press("Digit2");
      }
      await page.keyboard.press("Enter");
      await expect.poll(left, { interval: 20 }).toBe(ALL - gone);
      await page.waitForFunction((was) => {
        const image = document.querySelector<HTMLImageElement>(".stage img");
        return image !== null && image.src !== was && image.complete && image.naturalWidth > 0;
      }, before);
      times.push(Date.now() - began);
      before = await seen();
      expect(before, `record ${gone + 1} was fetched before it was looked at`).toMatch(/^blob:/);
      expect(await page.evaluate(() => document.activeElement?.classList.contains("stage")), "the focus is on the photo").toBe(true);
    }
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-queue-empty")).waitFor();
    times.sort((a, b) => a - b);
    expect(times.at(Math.floor(times.length / 2)), `${times}`).toBeLessThan(CALM);
    await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 20_000 }).toBe(ALL - 1);
    expect(await centre.checks("returned")).toHaveLength(1);
    expect(asked.length).toBeGreaterThanOrEqual(ALL);
    expect(asked.filter((url, at) => asked.indexOf(url) !== at), "each picture is asked for once").toEqual([]);
    expect(taken.filter((url, at) => taken.indexOf(url) !== at), "each record is taken once").toEqual([]);
    expect(taken).toHaveLength(ALL);
    expect(desk.faults).toEqual([]);
  });
});
