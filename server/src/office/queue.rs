//! The queue of what is to be checked: records of the user's units that nobody has said anything about, without his own
//! and without what another supervisor has before him. First those about which most was noticed ([`findings::risk`]), then
//! those drawn by chance, then the others in the order in which they came.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{civil_date, due_at},
    finding::{Rule, Severity},
    hash::Digest,
    ids::{FamilyId, OrgUnitId, RecordId, UserId},
    pulled::User,
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{held::EXACT, records::UNCHECKED};
use crate::{
    access::Reading,
    all, among, calendar,
    check::policy::Territory,
    findings, one,
    store::{StoreError, Tx},
};

/// Most entries of one answer; what follows is asked for again when these are done.
pub const MOST: i64 = 100;

/// A record that waits to be checked.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Entry {
    /// Its id.
    pub record: RecordId,
    /// Kind of statement: completion, not_applicable, refused, consent or act.
    pub kind: String,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// The person, if the record is about one.
    pub person_name: Option<String>,
    /// Who recorded.
    pub worker_name: String,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// The day on which it was due.
    pub due_on: Option<NaiveDate>,
    /// The last day in time: that day, or the next working day if it is a day off.
    #[sqlx(skip)]
    pub last_on: Option<NaiveDate>,
    /// The record it corrects.
    pub supersedes: Option<RecordId>,
    /// Files that it names.
    pub files: i64,
    /// Those of them that are here.
    pub received: i64,
    /// The worker no longer had the family when it came.
    pub late_handover: bool,
    /// How much was noticed about it: 100 for each rule that says "look closely", 10 for each "worth a look".
    pub risk: i64,
    /// It was drawn by chance.
    pub sampled: bool,
    /// What was noticed, the heaviest first; without what speaks for it.
    #[sqlx(skip)]
    pub noticed: Vec<Hint>,
    /// Its place in the journal.
    pub position: i64,
    /// Identity of its statement.
    #[serde(skip)]
    pub hash: Digest,
}

/// What was noticed, in a word.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Hint {
    /// What.
    pub rule: Rule,
    /// How much it weighs.
    pub severity: Severity,
}

/// The queue.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Queue {
    /// The first of it.
    pub entries: Vec<Entry>,
    /// All that wait, those before other supervisors too; exact up to 10,000, one more means that there are more.
    pub waiting: i64,
    /// Checks that the user has made today.
    pub checked_today: i64,
    /// Until when a return is to be answered unless the supervisor says another day: three working days.
    pub return_due: Option<NaiveDate>,
}

/// Whom the reading is about, for the access log.
#[must_use]
pub fn reading(by: &User) -> Reading {
    Reading { by: Some(by.id), ..Reading::default() }
}

/// The queue of a user.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    service: Option<ServiceCode>,
    now: DateTime<Utc>,
) -> Result<Queue, StoreError> {
    let units = territory.covered(user.org_unit);
    let hashes = first(tx, user, &units, service, now).await?;
    let sql = "select r.record, r.kind, r.service, r.family,
        (select coalesce(h.surname, h.given_name) from person h where h.family = r.family and h.relation = 'head'
         order by h.id limit 1) as family_name,
        (select case when p.surname is null then p.given_name else p.surname || ' ' || p.given_name end
         from person p where p.id = r.person) as person_name,
        w.name as worker_name, r.done_on, r.received_at, a.due_on, r.supersedes,
        (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
         where e.hash = r.hash and x.part = 'file') as files,
        (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
         where e.hash = r.hash and x.part = 'file' and x.state = 'received') as received,
        r.late_handover, r.position, r.hash, r.risk, r.sampled
        from record r join app_user w on w.id = r.worker left join activity a on a.id = r.activity
        where r.hash in (";
    let mut entries = among!(tx, Entry, sql, hashes, ")").await?;
    entries.sort_unstable_by_key(|entry| (Reverse(entry.risk), !entry.sampled, entry.position));
    entries.dedup_by_key(|entry| entry.hash);
    let calendar = calendar::read(tx).await?;
    for entry in &mut entries {
        entry.last_on = entry.due_on.map(|due| calendar.last_day(due));
    }
    hint(tx, &mut entries).await?;
    let waiting = waiting(tx, user, territory).await?;
    let checked_today = checked_since(tx, user.id, now).await?;
    let return_due = calendar.add_working_days(civil_date(now), 3).ok();
    Ok(Queue { entries, waiting, checked_today, return_due })
}

/// The first of the queue. Each unit's own queue lies in an index in its order: of each no more is read than may be first
/// of all.
async fn first(
    tx: &mut Tx,
    user: &User,
    units: &[OrgUnitId],
    service: Option<ServiceCode>,
    now: DateTime<Utc>,
) -> Result<Vec<(Digest,)>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Place {
        risk: i64,
        sampled: bool,
        position: i64,
        hash: Digest,
    }
    let any = service.is_none();
    let service = service.map_or_else(String::new, |service| service.to_string());
    let sql = format!(
        "select r.risk, r.sampled, r.position, r.hash from record r where {UNCHECKED} and r.org_unit = $6
         and r.worker <> $1 and ($4 or r.service = $5)
         and not exists (select 1 from review_lease l where l.record = r.record and l.holder <> $1 and l.until > $2)
         order by r.risk desc, r.sampled desc, r.position limit $3"
    );
    let mut places = Vec::new();
    for unit in units {
        let sql = sqlx::AssertSqlSafe(sql.as_str());
        places.extend(all!(tx, Place, sql, user.id, now, MOST, any, service, unit).await?);
    }
    places.sort_unstable_by_key(|place| (Reverse(place.risk), !place.sampled, place.position));
    places.truncate(usize::try_from(MOST).unwrap_or(usize::MAX));
    Ok(places.into_iter().map(|place| (place.hash,)).collect())
}

/// Writes beside each entry what was noticed about it.
async fn hint(tx: &mut Tx, entries: &mut [Entry]) -> Result<(), StoreError> {
    let hashes: Vec<(Digest,)> = entries.iter().map(|entry| (entry.hash,)).collect();
    let held = findings::held(tx, &hashes).await?;
    for entry in entries {
        let found = held.get(&entry.hash).map(Vec::as_slice).unwrap_or_default();
        let hints = found.iter().filter(|finding| finding.severity != Severity::Good);
        entry.noticed =
            hints.map(|finding| Hint { rule: finding.rule, severity: finding.severity }).collect();
        entry.noticed.sort_by_key(|hint| (hint.severity, hint.rule));
        entry.noticed.dedup_by_key(|hint| hint.rule);
    }
    Ok(())
}

/// How many records wait for somebody of the user's units other than himself; exact up to [`EXACT`], one more means
/// that there are more.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(tx: &mut Tx, user: &User, territory: &Territory) -> Result<i64, StoreError> {
    let units: Vec<(OrgUnitId,)> = territory.covered(user.org_unit).into_iter().map(|unit| (unit,)).collect();
    unchecked(tx, &units, user.id).await
}

/// How many records of these units wait to be checked by somebody else than `but`; counted as [`waiting`] counts.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn unchecked(tx: &mut Tx, units: &[(OrgUnitId,)], but: UserId) -> Result<i64, StoreError> {
    let sql = format!(
        "select count(*) from (select 1 from record r where {UNCHECKED} and r.worker <> $1 and r.org_unit in ("
    );
    let tail = format!(") limit {}) counted", EXACT + 1);
    let units = units.to_vec();
    let counts = among!(tx, (i64,), &sql, units, &tail, but).await?;
    Ok(counts.into_iter().map(|(count,)| count).sum::<i64>().min(EXACT + 1))
}

async fn checked_since(tx: &mut Tx, by: UserId, now: DateTime<Utc>) -> Result<i64, StoreError> {
    // `due_at` is the last moment of a day in UTC+5.
    let began = due_at(civil_date(now).pred_opt().unwrap_or(NaiveDate::MIN));
    let sql = "select count(*) from record_check where checker = $1 and checked_at > $2";
    Ok(one!(tx, (i64,), sql, by, began).await?.0)
}
