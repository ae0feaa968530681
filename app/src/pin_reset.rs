//! A forgotten PIN of the screens: a number that the phone shows, and the code for it that a supervisor gives, read out or
//! with the next token ([`kandas_shared::pin_reset`]). What is open is a row, so that nothing is gained by ending the
//! process. Nothing hangs on the PIN but the screens: no key, no file, no record.

use kandas_shared::{
    hash::from_b64,
    ids::DeviceId,
    pin_reset::{challenge, code, fits},
    wire::PinReset,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use crate::{
    platform::Chance,
    store::{StoreError, home, json, to_json},
};

/// Wrong codes for one number; then another number is shown.
pub const TRIES: u32 = 5;

/// What is open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// The number that is shown.
    pub challenge: String,
    /// Wrong codes so far.
    pub wrong: u32,
    /// Whether the centre itself has said that a new PIN may be chosen.
    pub granted: bool,
}

/// What is open; a number is drawn if none is. None when the centre has never told this phone its secret.
///
/// # Errors
/// When the store fails.
pub async fn open(conn: &mut SqliteConnection, chance: &dyn Chance) -> Result<Option<Open>, StoreError> {
    if secret(&mut *conn).await?.is_none() {
        return Ok(None);
    }
    match read(&mut *conn).await? {
        Some(open) => Ok(Some(open)),
        None => Ok(Some(draw(conn, chance).await?)),
    }
}

/// Whether a code is the right one for what is open. A wrong one is counted; after the last another number is shown.
///
/// # Errors
/// When the store fails.
pub async fn try_code(
    conn: &mut SqliteConnection,
    chance: &dyn Chance,
    device: DeviceId,
    typed: &str,
) -> Result<bool, StoreError> {
    let (Some(secret), Some(mut open)) = (secret(&mut *conn).await?, read(&mut *conn).await?) else {
        return Ok(false);
    };
    if open.granted && typed.trim().is_empty() {
        return Ok(true);
    }
    if fits(typed, &code(&secret, device, &open.challenge)) {
        return Ok(true);
    }
    open.wrong += 1;
    if open.wrong >= TRIES {
        draw(conn, chance).await?;
    } else {
        write(conn, &open).await?;
    }
    Ok(false)
}

/// Nothing is open any more: the PIN was set or remembered.
///
/// # Errors
/// When the store fails.
pub async fn close(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    home::unset(conn, home::PIN_RESET).await
}

/// Takes in what came with a token.
///
/// # Errors
/// When the store fails.
pub async fn note(conn: &mut SqliteConnection, device: DeviceId, said: &PinReset) -> Result<(), StoreError> {
    home::set(&mut *conn, home::PIN_SECRET, &said.secret).await?;
    let (Some(secret), Some(mut open)) = (secret(&mut *conn).await?, read(&mut *conn).await?) else {
        return Ok(());
    };
    let right = code(&secret, device, &open.challenge);
    let is_ours =
        said.granted.iter().any(|grant| grant.challenge == open.challenge && fits(&grant.code, &right));
    if is_ours && !open.granted {
        open.granted = true;
        write(conn, &open).await?;
    }
    Ok(())
}

async fn secret(conn: &mut SqliteConnection) -> Result<Option<[u8; 32]>, StoreError> {
    let text = home::text(conn, home::PIN_SECRET).await?;
    Ok(text.and_then(|text| from_b64(&text)).and_then(|bytes| bytes.try_into().ok()))
}

async fn read(conn: &mut SqliteConnection) -> Result<Option<Open>, StoreError> {
    home::text(conn, home::PIN_RESET).await?.map(|text| json(home::PIN_RESET, &text)).transpose()
}

async fn write(conn: &mut SqliteConnection, open: &Open) -> Result<(), StoreError> {
    home::set(conn, home::PIN_RESET, to_json(home::PIN_RESET, open)?).await
}

async fn draw(conn: &mut SqliteConnection, chance: &dyn Chance) -> Result<Open, StoreError> {
    let mut random = [0; 16];
    chance.fill(&mut random);
    let open = Open { challenge: challenge(random), wrong: 0, granted: false };
    write(conn, &open).await?;
    Ok(open)
}
