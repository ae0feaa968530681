//! Forgotten PINs: a supervisor lets a worker choose a new one for the screens of his phone.
//!
//! The phone shows a number, the supervisor says who he is talking to and reads the code out; the phone also hears it with
//! its next token. Each is a fact. Nothing is kept but who let whom: the code follows from number, phone and a key of the
//! store ([`kandas_shared::pin_reset`]).

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    hash::b64,
    ids::{DeviceId, OrgUnitId, UserId},
    journal::{Author, AuthorKind},
    pin_reset::{code, digits},
    pulled::{Role, User},
    wire::{PinGrant, PinReset},
};

use crate::{
    all,
    chance::Chance,
    check::policy::{CHECKING, NotAllowed, Territory},
    facts::{Event, PinResetGranted},
    journal::{self, Fact, JournalError},
    keys::Keys,
    one, opt,
    store::{StoreError, Tx},
};

/// Codes that a phone is given within [`WINDOW`].
const MOST: i64 = 5;
/// See [`MOST`]; a code also travels with the phone's tokens for so long.
const WINDOW: TimeDelta = TimeDelta::days(1);

/// Why no code was given.
#[derive(Debug, thiserror::Error)]
pub enum PinResetError {
    /// No such phone.
    #[error("there is no phone {0}")]
    UnknownDevice(DeviceId),
    /// No such user.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// It was revoked.
    #[error("the phone is revoked")]
    Revoked,
    /// The number is none that a phone shows.
    #[error("the number that the phone shows has eight digits")]
    Challenge,
    /// Too many.
    #[error("this phone was given {MOST} codes within a day: look into it before the next one")]
    TooMany,
    /// See [`NotAllowed`].
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Gives the code for the number that a phone shows.
///
/// # Errors
/// See [`PinResetError`].
pub async fn grant(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    keys: &Keys,
    device: DeviceId,
    challenge: &str,
    by: UserId,
) -> Result<String, PinResetError> {
    let challenge = digits(challenge).ok_or(PinResetError::Challenge)?;
    let locked = journal::lock(tx).await?;
    let sql = "select d.worker, d.state, u.org_unit from device d join app_user u on u.id = d.worker where d.id = $1";
    let found = opt!(tx, (UserId, String, OrgUnitId), sql, device).await?;
    let (worker, state, unit) = found.ok_or(PinResetError::UnknownDevice(device))?;
    if state != "active" {
        return Err(PinResetError::Revoked);
    }
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let by = opt!(tx, User, sql, by).await?.ok_or(PinResetError::UnknownUser(by))?;
    may_reset(&by, worker, unit, &Territory::read(tx).await?)?;
    let sql = "select count(*) from pin_reset where device = $1 and at > $2";
    let (given,) = one!(tx, (i64,), sql, device, now - WINDOW).await?;
    if given >= MOST {
        return Err(PinResetError::TooMany);
    }
    let right = code(&keys.pin_secret(device), device, &challenge);
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    let event = Event::PinResetGranted(PinResetGranted { device, challenge, by: by.id });
    journal::append_locked(tx, locked, chance, now, vec![Fact { author, family: None, person: None, event }])
        .await?;
    Ok(right)
}

/// Whoever checks a worker's records may, and an administrator; nobody for himself.
fn may_reset(by: &User, worker: UserId, unit: OrgUnitId, territory: &Territory) -> Result<(), NotAllowed> {
    if !by.active {
        return Err(NotAllowed::Inactive);
    }
    if by.id == worker {
        return Err(NotAllowed::Own);
    }
    if by.role == Role::Admin {
        return Ok(());
    }
    if !CHECKING.contains(&by.role) {
        return Err(NotAllowed::Role);
    }
    if territory.covers(by.org_unit, unit) { Ok(()) } else { Err(NotAllowed::Elsewhere) }
}

/// What a phone is told with its token.
///
/// # Errors
/// When the database does not answer.
pub async fn for_token(
    tx: &mut Tx,
    keys: &Keys,
    device: DeviceId,
    now: DateTime<Utc>,
) -> Result<PinReset, StoreError> {
    let secret = keys.pin_secret(device);
    let sql = "select challenge from pin_reset where device = $1 and at > $2 order by position desc";
    let granted = all!(tx, (String,), sql, device, now - WINDOW).await?;
    let granted = granted
        .into_iter()
        .map(|(challenge,)| PinGrant { code: code(&secret, device, &challenge), challenge })
        .collect();
    Ok(PinReset { secret: b64(&secret), granted })
}
