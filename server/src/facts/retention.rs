//! Deciding to erase, and consents that are withdrawn. Each of these facts is about its family or person and goes with it; what
//! is to be known afterwards of who proposed and who confirmed stands in the decision itself ([`super::SubjectErased`]).

use chrono::NaiveDate;
use kandas_shared::{
    consent::WithdrawalForm,
    hash::Digest,
    ids::{ConsentId, ErasureId, OrgUnitId, ProposalId, UserId},
    pulled::Role,
    retention::EraseBasis,
};
use serde::{Deserialize, Serialize};

use super::ReportHand;

/// What an erasing takes, as it was shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EraseNumbers {
    /// Bodies of facts.
    pub bodies: u64,
    /// Records.
    pub records: u64,
    /// Files of evidence.
    pub files: u64,
    /// Bytes of files.
    pub bytes: u64,
}

/// Somebody proposes to erase the fact's family, or one person of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureProposed {
    /// Its id.
    pub proposal: ProposalId,
    /// The unit that serves the family.
    pub unit: OrgUnitId,
    /// On what it rests.
    pub basis: EraseBasis,
    /// Why, in words.
    pub reason: String,
    /// What it would take then.
    pub numbers: EraseNumbers,
    /// Who proposes.
    pub hand: ReportHand,
}

/// A proposal was taken back, or refused by who should have confirmed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureDropped {
    /// Which.
    pub proposal: ProposalId,
    /// Refused by another; else taken back by who proposed it.
    pub refused: bool,
    /// Why, in words.
    pub reason: String,
    /// Who.
    pub hand: ReportHand,
}

/// A second person has confirmed a proposal: it is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ErasureConfirmed {
    /// Which.
    pub proposal: ProposalId,
    /// The decision.
    pub erasure: ErasureId,
    /// Whether a code of the second factor was asked for beside the password.
    pub second_factor: bool,
    /// Who.
    pub hand: ReportHand,
}

/// How a decision came about in the office: ids, names of officials and numbers; nothing about the subject.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfficeErasure {
    /// The proposal.
    pub proposal: ProposalId,
    /// The unit that served the family.
    pub unit: OrgUnitId,
    /// Who proposed.
    pub proposed_by: UserId,
    /// His name at that time.
    pub proposed_name: String,
    /// His role at that time.
    pub proposed_role: Role,
    /// Name of who confirmed.
    pub confirmed_name: String,
    /// His role at that time.
    pub confirmed_role: Role,
}

/// The consent of the fact's person was withdrawn in the office. The consent as it is from then on says the fact before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentWithdrawn {
    /// Which.
    pub consent: ConsentId,
    /// From which day on.
    pub on: NaiveDate,
    /// How that was said.
    pub form: WithdrawalForm,
    /// More about it, in words.
    pub note: Option<String>,
    /// The scan of what was written.
    pub scan: Option<WithdrawalScan>,
    /// Who entered it.
    pub hand: ReportHand,
}

/// A scan in the media store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WithdrawalScan {
    /// SHA-256.
    pub sha256: Digest,
    /// Bytes.
    pub size: u64,
    /// Its type.
    pub media_type: String,
    /// Key in the media store.
    pub object: String,
}
