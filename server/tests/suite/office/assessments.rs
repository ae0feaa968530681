//! The quarterly assessment (§47-51): what is counted and what its lists show, freezing, scores, and a conclusion from its
//! first draft to the measures of a local executive body, with recommendations that are followed up.

use std::process::Command;

use axum::http::{Method, StatusCode};
use chrono::NaiveDate;
use kandas_server::{
    exec,
    facts::Event,
    journal::Fact,
    office::{self, assessment::making, export},
    one,
};
use kandas_shared::{
    assessment::Frozen,
    ids::{ActivityId, OrgUnitId},
    pulled::{Activity, OrgKind, OrgUnit, Role, User},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_grounds, assert_sound, peer};
use crate::{house::House, stores::on_each};

const PASSWORD: &str = "тоғыз жолдың торабы";
/// What records of the tests are done in: the fourth quarter.
const QUARTER: &str = "2026-Q4";

/// Those who have to do with an assessment.
struct People {
    expert: User,
    authority: User,
    body: User,
    director: User,
    mobility: User,
}

impl People {
    async fn of(house: &House, office: &Office) -> Self {
        let expert = office.user(house, Role::Crtr, office.above).await;
        let director = office.user(house, Role::CcDir, office.unit).await;
        for signing in [&expert, &director] {
            let now = house.clock.wall();
            office::set_password(&house.store, now, &*house.chance, signing, PASSWORD).await.unwrap();
        }
        Self {
            expert,
            director,
            authority: office.user(house, Role::Auth, office.above).await,
            body: office.user(house, Role::MioSetHead, executive_body(office)).await,
            mobility: office.user(house, Role::CtmSetHead, office.above).await,
        }
    }
}

fn executive_body(office: &Office) -> OrgUnitId {
    OrgUnitId(office.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap().id)
}

/// At noon of a day everybody signs in anew: nobody stays for months.
async fn on(house: &House, office: &Office, day: &str, user: &User) -> Somebody {
    house.clock.set(&format!("{day}T07:00:00Z"));
    office.seated(house, user.clone()).await
}

fn scores(points: [i64; 3]) -> Value {
    let score = |points: i64| json!({"points": points, "reason": "Жоспар негізінен орындалды"});
    json!({"relevance": score(points[0]), "effectiveness": score(points[1]), "social_effect": score(points[2])})
}

async fn score(office: &Office, who: &Somebody, quarter: &str, unit: OrgUnitId, points: [i64; 3]) -> Answer {
    let body = json!({"unit": unit, "quarter": quarter, "scores": scores(points)});
    office.post(who, "/api/assessments", &body).await
}

async fn list(office: &Office, who: &Somebody, quarter: &str) -> Value {
    office.get(who, &format!("/api/assessments?quarter={quarter}")).await.ok()
}

fn centre(list: &Value, unit: OrgUnitId) -> Value {
    let centres = list["centres"].as_array().unwrap();
    centres.iter().find(|centre| centre["unit"] == json!(unit)).unwrap_or(&Value::Null).clone()
}

async fn page(office: &Office, who: &Somebody, quarter: &str, unit: OrgUnitId) -> Value {
    office.get(who, &format!("/api/assessments/{unit}?quarter={quarter}")).await.ok()
}

async fn shown(office: &Office, who: &Somebody, quarter: &str) -> Answer {
    office.get(who, &format!("/api/conclusions/{quarter}")).await
}

async fn act(office: &Office, who: &Somebody, quarter: &str, what: &str, body: Option<Value>) -> Answer {
    office.ask(Some(who), &Method::POST, &format!("/api/conclusions/{quarter}/{what}"), body.as_ref()).await
}

async fn sign(office: &Office, who: &Somebody, quarter: &str) -> Answer {
    act(office, who, quarter, "signature", Some(json!({"password": PASSWORD}))).await
}

/// The three parts, with these recommendations and results.
fn parts(revision: i64, recommended: &[(OrgUnitId, &str)], results: Value) -> Value {
    let recommendations: Vec<Value> =
        recommended.iter().map(|(unit, text)| json!({"unit": unit, "text": text})).collect();
    json!({"revision": revision, "report": "Тоқсан есебі", "conclusions": "Жұмыс жүріп жатыр",
        "results": results, "recommendations": recommendations})
}

async fn save(office: &Office, who: &Somebody, quarter: &str, parts: &Value) -> Answer {
    office.post(who, &format!("/api/conclusions/{quarter}"), parts).await
}

async fn freeze(house: &House, at: &str) -> bool {
    house.clock.set(at);
    making::freeze_due(&house.store, &*house.chance, house.clock.wall()).await.unwrap()
}

/// Scores every centre that is assessed and has no scores.
async fn score_rest(office: &Office, who: &Somebody, quarter: &str) {
    for centre in list(office, who, quarter).await["centres"].as_array().unwrap() {
        if centre["assessed"] == true && centre["score"].is_null() {
            let unit = centre["unit"].as_str().unwrap().parse().unwrap();
            assert_eq!(score(office, who, quarter, unit, [3, 3, 4]).await.status, StatusCode::CREATED);
        }
    }
}

/// The family's activity `nr` is due on a day.
async fn due_on(house: &House, office: &Office, nr: usize, due: &str) {
    let id = ActivityId(office.district.activities_of(office.family).nth(nr).unwrap().id);
    let mut tx = house.store.read().await.unwrap();
    let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on
        from activity where id = $1";
    let known = one!(&mut tx, Activity, sql, id).await.unwrap();
    drop(tx);
    let due_on: NaiveDate = due.parse().unwrap();
    let moved = Activity { due_on: Some(due_on), ..known };
    house.append([Fact { family: Some(moved.family), ..Fact::by_system(Event::ActivitySet(moved)) }]).await;
}

fn numbers(of: &Value, names: &[&str]) -> Vec<i64> {
    names.iter().map(|name| of[*name].as_i64().unwrap_or(-1)).collect()
}

const RELEVANCE: [&str; 4] = ["due", "in_time", "late", "not_done"];

on_each! { engine, House;
    async fn what_is_counted_is_what_the_lists_show(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        let before = page(&office, &on(&house, &office, "2026-11-23", &people.expert).await, QUARTER, office.unit).await;
        let before = numbers(&before["centre"]["indicators"]["relevance"], &RELEVANCE);
        // Done on Monday, the 23rd: due on the Sunday before, on the Friday before, later, and in another quarter.
        let out_of = |nr: usize| {
            let due = office.district.activities_of(office.family).nth(nr).unwrap().due_on;
            let last = "2026-10-01".parse::<NaiveDate>().unwrap();
            i64::from(due.is_some_and(|due| due >= last && due <= "2026-12-31".parse().unwrap()))
        };
        let was: i64 = (0..4).map(out_of).sum();
        for (nr, due) in [(0, "2026-11-22"), (1, "2026-11-20"), (2, "2026-12-31"), (3, "2027-01-01")] {
            due_on(&house, &office, nr, due).await;
        }
        let (accepted, _) = office.completed(&house, 0, "photo").await;
        let (returned, _) = office.completed(&house, 1, "photo").await;
        let director = on(&house, &office, "2026-11-24", &people.director).await;
        let check = |record| format!("/api/records/{record}/check");
        office.post(&director, &check(accepted), &json!({"state": "accepted"})).await.ok();
        let back = json!({"state": "returned", "reason": "too_dark", "due": "2026-11-30"});
        office.post(&director, &check(returned), &back).await.ok();

        let of = page(&office, &director, QUARTER, office.unit).await;
        let indicators = &of["centre"]["indicators"];
        let expected = [before[0] - was + 3, 1, 1, before[0] - was + 1];
        assert_eq!(numbers(&indicators["relevance"], &RELEVANCE), expected, "in time until the next working day (A-18)");
        let effectiveness = &indicators["effectiveness"];
        assert_eq!(numbers(effectiveness, &["done", "accepted", "remarked", "returned", "answered"]), [2, 1, 0, 1, 0]);
        // October is over, and nobody reported on it; nobody was asked, and nobody looked where people live.
        assert_eq!(numbers(&effectiveness["reports"], &["due", "in_time", "late"]), [1, 0, 0]);
        let social = &indicators["social_effect"];
        assert_eq!((&social["departed"], &social["satisfaction"], &social["watched"]), (&Value::Null, &Value::Null, &json!(0)));
        // Each number has its list.
        let query = format!("unit={}&from=2026-10-01&to=2026-12-31&completions=true", office.unit);
        for state in ["done", "accepted", "remarked", "returned", "answered", "noticed"] {
            let listed = office.get(&director, &format!("/api/records?state={state}&{query}")).await.ok();
            assert_eq!(listed["total"], effectiveness[state], "{state}");
        }
        // A mobility centre is the sum of its centres.
        let head = office.seated(&house, people.mobility.clone()).await;
        let above = page(&office, &head, QUARTER, office.above).await;
        let of_centres = list(&office, &head, QUARTER).await;
        for (group, names) in [("relevance", &RELEVANCE[..]), ("effectiveness", &["done", "accepted", "returned"][..])] {
            let sum = |unit| numbers(&centre(&of_centres, unit)["indicators"][group], names);
            let both: Vec<i64> = sum(office.unit).iter().zip(sum(office.beside)).map(|(a, b)| a + b).collect();
            assert_eq!(numbers(&above["centre"]["indicators"][group], names), both, "{group}");
        }
        assert_eq!(above["below"].as_array().unwrap().len(), 2);

        // Reports: one in time, one late, one never.
        let director = on(&house, &office, "2026-12-03", &people.director).await;
        for (day, month) in [("2026-12-03", "2026-11"), ("2026-12-08", "2026-10")] {
            let director = if day == "2026-12-03" { director.clone() } else { on(&house, &office, day, &people.director).await };
            let drafted = office.post(&director, "/api/reports", &json!({"unit": office.unit, "month": month})).await.ok();
            let report = format!("/api/reports/{}", drafted["id"].as_str().unwrap());
            office.post(&director, &format!("{report}/signature"), &json!({"password": PASSWORD})).await.ok();
            office.ask(Some(&director), &Method::POST, &format!("{report}/sending"), None).await.ok();
        }
        let director = on(&house, &office, "2027-01-03", &people.director).await;
        let of = page(&office, &director, QUARTER, office.unit).await;
        let reports = &of["centre"]["indicators"]["effectiveness"]["reports"];
        assert_eq!(numbers(reports, &["due", "in_time", "late"]), [3, 1, 1]);
        assert_sound(&house).await;
    }

    async fn indicators_are_frozen_and_scores_are_versions(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        office.completed(&house, 0, "photo").await;
        // The quarter runs: it can be looked at, and nobody scores.
        let expert = on(&house, &office, "2026-12-31", &people.expert).await;
        assert_eq!(score(&office, &expert, QUARTER, office.unit, [3, 3, 3]).await.code(), "assessment-impossible");
        assert_eq!(score(&office, &expert, "2027-Q1", office.unit, [3, 3, 3]).await.code(), "out-of-range");
        assert_eq!(score(&office, &expert, "2024-Q1", office.unit, [3, 3, 3]).await.code(), "out-of-range");
        assert_eq!(score(&office, &expert, "fourth", office.unit, [3, 3, 3]).await.code(), "bad-request");
        // From the 1st on.
        let expert = on(&house, &office, "2027-01-02", &people.expert).await;
        let first = list(&office, &expert, QUARTER).await;
        assert_eq!(office.get(&expert, "/api/assessments").await.ok()["quarter"], QUARTER, "the one before today's");
        assert_eq!(first["clocks"]["scores"], json!({"named": "2027-01-05", "target": "2027-01-05", "legal": "2027-01-05"}));
        assert_eq!((&first["frozen_at"], &first["is_over"], &first["mode"]), (&Value::Null, &json!(true), &json!("literal_sum")));
        assert_eq!(first["unscored"], 3, "two career centres and their mobility centre");
        let body = executive_body(&office);
        assert_eq!(score(&office, &expert, QUARTER, body, [3, 3, 3]).await.code(), "assessment-impossible");
        assert_eq!(score(&office, &expert, QUARTER, office.unit, [3, 3, 6]).await.code(), "malformed-json");
        let mut nameless = json!({"unit": office.unit, "quarter": QUARTER, "scores": scores([5, 5, 5])});
        nameless["scores"]["relevance"]["reason"] = json!("  ");
        assert_eq!(office.post(&expert, "/api/assessments", &nameless).await.code(), "words-missing");
        nameless["scores"]["relevance"]["reason"] = json!("ЖСН 900101350003");
        assert_eq!(office.post(&expert, "/api/assessments", &nameless).await.code(), "words-missing");
        score(&office, &expert, QUARTER, office.unit, [5, 5, 4]).await.ok();
        score(&office, &expert, QUARTER, office.unit, [5, 5, 5]).await.ok();
        let of = page(&office, &expert, QUARTER, office.unit).await;
        let given = &of["centre"]["score"];
        assert_eq!((&given["version"], &given["sum"], &given["in_time"]), (&json!(2), &json!(15), &json!(true)));
        assert_eq!(given["total"], json!({"mode": "literal_sum", "rules": 1, "hundredths": 1500, "band": "high"}));
        assert_eq!(given["indicative"]["hundredths"], 2500);
        assert_eq!((&of["earlier"][0]["version"], &of["earlier"][0]["total"]["band"]), (&json!(1), &json!("medium")));
        // Whoever is assessed sees what is computed, and no scores yet.
        let director = office.seated(&house, people.director.clone()).await;
        let own = list(&office, &director, QUARTER).await;
        assert_eq!((&own["unscored"], own["centres"].as_array().unwrap().len()), (&Value::Null, 1));
        assert_eq!((&centre(&own, office.unit)["score"], &centre(&own, office.unit)["overdue"]), (&Value::Null, &Value::Null));
        assert_eq!(office.get(&director, &format!("/api/assessments/{}", office.beside)).await.code(), "forbidden");
        // There is nothing to conclude from before it is frozen: on the 5th until the end of the day.
        assert_eq!(save(&office, &expert, QUARTER, &parts(0, &[], json!([]))).await.code(), "assessment-impossible");
        assert!(!freeze(&house, "2027-01-05T18:59:59Z").await);
        let before = page(&office, &on(&house, &office, "2027-01-05", &people.expert).await, QUARTER, office.unit).await;
        assert!(freeze(&house, "2027-01-05T19:00:00Z").await, "00:00 of the 6th in UTC+5");
        assert!(!freeze(&house, "2027-01-05T20:00:00Z").await, "once");
        let expert = on(&house, &office, "2027-01-06", &people.expert).await;
        let frozen = page(&office, &expert, QUARTER, office.unit).await;
        assert!(frozen["frozen_at"].is_string());
        assert_eq!(frozen["centre"]["indicators"], before["centre"]["indicators"]);
        // What comes later counts for nothing here.
        office.completed(&house, 1, "photo").await;
        let late = page(&office, &expert, QUARTER, office.unit).await;
        assert_eq!(late["centre"]["indicators"], before["centre"]["indicators"]);
        // Scores may still be given, late; the list says whose are missing.
        let now = list(&office, &expert, QUARTER).await;
        assert_eq!((&now["unscored"], &centre(&now, office.beside)["overdue"]), (&json!(2), &json!(true)));
        score(&office, &expert, QUARTER, office.beside, [1, 1, 1]).await.ok();
        let now = list(&office, &expert, QUARTER).await;
        let given = &centre(&now, office.beside)["score"];
        assert_eq!((&given["in_time"], &given["total"]["band"]), (&json!(false), &json!("low")));
        // A mobility centre has its own scores, and the mean of its centres beside them.
        let above = page(&office, &expert, QUARTER, office.above).await;
        assert_eq!(above["centre"]["score"], Value::Null);
        assert_eq!(numbers(&above["mean"], &["centres", "relevance", "sum"]), [2, 300, 900]);
        assert_sound(&house).await;
    }

    async fn who_was_off_when_it_was_due_freezes_with_the_first_scores(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        office.completed(&house, 0, "photo").await;
        let expert = on(&house, &office, "2027-02-10", &people.expert).await;
        assert_eq!(list(&office, &expert, QUARTER).await["frozen_at"], Value::Null);
        score(&office, &expert, QUARTER, office.unit, [4, 4, 4]).await.ok();
        let now = list(&office, &expert, QUARTER).await;
        assert!(now["frozen_at"].is_string());
        assert_eq!(centre(&now, office.unit)["indicators"]["effectiveness"]["done"], 1);
        // A centre without families is none of a region of settlement, and is not assessed.
        let id: OrgUnitId = house.draw();
        let empty = OrgUnit { id, parent: Some(office.above), kind: OrgKind::Cc, kato: "559300000".into(), name_kk: "Бос орталық".into(), name_ru: "Пустой центр".into() };
        house.append([Fact::by_system(Event::OrgUnitSet(empty))]).await;
        assert_eq!(centre(&list(&office, &expert, QUARTER).await, id)["assessed"], false);
        assert_eq!(score(&office, &expert, QUARTER, id, [4, 4, 4]).await.code(), "assessment-impossible");
        assert_eq!(score(&office, &expert, "2026-Q3", id, [4, 4, 4]).await.code(), "assessment-impossible");
        assert_sound(&house).await;
    }

    async fn from_a_draft_to_measures_and_the_next_quarter(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        office.completed(&house, 0, "photo").await;
        let expert = on(&house, &office, "2027-01-06", &people.expert).await;
        assert_eq!(sign(&office, &expert, QUARTER).await.code(), "assessment-impossible", "there is none");
        let nothing = shown(&office, &expert, QUARTER).await.ok();
        assert_eq!((&nothing["revision"], &nothing["may"]), (&json!(0), &json!(["draft"])));
        let advice = [(office.unit, "Мерзімі өткен іс-шараларды аяқтау"), (office.above, "Тексеруді жиілету")];
        let bad = [
            (parts(0, &[(executive_body(&office), "а")], json!([])), "assessment-impossible"),
            (parts(0, &[(office.unit, " ")], json!([])), "words-missing"),
            (parts(0, &[(office.unit, "900101350003")], json!([])), "words-missing"),
            (parts(1, &advice, json!([])), "not-as-shown"),
            (parts(0, &[], json!([{"recommendation": office.family, "became": "done", "text": "а"}])), "assessment-impossible"),
        ];
        for (wanted, code) in bad {
            assert_eq!(save(&office, &expert, QUARTER, &wanted).await.code(), code, "{wanted}");
        }
        assert_eq!(save(&office, &expert, QUARTER, &parts(0, &advice[..1], json!([]))).await.ok()["revision"], 1);
        assert_eq!(save(&office, &expert, QUARTER, &parts(0, &advice, json!([]))).await.code(), "not-as-shown");
        assert_eq!(save(&office, &expert, QUARTER, &parts(1, &advice, json!([]))).await.ok()["revision"], 2);

        // Not before every centre has its scores, not without the password; and nobody else sees it.
        let draft = shown(&office, &expert, QUARTER).await.ok();
        assert_eq!(draft["lacks"], json!({"frozen": false, "scores": 3, "results": 0, "words": false}));
        assert_eq!(sign(&office, &expert, QUARTER).await.code(), "conclusion-unready");
        score_rest(&office, &expert, QUARTER).await;
        for other in [&people.authority, &people.body, &people.director, &people.mobility] {
            let other = office.seated(&house, other.clone()).await;
            assert_eq!(shown(&office, &other, QUARTER).await.code(), "not-found", "{}", other.user.role);
        }
        let wrong = act(&office, &expert, QUARTER, "signature", Some(json!({"password": "қате"}))).await;
        assert_eq!(wrong.code(), "sign-in-failed");
        assert_eq!(act(&office, &expert, QUARTER, "sending", None).await.code(), "assessment-impossible");
        sign(&office, &expert, QUARTER).await.ok();
        assert_eq!(sign(&office, &expert, QUARTER).await.code(), "assessment-impossible");
        // From now on nothing that it says changes.
        assert_eq!(score(&office, &expert, QUARTER, office.unit, [5, 5, 5]).await.code(), "assessment-impossible");
        assert_eq!(save(&office, &expert, QUARTER, &parts(2, &[], json!([]))).await.code(), "assessment-impossible");
        let signed = shown(&office, &expert, QUARTER).await.ok();
        let mut tx = house.store.read().await.unwrap();
        let (text,) = one!(&mut tx, (String,), "select frozen from conclusion where quarter = $1", QUARTER).await.unwrap();
        drop(tx);
        assert_eq!(signed["sha256"], json!(Frozen::hash_of(&text)), "what is signed is the text that lies there");
        assert_eq!(Frozen::read(&text).unwrap().assessed.len(), 3);
        assert!(text.contains("Тексеруді жиілету"));

        // To the authorised body on the 25th, and on to the executive body: its month ends on a day that there is not.
        let expert = on(&house, &office, "2027-01-25", &people.expert).await;
        act(&office, &expert, QUARTER, "sending", None).await.ok();
        let authority = on(&house, &office, "2027-01-31", &people.authority).await;
        let before_it = shown(&office, &authority, QUARTER).await.ok();
        assert_eq!((&before_it["conclusion"], &before_it["in_time"]), (&json!("sent"), &json!(true)));
        assert_eq!((&before_it["may"], before_it["assessed"].as_array().unwrap().len()), (&json!(["forward"]), 3));
        assert_eq!(act(&office, &authority, QUARTER, "sending", None).await.code(), "forbidden");
        let body = office.seated(&house, people.body.clone()).await;
        assert_eq!(act(&office, &body, QUARTER, "measures", Some(json!({"measures": [], "text": "а"}))).await.code(), "assessment-impossible");
        act(&office, &authority, QUARTER, "forwarding", None).await.ok();
        let has = shown(&office, &body, QUARTER).await.ok();
        assert_eq!(has["bodies"][0]["due"], json!({"named": "2027-02-28", "target": "2027-02-26", "legal": "2027-03-01"}));
        assert_eq!((&has["report"], &has["may"], &has["extract"]), (&json!("Тоқсан есебі"), &json!(["measure"]), &json!(true)));
        let asked: Vec<Value> = has["recommendations"].as_array().unwrap().clone();
        assert!(asked.len() == 2 && asked.iter().all(|of| of["own"] == true));
        // A centre sees its own scores and what it was told, and no texts.
        let director = office.seated(&house, people.director.clone()).await;
        let own = shown(&office, &director, QUARTER).await.ok();
        assert_eq!((&own["report"], own["assessed"].as_array().unwrap().len(), own["acts"].as_array().unwrap().len()), (&Value::Null, 1, 0));
        let told = page(&office, &director, QUARTER, office.unit).await;
        assert_eq!((&told["centre"]["score"]["sum"], &told["recommendations"][0]["text"]), (&json!(10), &json!(advice[0].1)));
        assert_eq!((told["recommendations"].as_array().unwrap().len(), &told["recommendations"][0]["is_open"]), (1, &json!(true)));

        // Measures about each recommendation, within the month.
        let body = on(&house, &office, "2027-03-01", &people.body).await;
        let measures = |of: &[Value]| -> Value {
            of.iter().map(|of| json!({"recommendation": of["recommendation"], "text": "Жиналыс өтті"})).collect()
        };
        let some = act(&office, &body, QUARTER, "measures", Some(json!({"measures": measures(&asked[..1])}))).await;
        assert_eq!(some.code(), "words-missing");
        let twice = [asked[0].clone(), asked[0].clone()];
        assert_eq!(act(&office, &body, QUARTER, "measures", Some(json!({"measures": measures(&twice)}))).await.code(), "assessment-impossible");
        act(&office, &body, QUARTER, "measures", Some(json!({"measures": measures(&asked)}))).await.ok();
        let closed = shown(&office, &body, QUARTER).await.ok();
        assert_eq!((&closed["conclusion"], &closed["bodies"][0]["in_time"]), (&json!("closed"), &json!(true)));
        assert_eq!(act(&office, &body, QUARTER, "measures", Some(json!({"measures": measures(&asked)}))).await.code(), "assessment-impossible");

        // The next quarter asks what became of it (§50(2)).
        let next = "2027-Q1";
        let expert = on(&house, &office, "2027-04-06", &people.expert).await;
        score_rest(&office, &expert, next).await;
        save(&office, &expert, next, &parts(0, &[], json!([]))).await.ok();
        let draft = shown(&office, &expert, next).await.ok();
        assert_eq!(draft["lacks"]["results"], 2);
        assert_eq!(draft["earlier"][0]["measures"], json!(["Жиналыс өтті"]));
        assert_eq!(sign(&office, &expert, next).await.code(), "conclusion-unready");
        let result = |n: usize, became: &str| json!({"recommendation": asked[n]["recommendation"], "became": became, "text": "қаралды"});
        save(&office, &expert, next, &parts(1, &[], json!([result(0, "partly")]))).await.ok();
        assert_eq!(sign(&office, &expert, next).await.code(), "conclusion-unready");
        save(&office, &expert, next, &parts(2, &[], json!([result(0, "partly"), result(1, "done")]))).await.ok();
        sign(&office, &expert, next).await.ok();
        let kept = shown(&office, &expert, next).await.ok();
        assert_eq!(kept["earlier"].as_array().unwrap().len(), 2, "both stay in it, whatever becomes of them");
        // A centre does not hear of it before it is forwarded.
        let director = office.seated(&house, people.director.clone()).await;
        let told = page(&office, &director, QUARTER, office.unit).await;
        assert_eq!(told["recommendations"][0]["results"], json!([]));
        // What was carried out in part is asked for once more, what was done is not; the last word closes it.
        let third = "2027-Q2";
        let expert = on(&house, &office, "2027-07-08", &people.expert).await;
        score_rest(&office, &expert, third).await;
        save(&office, &expert, third, &parts(0, &[], json!([]))).await.ok();
        let draft = shown(&office, &expert, third).await.ok();
        let open = draft["earlier"].as_array().unwrap();
        assert_eq!((open.len(), &open[0]["recommendation"]), (1, &asked[0]["recommendation"]));
        assert_eq!(save(&office, &expert, third, &parts(1, &[], json!([result(1, "done")]))).await.code(), "assessment-impossible");
        save(&office, &expert, third, &parts(1, &[], json!([result(0, "dropped")]))).await.ok();
        sign(&office, &expert, third).await.ok();
        let of = page(&office, &expert, third, office.unit).await;
        assert_eq!(of["recommendations"][0]["is_open"], false);
        // Quarter by quarter: an earlier conclusion cannot overtake what a later one has said.
        score_rest(&office, &expert, "2026-Q3").await;
        save(&office, &expert, "2026-Q3", &parts(0, &[], json!([]))).await.ok();
        assert_eq!(sign(&office, &expert, "2026-Q3").await.code(), "assessment-impossible");
        assert_sound(&house).await;
    }

    async fn the_reading_is_a_setting_with_days_and_a_score_keeps_its_own(house) {
        let office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        let expert = on(&house, &office, "2027-01-02", &people.expert).await;
        score(&office, &expert, QUARTER, office.unit, [3, 3, 3]).await.ok();
        let authority = office.seated(&house, people.authority.clone()).await;
        let set = async |from: &str, mode: Value| office.post(&authority, "/api/assessment-mode", &json!({"from": from, "mode": mode})).await;
        assert_eq!(set("2026-12-31", json!("literal_sum")).await.code(), "nothing-changes");
        assert_eq!(set("2024-01-01", json!("rescaled_25")).await.code(), "out-of-range");
        assert_eq!(set("2026-12-31", json!("by_feeling")).await.code(), "malformed-json");
        let all = set("2026-12-31", json!("rescaled_25")).await.ok();
        assert_eq!((&all["now"], &all["history"][0]["was"]), (&json!("rescaled_25"), &json!("literal_sum")));
        assert_eq!(list(&office, &expert, QUARTER).await["mode"], "rescaled_25");
        score(&office, &expert, QUARTER, office.beside, [3, 3, 3]).await.ok();
        let now = list(&office, &expert, QUARTER).await;
        let band = |unit| centre(&now, unit)["score"]["total"]["band"].clone();
        assert_eq!((band(office.unit), band(office.beside)), (json!("low"), json!("high")), "9 of 15, read in two ways");
        let all = set("2026-12-31", Value::Null).await.ok();
        assert_eq!((&all["now"], &all["history"][0]["taken_back"], all["history"].as_array().unwrap().len()), (&json!("literal_sum"), &json!(true), 2));
        assert_sound(&house).await;
    }

    async fn the_paper_holds_what_its_reader_may_see(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        office.completed(&house, 0, "photo").await;
        let expert = on(&house, &office, "2027-01-06", &people.expert).await;
        score_rest(&office, &expert, QUARTER).await;
        save(&office, &expert, QUARTER, &parts(0, &[(office.unit, "Мерзімі өткен іс-шараларды аяқтау")], json!([]))).await.ok();
        sign(&office, &expert, QUARTER).await.ok();
        act(&office, &expert, QUARTER, "sending", None).await.ok();
        let authority = office.seated(&house, people.authority.clone()).await;
        act(&office, &authority, QUARTER, "forwarding", None).await.ok();
        let wanted = json!({"what": "conclusion", "format": "pdf", "lang": "kk", "quarter": QUARTER});
        let director = office.seated(&house, people.director.clone()).await;
        for (who, texts) in [(&expert, true), (&director, false)] {
            let asked = office.post(who, "/api/exports", &wanted).await;
            assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
            let id = asked.ok()["id"].as_str().unwrap().to_owned();
            assert!(export::piece(&office.state).await.unwrap());
            let file = office.get(who, &format!("/api/exports/{id}/file")).await;
            assert_eq!(file.headers["content-type"], "application/pdf");
            // Where it is missing nothing is read, which CI does not allow.
            let Some(program) = peer("pdftotext", &["-v"]) else { return };
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("conclusion.pdf");
            std::fs::write(&path, &file.body).unwrap();
            let read = Command::new(program).args(["-raw"]).arg(&path).arg("-").output().unwrap();
            let text = String::from_utf8(read.stdout).unwrap();
            let spaced = text.split_whitespace().collect::<Vec<_>>().join(" ");
            for part in ["бағалау нәтижелері туралы қорытынды", "2026 жылғы 4-тоқсан", "Мерзімі өткен іс-шараларды аяқтау", "Орташа"] {
                assert!(spaced.contains(part), "{part} is not on the paper: {spaced}");
            }
            assert_eq!(spaced.contains("Жұмыс жүріп жатыр"), texts);
            assert_grounds(&house, &text, "conclusion_act", Some("send")).await;
        }
        for (bad, code) in [(json!({"format": "xlsx"}), "bad-request"), (json!({"quarter": "soon"}), "bad-request"), (json!({"quarter": "2026-Q2"}), "not-found")] {
            let mut wanted = wanted.clone();
            for (name, value) in bad.as_object().unwrap() {
                wanted[name] = value.clone();
            }
            assert_eq!(office.post(&director, "/api/exports", &wanted).await.code(), code, "{wanted}");
        }
    }

    async fn a_departure_is_counted_where_somebody_looked(house) {
        let office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        let expert = on(&house, &office, "2026-12-20", &people.expert).await;
        let social = async |expert: &Somebody| page(&office, expert, QUARTER, office.unit).await["centre"]["indicators"]["social_effect"].clone();
        assert_eq!(social(&expert).await["departed"], Value::Null);
        // As the monitoring of families keeps it; its own tests say how it comes there.
        let mut tx = house.store.write().await.unwrap();
        let sql = "insert into monitoring_residence (position, family, number, begins_on, ends_on, result, source, on_day,
            by_user, by_name, by_role, at) values ($1, $2, 1, $3, $4, $5, 'visit', $6, $7, 'СЫНАҚ', 'cc_set', $8)";
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let (first, last) = (day("2026-10-01"), day("2026-12-31"));
        for (at, result, on_day) in [(1_i64, "present", "2026-10-05"), (2, "unknown", "2026-10-06"), (3, "present", "2026-09-30")] {
            exec!(&mut tx, sql, at, office.family, first, last, result, day(on_day), people.expert.id, house.clock.wall()).await.unwrap();
        }
        tx.commit().await.unwrap();
        let looked = social(&expert).await;
        assert_eq!(numbers(&looked, &["watched", "departed"]), [1, 0]);
    }
}
