//! Families as the office sees them: the list, one family with its plan, and a person's number for who says why.

use std::collections::{BTreeSet, HashSet};

use chrono::{DateTime, Days, Months, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, civil_date},
    deadline::NEAR,
    ids::{ActivityId, DeviceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    iin::Iin,
    plan_state::{ActivityState, CheckKind, PlanState},
    pulled::{Relation, User},
    record::ConsentState,
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    held::EXACT,
    overview::Count,
    policy, records,
    search::{self, Matched, Met},
    standing::Standing,
};
use crate::{
    all, among,
    apply::words,
    calendar,
    check::policy::Territory,
    journal::JournalError,
    one, opt,
    rules::{Programme, RuleSet, Rules},
    store::{StoreError, Tx, sqlx::AssertSqlSafe},
};

/// Most families of one answer.
pub const MOST: i64 = 200;

/// Degrees.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Place {
    /// North.
    pub lat: f64,
    /// East.
    pub lon: f64,
}

impl Place {
    /// Both, or nothing.
    pub(super) fn of(lat: Option<f64>, lon: Option<f64>) -> Option<Self> {
        Some(Self { lat: lat?, lon: lon? })
    }
}

/// A member of a family. The number is masked: whoever needs it says why.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Member {
    /// Id.
    pub id: PersonId,
    /// Surname, if the person has one.
    pub surname: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Patronymic, if the person has one.
    pub patronymic: Option<String>,
    /// To the head of the family.
    pub relation: Relation,
    /// Day of birth.
    pub birth_date: Option<NaiveDate>,
    /// `•••• •••• 0003`, if there is one.
    pub iin_masked: Option<String>,
    /// Consent to the processing of personal data.
    pub consent: Option<ConsentState>,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: PersonId,
    surname: Option<String>,
    given_name: String,
    patronymic: Option<String>,
    relation: Relation,
    birth_date: Option<NaiveDate>,
    iin: Option<Iin>,
    consent: Option<ConsentState>,
}

impl From<MemberRow> for Member {
    fn from(row: MemberRow) -> Self {
        Self {
            id: row.id,
            surname: row.surname,
            given_name: row.given_name,
            patronymic: row.patronymic,
            relation: row.relation,
            birth_date: row.birth_date,
            iin_masked: row.iin.map(|iin| masked(&iin)),
            consent: row.consent,
        }
    }
}

pub(super) fn masked(iin: &Iin) -> String {
    let last: String = iin.reveal().chars().skip(8).collect();
    format!("•••• •••• {last}")
}

const MEMBER: &str = "select p.id, p.surname, p.given_name, p.patronymic, p.relation, p.birth_date, p.iin,
    c.state as consent from person p left join consent c on c.person = p.id";

impl Member {
    /// One person.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(tx: &mut Tx, person: PersonId) -> Result<Option<Self>, StoreError> {
        let sql = format!("{MEMBER} where p.id = $1");
        Ok(opt!(tx, MemberRow, sqlx::AssertSqlSafe(sql.clone()), person).await?.map(Self::from))
    }
}

/// Which families, by their activities or by how long nobody came; so many months are a rule of the programme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FamiliesOnly)]
pub enum Only {
    /// Something is done.
    Done,
    /// Something is due within five working days.
    Soon,
    /// The day of something has passed.
    Overdue,
    /// Without a monitoring visit, by whichever organisation (§42(4)).
    Unvisited,
    /// Without a record of any kind.
    Unrecorded,
}

impl Only {
    /// Its word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Soon => "soon",
            Self::Overdue => "overdue",
            Self::Unvisited => "unvisited",
            Self::Unrecorded => "unrecorded",
        }
    }

    /// What an activity must be, over `a`; what is due before `$1` is late, `$2` is the last of the days that are near.
    fn activity(self) -> Option<&'static str> {
        match self {
            Self::Done => Some(DONE),
            Self::Soon => Some(SOON),
            Self::Overdue => Some(OVERDUE),
            Self::Unvisited | Self::Unrecorded => None,
        }
    }
}

const PLANNED: &str = "a.state not in ('cancelled', 'not_applicable', 'refused')";
const DONE: &str = "a.state in ('synced', 'reported', 'sys_confirmed', 'disputed')";
const SOON: &str = "a.state = 'planned' and a.due_on >= $1 and a.due_on <= $2
    and not exists (select 1 from plan q where q.family = a.family and q.state = 'departed')";
const OVERDUE: &str = "a.state = 'planned' and a.due_on < $1
    and not exists (select 1 from plan q where q.family = a.family and q.state = 'departed')";
/// Of an activity `a`: its family has not left (§46). What is open of the plan of one that left is expected of nobody.
pub(super) const STAYS: &str =
    "not exists (select 1 from plan q where q.family = a.family and q.state = 'departed')";

/// What is due before the first of these days is late; until the last it is near.
pub(super) async fn near(tx: &mut Tx, today: NaiveDate) -> Result<(NaiveDate, NaiveDate), StoreError> {
    let calendar = calendar::read(tx).await?;
    let near = calendar.add_working_days(today, NEAR).unwrap_or_else(|_| today + Days::new(7));
    Ok((calendar.late_before(today), near))
}

/// Of these units those in which something is open, and due by a day, of a family that left: only there it is left out, since
/// that takes a look at each plan.
pub(super) async fn left_open(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    until: NaiveDate,
) -> Result<HashSet<OrgUnitId>, StoreError> {
    // SQLite joins in this order because the join is crossed: families that left are few.
    let sql = "select distinct a.org_unit from plan q cross join activity a
        where q.state = 'departed' and a.family = q.family and a.state = 'planned' and a.due_on <= $1
        and a.org_unit in (";
    Ok(among!(tx, (OrgUnitId,), sql, units, ")", until).await?.into_iter().map(|(unit,)| unit).collect())
}

/// The first day on which a family may have been seen last without being asked for: as many months before today as the
/// programme says.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn seen_since(tx: &mut Tx, today: NaiveDate) -> Result<NaiveDate, StoreError> {
    let months = Programme::read(tx, today).await?.visit_months;
    Ok(today.checked_sub_months(Months::new(months)).unwrap_or(today))
}

/// No monitoring visit that counts, over `f` for the family; the parameter is the day of [`seen_since`].
pub(super) fn unvisited(parameter: u8) -> String {
    format!(
        "not exists (select 1 from record_act v join record r on r.hash = v.hash where v.family = f.id
         and v.act = 'monitoring_visit' and v.done_on >= ${parameter} and r.verdict = 'accepted' and not r.superseded)
         and not exists (select 1 from plan q where q.family = f.id and q.state = 'departed')"
    )
}

/// No record of any kind, likewise.
pub(super) fn unrecorded(parameter: u8) -> String {
    format!(
        "not exists (select 1 from record r where r.family = f.id and r.done_on >= ${parameter})
         and not exists (select 1 from plan q where q.family = f.id and q.state = 'departed')"
    )
}

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Part of a name, letters that a keyboard lacks aside and in Latin letters too, or digits of a number from either end.
    #[serde(default)]
    pub q: String,
    /// Which of them; all if absent.
    #[param(inline)]
    pub only: Option<Only>,
    /// With this service in the plan; with `only` that which is done, near or overdue.
    pub service: Option<ServiceCode>,
    /// Of one worker.
    pub worker: Option<UserId>,
    /// Whose data one phone was ever given.
    pub phone: Option<DeviceId>,
    /// Of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// With something in the plan that is due on this day or later; with `only` that which is done, near or overdue.
    pub from: Option<NaiveDate>,
    /// The same, on this day or earlier.
    pub to: Option<NaiveDate>,
    /// Where the page before ended.
    pub after: Option<FamilyId>,
}

/// A family in the list.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = FamilyListed)]
pub struct Listed {
    /// Its id.
    pub id: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Members.
    pub members: i64,
    /// Activities of its plan that are to be done at all.
    pub planned: i64,
    /// Those that are done.
    pub done: i64,
    /// Those that are due within five working days.
    pub soon: i64,
    /// Those whose day has passed.
    pub overdue: i64,
    /// When the last record about it came.
    pub last_record_at: Option<DateTime<Utc>>,
    /// Who of its members it is that was looked for.
    #[sqlx(skip)]
    pub matched: Vec<Matched>,
}

/// Families of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FamilyList)]
pub struct List {
    /// The families, those of a page by name.
    pub families: Vec<Listed>,
    /// How many there are; exact up to 10,000, one more means that there are more.
    pub total: i64,
    /// How many activities the question is about, where it is about activities; bounded likewise.
    pub activities: Option<i64>,
    /// Where the next page begins; absent with the last one.
    pub next: Option<FamilyId>,
    /// Name of the worker that was asked for.
    pub worker_name: Option<String>,
    /// Model and system of the phone that was asked for, and whose it is.
    pub phone_name: Option<String>,
}

/// The conditions of a question as SQL over `f`, and what is bound to it: the first day that is not late, the last near day, the day since which it was not seen, worker,
/// phone, service, the first and the last day, where the page before ended.
struct Asked {
    sql: String,
    /// The condition on activities, if it is about them.
    activity: Option<String>,
    units: Vec<(OrgUnitId,)>,
    /// What is due before it is late.
    late: NaiveDate,
    near: NaiveDate,
    since: NaiveDate,
    worker: UserId,
    phone: DeviceId,
    service: String,
    from: NaiveDate,
    to: NaiveDate,
    /// Whoever asks sees all units, and asks for none of them alone.
    everywhere: bool,
    /// What is asked, apart from whose families they are.
    question: String,
}

impl Asked {
    async fn of(
        tx: &mut Tx,
        user: &User,
        territory: &Territory,
        wanted: &Wanted,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let (late, near) = near(tx, civil_date(now)).await?;
        let mut narrower = String::new();
        for (asked, condition) in [
            (wanted.service.is_some(), " and a.service = $6"),
            (wanted.from.is_some(), " and a.due_on >= $7"),
            (wanted.to.is_some(), " and a.due_on <= $8"),
        ] {
            if asked {
                narrower.push_str(condition);
            }
        }
        let about = wanted.only.and_then(Only::activity).or((!narrower.is_empty()).then_some(PLANNED));
        let activity = about.map(|about| format!("{about}{narrower}"));
        let mut sql = String::new();
        if let Some(activity) = &activity {
            sql.push_str("exists (select 1 from activity a where a.family = f.id and ");
            sql.push_str(activity);
            sql.push_str(") and ");
        }
        let unseen = match wanted.only {
            Some(Only::Unvisited) => Some(unvisited(3)),
            Some(Only::Unrecorded) => Some(unrecorded(3)),
            _ => None,
        };
        if let Some(unseen) = unseen {
            sql.push_str(&unseen);
            sql.push_str(" and ");
        }
        if wanted.worker.is_some() {
            sql.push_str(
                "f.id in (select n.family from assignment n where n.worker = $4 and n.is_open) and ",
            );
        }
        if wanted.phone.is_some() {
            sql.push_str("f.id in (select c.family from device_scope c where c.device = $5) and ");
        }
        let units = match wanted.unit {
            // The handler has asked whether he may.
            Some(unit) => vec![(unit,)],
            None => super::held::units(user, territory),
        };
        Ok(Self {
            sql,
            activity,
            units,
            late,
            near,
            since: seen_since(tx, civil_date(now)).await?,
            worker: wanted.worker.unwrap_or(UserId(Uuid::nil())),
            phone: wanted.phone.unwrap_or(DeviceId(Uuid::nil())),
            service: wanted.service.map_or_else(String::new, |service| service.to_string()),
            from: wanted.from.unwrap_or_default(),
            to: wanted.to.unwrap_or_default(),
            everywhere: wanted.unit.is_none() && policy::is_everywhere(user.role),
            question: format!("{:?}", (wanted.only, wanted.service, wanted.worker, wanted.from, wanted.to)),
        })
    }

    /// How many one unit has of what is counted from `what`, at most [`EXACT`] and one.
    async fn count(&self, tx: &mut Tx, what: &str, unit: OrgUnitId) -> Result<i64, StoreError> {
        let sql = format!(
            "select count(*) from (select 1 from {what} {} f.org_unit = $9 limit $10) counted",
            self.sql
        );
        let sql = AssertSqlSafe(sql.as_str());
        let Self { late, near, since, worker, phone, service, from, to, .. } = self;
        let most = EXACT + 1;
        let found = one!(tx, (i64,), sql, late, near, since, worker, phone, service, from, to, unit, most);
        Ok(found.await?.0)
    }

    /// How many there are in all of its units of what is counted from `what`, which `name` tells apart, and which units have
    /// some.
    async fn total(
        &self,
        tx: &mut Tx,
        standing: &Standing,
        (name, what): (&str, &str),
        now: DateTime<Utc>,
    ) -> Result<(i64, Vec<(OrgUnitId,)>), JournalError> {
        // What a phone was given is no fact of a family.
        let question = self.phone.0.is_nil().then(|| format!("{name} {}", self.question));
        let mut total = standing.total(tx, &self.units, now, question).await?;
        while let Some(unit) = total.next() {
            let count = self.count(tx, what, unit).await?;
            total.take(unit, count);
        }
        Ok(total.kept())
    }
}

/// The families themselves, as [`Asked::total`] counts them.
const FAMILIES: (&str, &str) = ("families", "family f where");

/// What the list shows of these families, in no order.
async fn listed(
    tx: &mut Tx,
    ids: &[(FamilyId,)],
    late: NaiveDate,
    near: NaiveDate,
) -> Result<Vec<Listed>, StoreError> {
    let sql = format!(
        "select f.id, f.settlement_name as settlement,
        (select coalesce(h.surname, h.given_name) from person h where h.family = f.id and h.relation = 'head'
         order by h.id limit 1) as name,
        (select count(*) from person p where p.family = f.id) as members,
        (select count(*) from activity a where a.family = f.id and {PLANNED}) as planned,
        (select count(*) from activity a where a.family = f.id and {DONE}) as done,
        (select count(*) from activity a where a.family = f.id and {SOON}) as soon,
        (select count(*) from activity a where a.family = f.id and {OVERDUE}) as overdue,
        (select max(r.received_at) from record r where r.family = f.id) as last_record_at
        from family f where f.id in ("
    );
    let mut families = among!(tx, Listed, &sql, ids, ")", late, near).await?;
    families.sort_unstable_by_key(|family| family.id);
    families.dedup_by_key(|family| family.id);
    Ok(families)
}

impl Asked {
    /// The first of these families after one, one more than a page holds: ids alone, so that what a list shows is counted of
    /// no others.
    async fn page(&self, tx: &mut Tx, after: FamilyId) -> Result<Vec<(FamilyId,)>, StoreError> {
        let Self { units, late, near, since, worker, phone, service, from, to, everywhere, .. } = self;
        let limit = MOST + 1;
        if *everywhere {
            let sql =
                format!("select f.id from family f where {} f.id > $9 order by f.id limit $10", self.sql);
            let sql = AssertSqlSafe(sql.as_str());
            return all!(
                tx,
                (FamilyId,),
                sql,
                late,
                near,
                since,
                worker,
                phone,
                service,
                from,
                to,
                after,
                limit
            )
            .await;
        }
        let sql = format!("select f.id from family f where {} f.id > $9 and f.org_unit in (", self.sql);
        let tail = ") order by f.id limit $10";
        let found = among!(
            tx,
            (FamilyId,),
            &sql,
            *units,
            tail,
            *late,
            *near,
            *since,
            *worker,
            *phone,
            *service,
            *from,
            *to,
            after,
            limit
        );
        let mut ids = found.await?;
        ids.sort_unstable();
        ids.dedup();
        ids.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(ids)
    }

    /// Those of these families with a member who is looked for: the first after one, one more than a page holds, and how many
    /// there are; exact up to [`EXACT`], one more means that there are more.
    async fn met(
        &self,
        tx: &mut Tx,
        readings: &[Met],
        after: FamilyId,
    ) -> Result<(Vec<(FamilyId,)>, i64), StoreError> {
        let Self { units, late, near, since, worker, phone, service, from, to, .. } = self;
        let mut all = BTreeSet::new();
        let mut many = false;
        for met in readings {
            let (condition, [a, b, c, d, e, f, g, h]) = (met.of_word(9), &met.bound);
            let sql = format!(
                "select distinct w.family from person_word w join family f on f.id = w.family
                 where {} {condition} and w.org_unit in (",
                self.sql
            );
            let tail = format!(") limit {}", EXACT + 1);
            let found = among!(
                tx,
                (FamilyId,),
                &sql,
                *units,
                &tail,
                *late,
                *near,
                *since,
                *worker,
                *phone,
                *service,
                *from,
                *to,
                *a,
                *b,
                *c,
                *d,
                *e,
                *f,
                *g,
                *h
            )
            .await?;
            all.extend(found.into_iter().map(|(family,)| family));
            many = many || all.len() > usize::try_from(EXACT).unwrap_or(usize::MAX);
        }
        let page = usize::try_from(MOST + 1).unwrap_or(usize::MAX);
        if !many {
            let total = i64::try_from(all.len()).unwrap_or(i64::MAX);
            let next = all.into_iter().filter(|family| *family > after).take(page);
            return Ok((next.map(|family| (family,)).collect(), total));
        }
        // Every hundredth family or more has such a member: the next ones in order are near.
        all.clear();
        for met in readings {
            let (condition, [a, b, c, d, e, f, g, h]) = (met.of_person("p.id", 9), &met.bound);
            let sql = format!(
                "select f.id from family f where {} f.id > $17
                 and exists (select 1 from person p where p.family = f.id and {condition})",
                self.sql
            );
            let (tail, limit) = ("order by f.id limit $18", MOST + 1);
            let found = if self.everywhere {
                let sql = format!("{sql} {tail}");
                let sql = AssertSqlSafe(sql.as_str());
                all!(
                    tx,
                    (FamilyId,),
                    sql,
                    late,
                    near,
                    since,
                    worker,
                    phone,
                    service,
                    from,
                    to,
                    a,
                    b,
                    c,
                    d,
                    e,
                    f,
                    g,
                    h,
                    after,
                    limit
                )
                .await?
            } else {
                let (sql, tail) = (format!("{sql} and f.org_unit in ("), format!(") {tail}"));
                among!(
                    tx,
                    (FamilyId,),
                    &sql,
                    *units,
                    &tail,
                    *late,
                    *near,
                    *since,
                    *worker,
                    *phone,
                    *service,
                    *from,
                    *to,
                    *a,
                    *b,
                    *c,
                    *d,
                    *e,
                    *f,
                    *g,
                    *h,
                    after,
                    limit
                )
                .await?
            };
            all.extend(found.into_iter().map(|(family,)| family));
        }
        Ok((all.into_iter().take(page).map(|family| (family,)).collect(), EXACT + 1))
    }
}

/// How many families there are of those that are asked for; exact up to 10,000, one more means that there are more.
///
/// # Errors
/// When the database does not answer.
pub async fn count(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<i64, JournalError> {
    let asked = Asked::of(tx, user, territory, wanted, now).await?;
    Ok(asked.total(tx, standing, FAMILIES, now).await?.0)
}

/// Those of these families that are asked for.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn fitting(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
    families: &[(FamilyId,)],
) -> Result<HashSet<FamilyId>, StoreError> {
    let asked = Asked::of(tx, user, territory, wanted, now).await?;
    let sql = format!("select f.id from family f where {} f.id in (", asked.sql);
    let Asked { late, near, since, worker, phone, service, from, to, .. } = &asked;
    let fit = among!(
        tx,
        (FamilyId,),
        &sql,
        families,
        ")",
        *late,
        *near,
        *since,
        *worker,
        *phone,
        *service,
        *from,
        *to
    )
    .await?;
    Ok(fit.into_iter().map(|(family,)| family).collect())
}

/// How a worker's families stand.
///
/// # Errors
/// When the database does not answer.
pub async fn activities(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    worker: UserId,
    today: NaiveDate,
) -> Result<Count, StoreError> {
    let sum = |condition: &str, name: &str| {
        format!("cast(coalesce(sum(case when {condition} then 1 else 0 end), 0) as bigint) as {name}")
    };
    let columns =
        [sum(PLANNED, "planned"), sum(DONE, "done"), sum(SOON, "soon"), sum(OVERDUE, "overdue")].join(", ");
    let sql = format!(
        "select {columns} from activity a join family f on f.id = a.family
         where exists (select 1 from assignment n where n.family = f.id and n.worker = $3 and n.is_open)
         and f.org_unit in ("
    );
    let units = super::held::units(user, territory);
    let (late, near) = near(tx, today).await?;
    let pieces = among!(tx, Count, &sql, units, ")", late, near, worker).await?;
    Ok(pieces.into_iter().fold(Count::default(), Count::and))
}

/// A page of the families that the user may see.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    standing: &Standing,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    now: DateTime<Utc>,
) -> Result<List, JournalError> {
    let mut asked = Asked::of(tx, user, territory, wanted, now).await?;
    let after = wanted.after.unwrap_or(FamilyId(Uuid::nil()));
    let readings = Met::all(&wanted.q);
    let (mut ids, total, activities) = if readings.is_empty() {
        let activities = match &asked.activity {
            Some(activity) => {
                let what = format!("activity a join family f on f.id = a.family where {activity} and");
                Some(asked.total(tx, standing, ("activities", &what), now).await?.0)
            }
            None => None,
        };
        // Only units that have some are asked for them; where they are few, each for its own.
        let (total, units) = asked.total(tx, standing, FAMILIES, now).await?;
        asked.units = units;
        asked.everywhere = asked.everywhere && total > EXACT;
        (asked.page(tx, after).await?, total, activities)
    } else {
        let (ids, total) = asked.met(tx, &readings, after).await?;
        (ids, total, None)
    };
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = ids.len() > most;
    ids.truncate(most);
    let next = ids.last().filter(|_| more).map(|(family,)| *family);
    let mut families = listed(tx, &ids, asked.late, asked.near).await?;
    families
        .sort_by_cached_key(|family| (words::fold(family.name.as_deref().unwrap_or_default()), family.id));
    if !readings.is_empty() {
        let mut matched = search::matched(tx, &ids, &readings).await?;
        for family in &mut families {
            family.matched = matched.remove(&family.id).unwrap_or_default();
        }
    }
    Ok(List {
        families,
        total,
        activities,
        next,
        worker_name: match wanted.worker {
            Some(worker) => records::named(tx, user, territory, worker).await?,
            None => None,
        },
        phone_name: match wanted.phone {
            Some(phone) => records::phone_named(tx, user, territory, phone).await?,
            None => None,
        },
    })
}

/// A family with its plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Family {
    /// Its id.
    pub id: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Street and house.
    pub address: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Day of inclusion in the quota.
    pub quota_date: Option<NaiveDate>,
    /// Day of arrival.
    pub arrived_on: Option<NaiveDate>,
    /// The worker who has it now.
    pub worker: Option<String>,
    /// His id.
    pub worker_id: Option<UserId>,
    /// Its members, the head first.
    pub members: Vec<Member>,
    /// Where its plan stands, once phones have it.
    pub plan_state: Option<PlanState>,
    /// Its activities.
    pub activities: Vec<Activity>,
    /// Job searches that are not over (§18).
    pub job_searches: Vec<JobSearch>,
    /// The centre that serves it.
    #[serde(skip)]
    pub org_unit: OrgUnitId,
}

/// A job search: the person was registered as looking for work, and the registration as unemployed that may follow is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct JobSearch {
    /// Who.
    pub person: PersonId,
    /// The day of the registration.
    pub begun_on: NaiveDate,
    /// Its last day by the term that held on that day; null: no legal due date.
    pub until: Option<NaiveDate>,
}

/// The job searches among the activities of a family, in their order.
fn job_searches(activities: &[Activity], rules: &Rules, calendar: &Calendar) -> Vec<JobSearch> {
    let is_open = |person: PersonId| {
        let of = |other: &&Activity| other.person == person && other.service == ServiceCode::S17;
        activities.iter().find(of).is_some_and(|other| other.state == ActivityState::Planned)
    };
    let searching = |activity: &Activity| {
        use ActivityState::{Disputed, Reported, Synced, SysConfirmed};
        let is_done = matches!(activity.state, Synced | Reported | SysConfirmed | Disputed);
        let is_one = is_done && activity.service == ServiceCode::S15 && is_open(activity.person);
        let begun_on = activity.done_on?;
        let until = rules.programme(begun_on).search_until(begun_on, calendar);
        is_one.then_some(JobSearch { person: activity.person, begun_on, until })
    };
    activities.iter().filter_map(searching).collect()
}

/// An activity of a family's plan.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Activity {
    /// Its id.
    pub id: ActivityId,
    /// For whom.
    pub person: PersonId,
    /// Which service.
    pub service: ServiceCode,
    /// The day on which it is due.
    pub due_on: Option<NaiveDate>,
    /// The last day in time: that day, or the next working day if it is a day off.
    #[sqlx(skip)]
    pub last_on: Option<NaiveDate>,
    /// Where it stands.
    pub state: ActivityState,
    /// The day it was done.
    pub done_on: Option<NaiveDate>,
    /// The record that counts.
    pub record: Option<RecordId>,
    /// What was said of that record.
    pub check_state: Option<CheckKind>,
    /// A record about it is held.
    pub held: bool,
}

/// A person with the family and the services of his plan.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = PersonShown)]
pub struct Person {
    /// The person.
    pub member: Member,
    /// His family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Telephone of the family.
    pub phone: Option<String>,
    /// The worker who has the family now.
    pub worker: Option<String>,
    /// His id.
    pub worker_id: Option<UserId>,
    /// His activities.
    pub activities: Vec<Activity>,
}

impl Family {
    /// One of its members with what the plan has for him.
    #[must_use]
    pub fn person(self, person: PersonId) -> Option<Person> {
        let member = self.members.into_iter().find(|member| member.id == person)?;
        let mut activities = self.activities;
        activities.retain(|activity| activity.person == person);
        Some(Person {
            member,
            family: self.id,
            family_name: self.name,
            settlement: self.settlement,
            phone: self.phone,
            worker: self.worker,
            worker_id: self.worker_id,
            activities,
        })
    }
}

/// The centre that serves a family.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, family: FamilyId) -> Result<Option<OrgUnitId>, StoreError> {
    Ok(opt!(tx, (OrgUnitId,), "select org_unit from family where id = $1", family).await?.map(|(unit,)| unit))
}

/// One family.
///
/// # Errors
/// When the database does not answer.
pub async fn of(tx: &mut Tx, family: FamilyId) -> Result<Option<Family>, StoreError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        org_unit: OrgUnitId,
        settlement_name: String,
        address: Option<String>,
        phone: Option<String>,
        quota_date: Option<NaiveDate>,
        arrived_on: Option<NaiveDate>,
        worker: Option<String>,
        worker_id: Option<UserId>,
        plan_state: Option<PlanState>,
    }
    let sql = "select f.org_unit, f.settlement_name, f.address, f.phone, f.quota_date, f.arrived_on, u.name as worker,
        u.id as worker_id,
        (select p.state from plan p where p.family = f.id order by p.id limit 1) as plan_state
        from family f left join app_user u on u.id = (select s.worker from assignment s
         where s.family = f.id and s.is_open order by s.from_day desc, s.id limit 1) where f.id = $1";
    let Some(row) = opt!(tx, Row, sql, family).await? else { return Ok(None) };
    let sql = format!("{MEMBER} where p.family = $1");
    let members = all!(tx, MemberRow, sqlx::AssertSqlSafe(sql.clone()), family).await?;
    let mut members: Vec<Member> = members.into_iter().map(Member::from).collect();
    members.sort_by_key(|member| (member.relation, member.birth_date, member.id));
    let sql = "select a.id, a.person, a.service, a.due_on, a.state, a.done_on, a.record,
        (select r.check_state from record r where r.record = a.record and r.verdict = 'accepted'
         order by r.position limit 1) as check_state,
        exists (select 1 from record h where h.activity = a.id and h.verdict = 'held') as held
        from activity a where a.family = $1 order by a.service, a.id";
    let mut activities = all!(tx, Activity, sql, family).await?;
    let calendar = calendar::read(tx).await?;
    // Of a family that left nothing is expected any more.
    let stays = row.plan_state != Some(PlanState::Departed);
    for activity in &mut activities {
        activity.last_on = activity.due_on.filter(|_| stays).map(|due| calendar.last_day(due));
    }
    let rules = Rules::read(tx, RuleSet::Programme).await?;
    let job_searches = job_searches(&activities, &rules, &calendar);
    let head = members.first().map(|head| head.surname.clone().unwrap_or_else(|| head.given_name.clone()));
    Ok(Some(Family {
        id: family,
        name: head,
        settlement: row.settlement_name,
        address: row.address,
        phone: row.phone,
        quota_date: row.quota_date,
        arrived_on: row.arrived_on,
        worker: row.worker,
        worker_id: row.worker_id,
        members,
        plan_state: row.plan_state,
        activities,
        job_searches,
        org_unit: row.org_unit,
    }))
}

/// A person's family, its unit, and the number in the clear.
///
/// # Errors
/// When the database does not answer.
pub async fn number(
    tx: &mut Tx,
    person: PersonId,
) -> Result<Option<(FamilyId, OrgUnitId, Option<Iin>)>, StoreError> {
    let sql =
        "select p.family, f.org_unit, p.iin from person p join family f on f.id = p.family where p.id = $1";
    opt!(tx, (FamilyId, OrgUnitId, Option<Iin>), sql, person).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_masked() {
        let iin = (0..10).find_map(|digit| Iin::parse(&format!("90010130001{digit}")).ok()).unwrap();
        assert!(masked(&iin).starts_with("•••• •••• 001"));
    }

    /// who is registered as looking for work searches until he is registered as unemployed, and the term is the one of
    /// the day on which he began.
    #[test]
    fn a_job_search_runs_until_the_registration_as_unemployed() {
        use ActivityState::{Planned, Refused, Synced};
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let [he, she] = [1, 2].map(|n| PersonId(Uuid::from_u128(n)));
        let of = |person, service, state, done: Option<&str>| Activity {
            id: ActivityId(Uuid::nil()),
            person,
            service,
            due_on: None,
            last_on: None,
            state,
            done_on: done.map(day),
            record: None,
            check_state: None,
            held: false,
        };
        let (seeker, unemployed) = (ServiceCode::S15, ServiceCode::S17);
        let rules = Rules::of(RuleSet::Programme, [("rule.programme.job_search_days.2026-12-01", "2")]);
        let search = |person, begun: &str, until: Option<&str>| JobSearch {
            person,
            begun_on: day(begun),
            until: until.map(day),
        };
        let table = [
            (vec![of(he, seeker, Planned, None), of(he, unemployed, Planned, None)], vec![]),
            (
                vec![of(he, seeker, Synced, Some("2026-12-14")), of(he, unemployed, Planned, None)],
                vec![search(he, "2026-12-14", Some("2026-12-17"))],
            ),
            (
                vec![of(he, seeker, Synced, Some("2026-11-30")), of(he, unemployed, Planned, None)],
                vec![search(he, "2026-11-30", None)],
            ),
            (
                vec![
                    of(he, seeker, Synced, Some("2026-12-14")),
                    of(he, unemployed, Synced, Some("2026-12-17")),
                    of(she, unemployed, Planned, None),
                ],
                vec![],
            ),
            (vec![of(he, seeker, Synced, Some("2026-12-14")), of(he, unemployed, Refused, None)], vec![]),
            (vec![of(he, seeker, Synced, Some("2026-12-14"))], vec![]),
        ];
        for (at, (activities, expected)) in table.into_iter().enumerate() {
            assert_eq!(job_searches(&activities, &rules, Calendar::shipped()), expected, "{at}");
        }
    }
}
