//! Camera files as no camera writes them: what is read from strangers is fuzzed. The function is the one that
//! `cargo fuzz` drives (docs/fuzzing.md).

#[path = "../../../fuzz/src/app.rs"]
mod targets;

use std::sync::LazyLock;

use kandas_app::media::summarise;
use kandas_fixtures::media::{CameraSet, camera_folder};
use proptest::prelude::*;

/// A photo with EXIF and a film with time and place, as small as they get.
static VALID: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap();
    let set = CameraSet {
        photos: 1,
        photo_width: 64,
        video_size: 40_000,
        documents: 2,
        bad_files: false,
        ..CameraSet::default()
    };
    let files = camera_folder(folder.path(), &set).unwrap();
    files.iter().map(|file| std::fs::read(&file.path).unwrap()).collect()
});

#[test]
fn what_is_valid_is_read() {
    let read: Vec<_> = VALID.iter().map(|bytes| summarise(bytes).unwrap().1).collect();
    assert!(read.iter().filter(|summary| summary.lat.is_some()).count() >= 2, "{read:#?}");
    assert!(read.iter().all(|summary| summary.unreadable.is_none()), "{read:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_behind_a_head_that_looks_right(
        head in prop_oneof![
            Just(b"\xff\xd8\xff\xe1\x00\x40Exif\0\0MM\0*\0\0\0\x08".to_vec()),
            Just(b"\xff\xd8\xff\xe1\x10\x00Exif\0\0II*\0\x08\0\0\0".to_vec()),
            Just(b"\0\0\0\x14ftypisom\0\0\x02\0isom".to_vec()),
            Just(b"\0\0\0\x14ftypheic\0\0\0\0mif1\0\0\0\x20meta".to_vec()),
            Just(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec()),
            Just(b"RIFF\xff\xff\xff\x7fWEBPVP8X".to_vec()),
            Just(b"\x1aE\xdf\xa3\x93B\x82\x88matroska".to_vec()),
            Just(Vec::new()),
        ],
        rest in proptest::collection::vec(any::<u8>(), 0..600),
    ) {
        targets::summary(&[head, rest].concat());
    }

    #[test]
    fn a_valid_file_with_some_bytes_changed(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        // Most of what a reader believes stands at the beginning.
        within in prop_oneof![Just(200_usize), Just(2_000), Just(usize::MAX)],
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = VALID[which.index(VALID.len())].clone();
        for (at, to) in changes {
            let at = at.index(bytes.len().min(within));
            bytes[at] = to;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        targets::summary(&bytes);
    }
}
