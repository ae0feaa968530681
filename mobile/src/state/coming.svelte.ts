// A file on its way into the core. It stays in sight until the core has it: a camera's picture is not lost because nobody
// answered just now.
import type { Fix } from "../api/types";
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
    /** The piece of an earlier version that it stands in for. */
    readonly replaces: string | null = null,
  ) {}

  /** Where the phone was when it was taken; undefined while nobody has looked. */
  position: Fix | null | undefined;
}

/** Files that a screen took for a draft and could not bring in: the draft's screen takes them over. */
const handed = new Map<string, Coming[]>();

export function handOver(draft: string, coming: Coming): void {
  coming.failed = true;
  handed.set(draft, [...(handed.get(draft) ?? []), coming]);
}

export function takeOver(draft: string): Coming[] {
  const files = handed.get(draft) ?? [];
  handed.delete(draft);
  return files;
}
