// What is new, told by the centre while it happens. A screen says of what it wants to hear and asks anew when told; the
// line is open while anybody listens. Without it (a proxy in between, too many listeners) screens ask once a minute anyway.
import type { LiveNews } from "../api/client";

export type Topic = "records" | "held" | "checks" | "cases" | "reports" | "road_maps";

/** So soon after the first news a screen asks; what comes meanwhile is answered with it. */
const SOON_MS = 300;
/** No screen asks more often, whatever comes in. */
const PACE_MS = 3_000;

class Listener {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private ran = -PACE_MS;

  constructor(
    readonly topics: readonly Topic[],
    private run: () => void,
  ) {}

  hear(): void {
    this.timer ??= setTimeout(
      () => {
        this.timer = undefined;
        this.ran = performance.now();
        this.run();
      },
      Math.max(SOON_MS, this.ran + PACE_MS - performance.now()),
    );
  }

  stop(): void {
    clearTimeout(this.timer);
  }
}

class Live {
  private source: EventSource | null = null;
  private listeners = new Set<Listener>();

  /** Runs when something of these is new; gives what ends it. */
  on(topics: readonly Topic[], run: () => void): () => void {
    const listener = new Listener(topics, run);
    this.listeners.add(listener);
    this.open();
    return () => {
      listener.stop();
      this.listeners.delete(listener);
      // The next screen may listen in a moment: the line stays for it.
      setTimeout(() => this.listeners.size === 0 && this.close(), SOON_MS);
    };
  }

  private open(): void {
    if (this.source && this.source.readyState !== EventSource.CLOSED) return;
    this.source = new EventSource("/api/events");
    this.source.addEventListener("news", (event) => this.hear(JSON.parse(event.data) as LiveNews));
  }

  private hear(news: LiveNews): void {
    for (const listener of this.listeners) {
      if (news.all || listener.topics.some((topic) => news[topic] > 0)) listener.hear();
    }
  }

  private close(): void {
    this.source?.close();
    this.source = null;
  }
}

export const live = new Live();
