//! A family lives its five years (§40) in order: its plan, every monthly report, all sixteen rounds of monitoring, the road
//! map of a year, the assessment of two quarters, a second family that leaves, and at last its erasing. After each year it
//! is asked what an official would look at.

mod scene;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::NaiveDate;
use kandas_server::office::erasing;
use kandas_shared::{
    calendar::ReportMonth,
    ids::{ActivityId, FamilyId},
    monitoring::RoundState,
};
use serde_json::{Value, json};

use self::scene::{NAME, OKRUG, PASSWORD, Scene, Who, day};
use crate::{centre::Engine, delivery::on_both_engines};

on_both_engines!(a_family_lives_its_five_years);

/// What is planned: of everything else the family says that it does not need it. Numbers are places in the family.
const PLANNED: [(usize, &[&str]); 4] = [
    (0, &["S01", "S02", "S07", "S11", "S13", "S16", "S25"]),
    (1, &["S07", "S11", "S20"]),
    (2, &["S07", "S09", "S11"]),
    (3, &["S07", "S10", "S11"]),
];
/// Months with work in them: persons that the report names, and cells with a day. In all others there is nothing to tell.
const TOLD: [(&str, usize, usize); 7] = [
    ("2024-06", 4, 8),
    ("2024-07", 1, 2),
    ("2024-08", 2, 2),
    ("2024-09", 1, 2),
    ("2025-11", 1, 1),
    ("2026-03", 1, 1),
    ("2027-10", 1, 1),
];
const LAST_MONTH: &str = "2029-06";
const CONSENTS: &str = "select count(*) from record where kind = 'consent'";

async fn a_family_lives_its_five_years(engine: Engine) {
    let mut scene = Scene::open(engine, "2024-06-03").await;
    let planned = plan(&mut scene).await;
    let mut month: ReportMonth = "2024-06".parse().unwrap();
    loop {
        live(&mut scene, month, &planned).await;
        report(&mut scene, month).await;
        after(&mut scene, month).await;
        if month.month() == 5 {
            look(&mut scene, month.year()).await;
        }
        if month.to_string() == LAST_MONTH {
            break;
        }
        month = month.next();
    }
    the_end(&mut scene).await;
    erase(&mut scene).await;
    scene.close().await;
}

/// From the draft before the inclusion in the quota to the phone (§19, 32-34).
async fn plan(scene: &mut Scene) -> BTreeMap<(usize, &'static str), ActivityId> {
    let path = format!("/api/families/{}/plan", scene.family);
    scene.on("2024-06-04").await;
    scene.term("S07", "2024-06-01", 10).await;
    let opened = scene.post(Who::Worker, &path, json!({"begins": "remote"})).await;
    let version = format!("/api/plans/{}/{}", opened["plan"].as_str().unwrap(), opened["version"]);
    // Without a day of inclusion nothing is due by law, and nobody's five years run.
    let shown = scene.get(Who::Worker, &path).await;
    assert_eq!(item(&shown, "S07")["due_on"], Value::Null);
    let watched = format!("/api/families/{}/monitoring", scene.family);
    assert_eq!(scene.get(Who::Director, &watched).await["rounds"], json!([]));

    scene.on("2024-06-05").await;
    scene.settled(|family| family.quota_date = Some(day("2024-06-05"))).await;
    let shown = scene.get(Who::Worker, &path).await;
    // Ten working days; Kurban ait of 2024 is a Sunday and moves nothing.
    assert_eq!(shown["terms"], json!([{"service": "S07", "days": 10, "due_on": "2024-06-19"}]));
    let of = scene.get(Who::Director, &watched).await;
    assert_eq!((&of["start"], &of["horizon"]), (&json!("2024-06-05"), &json!("2029-06-05")));
    assert_eq!(of["rounds"].as_array().unwrap().len(), 16);

    scene.on("2024-06-10").await;
    scene.settled(|family| family.arrived_on = Some(day("2024-06-08"))).await;
    let rows: Vec<Value> =
        shown["version"]["rows"].as_array().unwrap().iter().map(|row| wanted(scene, row)).collect();
    let saved =
        scene.put(Who::Worker, &version, json!({"seen": shown["version"]["seen"], "rows": rows})).await;
    assert_eq!(saved["unexplained"], 0, "{saved}");
    scene.post(Who::Worker, &version, json!({"act": "finish"})).await;
    let shown = scene.get(Who::Worker, &path).await;
    assert_eq!(item(&shown, "S07")["due_on"], "2024-06-19");
    let digest = &shown["version"]["sha256"].as_str().unwrap()[..8];
    let paper = json!({"how": "paper", "name": format!("{NAME} СЫНАҚ"), "signed_on": "2024-06-10", "digest": digest,
        "file": STANDARD.encode("%PDF-1.7\nҚОЛ\n%%EOF\n")});
    scene.post(Who::Worker, &format!("{version}/agreement"), paper).await;
    let early = scene.attempt(Who::Worker, &version, json!({"act": "publish"})).await;
    assert_eq!(early.code(), "plan-impossible", "nobody has approved it");

    scene.on("2024-06-11").await;
    let seen = scene.get(Who::Head, &path).await["version"]["sha256"].clone();
    scene
        .post(Who::Head, &format!("{version}/approval"), json!({"password": PASSWORD, "sha256": seen}))
        .await;
    scene.sync().await;
    assert!(scene.phone.activities(scene.family).await.is_empty(), "phones know nothing of a draft");
    scene.on("2024-06-12").await;
    scene.post(Who::Worker, &version, json!({"act": "publish"})).await;
    let out = scene.get(Who::Director, &path).await;
    assert_eq!((&out["version"]["state"], &out["version"]["in_time"]), (&json!("published"), &json!(true)));
    assert_eq!(stands(scene, scene.family).await, "published");
    scene.sync().await;

    let on_phone = scene.phone.activities(scene.family).await;
    let of = |nr: usize, service: &str| on_phone.get(&(scene.persons[nr], service.to_owned())).copied();
    let planned = PLANNED.iter().flat_map(|(nr, services)| services.iter().map(|service| (*nr, *service)));
    let planned: BTreeMap<_, _> =
        planned.map(|(nr, service)| ((nr, service), of(nr, service).expect(service))).collect();
    assert_eq!(on_phone.len(), planned.len(), "nothing else is on the phone");
    planned
}

/// Where the plan of a family stands (requirements §2.4).
async fn stands(scene: &mut Scene, family: FamilyId) -> Value {
    scene.get(Who::Director, &format!("/api/families/{family}/plan")).await["on_phones"]["state"].clone()
}

/// An item of the first member in a plan that is shown.
fn item(shown: &Value, service: &str) -> Value {
    let items = shown["version"]["rows"][0]["items"].as_array().unwrap();
    items.iter().find(|item| item["service"] == service).unwrap().clone()
}

/// What is wanted of a member's row.
fn wanted(scene: &Scene, row: &Value) -> Value {
    let nr = scene.persons.iter().position(|person| json!(person) == row["person"]).unwrap();
    let items = row["items"].as_array().unwrap().iter().map(|item| {
        let kept = PLANNED[nr].1.contains(&item["service"].as_str().unwrap());
        if kept {
            json!({"service": item["service"], "chosen": true})
        } else {
            json!({"service": item["service"], "chosen": false, "reason": "not_needed"})
        }
    });
    json!({"person": row["person"], "items": items.collect::<Vec<_>>()})
}

/// What happens in a month.
async fn live(scene: &mut Scene, month: ReportMonth, planned: &BTreeMap<(usize, &'static str), ActivityId>) {
    let of = |wanted: &[(usize, &'static str)]| -> Vec<ActivityId> {
        wanted.iter().map(|key| planned[key]).collect()
    };
    match month.to_string().as_str() {
        "2024-06" => {
            // The family stands in one photo.
            scene.on("2024-06-17").await;
            let residence = of(&[(0, "S07"), (1, "S07"), (2, "S07"), (3, "S07")]);
            let sealed = scene.phone.complete(&residence, "2024-06-17").await;
            assert_eq!(sealed.len(), 4);
            for nr in 0..4 {
                scene.phone.complete(&of(&[(nr, "S11")]), "2024-06-17").await;
            }
            scene.sync().await;
            scene.phone.assert_delivered().await;
            let consents = usize::try_from(scene.count(CONSENTS).await).unwrap();
            assert_eq!(scene.check_all().await, 8 + consents);
        }
        "2024-07" => {
            scene.on("2024-07-08").await;
            assert_eq!(stands(scene, scene.family).await, "in_execution", "since the first record");
            let record = scene.phone.complete(&of(&[(0, "S01")]), "2024-07-08").await[0].record;
            scene.phone.complete(&of(&[(0, "S02")]), "2024-07-08").await;
            scene.sync().await;
            let back = json!({"state": "returned", "reason": "too_dark", "due": "2024-07-15"});
            scene.post(Who::Director, &format!("/api/records/{record}/check"), back).await;
            scene.on("2024-07-11").await;
            scene.sync().await;
            let better = scene.phone.answer(record, "2024-07-08").await;
            scene.sync().await;
            assert_eq!(scene.get(Who::Director, &format!("/api/records/{record}")).await["superseded"], true);
            let item = scene.get(Who::Director, &format!("/api/records/{better}")).await;
            assert_eq!((&item["supersedes"], &item["verdict"]), (&json!(record), &json!("accepted")));
        }
        "2024-08" => {
            scene.on("2024-08-20").await;
            scene.phone.complete(&of(&[(2, "S09")]), "2024-08-20").await;
            scene.phone.complete(&of(&[(3, "S10")]), "2024-08-20").await;
            let record = scene.phone.visit(scene.family, "2024-08-20", &["пеш түтіндейді"]).await;
            scene.sync().await;
            // What was said there is seen in the office, and is to be settled by the middle of October.
            let path = format!("/api/families/{}/monitoring/1", scene.family);
            assert_eq!(scene.get(Who::Body, &path).await["visits"][0]["problems"], json!(["пеш түтіндейді"]));
            let found = json!({"what": "problem", "kind": "housing", "weight": "high", "record": record,
                "to": scene.user(Who::Worker).id, "due": "2024-10-15", "text": "пеш түтіндейді"});
            scene.post(Who::Body, &format!("/api/families/{}/issues", scene.family), found).await;
        }
        "2024-09" => {
            scene.on("2024-09-12").await;
            scene.phone.complete(&of(&[(0, "S16")]), "2024-09-12").await;
            scene.sync().await;
            // This one lies on the phone until October: there was no network.
            scene.on("2024-09-27").await;
            scene.phone.complete(&of(&[(0, "S13")]), "2024-09-27").await;
        }
        "2024-12" => road_map(scene).await,
        "2025-04" => {
            scene.on("2025-04-22").await;
            scene.another_family("2025-04-15", "2025-04-21").await;
            scene.sync().await;
            assert!(scene.phone.families().await.contains(&scene.leaving));
        }
        "2025-09" => leave(scene).await,
        "2025-05" | "2026-08" | "2028-03" => {
            let date = format!("{month}-13");
            scene.on(&date).await;
            scene.phone.visit(scene.family, &date, &[]).await;
            scene.sync().await;
        }
        "2025-11" | "2026-03" | "2027-10" => {
            let (date, activity) = match month.to_string().as_str() {
                "2025-11" => ("2025-11-18", (0, "S25")),
                "2026-03" => ("2026-03-11", (1, "S20")),
                _ => return amended(scene).await,
            };
            scene.on(date).await;
            assert_eq!(stands(scene, scene.family).await, "in_execution", "{date}");
            scene.phone.complete(&of(&[activity]), date).await;
            scene.sync().await;
            if date == "2026-03-11" {
                scene.on("2026-03-12").await;
                assert_eq!(stands(scene, scene.family).await, "executed", "it was the last of them");
            }
        }
        _ => {}
    }
    scene.check_all().await;
}

/// A child goes to school: an amendment adds that, carries over what is done, and is worked off (§34).
async fn amended(scene: &mut Scene) {
    scene.on("2027-10-04").await;
    assert_eq!(
        stands(scene, scene.family).await,
        "monitoring",
        "since April of 2026, when the next round began"
    );
    let path = format!("/api/families/{}/plan", scene.family);
    let opened = scene.post(Who::Worker, &path, json!({"begins": "settled"})).await;
    assert_eq!(opened["version"], 2);
    let version = format!("/api/plans/{}/2", opened["plan"].as_str().unwrap());
    let shown = scene.get(Who::Worker, &path).await;
    let person = scene.persons[3];
    let rows = shown["version"]["rows"].as_array().unwrap();
    let row = rows.iter().find(|row| row["person"] == json!(person)).unwrap();
    let items = row["items"].as_array().unwrap().iter();
    let kept = items.filter(|item| item["service"] != "S09").map(|item| {
        let mut kept = json!({"service": item["service"], "chosen": item["chosen"]});
        for name in ["planned_on", "reason", "text"] {
            if !item[name].is_null() {
                kept[name] = item[name].clone();
            }
        }
        kept
    });
    let school = json!({"service": "S09", "chosen": true, "planned_on": "2027-10-20", "reason": "age"});
    let items: Vec<Value> = kept.chain([school]).collect();
    let body = json!({"seen": shown["version"]["seen"], "rows": [{"person": person, "items": items}]});
    // It is drawn up by Appendix 1 from the beginning: there is nothing to finish.
    assert_eq!(scene.put(Who::Worker, &version, body).await["unexplained"], 0);
    let shown = scene.get(Who::Head, &path).await;
    let sha256 = shown["version"]["sha256"].clone();
    let paper = json!({"how": "paper", "name": format!("{NAME} СЫНАҚ"), "signed_on": "2027-10-04",
        "digest": &sha256.as_str().unwrap()[..8], "file": STANDARD.encode("%PDF-1.7\nҚОЛ 2\n%%EOF\n")});
    scene.post(Who::Worker, &format!("{version}/agreement"), paper).await;
    scene
        .post(Who::Head, &format!("{version}/approval"), json!({"password": PASSWORD, "sha256": sha256}))
        .await;
    scene.post(Who::Worker, &version, json!({"act": "publish"})).await;
    scene.sync().await;
    let activities = scene.phone.activities(scene.family).await;
    let school = activities[&(person, "S09".to_owned())];
    scene.on("2027-10-19").await;
    assert_eq!(stands(scene, scene.family).await, "in_execution", "there is something open again");
    scene.phone.complete(&[school], "2027-10-19").await;
    scene.sync().await;
    scene.on("2027-10-20").await;
    assert_eq!(stands(scene, scene.family).await, "executed");
    scene.check_all().await;
}

/// The road map of the coming year, signed by the three and handed over (§38).
async fn road_map(scene: &mut Scene) {
    scene.on("2024-12-05").await;
    let wanted = json!({"unit": scene.unit, "okrug": OKRUG, "year": 2025});
    let map = scene.post(Who::Worker, "/api/road-maps", wanted).await["id"].as_str().unwrap().to_owned();
    let path = format!("/api/road-maps/{map}");
    let rows = scene.get(Who::Worker, &format!("{path}/rows")).await;
    let open: Vec<&str> = rows["rows"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|row| row["activities"].as_array().unwrap())
        .map(|item| item["service"].as_str().unwrap())
        .collect();
    assert_eq!(open, ["S25", "S20"], "what is done is not planned again: {rows}");
    scene.post(Who::Worker, &format!("{path}/submission"), Value::Null).await;
    let seen = scene.get(Who::AkimOkrug, &path).await;
    assert_eq!((&seen["state"], &seen["target"]), (&json!("signing"), &json!("2024-12-12")));
    scene.on("2024-12-09").await;
    for who in [Who::AkimOkrug, Who::AkimRaion, Who::Director] {
        assert_eq!(scene.get(Who::Director, &path).await["state"], "signing");
        scene.post(who, &format!("{path}/signature"), json!({"password": PASSWORD})).await;
    }
    assert_eq!(scene.get(Who::Head, &path).await["state"], "approved");
    for holder in ["director", "okrug", "raion"] {
        let copy = json!({"holder": holder, "name": "ҮЛГІЛІ ӘКІМ", "taken_on": "2024-12-09"});
        scene.post(Who::Worker, &format!("{path}/copies"), copy).await;
    }
    assert_eq!(scene.get(Who::Head, &path).await["state"], "active");
}

/// The second family leaves: its plan ends, and the mobility centre has the support given back (§46).
async fn leave(scene: &mut Scene) {
    scene.on("2025-09-10").await;
    let family = scene.leaving;
    let wanted = json!({"on": "2025-09-08", "to": "inside", "to_kato": "710000000", "reason": "work", "text": "Астанаға"});
    let left = scene.post(Who::Worker, &format!("/api/families/{family}/departures"), wanted).await;
    let path = format!("/api/monitoring/departures/{}", left["id"].as_str().unwrap());
    let flagged = scene.get(Who::Mobility, "/api/monitoring/departures?refund=opened").await;
    assert_eq!((&flagged["total"], &flagged["departures"][0]["family"]), (&json!(1), &json!(family)));
    let board = scene.get(Who::Mobility, "/api/deadlines?kind=refund").await;
    assert_eq!(
        (&board["deadlines"][0]["count"], &board["deadlines"][0]["mine"]),
        (&json!(1), &json!(true)),
        "{board}"
    );
    assert_eq!(stands(scene, family).await, "departed");
    scene.on("2025-09-15").await;
    scene.post(Who::Mobility, &path, json!({"act": "take"})).await;
    scene.on("2025-09-29").await;
    scene.post(Who::Mobility, &path, json!({"act": "close", "text": "қайтарылды, № 19"})).await;
    // The round in which it left is still to be closed; those that would follow are not asked for.
    let of = scene.get(Who::Mobility, &format!("/api/families/{family}/monitoring")).await;
    assert_eq!(of["departures"][0]["refund"], "closed");
    let states = states(&of);
    assert_eq!(states[0], "scheduled");
    assert!(states[1..].iter().all(|state| *state == "departed"), "{states:?}");
}

fn states(of: &Value) -> Vec<&str> {
    of["rounds"].as_array().unwrap().iter().map(|round| round["state"].as_str().unwrap()).collect()
}

/// The centre reports on a month on the third day of the next one, and the executive body accepts it (§39).
async fn report(scene: &mut Scene, month: ReportMonth) {
    let next = month.next();
    scene.on(&format!("{next}-03")).await;
    let (persons, cells) = TOLD
        .iter()
        .find(|of| of.0 == month.to_string())
        .map_or((0, 0), |(_, persons, cells)| (*persons, *cells));
    // What lies on the phone still is not told.
    let cells = if month.to_string() == "2024-09" { 1 } else { cells };
    let id = version(scene, month, (1, persons, cells)).await;
    let path = format!("/api/reports/{id}");
    let sent = scene.get(Who::Mobility, &path).await;
    assert_eq!(sent["state"], "sent", "the mobility centre has its copy (A-16)");
    // Beyond the calendar that the program knows nobody can say what is in time.
    let known = month.year() < 2027 || month.year() == 2027 && month.month() < 12;
    assert_eq!(sent["in_time"], if known { json!(true) } else { Value::Null }, "{month}");
    if month.to_string() == "2024-07" {
        scene
            .post(
                Who::Body,
                &format!("{path}/decision"),
                json!({"act": "return", "text": "Екінші жолды тексеріңіз"}),
            )
            .await;
        scene.on("2024-08-05").await;
        let again = version(scene, month, (2, persons, cells)).await;
        accept(scene, &again).await;
        return;
    }
    accept(scene, &id).await;
    if month.to_string() == "2024-06" {
        leads_to_photos(scene, &id).await;
    }
}

/// A version is drafted, signed and sent; it names so many persons with so many days.
async fn version(
    scene: &mut Scene,
    month: ReportMonth,
    (number, persons, cells): (i64, usize, usize),
) -> String {
    let wanted = json!({"unit": scene.unit, "month": month});
    let drafted = scene.post(Who::Worker, "/api/reports", wanted).await;
    let path = format!("/api/reports/{}", drafted["id"].as_str().unwrap());
    let shown = scene.get(Who::Director, &path).await;
    assert_eq!((&shown["version"], &shown["entries"]), (&json!(number), &json!(persons)), "{month}");
    let rows = scene.get(Who::Director, &format!("{path}/rows")).await;
    let told: usize =
        rows["rows"].as_array().unwrap().iter().map(|row| row["cells"].as_array().unwrap().len()).sum();
    assert_eq!(told, cells, "{month}: {rows}");
    scene.post(Who::Director, &format!("{path}/signature"), json!({"password": PASSWORD})).await;
    scene.post(Who::Director, &format!("{path}/sending"), Value::Null).await;
    drafted["id"].as_str().unwrap().to_owned()
}

async fn accept(scene: &mut Scene, report: &str) {
    scene.post(Who::Body, &format!("/api/reports/{report}/decision"), json!({"act": "accept"})).await;
}

/// Each figure leads to its record, and the record to a photo that is there, byte for byte.
async fn leads_to_photos(scene: &mut Scene, report: &str) {
    let page = scene.get(Who::Director, &format!("/api/reports/{report}/rows")).await;
    let mut looked = 0;
    for cell in page["rows"].as_array().unwrap().iter().flat_map(|row| row["cells"].as_array().unwrap()) {
        let record = cell["records"][0].as_str().unwrap();
        let item = scene.get(Who::Director, &format!("/api/records/{record}")).await;
        assert_eq!((&item["done_on"], &item["service"]), (&cell["done_on"], &cell["service"]));
        let pieces = item["evidence"].as_array().unwrap();
        let photo = pieces.iter().find(|piece| piece["kind"] == "photo").unwrap();
        let path = format!("/api/evidence/{}/file", photo["evidence"].as_str().unwrap());
        let file = scene.look(Who::Director, &path).await;
        assert_eq!(file.status, StatusCode::OK, "{path}");
        assert!(file.body.starts_with(&[0xFF, 0xD8]) && file.body.len() > 5_000, "no photo");
        looked += 1;
    }
    assert_eq!(looked, 8);
}

/// What follows the report of a month: rounds, assessments, late work.
async fn after(scene: &mut Scene, month: ReportMonth) {
    match month.to_string().as_str() {
        "2024-09" => {
            scene.on("2024-10-04").await;
            settle_the_problem(scene).await;
            score(scene, "2024-Q3").await;
            close(scene, 1).await;
            late_work(scene).await;
            assess(scene).await;
            return;
        }
        "2024-10" => {
            scene.on("2024-11-20").await;
            measures(scene).await;
            return;
        }
        "2024-12" => {
            scene.on("2025-01-04").await;
            score(scene, "2024-Q4").await;
            close(scene, 2).await;
            follow_up(scene).await;
            return;
        }
        "2025-03" => {
            // Nobody closes the third round in its term of ten working days: it is missed, and closed late.
            scene.on("2025-04-14").await;
            let path = format!("/api/families/{}/monitoring", scene.family);
            assert_eq!(states(&scene.get(Who::Director, &path).await)[2], "due");
            scene.on("2025-04-15").await;
            assert_eq!(states(&scene.get(Who::Director, &path).await)[2], "missed");
            assert_eq!(scene.get(Who::Director, "/api/overview").await["missed"], 1);
            scene.on("2025-04-16").await;
            close(scene, 3).await;
            let page = scene.get(Who::Director, &format!("{path}/3")).await;
            assert_eq!((&page["round"]["state"], &page["round"]["in_time"]), (&json!("done"), &json!(false)));
            return;
        }
        _ => {}
    }
    let Some(round) = ends(month) else { return };
    scene.on(&format!("{}-04", month.next())).await;
    close(scene, round).await;
    if month.to_string() == "2025-09" {
        close_of(scene, scene.leaving, 1).await;
    }
}

/// The round that ends with a month: twelve quarters, then four half-years.
fn ends(month: ReportMonth) -> Option<u32> {
    let since = (month.year() - 2024) * 12 + i32::try_from(month.month()).unwrap() - 6;
    match since {
        3..=36 if since % 3 == 0 => u32::try_from(since / 3).ok(),
        37..=60 if since % 6 == 0 => u32::try_from(12 + (since - 36) / 6).ok(),
        _ => None,
    }
}

async fn close(scene: &mut Scene, round: u32) {
    close_of(scene, scene.family, round).await;
}

/// Where the family lives is asked for (§45), and the round is closed with a summary.
async fn close_of(scene: &mut Scene, family: FamilyId, round: u32) {
    let path = format!("/api/families/{family}/monitoring/{round}");
    let today = scene.get(Who::Worker, "/api/deadlines").await["today"].clone();
    let looked = json!({"result": "present", "source": "police", "on": today, "text": "тексеру"});
    scene.post(Who::Worker, &format!("{path}/residence"), looked).await;
    scene.post(Who::Worker, &path, json!({"act": "close", "text": "Отбасы тұрып жатыр"})).await;
    assert_eq!(scene.get(Who::Director, &path).await["round"]["state"], "done", "round {round}");
}

async fn settle_the_problem(scene: &mut Scene) {
    let open = scene.get(Who::Director, "/api/monitoring/issues?state=open").await;
    assert_eq!((&open["total"], &open["issues"][0]["text"]), (&json!(1), &json!("пеш түтіндейді")));
    let path = format!("/api/monitoring/issues/{}", open["issues"][0]["id"].as_str().unwrap());
    scene
        .post(Who::Worker, &path, json!({"act": "close", "outcome": "solved", "text": "пеш жөнделді"}))
        .await;
}

/// In October the phone gives away what it did in September: version 2 of a report that was accepted (§39).
async fn late_work(scene: &mut Scene) {
    scene.on("2024-10-10").await;
    scene.sync().await;
    scene.phone.assert_delivered().await;
    scene.check_all().await;
    let month: ReportMonth = "2024-09".parse().unwrap();
    let list = scene.get(Who::Body, "/api/reports?month=2024-09").await;
    let first = list["centres"][0]["report"]["id"].as_str().unwrap().to_owned();
    let reopen = json!({"act": "reopen", "text": "кеш келген жұмыс"});
    scene.post(Who::Body, &format!("/api/reports/{first}/decision"), reopen).await;
    let second = version(scene, month, (2, 1, 2)).await;
    let changes = scene.get(Who::Body, &format!("/api/reports/{second}/changes")).await;
    assert_eq!((&changes["count"], &changes["changes"][0]["after"]), (&json!(1), &json!("2024-09-27")));
    accept(scene, &second).await;
    assert_eq!(
        scene.get(Who::Body, &format!("/api/reports/{second}")).await["versions"].as_array().unwrap().len(),
        2
    );
}

/// The three criteria of §48 for the centre and the mobility centre above it.
async fn score(scene: &mut Scene, quarter: &str) {
    for unit in [scene.unit, scene.above] {
        let of = |points: u8, reason: &str| json!({"points": points, "reason": reason});
        let scores = json!({"relevance": of(4, "Мерзімінде"), "effectiveness": of(5, "Бәрі тексерілді"), "social_effect": of(3, "Отбасы тұрақты")});
        scene
            .post(
                Who::Expert,
                "/api/assessments",
                json!({"unit": unit, "quarter": quarter, "scores": scores}),
            )
            .await;
    }
}

fn parts(revision: u32, results: Value, recommendations: Value) -> Value {
    json!({"revision": revision, "report": "Тоқсан есебі", "conclusions": "Жұмыс жүріп жатыр", "results": results,
        "recommendations": recommendations})
}

/// The third quarter: frozen, concluded, sent and forwarded (§47-51).
async fn assess(scene: &mut Scene) {
    scene.on("2024-10-21").await;
    let listed = scene.get(Who::Expert, "/api/assessments?quarter=2024-Q3").await;
    assert!(listed["frozen_at"].is_string(), "{listed}");
    let centre =
        listed["centres"].as_array().unwrap().iter().find(|of| of["unit"] == json!(scene.unit)).unwrap();
    let counted = &centre["indicators"]["effectiveness"];
    // Until the end of the 7th, the legal day of the 5th: without what the phone gave away on the 10th.
    assert_eq!((&counted["done"], &counted["reports"]["in_time"]), (&json!(5), &json!(3)), "{centre}");
    assert_eq!(centre["score"]["total"]["band"], "medium", "12 of 15");
    let path = "/api/conclusions/2024-Q3";
    let advice = json!([{"unit": scene.unit, "text": "Кезеңді мерзімінде жабу"}]);
    scene.post(Who::Expert, path, parts(0, json!([]), advice)).await;
    scene.post(Who::Expert, &format!("{path}/signature"), json!({"password": PASSWORD})).await;
    scene.on("2024-10-23").await;
    scene.post(Who::Expert, &format!("{path}/sending"), Value::Null).await;
    scene.on("2024-10-29").await;
    scene.post(Who::Authority, &format!("{path}/forwarding"), Value::Null).await;
    let told = scene.get(Who::Director, &format!("/api/assessments/{}?quarter=2024-Q3", scene.unit)).await;
    assert_eq!(told["recommendations"][0]["is_open"], true);
}

/// Each body that has the conclusion says within its month what it did.
async fn measures(scene: &mut Scene) {
    let path = "/api/conclusions/2024-Q3";
    for who in [Who::Body, Who::RaionBody] {
        let asked = scene.get(who, path).await;
        let measures: Vec<Value> = asked["recommendations"]
            .as_array()
            .unwrap()
            .iter()
            .map(|of| json!({"recommendation": of["recommendation"], "text": "Жиналыс өтті"}))
            .collect();
        assert_eq!(measures.len(), 1, "{asked}");
        scene.post(who, &format!("{path}/measures"), json!({"measures": measures})).await;
    }
    let closed = scene.get(Who::Authority, path).await;
    assert_eq!(closed["conclusion"], "closed");
    assert!(closed["bodies"].as_array().unwrap().iter().all(|of| of["in_time"] == true), "{closed}");
}

/// The next quarter says what became of the recommendation; without that it is not signed (§50).
async fn follow_up(scene: &mut Scene) {
    scene.on("2025-01-20").await;
    let path = "/api/conclusions/2024-Q4";
    scene.post(Who::Expert, path, parts(0, json!([]), json!([]))).await;
    let draft = scene.get(Who::Expert, path).await;
    assert_eq!(
        (&draft["lacks"]["results"], &draft["earlier"][0]["measures"][0]),
        (&json!(1), &json!("Жиналыс өтті"))
    );
    let unready =
        scene.attempt(Who::Expert, &format!("{path}/signature"), json!({"password": PASSWORD})).await;
    assert_eq!(unready.code(), "conclusion-unready");
    let result = json!([{"recommendation": draft["earlier"][0]["recommendation"], "became": "done", "text": "Орындалды"}]);
    scene.post(Who::Expert, path, parts(1, result, json!([]))).await;
    scene.post(Who::Expert, &format!("{path}/signature"), json!({"password": PASSWORD})).await;
    let of = scene.get(Who::Expert, &format!("/api/assessments/{}?quarter=2024-Q4", scene.unit)).await;
    assert_eq!(of["recommendations"][0]["is_open"], false, "{of}");
    scene.on("2025-01-23").await;
    scene.post(Who::Expert, &format!("{path}/sending"), Value::Null).await;
    scene.post(Who::Authority, &format!("{path}/forwarding"), Value::Null).await;
    for who in [Who::Body, Who::RaionBody] {
        scene.post(who, &format!("{path}/measures"), json!({"measures": [], "text": "Ескерілді"})).await;
    }
}

/// What an official looks at in June of a year.
async fn look(scene: &mut Scene, year: i32) {
    scene.on(&format!("{year}-06-10")).await;
    let overview = scene.get(Who::Director, "/api/overview").await;
    let (families, done) = match year {
        2025 => (2, 14),
        2026 | 2027 => (2, 16),
        _ => (2, 17),
    };
    assert_eq!(overview["families"], families, "{year}");
    let total = &overview["total"];
    assert_eq!((&total["done"], &total["overdue"]), (&json!(done), &json!(0)), "{year}: {total}");
    for nothing in ["unchecked", "held", "unanswered", "missed"] {
        assert_eq!(overview[nothing], 0, "{year}: {nothing}");
    }
    let state = if year == 2025 { "in_execution" } else { "monitoring" };
    assert_eq!(stands(scene, scene.family).await, state, "{year}");
    // Sixteen rounds, of which so many are behind the family.
    let path = format!("/api/families/{}/monitoring", scene.family);
    let of = scene.get(Who::Body, &path).await;
    let behind = match year {
        2025 => 3,
        2026 => 7,
        2027 => 11,
        2028 => 13,
        _ => 15,
    };
    let expected: Vec<&str> = (0..16)
        .map(|nr| if nr < behind { RoundState::Done.as_str() } else { RoundState::Scheduled.as_str() })
        .collect();
    assert_eq!(states(&of), expected, "{year}");
    assert_eq!(of["issues"].as_array().unwrap().iter().filter(|issue| issue["state"] == "open").count(), 0);
    // Every month was reported on, and nothing lies about.
    let mut month = ReportMonth::of(NaiveDate::from_ymd_opt(year - 1, 6, 1).unwrap());
    while month.year() < year || month.month() < 6 {
        let list = scene.get(Who::Authority, &format!("/api/reports?month={month}")).await;
        let report = &list["centres"][0]["report"];
        let version = if ["2024-07", "2024-09"].contains(&month.to_string().as_str()) { 2 } else { 1 };
        assert_eq!(
            (&report["state"], &report["version"]),
            (&json!("accepted"), &json!(version)),
            "{month}: {list}"
        );
        assert_eq!((&list["overdue"], &list["waiting"]), (&json!(0), &json!(0)), "{month}");
        month = month.next();
    }
    // Nothing is late for those who serve the family.
    for who in [Who::Worker, Who::Director, Who::Head, Who::Body] {
        let board = scene.get(who, "/api/deadlines?state=late").await;
        assert_eq!(board["deadlines"], json!([]), "{year}: {who:?}");
    }
    scene.assert_sound().await;
}

/// The five years are over: there is no further round, no term, and nobody asks for anything.
async fn the_end(scene: &mut Scene) {
    scene.on("2029-07-16").await;
    let path = format!("/api/families/{}/monitoring", scene.family);
    let of = scene.get(Who::Director, &path).await;
    assert_eq!(states(&of), ["done"; 16]);
    assert_eq!(stands(scene, scene.family).await, "closed");
    assert_eq!((&of["rounds"][15]["ends_on"], &of["horizon"]), (&json!("2029-06-30"), &json!("2029-06-05")));
    let more = scene.attempt(Who::Worker, &format!("{path}/17"), json!({"act": "begin"})).await;
    assert_eq!(more.code(), "not-found");
    for period in ["2029-Q3", "2029-Q4", "2030-Q2"] {
        let list = scene.get(Who::Body, &format!("/api/monitoring?period={period}")).await;
        let rounds = list["rounds"].as_array().unwrap();
        assert!(rounds.iter().all(|round| round["family"] != json!(scene.family)), "{period}: {list}");
    }
    let board = scene.get(Who::Worker, "/api/deadlines?kind=round").await;
    assert_eq!(board["deadlines"], json!([]));
    scene.assert_sound().await;
    scene
        .assert_rebuilt(
            "select count(*) from monitoring_round",
            "delete from monitoring_round where number > 8",
        )
        .await;
}

/// Five years, one more, and one in the archive: then the family's file goes, in two steps, and what was signed stays.
async fn erase(scene: &mut Scene) {
    let keeping = json!({"class": "case", "from": "2029-08-01",
        "keeping": {"years": 5, "extra": 1, "archive": 1, "line": "№ 412 «сынақ»"}});
    scene.post(Who::Authority, "/api/retention", keeping).await;
    let propose =
        json!({"family": scene.family, "person": null, "basis": "purpose_reached", "reason": "мерзімі өтті"});
    let early = scene.attempt(Who::Director, "/api/erasures", propose.clone()).await;
    assert_eq!(early.code(), "erasure-impossible", "its years at hand are running");
    scene.on("2031-06-05").await;
    let early = scene.attempt(Who::Director, "/api/erasures", propose.clone()).await;
    assert_eq!(early.code(), "erasure-impossible", "the last day of the archive");

    scene.on("2031-06-06").await;
    let due = scene.get(Who::Director, "/api/retention/due").await;
    let family =
        due["families"].as_array().unwrap().iter().find(|of| of["family"] == json!(scene.family)).unwrap();
    assert_eq!((&family["stage"], &family["archive_until"]), (&json!("over"), &json!("2031-06-05")));
    assert!(!scene.traces(NAME).is_empty() || scene.count("select count(*) from person").await > 4);
    let before = scene.get(Who::Director, "/api/reports?month=2024-06").await["centres"][0]["report"].clone();
    let path = format!("/api/reports/{}", before["id"].as_str().unwrap());
    let before = scene.get(Who::Director, &path).await;

    let id = scene.post(Who::Director, "/api/erasures", propose).await["id"].as_str().unwrap().to_owned();
    let preview = format!("/api/erasures/preview?family={}", scene.family);
    let shown = scene.get(Who::Head, &preview).await;
    // 8 + 2 + 2 + 2 + 3 completions, an answer, four visits, and what was said of consent.
    let records = 17 + 1 + 4 + scene.count(CONSENTS).await;
    assert_eq!(shown["numbers"]["records"], records, "{shown}");
    let confirm = json!({"password": PASSWORD, "numbers": shown["numbers"]});
    let own =
        scene.attempt(Who::Director, &format!("/api/erasures/{id}/confirmation"), confirm.clone()).await;
    assert_eq!(own.code(), "forbidden", "nobody confirms what he proposed");
    scene.post(Who::Head, &format!("/api/erasures/{id}/confirmation"), confirm).await;
    assert_eq!(erasing::carry_out(&scene.state).await.unwrap(), 1);
    assert_eq!(erasing::compact(&scene.state).await.unwrap(), 1);

    let done = scene.get(Who::Director, "/api/erasures").await["done"][0].clone();
    let proof = scene.get(Who::Director, &format!("/api/erased/{}", done["erasure"].as_str().unwrap())).await;
    assert_eq!(
        (&proof["bodies_left"], &proof["files_left"], &proof["unfinished"]),
        (&json!(0), &json!(0), &json!(false))
    );
    assert_eq!(scene.traces(NAME), Vec::<std::path::PathBuf>::new());
    let gone = scene.look(Who::Director, &format!("/api/families/{}", scene.family)).await;
    assert_eq!(gone.code(), "not-found");
    // What was signed in the first month is what it was, without the people.
    let after = scene.get(Who::Director, &path).await;
    assert_eq!(
        (&after["sha256"], &after["state"], &after["erased"]),
        (&before["sha256"], &json!("accepted"), &json!(4))
    );
    scene.sync().await;
    assert_eq!(scene.phone.families().await, [scene.leaving], "the phone keeps the other family alone");
    scene.assert_sound().await;
}
