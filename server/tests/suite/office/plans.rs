//! Plans (§19, 28, 32-34): from the first draft to the phones, amendments, the agreement of the kandas, the clock of the working
//! day, and what is left when somebody is erased.

use std::process::Command;

use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_server::{
    all, erase,
    facts::{Event, Setting},
    journal::Fact,
    office::{self, export},
    one, scope,
};
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, PlanId},
    plan::Frozen,
    plan_state::{ActivityState, PlanState},
    pulled::{Activity, Assignment, Family, Person, Plan, Relation, Role, Row, Sex},
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, acted, assert_grounds, assert_sound, peer};
use crate::{
    house::{House, Work, photo},
    signer::Signer,
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";
const NAME: &str = "БІРЕГЕЙТЕК";

/// An office with a family of six that nobody has made a plan for, and those who walk its plan.
struct Scene {
    office: Office,
    family: FamilyId,
    persons: Vec<PersonId>,
    worker: Somebody,
    head: Somebody,
    director: Somebody,
}

impl Scene {
    async fn over(house: &House) -> Self {
        let office = Office::over(house).await;
        let family: FamilyId = house.draw();
        let settled = Event::FamilySet(Family {
            id: family,
            org_unit: office.unit,
            settlement_kato: "559133100".into(),
            settlement_name: "Үлгі ауылы".into(),
            rural: true,
            quota_date: Some("2026-11-16".parse().unwrap()),
            arrived_on: None,
            address: None,
            phone: None,
            latitude: None,
            longitude: None,
        });
        let mut facts = vec![Fact { family: Some(family), ..Fact::by_system(settled) }];
        let mut persons = Vec::new();
        for (relation, born, sex) in [
            (Relation::Head, "1984-05-01", Sex::M),
            (Relation::Spouse, "1986-05-01", Sex::F),
            (Relation::Child, "2012-05-01", Sex::M),
            (Relation::Child, "2017-05-01", Sex::F),
            (Relation::Child, "2022-05-01", Sex::M),
            (Relation::Parent, "1950-05-01", Sex::F),
        ] {
            let id: PersonId = house.draw();
            persons.push(id);
            let person = Event::PersonSet(Person {
                id,
                family,
                surname: Some(NAME.into()),
                given_name: format!("СЫНАҚ {}", persons.len()),
                patronymic: None,
                latin_name: None,
                iin: None,
                birth_date: Some(born.parse().unwrap()),
                sex: Some(sex),
                relation,
                phone: None,
            });
            facts.push(Fact { family: Some(family), person: Some(id), ..Fact::by_system(person) });
        }
        let given = Event::AssignmentSet(Assignment {
            id: house.draw(),
            family,
            worker: office.worker,
            from: "2026-11-16".parse().unwrap(),
            to: None,
        });
        facts.push(Fact { family: Some(family), ..Fact::by_system(given) });
        house.append(facts).await;
        let somebody = async |role, unit: OrgUnitId| {
            let user = office.user(house, role, unit).await;
            let now = house.clock.wall();
            office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
            office.seated(house, user).await
        };
        Self {
            worker: somebody(Role::CcSet, office.unit).await,
            head: somebody(Role::CtmSetHead, office.above).await,
            director: somebody(Role::CcDir, office.unit).await,
            family,
            persons,
            office,
        }
    }

    /// Sessions last until the evening; on another day everybody signs in once more.
    async fn on(&mut self, house: &House, day: &str) {
        house.clock.set(&format!("{day}T07:00:00Z"));
        for who in [&mut self.worker, &mut self.head, &mut self.director] {
            *who = self.office.seated(house, who.user.clone()).await;
        }
    }

    async fn open(&self, family: FamilyId, begins: &str) -> Answer {
        let path = format!("/api/families/{family}/plan");
        self.office.post(&self.worker, &path, &json!({"begins": begins})).await
    }

    /// A version of the family's plan, and its place in addresses.
    async fn opened(&self, begins: &str) -> String {
        let answer = self.open(self.family, begins).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
        place(&answer.ok())
    }

    async fn show(&self, who: &Somebody, family: FamilyId) -> Value {
        self.office.get(who, &format!("/api/families/{family}/plan")).await.ok()
    }

    /// Saves one member's items as `change` makes them out of what is there.
    async fn save(&self, family: FamilyId, person: PersonId, change: impl FnOnce(&mut Vec<Value>)) -> Answer {
        let shown = self.show(&self.worker, family).await;
        let version = &shown["version"];
        let row =
            version["rows"].as_array().unwrap().iter().find(|row| row["person"] == json!(person)).unwrap();
        let mut items: Vec<Value> = row["items"].as_array().unwrap().iter().map(wanted).collect();
        change(&mut items);
        let body = json!({"seen": version["seen"], "rows": [{"person": person, "items": items}]});
        self.put(&place(version), &body).await
    }

    async fn put(&self, version: &str, body: &Value) -> Answer {
        let path = format!("/api/plans/{version}");
        self.office.ask(Some(&self.worker), &Method::PUT, &path, Some(body)).await
    }

    async fn act(&self, version: &str, act: &str) -> Answer {
        self.office.post(&self.worker, &format!("/api/plans/{version}"), &json!({"act": act})).await
    }

    /// The kandas has signed the paper; `change` makes it another.
    async fn agree(&self, family: FamilyId, change: impl FnOnce(&mut Value)) -> Answer {
        let shown = self.show(&self.worker, family).await;
        let version = &shown["version"];
        let digest = &version["sha256"].as_str().unwrap()[..8];
        let mut body = json!({
            "how": "paper", "name": "БІРЕГЕЙТЕК СЫНАҚ", "signed_on": shown["today"], "digest": digest,
            "file": STANDARD.encode(pdf("ҚОЛ")),
        });
        change(&mut body);
        self.office.post(&self.worker, &format!("/api/plans/{}/agreement", place(version)), &body).await
    }

    async fn approve(&self, version: &str) -> Answer {
        let sha256 = self.seen(version).await;
        let body = json!({"password": PASSWORD, "sha256": sha256});
        self.office.post(&self.head, &format!("/api/plans/{version}/approval"), &body).await
    }

    /// What the head of the mobility centre has before him.
    async fn seen(&self, version: &str) -> Value {
        let (plan, _) = version.split_once('/').unwrap();
        let id: PlanId = plan.parse().unwrap();
        let mut tx = self.office.state.store.read().await.unwrap();
        let sql = "select family from plan_version where plan = $1 order by version desc limit 1";
        let (family,) = one!(&mut tx, (FamilyId,), sql, id).await.unwrap();
        drop(tx);
        self.show(&self.head, family).await["version"]["sha256"].clone()
    }

    /// A version that is agreed, approved and on the phones.
    async fn published(&self, family: FamilyId, version: &str) {
        self.agree(family, |_| {}).await.ok();
        self.approve(version).await.ok();
        self.act(version, "publish").await.ok();
    }

    /// What the worker's phone holds of a family's plan.
    async fn on_phone(&self, house: &House, family: FamilyId) -> (Vec<Plan>, Vec<Activity>) {
        let mut tx = house.store.read().await.unwrap();
        let scopes = scope::scopes(&mut tx, self.office.worker).await.unwrap();
        let (mut plans, mut activities) = (Vec::new(), Vec::new());
        for row in scope::rows(&mut tx, &scopes).await.unwrap() {
            match row {
                Row::Plan(plan) if plan.family == family => plans.push(plan),
                Row::Activity(activity) if activity.family == family => activities.push(activity),
                _ => {}
            }
        }
        (plans, activities)
    }

    /// Files of agreements in the media store.
    fn papers(house: &House) -> usize {
        std::fs::read_dir(house.media().join("plan")).map_or(0, Iterator::count)
    }
}

fn place(of: &Value) -> String {
    format!("{}/{}", of["plan"].as_str().unwrap(), of["version"])
}

fn pdf(mark: &str) -> Vec<u8> {
    format!("%PDF-1.7\n{}\n%%EOF\n", mark.repeat(500)).into_bytes()
}

/// An item as it is wanted again.
fn wanted(item: &Value) -> Value {
    let mut wanted = json!({"service": item["service"], "chosen": item["chosen"]});
    for name in ["planned_on", "reason", "text"] {
        if !item[name].is_null() {
            wanted[name] = item[name].clone();
        }
    }
    wanted
}

fn without(service: &str) -> impl FnOnce(&mut Vec<Value>) {
    let service = service.to_owned();
    move |items| items.retain(|item| item["service"] != json!(service))
}

fn acts(version: &Value) -> Vec<&str> {
    version["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect()
}

on_each! { engine, House;
    async fn from_a_draft_to_the_phones(house) {
        let mut scene = Scene::over(&house).await;
        let family = scene.family;
        house.append([Fact::by_system(Event::SettingSet(Setting::new("term.S07.2026-01-01", "10")))]).await;
        let list = scene.office.get(&scene.worker, "/api/plans?only=without").await.ok();
        assert_eq!((&list["without_count"], &list["without"][0]["family"]), (&json!(1), &json!(family)), "{list}");
        assert_eq!((&list["without"][0]["name"], &list["without"][0]["members"]), (&json!(NAME), &json!(6)));
        let nothing = scene.show(&scene.director, family).await;
        assert_eq!((&nothing["version"], &nothing["may_open"]), (&Value::Null, &json!(false)), "a director reads");

        let version = scene.opened("remote").await;
        assert_eq!(scene.open(family, "settled").await.code(), "plan-impossible", "one at a time");
        let shown = scene.show(&scene.worker, family).await;
        let rows = shown["version"]["rows"].as_array().unwrap();
        let count = |row: &Value| row["items"].as_array().unwrap().len();
        assert_eq!(rows.iter().map(count).collect::<Vec<_>>(), [23, 14, 10, 10, 10, 10], "by age, sex and head");
        assert_eq!(shown["terms"], json!([{"service": "S07", "days": 10, "due_on": "2026-11-30"}]));
        let item = |row: &Value, service: &str| {
            row["items"].as_array().unwrap().iter().find(|item| item["service"] == json!(service)).cloned()
        };
        assert_eq!(item(&rows[0], "S07").unwrap()["due_on"], "2026-11-30");
        assert_eq!(item(&rows[0], "S11").unwrap()["due_on"], Value::Null, "no term, no legal day");
        assert!(item(&rows[0], "S13").is_some() && item(&rows[1], "S13").is_none(), "coal is the head's (A-11)");

        // What is of the family is planned for its head; somebody else's work is not written over.
        let (head, wife) = (scene.persons[0], scene.persons[1]);
        let coal = |items: &mut Vec<Value>| items.push(json!({"service": "S13", "chosen": true}));
        assert_eq!(scene.save(family, wife, coal).await.code(), "plan-impossible");
        let stale = json!({"seen": 1, "rows": [{"person": wife, "items": []}]});
        assert_eq!(scene.put(&version, &stale).await.code(), "not-as-shown");
        let stranger = json!({"seen": shown["version"]["seen"], "rows": [{"person": scene.family.0, "items": []}]});
        assert_eq!(scene.put(&version, &stranger).await.code(), "out-of-range");
        let saved = scene.save(family, head, without("S08")).await.ok();
        assert_eq!(saved["unexplained"], 1);
        let again = scene.save(family, wife, |_| {}).await.ok();
        assert_eq!((&again["seen"], &again["sha256"]), (&saved["seen"], &saved["sha256"]), "nothing changed");

        // After a visit, and at last by Appendix 1.
        let visit = json!({"act": "visit", "on": "2026-11-19"});
        let path = format!("/api/plans/{version}");
        for (who, code) in [(&scene.head, "forbidden"), (&scene.director, "forbidden")] {
            assert_eq!(scene.office.post(who, &path, &visit).await.code(), code);
        }
        assert_eq!(scene.act(&version, "visit").await.code(), "bad-request", "on which day?");
        assert_eq!(scene.act(&version, "approve").await.code(), "bad-request");
        assert_eq!(scene.act(&version, "publish").await.code(), "plan-impossible");
        scene.office.post(&scene.worker, &path, &visit).await.ok();
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!((&shown["version"]["state"], &shown["version"]["visit_in_time"]), (&json!("prelim_agreed"), &json!(false)));
        scene.act(&version, "finish").await.ok();

        // A change without a reason is not put before the kandas.
        assert_eq!(scene.agree(family, |_| {}).await.code(), "plan-unready");
        let explain = |items: &mut Vec<Value>| {
            let of = items.iter_mut().find(|item| item["service"] == "S08").unwrap();
            of["reason"] = json!("other");
        };
        assert_eq!(scene.save(family, head, explain).await.ok()["unexplained"], 1, "another reason takes words");
        let explain = |items: &mut Vec<Value>| {
            let of = items.iter_mut().find(|item| item["service"] == "S08").unwrap();
            of["text"] = json!("запастан шығарылған");
            let planned = items.iter_mut().find(|item| item["service"] == "S11").unwrap();
            planned["planned_on"] = json!("2026-12-04");
        };
        assert_eq!(scene.save(family, head, explain).await.ok()["unexplained"], 0);

        let set = |name: &'static str, value: Value| move |body: &mut Value| body[name] = value;
        for (what, name, value, code) in [
            ("the paper of another version", "digest", json!("00000000"), "paper-differs"),
            ("too few digits", "digest", json!("0"), "paper-differs"),
            ("tomorrow", "signed_on", json!("2026-11-24"), "out-of-range"),
            ("before it was finished", "signed_on", json!("2026-11-22"), "out-of-range"),
            ("nobody", "name", json!(" "), "words-missing"),
            ("a page", "file", json!(STANDARD.encode("<html></html>")), "file-unusable"),
            ("no file", "file", Value::Null, "bad-request"),
            ("a signed file that is none", "how", json!("eds"), "signature-unusable"),
            ("no record", "how", json!("record"), "bad-request"),
        ] {
            assert_eq!(scene.agree(family, set(name, value)).await.code(), code, "{what}");
        }
        assert_eq!(Scene::papers(&house), 0, "what was refused is not kept");
        scene.agree(family, |_| {}).await.ok();
        assert_eq!(Scene::papers(&house), 1);
        assert_eq!(scene.save(family, head, without("S09")).await.code(), "plan-impossible", "it is agreed on");
        let list = scene.office.get(&scene.head, "/api/plans").await.ok();
        assert_eq!((&list["mine"], &list["plans"][0]["waits_for"]), (&json!(1), &json!("approve")));
        assert_eq!(scene.office.get(&scene.worker, "/api/plans").await.ok()["mine"], 0);

        // What is approved is the hash of what lies there.
        for who in [&scene.worker, &scene.director] {
            let body = json!({"password": PASSWORD, "sha256": "0".repeat(64)});
            assert_eq!(scene.office.post(who, &format!("/api/plans/{version}/approval"), &body).await.code(), "forbidden");
        }
        let other = json!({"password": PASSWORD, "sha256": "0".repeat(64)});
        let path = format!("/api/plans/{version}/approval");
        assert_eq!(scene.office.post(&scene.head, &path, &other).await.code(), "not-as-shown", "he has seen another one");
        let wrong = json!({"password": "қате", "sha256": "0".repeat(64)});
        assert_eq!(scene.office.post(&scene.head, &format!("/api/plans/{version}/approval"), &wrong).await.code(), "sign-in-failed");
        scene.approve(&version).await.ok();
        assert_eq!(scene.approve(&version).await.code(), "plan-impossible");
        let shown = scene.show(&scene.head, family).await;
        let (plan, number) = version.split_once('/').unwrap();
        let id: PlanId = plan.parse().unwrap();
        let mut tx = house.store.read().await.unwrap();
        let sql = "select frozen from plan_row where plan = $1 order by person";
        let texts = all!(&mut tx, (String,), sql, id).await.unwrap();
        drop(tx);
        let rows = texts.iter().map(|(text,)| Digest::of(text.as_bytes())).collect();
        let frozen = Frozen { v: 1, plan: id, version: number.parse().unwrap(), family, rows };
        assert_eq!(shown["version"]["sha256"], json!(frozen.hash().unwrap()));
        assert_eq!(shown["version"]["publish_by"], "2026-11-24", "one working day (§34)");

        // The clock runs out, and is red.
        assert_eq!(scene.on_phone(&house, family).await, (Vec::new(), Vec::new()), "phones know nothing yet");
        scene.on(&house, "2026-11-24").await;
        assert_eq!(scene.show(&scene.worker, family).await["version"]["late"], false);
        scene.on(&house, "2026-11-25").await;
        let list = scene.office.get(&scene.worker, "/api/plans?only=late").await.ok();
        assert_eq!((&list["late"], &list["plans"][0]["late"], &list["mine"]), (&json!(1), &json!(true), &json!(1)));
        let mut tx = house.store.read().await.unwrap();
        let units = [(scene.office.unit,)];
        let clocks = office::plan::clocks(&mut tx, &units, "2026-11-25".parse().unwrap()).await.unwrap();
        drop(tx);
        assert_eq!(clocks.len(), 1);
        assert_eq!((clocks[0].family, clocks[0].due, clocks[0].late), (family, "2026-11-24".parse().ok(), true));
        scene.act(&version, "publish").await.ok();

        let (plans, activities) = scene.on_phone(&house, family).await;
        assert_eq!(plans.iter().map(|plan| (plan.version, plan.state)).collect::<Vec<_>>(), [(1, PlanState::Published)]);
        assert_eq!(activities.len(), 76, "all but the one that was taken out");
        let of = |person, service: &str| activities.iter().find(|of| of.person == person && of.service.as_str() == service);
        assert_eq!(of(head, "S08"), None);
        let due = of(wife, "S07").unwrap();
        assert_eq!((due.due_on, due.state), ("2026-11-30".parse().ok(), ActivityState::Planned));
        assert_eq!((of(head, "S11").unwrap().planned_on, of(head, "S11").unwrap().due_on), ("2026-12-04".parse().ok(), None));
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from activity where plan = $1 and counted = true";
        let (counted,) = one!(&mut tx, (i64,), sql, id).await.unwrap();
        drop(tx);
        assert_eq!(counted, 6, "they follow the term (§33)");
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!((&shown["version"]["in_time"], &shown["version"]["late"]), (&json!(false), &json!(false)));
        assert_eq!(acts(&shown["version"]), ["open", "visit", "finish", "agree", "approve", "publish"]);
        assert_eq!((&shown["may_open"], &shown["version"]["may"]), (&json!(true), &json!([])));
        assert_sound(&house).await;
    }

    async fn an_amendment_carries_over_what_is_done_and_cancels_what_is_dropped(house) {
        let mut scene = Scene::over(&house).await;
        let family = FamilyId(scene.office.family);
        // An import has brought version 1, and something of it is done.
        scene.office.completed(&house, 0, "photo").await;
        let planned: Vec<_> = scene.office.district.activities_of(family.0).cloned().collect();
        let (done, meanwhile, offline) = (&planned[0], &planned[1], &planned[2]);
        let version = place(&scene.open(family, "remote").await.ok());
        assert!(version.ends_with("/2"), "{version}");
        let shown = scene.show(&scene.worker, family).await;
        let of = &shown["version"];
        assert_eq!((&of["state"], &of["amends"], &of["unexplained"]), (&json!("final_draft"), &json!(1), &json!(0)));
        let items: Vec<Value> = of["rows"].as_array().unwrap().iter().flat_map(|row| row["items"].as_array().unwrap().clone()).collect();
        assert_eq!(items.len(), planned.len(), "it begins with what the phones have");
        let settled: Vec<&Value> = items.iter().filter(|item| item["settled"] == true).map(|item| &item["activity"]).collect();
        assert_eq!(settled, [&json!(done.id)]);

        // What is done stays; what is open can go, with a reason.
        let person = PersonId(done.person);
        assert_eq!(scene.save(family, person, without(&done.service)).await.code(), "plan-impossible");
        for of in [meanwhile, offline] {
            let service = of.service.clone();
            let drop = move |items: &mut Vec<Value>| {
                let item = items.iter_mut().find(|item| item["service"] == json!(service)).unwrap();
                item["chosen"] = json!(false);
                item["reason"] = json!("not_needed");
            };
            scene.save(family, PersonId(of.person), drop).await.ok();
        }
        let all: Vec<String> = planned.iter().filter(|of| of.person == done.person).map(|of| of.service.clone()).collect();
        let new = (1..=25).map(|n| format!("S{n:02}")).find(|service| {
            let of_family = ["S01", "S02", "S03", "S04", "S05", "S12", "S13", "S25"].contains(&service.as_str());
            !of_family && !all.contains(service)
        }).unwrap();
        let added = new.clone();
        let add = move |items: &mut Vec<Value>| {
            items.push(json!({"service": added, "chosen": true, "reason": "family_asks", "planned_on": "2026-12-10"}));
        };
        scene.save(family, person, add).await.ok();
        let before = scene.on_phone(&house, family).await;
        assert_eq!(before.0[0].version, 1);
        assert!(before.1.iter().all(|of| of.state != ActivityState::Cancelled), "phones go on with version 1");

        // One of the dropped ones is done before the version is out, another one on a phone without a network.
        let photo = photo("ОФЛАЙН");
        let work = |of: &kandas_fixtures::district::Activity| Work {
            family,
            person: PersonId(of.person),
            activity: ActivityId(of.id),
            service: of.service.parse().unwrap(),
            note: "",
            photo: &photo,
        };
        let sealed = scene.office.phone.seal(&house, &work(meanwhile)).await;
        assert_eq!(scene.office.phone.push(&house, &[&sealed]).await, [Verdict::Accepted]);
        let away = scene.office.phone.seal(&house, &work(offline)).await;
        scene.published(family, &version).await;

        let (plans, activities) = scene.on_phone(&house, family).await;
        assert_eq!((plans[0].version, plans[0].state), (2, PlanState::Published));
        let state = |id| activities.iter().find(|of| of.id.0 == id).unwrap().state;
        assert_eq!(state(done.id), before.1.iter().find(|of| of.id.0 == done.id).unwrap().state, "carried over unchanged");
        assert_eq!(state(meanwhile.id), ActivityState::Synced, "what was done meanwhile is not cancelled");
        assert_eq!(state(offline.id), ActivityState::Cancelled);
        assert_eq!(activities.len(), before.1.len() + 1);
        let fresh = activities.iter().find(|of| of.person == person && of.service.as_str() == new).unwrap();
        assert_eq!((fresh.state, fresh.planned_on), (ActivityState::Planned, "2026-12-10".parse().ok()));

        // The phone that was away had done it: a supervisor decides.
        assert_eq!(scene.office.phone.push(&house, &[&away]).await, [Verdict::Held]);
        let held = scene.office.get(&scene.director, "/api/held").await.ok();
        assert!(held.to_string().contains("activity_cancelled"), "{held}");

        // Another version begins with what is left of this one.
        let three = scene.open(family, "settled").await.ok();
        assert_eq!(three["version"], 3);
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!(shown["versions"].as_array().unwrap().len(), 2);
        let two = scene.office.get(&scene.worker, &format!("/api/families/{family}/plan?version=2")).await.ok();
        assert_eq!(two["version"]["state"], "published");
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/families/{family}/plan?version=9")).await.code(), "not-found");
        assert_sound(&house).await;
    }

    async fn a_mistaken_draft_is_discarded_and_another_one_begun(house) {
        let scene = Scene::over(&house).await;
        let family = scene.family;
        let counts = async || {
            let list = scene.office.get(&scene.worker, "/api/plans").await.ok();
            (list["under_way"].as_i64().unwrap(), list["without_count"].as_i64().unwrap())
        };
        assert_eq!(counts().await, (0, 1));
        let one = scene.opened("remote").await;
        assert_eq!(counts().await, (1, 0));
        let may = |shown: &Value| shown["version"]["may"].as_array().unwrap().contains(&json!("discard"));
        assert!(may(&scene.show(&scene.worker, family).await), "who drafts may discard");
        let discard = json!({"act": "discard"});
        for who in [&scene.head, &scene.director] {
            assert!(!may(&scene.show(who, family).await));
            assert_eq!(scene.office.post(who, &format!("/api/plans/{one}"), &discard).await.code(), "forbidden");
        }
        let dated = json!({"act": "discard", "on": "2026-11-23"});
        assert_eq!(scene.office.post(&scene.worker, &format!("/api/plans/{one}"), &dated).await.code(), "bad-request");
        scene.act(&one, "discard").await.ok();
        assert_eq!(counts().await, (0, 1), "it is a family without a plan again");
        let shown = scene.show(&scene.worker, family).await;
        let of = &shown["version"];
        assert_eq!((&of["state"], &of["may"], &of["may_save"]), (&json!("discarded"), &json!([]), &json!(false)));
        assert_eq!((acts(of), &shown["may_open"]), (vec!["open", "discard"], &json!(true)));
        for act in ["discard", "finish", "publish"] {
            assert_eq!(scene.act(&one, act).await.code(), "plan-impossible", "{act}");
        }
        assert_eq!(scene.save(family, scene.persons[0], without("S08")).await.code(), "plan-impossible");

        // Another one is begun, and has a number of its own. Once it is agreed on it is not discarded any more; sent back, it can be.
        let two = scene.opened("settled").await;
        assert_eq!(two, one.replace("/1", "/2"));
        scene.agree(family, |_| {}).await.ok();
        assert_eq!(scene.act(&two, "discard").await.code(), "plan-impossible", "it is agreed on");
        let remarks = format!("/api/plans/{two}/remarks");
        scene.office.post(&scene.head, &remarks, &json!({"text": "қайта"})).await.ok();
        scene.act(&two, "discard").await.ok();

        // The third goes to the phones; its amendment is a mistake, and they go on with what they have.
        let three = scene.opened("settled").await;
        scene.published(family, &three).await;
        let before = scene.on_phone(&house, family).await;
        assert_eq!(before.0.iter().map(|plan| plan.version).collect::<Vec<_>>(), [3], "phones saw no other");
        let four = scene.opened("settled").await;
        let none = |items: &mut Vec<Value>| {
            for item in items {
                item["chosen"] = json!(false);
                item["reason"] = json!("not_needed");
            }
        };
        scene.save(family, scene.persons[2], none).await.ok();
        scene.act(&four, "discard").await.ok();
        assert_eq!(scene.on_phone(&house, family).await, before);
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!((&shown["version"]["version"], &shown["version"]["state"]), (&json!(3), &json!("published")));
        let states: Vec<&Value> = shown["versions"].as_array().unwrap().iter().map(|of| &of["state"]).collect();
        assert_eq!(states, ["discarded", "discarded", "published", "discarded"]);
        assert_eq!(counts().await, (0, 0));
        let five = scene.opened("settled").await;
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!((place(&shown["version"]), &shown["version"]["amends"]), (five.clone(), &json!(3)));
        assert!(shown["version"]["rows"].to_string().matches("\"chosen\":true").count() > 70, "nothing of the discarded one");
        scene.published(family, &five).await;
        assert_sound(&house).await;
    }

    async fn the_mobility_centre_sends_it_back(house) {
        let scene = Scene::over(&house).await;
        let version = scene.opened("settled").await;
        let path = format!("/api/plans/{version}/remarks");
        let say = |text: &str| json!({"text": text});
        assert_eq!(scene.office.post(&scene.head, &path, &say("Көмір қайда?")).await.code(), "plan-impossible");
        scene.agree(scene.family, |_| {}).await.ok();
        assert_eq!(scene.office.post(&scene.worker, &path, &say("а")).await.code(), "forbidden");
        assert_eq!(scene.office.post(&scene.head, &path, &say(" ")).await.code(), "words-missing");
        scene.office.post(&scene.head, &path, &say("Көмір қайда?")).await.ok();
        let shown = scene.show(&scene.worker, scene.family).await;
        let of = &shown["version"];
        assert_eq!((&of["state"], &of["version"], &of["agreement"]), (&json!("final_draft"), &json!(1), &Value::Null));
        assert_eq!((&of["remarks"][0]["text"], &of["may_save"]), (&json!("Көмір қайда?"), &json!(true)));
        let paper = format!("/api/plans/{version}/agreement");
        assert_eq!(scene.office.get(&scene.head, &paper).await.code(), "not-found", "the agreement is void");

        // Changed, agreed once more, approved.
        let drop = |items: &mut Vec<Value>| {
            let item = items.iter_mut().find(|item| item["service"] == "S24").unwrap();
            item["chosen"] = json!(false);
            item["reason"] = json!("not_needed");
        };
        scene.save(scene.family, scene.persons[2], drop).await.ok();
        scene.agree(scene.family, |_| {}).await.ok();
        let taken = scene.office.get(&scene.head, &paper).await;
        assert_eq!((taken.status, &taken.body[..]), (StatusCode::OK, &pdf("ҚОЛ")[..]));
        assert_eq!(taken.headers["content-type"], "application/pdf");
        assert!(taken.headers["content-security-policy"].to_str().unwrap().contains("sandbox"));
        let auth = scene.office.somebody(&house, Role::Auth, scene.office.above).await;
        assert_eq!(scene.office.get(&auth, &paper).await.code(), "forbidden", "without document scans (R*)");
        scene.approve(&version).await.ok();
        assert_sound(&house).await;
    }

    async fn a_plan_moves_with_what_is_recorded(house) {
        let mut scene = Scene::over(&house).await;
        let family = FamilyId(scene.office.family);
        let moved = async |scene: &Scene| {
            let state = &scene.office.state;
            state.plans.follow(&house.store, &*house.chance, house.clock.wall()).await.unwrap()
        };
        let stands = async |scene: &Scene| {
            let (plans, _) = scene.on_phone(&house, family).await;
            plans[0].state
        };
        let set = async |change: &dyn Fn(usize, &mut Activity)| {
            let mut tx = house.store.read().await.unwrap();
            let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on from activity
                where family = $1 order by id";
            let mut known = all!(&mut tx, Activity, sql, family).await.unwrap();
            drop(tx);
            let before = known.clone();
            known.iter_mut().enumerate().for_each(|(nr, activity)| change(nr, activity));
            let changed = known.into_iter().zip(before).filter(|(now, then)| now != then).map(|(now, _)| now);
            let fact = |of: Activity| Fact { family: Some(of.family), person: Some(of.person), ..Fact::by_system(Event::ActivitySet(of)) };
            house.append(changed.map(fact).collect::<Vec<_>>()).await;
        };
        use PlanState::{Closed, Executed, InExecution, Monitoring, Published};
        assert_eq!((moved(&scene).await, stands(&scene).await), (0, Published), "nothing is recorded");
        scene.office.completed(&house, 0, "photo").await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (1, InExecution));
        assert_eq!(moved(&scene).await, 0, "once");
        // The rest is declined: nothing is open any more. Another process comes to the same.
        set(&|_, activity| {
            if activity.state == ActivityState::Planned {
                activity.state = ActivityState::Refused;
            } else {
                activity.state = ActivityState::Reported;
            }
        }).await;
        let other = kandas_server::office::plan::moving::Followed::default();
        let now = house.clock.wall();
        assert_eq!(other.follow(&house.store, &*house.chance, now).await.unwrap(), 1);
        assert_eq!((moved(&scene).await, stands(&scene).await), (0, Executed));
        // A system contradicts: it is open again, until that is settled.
        set(&|nr, activity| if nr == 0 { activity.state = ActivityState::Disputed }).await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (1, InExecution));
        set(&|nr, activity| if nr == 0 { activity.state = ActivityState::SysConfirmed }).await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (1, Executed));
        // Nobody's five years run before the day of inclusion or arrival is known.
        scene.on(&house, "2027-01-04").await;
        let settled = async |quota: Option<&str>| {
            let mut tx = house.store.read().await.unwrap();
            let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
                latitude, longitude from family where id = $1";
            let known = one!(&mut tx, Family, sql, family).await.unwrap();
            drop(tx);
            let quota_date = quota.map(|day| day.parse().unwrap());
            let set = Event::FamilySet(Family { quota_date, arrived_on: None, ..known });
            house.append([Fact { family: Some(family), ..Fact::by_system(set) }]).await;
        };
        settled(None).await;
        moved(&scene).await;
        assert_eq!(stands(&scene).await, Executed);
        settled(Some("2026-10-01")).await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (1, Monitoring), "the next round has begun");
        // The list says where each stands, and how many stand so.
        let list = scene.office.get(&scene.worker, "/api/plans?only=in_force&state=monitoring").await.ok();
        assert_eq!((&list["in_force"][0]["family"], &list["in_force"][0]["open"]), (&json!(family), &json!(0)), "{list}");
        let counts: i64 = list["states"].as_array().unwrap().iter().map(|of| of["count"].as_i64().unwrap()).sum();
        let all = scene.office.get(&scene.worker, "/api/plans?only=in_force").await.ok();
        assert_eq!(all["in_force"].as_array().unwrap().len() as i64, counts);
        assert_eq!(scene.office.get(&scene.worker, "/api/plans?only=in_force&state=agreed").await.ok()["in_force"], json!([]));
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/families/{family}")).await.ok()["plan_state"], "monitoring");
        // The measures last five years: what is added to it is executed anew.
        let shown = scene.show(&scene.worker, family).await;
        assert_eq!((&shown["on_phones"]["state"], &shown["may_open"]), (&json!("monitoring"), &json!(true)));
        scene.on(&house, "2031-09-30").await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (0, Monitoring), "its last day, and that of the last round");
        scene.on(&house, "2031-10-02").await;
        assert_eq!((moved(&scene).await, stands(&scene).await), (1, Closed));
        assert_eq!(scene.open(family, "settled").await.code(), "plan-impossible");
        assert_sound(&house).await;
    }

    async fn by_a_signature_on_a_phone_or_a_signed_file(house) {
        let mut scene = Scene::over(&house).await;
        // On the plan of an import a record with a signature comes.
        let family = FamilyId(scene.office.family);
        let who = (family, PersonId(scene.office.district.activities_of(family.0).next().unwrap().person));
        let digits = async |scene: &Scene| {
            let shown = scene.show(&scene.worker, family).await;
            shown["version"]["sha256"].as_str().unwrap()[..8].to_owned()
        };
        let act = |digits: &str| ("plan_agreement", json!({"plan_digest": digits}), "signature");
        let day = "2026-11-23";
        let early = acted(&house, &mut scene.office, who, act("00000000"), day).await;
        let version = place(&scene.open(family, "settled").await.ok());
        let read = digits(&scene).await;
        let by = |record: Value| move |body: &mut Value| *body = json!({"how": "record", "record": record});
        let (coal, _) = scene.office.completed(&house, 0, "signature").await;
        let look = acted(&house, &mut scene.office, who, ("plan_agreement", json!({"plan_digest": read}), "photo"), day).await;
        let visit = acted(&house, &mut scene.office, who, ("monitoring_visit", json!({"plan_digest": read}), "signature"), day).await;
        for (record, what) in [(early, "before this draft"), (coal, "a receipt for coal"), (look, "nobody signed"), (visit, "another act")] {
            assert_eq!(scene.agree(family, by(json!(record))).await.code(), "plan-impossible", "{what}");
        }
        assert_eq!(scene.show(&scene.worker, family).await["version"]["signatures"], json!([]));
        // He agreed to another plan than the one that lies here: it is shown, and is not taken.
        let other = acted(&house, &mut scene.office, who, act("abcd1234"), day).await;
        assert_eq!(scene.agree(family, by(json!(other))).await.code(), "paper-differs");
        let none = acted(&house, &mut scene.office, who, ("plan_agreement", json!({}), "signature"), day).await;
        assert_eq!(scene.agree(family, by(json!(none))).await.code(), "paper-differs", "tied to nothing");
        let spaced = format!("{} {}", &read[..4], read[4..].to_uppercase());
        let signed = acted(&house, &mut scene.office, who, act(&spaced), day).await;
        let shown = scene.show(&scene.worker, family).await;
        let offered: Vec<(&Value, &Value)> = shown["version"]["signatures"].as_array().unwrap().iter().map(|of| (&of["record"], &of["fits"])).collect();
        assert_eq!(offered, [(&json!(signed), &json!(true)), (&json!(none), &json!(false)), (&json!(other), &json!(false))], "{shown}");
        scene.agree(family, by(json!(signed))).await.ok();
        let remarks = format!("/api/plans/{version}/remarks");
        scene.office.post(&scene.head, &remarks, &json!({"text": "қайта"})).await.ok();
        assert_eq!(scene.agree(family, by(json!(signed))).await.code(), "plan-impossible", "it was for the draft before");
        let read = digits(&scene).await;
        let signed = acted(&house, &mut scene.office, who, act(&read), day).await;
        scene.agree(family, by(json!(signed))).await.ok();
        let shown = scene.show(&scene.head, family).await;
        let agreement = &shown["version"]["agreement"];
        assert_eq!((&agreement["how"], &agreement["record"], &agreement["media_type"]), (&json!("record"), &json!(signed), &Value::Null));
        scene.approve(&version).await.ok();
        scene.act(&version, "publish").await.ok();

        let version = scene.opened("settled").await;
        // He signs the very text: a file over another one, or one that was changed, is not kept.
        let signer = Signer::with("900101300017");
        scene.office.state.authorities.get_or_init(|| signer.authorities());
        let before = Scene::papers(&house);
        let text = scene.office.get(&scene.worker, &format!("/api/plans/{version}/approval")).await;
        let shown = scene.show(&scene.worker, scene.family).await;
        assert_eq!(shown["version"]["sha256"], json!(Digest::of(&text.body)));
        let cms = signer.sign(&text.body);
        let mut changed = cms.clone();
        *changed.last_mut().unwrap() ^= 1;
        let eds = async |file: &[u8]| {
            let file = STANDARD.encode(file);
            scene.agree(scene.family, move |body| {
                *body = json!({"how": "eds", "name": "БІРЕГЕЙТЕК", "signed_on": "2026-11-23", "file": file});
            }).await
        };
        for (what, file, code) in [
            ("another text", signer.sign(b"another text"), "signature-differs"),
            ("another signature", changed, "signature-wrong"),
            ("half of it", cms[..cms.len() / 2].to_vec(), "signature-unusable"),
        ] {
            assert_eq!(eds(&file).await.code(), code, "{what}");
        }
        assert_eq!(Scene::papers(&house), before, "what was refused is not kept");
        assert_eq!(scene.show(&scene.worker, scene.family).await["version"]["agreement"], Value::Null);
        eds(&cms).await.ok();
        let shown = scene.show(&scene.worker, scene.family).await;
        let agreement = &shown["version"]["agreement"];
        assert_eq!((&agreement["how"], &agreement["media_type"]), (&json!("eds"), &json!("application/pkcs7-mime")));
        let found = &agreement["cms"];
        assert_eq!((&found["verdict"], &found["attached"]), (&json!("verified"), &json!(false)));
        let by = &found["signers"][0];
        assert_eq!((&by["name"], &by["iin_masked"]), (&json!("БІРЕГЕЙТЕК СЫНАҚ"), &json!("•••• •••• 0017")));
        assert_eq!(by["person"], "unknown", "the family has no numbers");
        let kept = scene.office.get(&scene.worker, &format!("/api/plans/{version}/agreement")).await;
        assert_eq!(&kept.body[..], &cms[..]);
        assert_sound(&house).await;
    }

    /// A-12: the order names no signature for the approval; from the day that is set, a password alone does not do.
    async fn an_approval_may_need_a_file_with_an_electronic_signature(house) {
        let scene = Scene::over(&house).await;
        let auth = scene.office.somebody(&house, Role::Auth, scene.office.above).await;
        let set = async |from: &str, value: Value| {
            let wanted = json!({"rule": "approval_by_file", "from": from, "value": value});
            scene.office.post(&auth, "/api/rules/programme", &wanted).await.ok();
        };
        let version = scene.opened("settled").await;
        scene.agree(scene.family, |_| {}).await.ok();
        // From tomorrow on, and from today on.
        set("2026-11-24", json!("yes")).await;
        assert_eq!(scene.show(&scene.head, scene.family).await["approval_by_file"], false);
        set("2026-11-23", json!("yes")).await;
        assert_eq!(scene.show(&scene.head, scene.family).await["approval_by_file"], true);
        assert_eq!(scene.approve(&version).await.code(), "signature-file-needed");
        let signer = Signer::with("900101300017");
        scene.office.state.authorities.get_or_init(|| signer.authorities());
        let path = format!("/api/plans/{version}/approval");
        let text = scene.office.get(&scene.head, &path).await;
        let sha256 = scene.seen(&version).await;
        let with = |file: &[u8]| json!({"cms": STANDARD.encode(file), "password": PASSWORD, "sha256": sha256});
        let other = scene.office.post(&scene.head, &path, &with(&signer.sign(b"another text"))).await;
        assert_eq!(other.code(), "signature-differs");
        scene.office.post(&scene.head, &path, &with(&signer.sign(&text.body))).await.ok();
        let shown = scene.show(&scene.head, scene.family).await;
        assert_eq!((&shown["version"]["state"], shown["version"]["files"].as_array().unwrap().len()), (&json!("approved"), 1));
        assert_sound(&house).await;
    }

    async fn who_is_erased_leaves_hashes(house) {
        let scene = Scene::over(&house).await;
        let version = scene.opened("settled").await;
        let child = scene.persons[4];
        let words = "ЕРЕКШЕСӨЗ";
        let say = move |items: &mut Vec<Value>| {
            let item = items.iter_mut().find(|item| item["service"] == "S24").unwrap();
            item["chosen"] = json!(false);
            item["reason"] = json!("other");
            item["text"] = json!("ЕРЕКШЕСӨЗ");
        };
        scene.save(scene.family, child, say).await.ok();
        scene.agree(scene.family, |_| {}).await.ok();
        let path = format!("/api/plans/{version}/remarks");
        scene.office.post(&scene.head, &path, &json!({"text": "ЕРЕКШЕСӨЗ"})).await.ok();
        scene.agree(scene.family, |_| {}).await.ok();
        let before = scene.show(&scene.head, scene.family).await;
        let (now, by) = (house.clock.wall(), scene.director.user.id);
        let gone = erase::Subject::Person(child);
        erase::erase(&house.config, &house.store, gone, "18", by, now, &*house.chance).await.unwrap();
        let after = scene.show(&scene.head, scene.family).await;
        let (old, of) = (&before["version"], &after["version"]);
        assert_eq!((&of["sha256"], &of["state"], &of["erased"]), (&old["sha256"], &json!("agreed"), &json!(1)));
        assert_eq!((of["rows"].as_array().unwrap().len(), &of["remarks"]), (5, &json!([])));
        assert_eq!((&of["agreement"]["how"], &of["agreement"]["media_type"]), (&json!("paper"), &Value::Null));
        assert_eq!(Scene::papers(&house), 0);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &[words.as_bytes()]), []);
        }
        assert_sound(&house).await;
        // What is left can still be checked, approved and brought out.
        scene.approve(&version).await.ok();
        scene.act(&version, "publish").await.ok();
        let (_, activities) = scene.on_phone(&house, scene.family).await;
        assert!(!activities.is_empty() && activities.iter().all(|of| of.person != child));
        assert_sound(&house).await;

        let gone = erase::Subject::Family(scene.family);
        erase::erase(&house.config, &house.store, gone, "18", by, now, &*house.chance).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        for table in ["plan_version", "plan_row", "plan_act", "plan_paper", "plan_remark"] {
            let sql = format!("select count(*) from {table}");
            let (rows,) = one!(&mut tx, (i64,), sqlx::AssertSqlSafe(sql.as_str())).await.unwrap();
            assert_eq!(rows, 0, "{table}");
        }
        drop(tx);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &[NAME.as_bytes()]), []);
        }
        assert_sound(&house).await;
    }

    async fn items_that_were_changed_are_not_approved(house) {
        let scene = Scene::over(&house).await;
        let version = scene.opened("settled").await;
        scene.agree(scene.family, |_| {}).await.ok();
        let mut tx = house.store.write().await.unwrap();
        let sql = r#"update plan_row set frozen = replace(frozen, '"S07","chosen":true', '"S07","chosen":false')"#;
        assert!(kandas_server::exec!(&mut tx, sql).await.unwrap() > 0);
        tx.commit().await.unwrap();
        assert_eq!(scene.approve(&version).await.code(), "internal");
        let compared = kandas_server::rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences.len(), 1, "and a rebuild puts them right");
        scene.approve(&version).await.ok();
    }

    async fn the_paper_shows_what_is_agreed_on(house) {
        let scene = Scene::over(&house).await;
        let version = scene.opened("settled").await;
        let (plan, number) = version.split_once('/').unwrap();
        let number: i32 = number.parse().unwrap();
        let wanted = json!({"what": "plan", "format": "pdf", "lang": "kk", "plan": plan, "version": number});
        let beside = scene.office.somebody(&house, Role::CcSet, scene.office.beside).await;
        assert_eq!(scene.office.post(&beside, "/api/exports", &wanted).await.code(), "forbidden");
        let sheet = json!({"what": "plan", "format": "xlsx", "lang": "kk", "plan": plan, "version": number});
        assert_eq!(scene.office.post(&scene.worker, "/api/exports", &sheet).await.code(), "bad-request");
        let unknown = json!({"what": "plan", "format": "pdf", "lang": "kk", "plan": plan, "version": 7});
        assert_eq!(scene.office.post(&scene.worker, "/api/exports", &unknown).await.code(), "not-found");
        let asked = scene.office.post(&scene.worker, "/api/exports", &wanted).await.ok();
        assert!(export::piece(&scene.office.state).await.unwrap());
        let id = asked["id"].as_str().unwrap();
        let file = scene.office.get(&scene.worker, &format!("/api/exports/{id}/file")).await;
        assert_eq!(file.headers["content-type"], "application/pdf");
        let sha256 = scene.show(&scene.worker, scene.family).await["version"]["sha256"].as_str().unwrap().to_owned();
        // Where it is missing nothing is read, which CI does not allow.
        let Some(program) = peer("pdftotext", &["-v"]) else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("plan.pdf");
        std::fs::write(&path, &file.body).unwrap();
        let read = Command::new(program).args(["-layout"]).arg(&path).arg("-").output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        for (n, page) in text.split('\x0c').filter(|page| !page.trim().is_empty()).enumerate() {
            assert!(page.contains(&sha256), "page {n} does not say of which version it is: {page}");
        }
        for part in [NAME, "СЫНАҚ 6", "Қағидаларға 1-қосымша", "Қандас (қолы", "Ұтқырлық орталығының басшысы (қолы",
            "Тұрғылықты жері бойынша тіркелуге жәрдемдесу", "Заңды мерзім жоқ"] {
            assert!(text.contains(part), "{part} is not on the paper: {text}");
        }
        assert_grounds(&house, &text, "plan_act", None).await;
    }

    async fn nothing_comes_beside_a_draft(house) {
        let scene = Scene::over(&house).await;
        let version = scene.opened("settled").await;
        scene.agree(scene.family, |_| {}).await.ok();
        scene.approve(&version).await.ok();
        // Whatever way another plan came: this one does not go out beside it.
        let other: PlanId = house.draw();
        let plan = Plan {
            id: other,
            family: scene.family,
            version: 1,
            state: PlanState::Published,
            published_on: None,
        };
        let set = |plan: &Plan| Fact { family: Some(scene.family), ..Fact::by_system(Event::PlanSet(plan.clone())) };
        house.append([set(&plan)]).await;
        assert_eq!(scene.act(&version, "publish").await.code(), "plan-impossible");
        // A family that has left waits for nothing.
        house.append([set(&Plan { state: PlanState::Departed, ..plan })]).await;
        let shown = scene.show(&scene.worker, scene.family).await;
        assert_eq!((&shown["version"]["may"], &shown["version"]["publish_by"]), (&json!([]), &Value::Null));
        let list = scene.office.get(&scene.worker, "/api/plans?only=under_way").await.ok();
        assert_eq!(list["under_way"], 0, "{list}");
        assert_sound(&house).await;
    }

    async fn an_import_brings_no_plan_beside_a_draft(house) {
        let mut scene = Scene::over(&house).await;
        scene.opened("settled").await;
        let mut plan = scene.office.district.plans[0].clone();
        plan.id = house.draw::<PlanId>().0;
        plan.family = scene.family.0;
        plan.activities.clear();
        scene.office.district.plans.push(plan);
        let refused = house.import_text(&scene.office.district.to_json()).await.unwrap_err();
        assert!(refused.to_string().contains("under way at the office"), "{refused}");
    }
}
