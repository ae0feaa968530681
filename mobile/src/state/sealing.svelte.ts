// What has just been sealed, for the one page that shows it.
import type { SealedBrief } from "../api/types";

export interface JustSealed {
  draft: string;
  family: string | null;
  records: readonly SealedBrief[];
  title: string;
  who: string;
}

class Sealing {
  /** Drafts that wait for another one: a consent with proof leads back to the capture that asked for it. */
  private waiting = new Map<string, string>();
  last = $state.raw<JustSealed | null>(null);
  done(sealed: JustSealed): void {
    this.last = sealed;
  }

  /** `first` is sealed for the sake of `then`. */
  before(first: string, then: string): void {
    this.waiting.set(first, then);
  }
  then(draft: string): string | null {
    return this.waiting.get(draft) ?? null;
  }
}

export const sealing = new Sealing();
