//! Scopes: what a phone may hold, and the one query that says it.
//!
//! A scope is `w:<user>` (need to know: the families with an open assignment of that worker, the worker's own records,
//! his user and his unit), `o:<org unit>` (a unit whose phones hold all its families, a setting for small ones) or `all`
//! (what is the same for every phone: the days of the calendar that the centre has set, and what it says of reasons).
//! A family brings its members, their consents, its assignments, plans, activities and the state of its records.
//! Whether an assignment is open never depends on today: a fact closes it ([`crate::assign`]).

use std::collections::BTreeSet;

use kandas_shared::{
    cursor::Kind,
    ids::{OrgUnitId, UserId},
    pulled::{
        Activity, Assignment, CalendarDay, Check, Consent, EvidenceCall, Family, OrgUnit, Person, Plan,
        Reason, RecordState, Row, User,
    },
};
use uuid::Uuid;

use crate::{
    all, among, opt,
    store::{StoreError, Tx},
};

/// The scope of a worker.
#[must_use]
pub fn of_worker(worker: UserId) -> String {
    format!("w:{worker}")
}

/// The scope of a unit.
#[must_use]
pub fn of_unit(unit: OrgUnitId) -> String {
    format!("o:{unit}")
}

/// The scope of every phone.
pub const ALL: &str = "all";

/// Which of `kinds` are told in a scope.
#[must_use]
pub fn told_in(scope: &str, kinds: &BTreeSet<Kind>) -> BTreeSet<Kind> {
    let of_all = |kind: &Kind| matches!(kind, Kind::CalendarDay | Kind::Reason);
    kinds.iter().copied().filter(|kind| of_all(kind) == (scope == ALL)).collect()
}

/// The scopes of one worker's phones at present.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scopes {
    /// The worker, if he may work.
    pub worker: Option<UserId>,
    /// His unit, if its phones hold all its families.
    pub unit: Option<OrgUnitId>,
}

impl Scopes {
    /// Their names, in order.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        let all = self.worker.map(|_| ALL.to_owned());
        self.worker.map(of_worker).into_iter().chain(self.unit.map(of_unit)).chain(all).collect()
    }
}

/// The scopes that the phones of `worker` have.
///
/// # Errors
/// When the database does not answer.
pub async fn scopes(tx: &mut Tx, worker: UserId) -> Result<Scopes, StoreError> {
    let sql =
        "select u.org_unit, u.active, o.whole_centre from app_user u join org_unit o on o.id = u.org_unit
        where u.id = $1";
    let row: Option<(OrgUnitId, bool, bool)> = opt!(tx, (OrgUnitId, bool, bool), sql, worker).await?;
    Ok(match row {
        Some((unit, true, whole)) => Scopes { worker: Some(worker), unit: whole.then_some(unit) },
        _ => Scopes { worker: None, unit: None },
    })
}

// $1 is the worker and $2 the unit; either may be null. One text for each kind, used for the whole scope and for listed
// ids of it. Whether a family is in the scope is asked row by row: as a list of families SQLite would begin with all their
// rows, however few ids are asked for.
macro_rules! in_scope {
    ($family:literal) => {
        concat!(
            "(exists (select 1 from assignment a where a.family = ",
            $family,
            " and a.worker = $1 and a.is_open) or exists (select 1 from family f where f.id = ",
            $family,
            " and f.org_unit = $2))"
        )
    };
}
macro_rules! org_units {
    () => {
        "select id, parent, kind, kato, name_kk, name_ru from org_unit
         where (id = $2 or id in (select u.org_unit from app_user u where u.id = $1))"
    };
}
macro_rules! users {
    () => {
        "select id, org_unit, login, role, name, language, active from app_user where (id = $1 or org_unit = $2)"
    };
}
macro_rules! of_family {
    ($columns:literal, $table:literal, $family:literal) => {
        concat!("select ", $columns, " from ", $table, " where ", in_scope!($family))
    };
}
macro_rules! family_rows {
    () => {
        of_family!(
            "id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone, latitude,
             longitude",
            "family",
            "family.id"
        )
    };
}
macro_rules! person_rows {
    () => {
        of_family!(
            "id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex, relation, phone",
            "person",
            "person.family"
        )
    };
}
macro_rules! consent_rows {
    () => {
        of_family!("id, person, state, given_on, basis", "consent", "consent.family")
    };
}
macro_rules! assignment_rows {
    () => {
        of_family!(
            "id, family, worker, from_day as \"from\", to_day as \"to\"",
            "assignment",
            "assignment.family"
        )
    };
}
macro_rules! plan_rows {
    () => {
        of_family!("id, family, version, state, published_on", "plan", "plan.family")
    };
}
macro_rules! activity_rows {
    () => {
        of_family!(
            "id, plan, family, person, service, planned_on, due_on, state, record, done_on",
            "activity",
            "activity.family"
        )
    };
}
// What was set aside is still held; why it was is told in place of why it had been held (`check::SET_ASIDE`).
macro_rules! record_rows {
    () => {
        concat!(
            "select hash, record, family, activity, worker, device, verdict,
                coalesce((select 'set_aside_' || d.reason from held_decision d where d.hash = record.hash
                  and d.choice = 'set_aside' and record.verdict = 'held' order by d.position desc limit 1), reason)
                 as reason,
                position, received_at, check_state, check_due from record where (worker = $1 or ",
            in_scope!("record.family"),
            ")"
        )
    };
}

// Whoever recorded has the file, whoever has the family now. No unit is a worker: $2 is named because all texts have it.
macro_rules! call_rows {
    () => {
        "select evidence as id, worker, reason, called_at from evidence_call where (worker = $1 or worker = $2)"
    };
}

// Whoever has the family now answers a return; the words are about the family, so who had it is not told.
macro_rules! check_rows {
    () => {
        of_family!(
            "id, record, hash, family, activity, state, stands, evidence, reason, text, due, checker, checker_name,
             checker_role, checked_at, answered_by",
            "record_check",
            "record_check.family"
        )
    };
}

// The same for every phone whose worker may work.
macro_rules! calendar_rows {
    () => {
        "select id, day, works from calendar_day where ($1 = $1 or $2 = $2)"
    };
}

macro_rules! reason_rows {
    () => {
        "select id, list, code, from_day as \"from\", kk, ru, en, offered from reason_text
         where ($1 = $1 or $2 = $2)"
    };
}

/// Everything in the scopes: what a phone holds after a completed pull.
///
/// # Errors
/// When the database does not answer.
pub async fn rows(tx: &mut Tx, scopes: &Scopes) -> Result<Vec<Row>, StoreError> {
    let (w, u) = (scopes.worker, scopes.unit);
    let mut rows = Vec::new();
    macro_rules! add {
        ($($row:ident $sql:expr;)+) => {$(
            rows.extend(all!(tx, $row, $sql, w, u).await?.into_iter().map(Row::$row));
        )+};
    }
    add! {
        OrgUnit org_units!();
        User users!();
        Family family_rows!();
        Person person_rows!();
        Consent consent_rows!();
        Assignment assignment_rows!();
        Plan plan_rows!();
        Activity activity_rows!();
        RecordState record_rows!();
        EvidenceCall call_rows!();
        Check check_rows!();
        CalendarDay calendar_rows!();
        Reason reason_rows!();
    }
    Ok(rows)
}

/// Those of `ids` that are in the scopes, for one kind.
///
/// # Errors
/// When the database does not answer.
pub async fn listed(tx: &mut Tx, scopes: &Scopes, kind: Kind, ids: &[Uuid]) -> Result<Vec<Row>, StoreError> {
    let (w, u) = (scopes.worker, scopes.unit);
    let ids: Vec<(Uuid,)> = ids.iter().map(|id| (*id,)).collect();
    macro_rules! listed {
        ($row:ident, $sql:expr, $id:literal) => {
            among!(tx, $row, concat!($sql, " and ", $id, " in ("), ids, ")", w, u)
                .await?
                .into_iter()
                .map(Row::$row)
                .collect()
        };
    }
    Ok(match kind {
        Kind::OrgUnit => listed!(OrgUnit, org_units!(), "id"),
        Kind::User => listed!(User, users!(), "id"),
        Kind::Family => listed!(Family, family_rows!(), "id"),
        Kind::Person => listed!(Person, person_rows!(), "id"),
        Kind::Consent => listed!(Consent, consent_rows!(), "id"),
        Kind::Assignment => listed!(Assignment, assignment_rows!(), "id"),
        Kind::Plan => listed!(Plan, plan_rows!(), "id"),
        Kind::Activity => listed!(Activity, activity_rows!(), "id"),
        Kind::RecordState => listed!(RecordState, record_rows!(), "state_id"),
        Kind::EvidenceCall => listed!(EvidenceCall, call_rows!(), "evidence"),
        Kind::Check => listed!(Check, check_rows!(), "id"),
        Kind::CalendarDay => listed!(CalendarDay, calendar_rows!(), "id"),
        Kind::Reason => listed!(Reason, reason_rows!(), "id"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// How SQLite goes about listed ids of a kind: which index it begins with.
    macro_rules! plan {
        ($store:expr, $sql:expr, $id:literal) => {{
            let sql = concat!("explain query plan ", $sql, " and ", $id, " in ($3, $4)");
            let (worker, unit) = (Some(UserId(Uuid::from_u128(1))), Some(OrgUnitId(Uuid::from_u128(2))));
            let mut tx = $store.read().await.unwrap();
            let (one, other) = (Uuid::from_u128(3), Uuid::from_u128(4));
            let steps = all!(&mut tx, (i64, i64, i64, String), sql, worker, unit, one, other).await.unwrap();
            steps.into_iter().map(|(.., step)| step).collect::<Vec<_>>()
        }};
    }

    #[tokio::test]
    async fn a_few_rows_are_found_by_their_ids() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
        for (table, id, plan) in [
            ("family", "id", plan!(store, family_rows!(), "id")),
            ("person", "id", plan!(store, person_rows!(), "id")),
            ("consent", "id", plan!(store, consent_rows!(), "id")),
            ("assignment", "id", plan!(store, assignment_rows!(), "id")),
            ("plan", "id", plan!(store, plan_rows!(), "id")),
            ("activity", "id", plan!(store, activity_rows!(), "id")),
            ("record", "state_id", plan!(store, record_rows!(), "state_id")),
            ("evidence_call", "evidence", plan!(store, call_rows!(), "evidence")),
        ] {
            let first = &plan[0];
            let by_id =
                first.starts_with(&format!("SEARCH {table} USING")) && first.ends_with(&format!("({id}=?)"));
            assert!(by_id, "{table}: {plan:?}");
        }
    }
}
