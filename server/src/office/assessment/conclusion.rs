//! The conclusion of a quarter as a user sees it (§50-51): its three parts, the table of scores, what became of earlier
//! recommendations, and where it is on its way.
//!
//! The Workforce Development Centre and the authorised body see the whole. A local executive body sees the texts, and of
//! tables, recommendations and measures what is about its land. A centre sees what is about itself, without the texts.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use kandas_shared::{
    assessment::{
        self, AssessmentMode, ConclusionAct, ConclusionState, FollowUp, Parts, Total, Unready, consider_by,
    },
    calendar::{NamedDate, civil_date},
    cms::Signable,
    hash::Digest,
    ids::{ConclusionId, OrgUnitId, RecommendationId, UserId},
    problem::ProblemCode,
    pulled::{OrgKind, Role, User},
    quarter::Quarter,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    OfQuarter,
    concluding::{lacks, signed, standing},
    frozen, last_given, of_quarter, sees, stored,
};
use crate::{
    all, calendar,
    check::policy::Territory,
    facts::Measure,
    office::{
        policy::{self, Right},
        report::Unit,
        signing::{self, Of},
    },
    one,
    refusal::Outcome,
    store::{StoreError, Tx},
};

/// A conclusion.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Conclusion)]
pub struct Shown {
    /// The quarter and its clocks.
    #[serde(flatten)]
    pub of: OfQuarter,
    /// How often it was saved; 0: there is none yet.
    pub revision: i32,
    /// (1) The final report; null for the centres themselves.
    pub report: Option<String>,
    /// (3) Conclusions; null for the centres themselves.
    pub conclusions: Option<String>,
    /// Only what is about the user's units is shown.
    pub extract: bool,
    /// The centres that are assessed with their scores, by name.
    pub assessed: Vec<OfCentre>,
    /// (2) Earlier recommendations that it speaks of, or has to speak of, the earliest first.
    pub earlier: Vec<Earlier>,
    /// (3) Its recommendations, in order.
    pub recommendations: Vec<Recommended>,
    /// What is signed: SHA-256 of the conclusion as text.
    pub sha256: Option<Digest>,
    /// When it was sent to the authorised body.
    pub sent_at: Option<DateTime<Utc>>,
    /// Whether that was by the legal date.
    pub in_time: Option<bool>,
    /// Units of the authorised body.
    pub sent_to: Vec<Unit>,
    /// When it was sent on to the local executive bodies.
    pub forwarded_at: Option<DateTime<Utc>>,
    /// Local executive bodies that have it: all, or the user's own.
    pub bodies: Vec<Body>,
    /// Files by which it was signed, in order; for the same.
    pub files: Vec<signing::Shown>,
    /// What was done to it, in order; for the Workforce Development Centre and the authorised body.
    pub acts: Vec<Done>,
    /// What it lacks to be signed; for who writes it.
    pub lacks: Lacks,
    /// What the user may do to it now.
    pub may: Vec<ConclusionAct>,
}

/// A centre with its scores.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConclusionCentre)]
pub struct OfCentre {
    /// The centre.
    pub unit: OrgUnitId,
    /// Career or mobility centre.
    pub kind: OrgKind,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// The three scores in the order of §48; null as long as there are none.
    pub points: Option<[i32; 3]>,
    /// Their sum.
    pub sum: Option<i32>,
    /// What they give in the reading that held.
    pub total: Option<Total>,
    /// What they would give × 25/15: to be looked at, of no effect.
    pub indicative: Option<Total>,
}

/// An earlier recommendation.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConclusionEarlier)]
pub struct Earlier {
    /// Which.
    pub recommendation: RecommendationId,
    /// In whose conclusion it was given.
    pub quarter: String,
    /// To whom.
    pub to: Unit,
    /// What.
    pub text: String,
    /// What this conclusion says of it.
    pub result: Option<FollowUp>,
    /// What the local executive bodies did about it (§51).
    pub measures: Vec<String>,
}

/// A recommendation of this conclusion.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConclusionRecommended)]
pub struct Recommended {
    /// Its id.
    pub recommendation: RecommendationId,
    /// To whom.
    pub to: Unit,
    /// What.
    pub text: String,
    /// Whether the user's own body is to say what it did about it.
    pub own: bool,
    /// What local executive bodies did about it.
    pub measures: Vec<String>,
}

/// A local executive body that has the conclusion.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConclusionBody)]
pub struct Body {
    /// Which.
    pub body: Unit,
    /// When it came there.
    pub received_at: DateTime<Utc>,
    /// By when it is considered: a month later, with target and legal date; null outside of the calendar.
    pub due: Option<NamedDate>,
    /// It has not said what it did, and the legal date has passed.
    pub overdue: bool,
    /// When it said what it did.
    pub measured_at: Option<DateTime<Utc>>,
    /// Whether that was by the legal date.
    pub in_time: Option<bool>,
    /// What it did besides.
    pub text: Option<String>,
}

/// Something that was done to a conclusion.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ConclusionDone)]
pub struct Done {
    /// Place in the journal.
    pub position: i64,
    /// What.
    pub act: ConclusionAct,
    /// Of which body, where that is one's own doing.
    pub org_unit: Option<OrgUnitId>,
    /// Who.
    pub by_user: UserId,
    /// Name at that time.
    pub by_name: String,
    /// Role at that time.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// What a conclusion lacks to be signed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ConclusionLacks)]
pub struct Lacks {
    /// Nothing is frozen yet.
    pub frozen: bool,
    /// Centres without scores.
    pub scores: i64,
    /// Earlier recommendations without a result.
    pub results: i64,
    /// A part says nothing.
    pub words: bool,
}

#[derive(sqlx::FromRow)]
struct Way {
    sha256: Option<Digest>,
    sent_at: Option<DateTime<Utc>>,
    in_time: Option<bool>,
    sent_to: String,
    forwarded_at: Option<DateTime<Utc>>,
}

/// Whether the user sees a conclusion about this quarter at all.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn visible(tx: &mut Tx, user: &User, quarter: Quarter) -> Outcome<Option<ConclusionState>> {
    let state = super::conclusion_of(tx, quarter).await?.map(|(_, state)| state);
    // Who writes it sees that there is none yet.
    if sees(user.role, state) { Ok(state) } else { Err(ProblemCode::NotFound.into()) }
}

/// The place in the journal of the act by which a conclusion became what it is: it was sent, or signed.
///
/// # Errors
/// When the database does not answer.
pub async fn frozen_at(tx: &mut Tx, quarter: Quarter) -> Result<Option<i64>, StoreError> {
    let sql = "select max(case when a.act = 'send' then a.position end) as sent,
        max(case when a.act = 'sign' then a.position end) as signed
        from conclusion_act a join conclusion c on c.id = a.conclusion where c.quarter = $1";
    let (sent, signed) = one!(tx, (Option<i64>, Option<i64>), sql, quarter.to_string()).await?;
    Ok(sent.or(signed))
}

/// The conclusion of a quarter, as the user sees it.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    quarter: Quarter,
    now: DateTime<Utc>,
) -> Outcome<Shown> {
    visible(tx, user, quarter).await?;
    let reach = policy::reach(user, territory).map(BTreeSet::from_iter);
    let seen =
        |unit: OrgUnitId| reach.as_ref().is_none_or(|reach: &BTreeSet<OrgUnitId>| reach.contains(&unit));
    let texts = matches!(user.role, Role::Crtr | Role::Auth | Role::MioSetHead | Role::MioSet);
    let of = of_quarter(tx, user, quarter, now).await?;
    let found = standing(tx, quarter).await?;
    let parts: Parts = match &found {
        Some(found) => stored(&found.parts)?,
        None => Parts::default(),
    };
    let way = match &found {
        Some(found) => {
            let sql = "select sha256, sent_at, in_time, sent_to, forwarded_at from conclusion where id = $1";
            Some(one!(tx, Way, sql, found.id).await?)
        }
        None => None,
    };
    let state = found.as_ref().map(|found| found.state);
    let mut assessed = match &found {
        Some(found) if found.state.is_fixed() => signed(found)?
            .assessed
            .iter()
            .filter_map(|of| {
                let points = of.scores.points().map(|points| i32::from(points.get()));
                centre(territory, of.unit, Some((points, of.total, of.scores.points())))
            })
            .collect(),
        _ => present(tx, territory, quarter).await?,
    };
    assessed.retain(|of| seen(of.unit));
    assessed.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    let bodies = match &found {
        Some(found) => bodies(tx, territory, found.id, now).await?,
        None => Vec::new(),
    };
    let own = bodies.iter().any(|of| of.body.id == user.org_unit && of.measured_at.is_none());
    let measures = measured(tx).await?;
    let said = |id: RecommendationId| measures.get(&id).cloned().unwrap_or_default();
    let mut earlier = earlier(tx, territory, quarter, &parts, state).await?;
    earlier.retain(|of| seen(of.to.id));
    for of in &mut earlier {
        of.measures = said(of.recommendation);
    }
    let recommendations = parts.recommendations.iter().filter(|of| seen(of.unit)).map(|of| Recommended {
        recommendation: of.recommendation,
        to: named(territory, of.unit),
        text: of.text.clone(),
        own: own && territory.covers(user.org_unit, of.unit),
        measures: said(of.recommendation),
    });
    let writes = policy::may(user, Right::AssessmentMake, None, territory).is_ok();
    let lacks = match state {
        None | Some(ConclusionState::Draft) if writes => lacking(tx, quarter, &parts).await?,
        _ => Lacks::default(),
    };
    let acts = match &found {
        Some(found) if reach.is_none() => acts(tx, found.id).await?,
        _ => Vec::new(),
    };
    let files = match &found {
        Some(found) if reach.is_none() => {
            signing::files(tx, Of::new(Signable::Conclusion, found.id.0)).await?
        }
        _ => Vec::new(),
    };
    Ok(Shown {
        may: may(user, territory, state, &of, lacks, own),
        revision: found.as_ref().map_or(0, |found| found.revision),
        extract: reach.is_some(),
        recommendations: recommendations.collect(),
        report: texts.then_some(parts.report),
        conclusions: texts.then_some(parts.conclusions),
        sha256: way.as_ref().and_then(|way| way.sha256),
        sent_at: way.as_ref().and_then(|way| way.sent_at),
        in_time: way.as_ref().and_then(|way| way.in_time),
        sent_to: match &way {
            Some(way) => stored::<Vec<OrgUnitId>>(&way.sent_to)?
                .into_iter()
                .map(|unit| named(territory, unit))
                .collect(),
            None => Vec::new(),
        },
        forwarded_at: way.as_ref().and_then(|way| way.forwarded_at),
        bodies: bodies.into_iter().filter(|of| reach.is_none() || of.body.id == user.org_unit).collect(),
        of,
        assessed,
        earlier,
        files,
        acts,
        lacks,
    })
}

/// What the user may do to it now.
fn may(
    user: &User,
    territory: &Territory,
    state: Option<ConclusionState>,
    of: &OfQuarter,
    lacks: Lacks,
    own: bool,
) -> Vec<ConclusionAct> {
    let possible = |act: &&ConclusionAct| match act {
        // There is something to write about once it is frozen, or can be.
        ConclusionAct::Draft => {
            let closed = of.clocks.is_some_and(|clocks| clocks.is_closed(of.today));
            (of.frozen_at.is_some() || closed) && state.is_none_or(|state| state == ConclusionState::Draft)
        }
        ConclusionAct::Sign => state == Some(ConclusionState::Draft) && lacks == Lacks::default(),
        ConclusionAct::Measure => own && state == Some(ConclusionState::Forwarded),
        act => state.is_some_and(|state| state.after(**act).is_some()),
    };
    let allowed = |act: &&ConclusionAct| {
        let right = match act {
            ConclusionAct::Draft | ConclusionAct::Sign | ConclusionAct::Send => Right::AssessmentMake,
            ConclusionAct::Forward => Right::AssessmentForward,
            ConclusionAct::Measure => Right::AssessmentMeasure,
        };
        policy::may(user, right, None, territory).is_ok()
    };
    ConclusionAct::ALL.iter().filter(possible).filter(allowed).copied().collect()
}

fn named(territory: &Territory, id: OrgUnitId) -> Unit {
    let unit = territory.unit(id);
    Unit {
        id,
        name_kk: unit.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        name_ru: unit.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
    }
}

type Scored = ([i32; 3], Total, [assessment::Points; 3]);

fn centre(territory: &Territory, unit: OrgUnitId, scored: Option<Scored>) -> Option<OfCentre> {
    let of = territory.unit(unit)?;
    Some(OfCentre {
        unit,
        kind: of.kind,
        name_kk: of.name_kk.clone(),
        name_ru: of.name_ru.clone(),
        points: scored.map(|(points, ..)| points),
        sum: scored.map(|(points, ..)| points.iter().sum()),
        total: scored.map(|(_, total, _)| total),
        indicative: scored.map(|(.., points)| assessment::total(points, AssessmentMode::Rescaled25)),
    })
}

/// The table as it would be signed now.
async fn present(tx: &mut Tx, territory: &Territory, quarter: Quarter) -> Result<Vec<OfCentre>, StoreError> {
    let given = last_given(tx, quarter, None).await?;
    let frozen = frozen(tx, quarter, None).await?;
    let scored = |unit: &OrgUnitId| {
        let of = given.get(unit)?;
        let points = of.scores.points();
        Some((points.map(|points| i32::from(points.get())), of.total, points))
    };
    Ok(frozen.keys().filter_map(|unit| centre(territory, *unit, scored(unit))).collect())
}

/// The earlier recommendations of which a fixed conclusion speaks; a draft has to speak of all that are open.
async fn earlier(
    tx: &mut Tx,
    territory: &Territory,
    quarter: Quarter,
    parts: &Parts,
    state: Option<ConclusionState>,
) -> Result<Vec<Earlier>, StoreError> {
    type Known = (RecommendationId, String, OrgUnitId, String, bool);
    let sql = "select id, quarter, org_unit, text, is_open from recommendation where quarter < $1
        order by quarter, conclusion, number";
    let known = all!(tx, Known, sql, quarter.to_string()).await?;
    let results: BTreeMap<RecommendationId, &FollowUp> =
        parts.results.iter().map(|result| (result.recommendation, result)).collect();
    let fixed = state.is_some_and(ConclusionState::is_fixed);
    let spoken = known
        .into_iter()
        .filter(|(id, .., open)| if fixed { results.contains_key(id) } else { *open })
        .map(|(recommendation, quarter, unit, text, _)| Earlier {
            recommendation,
            quarter,
            to: named(territory, unit),
            text,
            result: results.get(&recommendation).map(|result| (*result).clone()),
            measures: Vec::new(),
        });
    Ok(spoken.collect())
}

/// What local executive bodies said about each recommendation.
async fn measured(tx: &mut Tx) -> Result<BTreeMap<RecommendationId, Vec<String>>, StoreError> {
    let sql =
        "select measures from conclusion_body where measured_at is not null order by measured_at, org_unit";
    let mut said: BTreeMap<RecommendationId, Vec<String>> = BTreeMap::new();
    for (text,) in all!(tx, (String,), sql).await? {
        for of in stored::<Vec<Measure>>(&text)? {
            said.entry(of.recommendation).or_default().push(of.text);
        }
    }
    Ok(said)
}

#[derive(sqlx::FromRow)]
struct BodyRow {
    org_unit: OrgUnitId,
    received_at: DateTime<Utc>,
    measured_at: Option<DateTime<Utc>>,
    in_time: Option<bool>,
    text: Option<String>,
}

async fn bodies(
    tx: &mut Tx,
    territory: &Territory,
    conclusion: ConclusionId,
    now: DateTime<Utc>,
) -> Result<Vec<Body>, StoreError> {
    let (today, calendar) = (civil_date(now), calendar::read(tx).await?);
    let sql = "select org_unit, received_at, measured_at, in_time, text from conclusion_body
        where conclusion = $1";
    let mut bodies = Vec::new();
    for row in all!(tx, BodyRow, sql, conclusion).await? {
        let due = consider_by(&calendar, civil_date(row.received_at)).ok();
        bodies.push(Body {
            body: named(territory, row.org_unit),
            received_at: row.received_at,
            due,
            overdue: row.measured_at.is_none() && due.is_some_and(|due| today > due.legal),
            measured_at: row.measured_at,
            in_time: row.in_time,
            text: row.text.filter(|text| !text.is_empty()),
        });
    }
    bodies.sort_by(|a, b| (&a.body.name_kk, a.body.id).cmp(&(&b.body.name_kk, b.body.id)));
    Ok(bodies)
}

async fn acts(tx: &mut Tx, conclusion: ConclusionId) -> Result<Vec<Done>, StoreError> {
    let sql = "select position, act, org_unit, by_user, by_name, by_role, at from conclusion_act
        where conclusion = $1 order by position";
    all!(tx, Done, sql, conclusion).await
}

async fn lacking(tx: &mut Tx, quarter: Quarter, parts: &Parts) -> Result<Lacks, StoreError> {
    let sql = "select count(*) from assessment_snapshot where quarter = $1";
    let (frozen,) = one!(tx, (i64,), sql, quarter.to_string()).await?;
    let mut of = Lacks { frozen: frozen == 0, ..Lacks::default() };
    let count = |many: usize| i64::try_from(many).unwrap_or(i64::MAX);
    for lack in lacks(tx, quarter, parts).await? {
        match lack {
            Unready::Unscored(units) => of.scores = count(units.len()),
            Unready::Unanswered(open) => of.results = count(open.len()),
            Unready::Empty => of.words = true,
        }
    }
    Ok(of)
}
