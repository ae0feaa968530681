//! The first screen: what comes next.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::EvidenceKind,
    ids::{ActivityId, CheckId, EvidenceId, FamilyId, RecordId},
    plan_state::CheckKind,
    pulled::Role,
    reason::{ReasonCode, ReasonText},
    record::Act,
    service::ServiceCode,
};
use serde::Serialize;
use ts_rs::TS;

use super::{Deadline, DraftBrief, Patch, PersonName, SyncLine};
use crate::store::draft::{DraftId, DraftKind};

/// Today: what came back, what is overdue, what this week wants, what was begun.
#[derive(Clone, Debug, Serialize, TS)]
pub struct TodayView {
    /// Today in UTC+5.
    pub today: NaiveDate,
    /// When the list of families was last complete; null: nothing is known yet.
    pub as_of: Option<DateTime<Utc>>,
    /// The one line about sending.
    pub sync: SyncLine,
    /// First, until answered.
    pub returned: Vec<ReturnedCard>,
    /// Longest overdue first; at most 50, see `overdue_total`.
    pub overdue: Vec<TaskRow>,
    /// How many are overdue.
    pub overdue_total: u32,
    /// Due until Sunday and not done, nearest first; at most 50. What has a draft is among them.
    pub week: Vec<TaskRow>,
    /// How many are due until Sunday and not done.
    pub week_total: u32,
    /// All open drafts, the one changed last first.
    pub drafts: Vec<DraftRow>,
    /// The week at a glance.
    pub strip: WeekStrip,
    /// When nothing is due this week: the next due date.
    pub next_due: Option<Deadline>,
}

/// One patch for each activity due this week, Monday to Sunday: done ones first, then by due date.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct WeekStrip {
    /// Monday.
    pub from: NaiveDate,
    /// Sunday.
    pub to: NaiveDate,
    /// At most 24.
    pub patches: Vec<Patch>,
    /// How many more there are: "+6".
    pub more: u32,
    /// How many of them are done (sealed, or at the centre).
    pub done: u32,
    /// How many there are.
    pub total: u32,
}

/// One activity as a row.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct TaskRow {
    /// The activity.
    pub activity: ActivityId,
    /// The family.
    pub family: FamilyId,
    /// Its name: the surname of its head, else the given name.
    pub family_name: String,
    /// Where it lives.
    pub settlement: String,
    /// For whom.
    pub person: PersonName,
    /// Whether it is for the family as one.
    pub for_family: bool,
    /// Which service.
    pub service: ServiceCode,
    /// Its one state.
    pub patch: Patch,
    /// Due date.
    pub deadline: Option<Deadline>,
    /// What the open draft has.
    pub draft: Option<DraftBrief>,
}

/// An open draft as a row.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DraftRow {
    /// What it has.
    pub brief: DraftBrief,
    /// What it will state.
    pub kind: DraftKind,
    /// The family.
    pub family: FamilyId,
    /// Its name.
    pub family_name: String,
    /// For whom.
    pub persons: Vec<PersonName>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// Which act outside the 25 services.
    pub act: Option<Act>,
    /// Due date of its activity.
    pub deadline: Option<Deadline>,
    /// The record it corrects.
    pub corrects: Option<RecordId>,
}

/// A completion that a supervisor gave back, whole or one photo of it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ReturnedCard {
    /// The supervisor's check; null when the centre has not said more than that it is returned.
    pub check: Option<CheckId>,
    /// The record that was returned; `correct` answers it.
    pub record: Option<RecordId>,
    /// Its number on this phone; null when another phone sealed it.
    pub number: Option<u64>,
    /// The activity.
    pub activity: Option<ActivityId>,
    /// The family.
    pub family: Option<FamilyId>,
    /// Its name.
    pub family_name: Option<String>,
    /// Where it lives.
    pub settlement: Option<String>,
    /// For whom.
    pub person: Option<PersonName>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// The one photo that was returned; null: the whole record, or the centre has not said.
    pub evidence: Option<EvidenceId>,
    /// What kind of piece that is.
    pub kind: Option<EvidenceKind>,
    /// Why; null when the centre has not said.
    pub reason: Option<ReasonCode>,
    /// What that reason read at the centre on that day; null: the message `return-reason-…`, if there is one of that code.
    pub said: Option<ReasonText>,
    /// More about it, in the supervisor's words.
    pub why: Option<String>,
    /// Who.
    pub by: Option<String>,
    /// In which role.
    pub role: Option<Role>,
    /// Until when it is to be answered.
    pub deadline: Option<Deadline>,
    /// The draft of the answer, if it was begun.
    pub draft: Option<DraftId>,
    /// Whether the record is known here piece by piece, so that one of them can be taken again alone.
    pub piecewise: bool,
    /// Whether that draft has the piece taken again.
    pub retaken: bool,
}

/// What a supervisor has said of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct CheckLine {
    /// Its id.
    pub check: CheckId,
    /// What it says: accepted, remarked or returned; answered when a correction has answered a return.
    pub state: CheckKind,
    /// Whether it stands: not answered, and nothing was said later in its place.
    pub stands: bool,
    /// The one piece that was returned.
    pub evidence: Option<EvidenceId>,
    /// Why it was returned.
    pub reason: Option<ReasonCode>,
    /// See [`ReturnedCard::said`].
    pub said: Option<ReasonText>,
    /// The supervisor's words.
    pub text: Option<String>,
    /// Until when a return is to be answered.
    pub due: Option<NaiveDate>,
    /// Who.
    pub by: String,
    /// In which role.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}
