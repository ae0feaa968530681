import { live } from "./live.svelte";
import { trouble } from "./names";
import { session } from "./session.svelte";

const LOOK_MS = 60_000;

/** Something that a page shows as it stands: asked for once a minute, and when there is news of what it is about. */
export class Fresh<Of> {
  of = $state.raw<Of | null>(null);
  said = $state("");

  constructor(
    private ask: () => Promise<Of>,
    private topics: Parameters<typeof live.on>[0],
  ) {}

  async load(): Promise<void> {
    try {
      this.of = await this.ask();
      this.said = "";
    } catch (error) {
      this.said = trouble(error);
    }
  }

  /** For `onMount`: begins, and gives what ends it. */
  start = (): (() => void) => {
    void this.load();
    const timer = setInterval(() => void this.load(), LOOK_MS);
    // Administrators hear no news of cases.
    const deaf = session.may("numbers") ? live.on(this.topics, () => void this.load()) : () => {};
    return () => {
      clearInterval(timer);
      deaf();
    };
  };
}
