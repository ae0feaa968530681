//! Settings with first days ([`crate::rules`]) as the office shows and changes them.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{calendar::civil_date, problem::ProblemCode, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::dated;
use crate::{
    refusal::{Outcome, Refusal},
    rules::{Kind, NONE, Rule, RuleSet, Rules},
    state::AppState,
    store::{StoreError, Tx},
};

/// A set of rules as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RulesOfSet)]
pub struct All {
    /// Which.
    pub set: RuleSet,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Each rule.
    pub rules: Vec<OfRule>,
    /// What was changed, the newest first.
    pub history: Vec<Changed>,
}

/// A rule with its values.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RuleListed)]
pub struct OfRule {
    /// Its name.
    pub rule: String,
    /// What may be chosen; empty where it is a whole number. Where it is a term, `none` or a number.
    pub words: Vec<String>,
    /// The least number, where it is one.
    pub least: Option<u64>,
    /// The largest.
    pub most: Option<u64>,
    /// What holds today.
    pub now: String,
    /// What was set with its first days, the earliest first.
    pub values: Vec<Since>,
}

/// See [`OfRule::values`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RuleFrom)]
pub struct Since {
    /// From this day on.
    pub from: NaiveDate,
    /// What.
    pub value: String,
}

/// A change of a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RuleChange)]
pub struct Changed {
    /// Place in the journal.
    pub position: i64,
    /// Which rule.
    pub rule: String,
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
#[schema(as = WantedRule)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Its name.
    pub rule: String,
    /// From this day on.
    pub from: NaiveDate,
    /// What; null takes back what was said for that day.
    pub value: Option<String>,
}

/// A set of rules as it stands.
///
/// # Errors
/// When the database does not answer.
pub async fn all(tx: &mut Tx, set: RuleSet, now: DateTime<Utc>) -> Result<All, StoreError> {
    let today = civil_date(now);
    let known = Rules::read(tx, set).await?;
    let of = |rule: &Rule| {
        let (words, range) = match rule.kind {
            Kind::Words(words) => (words, None),
            Kind::Number { least, most } => (&[][..], Some((least, most))),
            Kind::Term { most } => (&[NONE][..], Some((1, most))),
        };
        OfRule {
            rule: rule.name.to_owned(),
            words: words.iter().map(|&word| word.to_owned()).collect(),
            least: range.map(|(least, _)| least),
            most: range.map(|(_, most)| most),
            now: known.on(rule.name, today).to_owned(),
            values: known
                .values(rule.name)
                .map(|(from, value)| Since { from, value: value.to_owned() })
                .collect(),
        }
    };
    Ok(All { set, today, rules: set.rules().iter().map(of).collect(), history: history(tx, set).await? })
}

async fn history(tx: &mut Tx, set: RuleSet) -> Result<Vec<Changed>, StoreError> {
    let held = |said: &dated::Said, (rule, from): &(&Rule, NaiveDate)| {
        Rules::of(set, said.pairs()).on(rule.name, *from).to_owned()
    };
    let changes = dated::history(tx, set.prefix(), |name| set.about(name), held).await?;
    let change = |of: dated::Change<(&Rule, NaiveDate), String>| {
        let dated::Change { position, about: (rule, from), was, value, taken_back, by_name, at } = of;
        Changed { position, rule: rule.name.to_owned(), from, value, was, taken_back, by_name, at }
    };
    Ok(changes.into_iter().map(change).collect())
}

/// A rule holds from a day on, or what was said for that day is taken back.
///
/// # Errors
/// `not-found` for a rule that there is not, `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, set: RuleSet, wanted: Wanted) -> Outcome<()> {
    let Wanted { rule, from, value } = wanted;
    let rule = set.rule(&rule).ok_or(ProblemCode::NotFound)?;
    if value.as_deref().is_some_and(|value| !rule.fits(value)) {
        return Err(Refusal::because(ProblemCode::OutOfRange, rule.range()));
    }
    let wanted = dated::Wanted { prefix: set.prefix(), name: set.setting(rule, from), from, value };
    dated::set(state, by, wanted, |said| Rules::of(set, said.pairs()).on(rule.name, from).to_owned()).await
}
