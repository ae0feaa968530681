//! The families at a glance: what a list shows of each beside its own row, read by three statements however many
//! families there are.

use std::collections::HashMap;

use chrono::NaiveDate;
use kandas_shared::{ids::FamilyId, plan_state::ActivityState};
use sqlx::SqliteConnection;

use crate::store::StoreError;

/// What a list shows of a family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Glance {
    /// Full name of its head; empty when no head is known.
    pub head: String,
    /// Its members.
    pub persons: usize,
    /// Activities that still want to be done.
    pub open: usize,
    /// Those of them that were due before today.
    pub overdue: usize,
    /// The earliest due date among them.
    pub next_due: Option<NaiveDate>,
    /// Whether an activity of it is in a state that this program does not know: read it row by row.
    pub strange: bool,
}

/// Whether an activity still wants to be done.
#[must_use]
pub fn is_open(state: ActivityState) -> bool {
    matches!(state, ActivityState::Planned | ActivityState::InProgress | ActivityState::Captured)
}

/// All families that have members or activities, with `today` as the day by which they are looked at.
///
/// # Errors
/// When the store fails.
pub async fn all(
    conn: &mut SqliteConnection,
    today: NaiveDate,
) -> Result<HashMap<FamilyId, Glance>, StoreError> {
    let mut glances: HashMap<FamilyId, Glance> = HashMap::new();
    let members: Vec<(FamilyId, i64)> =
        sqlx::query_as("select family, count(*) from person group by family").fetch_all(&mut *conn).await?;
    for (family, persons) in members {
        glances.entry(family).or_default().persons = count(persons);
    }
    type Name = (FamilyId, Option<String>, String, Option<String>);
    let sql =
        "select family, surname, given_name, patronymic from person where relation = 'head' order by id desc";
    let heads: Vec<Name> = sqlx::query_as(sql).fetch_all(&mut *conn).await?;
    for (family, surname, given_name, patronymic) in heads {
        let parts = [surname, Some(given_name), patronymic];
        glances.entry(family).or_default().head = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    }
    type Planned = (FamilyId, String, i64, i64, Option<NaiveDate>);
    let sql = "select family, state, count(*), count(*) filter (where due_on < $1), min(due_on) from activity
        group by family, state";
    let planned: Vec<Planned> = sqlx::query_as(sql).bind(today).fetch_all(conn).await?;
    for (family, state, number, overdue, next_due) in planned {
        let glance = glances.entry(family).or_default();
        match state.parse() {
            Ok(state) if is_open(state) => {
                glance.open += count(number);
                glance.overdue += count(overdue);
                glance.next_due = glance.next_due.into_iter().chain(next_due).min();
            }
            Ok(_) => {}
            Err(_) => glance.strange = true,
        }
    }
    Ok(glances)
}

fn count(number: i64) -> usize {
    usize::try_from(number).unwrap_or(0)
}
