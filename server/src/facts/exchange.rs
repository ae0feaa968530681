//! The exchange of files with a state system (§37, §44). Bodies hold ids, hashes and codes; what a system said of a service is a
//! fact about its person and goes with him.

use chrono::NaiveDate;
use kandas_shared::{
    exchange::AsideReason,
    hash::Digest,
    ids::{ActivityId, OrgUnitId, RecordId},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ActivityAfter, ReportHand};

/// Messages wait to be written into the file of this number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeQueued {
    /// Number of the file.
    pub sequence: u64,
    /// The messages.
    pub messages: Vec<QueuedMessage>,
    /// Who has them written once more; none where they are new.
    pub again: Option<ReportHand>,
}

/// A message that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QueuedMessage {
    /// Its id.
    pub message: Uuid,
    /// Identity of the statement.
    pub hash: Digest,
    /// The record.
    pub record: RecordId,
    /// The activity.
    pub activity: ActivityId,
    /// The unit of the family then.
    pub unit: OrgUnitId,
    /// Position of the fact by which it counts.
    pub position: u64,
}

/// A file was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeWritten {
    /// Its number.
    pub sequence: u64,
    /// Its name.
    pub name: String,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Messages in it.
    pub messages: Vec<Uuid>,
}

/// A file of the other side was taken in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeTaken {
    /// Its name.
    pub name: String,
    /// Its number; none where it could not be read.
    pub sequence: Option<u64>,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// What was answered to messages of this centre.
    pub answers: Vec<ExchangeAnswer>,
    /// Messages that confirm or contradict a service; facts about these follow.
    pub confirmed: Vec<Uuid>,
    /// What is kept aside.
    pub aside: Vec<ExchangeAside>,
}

/// An answer to a message of this centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeAnswer {
    /// Id of the answer.
    pub message: Uuid,
    /// The message that was answered.
    pub about: Uuid,
    /// Why it was refused, as a code of the other side; none: it was taken.
    pub refused: Option<String>,
}

/// Something that is kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeAside {
    /// The line; 0: the whole file.
    pub line: u64,
    /// Its id, as far as it could be read.
    pub message: Option<Uuid>,
    /// Why.
    pub reason: AsideReason,
}

/// Something that was kept aside was tried once more and taken, or closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeSettled {
    /// Position of the fact that kept it aside.
    pub position: u64,
    /// The line.
    pub line: u64,
    /// What it answered, where it was taken and is an answer.
    pub answer: Option<ExchangeAnswer>,
    /// The message that confirms or contradicts a service, where it was taken and does so.
    pub confirmed: Option<Uuid>,
    /// Closed without being taken.
    pub closed: bool,
    /// Who.
    pub hand: ReportHand,
}

/// A state system confirms or contradicts a service (§44), as a message of the exchange said. Of the person of the activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExchangeConfirmed {
    /// The message.
    pub message: Uuid,
    /// The activity.
    pub activity: ActivityId,
    /// Its service.
    pub service: ServiceCode,
    /// Name of the system, as reference data have it.
    pub system: String,
    /// Whether it says the same as the record.
    pub agrees: bool,
    /// The day of its answer.
    pub on: NaiveDate,
    /// Number of the answer there.
    pub reference: String,
    /// The activity after it, if it changed.
    pub activity_after: Option<ActivityAfter>,
}
