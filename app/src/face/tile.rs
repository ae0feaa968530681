//! A piece of evidence as the screens show it: gathered in a draft or sealed in a record, it is one tile.

use kandas_shared::{
    evidence::{Evidence, EvidenceKind, FileRef, Part, Source},
    ids::EvidenceId,
};

use super::{
    Face,
    view::{Tile, TileState},
};

/// Numbers evidence among its kind: "фото 2".
#[derive(Default)]
pub(super) struct Numbers([u32; 4]);

impl Numbers {
    fn next(&mut self, kind: EvidenceKind) -> u32 {
        let number = &mut self.0[kind as usize];
        *number += 1;
        *number
    }
}

impl Face {
    /// The tile of a piece that is known to be evidence. Whoever knows more (how far it has travelled, why it was set
    /// aside) puts that in.
    pub(super) fn tile(&self, numbers: &mut Numbers, item: &Evidence, state: TileState) -> Tile {
        let here = |part| self.app().vault().path(FileRef { evidence: item.evidence, part }).exists();
        Tile {
            media_type: Some(item.media_type.clone()),
            size: Some(item.size),
            thumbnail: item.thumbnail.is_some() && here(Part::Thumbnail),
            here: here(Part::File),
            captured: item.source == Source::Captured,
            taken_at: Some(item.taken.wall),
            page: item.page,
            duration_ms: item.summary.duration_ms,
            width: item.summary.width,
            height: item.summary.height,
            replaces: item.replaces,
            ..bare(numbers, item.evidence, item.kind, state)
        }
    }
}

/// The tile of a piece of which only the kind is known: its file is on its way into the vault.
pub(super) fn bare(
    numbers: &mut Numbers,
    evidence: EvidenceId,
    kind: EvidenceKind,
    state: TileState,
) -> Tile {
    Tile {
        evidence,
        kind,
        number: numbers.next(kind),
        state,
        media_type: None,
        size: None,
        sent: None,
        thumbnail: false,
        here: false,
        captured: false,
        taken_at: None,
        page: None,
        duration_ms: None,
        width: None,
        height: None,
        replaces: None,
        taken_over: false,
        reason: None,
    }
}
