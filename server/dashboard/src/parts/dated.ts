// Settings that hold from a day on, as `DatedSettings` shows them, whatever the server calls their parts.
import type { Day } from "kandas-design/figures";

export interface DatedSetting {
  key: string;
  /** In the list. */
  name: string;
  /** Over the sheet in which it is changed, and said when that is done. */
  title: string;
  /** What holds today. */
  now: string;
  /** What was set with its first days, the earliest first. */
  values: readonly { from: Day; value: string }[];
  /** What may be chosen; none where it is a number. */
  words: readonly string[];
  /** The smallest and the largest number; from 1 where no smallest is said. */
  least?: number | null;
  most?: number | null;
  /** How a value reads. */
  read: (value: string) => string;
}

export interface DatedChange {
  position: number;
  at: string;
  by_name?: string | null;
  /** Of what. */
  name: string;
  from: Day;
  /** What held before and what holds since, as they read. */
  was: string;
  now: string;
  taken_back: boolean;
}

export interface DatedShown {
  today: Day;
  label: string;
  hint: string;
  /** Below the list. */
  note?: string;
  settings: readonly DatedSetting[];
  history: readonly DatedChange[];
  /** Said where nothing was changed. */
  none: string;
  /** What the fields of value and first day are called. */
  value: string;
  from: string;
}
