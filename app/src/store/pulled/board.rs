//! The families for lists: one row each, with everything a list or the patches of the screens need of members and
//! activities. Triggers note whose row has become stale; what is stale is put together anew from `person` and `activity`,
//! kept by [`refresh`] and, until that has run, made for each reading.

use std::collections::HashMap;

use chrono::{Datelike as _, NaiveDate};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, RecordId},
    plan_state::ActivityState,
    service::ServiceCode,
};
use sqlx::{Row as _, SqliteConnection, sqlite::SqliteRow};
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

/// A family's members and plan in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Board {
    /// Full name of its head; empty when no head is known.
    pub head: String,
    /// Its members.
    pub persons: usize,
    /// Activities that still want to be done.
    pub open: usize,
    /// The earliest due date among them.
    pub next_due: Option<NaiveDate>,
    /// Activities that this program cannot read; they stand in the quarantine.
    pub strange: usize,
    tasks: Vec<u8>,
}

/// Whether an activity still wants to be done.
#[must_use]
pub fn is_open(state: ActivityState) -> bool {
    matches!(state, ActivityState::Planned | ActivityState::InProgress | ActivityState::Captured)
}

impl Board {
    /// Its activities in the order of Appendix 1.
    pub fn tasks(&self) -> impl Iterator<Item = ActivityLine> {
        self.tasks.chunks_exact(PACKED).filter_map(unpack)
    }

    /// Open activities that were due before a day.
    #[must_use]
    pub fn overdue(&self, today: NaiveDate) -> usize {
        if self.next_due.is_none_or(|due| due >= today) {
            return 0;
        }
        let late = |task: &ActivityLine| is_late(task, today);
        self.tasks().filter(late).count()
    }

    /// How many activities it has.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tasks.len() / PACKED
    }

    /// Whether it has none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.tasks.is_empty()
    }

    fn add(&mut self, task: &ActivityLine) {
        if is_open(task.state) {
            self.open += 1;
            let due = task.due_on.filter(|_| !task.only_planned);
            self.next_due = self.next_due.into_iter().chain(due).min();
        }
        self.tasks.extend_from_slice(&pack(task));
    }

    /// Whether it says what it should: a row that was damaged is made anew.
    fn is_whole(&self) -> bool {
        self.tasks.len().is_multiple_of(PACKED)
            && self.tasks.chunks_exact(PACKED).all(|task| unpack(task).is_some())
    }
}

fn is_late(task: &ActivityLine, today: NaiveDate) -> bool {
    is_open(task.state) && !task.only_planned && task.due_on.is_some_and(|due| due < today)
}

/// All families that have members or activities.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut SqliteConnection) -> Result<HashMap<FamilyId, Board>, StoreError> {
    let sql = "select family, head, persons, open, next_due, strange, tasks from family_board
        where family not in (select family from board_stale)";
    let mut boards = HashMap::new();
    let mut damaged = Vec::new();
    for row in sqlx::query(sql).fetch_all(&mut *conn).await? {
        let family: FamilyId = row.try_get(0)?;
        match kept(&row).ok().filter(Board::is_whole) {
            Some(board) => drop(boards.insert(family, board)),
            None => damaged.push(family),
        }
    }
    for family in damaged {
        sqlx::query("insert or ignore into board_stale (family) values ($1)")
            .bind(family)
            .execute(&mut *conn)
            .await?;
    }
    boards.extend(made(conn).await?);
    Ok(boards)
}

/// Keeps the rows of the families whose members or activities have changed. Run it in a transaction.
///
/// # Errors
/// When the store fails.
pub async fn refresh(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    let boards = made(&mut *conn).await?;
    sqlx::query("delete from family_board where family in (select family from board_stale)")
        .execute(&mut *conn)
        .await?;
    for (family, board) in boards {
        sqlx::query(
            "insert into family_board (family, head, persons, open, next_due, strange, tasks)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(family)
        .bind(board.head)
        .bind(number(board.persons))
        .bind(number(board.open))
        .bind(board.next_due)
        .bind(number(board.strange))
        .bind(board.tasks)
        .execute(&mut *conn)
        .await?;
    }
    sqlx::query("delete from board_stale").execute(conn).await?;
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

/// Puts the stale families together.
async fn made(conn: &mut SqliteConnection) -> Result<HashMap<FamilyId, Board>, StoreError> {
    let stale: Vec<FamilyId> =
        sqlx::query_scalar("select family from board_stale").fetch_all(&mut *conn).await?;
    if stale.is_empty() {
        return Ok(HashMap::new());
    }
    let mut boards: HashMap<FamilyId, Board> = HashMap::with_capacity(stale.len());
    type Name = (FamilyId, Option<String>, String, Option<String>, bool);
    let sql = "select family, surname, given_name, patronymic, relation = 'head' from person
        where family in (select family from board_stale) order by id";
    let persons: Vec<Name> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
    for (family, surname, given_name, patronymic, is_head) in persons {
        let board = boards.entry(family).or_default();
        board.persons += 1;
        if is_head && board.head.is_empty() {
            let parts = [surname, Some(given_name), patronymic];
            board.head = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        }
    }
    let sql = "select family, id, person, service, coalesce(due_on, planned_on), due_on is null, state, record, done_on
        from activity where family in (select family from board_stale) order by family, service, id";
    let mut unreadable = Vec::new();
    let mut last: Option<(FamilyId, Board)> = None;
    for row in sqlx::query(sql).fetch_all(&mut *conn).await? {
        let family: FamilyId = row.try_get(0)?;
        if last.as_ref().is_none_or(|(known, _)| *known != family) {
            boards.extend(last.take());
            last = Some((family, boards.remove(&family).unwrap_or_default()));
        }
        let Some((_, board)) = &mut last else { continue };
        match activity(&row) {
            Ok(task) => board.add(&task),
            Err(problem) => {
                board.strange += 1;
                let id: Vec<u8> = row.try_get(1)?;
                let row_key = id.iter().map(|byte| format!("{byte:02x}")).collect();
                let problem = problem.to_string();
                unreadable.push(Unreadable { source: "activity".into(), row_key, problem });
            }
        }
    }
    boards.extend(last);
    quarantine::note(conn, &unreadable).await?;
    Ok(boards)
}

fn activity(row: &SqliteRow) -> Result<ActivityLine, sqlx::Error> {
    Ok(ActivityLine {
        id: row.try_get(1)?,
        person: row.try_get(2)?,
        service: row.try_get(3)?,
        due_on: row.try_get(4)?,
        only_planned: row.try_get(5)?,
        state: row.try_get(6)?,
        record: row.try_get(7)?,
        done_on: row.try_get(8)?,
    })
}

fn kept(row: &SqliteRow) -> Result<Board, sqlx::Error> {
    Ok(Board {
        head: row.try_get(1)?,
        persons: count(row.try_get(2)?),
        open: count(row.try_get(3)?),
        next_due: row.try_get(4)?,
        strange: count(row.try_get(5)?),
        tasks: row.try_get(6)?,
    })
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
