import { trouble } from "./names";
import { toasts } from "./toast.svelte";

/** What is being changed in a sheet (`parts/ChangeSheet`), and how saving it goes. */
export class Change<Of extends object> {
  open = $state.raw<Of | null>(null);
  wrong = $state("");
  busy = $state(false);

  begin(of: Of): void {
    [this.open, this.wrong] = [of, ""];
  }
  close(): void {
    this.open = null;
  }
  /** Saves; what that answers is said. What goes wrong is said in the sheet, which stays. */
  async save(run: (of: Of) => Promise<string>): Promise<void> {
    const of = this.open;
    if (!of || this.busy) return;
    [this.busy, this.wrong] = [true, ""];
    try {
      const done = await run(of);
      this.close();
      toasts.show({ text: done });
    } catch (error) {
      this.wrong = trouble(error);
    } finally {
      this.busy = false;
    }
  }
}

/** The last word about each thing: the highest position of those that are about the same. */
export function lastWords<Row extends { position: number }>(rows: readonly Row[], about: (row: Row) => string): Map<string, number> {
  const last = new Map<string, number>();
  for (const row of rows) last.set(about(row), Math.max(last.get(about(row)) ?? 0, row.position));
  return last;
}
