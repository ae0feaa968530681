import { shell } from "../shell";

// A light tick: a photo is kept. Double: sealed. One long: something needs the worker. Nothing for typing or scrolling.
function buzz(pattern: number[]): void {
  const own = shell().buzz;
  if (own) own(pattern);
  else if ("vibrate" in navigator) navigator.vibrate(pattern);
}

export const tick = (): void => buzz([12]);
export const double = (): void => buzz([18, 70, 18]);
export const long = (): void => buzz([160]);
