//! Assignments end by a fact, not by the calendar: what a phone holds never depends on today.
//!
//! An assignment may name a last day that is still to come. The first hour after it, [`close_past`] states it again, and
//! with that fact, dated after the last day, the family leaves the worker's phones.

use chrono::{DateTime, Utc};
use kandas_shared::{calendar::civil_date, pulled::Assignment};

use crate::{
    all,
    chance::Chance,
    facts::Event,
    journal::{self, Fact, JournalError},
    store::Store,
};

/// Most assignments closed in one transaction.
const MOST_AT_ONCE: i64 = 1_000;

/// Closes every open assignment whose last day is past at `now`; gives their number. Run hourly.
///
/// # Errors
/// When the database does not answer; what was closed before stays closed.
pub async fn close_past(
    store: &Store,
    chance: &dyn Chance,
    now: DateTime<Utc>,
) -> Result<usize, JournalError> {
    let (today, mut closed) = (civil_date(now), 0);
    loop {
        let mut tx = store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let sql = "select id, family, worker, from_day as \"from\", to_day as \"to\" from assignment
            where is_open and to_day < $1 order by id limit $2";
        let past = all!(&mut tx, Assignment, sql, today, MOST_AT_ONCE).await?;
        if past.is_empty() {
            return Ok(closed);
        }
        closed += past.len();
        let facts = past
            .into_iter()
            .map(|a| Fact { family: Some(a.family), ..Fact::by_system(Event::AssignmentSet(a)) })
            .collect();
        journal::append_locked(&mut tx, locked, chance, now, facts).await?;
        tx.commit().await?;
    }
}
