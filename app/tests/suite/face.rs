//! What the screens ask and are told, on a real core. Calls go in and views come out as JSON, as over a wire.

use std::{path::Path, sync::atomic::Ordering};

use chrono::{NaiveDate, TimeDelta};
use kandas_app::{
    face::{
        Bytes, Face,
        call::{ProblemWord, Request},
        how,
        remind::Kind as Of,
        view::AttachAnswer,
    },
    store::{
        draft::DraftId,
        home::{self, SignedTime},
    },
};
use kandas_shared::{
    check::ReturnReason,
    cursor::Kind,
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::Digest,
    ids::{EvidenceId, RecordId},
    plan_state::{ActivityState, CheckKind},
    pulled::{Activity, CalendarDay, Check, Reason, RecordState, Role, Row, calendar_id, reason_id},
    reason::{ReasonCode, ReasonList},
    receipt::Verdict,
    service::ServiceCode,
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Phone, World, photo, pull};

/// One call, answered.
async fn ask(face: &Face, request: Value) -> Value {
    match try_ask(face, request.clone()).await {
        Ok(view) => view,
        Err(problem) => panic!("{request}: {problem:?}"),
    }
}

async fn try_ask(face: &Face, request: Value) -> Result<Value, ProblemWord> {
    let request: Request = serde_json::from_value(request).unwrap();
    match face.dispatch(request).await {
        Ok(view) => Ok(serde_json::to_value(view).unwrap()),
        Err(problem) => Err(problem.problem),
    }
}

/// A phone with a family and a PIN that was given.
async fn open(phone: &Phone) -> (Face, World) {
    let (app, world) = phone.enrolled().await;
    (Face::new(app).await.unwrap(), world)
}

async fn close(face: Face) {
    face.app().clone().close().await;
}

async fn again(phone: &Phone) -> Face {
    Face::new(phone.open().await).await.unwrap()
}

/// Brings a file as a screen does: its bytes are written where the core says.
async fn bring(face: &Face, draft: &Value, path: &Path, kind: EvidenceKind) -> AttachAnswer {
    let draft: DraftId = draft.as_str().unwrap().parse().unwrap();
    let name = path.file_name().unwrap().to_str().unwrap();
    let bringing = face.begin_bringing(draft, Some(name)).await.unwrap();
    std::fs::copy(path, &bringing.path).unwrap();
    face.bring(bringing, draft, how(Some(kind), Source::Captured, None, None, None, None)).await.unwrap()
}

async fn bring_kept(face: &Face, draft: &Value, path: &Path, kind: EvidenceKind) -> EvidenceId {
    match bring(face, draft, path, kind).await {
        AttachAnswer::Kept { evidence, .. } => evidence,
        other => panic!("{other:?}"),
    }
}

async fn read_all(mut bytes: Bytes) -> Vec<u8> {
    let mut all = Vec::new();
    std::io::Read::read_to_end(&mut bytes, &mut all).unwrap();
    all
}

/// The activities of the world, each with another due date or state.
fn with_activities(world: &World, change: impl Fn(ServiceCode, &mut Activity)) -> Vec<Row> {
    let mut rows = world.rows();
    for row in &mut rows {
        if let Row::Activity(activity) = row {
            change(activity.service, activity);
        }
    }
    rows
}

fn day(text: &str) -> Option<NaiveDate> {
    Some(text.parse().unwrap())
}

fn fix() -> Value {
    json!({"lat": 52.287, "lon": 76.967, "accuracy_m": 8.0})
}

/// A completion of a service that lacks nothing, sealed; the record.
async fn complete(face: &Face, activity: impl std::fmt::Display, picture: &Path) -> Value {
    let page = ask(face, json!({"call": "open_completion", "activities": [activity.to_string()]})).await;
    let draft = &page["draft"];
    bring_kept(face, draft, picture, EvidenceKind::Photo).await;
    ask(face, json!({"call": "save", "draft": draft, "field": {"field": "position", "value": fix()}})).await;
    let field = json!({"field": "no_video", "value": "nothing_to_film"});
    let page = ask(face, json!({"call": "save", "draft": draft, "field": field})).await;
    assert_eq!(page["ready"], true, "{page:#}");
    let sealed = ask(face, json!({"call": "seal", "draft": draft})).await;
    assert_eq!(sealed["outcome"], "sealed");
    sealed["records"][0]["record"].clone()
}

#[tokio::test]
async fn a_phone_of_nobody_tells_so_and_shows_nothing() {
    let phone = Phone::new(701);
    let face = again(&phone).await;
    let view = ask(&face, json!({"call": "phone"})).await;
    assert_eq!(
        (&view["stage"], &view["language"], &view["language_chosen"]),
        (&json!("unenrolled"), &json!("kk"), &json!(false))
    );
    assert_eq!(view["sync"]["state"], "off");
    assert_eq!(try_ask(&face, json!({"call": "today"})).await, Err(ProblemWord::NotEnrolled));
    let view = ask(&face, json!({"call": "set_language", "language": "ru"})).await;
    assert_eq!((&view["language"], &view["language_chosen"]), (&json!("ru"), &json!(true)));
    ask(&face, json!({"call": "set_theme", "theme": "snow"})).await;
    let answer = ask(&face, json!({"call": "enrol", "link": "https://example.org"})).await;
    assert_eq!(answer["outcome"], "not_a_link");
    let typed = json!({"call": "enrol_typed", "url": "http://127.0.0.1:1", "code": "ABCDE-FGHJK"});
    let answer = ask(&face, typed).await;
    assert_eq!((&answer["outcome"], &answer["problem"]), (&json!("refused"), &json!("unreachable")));
    close(face).await;
    let view = ask(&again(&phone).await, json!({"call": "phone"})).await;
    assert_eq!((&view["language"], &view["theme"]), (&json!("ru"), &json!("snow")), "a choice is a row");
}

#[tokio::test]
async fn a_pin_locks_the_screens_and_its_tries_and_waits_survive() {
    let phone = Phone::new(702);
    let (face, world) = open(&phone).await;
    assert_eq!(ask(&face, json!({"call": "phone"})).await["stage"], "pin_to_set");
    let early = face.unlock_by_system().await.unwrap_err();
    assert_eq!(early.problem, ProblemWord::NotNow, "a finger opens nothing that no PIN keeps shut");
    for bad in ["123", "12a4", "1234567890123"] {
        let request = json!({"call": "set_pin", "pin": bad});
        assert_eq!(try_ask(&face, request).await, Err(ProblemWord::BadRequest), "{bad}");
    }
    assert_eq!(ask(&face, json!({"call": "set_pin", "pin": "2580"})).await["right"], true);
    assert_eq!(ask(&face, json!({"call": "phone"})).await["stage"], "ready");
    let folder = tempfile::tempdir().unwrap();
    let page = ask(&face, json!({"call": "open_completion", "activities": [world.activities[0].0]})).await;
    let shown = bring_kept(&face, &page["draft"], &photo(folder.path(), 1, 640), EvidenceKind::Photo).await;

    // Another start of the program: locked, and nothing but sending, language and log is told.
    close(face).await;
    let face = again(&phone).await;
    assert_eq!(ask(&face, json!({"call": "phone"})).await["stage"], "locked");
    for closed in
        [json!({"call": "today"}), json!({"call": "draft", "draft": page["draft"]}), json!({"call": "sent"})]
    {
        assert_eq!(try_ask(&face, closed).await, Err(ProblemWord::Locked));
    }
    let closed = face.show(shown, Part::File).await;
    assert_eq!(closed.map(drop).unwrap_err().problem, ProblemWord::Locked);
    for told in ["phone", "sync", "diagnostics", "sync_now"] {
        ask(&face, json!({"call": told})).await;
    }

    let wrong = json!({"call": "unlock", "pin": "0000"});
    for tries in 1..=4 {
        let answer = ask(&face, wrong.clone()).await;
        assert_eq!(
            (&answer["right"], &answer["lock"]["wrong"], &answer["lock"]["wait_ms"]),
            (&json!(false), &json!(tries), &json!(0))
        );
    }
    assert_eq!(ask(&face, wrong.clone()).await["lock"]["wait_ms"], 30_000);
    let right = json!({"call": "unlock", "pin": "2580"});
    assert_eq!(ask(&face, right.clone()).await["right"], false, "no try is taken during the wait");
    close(face).await;
    let face = again(&phone).await;
    phone.clock.advance(TimeDelta::seconds(20));
    assert_eq!(
        ask(&face, json!({"call": "phone"})).await["lock"]["wait_ms"],
        10_000,
        "a restart shortens nothing"
    );
    phone.clock.reboot("boot-2");
    assert_eq!(
        ask(&face, json!({"call": "phone"})).await["lock"]["wait_ms"],
        30_000,
        "nor does switching off"
    );
    phone.clock.advance(TimeDelta::seconds(30));
    assert_eq!(ask(&face, right.clone()).await["right"], true);
    let again = ask(&face, json!({"call": "draft", "draft": page["draft"]})).await;
    assert_eq!(again["evidence"].as_array().unwrap().len(), 1, "nothing is ever deleted by a PIN");

    let change = json!({"call": "set_pin", "pin": "1470", "present": "9999"});
    assert_eq!(ask(&face, change).await["right"], false, "changing it wants the present one");
    let change = json!({"call": "set_pin", "pin": "1470", "present": "2580"});
    assert_eq!(ask(&face, change).await["right"], true);
    ask(&face, json!({"call": "lock"})).await;
    assert_eq!(ask(&face, right).await["right"], false);
    assert_eq!(ask(&face, json!({"call": "unlock", "pin": "1470"})).await["right"], true);
    ask(&face, json!({"call": "lock"})).await;
    ask(&face, json!({"call": "unlock", "pin": "0000"})).await;
    face.unlock_by_system().await.unwrap();
    let phone_view = ask(&face, json!({"call": "phone"})).await;
    assert_eq!(phone_view["stage"], "ready", "the system has recognised the worker");
    assert_eq!(phone_view["lock"]["wrong"], 1, "a finger is no PIN: wrong tries stay counted");
    ask(&face, json!({"call": "lock"})).await;
    let asked = ask(&face, json!({"call": "begin_pin_reset"})).await;
    assert_eq!(asked["challenge"], Value::Null, "a phone that shares no secret with the centre says so");
    let reset = json!({"call": "reset_pin", "code": "12345678", "pin": "0000"});
    assert_eq!(ask(&face, reset).await["right"], false);
    assert_eq!(ask(&face, json!({"call": "unlock", "pin": "1470"})).await["right"], true);
}

#[tokio::test]
async fn too_long_without_contact_locks_and_deletes_nothing() {
    let phone = Phone::new(703);
    let (face, world) = open(&phone).await;
    ask(&face, json!({"call": "open_completion", "activities": [world.activities[0].0]})).await;
    let (boot, boot_ms) = phone.clock.boot();
    let signed = SignedTime { time: phone.clock.wall(), boot, boot_ms };
    let mut conn = face.app().store().conn().await.unwrap();
    home::set(&mut conn, home::SIGNED_TIME, serde_json::to_string(&signed).unwrap()).await.unwrap();
    drop(conn);
    ask(&face, json!({"call": "set_pin", "pin": "2580"})).await;
    let lease = ask(&face, json!({"call": "phone"})).await["lease"].clone();
    assert_eq!(
        (&lease["days"], &lease["days_left"], &lease["over"]),
        (&json!(14), &json!(14), &json!(false))
    );
    phone.clock.advance(TimeDelta::days(14));
    assert_eq!(
        ask(&face, json!({"call": "today"})).await["drafts"].as_array().unwrap().len(),
        1,
        "the last day"
    );
    phone.clock.advance(TimeDelta::seconds(1));
    // Setting the wall clock back does not help: the boot clock counts.
    phone.clock.set_wall("2026-11-23T04:00:00Z");
    assert_eq!(ask(&face, json!({"call": "phone"})).await["stage"], "lease_over");
    assert_eq!(try_ask(&face, json!({"call": "today"})).await, Err(ProblemWord::LeaseOver));
    ask(&face, json!({"call": "sync_now"})).await;
    assert_eq!(face.app().drafts().await.unwrap().len(), 1, "nothing is deleted");
}

#[tokio::test]
async fn days_that_the_centre_has_set_count() {
    let phone = Phone::new(731);
    let (face, world) = open(&phone).await;
    // Monday, 23 November 2026; due on Wednesday.
    let rows = with_activities(&world, |service, activity| {
        activity.due_on = day("2026-11-25").filter(|_| service == ServiceCode::S03);
    });
    pull(face.app(), &rows, &[]).await;
    let tuesday: NaiveDate = "2026-11-24".parse().unwrap();
    let set = CalendarDay { id: calendar_id(tuesday), day: tuesday, works: false };
    pull(face.app(), &[Row::CalendarDay(set.clone())], &[]).await;
    close(face).await;
    let face = again(&phone).await;
    let left = |today: &Value| today["week"][0]["deadline"]["working_days"].clone();
    assert_eq!(left(&ask(&face, json!({"call": "today"})).await), 1);
    // The centre has taken it back.
    pull(face.app(), &[], &[(Kind::CalendarDay, set.id)]).await;
    close(face).await;
    let face = again(&phone).await;
    assert_eq!(left(&ask(&face, json!({"call": "today"})).await), 2);
}

/// What the centre says of a reason from a day on.
fn reason(list: ReasonList, code: &str, from: &str, kk: &str, offered: bool) -> Reason {
    let (code, from): (ReasonCode, NaiveDate) = (code.parse().unwrap(), from.parse().unwrap());
    let id = reason_id(list, &code, from);
    Reason { id, list, code, from, kk: kk.into(), ru: format!("{kk} ru"), en: String::new(), offered }
}

#[tokio::test]
async fn reasons_are_chosen_and_read_as_the_centre_has_said_without_a_link() {
    let phone = Phone::new(741);
    let (face, world) = open(&phone).await;
    let codes = |lists: &Value, list: &str| -> Vec<String> {
        let lines = lists[list].as_array().unwrap().iter();
        lines.map(|line| line["code"].as_str().unwrap().to_owned()).collect()
    };
    let before = ask(&face, json!({"call": "reasons"})).await;
    assert_eq!(codes(&before, "not_applicable"), ["has", "age", "status", "moved", "other"]);
    assert_eq!(before["refused"][0]["text"], Value::Null, "the screens have words of their own");

    // Today is 23 November 2026: one is added, one has retired, one is for later.
    let own = reason(ReasonList::NotApplicable, "own_1", "2026-11-20", "Оқуда", true);
    let said = [
        own.clone(),
        reason(ReasonList::NotApplicable, "age", "2026-11-23", "Жасы", false),
        reason(ReasonList::NotApplicable, "own_2", "2026-11-24", "Кейін", true),
        reason(ReasonList::Return, "own_1", "2026-11-20", "Мерзімі өткен", true),
        reason(ReasonList::Return, "own_1", "2026-11-22", "Мерзімі өтіп кеткен", true),
    ];
    pull(face.app(), &said.clone().map(Row::Reason), &[]).await;
    let lists = ask(&face, json!({"call": "reasons"})).await;
    assert_eq!(codes(&lists, "not_applicable"), ["has", "status", "moved", "own_1", "other"]);
    assert_eq!(lists["not_applicable"][3]["text"], json!({"kk": "Оқуда", "ru": "Оқуда ru", "en": ""}));
    assert_eq!(codes(&lists, "correction"), codes(&before, "correction"));

    // A return of the 21st reads as then, one of today as now; of a code that nobody here knows there is only the code.
    let folder = tempfile::tempdir().unwrap();
    let sealed =
        complete(&face, world.activity(world.head, ServiceCode::S01), &photo(folder.path(), 1, 640)).await;
    let check = |n: u128, code: &str, day: &str| Check {
        id: Uuid::from_u128(n).into(),
        record: sealed.as_str().unwrap().parse().unwrap(),
        hash: Digest::of(b"as the centre has it"),
        family: world.family,
        activity: None,
        state: CheckKind::Returned,
        stands: n == 3,
        evidence: None,
        reason: Some(code.parse().unwrap()),
        text: Some("сөзбен".into()),
        due: None,
        checker: Uuid::from_u128(70).into(),
        checker_name: "ТЕСТОВ ДИРЕКТОР".into(),
        checker_role: Role::CcDir,
        checked_at: format!("{day}T05:00:00Z").parse().unwrap(),
        answered_by: None,
    };
    let checks = [
        check(1, "own_1", "2026-11-21"),
        check(2, "own_1", "2026-11-23"),
        check(3, "own_7", "2026-11-23"),
        check(4, "blurred", "2026-11-23"),
    ];
    pull(face.app(), &checks.map(Row::Check), &[]).await;
    let page = ask(&face, json!({"call": "record", "record": sealed})).await;
    let read = |code: &str, at: &str| {
        let lines = page["checks"].as_array().unwrap().iter();
        let mut found =
            lines.filter(|line| line["reason"] == code && line["at"].as_str().unwrap().starts_with(at));
        found.next().unwrap()["said"]["kk"].clone()
    };
    assert_eq!(read("own_1", "2026-11-21"), "Мерзімі өткен");
    assert_eq!(read("own_1", "2026-11-23"), "Мерзімі өтіп кеткен");
    assert_eq!((read("own_7", "2026"), read("blurred", "2026")), (Value::Null, Value::Null));

    // Taken back, and after another start the same.
    pull(face.app(), &[], &[(Kind::Reason, own.id)]).await;
    close(face).await;
    let face = again(&phone).await;
    let lists = ask(&face, json!({"call": "reasons"})).await;
    assert_eq!(codes(&lists, "not_applicable"), ["has", "status", "moved", "other"]);
}

#[tokio::test]
async fn today_counts_in_working_days_and_shows_the_week() {
    let phone = Phone::new(704);
    let (face, world) = open(&phone).await;
    // Monday, 23 November 2026.
    let rows = with_activities(&world, |service, activity| {
        activity.due_on = match service {
            ServiceCode::S01 => day("2026-11-20"),
            ServiceCode::S03 => day("2026-11-25"),
            ServiceCode::S18 => day("2026-11-30"),
            ServiceCode::S09 => {
                activity.state = ActivityState::Reported;
                day("2026-11-24")
            }
            ServiceCode::S11 => day("2026-12-01"),
            _ => None,
        };
    });
    pull(face.app(), &rows, &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let today = ask(&face, json!({"call": "today"})).await;
    assert_eq!(today["today"], "2026-11-23");
    assert_eq!(today["overdue_total"], 1);
    let late = &today["overdue"][0];
    assert_eq!(
        (&late["service"], &late["patch"], &late["family_name"]),
        (&json!("S01"), &json!("overdue"), &json!("ТЕСТОВ"))
    );
    assert_eq!(
        late["deadline"],
        json!({"on": "2026-11-20", "last": "2026-11-20", "days": -3, "working_days": -1})
    );
    let week = today["week"].as_array().unwrap();
    assert_eq!(week.len(), 1);
    assert_eq!(
        (&week[0]["service"], &week[0]["patch"], &week[0]["deadline"]["working_days"]),
        (&json!("S03"), &json!("soon"), &json!(2))
    );
    let strip = &today["strip"];
    assert_eq!((&strip["from"], &strip["to"]), (&json!("2026-11-23"), &json!("2026-11-29")));
    assert_eq!(
        (&strip["patches"], &strip["done"], &strip["total"]),
        (&json!(["delivered", "soon"]), &json!(1), &json!(2))
    );
    assert_eq!(today["next_due"]["on"], "2026-11-30");
    assert_eq!(today["sync"]["state"], "delivered");

    let page = ask(&face, json!({"call": "open_completion", "activities": [late["activity"]]})).await;
    let today = ask(&face, json!({"call": "today"})).await;
    assert_eq!(
        today["overdue"][0]["patch"], "draft",
        "it stays among what is overdue and shows what was begun"
    );
    assert_eq!(today["overdue"][0]["draft"]["draft"], page["draft"]);
    assert_eq!(
        today["drafts"][0]["brief"]["missing"],
        json!(["photo", "video_or_reason", "position_or_reason"])
    );
    // The day turns by itself.
    phone.clock.advance(TimeDelta::days(3));
    let today = ask(&face, json!({"call": "today"})).await;
    assert_eq!(today["overdue_total"], 2, "S03 was due yesterday");
    // The family left (§46): nothing is late or due any more, and its plan says so.
    let mut left = rows.clone();
    for row in &mut left {
        if let Row::Plan(plan) = row {
            plan.state = kandas_shared::plan_state::PlanState::Departed;
        }
    }
    pull(face.app(), &left, &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let today = ask(&face, json!({"call": "today"})).await;
    assert_eq!((&today["overdue_total"], &today["week_total"]), (&json!(0), &json!(0)));
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    assert_eq!(view["plan"]["state"], "departed");
    assert!(view["counts"].as_array().unwrap().iter().all(|count| count["patch"] != "overdue"), "{view}");
}

#[tokio::test]
async fn families_are_found_as_people_type() {
    let phone = Phone::new(705);
    let (face, world) = open(&phone).await;
    let mut rows = world.rows();
    for row in &mut rows {
        match row {
            Row::Person(person) if person.id == world.head => {
                person.surname = Some("ҮЛГІЛЕР".into());
                person.latin_name = Some("Ulgiler Test".into());
                person.phone = Some("+7 701 000 00 07".into());
            }
            Row::Family(family) => family.address = Some("Өскен көшесі, 5".into()),
            _ => {}
        }
    }
    pull(face.app(), &rows, &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let near = json!({"lat": 52.3, "lon": 77.0});
    for (search, found, matched) in [
        (Value::Null, 1, Value::Null),
        (json!("улги"), 1, Value::Null),
        (json!("ÜLGI"), 0, Value::Null),
        (json!("ulgiler"), 1, json!("Ulgiler Test")),
        (json!("тестиха"), 1, json!("ТЕСТОВ ТЕСТИХА")),
        (json!("оскен кошеси"), 1, json!("Өскен көшесі, 5")),
        (json!("8 (701) 000-00-07"), 1, json!("+7 701 000 00 07")),
        (json!("никто"), 0, Value::Null),
    ] {
        let view = ask(&face, json!({"call": "families", "search": search, "near": near})).await;
        let families = view["families"].as_array().unwrap();
        assert_eq!(families.len(), found, "{search}");
        if found == 1 {
            assert_eq!(families[0]["matched"], matched, "{search}");
            assert_eq!(families[0]["name"], "ҮЛГІЛЕР");
            let metres = families[0]["distance_m"].as_f64().unwrap();
            assert!((6_700.0..6_900.0).contains(&metres), "{metres}");
        }
    }
    let row = ask(&face, json!({"call": "families"})).await["families"][0].clone();
    assert_eq!(
        (&row["members"], &row["done"], &row["total"], &row["last_visit"]),
        (&json!(4), &json!(0), &json!(11), &Value::Null)
    );
    assert_eq!(row["quilt"].as_array().unwrap().len(), 25);
    assert_eq!((&row["quilt"][0], &row["quilt"][1]), (&json!("planned"), &Value::Null));
}

#[tokio::test]
async fn a_family_is_a_matrix_with_one_patch_for_each_activity() {
    let phone = Phone::new(706);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let sealed =
        complete(&face, world.activity(world.head, ServiceCode::S01), &photo(folder.path(), 1, 640)).await;
    let child = world.activity(world.child, ServiceCode::S07);
    ask(&face, json!({"call": "open_completion", "activities": [child]})).await;
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    assert_eq!((&view["name"], &view["done"], &view["total"]), (&json!("ТЕСТОВ"), &json!(1), &json!(11)));
    let members = view["members"].as_array().unwrap();
    let names: Vec<&str> =
        members.iter().map(|member| member["name"]["given_name"].as_str().unwrap()).collect();
    assert_eq!(names, ["ТЕСТ", "ТЕСТИХА", "ТЕСТА", "ТЕСТИК"], "the head first, then by age");
    assert_eq!(members[0]["age"], 41);
    let consents: Vec<&Value> = members.iter().map(|member| &member["consent"]["state"]).collect();
    assert_eq!(consents, ["given", "missing", "given", "given"]);
    assert_eq!(members[3]["consent"]["given_by"], json!(world.head), "a parent's counts for his child");
    let services = view["services"].as_array().unwrap();
    let numbers: Vec<u64> = services.iter().map(|row| row["number"].as_u64().unwrap()).collect();
    assert_eq!(numbers, [1, 3, 7, 9, 11, 18, 21]);
    assert_eq!(
        (&services[0]["for_family"], services[0]["cells"].as_array().unwrap().len()),
        (&json!(true), 1)
    );
    assert_eq!(services[0]["cells"][0]["patch"], "waiting");
    let residence: Vec<&Value> = (0..4).map(|at| &services[2]["cells"][at]["patch"]).collect();
    assert_eq!(residence, ["planned", "planned", "planned", "draft"]);
    assert_eq!(services[3]["cells"][0], Value::Null, "school is not planned for the head");
    assert_eq!(
        view["counts"],
        json!([{"patch": "draft", "count": 1}, {"patch": "waiting", "count": 1}, {"patch": "planned", "count": 9}])
    );

    // A supervisor returns the record; then a correction answers it.
    let record = sealed.as_str().unwrap().parse().unwrap();
    let returned = RecordState {
        hash: Digest::of(b"as the centre has it"),
        record: Some(record),
        family: Some(world.family),
        activity: Some(world.activity(world.head, ServiceCode::S01)),
        worker: Some(world.worker),
        device: world.device,
        verdict: Verdict::Accepted,
        reason: None,
        position: 7,
        received_at: "2026-11-23T05:00:00Z".parse().unwrap(),
        check_state: CheckKind::Returned,
        check_due: day("2026-11-25"),
    };
    pull(face.app(), &[Row::RecordState(returned.clone())], &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let today = ask(&face, json!({"call": "today"})).await;
    assert_eq!(today["returned"][0]["record"], sealed);
    assert_eq!(today["returned"][0]["deadline"]["working_days"], 2);
    assert_eq!(today["returned"][0]["reason"], Value::Null, "a centre of an older version does not say why");

    // A newer one says which pieces, each with its reason and day.
    let said = |n: u128, due: &str, stands: bool, evidence: Option<EvidenceId>| Check {
        id: Uuid::from_u128(n).into(),
        record,
        hash: returned.hash,
        family: world.family,
        activity: returned.activity,
        state: CheckKind::Returned,
        stands,
        evidence,
        reason: Some(ReturnReason::TooDark.into()),
        text: Some("жарық жақта".into()),
        due: day(due),
        checker: Uuid::from_u128(70).into(),
        checker_name: "ТЕСТОВ ДИРЕКТОР".into(),
        checker_role: Role::CcDir,
        checked_at: "2026-11-23T05:00:00Z".parse().unwrap(),
        answered_by: None,
    };
    let old =
        ask(&face, json!({"call": "record", "record": sealed})).await["evidence"][0]["evidence"].clone();
    let old: EvidenceId = serde_json::from_value(old).unwrap();
    let strange = EvidenceId(Uuid::from_u128(71));
    let checks = [
        said(1, "2026-11-25", true, Some(old)),
        said(2, "2026-11-24", true, Some(strange)),
        said(3, "2026-11-23", false, None),
    ];
    pull(face.app(), &checks.map(Row::Check), &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let cards = ask(&face, json!({"call": "today"})).await["returned"].clone();
    let shown: Vec<_> = cards
        .as_array()
        .unwrap()
        .iter()
        .map(|card| (&card["evidence"], &card["deadline"]["working_days"]))
        .collect();
    assert_eq!(shown, [(&json!(strange), &json!(1)), (&json!(old), &json!(2))], "the most urgent first");
    assert_eq!((&cards[1]["reason"], &cards[1]["by"]), (&json!("too_dark"), &json!("ТЕСТОВ ДИРЕКТОР")));
    let notices = ask(&face, json!({"call": "phone"})).await["notices"].clone();
    assert!(notices.as_array().unwrap().contains(&json!({"notice": "returned", "count": 2})), "{notices}");
    ask(&face, json!({"call": "dismiss_notices"})).await;
    pull(face.app(), &[Row::Check(said(4, "2026-11-26", true, None))], &[]).await;
    let notices = ask(&face, json!({"call": "phone"})).await["notices"].clone();
    assert_eq!(notices, json!([{"notice": "returned", "count": 1}]), "only what is new");
    let page = ask(&face, json!({"call": "record", "record": sealed})).await;
    assert_eq!(page["checks"].as_array().unwrap().len(), 4, "history stays");
    pull(face.app(), &[], &[(Kind::Check, Uuid::from_u128(2)), (Kind::Check, Uuid::from_u128(4))]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    assert_eq!(view["services"][0]["cells"][0]["patch"], "returned");
    let page = ask(&face, json!({"call": "correct", "record": sealed, "why": "фото темное"})).await;
    assert_eq!((&page["corrects"], &page["evidence"][0]["taken_over"]), (&sealed, &json!(true)));
    assert_eq!(ask(&face, json!({"call": "today"})).await["returned"][0]["draft"], page["draft"]);
    let old: EvidenceId = page["evidence"][0]["evidence"].as_str().unwrap().parse().unwrap();
    let draft: DraftId = page["draft"].as_str().unwrap().parse().unwrap();
    let bringing = face.begin_bringing(draft, Some("again.jpg")).await.unwrap();
    std::fs::copy(photo(folder.path(), 9, 640), &bringing.path).unwrap();
    let anew = how(Some(EvidenceKind::Photo), Source::Captured, None, None, None, Some(old));
    let answer = face.bring(bringing, draft, anew).await.unwrap();
    let AttachAnswer::Kept { page, .. } = answer else { panic!("{answer:?}") };
    assert_eq!((page.evidence.len(), page.evidence[0].replaces), (1, Some(old)), "exactly that photo");
    let answer = ask(&face, json!({"call": "seal", "draft": draft})).await;
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    assert_eq!(view["services"][0]["cells"][0]["patch"], "waiting", "answered here, on its way");
    assert_eq!(ask(&face, json!({"call": "today"})).await["returned"], json!([]));
    let before = ask(&face, json!({"call": "record", "record": sealed})).await;
    assert_eq!(before["row"]["corrected_by"], answer["records"][0]["record"]);
    assert_eq!(before["correctable"], false);

    // A correction that was set aside answers nothing: what came back waits again, and the worker is told.
    let correction: RecordId = serde_json::from_value(answer["records"][0]["record"].clone()).unwrap();
    let mut tx = face.app().store().begin().await.unwrap();
    let sql = "update record set state = 'held', reason = 'set_aside_mistake' where record = $1";
    sqlx::query(sql).bind(correction).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
    let face = {
        close(face).await;
        again(&phone).await
    };
    assert_eq!(ask(&face, json!({"call": "today"})).await["returned"][0]["record"], sealed);
    let notices = ask(&face, json!({"call": "phone"})).await["notices"].clone();
    assert!(notices.as_array().unwrap().contains(&json!({"notice": "set_aside", "count": 1})), "{notices}");
    let row = ask(&face, json!({"call": "record", "record": correction})).await["row"].clone();
    assert_eq!((&row["state"], &row["patch"]), (&json!("set_aside"), &json!("held")));
}

#[tokio::test]
async fn every_change_of_a_draft_is_on_the_disk_when_its_call_answers() {
    let phone = Phone::new(707);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let activity = world.activity(world.head, ServiceCode::S18);
    let about = ask(&face, json!({"call": "activity", "activity": activity})).await;
    assert_eq!(
        about["rule"]["missing"],
        json!(["photo", "paper_number", "video_or_reason", "position_or_reason"])
    );
    assert_eq!(
        (&about["number"], &about["patch"], &about["draft"]),
        (&json!(18), &json!("planned"), &Value::Null)
    );
    assert!(about["official_name"].as_str().unwrap().contains("жолдамалар"), "{}", about["official_name"]);
    let page = ask(&face, json!({"call": "open_completion", "activities": [activity]})).await;
    let draft = page["draft"].clone();
    let same = ask(&face, json!({"call": "open_completion", "activities": [activity]})).await;
    assert_eq!(same["draft"], draft, "the worker goes on where he was");

    let fields = [
        json!({"field": "done_on", "value": "2026-11-20"}),
        json!({"field": "no_position", "value": "indoors"}),
        json!({"field": "position", "value": fix()}),
        json!({"field": "no_video", "value": "nothing_to_film"}),
        json!({"field": "paper_number", "value": "№ 17"}),
        json!({"field": "paper_date", "value": "2026-11-19"}),
        json!({"field": "note", "value": "берілді"}),
    ];
    for field in fields {
        let page = ask(&face, json!({"call": "save", "draft": draft, "field": field})).await;
        assert_eq!(page["ready"], false);
    }
    let evidence = bring_kept(&face, &draft, &photo(folder.path(), 1, 640), EvidenceKind::Photo).await;
    // The program ends here, without a word.
    drop(face);
    let face = again(&phone).await;
    let page = ask(&face, json!({"call": "draft", "draft": draft})).await;
    assert_eq!(page["done_on"], "2026-11-20");
    assert_eq!(
        (&page["position"]["accuracy_m"], &page["no_position"]),
        (&json!(8.0), &Value::Null),
        "a position needs no reason"
    );
    assert!(page["position"]["from_family_m"].as_f64().unwrap() > 1_000.0);
    assert_eq!(
        (&page["paper_number"], &page["paper_date"], &page["note"]),
        (&json!("№ 17"), &json!("2026-11-19"), &json!("берілді"))
    );
    let tile = &page["evidence"][0];
    assert_eq!(
        (&tile["evidence"], &tile["kind"], &tile["number"], &tile["state"]),
        (&json!(evidence), &json!("photo"), &json!(1), &json!("kept"))
    );
    assert_eq!((&page["ready"], &page["missing"]), (&json!(true), &json!([])));
    let satisfied =
        page["checks"].as_array().unwrap().iter().filter(|check| check["satisfied"] == true).count();
    assert_eq!(satisfied, 4, "photo, number of a paper, reason for no video, position: {:#}", page["checks"]);

    // Pictures come decrypted and whole.
    let plain = read_all(face.show(evidence, Part::File).await.unwrap()).await;
    assert_eq!(plain, std::fs::read(folder.path().join("IMG_1_640.jpg")).unwrap());
    assert!(!read_all(face.show(evidence, Part::Thumbnail).await.unwrap()).await.is_empty());

    // Taken out and brought back; taken out and sealed without it.
    let out = ask(&face, json!({"call": "remove_evidence", "draft": draft, "evidence": evidence})).await;
    assert_eq!((&out["evidence"], &out["removed"][0]["evidence"]), (&json!([]), &json!(evidence)));
    let back = ask(&face, json!({"call": "undo_remove", "draft": draft, "evidence": evidence})).await;
    assert_eq!((&back["evidence"][0]["evidence"], &back["removed"]), (&json!(evidence), &json!([])));
    let second = bring_kept(&face, &draft, &photo(folder.path(), 2, 640), EvidenceKind::Photo).await;
    ask(&face, json!({"call": "remove_evidence", "draft": draft, "evidence": evidence})).await;
    let review = ask(&face, json!({"call": "review", "draft": draft})).await;
    assert_eq!((&review["records"][0]["statement"], &review["in_time"]), (&json!("completion"), &json!(7)));
    let sealed = ask(&face, json!({"call": "seal", "draft": draft})).await;
    assert_eq!(sealed["outcome"], "sealed");
    assert!(face.show(evidence, Part::File).await.is_err(), "what was taken out has gone");
    assert!(face.show(second, Part::File).await.is_ok());
    let again = json!({"call": "save", "draft": draft, "field": {"field": "note", "value": "кеш"}});
    assert_eq!(try_ask(&face, again).await, Err(ProblemWord::NotNow), "sealed is sealed");
    let record = ask(&face, json!({"call": "record", "record": sealed["records"][0]["record"]})).await;
    assert_eq!(
        (&record["note"], &record["paper_number"], &record["row"]["done_on"]),
        (&json!("берілді"), &json!("№ 17"), &json!("2026-11-20"))
    );
    assert_eq!(
        (&record["row"]["patch"], &record["row"]["files"], &record["evidence"][0]["state"]),
        (&json!("waiting"), &json!(1), &json!("waiting"))
    );
    let sent = ask(&face, json!({"call": "sent"})).await;
    assert_eq!(
        (&sent["total"], &sent["month_records"], &sent["month_delivered"]),
        (&json!(1), &json!(1), &json!(0))
    );
    for (search, found) in [("тестов", 1), ("18", 1), ("жолдамалар", 1), ("никто", 0)] {
        let sent = ask(&face, json!({"call": "sent", "search": search})).await;
        assert_eq!(sent["rows"].as_array().unwrap().len(), found, "{search}");
    }
}

#[tokio::test]
async fn one_capture_serves_several_and_asks_for_consent_first() {
    let phone = Phone::new(708);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let of = |person| world.activity(person, ServiceCode::S07);
    let page = ask(&face, json!({"call": "open_completion", "activities": [of(world.head)]})).await;
    let draft = page["draft"].clone();
    let together = page["together"].as_array().unwrap();
    assert_eq!(together.len(), 4);
    assert_eq!(together.iter().filter(|one| one["chosen"] == true).count(), 1);
    let all = [world.head, world.spouse, world.child, world.parent].map(of);
    let page = ask(&face, json!({"call": "set_subjects", "draft": draft, "activities": all})).await;
    assert_eq!(page["subjects"].as_array().unwrap().len(), 4);
    assert_eq!(page["consent_missing"], json!([world.parent]));
    bring_kept(&face, &draft, &photo(folder.path(), 1, 640), EvidenceKind::Photo).await;
    ask(&face, json!({"call": "save", "draft": draft, "field": {"field": "no_position", "value": "no_fix"}}))
        .await;
    ask(
        &face,
        json!({"call": "save", "draft": draft, "field": {"field": "no_video", "value": "no_consent"}}),
    )
    .await;
    let lacking = ask(&face, json!({"call": "seal", "draft": draft})).await;
    assert_eq!(
        lacking,
        json!({"outcome": "lacking", "missing": [], "consent": [world.parent], "incoming": 0})
    );
    let silent = json!({"call": "say_consent", "draft": draft, "person": world.parent, "state": "declined"});
    assert_eq!(try_ask(&face, silent).await, Err(ProblemWord::NotNow), "without consent a reason is needed");
    let said = json!({"call": "say_consent", "draft": draft, "person": world.parent, "state": "given", "reason": "бланк"});
    assert_eq!(ask(&face, said).await["ready"], true);
    let review = ask(&face, json!({"call": "review", "draft": draft})).await;
    let statements: Vec<&Value> =
        review["records"].as_array().unwrap().iter().map(|one| &one["statement"]).collect();
    assert_eq!(statements, ["consent", "completion", "completion", "completion", "completion"]);
    let sealed = ask(&face, json!({"call": "seal", "draft": draft})).await;
    assert_eq!(sealed["records"].as_array().unwrap().len(), 5);
    let wrong = json!({"call": "open_completion", "activities": [world.activity(world.head, ServiceCode::S21), of(world.spouse)]});
    assert_eq!(try_ask(&face, wrong).await, Err(ProblemWord::NotNow), "one service at a time");
}

#[tokio::test]
async fn refusals_consents_and_acts_are_sealed_on_the_same_mechanism() {
    let phone = Phone::new(709);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let school = world.activity(world.child, ServiceCode::S09);
    let page = ask(&face, json!({"call": "open_not_applicable", "activity": school, "reason": " "})).await;
    assert_eq!((&page["ready"], &page["missing"]), (&json!(false), &json!([])), "a reason is needed");
    let field = json!({"field": "reason", "value": "мектепке ерте"});
    let page = ask(&face, json!({"call": "save", "draft": page["draft"], "field": field})).await;
    assert_eq!(page["ready"], true);
    assert_eq!(ask(&face, json!({"call": "seal", "draft": page["draft"]})).await["outcome"], "sealed");
    let clinic = world.activity(world.spouse, ServiceCode::S11);
    let page =
        ask(&face, json!({"call": "open_refused", "activity": clinic, "reason": "өз дәрігері бар"})).await;
    assert_eq!(ask(&face, json!({"call": "seal", "draft": page["draft"]})).await["outcome"], "sealed");

    let page = ask(
        &face,
        json!({"call": "open_consent", "person": world.parent, "state": "given", "reason": "бланк № 3"}),
    )
    .await;
    assert_eq!(page["missing"], json!(["acknowledgement"]), "its paper or a signature");
    bring_kept(&face, &page["draft"], &photo(folder.path(), 1, 640), EvidenceKind::Document).await;
    assert_eq!(ask(&face, json!({"call": "seal", "draft": page["draft"]})).await["outcome"], "sealed");
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    let parent = view["members"]
        .as_array()
        .unwrap()
        .iter()
        .find(|m| m["name"]["person"] == json!(world.parent))
        .unwrap();
    assert_eq!(
        (&parent["consent"]["state"], &parent["consent"]["source"]),
        (&json!("given"), &json!("sealed"))
    );

    let forms = ask(&face, json!({"call": "acts"})).await;
    let visit =
        forms["acts"].as_array().unwrap().iter().find(|form| form["act"] == "preliminary_visit").unwrap();
    assert_eq!((visit["topics"].as_array().unwrap().len(), &visit["paragraph"]), (4, &json!(27)));
    let page =
        ask(&face, json!({"call": "open_act", "family": world.family, "act": "monitoring_visit"})).await;
    let draft = &page["draft"];
    assert_eq!(
        ask(&face, json!({"call": "family", "family": world.family})).await["act_drafts"][0]["act"],
        "monitoring_visit"
    );
    for field in [
        json!({"field": "topics", "value": ["housing", "work"]}),
        json!({"field": "details", "value": {"problems": ["пеш түтіндейді"], "proposals": ["шебер шақыру"]}}),
    ] {
        ask(&face, json!({"call": "save", "draft": draft, "field": field})).await;
    }
    bring_kept(&face, draft, &photo(folder.path(), 2, 640), EvidenceKind::Photo).await;
    let sealed = ask(&face, json!({"call": "seal", "draft": draft})).await;
    let record = ask(&face, json!({"call": "record", "record": sealed["records"][0]["record"]})).await;
    assert_eq!(
        (&record["row"]["act"], &record["details"]["problems"][0]),
        (&json!("monitoring_visit"), &json!("пеш түтіндейді"))
    );
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    assert_eq!((view["acts"].as_array().unwrap().len(), &view["act_drafts"]), (1, &json!([])));

    // Who agrees to a plan signs on the screen, and says which plan it is by the digits at its foot (§34).
    let page = ask(
        &face,
        json!({"call": "open_act", "family": world.family, "act": "plan_agreement", "person": world.head}),
    )
    .await;
    let draft = &page["draft"];
    let digest = json!([{"what": "field", "name": "plan_digest"}]);
    assert_eq!((&page["missing"], &page["to_say"]), (&json!(["acknowledgement"]), &digest));
    let signature =
        page["checks"].as_array().unwrap().iter().find(|check| check["proof"] == "acknowledgement").unwrap();
    assert_eq!((&signature["required"], &signature["satisfied"]), (&json!(true), &json!(false)));
    let said = json!({"field": "details", "value": {"plan_digest": "ab12 cd3"}});
    assert_eq!(
        ask(&face, json!({"call": "save", "draft": draft, "field": said})).await["to_say"],
        digest,
        "seven are too few"
    );
    let said = json!({"field": "details", "value": {"plan_digest": "ab12 cd34"}});
    assert_eq!(ask(&face, json!({"call": "save", "draft": draft, "field": said})).await["to_say"], json!([]));
    assert_eq!(
        ask(&face, json!({"call": "seal", "draft": draft})).await["outcome"],
        "lacking",
        "nobody has signed"
    );
    bring_kept(&face, draft, &photo(folder.path(), 3, 640), EvidenceKind::Signature).await;
    let page = ask(&face, json!({"call": "draft", "draft": draft})).await;
    assert_eq!(page["ready"], true, "{page}");
    let sealed = ask(&face, json!({"call": "seal", "draft": draft})).await;
    let record = ask(&face, json!({"call": "record", "record": sealed["records"][0]["record"]})).await;
    assert_eq!(
        (&record["row"]["act"], &record["details"]["plan_digest"]),
        (&json!("plan_agreement"), &json!("ab12 cd34"))
    );

    let page = ask(&face, json!({"call": "open_act", "family": world.family, "act": "arrival"})).await;
    let today = ask(&face, json!({"call": "discard", "draft": page["draft"]})).await;
    assert_eq!(today["drafts"], json!([]));
}

#[tokio::test]
async fn what_was_said_in_a_draft_can_be_put_right_and_nothing_is_sealed_without_it() {
    let phone = Phone::new(713);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let save = async |draft: &Value, field: &str, value: Value| {
        ask(&face, json!({"call": "save", "draft": draft, "field": {"field": field, "value": value}})).await
    };

    // A consent is taken back: the reason is said in the draft, and nobody seals without it.
    let withdraw =
        json!({"call": "open_consent", "person": world.head, "state": "withdrawn", "reason": null});
    let page = ask(&face, withdraw.clone()).await;
    let draft = page["draft"].clone();
    assert_eq!((&page["ready"], &page["to_say"]), (&json!(false), &json!([{"what": "reason"}])));
    assert_eq!(try_ask(&face, json!({"call": "seal", "draft": draft})).await, Err(ProblemWord::NotNow));
    assert_eq!(ask(&face, withdraw).await["draft"], draft, "one draft of it");
    let page = save(&draft, "reason", json!("көшті")).await;
    assert_eq!(
        (&page["ready"], &page["to_say"], &page["consent_state"]),
        (&json!(true), &json!([]), &json!("withdrawn"))
    );
    assert_eq!(ask(&face, json!({"call": "seal", "draft": draft})).await["outcome"], "sealed");

    // A service that nobody wanted is given after all: a completion in the place of the refusal.
    let clinic = world.activity(world.head, ServiceCode::S07);
    let page = ask(&face, json!({"call": "open_refused", "activity": clinic, "reason": ""})).await;
    let refusal = page["draft"].clone();
    assert_eq!(page["to_say"], json!([{"what": "reason"}]));
    save(&refusal, "reason", json!("кейін")).await;
    let early = json!({"call": "given_after_all", "activity": clinic, "why": ""});
    assert_eq!(try_ask(&face, early.clone()).await, Err(ProblemWord::NotNow), "nothing is sealed yet");
    let refused = ask(&face, json!({"call": "seal", "draft": refusal})).await["records"][0]["record"].clone();
    let view = ask(&face, json!({"call": "activity", "activity": clinic})).await;
    assert_eq!(view["may_be_given"], true);
    let page = ask(&face, early.clone()).await;
    let draft = page["draft"].clone();
    assert_eq!((&page["kind"], &page["corrects"]), (&json!("completion"), &refused));
    assert_eq!(page["to_say"], json!([{"what": "correction"}]));
    assert_eq!(ask(&face, early).await["draft"], draft, "one draft of it");
    bring_kept(&face, &draft, &photo(folder.path(), 1, 640), EvidenceKind::Photo).await;
    save(&draft, "position", fix()).await;

    // Another reason in words of one's own is put right, not added to; it is sealed at the end of the note.
    save(&draft, "no_video_words", json!("камера")).await;
    save(&draft, "no_video_words", json!("камера тоңып қалды")).await;
    save(&draft, "no_video", json!("other")).await;
    save(&draft, "note", json!("есік алдында")).await;
    let long =
        json!({"call": "save", "draft": draft, "field": {"field": "note", "value": "а".repeat(3_990)}});
    assert_eq!(try_ask(&face, long).await, Err(ProblemWord::NotNow), "together they would be too long");

    // A consent is said with its basis, said otherwise, and taken back.
    let say = async |state: &str, reason: Value| {
        let said = json!({"call": "say_consent", "draft": draft, "person": world.head, "state": state, "reason": reason});
        try_ask(&face, said).await
    };
    assert_eq!(
        say("given", Value::Null).await,
        Err(ProblemWord::NotNow),
        "a consent that nobody could prove"
    );
    assert_eq!(say("given", json!(" ")).await, Err(ProblemWord::NotNow));
    let page = say("given", json!("бланк № 4")).await.unwrap();
    assert_eq!(page["subjects"][0]["consent_reason"], "бланк № 4");
    let page = say("declined", json!("келіспейді")).await.unwrap();
    assert_eq!(page["subjects"][0]["consent"]["state"], "declined");
    let page = say("missing", Value::Null).await.unwrap();
    assert_eq!(
        (&page["subjects"][0]["consent"]["source"], &page["subjects"][0]["consent_reason"]),
        (&json!("sealed"), &Value::Null)
    );

    assert_eq!(ask(&face, json!({"call": "draft", "draft": draft})).await["ready"], false);
    assert_eq!(save(&draft, "correction", json!("кейін көрсетілді")).await["ready"], true);
    let sealed = ask(&face, json!({"call": "seal", "draft": draft})).await;
    let record = ask(&face, json!({"call": "record", "record": sealed["records"][0]["record"]})).await;
    assert_eq!(record["note"], "есік алдында\nкамера тоңып қалды");
    assert_eq!(
        (&record["correction"], &record["row"]["statement"]),
        (&json!("кейін көрсетілді"), &json!("completion"))
    );
    let view = ask(&face, json!({"call": "activity", "activity": clinic})).await;
    assert_eq!((&view["patch"], &view["may_be_given"]), (&json!("waiting"), &json!(false)));

    // The reason of a refusal is corrected too, and so is why it is corrected.
    let school = world.activity(world.child, ServiceCode::S09);
    let page = ask(&face, json!({"call": "open_refused", "activity": school, "reason": "ерте"})).await;
    let refused =
        ask(&face, json!({"call": "seal", "draft": page["draft"]})).await["records"][0]["record"].clone();
    let page = ask(&face, json!({"call": "correct", "record": refused, "why": ""})).await;
    let draft = page["draft"].clone();
    assert_eq!((&page["reason"], &page["to_say"]), (&json!("ерте"), &json!([{"what": "correction"}])));
    save(&draft, "reason", json!("басқа мектеп")).await;
    assert_eq!(save(&draft, "correction", json!("мәтіні қате")).await["ready"], true);
    assert_eq!(ask(&face, json!({"call": "seal", "draft": draft})).await["outcome"], "sealed");

    // An act says what its form asks for.
    let page =
        ask(&face, json!({"call": "open_act", "family": world.family, "act": "preliminary_visit"})).await;
    assert_eq!((&page["ready"], &page["to_say"]), (&json!(false), &json!([{"what": "topics"}])));
    let page = save(&page["draft"], "topics", json!(["region"])).await;
    assert_eq!(page["ready"], true);
}

#[tokio::test]
async fn what_cannot_be_evidence_or_has_no_room_is_said_and_what_was_interrupted_is_offered() {
    let phone = Phone::new(710);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let page = ask(&face, json!({"call": "open_completion", "activities": [world.activities[0].0]})).await;
    let draft = page["draft"].clone();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "no picture").unwrap();
    let answer = bring(&face, &draft, &text, EvidenceKind::Photo).await;
    assert!(matches!(answer, AttachAnswer::SetAside { ref reason } if reason == "not_media"), "{answer:?}");
    let page = ask(&face, json!({"call": "draft", "draft": draft})).await;
    assert!(page["aside"][0]["name"].as_str().unwrap().ends_with("notes.txt"));
    assert!(std::fs::read_dir(face.app().camera_folder()).unwrap().next().is_none(), "no copy stays");
    phone.room.0.store(1 << 20, Ordering::SeqCst);
    let answer = bring(&face, &draft, &photo(folder.path(), 1, 640), EvidenceKind::Photo).await;
    assert!(matches!(answer, AttachAnswer::NoRoom { .. }), "{answer:?}");
    assert_eq!(ask(&face, json!({"call": "draft", "draft": draft})).await["room"], false);
    phone.room.0.store(64 << 30, Ordering::SeqCst);

    // A photo lies whole in the camera's folder, another was being brought: the program ends.
    let camera = face.app().camera_folder();
    std::fs::copy(photo(folder.path(), 2, 640), camera.join("IMG_2.jpg")).unwrap();
    // Another one where the shell lets the camera write for this draft; the third was for a draft that is no more.
    let of_draft = face.app().camera_folder_of(draft.as_str().unwrap().parse().unwrap());
    std::fs::create_dir_all(&of_draft).unwrap();
    std::fs::copy(photo(folder.path(), 3, 640), of_draft.join("IMG_2.jpg")).unwrap();
    let nowhere = camera.join(Uuid::from_u128(5).to_string());
    std::fs::create_dir_all(&nowhere).unwrap();
    std::fs::copy(photo(folder.path(), 4, 640), nowhere.join("IMG_4.jpg")).unwrap();
    let half = face.begin_bringing(draft.as_str().unwrap().parse().unwrap(), None).await.unwrap();
    std::fs::write(&half.path, b"half").unwrap();
    close(face).await;
    let face = again(&phone).await;
    assert!(!half.path.exists(), "half a file is nothing; the browser has it whole");
    let notices = ask(&face, json!({"call": "phone"})).await["notices"].clone();
    assert_eq!(notices, json!([{"notice": "leftovers", "count": 3}]));
    let read = ask(&face, json!({"call": "dismiss_notices"})).await["notices"].clone();
    assert_eq!(read, json!([{"notice": "leftovers", "count": 3}]), "offered until something is done with it");
    let left = ask(&face, json!({"call": "leftovers"})).await["files"].clone();
    let of = |name: &str| left.as_array().unwrap().iter().find(|file| file["name"] == name).cloned().unwrap();
    assert_eq!((&of("IMG_2.jpg")["in_vault"], &of("IMG_2.jpg")["draft"]), (&json!(false), &Value::Null));
    let meant = format!("{}/IMG_2.jpg", draft.as_str().unwrap());
    assert_eq!(of(&meant)["draft"], draft, "it is known what it was made for");
    let shown = face.show_leftover(&meant).await.unwrap();
    assert_eq!(shown.media_type, "image/jpeg");
    assert_eq!(read_all(shown).await, std::fs::read(of_draft.join("IMG_2.jpg")).unwrap());
    assert_eq!(face.show_leftover("../store.db").await.err().unwrap().problem, ProblemWord::Unknown);
    let lost = format!("{}/IMG_4.jpg", Uuid::from_u128(5));
    assert_eq!(of(&lost)["draft"], Value::Null, "its draft is no more");
    ask(&face, json!({"call": "dismiss_leftover", "name": lost})).await;
    ask(&face, json!({"call": "dismiss_leftover", "name": meant})).await;
    assert!(!nowhere.exists() && !of_draft.exists(), "empty folders go");
    let adopted = ask(&face, json!({"call": "adopt_leftover", "name": "IMG_2.jpg", "draft": draft})).await;
    assert_eq!(
        (&adopted["outcome"], adopted["page"]["evidence"].as_array().unwrap().len()),
        (&json!("kept"), 1)
    );
    assert_eq!(ask(&face, json!({"call": "leftovers"})).await["files"], json!([]));
    assert_eq!(ask(&face, json!({"call": "dismiss_notices"})).await["notices"], json!([]));
    let gone = json!({"call": "dismiss_leftover", "name": "../store.db"});
    assert_eq!(try_ask(&face, gone).await, Err(ProblemWord::Unknown));
}

#[tokio::test]
async fn the_log_and_the_iin_are_told_with_care() {
    let phone = Phone::new(711);
    let (face, world) = open(&phone).await;
    let mut rows = world.rows();
    for row in &mut rows {
        if let Row::Person(person) = row
            && person.id == world.head
        {
            person.iin = Some(synthetic_iin());
        }
    }
    pull(face.app(), &rows, &[]).await;
    let face = {
        close(face).await;
        again(&phone).await
    };
    let view = ask(&face, json!({"call": "family", "family": world.family})).await;
    let masked = view["members"][0]["iin_masked"].as_str().unwrap();
    assert!(masked.starts_with("•••• •••• ") && masked.chars().count() == 14, "{masked}");
    assert!(masked.chars().rev().take(4).all(|digit| digit.is_ascii_digit()), "{masked}");
    assert!(!view.to_string().contains("850101"), "the view does not hold it");
    let silent = json!({"call": "show_iin", "person": world.head, "reason": ""});
    assert_eq!(try_ask(&face, silent).await, Err(ProblemWord::BadRequest));
    let shown =
        ask(&face, json!({"call": "show_iin", "person": world.head, "reason": "құжатпен салыстыру"})).await;
    assert_eq!(shown["iin"].as_str().unwrap().len(), 12);
    let log = ask(&face, json!({"call": "diagnostics"})).await;
    assert_eq!(log["events"][0]["kind"], "iin_shown");
    let text = log.to_string();
    for personal in ["ТЕСТ", "850101", "құжатпен"] {
        assert!(!text.contains(personal), "{personal}: {text}");
    }
}

fn synthetic_iin() -> kandas_shared::iin::Iin {
    (0..10).find_map(|last| format!("85010130000{last}").parse().ok()).unwrap()
}

#[tokio::test]
async fn a_worker_is_reminded_once_of_each_thing_and_of_nobody_by_name() {
    let phone = Phone::new(712);
    let (face, world) = open(&phone).await;
    assert_eq!(ask(&face, json!({"call": "set_pin", "pin": "2580"})).await["right"], true);
    assert_eq!(face.reminders().await.unwrap(), []);
    let folder = tempfile::tempdir().unwrap();
    let sealed =
        complete(&face, world.activity(world.head, ServiceCode::S01), &photo(folder.path(), 1, 640)).await;
    // Monday, 23 November 2026: one is due on Tuesday, one on Wednesday.
    let rows = with_activities(&world, |service, activity| {
        activity.due_on = match service {
            ServiceCode::S03 => day("2026-11-24"),
            ServiceCode::S18 => day("2026-11-25"),
            _ => None,
        };
    });
    pull(face.app(), &rows, &[]).await;
    let returned = Check {
        id: Uuid::from_u128(9).into(),
        record: sealed.as_str().unwrap().parse().unwrap(),
        hash: Digest::of(b"as the centre has it"),
        family: world.family,
        activity: Some(world.activity(world.head, ServiceCode::S01)),
        state: CheckKind::Returned,
        stands: true,
        evidence: None,
        reason: Some(ReturnReason::TooDark.into()),
        text: None,
        due: day("2026-11-30"),
        checker: Uuid::from_u128(70).into(),
        checker_name: "ТЕСТОВ ДИРЕКТОР".into(),
        checker_role: Role::CcDir,
        checked_at: "2026-11-23T05:00:00Z".parse().unwrap(),
        answered_by: None,
    };
    pull(face.app(), &[Row::Check(returned)], &[]).await;
    // Another start, as in the background: nobody has given the PIN.
    close(face).await;
    let face = again(&phone).await;
    let said = face.reminders().await.unwrap();
    let kinds: Vec<Of> = said.iter().map(|reminder| reminder.kind).collect();
    assert_eq!(kinds, [Of::Returned, Of::Due]);
    let texts: String =
        said.iter().map(|reminder| format!("{} {} ", reminder.title, reminder.text)).collect();
    assert!(!texts.contains("ТЕСТ"), "a locked screen shows it to anybody: {texts}");
    close(face).await;
    let face = again(&phone).await;
    assert_eq!(face.reminders().await.unwrap(), [], "said is said, after another start too");

    phone.clock.advance(TimeDelta::days(3) + TimeDelta::minutes(1));
    let off = json!({"call": "set_reminders", "on": false});
    assert_eq!(
        try_ask(&face, off.clone()).await,
        Err(ProblemWord::Locked),
        "a passer-by switches nothing off"
    );
    ask(&face, json!({"call": "unlock", "pin": "2580"})).await;
    assert_eq!(ask(&face, off).await["reminders"], false);
    assert_eq!(face.reminders().await.unwrap(), []);
    assert_eq!(ask(&face, json!({"call": "set_reminders", "on": true})).await["reminders"], true);
    let kinds: Vec<Of> = face.reminders().await.unwrap().iter().map(|reminder| reminder.kind).collect();
    assert_eq!(kinds, [Of::Unsent]);
}

#[tokio::test]
async fn listeners_hear_what_changes() {
    let phone = Phone::new(712);
    let (face, world) = open(&phone).await;
    let mut watch = face.watch();
    ask(&face, json!({"call": "open_completion", "activities": [world.activities[0].0]})).await;
    let heard = serde_json::to_value(watch.recv().await.unwrap()).unwrap();
    assert_eq!(heard, json!({"event": "changed", "topics": ["drafts"]}));
    ask(&face, json!({"call": "pause_sync", "paused": true})).await;
    let heard = serde_json::to_value(watch.recv().await.unwrap()).unwrap();
    assert_eq!(heard, json!({"event": "changed", "topics": ["sync"]}));
    let view = ask(&face, json!({"call": "sync"})).await;
    assert_eq!(
        (&view["paused"], &view["line"]["state"]),
        (&json!(true), &json!("delivered")),
        "nothing waits"
    );
    close(face).await;
    let face = again(&phone).await;
    assert_eq!(ask(&face, json!({"call": "sync"})).await["paused"], true, "a pause is a row");
}

#[tokio::test]
async fn a_damaged_piece_stands_in_the_line_until_it_was_taken_again() {
    let phone = Phone::new(731);
    let (face, world) = open(&phone).await;
    let folder = tempfile::tempdir().unwrap();
    let record =
        complete(&face, world.activity(world.head, ServiceCode::S01), &photo(folder.path(), 1, 640)).await;
    let damaged = async |face: &Face| ask(face, json!({"call": "phone"})).await["sync"]["damaged"].clone();
    assert_eq!(damaged(&face).await, 0);
    let page = ask(&face, json!({"call": "record", "record": record})).await;
    let old: EvidenceId = page["evidence"][0]["evidence"].as_str().unwrap().parse().unwrap();
    // Its file and the small picture: one piece.
    for part in [Part::File, Part::Thumbnail] {
        std::fs::remove_file(face.app().vault().path(FileRef { evidence: old, part })).unwrap();
    }
    close(face).await;
    let face = again(&phone).await;
    assert_eq!(damaged(&face).await, 1);
    let page = ask(&face, json!({"call": "correct", "record": record, "why": "файл бүлінген"})).await;
    assert_eq!(damaged(&face).await, 1, "a draft has corrected nothing yet");
    let draft: DraftId = page["draft"].as_str().unwrap().parse().unwrap();
    let bringing = face.begin_bringing(draft, Some("again.jpg")).await.unwrap();
    std::fs::copy(photo(folder.path(), 9, 640), &bringing.path).unwrap();
    let anew = how(Some(EvidenceKind::Photo), Source::Captured, None, None, None, Some(old));
    face.bring(bringing, draft, anew).await.unwrap();
    assert_eq!(ask(&face, json!({"call": "seal", "draft": draft})).await["outcome"], "sealed");
    assert_eq!(damaged(&face).await, 0);
}
