//! A plan that the office draws up comes to the phone (§34): the phone goes on with the version it has until the next one is
//! published, and what it did meanwhile without a network of something that is cancelled is held, not lost.

use kandas_app::ledger::LedgerState;
use kandas_fixtures::proxy::Weather;
use kandas_server::{
    office::{
        self,
        plan::{
            agreement::{self, Entered},
            making::{self, Begins, Simple, WantedRow},
            page::{self, FamilyPlan, WantedVersion},
        },
        session::{self, Session, Stage},
        signing::Proof,
    },
    one,
};
use kandas_shared::{
    ids::{ActivityId, FamilyId, OrgUnitId, PlanId, UserId},
    plan::{PlanAgreement, PlanReason, Wanted},
    plan_state::{ActivityState, PlanState},
    pulled::{Activity, Plan, Role, Row, User},
    service::{ServiceCode, Unit},
};

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(a_phone_goes_on_with_its_version_until_the_next_one_is_out);

const PASSWORD: &str = "тоғыз жолдың торабы";
/// The smallest scan there is, in base64.
const PAPER: &str = "JVBERi0xLjcK0pvQvtC7CiUlRU9GCg==";

/// A user of the district by his role, above or in a unit.
async fn user(centre: &Centre, role: Role, unit: Option<OrgUnitId>) -> User {
    let found = centre
        .district
        .users
        .iter()
        .find(|user| user.role == role.to_string() && unit.is_none_or(|unit| user.org_unit == unit.0));
    let store = centre.store();
    let mut tx = store.read().await.unwrap();
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    one!(&mut tx, User, sql, UserId(found.unwrap().id)).await.unwrap()
}

/// Somebody signed in.
async fn session(centre: &Centre, user: &User) -> Session {
    let state = centre.state();
    let now = state.clock.wall();
    office::set_password(&state.store, now, &*state.chance, user, PASSWORD).await.unwrap();
    let mut tx = state.store.write().await.unwrap();
    let (_, session) = session::open(&state, &mut tx, user.clone(), Stage::Full, false, now).await.unwrap();
    tx.commit().await.unwrap();
    session
}

async fn shown(centre: &Centre, by: &User, family: FamilyId) -> FamilyPlan {
    let state = centre.state();
    let mut tx = state.store.read().await.unwrap();
    page::of(&mut tx, by, family, WantedVersion::default(), state.clock.wall()).await.unwrap()
}

/// A draft is agreed on paper, approved and brought onto the phones.
async fn bring_out(centre: &Centre, by: &User, head: &Session, of: (PlanId, i32), family: FamilyId) {
    let state = centre.state();
    let version = shown(centre, by, family).await.version.unwrap();
    let entered = Entered {
        how: PlanAgreement::Paper,
        signed_on: Some(kandas_shared::calendar::civil_date(state.clock.wall())),
        name: Some("СЫНАҚ".into()),
        digest: Some(version.sha256.to_string()),
        file: Some(PAPER.into()),
        record: None,
    };
    agreement::enter(&state, by, of, entered).await.unwrap();
    let proof = Proof { password: Some(PASSWORD.into()), ..Proof::default() };
    making::approve(&state, head, of, version.sha256, proof).await.unwrap();
    making::act(&state, by, of, Simple::Publish).await.unwrap();
}

async fn on_phone(worker: &Worker, family: FamilyId) -> (Vec<Plan>, Vec<Activity>) {
    let (mut plans, mut activities) = (Vec::new(), Vec::new());
    for row in worker.pulled().await {
        match row {
            Row::Plan(plan) if plan.family == family => plans.push(plan),
            Row::Activity(activity) if activity.family == family => activities.push(activity),
            _ => {}
        }
    }
    (plans, activities)
}

async fn a_phone_goes_on_with_its_version_until_the_next_one_is_out(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let by = user(&centre, Role::CcSet, None).await;
    let head = session(&centre, &user(&centre, Role::CtmSetHead, None).await).await;
    let (family, offline, service) = worker.activities(1).await[0];
    let planned = on_phone(&worker, family).await.1;
    let person = planned.iter().find(|of| of.id == offline).unwrap().person;

    // Version 2 drops what the phone is about to do, and adds something.
    let state = centre.state();
    let opened = making::open(&state, &by, family, Begins::Settled).await.unwrap();
    let of = (opened.plan, opened.version);
    assert_eq!(opened.version, 2);
    let version = shown(&centre, &by, family).await.version.unwrap();
    let row = version.rows.iter().find(|row| row.person == person).unwrap();
    let has = |service| row.items.iter().any(|item| item.item.service == service);
    let new = ServiceCode::ALL
        .iter()
        .copied()
        .find(|code| code.service().unit == Unit::Person && !has(*code))
        .unwrap();
    let items = row.items.iter().map(|item| {
        let out = item.item.service == service;
        Wanted {
            service: item.item.service,
            chosen: !out,
            planned_on: item.item.planned_on,
            reason: out.then_some(PlanReason::NotNeeded),
            text: None,
        }
    });
    let added = Wanted {
        service: new,
        chosen: true,
        planned_on: None,
        reason: Some(PlanReason::FamilyAsks),
        text: None,
    };
    let rows = vec![WantedRow { person, items: items.chain([added]).collect() }];
    making::save(&state, &by, of, version.seen, rows).await.unwrap();
    worker.sync_until_done().await;
    assert_eq!(on_phone(&worker, family).await.1, planned, "a draft is nobody's but the office's");

    // It is done without a network, and then the version comes out.
    worker.line.set_weather(Weather::Refuse);
    worker.complete(offline, &worker.shoot(1, 0, false)).await;
    bring_out(&centre, &by, &head, of, family).await;
    let before = on_phone(&worker, family).await;
    assert_eq!((before.0[0].version, before.1.len()), (1, planned.len()), "it works on with version 1");

    worker.line.set_weather(Weather::Clear);
    for _ in 0..5 {
        worker.sync().await;
    }
    let (plans, activities) = on_phone(&worker, family).await;
    assert_eq!((plans[0].version, plans[0].state), (2, PlanState::Published));
    let state_of = |id: ActivityId| activities.iter().find(|of| of.id == id).unwrap().state;
    assert_eq!(state_of(offline), ActivityState::Cancelled);
    let fresh: Vec<&Activity> =
        activities.iter().filter(|of| of.service == new && of.person == person).collect();
    assert_eq!((fresh.len(), fresh[0].state), (1, ActivityState::Planned));
    let ledger = worker.ledger().await;
    assert_eq!(ledger.len(), 1);
    assert_eq!(ledger[0].state, LedgerState::Held, "{:#?}", ledger[0]);

    // The new one is done as any other.
    let done: Vec<(FamilyId, ActivityId, ServiceCode)> = worker.activities_all().await;
    if let Some((_, activity, _)) = done.iter().find(|(_, id, _)| *id == fresh[0].id) {
        worker.complete(*activity, &worker.shoot(2, 0, false)).await;
        for _ in 0..5 {
            worker.sync().await;
        }
        let (_, activities) = on_phone(&worker, family).await;
        let state = activities.iter().find(|of| of.id == fresh[0].id).unwrap().state;
        assert_eq!(state, ActivityState::Reported);
    }
    worker.assert_up_to_date(&centre, 0).await;
    centre.assert_sound().await;
}
