// The words a test looks for are the messages themselves: a text that changes there does not break a test here.
import { FluentBundle, FluentResource } from "@fluent/bundle";
// @ts-expect-error plain JavaScript
import { source } from "../../../design/messages.mjs";

export type Lang = "kk" | "ru" | "en";
/** The two languages of the house: name on the first screen, and which of the district's workers speaks it. */
export const LANGUAGES: [Lang, string, number][] = [
  ["kk", "Қазақша", 0],
  ["ru", "Русский", 1],
];
export type Words = (id: string, variables?: Record<string, string | number>) => string;

export function words(lang: Lang): Words {
  const bundle = new FluentBundle(lang, { useIsolating: false });
  for (const part of ["base", "help"]) bundle.addResource(new FluentResource(source(lang, part) as string));
  return (id, variables) => {
    const pattern = bundle.getMessage(id)?.value;
    if (!pattern) throw new Error(`no message ${id}`);
    return bundle.formatPattern(pattern, variables ?? {});
  };
}
