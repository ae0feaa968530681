//! Looking at what is to be checked and what was. Whoever looks is in the access log.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    evidence::EvidenceKind,
    ids::{EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    plan_state::CheckKind,
    pulled::{Check, User},
    service::ServiceCode,
};
use serde::Serialize;

use super::policy::{self, Territory};
use crate::{
    access::Reading,
    all, among, opt,
    store::{StoreError, Tx},
};

/// A record in the list of what is to be checked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, sqlx::FromRow)]
pub struct ToCheck {
    /// Its id.
    pub record: RecordId,
    /// Kind of statement.
    pub kind: String,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// The family.
    pub family: FamilyId,
    /// Unit of the family.
    #[serde(skip)]
    pub org_unit: OrgUnitId,
    /// Who recorded.
    pub worker: UserId,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// What was said of it.
    pub check_state: CheckKind,
    /// Until when a return is to be answered.
    pub check_due: Option<NaiveDate>,
    /// The record it corrects.
    pub supersedes: Option<RecordId>,
    /// Its place in the journal.
    #[serde(skip)]
    pub position: i64,
}

/// A record with its evidence and everything that was said of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Known {
    /// Its family.
    pub family: Option<FamilyId>,
    /// Its person.
    pub person: Option<PersonId>,
    /// Its evidence.
    pub evidence: Vec<(EvidenceId, EvidenceKind)>,
    /// Everything that was said, the earliest first.
    pub checks: Vec<Check>,
}

impl Known {
    /// Whom the reading is about, for the access log.
    #[must_use]
    pub fn reading(&self, by: UserId) -> Reading {
        Reading { by: Some(by), family: self.family, person: self.person, ..Reading::default() }
    }
}

/// Records in these states that the user may check, the earliest first; at most `most`.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    by: UserId,
    states: &[CheckKind],
    most: usize,
) -> Result<Vec<ToCheck>, StoreError> {
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let Some(checker) = opt!(tx, User, sql, by).await? else { return Ok(Vec::new()) };
    let territory = Territory::read(tx).await?;
    let units: Vec<(OrgUnitId,)> =
        territory.covered(checker.org_unit).into_iter().map(|unit| (unit,)).collect();
    let mut listed: Vec<ToCheck> = Vec::new();
    for state in states {
        let sql =
            "select r.record, r.kind, r.service, r.family, f.org_unit, r.worker, r.done_on, r.received_at,
            r.check_state, r.check_due, r.supersedes, r.position
            from record r join family f on f.id = r.family
            where r.verdict = 'accepted' and not r.superseded and r.record is not null
            and r.kind in ('completion', 'not_applicable', 'refused', 'consent', 'act')
            and r.check_state = $1 and f.org_unit in (";
        listed.extend(among!(tx, ToCheck, sql, units, ")", *state).await?);
    }
    listed.retain(|row| policy::may_check(&checker, row.worker, row.org_unit, &territory).is_ok());
    listed.sort_unstable_by_key(|row| row.position);
    listed.truncate(most);
    Ok(listed)
}

/// A record, if it is in custody.
///
/// # Errors
/// When the database does not answer.
pub async fn known(tx: &mut Tx, record: RecordId) -> Result<Option<Known>, StoreError> {
    let sql = "select hash, family, person from record where record = $1 order by verdict, position limit 1";
    type Row = (kandas_shared::hash::Digest, Option<FamilyId>, Option<PersonId>);
    let Some((hash, family, person)) = opt!(tx, Row, sql, record).await? else { return Ok(None) };
    let sql = "select evidence, kind from evidence where hash = $1 order by evidence";
    let evidence = all!(tx, (EvidenceId, EvidenceKind), sql, hash).await?;
    let sql = "select id, record, hash, family, activity, state, stands, evidence, reason, text, due, checker,
        checker_name, checker_role, checked_at, answered_by from record_check where hash = $1 order by position";
    let checks = all!(tx, Check, sql, hash).await?;
    Ok(Some(Known { family, person, evidence, checks }))
}
