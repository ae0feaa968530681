// A phone that was laid down locks its screens by itself: whoever finds it sees no families. Work goes on behind them.
import { call } from "../core";

const MINUTE = 60_000;

/** Whether screens that went out of sight then are to be locked now. A clock that was put back locks: how long it was is not known. */
export const isOver = (since: number, now: number, minutes: number): boolean => now < since || now - since >= minutes * MINUTE;

/** Locks when the page has been out of sight for so many minutes. Answers how to stop that. */
export function lockUnseen(minutes: () => number): () => void {
  let since: number | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const lock = () => {
    since = null;
    void call({ call: "lock" });
  };
  const turn = () => {
    clearTimeout(timer);
    if (document.visibilityState === "hidden") {
      since = Date.now();
      // Systems that let a hidden page run lock in time; others as soon as it is seen again.
      timer = setTimeout(lock, minutes() * MINUTE);
    } else if (since !== null && isOver(since, Date.now(), minutes())) lock();
    else since = null;
  };
  document.addEventListener("visibilitychange", turn);
  return () => {
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", turn);
  };
}
