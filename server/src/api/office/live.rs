//! What is new, as a stream of events: counts for the units of who listens, nothing of any case.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::HeaderMap,
    response::{
        IntoResponse as _, Response,
        sse::{Event, Sse},
    },
};
use futures_util::stream;
use kandas_shared::{
    ids::OrgUnitId,
    problem::{Problem, ProblemCode},
};
use tokio::{
    sync::{OwnedSemaphorePermit, broadcast},
    time::{Interval, MissedTickBehavior, interval},
};

use super::seat::Seat;
use crate::{
    check::policy::Territory,
    office::{
        live::{self, News, Told},
        policy::{self, Right},
        session::{self, Session},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// How often is looked whether the session still stands.
const CHECK: Duration = Duration::from_secs(3);
/// So many checks, then a sign of life, so that no proxy thinks the line dead.
const BEAT: u32 = 5;
/// So many checks, then the units of the organisation are read anew.
const UNITS: u32 = 20;

/// Tells what is new as it happens: events `news` with the JSON of a LiveNews and its position as id, from which a browser
/// that was cut off goes on (`Last-Event-ID`). The stream ends with the session.
#[utoipa::path(get, path = "/api/events", tag = "session", responses(
    (status = 200, content_type = "text/event-stream", body = Told),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn events(State(state): State<AppState>, seat: Seat, headers: HeaderMap) -> Outcome<Response> {
    let territory = seat.allow(&state, Right::Numbers, None).await?;
    let place = state.live.seat().ok_or_else(|| Refusal::later(ProblemCode::RateLimited, 60))?;
    let (receiver, from) = state.live.listen(&state).await?;
    let last = headers.get("last-event-id").and_then(|id| id.to_str().ok()).and_then(|id| id.parse().ok());
    let reach = policy::reach(&seat.0.user, &territory);
    // Who goes on from before is told what came in between; the hello says from where on is told.
    let mut hello = Told { position: from, ..Told::default() };
    if let Some(last) = last
        && let Some(news) = live::since(&state.store, last).await?
    {
        hello = news.told(reach.as_deref());
    }
    let mut checks = interval(CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    checks.reset();
    let listener = Listener {
        state,
        session: seat.0,
        reach,
        receiver,
        hello: Some(hello),
        checks,
        ticks: 0,
        _place: place,
    };
    Ok(Sse::new(stream::unfold(listener, Listener::next)).into_response())
}

/// Somebody who listens.
struct Listener {
    state: AppState,
    session: Session,
    reach: Option<Vec<OrgUnitId>>,
    receiver: broadcast::Receiver<std::sync::Arc<News>>,
    hello: Option<Told>,
    checks: Interval,
    ticks: u32,
    _place: OwnedSemaphorePermit,
}

impl Listener {
    /// The next event; none when the stream ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        if let Some(hello) = self.hello.take() {
            return Some((Ok(event(&hello).retry(Duration::from_secs(5))), self));
        }
        loop {
            let stopping = self.state.stopping.clone();
            tokio::select! {
                () = stopping.cancelled() => return None,
                news = self.receiver.recv() => {
                    let told = match news {
                        Ok(news) => news.told(self.reach.as_deref()),
                        Err(broadcast::error::RecvError::Lagged(_)) => Told { all: true, ..Told::default() },
                        Err(broadcast::error::RecvError::Closed) => return None,
                    };
                    if told.is_any() {
                        return Some((Ok(event(&told)), self));
                    }
                }
                _ = self.checks.tick() => {
                    self.ticks += 1;
                    if !self.may_listen().await {
                        return None;
                    }
                    if self.ticks.is_multiple_of(BEAT) {
                        return Some((Ok(Event::default().comment("")), self));
                    }
                }
            }
        }
    }

    /// Whether the session stands and its user may still listen. A database that does not answer ends the stream; the
    /// browser comes again.
    async fn may_listen(&mut self) -> bool {
        let stands = session::stands(&self.state.store, &self.session, self.state.clock.wall()).await;
        let Ok(Some(user)) = stands else { return false };
        let changed = (user.role, user.org_unit) != (self.session.user.role, self.session.user.org_unit);
        if !policy::rights(user.role).contains(&Right::Numbers) {
            return false;
        }
        self.session.user = user;
        if changed || self.ticks.is_multiple_of(UNITS) {
            let Ok(mut tx) = self.state.store.read().await else { return false };
            let Ok(territory) = Territory::read(&mut tx).await else { return false };
            self.reach = policy::reach(&self.session.user, &territory);
        }
        true
    }
}

fn event(told: &Told) -> Event {
    let text = serde_json::to_string(told).unwrap_or_default();
    let event = Event::default().event("news").data(text);
    // Without a place nothing can be gone on from.
    if told.position > 0 { event.id(told.position.to_string()) } else { event }
}
