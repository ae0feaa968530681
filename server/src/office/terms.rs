//! The terms of services (§33), as the office shows and changes them. What a term moves is seen before it changes, and moves
//! with it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{calendar::civil_date, problem::ProblemCode, pulled::User, service::ServiceCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{
    moves::{self, TermMoves},
    reference::{ChangeRow, HISTORY, in_time, set_by},
};
use crate::{
    all, calendar,
    dues::{self, Change, Counting},
    facts::{DuesMoved, Event},
    journal, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
    terms::{self, Terms},
};

/// The terms of services (§33).
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ServiceTerms)]
pub struct AllTerms {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Of each service, in the order of Appendix 1.
    pub terms: Vec<OfTerm>,
    /// What was changed, the newest first.
    pub history: Vec<TermChange>,
}

/// A service with its terms.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ServiceTerm)]
pub struct OfTerm {
    /// Which.
    pub service: ServiceCode,
    /// Working days for a family that is included today; null: no legal due date.
    pub now: Option<u32>,
    /// Every term with its first day, the earliest first.
    pub values: Vec<Term>,
}

/// See [`OfTerm::values`].
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = TermFrom)]
pub struct Term {
    /// For families that are included from this day on.
    pub from: NaiveDate,
    /// Working days; null: no legal due date.
    pub days: Option<u32>,
}

/// A change of a term.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TermChange {
    /// Place in the journal.
    pub position: i64,
    /// Which service.
    pub service: ServiceCode,
    /// For families that are included from this day on.
    pub from: NaiveDate,
    /// What holds on that day since then; null: no legal due date.
    pub days: Option<u32>,
    /// What held on it before.
    pub was: Option<u32>,
    /// Whether a term was taken back.
    pub taken_back: bool,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// A term that is to hold from a day on.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedTerm {
    /// Which service.
    pub service: ServiceCode,
    /// For families that are included from this day on.
    pub from: NaiveDate,
    /// Working days, 1 to 1,300; null: no legal due date.
    pub days: Option<u32>,
    /// Takes back what was said for that day; `days` says nothing then.
    #[serde(default)]
    pub take_back: bool,
}

/// A term that changes.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangedTerm {
    /// Which service.
    pub service: ServiceCode,
    /// For families that are included from this day on.
    pub from: NaiveDate,
    /// Working days, 1 to 1,300; null: no legal due date.
    pub days: Option<u32>,
    /// Takes back what was said for that day; `days` says nothing then.
    #[serde(default)]
    pub take_back: bool,
    /// How many due dates move, as was shown.
    pub moves: i64,
}

/// The terms as they stand.
///
/// # Errors
/// When the database does not answer.
pub async fn all_terms(tx: &mut Tx, now: DateTime<Utc>) -> Result<AllTerms, StoreError> {
    let today = civil_date(now);
    let known = Terms::read(tx).await?;
    let of = |service: &ServiceCode| OfTerm {
        service: *service,
        now: known.on(*service, today),
        values: known.values(*service).map(|(from, days)| Term { from, days }).collect(),
    };
    Ok(AllTerms { today, terms: ServiceCode::ALL.iter().map(of).collect(), history: term_history(tx).await? })
}

/// As that of thresholds.
async fn term_history(tx: &mut Tx) -> Result<Vec<TermChange>, StoreError> {
    let sql = "select c.position, c.name, c.value, c.was, u.name as by_name, c.at from setting_change c
        left join app_user u on u.id = c.by_user where c.name like 'term.%' order by c.position";
    let rows = all!(tx, ChangeRow, sql).await?;
    let mut set: BTreeMap<String, String> = BTreeMap::new();
    let mut changes = Vec::new();
    for row in rows {
        let Some((service, from)) = terms::about(&row.name) else { continue };
        let held = |set: &BTreeMap<String, String>| {
            Terms::of(set.iter().map(|(name, value)| (name.as_str(), value.as_str()))).on(service, from)
        };
        let was = held(&set);
        let taken_back = row.value.is_empty();
        set.insert(row.name, row.value);
        let days = held(&set);
        let (position, by_name, at) = (row.position, row.by_name, row.at);
        changes.push(TermChange { position, service, from, days, was, taken_back, by_name, at });
    }
    changes.reverse();
    changes.truncate(usize::try_from(HISTORY).unwrap_or(usize::MAX));
    Ok(changes)
}

/// What a term is to be, checked: the name of its setting and the value.
async fn wanted(tx: &mut Tx, of: WantedTerm, now: DateTime<Utc>) -> Outcome<(String, String)> {
    let WantedTerm { service, from, days, take_back } = of;
    if days.is_some_and(|days| days == 0 || days > terms::LONGEST) {
        let what = format!("1 to {} working days", terms::LONGEST);
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    in_time(from, now)?;
    let value = match (take_back, days) {
        (true, _) => String::new(),
        (false, Some(days)) => days.to_string(),
        (false, None) => terms::NONE.to_owned(),
    };
    let name = terms::setting(service, from);
    let sql = "select value from setting where name = $1";
    let before = opt!(tx, (String,), sql, name).await?.map(|(value,)| value).unwrap_or_default();
    // No term where there never was one is no change either.
    if before == value || (value == terms::NONE && Terms::read(tx).await?.on(service, from).is_none()) {
        return Err(ProblemCode::NothingChanges.into());
    }
    Ok((name, value))
}

/// The due dates that move when a term becomes this.
async fn moving(tx: &mut Tx, of: WantedTerm, name: &str, value: &str) -> Result<Vec<DuesMoved>, StoreError> {
    let rows = all!(tx, (String, String), "select name, value from setting where name like 'term.%'").await?;
    let mut set: BTreeMap<String, String> = rows.into_iter().collect();
    let read = |set: &BTreeMap<String, String>| {
        Terms::of(set.iter().map(|(name, value)| (name.as_str(), value.as_str())))
    };
    let before = read(&set);
    set.insert(name.to_owned(), value.to_owned());
    let after = read(&set);
    let calendar = calendar::read(tx).await?;
    let by = |terms| Counting { terms, calendar: &calendar };
    let change = Change::of_term(&after, of.service, of.from);
    dues::moved(tx, by(&before), by(&after), change).await
}

/// Which open due dates would move if a term became this. Nothing changes yet.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn preview(tx: &mut Tx, of: WantedTerm, now: DateTime<Utc>) -> Outcome<TermMoves> {
    let (name, value) = wanted(tx, of, now).await?;
    let moved = moving(tx, of, &name, &value).await?;
    Ok(moves::of_term(&moved, &calendar::read(tx).await?, civil_date(now)))
}

/// A term holds from a day on, or what was said for that day is taken back. The open due dates that it gave, and those of
/// plans that came without one, move with it.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, `not-as-shown` where more or fewer would move than was shown, or when the database does
/// not answer.
pub async fn set_term(state: &AppState, by: &User, changed: ChangedTerm) -> Outcome<()> {
    let now = state.clock.wall();
    let ChangedTerm { service, from, days, take_back, moves } = changed;
    let of = WantedTerm { service, from, days, take_back };
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (name, value) = wanted(&mut tx, of, now).await?;
    let moved = moving(&mut tx, of, &name, &value).await?;
    if dues::count(&moved) != moves {
        return Err(ProblemCode::NotAsShown.into());
    }
    let mut fact = set_by(by.id, name, value);
    if let Event::SettingSet(setting) = &mut fact.event {
        setting.dues = moved;
    }
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}
