// The colours of the design system, computed again from `tokens.css` by the formula of WCAG 2.2.
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";

const css = readFileSync(new URL("../../../design/tokens.css", import.meta.url), "utf8");
const base = readFileSync(new URL("../../../design/base.css", import.meta.url), "utf8");
type Theme = Record<string, string>;

function block(selector: string, from = css): Theme {
  const start = from.indexOf(selector);
  const open = from.indexOf("{", start);
  const body = from.slice(open + 1, from.indexOf("}", open)).replace(/\/\*.*?\*\//gs, "");
  return Object.fromEntries([...body.matchAll(/(--[\w-]+|color-scheme):\s*([^;]+);/g)].map(([, name = "", value = ""]) => [name, value.trim()]));
}
const light = block(':root, [data-theme="light"]');
const dark = { ...light, ...block('[data-theme="dark"]') };
const snow = { ...light, ...block('[data-theme="snow"]', css.slice(css.indexOf("/* Snow"))) };
const THEMES: [string, Theme][] = [["light", light], ["dark", dark], ["snow", snow]];

function channels(colour: string): number[] {
  const hex = colour.replace("#", "");
  const full = hex.length === 3 ? [...hex].map((digit) => digit + digit).join("") : hex;
  return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16) / 255);
}
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = channels(colour).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function contrast(one: string, other: string): number {
  const [a = 0, b = 0] = [luminance(one), luminance(other)].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}
const of = (theme: Theme, name: string): string => {
  const value = theme[`--${name}`];
  if (!value?.startsWith("#")) throw new Error(`--${name} is ${value}`);
  return value;
};

const TEXT = 4.5;
const GLYPH = 3;
const STATES = ["plan", "soon", "over", "hand", "sent", "done", "back", "off"];
const PAIRS: [string, string, number][] = [
  ...["surface", "bg", "sunken"].flatMap((ground): [string, string, number][] => [["ink", ground, TEXT], ["ink-2", ground, TEXT], ["ink-3", ground, TEXT], ["edge", ground, GLYPH], ["focus", ground, GLYPH]]),
  ["on-brand", "brand", TEXT],
  ["on-brand", "brand-press", TEXT],
  ["brand", "surface", TEXT],
  ["brand", "bg", TEXT],
  ["brand", "brand-soft", TEXT],
  ["on-mast", "mast", TEXT],
  ["on-mast-2", "mast", TEXT],
  ["on-mast", "mast-2", TEXT],
  ["on-mast-2", "mast-2", TEXT],
  ...STATES.flatMap((state): [string, string, number][] => [[state, "surface", TEXT], [state, `${state}-soft`, TEXT], ["ink", `${state}-soft`, TEXT], ["on-state", state, TEXT]]),
];

describe.each(THEMES)("%s", (_, theme) => {
  test.each(PAIRS)("%s on %s is at least %d", (front, ground, least) => {
    expect(contrast(of(theme, front), of(theme, ground))).toBeGreaterThanOrEqual(least);
  });
});

test("the formula is the known one", () => {
  expect(contrast("#000", "#fff")).toBeCloseTo(21, 5);
  expect(contrast("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
});

test("dark is the same whether the system or the worker chose it", () => {
  expect(block(":root:not([data-theme])")).toEqual(block('[data-theme="dark"]'));
});

test("the light variants of the states on the masthead can be seen", () => {
  const onMast = [...base.matchAll(/\.mast \[data-tone="(\w+)"\] \{ --x: (#\w+|var\(--soon-glow\)); \}/g)];
  expect(onMast.map(([, state]) => state).sort()).toEqual([...STATES].sort());
  for (const [, state = "", colour = ""] of onMast) {
    const shown = colour.startsWith("var") ? of(light, "soon-glow") : colour;
    expect(contrast(shown, of(light, "mast")), state).toBeGreaterThanOrEqual(4.5);
    expect(contrast(shown, of(light, "mast-2")), state).toBeGreaterThanOrEqual(GLYPH);
  }
});
