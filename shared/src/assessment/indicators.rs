//! What is computed of a centre and a quarter, to be shown beside the scores of people (§48, R-101). What nobody has
//! recorded is absent, not zero.

use serde::{Deserialize, Serialize};

/// What was computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentIndicators))]
pub struct Indicators {
    /// §48(1).
    pub relevance: Relevance,
    /// §48(2).
    pub effectiveness: Effectiveness,
    /// §48(3).
    pub social_effect: SocialEffect,
}

/// Whether the tasks of plans were carried out as planned: those whose day lies in the quarter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentRelevance))]
pub struct Relevance {
    /// To be done at all.
    pub due: i64,
    /// Done by that day, or by the next working day where it was a day off.
    pub in_time: i64,
    /// Done later.
    pub late: i64,
    /// Not done.
    pub not_done: i64,
}

/// How well they were carried out: completions whose day lies in the quarter, and the monthly reports about it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentEffectiveness))]
pub struct Effectiveness {
    /// Activities that are done by one.
    pub done: i64,
    /// Completions that a supervisor accepted.
    pub accepted: i64,
    /// That were remarked.
    pub remarked: i64,
    /// That went back and wait for an answer.
    pub returned: i64,
    /// That went back and were answered by a newer one.
    pub answered: i64,
    /// Of which something is noticed.
    pub noticed: i64,
    /// Monthly reports of its three months.
    pub reports: Reports,
}

/// Monthly reports (§39).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentReports))]
pub struct Reports {
    /// Three for each career centre.
    pub due: i64,
    /// Whose first version was sent by the legal date.
    pub in_time: i64,
    /// Sent later.
    pub late: i64,
}

/// How content people are, and how many have left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentSocialEffect))]
pub struct SocialEffect {
    /// Families of the centre.
    pub families: i64,
    /// Those of them whose residence somebody looked at in the quarter (§45).
    pub watched: i64,
    /// Those of them that left in the quarter (§46); absent where nobody has looked.
    pub departed: Option<i64>,
    /// Mean of what people said of the services, in hundredths of a point; absent where nobody was asked.
    pub satisfaction: Option<i32>,
    /// How many answers in the quarter that is the mean of; what was frozen before there were any has none.
    #[serde(default, skip_serializing_if = "is_none")]
    pub answers: i64,
    /// The sum of their points.
    #[serde(default, skip_serializing_if = "is_none")]
    pub points: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it over so")]
fn is_none(count: &i64) -> bool {
    *count == 0
}

impl SocialEffect {
    /// With more answers: so many with so many points together.
    #[must_use]
    pub fn answered(self, answers: i64, points: i64) -> Self {
        let (answers, points) = (self.answers + answers, self.points + points);
        let mean = (answers > 0).then(|| (points * 200 + answers) / (answers * 2));
        let satisfaction = mean.and_then(|mean| i32::try_from(mean).ok()).or(self.satisfaction);
        Self { satisfaction, answers, points, ..self }
    }
}

impl Indicators {
    /// Of both together: a mobility centre is the sum of its career centres and of what is its own.
    #[must_use]
    pub fn and(self, more: Self) -> Self {
        let (a, b) = (self.relevance, more.relevance);
        let relevance = Relevance {
            due: a.due + b.due,
            in_time: a.in_time + b.in_time,
            late: a.late + b.late,
            not_done: a.not_done + b.not_done,
        };
        let (a, b) = (self.effectiveness, more.effectiveness);
        let reports = Reports {
            due: a.reports.due + b.reports.due,
            in_time: a.reports.in_time + b.reports.in_time,
            late: a.reports.late + b.reports.late,
        };
        let effectiveness = Effectiveness {
            done: a.done + b.done,
            accepted: a.accepted + b.accepted,
            remarked: a.remarked + b.remarked,
            returned: a.returned + b.returned,
            answered: a.answered + b.answered,
            noticed: a.noticed + b.noticed,
            reports,
        };
        let (a, b) = (self.social_effect, more.social_effect);
        let departed = match (a.departed, b.departed) {
            (None, None) => None,
            (one, other) => Some(one.unwrap_or_default() + other.unwrap_or_default()),
        };
        // Means without the number of answers cannot be joined.
        let satisfaction =
            if b.families == 0 { a.satisfaction } else { b.satisfaction.filter(|_| a.families == 0) };
        let (families, watched) = (a.families + b.families, a.watched + b.watched);
        let social_effect =
            SocialEffect { families, watched, departed, satisfaction, ..SocialEffect::default() };
        let social_effect = social_effect.answered(a.answers + b.answers, a.points + b.points);
        Self { relevance, effectiveness, social_effect }
    }

    /// Whether there is anybody to whom services are delivered: then the centre is one of a region of settlement, and is
    /// assessed (§47).
    #[must_use]
    pub fn is_assessed(&self) -> bool {
        self.social_effect.families > 0
    }
}

/// How much of a whole something is, in hundredths of a per cent, rounded; none of nothing.
#[must_use]
pub fn share(part: i64, whole: i64) -> Option<i64> {
    (whole > 0).then(|| (part * 20_000 + whole) / (whole * 2))
}
