// The one line about sending: words first, then what waits.
import { civil, size } from "kandas-design/figures";
import { t, words } from "kandas-design/words.svelte";
import type { SyncLine } from "../api/types";
import type { SyncWords } from "../parts/SyncLine.svelte";

export function lineWords(line: SyncLine): SyncWords {
  const says = (tone: SyncWords["tone"], text: string): SyncWords => ({ tone, text, waiting: line.records, held: line.held + line.damaged });
  switch (line.state) {
    case "delivered":
      return says("calm", line.last_contact ? t("line-delivered-at", { time: civil(line.last_contact).time }) : t("sync-all-done"));
    case "offline":
      return says("off", t("line-offline"));
    case "paused":
      return says("off", t("line-paused"));
    case "sending":
      return says("busy", line.bytes > 0 ? t("line-sending", { left: size(line.bytes, words.lang) }) : t("line-talking"));
    case "later":
      return says("calm", t("line-later"));
    case "failed":
      return says("off", t("line-failed"));
    case "waiting":
      return says("calm", t("line-waiting"));
    case "off":
      return says("off", t("line-never"));
  }
}
