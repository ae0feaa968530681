// Names as the documents have them, and the short names of services and acts.
import { maybe, named, t, words } from "kandas-design/words.svelte";
import type { Act, EvidenceKind, PersonName, ReasonText, ServiceCode } from "./api/types";

export function fullName(person: PersonName): string {
  return [person.surname, person.given_name, person.patronymic].filter(Boolean).join(" ");
}

/** Surname and given name: what a row has room for. */
export function shortName(person: PersonName): string {
  return [person.surname, person.given_name].filter(Boolean).join(" ");
}

export function serviceName(service: ServiceCode): string {
  return t(`service-${service}-short`);
}

export function familyName(name: string | null): string {
  return name ? t("family-of", { name }) : t("family-nameless");
}

/** `Фото`, `Бейне`: the short word for rows and tiles. */
export function kindName(kind: EvidenceKind): string {
  return kind === "photo" ? t("activity-photo-add") : named("evidence-kind", kind);
}

/** Why a file could not be evidence, or is damaged. */
export function asideWords(reason: string): string {
  const word = reason.replaceAll("_", "-");
  return maybe(word) ?? maybe(`aside-${word}`) ?? reason;
}

/** What the centre says, in the language of the screens. */
export function spoken(text: ReasonText): string {
  return words.lang === "kk" ? text.kk : (words.lang === "en" && text.en) || text.ru;
}

/** Why something came back: in the centre's words of that day, else in ours. The reason that asks for words has them beside it;
 * one that nobody here knows says so. */
export function reasonWords(of: { reason: string | null; said: ReasonText | null }): string | null {
  if (!of.reason || of.reason === "other") return null;
  if (of.said) return spoken(of.said);
  return maybe(`return-reason-${of.reason.replaceAll("_", "-")}`) ?? t("returned-reason-unknown");
}

/** What a record or a draft is about. */
export function subject(of: { service: ServiceCode | null; act: Act | null; statement?: string; kind?: string }): string {
  if (of.service) return serviceName(of.service);
  if (of.act) return named("act", of.act);
  return t(of.kind === "consent" || of.statement === "consent" ? "consent-title" : "record-other");
}
