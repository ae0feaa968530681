// What the screens say. One language at a time is in memory; changing it redraws every word.
import { FluentBundle, FluentNumber, FluentResource, type FluentVariable } from "@fluent/bundle";
import { NBSP, number } from "./figures";
import type { Messages } from "./message-ids";

export type Lang = "kk" | "ru" | "en";
export const LANGUAGES: readonly Lang[] = ["kk", "ru", "en"];
export type MessageId = keyof Messages;
/** The variables of a message: nothing, or all of them. */
type Variables<K extends MessageId> = Messages[K] extends null ? [] : [Messages[K]];

type Part = "base" | "help";
const SOURCES: Record<Lang, Record<Part, () => Promise<{ default: string }>>> = {
  kk: { base: () => import("virtual:messages/kk-base"), help: () => import("virtual:messages/kk-help") },
  ru: { base: () => import("virtual:messages/ru-base"), help: () => import("virtual:messages/ru-help") },
  en: { base: () => import("virtual:messages/en-base"), help: () => import("virtual:messages/en-help") },
};

/** Reads messages; what cannot be read is an error, never an empty text. */
export function bundle(lang: Lang, ...sources: string[]): FluentBundle {
  // Every text runs left to right: isolation marks would only end in file names.
  const made = new FluentBundle(lang, { useIsolating: false });
  for (const source of sources) {
    const errors = made.addResource(new FluentResource(source));
    if (errors[0]) throw errors[0];
  }
  return made;
}

/** Words of one program alone, in each language. */
export type Own = Record<Lang, () => Promise<{ default: string }>>;

class Words {
  lang = $state<Lang>("kk");
  current = $state.raw<FluentBundle>(bundle("kk"));
  private parts: Part[] = ["base"];
  private own: Own[] = [];
  /** The language that was asked for last, the number of that time, and its coming. */
  private wanted: Lang = "kk";
  private turn = 0;
  private last: Promise<void> = Promise.resolve();

  /** From the next time a language is spoken, these belong to it. */
  also(own: Own): void {
    this.own.push(own);
  }

  /** Words that come with a screen: spoken from now on. */
  async join(own: Own): Promise<void> {
    if (!this.own.includes(own)) {
      this.own.push(own);
      void this.speak(this.wanted);
    }
    try {
      await this.last;
    } catch (error) {
      // Without a network, say: they are asked for again the next time.
      this.own = this.own.filter((each) => each !== own);
      this.last = Promise.resolve();
      throw error;
    }
  }

  /** Speaks this language from now on. */
  speak(lang: Lang): Promise<void> {
    this.wanted = lang;
    return (this.last = this.fetch(lang, ++this.turn));
  }

  private async fetch(lang: Lang, turn: number): Promise<void> {
    const sources = await Promise.all([...this.parts.map((part) => SOURCES[lang][part]), ...this.own.map((own) => own[lang])].map((load) => load()));
    // Asked for again meanwhile: what came now may be another language, or lack the words of a screen.
    if (turn !== this.turn) return this.last;
    this.current = bundle(lang, ...sources.map((source) => source.default));
    this.lang = lang;
    if (typeof document !== "undefined") document.documentElement.lang = lang;
  }

  /** The help texts are long and seldom needed: they come when help is opened. */
  async withHelp(): Promise<void> {
    if (this.parts.includes("help")) return;
    this.parts = ["base", "help"];
    await this.speak(this.wanted);
  }
}

export const words = new Words();

/** The text of a message in the present language; `⟦id⟧` if it cannot be formed, as in Rust. */
export function t<K extends MessageId>(id: K, ...variables: Variables<K>): string {
  return say(words.current, id, variables[0]);
}

type Dashed<S extends string> = S extends `${infer A}_${infer B}` ? `${A}-${Dashed<B>}` : S;
/** The message of a word of the domain: `named("no-video", "weak_device")` is `no-video-weak-device`, as in Rust. A word
 * of the list without a message does not compile. */
export function named<F extends string, W extends string>(
  family: F,
  word: `${F}-${Dashed<W>}` extends MessageId ? W : never,
): string {
  return say(words.current, `${family}-${word.replaceAll("_", "-")}`);
}

/** A message whose id is put together from data: undefined when there is none. */
export function maybe(id: string, variables: Record<string, FluentVariable> = {}): string | undefined {
  return words.current.hasMessage(id) ? say(words.current, id, variables) : undefined;
}

/** A number that chooses its plural by Fluent and is written as we write numbers: browsers may not know Kazakh. */
class Count extends FluentNumber {
  constructor(
    value: number,
    private lang: Lang,
  ) {
    super(value);
  }
  override toString(): string {
    return number(this.value, this.lang, Number.isInteger(this.value) ? 0 : 1);
  }
}

/** The text of a message in a given language. */
export function say(from: FluentBundle, id: string, variables?: Record<string, FluentVariable> | null): string {
  const pattern = from.getMessage(id)?.value;
  if (pattern == null) return `⟦${id}⟧`;
  const errors: Error[] = [];
  const lang = (from.locales[0] ?? "kk") as Lang;
  const written: Record<string, FluentVariable> = {};
  for (const [name, value] of Object.entries(variables ?? {})) {
    written[name] = typeof value === "number" ? new Count(value, lang) : value;
  }
  const text = from.formatPattern(pattern, written, errors);
  // A number and its noun stay together: `23 жұмыс күні`.
  return errors.length ? `⟦${id}⟧` : text.replace(/(\d) (?=\p{Ll})/gu, `$1${NBSP}`);
}
