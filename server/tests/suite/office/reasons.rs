//! Reasons of the centre's own: added, read as on the day on which they were given, retired; phones of today and of before.

use kandas_server::{changes, one};
use kandas_shared::{
    cursor::Kind,
    locale::Lang,
    pulled::{Check, Reason, Role, Row},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

/// What is to hold; `code` is null for one that is added.
fn wanted(code: Value, from: &str, text: Option<&str>, offered: bool) -> Value {
    let text = text.map(|text| json!({"kk": format!("{text} қ"), "ru": text, "en": ""}));
    json!({"list": "return", "code": code, "from": from, "text": text, "offered": offered, "why": "бұйрық № 7"})
}

async fn say(office: &Office, who: &Somebody, body: &Value) -> Answer {
    office.post(who, "/api/reasons", body).await
}

/// The reasons of a list as they stand.
fn listed(all: &Value, list: &str) -> Vec<Value> {
    let lists = all["lists"].as_array().unwrap();
    lists.iter().find(|of| of["list"] == list).unwrap()["reasons"].as_array().unwrap().clone()
}

fn of(all: &Value, code: &str) -> Value {
    listed(all, "return").into_iter().find(|reason| reason["code"] == code).unwrap_or_default()
}

async fn returned(office: &Office, who: &Somebody, record: impl std::fmt::Display, reason: &str) -> Answer {
    let body = json!({"state": "returned", "reason": reason, "text": "сөз", "due": "2026-12-20"});
    office.post(who, &format!("/api/records/{record}/check"), &body).await
}

/// What the history of a record reads, the earliest first.
async fn read(office: &Office, who: &Somebody, record: impl std::fmt::Display) -> Vec<String> {
    let item = office.get(who, &format!("/api/records/{record}")).await.ok();
    let said = item["history"].as_array().unwrap().iter();
    said.map(|said| said["reason_text"]["ru"].as_str().unwrap_or_default().to_owned()).collect()
}

/// What a phone of the family's worker that knows these kinds is told.
async fn told(house: &House, office: &Office, kinds: &[Kind]) -> (Vec<Reason>, Vec<Check>) {
    let (device, worker, now) = (office.phone.device, office.worker, house.clock.wall());
    let page = changes::page(&house.store, device, worker, None, kinds, 5_000, now).await.unwrap();
    let (mut reasons, mut checks) = (Vec::new(), Vec::new());
    for line in page.lines {
        match line.row.map(|row| Row::read(line.kind, row.get()).unwrap()) {
            Some(Row::Reason(row)) => reasons.push(row),
            Some(Row::Check(row)) => checks.push(row),
            _ => {}
        }
    }
    reasons.sort_by_key(|row| row.from);
    checks.sort_by_key(|row| row.id);
    (reasons, checks)
}

on_each! { engine, House;
    async fn a_reason_is_added_given_said_anew_and_retires(house) {
        let mut office = Office::over(&house).await;
        let (first, _) = office.completed(&house, 0, "photo").await;
        let (second, _) = office.completed(&house, 1, "photo").await;
        let crtr = office.somebody(&house, Role::Crtr, office.above).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        assert_eq!(returned(&office, &director, first, "own_1").await.code(), "reason-retired");

        let all = say(&office, &crtr, &wanted(Value::Null, "2026-11-23", Some("Истёк срок"), true)).await.ok();
        let codes: Vec<Value> = listed(&all, "return").iter().map(|reason| reason["code"].clone()).collect();
        assert_eq!(codes[codes.len() - 2..], [json!("own_1"), json!("other")], "the one that asks for words is the last");
        let own = of(&all, "own_1");
        assert_eq!((&own["shipped"], &own["offered"], &own["text"]["kk"]), (&json!(false), &json!(true), &json!("Истёк срок қ")));
        assert_eq!(listed(&all, "refused").len(), 4, "another list is as it was");
        returned(&office, &director, first, "own_1").await.ok();
        let seen = office.get(&crtr, "/api/reasons/preview?list=return&code=own_1").await.ok();
        assert_eq!(seen, json!({"given": 1, "waiting": 1, "phones": 1}));

        // From tomorrow on it reads otherwise; what was given reads as it did.
        let all = say(&office, &crtr, &wanted(json!("own_1"), "2026-11-24", Some("Просрочен"), true)).await.ok();
        assert_eq!(of(&all, "own_1")["text"]["ru"], "Истёк срок");
        house.clock.set("2026-11-24T07:00:00Z");
        let (crtr, director) = (office.seated(&house, crtr.user).await, office.seated(&house, director.user).await);
        returned(&office, &director, second, "own_1").await.ok();
        assert_eq!(read(&office, &director, first).await, ["Истёк срок"]);
        assert_eq!(read(&office, &director, second).await, ["Просрочен"]);

        // Retired from the day after: nobody can give it, and whoever had it keeps it.
        let all = say(&office, &crtr, &wanted(json!("own_1"), "2026-11-25", Some("Просрочен"), false)).await.ok();
        assert_eq!(of(&all, "own_1")["offered"], true);
        house.clock.set("2026-11-25T07:00:00Z");
        let (crtr, director) = (office.seated(&house, crtr.user).await, office.seated(&house, director.user).await);
        let all = office.get(&crtr, "/api/reasons").await.ok();
        assert_eq!(of(&all, "own_1")["offered"], false);
        assert_eq!(returned(&office, &director, first, "own_1").await.code(), "reason-retired");
        returned(&office, &director, first, "blurred").await.ok();
        assert_eq!(read(&office, &director, first).await, ["Истёк срок", "Снимок нерезкий"]);
        let last = &all["history"][0];
        assert_eq!((&last["by_name"], &last["why"]), (&json!("СЫНАҚОВА СЫНАҚ"), &json!("бұйрық № 7")));
        assert_eq!((&last["was_offered"], &last["offered"], &last["from"]), (&json!(true), &json!(false), &json!("2026-11-25")));
        assert_eq!(all["history"][2]["was"], Value::Null, "there was no such reason before");
        assert_sound(&house).await;
    }

    async fn phones_are_told_and_those_of_before_get_the_words(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        assert_eq!(told(&house, &office, Kind::ALL).await.0, []);
        say(&office, &auth, &wanted(Value::Null, "2026-11-23", Some("Истёк срок"), true)).await.ok();
        say(&office, &auth, &wanted(json!("blurred"), "2026-11-24", Some("Мутно"), true)).await.ok();
        returned(&office, &director, record, "own_1").await.ok();

        let (reasons, checks) = told(&house, &office, Kind::ALL).await;
        let said: Vec<_> = reasons.iter().map(|row| (row.code.as_str(), row.from.to_string(), row.ru.as_str())).collect();
        assert_eq!(said, [("own_1", "2026-11-23".to_owned(), "Истёк срок"), ("blurred", "2026-11-24".to_owned(), "Мутно")]);
        assert_eq!((checks[0].reason.as_ref().unwrap().as_str(), checks[0].text.as_deref()), ("own_1", Some("сөз")));

        // A phone of the time when the list was closed: the reason that asks for words, with what it reads before them.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select language from app_user where id = $1";
        let (language,) = one!(&mut tx, (Lang,), sql, office.worker).await.unwrap();
        drop(tx);
        let text = if language == Lang::Kk { "Истёк срок қ. сөз" } else { "Истёк срок. сөз" };
        let (reasons, checks) = told(&house, &office, &[Kind::Check, Kind::CalendarDay]).await;
        assert_eq!(reasons, []);
        assert_eq!((checks[0].reason.as_ref().unwrap().as_str(), checks[0].text.as_deref()), ("other", Some(text)));

        // Taken back, a phone is told that as well.
        say(&office, &auth, &wanted(json!("blurred"), "2026-11-24", None, true)).await.ok();
        let (reasons, _) = told(&house, &office, Kind::ALL).await;
        assert_eq!(reasons.iter().map(|row| row.code.as_str()).collect::<Vec<_>>(), ["own_1"]);
        assert_sound(&house).await;
    }

    async fn what_nobody_may_say_of_a_reason_says_why(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let with = |field: &str, value: Value| {
            let mut body = wanted(json!("blurred"), "2026-11-23", Some("Мутно"), true);
            body[field] = value;
            body
        };
        for (body, code) in [
            (with("from", json!("2026-11-22")), "out-of-range"),
            (with("from", json!("2028-01-01")), "out-of-range"),
            (with("text", json!({"kk": " ", "ru": "Мутно", "en": ""})), "out-of-range"),
            (with("text", json!({"kk": "Бұлдыр", "ru": "а".repeat(121), "en": ""})), "out-of-range"),
            (with("why", json!("  ")), "words-missing"),
            (with("why", json!("а".repeat(501))), "words-missing"),
            (with("code", json!("own_1")), "not-found"),
            (with("code", json!("Blurred")), "malformed-json"),
            (with("list", json!("nothing")), "malformed-json"),
            (with("text", Value::Null), "nothing-changes"),
            (with("text", json!({"kk": "Сурет бұлдыр", "ru": "Снимок нерезкий", "en": "The picture is blurred"})), "nothing-changes"),
            (wanted(json!("other"), "2026-11-23", Some("Иное"), false), "out-of-range"),
            (wanted(Value::Null, "2026-11-23", Some("Своё"), false), "out-of-range"),
            (wanted(Value::Null, "2026-11-23", None, true), "out-of-range"),
        ] {
            assert_eq!(say(&office, &admin, &body).await.code(), code, "{body}");
        }
        // The only word about one of its own stays from its day on; a later one can be taken back.
        say(&office, &admin, &wanted(Value::Null, "2026-11-23", Some("Своё"), true)).await.ok();
        say(&office, &admin, &wanted(json!("own_1"), "2026-11-30", Some("Иначе"), true)).await.ok();
        say(&office, &admin, &wanted(json!("own_1"), "2026-11-30", None, true)).await.ok();
        assert_eq!(say(&office, &admin, &wanted(json!("own_1"), "2026-11-23", None, true)).await.code(), "out-of-range");
        // A number is given once, though nobody sees the first any more.
        say(&office, &admin, &wanted(Value::Null, "2026-12-01", Some("Потом"), true)).await.ok();
        say(&office, &admin, &wanted(json!("own_2"), "2026-12-01", None, true)).await.ok();
        let all = say(&office, &admin, &wanted(Value::Null, "2026-12-01", Some("Ещё"), true)).await.ok();
        assert_eq!((of(&all, "own_2"), &of(&all, "own_3")["text"]["ru"]), (Value::Null, &json!("Ещё")));
        assert_sound(&house).await;
    }
}
