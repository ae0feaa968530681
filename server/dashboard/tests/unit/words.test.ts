import { expect, test } from "vitest";
import { words, type Own } from "kandas-design/words.svelte";

/** Words that come when they are let. */
function late(id: string): { own: Own; come: () => void } {
  let come = (): void => undefined;
  const there = new Promise<{ default: string }>((done) => (come = () => done({ default: `${id} = ${id}\n` })));
  return { own: { kk: () => there, ru: () => there, en: () => there }, come };
}

test("words of two screens that are asked for together are both there, whichever comes first", async () => {
  await words.speak("ru");
  const [first, second] = [late("of-first"), late("of-second")];
  const [one, two] = [words.join(first.own), words.join(second.own)];
  let again = false;
  const third = words.join(first.own).then(() => (again = true));
  second.come();
  await Promise.resolve();
  expect(again, "not before the words are there").toBe(false);
  first.come();
  await Promise.all([one, two, third]);
  expect(words.lang).toBe("ru");
  expect(["of-first", "of-second"].filter((id) => !words.current.hasMessage(id))).toEqual([]);
});

test("another language that was chosen meanwhile stays chosen", async () => {
  const slow = late("of-slow");
  const joined = words.join(slow.own);
  const spoken = words.speak("en");
  const other = late("of-other");
  const more = words.join(other.own);
  other.come();
  slow.come();
  await Promise.all([joined, spoken, more]);
  expect(words.lang).toBe("en");
  expect(words.current.hasMessage("of-slow") && words.current.hasMessage("of-other")).toBe(true);
});
