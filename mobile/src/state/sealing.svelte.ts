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
  last = $state.raw<JustSealed | null>(null);
  done(sealed: JustSealed): void {
    this.last = sealed;
  }
}

export const sealing = new Sealing();
