// How the screens reach the core: one call, one stream of events, files by HTTP. In the browser that is the bridge of
// `kandas-field`; a phone's shell answers the same addresses. Nothing else in the screens knows of either.
import type { Answer, AttachAnswer, Event, Problem, Request } from "./api/types";

/** A call that cannot be answered; expected outcomes are views. */
export class CoreProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.problem}: ${problem.detail}`);
  }
}

/** Nobody answers: the program behind the screens is gone. */
export class CoreAway extends Error {}

const ROOT = "/api";

async function answered(response: Response): Promise<unknown> {
  if (response.ok) return response.json();
  const text = await response.text();
  let problem: Problem;
  try {
    problem = JSON.parse(text) as Problem;
  } catch {
    throw new CoreAway(`${response.status} ${text.slice(0, 200)}`);
  }
  throw new CoreProblem(problem);
}

/** Asks the core. */
export async function call<R extends Request>(request: R): Promise<Answer<R["call"]>> {
  let response: Response;
  try {
    response = await fetch(`${ROOT}/call`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
    });
  } catch (error) {
    throw new CoreAway(String(error));
  }
  return (await answered(response)) as Answer<R["call"]>;
}

export interface Bringing {
  kind: "photo" | "video" | "document" | "signature";
  /** Made with the camera just now, not chosen among files. */
  captured: boolean;
  /** The piece of an earlier version that this one stands in for. */
  replaces?: string | null;
  page?: number;
}

/** Brings a file into a draft. The browser streams it; nothing of it passes through the screens. */
export function bring(draft: string, file: Blob & { name?: string }, how: Bringing, progress: (share: number) => void): Promise<AttachAnswer> {
  const query = new URLSearchParams({ kind: how.kind, source: how.captured ? "captured" : "attached" });
  if (file.name) query.set("name", file.name);
  if (how.replaces) query.set("replaces", how.replaces);
  if (how.page !== undefined) query.set("page", String(how.page));
  return new Promise((done, failed) => {
    // fetch tells nothing of how far an upload is.
    const request = new XMLHttpRequest();
    request.open("POST", `${ROOT}/draft/${draft}/evidence?${query}`);
    request.setRequestHeader("content-type", file.type || "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onerror = () => failed(new CoreAway("the file was not taken"));
    request.onload = () => {
      try {
        const body: unknown = JSON.parse(request.responseText);
        if (request.status < 300) done(body as AttachAnswer);
        else failed(new CoreProblem(body as Problem));
      } catch {
        failed(new CoreAway(`${request.status}`));
      }
    };
    request.send(file);
  });
}

export const thumbnail = (evidence: string): string => `${ROOT}/evidence/${evidence}/thumbnail`;
export const wholeFile = (evidence: string): string => `${ROOT}/evidence/${evidence}/file`;
export const DIAGNOSTICS = `${ROOT}/diagnostics`;

/** Listens to what changes; the browser connects again by itself, and then everything may have changed. */
export function listen(on: (event: Event) => void): () => void {
  const source = new EventSource(`${ROOT}/events`);
  let lost = false;
  source.onmessage = (message) => on(JSON.parse(message.data as string) as Event);
  source.onerror = () => (lost = true);
  source.onopen = () => {
    if (lost) on({ event: "missed" });
    lost = false;
  };
  return () => source.close();
}
