// A term in working days as a row of squares.

export interface Squares {
  /** Squares of the term; of a long one each stands for several days. */
  all: number;
  /** Those that are gone, the one of today among them. */
  gone: number;
  /** Squares behind the last day. */
  late: number;
  /** More days came after it than are drawn. */
  more: boolean;
  /** Squares before the target date; null where it is the last day. */
  target: number | null;
}

/** What a clock says of its days. */
export interface Days {
  late: boolean;
  days_left?: number | null;
  target_left?: number | null;
  term?: number | null;
}

/** Squares of a term at most, and behind it. */
const MOST = 10;
const MOST_LATE = 5;

/** Of a clock; null where there is no last day, or the calendar does not know it. */
export function squares({ late: isLate, days_left: left, target_left: toTarget, term: known }: Days): Squares | null {
  if (left == null) return null;
  const late = isLate ? Math.max(1, -left) : 0;
  // Where nobody knows when it began, only what is left is drawn.
  const term = Math.max(known ?? (isLate ? 0 : Math.max(1, Math.min(left, MOST))), 0);
  const all = Math.min(term, MOST);
  const scale = term > 0 ? all / term : 0;
  const gone = Math.min(Math.max(term - left, 0), term);
  const after = toTarget == null ? 0 : Math.min(left - toTarget, term);
  return {
    all,
    // The last square stays empty until the last day.
    gone: left > 0 ? Math.min(Math.floor(gone * scale), Math.max(all - 1, 0)) : all,
    late: Math.min(late, MOST_LATE),
    more: late > MOST_LATE,
    target: after > 0 && all > 0 ? all - Math.max(1, Math.round(after * scale)) : null,
  };
}
