//! A piece of evidence as the screens show it: gathered in a draft or sealed in a record, it is one tile.

use kandas_shared::{
    evidence::{Evidence, EvidenceKind, FileRef, Part, Source, Summary},
    ids::EvidenceId,
};

use super::{
    Face,
    view::{FilmRemark, Tile, TileState},
};

/// The longest video the camera should make, seconds (requirements §6).
pub(super) const VIDEO_SECONDS: u32 = 60;
/// A camera that stops by itself is a little late.
const GRACE_MS: u64 = 1_000;
/// 720p: the longer side and the shorter one, however the phone was held.
const VIDEO_PIXELS: (u32, u32) = (1_280, 720);

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
            remarks: remarks(item.kind, &item.summary),
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
        remarks: Vec::new(),
    }
}

/// What a film is more than it was asked to be, by what the camera wrote into its file. Nothing where it wrote nothing.
fn remarks(kind: EvidenceKind, summary: &Summary) -> Vec<FilmRemark> {
    if kind != EvidenceKind::Video {
        return Vec::new();
    }
    let most = u64::from(VIDEO_SECONDS) * 1_000 + GRACE_MS;
    let long = summary.duration_ms.is_some_and(|ms| ms > most);
    let large = summary.width.zip(summary.height).is_some_and(|(width, height)| {
        width.max(height) > VIDEO_PIXELS.0 || width.min(height) > VIDEO_PIXELS.1
    });
    let found = [(long, FilmRemark::Long), (large, FilmRemark::Large)];
    found.into_iter().filter_map(|(holds, remark)| holds.then_some(remark)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_film_is_remarked_on_and_a_photo_is_not() {
        use FilmRemark::{Large, Long};
        let film = |ms, width, height| Summary { duration_ms: ms, width, height, ..Summary::default() };
        let (hd, full) = ((Some(1_280), Some(720)), (Some(1_920), Some(1_080)));
        for (ms, (width, height), said) in [
            (Some(60_000), hd, vec![]),
            (Some(60_900), (hd.1, hd.0), vec![]),
            (Some(61_001), hd, vec![Long]),
            (Some(20_000), full, vec![Large]),
            (Some(20_000), (full.1, full.0), vec![Large]),
            (Some(20_000), (Some(960), Some(960)), vec![Large]),
            (Some(90_000), full, vec![Long, Large]),
            (None, (None, None), vec![]),
            (None, (Some(4_000), None), vec![]),
        ] {
            let summary = film(ms, width, height);
            assert_eq!(remarks(EvidenceKind::Video, &summary), said, "{summary:?}");
            assert_eq!(remarks(EvidenceKind::Photo, &summary), vec![], "{summary:?}");
        }
    }
}
