//! A phone as the office sees it: everything the server knows of it, and what can be decided about it.
//!
//! Of each chain stands what the phone has sealed, what came of it, and which numbers did not ([`Chain`]): how far the
//! phone is it says itself with every token. What its clock is off by is known by its records alone, since nothing that
//! a phone asks for names its wall clock (`clock`).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{BundleId, ChainId, DeviceId, OrderId, OrgUnitId, UserId},
    jws::Jws,
    order::{Order, OrderKind, PhoneAct, PhoneReason},
    problem::ProblemCode,
    pulled::User,
    record::{self, Reading},
};
use serde::Serialize;
use utoipa::ToSchema;

use super::records::{self, Tally, Whose};
use crate::{
    all, among,
    check::{held::received, policy::Territory},
    devices::{self, Deciding, DeviceError},
    one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// So long an order is good.
const ORDER_LIFE: TimeDelta = TimeDelta::days(365);
/// Records of a phone out of which its clock is told.
const READINGS: i64 = 100;
/// Clocks that show the same differ by no more than this, milliseconds.
const SAME_CLOCK_MS: i64 = 2_000;
/// Most entries of each list of the page.
const MOST: i64 = 50;

/// How a phone stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = PhoneStanding)]
pub enum Standing {
    /// It works.
    #[default]
    Active,
    /// It is told to deliver everything and to empty itself, and has not said that it has.
    Retiring,
    /// It has delivered everything and emptied itself.
    Retired,
    /// Nobody knows where it is: it is told to empty itself at once, and has not said that it has.
    Lost,
    /// It was lost and has emptied itself.
    Wiped,
    /// It may deliver what it has, and nothing else.
    Revoked,
}

impl Standing {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Retiring => "retiring",
            Self::Retired => "retired",
            Self::Lost => "lost",
            Self::Wiped => "wiped",
            Self::Revoked => "revoked",
        }
    }
}

/// A phone in a list.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PhoneLine)]
pub struct Line {
    /// Its id.
    pub id: DeviceId,
    /// Whose.
    pub worker: UserId,
    /// His name.
    pub worker_name: String,
    /// active or revoked.
    pub state: String,
    /// How it stands.
    #[sqlx(skip)]
    pub standing: Standing,
    /// Model and system.
    pub platform: String,
    /// Program and version, when it was last seen or enrolled.
    pub app: String,
    /// When it was enrolled.
    pub enrolled_at: DateTime<Utc>,
    /// When it last asked for a token.
    pub seen_at: Option<DateTime<Utc>>,
    /// Records that it sealed and that came.
    pub records: i64,
    /// Numbers of its chains that never came.
    pub missing: i64,
    /// Numbers that it has sealed after the last one that came, as it said itself.
    pub unsent: i64,
    /// Files of its records that are not here.
    #[sqlx(skip)]
    pub files: i64,
    /// Families whose data it was ever given.
    pub families: i64,
}

/// What a line is made of; `d` is the phone, `u` its worker. A gap counts as a million at most: whoever has the key of a
/// phone may name any number.
pub(super) const LINE: &str =
    "select d.id, d.worker, u.name as worker_name, d.state, d.platform, coalesce(s.app, d.app) as app,
    d.enrolled_at, s.at as seen_at,
    (select count(*) from record r where r.device = d.id) as records,
    (select cast(coalesce(sum(case when g.to_seq - g.from_seq < 999999 then g.to_seq - g.from_seq + 1 else 1000000 end), 0)
     as bigint) from chain_gap g where g.device = d.id and g.state = 'open') as missing,
    case when s.seq > coalesce((select c.seq from chain c where c.device = d.id and c.chain = s.chain), 0)
     then s.seq - coalesce((select c.seq from chain c where c.device = d.id and c.chain = s.chain), 0) else 0 end as unsent,
    (select count(*) from device_scope c where c.device = d.id) as families
    from device d join app_user u on u.id = d.worker left join device_seen s on s.device = d.id";

/// Says of each phone how it stands, and how many files of it are awaited.
///
/// # Errors
/// When the database does not answer or an order is not readable.
pub(super) async fn complete(tx: &mut Tx, lines: &mut [Line], now: DateTime<Utc>) -> Result<(), StoreError> {
    let ids: Vec<(DeviceId,)> = lines.iter().map(|line| (line.id,)).collect();
    let mut orders: BTreeMap<DeviceId, Vec<Given>> = BTreeMap::new();
    let sql = "select device, kind, statement, done_at, withdrawn_at from device_order where device in (";
    for row in among!(tx, OfDevice, sql, ids, ")").await? {
        let (device, given) = row.given()?;
        orders.entry(device).or_default().push(given);
    }
    let sql =
        "select device, count(*) from (select distinct x.evidence, x.part, r.device from evidence_file x
        join evidence e on e.evidence = x.evidence join record r on r.hash = e.hash
        where x.state = 'expected' and r.device in (";
    let files = among!(tx, (DeviceId, i64), sql, ids, ")) files group by device").await?;
    let files: BTreeMap<DeviceId, i64> = files.into_iter().collect();
    for line in lines {
        line.files = files.get(&line.id).copied().unwrap_or_default();
        let given = orders.get(&line.id).map(Vec::as_slice).unwrap_or_default();
        line.standing = standing(&line.state, given, now);
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct OfDevice {
    device: DeviceId,
    kind: OrderKind,
    statement: String,
    done_at: Option<DateTime<Utc>>,
    withdrawn_at: Option<DateTime<Utc>>,
}

impl OfDevice {
    fn given(self) -> Result<(DeviceId, Given), StoreError> {
        let ends = order_of(&self.statement)?.ends;
        let given =
            Given { kind: self.kind, done: self.done_at.is_some(), over: self.withdrawn_at.is_some(), ends };
        Ok((self.device, given))
    }
}

/// What matters of an order for how its phone stands.
#[derive(Clone, Copy, Debug)]
struct Given {
    kind: OrderKind,
    done: bool,
    over: bool,
    ends: DateTime<Utc>,
}

impl Given {
    fn waits(&self, now: DateTime<Utc>) -> bool {
        !self.done && !self.over && self.ends > now
    }
}

fn standing(state: &str, orders: &[Given], now: DateTime<Utc>) -> Standing {
    let done = |kind| orders.iter().any(|order| order.kind == kind && order.done);
    let waits = |kind| orders.iter().any(|order| order.kind == kind && order.waits(now));
    if done(OrderKind::Lost) {
        Standing::Wiped
    } else if done(OrderKind::Retire) {
        Standing::Retired
    } else if waits(OrderKind::Lost) {
        Standing::Lost
    } else if state != "active" {
        Standing::Revoked
    } else if waits(OrderKind::Retire) {
        Standing::Retiring
    } else {
        Standing::Active
    }
}

fn order_of(statement: &str) -> Result<Order, StoreError> {
    let damaged = |error: serde_json::Error| StoreError::Damaged(format!("an order: {error}"));
    let statement: Jws = serde_json::from_str(statement).map_err(damaged)?;
    serde_json::from_str(&statement.payload).map_err(damaged)
}

/// Everything that is known of a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PhonePage)]
pub struct Page {
    /// What stands in lists.
    #[serde(flatten)]
    pub line: Line,
    /// Name of the worker's unit in Kazakh.
    pub unit_kk: String,
    /// In Russian.
    pub unit_ru: String,
    /// Whether its worker may work.
    pub worker_active: bool,
    /// Program and version at enrolment.
    pub enrolled_app: String,
    /// Who made the code with which it was enrolled; absent where it came from the command line.
    pub invited_by: Option<String>,
    /// When it was revoked.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why: a word of a list, or what the operator wrote.
    pub revoked_for: Option<String>,
    /// Who did it; absent for the command line.
    pub revoked_by: Option<String>,
    /// Whether the key of its store is kept, wrapped: then a phone that forgot its own can be opened.
    pub has_recovery_key: bool,
    /// Its chains, the one it seals into first.
    pub chains: Vec<Chain>,
    /// Its records, of those that the user's rights reach.
    pub tally: Tally,
    /// Bytes of its files that are not here.
    pub bytes_missing: i64,
    /// Files of which only a damaged rest came.
    pub salvaged: i64,
    /// What its clock is off by; absent where no record says.
    pub clock: Option<Clock>,
    /// Records of it about whose clock something is noticed.
    pub clock_findings: i64,
    /// The last checkpoint of the journal that is sealed into a record of it.
    pub checkpoint: Option<Sealed>,
    /// Orders to it, the newest first.
    pub orders: Vec<OrderLine>,
    /// Bundles of unsent work that it carried, the newest first.
    pub bundles: Vec<Bundle>,
    /// When it sent logs, the newest first.
    pub logs: Vec<DateTime<Utc>>,
    /// Codes for a new PIN, the newest first.
    pub pin_resets: Vec<PinReset>,
    /// Other phones of its worker, the newest first.
    pub others: Vec<Line>,
    /// What can be decided about it now.
    pub may: Vec<PhoneAct>,
}

/// A chain of a phone: one for each store that it has had.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PhoneChain)]
pub struct Chain {
    /// Its id.
    pub chain: ChainId,
    /// The phone seals into this one, as it said when it last asked for a token.
    pub current: bool,
    /// Numbers that are known to have been sealed: the highest that came, or that the phone has named.
    pub recorded: i64,
    /// Numbers that are in custody.
    pub received: i64,
    /// Numbers between others that never came.
    pub missing: i64,
    /// Numbers that will not come, as the phone or a supervisor has said.
    pub lost: i64,
    /// Numbers after the last one that came.
    pub unsent: i64,
    /// Records that came for a number which another one has: held as a fork.
    pub forks: i64,
    /// When the first record of it came.
    pub first_at: Option<DateTime<Utc>>,
    /// When the last one did.
    pub last_at: Option<DateTime<Utc>>,
    /// Which numbers are missing or lost, in order; at most the first few hundred.
    pub gaps: Vec<Gap>,
}

/// Numbers of a chain that are not there.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PhoneGap)]
pub struct Gap {
    #[serde(skip)]
    chain: ChainId,
    /// First.
    pub from_seq: i64,
    /// Last.
    pub to_seq: i64,
    /// open or lost.
    pub state: String,
    /// When it showed, or when the loss was said.
    pub at: Option<DateTime<Utc>>,
}

/// By how many seconds a phone's clock is ahead of the true time, as far as its records prove; below zero it is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PhoneClock)]
pub struct Clock {
    /// At least so many: its record came before its clock had got there.
    pub at_least_s: i64,
    /// At most so many: its record names a checkpoint that was made after its clock's time; absent where none does.
    pub at_most_s: Option<i64>,
    /// When the newest record of which this is known came.
    pub at: DateTime<Utc>,
}

/// A checkpoint that a record names.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = PhoneCheckpoint)]
pub struct Sealed {
    /// Positions of the journal that the phone had seen.
    pub size: u64,
    /// When the server had signed it; absent where that checkpoint was not kept.
    pub signed_at: Option<DateTime<Utc>>,
    /// When the record came.
    pub received_at: DateTime<Utc>,
}

/// An order to a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PhoneOrder)]
pub struct OrderLine {
    /// Its id.
    pub id: OrderId,
    /// What.
    pub kind: OrderKind,
    /// Number among the orders to this phone.
    pub serial: i64,
    /// When it was given.
    pub issued_at: DateTime<Utc>,
    /// By whom; absent for the command line.
    pub issued_by: Option<String>,
    /// Why: a word of a list, or what the operator wrote.
    pub reason: Option<String>,
    /// After this the phone does not run it.
    pub ends: DateTime<Utc>,
    /// When the phone was first told.
    pub told_at: Option<DateTime<Utc>>,
    /// When it had run it.
    pub done_at: Option<DateTime<Utc>>,
    /// When it was taken back.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// By whom; absent for the command line.
    pub withdrawn_by: Option<String>,
    /// Why.
    pub withdrawn_for: Option<String>,
    /// Whether it can be taken back now.
    pub may_withdraw: bool,
}

/// A bundle of unsent work.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PhoneBundle)]
pub struct Bundle {
    /// Its id.
    pub bundle: BundleId,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Bytes.
    pub size: i64,
    /// received, opened, unreadable or erased.
    pub state: String,
    /// Records in it.
    pub records: usize,
    /// Files in it.
    pub files: usize,
    /// Things of it that could not be taken.
    pub problems: usize,
}

/// A code for a new PIN of the screens.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = PhonePinReset)]
pub struct PinReset {
    /// When it was given.
    pub at: DateTime<Utc>,
    /// By whom.
    pub by_name: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    unit_kk: String,
    unit_ru: String,
    worker_active: bool,
    enrolled_app: String,
    chain: ChainId,
    invited_by: Option<String>,
    revoked_at: Option<DateTime<Utc>>,
    revoked_for: Option<String>,
    revoked_by: Option<String>,
    has_recovery_key: bool,
    told_chain: Option<ChainId>,
    told_seq: Option<i64>,
}

/// A phone.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    phone: DeviceId,
    now: DateTime<Utc>,
) -> Outcome<Option<Page>> {
    let mut lines = all!(tx, Line, sqlx::AssertSqlSafe(format!("{LINE} where d.id = $1")), phone).await?;
    complete(tx, &mut lines, now).await?;
    let Some(line) = lines.pop() else { return Ok(None) };
    let sql = "select o.name_kk as unit_kk, o.name_ru as unit_ru, u.active as worker_active, d.app as enrolled_app,
        d.chain, (select m.name from enrol_code k join app_user m on m.id = k.made_by where k.device = d.id limit 1) as invited_by,
        d.revoked_at, d.revoked_for, b.name as revoked_by, d.recovery is not null as has_recovery_key,
        s.chain as told_chain, s.seq as told_seq
        from device d join app_user u on u.id = d.worker join org_unit o on o.id = u.org_unit
        left join app_user b on b.id = d.revoked_by left join device_seen s on s.device = d.id where d.id = $1";
    let row = one!(tx, Row, sql, phone).await?;
    let (bytes_missing, salvaged) = files(tx, phone).await?;
    let sql = "select count(*) from record r where r.device = $1
        and exists (select 1 from finding n where n.hash = r.hash and n.rule = 'clock_jump')";
    let (clock_findings,) = one!(tx, (i64,), sql, phone).await?;
    let told = row.told_chain.zip(row.told_seq);
    let orders = orders(tx, phone, now).await?;
    let sql = "select at from device_log where device = $1 order by at desc";
    let logs = all!(tx, (DateTime<Utc>,), sql, phone).await?.into_iter().map(|(at,)| at).collect();
    let sql = "select p.at, u.name as by_name from pin_reset p join app_user u on u.id = p.by_user
        where p.device = $1 order by p.at desc limit $2";
    let pin_resets = all!(tx, PinReset, sql, phone, MOST).await?;
    let sql = format!("{LINE} where d.worker = $1 and d.id <> $2 order by d.enrolled_at desc, d.id limit $3");
    let mut others = all!(tx, Line, sqlx::AssertSqlSafe(sql.clone()), line.worker, phone, MOST).await?;
    complete(tx, &mut others, now).await?;
    Ok(Some(Page {
        chains: chains(tx, phone, row.chain, told).await?,
        tally: records::tally(tx, user, territory, Whose::Phone(phone), civil_date(now)).await?,
        bytes_missing,
        salvaged,
        clock: clock(&readings(tx, phone).await?),
        clock_findings,
        checkpoint: checkpoint(tx, phone).await?,
        may: possible(&line, &orders, now),
        orders,
        bundles: bundles(tx, phone).await?,
        logs,
        pin_resets,
        others,
        line,
        unit_kk: row.unit_kk,
        unit_ru: row.unit_ru,
        worker_active: row.worker_active,
        enrolled_app: row.enrolled_app,
        invited_by: row.invited_by,
        revoked_at: row.revoked_at,
        revoked_for: row.revoked_for,
        revoked_by: row.revoked_by,
        has_recovery_key: row.has_recovery_key,
    }))
}

/// Bytes of its files that are not here, and how many came as a damaged rest.
async fn files(tx: &mut Tx, phone: DeviceId) -> Result<(i64, i64), StoreError> {
    let sql = "select cast(coalesce(sum(case when state = 'expected' then size else 0 end), 0) as bigint),
        cast(coalesce(sum(case when state = 'salvaged' then 1 else 0 end), 0) as bigint)
        from (select distinct x.evidence, x.part, x.state, x.size from record r join evidence e on e.hash = r.hash
         join evidence_file x on x.evidence = e.evidence where r.device = $1 and x.state in ('expected', 'salvaged')) files";
    one!(tx, (i64, i64), sql, phone).await
}

async fn chains(
    tx: &mut Tx,
    phone: DeviceId,
    enrolled: ChainId,
    told: Option<(ChainId, i64)>,
) -> Result<Vec<Chain>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Came {
        chain: ChainId,
        first_at: Option<DateTime<Utc>>,
        last_at: Option<DateTime<Utc>>,
        forks: i64,
    }
    let mut chains: BTreeMap<ChainId, Chain> = BTreeMap::new();
    let heads = all!(tx, (ChainId, i64), "select chain, seq from chain where device = $1", phone).await?;
    let mut heads: BTreeMap<ChainId, i64> = heads.into_iter().collect();
    for chain in [Some(enrolled), told.map(|(chain, _)| chain)].into_iter().flatten() {
        heads.entry(chain).or_default();
    }
    let current = told.map_or(enrolled, |(chain, _)| chain);
    for (chain, head) in &heads {
        let named = told.filter(|(named, _)| named == chain).map_or(0, |(_, seq)| seq);
        let recorded = (*head).max(named);
        chains.insert(
            *chain,
            Chain {
                chain: *chain,
                current: *chain == current,
                recorded,
                received: *head,
                missing: 0,
                lost: 0,
                unsent: recorded - head,
                forks: 0,
                first_at: None,
                last_at: None,
                gaps: Vec::new(),
            },
        );
    }
    let sql = "select g.chain, g.from_seq, g.to_seq, g.state, j.at from chain_gap g
        left join journal j on j.position = g.position where g.device = $1 order by g.chain, g.from_seq limit 500";
    for gap in all!(tx, Gap, sql, phone).await? {
        let Some(chain) = chains.get_mut(&gap.chain) else { continue };
        let head = heads.get(&gap.chain).copied().unwrap_or_default();
        // What was said to be lost beyond the last number that came was never counted as received.
        let (first, last) = (gap.from_seq, gap.to_seq.min(head));
        chain.received -= (last - first + 1).max(0);
        let count = gap.to_seq.saturating_sub(first).saturating_add(1);
        if gap.state == "open" {
            chain.missing = chain.missing.saturating_add(count);
        } else {
            chain.lost = chain.lost.saturating_add(count);
        }
        chain.gaps.push(gap);
    }
    let sql =
        "select chain, min(received_at) as first_at, max(received_at) as last_at, sum(case when placed then 0 else 1 end)
        as forks from record where device = $1 and chain is not null group by chain";
    for came in all!(tx, Came, sql, phone).await? {
        let Some(chain) = chains.get_mut(&came.chain) else { continue };
        (chain.first_at, chain.last_at, chain.forks) = (came.first_at, came.last_at, came.forks);
    }
    let mut chains: Vec<Chain> = chains.into_values().collect();
    chains.sort_by_key(|chain| (!chain.current, std::cmp::Reverse(chain.last_at), chain.chain));
    Ok(chains)
}

/// What a record says about its phone's clock.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
struct Told {
    wall: DateTime<Utc>,
    boot: String,
    boot_ms: i64,
    not_before: Option<DateTime<Utc>>,
    received_at: DateTime<Utc>,
}

async fn readings(tx: &mut Tx, phone: DeviceId) -> Result<Vec<Told>, StoreError> {
    let sql = "select r.sealed_at as wall, r.sealed_boot as boot, r.sealed_boot_ms as boot_ms, q.not_before, r.received_at
        from record r left join record_reading q on q.hash = r.hash
        where r.device = $1 and r.sealed_at is not null and r.sealed_boot is not null and r.sealed_boot_ms is not null
        order by r.position desc limit $2";
    all!(tx, Told, sql, phone, READINGS).await
}

/// What is proven of a clock by its newest records, the newest first: those of the same start during which nobody set it.
/// Each was received after it was sealed, and sealed after the checkpoint in it was made.
fn clock(readings: &[Told]) -> Option<Clock> {
    let newest = readings.first()?;
    let started = |told: &Told| told.wall.timestamp_millis().saturating_sub(told.boot_ms);
    let same = readings.iter().filter(|told| {
        told.boot == newest.boot && (started(told) - started(newest)).saturating_abs() <= SAME_CLOCK_MS
    });
    let mut clock = Clock { at_least_s: i64::MIN, at_most_s: None, at: newest.received_at };
    for told in same {
        clock.at_least_s = clock.at_least_s.max((told.wall - told.received_at).num_seconds());
        let most = told.not_before.map(|made| (told.wall - made).num_seconds());
        clock.at_most_s = match (clock.at_most_s, most) {
            (Some(least), Some(more)) => Some(least.min(more)),
            (known, more) => known.or(more),
        };
    }
    Some(clock)
}

async fn checkpoint(tx: &mut Tx, phone: DeviceId) -> Outcome<Option<Sealed>> {
    let sql = "select position, received_at from record where device = $1 and record is not null
        order by position desc limit 1";
    let Some((position, received_at)) = opt!(tx, (i64, DateTime<Utc>), sql, phone).await? else {
        return Ok(None);
    };
    // The text of an erased record is not there any more.
    let Ok(told) = received(tx, position).await else { return Ok(None) };
    let Reading::Record(record) = record::read(&told.jws.payload) else { return Ok(None) };
    let Some(seen) = record.checkpoint else { return Ok(None) };
    let size = i64::try_from(seen.size).unwrap_or(i64::MAX);
    let kept = opt!(tx, (DateTime<Utc>,), "select at from checkpoint where size = $1", size).await?;
    Ok(Some(Sealed { size: seen.size, signed_at: kept.map(|(at,)| at), received_at }))
}

async fn orders(tx: &mut Tx, phone: DeviceId, now: DateTime<Utc>) -> Result<Vec<OrderLine>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct OrderRow {
        id: OrderId,
        kind: OrderKind,
        serial: i64,
        statement: String,
        issued_at: DateTime<Utc>,
        issued_by: Option<String>,
        reason: Option<String>,
        told_at: Option<DateTime<Utc>>,
        restored: bool,
        done_at: Option<DateTime<Utc>>,
        withdrawn_at: Option<DateTime<Utc>>,
        withdrawn_by: Option<String>,
        withdrawn_for: Option<String>,
    }
    let sql = "select o.id, o.kind, o.serial, o.statement, o.issued_at, i.name as issued_by, o.reason, t.at as told_at,
        exists (select 1 from journal j where j.kind = 'store.restored' and j.at >= o.issued_at) as restored,
        o.done_at, o.withdrawn_at, w.name as withdrawn_by, o.withdrawn_for
        from device_order o left join order_told t on t.id = o.id left join app_user i on i.id = o.issued_by
        left join app_user w on w.id = o.withdrawn_by where o.device = $1 order by o.serial desc";
    let mut orders = Vec::new();
    for row in all!(tx, OrderRow, sql, phone).await? {
        let ends = order_of(&row.statement)?.ends;
        let waits = row.done_at.is_none() && row.withdrawn_at.is_none() && ends > now;
        orders.push(OrderLine {
            id: row.id,
            kind: row.kind,
            serial: row.serial,
            issued_at: row.issued_at,
            issued_by: row.issued_by,
            reason: row.reason,
            ends,
            // One that had ended was not told, though the phone has asked since.
            told_at: row.told_at.filter(|at| *at < ends),
            done_at: row.done_at,
            withdrawn_at: row.withdrawn_at,
            withdrawn_by: row.withdrawn_by,
            withdrawn_for: row.withdrawn_for,
            may_withdraw: waits && row.told_at.is_none() && !row.restored,
        });
    }
    Ok(orders)
}

async fn bundles(tx: &mut Tx, phone: DeviceId) -> Result<Vec<Bundle>, StoreError> {
    type BundleRow = (BundleId, DateTime<Utc>, i64, String, String, String, String);
    let sql =
        "select bundle, received_at, size, state, records, files, problems from bundle where carrier = $1
        order by position desc limit $2";
    let count =
        |text: &str| serde_json::from_str::<Vec<serde_json::Value>>(text).map_or(0, |list| list.len());
    let rows = all!(tx, BundleRow, sql, phone, MOST).await?;
    Ok(rows
        .into_iter()
        .map(|(bundle, received_at, size, state, records, files, problems)| Bundle {
            bundle,
            received_at,
            size,
            state,
            records: count(&records),
            files: count(&files),
            problems: count(&problems),
        })
        .collect())
}

/// What can be decided about a phone as it stands: it is revoked once, an order of a kind waits once, `lost` overtakes
/// `retire` but not the other way round, and a phone that has emptied itself is nobody's any more.
fn possible(line: &Line, orders: &[OrderLine], now: DateTime<Utc>) -> Vec<PhoneAct> {
    let mut may = Vec::new();
    if line.state == "active" {
        may.push(PhoneAct::Revoke);
    }
    if !matches!(line.standing, Standing::Retired | Standing::Wiped) {
        let waits = |kind| {
            orders.iter().any(|order| {
                order.kind == kind
                    && order.done_at.is_none()
                    && order.withdrawn_at.is_none()
                    && order.ends > now
            })
        };
        if !waits(OrderKind::Retire) && !waits(OrderKind::Lost) {
            may.push(PhoneAct::Retire);
        }
        if !waits(OrderKind::Lost) {
            may.push(PhoneAct::Lost);
        }
    }
    if orders.iter().any(|order| order.may_withdraw) {
        may.push(PhoneAct::Withdraw);
    }
    may
}

/// Where the worker of a phone works.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, phone: DeviceId) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select u.org_unit from device d join app_user u on u.id = d.worker where d.id = $1";
    Ok(opt!(tx, (OrgUnitId,), sql, phone).await?.map(|(unit,)| unit))
}

/// What is decided about a phone, and by whom.
#[derive(Clone, Copy, Debug)]
pub struct Decision {
    /// What.
    pub act: PhoneAct,
    /// The order that is taken back.
    pub order: Option<OrderId>,
    /// Why.
    pub reason: PhoneReason,
    /// By whom.
    pub by: UserId,
}

/// Decides about a phone.
///
/// # Errors
/// `bad-request` for a reason that is none of this; `decision-impossible` as the phone stands; `not-found`.
pub async fn decide(state: &AppState, phone: DeviceId, decision: Decision) -> Outcome<()> {
    let Decision { act, order, reason, by } = decision;
    if !reason.is_for(act) {
        return Err(Refusal::because(ProblemCode::BadRequest, "this is no reason for that"));
    }
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    let of = Deciding { now, by: Some(by), reason: Some(reason.as_str()) };
    let mut tx = state.store.write().await?;
    crate::journal::lock(&mut tx).await?;
    let mut lines =
        all!(&mut tx, Line, sqlx::AssertSqlSafe(format!("{LINE} where d.id = $1")), phone).await?;
    complete(&mut tx, &mut lines, now).await?;
    let line = lines.pop().ok_or(ProblemCode::NotFound)?;
    let orders = orders(&mut tx, phone, now).await?;
    // Whether an order can be taken back is said of it alone.
    if act != PhoneAct::Withdraw && !possible(&line, &orders, now).contains(&act) {
        return Err(ProblemCode::DecisionImpossible.into());
    }
    let done = match (act, order) {
        (PhoneAct::Revoke, _) => devices::revoke(&mut tx, chance, of, phone).await,
        (PhoneAct::Retire, _) => give(&mut tx, state, of, phone, OrderKind::Retire).await,
        (PhoneAct::Lost, _) => give(&mut tx, state, of, phone, OrderKind::Lost).await,
        (PhoneAct::Withdraw, Some(order)) => devices::withdraw(&mut tx, chance, of, phone, order).await,
        (PhoneAct::Withdraw, None) => {
            return Err(Refusal::because(ProblemCode::BadRequest, "which order?"));
        }
    };
    done.map_err(refused)?;
    Ok(tx.commit().await?)
}

async fn give(
    tx: &mut Tx,
    state: &AppState,
    of: Deciding<'_>,
    phone: DeviceId,
    kind: OrderKind,
) -> Result<(), DeviceError> {
    let ends = of.now + ORDER_LIFE;
    devices::order(tx, state.chance.as_ref(), &state.keys, of, phone, kind, ends).await.map(|_| ())
}

fn refused(error: DeviceError) -> Refusal {
    match error {
        DeviceError::Unknown(_) | DeviceError::UnknownOrder(_) => ProblemCode::NotFound.into(),
        DeviceError::OrderGone => Refusal::because(ProblemCode::DecisionImpossible, error.to_string()),
        DeviceError::Journal(error) => error.into(),
        DeviceError::Store(error) => error.into(),
        error => Refusal::fault(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn time(text: &str) -> DateTime<Utc> {
        format!("2026-11-{text}:00Z").parse().unwrap()
    }

    fn told(wall: &str, boot: &str, boot_min: i64, made: Option<&str>, received: &str) -> Told {
        Told {
            wall: time(wall),
            boot: boot.into(),
            boot_ms: boot_min * 60_000,
            not_before: made.map(time),
            received_at: time(received),
        }
    }

    #[test]
    fn a_clock_is_told_by_what_came_before_and_after() {
        assert_eq!(clock(&[]), None);
        // Sealed at 10:00 by a clock that is two hours ahead, received at 08:10 (true time).
        let ahead = told("20T10:00", "a", 100, Some("20T07:30"), "20T08:10");
        let found = clock(std::slice::from_ref(&ahead)).unwrap();
        assert_eq!((found.at_least_s, found.at_most_s), (110 * 60, Some(150 * 60)));
        // Another record of the same start narrows from the other side.
        let later = told("20T12:00", "a", 220, Some("20T09:55"), "20T13:00");
        let found = clock(&[later.clone(), ahead.clone()]).unwrap();
        assert_eq!((found.at_least_s, found.at_most_s), (110 * 60, Some(125 * 60)));
        // Whoever sets the clock or starts the phone anew makes what was known before worthless.
        let set = told("20T10:30", "a", 250, None, "20T10:31");
        assert_eq!(clock(&[set, later.clone(), ahead]).unwrap().at_least_s, -60);
        let anew = told("20T13:00", "b", 5, None, "20T13:00");
        assert_eq!(clock(&[anew, later]).unwrap().at_least_s, 0);
    }

    #[test]
    fn a_phone_stands_as_its_orders_say() {
        let now = time("20T10:00");
        let given = |kind, done, over, ends: &str| Given { kind, done, over, ends: time(ends) };
        let open = |kind| given(kind, false, false, "29T00:00");
        use OrderKind::{Lost, Retire};
        let table = [
            (Standing::Active, "active", vec![]),
            (Standing::Retiring, "active", vec![open(Retire)]),
            (Standing::Retired, "active", vec![given(Retire, true, false, "19T00:00")]),
            (Standing::Active, "active", vec![given(Retire, false, true, "29T00:00")]),
            (Standing::Active, "active", vec![given(Retire, false, false, "19T00:00")]),
            (Standing::Lost, "revoked", vec![open(Retire), open(Lost)]),
            (Standing::Wiped, "revoked", vec![open(Retire), given(Lost, true, false, "19T00:00")]),
            (Standing::Revoked, "revoked", vec![open(Retire)]),
            (Standing::Revoked, "revoked", vec![given(Lost, false, true, "29T00:00")]),
        ];
        for (expected, state, orders) in table {
            assert_eq!(standing(state, &orders, now), expected, "{state} {orders:?}");
        }
    }
}
