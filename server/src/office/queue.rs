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
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{held::EXACT, records::UNCHECKED, standing::Standing};
use crate::{
    access::Reading,
    all, among, calendar,
    check::policy::Territory,
    findings,
    journal::JournalError,
    one,
    store::{StoreError, Tx, sqlx::AssertSqlSafe},
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

/// Which part of the queue.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Filter {
    /// Of one service.
    pub service: Option<ServiceCode>,
    /// Of families of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Of one worker.
    pub worker: Option<UserId>,
    /// Done on this day or later, as stated.
    pub from: Option<NaiveDate>,
    /// Done on this day or earlier.
    pub to: Option<NaiveDate>,
}

impl Filter {
    /// Its conditions as SQL over `r`, each with ` and ` before it; [`Filter::bound`] are bound from `first` on.
    pub(super) fn fits(&self, first: usize) -> String {
        [
            (self.service.is_some(), "r.service ="),
            (self.worker.is_some(), "r.worker ="),
            (self.from.is_some(), "r.done_on >="),
            (self.to.is_some(), "r.done_on <="),
        ]
        .into_iter()
        .zip(first..)
        .filter(|((asked, _), _)| *asked)
        .map(|((_, condition), number)| format!(" and {condition} ${number}"))
        .collect()
    }

    /// Service, worker and days; of what is not asked for, nothing and nobody.
    pub(super) fn bound(&self) -> (String, UserId, NaiveDate, NaiveDate) {
        (
            self.service.map_or_else(String::new, |service| service.to_string()),
            self.worker.unwrap_or(UserId(Uuid::nil())),
            self.from.unwrap_or_default(),
            self.to.unwrap_or_default(),
        )
    }

    /// The units it is about; that he may ask for one, the handler has seen to.
    pub(super) fn units(&self, user: &User, territory: &Territory) -> Vec<OrgUnitId> {
        self.unit.map_or_else(|| territory.covered(user.org_unit), |unit| vec![unit])
    }
}

/// What the queue can be narrowed to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = QueueChoices)]
pub struct Choices {
    /// Units of the user's that have families, by name.
    pub units: Vec<ChoiceUnit>,
    /// Workers of these units who have phones, by name.
    pub workers: Vec<ChoiceWorker>,
}

/// A unit.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct ChoiceUnit {
    /// Its id.
    pub id: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// In Russian.
    pub name_ru: String,
}

/// A worker.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct ChoiceWorker {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
    /// Where he works.
    pub org_unit: OrgUnitId,
}

/// What a user can narrow his queue to.
///
/// # Errors
/// When the database does not answer.
pub async fn choices(tx: &mut Tx, user: &User, territory: &Territory) -> Result<Choices, StoreError> {
    let covered: Vec<(OrgUnitId,)> =
        territory.covered(user.org_unit).into_iter().map(|unit| (unit,)).collect();
    let sql = "select u.id, u.name_kk, u.name_ru from org_unit u
        where exists (select 1 from family f where f.org_unit = u.id) and u.id in (";
    let mut units = among!(tx, ChoiceUnit, sql, covered, ")").await?;
    units.sort_by(|a, b| (&a.name_kk, a.id).cmp(&(&b.name_kk, b.id)));
    units.dedup_by_key(|unit| unit.id);
    let sql = "select u.id, u.name, u.org_unit from app_user u
        where exists (select 1 from device d where d.worker = u.id) and u.org_unit in (";
    let mut workers = among!(tx, ChoiceWorker, sql, covered, ")").await?;
    workers.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    workers.dedup_by_key(|worker| worker.id);
    Ok(Choices { units, workers })
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
    standing: &Standing,
    user: &User,
    territory: &Territory,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Queue, JournalError> {
    let units = filter.units(user, territory);
    let hashes = first(tx, user, &units, filter, now).await?;
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
    let keys: Vec<(OrgUnitId,)> = units.iter().map(|unit| (*unit,)).collect();
    let waiting = counted(tx, standing, &keys, user.id, filter, now).await?;
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
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<Vec<(Digest,)>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Place {
        risk: i64,
        sampled: bool,
        position: i64,
        hash: Digest,
    }
    let (fits, (service, worker, from, to)) = (filter.fits(4), filter.bound());
    let sql = format!(
        "select r.risk, r.sampled, r.position, r.hash from record r where {UNCHECKED} and r.org_unit = $8
         and r.worker <> $1{fits}
         and not exists (select 1 from review_lease l where l.record = r.record and l.holder <> $1 and l.until > $2)
         order by r.risk desc, r.sampled desc, r.position limit $3"
    );
    let mut places = Vec::new();
    for unit in units {
        let sql = AssertSqlSafe(sql.as_str());
        places.extend(all!(tx, Place, sql, user.id, now, MOST, service, worker, from, to, unit).await?);
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

/// How many records of these units wait to be checked by somebody else than `but`; counted as the queue counts.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn unchecked(
    tx: &mut Tx,
    standing: &Standing,
    units: &[(OrgUnitId,)],
    but: UserId,
    now: DateTime<Utc>,
) -> Result<i64, JournalError> {
    counted(tx, standing, units, but, &Filter::default(), now).await
}

/// Exact up to [`EXACT`], one more means that there are more.
async fn counted(
    tx: &mut Tx,
    standing: &Standing,
    units: &[(OrgUnitId,)],
    but: UserId,
    filter: &Filter,
    now: DateTime<Utc>,
) -> Result<i64, JournalError> {
    let (fits, (service, worker, from, to)) = (filter.fits(2), filter.bound());
    // Hardly anybody who checks records too: then all wait for him, as for everybody else.
    let own = format!(
        "select count(*) from (select 1 from record r where {UNCHECKED} and r.worker = $1 limit 1) own"
    );
    let records = one!(tx, (i64,), AssertSqlSafe(own.as_str()), but).await?.0 > 0;
    let question =
        (!records).then(|| format!("queue {:?}", (filter.service, filter.worker, filter.from, filter.to)));
    // That risk is something leads SQLite into the index of the queue, where everything is that is counted by.
    let sql = format!(
        "select count(*) from (select 1 from record r where {UNCHECKED} and r.risk >= 0 and r.worker <> $1{fits}
         and r.org_unit = $6 limit $7) counted"
    );
    let mut total = standing.total(tx, units, now, question).await?;
    while let Some(unit) = total.next() {
        let (sql, most) = (AssertSqlSafe(sql.as_str()), EXACT + 1);
        let (count,) = one!(tx, (i64,), sql, but, service, worker, from, to, unit, most).await?;
        total.take(unit, count);
    }
    Ok(total.kept().0)
}

async fn checked_since(tx: &mut Tx, by: UserId, now: DateTime<Utc>) -> Result<i64, StoreError> {
    // `due_at` is the last moment of a day in UTC+5.
    let began = due_at(civil_date(now).pred_opt().unwrap_or(NaiveDate::MIN));
    let sql = "select count(*) from record_check where checker = $1 and checked_at > $2";
    Ok(one!(tx, (i64,), sql, by, began).await?.0)
}
