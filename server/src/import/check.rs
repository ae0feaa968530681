//! What an import document refers to, and what is in the store already.
//!
//! An entity that is in the store with the same values is left as it is and writes no fact; with other values it is an
//! error, because an import must never undo what people have done since. What changes by work (whether a user is active,
//! the last day of an assignment, the state of a consent, plan or activity) is not compared.

use std::collections::{HashMap, HashSet};

use kandas_shared::{
    ids::{FamilyId, OrgUnitId, PersonId, UserId},
    iin::Iin,
    pulled::{Activity, Assignment, Consent, Family, OrgKind, OrgUnit, Person, Plan, Relation, User},
    service::{ServiceCode, Unit},
};
use uuid::Uuid;

use super::{
    document::{Document, Placed},
    fields::{ImportErrors, Places},
};

/// What the store holds of the kinds an import brings.
#[derive(Default)]
pub struct Held {
    /// Organisations.
    pub org_units: Vec<OrgUnit>,
    /// Users.
    pub users: Vec<User>,
    /// Families.
    pub families: Vec<Family>,
    /// Persons.
    pub persons: Vec<Person>,
    /// Assignments.
    pub assignments: Vec<Assignment>,
    /// Consents.
    pub consents: Vec<Consent>,
    /// Plans.
    pub plans: Vec<Plan>,
    /// Activities.
    pub activities: Vec<Activity>,
    /// Families of which a version of a plan is under way at the office.
    pub drafted: HashSet<FamilyId>,
    /// Families that were erased and may not come back.
    pub erased_families: HashSet<FamilyId>,
    /// Persons who were erased and may not come back.
    pub erased_persons: HashSet<PersonId>,
}

/// Checks a document against itself and the store, then takes out of it what the store has already. Answers how many
/// entities those were.
pub fn check(document: &mut Document, held: &Held, errors: &mut ImportErrors) -> usize {
    ids_once(document, errors);
    organisations(document, held, errors);
    people(document, held, errors);
    families(document, held, errors);
    plans(document, held, errors);
    let before = document.len();
    leave_out(&mut document.org_units, &held.org_units, "org_units", errors);
    leave_out(&mut document.users, &held.users, "users", errors);
    leave_out(&mut document.families, &held.families, "families", errors);
    leave_out(&mut document.persons, &held.persons, "persons", errors);
    leave_out(&mut document.assignments, &held.assignments, "assignments", errors);
    leave_out(&mut document.consents, &held.consents, "consents", errors);
    leave_out(&mut document.plans, &held.plans, "plans", errors);
    leave_out(&mut document.activities, &held.activities, "plans.activities", errors);
    before - document.len()
}

/// An entity that can be in the store already.
trait Known {
    fn key(&self) -> Uuid;
    /// The first field in which the store has another value.
    fn differs(&self, held: &Self) -> Option<&'static str>;
}

macro_rules! known {
    ($($type:ty: $($field:ident)+;)+) => {$(
        impl Known for $type {
            fn key(&self) -> Uuid { self.id.0 }
            fn differs(&self, held: &Self) -> Option<&'static str> {
                $(if self.$field != held.$field { return Some(stringify!($field)); })+
                None
            }
        }
    )+};
}

known! {
    OrgUnit: parent kind kato name_kk name_ru;
    User: org_unit login role name language;
    Family: org_unit settlement_kato settlement_name rural quota_date arrived_on address phone latitude longitude;
    Person: family surname given_name patronymic latin_name iin birth_date sex relation phone;
    Assignment: family worker from;
    Consent: person;
    Plan: family;
    Activity: plan person service;
}

fn leave_out<T: Known>(rows: &mut Vec<Placed<T>>, held: &[T], list: &'static str, errors: &mut ImportErrors) {
    let held: HashMap<Uuid, &T> = held.iter().map(|row| (row.key(), row)).collect();
    rows.retain(|placed| match held.get(&placed.row.key()) {
        None => true,
        Some(stored) => {
            if let Some(field) = placed.row.differs(stored) {
                let problem = "is in the store already with another value";
                errors.note(placed.at.of(field), format!("{list}.{field}"), problem);
            }
            false
        }
    });
}

fn ids_once(document: &Document, errors: &mut ImportErrors) {
    let mut seen: HashSet<Uuid> = HashSet::with_capacity(document.len());
    let mut once = |id: Uuid, at: &Places, list: &str| {
        if !seen.insert(id) {
            errors.note(at.of("id"), format!("{list}.id"), "stands in this document twice");
        }
    };
    document.org_units.iter().for_each(|p| once(p.row.id.0, &p.at, "org_units"));
    document.users.iter().for_each(|p| once(p.row.id.0, &p.at, "users"));
    document.families.iter().for_each(|p| once(p.row.id.0, &p.at, "families"));
    document.persons.iter().for_each(|p| once(p.row.id.0, &p.at, "persons"));
    document.assignments.iter().for_each(|p| once(p.row.id.0, &p.at, "assignments"));
    document.consents.iter().for_each(|p| once(p.row.id.0, &p.at, "consents"));
    document.plans.iter().for_each(|p| once(p.row.id.0, &p.at, "plans"));
    document.activities.iter().for_each(|p| once(p.row.id.0, &p.at, "plans.activities"));
}

/// The rows of the store and of the document, the document's last.
fn both<'a, T>(held: &'a [T], placed: &'a [Placed<T>]) -> impl Iterator<Item = &'a T> {
    held.iter().chain(placed.iter().map(|placed| &placed.row))
}

fn organisations(document: &Document, held: &Held, errors: &mut ImportErrors) {
    let parents: HashMap<OrgUnitId, Option<OrgUnitId>> =
        both(&held.org_units, &document.org_units).map(|unit| (unit.id, unit.parent)).collect();
    for Placed { row, at } in &document.org_units {
        let Some(parent) = row.parent else { continue };
        if !parents.contains_key(&parent) {
            errors.note(at.of("parent"), "org_units.parent", "is neither in this document nor in the store");
            continue;
        }
        // As many steps as there are units: a ring is reported by each unit that lies on it.
        let mut above = Some(parent);
        for _ in 0..parents.len() {
            let Some(unit) = above else { break };
            if unit == row.id {
                errors.note(at.of("parent"), "org_units.parent", "makes a ring");
                break;
            }
            above = parents.get(&unit).copied().flatten();
        }
    }
}

fn people(document: &Document, held: &Held, errors: &mut ImportErrors) {
    let units: HashSet<OrgUnitId> = both(&held.org_units, &document.org_units).map(|unit| unit.id).collect();
    let mut logins: HashMap<String, UserId> =
        held.users.iter().map(|user| (user.login.to_lowercase(), user.id)).collect();
    for Placed { row, at } in &document.users {
        if !units.contains(&row.org_unit) {
            errors.note(at.of("org_unit"), "users.org_unit", "is neither in this document nor in the store");
        }
        let owner = *logins.entry(row.login.to_lowercase()).or_insert(row.id);
        if owner != row.id {
            errors.note(at.of("login"), "users.login", "belongs to another user");
        }
    }
}

fn families(document: &Document, held: &Held, errors: &mut ImportErrors) {
    let centres: HashMap<OrgUnitId, OrgKind> =
        both(&held.org_units, &document.org_units).map(|unit| (unit.id, unit.kind)).collect();
    let families: HashSet<FamilyId> =
        both(&held.families, &document.families).map(|family| family.id).collect();
    let users: HashSet<UserId> = both(&held.users, &document.users).map(|user| user.id).collect();
    let persons: HashSet<PersonId> = both(&held.persons, &document.persons).map(|person| person.id).collect();
    const UNKNOWN: &str = "is neither in this document nor in the store";

    for Placed { row, at } in &document.families {
        if held.erased_families.contains(&row.id) {
            errors.note(at.of("id"), "families.id", "was erased and may not come back");
        }
        match centres.get(&row.org_unit) {
            Some(OrgKind::Cc) => {}
            Some(_) => errors.note(at.of("org_unit"), "families.org_unit", "is not a career centre"),
            None => errors.note(at.of("org_unit"), "families.org_unit", UNKNOWN),
        }
    }

    let mut iins: HashMap<&Iin, PersonId> =
        held.persons.iter().filter_map(|person| Some((person.iin.as_ref()?, person.id))).collect();
    for Placed { row, at } in &document.persons {
        if !families.contains(&row.family) {
            errors.note(at.of("family"), "persons.family", UNKNOWN);
        }
        if held.erased_persons.contains(&row.id) {
            errors.note(at.of("id"), "persons.id", "was erased and may not come back");
        }
        if let Some(iin) = &row.iin
            && *iins.entry(iin).or_insert(row.id) != row.id
        {
            errors.note(at.of("iin"), "persons.iin", "belongs to another person");
        }
    }
    heads(document, held, errors);

    for Placed { row, at } in &document.assignments {
        if !families.contains(&row.family) {
            errors.note(at.of("family"), "assignments.family", UNKNOWN);
        }
        if !users.contains(&row.worker) {
            errors.note(at.of("worker"), "assignments.worker", UNKNOWN);
        }
    }

    let mut consents: HashMap<PersonId, Uuid> =
        held.consents.iter().map(|consent| (consent.person, consent.id.0)).collect();
    for Placed { row, at } in &document.consents {
        if !persons.contains(&row.person) {
            errors.note(at.of("person"), "consents.person", UNKNOWN);
        }
        if *consents.entry(row.person).or_insert(row.id.0) != row.id.0 {
            errors.note(at.of("person"), "consents.person", "has a consent already");
        }
    }
}

/// Each family that the document brings or adds to has one head.
fn heads(document: &Document, held: &Held, errors: &mut ImportErrors) {
    let mut heads: HashMap<FamilyId, HashSet<PersonId>> = HashMap::new();
    for person in both(&held.persons, &document.persons).filter(|p| p.relation == Relation::Head) {
        heads.entry(person.family).or_default().insert(person.id);
    }
    let count = |family: &FamilyId| heads.get(family).map_or(0, HashSet::len);
    for Placed { row, at } in &document.families {
        if count(&row.id) == 0 {
            errors.note(at.entity, "families", "has no head among the persons");
        }
    }
    for Placed { row, at } in &document.persons {
        if row.relation == Relation::Head && count(&row.family) > 1 {
            errors.note(at.of("relation"), "persons.relation", "is not the only head of the family");
        }
    }
}

fn plans(document: &Document, held: &Held, errors: &mut ImportErrors) {
    let families: HashSet<FamilyId> =
        both(&held.families, &document.families).map(|family| family.id).collect();
    let mut of_family: HashMap<FamilyId, Uuid> =
        held.plans.iter().map(|plan| (plan.family, plan.id.0)).collect();
    let known: HashSet<_> = held.plans.iter().map(|plan| plan.id).collect();
    for Placed { row, at } in &document.plans {
        if held.drafted.contains(&row.family) && !known.contains(&row.id) {
            errors.note(at.of("family"), "plans.family", "has a plan under way at the office");
        }
        if !families.contains(&row.family) {
            errors.note(at.of("family"), "plans.family", "is neither in this document nor in the store");
        }
        if *of_family.entry(row.family).or_insert(row.id.0) != row.id.0 {
            errors.note(at.of("family"), "plans.family", "has a plan already");
        }
    }

    let persons: HashMap<PersonId, &Person> =
        both(&held.persons, &document.persons).map(|person| (person.id, person)).collect();
    let mut planned: HashMap<(PersonId, ServiceCode), Uuid> =
        held.activities.iter().map(|activity| ((activity.person, activity.service), activity.id.0)).collect();
    for Placed { row, at } in &document.activities {
        match persons.get(&row.person) {
            Some(person) if person.family == row.family => {
                let of_family = row.service.service().unit == Unit::Family;
                if of_family && person.relation != Relation::Head {
                    let problem = "is not the head, and this service is for the whole family";
                    errors.note(at.of("person"), "plans.activities.person", problem);
                }
            }
            Some(_) => {
                errors.note(
                    at.of("person"),
                    "plans.activities.person",
                    "is not a member of the plan's family",
                );
            }
            None => {
                let problem = "is neither in this document nor in the store";
                errors.note(at.of("person"), "plans.activities.person", problem);
            }
        }
        if *planned.entry((row.person, row.service)).or_insert(row.id.0) != row.id.0 {
            let problem = "is planned for this person already";
            errors.note(at.of("service"), "plans.activities.service", problem);
        }
    }
}
