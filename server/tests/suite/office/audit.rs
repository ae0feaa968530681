//! The audit log: who sees whose acts, pages and filters, and a verification that finds what was changed.

use std::{collections::BTreeSet, time::Duration};

use kandas_server::exec;
use kandas_shared::pulled::Role;
use serde_json::{Value, json};

use super::{Office, Somebody};
use crate::{house::House, stores::on_each};

async fn page(office: &Office, who: &Somebody, query: &str) -> Value {
    office.get(who, &format!("/api/audit?{query}")).await.ok()
}

fn told(page: &Value, of: &str) -> Vec<String> {
    let entries = page["entries"].as_array().unwrap().iter();
    entries.map(|entry| entry[of].as_str().unwrap_or_default().to_owned()).collect()
}

on_each! { engine, House;
    async fn who_has_looked_and_acted_is_seen_by_whom_it_concerns(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        let auth = office.somebody(&house, Role::Auth, office.beside).await;
        let departure = office.somebody(&house, Role::CtmDepHead, office.above).await;
        let family = office.family;
        office.get(&worker, &format!("/api/families/{family}")).await.ok();
        office.post(&director, &format!("/api/records/{record}/check"), &json!({"state": "accepted"})).await.ok();

        let seen = page(&office, &director, "kind=reads").await;
        let entry = seen["entries"].as_array().unwrap().iter().find(|entry| entry["what"] == "family.show").unwrap();
        assert_eq!((&entry["by"], &entry["family"]), (&json!(worker.user.id), &json!(family)));
        assert!(entry["family_name"].is_string());
        // Beside: neither his people nor his families. The authority: all of it.
        assert!(!told(&page(&office, &beside, "kind=reads").await, "what").contains(&"family.show".into()));
        assert!(told(&page(&office, &auth, "kind=reads").await, "what").contains(&"family.show".into()));
        // The departure side sees who, not about whom.
        let seen = page(&office, &departure, "kind=reads").await;
        let entry = seen["entries"].as_array().unwrap().iter().find(|entry| entry["what"] == "family.show").unwrap();
        assert_eq!((&entry["by"], &entry["family"], &entry["family_name"]), (&json!(worker.user.id), &Value::Null, &Value::Null));
        // His own acts, and nobody else's.
        let own = page(&office, &worker, &format!("by={}", worker.user.id)).await;
        assert_eq!(told(&own, "what").first().map(String::as_str), Some("audit.list"));
        assert!(told(&own, "what").contains(&"family.show".into()));
        assert_eq!(office.get(&worker, &format!("/api/audit?by={}", director.user.id)).await.code(), "forbidden");
        assert_eq!(office.get(&worker, &format!("/api/audit?by={}&family={family}", worker.user.id)).await.code(), "forbidden");

        let acts = page(&office, &director, "kind=acts").await;
        let entry = &acts["entries"][0];
        assert_eq!((&entry["what"], &entry["detail"], &entry["record"]), (&json!("record.checked"), &json!("accepted"), &json!(record)));
        assert_eq!(entry["by_name"], json!(director.user.name));
        let by = page(&office, &auth, &format!("kind=acts&by={}", director.user.id)).await;
        assert_eq!(told(&by, "what"), ["record.checked"]);
        let of = page(&office, &director, &format!("kind=acts&family={family}")).await;
        let kinds: BTreeSet<String> = told(&of, "what").into_iter().collect();
        for kind in ["record.checked", "record.received", "family.set"] {
            assert!(kinds.contains(kind), "{kind} in {kinds:?}");
        }
        let came = of["entries"].as_array().unwrap().iter().find(|entry| entry["what"] == "record.received").unwrap();
        assert_eq!((&came["by_phone"], &came["by"]), (&json!(true), &json!(office.worker)));
    }

    async fn pages_and_days_bound_what_is_shown(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        for _ in 0..70 {
            office.get(&director, "/api/families?q=").await.ok();
        }
        house.clock.set("2026-11-24T07:00:00Z");
        let director = office.seated(&house, director.user).await;
        office.get(&director, "/api/families?q=").await.ok();
        let listed = |page: &Value| told(page, "what").iter().filter(|what| *what == "family.list").count();
        for query in [String::new(), format!("by={}&", director.user.id)] {
            let first = page(&office, &director, &query).await;
            let before = first["next"].as_i64().unwrap();
            let second = page(&office, &director, &format!("{query}before={before}")).await;
            assert_eq!((listed(&first) + listed(&second), &second["next"]), (71, &Value::Null), "{query}");
            let today = page(&office, &director, &format!("{query}from=2026-11-24")).await;
            assert_eq!(listed(&today), 1);
            let yesterday = page(&office, &director, &format!("{query}to=2026-11-23")).await;
            assert_eq!(told(&yesterday, "what").len(), 50);
            assert!(told(&yesterday, "at").iter().all(|at| at.starts_with("2026-11-23")));
            assert_eq!(told(&page(&office, &director, &format!("{query}to=2026-11-22")).await, "what").len(), 0);
        }
    }

    async fn a_verification_says_that_the_journal_is_sound_or_what_is_wrong(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        kandas_server::jobs::hour(&office.state).await;
        let before = office.get(&admin, "/api/verification").await.ok();
        assert_eq!((&before["last"], &before["checkpoint"]["size"]), (&Value::Null, &before["size"]));
        let verified = async || {
            office.post(&admin, "/api/verification", &Value::Null).await.ok();
            for _ in 0..200 {
                let now = office.get(&admin, "/api/verification").await.ok();
                if now["last"]["running"] == false {
                    return now;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            panic!("the verification does not end");
        };
        let sound = verified().await;
        assert_eq!((&sound["last"]["faults"], &sound["last"]["root"]), (&json!(0), &sound["checkpoint"]["root"]));
        assert_eq!(sound["last"]["by_name"], json!(admin.user.name));

        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update journal_body set body = replace(body, '2026', '2027') where position = 5").await.unwrap();
        tx.commit().await.unwrap();
        let mut tx = house.store.write().await.unwrap();
        exec!(&mut tx, "update journal_body set body = body || ' ' where position = 7").await.unwrap();
        tx.commit().await.unwrap();
        let broken = verified().await;
        assert!(broken["last"]["faults"].as_i64().unwrap() > 0);
        let fault = broken["last"]["first_fault"].as_str().unwrap();
        assert!(fault.contains("position 5") || fault.contains("position 7"), "{fault}");
    }
}
