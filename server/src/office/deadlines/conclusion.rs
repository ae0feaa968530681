//! The conclusion of a quarter (§50): by the 25th to the authorised body, target and legal date. For sending it on the order
//! names no term (§51, A-32).

use chrono::{DateTime, Utc};
use kandas_shared::{assessment::ConclusionState, calendar::civil_date, deadline::Clock, ids::OrgUnitId};

use super::{
    Asked, Found,
    assessment::{assessed, clock, conclusions},
};
use crate::{all, refusal::Outcome, store::Tx};

/// Quarters whose conclusion was not sent, the running one among them. Without a centre that is assessed there is nothing to
/// conclude.
pub(super) async fn unsent(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    if asked.single || assessed(asked).is_empty() {
        return Ok(Vec::new());
    }
    let unsent = conclusions(tx, asked).await?.into_iter();
    let unsent = unsent.filter(|(_, state)| !state.is_some_and(ConclusionState::is_sent));
    let found = unsent.map(|(quarter, _)| {
        Found::of(None::<OrgUnitId>, 1, clock(asked, quarter, |clocks| clocks.conclusion)).in_period(quarter)
    });
    Ok(found.collect())
}

/// Conclusions that lie before the authorised body.
pub(super) async fn sent(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    if asked.single {
        return Ok(Vec::new());
    }
    let sql = "select quarter, sent_at from conclusion where state = 'sent' order by quarter";
    let rows = all!(tx, (String, Option<DateTime<Utc>>), sql).await?;
    let found = rows.into_iter().map(|(quarter, sent_at)| {
        let clock = Clock::open(sent_at.map(civil_date));
        Found::of(None::<OrgUnitId>, 1, clock).in_period(quarter)
    });
    Ok(found.collect())
}
