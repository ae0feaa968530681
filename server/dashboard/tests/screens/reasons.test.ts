// A reason of the centre's own on its whole way: an administrator adds it, a supervisor gives it, the worker's phone reads it
// without a link; it retires, and the record reads as it did.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "../../../../mobile/tests/screens/browser";
import { camera } from "../../../../mobile/tests/screens/stage";
import { words as phoneWords } from "../../../../mobile/tests/screens/words";
import { Worker } from "../../../../mobile/tests/screens/worker";
import type { Desk } from "./browser";
import { Centre, FILMED, NAMES, words } from "./centre";

/** Why something goes back, and why a service does not concern somebody. */
const OWN = { kk: "Құжаттың мерзімі өтіп кеткен", ru: "Срок документа истёк", en: "The paper is out of date" };
const STUDIES = { kk: "Басқа қалада оқиды", ru: "Учится в другом городе", en: "" };

describe.each(["kk", "ru"] as const)("reasons of the centre's own, %s", (lang) => {
  const say = words(lang);
  const w = phoneWords(lang);
  let centre: Centre;
  let admin: Desk;
  let desk: Desk;
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let other = "";
  let returned = "";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    bridge = await centre.stage.phone(`reasons-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.3, longitude: 76.9, accuracy: 8 });
    worker = new Worker(phone, w);
    const { link } = await centre.stage.invitation(centre.worker.login);
    await worker.enrol(NAMES[lang], link);
    const { assignments, plans } = centre.stage.district;
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const activities = plans.filter((plan) => mine.has(plan.family)).flatMap((plan) => plan.activities);
    const activity = activities.find((each) => FILMED.includes(each.service));
    other = activities.find((each) => each.id !== activity?.id)?.id ?? "";
    const [one = "", two = ""] = camera(".jpg", ".jpeg");
    await worker.completes(activity?.id ?? "", [one, two]);
    desk = await centre.desk(lang);
    const { login, password } = await centre.administrator();
    admin = await centre.enter(lang, login, password, "desk-people");
  });
  afterAll(async () => {
    await admin?.close();
    await desk?.close();
    await phone?.close();
    await bridge?.stop();
    await centre?.clear();
  });

  const rows = () => admin.page.getByRole("region", { name: say("reference-history") }).locator("tbody tr");
  async function fill(text: typeof OWN, why: string): Promise<void> {
    const dialog = admin.page.getByRole("dialog");
    await dialog.getByLabel("Қазақша").fill(text.kk);
    await dialog.getByLabel("Русский").fill(text.ru);
    await dialog.getByLabel("English").fill(text.en);
    await dialog.getByLabel(say("reasons-why")).fill(why);
  }
  const confirm = () => admin.page.getByRole("dialog").getByLabel("English").press("Enter");
  async function sync(): Promise<void> {
    await phone.go("sync");
    await worker.tap(w("sync-now"));
  }

  test("an administrator adds them, by keyboard, and sees what a worker will read", async () => {
    const { page } = admin;
    await admin.go("reference/reasons");
    await page.getByText(say("reasons-history-none")).waitFor();
    await admin.look(`reasons.${lang}`);
    await page.getByRole("button", { name: say("reasons-add") }).press("Enter");
    await page.getByRole("dialog", { name: say("reasons-add") }).waitFor();
    await fill(OWN, "Жетекшілер сұрады");
    const preview = page.getByRole("group", { name: say("reasons-preview") });
    await preview.getByText(OWN[lang]).waitFor();
    await admin.look(`reason.${lang}`);
    await confirm();
    await expect.poll(() => rows().count()).toBe(1);
    await page.getByRole("region", { name: say("reference-reasons") }).getByRole("cell", { name: OWN[lang], exact: true }).waitFor();
    await page.getByRole("button", { name: say("reasons-list-not-applicable") }).press("Enter");
    await page.getByRole("button", { name: say("reasons-add") }).press("Enter");
    await fill(STUDIES, "Қызметкерлер сұрады");
    await confirm();
    await expect.poll(() => rows().count()).toBe(2);
    await admin.look(`reasons-added.${lang}`);
  });

  test("a supervisor gives it, and the phone reads it without a link", async () => {
    const { page } = desk;
    await expect.poll(() => page.locator(".queue .q").count(), { timeout: 30_000 }).toBe(1);
    await page.locator(".stage img").waitFor();
    await page.keyboard.press("KeyR");
    await page.getByRole("dialog").getByRole("radio", { name: OWN[lang] }).click();
    await desk.look(`reason-given.${lang}`);
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-queue-empty")).waitFor();
    await expect.poll(async () => (await centre.checks("returned")).length, { timeout: 20_000 }).toBe(1);
    returned = (await centre.checks("returned"))[0]?.record ?? "";
    await sync();
    await phone.go("today");
    await worker.sees(OWN[lang], 60_000);
    centre.stage.line.cut();
    await phone.go(`records/${returned}`);
    await worker.sees(OWN[lang]);
    await phone.look(`${lang}-60-own-reason`, { tall: true });
    // What the worker himself chooses from has the centre's reason too.
    await phone.go(`activities/${other}`);
    await worker.tap(w("activity-not-applicable"));
    await worker.sees(STUDIES[lang]);
    await worker.sees(w("reason-na-has"));
    await phone.look(`${lang}-61-own-reason-chosen`);
    centre.stage.line.join();
  });

  test("it retires, and what was given reads as it did", async () => {
    const { page } = admin;
    await admin.go("reference/thresholds");
    await admin.go("reference/reasons");
    await page.getByRole("button", { name: `${say("button-change")} ${OWN[lang]}` }).press("Enter");
    await page.getByText(say("reasons-given", { given: 1, waiting: 1 })).waitFor();
    await page.getByRole("dialog").getByLabel(say("reasons-can-choose")).uncheck();
    await page.getByRole("dialog").getByLabel(say("reasons-why")).fill("Басқа себеп бар");
    await admin.look(`reason-retires.${lang}`);
    await confirm();
    await expect.poll(() => rows().count()).toBe(3);
    await page.getByText(say("reasons-retired")).first().waitFor();
    await admin.look(`reasons-retired.${lang}`);
    await desk.go(`record/${returned}`);
    await desk.page.getByText(OWN[lang]).first().waitFor();
    await desk.look(`reason-kept.${lang}`);
    await sync();
    await phone.go(`records/${returned}`);
    await worker.sees(OWN[lang], 60_000);
  });
});
