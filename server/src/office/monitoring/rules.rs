//! How the five years are read and how long there is for closing a round, as the office shows and changes it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{calendar::civil_date, monitoring::LONGEST_TERM, problem::ProblemCode, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    monitoring_rules::{self, Rule, Rules},
    office::dated,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// The rules as they stand.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRules)]
pub struct All {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Each of them.
    pub rules: Vec<OfRule>,
    /// What was changed, the newest first.
    pub history: Vec<Changed>,
}

/// A rule with its values.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRuleOf)]
pub struct OfRule {
    /// Which.
    pub rule: Rule,
    /// What may be chosen, the default first; empty where it is a number of working days.
    pub words: Vec<String>,
    /// The largest number, where it is one.
    pub most: Option<u32>,
    /// What holds today.
    pub now: String,
    /// What was set with its first days, the earliest first.
    pub values: Vec<Since>,
}

/// See [`OfRule::values`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRuleFrom)]
pub struct Since {
    /// From this day on.
    pub from: NaiveDate,
    /// What.
    pub value: String,
}

/// A change of a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringRuleChange)]
pub struct Changed {
    /// Place in the journal.
    pub position: i64,
    /// Which rule.
    pub rule: Rule,
    /// From this day on.
    pub from: NaiveDate,
    /// What holds on that day since then.
    pub value: String,
    /// What held on it before.
    pub was: String,
    /// Whether it was taken back.
    pub taken_back: bool,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A rule that is to hold from a day on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedMonitoringRule)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Which.
    pub rule: Rule,
    /// From this day on.
    pub from: NaiveDate,
    /// What; null takes back what was said for that day.
    pub value: Option<String>,
}

/// The rules as they stand.
///
/// # Errors
/// When the database does not answer.
pub async fn all(tx: &mut Tx, now: DateTime<Utc>) -> Result<All, StoreError> {
    let today = civil_date(now);
    let known = Rules::read(tx).await?;
    let of = |rule: Rule| OfRule {
        rule,
        words: rule.words().into_iter().map(str::to_owned).collect(),
        most: rule.words().is_empty().then_some(LONGEST_TERM),
        now: known.on(rule, today),
        values: known.values(rule).map(|(from, value)| Since { from, value: value.to_owned() }).collect(),
    };
    Ok(All { today, rules: Rule::ALL.map(of).to_vec(), history: history(tx).await? })
}

async fn history(tx: &mut Tx) -> Result<Vec<Changed>, StoreError> {
    let held =
        |said: &dated::Said, (rule, from): &(Rule, NaiveDate)| Rules::of(said.pairs()).on(*rule, *from);
    let changes = dated::history(tx, monitoring_rules::PREFIX, monitoring_rules::about, held).await?;
    let change = |of: dated::Change<(Rule, NaiveDate), String>| {
        let dated::Change { position, about: (rule, from), was, value, taken_back, by_name, at } = of;
        Changed { position, rule, from, value, was, taken_back, by_name, at }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// A rule holds from a day on, or what was said for that day is taken back. Rounds that follow from it are cut anew.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, wanted: Wanted) -> Outcome<()> {
    let Wanted { rule, from, value } = wanted;
    if value.as_deref().is_some_and(|value| !rule.fits(value)) {
        let words = rule.words();
        let what = if words.is_empty() { format!("1 to {LONGEST_TERM}") } else { words.join(", ") };
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    let (name, prefix) = (monitoring_rules::setting(rule, from), monitoring_rules::PREFIX);
    let wanted = dated::Wanted { prefix, name, from, value };
    dated::set(state, by, wanted, |said| Rules::of(said.pairs()).on(rule, from)).await
}
