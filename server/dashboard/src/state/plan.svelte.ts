// A version of a plan while somebody works on it: what is in it for whom, what was changed and why, the steps back, and its
// saving by itself.
import { call, Refused, type FamilyPlan, type PlanItemOf, type PlanItemWanted, type PlanReason, type PlanVersion } from "../api/client";
import { SERVICES, trouble } from "./names";

/** What is of the family is planned for its head. */
export const OF_FAMILY: ReadonlySet<string> = new Set(["S01", "S02", "S03", "S04", "S05", "S12", "S13", "S25"]);
/** So long after the last change it is saved. */
const SAVE_MS = 1_200;

export interface Cell {
  chosen: boolean;
  expected: boolean;
  /** Done, refused or not applicable: it stays as it is. */
  settled: boolean;
  /** It goes on with an activity of the version before. */
  before: boolean;
  planned: string;
  was: string;
  done: string;
  due: string;
  reason: PlanReason | "";
  text: string;
}
export type Key = `${string} ${string}`;
type Step = Map<Key, Cell>;

export const key = (service: string, person: string): Key => `${service} ${person}`;

/** Whether a cell was changed, and has no reason for it, or one that takes words and has none. */
export const isChanged = (cell: Cell) => cell.chosen !== cell.expected;
export const lacksReason = (cell: Cell) => isChanged(cell) && (cell.reason === "" || (cell.reason === "other" && cell.text.trim() === ""));

function cellOf(item: PlanItemOf | undefined, due: string): Cell {
  return {
    chosen: item?.chosen ?? false,
    expected: item?.expected ?? false,
    settled: item?.settled ?? false,
    before: item?.activity != null,
    planned: item?.planned_on ?? "",
    was: item?.was_on ?? "",
    done: item?.done_on ?? "",
    due: item?.due_on ?? due,
    reason: item?.reason ?? "",
    text: item?.text ?? "",
  };
}

export class Draft {
  cells = $state.raw<ReadonlyMap<Key, Cell>>(new Map());
  steps = $state.raw<readonly Step[]>([]);
  saving = $state(false);
  said = $state("");
  /** Somebody else has changed it meanwhile. */
  stale = $state(false);
  sha256 = $state("");
  private dirty = $state.raw<ReadonlySet<string>>(new Set());
  private seen: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private under: Promise<void> | undefined;
  readonly people: readonly string[];

  constructor(
    plan: FamilyPlan,
    private version: PlanVersion,
  ) {
    this.seen = version.seen;
    this.sha256 = version.sha256;
    const dues = new Map(plan.terms.map((term) => [term.service as string, term.due_on ?? ""]));
    const rows = new Map(version.rows.map((row) => [row.person, row]));
    const head = plan.members.find((member) => member.relation === "head")?.id;
    const cells = new Map<Key, Cell>();
    // Those who left the family stay where the version has them.
    const gone = version.rows.filter((row) => !plan.members.some((member) => member.id === row.person)).map((row) => row.person);
    this.people = [...plan.members.map((member) => member.id), ...gone];
    for (const person of this.people) {
      const items = new Map((rows.get(person)?.items ?? []).map((item) => [item.service as string, item]));
      for (const service of SERVICES) {
        if (OF_FAMILY.has(service) && person !== head && !items.has(service)) continue;
        cells.set(key(service, person), cellOf(items.get(service), dues.get(service) ?? ""));
      }
    }
    this.cells = cells;
  }

  get unsaved(): boolean {
    return this.dirty.size > 0 || this.saving;
  }

  at(service: string, person: string): Cell | undefined {
    return this.cells.get(key(service, person));
  }

  /** Keys of a row or a column that can be changed. */
  row(service: string): Key[] {
    return this.people.map((person) => key(service, person)).filter((of) => this.isOpen(of));
  }
  column(person: string): Key[] {
    return SERVICES.map((service) => key(service, person)).filter((of) => this.isOpen(of));
  }
  private isOpen(of: Key): boolean {
    const cell = this.cells.get(of);
    return cell !== undefined && !cell.settled;
  }

  get unexplained(): Key[] {
    return [...this.cells].filter(([, cell]) => lacksReason(cell)).map(([of]) => of);
  }
  count(person: string): number {
    return SERVICES.filter((service) => this.at(service, person)?.chosen).length;
  }

  /** One step: it can be taken back as one. */
  change(keys: readonly Key[], how: (cell: Cell) => Partial<Cell>): void {
    const before: Step = new Map();
    const cells = new Map(this.cells);
    for (const of of keys) {
      const cell = cells.get(of);
      if (!cell || cell.settled) continue;
      const next = { ...cell, ...how(cell) };
      // What is as expected needs no reason.
      if (next.chosen === next.expected) [next.reason, next.text] = ["", ""];
      if ((Object.keys(next) as (keyof Cell)[]).every((name) => next[name] === cell[name])) continue;
      before.set(of, cell);
      cells.set(of, next);
    }
    if (before.size === 0) return;
    this.cells = cells;
    this.steps = [...this.steps, before];
    this.touch(before.keys());
  }

  toggle(of: Key): void {
    this.change([of], (cell) => ({ chosen: !cell.chosen }));
  }

  /** All of them into the plan, or out of it where all are in. */
  fill(keys: readonly Key[]): void {
    const chosen = !keys.every((of) => this.cells.get(of)?.chosen);
    this.change(keys, () => ({ chosen }));
  }

  undo(): void {
    const last = this.steps.at(-1);
    if (!last) return;
    this.steps = this.steps.slice(0, -1);
    this.cells = new Map([...this.cells, ...last]);
    this.touch(last.keys());
  }

  private touch(keys: Iterable<Key>): void {
    this.dirty = new Set([...this.dirty, ...[...keys].map((of) => of.split(" ")[1] ?? "")]);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.save(), SAVE_MS);
  }

  /** Everything that was changed goes out now; says whether nothing is left. */
  async save(): Promise<boolean> {
    clearTimeout(this.timer);
    while (this.dirty.size > 0 && !this.stale) {
      if (this.under) {
        await this.under;
        continue;
      }
      this.under = this.send();
      await this.under;
      this.under = undefined;
      if (this.said) return false;
    }
    if (this.under) await this.under;
    return this.dirty.size === 0;
  }

  private async send(): Promise<void> {
    const people = [...this.dirty];
    this.dirty = new Set();
    this.saving = true;
    this.said = "";
    try {
      const rows = people.map((person) => ({ person, items: this.items(person) }));
      const { plan, version } = this.version;
      const saved = await call("PUT /api/plans/{plan}/{version}", { path: { plan, version }, body: { seen: this.seen, rows } });
      [this.seen, this.sha256] = [saved.seen, saved.sha256];
    } catch (error) {
      this.dirty = new Set([...this.dirty, ...people]);
      this.stale = error instanceof Refused && error.code === "not-as-shown";
      this.said = trouble(error);
    } finally {
      this.saving = false;
    }
  }

  private items(person: string): PlanItemWanted[] {
    const items: PlanItemWanted[] = [];
    for (const service of SERVICES) {
      const cell = this.at(service, person);
      if (!cell || !(cell.chosen || cell.expected)) continue;
      items.push({
        service: service as PlanItemWanted["service"],
        chosen: cell.chosen,
        planned_on: cell.planned || null,
        reason: cell.reason || null,
        text: cell.text.trim() || null,
      });
    }
    return items;
  }
}
