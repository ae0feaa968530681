//! The families for lists: one row each, with everything a list or the patches of the screens need of members and
//! activities. Triggers note whose row has become stale; what is stale is put together anew from `person` and `activity`,
//! kept by [`refresh`] and, until that has run, made for each reading.

use std::{collections::HashMap, fmt::Display, str::FromStr};

use chrono::{Datelike as _, NaiveDate};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    plan_state::ActivityState,
    pulled::{Activity, Person, Relation},
    service::ServiceCode,
};
use sqlx::{AssertSqlSafe, Row as _, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::store::{
    StoreError,
    quarantine::{self, Unreadable},
};

/// An activity, as a list needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityLine {
    /// Id.
    pub id: ActivityId,
    /// For whom.
    pub person: PersonId,
    /// Which service.
    pub service: ServiceCode,
    /// Due date, or the planned one where there is none.
    pub due_on: Option<NaiveDate>,
    /// Whether that is only the planned one.
    pub only_planned: bool,
    /// State on the server.
    pub state: ActivityState,
    /// The record that counts.
    pub record: Option<RecordId>,
    /// Day of completion.
    pub done_on: Option<NaiveDate>,
}

/// A family's members and plan at a glance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// Full name of its head; empty when no head is known.
    pub head: String,
    /// Its members.
    pub persons: usize,
    /// Activities that still want to be done.
    pub open: usize,
    /// Activities that this program cannot read; they stand in the quarantine.
    pub strange: usize,
    /// Days on which open activities are due, in order; days of the common era.
    dues: Vec<i32>,
}

impl Glance {
    /// Open activities that were due before a day.
    #[must_use]
    pub fn overdue(&self, today: NaiveDate) -> usize {
        let today = today.num_days_from_ce();
        self.dues.partition_point(|due| *due < today)
    }

    /// The earliest due date of an open activity.
    #[must_use]
    pub fn next_due(&self) -> Option<NaiveDate> {
        self.dues.first().and_then(|day| NaiveDate::from_num_days_from_ce_opt(*day))
    }

    /// One member more; of several heads the first one counts.
    fn add_person<'a>(&mut self, name: impl FnOnce() -> [Option<&'a str>; 3], is_head: bool) {
        self.persons += 1;
        if is_head && self.head.is_empty() {
            self.head = name().into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
    }

    /// One activity more; the days are put in order when all are here.
    fn add_task(&mut self, task: &ActivityLine) {
        if is_open(task.state) {
            self.open += 1;
            self.dues.extend(task.due_on.filter(|_| !task.only_planned).map(|due| due.num_days_from_ce()));
        }
    }
}

/// A family's activities, packed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tasks {
    packed: Vec<u8>,
}

impl Tasks {
    /// In the order of Appendix 1.
    pub fn lines(&self) -> impl Iterator<Item = ActivityLine> {
        self.packed.chunks_exact(PACKED).filter_map(unpack)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.packed.len() / PACKED
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.packed.is_empty()
    }

    fn is_whole(&self) -> bool {
        self.packed.len().is_multiple_of(PACKED) && self.lines().count() == self.len()
    }
}

/// Whether an activity still wants to be done.
#[must_use]
pub fn is_open(state: ActivityState) -> bool {
    matches!(state, ActivityState::Planned | ActivityState::InProgress | ActivityState::Captured)
}

/// All families that have members or activities, at a glance.
///
/// # Errors
/// When the store fails.
pub async fn glances(conn: &mut SqliteConnection) -> Result<HashMap<FamilyId, Glance>, StoreError> {
    let sql = "select family, head, persons, open, strange, dues from family_board
        where family not in (select family from board_stale)";
    let mut glances = HashMap::new();
    let mut damaged = Vec::new();
    for row in sqlx::query(sql).fetch_all(&mut *conn).await? {
        let family: FamilyId = row.try_get(0)?;
        match glance(&row)? {
            Some(glance) => drop(glances.insert(family, glance)),
            None => damaged.push(family),
        }
    }
    doubt(&mut *conn, &damaged).await?;
    glances.extend(made(conn).await?.into_iter().map(|(family, (glance, _))| (family, glance)));
    Ok(glances)
}

/// The activities of all families, and how many this program cannot read.
///
/// # Errors
/// When the store fails.
pub async fn tasks(conn: &mut SqliteConnection) -> Result<(HashMap<FamilyId, Tasks>, usize), StoreError> {
    let sql = "select family, tasks from family_tasks where family not in (select family from board_stale)";
    let kept: Vec<(FamilyId, Vec<u8>)> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
    let mut all = HashMap::with_capacity(kept.len());
    let mut damaged = Vec::new();
    for (family, packed) in kept {
        let tasks = Tasks { packed };
        match tasks.is_whole() {
            true => drop(all.insert(family, tasks)),
            false => damaged.push(family),
        }
    }
    doubt(&mut *conn, &damaged).await?;
    let sql = "select coalesce(sum(strange), 0) from family_board
        where family not in (select family from board_stale)";
    let mut strange = count(sqlx::query_scalar(sql).fetch_one(&mut *conn).await?);
    for (family, (glance, tasks)) in made(conn).await? {
        strange += glance.strange;
        all.insert(family, tasks);
    }
    Ok((all, strange))
}

/// Rows that were damaged are made anew.
async fn doubt(conn: &mut SqliteConnection, families: &[FamilyId]) -> Result<(), StoreError> {
    for family in families {
        sqlx::query("insert or ignore into board_stale (family) values ($1)")
            .bind(family)
            .execute(&mut *conn)
            .await?;
    }
    Ok(())
}

/// Keeps the rows of the families whose members or activities have changed. Run it in a transaction.
///
/// # Errors
/// When the store fails.
pub async fn refresh(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let boards = made(&mut *conn).await?;
    keep(conn, &boards).await
}

/// From here on new members and activities make nothing stale, until [`keep_first`], which belongs to the same
/// transaction.
pub(super) async fn hold_back(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("insert into board_held (held) values (1)").execute(conn).await?;
    Ok(())
}

/// Keeps the rows of families of which nothing was known before, made of these members and activities, in the order of
/// their keys, instead of reading them again.
pub(super) async fn keep_first(
    conn: &mut SqliteConnection,
    persons: impl Iterator<Item = &Person>,
    activities: impl Iterator<Item = &Activity>,
) -> Result<(), StoreError> {
    let mut boards = Made::new();
    for person in persons {
        let (glance, _) = boards.entry(person.family).or_default();
        let name = || [person.surname.as_deref(), Some(&person.given_name), person.patronymic.as_deref()];
        glance.add_person(name, person.relation == Relation::Head);
    }
    let mut plans: HashMap<FamilyId, Vec<&Activity>> = HashMap::new();
    for activity in activities {
        plans.entry(activity.family).or_default().push(activity);
    }
    for (family, mut plan) in plans {
        plan.sort_by_key(|activity| activity.service);
        let (glance, tasks) = boards.entry(family).or_default();
        for activity in plan {
            let task = ActivityLine {
                id: activity.id,
                person: activity.person,
                service: activity.service,
                due_on: activity.due_on.or(activity.planned_on),
                only_planned: activity.due_on.is_none(),
                state: activity.state,
                record: activity.record,
                done_on: activity.done_on,
            };
            glance.add_task(&task);
            tasks.packed.extend_from_slice(&pack(&task));
        }
    }
    for (glance, _) in boards.values_mut() {
        glance.dues.sort_unstable();
    }
    sqlx::query("delete from board_held").execute(&mut *conn).await?;
    keep(conn, &boards).await
}

/// Rows of one statement.
const TOGETHER: usize = 64;

/// Keeps these rows for all that are stale.
async fn keep(conn: &mut SqliteConnection, boards: &Made) -> Result<(), StoreError> {
    for sql in [
        "delete from family_board where family in (select family from board_stale)",
        "delete from family_tasks where family in (select family from board_stale)",
        "delete from board_stale",
    ] {
        sqlx::query(sql).execute(&mut *conn).await?;
    }
    let mut families: Vec<_> = boards.iter().collect();
    families.sort_unstable_by_key(|(family, _)| **family);
    for some in families.chunks(TOGETHER) {
        let rows = |marks: &str| vec![marks; some.len()].join(",");
        let sql = "insert into family_board (family, head, persons, open, strange, dues) values ";
        let mut query = sqlx::query(AssertSqlSafe(format!("{sql}{}", rows("(?,?,?,?,?,?)"))));
        for (family, (glance, _)) in some {
            let dues = glance.dues.iter().flat_map(|due| due.to_le_bytes());
            query =
                query.bind(family).bind(&glance.head).bind(number(glance.persons)).bind(number(glance.open));
            query = query.bind(number(glance.strange)).bind(dues.collect::<Vec<u8>>());
        }
        query.execute(&mut *conn).await?;
        let sql = format!("insert into family_tasks (family, tasks) values {}", rows("(?,?)"));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for (family, (_, tasks)) in some {
            query = query.bind(family).bind(&tasks.packed);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

/// What could not be read is looked at anew: this program may be a newer one.
///
/// # Errors
/// When the store fails.
pub async fn look_anew(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query(
        "insert or ignore into board_stale (family) select family from family_board where strange > 0",
    )
    .execute(conn)
    .await?;
    Ok(())
}

type Made = HashMap<FamilyId, (Glance, Tasks)>;

/// Puts the stale families together.
async fn made(conn: &mut SqliteConnection) -> Result<Made, StoreError> {
    let any: bool =
        sqlx::query_scalar("select exists (select 1 from board_stale)").fetch_one(&mut *conn).await?;
    let mut boards = Made::new();
    if !any {
        return Ok(boards);
    }
    type Name = (FamilyId, Option<String>, String, Option<String>, bool);
    let sql = "select family, surname, given_name, patronymic, relation = 'head' from person
        where family in (select family from board_stale) order by id";
    let persons: Vec<Name> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
    for (family, surname, given_name, patronymic, is_head) in persons {
        let (glance, _) = boards.entry(family).or_default();
        let name = || [surname.as_deref(), Some(&given_name), patronymic.as_deref()];
        glance.add_person(name, is_head);
    }
    // One row a family: SQLite puts the text together faster than rows travel.
    let sql = "select family, group_concat(line, char(10)) from (
            select family, hex(id) || '|' || hex(person) || '|' || service || '|' || coalesce(due_on, '') || '|'
                || coalesce(planned_on, '') || '|' || state || '|' || coalesce(hex(record), '') || '|'
                || coalesce(done_on, '') as line
            from activity where family in (select family from board_stale) order by family, service, id)
        group by family";
    let plans: Vec<(FamilyId, String)> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
    let mut unreadable = Vec::new();
    for (family, plan) in plans {
        let (glance, tasks) = boards.entry(family).or_default();
        for line in plan.lines() {
            match activity(line) {
                Ok(task) => {
                    glance.add_task(&task);
                    tasks.packed.extend_from_slice(&pack(&task));
                }
                Err(problem) => {
                    glance.strange += 1;
                    let row_key = line.split('|').next().unwrap_or_default().to_lowercase();
                    unreadable.push(Unreadable { source: "activity".into(), row_key, problem });
                }
            }
        }
    }
    for (glance, _) in boards.values_mut() {
        glance.dues.sort_unstable();
    }
    quarantine::note(conn, &unreadable).await?;
    Ok(boards)
}

/// An activity from the text of its row.
fn activity(line: &str) -> Result<ActivityLine, String> {
    fn value<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<T, String> {
        text.parse().map_err(|error| format!("{column}: {error}"))
    }
    fn some<T: FromStr<Err: Display>>(column: &str, text: &str) -> Result<Option<T>, String> {
        Some(text).filter(|text| !text.is_empty()).map(|text| value(column, text)).transpose()
    }
    let mut fields = line.split('|');
    let mut next = || fields.next().unwrap_or_default();
    let (id, person, service) = (next(), next(), next());
    let (due_on, planned_on, state, record, done_on) = (next(), next(), next(), next(), next());
    let due: Option<NaiveDate> = some("due_on", due_on)?;
    Ok(ActivityLine {
        id: value("id", id)?,
        person: value("person", person)?,
        service: value("service", service)?,
        due_on: due.or(some("planned_on", planned_on)?),
        only_planned: due.is_none(),
        state: value("state", state)?,
        record: some("record", record)?,
        done_on: some("done_on", done_on)?,
    })
}

/// None when its dates are not as they were written.
fn glance(row: &SqliteRow) -> Result<Option<Glance>, sqlx::Error> {
    let (dues, rest) = row.try_get::<&[u8], _>(5)?.as_chunks();
    let dues: Vec<i32> = dues.iter().map(|day| i32::from_le_bytes(*day)).collect();
    let are_days = NaiveDate::MIN.num_days_from_ce()..=NaiveDate::MAX.num_days_from_ce();
    if !rest.is_empty() || !dues.iter().all(|day| are_days.contains(day)) {
        return Ok(None);
    }
    Ok(Some(Glance {
        head: row.try_get(1)?,
        persons: count(row.try_get(2)?),
        open: count(row.try_get(3)?),
        strange: count(row.try_get(4)?),
        dues,
    }))
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Bytes of a packed activity: id, person, service by its number in Appendix 1, state by its place among all, flags
/// (1: only planned), due date, record, day of completion. Dates are days of the common era, 0 for none; no record is
/// the nil id.
const PACKED: usize = 16 + 16 + 1 + 1 + 1 + 4 + 16 + 4;

fn pack(task: &ActivityLine) -> [u8; PACKED] {
    let state = ActivityState::ALL.iter().position(|state| *state == task.state);
    let day = |on: Option<NaiveDate>| on.map_or(0, |on| on.num_days_from_ce()).to_le_bytes();
    let mut packed = [0; PACKED];
    packed[..16].copy_from_slice(task.id.0.as_bytes());
    packed[16..32].copy_from_slice(task.person.0.as_bytes());
    packed[32] = task.service.number();
    packed[33] = state.and_then(|place| u8::try_from(place).ok()).unwrap_or(u8::MAX);
    packed[34] = u8::from(task.only_planned);
    packed[35..39].copy_from_slice(&day(task.due_on));
    packed[39..55].copy_from_slice(task.record.map_or(Uuid::nil(), |record| record.0).as_bytes());
    packed[55..].copy_from_slice(&day(task.done_on));
    packed
}

fn unpack(packed: &[u8]) -> Option<ActivityLine> {
    let id = |at: usize| Some(Uuid::from_bytes(packed.get(at..at + 16)?.try_into().ok()?));
    let day = |at: usize| -> Option<Option<NaiveDate>> {
        match i32::from_le_bytes(packed.get(at..at + 4)?.try_into().ok()?) {
            0 => Some(None),
            days => NaiveDate::from_num_days_from_ce_opt(days).map(Some),
        }
    };
    Some(ActivityLine {
        id: ActivityId(id(0)?),
        person: PersonId(id(16)?),
        service: ServiceCode::from_number(*packed.get(32)?)?,
        state: *ActivityState::ALL.get(usize::from(*packed.get(33)?))?,
        only_planned: *packed.get(34)? == 1,
        due_on: day(35)?,
        record: Some(id(39)?).filter(|record| !record.is_nil()).map(RecordId),
        done_on: day(55)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_activity_comes_out_as_it_went_in() {
        let day = |text: &str| text.parse::<NaiveDate>().ok();
        let mut task = ActivityLine {
            id: ActivityId(Uuid::from_u128(1)),
            person: PersonId(Uuid::from_u128(2)),
            service: ServiceCode::S25,
            due_on: day("2026-11-24"),
            only_planned: true,
            state: ActivityState::Corrected,
            record: Some(RecordId(Uuid::from_u128(3))),
            done_on: day("1999-12-31"),
        };
        assert_eq!(unpack(&pack(&task)), Some(task.clone()));
        (task.due_on, task.record, task.done_on, task.only_planned) = (None, None, None, false);
        task.state = ActivityState::Planned;
        assert_eq!(unpack(&pack(&task)), Some(task.clone()));
        for (at, wrong) in [(32, 0), (32, 26), (33, 200)] {
            let mut damaged = pack(&task);
            damaged[at] = wrong;
            assert_eq!(unpack(&damaged), None, "{at}");
        }
        assert_eq!(unpack(&pack(&task)[1..]), None);
    }
}
