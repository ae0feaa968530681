// How the screens reach the core: calls, one stream of events, files, camera and position. In the phone's own app that
// is the shell of Tauri (`src-tauri`), in a browser the bridge of `kandas-field`; which one is found at run time.
// Nothing else in the screens knows of either.
import type { Answer, AttachAnswer, Event, Fix, Request } from "./api/types";
import { bridge } from "./core/bridge";
import { isShell, shell } from "./core/shell";

export { CoreAway, CoreProblem } from "./core/problem";

export interface Bringing {
  kind: "photo" | "video" | "document" | "signature";
  /** Made with the camera just now, not chosen among files. */
  captured: boolean;
  /** The piece of an earlier version that this one stands in for. */
  replaces?: string | null;
  page?: number;
  /** Where the phone was, where the page knows; the shell knows by itself. */
  position?: Fix | null;
}

/** Why there is no position; the word that the worker would choose as the reason. */
export type Trouble = "no_permission" | "switched_off" | "no_fix";
export interface Located {
  fix(fix: Fix): void;
  trouble(why: Trouble): void;
}

/** How giving a key back ended. */
export type Recovery = { outcome: "recovered"; enrolment_kept: boolean } | { outcome: "wrong_key" };

/** What both ways offer. */
export interface Way {
  call(request: Request): Promise<unknown>;
  bring(draft: string, file: Blob & { name?: string }, how: Bringing, progress: (share: number) => void): Promise<AttachAnswer>;
  /** The system's own camera and list of files; null where the page has to ask by an input of type file. */
  shoot: ((draft: string, how: Bringing, seconds: number) => Promise<AttachAnswer[]>) | null;
  /** The system's own position; null where the page has to ask by its geolocation. Answers how to stop. */
  locate: ((told: Located) => () => void) | null;
  listen(on: (event: Event) => void): () => void;
  evidence(evidence: string, part: "thumbnail" | "file"): string;
  /** Address of a file that was left over. */
  leftover(name: string): string;
  /** Gives the phone its key back when the keystore forgot it; null where that is done outside (`kandas-field recover`). */
  recover: ((key: string) => Promise<Recovery>) | null;
  /** Where the system last saw this phone, without asking anybody; null where the page has to look by itself. */
  here: (() => Promise<Fix | null>) | null;
  /** Address of the log as a file; null where there is none. */
  diagnostics: string | null;
  /** Hands the log to the system as a file, for the app that the worker chooses; answers where it was put, where the
   * system has only folders. Null where the address above does. */
  shareLog: (() => Promise<string | null>) | null;
}

const way: Way = isShell() ? shell : bridge;

/** Asks the core. */
export async function call<R extends Request>(request: R): Promise<Answer<R["call"]>> {
  return (await way.call(request)) as Answer<R["call"]>;
}

/** Brings a file into a draft. */
export const bring = way.bring;
export const shoot = way.shoot;
export const locate = way.locate;
export const listen = way.listen;

export const thumbnail = (evidence: string): string => way.evidence(evidence, "thumbnail");
export const wholeFile = (evidence: string): string => way.evidence(evidence, "file");
export const leftover = way.leftover;
/** Whether this is the phone's own app, which the system wakes while it is closed. */
export const isApp = isShell();
export const recover = way.recover;
export const lastPlace = way.here;
export const DIAGNOSTICS = way.diagnostics;
export const shareLog = way.shareLog;
