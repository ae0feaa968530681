// What is typed is saved while it is typed: a moment after the last letter, never two savings at once, the newest text
// last. A dead battery costs the letters of that moment and nothing else.

/** The moment, ms: short enough to lose nothing, long enough not to write the store with every letter. */
export const MOMENT_MS = 350;

export class Saver<T> {
  private waiting: { value: T } | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: Promise<void> | null = null;

  constructor(
    private save: (value: T) => Promise<void>,
    private moment = MOMENT_MS,
  ) {}

  /** This is the value now. */
  put(value: T): void {
    this.waiting = { value };
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.flush(), this.moment);
  }

  /** Saves what waits, now; ends when everything is saved. */
  async flush(): Promise<void> {
    clearTimeout(this.timer);
    while (this.running || this.waiting) {
      if (this.running) {
        await this.running;
        continue;
      }
      const { value } = this.waiting as { value: T };
      this.waiting = null;
      this.running = this.save(value).finally(() => (this.running = null));
    }
  }
}
