// Pictures of the record before one and of the next: fetched once, shown at once. They are gone with the record.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import { evidence, type Item, type Piece } from "../api/client";

/** The file that a picture is shown from, if it is a picture and here. */
export function picture(piece: Piece): boolean {
  const file = piece.files.find((each) => each.part === "file");
  return file !== undefined && ["received", "salvaged"].includes(file.state) && /^image\/(jpeg|png|webp)$/.test(file.media_type);
}

export function film(piece: Piece): boolean {
  const file = piece.files.find((each) => each.part === "file");
  return file !== undefined && file.state === "received" && file.media_type.startsWith("video/");
}

/** A document whose pages the page itself draws. */
export function paged(piece: Piece): boolean {
  const file = piece.files.find((each) => each.part === "file");
  return file !== undefined && file.state === "received" && file.media_type === "application/pdf";
}

/** A photo that most browsers cannot show. */
export function apple(piece: Piece): boolean {
  const file = piece.files.find((each) => each.part === "file");
  return file !== undefined && /^image\/hei[cf]$/.test(file.media_type);
}

/** Where its small picture lies, if it has one. */
export function thumbnail(piece: Piece): string | null {
  const small = piece.files.find((each) => each.part === "thumbnail");
  return small?.state === "received" ? evidence(piece.evidence, "thumbnail") : null;
}

class Files {
  private urls = new SvelteMap<string, string>();
  private wanted = new Set<string>();
  /** Asked for, and not here yet: each look at evidence is in the access log, so nothing is asked for twice. */
  private coming = new Set<string>();
  /** Did not come. */
  private failed = new SvelteSet<string>();

  /** What a picture is shown from: nothing while it is on its way, and its address where it did not come, so that the browser says what is wrong. */
  url(piece: Piece): string | undefined {
    return this.urls.get(piece.evidence) ?? (this.failed.has(piece.evidence) ? evidence(piece.evidence, "file") : undefined);
  }

  /** Keeps the pictures of these records, the first ones first, and lets the others go. */
  keep(items: Item[]): void {
    const pieces = items.flatMap((item) => item.evidence).filter(picture);
    this.wanted = new Set(pieces.map((piece) => piece.evidence));
    for (const [id, url] of this.urls) {
      if (this.wanted.has(id)) continue;
      URL.revokeObjectURL(url);
      this.urls.delete(id);
    }
    for (const { evidence: id } of pieces) {
      if (this.urls.has(id) || this.coming.has(id)) continue;
      this.coming.add(id);
      this.failed.delete(id);
      void this.fetch(id).finally(() => this.coming.delete(id));
    }
  }

  private async fetch(id: string): Promise<void> {
    const response = await fetch(evidence(id, "file")).catch(() => null);
    const blob = response?.ok ? await response.blob().catch(() => null) : null;
    if (!blob) this.failed.add(id);
    else if (this.wanted.has(id)) this.urls.set(id, URL.createObjectURL(blob));
  }
}

export const files = new Files();
