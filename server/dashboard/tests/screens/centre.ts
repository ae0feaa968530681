// A centre with work to check: the stage of the phone's browser tests (a real central store), and a headless phone that
// records completions and delivers them.
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { FluentBundle, FluentResource } from "@fluent/bundle";
// @ts-expect-error plain JavaScript
import { LOCALES, PARTS, source } from "../../../../design/messages.mjs";
import type { Request } from "playwright-core";
import { camera, Stage, type District } from "../../../../mobile/tests/screens/stage";
import { Desk } from "./browser";

const run = promisify(execFile);
interface Service {
  code: string;
  rule: { required: string[] };
}
const SERVICES = JSON.parse(readFileSync(new URL("../../../../shared/data/services.json", import.meta.url), "utf8")) as Service[];
/** Services that photos alone prove. */
export const SIMPLE = new Set(SERVICES.filter(({ rule }) => rule.required.every((proof) => ["photo", "position", "video"].includes(proof))).map(({ code }) => code));
/** Services that ask for a photo, and for a reason where there is no video. */
export const FILMED: readonly string[] = ["S01", "S04", "S07", "S09"];
export type Lang = "kk" | "ru";
/** As the languages call themselves on the first screen. */
export const NAMES: Record<Lang, string> = { kk: "Қазақша", ru: "Русский" };
export type Words = (id: string, variables?: Record<string, string | number>) => string;

/** The words a test looks for are the messages themselves. */
export function words(lang: Lang): Words {
  const bundle = new FluentBundle(lang, { useIsolating: false });
  for (const part of Object.keys(PARTS as object)) bundle.addResource(new FluentResource(source(lang, part) as string));
  // What the server alone says, as the heads of exported lists.
  bundle.addResource(new FluentResource(readFileSync(join(LOCALES as string, lang, "export.ftl"), "utf8")));
  return (id, variables) => {
    const pattern = bundle.getMessage(id)?.value;
    if (!pattern) throw new Error(`no message ${id}`);
    return bundle.formatPattern(pattern, variables ?? {});
  };
}

/** An activity of a plan. */
export interface Planned {
  id: string;
  family: string;
  service: string;
  due_on: string | null;
}

export interface Answered {
  missing?: string[];
  /** `sealed`, or what keeps the record a draft. */
  outcome?: string;
}

export class Centre {
  /** Activities that were tried already. */
  private tried = new Set<string>();

  private constructor(
    readonly stage: Stage,
    readonly worker: { id: string; login: string; org_unit: string },
    readonly director: { login: string; name: string },
    readonly password: string,
  ) {}

  /** In Kazakh on SQLite, in Russian on PostgreSQL: each screen is seen on both. */
  static async set(lang: Lang, edit: (district: District) => void = () => {}): Promise<Centre> {
    const stage = await Stage.set("district.json", edit, lang === "ru" ? "postgres" : "sqlite");
    const { users } = stage.district;
    const worker = users.find((user) => user.role === "cc_set");
    const director = users.find((user) => user.role === "cc_dir" && user.org_unit === worker?.org_unit);
    if (!worker || !director) throw new Error("the district has no worker with a director");
    await stage.office("user", "second-factor", "optional");
    const { password } = (await stage.office("user", "password", director.login)) as { password: string };
    const centre = new Centre(stage, worker, director, password);
    const { link } = await stage.invitation(worker.login);
    await centre.phone("enrol", link);
    await centre.phone("sync");
    return centre;
  }

  /** The director's browser, signed in, before the queue. */
  async desk(lang: Lang, onrequest: (request: Request) => void = () => {}): Promise<Desk> {
    return this.enter(lang, this.director.login, this.password, "desk-checking", onrequest);
  }

  /** Anybody's browser, signed in; `first` is the message at the head of the screen that comes first. */
  async enter(lang: Lang, login: string, password: string, first: string, onrequest: (request: Request) => void = () => {}): Promise<Desk> {
    const say = words(lang);
    const desk = await Desk.open(this.url);
    const { page } = desk;
    page.on("request", onrequest);
    await page.getByRole("button", { name: NAMES[lang] }).click();
    await page.getByLabel(say("desk-login")).fill(login);
    await page.getByLabel(say("desk-password")).fill(password);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: say(first) }).waitFor();
    return desk;
  }

  /** A new password for somebody. */
  async newPassword(login: string): Promise<string> {
    return ((await this.stage.office("user", "password", login)) as { password: string }).password;
  }

  get url(): string {
    return `https://127.0.0.1:${this.stage.line.port}/`;
  }

  /** What the worker's phone is told to do, and its answer. */
  async phone(...line: string[]): Promise<Answered> {
    const program = process.env["KANDAS_FIELD"] ?? "";
    const answer = await run(program, ["--home", join(this.stage.folder, "phone"), "--json", ...line], { maxBuffer: 64e6 }).catch(
      (error: { code?: number; stdout?: string; stderr?: string }) => {
        // What is left, set aside or incomplete is said by the exit code, and by the answer.
        if (error.stdout?.trim() || (error.code ?? 0) > 1) return { stdout: error.stdout ?? "" };
        throw new Error(`kandas-field ${line.join(" ")}: ${error.stderr ?? ""}`);
      },
    );
    return answer.stdout.trim() ? (JSON.parse(answer.stdout.trim().split("\n").at(-1) ?? "{}") as Answered) : {};
  }

  /** What the worker's phone has kept under a name. */
  async told(name: string): Promise<string> {
    const code = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],timeout=20); print(c.execute('select value from home where key = ?',(sys.argv[2],)).fetchone()[0])";
    return (await run("python3", ["-c", code, join(this.stage.folder, "phone", "store.db"), name])).stdout;
  }

  /** The worker records `count` completions with photos, one of them with a film, and they arrive. */
  async work(count: number): Promise<void> {
    await this.seal(count);
    await this.phone("sync", "--until-done");
  }

  /** The same, without a network: it stays on the phone. */
  async seal(count: number, fits: (activity: Planned) => boolean = () => true, ...more: string[]): Promise<void> {
    const photos = camera(".jpg", ".jpeg").filter((path) => !path.includes("bad_"));
    const [film] = camera(".mp4", ".mov");
    const mine = new Set(this.stage.district.assignments.filter((each) => each.worker === this.worker.id && !each.to).map((each) => each.family));
    const activities = this.stage.district.plans.filter((plan) => mine.has(plan.family)).flatMap((plan) => plan.activities.map((activity) => ({ family: plan.family, ...activity })));
    let done = 0;
    for (const activity of activities) {
      if (done === count) break;
      // Services that ask for a paper or a signature would stay drafts here.
      if (!SIMPLE.has(activity.service) || this.tried.has(activity.id) || !fits(activity)) continue;
      this.tried.add(activity.id);
      const family = this.stage.district.families.find((each) => each.id === activity.family);
      const place = `${(family?.latitude ?? 52.287) + 0.003},${(family?.longitude ?? 76.967) + 0.004}`;
      const taken = [photos[done % photos.length], photos[(done + 1) % photos.length]].filter((path) => path !== undefined);
      const line = ["complete", activity.id, ...taken.flatMap((path) => ["--photo", path]), "--position", place];
      line.push(...(done === 1 && film ? ["--video", film] : ["--no-video", "nothing_to_film"]));
      const { outcome } = await this.phone(...line, ...more);
      if (outcome === "sealed") done += 1;
    }
    if (done < count) throw new Error(`only ${done} records could be sealed`);
  }

  /** Delivers everything but the records of these numbers: their turn comes after this boot. */
  async hold(...numbers: number[]): Promise<void> {
    const code = `import sqlite3,sys
c=sqlite3.connect(sys.argv[1],timeout=20)
boot=open('/proc/sys/kernel/random/boot_id').read().strip()
hashes=[h for (h,) in c.execute('select hash from record where seq in (%s)' % sys.argv[2])]
for h in hashes:
    c.execute('update outbox set wait_boot=?, wait_until_ms=? where record_hash=? or evidence in (select evidence from evidence where record_hash=?)', (boot, 2**52, h, h))
c.commit(); c.close(); sys.exit(0 if len(hashes) == len(sys.argv[2].split(',')) else 'no such numbers')`;
    await run("python3", ["-c", code, join(this.stage.folder, "phone", "store.db"), numbers.join(",")]);
    // It goes on until everything is delivered, which it will not be.
    await run(process.env["KANDAS_FIELD"] ?? "", ["--home", join(this.stage.folder, "phone"), "--json", "sync", "--until-done"], { timeout: 12_000 }).catch(() => undefined);
  }

  /** Somebody who keeps users and phones of the worker's unit. */
  async administrator(): Promise<{ login: string; name: string; password: string }> {
    const [login, name] = ["admin.screens", "ӘКІМШІ СЫНАҚ"];
    await this.stage.office("user", "add", "--login", login, "--name", name, "--role", "admin", "--org-unit", this.worker.org_unit);
    return { login, name, password: await this.newPassword(login) };
  }

  async checks(state: string): Promise<{ record: string; check_state: string }[]> {
    return (await this.stage.office("check", "list", "--state", state, "--as", this.director.login)) as { record: string; check_state: string }[];
  }

  async clear(): Promise<void> {
    await this.stage.clear();
  }
}
