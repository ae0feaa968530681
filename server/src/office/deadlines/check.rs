//! Records that wait to be checked (§37). Neither the order nor a setting has a term for it: it waits.

use kandas_shared::deadline::Clock;

use super::{Asked, Found};
use crate::{office::queue, refusal::Outcome, store::Tx};

/// How many wait in these units for somebody else than who recorded them; exact up to 10,000, one more means that there are
/// more.
pub(super) async fn due(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let waiting = queue::unchecked(tx, asked.standing, &asked.keys(), asked.user.id, asked.now).await?;
    let unit = asked.units.first().copied().filter(|_| asked.single);
    Ok(vec![Found::of(unit, waiting, Clock::open(None))])
}
