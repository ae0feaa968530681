// What somebody has chosen for this browser: language, theme, whether keys act. No case data.
import { LANGUAGES, words, type Lang } from "kandas-design/words.svelte";

export type Theme = "system" | "light" | "dark" | "snow";
export const THEMES: readonly Theme[] = ["system", "light", "dark", "snow"];
const KEY = "kandas.dashboard";

interface Kept {
  lang?: Lang;
  theme?: Theme;
  keys?: boolean;
}

function kept(): Kept {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}") as Kept;
  } catch {
    // A store that cannot be read or is switched off: the defaults serve.
    return {};
  }
}

class Settings {
  theme = $state<Theme>("system");
  /** Whether single keys act on the checking screen (WCAG 2.1.4). */
  keys = $state(true);
  private chosen = false;

  async start(): Promise<void> {
    const { lang, theme, keys } = kept();
    this.chosen = lang !== undefined && LANGUAGES.includes(lang);
    this.keys = keys ?? true;
    this.theme = theme && THEMES.includes(theme) ? theme : matchMedia("(prefers-contrast: more)").matches ? "snow" : "system";
    this.show();
    await words.speak(this.chosen && lang ? lang : "kk");
  }

  /** The language of who has signed in, unless another was chosen here. */
  async greet(lang: Lang): Promise<void> {
    if (!this.chosen && lang !== words.lang) await words.speak(lang);
  }

  async speak(lang: Lang): Promise<void> {
    await words.speak(lang);
    this.chosen = true;
    this.keep();
  }

  wear(theme: Theme): void {
    this.theme = theme;
    this.show();
    this.keep();
  }

  press(keys: boolean): void {
    this.keys = keys;
    this.keep();
  }

  private show(): void {
    const root = document.documentElement;
    if (this.theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = this.theme;
  }

  private keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...(this.chosen ? { lang: words.lang } : {}), theme: this.theme, keys: this.keys }));
    } catch {
      // The choice holds until the page closes.
    }
  }
}

export const settings = new Settings();
