//! The server dies, serving and at every command that has several steps, on both engines.

use std::{collections::BTreeSet, fs, path::Path};

use kandas_server::keys::RecoveryIdentity;
use kandas_shared::{
    enrol::Invitation,
    exchange::{self, Direction, Head, Incoming},
    hash::Digest,
};
use serde_json::{Value, json};
use uuid::Uuid;

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
    while_it_exchanges_files,
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
                for list in ["erasing.json", "compacting.json"] {
                    assert!(!trial.config.data.join(list).exists(), "{point}: {list}");
                }
                let again = done(server(&trial.config, erase(&family))).await;
                assert_eq!(again["taken"]["records"], json!(0), "{point}: a second decision finds nothing");
                trial.verify().await;
            }
        })
        .await;
}

async fn while_it_exchanges_files(engine: Engine) {
    let scene = Scene::with_work(engine).await;
    scene.deliver().await;
    let known = ledger(scene.home()).await;
    let completion = known.iter().find(|of| of.activity.is_some()).unwrap();
    let about = exchange::message_id(&completion.hash);
    // The other side's answers lie there from the beginning: so one round passes by every step.
    let root = scene.config.exchange_dir();
    fs::create_dir_all(root.join("in")).unwrap();
    let taken = Incoming::Acknowledged { message: Uuid::from_u128(1), about };
    let unknown = Incoming::Acknowledged { message: Uuid::from_u128(2), about: Uuid::from_u128(99) };
    leave(&root, "a.ndjson", 1, &taken);
    leave(&root, "b.ndjson", 2, &unknown);
    scene
        .dies_at_each(EXCHANGE, |trial: Trial, point| async move {
            let serving = trial.serve_until(point).await;
            serving.has_died(point).await;
            let serving = trial.serve().await;
            let root = trial.config.exchange_dir();
            let lie_in = |folder: &str| {
                let folder = root.join(folder);
                if folder.is_dir() { ending(&folder, ".ndjson").len() } else { 0 }
            };
            for _ in 0..600 {
                if lie_in("done") + lie_in("aside") >= 2 {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
            }
            // Another round finds nothing to do.
            tokio::time::sleep(std::time::Duration::from_secs(3)).await;
            let log = serving.log();
            for (folder, files) in [("out", 1), ("in", 0), ("taking", 0), ("done", 1), ("aside", 1)] {
                assert_eq!(lie_in(folder), files, "{point}: {folder}: {log}");
                assert_eq!(ending(&root.join(folder), ".new").len(), 0, "{point}: {folder}");
            }
            for (kind, facts) in [("queued", 1), ("written", 1), ("taken", 2)] {
                let sql = format!("select count(*) from journal where kind = 'exchange.{kind}'");
                assert_eq!(trial.count(&sql).await, facts, "{point}: {kind}");
            }
            let acknowledged = "select count(*) from exchange_out where state = 'acknowledged'";
            assert_eq!(trial.count(acknowledged).await, 1, "{point}");
            assert_eq!(trial.count("select count(*) from exchange_out").await, 1, "{point}");
            assert_eq!(trial.count("select count(*) from exchange_aside").await, 1, "{point}");
            // What lies there is what the journal says, byte for byte.
            let bytes = fs::read(root.join("out").join(exchange::file_name(1))).unwrap();
            let hash = hex::encode_upper(Digest::of(&bytes).0);
            let sql = match engine {
                Engine::Sqlite => format!("select count(*) from exchange_file where hex(sha256) = '{hash}'"),
                Engine::Postgres => {
                    format!(
                        "select count(*) from exchange_file where upper(encode(sha256, 'hex')) = '{hash}'"
                    )
                }
            };
            assert_eq!(trial.count(&sql).await, 1, "{point}: the file that was written");
            serving.kill().await;
            trial.verify().await;
        })
        .await;
}

/// The other side leaves a file with one message.
fn leave(root: &Path, name: &str, sequence: u64, message: &Incoming) {
    let line = format!("{}\n", serde_json::to_string(message).unwrap());
    let head = Head {
        format: exchange::FORMAT.into(),
        v: exchange::VERSION,
        direction: Direction::In,
        sequence,
        messages: 1,
        sha256: Digest::of(line.as_bytes()),
        made_at: "2026-11-23T08:00:00Z".parse().unwrap(),
        store: None,
    };
    let text = format!("{}\n{line}", serde_json::to_string(&head).unwrap());
    fs::write(root.join("in").join(name), text).unwrap();
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
