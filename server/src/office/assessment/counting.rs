//! The indicators of centres for a quarter, counted from what the store knows now (§48).
//!
//! Nothing here reads a record or a plan one by one: what was due and done is counted in the index of activities, what was
//! checked or noticed in that of records that are either, reports and departures are few. A mobility centre is the sum of
//! the career centres below it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kandas_shared::{
    assessment::{Effectiveness, Indicators, Relevance, SocialEffect},
    calendar::{Calendar, due_at},
    ids::OrgUnitId,
    plan_state::{ActivityState, CheckKind},
    pulled::OrgKind,
    quarter::Quarter,
    report,
    service::services,
};

use crate::{
    among, calendar,
    check::policy::Territory,
    store::{StoreError, Tx},
};

/// An activity that is done.
const DONE: &str = "('synced', 'reported', 'sys_confirmed', 'disputed')";
/// Activities that are not to be done at all.
const DROPPED: [ActivityState; 3] =
    [ActivityState::Cancelled, ActivityState::NotApplicable, ActivityState::Refused];

/// The indicators of these centres.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    territory: &Territory,
    centres: &[OrgUnitId],
    quarter: Quarter,
    today: NaiveDate,
) -> Result<BTreeMap<OrgUnitId, Indicators>, StoreError> {
    let below: BTreeMap<OrgUnitId, Vec<OrgUnitId>> =
        centres.iter().map(|centre| (*centre, below(territory, *centre))).collect();
    let single: BTreeSet<OrgUnitId> = below.values().flatten().copied().collect();
    let keys: Vec<(OrgUnitId,)> = single.into_iter().map(|unit| (unit,)).collect();
    let mut counted = Counted { quarter, units: BTreeMap::new() };
    if !keys.is_empty() {
        let calendar = calendar::read(tx).await?;
        counted.families(tx, &keys).await?;
        counted.due(tx, &keys, &calendar).await?;
        counted.done(tx, &keys).await?;
        counted.judged(tx, &keys).await?;
        counted.reports(tx, &keys, today).await?;
        counted.departures(tx, &keys).await?;
        counted.answers(tx, &keys).await?;
    }
    let sum = |units: &[OrgUnitId]| {
        let each = units.iter().filter_map(|unit| counted.units.get(unit));
        each.fold(Indicators::default(), |sum, of| sum.and(*of))
    };
    Ok(below.into_iter().map(|(centre, units)| (centre, sum(&units))).collect())
}

/// Career and mobility centres, in the order of their ids.
#[must_use]
pub fn centres(territory: &Territory, of: &[OrgUnitId]) -> Vec<OrgUnitId> {
    let is_one = |unit: &OrgUnitId| {
        territory.unit(*unit).is_some_and(|unit| matches!(unit.kind, OrgKind::Cc | OrgKind::Ctm))
    };
    of.iter().copied().filter(is_one).collect()
}

/// The centre itself, and the career centres below it where it is a mobility centre.
#[must_use]
pub fn below(territory: &Territory, centre: OrgUnitId) -> Vec<OrgUnitId> {
    match territory.unit(centre).map(|unit| unit.kind) {
        Some(OrgKind::Ctm) => centres(territory, &territory.covered(centre)),
        _ => vec![centre],
    }
}

/// Each column of the index by name, so that it is entered where the states begin.
fn services_named() -> String {
    services().iter().map(|service| format!("'{}'", service.code)).collect::<Vec<_>>().join(", ")
}

struct Counted {
    quarter: Quarter,
    units: BTreeMap<OrgUnitId, Indicators>,
}

impl Counted {
    fn relevance(&mut self, unit: OrgUnitId) -> &mut Relevance {
        &mut self.units.entry(unit).or_default().relevance
    }

    fn effectiveness(&mut self, unit: OrgUnitId) -> &mut Effectiveness {
        &mut self.units.entry(unit).or_default().effectiveness
    }

    fn social_effect(&mut self, unit: OrgUnitId) -> &mut SocialEffect {
        &mut self.units.entry(unit).or_default().social_effect
    }

    async fn families(&mut self, tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(), StoreError> {
        let sql = "select f.org_unit, count(*) from family f where f.org_unit in (";
        for (unit, families) in among!(tx, (OrgUnitId, i64), sql, units, ") group by f.org_unit").await? {
            self.social_effect(unit).families = families;
        }
        Ok(())
    }

    /// What was due, and whether it was done in time (§48(1)). A day off is in time until the next working day, as everywhere
    /// those done after such a day are looked at one day after the other.
    async fn due(
        &mut self,
        tx: &mut Tx,
        units: &[(OrgUnitId,)],
        calendar: &Calendar,
    ) -> Result<(), StoreError> {
        type Late = (OrgUnitId, NaiveDate, NaiveDate, i64);
        let (first, last) = self.quarter.days();
        let codes = services_named();
        let states = ActivityState::ALL.iter().filter(|state| !DROPPED.contains(state));
        let states = states.map(|state| format!("'{state}'")).collect::<Vec<_>>().join(", ");
        let sql = format!(
            "select a.org_unit, count(*) as due,
             cast(sum(case when a.state in {DONE} and a.done_on <= a.due_on then 1 else 0 end) as bigint) as in_time,
             cast(sum(case when a.state in {DONE} and a.done_on > a.due_on then 1 else 0 end) as bigint) as late
             from activity a where a.service in ({codes}) and a.state in ({states})
             and a.due_on >= $1 and a.due_on <= $2 and a.org_unit in ("
        );
        let tail = ") group by a.org_unit";
        for (unit, due, in_time, late) in
            among!(tx, (OrgUnitId, i64, i64, i64), &sql, units, tail, first, last).await?
        {
            *self.relevance(unit) = Relevance { due, in_time, late, not_done: due - in_time - late };
        }
        let moved: Vec<String> = first
            .iter_days()
            .take_while(|day| *day <= last)
            .filter(|day| calendar.last_day(*day) != *day)
            .map(|day| day.to_string())
            .collect();
        let sql = format!(
            "select a.org_unit, a.due_on, a.done_on, count(*) from activity a
             where a.service in ({codes}) and a.state in {DONE} and a.due_on >= $1 and a.due_on <= $2
             and a.done_on > a.due_on and $3 like '%' || cast(a.due_on as text) || '%' and a.org_unit in ("
        );
        let tail = ") group by a.org_unit, a.due_on, a.done_on";
        for (unit, due, done, count) in
            among!(tx, Late, &sql, units, tail, first, last, moved.join(" ")).await?
        {
            if done <= calendar.last_day(due) {
                let relevance = self.relevance(unit);
                relevance.in_time += count;
                relevance.late -= count;
            }
        }
        Ok(())
    }

    /// From the index of what is due, which has the day of completion at its end: no row of a plan is read.
    async fn done(&mut self, tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(), StoreError> {
        let (first, last) = self.quarter.days();
        let codes = services_named();
        let sql = format!(
            "select a.org_unit, count(*) from activity a where a.service in ({codes}) and a.state in {DONE}
             and a.done_on >= $1 and a.done_on <= $2 and a.org_unit in ("
        );
        let tail = ") group by a.org_unit";
        for (unit, done) in among!(tx, (OrgUnitId, i64), &sql, units, tail, first, last).await? {
            self.effectiveness(unit).done = done;
        }
        Ok(())
    }

    /// What supervisors and the rules said of completions of these days (§48(2)); the conditions are those of the lists of
    /// records ([`crate::office::records::State`]).
    async fn judged(&mut self, tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(), StoreError> {
        let (first, last) = self.quarter.days();
        let sql = "select r.org_unit, r.check_state, r.superseded, count(*),
            cast(sum(case when r.risk > 0 then 1 else 0 end) as bigint) as noticed
            from record r where r.verdict = 'accepted' and (r.check_state <> 'unchecked' or r.risk > 0)
            and r.kind = 'completion' and r.done_on >= $1 and r.done_on <= $2 and r.org_unit in (";
        let tail = ") group by r.org_unit, r.check_state, r.superseded";
        type Judged = (OrgUnitId, CheckKind, bool, i64, i64);
        for (unit, state, superseded, count, noticed) in
            among!(tx, Judged, sql, units, tail, first, last).await?
        {
            let of = self.effectiveness(unit);
            if state == CheckKind::Answered {
                of.answered += count;
            }
            if superseded {
                continue;
            }
            of.noticed += noticed;
            match state {
                CheckKind::Accepted => of.accepted += count,
                CheckKind::Remarked => of.remarked += count,
                CheckKind::Returned => of.returned += count,
                CheckKind::Unchecked | CheckKind::Answered => {}
            }
        }
        Ok(())
    }

    /// Monthly reports of the months that are over (§39); a centre without families owes none.
    async fn reports(
        &mut self,
        tx: &mut Tx,
        units: &[(OrgUnitId,)],
        today: NaiveDate,
    ) -> Result<(), StoreError> {
        let months = self.quarter.months();
        let over = months.iter().filter(|month| report::days(**month).1 < today).count();
        let over = i64::try_from(over).unwrap_or_default();
        for of in self.units.values_mut().filter(|of| of.is_assessed()) {
            of.effectiveness.reports.due = over;
        }
        let [one, two, three] = months.map(|month| month.to_string());
        let sql = "select r.org_unit, r.month, r.version, r.in_time from report r
            where r.state in ('sent', 'accepted', 'returned', 'reopened') and r.month in ($1, $2, $3)
            and r.org_unit in (";
        type Sent = (OrgUnitId, String, i32, Option<bool>);
        let mut first: BTreeMap<(OrgUnitId, String), (i32, Option<bool>)> = BTreeMap::new();
        for (unit, month, version, in_time) in among!(tx, Sent, sql, units, ")", one, two, three).await? {
            let known = first.entry((unit, month)).or_insert((version, in_time));
            if version < known.0 {
                *known = (version, in_time);
            }
        }
        for ((unit, _), (_, in_time)) in first {
            let reports = &mut self.effectiveness(unit).reports;
            // Where the calendar knows no date, nobody is late.
            if in_time == Some(false) {
                reports.late += 1;
            } else {
                reports.in_time += 1;
            }
        }
        // Whoever reports owes as much, whatever became of its families.
        for of in self.units.values_mut() {
            let reports = &mut of.effectiveness.reports;
            reports.due = reports.due.max(reports.in_time + reports.late);
        }
        Ok(())
    }

    /// What families said on visits and where rounds were closed, on the days of the quarter. A round that was opened once
    /// more has no answer until it is closed again.
    async fn answers(&mut self, tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(), StoreError> {
        type Said = (OrgUnitId, i64, i64);
        let (first, last) = self.quarter.days();
        let tail = ") group by f.org_unit";
        let sql = "select f.org_unit, count(*), cast(sum(a.satisfaction) as bigint) from record_act a
            join record r on r.hash = a.hash join family f on f.id = a.family
            where a.satisfaction is not null and a.done_on >= $1 and a.done_on <= $2 and r.verdict = 'accepted'
            and not r.superseded and f.org_unit in (";
        let mut said = among!(tx, Said, sql, units, tail, first, last).await?;
        let sql = "select f.org_unit, count(*), cast(sum(a.satisfaction) as bigint) from monitoring_act a
            join family f on f.id = a.family where a.satisfaction is not null and a.at > $1 and a.at <= $2
            and not exists (select 1 from monitoring_act b where b.family = a.family and b.subject is null
             and b.ends_on >= a.begins_on and b.ends_on <= a.ends_on and b.position > a.position)
            and f.org_unit in (";
        let before = due_at(first.pred_opt().unwrap_or(first));
        said.extend(among!(tx, Said, sql, units, tail, before, due_at(last)).await?);
        for (unit, answers, points) in said {
            let of = self.social_effect(unit);
            *of = of.answered(answers, points);
        }
        Ok(())
    }

    /// Families whose residence was looked at, and those that left (§45-46). Where nobody looked, nobody knows.
    async fn departures(&mut self, tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(), StoreError> {
        let (first, last) = self.quarter.days();
        let sql = "select f.org_unit, count(distinct r.family) from monitoring_residence r
            join family f on f.id = r.family where r.result in ('present', 'departed')
            and r.on_day >= $1 and r.on_day <= $2 and f.org_unit in (";
        let tail = ") group by f.org_unit";
        for (unit, watched) in among!(tx, (OrgUnitId, i64), sql, units, tail, first, last).await? {
            let of = self.social_effect(unit);
            (of.watched, of.departed) = (watched, Some(0));
        }
        let sql = "select d.org_unit, count(distinct d.family) from monitoring_departure d
            where d.left_on >= $1 and d.left_on <= $2 and d.refund <> 'withdrawn' and d.org_unit in (";
        let tail = ") group by d.org_unit";
        for (unit, departed) in among!(tx, (OrgUnitId, i64), sql, units, tail, first, last).await? {
            self.social_effect(unit).departed = Some(departed);
        }
        Ok(())
    }
}
