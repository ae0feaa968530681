// Where the phone is. The best fix so far is offered at once and a better one follows; nothing waits for it. In the phone's
// app it comes from the system; in the browser from the geolocation interface, which cannot tell a mock.
import type { Fix } from "../api/types";
import { locate, type Trouble } from "../core";

/** Better than this is good enough to stop looking, metres. */
export const GOOD = 15;
/** Worse than this offers to wait, metres. */
export const COARSE = 50;
const PATIENCE_MS = 60_000;
/** A fix says where a picture is taken for so long. */
export const FRESH_MS = 2 * 60_000;
/** A fix that is kept for longer may be of the place before. */
export const OLD_MS = 5 * 60_000;

/** What two fixes are compared by. */
export interface Spot {
  lat: number;
  lon: number;
  accuracy_m: number;
}

/** Metres between two places, near enough for the little way that matters here. */
export function metres(a: Spot, b: Spot): number {
  const degree = 111_195;
  const north = (a.lat - b.lat) * degree;
  const east = (a.lon - b.lon) * degree * Math.cos(((a.lat + b.lat) / 2) * (Math.PI / 180));
  return Math.hypot(north, east);
}

/** Whether a new fix should take the place of the one kept. `old`: the kept one may be of the place before, so a new one
 * counts unless it is coarse and says nothing else. */
export function isBetter(next: Spot, kept: Spot | null, old = false): boolean {
  if (kept === null) return true;
  if (old && (next.accuracy_m <= Math.max(COARSE, kept.accuracy_m) || metres(next, kept) > next.accuracy_m + kept.accuracy_m)) return true;
  return next.accuracy_m < kept.accuracy_m * 0.8 || (next.accuracy_m < kept.accuracy_m && next.accuracy_m <= GOOD);
}

/** The last fix of any search: where a picture is taken that comes a moment later. */
let last: Fix | null = null;
const isFresh = (fix: Fix | null): fix is Fix => fix !== null && Date.now() - Date.parse(fix.fix_at ?? "") <= FRESH_MS;

/** Where the phone is now, for one picture: the last fix while it is fresh, else what the browser finds in a moment; null
 * when it finds none. The app's shell knows by itself and is not asked. */
export async function near(patience = 2_500): Promise<Fix | null> {
  if (isFresh(last)) return last;
  if (locate || !("geolocation" in navigator)) return null;
  return new Promise((done) => {
    const timer = setTimeout(() => done(null), patience + 200);
    const ended = (fix: Fix | null) => {
      clearTimeout(timer);
      done(fix);
    };
    navigator.geolocation.getCurrentPosition(
      (place) => {
        last = read(place);
        ended(isFresh(last) ? last : null);
      },
      () => ended(null),
      { enableHighAccuracy: true, maximumAge: FRESH_MS, timeout: patience },
    );
  });
}

export class Search {
  best = $state.raw<Spot | null>(null);
  searching = $state(false);
  trouble = $state<Trouble | null>(null);
  /** Whether `best` may be of the place before. */
  private old = false;
  private end: (() => void) | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private onbetter: (fix: Fix) => void) {}

  /** Looks for a better fix than the one that is kept, or, where that is old, for where the phone is now. */
  start(kept: Spot | null = null, old = false): void {
    this.stop();
    [this.best, this.old] = [kept, old];
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
    last = fix;
    if (!isBetter(fix, this.best, this.old)) return;
    this.best = fix;
    this.old = false;
    this.onbetter(fix);
    if (fix.accuracy_m <= GOOD) this.stop();
  }

  private failed(why: Trouble): void {
    // One that is kept stays, and needs no reason.
    if (!this.best) this.trouble = why;
    if (why !== "no_fix") this.stop();
  }
}

function read({ coords, timestamp }: GeolocationPosition): Fix {
  return { lat: coords.latitude, lon: coords.longitude, accuracy_m: coords.accuracy, fix_at: new Date(timestamp).toISOString() };
}

function byTheBrowser(told: { fix(fix: Fix): void; trouble(why: Trouble): void }): () => void {
  if (!("geolocation" in navigator)) {
    told.trouble("switched_off");
    return () => {};
  }
  const watch = navigator.geolocation.watchPosition(
    (place) => told.fix(read(place)),
    (error) => told.trouble(error.code === error.PERMISSION_DENIED ? "no_permission" : "no_fix"),
    { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
  );
  return () => navigator.geolocation.clearWatch(watch);
}
