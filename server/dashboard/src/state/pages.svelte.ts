import { trouble } from "./names";

/** A list that comes page by page, for what its address asks. */
export class Pages<Asked, Page> {
  list = $state.raw<Page | null>(null);
  said = $state("");
  busy = $state(false);

  /** `fetch` gives the first page, or what `list` becomes with the next one. */
  constructor(
    private asked: () => Asked,
    private fetch: (asked: Asked, list: Page | null) => Promise<Page>,
  ) {}

  /** The first page, or one more. An answer to what is not asked any more is not shown. */
  async load(more = false): Promise<void> {
    const mine = this.asked();
    this.busy = true;
    try {
      const found = await this.fetch(mine, more ? this.list : null);
      if (mine !== this.asked()) return;
      [this.list, this.said] = [found, ""];
    } catch (error) {
      if (mine === this.asked()) this.said = trouble(error);
    } finally {
      this.busy = false;
    }
  }
}
