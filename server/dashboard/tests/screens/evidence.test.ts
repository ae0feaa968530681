// What a supervisor sees of the evidence itself: what is noticed drawn beside its words, what is known of each file, pages of
// documents, photos that a browser cannot show.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { camera } from "../../../../mobile/tests/screens/stage";
import type { Desk } from "./browser";
import { Centre, SIMPLE, words } from "./centre";

/** A file that begins as photos of some phones do; nothing here can decode it. */
function heic(path: string): string {
  const box = (kind: string, body: Buffer) => {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(8 + body.length);
    head.write(kind, 4, "latin1");
    return Buffer.concat([head, body]);
  };
  writeFileSync(path, Buffer.concat([box("ftyp", Buffer.from("heic\0\0\0\0mif1heic", "latin1")), box("mdat", Buffer.alloc(4_096, 7))]));
  return path;
}

describe.each(["kk", "ru"] as const)("evidence, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    const { assignments, families, plans } = centre.stage.district;
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const [photo, other] = camera(".jpg").filter((path) => !path.includes("bad_"));
    const [paper] = camera(".pdf");
    // One at the house, and right afterwards one a hundred kilometres away, with a paper and a photo of another phone.
    const today = new Date().toISOString().slice(0, 10);
    await centre.seal(1, (activity) => activity.due_on !== null && activity.due_on < today);
    const files = ["--photo", photo ?? "", "--photo", other ?? "", "--photo", heic(join(centre.stage.folder, "IMG_7.heic")), "--document", paper ?? ""];
    const answers: unknown[] = [];
    let done = false;
    for (const activity of plans.filter((plan) => mine.has(plan.family)).flatMap((plan) => plan.activities.map((each) => ({ ...each, family: plan.family }))).reverse()) {
      const home = families.find((each) => each.id === activity.family);
      if (done || !SIMPLE.has(activity.service) || !home?.latitude || !home.longitude) continue;
      const answer = await centre.phone("complete", activity.id, ...files, "--position", `${home.latitude + 1},${home.longitude}`, "--no-video", "nothing_to_film");
      answers.push(answer);
      done = (answer.missing ?? []).length === 0;
    }
    expect(done, JSON.stringify(answers)).toBe(true);
    await centre.phone("sync", "--until-done");
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const finding = (rule: string) => desk.page.locator(".finding").filter({ hasText: say(`finding-${rule}`) });

  test("two places of a finding stand beside each other, and on the map when they are asked for", async () => {
    const { page } = desk;
    // What is noticed is computed in the background; the gravest comes first.
    await expect.poll(async () => {
      await page.reload();
      await page.locator(".queue .q").first().waitFor();
      await desk.settled();
      await page.locator(".queue .q").last().click();
      await desk.settled();
      for (let left = await page.locator(".queue .q").count(); left > 0 && (await finding("exif-place").count()) === 0; left -= 1) await page.locator(".queue .q").nth(left - 1).click().then(() => desk.settled());
      return finding("exif-place").count();
    }, { timeout: 60_000, interval: 2_000 }).toBeGreaterThan(0);
    const apart = finding("exif-place").first();
    await apart.getByText(say("desk-spot-camera"), { exact: false }).waitFor();
    const show = apart.getByRole("button", { name: say("desk-spot-show") });
    expect(await show.getAttribute("aria-pressed")).toBe("false");
    await desk.tab(show);
    await page.keyboard.press("Enter");
    await page.locator('.mark[data-kind="other"]').waitFor();
    await desk.look(`finding-places.${lang}`);
    await show.press("Enter");
    await page.locator('.mark[data-kind="other"]').waitFor({ state: "detached" });
  });

  test("times of a finding stand on two lines", async () => {
    const { page } = desk;
    await page.locator(".queue .q").filter({ hasText: say("finding-late") }).first().click();
    await desk.settled();
    const time = finding("late").first();
    await time.scrollIntoViewIfNeeded();
    await time.getByText(say("desk-times-not-before")).waitFor();
    await time.getByText(say("desk-times-due")).waitFor();
    expect(await time.locator("svg[aria-hidden]").count()).toBeGreaterThan(0);
    await page.screenshot({ path: join(new URL("../../pictures", import.meta.url).pathname, `finding-times.${lang}.png`) });
  });

  test("what is known of a file is there for each", async () => {
    const { page } = desk;
    // The record with several files.
    for (let nr = 0; (await page.locator(".strip button").count()) < 4 && nr < (await page.locator(".queue .q").count()); nr += 1) await page.locator(".queue .q").nth(nr).click().then(() => desk.settled());
    const about = page.locator("details").filter({ hasText: say("desk-meta") });
    await desk.tab(about.locator("summary"), 120);
    await page.keyboard.press("Enter");
    await about.getByText(/^[0-9a-f]{64}$/).waitFor();
    const first = await about.getByText(/^[0-9a-f]{64}$/).innerText();
    await about.getByText(say("desk-meta-source-captured")).or(about.getByText(say("desk-meta-source-attached"))).first().waitFor();
    await page.locator(".stage").focus();
    await page.keyboard.press("ArrowRight");
    // It stays open, and is about the next one.
    await expect.poll(() => about.getByText(/^[0-9a-f]{64}$/).innerText()).not.toBe(first);
    // On a narrow screen the pane comes with F.
    await page.keyboard.press("KeyF");
    await about.evaluate((node) => node.scrollIntoView({ block: "start" }));
    await desk.look(`metadata.${lang}`);
    await page.keyboard.press("KeyF");
  });

  test("a photo that no browser shows says so, and a document is read page by page", async () => {
    const { page } = desk;
    await page.locator(".stage").focus();
    await page.keyboard.press("Digit3");
    await page.getByText(say("desk-heic-none")).or(page.getByText(say("desk-heic"))).waitFor();
    await page.locator(".stage").getByRole("link", { name: say("desk-open-file") }).waitFor();
    await desk.look(`heic.${lang}`);
    await page.locator(".stage").focus();
    await page.keyboard.press("Digit4");
    await page.locator('.pages canvas[data-drawn="yes"]').first().waitFor();
    // There is ink on it.
    const dark = await page.locator(".pages canvas").first().evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      let count = 0;
      for (let at = 0; at < data.length; at += 4) if ((data[at] ?? 255) < 128 && (data[at + 3] ?? 0) > 128) count += 1;
      return count;
    });
    expect(dark).toBeGreaterThan(50);
    await desk.look(`pdf.${lang}`);
    const wide = () => page.locator(".pages canvas").first().evaluate((canvas: HTMLCanvasElement) => canvas.getBoundingClientRect().width);
    const before = await wide();
    await page.locator(".stage").focus();
    await page.keyboard.press("Equal");
    await expect.poll(wide).toBeGreaterThan(before * 1.3);
    await page.keyboard.press("Digit0");
  });
});
