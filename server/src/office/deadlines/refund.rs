//! Departures whose return of support nobody has taken up (§46): it goes by order 234, which has its own terms. Here it
//! waits.

use chrono::{DateTime, Utc};
use kandas_shared::{calendar::civil_date, deadline::Clock, ids::OrgUnitId};

use super::{Asked, Found};
use crate::{among, refusal::Outcome, store::Tx};

/// How many are flagged in each unit.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let sql = "select d.org_unit, count(*), min(d.at) from monitoring_departure d where d.refund = 'opened'
        and d.org_unit in (";
    let rows =
        among!(tx, (OrgUnitId, i64, DateTime<Utc>), sql, asked.keys(), ") group by d.org_unit").await?;
    let found = rows.into_iter().map(|(unit, count, first)| {
        let clock = Clock::open(Some(civil_date(first)));
        Found::of(unit, count, clock)
    });
    Ok(found.collect())
}
