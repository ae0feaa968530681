//! Plans as the office draws them up (§19, 28, 32-34). Whatever shows or names somebody of the family stands in a fact of its
//! own, whose body goes when he is erased: the items of each member ([`PlanRowDrafted`]), files that show the agreement
//! ([`PlanPaperKept`]), remarks ([`PlanRemarked`]). What was agreed and approved, by whom and when, stays. What comes to the
//! phones are `plan.set` and `activity.set`, as from an import.

use chrono::NaiveDate;
use kandas_shared::{
    cms::CmsChecked,
    hash::Digest,
    ids::{FamilyId, PlanId, RecordId},
    plan::{PlanAct, PlanAgreement, Row},
    plan_state::PlanState,
};
use serde::{Deserialize, Serialize};

use super::ReportHand;

/// See [`Event::PlanOpened`](super::Event::PlanOpened). Followed by the rows that it begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanOpened {
    /// The plan: the same for all versions.
    pub plan: PlanId,
    /// Whose.
    pub family: FamilyId,
    /// The version, from 1.
    pub version: i32,
    /// Where it stands: drafted remotely (§19), or in the settlement region (§32).
    pub state: PlanState,
    /// The version that is on the phones, which this one amends.
    pub amends: Option<i32>,
    /// Who began it.
    pub hand: ReportHand,
}

/// See [`Event::PlanRowDrafted`](super::Event::PlanRowDrafted). About the row's person, so that it goes with him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRowDrafted {
    /// His items from now on.
    pub row: Row,
}

/// See [`Event::PlanActed`](super::Event::PlanActed).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanActed {
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: i32,
    /// What was done: visit, finish, approve, reject or publish.
    pub act: PlanAct,
    /// Where the version stands after it.
    pub after: PlanState,
    /// The day of the preliminary visit, where the act is that.
    pub on: Option<NaiveDate>,
    /// Whether it was within the working day of the order (§28, §34); none where there is none, or the calendar does not know it.
    pub in_time: Option<bool>,
    /// What was approved.
    pub sha256: Option<Digest>,
    /// Whether a code of the second factor was asked for beside the password, where there was a password.
    pub second_factor: Option<bool>,
    /// Who.
    pub hand: ReportHand,
}

/// See [`Event::PlanAgreed`](super::Event::PlanAgreed).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAgreed {
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: i32,
    /// How the kandas agreed.
    pub how: PlanAgreement,
    /// On which civil day.
    pub signed_on: NaiveDate,
    /// The record that shows his signature, where it was taken on a phone.
    pub record: Option<RecordId>,
    /// SHA-256 of each row's text, in the order of the persons' ids.
    pub rows: Vec<Digest>,
    /// What he agreed to: SHA-256 over `shared::plan::Frozen`.
    pub sha256: Digest,
    /// Who entered it.
    pub hand: ReportHand,
}

/// See [`Event::PlanPaperKept`](super::Event::PlanPaperKept). Followed by the agreement that it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanPaperKept {
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: i32,
    /// Whose.
    pub family: FamilyId,
    /// Name of who signed.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Its type, by its first bytes.
    pub media_type: String,
    /// Key in the media store.
    pub object: String,
    /// What a file with an electronic signature turned out to be; of those that were kept before there is nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cms: Option<CmsChecked>,
}

/// See [`Event::PlanRemarked`](super::Event::PlanRemarked).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRemarked {
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: i32,
    /// Whose.
    pub family: FamilyId,
    /// In words. They may speak of anybody in the family: the body goes when one of them is erased.
    pub text: String,
}
