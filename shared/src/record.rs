//! The record: one statement of a worker about one act, sealed on the phone (docs/formats.md §3, §35-37).

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    assessment::Points,
    evidence::{Evidence, Position},
    hash::{Digest, Epoch, Nonce},
    ids::{ActivityId, ChainId, ConsentId, DeviceId, FamilyId, PersonId, RecordId, UserId},
    rule::{NoPositionReason, NoVideoReason},
    service::ServiceCode,
    text_enum::text_enum,
    time::ClockReading,
};

/// The newest payload version this program writes and understands.
pub const VERSION: u32 = 1;
/// Most bytes of one payload.
pub const MAX_PAYLOAD: usize = 256 * 1024;
/// Most records in one request.
pub const MAX_BATCH: usize = 200;
/// Most characters of a note.
pub const MAX_NOTE: usize = 4_000;

/// The payload of a `kandas-record` statement, version 1.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Record {
    /// Payload version, 1.
    pub v: u32,
    /// Id of the record.
    pub record: RecordId,
    /// The device that sealed it.
    pub device: DeviceId,
    /// The chain of that device's store.
    pub chain: ChainId,
    /// Place in the chain, from 1.
    pub seq: u64,
    /// Identity of the statement before; none at 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prev: Option<Digest>,
    /// At 1 only: the chain this one goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ChainId>,
    /// Drawn at sealing.
    pub nonce: Nonce,
    /// Who recorded.
    pub worker: UserId,
    /// The family; absent only in `lost`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub family: Option<FamilyId>,
    /// What is stated.
    pub statement: Statement,
    /// The day the worker says it was done, UTC+5 (§39).
    pub done_on: NaiveDate,
    /// When it was sealed, by the device's clocks.
    pub sealed: ClockReading,
    /// The last checkpoint the device had seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub checkpoint: Option<CheckpointSeen>,
    /// Where the device was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<Position>,
    /// Why there is no position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_position: Option<NoPositionReason>,
    /// Why there is no video.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_video: Option<NoVideoReason>,
    /// Number and date of a paper.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paper: Option<Paper>,
    /// Free text of the worker, at most [`MAX_NOTE`] characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The record this one corrects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supersedes: Option<RecordId>,
    /// Why it is corrected.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correction: Option<String>,
    /// The proof.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
    /// Program and version that sealed it.
    pub app: String,
}

/// What a record states.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Statement {
    /// The service was provided (§37).
    Completion {
        /// The plan's activity.
        activity: ActivityId,
        /// For whom.
        person: PersonId,
        /// Which service.
        service: ServiceCode,
    },
    /// The service does not apply to this person.
    NotApplicable {
        /// The plan's activity.
        activity: ActivityId,
        /// For whom.
        person: PersonId,
        /// Which service.
        service: ServiceCode,
        /// Why.
        reason: String,
    },
    /// The person refuses the service.
    Refused {
        /// The plan's activity.
        activity: ActivityId,
        /// For whom.
        person: PersonId,
        /// Which service.
        service: ServiceCode,
        /// Why.
        reason: String,
    },
    /// Consent to personal data processing was given, refused or withdrawn.
    Consent {
        /// The consent.
        consent: ConsentId,
        /// Whose.
        person: PersonId,
        /// Its new state.
        state: ConsentState,
        /// Why there is none, or the basis.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<String>,
    },
    /// An act outside the 25 services (§15, §27, §30, §31, §42).
    Act {
        /// Which.
        act: Act,
        /// With whom, if with one person.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        person: Option<PersonId>,
        /// Topics or check points of it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        topics: Vec<String>,
        /// Further fields of this act.
        #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
        #[cfg_attr(feature = "openapi", schema(value_type = Object))]
        details: serde_json::Map<String, serde_json::Value>,
    },
    /// Numbers of a chain that no longer exist anywhere.
    Lost {
        /// The chain.
        chain: ChainId,
        /// First lost number.
        from: u64,
        /// Last lost number.
        to: u64,
        /// What happened.
        reason: String,
    },
}

impl Statement {
    /// The `kind` member.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Statement::Completion { .. } => "completion",
            Statement::NotApplicable { .. } => "not_applicable",
            Statement::Refused { .. } => "refused",
            Statement::Consent { .. } => "consent",
            Statement::Act { .. } => "act",
            Statement::Lost { .. } => "lost",
        }
    }

    /// The activity it is about.
    #[must_use]
    pub fn activity(&self) -> Option<ActivityId> {
        match self {
            Statement::Completion { activity, .. }
            | Statement::NotApplicable { activity, .. }
            | Statement::Refused { activity, .. } => Some(*activity),
            _ => None,
        }
    }

    /// The person it is about.
    #[must_use]
    pub fn person(&self) -> Option<PersonId> {
        match self {
            Statement::Completion { person, .. }
            | Statement::NotApplicable { person, .. }
            | Statement::Refused { person, .. }
            | Statement::Consent { person, .. } => Some(*person),
            Statement::Act { person, .. } => *person,
            Statement::Lost { .. } => None,
        }
    }

    /// The service it is about.
    #[must_use]
    pub fn service(&self) -> Option<ServiceCode> {
        match self {
            Statement::Completion { service, .. }
            | Statement::NotApplicable { service, .. }
            | Statement::Refused { service, .. } => Some(*service),
            _ => None,
        }
    }
}

text_enum! {
    /// State of a consent.
    pub enum ConsentState {
        /// Nobody has asked yet.
        Missing = "missing",
        /// Given.
        Given = "given",
        /// Asked and refused.
        Declined = "declined",
        /// Withdrawn later.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Acts outside the 25 services.
    pub enum Act {
        /// Receipt of an application is acknowledged (§15(1)).
        AckReceipt = "ack_receipt",
        /// Consultation on the terms of resettlement (§15(2)).
        ConsultTerms = "consult_terms",
        /// Preliminary visit with its four check points (§27).
        PreliminaryVisit = "preliminary_visit",
        /// The family is met on arrival (§30).
        Arrival = "arrival",
        /// Temporary registration (§31).
        TemporaryRegistration = "temporary_registration",
        /// The kandas agrees to the printed plan and signs on the screen (§34); the digits at its foot are among the details
        /// ([`PLAN_DIGEST`]).
        PlanAgreement = "plan_agreement",
        /// Monitoring visit (§42).
        MonitoringVisit = "monitoring_visit",
    }
}

/// Name among the details of [`Act::PlanAgreement`]: what stands at the foot of the plan that was agreed to.
pub const PLAN_DIGEST: &str = "plan_digest";
/// Name among the details of [`Act::MonitoringVisit`]: how content the family is, 1 to 5 (§48, A-31); who was not asked says
/// nothing.
pub const SATISFACTION: &str = "satisfaction";

/// How content a family said to be among the details of an act; none where it was not asked, or said something else.
#[must_use]
pub fn satisfaction(details: &serde_json::Map<String, serde_json::Value>) -> Option<Points> {
    let said = details.get(SATISFACTION)?;
    let number = said.as_u64().or_else(|| said.as_str()?.parse().ok())?;
    u8::try_from(number).ok().and_then(Points::new)
}

/// A checkpoint the device had seen when it sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CheckpointSeen {
    /// Epoch of the store.
    pub epoch: Epoch,
    /// Number of journal positions.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
}

/// Number and date of a paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Paper {
    /// Number as printed.
    pub number: String,
    /// Its date.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<NaiveDate>,
}

/// What a payload turned out to be.
#[derive(Debug)]
pub enum Reading {
    /// A record this program understands.
    Record(Box<Record>),
    /// Written by a newer program: version, and its id and place if it still has them.
    TooNew(Envelope),
    /// Not a version-1 record; with what could be read of it.
    Unreadable(Envelope, String),
}

/// The members that every payload version keeps, as far as they could be read.
#[derive(Debug, Default, Clone, Deserialize)]
pub struct Envelope {
    /// Payload version.
    #[serde(default)]
    pub v: Option<u32>,
    /// Id of the record.
    #[serde(default)]
    pub record: Option<RecordId>,
    /// The sealing device.
    #[serde(default)]
    pub device: Option<DeviceId>,
    /// Its chain.
    #[serde(default)]
    pub chain: Option<ChainId>,
    /// Its number.
    #[serde(default)]
    pub seq: Option<u64>,
    /// The family.
    #[serde(default)]
    pub family: Option<FamilyId>,
}

/// Reads a payload without ever losing one: what cannot be understood is answered with what could be read of it.
#[must_use]
pub fn read(payload: &str) -> Reading {
    let envelope: Envelope = match serde_json::from_str(payload) {
        Ok(envelope) => envelope,
        Err(error) => return Reading::Unreadable(Envelope::default(), error.to_string()),
    };
    if envelope.v.is_some_and(|v| v > VERSION) {
        return Reading::TooNew(envelope);
    }
    match serde_json::from_str::<Record>(payload) {
        Ok(record) if record.v != VERSION => Reading::Unreadable(envelope, "unknown version".into()),
        Ok(record) if record.family.is_none() && !matches!(record.statement, Statement::Lost { .. }) => {
            Reading::Unreadable(envelope, "family is missing".into())
        }
        Ok(record) if record.seq == 0 || (record.seq == 1) != record.prev.is_none() => {
            Reading::Unreadable(envelope, "seq and prev do not fit".into())
        }
        Ok(record) if record.note.as_ref().is_some_and(|n| n.chars().count() > MAX_NOTE) => {
            Reading::Unreadable(envelope, "note is too long".into())
        }
        Ok(record) => Reading::Record(Box::new(record)),
        Err(error) => Reading::Unreadable(envelope, error.to_string()),
    }
}
