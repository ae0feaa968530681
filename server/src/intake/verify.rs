//! What can be said about a statement before the journal is locked: whose key, whether it verifies, what it reads.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{DeviceId, RecordId, UserId},
    jws::{Jws, JwsError, KeyId, PublicKey, Typ, Verifier},
    receipt::RefusedReason,
    record::{self, Envelope, Reading, Record, Statement},
};

use super::decide::{Payload, Verified};
use crate::{
    among,
    facts::{NamedEvidence, RecordReading},
    store::{StoreError, Tx},
};

/// Longest protected header that is looked at.
const MOST_HEADER: usize = 1_024;

/// A device as far as its signature goes.
#[derive(Clone, Debug)]
pub struct Sealer {
    device: DeviceId,
    worker: UserId,
    key: PublicKey,
}

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

/// The devices whose keys a batch names.
///
/// # Errors
/// When the database does not answer, or a stored key is none.
pub async fn sealers(tx: &mut Tx, batch: &[Jws]) -> Result<HashMap<KeyId, Sealer>, StoreError> {
    let kids: HashSet<String> = batch
        .iter()
        .filter(|s| is_sized(s))
        .filter_map(|s| s.kid(Typ::Record).ok())
        .map(|kid| kid.0)
        .collect();
    let kids: Vec<_> = kids.into_iter().filter(|kid| !kid.contains('\0')).map(|kid| (kid,)).collect();
    let sql = "select id, worker, kid, key from device where kid in (";
    let rows = among!(tx, (DeviceId, UserId, String, Vec<u8>), sql, kids, ")").await?;
    let mut sealers = HashMap::with_capacity(rows.len());
    for (device, worker, kid, key) in rows {
        let key = PublicKey::try_from(key.as_slice())
            .map_err(|_| StoreError::Damaged(format!("the key of device {device}")))?;
        sealers.insert(KeyId(kid), Sealer { device, worker, key });
    }
    Ok(sealers)
}

/// Verifies and reads one statement.
#[must_use]
pub fn verify(
    statement: Jws,
    sealers: &HashMap<KeyId, Sealer>,
    verifier: &dyn Verifier,
    carrier: DeviceId,
) -> Item {
    let hash = statement.identity();
    let refuse = |reason| Item::Refused { hash, record: record_id(&statement), reason };
    if !is_sized(&statement) {
        let too_large = statement.payload.len() > record::MAX_PAYLOAD;
        return refuse(if too_large { RefusedReason::TooLarge } else { RefusedReason::NotARecord });
    }
    let Ok(kid) = statement.kid(Typ::Record) else { return refuse(RefusedReason::NotARecord) };
    let Some(sealer) = sealers.get(&kid) else { return refuse(RefusedReason::UnknownKey) };
    match statement.verify(Typ::Record, &sealer.key, verifier) {
        Ok(_) => {}
        Err(JwsError::Signature) => return refuse(RefusedReason::SignatureInvalid),
        Err(JwsError::UnknownKey) => return refuse(RefusedReason::UnknownKey),
        Err(JwsError::Header | JwsError::WrongType) => return refuse(RefusedReason::NotARecord),
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

fn is_sized(statement: &Jws) -> bool {
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
