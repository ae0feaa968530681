//! How each unit stands, kept in memory and counted anew only where something has changed: the numbers of a whole country
//! are the sums of its units, of which between two looks few have changed.
//!
//! Counters in the database would not do it. By unit, service, day and state there would be nearly as many of them as
//! activities, so that summing them up costs what counting does, and each record would have to move two. So an index holds
//! what is counted, the journal says which units had something new, and these alone are counted again.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Datelike as _, Days, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, UserId},
    service::ServiceCode,
};
use tokio::sync::Mutex;

use super::{
    deadlines::counted::{self, Counted},
    family, monitoring,
    overview::Count,
};
use crate::{
    all, among,
    journal::{self, JournalError},
    store::Tx,
};

/// Whoever is so many facts behind counts everything.
const MOST: i64 = 20_000;
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
    /// Families of which no record came for twelve months, or ever.
    pub unvisited: i64,
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
}

impl Stands {
    /// Both together, without what has a clock: that is looked at unit by unit.
    pub(super) fn add(&mut self, more: Self) {
        self.families += more.families;
        self.unvisited += more.unvisited;
        self.unanswered += more.unanswered;
        self.missed += more.missed;
        for (service, count) in more.services {
            let sum = self.services.entry(service).or_default();
            *sum = sum.and(count);
        }
        for (worker, overdue) in more.overdue {
            *self.overdue.entry(worker).or_default() += overdue;
        }
        for (sum, week) in self.weeks.iter_mut().zip(more.weeks) {
            sum.due += week.due;
            sum.done += week.done;
        }
    }
}

/// What this process knows.
#[derive(Debug, Default)]
pub struct Standing(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    /// Facts up to here are counted in.
    position: i64,
    /// The day it was counted for.
    today: NaiveDate,
    units: HashMap<OrgUnitId, Stands>,
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
        let mut known = self.0.lock().await;
        let is_newest = known.forget_changed(tx, today).await?;
        let missing: Vec<(OrgUnitId,)> =
            units.iter().filter(|unit| !known.units.contains_key(unit)).map(|unit| (*unit,)).collect();
        let counted = if missing.is_empty() { HashMap::new() } else { count(tx, &missing, now).await? };
        let of = |unit: &OrgUnitId| known.units.get(unit).or_else(|| counted.get(unit)).cloned();
        let found = units.iter().map(|unit| (*unit, of(unit).unwrap_or_default())).collect();
        // What an older snapshot counts is not kept beside what is newer: nobody would count it again.
        if is_newest {
            known.units.extend(counted);
        }
        Ok(found)
    }
}

impl Known {
    /// Forgets the units of which there is something new; says whether nobody has seen more than this snapshot.
    async fn forget_changed(&mut self, tx: &mut Tx, today: NaiveDate) -> Result<bool, JournalError> {
        let size = i64::try_from(journal::size(tx).await?).unwrap_or(i64::MAX);
        if self.today != today || size - self.position > MOST {
            *self = Self { position: size, today, units: HashMap::new() };
            return Ok(true);
        }
        // Somebody else's snapshot may be newer than this one: then so is what is known.
        if size <= self.position {
            return Ok(size == self.position);
        }
        let sql = "select distinct case when j.kind in ('family.set', 'person.set', 'assignment.set', 'subject.erased')
            then null else f.org_unit end as unit
            from journal j left join family f on f.id = j.family
            where j.position > $1 and j.position <= $2 and (j.family is not null or j.kind like '%.set')
            and j.kind <> 'plan.row_drafted'";
        for (unit,) in all!(tx, (Option<OrgUnitId>,), sql, self.position, size).await? {
            match unit {
                Some(unit) => drop(self.units.remove(&unit)),
                // Where a family was before, the journal does not say.
                None => self.units.clear(),
            }
        }
        self.position = size;
        Ok(true)
    }
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
        cast(sum(case when a.state = 'planned' and a.due_on >= $1 and a.due_on <= $2 then 1 else 0 end) as bigint)
         as soon,
        cast(sum(case when a.state = 'planned' and a.due_on < $1 then 1 else 0 end) as bigint) as overdue
        from activity a where a.org_unit in (";
    for row in among!(tx, OfService, sql, units, ") group by a.org_unit, a.service", late, soon).await? {
        let OfService { org_unit, service, planned, done, soon, overdue } = row;
        let unit = stands.entry(org_unit).or_default();
        unit.services.insert(service, Count { planned, done, soon, overdue });
    }
    let sql = "select f.org_unit, count(*), cast(sum(case when exists
        (select 1 from record r where r.family = f.id and r.received_at > $1) then 0 else 1 end) as bigint)
        from family f where f.org_unit in (";
    let tail = ") group by f.org_unit";
    for (unit, families, unvisited) in
        among!(tx, (OrgUnitId, i64, i64), sql, units, tail, family::a_year_before(now)).await?
    {
        let unit = stands.entry(unit).or_default();
        (unit.families, unit.unvisited) = (families, unvisited);
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
    let sql = "select a.org_unit, n.worker, count(*) from activity a join assignment n on n.family = a.family
        where n.is_open and a.state = 'planned' and a.due_on < $1 and a.org_unit in (";
    let tail = ") group by a.org_unit, n.worker";
    for (unit, worker, overdue) in among!(tx, (OrgUnitId, UserId, i64), sql, units, tail, late).await? {
        *stands.entry(unit).or_default().overdue.entry(worker).or_default() += overdue;
    }
    count_weeks(tx, units, today, &mut stands).await?;
    Ok(stands)
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
    fn the_present_week_is_the_last_of_twelve() {
        let first = |day: &str| first_monday(day.parse().unwrap()).to_string();
        assert_eq!(first("2026-11-23"), "2026-09-07", "a Monday");
        assert_eq!(first("2026-11-29"), "2026-09-07", "a Sunday");
        assert_eq!(first("2026-11-30"), "2026-09-14");
    }
}
