// How much a problem or a proposal weighs, as the tones that say the like elsewhere.
import type { Tone } from "kandas-design/states";
import type { IssueWeight } from "../api/client";

const TONES: Record<IssueWeight, Tone> = { low: "plan", medium: "soon", high: "over" };
export const issueTone = (weight: IssueWeight) => TONES[weight];
