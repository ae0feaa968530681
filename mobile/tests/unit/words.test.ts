import { beforeAll, describe, expect, test } from "vitest";
import { bundle, LANGUAGES, maybe, named, say, t, words, type Lang } from "kandas-design/words.svelte";
import { PATCHES } from "kandas-design/states";
// @ts-expect-error plain JavaScript
import { PARTS, agreed, source } from "../../../design/messages.mjs";
import { dueLong, dueShort } from "../../src/state/due";
import type { Deadline } from "../../src/api/types";

const NB = "\u00a0";

describe("messages", () => {
  test("every message of every language can be said", () => {
    const all = agreed() as Map<string, string[]>;
    expect(all.size).toBeGreaterThan(600);
    for (const lang of LANGUAGES) {
      const made = bundle(lang, source(lang, "base") as string, source(lang, "help") as string);
      for (const [id, variables] of all) {
        if (!made.hasMessage(id)) continue;
        for (const count of [0, 1, 2, 5, 21]) {
          const text = say(made, id, Object.fromEntries(variables.map((name) => [name, count])));
          expect(text, `${lang} ${id}`).not.toContain("⟦");
        }
      }
    }
    // Some ten thousand sentences: seconds on a busy machine.
  }, 60_000);

  test("what no screen says is the glossary, the headings of exported lists and what stands on paper", () => {
    const made = bundle("kk", ...Object.keys(PARTS as object).map((part) => source("kk", part) as string));
    const silent = [...(agreed() as Map<string, string[]>).keys()].filter((id) => !made.hasMessage(id));
    expect(silent.length).toBeGreaterThan(0);
    expect(silent.filter((id) => !/^(term|export-col|paper)-/.test(id))).toEqual([]);
  });

  test("buttons, screens and states say no more than their room holds", () => {
    // A tab has 90 px, a chip less than half of the page.
    for (const lang of LANGUAGES) {
      const made = bundle(lang, source(lang, "base") as string);
      for (const id of ["tab-today", "tab-families", "tab-sent", "tab-sync"]) expect(say(made, id).length, `${lang} ${id}`).toBeLessThanOrEqual(11);
      for (const state of PATCHES) expect(say(made, `patch-${state.replaceAll("_", "-")}`).length).toBeLessThanOrEqual(17);
    }
  });

  test("no message shouts or blames", () => {
    for (const lang of LANGUAGES) {
      const text = `${source(lang, "base") as string}${source(lang, "help") as string}`;
      expect(text).not.toMatch(/=.*!/);
      expect(text.toLowerCase()).not.toMatch(/қате орын алды|произошла ошибка|an error occurred|карантин|quarantine/);
    }
  });

  test("a message that is not there is visible", () => {
    expect(say(bundle("kk"), "no-such-thing")).toBe("⟦no-such-thing⟧");
    expect(maybe("no-such-thing")).toBeUndefined();
    expect(() => bundle("kk", "tab-today = a", "tab-today = b")).toThrow();
  });
});

describe("speaking", () => {
  beforeAll(() => words.speak("kk"));

  test("numbers choose their plural and are written as people here write them", async () => {
    const said: [Lang, number, string][] = [
      ["kk", 1, "1\u00a0отбасы"],
      ["kk", 1000, `1${NB}000${NB}отбасы`],
      ["ru", 1, "1\u00a0семья"],
      ["ru", 3, "3\u00a0семьи"],
      ["ru", 1005, `1${NB}005${NB}семей`],
      ["ru", 21, "21\u00a0семья"],
      ["en", 1, "1\u00a0family"],
      ["en", 2, "2\u00a0families"],
    ];
    for (const [lang, count, text] of said) {
      await words.speak(lang);
      expect(t("families-count", { count })).toBe(text);
    }
  });

  test("words of the domain", async () => {
    await words.speak("kk");
    expect(named("patch", "not_applicable")).toBe("Қолданылмайды");
    expect(named("no-video", "weak_device")).toBe("Телефон түсіре алмайды");
    // @ts-expect-error a word without a message does not compile
    expect(named("patch", "no_such_state")).toBe("⟦patch-no-such-state⟧");
  });

  test("a deadline in words", async () => {
    const today = "2026-11-23";
    const due = (on: string, days: number, working_days: number | null, last = on): Deadline => ({ on, last, days, working_days });
    const table: [Deadline, string, string, string, string][] = [
      [due("2026-11-18", -5, -3), "3\u00a0жұмыс күніне кешікті", "3\u00a0жұмыс күніне кешікті", "Просрочено на 3\u00a0рабочих дня", "Просрочено на 3\u00a0рабочих дня"],
      // A Sunday: in time until Monday, today.
      [due("2026-11-22", -1, 0, "2026-11-23"), "бүгін", "бүгін, 23.11\u00a0дейін", "сегодня", "сегодня, до 23.11"],
      [due("2026-11-21", -2, null), "Мерзімі өтті", "Мерзімі өтті", "Просрочено", "Просрочено"],
      [due("2026-11-23", 0, 0), "бүгін", "бүгін, 23.11\u00a0дейін", "сегодня", "сегодня, до 23.11"],
      [due("2026-11-24", 1, 1), "ертең", "ертең, 24.11\u00a0дейін", "завтра", "завтра, до 24.11"],
      [due("2026-11-25", 2, 2), `ср,${NB}25.11`, "2\u00a0жұмыс күні қалды, 25.11\u00a0дейін", `ср,${NB}25.11`, "Осталось 2\u00a0рабочих дня, до 25.11"],
      [due("2026-12-14", 21, 15), "14.12", "14.12\u00a0дейін", "14.12", "до 14.12"],
      [due("2027-01-11", 49, null), "11.01.2027", "11.01.2027\u00a0дейін", "11.01.2027", "до 11.01.2027"],
    ];
    for (const [deadline, kkShort, kkLong, ruShort, ruLong] of table) {
      await words.speak("kk");
      expect([dueShort(deadline, today), dueLong(deadline, today)]).toEqual([kkShort, kkLong]);
      await words.speak("ru");
      expect([dueShort(deadline, today), dueLong(deadline, today)]).toEqual([ruShort, ruLong]);
    }
  });
});
