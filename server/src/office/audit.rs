//! Who has read, changed and checked what: the access log and the journal, the newest first.
//!
//! With a reader or a family the rows come by their index. Without, the newest are looked through for those of the user's
//! units, so many in one go: a page may then be short, and says where to look on.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::due_at,
    ids::{DeviceId, FamilyId, OrgUnitId, RecordId, UserId},
    journal::{AuthorKind, Header},
    pulled::User,
};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};

use super::policy::{self, Right};
use crate::{
    all, among,
    check::policy::Territory,
    facts::Event,
    journal::{self, JournalError},
    one, opt,
    store::{StoreError, Tx},
};

/// Most entries of a page.
pub const MOST: usize = 50;
/// Rows read in one go.
const PIECE: i64 = 200;
/// Most rows that are looked through for a page.
const WINDOW: i64 = 20_000;

/// Readings or acts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = AuditWhat)]
pub enum What {
    /// The access log.
    #[default]
    Reads,
    /// The journal.
    Acts,
}

/// What is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Readings, or what was changed and checked; readings if absent.
    #[serde(default)]
    #[param(inline)]
    pub kind: What,
    /// One person only.
    #[serde(default)]
    pub by: Option<UserId>,
    /// One family only.
    #[serde(default)]
    pub family: Option<FamilyId>,
    /// From this day on, in UTC+5.
    #[serde(default)]
    pub from: Option<NaiveDate>,
    /// Up to this day.
    #[serde(default)]
    pub to: Option<NaiveDate>,
    /// Where the page before ended.
    #[serde(default)]
    pub before: Option<i64>,
}

/// A page.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = AuditPage)]
pub struct Page {
    /// The newest first.
    pub entries: Vec<Entry>,
    /// Where to look on; absent when everything was seen.
    pub next: Option<i64>,
    /// Whose acts can be asked for: the users of one's units.
    pub people: Vec<Somebody>,
}

/// A user by name.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = AuditSomebody)]
pub struct Somebody {
    /// His id.
    pub id: UserId,
    /// His name.
    pub name: String,
}

/// A reading or an act.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AuditEntry)]
pub struct Entry {
    /// Number in the access log, or position in the journal.
    pub id: i64,
    /// When.
    pub at: DateTime<Utc>,
    /// Who; absent for the system, and for who gave no name at the command line.
    pub by: Option<UserId>,
    /// His name; of a phone, its worker's.
    pub by_name: Option<String>,
    /// A phone did it, or carried it.
    pub by_phone: bool,
    /// What: a word of the access log (`family.show`), or the kind of a fact (`record.checked`).
    pub what: String,
    /// More about it, a word of a list: the reason of a look at a number, what a check said, what was decided.
    pub detail: Option<String>,
    /// About which family.
    pub family: Option<FamilyId>,
    /// Its name, if the user may see the case.
    pub family_name: Option<String>,
    /// About which record, if the user may see the case.
    pub record: Option<RecordId>,
}

/// Asks for a page as `user`, whose right to it is known.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub async fn page(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
) -> Result<Page, JournalError> {
    let reach: Option<HashSet<OrgUnitId>> =
        policy::reach(user, territory).map(|units| units.into_iter().collect());
    let mut seen = Seen { user, territory, reach, users: HashMap::new() };
    let (rows, next) = rows(tx, &mut seen, wanted).await?;
    let entries = seen.entries(tx, wanted.kind, rows).await?;
    let people = if policy::rights(user.role).contains(&Right::Audit) {
        people(tx, user, territory).await?
    } else {
        vec![Somebody { id: user.id, name: user.name.clone() }]
    };
    Ok(Page { entries, next, people })
}

/// A row of either list.
#[derive(Clone, Debug)]
pub(super) struct Row {
    id: i64,
    at: DateTime<Utc>,
    by: Option<UserId>,
    phone: Option<DeviceId>,
    family: Option<FamilyId>,
    family_unit: Option<OrgUnitId>,
    what: String,
}

#[derive(sqlx::FromRow)]
struct Reading {
    id: i64,
    at: DateTime<Utc>,
    by_user: Option<UserId>,
    family: Option<FamilyId>,
    family_unit: Option<OrgUnitId>,
    action: String,
}

#[derive(sqlx::FromRow)]
pub(super) struct Act {
    position: i64,
    at: DateTime<Utc>,
    family: Option<FamilyId>,
    family_unit: Option<OrgUnitId>,
    kind: String,
    header: String,
}

impl From<Reading> for Row {
    fn from(row: Reading) -> Self {
        let Reading { id, at, by_user: by, family, family_unit, action: what } = row;
        Self { id, at, by, phone: None, family, family_unit, what }
    }
}

impl From<Act> for Row {
    fn from(row: Act) -> Self {
        let author = serde_json::from_str::<Header>(&row.header).ok().map(|header| header.author);
        let of = |kind| author.filter(|author| author.kind == kind).and_then(|author| author.id);
        Self {
            id: row.position,
            at: row.at,
            by: of(AuthorKind::User).map(UserId),
            phone: of(AuthorKind::Device).map(DeviceId),
            family: row.family,
            family_unit: row.family_unit,
            what: row.kind,
        }
    }
}

impl Row {
    /// Number in the access log, or position in the journal.
    pub(super) fn id(&self) -> i64 {
        self.id
    }
}

/// Facts with the unit of their family.
pub(super) const ACT: &str = "select l.position, l.at, l.family, f.org_unit as family_unit, l.kind, l.header
    from journal l left join family f on f.id = l.family";

/// Facts as entries, for a user whose right to them is known.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub(super) async fn told_as(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    rows: Vec<Row>,
) -> Result<Vec<Entry>, JournalError> {
    let mut seen = Seen { user, territory, reach: None, users: HashMap::new() };
    seen.learn(tx, &rows).await?;
    seen.entries(tx, What::Acts, rows).await
}

/// Who looks, over which units his rights reach (none means all), and whom the rows name.
struct Seen<'a> {
    user: &'a User,
    territory: &'a Territory,
    reach: Option<HashSet<OrgUnitId>>,
    users: HashMap<UserId, (String, OrgUnitId)>,
}

async fn rows(
    tx: &mut Tx,
    seen: &mut Seen<'_>,
    wanted: &Wanted,
) -> Result<(Vec<Row>, Option<i64>), JournalError> {
    let lowest = match wanted.from.and_then(|day| day.pred_opt()) {
        // `due_at` is the last moment of a day.
        Some(before) => bound(tx, wanted.kind, due_at(before)).await?,
        None => 0,
    };
    let highest = match wanted.to {
        Some(to) => bound(tx, wanted.kind, due_at(to)).await?,
        None => top(tx, wanted.kind).await?,
    };
    let mut before = wanted.before.unwrap_or(i64::MAX).min(highest.saturating_add(1));
    let by_index = wanted.by.is_some() || wanted.family.is_some();
    let floor = if by_index { lowest } else { lowest.max(before.saturating_sub(WINDOW)) };
    let mut kept = Vec::new();
    loop {
        let piece = match wanted.kind {
            What::Reads => reads(tx, wanted, before, floor).await?,
            What::Acts => acts(tx, wanted, before, floor).await?,
        };
        seen.learn(tx, &piece).await?;
        let whole = piece.len() as i64 == PIECE;
        let Some(last) = piece.last().map(|row| row.id) else { break };
        for row in piece {
            if !by_index && !seen.covers(&row) {
                continue;
            }
            if kept.len() == MOST {
                let next = kept.last().map(|row: &Row| row.id);
                return Ok((kept, next));
            }
            kept.push(row);
        }
        if !whole {
            break;
        }
        before = last;
    }
    // The window is looked through; below it there may be more.
    Ok((kept, (floor > lowest).then_some(floor + 1)))
}

async fn reads(tx: &mut Tx, wanted: &Wanted, before: i64, floor: i64) -> Result<Vec<Row>, StoreError> {
    const SELECT: &str = "select l.id, l.at, l.by_user, l.family, f.org_unit as family_unit, l.action
        from access_log l left join family f on f.id = l.family where l.id < $1 and l.id > $2";
    const ORDER: &str = " order by l.id desc limit $3";
    let rows = match (wanted.by, wanted.family) {
        (Some(by), Some(family)) => {
            let sql = format!("{SELECT} and l.family = $4 and l.by_user = $5{ORDER}");
            all!(tx, Reading, AssertSqlSafe(sql.clone()), before, floor, PIECE, family, by).await?
        }
        (Some(by), None) => {
            let sql = format!("{SELECT} and l.by_user = $4{ORDER}");
            all!(tx, Reading, AssertSqlSafe(sql.clone()), before, floor, PIECE, by).await?
        }
        (None, Some(family)) => {
            let sql = format!("{SELECT} and l.family = $4{ORDER}");
            all!(tx, Reading, AssertSqlSafe(sql.clone()), before, floor, PIECE, family).await?
        }
        (None, None) => {
            let sql = format!("{SELECT}{ORDER}");
            all!(tx, Reading, AssertSqlSafe(sql.clone()), before, floor, PIECE).await?
        }
    };
    Ok(rows.into_iter().map(Row::from).collect())
}

/// Of a family all that happened, whoever caused it; else what people did.
async fn acts(tx: &mut Tx, wanted: &Wanted, before: i64, floor: i64) -> Result<Vec<Row>, StoreError> {
    const BETWEEN: &str = "where l.position < $1 and l.position > $2";
    const ORDER: &str = " order by l.position desc limit $3";
    let author = wanted.by.map(|by| by.to_string());
    let rows = match (author, wanted.family) {
        (Some(author), Some(family)) => {
            let sql = format!("{ACT} {BETWEEN} and l.family = $4 and l.author = $5{ORDER}");
            all!(tx, Act, AssertSqlSafe(sql.clone()), before, floor, PIECE, family, author).await?
        }
        (Some(author), None) => {
            let sql = format!("{ACT} {BETWEEN} and l.author = $4{ORDER}");
            all!(tx, Act, AssertSqlSafe(sql.clone()), before, floor, PIECE, author).await?
        }
        (None, Some(family)) => {
            let sql = format!("{ACT} {BETWEEN} and l.family = $4{ORDER}");
            all!(tx, Act, AssertSqlSafe(sql.clone()), before, floor, PIECE, family).await?
        }
        (None, None) => {
            let sql = format!("{ACT} {BETWEEN} and l.author is not null{ORDER}");
            all!(tx, Act, AssertSqlSafe(sql.clone()), before, floor, PIECE).await?
        }
    };
    Ok(rows.into_iter().map(Row::from).collect())
}

/// The highest number that was given.
async fn top(tx: &mut Tx, kind: What) -> Result<i64, StoreError> {
    let (top,) = match kind {
        What::Reads => one!(tx, (i64,), "select coalesce(max(id), 0) from access_log").await?,
        What::Acts => one!(tx, (i64,), "select coalesce(max(position), 0) from journal").await?,
    };
    Ok(top)
}

/// The last number that was given up to a moment: numbers are given in the order of time, so the place is halved until it
/// is found.
async fn bound(tx: &mut Tx, kind: What, at: DateTime<Utc>) -> Result<i64, StoreError> {
    let (mut low, mut high) = (0, top(tx, kind).await?);
    while low < high {
        let middle = low + (high - low + 1) / 2;
        let row = match kind {
            What::Reads => {
                opt!(tx, (DateTime<Utc>,), "select at from access_log where id = $1", middle).await?
            }
            What::Acts => {
                opt!(tx, (DateTime<Utc>,), "select at from journal where position = $1", middle).await?
            }
        };
        if row.is_some_and(|(then,)| then <= at) { low = middle } else { high = middle - 1 }
    }
    Ok(low)
}

impl Seen<'_> {
    /// Names and units of those who are named.
    async fn learn(&mut self, tx: &mut Tx, rows: &[Row]) -> Result<(), StoreError> {
        let known = &self.users;
        let new: BTreeSet<(UserId,)> = rows
            .iter()
            .filter_map(|row| row.by)
            .filter(|by| !known.contains_key(by))
            .map(|by| (by,))
            .collect();
        let new: Vec<_> = new.into_iter().collect();
        let sql = "select id, name, org_unit from app_user where id in (";
        for (id, name, unit) in among!(tx, (UserId, String, OrgUnitId), sql, new, ")").await? {
            self.users.insert(id, (name, unit));
        }
        Ok(())
    }

    /// Whether it was done by somebody of his units, or about a family of them.
    fn covers(&self, row: &Row) -> bool {
        let Some(reach) = &self.reach else { return true };
        let by = row.by.and_then(|by| self.users.get(&by)).map(|(_, unit)| *unit);
        by.into_iter().chain(row.family_unit).any(|unit| reach.contains(&unit))
    }

    async fn entries(&self, tx: &mut Tx, kind: What, rows: Vec<Row>) -> Result<Vec<Entry>, JournalError> {
        let may = |unit: Option<OrgUnitId>| {
            unit.is_some() && policy::may(self.user, Right::Case, unit, self.territory).is_ok()
        };
        let shown: BTreeSet<(FamilyId,)> = rows
            .iter()
            .filter(|row| may(row.family_unit))
            .filter_map(|row| row.family)
            .map(|family| (family,))
            .collect();
        let shown: Vec<_> = shown.into_iter().collect();
        let sql = "select h.family, coalesce(h.surname, h.given_name) from person h
            where h.relation = 'head' and h.family in (";
        let families: HashMap<FamilyId, String> =
            among!(tx, (FamilyId, String), sql, shown, ")").await?.into_iter().collect();
        let phones: BTreeSet<(DeviceId,)> =
            rows.iter().filter_map(|row| row.phone).map(|phone| (phone,)).collect();
        let phones: Vec<_> = phones.into_iter().collect();
        let sql =
            "select d.id, w.id, w.name from device d join app_user w on w.id = d.worker where d.id in (";
        let phones: HashMap<DeviceId, (UserId, String)> =
            among!(tx, (DeviceId, UserId, String), sql, phones, ")")
                .await?
                .into_iter()
                .map(|(device, worker, name)| (device, (worker, name)))
                .collect();
        let mut entries = Vec::with_capacity(rows.len());
        for row in rows {
            let (what, detail, record) = match kind {
                What::Reads => told(&row.what),
                What::Acts => said(tx, &row).await?,
            };
            let worker = row.phone.and_then(|phone| phones.get(&phone));
            let sees = may(row.family_unit);
            entries.push(Entry {
                id: row.id,
                at: row.at,
                by: row.by.or(worker.map(|(id, _)| *id)),
                by_name: row
                    .by
                    .and_then(|by| self.users.get(&by))
                    .map(|(name, _)| name.clone())
                    .or(worker.map(|(_, name)| name.clone())),
                by_phone: row.phone.is_some(),
                what,
                detail,
                family: row.family.filter(|_| sees),
                family_name: row.family.filter(|_| sees).and_then(|family| families.get(&family).cloned()),
                record: record.filter(|_| sees),
            });
        }
        Ok(entries)
    }
}

/// An entry of the access log: its word, and what follows it.
fn told(action: &str) -> (String, Option<String>, Option<RecordId>) {
    let (what, rest) = action.split_once(' ').unwrap_or((action, ""));
    let record = (what == "check.show").then(|| rest.parse().ok()).flatten();
    let detail = (what == "person.number").then(|| rest.to_owned());
    (what.to_owned(), detail, record)
}

/// A fact: its kind, and of those that say something in a word, that word.
async fn said(tx: &mut Tx, row: &Row) -> Result<(String, Option<String>, Option<RecordId>), JournalError> {
    let worded = [
        "record.checked",
        "record.decided",
        "gap.closed",
        "report.decided",
        "monitoring.round_acted",
        "monitoring.residence_checked",
        "monitoring.issue_opened",
        "monitoring.issue_acted",
        "monitoring.departure_acted",
        "device.revoked",
        "order.issued",
        "record.received",
    ];
    let mut said = (row.what.clone(), None, None);
    if !worded.contains(&row.what.as_str()) {
        return Ok(said);
    }
    let stored = journal::stored_at(tx, row.id.unsigned_abs()).await?;
    match stored.map(|stored| stored.placed()).transpose()?.flatten().map(|placed| placed.event) {
        Some(Event::RecordChecked(check)) => {
            (said.1, said.2) = (Some(check.state.to_string()), Some(check.record))
        }
        Some(Event::RecordDecided(made)) => (said.1, said.2) = (Some(made.choice.to_string()), made.record),
        Some(Event::GapClosed(closed)) => said.1 = Some(closed.reason.to_string()),
        Some(Event::ReportDecided(made)) => said.1 = Some(made.act.to_string()),
        Some(Event::RoundActed(acted)) => said.1 = Some(acted.act.to_string()),
        Some(Event::ResidenceChecked(checked)) => said.1 = Some(checked.result.to_string()),
        Some(Event::IssueOpened(opened)) => said.1 = Some(opened.what.to_string()),
        Some(Event::IssueActed(acted)) => said.1 = Some(acted.act.to_string()),
        Some(Event::DepartureActed(acted)) => said.1 = Some(acted.act.to_string()),
        Some(Event::DeviceRevoked(revoked)) => said.1 = Some(revoked.reason),
        Some(Event::OrderIssued(order)) => said.1 = Some(order.kind.to_string()),
        Some(Event::RecordReceived(received)) => said.2 = received.reading.record,
        _ => {}
    }
    Ok(said)
}

async fn people(tx: &mut Tx, user: &User, territory: &Territory) -> Result<Vec<Somebody>, StoreError> {
    let units = super::held::units(user, territory);
    let mut people =
        among!(tx, Somebody, "select id, name from app_user where org_unit in (", units, ") limit 2000")
            .await?;
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    people.dedup_by_key(|somebody| somebody.id);
    Ok(people)
}
