//! What the sync loop reads to plan its next step, and the few changes that concern the whole outbox: everything that
//! waits with the moment until which it waits, pauses of whole steps, the server's word taken back or taken over.

use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part},
    hash::{Digest, Epoch},
    ids::EvidenceId,
    jws::Jws,
};
use sqlx::{FromRow, Row as _, SqliteConnection, sqlite::SqliteRow};

use super::{
    StoreError,
    file::{self, Class},
    outbox::Item,
};

/// This moment by the boot clock; waits are kept as such moments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Which boot.
    pub boot: String,
    /// Milliseconds since it.
    pub ms: u64,
}

/// No wait is longer, whatever a row says: where boots have no name, a restart could make one endless.
const LONGEST_WAIT_MS: u64 = 60 * 60 * 1_000;

impl Moment {
    /// A wait of a row as milliseconds of this boot; one of another boot is over.
    fn not_before(&self, wait_boot: Option<&str>, wait_until_ms: i64) -> u64 {
        match wait_boot {
            Some(boot) if boot == self.boot => {
                u64::try_from(wait_until_ms).unwrap_or(0).min(self.ms + LONGEST_WAIT_MS)
            }
            _ => 0,
        }
    }
}

/// A sealed record that has no receipt of the present epoch.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// Identity.
    pub hash: Digest,
    /// The statement, as sealed.
    pub statement: Jws,
    /// Failures so far.
    pub attempts: u32,
    /// Not before this moment of this boot.
    pub not_before: u64,
}

#[derive(FromRow)]
struct OutgoingRow {
    hash: Digest,
    protected: String,
    payload: String,
    signature: String,
    attempts: i64,
    wait_boot: Option<String>,
    wait_until_ms: i64,
}

/// Records to send, oldest first, at most `limit` and about `bytes` of text, at least one if there is any. One whose row
/// cannot be read leaves the outbox for the quarantine: it is shown, and the others go on.
///
/// # Errors
/// When the store fails.
pub async fn outgoing(
    conn: &mut SqliteConnection,
    now: &Moment,
    limit: usize,
    bytes: usize,
) -> Result<Vec<Outgoing>, StoreError> {
    let rows = sqlx::query(
        "select o.id, lower(hex(r.hash)) as row_key, r.hash, r.protected, r.payload, r.signature, o.attempts,
         o.wait_boot, o.wait_until_ms
         from outbox o join record r on r.hash = o.record_hash order by o.id",
    )
    .fetch_all(&mut *conn)
    .await?;
    let (mut taken, mut room) = (Vec::new(), bytes);
    for row in &rows {
        let row = match OutgoingRow::from_row(row) {
            Ok(row) => row,
            Err(error) => {
                set_down(&mut *conn, "record", row, &error.to_string()).await?;
                continue;
            }
        };
        let not_before = now.not_before(row.wait_boot.as_deref(), row.wait_until_ms);
        if not_before > now.ms {
            continue;
        }
        let size = row.protected.len() + row.payload.len() + row.signature.len();
        if !taken.is_empty() && (taken.len() >= limit || size > room) {
            break;
        }
        room = room.saturating_sub(size);
        let statement = Jws { protected: row.protected, payload: row.payload, signature: row.signature };
        let attempts = u32::try_from(row.attempts).unwrap_or(u32::MAX);
        taken.push(Outgoing { hash: row.hash, statement, attempts, not_before });
    }
    Ok(taken)
}

async fn set_down(
    conn: &mut SqliteConnection,
    source: &str,
    row: &SqliteRow,
    problem: &str,
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into quarantine (source, row_key, problem) values ($1, $2, $3)
         on conflict (source, row_key) do update set problem = excluded.problem",
    )
    .bind(source)
    .bind(row.try_get::<String, _>("row_key")?)
    .bind(problem)
    .execute(&mut *conn)
    .await?;
    sqlx::query("delete from outbox where id = $1").bind(row.try_get::<i64, _>("id")?).execute(conn).await?;
    Ok(())
}

/// How many records may go now, and when the first of those that wait may.
///
/// # Errors
/// When the store fails.
pub async fn records_waiting(
    conn: &mut SqliteConnection,
    now: &Moment,
) -> Result<(usize, Option<u64>), StoreError> {
    let rows: Vec<(Option<String>, i64)> =
        sqlx::query_as("select wait_boot, wait_until_ms from outbox where record_hash is not null")
            .fetch_all(conn)
            .await?;
    let (mut ready, mut later) = (0, None::<u64>);
    for (boot, until) in rows {
        let not_before = now.not_before(boot.as_deref(), until);
        if not_before <= now.ms {
            ready += 1;
        } else {
            later = Some(later.map_or(not_before, |l| l.min(not_before)));
        }
    }
    Ok((ready, later))
}

/// A file that has no receipt of the present epoch.
#[derive(Clone, Debug)]
pub struct OutgoingFile {
    /// Which.
    pub file: FileRef,
    /// Kind of its evidence.
    pub kind: EvidenceKind,
    /// When it travels.
    pub class: Class,
    /// Signed size.
    pub size: u64,
    /// Signed hash.
    pub sha256: Digest,
    /// Where its upload is.
    pub upload_url: Option<String>,
    /// Bytes the server has.
    pub offset: u64,
    /// Size and hash of the rest, once the local copy is known to be damaged.
    pub salvage: Option<(u64, Digest)>,
    /// The copy has left the phone: the server is asked whether it has the file.
    pub freed: bool,
    /// Failures so far.
    pub attempts: u32,
    /// Not before this moment of this boot.
    pub not_before: u64,
}

#[derive(FromRow)]
struct FileRow {
    evidence: EvidenceId,
    part: Part,
    kind: EvidenceKind,
    class: Class,
    size: i64,
    sha256: Digest,
    upload_url: Option<String>,
    upload_offset: i64,
    salvage_size: Option<i64>,
    salvage_sha256: Option<Digest>,
    freed: bool,
    attempts: i64,
    wait_boot: Option<String>,
    wait_until_ms: i64,
}

impl FileRow {
    fn read(self, now: &Moment) -> OutgoingFile {
        OutgoingFile {
            file: FileRef { evidence: self.evidence, part: self.part },
            kind: self.kind,
            class: self.class,
            size: self.size.unsigned_abs(),
            sha256: self.sha256,
            upload_url: self.upload_url,
            offset: self.upload_offset.unsigned_abs(),
            salvage: self.salvage_size.map(i64::unsigned_abs).zip(self.salvage_sha256),
            freed: self.freed,
            attempts: u32::try_from(self.attempts).unwrap_or(u32::MAX),
            not_before: now.not_before(self.wait_boot.as_deref(), self.wait_until_ms),
        }
    }
}

const FILE: &str =
    "select o.id, lower(hex(f.evidence)) || '.' || f.part as row_key, f.evidence, f.part, f.kind, f.class, f.size,
         f.sha256, f.upload_url, f.upload_offset, f.salvage_size, f.salvage_sha256, f.freed_at is not null as freed,
         o.attempts, o.wait_boot, o.wait_until_ms
     from outbox o join file f on f.evidence = o.evidence and f.part = o.part ";

/// Files to send whose record the server has in the present epoch, in the order in which they were sealed. Unreadable
/// rows as in [`outgoing`].
///
/// # Errors
/// When the store fails.
pub async fn outgoing_files(
    conn: &mut SqliteConnection,
    now: &Moment,
) -> Result<Vec<OutgoingFile>, StoreError> {
    let sql = format!(
        "{FILE} where exists (select 1 from evidence e join record r on r.hash = e.record_hash
             where e.evidence = f.evidence and r.receipt is not null and r.state in ('accepted', 'held'))
         order by o.id"
    );
    let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&mut *conn).await?;
    let mut files = Vec::with_capacity(rows.len());
    for row in &rows {
        match FileRow::from_row(row) {
            Ok(row) => files.push(row.read(now)),
            Err(error) => set_down(&mut *conn, "file", row, &error.to_string()).await?,
        }
    }
    Ok(files)
}

/// One file of the outbox.
///
/// # Errors
/// When the store fails.
pub async fn outgoing_file(
    conn: &mut SqliteConnection,
    file: FileRef,
    now: &Moment,
) -> Result<Option<OutgoingFile>, StoreError> {
    let sql = format!("{FILE} where o.evidence = $1 and o.part = $2");
    let row: Option<FileRow> = sqlx::query_as(sqlx::AssertSqlSafe(sql))
        .bind(file.evidence)
        .bind(file.part)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| row.read(now)))
}

/// Takes over what a completed pull says of this phone's records: a decision on a held one, for instance.
///
/// # Errors
/// When the store fails.
pub async fn adopt_states(conn: &mut SqliteConnection) -> Result<u64, StoreError> {
    Ok(sqlx::query(
        "update record set
             state = case s.verdict when 'held' then 'held' else 'accepted' end,
             reason = case s.verdict when 'held' then s.reason end
         from record_state s
         where s.hash = record.hash and record.receipt is not null and record.state in ('accepted', 'held')
           and s.verdict <> 'refused'
           and (record.state <> case s.verdict when 'held' then 'held' else 'accepted' end
                or record.reason is not case s.verdict when 'held' then s.reason end)",
    )
    .execute(conn)
    .await?
    .rows_affected())
}

/// Originals that a completed pull calls for travel from now on. Answers which; one whose copy has left the phone cannot.
///
/// # Errors
/// When the store fails.
pub async fn adopt_calls(conn: &mut SqliteConnection) -> Result<Vec<EvidenceId>, StoreError> {
    let kept: Vec<EvidenceId> = sqlx::query_scalar(
        "select c.id from evidence_call c join file f on f.evidence = c.id and f.part = 'original'
         where c.gone = 0 and f.state = 'kept' and f.freed_at is null order by c.called_at, c.id",
    )
    .fetch_all(&mut *conn)
    .await?;
    let mut called = Vec::with_capacity(kept.len());
    for evidence in kept {
        if file::call_original(&mut *conn, evidence).await? {
            called.push(evidence);
        }
    }
    Ok(called)
}

/// A pause of one step of the sync, or of the whole.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Pause {
    /// Which step.
    pub scope: String,
    /// Failures in a row.
    pub attempts: u32,
    /// Not before this moment of this boot.
    pub not_before: u64,
    /// What went wrong.
    pub problem: String,
}

/// All pauses.
///
/// # Errors
/// When the store fails.
pub async fn pauses(conn: &mut SqliteConnection, now: &Moment) -> Result<Vec<Pause>, StoreError> {
    let rows: Vec<(String, i64, String, i64, String)> = sqlx::query_as(
        "select scope, attempts, wait_boot, wait_until_ms, problem from backoff order by scope",
    )
    .fetch_all(conn)
    .await?;
    let read = |(scope, attempts, boot, until, problem): (String, i64, String, i64, String)| Pause {
        scope,
        attempts: u32::try_from(attempts).unwrap_or(u32::MAX),
        not_before: now.not_before(Some(&boot), until),
        problem,
    };
    Ok(rows.into_iter().map(read).collect())
}

/// The worker asks for another attempt now: pauses end, the counts of failures stay.
///
/// # Errors
/// When the store fails.
pub async fn end_pauses(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("update backoff set wait_until_ms = 0").execute(conn).await?;
    Ok(())
}

/// A piece of a file has arrived: its failures before that no longer count.
///
/// # Errors
/// When the store fails.
pub async fn progressed(conn: &mut SqliteConnection, file: FileRef) -> Result<(), StoreError> {
    sqlx::query(
        "update outbox set attempts = 0, wait_boot = null, wait_until_ms = 0, problem = null
         where evidence = $1 and part = $2 and attempts > 0",
    )
    .bind(file.evidence)
    .bind(file.part)
    .execute(conn)
    .await?;
    Ok(())
}

/// The server fell behind its own word within one epoch. Receipts given above `kept` (a journal position) no longer
/// count: those records and files are offered again.
///
/// # Errors
/// When the store fails.
pub async fn offer_again_above(conn: &mut SqliteConnection, kept: u64) -> Result<(), StoreError> {
    let kept = i64::try_from(kept).unwrap_or(i64::MAX);
    for sql in [
        "update record set state = 'recorded', reason = null, receipt = null, position = null where position > $1",
        "insert into outbox (record_hash, class) select hash, 'record' from record
         where state = 'recorded' and $1 >= 0
           and not exists (select 1 from outbox o where o.record_hash = record.hash)
         order by sealed_at, seq",
        // A copy that has left the phone waits until the server was asked whether it has the file.
        "update file set state = case when salvage_sha256 is null or freed_at is not null then 'waiting' else 'damaged' end,
             reason = case when freed_at is null then reason end,
             salvage_size = case when freed_at is null then salvage_size end,
             salvage_sha256 = case when freed_at is null then salvage_sha256 end,
             receipt = null, delivered_at = null, upload_url = null, upload_offset = 0
         where receipt in (select id from receipt
             where kind = 'file' and json_extract(payload, '$.position') > $1)",
        "insert into outbox (evidence, part, class) select evidence, part, class from file f
         where receipt is null and $1 >= 0
           and (state in ('waiting', 'uploading') or (state = 'damaged' and salvage_sha256 is not null))
           and not exists (select 1 from outbox o where o.evidence = f.evidence and o.part = f.part)
         order by evidence, part",
    ] {
        sqlx::query(sql).bind(kept).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Forgets the checkpoints above `size`: the server fell behind its own word and was restored.
///
/// # Errors
/// When the store fails.
pub async fn forget_checkpoints_above(
    conn: &mut SqliteConnection,
    epoch: Epoch,
    size: u64,
) -> Result<(), StoreError> {
    sqlx::query("delete from checkpoint where epoch = $1 and size > $2")
        .bind(epoch.0.to_vec())
        .bind(i64::try_from(size).unwrap_or(i64::MAX))
        .execute(conn)
        .await?;
    Ok(())
}

/// How often an item of the outbox has failed in a row.
///
/// # Errors
/// When the store fails.
pub async fn attempts(conn: &mut SqliteConnection, item: Item) -> Result<u32, StoreError> {
    let (hash, file) = match item {
        Item::Record(hash) => (Some(hash), None),
        Item::File(file) => (None, Some(file)),
    };
    let attempts: Option<i64> = sqlx::query_scalar(
        "select attempts from outbox where record_hash = $1 or (evidence = $2 and part = $3)",
    )
    .bind(hash)
    .bind(file.map(|f| f.evidence))
    .bind(file.map(|f| f.part))
    .fetch_optional(conn)
    .await?;
    Ok(attempts.and_then(|n| u32::try_from(n).ok()).unwrap_or(0))
}
