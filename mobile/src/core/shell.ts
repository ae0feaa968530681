// The core behind the shell of Tauri: the same process. Pictures and videos never pass through the page: the system's
// camera writes them where the core finds them.
import { Channel, convertFileSrc, invoke, isTauri } from "@tauri-apps/api/core";
import type { AttachAnswer, Event, Fix, Problem } from "../api/types";
import type { Bringing, Recovery, Trouble, Way } from "../core";
import { CoreAway, CoreProblem } from "./problem";

/** Whether the page runs in the phone's own app. */
export const isShell = isTauri;

async function ask<T>(command: string, with_: Record<string, unknown> = {}): Promise<T> {
  try {
    return await invoke<T>(command, with_);
  } catch (error) {
    const problem = error as Partial<Problem> | null;
    // The core did not open at all: somebody else has it, or its key is gone. It is tried again with the next call.
    if (problem?.problem && !(command === "call" && problem.problem === "unavailable")) throw new CoreProblem(problem as Problem);
    throw new CoreAway(problem?.detail ?? String(error));
  }
}

function into(draft: string, how: Bringing): Record<string, unknown> {
  return { draft, kind: how.kind, page: how.page ?? null, replaces: how.replaces ?? null };
}

function base64(file: Blob): Promise<string> {
  return new Promise((done, failed) => {
    const reader = new FileReader();
    reader.onerror = () => failed(new CoreAway("the file was not read"));
    reader.onload = () => {
      const address = reader.result as string;
      done(address.slice(address.indexOf(",") + 1));
    };
    reader.readAsDataURL(file);
  });
}

type LocateNews = { news: "fix"; fix: Fix } | { news: "trouble"; trouble: Trouble };

export const shell: Way = {
  call: (request) => ask("call", { request }),

  /** Only what was made on the page: a signature. */
  async bring(draft, file, how, progress) {
    const text = await base64(file);
    progress(0.5);
    return ask<AttachAnswer>("bring", { into: into(draft, how), name: file.name ?? null, captured: how.captured, base64: text });
  },

  shoot(draft, how, seconds) {
    const wanted = !how.captured ? "files" : how.kind === "video" ? "video" : "photo";
    return ask("shoot", { wanted, into: into(draft, how), seconds });
  },

  locate(told) {
    const news = new Channel<LocateNews>();
    news.onmessage = (message) => (message.news === "fix" ? told.fix(message.fix) : told.trouble(message.trouble));
    void ask("locate", { news }).catch(() => told.trouble("no_fix"));
    return () => {
      news.onmessage = () => {};
      void ask("stop_locating").catch(() => {});
    };
  },

  listen(on) {
    const news = new Channel<Event>();
    news.onmessage = on;
    let stopped = false;
    const begin = (): void => {
      if (!stopped) void ask("watch", { news }).catch(() => setTimeout(begin, 3_000));
    };
    begin();
    return () => {
      stopped = true;
      news.onmessage = () => {};
    };
  },

  evidence: (evidence, part) => `${convertFileSrc("", "kandas")}evidence/${evidence}/${part}`,
  leftover: (name) => `${convertFileSrc("", "kandas")}leftover/${name.split("/").map(encodeURIComponent).join("/")}`,
  recover: (key) => ask<Recovery>("recover", { key }),
  here: () => ask<Fix | null>("here"),
  diagnostics: null,
  shareLog: () => ask<string | null>("share_log"),
};
