// One box finds families, people, records and services from every page; the queue is narrowed, and what one supervisor has
// said of a record takes it out of the other's list.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("search and the narrowed queue, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let head: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(3);
    desk = await centre.desk(lang);
    const { users, org_units } = centre.stage.district as unknown as { users: { login: string; role: string; org_unit: string }[]; org_units: { id: string; parent: string | null }[] };
    const above = org_units.find((unit) => unit.id === centre.worker.org_unit)?.parent;
    const { login } = users.find((user) => user.role === "ctm_set_head" && user.org_unit === above) ?? { login: "" };
    head = await centre.enter(lang, login, await centre.newPassword(login), "desk-checking");
  });
  afterAll(async () => {
    await head?.close();
    await desk?.close();
    await centre?.clear();
  });

  /** A person of the worker's first family. */
  function somebody(): { given_name: string; iin: string; surname: string; family: string } {
    const { assignments, persons } = centre.stage.district as unknown as {
      assignments: { family: string; worker: string; to: string | null }[];
      persons: { family: string; given_name: string; surname: string | null; iin: string | null }[];
    };
    const mine = new Set(assignments.filter((each) => each.worker === centre.worker.id && !each.to).map((each) => each.family));
    const found = persons.find((person) => mine.has(person.family) && person.iin && person.surname);
    if (!found?.iin || !found.surname) throw new Error("nobody has a number");
    return { ...found, iin: found.iin, surname: found.surname };
  }

  test("a key opens the box, and what is typed is found by name and by either end of the number", async () => {
    const { page } = desk;
    await page.locator(".queue .q").first().waitFor();
    const box = page.getByRole("dialog", { name: say("desk-search"), exact: true });
    const { given_name, iin, surname } = somebody();
    for (const asked of [iin.slice(0, 8), iin.slice(-5), `${given_name} ${iin.slice(0, 6)}`]) {
      await page.keyboard.press("Slash");
      await box.waitFor();
      await page.keyboard.type(asked);
      await box.getByRole("link", { name: new RegExp(`${surname}.*${given_name}`) }).first().waitFor();
      expect(await box.innerText(), "the number is masked").not.toContain(iin);
      await page.keyboard.press("Escape");
      // Closed it has no role any more; gone it is a moment later.
      await page.locator("dialog.search").waitFor({ state: "detached" });
    }
    await page.keyboard.press("Slash");
    await page.keyboard.type(`${given_name} ${surname}`);
    await box.getByRole("heading", { name: say("search-persons") }).waitFor();
    await desk.look(`search.${lang}`);
    // The first of what was found is the family.
    await page.getByLabel(say("search-what")).focus();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => location.hash.startsWith("#/family/"));
  });

  test("a service leads to its records, a record is found by its id, nothing is said to be nothing", async () => {
    const { page } = desk;
    const box = page.getByRole("dialog", { name: say("desk-search"), exact: true });
    const open = async () => {
      await page.getByRole("button", { name: say("desk-search"), exact: true }).click();
      await box.waitFor();
    };
    await open();
    await page.keyboard.type("13");
    await box.getByRole("link").first().click();
    await page.waitForFunction(() => location.hash === "#/records?service=S13");
    await open();
    await page.keyboard.type("жоқ-адам");
    await box.getByText(say("desk-find-none")).waitFor();
    await page.keyboard.press("Escape");
    await desk.go("records");
    const link = page.locator("tbody th a").first();
    await link.waitFor();
    const record = ((await link.getAttribute("href")) ?? "").split("/").at(-1) ?? "";
    await open();
    await page.keyboard.type(record.slice(0, 13));
    await box.getByRole("heading", { name: say("desk-records") }).waitFor();
    await box.locator(`a[href="#/record/${record}"]`).click();
    await page.waitForFunction((id) => location.hash === `#/record/${id}`, record);
  });

  test("the list of families says who it is that was found", async () => {
    const { page } = desk;
    const { iin, given_name } = somebody();
    await desk.go("families");
    await page.getByLabel(say("desk-find")).fill(iin.slice(0, 8));
    await page.locator("tbody th", { hasText: given_name }).first().waitFor();
  });

  test("the queue is narrowed to a worker and to days, which stands in the address", async () => {
    const { page } = head;
    await page.locator(".queue .q").first().waitFor();
    const sheet = page.getByRole("dialog", { name: say("desk-filters"), exact: true });
    await page.getByRole("button", { name: say("desk-filters"), exact: true }).click();
    await sheet.getByRole("combobox", { name: say("desk-worker") }).selectOption(centre.worker.id);
    await head.look(`queue-filter.${lang}`);
    await sheet.getByRole("button", { name: say("desk-filter-show") }).click();
    await page.waitForFunction((id) => location.hash === `#/checking?worker=${id}`, centre.worker.id);
    await expect.poll(() => page.locator(".queue .q").count(), { timeout: 20_000 }).toBe(3);
    await head.go(`checking?worker=${centre.worker.id}&to=2000-01-01`);
    await page.getByText(say("desk-queue-empty")).waitFor();
    await head.go("checking");
    await expect.poll(() => page.locator(".queue .q").count(), { timeout: 20_000 }).toBe(3);
  });

  test("what one has said of a record takes it out of the other's list at once", async () => {
    // The head has the first two before him; the director gets what is left.
    await desk.go("checking");
    const left = (of: Desk) => of.page.locator(".queue .q").count();
    await expect.poll(() => left(desk), { timeout: 20_000 }).toBeGreaterThan(0);
    await desk.page.locator(".stage img").waitFor();
    await desk.page.keyboard.press("Enter");
    // It goes out with the next place.
    await desk.go("overview");
    await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 15_000 }).toBe(1);
    // Long before a minute has passed, after which the page would ask by itself.
    await expect.poll(() => left(head), { timeout: 20_000 }).toBe(2);
  });
});
