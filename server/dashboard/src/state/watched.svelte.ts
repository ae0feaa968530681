import { call } from "../api/client";
import { live } from "./live.svelte";
import { trouble } from "./names";

/** Something of a case that a page shows as it stands: asked for again when there is news of its family and only then, since
 * each time stands in the access log. */
export class Watched<Of> {
  of = $state.raw<Of | null>(null);
  said = $state("");
  /** The last fact about the family that is shown. */
  private known = 0;

  /** `family` is empty as long as nobody knows it. */
  constructor(
    private family: () => string,
    private ask: () => Promise<Of>,
  ) {}

  async load(): Promise<void> {
    try {
      this.of = await this.ask();
      this.said = "";
    } catch (error) {
      this.said = trouble(error);
    }
  }

  private async newest(): Promise<number> {
    const family = this.family();
    return family ? (await call("GET /api/families/{family}/newest", { path: { family } })).position : 0;
  }

  private async begin(): Promise<void> {
    const before = await this.newest().catch(() => 0);
    await this.load();
    this.known = before || (await this.newest().catch(() => 0));
  }

  private async look(): Promise<void> {
    // Without an answer the next news is heard.
    const now = await this.newest().catch(() => this.known);
    if (now === this.known) return;
    this.known = now;
    await this.load();
  }

  /** For `onMount`: begins, and gives what ends it. */
  start = (): (() => void) => {
    void this.begin();
    return live.on(["records", "held", "checks", "cases"], () => void this.look());
  };
}
