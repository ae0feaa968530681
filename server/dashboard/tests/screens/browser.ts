// A supervisor's browser: Debian's Chromium, a fresh profile, pictures of every screen at two widths and axe over each.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type BrowserContext, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";

export const PICTURES = new URL("../../pictures", import.meta.url).pathname;
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** The map is drawn by a program in place of a graphics card: the same picture on every machine. */
const FLAGS = ["--no-sandbox", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
/** Texts that must never reach a screen: a message without words, a value that was not there. */
const BROKEN = /⟦|undefined|NaN|\[object/;
const WIDTHS = [1440, 768] as const;

export class Desk {
  private constructor(
    readonly context: BrowserContext,
    readonly page: Page,
    private profile: string,
    readonly faults: string[],
  ) {}

  static async open(url: string): Promise<Desk> {
    const profile = mkdtempSync(join(tmpdir(), "kandas-chromium-"));
    const context = await chromium.launchPersistentContext(profile, {
      executablePath: process.env["KANDAS_BROWSER"] ?? "/usr/bin/chromium",
      headless: true,
      args: FLAGS,
      viewport: { width: 1440, height: 900 },
      ignoreHTTPSErrors: true,
      locale: "kk-KZ",
      timezoneId: "Asia/Almaty",
    });
    const page = context.pages()[0] ?? (await context.newPage());
    page.setDefaultTimeout(40_000);
    const faults: string[] = [];
    page.on("pageerror", (error) => faults.push(String(error)));
    page.on("console", (message) => {
      // A refusal is answered on the screen; the browser notes its status by itself.
      if (message.type() === "error" && !message.text().startsWith("Failed to load resource")) faults.push(message.text());
    });
    await page.goto(url);
    return new Desk(context, page, profile, faults);
  }

  async go(path: string): Promise<void> {
    await this.page.evaluate((to) => {
      location.hash = `#/${to}`;
    }, path);
    await this.settled();
  }

  async settled(): Promise<void> {
    await this.page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => {
      // A film may be loading: then a moment has to do.
    });
    await this.page.evaluate(() => document.fonts.ready.then(() => undefined));
    await this.page.waitForTimeout(150);
  }

  /** Reaches something by the key Tab alone, as whoever has no pointer does; after so many presses it is out of reach. */
  async tab(to: Locator, most = 80): Promise<void> {
    await to.waitFor();
    const there = () => to.evaluate((node) => node === document.activeElement);
    for (let presses = 0; presses <= most; presses += 1) {
      if (await there()) {
        expect(await to.evaluate((node) => node.matches(":focus-visible")), "the focus is seen").toBe(true);
        return;
      }
      await this.page.keyboard.press("Tab");
    }
    const stuck = await this.page.evaluate(() => document.activeElement?.outerHTML.slice(0, 160));
    throw new Error(`${to} is not reached by ${most} presses of Tab; the focus is at ${stuck}`);
  }

  /** One of some radio buttons: Tab reaches the group, arrows the button. */
  async radio(group: Locator, wanted: Locator): Promise<void> {
    await this.tab(group.first());
    await this.page.keyboard.press("Space");
    for (let left = await group.count(); left > 0 && !(await wanted.isChecked()); left -= 1) await this.page.keyboard.press("ArrowDown");
    expect(await wanted.isChecked()).toBe(true);
  }

  /** Takes pictures of the screen at both widths, and looks for what no screen may have. */
  async look(name: string): Promise<void> {
    mkdirSync(PICTURES, { recursive: true });
    for (const width of WIDTHS) {
      await this.page.setViewportSize({ width, height: width === 768 ? 1024 : 900 });
      await this.settled();
      await this.page.screenshot({ path: join(PICTURES, `${name}.${width}.png`) });
      const text = await this.page.evaluate(() => document.body.innerText);
      expect(text, name).not.toMatch(BROKEN);
      const overflow = await this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
      expect(overflow, `${name} is wider than ${width}`).toBeLessThanOrEqual(0);
      expect(await this.axe(), `${name} at ${width}`).toEqual([]);
    }
    await this.page.setViewportSize({ width: 1440, height: 900 });
    expect(this.faults, name).toEqual([]);
  }

  /** What axe finds against WCAG 2.2 AA and good practice. The policy of the page lets no script in: it comes by the
   * debugger, past the policy, and leaves the page as it is. */
  private async axe(): Promise<string[]> {
    await this.page.evaluate(`${AXE};undefined`);
    return this.page.evaluate(async () => {
      const axe = (globalThis as unknown as { axe: { run: (of: Document, how: object) => Promise<{ violations: { id: string; help: string; nodes: { target: string[] }[] }[] }> } }).axe;
      const { violations } = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
      return violations.map((each) => `${each.id}: ${each.help}: ${each.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(" | ")}`);
    });
  }

  async close(): Promise<void> {
    await this.context.close();
    rmSync(this.profile, { recursive: true, force: true });
  }
}
