//! Families in the office: registered and changed, members' registrations (§31), consents that are given, and the way of a family
//! from one centre to another, onto other phones.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use kandas_server::{changes, erase, facts::Event, journal::Fact, terms};
use kandas_shared::{
    cursor::Kind,
    ids::{DeviceId, FamilyId, PersonId, UserId},
    iin::Iin,
    pulled::Role,
    service::ServiceCode,
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Office, Somebody, assert_sound};
use crate::{
    house::{House, Phone},
    stores::on_each,
};

struct Scene {
    office: Office,
    worker: Somebody,
    director: Somebody,
    other: Somebody,
}

impl Scene {
    async fn over(house: &House) -> Self {
        let office = Office::over(house).await;
        Self {
            worker: office.somebody(house, Role::CcSet, office.unit).await,
            director: office.somebody(house, Role::CcDir, office.unit).await,
            other: office.somebody(house, Role::CcDir, office.beside).await,
            office,
        }
    }

    async fn on(&mut self, house: &House, day: &str) {
        house.clock.set(&format!("{day}T07:00:00Z"));
        for who in [&mut self.worker, &mut self.director, &mut self.other] {
            *who = self.office.seated(house, who.user.clone()).await;
        }
    }

    async fn card(&self, who: &Somebody, family: &str) -> Value {
        self.office.get(who, &format!("/api/families/{family}/card")).await.ok()
    }

    async fn save(&self, family: &str, body: &Value) -> Answer {
        let path = format!("/api/families/{family}/card");
        self.office.ask(Some(&self.worker), &Method::PUT, &path, Some(body)).await
    }

    /// The family that everybody has, as its card is sent back unchanged.
    async fn held(&self, family: &str) -> Value {
        unchanged(&self.card(&self.worker, family).await)
    }

    async fn registered(&self, person: &Value, body: Value) -> Answer {
        let path = format!("/api/persons/{}/registrations", person.as_str().unwrap());
        self.office.post(&self.worker, &path, &body).await
    }
}

/// A card as it is saved when nothing of it was changed.
fn unchanged(card: &Value) -> Value {
    let members: Vec<Value> = card["members"]
        .as_array()
        .unwrap()
        .iter()
        .map(|member| {
            let mut wanted = json!({});
            for field in [
                "id",
                "surname",
                "given_name",
                "patronymic",
                "latin_name",
                "birth_date",
                "sex",
                "relation",
                "phone",
            ] {
                wanted[field] = member[field].clone();
            }
            wanted
        })
        .collect();
    let mut wanted = json!({"members": members});
    for field in [
        "version",
        "settlement_kato",
        "settlement_name",
        "rural",
        "quota_date",
        "arrived_on",
        "address",
        "phone",
    ] {
        wanted[field] = card[field].clone();
    }
    wanted
}

/// A family that nobody has entered yet, with a one-word name and a telephone of another country.
fn new_family() -> Value {
    json!({
        "settlement_kato": "559177100", "settlement_name": "Жаңа ауыл", "rural": true,
        "quota_date": "2026-11-02", "arrived_on": "2026-11-10", "address": "Бірінші көше, 1",
        "phone": "+86 (10) 1234-5678",
        "members": [
            {"given_name": "ТЕСТБЕК", "latin_name": "TESTBEK", "birth_date": "1985-01-01", "sex": "m", "relation": "head",
             "iin": Iin::synthetic("85010130007").unwrap().reveal()},
            {"surname": "ТЕСТОВА", "given_name": "ҮЛГІ", "birth_date": "2015-01-01", "sex": "f", "relation": "child"},
        ],
    })
}

/// The families on a phone after a pull from the beginning, and those that are gone since a cursor.
async fn pulled(
    house: &House,
    device: DeviceId,
    worker: UserId,
    cursor: &mut Option<String>,
) -> [BTreeSet<Uuid>; 2] {
    let (mut here, mut gone) = (BTreeSet::new(), BTreeSet::new());
    loop {
        let now = house.clock.wall();
        let page = changes::page(&house.store, device, worker, cursor.as_deref(), Kind::ALL, 500, now)
            .await
            .unwrap();
        for line in page.lines.iter().filter(|line| line.kind == Kind::Family) {
            let to = if line.row.is_some() { &mut here } else { &mut gone };
            to.insert(line.id);
        }
        *cursor = Some(page.end.cursor);
        if !page.end.more {
            return [here, gone];
        }
    }
}

on_each! { engine, House;
    async fn a_family_is_registered_and_is_on_the_phone_of_who_did(house) {
        let scene = Scene::over(&house).await;
        let phone = Phone::enrol(&house, scene.worker.user.id).await;
        let post = async |body: &Value| scene.office.post(&scene.worker, "/api/families", body).await;
        // Whatever is wrong is said at once, by member.
        let mut wrong = new_family();
        wrong["settlement_kato"] = json!("119177100");
        wrong["members"][0]["iin"] = json!("850101300070");
        wrong["members"][1]["relation"] = json!("head");
        wrong["members"][1]["latin_name"] = json!("ТЕСТОВА");
        wrong["members"][1]["phone"] = json!("үй");
        let refused = post(&wrong).await;
        assert_eq!(refused.code(), "case-invalid");
        let detail = refused.json()["detail"].as_str().unwrap().to_owned();
        assert_eq!(detail, "kato, head, iin 1, latin 2, phone 2");
        assert_eq!(scene.office.post(&scene.director, "/api/families", &new_family()).await.code(), "forbidden");

        let made = post(&new_family()).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let id = made.ok()["family"].as_str().unwrap().to_owned();
        assert_eq!(post(&new_family()).await.json()["detail"], "iin_taken 1", "nobody is entered twice");
        let card = scene.card(&scene.director, &id).await;
        assert_eq!((&card["members"][0]["given_name"], &card["members"][0]["surname"]), (&json!("ТЕСТБЕК"), &Value::Null));
        assert_eq!((&card["members"][0]["iin_masked"], &card["may_keep"]), (&json!("•••• •••• 0075"), &json!(false)));
        assert_eq!((&card["members"][0]["adult"], &card["members"][1]["adult"]), (&json!(true), &json!(false)));
        let shown = scene.office.get(&scene.worker, &format!("/api/families/{id}")).await.ok();
        assert_eq!(shown["worker"], json!(scene.worker.user.name));
        let [here, _] = pulled(&house, phone.device, scene.worker.user.id, &mut None).await;
        assert_eq!(here, BTreeSet::from([id.parse().unwrap()]), "whole, by the ordinary pull");
        let found = scene.office.get(&scene.worker, "/api/families?q=testbek").await.ok();
        assert_eq!(found["families"][0]["id"], json!(id), "found by the spelling of the passport");

        // Another family of the same okrug lives as this one does.
        let mut urban = new_family();
        urban["settlement_kato"] = json!("559177200");
        urban["rural"] = json!(false);
        urban["members"][0]["iin"] = Value::Null;
        assert_eq!(post(&urban).await.json()["detail"], "rural");
        assert_sound(&house).await;
    }

    async fn a_card_is_changed_by_who_has_seen_it(house) {
        let scene = Scene::over(&house).await;
        let phone = &scene.office.phone;
        let id = scene.office.family.to_string();
        let mut cursor = None;
        pulled(&house, phone.device, scene.office.worker, &mut cursor).await;
        let before = scene.held(&id).await;
        assert_eq!(scene.save(&id, &before).await.code(), "nothing-changes");
        let mut changed = before.clone();
        changed["phone"] = json!("+976 1234 5678");
        changed["members"][0]["latin_name"] = json!("TEST");
        changed["members"].as_array_mut().unwrap().push(json!({"given_name": "САБИ", "relation": "child", "birth_date": "2026-11-20"}));
        let saved = scene.save(&id, &changed).await.ok();
        assert_eq!(saved["moved"], 0);
        assert_eq!(scene.save(&id, &changed).await.code(), "not-as-shown", "it was changed meanwhile");
        let card = scene.card(&scene.worker, &id).await;
        assert_eq!((&card["phone"], &card["members"][0]["latin_name"]), (&json!("+976 1234 5678"), &json!("TEST")));
        assert_eq!(card["members"].as_array().unwrap().len(), before["members"].as_array().unwrap().len() + 1);
        // A number that is not said stays, an empty one goes.
        let masked = card["members"][0]["iin_masked"].clone();
        assert!(masked.is_string());
        let mut without = unchanged(&card);
        without["members"][0]["iin"] = json!("");
        scene.save(&id, &without).await.ok();
        assert_eq!(scene.card(&scene.worker, &id).await["members"][0]["iin_masked"], Value::Null);
        let [here, gone] = pulled(&house, phone.device, scene.office.worker, &mut cursor).await;
        assert!(here.contains(&scene.office.family) && gone.is_empty(), "the phone hears of it");
        // A member who is left out is a mistake.
        let mut fewer = scene.held(&id).await;
        fewer["members"].as_array_mut().unwrap().pop();
        assert_eq!(scene.save(&id, &fewer).await.code(), "bad-request");
        assert_eq!(scene.office.ask(Some(&scene.director), &Method::PUT, &format!("/api/families/{id}/card"), Some(&fewer)).await.code(), "forbidden");
        let audit = scene.office.get(&scene.director, &format!("/api/audit?kind=acts&family={id}")).await.ok();
        assert!(audit["entries"].as_array().unwrap().iter().any(|entry| entry["what"] == "person.set" && entry["by_name"] == json!(scene.worker.user.name)), "{audit}");
        assert_sound(&house).await;
    }

    async fn legal_days_follow_the_day_of_inclusion(house) {
        let scene = Scene::over(&house).await;
        let service = ServiceCode::S07;
        let name = terms::setting(service, "2026-01-01".parse().unwrap());
        house.append([Fact::by_system(Event::SettingSet(kandas_server::facts::Setting::new(&name, "5")))]).await;
        let id = scene.office.post(&scene.worker, "/api/families", &new_family()).await.ok()["family"].as_str().unwrap().to_owned();
        // A plan that was published with a counted day.
        let card = scene.card(&scene.worker, &id).await;
        let (plan, activity, family): (kandas_shared::ids::PlanId, kandas_shared::ids::ActivityId, FamilyId) =
            (house.draw(), house.draw(), FamilyId(id.parse().unwrap()));
        let person = PersonId(card["members"][0]["id"].as_str().unwrap().parse().unwrap());
        let due = |day: &str| Some(day.parse().unwrap());
        let set = kandas_shared::pulled::Plan { id: plan, family, version: 1, state: kandas_shared::plan_state::PlanState::Published, published_on: None };
        let row = kandas_shared::pulled::Activity {
            id: activity, plan, family, person, service, planned_on: None, due_on: None,
            state: kandas_shared::plan_state::ActivityState::Planned, record: None, done_on: None,
        };
        let counted = kandas_server::facts::DuesMoved { was: None, due: due("2026-11-09"), activities: vec![activity] };
        house.append([
            Fact { family: Some(family), ..Fact::by_system(Event::PlanSet(set)) },
            Fact { family: Some(family), person: Some(person), ..Fact::by_system(Event::ActivitySet(row)) },
            Fact { family: Some(family), ..Fact::by_system(Event::DuesSet(kandas_server::facts::DuesSet { dues: vec![counted] })) },
        ]).await;
        let shown = async || scene.office.get(&scene.worker, &format!("/api/families/{id}")).await.ok()["activities"][0]["due_on"].clone();
        assert_eq!(shown().await, "2026-11-09");
        let mut later = scene.held(&id).await;
        later["quota_date"] = json!("2026-11-16");
        assert_eq!(scene.save(&id, &later).await.ok()["moved"], 1);
        assert_eq!(shown().await, "2026-11-23", "five working days later");
        let mut none = scene.held(&id).await;
        none["quota_date"] = Value::Null;
        assert_eq!(scene.save(&id, &none).await.ok()["moved"], 1);
        assert_eq!(shown().await, Value::Null, "A-10");
        assert_sound(&house).await;
    }

    async fn a_temporary_registration_lasts_a_year_and_warns_before(house) {
        let mut scene = Scene::over(&house).await;
        let id = scene.office.family.to_string();
        let person = scene.card(&scene.worker, &id).await["members"][0]["id"].clone();
        let temporary = |seen: &Value, from: &str, until: &str| json!({"seen": seen, "kind": "temporary", "from": from, "until": until, "place": "уақытша орналастыру орталығы"});
        let none = Value::Null;
        for (from, until) in [("2026-11-24", "2027-01-01"), ("2026-01-15", "2027-01-16"), ("2026-01-15", "2026-01-14")] {
            assert_eq!(scene.registered(&person, temporary(&none, from, until)).await.code(), "out-of-range", "{from} {until}");
        }
        scene.registered(&person, temporary(&none, "2026-01-15", "2026-12-31")).await.ok();
        let now = |card: &Value| card["members"][0]["registrations"][0].clone();
        let first = now(&scene.card(&scene.director, &id).await);
        assert_eq!((&first["standing"], &first["year_end"]), (&json!("temporary"), &json!("2027-01-15")));
        assert_eq!(scene.registered(&person, temporary(&none, "2026-11-01", "2026-12-31")).await.code(), "not-as-shown");
        let board = async |scene: &Scene| scene.office.get(&scene.worker, "/api/deadlines?kind=registration").await.ok()["deadlines"].clone();
        assert_eq!(board(&scene).await, json!([]), "eleven months have not passed");

        scene.on(&house, "2026-12-01").await;
        assert_eq!(now(&scene.card(&scene.worker, &id).await)["standing"], "ending", "a month before its end");
        let due = board(&scene).await;
        assert_eq!((&due[0]["paragraph"], &due[0]["code"], &due[0]["target"], &due[0]["legal"]), (&json!(31), &json!("DL-31"), &json!("2026-12-31"), &json!("2027-01-15")));
        assert_eq!((&due[0]["subject"], &due[0]["mine"]), (&json!(scene.office.family), &json!(true)));

        // Put right, then another one: the year goes on.
        let mut right = temporary(&first["id"], "2026-01-15", "2027-01-10");
        right["corrects"] = json!(true);
        scene.registered(&person, right).await.ok();
        let second = now(&scene.card(&scene.worker, &id).await);
        assert_eq!((&second["id"], &second["until"]), (&first["id"], &json!("2027-01-10")));
        assert_eq!(scene.registered(&person, temporary(&first["id"], "2026-12-01", "2027-03-01")).await.code(), "out-of-range");
        scene.on(&house, "2027-01-11").await;
        assert_eq!(now(&scene.card(&scene.worker, &id).await)["standing"], "over");
        assert_eq!(board(&scene).await[0]["state"], "soon", "late by the order only after the year");
        scene.on(&house, "2027-01-18").await;
        assert_eq!(board(&scene).await[0]["state"], "late");
        let permanent = json!({"seen": first["id"], "kind": "permanent", "from": "2027-01-17", "until": null});
        scene.registered(&person, permanent).await.ok();
        let card = scene.card(&scene.worker, &id).await;
        assert_eq!((&now(&card)["standing"], &card["members"][0]["registrations"][1]["standing"]), (&json!("permanent"), &Value::Null));
        assert_eq!(board(&scene).await, json!([]));
        assert_sound(&house).await;

        // It goes with its person.
        let gone = PersonId(person.as_str().unwrap().parse().unwrap());
        let by = scene.director.user.id;
        erase::erase(&house.config, &house.store, erase::Subject::Person(gone), "order", by, house.clock.wall(), &*house.chance).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(kandas_server::one!(&mut tx, (i64,), "select count(*) from registration").await.unwrap(), (0,));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn an_adult_gives_his_consent_on_a_text_that_is_printed(house) {
        let scene = Scene::over(&house).await;
        let id = scene.office.post(&scene.worker, "/api/families", &new_family()).await.ok()["family"].as_str().unwrap().to_owned();
        let card = scene.card(&scene.worker, &id).await;
        let [head, child] = [0, 1].map(|at| card["members"][at]["id"].as_str().unwrap().to_owned());
        for lang in ["kk", "ru", "en"] {
            let paper = scene.office.get(&scene.director, &format!("/api/persons/{head}/consent/paper?lang={lang}")).await;
            assert!(paper.status.is_success() && paper.body.starts_with(b"%PDF-"), "{lang}");
        }
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/persons/{child}/consent/paper?lang=kk")).await.code(), "case-impossible");
        let give = async |who: &str, seen: &str, on: &str| {
            let body = json!({"seen": seen, "state": "given", "on": on, "basis": "№ 7 келісім"});
            scene.office.post(&scene.worker, &format!("/api/persons/{who}/consent"), &body).await
        };
        assert_eq!(give(&head, "missing", "2026-11-24").await.code(), "out-of-range");
        assert_eq!(give(&head, "declined", "2026-11-23").await.code(), "not-as-shown");
        assert_eq!(give(&child, "missing", "2026-11-23").await.code(), "case-impossible");
        give(&head, "missing", "2026-11-23").await.ok();
        let card = scene.card(&scene.worker, &id).await;
        let counts: Vec<&Value> = card["members"].as_array().unwrap().iter().map(|of| &of["consented"]).collect();
        assert_eq!(counts, [true, true], "a parent's counts for a minor");
        // After a withdrawal only a later one counts.
        let body = json!({"on": "2026-11-23", "form": "spoken", "note": "айтты"});
        scene.office.post(&scene.worker, &format!("/api/persons/{head}/consent-withdrawals"), &body).await.ok();
        assert_eq!(give(&head, "withdrawn", "2026-11-22").await.code(), "out-of-range");
        give(&head, "withdrawn", "2026-11-23").await.ok();
        assert_sound(&house).await;
    }

    async fn a_family_goes_to_another_centre_and_other_phones(house) {
        let mut scene = Scene::over(&house).await;
        let (record, _) = scene.office.completed(&house, 0, "photo").await;
        let id = scene.office.family.to_string();
        let newcomer = scene.office.somebody(&house, Role::CcSet, scene.office.beside).await;
        let (old, new) = (scene.office.phone.device, Phone::enrol(&house, newcomer.user.id).await.device);
        let (mut at_old, mut at_new) = (None, None);
        let [had, _] = pulled(&house, old, scene.office.worker, &mut at_old).await;
        assert!(had.contains(&scene.office.family));
        assert!(pulled(&house, new, newcomer.user.id, &mut at_new).await[0].is_empty());

        let card = scene.card(&scene.director, &id).await;
        assert!(card["centres"].as_array().unwrap().iter().any(|of| of["unit"] == json!(scene.office.beside)));
        let path = format!("/api/families/{id}/handovers");
        let to = |unit| json!({"version": card["version"], "to": unit, "reason": "moved"});
        assert_eq!(scene.office.post(&scene.worker, &path, &to(scene.office.beside)).await.code(), "forbidden");
        assert_eq!(scene.office.post(&scene.other, &path, &to(scene.office.beside)).await.code(), "forbidden");
        for unit in [scene.office.unit, scene.office.above] {
            assert_eq!(scene.office.post(&scene.director, &path, &to(unit)).await.code(), "case-impossible");
        }
        let made = scene.office.post(&scene.director, &path, &to(scene.office.beside)).await;
        assert_eq!(made.status, StatusCode::CREATED);
        let handover = format!("/api/handovers/{}", made.ok()["id"].as_str().unwrap());
        assert_eq!(scene.office.post(&scene.director, &path, &to(scene.office.beside)).await.code(), "case-impossible", "once is enough");
        let act = async |who: &Somebody, body: Value| scene.office.post(who, &handover, &body).await;

        // The other centre sees that it is proposed, and not yet its page.
        let waiting = scene.office.get(&scene.other, "/api/handovers").await.ok();
        let first = &waiting["handovers"][0];
        assert_eq!((&first["visible"], &first["may"]), (&json!(false), &json!(["accept", "refuse"])));
        assert!(waiting["workers"].as_array().unwrap().iter().any(|of| of["id"] == json!(newcomer.user.id)));
        assert_eq!(scene.office.get(&scene.other, &format!("/api/families/{id}/card")).await.code(), "forbidden");
        assert_eq!(scene.office.get(&scene.director, "/api/handovers").await.ok()["handovers"][0]["may"], json!(["withdraw"]));

        let accept = |worker: UserId| json!({"act": "accept", "worker": worker});
        assert_eq!(act(&scene.director, accept(newcomer.user.id)).await.code(), "forbidden");
        assert_eq!(act(&scene.other, json!({"act": "withdraw"})).await.code(), "forbidden");
        assert_eq!(act(&scene.other, json!({"act": "accept"})).await.code(), "bad-request");
        assert_eq!(act(&scene.other, accept(scene.worker.user.id)).await.code(), "case-impossible", "of another centre");
        act(&scene.other, accept(newcomer.user.id)).await.ok();
        assert_eq!(act(&scene.other, accept(newcomer.user.id)).await.code(), "case-impossible");

        // Phones and people follow.
        assert_eq!(pulled(&house, old, scene.office.worker, &mut at_old).await[1], BTreeSet::from([scene.office.family]));
        assert_eq!(pulled(&house, new, newcomer.user.id, &mut at_new).await[0], BTreeSet::from([scene.office.family]));
        assert_eq!(scene.office.get(&scene.director, &format!("/api/families/{id}")).await.code(), "forbidden");
        let shown = scene.office.get(&scene.other, &format!("/api/families/{id}")).await.ok();
        assert_eq!(shown["worker_id"], json!(newcomer.user.id));
        let timeline = scene.office.get(&scene.other, &format!("/api/families/{id}/timeline")).await.ok();
        let came = timeline["entries"].as_array().unwrap().iter().find(|entry| entry["record"] == json!(record)).unwrap();
        let recorded = scene.office.district.users.iter().find(|of| of.id == scene.office.worker.0).unwrap();
        assert_eq!(came["by_name"], json!(recorded.name), "who recorded it stays");
        let past = scene.card(&scene.other, &id).await;
        assert_eq!((&past["handovers"][0]["state"], &past["handovers"][0]["from"]["unit"]), (&json!("accepted"), &json!(scene.office.unit)));
        // Whoever gave it sees what he gave.
        let given = scene.office.get(&scene.director, "/api/handovers").await.ok();
        assert_eq!((&given["handovers"][0]["state"], &given["handovers"][0]["visible"]), (&json!("accepted"), &json!(false)));
        assert_sound(&house).await;

        // Back again, refused and taken back.
        scene.on(&house, "2026-11-24").await;
        let card = scene.card(&scene.other, &id).await;
        let back = json!({"version": card["version"], "to": scene.office.unit, "reason": "mistake"});
        for act in [json!({"act": "refuse", "refusal": "elsewhere"}), json!({"act": "withdraw"})] {
            let made = scene.office.post(&scene.other, &path, &back).await.ok();
            let who = if act["act"] == "refuse" { &scene.director } else { &scene.other };
            scene.office.post(who, &format!("/api/handovers/{}", made["id"].as_str().unwrap()), &act).await.ok();
        }
        let stale = json!({"version": 1, "to": scene.office.unit, "reason": "mistake"});
        assert_eq!(scene.office.post(&scene.other, &path, &stale).await.code(), "not-as-shown");
        assert_sound(&house).await;
    }

    async fn what_one_centre_has_reported_the_other_does_not_report_again(house) {
        let mut scene = Scene::over(&house).await;
        let (_, _) = scene.office.completed(&house, 0, "photo").await;
        let newcomer = scene.office.somebody(&house, Role::CcSet, scene.office.beside).await;
        let mine = scene.office.somebody(&house, Role::CcSet, scene.office.unit).await;
        scene.on(&house, "2026-12-01").await;
        let month = "2026-11".parse().unwrap();
        let maker = mine.user.clone();
        let rows = async |unit, maker: &kandas_shared::pulled::User| {
            let id = kandas_server::office::report::making::draft(&scene.office.state, maker, unit, month).await.unwrap();
            let mut tx = house.store.read().await.unwrap();
            let sql = "select count(*) from report_row where report = $1";
            (id, kandas_server::one!(&mut tx, (i64,), sql, id).await.unwrap().0)
        };
        let (report, own) = rows(scene.office.unit, &maker).await;
        assert_eq!(own, 1);
        // Sent, as the store knows it.
        let hand = kandas_server::facts::ReportHand { by: maker.id, by_name: maker.name.clone(), by_role: maker.role };
        let sent = kandas_server::facts::ReportSent { report, to: vec![], copies: vec![], in_time: None, hand };
        house.append([Fact::by_system(Event::ReportSent(sent))]).await;
        let id = scene.office.family.to_string();
        let card = scene.card(&scene.director, &id).await;
        let body = json!({"version": card["version"], "to": scene.office.beside, "reason": "agreed"});
        let made = scene.office.post(&scene.director, &format!("/api/families/{id}/handovers"), &body).await.ok();
        let accept = json!({"act": "accept", "worker": newcomer.user.id});
        scene.office.post(&scene.other, &format!("/api/handovers/{}", made["id"].as_str().unwrap()), &accept).await.ok();
        assert_eq!(rows(scene.office.beside, &newcomer.user).await.1, 0, "it was reported");
        assert_sound(&house).await;
    }
}
