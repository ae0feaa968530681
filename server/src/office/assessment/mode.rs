//! The reading of totals as a setting with days: what holds, what was set, and who changed it when.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{assessment::AssessmentMode, calendar::civil_date, problem::ProblemCode, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    all,
    assessment_mode::{self, Modes},
    journal,
    office::reference,
    opt,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

/// Most entries of a history.
const HISTORY: usize = 200;

/// How totals are read.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentModes)]
pub struct All {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// What may be chosen, the default first.
    pub modes: Vec<AssessmentMode>,
    /// What holds for a quarter that ends today.
    pub now: AssessmentMode,
    /// What was set, the earliest first.
    pub values: Vec<Since>,
    /// What was changed, the newest first.
    pub history: Vec<Change>,
}

/// A reading with its first day.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentModeFrom)]
pub struct Since {
    /// For quarters that end on this day or later.
    pub from: NaiveDate,
    /// Which.
    pub mode: AssessmentMode,
}

/// A change of the reading.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = AssessmentModeChange)]
pub struct Change {
    /// Place in the journal.
    pub position: i64,
    /// For quarters that end on this day or later.
    pub from: NaiveDate,
    /// What holds on that day since then.
    pub mode: AssessmentMode,
    /// What held on it before.
    pub was: AssessmentMode,
    /// Whether it was taken back.
    pub taken_back: bool,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A reading that is to hold from a day on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedAssessmentMode)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// For quarters that end on this day or later.
    pub from: NaiveDate,
    /// Which; null takes back what was said for that day.
    pub mode: Option<AssessmentMode>,
}

/// How it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx, now: DateTime<Utc>) -> Result<All, StoreError> {
    let (today, known) = (civil_date(now), Modes::read(tx).await?);
    Ok(All {
        today,
        modes: AssessmentMode::ALL.to_vec(),
        now: known.on(today),
        values: known.values().map(|(from, mode)| Since { from, mode }).collect(),
        history: history(tx).await?,
    })
}

#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    name: String,
    value: String,
    by_name: Option<String>,
    at: DateTime<Utc>,
}

/// What held before and after each change follows from those before it.
async fn history(tx: &mut Tx) -> Result<Vec<Change>, StoreError> {
    let sql = "select c.position, c.name, c.value, u.name as by_name, c.at from setting_change c
        left join app_user u on u.id = c.by_user where c.name like 'assessment.mode.%' order by c.position";
    let mut set: BTreeMap<String, String> = BTreeMap::new();
    let mut changes = Vec::new();
    for row in all!(tx, Row, sql).await? {
        let Some(from) = assessment_mode::about(&row.name) else { continue };
        let held = |set: &BTreeMap<String, String>| {
            Modes::of(set.iter().map(|(name, value)| (name.as_str(), value.as_str()))).on(from)
        };
        let was = held(&set);
        let taken_back = row.value.is_empty();
        set.insert(row.name, row.value);
        let mode = held(&set);
        let (position, by_name, at) = (row.position, row.by_name, row.at);
        changes.push(Change { position, from, mode, was, taken_back, by_name, at });
    }
    changes.reverse();
    changes.truncate(HISTORY);
    Ok(changes)
}

/// A reading holds from a day on, or what was said for that day is taken back. Scores that were given keep their own.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, wanted: Wanted) -> Outcome<()> {
    let now = state.clock.wall();
    reference::in_time(wanted.from, now)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let name = assessment_mode::setting(wanted.from);
    let sql = "select value from setting where name = $1";
    let before = opt!(&mut tx, (String,), sql, name).await?.map(|(value,)| value).unwrap_or_default();
    let held = Modes::read(&mut tx).await?.on(wanted.from);
    // What holds on that day anyway is no change either.
    let same = before.is_empty() && wanted.mode == Some(held);
    let value = wanted.mode.map(|mode| mode.to_string()).unwrap_or_default();
    if before == value || same {
        return Err(ProblemCode::NothingChanges.into());
    }
    let fact = reference::set_by(by.id, name, value);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}
