//! While a phone is away, its family goes to another worker, its plan is changed, a colleague does the same work.

use chrono::{Days, TimeDelta};
use kandas_app::ledger::LedgerState;
use kandas_fixtures::proxy::Weather;
use kandas_server::facts::Event;
use kandas_shared::{
    calendar::civil_date,
    ids::{ActivityId, AssignmentId, FamilyId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Assignment, Plan, Row},
};

use crate::{
    centre::{Centre, Engine, day},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    a_family_that_went_to_another_worker_meanwhile_is_handed_over_late,
    an_activity_cancelled_meanwhile_is_held_with_its_proof,
    two_workers_who_complete_one_activity_are_both_kept,
);

fn user(centre: &Centre, number: usize) -> UserId {
    UserId(centre.district.workers().nth(number).unwrap().id)
}

pub async fn assign(centre: &Centre, family: FamilyId, number: usize) {
    let id = AssignmentId::draw(centre.clock.wall(), kandas_server::chance::bytes(&*centre.chance));
    let worker = user(centre, number);
    centre.append([Event::AssignmentSet(Assignment { id, family, worker, from: day(), to: None })]).await;
}

/// Closes what gave the family to this worker, as of yesterday.
pub async fn take_away(centre: &Centre, worker: &Worker, family: FamilyId) {
    let yesterday = civil_date(centre.clock.wall() - TimeDelta::days(1));
    let mut closed = 0;
    for row in worker.pulled().await {
        if let Row::Assignment(had) = row
            && had.family == family
        {
            let from = had.from.min(yesterday.checked_sub_days(Days::new(1)).unwrap());
            centre.append([Event::AssignmentSet(Assignment { from, to: Some(yesterday), ..had })]).await;
            closed += 1;
        }
    }
    assert!(closed > 0);
}

async fn activity(worker: &Worker, id: ActivityId) -> Option<Activity> {
    worker.pulled().await.into_iter().find_map(|row| match row {
        Row::Activity(activity) if activity.id == id => Some(activity),
        _ => None,
    })
}

async fn a_family_that_went_to_another_worker_meanwhile_is_handed_over_late(engine: Engine) {
    let centre = Centre::open(engine).await;
    let former = Worker::enrolled(&centre, 0).await;
    let owner = Worker::enrolled(&centre, 1).await;
    let (family, done, _) = former.activities(1).await[0];
    former.line.set_weather(Weather::Refuse);
    former.complete(done, &former.shoot(1, 100_000, false)).await;
    take_away(&centre, &former, family).await;
    assign(&centre, family, 1).await;
    former.line.set_weather(Weather::Clear);
    former.sync_until_done().await;
    former.assert_delivered().await;
    let records = former.ledger().await.len() as i64;
    let late = "select count(*) from record where verdict = 'accepted' and late_handover";
    let late = if matches!(engine, Engine::Sqlite) { format!("{late} = 1") } else { late.to_owned() };
    assert_eq!(centre.count(&late).await, records, "accepted and marked");

    // Nothing keeps the family on the former phone now; the present owner sees what was done.
    former.sync_until_done().await;
    assert!(former.app().family(family).await.is_err());
    owner.sync_until_done().await;
    assert_eq!(activity(&owner, done).await.unwrap().state, ActivityState::Reported);
    former.assert_up_to_date(&centre, 0).await;
    owner.assert_up_to_date(&centre, 1).await;
}

async fn an_activity_cancelled_meanwhile_is_held_with_its_proof(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let (family, done, _) = worker.activities(1).await[0];
    worker.line.set_weather(Weather::Refuse);
    worker.complete(done, &worker.shoot(2, 150_000, false)).await;
    let files = worker.app().waiting().await.unwrap().files;
    for row in worker.pulled().await {
        match row {
            Row::Plan(plan) if plan.family == family => {
                centre.append([Event::PlanSet(Plan { version: plan.version + 1, ..plan })]).await;
            }
            Row::Activity(planned) if planned.id == done => {
                let state = ActivityState::Cancelled;
                centre.append([Event::ActivitySet(Activity { state, ..planned })]).await;
            }
            _ => {}
        }
    }
    worker.line.set_weather(Weather::Clear);
    worker.sync_until_done().await;
    let item = worker.ledger().await.into_iter().find(|item| item.activity == Some(done)).unwrap();
    assert_eq!((item.state, item.reason.as_deref()), (LedgerState::Held, Some("activity_cancelled")));
    assert!(item.files.iter().all(|f| f.delivered_at.is_some() || f.part.as_str() == "original"));
    let received = centre.count("select count(*) from evidence_file where state = 'received'").await;
    assert_eq!(received, files, "held is custody, proof included");
    let held = "select count(*) from record where verdict = 'held' and reason = 'activity_cancelled'";
    assert_eq!(centre.count(held).await, 1);
    worker.sync_until_done().await;
    assert_eq!(activity(&worker, done).await.unwrap().state, ActivityState::Cancelled, "the plan stands");
    worker.assert_up_to_date(&centre, 0).await;
}

async fn two_workers_who_complete_one_activity_are_both_kept(engine: Engine) {
    let centre = Centre::open(engine).await;
    let first = Worker::enrolled(&centre, 0).await;
    let second = Worker::enrolled(&centre, 1).await;
    let activities = first.activities(1).await;
    let all = first.activities_all().await;
    let repeats = all.iter().find(|(.., service)| service.service().repeatable).copied();
    let once = all.iter().find(|(.., service)| !service.service().repeatable).copied();
    let chosen: Vec<_> = repeats.into_iter().chain(once).collect();
    assert_eq!(chosen.len(), 2, "one that repeats and one that does not, of {activities:?}");
    for (family, ..) in &chosen {
        assign(&centre, *family, 1).await;
    }
    second.sync_until_done().await;
    for worker in [&first, &second] {
        worker.line.set_weather(Weather::Refuse);
        for (_, activity, _) in &chosen {
            worker.complete(*activity, &worker.shoot(1, 0, false)).await;
        }
    }
    // Who did it first on the spot does not matter; what reaches the centre first counts.
    for worker in [&second, &first] {
        worker.line.set_weather(Weather::Clear);
        worker.sync_until_done().await;
        worker.assert_delivered().await;
    }
    let completions = "select count(*) from record where verdict = 'accepted' and kind = 'completion'";
    assert_eq!(centre.count(completions).await, 4, "both are kept, of either service");
    for worker in [&first, &second] {
        worker.sync_until_done().await;
        for (_, id, _) in &chosen {
            let shown = activity(worker, *id).await.unwrap();
            let counts = second.ledger().await.into_iter().find(|item| item.activity == Some(*id)).unwrap();
            assert_eq!(shown.record, Some(counts.record), "the earliest position counts");
            assert_eq!(shown.state, ActivityState::Reported);
        }
    }
    first.assert_up_to_date(&centre, 0).await;
    second.assert_up_to_date(&centre, 1).await;
}
