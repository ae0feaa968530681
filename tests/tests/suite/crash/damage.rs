//! A store file that is broken: moved aside and said on the phone, refused and left as it is on the server, deleted
//! nowhere; and the phone stays enrolled.

use std::{collections::BTreeMap, fs, path::Path};

use serde_json::{Value, json};

use super::{
    programs::{done, ends, field, server},
    scene::{Scene, complete},
};
use crate::centre::Engine;

/// What happens to a store file.
const KINDS: [&str; 5] = ["head", "cut", "page", "emptied", "gone"];

fn damage(path: &Path, kind: &str) {
    let mut bytes = fs::read(path).unwrap();
    let half = bytes.len() / 2;
    match kind {
        "head" => bytes[..64].fill(0xA5),
        "cut" => bytes.truncate(half + 100),
        // Not one page alone: some are free, or hold only text.
        "page" => {
            for page in bytes.chunks_mut(4_096).skip(1).step_by(2) {
                page.fill(0xA5);
            }
        }
        "emptied" => bytes.clear(),
        "gone" => return fs::remove_file(path).unwrap(),
        _ => unreachable!(),
    }
    fs::write(path, bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_phone() {
    let scene = Scene::with_phone(Engine::Sqlite).await;
    done(field(&scene.home(), complete(scene.activity().await, &scene.photo()))).await;
    scene
        .dies_at_each(&KINDS, |trial, kind| async move {
            let path = trial.home().join("store.db");
            damage(&path, kind);
            let broken = fs::read(&path).unwrap_or_default();
            let status = done(field(&trial.home(), ["status"])).await;
            assert_eq!(status["enrolled"], json!(true), "{kind}: {status:#}");
            assert_eq!(status["startup"]["enrolment_rescued"], json!(true), "{kind}");
            if kind != "gone" {
                let aside = status["startup"]["store_moved_aside"].as_str().unwrap();
                assert_eq!(fs::read(aside).unwrap(), broken, "{kind}: as it was");
            }
            assert_eq!(status["orphans"].as_array().unwrap().len(), 3, "{kind}: the photo is offered back");
            let serving = trial.serve().await;
            let ended = done(field(&trial.home(), ["sync", "--until-done"])).await;
            assert_eq!(ended["result"]["done"], json!(true), "{kind}");
            let families = done(field(&trial.home(), ["list"])).await;
            assert!(!families["families"].as_array().unwrap().is_empty(), "{kind}: they come again");
            assert_eq!(trial.count("select count(*) from device").await, 1, "{kind}");
            serving.kill().await;
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_phone_right_after_it_was_enrolled() {
    let scene = Scene::with_store(Engine::Sqlite).await;
    let serving = super::programs::Serving::start(&scene.config).await;
    let link = super::scene::invite(&scene.config, &serving.url).await;
    done(field(&scene.home(), ["enrol", &link])).await;
    damage(&scene.home().join("store.db"), "emptied");
    let status = done(field(&scene.home(), ["status"])).await;
    assert_eq!(status["enrolled"], json!(true), "{status:#}");
    done(field(&scene.home(), ["sync"])).await;
    serving.kill().await;
}

/// Every file of a data folder but what a try to open it may leave.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_file() && !name.ends_with("-shm") && name != "erasing.lock" {
            let bytes = fs::read(entry.path()).unwrap();
            // A log with nothing in it is as good as none: SQLite leaves one or takes it away.
            if !(name.ends_with("-wal") && bytes.is_empty()) {
                found.insert(name, bytes);
            }
        }
    }
    found
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_server() {
    let scene = Scene::with_phone(Engine::Sqlite).await;
    scene.store().await.close().await;
    scene
        .dies_at_each(&KINDS, |trial, kind| async move {
            let path = trial.config.data.join("store.db");
            damage(&path, kind);
            // A log with what was written last.
            let log = trial.config.data.join("store.db-wal");
            if matches!(kind, "head" | "emptied") {
                fs::write(&log, "what was written last").unwrap();
            }
            let before = files(&trial.config.data);
            for command in
                [&["verify"][..], &["rebuild", "--check"], &["key", "show"], &["serve", "--plain-http"]]
            {
                if kind == "page" && command[0] != "verify" {
                    // Found when it is read; nobody reads everything to begin with.
                    continue;
                }
                let Value::String(refused) = ends(server(&trial.config, command), &[1]).await else {
                    panic!("{kind}: {command:?} says more than that it cannot")
                };
                let says = match kind {
                    "gone" => refused.contains("there is no store at"),
                    _ => refused.contains("is damaged"),
                };
                assert!(says, "{kind}: {command:?}: {refused}");
            }
            if kind != "gone" {
                let restore = ["restore".to_owned(), trial.path("nowhere").display().to_string()];
                ends(server(&trial.config, restore), &[1]).await;
                ends(server(&trial.config, ["init"]), &[1]).await;
            }
            let after = files(&trial.config.data);
            let touched = |name: &&String| after.get(*name) != before.get(*name);
            let touched: Vec<_> = before.keys().chain(after.keys()).filter(touched).collect();
            assert_eq!(touched, Vec::<&String>::new(), "{kind}: nothing was touched");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_server_that_holds_media_is_not_begun_anew() {
    let scene = Scene::with_store(Engine::Sqlite).await;
    let shelf = scene.config.media_dir().join("evidence/ab");
    fs::create_dir_all(&shelf).unwrap();
    fs::write(shelf.join("file"), "somebody's proof").unwrap();
    damage(&scene.config.data.join("store.db"), "gone");
    let Value::String(refused) = ends(server(&scene.config, ["init"]), &[1]).await else {
        panic!("begun anew")
    };
    assert!(refused.contains("holds media"), "{refused}");
}
