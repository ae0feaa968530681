//! What waits for a decision: records that could not be applied, records that came after their family was handed over,
//! numbers of chains that never came; and what was decided before. Whose unit a record belongs to is said by its family,
//! and by its worker where the family is not known.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::{Choice, ChoiceReason},
    hash::Digest,
    ids::{ActivityId, ChainId, DeviceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    plan_state::ActivityState,
    pulled::{Role, User},
    receipt::{HeldReason, Verdict},
    record::{self, Reading},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    item::{self, Item},
    policy, records,
};
use crate::{
    access, all, among,
    check::{
        held::{DecideError, received},
        policy::Territory,
    },
    intake::overrule::{Obstacle, overrule},
    journal::{self, JournalError},
    opt,
    store::{StoreError, Tx},
};

/// Most entries of a page.
pub const MOST: i64 = 50;
/// Counts are exact up to here; one more means that there are more.
pub const EXACT: i64 = 10_000;
/// Most characters of an unreadable payload that are shown.
const MOST_RAW: usize = 4_000;

/// Which of the lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// Records that were held.
    #[default]
    Records,
    /// Numbers of chains that never came.
    Gaps,
    /// Records that came after their family was handed over.
    Handovers,
    /// What was decided, the newest first.
    Decided,
}

/// What is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Which of the lists; records if absent.
    #[serde(default)]
    #[param(inline)]
    pub which: Which,
    /// Of one worker: who recorded, or whose phone it is.
    pub worker: Option<UserId>,
    /// Of one phone.
    pub phone: Option<DeviceId>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<String>,
}

/// A page of a list.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = HeldList)]
pub struct List {
    /// How many wait.
    pub waiting: Waiting,
    /// Records, held or handed over late.
    pub records: Vec<Entry>,
    /// Missing numbers.
    pub gaps: Vec<GapEntry>,
    /// Decisions.
    pub decided: Vec<Decided>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<String>,
    /// Name of the worker that was asked for.
    pub worker_name: Option<String>,
    /// Model and system of the phone that was asked for, and whose it is.
    pub phone_name: Option<String>,
}

impl Wanted {
    /// More conditions over the columns of worker and device, which are bound at these places.
    fn narrow(&self, worker: (&str, usize), device: (&str, usize)) -> String {
        let mut sql = String::new();
        for (asked, (column, place)) in [(self.worker.is_some(), worker), (self.phone.is_some(), device)] {
            if asked {
                sql.push_str(&format!(" and {column} = ${place}"));
            }
        }
        sql
    }

    /// What is bound there.
    fn whose(&self) -> (UserId, DeviceId) {
        (self.worker.unwrap_or(UserId(Uuid::nil())), self.phone.unwrap_or(DeviceId(Uuid::nil())))
    }
}

/// How many of each wait; exact up to 10,000, one more means that there are more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = HeldWaiting)]
pub struct Waiting {
    /// Held records without a decision.
    pub records: i64,
    /// Runs of missing numbers.
    pub gaps: i64,
    /// Late hand-overs without a decision.
    pub handovers: i64,
}

/// A record that waits.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = HeldEntry)]
pub struct Entry {
    /// Identity of its statement, by which it is asked for.
    pub hash: Digest,
    /// Its id, if that could be read.
    pub record: Option<RecordId>,
    /// Why it is held; absent for a late hand-over.
    pub held_for: Option<HeldReason>,
    /// Kind of statement, if that could be read.
    pub kind: Option<String>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// The family.
    pub family: Option<FamilyId>,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// The person, if the record is about one.
    pub person_name: Option<String>,
    /// Who recorded.
    pub worker: UserId,
    /// His name.
    pub worker_name: String,
    /// The phone that sealed it.
    pub device: DeviceId,
    /// Its model and system.
    pub platform: String,
    /// Whether that phone is revoked.
    pub revoked: bool,
    /// Number in the chain.
    pub seq: Option<i64>,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it was sealed, by the phone's clock.
    pub sealed_at: Option<DateTime<Utc>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Its place in the journal.
    pub position: i64,
    /// It was set aside before.
    pub set_aside: bool,
}

/// Numbers of a chain that never came.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = HeldGap)]
pub struct GapEntry {
    /// The phone.
    pub device: DeviceId,
    /// Its chain.
    pub chain: ChainId,
    /// First number.
    pub from_seq: i64,
    /// Last one.
    pub to_seq: i64,
    /// Fact that showed the gap.
    pub position: i64,
    /// When it showed.
    pub opened_at: DateTime<Utc>,
    /// Model and system.
    pub platform: String,
    /// Whether the phone is revoked.
    pub revoked: bool,
    /// When it last asked for a token.
    pub seen_at: Option<DateTime<Utc>>,
    /// Whose phone it is.
    pub worker: UserId,
    /// His name.
    pub worker_name: String,
}

/// A decision.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = HeldDecided)]
pub struct Decided {
    /// Its place in the journal.
    pub position: i64,
    /// What.
    pub choice: Choice,
    /// Why the record had been held.
    pub held_for: Option<HeldReason>,
    /// Why it was decided so.
    pub reason: Option<ChoiceReason>,
    /// In words.
    pub text: Option<String>,
    /// The record; absent where it is about missing numbers.
    pub hash: Option<Digest>,
    /// Its family's name.
    pub family_name: Option<String>,
    /// Its service.
    pub service: Option<ServiceCode>,
    /// Its kind.
    pub kind: Option<String>,
    /// First missing number.
    pub from_seq: Option<i64>,
    /// Last one.
    pub to_seq: Option<i64>,
    /// Who recorded, or whose phone it is.
    pub worker_name: String,
    /// Who decided, by his name then.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A held record with what can be decided about it.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = HeldItem)]
pub struct Held {
    /// What is known of it in any case.
    pub entry: Entry,
    /// Accepted or held now.
    pub verdict: Verdict,
    /// The record with its evidence, if it could be read and its family is known.
    pub item: Option<Item>,
    /// The text that was signed, the beginning of it, where nothing else can be shown.
    pub raw: Option<String>,
    /// What may be decided now.
    pub choices: Vec<Choice>,
    /// Why it cannot be applied, if so.
    pub obstacle: Option<Obstacle>,
    /// Activities for which it may count.
    pub activities: Vec<Candidate>,
    /// The record that stands in its place, or counts for its activity.
    pub beside: Option<Beside>,
    /// What was decided, the earliest first.
    pub decided: Vec<Decided>,
}

/// An activity for which a held record may count.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Candidate {
    /// Its id.
    pub id: ActivityId,
    /// Which service.
    pub service: ServiceCode,
    /// Where it stands.
    pub state: ActivityState,
    /// The last day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// The record that counts for it now.
    pub record: Option<RecordId>,
}

/// Another record beside a held one.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Beside {
    /// Identity of its statement.
    pub hash: Digest,
    /// Its id.
    pub record: Option<RecordId>,
    /// It holds the same place in the chain; else it counts for the same activity.
    pub same_place: bool,
    /// Its service.
    pub service: Option<ServiceCode>,
    /// Kind of statement.
    pub kind: Option<String>,
    /// Who recorded it.
    pub worker_name: String,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it was sealed, by the phone's clock.
    pub sealed_at: Option<DateTime<Utc>>,
    /// When it came.
    pub received_at: DateTime<Utc>,
}

/// What an entry is made of; `r` is the record, `w` its worker, `f` its family.
const ENTRY: &str = "select r.hash, r.record, r.reason as held_for, r.kind, r.service, r.family,
    (select coalesce(h.surname, h.given_name) from person h where h.family = r.family and h.relation = 'head'
     order by h.id limit 1) as family_name,
    (select case when p.surname is null then p.given_name else p.surname || ' ' || p.given_name end
     from person p where p.id = r.person) as person_name,
    r.worker, w.name as worker_name, r.device, coalesce(d.platform, '') as platform,
    coalesce(d.state = 'revoked', false) as revoked, r.seq, r.done_on, r.sealed_at, r.received_at, r.position,
    coalesce((select x.choice from held_decision x where x.hash = r.hash order by x.position desc limit 1)
     = 'set_aside', false) as set_aside
    from record r join app_user w on w.id = r.worker left join family f on f.id = r.family
    left join device d on d.id = r.device ";
/// Held records without a decision.
pub(super) const HELD: &str =
    "r.verdict = 'held' and not exists (select 1 from held_decision x where x.hash = r.hash)";
/// Late hand-overs that count and about which nothing was decided since.
pub(super) const HANDOVER: &str = "r.late_handover and r.verdict = 'accepted' and not r.superseded
    and not exists (select 1 from held_decision x where x.hash = r.hash and x.choice = 'noted')";
/// What a decision is made of; `x` is the decision.
const DECIDED: &str = "select x.position, x.choice, x.held_for, x.reason, x.text, x.hash,
    (select coalesce(h.surname, h.given_name) from person h where h.family = x.family and h.relation = 'head'
     order by h.id limit 1) as family_name,
    r.service, r.kind, x.from_seq, x.to_seq, w.name as worker_name, x.by_name, x.by_role, x.at
    from held_decision x join app_user w on w.id = x.worker left join record r on r.hash = x.hash
    left join family f on f.id = x.family ";

/// A page of what waits in the user's units, or was decided there.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
) -> Result<List, StoreError> {
    let units = units(user, territory);
    let mut list = List { waiting: waiting_of(tx, &units, wanted).await?, ..List::default() };
    if let Some(worker) = wanted.worker {
        list.worker_name = records::named(tx, user, territory, worker).await?;
    }
    if let Some(phone) = wanted.phone {
        list.phone_name = records::phone_named(tx, user, territory, phone).await?;
    }
    match wanted.which {
        Which::Records => (list.records, list.next) = entries(tx, &units, HELD, wanted).await?,
        Which::Handovers => (list.records, list.next) = entries(tx, &units, HANDOVER, wanted).await?,
        Which::Gaps => (list.gaps, list.next) = gaps(tx, &units, wanted).await?,
        Which::Decided => (list.decided, list.next) = decided(tx, &units, wanted).await?,
    }
    Ok(list)
}

/// The units over which the user's rights reach, as keys.
pub(super) fn units(user: &User, territory: &Territory) -> Vec<(OrgUnitId,)> {
    let reach = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    reach.into_iter().map(|unit| (unit,)).collect()
}

/// How many wait in these units.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<Waiting, StoreError> {
    waiting_of(tx, units, &Wanted::default()).await
}

async fn waiting_of(tx: &mut Tx, units: &[(OrgUnitId,)], wanted: &Wanted) -> Result<Waiting, StoreError> {
    let (worker, device) = wanted.whose();
    let more = wanted.narrow(("r.worker", 1), ("r.device", 2));
    let of_records = |which: &str| {
        format!(
            "select count(*) from (select 1 from record r join app_user w on w.id = r.worker
             left join family f on f.id = r.family where {which}{more} and coalesce(f.org_unit, w.org_unit) in ("
        )
    };
    let tail = ") limit 10001) counted";
    let records = sum(among!(tx, (i64,), &of_records(HELD), units, tail, worker, device).await?);
    let handovers = sum(among!(tx, (i64,), &of_records(HANDOVER), units, tail, worker, device).await?);
    let more = wanted.narrow(("d.worker", 1), ("g.device", 2));
    let sql = format!(
        "select count(*) from (select 1 from chain_gap g join device d on d.id = g.device
        join app_user w on w.id = d.worker where g.state = 'open'{more} and w.org_unit in ("
    );
    let gaps = sum(among!(tx, (i64,), &sql, units, tail, worker, device).await?);
    Ok(Waiting { records, gaps, handovers })
}

async fn entries(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    which: &str,
    wanted: &Wanted,
) -> Result<(Vec<Entry>, Option<String>), StoreError> {
    let after: i64 = wanted.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(0);
    let (worker, device) = wanted.whose();
    let more = wanted.narrow(("r.worker", 3), ("r.device", 4));
    let sql =
        format!("{ENTRY} where {which}{more} and r.position > $1 and coalesce(f.org_unit, w.org_unit) in (");
    let tail = ") order by r.position limit $2";
    let mut entries = among!(tx, Entry, &sql, units, tail, after, MOST + 1, worker, device).await?;
    entries.sort_unstable_by_key(|entry| entry.position);
    entries.dedup_by_key(|entry| entry.position);
    let next = cut(&mut entries, |entry| entry.position.to_string());
    Ok((entries, next))
}

async fn gaps(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    wanted: &Wanted,
) -> Result<(Vec<GapEntry>, Option<String>), StoreError> {
    let start = (0, DeviceId(Uuid::nil()), ChainId(Uuid::nil()), 0);
    let (position, device, chain, from) = wanted.after.as_deref().and_then(gap_cursor).unwrap_or(start);
    let (worker, of) = wanted.whose();
    let more = wanted.narrow(("d.worker", 6), ("g.device", 7));
    let sql = format!(
        "select g.device, g.chain, g.from_seq, g.to_seq, g.position, j.at as opened_at, d.platform,
        d.state = 'revoked' as revoked, s.at as seen_at, d.worker, w.name as worker_name
        from chain_gap g join device d on d.id = g.device join app_user w on w.id = d.worker
        join journal j on j.position = g.position left join device_seen s on s.device = g.device
        where g.state = 'open' and (g.position > $1 or (g.position = $1 and (g.device > $2 or (g.device = $2
        and (g.chain > $3 or (g.chain = $3 and g.from_seq > $4)))))){more} and w.org_unit in ("
    );
    let tail = ") order by g.position, g.device, g.chain, g.from_seq limit $5";
    let mut gaps =
        among!(tx, GapEntry, &sql, units, tail, position, device, chain, from, MOST + 1, worker, of).await?;
    let key = |gap: &GapEntry| (gap.position, gap.device, gap.chain, gap.from_seq);
    gaps.sort_unstable_by_key(key);
    gaps.dedup_by_key(|gap| key(gap));
    let next =
        cut(&mut gaps, |gap| format!("{}.{}.{}.{}", gap.position, gap.device, gap.chain, gap.from_seq));
    Ok((gaps, next))
}

fn gap_cursor(after: &str) -> Option<(i64, DeviceId, ChainId, i64)> {
    let mut parts = after.split('.');
    let mut part = || parts.next();
    Some((part()?.parse().ok()?, part()?.parse().ok()?, part()?.parse().ok()?, part()?.parse().ok()?))
}

async fn decided(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    wanted: &Wanted,
) -> Result<(Vec<Decided>, Option<String>), StoreError> {
    let before: i64 = wanted.after.as_deref().and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let (worker, device) = wanted.whose();
    let more = wanted.narrow(("x.worker", 3), ("x.device", 4));
    let sql = format!("{DECIDED} where x.position < $1{more} and coalesce(f.org_unit, w.org_unit) in (");
    let tail = ") order by x.position desc limit $2";
    let mut decided = among!(tx, Decided, &sql, units, tail, before, MOST + 1, worker, device).await?;
    decided.sort_unstable_by_key(|decided| std::cmp::Reverse(decided.position));
    decided.dedup_by_key(|decided| decided.position);
    let next = cut(&mut decided, |decided| decided.position.to_string());
    Ok((decided, next))
}

/// Cuts off what is on the next page, and says where that begins.
fn cut<T>(rows: &mut Vec<T>, key: impl Fn(&T) -> String) -> Option<String> {
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    rows.last().filter(|_| more).map(key)
}

/// Counts of several pieces together.
pub(super) fn sum(counts: Vec<(i64,)>) -> i64 {
    counts.into_iter().map(|(count,)| count).sum::<i64>().min(EXACT + 1)
}

/// The unit a record belongs to, and who recorded it.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, hash: Digest) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select coalesce(f.org_unit, w.org_unit) from record r join app_user w on w.id = r.worker
        left join family f on f.id = r.family where r.hash = $1";
    Ok(opt!(tx, (OrgUnitId,), sql, hash).await?.map(|(unit,)| unit))
}

/// A record that was held or handed over late, with what can be decided.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub async fn of(tx: &mut Tx, hash: Digest, now: DateTime<Utc>) -> Result<Option<Held>, JournalError> {
    let sql = format!("{ENTRY} where r.hash = $1");
    let Some(entry) = opt!(tx, Entry, sqlx::AssertSqlSafe(sql.clone()), hash).await? else { return Ok(None) };
    let sql = "select verdict, person, late_handover, superseded from record where hash = $1";
    let row = opt!(tx, (Verdict, Option<PersonId>, bool, bool), sql, hash).await?;
    let Some((verdict, person, late, superseded)) = row else { return Ok(None) };
    let item = item::by_hash(tx, hash).await?;
    let sql = format!("{DECIDED} where x.hash = $1 order by x.position");
    let decided = all!(tx, Decided, sqlx::AssertSqlSafe(sql.clone()), hash).await?;
    let mut held = Held {
        verdict,
        item,
        raw: None,
        choices: Vec::new(),
        obstacle: None,
        activities: Vec::new(),
        beside: beside(tx, hash).await?,
        decided,
        entry,
    };
    if verdict == Verdict::Held {
        held.activities = candidates(tx, &held.entry, person).await?;
        held.obstacle = held.stands_against(tx, now).await?;
        if held.obstacle.is_none() {
            held.choices.push(Choice::Applied);
        }
        if !held.entry.set_aside {
            held.choices.push(Choice::SetAside);
        }
    } else if late && !superseded && !held.decided.iter().any(|made| made.choice == Choice::Noted) {
        held.choices.push(Choice::Noted);
    }
    Ok(Some(held))
}

impl Held {
    /// Whom the reading is about, for the access log.
    #[must_use]
    pub fn reading(&self, by: UserId) -> access::Reading {
        let person = self.item.as_ref().and_then(|item| item.person.as_ref()).map(|person| person.id);
        access::Reading { by: Some(by), family: self.entry.family, person, device: None }
    }

    /// Why it cannot count; the text that was signed is kept where it is all there is.
    async fn stands_against(
        &mut self,
        tx: &mut Tx,
        now: DateTime<Utc>,
    ) -> Result<Option<Obstacle>, JournalError> {
        let received = match received(tx, self.entry.position).await {
            Ok(received) => received,
            Err(DecideError::Journal(error)) => return Err(error),
            Err(DecideError::Store(error)) => return Err(error.into()),
            Err(_) => return Ok(Some(Obstacle::Unreadable)),
        };
        let readable = matches!(record::read(&received.jws.payload), Reading::Record(_));
        if !readable || self.item.is_none() {
            self.raw = Some(received.jws.payload.chars().take(MOST_RAW).collect());
        }
        let size = journal::size(tx).await?;
        let first = self.activities.first().map(|activity| activity.id);
        Ok(overrule(tx, &received, first, size + 1, civil_date(now)).await?.err())
    }
}

async fn candidates(
    tx: &mut Tx,
    entry: &Entry,
    person: Option<PersonId>,
) -> Result<Vec<Candidate>, StoreError> {
    let sql = "select id, service, state, due_on, record from activity
        where family = $1 and person = $2 and service = $3 and state <> 'cancelled'
        order by case when record is null then 0 else 1 end, due_on, id limit 20";
    all!(tx, Candidate, sql, entry.family, person, entry.service).await
}

async fn beside(tx: &mut Tx, hash: Digest) -> Result<Option<Beside>, StoreError> {
    let sql =
        "select o.hash, o.record, true as same_place, o.service, o.kind, w.name as worker_name, o.done_on,
        o.sealed_at, o.received_at from record r join record o on o.device = r.device and o.chain = r.chain
        and o.seq = r.seq and o.placed and o.hash <> r.hash join app_user w on w.id = o.worker
        where r.hash = $1 and not r.placed limit 1";
    if let Some(found) = opt!(tx, Beside, sql, hash).await? {
        return Ok(Some(found));
    }
    let sql =
        "select o.hash, o.record, false as same_place, o.service, o.kind, w.name as worker_name, o.done_on,
        o.sealed_at, o.received_at from record r join activity a on a.id = r.activity
        join record o on o.record = a.record and o.verdict = 'accepted' and o.hash <> r.hash
        join app_user w on w.id = o.worker where r.hash = $1 order by o.position limit 1";
    opt!(tx, Beside, sql, hash).await
}
