// MapLibre, its worker and the outline of the country: three files that only a page with a map asks for. Everything comes
// from this server: no tiles, no fonts, no pictures.
import { Map as Canvas, setWorkerUrl, type StyleSpecification } from "maplibre-gl";
import type { Feature, GeoJSON } from "geojson";
import worker from "maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url";
import outline from "./outline.json";

setWorkerUrl(worker);

/** Degrees north and east, and how near: 0 shows the world in 512 pixels, each step doubles. */
export interface View {
  lat: number;
  lon: number;
  zoom: number;
}

/** West, south, east, north. */
export type Edges = [number, number, number, number];

export const COUNTRY: Edges = [46.4, 40.5, 87.4, 55.5];

const WORLD = 512;
const EARTH = 40_075_016.686;

export type { Canvas };

/** The colours that hold where the map stands. */
function colours(of: Element): Record<"sea" | "land" | "home" | "border" | "ink", string> {
  const style = getComputedStyle(of);
  const token = (name: string) => style.getPropertyValue(name).trim();
  return { sea: token("--bg"), land: token("--sunken"), home: token("--surface"), border: token("--edge"), ink: token("--soon") };
}

function style(of: Element): StyleSpecification {
  const colour = colours(of);
  const empty = { type: "FeatureCollection" as const, features: [] };
  return {
    version: 8,
    sources: {
      outline: { type: "geojson", data: outline as unknown as GeoJSON },
      drawn: { type: "geojson", data: empty },
    },
    layers: [
      { id: "sea", type: "background", paint: { "background-color": colour.sea } },
      { id: "land", type: "fill", source: "outline", filter: ["!", ["get", "home"]], paint: { "fill-color": colour.land } },
      { id: "home", type: "fill", source: "outline", filter: ["get", "home"], paint: { "fill-color": colour.home } },
      { id: "borders", type: "line", source: "outline", filter: ["!", ["get", "home"]], paint: { "line-color": colour.border, "line-width": 0.5, "line-opacity": 0.6 } },
      { id: "border", type: "line", source: "outline", filter: ["get", "home"], paint: { "line-color": colour.border, "line-width": 1.5 } },
      { id: "areas", type: "fill", source: "drawn", filter: ["==", ["geometry-type"], "Polygon"], paint: { "fill-color": colour.ink, "fill-opacity": 0.18 } },
      { id: "lines", type: "line", source: "drawn", paint: { "line-color": colour.ink, "line-width": 2, "line-dasharray": [2, 2] } },
    ],
  };
}

export interface Words {
  /** What the map is, for who cannot see it. */
  title: string;
}

/** A map in this element. */
export function canvas(container: HTMLElement, edges: Edges, words: Words, still: boolean): Canvas {
  const map = new Canvas({
    container,
    style: style(container),
    bounds: edges,
    fitBoundsOptions: { padding: 24, maxZoom: 15 },
    attributionControl: false,
    renderWorldCopies: false,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    minZoom: 1,
    maxZoom: 18,
    fadeDuration: 0,
    // A small map in a column must not catch the wheel that scrolls the column.
    scrollZoom: !still,
    locale: { "Map.Title": words.title },
  });
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  const dress = () => {
    const colour = colours(container);
    map.setPaintProperty("sea", "background-color", colour.sea);
    map.setPaintProperty("land", "fill-color", colour.land);
    map.setPaintProperty("home", "fill-color", colour.home);
    for (const line of ["borders", "border"]) map.setPaintProperty(line, "line-color", colour.border);
    map.setPaintProperty("areas", "fill-color", colour.ink);
    map.setPaintProperty("lines", "line-color", colour.ink);
  };
  // Somebody wears another theme, or the evening comes.
  const themes = new MutationObserver(() => map.isStyleLoaded() && dress());
  themes.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const evening = matchMedia("(prefers-color-scheme: dark)");
  const turned = () => map.isStyleLoaded() && dress();
  evening.addEventListener("change", turned);
  map.once("remove", () => {
    themes.disconnect();
    evening.removeEventListener("change", turned);
  });
  return map;
}

/** A circle on the ground, as a ring of points. */
export function circle(lat: number, lon: number, metres: number): Feature {
  const degrees = metres / 111_320;
  const points = Array.from({ length: 49 }, (_, step) => {
    const turn = (step / 48) * 2 * Math.PI;
    return [lon + (degrees * Math.cos(turn)) / Math.max(0.05, Math.cos((lat * Math.PI) / 180)), lat + degrees * Math.sin(turn)];
  });
  return { type: "Feature", properties: {}, geometry: { type: "Polygon", coordinates: [points] } };
}

export function line(from: { lat: number; lon: number }, to: { lat: number; lon: number }): Feature {
  return { type: "Feature", properties: {}, geometry: { type: "LineString", coordinates: [[from.lon, from.lat], [to.lon, to.lat]] } };
}

/** A round length that fits into `pixels` there, and how many pixels it takes. */
export function ruler(view: View, pixels: number): { metres: number; pixels: number } {
  const metre = (EARTH * Math.cos((view.lat * Math.PI) / 180)) / (WORLD * 2 ** view.zoom);
  const most = metre * pixels;
  const ten = 10 ** Math.floor(Math.log10(most));
  const metres = ten * (most / ten >= 5 ? 5 : most / ten >= 2 ? 2 : 1);
  return { metres, pixels: metres / metre };
}
