//! Pulled tables: what the centre has told this phone.
//!
//! Pages are staged, packed, and applied together when the last one is here: the tables always equal a completed pull. What
//! has left the scope is deleted, unless unsent work points to its family; then it is marked `gone` until that work
//! has a receipt. A line that cannot be read goes into the quarantine with its text, and what it was to replace stays.

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::Calendar,
    cursor::Kind,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    plan_state::PlanState,
    pulled::{
        Activity, Assignment, CalendarDay, Check, Consent, EvidenceCall, Family, OrgUnit, Person, Plan,
        Reason, RecordState, Row, User,
    },
    reason::Reasons,
    wire::{ChangeLine, PullEnd},
};
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection};
use uuid::Uuid;

pub use self::gathered::Gathered;
use self::table::{Words, select, single, table};
use super::{
    StoreError, home,
    quarantine::{self, Listed, Unreadable},
};

pub mod board;
mod gathered;
mod page;
mod table;

/// Source of lines in the quarantine.
pub const LINE: &str = "pulled_line";

/// One change line as it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Kind of entity.
    pub kind: Kind,
    /// Its id.
    pub id: Uuid,
    /// Journal position of the change.
    pub position: u64,
    /// The row's JSON; none: it has left the scope.
    pub row: Option<&'a str>,
}

/// Where the pull stands.
#[derive(Clone, Debug, Default, PartialEq, Eq, FromRow)]
pub struct PullState {
    /// Cursor of the last completed pull.
    pub cursor: Option<String>,
    /// Cursor of the last staged page of a pull under way.
    pub pending_cursor: Option<String>,
    /// Whether the pull under way replaces the tables.
    pub from_nothing: bool,
    /// When the last pull was completed, by the wall clock; none: never, show no screen yet.
    pub completed_at: Option<DateTime<Utc>>,
    /// How many pulls were completed.
    pub completed_count: i64,
}

impl PullState {
    /// The cursor to ask with next.
    #[must_use]
    pub fn next_cursor(&self) -> Option<&str> {
        self.pending_cursor.as_deref().or(self.cursor.as_deref())
    }
}

/// What a page came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Whether the pull is complete and the tables were changed.
    pub completed: bool,
    /// Rows written or taken away.
    pub applied: usize,
    /// Lines that could not be read.
    pub unreadable: Vec<Unreadable>,
}

/// Takes one page in. Run it in a transaction of its own: page and cursor belong together. `held` are the pages before it,
/// as far as the caller still has them.
///
/// # Errors
/// When the store fails.
pub async fn take_page(
    conn: &mut SqliteConnection,
    held: &mut Gathered,
    lines: &[Line<'_>],
    end: &PullEnd,
    now: DateTime<Utc>,
) -> Result<Page, StoreError> {
    if end.start_over {
        forget_pull(&mut *conn).await?;
    }
    let before = state(&mut *conn).await?;
    let has_all = held.has_all(before.pending_cursor.as_deref());
    if end.more {
        if has_all {
            held.hold(lines, &end.cursor);
        }
        sqlx::query("insert into pulled_page (lines) values ($1)")
            .bind(page::pack(lines)?)
            .execute(&mut *conn)
            .await?;
        sqlx::query("update pull_state set pending_cursor = $1").bind(&end.cursor).execute(conn).await?;
        return Ok(Page { completed: false, applied: 0, unreadable: Vec::new() });
    }
    let held = has_all.then(|| std::mem::take(held));
    let (applied, unreadable) = apply(&mut *conn, held, lines, before.from_nothing, now).await?;
    // Which rows came by a scope that is gone only the server can say: after one, the next pull begins from nothing.
    // (unless this one did).
    let cursor = Some(&end.cursor).filter(|_| end.gone_scopes.is_empty() || end.start_over);
    if cursor.is_none() {
        quarantine::forget(&mut *conn, LINE).await?;
    }
    sqlx::query(
        "update pull_state set cursor = $1, pending_cursor = null, from_nothing = $2, completed_at = $3,
         completed_count = completed_count + 1",
    )
    .bind(cursor)
    .bind(cursor.is_none())
    .bind(now)
    .execute(conn)
    .await?;
    Ok(Page { completed: true, applied, unreadable })
}

/// Begins the pull from nothing: the next completed one replaces the tables, which stay readable until then.
///
/// # Errors
/// When the store fails.
pub async fn forget_pull(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    sqlx::query("delete from pulled_page").execute(&mut *conn).await?;
    // Everything comes again, what could not be read too; what does not come has left the scope.
    quarantine::forget(&mut *conn, LINE).await?;
    sqlx::query("update pull_state set cursor = null, pending_cursor = null, from_nothing = 1")
        .execute(conn)
        .await?;
    Ok(())
}

/// Where the pull stands.
///
/// # Errors
/// When the store fails.
pub async fn state(conn: &mut SqliteConnection) -> Result<PullState, StoreError> {
    Ok(sqlx::query_as(
        "select cursor, pending_cursor, from_nothing, completed_at, completed_count from pull_state",
    )
    .fetch_one(conn)
    .await?)
}

/// Applies the pages that came before and the last one, which need not be staged.
async fn apply(
    conn: &mut SqliteConnection,
    before: Option<Gathered>,
    last: &[Line<'_>],
    from_nothing: bool,
    now: DateTime<Utc>,
) -> Result<(usize, Vec<Unreadable>), StoreError> {
    if from_nothing {
        for kind in Kind::ALL {
            let sql = format!("update {} set gone = 1", table(*kind));
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *conn).await?;
        }
    }
    let mut all = match before {
        Some(held) => held,
        None => Gathered::of_staged(&mut *conn).await?,
    };
    all.read(last);
    all.write(&mut *conn, now).await?;
    sqlx::query("delete from pulled_page").execute(&mut *conn).await?;
    sweep(conn).await?;
    Ok((all.applied, all.unreadable))
}

/// Takes in what could not be read when it came and can be read now: this program may be a newer one. Answers how much.
///
/// # Errors
/// When the store fails.
pub async fn retry(conn: &mut SqliteConnection) -> Result<usize, StoreError> {
    let kept: Vec<(String, String)> = sqlx::query_as(
        "select row_key, body from quarantine where source = $1 and body is not null order by row_key",
    )
    .bind(LINE)
    .fetch_all(&mut *conn)
    .await?;
    let mut taken = 0;
    for (row_key, body) in kept {
        if let Some(row) = understood(&row_key, &body) {
            let mut words = Words::default();
            words.row(row);
            words.write(&mut *conn).await?;
            quarantine::resolved(&mut *conn, LINE, &row_key).await?;
            taken += 1;
        }
    }
    Ok(taken)
}

/// A line of a kind that was unknown is kept whole, of one of a known kind only its row.
fn understood(row_key: &str, body: &str) -> Option<Row> {
    let (kind, id) = key(row_key)?;
    let line: Option<ChangeLine> = serde_json::from_str(body).ok();
    let text = match &line {
        Some(line) => line.row.as_ref()?.get(),
        None => body,
    };
    Row::read(kind, text).ok().filter(|row| row.id() == id)
}

/// Which entity a row of the quarantine is about.
fn key(row_key: &str) -> Option<(Kind, Uuid)> {
    let (kind, id) = row_key.split_once(':')?;
    Some((kind.parse().ok()?, id.parse().ok()?))
}

/// Deletes what is gone and no unsent work points to.
///
/// # Errors
/// When the store fails.
pub async fn sweep(conn: &mut SqliteConnection) -> Result<(), StoreError> {
    // Consents hang on persons, so they go first.
    for sql in [
        "delete from consent where gone = 1 and person not in
           (select id from person where family in (select family from needed_family))",
        "delete from person where gone = 1 and family not in (select family from needed_family)",
        "delete from activity where gone = 1 and family not in (select family from needed_family)",
        "delete from plan where gone = 1 and family not in (select family from needed_family)",
        "delete from assignment where gone = 1 and family not in (select family from needed_family)",
        "delete from family where gone = 1 and id not in (select family from needed_family)",
        "delete from record_state where gone = 1",
        "delete from evidence_call where gone = 1",
        "delete from record_check where gone = 1",
        "delete from calendar_day where gone = 1",
        "delete from reason_text where gone = 1",
        "delete from app_user where gone = 1",
        "delete from org_unit where gone = 1",
    ] {
        sqlx::query(sql).execute(&mut *conn).await?;
    }
    Ok(())
}

/// Everything of a kind that is in scope, by id.
///
/// # Errors
/// When the store fails.
pub async fn all(conn: &mut SqliteConnection, kind: Kind) -> Result<Listed<Row>, StoreError> {
    macro_rules! kinds {
        ($($kind:ident => $row:ident),+) => { match kind { $(Kind::$kind => {
            let Listed { rows, unreadable } = select::<$row>(conn, "where gone = 0 order by 1", &[]).await?;
            Ok(Listed { rows: rows.into_iter().map(Row::$kind).collect(), unreadable })
        })+ } };
    }
    kinds!(OrgUnit => OrgUnit, User => User, Family => Family, Person => Person, Consent => Consent,
        Assignment => Assignment, Plan => Plan, Activity => Activity, RecordState => RecordState,
        EvidenceCall => EvidenceCall, Check => Check, CalendarDay => CalendarDay, Reason => Reason)
}

/// The working-day calendar: what this program ships, above that the days that the centre has set, and whether what is due on
/// a day off moves as its settings say today.
///
/// # Errors
/// When the store fails.
pub async fn calendar(conn: &mut SqliteConnection) -> Result<Calendar, StoreError> {
    let days = select::<CalendarDay>(conn, "where gone = 0", &[]).await?;
    let moves = home::settings(conn).await?.day_off_moves;
    let calendar = Calendar::shipped().with_days(days.rows.into_iter().map(|set| (set.day, set.works)));
    Ok(calendar.with_moving([(NaiveDate::MIN, moves)]))
}

/// What the centre has said of reasons, above what this program ships.
///
/// # Errors
/// When the store fails.
pub async fn reasons(conn: &mut SqliteConnection) -> Result<Reasons, StoreError> {
    let said = select::<Reason>(conn, "where gone = 0", &[]).await?;
    Ok(Reasons::of(said.rows.into_iter().map(Reason::said)))
}

/// The families, those that are gone but still needed among them.
///
/// # Errors
/// When the store fails.
pub async fn families(conn: &mut SqliteConnection) -> Result<Listed<Family>, StoreError> {
    select(conn, "order by settlement_name, id", &[]).await
}

/// A family.
///
/// # Errors
/// When the store fails or the row cannot be read.
pub async fn family(conn: &mut SqliteConnection, id: FamilyId) -> Result<Option<Family>, StoreError> {
    single(conn, id.0).await
}

/// A user: the worker, or somebody named on his screens.
///
/// # Errors
/// As [`family`].
pub async fn user(conn: &mut SqliteConnection, id: UserId) -> Result<Option<User>, StoreError> {
    single(conn, id.0).await
}

/// A unit of the organisation.
///
/// # Errors
/// As [`family`].
pub async fn org_unit(conn: &mut SqliteConnection, id: OrgUnitId) -> Result<Option<OrgUnit>, StoreError> {
    single(conn, id.0).await
}

/// A person.
///
/// # Errors
/// As [`family`].
pub async fn person(conn: &mut SqliteConnection, id: PersonId) -> Result<Option<Person>, StoreError> {
    single(conn, id.0).await
}

/// An activity.
///
/// # Errors
/// As [`family`].
pub async fn activity(conn: &mut SqliteConnection, id: ActivityId) -> Result<Option<Activity>, StoreError> {
    single(conn, id.0).await
}

/// The members of a family, the head first.
///
/// # Errors
/// When the store fails.
pub async fn persons(conn: &mut SqliteConnection, family: FamilyId) -> Result<Listed<Person>, StoreError> {
    select(conn, "where family = $1 order by relation <> 'head', birth_date, id", &[family.0]).await
}

/// The consents of a family's members.
///
/// # Errors
/// When the store fails.
pub async fn consents(conn: &mut SqliteConnection, family: FamilyId) -> Result<Listed<Consent>, StoreError> {
    select(conn, "where person in (select id from person where family = $1) order by id", &[family.0]).await
}

/// The plans of a family, the newest version last.
///
/// # Errors
/// When the store fails.
pub async fn plans(conn: &mut SqliteConnection, family: FamilyId) -> Result<Listed<Plan>, StoreError> {
    select(conn, "where family = $1 order by version, id", &[family.0]).await
}

/// Families that left (§46): what is open of their plans is expected of nobody.
///
/// # Errors
/// When the store fails.
pub async fn departed(conn: &mut SqliteConnection) -> Result<HashSet<FamilyId>, StoreError> {
    let sql = "select distinct family from plan where state = $1";
    let rows: Vec<FamilyId> = sqlx::query_scalar(sql).bind(PlanState::Departed).fetch_all(conn).await?;
    Ok(rows.into_iter().collect())
}

/// The activities of a family in the order of Appendix 1.
///
/// # Errors
/// When the store fails.
pub async fn activities(
    conn: &mut SqliteConnection,
    family: FamilyId,
) -> Result<Listed<Activity>, StoreError> {
    select(conn, "where family = $1 order by service, id", &[family.0]).await
}

/// What became of the records of a family.
///
/// # Errors
/// When the store fails.
pub async fn record_states(
    conn: &mut SqliteConnection,
    family: FamilyId,
) -> Result<Listed<RecordState>, StoreError> {
    select(conn, "where family = $1 order by position", &[family.0]).await
}

/// What supervisors have said of a record, the earliest first.
///
/// # Errors
/// When the store fails.
pub async fn checks(conn: &mut SqliteConnection, record: RecordId) -> Result<Listed<Check>, StoreError> {
    select(conn, "where record = $1 order by checked_at, id", &[record.0]).await
}

/// Everything that went back for rework and waits for an answer, the most urgent first.
///
/// # Errors
/// When the store fails.
pub async fn returns(conn: &mut SqliteConnection) -> Result<Listed<Check>, StoreError> {
    let rest =
        "where gone = 0 and stands = 1 and state = 'returned' order by due is null, due, checked_at, id";
    select(conn, rest, &[]).await
}
