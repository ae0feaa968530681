// One short message at a time, five seconds, with the way back where there is one.

export interface Toast {
  text: string;
  /** Names the button that takes the act back, and does it. */
  undo?: { label: string; run: () => void };
  /** Runs when the toast goes without having been taken back. */
  settle?: () => void;
}

const SHOWN_MS = 5000;

class Toasts {
  current = $state.raw<Toast | null>(null);
  private left = 0;
  private since = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** Shows this one; the one before is settled at once. */
  show(toast: Toast): void {
    this.close();
    this.current = toast;
    this.left = SHOWN_MS;
    this.resume();
  }

  /** Held while it has the focus or a finger. */
  pause(): void {
    clearTimeout(this.timer);
    this.left = Math.max(1000, this.left - (performance.now() - this.since));
  }

  resume(): void {
    clearTimeout(this.timer);
    this.since = performance.now();
    if (this.current) this.timer = setTimeout(() => this.close(), this.left);
  }

  undo(): void {
    clearTimeout(this.timer);
    const toast = this.current;
    this.current = null;
    toast?.undo?.run();
  }

  close(): void {
    clearTimeout(this.timer);
    const toast = this.current;
    this.current = null;
    toast?.settle?.();
  }
}

export const toasts = new Toasts();
