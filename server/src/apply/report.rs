//! Monthly reports (§39): their rows come with facts of their own, each about its person; what is done to a report
//! follows.

use kandas_shared::{
    ids::{FamilyId, PersonId, ReportId},
    report::{ReportAct, ReportState},
};

use super::{ApplyError, missing, run::Run};
use crate::{
    exec,
    facts::{Event, ReportDrafted, ReportHand, ReportRowFrozen, ReportSent},
    journal::Placed,
    many,
    store::Tx,
};

/// A row of `report_row`.
pub(super) type FrozenRow = (ReportId, i64, PersonId, FamilyId, String, i64);

impl Run {
    /// A frozen row joins the run.
    pub(super) fn report_row(&mut self, fact: &Placed, frozen: &ReportRowFrozen) -> Result<(), ApplyError> {
        let ReportRowFrozen { report, row } = frozen;
        let text = row.to_text()?;
        let (number, position) = (i64::from(row.number), fact.position as i64);
        self.report_rows.push((*report, number, row.person, row.family, text, position));
        Ok(())
    }
}

pub(super) async fn write(rows: &[FrozenRow], tx: &mut Tx) -> Result<(), ApplyError> {
    many!(tx, "insert into report_row (report, number, person, family, frozen, position)", rows).await?;
    Ok(())
}

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    match &fact.event {
        Event::ReportDrafted(drafted) => draft(tx, fact, drafted).await,
        Event::ReportSigned(signed) => {
            stand(tx, fact, signed.report, ReportState::Signed).await?;
            act(tx, fact, signed.report, ReportAct::Sign, &signed.hand).await
        }
        Event::ReportSent(sent) => send(tx, fact, sent).await,
        Event::ReportDecided(decided) => {
            let state = match decided.act {
                ReportAct::Accept => ReportState::Accepted,
                ReportAct::Return => ReportState::Returned,
                ReportAct::Reopen => ReportState::Reopened,
                other => return Err(missing(fact.position, format!("a decision to {other} a report"))),
            };
            stand(tx, fact, decided.report, state).await?;
            act(tx, fact, decided.report, decided.act, &decided.hand).await
        }
        Event::ReportRemarked(remarked) => {
            let sql = "insert into report_remark (position, report, text) values ($1, $2, $3)";
            exec!(tx, sql, fact.position as i64, remarked.report, remarked.text).await?;
            Ok(())
        }
        other => Err(missing(fact.position, format!("what {} does to a report", other.kind()))),
    }
}

async fn draft(tx: &mut Tx, fact: &Placed, drafted: &ReportDrafted) -> Result<(), ApplyError> {
    if let Some(dropped) = drafted.drops {
        stand(tx, fact, dropped, ReportState::Dropped).await?;
    }
    let (month, entries) = (drafted.month.to_string(), drafted.rows.len() as i64);
    let (form, digests) = (serde_json::to_string(&drafted.form)?, serde_json::to_string(&drafted.rows)?);
    exec!(
        tx,
        "insert into report (id, org_unit, month, version, state, form, digests, sha256, entries, position, drafted_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)",
        drafted.report,
        drafted.unit,
        month,
        drafted.version,
        ReportState::Draft,
        form,
        digests,
        drafted.sha256,
        entries,
        fact.position as i64,
        fact.at
    )
    .await?;
    act(tx, fact, drafted.report, ReportAct::Draft, &drafted.hand).await
}

async fn send(tx: &mut Tx, fact: &Placed, sent: &ReportSent) -> Result<(), ApplyError> {
    stand(tx, fact, sent.report, ReportState::Sent).await?;
    let (to, copies) = (serde_json::to_string(&sent.to)?, serde_json::to_string(&sent.copies)?);
    exec!(
        tx,
        "update report set sent_at = $1, in_time = $2, sent_to = $3, copied_to = $4 where id = $5",
        fact.at,
        sent.in_time,
        to,
        copies,
        sent.report
    )
    .await?;
    act(tx, fact, sent.report, ReportAct::Send, &sent.hand).await
}

async fn stand(tx: &mut Tx, fact: &Placed, report: ReportId, state: ReportState) -> Result<(), ApplyError> {
    let written = exec!(tx, "update report set state = $1 where id = $2", state, report).await?;
    if written == 0 { Err(missing(fact.position, format!("report {report}"))) } else { Ok(()) }
}

async fn act(
    tx: &mut Tx,
    fact: &Placed,
    report: ReportId,
    act: ReportAct,
    hand: &ReportHand,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into report_act (position, report, act, by_user, by_name, by_role, at)
         values ($1, $2, $3, $4, $5, $6, $7)",
        fact.position as i64,
        report,
        act,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}
