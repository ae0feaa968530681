//! The monthly report (Appendix 3, §39): from a draft to a decision, its versions, late work, files, and what is left of
//! it when somebody is erased.

use std::{io::Cursor, process::Command};

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use calamine::{Data, Reader as _, Xlsx};
use kandas_server::{
    access::NumberReason,
    all, erase,
    facts::Event,
    journal::Fact,
    office::{self, export, second_factor},
    one,
};
use kandas_shared::{
    hash::Digest,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, ReportId, UserId},
    pulled::Role,
    receipt::Verdict,
    report::{Form, Frozen},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_grounds, assert_sound, peer};
use crate::{
    house::{House, Work, photo},
    signer::Signer,
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";

/// Those who have to do with a report, as they are on that day.
struct People {
    worker: Somebody,
    director: Somebody,
    body: Somebody,
    mobility: Somebody,
}

impl People {
    async fn on(house: &House, office: &Office, day: &str) -> Self {
        house.clock.set(&format!("{day}T07:00:00Z"));
        let mio = executive_body(office);
        let people = Self {
            worker: office.somebody(house, Role::CcSet, office.unit).await,
            director: office.somebody(house, Role::CcDir, office.unit).await,
            body: office.somebody(house, Role::MioSet, mio).await,
            mobility: office.somebody(house, Role::CtmSet, office.above).await,
        };
        for signing in [&people.worker, &people.director] {
            let now = house.clock.wall();
            office::set_password(&house.store, now, &*house.chance, &signing.user, PASSWORD).await.unwrap();
        }
        // Setting it ended their sessions.
        Self {
            worker: office.seated(house, people.worker.user).await,
            director: office.seated(house, people.director.user).await,
            ..people
        }
    }
}

fn executive_body(office: &Office) -> OrgUnitId {
    OrgUnitId(office.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap().id)
}

async fn draft(office: &Office, who: &Somebody, month: &str) -> Answer {
    office.post(who, "/api/reports", &json!({"unit": office.unit, "month": month})).await
}

async fn drafted(office: &Office, who: &Somebody, month: &str) -> String {
    let answer = draft(office, who, month).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.ok()["id"].as_str().unwrap().to_owned()
}

async fn act(office: &Office, who: &Somebody, report: &str, what: &str, body: Value) -> Answer {
    office.post(who, &format!("/api/reports/{report}/{what}"), &body).await
}

async fn sign(office: &Office, who: &Somebody, report: &str) -> Answer {
    act(office, who, report, "signature", json!({"password": PASSWORD})).await
}

async fn send(office: &Office, who: &Somebody, report: &str) -> Answer {
    let path = format!("/api/reports/{report}/sending");
    office.ask(Some(who), &axum::http::Method::POST, &path, None).await
}

async fn shown(office: &Office, who: &Somebody, report: &str) -> Value {
    office.get(who, &format!("/api/reports/{report}")).await.ok()
}

/// Rows as (IIN, [(service, day, first record)]).
type Picture = Vec<(Option<String>, Vec<(String, String, String)>)>;

async fn picture(office: &Office, who: &Somebody, report: &str) -> Picture {
    let page = office.get(who, &format!("/api/reports/{report}/rows")).await.ok();
    let text = |of: &Value| of.as_str().unwrap().to_owned();
    let rows = page["rows"].as_array().unwrap().iter().map(|row| {
        let cells = row["cells"].as_array().unwrap().iter();
        let cells =
            cells.map(|cell| (text(&cell["service"]), text(&cell["done_on"]), text(&cell["records"][0])));
        (row["iin"].as_str().map(str::to_owned), cells.collect())
    });
    rows.collect()
}

fn numbers(of: &Value, names: &[&str]) -> Vec<i64> {
    names.iter().map(|name| of[*name].as_i64().unwrap()).collect()
}

/// The person of the family's activity `nr`.
fn person(office: &Office, nr: usize) -> kandas_fixtures::district::Person {
    let activity = office.district.activities_of(office.family).nth(nr).unwrap();
    office.district.persons_of(office.family).find(|person| person.id == activity.person).unwrap().clone()
}

/// Asks for a file, lets it be written, takes it.
async fn exported(office: &Office, who: &Somebody, wanted: Value) -> Answer {
    let asked = office.post(who, "/api/exports", &wanted).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let id = asked.ok()["id"].as_str().unwrap().to_owned();
    assert!(export::piece(&office.state).await.unwrap());
    let file = office.get(who, &format!("/api/exports/{id}/file")).await;
    assert_eq!(file.status, StatusCode::OK, "{file:?}");
    file
}

on_each! { engine, House;
    async fn from_a_draft_to_an_accepted_second_version(house) {
        let mut office = Office::over(&house).await;
        let (first, _) = office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-11-24").await;
        // The month is not over: a draft shows how it stands, and cannot be signed.
        let early = drafted(&office, &people.worker, "2026-11").await;
        assert_eq!(sign(&office, &people.worker, &early).await.code(), "report-impossible");
        assert!(!shown(&office, &people.worker, &early).await["may"].to_string().contains("sign"));
        assert_eq!(draft(&office, &people.worker, "2027-01").await.code(), "out-of-range");
        assert_eq!(draft(&office, &people.worker, "2024-04").await.code(), "out-of-range");
        assert_eq!(draft(&office, &people.worker, "november").await.code(), "bad-request");

        // In December: two dates, since the 5th is a Saturday.
        let people = People::on(&house, &office, "2026-12-02").await;
        let list = office.get(&people.body, "/api/reports").await.ok();
        assert_eq!(list["month"], "2026-11");
        assert_eq!(list["due"], json!({"named": "2026-12-05", "target": "2026-12-04", "legal": "2026-12-07"}));
        assert_eq!(numbers(&list, &["overdue", "waiting"]), [0, 0]);
        let centre = |list: &Value| -> Value {
            let centres = list["centres"].as_array().unwrap().clone();
            centres.into_iter().find(|centre| centre["unit"] == json!(office.unit)).unwrap()
        };
        assert_eq!(centre(&list)["report"], Value::Null, "a draft is its centre's alone");
        assert_eq!(office.get(&people.body, &format!("/api/reports/{early}")).await.code(), "not-found");
        assert_eq!(office.get(&people.mobility, &format!("/api/reports/{early}/rows")).await.code(), "not-found");

        // Another snapshot of the same version: the one before is gone from sight.
        let one = drafted(&office, &people.director, "2026-11").await;
        let report = shown(&office, &people.director, &one).await;
        assert_eq!((&report["version"], &report["state"], &report["entries"]), (&json!(1), &json!("draft"), &json!(1)));
        assert_eq!(office.get(&people.director, &format!("/api/reports/{early}")).await.code(), "not-found");
        let head = person(&office, 0);
        let service = office.district.activities_of(office.family).next().unwrap().service.clone();
        let iin = head.iin.as_ref().map(|iin| format!("•••• •••• {}", &iin[8..]));
        let cell = (service, "2026-11-23".to_owned(), first.to_string());
        assert_eq!(picture(&office, &people.worker, &one).await, [(iin.clone(), vec![cell.clone()])]);
        // Each cell leads to its record.
        office.get(&people.director, &format!("/api/records/{}", cell.2)).await.ok();

        // Not without the password, not unsigned, not by anybody else.
        let wrong = act(&office, &people.worker, &one, "signature", json!({"password": "қате"})).await;
        assert_eq!(wrong.code(), "sign-in-failed");
        assert_eq!(send(&office, &people.worker, &one).await.code(), "report-impossible");
        assert_eq!(sign(&office, &people.body, &one).await.code(), "forbidden");
        assert_eq!(sign(&office, &people.mobility, &one).await.code(), "forbidden");
        sign(&office, &people.worker, &one).await.ok();
        assert_eq!(sign(&office, &people.worker, &one).await.code(), "report-impossible");
        send(&office, &people.director, &one).await.ok();
        assert_eq!(draft(&office, &people.worker, "2026-11").await.code(), "report-impossible");

        // It is before the executive body, and the mobility centre has its copy.
        let told = shown(&office, &people.mobility, &one).await;
        assert_eq!((&told["state"], &told["in_time"]), (&json!("sent"), &json!(true)));
        assert_eq!(told["sent_to"][0]["id"], json!(executive_body(&office)));
        assert_eq!(told["copied_to"][0]["id"], json!(office.above));
        assert_eq!(told["may"], json!([]));
        let decide = |act: &str, text: Option<&str>| json!({"act": act, "text": text});
        let by_mobility = act(&office, &people.mobility, &one, "decision", decide("accept", None)).await;
        assert_eq!(by_mobility.code(), "forbidden");
        let list = office.get(&people.body, "/api/reports").await.ok();
        assert_eq!((numbers(&list, &["waiting"]), &centre(&list)["report"]["state"]), (vec![1], &json!("sent")));
        let silent = act(&office, &people.body, &one, "decision", decide("return", Some("  "))).await;
        assert_eq!(silent.code(), "words-missing");
        assert_eq!(act(&office, &people.body, &one, "decision", decide("sign", None)).await.code(), "bad-request");
        act(&office, &people.body, &one, "decision", decide("return", Some("Бір жұмыс жоқ"))).await.ok();
        assert_eq!(act(&office, &people.body, &one, "decision", decide("accept", None)).await.code(), "report-impossible");

        // Work came late: version 2 has it, and says what is new.
        let (second, _) = office.completed(&house, 1, "photo").await;
        let two = drafted(&office, &people.worker, "2026-11").await;
        assert_eq!(shown(&office, &people.worker, &two).await["version"], 2);
        let rows = picture(&office, &people.worker, &two).await;
        let records: Vec<&str> = rows.iter().flat_map(|(_, cells)| cells).map(|cell| cell.2.as_str()).collect();
        assert!(records.contains(&first.to_string().as_str()) && records.contains(&second.to_string().as_str()));
        let changes = office.get(&people.worker, &format!("/api/reports/{two}/changes")).await.ok();
        assert_eq!((&changes["count"], &changes["before"]["version"]), (&json!(1), &json!(1)));
        assert_eq!((&changes["changes"][0]["before"], &changes["changes"][0]["after"]), (&Value::Null, &json!("2026-11-23")));
        assert_eq!(picture(&office, &people.worker, &one).await, [(iin, vec![cell])], "version 1 stays as it was sent");
        sign(&office, &people.director, &two).await.ok();
        send(&office, &people.director, &two).await.ok();
        act(&office, &people.body, &two, "decision", decide("accept", None)).await.ok();
        let done = shown(&office, &people.mobility, &two).await;
        let acts: Vec<&str> = done["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
        assert_eq!(acts, ["draft", "sign", "send", "accept"]);
        assert_eq!(done["versions"].as_array().unwrap().len(), 2);
        assert_eq!(shown(&office, &people.body, &one).await["remarks"][0]["text"], "Бір жұмыс жоқ");

        // What is signed is the hash of what lies there.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select frozen from report_row where report = $1 order by number";
        let rows = all!(&mut tx, (String,), sql, two.parse::<ReportId>().unwrap()).await.unwrap();
        let frozen = Frozen {
            v: 1,
            report: two.parse().unwrap(),
            unit: office.unit,
            month: "2026-11".parse().unwrap(),
            version: 2,
            form: Form::default(),
            rows: rows.iter().map(|(text,)| kandas_shared::hash::Digest::of(text.as_bytes())).collect(),
        };
        assert_eq!(done["sha256"], json!(frozen.hash().unwrap()));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn a_signature_by_file_stands_for_the_password_once_its_certificate_is_known(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        let path = format!("/api/reports/{id}/signature");
        assert_eq!(office.get(&people.body, &path).await.code(), "not-found", "a draft is its centre's alone");
        let text = office.get(&people.worker, &path).await;
        assert_eq!(shown(&office, &people.worker, &id).await["sha256"], json!(Digest::of(&text.body)));
        let signer = Signer::with("900101300017");
        let cms = signer.sign(&text.body);
        let with = |file: &[u8], password: Option<&str>| json!({"cms": STANDARD.encode(file), "password": password});
        let files = || std::fs::read_dir(house.media().join("signature")).map_or(0, Iterator::count);
        let tries = [
            ("nothing", json!({}), "bad-request"),
            ("a file of an authority that nobody trusts", with(&cms, None), "signature-needs-password"),
            ("another text", with(&signer.sign(b"{}"), Some(PASSWORD)), "signature-differs"),
            ("a scan", with(b"%PDF-1.7", Some(PASSWORD)), "signature-unusable"),
            ("another password", with(&cms, Some("қате")), "sign-in-failed"),
        ];
        for (what, body, code) in tries {
            assert_eq!(act(&office, &people.worker, &id, "signature", body).await.code(), code, "{what}");
        }
        office.state.authorities.get_or_init(|| signer.authorities());
        let first = act(&office, &people.worker, &id, "signature", with(&cms, None)).await;
        assert_eq!(first.code(), "signature-needs-password", "nobody knows yet whose the certificate is");
        assert_eq!(files(), 0, "what was refused is not kept");
        act(&office, &people.worker, &id, "signature", with(&cms, Some(PASSWORD))).await.ok();
        let report = shown(&office, &people.worker, &id).await;
        assert_eq!((&report["state"], report["files"].as_array().unwrap().len()), (&json!("signed"), 1));
        let file = &report["files"][0];
        assert_eq!((&file["proven"], &file["cms"]["verdict"]), (&json!(true), &json!("verified")));
        assert_eq!(file["cms"]["signers"][0]["iin_masked"], "•••• •••• 0017");
        let place = format!("{path}/{}", file["position"]);
        assert_eq!(&office.get(&people.worker, &place).await.body[..], &cms[..]);
        assert_eq!(office.get(&people.body, &place).await.code(), "not-found");
        assert_eq!(office.get(&people.worker, &format!("{path}/1")).await.code(), "not-found");

        // The next report: the certificate is the worker's by now, and nobody else's.
        let next = drafted(&office, &people.worker, "2026-10").await;
        let text = office.get(&people.worker, &format!("/api/reports/{next}/signature")).await;
        let cms = signer.sign(&text.body);
        let other = act(&office, &people.director, &next, "signature", with(&cms, None)).await;
        assert_eq!(other.code(), "signature-needs-password");
        act(&office, &people.worker, &next, "signature", with(&cms, None)).await.ok();
        let report = shown(&office, &people.worker, &next).await;
        assert_eq!((&report["state"], &report["files"][0]["proven"]), (&json!("signed"), &json!(false)));
        assert_eq!(files(), 2);
        assert_sound(&house).await;
    }

    async fn who_sent_nothing_is_overdue_after_the_legal_date(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-07").await;
        let list = office.get(&people.body, "/api/reports?month=2026-11").await.ok();
        assert_eq!(numbers(&list, &["overdue"]), [0], "on the legal date nobody is late");
        let people = People::on(&house, &office, "2026-12-08").await;
        let list = office.get(&people.body, "/api/reports?month=2026-11").await.ok();
        assert_eq!(numbers(&list, &["overdue"]), [2]);
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        assert_eq!(numbers(&office.get(&auth, "/api/reports?month=2026-11").await.ok(), &["overdue"]), [2]);
        let own = office.get(&people.director, "/api/reports?month=2026-11").await.ok();
        assert_eq!((own["centres"].as_array().unwrap().len(), numbers(&own, &["overdue"])), (1, vec![1]));
        // Sent late, it is overdue no more, and it says that it was late. A month without work is reported as well.
        let id = drafted(&office, &people.worker, "2026-11").await;
        sign(&office, &people.worker, &id).await.ok();
        send(&office, &people.worker, &id).await.ok();
        assert_eq!(shown(&office, &people.body, &id).await["in_time"], false);
        let list = office.get(&people.body, "/api/reports?month=2026-11").await.ok();
        assert_eq!(numbers(&list, &["overdue", "waiting"]), [1, 1]);
        let empty = drafted(&office, &people.worker, "2026-10").await;
        assert_eq!(shown(&office, &people.worker, &empty).await["entries"], 0);
        sign(&office, &people.worker, &empty).await.ok();
        send(&office, &people.worker, &empty).await.ok();
        // Beyond the calendar there is no date, and nobody is late.
        let far = office.get(&people.body, "/api/reports?month=2031-01").await.ok();
        assert_eq!((&far["due"], numbers(&far, &["overdue"])), (&Value::Null, vec![0]));
        assert_sound(&house).await;
    }

    async fn late_work_of_an_accepted_month_goes_into_the_next_one_unless_it_is_let_in(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let november = drafted(&office, &people.worker, "2026-11").await;
        sign(&office, &people.worker, &november).await.ok();
        send(&office, &people.worker, &november).await.ok();
        // Before it is accepted, what comes belongs to the next version of November.
        let (late, _) = office.completed(&house, 1, "photo").await;
        let december = drafted(&office, &people.worker, "2026-12").await;
        assert_eq!(picture(&office, &people.worker, &december).await, []);
        act(&office, &people.body, &november, "decision", json!({"act": "accept"})).await.ok();
        let december = drafted(&office, &people.worker, "2026-12").await;
        let rows = office.get(&people.worker, &format!("/api/reports/{december}/rows")).await.ok();
        let cell = &rows["rows"][0]["cells"][0];
        assert_eq!((&cell["late"], &cell["records"][0]), (&json!(true), &json!(late)));
        assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "what November told is not told again: {rows}");
        let text = exported(&office, &people.worker, json!({"what": "report", "format": "csv", "lang": "ru",
            "report": december})).await;
        let text = String::from_utf8(text.body.to_vec()).unwrap();
        assert!(text.contains("23.11.2026 (за прошлый период)"), "{text}");

        // The executive body lets it in: it belongs to November again.
        act(&office, &people.body, &november, "decision", json!({"act": "reopen", "text": "кеш келгені үшін"})).await.ok();
        let again = drafted(&office, &people.worker, "2026-11").await;
        assert_eq!(shown(&office, &people.worker, &again).await["version"], 2);
        let records = picture(&office, &people.worker, &again).await.into_iter().flat_map(|(_, cells)| cells);
        assert_eq!(records.filter(|cell| cell.2 == late.to_string()).count(), 1);
        let december = drafted(&office, &people.worker, "2026-12").await;
        assert_eq!(picture(&office, &people.worker, &december).await, []);
        assert_sound(&house).await;
    }

    async fn the_form_is_a_setting_with_a_day(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let before = drafted(&office, &people.worker, "2026-11").await;
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        let set = async |choice: &str, from: &str, word: Value| {
            office.post(&auth, "/api/report-form", &json!({"choice": choice, "from": from, "word": word})).await
        };
        assert_eq!(set("cells", "2026-11-30", json!("colour")).await.code(), "out-of-range");
        assert_eq!(set("cells", "2026-11-30", json!("date")).await.code(), "nothing-changes");
        assert_eq!(set("cells", "2026-11-30", Value::Null).await.code(), "nothing-changes");
        set("cells", "2026-11-30", json!("mark")).await.ok();
        set("rows", "2026-12-01", json!("planned")).await.ok();
        let forms = office.get(&people.worker, "/api/report-form").await.ok();
        let now: Vec<&str> =
            forms["choices"].as_array().unwrap().iter().map(|of| of["now"].as_str().unwrap()).collect();
        assert_eq!(now, ["planned", "mark", "month"], "as of today, in the order rows, cells, span");
        let last = &forms["history"][0];
        assert_eq!((&last["choice"], &last["was"], &last["word"]), (&json!("rows"), &json!("completed"), &json!("planned")));
        assert_eq!(last["by_name"], auth.user.name);
        assert_eq!(
            office.post(&people.director, "/api/report-form", &json!({"choice": "rows", "from": "2026-12-01"})).await.code(),
            "forbidden"
        );

        // What was drafted keeps its form; November has marks from now on, and rows as before.
        assert_eq!(shown(&office, &people.worker, &before).await["form"]["cells"], "date");
        let after = drafted(&office, &people.worker, "2026-11").await;
        let report = shown(&office, &people.worker, &after).await;
        assert_eq!(report["form"], json!({"rows": "completed", "cells": "mark", "span": "month"}));
        let file = exported(&office, &people.worker, json!({"what": "report", "format": "csv", "lang": "en", "report": after})).await;
        let text = String::from_utf8(file.body.to_vec()).unwrap();
        let row: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
        assert_eq!(row[2..27].iter().filter(|cell| **cell == "1").count(), 1, "{text}");
        assert_eq!(row[2..27].iter().filter(|cell| **cell == "0").count(), 24, "{text}");
        // December shows everybody whose plan is being carried out.
        let december = drafted(&office, &people.worker, "2026-12").await;
        let entries = shown(&office, &people.worker, &december).await["entries"].as_i64().unwrap();
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(distinct a.person) from activity a join plan p on p.id = a.plan where a.org_unit = $1
            and p.state in ('published', 'in_execution')";
        let (planned,) = one!(&mut tx, (i64,), sql, office.unit).await.unwrap();
        assert!(planned > 1);
        assert_eq!(entries, planned);
        drop(tx);
        set("rows", "2026-12-01", Value::Null).await.ok();
        let forms = office.get(&people.worker, "/api/report-form").await.ok();
        assert_eq!((&forms["choices"][0]["now"], &forms["history"][0]["taken_back"]), (&json!("completed"), &json!(true)));
        assert_sound(&house).await;
    }

    async fn a_second_factor_is_asked_for_where_there_is_one(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let secret = second_factor::Secret::draw(&*house.chance);
        let user = people.worker.user.id;
        let sealed = secret.seal(&house.keys(), user, &*house.chance).unwrap();
        let event = Event::SecondFactorSet(kandas_server::facts::SecondFactorSet { user, sealed: Some(sealed) });
        house.append([Fact::by_system(event)]).await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        assert_eq!(sign(&office, &people.worker, &id).await.code(), "second-factor-needed");
        let with = |code: &str| json!({"password": PASSWORD, "code": code});
        let code = secret.code_at(house.clock.wall());
        let other = if code == "000000" { "000001" } else { "000000" };
        assert_eq!(act(&office, &people.worker, &id, "signature", with(other)).await.code(), "sign-in-failed");
        act(&office, &people.worker, &id, "signature", with(&code)).await.ok();
        let mut tx = house.store.read().await.unwrap();
        let sql = "select b.body from journal j join journal_body b on b.position = j.position where j.kind = 'report.signed'";
        let (body,) = one!(&mut tx, (String,), sql).await.unwrap();
        assert!(body.contains("\"second_factor\":true") && !body.contains(&code), "{body}");
        // Trying passwords costs time here too.
        let id = drafted(&office, &people.director, "2026-11").await;
        for _ in 0..5 {
            let wrong = act(&office, &people.director, &id, "signature", json!({"password": "қате"})).await;
            assert_eq!(wrong.code(), "sign-in-failed");
        }
        assert_eq!(sign(&office, &people.director, &id).await.code(), "sign-in-slow");
    }

    async fn rows_that_were_changed_are_not_signed(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        let mut tx = house.store.write().await.unwrap();
        let sql = "update report_row set frozen = replace(frozen, '2026-11-23', '2026-11-24')";
        assert_eq!(kandas_server::exec!(&mut tx, sql).await.unwrap(), 1);
        tx.commit().await.unwrap();
        assert_eq!(sign(&office, &people.worker, &id).await.code(), "internal");
        let compared = kandas_server::rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences.len(), 1, "and a rebuild puts them right");
        sign(&office, &people.worker, &id).await.ok();
    }

    async fn an_erased_person_leaves_nothing_but_a_hash(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        office.completed(&house, 1, "photo").await;
        // Somebody else stays.
        let other = office.district.families.iter().find(|f| f.org_unit == office.unit.0 && f.id != office.family).unwrap().id;
        let activity = office.district.activities_of(other).next().unwrap().clone();
        let of = office.district.assignments.iter().find(|a| a.family == other && a.to.is_none()).unwrap();
        let mut phone = crate::house::Phone::enrol(&house, UserId(of.worker)).await;
        let bytes = photo("STAYS");
        let work = Work {
            family: FamilyId(other),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "қалады",
            photo: &bytes,
        };
        let sealed = phone.seal(&house, &work).await;
        assert_eq!(phone.push(&house, &[&sealed]).await, [Verdict::Accepted]);
        let people = People::on(&house, &office, "2026-12-02").await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        sign(&office, &people.worker, &id).await.ok();
        send(&office, &people.worker, &id).await.ok();
        let words = "ЖСН тексеріңіз: СЫНАҚТЫҢ";
        act(&office, &people.body, &id, "decision", json!({"act": "return", "text": words})).await.ok();
        let before = shown(&office, &people.worker, &id).await;
        let gone = person(&office, 0);
        let iin = gone.iin.clone().expect("the fixture's head has a number");
        assert!(!House::found_in(&house.config.data, &[iin.as_bytes()]).is_empty() || engine_keeps_elsewhere(&house).await);

        let subject = erase::Subject::Family(FamilyId(office.family));
        let now = house.clock.wall();
        erase::erase(&house.config, &house.store, subject, "18", people.director.user.id, now, &*house.chance).await.unwrap();
        let after = shown(&office, &people.worker, &id).await;
        let left = picture(&office, &people.worker, &id).await;
        assert_eq!(after["erased"].as_i64().unwrap() + left.len() as i64, before["entries"].as_i64().unwrap());
        assert_eq!(left.len(), 1, "the row of the other family stays");
        assert_eq!((&after["sha256"], &after["state"]), (&before["sha256"], &json!("returned")));
        assert_eq!(after["remarks"], json!([]), "the words may have spoken of him");
        assert_eq!(House::found_in(&house.config.data, &[iin.as_bytes(), words.as_bytes()]), []);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &[iin.as_bytes(), words.as_bytes()]), []);
        }
        assert_sound(&house).await;
        // The next version goes on without him, and is signed as any other.
        let two = drafted(&office, &people.worker, "2026-11").await;
        assert_eq!(shown(&office, &people.worker, &two).await["entries"], 1);
        sign(&office, &people.worker, &two).await.ok();
        assert_sound(&house).await;
    }

    async fn a_returned_completion_stays_and_is_flagged(house) {
        let mut office = Office::over(&house).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let back = json!({"state": "returned", "reason": "too_dark", "due": "2026-12-10"});
        office.post(&people.director, &format!("/api/records/{record}/check"), &back).await.ok();
        let id = drafted(&office, &people.worker, "2026-11").await;
        let rows = office.get(&people.worker, &format!("/api/reports/{id}/rows")).await.ok();
        assert_eq!(rows["rows"][0]["cells"][0]["returned"], true);
        // Who looked at names is in the access log.
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = $1 and by_user = $2";
        let (looks,) = one!(&mut tx, (i64,), sql, format!("report.show {id}"), people.worker.user.id).await.unwrap();
        assert_eq!(looks, 1);
    }

    async fn the_workbook_is_the_form_with_its_27_columns(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        let mut wanted = json!({"what": "report", "format": "xlsx", "lang": "ru", "report": id});
        wanted["number"] = json!(NumberReason::StateSystem);
        let file = exported(&office, &people.worker, wanted).await;
        let mut book: Xlsx<_> = Xlsx::new(Cursor::new(file.body.to_vec())).unwrap();
        let name = book.sheet_names()[1].clone();
        let sheet = book.worksheet_range(&name).unwrap();
        let text = |row: u32, column: u32| sheet.get_value((row, column)).map(ToString::to_string).unwrap_or_default();
        assert_eq!((text(0, 0), text(0, 1)), ("№".into(), "Индивидуальный идентификационный номер кандасов".into()));
        // Appendix 3, letter by letter: columns 17 and 22 differ from Appendix 1.
        assert_eq!(text(0, 16), "Регистрация лиц ищущих работу");
        assert_eq!(
            text(0, 21),
            "Прикрепление к курсам по обучению языкам, истории, культуре и традициям Республики Казахстан, основам законодательства"
        );
        assert_eq!(sheet.width(), 27);
        assert_eq!((text(1, 0), text(1, 26)), ("1".into(), "27".into()));
        let activity = office.district.activities_of(office.family).next().unwrap();
        let column = activity.service[1..].parse::<u32>().unwrap() + 1;
        let cell = sheet.get_value((2, column)).unwrap();
        let Data::DateTime(day) = cell else { panic!("{cell:?} is no day") };
        // 23 November 2026 as Excel counts days.
        assert!((day.as_f64() - 46_349.0).abs() < 0.5);
        assert_eq!(text(2, 1), person(&office, 0).iin.clone().unwrap());
        // The reports of a month, once they are sent: whose each row is stands beside it.
        let month = json!({"what": "report", "format": "csv", "lang": "ru", "month": "2026-11"});
        let none = exported(&office, &people.body, month.clone()).await;
        assert_eq!(String::from_utf8(none.body.to_vec()).unwrap().lines().count(), 1);
        sign(&office, &people.worker, &id).await.ok();
        send(&office, &people.worker, &id).await.ok();
        let all = String::from_utf8(exported(&office, &people.body, month).await.body.to_vec()).unwrap();
        assert_eq!(all.lines().count(), 2, "{all}");
        let centre = office.district.org_units.iter().find(|unit| unit.id == office.unit.0).unwrap();
        assert!(all.contains(&centre.name_ru), "{all}");
        let bad = json!({"what": "report", "format": "pdf", "lang": "ru", "month": "2026-11"});
        assert_eq!(office.post(&people.body, "/api/exports", &bad).await.code(), "bad-request");
        let bad = json!({"what": "families", "format": "pdf", "lang": "ru"});
        assert_eq!(office.post(&people.body, "/api/exports", &bad).await.code(), "bad-request");
    }

    async fn the_paper_is_read_by_a_program_of_others(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let people = People::on(&house, &office, "2026-12-02").await;
        let id = drafted(&office, &people.worker, "2026-11").await;
        sign(&office, &people.worker, &id).await.ok();
        let wanted = json!({"what": "report", "format": "pdf", "lang": "kk", "report": id, "number": "state_system"});
        let file = exported(&office, &people.worker, wanted).await;
        assert_eq!(file.headers["content-type"], "application/pdf");
        // Where it is missing nothing is read, which CI does not allow.
        let Some(program) = peer("pdftotext", &["-v"]) else { return };
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.pdf");
        std::fs::write(&path, &file.body).unwrap();
        let read = Command::new(program).args(["-raw"]).arg(&path).arg("-").output().unwrap();
        let text = String::from_utf8(read.stdout).unwrap();
        let iin = person(&office, 0).iin.clone().unwrap();
        let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in [iin.as_str(), "Қандасты бейімдеу және ықпалдастыру жоспарының", "3-қосымша", "23.11.", "1 / 1", &people.worker.user.name] {
            assert!(spaced.contains(part), "{part} is not on the paper: {spaced}");
        }
        assert_grounds(&house, &text, "report_act", Some("sign")).await;
    }
}

/// On PostgreSQL the database lies elsewhere.
async fn engine_keeps_elsewhere(house: &House) -> bool {
    house.database_files().await.is_some()
}
