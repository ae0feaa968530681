//! What the server reads from strangers, driven by proptest. The functions are those that `cargo fuzz` drives
//! (docs/fuzzing.md).

#[path = "../../../../fuzz/src/shared.rs"]
mod shared;
#[path = "../../../../fuzz/src/server.rs"]
mod targets;

use std::sync::LazyLock;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_shared::{
    hash::{b64, from_b64},
    wire::RecordBatch,
};
use proptest::prelude::*;

use crate::house::district;

static IMPORT: LazyLock<String> = LazyLock::new(|| district(1).to_json());
static BATCH: LazyLock<String> = LazyLock::new(|| {
    let statements = [
        include_str!("../../../../shared/tests/golden/v1/record-completion.json"),
        include_str!("../../../../shared/tests/golden/v1/record-consent.json"),
        include_str!("../../../../shared/tests/golden/v1/record-lost.json"),
    ];
    format!("{{\"records\":[{}]}}", statements.join(","))
});
/// Header and payload of each statement in the batch, a line each.
static LINES: LazyLock<String> = LazyLock::new(|| {
    let batch: RecordBatch = serde_json::from_str(&BATCH).unwrap();
    let pair = |statement: &kandas_shared::jws::Jws| {
        let header = String::from_utf8(from_b64(&statement.protected).unwrap()).unwrap();
        format!("{header}\n{}\n", statement.payload)
    };
    batch.records.iter().map(pair).collect()
});
const PACKED: &str = include_str!("../../../../shared/tests/golden/v1/packed-batch.hex");
const CURSOR: &str = include_str!("../../../../shared/tests/golden/v1/cursor.txt");
const CMS: &str = include_str!("../../fixtures/cms/two.pem");
const HEAD: &str = "evidence=6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003&part=file
upload-offset: 7
content-type: application/offset+octet-stream
content-length: 9
upload-checksum: sha256 n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=
";

/// What is put in place of a piece of a text: what readers count, compare and convert.
fn nasty() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("-1"),
        Just("0"),
        Just("1e999"),
        Just("9223372036854775808"),
        Just("18446744073709551616"),
        Just("null"),
        Just("\"\""),
        Just("\\u0000"),
        Just("\\ud800"),
        Just("{"),
        Just("}"),
        Just("["),
        Just("]"),
        Just("\""),
        Just(","),
        Just(":"),
        Just("99999-12-31"),
        Just("2026-02-30"),
        Just("\u{202e}"),
        Just("é"),
        Just("\n"),
        Just(" "),
        Just(""),
        Just("sha256 "),
        Just("identity"),
        Just("=&=&%00"),
    ]
    .prop_map(str::to_owned)
    .boxed()
}

type Edit = (prop::sample::Index, u8, String);

fn edits() -> impl Strategy<Value = Vec<Edit>> {
    proptest::collection::vec((any::<prop::sample::Index>(), 0_u8..12, nasty()), 0..6)
}

/// Some pieces of a text replaced; it stays UTF-8.
fn edited(text: &str, edits: &[Edit]) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    for (at, length, by) in edits {
        if letters.is_empty() {
            break;
        }
        let from = at.index(letters.len());
        let to = (from + usize::from(*length)).min(letters.len());
        drop(letters.splice(from..to, by.chars()));
    }
    letters.into_iter().collect()
}

#[test]
fn what_is_valid_gets_through() {
    targets::tus_head(HEAD.as_bytes());
    shared::record_batch(BATCH.as_bytes());
    shared::packed_batch(&hex::decode(PACKED.trim()).unwrap());
    shared::packed_batch(LINES.as_bytes());
    shared::cursor(CURSOR.trim().as_bytes());
    targets::import_file(IMPORT.as_bytes());
    targets::cms(CMS.as_bytes());
    assert!(kandas_shared::cursor::Cursor::from_text(CURSOR.trim()).is_ok());
    assert!(kandas_server::api::body::read::<RecordBatch>(BATCH.as_bytes()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(data in proptest::collection::vec(any::<u8>(), 0..800)) {
        targets::tus_head(&data);
        shared::record_batch(&data);
        shared::packed_batch(&data);
        shared::cursor(&data);
        targets::import_file(&data);
        targets::cms(&data);
    }

    #[test]
    fn heads_of_uploads(edits in edits()) {
        targets::tus_head(edited(HEAD, &edits).as_bytes());
    }

    #[test]
    fn batches(edits in edits()) {
        shared::record_batch(edited(&BATCH, &edits).as_bytes());
    }

    #[test]
    fn packed_batches(edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6)) {
        let mut body = hex::decode(PACKED.trim()).unwrap();
        for (at, byte) in edits {
            let at = at.index(body.len());
            body[at] = byte;
        }
        shared::packed_batch(&body);
    }

    #[test]
    fn signatures(
        edits in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let text: String = CMS.lines().filter(|line| !line.starts_with('-')).collect();
        let mut file = STANDARD.decode(text).unwrap();
        for (at, byte) in edits {
            let at = at.index(file.len());
            file[at] = byte;
        }
        targets::cms(&file[..cut.map_or(file.len(), |cut| cut.index(file.len() + 1))]);
    }

    #[test]
    fn packed_statements(edits in edits()) {
        shared::packed_batch(edited(&LINES, &edits).as_bytes());
    }

    #[test]
    fn cursors(edits in edits()) {
        shared::cursor(edited(CURSOR.trim(), &edits).as_bytes());
        let inside = from_b64(CURSOR.trim()).unwrap();
        let inside = edited(std::str::from_utf8(&inside).unwrap(), &edits);
        shared::cursor(b64(inside.as_bytes()).as_bytes());
        shared::cursor(inside.as_bytes());
    }

    #[test]
    fn import_files(edits in edits(), cut in proptest::option::of(any::<prop::sample::Index>())) {
        let text = edited(&IMPORT, &edits);
        let bytes = text.as_bytes();
        targets::import_file(&bytes[..cut.map_or(bytes.len(), |cut| cut.index(bytes.len() + 1))]);
    }
}
