// Names as the documents have them, and the short names of services and acts.
import { maybe, named, t } from "kandas-design/words.svelte";
import type { Act, EvidenceKind, PersonName, ServiceCode } from "./api/types";

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

/** What a record or a draft is about. */
export function subject(of: { service: ServiceCode | null; act: Act | null; statement?: string; kind?: string }): string {
  if (of.service) return serviceName(of.service);
  if (of.act) return named("act", of.act);
  return t(of.kind === "consent" || of.statement === "consent" ? "consent-title" : "record-other");
}
