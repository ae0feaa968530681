// What is said of a film that is more than was asked for. It is never refused: camera apps need not obey.
import { size } from "kandas-design/figures";
import { t, words } from "kandas-design/words.svelte";
import type { Tile } from "../api/types";
import { core } from "./live.svelte";

export function filmWords(tile: Tile): string {
  const weight = size(tile.size ?? 0, words.lang);
  const said = tile.remarks.map((remark) =>
    remark === "long"
      ? t("film-long", { seconds: Math.round((tile.duration_ms ?? 0) / 1000), most: core.phone?.video_seconds ?? 60, size: weight })
      : t("film-large", { pixels: `${tile.width} × ${tile.height}`, size: weight }),
  );
  return said.join(" ");
}
