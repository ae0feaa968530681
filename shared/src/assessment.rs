//! The assessment of career and mobility centres by the Workforce Development Centre (§47-51): three scores with a reason
//! each, what total and which word they give, by when things are to be done, and how a conclusion goes from a draft to
//! measures (requirements §2.9).
//!
//! Scores are people's. What is computed ([`Indicators`]) is shown beside them and decides nothing. The order's bands go to
//! 25 and touch, while three scores of 1 to 5 give at most 15; how that is read is a dated setting ([`AssessmentMode`]), kept
//! with the raw scores and the version of these rules, so that another reading later changes nothing that was said.

mod conclusion;
mod indicators;

pub use conclusion::{
    Assessed, ConclusionAct, ConclusionState, FollowUp, FollowedUp, Frozen, MAX_PART, MAX_WORDS, Parts,
    Recommendation, Unready, unready, words_fit,
};
pub use indicators::{Effectiveness, Indicators, Relevance, Reports, SocialEffect, share};

use chrono::{Datelike as _, Months, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    calendar::{Calendar, CalendarError, NamedDate},
    quarter::Quarter,
    text_enum::text_enum,
};

/// Version of these rules; it stands with every score.
pub const RULES: i32 = 1;

text_enum! {
    /// What is scored (§48).
    pub enum Criterion {
        /// Whether the tasks of the plans were carried out as planned.
        Relevance = "relevance",
        /// How well they were carried out.
        Effectiveness = "effectiveness",
        /// How content the kandas are, and how many have left.
        SocialEffect = "social_effect",
    }
}

text_enum! {
    /// How the total is read.
    pub enum AssessmentMode {
        /// The sum of the three scores, 3 to 15, against the bands as they are written.
        LiteralSum = "literal_sum",
        /// The sum × 25/15, so that the bands are reached to their end.
        Rescaled25 = "rescaled_25",
    }
}

text_enum! {
    /// The general conclusion (§49).
    pub enum AssessmentBand {
        /// Below 10: low, the services were delivered unsatisfactorily.
        Low = "low",
        /// From 10, below 15: medium, satisfactorily.
        Medium = "medium",
        /// From 15: high, successfully.
        High = "high",
    }
}

/// A score, 1 to 5 (§49).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentPoints))]
pub struct Points(u8);

impl Points {
    /// 1 to 5.
    #[must_use]
    pub const fn new(points: u8) -> Option<Self> {
        if 1 <= points && points <= 5 { Some(Self(points)) } else { None }
    }

    /// The number.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Points {
    type Error = &'static str;
    fn try_from(points: u8) -> Result<Self, Self::Error> {
        Self::new(points).ok_or("a score is 1, 2, 3, 4 or 5")
    }
}

impl From<Points> for u8 {
    fn from(points: Points) -> Self {
        points.0
    }
}

/// A score with its reason.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentScore))]
pub struct Score {
    /// 1 to 5.
    pub points: Points,
    /// Why, in words about the centre; nobody is named.
    pub reason: String,
}

/// The three scores of a centre.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentScores))]
pub struct Scores {
    /// §48(1).
    pub relevance: Score,
    /// §48(2).
    pub effectiveness: Score,
    /// §48(3).
    pub social_effect: Score,
}

impl Scores {
    /// The numbers alone.
    #[must_use]
    pub fn points(&self) -> [Points; 3] {
        [self.relevance.points, self.effectiveness.points, self.social_effect.points]
    }

    /// The first score whose reason is missing, too long, or names somebody by number.
    #[must_use]
    pub fn unreasoned(&self) -> Option<Criterion> {
        let reasons = [&self.relevance.reason, &self.effectiveness.reason, &self.social_effect.reason];
        let found = Criterion::ALL.iter().zip(reasons).find(|(_, reason)| !words_fit(reason, MAX_WORDS));
        found.map(|(criterion, _)| *criterion)
    }
}

/// What three scores give in one reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentTotal))]
pub struct Total {
    /// The reading.
    pub mode: AssessmentMode,
    /// Version of the rules, [`RULES`].
    pub rules: i32,
    /// The total in hundredths of a point, rounded; the band is found before rounding.
    pub hundredths: i32,
    /// The general conclusion.
    pub band: AssessmentBand,
}

/// The total of three scores and the band it lies in.
#[must_use]
pub fn total(points: [Points; 3], mode: AssessmentMode) -> Total {
    let sum: i32 = points.iter().map(|points| i32::from(points.get())).sum();
    // In thirds of a point both readings are whole numbers: 25/15 are five thirds.
    let thirds = match mode {
        AssessmentMode::LiteralSum => sum * 3,
        AssessmentMode::Rescaled25 => sum * 5,
    };
    Total { mode, rules: RULES, hundredths: (thirds * 200 + 3) / 6, band: band(thirds) }
}

/// The band of a total in thirds of a point. Each begins with its lower bound: [0, 10) low, [10, 15) medium, [15, 25] high.
/// Were 15 medium, three scores could never be high.
#[must_use]
pub const fn band(thirds: i32) -> AssessmentBand {
    match thirds {
        ..30 => AssessmentBand::Low,
        30..45 => AssessmentBand::Medium,
        45.. => AssessmentBand::High,
    }
}

/// The mean of several centres' scores, in hundredths of a point (A-29: shown beside a mobility centre's own).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentMean))]
pub struct Mean {
    /// Of so many centres.
    pub centres: i32,
    /// §48(1).
    pub relevance: i32,
    /// §48(2).
    pub effectiveness: i32,
    /// §48(3).
    pub social_effect: i32,
    /// Of the sums.
    pub sum: i32,
}

/// See [`Mean`]; none of none.
#[must_use]
pub fn mean(of: &[[Points; 3]]) -> Option<Mean> {
    let centres = i32::try_from(of.len()).ok().filter(|centres| *centres > 0)?;
    let sums = of.iter().fold([0; 3], |sums: [i32; 3], points| {
        [0, 1, 2].map(|at: usize| sums[at] + i32::from(points[at].get()))
    });
    let part = |sum: i32| (sum * 200 + centres) / (centres * 2);
    let [relevance, effectiveness, social_effect] = sums.map(part);
    Some(Mean { centres, relevance, effectiveness, social_effect, sum: part(sums.iter().sum()) })
}

/// By when the assessment of a quarter is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = AssessmentClocks))]
pub struct Clocks {
    /// The 1st of the month after the quarter: scores may be given, over what the store knows at that moment. Nothing is
    /// late by it, so it has no other dates.
    pub opens: NaiveDate,
    /// The 5th of that month (§47): until the end of its legal day scores are in time and indicators go on counting; then
    /// they are frozen, late monthly reports of the same day included.
    pub scores: NamedDate,
    /// The 25th of that month (§50); 25 October is always a holiday.
    pub conclusion: NamedDate,
}

impl Clocks {
    /// The clocks of a quarter.
    ///
    /// # Errors
    /// When the calendar does not know one of the days.
    pub fn of(calendar: &Calendar, quarter: Quarter) -> Result<Self, CalendarError> {
        let opens = quarter.next().days().0;
        let on = |day: u32| calendar.named_date(opens.with_day(day).unwrap_or(opens));
        Ok(Self { opens, scores: on(5)?, conclusion: on(25)? })
    }

    /// Whether on `today` nothing that comes counts for the indicators any more.
    #[must_use]
    pub fn is_closed(&self, today: NaiveDate) -> bool {
        today > self.scores.legal
    }
}

/// By when the local executive body has considered a conclusion that it received on a day (§51): the same day of the next
/// month, or its last day where there is none.
///
/// # Errors
/// When the calendar does not know the day.
pub fn consider_by(calendar: &Calendar, received: NaiveDate) -> Result<NamedDate, CalendarError> {
    calendar.named_date(a_month_after(received))
}

/// See [`consider_by`].
#[must_use]
pub fn a_month_after(received: NaiveDate) -> NaiveDate {
    received.checked_add_months(Months::new(1)).unwrap_or(received)
}

#[cfg(test)]
mod tests;
