//! Who is asking: the device behind a bearer token.

use axum::{
    extract::FromRequestParts,
    http::{header::AUTHORIZATION, request::Parts},
};
use kandas_shared::{problem::ProblemCode, wire::TokenScope};

use crate::{
    refusal::{Outcome, Refusal},
    state::AppState,
    token::{self, Bearer, Holder},
};

/// A device that may hand work in: enrolled, or revoked and emptying itself (scope `escrow`).
#[derive(Clone, Debug)]
pub struct Carrier(pub Bearer);

/// The device that brings records: whatever it may do now, it may do that.
#[derive(Clone, Debug)]
pub struct Bringer(pub Holder);

/// A device in full service.
#[derive(Clone, Debug)]
pub struct FieldDevice(pub Bearer);

impl FromRequestParts<AppState> for Carrier {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Outcome<Self> {
        Ok(Self(token::bearer(&state.store, token_of(parts)?, state.clock.wall()).await?))
    }
}

impl FromRequestParts<AppState> for Bringer {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Outcome<Self> {
        let now = state.clock.wall();
        Ok(Self(state.bearers.holder(&state.store, token_of(parts)?, now).await?))
    }
}

impl FromRequestParts<AppState> for FieldDevice {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Outcome<Self> {
        let Carrier(bearer) = Carrier::from_request_parts(parts, state).await?;
        match bearer.scope {
            TokenScope::Device => Ok(Self(bearer)),
            TokenScope::Escrow => Err(ProblemCode::ScopeEscrowOnly.into()),
        }
    }
}

fn token_of(parts: &Parts) -> Outcome<&str> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|v| v.to_str().ok()).unwrap_or_default();
    match header.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(token.trim()),
        _ => Err(ProblemCode::Unauthorised.into()),
    }
}
