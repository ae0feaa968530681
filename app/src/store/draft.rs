//! Drafts and what they have gathered. Each field is saved as it changes.

use chrono::NaiveDate;
use kandas_shared::{
    evidence::{Evidence, EvidenceKind, Position},
    ids::{ActivityId, CaptureId, EvidenceId, FamilyId, PersonId, RecordId},
    record::{Act, ConsentState},
    rule::{NoPositionReason, NoVideoReason},
    service::ServiceCode,
    time::ClockReading,
};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, SqliteConnection};
use uuid::Uuid;

use super::{
    StoreError, one,
    quarantine::{Listed, readable},
    to_json,
};

/// A draft.
#[derive(
    Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize, sqlx::Type, ts_rs::TS,
)]
#[serde(transparent)]
#[sqlx(transparent)]
pub struct DraftId(pub Uuid);

impl std::fmt::Display for DraftId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for DraftId {
    type Err = uuid::Error;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

/// What a draft will state.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, sqlx::Type, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum DraftKind {
    /// The service was provided.
    Completion,
    /// It does not apply.
    NotApplicable,
    /// The person refuses it.
    Refused,
    /// A consent was given, refused or withdrawn.
    Consent,
    /// An act outside the 25 services.
    Act,
}

/// Where a draft stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, sqlx::Type, ts_rs::TS)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum DraftState {
    /// Still worked on.
    Open,
    /// Its records are sealed.
    Sealed,
    /// Given up by the worker.
    Discarded,
}

/// A draft's fields.
#[derive(Clone, Debug, PartialEq, FromRow, Serialize)]
pub struct Draft {
    /// Its id.
    pub id: DraftId,
    /// The family.
    pub family: FamilyId,
    /// What it will state.
    pub kind: DraftKind,
    /// Which service, for the first three kinds.
    pub service: Option<ServiceCode>,
    /// Which act.
    pub act: Option<Act>,
    /// Topics of an act.
    #[sqlx(json)]
    pub topics: Vec<String>,
    /// Further fields of an act.
    #[sqlx(json)]
    pub details: serde_json::Map<String, serde_json::Value>,
    /// New state of a consent.
    pub consent_state: Option<ConsentState>,
    /// Why it does not apply, is refused, or on what basis a consent stands.
    pub reason: Option<String>,
    /// The day the worker says it was done.
    pub done_on: Option<NaiveDate>,
    /// Where the device was.
    #[sqlx(json(nullable))]
    pub position: Option<Position>,
    /// Why there is no position.
    pub no_position: Option<NoPositionReason>,
    /// That reason in words of one's own; counts for `other`.
    pub no_position_words: Option<String>,
    /// Why there is no video.
    pub no_video: Option<NoVideoReason>,
    /// That reason in words of one's own; counts for `other`.
    pub no_video_words: Option<String>,
    /// Number of a paper.
    pub paper_number: Option<String>,
    /// Its date.
    pub paper_date: Option<NaiveDate>,
    /// Free text.
    pub note: Option<String>,
    /// The record this one corrects.
    pub supersedes: Option<RecordId>,
    /// Why it is corrected.
    pub correction: Option<String>,
    /// When it was opened.
    #[sqlx(json)]
    pub opened: ClockReading,
    /// Where it stands.
    pub state: DraftState,
}

impl Draft {
    /// The note with the worker's own words for reasons that are codes at its end; what is sealed.
    #[must_use]
    pub fn full_note(&self) -> Option<String> {
        let other_video = self.no_video == Some(NoVideoReason::Other);
        let other_position = self.position.is_none() && self.no_position == Some(NoPositionReason::Other);
        let parts = [
            self.note.as_deref(),
            self.no_video_words.as_deref().filter(|_| other_video),
            self.no_position_words.as_deref().filter(|_| other_position),
        ];
        let parts: Vec<&str> = parts.into_iter().flatten().filter(|part| !part.trim().is_empty()).collect();
        (!parts.is_empty()).then(|| parts.join("\n"))
    }
}

/// For whom a draft is.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct Subject {
    /// The plan's activity.
    pub activity: Option<ActivityId>,
    /// The person.
    pub person: Option<PersonId>,
    /// What the person said when asked for consent during this draft.
    pub consent_state: Option<ConsentState>,
    /// Why, or on what basis.
    pub consent_reason: Option<String>,
}

/// A piece of evidence of a draft.
#[derive(Clone, Debug, PartialEq, FromRow, Serialize)]
pub struct DraftEvidence {
    /// Its id.
    pub evidence: EvidenceId,
    /// The draft.
    pub draft: DraftId,
    /// Whether its file is in the vault.
    pub state: GatheredState,
    /// Name of the camera's file.
    pub name: String,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// The press of the shutter.
    pub capture: CaptureId,
    /// What will be signed about it; none while incoming.
    #[sqlx(json(nullable))]
    pub item: Option<Evidence>,
}

/// Whether a draft's file is in the vault.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, sqlx::Type)]
#[serde(rename_all = "snake_case")]
#[sqlx(rename_all = "snake_case")]
pub enum GatheredState {
    /// On its way.
    Incoming,
    /// In the vault.
    Kept,
    /// Taken out by the worker before sealing.
    Removed,
}

/// A field of a draft that changes.
#[derive(Clone, Debug)]
pub enum Change {
    /// The day it was done.
    DoneOn(Option<NaiveDate>),
    /// Where the device was.
    Position(Option<Position>),
    /// Why there is no position.
    NoPosition(Option<NoPositionReason>),
    /// That reason in words of one's own.
    NoPositionWords(Option<String>),
    /// Why there is no video.
    NoVideo(Option<NoVideoReason>),
    /// That reason in words of one's own.
    NoVideoWords(Option<String>),
    /// Number of a paper.
    PaperNumber(Option<String>),
    /// Date of a paper.
    PaperDate(Option<NaiveDate>),
    /// Free text.
    Note(Option<String>),
    /// Why it does not apply or is refused; basis of a consent.
    Reason(Option<String>),
    /// Topics of an act.
    Topics(Vec<String>),
    /// Further fields of an act.
    Details(serde_json::Map<String, serde_json::Value>),
    /// Which record it corrects, and why.
    Supersedes(RecordId, String),
    /// Why it corrects that record.
    Correction(String),
}

const DRAFT: &str =
    "select id, family, kind, service, act, topics, details, consent_state, reason, done_on, position,
     no_position, no_position_words, no_video, no_video_words, paper_number, paper_date, note, supersedes,
     correction, opened, state, lower(hex(id)) as row_key from draft";

/// Opens a draft with whom it is for.
///
/// # Errors
/// When the store fails.
pub async fn insert(
    conn: &mut SqliteConnection,
    draft: &Draft,
    subjects: &[Subject],
) -> Result<(), StoreError> {
    sqlx::query(
        "insert into draft (id, family, kind, service, act, topics, details, consent_state, reason, done_on,
         supersedes, correction, opened, state)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
    )
    .bind(draft.id)
    .bind(draft.family)
    .bind(draft.kind)
    .bind(draft.service)
    .bind(draft.act)
    .bind(to_json("topics", &draft.topics)?)
    .bind(to_json("details", &draft.details)?)
    .bind(draft.consent_state)
    .bind(&draft.reason)
    .bind(draft.done_on)
    .bind(draft.supersedes)
    .bind(&draft.correction)
    .bind(to_json("opened", &draft.opened)?)
    .bind(draft.state)
    .execute(&mut *conn)
    .await?;
    for (place, subject) in subjects.iter().enumerate() {
        sqlx::query("insert into draft_subject (draft, place, activity, person) values ($1, $2, $3, $4)")
            .bind(draft.id)
            .bind(i64::try_from(place).unwrap_or(i64::MAX))
            .bind(subject.activity)
            .bind(subject.person)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// A draft.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn get(conn: &mut SqliteConnection, id: DraftId) -> Result<Option<Draft>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{DRAFT} where id = $1"));
    Ok(sqlx::query_as(sql).bind(id).fetch_optional(conn).await?)
}

/// The open drafts, oldest first.
///
/// # Errors
/// When the store fails.
pub async fn open(conn: &mut SqliteConnection) -> Result<Listed<Draft>, StoreError> {
    let sql = sqlx::AssertSqlSafe(format!("{DRAFT} where state = 'open' order by id"));
    let rows = sqlx::query(sql).fetch_all(&mut *conn).await?;
    readable(conn, "draft", &rows).await
}

/// For whom a draft is, in the order in which they were named.
///
/// # Errors
/// When the store fails.
pub async fn subjects(conn: &mut SqliteConnection, id: DraftId) -> Result<Vec<Subject>, StoreError> {
    Ok(sqlx::query_as(
        "select activity, person, consent_state, consent_reason from draft_subject where draft = $1 order by place",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// What a person said when asked for consent; none: nobody was asked after all. Says whether the person is one of the
/// draft.
///
/// # Errors
/// When the store fails.
pub async fn set_consent(
    conn: &mut SqliteConnection,
    id: DraftId,
    person: PersonId,
    state: Option<ConsentState>,
    reason: Option<&str>,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "update draft_subject set consent_state = $3, consent_reason = $4
         where draft = $1 and person = $2 and exists (select 1 from draft where id = $1 and state = 'open')",
    )
    .bind(id)
    .bind(person)
    .bind(state)
    .bind(reason)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() > 0)
}

/// Saves one field. Says whether the draft is open; nothing changes otherwise.
///
/// # Errors
/// When the store fails.
pub async fn save(conn: &mut SqliteConnection, id: DraftId, change: &Change) -> Result<bool, StoreError> {
    macro_rules! set {
        ($column:literal, $value:expr) => {
            sqlx::query(concat!("update draft set ", $column, " = $2 where id = $1 and state = 'open'"))
                .bind(id)
                .bind($value)
                .execute(conn)
                .await?
        };
    }
    let changed = match change {
        Change::DoneOn(day) => set!("done_on", day),
        Change::Position(position) => {
            set!("position", position.as_ref().map(|p| to_json("position", p)).transpose()?)
        }
        Change::NoPosition(reason) => set!("no_position", reason),
        Change::NoPositionWords(words) => set!("no_position_words", words),
        Change::NoVideo(reason) => set!("no_video", reason),
        Change::NoVideoWords(words) => set!("no_video_words", words),
        Change::PaperNumber(number) => set!("paper_number", number),
        Change::PaperDate(date) => set!("paper_date", date),
        Change::Note(note) => set!("note", note),
        Change::Reason(reason) => set!("reason", reason),
        Change::Topics(topics) => set!("topics", to_json("topics", topics)?),
        Change::Details(details) => set!("details", to_json("details", details)?),
        Change::Correction(why) => sqlx::query(
            "update draft set correction = $2 where id = $1 and state = 'open' and supersedes is not null",
        )
        .bind(id)
        .bind(why)
        .execute(conn)
        .await?,
        Change::Supersedes(record, why) => {
            sqlx::query("update draft set supersedes = $2, correction = $3 where id = $1 and state = 'open'")
                .bind(id)
                .bind(record)
                .bind(why)
                .execute(conn)
                .await?
        }
    };
    Ok(changed.rows_affected() == 1)
}

/// Moves an open draft on. Says whether it was open.
///
/// # Errors
/// When the store fails.
pub async fn set_state(
    conn: &mut SqliteConnection,
    id: DraftId,
    state: DraftState,
) -> Result<bool, StoreError> {
    let changed = sqlx::query("update draft set state = $2 where id = $1 and state = 'open'")
        .bind(id)
        .bind(state)
        .execute(conn)
        .await?;
    Ok(changed.rows_affected() == 1)
}

/// Notes that a file is on its way, before its first byte is copied.
///
/// # Errors
/// When the store fails.
pub async fn expect(conn: &mut SqliteConnection, evidence: &DraftEvidence) -> Result<(), StoreError> {
    sqlx::query(
        "insert into draft_evidence (evidence, draft, place, state, name, kind, capture)
         values ($1, $2, (select coalesce(max(place) + 1, 0) from draft_evidence where draft = $2), 'incoming',
                 $3, $4, $5)",
    )
    .bind(evidence.evidence)
    .bind(evidence.draft)
    .bind(&evidence.name)
    .bind(evidence.kind)
    .bind(evidence.capture)
    .execute(conn)
    .await?;
    Ok(())
}

/// Notes that a file is in the vault, with what will be signed about it. Says whether the draft is still open.
///
/// # Errors
/// When the store fails.
pub async fn keep(conn: &mut SqliteConnection, item: &Evidence) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "update draft_evidence set state = 'kept', kind = $2, item = $3 where evidence = $1 and state = 'incoming'
         and exists (select 1 from draft d where d.id = draft_evidence.draft and d.state = 'open')",
    )
    .bind(item.evidence)
    .bind(item.kind)
    .bind(to_json("item", item)?)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// Takes a note of [`expect`] back: nothing came.
///
/// # Errors
/// When the store fails.
pub async fn unexpect(conn: &mut SqliteConnection, evidence: EvidenceId) -> Result<(), StoreError> {
    let gone = sqlx::query("delete from draft_evidence where evidence = $1 and state = 'incoming'")
        .bind(evidence)
        .execute(conn)
        .await?;
    one("draft_evidence", gone.rows_affected())
}

/// Takes evidence of an earlier record over into a correction of it.
///
/// # Errors
/// When the store fails.
pub async fn take_over(
    conn: &mut SqliteConnection,
    id: DraftId,
    items: &[Evidence],
) -> Result<(), StoreError> {
    for (place, item) in items.iter().enumerate() {
        sqlx::query(
            "insert into draft_evidence (evidence, draft, place, state, name, kind, capture, item)
             values ($1, $2, $3, 'kept', '', $4, $5, $6)",
        )
        .bind(item.evidence)
        .bind(id)
        .bind(i64::try_from(place).unwrap_or(i64::MAX))
        .bind(item.kind)
        .bind(item.capture)
        .bind(to_json("item", item)?)
        .execute(&mut *conn)
        .await?;
    }
    Ok(())
}

/// Takes a kept file out of an open draft. Says whether it was there.
///
/// # Errors
/// When the store fails.
pub async fn remove(
    conn: &mut SqliteConnection,
    id: DraftId,
    evidence: EvidenceId,
) -> Result<bool, StoreError> {
    move_between(conn, id, evidence, "kept", "removed").await
}

/// Brings a piece back that was taken out of an open draft. Says whether it was there.
///
/// # Errors
/// When the store fails.
pub async fn put_back(
    conn: &mut SqliteConnection,
    id: DraftId,
    evidence: EvidenceId,
) -> Result<bool, StoreError> {
    move_between(conn, id, evidence, "removed", "kept").await
}

async fn move_between(
    conn: &mut SqliteConnection,
    id: DraftId,
    evidence: EvidenceId,
    from: &str,
    to: &str,
) -> Result<bool, StoreError> {
    let changed = sqlx::query(
        "update draft_evidence set state = $4 where draft = $1 and evidence = $2 and state = $3
         and exists (select 1 from draft d where d.id = $1 and d.state = 'open')",
    )
    .bind(id)
    .bind(evidence)
    .bind(from)
    .bind(to)
    .execute(conn)
    .await?;
    Ok(changed.rows_affected() == 1)
}

/// What was taken out of a draft.
///
/// # Errors
/// When the store fails.
pub async fn removed(conn: &mut SqliteConnection, id: DraftId) -> Result<Vec<DraftEvidence>, StoreError> {
    Ok(sqlx::query_as(
        "select evidence, draft, state, name, kind, capture, item from draft_evidence
         where draft = $1 and state = 'removed' order by place",
    )
    .bind(id)
    .fetch_all(conn)
    .await?)
}

/// What will be signed about a piece of evidence that some draft has.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn item(conn: &mut SqliteConnection, evidence: EvidenceId) -> Result<Option<Evidence>, StoreError> {
    let text: Option<String> = sqlx::query_scalar(
        "select item from draft_evidence where evidence = $1 and item is not null limit 1",
    )
    .bind(evidence)
    .fetch_optional(conn)
    .await?;
    text.map(|text| super::json("item", &text)).transpose()
}

/// Whom an open draft is for, anew; what a person said about consent stays with whoever stays. Says whether it is open.
///
/// # Errors
/// When the store fails.
pub async fn set_subjects(
    conn: &mut SqliteConnection,
    id: DraftId,
    subjects: &[Subject],
) -> Result<bool, StoreError> {
    let open: Option<DraftId> = sqlx::query_scalar("select id from draft where id = $1 and state = 'open'")
        .bind(id)
        .fetch_optional(&mut *conn)
        .await?;
    if open.is_none() {
        return Ok(false);
    }
    sqlx::query("delete from draft_subject where draft = $1").bind(id).execute(&mut *conn).await?;
    for (place, subject) in subjects.iter().enumerate() {
        sqlx::query(
            "insert into draft_subject (draft, place, activity, person, consent_state, consent_reason)
             values ($1, $2, $3, $4, $5, $6)",
        )
        .bind(id)
        .bind(i64::try_from(place).unwrap_or(i64::MAX))
        .bind(subject.activity)
        .bind(subject.person)
        .bind(subject.consent_state)
        .bind(&subject.consent_reason)
        .execute(&mut *conn)
        .await?;
    }
    Ok(true)
}

/// What a draft has gathered, in the order in which it came.
///
/// # Errors
/// When the store fails.
pub async fn evidence(conn: &mut SqliteConnection, id: DraftId) -> Result<Listed<DraftEvidence>, StoreError> {
    let rows = sqlx::query(
        "select evidence, draft, state, name, kind, capture, item, lower(hex(evidence)) as row_key
         from draft_evidence where draft = $1 and state <> 'removed' order by place",
    )
    .bind(id)
    .fetch_all(&mut *conn)
    .await?;
    readable(conn, "draft_evidence", &rows).await
}

/// Evidence that the worker has taken out and that neither an open draft nor a sealed record has: its files may go.
///
/// # Errors
/// When the store fails.
pub async fn dropped(conn: &mut SqliteConnection) -> Result<Vec<EvidenceId>, StoreError> {
    Ok(sqlx::query_scalar(
        "select distinct e.evidence from draft_evidence e join draft d on d.id = e.draft
         where (e.state = 'removed' or d.state = 'discarded')
         and not exists (select 1 from evidence s where s.evidence = e.evidence)
         and not exists (
             select 1 from draft_evidence o join draft od on od.id = o.draft
             where o.evidence = e.evidence and o.state <> 'removed' and od.state = 'open')",
    )
    .fetch_all(conn)
    .await?)
}

/// What was on its way when the program ended.
///
/// # Errors
/// When the store fails.
pub async fn incoming(conn: &mut SqliteConnection) -> Result<Vec<(EvidenceId, DraftId, String)>, StoreError> {
    Ok(sqlx::query_as("select evidence, draft, name from draft_evidence where state = 'incoming'")
        .fetch_all(conn)
        .await?)
}

/// A camera file that cannot be evidence.
#[derive(Clone, Debug, PartialEq, Eq, FromRow, Serialize)]
pub struct Aside {
    /// The draft it was meant for.
    pub draft: Option<DraftId>,
    /// Its name.
    pub name: String,
    /// Why it cannot be evidence.
    pub reason: String,
    /// Bytes.
    pub size: i64,
    /// By the wall clock.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// Notes a file that was set aside.
///
/// # Errors
/// When the store fails.
pub async fn set_aside(conn: &mut SqliteConnection, aside: &Aside) -> Result<(), StoreError> {
    sqlx::query("insert into aside (draft, name, reason, size, at) values ($1, $2, $3, $4, $5)")
        .bind(aside.draft)
        .bind(&aside.name)
        .bind(&aside.reason)
        .bind(aside.size)
        .bind(aside.at)
        .execute(conn)
        .await?;
    Ok(())
}

/// The files that were set aside, in order.
///
/// # Errors
/// When the store fails.
pub async fn asides(conn: &mut SqliteConnection) -> Result<Vec<Aside>, StoreError> {
    Ok(sqlx::query_as("select draft, name, reason, size, at from aside order by id").fetch_all(conn).await?)
}
