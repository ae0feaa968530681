//! Becoming a phone of a server: the one-time code of a QR or a letter, the device's key, and back come who the worker
//! is, the keys of the organisation and the first signed time.

use std::{sync::Arc, time::Duration};

use chrono::DateTime;
use kandas_disk::point;
use kandas_shared::{
    enrol::{EnrolPayload, Invitation},
    hash::Digest,
    jws::{Jws, PublicKey, Typ},
    receipt::Receipt,
    wire::{EnrolRequest, Enrolled},
};

use super::{
    SyncError,
    http::Http,
    receipts::{ServerKeys, Untrusted},
    set_keys,
    tls::{SignedClock, Trust},
    transport::{Internet, Network},
    verify::P256,
};
use crate::{
    app::{App, PROGRAM},
    store::{
        StoreError, chain, event,
        home::{self, SignedTime},
        receipt, record, sync_state,
    },
};

/// How the phone learned of its server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Introduction {
    /// Base URL.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// The server's signing key; none when the code was typed: then the first answer, over trusted TLS, says it.
    pub server_key: Option<PublicKey>,
    /// Its fingerprint as the organisation told it with a typed code; compared if it is there.
    pub fingerprint: Option<String>,
    /// SHA-256 of the certificate, for a server that signed its own.
    pub pin: Option<Digest>,
    /// Server time when the code was made, seconds since 1970.
    pub time: i64,
}

/// Seconds since 1970 of this program's making: when a typed code brings no time, it is certainly later than this.
const RELEASED: i64 = 1_793_491_200;

impl Introduction {
    /// By typed address and code.
    #[must_use]
    pub fn typed(url: String, code: String, pin: Option<Digest>, fingerprint: Option<String>) -> Self {
        Self { url, code, server_key: None, fingerprint, pin, time: RELEASED }
    }
}

impl From<Invitation> for Introduction {
    fn from(i: Invitation) -> Self {
        let (server_key, fingerprint) = (Some(i.server_key), None);
        Self { url: i.url, code: i.code, server_key, fingerprint, pin: i.pin, time: i.time }
    }
}

/// Enrols the phone.
///
/// # Errors
/// When it is enrolled already, the server does not take the code, or is not the one of the QR.
pub async fn enrol(app: &App, to: &Introduction, idle: Duration) -> Result<Enrolled, SyncError> {
    enrol_over(&Internet, app, to, idle).await
}

/// Enrols the phone over a network of the caller's choice.
///
/// # Errors
/// As [`enrol`].
pub async fn enrol_over(
    network: &dyn Network,
    app: &App,
    to: &Introduction,
    idle: Duration,
) -> Result<Enrolled, SyncError> {
    // An order may have emptied this home in this very program: the key it had belongs to the phone that was.
    app.begin_anew().await?;
    let mut conn = app.store().conn().await?;
    if home::text(&mut conn, home::DEVICE).await?.is_some() {
        return Err(SyncError::AlreadyEnrolled);
    }
    let head = chain::head(&mut conn).await?.ok_or(StoreError::Unreadable("chain", "none is open".into()))?;
    drop(conn);
    let clock = &app.platform().clock;
    // The time of the QR may be days old: a lower bound, as after a restart (no boot has this name).
    let told = DateTime::from_timestamp(to.time.max(RELEASED), 0).unwrap_or_default();
    let signed = SignedClock::new(
        Arc::clone(clock),
        SignedTime { time: told, boot: "before enrolment".into(), boot_ms: 0 },
    );
    let trust = to.pin.map_or(Trust::PublicRoots, Trust::Pin);
    let http = Http::new(&to.url, trust, &signed, idle, network)?;

    let payload = EnrolPayload {
        v: 1,
        code: to.code.trim().to_owned(),
        key: app.signer().public_key(),
        chain: head.chain,
        platform: app.platform().name.clone(),
        app: PROGRAM.to_owned(),
    };
    let payload = crate::store::to_json("enrol", &payload)?;
    let statement = Jws::sign(Typ::Enrol, payload, &*app.signer())?;
    let enrolled: Enrolled = http.post("/v1/enrol", None, &EnrolRequest { statement }).await?;
    point!("enrol.answered");

    // The QR may be older than the server's present key; the way from one to the other is signed.
    let mut keys = ServerKeys(vec![to.server_key.unwrap_or(enrolled.server_key)]);
    keys.follow(&enrolled.key_changes, &P256)?;
    if !keys.0.contains(&enrolled.server_key) {
        return Err(Untrusted::SomethingElse("the server has another key than the QR says").into());
    }
    let plain = |text: &str| text.chars().filter(char::is_ascii_hexdigit).collect::<String>().to_lowercase();
    let told = to.fingerprint.as_deref().map(plain);
    if told.is_some_and(|told| told != plain(&enrolled.server_key.fingerprint())) {
        return Err(Untrusted::SomethingElse("the server has another key than was told").into());
    }
    let checkpoint = keys.checkpoint(&enrolled.checkpoint, &P256)?;
    if checkpoint.epoch != enrolled.epoch {
        return Err(Untrusted::OtherEpoch(checkpoint.epoch).into());
    }

    let mut tx = app.store().begin().await?;
    home::set(&mut tx, home::DEVICE, enrolled.device).await?;
    home::set(&mut tx, home::WORKER, enrolled.worker.id).await?;
    home::set(&mut tx, home::SERVER_URL, to.url.trim_end_matches('/')).await?;
    if let Some(pin) = to.pin {
        home::set(&mut tx, home::SERVER_PIN, pin).await?;
    }
    home::set(&mut tx, home::EPOCH, enrolled.epoch).await?;
    home::set(&mut tx, home::RECOVERY_RECIPIENT, &enrolled.recovery_recipient).await?;
    home::set(&mut tx, home::BUNDLE_RECIPIENT, &enrolled.bundle_recipient).await?;
    home::set_settings(&mut tx, &enrolled.settings).await?;
    home::unset(&mut tx, home::WIPED).await?;
    // Another phone to the centre, which counts its orders from one again.
    sync_state::forget_orders(&mut tx).await?;
    // A store that was enrolled before (its keystore had forgotten the key) may hold work of another epoch.
    record::reopen(&mut tx, enrolled.epoch).await?;
    set_keys(&mut tx, &keys).await?;
    receipt::keep_checkpoint(&mut tx, &enrolled.checkpoint, &checkpoint, true).await?;
    home::note_signed_time(&mut tx, checkpoint.time, &**clock).await?;
    event::add(&mut tx, clock.wall(), "enrolled", Some(&enrolled.device.to_string()), None).await?;
    point!("enrol.before-commit");
    tx.commit().await?;
    point!("enrol.after-commit");
    app.keep_rescue_copy().await;
    Ok(enrolled)
}

/// Whether a receipt is for records or a file, for showing.
#[must_use]
pub fn kind_of(receipt: &Receipt) -> &'static str {
    match receipt {
        Receipt::Records(_) => "records",
        Receipt::File(_) => "file",
    }
}
