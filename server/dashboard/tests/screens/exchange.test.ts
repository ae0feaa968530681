// The exchange of files on the screens: switched off at first and said so; then completions are written, answers come, one of
// them refused, something is kept aside, and the marks stand at the record and the family.
import { createHash, randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { District } from "../../../../mobile/tests/screens/stage";
import type { Desk } from "./browser";
import { Centre, words, type Lang } from "./centre";

type Whole = District & { org_units: { id: string; parent: string | null; kind: string }[] };
interface Completion {
  message: string;
  record: string;
  family: string;
  activity: string;
  service: string;
}
const SYSTEMS = new Map(
  (JSON.parse(readFileSync(new URL("../../../../shared/data/services.json", import.meta.url), "utf8")) as { code: string; confirming_system: string | null }[]).map((each) => [each.code, each.confirming_system]),
);

describe.each(["kk", "ru"] as const)("exchange of files, %s", (lang: Lang) => {
  const say = words(lang);
  let centre: Centre;
  let desk: Desk;
  let head: Desk;
  let keeper: Desk;
  let sent: Completion[] = [];
  const folder = () => join(centre.stage.folder, "centre", "exchange");

  /** The other side leaves a file, whole from the first moment on. */
  function leave(sequence: number, lines: object[]): void {
    const rest = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
    const first = { format: "kandas-exchange", v: 1, direction: "in", sequence, messages: lines.length, sha256: createHash("sha256").update(rest).digest("hex"), made_at: new Date().toISOString() };
    mkdirSync(join(folder(), "in"), { recursive: true });
    const path = join(folder(), "in", `answer-${sequence}.ndjson`);
    writeFileSync(`${path}.new`, `${JSON.stringify(first)}\n${rest}`);
    renameSync(`${path}.new`, path);
  }

  beforeAll(async () => {
    centre = await Centre.set(lang);
    await centre.work(3);
    desk = await centre.desk(lang);
    const unit = (centre.stage.district as Whole).org_units.find((each) => each.id === centre.worker.org_unit);
    await centre.stage.office("user", "add", "--login", "head.screens", "--name", "ҮЛГІЛІ БАСШЫ", "--role", "ctm_set_head", "--org-unit", unit?.parent ?? "");
    head = await centre.enter(lang, "head.screens", await centre.newPassword("head.screens"), "desk-checking");
    const admin = await centre.administrator();
    keeper = await centre.enter(lang, admin.login, admin.password, "desk-people");
    await keeper.page.getByRole("link", { name: say("desk-exchange"), exact: true }).waitFor();
  });
  afterAll(async () => {
    await desk?.close();
    await head?.close();
    await keeper?.close();
    await centre?.clear();
  });

  test("while it is switched off it says so", async () => {
    const { page } = desk;
    await page.getByRole("link", { name: say("desk-exchange"), exact: true }).click();
    await page.getByText(say("exchange-off")).waitFor();
    await page.getByText(say("exchange-none")).waitFor();
    await desk.look(`exchange-off.${lang}`);
  });

  test("completions are written once the folder is there", async () => {
    mkdirSync(folder(), { mode: 0o700 });
    await expect.poll(() => {
      try {
        return readdirSync(join(folder(), "out")).filter((name) => name.endsWith(".ndjson")).length;
      } catch {
        return 0;
      }
    }, { timeout: 60_000 }).toBeGreaterThan(0);
    await head.go("exchange");
    await head.page.getByText(say("exchange-on")).waitFor();
    await expect.poll(async () => {
      await head.page.reload();
      await head.page.getByText(say("exchange-on")).waitFor();
      await head.settled();
      return head.page.locator("tbody tr").count();
    }, { timeout: 60_000 }).toBe(3);
    const names = readdirSync(join(folder(), "out")).sort();
    sent = names.flatMap((name) => readFileSync(join(folder(), "out", name), "utf8").trim().split("\n").slice(1).map((line) => JSON.parse(line) as Completion));
    expect(new Set(sent.map((each) => each.message)).size).toBe(3);
    await head.look(`exchange-written.${lang}`);
  });

  test("answers come, and what cannot be taken is kept aside", async () => {
    const [first, second, third] = sent;
    if (!first || !second || !third) throw new Error("three messages");
    const confirmed = sent.find((each) => SYSTEMS.get(each.service));
    const day = new Date(Date.now() + 5 * 3_600_000).toISOString().slice(0, 10);
    leave(1, [
      { kind: "acknowledged", message: randomUUID(), about: first.message },
      { kind: "refused", message: randomUUID(), about: second.message, code: "NO-PERSON" },
      ...(confirmed ? [{ kind: "system-confirmed", message: randomUUID(), system: SYSTEMS.get(confirmed.service), activity: confirmed.activity, agrees: false, on: day, reference: "7/12" }] : []),
    ]);
    leave(3, [{ kind: "acknowledged", message: randomUUID(), about: randomUUID() }, { kind: "greeting", message: randomUUID() }]);
    const { page } = head;
    await expect.poll(async () => {
      await page.reload();
      await page.getByText(say("exchange-on")).waitFor();
      await head.settled();
      return (await page.getByText(`${say("exchange-aside-count")}: 2`).count()) * (await page.getByText(say("exchange-missing", { numbers: "2" })).count());
    }, { timeout: 60_000 }).toBeGreaterThan(0);
    const row = page.getByRole("row", { name: new RegExp(second.message) });
    await row.getByText("NO-PERSON").waitFor();
    await row.getByRole("button", { name: say("exchange-again") }).click();
    await row.getByText(say("exchange-sent-refused")).waitFor({ state: "hidden" });
    await keeper.go("exchange/aside");
    const kept = keeper.page;
    await kept.getByText(say("exchange-aside-unknown-kind"), { exact: true }).waitFor();
    await keeper.look(`exchange-aside.${lang}`);
    await kept.getByRole("button", { name: new RegExp(`^${say("exchange-close")}`) }).first().click();
    await kept.getByText(say("exchange-aside-state-closed"), { exact: true }).waitFor();
    await kept.getByRole("link", { name: say("exchange-tab-files"), exact: true }).click();
    await kept.getByText("answer-1.ndjson").waitFor();
    await keeper.look(`exchange-files.${lang}`);
    if (confirmed) {
      await desk.go(`family/${confirmed.family}`);
      const panel = desk.page.getByRole("region", { name: say("exchange-mark") });
      await panel.getByText(say("exchange-differs")).waitFor();
      await desk.look(`exchange-family.${lang}`);
    }
    await desk.go(`record/${first.record}`);
    await desk.page.getByRole("region", { name: say("exchange-mark") }).getByText(say("exchange-sent-acknowledged")).waitFor();
    await desk.look(`exchange-record.${lang}`);
  });
});
