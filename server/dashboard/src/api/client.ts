// The office API: one function, typed by what `generate.mjs` read out of the server's own description.
import type { Calls, Problem } from "./types";

export type * from "./types";

/** The centre said no; `code` says why, and there is a message for it. */
export class Refused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
  }
  get code(): Problem["code"] {
    return this.problem.code;
  }
}

/** Nobody answered. */
export class Away extends Error {}

type Needs<C extends keyof Calls> = (Calls[C]["path"] extends null ? { path?: undefined } : { path: Calls[C]["path"] }) &
  (Calls[C]["query"] extends null ? { query?: undefined } : { query?: Calls[C]["query"] }) &
  (Calls[C]["body"] extends null ? { body?: undefined } : { body: Calls[C]["body"] });

/** The word that only this page knows; everything that changes something carries it. */
let csrf = "";
export function trust(word: string): void {
  csrf = word;
}

/** Told when a session has ended. */
let over: () => void = () => {};
export function onOver(run: () => void): void {
  over = run;
}

export async function call<C extends keyof Calls>(name: C, with_: Needs<C>): Promise<Calls[C]["answer"]> {
  const [method = "GET", template = ""] = name.split(" ");
  let path = template;
  for (const [key, value] of Object.entries(with_.path ?? {})) path = path.replace(`{${key}}`, encodeURIComponent(String(value)));
  const query = new URLSearchParams();
  for (const [key, value] of Object.entries(with_.query ?? {})) if (value != null && value !== "") query.set(key, String(value));
  const headers: Record<string, string> = {};
  if (method !== "GET" && csrf) headers["kandas-csrf"] = csrf;
  if (with_.body !== undefined) headers["content-type"] = "application/json";
  const address = query.size > 0 ? `${path}?${query}` : path;
  let response: Response;
  try {
    response = await fetch(address, { method, headers, keepalive: method !== "GET", ...(with_.body !== undefined ? { body: JSON.stringify(with_.body) } : {}) });
  } catch (error) {
    throw new Away(String(error));
  }
  if (!response.ok) throw await refusal(response, name !== "POST /api/session");
  // What is done, or taken on to be done, may have nothing to say.
  const text = await response.text();
  return (text ? JSON.parse(text) : null) as Calls[C]["answer"];
}

async function refusal(response: Response, seated: boolean): Promise<Error> {
  try {
    const problem = (await response.json()) as Problem;
    if (problem.code === "session-over" && seated) over();
    return new Refused(problem);
  } catch {
    return new Away(String(response.status));
  }
}

/** Where a file of evidence lies. */
export function evidence(id: string, part: "file" | "thumbnail" | "original"): string {
  return `/api/evidence/${id}/${part}`;
}
