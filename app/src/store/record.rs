//! Sealed records, byte for byte as signed, and what has become of them.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    check::SET_ASIDE,
    evidence::{Evidence, EvidenceKind, FileRef},
    hash::{Digest, Epoch},
    ids::{ActivityId, ChainId, EvidenceId, FamilyId, PersonId, RecordId},
    jws::Jws,
    receipt::{RecordsReceipt, Verdict},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqliteConnection};

use super::{
    StoreError,
    draft::DraftId,
    file, one, outbox,
    quarantine::{Listed, readable},
    rework,
};

/// Custody of a record, as far as receipts of the present epoch tell.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum RecordState {
    /// Sealed, not with the server.
    Recorded,
    /// In custody and applied.
    Accepted,
    /// In custody, not applied.
    Held,
    /// Not taken; kept and shown here.
    Refused,
}

/// A sealed record.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Sealed {
    /// Identity of the statement.
    pub hash: Digest,
    /// Its id.
    pub record: RecordId,
    /// The draft it came from.
    pub draft: Option<DraftId>,
    /// Its chain.
    pub chain: ChainId,
    /// Its number.
    pub seq: i64,
    /// The family.
    pub family: Option<FamilyId>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// The person.
    pub person: Option<PersonId>,
    /// The service.
    pub service: Option<ServiceCode>,
    /// Kind of statement.
    pub statement: String,
    /// The day it was done, as stated.
    pub done_on: NaiveDate,
    /// When it was sealed, by the wall clock.
    pub sealed_at: DateTime<Utc>,
    /// Protected header.
    pub protected: String,
    /// Payload.
    pub payload: String,
    /// Signature.
    pub signature: String,
    /// Custody.
    pub state: RecordState,
    /// Why it is held or refused.
    pub reason: Option<String>,
    /// Journal position of its custody.
    pub position: Option<i64>,
}

impl Sealed {
    /// The statement as it travels.
    #[must_use]
    pub fn jws(&self) -> Jws {
        Jws {
            protected: self.protected.clone(),
            payload: self.payload.clone(),
            signature: self.signature.clone(),
        }
    }
}

const SEALED: &str =
    "select r.hash, r.record, r.draft, r.chain, r.seq, r.family, r.activity, r.person, r.service,
     r.statement, r.done_on, r.sealed_at, r.protected, r.payload, r.signature, r.state, r.reason, r.position,
     lower(hex(r.hash)) as row_key from record r join chain c on c.chain = r.chain";

/// Writes a sealed record with its evidence, files and outbox rows: all of it or, with the caller's transaction, nothing.
/// The files of evidence that lies `elsewhere` (on the phone that took it) are not this phone's to send.
///
/// # Errors
/// When the store fails, or a file of the same name with another content is known.
pub async fn insert(
    conn: &mut SqliteConnection,
    record: &Sealed,
    evidence: &[Evidence],
    elsewhere: &HashSet<EvidenceId>,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into record (hash, record, draft, chain, seq, family, activity, person, service, statement, done_on,
         sealed_at, protected, payload, signature, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)",
    )
    .bind(record.hash)
    .bind(record.record)
    .bind(record.draft)
    .bind(record.chain)
    .bind(record.seq)
    .bind(record.family)
    .bind(record.activity)
    .bind(record.person)
    .bind(record.service)
    .bind(&record.statement)
    .bind(record.done_on)
    .bind(record.sealed_at)
    .bind(&record.protected)
    .bind(&record.payload)
    .bind(&record.signature)
    .bind(record.state)
    .execute(&mut *conn)
    .await?;
    outbox::enqueue_record(&mut *conn, record.hash).await?;
    for (place, item) in evidence.iter().enumerate() {
        sqlx::query(
            "insert into evidence (record_hash, place, evidence, kind, capture, source)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(record.hash)
        .bind(i64::try_from(place).unwrap_or(i64::MAX))
        .bind(item.evidence)
        .bind(item.kind)
        .bind(item.capture)
        .bind(item.source)
        .execute(&mut *conn)
        .await?;
        if !elsewhere.contains(&item.evidence) {
            file::enter(&mut *conn, item).await?;
        }
    }
    Ok(())
}

/// All sealed records in the order of sealing.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut SqliteConnection) -> Result<Listed<Sealed>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{SEALED} order by c.number, r.seq"));
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await?;
    readable(conn, "record", &rows).await
}

/// A sealed record by its id; the newest where a fork has two.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn by_id(conn: &mut SqliteConnection, id: RecordId) -> Result<Option<Sealed>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{SEALED} where r.record = $1 order by c.number desc, r.seq desc"));
    Ok(sqlx::query_as(sql).bind(id).fetch_optional(conn).await?)
}

/// The payload of a record: sealed here, or by another phone and told because it came back.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn payload(conn: &mut SqliteConnection, id: RecordId) -> Result<Option<String>, StoreError> {
    match by_id(&mut *conn, id).await? {
        Some(sealed) => Ok(Some(sealed.payload)),
        None => rework::payload(conn, id).await,
    }
}

/// The records that came from a draft.
///
/// # Errors
/// When the store fails or a row cannot be read.
pub async fn of_draft(conn: &mut SqliteConnection, draft: DraftId) -> Result<Vec<Sealed>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{SEALED} where r.draft = $1 order by r.seq"));
    Ok(sqlx::query_as(sql).bind(draft).fetch_all(conn).await?)
}

/// Records that wait to be pushed and need not wait any longer, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn waiting(
    conn: &mut SqliteConnection,
    boot: &str,
    boot_ms: u64,
    limit: u32,
) -> Result<Listed<Sealed>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!(
        "{SEALED} join outbox o on o.record_hash = r.hash
         where o.wait_boot is null or o.wait_boot <> $1 or o.wait_until_ms <= $2
         order by c.number, r.seq limit $3"
    ));
    let rows = sqlx::query(sql)
        .bind(boot)
        .bind(i64::try_from(boot_ms).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    readable(conn, "record", &rows).await
}

/// The statement of a row that cannot be read as a whole, if its three texts can: they are all that is signed.
///
/// # Errors
/// When the store fails.
pub async fn bare(conn: &mut SqliteConnection, row_key: &str) -> Result<Option<Jws>, StoreError> {
    let row: Option<(Vec<u8>, Vec<u8>, Vec<u8>)> = sqlx::query_as(
        "select cast(protected as blob), cast(payload as blob), cast(signature as blob) from record
         where lower(hex(hash)) = $1",
    )
    .bind(row_key)
    .fetch_optional(conn)
    .await?;
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).ok();
    Ok(row.and_then(|(protected, payload, signature)| {
        Some(Jws { protected: text(protected)?, payload: text(payload)?, signature: text(signature)? })
    }))
}

/// What a receipt for records came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settled {
    /// Records that are in custody now.
    pub custody: usize,
    /// Records that were refused.
    pub refused: usize,
    /// Hashes that no record here has: carried for somebody else.
    pub unknown: Vec<Digest>,
    /// Chains of which a record was held as a fork.
    pub forked: Vec<ChainId>,
}

/// Writes what a receipt says about the records. The receipt's signature is checked and its epoch is the present one;
/// `receipt` is its row.
///
/// # Errors
/// When the store fails.
pub async fn settle(
    conn: &mut SqliteConnection,
    receipt: i64,
    said: &RecordsReceipt,
) -> Result<Settled, StoreError> {
    let mut settled = Settled::default();
    for item in &said.items {
        let state = match item.verdict {
            Verdict::Accepted => RecordState::Accepted,
            Verdict::Known if item.reason.is_some() => RecordState::Held,
            Verdict::Known => RecordState::Accepted,
            Verdict::Held => RecordState::Held,
            Verdict::Refused => RecordState::Refused,
        };
        let chain: Option<ChainId> = sqlx::query_scalar(
            "update record set state = $2, reason = $3, position = $4, receipt = $5 where hash = $1 returning chain",
        )
        .bind(item.hash)
        .bind(state)
        .bind(&item.reason)
        .bind(item.position.map(|p| i64::try_from(p).unwrap_or(i64::MAX)))
        .bind(receipt)
        .fetch_optional(&mut *conn)
        .await?;
        let Some(chain) = chain else {
            settled.unknown.push(item.hash);
            continue;
        };
        // A refused record is not offered again by itself: it is shown, and a new epoch or the worker offers it again.
        outbox::dequeue_record(&mut *conn, item.hash).await?;
        if state == RecordState::Refused {
            settled.refused += 1;
        } else {
            settled.custody += 1;
        }
        if item.reason.as_deref() == Some("fork") && !settled.forked.contains(&chain) {
            settled.forked.push(chain);
        }
    }
    Ok(settled)
}

/// Offers a refused record again.
///
/// # Errors
/// When the store fails or no refused record has this identity.
pub async fn offer_again(conn: &mut SqliteConnection, hash: Digest) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update record set state = 'recorded', reason = null, receipt = null where hash = $1 and state = 'refused'",
    )
    .bind(hash)
    .execute(&mut *conn)
    .await?;
    one("record", changed.rows_affected())?;
    outbox::enqueue_record(conn, hash).await
}

/// The server has a new epoch: whatever has no receipt of it counts as not delivered and is offered again. Answers how
/// many records and files.
///
/// # Errors
/// When the store fails.
pub async fn reopen(conn: &mut SqliteConnection, epoch: Epoch) -> Result<(u64, u64), StoreError> {
    let old = "(receipt is null or receipt not in (select id from receipt where epoch = $1))";
    let records = sqlx::query(sqlx::AssertSqlSafe(format!(
        "update record set state = 'recorded', reason = null, position = null, receipt = null
         where state <> 'recorded' and {old}"
    )))
    .bind(epoch.0.as_slice())
    .execute(&mut *conn)
    .await?
    .rows_affected();
    sqlx::query(
        "insert into outbox (record_hash, class) select hash, 'record' from record r join chain c on c.chain = r.chain
         where r.state = 'recorded' and not exists (select 1 from outbox o where o.record_hash = r.hash)
         order by c.number, r.seq",
    )
    .execute(&mut *conn)
    .await?;
    let files = file::reopen(conn, epoch).await?;
    Ok((records, files))
}

/// A file of a record, for the ledger.
#[derive(Clone, Debug, FromRow)]
pub struct RecordFile {
    /// The record.
    pub record_hash: Digest,
    /// Kind of evidence.
    pub kind: EvidenceKind,
    /// The file.
    #[sqlx(flatten)]
    pub file: file::File,
}

/// The files of all records, in the order of the evidence.
///
/// # Errors
/// When the store fails.
pub async fn files(conn: &mut SqliteConnection) -> Result<Listed<RecordFile>, StoreError> {
    let rows = sqlx::query(
        "select e.record_hash, f.evidence, f.part, f.kind, f.class, f.size, f.sha256, f.media_type, f.state, f.reason,
         f.upload_url, f.upload_offset, f.salvage_size, f.salvage_sha256, f.delivered_at, f.freed_at,
         lower(hex(f.evidence)) || '.' || f.part as row_key
         from evidence e join file f on f.evidence = e.evidence
         order by e.record_hash, e.place, f.part",
    )
    .fetch_all(&mut *conn)
    .await?;
    readable(conn, "file", &rows).await
}

/// Whether a sealed record names this evidence.
///
/// # Errors
/// When the store fails.
pub async fn names(conn: &mut SqliteConnection, evidence: EvidenceId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar("select exists (select 1 from evidence where evidence = $1)")
        .bind(evidence)
        .fetch_one(conn)
        .await?)
}

/// The newest statement about a person's consent that was sealed here and whose outcome the pull has not brought yet.
///
/// # Errors
/// When the store fails.
pub async fn last_consent(
    conn: &mut SqliteConnection,
    person: PersonId,
) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar(
        "select r.payload from record r join chain c on c.chain = r.chain
         where r.person = $1 and r.statement = 'consent' and r.state <> 'refused'
         order by c.number desc, r.seq desc limit 1",
    )
    .bind(person)
    .fetch_optional(conn)
    .await?)
}

/// A file by its name.
///
/// # Errors
/// When the store fails.
pub async fn file(conn: &mut SqliteConnection, name: FileRef) -> Result<Option<file::File>, StoreError> {
    file::get(conn, name).await
}

/// Whether a record sealed here, and not refused, corrects it.
///
/// # Errors
/// When the store fails.
pub async fn is_corrected(conn: &mut SqliteConnection, record: RecordId) -> Result<bool, StoreError> {
    Ok(sqlx::query_scalar(
        "select exists (select 1 from record where state <> 'refused' and json_extract(payload, '$.supersedes') = $1
         and (reason is null or substr(reason, 1, length($2)) <> $2))",
    )
    .bind(record.to_string())
    .bind(SET_ASIDE)
    .fetch_one(conn)
    .await?)
}
