//! What everybody counts by: a day of the calendar is set, seen beforehand, told to phones and taken back; thresholds have
//! their days; nothing of it is possible without a reason, and all of it is in the journal.

use kandas_server::{
    calendar, changes,
    facts::{Event, Setting},
    findings::settings::Settings,
    journal::Fact,
    rebuild,
};
use kandas_shared::{
    cursor::Kind,
    finding::Threshold,
    ids::{ActivityId, FamilyId, PersonId, PlanId},
    plan_state::ActivityState,
    pulled::{Activity, CalendarDay, Role, Row, calendar_id},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

/// The activities of the office's family that nobody has done get these due dates; those of all others get none.
async fn due(house: &House, office: &Office, days: &[&str]) {
    let mut facts = Vec::new();
    for plan in &office.district.plans {
        for (nr, of) in plan.activities.iter().enumerate() {
            let day = days.get(nr).filter(|_| plan.family == office.family);
            facts.push(Fact::by_system(Event::ActivitySet(Activity {
                id: ActivityId(of.id),
                plan: PlanId(plan.id),
                family: FamilyId(plan.family),
                person: PersonId(of.person),
                service: of.service.parse().unwrap(),
                planned_on: None,
                due_on: day.map(|day| day.parse().unwrap()),
                state: ActivityState::Planned,
                record: None,
                done_on: None,
            })));
        }
    }
    house.append(facts).await;
}

async fn change(office: &Office, who: &Somebody, days: Value, moves: i64) -> super::Answer {
    let body = json!({"days": days, "reason": "Үкімет қаулысы", "source": "№ 1, 01.11.2026", "moves": moves});
    office.post(who, "/api/calendar", &body).await
}

async fn overdue(office: &Office, who: &Somebody) -> (i64, i64) {
    let overview = office.get(who, "/api/overview").await.ok();
    let listed = office.get(who, "/api/families").await.ok();
    let of_families =
        listed["families"].as_array().unwrap().iter().map(|family| family["overdue"].as_i64().unwrap());
    (overview["total"]["overdue"].as_i64().unwrap(), of_families.sum())
}

/// What a phone of the family's worker is told of the calendar from nothing.
async fn told(house: &House, office: &Office) -> Vec<CalendarDay> {
    let (device, worker) = (office.phone.device, office.worker);
    let now = house.clock.wall();
    let kinds = [Kind::CalendarDay, Kind::Family];
    let page = changes::page(&house.store, device, worker, None, &kinds, 1_000, now).await.unwrap();
    let row = |line: &kandas_shared::wire::ChangeLine| match Row::read(line.kind, line.row.as_ref()?.get())
        .unwrap()
    {
        Row::CalendarDay(day) => Some(day),
        _ => None,
    };
    page.lines.iter().filter_map(row).collect()
}

on_each! { engine, House;
    async fn a_day_is_set_after_it_was_seen_what_moves_and_taken_back_by_another_fact(house) {
        let office = Office::over(&house).await;
        // A Friday, the Saturday and Sunday after it, the Monday and the Tuesday.
        due(&house, &office, &["2026-12-04", "2026-12-05", "2026-12-06", "2026-12-07", "2026-12-08"]).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let monday = json!([{"day": "2026-12-07", "works": false}]);
        let seen = office.post(&admin, "/api/calendar/preview", &json!({"days": monday})).await.ok();
        assert_eq!(seen["count"], 3);
        let moved = |day: &str, before: &str, after: &str| {
            json!({"what": "activity", "due": day, "before": before, "after": after, "count": 1})
        };
        assert_eq!(
            seen["moved"],
            json!([
                moved("2026-12-05", "2026-12-07", "2026-12-08"),
                moved("2026-12-06", "2026-12-07", "2026-12-08"),
                moved("2026-12-07", "2026-12-07", "2026-12-08"),
            ])
        );
        assert_eq!((&seen["newly_overdue"], &seen["no_longer_overdue"]), (&json!(0), &json!(0)));
        assert_eq!(change(&office, &admin, monday.clone(), 2).await.code(), "not-as-shown");
        assert_eq!(told(&house, &office).await, []);

        let year = change(&office, &admin, monday.clone(), 3).await.ok();
        let of = |year: &Value, day: &str| {
            year["days"].as_array().unwrap().iter().find(|of| of["day"] == day).cloned()
        };
        let set = of(&year, "2026-12-07").unwrap();
        assert_eq!((&set["works"], &set["shipped"]), (&json!(false), &json!(true)));
        assert_eq!(set["set"], json!({"reason": "Үкімет қаулысы", "source": "№ 1, 01.11.2026"}));
        assert_eq!(year["working"][11], 21);
        let last = &year["history"][0];
        assert_eq!((&last["day"], &last["works"], &last["was"]), (&json!("2026-12-07"), &json!(false), &Value::Null));
        assert_eq!((&last["by_name"], &last["reason"]), (&json!("СЫНАҚОВА СЫНАҚ"), &json!("Үкімет қаулысы")));
        let day = "2026-12-07".parse().unwrap();
        assert_eq!(told(&house, &office).await, [CalendarDay { id: calendar_id(day), day, works: false }]);
        assert_eq!(change(&office, &admin, monday, 0).await.code(), "nothing-changes");

        // On Tuesday nothing of the days off is late; without the day that was set, three would be.
        house.clock.set("2026-12-08T07:00:00Z");
        let admin = office.seated(&house, admin.user).await;
        let director = office.seated(&house, director.user).await;
        assert_eq!(overdue(&office, &director).await, (1, 1));
        let family = office.get(&director, &format!("/api/families/{}", office.family)).await.ok();
        let saturday = family["activities"].as_array().unwrap().iter().find(|of| of["due_on"] == "2026-12-05").unwrap();
        assert_eq!(saturday["last_on"], "2026-12-08");
        let back = json!([{"day": "2026-12-07", "works": null}]);
        let seen = office.post(&admin, "/api/calendar/preview", &json!({"days": back})).await.ok();
        assert_eq!((&seen["count"], &seen["newly_overdue"]), (&json!(3), &json!(3)));
        let year = change(&office, &admin, back, 3).await.ok();
        assert_eq!(of(&year, "2026-12-07"), None);
        assert_eq!((&year["history"][0]["works"], &year["history"][0]["was"]), (&Value::Null, &json!(false)));
        assert_eq!(overdue(&office, &director).await, (4, 4));
        assert_eq!(told(&house, &office).await, []);
        assert_sound(&house).await;
    }

    async fn a_term_in_working_days_counts_by_the_calendar_of_the_centre(house) {
        let mut office = Office::over(&house).await;
        due(&house, &office, &[]).await;
        let (first, _) = office.completed(&house, 0, "photo").await;
        let (second, _) = office.completed(&house, 1, "photo").await;
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let back = json!({"state": "returned", "reason": "not_the_service"});
        let path = |record| format!("/api/records/{record}/check");
        // Three working days after Monday, 23 November.
        assert_eq!(office.post(&director, &path(first), &back).await.ok()["due"], "2026-11-26");
        // The Thursday becomes a day off, and the Sunday after it is worked for it.
        let swap = json!([{"day": "2026-11-26", "works": false}, {"day": "2026-11-29", "works": true}]);
        let seen = office.post(&auth, "/api/calendar/preview", &json!({"days": swap})).await.ok();
        assert_eq!(
            seen["moved"],
            json!([{"what": "return", "due": "2026-11-26", "before": "2026-11-26", "after": "2026-11-27", "count": 1}])
        );
        change(&office, &auth, swap, 1).await.ok();
        assert_eq!(office.get(&director, "/api/queue").await.ok()["return_due"], "2026-11-27");
        assert_eq!(office.post(&director, &path(second), &back).await.ok()["due"], "2026-11-27");
        // What was returned keeps the day that was said, and is unanswered a day later.
        house.clock.set("2026-11-27T07:00:00Z");
        let director = office.seated(&house, director.user).await;
        assert_eq!(office.get(&director, "/api/overview").await.ok()["unanswered"], 0);
        house.clock.set("2026-11-28T07:00:00Z");
        let director = office.seated(&house, director.user).await;
        assert_eq!(office.get(&director, "/api/overview").await.ok()["unanswered"], 2);
        assert_sound(&house).await;
    }

    async fn what_nobody_may_do_to_the_calendar_says_why(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let day = |day: &str, works: bool| json!([{"day": day, "works": works}]);
        for (days, code) in [
            (json!([]), "out-of-range"),
            (json!([{"day": "2026-12-07", "works": false}, {"day": "2026-12-07", "works": true}]), "out-of-range"),
            (day("2030-01-04", true), "day-unknown"),
            (json!([{"day": "soon", "works": true}]), "malformed-json"),
        ] {
            let code_of = office.post(&admin, "/api/calendar/preview", &json!({"days": days})).await.code();
            assert_eq!(code_of, code, "{days}");
        }
        for (reason, source) in [("", "№ 1"), ("   ", "№ 1"), ("қаулы", ""), ("қаулы", &"а".repeat(501))] {
            let body = json!({"days": day("2026-12-07", false), "reason": reason, "source": source, "moves": 0});
            assert_eq!(office.post(&admin, "/api/calendar", &body).await.code(), "words-missing");
        }
        assert_eq!(office.get(&admin, "/api/calendar?year=2030").await.code(), "day-unknown");
        // One that is as it is wanted already lets none of them happen.
        change(&office, &admin, day("2026-12-07", false), moves(&office, &admin, day("2026-12-07", false)).await).await.ok();
        let both = json!([{"day": "2026-12-09", "works": false}, {"day": "2026-12-07", "works": false}]);
        let count = moves(&office, &admin, both.clone()).await;
        assert_eq!(change(&office, &admin, both, count).await.code(), "nothing-changes");
        let year = office.get(&admin, "/api/calendar").await.ok();
        assert_eq!((&year["year"], year["history"].as_array().unwrap().len()), (&json!(2026), 1));
        assert_sound(&house).await;
    }

    async fn a_threshold_has_its_days_and_its_history(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        let set = async |name: &str, from: &str, value: Value| {
            office.post(&admin, "/api/thresholds", &json!({"name": name, "from": from, "value": value})).await
        };
        let of = |all: &Value, name: &str| {
            all["thresholds"].as_array().unwrap().iter().find(|of| of["name"] == name).unwrap().clone()
        };
        let first = office.get(&worker, "/api/thresholds").await.ok();
        assert_eq!(first["thresholds"].as_array().unwrap().len(), Threshold::ALL.len());
        assert_eq!(of(&first, "sample_percent")["now"], 5.0);
        for (name, from, value) in [
            ("sample_percent", "2026-12-01", json!(101)),
            ("sample_percent", "2026-12-01", json!(-1)),
            ("near_bits", "2026-12-01", json!(1.5)),
            ("sample_percent", "2024-05-29", json!(7)),
            ("sample_percent", "2028-01-01", json!(7)),
            ("clock_grave_seconds", "2026-12-01", json!(60)),
        ] {
            assert_eq!(set(name, from, value.clone()).await.code(), "out-of-range", "{name} {from} {value}");
        }
        assert_eq!(set("no_such", "2026-12-01", json!(1)).await.code(), "malformed-json");
        assert_eq!(set("sample_percent", "2024-05-30", json!(5)).await.code(), "nothing-changes");
        assert_eq!(set("sample_percent", "2026-12-01", Value::Null).await.code(), "nothing-changes");

        set("sample_percent", "2026-11-23", json!(10)).await.ok();
        let all = set("sample_percent", "2026-12-01", json!(20)).await.ok();
        let sample = of(&all, "sample_percent");
        assert_eq!(sample["now"], 10.0);
        let value = |from: &str, value: f64, shipped| json!({"from": from, "value": value, "shipped": shipped});
        assert_eq!(
            sample["values"],
            json!([value("2024-05-30", 5.0, true), value("2026-11-23", 10.0, false), value("2026-12-01", 20.0, false)])
        );
        let all = set("sample_percent", "2026-12-01", Value::Null).await.ok();
        let told: Vec<_> = all["history"].as_array().unwrap().iter()
            .map(|of| (of["from"].clone(), of["was"].clone(), of["value"].clone(), of["taken_back"].clone()))
            .collect();
        assert_eq!(told, [
            (json!("2026-12-01"), json!(20.0), json!(10.0), json!(true)),
            (json!("2026-12-01"), json!(10.0), json!(20.0), json!(false)),
            (json!("2026-11-23"), json!(5.0), json!(10.0), json!(false)),
        ]);
        assert_eq!(all["history"][0]["by_name"], "СЫНАҚОВА СЫНАҚ");
        let mut tx = house.store.read().await.unwrap();
        let held = Settings::read(&mut tx).await.unwrap().on("2026-12-02".parse().unwrap());
        drop(tx);
        assert_eq!(held.get(Threshold::SamplePercent), 10.0);
        let since = office.get(&admin, "/api/thresholds/preview?from=2026-11-01").await.ok();
        assert_eq!(since["records"], 0);
        assert_sound(&house).await;
    }

    async fn a_service_has_a_term_where_somebody_has_entered_one(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let set = async |from: &str, days: Value, take_back: bool| {
            let mut body = json!({"service": "S07", "from": from, "days": days, "take_back": take_back});
            let seen = office.post(&admin, "/api/terms/preview", &body).await;
            if !seen.status.is_success() {
                return seen;
            }
            body["moves"] = seen.ok()["count"].clone();
            office.post(&admin, "/api/terms", &body).await
        };
        let now = |all: &Value| all["terms"][6]["now"].clone();
        let all = office.get(&admin, "/api/terms").await.ok();
        assert_eq!(all["terms"].as_array().unwrap().len(), 25);
        assert!(all["terms"].as_array().unwrap().iter().all(|of| of["now"].is_null()), "none is invented");
        for (from, days) in [("2026-11-01", 0), ("2026-11-01", 1_301), ("2024-05-29", 5), ("2028-01-01", 5)] {
            assert_eq!(set(from, json!(days), false).await.code(), "out-of-range", "{from} {days}");
        }
        assert_eq!(set("2026-11-01", Value::Null, false).await.code(), "nothing-changes");
        assert_eq!(set("2026-11-01", Value::Null, true).await.code(), "nothing-changes");
        assert_eq!(now(&set("2026-11-01", json!(10), false).await.ok()), 10);
        assert_eq!(now(&set("2026-11-20", Value::Null, false).await.ok()), Value::Null);
        let all = set("2026-11-20", Value::Null, true).await.ok();
        assert_eq!(now(&all), 10);
        let told: Vec<_> = all["history"].as_array().unwrap().iter()
            .map(|of| (of["was"].clone(), of["days"].clone(), of["taken_back"].clone()))
            .collect();
        assert_eq!(told, [
            (Value::Null, json!(10), json!(true)),
            (json!(10), Value::Null, json!(false)),
            (Value::Null, json!(10), json!(false)),
        ]);
        assert_sound(&house).await;
    }

    async fn a_plan_that_names_no_date_gets_that_of_the_term(house) {
        let set = |name: &str, value: &str| {
            Fact::by_system(Event::SettingSet(Setting::new(name, value)))
        };
        let monday = r#"{"works":false,"reason":"қаулы","source":"№ 1"}"#;
        house.append([set("term.S07.2026-09-01", "3"), set("calendar.2026-11-23", monday)]).await;
        let mut district = crate::house::district(12);
        let plan = district.plans[0].clone();
        // Friday, 20 November; without the Monday that is off, three working days end on Thursday.
        let quota = "2026-11-20".parse().unwrap();
        district.families.iter_mut().find(|family| family.id == plan.family).unwrap().quota_date = Some(quota);
        let of = &mut district.plans[0].activities;
        let kept = "2026-12-01".parse().unwrap();
        for activity in of.iter_mut() {
            activity.due_on = (activity.service != "S07").then_some(kept);
        }
        assert!(of.iter().any(|activity| activity.service == "S07"));
        house.import(&district).await;
        let mut tx = house.store.read().await.unwrap();
        let sql = "select distinct service = 'S07', due_on from activity where family = $1 order by 2";
        let due = kandas_server::all!(&mut tx, (bool, chrono::NaiveDate), sql, plan.family).await.unwrap();
        assert_eq!(due, [(true, "2026-11-26".parse().unwrap()), (false, kept)]);
        drop(tx);
        assert_sound(&house).await;
    }

    async fn the_middle_of_a_settlement_is_said_and_taken_back(house) {
        let office = Office::over(&house).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let family = office.district.families.iter().find(|family| family.id == office.family).unwrap();
        let kato = &family.settlement_kato;
        let of = async |q: &str| {
            let found = office.get(&admin, &format!("/api/settlements?q={q}")).await.ok();
            let one = found["settlements"].as_array().unwrap().iter().find(|of| of["kato"] == json!(kato)).cloned();
            (one, found["history"].clone())
        };
        let (one, history) = of("").await;
        let one = one.unwrap();
        assert_eq!((&one["name"], &one["rural"]), (&json!(family.settlement_name), &json!(family.rural)));
        assert!(one["families"].as_i64().unwrap() > 0);
        assert_eq!((&one["centre"], &history), (&Value::Null, &json!([])));
        assert!(of(kato).await.0.is_some() && of("999999999").await.0.is_none());
        let say = async |kato: &str, centre: Value, source: &str| {
            let body = json!({"kato": kato, "centre": centre, "source": source});
            office.post(&admin, "/api/settlements", &body).await.code()
        };
        let there = json!({"lat": 52.3, "lon": 76.9});
        assert_eq!(say("000000000", there.clone(), "карта").await, "not-found");
        assert_eq!(say(kato, json!({"lat": 55.75, "lon": 37.6}), "карта").await, "out-of-range");
        assert_eq!(say(kato, json!({"lat": 152.3, "lon": 76.9}), "карта").await, "out-of-range");
        assert_eq!(say(kato, there.clone(), " ").await, "words-missing");
        assert_eq!(say(kato, Value::Null, "").await, "nothing-changes");
        assert_eq!(say(kato, there.clone(), "карта").await, "");
        let (one, history) = of(kato).await;
        assert_eq!((&one.unwrap()["centre"], &history[0]["centre"]), (&there, &there));
        assert_eq!(say(kato, Value::Null, "").await, "");
        let (one, history) = of(kato).await;
        assert_eq!((&one.unwrap()["centre"], &history[0]["was"]), (&Value::Null, &there));
        assert_sound(&house).await;
    }

    async fn what_is_fixed_is_shown_as_it_is(house) {
        let office = Office::over(&house).await;
        let worker = office.somebody(&house, Role::CcSet, office.unit).await;
        let fixed = office.get(&worker, "/api/reference").await.ok();
        assert_eq!(fixed["services"].as_array().unwrap().len(), 25);
        assert_eq!((&fixed["services"][6]["code"], &fixed["services"][6]["column"]), (&json!("S07"), &json!(9)));
    }

    async fn a_store_of_before_gets_the_history_of_its_settings(house) {
        let office = Office::over(&house).await;
        let admin = office.user(&house, Role::Admin, office.unit).await;
        let author = kandas_shared::journal::Author {
            kind: kandas_shared::journal::AuthorKind::User,
            id: Some(admin.id.0),
        };
        let set = |name: &str, value: &str| Event::SettingSet(Setting::new(name, value));
        let facts = [("а \"1\"", "1"), ("б", "x"), ("а \"1\"", ""), ("а \"1\"", "'3'")].map(|(name, value)| set(name, value));
        house.append(facts.clone().map(Fact::by_system)).await;
        house.append(facts.map(|event| Fact { author, ..Fact::by_system(event) })).await;
        let engine = match house.store.engine() {
            kandas_server::store::Engine::Sqlite => "sqlite",
            kandas_server::store::Engine::Postgres => "postgres",
        };
        let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../migrations/server").join(engine).join("0009_reference.sql");
        let text = std::fs::read_to_string(file).unwrap();
        let from = text.find("insert into setting_change").unwrap();
        let filled = text[from..].split(';').next().unwrap().to_owned();
        let mut tx = house.store.write().await.unwrap();
        kandas_server::exec!(&mut tx, "delete from setting_change").await.unwrap();
        kandas_server::exec!(&mut tx, sqlx::AssertSqlSafe(filled)).await.unwrap();
        tx.commit().await.unwrap();
        let compared = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences, []);
        let mut tx = house.store.read().await.unwrap();
        assert!(calendar::read(&mut tx).await.is_ok());
    }
}

async fn moves(office: &Office, who: &Somebody, days: Value) -> i64 {
    let seen = office.post(who, "/api/calendar/preview", &json!({"days": days})).await.ok();
    seen["count"].as_i64().unwrap()
}
