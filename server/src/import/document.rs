//! The import document, read into the types of the domain. Everything that can be said about an entity alone is checked
//! here; what it refers to is checked in [`mod@super::check`].

use kandas_shared::{
    ids::{ActivityId, AssignmentId, ConsentId, FamilyId, OrgUnitId, PersonId, PlanId, UserId},
    kato::Kato,
    plan_state::{ActivityState, PlanState},
    pulled::{Activity, Assignment, Consent, Family, OrgUnit, Person, Plan, User},
};
use serde_json::value::RawValue;
use uuid::Uuid;

use super::fields::{Fields, Filled, ImportErrors, Lines, Members, Places, Word};

/// An entity and where it stands.
pub struct Placed<T> {
    /// The entity.
    pub row: T,
    /// Its lines.
    pub at: Places,
}

/// A document whose entities are right, each for itself.
#[derive(Default)]
pub struct Document {
    /// Organisations.
    pub org_units: Vec<Placed<OrgUnit>>,
    /// Users.
    pub users: Vec<Placed<User>>,
    /// Families.
    pub families: Vec<Placed<Family>>,
    /// Their members.
    pub persons: Vec<Placed<Person>>,
    /// Who looks after whom.
    pub assignments: Vec<Placed<Assignment>>,
    /// Consents.
    pub consents: Vec<Placed<Consent>>,
    /// Plans.
    pub plans: Vec<Placed<Plan>>,
    /// Activities of all plans.
    pub activities: Vec<Placed<Activity>>,
}

impl Document {
    /// Entities in all.
    #[must_use]
    pub fn len(&self) -> usize {
        self.org_units.len()
            + self.users.len()
            + self.families.len()
            + self.persons.len()
            + self.assignments.len()
            + self.consents.len()
            + self.plans.len()
            + self.activities.len()
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Reads a document. What cannot be read is noted in `errors` and left out of the answer.
    pub fn read(text: &str, errors: &mut ImportErrors) -> Self {
        let lines = Lines::of(text);
        let mut document = Self::default();
        let members = match serde_json::from_str::<Members<'_>>(text) {
            Ok(members) => members.0,
            Err(error) => {
                // The first fault of the JSON itself; nothing behind it can be read.
                let problem = match error.classify() {
                    serde_json::error::Category::Eof => "ends too early".to_owned(),
                    _ => format!("is not a JSON object (column {})", error.column()),
                };
                errors.note(error.line().max(1), "document", problem);
                return document;
            }
        };
        let member = |name: &str| members.iter().find(|(is, _)| is == name).map(|(_, value)| *value);
        for (name, expected) in [("format", "\"kandas-import\""), ("v", "1")] {
            match member(name) {
                Some(value) if value.get() == expected => {}
                Some(value) => errors.note(lines.line_of(value.get()), name, format!("is not {expected}")),
                None => errors.note(1, name, "is missing"),
            }
        }
        let mut seen = Vec::new();
        for (name, value) in &members {
            let at = lines.line_of(value.get());
            if seen.contains(&name) {
                errors.note(at, name.as_ref(), "stands here twice");
                continue;
            }
            seen.push(name);
            let into = &mut document;
            match name.as_ref() {
                "format" | "v" => {}
                "org_units" => into.org_units = list("org_units", value, &lines, errors, org_unit),
                "users" => into.users = list("users", value, &lines, errors, user),
                "families" => into.families = list("families", value, &lines, errors, family),
                "persons" => into.persons = list("persons", value, &lines, errors, person),
                "assignments" => into.assignments = list("assignments", value, &lines, errors, assignment),
                "consents" => into.consents = list("consents", value, &lines, errors, consent),
                "plans" => plans(into, value, &lines, errors),
                _ => errors.note(at, name.as_ref(), "is not a list of an import document"),
            }
        }
        document
    }
}

fn items<'t>(
    name: &'static str,
    value: &'t RawValue,
    lines: &Lines<'t>,
    errors: &mut ImportErrors,
) -> Vec<&'t RawValue> {
    serde_json::from_str(value.get()).unwrap_or_else(|_| {
        errors.note(lines.line_of(value.get()), name, "is not a list");
        Vec::new()
    })
}

fn list<'t, T>(
    name: &'static str,
    value: &'t RawValue,
    lines: &Lines<'t>,
    errors: &mut ImportErrors,
    read: fn(&mut Fields<'t, '_>) -> Option<T>,
) -> Vec<Placed<T>> {
    let mut rows = Vec::new();
    for item in items(name, value, lines, errors) {
        let Some(mut fields) = Fields::open(name, item, lines, errors) else { continue };
        let row = read(&mut fields);
        let at = fields.close();
        rows.extend(row.map(|row| Placed { row, at }));
    }
    rows
}

// Every field is read before the first `?` of a row is taken, so that an entity shows all its faults at once.

fn org_unit(fields: &mut Fields<'_, '_>) -> Option<OrgUnit> {
    let id = fields.required::<Uuid>("id");
    let parent = fields.optional::<Uuid>("parent");
    let kind = fields.required::<Word<_>>("kind");
    let kato = fields.required::<Word<Kato>>("kato");
    let name_kk = fields.required::<Filled>("name_kk");
    let name_ru = fields.required::<Filled>("name_ru");
    Some(OrgUnit {
        id: OrgUnitId(id?),
        parent: parent.map(OrgUnitId),
        kind: kind?.0,
        kato: kato?.0.to_string(),
        name_kk: name_kk?.0,
        name_ru: name_ru?.0,
    })
}

fn user(fields: &mut Fields<'_, '_>) -> Option<User> {
    let id = fields.required::<Uuid>("id");
    let org_unit = fields.required::<Uuid>("org_unit");
    let login = fields.required::<Filled>("login");
    let role = fields.required::<Word<_>>("role");
    let name = fields.required::<Filled>("name");
    let language = fields.required::<Word<_>>("language");
    Some(User {
        id: UserId(id?),
        org_unit: OrgUnitId(org_unit?),
        login: login?.0,
        role: role?.0,
        name: name?.0,
        language: language?.0,
        active: true,
    })
}

fn family(fields: &mut Fields<'_, '_>) -> Option<Family> {
    let id = fields.required::<Uuid>("id");
    let org_unit = fields.required::<Uuid>("org_unit");
    let settlement_kato = fields.required::<Word<Kato>>("settlement_kato");
    let settlement_name = fields.required::<Filled>("settlement_name");
    let rural = fields.required::<bool>("rural");
    let quota_date = fields.optional("quota_date");
    let arrived_on = fields.optional("arrived_on");
    let address = fields.optional::<Filled>("address");
    let phone = fields.optional::<Filled>("phone");
    let latitude = fields.optional::<f64>("latitude");
    let longitude = fields.optional::<f64>("longitude");
    if latitude.is_some() != longitude.is_some() {
        let lonely = if latitude.is_some() { "latitude" } else { "longitude" };
        fields.note(lonely, "stands without the other coordinate");
    }
    for (name, value, limit) in [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)] {
        if value.is_some_and(|degrees| degrees.abs() > limit) {
            fields.note(name, format!("is not between -{limit} and {limit}"));
        }
    }
    Some(Family {
        id: FamilyId(id?),
        org_unit: OrgUnitId(org_unit?),
        settlement_kato: settlement_kato?.0.to_string(),
        settlement_name: settlement_name?.0,
        rural: rural?,
        quota_date,
        arrived_on,
        address: address.map(|text| text.0),
        phone: phone.map(|text| text.0),
        latitude,
        longitude,
    })
}

fn person(fields: &mut Fields<'_, '_>) -> Option<Person> {
    let id = fields.required::<Uuid>("id");
    let family = fields.required::<Uuid>("family");
    let surname = fields.optional::<Filled>("surname");
    let given_name = fields.required::<Filled>("given_name");
    let patronymic = fields.optional::<Filled>("patronymic");
    let latin_name = fields.optional::<Filled>("latin_name");
    let iin = fields.optional::<Word<_>>("iin");
    let birth_date = fields.optional("birth_date");
    let sex = fields.optional::<Word<_>>("sex");
    let relation = fields.required::<Word<_>>("relation");
    let phone = fields.optional::<Filled>("phone");
    Some(Person {
        id: PersonId(id?),
        family: FamilyId(family?),
        surname: surname.map(|text| text.0),
        given_name: given_name?.0,
        patronymic: patronymic.map(|text| text.0),
        latin_name: latin_name.map(|text| text.0),
        iin: iin.map(|word| word.0),
        birth_date,
        sex: sex.map(|word| word.0),
        relation: relation?.0,
        phone: phone.map(|text| text.0),
    })
}

fn assignment(fields: &mut Fields<'_, '_>) -> Option<Assignment> {
    let id = fields.required::<Uuid>("id");
    let family = fields.required::<Uuid>("family");
    let worker = fields.required::<Uuid>("worker");
    let from = fields.required("from");
    let to = fields.optional("to");
    if let (Some(from), Some(to)) = (from, to)
        && to < from
    {
        fields.note("to", "lies before `from`");
    }
    Some(Assignment {
        id: AssignmentId(id?),
        family: FamilyId(family?),
        worker: UserId(worker?),
        from: from?,
        to,
    })
}

fn consent(fields: &mut Fields<'_, '_>) -> Option<Consent> {
    let id = fields.required::<Uuid>("id");
    let person = fields.required::<Uuid>("person");
    let state = fields.required::<Word<_>>("state");
    let given_on = fields.optional("given_on");
    let basis = fields.optional::<Filled>("basis");
    Some(Consent {
        id: ConsentId(id?),
        person: PersonId(person?),
        state: state?.0,
        given_on,
        basis: basis.map(|text| text.0),
    })
}

fn plans<'t>(into: &mut Document, value: &'t RawValue, lines: &Lines<'t>, errors: &mut ImportErrors) {
    for item in items("plans", value, lines, errors) {
        let Some(mut fields) = Fields::open("plans", item, lines, errors) else { continue };
        let id = fields.required::<Uuid>("id");
        let family = fields.required::<Uuid>("family");
        let version = fields.required::<u64>("version");
        let state = fields.required::<Word<PlanState>>("state");
        let published_on = fields.optional("published_on");
        let activities = fields.list("activities");
        if version.is_some_and(|version| version != 1) {
            fields.note("version", "is not 1");
        }
        if state.is_some_and(|state| state.0 != PlanState::Published) {
            fields.note("state", "is not published");
        }
        let at = fields.close();
        let whole = id.map(PlanId).zip(family.map(FamilyId));
        for item in activities {
            let Some(mut fields) = Fields::open("plans.activities", item, lines, errors) else { continue };
            let row = activity(&mut fields, whole);
            let at = fields.close();
            into.activities.extend(row.map(|row| Placed { row, at }));
        }
        if let Some((id, family)) = whole {
            let row = Plan { id, family, version: 1, state: PlanState::Published, published_on };
            into.plans.push(Placed { row, at });
        }
    }
}

fn activity(fields: &mut Fields<'_, '_>, plan: Option<(PlanId, FamilyId)>) -> Option<Activity> {
    let id = fields.required::<Uuid>("id");
    let person = fields.required::<Uuid>("person");
    let service = fields.required::<Word<_>>("service");
    let planned_on = fields.optional("planned_on");
    let due_on = fields.optional("due_on");
    let (plan, family) = plan?;
    Some(Activity {
        id: ActivityId(id?),
        plan,
        family,
        person: PersonId(person?),
        service: service?.0,
        planned_on,
        due_on,
        state: ActivityState::Planned,
        record: None,
        done_on: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn errors_of(text: &str) -> Vec<String> {
        let mut errors = ImportErrors::default();
        Document::read(text, &mut errors);
        let mut sorted = errors.errors;
        sorted.sort();
        sorted.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_documented_example_is_right() {
        let page = include_str!("../../../docs/import.md");
        let example = page.rsplit("```json").next().unwrap().split("```").next().unwrap();
        let mut errors = ImportErrors::default();
        let document = Document::read(example, &mut errors);
        assert!(errors.is_empty(), "{errors}");
        assert_eq!(document.len(), 8);
    }

    #[test]
    fn every_fault_is_named_by_line_and_field() {
        let text = r#"{"format": "kandas-import", "v": 1,
"persons": [
  {"id": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0004", "family": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003",
   "given_name": "  ",
   "iin": "900101350004",
   "birth_date": "1990-2-1", "surnmae": "ТЕСТОВ",
   "relation": "uncle"},
  7
],
"users": [{"id": "x", "login": "a", "login": "b"}]
}"#;
        assert_eq!(
            errors_of(text),
            [
                "line 4: persons.given_name: is not text that is not blank",
                "line 5: persons.iin: is not an IIN: 12 digits with a valid check digit",
                "line 6: persons.birth_date: is not a date of the calendar, YYYY-MM-DD",
                "line 6: persons.surnmae: is not a field here",
                "line 7: persons.relation: is not one of head, spouse, child, parent, sibling, other",
                "line 8: persons: is not an object",
                "line 10: users.id: is not a UUID",
                "line 10: users.language: is missing",
                "line 10: users.login: stands here twice",
                "line 10: users.name: is missing",
                "line 10: users.org_unit: is missing",
                "line 10: users.role: is missing",
            ]
        );
    }

    #[test]
    fn a_fault_of_the_json_itself_has_its_line() {
        assert_eq!(
            errors_of("{\n\"format\": \"kandas-import\",\n\"v\" 1}"),
            ["line 3: document: is not a JSON object (column 5)"]
        );
        assert_eq!(errors_of("{\n\"format\": \"kandas-import\"\n"), ["line 3: document: ends too early"]);
        assert_eq!(
            errors_of("{\"format\": \"other\", \"things\": []}"),
            [
                "line 1: format: is not \"kandas-import\"",
                "line 1: things: is not a list of an import document",
                "line 1: v: is missing",
            ]
        );
    }

    #[test]
    fn plans_and_their_activities() {
        let text = r#"{"format": "kandas-import", "v": 1, "plans": [
{"id": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0007", "family": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003",
 "version": 2, "state": "executed", "activities": [
  {"id": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0008",
   "person": "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0004",
   "service": "S26"}]}]}"#;
        assert_eq!(
            errors_of(text),
            [
                "line 3: plans.state: is not published",
                "line 3: plans.version: is not 1",
                "line 6: plans.activities.service: is not one of S01 to S25",
            ]
        );
    }

    #[test]
    fn a_hundred_errors_are_shown_and_all_are_counted() {
        let users = vec!["{}"; 50].join(",\n");
        let mut errors = ImportErrors::default();
        Document::read(&format!("{{\"format\":\"kandas-import\",\"v\":1,\"users\":[{users}]}}"), &mut errors);
        assert_eq!((errors.errors.len(), errors.count), (100, 300));
        assert!(errors.to_string().ends_with("and 200 more\nnothing was imported: 300 errors"));
    }
}
