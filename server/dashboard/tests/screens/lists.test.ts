// A family and a person with everything that happened, as it happens; long lists, drawn where they are looked at; and the
// lists behind the numbers of the overview.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("lists and pages of a case, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  /** Users beside those of the district: more than two pages of a list. */
  const MANY = 240;

  beforeAll(async () => {
    centre = await Centre.set(lang, (district) => {
      const like = district.users.find((user) => user.role === "cc_set");
      if (!like) throw new Error("the district has no worker");
      for (let n = 0; n < MANY; n += 1) district.users.push({ ...like, id: randomUUID(), login: `many.${n}`, name: `ЯЯ ${String(n).padStart(3, "0")}` });
    });
    await centre.work(2);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });
  const title = (name: string | RegExp) => desk.page.getByRole("heading", { level: 1, name }).waitFor();

  test("a family shows everything that happened about it, and what comes while one looks", async () => {
    const { page } = desk;
    await desk.go("records");
    await title(say("desk-records"));
    const list = page.getByRole("region", { name: say("desk-records") });
    await list.locator("tbody tr").first().locator("td a").first().click();
    await page.getByRole("heading", { level: 2, name: say("timeline-all") }).waitFor();
    const timeline = page.getByRole("region", { name: say("timeline-all") });
    await timeline.getByText(say("audit-act-family-set")).first().waitFor();
    const pictures = timeline.locator("img");
    await expect.poll(() => pictures.count()).toBeGreaterThan(0);
    await pictures.first().scrollIntoViewIfNeeded();
    await expect.poll(() => pictures.first().evaluate((node) => (node as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    await page.locator(".page").evaluate((node) => node.scrollTo(0, 0));
    await desk.look(`family.${lang}`);
    await timeline.scrollIntoViewIfNeeded();
    await desk.look(`family-timeline.${lang}`);
    // The next record of this family stands there without a reload.
    const came = timeline.locator("tbody th a");
    const before = await came.count();
    const family = /family\/([0-9a-f-]+)/.exec(page.url())?.[1] ?? "";
    await centre.seal(1, (activity) => activity.family === family);
    await centre.phone("sync", "--until-done");
    await expect.poll(() => came.count(), { timeout: 60_000 }).toBeGreaterThan(before);
    // What is done leads to its record by key.
    const done = page.locator(".plan td a").first();
    await done.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/record\//);
    await page.goBack();
  });

  test("a person has his services and his own history", async () => {
    const { page } = desk;
    const cell = page.locator(".plan td a").first();
    await cell.waitFor();
    const link = page.locator(".plan thead th a").first();
    await link.focus();
    await page.keyboard.press("Enter");
    await page.waitForURL(/#\/person\//);
    await page.getByRole("heading", { level: 2, name: say("desk-person"), exact: true }).waitFor();
    expect(await page.locator(".plan tbody tr:not(.group)").count()).toBe(25);
    await page.getByRole("region", { name: say("timeline-all") }).waitFor();
    await desk.look(`person.${lang}`);
    await page.reload();
    await page.getByRole("heading", { level: 2, name: say("desk-person"), exact: true }).waitFor();
  });

  test("a long list draws what is looked at, and its next pages come", async () => {
    const { page } = desk;
    await desk.go("people");
    const users = page.getByRole("region", { name: say("desk-users"), exact: true });
    await users.locator("tbody tr").first().waitFor();
    await desk.look(`people-long.${lang}`);
    const table = users.locator("table");
    expect(await table.getAttribute("aria-rowcount")).toBe("-1");
    const scroll = page.locator(".page");
    const more = page.getByRole("button", { name: say("desk-held-more") });
    for (let tries = 0; tries < 40 && (await more.count()) > 0; tries += 1) {
      // It may have come, and the button gone, since it was counted.
      await more.first().scrollIntoViewIfNeeded({ timeout: 2000 }).catch(() => undefined);
      await page.waitForTimeout(300);
    }
    await expect.poll(() => table.getAttribute("aria-rowcount")).not.toBe("-1");
    const all = Number(await table.getAttribute("aria-rowcount")) - 1;
    expect(all).toBeGreaterThan(MANY);
    const drawn = await users.locator("tbody tr:not(.room)").count();
    expect(drawn, "rows out of sight are not there").toBeLessThan(all);
    await scroll.evaluate((node) => node.scrollTo(0, 0));
    const first = users.locator("tbody tr").first();
    await expect.poll(() => first.getAttribute("aria-rowindex")).toBe("2");
    // What has the focus stays, however far one scrolls.
    await first.getByRole("link").first().focus();
    await scroll.evaluate((node) => node.scrollTo(0, node.scrollHeight));
    await page.waitForTimeout(400);
    expect(await page.evaluate(() => document.activeElement?.closest("tr")?.getAttribute("aria-rowindex"))).toBe("2");
    // On paper there is all of it.
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    expect(await users.locator("tbody tr:not(.room)").count()).toBe(all);
    await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
    // Who is looked for is found, and the address says it.
    await page.getByLabel(say("desk-find-people")).fill("many.17");
    await expect.poll(() => users.locator("tbody tr").count()).toBe(11);
    expect(page.url()).toContain("q=many.17");
  });

  test("numbers of people and machines have their lists; services stand in a table too", async () => {
    const { page } = desk;
    await desk.go("overview");
    await page.getByRole("link", { name: say("desk-quilt-table") }).click();
    const table = page.getByRole("region", { name: say("desk-quilt"), exact: true });
    await table.waitFor();
    expect(await table.locator("tbody tr").count()).toBe(25);
    await desk.look(`overview-table.${lang}`);
    const all = page.locator('a[href="#/workers"]');
    await all.focus();
    await page.keyboard.press("Enter");
    await title(say("fleet"));
    await page.getByRole("region", { name: say("desk-people-short"), exact: true }).locator("tbody tr").first().waitFor();
    await desk.look(`workers.${lang}`);
    await page.getByLabel(say("fleet-show")).selectOption("overdue");
    await expect.poll(() => page.url()).toContain("show=overdue");
    await page.getByRole("link", { name: say("fleet-phones"), exact: true }).click();
    await page.getByRole("region", { name: say("fleet-phones"), exact: true }).locator("tbody tr").first().waitFor();
    await desk.look(`workers-phones.${lang}`);
    await page.getByRole("link", { name: say("fleet-works"), exact: true }).click();
    await page.getByText(say("fleet-well")).waitFor();
    await desk.look(`workers-works.${lang}`);
  });
});
