// The card of a family on the screens: a worker registers one with a one-word name and a telephone of another country, what is
// wrong is said, a temporary registration warns before its end, a consent is printed and entered; the director proposes the
// family to another centre, which accepts it.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import type { Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

type Whole = District & { org_units: { id: string; kind: string; name_kk: string; name_ru: string }[] };
const DAY = 86_400_000;
const day = (from: number, days: number) => new Date(from + days * DAY).toISOString().slice(0, 10);
const dotted = (iso: string) => iso.split("-").reverse().join(".");

describe.each(["kk", "ru"] as const)("families, %s", (lang: Lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let worker: Desk;
  let other: Desk;
  let otherCentre = "";
  let family = "";

  beforeAll(async () => {
    centre = await Centre.set(lang);
    desk = await centre.desk(lang);
    worker = await centre.enter(lang, centre.worker.login, await centre.newPassword(centre.worker.login), "desk-overview");
    const whole = centre.stage.district as Whole;
    const director = whole.users.find((each) => each.role === "cc_dir" && each.org_unit !== centre.worker.org_unit);
    const unit = whole.org_units.find((each) => each.id === director?.org_unit);
    otherCentre = (lang === "kk" ? unit?.name_kk : unit?.name_ru) ?? "";
    other = await centre.enter(lang, director?.login ?? "", await centre.newPassword(director?.login ?? ""), "desk-checking");
  });
  afterAll(async () => {
    await desk?.close();
    await worker?.close();
    await other?.close();
    await centre?.clear();
  });

  test("a family is registered, and what is wrong is said", async () => {
    const { page } = worker;
    await page.getByRole("link", { name: say("desk-families"), exact: true }).click();
    await page.getByRole("link", { name: say("desk-new-family") }).click();
    await page.getByRole("heading", { level: 2, name: say("case-place") }).waitFor();
    await worker.look(`case-new.${lang}`);
    await page.getByLabel(say("case-kato"), { exact: true }).fill("559177100");
    await page.getByLabel(say("case-settlement"), { exact: true }).fill("Жаңа ауыл");
    await page.getByLabel(say("case-quota"), { exact: true }).fill(day(Date.now(), -20));
    const first = page.getByRole("group", { name: say("case-member", { number: 1 }) });
    await first.getByLabel(say("case-given"), { exact: true }).fill("ТЕСТБЕК");
    await first.getByLabel(say("case-latin")).fill("ТЕСТ");
    await first.getByLabel(say("case-phone")).fill("+86 (10) 1234-5678");
    await first.getByLabel(say("case-birth")).fill("1985-01-01");
    await page.getByRole("button", { name: say("case-add") }).click();
    const second = page.getByRole("group", { name: say("case-member", { number: 2 }) });
    await second.getByLabel(say("case-given"), { exact: true }).fill("ҮЛГІ");
    await second.getByLabel(say("case-birth")).fill("2015-01-01");
    await page.getByRole("button", { name: say("case-save") }).click();
    await page.getByText(say("case-fault-of-member", { number: "1", fault: say("case-fault-latin") })).waitFor();
    await worker.look(`case-faults.${lang}`);
    await first.getByLabel(say("case-latin")).fill("TESTBEK");
    await page.getByRole("button", { name: say("case-save") }).click();
    await page.getByRole("heading", { level: 2, name: say("registration-title") }).waitFor();
    family = page.url().split("/case/")[1] ?? "";
    expect(family).not.toBe("");
    await page.getByText("TESTBEK").waitFor();
    await worker.look(`case.${lang}`);
  });

  test("the card is changed", async () => {
    const { page } = worker;
    await page.getByRole("button", { name: say("case-edit") }).click();
    await page.getByLabel(say("case-address"), { exact: true }).fill("Бірінші көше, 1");
    await page.getByRole("button", { name: say("case-save") }).click();
    await page.getByText("Бірінші көше, 1").waitFor();
  });

  test("a temporary registration warns before its end", async () => {
    const { page } = worker;
    const from = day(Date.now(), -345);
    const until = `${Number(from.slice(0, 4)) + 1}${from.slice(4)}`;
    await page.getByRole("button", { name: `${say("registration-enter")} ТЕСТБЕК` }).click();
    const dialog = page.getByRole("dialog", { name: say("registration-of", { name: "ТЕСТБЕК" }) });
    await dialog.getByLabel(say("registration-from")).fill(from);
    await dialog.getByLabel(say("registration-until")).fill(day(Date.now(), 400));
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await dialog.getByText(say("problem-out-of-range")).waitFor();
    await worker.look(`case-registration.${lang}`);
    await dialog.getByLabel(say("registration-until")).fill(until);
    await dialog.getByRole("button", { name: say("button-save") }).click();
    const warning = say("registration-warning-ending", { name: "ТЕСТБЕК", date: dotted(until) });
    await page.getByText(warning).waitFor();
    await worker.go(`family/${family}`);
    await page.getByText(warning).waitFor();
    await worker.look(`family-registration.${lang}`);
    await worker.go("deadlines?kind=registration");
    await page.getByRole("link", { name: new RegExp(`^${say("deadline-registration")}`) }).first().waitFor();
  });

  test("a consent is printed and entered", async () => {
    const { page } = worker;
    await worker.go(`case/${family}`);
    await page.getByRole("heading", { level: 2, name: say("agree-title") }).waitFor();
    const print = page.getByRole("link", { name: `${say("agree-print")} ТЕСТБЕК` });
    const [download] = await Promise.all([page.waitForEvent("download"), print.click()]);
    expect(download.suggestedFilename()).toContain(".pdf");
    await page.getByRole("button", { name: `${say("agree-enter")} ${say("agree-of", { name: "ТЕСТБЕК" })}` }).click();
    const dialog = page.getByRole("dialog", { name: say("agree-of", { name: "ТЕСТБЕК" }) });
    await dialog.getByLabel(say("agree-basis")).fill("№ 7");
    await worker.look(`case-consent.${lang}`);
    await dialog.getByRole("button", { name: say("button-save") }).click();
    await page.getByText(say("agree-counts")).nth(1).waitFor();
  });

  test("the family goes to another centre", async () => {
    const { page } = desk;
    await desk.go(`case/${family}`);
    await page.getByText(say("case-looks-only")).waitFor();
    await page.getByRole("button", { name: say("handover-propose") }).click();
    const dialog = page.getByRole("dialog", { name: say("handover-propose") });
    await dialog.getByLabel(say("handover-to")).selectOption({ label: otherCentre });
    await dialog.getByLabel(say("handover-reason")).selectOption("agreed");
    await desk.look(`handover-propose.${lang}`);
    await dialog.getByRole("button", { name: say("handover-propose") }).click();
    await page.getByText(say("handover-state-proposed"), { exact: true }).waitFor();

    await other.go("handovers");
    await other.page.getByRole("button", { name: new RegExp(`^${say("handover-act-accept")}`) }).click();
    const accept = other.page.getByRole("dialog");
    await accept.getByLabel(say("handover-worker")).selectOption({ index: 1 });
    await other.look(`handover-accept.${lang}`);
    await accept.getByRole("button", { name: say("handover-act-accept") }).click();
    await other.page.getByText(say("handover-state-accepted"), { exact: true }).waitFor();
    await other.look(`handovers.${lang}`);
    await other.page.getByRole("row").getByRole("link").first().click();
    await other.page.getByRole("heading", { level: 2, name: say("handover-title") }).waitFor();
    // The centre that gave it does not see its page any more.
    await desk.go(`family/${family}`);
    await page.getByText(say("problem-forbidden")).first().waitFor();
  });
});
