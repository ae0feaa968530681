//! Road maps (§38). Whatever may show or name a family of the map stands in a fact of its own, whose body goes when one of
//! them is erased: each line of the map ([`RoadMapRowFrozen`]), scans of signed papers ([`RoadMapScanned`]), remarks
//! ([`RoadMapRemarked`]). Who signed what and when stays.

use chrono::NaiveDate;
use kandas_shared::{
    hash::Digest,
    ids::{OrgUnitId, RoadMapId},
    kato::Kato,
    roadmap::{RoadMapHolder, RoadMapState, Row},
};
use serde::{Deserialize, Serialize};

use super::ReportHand;

/// See [`Event::RoadMapRowFrozen`](super::Event::RoadMapRowFrozen). About the line's person, so that it goes with him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapRowFrozen {
    /// The road map.
    pub map: RoadMapId,
    /// The line.
    pub row: Row,
}

/// See [`Event::RoadMapDrafted`](super::Event::RoadMapDrafted).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapDrafted {
    /// Its id: each version has its own.
    pub map: RoadMapId,
    /// The career centre.
    pub unit: OrgUnitId,
    /// The rural okrug.
    pub okrug: Kato,
    /// Names of the settlements where its families live, in order.
    pub settlements: Vec<String>,
    /// Calendar year.
    pub year: i32,
    /// Version of the year's map.
    pub version: i32,
    /// Families in it.
    pub families: u32,
    /// SHA-256 of each line's text, in the order of their numbers.
    pub rows: Vec<Digest>,
    /// What is signed: SHA-256 over `shared::roadmap::Frozen`.
    pub sha256: Digest,
    /// The snapshot of the same version whose place it takes.
    pub drops: Option<RoadMapId>,
    /// Who drew it up.
    pub hand: ReportHand,
}

/// See [`Event::RoadMapSubmitted`](super::Event::RoadMapSubmitted).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapSubmitted {
    /// The road map.
    pub map: RoadMapId,
    /// Working days within which the three should sign.
    pub term: u32,
    /// The last of them; none where the calendar does not know it.
    pub target: Option<NaiveDate>,
    /// Who put it forward.
    pub hand: ReportHand,
}

/// See [`Event::RoadMapScanned`](super::Event::RoadMapScanned). Followed by the signature that it shows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapScanned {
    /// The road map.
    pub map: RoadMapId,
    /// Whose signature it shows.
    pub holder: RoadMapHolder,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Its bytes.
    pub size: u64,
    /// Its type, by its first bytes.
    pub media_type: String,
    /// Key in the media store.
    pub object: String,
}

/// See [`Event::RoadMapSigned`](super::Event::RoadMapSigned).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapSigned {
    /// The road map.
    pub map: RoadMapId,
    /// What was signed.
    pub sha256: Digest,
    /// As whom.
    pub holder: RoadMapHolder,
    /// Whether a code of the second factor was asked for beside the password.
    pub second_factor: bool,
    /// What stands on the paper, where it was signed on paper.
    pub paper: Option<OnPaper>,
    /// Where it stands after it.
    pub after: RoadMapState,
    /// The earlier version that is not in force any more with it.
    pub closes: Option<RoadMapId>,
    /// Who signed, or who entered the paper.
    pub hand: ReportHand,
}

/// A signature on paper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OnPaper {
    /// Name of who signed.
    pub name: String,
    /// His position.
    pub post: String,
    /// Civil day of the signature.
    pub signed_on: NaiveDate,
}

/// See [`Event::RoadMapReturned`](super::Event::RoadMapReturned).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapReturned {
    /// The road map.
    pub map: RoadMapId,
    /// Who sent it back.
    pub hand: ReportHand,
}

/// See [`Event::RoadMapRemarked`](super::Event::RoadMapRemarked).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapRemarked {
    /// The road map.
    pub map: RoadMapId,
    /// In words. They may speak of somebody in the map: the body goes when one of them is erased.
    pub text: String,
}

/// See [`Event::RoadMapCopied`](super::Event::RoadMapCopied).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoadMapCopied {
    /// The road map.
    pub map: RoadMapId,
    /// Whose copy.
    pub holder: RoadMapHolder,
    /// Name of who took it.
    pub name: String,
    /// Civil day on which he took it.
    pub taken_on: NaiveDate,
    /// Where the map stands after it.
    pub after: RoadMapState,
    /// Who entered it.
    pub hand: ReportHand,
}
