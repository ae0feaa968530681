// What only a phone's shell can do. The shell lays it down before the page's program runs; a browser has none of it, and
// the screens offer only what is there. It never unlocks by itself: the core does, and tells so like everything else.

/** Finger or face, where the system has them and the worker has set them up. */
export interface Biometric {
  kind: "finger" | "face";
  /** Asks the system, which shows `reason`, and lets the core unlock. False: not recognised, or the worker gave up. */
  unlock(reason: string): Promise<boolean>;
}

export interface Shell {
  biometric?: Biometric;
  /** Lets the worker feel something: milliseconds on, off, on … Missing where the page's own way works or nothing does. */
  buzz?: (pattern: number[]) => void;
  /** How large the worker has set the system's text, in percent. */
  text?: number;
  /** The system's own reader of QR codes, for web views that get no camera. Null: the worker gave up. */
  scanQr?: () => Promise<string | null>;
}

declare global {
  var kandasShell: Shell | undefined;
}

export const shell = (): Shell => globalThis.kandasShell ?? {};
