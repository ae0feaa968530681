//! What makes lists of a country quick says the same as counting everything would: the unit beside records and activities,
//! the queue in its index, numbers of units that are kept in memory, words by which people are found.

use axum::{body::Body, http::Request};
use kandas_server::{
    all,
    apply::words,
    exec,
    facts::{Event, FindingsComputed},
    findings::Finding,
    journal::Fact,
    one,
    router::router,
};
use kandas_shared::{
    finding::{Rule, Severity},
    ids::{FamilyId, OrgUnitId, PersonId},
    pulled::{Family, Role},
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound, coded};
use crate::{house::House, stores::on_each};

async fn overview(office: &Office, who: &Somebody) -> Value {
    let mut said = office.get(who, "/api/overview").await.ok();
    forget_what_is_no_fact(&mut said);
    said
}

/// When a phone was last seen, and how much room there is.
fn forget_what_is_no_fact(said: &mut Value) {
    (said["workers"], said["health"]) = (Value::Null, Value::Null);
}

/// What a server says that has just been started.
async fn afresh(house: &House, who: &Somebody) -> Value {
    let request = Request::builder().uri("/api/overview");
    let request = request.header("cookie", format!("__Host-kandas={}", who.token));
    let mut said =
        Office::answer(router(Office::started(house)), request.body(Body::empty()).unwrap()).await.ok();
    forget_what_is_no_fact(&mut said);
    said
}

async fn family(house: &House, id: FamilyId) -> Family {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
        latitude, longitude from family where id = $1";
    one!(&mut tx, Family, sql, id).await.unwrap()
}

async fn found(office: &Office, who: &Somebody, asked: &str) -> Vec<String> {
    let list = office.get(who, &format!("/api/families?q={}", coded(asked))).await.ok();
    let families = list["families"].as_array().unwrap();
    families.iter().map(|family| family["id"].as_str().unwrap().to_owned()).collect()
}

on_each! { engine, House;
    async fn numbers_that_are_kept_are_those_that_are_counted(house) {
        let mut office = Office::over(&house).await;
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        let everywhere = office.somebody(&house, Role::Auth, office.above).await;
        let before = overview(&office, &here).await;
        let elsewhere = overview(&office, &there).await;

        let (record, _) = office.completed(&house, 0, "photo").await;
        let after = overview(&office, &here).await;
        assert_eq!(after["total"]["done"].as_i64(), before["total"]["done"].as_i64().map(|done| done + 1));
        assert_eq!(after["unchecked"], 1);
        assert_eq!(after["unrecorded"].as_i64(), before["unrecorded"].as_i64().map(|families| families - 1));
        assert_eq!((&after["unvisited"], &after["no_video"]), (&before["unvisited"], &json!(1)), "a service is no visit");
        for who in [&here, &there, &everywhere] {
            assert_eq!(overview(&office, who).await, afresh(&house, who).await);
        }

        // It goes back, and the day for the answer passes.
        let back = json!({"state": "returned", "reason": "too_dark", "due": "2026-11-26"});
        office.ask(Some(&here), &axum::http::Method::POST, &format!("/api/review/{record}"), None).await.ok();
        office.post(&here, &format!("/api/records/{record}/check"), &back).await.ok();
        assert_eq!(overview(&office, &here).await["unanswered"], 0);
        house.clock.set("2026-11-27T07:00:00Z");
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        assert_eq!(overview(&office, &here).await["unanswered"], 1);

        // The family moves: its numbers, records and people go with it, and nothing stays behind.
        let moved = Family { org_unit: office.beside, ..family(&house, FamilyId(office.family)).await };
        house.append([Fact { family: Some(moved.id), ..Fact::by_system(Event::FamilySet(moved)) }]).await;
        assert_eq!(overview(&office, &here).await["unanswered"], 0);
        assert_eq!(overview(&office, &there).await["unanswered"], 1);
        let families = |said: &Value| said["families"].as_i64().unwrap();
        assert_eq!(families(&overview(&office, &here).await), families(&before) - 1);
        assert_eq!(families(&overview(&office, &there).await), families(&elsewhere) + 1);
        for who in [&here, &there] {
            assert_eq!(overview(&office, who).await, afresh(&house, who).await);
        }
        assert_sound(&house).await;
    }

    async fn the_queue_lies_in_the_order_of_its_index(house) {
        let mut office = Office::over(&house).await;
        let (calm, _) = office.completed(&house, 0, "photo").await;
        let (grave, sealed) = office.completed(&house, 1, "photo").await;
        let hash = sealed.jws.identity();
        let noticed = |severity| Finding {
            rule: Rule::MockLocation, version: 1, severity, params: serde_json::Map::new(), other: None,
        };
        let says = |findings| {
            let family = Some(FamilyId(office.family));
            let computed = FindingsComputed { hash, record: grave, findings };
            Fact { family, ..Fact::by_system(Event::FindingsComputed(computed)) }
        };
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let first = async || {
            let queue = office.get(&director, "/api/queue").await.ok();
            let entry = &queue["entries"][0];
            (entry["record"].as_str().unwrap().to_owned(), entry["risk"].as_i64().unwrap())
        };
        assert_eq!(first().await, (calm.to_string(), 0));
        house.append([says(vec![noticed(Severity::Over)])]).await;
        assert_eq!(first().await, (grave.to_string(), 100));
        house.append([says(vec![noticed(Severity::Soon)])]).await;
        assert_eq!(first().await, (grave.to_string(), 10));
        house.append([says(Vec::new())]).await;
        assert_eq!(first().await, (calm.to_string(), 0));

        // With the family it comes into another unit's queue.
        let moved = Family { org_unit: office.beside, ..family(&house, FamilyId(office.family)).await };
        house.append([Fact { family: Some(moved.id), ..Fact::by_system(Event::FamilySet(moved)) }]).await;
        assert_eq!(office.get(&director, "/api/queue").await.ok()["waiting"], 0);
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        assert_eq!(office.get(&there, "/api/queue").await.ok()["waiting"], 2);
        assert_sound(&house).await;
    }

    async fn people_are_found_by_how_their_names_begin_where_their_family_is(house) {
        let office = Office::over(&house).await;
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        let person = office.district.persons_of(office.family).find(|person| person.iin.is_some()).unwrap().clone();
        let own = office.family.to_string();
        let iin = person.iin.clone().unwrap();
        let begun: String = person.given_name.to_lowercase().chars().take(3).collect();
        for asked in [iin.as_str(), &iin[7..], &begun] {
            assert!(found(&office, &here, asked).await.contains(&own), "{asked}");
            assert!(!found(&office, &there, asked).await.contains(&own), "{asked}");
        }
        assert_eq!(found(&office, &here, "жоқ-адам").await, Vec::<String>::new());

        // An older store had no words: it gets them when it is opened.
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "delete from person_word").await.unwrap();
        tx.commit().await.unwrap();
        assert!(!found(&office, &here, &iin).await.contains(&own));
        words::complete(&house.store).await.unwrap();
        assert!(found(&office, &here, &iin).await.contains(&own));
        assert_sound(&house).await;

        let moved = Family { org_unit: office.beside, ..family(&house, FamilyId(office.family)).await };
        house.append([Fact { family: Some(moved.id), ..Fact::by_system(Event::FamilySet(moved)) }]).await;
        assert!(found(&office, &there, &iin).await.contains(&own));
        assert!(!found(&office, &here, &iin).await.contains(&own));
        let mut tx = house.store.read().await.unwrap();
        let sql = "select distinct org_unit from person_word where person = $1";
        let units = all!(&mut tx, (OrgUnitId,), sql, PersonId(person.id)).await.unwrap();
        assert_eq!(units, [(office.beside,)]);
        drop(tx);
        assert_sound(&house).await;
    }
}
