//! Passwords, the second factor, the cookie, the end of sessions, and the headers of everything.

use axum::http::Method;
use kandas_server::{
    all, office,
    office::second_factor::Secret,
    one,
};
use kandas_shared::{pulled::Role, time::Clock as _};
use serde_json::json;

use super::{Answer, Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

const PASSWORD: &str = "тоғыз жолдың торабы";

async fn sign_in(office: &Office, login: &str, password: &str, code: Option<&str>) -> Answer {
    let body = json!({"login": login, "password": password, "code": code});
    office.ask(None, &Method::POST, "/api/session", Some(&body)).await
}

/// Who is signed in after that answer.
fn seat(office_user: kandas_shared::pulled::User, answer: &Answer) -> Somebody {
    assert!(answer.status.is_success(), "{:?}", answer.body);
    let cookie = answer.headers["set-cookie"].to_str().unwrap();
    let token = cookie.strip_prefix("__Host-kandas=").unwrap().split(';').next().unwrap().to_owned();
    Somebody { user: office_user, token, csrf: answer.json()["csrf"].as_str().unwrap().to_owned() }
}

on_each! { engine, House;
    async fn a_password_a_second_factor_and_an_end(house) {
        let office = Office::over(&house).await;
        let user = office.user(&house, Role::CcDir, office.unit).await;
        let now = house.clock.wall();
        let weak = office::set_password(&house.store, now, &*house.chance, &user, "кірпіш").await;
        assert!(weak.is_err());
        office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();

        assert_eq!(sign_in(&office, &user.login, "басқа құпиясөз", None).await.code(), "sign-in-failed");
        assert_eq!(sign_in(&office, "nobody", PASSWORD, None).await.code(), "sign-in-failed");
        let answer = sign_in(&office, &user.login.to_uppercase(), PASSWORD, None).await;
        let cookie = answer.headers["set-cookie"].to_str().unwrap();
        for attribute in ["; Path=/", "; Secure", "; HttpOnly", "; SameSite=Strict"] {
            assert!(cookie.contains(attribute), "{cookie}");
        }
        assert!(!cookie.contains("Domain"));
        assert_eq!(answer.json()["second_factor_to_set"], true);
        let half = seat(user.clone(), &answer);
        assert_eq!(office.get(&half, "/api/queue").await.code(), "second-factor-needed");

        // The second factor is set up: the secret in the database is sealed.
        let offered = office.ask(Some(&half), &Method::POST, "/api/second-factor", None).await.ok();
        let mut tx = house.store.read().await.unwrap();
        let sql = "select pending from office_session where pending is not null";
        let (sealed,) = one!(&mut tx, (String,), sql).await.unwrap();
        drop(tx);
        let secret = Secret::open(&sealed, &house.keys(), user.id).unwrap();
        assert_eq!(offered["secret"], secret.base32());
        assert!(Secret::open(&sealed, &house.keys(), office.worker).is_err(), "sealed for one user");
        let confirm = |code: String| json!({"code": code});
        let wrong = confirm("000000".into());
        let answer = office.ask(Some(&half), &Method::PUT, "/api/second-factor", Some(&wrong)).await;
        assert_eq!(answer.code(), "sign-in-failed");
        let right = confirm(secret.code_at(house.clock.wall()));
        office.ask(Some(&half), &Method::PUT, "/api/second-factor", Some(&right)).await.ok();
        office.get(&half, "/api/queue").await.ok();

        // From now on it is asked for, and no code is good twice.
        let code = secret.code_at(house.clock.wall());
        assert_eq!(sign_in(&office, &user.login, PASSWORD, None).await.code(), "second-factor-needed");
        assert_eq!(sign_in(&office, &user.login, PASSWORD, Some(&code)).await.code(), "sign-in-failed");
        house.clock.set("2026-11-23T07:01:00Z");
        let code = secret.code_at(house.clock.wall());
        let answer = sign_in(&office, &user.login, PASSWORD, Some(&code)).await;
        assert_eq!(answer.json()["second_factor_to_set"], false);
        let whole = seat(user.clone(), &answer);

        // Idle for half an hour, it is over.
        house.clock.set("2026-11-23T07:30:00Z");
        office.get(&whole, "/api/session").await.ok();
        house.clock.set("2026-11-23T08:01:00Z");
        assert_eq!(office.get(&whole, "/api/session").await.code(), "session-over");

        // Twelve hours, however busy.
        let code = secret.code_at(house.clock.wall());
        let busy = seat(user.clone(), &sign_in(&office, &user.login, PASSWORD, Some(&code)).await);
        for quarter in 1..48 {
            let minutes = 8 * 60 + 1 + quarter * 15;
            house.clock.set(&format!("2026-11-23T{:02}:{:02}:00Z", minutes / 60, minutes % 60));
            office.get(&busy, "/api/session").await.ok();
        }
        house.clock.set("2026-11-23T20:01:01Z");
        assert_eq!(office.get(&busy, "/api/session").await.code(), "session-over");
        assert_sound(&house).await;
        secrets_lie_nowhere_in_the_clear(&house).await;
    }

    async fn wrong_passwords_cost_time_for_known_and_unknown_names(house) {
        let office = Office::over(&house).await;
        let user = office.user(&house, Role::CcDir, office.unit).await;
        let now = house.clock.wall();
        office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
        for login in [user.login.as_str(), "unknown"] {
            for _ in 0..5 {
                assert_eq!(sign_in(&office, login, "қате құпиясөз!", None).await.code(), "sign-in-failed");
            }
            let answer = sign_in(&office, login, PASSWORD, None).await;
            assert_eq!(answer.code(), "sign-in-slow", "{login}");
            assert!(answer.headers["retry-after"].to_str().unwrap().parse::<u32>().unwrap() <= 11);
        }
        house.clock.set("2026-11-23T07:00:12Z");
        sign_in(&office, &user.login, PASSWORD, None).await.ok();
    }

    async fn signing_out_changing_the_password_and_leaving_end_sessions(house) {
        let office = Office::over(&house).await;
        let user = office.user(&house, Role::CcDir, office.unit).await;
        let now = house.clock.wall();
        office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
        let (one, other) =
            (office.seated(&house, user.clone()).await, office.seated(&house, user.clone()).await);
        let change = |old: &str, new: &str| json!({"old": old, "new": new});
        let put = async |body: serde_json::Value| {
            office.ask(Some(&one), &Method::PUT, "/api/password", Some(&body)).await
        };
        assert_eq!(put(change("қате құпиясөз", "жаңа құпиясөз керек")).await.code(), "sign-in-failed");
        assert_eq!(put(change(PASSWORD, "қысқа")).await.code(), "password-weak");
        put(change(PASSWORD, "жаңа құпиясөз керек")).await.ok();
        office.get(&one, "/api/session").await.ok();
        assert_eq!(office.get(&other, "/api/session").await.code(), "session-over");
        office.ask(Some(&one), &Method::DELETE, "/api/session", None).await.ok();
        assert_eq!(office.get(&one, "/api/session").await.code(), "session-over");
        let admin = office.somebody(&house, Role::Admin, office.above).await;
        let third = office.seated(&house, user.clone()).await;
        let path = format!("/api/users/{}", user.id);
        office.ask(Some(&admin), &Method::DELETE, &path, None).await.ok();
        assert_eq!(office.get(&third, "/api/session").await.code(), "session-over");
        assert_eq!(sign_in(&office, &user.login, "жаңа құпиясөз керек", None).await.code(), "sign-in-failed");
        assert_sound(&house).await;
    }

    async fn headers_forbid_whatever_the_page_does_not_need(house) {
        let office = Office::over(&house).await;
        for path in ["/", "/api/session", "/api/openapi.json", "/assets/none.js"] {
            let answer = office.ask(None, &Method::GET, path, None).await;
            let header = |name: &str| answer.headers[name].to_str().unwrap().to_owned();
            let policy = header("content-security-policy");
            assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
            assert!(!policy.contains("unsafe") && policy.contains("frame-ancestors 'none'"), "{path}: {policy}");
            assert_eq!(header("x-content-type-options"), "nosniff");
            assert_eq!(header("referrer-policy"), "no-referrer");
            assert_eq!(header("x-frame-options"), "DENY");
            assert!(header("strict-transport-security").starts_with("max-age="));
        }
        let answer = office.ask(None, &Method::GET, "/api/session", None).await;
        assert_eq!(answer.headers["cache-control"], "no-store");
    }
}

/// No header of the journal, and no row anywhere, has a password or the secret of a second factor.
async fn secrets_lie_nowhere_in_the_clear(house: &House) {
    let mut tx = house.store.read().await.unwrap();
    let headers = all!(&mut tx, (String,), "select header from journal").await.unwrap();
    let bodies = all!(&mut tx, (String,), "select body from journal_body").await.unwrap();
    let secrets = all!(&mut tx, (String,), "select password from user_secret where password is not null");
    let hashes: Vec<String> = secrets.await.unwrap().into_iter().map(|(hash,)| hash).collect();
    assert!(!hashes.is_empty());
    assert!(headers.iter().all(|(header,)| hashes.iter().all(|hash| !header.contains(hash.as_str()))));
    assert!(bodies.iter().all(|(body,)| !body.contains(PASSWORD)));
}
