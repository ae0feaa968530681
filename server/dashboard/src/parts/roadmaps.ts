// How the states of a road map look, and how its okrug and those who sign it are called.
import { TONE, type PatchState } from "kandas-design/states";
import { words, t } from "kandas-design/words.svelte";
import type { RoadMapHolder, RoadMapState, RoadMapUnit } from "../api/client";
import { word } from "../state/names";

const LOOKS: Record<RoadMapState, PatchState> = {
  draft: "draft",
  signing: "waiting",
  approved: "accepted",
  active: "checked",
  returned: "returned",
  closed: "not_applicable",
  dropped: "not_applicable",
};

export const patch = (state: RoadMapState) => LOOKS[state];
export const tone = (state: RoadMapState) => TONE[LOOKS[state]];

/** In the language of the screen, or in Russian where there is no other. */
export const name = (of: { name_kk: string; name_ru: string }) => (words.lang === "kk" ? of.name_kk : of.name_ru);

/** The unit of the akim and the code, or the code alone: the classifier's names are not known here. */
export const okrugName = (of: { okrug: string; akim?: RoadMapUnit | null }) => (of.akim ? `${name(of.akim)}, ${of.okrug}` : `${t("road-map-okrug")} ${of.okrug}`);

/** `Аудан әкімі, ауылдық округ әкімі`. */
export const who = (of: readonly RoadMapHolder[]) => of.map((each) => word("road-map-holder", each).toLocaleLowerCase(words.lang)).join(", ");
