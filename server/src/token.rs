//! Tokens: the server hands out a nonce, the device signs it, and gets a bearer token for an hour.
//!
//! Expiry goes by the server's clock alone. Only the hash of a token is stored. What a token allows is decided when it
//! is used: a device that was revoked in between can hand in its work and fetch its orders, nothing else.

use std::{
    collections::HashMap,
    sync::{PoisonError, RwLock},
};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    enrol::{TokenPayload, token_from},
    hash::{Digest, Nonce},
    ids::{DeviceId, UserId},
    jws::{Jws, KeyId, PublicKey, Typ},
    order::Order,
    packed,
    problem::ProblemCode,
    wire::{ChainHead, NonceGrant, PhoneSettings, TokenGrant, TokenScope},
};

use crate::{
    all, chance, exec, journal,
    keys::RingVerifier,
    offer, opt, pin_reset,
    refusal::{Outcome, Refusal},
    rules::{Programme, RuleSet, Rules},
    state::AppState,
    store::{Store, Tx},
};

/// Who a token belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bearer {
    /// The device.
    pub device: DeviceId,
    /// Its worker.
    pub worker: UserId,
    /// The key it signs with.
    pub key: KeyId,
    /// What it may do now.
    pub scope: TokenScope,
}

/// Whose a token is: what does not change while it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// The device.
    pub device: DeviceId,
    /// Its worker.
    pub worker: UserId,
    /// The key it signs with.
    pub key: KeyId,
}

/// Whose the tokens are that came lately: a token belongs to one device until it runs out, so this cannot grow old. What
/// its bearer may do now can, and is not remembered.
#[derive(Debug, Default)]
pub struct Bearers(RwLock<HashMap<Digest, (Holder, DateTime<Utc>)>>);

impl Bearers {
    /// Most tokens that are remembered; then all are forgotten.
    const MOST: usize = 10_000;

    /// Whose token it is, whatever he may do with it.
    ///
    /// # Errors
    /// When it is unknown or has run out.
    pub async fn holder(&self, store: &Store, token: &str, now: DateTime<Utc>) -> Outcome<Holder> {
        let hash = Digest::of(token.as_bytes());
        let remembered = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&hash).cloned();
        if let Some((holder, expires_at)) = remembered
            && expires_at > now
        {
            return Ok(holder);
        }
        let (Bearer { device, worker, key, .. }, expires_at) = looked_up(store, hash, now).await?;
        let holder = Holder { device, worker, key };
        let mut remembered = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() >= Self::MOST {
            remembered.clear();
        }
        remembered.insert(hash, (holder.clone(), expires_at));
        Ok(holder)
    }
}

/// A nonce for a key. An unknown key gets one too: the answer tells nobody which devices exist.
///
/// # Errors
/// When the database does not answer.
pub async fn nonce(state: &AppState, kid: &KeyId) -> Outcome<NonceGrant> {
    // A thumbprint is 43 characters; anything longer is not worth a row.
    if kid.0.len() > 64 {
        return Err(Refusal::because(ProblemCode::BadRequest, "kid is not a thumbprint"));
    }
    let nonce = Nonce(chance::bytes(state.chance.as_ref()));
    let life = state.limits.nonce_life;
    let mut tx = state.store.write().await?;
    exec!(
        &mut tx,
        "insert into nonce (nonce, kid, expires_at) values ($1, $2, $3)",
        nonce.0.to_vec(),
        kid,
        state.clock.wall() + life
    )
    .await?;
    tx.commit().await?;
    Ok(NonceGrant { nonce, expires_in_s: seconds(life) })
}

/// A token is asked for, and the key that signed is the device's.
#[derive(Clone, Debug)]
pub struct Asked {
    kid: KeyId,
    device: Device,
    payload: TokenPayload,
    /// How many records the device has sealed of which none has come.
    pub brings: u64,
}

/// Reads who asks for a token.
///
/// # Errors
/// When the key is unknown or the signature does not verify.
pub async fn asked(state: &AppState, statement: &Jws) -> Outcome<Asked> {
    let kid = statement.kid(Typ::Token)?;
    let mut tx = state.store.read().await?;
    let device = Device::by_kid(&mut tx, &kid).await?.ok_or(ProblemCode::DeviceUnknown)?;
    let key = PublicKey::try_from(device.key.as_slice()).map_err(Refusal::fault)?;
    statement.verify(Typ::Token, &key, &RingVerifier)?;
    let payload: TokenPayload = serde_json::from_str(&statement.payload)
        .map_err(|_| Refusal::because(ProblemCode::MalformedJson, "the payload of the token statement"))?;
    if payload.v != 1 {
        return Err(ProblemCode::UnsupportedVersion.into());
    }
    if payload.device != device.id {
        return Err(ProblemCode::DeviceUnknown.into());
    }
    let known = chain_head(&mut tx, &payload).await?.map_or(0, |head| head.seq);
    Ok(Asked { kid, device, brings: payload.seq.saturating_sub(known), payload })
}

/// A token for a signed nonce, and whose it is; the nonce is gone afterwards.
///
/// # Errors
/// When the nonce was not handed out to this key.
pub async fn grant(state: &AppState, asked: Asked) -> Outcome<(DeviceId, TokenGrant)> {
    let Asked { kid, device, payload, .. } = asked;
    let now = state.clock.wall();
    let token = token_from(chance::bytes(state.chance.as_ref()));
    let mut tx = state.store.write().await?;
    let used = exec!(
        &mut tx,
        "delete from nonce where nonce = $1 and kid = $2 and expires_at > $3",
        payload.nonce.0.to_vec(),
        kid,
        now
    )
    .await?;
    if used == 0 {
        return Err(ProblemCode::NonceUnknown.into());
    }
    let scope = device.scope();
    exec!(
        &mut tx,
        "insert into token (hash, device, scope, expires_at) values ($1, $2, $3, $4)",
        Digest::of(token.as_bytes()),
        device.id,
        scope,
        now + state.limits.token_life
    )
    .await?;
    let app: String = payload.app.chars().take(100).collect();
    exec!(
        &mut tx,
        "insert into device_seen (device, at, app, chain, seq) values ($1, $2, $3, $4, $5)
         on conflict (device) do update set at = excluded.at, app = excluded.app, chain = excluded.chain,
         seq = excluded.seq",
        device.id,
        now,
        app,
        payload.chain,
        i64::try_from(payload.seq).unwrap_or(i64::MAX)
    )
    .await?;
    let checkpoint = journal::checkpoint(&mut tx, state.keys.signer().as_ref(), now).await?;
    let key_changes = key_changes(&mut tx, &device.server_kid).await?;
    let chain_head = chain_head(&mut tx, &payload).await?;
    let orders = orders(&mut tx, device.id, now).await?;
    let settings = phone_settings(&mut tx, civil_date(now)).await?;
    let pin_reset = match scope {
        TokenScope::Device => Some(pin_reset::for_token(&mut tx, &state.keys, device.id, now).await?),
        TokenScope::Escrow => None,
    };
    tx.commit().await?;
    let granted = TokenGrant {
        token,
        expires_in_s: seconds(state.limits.token_life),
        scope,
        checkpoint,
        key_changes,
        chain_head,
        orders,
        settings,
        worker: device.worker,
        pin_reset,
        newest_app: offer::newest(state).await,
        packed: packed::VERSION,
    };
    Ok((device.id, granted))
}

/// Who stands behind a token now.
///
/// # Errors
/// When it is unknown or has run out.
pub async fn bearer(store: &Store, token: &str, now: DateTime<Utc>) -> Outcome<Bearer> {
    Ok(looked_up(store, Digest::of(token.as_bytes()), now).await?.0)
}

async fn looked_up(store: &Store, hash: Digest, now: DateTime<Utc>) -> Outcome<(Bearer, DateTime<Utc>)> {
    let mut tx = store.read().await?;
    let row: Option<(DeviceId, UserId, KeyId, String, bool, DateTime<Utc>)> = opt!(
        &mut tx,
        (DeviceId, UserId, KeyId, String, bool, DateTime<Utc>),
        "select d.id, d.worker, d.kid, d.state, u.active, t.expires_at
         from token t join device d on d.id = t.device join app_user u on u.id = d.worker where t.hash = $1",
        hash
    )
    .await?;
    let (device, worker, key, state, active, expires_at) = row.ok_or(ProblemCode::Unauthorised)?;
    if expires_at <= now {
        return Err(ProblemCode::TokenExpired.into());
    }
    Ok((Bearer { device, worker, key, scope: scope(&state, active) }, expires_at))
}

/// Forgets nonces and tokens that have run out, and wrong guesses that no longer count.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(state: &AppState) -> Outcome<()> {
    let now = state.clock.wall();
    let mut tx = state.store.write().await?;
    exec!(&mut tx, "delete from nonce where expires_at <= $1", now).await?;
    exec!(&mut tx, "delete from token where expires_at <= $1", now).await?;
    exec!(&mut tx, "delete from enrol_attempt where last_at <= $1", now - state.limits.guess_window).await?;
    Ok(tx.commit().await?)
}

/// Settings that the organisation gives to its phones on a day: the setting `phone`, a JSON object, with what was said by
/// rules of the set [`RuleSet::Phone`] laid over it, and whether what is due on a day off moves.
///
/// # Errors
/// When the database does not answer or the setting is not readable.
pub async fn phone_settings(tx: &mut Tx, day: NaiveDate) -> Outcome<PhoneSettings> {
    let value: Option<(String,)> =
        opt!(tx, (String,), "select value from setting where name = 'phone'").await?;
    let settings = match value {
        Some((text,)) => serde_json::from_str(&text).map_err(Refusal::fault)?,
        None => PhoneSettings::default(),
    };
    let day_off_moves = Programme::read(tx, day).await?.day_off_moves;
    Ok(PhoneSettings { day_off_moves, ..Rules::read(tx, RuleSet::Phone).await?.over(settings, day) })
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Device {
    id: DeviceId,
    worker: UserId,
    key: Vec<u8>,
    state: String,
    server_kid: KeyId,
    active: bool,
}

impl Device {
    async fn by_kid(tx: &mut Tx, kid: &KeyId) -> Outcome<Option<Self>> {
        Ok(opt!(
            tx,
            Device,
            "select d.id, d.worker, d.key, d.state, d.server_kid, u.active
             from device d join app_user u on u.id = d.worker where d.kid = $1",
            kid
        )
        .await?)
    }

    fn scope(&self) -> TokenScope {
        scope(&self.state, self.active)
    }
}

/// A worker who has left still hands in what his phone holds.
fn scope(state: &str, worker_active: bool) -> TokenScope {
    if state == "active" && worker_active { TokenScope::Device } else { TokenScope::Escrow }
}

async fn key_changes(tx: &mut Tx, since: &KeyId) -> Outcome<Vec<Jws>> {
    let rows = all!(
        tx,
        (String,),
        "select statement from key_change
         where position >= (select position from key_change where old_kid = $1) order by position",
        since
    )
    .await?;
    rows.iter().map(|(text,)| serde_json::from_str(text).map_err(Refusal::fault)).collect()
}

async fn chain_head(tx: &mut Tx, of: &TokenPayload) -> Outcome<Option<ChainHead>> {
    let row: Option<(i64, Digest)> = opt!(
        tx,
        (i64, Digest),
        "select seq, hash from chain where device = $1 and chain = $2",
        of.device,
        of.chain
    )
    .await?;
    Ok(row.map(|(seq, hash)| ChainHead { chain: of.chain, seq: seq.unsigned_abs(), hash }))
}

/// Orders that are to be run. From here on they cannot be taken back ([`crate::devices::withdraw`] writes the same rows):
/// they are read after it is noted that they are told.
async fn orders(tx: &mut Tx, device: DeviceId, now: DateTime<Utc>) -> Outcome<Vec<Jws>> {
    exec!(
        tx,
        "insert into order_told (id, at) select id, $2 from device_order
         where device = $1 and done_at is null and withdrawn_at is null on conflict do nothing",
        device,
        now
    )
    .await?;
    let rows = all!(
        tx,
        (String,),
        "select statement from device_order where device = $1 and done_at is null and withdrawn_at is null
         order by serial",
        device
    )
    .await?;
    let mut orders = Vec::new();
    for (text,) in rows {
        let statement: Jws = serde_json::from_str(&text).map_err(Refusal::fault)?;
        let order: Order = serde_json::from_str(&statement.payload).map_err(Refusal::fault)?;
        if order.ends > now {
            orders.push(statement);
        }
    }
    Ok(orders)
}

fn seconds(life: std::time::Duration) -> u32 {
    u32::try_from(life.as_secs()).unwrap_or(u32::MAX)
}
