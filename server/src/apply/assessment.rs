//! The quarterly assessment (§47-51): what was frozen and scored, the conclusion and its way, recommendations and what
//! became of them.

use chrono::{DateTime, Utc};
use kandas_shared::{
    assessment::{ConclusionAct, ConclusionState, Frozen},
    ids::{ConclusionId, OrgUnitId},
};

use super::{ApplyError, missing};
use crate::{
    exec,
    facts::{
        AssessmentConcluded, AssessmentForwarded, AssessmentFrozen, AssessmentMeasured, AssessmentScored,
        AssessmentSent, AssessmentSigned, Event, ReportHand,
    },
    journal::Placed,
    many,
    store::Tx,
};

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    match &fact.event {
        Event::AssessmentFrozen(frozen) => freeze(tx, fact, frozen).await,
        Event::AssessmentScored(scored) => score(tx, fact, scored).await,
        Event::AssessmentConcluded(concluded) => conclude(tx, fact, concluded).await,
        Event::AssessmentSigned(signed) => sign(tx, fact, signed).await,
        Event::AssessmentSent(sent) => send(tx, fact, sent).await,
        Event::AssessmentForwarded(forwarded) => forward(tx, fact, forwarded).await,
        Event::AssessmentMeasured(measured) => measure(tx, fact, measured).await,
        other => Err(missing(fact.position, format!("what {} does to an assessment", other.kind()))),
    }
}

async fn freeze(tx: &mut Tx, fact: &Placed, frozen: &AssessmentFrozen) -> Result<(), ApplyError> {
    let quarter = frozen.quarter.to_string();
    let mut rows: Vec<(String, OrgUnitId, String, i64, DateTime<Utc>)> =
        Vec::with_capacity(frozen.centres.len());
    for centre in &frozen.centres {
        let indicators = serde_json::to_string(&centre.indicators)?;
        rows.push((quarter.clone(), centre.unit, indicators, fact.position as i64, fact.at));
    }
    many!(tx, "insert into assessment_snapshot (quarter, org_unit, indicators, position, frozen_at)", rows)
        .await?;
    Ok(())
}

async fn score(tx: &mut Tx, fact: &Placed, scored: &AssessmentScored) -> Result<(), ApplyError> {
    let AssessmentScored { scores, total, hand, .. } = scored;
    let [relevance, effectiveness, social_effect] = scores.points().map(|points| i32::from(points.get()));
    let reasons = [&scores.relevance.reason, &scores.effectiveness.reason, &scores.social_effect.reason];
    let (quarter, reasons) = (scored.quarter.to_string(), serde_json::to_string(&reasons)?);
    exec!(
        tx,
        "insert into assessment (id, quarter, org_unit, version, relevance, effectiveness, social_effect, reasons,
         mode, rules, hundredths, band, in_time, position, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        scored.assessment,
        quarter,
        scored.unit,
        scored.version,
        relevance,
        effectiveness,
        social_effect,
        reasons,
        total.mode,
        total.rules,
        total.hundredths,
        total.band,
        scored.in_time,
        fact.position as i64,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

async fn conclude(tx: &mut Tx, fact: &Placed, concluded: &AssessmentConcluded) -> Result<(), ApplyError> {
    let (quarter, parts) = (concluded.quarter.to_string(), serde_json::to_string(&concluded.parts)?);
    exec!(
        tx,
        "insert into conclusion (id, quarter, revision, state, parts, position) values ($1, $2, $3, $4, $5, $6)
         on conflict (id) do update set revision = excluded.revision, parts = excluded.parts,
         position = excluded.position",
        concluded.conclusion,
        quarter,
        concluded.revision,
        ConclusionState::Draft,
        parts,
        fact.position as i64
    )
    .await?;
    act(tx, fact, concluded.conclusion, ConclusionAct::Draft, None, &concluded.hand).await
}

/// From now on its recommendations are there, and earlier ones stand as it says.
async fn sign(tx: &mut Tx, fact: &Placed, signed: &AssessmentSigned) -> Result<(), ApplyError> {
    let (frozen, position) = (Frozen::read(&signed.text)?, fact.position as i64);
    let parts = serde_json::to_string(&frozen.parts)?;
    let written = exec!(
        tx,
        "update conclusion set state = $1, parts = $2, frozen = $3, sha256 = $4 where id = $5",
        ConclusionState::Signed,
        parts,
        signed.text,
        signed.sha256,
        signed.conclusion
    )
    .await?;
    if written == 0 {
        return Err(missing(fact.position, format!("conclusion {}", signed.conclusion)));
    }
    let quarter = frozen.quarter.to_string();
    let new: Vec<_> = (1_i64..)
        .zip(frozen.parts.recommendations)
        .map(|(number, of)| {
            (of.recommendation, signed.conclusion, quarter.clone(), number, of.unit, of.text, true, position)
        })
        .collect();
    many!(
        tx,
        "insert into recommendation (id, conclusion, quarter, number, org_unit, text, is_open, position)",
        new
    )
    .await?;
    for result in &frozen.parts.results {
        exec!(
            tx,
            "insert into recommendation_result (recommendation, conclusion, quarter, became, text, position)
             values ($1, $2, $3, $4, $5, $6)",
            result.recommendation,
            signed.conclusion,
            quarter,
            result.became,
            result.text,
            position
        )
        .await?;
        let open = result.became.stays_open();
        let sql = "update recommendation set is_open = $1 where id = $2";
        if exec!(tx, sql, open, result.recommendation).await? == 0 {
            return Err(missing(fact.position, format!("recommendation {}", result.recommendation)));
        }
    }
    act(tx, fact, signed.conclusion, ConclusionAct::Sign, None, &signed.hand).await
}

async fn send(tx: &mut Tx, fact: &Placed, sent: &AssessmentSent) -> Result<(), ApplyError> {
    let to = serde_json::to_string(&sent.to)?;
    let written = exec!(
        tx,
        "update conclusion set state = $1, sent_at = $2, in_time = $3, sent_to = $4 where id = $5",
        ConclusionState::Sent,
        fact.at,
        sent.in_time,
        to,
        sent.conclusion
    )
    .await?;
    if written == 0 {
        return Err(missing(fact.position, format!("conclusion {}", sent.conclusion)));
    }
    act(tx, fact, sent.conclusion, ConclusionAct::Send, None, &sent.hand).await
}

async fn forward(tx: &mut Tx, fact: &Placed, forwarded: &AssessmentForwarded) -> Result<(), ApplyError> {
    let sql = "update conclusion set state = $1, forwarded_at = $2 where id = $3";
    if exec!(tx, sql, ConclusionState::Forwarded, fact.at, forwarded.conclusion).await? == 0 {
        return Err(missing(fact.position, format!("conclusion {}", forwarded.conclusion)));
    }
    let bodies: Vec<_> = forwarded.to.iter().map(|body| (forwarded.conclusion, *body, fact.at)).collect();
    many!(tx, "insert into conclusion_body (conclusion, org_unit, received_at)", bodies).await?;
    act(tx, fact, forwarded.conclusion, ConclusionAct::Forward, None, &forwarded.hand).await
}

async fn measure(tx: &mut Tx, fact: &Placed, measured: &AssessmentMeasured) -> Result<(), ApplyError> {
    let measures = serde_json::to_string(&measured.measures)?;
    let written = exec!(
        tx,
        "update conclusion_body set measured_at = $1, in_time = $2, text = $3, measures = $4
         where conclusion = $5 and org_unit = $6",
        fact.at,
        measured.in_time,
        measured.text,
        measures,
        measured.conclusion,
        measured.unit
    )
    .await?;
    if written == 0 {
        return Err(missing(
            fact.position,
            format!("conclusion {} before {}", measured.conclusion, measured.unit),
        ));
    }
    if measured.closes {
        let sql = "update conclusion set state = $1 where id = $2";
        exec!(tx, sql, ConclusionState::Closed, measured.conclusion).await?;
    }
    act(tx, fact, measured.conclusion, ConclusionAct::Measure, Some(measured.unit), &measured.hand).await
}

async fn act(
    tx: &mut Tx,
    fact: &Placed,
    conclusion: ConclusionId,
    act: ConclusionAct,
    unit: Option<OrgUnitId>,
    hand: &ReportHand,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into conclusion_act (position, conclusion, act, org_unit, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        fact.position as i64,
        conclusion,
        act,
        unit,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}
