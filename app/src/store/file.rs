//! Files of sealed evidence: what uploads and receipts are about.

use chrono::{DateTime, Utc};
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, FileRef, Part},
    hash::{Digest, Epoch},
    ids::EvidenceId,
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqliteConnection};

use super::{
    StoreError, one, outbox,
    quarantine::{Listed, readable},
};

/// Where a file stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum FileState {
    /// Stays here until it is called for.
    Kept,
    /// To be sent.
    Waiting,
    /// On its way.
    Uploading,
    /// The server has it, with a receipt of the present epoch.
    Delivered,
    /// The local copy no longer matches what was signed.
    Damaged,
    /// Given up with a reason; what is left is still here.
    SetAside,
}

/// Order of travel: small things first, video last.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize, sqlx::Type, ts_rs::TS,
)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum Class {
    /// Small pictures.
    Thumbnail,
    /// Photos.
    Photo,
    /// Documents and signatures.
    Document,
    /// Videos.
    Video,
    /// Originals that were called for.
    Original,
}

impl Class {
    /// Class of a file.
    #[must_use]
    pub fn of(kind: EvidenceKind, part: Part) -> Self {
        match (part, kind) {
            (Part::Thumbnail, _) => Class::Thumbnail,
            (Part::Original, _) => Class::Original,
            (Part::File, EvidenceKind::Photo) => Class::Photo,
            (Part::File, EvidenceKind::Document | EvidenceKind::Signature) => Class::Document,
            (Part::File, EvidenceKind::Video) => Class::Video,
        }
    }
}

/// A file of sealed evidence.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct File {
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// Kind of the evidence.
    pub kind: EvidenceKind,
    /// When it travels.
    pub class: Class,
    /// Bytes, as signed.
    pub size: i64,
    /// Hash, as signed.
    pub sha256: Digest,
    /// Media type.
    pub media_type: String,
    /// Where it stands.
    pub state: FileState,
    /// Why it is damaged or set aside.
    pub reason: Option<String>,
    /// Its upload at the server.
    pub upload_url: Option<String>,
    /// How much of it the server has said to have.
    pub upload_offset: i64,
    /// Bytes of the rest that is sent as salvage.
    pub salvage_size: Option<i64>,
    /// Hash of that rest.
    pub salvage_sha256: Option<Digest>,
    /// Server time of the receipt.
    pub delivered_at: Option<DateTime<Utc>>,
    /// When the copy left the phone.
    pub freed_at: Option<DateTime<Utc>>,
}

/// Size and hash of nothing: the rest of a file of which nothing is left anywhere. Sent as salvage, it tells the server
/// that it need not wait for the file any more.
#[must_use]
pub fn nothing() -> (u64, Digest) {
    (0, Digest::of(b""))
}

impl File {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> FileRef {
        FileRef { evidence: self.evidence, part: self.part }
    }
}

/// A file that must travel.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub struct Waiting {
    /// The file.
    #[sqlx(flatten)]
    pub file: File,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// Whether a record that names it is in custody: before that the server does not know it.
    pub record_in_custody: bool,
}

const FILE: &str = "f.evidence, f.part, f.kind, f.class, f.size, f.sha256, f.media_type, f.state, f.reason,
     f.upload_url, f.upload_offset, f.salvage_size, f.salvage_sha256, f.delivered_at, f.freed_at,
     lower(hex(f.evidence)) || '.' || f.part as row_key";

/// Enters the files of a piece of evidence and puts what must travel into the outbox. The same evidence may stand in
/// several records; its files are entered once.
///
/// # Errors
/// When the store fails, or a file of the same name with another content is known.
pub async fn enter(conn: &mut SqliteConnection, item: &Evidence) -> Result<(), StoreError> {
    for part in Part::ALL.iter().copied() {
        let Some(facts) = item.facts(part) else { continue };
        let name = FileRef { evidence: item.evidence, part };
        if let Some(known) = get(&mut *conn, name).await? {
            if known.sha256 != facts.sha256 {
                return Err(StoreError::Unreadable(
                    "file",
                    format!("{name} was sealed with another content"),
                ));
            }
            continue;
        }
        let state = if part == Part::Original { FileState::Kept } else { FileState::Waiting };
        sqlx::query(
            "insert into file (evidence, part, kind, class, size, sha256, media_type, state)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(item.evidence)
        .bind(part)
        .bind(item.kind)
        .bind(Class::of(item.kind, part))
        .bind(i64::try_from(facts.size).unwrap_or(i64::MAX))
        .bind(facts.sha256)
        .bind(&facts.media_type)
        .bind(state)
        .execute(&mut *conn)
        .await?;
        if state == FileState::Waiting {
            outbox::enqueue_file(&mut *conn, name, Class::of(item.kind, part)).await?;
        }
    }
    Ok(())
}

/// A file by its name.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn get(conn: &mut SqliteConnection, name: FileRef) -> Result<Option<File>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("select {FILE} from file f where f.evidence = $1 and f.part = $2"));
    Ok(sqlx::query_as(sql).bind(name.evidence).bind(name.part).fetch_optional(conn).await?)
}

/// All files.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut SqliteConnection) -> Result<Listed<File>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("select {FILE} from file f order by f.evidence, f.part"));
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await?;
    readable(conn, "file", &rows).await
}

/// Files that must travel and need not wait any longer: thumbnails, photos, documents, video, originals; within a class
/// in the order of sealing.
///
/// # Errors
/// When the store fails.
pub async fn waiting(
    conn: &mut SqliteConnection,
    boot: &str,
    boot_ms: u64,
    limit: u32,
) -> Result<Listed<Waiting>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!(
        "select {FILE}, o.attempts, exists (
             select 1 from evidence e join record r on r.hash = e.record_hash
             where e.evidence = f.evidence and r.state in ('accepted', 'held')) as record_in_custody
         from outbox o join file f on f.evidence = o.evidence and f.part = o.part
         where o.wait_boot is null or o.wait_boot <> $1 or o.wait_until_ms <= $2
         order by case f.class when 'thumbnail' then 1 when 'photo' then 2 when 'document' then 3
                  when 'video' then 4 else 5 end, o.id
         limit $3"
    ));
    let rows = sqlx::query(sql)
        .bind(boot)
        .bind(i64::try_from(boot_ms).unwrap_or(i64::MAX))
        .bind(limit)
        .fetch_all(&mut *conn)
        .await?;
    readable(conn, "file", &rows).await
}

/// Notes where an upload stands at the server.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn set_upload(
    conn: &mut SqliteConnection,
    name: FileRef,
    url: &str,
    offset: u64,
) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update file set upload_url = $3, upload_offset = $4,
         state = case state when 'waiting' then 'uploading' else state end
         where evidence = $1 and part = $2",
    )
    .bind(name.evidence)
    .bind(name.part)
    .bind(url)
    .bind(i64::try_from(offset).unwrap_or(i64::MAX))
    .execute(conn)
    .await?;
    one("file", changed.rows_affected())
}

/// Forgets an upload that the server no longer has; the next one begins at the first byte.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn forget_upload(conn: &mut SqliteConnection, name: FileRef) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update file set upload_url = null, upload_offset = 0,
         state = case state when 'uploading' then 'waiting' else state end
         where evidence = $1 and part = $2",
    )
    .bind(name.evidence)
    .bind(name.part)
    .execute(conn)
    .await?;
    one("file", changed.rows_affected())
}

/// Notes a custody receipt: signature checked, of the present epoch, in row `receipt`. A damaged file stays damaged, the
/// receipt is for its rest.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn set_delivered(
    conn: &mut SqliteConnection,
    name: FileRef,
    receipt: i64,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update file set state = case state when 'damaged' then 'damaged' else 'delivered' end,
         delivered_at = $4, receipt = $3, upload_url = null, upload_offset = 0
         where evidence = $1 and part = $2",
    )
    .bind(name.evidence)
    .bind(name.part)
    .bind(receipt)
    .bind(at)
    .execute(&mut *conn)
    .await?;
    one("file", changed.rows_affected())?;
    outbox::dequeue_file(conn, name).await
}

/// Notes that the local copy no longer matches what was signed, and what rest of it is sent as salvage ([`nothing`], if
/// nothing is left). Without a rest the file does not travel.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn set_damaged(
    conn: &mut SqliteConnection,
    name: FileRef,
    reason: &str,
    salvage: Option<(u64, Digest)>,
) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update file set state = 'damaged', reason = $3, salvage_size = $4, salvage_sha256 = $5,
         upload_url = null, upload_offset = 0
         where evidence = $1 and part = $2",
    )
    .bind(name.evidence)
    .bind(name.part)
    .bind(reason)
    .bind(salvage.map(|(size, _)| i64::try_from(size).unwrap_or(i64::MAX)))
    .bind(salvage.map(|(_, sha256)| sha256))
    .execute(&mut *conn)
    .await?;
    one("file", changed.rows_affected())?;
    if salvage.is_none() {
        outbox::dequeue_file(conn, name).await?;
    }
    Ok(())
}

/// Gives a file up with a reason (the server will never take it); what is here stays here.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn give_up(conn: &mut SqliteConnection, name: FileRef, reason: &str) -> Result<(), StoreError> {
    let changed =
        sqlx::query("update file set state = 'set_aside', reason = $3 where evidence = $1 and part = $2")
            .bind(name.evidence)
            .bind(name.part)
            .bind(reason)
            .execute(&mut *conn)
            .await?;
    one("file", changed.rows_affected())?;
    outbox::dequeue_file(conn, name).await
}

/// Offers again whatever has no receipt of this epoch. Answers how many files.
pub(super) async fn reopen(conn: &mut SqliteConnection, epoch: Epoch) -> Result<u64, StoreError> {
    let old = "(receipt is null or receipt not in (select id from receipt where epoch = $1))";
    // A copy that has left the phone cannot be sent again; it waits until the server was asked whether it has the file.
    let files = sqlx::query(sqlx::AssertSqlSafe(format!(
        "update file set state = case when state = 'damaged' and freed_at is null then 'damaged' else 'waiting' end,
         reason = case when freed_at is null then reason end,
         salvage_size = case when freed_at is null then salvage_size end,
         salvage_sha256 = case when freed_at is null then salvage_sha256 end,
         receipt = null, delivered_at = null, upload_url = null, upload_offset = 0
         where {old}
         and (state in ('delivered', 'uploading') or (state = 'damaged' and salvage_sha256 is not null))"
    )))
    .bind(epoch.0.as_slice())
    .execute(&mut *conn)
    .await?
    .rows_affected();
    sqlx::query(
        "insert into outbox (evidence, part, class) select f.evidence, f.part, f.class from file f
         where (f.state = 'waiting' or (f.state = 'damaged' and f.salvage_sha256 is not null and f.receipt is null))
         and not exists (select 1 from outbox o where o.evidence = f.evidence and o.part = f.part)
         order by f.evidence, f.part",
    )
    .execute(conn)
    .await?;
    Ok(files)
}

/// Calls for an original: it travels from now on. Says whether it was kept here.
///
/// # Errors
/// When the store fails.
pub async fn call_original(conn: &mut SqliteConnection, evidence: EvidenceId) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "update file set state = 'waiting' where evidence = $1 and part = 'original' and state = 'kept'
         and freed_at is null",
    )
    .bind(evidence)
    .execute(&mut *conn)
    .await?;
    if changed.rows_affected() == 0 {
        return Ok(false);
    }
    outbox::enqueue_file(conn, FileRef { evidence, part: Part::Original }, Class::Original).await?;
    Ok(true)
}

/// Files whose copy may leave the phone: delivered in this epoch before `before` (server time). Small pictures stay: they
/// take next to no room, and the worker still sees what was sent.
///
/// # Errors
/// When the store fails.
pub async fn freeable(
    conn: &mut SqliteConnection,
    epoch: Epoch,
    before: DateTime<Utc>,
) -> Result<Vec<FileRef>, StoreError> {
    let names: Vec<(EvidenceId, Part)> = sqlx::query_as(
        "select f.evidence, f.part from file f join receipt r on r.id = f.receipt
         where f.state = 'delivered' and f.freed_at is null and r.epoch = $1 and f.part <> 'thumbnail'
         and julianday(f.delivered_at) < julianday($2)",
    )
    .bind(epoch.0.as_slice())
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok(names.into_iter().map(|(evidence, part)| FileRef { evidence, part }).collect())
}

/// Originals that are only kept, of evidence whose file is among [`freeable`]: they go first when room is short.
///
/// # Errors
/// When the store fails.
pub async fn freeable_originals(
    conn: &mut SqliteConnection,
    epoch: Epoch,
    before: DateTime<Utc>,
) -> Result<Vec<FileRef>, StoreError> {
    let names: Vec<EvidenceId> = sqlx::query_scalar(
        "select o.evidence from file o join file f on f.evidence = o.evidence and f.part = 'file'
         join receipt r on r.id = f.receipt
         where o.part = 'original' and o.state = 'kept' and o.freed_at is null
         and f.state = 'delivered' and r.epoch = $1 and julianday(f.delivered_at) < julianday($2)
         order by f.delivered_at",
    )
    .bind(epoch.0.as_slice())
    .bind(before)
    .fetch_all(conn)
    .await?;
    Ok(names.into_iter().map(|evidence| FileRef { evidence, part: Part::Original }).collect())
}

/// Notes that a copy leaves the phone; the row comes before the file goes.
///
/// # Errors
/// When the store fails or there is no such file.
pub async fn set_freed(
    conn: &mut SqliteConnection,
    name: FileRef,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let changed = sqlx::query(
        "update file set freed_at = $3 where evidence = $1 and part = $2 and state in ('delivered', 'kept')",
    )
    .bind(name.evidence)
    .bind(name.part)
    .bind(at)
    .execute(conn)
    .await?;
    one("file", changed.rows_affected())
}
