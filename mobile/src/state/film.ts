// What is said of a film that is more than was asked for. It is never refused: camera apps need not obey. The words come with
// the help, which whoever shows such a film asks for.
import { size } from "kandas-design/figures";
import { maybe, words } from "kandas-design/words.svelte";
import type { Tile } from "../api/types";
import { core } from "./live.svelte";

export function filmWords(tile: Tile): string {
  const said = { size: size(tile.size ?? 0, words.lang), seconds: Math.round((tile.duration_ms ?? 0) / 1000), most: core.phone?.video_seconds ?? 60, pixels: `${tile.width} × ${tile.height}` };
  return tile.remarks.map((remark) => maybe(`film-${remark}`, said) ?? "").join(" ");
}
