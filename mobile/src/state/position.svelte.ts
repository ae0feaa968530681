// Where the phone is. The best fix so far is offered at once and a better one follows; nothing waits for it. In the phone's
// app it comes from the system; in the browser from the geolocation interface, which cannot tell a mock.
import type { Fix } from "../api/types";
import { locate, type Trouble } from "../core";

/** Better than this is good enough to stop looking, metres. */
export const GOOD = 15;
/** Worse than this offers to wait, metres. */
export const COARSE = 50;
const PATIENCE_MS = 60_000;

/** Whether a new fix should take the place of the one kept. */
export function isBetter(next: Fix, kept: Fix | null): boolean {
  return kept === null || next.accuracy_m < kept.accuracy_m * 0.8 || (next.accuracy_m < kept.accuracy_m && next.accuracy_m <= GOOD);
}

export class Search {
  best = $state.raw<Fix | null>(null);
  searching = $state(false);
  trouble = $state<Trouble | null>(null);
  private end: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private onbetter: (fix: Fix) => void) {}

  start(): void {
    this.stop();
    this.trouble = null;
    this.searching = true;
    this.end = (locate ?? byTheBrowser)({ fix: (fix) => this.found(fix), trouble: (why) => this.failed(why) });
    // Some answer at once, before there is anything to stop.
    if (!this.searching) this.stop();
    else {
      this.timer = setTimeout(() => {
        this.stop();
        if (!this.best) this.trouble ??= "no_fix";
      }, PATIENCE_MS);
    }
  }

  stop(): void {
    this.end?.();
    this.end = undefined;
    clearTimeout(this.timer);
    this.searching = false;
  }

  private found(fix: Fix): void {
    if (!isBetter(fix, this.best)) return;
    this.best = fix;
    this.onbetter(fix);
    if (fix.accuracy_m <= GOOD) this.stop();
  }

  private failed(why: Trouble): void {
    if (this.best) return;
    this.trouble = why;
    if (why !== "no_fix") this.stop();
  }
}

function byTheBrowser(told: { fix(fix: Fix): void; trouble(why: Trouble): void }): () => void {
  if (!("geolocation" in navigator)) {
    told.trouble("switched_off");
    return () => {};
  }
  const watch = navigator.geolocation.watchPosition(
    ({ coords, timestamp }) =>
      told.fix({ lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy, fix_at: new Date(timestamp).toISOString() }),
    (error) => told.trouble(error.code === error.PERMISSION_DENIED ? "no_permission" : "no_fix"),
    { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
  );
  return () => navigator.geolocation.clearWatch(watch);
}
