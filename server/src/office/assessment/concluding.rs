//! The conclusion: written, signed, sent to the authorised body, sent on to the local executive bodies, answered with
//! measures. Each is a fact under the lock on the journal's head.
//!
//! To sign is to give the password once more (and a code, where the user has a second factor): what is signed is the whole
//! conclusion as text, with the scores that count at that moment. Every earlier recommendation that is open must have a
//! result in it first (§50(2)).

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kandas_shared::{
    assessment::{
        Assessed, Clocks, ConclusionAct, ConclusionState, FollowUp, Frozen, MAX_WORDS, Parts, Recommendation,
        Unready, consider_by, unready, words_fit,
    },
    calendar::civil_date,
    cms::Signable,
    ids::{ConclusionId, OrgUnitId, RecommendationId},
    problem::ProblemCode,
    pulled::{OrgKind, User},
    quarter::Quarter,
    time::micros,
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{
    conclusion_of, frozen, last_given,
    making::{fact, frozen_now, hand, impossible},
    sees, stored,
};
use crate::{
    all, calendar, chance,
    check::policy::Territory,
    facts::{
        AssessmentConcluded, AssessmentForwarded, AssessmentMeasured, AssessmentSent, AssessmentSigned,
        Event, Measure,
    },
    journal::{self, Fact},
    office::{
        policy,
        session::Session,
        signing::{self, Of, Proof, Proven},
    },
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// A conclusion as it is to be saved.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = ConclusionToSave)]
#[serde(deny_unknown_fields)]
pub struct ToSave {
    /// How often it was saved, as was shown; 0 for the first time.
    pub revision: i32,
    /// (1) The final report, at most 20,000 characters.
    pub report: String,
    /// (2) What became of earlier recommendations, each at most once.
    pub results: Vec<FollowUp>,
    /// (3) Conclusions, at most 20,000 characters.
    pub conclusions: String,
    /// (3) Recommendations, in their order.
    pub recommendations: Vec<ToRecommend>,
}

/// A recommendation to a centre.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = ConclusionToRecommend)]
#[serde(deny_unknown_fields)]
pub struct ToRecommend {
    /// To whom: a centre that is assessed.
    pub unit: OrgUnitId,
    /// What, at most 1,000 characters.
    pub text: String,
}

/// What a local executive body did (§51).
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = ConclusionMeasures)]
#[serde(deny_unknown_fields)]
pub struct Measures {
    /// About each recommendation to a centre on its land.
    pub measures: Vec<Measure>,
    /// Besides; needed where there is no such recommendation. At most 1,000 characters.
    #[serde(default)]
    pub text: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct Standing {
    pub id: ConclusionId,
    pub state: ConclusionState,
    pub revision: i32,
    pub parts: String,
    pub frozen: Option<String>,
}

/// The conclusion of a quarter as it stands.
pub(super) async fn standing(tx: &mut Tx, quarter: Quarter) -> Result<Option<Standing>, StoreError> {
    let sql = "select id, state, revision, parts, frozen from conclusion where quarter = $1";
    opt!(tx, Standing, sql, quarter.to_string()).await
}

async fn existing(tx: &mut Tx, quarter: Quarter, act: ConclusionAct) -> Outcome<Standing> {
    let found = standing(tx, quarter).await?.ok_or_else(|| impossible("there is no conclusion yet"))?;
    match found.state.after(act) {
        Some(_) => Ok(found),
        None => Err(impossible(format!("it is {}: {act} is not possible", found.state))),
    }
}

/// Recommendations of earlier quarters that are open: each with its centre.
pub(super) async fn open(tx: &mut Tx, quarter: Quarter) -> Result<BTreeSet<RecommendationId>, StoreError> {
    let sql = "select id from recommendation where is_open and quarter < $1";
    let rows = all!(tx, (RecommendationId,), sql, quarter.to_string()).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The centres that are assessed for a quarter, once that is frozen or can be; with the fact that freezes it.
async fn assessed(
    tx: &mut Tx,
    territory: &Territory,
    quarter: Quarter,
    now: DateTime<Utc>,
) -> Outcome<(BTreeSet<OrgUnitId>, Vec<Fact>)> {
    let facts: Vec<Fact> = frozen_now(tx, territory, quarter, now).await?.into_iter().collect();
    let units: BTreeSet<OrgUnitId> = match facts.first().map(|fact| &fact.event) {
        Some(Event::AssessmentFrozen(frozen)) => frozen.centres.iter().map(|centre| centre.unit).collect(),
        _ => frozen(tx, quarter, None).await?.into_keys().collect(),
    };
    if units.is_empty() {
        return Err(impossible("nothing is frozen for this quarter: scores are still being given"));
    }
    Ok((units, facts))
}

/// Writes the conclusion of a quarter, or writes it anew; gives how often it was saved.
///
/// # Errors
/// `words-missing`, `not-as-shown`, `assessment-impossible`.
pub async fn save(state: &AppState, by: &User, quarter: Quarter, wanted: ToSave) -> Outcome<i32> {
    let now = micros(state.clock.wall());
    let draw = || RecommendationId::draw(now, chance::bytes(state.chance.as_ref()));
    let recommendations = wanted.recommendations.into_iter().map(|of| Recommendation {
        recommendation: draw(),
        unit: of.unit,
        text: of.text.trim().to_owned(),
    });
    let parts = Parts {
        recommendations: recommendations.collect(),
        report: wanted.report.trim().to_owned(),
        results: wanted
            .results
            .into_iter()
            .map(|of| FollowUp { text: of.text.trim().to_owned(), ..of })
            .collect(),
        conclusions: wanted.conclusions.trim().to_owned(),
    };
    if !parts.may_stand() {
        return Err(ProblemCode::WordsMissing.into());
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, quarter).await?;
    if let Some(found) = &found
        && found.state.after(ConclusionAct::Draft).is_none()
    {
        return Err(impossible(format!("it is {}", found.state)));
    }
    let revision = found.as_ref().map_or(0, |found| found.revision);
    if revision != wanted.revision {
        return Err(ProblemCode::NotAsShown.into());
    }
    let territory = Territory::read(&mut tx).await?;
    let (assessed, mut facts) = assessed(&mut tx, &territory, quarter, now).await?;
    let open = open(&mut tx, quarter).await?;
    if parts.recommendations.iter().any(|of| !assessed.contains(&of.unit)) {
        return Err(impossible("a recommendation is to a centre that is assessed"));
    }
    if parts.results.iter().any(|of| !open.contains(&of.recommendation)) {
        return Err(impossible("a result is of an earlier recommendation that is open"));
    }
    let conclusion =
        found.map_or_else(|| ConclusionId::draw(now, chance::bytes(state.chance.as_ref())), |found| found.id);
    let concluded =
        AssessmentConcluded { conclusion, quarter, revision: revision + 1, parts, hand: hand(by) };
    facts.push(fact(by, Event::AssessmentConcluded(concluded)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    Ok(revision + 1)
}

/// Signs the conclusion.
///
/// # Errors
/// `assessment-impossible`, `conclusion-unready`, `not-as-shown`, and those of [`signing::prove`].
pub async fn sign(state: &AppState, session: &Session, quarter: Quarter, proof: Proof) -> Outcome<()> {
    // What cannot be signed asks for no password.
    let mut tx = state.store.read().await?;
    let conclusion = signable(&mut tx, quarter).await?;
    drop(tx);
    let of = Of::new(Signable::Conclusion, conclusion.conclusion.0);
    let text = conclusion.to_text().map_err(Refusal::fault)?;
    let proven = signing::prove(state, session, of, text, proof).await?;
    let written = write_signature(state, &session.user, quarter, &proven).await;
    proven.settle(state, written).await
}

async fn write_signature(state: &AppState, by: &User, quarter: Quarter, proven: &Proven) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let conclusion = signable(&mut tx, quarter).await?;
    let text = conclusion.to_text().map_err(Refusal::fault)?;
    let sha256 = Frozen::hash_of(&text);
    let mut facts: Vec<Fact> = proven.fact(by, sha256)?.into_iter().collect();
    let signed = AssessmentSigned {
        conclusion: conclusion.conclusion,
        sha256,
        text,
        second_factor: proven.second_factor,
        hand: hand(by),
    };
    facts.push(fact(by, Event::AssessmentSigned(signed)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// The very text that would be signed now.
///
/// # Errors
/// `assessment-impossible`, `conclusion-unready`.
pub async fn document(tx: &mut Tx, quarter: Quarter) -> Outcome<String> {
    signable(tx, quarter).await?.to_text().map_err(Refusal::fault)
}

/// The conclusion of a quarter, for somebody who sees the whole of it.
///
/// # Errors
/// `not-found`.
pub async fn whole_to(tx: &mut Tx, user: &User, quarter: Quarter) -> Outcome<ConclusionId> {
    let territory = Territory::read(tx).await?;
    let found = conclusion_of(tx, quarter).await?;
    let whole = policy::reach(user, &territory).is_none();
    let found = found.filter(|(_, state)| whole && sees(user.role, Some(*state)));
    found.map(|(id, _)| id).ok_or_else(|| ProblemCode::NotFound.into())
}

/// The conclusion as it would be signed now.
async fn signable(tx: &mut Tx, quarter: Quarter) -> Outcome<Frozen> {
    let found = existing(tx, quarter, ConclusionAct::Sign).await?;
    let parts: Parts = stored(&found.parts)?;
    let lacks = lacks(tx, quarter, &parts).await?;
    if let Some(first) = lacks.first() {
        let what = match first {
            Unready::Unscored(units) => format!("{} centres have no scores", units.len()),
            Unready::Unanswered(open) => format!("{} recommendations have no result", open.len()),
            Unready::Empty => "a part says nothing".to_owned(),
        };
        return Err(Refusal::because(ProblemCode::ConclusionUnready, what));
    }
    // What a later conclusion says of a recommendation would be overtaken by an earlier one.
    let sql = "select id from conclusion where quarter > $1 and state <> 'draft' limit 1";
    if opt!(tx, (ConclusionId,), sql, quarter.to_string()).await?.is_some() {
        return Err(impossible("the conclusion of a later quarter is signed"));
    }
    let mut given = last_given(tx, quarter, None).await?;
    let assessed = frozen(tx, quarter, None).await?.into_keys();
    let assessed = assessed.filter_map(|unit| {
        let of = given.remove(&unit)?;
        Some(Assessed { unit, assessment: of.assessment, scores: of.scores, total: of.total })
    });
    Ok(Frozen { v: 1, conclusion: found.id, quarter, assessed: assessed.collect(), parts })
}

/// What the conclusion of a quarter lacks to be signed.
pub(super) async fn lacks(tx: &mut Tx, quarter: Quarter, parts: &Parts) -> Result<Vec<Unready>, StoreError> {
    let assessed: BTreeSet<OrgUnitId> = frozen(tx, quarter, None).await?.into_keys().collect();
    let scored: BTreeSet<OrgUnitId> = last_given(tx, quarter, None).await?.into_keys().collect();
    Ok(unready(parts, &assessed, &scored, &open(tx, quarter).await?))
}

/// Sends a signed conclusion to the authorised body (§50).
///
/// # Errors
/// `assessment-impossible`.
pub async fn send(state: &AppState, by: &User, quarter: Quarter) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = existing(&mut tx, quarter, ConclusionAct::Send).await?;
    let territory = Territory::read(&mut tx).await?;
    let to = of_kind(&territory, OrgKind::Auth);
    let clocks = Clocks::of(&calendar::read(&mut tx).await?, quarter).ok();
    let in_time = clocks.map(|clocks| civil_date(now) <= clocks.conclusion.legal);
    let sent = AssessmentSent { conclusion: found.id, to, in_time, hand: hand(by) };
    let facts = vec![fact(by, Event::AssessmentSent(sent))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

fn of_kind(territory: &Territory, kind: OrgKind) -> Vec<OrgUnitId> {
    let is_one = |unit: &OrgUnitId| territory.unit(*unit).is_some_and(|unit| unit.kind == kind);
    territory.all().into_iter().filter(is_one).collect()
}

/// Sends the conclusion on to the local executive bodies on whose land a centre was assessed; their month begins (§51).
///
/// # Errors
/// `assessment-impossible`.
pub async fn forward(state: &AppState, by: &User, quarter: Quarter) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = existing(&mut tx, quarter, ConclusionAct::Forward).await?;
    let conclusion = signed(&found)?;
    let territory = Territory::read(&mut tx).await?;
    let concerned = |body: &OrgUnitId| conclusion.assessed.iter().any(|of| territory.covers(*body, of.unit));
    let to: Vec<OrgUnitId> = of_kind(&territory, OrgKind::Mio).into_iter().filter(concerned).collect();
    if to.is_empty() {
        return Err(impossible("there is no local executive body for these centres"));
    }
    let forwarded = AssessmentForwarded { conclusion: found.id, to, hand: hand(by) };
    let facts = vec![fact(by, Event::AssessmentForwarded(forwarded))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// What was signed.
pub(super) fn signed(found: &Standing) -> Result<Frozen, StoreError> {
    let damaged = || StoreError::Damaged(format!("what was signed of conclusion {}", found.id));
    let text = found.frozen.as_deref().ok_or_else(damaged)?;
    Frozen::read(text).map_err(|_| damaged())
}

/// A local executive body says what it did: about each recommendation to a centre on its land, or in words.
///
/// # Errors
/// `words-missing`, `assessment-impossible`.
pub async fn measure(state: &AppState, by: &User, quarter: Quarter, taken: Measures) -> Outcome<()> {
    let trimmed = |of: Measure| Measure { text: of.text.trim().to_owned(), ..of };
    let measures: Vec<Measure> = taken.measures.into_iter().map(trimmed).collect();
    let text = taken.text.trim().to_owned();
    let words = measures.iter().map(|of| &of.text).chain((!text.is_empty()).then_some(&text));
    if (measures.is_empty() && text.is_empty()) || !words.into_iter().all(|text| words_fit(text, MAX_WORDS)) {
        return Err(ProblemCode::WordsMissing.into());
    }
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = existing(&mut tx, quarter, ConclusionAct::Measure).await?;
    let sql =
        "select org_unit, received_at from conclusion_body where conclusion = $1 and measured_at is null";
    let waiting = all!(&mut tx, (OrgUnitId, DateTime<Utc>), sql, found.id).await?;
    let own = waiting.iter().find(|(body, _)| *body == by.org_unit);
    let Some((body, received_at)) = own.copied() else {
        return Err(impossible("this body has no conclusion before it, or has taken measures"));
    };
    let territory = Territory::read(&mut tx).await?;
    let recommendations = signed(&found)?.parts.recommendations;
    let asked: BTreeSet<RecommendationId> = recommendations
        .iter()
        .filter(|of| territory.covers(body, of.unit))
        .map(|of| of.recommendation)
        .collect();
    let told: BTreeSet<RecommendationId> = measures.iter().map(|of| of.recommendation).collect();
    if told.len() != measures.len() || !told.is_subset(&asked) {
        return Err(impossible("measures are about recommendations to centres on the own land, each once"));
    }
    if told != asked {
        return Err(ProblemCode::WordsMissing.into());
    }
    let calendar = calendar::read(&mut tx).await?;
    let until = consider_by(&calendar, civil_date(received_at)).ok();
    let measured = AssessmentMeasured {
        conclusion: found.id,
        unit: body,
        measures,
        text,
        in_time: until.map(|until| civil_date(now) <= until.legal),
        closes: waiting.len() == 1,
        hand: hand(by),
    };
    let facts = vec![fact(by, Event::AssessmentMeasured(measured))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}
