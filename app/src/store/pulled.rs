//! Pulled tables: what the centre has told this phone.
//!
//! Pages are staged and applied together when the last one is here: the tables always equal a completed pull. What
//! has left the scope is deleted, unless unsent work points to its family; then it is marked `gone` until that work
//! has a receipt. A line that cannot be read goes into the quarantine with its text, and what it was to replace stays.

use chrono::{DateTime, Utc};
use kandas_shared::{
    cursor::Kind,
    ids::{ActivityId, FamilyId, PersonId, UserId},
    pulled::{
        Activity, Assignment, Consent, EvidenceCall, Family, OrgUnit, Person, Plan, RecordState, Row, User,
    },
    wire::{ChangeLine, PullEnd},
};
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use super::{
    StoreError,
    quarantine::{self, Listed, Unreadable, readable},
};

/// Source of lines in the quarantine.
pub const LINE: &str = "pulled_line";

/// One change line as it came.
#[derive(Clone, Debug)]
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

/// Takes one page in. Run it in a transaction of its own: page and cursor belong together.
///
/// # Errors
/// When the store fails.
pub async fn take_page(
    conn: &mut SqliteConnection,
    lines: &[Line<'_>],
    end: &PullEnd,
    now: DateTime<Utc>,
) -> Result<Page, StoreError> {
    if end.start_over {
        forget_pull(&mut *conn).await?;
    }
    for line in lines {
        sqlx::query("insert into pulled_line (kind, id, position, body) values ($1, $2, $3, $4)")
            .bind(line.kind)
            .bind(line.id)
            .bind(i64::try_from(line.position).unwrap_or(i64::MAX))
            .bind(line.row)
            .execute(&mut *conn)
            .await?;
    }
    if end.more {
        sqlx::query("update pull_state set pending_cursor = $1").bind(&end.cursor).execute(conn).await?;
        return Ok(Page { completed: false, applied: 0, unreadable: Vec::new() });
    }
    let (applied, unreadable) = apply(&mut *conn, now).await?;
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
    sqlx::query("delete from pulled_line").execute(&mut *conn).await?;
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

#[derive(FromRow)]
struct Staged {
    number: i64,
    kind: Kind,
    id: Uuid,
    body: Option<String>,
}

async fn apply(
    conn: &mut SqliteConnection,
    now: DateTime<Utc>,
) -> Result<(usize, Vec<Unreadable>), StoreError> {
    if state(&mut *conn).await?.from_nothing {
        for kind in Kind::ALL {
            let sql = format!("update {} set gone = 1", table(*kind));
            sqlx::query(AssertSqlSafe(sql)).execute(&mut *conn).await?;
        }
    }
    let (mut applied, mut unreadable, mut after) = (0, Vec::new(), 0_i64);
    loop {
        let lines: Vec<Staged> = sqlx::query_as(
            "select number, kind, id, body from pulled_line where number > $1 order by number limit 500",
        )
        .bind(after)
        .fetch_all(&mut *conn)
        .await?;
        let Some(last) = lines.last() else { break };
        after = last.number;
        for line in lines {
            match apply_line(&mut *conn, &line, now).await? {
                None => applied += 1,
                Some(row) => unreadable.push(row),
            }
        }
    }
    sqlx::query("delete from pulled_line").execute(&mut *conn).await?;
    sweep(conn).await?;
    Ok((applied, unreadable))
}

async fn apply_line(
    conn: &mut SqliteConnection,
    line: &Staged,
    now: DateTime<Utc>,
) -> Result<Option<Unreadable>, StoreError> {
    let row_key = format!("{}:{}", line.kind, line.id);
    let problem = match line.body.as_deref().map(|body| Row::read(line.kind, body)) {
        None => {
            // Record states are named by the first half of their hash.
            let sql = match line.kind {
                Kind::RecordState => {
                    "update record_state set gone = 1 where substr(hash, 1, 16) = $1".to_owned()
                }
                kind => format!("update {} set gone = 1 where id = $1", table(kind)),
            };
            sqlx::query(AssertSqlSafe(sql)).bind(line.id).execute(&mut *conn).await?;
            None
        }
        Some(Ok(row)) if row.id() == line.id => {
            put(&mut *conn, &row).await?;
            None
        }
        Some(Ok(_)) => Some("the row is not the one the line names".to_owned()),
        Some(Err(error)) => Some(error.to_string()),
    };
    let Some(problem) = problem else {
        quarantine::resolved(conn, LINE, &row_key).await?;
        return Ok(None);
    };
    let row = Unreadable { source: LINE.into(), row_key, problem };
    quarantine::add(conn, &row, line.body.as_deref(), now).await?;
    Ok(Some(row))
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
            put(&mut *conn, &row).await?;
            quarantine::resolved(&mut *conn, LINE, &row_key).await?;
            taken += 1;
        }
    }
    Ok(taken)
}

/// A line of a kind that was unknown is kept whole, of one of a known kind only its row.
fn understood(row_key: &str, body: &str) -> Option<Row> {
    let (kind, id) = row_key.split_once(':')?;
    let (kind, id): (Kind, Uuid) = (kind.parse().ok()?, id.parse().ok()?);
    let line: Option<ChangeLine> = serde_json::from_str(body).ok();
    let text = match &line {
        Some(line) => line.row.as_ref()?.get(),
        None => body,
    };
    Row::read(kind, text).ok().filter(|row| row.id() == id)
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
        EvidenceCall => EvidenceCall)
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

async fn select<T: Table>(
    conn: &mut SqliteConnection,
    rest: &str,
    binds: &[Uuid],
) -> Result<Listed<T>, StoreError> {
    let sql = format!("{} {rest}", T::SELECT);
    let mut query = sqlx::query(AssertSqlSafe(sql));
    for bind in binds {
        query = query.bind(*bind);
    }
    let rows = query.fetch_all(&mut *conn).await?;
    readable(conn, T::NAME, &rows).await
}

async fn single<T: Table>(conn: &mut SqliteConnection, id: Uuid) -> Result<Option<T>, StoreError> {
    let mut listed = select::<T>(conn, "where id = $1", &[id]).await?;
    match listed.unreadable.pop() {
        Some(row) => Err(StoreError::Unreadable(T::NAME, row.problem)),
        None => Ok(listed.rows.pop()),
    }
}

/// A pulled type and its table.
trait Table: for<'r> FromRow<'r, SqliteRow> {
    const NAME: &'static str;
    const SELECT: &'static str;
}

macro_rules! mark {
    ($column:literal) => {
        "?, "
    };
}

macro_rules! tables {
    ($($kind:ident = $row:ident in $table:literal key $key:literal { $($field:ident $column:literal),+ })+) => {
        $(impl Table for $row {
            const NAME: &'static str = $table;
            const SELECT: &'static str =
                concat!("select ", $($column, ", ",)+ "lower(hex(", $key, ")) as row_key from ", $table);
        })+

        fn table(kind: Kind) -> &'static str {
            match kind { $(Kind::$kind => $table),+ }
        }

        /// Writes a row; one with the same key is replaced.
        async fn put(conn: &mut SqliteConnection, row: &Row) -> Result<(), StoreError> {
            match row {
                $(Row::$kind(row) => {
                    sqlx::query(concat!(
                        "insert into ", $table, " (", $($column, ", ",)+ "gone) values (", $(mark!($column),)+
                        "0) on conflict (", $key, ") do update set ", $($column, " = excluded.", $column, ", ",)+
                        "gone = 0"
                    ))
                    $(.bind(&row.$field))+
                    .execute(conn)
                    .await?;
                })+
            }
            Ok(())
        }
    };
}

tables! {
    OrgUnit = OrgUnit in "org_unit" key "id" {
        id "id", parent "parent", kind "kind", kato "kato", name_kk "name_kk", name_ru "name_ru"
    }
    User = User in "app_user" key "id" {
        id "id", org_unit "org_unit", login "login", role "role", name "name", language "language", active "active"
    }
    Family = Family in "family" key "id" {
        id "id", org_unit "org_unit", settlement_kato "settlement_kato", settlement_name "settlement_name",
        rural "rural", quota_date "quota_date", arrived_on "arrived_on", address "address", phone "phone",
        latitude "latitude", longitude "longitude"
    }
    Person = Person in "person" key "id" {
        id "id", family "family", surname "surname", given_name "given_name", patronymic "patronymic",
        latin_name "latin_name", iin "iin", birth_date "birth_date", sex "sex", relation "relation", phone "phone"
    }
    Consent = Consent in "consent" key "id" {
        id "id", person "person", state "state", given_on "given_on", basis "basis"
    }
    Assignment = Assignment in "assignment" key "id" {
        id "id", family "family", worker "worker", from "\"from\"", to "\"to\""
    }
    Plan = Plan in "plan" key "id" {
        id "id", family "family", version "version", state "state", published_on "published_on"
    }
    Activity = Activity in "activity" key "id" {
        id "id", plan "plan", family "family", person "person", service "service", planned_on "planned_on",
        due_on "due_on", state "state", record "record", done_on "done_on"
    }
    RecordState = RecordState in "record_state" key "hash" {
        hash "hash", record "record", family "family", activity "activity", worker "worker", device "device",
        verdict "verdict", reason "reason", position "position", received_at "received_at",
        check_state "check_state", check_due "check_due"
    }
    EvidenceCall = EvidenceCall in "evidence_call" key "id" {
        id "id", worker "worker", reason "reason", called_at "called_at"
    }
}
