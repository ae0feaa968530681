// The card of a family as it is typed in, and what the centre says is wrong with it.
import { maybe, t } from "kandas-design/words.svelte";
import type { Tone } from "kandas-design/states";
import { Refused, type CardMember, type CardRegistration, type FamilyCard, type HandoverState, type RegistrationStanding, type Relation, type Sex, type WantedFamily } from "../api/client";
import { trouble } from "../state/names";

/** A member as he stands in the form. */
export interface Typed {
  key: number;
  id: string | null;
  surname: string;
  given_name: string;
  patronymic: string;
  latin_name: string;
  iin: string;
  masked: string;
  birth_date: string;
  sex: "" | Sex;
  relation: Relation;
  phone: string;
}

export const RELATIONS: readonly Relation[] = ["head", "spouse", "child", "parent", "sibling", "other"];

let keys = 0;
export function typed(member: CardMember | null, relation: Relation): Typed {
  keys += 1;
  return {
    key: keys,
    id: member?.id ?? null,
    surname: member?.surname ?? "",
    given_name: member?.given_name ?? "",
    patronymic: member?.patronymic ?? "",
    latin_name: member?.latin_name ?? "",
    iin: "",
    masked: member?.iin_masked ?? "",
    birth_date: member?.birth_date ?? "",
    sex: member?.sex ?? "",
    relation: member?.relation ?? relation,
    phone: member?.phone ?? "",
  };
}

/** The family's own fields as they stand in the form. */
export interface TypedFamily {
  kato: string;
  name: string;
  rural: boolean;
  quota: string;
  arrived: string;
  address: string;
  phone: string;
}

export function typedFamily(card: FamilyCard | null): TypedFamily {
  return {
    kato: card?.settlement_kato ?? "",
    name: card?.settlement_name ?? "",
    rural: card?.rural ?? true,
    quota: card?.quota_date ?? "",
    arrived: card?.arrived_on ?? "",
    address: card?.address ?? "",
    phone: card?.phone ?? "",
  };
}

const some = (text: string) => text.trim() || null;

export function wanted(version: number | null, of: TypedFamily, members: readonly Typed[]): WantedFamily {
  return {
    version,
    settlement_kato: of.kato.trim(),
    settlement_name: of.name.trim(),
    rural: of.rural,
    quota_date: some(of.quota),
    arrived_on: some(of.arrived),
    address: some(of.address),
    phone: some(of.phone),
    members: members.map((member) => ({
      id: member.id,
      surname: some(member.surname),
      given_name: member.given_name.trim(),
      patronymic: some(member.patronymic),
      latin_name: some(member.latin_name),
      // What is not entered stays as it is.
      iin: some(member.iin),
      birth_date: some(member.birth_date),
      sex: member.sex || null,
      relation: member.relation,
      phone: some(member.phone),
    })),
  };
}

/** What the centre says is wrong, fault by fault: `iin 2` is the number of the second member. */
export function faults(error: unknown): string[] {
  if (!(error instanceof Refused) || error.code !== "case-invalid") return [trouble(error)];
  const found = (error.problem.detail ?? "").split(", ").map((fault) => {
    const [what = "", member] = fault.split(" ");
    const text = maybe(`case-fault-${what.replaceAll("_", "-")}`) ?? what;
    return member ? t("case-fault-of-member", { number: member, fault: text }) : text;
  });
  return [trouble(error), ...found];
}

export const standingTone: Record<RegistrationStanding, Tone> = { permanent: "done", temporary: "plan", ending: "soon", over: "over" };
export const handoverTone: Record<HandoverState, Tone> = { proposed: "soon", accepted: "done", refused: "back", withdrawn: "off" };

/** The present registration, if there is one. */
export function present(member: CardMember): CardRegistration | undefined {
  return member.registrations.find((each) => each.standing != null);
}
