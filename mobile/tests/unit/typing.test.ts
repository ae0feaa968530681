// What is typed is saved while it is typed; addresses of places; what the camera may read.
import { beforeEach, describe, expect, test, vi } from "vitest";
import { read } from "../../src/router.svelte";
import { isEnrolment, READ_PX, readSize } from "../../src/state/qr";
import { MOMENT_MS, Saver } from "../../src/state/saver";

describe("a saver", () => {
  beforeEach(() => void vi.useFakeTimers());

  test("waits for a moment without a letter, and then saves the newest text once", async () => {
    const saved: string[] = [];
    const saver = new Saver<string>(async (text) => void saved.push(text));
    for (const text of ["к", "кө", "көм"]) {
      saver.put(text);
      await vi.advanceTimersByTimeAsync(MOMENT_MS - 1);
    }
    expect(saved).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(saved).toEqual(["көм"]);
  });

  test("never saves twice at once, and ends with what was typed last", async () => {
    const saved: string[] = [];
    let [now, most] = [0, 0];
    const saver = new Saver<string>(async (text) => {
      now += 1;
      most = Math.max(most, now);
      // The first one is slow: it must not come after the second.
      await new Promise((later) => setTimeout(later, text === "a" ? 5_000 : 1));
      saved.push(text);
      now -= 1;
    });
    saver.put("a");
    await vi.advanceTimersByTimeAsync(MOMENT_MS);
    saver.put("ab");
    await vi.advanceTimersByTimeAsync(MOMENT_MS);
    saver.put("abc");
    await vi.advanceTimersByTimeAsync(10_000);
    expect(saved.at(-1)).toBe("abc");
    expect(most).toBe(1);
  });

  test("saves at once when the sheet closes", async () => {
    const saved: string[] = [];
    const saver = new Saver<string>(async (text) => void saved.push(text));
    saver.put("б");
    await saver.flush();
    expect(saved).toEqual(["б"]);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(saved).toEqual(["б"]);
  });
});

test("addresses: a part of a draft, an enrolment that the shell brings, what is no place", () => {
  expect(read("#/drafts/7d/note")).toEqual({ screen: "draft", draft: "7d", part: "note" });
  expect(read("#/drafts/7d")).toEqual({ screen: "draft", draft: "7d", part: null });
  const link = "kandas://enrol?u=https%3A%2F%2Fc.kz&c=A";
  expect(read(`#/enrol/${encodeURIComponent(link)}`)).toEqual({ screen: "enrol", link });
  expect(read("#/new-phone")).toEqual({ screen: "new-phone" });
  for (const none of ["#/drafts/7d/note/more", "#/enrol", "#/new-phone/1", "#/enrol/a/b"]) expect(read(none), none).toEqual({ screen: "unknown" });
});

test("a picture is read no larger than it must be, and keeps its shape", () => {
  expect(readSize(1280, 720)).toEqual([READ_PX, 405]);
  expect(readSize(480, 640)).toEqual([480, 640]);
  expect(readSize(0, 0)).toEqual([1, 1]);
});

test("only an enrolment is taken from the camera", () => {
  expect(isEnrolment(" kandas://enrol?u=x")).toBe(true);
  for (const other of ["see kandas://enrol?u=x", "https://kandas.kz/enrol?u=x", "kandas://other?u=x", "kandas://enrol", ""]) expect(isEnrolment(other), other).toBe(false);
});
