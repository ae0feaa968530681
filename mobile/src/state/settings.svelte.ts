// What the worker has chosen for this phone's screens: language, theme, size of the text. Nothing here is case data, so
// a copy lies in the web view's own small store and is there before the core answers; the core keeps language and theme.
import { LANGUAGES, words, type Lang } from "kandas-design/words.svelte";
import type { PhoneView, Theme } from "../api/types";
import { call, CoreProblem } from "../core";
import { shell } from "../shell";

export const THEMES: readonly Theme[] = ["system", "light", "dark", "snow"];
/** Sizes of the text offered, in percent of the system's. */
export const SCALES = [100, 125, 150, 200] as const;

/** Smallest and largest text in percent of the design's: what every screen is laid out for. */
const [LEAST, MOST] = [85, 200];

const KEY = "kandas.screens";

interface Kept {
  lang?: Lang;
  theme?: Theme;
  scale?: number;
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
  scale = $state(100);
  /** Whether the worker has chosen a language on this phone. */
  chosen = $state(false);

  async start(): Promise<void> {
    const { lang, theme, scale } = kept();
    this.chosen = lang !== undefined && LANGUAGES.includes(lang);
    this.theme = theme && THEMES.includes(theme) ? theme : matchMedia("(prefers-contrast: more)").matches ? "snow" : "system";
    this.scale = scale && scale >= 100 && scale <= 200 ? scale : 100;
    this.show();
    await words.speak(this.chosen && lang ? lang : "kk");
  }

  async speak(language: Lang): Promise<void> {
    await words.speak(language);
    this.chosen = true;
    this.keep();
    try {
      await call({ call: "set_language", language });
    } catch (error) {
      // A core that cannot open its store keeps nothing; the choice lies in the web view's own.
      if (!(error instanceof CoreProblem)) throw error;
    }
  }

  async wear(theme: Theme): Promise<void> {
    this.theme = theme;
    this.show();
    this.keep();
    await call({ call: "set_theme", theme });
  }

  /** What the core knows of the worker's choice, where this web view knows nothing. */
  async take(phone: PhoneView): Promise<void> {
    if (!this.chosen && phone.language_chosen) {
      await words.speak(phone.language);
      this.chosen = true;
      this.keep();
    }
    if (this.theme === "system" && phone.theme !== "system") {
      this.theme = phone.theme;
      this.show();
      this.keep();
    }
  }

  write(scale: number): void {
    this.scale = scale;
    this.show();
    this.keep();
  }

  private show(): void {
    const root = document.documentElement;
    if (this.theme === "system") delete root.dataset["theme"];
    else root.dataset["theme"] = this.theme;
    // An app's web view knows nothing of the system's setting, or would make the letters larger and not their room.
    const text = Math.min(MOST, Math.max(LEAST, Math.round((this.scale * (shell().text ?? 100)) / 100)));
    root.style.fontSize = text === 100 ? "" : `${text}%`;
  }

  private keep(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...(this.chosen ? { lang: words.lang } : {}), theme: this.theme, scale: this.scale }));
    } catch {
      // The choice holds until the app closes.
    }
  }
}

export const settings = new Settings();
