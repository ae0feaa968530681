//! A keystore forgets its keys. The organisation's recovery key, offline until then, opens the phone again.

use age::x25519::Identity;
use kandas_app::{
    app::{App, AppError},
    recover::{read_key, recover, unwrap_key},
};
use kandas_fixtures::proxy::Weather;
use kandas_shared::ids::DeviceId;

use crate::{
    centre::{Centre, Engine, day},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    the_recovery_key_opens_a_phone_that_forgot_its_key,
    a_phone_that_forgot_its_signing_key_too_carries_its_work_as_a_new_one,
);

/// What the operator does: the wrapped key out of the store, opened with the key from the safe.
async fn fetched(centre: &Centre, device: DeviceId) -> Identity {
    let mut tx = centre.store().read().await.unwrap();
    let wrapped = kandas_server::devices::recovery_key(&mut tx, device).await.unwrap();
    let recovery = std::fs::read_to_string(centre.recovery_key()).unwrap();
    assert!(matches!(unwrap_key(&wrapped, &Identity::generate()), Err(AppError::WrongKey)));
    unwrap_key(&wrapped, &read_key(&recovery).unwrap()).unwrap()
}

/// A phone with delivered work, unsent work and an open draft whose keystore has forgotten these keys.
async fn forgetful(centre: &Centre, keys: &[&str]) -> (Worker, DeviceId, i64) {
    let mut worker = Worker::enrolled(centre, 0).await;
    let activities = worker.activities(3).await;
    worker.complete(activities[0].1, &worker.shoot(1, 0, false)).await;
    worker.sync_until_done().await;
    worker.line.set_weather(Weather::Refuse);
    worker.complete(activities[1].1, &worker.shoot(1, 300_000, false)).await;
    worker.begin(activities[2].1, &worker.shoot(1, 0, false)).await;
    let (device, unsent) = (worker.device().await, worker.app().waiting().await.unwrap().records);
    worker.close().await;
    for key in keys {
        std::fs::remove_file(worker.home.path().join(key)).unwrap();
    }
    for _ in 0..2 {
        let opened = App::open(worker.home.path(), worker.platform()).await;
        assert!(matches!(opened.err(), Some(AppError::KeyForgotten(_))));
    }
    worker.line.set_weather(Weather::Clear);
    (worker, device, unsent)
}

async fn the_recovery_key_opens_a_phone_that_forgot_its_key(engine: Engine) {
    let centre = Centre::open(engine).await;
    let (mut worker, device, _) = forgetful(&centre, &["vault.key"]).await;
    let stranger = recover(worker.home.path(), &worker.platform(), &Identity::generate()).await;
    assert!(matches!(stranger, Err(AppError::WrongKey)), "another key changes nothing");
    let key = fetched(&centre, device).await;
    assert!(recover(worker.home.path(), &worker.platform(), &key).await.unwrap().enrolment_kept);
    worker.open().await;
    assert_eq!(worker.device().await, device);
    assert_eq!(worker.app().drafts().await.unwrap().len(), 1);
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    assert_eq!(centre.count("select count(*) from device").await, 1);
    centre.assert_sound().await;
}

async fn a_phone_that_forgot_its_signing_key_too_carries_its_work_as_a_new_one(engine: Engine) {
    let centre = Centre::open(engine).await;
    let (mut worker, old, unsent) = forgetful(&centre, &["vault.key", "device.key"]).await;
    let key = fetched(&centre, old).await;
    assert!(!recover(worker.home.path(), &worker.platform(), &key).await.unwrap().enrolment_kept);
    worker.open().await;
    let invitation = centre.invite(&worker.login, &worker.line).await;
    worker.try_enrol(invitation).await.unwrap();
    let new = worker.device().await;
    assert_ne!(new, old);
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    // The draft is sealed by the new phone, in a chain that names the old one.
    let draft = worker.app().drafts().await.unwrap().remove(0).id;
    worker.seal(draft, day()).await;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    let records = worker.ledger().await.len() as i64;
    assert_eq!(centre.count("select count(*) from record where verdict = 'accepted'").await, records);
    assert_eq!(centre.count("select count(distinct device) from record").await, 2);
    assert_eq!(centre.count("select count(*) from record where carrier <> device").await, unsent);
    // Its key lies with the organisation again, under its new name.
    let again = fetched(&centre, new).await;
    assert_eq!(again.to_public().to_string(), key.to_public().to_string());
    worker.assert_up_to_date(&centre, 0).await;
    centre.assert_sound().await;
}
