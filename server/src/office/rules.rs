//! Settings with first days ([`crate::rules`]) as the office shows and changes them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{calendar::civil_date, problem::ProblemCode, pulled::User};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    journal,
    office::reference,
    opt,
    refusal::{Outcome, Refusal},
    rules::{Kind, Rule, RuleSet, Rules},
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
    /// What may be chosen; empty where it is a whole number.
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
    let mut rows = reference::history(tx, &format!("{}%", set.prefix())).await?;
    // What held before follows from what was said before, so the earliest comes first.
    rows.reverse();
    let mut said: BTreeMap<String, String> = BTreeMap::new();
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        let Some((rule, from)) = set.about(&row.name) else { continue };
        if let Some(was) = &row.was {
            said.entry(row.name.clone()).or_insert_with(|| was.clone());
        }
        let held = |said: &BTreeMap<String, String>| {
            let known = Rules::of(set, said.iter().map(|(name, value)| (name.as_str(), value.as_str())));
            known.on(rule.name, from).to_owned()
        };
        let was = held(&said);
        let taken_back = row.value.is_empty();
        said.insert(row.name, row.value);
        changes.push(Changed {
            position: row.position,
            rule: rule.name.to_owned(),
            from,
            value: held(&said),
            was,
            taken_back,
            by_name: row.by_name,
            at: row.at,
        });
    }
    changes.reverse();
    Ok(changes)
}

/// A rule holds from a day on, or what was said for that day is taken back.
///
/// # Errors
/// `not-found` for a rule that there is not, `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, set: RuleSet, wanted: Wanted) -> Outcome<()> {
    let now = state.clock.wall();
    let Wanted { rule, from, value } = wanted;
    let rule = set.rule(&rule).ok_or(ProblemCode::NotFound)?;
    if value.as_deref().is_some_and(|value| !rule.fits(value)) {
        return Err(Refusal::because(ProblemCode::OutOfRange, rule.range()));
    }
    reference::in_time(from, now)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let name = set.setting(rule, from);
    let sql = "select value from setting where name = $1";
    let before = opt!(&mut tx, (String,), sql, name).await?.map(|(value,)| value).unwrap_or_default();
    let known = Rules::read(&mut tx, set).await?;
    // What holds on that day anyway is no change either.
    let same = value.as_deref().is_some_and(|value| value == known.on(rule.name, from) && before.is_empty());
    let value = value.unwrap_or_default();
    if before == value || same {
        return Err(ProblemCode::NothingChanges.into());
    }
    let fact = reference::set_by(by.id, name, value);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}
