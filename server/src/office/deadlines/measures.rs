//! Measures about a conclusion (§51): the local executive body considers it within a month from its receipt, target and
//! legal date.

use chrono::{DateTime, Utc};
use kandas_shared::{assessment::consider_by, calendar::civil_date, deadline::Clock, ids::OrgUnitId};

use super::{Asked, Found};
use crate::{all, office::policy::is_everywhere, refusal::Outcome, store::Tx};

/// Bodies that have a conclusion and have not said what they did: the user's own, or all of them.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let sql = "select b.org_unit, c.quarter, b.received_at from conclusion_body b
        join conclusion c on c.id = b.conclusion where b.measured_at is null and c.state = 'forwarded'
        order by c.quarter, b.org_unit";
    let rows = all!(tx, (OrgUnitId, String, DateTime<Utc>), sql).await?.into_iter();
    let everywhere = is_everywhere(asked.user.role);
    let asked_for = |body: &OrgUnitId| !asked.single || asked.units.contains(body);
    let seen = rows.filter(|(body, ..)| asked_for(body) && (everywhere || *body == asked.user.org_unit));
    let found = seen.map(|(body, quarter, received_at)| {
        let received = civil_date(received_at);
        let clock = match consider_by(&asked.calendar, received) {
            Ok(due) => Clock::named(Some(received), due),
            Err(_) => Clock::open(Some(received)),
        };
        Found::of(body, 1, clock).in_period(quarter)
    });
    Ok(found.collect())
}
