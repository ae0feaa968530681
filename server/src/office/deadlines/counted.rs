//! What of a unit has a clock that is read for each family: counted by days, and kept in memory with everything else that is
//! known of how a unit stands ([`crate::office::standing`]). All of it is read from indices.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kandas_shared::{
    deadline::Spans,
    ids::{FamilyId, OrgUnitId},
    monitoring,
    quarter::Quarter,
    service::services,
};

use crate::{
    among, calendar,
    monitoring_rules::Rules,
    office::family,
    store::{StoreError, Tx},
};

/// What of a unit has a clock.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counted {
    /// Families without a plan that was agreed since their preliminary visit, and the day of that (§28).
    pub(super) visits: Vec<(FamilyId, NaiveDate)>,
    /// Services of plans (§33).
    pub(super) activities: Activities,
    /// Records that went back, by the day for the answer (§37).
    pub(super) rework: BTreeMap<NaiveDate, i64>,
    /// Problems and proposals, by the day for settling them (§42).
    pub(super) issues: BTreeMap<NaiveDate, i64>,
    /// Rounds that are not missed and whose period is over, or ends with this quarter: by the last day of the period (§43).
    pub(super) rounds: BTreeMap<NaiveDate, i64>,
    /// The last day of the period of the first round that was missed.
    pub(in crate::office) missed_from: Option<NaiveDate>,
}

/// How many services are due when, and the first of their dates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Activities {
    pub(super) late: (i64, Option<NaiveDate>),
    pub(super) today: (i64, Option<NaiveDate>),
    pub(super) soon: (i64, Option<NaiveDate>),
}

/// Counts it for these units.
pub(in crate::office) async fn count(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    today: NaiveDate,
) -> Result<HashMap<OrgUnitId, Counted>, StoreError> {
    let calendar = calendar::read(tx).await?;
    let mut counted: HashMap<OrgUnitId, Counted> = HashMap::new();
    for (unit, activities) in activities(tx, units, Spans::of(&calendar, today)).await? {
        counted.entry(unit).or_default().activities = activities;
    }
    // Family by family: SQLite joins in this order because the joins are crossed. Most have a plan, and are left at once.
    let sql =
        "select f.org_unit, f.id, max(a.done_on) from family f cross join record_act a cross join record r
        where a.family = f.id and a.act = 'preliminary_visit' and r.hash = a.hash and r.verdict = 'accepted'
        and not r.superseded and not exists (select 1 from plan p where p.family = f.id)
        and not exists (select 1 from plan_version v where v.family = f.id
            and v.state not in ('draft_remote', 'discarded'))
        and not exists (select 1 from monitoring_departure d where d.family = f.id and d.refund <> 'withdrawn')
        and f.org_unit in (";
    let visits = among!(tx, (OrgUnitId, FamilyId, NaiveDate), sql, units, ") group by f.org_unit, f.id");
    for (unit, family, day) in visits.await? {
        counted.entry(unit).or_default().visits.push((family, day));
    }
    for of in counted.values_mut() {
        of.visits.sort_unstable_by_key(|(family, day)| (*day, *family));
    }
    let sql = "select r.org_unit, r.check_due, count(*) from record r where r.check_state = 'returned'
        and not r.superseded and r.check_due is not null and r.org_unit in (";
    for (unit, day, count) in by_day(tx, units, sql, ") group by r.org_unit, r.check_due").await? {
        counted.entry(unit).or_default().rework.insert(day, count);
    }
    let sql = "select i.org_unit, i.due_on, count(*) from monitoring_issue i where i.state = 'open'
        and i.due_on is not null and i.org_unit in (";
    for (unit, day, count) in by_day(tx, units, sql, ") group by i.org_unit, i.due_on").await? {
        counted.entry(unit).or_default().issues.insert(day, count);
    }
    let first = Rules::read(tx).await?.missed_before(today, &calendar).max(monitoring::since());
    let last = Quarter::of(today).days().1;
    let sql = "select r.org_unit, r.ends_on, count(*) from monitoring_round r
        where r.standing in ('open', 'begun') and r.ends_on >= $1 and r.ends_on <= $2 and r.org_unit in (";
    let tail = ") group by r.org_unit, r.ends_on";
    for (unit, day, count) in among!(tx, OfDay, sql, units, tail, first, last).await? {
        counted.entry(unit).or_default().rounds.insert(day, count);
    }
    Ok(counted)
}

type OfDay = (OrgUnitId, NaiveDate, i64);

async fn by_day(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    sql: &str,
    tail: &str,
) -> Result<Vec<OfDay>, StoreError> {
    among!(tx, OfDay, sql, units, tail).await
}

/// Each service is named, so that the index is entered at what is planned and left where nothing is near any more.
async fn activities(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    spans: Spans,
) -> Result<Vec<(OrgUnitId, Activities)>, StoreError> {
    type Row = (OrgUnitId, i64, Option<NaiveDate>, i64, Option<NaiveDate>, i64, Option<NaiveDate>);
    let Spans { late_before, today_to, soon_to } = spans;
    let codes: Vec<String> = services().iter().map(|service| format!("'{}'", service.code)).collect();
    let codes = codes.join(", ");
    let parts = ["a.due_on < $1", "a.due_on >= $1 and a.due_on <= $2", "a.due_on >= $1 and a.due_on > $2"];
    let parts = parts.map(|part| {
        format!(
            "cast(sum(case when {part} then 1 else 0 end) as bigint), min(case when {part} then a.due_on end)"
        )
    });
    let left = family::left_open(tx, units, soon_to).await?;
    let (left, stayed): (Vec<_>, Vec<_>) = units.iter().copied().partition(|(unit,)| left.contains(unit));
    let mut rows: Vec<Row> = Vec::new();
    for (units, stays) in [(stayed, String::new()), (left, format!(" and {}", family::STAYS))] {
        if units.is_empty() {
            continue;
        }
        let sql = format!(
            "select a.org_unit, {} from activity a where a.service in ({codes}) and a.state = 'planned'
             and a.due_on <= $3{stays} and a.org_unit in (",
            parts.join(", ")
        );
        let tail = ") group by a.org_unit";
        rows.extend(among!(tx, Row, &sql, units, tail, late_before, today_to, soon_to).await?);
    }
    let counted = rows.into_iter().map(|(unit, late, late_from, today, today_from, soon, soon_from)| {
        let of = Activities { late: (late, late_from), today: (today, today_from), soon: (soon, soon_from) };
        (unit, of)
    });
    Ok(counted.collect())
}
