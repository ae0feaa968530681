// Where the phone is. The best fix so far is offered at once and a better one follows; nothing waits for it. In the
// browser this is the geolocation interface; it cannot tell a mock, and the core marks its fixes so.

export interface Fix {
  latitude: number;
  longitude: number;
  /** Radius in metres. */
  accuracy: number;
  /** When the system took it, RFC 3339. */
  at: string;
}
export type Trouble = "no_permission" | "switched_off" | "no_fix";

/** Better than this is good enough to stop looking, metres. */
export const GOOD = 15;
/** Worse than this offers to wait, metres. */
export const COARSE = 50;
const PATIENCE_MS = 60_000;

/** Whether a new fix should take the place of the one kept. */
export function isBetter(next: Fix, kept: Fix | null): boolean {
  return kept === null || next.accuracy < kept.accuracy * 0.8 || (next.accuracy < kept.accuracy && next.accuracy <= GOOD);
}

export class Search {
  best = $state.raw<Fix | null>(null);
  searching = $state(false);
  trouble = $state<Trouble | null>(null);
  private watch: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private onbetter: (fix: Fix) => void) {}

  start(): void {
    this.stop();
    this.trouble = null;
    if (!("geolocation" in navigator)) {
      this.trouble = "switched_off";
      return;
    }
    this.searching = true;
    this.watch = navigator.geolocation.watchPosition(
      ({ coords, timestamp }) => {
        const fix = {
          latitude: coords.latitude,
          longitude: coords.longitude,
          accuracy: coords.accuracy,
          at: new Date(timestamp).toISOString(),
        };
        if (!isBetter(fix, this.best)) return;
        this.best = fix;
        this.onbetter(fix);
        if (fix.accuracy <= GOOD) this.stop();
      },
      (error) => {
        if (this.best) return;
        this.trouble = error.code === error.PERMISSION_DENIED ? "no_permission" : "no_fix";
        if (error.code === error.PERMISSION_DENIED) this.stop();
      },
      { enableHighAccuracy: true, maximumAge: 0, timeout: PATIENCE_MS },
    );
    this.timer = setTimeout(() => {
      this.stop();
      if (!this.best) this.trouble ??= "no_fix";
    }, PATIENCE_MS);
  }

  stop(): void {
    if (this.watch !== undefined) navigator.geolocation.clearWatch(this.watch);
    clearTimeout(this.timer);
    this.watch = undefined;
    this.searching = false;
  }
}
