// What a worker does with a thumb, in the language of the phone.
import { expect } from "vitest";
import type { Phone } from "./browser";
import type { Words } from "./words";

export const PIN = "2580";

export class Worker {
  constructor(
    readonly phone: Phone,
    readonly w: Words,
  ) {}

  get page() {
    return this.phone.page;
  }

  async tap(name: string | RegExp): Promise<void> {
    await this.page.getByRole("button", { name }).first().click();
  }

  async follow(name: string | RegExp): Promise<void> {
    await this.page.getByRole("link", { name }).first().click();
  }

  /** One of the four main screens. */
  async tab(name: string): Promise<void> {
    await this.page.getByRole("navigation").getByRole("link", { name }).click();
  }

  async sees(text: string | RegExp, timeout = 20_000): Promise<void> {
    await this.page.getByText(text).first().waitFor({ timeout });
  }

  async digits(pin: string): Promise<void> {
    for (const digit of pin) await this.page.getByRole("button", { name: digit, exact: true }).click();
  }

  /** Chooses the language of a new phone; ends on the enrolment. */
  async speaks(language: string, look?: (name: string) => Promise<void>): Promise<void> {
    await this.page.getByRole("button", { name: language, exact: true }).waitFor();
    await look?.("welcome");
    await this.tap(language);
    await this.sees(this.w("enrol-text"));
  }

  /** Language, enrolment by the text of the QR, PIN; ends on Today with the families there. */
  async enrol(language: string, link: string, look?: (name: string) => Promise<void>): Promise<void> {
    await this.speaks(language, look);
    await look?.("enrol");
    await this.page.getByText(this.w("enrol-paste")).click();
    await this.page.locator("textarea").fill(link);
    await this.tap(this.w("enrol-button"));
    await this.setPin(look);
  }

  /** The same by a link that the system has opened the app with: it is filled in, and the worker confirms. */
  async enrolOpened(language: string, link: string): Promise<void> {
    await this.speaks(language);
    await this.phone.go(`enrol/${encodeURIComponent(link)}`);
    await expect.poll(() => this.page.locator("textarea").inputValue()).toBe(link);
    await this.tap(this.w("enrol-button"));
    await this.setPin();
  }

  /** A PIN twice; ends on Today with the families there. */
  async setPin(look?: (name: string) => Promise<void>): Promise<void> {
    await this.sees(this.w("pin-new-title"), 30_000);
    await look?.("pin");
    await this.digits(PIN);
    await this.tap(this.w("button-continue"));
    await this.sees(this.w("pin-again-title"));
    await this.digits(PIN);
    await this.tap(this.w("button-save"));
    await this.page.getByRole("navigation").waitFor({ timeout: 20_000 });
    await this.page.locator(".week, .card .item").first().waitFor({ timeout: 240_000 });
  }

  async unlock(pin = PIN): Promise<void> {
    await this.sees(this.w("pin-title"));
    await this.digits(pin);
    await this.tap(this.w("button-unlock"));
  }

  /** Brings a camera file in as the camera would. */
  async capture(kind: "photo" | "video" | "document", file: string): Promise<void> {
    const before = await this.page.locator(".tiles .photo").count();
    await this.page.locator(`input[data-kind=${kind}]`).setInputFiles(file);
    await this.page.locator(".tiles .photo:not(:disabled)").nth(before).waitFor({ timeout: 30_000 });
  }

  /** Signs on the screen. */
  async sign(look?: () => Promise<void>): Promise<void> {
    const field = this.page.locator("dialog canvas");
    await field.waitFor();
    await this.page.waitForTimeout(300);
    const box = await field.boundingBox();
    if (!box) throw new Error("no field to sign in");
    const { mouse } = this.page;
    await mouse.move(box.x + 40, box.y + 120);
    await mouse.down();
    for (let step = 0; step < 24; step += 1) await mouse.move(box.x + 40 + step * 9, box.y + 100 + Math.sin(step) * 45);
    await mouse.up();
    await look?.();
    await this.tap(this.w("signature-keep"));
    await field.waitFor({ state: "detached" });
  }

  /** The position or a reason, the video or a reason: whatever is left to say besides what a test is about. */
  async noVideo(): Promise<void> {
    await this.tap(this.w("activity-video-reason"));
    await this.pick(this.w("no-video-nothing-to-film"));
  }

  /** Review and seal; ends on the page that says so. */
  async seal(look?: (name: string) => Promise<void>, confirm = this.w("review-confirm")): Promise<void> {
    await this.tap(this.w("activity-review"));
    await this.sees(this.w("review-title"));
    await look?.("review");
    await this.tap(confirm);
    await this.sees(this.w("sealed-title"));
  }

  /** A completion that photos alone prove, sealed and with the centre. */
  async completes(activity: string, photos: readonly string[]): Promise<void> {
    await this.phone.go(`activities/${activity}`);
    await this.tap(this.w("activity-start"));
    await this.page.locator("input[data-kind=photo]").waitFor({ state: "attached" });
    await this.askConsent();
    for (const photo of photos) await this.capture("photo", photo);
    await this.noVideo();
    await this.seal();
    await this.phone.go("sent");
    await this.sees(this.w("ledger-word-delivered"), 60_000);
  }

  /** Takes the first of the photos that came back once more, of a record with so many, and seals the answer. */
  async retakes(photo: string, photos: number, look?: () => Promise<void>): Promise<void> {
    await this.page.locator("article input[type=file]").first().setInputFiles(photo);
    await expect.poll(() => this.page.url(), { timeout: 30_000 }).toMatch(/drafts/);
    await expect.poll(() => this.page.locator(".tiles .photo:not(:disabled)").count()).toBe(photos);
    await look?.();
    await this.seal();
  }

  /** Asks whoever has not been asked yet; each has a paper. */
  async askConsent(look?: () => Promise<void>): Promise<void> {
    const ask = this.page.getByRole("button", { name: this.w("consent-ask"), exact: true });
    for (let asked = 0; asked < 9; asked += 1) {
      await this.phone.settled();
      if ((await ask.count()) === 0) return;
      await ask.first().click();
      await this.page.locator("dialog label").filter({ hasText: this.w("consent-give-hint") }).click();
      const save = this.page.locator("dialog").getByRole("button", { name: this.w("button-save") });
      expect(await save.isDisabled(), "a consent that nobody could prove").toBe(true);
      await this.page.locator("dialog textarea").fill(`№ ${asked + 1}`);
      if (asked === 0) await look?.();
      await save.click();
      await this.page.locator("dialog").waitFor({ state: "detached" });
    }
  }

  /** Chooses a reason in an open picker; `typed`: another one, in words of one's own. */
  async pick(text: string, typed?: string): Promise<void> {
    await this.page.locator("dialog label").filter({ hasText: text }).click();
    if (typed !== undefined) await this.page.locator("dialog textarea").fill(typed);
    await this.tap(this.w("button-choose"));
    await this.page.locator("dialog").waitFor({ state: "detached" });
  }
}
