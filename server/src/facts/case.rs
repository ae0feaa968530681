//! Where somebody is registered (§31), and families that go from one career centre to another. Each of these facts is about its
//! family or person, and goes with it. The family, its members and who looks after it stand in facts of their own, the same
//! that an import makes.

use chrono::NaiveDate;
use kandas_shared::{
    case::{HandoverAct, HandoverReason, HandoverRefusal, RegistrationKind},
    ids::{HandoverId, OrgUnitId, RegistrationId, UserId},
};
use serde::{Deserialize, Serialize};

use super::ReportHand;

/// The registration of the fact's person as it is from now on: his present one. One with a new id takes the place of the one
/// before, which stays known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegistrationSet {
    /// Its id.
    pub registration: RegistrationId,
    /// How.
    pub kind: RegistrationKind,
    /// From which day on.
    pub from: NaiveDate,
    /// Of a temporary one: its last day.
    pub until: Option<NaiveDate>,
    /// From which day the year of temporary ones runs: that of the first of those that follow one another.
    pub year_from: NaiveDate,
    /// Where, in words.
    pub place: Option<String>,
    /// Who entered it.
    pub hand: ReportHand,
}

/// A career centre proposes the fact's family to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverProposed {
    /// Its id.
    pub handover: HandoverId,
    /// The centre that serves the family.
    pub from: OrgUnitId,
    /// The centre that is to serve it.
    pub to: OrgUnitId,
    /// Why.
    pub reason: HandoverReason,
    /// Who proposes.
    pub hand: ReportHand,
}

/// The other centre has accepted or refused a hand-over, or it was taken back. Of one that was accepted the facts that follow
/// say the new centre of the family, the end of every open assignment and the new one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HandoverDecided {
    /// Which.
    pub handover: HandoverId,
    /// What was done.
    pub act: HandoverAct,
    /// Of a refusal: why.
    pub refusal: Option<HandoverRefusal>,
    /// Of an acceptance: who has the family from now on.
    pub worker: Option<UserId>,
    /// Who decided.
    pub hand: ReportHand,
}
