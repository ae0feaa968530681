// A file on its way into the core. It stays in sight until the core has it: a camera's picture is not lost because nobody
// answered just now.
import type { Bringing } from "../core";

export class Coming {
  /** How much of it is there, 0 to 1. */
  share = $state(0);
  /** The core did not take it: a tap tries again. */
  failed = $state(false);

  constructor(
    readonly file: Blob & { name?: string },
    readonly kind: Bringing["kind"],
    readonly captured: boolean,
  ) {}
}
