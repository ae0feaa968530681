import { expect, test } from "vitest";
import { squares } from "../../src/state/squares";

test("a term of five days from its first to the days after it", () => {
  const on = (days_left: number, target_left = days_left, late = false) => squares({ late, days_left, target_left, term: 5 });
  expect(on(5)).toEqual({ all: 5, gone: 0, late: 0, more: false, target: null });
  expect(on(1)).toEqual({ all: 5, gone: 4, late: 0, more: false, target: null });
  expect(on(0)).toEqual({ all: 5, gone: 5, late: 0, more: false, target: null });
  expect(on(-1, -1, true)).toEqual({ all: 5, gone: 5, late: 1, more: false, target: null });
  expect(on(-9, -9, true)).toEqual({ all: 5, gone: 5, late: 5, more: true, target: null });
  // Late on a day off: no working day has passed since.
  expect(on(0, 0, true)?.late).toBe(1);
  // The target date is a day before the legal one.
  expect(on(4, 3)?.target).toBe(4);
});

test("a long term is drawn shorter, and its last square waits for the last day", () => {
  const on = (days_left: number) => squares({ late: false, days_left, target_left: days_left, term: 60 });
  expect(on(60)).toMatchObject({ all: 10, gone: 0 });
  expect(on(30)).toMatchObject({ all: 10, gone: 5 });
  expect(on(1)).toMatchObject({ all: 10, gone: 9 });
  expect(on(0)).toMatchObject({ all: 10, gone: 10 });
  expect(squares({ late: false, days_left: 20, target_left: 19, term: 60 })?.target).toBe(9);
});

test("without a start only what is left is drawn, and without a last day nothing", () => {
  expect(squares({ late: false, days_left: 3, target_left: 3, term: null })).toMatchObject({ all: 3, gone: 0 });
  expect(squares({ late: false, days_left: 40, target_left: 40 })).toMatchObject({ all: 10, gone: 0 });
  expect(squares({ late: false, days_left: 0, target_left: 0 })).toMatchObject({ all: 1, gone: 1 });
  expect(squares({ late: true, days_left: -2, target_left: -3, term: null })).toEqual({ all: 0, gone: 0, late: 2, more: false, target: null });
  expect(squares({ late: false, days_left: null, term: 5 })).toBeNull();
});
