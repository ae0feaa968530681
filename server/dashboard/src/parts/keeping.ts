// How the stages of keeping and the states of a proposal to erase look.
import { size } from "kandas-design/figures";
import { TONE, type PatchState } from "kandas-design/states";
import { words } from "kandas-design/words.svelte";
import type { ErasureState, KeepingStage } from "../api/client";

const STAGES: Record<KeepingStage, PatchState> = { unknown: "not_applicable", at_hand: "delivered", come: "soon", archive: "accepted", over: "overdue" };
export const stagePatch = (stage: KeepingStage) => STAGES[stage];
export const stageTone = (stage: KeepingStage) => TONE[STAGES[stage]];

const STATES: Record<ErasureState, PatchState> = { proposed: "waiting", withdrawn: "not_applicable", refused: "returned", confirmed: "sending" };
export const statePatch = (state: ErasureState) => STATES[state];
export const stateTone = (state: ErasureState) => TONE[STATES[state]];

export const bytes = (of: number) => size(of, words.lang);

/** So large a file may be. */
export const MOST_FILE = 8 << 20;

/** The bytes of a file as base64. */
export function base64(file: File): Promise<string> {
  return new Promise((read, failed) => {
    const reader = new FileReader();
    reader.onload = () => read(String(reader.result).split(",")[1] ?? "");
    reader.onerror = () => failed(reader.error ?? new Error(file.name));
    reader.readAsDataURL(file);
  });
}
