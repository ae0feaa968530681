//! Receipts: the server's signed word that it has something (docs/formats.md §4).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    evidence::Part,
    hash::{Digest, Epoch},
    ids::{DeviceId, EvidenceId, RecordId},
    text_enum::text_enum,
};

/// Payload of a `kandas-receipt` statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Receipt {
    /// For a batch of records.
    Records(RecordsReceipt),
    /// For one file.
    File(FileReceipt),
}

impl Receipt {
    /// The epoch it was given in.
    #[must_use]
    pub fn epoch(&self) -> Epoch {
        match self {
            Receipt::Records(r) => r.epoch,
            Receipt::File(r) => r.epoch,
        }
    }
    /// Server time of the receipt.
    #[must_use]
    pub fn time(&self) -> DateTime<Utc> {
        match self {
            Receipt::Records(r) => r.time,
            Receipt::File(r) => r.time,
        }
    }
}

/// Receipt for a batch of records, in the order of the request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordsReceipt {
    /// Format version, 1.
    pub v: u32,
    /// The store's epoch.
    pub epoch: Epoch,
    /// Server time.
    pub time: DateTime<Utc>,
    /// The device that carried them; not always the one that sealed them.
    pub carrier: DeviceId,
    /// One per statement.
    pub items: Vec<RecordItem>,
}

/// What became of one statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordItem {
    /// Identity of the statement.
    pub hash: Digest,
    /// The record's id, if it could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub record: Option<RecordId>,
    /// The verdict.
    pub verdict: Verdict,
    /// Why it is held or refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Journal position of its custody; none if refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u64>,
}

text_enum! {
    /// What the server did with a record.
    pub enum Verdict {
        /// In custody and applied.
        Accepted = "accepted",
        /// Was in custody already.
        Known = "known",
        /// In custody, not applied; a later decision changes that.
        Held = "held",
        /// Not taken: cannot be tied to a known key, or too large.
        Refused = "refused",
    }
}

impl Verdict {
    /// Whether the server has the record.
    #[must_use]
    pub fn is_custody(self) -> bool {
        self != Verdict::Refused
    }
}

text_enum! {
    /// Why a record is held (custody all the same).
    pub enum HeldReason {
        /// Another record stands at the same place of the chain.
        Fork = "fork",
        /// A newer plan version cancelled the activity.
        ActivityCancelled = "activity_cancelled",
        /// Written by a newer program.
        TooNew = "too_new",
        /// The device was revoked.
        DeviceRevoked = "device_revoked",
        /// No such family.
        UnknownFamily = "unknown_family",
        /// No such activity.
        UnknownActivity = "unknown_activity",
        /// No such person, or not of this family.
        UnknownPerson = "unknown_person",
        /// The worker never had this family.
        NotAssigned = "not_assigned",
        /// The payload is not a record of its version.
        PayloadUnreadable = "payload_unreadable",
        /// The record it corrects is not known.
        SupersedesUnknown = "supersedes_unknown",
        /// The stated day lies after receipt.
        FutureDate = "future_date",
        /// It signs other bytes for evidence that another record named before.
        EvidenceDiffers = "evidence_differs",
        /// Its subject was erased: only the identity is in custody, the content was not kept.
        Erased = "erased",
    }
}

text_enum! {
    /// Why a record is refused.
    pub enum RefusedReason {
        /// No known device has this key.
        UnknownKey = "unknown_key",
        /// The signature does not verify.
        SignatureInvalid = "signature_invalid",
        /// More than 256 KiB.
        TooLarge = "too_large",
        /// Not a `kandas-record` statement.
        NotARecord = "not_a_record",
    }
}

/// Receipt for one file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileReceipt {
    /// Format version, 1.
    pub v: u32,
    /// The store's epoch.
    pub epoch: Epoch,
    /// Server time.
    pub time: DateTime<Utc>,
    /// The evidence.
    pub evidence: EvidenceId,
    /// Which of its files.
    pub part: Part,
    /// SHA-256 of what the server has.
    pub sha256: Digest,
    /// Bytes of it.
    pub size: u64,
    /// Journal position of its custody.
    pub position: u64,
    /// Whether what arrived is a damaged rest, not what was signed.
    pub salvage: bool,
}

/// Payload of a `kandas-checkpoint` statement (docs/formats.md §5).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Checkpoint {
    /// Format version, 1.
    pub v: u32,
    /// The store's epoch.
    pub epoch: Epoch,
    /// Number of positions.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
    /// Server time.
    pub time: DateTime<Utc>,
}
