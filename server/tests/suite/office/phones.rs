//! Phones and workers as the office sees them: what came of them, what did not, what can be decided; and that every number
//! has a list that shows what it counts.

use axum::http::Method;
use kandas_server::{all, exec, one};
use kandas_shared::{
    ids::{ActivityId, DeviceId, FamilyId, PersonId},
    pulled::Role,
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{
    house::{House, Phone, Sealed, Work, photo},
    stores::on_each,
};

impl Office {
    /// The worker's phone seals completions of the family's first activities.
    async fn sealed_many(&mut self, house: &House, count: usize) -> Vec<Sealed> {
        let mut all = Vec::new();
        for nr in 0..count {
            let activity = self.district.activities_of(self.family).nth(nr).unwrap();
            let bytes = photo(&format!("PHONES {nr}"));
            let work = Work {
                family: FamilyId(self.family),
                person: PersonId(activity.person),
                activity: ActivityId(activity.id),
                service: activity.service.parse().unwrap(),
                note: "жазба",
                photo: &bytes,
            };
            all.push(self.phone.seal(house, &work).await);
        }
        all
    }

    async fn page(&self, who: &Somebody) -> Value {
        self.get(who, &format!("/api/phones/{}", self.phone.device)).await.ok()
    }

    async fn count(&self, who: &Somebody, query: &str) -> i64 {
        let list = self.get(who, &format!("/api/records?{query}")).await.ok();
        let total = list["total"].as_i64().unwrap();
        assert_eq!(list["records"].as_array().unwrap().len() as i64, total.min(50), "{query}");
        total
    }

    async fn families(&self, who: &Somebody, query: &str) -> i64 {
        let list = self.get(who, &format!("/api/families?{query}")).await.ok();
        let total = list["total"].as_i64().unwrap();
        assert_eq!(list["families"].as_array().unwrap().len() as i64, total.min(200), "{query}");
        total
    }
}

/// What the phone says of itself when it asks for a token.
async fn says(house: &House, phone: &Phone, seq: i64) {
    let mut tx = house.store.write().await.unwrap();
    let sql =
        "insert into device_seen (device, at, app, chain, seq) values ($1, $2, 'kandas-field 2', $3, $4)
        on conflict (device) do update set at = excluded.at, seq = excluded.seq";
    exec!(&mut tx, sql, phone.device, house.clock.wall(), phone.chain, seq).await.unwrap();
    tx.commit().await.unwrap();
}

on_each! { engine, House;
    async fn the_ledger_of_a_phone_names_what_did_not_come(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        let fresh = office.page(&director).await;
        assert_eq!((&fresh["standing"], &fresh["chains"][0]["recorded"]), (&json!("active"), &json!(0)));
        assert_eq!((&fresh["clock"], &fresh["checkpoint"]), (&Value::Null, &Value::Null));

        let sealed = office.sealed_many(&house, 5).await;
        house.clock.set("2026-11-23T07:10:00Z");
        assert_eq!(office.phone.push(&house, &[&sealed[0], &sealed[1], &sealed[4]]).await, [Verdict::Accepted; 3]);
        office.phone.deliver(&house, &sealed[0]).await;
        says(&house, &office.phone, 8).await;
        let page = office.page(&director).await;
        let chain = &page["chains"][0];
        let numbers = ["recorded", "received", "missing", "unsent", "lost", "forks"].map(|name| chain[name].as_i64().unwrap());
        assert_eq!(numbers, [8, 3, 2, 3, 0, 0], "{chain}");
        assert_eq!((&chain["gaps"][0]["from_seq"], &chain["gaps"][0]["to_seq"]), (&json!(3), &json!(4)));
        assert_eq!((&chain["chain"], &chain["current"]), (&json!(office.phone.chain), &json!(true)));
        assert_eq!((page["missing"].as_i64(), page["unsent"].as_i64(), page["files"].as_i64()), (Some(2), Some(3), Some(2)));
        assert!(page["bytes_missing"].as_i64().unwrap() > 0);
        // Sealed at seven by a clock that goes right, received ten minutes later.
        assert_eq!(page["clock"]["at_least_s"], -600);
        assert!(page["checkpoint"]["size"].as_u64().unwrap() > 0);
        assert_eq!(page["app"], "kandas-field 2");

        // Each number and its list.
        let phone = office.phone.device;
        let tally = page["tally"].clone();
        for (name, count) in [("all", 3), ("unchecked", 3), ("incomplete", 2), ("held", 0), ("handover", 0), ("returned", 0)] {
            assert_eq!(tally[name], count, "{name}");
            let state = if name == "all" { String::new() } else { format!("&state={name}") };
            assert_eq!(office.count(&director, &format!("phone={phone}{state}")).await, count, "{name}");
            assert_eq!(office.count(&foreign, &format!("phone={phone}{state}")).await, 0);
        }
        let chain = office.phone.chain;
        assert_eq!(office.count(&director, &format!("phone={phone}&chain={chain}")).await, 3);
        assert_eq!(office.count(&director, &format!("phone={phone}&chain={}", uuid::Uuid::nil())).await, 0);
        let gaps = office.get(&director, &format!("/api/held?which=gaps&phone={phone}")).await.ok();
        assert_eq!((gaps["waiting"]["gaps"].as_i64(), &gaps["gaps"][0]["from_seq"]), (Some(1), &json!(3)));
        let other = DeviceId(uuid::Uuid::nil());
        let none = office.get(&director, &format!("/api/held?which=gaps&phone={other}")).await.ok();
        assert_eq!((none["waiting"]["gaps"].as_i64(), &none["gaps"]), (Some(0), &json!([])));
        assert!(gaps["phone_name"].as_str().unwrap().starts_with("test, "));

        // What was missing comes, the rest is given up.
        office.phone.push(&house, &[&sealed[3]]).await;
        let lost = json!({"device": phone, "chain": chain, "from_seq": 3, "to_seq": 3, "reason": "phone_broken"});
        office.post(&director, "/api/gaps", &lost).await.ok();
        let page = office.page(&director).await;
        let chain = &page["chains"][0];
        let numbers = ["recorded", "received", "missing", "unsent", "lost"].map(|name| chain[name].as_i64().unwrap());
        assert_eq!(numbers, [8, 4, 0, 3, 1], "{chain}");
        assert_eq!(chain["gaps"][0]["state"], "lost");
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = 'device.show' and device = $1 and by_user = $2";
        assert_eq!(one!(&mut tx, (i64,), sql, phone, director.user.id).await.unwrap(), (3,));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn orders_are_given_taken_back_and_stand_in_the_journal_with_who_and_why(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let phone = office.phone.device;
        let orders = format!("/api/phones/{phone}/orders");
        let may = |page: &Value| page["may"].as_array().unwrap().iter().map(|act| act.as_str().unwrap().to_owned()).collect::<Vec<_>>();
        assert_eq!(may(&office.page(&admin).await), ["revoke", "retire", "lost"]);
        for wrong in [json!({"kind": "retire", "reason": "stolen"}), json!({"kind": "lost", "reason": "found"})] {
            assert_eq!(office.post(&admin, &orders, &wrong).await.code(), "bad-request", "{wrong}");
        }
        // Nothing but words of the list gets into the journal.
        for wrong in [json!({"kind": "retire", "reason": "СЫНАҚОВ"}), json!({"kind": "retire"})] {
            assert_eq!(office.post(&admin, &orders, &wrong).await.code(), "malformed-json", "{wrong}");
        }
        let retire = json!({"kind": "retire", "reason": "replaced"});
        assert_eq!(office.post(&director, &orders, &retire).await.code(), "forbidden");
        office.post(&admin, &orders, &retire).await.ok();
        assert_eq!(office.post(&admin, &orders, &retire).await.code(), "decision-impossible", "it waits already");
        let page = office.page(&director).await;
        assert_eq!((&page["standing"], may(&page)), (&json!("retiring"), vec!["revoke".into(), "lost".into(), "withdraw".into()]));
        let order = page["orders"][0].clone();
        assert_eq!((&order["kind"], &order["reason"], &order["issued_by"]), (&json!("retire"), &json!("replaced"), &json!(admin.user.name)));
        assert_eq!((&order["may_withdraw"], &order["told_at"]), (&json!(true), &Value::Null));

        let back = format!("{orders}/{}/withdraw", order["id"].as_str().unwrap());
        assert_eq!(office.post(&admin, &back, &json!({"reason": "stolen"})).await.code(), "bad-request");
        assert_eq!(office.post(&director, &back, &json!({"reason": "mistake"})).await.code(), "forbidden");
        office.post(&admin, &back, &json!({"reason": "mistake"})).await.ok();
        assert_eq!(office.post(&admin, &back, &json!({"reason": "mistake"})).await.code(), "decision-impossible");
        let page = office.page(&admin).await;
        assert_eq!((&page["standing"], &page["orders"][0]["withdrawn_for"]), (&json!("active"), &json!("mistake")));
        let elsewhere = format!("/api/phones/{}/orders/{}/withdraw", phone, uuid::Uuid::nil());
        assert_eq!(office.post(&admin, &elsewhere, &json!({"reason": "mistake"})).await.code(), "not-found");

        // Given up for lost, it is revoked in the same breath; taking that back leaves it revoked.
        office.post(&admin, &orders, &json!({"kind": "lost", "reason": "stolen"})).await.ok();
        let page = office.page(&admin).await;
        assert_eq!((&page["standing"], &page["state"]), (&json!("lost"), &json!("revoked")));
        assert_eq!((&page["revoked_for"], &page["revoked_by"]), (&json!("stolen"), &json!(admin.user.name)));
        assert_eq!(may(&page), ["withdraw"], "lost is not followed by retire");
        let back = format!("{orders}/{}/withdraw", page["orders"][0]["id"].as_str().unwrap());
        office.post(&admin, &back, &json!({"reason": "found"})).await.ok();
        let page = office.page(&admin).await;
        assert_eq!((&page["standing"], may(&page)), (&json!("revoked"), vec!["retire".into(), "lost".into()]));
        let revoke = format!("/api/phones/{phone}/revoke");
        assert_eq!(office.post(&admin, &revoke, &json!({"reason": "lost"})).await.code(), "decision-impossible");
        let nowhere = format!("/api/phones/{}/revoke", uuid::Uuid::nil());
        assert_eq!(office.post(&admin, &nowhere, &json!({"reason": "lost"})).await.code(), "not-found");

        // Who did it stands in the header of each fact.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select kind from journal where author = $1 order by position";
        let kinds = all!(&mut tx, (String,), sql, admin.user.id.to_string()).await.unwrap();
        let kinds: Vec<String> = kinds.into_iter().map(|(kind,)| kind).collect();
        let expected = ["order.issued", "order.withdrawn", "order.issued", "device.revoked", "order.withdrawn"];
        assert_eq!(kinds, expected);
        drop(tx);
        let people = office.get(&admin, "/api/people").await.ok();
        let listed = people["phones"].as_array().unwrap().iter().find(|each| each["id"] == json!(phone)).unwrap();
        assert_eq!(listed["standing"], "revoked");
        assert_sound(&house).await;
    }

    async fn a_worker_is_seen_with_his_work_and_what_of_it_is_not_here(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let sealed = office.sealed_many(&house, 4).await;
        office.phone.push(&house, &[&sealed[0], &sealed[1], &sealed[3]]).await;
        office.phone.deliver(&house, &sealed[0]).await;
        says(&house, &office.phone, 6).await;
        let id = office.worker;
        let page = office.get(&director, &format!("/api/workers/{id}")).await.ok();
        let user = office.district.users.iter().find(|user| user.id == id.0).unwrap();
        assert_eq!((&page["name"], page["phones"].as_array().unwrap().len()), (&json!(user.name), 1));
        let phone = &page["phones"][0];
        assert_eq!((phone["missing"].as_i64(), phone["unsent"].as_i64(), phone["files"].as_i64()), (Some(1), Some(2), Some(2)));
        assert_eq!(page["last_done_on"], "2026-11-23");
        for (name, count) in
            [("unchecked", 3), ("incomplete", 2), ("accepted", 0), ("noticed", 0), ("unanswered", 0), ("no_video", 3)]
        {
            assert_eq!(page["tally"][name], count, "{name}");
            assert_eq!(office.count(&director, &format!("worker={id}&state={name}")).await, count, "{name}");
        }
        let his = office.district.families_of(id.0).filter(|family| family.org_unit == office.unit.0).count() as i64;
        assert_eq!((page["families"].as_i64(), office.families(&director, &format!("worker={id}")).await), (Some(his), his));
        for (only, count) in [("overdue", &page["count"]["overdue"]), ("soon", &page["count"]["soon"]), ("done", &page["count"]["done"])] {
            let list = office.get(&director, &format!("/api/families?worker={id}&only={only}")).await.ok();
            assert_eq!(&list["activities"], count, "{only}");
        }
        let silent = office.families(&director, &format!("worker={id}&only=unvisited")).await;
        assert_eq!((page["unvisited"].as_i64(), silent), (Some(his), his), "a service is no visit");
        assert_eq!(office.families(&director, &format!("worker={id}&only=unrecorded")).await, his - 1);
        let gone = office.get(&director, &format!("/api/workers/{}", uuid::Uuid::nil())).await;
        assert_eq!(gone.code(), "not-found");
    }

    async fn every_number_of_the_overview_has_its_list(house) {
        let mut office = Office::over(&house).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let sealed = office.sealed_many(&house, 3).await;
        office.phone.push(&house, &[&sealed[0], &sealed[2]]).await;
        office.phone.deliver(&house, &sealed[0]).await;
        says(&house, &office.phone, 4).await;
        let (first, _) = office.completed(&house, 3, "photo").await;
        let back = json!({"state": "returned", "reason": "too_dark", "due": "2026-11-24"});
        let says_of = office.ask(Some(&head), &Method::POST, &format!("/api/records/{first}/check"), Some(&back)).await;
        says_of.ok();
        house.clock.set("2026-11-26T07:00:00Z");
        let head = office.seated(&house, head.user).await;
        let overview = office.get(&head, "/api/overview").await.ok();
        assert_eq!(overview["unanswered"], 1);
        assert_eq!(office.count(&head, "state=unanswered").await, 1);
        assert_eq!(overview["unchecked"], json!(office.count(&head, "state=unchecked").await));
        assert_eq!(overview["held"], json!(office.count(&head, "state=held").await));
        for (number, only) in [("unvisited", "unvisited"), ("unrecorded", "unrecorded")] {
            assert_eq!(overview[number], json!(office.families(&head, &format!("only={only}")).await), "{number}");
        }
        let weeks = overview["weeks"].as_array().unwrap();
        let [from, to] = [&weeks[0]["from"], &weeks[weeks.len() - 1]["to"]].map(|day| day.as_str().unwrap());
        let without = office.count(&head, &format!("state=no_video&from={from}&to={to}")).await;
        assert_eq!(overview["no_video"], json!(without));
        assert!(without > 0, "photos alone were taken");
        let activities = async |query: String| office.get(&head, &format!("/api/families?{query}")).await.ok()["activities"].clone();
        let total = &overview["total"];
        for only in ["done", "soon", "overdue"] {
            assert_eq!(activities(format!("only={only}")).await, total[only], "{only}");
        }
        assert!(total["overdue"].as_i64().unwrap() > 0, "the district has something overdue: {total}");
        for of in overview["services"].as_array().unwrap() {
            let service = of["service"].as_str().unwrap();
            assert_eq!(activities(format!("only=overdue&service={service}")).await, of["overdue"], "{service}");
            assert_eq!(activities(format!("service={service}")).await, of["planned"], "{service}");
        }
        let centres = overview["centres"].as_array().unwrap();
        assert!(centres.len() > 1);
        for of in centres {
            let unit = of["unit"].as_str().unwrap();
            assert_eq!(activities(format!("only=done&unit={unit}")).await, of["done"]);
        }
        let weeks = overview["weeks"].as_array().unwrap();
        assert_eq!((weeks.len(), &weeks[0]["from"], &weeks[11]["from"]), (12, &json!("2026-09-07"), &json!("2026-11-23")));
        for week in weeks {
            let days = format!("from={}&to={}", week["from"].as_str().unwrap(), week["to"].as_str().unwrap());
            assert_eq!(activities(days.clone()).await, week["due"], "{days}");
            assert_eq!(json!(office.count(&head, &format!("state=done&{days}")).await), week["done"], "{days}");
        }
        let due: i64 = weeks.iter().map(|week| week["due"].as_i64().unwrap()).sum();
        assert!(due > 0 && due < total["planned"].as_i64().unwrap(), "{weeks:?}");
        assert_eq!((&weeks[10]["done"], &weeks[11]["done"]), (&json!(0), &json!(3)));
        assert_eq!(office.count(&head, "state=done&from=2026-11-24").await, 0);
        let worker = overview["workers"].as_array().unwrap().iter().find(|each| each["id"] == json!(office.worker)).unwrap();
        assert_eq!((worker["missing"].as_i64(), worker["unsent"].as_i64(), worker["incomplete"].as_i64()), (Some(1), Some(0), Some(1)));
        let id = office.worker;
        assert_eq!(office.count(&head, &format!("worker={id}&state=incomplete")).await, 1);
        assert_eq!(activities(format!("worker={id}&only=overdue")).await, worker["overdue"]);
        let health = &overview["health"];
        assert_eq!((health["files"].as_i64(), health["incomplete"].as_i64()), (Some(1), Some(1)));
        assert_eq!(office.count(&head, "state=incomplete").await, 1);
        assert_eq!((health["phones"].as_i64(), health["silent"].as_i64()), (Some(1), Some(1)), "three days are over");
        assert!(health["behind"].as_i64().unwrap() > 0 && health["free"].as_u64().unwrap() > 0);
    }

    async fn pages_of_records_follow_each_other(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let activity = office.district.activities_of(office.family).next().unwrap().clone();
        let bytes = photo("PAGES");
        let mut all = Vec::new();
        for _ in 0..53 {
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
            all.insert(0, sealed.jws.identity().to_string());
        }
        let hashes = |page: &Value| {
            let records = page["records"].as_array().unwrap().iter();
            records.map(|entry| entry["hash"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        let first = office.get(&director, &format!("/api/records?worker={}", office.worker)).await.ok();
        let before = first["next"].as_i64().unwrap();
        let second = office.get(&director, &format!("/api/records?worker={}&before={before}", office.worker)).await.ok();
        assert_eq!((&second["next"], first["total"].as_i64(), second["total"].as_i64()), (&Value::Null, Some(53), Some(53)));
        assert_eq!([hashes(&first), hashes(&second)].concat(), all, "each once, the newest first");
        // A name is told to those whose units it is of.
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        let nothing = office.get(&beside, &format!("/api/records?worker={}", office.worker)).await.ok();
        assert_eq!((&nothing["worker_name"], nothing["total"].as_i64()), (&Value::Null, Some(0)));
    }

    async fn what_awaits_files_is_found_by_whatever_else_is_asked(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let everywhere = office.somebody(&house, Role::Crtr, office.above).await;
        let (here, _) = office.completed(&house, 0, "photo").await;
        let activity = office.district.activities_of(office.family).nth(1).unwrap().clone();
        let bytes = photo("AWAITED");
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
        let item = office.get(&director, &format!("/api/records/{here}")).await.ok();
        let service = &activity.service;
        let day = item["done_on"].as_str().unwrap();
        let asked = [
            "state=incomplete".to_owned(),
            format!("state=incomplete&service={service}"),
            format!("state=incomplete&from={day}&to={day}"),
            format!("state=incomplete&worker={}", office.worker),
            format!("state=incomplete&unit={}", office.unit.0),
            format!("state=incomplete&phone={}&completions=true", office.phone.device),
        ];
        for filter in &asked {
            for who in [&director, &everywhere] {
                assert_eq!(office.count(who, filter).await, 1, "{filter}");
            }
        }
        assert_eq!(office.count(&director, "state=incomplete&from=2026-11-24").await, 0);
        assert_sound(&house).await;
        office.phone.deliver(&house, &sealed).await;
        for filter in &asked {
            assert_eq!(office.count(&everywhere, filter).await, 0, "{filter}");
        }
        assert_sound(&house).await;

        // Each of its files with what is signed of it and when it came, and where the family lives.
        let file = &item["evidence"][0]["files"][0];
        assert_eq!((file["sha256"].as_str().map(str::len), &file["state"]), (Some(64), &json!("received")));
        assert!(file["received_at"].is_string() && file["position"].as_i64() > item["position"].as_i64(), "{file}");
        assert!(item["bracket"]["not_before"].as_str() <= item["bracket"]["not_after"].as_str() && item["bracket"].is_object(), "{item}");
        let home = &item["family"]["home"];
        assert_eq!(home.is_null(), item["family"]["place"].is_null());
        assert!(home.is_null() || home["how"] == "coordinates", "{home}");
    }
}
