//! Families: the list, and one family as a matrix of members and services.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{FamilyId, PersonId},
    plan_state::PlanState,
    pulled::{Relation, Sex},
    record::{Act, ConsentState},
    service::{ServiceCode, ServiceGroup},
};
use serde::Serialize;
use ts_rs::TS;

use super::{Cell, LedgerRow, Patch, PersonName, Place, Quilt, ReturnedCard};
use crate::{draft::ConsentSource, store::draft::DraftId};

/// The families of this worker.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FamiliesView {
    /// When the list was last complete; null: nothing is known yet.
    pub as_of: Option<DateTime<Utc>>,
    /// How many there are without a search.
    pub total: u32,
    /// Those that match. Without a search by settlement and name; with a place the nearest first; with a search the best
    /// match first.
    pub families: Vec<FamilyRow>,
    /// Families or members that cannot be read; they are in the diagnostics.
    pub unreadable: u32,
}

/// One family as a row.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FamilyRow {
    /// Id.
    pub family: FamilyId,
    /// Its name: the surname of its head, else the given name.
    pub name: String,
    /// Where it lives.
    pub settlement: String,
    /// Whether that is in the countryside.
    pub rural: bool,
    /// How many members.
    pub members: u32,
    /// Activities done.
    pub done: u32,
    /// Activities planned, without those that do not apply or were refused.
    pub total: u32,
    /// Overdue activities.
    pub overdue: u32,
    /// Activities due soon.
    pub soon: u32,
    /// Returned for rework.
    pub returned: u32,
    /// Open drafts.
    pub drafts: u32,
    /// One patch a service: the most urgent of its members.
    pub quilt: Quilt,
    /// The last day on which this phone or the centre knows of something done there.
    pub last_visit: Option<NaiveDate>,
    /// Metres from the place that was asked with; null when one of the two is not known.
    pub distance_m: Option<f64>,
    /// With a search: the member or address that matched, when it is not the name.
    pub matched: Option<String>,
}

/// One family.
#[derive(Clone, Debug, Serialize, TS)]
pub struct FamilyView {
    /// Id.
    pub family: FamilyId,
    /// Its name.
    pub name: String,
    /// Where it lives.
    pub settlement: String,
    /// Whether that is in the countryside (§38).
    pub rural: bool,
    /// Address.
    pub address: Option<String>,
    /// Phone of the family.
    pub phone: Option<String>,
    /// Date of inclusion in the quota.
    pub quota_date: Option<NaiveDate>,
    /// Date of arrival.
    pub arrived_on: Option<NaiveDate>,
    /// Where the centre has it on the map.
    pub place: Option<Place>,
    /// Metres from the place that was asked with.
    pub distance_m: Option<f64>,
    /// Its plan; null when none is published.
    pub plan: Option<PlanView>,
    /// Its members, the head first: the columns of the matrix.
    pub members: Vec<Member>,
    /// The services that are planned for anybody here, in the order of Appendix 1: the rows of the matrix.
    pub services: Vec<ServiceRow>,
    /// Activities done.
    pub done: u32,
    /// Activities planned, without those that do not apply or were refused.
    pub total: u32,
    /// How many activities show each patch, for the filter chips; patches nobody shows are left out.
    pub counts: Vec<PatchCount>,
    /// What came back and waits for an answer.
    pub returned: Vec<ReturnedCard>,
    /// Acts outside the 25 services that were recorded here, newest first.
    pub acts: Vec<LedgerRow>,
    /// Open drafts of acts and consents.
    pub act_drafts: Vec<ActDraft>,
    /// Whether the family is not this worker's any more and is only kept for unsent work.
    pub leaving: bool,
    /// Rows that cannot be read.
    pub unreadable: u32,
}

/// A plan in its present version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PlanView {
    /// Version, from 1.
    pub version: i32,
    /// State.
    pub state: PlanState,
    /// Date of publication to the phones.
    pub published_on: Option<NaiveDate>,
}

/// How many activities show a patch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct PatchCount {
    /// The patch.
    pub patch: Patch,
    /// How many.
    pub count: u32,
}

/// A member of a family.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Member {
    /// Name.
    pub name: PersonName,
    /// Spelling in the passport.
    pub latin_name: Option<String>,
    /// Relation to the head.
    pub relation: Relation,
    /// Sex by the document.
    pub sex: Option<Sex>,
    /// Date of birth.
    pub birth_date: Option<NaiveDate>,
    /// Whole years today.
    pub age: Option<u32>,
    /// IIN with all but the last four digits hidden; null when the person has none yet. `show_iin` shows it.
    pub iin_masked: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Consent to personal data processing.
    pub consent: Consent,
    /// The person's 25 patches.
    pub quilt: Quilt,
    /// Activities done.
    pub done: u32,
    /// Activities planned, without those that do not apply or were refused.
    pub total: u32,
}

/// What is known of a person's consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
pub struct Consent {
    /// Whose.
    pub person: PersonId,
    /// The state.
    pub state: ConsentState,
    /// How this phone knows.
    pub source: ConsentSource,
    /// Who gave it, when a parent did for a minor.
    pub given_by: Option<PersonId>,
    /// Whether somebody has asked, whatever the answer: then the camera may open.
    pub asked: bool,
}

/// A row of the matrix.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ServiceRow {
    /// Which service.
    pub service: ServiceCode,
    /// Number in Appendix 1.
    pub number: u8,
    /// Group for reading.
    pub group: ServiceGroup,
    /// Whether it is for the family as one: then `cells` has one wide cell, on the head.
    pub for_family: bool,
    /// Whether one capture may serve several members.
    pub together: bool,
    /// One for each member in the order of `members`, or the one wide cell; null where nothing is planned. Where a
    /// person has several activities of one service the most urgent one is shown.
    pub cells: Vec<Option<Cell>>,
}

/// An open draft of an act outside the 25 services, or of a consent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct ActDraft {
    /// The draft.
    pub draft: DraftId,
    /// Which act; null for a consent.
    pub act: Option<Act>,
}

/// A person's IIN, shown because somebody gave a reason; noted in the log without the reason's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct IinView {
    /// The person.
    pub person: PersonId,
    /// Twelve digits; null when there is none yet.
    pub iin: Option<String>,
}
