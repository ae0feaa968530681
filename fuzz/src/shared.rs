//! What is read in the words both sides share, as plain functions: each takes any bytes and must come back. A promise that
//! a reader makes about what it lets through is checked here; everything else is "does not fall over".

use kandas_shared::{
    cursor::Cursor,
    jws::Typ,
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

/// Records in the packed form: what comes out of it says the same when it is packed and unpacked again.
pub fn packed_batch(data: &[u8]) {
    let mut seen = Seen::default();
    if let Ok(statements) = packed::unpack(data, &mut seen, 1 << 20)
        && let Some(again) = packed::pack(&statements, &mut Seen::default())
    {
        let read = packed::unpack(&again, &mut Seen::default(), 1 << 20);
        assert_eq!(read.as_ref(), Ok(&statements));
    }
}

/// A cursor, as a phone hands it back.
pub fn cursor(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(cursor) = Cursor::from_text(&text) {
        assert_eq!(Cursor::from_text(&cursor.to_text()), Ok(cursor));
    }
    // The JSON inside, so that a fuzzer need not find out about base64 first.
    let inside = kandas_shared::hash::b64(data);
    if let Ok(cursor) = Cursor::from_text(&inside) {
        assert_eq!(Cursor::from_text(&cursor.to_text()), Ok(cursor));
    }
}
