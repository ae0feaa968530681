//! One activity before anything is captured, and the acts outside the 25 services.

use chrono::NaiveDate;
use kandas_shared::{
    ids::{ActivityId, FamilyId},
    plan_state::ActivityState,
    reason::{ReasonCode, ReasonText},
    record::Act,
    rule::{Missing, Proof},
    service::{AppliesTo, ServiceCode},
};
use serde::Serialize;
use ts_rs::TS;

use super::{Consent, Deadline, LedgerRow, Patch, PersonName, ReturnedCard};
use crate::store::draft::DraftId;

/// Reasons that can be chosen today, in the order in which they are shown; the one that asks for words is the last of each.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReasonsView {
    /// Why a service does not concern somebody.
    pub not_applicable: Vec<ReasonLine>,
    /// Why a family does not want it.
    pub refused: Vec<ReasonLine>,
    /// Why a record is corrected.
    pub correction: Vec<ReasonLine>,
}

/// A reason that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ReasonLine {
    /// Its code.
    pub code: ReasonCode,
    /// What it reads at the centre; null: the message of its code.
    pub text: Option<ReasonText>,
}

/// One activity: what it is, what its rule asks for, what was done.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ActivityView {
    /// Id.
    pub activity: ActivityId,
    /// The family.
    pub family: FamilyId,
    /// Its name.
    pub family_name: String,
    /// For whom.
    pub person: PersonName,
    /// Whether it is for the family as one.
    pub for_family: bool,
    /// Which service.
    pub service: ServiceCode,
    /// Number in Appendix 1.
    pub number: u8,
    /// The official name in the language of the screens.
    pub official_name: String,
    /// Whether a second completion is normal.
    pub repeatable: bool,
    /// Whom the service usually concerns.
    pub applies_to: AppliesTo,
    /// What its rule asks for.
    pub rule: RuleView,
    /// State on the centre's side.
    pub state: ActivityState,
    /// Its one state.
    pub patch: Patch,
    /// Due date.
    pub deadline: Option<Deadline>,
    /// The day it was done, as the centre has it.
    pub done_on: Option<NaiveDate>,
    /// The open draft of it.
    pub draft: Option<DraftId>,
    /// Whether a record says that it was not given, and it may be recorded as given after all.
    pub may_be_given: bool,
    /// What came back and waits for an answer.
    pub returned: Vec<ReturnedCard>,
    /// Records about it that this phone sealed, newest first.
    pub records: Vec<LedgerRow>,
    /// Consent of the person.
    pub consent: Option<Consent>,
    /// Members with an open activity of the same service that one capture may serve too; empty where it may not.
    pub together: Vec<Companion>,
}

/// What a service's rule asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct RuleView {
    /// Without these a completion is incomplete. Position, and a video or a reason, are always asked and named here too.
    pub required: Vec<Proof>,
    /// Offered with a "+", never asked for twice.
    pub useful: Vec<Proof>,
    /// Photos must show no medical data: say so before the camera opens.
    pub no_medical_content: bool,
    /// A reason does not stand in for the video.
    pub video_strict: bool,
    /// Everything that a new draft would lack, in the order in which it is offered.
    pub missing: Vec<Missing>,
}

/// A member whom one capture may serve too.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Companion {
    /// Name.
    pub person: PersonName,
    /// The person's activity of the service.
    pub activity: ActivityId,
    /// Its patch.
    pub patch: Patch,
    /// Whether the draft serves this person already.
    pub chosen: bool,
}

/// The acts outside the 25 services, with the form of each.
#[derive(Clone, Debug, Serialize, TS)]
pub struct ActsView {
    /// In the order in which they happen.
    pub acts: Vec<ActForm>,
}

/// What an act asks for. `topics` go into the draft's topics, `fields` into its details under their name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ActForm {
    /// Which act.
    pub act: Act,
    /// Paragraph of the order.
    pub paragraph: u8,
    /// Whether it is with one person (null person: the family).
    pub with_person: bool,
    /// Boxes to tick: message `topic-…`.
    pub topics: Vec<String>,
    /// Whether at least one of them has to be ticked before the act can be sealed.
    pub topic_required: bool,
    /// Fields to fill in.
    pub fields: Vec<ActField>,
}

/// A field of an act: message `field-…`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ActField {
    /// Name in the details.
    pub name: String,
    /// What goes in.
    pub kind: FieldKind,
    /// Whether the act cannot be sealed without it. It never blocks saving.
    pub required: bool,
    /// For `choice`: the words to choose from, message `choice-…`.
    pub choices: Vec<String>,
}

/// What goes into a field.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum FieldKind {
    /// A line of text: a JSON string.
    Text,
    /// Some lines, each a JSON string of a JSON list: problems found, proposals.
    List,
    /// A whole number: a JSON number.
    Number,
    /// A day: a JSON string YYYY-MM-DD.
    Date,
    /// One of `choices`: a JSON string.
    Choice,
}
