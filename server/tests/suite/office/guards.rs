//! Guards that nothing else would miss: somebody else's order, list, file or lease; oneself; what comes too late, too often
//! or too long.

use axum::http::Method;
use kandas_server::{
    all,
    facts::{DeviceRevoked, Event},
    journal::Fact,
    office::{self, export, second_factor, second_factor::Secret},
    one,
    pin_reset::{self, PinResetError},
};
use kandas_shared::{
    check::MAX_TEXT,
    ids::{DeviceId, OrgUnitId, RecordId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Family, Role, User},
    receipt::HeldReason,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_sound, bulk::looked, held};
use crate::{
    house::{House, Phone},
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";

impl Office {
    async fn delete(&self, who: &Somebody, path: &str) -> Answer {
        self.ask(Some(who), &Method::DELETE, path, None).await
    }

    /// The worker has become the director of his centre.
    async fn promoted(&self, house: &House) -> Somebody {
        let mine = self.district.users.iter().find(|user| user.id == self.worker.0).unwrap();
        let promoted = User {
            id: self.worker,
            org_unit: self.unit,
            login: mine.login.clone(),
            role: Role::CcDir,
            name: mine.name.clone(),
            language: kandas_shared::locale::Lang::Kk,
            active: true,
        };
        house.append([Fact::by_system(Event::UserSet(promoted.clone()))]).await;
        self.seated(house, promoted).await
    }

    async fn sign_in(&self, login: &str, password: &str) -> Answer {
        self.ask(None, &Method::POST, "/api/session", Some(&json!({"login": login, "password": password})))
            .await
    }

    async fn check_state(&self, who: &Somebody, record: RecordId) -> Value {
        self.get(who, &format!("/api/records/{record}")).await.ok()["check_state"].clone()
    }
}

/// The family goes to another unit.
async fn moves(house: &House, office: &Office, to: OrgUnitId) {
    let family = office.district.families.iter().find(|family| family.id == office.family).unwrap();
    let mut gone: Family = serde_json::from_value(serde_json::to_value(family).unwrap()).unwrap();
    gone.org_unit = to;
    house.append([Fact { family: Some(gone.id), ..Fact::by_system(Event::FamilySet(gone)) }]).await;
}

/// What a user has put into the journal, in order.
async fn acts(house: &House, by: UserId) -> Vec<String> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select kind from journal where author = $1 order by position";
    let kinds = all!(&mut tx, (String,), sql, by.to_string()).await.unwrap();
    kinds.into_iter().map(|(kind,)| kind).collect()
}

on_each! { engine, House;
    async fn an_order_is_taken_back_at_the_phone_that_it_is_for(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let worker = office.district.users.iter().find(|user| user.org_unit == office.unit.0 && user.id != office.worker.0);
        let other = Phone::enrol(&house, UserId(worker.unwrap().id)).await.device;
        let (path, elsewhere) = (format!("/api/phones/{other}"), format!("/api/phones/{}", office.phone.device));
        let retire = json!({"kind": "retire", "reason": "replaced"});
        office.post(&admin, &format!("{path}/orders"), &retire).await.ok();
        let page = office.get(&admin, &path).await.ok();
        let order = page["orders"][0]["id"].as_str().unwrap();
        let mistake = json!({"reason": "mistake"});
        let wrong = office.post(&admin, &format!("{elsewhere}/orders/{order}/withdraw"), &mistake).await;
        assert_eq!(wrong.code(), "not-found");
        assert_eq!(office.get(&admin, &path).await.ok()["standing"], "retiring", "it stands");
        office.post(&admin, &format!("{path}/orders/{order}/withdraw"), &mistake).await.ok();
        assert_eq!(office.get(&admin, &path).await.ok()["standing"], "active");
    }

    async fn an_administrator_neither_removes_himself_nor_makes_somebody_who_sees_more(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let himself = format!("/api/users/{}", admin.user.id);
        assert_eq!(office.delete(&admin, &himself).await.code(), "forbidden");
        office.get(&admin, "/api/people").await.ok();

        let wanted = |role: &str| json!({"login": format!("new.{role}"), "name": "ЖАҢА", "role": role,
            "org_unit": office.unit, "language": "kk"});
        let auth = office.user(&house, Role::Auth, office.unit).await;
        let of_auth = format!("/api/users/{}", auth.id);
        for role in ["auth", "crtr"] {
            assert_eq!(office.post(&admin, "/api/users", &wanted(role)).await.code(), "forbidden", "{role}");
        }
        for what in ["password", "code"] {
            let answer = office.post(&admin, &format!("{of_auth}/{what}"), &Value::Null).await;
            assert_eq!(answer.code(), "forbidden", "{what}");
        }
        assert_eq!(office.delete(&admin, &of_auth).await.code(), "forbidden");
        assert_eq!(acts(&house, admin.user.id).await, Vec::<String>::new());

        // Who did it stands in the header of each fact.
        let new = office.post(&admin, "/api/users", &wanted("cc_set")).await.ok();
        let new = format!("/api/users/{}", new["id"].as_str().unwrap());
        office.post(&admin, &format!("{new}/code"), &Value::Null).await.ok();
        office.delete(&admin, &new).await.ok();
        assert_eq!(office.post(&admin, &format!("{new}/code"), &Value::Null).await.code(), "worker-inactive");
        assert_eq!(acts(&house, admin.user.id).await, ["user.set", "enrol_code.made", "user.set"]);

        // Whoever reaches over everything may.
        let body = office.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap();
        let over_all = office.somebody(&house, Role::Admin, OrgUnitId(body.id)).await;
        office.post(&over_all, "/api/users", &wanted("auth")).await.ok();
        office.delete(&over_all, &of_auth).await.ok();
        assert_sound(&house).await;
    }

    async fn a_new_password_ends_sessions_and_leaves_the_second_factor(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let (now, keys) = (house.clock.wall(), house.keys());
        let user = office.user(&house, Role::CcDir, office.unit).await;
        office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
        let sealed = Secret::draw(&*house.chance).seal(&keys, user.id, &*house.chance).unwrap();
        let mut tx = house.store.write().await.unwrap();
        second_factor::set(&mut tx, now, &*house.chance, user.id, Some(sealed), None).await.unwrap();
        tx.commit().await.unwrap();
        let at_work = office.seated(&house, user.clone()).await;
        let lease = format!("/api/review/{record}");
        office.post(&at_work, &lease, &Value::Null).await.ok();
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        assert_eq!(office.post(&head, &lease, &Value::Null).await.code(), "record-taken");

        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let path = format!("/api/users/{}/password", user.id);
        let told = office.post(&admin, &path, &Value::Null).await.ok();
        assert_eq!(office.get(&at_work, "/api/session").await.code(), "session-over");
        office.post(&head, &lease, &Value::Null).await.ok();
        assert_eq!(office.sign_in(&user.login, PASSWORD).await.code(), "sign-in-failed");
        let new = told["password"].as_str().unwrap();
        assert_eq!(office.sign_in(&user.login, new).await.code(), "second-factor-needed");
        assert_sound(&house).await;
    }

    async fn a_second_factor_is_not_set_over_another(house) {
        let office = Office::over(&house).await;
        let user = office.user(&house, Role::CcDir, office.unit).await;
        let (first, second) =
            (office.seated(&house, user.clone()).await, office.seated(&house, user.clone()).await);
        let pending = async || {
            let mut tx = house.store.read().await.unwrap();
            let sql = "select pending from office_session where pending is not null";
            all!(&mut tx, (String,), sql).await.unwrap()
        };
        let code = |sealed: &str| {
            let secret = Secret::open(sealed, &house.keys(), user.id).unwrap();
            json!({"code": secret.code_at(house.clock.wall())})
        };
        // Two pages are open, and both have begun.
        office.post(&first, "/api/second-factor", &Value::Null).await.ok();
        let (of_first,) = pending().await.remove(0);
        office.post(&second, "/api/second-factor", &Value::Null).await.ok();
        let (of_second,) = pending().await.into_iter().find(|(sealed,)| *sealed != of_first).unwrap();
        let put = async |who: &Somebody, sealed: &str| {
            office.ask(Some(who), &Method::PUT, "/api/second-factor", Some(&code(sealed))).await
        };
        put(&second, &of_second).await.ok();
        // The code of the other page is a right one of its secret, and comes too late.
        assert_eq!(put(&first, &of_first).await.code(), "forbidden");
        assert_eq!(office.post(&first, "/api/second-factor", &Value::Null).await.code(), "forbidden");
        let mut tx = house.store.read().await.unwrap();
        let sql = "select totp from user_secret where user_id = $1";
        let (kept,) = one!(&mut tx, (Option<String>,), sql, user.id).await.unwrap();
        assert_eq!(kept, Some(of_second));
    }

    async fn a_record_before_somebody_is_given_back_by_himself_alone(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let lease = format!("/api/review/{record}");
        office.post(&director, &lease, &Value::Null).await.ok();
        office.delete(&head, &lease).await.ok();
        assert_eq!(office.post(&head, &lease, &Value::Null).await.code(), "record-taken");
        // Whoever leaves leaves nothing behind.
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        office.delete(&admin, &format!("/api/users/{}", director.user.id)).await.ok();
        office.post(&head, &lease, &Value::Null).await.ok();
    }

    async fn what_a_frozen_list_holds_is_looked_at_once_more(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let head = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let (kept, _) = office.completed(&house, 0, "photo").await;
        let (taken, _) = office.completed(&house, 1, "photo").await;
        let waiting = office.sealed(&house, 2, |_| {}).await;
        office.phone.push(&house, &[&waiting]).await;
        looked(&house).await;
        let offer = async || office.post(&director, "/api/queue/bulk", &Value::Null).await.ok();
        let accept = async |list: &Value| {
            let path = format!("/api/queue/bulk/{}", list["id"].as_str().unwrap());
            office.post(&director, &path, &json!({"count": list["count"]})).await
        };
        let left = |of: &Value, why: &str| of["left_out"][why].as_u64().unwrap();
        let list = offer().await;
        assert_eq!((list["count"].as_u64(), left(&list, "incomplete")), (Some(2), 1), "its photo is on its way");

        // A list of yesterday says nothing about today.
        house.clock.set("2026-11-23T07:15:01Z");
        assert_eq!(accept(&list).await.code(), "not-found");
        assert_eq!(office.check_state(&director, kept).await, "unchecked");

        // One comes before somebody else meanwhile.
        let list = offer().await;
        office.post(&head, &format!("/api/review/{taken}"), &Value::Null).await.ok();
        let done = accept(&list).await.ok();
        assert_eq!((done["accepted"].as_u64(), left(&done, "taken")), (Some(1), 1));
        assert_eq!(office.check_state(&director, kept).await, "accepted");
        office.delete(&head, &format!("/api/review/{taken}")).await.ok();

        // The family goes to another centre meanwhile.
        let list = offer().await;
        assert_eq!(list["count"], 1);
        moves(&house, &office, office.beside).await;
        looked(&house).await;
        let done = accept(&list).await.ok();
        assert_eq!((done["accepted"].as_u64(), left(&done, "changed")), (Some(0), 1));
        assert_eq!(office.check_state(&head, taken).await, "unchecked");
        assert_sound(&house).await;
    }

    async fn files_are_few_at_a_time_ones_own_and_kept_for_a_day(house) {
        let office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let other = office.somebody(&house, Role::CcDir, office.unit).await;
        let wanted = json!({"what": "families", "format": "csv", "lang": "kk"});
        let ask = async |who: &Somebody| office.post(who, "/api/exports", &wanted).await;
        let mut asked = Vec::new();
        for _ in 0..export::MOST_AT_ONCE {
            asked.push(ask(&director).await.ok()["id"].as_str().unwrap().to_owned());
        }
        assert_eq!(ask(&director).await.code(), "rate-limited");
        ask(&other).await.ok();
        while export::piece(&office.state).await.unwrap() {}
        ask(&director).await.ok();

        let file = format!("/api/exports/{}/file", asked[0]);
        assert_eq!(office.get(&other, &file).await.code(), "not-found", "it is another one's file");
        let answer = office.get(&director, &file).await;
        assert!(answer.status.is_success(), "{answer:?}");
        // Nobody has cleaned up yet.
        house.clock.set("2026-11-24T07:00:00Z");
        let again = office.seated(&house, director.user.clone()).await;
        assert_eq!(office.get(&again, &file).await.code(), "not-found");
    }

    async fn what_cannot_be_checked_or_is_too_long_is_refused(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let path = format!("/api/records/{record}/check");
        let remark = |text: String| json!({"state": "remarked", "text": text});
        let long = |letters: usize| "ө".repeat(letters);
        for wrong in [remark(long(MAX_TEXT + 1)), remark("бір\0екі".into()), remark(" \n".into()),
            // A year and a day.
            json!({"state": "returned", "reason": "too_dark", "due": "2027-11-25"}),
            json!({"state": "returned", "reason": "too_dark", "due": "2026-11-23"})] {
            assert_eq!(office.post(&director, &path, &wrong).await.code(), "bad-request", "{wrong}");
        }
        office.post(&director, &path, &remark(long(MAX_TEXT))).await.ok();

        // What is held is decided about, not checked.
        let cancelled = Activity { state: ActivityState::Cancelled, ..office.activity(&house, 1).await };
        house.append([held::set(cancelled)]).await;
        let sealed = office.sealed(&house, 1, |_| {}).await;
        let hash = office.held(&house, &sealed, HeldReason::ActivityCancelled).await;
        let payload: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        let path = format!("/api/records/{}/check", payload["record"].as_str().unwrap());
        let accepted = office.post(&director, &path, &json!({"state": "accepted"})).await;
        assert_eq!(accepted.code(), "check-impossible");
        let path = format!("/api/held/{hash}");
        for text in [long(MAX_TEXT + 1), "бір\0екі".into()] {
            let says = json!({"choice": "set_aside", "reason": "other", "text": text});
            assert_eq!(office.post(&director, &path, &says).await.code(), "bad-request");
        }
        let says = json!({"choice": "set_aside", "reason": "other", "text": long(MAX_TEXT)});
        office.post(&director, &path, &says).await.ok();
        assert_sound(&house).await;
    }

    async fn nobody_gives_up_numbers_of_his_own_phone(house) {
        let mut office = Office::over(&house).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let mut sealed = Vec::new();
        for nr in 0..3 {
            sealed.push(office.sealed(&house, nr, |_| {}).await);
        }
        office.phone.push(&house, &[&sealed[0], &sealed[2]]).await;
        let lost = json!({"device": office.phone.device, "chain": office.phone.chain, "from_seq": 2, "to_seq": 2,
            "reason": "phone_broken"});
        let worker = office.promoted(&house).await;
        assert_eq!(office.post(&worker, "/api/gaps", &lost).await.code(), "own-record");
        office.post(&director, "/api/gaps", &lost).await.ok();
    }

    async fn a_code_for_a_forgotten_pin_is_given_by_few_and_seldom(house) {
        let office = Office::over(&house).await;
        let (keys, phone) = (house.keys(), office.phone.device);
        let grant = async |device: DeviceId, challenge: &str, by: UserId| {
            let mut tx = house.store.write().await.unwrap();
            let now = house.clock.wall();
            let code = pin_reset::grant(&mut tx, now, &*house.chance, &keys, device, challenge, by).await;
            if code.is_ok() {
                tx.commit().await.unwrap();
            }
            code
        };
        let not_allowed = async |by: UserId| match grant(phone, "12345678", by).await {
            Err(PinResetError::NotAllowed(why)) => format!("{why:?}"),
            other => panic!("{other:?}"),
        };
        let director = office.user(&house, Role::CcDir, office.unit).await;
        let admin = office.user(&house, Role::Admin, office.beside).await.id;
        for (role, unit, why) in [(Role::CcSet, office.unit, "Role"), (Role::Auth, office.unit, "Role"),
            (Role::CcDir, office.beside, "Elsewhere")] {
            let by = office.user(&house, role, unit).await.id;
            assert_eq!(not_allowed(by).await, why, "{role}");
        }
        let gone = User { active: false, ..office.user(&house, Role::CcDir, office.unit).await };
        let by = gone.id;
        house.append([Fact::by_system(Event::UserSet(gone))]).await;
        assert_eq!(not_allowed(by).await, "Inactive");
        let nowhere = DeviceId(uuid::Uuid::nil());
        assert!(matches!(grant(nowhere, "12345678", admin).await, Err(PinResetError::UnknownDevice(_))));
        assert!(matches!(grant(phone, "1234", admin).await, Err(PinResetError::Challenge)));

        // The same number has the same code; the sixth of a day is too many, whoever gives it.
        let code = grant(phone, "12345678", director.id).await.unwrap();
        assert_eq!(grant(phone, "1234 5678", admin).await.unwrap(), code);
        for challenge in ["11111111", "22222222", "33333333"] {
            assert_ne!(grant(phone, challenge, director.id).await.unwrap(), code);
        }
        assert!(matches!(grant(phone, "44444444", director.id).await, Err(PinResetError::TooMany)));
        assert!(matches!(grant(phone, "44444444", admin).await, Err(PinResetError::TooMany)));
        house.clock.set("2026-11-24T07:00:01Z");
        grant(phone, "44444444", director.id).await.unwrap();
        let kinds = ["pin_reset.granted"; 5];
        assert_eq!(acts(&house, director.id).await, kinds);

        let worker = office.promoted(&house).await;
        assert_eq!(not_allowed(worker.user.id).await, "Own");
        let revoked = DeviceRevoked { device: phone, reason: "lost".into() };
        house.append([Fact::by_system(Event::DeviceRevoked(revoked))]).await;
        assert!(matches!(grant(phone, "55555555", director.id).await, Err(PinResetError::Revoked)));
        assert_sound(&house).await;
    }
}
