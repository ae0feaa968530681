//! Plans as the office draws them up (§32-34): the items of each member come with facts of their own; what is done to a
//! version follows. Nothing here reaches a phone: that is what `plan.set` and `activity.set` do.

use kandas_shared::{
    ids::{FamilyId, PersonId, PlanId},
    plan::PlanAct,
    plan_state::PlanState,
};

use super::{ApplyError, missing, run::Run};
use crate::{
    exec,
    facts::{Event, PlanActed, PlanAgreed, PlanOpened, PlanPaperKept, PlanRowDrafted, ReportHand},
    journal::Placed,
    many,
    store::Tx,
};

/// Tables whose rows go with the body of the fact at their position.
pub(super) const WITH_POSITION: &[&str] =
    &["plan_version", "plan_row", "plan_act", "plan_paper", "plan_remark"];

/// A row of `plan_row`.
pub(super) type DraftedRow = (PlanId, i32, PersonId, FamilyId, String, i64, i64);

impl Run {
    /// The items of a member join the run; the last word about them wins.
    pub(super) fn plan_row(&mut self, fact: &Placed, drafted: &PlanRowDrafted) -> Result<(), ApplyError> {
        let row = &drafted.row;
        let chosen = i64::try_from(row.chosen()).unwrap_or(i64::MAX);
        let written =
            (row.plan, row.version, row.person, row.family, row.to_text()?, chosen, fact.position as i64);
        self.plan_rows.insert((row.plan, row.version, row.person), written);
        Ok(())
    }
}

pub(super) async fn write(rows: Vec<DraftedRow>, tx: &mut Tx) -> Result<(), ApplyError> {
    many!(
        tx,
        "insert into plan_row (plan, version, person, family, frozen, chosen, position)",
        rows,
        "on conflict (plan, version, person) do update set family = excluded.family, frozen = excluded.frozen,
         chosen = excluded.chosen, position = excluded.position"
    )
    .await?;
    Ok(())
}

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    match &fact.event {
        Event::PlanOpened(opened) => open(tx, fact, opened).await,
        Event::PlanActed(acted) => done(tx, fact, acted).await,
        Event::PlanAgreed(agreed) => agree(tx, fact, agreed).await,
        Event::PlanPaperKept(paper) => keep(tx, fact, paper).await,
        Event::PlanRemarked(remarked) => {
            exec!(
                tx,
                "insert into plan_remark (position, plan, version, family, text) values ($1, $2, $3, $4, $5)",
                fact.position as i64,
                remarked.plan,
                remarked.version,
                remarked.family,
                remarked.text
            )
            .await?;
            Ok(())
        }
        other => Err(missing(fact.position, format!("what {} does to a plan", other.kind()))),
    }
}

async fn open(tx: &mut Tx, fact: &Placed, opened: &PlanOpened) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into plan_version (plan, version, family, state, amends, position, opened_at, state_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8)",
        opened.plan,
        opened.version,
        opened.family,
        opened.state,
        opened.amends,
        fact.position as i64,
        fact.at,
        fact.at
    )
    .await?;
    act(tx, fact, opened.plan, opened.version, PlanAct::Open, None, &opened.hand).await
}

async fn done(tx: &mut Tx, fact: &Placed, acted: &PlanActed) -> Result<(), ApplyError> {
    let PlanActed { plan, version, .. } = acted;
    stand(tx, fact, *plan, *version, acted.after).await?;
    match acted.act {
        PlanAct::Visit => {
            let sql = "update plan_version set visited_on = $1, visit_in_time = $2 where plan = $3 and version = $4";
            exec!(tx, sql, acted.on, acted.in_time, *plan, *version).await?;
        }
        PlanAct::Approve => {
            let sql = "update plan_version set approved_at = $1 where plan = $2 and version = $3";
            exec!(tx, sql, fact.at, *plan, *version).await?;
        }
        // What was agreed on is worked on again: another agreement follows.
        PlanAct::Reject => {
            let sql = "update plan_version set how = null, agreed_on = null, agreed_at = null, record = null,
                digests = null, sha256 = null where plan = $1 and version = $2";
            exec!(tx, sql, *plan, *version).await?;
        }
        PlanAct::Publish => {
            let sql =
                "update plan_version set published_at = $1, in_time = $2 where plan = $3 and version = $4";
            exec!(tx, sql, fact.at, acted.in_time, *plan, *version).await?;
        }
        PlanAct::Open | PlanAct::Finish | PlanAct::Agree | PlanAct::Discard => {}
    }
    act(tx, fact, *plan, *version, acted.act, acted.second_factor, &acted.hand).await
}

async fn agree(tx: &mut Tx, fact: &Placed, agreed: &PlanAgreed) -> Result<(), ApplyError> {
    let PlanAgreed { plan, version, .. } = agreed;
    stand(tx, fact, *plan, *version, PlanState::Agreed).await?;
    let digests = serde_json::to_string(&agreed.rows)?;
    exec!(
        tx,
        "update plan_version set how = $1, agreed_on = $2, agreed_at = $3, record = $4, digests = $5, sha256 = $6
         where plan = $7 and version = $8",
        agreed.how,
        agreed.signed_on,
        fact.at,
        agreed.record,
        digests,
        agreed.sha256,
        *plan,
        *version
    )
    .await?;
    act(tx, fact, *plan, *version, PlanAct::Agree, None, &agreed.hand).await
}

async fn keep(tx: &mut Tx, fact: &Placed, paper: &PlanPaperKept) -> Result<(), ApplyError> {
    let cms = paper.cms.as_ref().map(serde_json::to_string).transpose()?;
    exec!(
        tx,
        "insert into plan_paper (position, plan, version, family, name, sha256, size, media_type, object, cms)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        fact.position as i64,
        paper.plan,
        paper.version,
        paper.family,
        paper.name,
        paper.sha256,
        i64::try_from(paper.size).unwrap_or(i64::MAX),
        paper.media_type,
        paper.object,
        cms
    )
    .await?;
    Ok(())
}

async fn stand(
    tx: &mut Tx,
    fact: &Placed,
    plan: PlanId,
    version: i32,
    state: PlanState,
) -> Result<(), ApplyError> {
    let sql = "update plan_version set state = $1, state_at = $2 where plan = $3 and version = $4";
    let written = exec!(tx, sql, state, fact.at, plan, version).await?;
    if written == 0 {
        return Err(missing(fact.position, format!("version {version} of plan {plan}")));
    }
    Ok(())
}

async fn act(
    tx: &mut Tx,
    fact: &Placed,
    plan: PlanId,
    version: i32,
    act: PlanAct,
    second_factor: Option<bool>,
    hand: &ReportHand,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into plan_act (position, plan, version, act, second_factor, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        fact.position as i64,
        plan,
        version,
        act,
        second_factor,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}
