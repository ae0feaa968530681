//! The conclusion of a quarter (§50): three parts, recommendations that are followed up a quarter later, and its way to the
//! authorised body and the local executive bodies (§51).
//!
//! Words about centres name nobody: nothing could find them again when somebody is to be erased. A number with a valid
//! check digit is refused ([`words_fit`]); the rest the screens ask for.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Scores, Total};
use crate::{
    hash::Digest,
    ids::{AssessmentId, ConclusionId, OrgUnitId, RecommendationId},
    iin::Iin,
    quarter::Quarter,
    text_enum::text_enum,
};

/// Most characters of a reason, a recommendation, a result or a measure.
pub const MAX_WORDS: usize = 1_000;
/// Most characters of a part of the conclusion.
pub const MAX_PART: usize = 20_000;

text_enum! {
    /// Where a conclusion stands.
    pub enum ConclusionState {
        /// Being written; each saving takes the place of the one before.
        Draft = "draft",
        /// Signed at the Workforce Development Centre, not sent.
        Signed = "signed",
        /// Before the authorised body.
        Sent = "sent",
        /// Before the local executive bodies.
        Forwarded = "forwarded",
        /// All of them have taken measures.
        Closed = "closed",
    }
}

text_enum! {
    /// What is done to a conclusion.
    pub enum ConclusionAct {
        /// Written, or written anew.
        Draft = "draft",
        /// Signed.
        Sign = "sign",
        /// Sent to the authorised body (§50).
        Send = "send",
        /// Sent on to the local executive bodies (§51).
        Forward = "forward",
        /// A local executive body has considered it and taken measures (§51).
        Measure = "measure",
    }
}

impl ConclusionState {
    /// Where it stands after an act; none if that cannot be done to it. With measures it stays before the other bodies;
    /// that the last one has taken its own is said by the fact.
    #[must_use]
    pub const fn after(self, act: ConclusionAct) -> Option<ConclusionState> {
        use ConclusionState::{Draft, Forwarded, Sent, Signed};
        match (self, act) {
            (Draft, ConclusionAct::Draft) => Some(Draft),
            (Draft, ConclusionAct::Sign) => Some(Signed),
            (Signed, ConclusionAct::Send) => Some(Sent),
            (Sent, ConclusionAct::Forward) => Some(Forwarded),
            (Forwarded, ConclusionAct::Measure) => Some(Forwarded),
            _ => None,
        }
    }

    /// Whether nothing that it says can change any more.
    #[must_use]
    pub const fn is_fixed(self) -> bool {
        !matches!(self, Self::Draft)
    }

    /// Whether the authorised body has it.
    #[must_use]
    pub const fn is_sent(self) -> bool {
        matches!(self, Self::Sent | Self::Forwarded | Self::Closed)
    }

    /// Whether the local executive bodies have it, and so the centres.
    #[must_use]
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Forwarded | Self::Closed)
    }
}

text_enum! {
    /// What became of a recommendation (§50(2)).
    pub enum FollowedUp {
        /// Carried out.
        Done = "done",
        /// Carried out in part: it stays open.
        Partly = "partly",
        /// Not carried out: it stays open.
        NotDone = "not_done",
        /// It is of no use any more.
        Dropped = "dropped",
    }
}

impl FollowedUp {
    /// Whether the next quarter asks for it once more.
    #[must_use]
    pub const fn stays_open(self) -> bool {
        matches!(self, Self::Partly | Self::NotDone)
    }
}

/// A recommendation to a centre (§50(3)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentRecommendation))]
pub struct Recommendation {
    /// Its id: it is carried from quarter to quarter.
    pub recommendation: RecommendationId,
    /// To whom.
    pub unit: OrgUnitId,
    /// What.
    pub text: String,
}

/// What became of an earlier recommendation (§50(2)).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentFollowUp))]
pub struct FollowUp {
    /// Of which.
    pub recommendation: RecommendationId,
    /// What became of it.
    pub became: FollowedUp,
    /// In words.
    pub text: String,
}

/// The three parts of a conclusion (§50).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// (1) The final report, beside the table of scores.
    pub report: String,
    /// (2) What became of earlier recommendations.
    pub results: Vec<FollowUp>,
    /// (3) Conclusions …
    pub conclusions: String,
    /// … and recommendations.
    pub recommendations: Vec<Recommendation>,
}

/// A centre with its scores, as the conclusion has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessed {
    /// The centre.
    pub unit: OrgUnitId,
    /// The scoring that counts.
    pub assessment: AssessmentId,
    /// The scores with their reasons.
    pub scores: Scores,
    /// What they give in the reading that held.
    pub total: Total,
}

/// The conclusion as it is signed: JSON without spaces, members in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Format version, 1.
    pub v: u32,
    /// Its id.
    pub conclusion: ConclusionId,
    /// The quarter.
    pub quarter: Quarter,
    /// Every centre that is assessed, by its id.
    pub assessed: Vec<Assessed>,
    /// The three parts.
    pub parts: Parts,
}

impl Frozen {
    /// The text that is signed.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads such a text.
    ///
    /// # Errors
    /// When it is none.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// What a signature is over: SHA-256 of the text.
    #[must_use]
    pub fn hash_of(text: &str) -> Digest {
        Digest::of(text.as_bytes())
    }
}

/// What a conclusion lacks to be signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unready {
    /// Centres without scores.
    Unscored(Vec<OrgUnitId>),
    /// Earlier recommendations without a result (§50(2)).
    Unanswered(Vec<RecommendationId>),
    /// A part without words.
    Empty,
}

/// What a conclusion still lacks: every centre that is assessed has scores, every open recommendation a result, and the
/// first and third part say something.
#[must_use]
pub fn unready(
    parts: &Parts,
    assessed: &BTreeSet<OrgUnitId>,
    scored: &BTreeSet<OrgUnitId>,
    open: &BTreeSet<RecommendationId>,
) -> Vec<Unready> {
    let mut lacks = Vec::new();
    let unscored: Vec<OrgUnitId> = assessed.difference(scored).copied().collect();
    if !unscored.is_empty() {
        lacks.push(Unready::Unscored(unscored));
    }
    let told: BTreeSet<RecommendationId> = parts.results.iter().map(|result| result.recommendation).collect();
    let unanswered: Vec<RecommendationId> = open.difference(&told).copied().collect();
    if !unanswered.is_empty() {
        lacks.push(Unready::Unanswered(unanswered));
    }
    if [&parts.report, &parts.conclusions].iter().any(|text| text.trim().is_empty()) {
        lacks.push(Unready::Empty);
    }
    lacks
}

/// Whether words say something, are not too long, can be stored, and hold nobody's identification number.
#[must_use]
pub fn words_fit(text: &str, most: usize) -> bool {
    !text.trim().is_empty() && may_stand(text, most)
}

impl Parts {
    /// Whether everything in it may be stored: the two texts may still be empty, nothing else may.
    #[must_use]
    pub fn may_stand(&self) -> bool {
        let results = self.results.iter().map(|result| &result.text);
        let short = self.recommendations.iter().map(|of| &of.text).chain(results);
        let distinct: BTreeSet<RecommendationId> = self
            .results
            .iter()
            .map(|of| of.recommendation)
            .chain(self.recommendations.iter().map(|of| of.recommendation))
            .collect();
        distinct.len() == self.results.len() + self.recommendations.len()
            && [&self.report, &self.conclusions].iter().all(|text| may_stand(text, MAX_PART))
            && short.into_iter().all(|text| words_fit(text, MAX_WORDS))
    }
}

fn may_stand(text: &str, most: usize) -> bool {
    let mut numbers = text.split(|letter: char| !letter.is_ascii_digit()).filter(|run| run.len() == 12);
    text.chars().count() <= most && !text.contains('\0') && !numbers.any(|run| Iin::parse(run).is_ok())
}
