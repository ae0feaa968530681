// Where the phone roughly is, for distances in lists; asked only where the permission was given already for evidence.
import type { Place } from "../api/types";

class Here {
  place = $state.raw<Place | null>(null);

  async look(): Promise<void> {
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
