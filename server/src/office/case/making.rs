//! What changes in the card of a family: it is registered, its card is saved, a member is registered where he lives. Each under
//! the lock on the journal's head; only what differs becomes a fact. Whoever asks may (the handlers have looked).

use std::collections::HashSet;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    case::{self, CaseFault, Fault, MAX_ADDRESS, MAX_MEMBERS, RegistrationKind},
    ids::{ActivityId, AssignmentId, FamilyId, OrgUnitId, PersonId, RegistrationId},
    iin::Iin,
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    pulled::{Assignment, Family, OrgKind, Person, Relation, Sex, User},
    service::ServiceCode,
    time::micros,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{impossible, version};
use crate::{
    all, calendar,
    chance::{self, Chance},
    check::policy::Territory,
    dues,
    facts::{DuesMoved, DuesSet, Event, RegistrationSet, ReportHand},
    journal::{self, Fact, Locked},
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
    terms::Terms,
};

/// A family as it is to be.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = WantedFamily)]
#[serde(deny_unknown_fields)]
pub struct WantedFamily {
    /// The version of the card that was shown; null where the family is new.
    #[serde(default)]
    pub version: Option<i64>,
    /// KATO code of the settlement, nine digits.
    pub settlement_kato: String,
    /// Its name.
    pub settlement_name: String,
    /// Whether it is in the countryside: as it is with others there, if there are any (§38).
    pub rural: bool,
    /// Day of inclusion in the quota.
    #[serde(default)]
    pub quota_date: Option<NaiveDate>,
    /// Day of arrival.
    #[serde(default)]
    pub arrived_on: Option<NaiveDate>,
    /// Street and house, at most 500 characters.
    #[serde(default)]
    pub address: Option<String>,
    /// Telephone, of any country.
    #[serde(default)]
    pub phone: Option<String>,
    /// Its members: all that there are, and new ones. Exactly one is the head.
    pub members: Vec<WantedMember>,
}

/// A member as he is to be.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = WantedMember)]
#[serde(deny_unknown_fields)]
pub struct WantedMember {
    /// Who; null where he is new.
    #[serde(default)]
    pub id: Option<PersonId>,
    /// Surname, if the person has one.
    #[serde(default)]
    pub surname: Option<String>,
    /// Given name; who has one name only has it here.
    pub given_name: String,
    /// Patronymic, if the person has one.
    #[serde(default)]
    pub patronymic: Option<String>,
    /// Spelling in the passport.
    #[serde(default)]
    pub latin_name: Option<String>,
    /// Twelve digits; null: as it is, empty: none.
    #[serde(default)]
    pub iin: Option<String>,
    /// Day of birth.
    #[serde(default)]
    pub birth_date: Option<NaiveDate>,
    /// Sex by the document.
    #[serde(default)]
    pub sex: Option<Sex>,
    /// To the head of the family.
    pub relation: Relation,
    /// Telephone, of any country.
    #[serde(default)]
    pub phone: Option<String>,
}

/// A card that was saved.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = SavedFamily)]
pub struct Saved {
    /// Which family.
    pub family: FamilyId,
    /// Legal days of open services that moved with the day of inclusion in the quota (§33).
    pub moved: i64,
}

/// Where somebody is registered.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = WantedRegistration)]
#[serde(deny_unknown_fields)]
pub struct WantedRegistration {
    /// The present one as it was shown; null where there is none.
    #[serde(default)]
    pub seen: Option<RegistrationId>,
    /// Whether that one is put right; else another takes its place.
    #[serde(default)]
    pub corrects: bool,
    /// How.
    pub kind: RegistrationKind,
    /// From which day on.
    pub from: NaiveDate,
    /// Of a temporary one: its last day, at most a year after the first temporary one began.
    #[serde(default)]
    pub until: Option<NaiveDate>,
    /// Where, at most 500 characters.
    #[serde(default)]
    pub place: Option<String>,
}

/// Facts about a family on their way into the journal, by one user at one moment.
pub(super) struct Making<'a> {
    pub(super) tx: Tx,
    locked: Locked,
    pub(super) chance: &'a dyn Chance,
    pub(super) now: DateTime<Utc>,
    by: &'a User,
    facts: Vec<Fact>,
}

impl<'a> Making<'a> {
    pub(super) async fn begin(state: &'a AppState, by: &'a User) -> Outcome<Self> {
        let now = micros(state.clock.wall());
        let mut tx = state.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        Ok(Self { tx, locked, chance: state.chance.as_ref(), now, by, facts: Vec::new() })
    }

    pub(super) fn today(&self) -> NaiveDate {
        civil_date(self.now)
    }

    pub(super) fn hand(&self) -> ReportHand {
        ReportHand { by: self.by.id, by_name: self.by.name.clone(), by_role: self.by.role }
    }

    pub(super) fn add(&mut self, family: FamilyId, person: Option<PersonId>, event: Event) {
        let author = Author { kind: AuthorKind::User, id: Some(self.by.id.0) };
        self.facts.push(Fact { author, family: Some(family), person, event });
    }

    pub(super) async fn append(mut self) -> Outcome<()> {
        if self.facts.is_empty() {
            return Err(ProblemCode::NothingChanges.into());
        }
        journal::append_locked(&mut self.tx, self.locked, self.chance, self.now, self.facts).await?;
        Ok(self.tx.commit().await?)
    }
}

/// The family, which must be there.
pub(super) async fn family_of(tx: &mut Tx, family: FamilyId) -> Outcome<Family> {
    let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
        latitude, longitude from family where id = $1";
    Ok(opt!(tx, Family, sql, family).await?.ok_or(ProblemCode::NotFound)?)
}

/// Registers a family at the user's own centre; he has it from today on.
///
/// # Errors
/// `case-impossible` where the user is of no career centre, `case-invalid`, `bad-request`.
pub async fn register(state: &AppState, by: &User, wanted: WantedFamily) -> Outcome<Saved> {
    if wanted.version.is_some() || wanted.members.iter().any(|member| member.id.is_some()) {
        return Err(Refusal::because(ProblemCode::BadRequest, "a new family has no version and new members"));
    }
    let mut making = Making::begin(state, by).await?;
    let draw = |making: &Making<'_>| chance::bytes(making.chance);
    let id = FamilyId::draw(making.now, draw(&making));
    let family = as_wanted(&wanted, id, by.org_unit, None);
    let mut persons = Vec::with_capacity(wanted.members.len());
    for member in &wanted.members {
        let own = PersonId::draw(making.now, draw(&making));
        persons.push((member, own, None));
    }
    let persons = judged(&mut making, &family, None, persons).await?;
    let assignment = Assignment {
        id: AssignmentId::draw(making.now, draw(&making)),
        family: id,
        worker: by.id,
        from: making.today(),
        to: None,
    };
    making.add(id, None, Event::FamilySet(family));
    for person in persons {
        making.add(id, Some(person.id), Event::PersonSet(person));
    }
    // Last, so that the family enters the worker's phone whole.
    making.add(id, None, Event::AssignmentSet(assignment));
    making.append().await?;
    Ok(Saved { family: id, moved: 0 })
}

/// Saves the card of a family as it is to be. Legal days of open services follow the day of inclusion in the quota.
///
/// # Errors
/// `not-found`, `not-as-shown` where the card was changed meanwhile, `case-invalid`, `nothing-changes`, `bad-request`.
pub async fn save(state: &AppState, by: &User, id: FamilyId, wanted: WantedFamily) -> Outcome<Saved> {
    let mut making = Making::begin(state, by).await?;
    let before = family_of(&mut making.tx, id).await?;
    if wanted.version != Some(version(&mut making.tx, id).await?) {
        return Err(ProblemCode::NotAsShown.into());
    }
    let sql = "select id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex, relation, phone
        from person where family = $1";
    let held = all!(&mut making.tx, Person, sql, id).await?;
    let named: HashSet<PersonId> = wanted.members.iter().filter_map(|member| member.id).collect();
    let known = |person: &PersonId| held.iter().any(|held| held.id == *person);
    let whole = held.iter().all(|person| named.contains(&person.id)) && named.iter().all(known);
    if !whole || named.len() != wanted.members.iter().filter(|member| member.id.is_some()).count() {
        return Err(Refusal::because(ProblemCode::BadRequest, "all members, each once"));
    }
    let family = as_wanted(&wanted, id, before.org_unit, Some(&before));
    let mut persons = Vec::with_capacity(wanted.members.len());
    for member in &wanted.members {
        let own = member.id.unwrap_or_else(|| PersonId::draw(making.now, chance::bytes(making.chance)));
        persons.push((member, own, held.iter().find(|held| Some(held.id) == member.id)));
    }
    let persons = judged(&mut making, &family, Some(&before), persons).await?;
    let dues = match family.quota_date {
        quota if quota == before.quota_date => Vec::new(),
        quota => moved(&mut making.tx, id, quota).await?,
    };
    if family != before {
        making.add(id, None, Event::FamilySet(family));
    }
    for person in persons {
        if !held.contains(&person) {
            making.add(id, Some(person.id), Event::PersonSet(person));
        }
    }
    let count = dues::count(&dues);
    if !dues.is_empty() {
        making.add(id, None, Event::DuesSet(DuesSet { dues }));
    }
    making.append().await?;
    Ok(Saved { family: id, moved: count })
}

fn trimmed(text: Option<&String>) -> Option<String> {
    text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// The coordinates are those of the house: they go when it is another.
fn as_wanted(of: &WantedFamily, id: FamilyId, org_unit: OrgUnitId, before: Option<&Family>) -> Family {
    let address = trimmed(of.address.as_ref());
    let kato = of.settlement_kato.trim();
    let house =
        before.filter(|before| before.settlement_kato == kato && before.address.as_ref() == address.as_ref());
    Family {
        id,
        org_unit,
        settlement_kato: kato.to_owned(),
        settlement_name: of.settlement_name.trim().to_owned(),
        rural: of.rural,
        quota_date: of.quota_date,
        arrived_on: of.arrived_on,
        phone: trimmed(of.phone.as_ref()),
        latitude: house.and_then(|house| house.latitude),
        longitude: house.and_then(|house| house.longitude),
        address,
    }
}

/// The members as they are to be, once nothing is wrong with them and the family.
async fn judged(
    making: &mut Making<'_>,
    family: &Family,
    before: Option<&Family>,
    members: Vec<(&WantedMember, PersonId, Option<&Person>)>,
) -> Outcome<Vec<Person>> {
    if members.len() > MAX_MEMBERS {
        return Err(Refusal::because(ProblemCode::BadRequest, format!("at most {MAX_MEMBERS} members")));
    }
    let today = making.today();
    let territory = Territory::read(&mut making.tx).await?;
    let unit = territory.unit(family.org_unit).filter(|unit| unit.kind == OrgKind::Cc);
    let unit = unit.ok_or_else(|| impossible("families are registered at career centres"))?;
    let known = settled_near(&mut making.tx, family).await?;
    let of_family = case::family_faults(family, before, &unit.kato, &known, today);
    let mut faults: Vec<Fault> = of_family.into_iter().map(|what| Fault { member: None, what }).collect();
    if !case::has_one_head(members.iter().map(|(member, ..)| member.relation)) {
        faults.push(Fault { member: None, what: CaseFault::Head });
    }
    let mut persons: Vec<Person> = Vec::with_capacity(members.len());
    for (at, (member, id, held)) in members.into_iter().enumerate() {
        let mut fault = |what| faults.push(Fault { member: Some(at + 1), what });
        let iin = match member.iin.as_deref().map(str::trim) {
            None => held.and_then(|held| held.iin.clone()),
            Some("") => None,
            Some(digits) => match Iin::parse(digits) {
                Ok(iin) => Some(iin),
                Err(_) => {
                    fault(CaseFault::Iin);
                    None
                }
            },
        };
        if let Some(iin) = iin.as_ref().filter(|iin| held.and_then(|held| held.iin.as_ref()) != Some(*iin)) {
            let sql = "select id from person where iin = $1";
            let taken = opt!(&mut making.tx, (PersonId,), sql, iin.reveal()).await?.is_some();
            if taken || persons.iter().any(|person| person.iin.as_ref() == Some(iin)) {
                fault(CaseFault::IinTaken);
            }
        }
        let person = Person {
            id,
            family: family.id,
            surname: trimmed(member.surname.as_ref()),
            given_name: member.given_name.trim().to_owned(),
            patronymic: trimmed(member.patronymic.as_ref()),
            latin_name: trimmed(member.latin_name.as_ref()),
            iin,
            birth_date: member.birth_date,
            sex: member.sex,
            relation: member.relation,
            phone: trimmed(member.phone.as_ref()),
        };
        case::member_faults(&person, held, today).into_iter().for_each(&mut fault);
        persons.push(person);
    }
    if faults.is_empty() {
        return Ok(persons);
    }
    let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
    Err(Refusal::because(ProblemCode::CaseInvalid, said.join(", ")))
}

/// Settlements of other families in the same okrug, and whether they are rural.
async fn settled_near(tx: &mut Tx, family: &Family) -> Result<Vec<(String, bool)>, StoreError> {
    let Some(okrug) = family.settlement_kato.get(..6) else { return Ok(Vec::new()) };
    if !okrug.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(Vec::new());
    }
    let sql = "select distinct settlement_kato, rural from family where settlement_kato like $1 and id <> $2";
    all!(tx, (String, bool), sql, format!("{okrug}%"), family.id).await
}

/// Which legal days move when the family is included on this day. What a plan named stays as it is; what was counted follows,
/// and what waited for the day gets it.
async fn moved(
    tx: &mut Tx,
    family: FamilyId,
    quota: Option<NaiveDate>,
) -> Result<Vec<DuesMoved>, StoreError> {
    let (terms, calendar) = (Terms::read(tx).await?, calendar::read(tx).await?);
    type Open = (ActivityId, ServiceCode, Option<NaiveDate>, bool);
    let sql = "select id, service, due_on, counted from activity where family = $1 and state = 'planned'";
    let moving = all!(tx, Open, sql, family).await?.into_iter().filter_map(|(id, service, was, counted)| {
        let due = quota.and_then(|quota| terms.due(service, quota, &calendar));
        ((counted || was.is_none()) && was != due).then_some((was, due, id))
    });
    Ok(dues::together(moving.collect()))
}

/// Registers a member where he lives (§31): another registration takes the place of the present one, or that one is put right.
///
/// # Errors
/// `not-found`, `not-as-shown`, `out-of-range`, `words-missing`.
pub async fn register_person(
    state: &AppState,
    by: &User,
    person: PersonId,
    wanted: WantedRegistration,
) -> Outcome<()> {
    let WantedRegistration { seen, corrects, kind, from, until, place } = wanted;
    let place = trimmed(place.as_ref());
    if place.as_ref().is_some_and(|text| text.chars().count() > MAX_ADDRESS || text.contains('\0')) {
        return Err(ProblemCode::WordsMissing.into());
    }
    let mut making = Making::begin(state, by).await?;
    let sql = "select family from person where id = $1";
    let (family,) = opt!(&mut making.tx, (FamilyId,), sql, person).await?.ok_or(ProblemCode::NotFound)?;
    type Held = (RegistrationId, RegistrationKind, NaiveDate);
    let sql = "select id, kind, year_from from registration where person = $1 order by position desc limit 2";
    let held = all!(&mut making.tx, Held, sql, person).await?;
    let present = held.first().copied();
    if present.map(|(id, ..)| id) != seen || (corrects && present.is_none()) {
        return Err(ProblemCode::NotAsShown.into());
    }
    let before = if corrects { held.get(1) } else { present.as_ref() };
    let year_from = case::year_from(before.map(|(_, kind, year_from)| (*kind, *year_from)), from);
    let today = making.today();
    let range = |what: String| Err(Refusal::because(ProblemCode::OutOfRange, what));
    if !case::is_day(from, today) {
        return range(format!("until {today}"));
    }
    let until = match kind {
        RegistrationKind::Permanent => None,
        RegistrationKind::Temporary => {
            let last = case::year_end(year_from).ok_or(ProblemCode::OutOfRange)?;
            match until {
                Some(until) if until >= from && until <= last => Some(until),
                _ => return range(format!("until {last} at the latest")),
            }
        }
    };
    let registration = match present.filter(|_| corrects) {
        Some((id, ..)) => id,
        None => RegistrationId::draw(making.now, chance::bytes(making.chance)),
    };
    let hand = making.hand();
    let set = RegistrationSet { registration, kind, from, until, year_from, place, hand };
    making.add(family, Some(person), Event::RegistrationSet(set));
    making.append().await
}
