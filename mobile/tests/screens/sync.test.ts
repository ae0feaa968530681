// The exchange with the centre as a worker sees it: what goes and what waits and why, with the line cut between phone and
// centre, a pause, a network that costs, room on the phone; help and the log without any network. In Kazakh and in Russian.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { camera, Stage, type District } from "./stage";
import { LANGUAGES, words } from "./words";
import { Worker } from "./worker";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
  await stage.settings({ monthly_metered_bytes: 500_000_000 });
});
afterAll(() => stage?.clear());

describe.each(LANGUAGES)("the exchange, in %s", (lang, language, nth) => {
  const w = words(lang);
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let family: District["families"][number];
  const look = (name: string, how = {}) => phone.look(`${lang}-sync-${name}`, how);
  /** By its whole name: "send the video now" begins alike. */
  const syncNow = () => phone.page.getByRole("button", { name: w("sync-now"), exact: true }).click();
  /** A message with a size in it, whatever the size. */
  const around = (id: "sync-free" | "sync-freed" | "sync-send-metered") => new RegExp(w(id, { size: "|" }).split("|").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")).join(".+"));
  const [photo = ""] = camera(".jpg").filter((name) => !name.includes("bad"));
  const [video = ""] = camera(".mp4");

  beforeAll(async () => {
    const user = stage.district.users.filter((each) => each.role === "cc_set")[nth];
    const mine = new Set(stage.district.assignments.filter((each) => each.worker === user?.id && !each.to).map((each) => each.family));
    const found = stage.district.families.find((each) => mine.has(each.id) && stage.district.plans.some((plan) => plan.family === each.id && plan.activities.some((of) => of.service === "S23")));
    if (!found || !user) throw new Error("no family");
    family = found;
    bridge = await stage.phone(`phone-sync-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.1, longitude: 76.9, accuracy: 9 });
    worker = new Worker(phone, w);
    await worker.enrol(language, (await stage.invitation(user.login)).link);
  });
  afterAll(async () => {
    stage.line.join();
    await phone?.close();
    await bridge?.stop();
  });

  test("this network costs: the video will wait, photos go", async () => {
    await phone.go("sync");
    await worker.sees(w("sync-all-done"));
    await look("1-nothing-waits");
    await phone.page.getByLabel(w("sync-metered")).check();
    await expect.poll(() => phone.page.getByLabel(w("sync-metered")).isChecked()).toBe(true);
  });

  test("without the centre everything waits, named piece by piece", async () => {
    stage.line.cut();
    const activity = stage.district.plans.find((each) => each.family === family.id)?.activities.find((each) => each.service === "S23");
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await worker.askConsent();
    await worker.capture("photo", photo);
    await worker.capture("video", video);
    await phone.page.locator(".act .btn.main").waitFor();
    // Whatever this service wants besides.
    for (let more = 0; more < 4 && (await phone.page.getByRole("button", { name: w("activity-review") }).count()) === 0; more += 1) {
      await phone.page.locator(".act .btn.main").click();
      const sheet = phone.page.locator("dialog[open]");
      if (await sheet.locator("canvas").count()) await worker.sign();
      else if (await sheet.locator("input[type=date]").count()) {
        await sheet.locator("input").first().fill("KZ-7");
        await worker.tap(w("button-save"));
      } else {
        await phone.page.locator("input[data-kind=document]").setInputFiles(photo);
        await worker.tap(w("pages-done", { count: 1 }));
      }
      await phone.settled();
    }
    await worker.seal();
    await phone.go("sync");
    await syncNow();
    await phone.page.locator(".note[data-tone=soon]").waitFor();
    await look("2-offline", { tall: true });
  });

  test("a pause holds everything back, and says so everywhere", async () => {
    stage.line.join();
    await worker.tap(w("sync-pause"));
    await worker.sees(w("sync-resume"));
    await look("3-paused");
    await phone.go("today");
    await worker.sees(w("line-paused"));
    await look("4-today-paused");
    await phone.go("sent");
    await worker.sees(w("ledger-word-waiting"));
  });

  test("going on, the photo arrives and the video waits for Wi-Fi", async () => {
    await phone.go("sync");
    await worker.tap(w("sync-resume"));
    await syncNow();
    await phone.go("sent");
    await worker.sees(w("ledger-word-accepted"), 60_000);
    await look("5-video-waits");
    await phone.go("sync");
    await worker.sees(w("sync-only-wifi"));
    await expect.poll(() => phone.page.getByRole("button", { name: w("sync-now"), exact: true }).count()).toBe(1);
    await look("6-wifi-only", { tall: true });
  });

  test("the video may go at once; then everything is delivered and the room is counted", async () => {
    await phone.page.getByRole("button", { name: around("sync-send-metered") }).click();
    await phone.go("sent");
    await worker.sees(w("ledger-word-delivered"), 90_000);
    await phone.go("sync");
    await worker.sees(w("sync-all-done"));
    // Nothing may be freed before 14 days are over.
    await worker.sees(w("sync-freeable-none", { days: 14 }));
    await worker.sees(/500,?0?\sМБ/);
    await look("7-delivered", { tall: true });
  });

  test("copies that the centre has had for 14 days may be freed; the record stays readable", async () => {
    stage.line.cut();
    await bridge.stop();
    await stage.age(`phone-sync-${lang}`, 20);
    bridge = await stage.phone(`phone-sync-${lang}`);
    await phone.page.goto(bridge.url);
    await worker.unlock();
    await phone.page.getByRole("navigation").waitFor();
    await phone.go("sync");
    const free = phone.page.getByRole("button", { name: around("sync-free") });
    await free.scrollIntoViewIfNeeded();
    await look("8-may-be-freed", { tall: true });
    await free.click();
    await worker.sees(around("sync-freed"));
    await worker.sees(w("sync-freeable-none", { days: 14 }));
    expect(await free.count()).toBe(0);
    await phone.go("sent");
    await phone.page.locator("main .card .item").filter({ hasText: w("service-S23-short") }).first().click();
    // Small pictures stay: one still sees what was sent.
    const picture = phone.page.locator(".tiles img").first();
    await expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    await look("9-freed", { tall: true });
    await phone.page.locator(".tiles .photo").first().click();
    await worker.sees(w("record-free"));
    await look("9-freed-viewer");
    await phone.page.keyboard.press("Escape");
    stage.line.join();
  });

  test("help and the log without any network", async () => {
    stage.line.cut();
    await phone.go("help");
    for (const topic of ["offline", "photo", "several", "consent", "returned", "sealed", "signs"] as const) await phone.page.getByText(w(`how-${topic}-title`)).click();
    await look("a-help", { tall: true });
    for (let number = 1; number <= 25; number += 1) {
      const service = `S${String(number).padStart(2, "0")}`;
      await phone.go(`help/${service}`);
      await worker.sees(w(`help-${service}-do`));
      expect(await phone.page.locator("figure svg").count(), service).toBeGreaterThan(0);
      if (number % 6 === 1) await look(`b-help-${service}`, { axe: number === 1 });
    }
    await phone.go("diagnostics");
    await worker.sees(w("fact-chain"));
    const person = stage.district.persons.find((each) => each.family === family.id);
    const text = await phone.page.evaluate(() => document.body.innerText);
    expect(text).not.toContain(person?.surname ?? "—");
    expect(text).not.toContain(person?.iin ?? "—");
    const [saved] = await Promise.all([phone.page.waitForEvent("download"), phone.page.getByRole("link", { name: w("diagnostics-share") }).click()]);
    expect(saved.suggestedFilename()).toBe("kandas-field.log");
  });
});
