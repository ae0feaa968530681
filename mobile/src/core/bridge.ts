// The core behind `kandas-field bridge`: HTTP on this machine.
import type { AttachAnswer, Event, Problem } from "../api/types";
import type { Way } from "../core";
import { CoreAway, CoreProblem } from "./problem";

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

export const bridge: Way = {
  async call(request) {
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
    return answered(response);
  },

  /** The browser streams the file; nothing of it passes through the screens. */
  bring(draft, file, how, progress) {
    const query = new URLSearchParams({ kind: how.kind, source: how.captured ? "captured" : "attached" });
    if (file.name) query.set("name", file.name);
    if (how.replaces) query.set("replaces", how.replaces);
    if (how.position) query.set("position", JSON.stringify(how.position));
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
  },

  shoot: null,
  locate: null,

  /** The browser connects again by itself, and then everything may have changed. */
  listen(on) {
    const source = new EventSource(`${ROOT}/events`);
    let lost = false;
    source.onmessage = (message) => on(JSON.parse(message.data as string) as Event);
    source.onerror = () => (lost = true);
    source.onopen = () => {
      if (lost) on({ event: "missed" });
      lost = false;
    };
    return () => source.close();
  },

  evidence: (evidence, part) => `${ROOT}/evidence/${evidence}/${part}`,
  leftover: (name) => `${ROOT}/leftover/${name.split("/").map(encodeURIComponent).join("/")}`,
  recover: null,
  here: null,
  diagnostics: `${ROOT}/diagnostics`,
  shareLog: null,
};
