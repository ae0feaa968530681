// What the shell lays down for the page, and what the screens make of it: the script is the one that is built into the app.
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import type { Shell } from "../../src/shell";
import { read } from "../../src/router.svelte";

const SCRIPT = readFileSync(new URL("../../src-tauri/src/lay_down.js", import.meta.url), "utf8").trimEnd();

interface Offers {
  biometric?: "finger" | "face" | null;
  buzz?: boolean;
  reader?: boolean;
  text?: number | null;
}

class Element {
  constructor(
    readonly href: string,
    readonly fits: boolean,
  ) {}
  closest = () => (this.fits ? this : null);
}

function laid(offers: Offers) {
  const invoke = vi.fn((command: string, _args: object): Promise<unknown> => Promise.resolve(command === "scan" ? "kandas://enrol?u=1" : true));
  let click = (_event: { target: unknown; preventDefault: () => void }): void => undefined;
  const addEventListener = (name: string, does: typeof click) => {
    expect(name).toBe("click");
    click = does;
  };
  const page: { __TAURI_INTERNALS__: object; addEventListener: unknown; Element: unknown; console: Console; kandasShell?: Shell } = { __TAURI_INTERNALS__: { invoke }, addEventListener, Element, console };
  runInNewContext(`${SCRIPT}(${JSON.stringify(offers)});`, page);
  return { shell: page.kandasShell, invoke, click: (target: unknown, preventDefault = vi.fn()) => (click({ target, preventDefault }), preventDefault) };
}

describe("what only the shell can do", () => {
  test("a desktop has none of it, and the screens fall back to PIN and camera", () => {
    const { shell, invoke } = laid({ biometric: null, reader: false });
    expect(shell).toBeDefined();
    expect(shell?.biometric).toBeUndefined();
    expect(shell?.scanQr).toBeUndefined();
    expect(invoke).not.toHaveBeenCalled();
  });

  test("a phone asks its system", async () => {
    const { shell, invoke } = laid({ biometric: "face", reader: true });
    expect(shell?.biometric?.kind).toBe("face");
    expect(await shell?.biometric?.unlock("why")).toBe(true);
    expect(invoke).toHaveBeenLastCalledWith("recognise", { reason: "why" });
    expect(await shell?.scanQr?.()).toBe("kandas://enrol?u=1");
    expect(invoke).toHaveBeenLastCalledWith("scan", {});
  });

  test("what the window does not show goes to the system, everything else stays", () => {
    const { click, invoke } = laid({});
    expect(click(new Element("tel:+77010000000", true))).toHaveBeenCalledOnce();
    expect(invoke).toHaveBeenLastCalledWith("open_outside", { address: "tel:+77010000000" });
    expect(click(new Element("#/today", false))).not.toHaveBeenCalled();
    expect(click({})).not.toHaveBeenCalled();
    expect(invoke).toHaveBeenCalledOnce();
  });

  test("text as large as the system's, and something to feel where the page has no way of its own", () => {
    const { shell, invoke } = laid({ buzz: true, text: 130 });
    expect(shell?.text).toBe(130);
    shell?.buzz?.([12]);
    expect(invoke).toHaveBeenLastCalledWith("buzz", { pattern: [12] });
    expect(laid({ text: null }).shell).not.toHaveProperty("text");
    expect(laid({ buzz: false }).shell?.buzz).toBeUndefined();
  });

  test("one without the other", () => {
    expect(laid({ biometric: "finger", reader: false }).shell).toMatchObject({ biometric: { kind: "finger" } });
    expect(laid({ biometric: null, reader: true }).shell?.biometric).toBeUndefined();
  });
});

test("a link that the shell opens is the address of the enrolment's page", () => {
  // As src-tauri/src/links.rs writes it.
  expect(read("#/enrol/kandas%3A%2F%2Fenrol%3Fu%3Dhttps%253A%252F%252Fa.kz%26c%3D1")).toEqual({
    screen: "enrol",
    link: "kandas://enrol?u=https%3A%2F%2Fa.kz&c=1",
  });
});
