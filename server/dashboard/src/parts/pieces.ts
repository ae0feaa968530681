// What a piece of evidence is called: `Фото 2`, `Құжат, 1‑бет`.
import { t } from "kandas-design/words.svelte";
import type { Item, Piece } from "../api/client";

export function pieceName(item: Item, piece: Piece): string {
  const same = item.evidence.filter((each) => each.kind === piece.kind);
  const number = same.indexOf(piece) + 1;
  switch (piece.kind) {
    case "photo":
      return same.length > 1 ? t("desk-shot-of", { number, all: same.length }) : t("desk-shot", { number });
    case "video":
      return same.length > 1 ? `${t("desk-video")} ${number}` : t("desk-video");
    case "document":
      return piece.page ? `${t("desk-document")}, ${t("desk-document-page", { page: piece.page })}` : t("desk-document");
    case "signature":
      return t("desk-signature");
  }
}
