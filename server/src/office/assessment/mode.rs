//! The reading of totals as a setting with days: what holds, what was set, and who changed it when.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{assessment::AssessmentMode, calendar::civil_date, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    assessment_mode::{self, Modes},
    office::dated,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

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

/// What held before and after each change follows from those before it.
async fn history(tx: &mut Tx) -> Result<Vec<Change>, StoreError> {
    let held = |said: &dated::Said, from: &NaiveDate| Modes::of(said.pairs()).on(*from);
    let changes = dated::history(tx, assessment_mode::PREFIX, assessment_mode::about, held).await?;
    let change = |of: dated::Change<NaiveDate, AssessmentMode>| {
        let dated::Change { position, about, was, value, taken_back, by_name, at } = of;
        Change { position, from: about, mode: value, was, taken_back, by_name, at }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// A reading holds from a day on, or what was said for that day is taken back. Scores that were given keep their own.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, wanted: Wanted) -> Outcome<()> {
    let Wanted { from, mode } = wanted;
    let (name, prefix) = (assessment_mode::setting(from), assessment_mode::PREFIX);
    let wanted = dated::Wanted { prefix, name, from, value: mode.map(|mode| mode.to_string()) };
    dated::set(state, by, wanted, |said| Modes::of(said.pairs()).on(from).to_string()).await
}
