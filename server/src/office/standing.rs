//! How each unit stands, kept in memory and counted anew only where something has changed: the numbers of a whole country
//! are the sums of its units, of which between two looks few have changed.
//!
//! Counters in the database would not do it. By unit, service, day and state there would be nearly as many of them as
//! activities, so that summing them up costs what counting does, and each record would have to move two. So an index holds
//! what is counted, the journal says which units had something new, and these alone are counted again.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    service::ServiceCode,
};

use super::{
    deadlines::counted::{self, Counted},
    family,
    held::EXACT,
    monitoring,
    overview::Count,
    records::NO_VIDEO,
};
use crate::{
    all, among,
    facts::Event,
    journal::{self, JournalError},
    store::{StoreError, Tx},
};

/// Whoever is so many facts behind counts everything.
const MOST: i64 = 20_000;
/// So many families that were set are looked at one by one.
const MOST_MOVED: i64 = 200;
/// So many units are counted without waiting for somebody who counts more.
const FEW: usize = 4;
/// Of so many questions it is known how many there are; with one more all of them are asked again.
const MOST_QUESTIONS: usize = 1_000;
/// Weeks that are counted one by one, the present one the last.
pub const WEEKS: usize = 12;

/// What of a plan fell into a week, and what of it was done in that week.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct InWeek {
    /// Activities whose day lies in it, those that were done too.
    pub due: i64,
    /// Activities that a record of its days made done.
    pub done: i64,
}

/// The Monday with which the earliest of the [`WEEKS`] begins.
pub(super) fn first_monday(today: NaiveDate) -> NaiveDate {
    today - Days::new(u64::from(today.weekday().num_days_from_monday()) + 7 * (WEEKS as u64 - 1))
}

/// How a unit stands.
#[derive(Clone, Debug, Default)]
pub struct Stands {
    /// Families.
    pub families: i64,
    /// Families without a visit for the months of A-24 (`family::unvisited`).
    pub unvisited: i64,
    /// Families without a record of any kind for as long.
    pub unrecorded: i64,
    /// Completions of the [`WEEKS`] that count and have no video (§36, A-14).
    pub no_video: i64,
    /// Returned records whose day has passed without an answer.
    pub unanswered: i64,
    /// Rounds of monitoring that nobody closed in their terms (§43).
    pub missed: i64,
    /// Activities by service.
    pub services: BTreeMap<ServiceCode, Count>,
    /// Activities of each worker's families whose day has passed.
    pub overdue: HashMap<UserId, i64>,
    /// Week by week, the earliest first.
    pub weeks: [InWeek; WEEKS],
    /// What has a clock ([`super::deadlines`]).
    pub(super) due: Counted,
    /// Files that have not come.
    pub(super) awaited: Awaited,
}

/// Files of records that count, which have not come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Awaited {
    /// How many.
    pub(super) files: i64,
    /// Their bytes.
    pub(super) bytes: i64,
    /// Records that name them, by their worker.
    pub(super) records: HashMap<UserId, i64>,
}

impl Awaited {
    pub(super) fn add(&mut self, more: Self) {
        self.files += more.files;
        self.bytes += more.bytes;
        for (worker, records) in more.records {
            *self.records.entry(worker).or_default() += records;
        }
    }
}

impl Stands {
    /// Both together, without what has a clock: that is looked at unit by unit.
    pub(super) fn add(&mut self, more: Self) {
        self.families += more.families;
        self.unvisited += more.unvisited;
        self.unrecorded += more.unrecorded;
        self.no_video += more.no_video;
        self.unanswered += more.unanswered;
        self.missed += more.missed;
        for (service, count) in more.services {
            let sum = self.services.entry(service).or_default();
            *sum = sum.and(count);
        }
        for (worker, overdue) in more.overdue {
            *self.overdue.entry(worker).or_default() += overdue;
        }
        self.awaited.add(more.awaited);
        for (sum, week) in self.weeks.iter_mut().zip(more.weeks) {
            sum.due += week.due;
            sum.done += week.done;
        }
    }
}

/// What this process knows. Nobody waits for the database with it in hand: whoever counts counts beside it.
#[derive(Debug, Default)]
pub struct Standing {
    known: Mutex<Known>,
    /// One at a time counts much: the others find it counted.
    counting: tokio::sync::Mutex<()>,
}

/// How many there are of something in some units: whoever asks counts unit by unit what nobody has counted yet, and keeps
/// it for the next one.
#[derive(Debug)]
pub(super) struct Total<'a> {
    of: &'a Standing,
    /// What is asked, if it may be kept.
    question: Option<String>,
    size: i64,
    today: NaiveDate,
    known: Sum,
    counted: Vec<(OrgUnitId, i64)>,
    _counting: Option<tokio::sync::MutexGuard<'a, ()>>,
}

#[derive(Debug, Default)]
struct Sum {
    all: i64,
    some: Vec<OrgUnitId>,
    unknown: Vec<OrgUnitId>,
}

impl Sum {
    /// So many units are to be counted at most.
    fn missing(&self) -> usize {
        if self.all > EXACT { 0 } else { self.unknown.len() }
    }

    fn next(&mut self) -> Option<OrgUnitId> {
        if self.all > EXACT { None } else { self.unknown.pop() }
    }

    fn take(&mut self, unit: OrgUnitId, count: i64) {
        self.all += count;
        if count > 0 {
            self.some.push(unit);
        }
    }
}

impl Total<'_> {
    /// A unit that is to be counted; no more once there are more than [`EXACT`].
    pub(super) fn next(&mut self) -> Option<OrgUnitId> {
        self.known.next()
    }

    /// So many has this unit, at most [`EXACT`] and one.
    pub(super) fn take(&mut self, unit: OrgUnitId, count: i64) {
        self.known.take(unit, count);
        self.counted.push((unit, count));
    }

    /// How many there are, exact up to [`EXACT`], one more means that there are more; and the units that have some or were not
    /// counted.
    pub(super) fn kept(self) -> (i64, Vec<(OrgUnitId,)>) {
        let Self { of, question, size, today, known: Sum { all, some, unknown }, counted, .. } = self;
        if let Some(question) = question {
            of.known().keep_totals(question, &counted, size, today);
        }
        (all.min(EXACT + 1), some.into_iter().chain(unknown).map(|unit| (unit,)).collect())
    }
}

#[derive(Debug, Default)]
struct Known {
    /// Facts up to here are counted in.
    position: i64,
    /// The day it was counted for.
    today: NaiveDate,
    units: HashMap<OrgUnitId, Stands>,
    /// How many there are of what lists were asked for, by question and unit.
    totals: HashMap<String, HashMap<OrgUnitId, i64>>,
    /// How far the journal had come when a unit was last forgotten, and when all of them were: what was counted before is
    /// not kept.
    forgotten: HashMap<OrgUnitId, i64>,
    all_forgotten: i64,
}

#[derive(sqlx::FromRow)]
struct OfService {
    org_unit: OrgUnitId,
    service: ServiceCode,
    planned: i64,
    done: i64,
    soon: i64,
    overdue: i64,
}

impl Standing {
    /// How these units stand, as of the snapshot of `tx` or later.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(
        &self,
        tx: &mut Tx,
        units: &[OrgUnitId],
        now: DateTime<Utc>,
    ) -> Result<Vec<(OrgUnitId, Stands)>, JournalError> {
        let today = civil_date(now);
        let size = i64::try_from(journal::size(tx).await?).unwrap_or(i64::MAX);
        self.follow(tx, size, today).await?;
        let (mut found, mut missing) = self.known().look(units);
        if missing.len() > FEW {
            let _counting = self.counting.lock().await;
            (found, missing) = self.known().look(units);
            self.count_missing(tx, size, now, &missing, &mut found).await?;
        } else {
            self.count_missing(tx, size, now, &missing, &mut found).await?;
        }
        Ok(units.iter().map(|unit| (*unit, found.remove(unit).unwrap_or_default())).collect())
    }

    /// How many there are in these units of what a list is asked for, as of the snapshot of `tx` or later, as far as that is
    /// known. `question` tells it from all others; it is about nothing but what facts of families and settings say, and the
    /// day. What has no question is counted anew each time.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn total(
        &self,
        tx: &mut Tx,
        units: &[(OrgUnitId,)],
        now: DateTime<Utc>,
        question: Option<String>,
    ) -> Result<Total<'_>, JournalError> {
        let today = civil_date(now);
        let size = i64::try_from(journal::size(tx).await?).unwrap_or(i64::MAX);
        self.follow(tx, size, today).await?;
        let mut known = self.known().total(units, question.as_deref());
        let mut counting = None;
        if question.is_some() && known.missing() > FEW {
            counting = Some(self.counting.lock().await);
            known = self.known().total(units, question.as_deref());
        }
        Ok(Total { of: self, question, size, today, known, counted: Vec::new(), _counting: counting })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Forgets the units of which there is something new up to `size`, where this snapshot sees more than anybody before.
    async fn follow(&self, tx: &mut Tx, size: i64, today: NaiveDate) -> Result<(), JournalError> {
        loop {
            let position = {
                let mut known = self.known();
                if known.today != today || size - known.position > MOST {
                    known.forget_all(size, today);
                }
                if size <= known.position {
                    return Ok(());
                }
                known.position
            };
            let news = news(tx, position, size).await?;
            let mut known = self.known();
            // Somebody else may have come as far meanwhile, or farther.
            if known.position == position {
                match news {
                    Some(units) => known.forget(&units, size),
                    None => known.forget_all(size, today),
                }
                return Ok(());
            }
        }
    }

    async fn count_missing(
        &self,
        tx: &mut Tx,
        size: i64,
        now: DateTime<Utc>,
        missing: &[(OrgUnitId,)],
        found: &mut HashMap<OrgUnitId, Stands>,
    ) -> Result<(), JournalError> {
        if missing.is_empty() {
            return Ok(());
        }
        let counted = count(tx, missing, now).await?;
        self.known().keep(&counted, size, civil_date(now));
        found.extend(counted);
        Ok(())
    }
}

impl Known {
    /// What is known of these units, and of which nothing is.
    fn look(&self, units: &[OrgUnitId]) -> (HashMap<OrgUnitId, Stands>, Vec<(OrgUnitId,)>) {
        let mut found = HashMap::new();
        let mut missing = Vec::new();
        for unit in units {
            match self.units.get(unit) {
                Some(stands) => drop(found.insert(*unit, stands.clone())),
                None => missing.push((*unit,)),
            }
        }
        (found, missing)
    }

    fn forget(&mut self, units: &[OrgUnitId], size: i64) {
        for unit in units {
            self.units.remove(unit);
            for counts in self.totals.values_mut() {
                counts.remove(unit);
            }
            self.forgotten.insert(*unit, size);
        }
        self.position = size;
    }

    /// The snapshot may be an older one than somebody else's, on another day.
    fn forget_all(&mut self, size: i64, today: NaiveDate) {
        self.units.clear();
        self.totals.clear();
        self.forgotten.clear();
        self.position = self.position.max(size);
        (self.all_forgotten, self.today) = (self.position, today);
    }

    /// How many there are of what was asked for, as far as it is known.
    fn total(&self, units: &[(OrgUnitId,)], question: Option<&str>) -> Sum {
        let known = question.and_then(|question| self.totals.get(question));
        let mut sum = Sum::default();
        for (unit,) in units {
            match known.and_then(|known| known.get(unit)) {
                Some(count) => sum.take(*unit, *count),
                None => sum.unknown.push(*unit),
            }
        }
        sum
    }

    /// Keeps what was counted of a question, as [`Known::keep`] does.
    fn keep_totals(&mut self, question: String, counted: &[(OrgUnitId, i64)], size: i64, today: NaiveDate) {
        if self.today != today || size < self.all_forgotten || counted.is_empty() {
            return;
        }
        if self.totals.len() >= MOST_QUESTIONS && !self.totals.contains_key(&question) {
            self.totals.clear();
        }
        let known = self.totals.entry(question).or_default();
        for (unit, count) in counted {
            if self.forgotten.get(unit).is_none_or(|forgotten| *forgotten <= size) {
                known.insert(*unit, *count);
            }
        }
    }

    /// Keeps what was counted in a snapshot of `size` facts, unless there was something new of it since: nobody would count
    /// it again.
    fn keep(&mut self, counted: &HashMap<OrgUnitId, Stands>, size: i64, today: NaiveDate) {
        if self.today != today || size < self.all_forgotten {
            return;
        }
        for (unit, stands) in counted {
            if self.forgotten.get(unit).is_none_or(|forgotten| *forgotten <= size) {
                self.units.insert(*unit, stands.clone());
            }
        }
    }
}

/// The units of which there is something new between two lengths of the journal; nothing where that may be all of them.
async fn news(tx: &mut Tx, after: i64, size: i64) -> Result<Option<Vec<OrgUnitId>>, JournalError> {
    // What is set and is of no family is a setting, which all are counted by; a unit, a user or a password is not.
    let sql = "select distinct case when j.kind = 'subject.erased'
         then (select e.org_unit from erasure e where e.position = j.position) else f.org_unit end as unit
        from journal j left join family f on f.id = j.family where j.position > $1 and j.position <= $2 and (j.family is not null or j.kind = 'setting.set')
        and j.kind <> 'plan.row_drafted'";
    let mut units = Vec::new();
    for (unit,) in all!(tx, (Option<OrgUnitId>,), sql, after, size).await? {
        match unit {
            Some(unit) => units.push(unit),
            None => return Ok(None),
        }
    }
    // Where a family came to was found above; where it was is said by the fact before.
    let sql =
        "select (select max(b.position) from journal b where b.family = j.family and b.kind = 'family.set'
         and b.position < j.position) as before
        from journal j where j.kind = 'family.set' and j.position > $1 and j.position <= $2 limit $3";
    let set = all!(tx, (Option<i64>,), sql, after, size, MOST_MOVED + 1).await?;
    if i64::try_from(set.len()).unwrap_or(i64::MAX) > MOST_MOVED {
        return Ok(None);
    }
    for (before,) in set {
        let Some(position) = before.and_then(|position| u64::try_from(position).ok()) else { continue };
        let placed =
            journal::stored_at(tx, position).await?.map(|stored| stored.placed()).transpose()?.flatten();
        match placed.map(|placed| placed.event) {
            Some(Event::FamilySet(family)) => units.push(family.org_unit),
            _ => return Ok(None),
        }
    }
    Ok(Some(units))
}

async fn count(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    now: DateTime<Utc>,
) -> Result<HashMap<OrgUnitId, Stands>, JournalError> {
    let today = civil_date(now);
    let mut stands: HashMap<OrgUnitId, Stands> =
        units.iter().map(|(unit,)| (*unit, Stands::default())).collect();
    let (late, soon) = family::near(tx, today).await?;
    let sql = "select a.org_unit, a.service,
        cast(sum(case when a.state in ('cancelled', 'not_applicable', 'refused') then 0 else 1 end) as bigint) as planned,
        cast(sum(case when a.state in ('synced', 'reported', 'sys_confirmed', 'disputed') then 1 else 0 end) as bigint)
         as done,
        cast(sum(case when a.state = 'planned' and a.due_on >= $1 and a.due_on <= $2{stays} then 1 else 0 end) as bigint)
         as soon,
        cast(sum(case when a.state = 'planned' and a.due_on < $1{stays} then 1 else 0 end) as bigint) as overdue
        from activity a where a.org_unit in (";
    let left = family::left_open(tx, units, soon).await?;
    let (left, stayed): (Vec<_>, Vec<_>) = units.iter().copied().partition(|(unit,)| left.contains(unit));
    for (units, stays) in [(stayed, String::new()), (left, format!(" and {}", family::STAYS))] {
        if units.is_empty() {
            continue;
        }
        let sql = sql.replace("{stays}", &stays);
        let tail = ") group by a.org_unit, a.service";
        for row in among!(tx, OfService, &sql, units, tail, late, soon).await? {
            let OfService { org_unit, service, planned, done, soon, overdue } = row;
            let unit = stands.entry(org_unit).or_default();
            unit.services.insert(service, Count { planned, done, soon, overdue });
        }
    }
    let seen = family::seen_since(tx, today).await?;
    let without = |what: &str| format!("cast(sum(case when {what} then 1 else 0 end) as bigint)");
    let sql = format!(
        "select f.org_unit, count(*), {}, {} from family f where f.org_unit in (",
        without(&family::unvisited(1)),
        without(&family::unrecorded(1))
    );
    let tail = ") group by f.org_unit";
    for (unit, families, unvisited, unrecorded) in
        among!(tx, (OrgUnitId, i64, i64, i64), &sql, units, tail, seen).await?
    {
        let unit = stands.entry(unit).or_default();
        (unit.families, unit.unvisited, unit.unrecorded) = (families, unvisited, unrecorded);
    }
    let first = first_monday(today);
    let last = first + Days::new(7 * WEEKS as u64 - 1);
    let sql = format!(
        "select r.org_unit, count(*) from record r where {NO_VIDEO} and r.done_on >= $1 and r.done_on <= $2
         and r.org_unit in ("
    );
    for (unit, no_video) in
        among!(tx, (OrgUnitId, i64), &sql, units, ") group by r.org_unit", first, last).await?
    {
        stands.entry(unit).or_default().no_video = no_video;
    }
    let sql =
        "select r.org_unit, count(*) from record r where r.check_state = 'returned' and not r.superseded
        and r.check_due < $1 and r.org_unit in (";
    for (unit, unanswered) in among!(tx, (OrgUnitId, i64), sql, units, ") group by r.org_unit", late).await? {
        stands.entry(unit).or_default().unanswered = unanswered;
    }
    for (unit, due) in counted::count(tx, units, today).await? {
        stands.entry(unit).or_default().due = due;
    }
    for (unit, missed, first) in monitoring::missed(tx, units, now).await? {
        let unit = stands.entry(unit).or_default();
        (unit.missed, unit.due.missed_from) = (missed, Some(first));
    }
    // Family by family, whose activities lie together; SQLite joins in this order because the joins are crossed.
    let sql =
        "select f.org_unit, n.worker, count(*) from family f cross join assignment n cross join activity a
        where n.family = f.id and n.is_open and a.family = f.id and a.state = 'planned' and a.due_on < $1
        and not exists (select 1 from plan q where q.family = f.id and q.state = 'departed')
        and f.org_unit in (";
    let tail = ") group by f.org_unit, n.worker";
    for (unit, worker, overdue) in among!(tx, (OrgUnitId, UserId, i64), sql, units, tail, late).await? {
        *stands.entry(unit).or_default().overdue.entry(worker).or_default() += overdue;
    }
    for (unit, awaited) in awaited(tx, units, "r.org_unit", "").await? {
        stands.entry(unit).or_default().awaited = awaited;
    }
    count_weeks(tx, units, today, &mut stands).await?;
    Ok(stands)
}

/// Files that have not come, of records of no family that is known: they are their workers' units'. There are hardly any, and
/// the journal says of none whose they are.
pub(super) async fn awaited_of_nobody(tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<Awaited, StoreError> {
    let mut sum = Awaited::default();
    for (_, more) in
        awaited(tx, units, "w.org_unit", " join app_user w on w.id = r.worker and r.org_unit is null").await?
    {
        sum.add(more);
    }
    Ok(sum)
}

async fn awaited(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    unit: &str,
    join: &str,
) -> Result<HashMap<OrgUnitId, Awaited>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct OfWorker {
        org_unit: OrgUnitId,
        worker: UserId,
        records: i64,
        files: i64,
        bytes: i64,
    }
    // From the unit's records to their files, not the other way round.
    let sql = format!(
        "select {unit} as org_unit, r.worker, count(distinct r.hash) as records, count(*) as files,
         cast(coalesce(sum(x.size), 0) as bigint) as bytes
         from record r{join} join evidence e on e.hash = r.hash join evidence_file x on x.evidence = e.evidence
         where x.state = 'expected' and r.verdict = 'accepted' and not r.superseded and {unit} in ("
    );
    let tail = format!(") group by {unit}, r.worker");
    let mut awaited: HashMap<OrgUnitId, Awaited> = HashMap::new();
    for row in among!(tx, OfWorker, &sql, units, &tail).await? {
        let OfWorker { org_unit, worker, records, files, bytes } = row;
        let more = Awaited { files, bytes, records: HashMap::from([(worker, records)]) };
        awaited.entry(org_unit).or_default().add(more);
    }
    Ok(awaited)
}

/// Days are summed up here: neither engine's weeks are the other's.
async fn count_weeks(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    today: NaiveDate,
    stands: &mut HashMap<OrgUnitId, Stands>,
) -> Result<(), JournalError> {
    let first = first_monday(today);
    let end = first + Days::new(7 * WEEKS as u64);
    let due = "select a.org_unit, a.due_on, count(*) from activity a
        where a.state not in ('cancelled', 'not_applicable', 'refused') and a.due_on >= $1 and a.due_on < $2
        and a.org_unit in (";
    let done = "select a.org_unit, a.done_on, count(*) from activity a
        where a.state in ('synced', 'reported', 'sys_confirmed', 'disputed') and a.record is not null
        and a.done_on >= $1 and a.done_on < $2 and a.org_unit in (";
    type OfDay = (OrgUnitId, NaiveDate, i64);
    let due = among!(tx, OfDay, due, units, ") group by a.org_unit, a.due_on", first, end).await?;
    let done = among!(tx, OfDay, done, units, ") group by a.org_unit, a.done_on", first, end).await?;
    let due = due.into_iter().map(|(unit, day, due)| (unit, day, InWeek { due, done: 0 }));
    let done = done.into_iter().map(|(unit, day, done)| (unit, day, InWeek { due: 0, done }));
    for (unit, day, more) in due.chain(done) {
        let at = usize::try_from((day - first).num_days() / 7).unwrap_or(WEEKS);
        if let Some(week) = stands.entry(unit).or_default().weeks.get_mut(at) {
            week.due += more.due;
            week.done += more.done;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_counted_before_something_new_came_is_not_kept() {
        let (one, other) = (OrgUnitId(uuid::Uuid::from_u128(1)), OrgUnitId(uuid::Uuid::from_u128(2)));
        let today = "2026-11-23".parse().unwrap();
        let counted = |families| {
            let stands = Stands { families, ..Stands::default() };
            HashMap::from([(one, stands.clone()), (other, stands)])
        };
        let families =
            |known: &Known| [one, other].map(|unit| known.units.get(&unit).map(|stands| stands.families));
        let mut known = Known::default();
        known.forget_all(10, today);
        known.keep(&counted(1), 10, today);
        assert_eq!(families(&known), [Some(1), Some(1)]);
        // While somebody counts in a snapshot of 10 facts, the journal goes on to 12 with something of one unit.
        known.forget(&[one], 12);
        known.keep(&counted(2), 10, today);
        assert_eq!(families(&known), [None, Some(2)]);
        known.keep(&counted(3), 12, today);
        assert_eq!(families(&known), [Some(3), Some(3)]);
        // All of them, or another day.
        known.forget_all(13, today);
        known.keep(&counted(4), 12, today);
        assert_eq!(families(&known), [None, None]);
        known.keep(&counted(5), 13, "2026-11-24".parse().unwrap());
        assert_eq!(families(&known), [None, None]);
        known.forget_all(9, "2026-11-24".parse().unwrap());
        assert_eq!((known.position, known.all_forgotten), (13, 13), "an older snapshot on another day");
    }

    #[test]
    fn totals_are_summed_up_and_forgotten_unit_by_unit() {
        let (one, other) = (OrgUnitId(uuid::Uuid::from_u128(1)), OrgUnitId(uuid::Uuid::from_u128(2)));
        let (units, today) = ([(one,), (other,)], "2026-11-23".parse().unwrap());
        let mut known = Known::default();
        known.forget_all(10, today);
        let mut sum = known.total(&units, Some("late"));
        assert_eq!((sum.all, sum.missing(), sum.next()), (0, 2, Some(other)));
        sum.take(other, EXACT + 1);
        assert_eq!((sum.next(), sum.missing()), (None, 0), "more is not needed");

        known.keep_totals("late".into(), &[(one, 0), (other, 7)], 10, today);
        let sum = known.total(&units, Some("late"));
        assert_eq!((sum.all, sum.some, sum.unknown), (7, vec![other], vec![]));
        assert_eq!(known.total(&units, Some("near")).missing(), 2, "another question");
        assert_eq!(known.total(&units, None).missing(), 2, "none at all");
        // While somebody counts in a snapshot of 10 facts, the journal goes on to 12 with something of one unit.
        known.forget(&[other], 12);
        known.keep_totals("late".into(), &[(other, 7)], 10, today);
        assert_eq!(known.total(&units, Some("late")).missing(), 1);
        known.keep_totals("late".into(), &[(other, 8)], 12, today);
        assert_eq!(known.total(&units, Some("late")).all, 8);
        known.forget_all(13, today);
        known.keep_totals("late".into(), &[(one, 1)], 12, today);
        known.keep_totals("late".into(), &[(one, 1)], 13, "2026-11-24".parse().unwrap());
        assert_eq!(known.total(&units, Some("late")).missing(), 2);
    }

    #[test]
    fn the_present_week_is_the_last_of_twelve() {
        let first = |day: &str| first_monday(day.parse().unwrap()).to_string();
        assert_eq!(first("2026-11-23"), "2026-09-07", "a Monday");
        assert_eq!(first("2026-11-29"), "2026-09-07", "a Sunday");
        assert_eq!(first("2026-11-30"), "2026-09-14");
    }
}
