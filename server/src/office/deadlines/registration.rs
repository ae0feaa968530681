//! Temporary registrations that end (§31): from a month before their end, or eleven months after the year began, on. The day to
//! aim for is their own last one; late by the order is only what is longer than the year. A family that left is not asked for.

use std::collections::BTreeMap;

use chrono::{Months, NaiveDate};
use kandas_shared::{
    case,
    deadline::Clock,
    ids::{FamilyId, OrgUnitId},
};

use super::{Asked, Found};
use crate::{among, refusal::Outcome, store::Tx};

/// Those of a family that end on one day, together.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    type Row = (OrgUnitId, FamilyId, NaiveDate, NaiveDate, i64);
    // The warning begins a month before the end, and sooner only where the end is that of the year.
    let until = asked.today.checked_add_months(Months::new(2)).unwrap_or(asked.today);
    let sql = "select f.org_unit, f.id, r.year_from, r.until_day, count(*) from registration r
        join family f on f.id = r.family where r.is_current and r.kind = 'temporary' and r.until_day <= $1
        and not exists (select 1 from monitoring_departure d where d.family = f.id and d.refund <> 'withdrawn')
        and f.org_unit in (";
    let tail = ") group by f.org_unit, f.id, r.year_from, r.until_day";
    let mut found: BTreeMap<(FamilyId, NaiveDate, NaiveDate), Found> = BTreeMap::new();
    for (unit, family, from, until, count) in among!(tx, Row, sql, asked.keys(), tail, until).await? {
        if asked.today < case::warns_on(from, until) {
            continue;
        }
        let clock = Clock { starts_on: Some(from), target: Some(until), legal: case::year_end(from) };
        let subject = Some(family.0);
        found.insert((family, from, until), Found { subject, ..Found::of(unit, count, clock) });
    }
    Ok(found.into_values().collect())
}
