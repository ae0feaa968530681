//! The card of a family: its head and members, its settlement, when it was included in the quota, where its members are registered
//! (§31), their consents, and the centre that serves it, which may hand it over to another.
//!
//! Whatever is entered here becomes the very facts that an import makes (`family.set`, `person.set`, `assignment.set`), so
//! there is one way into the tables and onto the phones. Reading is here; what changes something is in [`making`],
//! [`handing_over`] and [`consenting`].

pub mod consenting;
pub mod handing_over;
pub mod making;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    case::{self, RegistrationKind, RegistrationStanding},
    consent,
    ids::{FamilyId, OrgUnitId, PersonId, RegistrationId},
    iin::Iin,
    problem::ProblemCode,
    pulled::{OrgKind, Relation, Role, Sex, User},
    record::ConsentState,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    consents::Member as Consented,
    family::masked,
    policy::{self, Right},
};
use crate::{
    all,
    check::policy::Territory,
    one, opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};
use handing_over::Handover;

/// The card of a family.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = FamilyCard)]
pub struct Card {
    /// Whose.
    pub family: FamilyId,
    /// To be said with what is saved: whoever has not seen the last change is refused.
    pub version: i64,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// The centre that serves it.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub unit_kk: String,
    /// Its name in Russian.
    pub unit_ru: String,
    /// KATO code of the settlement.
    pub settlement_kato: String,
    /// Its name.
    pub settlement_name: String,
    /// Whether it is in the countryside (§38).
    pub rural: bool,
    /// Day of inclusion in the quota, from which the terms of services run (§33).
    pub quota_date: Option<NaiveDate>,
    /// Day of arrival.
    pub arrived_on: Option<NaiveDate>,
    /// Street and house.
    pub address: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// Its members, the head first.
    pub members: Vec<CardMember>,
    /// Hand-overs, the last first.
    pub handovers: Vec<Handover>,
    /// Other career centres by name, for whoever may hand it over.
    pub centres: Vec<Centre>,
    /// Whether the user may change the card.
    pub may_keep: bool,
    /// Whether the user may propose it to another centre now.
    pub may_hand_over: bool,
}

/// A member in the card. The number is masked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CardMember {
    /// Id.
    pub id: PersonId,
    /// Surname, if the person has one.
    pub surname: Option<String>,
    /// Given name.
    pub given_name: String,
    /// Patronymic, if the person has one.
    pub patronymic: Option<String>,
    /// Spelling in the passport.
    pub latin_name: Option<String>,
    /// `•••• •••• 0003`, if there is one.
    pub iin_masked: Option<String>,
    /// Day of birth.
    pub birth_date: Option<NaiveDate>,
    /// Sex by the document.
    pub sex: Option<Sex>,
    /// To the head of the family.
    pub relation: Relation,
    /// Telephone.
    pub phone: Option<String>,
    /// His own consent.
    pub consent: ConsentState,
    /// Whether he speaks for himself: a minor is spoken for by a parent.
    pub adult: bool,
    /// Whether a consent counts for him, his own or a parent's.
    pub consented: bool,
    /// Where he is registered, the present one first.
    pub registrations: Vec<Registration>,
}

/// A registration.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CardRegistration)]
pub struct Registration {
    /// Its id.
    pub id: RegistrationId,
    /// How.
    pub kind: RegistrationKind,
    /// From which day on.
    pub from: NaiveDate,
    /// Of a temporary one: its last day.
    pub until: Option<NaiveDate>,
    /// Where.
    pub place: Option<String>,
    /// How it stands today; null: another took its place.
    pub standing: Option<RegistrationStanding>,
    /// Of a temporary one: the last day that the year of §31 allows.
    pub year_end: Option<NaiveDate>,
    /// Who entered it.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A career centre.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = CardCentre)]
pub struct Centre {
    /// Which.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
}

#[derive(sqlx::FromRow)]
struct FamilyRow {
    org_unit: OrgUnitId,
    settlement_kato: String,
    settlement_name: String,
    rural: bool,
    quota_date: Option<NaiveDate>,
    arrived_on: Option<NaiveDate>,
    address: Option<String>,
    phone: Option<String>,
}

#[derive(sqlx::FromRow)]
struct MemberRow {
    id: PersonId,
    surname: Option<String>,
    given_name: String,
    patronymic: Option<String>,
    latin_name: Option<String>,
    iin: Option<Iin>,
    birth_date: Option<NaiveDate>,
    sex: Option<Sex>,
    relation: Relation,
    phone: Option<String>,
    state: Option<ConsentState>,
}

#[derive(sqlx::FromRow)]
struct RegistrationRow {
    id: RegistrationId,
    person: PersonId,
    kind: RegistrationKind,
    from_day: NaiveDate,
    until_day: Option<NaiveDate>,
    year_from: NaiveDate,
    place: Option<String>,
    is_current: bool,
    by_name: String,
    by_role: Role,
    at: DateTime<Utc>,
}

impl RegistrationRow {
    fn on(self, today: NaiveDate) -> Registration {
        let standing = case::registration_standing(self.kind, self.year_from, self.until_day, today);
        let temporary = self.kind == RegistrationKind::Temporary;
        Registration {
            id: self.id,
            kind: self.kind,
            from: self.from_day,
            until: self.until_day,
            place: self.place,
            standing: self.is_current.then_some(standing),
            year_end: temporary.then(|| case::year_end(self.year_from)).flatten(),
            by_name: self.by_name,
            by_role: self.by_role,
            at: self.at,
        }
    }
}

/// Where in the journal the card was last changed.
pub(super) async fn version(tx: &mut Tx, family: FamilyId) -> Result<i64, StoreError> {
    let sql = "select coalesce(max(position), 0) from journal where family = $1
        and kind in ('family.set', 'person.set')";
    Ok(one!(tx, (i64,), sql, family).await?.0)
}

/// The card of a family.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn card(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    family: FamilyId,
    now: DateTime<Utc>,
) -> Outcome<Card> {
    let today = civil_date(now);
    let sql =
        "select org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone
        from family where id = $1";
    let row = opt!(tx, FamilyRow, sql, family).await?.ok_or(ProblemCode::NotFound)?;
    let sql = "select p.id, p.surname, p.given_name, p.patronymic, p.latin_name, p.iin, p.birth_date, p.sex, p.relation,
        p.phone, c.state from person p left join consent c on c.person = p.id where p.family = $1";
    let mut members = all!(tx, MemberRow, sql, family).await?;
    members.sort_by_key(|member| (member.relation, member.birth_date, member.id));
    let sql =
        "select id, person, kind, from_day, until_day, year_from, place, is_current, by_name, by_role, at
        from registration where family = $1 order by position desc";
    let mut registered: Vec<(PersonId, Registration)> = all!(tx, RegistrationRow, sql, family)
        .await?
        .into_iter()
        .map(|row| (row.person, row.on(today)))
        .collect();
    let consenting: Vec<consent::Consenting> = members
        .iter()
        .map(|member| consent::Consenting {
            person: member.id,
            relation: member.relation,
            birth_date: member.birth_date,
            state: member.state.unwrap_or(ConsentState::Missing),
        })
        .collect();
    let members = members
        .into_iter()
        .zip(&consenting)
        .map(|(member, own)| {
            type Of = Vec<(PersonId, Registration)>;
            let (his, rest): (Of, Of) = registered.drain(..).partition(|(person, _)| *person == member.id);
            registered = rest;
            let counts = consent::standing(&consenting, member.id, today);
            CardMember {
                id: member.id,
                surname: member.surname,
                given_name: member.given_name,
                patronymic: member.patronymic,
                latin_name: member.latin_name,
                iin_masked: member.iin.as_ref().map(masked),
                birth_date: member.birth_date,
                sex: member.sex,
                relation: member.relation,
                phone: member.phone,
                consent: own.state,
                adult: !own.is_minor(today),
                consented: counts.is_some_and(|(state, _)| state == ConsentState::Given),
                registrations: his.into_iter().map(|(_, registration)| registration).collect(),
            }
        })
        .collect();
    let handovers = handing_over::of_family(tx, user, territory, family).await?;
    let rights = policy::rights(user.role);
    let gives = rights.contains(&Right::FamilyHandOver);
    let unit = territory.unit(row.org_unit);
    Ok(Card {
        family,
        version: version(tx, family).await?,
        today,
        unit: row.org_unit,
        unit_kk: unit.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        unit_ru: unit.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
        settlement_kato: row.settlement_kato,
        settlement_name: row.settlement_name,
        rural: row.rural,
        quota_date: row.quota_date,
        arrived_on: row.arrived_on,
        address: row.address,
        phone: row.phone,
        members,
        may_keep: rights.contains(&Right::FamilyKeep),
        may_hand_over: gives && !handovers.iter().any(|of| of.is_open()),
        centres: if gives { centres(territory, row.org_unit) } else { Vec::new() },
        handovers,
    })
}

/// Career centres but this one, by name.
fn centres(territory: &Territory, but: OrgUnitId) -> Vec<Centre> {
    let mut centres: Vec<Centre> = territory
        .all()
        .into_iter()
        .filter(|unit| *unit != but)
        .filter_map(|unit| territory.unit(unit))
        .filter(|unit| unit.kind == OrgKind::Cc)
        .map(|unit| Centre { unit: unit.id, name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() })
        .collect();
    centres.sort_by(|a, b| (&a.name_kk, a.unit).cmp(&(&b.name_kk, b.unit)));
    centres
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::CaseImpossible, why)
}

/// The consents of a family's members.
async fn consented(tx: &mut Tx, family: FamilyId) -> Result<Vec<Consented>, StoreError> {
    super::consents::members(tx, family).await
}
