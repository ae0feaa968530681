//! What the rules are told about a record: everything they need, and nothing they would have to ask for.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::{EvidenceKind, Position, Source, Summary},
    hash::Digest,
    ids::{CaptureId, EvidenceId, FamilyId},
    rule::NoPositionReason,
    time::ClockReading,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    bracket::Bracket,
    place::{self, Place},
};
use crate::facts::ChainFinding;

/// A record, and what is known around it.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Case {
    /// Whether the order asks for a position (§36): of what was done for a family, not of a consent or a refusal.
    pub asks_position: bool,
    /// The family.
    pub family: FamilyId,
    /// The day of the work, as the worker states.
    pub done_on: NaiveDate,
    /// The phone's clocks at sealing.
    pub sealed: ClockReading,
    /// Between which times it was sealed.
    pub bracket: Bracket,
    /// Last day for its activity, if it completes one.
    pub due: Option<NaiveDate>,
    /// Where the phone was.
    pub position: Option<Position>,
    /// Why nobody knows.
    pub no_position: Option<NoPositionReason>,
    /// Where the family lives.
    pub home: Home,
    /// The way from the worker's record before.
    pub way: Option<Way>,
    /// Its evidence.
    pub evidence: Vec<Piece>,
    /// Files of other records that are the same or nearly the same as its own.
    pub alike: Vec<Alike>,
    /// Its place in the chain.
    pub chain: Link,
    /// The worker had the family once, but not when the record came.
    pub late_handover: bool,
}

/// Where a family lives.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Home {
    /// Name of the settlement.
    pub settlement: String,
    /// As imported.
    pub at: Option<Place>,
    /// The middle of the settlement, where somebody has said it.
    pub centre: Option<Place>,
    /// Exact positions of other records from the settlement, the latest of them.
    pub usual: Vec<Place>,
}

/// How it is known where a family lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HomeKnown)]
pub enum Known {
    /// The coordinates of its house, as imported.
    Coordinates,
    /// The middle of its settlement, as the office has set it.
    Centre,
    /// The middle of the latest exact positions from its settlement.
    Median,
}

impl Known {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Coordinates => "coordinates",
            Self::Centre => "centre",
            Self::Median => "median",
        }
    }
}

impl Home {
    /// From where distances to the family are measured, and how that is known; none where there are neither coordinates, nor
    /// a middle that was set, nor `fixes` exact positions.
    #[must_use]
    pub fn origin(&self, fixes: usize) -> Option<(Place, Known)> {
        let said = self.at.map(|at| (at, Known::Coordinates)).or(self.centre.map(|at| (at, Known::Centre)));
        let median = || place::middle(&self.usual).filter(|_| self.usual.len() >= fixes);
        said.or_else(|| Some((median()?, Known::Median)))
    }
}

/// A position and when the phone was there.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Fix {
    /// Where.
    pub place: Place,
    /// Radius in metres.
    pub accuracy_m: f64,
    /// When.
    pub at: DateTime<Utc>,
}

/// From the worker's record before to this one.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Way {
    /// Where he was.
    pub from: Fix,
    /// Where he is.
    pub to: Fix,
    /// The record before.
    pub other: Digest,
}

/// A piece of evidence.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Piece {
    /// Its id.
    pub evidence: EvidenceId,
    /// Taken in the app or attached.
    pub source: Source,
    /// The phone's clocks when it was taken or attached.
    pub taken: ClockReading,
    /// Where the phone was then.
    pub position: Option<Position>,
    /// What the camera wrote.
    pub summary: Summary,
}

/// Two files that are alike.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Alike {
    /// The record's own.
    pub own: Named,
    /// Somebody else's.
    pub theirs: Named,
    /// Their record.
    pub other: Digest,
    /// In how many marks they differ, of how many; none if they are the same byte for byte.
    pub bits: Option<(u32, u32)>,
    /// How much of the two pictures agrees at a second look, in percent; none where one of them could not be looked at.
    pub likeness: Option<f64>,
}

/// A file as a record names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Named {
    /// The evidence.
    pub evidence: EvidenceId,
    /// The press of the shutter.
    pub capture: CaptureId,
    /// What kind of proof.
    pub kind: EvidenceKind,
    /// For which family.
    pub family: Option<FamilyId>,
}

/// A record's place in the chain of its phone.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(serde::Serialize, serde::Deserialize), serde(deny_unknown_fields))]
pub struct Link {
    /// Its number.
    pub seq: u64,
    /// The phone's clocks when the number before was sealed.
    pub before: Option<ClockReading>,
    /// Numbers right before it that are missing, and whether the phone has stated their loss.
    pub gap: Option<(u64, u64, bool)>,
    /// Another statement with the same number.
    pub fork: Option<Digest>,
    /// What is wrong with the names that neighbours give each other.
    pub finding: Option<ChainFinding>,
}
