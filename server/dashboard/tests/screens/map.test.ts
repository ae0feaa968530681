// The map: places of what was recorded, by pointer and by keyboard, with WebGL and without; and nobody pays for it elsewhere.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("the map, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  const asked: string[] = [];

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(6);
    desk = await centre.desk(lang, (request) => asked.push(request.url()));
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const list = () => desk.page.getByRole("region", { name: say("desk-map-here") });

  test("is drawn where a record is checked", async () => {
    const { page } = desk;
    await page.locator(".pane canvas.maplibregl-canvas").waitFor();
    await expect.poll(() => page.locator('.pane .mark[data-kind="record"]').count(), { timeout: 30_000 }).toBe(1);
    await desk.look(`checking-map.${lang}`);
  });

  test("costs nothing where there is none", async () => {
    const { page } = desk;
    await desk.go("overview");
    await page.reload();
    asked.length = 0;
    await desk.go("families");
    await page.getByRole("table").waitFor();
    expect(asked.filter((url) => /Map|atlas|worker/.test(url.split("/").at(-1) ?? ""))).toEqual([]);
  });

  test("shows where records were made, and leads to them", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-map"), exact: true }).click();
    await page.locator("canvas.maplibregl-canvas").waitFor();
    // The worker's records are read by the server in the background.
    await expect.poll(() => list().getByRole("link").count(), { timeout: 30_000 }).toBe(6);
    await expect.poll(() => page.locator(".mark").count(), { timeout: 30_000 }).toBeGreaterThan(0);
    expect(asked.filter((url) => !url.startsWith(centre.url) && !url.startsWith("blob:"))).toEqual([]);
    await desk.look(`map.${lang}`);
    // By keyboard: the list holds the same as the map.
    await list().getByRole("link").first().press("Enter");
    await page.locator(".pane canvas.maplibregl-canvas").waitFor();
    await desk.look(`record-map.${lang}`);
    await page.goBack();
    await expect.poll(() => list().getByRole("link").count(), { timeout: 30_000 }).toBe(6);
  });

  test("its filters and its piece stand in the address", async () => {
    const { page } = desk;
    await page.getByLabel(say("desk-map-state")).selectOption("accepted");
    await page.getByText(say("desk-map-nothing")).waitFor();
    expect(page.url()).toContain("state=accepted");
    expect(page.url()).toMatch(/view=[\d.]+%2C[\d.]+%2C[\d.]+/);
    await page.reload();
    await page.getByText(say("desk-map-nothing")).waitFor();
    await page.getByLabel(say("desk-map-state")).selectOption("");
    await expect.poll(() => list().getByRole("link").count(), { timeout: 30_000 }).toBe(6);
    await page.getByLabel(say("desk-map-layer")).selectOption("families");
    await expect.poll(() => page.locator('.mark[data-kind="record"]').count(), { timeout: 30_000 }).toBe(0);
    await page.getByRole("button", { name: say("desk-zoom-fit") }).click();
    await expect.poll(() => list().getByRole("listitem").count(), { timeout: 30_000 }).toBeGreaterThan(0);
    await desk.look(`map-families.${lang}`);
    // Away from everything.
    await page.locator("canvas.maplibregl-canvas").focus();
    // The map glides: a key that comes while it moves is the beginning of another way.
    const away = async () => {
      await page.keyboard.press("ArrowDown");
      await page.waitForTimeout(400);
      return page.getByText(say("desk-map-nothing")).count();
    };
    await expect.poll(away, { timeout: 60_000 }).toBe(1);
  });

  test("in the dark", async () => {
    const { page } = desk;
    await page.emulateMedia({ colorScheme: "dark" });
    await page.evaluate(() => {
      location.hash = "#/map";
    });
    await page.reload();
    await expect.poll(() => list().getByRole("link").count(), { timeout: 30_000 }).toBe(6);
    await desk.look(`map-dark.${lang}`);
    await page.emulateMedia({ colorScheme: "light" });
  });

  test("without WebGL there is the list, and a drawing", async () => {
    const { page } = desk;
    await page.addInitScript(() => {
      const before = HTMLCanvasElement.prototype.getContext;
      HTMLCanvasElement.prototype.getContext = function (this: HTMLCanvasElement, kind: string, ...rest: unknown[]) {
        return kind.startsWith("webgl") ? null : (before as (kind: string, ...rest: unknown[]) => unknown).call(this, kind, ...rest);
      } as typeof before;
    });
    await page.reload();
    await page.getByText(say("desk-map-no-webgl")).waitFor();
    await expect.poll(() => list().getByRole("link").count(), { timeout: 30_000 }).toBe(6);
    await desk.look(`map-without.${lang}`);
    await list().getByRole("link").first().click();
    await page.locator(".pane svg.map").waitFor();
    expect(await page.locator("canvas.maplibregl-canvas").count()).toBe(0);
  });
});
