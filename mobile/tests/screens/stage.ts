// The stage: a real central store and real phones behind `kandas-field bridge`, each a process of its own, and the line
// between them, which can be cut. What is needed comes from `cargo xtask screens`.
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);

function told(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: these tests are run by \`cargo xtask screens\``);
  return value;
}

/** Camera files by how their names end. */
export function camera(...endings: string[]): string[] {
  const folder = join(told("KANDAS_STAGE"), "camera");
  return readdirSync(folder)
    .filter((name) => endings.some((ending) => name.toLowerCase().endsWith(ending)))
    .sort()
    .map((name) => join(folder, name));
}

export interface District {
  users: { id: string; login: string; role: string; name: string; org_unit: string }[];
  families: { id: string; org_unit: string; settlement_name: string; latitude: number | null; longitude: number | null }[];
  persons: { id: string; family: string; surname: string | null; given_name: string; relation: string; iin: string | null }[];
  assignments: { id: string; family: string; worker: string; from: string; to: string | null }[];
  consents: { person: string; state: string; given_on: string | null; basis: string | null }[];
  plans: { family: string; activities: { id: string; person: string; service: string; due_on: string | null }[] }[];
}

async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

async function until(what: string, test: () => Promise<boolean> | boolean, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  for (;;) {
    if (await test()) return;
    if (Date.now() > end) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((later) => setTimeout(later, 50));
  }
}

function listens(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => (socket.destroy(), done(true)));
    socket.on("error", () => done(false));
  });
}

/** The line between phones and centre. Cut, it drops what was under way and whatever comes; its port stays taken, or
 * another program might sit there when the line is back. */
export class Line {
  private sockets = new Set<net.Socket>();
  private server: net.Server;
  private whole = true;

  private constructor(target: number) {
    this.server = net.createServer((near) => {
      if (!this.whole) {
        near.destroy();
        return;
      }
      const far = net.connect(target, "127.0.0.1");
      for (const [one, other] of [[near, far], [far, near]] as const) {
        this.sockets.add(one);
        one.pipe(other);
        one.on("error", () => other.destroy());
        one.on("close", () => (this.sockets.delete(one), other.destroy()));
      }
    });
  }

  static async to(target: number): Promise<Line> {
    const line = new Line(target);
    await new Promise<void>((done, failed) => {
      line.server.once("error", failed);
      line.server.listen(0, "127.0.0.1", done);
    });
    return line;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  join(): void {
    this.whole = true;
  }

  cut(): void {
    this.whole = false;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((done) => this.server.close(done));
  }
}

/** Which database holds the store. */
export type Engine = "sqlite" | "postgres";

/** A database of its own on the server that `cargo xtask` has started, which ends with it. */
async function freshDatabase(): Promise<string> {
  const admin = new URL(told("KANDAS_POSTGRES"));
  const name = `screens_${randomUUID().replaceAll("-", "")}`;
  await run(told("KANDAS_PSQL"), ["--no-psqlrc", "--quiet", "--command", `create database ${name}`, admin.href]);
  admin.pathname = `/${name}`;
  return admin.href;
}

/** Ends a program that was started here: asked first, then made. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 5_000);
  await gone;
  clearTimeout(timer);
}

export class Stage {
  readonly folder = mkdtempSync(join(tmpdir(), "kandas-screens-"));
  private children: ChildProcess[] = [];
  district!: District;
  line!: Line;
  private port = 0;
  /** A database of PostgreSQL, where the store is no file. */
  private database = "";

  /** A central store that knows a district, reached over a line that can be cut. */
  static async set(document = "district.json", edit: (district: District) => void = () => {}, engine: Engine = "sqlite"): Promise<Stage> {
    const stage = new Stage();
    if (engine === "postgres") stage.database = await freshDatabase();
    stage.district = JSON.parse(readFileSync(join(told("KANDAS_STAGE"), document), "utf8")) as District;
    edit(stage.district);
    const path = join(stage.folder, document);
    writeFileSync(path, JSON.stringify(stage.district));
    stage.port = await freePort();
    stage.line = await Line.to(stage.port);
    await stage.server("init", "--json");
    await stage.server("import", path, "--json");
    stage.start(told("KANDAS_SERVER"), [...stage.common(), "serve", "--listen", `127.0.0.1:${stage.port}`, "--disk-reserve", "1000000"]);
    await until("the central store", () => listens(stage.port), 60_000);
    return stage;
  }

  private common(): string[] {
    const common = ["--data", join(this.folder, "centre"), "--public-url", `https://127.0.0.1:${this.line.port}`];
    return this.database ? [...common, "--database", this.database] : common;
  }

  private async server(...line: string[]): Promise<string> {
    return (await run(told("KANDAS_SERVER"), [...this.common(), ...line], { maxBuffer: 64e6 })).stdout;
  }

  private start(program: string, line: string[], environment: Record<string, string> = {}): ChildProcess {
    const child = spawn(program, line, { stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, ...environment } });
    child.stderr?.on("data", (text: Buffer) => process.env["KANDAS_LOUD"] && process.stderr.write(text));
    this.children.push(child);
    return child;
  }

  /** Settings that the organisation gives to its phones; each takes them with its next token. Put past the dashboard and its
   * ranges: a test needs less room than a phone does. */
  async settings(settings: Record<string, unknown>): Promise<void> {
    const code = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],timeout=20); c.execute('insert or replace into setting values (?,?)',('phone',sys.argv[2])); c.commit()";
    await run("python3", ["-c", code, join(this.folder, "centre", "store.db"), JSON.stringify(settings)]);
  }

  /** What an operator imports later: the same district, grown. */
  async grow(edit: (district: District) => void): Promise<void> {
    edit(this.district);
    const path = join(this.folder, "grown.json");
    writeFileSync(path, JSON.stringify(this.district));
    await this.server("import", path, "--json");
  }

  /** Lets time pass for what a phone that is switched off has delivered. */
  async age(name: string, days: number): Promise<void> {
    const code = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],timeout=20); n=c.execute(\"update file set delivered_at = strftime('%Y-%m-%dT%H:%M:%fZ', delivered_at, '-' || ? || ' days') where state = 'delivered'\", (sys.argv[2],)).rowcount; c.commit(); c.close(); sys.exit(0 if n else 'nothing was delivered')";
    await run("python3", ["-c", code, join(this.folder, name, "store.db"), String(days)]);
  }

  /** The text of an enrolment QR for this worker. */
  async invitation(login: string): Promise<{ link: string; code: string; fingerprint: string }> {
    return JSON.parse(await this.server("device", "code", login, "--json")) as { link: string; code: string; fingerprint: string };
  }

  /** What somebody in the office types at the centre, and the JSON that is answered. */
  async office(...line: string[]): Promise<unknown> {
    return JSON.parse(await this.server(...line, "--json")) as unknown;
  }

  /** Changes the tables of the central store behind its back, for what only time would bring. */
  async store(sql: string): Promise<void> {
    if (this.database) {
      await run(told("KANDAS_PSQL"), ["--no-psqlrc", "--quiet", "--command", sql, this.database]);
      return;
    }
    const code = "import sqlite3,sys; c=sqlite3.connect(sys.argv[1],timeout=20); c.execute(sys.argv[2]); c.commit()";
    await run("python3", ["-c", code, join(this.folder, "centre", "store.db"), sql]);
  }

  /** The operator puts a program for phones into the centre's data folder. */
  offer(version: string, content: string): void {
    const folder = join(this.folder, "centre", "app");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `kandas-field-${version}.apk`), content);
  }

  /** A phone: the bridge over a home folder of its own. Answers the address to open. */
  async phone(name: string, environment: Record<string, string> = {}): Promise<{ url: string; stop: () => Promise<void> }> {
    const child = this.start(told("KANDAS_FIELD"), ["--home", join(this.folder, name), "bridge", "--screens", new URL("../../dist", import.meta.url).pathname], environment);
    let said = "";
    child.stdout?.on("data", (text: Buffer) => (said += text.toString()));
    const address = () => /https?:\/\/127\.0\.0\.1:\d+\/\S*/.exec(said)?.[0];
    await until("the bridge", () => address() !== undefined || child.exitCode !== null, 60_000);
    const url = address();
    if (!url) throw new Error(`the bridge ended: ${said}`);
    return { url, stop: () => end(child) };
  }

  /** A file that the camera wrote for a phone that is switched off, below its camera folder. */
  leave(name: string, place: string, file: string): void {
    const path = join(this.folder, name, "camera", place);
    mkdirSync(dirname(path), { recursive: true });
    // No other picture has these bytes: one that is in the vault already is not offered again.
    writeFileSync(path, Buffer.concat([readFileSync(file), randomBytes(8)]));
  }

  async clear(): Promise<void> {
    await Promise.all(this.children.map(end));
    await this.line.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
