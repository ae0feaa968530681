// What a plain day does not show: several persons in one capture, a document of many pages, a service that does not apply
// or is refused, a correction, acts outside the 25 services, consent on paper, what no crash may lose. In Kazakh and in
// Russian, each on a phone of its own.
import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { camera, Stage, type District } from "./stage";
import { LANGUAGES, words } from "./words";
import { Worker } from "./worker";

let stage: Stage;
const members = (id: string) => stage.district.persons.filter((each) => each.family === id);
const of = (id: string, service: string) => (stage.district.plans.find((each) => each.family === id)?.activities ?? []).filter((each) => each.service === service);

/** A large family of this worker: its matrix scrolls both ways, and several of it have the clinic before them. */
function large(district: District, worker: string): District["families"][number] {
  const mine = new Set(district.assignments.filter((each) => each.worker === worker && !each.to).map((each) => each.family));
  const found = district.families.find((each) => mine.has(each.id) && members(each.id).length >= 5 && of(each.id, "S11").length >= 3);
  if (!found) throw new Error("no large family");
  return found;
}

/** A film that says it is so many seconds long. */
function longFilm(path: string, seconds: number): Buffer {
  const film = readFileSync(path);
  for (const [box, scale] of [
    ["mvhd", 16],
    ["mdhd", 16],
  ] as const) {
    const at = film.indexOf(box);
    if (at < 0 || film[at + 4] !== 0) throw new Error(`no ${box} of version 0`);
    film.writeUInt32BE(seconds * film.readUInt32BE(at + scale), at + scale + 4);
  }
  return film;
}

beforeAll(async () => {
  stage = await Stage.set("district.json", (district) => {
    // Small families have not been asked yet.
    const small = (person: string) => {
      const family = district.persons.find((each) => each.id === person)?.family;
      return district.persons.filter((each) => each.family === family).length < 5;
    };
    district.consents = district.consents.filter((each) => !small(each.person));
  });
});
afterAll(() => stage?.clear());

describe.each(LANGUAGES)("wider, in %s", (lang, language, nth) => {
  const w = words(lang);
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  let family: District["families"][number];
  let workerId: string;
  const look = (name: string, how = {}) => phone.look(`${lang}-wide-${name}`, how);
  const [photo = "", second = "", third = ""] = camera(".jpg").filter((name) => !name.includes("bad"));
  const dialog = () => phone.page.locator("dialog[open]").last();
  const ready = () => phone.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
  const inMatrix = async () => {
    await phone.go(`families/${family.id}`);
    await phone.page.getByRole("table").waitFor();
  };
  /** Ends the phone as a dead battery does and switches it on again. */
  const again = async (environment: Record<string, string> = {}) => {
    await bridge.stop();
    bridge = await stage.phone(`phone-wide-${lang}`, environment);
    await phone.page.goto(bridge.url);
    await worker.unlock();
    await phone.page.getByRole("navigation").waitFor();
  };

  beforeAll(async () => {
    const user = stage.district.users.filter((each) => each.role === "cc_set")[nth];
    if (!user) throw new Error("no worker");
    workerId = user.id;
    family = large(stage.district, user.id);
    bridge = await stage.phone(`phone-wide-${lang}`);
    phone = await Phone.open(bridge.url, { latitude: 52.1, longitude: 76.9, accuracy: 120 });
    worker = new Worker(phone, w);
    await worker.enrol(language, (await stage.invitation(user.login)).link);
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
  });

  test("several persons in one capture: one record each", async () => {
    await inMatrix();
    await look("01-large-family");
    // Names stay in sight while the members scroll by.
    await phone.page.locator("main").evaluate((main) => main.scrollTo(180, 400));
    await phone.settled();
    const name = await phone.page.locator(".matrix .lab").nth(4).boundingBox();
    expect(name?.x ?? -1).toBeGreaterThanOrEqual(0);
    await look("02-large-family-scrolled", { axe: false });
    await worker.tap(w("family-group-capture"));
    await dialog().getByRole("button", { name: w("service-S11-short") }).click();
    await look("03-who");
    const persons = await dialog().locator("input[type=checkbox]").count();
    expect(persons).toBeGreaterThanOrEqual(3);
    await dialog().locator("footer button").click();
    await ready();
    await worker.askConsent();
    await worker.capture("photo", photo);
    // A position of 120 m is kept, and waiting for a better one is offered, never asked for.
    await worker.sees(/±120/);
    await phone.page.locator("input[data-kind=video]").setInputFiles(camera(".mp4")[0] ?? "");
    await expect.poll(() => phone.page.locator(".tiles .photo").count(), { timeout: 30_000 }).toBe(2);
    await phone.page.getByRole("button", { name: w("activity-review") }).waitFor();
    await look("04-together", { tall: true });
    await worker.seal((name) => look(`05-${name}`));
    await look("06-sealed");
    await inMatrix();
    const clinic = phone.page.getByRole("row", { name: new RegExp(w("service-S11-short")) });
    await expect.poll(() => clinic.locator("a svg:is([data-state=waiting], [data-state=sending], [data-state=accepted], [data-state=delivered])").count()).toBe(persons);
  });

  test("a document of many pages, the number of a paper, another reason in words", async () => {
    const activity = of(family.id, "S07")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    // The checklist offers the document where the rule does not ask for one.
    await phone.page.locator(".req").filter({ hasText: w("activity-document") }).getByRole("button").first().click();
    await worker.sees(w("pages-text"));
    await worker.capture("document", photo);
    await worker.capture("document", second);
    await phone.page.locator("input[data-kind=document-file]").setInputFiles(camera(".pdf"));
    await expect.poll(() => dialog().locator(".tiles .photo:not(:disabled)").count(), { timeout: 30_000 }).toBe(3);
    await look("07-pages");
    await worker.tap(w("pages-done", { count: 3 }));
    await worker.capture("photo", third);
    const paper = phone.page.locator(".req").filter({ hasText: w("activity-paper") }).getByRole("button").first();
    await paper.click();
    await dialog().getByLabel(w("activity-paper-number")).fill("KZ-2026/114");
    await dialog().getByLabel(w("activity-paper-date")).fill("2026-11-20");
    await look("08-paper");
    await worker.tap(w("button-save"));
    await worker.sees(/KZ-2026\/114/);
    await worker.tap(w("activity-video-reason"));
    await worker.pick(w("no-video-other"), lang === "kk" ? "Камера тоңып қалды." : "Камера замёрзла.");
    await worker.sees(lang === "kk" ? /Камера тоңып қалды/ : /Камера замёрзла/);
    await worker.tap(w("activity-note-add"));
    await dialog().locator("textarea").fill(lang === "kk" ? "Есік." : "Дверь.");
    await worker.tap(w("button-save"));
    await worker.tap(w("activity-review"));
    await worker.sees(w("review-title"));
    await worker.sees(/KZ-2026\/114/);
    await look("09-review-document", { tall: true });
    // The review leads to what is to be changed, and what is typed there is kept without a button.
    await phone.page.getByRole("link", { name: new RegExp(`${w("button-change")}: ${w("activity-note")}`) }).click();
    await dialog().locator("textarea").fill(lang === "kk" ? "Есік алдында." : "У порога.");
    await phone.page.waitForTimeout(900);
    await again();
    await phone.page.locator("a.item").filter({ hasText: w("service-S07-short") }).filter({ hasText: w("brief-ready") }).first().click();
    await worker.sees(lang === "kk" ? "Есік алдында." : "У порога.");
    await worker.seal();
  });

  test("what is no picture is set aside with its reason, the draft stays; what was not taken can be tried again", async () => {
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    const bad = camera("archive.jpg")[0] ?? "";
    await phone.page.locator("input[data-kind=photo]").setInputFiles(bad);
    await worker.sees(w("aside-not-media"));
    await look("10-set-aside");
    // The core does not answer just now: the picture stays in sight and is brought in by a tap.
    await phone.page.route("**/api/draft/**", (route) => route.abort());
    await phone.page.locator("input[data-kind=photo]").setInputFiles(photo);
    const failed = phone.page.getByRole("button", { name: new RegExp(w("tile-failed")) });
    await failed.waitFor();
    await phone.page.unroute("**/api/draft/**");
    await look("11-try-again");
    await failed.click();
    await expect.poll(() => phone.page.locator(".tiles .photo:not(:disabled)").count(), { timeout: 20_000 }).toBe(1);
    await expect.poll(() => failed.count()).toBe(0);
    // The browser goes; the draft is where it was.
    await phone.page.reload();
    await worker.sees(w("aside-not-media"));
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("a photo that was in the camera when the battery died is offered back", async () => {
    await inMatrix();
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await again({ KANDAS_DIE_AT: "capture.stored" });
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    await phone.page.locator("input[data-kind=photo]").setInputFiles(second);
    await worker.sees(w("core-away-title"));
    await look("12-away");
    await again();
    await worker.sees(w("notice-attach"));
    await look("13-offered-back");
    await worker.tap(w("notice-attach"));
    await expect.poll(() => phone.page.locator(".tiles .photo:not(:disabled)").count(), { timeout: 20_000 }).toBe(1);
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("a photo that lies in the camera's folder is offered with its draft and its picture, and asked about before it goes", async () => {
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    const draft = /drafts\/([^/]+)/.exec(phone.page.url())?.[1] ?? "";
    // The system ended the app behind the camera: its file lies where the shell lets it write for this draft; another one is
    // of a phone that did not know yet for what it was.
    await bridge.stop();
    stage.leave(`phone-wide-${lang}`, `${draft}/shot.jpg`, third);
    stage.leave(`phone-wide-${lang}`, "older.jpg", second);
    bridge = await stage.phone(`phone-wide-${lang}`);
    await phone.page.goto(bridge.url);
    await worker.unlock();
    const note = (name: string) => phone.page.locator("main .note").filter({ has: phone.page.getByRole("button", { name, exact: true }) });
    const meant = note(w("notice-attach"));
    await meant.waitFor();
    await expect.poll(() => meant.locator("img").evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0);
    expect(await meant.innerText()).toContain(w("service-S07-short"));
    await look("13b-camera-leftovers", { tall: true });
    const other = note(w("notice-choose-draft"));
    await other.getByRole("button", { name: w("button-delete") }).click();
    await worker.sees(w("notice-delete-ask"));
    await look("13c-delete-asked");
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await other.getByRole("button", { name: w("notice-choose-draft") }).click();
    await look("13d-choose-draft");
    await dialog().getByRole("button", { name: new RegExp(w("service-S07-short")) }).first().click();
    await expect.poll(() => phone.page.url()).toMatch(/drafts/);
    await phone.go("today");
    await meant.waitFor();
    expect(await other.count()).toBe(0);
    await meant.getByRole("button", { name: w("notice-attach") }).click();
    await ready();
    await expect.poll(() => phone.page.locator(".tiles .photo:not(:disabled)").count(), { timeout: 20_000 }).toBe(2);
    await look("13e-attached", { tall: true });
    await phone.go("today");
    await phone.settled();
    expect(await phone.page.getByRole("button", { name: w("notice-attach") }).count()).toBe(0);
    await phone.go(`drafts/${draft}`);
    await ready();
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("the place is where the picture is taken, not where the draft was begun", async () => {
    const at = (longitude: number, accuracy: number) => phone.context.setGeolocation({ latitude: 52.1, longitude, accuracy });
    await at(76.9, 9);
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    await worker.sees(/±9/);
    // Said anew on the spot, even where it is found less exactly.
    await at(77.1, 30);
    await worker.tap(w("position-renew"));
    await worker.sees(/±30/);
    await look("13f-position-renewed", { tall: true });
    await at(76.9, 120);
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("the phone's back button closes a sheet, keeps what was typed there, and leaves the draft only then", async () => {
    await inMatrix();
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    const there = phone.page.url();
    const typed = lang === "kk" ? "Қақпа жабық." : "Ворота закрыты.";
    await worker.tap(w("activity-note-add"));
    await dialog().locator("textarea").fill(typed);
    await phone.page.goBack();
    await dialog().waitFor({ state: "detached" });
    expect(phone.page.url()).toBe(there);
    await worker.sees(typed);
    // A sheet over another one: the upper one goes first. One that was closed by its own button leaves nothing to go back from.
    await phone.page.locator(".req").filter({ hasText: w("activity-document") }).getByRole("button").first().click();
    await worker.sees(w("pages-text"));
    await worker.capture("document", photo);
    await dialog().locator(".tiles .photo").first().click();
    await expect.poll(() => phone.page.locator("dialog[open]").count()).toBe(2);
    await phone.page.goBack();
    await expect.poll(() => phone.page.locator("dialog[open]").count()).toBe(1);
    await worker.sees(w("pages-text"));
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await dialog().waitFor({ state: "detached" });
    await phone.settled();
    expect(phone.page.url()).toBe(there);
    await phone.page.goBack();
    await phone.page.getByRole("table").waitFor();
    expect(phone.page.url()).toContain(`families/${family.id}`);
    // A plain sheet, twice: nothing is left of the first one.
    for (let time = 0; time < 2; time += 1) {
      await worker.tap(w("family-group-capture"));
      await dialog().waitFor();
      await phone.page.goBack();
      await dialog().waitFor({ state: "detached" });
      expect(phone.page.url()).toContain(`families/${family.id}`);
    }
    await phone.go(there.split("#/")[1] ?? "");
    await ready();
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("a film that is too long and too large is remarked on and taken all the same", async () => {
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-start"));
    await ready();
    await worker.askConsent();
    await phone.page.locator("input[data-kind=video]").setInputFiles({ name: "long.mp4", mimeType: "video/mp4", buffer: longFilm(camera(".mp4")[0] ?? "", 83) });
    await worker.sees(w("film-long", { seconds: 83, most: 60, size: "…" }).split("(")[0] ?? "");
    await look("13g-film-remark", { tall: true });
    await phone.page.locator(".tiles .photo").last().click();
    await dialog().locator(".note").waitFor();
    await look("13h-film-remark-open");
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await dialog().waitFor({ state: "detached" });
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
    await phone.page.getByRole("table").waitFor();
  });

  test("a service that does not apply and one that is refused are sealed with their reasons", async () => {
    for (const [service, button, reason, typed, name] of [
      ["S20", "activity-not-applicable", "reason-other", lang === "kk" ? "Қала сыртында оқып жүр." : "Учится за городом.", "14-not-applicable"],
      ["S23", "activity-refused", "reason-refused-later", undefined, "15-refused"],
    ] as const) {
      const activity = of(family.id, service).at(-1);
      await phone.go(`activities/${activity?.id}`);
      await worker.tap(w(button));
      await worker.sees(w(reason));
      await look(name);
      if (typed) {
        // The battery dies while it is typed.
        await dialog().locator("label").filter({ hasText: w(reason) }).click();
        await dialog().locator("textarea").fill(typed);
        await phone.page.waitForTimeout(900);
        const there = new URL(phone.page.url()).hash.slice(2);
        await again();
        await phone.go(there);
        await expect.poll(() => dialog().locator("textarea").inputValue()).toBe(typed);
        await worker.tap(w("button-choose"));
      } else await worker.pick(w(reason), typed);
      await worker.sees(typed ?? w(reason));
      await look(`${name}-draft`);
      await worker.seal((page) => look(`${name}-${page}`), w("review-confirm-other"));
    }
  });

  test("a reason that was opened by mistake leaves nothing behind", async () => {
    const activity = of(family.id, "S07")[1] ?? of(family.id, "S23")[0];
    await phone.go(`activities/${activity?.id}`);
    await worker.tap(w("activity-refused"));
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await expect.poll(() => phone.page.url()).toContain(`activities/${activity?.id}`);
    await phone.page.getByRole("button", { name: w("activity-start") }).waitFor();
  });

  test("what was refused is recorded as given after all", async () => {
    const activity = of(family.id, "S23").at(-1);
    await phone.go(`activities/${activity?.id}`);
    await phone.page.getByRole("button", { name: w("activity-given-after-all") }).waitFor();
    await look("15b-refused-activity");
    await worker.tap(w("activity-given-after-all"));
    await worker.pick(w("reason-other"), lang === "kk" ? "Отбасы ойынан қайтты." : "Семья передумала.");
    await ready();
    await worker.askConsent();
    await worker.sees(lang === "kk" ? "Отбасы ойынан қайтты." : "Семья передумала.");
    await worker.capture("photo", photo);
    await phone.page.locator(".act .btn.main").waitFor();
    // Whatever this service wants besides.
    for (let more = 0; more < 5 && (await phone.page.getByRole("button", { name: w("activity-review") }).count()) === 0; more += 1) {
      if ((await phone.page.getByRole("button", { name: w("activity-video-reason") }).count()) > 0) await worker.noVideo();
      else {
        await phone.page.locator(".act .btn.main").click();
        if (await dialog().locator("canvas").count()) await worker.sign();
        else if (await dialog().locator("input[type=date]").count()) {
          await dialog().locator("input").first().fill("KZ-7");
          await worker.tap(w("button-save"));
        } else {
          await phone.page.locator("input[data-kind=document]").setInputFiles(photo);
          await worker.tap(w("pages-done", { count: 1 }));
        }
      }
      await phone.settled();
    }
    await look("15c-given-after-all", { tall: true });
    await worker.seal((page) => look(`15d-${page}`));
    await phone.go(`activities/${activity?.id}`);
    await phone.settled();
    expect(await phone.page.getByRole("button", { name: w("activity-given-after-all") }).count()).toBe(0);
    await expect.poll(() => phone.page.locator(".chip svg:is([data-state=waiting], [data-state=sending], [data-state=accepted], [data-state=delivered])").count(), { timeout: 60_000 }).toBeGreaterThan(0);
  });

  test("a correction is a new version with a reason", async () => {
    await phone.go("sent");
    const rows = () => phone.page.locator("main .card .item").filter({ hasText: w("service-S11-short") });
    await rows().first().waitFor();
    await phone.settled();
    const before = await rows().count();
    await rows().first().click();
    await worker.sees(w("record-sealed"));
    await look("16-record", { tall: true });
    await worker.tap(w("activity-correct"));
    await look("17-why-corrected");
    await worker.pick(w("reason-fix-date"));
    await ready();
    await worker.sees(w("reason-fix-date"));
    await look("18-correction", { tall: true });
    await phone.page.locator(".req").filter({ hasText: w("activity-done-on") }).getByRole("button").click();
    await dialog().locator("input[type=date]").fill("2026-11-27");
    await worker.tap(w("button-save"));
    await worker.seal();
    await phone.go("sent");
    await expect.poll(() => rows().count()).toBe(before + 1);
    await worker.sees(w("activity-state-corrected"));
    await look("19-sent", { tall: true });
  });

  test("the acts outside the 25 services, each with its own form", async () => {
    const acts = ["ack-receipt", "consult-terms", "preliminary-visit", "arrival", "temporary-registration", "plan-agreement", "monitoring-visit"];
    const choose = (word: string) => phone.page.locator("main label").filter({ hasText: w(word) }).click();
    const fill: Record<string, () => Promise<void>> = {
      "ack-receipt": () => choose("choice-phone"),
      "consult-terms": async () => {
        await choose("topic-quota");
        await choose("choice-in-person");
      },
      "preliminary-visit": () => choose("topic-region"),
      arrival: async () => {
        await choose("choice-airport");
        await choose("choice-air");
        const persons = phone.page.getByLabel(w("field-persons"));
        await persons.fill("бес");
        expect(await persons.inputValue(), "letters are no number").toBe("");
        await persons.fill("5");
      },
      "temporary-registration": async () => {
        await choose("choice-adaptation-centre");
        await phone.page.getByLabel(w("field-from")).fill("2026-11-01");
        await phone.page.getByLabel(w("field-to")).fill("2027-05-01");
      },
      // The digits at the foot of the printed plan, and the signature of who agrees to it.
      "plan-agreement": async () => {
        await phone.page.locator(".req").filter({ hasText: w("activity-signature") }).getByRole("button").first().click();
        await worker.sign();
        await phone.page.getByRole("button", { name: w("activity-next-form"), exact: true }).waitFor();
        await phone.page.getByLabel(w("field-plan-digest")).fill("AB12 cd34");
      },
      "monitoring-visit": async () => {
        await choose("topic-housing");
        await phone.page.getByLabel(w("field-problems")).fill(lang === "kk" ? "Пеш түтіндейді" : "Печь дымит");
        await phone.page.getByLabel(w("field-proposals")).fill(lang === "kk" ? "Шебер шақыру" : "Позвать мастера");
        await phone.page.locator("main label").filter({ hasText: /^\s*4\s*$/ }).click();
      },
    };
    for (const act of acts) {
      await phone.go(`acts/${family.id}`);
      await worker.sees(w("acts-text"));
      await phone.page.getByRole("button", { name: new RegExp(w(`act-${act}`).replace(/[()]/g, ".")) }).click();
      const whole = dialog().getByRole("button", { name: w("unit-family") });
      await Promise.race([whole.waitFor(), ready()]);
      if (await whole.isVisible()) await whole.click();
      await ready();
      await phone.settled();
      await look(`20-${act}`, { tall: true });
      // No act asks for a picture, and none says that it does.
      expect(await phone.page.locator(".req").filter({ hasText: w("activity-photo-hint") }).count()).toBe(0);
      expect(await phone.page.locator(".req").filter({ hasText: w("activity-video-hint") }).count()).toBe(0);
      if (act !== "monitoring-visit") {
        // Nothing is sealed empty: the one next step is the form.
        const next = act === "plan-agreement" ? "activity-next-acknowledgement" : "activity-next-form";
        await phone.page.getByRole("button", { name: w(next), exact: true }).waitFor();
        expect(await phone.page.getByRole("button", { name: w("activity-review") }).count()).toBe(0);
      }
      await fill[act]?.();
      await phone.page.waitForTimeout(900);
      await phone.page.getByRole("button", { name: w("activity-review") }).waitFor();
      await look(`20-${act}-filled`, { tall: true });
      // What was said in the form is read once more before it is sealed.
      const read: Record<string, string[]> = {
        arrival: [w("field-point"), w("choice-airport"), w("field-persons")],
        "monitoring-visit": [w("record-topics"), w("topic-housing"), w("field-problems"), lang === "kk" ? "Пеш түтіндейді" : "Печь дымит"],
      };
      const reads = async (page: string): Promise<void> => {
        for (const words of read[act] ?? []) await phone.page.locator("main").getByText(words, { exact: true }).waitFor();
        await look(`20-${act}-${page}`, { tall: true });
      };
      await worker.seal(read[act] ? reads : undefined, w("review-confirm-other"));
    }
    await inMatrix();
    await phone.page.locator("main").evaluate((main) => main.scrollTo(0, main.scrollHeight));
    for (const act of acts) await worker.sees(w(`act-${act}`));
    await look("21-acts-of-the-family", { axe: false });
    await phone.page.locator("a.item").filter({ hasText: w("act-monitoring-visit") }).first().click();
    await worker.sees(lang === "kk" ? "Пеш түтіндейді" : "Печь дымит");
    const content = phone.page.locator("main").getByText(w("field-satisfaction"));
    await content.waitFor();
    expect(await content.locator("..").innerText()).toMatch(/4$/);
    // However long the names are, there is room for what was said.
    for (const said of await phone.page.locator("main dd").all()) expect((await said.boundingBox())?.width).toBeGreaterThan(150);
    await look("21b-visit-recorded", { tall: true });
    // What was chosen is read in words, and days as days.
    for (const [act, said] of [
      ["arrival", w("choice-airport")],
      ["temporary-registration", "01.05.2027"],
    ] as const) {
      await inMatrix();
      await phone.page.locator("a.item").filter({ hasText: w(`act-${act}`) }).first().click();
      await worker.sees(w("record-sealed"));
      await phone.page.locator("main dd").filter({ hasText: said }).waitFor();
    }
  });

  test("consent: taken back with a reason, given again with a signature", async () => {
    const given = new Set(stage.district.consents.filter((each) => each.state === "given").map((each) => each.person));
    const adults = members(family.id).filter((each) => ["head", "spouse", "parent"].includes(each.relation));
    const person = adults.find((each) => given.has(each.id)) ?? adults[0];
    await phone.go(`families/${family.id}/persons/${person?.id}`);
    await worker.sees(w("person-iin"));
    await look("22-person", { tall: true });
    await worker.tap(w("person-show-iin"));
    await look("23-why-iin");
    await worker.pick(w("reason-iin-form"));
    await expect.poll(() => phone.page.getByRole("button", { name: w("person-show-iin") }).count()).toBe(0);
    expect(await phone.page.locator("main").innerText()).toContain(person?.iin ?? "—");
    const why = lang === "kk" ? "Деректерін алып тастауды сұрады." : "Просит убрать данные.";
    const consent = async () => {
      await phone.go(`families/${family.id}/persons/${person?.id}`);
      await worker.sees(w("person-iin"));
    };
    // Who has not been asked yet gives a consent first.
    if ((await phone.page.getByRole("button", { name: w("consent-withdraw") }).count()) === 0) await give();
    await consent();
    await worker.tap(w("consent-withdraw"));
    const save = dialog().getByRole("button", { name: w("button-save") });
    await save.waitFor();
    expect(await save.isDisabled(), "a reason is needed").toBe(true);
    await look("24-consent-why");
    await dialog().locator("textarea").fill(why);
    await phone.page.waitForTimeout(900);
    // Closed beside the button: what was typed is kept.
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await worker.sees(why);
    await worker.sees(w("consent-withdrawn"));
    await look("24-consent-withdrawn", { tall: true });
    await worker.seal((page) => look(`24-withdrawn-${page}`, { tall: true }), w("review-confirm-other"));
    await consent();
    await worker.sees(w("consent-withdrawn"));
    await look("25-person-withdrawn");
    await give();
    await consent();
    await worker.sees(w("consent-given"));

    async function give(): Promise<void> {
      await worker.tap(w("consent-ask"));
      await ready();
      await phone.page.locator(".req").filter({ hasText: w("activity-signature") }).getByRole("button").first().click();
      await worker.sign();
      await worker.seal(undefined, w("review-confirm-other"));
    }
  });

  test("consent: declined with a reason, and given with a signature as a record of its own", async () => {
    const asked = (id: string) => stage.district.consents.some((each) => each.person === id);
    const mine = new Set(stage.district.assignments.filter((each) => each.worker === workerId && !each.to).map((each) => each.family));
    const open = stage.district.plans.filter((plan) => mine.has(plan.family) && plan.family !== family.id).flatMap((plan) => plan.activities).filter((each) => !asked(each.person));
    const adults = new Set(stage.district.persons.filter((each) => ["head", "spouse"].includes(each.relation)).map((each) => each.id));
    const [first, second] = [...new Map(open.filter((each) => adults.has(each.person) && ["S07", "S11", "S23"].includes(each.service)).map((each) => [each.person, each])).values()];
    if (!first || !second) throw new Error("everybody was asked");
    const ask = () => phone.page.getByRole("button", { name: w("consent-ask"), exact: true });

    await phone.go(`activities/${first.id}`);
    await worker.tap(w("activity-start"));
    await ask().click();
    await dialog().locator("label").filter({ hasText: w("consent-decline-hint") }).click();
    const save = dialog().getByRole("button", { name: w("button-save") });
    expect(await save.isDisabled(), "a reason is needed").toBe(true);
    await dialog().locator("textarea").fill(lang === "kk" ? "Отбасы келіспейді." : "Семья не согласна.");
    await look("26-consent-declined");
    await save.click();
    await expect.poll(() => ask().count()).toBe(0);
    await worker.capture("photo", photo);
    await worker.tap(w("activity-video-reason"));
    await worker.pick(w("no-video-no-consent"));
    // What was said is put right from the review: the sheet of that person opens with it.
    const words = lang === "kk" ? "Атасы келіспейді." : "Дедушка не согласен.";
    await worker.tap(w("activity-review"));
    await phone.page.getByRole("link", { name: new RegExp(`${w("button-change")}: ${w("consent-declined")}`) }).click();
    await expect.poll(() => dialog().locator("textarea").inputValue()).not.toBe("");
    await dialog().locator("textarea").fill(words);
    await look("26b-consent-put-right");
    await save.click();
    await worker.sees(words);
    // Taken back, nobody has been asked; then it is said once more.
    const said = phone.page.locator(".req").filter({ hasText: w("consent-declined") }).getByRole("button");
    await said.click();
    await dialog().locator("textarea").fill("");
    await phone.page.waitForTimeout(900);
    await dialog().getByRole("button", { name: w("button-close") }).click();
    await ask().waitFor();
    await ask().click();
    await dialog().locator("label").filter({ hasText: w("consent-decline-hint") }).click();
    await dialog().locator("textarea").fill(words);
    await save.click();
    await expect.poll(() => ask().count()).toBe(0);
    // The reason of no video is put right too, not added to.
    await phone.page.locator(".req").filter({ hasText: w("activity-video-none") }).getByRole("button").click();
    await worker.pick(w("no-video-other"), "12");
    await phone.page.locator(".req").filter({ hasText: w("activity-video-none") }).getByRole("button").click();
    await worker.pick(w("no-video-other"), "34");
    await worker.sees(/34/);
    expect(await phone.page.locator("main").innerText()).not.toContain("12\n34");
    await worker.seal();
    await phone.go(`families/${stage.district.persons.find((each) => each.id === first.person)?.family}/persons/${first.person}`);
    await worker.sees(w("consent-declined"));
    await look("27-person-declined");

    await phone.go(`activities/${second.id}`);
    await worker.tap(w("activity-start"));
    await ask().click();
    await dialog().locator("label").filter({ hasText: w("consent-give-hint") }).click();
    await look("28-consent-ways");
    await dialog().getByRole("button", { name: w("consent-with-proof") }).click();
    await worker.sees(w("activity-signature-hint"));
    await look("29-consent-proof", { tall: true });
    await phone.page.locator(".req").filter({ hasText: w("activity-signature") }).getByRole("button").first().click();
    await worker.sign();
    await worker.seal(undefined, w("review-confirm-other"));
    await look("29b-consent-sealed");
    // The draft that asked goes on where it was, and nobody is asked again.
    await worker.follow(w("sealed-draft"));
    await ready();
    await worker.sees(w("service-" + second.service + "-short"));
    expect(await ask().count()).toBe(0);
    await worker.tap(w("activity-discard"));
    await worker.pick(w("activity-discard-yes"));
  });

  test("by keyboard alone: from the matrix to a cell", async () => {
    await inMatrix();
    const here = () => phone.page.evaluate(() => (document.activeElement as HTMLElement).dataset["at"] ?? "");
    // A cell with another one on its right.
    const start = await phone.page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>("[data-at]")].map((cell) => (cell.dataset["at"] ?? "").split(":").map(Number));
      const found = all.find(([row, column]) => all.some(([other, further]) => other === row && further! > column!));
      return found?.join(":") ?? "none";
    });
    expect(start, "no row has two cells").not.toBe("none");
    await phone.page.locator(`[data-at="${start}"]`).focus();
    await phone.page.keyboard.press("ArrowRight");
    const right = await here();
    expect(Number(right.split(":")[1])).toBeGreaterThan(Number(start.split(":")[1]));
    expect(right.split(":")[0]).toBe(start.split(":")[0]);
    await phone.page.keyboard.press("ArrowLeft");
    expect(await here()).toBe(start);
    await phone.page.keyboard.press("ArrowDown");
    const below = await here();
    expect(Number(below.split(":")[0])).toBeGreaterThan(Number(start.split(":")[0]));
    await phone.page.keyboard.press("ArrowUp");
    expect(Number((await here()).split(":")[0])).toBeLessThan(Number(below.split(":")[0]));
    // Which activity it is, and so what its page says, depends on what was recorded before.
    const target = await phone.page.evaluate(() => (document.activeElement as HTMLAnchorElement).getAttribute("href") ?? "none");
    expect(target).toMatch(/^#\/activities\//);
    await phone.page.keyboard.press("Enter");
    await expect.poll(() => phone.page.evaluate(() => location.hash)).toBe(target);
    await phone.page.getByRole("table").waitFor({ state: "detached" });
    await phone.page.getByRole("heading", { level: 1 }).first().waitFor();
  });
});
