//! What happened in rounds, for a page of them in a few statements.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::FamilyId,
    monitoring::{Residence, RoundStanding},
};

use super::{DONE, Row};
use crate::{
    among,
    store::{StoreError, Tx},
};

/// What happened in the rounds of families, each found by its period.
#[derive(Default)]
pub(super) struct Happened {
    completions: HashMap<FamilyId, Vec<NaiveDate>>,
    visits: HashMap<FamilyId, Vec<NaiveDate>>,
    residence: HashMap<FamilyId, Vec<(i64, NaiveDate, Residence)>>,
    issues: HashMap<FamilyId, i64>,
    acts: HashMap<i64, (DateTime<Utc>, String, Option<bool>)>,
}

impl Happened {
    pub(super) async fn read(tx: &mut Tx, rows: &[Row]) -> Result<Self, StoreError> {
        let mut families: Vec<(FamilyId,)> = rows.iter().map(|row| (row.family,)).collect();
        families.sort_unstable();
        families.dedup();
        let from = rows.iter().map(|row| row.begins_on).min().unwrap_or_default();
        let to = rows.iter().map(|row| row.ends_on).max().unwrap_or_default();
        let mut of = Self::default();
        let sql = format!(
            "select a.family, a.done_on from activity a where {DONE} and a.done_on >= $1 and a.done_on <= $2
             and a.family in ("
        );
        for (family, day) in among!(tx, (FamilyId, NaiveDate), &sql, families, ")", from, to).await? {
            of.completions.entry(family).or_default().push(day);
        }
        let sql = "select a.family, a.done_on from record_act a join record r on r.hash = a.hash
            where a.act = 'monitoring_visit' and a.done_on >= $1 and a.done_on <= $2 and r.verdict = 'accepted'
            and not r.superseded and a.family in (";
        for (family, day) in among!(tx, (FamilyId, NaiveDate), sql, families, ")", from, to).await? {
            of.visits.entry(family).or_default().push(day);
        }
        let sql = "select family, position, ends_on, result from monitoring_residence where family in (";
        for (family, position, ends_on, result) in
            among!(tx, (FamilyId, i64, NaiveDate, Residence), sql, families, ")").await?
        {
            of.residence.entry(family).or_default().push((position, ends_on, result));
        }
        let sql = "select family, count(*) from monitoring_issue where state = 'open' and family in (";
        of.issues =
            among!(tx, (FamilyId, i64), sql, families, ") group by family").await?.into_iter().collect();
        let acts: Vec<(i64,)> = rows
            .iter()
            .filter(|row| row.standing == RoundStanding::Done)
            .filter_map(|row| row.position)
            .map(|at| (at,))
            .collect();
        let sql = "select position, at, by_name, in_time from monitoring_act where position in (";
        of.acts = among!(tx, (i64, DateTime<Utc>, String, Option<bool>), sql, acts, ")")
            .await?
            .into_iter()
            .map(|(position, at, name, in_time)| (position, (at, name, in_time)))
            .collect();
        Ok(of)
    }

    fn within(of: &HashMap<FamilyId, Vec<NaiveDate>>, row: &Row) -> i64 {
        let days = of.get(&row.family).map_or(&[][..], Vec::as_slice);
        let found = days.iter().filter(|day| (row.begins_on..=row.ends_on).contains(*day)).count();
        i64::try_from(found).unwrap_or(i64::MAX)
    }

    /// Services that were rendered in the period of a round.
    pub(super) fn completions(&self, row: &Row) -> i64 {
        Self::within(&self.completions, row)
    }

    /// Monitoring visits in it.
    pub(super) fn visits(&self, row: &Row) -> i64 {
        Self::within(&self.visits, row)
    }

    /// What the last check of residence for it came to.
    pub(super) fn residence(&self, row: &Row) -> Option<Residence> {
        let checks = self.residence.get(&row.family)?;
        let of = checks.iter().filter(|(_, ends_on, _)| (row.begins_on..=row.ends_on).contains(ends_on));
        of.max_by_key(|(position, ..)| *position).map(|(.., result)| *result)
    }

    /// Problems and proposals of its family that are open.
    pub(super) fn issues(&self, row: &Row) -> i64 {
        self.issues.get(&row.family).copied().unwrap_or_default()
    }

    /// When it was closed, by whom, and whether within its term.
    pub(super) fn closed(&self, row: &Row) -> Option<&(DateTime<Utc>, String, Option<bool>)> {
        row.position.and_then(|position| self.acts.get(&position))
    }
}
