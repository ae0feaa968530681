//! Where plans stand once they are on the phones (§35, 40-46, requirements §2.4): in execution with the first record, executed
//! when nothing is open, monitored from the next round on, closed after five years, and in execution again when something is
//! opened again. [`kandas_shared::plan::moved`] says so of what is recorded; here it is looked for, and what has moved becomes
//! a fact `plan.set` for each step.
//!
//! A record, a file, a state system or a decision may each settle an activity, in transactions of phones that must not wait.
//! So the states follow the journal, as findings do, within a minute: the families of which there is something new are looked
//! at, and on another day all of them. What is remembered of it only saves work.

use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{FamilyId, PlanId},
    plan::{self, FiveYears, Work},
    plan_state::{ActivityState, PlanState},
    pulled::Plan,
    time::micros,
};

use crate::{
    all, among,
    chance::Chance,
    facts::Event,
    journal::{self, Fact, JournalError},
    monitoring_rules::Rules,
    one,
    store::{Store, StoreError, Tx},
};

/// Plans that move in one transaction, and that are looked at in one snapshot.
const PIECE: usize = 500;
/// Whoever is so many facts behind looks at all plans.
const MOST: i64 = 20_000;

/// How far this process has followed the journal, and on which day.
#[derive(Debug, Default)]
pub struct Followed(Mutex<Option<(i64, NaiveDate)>>);

impl Followed {
    fn known(&self) -> MutexGuard<'_, Option<(i64, NaiveDate)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves every plan that has to be moved; gives the number of steps.
    ///
    /// # Errors
    /// When the database does not answer. What was moved before stays moved, and the rest is looked at the next time.
    pub async fn follow(
        &self,
        store: &Store,
        chance: &dyn Chance,
        now: DateTime<Utc>,
    ) -> Result<usize, JournalError> {
        let today = civil_date(now);
        let known = *self.known();
        let mut tx = store.read().await?;
        let size = i64::try_from(journal::size(&mut tx).await?).unwrap_or(i64::MAX);
        let rules = Rules::read(&mut tx).await?;
        let news = match known {
            Some((position, day)) if day == today && (0..=MOST).contains(&(size - position)) => {
                news(&mut tx, position, size).await?
            }
            _ => None,
        };
        let moving = match news {
            Some(families) => {
                let rows = rows(&mut tx, &families, LAST_WHERE_IT_MATTERS).await?;
                moving(&rows, &rules, today)
            }
            None => all_moving(&mut tx, &rules, today).await?,
        };
        tx.rollback().await?;
        let mut steps = 0;
        for families in moving.chunks(PIECE) {
            steps += write(store, chance, now, families).await?;
        }
        *self.known() = Some((size, today));
        Ok(steps)
    }
}

#[derive(Clone, Debug, sqlx::FromRow)]
struct Row {
    id: PlanId,
    family: FamilyId,
    version: i32,
    state: PlanState,
    published_on: Option<NaiveDate>,
    quota_date: Option<NaiveDate>,
    arrived_on: Option<NaiveDate>,
    begun: bool,
    open: bool,
    last_done: Option<NaiveDate>,
}

impl Row {
    fn five_years(&self, rules: &Rules) -> Option<FiveYears> {
        let (start, rounds) = rules.rounds(self.quota_date, self.arrived_on)?;
        FiveYears::of(start, rounds)
    }

    /// The states that it goes through now, in order.
    fn steps(&self, rules: &Rules, today: NaiveDate) -> Vec<PlanState> {
        let work = Work { begun: self.begun, open: self.open, last_done: self.last_done };
        let five = self.five_years(rules);
        let next = |state: &PlanState| plan::moved(*state, work, five.as_ref(), today);
        std::iter::successors(next(&self.state), next).collect()
    }
}

/// The last day of work is read of all activities, so only where the first step depends on it.
const LAST_WHERE_IT_MATTERS: &str = "case when p.state in ('executed', 'monitoring') then
    (select max(a.done_on) from activity a where a.family = p.family) end";
const LAST: &str = "(select max(a.done_on) from activity a where a.family = p.family)";

fn named(of: impl Fn(ActivityState) -> bool) -> String {
    let states = ActivityState::ALL.iter().filter(|state| of(**state));
    states.map(|state| format!("'{state}'")).collect::<Vec<_>>().join(", ")
}

/// What is asked of a plan. A family has one: its activities are found by an index that holds their states.
fn select(last: &str) -> String {
    let begun = named(ActivityState::is_begun);
    let open = named(|state| !state.is_settled());
    let states: Vec<String> = PlanState::ALL
        .iter()
        .filter(|state| state.is_on_phones())
        .map(|state| format!("'{state}'"))
        .collect();
    format!(
        "select p.id, p.family, p.version, p.state, p.published_on, f.quota_date, f.arrived_on,
         exists (select 1 from activity a where a.family = p.family and a.state in ({begun})) as begun,
         exists (select 1 from activity a where a.family = p.family and a.state in ({open})) as open,
         {last} as last_done
         from plan p join family f on f.id = p.family where p.state in ({}) and ",
        states.join(", ")
    )
}

async fn rows(tx: &mut Tx, families: &[(FamilyId,)], last: &str) -> Result<Vec<Row>, StoreError> {
    let sql = format!("{} p.family in (", select(last));
    let mut rows = among!(tx, Row, &sql, families, ")").await?;
    rows.sort_by_key(|row| row.id);
    rows.dedup_by_key(|row| row.id);
    Ok(rows)
}

fn moving(rows: &[Row], rules: &Rules, today: NaiveDate) -> Vec<(FamilyId,)> {
    rows.iter().filter(|row| !row.steps(rules, today).is_empty()).map(|row| (row.family,)).collect()
}

async fn all_moving(tx: &mut Tx, rules: &Rules, today: NaiveDate) -> Result<Vec<(FamilyId,)>, StoreError> {
    let sql = format!("{} p.id > $1 order by p.id limit $2", select(LAST_WHERE_IT_MATTERS));
    let mut found = Vec::new();
    let mut after = PlanId(uuid::Uuid::nil());
    loop {
        let limit = i64::try_from(PIECE).unwrap_or(i64::MAX);
        let piece = all!(tx, Row, sqlx::AssertSqlSafe(sql.as_str()), after, limit).await?;
        let Some(last) = piece.last() else { return Ok(found) };
        after = last.id;
        found.extend(moving(&piece, rules, today));
    }
}

/// The families of which there is something new; none where that may be all of them.
async fn news(tx: &mut Tx, after: i64, size: i64) -> Result<Option<Vec<(FamilyId,)>>, StoreError> {
    // The five years may be read otherwise.
    let sql = "select exists (select 1 from journal j where j.position > $1 and j.position <= $2
        and j.kind = 'setting.set')";
    let (set,) = one!(tx, (bool,), sql, after, size).await?;
    if set {
        return Ok(None);
    }
    let sql = "select distinct j.family from journal j where j.position > $1 and j.position <= $2
        and j.family is not null and j.kind <> 'plan.row_drafted'";
    Ok(Some(all!(tx, (FamilyId,), sql, after, size).await?))
}

/// Moves the plans of these families, as they stand under the lock.
async fn write(
    store: &Store,
    chance: &dyn Chance,
    now: DateTime<Utc>,
    families: &[(FamilyId,)],
) -> Result<usize, JournalError> {
    let now = micros(now);
    let today = civil_date(now);
    let mut tx = store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let rules = Rules::read(&mut tx).await?;
    let mut facts = Vec::new();
    for row in rows(&mut tx, families, LAST).await? {
        let Row { id, family, version, published_on, .. } = row;
        for state in row.steps(&rules, today) {
            let set = Plan { id, family, version, state, published_on };
            facts.push(Fact { family: Some(family), ..Fact::by_system(Event::PlanSet(set)) });
        }
    }
    let steps = facts.len();
    journal::append_locked(&mut tx, locked, chance, now, facts).await?;
    tx.commit().await?;
    Ok(steps)
}
