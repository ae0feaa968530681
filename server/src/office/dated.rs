//! Settings that hold from a day on, as the office changes and shows them: what is said for a day is a fact `setting.set`, and
//! what held before and after a change follows from everything that was said until then.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{problem::ProblemCode, pulled::User};

use super::reference::{ChangeRow, HISTORY, in_time, set_by};
use crate::{
    all, journal,
    refusal::Outcome,
    state::AppState,
    store::{StoreError, Tx},
};

/// What was said, by the names of the settings.
#[derive(Default)]
pub(super) struct Said(BTreeMap<String, String>);

impl Said {
    /// Names and values, for whoever reads what holds.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// What shall be so from a day on.
pub(super) struct Wanted {
    /// How the names of these settings begin.
    pub(super) prefix: &'static str,
    /// Name of the one for that day.
    pub(super) name: String,
    /// The day.
    pub(super) from: NaiveDate,
    /// The value; none takes back what was said for that day.
    pub(super) value: Option<String>,
}

/// A value holds from a day on, or what was said for that day is taken back; `held` reads what holds on it until now.
///
/// # Errors
/// `out-of-range` for the day, `nothing-changes`, or when the database does not answer.
pub(super) async fn set(
    state: &AppState,
    by: &User,
    wanted: Wanted,
    held: impl FnOnce(&Said) -> String,
) -> Outcome<()> {
    let now = state.clock.wall();
    let Wanted { prefix, name, from, value } = wanted;
    in_time(from, now)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let sql = "select name, value from setting where name like $1";
    let said = Said(all!(&mut tx, (String, String), sql, format!("{prefix}%")).await?.into_iter().collect());
    let before = said.0.get(&name).cloned().unwrap_or_default();
    // What holds on that day anyway is no change either.
    let same = before.is_empty() && value == Some(held(&said));
    let value = value.unwrap_or_default();
    if before == value || same {
        return Err(ProblemCode::NothingChanges.into());
    }
    let fact = set_by(by.id, name, value);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// A change: what it is about, and what held of it before and after.
pub(super) struct Change<About, Of> {
    pub(super) position: i64,
    pub(super) about: About,
    pub(super) was: Of,
    pub(super) value: Of,
    pub(super) taken_back: bool,
    pub(super) by_name: Option<String>,
    pub(super) at: DateTime<Utc>,
}

/// The last changes, the newest first. Everything that was ever said is replayed, because what held before a day's value may have
/// been said of an earlier day.
pub(super) async fn history<About, Of>(
    tx: &mut Tx,
    prefix: &str,
    about: impl Fn(&str) -> Option<About>,
    held: impl Fn(&Said, &About) -> Of,
) -> Result<Vec<Change<About, Of>>, StoreError> {
    let sql = "select c.position, c.name, c.value, c.was, u.name as by_name, c.at from setting_change c
        left join app_user u on u.id = c.by_user where c.name like $1 order by c.position";
    let rows = all!(tx, ChangeRow, sql, format!("{prefix}%")).await?;
    let (mut said, mut changes) = (Said::default(), Vec::new());
    for ChangeRow { position, name, value, by_name, at, .. } in rows {
        let Some(about) = about(&name) else { continue };
        let was = held(&said, &about);
        let taken_back = value.is_empty();
        said.0.insert(name, value);
        let value = held(&said, &about);
        changes.push(Change { position, about, was, value, taken_back, by_name, at });
    }
    changes.reverse();
    changes.truncate(usize::try_from(HISTORY).unwrap_or(usize::MAX));
    Ok(changes)
}
