// The whole round: a worker's photo goes back from the dashboard, his phone shows it with reason and day, he takes it
// again, the answer comes into the queue by itself, and both sides say that it is closed.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "../../../../mobile/tests/screens/browser";
import { camera } from "../../../../mobile/tests/screens/stage";
import { words as phoneWords } from "../../../../mobile/tests/screens/words";
import { Worker } from "../../../../mobile/tests/screens/worker";
import type { Desk } from "./browser";
import { Centre, FILMED, NAMES, words } from "./centre";

describe.each(["kk", "ru"] as const)("there and back, %s", (lang) => {
  const say = words(lang);
  const w = phoneWords(lang);
  let centre: Centre;
  let desk: Desk;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let returned = "";
  const left = () => desk.page.locator(".queue .q").count();

  beforeAll(async () => {
    centre = await Centre.set(lang);
    bridge = await centre.stage.phone(`round-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.3, longitude: 76.9, accuracy: 8 });
    worker = new Worker(phone, w);
    const { link } = await centre.stage.invitation(centre.worker.login);
    await worker.enrol(NAMES[lang], link);
    const { assignments, plans } = centre.stage.district;
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const activity = plans.filter((plan) => mine.has(plan.family)).flatMap((plan) => plan.activities).find((each) => FILMED.includes(each.service));
    const [one = "", two = ""] = camera(".jpg", ".jpeg");
    await worker.completes(activity?.id ?? "", [one, two]);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await phone?.close();
    await bridge?.stop();
    await centre?.clear();
  });

  test("one photo goes back", async () => {
    const { page } = desk;
    await expect.poll(left, { timeout: 30_000 }).toBe(1);
    await page.locator(".stage img").waitFor();
    await page.keyboard.press("KeyR");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Digit2");
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-queue-empty")).waitFor();
    await expect.poll(async () => (await centre.checks("returned")).length, { timeout: 20_000 }).toBe(1);
    returned = (await centre.checks("returned"))[0]?.record ?? "";
  });

  test("the phone shows it, and it is taken again", async () => {
    await phone.go("sync");
    await worker.tap(w("sync-now"));
    await phone.go("today");
    await worker.sees(w("today-returned-one"), 60_000);
    await worker.sees(w("return-reason-blurred"));
    await worker.retakes(camera(".jpg", ".jpeg")[2] ?? "", 2);
  });

  test("the answer comes by itself and closes it on both sides", async () => {
    const { page } = desk;
    // Nobody reloads the page.
    await expect.poll(left, { timeout: 60_000 }).toBe(1);
    await page.getByText(say("desk-correction")).first().waitFor();
    await desk.look(`answer.${lang}`);
    await page.locator(".stage").focus();
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-queue-empty")).waitFor();
    await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 20_000 }).toBe(1);
    expect(await centre.checks("returned")).toEqual([]);
    await phone.go("sync");
    await worker.tap(w("sync-now"));
    await phone.go("sent");
    await worker.sees(w("ledger-word-checked"), 60_000);
    await phone.go(`records/${returned}`);
    await worker.sees(w("check-answered"));
  });
});
