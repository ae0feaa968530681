//! Monthly reports (§39): a centre owes one by the 5th of the next month, target and legal date. Who is late is
//! who is late in the list of reports. What comes after the sending has no term in the order.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use kandas_shared::{
    calendar::civil_date,
    deadline::Clock,
    ids::{OrgUnitId, ReportId},
    pulled::OrgKind,
    report::days,
};

use super::{Asked, Found};
use crate::{among, refusal::Outcome, store::Tx};

/// It was sent at some time.
const OUT: &str = "('sent', 'accepted', 'returned', 'reopened')";

/// Centres and months whose report was never sent, the running month among them.
pub(super) async fn unsent(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let months = asked.months();
    let (Some(first), Some(last)) = (months.first(), months.last()) else { return Ok(Vec::new()) };
    let sql = format!(
        "select r.month, r.org_unit from report r where r.month >= $1 and r.month <= $2 and r.state in {OUT}
         and r.org_unit in ("
    );
    let (first, last) = (first.to_string(), last.to_string());
    let sent: BTreeSet<(String, OrgUnitId)> =
        among!(tx, (String, OrgUnitId), &sql, asked.keys(), ")", first, last).await?.into_iter().collect();
    let is_centre =
        |unit: &&OrgUnitId| asked.territory.unit(**unit).is_some_and(|unit| unit.kind == OrgKind::Cc);
    let centres: Vec<OrgUnitId> = asked.units.iter().filter(is_centre).copied().collect();
    let mut found = Vec::new();
    for month in months {
        let start = Some(days(month).1);
        // Without a date in the calendar nobody is late.
        let clock = match asked.calendar.report_due(month) {
            Ok(due) => Clock::named(start, due),
            Err(_) => Clock::open(start),
        };
        let name = month.to_string();
        let owe = centres.iter().filter(|unit| !sent.contains(&(name.clone(), **unit)));
        found.extend(owe.map(|unit| Found::of(*unit, 1, clock).in_period(month)));
    }
    Ok(found)
}

/// Reports that were returned, and no newer version of them was sent.
pub(super) async fn returned(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    let newest = format!(
        "r.state = 'returned' and not exists (select 1 from report n where n.org_unit = r.org_unit
         and n.month = r.month and n.version > r.version and n.state in {OUT})"
    );
    standing(tx, asked, &newest, "return").await
}

/// Reports that wait for a decision.
pub(super) async fn waiting(tx: &mut Tx, asked: &Asked<'_>) -> Outcome<Vec<Found>> {
    standing(tx, asked, "r.state = 'sent'", "send").await
}

/// Reports that stand so since an act, without a term.
async fn standing(tx: &mut Tx, asked: &Asked<'_>, how: &str, since: &str) -> Outcome<Vec<Found>> {
    type Row = (ReportId, OrgUnitId, String, Option<DateTime<Utc>>);
    let Some(first) = asked.months().first().map(ToString::to_string) else { return Ok(Vec::new()) };
    let sql = format!(
        "select r.id, r.org_unit, r.month,
         (select max(a.at) from report_act a where a.report = r.id and a.act = $2) as since
         from report r where r.month >= $1 and {how} and r.org_unit in ("
    );
    let rows = among!(tx, Row, &sql, asked.keys(), ")", first, since.to_owned()).await?;
    let found = rows.into_iter().map(|(report, unit, month, since)| {
        let clock = Clock::open(since.map(civil_date));
        Found { subject: Some(report.0), ..Found::of(unit, 1, clock).in_period(month) }
    });
    Ok(found.collect())
}
