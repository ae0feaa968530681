//! Orders to a phone: a lost one gives up its case data at once and its unsent work to the escrow key alone.

use kandas_fixtures::proxy::Weather;
use kandas_shared::order::OrderKind;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

on_both_engines!(
    a_lost_phone_is_emptied_and_its_work_is_kept,
    a_retired_phone_delivers_everything_first,
    a_revoked_phone_may_still_deliver,
);

async fn a_lost_phone_is_emptied_and_its_work_is_kept(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 300_000, false)).await;
    centre.order(worker.device().await, OrderKind::Lost).await;
    for _ in 0..5 {
        if worker.sync().await.wiped {
            break;
        }
    }
    let left: Vec<_> = std::fs::read_dir(worker.home.path().join("vault")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    assert!(!worker.home.path().join("escrow.kfb").exists());
    for name in ["vault.key", "device.key", "home.age"] {
        assert!(!worker.home.path().join(name).exists(), "{name} is still there");
    }
    let store = std::fs::read(worker.home.path().join("store.db")).unwrap();
    let surname = "ТЕСТОВ".as_bytes();
    assert!(!store.windows(surname.len()).any(|window| window == surname), "a name is still in the file");
    assert!(worker.app().families().await.unwrap().families.is_empty());
    assert!(worker.ledger().await.is_empty());
    assert_eq!(centre.count("select count(*) from bundle").await, 1);
}

async fn a_retired_phone_delivers_everything_first(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.complete(activity, &worker.shoot(1, 300_000, false)).await;
    let (records, files) = {
        let waiting = worker.app().waiting().await.unwrap();
        (waiting.records, waiting.files)
    };
    centre.order(worker.device().await, OrderKind::Retire).await;
    let mut wiped = false;
    for _ in 0..5 {
        wiped |= worker.sync().await.wiped;
        if wiped {
            break;
        }
    }
    assert!(wiped);
    assert_eq!(centre.count("select count(*) from record").await, records);
    let received = centre.count("select count(*) from evidence_file where state = 'received'").await;
    assert_eq!(received, files);
    assert_eq!(centre.count("select count(*) from bundle").await, 0, "nothing was left to escrow");
}

async fn a_revoked_phone_may_still_deliver(engine: Engine) {
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    worker.line.set_weather(Weather::Refuse);
    worker.complete(activity, &worker.shoot(1, 0, false)).await;
    let store = centre.store();
    let mut tx = store.write().await.unwrap();
    let now = centre.clock.wall();
    let device = worker.device().await;
    let of = kandas_server::devices::Deciding {
        reason: Some("test"),
        ..kandas_server::devices::Deciding::by_operator(now)
    };
    kandas_server::devices::revoke(&mut tx, &*centre.chance, of, device).await.unwrap();
    tx.commit().await.unwrap();
    worker.line.set_weather(Weather::Clear);
    worker.sync_until_done().await;
    assert_eq!(
        centre.count("select count(*) from record where verdict = 'held'").await,
        worker.ledger().await.len() as i64
    );
}
