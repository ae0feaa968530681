//! Everything that happened about a family, or about one person of it: the facts of the journal, the newest first, page by
//! page. Each is told as the audit tells it; of a record there is more: its service, what was said of it, and its pictures.
//!
//! What only repeats another line is left out: files that came are shown with their record, and so is what was noticed.

use std::collections::HashMap;

use kandas_shared::{
    evidence::EvidenceKind,
    hash::Digest,
    ids::{EvidenceId, FamilyId, PersonId, RecordId},
    plan_state::CheckKind,
    pulled::User,
    receipt::Verdict,
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};

use super::{
    audit,
    policy::{self, Right},
};
use crate::{
    all, among,
    check::policy::Territory,
    journal::JournalError,
    one,
    store::{StoreError, Tx},
};

/// Most entries of a page.
pub const MOST: i64 = 50;

/// Facts that another line of the timeline shows already.
const SHOWN_ELSEWHERE: &[&str] =
    &["evidence.received", "evidence.called", "findings.computed", "check.sampled", "dues.set"];
/// What is told only to who may see what it is of.
const NEEDS: &[(&str, Right)] = &[
    ("consent.", Right::Consent),
    ("erasure.", Right::Erasures),
    ("exchange.", Right::Exchange),
    ("monitoring.", Right::Monitoring),
    ("plan.", Right::Plan),
    ("report.", Right::Report),
    ("roadmap.", Right::RoadMap),
];

/// What is wanted.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// What is about this person alone.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// Where the page before ended.
    #[serde(default)]
    pub before: Option<i64>,
}

/// A page.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = Timeline)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
}

/// Something that happened.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct Entry {
    /// Who did it, when, and what it was.
    #[serde(flatten)]
    pub act: audit::Entry,
    /// Of a record that came: more about it.
    pub came: Option<Came>,
}

/// A record that came.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = TimelineRecord)]
pub struct Came {
    /// Kind of statement, if that could be read.
    pub kind: Option<String>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// For whom.
    pub person: Option<PersonId>,
    /// Accepted or held.
    pub verdict: Verdict,
    /// What was said of it.
    pub check_state: CheckKind,
    /// A newer version has taken its place.
    pub superseded: bool,
    /// Its pieces of which there is a small picture that the user may see.
    pub pictures: Vec<EvidenceId>,
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    record: Option<RecordId>,
    hash: Digest,
    kind: Option<String>,
    service: Option<ServiceCode>,
    person: Option<PersonId>,
    verdict: Verdict,
    check_state: CheckKind,
    superseded: bool,
}

/// A page of what happened about a family that the user may see.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub async fn page(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
    wanted: Wanted,
) -> Result<Page, JournalError> {
    let rights = policy::rights(user.role);
    let consent = rights.contains(&Right::Consent);
    let rows = acts(tx, rights, family, wanted).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    let rows: Vec<audit::Row> = rows.into_iter().take(most).collect();
    let next = rows.last().filter(|_| more).map(audit::Row::id);
    let entries = audit::told_as(tx, user, territory, rows).await?;
    let records: Vec<(RecordId,)> = entries.iter().filter_map(|entry| entry.record).map(|id| (id,)).collect();
    let sql = "select position, record, hash, kind, service, person, verdict, check_state, superseded
        from record where record in (";
    let rows = among!(tx, Row, sql, records, ")").await?;
    let of_consent = |row: &Row| row.kind.as_deref() == Some("consent");
    let hidden: Vec<RecordId> =
        rows.iter().filter(|row| !consent && of_consent(row)).filter_map(|row| row.record).collect();
    let mut rows: HashMap<i64, Row> = rows.into_iter().map(|row| (row.position, row)).collect();
    let mut pictures = pictures(tx, rights, &rows).await?;
    let entries = entries
        .into_iter()
        .filter(|act| act.record.is_none_or(|record| !hidden.contains(&record)))
        .map(|act| {
            let came = rows.remove(&act.id).map(|row| Came {
                pictures: pictures.remove(&row.hash).unwrap_or_default(),
                kind: row.kind,
                service: row.service,
                person: row.person,
                verdict: row.verdict,
                check_state: row.check_state,
                superseded: row.superseded,
            });
            Entry { act, came }
        })
        .collect();
    Ok(Page { entries, next })
}

/// Position of the last fact about a family; 0 without any.
///
/// # Errors
/// When the database does not answer.
pub async fn newest(tx: &mut Tx, family: FamilyId) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(position), 0) from journal where family = $1";
    Ok(one!(tx, (i64,), sql, family).await?.0)
}

async fn acts(
    tx: &mut Tx,
    rights: &[Right],
    family: FamilyId,
    wanted: Wanted,
) -> Result<Vec<audit::Row>, StoreError> {
    let mut sql = format!("{} where l.family = $1 and l.position < $2", audit::ACT);
    if wanted.person.is_some() {
        sql.push_str(" and l.person = $3");
    }
    for kind in SHOWN_ELSEWHERE {
        sql.push_str(&format!(" and l.kind <> '{kind}'"));
    }
    for (prefix, _) in NEEDS.iter().filter(|(_, right)| !rights.contains(right)) {
        sql.push_str(&format!(" and l.kind not like '{prefix}%'"));
    }
    let before = wanted.before.unwrap_or(i64::MAX);
    // A person's own index leads to his facts; the family is asked for as well, since he may have moved.
    let person = wanted.person.unwrap_or(PersonId(uuid::Uuid::nil()));
    sql.push_str(&format!(" order by l.position desc limit {}", MOST + 1));
    let rows = match wanted.person {
        Some(_) => all!(tx, audit::Act, AssertSqlSafe(sql.clone()), family, before, person).await?,
        None => all!(tx, audit::Act, AssertSqlSafe(sql.clone()), family, before).await?,
    };
    Ok(rows.into_iter().map(audit::Row::from).collect())
}

/// The small pictures of these records that are here, as far as the rights reach: a scan of a document is no photo.
async fn pictures(
    tx: &mut Tx,
    rights: &[Right],
    rows: &HashMap<i64, Row>,
) -> Result<HashMap<Digest, Vec<EvidenceId>>, StoreError> {
    let mut found: HashMap<Digest, Vec<EvidenceId>> = HashMap::new();
    if !rights.contains(&Right::Evidence) {
        return Ok(found);
    }
    let hashes: Vec<(Digest,)> = rows.values().map(|row| (row.hash,)).collect();
    let sql = "select e.hash, e.evidence, e.kind from evidence e
        join evidence_file x on x.evidence = e.evidence and x.part = 'thumbnail'
        where x.state = 'received' and e.hash in (";
    let mut pieces = among!(tx, (Digest, EvidenceId, EvidenceKind), sql, hashes, ")").await?;
    pieces.sort_unstable_by_key(|(_, evidence, _)| *evidence);
    pieces.dedup();
    let scans = rights.contains(&Right::Scans);
    for (hash, evidence, _) in
        pieces.into_iter().filter(|(_, _, kind)| scans || *kind != EvidenceKind::Document)
    {
        found.entry(hash).or_default().push(evidence);
    }
    Ok(found)
}
