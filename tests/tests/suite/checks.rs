//! What supervisors say comes to the phone and is answered: a returned photo is shown, taken again and comes back; a
//! forgotten PIN is replaced; the log reaches the operator; a newer program is told of.

use std::{io::Read as _, path::Path};

use kandas_app::face::{how, view::AttachAnswer};
use kandas_fixtures::proxy::Weather;
use kandas_server::{
    check::{
        self, Checking, Due, Return,
        held::{self, Deciding, Decision},
    },
    device_log,
    facts::Event,
    pin_reset,
    token::Bearer,
};
use kandas_shared::{
    check::{Choice, ChoiceReason, ReturnReason},
    evidence::{EvidenceKind, Source},
    ids::{DeviceId, EvidenceId, FamilyId, RecordId, UserId},
    jws::Signer as _,
    plan_state::ActivityState,
    pulled::{Activity, Row},
    wire::TokenScope,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    disasters::family,
    face::{Screens, ask, simple, until},
    worker::Worker,
};

on_both_engines!(
    a_returned_photo_is_taken_again_and_answered,
    whoever_has_the_family_now_answers_with_one_photo,
    a_record_that_was_set_aside_says_so_and_why,
    a_forgotten_pin_is_replaced_by_voice_and_by_the_link,
    the_log_reaches_the_operator_and_a_newer_program_is_told_of,
);

/// The director of the first worker's centre.
fn director(centre: &Centre) -> UserId {
    let worker = centre.district.workers().next().unwrap();
    let found = centre.district.users.iter().find(|u| u.role == "cc_dir" && u.org_unit == worker.org_unit);
    UserId(found.unwrap().id)
}

async fn return_photo(centre: &Centre, record: RecordId, evidence: EvidenceId) {
    let store = centre.store();
    let mut tx = store.write().await.unwrap();
    let of = Checking { now: centre.clock.wall(), by: director(centre), record };
    let why = Return {
        reason: ReturnReason::Blurred.into(),
        text: Some("шеті көрінбейді".into()),
        due: Due::WorkingDays(2),
    };
    check::return_evidence(&mut tx, &*centre.chance, of, evidence, &why).await.unwrap();
    tx.commit().await.unwrap();
}

async fn accept(centre: &Centre, record: RecordId) {
    let store = centre.store();
    let mut tx = store.write().await.unwrap();
    let of = Checking { now: centre.clock.wall(), by: director(centre), record };
    check::accept(&mut tx, &*centre.chance, of).await.unwrap();
    tx.commit().await.unwrap();
}

/// The director decides about a held record, as its page on the phone names it.
async fn decide(centre: &Centre, page: &Value, choice: Choice, reason: Option<ChoiceReason>) {
    let store = centre.store();
    let mut tx = store.write().await.unwrap();
    let of = Deciding { now: centre.clock.wall(), by: director(centre) };
    let hash = serde_json::from_value(page["hash"].clone()).unwrap();
    let decision = Decision { choice, activity: None, reason, text: None };
    held::decide(&mut tx, &*centre.chance, of, hash, decision).await.unwrap();
    tx.commit().await.unwrap();
}

/// A record with two photos, with the centre.
async fn delivered(screens: &Screens) -> Value {
    let activity = simple(screens).await;
    let files = screens.worker.shoot(2, 0, false);
    let photos: Vec<(EvidenceKind, &Path)> =
        files.iter().map(|file| (EvidenceKind::Photo, &*file.path)).collect();
    let draft = screens.gather(&activity, &photos).await;
    let record = screens.seal(&draft).await;
    until(&screens.face, json!({"call": "record", "record": record}), |row| {
        row["row"]["state"] == "delivered"
    })
    .await;
    record
}

async fn a_record_that_was_set_aside_says_so_and_why(engine: Engine) {
    let centre = Centre::open(engine).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    let activity = simple(&screens).await;
    let of_activity = json!({"call": "activity", "activity": activity});
    screens.worker.line.set_weather(Weather::Refuse);
    let files = screens.worker.shoot(1, 0, false);
    let draft = screens.gather(&activity, &[(EvidenceKind::Photo, &*files[0].path)]).await;
    let record = screens.seal(&draft).await;
    let of_record = json!({"call": "record", "record": record});
    // Meanwhile the plan has lost it.
    let planned = screens.worker.pulled().await.into_iter().find_map(|row| match row {
        Row::Activity(planned) if json!(planned.id) == activity => Some(planned),
        _ => None,
    });
    let planned = planned.unwrap();
    let cancelled = Activity { state: ActivityState::Cancelled, ..planned.clone() };
    centre.append([Event::ActivitySet(cancelled)]).await;
    screens.worker.line.set_weather(Weather::Clear);
    ask(face, json!({"call": "sync_now"})).await;
    let page = until(face, of_record.clone(), |page| page["row"]["state"] == "held").await;
    assert_eq!(page["row"]["reason"], "activity_cancelled");
    until(face, json!({"call": "phone"}), |phone| phone["sync"]["held"] == 1).await;

    decide(&centre, &page, Choice::SetAside, Some(ChoiceReason::Duplicate)).await;
    centre.append([Event::ActivitySet(planned)]).await;
    ask(face, json!({"call": "sync_now"})).await;
    let page = until(face, of_record.clone(), |page| page["row"]["state"] == "set_aside").await;
    assert_eq!(page["row"]["reason"], "set_aside_duplicate");
    let phone = ask(face, json!({"call": "phone"})).await;
    assert_eq!(phone["sync"]["held"], 0, "nobody waits for it");
    let notice = json!({"notice": "set_aside", "count": 1});
    assert!(phone["notices"].as_array().unwrap().contains(&notice), "{phone:#}");
    let phone = ask(face, json!({"call": "dismiss_notices"})).await;
    assert!(!phone["notices"].as_array().unwrap().contains(&notice));
    // The activity is to be done as before, and what was made of it stays to be seen.
    let shown = until(face, of_activity.clone(), |shown| shown["patch"] != "held").await;
    assert!(["planned", "soon", "overdue"].contains(&shown["patch"].as_str().unwrap()), "{shown:#}");
    let item = screens.worker.ledger().await.into_iter().find(|item| json!(item.record) == record).unwrap();
    assert!(item.files.iter().any(|file| file.delivered_at.is_some()), "its photo is kept at the centre");

    // On second thoughts it counts.
    decide(&centre, &page, Choice::Applied, None).await;
    ask(face, json!({"call": "sync_now"})).await;
    let page = until(face, of_record, |page| page["row"]["state"] == "delivered").await;
    assert_eq!(page["row"]["reason"], Value::Null);
    until(face, of_activity, |shown| shown["patch"] == "delivered").await;
    screens.end().await;
}

async fn a_returned_photo_is_taken_again_and_answered(engine: Engine) {
    let centre = Centre::open(engine).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    let record = delivered(&screens).await;
    let page = ask(face, json!({"call": "record", "record": record})).await;
    let (old, kept) = (page["evidence"][0]["evidence"].clone(), page["evidence"][1]["evidence"].clone());
    let id: RecordId = serde_json::from_value(record.clone()).unwrap();
    return_photo(&centre, id, serde_json::from_value(old.clone()).unwrap()).await;

    ask(face, json!({"call": "sync_now"})).await;
    let today =
        until(face, json!({"call": "today"}), |today| today["returned"].as_array().unwrap().len() == 1).await;
    let card = &today["returned"][0];
    assert_eq!((&card["record"], &card["evidence"], &card["kind"]), (&record, &old, &json!("photo")));
    assert_eq!((&card["reason"], &card["why"]), (&json!("blurred"), &json!("шеті көрінбейді")));
    assert_eq!(card["deadline"]["working_days"], 2);
    assert_eq!(card["role"], "cc_dir");
    assert!(card["by"].as_str().is_some_and(|name| !name.is_empty()));
    let thumbnail = serde_json::from_value(old.clone()).unwrap();
    assert!(
        face.show(thumbnail, kandas_shared::evidence::Part::Thumbnail).await.is_ok(),
        "the old photo is shown"
    );
    let notice = json!({"notice": "returned", "count": 1});
    let phone = ask(face, json!({"call": "phone"})).await;
    assert!(phone["notices"].as_array().unwrap().contains(&notice), "{phone:#}");
    let phone = ask(face, json!({"call": "dismiss_notices"})).await;
    assert!(!phone["notices"].as_array().unwrap().contains(&notice));

    // The photo alone is taken again; the other one is carried over.
    let files = "select count(*) from evidence_file where part = 'file' and state = 'received'";
    let before = centre.count(files).await;
    let page = ask(face, json!({"call": "correct", "record": record, "why": "қайта түсірілді"})).await;
    let draft = page["draft"].clone();
    retake(&screens, &draft, &old).await;
    let card = ask(face, json!({"call": "today"})).await["returned"][0].clone();
    assert_eq!((&card["draft"], &card["retaken"]), (&draft, &json!(true)));
    let answer = screens.seal(&draft).await;
    assert_eq!(
        ask(face, json!({"call": "today"})).await["returned"],
        json!([]),
        "answered as far as he is concerned"
    );
    until(face, json!({"call": "record", "record": answer}), |row| row["row"]["state"] == "delivered").await;
    let page = ask(face, json!({"call": "record", "record": answer})).await;
    let now: Vec<&Value> =
        page["evidence"].as_array().unwrap().iter().map(|tile| &tile["evidence"]).collect();
    assert!(now.contains(&&kept) && !now.contains(&&old) && now.len() == 2, "{now:?}");
    assert_eq!(centre.count(files).await, before + 1, "nothing but the new photo was sent");

    ask(face, json!({"call": "sync_now"})).await;
    let page =
        until(face, json!({"call": "record", "record": record}), |page| page["row"]["check"] == "answered")
            .await;
    assert_eq!(
        (&page["checks"][0]["state"], &page["checks"][0]["stands"]),
        (&json!("answered"), &json!(false))
    );
    let answered = "select count(*) from record where check_state = 'answered'";
    assert_eq!(centre.count(answered).await, 1);
    accept(&centre, serde_json::from_value(answer.clone()).unwrap()).await;
    ask(face, json!({"call": "sync_now"})).await;
    until(face, json!({"call": "record", "record": answer}), |page| page["row"]["patch"] == "checked").await;
    screens.worker.assert_up_to_date(&centre, 0).await;
    centre.assert_sound().await;
    screens.end().await;
}

/// Whether the centre tells this worker's phone of a returned record.
async fn may_see(centre: &Centre, number: usize, record: RecordId) -> bool {
    let worker = UserId(centre.district.workers().nth(number).unwrap().id);
    let state = centre.state();
    let key = state.keys.signer().public_key().kid();
    let bearer = Bearer {
        device: DeviceId::draw(centre.clock.wall(), [7; 10]),
        worker,
        key,
        scope: TokenScope::Device,
    };
    check::rework::rework(&state, &bearer, record).await.is_ok()
}

/// Takes one piece again in a draft that corrects its record.
async fn retake(screens: &Screens, draft: &Value, old: &Value) {
    let id = draft.as_str().unwrap().parse().unwrap();
    let again = screens.worker.shoot(1, 0, false);
    let bringing = screens.face.begin_bringing(id, None).await.unwrap();
    std::fs::copy(&again[0].path, &bringing.path).unwrap();
    let replaces = Some(serde_json::from_value(old.clone()).unwrap());
    let taken = how(Some(EvidenceKind::Photo), Source::Captured, None, None, None, replaces);
    let answer = screens.face.bring(bringing, id, taken).await.unwrap();
    assert!(matches!(answer, AttachAnswer::Kept { .. }), "{answer:?}");
}

async fn whoever_has_the_family_now_answers_with_one_photo(engine: Engine) {
    let centre = Centre::open(engine).await;
    let former = Screens::new(&centre).await;
    former.enrol(&centre).await;
    let owner = Screens::of(Worker::new(&centre, 1, None).await).await;
    owner.enrol(&centre).await;
    let record = delivered(&former).await;
    let page = ask(&former.face, json!({"call": "record", "record": record})).await;
    let (old, kept) = (page["evidence"][0]["evidence"].clone(), page["evidence"][1]["evidence"].clone());
    let family: FamilyId = serde_json::from_value(page["row"]["family"].clone()).unwrap();
    family::take_away(&centre, &former.worker, family).await;
    family::assign(&centre, family, 1).await;
    let id: RecordId = serde_json::from_value(record.clone()).unwrap();
    return_photo(&centre, id, serde_json::from_value(old.clone()).unwrap()).await;
    let readings = format!("select count(*) from access_log where action = 'check.rework {id}'");
    assert_eq!(centre.count(&readings).await, 0);

    // Who had the family is not told; who has it sees the old photo, though another phone took it.
    former.worker.sync_until_done().await;
    assert_eq!(ask(&former.face, json!({"call": "today"})).await["returned"], json!([]));
    let face = &owner.face;
    ask(face, json!({"call": "sync_now"})).await;
    let today =
        until(face, json!({"call": "today"}), |today| today["returned"][0]["piecewise"] == true).await;
    let card = &today["returned"][0];
    assert_eq!((&card["record"], &card["evidence"], &card["kind"]), (&record, &old, &json!("photo")));
    assert_eq!(card["number"], Value::Null);
    assert!(card["done_on"].is_string());
    let mut picture = Vec::new();
    let shown = serde_json::from_value(old.clone()).unwrap();
    let mut bytes = face.show(shown, kandas_shared::evidence::Part::Thumbnail).await.unwrap();
    bytes.read_to_end(&mut picture).unwrap();
    assert!(picture.starts_with(&[0xff, 0xd8]), "a small JPEG");
    let other = serde_json::from_value(kept.clone()).unwrap();
    assert!(face.show(other, kandas_shared::evidence::Part::Thumbnail).await.is_err(), "need to know");
    assert_eq!(centre.count(&readings).await, 1, "one reading in the access log");
    for (number, may) in [(0, false), (1, true), (2, false)] {
        assert_eq!(may_see(&centre, number, id).await, may, "worker {number}");
    }

    // That photo alone is taken again; what the other phone has sent is neither sent nor missed here.
    let files = "select count(*) from evidence_file where state = 'received'";
    let before = centre.count(files).await;
    let page = ask(face, json!({"call": "correct", "record": record, "why": "қайта түсірілді"})).await;
    let draft = page["draft"].clone();
    retake(&owner, &draft, &old).await;
    let answer = owner.seal(&draft).await;
    until(face, json!({"call": "record", "record": answer}), |row| row["row"]["state"] == "delivered").await;
    let page = ask(face, json!({"call": "record", "record": answer})).await;
    let now: Vec<&Value> =
        page["evidence"].as_array().unwrap().iter().map(|tile| &tile["evidence"]).collect();
    assert!(now.contains(&&kept) && !now.contains(&&old) && now.len() == 2, "{now:?}");
    assert_eq!(centre.count(files).await, before + 2, "the new photo and its small picture");
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'salvaged'").await, 0);
    assert_eq!(centre.count("select count(*) from record where check_state = 'answered'").await, 1);

    // Returned once more, this time it lies on the owner's phone, and the piece of the first phone still does not.
    let id: RecordId = serde_json::from_value(answer.clone()).unwrap();
    let new = now.iter().find(|evidence| ***evidence != kept).unwrap();
    return_photo(&centre, id, serde_json::from_value((*new).clone()).unwrap()).await;
    ask(face, json!({"call": "sync_now"})).await;
    until(face, json!({"call": "today"}), |today| today["returned"][0]["record"] == answer).await;
    let draft = ask(face, json!({"call": "correct", "record": answer, "why": "тағы"})).await["draft"].clone();
    retake(&owner, &draft, new).await;
    let last = owner.seal(&draft).await;
    until(face, json!({"call": "record", "record": last}), |row| row["row"]["state"] == "delivered").await;
    assert_eq!(centre.count("select count(*) from evidence_file where state = 'salvaged'").await, 0);
    ask(face, json!({"call": "sync_now"})).await;
    until(face, json!({"call": "record", "record": answer}), |page| page["row"]["check"] == "answered").await;
    let told: i64 = {
        let mut conn = owner.worker.app().store().conn().await.unwrap();
        sqlx::query_scalar("select (select count(*) from rework) + (select count(*) from rework_picture)")
            .fetch_one(&mut *conn)
            .await
            .unwrap()
    };
    assert_eq!(told, 0, "what is answered is forgotten");
    centre.assert_sound().await;
    former.end().await;
    owner.end().await;
}

async fn grant(
    centre: &Centre,
    screens: &Screens,
    challenge: &Value,
) -> Result<String, pin_reset::PinResetError> {
    let (store, device) = (centre.store(), screens.worker.device().await);
    let mut tx = store.write().await.unwrap();
    let (now, by) = (centre.clock.wall(), director(centre));
    let challenge = challenge.as_str().unwrap();
    let code = pin_reset::grant(&mut tx, now, &*centre.chance, &centre.keys, device, challenge, by).await?;
    tx.commit().await.unwrap();
    Ok(code)
}

async fn a_forgotten_pin_is_replaced_by_voice_and_by_the_link(engine: Engine) {
    let centre = Centre::open(engine).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    let record = delivered(&screens).await;
    ask(face, json!({"call": "lock"})).await;
    let shown = ask(face, json!({"call": "begin_pin_reset"})).await;
    let challenge = shown["challenge"].clone();
    assert_eq!(challenge.as_str().unwrap().len(), 8);
    assert_eq!(
        ask(face, json!({"call": "begin_pin_reset"})).await["challenge"],
        challenge,
        "the same number"
    );

    // Read out over the phone, without a link.
    screens.worker.line.set_weather(kandas_fixtures::proxy::Weather::BlackOut);
    let code = grant(&centre, &screens, &challenge).await.unwrap();
    let reset = |code: &str| json!({"call": "reset_pin", "code": code, "pin": "1357"});
    let wrong = format!("{:08}", (code.parse::<u64>().unwrap() + 1) % 100_000_000);
    assert_eq!(ask(face, reset(&wrong)).await["right"], false);
    assert_eq!(ask(face, reset("")).await["right"], false, "without a grant a code is asked for");
    let spoken = format!("{} {}", &code[..4], &code[4..]);
    assert_eq!(ask(face, reset(&spoken)).await["right"], true);
    assert_eq!(ask(face, json!({"call": "phone"})).await["stage"], "ready");
    ask(face, json!({"call": "record", "record": record})).await;

    // Used up: the next number is another, and the old code fits nothing.
    ask(face, json!({"call": "lock"})).await;
    assert_eq!(
        ask(face, json!({"call": "unlock", "pin": "2580"})).await["right"],
        false,
        "the old PIN is gone"
    );
    let next = ask(face, json!({"call": "begin_pin_reset"})).await["challenge"].clone();
    assert_ne!(next, challenge);
    assert_eq!(ask(face, reset(&code)).await["right"], false);

    // By the link: nobody has to read anything out.
    grant(&centre, &screens, &next).await.unwrap();
    screens.worker.line.set_weather(kandas_fixtures::proxy::Weather::Clear);
    ask(face, json!({"call": "sync_now"})).await;
    until(face, json!({"call": "begin_pin_reset"}), |shown| shown["granted"] == true).await;
    let new = json!({"call": "reset_pin", "code": "", "pin": "8642"});
    assert_eq!(ask(face, new.clone()).await["right"], true);
    ask(face, json!({"call": "lock"})).await;
    assert_eq!(ask(face, new).await["right"], false, "once");
    assert_eq!(ask(face, json!({"call": "unlock", "pin": "8642"})).await["right"], true);

    // So many a day and no more.
    for _ in 0..3 {
        grant(&centre, &screens, &next).await.unwrap();
    }
    let more = grant(&centre, &screens, &next).await;
    assert!(matches!(more, Err(pin_reset::PinResetError::TooMany)), "{more:?}");
    centre.assert_sound().await;
    screens.end().await;
}

async fn the_log_reaches_the_operator_and_a_newer_program_is_told_of(engine: Engine) {
    let centre = Centre::open(engine).await;
    let screens = Screens::new(&centre).await;
    let face = &screens.face;
    screens.enrol(&centre).await;
    let phone = ask(face, json!({"call": "phone"})).await;
    assert_eq!(phone["newer"], Value::Null);

    let name = phone["worker"]["name"].as_str().unwrap().to_owned();
    assert_eq!(ask(face, json!({"call": "send_diagnostics"})).await, json!({"sent": true, "problem": null}));
    let again = ask(face, json!({"call": "send_diagnostics"})).await;
    assert_eq!(again, json!({"sent": false, "problem": "rate-limited"}));
    let store = centre.store();
    let mut tx = store.read().await.unwrap();
    let logs = device_log::of(&mut tx, screens.worker.device().await).await.unwrap();
    drop(tx);
    assert_eq!(logs.len(), 1);
    assert!(logs[0].content.contains("pin_set") && !logs[0].content.contains(&name), "{}", logs[0].content);

    let app = centre.config.data.join("app");
    std::fs::create_dir_all(&app).unwrap();
    std::fs::write(app.join("kandas-field-99.2.0.apk"), b"a program").unwrap();
    ask(face, json!({"call": "sync_now"})).await;
    let phone = until(face, json!({"call": "phone"}), |phone| phone["newer"] != Value::Null).await;
    assert_eq!((&phone["newer"]["version"], &phone["newer"]["size"]), (&json!("99.2.0"), &json!(9)));
    let door = centre.plain_door().await;
    let offered: Value = serde_json::from_slice(&get(door.address(), "/v1/app").await).unwrap();
    assert_eq!(offered["sha256"], phone["newer"]["sha256"]);
    assert_eq!(get(door.address(), offered["path"].as_str().unwrap()).await, b"a program");
    // It goes on delivering all the same.
    delivered(&screens).await;
    screens.end().await;
}

/// Fetches as anybody may, without a token.
async fn get(from: std::net::SocketAddr, path: &str) -> Vec<u8> {
    let mut line = TcpStream::connect(from).await.unwrap();
    let asked = format!("GET {path} HTTP/1.1\r\nhost: centre\r\nconnection: close\r\n\r\n");
    line.write_all(asked.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    line.read_to_end(&mut answer).await.unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    let head = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    answer.split_off(head + 4)
}
