// How many things are late where it is the user's own turn: shown beside the place in the list, and asked for seldom.
import { call, type DeadlineBoard } from "../api/client";
import { session } from "./session.svelte";

const PACE_MS = 5 * 60_000;

class Late {
  count = $state(0);
  private whose = "";
  private asked = 0;

  /** Asks unless that was done a moment ago. */
  ask(): void {
    const whose = session.me?.id ?? "";
    if (!session.may("deadlines")) {
      this.count = 0;
      return;
    }
    if (whose === this.whose && performance.now() - this.asked < PACE_MS) return;
    if (whose !== this.whose) this.count = 0;
    [this.whose, this.asked] = [whose, performance.now()];
    call("GET /api/deadlines", { query: { mine: true, state: "late" } }).then(
      (board) => this.take(board),
      // Then the next time.
      () => (this.asked = -PACE_MS),
    );
  }

  /** What a board of the user's own turn says. */
  take(board: DeadlineBoard): void {
    this.count = board.counts.find((each) => each.state === "late")?.count ?? 0;
  }
}

export const late = new Late();
