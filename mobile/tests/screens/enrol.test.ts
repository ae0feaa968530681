// How a phone becomes a worker's, and how it stays his: the QR by the camera, the typed code, the PIN with its waits, the
// lease, a second worker, a new phone. In Kazakh and in Russian, each on phones of their own.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Phone } from "./browser";
import { film, picture } from "./qr";
import { Stage } from "./stage";
import { LANGUAGES, words } from "./words";
import { PIN, Worker } from "./worker";

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.set();
});
afterAll(() => stage?.clear());

describe.each(LANGUAGES)("a phone of one worker, in %s", (lang, language, nth) => {
  const w = words(lang);
  let login = "";
  let other = "";
  let bridge: { url: string; stop: () => Promise<void> };
  let phone: Phone;
  let worker: Worker;
  const look = (name: string, how = {}) => phone.look(`${lang}-enrol-${name}`, how);
  const again = async (environment = {}) => {
    await bridge.stop();
    bridge = await stage.phone(`one-${lang}`, environment);
    await phone.page.goto(bridge.url);
  };

  beforeAll(() => {
    const workers = stage.district.users.filter((each) => each.role === "cc_set");
    login = workers[nth]?.login ?? "";
    other = workers[1 - nth]?.login ?? "";
  });
  afterAll(async () => {
    await phone?.close();
    await bridge?.stop();
  });

  test("the camera reads the QR; another code is no enrolment", async () => {
    const { link } = await stage.invitation(login);
    const camera = film(join(stage.folder, `${lang}.y4m`), "https://example.kz/menu", link);
    bridge = await stage.phone(`one-${lang}`);
    phone = await Phone.open(bridge.url, null, { camera });
    worker = new Worker(phone, w);
    await worker.speaks(language);
    await look("1-start");
    await worker.tap(w("enrol-scan"));
    await worker.sees(w("qr-other"));
    await phone.look(`${lang}-enrol-2-another-code`, { axe: false });
    await worker.setPin();
    await look("3-today");
  });

  const waits = new RegExp(w("pin-wait", { seconds: 99 }).replaceAll(" ", "\\s").replace("99", "\\d+"));
  test("five wrong PINs cost a wait, which no restart shortens", async () => {
    await phone.go("settings");
    await worker.tap(w("settings-lock"));
    for (let wrong = 1; wrong <= 5; wrong += 1) {
      await worker.unlock("1111");
      await worker.sees(wrong < 5 ? w("pin-wrong") : waits);
      if (wrong === 1) await look("4-wrong");
    }
    await look("5-wait");
    expect(await phone.page.getByRole("button", { name: "5", exact: true }).isDisabled()).toBe(true);
    await again();
    await worker.sees(w("pin-title"));
    await worker.sees(waits);
    expect(await phone.page.getByRole("button", { name: w("button-unlock") }).isDisabled()).toBe(true);
  }, 60_000);

  test("by a typed code, with the server's key to compare", async () => {
    const { link, code, fingerprint } = await stage.invitation(login);
    const said = new URLSearchParams(link.split("?")[1]);
    const typed = await stage.phone(`typed-${lang}`);
    const second = await Phone.open(typed.url, null);
    try {
      const hands = new Worker(second, w);
      await hands.speaks(language);
      await hands.tap(w("enrol-way-code"));
      await second.look(`${lang}-enrol-6-typed`);
      const fill = async (name: string, text: string) => second.page.getByLabel(name).fill(text);
      await fill(w("enrol-address"), said.get("u") ?? "");
      await fill(w("enrol-pin-cert"), said.get("p") ?? "");
      await fill(w("enrol-code"), "AAAAA-AAAAA");
      await hands.tap(w("enrol-button"));
      await hands.sees(w("problem-enrol-code-unknown"));
      await second.look(`${lang}-enrol-7-wrong-code`);
      await fill(w("enrol-code"), code);
      await hands.tap(w("enrol-button"));
      await hands.sees(w("enrol-check-key-title"));
      await hands.sees(fingerprint);
      await second.look(`${lang}-enrol-8-key`);
      await hands.tap(w("enrol-check-key-same"));
      await hands.sees(w("pin-new-title"));
    } finally {
      await second.close();
      await typed.stop();
    }
  });

  test("without the camera's permission a photo of the QR does", async () => {
    const { link } = await stage.invitation(login);
    const shown = await stage.phone(`photo-${lang}`);
    const third = await Phone.open(shown.url, null, { noCamera: true });
    try {
      const hands = new Worker(third, w);
      await hands.speaks(language);
      await hands.tap(w("enrol-scan"));
      await hands.sees(new RegExp(`${w("qr-refused")}|${w("qr-no-camera")}`));
      await third.look(`${lang}-enrol-9-no-camera`);
      const photo = third.page.locator("input[data-kind=qr]");
      await photo.setInputFiles(picture(join(stage.folder, "other.gif"), "https://example.kz/menu"));
      await hands.sees(w("qr-other"));
      await photo.setInputFiles(picture(join(stage.folder, `${lang}.gif`), link));
      await hands.sees(w("pin-new-title"));
    } finally {
      await third.close();
      await shown.stop();
    }
  });

  test("when the wait is over the right PIN opens", async () => {
    await expect.poll(() => phone.page.getByRole("button", { name: "5", exact: true }).isEnabled(), { timeout: 40_000 }).toBe(true);
    await worker.unlock();
    await phone.page.getByRole("navigation").waitFor();
  });

  test("a phone whose keystore forgot its key says so, and that nothing is lost", async () => {
    // A keystore in files forgets nothing: what the app's shell would say is said for it.
    const forgotten = await stage.phone(`forgotten-${lang}`);
    const fifth = await Phone.open("about:blank", null);
    try {
      await fifth.page.route("**/api/call", (route) => route.fulfill({ status: 500, contentType: "application/json", body: JSON.stringify({ problem: "key_forgotten", detail: "" }) }));
      await fifth.page.goto(forgotten.url);
      await fifth.page.getByRole("heading", { name: words("kk")("key-forgotten-title") }).waitFor();
      await fifth.page.getByRole("button", { name: new RegExp(language) }).click();
      const hands = new Worker(fifth, w);
      await hands.sees(w("key-forgotten-safe"));
      await fifth.look(`${lang}-enrol-18-key-forgotten`);
      // The key was given back outside.
      await fifth.page.unroute("**/api/call");
      await fifth.page.reload();
      await hands.sees(w("enrol-text"));
    } finally {
      await fifth.close();
      await forgotten.stop();
    }
  });

  test("a second worker on the same phone is refused, with the reason", async () => {
    const { link } = await stage.invitation(other);
    await phone.go(`enrol/${encodeURIComponent(link)}`);
    const name = stage.district.users.find((each) => each.login === login)?.name ?? "";
    await worker.sees(w("enrol-one-worker-text", { worker: name }));
    await look("10-second-worker");
    await phone.go("new-phone");
    await worker.sees(w("newphone-1-clear"));
    await look("11-new-phone");
    await phone.go("today");
    await phone.page.getByRole("navigation").waitFor();
  });

  test("finger instead of PIN, where the shell offers it", async () => {
    // Stands for the shell, which lets the core unlock after the system has recognised the finger.
    await phone.page.addInitScript((pin) => {
      let asked = 0;
      globalThis.kandasShell = {
        biometric: {
          kind: "finger",
          unlock: async () => {
            asked += 1;
            // The first time the worker takes the finger away.
            if (asked === 1) return false;
            await fetch("/api/call", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ call: "unlock", pin }) });
            return true;
          },
        },
      };
    }, PIN);
    await again();
    await worker.sees(w("biometric-finger"));
    await look("12-finger");
    await worker.tap(w("biometric-finger"));
    await phone.page.getByRole("navigation").waitFor();
  });

  test("two weeks without contact lock, delete nothing, and contact opens again", async () => {
    await stage.settings({ lease_days: 0 });
    await again();
    await phone.page.getByRole("heading", { name: w("lease-title") }).first().waitFor();
    await look("13-lease");
    await stage.settings({ lease_days: 14 });
    stage.line.cut();
    await again();
    await phone.page.getByRole("heading", { name: w("lease-title") }).first().waitFor();
    stage.line.join();
    await worker.tap(w("sync-now"));
    await worker.unlock();
    await phone.page.getByRole("navigation").waitFor();
    await phone.page.locator(".card .item").first().waitFor();
  });

  /** What the centre calls the phone behind a page. */
  const deviceOf = (of: Phone): Promise<string> =>
    of.page.evaluate(async () => {
      const answer = await fetch("/api/call", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ call: "phone" }) });
      return ((await answer.json()) as { device: string }).device;
    });

  test("a new phone: the worker goes on there, the old one is taken out of use and says so", async () => {
    const next = await stage.phone(`next-${lang}`);
    const fourth = await Phone.open(next.url, null);
    try {
      await phone.go("new-phone");
      await worker.sees(w("newphone-1-clear"));
      const hands = new Worker(fourth, w);
      await hands.enrol(language, (await stage.invitation(login)).link);
      await fourth.go("families");
      await fourth.page.locator("a[href^='#/families/']").first().waitFor();
      await fourth.look(`${lang}-enrol-14-new-phone-families`);

      await stage.office("device", "retire", await deviceOf(phone));
      await phone.go("sync");
      await worker.tap(w("sync-now"));
      await worker.sees(w("wiped-title"), 60_000);
      await look("15-old-phone-wiped");
      // Nothing of a family is left to see, whatever address is opened.
      await phone.go("families");
      await worker.sees(w("wiped-title"));
      await phone.page.reload();
      await worker.sees(w("wiped-title"));

      // The other one is lost meanwhile.
      await stage.office("device", "lost", await deviceOf(fourth));
      await fourth.go("sync");
      await hands.tap(w("sync-now"));
      await hands.sees(w("wiped-title"), 60_000);
      await fourth.look(`${lang}-enrol-16-lost-phone-wiped`);
      // Found again, it becomes a phone like any other, without being started anew; so does the one out of use.
      for (const [of, again] of [[fourth, hands], [phone, worker]] as const) {
        await again.tap(w("enrol-way-qr"));
        await of.page.getByText(w("enrol-paste")).click();
        await of.page.locator("textarea").fill((await stage.invitation(login)).link);
        await again.tap(w("enrol-button"));
        await again.setPin();
        expect(await of.page.getByText(w("wiped-title")).count()).toBe(0);
      }
      await look("17-enrolled-anew");
    } finally {
      await fourth.close();
      await next.stop();
    }
  }, 240_000);
});
