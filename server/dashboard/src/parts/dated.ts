// Settings that hold from a day on, as `DatedSettings` shows them, whatever the server calls their parts.
import type { Day } from "kandas-design/figures";

export interface DatedSetting<Value = string> {
  key: string;
  /** In the list. */
  name: string;
  /** Over the sheet in which it is changed, and said when that is done. */
  title: string;
  /** What holds today. */
  now: Value;
  /** What was set with its first days, the earliest first. */
  values: readonly { from: Day; value: Value }[];
  /** What may be chosen; none where it is a number, or has fields of its own. Beside a number: what an empty field means. */
  words: readonly Value[];
  /** The smallest and the largest number; from 1 where no smallest is said. */
  least?: number | null;
  most?: number | null;
  /** How a value reads. */
  read: (value: Value) => string;
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

export interface DatedShown<Value = string> {
  today: Day;
  label: string;
  /** Over the list, where `intro` says nothing else. */
  hint?: string;
  /** Below the list. */
  note?: string;
  /** What the names of the settings are the names of, where it is not said by "what". */
  kind?: string;
  settings: readonly DatedSetting<Value>[];
  history: readonly DatedChange[];
  /** Said where nothing was changed. */
  none: string;
  /** What the field of the value is called, where `fields` does not make others. */
  value?: string;
  /** And that of its first day. */
  from: string;
}
