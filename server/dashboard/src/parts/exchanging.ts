// How messages to a state system, and what is kept aside, look.
import { TONE, type PatchState } from "kandas-design/states";
import type { AsideState, SentState } from "../api/client";

const SENT_LOOKS: Record<SentState, PatchState> = { queued: "waiting", written: "sending", acknowledged: "checked", refused: "returned", erased: "not_applicable" };
export const sentPatch = (state: SentState) => SENT_LOOKS[state];
export const sentTone = (state: SentState) => TONE[SENT_LOOKS[state]];

const ASIDE_LOOKS: Record<AsideState, PatchState> = { aside: "soon", taken: "checked", closed: "not_applicable" };
export const asidePatch = (state: AsideState) => ASIDE_LOOKS[state];
export const asideTone = (state: AsideState) => TONE[ASIDE_LOOKS[state]];
