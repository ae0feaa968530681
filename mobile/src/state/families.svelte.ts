// Where the worker was in the list of families: what was looked for and how far it was scrolled. Kept on the way into a
// family and back, and forgotten on the way to another of the main screens.

class Kept {
  typed = $state("");
  only = $state<"all" | "overdue" | "returned">("all");
  scroll = 0;
  /** Heights of rows that were seen, so that the place is found again to the pixel. */
  readonly heights = new Map<string, number>();

  forget(): void {
    [this.typed, this.only, this.scroll] = ["", "all", 0];
  }
}

export const kept = new Kept();
