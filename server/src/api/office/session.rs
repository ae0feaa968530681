//! Signing in and out, password, second factor.

use axum::{
    Json,
    extract::State,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CACHE_CONTROL, SET_COOKIE},
    },
    response::IntoResponse,
};
use chrono::{DateTime, Utc};
use kandas_shared::{
    ids::UserId,
    locale::Lang,
    problem::{Problem, ProblemCode},
    pulled::{OrgUnit, Role},
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::seat::{COOKIE_NAME, Doorstep, is_from_elsewhere};
use crate::{
    api::body::Small as Body,
    check::policy::Territory,
    office::{
        policy::{Right, rights},
        qr_svg,
        session::{self, Proof, Session, Stage},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// What somebody signs in with.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignIn {
    /// Log-in name.
    login: String,
    /// Password.
    password: String,
    /// Six digits of the second factor.
    #[serde(default)]
    code: Option<String>,
}

/// Who is here, and what he may do.
#[derive(Debug, Serialize, ToSchema)]
pub struct Me {
    /// His id.
    id: UserId,
    /// Log-in name.
    login: String,
    /// Name as shown.
    name: String,
    /// What he may do.
    role: Role,
    /// Language of screens.
    language: Lang,
    /// Where he works.
    unit: Option<OrgUnit>,
    /// What he may do, as doors ask it.
    rights: Vec<Right>,
    /// The second factor has to be set up before anything else.
    second_factor_to_set: bool,
    /// Whether he has a second factor.
    has_second_factor: bool,
    /// To be sent in `kandas-csrf` with everything that changes something.
    csrf: String,
    /// When the session ends in any case.
    ends_at: DateTime<Utc>,
    /// Time at the centre.
    now: DateTime<Utc>,
}

/// A second factor to be set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecondFactor {
    /// To be typed.
    secret: String,
    /// The same as QR, SVG.
    qr: String,
}

/// The first code of a second factor.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct FirstCode {
    /// Six digits.
    code: String,
}

/// Another password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPassword {
    /// The present one.
    old: String,
    /// At least twelve characters.
    new: String,
}

/// Signs in. The session lies in a cookie that no script can read.
#[utoipa::path(post, path = "/api/session", tag = "session", request_body = SignIn, responses(
    (status = 200, body = Me),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_in(
    State(state): State<AppState>,
    headers: HeaderMap,
    Body(sign_in): Body<SignIn>,
) -> Outcome<impl IntoResponse> {
    if is_from_elsewhere(&headers) {
        return Err(ProblemCode::NotFromThisPage.into());
    }
    let SignIn { login, password, code } = sign_in;
    let (token, session) = session::begin(&state, Proof { login, password, code }).await?;
    let cookie = cookie(&token, session::LIFE.num_seconds())?;
    Ok(([(SET_COOKIE, cookie)], Json(me(&state, session).await?)))
}

/// Who is here.
#[utoipa::path(get, path = "/api/session", tag = "session", responses(
    (status = 200, body = Me),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn who(State(state): State<AppState>, Doorstep(session): Doorstep) -> Outcome<Json<Me>> {
    Ok(Json(me(&state, session).await?))
}

/// Signs out.
#[utoipa::path(delete, path = "/api/session", tag = "session", responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn sign_out(
    State(state): State<AppState>,
    Doorstep(session): Doorstep,
) -> Outcome<impl IntoResponse> {
    session::end(&state.store, &session).await?;
    Ok((StatusCode::NO_CONTENT, [(SET_COOKIE, cookie("", 0)?)]))
}

/// Another password; the user's other sessions end.
#[utoipa::path(put, path = "/api/password", tag = "session", request_body = NewPassword, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn password(
    State(state): State<AppState>,
    Doorstep(session): Doorstep,
    Body(wanted): Body<NewPassword>,
) -> Outcome<StatusCode> {
    session::change_password(&state, &session, wanted.old, wanted.new).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Begins to set up the second factor: a secret that is told once.
#[utoipa::path(post, path = "/api/second-factor", tag = "session", responses(
    (status = 200, body = SecondFactor),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn second_factor(
    State(state): State<AppState>,
    Doorstep(session): Doorstep,
) -> Outcome<impl IntoResponse> {
    let secret = session::offer_second_factor(&state, &session).await?;
    let offered =
        SecondFactor { secret: secret.base32(), qr: qr_svg(&secret.uri(&session.user.login))? };
    Ok(([(CACHE_CONTROL, HeaderValue::from_static("no-store"))], Json(offered)))
}

/// The second factor counts from now on.
#[utoipa::path(put, path = "/api/second-factor", tag = "session", request_body = FirstCode, responses(
    (status = 204),
    (status = "4XX", body = Problem, content_type = "application/problem+json")))]
pub async fn confirm(
    State(state): State<AppState>,
    Doorstep(session): Doorstep,
    Body(first): Body<FirstCode>,
) -> Outcome<StatusCode> {
    session::confirm_second_factor(&state, &session, &first.code).await?;
    Ok(StatusCode::NO_CONTENT)
}

async fn me(state: &AppState, session: Session) -> Outcome<Me> {
    let mut tx = state.store.read().await?;
    let unit = Territory::read(&mut tx).await?.unit(session.user.org_unit).cloned();
    let user = session.user;
    Ok(Me {
        id: user.id,
        login: user.login,
        name: user.name,
        role: user.role,
        language: user.language,
        unit,
        rights: rights(user.role).to_vec(),
        second_factor_to_set: session.stage == Stage::SecondFactor,
        has_second_factor: session.has_second_factor,
        csrf: session.csrf,
        ends_at: session.ends_at,
        now: state.clock.wall(),
    })
}

fn cookie(token: &str, seconds: i64) -> Outcome<HeaderValue> {
    let text = format!("{COOKIE_NAME}={token}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={seconds}");
    HeaderValue::from_str(&text).map_err(Refusal::fault)
}
