//! Scoring a centre, and freezing what was computed: each under the lock on the journal's head, and each a fact.
//!
//! Until the end of the legal day of the 5th indicators count on and scores are in time. After it they are frozen
//! for all centres at once, by the first hour that comes by ([`freeze_due`]), or by whoever is first to need them.

use chrono::{DateTime, Utc};
use kandas_shared::{
    assessment::{self, Clocks, Score, Scores},
    calendar::civil_date,
    ids::{AssessmentId, OrgUnitId},
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    pulled::User,
    quarter::Quarter,
    time::micros,
};

use super::{conclusion_of, counting, frozen};
use crate::{
    assessment_mode::Modes,
    calendar,
    chance::{self, Chance},
    check::policy::Territory,
    facts::{AssessmentFrozen, AssessmentScored, CentreIndicators, Event, ReportHand},
    journal::{self, Fact},
    one,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{Store, Tx},
};

pub(super) fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::AssessmentImpossible, why)
}

pub(super) fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

pub(super) fn fact(by: &User, event: Event) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, ..Fact::by_system(event) }
}

/// Freezes the indicators of the quarter that is over, once its day has passed. Run hourly. Without a centre that has
/// families there is nothing to freeze.
///
/// # Errors
/// When the database does not answer.
pub async fn freeze_due(store: &Store, chance: &dyn Chance, now: DateTime<Utc>) -> Outcome<bool> {
    let (now, quarter) = (micros(now), Quarter::of(civil_date(now)).before());
    // Most hours there is nothing to do, and nobody is kept from writing.
    let mut tx = store.read().await?;
    let due = is_due(&mut tx, quarter, now).await?;
    drop(tx);
    if !due {
        return Ok(false);
    }
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let territory = Territory::read(&mut tx).await?;
    let Some(fact) = frozen_now(&mut tx, &territory, quarter, now).await? else { return Ok(false) };
    journal::append_locked(&mut tx, locked, chance, now, vec![fact]).await?;
    tx.commit().await?;
    Ok(true)
}

/// Whether the day has passed, and nothing is frozen.
async fn is_due(tx: &mut Tx, quarter: Quarter, now: DateTime<Utc>) -> Outcome<bool> {
    let clocks = Clocks::of(&calendar::read(tx).await?, quarter).ok();
    if !clocks.is_some_and(|clocks| clocks.is_closed(civil_date(now))) {
        return Ok(false);
    }
    let sql = "select count(*) from assessment_snapshot where quarter = $1";
    Ok(one!(tx, (i64,), sql, quarter.to_string()).await?.0 == 0)
}

/// The fact that freezes the quarter, if that is due and there is something to freeze.
pub(super) async fn frozen_now(
    tx: &mut Tx,
    territory: &Territory,
    quarter: Quarter,
    now: DateTime<Utc>,
) -> Outcome<Option<Fact>> {
    if !is_due(tx, quarter, now).await? {
        return Ok(None);
    }
    let units = counting::centres(territory, &territory.all());
    let counted = counting::of(tx, territory, &units, quarter, civil_date(now)).await?;
    let assessed = counted.into_iter().filter(|(_, indicators)| indicators.is_assessed());
    let centres: Vec<CentreIndicators> =
        assessed.map(|(unit, indicators)| CentreIndicators { unit, indicators }).collect();
    let frozen = AssessmentFrozen { quarter, centres };
    Ok((!frozen.centres.is_empty()).then(|| Fact::by_system(Event::AssessmentFrozen(frozen))))
}

/// Scores a centre for a quarter; gives the id of the scoring. Whoever asks may (the handler has looked).
///
/// # Errors
/// `words-missing`, `assessment-impossible`, or when the database does not answer.
pub async fn score(
    state: &AppState,
    by: &User,
    unit: OrgUnitId,
    quarter: Quarter,
    scores: Scores,
) -> Outcome<AssessmentId> {
    let trimmed = |score: Score| Score { reason: score.reason.trim().to_owned(), ..score };
    let scores = Scores {
        relevance: trimmed(scores.relevance),
        effectiveness: trimmed(scores.effectiveness),
        social_effect: trimmed(scores.social_effect),
    };
    if let Some(criterion) = scores.unreasoned() {
        return Err(Refusal::because(ProblemCode::WordsMissing, criterion.to_string()));
    }
    let now = micros(state.clock.wall());
    let today = civil_date(now);
    let last = quarter.days().1;
    if today <= last {
        return Err(impossible("a quarter is assessed when it is over"));
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let territory = Territory::read(&mut tx).await?;
    if counting::centres(&territory, &[unit]).is_empty() {
        return Err(impossible("only career and mobility centres are assessed"));
    }
    if conclusion_of(&mut tx, quarter).await?.is_some_and(|(_, state)| state.is_fixed()) {
        return Err(impossible("the conclusion about this quarter is signed"));
    }
    let mut facts: Vec<Fact> = frozen_now(&mut tx, &territory, quarter, now).await?.into_iter().collect();
    if !is_assessed(&mut tx, &territory, unit, quarter, &facts, now).await? {
        return Err(impossible("the centre has no families and is not assessed"));
    }
    let sql = "select cast(coalesce(max(version), 0) as bigint) from assessment where quarter = $1 and org_unit = $2";
    let (versions,) = one!(&mut tx, (i64,), sql, quarter.to_string(), unit).await?;
    let clocks = Clocks::of(&calendar::read(&mut tx).await?, quarter).ok();
    let mode = Modes::read(&mut tx).await?.on(last);
    let id = AssessmentId::draw(now, chance::bytes(state.chance.as_ref()));
    let scored = AssessmentScored {
        assessment: id,
        unit,
        quarter,
        version: i32::try_from(versions + 1).map_err(Refusal::fault)?,
        total: assessment::total(scores.points(), mode),
        scores,
        in_time: clocks.map(|clocks| !clocks.is_closed(today)),
        hand: hand(by),
    };
    facts.push(fact(by, Event::AssessmentScored(scored)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    Ok(id)
}

/// Whether a centre is assessed: by what is frozen, or is being frozen, or by what the store knows as long as neither is.
async fn is_assessed(
    tx: &mut Tx,
    territory: &Territory,
    unit: OrgUnitId,
    quarter: Quarter,
    freezing: &[Fact],
    now: DateTime<Utc>,
) -> Outcome<bool> {
    if let Some(Event::AssessmentFrozen(frozen)) = freezing.first().map(|fact| &fact.event) {
        return Ok(frozen.centres.iter().any(|centre| centre.unit == unit));
    }
    let known = frozen(tx, quarter, None).await?;
    if !known.is_empty() {
        return Ok(known.contains_key(&unit));
    }
    let counted = counting::of(tx, territory, &[unit], quarter, civil_date(now)).await?;
    Ok(counted.get(&unit).is_some_and(kandas_shared::assessment::Indicators::is_assessed))
}
