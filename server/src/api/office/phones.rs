//! A phone with everything that is known of it, and what is decided about it.

use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use kandas_shared::{
    ids::{DeviceId, OrderId},
    order::{OrderKind, PhoneAct, PhoneReason},
    problem::{Problem, ProblemCode},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::seat::Seat;
use crate::{
    access::{Action, Reading},
    api::body::Small as Body,
    office::{
        device::{self, Decision, Page},
        policy::Right,
    },
    refusal::Outcome,
    state::AppState,
};

/// Why something is decided about a phone.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = PhoneWhy)]
#[serde(deny_unknown_fields)]
pub struct Why {
    /// Stands in the journal for ever, so a word of a list.
    reason: PhoneReason,
}

/// An order to a phone.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = PhoneOrdered)]
#[serde(deny_unknown_fields)]
pub struct Ordered {
    /// What it shall do.
    kind: OrderKind,
    /// Why; stands in the journal for ever, so a word of a list.
    reason: PhoneReason,
}

/// A phone.
#[utoipa::path(get, path = "/api/phones/{phone}", tag = "people", params(("phone" = DeviceId, Path)), responses(
    (status = 200, body = Page),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn show(
    State(state): State<AppState>,
    seat: Seat,
    Path(phone): Path<DeviceId>,
) -> Outcome<Json<Page>> {
    let mut tx = state.store.read().await?;
    let unit = device::unit_of(&mut tx, phone).await?;
    drop(tx);
    let territory = seat.allow(&state, Right::Workers, unit).await?;
    let (user, now) = (&seat.0.user, state.clock.wall());
    let mut tx = state.store.read().await?;
    let page = device::of(&mut tx, user, &territory, phone, now).await?.ok_or(ProblemCode::NotFound)?;
    drop(tx);
    let about = Reading { device: Some(phone), ..Reading::default() };
    seat.note(&state, Action::Phone, about).await?;
    Ok(Json(page))
}

/// The phone may deliver what it has and nothing else.
#[utoipa::path(post, path = "/api/phones/{phone}/revoke", tag = "people", params(("phone" = DeviceId, Path)),
    request_body = Why, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn revoke(
    State(state): State<AppState>,
    seat: Seat,
    Path(phone): Path<DeviceId>,
    Body(why): Body<Why>,
) -> Outcome<StatusCode> {
    let act = PhoneAct::Revoke;
    decide(&state, &seat, phone, act, None, why.reason).await
}

/// Gives the phone an order; it runs it when it next speaks to the centre.
#[utoipa::path(post, path = "/api/phones/{phone}/orders", tag = "people", params(("phone" = DeviceId, Path)),
    request_body = Ordered, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn order(
    State(state): State<AppState>,
    seat: Seat,
    Path(phone): Path<DeviceId>,
    Body(ordered): Body<Ordered>,
) -> Outcome<StatusCode> {
    let act = match ordered.kind {
        OrderKind::Retire => PhoneAct::Retire,
        OrderKind::Lost => PhoneAct::Lost,
    };
    decide(&state, &seat, phone, act, None, ordered.reason).await
}

/// Takes back an order that the phone has not been told.
#[utoipa::path(post, path = "/api/phones/{phone}/orders/{order}/withdraw", tag = "people",
    params(("phone" = DeviceId, Path), ("order" = OrderId, Path)), request_body = Why, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn withdraw(
    State(state): State<AppState>,
    seat: Seat,
    Path((phone, order)): Path<(DeviceId, OrderId)>,
    Body(why): Body<Why>,
) -> Outcome<StatusCode> {
    decide(&state, &seat, phone, PhoneAct::Withdraw, Some(order), why.reason).await
}

async fn decide(
    state: &AppState,
    seat: &Seat,
    phone: DeviceId,
    act: PhoneAct,
    order: Option<OrderId>,
    reason: PhoneReason,
) -> Outcome<StatusCode> {
    let mut tx = state.store.read().await?;
    let unit = device::unit_of(&mut tx, phone).await?;
    drop(tx);
    seat.allow(state, Right::People, unit).await?;
    unit.ok_or(ProblemCode::NotFound)?;
    device::decide(state, phone, Decision { act, order, reason, by: seat.0.user.id }).await?;
    Ok(StatusCode::NO_CONTENT)
}
