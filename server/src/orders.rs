//! Orders that a device reports done.

use chrono::{DateTime, Utc};
use kandas_shared::{
    ids::{DeviceId, OrderId},
    problem::ProblemCode,
};

use crate::{
    enrol::by_device,
    facts::{Event, OrderDone},
    journal::{self, Fact},
    opt,
    refusal::Outcome,
    state::AppState,
};

/// The device has carried out its order; saying so again changes nothing.
///
/// # Errors
/// When the device has no such order.
pub async fn done(state: &AppState, device: DeviceId, order: OrderId) -> Outcome<()> {
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let row: Option<(Option<DateTime<Utc>>,)> = opt!(
        &mut tx,
        (Option<DateTime<Utc>>,),
        "select done_at from device_order where id = $1 and device = $2",
        order,
        device
    )
    .await?;
    let (done_at,) = row.ok_or(ProblemCode::OrderUnknown)?;
    if done_at.is_some() {
        return Ok(());
    }
    let event = Event::OrderDone(OrderDone { order, device });
    let fact = Fact { author: by_device(device), family: None, person: None, event };
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), state.clock.wall(), vec![fact]).await?;
    Ok(tx.commit().await?)
}
