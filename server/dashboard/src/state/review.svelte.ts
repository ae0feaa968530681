// The supervisor's queue: one record before him, the next one ready. What he says is sent after five seconds or with the
// next act, so that it can be taken back; nobody else gets what he has before him.
import { t } from "kandas-design/words.svelte";
import { call, Refused, type Calls, type Entry, type Item, type Says } from "../api/client";
import { files } from "./files.svelte";
import { live } from "./live.svelte";
import { familyName, subject, trouble } from "./names";
import { toasts } from "./toast.svelte";

/** Leases hold for five minutes. */
const RENEW_MS = 120_000;
const LOOK_MS = 60_000;

interface Pending {
  entry: Entry;
  says: Says;
  at: number;
}

export class Review {
  entries = $state.raw<Entry[]>([]);
  waiting = $state(0);
  checked = $state(0);
  returnDue = $state<string | null>(null);
  item = $state.raw<Item | null>(null);
  current = $state<string | null>(null);
  loaded = $state(false);
  said = $state("");
  /** Read out to whoever does not see the screen. */
  announced = $state("");
  later = $state.raw<ReadonlySet<string>>(new Set());
  private items = new Map<string, Item>();
  /** Asked for, and not here yet. */
  private taking = new Map<string, Promise<Item | null>>();
  private pending: Pending | null = null;
  /** What was said and is on its way: the centre's list may still name it. */
  private sent = new Set<string>();
  private timers: ReturnType<typeof setInterval>[] = [];

  constructor(private filter: NonNullable<Calls["GET /api/queue"]["query"]>) {}

  start(): () => void {
    void this.load();
    // What others have said of records takes them out of the list here too.
    const deaf = live.on(["records", "checks"], () => void this.load());
    this.timers = [setInterval(() => void this.renew(), RENEW_MS), setInterval(() => void this.load(), LOOK_MS)];
    const leave = () => this.flush();
    addEventListener("pagehide", leave);
    return () => {
      removeEventListener("pagehide", leave);
      deaf();
      this.timers.forEach(clearInterval);
      toasts.close();
      this.flush();
      files.keep([]);
      for (const record of this.items.keys()) void this.release(record);
    };
  }

  get at(): number {
    return this.entries.findIndex((entry) => entry.record === this.current);
  }

  async load(): Promise<void> {
    try {
      const queue = await call("GET /api/queue", { query: this.filter });
      const pending = this.pending?.entry.record;
      const fresh = queue.entries.filter((entry) => entry.record !== pending && !this.sent.has(entry.record));
      const place = this.at;
      // What was put off stays at the end.
      const put = (entry: Entry) => (this.later.has(entry.record) ? 1 : 0);
      this.entries = fresh.sort((a, b) => put(a) - put(b));
      this.waiting = queue.waiting - (pending ? 1 : 0);
      this.checked = queue.checked_today + (pending ? 1 : 0);
      this.returnDue = queue.return_due ?? null;
      this.said = "";
      // Where what he had before him is gone, the one in its place comes.
      if (this.at < 0) await this.open((this.entries[Math.max(place, 0)] ?? this.entries.at(-1))?.record ?? null);
    } catch (error) {
      this.said = trouble(error);
    } finally {
      this.loaded = true;
    }
  }

  /** Takes a record before one, and the one after it. */
  async open(record: string | null): Promise<void> {
    const before = this.current;
    this.current = record;
    this.item = record ? (this.items.get(record) ?? null) : null;
    if (record) {
      const item = await this.take(record);
      if (this.current !== record) return;
      if (!item) {
        const next = this.entries[this.at + 1] ?? this.entries[this.at - 1];
        this.entries = this.entries.filter((entry) => entry.record !== record);
        return this.open(next?.record ?? null);
      }
      this.item = item;
      this.announced = t("desk-now-before", { what: subject(item), family: familyName(item.family.name) });
    }
    await this.ready(before);
  }

  /** The next one is taken and its pictures fetched while this one is looked at. */
  private async ready(before: string | null): Promise<void> {
    const next = this.entries[this.at + 1]?.record;
    const wanted = [this.current, next].filter((record) => record != null);
    if (this.item) files.keep([this.item, ...(next && this.items.has(next) ? [this.items.get(next)!] : [])]);
    if (before && !wanted.includes(before) && before !== this.pending?.entry.record) void this.release(before);
    if (!next) return;
    const item = await this.take(next);
    if (item && this.item && this.entries[this.at + 1]?.record === next) files.keep([this.item, item]);
  }

  say(says: Says, words: string): void {
    const entry = this.entries[this.at];
    if (!entry || !this.item) return;
    // The toast of the act before settles it.
    const at = this.at;
    const pending = { entry, says, at };
    toasts.close();
    this.pending = pending;
    this.entries = this.entries.filter((each) => each !== entry);
    this.waiting -= 1;
    this.checked += 1;
    toasts.show({
      text: words,
      undo: { label: t("desk-undo"), run: () => void this.undo() },
      settle: () => this.pending === pending && this.flush(),
    });
    void this.open((this.entries[at] ?? this.entries[at - 1])?.record ?? null);
  }

  /** Takes the last act back, as long as it was not sent. */
  async undo(): Promise<void> {
    const back = this.pending;
    if (!back) {
      toasts.show({ text: t("desk-undo-nothing") });
      return;
    }
    this.pending = null;
    toasts.show({ text: t("desk-undone") });
    this.entries = this.entries.toSpliced(back.at, 0, back.entry);
    this.waiting += 1;
    this.checked -= 1;
    await this.open(back.entry.record);
  }

  putOff(): void {
    const { entry, at } = { entry: this.entries[this.at], at: this.at };
    if (!entry || this.entries.length < 2) return;
    this.later = new Set([...this.later, entry.record]);
    this.entries = [...this.entries.filter((each) => each !== entry), entry];
    void this.open(this.entries[Math.min(at, this.entries.length - 2)]?.record ?? null);
  }

  move(by: number): void {
    const to = this.entries[this.at + by];
    if (to) void this.open(to.record);
  }

  /** Nothing is left that could still be taken back. */
  settle(): void {
    toasts.close();
    this.flush();
  }

  /** What was said goes out now. */
  private flush(): void {
    const pending = this.pending;
    if (!pending) return;
    this.pending = null;
    void this.send(pending);
  }

  private async send({ entry, says }: Pending): Promise<void> {
    this.items.delete(entry.record);
    this.sent.add(entry.record);
    try {
      await call("POST /api/records/{record}/check", { path: { record: entry.record }, body: says });
      this.sent.delete(entry.record);
    } catch (error) {
      this.sent.delete(entry.record);
      toasts.show({ text: t("desk-not-sent", { why: trouble(error) }) });
      await this.load();
    }
  }

  private async take(record: string): Promise<Item | null> {
    const known = this.items.get(record);
    if (known) return known;
    // Whoever moves on before the next one is here waits for the same answer.
    const taking = this.taking.get(record) ?? this.ask(record).finally(() => this.taking.delete(record));
    this.taking.set(record, taking);
    return taking;
  }

  private async ask(record: string): Promise<Item | null> {
    try {
      const item = await call("POST /api/review/{record}", { path: { record } });
      this.items.set(record, item);
      return item;
    } catch (error) {
      if (!(error instanceof Refused)) this.said = trouble(error);
      return null;
    }
  }

  private async renew(): Promise<void> {
    for (const record of [...this.items.keys()]) {
      this.items.delete(record);
      const item = await this.take(record);
      // Somebody else has it by now, or has said something of it.
      if (!item && record === this.current && !this.said) await this.open(record);
    }
  }

  private async release(record: string): Promise<void> {
    this.items.delete(record);
    // Whoever does not hear it gets the record five minutes later.
    await call("DELETE /api/review/{record}", { path: { record } }).catch(() => null);
  }
}
