// Why something may go back today, as this centre has it. What the program brings along stands until that is known.
import { words } from "kandas-design/words.svelte";
import { call, type ReasonText } from "../api/client";
import { word } from "./names";

/** A text in the language of the page. */
export function spoken(text: ReasonText): string {
  return words.lang === "kk" ? text.kk : (words.lang === "en" && text.en) || text.ru;
}

/** The reason that asks for words; it is always the last. */
export const OTHER = "other";

class ReturnReasons {
  private offered = $state.raw<Map<string, ReasonText> | null>(null);

  async load(): Promise<void> {
    try {
      const { lists } = await call("GET /api/reasons", {});
      const list = lists.find((each) => each.list === "return");
      this.offered = new Map(list?.reasons.filter((each) => each.offered).map((each) => [each.code, each.text]));
    } catch {
      // A reason that cannot be chosen is refused in words.
    }
  }

  /** Those of the program's own that can be chosen, then the centre's, then the one that asks for words. */
  of(shipped: readonly string[]): string[] {
    if (!this.offered) return [...shipped, OTHER];
    const own = [...this.offered.keys()].filter((code) => code.startsWith("own_"));
    return [...shipped.filter((code) => this.offered?.has(code)), ...own, OTHER];
  }

  text(code: string): string {
    const said = this.offered?.get(code);
    return said ? spoken(said) : word("return-reason", code);
  }
}

export const returnReasons = new ReturnReasons();
