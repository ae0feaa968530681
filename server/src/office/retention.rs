//! How long each class is kept, as the office sees and changes it, and whose date has come (requirements §4.6).
//!
//! A date erases nothing. It says when somebody has to look: what is over, what the archive takes, and what nobody knows.

use chrono::{DateTime, Months, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{FamilyId, OrgUnitId, PersonId},
    problem::ProblemCode,
    pulled::User,
    retention::{Keeping, KeepingStage, MOST_YEARS, RetentionClass},
    wire::PhoneSettings,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    fleet::cut,
    held,
    monitoring::named,
    reference::{ChangeRow, history, in_time, set_by},
};
use crate::{
    among,
    check::policy::Territory,
    journal,
    monitoring_rules::Rules,
    opt,
    refusal::{Outcome, Refusal},
    retention::{self, Classes},
    rules::{self, RuleSet},
    state::AppState,
    store::{StoreError, Tx},
};

/// Families that are looked at for a page.
const PAGE: i64 = 200;
/// Persons with a withdrawn consent of a page.
const MOST: usize = 100;

/// How everything is kept.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Retention)]
pub struct Shown {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The classes.
    pub classes: Vec<OfClass>,
    /// Days after the receipt of a file for which phones keep their copy, as their settings say today; 14 at least.
    pub phone_days: u32,
    /// The most years of either kind.
    pub most_years: u32,
    /// What was changed, the newest first.
    pub history: Vec<Change>,
}

/// A class as it stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RetentionOfClass)]
pub struct OfClass {
    /// Which.
    pub class: RetentionClass,
    /// What holds today.
    pub now: Keeping,
    /// What was said with its first days, the earliest first.
    pub values: Vec<KeptFrom>,
}

/// See [`OfClass::values`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RetentionFrom)]
pub struct KeptFrom {
    /// From this day on.
    pub from: NaiveDate,
    /// How it is kept then.
    pub keeping: Keeping,
}

/// A change of a class.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RetentionChange)]
pub struct Change {
    /// Place in the journal.
    pub position: i64,
    /// Which class.
    pub class: RetentionClass,
    /// From which day on.
    pub from: NaiveDate,
    /// What was said for that day; null: taken back.
    pub keeping: Option<Keeping>,
    /// What had been said for it before.
    pub was: Option<Keeping>,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// How a class is to be kept from a day on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedRetention)]
#[serde(deny_unknown_fields)]
pub struct WantedKeeping {
    /// Which.
    pub class: RetentionClass,
    /// From this day on.
    pub from: NaiveDate,
    /// How; null takes back what was said for that day.
    pub keeping: Option<Keeping>,
}

/// How everything is kept.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx, now: DateTime<Utc>) -> Result<Shown, StoreError> {
    let (known, today) = (Classes::read(tx).await?, civil_date(now));
    let phones = rules::Rules::read(tx, RuleSet::Phone).await?;
    let changes = history(tx, &format!("{}%", retention::PREFIX)).await?;
    let change = |row: ChangeRow| {
        let (class, from) = retention::about(&row.name)?;
        let was = row.was.as_deref().and_then(retention::read);
        let keeping = retention::read(&row.value);
        Some(Change { position: row.position, class, from, keeping, was, by_name: row.by_name, at: row.at })
    };
    let of_class = |class: RetentionClass| OfClass {
        class,
        now: known.on(class, today),
        values: known
            .values(class)
            .map(|(from, keeping)| KeptFrom { from, keeping: keeping.clone() })
            .collect(),
    };
    Ok(Shown {
        today,
        classes: RetentionClass::ALL.iter().copied().map(of_class).collect(),
        phone_days: phones.over(PhoneSettings::default(), today).days_kept(),
        most_years: MOST_YEARS,
        history: changes.into_iter().filter_map(change).collect(),
    })
}

/// A class is kept so from a day on, or what was said for that day is taken back.
///
/// # Errors
/// `out-of-range`, `nothing-changes`, or when the database does not answer.
pub async fn set(state: &AppState, by: &User, wanted: WantedKeeping) -> Outcome<()> {
    let now = state.clock.wall();
    let WantedKeeping { class, from, keeping } = wanted;
    let keeping = keeping.map(|keeping| Keeping { line: keeping.line.trim().to_owned(), ..keeping });
    if keeping.as_ref().is_some_and(|keeping| !class.allows(keeping)) {
        let what = format!(
            "at most {MOST_YEARS} years, for families five at least, and the line where there are years of the archive"
        );
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    in_time(from, now)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let name = retention::setting(class, from);
    let sql = "select value from setting where name = $1";
    let before = opt!(&mut tx, (String,), sql, name).await?.and_then(|(value,)| retention::read(&value));
    // What holds on that day anyway is no change either.
    let held = Classes::read(&mut tx).await?.on(class, from);
    if before == keeping || (before.is_none() && keeping.as_ref() == Some(&held)) {
        return Err(ProblemCode::NothingChanges.into());
    }
    let value = keeping.map(|keeping| serde_json::to_string(&keeping)).transpose().map_err(Refusal::fault)?;
    let fact = set_by(by.id, name, value.unwrap_or_default());
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// Which page.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Of one unit; all of the user's if missing.
    #[serde(default)]
    pub unit: Option<OrgUnitId>,
    /// Where the page before ended.
    #[serde(default)]
    pub after: Option<FamilyId>,
    /// Where the page of persons with a withdrawn consent ended: the next of them, and no families.
    #[serde(default)]
    pub withdrawn_after: Option<PersonId>,
}

/// Whose date has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RetentionDue)]
pub struct Due {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// How families' files are kept today.
    pub keeping: Keeping,
    /// Families whose date has come, in no particular order.
    pub families: Vec<DueFamily>,
    /// Where to look on; null when all were seen.
    pub next: Option<FamilyId>,
    /// The day on which the first date of the user's families comes or came; null without any.
    pub first: Option<NaiveDate>,
    /// Families without a day to count from: no date ever comes for them.
    pub undated: i64,
    /// Persons whose consent is withdrawn, the last first; not with later pages of families.
    pub withdrawn: Vec<WithdrawnPerson>,
    /// Where the next page of them begins; absent with the last one.
    pub withdrawn_next: Option<PersonId>,
}

/// A family whose date has come.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RetentionDueFamily)]
pub struct DueFamily {
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// The unit that serves it.
    pub unit: OrgUnitId,
    /// Members.
    pub members: i64,
    /// The day on which its five years began.
    pub from: NaiveDate,
    /// The last day at hand.
    pub date: NaiveDate,
    /// The last day in the archive; null: not known.
    pub archive_until: Option<NaiveDate>,
    /// How it stands.
    pub stage: KeepingStage,
    /// It is proposed to be erased.
    pub proposed: bool,
}

/// A person whose consent is withdrawn.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RetentionWithdrawn)]
pub struct WithdrawnPerson {
    /// The person.
    pub person: PersonId,
    /// His family.
    pub family: FamilyId,
    /// Surname.
    pub surname: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Since when; null where it came from a phone.
    pub on_day: Option<NaiveDate>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: FamilyId,
    org_unit: OrgUnitId,
    quota_date: Option<NaiveDate>,
    arrived_on: Option<NaiveDate>,
    members: i64,
    proposed: bool,
}

/// Whose date has come among the families of the user's units.
///
/// # Errors
/// When the database does not answer.
pub async fn due(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Result<Due, StoreError> {
    let today = civil_date(now);
    let keeping = Classes::read(tx).await?.on(RetentionClass::Case, today);
    let rules = Rules::read(tx).await?;
    let units = wanted.unit.map_or_else(|| held::units(user, territory), |unit| vec![(unit,)]);
    let start = |quota, arrived| rules.reading(quota, arrived).start(quota, arrived);
    let years = keeping.years.and_then(|years| years.checked_add(keeping.extra));
    let latest = years.and_then(|years| today.checked_sub_months(Months::new(years.checked_mul(12)?)));
    let (mut families, mut next) = (Vec::new(), None);
    if let Some(latest) = latest.filter(|_| wanted.withdrawn_after.is_none()) {
        let after = wanted.after.unwrap_or(FamilyId(Uuid::nil()));
        let sql = "select f.id, f.org_unit, f.quota_date, f.arrived_on,
            (select count(*) from person p where p.family = f.id) as members,
            exists (select 1 from erasure_proposal e where e.family = f.id and e.state = 'proposed') as proposed
            from family f where f.id > $1 and (f.quota_date < $2 or f.arrived_on < $2) and f.org_unit in (";
        let tail = ") order by f.id limit $3";
        let mut rows = among!(tx, Row, sql, units, tail, after, latest, PAGE).await?;
        rows.sort_unstable_by_key(|row| row.id);
        rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        next = rows.last().filter(|_| rows.len() as i64 == PAGE).map(|row| row.id);
        let keys: Vec<(FamilyId,)> = rows.iter().map(|row| (row.id,)).collect();
        let names = named(tx, &keys).await?;
        for row in rows {
            let Some(from) = start(row.quota_date, row.arrived_on) else { continue };
            let (stage, Some(date)) = (keeping.stage(Some(from), today), keeping.at_hand(from)) else {
                continue;
            };
            if stage == KeepingStage::AtHand {
                continue;
            }
            let (name, settlement) = names.get(&row.id).cloned().unwrap_or_default();
            families.push(DueFamily {
                family: row.id,
                name,
                settlement,
                unit: row.org_unit,
                members: row.members,
                from,
                date,
                archive_until: keeping.in_archive(from),
                stage,
                proposed: row.proposed,
            });
        }
    }
    let first = match wanted.after {
        None => first(tx, &units).await?.and_then(|(quota, arrived)| keeping.at_hand(start(quota, arrived)?)),
        Some(_) => None,
    };
    let sql = "select count(*) from family where quota_date is null and arrived_on is null and org_unit in (";
    let undated = among!(tx, (i64,), sql, units, ")").await?.into_iter().map(|(count,)| count).sum();
    let (withdrawn, withdrawn_next) = if wanted.after.is_some() {
        (Vec::new(), None)
    } else {
        withdrawn(tx, &units, wanted.withdrawn_after).await?
    };
    Ok(Due { today, keeping, families, next, first, undated, withdrawn, withdrawn_next })
}

/// The days of the family of these units that came first.
async fn first(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
) -> Result<Option<(Option<NaiveDate>, Option<NaiveDate>)>, StoreError> {
    let sql = "select quota_date, arrived_on from family
        where coalesce(quota_date, arrived_on) is not null and org_unit in (";
    let tail = ") order by coalesce(quota_date, arrived_on) limit 1";
    let rows = among!(tx, (Option<NaiveDate>, Option<NaiveDate>), sql, units, tail).await?;
    Ok(rows.into_iter().min_by_key(|(quota, arrived)| quota.or(*arrived)))
}

/// A page of the persons whose consent is withdrawn. There are few, and their order is by a day that is not theirs alone:
/// who they are is read of all, the page is cut out of it.
async fn withdrawn(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    after: Option<PersonId>,
) -> Result<(Vec<WithdrawnPerson>, Option<PersonId>), StoreError> {
    let sql = "select p.id as person, p.family, p.surname, p.given_name,
        (select max(w.on_day) from consent_withdrawal w where w.person = p.id) as on_day
        from consent c join person p on p.id = c.person join family f on f.id = p.family
        where c.state = 'withdrawn' and f.org_unit in (";
    let mut rows = among!(tx, WithdrawnPerson, sql, units, ")").await?;
    rows.sort_unstable_by_key(|row| (std::cmp::Reverse(row.on_day), row.person));
    rows.dedup_by_key(|row| row.person);
    let (page, _, next) = cut(rows, after, MOST, |row| row.person);
    Ok((page, next))
}
