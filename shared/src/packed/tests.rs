use std::io::Write as _;

use chrono::{DateTime, SecondsFormat};
use proptest::prelude::*;

use super::*;
use crate::hash::Digest;

fn statement(payload: &str) -> Jws {
    let header = r#"{"alg":"ES256","b64":false,"crit":["b64"],"kid":"NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs","typ":"kandas-record"}"#;
    Jws { protected: b64(header.as_bytes()), payload: payload.into(), signature: b64(&[7; 64]) }
}

fn record(number: u8, prev: Digest) -> Jws {
    let (id, near) =
        ("01a222b6-6239-74c4-a8f3-7c0c07d88603", format!("01a222b6-6239-7000-8000-0000000000{number:02x}"));
    let sha256 = Digest::of(&[number]);
    statement(&format!(
        r#"{{"record":"{near}","device":"{id}","prev":"{prev}","nonce":"Bf0VrNNEaDFNT9J9NmsfUg","sha256":"{sha256}"}}"#
    ))
}

fn chain(length: u8) -> Vec<Jws> {
    let mut all: Vec<Jws> = Vec::new();
    for number in 0..length {
        let prev = all.last().map_or(Digest([0; 32]), Jws::identity);
        all.push(record(number, prev));
    }
    all
}

fn there_and_back(statements: &[Jws]) -> (usize, Seen, Seen) {
    let (mut here, mut there) = (Seen::default(), Seen::default());
    let body = pack(statements, &mut here).unwrap();
    assert_eq!(unpack(&body, &mut there, 1 << 20).unwrap(), statements);
    assert_eq!(here, there);
    (body.len(), here, there)
}

#[test]
fn a_record_costs_what_is_new_in_it() {
    let one = there_and_back(&chain(1)).0;
    let ten = there_and_back(&chain(10)).0;
    // A hash of 32 bytes, a signature of 64, ten bytes of an id: nothing else is new in the next record.
    assert!((ten - one) / 9 < 32 + 64 + 10 + 24, "{one} and {ten} bytes");
}

#[test]
fn an_answer_names_what_the_request_has_said() {
    let sent = chain(3);
    let (_, mut here, mut there) = there_and_back(&sent);
    let items: Vec<_> = sent.iter().map(|s| format!(r#"{{"hash":"{}"}}"#, s.identity())).collect();
    let receipt = statement(&format!(r#"{{"items":[{}]}}"#, items.join(",")));
    let alone = pack(std::slice::from_ref(&receipt), &mut Seen::default()).unwrap();
    let body = pack(std::slice::from_ref(&receipt), &mut there).unwrap();
    assert!(body.len() + 3 * 28 < alone.len(), "{} and {} bytes", body.len(), alone.len());
    assert_eq!(unpack(&body, &mut here, 1 << 20).unwrap(), [receipt]);
    // Without the request nobody can read it.
    assert_eq!(unpack(&body, &mut Seen::default(), 1 << 20), Err(Unpackable::UnknownValue));
}

#[test]
fn what_a_token_says_need_not_be_said_and_both_sides_must_mean_the_same() {
    let key = |name: &str| crate::jws::KeyId(b64(&Digest::of(name.as_bytes()).0));
    let of = |worker: u128| {
        let (device, worker) = (uuid::Uuid::from_u128(7), uuid::Uuid::from_u128(worker));
        Seen::of_token(device.into(), worker.into(), &key("device"), &key("server"))
    };
    let payload = format!(r#"{{"worker":"{}","kid":"{}"}}"#, uuid::Uuid::from_u128(8), key("server").0);
    let body = pack(&[statement(&payload)], &mut of(8)).unwrap();
    let alone = pack(&[statement(&payload)], &mut Seen::default()).unwrap();
    assert!(body.len() + 40 < alone.len(), "{} and {} bytes", body.len(), alone.len());
    assert_eq!(unpack(&body, &mut of(8), 1_000).unwrap()[0].payload, payload);
    assert_eq!(unpack(&body, &mut of(9), 1_000), Err(Unpackable::Differs));
}

#[test]
fn what_only_looks_like_a_value_stays_text() {
    for odd in [
        r#""FF717E7976C2B40CC787FCCC6EDBCDB6D78E9AA068A6FEBD2D36562E9BF67262""#,
        r#""01A222B6-6239-74c4-a8f3-7c0c07d88603""#,
        r#""01a222b66239-74c4-a8f3-7c0c-07d88603""#,
        r#""Bf0VrNNEaDFNT9J9NmsfUh""#,
        r#""2026-11-28T15:11:46.496698z","2026-11-28 15:11:46.496698Z","2026-02-30T15:11:46.496698Z""#,
        r#""2026-11-28T23:59:60.496698Z","2026-11-28T23:59:59.4966980","-026-11-28T23:59:59.496698Z""#,
        r#""0000-01-01T00:00:00.000000Z","9999-12-31T23:59:59.999999Z","1969-12-31T23:59:59.999999Z""#,
        r#""........................................""#,
        "\"",
        "",
        "\u{0}\u{1}\u{2}\"\"\"",
        "тырнақшада \"Ескерту\" 🧣",
    ] {
        there_and_back(&[statement(odd)]);
    }
}

#[test]
fn headers_are_told_once_and_strange_ones_as_they_are() {
    let strange = Jws { protected: "no base64url!".into(), ..statement("{}") };
    let bytes = Jws { protected: b64(&[0xff, 0xfe]), ..statement("{}") };
    there_and_back(&[statement("{}"), statement("[]"), strange.clone(), strange, bytes, statement("{}")]);
}

#[test]
fn a_signature_of_another_length_cannot_be_told() {
    for signature in [b64(&[7; 63]), b64(&[7; 65]), "no base64url!".into(), b64(&[7; 64]) + "="] {
        let statement = Jws { signature, ..statement("{}") };
        assert!(pack(&[statement], &mut Seen::default()).is_none());
    }
}

#[test]
fn a_few_bytes_do_not_become_a_flood() {
    // Zeros, which zstd makes small.
    let flood = statement(&"0".repeat(1 << 20));
    let body = pack(&[flood], &mut Seen::default()).unwrap();
    assert!(body.len() < 1_000);
    assert_eq!(unpack(&body, &mut Seen::default(), 100_000), Err(Unpackable::TooLarge));
    // One value, named again and again: two bytes become 64.
    let again = format!("\"{}\"", Digest([1; 32]));
    let flood = statement(&again.repeat(10_000));
    let body = pack(&[flood], &mut Seen::default()).unwrap();
    assert_eq!(unpack(&body, &mut Seen::default(), 100_000), Err(Unpackable::TooLarge));
    // A long header, told once and meant again and again.
    let flood = Jws { protected: "!".repeat(1_000), ..statement("") };
    let body = pack(&vec![flood; 200], &mut Seen::default()).unwrap();
    assert!(body.len() < 20_000);
    assert_eq!(unpack(&body, &mut Seen::default(), 100_000), Err(Unpackable::TooLarge));
    // It is not even decompressed to the end, whatever it says.
    let nothing = around(&squeeze(&vec![b'?'; 1 << 20]).unwrap(), &[]);
    assert_eq!(unpack(&nothing, &mut Seen::default(), 100_000), Err(Unpackable::TooLarge));
    assert_eq!(unpack(&nothing, &mut Seen::default(), 1 << 20), Err(Unpackable::Header));
    // Nor does anybody say how much memory that takes.
    let far = |window: u32| {
        let mut encoder = zstd::stream::write::Encoder::with_dictionary(Vec::new(), LEVEL, words()).unwrap();
        encoder.window_log(window).unwrap();
        encoder.write_all(b"?").unwrap();
        unpack(&around(&encoder.finish().unwrap(), &[]), &mut Seen::default(), 100_000)
    };
    assert_eq!(far(WINDOW_LOG), Err(Unpackable::Header));
    assert_eq!(far(WINDOW_LOG + 1), Err(Unpackable::Archive));
}

/// A body with this archive and these raw bytes.
fn around(archive: &[u8], raw: &[u8]) -> Vec<u8> {
    let mut body = vec![1, 0, 0, 0, 0];
    values::put_number(&mut body, archive.len() as u64);
    body.extend_from_slice(archive);
    body.extend_from_slice(raw);
    body
}

#[test]
fn what_is_not_packed_is_told_apart() {
    let body = pack(&chain(2), &mut Seen::default()).unwrap();
    let read = |body: &[u8]| unpack(body, &mut Seen::default(), 1 << 20);
    assert_eq!(read(&[]), Err(Unpackable::Length));
    assert_eq!(read(b"{}"), Err(Unpackable::Version(b'{')));
    assert_eq!(read(&[body.as_slice(), &[0]].concat()), Err(Unpackable::Length));
    assert_eq!(read(&body[..body.len() - 1]), Err(Unpackable::Length));
    let mut torn = body.clone();
    torn[10] ^= 0x55;
    assert!(read(&torn).is_err());
}

/// Text of the kind that stands in payloads, and of every other.
fn payload() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<[u8; 32]>().prop_map(|bytes| Digest(bytes).to_string()),
        any::<[u8; 2]>().prop_map(|few| uuid::Uuid::from_bytes([
            few[0], 1, 2, 3, few[1], 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15
        ])
        .to_string()),
        any::<[u8; 16]>().prop_map(hex::encode),
        any::<[u8; 16]>().prop_map(|bytes| b64(&bytes)),
        any::<[u8; 32]>().prop_map(|bytes| b64(&bytes)),
        any::<i64>().prop_map(|time| DateTime::from_timestamp_micros(time >> 8)
            .unwrap()
            .to_rfc3339_opts(SecondsFormat::Micros, true)),
        "[a-z\"\\\\]{0,12}",
        any::<String>(),
    ];
    proptest::collection::vec(value, 0..12).prop_map(|values| {
        let parts: Vec<_> = values.into_iter().map(|value| format!("\"{value}\"")).collect();
        parts.join(":")
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_packed_comes_out_again(
        payloads in proptest::collection::vec((payload(), any::<bool>(), any::<[u8; 32]>()), 0..8)
    ) {
        let statements: Vec<Jws> = payloads
            .into_iter()
            .map(|(payload, plain, half)| {
                let signature = b64(&[half, half].concat());
                let protected = if plain { payload.clone() } else { statement("").protected };
                Jws { protected, payload, signature }
            })
            .collect();
        there_and_back(&statements);
    }

    #[test]
    fn any_bytes_come_back(data in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = unpack(&data, &mut Seen::default(), 1 << 16);
        // The text inside, so that chance need not find out about zstd first.
        let archive = squeeze(&data).unwrap();
        let _ = unpack(&around(&archive, &data), &mut Seen::default(), 1 << 16);
    }
}
