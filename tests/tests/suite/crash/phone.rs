//! The phone dies.

use std::{collections::BTreeSet, fs, path::Path};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use kandas_app::{
    capture::{Attached, How},
    platform::Platform,
    seal::Sealing,
    store::home,
    vault::Condition,
};
use kandas_server::{
    chance::{self, SystemChance},
    clock::SystemClock,
    facts::{Event, Restored},
    journal::{self, Fact},
};
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::{Digest, Epoch},
    ids::DeviceId,
    order::OrderKind,
    time::Clock as _,
};
use serde_json::json;

use super::{
    points::phone::*,
    programs::{dies, done, ends, field},
    scene::{Scene, Trial, complete, invite, ledger, open, order, with_film},
};
use crate::centre::{Engine, day};

async fn device(home: &Path) -> DeviceId {
    let app = open(home.to_owned()).await;
    let mut conn = app.store().conn().await.unwrap();
    let device = home::get(&mut conn, home::DEVICE).await.unwrap().unwrap();
    drop(conn);
    app.close().await;
    device
}

fn names(folder: &Path) -> BTreeSet<String> {
    fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn at_its_first_start() {
    let scene = Scene::bare(Engine::Sqlite).await;
    scene
        .dies_at_each(FIRST_START, |trial: Trial, point| async move {
            dies(field(&trial.home(), ["status"]), point).await;
            let status = done(field(&trial.home(), ["status"])).await;
            assert_eq!(status["startup"]["store_moved_aside"], json!(null), "{point}: {status:#}");
            let again = done(field(&trial.home(), ["status"])).await;
            assert_eq!(status["chain"], again["chain"], "one chain");
            let keys =
                ["device.key", "vault.key", "lock", "store.db", "store.db.left", "vault"].map(str::to_owned);
            assert_eq!(names(&trial.home()), BTreeSet::from(keys), "{point}");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_enrols() {
    let scene = Scene::with_store(Engine::Sqlite).await;
    done(field(&scene.home(), ["status"])).await;
    scene
        .dies_at_each(ENROL, |trial: Trial, point| async move {
            let serving = trial.serve().await;
            let link = invite(&trial.config, &serving.url).await;
            dies(field(&trial.home(), ["enrol", &link]), point).await;
            let status = done(field(&trial.home(), ["status"])).await;
            if status["enrolled"] == json!(false) {
                done(field(&trial.home(), ["enrol", &link])).await;
            }
            done(field(&trial.home(), ["sync"])).await;
            assert_eq!(trial.count("select count(*) from device").await, 1, "{point}");
            assert!(trial.home().join("home.age").exists(), "kept for a damaged store");
            serving.kill().await;
            trial.verify().await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_seals() {
    let scene = Scene::with_phone(Engine::Sqlite).await;
    let (activity, photo) = (scene.activity().await, scene.photo());
    let camera = fs::read(&photo).unwrap();
    scene
        .dies_at_each(SEAL, |trial: Trial, point| {
            let (words, camera, photo) = (complete(activity, &photo), &camera, &photo);
            async move {
                dies(field(&trial.home(), words), point).await;
                finish_draft(&trial, photo, point).await;
                let app = open(trial.home()).await;
                let ledger = app.ledger().await.unwrap();
                assert_eq!(app.orphans().await.unwrap(), [], "{point}: nothing is left over");
                let completions = ledger.iter().filter(|item| item.statement == "completion");
                let [item] = completions.collect::<Vec<_>>()[..] else { panic!("{point}: {ledger:#?}") };
                let file = |part| item.files.iter().find(|file| file.part == part).unwrap();
                assert_eq!(file(Part::Original).sha256, Digest::of(camera), "{point}: the camera's bytes");
                for file in &item.files {
                    let name = FileRef { evidence: file.evidence, part: file.part };
                    let condition = app.vault().check(name, file.size, file.sha256).unwrap();
                    assert_eq!(condition, Condition::Whole, "{point}: {name}");
                }
                assert_eq!(app.vault().contents().unwrap().len(), item.files.len(), "{point}");
                app.close().await;
            }
        })
        .await;
}

/// As the worker would: what is offered back is taken into the draft, then it is sealed.
async fn finish_draft(trial: &Trial, photo: &Path, point: &str) {
    let app = open(trial.home()).await;
    let drafts = app.drafts().await.unwrap();
    if drafts.is_empty() {
        assert_eq!(
            app.ledger().await.unwrap().len(),
            1 + usize::from(consents(&app).await),
            "{point}: sealed"
        );
        app.close().await;
        return;
    }
    let [draft] = &drafts[..] else { panic!("{point}: {drafts:#?}") };
    let orphans = app.orphans().await.unwrap();
    assert!(orphans.iter().all(|orphan| orphan.draft == Some(draft.id)), "{point}: {orphans:?}");
    let how = || How::plain(Some(EvidenceKind::Photo), Source::Attached);
    let camera = |name: &str| name.ends_with("original.age");
    if let Some(orphan) = orphans.iter().find(|orphan| camera(&orphan.name)) {
        let adopted = app.adopt(&orphan.name, draft.id, how()).await.unwrap();
        assert!(matches!(adopted, Attached::Kept { .. }), "{point}: {adopted:?}");
    } else if app.draft_view(draft.id).await.unwrap().evidence.is_empty() {
        // The camera's file is where it was.
        let kind = Some(EvidenceKind::Photo);
        app.attach(draft.id, photo, kind, Source::Attached).await.unwrap();
    }
    let sealing = app.seal(draft.id, day()).await.unwrap();
    assert!(matches!(sealing, Sealing::Sealed { .. }), "{point}: {sealing:?}");
    app.close().await;
}

async fn consents(app: &kandas_app::app::App) -> bool {
    app.ledger().await.unwrap().iter().any(|item| item.statement == "consent")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_delivers() {
    let scene = with_film(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    // The recovery key is to be handed over once more.
    let app = open(scene.home()).await;
    let mut conn = app.store().conn().await.unwrap();
    home::unset(&mut conn, home::RECOVERY_STORED).await.unwrap();
    drop(conn);
    app.close().await;
    scene
        .dies_at_each(DELIVER, |trial: Trial, point| async move {
            let serving = trial.serve().await;
            dies(field(&trial.home(), ["sync"]), point).await;
            trial.delivers(serving, records).await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_makes_room() {
    let scene = Scene::with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    scene.deliver().await;
    scene.grows_old().await;
    scene
        .dies_at_each(FREE, |trial: Trial, point| async move {
            let serving = trial.serve().await;
            dies(field(&trial.home(), ["sync"]), point).await;
            done(field(&trial.home(), ["sync"])).await;
            let app = open(trial.home()).await;
            for file in app.ledger().await.unwrap().iter().flat_map(|item| &item.files) {
                let there = app.vault().path(FileRef { evidence: file.evidence, part: file.part }).exists();
                assert_eq!(there, !file.freed, "{point}: {file:?}");
                assert!(file.freed || file.part != Part::File, "{point}: {file:?}");
            }
            assert_eq!(app.startup().missing, Vec::<String>::new(), "{point}");
            app.close().await;
            trial.agree(records).await;
            serving.kill().await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_meets_a_new_epoch() {
    let scene = Scene::with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    scene.deliver().await;
    let store = scene.store().await;
    let mut tx = store.write().await.unwrap();
    let epoch = Epoch(chance::bytes(&SystemChance));
    let size = journal::head(&mut tx).await.unwrap().size;
    let fact = Fact::by_system(Event::StoreRestored(Restored { epoch, restored_size: size }));
    journal::append(&mut tx, &SystemChance, SystemClock::new().wall(), vec![fact]).await.unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    scene
        .dies_at_each(NEW_EPOCH, |trial: Trial, point| async move {
            let serving = trial.serve().await;
            dies(field(&trial.home(), ["sync"]), point).await;
            trial.delivers(serving, records).await;
            let status = done(field(&trial.home(), ["status"])).await;
            assert_eq!(status["epoch"], json!(epoch), "{point}");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_it_wipes_itself() {
    let scene = Scene::with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    // A draft that was never sealed must come out too.
    let app = open(scene.home()).await;
    let other = crate::worker::simple_activities(&app).await[1].1;
    app.close().await;
    let mut words = complete(other, &scene.photo());
    words.push("--draft".into());
    done(field(&scene.home(), words)).await;
    order(&scene.config, device(&scene.home()).await, OrderKind::Lost).await;
    scene
        .dies_at_each(WIPE, |trial: Trial, point| async move {
            let serving = trial.serve().await;
            dies(field(&trial.home(), ["sync"]), point).await;
            // A phone that is wiped already belongs to nobody.
            ends(field(&trial.home(), ["sync", "--until-done"]), &[0, 7]).await;
            let status = done(field(&trial.home(), ["status"])).await;
            assert_eq!((&status["wiped"], &status["enrolled"]), (&json!(true), &json!(false)), "{point}");
            let left =
                ["device.key", "vault.key", "lock", "store.db", "store.db.left", "vault"].map(str::to_owned);
            assert_eq!(
                names(&trial.home()),
                BTreeSet::from(left),
                "{point}: two new keys and an empty store"
            );
            assert_eq!(names(&trial.home().join("vault")), BTreeSet::new(), "{point}");
            for _ in 0..1_000 {
                if trial.count("select count(*) from bundle where state = 'opened'").await > 0 {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(50)).await;
            }
            assert_eq!(trial.count("select count(*) from bundle").await, 1, "{point}: {}", serving.log());
            assert_eq!(trial.count("select count(*) from record").await, records as i64, "{point}");
            assert_eq!(trial.count("select count(*) from evidence_file where state = 'received'").await, 2);
            assert_eq!(trial.count("select count(*) from device_order where done_at is not null").await, 1);
            serving.kill().await;
            trial.verify().await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_its_key_is_given_back() {
    let scene = Scene::with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    let identity: Identity = Platform::system(&scene.home()).keystore.vault_identity().unwrap();
    let text = format!("# opened\n{}\n", identity.to_string().expose_secret());
    fs::write(scene.folder.path().join("key.txt"), text).unwrap();
    fs::remove_file(scene.home().join("vault.key")).unwrap();
    // The keystore makes another one, which does not fit.
    ends(field(&scene.home(), ["status"]), &[1]).await;
    scene
        .dies_at_each(RECOVER, |trial: Trial, point| async move {
            let key = trial.path("key.txt").display().to_string();
            dies(field(&trial.home(), ["recover", &key]), point).await;
            done(field(&trial.home(), ["recover", &key])).await;
            let status = done(field(&trial.home(), ["status"])).await;
            assert_eq!(status["enrolled"], json!(true), "{point}");
            assert_eq!(status["startup"]["missing"], json!([]), "{point}");
            assert!(trial.home().join("vault.key.other").exists(), "{point}: laid aside");
            let serving = trial.serve().await;
            trial.delivers(serving, records).await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_a_damaged_store_is_moved_aside() {
    let scene = Scene::with_work(Engine::Sqlite).await;
    let (store, log) = (scene.home().join("store.db"), scene.home().join("store.db-wal"));
    let damaged = vec![0xA5; 40_000];
    fs::write(&store, &damaged).unwrap();
    fs::write(&log, b"what was written last").unwrap();
    scene
        .dies_at_each(RESCUE, |trial: Trial, point| {
            let damaged = &damaged;
            async move {
                dies(field(&trial.home(), ["status"]), point).await;
                done(field(&trial.home(), ["status"])).await;
                let status = done(field(&trial.home(), ["status"])).await;
                assert_eq!(status["enrolled"], json!(true), "{point}: {status:#}");
                let aside: Vec<_> =
                    names(&trial.home()).into_iter().filter(|n| n.contains("damaged")).collect();
                let [file, log] = &aside[..] else { panic!("{point}: {aside:?}") };
                assert_eq!(&fs::read(trial.home().join(file)).unwrap(), damaged, "{point}: never deleted");
                assert_eq!(*log, format!("{file}-wal"));
                assert_eq!(fs::read(trial.home().join(log)).unwrap(), b"what was written last", "{point}");
                let orphans = status["orphans"].as_array().unwrap().len();
                assert_eq!(orphans, 3, "{point}: the photo's files are offered back");
                let app = open(trial.home()).await;
                let mut conn = app.store().conn().await.unwrap();
                let told: i64 =
                    sqlx::query_scalar("select count(*) from event where kind = 'store_moved_aside'")
                        .fetch_one(&mut *conn)
                        .await
                        .unwrap();
                let chains: i64 =
                    sqlx::query_scalar("select count(*) from chain").fetch_one(&mut *conn).await.unwrap();
                drop(conn);
                app.close().await;
                assert_eq!(
                    (told, chains),
                    (1, 2),
                    "{point}: said once; the old chain and the one that goes on"
                );
                let serving = trial.serve().await;
                done(field(&trial.home(), ["sync", "--until-done"])).await;
                serving.kill().await;
            }
        })
        .await;
}
