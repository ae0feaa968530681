// The evidence of what was noticed, as something to be drawn: places beside each other, times beside each other.
import type { Item, Noticed } from "../api/client";

/** A place that a finding is about. */
export interface Spot {
  kind: "record" | "before" | "camera" | "coordinates" | "centre" | "median";
  lat: number;
  lon: number;
  /** When, as a moment. */
  at?: string | null;
}

/** The two places of a finding, from where to where; none where it is about no way, or one of them is not known. */
export function spots(item: Item, noticed: Noticed): [Spot, Spot] | null {
  const here: Spot | null = item.place ? { kind: "record", lat: item.place.lat, lon: item.place.lon, at: item.place_at ?? null } : null;
  switch (noticed.rule) {
    case "impossible_travel": {
      const from = noticed.other?.place;
      return from && here ? [{ kind: "before", lat: from.lat, lon: from.lon, at: from.at }, here] : null;
    }
    case "far_from_settlement": {
      const home = item.family.home;
      return home && here ? [{ kind: home.how, lat: home.place.lat, lon: home.place.lon }, { ...here, at: null }] : null;
    }
    case "exif_place": {
      const [lat, lon] = [Number(noticed.params["lat"]), Number(noticed.params["lon"])];
      const piece = item.evidence.find((each) => each.evidence === noticed.params["evidence"]);
      // As the rule has it: what was attached is held against the record.
      const phone = (piece?.source === "captured" && piece.place) || item.place;
      if (!phone || !Number.isFinite(lat) || !Number.isFinite(lon)) return null;
      return [
        { kind: "camera", lat, lon },
        { kind: "record", lat: phone.lat, lon: phone.lon },
      ];
    }
    default:
      return null;
  }
}

/** A moment that somebody claims, or a day that counts. */
export interface Claim {
  kind: "sealed" | "file" | "taken" | "done" | "due";
  /** Milliseconds; of a day its beginning in UTC+5. */
  at: number;
  /** It is a day and not a moment. */
  day: boolean;
}

/** What is certain of the time of sealing, and what is claimed beside it. */
export interface Times {
  notBefore: number;
  notAfter: number;
  claims: Claim[];
}

export const DAY_MS = 86_400_000;
const OFFSET_MS = 5 * 3_600_000;

/** Milliseconds of what a camera wrote: its local time is the country's where it names no offset. */
export function written(text: string): number | null {
  const local = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?$/.test(text);
  const at = Date.parse(local ? `${text}Z` : text);
  return Number.isNaN(at) ? null : local ? at - OFFSET_MS : at;
}

/** The times of a finding; none where it is about none, or nobody knows when the record was sealed. */
export function times(item: Item, noticed: Noticed): Times | null {
  const { bracket } = item;
  if (!bracket) return null;
  const claims: Claim[] = [];
  const moment = (kind: Claim["kind"], at: number | null | undefined) => at != null && claims.push({ kind, at, day: false });
  const day = (kind: Claim["kind"], of: string | null | undefined) => of && claims.push({ kind, at: Date.parse(`${of}T00:00:00Z`) - OFFSET_MS, day: true });
  const sealed = item.sealed_at ? Date.parse(item.sealed_at) : null;
  switch (noticed.rule) {
    case "clock_jump":
      moment("sealed", sealed);
      break;
    case "late":
    case "due_unproven":
      moment("sealed", sealed);
      day("done", item.done_on);
      day("due", item.activity?.last_on ?? item.activity?.due_on);
      break;
    case "exif_time": {
      const piece = item.evidence.find((each) => each.evidence === noticed.params["evidence"]);
      moment("file", piece?.camera_at ? written(piece.camera_at) : null);
      if (piece?.source === "captured") moment("taken", piece.taken_at ? Date.parse(piece.taken_at) : null);
      else day("done", item.done_on);
      break;
    }
    default:
      return null;
  }
  return claims.length > 0 ? { notBefore: Date.parse(bracket.not_before), notAfter: Date.parse(bracket.not_after), claims } : null;
}
