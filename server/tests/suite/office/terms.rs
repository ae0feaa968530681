//! Due dates follow what they were counted by: a term that is entered, changed and taken back, a day off; what the plan
//! names, what is done and what has no legal due date stays.

use chrono::NaiveDate;
use kandas_server::{changes, erase, facts::Event, journal::Fact, one, rebuild};
use kandas_shared::{
    cursor::Kind,
    ids::{ActivityId, FamilyId, PersonId, PlanId},
    plan_state::ActivityState,
    pulled::{Activity, Family, Role, Row},
    service::ServiceCode,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound};
use crate::{house::House, stores::on_each};

/// The family with this id is in the quota since a day, or is not.
async fn included(house: &House, office: &Office, family: uuid::Uuid, since: Option<&str>) {
    let of = office.district.families.iter().find(|of| of.id == family).unwrap();
    let mut family: Family = serde_json::from_value(serde_json::to_value(of).unwrap()).unwrap();
    family.quota_date = since.map(|day| day.parse().unwrap());
    house.append([Fact { family: Some(family.id), ..Fact::by_system(Event::FamilySet(family)) }]).await;
}

/// One more activity of a family's plan.
async fn planned(
    house: &House,
    office: &Office,
    family: uuid::Uuid,
    (service, due, state): (ServiceCode, Option<&str>, ActivityState),
) -> ActivityId {
    let plan = office.district.plans.iter().find(|plan| plan.family == family).unwrap();
    let id: ActivityId = house.draw();
    let activity = Activity {
        id,
        plan: PlanId(plan.id),
        family: FamilyId(family),
        person: PersonId(plan.activities[0].person),
        service,
        planned_on: None,
        due_on: due.map(|day| day.parse().unwrap()),
        state,
        record: None,
        done_on: None,
    };
    let (family, person) = (Some(activity.family), Some(activity.person));
    house.append([Fact { family, person, ..Fact::by_system(Event::ActivitySet(activity)) }]).await;
    id
}

async fn due(house: &House, activity: ActivityId) -> Option<String> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select due_on from activity where id = $1";
    let (due,) = one!(&mut tx, (Option<NaiveDate>,), sql, activity).await.unwrap();
    due.map(|day| day.to_string())
}

fn term(days: Value, take_back: bool) -> Value {
    json!({"service": "S07", "from": "2026-11-01", "days": days, "take_back": take_back})
}

async fn preview(office: &Office, who: &Somebody, wanted: &Value) -> Value {
    office.post(who, "/api/terms/preview", wanted).await.ok()
}

/// The term changes after it was seen what moves.
async fn change(office: &Office, who: &Somebody, mut wanted: Value) -> Value {
    wanted["moves"] = preview(office, who, &wanted).await["count"].clone();
    office.post(who, "/api/terms", &wanted).await.ok()
}

async fn overdue(office: &Office, who: &Somebody) -> i64 {
    office.get(who, "/api/overview").await.ok()["total"]["overdue"].as_i64().unwrap()
}

/// What a phone of the family's worker is told of activities since a cursor.
async fn told(
    house: &House,
    office: &Office,
    cursor: Option<&str>,
) -> (Vec<(ActivityId, Option<String>)>, String) {
    let (device, worker, now) = (office.phone.device, office.worker, house.clock.wall());
    let page =
        changes::page(&house.store, device, worker, cursor, &[Kind::Activity], 5_000, now).await.unwrap();
    assert!(!page.end.more);
    let rows = page.lines.iter().map(|line| {
        let Row::Activity(row) = Row::read(line.kind, line.row.as_ref().unwrap().get()).unwrap() else {
            panic!("{line:?}")
        };
        (row.id, row.due_on.map(|day| day.to_string()))
    });
    (rows.collect(), page.end.cursor)
}

on_each! { engine, House;
    async fn due_dates_follow_a_term(house) {
        let office = Office::over(&house).await;
        let other = office.district.families.iter().find(|of| of.id != office.family).unwrap().id;
        // A Friday; the other family waits for the quota.
        included(&house, &office, office.family, Some("2026-11-20")).await;
        included(&house, &office, other, None).await;
        let open = |service, due| (service, due, ActivityState::Planned);
        let waiting = planned(&house, &office, office.family, open(ServiceCode::S07, None)).await;
        let named = planned(&house, &office, office.family, open(ServiceCode::S07, Some("2026-12-24"))).await;
        let done = planned(&house, &office, office.family, (ServiceCode::S07, None, ActivityState::Synced)).await;
        let another = planned(&house, &office, office.family, open(ServiceCode::S08, None)).await;
        let nobodys = planned(&house, &office, other, open(ServiceCode::S07, None)).await;
        let admin = office.somebody(&house, Role::Admin, office.unit).await;
        let (_, cursor) = told(&house, &office, None).await;

        let five = term(json!(5), false);
        let seen = preview(&office, &admin, &five).await;
        assert_eq!(seen["moved"], json!([{"before": null, "after": "2026-11-27", "count": 1}]));
        assert_eq!((&seen["newly_overdue"], &seen["no_longer_overdue"]), (&json!(0), &json!(0)));
        assert_eq!(due(&house, waiting).await, None, "nothing has changed yet");
        for wrong in [0, 2] {
            let mut body = five.clone();
            body["moves"] = json!(wrong);
            assert_eq!(office.post(&admin, "/api/terms", &body).await.code(), "not-as-shown");
        }
        change(&office, &admin, five).await;
        assert_eq!(due(&house, waiting).await.as_deref(), Some("2026-11-27"));
        assert_eq!(due(&house, named).await.as_deref(), Some("2026-12-24"), "as the plan names it");
        for (activity, why) in [(done, "it is done"), (another, "another service"), (nobodys, "no quota: A-10")] {
            assert_eq!(due(&house, activity).await, None, "{why}");
        }
        let (rows, cursor) = told(&house, &office, Some(&cursor)).await;
        assert_eq!(rows, [(waiting, Some("2026-11-27".into()))], "the phone is told of it alone");

        // Shorter by two days: it moves back, and is overdue on the Friday.
        change(&office, &admin, term(json!(3), false)).await;
        assert_eq!(due(&house, waiting).await.as_deref(), Some("2026-11-25"));
        house.clock.set("2026-11-27T07:00:00Z");
        let admin = office.seated(&house, admin.user).await;
        let director = office.somebody(&house, Role::CcDir, office.unit).await;
        let before = overdue(&office, &director).await;
        let ten = term(json!(10), false);
        let seen = preview(&office, &admin, &ten).await;
        assert_eq!(seen["moved"], json!([{"before": "2026-11-25", "after": "2026-12-04", "count": 1}]));
        assert_eq!(seen["no_longer_overdue"], 1);
        change(&office, &admin, ten).await;
        assert_eq!(overdue(&office, &director).await, before - 1, "the numbers follow");
        // Taken back: there is no legal due date any more, and none is made up.
        change(&office, &admin, term(Value::Null, true)).await;
        assert_eq!(due(&house, waiting).await, None);
        assert_eq!(due(&house, named).await.as_deref(), Some("2026-12-24"));
        let (rows, _) = told(&house, &office, Some(&cursor)).await;
        assert_eq!(rows, [(waiting, None)]);
        assert_sound(&house).await;

        // The facts name activities; whose family is erased is passed over when they are applied again.
        let (subject, now) = (erase::Subject::Family(FamilyId(office.family)), house.clock.wall());
        erase::erase(&house.config, &house.store, subject, "18", director.user.id, now, &*house.chance).await.unwrap();
        let compared = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(compared.differences, []);
    }

    async fn due_dates_that_were_counted_follow_the_calendar(house) {
        let office = Office::over(&house).await;
        included(&house, &office, office.family, Some("2026-11-20")).await;
        let open = |due| (ServiceCode::S07, due, ActivityState::Planned);
        let counted = planned(&house, &office, office.family, open(None)).await;
        let named = planned(&house, &office, office.family, open(Some("2026-11-26"))).await;
        let auth = office.somebody(&house, Role::Auth, office.above).await;
        change(&office, &auth, term(json!(3), false)).await;
        assert_eq!(due(&house, counted).await.as_deref(), Some("2026-11-25"));
        let set = async |works: Value| {
            let days = json!([{"day": "2026-11-24", "works": works}]);
            let seen = office.post(&auth, "/api/calendar/preview", &json!({"days": days})).await.ok();
            let body = json!({"days": days, "reason": "қаулы", "source": "№ 1", "moves": seen["count"]});
            office.post(&auth, "/api/calendar", &body).await.ok();
            seen
        };
        let seen = set(json!(false)).await;
        let moved = |due: &str, before: &str, after: &str| {
            json!({"what": "activity", "due": due, "before": before, "after": after, "count": 1})
        };
        let shown = seen["moved"].as_array().unwrap();
        assert!(shown.contains(&moved("2026-11-25", "2026-11-25", "2026-11-26")), "{seen}");
        assert_eq!(due(&house, counted).await.as_deref(), Some("2026-11-26"));
        assert_eq!(due(&house, named).await.as_deref(), Some("2026-11-26"), "as the plan names it");
        // What the plan named stands on the same day now, and what was counted goes back alone all the same.
        let seen = set(Value::Null).await;
        let shown = seen["moved"].as_array().unwrap();
        assert!(shown.contains(&moved("2026-11-26", "2026-11-26", "2026-11-25")), "{seen}");
        assert_eq!(due(&house, counted).await.as_deref(), Some("2026-11-25"));
        assert_eq!(due(&house, named).await.as_deref(), Some("2026-11-26"));
        assert_sound(&house).await;
    }
}
