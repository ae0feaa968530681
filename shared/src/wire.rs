//! Bodies of the device API, version 1 (docs/device-api.md).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

use crate::{
    cursor::Kind,
    hash::{Digest, Epoch, Nonce},
    ids::{BundleId, ChainId, DeviceId, EvidenceId, UserId},
    jws::{Jws, KeyId, PublicKey},
    locale::Lang,
    pulled::{OrgUnit, User},
};

/// `POST /v1/enrol`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EnrolRequest {
    /// A `kandas-enrol` statement.
    pub statement: Jws,
}

/// Answer to [`EnrolRequest`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Enrolled {
    /// The device's id from now on.
    pub device: DeviceId,
    /// The worker it belongs to.
    pub worker: User,
    /// Where the worker works.
    pub org_unit: OrgUnit,
    /// The store's epoch.
    pub epoch: Epoch,
    /// The server's present signing key.
    pub server_key: PublicKey,
    /// age recipient of the organisation's recovery key, whose private half is offline.
    pub recovery_recipient: String,
    /// age recipient for bundles of unsent work.
    pub bundle_recipient: String,
    /// A `kandas-checkpoint` statement: the first signed server time.
    pub checkpoint: Jws,
    /// Every `kandas-key` statement of the server, oldest first: the QR may be older than its present key.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub key_changes: Vec<Jws>,
    /// Settings of the organisation.
    pub settings: PhoneSettings,
}

/// Settings the organisation gives to its phones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PhoneSettings {
    /// Language until the worker chooses.
    pub language: Lang,
    /// Video travels only over an unmetered link.
    pub video_unmetered_only: bool,
    /// Bytes a month over a metered link, 0 for no limit.
    pub monthly_metered_bytes: u64,
    /// Bytes that must stay free on the phone before a capture starts.
    pub reserve_bytes: u64,
    /// Days after the receipt before a delivered file may leave the phone; what counts is [`PhoneSettings::days_kept`].
    pub keep_days: u32,
    /// A missing video needs no reason but is not allowed either.
    pub strict_photo_and_video: bool,
    /// Days without contact after which a phone shows no case data until it has had some.
    pub lease_days: u32,
    /// Minutes out of sight after which the screens lock.
    pub lock_minutes: u32,
    /// Whether what is due on a day off is in time until the next working day.
    pub day_off_moves: bool,
}

/// Fewest days that a phone keeps the copy of a delivered file.
pub const LEAST_KEEP_DAYS: u32 = 14;

impl PhoneSettings {
    /// Days that a phone keeps the copy of a delivered file: never fewer than [`LEAST_KEEP_DAYS`], whatever the setting
    /// says, since a centre put back from a copy of last week asks for what it has forgotten.
    #[must_use]
    pub fn days_kept(&self) -> u32 {
        self.keep_days.max(LEAST_KEEP_DAYS)
    }
}

impl Default for PhoneSettings {
    fn default() -> Self {
        Self {
            language: Lang::Kk,
            video_unmetered_only: true,
            monthly_metered_bytes: 0,
            reserve_bytes: 200 * 1024 * 1024,
            keep_days: LEAST_KEEP_DAYS,
            strict_photo_and_video: false,
            lease_days: 14,
            lock_minutes: 5,
            day_off_moves: true,
        }
    }
}

/// `POST /v1/token/nonce`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NonceRequest {
    /// The device's key.
    pub kid: KeyId,
}

/// Answer to [`NonceRequest`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct NonceGrant {
    /// To be signed once.
    pub nonce: Nonce,
    /// Seconds it is good for.
    pub expires_in_s: u32,
}

/// `POST /v1/token`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenRequest {
    /// A `kandas-token` statement.
    pub statement: Jws,
}

crate::text_enum::text_enum! {
    /// What a token allows.
    pub enum TokenScope {
        /// Everything a phone does.
        Device = "device",
        /// Push and fetch orders, nothing else: a revoked device.
        Escrow = "escrow",
    }
}

/// Answer to [`TokenRequest`].
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TokenGrant {
    /// Bearer token.
    pub token: String,
    /// Seconds it is good for.
    pub expires_in_s: u32,
    /// What it allows.
    pub scope: TokenScope,
    /// A `kandas-checkpoint` statement: signed server time and journal head.
    pub checkpoint: Jws,
    /// `kandas-key` statements since the key the device was enrolled with, oldest first.
    pub key_changes: Vec<Jws>,
    /// The head of the device's chain as the server has it.
    pub chain_head: Option<ChainHead>,
    /// `kandas-order` statements that the device has not reported done.
    pub orders: Vec<Jws>,
    /// Settings of the organisation.
    pub settings: PhoneSettings,
    /// The worker the device belongs to.
    pub worker: UserId,
    /// What a forgotten PIN needs; only for a device in full service.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin_reset: Option<PinReset>,
    /// The newest program for phones, where the centre offers one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub newest_app: Option<AppOffer>,
    /// Highest version of the packed form ([`crate::packed`]) that the server reads; 0: it reads JSON alone.
    #[serde(default)]
    pub packed: u32,
}

/// What a phone needs for a forgotten PIN ([`crate::pin_reset`]).
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinReset {
    /// The secret that it shares with the centre, base64url of 32 bytes.
    pub secret: String,
    /// Codes that were given for its challenges within the last day, the newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub granted: Vec<PinGrant>,
}

impl std::fmt::Debug for PinReset {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PinReset").field("granted", &self.granted.len()).finish_non_exhaustive()
    }
}

/// A code that was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PinGrant {
    /// The challenge it is for.
    pub challenge: String,
    /// The code.
    pub code: String,
}

/// `GET /v1/app`: the program for phones that the centre offers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AppOffer {
    /// Its version, `1.4.0`.
    pub version: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256.
    pub sha256: Digest,
    /// Where it is, below the server's address.
    pub path: String,
}

/// `POST /v1/diagnostics`: a phone's log for whoever looks for a fault. No personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Diagnostics {
    /// Program and version.
    pub app: String,
    /// What the phone is, name and value.
    pub facts: Vec<(String, String)>,
    /// What happened, the newest first.
    pub events: Vec<DiagnosticEvent>,
}

/// One thing that happened on a phone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DiagnosticEvent {
    /// By the phone's wall clock.
    pub at: DateTime<Utc>,
    /// What kind of thing.
    pub kind: String,
    /// What it happened to: an id, a file name of the vault.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Last number of a chain that the server has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChainHead {
    /// The chain.
    pub chain: ChainId,
    /// Highest number received.
    pub seq: u64,
    /// Identity of that statement.
    pub hash: Digest,
}

/// `PUT /v1/device/recovery`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecoveryKey {
    /// base64url of the store's key, encrypted with age to the recovery recipient.
    pub wrapped: String,
}

/// `GET /v1/rework/{record}`: a record that was returned, for whoever has the family now and may not have recorded it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Rework {
    /// The record as it was sealed: a correction takes over what is not taken again.
    pub payload: String,
    /// Small pictures of what came back; of the whole record, if the whole of it did.
    pub pictures: Vec<SmallPicture>,
}

/// A small picture of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SmallPicture {
    /// Of what.
    pub evidence: EvidenceId,
    /// base64url of a JPEG.
    pub jpeg: String,
}

/// `POST /v1/records`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordBatch {
    /// `kandas-record` statements, oldest first; at most [`crate::record::MAX_BATCH`].
    pub records: Vec<Jws>,
}

/// Answer to [`RecordBatch`] and to a finished bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RecordBatchAnswer {
    /// One `kandas-receipt` statement for the whole batch.
    pub receipt: Jws,
}

/// One line of `GET /v1/changes`; the last line is a [`PullEnd`].
#[derive(Debug, Serialize, Deserialize)]
pub struct ChangeLine {
    /// Kind of entity.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// Journal position of its last change.
    pub position: u64,
    /// The entity as it stands (see [`crate::pulled`]); absent if it has left the scope.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub row: Option<Box<RawValue>>,
}

/// Last line of a page of changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullEnd {
    /// For the next page or pull.
    pub cursor: String,
    /// Whether there is more now.
    pub more: bool,
    /// Scopes the device no longer has; told once.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone_scopes: Vec<String>,
    /// Whether the phone must forget its pulled tables first: its cursor is of another epoch or ahead of the journal.
    #[serde(default)]
    pub start_over: bool,
}

/// `GET /v1/checkpoint?from=<size>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckpointAnswer {
    /// A `kandas-checkpoint` statement.
    pub checkpoint: Jws,
    /// Consistency proof from `from` to it (RFC 6962 §2.1.2); empty if `from` is 0 or absent.
    pub proof: Vec<Digest>,
}

/// `GET /v1/receipts/{evidence}/{part}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileReceiptAnswer {
    /// A `kandas-receipt` statement for the file, of the present epoch.
    pub receipt: Jws,
}

/// `GET /v1/bundles/{bundle}`: what became of a delivered bundle.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BundleAnswer {
    /// The bundle.
    pub bundle: BundleId,
    /// `received`, `opened`, or `unreadable` (kept all the same).
    pub state: String,
    /// `kandas-receipt` statements for everything in it.
    pub receipts: Vec<Jws>,
}

/// `GET /healthz`, `GET /readyz`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Health {
    /// `ok` or what is wrong.
    pub status: String,
}
