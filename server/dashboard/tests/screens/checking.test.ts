// A supervisor signs in, clears his queue with the keyboard and returns one photo; then he looks around.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Desk } from "./browser";
import { Centre, NAMES, words } from "./centre";

describe.each(["kk", "ru"] as const)("a supervisor, %s", (lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(5);
    desk = await Desk.open(centre.url);
  });
  afterAll(async () => {
    await desk?.close();
    await centre?.clear();
  });

  const left = async () => desk.page.locator(".queue .q").count();
  const until = async (wanted: number) => expect.poll(left, { timeout: 30_000 }).toBe(wanted);

  test("signs in", async () => {
    const { page } = desk;
    await page.getByRole("button", { name: NAMES[lang] }).click();
    await page.getByLabel(say("desk-login")).fill(centre.director.login);
    await page.getByLabel(say("desk-password")).fill("not the password");
    await page.getByRole("button", { name: say("desk-enter"), exact: true }).click();
    await page.getByText(say("problem-sign-in-failed")).waitFor();
    await desk.look(`sign-in.${lang}`);
    await page.getByLabel(say("desk-password")).fill(centre.password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say("desk-checking") }).waitFor();
  });

  test("the queue and the case before him are written as files, on a narrow page too", async () => {
    const { page } = desk;
    await until(5);
    await page.locator(".stage img").waitFor();
    await page.setViewportSize({ width: 768, height: 1024 });
    const button = page.getByRole("button", { name: say("desk-export"), exact: true });
    const sheet = page.getByRole("dialog", { name: say("desk-export"), exact: true });
    const box = await button.boundingBox();
    expect(box && box.x >= 0 && box.x + box.width <= 768 && box.height >= 24, "it is seen whole").toBe(true);
    await button.focus();
    await page.keyboard.press("Enter");
    await sheet.waitFor();
    expect(await sheet.getByLabel(say("desk-export-what")).inputValue()).toBe("queue");
    await sheet.getByLabel(say("desk-export-what")).selectOption("case");
    await sheet.getByLabel(say("desk-export-iin-why")).selectOption("state_system");
    await sheet.getByRole("button", { name: say("desk-export"), exact: true }).click();
    const title = page.getByRole("heading", { level: 1, name: say("desk-exports") });
    await title.waitFor();
    await page.getByText(say("export-of-case")).first().waitFor();
    await page.setViewportSize({ width: 1440, height: 900 });
    await desk.go("checking");
    await until(5);
    await button.click();
    await sheet.getByRole("button", { name: say("desk-export"), exact: true }).click();
    await title.waitFor();
    await page.getByText(say("export-of-queue")).first().waitFor();
    await desk.go("checking");
  });

  test("clears the queue by keyboard and returns one photo", async () => {
    const { page } = desk;
    await until(5);
    await page.locator(".stage img").waitFor();
    await desk.look(`checking.${lang}`);
    // The focus is on the photo: Enter accepts, Z takes it back before it was sent.
    await page.keyboard.press("Enter");
    await until(4);
    await page.keyboard.press("KeyZ");
    await until(5);
    expect(await centre.checks("accepted")).toEqual([]);
    await page.keyboard.press("Enter");
    await until(4);
    // As on a Kazakh keyboard: the letter is another, the key is the same.
    await page.evaluate(() => document.querySelector(".stage")?.dispatchEvent(new KeyboardEvent("keydown", { code: "KeyM", key: "ь", bubbles: true })));
    await page.getByRole("dialog", { name: say("desk-remark-title") }).waitFor();
    await page.keyboard.type("Күндіз түсірген дұрыс");
    await desk.look(`remark.${lang}`);
    await page.keyboard.press("Enter");
    await until(3);
    // The second photo goes back.
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("KeyT");
    await page.keyboard.press("Equal");
    await page.keyboard.press("KeyR");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Digit2");
    await desk.look(`return.${lang}`);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "hidden" });
    await page.keyboard.press("KeyR");
    expect(await page.getByRole("radio", { checked: true }).count(), "what was begun is kept").toBe(1);
    await page.keyboard.press("Enter");
    await until(2);
    // Later: it goes to the end, nothing is said of it.
    await page.keyboard.press("KeyS");
    await until(2);
    await page.keyboard.press("Shift+Slash");
    await page.getByRole("dialog", { name: say("desk-keys") }).waitFor();
    await desk.look(`keys.${lang}`);
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await until(1);
    await page.keyboard.press("Enter");
    await page.getByText(say("desk-queue-empty")).waitFor();
    await desk.look(`done.${lang}`);
    await expect.poll(async () => (await centre.checks("accepted")).length, { timeout: 15_000 }).toBe(3);
    expect(await centre.checks("remarked")).toHaveLength(1);
    const returned = await centre.checks("returned");
    expect(returned).toHaveLength(1);
    const known = (await centre.stage.office("check", "show", "--record", returned[0]?.record ?? "", "--as", centre.director.login)) as { checks: { evidence: string | null; reason: string }[] };
    expect(known.checks.map((check) => [check.evidence !== null, check.reason])).toEqual([[true, "blurred"]]);
  });

  test("looks around", async () => {
    const { page } = desk;
    await desk.go("overview");
    await page.getByText(say("desk-kpi-done")).waitFor();
    await desk.look(`overview.${lang}`);
    await desk.go("families");
    await page.getByRole("table").waitFor();
    await desk.look(`families.${lang}`);
    await page.getByRole("table").getByRole("link").first().click();
    await page.getByRole("heading", { name: say("desk-plan") }).waitFor();
    await desk.look(`family.${lang}`);
    await page.getByRole("button", { name: new RegExp(`^${say("desk-iin-show")}`) }).first().click();
    await page.getByRole("button", { name: say("desk-iin-identity") }).click();
    await page.getByText(/\d{12}/).first().waitFor();
    await desk.go("people");
    await page.getByRole("table").first().waitFor();
    await desk.look(`people.${lang}`);
    await desk.go("account");
    await page.getByRole("heading", { name: centre.director.name }).waitFor();
    await desk.look(`account.${lang}`);
    await page.getByRole("button", { name: say("desk-leave") }).click();
    await page.getByLabel(say("desk-login")).waitFor();
    await page.reload();
    await page.getByLabel(say("desk-login")).waitFor();
  });
});
