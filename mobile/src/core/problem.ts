// What can go wrong between the screens and the core, whichever way they meet.
import type { Problem } from "../api/types";

/** A call that cannot be answered; expected outcomes are views. */
export class CoreProblem extends Error {
  constructor(readonly problem: Problem) {
    super(`${problem.problem}: ${problem.detail}`);
  }
}

/** Nobody answers: the program behind the screens is gone. */
export class CoreAway extends Error {}
