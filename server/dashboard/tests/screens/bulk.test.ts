// Clean records are accepted together: what is in the list and what is not, the count that confirms it, and the way back.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "../../../../mobile/tests/screens/browser";
import { camera } from "../../../../mobile/tests/screens/stage";
import { words as phoneWords } from "../../../../mobile/tests/screens/words";
import { Worker } from "../../../../mobile/tests/screens/worker";
import type { Desk } from "./browser";
import { Centre, FILMED, NAMES, words } from "./centre";

/** Spaces that do not break are spaces. */
const plain = (text: string | null) => (text ?? "").replaceAll("\u00a0", " ");

/** A photo without what the camera wrote into it: the camera of the stage was elsewhere, at another hour. */
function bare(path: string, to: string): string {
  const bytes = readFileSync(path);
  const parts = [bytes.subarray(0, 2)];
  let at = 2;
  // Segments up to the picture itself; those of EXIF are left out.
  while (bytes[at] === 0xff && bytes[at + 1] !== 0xda) {
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (bytes[at + 1] !== 0xe1) parts.push(bytes.subarray(at, end));
    at = end;
  }
  parts.push(bytes.subarray(at));
  writeFileSync(to, Buffer.concat(parts));
  return to;
}

describe.each(["kk", "ru"] as const)("clean ones together, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    const { stage } = centre;
    // Nobody is drawn: which ones would be, nobody can know.
    await stage.office("findings", "set", "sample_percent", "0", "--from", "2024-05-30", "--as", centre.director.login);
    const { assignments, families, plans } = stage.district;
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const soon = new Date(Date.now() + 3 * 86_400_000).toISOString().slice(0, 10);
    const fitting = (family: string) => plans.filter((plan) => plan.family === family).flatMap((plan) => plan.activities).filter((each) => FILMED.includes(each.service) && (each.due_on ?? "") > soon);
    // Of one family that lies on the map: nothing of it is late, and its photos prove something for it alone.
    const family = families.find((each) => mine.has(each.id) && each.latitude != null && fitting(each.id).length >= 3);
    if (!family?.latitude || !family.longitude) throw new Error("no family with three activities in time");
    bridge = await stage.phone(`bulk-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: family.latitude, longitude: family.longitude, accuracy: 8 });
    const worker = new Worker(phone, phoneWords(lang));
    const { link } = await stage.invitation(centre.worker.login);
    await worker.enrol(NAMES[lang], link);
    const photos = camera(".jpg", ".jpeg").filter((path) => !path.includes("bad_"));
    const stripped = photos.slice(0, 2).map((path, nr) => bare(path, join(stage.folder, `bare-${nr}.jpg`)));
    // And one with the hour that the camera has written: that is noticed.
    const [one, other, odd] = fitting(family.id);
    for (const [activity, of] of [[one, stripped], [other, stripped], [odd, photos.slice(2, 4)]] as const) await worker.completes(activity?.id ?? "", of);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await phone?.close();
    await bridge?.stop();
    await centre?.clear();
  });

  const left = () => desk.page.locator(".queue .q").count();
  const dialog = () => desk.page.getByRole("dialog", { name: say("desk-bulk-title") });
  async function open(): Promise<void> {
    await desk.page.getByRole("button", { name: say("desk-bulk") }).click();
    await dialog().waitFor();
  }
  /** By keyboard: the focus is in the field, and Enter confirms. */
  async function confirmed(count: number): Promise<void> {
    await dialog().getByRole("textbox").fill(String(count));
    await desk.page.keyboard.press("Enter");
    await dialog().waitFor({ state: "hidden" });
  }

  test("the list says what is in it and what is left out", async () => {
    const { page } = desk;
    await expect.poll(left, { timeout: 30_000 }).toBe(3);
    // What is noticed is computed in the background: the list is asked for until all three are seen.
    await expect
      .poll(
        async () => {
          await open();
          const text = plain(await dialog().locator(".count").textContent());
          if (text !== plain(say("desk-bulk-count", { count: "2" }))) await page.keyboard.press("Escape");
          return text;
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toBe(plain(say("desk-bulk-count", { count: "2" })));
    await dialog().getByText(say("desk-bulk-left-noticed", { count: "1" })).waitFor();
    await desk.look(`bulk-clean.${lang}`);
    const send = dialog().getByRole("button", { name: say("desk-bulk-send") });
    for (const wrong of ["", "3", "02", "2 x"]) {
      await dialog().getByRole("textbox").fill(wrong);
      expect(await send.isDisabled(), `${wrong} confirms nothing`).toBe(true);
    }
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "hidden" });
    expect(await centre.checks("accepted")).toEqual([]);
  });

  test("what was confirmed is taken back by key or by button, and nothing was said of any record", async () => {
    const { page } = desk;
    await open();
    await confirmed(2);
    // The dialog has just gone, and with it what had the focus: the key means the list that was confirmed all the same.
    await page.keyboard.press("KeyZ");
    await page.getByText(say("desk-bulk-undone")).waitFor();
    // There is no second way back.
    await page.keyboard.press("KeyZ");
    await page.getByText(say("desk-undo-nothing")).waitFor();
    await open();
    await confirmed(2);
    await page.getByText(say("desk-did-bulk", { count: "2" })).waitFor();
    await page.locator(".toast").getByRole("button", { name: say("desk-undo") }).click();
    await page.getByText(say("desk-bulk-undone")).waitFor();
    // Under the pointer a message stays.
    await page.mouse.move(0, 0);
    // Longer than a message stays.
    await page.waitForTimeout(7_000);
    expect(await centre.checks("accepted")).toEqual([]);
    expect(await left()).toBe(3);
  });

  test("the key takes back what was said last, and only that", async () => {
    const { page } = desk;
    await page.locator(".stage img").waitFor();
    const first = await page.locator(".queue [aria-current] .t").innerText();
    await page.keyboard.press("Enter");
    await expect.poll(left).toBe(2);
    // As on a Kazakh keyboard: the letter is another, the key is the same.
    await page.evaluate(() => document.activeElement?.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyZ", key: "я", bubbles: true, cancelable: true })));
    await page.getByText(say("desk-undone")).first().waitFor();
    await expect.poll(left).toBe(3);
    expect(await page.locator(".queue [aria-current] .t").innerText()).toBe(first);
    // Moving on and putting off say nothing of any record.
    await page.keyboard.press("KeyJ");
    await page.keyboard.press("KeyS");
    await page.keyboard.press("KeyZ");
    await page.getByText(say("desk-undo-nothing")).waitFor();
    await page.waitForTimeout(6_000);
    expect(await centre.checks("accepted")).toEqual([]);
  });

  test("left alone it goes out, and only what was clean", async () => {
    const { page } = desk;
    await open();
    await confirmed(2);
    await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 20_000 }).toBe(2);
    await expect.poll(left, { timeout: 20_000 }).toBe(1);
    // It was sent: there is no way back.
    await page.keyboard.press("KeyZ");
    await page.getByText(say("desk-undo-nothing")).waitFor();
    expect(await centre.checks("accepted")).toHaveLength(2);
  });
});
