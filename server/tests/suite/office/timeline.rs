//! The page of a person, what happened about him and his family, and the lists behind the overview's numbers of people and
//! machines.

use std::collections::BTreeSet;

use kandas_server::{facts::Event, journal::Fact};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, UserId},
    locale::Lang,
    pulled::{Role, User},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, coded};
use crate::{
    house::{House, Work, photo},
    stores::on_each,
};

async fn page(office: &Office, who: &Somebody, query: &str) -> Value {
    office.get(who, &format!("/api/families/{}/timeline?{query}", office.family)).await.ok()
}

/// All pages of what happened, each entry by its position.
async fn whole(office: &Office, who: &Somebody, query: &str) -> (Vec<Value>, usize) {
    let (mut all, mut pages, mut before) = (Vec::new(), 0, String::new());
    loop {
        let page = page(office, who, &format!("{query}{before}")).await;
        all.extend(page["entries"].as_array().unwrap().clone());
        pages += 1;
        match page["next"].as_i64() {
            Some(next) => before = format!("&before={next}"),
            None => return (all, pages),
        }
    }
}

fn kinds(all: &[Value]) -> BTreeSet<String> {
    all.iter().map(|entry| entry["what"].as_str().unwrap().to_owned()).collect()
}

on_each! { engine, House;
    async fn everything_about_a_family_is_told_page_by_page(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let newest = async |office: &Office| {
            let path = format!("/api/families/{}/newest", office.family);
            office.get(&director, &path).await.ok()["position"].as_i64().unwrap()
        };
        let before = newest(&office).await;
        office.post(&director, &format!("/api/records/{record}/check"), &json!({"state": "accepted"})).await.ok();
        assert!(newest(&office).await > before, "there is news");
        // More than the old page of the last hundred records held.
        let activity = office.district.activities_of(office.family).next().unwrap().clone();
        let bytes = photo("TIMELINE");
        for _ in 0..110 {
            let work = Work {
                family: FamilyId(office.family),
                person: PersonId(activity.person),
                activity: ActivityId(activity.id),
                service: activity.service.parse().unwrap(),
                note: "жазба",
                photo: &bytes,
            };
            let sealed = office.phone.seal(&house, &work).await;
            office.phone.push(&house, &[&sealed]).await;
        }
        let (all, pages) = whole(&office, &director, "").await;
        let places: Vec<i64> = all.iter().map(|entry| entry["id"].as_i64().unwrap()).collect();
        assert!(pages > 2 && places.windows(2).all(|pair| pair[0] > pair[1]), "the newest first, none twice");
        let kinds_of = kinds(&all);
        for kind in ["family.set", "record.received", "record.checked"] {
            assert!(kinds_of.contains(kind), "{kind} in {kinds_of:?}");
        }
        assert!(!kinds_of.contains("evidence.received"), "files are shown with their record");
        let came: Vec<&Value> = all.iter().filter(|entry| entry["came"].is_object()).collect();
        assert_eq!(came.len(), 111);
        let first = came.last().unwrap();
        assert_eq!((&first["record"], &first["came"]["check_state"]), (&json!(record), &json!("accepted")));
        assert_eq!((&first["came"]["person"], &first["by_phone"]), (&json!(activity.person), &json!(true)));
        // The record that counts is named where its activity stands, however long ago it came.
        let family = office.get(&director, &format!("/api/families/{}", office.family)).await.ok();
        let done = family["activities"].as_array().unwrap().iter().find(|of| of["record"].is_string()).unwrap();
        assert!(office.get(&director, &format!("/api/records/{}", done["record"].as_str().unwrap())).await.status.is_success());
        // Of one person.
        let (his, _) = whole(&office, &director, &format!("person={}", activity.person)).await;
        assert!(his.len() > 110 && !kinds(&his).contains("family.set"));
        let other = office.district.persons_of(office.family).find(|person| person.id != activity.person);
        if let Some(other) = other {
            let (others, _) = whole(&office, &director, &format!("person={}", other.id)).await;
            assert!(others.iter().all(|entry| entry["came"].is_null()));
        }
        // Consents are told to those who may see them (§2.2).
        let auth = office.somebody(&house, Role::Auth, office.beside).await;
        let (theirs, _) = whole(&office, &auth, "").await;
        let of_consent = |kinds: &BTreeSet<String>| kinds.iter().any(|kind| kind.starts_with("consent."));
        assert!(!of_consent(&kinds(&theirs)) && of_consent(&kinds_of), "{kinds_of:?}");
    }

    async fn a_person_has_a_page_and_it_stands_in_the_log(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let auth = office.somebody(&house, Role::Auth, office.beside).await;
        let activity = office.district.activities_of(office.family).next().unwrap().clone();
        let person = office.district.persons_of(office.family).find(|of| of.id == activity.person).unwrap().clone();
        let path = format!("/api/persons/{}", person.id);
        let shown = office.get(&auth, &path).await.ok();
        assert_eq!((&shown["family"], &shown["member"]["given_name"]), (&json!(office.family), &json!(person.given_name)));
        assert_eq!(shown["member"]["consent"], Value::Null, "whose consents are not his (§2.2)");
        let own: Vec<&Value> = shown["activities"].as_array().unwrap().iter().collect();
        let planned = office.district.activities_of(office.family).filter(|of| of.person == person.id).count();
        assert_eq!(own.len(), planned);
        assert!(own.iter().all(|of| of["person"] == json!(person.id)));
        assert!(own.iter().any(|of| of["record"] == json!(record)));
        if let Some(iin) = &person.iin {
            assert!(!shown.to_string().contains(iin.as_str()), "the number is masked");
        }
        let log = office.get(&auth, &format!("/api/audit?by={}", auth.user.id)).await.ok();
        let entry = log["entries"].as_array().unwrap().iter().find(|entry| entry["what"] == "person.show").unwrap();
        assert_eq!(entry["family"], json!(office.family));
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        assert_eq!(office.get(&beside, &path).await.code(), "forbidden");
    }

    async fn users_and_phones_come_page_by_page(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let facts = (0..230).map(|number| {
            let id: UserId = house.draw();
            Fact::by_system(Event::UserSet(User {
                id,
                org_unit: office.unit,
                login: format!("many.{number:03}"),
                role: Role::CcSet,
                name: format!("ӘБДІ {number:03}"),
                language: Lang::Kk,
                active: true,
            }))
        });
        house.append(facts.collect::<Vec<_>>()).await;
        let (mut users, mut after) = (Vec::new(), String::new());
        let first = office.get(&admin, "/api/people").await.ok();
        assert_eq!((first["users"].as_array().unwrap().len(), first["phones"].as_array().unwrap().len()), (100, 1));
        loop {
            let page = office.get(&admin, &format!("/api/people?q=abdi{after}")).await.ok();
            let page = if page["users_total"] == 0 {
                office.get(&admin, &format!("/api/people?q={}{after}", coded("әбді"))).await.ok()
            } else {
                page
            };
            assert_eq!(page["users_total"], 230);
            users.extend(page["users"].as_array().unwrap().iter().map(|of| of["name"].as_str().unwrap().to_owned()));
            match page["users_next"].as_str() {
                Some(next) => after = format!("&users_after={next}"),
                None => break,
            }
        }
        assert_eq!(users.len(), 230);
        assert!(users.windows(2).all(|pair| pair[0] < pair[1]), "by name, none twice");
        let login = office.get(&admin, "/api/people?q=many.017").await.ok();
        assert_eq!((&login["users_total"], &login["phones_total"]), (&json!(1), &json!(0)));
        let all = first["users_total"].as_i64().unwrap();
        assert!(all > 230);
    }

    async fn numbers_of_people_and_machines_have_lists(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        house.clock.set("2026-11-27T07:00:00Z");
        let worker = office.seated(&house, worker.user).await;
        let overview = office.get(&worker, "/api/overview").await.ok();
        let health = &overview["health"];
        let total = async |path: &str| office.get(&worker, path).await.ok()["total"].clone();
        assert_eq!(total("/api/workers").await, overview["workers_total"]);
        assert_eq!(total("/api/phones").await, health["phones"]);
        assert_eq!(total("/api/phones?show=silent").await, health["silent"]);
        assert_eq!(health["silent"], 1, "three days are over");
        let uploads = office.get(&worker, "/api/phones?show=uploads").await.ok();
        let of: i64 = uploads["phones"].as_array().unwrap().iter().map(|phone| phone["uploads"].as_i64().unwrap()).sum();
        assert_eq!(json!(of), health["uploads"]);
        let overdue = office.get(&worker, "/api/workers?show=overdue").await.ok();
        for of in overview["workers"].as_array().unwrap() {
            let listed = overdue["workers"].as_array().unwrap().iter().any(|each| each["id"] == of["id"]);
            assert_eq!(listed, of["overdue"].as_i64().unwrap() > 0);
        }
        let id = office.worker;
        assert_eq!(total(&format!("/api/phones?worker={id}")).await, 1);
        // What failed is named; why is for who may have the journal verified.
        let works = office.get(&worker, "/api/works").await.ok();
        assert_eq!((works["failing"].as_array().unwrap().len(), &works["behind"]), (0, &health["behind"]));
        office.state.works.note("checkpoint", house.clock.wall(), Some("the disk is full".into()));
        assert_eq!(office.get(&worker, "/api/overview").await.ok()["health"]["failing"], 1);
        let works = office.get(&worker, "/api/works").await.ok();
        assert_eq!((&works["failing"][0]["part"], &works["failing"][0]["error"]), (&json!("checkpoint"), &Value::Null));
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        assert_eq!(office.get(&director, "/api/works").await.ok()["failing"][0]["error"], "the disk is full");
        office.state.works.note("checkpoint", house.clock.wall(), None);
        assert_eq!(office.get(&worker, "/api/works").await.ok()["failing"], json!([]));
    }
}
