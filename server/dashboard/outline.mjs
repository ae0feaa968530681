// Writes `src/map/outline.json`: Kazakhstan and what lies around it as GeoJSON, out of the public-domain borders of
// Natural Earth (npm `world-atlas`), cut to a piece of the earth and thinned, so that the map needs nothing from elsewhere.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";

const atlas = JSON.parse(readFileSync(createRequire(import.meta.url).resolve("world-atlas/countries-10m.json"), "utf8"));
/** Number of Kazakhstan in ISO 3166-1. */
const KAZAKHSTAN = "398";
/** West, south, east, north of what is kept. */
const PIECE = [36, 30, 100, 62];
/** How far, in degrees, a point may lie off the line that replaces it: some hundred metres at home, more around. */
const HOME = 0.004;
const AROUND = 0.03;

const { scale, translate } = atlas.transform;
const arcs = atlas.arcs.map((arc) => {
  let [x, y] = [0, 0];
  return arc.map(([dx, dy]) => [(x += dx) * scale[0] + translate[0], (y += dy) * scale[1] + translate[1]]);
});

/** A ring of arcs; a negative number means the arc backwards. */
function ring(numbers) {
  return numbers.flatMap((number, at) => {
    const arc = number < 0 ? [...arcs[~number]].reverse() : arcs[number];
    return at === 0 ? arc : arc.slice(1);
  });
}

/** What of a ring lies on one side of a line (Sutherland and Hodgman). */
function cut(points, inside, meet) {
  const kept = [];
  points.forEach((point, at) => {
    const before = points[(at + points.length - 1) % points.length];
    if (inside(point) !== inside(before)) kept.push(meet(before, point));
    if (inside(point)) kept.push(point);
  });
  return kept;
}

function piece(points) {
  const [west, south, east, north] = PIECE;
  const at = (axis, edge) => (a, b) => {
    const share = (edge - a[axis]) / (b[axis] - a[axis]);
    const other = a[1 - axis] + share * (b[1 - axis] - a[1 - axis]);
    return axis === 0 ? [edge, other] : [other, edge];
  };
  let kept = cut(points, (p) => p[0] >= west, at(0, west));
  kept = cut(kept, (p) => p[0] <= east, at(0, east));
  kept = cut(kept, (p) => p[1] >= south, at(1, south));
  return cut(kept, (p) => p[1] <= north, at(1, north));
}

/** Leaves out what lies nearly on the line between its neighbours (Douglas and Peucker). */
function thin(points, off) {
  const keep = new Set([0, points.length - 1]);
  const open = [[0, points.length - 1]];
  while (open.length > 0) {
    const [from, to] = open.pop();
    let [far, worst] = [-1, off];
    for (let at = from + 1; at < to; at += 1) {
      const away = distance(points[at], points[from], points[to]);
      if (away > worst) [far, worst] = [at, away];
    }
    if (far > 0) {
      keep.add(far);
      open.push([from, far], [far, to]);
    }
  }
  return points.filter((_, at) => keep.has(at));
}

function distance([x, y], [ax, ay], [bx, by]) {
  const [dx, dy] = [bx - ax, by - ay];
  const length = dx * dx + dy * dy;
  const share = length > 0 ? Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / length)) : 0;
  return Math.hypot(x - ax - share * dx, y - ay - share * dy);
}

const features = [];
for (const country of atlas.objects.countries.geometries) {
  // Baikonur is let, not ceded: it is a hole in the country's outline there, and none here.
  if (country.properties.name === "Baikonur") continue;
  const home = country.id === KAZAKHSTAN;
  const all = country.type === "Polygon" ? [country.arcs] : country.type === "MultiPolygon" ? country.arcs : [];
  const polygons = home ? all.map((rings) => rings.slice(0, 1)) : all;
  const kept = polygons
    .map((rings) =>
      rings
        .map((numbers) => piece(ring(numbers)))
        .filter((points) => points.length > 3)
        .map((points) => {
          const half = Math.floor(points.length / 2);
          // In two halves: a ring begins where it ends, and no line is thinned between one point and itself.
          const thinned = [...thin(points.slice(0, half + 1), home ? HOME : AROUND), ...thin([...points.slice(half), points[0]], home ? HOME : AROUND).slice(1)];
          return thinned.map(([x, y]) => [Number(x.toFixed(3)), Number(y.toFixed(3))]);
        })
        .filter((points) => points.length > 3),
    )
    .filter((rings) => rings.length > 0);
  if (kept.length > 0) features.push({ type: "Feature", properties: { home }, geometry: { type: "MultiPolygon", coordinates: kept } });
}
if (!features.some((feature) => feature.properties.home)) throw new Error("world-atlas has no Kazakhstan");
writeFileSync(new URL("src/map/outline.json", import.meta.url), JSON.stringify({ type: "FeatureCollection", features }));
