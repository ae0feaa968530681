//! The pulled types and their tables: reading rows, and writing many of them with few statements.

use std::collections::BTreeMap;

use kandas_shared::{
    cursor::Kind,
    pulled::{
        Activity, Assignment, CalendarDay, Check, Consent, EvidenceCall, Family, OrgUnit, Person, Plan,
        Reason, RecordState, Row, User,
    },
};
use sqlx::{AssertSqlSafe, FromRow, SqliteConnection, sqlite::SqliteRow};
use uuid::Uuid;

use crate::store::{
    StoreError,
    quarantine::{Listed, readable},
};

/// Rows of one statement: as many as there are go out by the large number, what is left by the smaller ones, so that few
/// texts need planning.
const TOGETHER: [usize; 3] = [256, 16, 1];

pub(super) async fn select<T: Table>(
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

pub(super) async fn single<T: Table>(conn: &mut SqliteConnection, id: Uuid) -> Result<Option<T>, StoreError> {
    let mut listed = select::<T>(conn, "where id = $1", &[id]).await?;
    match listed.unreadable.pop() {
        Some(row) => Err(StoreError::Unreadable(T::NAME, row.problem)),
        None => Ok(listed.rows.pop()),
    }
}

/// A pulled type and its table.
pub(super) trait Table: Sized + for<'r> FromRow<'r, SqliteRow> {
    const NAME: &'static str;
    const SELECT: &'static str;
    /// Writes rows; those with the same key are replaced. No key may come twice.
    async fn put(conn: &mut SqliteConnection, rows: &[&Self]) -> Result<(), StoreError>;
}

macro_rules! mark {
    ($column:literal) => {
        "?,"
    };
}

macro_rules! tables {
    ($($kind:ident = $row:ident in $table:literal key $key:literal { $($field:ident $column:literal),+ })+) => {
        $(impl Table for $row {
            const NAME: &'static str = $table;
            const SELECT: &'static str =
                concat!("select ", $($column, ", ",)+ "lower(hex(", $key, ")) as row_key from ", $table);

            async fn put(conn: &mut SqliteConnection, rows: &[&Self]) -> Result<(), StoreError> {
                const ROW: &str = concat!("(", $(mark!($column),)+ "0)");
                for rows in together(rows) {
                    let sql = format!(
                        concat!(
                            "insert into ", $table, " (", $($column, ", ",)+ "gone) values {}{} on conflict (", $key,
                            ") do update set ", $($column, " = excluded.", $column, ", ",)+ "gone = 0"
                        ),
                        ROW,
                        format!(",{ROW}").repeat(rows.len() - 1),
                    );
                    let mut query = sqlx::query(AssertSqlSafe(sql));
                    for row in rows {
                        query = query$(.bind(&row.$field))+;
                    }
                    query.execute(&mut *conn).await?;
                }
                Ok(())
            }
        })+

        pub(super) fn table(kind: Kind) -> &'static str {
            match kind { $(Kind::$kind => $table),+ }
        }

        /// Of entities of any kind the last word: a row, or that it is gone.
        #[derive(Debug, Default)]
        #[expect(non_snake_case, reason = "a list for each type")]
        pub(super) struct Words { $($row: BTreeMap<Uuid, Option<$row>>),+ }

        impl Words {
            pub(super) fn row(&mut self, row: Row) {
                let id = row.id();
                match row { $(Row::$kind(row) => drop(self.$row.insert(id, Some(row)))),+ }
            }

            pub(super) fn gone(&mut self, kind: Kind, id: Uuid) {
                match kind { $(Kind::$kind => drop(self.$row.insert(id, None))),+ }
            }

            pub(super) fn has(&self, kind: Kind, id: Uuid) -> bool {
                match kind { $(Kind::$kind => self.$row.contains_key(&id)),+ }
            }

            pub(super) fn len(&self) -> usize {
                [$(self.$row.len()),+].iter().sum()
            }

            /// Writes all of it; rows with the same key are replaced, ids that are not there are gone already.
            pub(super) async fn write(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
                $(
                    let rows: Vec<&$row> = self.$row.values().flatten().collect();
                    <$row as Table>::put(&mut *conn, &rows).await?;
                    let gone = self.$row.iter().filter(|(_, row)| row.is_none()).map(|(id, _)| *id);
                    set_gone(&mut *conn, Kind::$kind, &gone.collect::<Vec<_>>()).await?;
                )+
                Ok(())
            }
        }
    };
}

/// Cuts rows into pieces of a few lengths.
fn together<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let length = TOGETHER.into_iter().find(|length| *length <= rows.len())?;
        let (piece, rest) = rows.split_at(length);
        rows = rest;
        Some(piece)
    })
}

/// Marks rows as gone; ids that are not there change nothing.
async fn set_gone(conn: &mut SqliteConnection, kind: Kind, ids: &[Uuid]) -> Result<(), StoreError> {
    // Record states are named by the first half of their hash.
    let key = if kind == Kind::RecordState { "substr(hash, 1, 16)" } else { "id" };
    for ids in together(ids) {
        let marks = ",?".repeat(ids.len() - 1);
        let sql = format!("update {} set gone = 1 where {key} in (?{marks})", table(kind));
        let mut query = sqlx::query(AssertSqlSafe(sql));
        for id in ids {
            query = query.bind(*id);
        }
        query.execute(&mut *conn).await?;
    }
    Ok(())
}

impl Words {
    /// Members and activities of families, in the order of their keys.
    pub(super) fn of_families(&self) -> (impl Iterator<Item = &Person>, impl Iterator<Item = &Activity>) {
        (self.Person.values().flatten(), self.Activity.values().flatten())
    }
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
    Check = Check in "record_check" key "id" {
        id "id", record "record", hash "hash", family "family", activity "activity", state "state", stands "stands",
        evidence "evidence", reason "reason", text "text", due "due", checker "checker",
        checker_name "checker_name", checker_role "checker_role", checked_at "checked_at", answered_by "answered_by"
    }
    CalendarDay = CalendarDay in "calendar_day" key "id" {
        id "id", day "day", works "works"
    }
    Reason = Reason in "reason_text" key "id" {
        id "id", list "list", code "code", from "\"from\"", kk "kk", ru "ru", en "en", offered "offered"
    }
}
