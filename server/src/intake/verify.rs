//! What can be said about a statement before the journal is locked: whose key, whether it verifies, what it reads.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{DeviceId, RecordId},
    jws::{Jws, Typ, Verifier},
    receipt::RefusedReason,
    record::{self, Envelope, Reading, Record, Statement},
};

use super::{
    decide::{Payload, Verified},
    sealers::Sealer,
};
use crate::facts::{NamedEvidence, RecordReading};

/// Longest protected header that is looked at.
const MOST_HEADER: usize = 1_024;

/// A statement before it is decided about.
#[derive(Clone, Debug)]
pub enum Item {
    /// Tied to a known key.
    Verified(Box<Verified>),
    /// Not to be tied to one.
    Refused {
        /// Its identity all the same.
        hash: Digest,
        /// Its id, if it says one.
        record: Option<RecordId>,
        /// Why.
        reason: RefusedReason,
    },
}

/// Verifies and reads one statement.
#[must_use]
pub fn verify(
    statement: Jws,
    sealers: &HashMap<String, Sealer>,
    verifier: &dyn Verifier,
    carrier: DeviceId,
) -> Item {
    let hash = statement.identity();
    let refuse = |reason| Item::Refused { hash, record: record_id(&statement), reason };
    if !is_sized(&statement) {
        let too_large = statement.payload.len() > record::MAX_PAYLOAD;
        return refuse(if too_large { RefusedReason::TooLarge } else { RefusedReason::NotARecord });
    }
    let Some(sealer) = sealers.get(&statement.protected) else {
        let is_record = statement.kid(Typ::Record).is_ok();
        return refuse(if is_record { RefusedReason::UnknownKey } else { RefusedReason::NotARecord });
    };
    // Who finds a sealer by a header has read it: it is a record's and names this key.
    if !statement.verifies(&sealer.key, verifier) {
        return refuse(RefusedReason::SignatureInvalid);
    }
    let (reading, payload) = read(&statement.payload, sealer.device);
    Item::Verified(Box::new(Verified {
        jws: statement,
        hash,
        device: sealer.device,
        device_worker: sealer.worker,
        carrier,
        reading,
        payload,
    }))
}

pub(super) fn is_sized(statement: &Jws) -> bool {
    statement.payload.len() <= record::MAX_PAYLOAD && statement.protected.len() <= MOST_HEADER
}

/// The id a refused statement claims, so that the phone finds its row.
fn record_id(statement: &Jws) -> Option<RecordId> {
    if statement.payload.len() > record::MAX_PAYLOAD {
        return None;
    }
    serde_json::from_str::<Envelope>(&statement.payload).ok()?.record
}

fn read(payload: &str, device: DeviceId) -> (RecordReading, Payload) {
    match record::read(payload) {
        Reading::Record(record) if record.device != device => {
            // Signed by one device in the name of another: it may claim neither place nor effect.
            let reading = RecordReading { record: Some(record.record), ..RecordReading::default() };
            (reading, Payload::Unreadable)
        }
        Reading::Record(record) if !is_storable(&record) => {
            (of_envelope(&envelope_of(&record), device), Payload::Unreadable)
        }
        Reading::Record(record) => (of_record(&record), Payload::Record(record)),
        Reading::TooNew(envelope) => (of_envelope(&envelope, device), Payload::TooNew),
        Reading::Unreadable(envelope, _) => (of_envelope(&envelope, device), Payload::Unreadable),
    }
}

fn of_envelope(envelope: &Envelope, device: DeviceId) -> RecordReading {
    let named = envelope.device == Some(device);
    let seq = envelope.seq.filter(|seq| (1..=MOST_NUMBER).contains(seq));
    RecordReading {
        record: envelope.record,
        chain: envelope.chain.filter(|_| named && seq.is_some()),
        seq: seq.filter(|_| named && envelope.chain.is_some()),
        family: envelope.family,
        ..RecordReading::default()
    }
}

fn envelope_of(record: &Record) -> Envelope {
    Envelope {
        v: Some(record.v),
        record: Some(record.record),
        device: Some(record.device),
        chain: Some(record.chain),
        seq: Some(record.seq),
        family: record.family,
    }
}

fn of_record(record: &Record) -> RecordReading {
    RecordReading {
        record: Some(record.record),
        chain: Some(record.chain),
        seq: Some(record.seq),
        prev: record.prev,
        continues: record.continues,
        kind: Some(record.statement.kind().to_owned()),
        family: record.family,
        person: record.statement.person(),
        activity: record.statement.activity(),
        service: record.statement.service(),
        done_on: Some(record.done_on),
        sealed: Some(record.sealed.clone()),
        supersedes: record.supersedes,
        evidence: record
            .evidence
            .iter()
            .map(|e| NamedEvidence {
                evidence: e.evidence,
                capture: e.capture,
                kind: e.kind,
                source: e.source,
            })
            .collect(),
    }
}

/// Largest number that both databases keep.
const MOST_NUMBER: u64 = i64::MAX as u64;

/// Whether both databases can hold what would go into columns. What they cannot is kept as it came and held.
fn is_storable(record: &Record) -> bool {
    let year_fits = |year: i32| (1..=9_999).contains(&year);
    let day_fits = |day: NaiveDate| year_fits(day.year());
    let time_fits = |time: DateTime<Utc>| year_fits(time.year());
    let text_fits = |text: &str| !text.contains('\0');
    let statement_fits = match &record.statement {
        Statement::Consent { reason, .. } => reason.as_deref().is_none_or(text_fits),
        Statement::Lost { to, .. } => *to <= MOST_NUMBER,
        _ => true,
    };
    let mut evidence = HashSet::new();
    let evidence_fits = record.evidence.iter().all(|e| {
        let files_fit = Part::ALL
            .iter()
            .filter_map(|part| e.facts(*part))
            .all(|f| f.size <= MOST_NUMBER && text_fits(&f.media_type) && f.media_type.len() <= 200);
        // One piece of evidence stands once in a record.
        files_fit && evidence.insert(e.evidence)
    });
    record.seq <= MOST_NUMBER
        && day_fits(record.done_on)
        && time_fits(record.sealed.wall)
        && text_fits(&record.sealed.boot)
        && statement_fits
        && evidence_fits
}
