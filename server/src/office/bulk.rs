//! Accepting many records together: a list that is frozen when it is asked for, and accepted when its count is confirmed.
//!
//! Only what nothing is noticed about, and nobody was to look at: no finding of any weight, not drawn by chance, looked at
//! by the rules, all files here, not the supervisor's own, not before somebody else. Each condition is looked at twice:
//! when the list is frozen, and under the journal's lock when it is accepted.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    problem::ProblemCode,
    pulled::User,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{held::EXACT, queue::Filter};
use crate::{
    all, among, chance,
    check::{self, Together, policy::Territory},
    exec,
    findings::work,
    journal, many, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx, sqlx::AssertSqlSafe},
};

/// Most records of a list.
pub const MOST: usize = 1_000;
/// How long a list may be confirmed.
const STAYS: TimeDelta = TimeDelta::minutes(15);
/// Records accepted under one lock: phones do not wait long.
const PIECE: usize = 100;

/// A frozen list.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BulkList)]
pub struct Offer {
    /// Its id.
    pub id: Uuid,
    /// Records in it.
    pub count: usize,
    /// What is left out.
    pub left_out: LeftOut,
}

/// What came of it.
#[derive(Clone, Copy, Debug, Default, Serialize, ToSchema)]
#[schema(as = BulkDone)]
pub struct Done {
    /// Records that were accepted.
    pub accepted: usize,
    /// What was left out at the last moment.
    pub left_out: LeftOut,
}

/// Records that are not accepted together, by the first reason that holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct LeftOut {
    /// The supervisor's own.
    pub own: usize,
    /// Something was noticed.
    pub noticed: usize,
    /// Drawn by chance, to be looked at.
    pub sampled: usize,
    /// The rules have not looked at it yet.
    pub unseen: usize,
    /// Files are still on their way.
    pub incomplete: usize,
    /// Somebody else has it before him.
    pub taken: usize,
    /// Checked or corrected meanwhile.
    pub changed: usize,
    /// More than a list holds: they are the next one.
    pub beyond: usize,
}

/// A record, and what speaks against accepting it with others.
#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    hash: Digest,
    record: RecordId,
    worker: UserId,
    family: FamilyId,
    person: Option<PersonId>,
    activity: Option<ActivityId>,
    org_unit: OrgUnitId,
    position: i64,
    counts_since: i64,
    noticed: bool,
    sampled: bool,
    incomplete: bool,
    taken: bool,
}

/// Waits to be checked.
const WAITS: &str =
    "r.org_unit is not null and r.check_state = 'unchecked' and r.verdict = 'accepted' and not r.superseded
    and r.record is not null and r.kind in ('completion', 'not_applicable', 'refused', 'consent', 'act')";
/// From where on it counts: a decision may have let it in later than it came.
const COUNTS_SINCE: &str = "coalesce((select max(d.position) from held_decision d where d.hash = r.hash and d.choice = 'applied'), r.position)";
const NOTICED: &str = "exists (select 1 from finding n where n.hash = r.hash)";
const INCOMPLETE: &str = "exists (select 1 from evidence e join evidence_file x on x.evidence = e.evidence
    where e.hash = r.hash and x.part = 'file' and x.state <> 'received')";
/// Somebody else than `$1` has it before him at `$2`.
const TAKEN: &str =
    "exists (select 1 from review_lease l where l.record = r.record and l.holder <> $1 and l.until > $2)";

/// A waiting record with all that may speak against it.
fn select() -> String {
    format!(
        "select r.hash, r.record, r.worker, r.family, r.person, r.activity, r.org_unit, r.position,
         {COUNTS_SINCE} as counts_since, {NOTICED} as noticed, r.sampled, {INCOMPLETE} as incomplete, {TAKEN} as taken
         from record r where {WAITS}"
    )
}

impl LeftOut {
    /// Whether the record is fit; counted if not.
    fn is_fit(&mut self, row: &Row, by: UserId, seen: i64) -> bool {
        let count = if row.worker == by {
            &mut self.own
        } else if row.noticed {
            &mut self.noticed
        } else if row.sampled {
            &mut self.sampled
        } else if row.counts_since > seen {
            &mut self.unseen
        } else if row.incomplete {
            &mut self.incomplete
        } else if row.taken {
            &mut self.taken
        } else {
            return true;
        };
        *count += 1;
        false
    }
}

/// Freezes a list of what may be accepted together of a filtered queue.
///
/// # Errors
/// When the database does not answer.
pub async fn offer(state: &AppState, user: &User, territory: &Territory, filter: &Filter) -> Outcome<Offer> {
    let now = state.clock.wall();
    let mut tx = state.store.read().await?;
    let units = filter.units(user, territory);
    let seen = work::seen(&mut tx).await?;
    let (left_out, fit) = weigh(&mut tx, user, &units, filter, now, seen).await?;
    let mut rows = fitting(&mut tx, user, &units, filter, now, seen).await?;
    drop(tx);
    rows.truncate(MOST);
    let left_out = LeftOut { beyond: fit.saturating_sub(rows.len()), ..left_out };
    let id = uuid::Builder::from_random_bytes(chance::bytes(state.chance.as_ref())).into_uuid();
    let items: Vec<_> =
        (1_i64..).zip(&rows).map(|(number, row)| (id, number, row.hash, row.record)).collect();
    let mut tx = state.store.write().await?;
    forget(&mut tx, now - STAYS).await?;
    let sql = "insert into bulk_list (id, by_user, made_at) values ($1, $2, $3)";
    exec!(&mut tx, sql, id, user.id, now).await?;
    many!(&mut tx, "insert into bulk_item (list, number, hash, record)", items).await?;
    tx.commit().await?;
    Ok(Offer { id, count: rows.len(), left_out })
}

/// Why what is not fit is not, and how much is; of the first [`EXACT`] that wait.
async fn weigh(
    tx: &mut Tx,
    user: &User,
    units: &[OrgUnitId],
    filter: &Filter,
    now: DateTime<Utc>,
    seen: i64,
) -> Result<(LeftOut, usize), StoreError> {
    let (fits, (service, worker, from, to)) = (filter.fits(4), filter.bound());
    let sql = format!(
        "select x.why, count(*) from (select case when r.worker = $1 then 'own' when {NOTICED} then 'noticed'
         when r.sampled then 'sampled' when {COUNTS_SINCE} > $3 then 'unseen' when {INCOMPLETE} then 'incomplete'
         when {TAKEN} then 'taken' else 'fit' end as why from record r where {WAITS}{fits} and r.org_unit in ("
    );
    let tail = format!(") limit {EXACT}) x group by x.why");
    let units: Vec<(OrgUnitId,)> = units.iter().map(|unit| (*unit,)).collect();
    let counts =
        among!(tx, (String, i64), &sql, units, &tail, user.id, now, seen, service, worker, from, to).await?;
    let (mut left, mut fit) = (LeftOut::default(), 0);
    for (why, count) in counts {
        let sum = match why.as_str() {
            "own" => &mut left.own,
            "noticed" => &mut left.noticed,
            "sampled" => &mut left.sampled,
            "unseen" => &mut left.unseen,
            "incomplete" => &mut left.incomplete,
            "taken" => &mut left.taken,
            _ => &mut fit,
        };
        *sum += usize::try_from(count).unwrap_or_default();
    }
    Ok((left, fit))
}

/// The first that are fit, the earliest before others. However much waits before them that is not, they are found: what is
/// without risk and not drawn lies together in the index of the queue.
async fn fitting(
    tx: &mut Tx,
    user: &User,
    units: &[OrgUnitId],
    filter: &Filter,
    now: DateTime<Utc>,
    seen: i64,
) -> Result<Vec<Row>, StoreError> {
    let (fits, (service, worker, from, to)) = (filter.fits(4), filter.bound());
    let sql = format!(
        "{} and r.org_unit = $8 and r.risk = 0 and r.sampled = false and r.worker <> $1{fits} and not {NOTICED}
         and {COUNTS_SINCE} <= $3 and not {INCOMPLETE} and not {TAKEN} order by r.position limit $9",
        select()
    );
    let most = i64::try_from(MOST).unwrap_or(i64::MAX);
    let mut rows = Vec::new();
    for unit in units {
        let sql = AssertSqlSafe(sql.as_str());
        let found = all!(tx, Row, sql, user.id, now, seen, service, worker, from, to, unit, most);
        rows.extend(found.await?);
    }
    rows.sort_unstable_by_key(|row| row.position);
    Ok(rows)
}

/// Accepts a frozen list, whose count is confirmed.
///
/// # Errors
/// `not-found` when there is no such list of this user any more, `check-impossible` when it was accepted already,
/// `bad-request` when the count is another one.
pub async fn accept(
    state: &AppState,
    user: &User,
    territory: &Territory,
    list: Uuid,
    count: usize,
) -> Outcome<Done> {
    let now = state.clock.wall();
    let mut tx = state.store.write().await?;
    let sql = "select made_at, done_at from bulk_list where id = $1 and by_user = $2";
    type Found = (DateTime<Utc>, Option<DateTime<Utc>>);
    let (made_at, done_at) = opt!(&mut tx, Found, sql, list, user.id).await?.ok_or(ProblemCode::NotFound)?;
    if made_at + STAYS < now {
        return Err(ProblemCode::NotFound.into());
    }
    let sql = "select hash from bulk_item where list = $1 order by number";
    let items = all!(&mut tx, (Digest,), sql, list).await?;
    if items.len() != count {
        return Err(Refusal::because(ProblemCode::BadRequest, "the count is not that of the list"));
    }
    let sql = "update bulk_list set done_at = $1 where id = $2 and done_at is null";
    if done_at.is_some() || exec!(&mut tx, sql, now, list).await? != 1 {
        return Err(Refusal::because(ProblemCode::CheckImpossible, "the list was accepted already"));
    }
    tx.commit().await?;
    let mut done = Done::default();
    for piece in items.chunks(PIECE) {
        let mut tx = state.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let mut rows =
            among!(&mut tx, Row, &format!("{} and r.hash in (", select()), piece, ")", user.id, now).await?;
        rows.sort_unstable_by_key(|row| row.position);
        rows.dedup_by_key(|row| row.hash);
        done.left_out.changed += piece.len() - rows.len();
        let seen = work::seen(&mut tx).await?;
        rows.retain(|row| done.left_out.is_fit(row, user.id, seen));
        // Families may have moved to another unit.
        let before = rows.len();
        rows.retain(|row| check::policy::may_check(user, row.worker, row.org_unit, territory).is_ok());
        done.left_out.changed += before - rows.len();
        let records: Vec<Together> = rows
            .into_iter()
            .map(|row| Together {
                record: row.record,
                hash: row.hash,
                worker: row.worker,
                family: row.family,
                person: row.person,
                activity: row.activity,
            })
            .collect();
        done.accepted += records.len();
        check::accept_together(&mut tx, locked, state.chance.as_ref(), now, user, records).await?;
        tx.commit().await?;
    }
    Ok(done)
}

/// Lists that nobody can confirm any more.
async fn forget(tx: &mut Tx, before: DateTime<Utc>) -> Result<(), StoreError> {
    exec!(tx, "delete from bulk_item where list in (select id from bulk_list where made_at < $1)", before)
        .await?;
    exec!(tx, "delete from bulk_list where made_at < $1", before).await?;
    Ok(())
}
