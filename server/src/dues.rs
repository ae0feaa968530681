//! Due dates that follow what they were counted by (§33): a term that changes, a day of the calendar that does.
//!
//! What a plan names stays as it is; the store knows which due dates were counted (`activity.counted`). Where a term itself
//! changes, a day that a plan named and that is the very day of the term counts as its own, and so does none at all: that
//! is what an import leaves for a family in the quota where there was no term yet. Only what nobody has done moves:
//! whatever was done keeps the day it was measured by. A family that is not in the quota has no legal due date, before and
//! after. What moves stands in the fact of the change, one by one.

use chrono::NaiveDate;
use kandas_shared::{calendar::Calendar, ids::ActivityId, service::ServiceCode};

use crate::{
    all, among,
    facts::DuesMoved,
    store::{StoreError, Tx},
    terms::Terms,
};

/// What due dates are counted by.
#[derive(Clone, Copy, Debug)]
pub struct Counting<'a> {
    /// The terms of services.
    pub terms: &'a Terms,
    /// The working days.
    pub calendar: &'a Calendar,
}

impl Counting<'_> {
    fn due(self, service: ServiceCode, quota: NaiveDate) -> Option<NaiveDate> {
        self.terms.due(service, quota, self.calendar)
    }
}

/// What changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// The term of a service for families included from a day on, until the next value of that service begins.
    Term {
        /// Which service.
        service: ServiceCode,
        /// The first day of inclusion.
        from: NaiveDate,
        /// The last one, if another value follows.
        until: Option<NaiveDate>,
    },
    /// Days of the calendar.
    Days,
}

impl Change {
    /// The change of a service's term on a day.
    #[must_use]
    pub fn of_term(terms: &Terms, service: ServiceCode, from: NaiveDate) -> Self {
        let next = terms.values(service).map(|(day, _)| day).find(|day| *day > from);
        Self::Term { service, from, until: next.and_then(|day| day.pred_opt()) }
    }
}

/// Due dates of a service for families included on a day: what they are, and what they become.
type Pair = (ServiceCode, NaiveDate, Option<NaiveDate>, Option<NaiveDate>);

/// Which due dates would move, for families that were included on these days.
fn pairs(before: Counting<'_>, after: Counting<'_>, change: Change, quotas: &[NaiveDate]) -> Vec<Pair> {
    let services: Vec<ServiceCode> = match change {
        Change::Term { service, .. } => vec![service],
        Change::Days => {
            ServiceCode::ALL.iter().copied().filter(|of| before.terms.values(*of).next().is_some()).collect()
        }
    };
    let is_meant = |quota: &NaiveDate| match change {
        Change::Term { from, until, .. } => *quota >= from && until.is_none_or(|until| *quota <= until),
        Change::Days => true,
    };
    let mut pairs = Vec::new();
    for quota in quotas.iter().filter(|quota| is_meant(quota)) {
        for service in &services {
            let (was, due) = (before.due(*service, *quota), after.due(*service, *quota));
            // Beyond the calendar nothing is guessed: what it does not reach stays as it is when a day changes.
            if was != due && (change != Change::Days || (was.is_some() && due.is_some())) {
                pairs.push((*service, *quota, was, due));
            }
            // A plan without a date may have come before there was a term.
            if was.is_some() && due.is_some() && matches!(change, Change::Term { .. }) {
                pairs.push((*service, *quota, None, due));
            }
        }
    }
    pairs
}

/// Which open due dates a change moves, and where to; by day, the earliest first.
///
/// # Errors
/// When the database does not answer.
pub async fn moved(
    tx: &mut Tx,
    before: Counting<'_>,
    after: Counting<'_>,
    change: Change,
) -> Result<Vec<DuesMoved>, StoreError> {
    let sql = "select distinct quota_date from family where quota_date is not null order by quota_date";
    let quotas = all!(tx, (NaiveDate,), sql).await?;
    let quotas: Vec<NaiveDate> = quotas.into_iter().map(|(day,)| day).collect();
    let pairs = pairs(before, after, change, &quotas);
    // In this order on SQLite: families of a day of inclusion, then their activities.
    let head = "with asked (service, quota, was, due) as (";
    let tail = "), moved as (select distinct service, quota, was, due from asked)
        select moved.was, moved.due, a.id from moved cross join family f cross join activity a
        where f.quota_date = moved.quota and a.family = f.id and a.service = moved.service and a.state = 'planned'
        and a.due_on is not distinct from moved.was and (a.counted or $1)";
    let of_term = matches!(change, Change::Term { .. });
    Ok(together(among!(tx, Moving, head, pairs, tail, of_term).await?))
}

/// One due date: what it is, what it becomes, and of which activity.
pub type Moving = (Option<NaiveDate>, Option<NaiveDate>, ActivityId);

/// Those that move alike, together; by day, the earliest first.
#[must_use]
pub fn together(mut found: Vec<Moving>) -> Vec<DuesMoved> {
    found.sort_unstable();
    found.dedup();
    let mut moved: Vec<DuesMoved> = Vec::new();
    for (was, due, activity) in found {
        match moved.last_mut() {
            Some(last) if (last.was, last.due) == (was, due) => last.activities.push(activity),
            _ => moved.push(DuesMoved { was, due, activities: vec![activity] }),
        }
    }
    moved
}

/// How many due dates that are.
#[must_use]
pub fn count(moved: &[DuesMoved]) -> i64 {
    let count: usize = moved.iter().map(|of| of.activities.len()).sum();
    i64::try_from(count).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const S07: ServiceCode = ServiceCode::S07;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn terms(values: &[(&str, &str)]) -> Terms {
        Terms::of(values.iter().copied())
    }

    #[test]
    fn a_term_moves_what_it_gave_and_gives_what_waited_for_it() {
        let calendar = Calendar::shipped();
        let quotas = ["2026-10-30", "2026-11-02", "2026-11-30", "2026-12-01"].map(day);
        let of = |before: &[(&str, &str)], after: &[(&str, &str)], from: &str| {
            let (before, after) = (terms(before), terms(after));
            let change = Change::of_term(&after, S07, day(from));
            let with = |terms| Counting { terms, calendar };
            let with = (with(&before), with(&after));
            pairs(with.0, with.1, change, &quotas)
                .into_iter()
                .map(|(_, quota, was, due)| {
                    [Some(quota), was, due].map(|day| day.map_or("-".into(), |of| of.to_string()))
                })
                .collect::<Vec<_>>()
        };
        let row = |quota: &str, was: &str, due: &str| [quota, was, due].map(str::to_owned);
        let ten = ("term.S07.2026-11-01", "1");
        // Entered for the first time: only families included since, and only where there was no due date.
        assert_eq!(
            of(&[], &[ten], "2026-11-01"),
            [
                row("2026-11-02", "-", "2026-11-03"),
                row("2026-11-30", "-", "2026-12-01"),
                row("2026-12-01", "-", "2026-12-02"),
            ]
        );
        // Changed, with another value from December on: what it gave moves, what it never reached gets its day.
        let december = ("term.S07.2026-12-01", "5");
        assert_eq!(
            of(&[ten, december], &[("term.S07.2026-11-01", "2"), december], "2026-11-01"),
            [
                row("2026-11-02", "2026-11-03", "2026-11-04"),
                row("2026-11-02", "-", "2026-11-04"),
                row("2026-11-30", "2026-12-01", "2026-12-02"),
                row("2026-11-30", "-", "2026-12-02"),
            ]
        );
        // Taken back, or none by law: what it gave is gone, and nothing is invented.
        for none in [&[][..], &[("term.S07.2026-11-01", "none")][..]] {
            assert_eq!(
                of(&[ten], none, "2026-11-01"),
                [
                    row("2026-11-02", "2026-11-03", "-"),
                    row("2026-11-30", "2026-12-01", "-"),
                    row("2026-12-01", "2026-12-02", "-"),
                ]
            );
        }
        assert_eq!(of(&[], &[], "2026-11-01"), Vec::<[String; 3]>::new());
    }

    #[test]
    fn a_day_off_moves_the_terms_that_run_over_it() {
        let shipped = Calendar::shipped();
        let set = shipped.with_days([(day("2026-11-25"), false)]);
        let held = terms(&[("term.S07.2026-01-01", "3"), ("term.S08.2026-12-01", "3")]);
        let counting = |calendar| Counting { terms: &held, calendar };
        // A Friday, the day before the day off, the day itself, the day after it.
        let quotas = ["2026-11-20", "2026-11-24", "2026-11-25", "2026-11-26"].map(day);
        assert_eq!(
            pairs(counting(shipped), counting(&set), Change::Days, &quotas),
            [
                (S07, day("2026-11-20"), Some(day("2026-11-25")), Some(day("2026-11-26"))),
                (S07, day("2026-11-24"), Some(day("2026-11-27")), Some(day("2026-11-30"))),
            ]
        );
    }
}
