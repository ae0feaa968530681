//! Accepting together: what is left out and why, that the list stays as it was frozen, and that nothing slips in.

use kandas_server::{
    exec,
    facts::{CheckSampled, DeviceRevoked, Event, FindingsComputed},
    findings::Finding,
    journal::Fact,
    many, one,
};
use kandas_shared::{
    finding::{Rule, Severity},
    ids::UserId,
    pulled::{Role, User},
    receipt::HeldReason,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

/// The rules have looked at everything up to here.
pub(super) async fn looked(house: &House) {
    let mut tx = house.store.write().await.unwrap();
    exec!(&mut tx, "update finding_work set position = (select size from journal_head)").await.unwrap();
    tx.commit().await.unwrap();
}

async fn offer(office: &Office, who: &Somebody) -> Value {
    office.post(who, "/api/queue/bulk", &Value::Null).await.ok()
}

async fn accept(office: &Office, who: &Somebody, offer: &Value, count: u64) -> super::Answer {
    let list = offer["id"].as_str().unwrap();
    office.post(who, &format!("/api/queue/bulk/{list}"), &json!({"count": count})).await
}

fn left(of: &Value, reason: &str) -> u64 {
    of["left_out"][reason].as_u64().unwrap()
}

on_each! { engine, House;
    async fn only_what_nothing_speaks_against_is_accepted_together(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let mut sealed = Vec::new();
        for nr in 0..5 {
            sealed.push(office.completed(&house, nr, "photo").await);
        }
        let unseen = offer(&office, &director).await;
        assert_eq!((unseen["count"].as_u64(), left(&unseen, "unseen")), (Some(0), 5), "the rules have not looked");

        // What speaks for a record is noticed all the same, and one is drawn.
        let (odd, told) = &sealed[1];
        let params = serde_json::Map::new();
        let finding = Finding { rule: Rule::SettlementUnknown, version: 1, severity: Severity::Good, params, other: None };
        let computed = FindingsComputed { record: *odd, hash: told.jws.identity(), findings: vec![finding] };
        let (drawn, by_chance) = &sealed[2];
        let sample = CheckSampled { record: *drawn, hash: by_chance.jws.identity() };
        house.append([Event::FindingsComputed(computed), Event::CheckSampled(sample)].map(Fact::by_system)).await;
        looked(&house).await;
        office.post(&head, &format!("/api/review/{}", sealed[3].0), &Value::Null).await.ok();
        let frozen = offer(&office, &director).await;
        assert_eq!(frozen["count"], 2);
        assert_eq!(["noticed", "sampled", "taken", "own"].map(|reason| left(&frozen, reason)), [1, 1, 1, 0]);

        // What comes later is not in it, and what is noticed meanwhile falls out.
        let (late, _) = office.completed(&house, 5, "photo").await;
        let (first, hash) = (sealed[0].0, sealed[0].1.jws.identity());
        let finding = Finding {
            rule: Rule::MockLocation,
            version: 1,
            severity: Severity::Over,
            params: serde_json::Map::new(),
            other: None,
        };
        let computed = FindingsComputed { record: first, hash, findings: vec![finding] };
        house.append([Fact::by_system(Event::FindingsComputed(computed))]).await;
        looked(&house).await;
        assert_eq!(accept(&office, &director, &frozen, 3).await.code(), "bad-request");
        assert_eq!(accept(&office, &head, &frozen, 2).await.code(), "not-found", "it is another one's list");
        let done = accept(&office, &director, &frozen, 2).await.ok();
        assert_eq!((done["accepted"].as_u64(), left(&done, "noticed")), (Some(1), 1));
        assert_eq!(accept(&office, &director, &frozen, 2).await.code(), "check-impossible", "once only");
        let waits = office.get(&director, "/api/queue").await.ok();
        let waits: Vec<_> =
            waits["entries"].as_array().unwrap().iter().map(|entry| entry["record"].clone()).collect();
        assert!(waits.contains(&json!(late)) && waits.contains(&json!(first)) && waits.contains(&json!(drawn)));
        let seen = office.get(&director, &format!("/api/records/{}", sealed[4].0)).await.ok();
        assert_eq!((&seen["check_state"], &seen["history"][0]["checker_name"]), (&json!("accepted"), &json!(director.user.name)));
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (i64,), "select count(*) from record_check").await.unwrap(), (1,));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn what_counts_after_all_is_looked_at_before_it_is_accepted_with_others(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let twin = office.sealed(&house, 0, |_| {}).await;
        let revoked = DeviceRevoked { device: office.phone.device, reason: "lost".into() };
        house.append([Fact::by_system(Event::DeviceRevoked(revoked))]).await;
        let hash = office.held(&house, &twin, HeldReason::DeviceRevoked).await;
        office.phone.deliver(&house, &twin).await;
        looked(&house).await;
        assert_eq!(offer(&office, &director).await["count"], 0, "it waits for another decision");
        office.post(&director, &format!("/api/held/{hash}"), &json!({"choice": "applied"})).await.ok();
        let unseen = offer(&office, &director).await;
        assert_eq!((unseen["count"].as_u64(), left(&unseen, "unseen")), (Some(0), 1));
        looked(&house).await;
        assert_eq!(offer(&office, &director).await["count"], 1);
    }

    async fn the_queue_and_its_list_are_narrowed_alike(house) {
        let mut office = Office::over(&house).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        for nr in 0..3 {
            office.completed(&house, nr, "photo").await;
        }
        let services: Vec<String> =
            office.district.activities_of(office.family).take(3).map(|activity| activity.service.clone()).collect();
        let (unit, worker) = (office.unit, office.worker);
        // One of a family of the centre beside, by another worker.
        let far = office.district.families.iter().find(|family| family.org_unit == office.beside.0).unwrap().id;
        let of = office.district.assignments.iter().find(|a| a.family == far && a.to.is_none()).unwrap();
        let phone = crate::house::Phone::enrol(&house, UserId(of.worker)).await;
        let other = of.worker;
        (office.family, office.phone) = (far, phone);
        office.completed(&house, 0, "photo").await;
        let of_service = |service: &String| services.iter().filter(|each| *each == service).count();
        let far_service = office.district.activities_of(far).next().unwrap().service.clone();
        let wanted = of_service(&services[0]) + usize::from(far_service == services[0]);
        looked(&house).await;
        for (filter, count) in [
            (String::new(), 4),
            (format!("unit={unit}"), 3),
            (format!("unit={}", office.beside), 1),
            (format!("worker={worker}"), 3),
            (format!("worker={other}&unit={unit}"), 0),
            (format!("service={}", services[0]), wanted),
            ("from=2026-01-01&to=2026-12-31".to_owned(), 4),
            ("to=2026-01-01".to_owned(), 0),
            (format!("from=2026-01-01&worker={other}&service={far_service}"), 1),
        ] {
            let queue = office.get(&head, &format!("/api/queue?{filter}")).await.ok();
            let entries = queue["entries"].as_array().unwrap().len();
            assert_eq!((entries, queue["waiting"].as_u64()), (count, Some(count as u64)), "{filter}");
            let list = office.post(&head, &format!("/api/queue/bulk?{filter}"), &Value::Null).await.ok();
            assert_eq!(list["count"].as_u64(), Some(count as u64), "{filter}");
        }
        let choices = office.get(&head, "/api/queue/choices").await.ok();
        let ids = |of: &str| -> Vec<String> {
            choices[of].as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()).collect()
        };
        assert!(ids("units").contains(&unit.to_string()) && ids("units").contains(&office.beside.to_string()));
        assert!(ids("workers").contains(&worker.to_string()) && ids("workers").contains(&other.to_string()));
        let director = office.somebody(&house, Role::CcDir, unit).await;
        let elsewhere = office.get(&director, &format!("/api/queue?unit={}", office.beside)).await;
        assert_eq!(elsewhere.code(), "forbidden");
    }

    async fn what_is_noticed_does_not_stand_before_what_is_clean(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let (_, odd) = office.completed(&house, 0, "photo").await;
        let (clean, _) = office.completed(&house, 1, "photo").await;
        looked(&house).await;
        // So many before it that were noticed, not by facts: it is how many they are that counts.
        let mut tx = house.store.write().await.unwrap();
        let sql = "select received_at, carrier, device, worker, family, service from record where hash = $1";
        type Row = (chrono::DateTime<chrono::Utc>, uuid::Uuid, uuid::Uuid, uuid::Uuid, uuid::Uuid, String);
        let (at, carrier, device, worker, family, service) = one!(&mut tx, Row, sql, odd.jws.identity()).await.unwrap();
        let rows: Vec<_> = (1..=10_005_i64)
            .map(|n| {
                let hash = kandas_shared::hash::Digest::of(&n.to_be_bytes());
                let id = uuid::Uuid::from_u128(n.unsigned_abs().into());
                let (service, kind) = (service.clone(), "completion".to_owned());
                let [verdict, check] = ["accepted", "unchecked"].map(str::to_owned);
                let heavy = 100_i64;
                (hash, id, n - 20_000, at, carrier, device, worker, verdict, id, false, family, service, kind, check, office.unit, heavy)
            })
            .collect();
        many!(
            &mut tx,
            "insert into record (hash, state_id, position, received_at, carrier, device, worker, verdict, record, placed,
             family, service, kind, check_state, org_unit, risk)",
            rows
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        let list = offer(&office, &director).await;
        assert_eq!(list["count"], 2, "those behind ten thousand others: {list}");
        assert_eq!(accept(&office, &director, &list, 2).await.ok()["accepted"], 2);
        let seen = office.get(&director, &format!("/api/records/{clean}")).await.ok();
        assert_eq!(seen["check_state"], "accepted");
    }

    async fn nobody_accepts_his_own_with_others(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        looked(&house).await;
        let mine = office.district.users.iter().find(|user| user.id == office.worker.0).unwrap().clone();
        let promoted = User {
            id: UserId(mine.id),
            org_unit: office.unit,
            login: mine.login,
            role: Role::CcDir,
            name: mine.name,
            language: kandas_shared::locale::Lang::Kk,
            active: true,
        };
        house.append([Fact::by_system(Event::UserSet(promoted.clone()))]).await;
        let worker = office.seated(&house, promoted).await;
        let own = offer(&office, &worker).await;
        assert_eq!((own["count"].as_u64(), left(&own, "own")), (Some(0), 1));
    }
}
