// A phone's browser: 360 × 740 with touch, a fresh profile, Debian's Chromium; pictures of every screen and axe over each.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Page } from "playwright-core";
import { expect } from "vitest";

const PICTURES = new URL("../../pictures", import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

export interface Place {
  latitude: number;
  longitude: number;
  accuracy: number;
}

/** Texts that must never reach a screen: a message without words, a value that was not there. */
const BROKEN = /⟦|undefined|NaN|\[object/;

export class Phone {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private profile: string,
    private faults: string[],
  ) {}

  /** `camera`: a film (y4m) that the camera shows; `noCamera`: the page may not use it. */
  static async open(url: string, place: Place | null, { camera, noCamera = false }: { camera?: string; noCamera?: boolean } = {}): Promise<Phone> {
    const profile = mkdtempSync(join(tmpdir(), "kandas-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env["KANDAS_BROWSER"] ?? "/usr/bin/chromium",
      headless: true,
      args: [...FLAGS, ...(camera ? ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", `--use-file-for-fake-video-capture=${camera}`] : [])],
      viewport: { width: 360, height: 740 },
      deviceScaleFactor: 2,
      isMobile: true,
      hasTouch: true,
      locale: "kk-KZ",
      timezoneId: "Asia/Almaty",
      ...(place ? { geolocation: place, permissions: ["geolocation"] } : {}),
    });
    if (noCamera) await context.clearPermissions();
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(40_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      // A call that the core refuses is answered on the screen; the browser notes its status by itself.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text());
    });
    await page.goto(url);
    return new Phone(context, page, profile, faults);
  }

  async go(path: string): Promise<void> {
    // A sheet that was closed a moment ago leaves its entry of the history first.
    const sheet = async () => (await this.page.evaluate(() => history.state as unknown)) === "over";
    for (let wait = 0; wait < 20 && (await sheet()) && (await this.page.locator("dialog[open]").count()) === 0; wait += 1) await this.page.waitForTimeout(50);
    await this.page.evaluate((to) => {
      location.hash = `#/${to}`;
    }, path);
    await this.settled();
  }

  /** Until nothing is asked and nothing moves. */
  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle", { timeout: 1_500 }).catch(() => {
      // The stream of events never ends: then a moment has to do.
    });
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    await this.page.waitForTimeout(120);
  }

  /** Takes a picture of the screen, and looks for what no screen may have. */
  async look(name: string, { axe = true, tall = false } = {}): Promise<void> {
    await this.settled();
    mkdirSync(PICTURES, { recursive: true });
    const before = this.page.viewportSize();
    if (tall && before) await this.page.setViewportSize({ ...before, height: Math.min(4_000, await this.page.evaluate(() => document.documentElement.scrollHeight)) });
    await this.page.screenshot({ path: join(PICTURES, `${name}.png`) });
    const text = await this.page.evaluate(() => document.body.innerText);
    expect(text, name).not.toMatch(BROKEN);
    const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow, `${name} is wider than the phone`).toBeLessThanOrEqual(0);
    if (axe) expect(await this.axe(), name).toEqual([]);
    if (tall && before) await this.page.setViewportSize(before);
    expect(this.faults, name).toEqual([]);
  }

  /** What axe finds against WCAG 2.2 AA and good practice. */
  private async axe(): Promise<string[]> {
    const before = this.page.viewportSize();
    // Bars that stick cover what lies below them until one scrolls; axe should judge the page, not the moment.
    if (before) await this.page.setViewportSize({ ...before, height: Math.min(16_000, 400 + (await this.page.evaluate(() => document.documentElement.scrollHeight))) });
    await this.page.evaluate(`${AXE};undefined`);
    const found = await this.page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run: (of: Document, how: object) => Promise<{ violations: { id: string; help: string; nodes: { target: string[] }[] }[] }> } }).axe;
      const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
      return violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
    });
    if (before) await this.page.setViewportSize(before);
    return found;
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
