// Clean records are accepted together: what is in the list and what is not, the count that confirms it, and the way back.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./browser";
import { Centre, words, type Lang, type Planned } from "./centre";

const NAMES: Record<Lang, string> = { kk: "Қазақша", ru: "Русский" };

describe.each(["kk", "ru"] as const)("clean ones together, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    // The camera files of the stage were taken elsewhere and at another time; nothing shall be noticed but what is late.
    const from = ["--from", "2024-05-30", "--as", centre.director.login];
    for (const [name, value] of [["exif_minutes", "1e9"], ["exif_km", "1e6"], ["exif_days", "1e6"], ["sample_percent", "0"]] as const) {
      await centre.stage.office("findings", "set", name, value, ...from);
    }
    // Of one family: the same photo proves nothing twice for another one.
    const today = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 10);
    const { district } = centre.stage;
    const mine = new Set(district.assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const placed = new Set(district.families.filter((each) => each.latitude !== null).map((each) => each.id));
    const timely = (activity: Planned) => activity.due_on !== null && activity.due_on > today;
    const late = (activity: Planned) => activity.due_on !== null && activity.due_on < today;
    for (const family of [...mine].filter((each) => placed.has(each))) {
      const own = (activity: Planned) => activity.family === family;
      const sealed = await centre.seal(2, (activity) => own(activity) && timely(activity)).then(() => true, () => false);
      if (!sealed) continue;
      await centre.seal(1, (activity) => mine.has(activity.family) && own(activity) && late(activity)).catch(() => centre.seal(1, late));
      break;
    }
    await centre.phone("sync", "--until-done");
    desk = await Desk.open(centre.url);
    const { page } = desk;
    await page.getByRole("button", { name: NAMES[lang] }).click();
    await page.getByLabel(say("desk-login")).fill(centre.director.login);
    await page.getByLabel(say("desk-password")).fill(centre.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say("desk-checking") }).waitFor();
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const left = () => desk.page.locator(".queue .q").count();
  const dialog = () => desk.page.getByRole("dialog", { name: say("desk-bulk-title") });
  async function open(): Promise<void> {
    await desk.page.getByRole("button", { name: say("desk-bulk") }).focus();
    await desk.page.keyboard.press("Enter");
    await dialog().waitFor();
  }
  async function confirmed(count: number): Promise<void> {
    await dialog().getByRole("textbox").fill(String(count));
    await desk.page.keyboard.press("Enter");
    await dialog().waitFor({ state: "hidden" });
    await desk.page.getByText(say("desk-did-bulk", { count: String(count) })).waitFor();
  }

  test("the list says what is in it and what is left out", async () => {
    const { page } = desk;
    await expect.poll(left, { timeout: 30_000 }).toBe(3);
    // What is noticed is computed in the background: the list is asked for until both are seen.
    await expect
      .poll(
        async () => {
          await open();
          const text = (await dialog().locator(".count").textContent()) ?? "";
          if (text !== say("desk-bulk-count", { count: "2" })) await page.keyboard.press("Escape");
          return text;
        },
        { timeout: 60_000, interval: 2_000 },
      )
      .toBe(say("desk-bulk-count", { count: "2" }));
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
    // As on a Kazakh keyboard: the letter is another, the key is the same.
    await page.evaluate(() => document.querySelector(".stage")?.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyZ", key: "я", bubbles: true })));
    await page.getByText(say("desk-bulk-undone")).waitFor();
    await open();
    await confirmed(2);
    await page.getByRole("button", { name: say("desk-undo") }).click();
    await page.getByText(say("desk-bulk-undone")).waitFor();
    // Longer than a message stays.
    await page.waitForTimeout(7_000);
    expect(await centre.checks("accepted")).toEqual([]);
    expect(await left()).toBe(3);
  });

  test("left alone it goes out, and only what was clean", async () => {
    const { page } = desk;
    await open();
    await confirmed(2);
    await page.getByText(say("desk-bulk-done", { count: "2" })).waitFor({ timeout: 20_000 });
    await expect.poll(left).toBe(1);
    expect(await centre.checks("accepted")).toHaveLength(2);
    await open();
    await dialog().getByText(say("desk-bulk-nothing")).waitFor();
    expect(await dialog().getByRole("textbox").count()).toBe(0);
    await page.keyboard.press("Escape");
  });
});
