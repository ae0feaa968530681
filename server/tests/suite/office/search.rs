//! Search and lists of records: filters, order and totals are one question whoever asks, of little and of much.

use kandas_server::{
    all,
    facts::{Event, Setting},
    journal::{self, Fact},
    many, one,
};
use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId},
    pulled::Role,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{Office, Somebody, assert_sound, coded};
use crate::{house::House, stores::on_each};

async fn find(office: &Office, who: &Somebody, asked: &str) -> Value {
    office.get(who, &format!("/api/search?q={}", coded(asked))).await.ok()
}

fn ids(of: &Value) -> Vec<String> {
    of.as_array().unwrap().iter().map(|each| each["id"].as_str().unwrap().to_owned()).collect()
}

fn records(of: &Value) -> Vec<i64> {
    of["records"].as_array().unwrap().iter().map(|each| each["position"].as_i64().unwrap()).collect()
}

/// The ids of a list, page by page, and what it says its total is.
async fn pages(office: &Office, who: &Somebody, path: &str) -> (Vec<String>, i64) {
    let (mut all, mut after) = (Vec::new(), None::<String>);
    loop {
        let next = after.map_or_else(String::new, |after| format!("&after={after}"));
        let list = office.get(who, &format!("{path}{next}")).await.ok();
        all.extend(ids(&list["families"]));
        after = list["next"].as_str().map(str::to_owned);
        if after.is_none() {
            return (all, list["total"].as_i64().unwrap());
        }
    }
}

on_each! { engine, House;
    async fn one_box_finds_families_persons_and_records_where_they_belong(house) {
        let mut office = Office::over(&house).await;
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let everywhere = office.somebody(&house, Role::Crtr, office.above).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let person =
            office.district.persons_of(office.family).find(|person| person.iin.is_some()).unwrap().clone();
        let (iin, own) = (person.iin.clone().unwrap(), office.family.to_string());
        let whole = format!("{} {}", person.given_name, person.surname.clone().unwrap_or_default());
        let begun = format!("{} {}", person.given_name, &iin[..6]);
        for asked in [iin.as_str(), &iin[6..], &whole, &begun] {
            for who in [&here, &head, &everywhere] {
                let found = find(&office, who, asked).await;
                assert!(ids(&found["persons"]).contains(&person.id.to_string()), "{asked}: {found}");
                assert!(ids(&found["families"]).contains(&own), "{asked}: {found}");
            }
            let found = find(&office, &there, asked).await;
            assert!(!ids(&found["persons"]).contains(&person.id.to_string()), "{asked}");
        }
        let found = find(&office, &here, &iin).await;
        assert_eq!(found["persons"][0]["iin_masked"], format!("•••• •••• {}", &iin[8..]), "masked here too");
        assert_eq!((found["records"].as_array().unwrap().len(), found["more"].as_bool()), (0, Some(false)));

        // A record by its id, whole or begun; nobody finds those of others.
        let record = record.to_string();
        for asked in [record.as_str(), &record[..13]] {
            let found = find(&office, &here, asked).await;
            assert_eq!(found["records"][0]["record"], json!(record), "{asked}");
            assert_eq!(find(&office, &there, asked).await["records"], json!([]), "{asked}");
        }
        for nothing in ["", "-", "жоқ-адам"] {
            let found = find(&office, &here, nothing).await;
            assert_eq!((&found["persons"], &found["records"]), (&json!([]), &json!([])), "{nothing}");
        }
        // Who has looked is in the access log.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = 'search.list' and by_user = $1";
        assert_eq!(one!(&mut tx, (i64,), sql, here.user.id).await.unwrap(), (10,));
        drop(tx);

        // The list says who it is that was looked for, and narrows the same question.
        let list = office.get(&here, &format!("/api/families?q={}", coded(&whole))).await.ok();
        let family = list["families"].as_array().unwrap().iter().find(|family| family["id"] == json!(own)).unwrap();
        assert!(ids(&family["matched"]).contains(&person.id.to_string()), "{family}");
        assert_eq!(list["total"].as_u64(), Some(list["families"].as_array().unwrap().len() as u64));
        let unrecorded = |q: &str| format!("/api/families?only=unrecorded&q={}", coded(q));
        assert_eq!(pages(&office, &here, &unrecorded(&iin)).await, (Vec::new(), 0), "somebody was there");
        let other = office.district.persons.iter().find(|other| {
            other.iin.is_some() && office.district.families.iter().any(|family| {
                family.id == other.family && family.org_unit == office.unit.0 && family.id != office.family
            })
        });
        if let Some(other) = other {
            let found = pages(&office, &here, &unrecorded(other.iin.as_deref().unwrap())).await;
            assert_eq!(found, (vec![other.family.to_string()], 1), "nobody was there");
        }
        assert_sound(&house).await;
    }

    async fn what_ten_thousand_match_is_listed_page_by_page(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let everywhere = office.somebody(&house, Role::Crtr, office.above).await;
        // Not by facts: it is how many they are that counts.
        let many_more = 10_050_u128;
        let mut tx = house.store.write().await.unwrap();
        let family = |n: u128| FamilyId(Uuid::from_u128(0x70 << 120 | n));
        let person = |n: u128| PersonId(Uuid::from_u128(0x71 << 120 | n));
        let rows: Vec<_> = (0..many_more)
            .map(|n| (family(n), office.unit, "750000000".to_owned(), "Сынама".to_owned(), false))
            .collect();
        many!(&mut tx, "insert into family (id, org_unit, settlement_kato, settlement_name, rural)", rows)
            .await
            .unwrap();
        let rows: Vec<_> = (0..many_more)
            .map(|n| (person(n), family(n), "Көпшілік".to_owned(), "head".to_owned()))
            .collect();
        many!(&mut tx, "insert into person (id, family, given_name, relation)", rows).await.unwrap();
        let rows: Vec<(PersonId, String, FamilyId, OrgUnitId)> = (0..many_more)
            .flat_map(|n| {
                let seldom = (n % 100 == 7).then(|| "сирек".to_owned());
                let words = [Some("копшилик".to_owned()), seldom];
                words.into_iter().flatten().map(move |word| (person(n), word, family(n), office.unit))
            })
            .collect();
        many!(&mut tx, "insert into person_word (person, word, family, org_unit)", rows).await.unwrap();
        tx.commit().await.unwrap();

        for who in [&director, &everywhere] {
            // Of many: more than ten thousand, the pages in order, nobody left out and nobody twice.
            let (mut all, mut after) = (Vec::new(), String::new());
            for _ in 0..3 {
                let path = format!("/api/families?q={}{after}", coded("көпш"));
                let list = office.get(who, &path).await.ok();
                assert_eq!(list["total"], 10_001);
                let mut page = ids(&list["families"]);
                assert_eq!(list["families"][0]["matched"][0]["name"], "Көпшілік");
                page.sort();
                assert!(all.last() < page.first());
                all.extend(page);
                after = format!("&after={}", list["next"].as_str().unwrap());
            }
            let wanted: Vec<_> = (0..600).map(|n| family(n).to_string()).collect();
            assert_eq!(all, wanted);
            // Of few of them: all, exactly.
            let (mut few, total) = pages(&office, who, &format!("/api/families?q={}", coded("сирек көп"))).await;
            few.sort();
            let wanted: Vec<_> = (0..many_more).filter(|n| n % 100 == 7).map(|n| family(n).to_string()).collect();
            assert_eq!((few, total), (wanted, 101));
        }
    }

    async fn lists_of_records_are_one_question_for_whoever_asks(house) {
        let mut office = Office::over(&house).await;
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let everywhere = office.somebody(&house, Role::Crtr, office.above).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        let mut done = Vec::new();
        for nr in 0..4 {
            done.push(office.completed(&house, nr, "photo").await.0);
        }
        for (record, says) in [
            (done[0], json!({"state": "accepted"})),
            (done[1], json!({"state": "remarked", "text": "жақсырақ"})),
            (done[2], json!({"state": "returned", "reason": "too_dark"})),
        ] {
            office.post(&here, &format!("/api/records/{record}/check"), &says).await.ok();
        }
        // One that nobody can read: it is of no family, and its worker's unit has it.
        let jws = office.phone.sign_any(r#"{"v":1,"note":"<script>"}"#.into());
        office.phone.hand_in(&house, vec![jws]).await;
        for who in [&here, &head, &everywhere] {
            let list = async |filter: &str| {
                let list = office.get(who, &format!("/api/records?{filter}")).await.ok();
                (records(&list).len(), list["total"].as_u64().unwrap())
            };
            for (filter, wanted) in [
                ("", 5), ("state=unchecked", 1), ("state=accepted", 1), ("state=remarked", 1), ("state=returned", 1),
                ("state=unanswered", 0), ("state=answered", 0), ("state=held", 1), ("state=noticed", 0),
                ("completions=true", 4), ("from=2026-01-01&to=2026-12-31", 4), ("from=2026-12-31", 0),
            ] {
                assert_eq!(list(filter).await, (wanted, wanted as u64), "{filter} {}", who.user.role);
                for own in [format!("worker={}", office.worker), format!("unit={}", office.unit)] {
                    assert_eq!(list(&format!("{filter}&{own}")).await, (wanted, wanted as u64), "{filter} {own}");
                }
            }
            // Page by page, from wherever it is asked.
            let all = records(&office.get(who, "/api/records").await.ok());
            assert!(all.is_sorted_by(|a, b| a > b));
            let rest = records(&office.get(who, &format!("/api/records?before={}", all[1])).await.ok());
            assert_eq!(rest, all[2..]);
        }
        let nothing = office.get(&there, "/api/records").await.ok();
        assert_eq!((records(&nothing).len(), nothing["total"].as_u64()), (0, Some(0)));
        assert_sound(&house).await;

        // Ten thousand more, not by facts: beyond what is counted the order is the same.
        let mut tx = house.store.write().await.unwrap();
        let size = i64::try_from(journal::size(&mut tx).await.unwrap()).unwrap();
        let sql = "select received_at, carrier, device, worker, family, person, service from record where record = $1";
        type Row = (chrono::DateTime<chrono::Utc>, Uuid, Uuid, Uuid, Uuid, Uuid, String);
        let (at, carrier, device, worker, family, person, service) =
            all!(&mut tx, Row, sql, done[3]).await.unwrap().remove(0);
        let rows: Vec<_> = (1..=10_010_i64)
            .map(|n| {
                let (hash, id) = (Digest::of(&n.to_be_bytes()), Uuid::from_u128(n.unsigned_abs().into()));
                let (service, [verdict, check]) = (service.clone(), ["accepted", "unchecked"].map(str::to_owned));
                (hash, id, size + n, at, carrier, device, worker, verdict, false, family, person, service, check, office.unit)
            })
            .collect();
        many!(
            &mut tx,
            "insert into record (hash, state_id, position, received_at, carrier, device, worker, verdict, placed, family,
             person, service, check_state, org_unit)",
            rows
        )
        .await
        .unwrap();
        tx.commit().await.unwrap();
        // Totals are known as of the journal; a setting is counted by everywhere.
        house.append([Fact::by_system(Event::SettingSet(Setting::new("name", "1")))]).await;
        for who in [&here, &head, &everywhere] {
            for filter in ["", &format!("service={service}"), &format!("unit={}", office.unit)] {
                let list = office.get(who, &format!("/api/records?{filter}")).await.ok();
                assert_eq!(list["total"], 10_001, "{filter}");
                let wanted: Vec<_> = (0..50).map(|n| size + 10_010 - n).collect();
                assert_eq!(records(&list), wanted, "{filter}");
                let deep = format!("/api/records?{filter}&before={}", size + 100);
                let wanted: Vec<_> = (1..51).map(|n| size + 100 - n).collect();
                assert_eq!(records(&office.get(who, &deep).await.ok()), wanted, "{filter}");
            }
            let list = office.get(who, "/api/records?state=accepted").await.ok();
            assert_eq!((list["total"].as_u64(), records(&list).len()), (Some(1), 1));
        }
    }
}
