//! One example of every signed or hashed format, byte for byte (docs/formats.md).
//!
//! A released example never changes: a change of the code that changes one is a change of a format and needs a new
//! version. `KANDAS_WRITE_GOLDEN=1` writes examples that do not exist yet; it never overwrites one.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should stop right there")]

use std::path::PathBuf;

use kandas_shared::{
    cursor::{Cursor, Kind, Track},
    enrol::{EnrolPayload, Invitation, KeyPayload, TokenPayload, code_from},
    evidence::{Evidence, EvidenceKind, FileFacts, Part, Position, PositionSource, Source, Summary},
    hash::{Digest, Epoch, Nonce},
    ids::*,
    journal::{Author, AuthorKind, Header, content_hash, leaf_hash},
    jws::{Jws, JwsError, PublicKey, SignError, Signer, Typ, Verifier},
    merkle::Frontier,
    order::{Order, OrderKind},
    packed::{self, Seen},
    receipt::{Checkpoint, FileReceipt, HeldReason, Receipt, RecordItem, RecordsReceipt, Verdict},
    record::{self, CheckpointSeen, ConsentState, Paper, Reading, Record, Statement},
    rule::{NoPositionReason, NoVideoReason},
    service::ServiceCode,
    time::ClockReading,
};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
use serde::{Serialize, de::DeserializeOwned};
use uuid::Uuid;

struct Key(SigningKey);

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        PublicKey::try_from(point.as_bytes()).unwrap()
    }
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        // RFC 6979: the same bytes give the same signature, which is what a golden file needs.
        let signature: Signature = p256::ecdsa::signature::Signer::sign(&self.0, message);
        Ok(signature.to_bytes().into())
    }
}

struct P256;

impl Verifier for P256 {
    fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let key = VerifyingKey::from_sec1_bytes(&key.0).unwrap();
        Signature::from_slice(signature).is_ok_and(|s| key.verify(message, &s).is_ok())
    }
}

fn key(seed: u8) -> Key {
    Key(SigningKey::from_slice(&[seed; 32]).unwrap())
}

fn id(n: u128) -> Uuid {
    Uuid::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 + n)
}

fn time(text: &str) -> chrono::DateTime<chrono::Utc> {
    text.parse().unwrap()
}

fn reading() -> ClockReading {
    ClockReading {
        wall: time("2026-11-20T04:12:33.123456Z"),
        offset_s: 18_000,
        boot: "5f0c2b7e".into(),
        boot_ms: 86_400_123,
    }
}

fn epoch() -> Epoch {
    Epoch([0xA5; 16])
}

fn full_record() -> Record {
    let position = Position {
        lat: 52.287_3,
        lon: 76.967_4,
        accuracy_m: 8.5,
        fix_at: Some(time("2026-11-20T04:12:30Z")),
        source: PositionSource::Satellite,
        mock: false,
        fix_boot_ms: Some(86_399_000),
        altitude_m: Some(123.0),
    };
    let facts = |name: &str, size| FileFacts {
        sha256: Digest::of(name.as_bytes()),
        size,
        media_type: "image/jpeg".into(),
    };
    Record {
        v: 1,
        record: RecordId(id(1)),
        device: DeviceId(id(2)),
        chain: ChainId(id(3)),
        seq: 2,
        prev: Some(Digest::of(b"the statement before")),
        continues: None,
        nonce: Nonce([9; 16]),
        worker: UserId(id(4)),
        family: Some(FamilyId(id(5))),
        statement: Statement::Completion {
            activity: ActivityId(id(6)),
            person: PersonId(id(7)),
            service: ServiceCode::S07,
        },
        done_on: "2026-11-20".parse().unwrap(),
        sealed: reading(),
        checkpoint: Some(CheckpointSeen { epoch: epoch(), size: 41, root: Digest::of(b"root") }),
        position: Some(position.clone()),
        no_position: None,
        no_video: Some(NoVideoReason::NothingToFilm),
        paper: Some(Paper { number: "№ 17-Қ".into(), date: Some("2026-11-19".parse().unwrap()) }),
        note: Some("Ескерту \"тырнақшада\"\n\u{1F9E3}".into()),
        supersedes: Some(RecordId(id(8))),
        correction: Some("wrong day".into()),
        evidence: vec![Evidence {
            evidence: EvidenceId(id(9)),
            kind: EvidenceKind::Photo,
            capture: CaptureId(id(10)),
            source: Source::Captured,
            media_type: "image/jpeg".into(),
            size: 412_345,
            sha256: Digest::of(b"photo"),
            taken: reading(),
            position: Some(position),
            page: None,
            replaces: Some(EvidenceId(id(11))),
            original: Some(facts("original", 4_123_456)),
            thumbnail: Some(facts("thumbnail", 9_876)),
            summary: Summary {
                taken_at: Some("2026-11-20T09:12:29".into()),
                lat: Some(52.287),
                lon: Some(76.967),
                make: Some("TESTCAM".into()),
                model: Some("T1".into()),
                orientation: Some(6),
                width: Some(1920),
                height: Some(1440),
                duration_ms: None,
                unreadable: None,
            },
        }],
        app: "kandas-field/0.1.0".into(),
    }
}

fn first_record() -> Record {
    Record {
        seq: 1,
        prev: None,
        continues: Some(ChainId(id(30))),
        statement: Statement::Consent {
            consent: ConsentId(id(31)),
            person: PersonId(id(7)),
            state: ConsentState::Declined,
            reason: Some("later".into()),
        },
        checkpoint: None,
        position: None,
        no_position: Some(NoPositionReason::NoFix),
        no_video: None,
        paper: None,
        note: None,
        supersedes: None,
        correction: None,
        evidence: vec![],
        ..full_record()
    }
}

/// Compares `text` with the golden file of that name.
fn golden(name: &str, text: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name);
    if !path.exists() && std::env::var_os("KANDAS_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(kept, text, "{name} is not what was released");
}

/// Signs a payload, compares the statement with its golden file, and checks that the released one still verifies.
fn signed<T: Serialize + DeserializeOwned>(name: &str, typ: Typ, payload: &T) -> Jws {
    let jws = Jws::sign(typ, serde_json::to_string(payload).unwrap(), &key(1)).unwrap();
    golden(name, &serde_json::to_string_pretty(&jws).unwrap());
    let text = jws.verify(typ, &key(1).public_key(), &P256).unwrap();
    let again: T = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&again).unwrap(), jws.payload);
    for other in Typ::ALL.into_iter().filter(|t| *t != typ) {
        assert_eq!(jws.verify(other, &key(1).public_key(), &P256), Err(JwsError::WrongType));
    }
    assert_eq!(jws.verify(typ, &key(2).public_key(), &P256), Err(JwsError::UnknownKey));
    jws
}

#[test]
fn records() {
    for (name, record) in [("record-completion.json", full_record()), ("record-consent.json", first_record())]
    {
        let jws = signed(name, Typ::Record, &record);
        let Reading::Record(read) = record::read(&jws.payload) else { panic!("not read as a record") };
        assert_eq!(*read, record);
        golden(&name.replace(".json", ".identity.txt"), &jws.identity().to_string());
    }
    let lost = Record {
        family: None,
        statement: Statement::Lost {
            chain: ChainId(id(30)),
            from: 4,
            to: 6,
            reason: "store restored from a copy".into(),
        },
        ..full_record()
    };
    signed("record-lost.json", Typ::Record, &lost);
}

#[test]
fn what_cannot_be_read_is_never_lost() {
    let newer = r#"{"v":2,"record":"01930000-0000-7000-8000-000000000001","whatever":1}"#;
    let Reading::TooNew(envelope) = record::read(newer) else { panic!("version 2 is too new") };
    assert_eq!(envelope.record, Some(RecordId(id(1))));
    let mut odd: serde_json::Value = serde_json::to_value(full_record()).unwrap();
    odd["surprise"] = 1.into();
    assert!(matches!(record::read(&odd.to_string()), Reading::Unreadable(e, _) if e.seq == Some(2)));
    assert!(matches!(record::read("not json"), Reading::Unreadable(..)));
    let homeless = Record { family: None, ..full_record() };
    assert!(matches!(record::read(&serde_json::to_string(&homeless).unwrap()), Reading::Unreadable(..)));
}

#[test]
fn receipts_checkpoint_order_key() {
    let at = time("2026-11-21T10:00:00.000001Z");
    let items = [
        (Verdict::Accepted, None, Some(42)),
        (Verdict::Known, None, Some(7)),
        (Verdict::Held, Some(HeldReason::Fork.as_str()), Some(43)),
        (Verdict::Refused, Some("unknown_key"), None),
    ];
    let items = items.into_iter().map(|(verdict, reason, position)| RecordItem {
        hash: Digest::of(b"statement"),
        record: position.map(|_| RecordId(id(1))),
        verdict,
        reason: reason.map(Into::into),
        position,
    });
    let records =
        RecordsReceipt { v: 1, epoch: epoch(), time: at, carrier: DeviceId(id(2)), items: items.collect() };
    signed("receipt-records.json", Typ::Receipt, &Receipt::Records(records));
    let file = FileReceipt {
        v: 1,
        epoch: epoch(),
        time: at,
        evidence: EvidenceId(id(9)),
        part: Part::File,
        sha256: Digest::of(b"photo"),
        size: 412_345,
        position: 44,
        salvage: false,
    };
    signed("receipt-file.json", Typ::Receipt, &Receipt::File(file));
    let checkpoint = Checkpoint { v: 1, epoch: epoch(), size: 44, root: Digest::of(b"root"), time: at };
    signed("checkpoint.json", Typ::Checkpoint, &checkpoint);
    let order = Order {
        v: 1,
        order: OrderId(id(20)),
        kind: OrderKind::Lost,
        device: DeviceId(id(2)),
        serial: 3,
        issued: at,
        ends: time("2027-11-21T10:00:00Z"),
        escrow: "age1example".into(),
    };
    signed("order.json", Typ::Order, &order);
    let next = KeyPayload { v: 1, old: key(1).public_key().kid(), new: key(2).public_key(), from: at };
    signed("key.json", Typ::Key, &next);
}

#[test]
fn enrolment_and_tokens() {
    let enrol = EnrolPayload {
        v: 1,
        code: code_from([3; 10]),
        key: key(1).public_key(),
        chain: ChainId(id(3)),
        platform: "test".into(),
        app: "kandas-field/0.1.0".into(),
    };
    signed("enrol.json", Typ::Enrol, &enrol);
    let token = TokenPayload {
        v: 1,
        device: DeviceId(id(2)),
        nonce: Nonce([5; 16]),
        chain: ChainId(id(3)),
        seq: 17,
        app: "kandas-field/0.1.0".into(),
    };
    signed("token.json", Typ::Token, &token);
    let invitation = Invitation {
        url: "https://192.0.2.7:8443".into(),
        code: code_from([3; 10]),
        server_key: key(1).public_key(),
        pin: Some(Digest::of(b"certificate")),
        time: 1_795_000_000,
    };
    golden("invitation.txt", &invitation.to_link());
}

#[test]
fn packed_batch_and_answer() {
    let first = Jws::sign(Typ::Record, serde_json::to_string(&full_record()).unwrap(), &key(2)).unwrap();
    let next = Record { seq: 3, prev: Some(first.identity()), record: RecordId(id(64)), ..full_record() };
    let next = Jws::sign(Typ::Record, serde_json::to_string(&next).unwrap(), &key(2)).unwrap();
    let batch = [first, next];
    let item = |statement: &Jws, position| RecordItem {
        hash: statement.identity(),
        record: None,
        verdict: Verdict::Accepted,
        reason: None,
        position: Some(position),
    };
    let receipt = Receipt::Records(RecordsReceipt {
        v: 1,
        epoch: epoch(),
        time: time("2026-11-21T10:00:00.000001Z"),
        carrier: DeviceId(id(2)),
        items: vec![item(&batch[0], 42), item(&batch[1], 43)],
    });
    let receipt = Jws::sign(Typ::Receipt, serde_json::to_string(&receipt).unwrap(), &key(1)).unwrap();

    let (mut said, mut heard) = (Seen::default(), Seen::default());
    let body = packed::pack(&batch, &mut said).unwrap();
    let released = released_body("packed-batch.hex", &body);
    assert_eq!(packed::unpack(&released, &mut heard, 1 << 20).unwrap(), batch);
    let body = packed::pack(std::slice::from_ref(&receipt), &mut heard).unwrap();
    let released = released_body("packed-answer.hex", &body);
    assert_eq!(packed::unpack(&released, &mut said, 1 << 20).unwrap(), [receipt]);
}

/// A body that was written once is read for ever; what zstd makes of the same text today may differ from it.
fn released_body(name: &str, body: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1").join(name);
    if !path.exists() && std::env::var_os("KANDAS_WRITE_GOLDEN").is_some() {
        std::fs::write(&path, hex::encode(body) + "\n").unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    hex::decode(kept.trim()).unwrap()
}

#[test]
fn journal_leaf_and_cursor() {
    let header = Header {
        v: 1,
        position: 42,
        kind: "record.received".into(),
        kind_version: 1,
        at: time("2026-11-21T10:00:00.000001Z"),
        author: Author { kind: AuthorKind::Device, id: Some(id(2)) },
        family: Some(FamilyId(id(5))),
        person: None,
    };
    let header = serde_json::to_string(&header).unwrap();
    let content = content_hash(&[7; 32], br#"{"an":"example"}"#);
    let leaf = leaf_hash(header.as_bytes(), &content);
    let mut frontier = Frontier::default();
    for _ in 0..3 {
        frontier.push(leaf, |_, _, _| {});
    }
    golden(
        "leaf.txt",
        &format!("header {header}\ncontent {content}\nleaf {leaf}\nroot of three {}\n", frontier.root()),
    );
    let cursor = Cursor {
        v: 1,
        epoch: epoch(),
        device: DeviceId(id(2)),
        tracks: vec![Track {
            scope: format!("w:{}", id(4)),
            kinds: vec![Kind::Activity, Kind::Family],
            position: 42,
            kind: Some(Kind::Activity),
            id: Some(id(6)),
        }],
    };
    golden("cursor.txt", &cursor.to_text());
    assert_eq!(Cursor::from_text(&cursor.to_text()), Ok(cursor));
    assert!(Cursor::from_text("e30").is_err());
}

#[test]
fn the_other_valid_signature_is_the_same_statement() {
    let jws = Jws::sign(Typ::Record, "{}".into(), &key(1)).unwrap();
    let bytes = kandas_shared::hash::from_b64(&jws.signature).unwrap();
    let signature = Signature::from_slice(&bytes).unwrap();
    let (r, s) = signature.split_scalars();
    let other = Signature::from_scalars(r, -*s).unwrap();
    let twin = Jws { signature: kandas_shared::hash::b64(&other.to_bytes()), ..jws.clone() };
    assert_ne!(twin.signature, jws.signature);
    assert!(twin.verify(Typ::Record, &key(1).public_key(), &P256).is_ok());
    assert_eq!(twin.identity(), jws.identity());
}
