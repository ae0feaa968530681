import { trouble } from "./names";

/** Rows of something that is frozen: they come piece by piece and are never asked for again. */
export class Rows<Row> {
  rows = $state.raw<Row[]>([]);
  /** Where the next piece begins; null with the last one. */
  next = $state<number | null>(null);
  said = $state("");
  busy = $state(false);

  constructor(private ask: (query: { after?: number }) => Promise<{ rows: Row[]; next?: number | null }>) {}

  more = async (): Promise<void> => {
    this.busy = true;
    try {
      const page = await this.ask(this.next === null ? {} : { after: this.next });
      [this.rows, this.next, this.said] = [[...this.rows, ...page.rows], page.next ?? null, ""];
    } catch (error) {
      this.said = trouble(error);
    } finally {
      this.busy = false;
    }
  };
}
