//! Records in a list: those of a worker, of a phone or of the user's units, by what has become of them, the newest first;
//! and how many there are of each. What a number counts and what its list shows is said once, by [`State`].
//!
//! Whose unit a record belongs to is said by its family, and by its worker where the family is not known.

use std::cmp::Reverse;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    finding::Severity,
    hash::Digest,
    ids::{ChainId, DeviceId, FamilyId, OrgUnitId, RecordId, UserId},
    plan_state::CheckKind,
    pulled::User,
    receipt::{HeldReason, Verdict},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    held::{self, EXACT},
    policy,
    standing::Standing,
};
use crate::{
    all, among, calendar,
    check::policy::Territory,
    journal::JournalError,
    one, opt,
    store::{StoreError, Tx, sqlx::AssertSqlSafe},
};

/// Most records of a page.
pub const MOST: i64 = 50;
/// So few records of a frequent kind may lie anywhere among the others.
const FEW: i64 = 500;

/// What has become of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = RecordState)]
pub enum State {
    /// It counts, and nobody has said anything of it.
    Unchecked,
    /// Nothing to remark.
    Accepted,
    /// Remarked.
    Remarked,
    /// It went back and is to be answered.
    Returned,
    /// It went back, and the day for the answer has passed.
    Unanswered,
    /// It went back and was answered by a newer one.
    Answered,
    /// It could not be applied, and nobody has decided about it.
    Held,
    /// It came after its family was handed over, and nobody has said that he saw it.
    Handover,
    /// It counts, and files of it are not here.
    Incomplete,
    /// It counts, and something is noticed about it.
    Noticed,
    /// Its activity is done by it.
    Done,
    /// It counts, and is a completion without a video (§36, A-14).
    NoVideo,
}

impl State {
    const ALL: [Self; 12] = [
        Self::Unchecked,
        Self::Accepted,
        Self::Remarked,
        Self::Returned,
        Self::Unanswered,
        Self::Answered,
        Self::Held,
        Self::Handover,
        Self::Incomplete,
        Self::Noticed,
        Self::Done,
        Self::NoVideo,
    ];

    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Accepted => "accepted",
            Self::Remarked => "remarked",
            Self::Returned => "returned",
            Self::Unanswered => "unanswered",
            Self::Answered => "answered",
            Self::Held => "held",
            Self::Handover => "handover",
            Self::Incomplete => "incomplete",
            Self::Noticed => "noticed",
            Self::Done => "done",
            Self::NoVideo => "no_video",
        }
    }

    /// The condition, over `r` for the record; `$1` is the day from which on a return is late. That something was said at
    /// all is said apart: it is what the index of it is made of.
    fn condition(self) -> &'static str {
        match self {
            Self::Unchecked => UNCHECKED,
            Self::Accepted => {
                "r.check_state <> 'unchecked' and r.check_state = 'accepted' and r.verdict = 'accepted'
                 and not r.superseded"
            }
            Self::Remarked => {
                "r.check_state <> 'unchecked' and r.check_state = 'remarked' and r.verdict = 'accepted'
                 and not r.superseded"
            }
            Self::Returned => {
                "r.check_state <> 'unchecked' and r.check_state = 'returned' and not r.superseded"
            }
            Self::Unanswered => {
                "r.check_state <> 'unchecked' and r.check_state = 'returned' and not r.superseded and r.check_due < $1"
            }
            Self::Answered => {
                "r.check_state <> 'unchecked' and r.check_state = 'answered' and r.verdict = 'accepted'"
            }
            Self::Held => held::HELD,
            Self::Handover => held::HANDOVER,
            Self::Incomplete => "r.awaits and r.verdict = 'accepted' and not r.superseded",
            // What speaks for a record weighs nothing.
            Self::Noticed => "r.verdict = 'accepted' and not r.superseded and r.risk > 0",
            Self::Done => {
                "r.verdict = 'accepted' and exists (select 1 from activity a where a.id = r.activity
                 and a.record = r.record and a.state in ('synced', 'reported', 'sys_confirmed', 'disputed'))"
            }
            Self::NoVideo => NO_VIDEO,
        }
    }
}

/// Records that somebody is to check.
pub(super) const UNCHECKED: &str =
    "r.check_state = 'unchecked' and r.verdict = 'accepted' and not r.superseded
    and r.record is not null and r.kind in ('completion', 'not_applicable', 'refused', 'consent', 'act')";

/// Completions that count and have no video.
pub(super) const NO_VIDEO: &str = "r.no_video and r.verdict = 'accepted' and not r.superseded";

/// What is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// What has become of them; all if absent.
    #[param(inline)]
    pub state: Option<State>,
    /// Of one worker.
    pub worker: Option<UserId>,
    /// Sealed by one phone.
    pub phone: Option<DeviceId>,
    /// In their places in one chain of it: without those whose number another one has.
    pub chain: Option<ChainId>,
    /// Of one service.
    pub service: Option<ServiceCode>,
    /// Of families of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Done on this day or later.
    pub from: Option<NaiveDate>,
    /// Done on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Completions alone: what an assessment counts (§48).
    pub completions: Option<bool>,
    /// Where the page before ended.
    pub before: Option<i64>,
}

impl Wanted {
    /// Whether it is about records of which files are not here, and about nothing else but whose they are: these are counted
    /// already ([`super::standing`]).
    #[must_use]
    pub fn is_awaited(&self) -> bool {
        let Self { state, worker, phone, chain, service, unit: _, from, to, completions, before: _ } = self;
        *state == Some(State::Incomplete)
            && (worker.is_none() && phone.is_none() && chain.is_none() && service.is_none())
            && (from.is_none() && to.is_none() && *completions != Some(true))
    }

    /// Whether most records are of the kind, so that the next ones in order are soon found.
    fn is_frequent(&self) -> bool {
        let state = matches!(self.state, None | Some(State::Done | State::Unchecked));
        state && self.service.is_none() && self.from.is_none() && self.to.is_none()
    }

    /// The conditions as SQL over `r`: what is due before `$1` is late, `$2` is where the page before ended, `$3` to `$8` are [`Wanted::bound`].
    pub(super) fn fits(&self) -> String {
        let mut fits = String::from("r.position < $2");
        // Of records that await files there is an index of their own: what else is asked is not to be looked for in another,
        // where these may be few among very many.
        let awaited = self.state == Some(State::Incomplete);
        let (service, from, to) = if awaited {
            (
                "coalesce(r.service, '') = $6",
                "coalesce(r.done_on, r.done_on) >= $7",
                "coalesce(r.done_on, r.done_on) <= $8",
            )
        } else {
            ("r.service = $6", "r.done_on >= $7", "r.done_on <= $8")
        };
        for (asked, condition) in [
            (self.state.is_some(), self.state.map_or("", State::condition)),
            (self.worker.is_some(), "r.worker = $3"),
            (self.phone.is_some(), "r.device = $4"),
            (self.chain.is_some(), "r.chain = $5 and r.placed"),
            (self.service.is_some(), service),
            (self.from.is_some(), from),
            (self.to.is_some(), to),
            (self.completions == Some(true), "r.kind = 'completion'"),
        ] {
            if asked {
                fits.push_str(" and ");
                fits.push_str(condition);
            }
        }
        fits
    }

    /// Worker, phone, chain, service and days that are asked for; of what is not, nobody and nothing.
    pub(super) fn bound(&self) -> (UserId, DeviceId, ChainId, String, NaiveDate, NaiveDate) {
        let nobody = Uuid::nil();
        (
            self.worker.unwrap_or(UserId(nobody)),
            self.phone.unwrap_or(DeviceId(nobody)),
            self.chain.unwrap_or(ChainId(nobody)),
            self.service.map_or_else(String::new, |service| service.to_string()),
            self.from.unwrap_or_default(),
            self.to.unwrap_or_default(),
        )
    }
}

/// A record of the list.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RecordEntry)]
pub struct Entry {
    /// Identity of its statement.
    pub hash: Digest,
    /// Its id, if that could be read.
    pub record: Option<RecordId>,
    /// Its place in the journal.
    pub position: i64,
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
    /// Number in its chain.
    pub seq: Option<i64>,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Accepted or held.
    pub verdict: Verdict,
    /// Why it is held.
    pub held_for: Option<HeldReason>,
    /// What was said of it.
    pub check_state: CheckKind,
    /// Until when a returned one is to be answered.
    pub check_due: Option<NaiveDate>,
    /// A newer version has taken its place.
    pub superseded: bool,
    /// The worker no longer had the family when it came.
    pub late_handover: bool,
    /// Files that it names.
    pub files: i64,
    /// Those of them that are here.
    pub received: i64,
    #[serde(skip)]
    weight: i64,
    /// How grave the gravest of what was noticed is.
    #[sqlx(skip)]
    pub noticed: Option<Severity>,
}

/// A page of records.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = RecordList)]
pub struct List {
    /// The newest first.
    pub records: Vec<Entry>,
    /// How many there are; exact up to 10,000, one more means that there are more.
    pub total: i64,
    /// Where the next page begins; absent with the last one.
    pub next: Option<i64>,
    /// Name of the worker that was asked for.
    pub worker_name: Option<String>,
    /// Model and system of the phone that was asked for, and whose it is.
    pub phone_name: Option<String>,
}

const FROM: &str = " from record r join app_user w on w.id = r.worker";
/// Whose a record is: that of its family, or where the family is not known its worker's.
const UNIT: &str = "coalesce(r.org_unit, w.org_unit)";

/// Whose records a list is about.
enum Among {
    /// Everybody's: no unit is asked for.
    All,
    /// Those of one worker or phone, which are few; in these units.
    Few(Vec<(OrgUnitId,)>),
    /// Those of families of these units, each of which has its own part of the index, and those of no family that is known,
    /// which are their workers'.
    Units { families: Vec<(OrgUnitId,)>, workers: Vec<(OrgUnitId,)> },
}

impl Among {
    fn units(units: Vec<(OrgUnitId,)>) -> Self {
        Self::Units { families: units.clone(), workers: units }
    }
}

/// A question, and what is bound to it.
struct Asked {
    fits: String,
    whose: Among,
    late: NaiveDate,
    bound: (UserId, DeviceId, ChainId, String, NaiveDate, NaiveDate),
}

/// A record's place in the list.
type Place = (i64, Digest);

impl Asked {
    fn of(wanted: &Wanted, user: &User, territory: &Territory, late: NaiveDate) -> Self {
        let units = || held::units(user, territory);
        let whose = match wanted.unit {
            // The handler has asked whether he may.
            Some(unit) => Among::units(vec![(unit,)]),
            None if policy::is_everywhere(user.role) => Among::All,
            None if wanted.worker.is_some() || wanted.phone.is_some() => Among::Few(units()),
            None => Among::units(units()),
        };
        Self { fits: wanted.fits(), whose, late, bound: wanted.bound() }
    }

    /// How many there are; exact up to `exact`, one more means that there are more.
    async fn count(&self, tx: &mut Tx, exact: i64) -> Result<i64, StoreError> {
        let Self { fits, whose, late, bound: (worker, phone, chain, service, from, to) } = self;
        let first = i64::MAX;
        match whose {
            Among::All => {
                let sql =
                    format!("select count(*) from (select 1 from record r where {fits} limit $9) counted");
                let sql = AssertSqlSafe(sql.as_str());
                let most = exact + 1;
                let found = one!(tx, (i64,), sql, late, first, worker, phone, chain, service, from, to, most);
                Ok(found.await?.0)
            }
            Among::Few(units) => {
                let sql = format!("select count(*) from (select 1{FROM} where {fits} and {UNIT} in (");
                let tail = format!(") limit {}) counted", exact + 1);
                let found = among!(
                    tx,
                    (i64,),
                    &sql,
                    units,
                    &tail,
                    late,
                    first,
                    worker,
                    phone,
                    chain,
                    service,
                    from,
                    to
                );
                Ok(held::sum(found.await?))
            }
            Among::Units { families, workers } => {
                let mut total = self.count_of_nobody(tx, workers, exact).await?;
                for (unit,) in families {
                    let left = exact + 1 - total;
                    if left <= 0 {
                        break;
                    }
                    total += self.count_of(tx, *unit, left).await?;
                }
                Ok(total)
            }
        }
    }

    /// How many there are of families of a unit, at most so many.
    async fn count_of(&self, tx: &mut Tx, unit: OrgUnitId, most: i64) -> Result<i64, StoreError> {
        let Self { fits, late, bound: (worker, phone, chain, service, from, to), .. } = self;
        let sql = format!(
            "select count(*) from (select 1 from record r where {fits} and r.org_unit = $9 limit $10) counted"
        );
        let (sql, first) = (AssertSqlSafe(sql.as_str()), i64::MAX);
        let found = one!(tx, (i64,), sql, late, first, worker, phone, chain, service, from, to, unit, most);
        Ok(found.await?.0)
    }

    /// How many there are of no family that is known, by workers of these units.
    async fn count_of_nobody(
        &self,
        tx: &mut Tx,
        units: &[(OrgUnitId,)],
        exact: i64,
    ) -> Result<i64, StoreError> {
        let Self { fits, late, bound: (worker, phone, chain, service, from, to), .. } = self;
        let sql = format!(
            "select count(*) from (select 1{FROM} where {fits} and r.org_unit is null and w.org_unit in ("
        );
        let (tail, first) = (format!(") limit {}) counted", exact + 1), i64::MAX);
        let found =
            among!(tx, (i64,), &sql, units, &tail, late, first, worker, phone, chain, service, from, to);
        Ok(held::sum(found.await?))
    }

    /// How many there are, as the units are known to stand; from then on only those are asked that have some.
    async fn total(
        &mut self,
        tx: &mut Tx,
        standing: &Standing,
        wanted: &Wanted,
        all: Vec<(OrgUnitId,)>,
        now: DateTime<Utc>,
    ) -> Result<i64, JournalError> {
        // What is noticed is no fact, and those of one phone or worker are soon counted.
        let few = wanted.worker.is_some() || wanted.phone.is_some() || wanted.chain.is_some();
        if few || wanted.state == Some(State::Noticed) {
            return Ok(self.count(tx, EXACT).await?);
        }
        let (families, workers) = match &self.whose {
            Among::All => (all.clone(), all),
            Among::Few(units) => (units.clone(), units.clone()),
            Among::Units { families, workers } => (families.clone(), workers.clone()),
        };
        let question = format!(
            "records {:?}",
            (wanted.state, wanted.service, wanted.from, wanted.to, wanted.completions)
        );
        let mut known = standing.total(tx, &families, now, Some(question)).await?;
        while let Some(unit) = known.next() {
            let count = self.count_of(tx, unit, EXACT + 1).await?;
            known.take(unit, count);
        }
        let (known, families) = known.kept();
        let total = (known + self.count_of_nobody(tx, &workers, EXACT).await?).min(EXACT + 1);
        if total <= EXACT || !matches!(self.whose, Among::All) {
            self.whose = Among::Units { families, workers };
        }
        Ok(total)
    }

    /// The first of them before a place, one more than a page holds. Where all of them are `few` they are taken together
    /// and put into order; where not, the next ones in order are soon found.
    async fn page(&self, tx: &mut Tx, before: i64, few: bool, most: i64) -> Result<Vec<Place>, StoreError> {
        let Self { fits, whose, late, bound: (worker, phone, chain, service, from, to) } = self;
        let limit = most + 1;
        let ordered = |more: &str| {
            let found = format!("select r.position, r.hash from record r where {fits}{more}");
            if few {
                format!(
                    "select x.position, x.hash from ({found} limit {}) x order by x.position desc limit $10",
                    EXACT + 1
                )
            } else {
                format!("{found} order by r.position desc limit $10")
            }
        };
        // Nobody's unit where none is asked for.
        let nobody = OrgUnitId(Uuid::nil());
        let mut places = match whose {
            Among::All => {
                let sql = ordered("");
                let sql = AssertSqlSafe(sql.as_str());
                let found = all!(
                    tx, Place, sql, late, before, worker, phone, chain, service, from, to, nobody, limit
                );
                found.await?
            }
            Among::Few(units) => {
                let sql = format!("select r.position, r.hash{FROM} where {fits} and {UNIT} in (");
                let tail = ") order by r.position desc limit $9";
                let found = among!(
                    tx, Place, &sql, units, tail, late, before, worker, phone, chain, service, from, to,
                    limit
                );
                found.await?
            }
            Among::Units { families, workers } => {
                let sql = format!(
                    "select r.position, r.hash{FROM} where {fits} and r.org_unit is null and w.org_unit in ("
                );
                let tail = ") order by r.position desc limit $9";
                let unknown = among!(
                    tx, Place, &sql, workers, tail, late, before, worker, phone, chain, service, from, to,
                    limit
                );
                let mut places = unknown.await?;
                let sql = ordered(" and r.org_unit = $9");
                for (unit,) in families {
                    let sql = AssertSqlSafe(sql.as_str());
                    let found = all!(
                        tx, Place, sql, late, before, worker, phone, chain, service, from, to, unit, limit
                    );
                    places.extend(found.await?);
                }
                places
            }
        };
        places.sort_unstable_by_key(|(position, _)| Reverse(*position));
        places.dedup_by_key(|(position, _)| *position);
        Ok(places)
    }
}

/// The whole list, for who writes it into a file: the same records, page by page of any length.
pub(super) struct Whole {
    asked: Asked,
    before: i64,
    /// How many there are.
    pub(super) total: i64,
}

impl Whole {
    /// Begins it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn of(
        tx: &mut Tx,
        user: &User,
        territory: &Territory,
        wanted: &Wanted,
        today: NaiveDate,
    ) -> Result<Self, StoreError> {
        let late = calendar::read(tx).await?.late_before(today);
        let asked = Asked::of(wanted, user, territory, late);
        let total = asked.count(tx, i64::MAX / 2).await?;
        Ok(Self { asked, before: i64::MAX, total })
    }

    /// The next records, the newest first; none when all were told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(super) async fn next(&mut self, tx: &mut Tx, most: usize) -> Result<Vec<i64>, StoreError> {
        let limit = i64::try_from(most).unwrap_or(i64::MAX - 1);
        let places = self.asked.page(tx, self.before, self.total <= EXACT, limit).await?;
        let page: Vec<i64> = places.into_iter().map(|(position, _)| position).take(most).collect();
        if let Some(last) = page.last() {
            self.before = *last;
        }
        Ok(page)
    }
}

/// A page of the list, as far as the user's rights reach. `counted` is how many there are, where that is known already.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
    counted: Option<i64>,
) -> Result<List, JournalError> {
    let late = calendar::read(tx).await?.late_before(civil_date(now));
    let mut asked = Asked::of(wanted, user, territory, late);
    let total = match counted {
        Some(counted) => counted.min(EXACT + 1),
        None => asked.total(tx, standing, wanted, held::units(user, territory), now).await?,
    };
    let before = wanted.before.unwrap_or(i64::MAX);
    let few = total <= if wanted.is_frequent() { FEW } else { EXACT };
    let mut places = asked.page(tx, before, few, MOST).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = places.len() > most;
    places.truncate(most);
    let records = entries(tx, &places).await?;
    Ok(List {
        next: places.last().filter(|_| more).map(|(position, _)| *position),
        records,
        total,
        worker_name: match wanted.worker {
            Some(worker) => named(tx, user, territory, worker).await?,
            None => None,
        },
        phone_name: match wanted.phone {
            Some(phone) => phone_named(tx, user, territory, phone).await?,
            None => None,
        },
    })
}

/// These records, the newest first.
pub(super) async fn entries(tx: &mut Tx, places: &[Place]) -> Result<Vec<Entry>, StoreError> {
    let hashes: Vec<(Digest,)> = places.iter().map(|(_, hash)| (*hash,)).collect();
    let sql = format!("{ENTRY}{FROM} where r.hash in (");
    let mut entries = among!(tx, Entry, &sql, hashes, ")").await?;
    entries.sort_unstable_by_key(|entry| Reverse(entry.position));
    entries.dedup_by_key(|entry| entry.position);
    for entry in &mut entries {
        entry.noticed = match entry.weight {
            2 => Some(Severity::Over),
            1 => Some(Severity::Soon),
            _ => None,
        };
    }
    Ok(entries)
}

const ENTRY: &str = "select r.hash, r.record, r.position, r.kind, r.service, r.family,
    (select coalesce(h.surname, h.given_name) from person h where h.family = r.family and h.relation = 'head'
     order by h.id limit 1) as family_name,
    (select case when p.surname is null then p.given_name else p.surname || ' ' || p.given_name end
     from person p where p.id = r.person) as person_name,
    r.worker, w.name as worker_name, r.seq, r.done_on, r.received_at, r.verdict, r.reason as held_for, r.check_state,
    r.check_due, r.superseded, r.late_handover,
    (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
     where e.hash = r.hash and x.part = 'file') as files,
    (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
     where e.hash = r.hash and x.part = 'file' and x.state = 'received') as received,
    (select cast(coalesce(max(case n.severity when 'over' then 2 when 'soon' then 1 else 0 end), 0) as bigint)
     from finding n where n.hash = r.hash) as weight";

/// A user's name, where the rights of `user` reach him.
pub(super) async fn named(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    of: UserId,
) -> Result<Option<String>, StoreError> {
    let sql = "select name, org_unit from app_user where id = $1";
    let found = opt!(tx, (String, OrgUnitId), sql, of).await?;
    Ok(found.filter(|(_, unit)| reaches(user, territory, *unit)).map(|(name, _)| name))
}

pub(super) async fn phone_named(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    of: DeviceId,
) -> Result<Option<String>, StoreError> {
    let sql = "select d.platform, w.name, w.org_unit from device d join app_user w on w.id = d.worker where d.id = $1";
    let found = opt!(tx, (String, String, OrgUnitId), sql, of).await?;
    let found = found.filter(|(_, _, unit)| reaches(user, territory, *unit));
    Ok(found.map(|(platform, name, _)| format!("{platform}, {name}")))
}

fn reaches(user: &User, territory: &Territory, unit: OrgUnitId) -> bool {
    policy::is_everywhere(user.role) || territory.covers(user.org_unit, unit)
}

/// Whose records are counted.
#[derive(Clone, Copy, Debug)]
pub enum Whose {
    /// Those that a worker recorded.
    Worker(UserId),
    /// Those that a phone sealed.
    Phone(DeviceId),
}

/// How many records there are of each kind, of those that the user's rights reach.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RecordTally)]
pub struct Tally {
    /// All.
    pub all: i64,
    /// See [`State`], as every one that follows.
    pub unchecked: i64,
    /// See [`State::Accepted`].
    pub accepted: i64,
    /// See [`State::Remarked`].
    pub remarked: i64,
    /// See [`State::Returned`].
    pub returned: i64,
    /// See [`State::Unanswered`].
    pub unanswered: i64,
    /// See [`State::Answered`].
    pub answered: i64,
    /// See [`State::Held`].
    pub held: i64,
    /// See [`State::Handover`].
    pub handover: i64,
    /// See [`State::Incomplete`].
    pub incomplete: i64,
    /// See [`State::Noticed`].
    pub noticed: i64,
    /// See [`State::Done`].
    pub done: i64,
    /// See [`State::NoVideo`].
    pub no_video: i64,
}

/// Counts records.
///
/// # Errors
/// When the database does not answer.
pub async fn tally(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    whose: Whose,
    today: NaiveDate,
) -> Result<Tally, StoreError> {
    let late = calendar::read(tx).await?.late_before(today);
    let (column, id) = match whose {
        Whose::Worker(worker) => ("worker", worker.0),
        Whose::Phone(phone) => ("device", phone.0),
    };
    let mut counts = String::from("select count(*) as \"all\"");
    for state in State::ALL {
        let (name, condition) = (state.word(), state.condition());
        counts.push_str(&format!(
            ", cast(coalesce(sum(case when {condition} then 1 else 0 end), 0) as bigint) as {name}"
        ));
    }
    let sql = format!("{counts}{FROM} where r.{column} = $2 and {UNIT} in (");
    let pieces = among!(tx, Tally, &sql, held::units(user, territory), ")", late, id).await?;
    Ok(pieces.into_iter().fold(Tally::default(), Tally::and))
}

impl Tally {
    fn and(self, more: Self) -> Self {
        Self {
            all: self.all + more.all,
            unchecked: self.unchecked + more.unchecked,
            accepted: self.accepted + more.accepted,
            remarked: self.remarked + more.remarked,
            returned: self.returned + more.returned,
            unanswered: self.unanswered + more.unanswered,
            answered: self.answered + more.answered,
            held: self.held + more.held,
            handover: self.handover + more.handover,
            incomplete: self.incomplete + more.incomplete,
            noticed: self.noticed + more.noticed,
            done: self.done + more.done,
            no_video: self.no_video + more.no_video,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;

    /// Records that await files are few among very many: whatever else is asked, the index of these alone is read.
    #[tokio::test]
    async fn what_is_awaited_is_looked_for_among_itself() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("store.db").display())).await.unwrap();
        let mut tx = store.read().await.unwrap();
        let day = "2026-11-20".parse().ok();
        let awaited = Wanted { state: Some(State::Incomplete), ..Wanted::default() };
        for (wanted, of_unit) in [
            (awaited.clone(), true),
            (awaited.clone(), false),
            (Wanted { service: "S07".parse().ok(), ..awaited.clone() }, true),
            (Wanted { service: "S07".parse().ok(), ..awaited.clone() }, false),
            (Wanted { from: day, to: day, ..awaited.clone() }, true),
            (Wanted { from: day, to: day, completions: Some(true), ..awaited.clone() }, false),
        ] {
            let unit = if of_unit { " and r.org_unit = $9" } else { "" };
            let sql = format!(
                "explain query plan select r.position, r.hash from record r where {}{unit}",
                wanted.fits()
            );
            let (worker, phone, chain, service, from, to) = wanted.bound();
            let nobody = OrgUnitId(Uuid::nil());
            let late = NaiveDate::default();
            let sql = AssertSqlSafe(sql.as_str());
            let steps = all!(
                &mut tx,
                (i64, i64, i64, String),
                sql,
                late,
                i64::MAX,
                worker,
                phone,
                chain,
                service,
                from,
                to,
                nobody
            );
            let steps: Vec<String> = steps.await.unwrap().into_iter().map(|(.., step)| step).collect();
            assert!(steps.len() == 1 && steps[0].contains("record_awaits"), "{wanted:?}: {steps:?}");
        }
    }
}
