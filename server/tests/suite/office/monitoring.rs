//! Monitoring (§41-46): rounds from the first to the last day of their terms, visits from a phone, problems and proposals until
//! they are settled, departures, the readings of, and what is left when somebody is erased.

use axum::http::StatusCode;
use chrono::NaiveDate;
use kandas_server::{all, erase, facts::Event, journal::Fact, office::export, one};
use kandas_shared::{
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId},
    monitoring::RoundState,
    plan_state::{ActivityState, PlanState},
    pulled::{Family, Role},
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Answer, Office, Somebody, assert_sound};
use crate::{
    house::{House, Work, photo},
    stores::on_each,
};

/// Those who have to do with it.
struct People {
    worker: Somebody,
    director: Somebody,
    mobility: Somebody,
    body: Somebody,
}

impl People {
    async fn of(house: &House, office: &Office) -> Self {
        let mio = office.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap().id;
        Self {
            worker: office.somebody(house, Role::CcSet, office.unit).await,
            director: office.somebody(house, Role::CcDir, office.unit).await,
            mobility: office.somebody(house, Role::CtmSet, office.above).await,
            body: office.somebody(house, Role::MioSet, OrgUnitId(mio)).await,
        }
    }
}

fn at(house: &House, day: &str) {
    house.clock.set(&format!("{day}T07:00:00Z"));
}

/// The same people on another day: their sessions would be over.
async fn on(house: &House, office: &Office, day: &str) -> People {
    at(house, day);
    People::of(house, office).await
}

/// The family was included in the quota on a day.
async fn included(house: &House, family: FamilyId, day: Option<&str>) {
    let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
        latitude, longitude from family where id = $1";
    let mut tx = house.store.read().await.unwrap();
    let held = one!(&mut tx, Family, sql, family).await.unwrap();
    drop(tx);
    let quota_date = day.map(|day| day.parse::<NaiveDate>().unwrap());
    let set = Family { quota_date, arrived_on: None, ..held };
    house.append([Fact { family: Some(family), ..Fact::by_system(Event::FamilySet(set)) }]).await;
}

fn family(office: &Office) -> FamilyId {
    FamilyId(office.family)
}

async fn watched(office: &Office, who: &Somebody) -> Value {
    office.get(who, &format!("/api/families/{}/monitoring", office.family)).await.ok()
}

async fn round(office: &Office, who: &Somebody, number: i64) -> Value {
    office.get(who, &format!("/api/families/{}/monitoring/{number}", office.family)).await.ok()
}

async fn act(office: &Office, who: &Somebody, number: i64, body: Value) -> Answer {
    office.post(who, &format!("/api/families/{}/monitoring/{number}", office.family), &body).await
}

async fn look(office: &Office, who: &Somebody, number: i64, result: &str, on: &str) -> Answer {
    let body = json!({"result": result, "source": "police", "on": on, "text": "тексеру № 7"});
    office.post(who, &format!("/api/families/{}/monitoring/{number}/residence", office.family), &body).await
}

async fn find(office: &Office, who: &Somebody, body: Value) -> String {
    let answer = office.post(who, &format!("/api/families/{}/issues", office.family), &body).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{answer:?}");
    answer.ok()["id"].as_str().unwrap().to_owned()
}

/// A visit that the worker recorded on his phone.
async fn visit(house: &House, office: &mut Office, day: &str) -> RecordId {
    visit_with(house, office, day, &Value::Null).await
}

/// The same, with how content the family said to be.
async fn visit_with(house: &House, office: &mut Office, day: &str, satisfaction: &Value) -> RecordId {
    let activity = office.district.activities_of(office.family).next().unwrap().clone();
    let bytes = photo("VISIT");
    let work = Work {
        family: FamilyId(office.family),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note: "барып көрдім",
        photo: &bytes,
    };
    let change = |payload: &mut Value| {
        payload["statement"] = json!({"kind": "act", "act": "monitoring_visit", "topics": ["housing"],
            "details": {"problems": ["пеш түтіндейді"], "proposals": ["отын беру"]}});
        if !satisfaction.is_null() {
            payload["statement"]["details"]["satisfaction"] = satisfaction.clone();
        }
        payload["done_on"] = json!(day);
    };
    let sealed = office.phone.seal_with(house, &work, change).await;
    assert_eq!(office.phone.push(house, &[&sealed]).await, [Verdict::Accepted]);
    let payload: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
    serde_json::from_value(payload["record"].clone()).unwrap()
}

fn states(of: &Value) -> Vec<&str> {
    of["rounds"].as_array().unwrap().iter().map(|round| round["state"].as_str().unwrap()).collect()
}

async fn exported(office: &Office, who: &Somebody, wanted: &Value) -> String {
    let asked = office.post(who, "/api/exports", wanted).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let id = asked.ok()["id"].as_str().unwrap().to_owned();
    assert!(export::piece(&office.state).await.unwrap());
    let file = office.get(who, &format!("/api/exports/{id}/file")).await;
    assert_eq!(file.status, StatusCode::OK, "{file:?}");
    String::from_utf8(file.body.to_vec()).unwrap()
}

on_each! { engine, House;
    async fn a_round_is_begun_by_a_look_and_closed_with_a_summary(house) {
        let mut office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let people = People::of(&house, &office).await;
        let of = watched(&office, &people.director).await;
        assert_eq!((&of["start"], &of["start_from"], &of["horizon"]), (&json!("2026-10-01"), &json!("quota"), &json!("2031-10-01")));
        assert_eq!(states(&of), ["scheduled"; 16]);
        assert_eq!((&of["rounds"][0]["begins_on"], &of["rounds"][0]["ends_on"]), (&json!("2026-10-01"), &json!("2026-12-31")));
        assert_eq!((&of["rounds"][0]["due"], &of["rounds"][0]["running"]), (&json!("2027-01-19"), &json!(true)));
        assert_eq!((&of["rounds"][12]["begins_on"], &of["rounds"][15]["ends_on"]), (&json!("2029-10-01"), &json!("2031-09-30")));
        assert_eq!(of["may"], json!([]), "a director looks on (requirements, 2.2)");

        // Its period is not over, and the next one has not begun.
        let close = |text: &str| json!({"act": "close", "text": text});
        assert_eq!(act(&office, &people.worker, 1, close("бәрі жақсы")).await.code(), "monitoring-impossible");
        assert_eq!(look(&office, &people.worker, 2, "present", "2026-11-20").await.code(), "monitoring-impossible");
        assert_eq!(look(&office, &people.worker, 1, "present", "2026-11-24").await.code(), "out-of-range");
        assert_eq!(look(&office, &people.worker, 1, "present", "2026-09-30").await.code(), "out-of-range");
        assert_eq!(look(&office, &people.director, 1, "present", "2026-11-20").await.code(), "forbidden");
        assert_eq!(act(&office, &people.worker, 17, close("x")).await.code(), "not-found");
        look(&office, &people.worker, 1, "present", "2026-11-20").await.ok();
        let page = round(&office, &people.body, 1).await;
        assert_eq!((&page["round"]["state"], &page["round"]["residence"]), (&json!("begun"), &json!("present")));
        assert_eq!((&page["acts"][0]["act"], &page["residence"][0]["text"]), (&json!("begin"), &json!("тексеру № 7")));
        assert_eq!(act(&office, &people.worker, 1, json!({"act": "begin"})).await.code(), "monitoring-impossible");

        // What happens in the period stands on its page: a service, and a visit with what was said there.
        office.completed(&house, 0, "photo").await;
        let record = visit(&house, &mut office, "2026-11-22").await;
        let page = round(&office, &people.mobility, 1).await;
        assert_eq!(page["completions"].as_array().unwrap().len(), 1);
        assert_eq!((&page["visits"][0]["record"], &page["visits"][0]["problems"]), (&json!(record), &json!(["пеш түтіндейді"])));
        assert_eq!((&page["visits"][0]["topics"], &page["visits"][0]["proposals"]), (&json!(["housing"]), &json!(["отын беру"])));
        let list = office.get(&people.body, "/api/monitoring?period=2026-Q4").await.ok();
        let mine = list["rounds"].as_array().unwrap().iter().find(|of| of["family"] == json!(office.family)).unwrap();
        assert_eq!((&mine["number"], &mine["completions"], &mine["visits"]), (&json!(1), &json!(1), &json!(1)));

        // The term runs from the day after the last one.
        let people = on(&house, &office, "2027-01-05").await;
        assert_eq!(act(&office, &people.worker, 1, close("  ")).await.code(), "words-missing");
        assert_eq!(act(&office, &people.worker, 2, json!({"act": "begin"})).await.status, StatusCode::NO_CONTENT);
        assert_eq!(act(&office, &people.worker, 2, close("x")).await.code(), "monitoring-impossible");
        act(&office, &people.body, 1, close("Отбасы тұрып жатыр, пеш жөнделді")).await.ok();
        assert_eq!(act(&office, &people.body, 1, close("тағы")).await.code(), "monitoring-impossible");
        let page = round(&office, &people.director, 1).await;
        assert_eq!((&page["round"]["state"], &page["round"]["in_time"]), (&json!("done"), &json!(true)));
        let last = page["acts"].as_array().unwrap().last().unwrap();
        assert_eq!((&last["act"], &last["text"], &last["by_role"]), (&json!("close"), &json!("Отбасы тұрып жатыр, пеш жөнделді"), &json!("mio_set")));
        assert_eq!(act(&office, &people.worker, 1, json!({"act": "reopen"})).await.code(), "words-missing");
        act(&office, &people.worker, 1, json!({"act": "reopen", "text": "мекенжай қате"})).await.ok();
        assert_eq!(states(&watched(&office, &people.worker).await)[..3], ["begun", "begun", "scheduled"]);
        assert_sound(&house).await;
    }

    async fn who_did_not_close_in_its_term_has_missed_it_and_closes_late(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let state = async |people: &People| states(&watched(&office, &people.director).await)[0].to_owned();
        let people = on(&house, &office, "2026-12-31").await;
        assert_eq!(state(&people).await, "scheduled");
        let people = on(&house, &office, "2027-01-01").await;
        assert_eq!(state(&people).await, "due");
        let of = watched(&office, &people.director).await;
        assert_eq!((&of["rounds"][0]["due"], &of["rounds"][0]["days_left"]), (&json!("2027-01-19"), &json!(10)));
        let people = on(&house, &office, "2027-01-19").await;
        assert_eq!(state(&people).await, "due", "on the last day nobody is late");
        let people = on(&house, &office, "2027-01-20").await;
        assert_eq!(state(&people).await, "missed");
        let list = office.get(&people.body, "/api/monitoring?period=2026-Q4&state=missed").await.ok();
        assert!(list["counts"]["missed"].as_i64().unwrap() >= 1);
        assert!(list["rounds"].as_array().unwrap().iter().any(|of| of["family"] == json!(office.family)));
        let all = office.get(&people.director, "/api/monitoring?period=all").await.ok();
        let overview = office.get(&people.director, "/api/overview").await.ok();
        assert_eq!(overview["missed"], all["counts"]["missed"], "the number on the overview is that of its list");
        let centre = list["centres"].as_array().unwrap().iter().find(|of| of["unit"] == json!(office.unit)).unwrap();
        assert!(centre["counts"]["missed"].as_i64().unwrap() >= 1);
        // It is closed all the same, and says that it was late. Nobody looked where the family lives: not before that.
        let close = json!({"act": "close", "text": "кеш болса да"});
        assert_eq!(act(&office, &people.worker, 1, close.clone()).await.code(), "monitoring-impossible");
        look(&office, &people.worker, 1, "unknown", "2027-01-20").await.ok();
        act(&office, &people.worker, 1, close).await.ok();
        let page = round(&office, &people.worker, 1).await;
        assert_eq!((&page["round"]["state"], &page["round"]["in_time"]), (&json!("done"), &json!(false)));
        assert_sound(&house).await;
    }

    async fn a_centre_sees_its_own_families_and_lists_say_what_the_families_say(house) {
        let office = Office::over(&house).await;
        let days = ["2024-01-01", "2024-05-31", "2024-02-15", "2024-03-31", "2025-02-28", "2026-10-01"];
        for (family, day) in office.district.families.iter().zip(days.iter().cycle()) {
            included(&house, FamilyId(family.id), Some(day)).await;
        }
        let people = People::of(&house, &office).await;
        look(&office, &people.worker, 1, "present", "2026-11-20").await.code();
        let beside = office.somebody(&house, Role::CcDir, office.beside).await;
        assert_eq!(office.get(&beside, &format!("/api/families/{}/monitoring", office.family)).await.code(), "forbidden");
        assert_eq!(office.get(&beside, &format!("/api/monitoring?unit={}", office.unit)).await.code(), "forbidden");
        let foreign = office.get(&beside, "/api/monitoring?period=all").await.ok();
        let own: Vec<Value> = office.district.families.iter().filter(|f| f.org_unit == office.unit.0).map(|f| json!(f.id)).collect();
        assert!(foreign["rounds"].as_array().unwrap().iter().all(|of| !own.contains(&of["family"])));

        // What lists count and show is what each family shows, state by state.
        let mut expected = std::collections::BTreeMap::<String, i64>::new();
        for family in own.iter().map(|id| id.as_str().unwrap()) {
            let of = office.get(&people.director, &format!("/api/families/{family}/monitoring")).await.ok();
            for round in of["rounds"].as_array().unwrap() {
                let ends = round["ends_on"].as_str().unwrap();
                if ("2024-05-30".."2027-01-01").contains(&ends) {
                    *expected.entry(round["state"].as_str().unwrap().to_owned()).or_default() += 1;
                }
            }
        }
        let all = office.get(&people.director, "/api/monitoring?period=all").await.ok();
        for state in RoundState::ALL {
            let many = expected.get(state.as_str()).copied().unwrap_or_default();
            assert_eq!(all["counts"][state.as_str()], json!(many), "{state}");
            let path = format!("/api/monitoring?period=all&state={state}");
            let listed = office.get(&people.director, &path).await.ok();
            let rounds = listed["rounds"].as_array().unwrap();
            assert!(rounds.iter().all(|of| of["state"] == json!(state.as_str())), "{state}");
            assert_eq!(rounds.len() as i64, many.min(100), "{state}");
        }
        assert!(expected["missed"] > 0 && expected["scheduled"] > 0, "{expected:?}");

        // Page by page nothing comes twice and nothing is left out.
        let country = office.somebody(&house, Role::Crtr, office.above).await;
        let (mut seen, mut after) = (Vec::new(), String::new());
        loop {
            let page = office.get(&country, &format!("/api/monitoring?period=all{after}")).await.ok();
            seen.extend(page["rounds"].as_array().unwrap().iter().map(|of| (of["ends_on"].to_string(), of["family"].to_string())));
            let Some(next) = page["next"].as_str() else { break };
            after = format!("&after={next}");
        }
        assert!(seen.len() > 100, "{}", seen.len());
        assert!(seen.is_sorted_by(|a, b| a < b));
        let total: i64 = RoundState::ALL.iter().map(|state| {
            let counts = &all["counts"];
            counts[state.as_str()].as_i64().unwrap()
        }).sum();
        assert!(seen.len() as i64 > total);
        for bad in ["period=2026-Q5", "period=summer", "after=yesterday", "after=9999-01-01.x"] {
            assert_eq!(office.get(&country, &format!("/api/monitoring?{bad}")).await.code(), "bad-request", "{bad}");
        }
        // A family of which no day is known has no rounds, and is counted.
        included(&house, family(&office), None).await;
        let of = watched(&office, &people.director).await;
        assert_eq!((&of["start"], &of["rounds"]), (&Value::Null, &json!([])));
        assert_eq!(office.get(&people.director, "/api/monitoring").await.ok()["unwatched"], 1);
        assert_sound(&house).await;
    }

    async fn problems_and_proposals_are_followed_until_they_are_settled(house) {
        let mut office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let record = visit(&house, &mut office, "2026-11-22").await;
        let people = People::of(&house, &office).await;
        let person = office.district.persons_of(office.family).next().unwrap().id;
        let wanted = json!({"what": "problem", "kind": "housing", "weight": "high", "record": record, "person": person,
            "to": people.director.user.id, "due": "2026-12-01", "text": "пеш түтіндейді"});
        let post = format!("/api/families/{}/issues", office.family);
        // Not without words, not by who only looks on, not to who does not see the family, not until yesterday.
        for (change, code) in [
            (json!({"text": " "}), "words-missing"),
            (json!({"to": office.somebody(&house, Role::CcDir, office.beside).await.user.id}), "out-of-range"),
            (json!({"due": "2026-11-22"}), "out-of-range"),
            (json!({"person": office.district.persons_of(office.district.families[1].id).next().unwrap().id}), "out-of-range"),
            (json!({"found_on": "2026-11-24"}), "out-of-range"),
        ] {
            let mut bad = wanted.clone();
            bad.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
            assert_eq!(office.post(&people.body, &post, &bad).await.code(), code, "{change}");
        }
        assert_eq!(office.post(&people.director, &post, &wanted).await.code(), "forbidden");
        let problem = find(&office, &people.body, wanted).await;
        let proposal = json!({"what": "proposal", "kind": "payments", "weight": "low", "text": "отын үшін төлем"});
        let proposal = find(&office, &people.worker, proposal).await;

        let list = office.get(&people.director, "/api/monitoring/issues").await.ok();
        assert_eq!((&list["total"], &list["issues"][0]["id"]), (&json!(2), &json!(proposal)));
        let first = &list["issues"][1];
        assert_eq!((&first["text"], &first["to_name"], &first["due_on"]), (&json!("пеш түтіндейді"), &json!(people.director.user.name), &json!("2026-12-01")));
        assert_eq!((&first["number"], &first["record"], &first["overdue"]), (&json!(1), &json!(record), &json!(false)));
        let one = office.get(&people.director, "/api/monitoring/issues?what=proposal").await.ok();
        assert_eq!((&one["total"], one["issues"].as_array().unwrap().len()), (&json!(1), 1));

        // The career centre settles it; who sees that it is not settled opens it once more.
        let path = format!("/api/monitoring/issues/{problem}");
        let close = json!({"act": "close", "outcome": "solved", "text": "пеш жөнделді"});
        assert_eq!(office.post(&people.body, &path, &close).await.code(), "forbidden");
        assert_eq!(office.post(&people.worker, &path, &json!({"act": "close", "text": "x"})).await.code(), "bad-request");
        assert_eq!(office.post(&people.worker, &path, &json!({"act": "open"})).await.code(), "bad-request");
        assert_eq!(office.post(&people.worker, &path, &json!({"act": "assign"})).await.code(), "bad-request");
        let assign = json!({"act": "assign", "to": people.worker.user.id, "due": "2026-11-30"});
        office.post(&people.worker, &path, &assign).await.ok();
        office.post(&people.worker, &path, &close).await.ok();
        assert_eq!(office.post(&people.worker, &path, &close).await.code(), "monitoring-impossible");
        let list = office.get(&people.body, "/api/monitoring/issues?state=closed").await.ok();
        let told = &list["issues"][0];
        assert_eq!((&told["outcome"], &told["closed_text"], &told["closed_by"]), (&json!("solved"), &json!("пеш жөнделді"), &json!(people.worker.user.name)));
        office.post(&people.body, &path, &json!({"act": "reopen", "text": "әлі түтіндейді"})).await.ok();
        let acts = office.get(&people.director, &path).await.ok();
        let done: Vec<&str> = acts["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
        assert_eq!(done, ["open", "assign", "close", "reopen"]);
        let people = on(&house, &office, "2026-12-01").await;
        let list = office.get(&people.director, "/api/monitoring/issues").await.ok();
        assert_eq!((&list["issues"][1]["overdue"], &list["issues"][1]["outcome"]), (&json!(true), &Value::Null));
        assert_sound(&house).await;
    }

    /// the mean of what was said on visits and where rounds were closed, in the quarter in which it was said.
    async fn how_content_people_are_is_asked_and_counted(house) {
        let mut office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-07-01")).await;
        let people = People::of(&house, &office).await;
        let unit = office.unit;
        let social = async |office: &Office| {
            let page = office.get(&people.director, &format!("/api/assessments/{unit}?quarter=2026-Q4")).await.ok();
            let of = page["centre"]["indicators"]["social_effect"].clone();
            (of["satisfaction"].as_i64(), of["answers"].as_i64())
        };
        assert_eq!(social(&office).await, (None, None), "nobody was asked");
        // On the phone it is a choice; who was not asked says nothing, and what is no point is none.
        visit(&house, &mut office, "2026-11-10").await;
        visit_with(&house, &mut office, "2026-11-11", &json!("six")).await;
        visit_with(&house, &mut office, "2026-11-12", &json!("7")).await;
        visit_with(&house, &mut office, "2026-09-30", &json!("1")).await;
        assert_eq!(social(&office).await, (None, None), "nobody was asked in this quarter");
        visit_with(&house, &mut office, "2026-11-20", &json!("5")).await;
        assert_eq!(social(&office).await, (Some(500), Some(1)));
        look(&office, &people.worker, 1, "present", "2026-11-20").await.ok();
        for wrong in [json!(0), json!(6), json!("5")] {
            let close = json!({"act": "close", "text": "жабылды", "satisfaction": wrong});
            assert_eq!(act(&office, &people.worker, 1, close).await.code(), "malformed-json", "{wrong}");
        }
        let begun = json!({"act": "reopen", "text": "жабылды", "satisfaction": 4});
        assert_eq!(act(&office, &people.worker, 1, begun).await.code(), "out-of-range");
        act(&office, &people.worker, 1, json!({"act": "close", "text": "жабылды", "satisfaction": 2})).await.ok();
        assert_eq!(social(&office).await, (Some(350), Some(2)));
        let page = round(&office, &people.director, 1).await;
        assert_eq!(page["acts"].as_array().unwrap().last().unwrap()["satisfaction"], 2);
        assert_eq!(round(&office, &people.director, 2).await["visits"][3]["satisfaction"], 5);
        // Opened once more it has no answer, and closed again the new one.
        act(&office, &people.worker, 1, json!({"act": "reopen", "text": "қайта"})).await.ok();
        assert_eq!(social(&office).await, (Some(500), Some(1)));
        act(&office, &people.worker, 1, json!({"act": "close", "text": "жабылды", "satisfaction": 4})).await.ok();
        assert_eq!(social(&office).await, (Some(450), Some(2)));
        assert_sound(&house).await;
    }

    /// visits by whoever came are counted, of as many months as are set; records of another kind are none.
    async fn a_family_nobody_visited_is_shown_after_the_months_that_are_set(house) {
        let mut office = Office::over(&house).await;
        let people = People::of(&house, &office).await;
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        let family = office.family.to_string();
        let listed = async |office: &Office, only: &str| {
            let list = office.get(&people.director, &format!("/api/families?only={only}")).await.ok();
            let there = list["families"].as_array().unwrap().iter().any(|of| of["id"] == json!(family));
            let number = office.get(&people.director, "/api/overview").await.ok()[only].clone();
            assert_eq!(list["total"], number, "{only}");
            there
        };
        let set = async |office: &Office, from: &str, months: Value| {
            let wanted = json!({"rule": "visit_months", "from": from, "value": months});
            office.post(&auth, "/api/rules/programme", &wanted).await
        };
        assert!(listed(&office, "unvisited").await && listed(&office, "unrecorded").await);
        office.completed(&house, 0, "photo").await;
        assert!(listed(&office, "unvisited").await && !listed(&office, "unrecorded").await, "a service is no visit");
        // It is 23 November 2026: the visit lies on the first of the twelve months, the month before, and within.
        for (day, of_12, of_13) in [("2025-11-22", true, false), ("2025-11-23", false, false), ("2026-11-20", false, false)] {
            visit(&house, &mut office, day).await;
            assert_eq!(listed(&office, "unvisited").await, of_12, "{day}");
            set(&office, "2026-11-01", json!("13")).await.ok();
            assert_eq!(listed(&office, "unvisited").await, of_13, "{day}");
            set(&office, "2026-11-01", Value::Null).await.ok();
        }
        for months in ["0", "61", "none", "-1"] {
            assert_eq!(set(&office, "2026-11-01", json!(months)).await.code(), "out-of-range", "{months}");
        }
        assert_eq!(set(&office, "2026-11-01", json!("12")).await.code(), "nothing-changes");
        assert_eq!(office.get(&people.director, "/api/overview").await.ok()["visit_months"], 12);
        let stands = office.get(&people.director, "/api/rules/programme").await.ok();
        let words: Vec<(&Value, &Value)> =
            stands["rules"].as_array().unwrap().iter().map(|rule| (&rule["rule"], &rule["now"])).collect();
        assert_eq!(json!(words), json!([
            ["job_search_days", "none"], ["approval_by_file", "no"], ["day_off_moves", "yes"], ["visit_months", "12"],
        ]));
        assert_sound(&house).await;
    }

    async fn a_round_of_a_family_that_left_waits_for_its_departure(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-07-01")).await;
        let people = on(&house, &office, "2027-01-05").await;
        let close = json!({"act": "close", "text": "жабылды"});
        look(&office, &people.worker, 1, "present", "2026-12-20").await.ok();
        look(&office, &people.worker, 1, "departed", "2026-12-21").await.ok();
        let may = |page: &Value| page["may"].as_array().unwrap().contains(&json!("close"));
        assert!(!may(&round(&office, &people.worker, 1).await));
        assert_eq!(act(&office, &people.worker, 1, close.clone()).await.code(), "monitoring-impossible");
        // The return of support follows from the departure.
        let left = json!({"on": "2026-12-21", "to": "inside", "reason": "work"});
        let post = format!("/api/families/{}/departures", office.family);
        let made = office.post(&people.worker, &post, &left).await.ok();
        assert!(may(&round(&office, &people.worker, 1).await));
        // Taken back, it is as if nobody had said so; a later look may come out differently.
        let path = format!("/api/monitoring/departures/{}", made["id"].as_str().unwrap());
        office.post(&people.worker, &path, &json!({"act": "withdraw", "text": "қате"})).await.ok();
        assert_eq!(act(&office, &people.worker, 1, close.clone()).await.code(), "monitoring-impossible");
        look(&office, &people.worker, 1, "present", "2027-01-04").await.ok();
        assert!(may(&round(&office, &people.worker, 1).await));
        act(&office, &people.worker, 1, close).await.ok();
        assert_sound(&house).await;
    }

    async fn a_departure_ends_what_would_follow_and_tells_the_mobility_centre(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-07-01")).await;
        let people = People::of(&house, &office).await;
        let post = format!("/api/families/{}/departures", office.family);
        let wanted = json!({"on": "2026-11-10", "to": "inside", "to_kato": "710000000", "reason": "work", "text": "Астанаға"});
        let mut bad = wanted.clone();
        bad["to_kato"] = json!("71");
        assert_eq!(office.post(&people.worker, &post, &bad).await.code(), "out-of-range");
        bad = wanted.clone();
        bad["on"] = json!("2026-11-24");
        assert_eq!(office.post(&people.worker, &post, &bad).await.code(), "out-of-range");
        let plans = async || {
            let mut tx = house.store.read().await.unwrap();
            let sql = "select state from plan where family = $1";
            all!(&mut tx, (PlanState,), sql, family(&office)).await.unwrap()
        };
        assert_eq!(plans().await, [(PlanState::Published,)]);

        let made = office.post(&people.worker, &post, &wanted).await;
        assert_eq!(made.status, StatusCode::CREATED, "{made:?}");
        let id = made.ok()["id"].as_str().unwrap().to_owned();
        assert_eq!(office.post(&people.worker, &post, &wanted).await.code(), "monitoring-impossible");
        assert_eq!(plans().await, [(PlanState::Departed,)]);
        let of = watched(&office, &people.mobility).await;
        // The third quarter is over, the fourth is to be closed, what would follow is not asked for.
        assert_eq!(states(&of)[..3], ["missed", "scheduled", "departed"]);
        assert!(states(&of)[2..].iter().all(|state| *state == "departed"));
        let told = &of["departures"][0];
        assert_eq!((&told["refund"], &told["sent_to"][0]["id"]), (&json!("opened"), &json!(office.above)));
        assert_eq!((&told["to_kato"], &told["text"]), (&json!("710000000"), &json!("Астанаға")));
        let list = office.get(&people.mobility, "/api/monitoring/departures?refund=opened").await.ok();
        assert_eq!((&list["total"], &list["departures"][0]["id"]), (&json!(1), &json!(id)));

        // Nothing is expected of it any more: neither its late services, nor a plan.
        let in_force = office.get(&people.worker, "/api/plans?only=in_force&state=departed").await.ok();
        assert_eq!(in_force["in_force"][0]["family"], json!(office.family));
        let shown = office.get(&people.worker, &format!("/api/families/{}", office.family)).await.ok();
        assert_eq!(shown["plan_state"], "departed");
        assert!(shown["activities"].as_array().unwrap().iter().all(|activity| activity["last_on"].is_null()));

        // The return of support is the mobility centre's; it was a mistake: all is as before.
        let path = format!("/api/monitoring/departures/{id}");
        assert_eq!(office.post(&people.worker, &path, &json!({"act": "take"})).await.code(), "forbidden");
        assert_eq!(office.post(&people.body, &path, &json!({"act": "close", "text": "x"})).await.code(), "forbidden");
        office.post(&people.mobility, &path, &json!({"act": "take"})).await.ok();
        assert_eq!(office.post(&people.mobility, &path, &json!({"act": "take"})).await.code(), "monitoring-impossible");
        assert_eq!(office.post(&people.worker, &path, &json!({"act": "withdraw"})).await.code(), "words-missing");
        office.post(&people.worker, &path, &json!({"act": "withdraw", "text": "қайтып келді"})).await.ok();
        let of = watched(&office, &people.worker).await;
        assert_eq!(states(&of)[..3], ["missed", "scheduled", "scheduled"]);
        assert_eq!(plans().await, [(PlanState::Published,)]);
        assert_eq!(of["departures"][0]["refund"], "withdrawn");
        // Who leaves the country is none of paragraph 46.
        let abroad = json!({"on": "2026-11-10", "to": "abroad", "reason": "unknown"});
        let made = office.post(&people.worker, &post, &abroad).await.ok();
        let path = format!("/api/monitoring/departures/{}", made["id"].as_str().unwrap());
        assert_eq!(watched(&office, &people.worker).await["departures"][0]["refund"], "none");
        assert_eq!(office.post(&people.mobility, &path, &json!({"act": "take"})).await.code(), "monitoring-impossible");
        assert_sound(&house).await;
    }

    async fn the_readings_are_settings_with_a_day_and_what_was_done_stays_with_its_period(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-07-15")).await;
        let people = on(&house, &office, "2027-01-05").await;
        look(&office, &people.worker, 1, "present", "2026-12-20").await.ok();
        act(&office, &people.worker, 1, json!({"act": "close", "text": "жабылды"})).await.ok();
        assert_eq!(states(&watched(&office, &people.worker).await)[..2], ["done", "scheduled"]);
        // The day was put right: the fourth quarter is the second round now, and is closed as it was.
        included(&house, family(&office), Some("2026-07-01")).await;
        let of = watched(&office, &people.worker).await;
        assert_eq!(states(&of)[..3], ["missed", "done", "scheduled"]);
        assert_eq!(of["rounds"][1]["residence"], "present");

        let auth = office.somebody(&house, Role::Auth, office.above).await;
        let set = async |rule: &str, from: &str, value: Value| {
            office.post(&auth, "/api/rules/monitoring", &json!({"rule": rule, "from": from, "value": value})).await
        };
        assert_eq!(set("periods", "2026-06-01", json!("sometimes")).await.code(), "out-of-range");
        assert_eq!(set("term", "2026-06-01", json!("0")).await.code(), "out-of-range");
        assert_eq!(set("term", "2026-06-01", json!("10")).await.code(), "nothing-changes");
        assert_eq!(set("periods", "2026-06-01", Value::Null).await.code(), "nothing-changes");
        set("term", "2026-10-01", json!("20")).await.ok();
        let of = watched(&office, &people.worker).await;
        assert_eq!((&of["rounds"][0]["due"], &of["rounds"][2]["due"]), (&json!("2026-10-14"), &json!("2027-04-28")));
        set("periods", "2026-06-01", json!("anniversary")).await.ok();
        included(&house, family(&office), Some("2026-07-15")).await;
        let of = watched(&office, &people.worker).await;
        assert_eq!((&of["rounds"][0]["begins_on"], &of["rounds"][0]["ends_on"]), (&json!("2026-07-15"), &json!("2026-10-14")));
        // The last day of what was closed lies in the second of these.
        assert_eq!(states(&of)[..3], ["missed", "done", "scheduled"]);
        set("periods", "2026-06-01", Value::Null).await.ok();
        assert_eq!(states(&watched(&office, &people.worker).await)[..2], ["done", "scheduled"]);
        let rules = office.get(&people.director, "/api/rules/monitoring").await.ok();
        assert_eq!((&rules["rules"][1]["now"], &rules["rules"][2]["now"]), (&json!("calendar"), &json!("20")));
        let last = &rules["history"][0];
        assert_eq!((&last["rule"], &last["was"], &last["value"], &last["taken_back"]), (&json!("periods"), &json!("anniversary"), &json!("calendar"), &json!(true)));
        assert_eq!(office.post(&people.director, "/api/rules/monitoring", &json!({"rule": "term", "from": "2027-01-01", "value": "5"})).await.code(), "forbidden");
        assert_sound(&house).await;
    }

    async fn what_a_state_system_says_stands_beside_the_evidence(house) {
        let mut office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let people = People::of(&house, &office).await;
        let known: Vec<(usize, ActivityId)> = office.district.activities_of(office.family).enumerate()
            .filter(|(_, activity)| {
                let service = activity.service.parse::<kandas_shared::service::ServiceCode>().unwrap().service();
                service.confirming_system.is_some()
            })
            .map(|(nr, activity)| (nr, ActivityId(activity.id)))
            .collect();
        let (nr, activity) = known[0];
        let path = format!("/api/families/{}/confirmations", office.family);
        let says = |agrees: bool, text: Option<&str>| json!({"activity": activity, "agrees": agrees, "on": "2026-11-23", "text": text});
        assert_eq!(office.post(&people.worker, &path, &says(true, None)).await.code(), "monitoring-impossible", "not done yet");
        office.completed(&house, nr, "photo").await;
        let state = async || {
            let mut tx = house.store.read().await.unwrap();
            one!(&mut tx, (ActivityState,), "select state from activity where id = $1", activity).await.unwrap().0
        };
        assert_eq!(state().await, ActivityState::Reported);
        assert_eq!(office.post(&people.worker, &path, &says(false, None)).await.code(), "words-missing");
        assert_eq!(office.post(&people.director, &path, &says(true, None)).await.code(), "forbidden");
        office.post(&people.mobility, &path, &says(false, Some("тізілімде жоқ"))).await.ok();
        assert_eq!(state().await, ActivityState::Disputed);
        let page = round(&office, &people.worker, 1).await;
        let done = &page["completions"][0];
        assert_eq!((&done["state"], &done["system_agrees"]), (&json!("disputed"), &json!(false)), "it still counts");
        let issue = &page["of"]["issues"][0];
        assert_eq!((&issue["kind"], &issue["text"]), (&json!("contradiction"), &json!("тізілімде жоқ")));
        office.post(&people.worker, &path, &says(true, Some("№ 12"))).await.ok();
        assert_eq!(state().await, ActivityState::SysConfirmed);
        assert_eq!(round(&office, &people.worker, 1).await["completions"][0]["system_agrees"], true);
        assert_sound(&house).await;
        // With the person all of it goes.
        let person = office.district.activities_of(office.family).nth(nr).unwrap().person;
        let now = house.clock.wall();
        let subject = erase::Subject::Person(PersonId(person));
        erase::erase(&house.config, &house.store, subject, "18", people.director.user.id, now, &*house.chance).await.unwrap();
        let page = round(&office, &people.worker, 1).await;
        assert_eq!((&page["completions"], &page["of"]["issues"]), (&json!([]), &json!([])));
        assert_sound(&house).await;
    }

    async fn of_an_erased_person_no_word_stays_and_of_an_erased_family_nothing(house) {
        let mut office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        visit(&house, &mut office, "2026-11-22").await;
        let people = on(&house, &office, "2027-01-05").await;
        let persons: Vec<uuid::Uuid> = office.district.persons_of(office.family).map(|person| person.id).collect();
        let words = ["СЫНАҚТЫҢ АЙТҚАНЫ", "ЖАЛПЫ МӘСЕЛЕ СӨЗІ", "ҚОРЫТЫНДЫ СӨЗ"];
        let of = |text: &str, person: Option<uuid::Uuid>| json!({"what": "problem", "kind": "other", "weight": "low", "text": text, "person": person});
        find(&office, &people.worker, of(words[0], Some(persons[0]))).await;
        find(&office, &people.worker, of(words[1], None)).await;
        look(&office, &people.worker, 1, "present", "2026-12-30").await.ok();
        act(&office, &people.worker, 1, json!({"act": "close", "text": words[2]})).await.ok();
        let needles: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
        let traces = async || {
            let mut found = House::found_in(&house.config.data, &needles);
            if let Some(files) = house.database_files().await {
                found.extend(House::found_in(&files, &needles));
            }
            found.len()
        };
        assert!(traces().await > 0);

        let by = people.director.user.id;
        let erase = async |subject| {
            let now = house.clock.wall();
            erase::erase(&house.config, &house.store, subject, "18", by, now, &*house.chance).await.unwrap()
        };
        erase(erase::Subject::Person(PersonId(persons[0]))).await;
        assert_eq!(traces().await, 0, "words may have spoken of him, whoever else was meant");
        let page = round(&office, &people.worker, 1).await;
        let issues = page["of"]["issues"].as_array().unwrap().clone();
        assert_eq!((issues.len(), &issues[0]["text"], &issues[0]["state"]), (1, &Value::Null, &json!("open")));
        let acts: Vec<&str> = page["acts"].as_array().unwrap().iter().map(|act| act["act"].as_str().unwrap()).collect();
        assert_eq!((acts, &page["acts"][1]["text"]), (vec!["begin", "close"], &Value::Null));
        assert_eq!(page["round"]["state"], "done", "what was done stays");
        assert_sound(&house).await;

        erase(erase::Subject::Family(family(&office))).await;
        let mut tx = house.store.read().await.unwrap();
        for table in ["monitoring_round", "monitoring_act", "monitoring_issue", "monitoring_word", "monitoring_residence", "record_act"] {
            let sql = format!("select count(*) from {table} where family = $1");
            let sql = kandas_server::store::sqlx::AssertSqlSafe(sql.as_str());
            let (left,) = one!(&mut tx, (i64,), sql, family(&office)).await.unwrap();
            assert_eq!(left, 0, "{table}");
        }
        drop(tx);
        assert_sound(&house).await;
    }

    async fn a_family_that_moves_to_another_centre_takes_its_monitoring_along(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let people = People::of(&house, &office).await;
        let wanted = json!({"what": "problem", "kind": "work", "weight": "medium", "text": "жұмыс жоқ"});
        find(&office, &people.worker, wanted).await;
        let mut tx = house.store.read().await.unwrap();
        let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
            latitude, longitude from family where id = $1";
        let held = one!(&mut tx, Family, sql, family(&office)).await.unwrap();
        drop(tx);
        let moved = Family { org_unit: office.beside, ..held };
        house.append([Fact { family: Some(moved.id), ..Fact::by_system(Event::FamilySet(moved)) }]).await;
        let beside = office.somebody(&house, Role::CcSet, office.beside).await;
        assert_eq!(office.get(&people.worker, "/api/monitoring/issues").await.ok()["total"], 0);
        assert_eq!(office.get(&beside, "/api/monitoring/issues").await.ok()["total"], 1);
        let listed = office.get(&beside, "/api/monitoring?period=2026-Q4").await.ok();
        assert!(listed["rounds"].as_array().unwrap().iter().any(|of| of["family"] == json!(office.family)));
        assert_sound(&house).await;
    }

    async fn lists_are_files(house) {
        let office = Office::over(&house).await;
        included(&house, family(&office), Some("2026-10-01")).await;
        let people = People::of(&house, &office).await;
        find(&office, &people.worker, json!({"what": "problem", "kind": "work", "weight": "medium", "text": "=жұмыс жоқ"})).await;
        let post = format!("/api/families/{}/departures", office.family);
        office.post(&people.worker, &post, &json!({"on": "2026-11-10", "to": "unknown", "reason": "unknown"})).await.ok();
        let csv = |what: &str| json!({"what": what, "format": "csv", "lang": "ru"});
        let mut rounds = csv("rounds");
        rounds["period"] = json!("2026-Q4");
        let text = exported(&office, &people.director, &rounds).await;
        let row = text.lines().find(|line| line.contains(&office.family.to_string())).unwrap();
        assert!(row.contains(",1,") && row.contains("Период не закончен"), "{row}");
        rounds["round"] = json!("done");
        assert_eq!(exported(&office, &people.director, &rounds).await.lines().count(), 1);
        let text = exported(&office, &people.director, &csv("issues")).await;
        assert!(text.contains("'=жұмыс жоқ") && text.contains("Работа и доход"), "{text}");
        let text = exported(&office, &people.director, &csv("departures")).await;
        assert!(text.contains("Направлен в центр"), "{text}");
        rounds["format"] = json!("pdf");
        assert_eq!(office.post(&people.director, "/api/exports", &rounds).await.code(), "bad-request");
        rounds["format"] = json!("csv");
        rounds["period"] = json!("autumn");
        assert_eq!(office.post(&people.director, "/api/exports", &rounds).await.code(), "bad-request");
        // Who looked is in the access log.
        round(&office, &people.director, 1).await;
        let mut tx = house.store.read().await.unwrap();
        let sql = "select count(*) from access_log where action = 'monitoring.round 1' and by_user = $1 and family = $2";
        let (looks,) = one!(&mut tx, (i64,), sql, people.director.user.id, family(&office)).await.unwrap();
        assert_eq!(looks, 1);
    }
}
