//! What is read in the words both sides share, as plain functions: each takes any bytes and must come back. A promise that
//! a reader makes about what it lets through is checked here; everything else is "does not fall over".

use kandas_shared::{
    cursor::Cursor,
    hash::b64,
    jws::{Jws, Typ},
    packed::{self, Seen},
    record::{self, Reading},
    wire::RecordBatch,
};

/// A batch of records, and every payload in it.
pub fn record_batch(data: &[u8]) {
    if let Ok(batch) = serde_json::from_slice::<RecordBatch>(data) {
        for statement in &batch.records {
            let _ = statement.identity();
            if let Ok(kid) = statement.kid(Typ::Record) {
                assert!(!kid.0.is_empty(), "a key without a name");
            }
            payload(&statement.payload);
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        payload(text);
    }
}

/// What is read as a record says the same when it is written and read again.
fn payload(text: &str) {
    if let Reading::Record(record) = record::read(text)
        && let Ok(again) = serde_json::to_string(&record)
    {
        match record::read(&again) {
            Reading::Record(read) => assert_eq!(read, record),
            other => panic!("a record that cannot be read again: {other:?}"),
        }
    }
}

/// What a body may grow to. A header told as before counts a third more than the same one told as JSON, so that what is
/// packed again may need more room than it came out of.
const MOST: usize = 1 << 20;

/// Records in the packed form: what comes out of it says the same when it is packed and unpacked again.
pub fn packed_batch(data: &[u8]) {
    if let Ok(statements) = packed::unpack(data, &mut Seen::default(), MOST) {
        goes_through(&statements);
    }
    // Nobody finds a body with the right check by chance, so that the bytes are taken for statements as well.
    let text = String::from_utf8_lossy(data);
    let mut lines = text.split('\n');
    let mut statements = Vec::new();
    while let (Some(header), Some(payload)) = (lines.next(), lines.next()) {
        let protected = if header.starts_with('{') { b64(header.as_bytes()) } else { header.to_owned() };
        statements.push(Jws { protected, payload: payload.to_owned(), signature: b64(&[7; 64]) });
    }
    goes_through(&statements);
}

/// Statements come out as they went in, and both sides have seen the same.
fn goes_through(statements: &[Jws]) {
    let (mut told, mut heard) = (Seen::default(), Seen::default());
    let body = packed::pack(statements, &mut told).expect("their signatures have 64 bytes");
    let read = packed::unpack(&body, &mut heard, MOST * 4);
    assert_eq!(read.as_deref(), Ok(statements));
    assert_eq!(heard, told, "the next body would be read as something else");
}

/// A cursor, as a phone hands it back.
pub fn cursor(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(cursor) = Cursor::from_text(&text) {
        assert_eq!(Cursor::from_text(&cursor.to_text()), Ok(cursor));
    }
    // The JSON inside, so that a fuzzer need not find out about base64 first.
    let inside = b64(data);
    if let Ok(cursor) = Cursor::from_text(&inside) {
        assert_eq!(Cursor::from_text(&cursor.to_text()), Ok(cursor));
    }
}
