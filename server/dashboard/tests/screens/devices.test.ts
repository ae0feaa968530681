// What is known of workers and their phones: from the overview to the worker, to his phone, to the number that never came; and
// what an administrator decides about the phone until it has emptied itself. By pointer and by keyboard.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Desk } from "./browser";
import { Centre, words } from "./centre";

describe.each(["kk", "ru"] as const)("workers and phones, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let worker: string;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    worker = centre.stage.district.users.find((user) => user.id === centre.worker.id)?.name ?? "";
    await centre.seal(4);
    await centre.hold(2, 4);
    desk = await centre.desk(lang);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  async function enter(login: string, password: string): Promise<void> {
    const { page } = desk;
    await page.getByLabel(say("desk-login")).fill(login);
    await page.getByLabel(say("desk-password")).fill(password);
    await page.keyboard.press("Enter");
  }
  const title = (name: string) => desk.page.getByRole("heading", { level: 1, name, exact: true }).waitFor();
  const rows = () => desk.page.locator("tbody tr").count();
  /** By keyboard alone: the focus is put there as Tab would, the rest is keys. */
  async function press(link: ReturnType<Desk["page"]["getByRole"]>): Promise<void> {
    await link.focus();
    await desk.page.keyboard.press("Enter");
  }

  test("every number of the overview opens its list, with the filter in the address", async () => {
    const { page } = desk;
    await desk.go("overview");
    await page.getByText(say("desk-kpi-done")).waitFor();
    await page.getByRole("heading", { name: say("desk-health") }).waitFor();
    await desk.look(`overview-numbers.${lang}`);
    const overdue = Number((await page.locator('.kpi[data-tone="over"] b').textContent())?.replace(/\D/g, ""));
    expect(overdue).toBeGreaterThan(0);
    await press(page.locator('.kpi[data-tone="over"]'));
    await title(say("desk-families"));
    expect(page.url()).toContain("only=overdue");
    await page.getByText(say("desk-families-about", { count: overdue })).waitFor();
    await desk.look(`families-overdue.${lang}`);
    const some = await rows();
    // The filter is taken away by key, and comes back with the address.
    await press(page.getByRole("link", { name: new RegExp(`^${say("desk-only-overdue")}.*${say("desk-filter-remove")}`) }));
    await expect.poll(rows).toBeGreaterThanOrEqual(some);
    expect(page.url()).not.toContain("only");
    await page.goBack();
    await page.reload();
    await expect.poll(rows).toBe(some);
    await desk.go("overview");
    await page.getByText(say("desk-kpi-done")).waitFor();
    await page.locator(".service a.over").first().click();
    await title(say("desk-families"));
    expect(page.url()).toMatch(/only=overdue&service=S\d\d|service=S\d\d.*only=overdue|only=overdue.*service=S\d\d/);
    // A week of the trend by its column, and by the number in its table.
    await desk.go("overview");
    const trend = page.getByRole("group", { name: say("desk-trend") });
    await trend.waitFor();
    expect(await trend.getByRole("link").count()).toBe(12);
    const [done] = ((await page.locator("details tbody tr").last().locator("td").last().textContent()) ?? "").match(/\d+/) ?? [];
    expect(Number(done), "what was done today is in the present week").toBeGreaterThan(0);
    await press(trend.getByRole("link").last());
    await title(say("desk-records"));
    expect(page.url()).toMatch(/state=done.*from=\d{4}-\d\d-\d\d.*to=\d{4}-\d\d-\d\d/);
    await expect.poll(rows).toBe(Number(done));
    await desk.go("overview");
    await press(page.locator("summary").filter({ hasText: say("desk-trend-table") }));
    await desk.look(`overview-trend.${lang}`);
    await press(page.locator("details tbody tr").last().locator("td").first().getByRole("link"));
    await title(say("desk-families"));
    await page.getByText(/\d/).first().waitFor();
    expect(page.url()).toMatch(/families\?from=.*to=/);
    await desk.go("families?only=unvisited");
    await page.getByText(say("desk-only-unvisited")).waitFor();
    await desk.go("records?state=unanswered");
    await page.getByText(say("desk-find-none")).waitFor();
    await desk.look(`records-none.${lang}`);
  });

  test("a worker is seen with his work and what of it is not here", async () => {
    const { page } = desk;
    await desk.go("overview");
    const row = page.getByRole("row").filter({ hasText: worker });
    await row.waitFor();
    await press(row.getByRole("link", { name: worker, exact: true }));
    await title(worker);
    await page.getByRole("heading", { name: say("desk-worker-records") }).waitFor();
    await desk.look(`worker.${lang}`);
    await press(page.getByRole("link", { name: new RegExp(`^2\\s*${say("record-state-unchecked")}$`) }));
    await title(say("desk-records"));
    await expect.poll(rows).toBe(2);
    expect(page.url()).toContain("state=unchecked");
    expect(page.url()).toContain(`worker=${centre.worker.id}`);
    await desk.look(`records.${lang}`);
    await page.getByRole("combobox", { name: say("desk-state") }).selectOption("accepted");
    await page.getByText(say("desk-find-none")).waitFor();
    await page.getByRole("combobox", { name: say("desk-state") }).selectOption("");
    await expect.poll(rows).toBe(2);
    await press(page.locator("tbody th a").first());
    await page.locator(".evidence").waitFor();
    // From a record to who made it, and to the phone that sealed it.
    await press(page.getByRole("link", { name: worker, exact: true }));
    await title(worker);
  });

  test("the ledger of a phone names what did not come", async () => {
    const { page } = desk;
    await page.getByRole("heading", { name: say("desk-phones") }).waitFor();
    await press(page.locator("tbody a[href^='#/phone/']").first());
    await title(say("desk-phone"));
    await page.getByRole("heading", { name: say("desk-ledger") }).waitFor();
    const ledger = page.getByRole("region", { name: say("desk-ledger") });
    const cells = await ledger.locator("tbody tr").first().locator("td").allTextContents();
    expect(cells.slice(0, 4).map((text) => /\d+/.exec(text)?.[0])).toEqual(["4", "2", "1", "1"]);
    await ledger.getByText(say("desk-gap-unsent", { numbers: say("desk-gap-one", { from: 4 }) })).waitFor();
    await page.getByText(say("phone-meaning-active")).waitFor();
    await page.getByText(say("desk-phone-clock-good")).waitFor();
    await page.getByText(say("desk-phone-admin")).waitFor();
    expect(await page.getByRole("button", { name: say("phone-act-revoke") }).count(), "that is for an administrator").toBe(0);
    await desk.look(`phone.${lang}`);
    await press(ledger.getByRole("link", { name: new RegExp(`^1\\s*${say("desk-missing")}$`) }));
    await page.getByRole("heading", { level: 2, name: say("desk-held-gap-title-one", { from: 2 }) }).waitFor();
    expect(page.url()).toMatch(/which=gaps.*phone=/);
    await desk.look(`held-gap.${lang}`);
    await page.getByRole("link", { name: new RegExp(say("desk-filter-remove")) }).click();
    await expect.poll(() => page.url()).not.toContain("phone=");
    await page.goBack();
    await page.goBack();
    await title(say("desk-phone"));
    await page.getByRole("button", { name: say("desk-export-phone") }).waitFor();
  });

  test("an administrator gives an order, takes it back, and gives the phone up for lost", async () => {
    const { page } = desk;
    const admin = await centre.administrator();
    await desk.go("account");
    await page.getByRole("button", { name: say("desk-leave") }).click();
    await enter(admin.login, admin.password);
    await page.getByRole("heading", { name: admin.name }).waitFor();
    await desk.go("people");
    await title(say("desk-people"));
    await desk.look(`people-admin.${lang}`);
    await press(page.locator("tbody a[href^='#/phone/']").first());
    await page.getByRole("heading", { name: say("desk-ledger") }).waitFor();
    expect(await page.locator("main a[href^='#/records'], main a[href^='#/families'], main a[href^='#/held']").count(), "he sees no case").toBe(0);

    const dialog = page.getByRole("dialog");
    await press(page.getByRole("button", { name: say("phone-act-retire") }));
    await dialog.getByText(say("phone-act-then-retire")).waitFor();
    await desk.look(`phone-retire.${lang}`);
    const confirm = dialog.getByRole("button", { name: say("phone-act-confirm-retire") });
    expect(await confirm.isDisabled(), "a reason is needed").toBe(true);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "hidden" });
    expect(await page.getByText(say("desk-orders-none")).count(), "nothing was decided").toBe(1);
    await press(page.getByRole("button", { name: say("phone-act-retire") }));
    await dialog.getByRole("radio", { name: say("phone-reason-replaced") }).focus();
    await page.keyboard.press("Space");
    await page.keyboard.press("Enter");
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(say("desk-order-waits")).waitFor();
    await page.getByText(say("phone-meaning-retiring")).waitFor();
    await page.getByText(new RegExp(`${admin.name}.*${say("phone-reason-replaced")}`)).waitFor();
    await press(page.getByRole("button", { name: say("phone-act-withdraw") }));
    await dialog.getByRole("radio", { name: say("phone-reason-mistake") }).check();
    await press(dialog.getByRole("button", { name: say("phone-act-confirm-withdraw") }));
    await dialog.waitFor({ state: "hidden" });
    await page.getByText(say("phone-meaning-active")).waitFor();
    expect(await page.getByRole("button", { name: say("phone-act-withdraw") }).count()).toBe(0);

    await press(page.getByRole("button", { name: say("phone-act-lost"), exact: true }));
    // What is at stake is said before it is decided.
    await dialog.getByText(say("desk-phone-mind-unsent", { count: 2 })).waitFor();
    await desk.look(`phone-lost.${lang}`);
    await dialog.getByRole("radio", { name: say("phone-reason-stolen") }).check();
    await dialog.getByRole("button", { name: say("phone-act-confirm-lost") }).click();
    await page.getByText(say("phone-meaning-lost")).waitFor();
    await desk.look(`phone-is-lost.${lang}`);
    // The phone hears of it when it next speaks to the centre; what it had not sent comes all the same.
    await centre.phone("sync");
    await page.reload();
    await page.getByText(say("phone-meaning-wiped")).waitFor();
    expect(await page.getByRole("group", { name: say("desk-phone-decide") }).count(), "it is nobody's any more").toBe(0);
    await page.getByText(say("bundle-state-opened"), { exact: true }).waitFor();
    await desk.look(`phone-wiped.${lang}`);
  });
});
