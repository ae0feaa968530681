// What the shell lays down for the page, and what the screens make of it: the script is the one that is built into the app.
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { describe, expect, test, vi } from "vitest";
import type { Shell } from "../../src/shell";
import { read } from "../../src/router.svelte";

const SCRIPT = readFileSync(new URL("../../src-tauri/src/lay_down.js", import.meta.url), "utf8").trimEnd();

function laid(offers: { biometric: "finger" | "face" | null; reader: boolean }) {
  const invoke = vi.fn((command: string, _args: object): Promise<unknown> => Promise.resolve(command === "scan" ? "kandas://enrol?u=1" : true));
  const page: { __TAURI_INTERNALS__: object; kandasShell?: Shell } = { __TAURI_INTERNALS__: { invoke } };
  runInNewContext(`${SCRIPT}(${JSON.stringify(offers)});`, page);
  return { shell: page.kandasShell, invoke };
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
