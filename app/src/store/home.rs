//! Who this phone is: typed values under a key each, and the server's time as far as it is known.

use std::{fmt::Display, str::FromStr};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{time::Clock, wire::PhoneSettings};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{StoreError, json, to_json};

/// Id of this device; missing until enrolment.
pub const DEVICE: &str = "device";
/// Id of the worker it belongs to.
pub const WORKER: &str = "worker";
/// Base URL of the server.
pub const SERVER_URL: &str = "server_url";
/// The server's present signing key.
pub const SERVER_KEY: &str = "server_key";
/// SHA-256 of the server's certificate; missing when it is publicly trusted or plain http on loopback.
pub const SERVER_PIN: &str = "server_pin";
/// The server's present epoch.
pub const EPOCH: &str = "epoch";
/// age recipient of the organisation's recovery key.
pub const RECOVERY_RECIPIENT: &str = "recovery_recipient";
/// age recipient for bundles of unsent work.
pub const BUNDLE_RECIPIENT: &str = "bundle_recipient";
/// Settings of the organisation, JSON of [`PhoneSettings`].
pub const SETTINGS: &str = "settings";
/// JSON of [`SignedTime`].
pub const SIGNED_TIME: &str = "signed_time";
/// Thumbprint of the device key this store was made with.
pub const DEVICE_KID: &str = "device_kid";
/// age recipient of the vault key this store was made with.
pub const VAULT_RECIPIENT: &str = "vault_recipient";
/// Whether the wrapped store key lies with the server (`yes`).
pub const RECOVERY_STORED: &str = "recovery_stored";
/// Set when an order has wiped this home: `keys` while its keys have still to be destroyed, then `yes`.
pub const WIPED: &str = "wiped";
/// The order under way, JSON.
pub const ORDER: &str = "order";
/// See [`WIPED`].
pub const KEYS_LEFT: &str = "keys";
/// Whether the device was revoked (`escrow`) or may do everything (`device`).
pub const TOKEN_SCOPE: &str = "token_scope";

/// The worker's choice of language for the screens.
pub const SCREEN_LANGUAGE: &str = "screen_language";
/// The worker's choice of theme.
pub const SCREEN_THEME: &str = "screen_theme";
/// Hash of the PIN that locks the screens.
pub const PIN: &str = "pin";
/// Wrong tries of it, JSON.
pub const PIN_TRIES: &str = "pin_tries";
/// What the phone and the centre share for a forgotten PIN, base64url.
pub const PIN_SECRET: &str = "pin_secret";
/// The number for a forgotten PIN that is shown, JSON.
pub const PIN_RESET: &str = "pin_reset";
/// The newest program that the centre offers, JSON.
pub const NEWEST_APP: &str = "newest_app";
/// Set (`yes`) while the worker has paused sending.
pub const SYNC_PAUSED: &str = "sync_paused";
/// Ids of what came back for rework and was seen, JSON.
pub const RETURNS_SEEN: &str = "returns_seen";
/// Records set aside at the centre of which the worker has read that they were, as a list of identities.
pub const ASIDE_SEEN: &str = "aside_seen";
/// Whether the worker is reminded while the app is closed: `on` (so it is without the row) or `off`.
pub const REMINDERS: &str = "reminders";
/// What the worker was reminded of, JSON.
pub const REMINDED: &str = "reminded";
/// What the worker has said of the link: `yes`, it costs by the byte, or `no`.
pub const LINK_METERED: &str = "link_metered";

/// The text under a key.
///
/// # Errors
/// When the store fails.
pub async fn text(conn: &mut SqliteConnection, key: &str) -> Result<Option<String>, StoreError> {
    Ok(sqlx::query_scalar("select value from home where key = $1").bind(key).fetch_optional(conn).await?)
}

/// The value under a key.
///
/// # Errors
/// When the store fails or the text is not such a value.
pub async fn get<T>(conn: &mut SqliteConnection, key: &'static str) -> Result<Option<T>, StoreError>
where
    T: FromStr<Err: Display>,
{
    text(conn, key)
        .await?
        .map(|text| text.parse().map_err(|e: T::Err| StoreError::Unreadable(key, e.to_string())))
        .transpose()
}

/// Sets the value under a key.
///
/// # Errors
/// When the store fails.
pub async fn set(conn: &mut SqliteConnection, key: &str, value: impl Display) -> Result<(), StoreError> {
    sqlx::query(
        "insert into home (key, value) values ($1, $2) on conflict (key) do update set value = excluded.value",
    )
    .bind(key)
    .bind(value.to_string())
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes the value under a key away; it may be missing.
///
/// # Errors
/// When the store fails.
pub async fn unset(conn: &mut SqliteConnection, key: &str) -> Result<(), StoreError> {
    sqlx::query("delete from home where key = $1").bind(key).execute(conn).await?;
    Ok(())
}

/// The organisation's settings, or their defaults before the first word of the server.
///
/// # Errors
/// When the store fails or the settings cannot be read.
pub async fn settings(conn: &mut SqliteConnection) -> Result<PhoneSettings, StoreError> {
    match text(conn, SETTINGS).await? {
        Some(text) => json(SETTINGS, &text),
        None => Ok(PhoneSettings::default()),
    }
}

/// Keeps the organisation's settings.
///
/// # Errors
/// When the store fails.
pub async fn set_settings(conn: &mut SqliteConnection, settings: &PhoneSettings) -> Result<(), StoreError> {
    set(conn, SETTINGS, to_json(SETTINGS, settings)?).await
}

/// A time the server has signed and what the boot clock said when it came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedTime {
    /// The server's time.
    pub time: DateTime<Utc>,
    /// Which boot.
    pub boot: String,
    /// Milliseconds of it.
    pub boot_ms: u64,
}

impl SignedTime {
    /// The server's time now: exact within the boot, the last known time (a lower bound) after it. The wall clock plays
    /// no part.
    #[must_use]
    pub fn now(&self, clock: &dyn Clock) -> DateTime<Utc> {
        let (boot, boot_ms) = clock.boot();
        if boot.is_empty() || boot != self.boot {
            return self.time;
        }
        let passed = i64::try_from(boot_ms.saturating_sub(self.boot_ms)).unwrap_or(i64::MAX);
        TimeDelta::try_milliseconds(passed)
            .and_then(|passed| self.time.checked_add_signed(passed))
            .unwrap_or(self.time)
    }
}

/// The last time the server has signed.
///
/// # Errors
/// When the store fails or the value cannot be read.
pub async fn signed_time(conn: &mut SqliteConnection) -> Result<Option<SignedTime>, StoreError> {
    text(conn, SIGNED_TIME).await?.map(|text| json(SIGNED_TIME, &text)).transpose()
}

/// Keeps a time the server has signed, unless a later one is known. Says whether it was kept.
///
/// # Errors
/// When the store fails.
pub async fn note_signed_time(
    conn: &mut SqliteConnection,
    time: DateTime<Utc>,
    clock: &dyn Clock,
) -> Result<bool, StoreError> {
    if let Some(known) = signed_time(&mut *conn).await?
        && known.now(clock) >= time
    {
        return Ok(false);
    }
    let (boot, boot_ms) = clock.boot();
    set(conn, SIGNED_TIME, to_json(SIGNED_TIME, &SignedTime { time, boot, boot_ms })?).await?;
    Ok(true)
}
