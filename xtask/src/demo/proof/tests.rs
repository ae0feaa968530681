//! A proof that cannot fail proves nothing: one sound world, then one thing broken at a time.

use kandas_fixtures::{
    district::{District, Outline},
    media::{Fault, Kind},
};
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, Source, Summary},
    hash::Nonce,
    ids::{ActivityId, CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, PersonId, RecordId, UserId},
    jws::{Jws, Signer, Typ},
    receipt::{FileReceipt, RecordItem, RecordsReceipt},
    record::{Record, Statement},
    rule::{NoPositionReason, NoVideoReason},
    service::ServiceCode,
    time::ClockReading,
};
use rand::{SeedableRng, rngs::StdRng};
use uuid::Uuid;

use super::*;
use crate::{
    demo::{
        ledger::{File, Item, SetAside},
        material::Completion,
    },
    device::Key,
};

const PHOTO: &[u8] = b"what the camera wrote";

fn epoch() -> Epoch {
    Epoch([1; 16])
}

fn key(seed: u64) -> Key {
    Key::draw(&mut StdRng::seed_from_u64(seed))
}

fn district() -> District {
    Outline { families: 8, workers: 1, ..Outline::default() }.district()
}

fn camera(name: &str, bytes: &[u8], kind: Kind) -> CameraFile {
    CameraFile {
        path: name.into(),
        kind,
        size: bytes.len() as u64,
        sha256: Sha256::digest(bytes).into(),
        taken_at: None,
        position: None,
    }
}

fn time() -> chrono::DateTime<chrono::Utc> {
    chrono::DateTime::from_timestamp(1_790_000_000, 0).unwrap()
}

fn signed(typ: Typ, payload: &impl serde::Serialize, key: &Key) -> Jws {
    Jws::sign(typ, serde_json::to_string(payload).unwrap(), key).unwrap()
}

/// One phone with one record of one photo, all delivered; the server's key is `key(1)`.
fn sound(district: &District) -> Witness<'_> {
    let (family, activity) = (&district.families[0], &district.plans[0].activities[0]);
    let service: ServiceCode = activity.service.parse().unwrap();
    let completion = Completion {
        family,
        activity,
        service: service.service(),
        files: vec![camera("IMG.jpg", PHOTO, Kind::Jpeg)],
    };
    let bad = vec![camera("bad.jpg", b"", Kind::Bad(Fault::Empty))];
    let worker = district.workers().next().unwrap();
    // Leaked, for the few bytes of a test.
    let day = Box::leak(Box::new(Day { worker, completions: vec![completion], bad }));

    let reading = ClockReading { wall: time(), offset_s: 0, boot: "b".into(), boot_ms: 1 };
    let evidence = Evidence {
        evidence: EvidenceId(Uuid::from_u128(5)),
        kind: EvidenceKind::Photo,
        capture: CaptureId(Uuid::from_u128(6)),
        source: Source::Attached,
        media_type: "image/jpeg".into(),
        size: PHOTO.len() as u64,
        sha256: Digest::of(PHOTO),
        taken: reading.clone(),
        position: None,
        page: None,
        replaces: None,
        original: None,
        thumbnail: None,
        summary: Summary::default(),
    };
    let record = Record {
        v: 1,
        record: RecordId(Uuid::from_u128(1)),
        device: DeviceId(Uuid::from_u128(2)),
        chain: ChainId(Uuid::from_u128(3)),
        seq: 1,
        prev: None,
        continues: None,
        nonce: Nonce([0; 16]),
        worker: UserId(worker.id),
        family: Some(FamilyId(family.id)),
        statement: Statement::Completion {
            activity: ActivityId(activity.id),
            person: PersonId(activity.person),
            service,
        },
        done_on: time().date_naive(),
        sealed: reading,
        checkpoint: None,
        position: None,
        no_position: Some(NoPositionReason::Other),
        no_video: Some(NoVideoReason::Other),
        paper: None,
        note: None,
        supersedes: None,
        correction: None,
        evidence: vec![evidence.clone()],
        app: "test".into(),
    };
    let statement = signed(Typ::Record, &record, &key(2));
    let hash = statement.identity();
    let item = RecordItem {
        hash,
        record: Some(record.record),
        verdict: Verdict::Accepted,
        reason: None,
        position: Some(9),
    };
    let records =
        RecordsReceipt { v: 1, epoch: epoch(), time: time(), carrier: record.device, items: vec![item] };
    let file = FileReceipt {
        v: 1,
        epoch: epoch(),
        time: time(),
        evidence: evidence.evidence,
        part: Part::File,
        sha256: evidence.sha256,
        size: evidence.size,
        position: 10,
        salvage: false,
    };
    let ledger = Ledger {
        items: vec![Item {
            record: record.record,
            hash,
            service: Some(service),
            state: "delivered".into(),
            reason: None,
            files: vec![File {
                evidence: evidence.evidence,
                part: Part::File,
                size: evidence.size,
                sent: evidence.size,
                state: "delivered".into(),
                reason: None,
                sha256: Some(evidence.sha256),
                receipt: Some(signed(Typ::Receipt, &Receipt::File(file), &key(1))),
            }],
            statement: Some(statement),
            receipt: Some(signed(Typ::Receipt, &Receipt::Records(records), &key(1))),
        }],
        set_aside: vec![SetAside { name: "bad.jpg".into(), reason: "empty".into() }],
    };
    let passage = Passage { up: 100_000, connections: 9, cuts: 3, kills: 1, starts: 2 };
    Witness { name: "Phone", day, ledger, passage }
}

/// Everything that can be checked without a server.
fn missing(witness: Witness<'_>, media: &Path) -> Vec<String> {
    let mut proof = Proof::default();
    let witnesses = [witness];
    records(&mut proof, &witnesses, &key(1).public_key(), epoch());
    camera_files(&mut proof, &witnesses);
    bytes(&mut proof, &witnesses, media, &Before::default()).unwrap();
    set_aside(&mut proof, &witnesses);
    cuts(&mut proof, &witnesses);
    proof.missing().into_iter().map(str::to_owned).collect()
}

fn store_with(bytes: &[u8]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("deep")).unwrap();
    fs::write(folder.path().join("deep/object"), bytes).unwrap();
    folder
}

#[test]
fn a_sound_world_is_proven() {
    let district = district();
    let none: Vec<String> = Vec::new();
    assert_eq!(missing(sound(&district), store_with(PHOTO).path()), none);
}

#[test]
fn whatever_is_broken_is_said() {
    type Break = fn(&mut Witness<'_>);
    let breaks: [(&str, Break); 12] = [
        ("it is recorded", |w| w.ledger.items[0].state = "recorded".into()),
        ("no receipt", |w| w.ledger.items[0].receipt = None),
        ("does not verify", |w| {
            let signature = &mut w.ledger.items[0].receipt.as_mut().unwrap().signature;
            *signature = signature.chars().rev().collect();
        }),
        ("identity", |w| w.ledger.items[0].hash = Digest([0; 32])),
        ("no record about", |w| w.ledger.items.clear()),
        ("2 records", |w| {
            let again = w.ledger.items[0].clone();
            w.ledger.items.push(again);
        }),
        ("does not show its statement", |w| w.ledger.items[0].statement = None),
        ("bad.jpg is not set aside", |w| w.ledger.set_aside.clear()),
        ("set aside as truncated", |w| w.ledger.set_aside[0].reason = "truncated".into()),
        ("never cut", |w| w.passage.cuts = 0),
        ("too much for 4", |w| w.passage.up = 5_000_000),
        ("no phone was killed", |w| w.passage.kills = 0),
    ];
    let district = district();
    let store = store_with(PHOTO);
    for (said, broken) in breaks {
        let mut witness = sound(&district);
        broken(&mut witness);
        let missing = missing(witness, store.path());
        assert!(missing.iter().any(|line| line.contains(said)), "{said}: {missing:?}");
    }
}

#[test]
fn the_evidence_store_must_hold_these_bytes_once() {
    let district = district();
    let changed = store_with(b"What the camera wrote");
    assert_eq!(missing(sound(&district), changed.path()).len(), 2, "one is missing, one is unknown");
    let doubled = store_with(PHOTO);
    fs::write(doubled.path().join("again"), PHOTO).unwrap();
    let missing_then = missing(sound(&district), doubled.path());
    assert_eq!(missing_then, ["1 file in the store that no phone knows"]);
}

#[test]
fn another_servers_receipt_is_none() {
    let district = district();
    let witnesses = [sound(&district)];
    let mut proof = Proof::default();
    records(&mut proof, &witnesses, &key(3).public_key(), epoch());
    assert_eq!((proof.records, proof.missing().len()), (0, 1));
    let mut proof = Proof::default();
    records(&mut proof, &witnesses, &key(1).public_key(), Epoch([2; 16]));
    assert_eq!((proof.records, proof.missing().len()), (0, 1));
}
