//! Families as the office sees them: the list, one family with its plan, and a person's number for who says why.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId},
    iin::Iin,
    plan_state::{ActivityState, CheckKind},
    pulled::{Relation, User},
    receipt::Verdict,
    record::ConsentState,
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::policy;
use crate::{
    all, among,
    apply::words,
    check::policy::Territory,
    opt,
    store::{StoreError, Tx},
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

/// What the list is asked for.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Part of a name, letters that a keyboard lacks aside, or the last digits of a number.
    #[serde(default)]
    pub q: String,
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
    /// Those whose day has passed.
    pub overdue: i64,
    /// When the last record about it came.
    pub last_record_at: Option<DateTime<Utc>>,
}

/// Families of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FamilyList)]
pub struct List {
    /// The families, by name.
    pub families: Vec<Listed>,
    /// There are more: a narrower question finds them.
    pub more: bool,
}

/// Families that the user may see.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<List, StoreError> {
    let units = match policy::reach(user, territory) {
        Some(units) => units,
        None => territory.all(),
    };
    let units: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    let asked = words::ranges(&wanted.q);
    let found = if asked.is_empty() { None } else { Some(matching(tx, &units, &asked, MOST + 1).await?) };
    let sql = "select f.id, f.settlement_name as settlement,
        (select coalesce(h.surname, h.given_name) from person h where h.family = f.id and h.relation = 'head'
         order by h.id limit 1) as name,
        (select count(*) from person p where p.family = f.id) as members,
        (select count(*) from activity a where a.family = f.id and a.state not in ('cancelled', 'not_applicable',
         'refused')) as planned,
        (select count(*) from activity a where a.family = f.id and a.state in ('synced', 'reported',
         'sys_confirmed', 'disputed')) as done,
        (select count(*) from activity a where a.family = f.id and a.state = 'planned' and a.due_on < $1) as overdue,
        (select max(r.received_at) from record r where r.family = f.id) as last_record_at
        from family f where ";
    let mut families = match found {
        Some(ids) => {
            let sql = format!("{sql} f.id in (");
            among!(tx, Listed, &sql, ids, ")", today).await?
        }
        None => {
            let sql = format!("{sql} f.org_unit in (");
            among!(tx, Listed, &sql, units, ") order by f.id limit $2", today, MOST + 1).await?
        }
    };
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = families.len() > most;
    families.truncate(most);
    families.sort_by_key(|family| (words::fold(family.name.as_deref().unwrap_or_default()), family.id));
    families.dedup_by_key(|family| family.id);
    Ok(List { families, more })
}

/// Families with a member whose names and number begin as asked, at most so many.
pub(super) async fn matching(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    asked: &[(String, String)],
    most: i64,
) -> Result<Vec<(FamilyId,)>, StoreError> {
    // The longest word is on the fewest people; more than four say nothing more.
    let mut asked = asked.to_vec();
    asked.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
    let Some(first) = asked.first().cloned() else { return Ok(Vec::new()) };
    asked.resize(4, first);
    let [a, b, c, d] = [0, 1, 2, 3].map(|at| asked[at].clone());
    let also = |from: u8| {
        format!(
            "and exists (select 1 from person_word o where o.person = w.person and o.word >= ${from} and o.word < ${})",
            from + 1
        )
    };
    let tail = format!(
        ") and w.word >= $1 and w.word < $2 {} {} {} limit {most}",
        also(3),
        also(5),
        also(7)
    );
    let sql = "select distinct w.family from person_word w where w.org_unit in (";
    let units = units.to_vec();
    let found = among!(tx, (FamilyId,), sql, units, &tail, a.0, a.1, b.0, b.1, c.0, c.1, d.0, d.1);
    let mut ids = found.await?;
    ids.sort_unstable();
    ids.dedup();
    ids.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(ids)
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
    /// Its members, the head first.
    pub members: Vec<Member>,
    /// Its activities.
    pub activities: Vec<Activity>,
    /// What was recorded, the newest first; at most the last hundred.
    pub records: Vec<Recorded>,
    /// The centre that serves it.
    #[serde(skip)]
    pub org_unit: OrgUnitId,
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
    /// The last day on which it is due.
    pub due_on: Option<NaiveDate>,
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

/// A record about a family.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
pub struct Recorded {
    /// Its id.
    pub record: RecordId,
    /// Kind of statement.
    pub kind: Option<String>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// For whom.
    pub person: Option<PersonId>,
    /// Who recorded.
    pub worker_name: String,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// Accepted or held.
    pub verdict: Verdict,
    /// A newer version has taken its place.
    pub superseded: bool,
    /// What was said of it.
    pub check_state: CheckKind,
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
    }
    let sql = "select f.org_unit, f.settlement_name, f.address, f.phone, f.quota_date, f.arrived_on,
        (select u.name from assignment s join app_user u on u.id = s.worker
         where s.family = f.id and s.is_open order by s.from_day desc limit 1) as worker
        from family f where f.id = $1";
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
    let activities = all!(tx, Activity, sql, family).await?;
    let sql = "select r.record, r.kind, r.service, r.person, u.name as worker_name, r.done_on, r.received_at,
        r.verdict, r.superseded, r.check_state from record r join app_user u on u.id = r.worker
        where r.family = $1 and r.record is not null order by r.position desc limit 100";
    let records = all!(tx, Recorded, sql, family).await?;
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
        members,
        activities,
        records,
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
}
