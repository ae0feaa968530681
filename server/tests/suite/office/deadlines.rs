//! The deadlines board: each kind from the day on which its clock starts to the day on which it is gone, who sees it and whose
//! turn it is, and that its numbers are those of the lists that it leads to.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode},
};
use chrono::NaiveDate;
use kandas_server::{
    exec,
    facts::Event,
    journal::Fact,
    office::{self, monitoring::making as watching, road_map::Place},
    one,
    router::router,
};
use kandas_shared::{
    ids::{ActivityId, AssignmentId, FamilyId, OrgUnitId, PersonId, PlanId},
    monitoring::{DepartureReason, DepartureTo, IssueKind, IssueWeight, IssueWhat},
    pulled::{Activity, Assignment, Family, OrgKind, OrgUnit, Person, Relation, Role, User},
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, acted, assert_sound};
use crate::{house::House, stores::on_each};

const PASSWORD: &str = "тоғыз жолдың торабы";
const OKRUG: &str = "559133000";

/// At noon of a day somebody signs in anew: nobody stays for weeks.
async fn on(house: &House, office: &Office, day: &str, user: &User) -> Somebody {
    house.clock.set(&format!("{day}T07:00:00Z"));
    office.seated(house, user.clone()).await
}

/// A user with a password, for what is signed.
async fn signing(house: &House, office: &Office, role: Role, unit: OrgUnitId) -> User {
    let user = office.user(house, role, unit).await;
    let now = house.clock.wall();
    office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
    user
}

fn executive_body(office: &Office) -> OrgUnitId {
    OrgUnitId(office.district.org_units.iter().find(|unit| unit.kind == "mio").unwrap().id)
}

async fn board(office: &Office, who: &Somebody, asked: &str) -> Value {
    office.get(who, &format!("/api/deadlines{asked}")).await.ok()
}

/// The rows of a kind.
async fn rows(office: &Office, who: &Somebody, kind: &str) -> Vec<Value> {
    let board = board(office, who, &format!("?kind={kind}")).await;
    let rows = board["deadlines"].as_array().unwrap().clone();
    assert!(rows.iter().all(|row| row["kind"] == kind), "{board}");
    rows
}

fn told(row: &Value, names: &[&str]) -> Value {
    names.iter().map(|name| row[*name].clone()).collect()
}

/// How many things stand so, and those of them whose day the order names.
fn counted(board: &Value, state: &str) -> [i64; 2] {
    let counts = board["counts"].as_array().unwrap();
    let of = counts.iter().find(|count| count["state"] == state).unwrap();
    ["count", "legal"].map(|name| of[name].as_i64().unwrap())
}

async fn post(office: &Office, who: &Somebody, path: &str, body: Option<Value>) -> Value {
    office.ask(Some(who), &Method::POST, path, body.as_ref()).await.ok()
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

/// What a server says that has just been started.
async fn afresh(house: &House, who: &Somebody) -> Value {
    let request = Request::builder().uri("/api/deadlines");
    let request = request.header("cookie", format!("__Host-kandas={}", who.token));
    Office::answer(router(Office::started(house)), request.body(Body::empty()).unwrap()).await.ok()
}

/// The family as it is, changed.
async fn settled(house: &House, office: &Office, change: impl FnOnce(&mut Family)) {
    let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
        latitude, longitude from family where id = $1";
    let mut tx = house.store.read().await.unwrap();
    let mut family = one!(&mut tx, Family, sql, FamilyId(office.family)).await.unwrap();
    drop(tx);
    change(&mut family);
    let fact = Fact::by_system(Event::FamilySet(family));
    house.append([Fact { family: Some(FamilyId(office.family)), ..fact }]).await;
}

on_each! { engine, House;
    async fn an_approved_plan_has_one_working_day(house) {
        let office = Office::over(&house).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let head = office.user(&house, Role::CtmSetHead, office.above).await;
        // Agreed on Thursday, approved on Friday: the later of the two starts the clock (§34).
        house.clock.set("2026-11-27T07:00:00Z");
        let (family, plan): (FamilyId, PlanId) = (FamilyId(office.family), house.draw());
        let at = house.clock.wall();
        let agreed: NaiveDate = "2026-11-26".parse().unwrap();
        let mut tx = house.store.write().await.unwrap();
        let sql = "insert into plan_version (plan, version, family, state, position, opened_at, state_at, agreed_on, approved_at)
            values ($1, 2, $2, 'approved', 1, $3, $3, $4, $3)";
        exec!(&mut tx, sql, plan, family, at, agreed).await.unwrap();
        tx.commit().await.unwrap();
        for (day, state, left) in [("2026-11-27", "soon", 1), ("2026-11-30", "today", 0), ("2026-12-01", "late", -1)] {
            let who = on(&house, &office, day, &worker).await;
            let of = rows(&office, &who, "publication").await;
            let names = ["state", "days_left", "starts_on", "legal", "term", "code", "subject", "mine"];
            assert_eq!(told(&of[0], &names), json!([state, left, "2026-11-27", "2026-11-30", 1, "DL-34", family, true]), "{day}");
        }
        let head = office.seated(&house, head).await;
        assert_eq!(told(&rows(&office, &head, "publication").await[0], &["mine", "unit"]), json!([false, office.unit]));
        let beside = office.somebody(&house, Role::CcSet, office.beside).await;
        assert_eq!(rows(&office, &beside, "publication").await, Vec::<Value>::new());
    }

    async fn a_plan_waits_for_the_kandas_and_then_for_the_mobility_centre(house) {
        let office = Office::over(&house).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let head = office.user(&house, Role::CtmSetHead, office.above).await;
        let (family, plan): (FamilyId, PlanId) = (FamilyId(office.family), house.draw());
        house.clock.set("2026-11-26T07:00:00Z");
        let at = house.clock.wall();
        let stands = async |state: &str| {
            let mut tx = house.store.write().await.unwrap();
            exec!(&mut tx, "delete from plan_version where plan = $1", plan).await.unwrap();
            let sql = "insert into plan_version (plan, version, family, state, position, opened_at, state_at)
                values ($1, 2, $2, $3, 1, $4, $4)";
            exec!(&mut tx, sql, plan, family, state, at).await.unwrap();
            tx.commit().await.unwrap();
        };
        let worker = on(&house, &office, "2026-11-27", &worker).await;
        let head = office.seated(&house, head).await;
        let names = ["state", "basis", "starts_on", "legal", "paragraph", "subject", "count", "mine"];
        let waits = |mine: bool| json!(["open", "open", "2026-11-26", null, 34, family, 1, mine]);
        for (state, kind, turn) in [("draft_remote", "", ""), ("final_draft", "agreement", "worker"), ("agreed", "approval", "head"), ("approved", "", ""), ("discarded", "", "")] {
            stands(state).await;
            for asked in ["agreement", "approval"] {
                for (who, name) in [(&worker, "worker"), (&head, "head")] {
                    let of = rows(&office, who, asked).await;
                    if asked == kind {
                        assert_eq!(told(&of[0], &names), waits(name == turn), "{state} {asked} {name}");
                    } else {
                        assert_eq!(of, Vec::<Value>::new(), "{state} {asked}");
                    }
                }
            }
        }
        // What is shown is the list of plans that wait.
        stands("agreed").await;
        let list = office.get(&head, "/api/plans?only=mine").await.ok();
        assert_eq!((&list["mine"], &list["plans"][0]["waits_for"]), (&json!(1), &json!("approve")));
        let beside = office.somebody(&house, Role::CcSet, office.beside).await;
        assert_eq!(rows(&office, &beside, "approval").await, Vec::<Value>::new());
    }

    async fn after_a_preliminary_visit_a_plan_is_due_within_a_working_day(house) {
        let mut office = Office::over(&house).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let (family, person): (FamilyId, PersonId) = (house.draw(), house.draw());
        let assigned: AssignmentId = house.draw();
        let facts = [
            Event::FamilySet(Family {
                id: family,
                org_unit: office.unit,
                settlement_kato: "559133100".into(),
                settlement_name: "Үлгі ауылы".into(),
                rural: true,
                quota_date: None,
                arrived_on: None,
                address: None,
                phone: None,
                latitude: None,
                longitude: None,
            }),
            Event::PersonSet(Person {
                id: person,
                family,
                surname: Some("САПАРЛЫ".into()),
                given_name: "СЫНАҚ".into(),
                patronymic: None,
                latin_name: None,
                iin: None,
                birth_date: None,
                sex: None,
                relation: Relation::Head,
                phone: None,
            }),
            Event::AssignmentSet(Assignment {
                id: assigned,
                family,
                worker: office.worker,
                from: "2026-11-16".parse().unwrap(),
                to: None,
            }),
        ];
        house.append(facts.map(|event| Fact { family: Some(family), ..Fact::by_system(event) })).await;
        let who = on(&house, &office, "2026-11-23", &worker).await;
        assert_eq!(rows(&office, &who, "plan_after_visit").await, Vec::<Value>::new(), "nobody has been there");
        // A visit on a Friday: the Monday after it is the last day.
        acted(&house, &mut office, (family, person), ("preliminary_visit", json!({}), "photo"), "2026-11-20").await;
        let names = ["state", "days_left", "starts_on", "legal", "code", "paragraph", "subject", "mine"];
        for (day, state, left) in [("2026-11-23", "today", 0), ("2026-11-24", "late", -1)] {
            let who = on(&house, &office, day, &worker).await;
            let of = rows(&office, &who, "plan_after_visit").await;
            assert_eq!(told(&of[0], &names), json!([state, left, "2026-11-20", "2026-11-23", "DL-28", 28, family, true]), "{day}");
            assert_eq!(board(&office, &who, "").await, afresh(&house, &who).await);
        }
        // A draft made remotely is not enough; one that was agreed with the family is.
        let who = on(&house, &office, "2026-11-24", &worker).await;
        let opened = post(&office, &who, &format!("/api/families/{family}/plan"), Some(json!({"begins": "remote"}))).await;
        assert_eq!(rows(&office, &who, "plan_after_visit").await.len(), 1);
        let path = format!("/api/plans/{}/{}", opened["plan"].as_str().unwrap(), opened["version"]);
        post(&office, &who, &path, Some(json!({"act": "visit", "on": "2026-11-20"}))).await;
        assert_eq!(rows(&office, &who, "plan_after_visit").await, Vec::<Value>::new());
        // Given up, it is owed once more.
        post(&office, &who, &path, Some(json!({"act": "discard"}))).await;
        assert_eq!(rows(&office, &who, "plan_after_visit").await.len(), 1);
        assert_sound(&house).await;
    }

    async fn of_a_family_that_left_nothing_is_due(house) {
        let office = Office::over(&house).await;
        let maker = office.user(&house, Role::CcSet, office.unit).await;
        for (nr, due) in [(0, "2026-11-20"), (1, "2026-11-19"), (2, "2026-11-25")] {
            due_on(&house, &office, nr, due).await;
        }
        let who = on(&house, &office, "2026-11-24", &maker).await;
        // Board, overview, list and the worker's own numbers say the same, before and after.
        let numbers = async || {
            let board = board(&office, &who, "?kind=activity").await;
            let overview = office.get(&who, "/api/overview").await.ok()["total"].clone();
            let [late, _] = counted(&board, "late");
            let list = office.get(&who, "/api/families?only=overdue").await.ok();
            let soon = office.get(&who, "/api/families?only=soon").await.ok();
            assert_eq!((overview["overdue"].as_i64(), list["activities"].as_i64()), (Some(late), Some(late)));
            assert_eq!(overview["soon"], soon["activities"]);
            (late, overview["soon"].as_i64().unwrap())
        };
        let before = numbers().await;
        let left = watching::WantedDeparture {
            on: "2026-11-23".parse().unwrap(),
            to: DepartureTo::Inside,
            to_kato: None,
            reason: DepartureReason::Unknown,
            text: None,
        };
        let family = FamilyId(office.family);
        let departure = watching::depart(&office.state, &maker, family, left).await.unwrap();
        let after = numbers().await;
        assert!(after.0 + 2 <= before.0 && after.1 < before.1, "{before:?} {after:?}");
        assert_eq!(board(&office, &who, "").await, afresh(&house, &who).await);
        let list = office.get(&who, "/api/families?only=overdue").await.ok();
        assert!(list["families"].as_array().unwrap().iter().all(|of| of["id"] != json!(family)), "{list}");
        let back = json!({"act": "withdraw", "text": "қате"});
        post(&office, &who, &format!("/api/monitoring/departures/{departure}"), Some(back)).await;
        assert_eq!(numbers().await, before);
        assert_sound(&house).await;
    }

    async fn a_report_is_owed_until_it_is_sent_and_then_waits_for_the_body(house) {
        let office = Office::over(&house).await;
        let director = signing(&house, &office, Role::CcDir, office.unit).await;
        let body = office.user(&house, Role::MioSet, executive_body(&office)).await;
        let mobility = office.user(&house, Role::CtmSet, office.above).await;

        // The store has been there since November: nobody is asked about October.
        let who = on(&house, &office, "2026-11-24", &director).await;
        let running = rows(&office, &who, "report").await;
        assert_eq!(running.len(), 1, "{running:?}");
        assert_eq!(told(&running[0], &["period", "state", "mine"]), json!(["2026-11", "later", true]));

        // The 5th is a Saturday: on the 4th it is to be aimed at, until the 7th it is in time.
        for (day, state, left) in [("2026-12-02", "soon", 3), ("2026-12-04", "today", 1), ("2026-12-05", "soon", 1), ("2026-12-07", "today", 0)] {
            let who = on(&house, &office, day, &director).await;
            let of = rows(&office, &who, "report").await;
            assert_eq!(of.len(), 2, "that of December runs as well");
            let shown = told(&of[0], &["period", "target", "legal", "state", "days_left", "term", "basis"]);
            assert_eq!(shown, json!(["2026-11", "2026-12-04", "2026-12-07", state, left, 5, "order"]), "{day}");
            assert_eq!(told(&of[0], &["code", "paragraph", "unit", "units", "count"]), json!(["DL-39", 39, office.unit, 1, 1]));
            assert_eq!(told(&of[1], &["period", "state"]), json!(["2026-12", "later"]));
        }
        let who = on(&house, &office, "2026-12-08", &director).await;
        let late = board(&office, &who, "?kind=report").await;
        assert_eq!((counted(&late, "late"), late["deadlines"][0]["days_left"].as_i64()), ([1, 1], Some(-1)));
        // Others look on; what they see is the list of reports.
        let looks_on = on(&house, &office, "2026-12-08", &body).await;
        let of = board(&office, &looks_on, "?kind=report&state=late").await;
        let list = office.get(&looks_on, "/api/reports?month=2026-11").await.ok();
        assert_eq!((counted(&of, "late")[0], of["deadlines"].as_array().unwrap().len()), (list["overdue"].as_i64().unwrap(), 2));
        assert!(of["deadlines"].as_array().unwrap().iter().all(|row| row["mine"] == false));
        assert_eq!(board(&office, &looks_on, "?kind=report&mine=true").await["deadlines"], json!([]));

        // Sent: the body has it before it, without a term.
        let drafted = post(&office, &who, "/api/reports", Some(json!({"unit": office.unit, "month": "2026-11"}))).await;
        assert_eq!(rows(&office, &who, "report").await.len(), 2, "a draft is not sent");
        let id = drafted["id"].as_str().unwrap();
        post(&office, &who, &format!("/api/reports/{id}/signature"), Some(json!({"password": PASSWORD}))).await;
        post(&office, &who, &format!("/api/reports/{id}/sending"), None).await;
        assert_eq!(told(&rows(&office, &who, "report").await[0], &["period"]), json!(["2026-12"]));
        let names = ["state", "basis", "starts_on", "target", "subject", "mine"];
        let waits = |mine: bool| json!(["open", "open", "2026-12-08", null, id, mine]);
        let mobility = office.seated(&house, mobility).await;
        for (who, mine) in [(&looks_on, true), (&who, false), (&mobility, false)] {
            assert_eq!(told(&rows(&office, who, "report_decision").await[0], &names), waits(mine), "{}", who.user.role);
        }
        // It comes back, and another version is owed until that is sent.
        let back = json!({"act": "return", "text": "Бір қызмет жоқ"});
        post(&office, &looks_on, &format!("/api/reports/{id}/decision"), Some(back)).await;
        assert_eq!(rows(&office, &who, "report_decision").await, Vec::<Value>::new());
        assert_eq!(told(&rows(&office, &who, "report_again").await[0], &names), waits(true));
        let again = post(&office, &who, "/api/reports", Some(json!({"unit": office.unit, "month": "2026-11"}))).await;
        let again = again["id"].as_str().unwrap();
        assert_eq!(rows(&office, &who, "report_again").await.len(), 1);
        post(&office, &who, &format!("/api/reports/{again}/signature"), Some(json!({"password": PASSWORD}))).await;
        post(&office, &who, &format!("/api/reports/{again}/sending"), None).await;
        assert_eq!(rows(&office, &who, "report_again").await, Vec::<Value>::new());
        post(&office, &looks_on, &format!("/api/reports/{again}/decision"), Some(json!({"act": "accept"}))).await;
        assert_eq!(rows(&office, &looks_on, "report_decision").await, Vec::<Value>::new());
        assert_sound(&house).await;
    }

    async fn services_of_plans_are_those_of_the_list_of_families(house) {
        let mut office = Office::over(&house).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let head = office.user(&house, Role::CtmSetHead, office.above).await;
        // A Monday: what was due on the Sunday before is in time until today.
        for (nr, due) in [(0, "2026-11-20"), (1, "2026-11-22"), (2, "2026-11-25"), (3, "2026-12-15")] {
            due_on(&house, &office, nr, due).await;
        }
        let who = on(&house, &office, "2026-11-23", &worker).await;
        let of = rows(&office, &who, "activity").await;
        let states: Vec<&Value> = of.iter().map(|row| &row["state"]).collect();
        assert_eq!(states, ["late", "today", "soon"]);
        assert_eq!(told(&of[1], &["target", "legal", "days_left", "mine"]), json!(["2026-11-20", "2026-11-23", 0, true]));
        let head = office.seated(&house, head).await;
        for who in [&who, &head] {
            for row in rows(&office, who, "activity").await {
                let unit = row["unit"].as_str().unwrap();
                let days = |name: &str| row[name].as_str().map(|day| format!("&{name}={day}")).unwrap_or_default();
                let only = if row["state"] == "late" { "overdue" } else { "soon" };
                let list = format!("/api/families?only={only}&unit={unit}{}{}", days("from"), days("to"));
                assert_eq!(office.get(who, &list).await.ok()["activities"], row["count"], "{list}");
            }
        }

        // A Friday is the day to aim for of what is due on the Saturday after it.
        let before = counted(&board(&office, &who, "?kind=activity").await, "late");
        let friday = on(&house, &office, "2026-11-27", &worker).await;
        due_on(&house, &office, 2, "2026-11-28").await;
        let of = rows(&office, &friday, "activity").await;
        let today = of.iter().find(|row| row["state"] == "today").unwrap();
        assert_eq!(told(today, &["target", "target_left", "from", "to"]), json!(["2026-11-27", 0, "2026-11-27", "2026-11-29"]));
        assert!(counted(&board(&office, &friday, "?kind=activity").await, "late") > before, "that of Sunday is late by now");

        // What is kept in memory is what is counted: after a record, and in a server that was just started.
        let was = counted(&board(&office, &friday, "?kind=activity").await, "late");
        office.completed(&house, 0, "photo").await;
        let now = board(&office, &friday, "?kind=activity").await;
        assert_eq!(counted(&now, "late"), [was[0] - 1, was[1] - 1]);
        assert_eq!(board(&office, &friday, "").await, afresh(&house, &friday).await);
        assert_sound(&house).await;
    }

    async fn what_is_to_be_checked_waits_and_what_went_back_has_a_day(house) {
        let mut office = Office::over(&house).await;
        let director = office.user(&house, Role::CcDir, office.unit).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let (record, _) = office.completed(&house, 0, "photo").await;
        let who = on(&house, &office, "2026-11-23", &director).await;
        let checks = rows(&office, &who, "check").await;
        assert_eq!(told(&checks[0], &["state", "basis", "count", "mine", "paragraph"]), json!(["open", "open", 1, true, 37]));
        let back = json!({"state": "returned", "reason": "too_dark", "due": "2026-11-26"});
        post(&office, &who, &format!("/api/records/{record}/check"), Some(back)).await;
        assert_eq!(rows(&office, &who, "check").await, Vec::<Value>::new());
        let names = ["state", "basis", "target", "legal", "count", "mine"];
        let hand = office.seated(&house, worker.clone()).await;
        for (who, mine) in [(&who, false), (&hand, true)] {
            let of = rows(&office, who, "rework").await;
            assert_eq!(told(&of[0], &names), json!(["soon", "internal", "2026-11-26", null, 1, mine]));
        }
        let hand = on(&house, &office, "2026-11-27", &worker).await;
        let late = board(&office, &hand, "?kind=rework").await;
        assert_eq!(counted(&late, "late"), [1, 0], "a supervisor's day is no breach");
        let list = office.get(&hand, &format!("/api/records?state=unanswered&unit={}", office.unit)).await.ok();
        assert_eq!(list["total"], 1);
        let kinds = board(&office, &hand, "").await["kinds"].clone();
        assert!(!kinds.as_array().unwrap().contains(&json!("check")), "a worker checks nothing");
        assert_sound(&house).await;
    }

    async fn rounds_run_by_the_term_of_the_organisation(house) {
        let office = Office::over(&house).await;
        settled(&house, &office, |family| family.quota_date = "2026-07-01".parse().ok()).await;
        let worker = office.user(&house, Role::CcSet, office.unit).await;
        let director = office.user(&house, Role::CcDir, office.unit).await;
        let who = on(&house, &office, "2026-11-23", &worker).await;
        let of = rows(&office, &who, "round").await;
        let names = ["state", "basis", "legal", "period", "mine", "code"];
        assert_eq!(told(&of[0], &names), json!(["late", "internal", null, null, true, "DL-43"]));
        let missed = office.get(&who, &format!("/api/monitoring?period=all&unit={}", office.unit)).await.ok();
        assert_eq!(of[0]["count"], missed["counts"]["missed"], "{missed}");
        // The quarter that runs: ten working days after its end.
        assert_eq!(told(&of[1], &["state", "period", "starts_on", "target"]), json!(["later", "2026-Q4", "2026-12-31", "2027-01-19"]));
        for (day, state) in [("2027-01-12", "soon"), ("2027-01-19", "today"), ("2027-01-20", "late")] {
            let who = on(&house, &office, day, &director).await;
            let of = rows(&office, &who, "round").await;
            if state == "late" {
                assert!(of.iter().all(|row| row["period"] != "2026-Q4"), "{of:?}");
                continue;
            }
            let row = of.iter().find(|row| row["period"] == "2026-Q4").unwrap();
            assert_eq!(told(row, &["state", "mine"]), json!([state, false]), "a director looks on");
            let list = office.get(&who, &format!("/api/monitoring?period=2026-Q4&unit={}", office.unit)).await.ok();
            let open: i64 = ["due", "begun"].iter().map(|name| list["counts"][*name].as_i64().unwrap()).sum();
            assert_eq!(row["count"].as_i64(), Some(open));
        }
        assert_sound(&house).await;
    }

    async fn a_problem_has_the_day_that_was_given_and_a_refund_none(house) {
        let office = Office::over(&house).await;
        let maker = office.user(&house, Role::CcSet, office.unit).await;
        let mobility = office.user(&house, Role::CtmSet, office.above).await;
        let found = watching::WantedIssue {
            what: IssueWhat::Problem,
            kind: IssueKind::Other,
            weight: IssueWeight::Low,
            found_on: None,
            person: None,
            record: None,
            to: None,
            due: "2026-11-28".parse().ok(),
            text: "мәселе".into(),
        };
        let family = FamilyId(office.family);
        let issue = watching::find(&office.state, &maker, family, found).await.unwrap();
        let left = watching::WantedDeparture {
            on: "2026-11-23".parse().unwrap(),
            to: DepartureTo::Inside,
            to_kato: None,
            reason: DepartureReason::Unknown,
            text: None,
        };
        watching::depart(&office.state, &maker, family, left).await.unwrap();
        // A Saturday that somebody chose is that Saturday.
        for (day, state) in [("2026-11-23", "soon"), ("2026-11-28", "today"), ("2026-11-30", "late")] {
            let who = on(&house, &office, day, &maker).await;
            let of = rows(&office, &who, "issue").await;
            assert_eq!(told(&of[0], &["state", "basis", "target", "mine"]), json!([state, "internal", "2026-11-28", true]), "{day}");
        }
        let who = office.seated(&house, maker).await;
        post(&office, &who, &format!("/api/monitoring/issues/{issue}"), Some(json!({"act": "close", "outcome": "solved", "text": "шешілді"}))).await;
        assert_eq!(rows(&office, &who, "issue").await, Vec::<Value>::new());
        let mobility = office.seated(&house, mobility).await;
        for (who, mine) in [(&who, false), (&mobility, true)] {
            let of = rows(&office, who, "refund").await;
            assert_eq!(told(&of[0], &["state", "starts_on", "count", "mine"]), json!(["open", "2026-11-23", 1, mine]));
        }
        assert_sound(&house).await;
    }

    async fn a_road_map_waits_for_those_who_have_not_signed(house) {
        let office = Office::over(&house).await;
        settled(&house, &office, |family| {
            (family.settlement_kato, family.settlement_name) = ("559133100".into(), "Үлгі ауылы".into());
            family.rural = true;
        })
        .await;
        let units = [OKRUG, "559100000", "559135000"].map(|kato| OrgUnit {
            id: house.draw(),
            parent: None,
            kind: OrgKind::Mio,
            kato: kato.into(),
            name_kk: format!("{kato} әкімінің аппараты"),
            name_ru: format!("Аппарат акима {kato}"),
        });
        house.append(units.iter().map(|unit| Fact::by_system(Event::OrgUnitSet(unit.clone())))).await;
        let maker = office.user(&house, Role::CcSet, office.unit).await;
        let director = signing(&house, &office, Role::CcDir, office.unit).await;
        let okrug = signing(&house, &office, Role::AkimOkrug, units[0].id).await;
        let raion = signing(&house, &office, Role::AkimRaion, units[1].id).await;
        let other = office.user(&house, Role::AkimOkrug, units[2].id).await;
        let place = Place { unit: office.unit, okrug: OKRUG.parse().unwrap() };
        let map = office::road_map::making::draft(&office.state, &maker, &place, 2026).await.unwrap();
        let worker = office.seated(&house, maker.clone()).await;
        assert_eq!(rows(&office, &worker, "road_map").await, Vec::<Value>::new(), "nobody is asked for a draft");
        office::road_map::making::submit(&office.state, &maker, map).await.unwrap();

        let names = ["state", "basis", "starts_on", "target", "legal", "mine"];
        let who = on(&house, &office, "2026-11-23", &okrug).await;
        let of = rows(&office, &who, "road_map").await;
        assert_eq!(told(&of[0], &names), json!(["soon", "internal", "2026-11-23", "2026-11-30", null, true]));
        assert_eq!(told(&of[0], &["subject", "places", "period"]), json!([map, ["Үлгі ауылы"], "2026"]));
        let kinds = board(&office, &who, "").await["kinds"].clone();
        assert_eq!(kinds, json!(["road_map", "road_map_copy"]), "an akim has no other deadlines");
        let elsewhere = office.seated(&house, other).await;
        assert_eq!(rows(&office, &elsewhere, "road_map").await, Vec::<Value>::new());
        let sign = format!("/api/road-maps/{map}/signature");
        post(&office, &who, &sign, Some(json!({"password": PASSWORD}))).await;
        assert_eq!(told(&rows(&office, &who, "road_map").await[0], &["mine"]), json!([false]), "he has signed");

        // After the day to aim for it is late, and no breach.
        let who = on(&house, &office, "2026-12-01", &director).await;
        assert_eq!(counted(&board(&office, &who, "?kind=road_map").await, "late"), [1, 0]);
        assert_eq!(told(&rows(&office, &who, "road_map").await[0], &names), json!(["late", "internal", "2026-11-23", "2026-11-30", null, true]));
        let list = office.get(&who, "/api/road-maps?year=2026").await.ok();
        assert_eq!(list["late"], 1);
        let akim = office.seated(&house, raion).await;
        for who in [&who, &akim] {
            post(&office, who, &sign, Some(json!({"password": PASSWORD}))).await;
        }
        assert_eq!(rows(&office, &who, "road_map").await, Vec::<Value>::new());
        let names = ["state", "starts_on", "mine"];
        assert_eq!(told(&rows(&office, &who, "road_map_copy").await[0], &names), json!(["open", "2026-12-01", true]));
        assert_eq!(told(&rows(&office, &akim, "road_map_copy").await[0], &names), json!(["open", "2026-12-01", false]));
        for holder in ["director", "okrug", "raion"] {
            let copy = json!({"holder": holder, "name": "ҮЛГІЛІ ӘКІМ", "taken_on": "2026-12-01"});
            post(&office, &who, &format!("/api/road-maps/{map}/copies"), Some(copy)).await;
        }
        assert_eq!(rows(&office, &who, "road_map_copy").await, Vec::<Value>::new());
        assert_sound(&house).await;
    }

    async fn a_quarter_is_scored_concluded_forwarded_and_considered(house) {
        let mut office = Office::over(&house).await;
        office.completed(&house, 0, "photo").await;
        let expert = signing(&house, &office, Role::Crtr, office.above).await;
        let authority = office.user(&house, Role::Auth, office.above).await;
        let body = office.user(&house, Role::MioSetHead, executive_body(&office)).await;
        let director = office.user(&house, Role::CcDir, office.unit).await;
        let dates = ["period", "state", "target", "legal", "count", "mine"];

        let who = on(&house, &office, "2026-12-15", &expert).await;
        let of = rows(&office, &who, "assessment").await;
        assert_eq!((of.len(), told(&of[0], &dates)), (1, json!(["2026-Q4", "later", "2027-01-05", "2027-01-05", 3, true])));
        let who = on(&house, &office, "2027-01-05", &expert).await;
        assert_eq!(told(&rows(&office, &who, "assessment").await[0], &["state", "code"]), json!(["today", "DL-47"]));
        let who = on(&house, &office, "2027-01-06", &expert).await;
        let of = board(&office, &who, "?kind=assessment").await;
        assert_eq!(counted(&of, "late"), [3, 3]);
        let list = office.get(&who, "/api/assessments?quarter=2026-Q4").await.ok();
        assert_eq!(list["unscored"], 3);
        let score = json!({"points": 3, "reason": "Жоспар негізінен орындалды"});
        let scores = json!({"relevance": score, "effectiveness": score, "social_effect": score});
        for unit in [office.unit, office.beside, office.above] {
            let given = json!({"unit": unit, "quarter": "2026-Q4", "scores": scores});
            post(&office, &who, "/api/assessments", Some(given)).await;
        }
        let of = rows(&office, &who, "assessment").await;
        assert_eq!((of.len(), &of[0]["period"]), (1, &json!("2027-Q1")), "the quarter that runs");

        // Until the conclusion is with the authorised body: both see its clock, and it is the one's turn.
        let of = rows(&office, &who, "conclusion").await;
        assert_eq!(told(&of[0], &dates), json!(["2026-Q4", "later", "2027-01-25", "2027-01-25", 1, true]));
        let parts = json!({"revision": 0, "report": "Тоқсан есебі", "conclusions": "Жұмыс жүріп жатыр", "results": [],
            "recommendations": [{"unit": office.unit, "text": "Мерзімі өткен іс-шараларды аяқтау"}]});
        post(&office, &who, "/api/conclusions/2026-Q4", Some(parts)).await;
        let who = on(&house, &office, "2027-01-26", &expert).await;
        assert_eq!(counted(&board(&office, &who, "?kind=conclusion").await, "late"), [1, 1]);
        post(&office, &who, "/api/conclusions/2026-Q4/signature", Some(json!({"password": PASSWORD}))).await;
        let has = on(&house, &office, "2027-01-26", &authority).await;
        assert_eq!(told(&rows(&office, &has, "conclusion").await[0], &["state", "mine"]), json!(["late", false]));
        post(&office, &who, "/api/conclusions/2026-Q4/sending", None).await;
        assert_eq!(told(&rows(&office, &who, "conclusion").await[0], &["period"]), json!(["2027-Q1"]));
        let names = ["period", "state", "starts_on", "mine"];
        assert_eq!(told(&rows(&office, &has, "forwarding").await[0], &names), json!(["2026-Q4", "open", "2027-01-26", true]));
        assert_eq!(told(&rows(&office, &who, "forwarding").await[0], &names), json!(["2026-Q4", "open", "2027-01-26", false]));

        // A month from the receipt, on a day that February does not have.
        let has = on(&house, &office, "2027-01-31", &authority).await;
        post(&office, &has, "/api/conclusions/2026-Q4/forwarding", None).await;
        assert_eq!(rows(&office, &has, "forwarding").await, Vec::<Value>::new());
        let considers = office.seated(&house, body.clone()).await;
        let of = rows(&office, &considers, "measures").await;
        assert_eq!(told(&of[0], &dates), json!(["2026-Q4", "later", "2027-02-26", "2027-03-01", 1, true]));
        assert_eq!(told(&of[0], &["code", "paragraph", "unit"]), json!(["DL-51", 51, executive_body(&office)]));
        assert_eq!(told(&rows(&office, &has, "measures").await[0], &["mine"]), json!([false]));
        let considers = on(&house, &office, "2027-03-02", &body).await;
        assert_eq!(counted(&board(&office, &considers, "?kind=measures").await, "late"), [1, 1]);
        let shown = office.get(&considers, "/api/conclusions/2026-Q4").await.ok();
        let told_of: Vec<Value> = shown["recommendations"].as_array().unwrap().iter()
            .map(|of| json!({"recommendation": of["recommendation"], "text": "Жиналыс өтті"})).collect();
        post(&office, &considers, "/api/conclusions/2026-Q4/measures", Some(json!({"measures": told_of}))).await;
        assert_eq!(rows(&office, &considers, "measures").await, Vec::<Value>::new());

        // A centre has nothing of all this on its board.
        let own = office.seated(&house, director).await;
        let kinds = board(&office, &own, "").await["kinds"].clone();
        for kind in ["assessment", "conclusion", "forwarding", "measures"] {
            assert!(!kinds.as_array().unwrap().contains(&json!(kind)), "{kind}");
            assert_eq!(rows(&office, &own, kind).await, Vec::<Value>::new());
        }
        assert_sound(&house).await;
    }

    async fn everybody_sees_what_his_rights_reach(house) {
        let office = Office::over(&house).await;
        let here = office.somebody(&house, Role::CcDir, office.unit).await;
        let there = office.somebody(&house, Role::CcDir, office.beside).await;
        let above = office.somebody(&house, Role::CtmSetHead, office.above).await;
        let units = |board: &Value| -> Vec<String> {
            let rows = board["deadlines"].as_array().unwrap().iter();
            let mut units: Vec<String> = rows.filter_map(|row| row["unit"].as_str().map(str::to_owned)).collect();
            units.sort();
            units.dedup();
            units
        };
        assert_eq!(units(&board(&office, &here, "").await), [office.unit.to_string()]);
        assert_eq!(units(&board(&office, &there, "").await), [office.beside.to_string()]);
        let mut both = [office.unit.to_string(), office.beside.to_string()];
        both.sort();
        let all = board(&office, &above, "").await;
        assert_eq!(units(&all), both);
        assert_eq!(all["centres"].as_array().unwrap().len(), 2);
        // Of one centre alone: what that centre has.
        let only = board(&office, &above, &format!("?unit={}", office.unit)).await;
        assert_eq!(units(&only), [office.unit.to_string()]);
        let count = |board: &Value| DEADLINE_STATES.map(|state| counted(board, state)[0]);
        let of = async |who: &Somebody| board(&office, who, "?kind=activity").await;
        let sums: Vec<i64> = count(&of(&here).await).iter().zip(count(&of(&there).await)).map(|(a, b)| a + b).collect();
        assert_eq!(count(&of(&above).await).to_vec(), sums);
        let elsewhere = office.get(&here, &format!("/api/deadlines?unit={}", office.beside)).await;
        assert_eq!(elsewhere.code(), "forbidden");

        // What is asked for by state is the part of it, and the numbers stay.
        for state in DEADLINE_STATES {
            let part = board(&office, &above, &format!("?state={state}")).await;
            assert!(part["deadlines"].as_array().unwrap().iter().all(|row| row["state"] == state));
            assert_eq!(part["counts"], all["counts"]);
        }
        let order = all["deadlines"].as_array().unwrap().iter().map(|row| {
            DEADLINE_STATES.iter().position(|state| row["state"] == *state).unwrap()
        });
        assert!(order.is_sorted(), "the most urgent first");
        for asked in ["?kind=wish", "?state=never", "?unit=x", "?mine=maybe", "?page=2"] {
            assert_eq!(office.get(&above, &format!("/api/deadlines{asked}")).await.status, StatusCode::BAD_REQUEST, "{asked}");
        }
        assert_sound(&house).await;
    }
}

const DEADLINE_STATES: [&str; 5] = ["late", "today", "soon", "later", "open"];
