//! Within how many working days the three should sign: the setting as the office sees and changes it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{calendar::civil_date, problem::ProblemCode, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    office::{dated, reference::history},
    refusal::{Outcome, Refusal},
    road_map_term::{self, RoadMapTerms},
    state::AppState,
    store::{StoreError, Tx},
};

/// The term as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapTerm)]
pub struct Term {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Working days for a map that is put forward today.
    pub now: u32,
    /// What holds where nobody has said anything.
    pub default: u32,
    /// The longest.
    pub longest: u32,
    /// What was said with its first days, the earliest first.
    pub values: Vec<TermFrom>,
    /// What was changed, the newest first.
    pub history: Vec<TermChange>,
}

/// See [`Term::values`].
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapTermFrom)]
pub struct TermFrom {
    /// For maps that are put forward on this day or later.
    pub from: NaiveDate,
    /// Working days.
    pub days: u32,
}

/// A change of the term.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapTermChange)]
pub struct TermChange {
    /// Place in the journal.
    pub position: i64,
    /// For maps that are put forward on this day or later.
    pub from: NaiveDate,
    /// What was said for that day; null: taken back.
    pub days: Option<u32>,
    /// What had been said for it before.
    pub was: Option<u32>,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A term that is to hold from a day on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[schema(as = WantedRoadMapTerm)]
#[serde(deny_unknown_fields)]
pub struct WantedTerm {
    /// For maps that are put forward on this day or later.
    pub from: NaiveDate,
    /// Working days; null takes back what was said for that day.
    pub days: Option<u32>,
}

/// The term as it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx, now: DateTime<Utc>) -> Result<Term, StoreError> {
    let (known, today) = (RoadMapTerms::read(tx).await?, civil_date(now));
    let changes = history(tx, &format!("{}%", road_map_term::PREFIX)).await?;
    let change = |row: crate::office::reference::ChangeRow| {
        Some(TermChange {
            position: row.position,
            from: road_map_term::about(&row.name)?,
            days: row.value.parse().ok(),
            was: row.was.and_then(|was| was.parse().ok()),
            by_name: row.by_name,
            at: row.at,
        })
    };
    Ok(Term {
        today,
        now: known.on(today),
        default: road_map_term::DEFAULT,
        longest: road_map_term::LONGEST,
        values: known.values().map(|(from, days)| TermFrom { from, days }).collect(),
        history: changes.into_iter().filter_map(change).collect(),
    })
}

/// A term holds from a day on, or what was said for that day is taken back.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, wanted: WantedTerm) -> Outcome<()> {
    let WantedTerm { from, days } = wanted;
    if days.is_some_and(|days| days == 0 || days > road_map_term::LONGEST) {
        let what = format!("1 to {} working days", road_map_term::LONGEST);
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    let (name, prefix) = (road_map_term::setting(from), road_map_term::PREFIX);
    let wanted = dated::Wanted { prefix, name, from, value: days.map(|days| days.to_string()) };
    dated::set(state, by, wanted, |said| RoadMapTerms::of(said.pairs()).on(from).to_string()).await
}
