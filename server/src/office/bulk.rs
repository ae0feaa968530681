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
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    all, among, chance,
    check::{self, Together, policy::Territory},
    exec,
    findings::work,
    journal, many, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Most records of a list.
pub const MOST: usize = 1_000;
/// Most records that are looked at for it, the earliest first.
const LOOKED_AT: i64 = 5_000;
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

const SELECT: &str = "select r.hash, r.record, r.worker, r.family, r.person, r.activity, r.org_unit, r.position,
    coalesce((select max(d.position) from held_decision d where d.hash = r.hash and d.choice = 'applied'), r.position)
     as counts_since,
    exists (select 1 from finding n where n.hash = r.hash) as noticed,
    r.sampled,
    exists (select 1 from evidence e join evidence_file x on x.evidence = e.evidence
     where e.hash = r.hash and x.part = 'file' and x.state <> 'received') as incomplete,
    exists (select 1 from review_lease l where l.record = r.record and l.holder <> $1 and l.until > $2) as taken
    from record r
    where r.org_unit is not null and r.check_state = 'unchecked' and r.verdict = 'accepted' and not r.superseded and r.record is not null
    and r.kind in ('completion', 'not_applicable', 'refused', 'consent', 'act') and ";

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
pub async fn offer(
    state: &AppState,
    user: &User,
    territory: &Territory,
    service: Option<ServiceCode>,
) -> Outcome<Offer> {
    let now = state.clock.wall();
    let mut tx = state.store.read().await?;
    let units: Vec<(OrgUnitId,)> = territory.covered(user.org_unit).into_iter().map(|unit| (unit,)).collect();
    let (any, service) = (service.is_none(), service.map_or_else(String::new, |service| service.to_string()));
    let sql = format!("{SELECT} ($3 or r.service = $4) and r.org_unit in (");
    let tail = ") order by r.position limit $5";
    let mut rows = among!(&mut tx, Row, &sql, units, tail, user.id, now, any, service, LOOKED_AT).await?;
    let seen = work::seen(&mut tx).await?;
    drop(tx);
    rows.sort_unstable_by_key(|row| row.position);
    rows.dedup_by_key(|row| row.hash);
    let mut left_out = LeftOut::default();
    rows.retain(|row| left_out.is_fit(row, user.id, seen));
    left_out.beyond = rows.len().saturating_sub(MOST);
    rows.truncate(MOST);
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
            among!(&mut tx, Row, &format!("{SELECT} r.hash in ("), piece, ")", user.id, now).await?;
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
