//! Enrolment: a one-time code and a proof of possession make a phone known.
//!
//! A phone whose answer was lost may ask again with the same key and gets the same device. Wrong codes are counted per
//! address, so that nobody guesses; right ones end the count.

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use kandas_disk::point;
use kandas_shared::{
    calendar::civil_date,
    enrol::{EnrolPayload, code_hash},
    hash::{Digest, from_b64},
    ids::{DeviceId, UserId},
    journal::{Author, AuthorKind},
    jws::{Jws, PublicKey, Signer as _, Typ},
    problem::ProblemCode,
    pulled::{OrgUnit, User},
    wire::{Enrolled, RecoveryKey},
};

use crate::{
    chance, exec,
    facts::{DeviceEnrolled, Event, RecoveryKeyStored},
    journal::{self, Fact},
    keys::RingVerifier,
    one, opt,
    refusal::{Outcome, Refusal},
    rotate,
    state::AppState,
    store::Tx,
    token,
};

/// Longest description of a phone's model or program.
const LONGEST: usize = 200;

/// Makes a phone known.
///
/// # Errors
/// When the code is unknown, used or has run out, the key is known, or the proof does not hold.
pub async fn enrol(state: &AppState, statement: &Jws, from: Option<IpAddr>) -> Outcome<Enrolled> {
    let payload = read(statement)?;
    let source = source(from);
    let now = state.clock.wall();
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    check_guesses(state, &mut tx, &source, now).await?;
    let hash = code_hash(&payload.code);
    let code: Option<(UserId, DateTime<Utc>, Option<DeviceId>)> = opt!(
        &mut tx,
        (UserId, DateTime<Utc>, Option<DeviceId>),
        "select worker, expires_at, device from enrol_code where code_hash = $1",
        hash
    )
    .await?;
    let Some((worker, expires_at, used_by)) = code else {
        count_guess(state, &mut tx, &source, now).await?;
        tx.commit().await?;
        return Err(ProblemCode::EnrolCodeUnknown.into());
    };
    let holder: Option<(DeviceId,)> =
        opt!(&mut tx, (DeviceId,), "select id from device where kid = $1", payload.key.kid()).await?;
    let device = match (used_by, holder) {
        // Its first answer got lost.
        (Some(used_by), Some((holder,))) if used_by == holder => holder,
        (Some(_), _) => return Err(ProblemCode::EnrolCodeUsed.into()),
        (None, Some(_)) => return Err(ProblemCode::DeviceAlreadyEnrolled.into()),
        (None, None) if expires_at <= now => return Err(ProblemCode::EnrolCodeExpired.into()),
        (None, None) => {
            let device = DeviceId::draw(now, chance::bytes(state.chance.as_ref()));
            if !user(&mut tx, worker).await?.active {
                return Err(ProblemCode::WorkerInactive.into());
            }
            let event = Event::DeviceEnrolled(DeviceEnrolled {
                device,
                worker,
                key: payload.key,
                chain: payload.chain,
                platform: payload.platform,
                app: payload.app,
                code_hash: hash,
                server_kid: state.keys.public_key().kid(),
            });
            let fact = Fact { author: by_device(device), family: None, person: None, event };
            journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
            device
        }
    };
    exec!(&mut tx, "delete from enrol_attempt where source = $1", source).await?;
    let answer = answer(state, &mut tx, device, worker, now).await?;
    point!("enrol.before-commit");
    tx.commit().await?;
    point!("enrol.after-commit");
    Ok(answer)
}

/// Keeps a store's key, wrapped to the organisation's recovery recipient.
///
/// # Errors
/// When it is not base64url or too long.
pub async fn keep_recovery_key(state: &AppState, device: DeviceId, key: RecoveryKey) -> Outcome<()> {
    if key.wrapped.len() > state.limits.wrapped_key || from_b64(&key.wrapped).is_none_or(|key| key.is_empty())
    {
        return Err(Refusal::because(ProblemCode::BadRequest, "wrapped is not base64url of an age file"));
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (kept,): (Option<String>,) =
        one!(&mut tx, (Option<String>,), "select recovery from device where id = $1", device).await?;
    if kept.as_ref() == Some(&key.wrapped) {
        return Ok(());
    }
    let event = Event::RecoveryKeyStored(RecoveryKeyStored { device, wrapped: key.wrapped });
    let fact = Fact { author: by_device(device), family: None, person: None, event };
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), state.clock.wall(), vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// The device as the author of a fact.
pub(crate) fn by_device(device: DeviceId) -> Author {
    Author { kind: AuthorKind::Device, id: Some(device.0) }
}

fn read(statement: &Jws) -> Outcome<EnrolPayload> {
    let kid = statement.kid(Typ::Enrol)?;
    let unreadable =
        || Refusal::because(ProblemCode::MalformedJson, "the payload of the enrolment statement");
    // The key is read apart from the rest, because a bad key has a code of its own.
    let members: serde_json::Value = serde_json::from_str(&statement.payload).map_err(|_| unreadable())?;
    let key = members.get("key").and_then(|key| key.as_str()).ok_or_else(unreadable)?;
    let key: PublicKey = key.parse().map_err(|_| ProblemCode::KeyUnusable)?;
    if p256::PublicKey::from_sec1_bytes(&key.0).is_err() {
        return Err(ProblemCode::KeyUnusable.into());
    }
    if key.kid() != kid {
        return Err(ProblemCode::KeyUnknown.into());
    }
    statement.verify(Typ::Enrol, &key, &RingVerifier)?;
    if members.get("v").and_then(serde_json::Value::as_u64) != Some(1) {
        return Err(ProblemCode::UnsupportedVersion.into());
    }
    let payload: EnrolPayload = serde_json::from_str(&statement.payload).map_err(|_| unreadable())?;
    if payload.platform.chars().count() > LONGEST || payload.app.chars().count() > LONGEST {
        return Err(Refusal::because(ProblemCode::BadRequest, "platform or app is too long"));
    }
    Ok(payload)
}

async fn answer(
    state: &AppState,
    tx: &mut Tx,
    device: DeviceId,
    worker: UserId,
    now: DateTime<Utc>,
) -> Outcome<Enrolled> {
    let worker = user(tx, worker).await?;
    let org_unit = one!(
        tx,
        OrgUnit,
        "select id, parent, kind, kato, name_kk, name_ru from org_unit where id = $1",
        worker.org_unit
    )
    .await?;
    let head = journal::head(tx).await?;
    // One signer for the whole answer: the key may change at any moment. The announcements are read after it.
    let signer = state.keys.signer();
    let key_changes = rotate::announced(tx).await.map_err(|error| Refusal::fault(format!("{error:#}")))?;
    Ok(Enrolled {
        device,
        worker,
        org_unit,
        epoch: head.epoch,
        server_key: signer.public_key(),
        recovery_recipient: state.keys.recovery_recipient().to_owned(),
        bundle_recipient: state.keys.bundle_recipient(),
        checkpoint: journal::sign_checkpoint(&head, signer.as_ref(), now)?,
        key_changes,
        settings: token::phone_settings(tx, civil_date(now)).await?,
    })
}

async fn user(tx: &mut Tx, id: UserId) -> Outcome<User> {
    Ok(one!(
        tx,
        User,
        "select id, org_unit, login, role, name, language, active from app_user where id = $1",
        id
    )
    .await?)
}

/// An address as it is counted: its hash, for minutes.
fn source(from: Option<IpAddr>) -> String {
    let text = from.map_or_else(|| "unknown".to_owned(), |address| address.to_canonical().to_string());
    Digest::of(text.as_bytes()).to_string()
}

async fn check_guesses(state: &AppState, tx: &mut Tx, source: &str, now: DateTime<Utc>) -> Outcome<()> {
    let row: Option<(i64, DateTime<Utc>)> = opt!(
        tx,
        (i64, DateTime<Utc>),
        "select cast(failed as bigint), last_at from enrol_attempt where source = $1",
        source
    )
    .await?;
    match row {
        Some((failed, last_at)) if failed >= state.limits.guesses => {
            let wait = (last_at + state.limits.guess_window - now).num_seconds();
            match u32::try_from(wait) {
                Ok(wait) if wait > 0 => Err(Refusal::later(ProblemCode::EnrolCodeLocked, wait)),
                _ => Ok(()),
            }
        }
        _ => Ok(()),
    }
}

async fn count_guess(state: &AppState, tx: &mut Tx, source: &str, now: DateTime<Utc>) -> Outcome<()> {
    exec!(
        tx,
        "insert into enrol_attempt (source, failed, last_at) values ($1, 1, $2)
         on conflict (source) do update set last_at = excluded.last_at,
            failed = case when enrol_attempt.last_at <= $3 then 1 else enrol_attempt.failed + 1 end",
        source,
        now,
        now - state.limits.guess_window
    )
    .await?;
    metrics::counter!("kandas_enrol_codes_wrong_total").increment(1);
    Ok(())
}
