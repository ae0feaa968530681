import { expect, test } from "vitest";
import type { Item, Noticed } from "../../src/api/client";
import { spots, times, written } from "../../src/parts/noticed";

const here = { lat: 52.3, lon: 76.9, accuracy_m: 8, source: "satellite", mock: false };
const item = {
  place: here,
  place_at: "2026-11-20T05:20:00Z",
  sealed_at: "2026-11-20T05:25:00Z",
  done_on: "2026-11-19",
  bracket: { not_before: "2026-11-20T03:00:00Z", not_after: "2026-11-20T15:00:00Z" },
  family: { home: { how: "centre", place: { lat: 53, lon: 76 } } },
  activity: { last_on: "2026-11-18", due_on: "2026-11-15" },
  evidence: [{ evidence: "e1", source: "captured", place: here, camera_at: "2026-11-20T10:00:30", taken_at: "2026-11-20T05:20:00Z" }],
} as unknown as Item;
const noticed = (rule: string, params: Record<string, unknown> = {}, other?: unknown) => ({ rule, severity: "soon", params, other }) as unknown as Noticed;

test("two places: from where to where", () => {
  const place = { lat: 51, lon: 75, accuracy_m: 8, at: "2026-11-20T05:00:00Z" };
  expect(spots(item, noticed("impossible_travel", {}, { place }))).toEqual([
    { kind: "before", lat: 51, lon: 75, at: place.at },
    { kind: "record", lat: 52.3, lon: 76.9, at: item.place_at },
  ]);
  expect(spots(item, noticed("impossible_travel", {}, { place: null }))).toBeNull();
  expect(spots(item, noticed("far_from_settlement"))?.[0]).toEqual({ kind: "centre", lat: 53, lon: 76 });
  expect(spots(item, noticed("exif_place", { evidence: "e1", lat: "51.15", lon: "71.43" }))?.[0]).toEqual({ kind: "camera", lat: 51.15, lon: 71.43 });
  expect(spots({ ...item, place: null }, noticed("far_from_settlement"))).toBeNull();
  expect(spots(item, noticed("late"))).toBeNull();
});

test("what is certain, and what is claimed", () => {
  expect(times(item, noticed("clock_jump"))).toEqual({
    notBefore: Date.parse("2026-11-20T03:00:00Z"),
    notAfter: Date.parse("2026-11-20T15:00:00Z"),
    claims: [{ kind: "sealed", at: Date.parse("2026-11-20T05:25:00Z"), day: false }],
  });
  const late = times(item, noticed("late"))?.claims;
  expect(late?.map((claim) => claim.kind)).toEqual(["sealed", "done", "due"]);
  // The last day in time, where the due date is a day off; it begins at midnight in UTC+5.
  expect(late?.[2]).toEqual({ kind: "due", at: Date.parse("2026-11-17T19:00:00Z"), day: true });
  expect(times(item, noticed("exif_time", { evidence: "e1" }))?.claims.map((claim) => [claim.kind, claim.at])).toEqual([
    ["file", Date.parse("2026-11-20T05:00:30Z")],
    ["taken", Date.parse("2026-11-20T05:20:00Z")],
  ]);
  expect(times({ ...item, bracket: null }, noticed("late"))).toBeNull();
  expect(times(item, noticed("no_position"))).toBeNull();
});

test("a camera's local time is the country's unless it names an offset", () => {
  expect(written("2026-11-20T10:00:30")).toBe(Date.parse("2026-11-20T05:00:30Z"));
  expect(written("2026-11-20T11:00:30+06:00")).toBe(Date.parse("2026-11-20T05:00:30Z"));
  expect(written("rubbish")).toBeNull();
});
