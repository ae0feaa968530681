//! The quarterly assessment as the office sees it (§47-51): how each centre stands for a quarter, with what was computed of
//! it beside what it was scored. The conclusion and its way are in [`conclusion`]; scoring, signing and what follows in
//! [`making`] and [`concluding`].
//!
//! What is computed belongs to everybody whose rights reach the centre. Scores are the Workforce Development Centre's until
//! the conclusion is sent; then the authorised body has them, and from the forwarding on the executive bodies and the
//! centres themselves.

pub mod concluding;
pub mod conclusion;
mod counting;
pub mod making;
pub mod mode;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    assessment::{
        self, AssessmentMode, Clocks, ConclusionState, FollowedUp, Indicators, Mean, Points, Score, Scores,
        Total,
    },
    calendar::civil_date,
    ids::{AssessmentId, ConclusionId, OrgUnitId, RecommendationId},
    problem::ProblemCode,
    pulled::{OrgKind, Role, User},
    quarter::Quarter,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::policy::{self, Right};
use crate::{
    all, among, calendar,
    check::policy::Territory,
    opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// Which quarter.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The quarter, `2026-Q3`; the one before today's if missing.
    pub quarter: Option<String>,
}

/// How centres stand for a quarter.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentList)]
pub struct List {
    /// The quarter and its clocks.
    #[serde(flatten)]
    pub of: OfQuarter,
    /// Career and mobility centres of the user's units, by name.
    pub centres: Vec<Centre>,
    /// Those that are to be assessed and have no scores; null for those who do not see scores.
    pub unscored: Option<i64>,
}

/// A quarter with its clocks.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentQuarter)]
pub struct OfQuarter {
    /// The quarter.
    pub quarter: String,
    /// Its first day.
    pub from: NaiveDate,
    /// Its last day.
    pub to: NaiveDate,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// By when what is to be done; null outside of the calendar.
    pub clocks: Option<Clocks>,
    /// Whether it is over: then scores may be given.
    pub is_over: bool,
    /// When the indicators were frozen; until then they are as the store knows them now.
    pub frozen_at: Option<DateTime<Utc>>,
    /// How totals are read.
    pub mode: AssessmentMode,
    /// Where its conclusion stands, as far as the user sees it.
    pub conclusion: Option<ConclusionState>,
    /// The conclusion was not sent, and its legal date has passed.
    pub conclusion_overdue: bool,
}

/// How a centre stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentCentre)]
pub struct Centre {
    /// The centre.
    pub unit: OrgUnitId,
    /// Career or mobility centre.
    pub kind: OrgKind,
    /// The mobility centre above.
    pub above: Option<OrgUnitId>,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// Whether it is assessed: it has families.
    pub assessed: bool,
    /// What was computed.
    pub indicators: Indicators,
    /// What it was scored, as far as the user sees it.
    pub score: Option<Given>,
    /// It has no scores, and the legal date has passed; null for those who do not see scores.
    pub overdue: Option<bool>,
}

/// What a centre was scored.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentGiven)]
pub struct Given {
    /// The scoring.
    pub assessment: AssessmentId,
    /// Number among those of the centre for the quarter.
    pub version: i32,
    /// The scores with their reasons.
    pub scores: Scores,
    /// The sum of the three.
    pub sum: i32,
    /// What they give in the reading that held.
    pub total: Total,
    /// What they would give × 25/15: to be looked at, of no effect.
    pub indicative: Total,
    /// Whether they were given by the legal date; null where the calendar does not know it.
    pub in_time: Option<bool>,
    /// Who: the name at that time.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// A centre's assessment with everything around it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Assessment)]
pub struct Page {
    /// The quarter and its clocks.
    #[serde(flatten)]
    pub of: OfQuarter,
    /// The centre.
    pub centre: Centre,
    /// What it was scored before, the newest first; without the present one.
    pub earlier: Vec<Given>,
    /// Indicators of the quarter before, as they were frozen.
    pub before: Option<Indicators>,
    /// Of a mobility centre: its career centres that are assessed, by name.
    pub below: Vec<Centre>,
    /// Of a mobility centre: the mean of its career centres that have scores.
    pub mean: Option<Mean>,
    /// Recommendations to the centre, the newest first.
    pub recommendations: Vec<Advice>,
    /// Whether the user may score it now.
    pub may_score: bool,
}

/// A recommendation to a centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentAdvice)]
pub struct Advice {
    /// Its id.
    pub recommendation: RecommendationId,
    /// In whose conclusion it was given.
    pub quarter: String,
    /// What is recommended.
    pub text: String,
    /// Whether the next conclusion asks for it.
    pub is_open: bool,
    /// What later conclusions said of it, in order.
    pub results: Vec<Told>,
}

/// What a conclusion said of an earlier recommendation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentTold)]
pub struct Told {
    /// Of which quarter.
    pub quarter: String,
    /// What became of it.
    pub became: FollowedUp,
    /// In words.
    pub text: String,
}

/// Reads a quarter: none before the order, none that has not begun.
///
/// # Errors
/// `bad-request`, `out-of-range`.
pub fn quarter(text: &str, today: NaiveDate) -> Outcome<Quarter> {
    let read = |_| Refusal::because(ProblemCode::BadRequest, "a quarter is written 2026-Q3");
    let quarter: Quarter = text.parse().map_err(read)?;
    let first = Quarter::new(2024, 2);
    if first.is_some_and(|first| quarter < first) || quarter.days().0 > today {
        let what = "a quarter that has begun, and not before the order";
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    Ok(quarter)
}

/// The quarter that is asked for.
///
/// # Errors
/// As [`quarter`].
pub fn wanted(wanted: &Wanted, today: NaiveDate) -> Outcome<Quarter> {
    match &wanted.quarter {
        Some(text) => quarter(text, today),
        None => Ok(Quarter::of(today).before()),
    }
}

/// Whether a role sees scores and conclusion of a quarter whose conclusion stands so; see the head of this module.
#[must_use]
pub fn sees(role: Role, conclusion: Option<ConclusionState>) -> bool {
    match role {
        Role::Crtr => true,
        Role::Auth => conclusion.is_some_and(ConclusionState::is_sent),
        _ => conclusion.is_some_and(ConclusionState::is_out),
    }
}

/// The conclusion of a quarter, and where it stands.
pub(super) async fn conclusion_of(
    tx: &mut Tx,
    quarter: Quarter,
) -> Result<Option<(ConclusionId, ConclusionState)>, StoreError> {
    let sql = "select id, state from conclusion where quarter = $1";
    opt!(tx, (ConclusionId, ConclusionState), sql, quarter.to_string()).await
}

/// A quarter with its clocks, as the user sees it.
pub(super) async fn of_quarter(
    tx: &mut Tx,
    user: &User,
    quarter: Quarter,
    now: DateTime<Utc>,
) -> Result<OfQuarter, StoreError> {
    let today = civil_date(now);
    let (from, to) = quarter.days();
    let clocks = Clocks::of(&calendar::read(tx).await?, quarter).ok();
    let sql = "select frozen_at from assessment_snapshot where quarter = $1 order by org_unit limit 1";
    let frozen = opt!(tx, (DateTime<Utc>,), sql, quarter.to_string()).await?;
    let conclusion = conclusion_of(tx, quarter).await?.map(|(_, state)| state);
    let late = clocks.is_some_and(|clocks| today > clocks.conclusion.legal);
    Ok(OfQuarter {
        quarter: quarter.to_string(),
        from,
        to,
        today,
        clocks,
        is_over: today > to,
        frozen_at: frozen.map(|(at,)| at),
        mode: crate::assessment_mode::Modes::read(tx).await?.on(to),
        conclusion: conclusion.filter(|_| sees(user.role, conclusion)),
        conclusion_overdue: late && !conclusion.is_some_and(ConclusionState::is_sent),
    })
}

/// How the centres of the user's units stand for a quarter.
///
/// # Errors
/// `bad-request`, `out-of-range`, or when the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    asked: &Wanted,
    now: DateTime<Utc>,
) -> Outcome<List> {
    let quarter = wanted(asked, civil_date(now))?;
    let of = of_quarter(tx, user, quarter, now).await?;
    let reach = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let centres = stand(tx, user, territory, &counting::centres(territory, &reach), &of, quarter).await?;
    let unscored = centres.iter().filter(|of| of.assessed && of.score.is_none()).count();
    let sees = sees(user.role, conclusion_of(tx, quarter).await?.map(|(_, state)| state));
    Ok(List { of, centres, unscored: sees.then(|| i64::try_from(unscored).unwrap_or(i64::MAX)) })
}

/// How these centres stand, by name.
async fn stand(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    units: &[OrgUnitId],
    of: &OfQuarter,
    quarter: Quarter,
) -> Outcome<Vec<Centre>> {
    let indicators = indicators(tx, territory, units, of, quarter).await?;
    let state = conclusion_of(tx, quarter).await?.map(|(_, state)| state);
    let sees = sees(user.role, state);
    let mut given = if sees { last_given(tx, quarter, Some(units)).await? } else { BTreeMap::new() };
    let late = of.clocks.is_some_and(|clocks| clocks.is_closed(of.today));
    let mut centres = Vec::with_capacity(units.len());
    for unit in units.iter().filter_map(|unit| territory.unit(*unit)) {
        let (indicators, assessed) = match indicators.get(&unit.id) {
            Some(indicators) => (*indicators, indicators.is_assessed()),
            None => (Indicators::default(), false),
        };
        let score = given.remove(&unit.id);
        centres.push(Centre {
            unit: unit.id,
            kind: unit.kind,
            above: unit.parent,
            name_kk: unit.name_kk.clone(),
            name_ru: unit.name_ru.clone(),
            assessed,
            indicators,
            overdue: sees.then_some(late && assessed && score.is_none()),
            score,
        });
    }
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    Ok(centres)
}

/// What was frozen of these centres, or what the store knows now as long as nothing is frozen.
async fn indicators(
    tx: &mut Tx,
    territory: &Territory,
    units: &[OrgUnitId],
    of: &OfQuarter,
    quarter: Quarter,
) -> Outcome<BTreeMap<OrgUnitId, Indicators>> {
    if of.frozen_at.is_none() {
        return Ok(counting::of(tx, territory, units, quarter, of.today).await?);
    }
    Ok(frozen(tx, quarter, Some(units)).await?)
}

/// What was frozen for a quarter: of all centres, or of these.
pub(super) async fn frozen(
    tx: &mut Tx,
    quarter: Quarter,
    of: Option<&[OrgUnitId]>,
) -> Result<BTreeMap<OrgUnitId, Indicators>, StoreError> {
    let sql = "select org_unit, indicators from assessment_snapshot where quarter = $1";
    let wanted: Option<BTreeSet<OrgUnitId>> = of.map(|units| units.iter().copied().collect());
    let rows = all!(tx, (OrgUnitId, String), sql, quarter.to_string()).await?;
    let rows = rows.into_iter().filter(|(unit, _)| wanted.as_ref().is_none_or(|of| of.contains(unit)));
    rows.map(|(unit, text)| Ok((unit, stored(&text)?))).collect()
}

#[derive(sqlx::FromRow)]
struct Row {
    id: AssessmentId,
    org_unit: OrgUnitId,
    version: i32,
    relevance: i32,
    effectiveness: i32,
    social_effect: i32,
    reasons: String,
    mode: AssessmentMode,
    rules: i32,
    hundredths: i32,
    band: assessment::AssessmentBand,
    in_time: Option<bool>,
    by_name: String,
    at: DateTime<Utc>,
}

impl Row {
    fn given(self) -> Result<Given, StoreError> {
        let [relevance, effectiveness, social_effect]: [String; 3] = stored(&self.reasons)?;
        let score = |points: i32, reason: String| -> Result<Score, StoreError> {
            let points = u8::try_from(points).ok().and_then(Points::new);
            let points = points.ok_or_else(|| StoreError::Damaged(format!("the scores of {}", self.id)))?;
            Ok(Score { points, reason })
        };
        let scores = Scores {
            relevance: score(self.relevance, relevance)?,
            effectiveness: score(self.effectiveness, effectiveness)?,
            social_effect: score(self.social_effect, social_effect)?,
        };
        let points = scores.points();
        Ok(Given {
            assessment: self.id,
            version: self.version,
            sum: points.iter().map(|points| i32::from(points.get())).sum(),
            total: Total { mode: self.mode, rules: self.rules, hundredths: self.hundredths, band: self.band },
            indicative: assessment::total(points, AssessmentMode::Rescaled25),
            scores,
            in_time: self.in_time,
            by_name: self.by_name,
            at: self.at,
        })
    }
}

const SCORINGS: &str =
    "select id, org_unit, version, relevance, effectiveness, social_effect, reasons, mode, rules,
    hundredths, band, in_time, by_name, at from assessment";

/// The scorings that count for a quarter: of all centres, or of these.
pub(super) async fn last_given(
    tx: &mut Tx,
    quarter: Quarter,
    of: Option<&[OrgUnitId]>,
) -> Result<BTreeMap<OrgUnitId, Given>, StoreError> {
    let sql = format!("{SCORINGS} where quarter = $1 order by org_unit, version");
    let wanted: Option<BTreeSet<OrgUnitId>> = of.map(|units| units.iter().copied().collect());
    let rows = all!(tx, Row, sqlx::AssertSqlSafe(sql.as_str()), quarter.to_string()).await?;
    let mut last = BTreeMap::new();
    for row in rows {
        if wanted.as_ref().is_none_or(|of| of.contains(&row.org_unit)) {
            // In the order of their versions: the last one stays.
            last.insert(row.org_unit, row.given()?);
        }
    }
    Ok(last)
}

/// A centre's assessment with everything around it.
///
/// # Errors
/// `not-found`, `bad-request`, `out-of-range`, or when the database does not answer.
pub async fn page(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    unit: OrgUnitId,
    asked: &Wanted,
    now: DateTime<Utc>,
) -> Outcome<Page> {
    if counting::centres(territory, &[unit]).is_empty() {
        return Err(ProblemCode::NotFound.into());
    }
    let quarter = wanted(asked, civil_date(now))?;
    let of = of_quarter(tx, user, quarter, now).await?;
    let state = conclusion_of(tx, quarter).await?.map(|(_, state)| state);
    let mut found = stand(tx, user, territory, &[unit], &of, quarter).await?;
    let centre = found.pop().ok_or(ProblemCode::NotFound)?;
    let mut below = Vec::new();
    if centre.kind == OrgKind::Ctm {
        let units = counting::below(territory, unit);
        let units: Vec<OrgUnitId> = units.into_iter().filter(|of| *of != unit).collect();
        below = stand(tx, user, territory, &units, &of, quarter).await?;
        below.retain(|of| of.assessed && of.kind == OrgKind::Cc);
    }
    let points: Vec<[Points; 3]> =
        below.iter().filter_map(|of| of.score.as_ref()).map(|score| score.scores.points()).collect();
    let earlier = if centre.score.is_some() { earlier(tx, unit, quarter).await? } else { Vec::new() };
    let may = policy::may(user, Right::AssessmentMake, Some(unit), territory).is_ok();
    let may_score = may && of.is_over && centre.assessed && !state.is_some_and(ConclusionState::is_fixed);
    Ok(Page {
        before: frozen(tx, quarter.before(), Some(&[unit])).await?.remove(&unit),
        recommendations: advice(tx, user, unit).await?,
        mean: assessment::mean(&points),
        of,
        centre,
        earlier,
        below,
        may_score,
    })
}

async fn earlier(tx: &mut Tx, unit: OrgUnitId, quarter: Quarter) -> Result<Vec<Given>, StoreError> {
    let sql = format!("{SCORINGS} where quarter = $1 and org_unit = $2 order by version desc");
    let rows = all!(tx, Row, sqlx::AssertSqlSafe(sql.as_str()), quarter.to_string(), unit).await?;
    rows.into_iter().skip(1).map(Row::given).collect()
}

/// Recommendations to a centre out of conclusions that the user sees.
async fn advice(tx: &mut Tx, user: &User, unit: OrgUnitId) -> Result<Vec<Advice>, StoreError> {
    type Known = (RecommendationId, String, String, ConclusionState);
    let sql = "select r.id, r.quarter, r.text, c.state from recommendation r
        join conclusion c on c.id = r.conclusion where r.org_unit = $1 order by r.quarter desc, r.number";
    let known = all!(tx, Known, sql, unit).await?;
    let known: Vec<Known> = known.into_iter().filter(|of| sees(user.role, Some(of.3))).collect();
    let keys: Vec<(RecommendationId,)> = known.iter().map(|of| (of.0,)).collect();
    let mut told: BTreeMap<RecommendationId, Vec<Told>> = BTreeMap::new();
    let sql = "select t.recommendation, t.quarter, t.became, t.text, c.state from recommendation_result t
        join conclusion c on c.id = t.conclusion where t.recommendation in (";
    type Row = (RecommendationId, String, FollowedUp, String, ConclusionState);
    for (recommendation, quarter, became, text, state) in among!(tx, Row, sql, keys, ")").await? {
        if sees(user.role, Some(state)) {
            told.entry(recommendation).or_default().push(Told { quarter, became, text });
        }
    }
    let advice = known.into_iter().map(|(recommendation, quarter, text, _)| {
        let mut results = told.remove(&recommendation).unwrap_or_default();
        results.sort_by(|a, b| a.quarter.cmp(&b.quarter));
        // What a conclusion says that he does not see yet does not show here either.
        let is_open = results.last().is_none_or(|last| last.became.stays_open());
        Advice { recommendation, quarter, text, is_open, results }
    });
    Ok(advice.collect())
}

pub(super) fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("an assessment: {error}")))
}
