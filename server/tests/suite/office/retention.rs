//! Keeping, erasing in two steps, and consents that are withdrawn: what is shown before, what hinders, what stays.

use axum::http::{Method, StatusCode};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use kandas_server::{
    all, erase,
    facts::Event,
    journal::Fact,
    office::{self, erasing},
    one,
};
use kandas_shared::{
    cursor::Kind,
    hash::Digest,
    ids::{ActivityId, ErasureId, FamilyId, PersonId},
    merkle,
    pulled::{Family, Person, Role},
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Answer, Office, Somebody, assert_sound};
use crate::{
    house::{House, Work, photo},
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";

struct Scene {
    office: Office,
    worker: Somebody,
    director: Somebody,
    head: Somebody,
    mio: Somebody,
    auth: Somebody,
}

impl Scene {
    async fn over(house: &House) -> Self {
        let office = Office::over(house).await;
        office.state.config.get_or_init(|| house.config.clone());
        let somebody = async |role, unit| {
            let user = office.user(house, role, unit).await;
            let now = house.clock.wall();
            office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
            office.seated(house, user).await
        };
        Self {
            worker: somebody(Role::CcSet, office.unit).await,
            director: somebody(Role::CcDir, office.unit).await,
            head: somebody(Role::CtmSetHead, office.above).await,
            mio: somebody(Role::MioSetHead, office.above).await,
            auth: somebody(Role::Auth, office.above).await,
            office,
        }
    }

    /// Everybody signs in once more: sessions last until the evening.
    async fn on(&mut self, house: &House, day: &str) {
        house.clock.set(&format!("{day}T07:00:00Z"));
        for who in [&mut self.worker, &mut self.director, &mut self.head, &mut self.mio, &mut self.auth] {
            *who = self.office.seated(house, who.user.clone()).await;
        }
    }

    fn person(&self) -> Uuid {
        self.office.district.persons_of(self.office.family).next().unwrap().id
    }

    async fn preview(&self, who: &Somebody, person: Option<Uuid>) -> Value {
        let whom = person.map_or(String::new(), |person| format!("&person={person}"));
        let path = format!("/api/erasures/preview?family={}{whom}", self.office.family);
        self.office.get(who, &path).await.ok()
    }

    async fn propose(&self, who: &Somebody, person: Option<Uuid>, basis: &str) -> Answer {
        let body =
            json!({"family": self.office.family, "person": person, "basis": basis, "reason": "негіздеме"});
        self.office.post(who, "/api/erasures", &body).await
    }

    async fn confirm(&self, who: &Somebody, id: &str, numbers: &Value, password: &str) -> Answer {
        let body = json!({"password": password, "numbers": numbers});
        self.office.post(who, &format!("/api/erasures/{id}/confirmation"), &body).await
    }

    async fn consent(&self, who: &Somebody, person: Uuid) -> Value {
        self.office.get(who, &format!("/api/persons/{person}/consent")).await.ok()
    }

    async fn withdraw(&self, who: &Somebody, person: Uuid, body: Value) -> Answer {
        self.office.post(who, &format!("/api/persons/{person}/consent-withdrawals"), &body).await
    }
}

fn hindrances(of: &Value) -> Vec<&str> {
    of["hindrances"].as_array().unwrap().iter().map(|of| of["hindrance"].as_str().unwrap()).collect()
}

/// The family began its five years on a day.
async fn began(house: &House, office: &Office, day: &str) {
    let of = office.district.families.iter().find(|family| family.id == office.family).unwrap();
    let family = Family {
        id: FamilyId(of.id),
        org_unit: office.unit,
        settlement_kato: of.settlement_kato.clone(),
        settlement_name: of.settlement_name.clone(),
        rural: false,
        quota_date: Some(day.parse().unwrap()),
        arrived_on: None,
        address: None,
        phone: None,
        latitude: None,
        longitude: None,
    };
    let fact = Fact::by_system(Event::FamilySet(family));
    house.append([Fact { family: Some(FamilyId(of.id)), ..fact }]).await;
}

on_each! { engine, House;
    async fn a_class_changes_with_a_day_and_invents_nothing(house) {
        let mut scene = Scene::over(&house).await;
        let shown = scene.office.get(&scene.worker, "/api/retention").await.ok();
        let unknown = json!({"years": null, "extra": 0, "archive": null, "line": ""});
        assert_eq!(shown["classes"][0]["now"], json!({"years": 5, "extra": 1, "archive": null, "line": ""}));
        assert_eq!((&shown["classes"][1]["now"], &shown["classes"][2]["now"]), (&unknown, &unknown), "said, not invented");
        let wanted = |keeping: Value, from: &str| json!({"class": "case", "from": from, "keeping": keeping});
        let shorter = json!({"years": 4, "extra": 1, "archive": null, "line": ""});
        let longer = json!({"years": 5, "extra": 1, "archive": 15, "line": "№ 123 «а»"});
        let set = async |who: &Somebody, body: &Value| scene.office.post(who, "/api/retention", body).await;
        assert_eq!(set(&scene.director, &wanted(longer.clone(), "2026-12-01")).await.code(), "forbidden");
        let lineless = json!({"years": 5, "extra": 1, "archive": 15, "line": " "});
        assert_eq!(set(&scene.auth, &wanted(lineless, "2026-12-01")).await.code(), "out-of-range");
        assert_eq!(set(&scene.auth, &wanted(shorter, "2026-12-01")).await.code(), "out-of-range", "§40");
        assert_eq!(set(&scene.auth, &wanted(longer.clone(), "2024-05-29")).await.code(), "out-of-range");
        let same = shown["classes"][0]["now"].clone();
        assert_eq!(set(&scene.auth, &wanted(same, "2026-12-01")).await.code(), "nothing-changes");
        let after = set(&scene.auth, &wanted(longer.clone(), "2026-12-01")).await.ok();
        assert_eq!(after["classes"][0]["values"], json!([{"from": "2026-12-01", "keeping": longer}]));
        assert_eq!(after["classes"][0]["now"]["archive"], Value::Null, "not before its day");
        assert_eq!((&after["history"][0]["class"], &after["history"][0]["was"]), (&json!("case"), &Value::Null));

        // The five years of a family that came long ago are over; it is on the list, and its archive is known from the day on.
        let due = scene.office.get(&scene.director, "/api/retention/due").await.ok();
        assert_eq!(due["families"], json!([]));
        assert!(due["first"].as_str().unwrap() > "2030", "{due}");
        began(&house, &scene.office, "2020-11-22").await;
        let due = scene.office.get(&scene.director, "/api/retention/due").await.ok();
        let family = &due["families"][0];
        assert_eq!((&family["family"], &family["date"], &family["stage"]), (&json!(scene.office.family), &json!("2026-11-22"), &json!("come")));
        assert_eq!((&family["archive_until"], &due["first"]), (&Value::Null, &json!("2026-11-22")));
        began(&house, &scene.office, "2020-11-23").await;
        let due = scene.office.get(&scene.director, "/api/retention/due").await.ok();
        assert_eq!(due["families"], json!([]), "its last day is today");
        scene.on(&house, "2026-12-01").await;
        let due = scene.office.get(&scene.director, "/api/retention/due").await.ok();
        assert_eq!((&due["families"][0]["stage"], &due["families"][0]["archive_until"]), (&json!("archive"), &json!("2041-11-23")));
        let taken = scene.office.post(&scene.auth, "/api/retention", &wanted(Value::Null, "2026-12-01")).await.ok();
        assert_eq!(taken["classes"][0]["values"], json!([]));
        assert_sound(&house).await;
    }

    async fn one_proposes_and_another_confirms(house) {
        let mut scene = Scene::over(&house).await;
        let (record, sealed) = scene.office.completed(&house, 0, "photo").await;
        let hash = json!(sealed.jws.identity());
        let before = scene.preview(&scene.director, None).await;
        assert_eq!((&before["numbers"]["records"], &before["stage"]), (&json!(1), &json!("at_hand")));
        assert!(before["numbers"]["bytes"].as_u64().unwrap() >= sealed.photo().len() as u64, "{before}");
        assert!(before["headers"].as_i64().unwrap() > 10);
        assert_eq!(before["hashes"], json!([hash]));
        let kinds = before["kinds"].as_array().unwrap();
        assert!(kinds.iter().any(|of| of["kind"] == "record.received" && of["count"] == 1), "{kinds:?}");
        let of_kinds: u64 = kinds.iter().map(|of| of["count"].as_u64().unwrap()).sum();
        assert_eq!(json!(of_kinds), before["numbers"]["bodies"]);
        assert!(hindrances(&before).contains(&"horizon") && hindrances(&before).contains(&"archive_unknown"));
        assert_eq!(before["hindrances"][0]["forbids"], json!(["purpose_reached", "consent_withdrawn"]));

        // The five years are running: only an order or a mistake goes before them.
        for basis in ["purpose_reached", "consent_withdrawn"] {
            assert_eq!(scene.propose(&scene.director, None, basis).await.code(), "erasure-impossible");
        }
        for (who, code) in [(&scene.worker, "forbidden"), (&scene.mio, "forbidden"), (&scene.auth, "forbidden")] {
            assert_eq!(scene.propose(who, None, "order").await.code(), code);
        }
        let named = json!({"family": scene.office.family, "basis": "order", "reason": "ЖСН 990101300123"});
        assert_eq!(scene.office.post(&scene.director, "/api/erasures", &named).await.code(), "words-missing");
        let made = scene.propose(&scene.director, None, "order").await;
        assert_eq!(made.status, StatusCode::CREATED);
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(scene.propose(&scene.head, None, "order").await.code(), "erasure-impossible", "once is enough");

        let path = format!("/api/erasures/{id}");
        let own = scene.office.get(&scene.director, &path).await.ok();
        assert_eq!((&own["own"], &own["may_confirm"], &own["state"]), (&json!(true), &json!(false), &json!("proposed")));
        let other = scene.office.get(&scene.head, &path).await.ok();
        assert_eq!((&other["own"], &other["may_confirm"]), (&json!(false), &json!(true)));
        let shown = scene.preview(&scene.head, None).await;
        assert_eq!((&shown["proposal"], &shown["may_propose"]), (&json!(id), &json!(false)));
        let numbers = &shown["numbers"];
        assert_eq!(scene.confirm(&scene.director, &id, numbers, PASSWORD).await.code(), "forbidden");
        assert_eq!(scene.confirm(&scene.head, &id, numbers, "қате").await.code(), "sign-in-failed");
        assert_eq!(scene.confirm(&scene.head, &id, &before["numbers"], PASSWORD).await.code(), "not-as-shown");

        // Something came meanwhile: it is not what was shown.
        scene.office.completed(&house, 1, "photo").await;
        assert_eq!(scene.confirm(&scene.head, &id, numbers, PASSWORD).await.code(), "not-as-shown");
        let shown = scene.preview(&scene.head, None).await;
        assert_eq!(scene.confirm(&scene.head, &id, &shown["numbers"], PASSWORD).await.status, StatusCode::ACCEPTED);
        assert_eq!(scene.confirm(&scene.mio, &id, &shown["numbers"], PASSWORD).await.code(), "erasure-impossible");
        assert_eq!(scene.office.get(&scene.head, &path).await.ok()["state"], "confirmed");
        assert_sound(&house).await;

        assert_eq!(erasing::carry_out(&scene.office.state).await.unwrap(), 1);
        assert_eq!(erasing::carry_out(&scene.office.state).await.unwrap(), 0);
        assert_eq!(scene.office.get(&scene.head, &path).await.code(), "not-found", "its reason went with it");
        assert_eq!(scene.office.get(&scene.worker, &format!("/api/records/{record}")).await.code(), "not-found");
        let list = scene.office.get(&scene.mio, "/api/erasures").await.ok();
        assert_eq!(list["proposals"], json!([]));
        let done = &list["done"][0];
        assert_eq!((&done["basis"], &done["proposed_role"], &done["confirmed_role"]), (&json!("order"), &json!("cc_dir"), &json!("ctm_set_head")));
        let erasure = done["erasure"].as_str().unwrap();
        assert_eq!(scene.office.get(&scene.director, &format!("/api/erased/{erasure}")).await.ok()["unfinished"], true);
        assert_eq!(erasing::compact(&scene.office.state).await.unwrap(), 1);
        let proof = scene.office.get(&scene.director, &format!("/api/erased/{erasure}")).await.ok();
        assert_eq!((&proof["bodies_left"], &proof["files_left"], &proof["records_all"], &proof["unfinished"]), (&json!(0), &json!(0), &json!(2), &json!(false)));
        assert!(proof["records"].as_array().unwrap().iter().any(|of| of["hash"] == hash));
        // One confirmation more went than was shown.
        assert_eq!(proof["bodies"], json!(shown["numbers"]["bodies"].as_u64().unwrap() + 1));
        let digest = |of: &Value| -> Digest { serde_json::from_value(of.clone()).unwrap() };
        let path: Vec<Digest> = serde_json::from_value(proof["inclusion"].clone()).unwrap();
        let (position, size) = (proof["done"]["position"].as_u64().unwrap(), proof["size"].as_u64().unwrap());
        assert!(merkle::verify_inclusion(&digest(&proof["leaf"]), position - 1, size, &digest(&proof["root"]), &path));
        let beside = scene.office.somebody(&house, Role::CcDir, scene.office.beside).await;
        assert_eq!(scene.office.get(&beside, &format!("/api/erased/{erasure}")).await.code(), "forbidden");
        assert_eq!(scene.office.get(&beside, "/api/erasures").await.ok()["done"], json!([]));
        assert_sound(&house).await;
    }

    async fn what_was_confirmed_is_carried_out_though_the_power_went(house) {
        let scene = Scene::over(&house).await;
        let person = scene.person();
        let id = scene.propose(&scene.head, Some(person), "mistake").await.ok()["id"].as_str().unwrap().to_owned();
        let shown = scene.preview(&scene.mio, Some(person)).await;
        scene.confirm(&scene.mio, &id, &shown["numbers"], PASSWORD).await.ok();
        // Another process begins, and finds what nobody did.
        let again = Office::started(&house);
        again.config.get_or_init(|| house.config.clone());
        assert_eq!(erasing::carry_out(&again).await.unwrap(), 1);
        // It ends too, before the database was compacted: the next start makes that up.
        assert!(house.config.data.join("compacting.json").exists());
        let settle = async || erase::settle(&house.config, &house.store, house.clock.wall(), &*house.chance).await.unwrap();
        assert_eq!(settle().await, erase::Settled { finished: true, ..erase::Settled::default() });
        assert!(!house.config.data.join("compacting.json").exists());
        assert_eq!(settle().await, erase::Settled::default(), "it is in the list once, and done");
        let mut tx = house.store.read().await.unwrap();
        let rows = all!(&mut tx, (ErasureId, PersonId), "select erasure, person from erasure").await.unwrap();
        drop(tx);
        assert_eq!(rows.len(), 1);
        assert_eq!(rows[0].1, PersonId(person));
        let list = scene.office.get(&scene.head, "/api/erasures").await.ok();
        assert_eq!((&list["done"][0]["person"], &list["done"][0]["confirmed_role"]), (&json!(person), &json!("mio_set_head")));
        assert_sound(&house).await;
    }

    async fn an_erasing_that_broke_off_after_its_fact_is_finished_while_the_server_runs(house) {
        let scene = Scene::over(&house).await;
        let person = scene.person();
        let id = scene.propose(&scene.head, Some(person), "mistake").await.ok()["id"].as_str().unwrap().to_owned();
        let shown = scene.preview(&scene.mio, Some(person)).await;
        scene.confirm(&scene.mio, &id, &shown["numbers"], PASSWORD).await.ok();
        erasing::carry_out(&scene.office.state).await.unwrap();
        erasing::compact(&scene.office.state).await.unwrap();
        let list = scene.office.get(&scene.head, "/api/erasures").await.ok();
        let erasure = list["done"][0]["erasure"].as_str().unwrap().to_owned();
        // The disk said no after the commit: there is no proposal any more, only the list of what is left.
        let leftover = json!({"erasure": erasure, "objects": ["evidence/nothing"], "uploads": []});
        std::fs::write(house.config.data.join("erasing.json"), leftover.to_string()).unwrap();
        let path = format!("/api/erased/{erasure}");
        assert_eq!(scene.office.get(&scene.head, &path).await.ok()["unfinished"], true);
        assert_eq!(erasing::carry_out(&scene.office.state).await.unwrap(), 0);
        assert!(!house.config.data.join("erasing.json").exists());
        assert_eq!(scene.office.get(&scene.head, &path).await.ok()["unfinished"], true, "its pages are there");
        assert_eq!(erasing::compact(&scene.office.state).await.unwrap(), 1);
        assert_eq!(scene.office.get(&scene.head, &path).await.ok()["unfinished"], false);
    }

    async fn several_erasings_are_compacted_once_afterwards(house) {
        let scene = Scene::over(&house).await;
        let family = FamilyId(scene.office.family);
        let head = scene.office.district.persons_of(family.0).next().unwrap().id;
        let persons = [head, Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_7777)];
        let names = ["ЖАЛҒЫЗАТАУБІРІНШІ", "ЖАЛҒЫЗАТАУЕКІНШІ"];
        for (person, name) in persons.iter().zip(names) {
            let relation = if *person == head { "head" } else { "child" };
            let set = Person {
                id: PersonId(*person),
                family,
                surname: None,
                given_name: name.into(),
                patronymic: None,
                latin_name: None,
                iin: None,
                birth_date: None,
                sex: None,
                relation: relation.parse().unwrap(),
                phone: None,
            };
            let fact = Fact::by_system(Event::PersonSet(set));
            house.append([Fact { family: Some(family), person: Some(PersonId(*person)), ..fact }]).await;
        }
        for person in &persons {
            let id = scene.propose(&scene.head, Some(*person), "mistake").await.ok()["id"].as_str().unwrap().to_owned();
            let shown = scene.preview(&scene.mio, Some(*person)).await;
            scene.confirm(&scene.mio, &id, &shown["numbers"], PASSWORD).await.ok();
            // One by one, as they are confirmed.
            assert_eq!(erasing::carry_out(&scene.office.state).await.unwrap(), 1);
        }
        let list = async || scene.office.get(&scene.head, "/api/erasures").await.ok();
        let shown = list().await;
        assert_eq!((&shown["compaction"]["decisions"], &shown["compaction"]["running"]), (&json!(2), &json!(false)));
        let proofs = async || {
            let mut proofs = Vec::new();
            for of in shown["done"].as_array().unwrap() {
                let path = format!("/api/erased/{}", of["erasure"].as_str().unwrap());
                proofs.push(scene.office.get(&scene.head, &path).await.ok());
            }
            proofs
        };
        let before = proofs().await;
        assert!(before.iter().all(|of| of["unfinished"] == true && of["bodies_left"] == 0), "{before:?}");
        assert_eq!(erasing::compact(&scene.office.state).await.unwrap(), 2, "once for both");
        assert_eq!(erasing::compact(&scene.office.state).await.unwrap(), 0);
        assert_eq!(list().await["compaction"], Value::Null);
        for (mut was, is) in before.into_iter().zip(proofs().await) {
            was["unfinished"] = json!(false);
            assert_eq!(was, is, "the proof is the same");
        }
        let needles = names.map(str::as_bytes);
        assert_eq!(House::found_in(&house.config.data, &needles), []);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &needles), []);
        }
        assert_sound(&house).await;
    }

    async fn a_proposal_is_taken_back_or_refused(house) {
        let scene = Scene::over(&house).await;
        let drop = async |who: &Somebody, id: &str| {
            scene.office.post(who, &format!("/api/erasures/{id}/drop"), &json!({"reason": "керек емес"})).await
        };
        let propose = async || {
            let made = scene.propose(&scene.director, None, "mistake").await.ok();
            made["id"].as_str().unwrap().to_owned()
        };
        let first = propose().await;
        let other = scene.office.somebody(&house, Role::CcDir, scene.office.unit).await;
        assert_eq!(drop(&other, &first).await.code(), "erasure-impossible", "another director cannot");
        drop(&scene.director, &first).await.ok();
        assert_eq!(drop(&scene.director, &first).await.code(), "erasure-impossible");
        let second = propose().await;
        drop(&scene.mio, &second).await.ok();
        let list = scene.office.get(&scene.director, "/api/erasures").await.ok();
        let states: Vec<_> = list["proposals"].as_array().unwrap().iter().map(|of| of["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["refused", "withdrawn"]);
        assert_eq!(list["proposals"][0]["decided_reason"], "керек емес");
        assert_eq!(erasing::carry_out(&scene.office.state).await.unwrap(), 0);
        assert_sound(&house).await;
    }

    async fn when_all_terms_are_over_the_purpose_is_reached(house) {
        let mut scene = Scene::over(&house).await;
        began(&house, &scene.office, "2010-01-15").await;
        let known = json!({"class": "case", "from": "2026-11-01",
            "keeping": {"years": 5, "extra": 1, "archive": 5, "line": "№ 1"}});
        scene.office.post(&scene.auth, "/api/retention", &known).await.ok();
        let shown = scene.preview(&scene.director, None).await;
        assert_eq!((&shown["stage"], &shown["archive_until"]), (&json!("over"), &json!("2021-01-15")));
        assert_eq!(hindrances(&shown), ["not_withdrawn"], "{shown}");
        assert_eq!(scene.propose(&scene.director, None, "consent_withdrawn").await.code(), "erasure-impossible");
        // A problem is open: first it is settled.
        let problem = json!({"what": "problem", "kind": "work", "weight": "low", "text": "мәселе"});
        let path = format!("/api/families/{}/issues", scene.office.family);
        let issue = scene.office.post(&scene.worker, &path, &problem).await.ok();
        assert_eq!(hindrances(&scene.preview(&scene.director, None).await), ["issues", "not_withdrawn"]);
        assert_eq!(scene.propose(&scene.director, None, "purpose_reached").await.code(), "erasure-impossible");
        let settle = json!({"act": "close", "outcome": "solved", "text": "шешілді"});
        let issue = issue["id"].as_str().unwrap();
        scene.office.post(&scene.worker, &format!("/api/monitoring/issues/{issue}"), &settle).await.ok();
        let (_, _) = scene.office.completed(&house, 0, "photo").await;
        assert_eq!(scene.propose(&scene.director, None, "purpose_reached").await.status, StatusCode::CREATED);
        let due = scene.office.get(&scene.head, "/api/retention/due").await.ok();
        assert_eq!((&due["families"][0]["stage"], &due["families"][0]["proposed"]), (&json!("over"), &json!(true)));
        assert_sound(&house).await;
    }

    async fn a_consent_is_withdrawn_and_phones_are_told(house) {
        let mut scene = Scene::over(&house).await;
        let (_, sealed) = scene.office.completed(&house, 0, "photo").await;
        let activity = scene.office.district.activities_of(scene.office.family).next().unwrap();
        let (person, family) = (activity.person, scene.office.family);
        let before = scene.consent(&scene.director, person).await;
        assert_eq!((&before["may_withdraw"], &before["records"]), (&json!(false), &json!(1)));
        assert!(before["files"].as_i64().unwrap() >= 1 && before["bytes"].as_i64().unwrap() >= sealed.photo().len() as i64);
        assert_eq!(before["left_without"][0]["person"], json!(person));
        assert!(before["until"].as_str().unwrap() > "2030");
        assert_eq!(scene.consent(&scene.worker, person).await["may_withdraw"], true);

        let pdf = format!("%PDF-1.7\n{}\n%%EOF\n", "Өтініш".repeat(50)).into_bytes();
        let on_paper = |file: Option<&[u8]>| json!({"on": "2026-11-20", "form": "paper", "file": file.map(|file| STANDARD.encode(file))});
        assert_eq!(scene.withdraw(&scene.director, person, on_paper(Some(&pdf))).await.code(), "forbidden");
        assert_eq!(scene.withdraw(&scene.worker, person, on_paper(None)).await.code(), "words-missing");
        assert_eq!(scene.withdraw(&scene.worker, person, on_paper(Some(b"%PDF-"))).await.code(), "file-unusable");
        let spoken = |on: &str, note: Option<&str>| json!({"on": on, "form": "spoken", "note": note});
        assert_eq!(scene.withdraw(&scene.worker, person, spoken("2026-11-20", None)).await.code(), "words-missing");
        assert_eq!(scene.withdraw(&scene.worker, person, spoken("2026-11-24", Some("а"))).await.code(), "out-of-range");
        let kept = || std::fs::read_dir(house.media().join("consent")).map_or(0, Iterator::count);
        assert_eq!(kept(), 0, "what is refused is not kept");
        scene.withdraw(&scene.worker, person, on_paper(Some(&pdf))).await.ok();
        assert_eq!(kept(), 1);
        assert_eq!(scene.withdraw(&scene.worker, person, on_paper(Some(&pdf))).await.code(), "nothing-changes");

        let after = scene.consent(&scene.worker, person).await;
        assert_eq!((&after["state"], &after["may_withdraw"], &after["left_without"]), (&json!("withdrawn"), &json!(false), &json!([])));
        assert_eq!((&after["records"], &after["files"]), (&before["records"], &before["files"]), "evidence stays");
        assert_eq!(after["later"], 1, "that record was made on the 23rd");
        let withdrawal = &after["withdrawals"][0];
        assert_eq!((&withdrawal["on_day"], &withdrawal["form"], &withdrawal["sha256"]), (&json!("2026-11-20"), &json!("paper"), &json!(Digest::of(&pdf))));
        let path = format!("/api/persons/{person}/consent-withdrawals/{}/scan", withdrawal["position"]);
        let scan = scene.office.get(&scene.director, &path).await;
        assert_eq!(&scan.body[..], &pdf[..]);
        assert_eq!(scene.office.get(&scene.auth, &path).await.code(), "forbidden");
        let listed = scene.office.get(&scene.director, "/api/retention/due").await.ok();
        assert_eq!((&listed["withdrawn"][0]["person"], &listed["withdrawn"][0]["on_day"]), (&json!(person), &json!("2026-11-20")));
        let shown = scene.office.get(&scene.director, &format!("/api/families/{family}")).await.ok();
        let member = shown["members"].as_array().unwrap().iter().find(|of| of["id"] == json!(person)).unwrap();
        assert_eq!(member["consent"], "withdrawn");

        // Whoever has the family is told with the next pull, as of any consent.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from change c join consent s on s.id = c.id
            where c.kind = $1 and s.person = $2 and c.position = (select max(position) - 1 from journal where kind = 'consent.withdrawn')";
        let (told,) = one!(&mut tx, (i64,), sql, Kind::Consent, PersonId(person)).await.unwrap();
        let sql = "select count(*) from journal where kind = 'consent.withdrawn' and person = $1";
        let (facts,) = one!(&mut tx, (i64,), sql, PersonId(person)).await.unwrap();
        drop(tx);
        assert!(told >= 1, "no phone hears of it");
        assert_eq!(facts, 1);

        // A consent that was given before it and comes late changes nothing; one that is given later counts again.
        // Sealed before the office entered it, on the same day it does not count either.
        for (day, state) in [("2026-11-19", "withdrawn"), ("2026-11-20", "withdrawn"), ("2026-11-21", "given")] {
            let bytes = photo(day);
            let work = Work {
                family: FamilyId(family),
                person: PersonId(person),
                activity: ActivityId(activity.id),
                service: activity.service.parse().unwrap(),
                note: "",
                photo: &bytes,
            };
            let consent: kandas_shared::ids::ConsentId = house.draw();
            let said = scene.office.phone.seal_with(&house, &work, |payload| {
                payload["done_on"] = json!(day);
                payload["statement"] = json!({"kind": "consent", "consent": consent, "person": person, "state": "given"});
                payload["evidence"] = json!([]);
            });
            let said = said.await;
            scene.office.phone.push(&house, &[&said]).await;
            assert_eq!(scene.consent(&scene.worker, person).await["state"], state, "{day}");
        }
        assert_sound(&house).await;

        // With the person the scan goes, and what was said.
        let id = scene.propose(&scene.head, Some(person), "mistake").await.ok()["id"].as_str().unwrap().to_owned();
        let shown = scene.preview(&scene.mio, Some(person)).await;
        scene.confirm(&scene.mio, &id, &shown["numbers"], PASSWORD).await.ok();
        erasing::carry_out(&scene.office.state).await.unwrap();
        assert_eq!(kept(), 0);
        assert_eq!(scene.office.ask(Some(&scene.director), &Method::GET, &path, None).await.code(), "not-found");
        assert_sound(&house).await;
    }
}
