//! Who asks: the session behind the cookie, and whether the request came from our page.

use axum::{
    extract::FromRequestParts,
    http::{
        Method,
        header::{COOKIE, HeaderMap},
        request::Parts,
    },
};
use kandas_shared::{
    ids::{FamilyId, OrgUnitId},
    problem::ProblemCode,
};

use crate::{
    access::{self, Action, Reading},
    check::policy::{NotAllowed, Territory},
    office::{
        family,
        policy::{self, Right},
        session::{self, Session, Stage},
    },
    refusal::{Outcome, Refusal},
    state::AppState,
};

/// Name of the cookie. The prefix makes browsers refuse it unless it is secure, of this host alone and of the whole path.
pub const COOKIE_NAME: &str = "__Host-kandas";
/// Header with the word that only our page knows.
pub const CSRF_HEADER: &str = "kandas-csrf";

/// A session that is good for everything its user may do.
#[derive(Debug)]
pub struct Seat(pub Session);

/// A session, also one that is good for nothing but the second factor.
#[derive(Debug)]
pub struct Doorstep(pub Session);

impl FromRequestParts<AppState> for Doorstep {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Outcome<Self> {
        let token = token(&parts.headers).ok_or(ProblemCode::SessionOver)?;
        let session = session::of(&state.store, token, state.clock.wall()).await?;
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            let said = parts.headers.get(CSRF_HEADER).map(axum::http::HeaderValue::as_bytes);
            if said != Some(session.csrf.as_bytes()) || is_from_elsewhere(&parts.headers) {
                return Err(ProblemCode::NotFromThisPage.into());
            }
        }
        Ok(Self(session))
    }
}

impl FromRequestParts<AppState> for Seat {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Outcome<Self> {
        let Doorstep(session) = Doorstep::from_request_parts(parts, state).await?;
        match session.stage {
            Stage::Full => Ok(Self(session)),
            Stage::SecondFactor => Err(ProblemCode::SecondFactorNeeded.into()),
        }
    }
}

impl Seat {
    /// Whether the user may do this about something of `unit`, or of no unit; gives the units of the organisation.
    ///
    /// # Errors
    /// `forbidden`.
    pub async fn allow(&self, state: &AppState, right: Right, unit: Option<OrgUnitId>) -> Outcome<Territory> {
        let mut tx = state.store.read().await?;
        let territory = Territory::read(&mut tx).await?;
        policy::may(&self.0.user, right, unit, &territory).map_err(refused)?;
        Ok(territory)
    }

    /// Whether the user may do this about a family; gives the units of the organisation.
    ///
    /// # Errors
    /// `forbidden`; `not-found` for whoever sees all units, where there is no such family.
    pub async fn allow_family(&self, state: &AppState, right: Right, family: FamilyId) -> Outcome<Territory> {
        let mut tx = state.store.read().await?;
        let unit = family::unit_of(&mut tx, family).await?;
        drop(tx);
        let territory = self.allow(state, right, unit).await?;
        unit.ok_or(ProblemCode::NotFound)?;
        Ok(territory)
    }

    /// Whether the user's role has this right at all, wherever it reaches.
    #[must_use]
    pub fn has(&self, right: Right) -> bool {
        policy::rights(self.0.user.role).contains(&right)
    }

    /// Notes in the access log that the user reads this; `about` says about whom.
    ///
    /// # Errors
    /// When the database does not answer: then nothing may be shown.
    pub async fn note(&self, state: &AppState, action: Action, about: Reading) -> Outcome<()> {
        let reading = Reading { by: Some(self.0.user.id), ..about };
        Ok(access::note(&state.store, state.clock.wall(), action, reading).await?)
    }
}

/// Why not, as the client is told.
pub fn refused(why: NotAllowed) -> Refusal {
    match why {
        NotAllowed::Own => ProblemCode::OwnRecord.into(),
        NotAllowed::Inactive | NotAllowed::Role | NotAllowed::Elsewhere => {
            Refusal::because(ProblemCode::Forbidden, why.to_string())
        }
    }
}

/// Whether a browser says that another site sent the request.
#[must_use]
pub fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|site| site.to_str().ok());
    site.is_some_and(|site| site != "same-origin" && site != "none")
}

fn token(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers.get_all(COOKIE).iter().filter_map(|cookies| cookies.to_str().ok());
    cookies.flat_map(|cookies| cookies.split(';')).find_map(|cookie| {
        let (name, value) = cookie.split_once('=')?;
        (name.trim() == COOKIE_NAME).then_some(value.trim())
    })
}
