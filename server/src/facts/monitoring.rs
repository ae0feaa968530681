//! What people do in monitoring (§41-46). Each of these facts is about a family, and goes with it. Words stand in a fact of
//! their own ([`MonitoringWorded`]): they may speak of anybody in the family, and go when one of them is erased, while what
//! was done stays.

use chrono::NaiveDate;
use kandas_shared::{
    assessment::Points,
    ids::{ActivityId, DepartureId, IssueId, NoteId, OrgUnitId, PlanId, RecordId, UserId},
    monitoring::{
        DepartureAct, DepartureReason, DepartureTo, IssueAct, IssueKind, IssueOutcome, IssueWeight,
        IssueWhat, RefundState, Residence, ResidenceSource, RoundAct,
    },
    plan_state::PlanState,
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};

use super::{ActivityAfter, ReportHand};

/// A round of the fact's family, with its period as it was then: should the day change from which the five years run, what
/// was done belongs to the round in whose period this one ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundOf {
    /// 1 to 16.
    pub number: u8,
    /// First day.
    pub begins_on: NaiveDate,
    /// Last day.
    pub ends_on: NaiveDate,
}

/// Who is to settle something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settler {
    /// Who.
    pub user: UserId,
    /// Name at that time.
    pub name: String,
}

/// A round was begun, closed or opened once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoundActed {
    /// Which.
    pub round: RoundOf,
    /// What was done.
    pub act: RoundAct,
    /// Of a closing: whether within the term; none where the calendar does not know it.
    pub in_time: Option<bool>,
    /// Of a closing: its summary.
    pub words: Option<NoteId>,
    /// Of a closing: how content the family is (§48, A-31); none where it was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub satisfaction: Option<Points>,
    /// Who.
    pub hand: ReportHand,
}

/// Whether the family lives where it settled (§45).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ResidenceChecked {
    /// For which round.
    pub round: RoundOf,
    /// What came out.
    pub result: Residence,
    /// Where that is known from.
    pub source: ResidenceSource,
    /// The day of which it is true.
    pub on: NaiveDate,
    /// More about it.
    pub words: Option<NoteId>,
    /// Who.
    pub hand: ReportHand,
}

/// A problem or a proposal came to light (§42). Where it is about one person, so are all facts about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueOpened {
    /// Its id.
    pub issue: IssueId,
    /// Problem or proposal.
    pub what: IssueWhat,
    /// What it is about.
    pub about: IssueKind,
    /// How much it weighs.
    pub weight: IssueWeight,
    /// When it came to light.
    pub found_on: NaiveDate,
    /// In which round.
    pub number: Option<u8>,
    /// At which record.
    pub record: Option<RecordId>,
    /// Who is to settle it.
    pub to: Option<Settler>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// What it is.
    pub words: Option<NoteId>,
    /// Who brought it to light.
    pub hand: ReportHand,
}

/// A problem or a proposal was given to somebody, settled, or opened once more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IssueActed {
    /// Which.
    pub issue: IssueId,
    /// What was done.
    pub act: IssueAct,
    /// Of a closing: how.
    pub outcome: Option<IssueOutcome>,
    /// Who is to settle it from now on.
    pub to: Option<Settler>,
    /// By when.
    pub due: Option<NaiveDate>,
    /// More about it.
    pub words: Option<NoteId>,
    /// Who.
    pub hand: ReportHand,
}

/// The family left (§46). Its plans that were being carried out end with it (requirements §2.4): facts that say so follow.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FamilyDeparted {
    /// The departure.
    pub departure: DepartureId,
    /// When.
    pub on: NaiveDate,
    /// Where to.
    pub to: DepartureTo,
    /// KATO code of the place, nine digits.
    pub to_kato: Option<String>,
    /// Why.
    pub reason: DepartureReason,
    /// What is flagged.
    pub refund: RefundState,
    /// Mobility centres that are told.
    pub sent_to: Vec<OrgUnitId>,
    /// Plans that end, with their states before.
    pub plans: Vec<(PlanId, PlanState)>,
    /// More about it.
    pub words: Option<NoteId>,
    /// Who recorded it.
    pub hand: ReportHand,
}

/// Something was done about a departure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DepartureActed {
    /// Which.
    pub departure: DepartureId,
    /// What was done.
    pub act: DepartureAct,
    /// Where the return of support stands after it.
    pub refund: RefundState,
    /// More about it.
    pub words: Option<NoteId>,
    /// Who.
    pub hand: ReportHand,
}

/// A state system confirms or contradicts a service (§44). Of the person of the activity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServiceConfirmed {
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
    /// The activity after it, if it changed.
    pub activity_after: Option<ActivityAfter>,
    /// Number of the answer, or more about it.
    pub words: Option<NoteId>,
    /// Who entered it.
    pub hand: ReportHand,
}

/// Words at one of the facts above.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MonitoringWorded {
    /// By this id the fact names them.
    pub note: NoteId,
    /// The words.
    pub text: String,
}
