// Where the phone roughly is, for distances in lists; asked only where the permission was given already for evidence. In
// the phone's app the system tells it, mocks marked; in a browser the geolocation, which cannot tell one.
import type { Place } from "../api/types";
import { lastPlace } from "../core";

/** Worse than this says nothing about which family is nearer, metres. */
const ROUGH_M = 5_000;

class Here {
  place = $state.raw<Place | null>(null);

  async look(): Promise<void> {
    if (lastPlace) {
      const fix = await lastPlace().catch(() => null);
      // A made up place is shown to nobody as the way to a family.
      if (fix && fix.mock !== true && fix.accuracy_m <= ROUGH_M) this.place = { lat: fix.lat, lon: fix.lon };
      return;
    }
    if (!("geolocation" in navigator) || !("permissions" in navigator)) return;
    try {
      const permission = await navigator.permissions.query({ name: "geolocation" });
      if (permission.state !== "granted") return;
    } catch {
      // A web view that cannot tell: no distance, no question.
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => (this.place = { lat: coords.latitude, lon: coords.longitude }),
      () => {},
      { maximumAge: 300_000, timeout: 10_000 },
    );
  }
}

export const here = new Here();
