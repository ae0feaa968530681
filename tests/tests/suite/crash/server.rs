//! The server dies, serving and at every command that has several steps, on both engines.

use std::{collections::BTreeSet, fs, path::Path};

use kandas_server::keys::RecoveryIdentity;
use kandas_shared::enrol::Invitation;
use serde_json::{Value, json};

use super::{
    points::server::*,
    programs::{dies, done, ends, field, server},
    scene::{Scene, Trial, complete, count, invite, ledger, open, verify, with_film},
};
use crate::{centre::Engine, delivery::on_both_engines, worker::simple_activities};

on_both_engines!(
    while_it_makes_a_new_store,
    while_it_imports,
    while_it_enrols_a_phone,
    while_it_takes_records_and_files_in,
    while_it_opens_a_bundle,
    while_it_changes_its_key,
    while_it_erases,
    while_it_backs_up,
    while_it_restores,
);

async fn while_it_makes_a_new_store(engine: Engine) {
    let scene = Scene::bare(engine).await;
    scene
        .dies_at_each(INIT, |trial: Trial, point| async move {
            let recovery = trial.path("safe/recovery.txt");
            let words = ["init", "--recovery-key", &recovery.display().to_string()].map(str::to_owned);
            dies(server(&trial.config, &words), point).await;
            let made = ends(server(&trial.config, &words), &[0, 1]).await;
            if let Value::String(refused) = made {
                assert_eq!(point, "init.after-commit", "{refused}");
                assert!(refused.contains("there is a store already"), "{refused}");
            } else {
                assert_eq!(made["recovery_key"], json!(recovery), "{point}: told where it lies");
            }
            let key = RecoveryIdentity::read(&fs::read_to_string(&recovery).unwrap()).unwrap();
            let public = fs::read_to_string(trial.config.keys_dir().join("recovery.pub")).unwrap();
            assert_eq!(key.recipient(), public, "{point}: the halves fit");
            assert_eq!(ending(&trial.config.keys_dir(), ".p8").len(), 1, "{point}");
            assert_eq!(ending(&trial.config.data, ".new").len(), 0, "{point}");
            assert_eq!(trial.count("select count(*) from journal").await, 1, "{point}");
            trial.verify().await;
        })
        .await;
}

async fn while_it_imports(engine: Engine) {
    let scene = Scene::bare(engine).await;
    done(server(&scene.config, ["init"])).await;
    let document = scene.folder.path().join("district.json");
    fs::write(&document, scene.district.to_json()).unwrap();
    let all = scene.district.len();
    scene
        .dies_at_each(IMPORT, |trial: Trial, point| async move {
            let words = ["import".to_owned(), trial.path("district.json").display().to_string()];
            dies(server(&trial.config, &words), point).await;
            let imported = done(server(&trial.config, &words)).await;
            let (written, there) = if point == "import.after-commit" { (0, all) } else { (all, 0) };
            assert_eq!(imported, json!({"written": written, "unchanged": there}), "{point}");
            assert_eq!(trial.count("select count(*) from journal").await, 1 + all as i64, "{point}");
            trial.verify().await;
        })
        .await;
}

async fn while_it_enrols_a_phone(engine: Engine) {
    let scene = Scene::with_store(engine).await;
    done(field(&scene.home(), ["status"])).await;
    scene
        .dies_at_each(ENROL, |trial: Trial, point| async move {
            let serving = trial.serve_until(point).await;
            let link = invite(&trial.config, &serving.url).await;
            ends(field(&trial.home(), ["enrol", &link]), &[1]).await;
            serving.has_died(point).await;
            let serving = trial.serve().await;
            // The code is the same; the server has come up at another port.
            let again = Invitation { url: serving.url.clone(), ..Invitation::from_link(&link).unwrap() };
            done(field(&trial.home(), ["enrol", &again.to_link()])).await;
            done(field(&trial.home(), ["sync"])).await;
            assert_eq!(trial.count("select count(*) from device").await, 1, "{point}");
            serving.kill().await;
            trial.verify().await;
        })
        .await;
}

async fn while_it_takes_records_and_files_in(engine: Engine) {
    let scene = with_film(engine).await;
    let records = ledger(scene.home()).await.len();
    scene
        .dies_at_each(TAKE_IN, |trial: Trial, point| async move {
            let serving = trial.serve_until(point).await;
            ends(field(&trial.home(), ["sync"]), &[0, 4]).await;
            serving.has_died(point).await;
            let serving = trial.serve().await;
            sync_until_done(&trial).await;
            trial.agree(records).await;
            serving.kill().await;
            trial.verify().await;
            let staging = fs::read_dir(trial.config.staging_dir()).unwrap().count();
            let open = trial.count("select count(*) from upload where state = 'open'").await;
            assert_eq!(open, 0, "{point}");
            // What the dead one left in staging belongs to an upload that is finished: the sweep takes it.
            assert!(staging <= 1, "{point}: {staging} files");
        })
        .await;
}

/// A server that was killed keeps its uploads for the seconds of a lease.
async fn sync_until_done(trial: &Trial) {
    for _ in 0..40 {
        let ended = ends(field(&trial.home(), ["sync"]), &[0, 4]).await;
        if ended["result"]["done"] == json!(true) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    }
    panic!("never done");
}

async fn while_it_opens_a_bundle(engine: Engine) {
    let scene = with_film(engine).await;
    let records = ledger(scene.home()).await.len();
    let bundle = scene.folder.path().join("work.kfb").display().to_string();
    done(field(&scene.home(), ["export", &bundle])).await;
    scene
        .dies_at_each(OPEN_BUNDLE, |trial: Trial, point| async move {
            let bundle = trial.path("work.kfb").display().to_string();
            let serving = trial.serve_until(point).await;
            // The answer may have gone out before it was opened.
            ends(field(&trial.home(), ["deliver", &bundle]), &[0, 1]).await;
            serving.has_died(point).await;
            let serving = trial.serve().await;
            let mut state = Value::Null;
            for _ in 0..40 {
                state = ends(field(&trial.home(), ["deliver", &bundle]), &[0, 1]).await["state"].clone();
                if state == "opened" {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
            }
            assert_eq!(state, "opened", "{point}: {}", serving.log());
            sync_until_done(&trial).await;
            trial.agree(records).await;
            assert_eq!(trial.count("select count(*) from bundle").await, 1, "{point}");
            serving.kill().await;
            trial.verify().await;
        })
        .await;
}

async fn while_it_changes_its_key(engine: Engine) {
    let scene = Scene::with_store(engine).await;
    scene
        .dies_at_each(ROTATE, |trial: Trial, point| async move {
            dies(server(&trial.config, ["key", "rotate"]), point).await;
            let made = trial.count("select count(*) from key_change").await;
            done(server(&trial.config, ["key", "show"])).await;
            let keys = trial.config.keys_dir();
            for retired in ending(&keys, ".pub") {
                let private = retired.replace(".pub", ".p8");
                assert!(!keys.join(&private).exists(), "{point}: {private} is still there");
            }
            let again = done(server(&trial.config, ["key", "rotate"])).await;
            let current = fs::read_to_string(keys.join("current")).unwrap();
            assert_eq!(again["new"], json!(current), "{point}");
            assert_eq!(trial.count("select count(*) from key_change").await, made + 1, "{point}");
            let private = BTreeSet::from([format!("signing-{current}.p8")]);
            assert_eq!(ending(&keys, ".p8"), private, "{point}: no other private key is left");
            let retired = ending(&keys, ".pub").len() - 1;
            assert_eq!(retired as i64, made + 1, "{point}: recovery.pub and the retired ones");
            trial.verify().await;
        })
        .await;
}

/// Two families' work, delivered.
async fn with_delivered_work(engine: Engine) -> (Scene, String) {
    let scene = Scene::with_phone(engine).await;
    let app = open(scene.home()).await;
    let activities = simple_activities(&app).await;
    app.close().await;
    let (family, first, _) = activities[0];
    let other = activities.iter().find(|(other, ..)| *other != family).unwrap().1;
    let photo = scene.photo();
    for activity in [first, other] {
        done(field(&scene.home(), complete(activity, &photo))).await;
    }
    scene.deliver().await;
    (scene, family.to_string())
}

fn erase(family: &str) -> [String; 8] {
    ["erase", "--family", family, "--basis", "бұйрық 1", "--by", "test.ctm.head", "--yes"].map(str::to_owned)
}

async fn while_it_erases(engine: Engine) {
    let (scene, family) = with_delivered_work(engine).await;
    let before = files(&scene.config.media_dir());
    scene
        .dies_at_each(ERASE, |trial: Trial, point| {
            let family = family.clone();
            async move {
                dies(server(&trial.config, erase(&family)), point).await;
                // The next command of any kind finishes it.
                done(server(&trial.config, ["key", "show"])).await;
                let decided = !matches!(point, "file.written");
                let erased = trial.count("select count(*) from journal where kind = 'subject.erased'").await;
                assert_eq!(erased, i64::from(decided), "{point}");
                if !decided {
                    done(server(&trial.config, erase(&family))).await;
                }
                let of_family = "select count(*) from evidence_file where state = 'received'";
                assert_eq!(
                    trial.count(of_family).await,
                    2,
                    "{point}: the other family's photo and thumbnail"
                );
                assert_eq!(files(&trial.config.media_dir()), before / 2, "{point}");
                assert!(!trial.config.data.join("erasing.json").exists(), "{point}");
                let again = done(server(&trial.config, erase(&family))).await;
                assert_eq!(again["taken"]["records"], json!(0), "{point}: a second decision finds nothing");
                trial.verify().await;
            }
        })
        .await;
}

async fn while_it_backs_up(engine: Engine) {
    let (scene, _) = with_delivered_work(engine).await;
    scene
        .dies_at_each(BACK_UP, |trial: Trial, point| async move {
            let copy = |name: &str| {
                ["backup".to_owned(), trial.path(name).display().to_string(), "--with-keys".to_owned()]
            };
            dies(server(&trial.config, copy("half")), point).await;
            let (there, _database) = trial.elsewhere("restored").await;
            let from = |name: &str| ["restore".to_owned(), trial.path(name).display().to_string()];
            let whole = point == "backup.manifest";
            ends(server(&there, from("half")), if whole { &[0] } else { &[1] }).await;
            done(server(&trial.config, copy("whole"))).await;
            trial.verify().await;
            if !whole {
                done(server(&there, from("whole"))).await;
            }
            verify(&there).await;
        })
        .await;
}

async fn while_it_restores(engine: Engine) {
    let (scene, family) = with_delivered_work(engine).await;
    let copy = scene.folder.path().join("copy").display().to_string();
    done(server(&scene.config, ["backup", &copy, "--with-keys", "--copy-media"])).await;
    done(server(&scene.config, erase(&family))).await;
    let mut points = RESTORE.to_vec();
    if matches!(engine, Engine::Sqlite) {
        points.extend(RESTORE_FILE);
    }
    scene
        .dies_at_each(&points, |trial: Trial, point| async move {
            let (there, _database) = trial.elsewhere("restored").await;
            let words = [
                "restore".to_owned(),
                trial.path("copy").display().to_string(),
                "--erased".to_owned(),
                trial.config.erased_list().display().to_string(),
            ];
            dies(server(&there, &words), point).await;
            if there.data.join("restoring.json").exists() {
                // Nobody works on a store that is half back.
                for command in [&["verify"][..], &["key", "show"], &["serve", "--plain-http"], &["init"]] {
                    ends(server(&there, command), &[1]).await;
                }
            }
            let restored = ends(server(&there, &words), &[0, 1]).await;
            if let Value::String(refused) = restored {
                assert_eq!(point, "restore.ended", "{refused}");
                assert!(refused.contains("the database is not empty"), "{refused}");
            }
            assert!(!there.data.join("restoring.json").exists(), "{point}");
            let count = async |sql: &str| count(&there, sql).await;
            assert_eq!(
                count("select count(*) from journal where kind = 'store.restored'").await,
                1,
                "{point}"
            );
            assert_eq!(
                count("select count(*) from journal where kind = 'subject.erased'").await,
                1,
                "{point}"
            );
            assert_eq!(
                count("select count(*) from evidence_file where state = 'received'").await,
                2,
                "{point}"
            );
            assert_eq!(files(&there.media_dir()), files(&trial.config.media_dir()), "{point}");
            let lines = fs::read_to_string(there.erased_list()).unwrap();
            assert_eq!(lines.lines().count(), 1, "{point}");
            verify(&there).await;
            let report = done(server(&there, ["key", "show"])).await;
            let kept = done(server(&trial.config, ["key", "show"])).await;
            assert_eq!(report, kept, "{point}: the same keys");
        })
        .await;
}

/// Names in a folder with that ending.
fn ending(folder: &Path, end: &str) -> BTreeSet<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name());
    names.map(|name| name.to_string_lossy().into_owned()).filter(|name| name.ends_with(end)).collect()
}

/// How many files lie below a folder.
fn files(folder: &Path) -> usize {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files(&path) } else { 1 }).sum()
}
