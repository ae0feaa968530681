// What a screen shows is asked of the core again whenever the core says that it has changed.
import { SvelteMap } from "svelte/reactivity";
import type { Answer, FileName, PhoneView, Request, Topic } from "../api/types";
import { call, CoreAway, CoreProblem, listen } from "../core";
import { long } from "./haptics";

const TOPICS: readonly Topic[] = ["phone", "families", "drafts", "ledger", "sync"];
const versions = new SvelteMap<Topic, number>(TOPICS.map((topic) => [topic, 0]));

/** Marks things as changed: whoever shows them asks again. */
export function changed(...topics: Topic[]): void {
  for (const topic of topics) versions.set(topic, (versions.get(topic) ?? 0) + 1);
}

export interface Moving {
  file: FileName;
  sent: number;
  size: number;
  speed: number | null;
}

class Core {
  /** State of the whole app; null until the core has answered once. */
  phone = $state.raw<PhoneView | null>(null);
  /** An enrolment is under way, or its key is being compared: its page stays, whatever has become of the phone. */
  enrolling = $state(false);
  /** The program behind the screens does not answer. */
  away = $state(false);
  /** The keystore forgot its key: nothing can be opened until it is given back. */
  forgotten = $state(false);
  /** Returned work that waits for an answer, as the last page that lists it said. */
  returned = $state(0);
  private known = false;
  /** The most bytes that were left since everything was last delivered: what progress is measured by. */
  most = $state(0);
  /** The file that moves at this moment. */
  moving = $state.raw<Moving | null>(null);

  start(): () => void {
    void this.refresh();
    const stop = listen((event) => {
      if (event.event === "missed") changed(...TOPICS);
      else if (event.event === "changed") changed(...event.topics);
      else this.moving = { file: event.file, sent: event.sent, size: event.size, speed: event.speed };
    });
    return stop;
  }

  async refresh(): Promise<void> {
    try {
      this.phone = await call({ call: "phone" });
      [this.away, this.forgotten] = [false, false];
    } catch (error) {
      if (error instanceof CoreProblem && error.problem.problem === "key_forgotten") this.forgotten = true;
      else if (error instanceof CoreAway) void this.missed();
      else throw error;
    }
  }

  /** So much work has come back. More than before wants the worker: one long tick of the phone. */
  back(count: number): void {
    if (this.known && count > this.returned) long();
    this.known = true;
    this.returned = count;
  }

  private asking = false;
  /** A call found nobody. One call may go astray; the screens give way only when a second finds nobody either, and come
   * back by themselves. */
  async missed(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    for (;;) {
      await new Promise((later) => setTimeout(later, this.away ? 3_000 : 800));
      try {
        this.phone = await call({ call: "phone" });
        break;
      } catch (error) {
        if (error instanceof CoreProblem) {
          // It answers, if only that it cannot open anything.
          this.forgotten = error.problem.problem === "key_forgotten";
          break;
        }
        if (!(error instanceof CoreAway)) throw error;
        this.away = true;
      }
    }
    this.asking = false;
    this.away = false;
    changed(...TOPICS);
  }
}

export const core = new Core();

/** How often things changed: read inside an effect to follow them. */
export function follow(topics: readonly Topic[]): number {
  return topics.reduce((sum, topic) => sum + (versions.get(topic) ?? 0), 0);
}

/** A view that stays as new as the core's. Make it while a component is set up. */
export class Live<R extends Request> {
  view = $state.raw<Answer<R["call"]> | null>(null);
  problem = $state.raw<CoreProblem | null>(null);
  private asked = 0;

  constructor(
    private ask: () => R,
    topics: readonly Topic[],
  ) {
    $effect(() => {
      follow(topics);
      const request = this.ask();
      void this.load(request);
    });
  }

  again(): Promise<void> {
    return this.load(this.ask());
  }

  private async load(request: R): Promise<void> {
    const turn = (this.asked += 1);
    try {
      const view = await call(request);
      // An older question may be answered later.
      if (turn !== this.asked) return;
      [this.view, this.problem] = [view, null];
    } catch (error) {
      if (turn !== this.asked) return;
      if (error instanceof CoreProblem) {
        this.problem = error;
        if (["locked", "lease_over", "not_enrolled"].includes(error.problem.problem)) void core.refresh();
      } else if (error instanceof CoreAway) void core.missed();
      else throw error;
    }
  }
}
