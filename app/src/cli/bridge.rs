//! `bridge`: the screens in a desktop browser, over loopback. For trying the phone by hand, for a desk without a phone,
//! and for the tests of the screens.
//!
//! The same calls as in the app go over HTTP; the loop that talks to the centre runs in this process. Who may come in is
//! decided in [`door`]; the files of the screens are in [`screens`], pictures and videos in [`files`].

use std::{convert::Infallible, net::Ipv4Addr, sync::Arc};

use anyhow::Context as _;
use axum::{
    Json, Router,
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
    middleware,
    response::{
        IntoResponse, Response,
        sse::{KeepAlive, Sse},
    },
    routing::{get, post},
};
use futures_util::{Stream, stream};
use kandas_app::{
    app::App,
    face::{
        Face,
        call::{Problem, ProblemWord, Request},
        view::Event,
    },
};
use serde_json::json;
use tokio::{net::TcpListener, sync::broadcast::error::RecvError};

use self::{door::Door, screens::Screens};
use super::{Bridge, Ending, say::Voice};

mod door;
mod files;
mod screens;

/// Bytes of a call; a draft's texts are far below.
const CALL_LIMIT: usize = 1024 * 1024;

/// What every request needs.
#[derive(Clone)]
pub(crate) struct Desk {
    face: Face,
    door: Arc<Door>,
    screens: Arc<Screens>,
}

pub async fn bridge(app: &App, ask: &Bridge, voice: &Voice) -> anyhow::Result<Ending> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, ask.port)).await.context("the port")?;
    let address = listener.local_addr()?;
    let door = Arc::new(Door::new(address, &*app.platform().chance));
    let screens = Arc::new(Screens::new(ask.screens.clone())?);
    let url = format!("http://{address}/?token={}", door.token());
    if voice.json {
        voice.document(&json!({"url": url, "screens": screens.are_built()}))?;
    } else {
        voice.line(&url);
    }
    let face = Face::new(app.clone()).await?;
    let router = router(Desk { face: face.clone(), door, screens });
    // Ending at any moment is fine: what was answered is on the disk.
    tokio::select! {
        served = axum::serve(listener, router) => served?,
        () = face.keep_sending() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    Ok(Ending::Done)
}

/// All routes.
fn router(desk: Desk) -> Router {
    let api = Router::new()
        .route("/call", post(call).layer(DefaultBodyLimit::max(CALL_LIMIT)))
        .route("/draft/{draft}/evidence", post(files::bring))
        .route("/evidence/{evidence}/{part}", get(files::show))
        .route("/leftover/{*name}", get(files::show_leftover))
        .route("/events", get(events))
        .route("/diagnostics", get(diagnostics))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(middleware::from_fn_with_state(desk.clone(), door::only_with_cookie));
    Router::new()
        .nest("/api", api)
        .fallback(screens::screen)
        .layer(middleware::from_fn_with_state(desk.clone(), door::keep))
        .with_state(desk)
}

async fn call(State(desk): State<Desk>, headers: HeaderMap, body: Bytes) -> Response {
    // A form of another page can send text, never JSON.
    let is_json = headers
        .get(header::CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .is_some_and(|kind| kind.split(';').next().unwrap_or_default().trim() == "application/json");
    if !is_json {
        return refuse(Problem::new(ProblemWord::BadRequest, "a call is application/json"));
    }
    let request: Request = match serde_json::from_slice(&body) {
        Ok(request) => request,
        Err(error) => return refuse(Problem::new(ProblemWord::BadRequest, &error.to_string())),
    };
    match desk.face.dispatch(request).await {
        Ok(view) => Json(view).into_response(),
        Err(problem) => refuse(problem),
    }
}

/// A problem with its status.
fn refuse(problem: Problem) -> Response {
    let status = match problem.problem {
        ProblemWord::Locked | ProblemWord::LeaseOver | ProblemWord::NotEnrolled => StatusCode::FORBIDDEN,
        ProblemWord::Unknown => StatusCode::NOT_FOUND,
        ProblemWord::NotNow => StatusCode::CONFLICT,
        ProblemWord::BadRequest => StatusCode::BAD_REQUEST,
        ProblemWord::Unavailable => StatusCode::NOT_IMPLEMENTED,
        ProblemWord::Fault | ProblemWord::KeyForgotten => StatusCode::INTERNAL_SERVER_ERROR,
    };
    (status, Json(problem)).into_response()
}

async fn events(
    State(desk): State<Desk>,
) -> Sse<impl Stream<Item = Result<axum::response::sse::Event, Infallible>>> {
    let events = stream::unfold(desk.face.watch(), |mut watch| async move {
        let event = match watch.recv().await {
            Ok(event) => event,
            Err(RecvError::Lagged(_)) => Event::Missed,
            Err(RecvError::Closed) => return None,
        };
        let text = serde_json::to_string(&event).unwrap_or_else(|_| r#"{"event":"missed"}"#.to_owned());
        Some((Ok(axum::response::sse::Event::default().data(text)), watch))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

async fn diagnostics(State(desk): State<Desk>) -> Response {
    let log = match desk.face.diagnostics(Some(5_000)).await {
        Ok(log) => log,
        Err(problem) => return refuse(problem),
    };
    let kind = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "inline; filename=\"kandas-field.log\""),
    ];
    (kind, log.to_text()).into_response()
}
