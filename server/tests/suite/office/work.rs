//! What a supervisor works with: leases, checks, evidence by range, masked numbers, and what the access log says of it.

use std::collections::BTreeSet;

use axum::http::{Method, StatusCode};
use kandas_server::{
    all,
    facts::{CheckSampled, Event, FindingsComputed},
    findings::Finding,
    journal::Fact,
    one,
};
use kandas_shared::{
    finding::{Rule, Severity},
    ids::{FamilyId, RecordId, UserId},
    pulled::{Role, User},
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound, coded};
use crate::{
    house::{House, Phone},
    stores::on_each,
};

async fn queue(office: &Office, who: &Somebody) -> Vec<String> {
    let queue = office.get(who, "/api/queue").await.ok();
    let entries = queue["entries"].as_array().unwrap();
    entries.iter().map(|entry| entry["record"].as_str().unwrap().to_owned()).collect()
}

async fn take(office: &Office, who: &Somebody, record: RecordId) -> super::Answer {
    office.ask(Some(who), &Method::POST, &format!("/api/review/{record}"), None).await
}

async fn check(office: &Office, who: &Somebody, record: RecordId, says: Value) -> super::Answer {
    office.post(who, &format!("/api/records/{record}/check"), &says).await
}

on_each! { engine, House;
    async fn two_supervisors_never_have_the_same_record(house) {
        let mut office = Office::over(&house).await;
        let (first, _) = office.completed(&house, 0, "photo").await;
        let (second, _) = office.completed(&house, 1, "photo").await;
        let one = office.somebody(&house, Role::CcDir, office.unit).await;
        let other = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let foreign = office.somebody(&house, Role::CcDir, office.beside).await;
        let both = vec![first.to_string(), second.to_string()];
        assert_eq!(queue(&office, &one).await, both);
        assert_eq!(queue(&office, &foreign).await, Vec::<String>::new());
        take(&office, &one, first).await.ok();
        take(&office, &one, first).await.ok();
        assert_eq!(queue(&office, &one).await, both);
        assert_eq!(queue(&office, &other).await, [second.to_string()]);
        assert_eq!(take(&office, &other, first).await.code(), "record-taken");
        let accepted = json!({"state": "accepted"});
        assert_eq!(check(&office, &other, first, accepted.clone()).await.code(), "record-taken");
        // Nobody has asked about it for six minutes: it is free.
        house.clock.set("2026-11-23T07:06:00Z");
        take(&office, &other, first).await.ok();
        assert_eq!(check(&office, &one, first, accepted.clone()).await.code(), "record-taken");
        // Given back, it is free at once; checked, it is in nobody's queue.
        office.ask(Some(&other), &Method::DELETE, &format!("/api/review/{first}"), None).await.ok();
        check(&office, &one, first, accepted.clone()).await.ok();
        assert_eq!(queue(&office, &other).await, [second.to_string()]);
        assert_eq!(check(&office, &other, first, accepted.clone()).await.code(), "check-impossible");
        // Whoever still has it in his list does not get it any more, nor does he who said it; no lease stays behind.
        assert_eq!(take(&office, &other, first).await.code(), "check-impossible");
        assert_eq!(take(&office, &one, first).await.code(), "check-impossible");
        let leases = async || {
            let mut tx = house.store.read().await.unwrap();
            one!(&mut tx, (i64,), "select count(*) from review_lease").await.unwrap().0
        };
        assert_eq!(leases().await, 0);
        // Returned, it is the worker's turn; a record that was answered waits anew under its own id.
        take(&office, &other, second).await.ok();
        let back = json!({"state": "returned", "reason": "too_dark"});
        check(&office, &other, second, back).await.ok();
        assert_eq!(take(&office, &one, second).await.code(), "check-impossible");
        let counted = office.get(&one, "/api/queue").await.ok();
        assert_eq!((counted["waiting"].as_i64(), counted["checked_today"].as_i64()), (Some(0), Some(1)));
        assert_sound(&house).await;
    }

    async fn a_photo_goes_back_with_reason_and_day_and_nobody_checks_his_own(house) {
        let mut office = Office::over(&house).await;
        let (record, sealed) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let item = take(&office, &director, record).await.ok();
        assert_eq!(item["note"], "<script>alert(1)</script>");
        assert_eq!(item["evidence"][0]["files"][0]["state"], "received");
        assert_eq!(item["rule"][0]["proof"], "photo");
        assert_eq!(item["rule"][0]["delivered"], 1);
        let evidence = sealed.evidence;
        let says = |due: &str| json!({"state": "returned", "evidence": evidence, "reason": "too_dark",
            "text": "күндіз түсіріңіз", "due": due});
        for wrong in [json!({"state": "returned"}), json!({"state": "remarked"}), says("2026-11-23"),
            json!({"state": "unchecked"}), json!({"state": "returned", "reason": "other"})] {
            assert_eq!(check(&office, &director, record, wrong.clone()).await.code(), "bad-request", "{wrong}");
        }
        let done = check(&office, &director, record, says("2026-11-27")).await.ok();
        assert_eq!(done["due"], "2026-11-27");
        let seen = office.get(&director, &format!("/api/records/{record}")).await.ok();
        assert_eq!(seen["check_state"], "returned");
        assert_eq!(seen["history"][0]["reason"], "too_dark");
        assert_eq!(queue(&office, &director).await, Vec::<String>::new());
        // A return without a day is due in three working days.
        let whole = json!({"state": "returned", "reason": "not_the_service"});
        assert_eq!(check(&office, &director, record, whole).await.ok()["due"], "2026-11-26");

        // The worker becomes a director: his own records are not for him.
        let (own, _) = office.completed(&house, 1, "photo").await;
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
        assert_eq!(queue(&office, &worker).await, Vec::<String>::new());
        assert_eq!(take(&office, &worker, own).await.code(), "own-record");
        let accepted = json!({"state": "accepted"});
        assert_eq!(check(&office, &worker, own, accepted).await.code(), "own-record");
        assert_eq!(queue(&office, &director).await, [own.to_string()]);
        assert_sound(&house).await;
    }

    async fn what_was_noticed_goes_first_and_names_no_family_beyond_ones_units(house) {
        let mut office = Office::over(&house).await;
        let (clean, _) = office.completed(&house, 0, "photo").await;
        let (doubtful, told) = office.completed(&house, 1, "photo").await;
        let (drawn, by_chance) = office.completed(&house, 2, "photo").await;
        // A record about a family of the centre beside.
        let far = office.district.families.iter().find(|family| family.org_unit == office.beside.0).unwrap().id;
        let of = office.district.assignments.iter().find(|a| a.family == far && a.to.is_none()).unwrap();
        let phone = Phone::enrol(&house, UserId(of.worker)).await;
        (office.family, office.phone) = (far, phone);
        let (elsewhere, theirs) = office.completed(&house, 0, "photo").await;
        let params = json!({"bits": 3, "of": 256, "evidence": told.evidence, "other_evidence": theirs.evidence});
        let finding = Finding {
            rule: Rule::NearDuplicate,
            version: 1,
            severity: Severity::Over,
            params: params.as_object().unwrap().clone(),
            other: Some(theirs.jws.identity()),
        };
        let (hash, sampled) = (told.jws.identity(), by_chance.jws.identity());
        let computed = FindingsComputed { record: doubtful, hash, findings: vec![finding] };
        let drawn_fact = CheckSampled { record: drawn, hash: sampled };
        house
            .append([Event::FindingsComputed(computed), Event::CheckSampled(drawn_fact)].map(Fact::by_system))
            .await;

        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let order = [doubtful.to_string(), drawn.to_string(), clean.to_string()];
        assert_eq!(queue(&office, &director).await, order);
        let first = office.get(&director, "/api/queue").await.ok()["entries"][0].clone();
        assert_eq!((first["risk"].as_i64(), &first["noticed"][0]["rule"]), (Some(100), &json!("near_duplicate")));
        let item = take(&office, &director, doubtful).await.ok();
        assert_eq!(item["findings"][0]["severity"], "over");
        assert_eq!(item["findings"][0]["other"], Value::Null);
        assert_eq!(item["findings"][0]["params"].get("other_evidence"), None);
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let seen = office.get(&head, &format!("/api/records/{doubtful}")).await.ok();
        assert_eq!(seen["findings"][0]["other"]["record"], elsewhere.to_string());
        assert_eq!(seen["findings"][0]["params"]["other_evidence"], json!(theirs.evidence));
        assert_sound(&house).await;
    }

    async fn evidence_comes_whole_and_by_range(house) {
        let mut office = Office::over(&house).await;
        let (_, sealed) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let path = format!("/api/evidence/{}/file", sealed.evidence);
        let whole = office.get(&director, &path).await;
        assert_eq!((whole.status, &whole.body[..]), (StatusCode::OK, sealed.photo()));
        assert_eq!(whole.headers["content-type"], "image/jpeg");
        assert_eq!(whole.headers["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(whole.headers["cache-control"], "private, no-store");
        let range = [("range", "bytes=100-199"), ("accept-encoding", "zstd, gzip")];
        let part = office.ask_with(Some(&director), &Method::GET, &path, None, &range).await;
        assert_eq!((part.status, &part.body[..]), (StatusCode::PARTIAL_CONTENT, &sealed.photo()[100..200]));
        assert_eq!(part.headers["content-range"], format!("bytes 100-199/{}", sealed.photo().len()));
        let nothing = office.get(&director, &format!("/api/evidence/{}/thumbnail", sealed.evidence)).await;
        assert_eq!(nothing.code(), "evidence-unknown");
        let odd = office.get(&director, &format!("/api/evidence/{}/..%2F..", sealed.evidence)).await;
        assert!(odd.status.is_client_error());
    }

    async fn numbers_are_masked_until_a_reason_is_given_and_the_log_says_everything(house) {
        let mut office = Office::over(&house).await;
        let (record, sealed) = office.completed(&house, 0, "photo").await;
        let numbers: Vec<String> =
            office.district.persons.iter().filter_map(|person| person.iin.clone()).collect();
        assert!(!numbers.is_empty());
        let person = office.district.persons_of(office.family).find(|person| person.iin.is_some()).unwrap().clone();
        let auth = office.somebody(&house, Role::Auth, office.beside).await;
        let family = office.family;
        for path in [format!("/api/families/{family}"), format!("/api/records/{record}"), "/api/families?q=".into()] {
            let text = String::from_utf8(office.get(&auth, &path).await.body.to_vec()).unwrap();
            assert!(numbers.iter().all(|number| !text.contains(number)), "{path} shows a number");
        }
        let path = format!("/api/persons/{}/number", person.id);
        assert!(office.post(&auth, &path, &json!({"reason": "curiosity"})).await.status.is_client_error());
        let shown = office.post(&auth, &path, &json!({"reason": "state_system"})).await.ok();
        assert_eq!(shown["iin"].as_str(), person.iin.as_deref());
        office.get(&auth, &format!("/api/evidence/{}/file", sealed.evidence)).await;

        let mut tx = house.store.read().await.unwrap();
        let sql = "select action from access_log where by_user = $1 and family = $2";
        let noted = all!(&mut tx, (String,), sql, auth.user.id, FamilyId(family)).await.unwrap();
        let noted: BTreeSet<String> = noted.into_iter().map(|(action,)| action).collect();
        let expected = [
            "family.show".to_owned(),
            format!("check.show {record}"),
            "person.number state_system".to_owned(),
            format!("evidence.save {}.file", sealed.evidence),
        ];
        assert_eq!(noted, expected.into());
        let sql = "select count(*) from access_log where action = 'family.list' and by_user = $1";
        assert_eq!(one!(&mut tx, (i64,), sql, auth.user.id).await.unwrap(), (1,));
    }

    async fn families_are_found_by_name_and_counted(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let own = office.district.families.iter().filter(|family| family.org_unit == office.unit.0).count();
        let all = office.get(&director, "/api/families").await.ok();
        assert_eq!(all["families"].as_array().unwrap().len(), own);
        let head = office.district.persons_of(office.family).find(|person| person.relation == "head").unwrap();
        let name = head.surname.clone().unwrap_or_else(|| head.given_name.clone());
        let folded: String = name.to_lowercase().chars().map(|c| match c {
            'қ' => 'к', 'ү' | 'ұ' => 'у', 'ә' => 'а', 'і' => 'и', 'ө' => 'о', 'ғ' => 'г', 'ң' => 'н', c => c,
        }).collect();
        let query = coded(&folded);
        let found = office.get(&director, &format!("/api/families?q={query}")).await.ok();
        let ids: Vec<_> = found["families"].as_array().unwrap().iter().map(|f| f["id"].clone()).collect();
        assert!(ids.contains(&json!(office.family)), "{name} as {folded}");
        let seen = office.get(&director, &format!("/api/families/{}/timeline", office.family)).await.ok();
        let came = seen["entries"].as_array().unwrap().iter().filter(|entry| entry["came"].is_object());
        assert_eq!(came.count(), 1);
        let overview = office.get(&director, "/api/overview").await.ok();
        assert_eq!(overview["families"].as_u64(), Some(own as u64));
        assert_eq!(overview["total"]["done"], 1);
        assert_eq!(overview["unchecked"], 1);
    }
}
