//! Phones as the command line knows them: codes to enrol with, orders, revoking, the wrapped recovery key.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    enrol::{Invitation, code_from, code_hash},
    hash::from_b64,
    ids::{DeviceId, OrderId, UserId},
    journal::{Author, AuthorKind},
    jws::{Jws, SignError, Typ},
    order::{Order, OrderKind},
};

use crate::{
    all,
    chance::{self, Chance},
    config::{Config, Transport},
    exec,
    facts::{DeviceRevoked, EnrolCodeMade, Event, OrderIssued, OrderWithdrawn},
    journal::{self, Fact, JournalError},
    keys::Keys,
    one, opt,
    store::{StoreError, Tx},
    users::{self, UserError},
};

/// Why nothing was done about a phone.
#[derive(Debug, thiserror::Error)]
pub enum DeviceError {
    /// No such phone.
    #[error("there is no phone {0}")]
    Unknown(DeviceId),
    /// No such order to it.
    #[error("there is no order {0} to this phone")]
    UnknownOrder(OrderId),
    /// The order was done or taken back, or the phone has it already.
    #[error("the order was run or taken back, or the phone has it already")]
    OrderGone,
    /// The user may not work.
    #[error("the user is not active")]
    UserInactive,
    /// The phone has not handed in its wrapped key yet.
    #[error("the phone has not handed in a recovery key")]
    NoRecoveryKey,
    /// What it handed in is not base64url.
    #[error("the phone's recovery key is not readable")]
    RecoveryKeyUnreadable,
    /// The order could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The order could not be written down.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// See [`UserError`].
    #[error(transparent)]
    User(#[from] UserError),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A phone in the list.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, sqlx::FromRow)]
pub struct Listed {
    /// Its id.
    pub id: DeviceId,
    /// Log-in name of its worker.
    pub login: String,
    /// active or revoked.
    pub state: String,
    /// Model and system.
    pub platform: String,
    /// Program and version at enrolment.
    pub app: String,
    /// When it was enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// When it last got a token.
    pub seen_at: Option<DateTime<Utc>>,
}

/// Who decides about a phone, when and why.
#[derive(Clone, Copy, Debug)]
pub struct Deciding<'a> {
    /// The server's time.
    pub now: DateTime<Utc>,
    /// The user; none from the command line.
    pub by: Option<UserId>,
    /// Why. It stands in the journal for ever, so a word and no name.
    pub reason: Option<&'a str>,
}

impl Deciding<'_> {
    /// Decided at the command line, by whoever keeps the server.
    #[must_use]
    pub fn by_operator(now: DateTime<Utc>) -> Self {
        Self { now, by: None, reason: None }
    }

    fn author(&self) -> Author {
        self.by.map_or(Author::SYSTEM, |by| Author { kind: AuthorKind::User, id: Some(by.0) })
    }
}

/// A one-time code for `login`, good until `expires_at`; only its hash is kept.
///
/// # Errors
/// When there is no such active user.
pub async fn make_code(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    login: &str,
    valid: TimeDelta,
    by: Option<UserId>,
) -> Result<String, DeviceError> {
    journal::lock(tx).await?;
    let user = users::find(tx, login).await?;
    if !user.active {
        return Err(DeviceError::UserInactive);
    }
    let code = code_from(chance::bytes(chance));
    let made = EnrolCodeMade { code_hash: code_hash(&code), user: user.id, expires_at: now + valid, by };
    decide(tx, chance, Deciding { now, by, reason: None }, vec![Event::EnrolCodeMade(made)]).await?;
    Ok(code)
}

/// What the QR says. The pin goes in for the self-made certificate only: a public one is checked by its authority.
#[must_use]
pub fn invitation(config: &Config, keys: &Keys, code: String, now: DateTime<Utc>) -> Invitation {
    let pinned = config.transport == Transport::SelfSigned && config.public_url.starts_with("https:");
    Invitation {
        url: config.public_url.clone(),
        code,
        server_key: keys.public_key(),
        pin: pinned.then(|| keys.certificate().pin),
        time: now.timestamp(),
    }
}

/// All phones, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<Listed>, StoreError> {
    all!(
        tx,
        Listed,
        "select d.id, u.login, d.state, d.platform, d.app, d.enrolled_at, s.at as seen_at
         from device d join app_user u on u.id = d.worker left join device_seen s on s.device = d.id
         order by d.enrolled_at desc, d.id"
    )
    .await
}

/// From now on the phone delivers what it has and gets its orders, nothing else. A revoked one stays so.
///
/// # Errors
/// [`DeviceError::Unknown`].
pub async fn revoke(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Deciding<'_>,
    device: DeviceId,
) -> Result<(), DeviceError> {
    journal::lock(tx).await?;
    if state(tx, device).await? == "revoked" {
        return Ok(());
    }
    let reason = of.reason.unwrap_or_default().to_owned();
    decide(tx, chance, of, vec![Event::DeviceRevoked(DeviceRevoked { device, reason })]).await
}

/// Signs an order to a phone, good until `ends`. A lost phone is revoked in the same breath.
///
/// # Errors
/// [`DeviceError::Unknown`], or the key does not sign.
pub async fn order(
    tx: &mut Tx,
    chance: &dyn Chance,
    keys: &Keys,
    of: Deciding<'_>,
    device: DeviceId,
    kind: OrderKind,
    ends: DateTime<Utc>,
) -> Result<Order, DeviceError> {
    journal::lock(tx).await?;
    let state = state(tx, device).await?;
    let (last,) =
        one!(tx, (i64,), "select coalesce(max(serial), 0) from device_order where device = $1", device)
            .await?;
    let serial = u64::try_from(last).map_err(|_| StoreError::Damaged("a serial below zero".into()))? + 1;
    let order = Order {
        v: 1,
        order: OrderId::draw(of.now, chance::bytes(chance)),
        kind,
        device,
        serial,
        issued: of.now,
        ends,
        escrow: keys.bundle_recipient(),
    };
    let statement = Jws::sign(Typ::Order, serde_json::to_string(&order)?, keys.signer().as_ref())?;
    let reason = of.reason.map(str::to_owned);
    let issued = OrderIssued { order: order.order, device, serial, kind, statement, reason };
    let mut events = vec![Event::OrderIssued(issued)];
    if kind == OrderKind::Lost && state != "revoked" {
        let reason = of.reason.unwrap_or("lost").to_owned();
        events.push(Event::DeviceRevoked(DeviceRevoked { device, reason }));
    }
    decide(tx, chance, of, events).await?;
    Ok(order)
}

/// Takes an order back that the phone has not been told; in a store that was restored since, nobody knows what it was told.
/// What came with it stays: a phone that was given up for lost remains revoked.
///
/// # Errors
/// [`DeviceError::UnknownOrder`]; [`DeviceError::OrderGone`] when it was told, done or taken back.
pub async fn withdraw(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Deciding<'_>,
    device: DeviceId,
    order: OrderId,
) -> Result<(), DeviceError> {
    journal::lock(tx).await?;
    let sql = "select done_at is null and withdrawn_at is null and not exists (select 1 from journal j
         where j.kind = 'store.restored' and j.at >= o.issued_at) from device_order o where id = $1 and device = $2";
    let (open,) = opt!(tx, (bool,), sql, order, device).await?.ok_or(DeviceError::UnknownOrder(order))?;
    // Whoever tells it to the phone at this moment writes the same row: one of the two finds it there.
    let sql = "insert into order_told (id, at) values ($1, $2) on conflict do nothing";
    let untold = exec!(tx, sql, order, of.now).await? == 1;
    if !open || !untold {
        return Err(DeviceError::OrderGone);
    }
    exec!(tx, "delete from order_told where id = $1", order).await?;
    let reason = of.reason.map(str::to_owned);
    decide(tx, chance, of, vec![Event::OrderWithdrawn(OrderWithdrawn { order, device, reason })]).await
}

/// The phone's store key as an age file, to be opened with the recovery key on a machine that is offline.
///
/// # Errors
/// [`DeviceError::Unknown`], [`DeviceError::NoRecoveryKey`].
pub async fn recovery_key(tx: &mut Tx, device: DeviceId) -> Result<Vec<u8>, DeviceError> {
    let row = opt!(tx, (Option<String>,), "select recovery from device where id = $1", device).await?;
    let (wrapped,) = row.ok_or(DeviceError::Unknown(device))?;
    from_b64(&wrapped.ok_or(DeviceError::NoRecoveryKey)?).ok_or(DeviceError::RecoveryKeyUnreadable)
}

async fn state(tx: &mut Tx, device: DeviceId) -> Result<String, DeviceError> {
    let row = opt!(tx, (String,), "select state from device where id = $1", device).await?;
    row.map(|(state,)| state).ok_or(DeviceError::Unknown(device))
}

async fn decide(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Deciding<'_>,
    events: Vec<Event>,
) -> Result<(), DeviceError> {
    let author = of.author();
    let facts = events.into_iter().map(|event| Fact { author, ..Fact::by_system(event) }).collect();
    journal::append(tx, chance, of.now, facts).await?;
    Ok(())
}
