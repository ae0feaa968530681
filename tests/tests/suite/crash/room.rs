//! A disk that is full, or may only be read: a clear word, nothing half-written, and everything goes on when there is
//! room again. The disks are small ones in memory; where none can be mounted the tests say so and do nothing.

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::Command,
};

use kandas_app::ledger::LedgerState;
use serde_json::{Value, json};

use super::{
    programs::{done, ends, field, server},
    scene::{Scene, complete, ledger},
};
use crate::{centre::Engine, delivery::on_both_engines};

on_both_engines!(staging_that_is_full_and_has_room_again, a_data_folder_that_may_only_be_read,);

/// A small disk; unmounted when dropped.
struct Disk {
    folder: tempfile::TempDir,
}

impl Disk {
    fn mount(kilobytes: u32) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let size = format!("size={kilobytes}k,mode=0700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "kandas-test"])
            .arg(folder.path())
            .status();
        if mounted.is_ok_and(|status| status.success()) {
            return Some(Self { folder });
        }
        eprintln!("SKIPPED: no disk can be mounted here (this test wants root); a full disk was not tried");
        None
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// No byte is left.
    fn fill(&self) {
        let mut filler = fs::File::create(self.path().join("filler")).unwrap();
        for piece in [1 << 16, 1 << 12, 1] {
            while filler.write_all(&vec![1; piece]).is_ok() {}
        }
    }

    fn clear(&self) {
        fs::remove_file(self.path().join("filler")).unwrap();
    }

    fn remount(&self, options: &str) {
        let status =
            Command::new("mount").args(["-o", &format!("remount,{options}")]).arg(self.path()).status();
        assert!(status.unwrap().success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Lazily: what a failed test has left open must not keep the folder.
        let _ = Command::new("umount").arg("-l").arg(self.path()).status();
    }
}

/// Lays the trial's folder of that name onto a disk.
fn lay(trial: &Path, name: &str, disk: &Disk) -> PathBuf {
    let (from, to) = (trial.join(name), disk.path().join(name));
    crate::worker::copy_folder(&from, &to);
    fs::remove_dir_all(&from).unwrap();
    std::os::unix::fs::symlink(&to, &from).unwrap();
    to
}

/// A phone with a photo to deliver.
async fn with_work(engine: Engine) -> Scene {
    let scene = Scene::with_phone(engine).await;
    done(field(&scene.home(), complete(scene.activity().await, &scene.photo()))).await;
    scene.store().await.close().await;
    scene
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_database_has_no_room() {
    let Some(disk) = Disk::mount(24_000) else { return };
    let scene = with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    let trial = scene.copy().await;
    lay(trial.folder.path(), "data", &disk);
    let serving = trial.serve().await;
    for round in 0..2 {
        disk.fill();
        for _ in 0..2 {
            let ended = ends(field(&trial.home(), ["sync"]), &[4]).await;
            let problem = ended["result"]["problem"].as_str().unwrap();
            assert!(problem.contains("storage-full"), "{round}: {problem}");
        }
        disk.clear();
        // The same process goes on: a commit that failed has left nothing behind.
        if round == 0 {
            ends(field(&trial.home(), ["sync"]), &[0, 4]).await;
        }
    }
    done(field(&trial.home(), ["sync", "--until-done"])).await;
    trial.agree(records).await;
    serving.kill().await;
    trial.verify().await;
}

async fn staging_that_is_full_and_has_room_again(engine: Engine) {
    let Some(disk) = Disk::mount(100) else { return };
    let scene = with_work(engine).await;
    let records = ledger(scene.home()).await.len();
    let trial = scene.copy().await;
    let staging = trial.config.staging_dir();
    fs::remove_dir_all(&staging).unwrap();
    std::os::unix::fs::symlink(disk.path(), &staging).unwrap();
    let serving = trial.serve().await;
    // Another disk than that of the media, whose room was asked for: it ends in the middle of a piece.
    for _ in 0..2 {
        let ended = ends(field(&trial.home(), ["sync"]), &[4]).await;
        let problem = ended["result"]["problem"].as_str().unwrap();
        assert!(problem.contains("storage-full"), "{problem}");
    }
    let taken = ledger(trial.home()).await;
    assert!(taken.iter().all(|item| item.state != LedgerState::Recorded), "records go on: {taken:#?}");
    disk.remount("size=20000k");
    // Asked for by hand: what is full says to come again in ten minutes.
    done(field(&trial.home(), ["sync"])).await;
    trial.agree(records).await;
    serving.kill().await;
    trial.verify().await;
}

async fn a_data_folder_that_may_only_be_read(engine: Engine) {
    let Some(disk) = Disk::mount(24_000) else { return };
    let scene = with_work(engine).await;
    let records = ledger(scene.home()).await.len();
    let trial = scene.copy().await;
    lay(trial.folder.path(), "data", &disk);
    disk.remount("ro");
    for command in [&["serve", "--plain-http"][..], &["key", "rotate"], &["device", "list"], &["init"]] {
        let Value::String(refused) = ends(server(&trial.config, command), &[1]).await else {
            panic!("{command:?} says more than that it cannot")
        };
        let clear = [
            "Read-only file system",
            "readonly database",
            "unable to open database file",
            "there is a store already",
        ];
        assert!(clear.iter().any(|word| refused.contains(word)), "{command:?}: {refused}");
    }
    disk.remount("rw");
    let serving = trial.serve().await;
    done(field(&trial.home(), ["sync", "--until-done"])).await;
    trial.agree(records).await;
    serving.kill().await;
    trial.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_has_no_room() {
    let Some(disk) = Disk::mount(24_000) else { return };
    let scene = with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    let (activity, photo) = (scene.activity().await, scene.photo());
    let trial = scene.copy().await;
    let home = lay(trial.folder.path(), "home", &disk);
    // Below the reserve no photo is taken in, and it is said before anything of it is written.
    let taken = ends(field(&trial.home(), complete(activity, &photo)), &[5]).await;
    assert_eq!(taken["files"][0]["outcome"], json!("no_room"), "{taken:#}");
    let vault = fs::read_dir(home.join("vault")).unwrap().count();
    assert_eq!(vault, 3, "the first photo's files and no other");

    // No byte is left: what cannot be written down is not done, and nothing is half done.
    disk.fill();
    let refused = ends(field(&trial.home(), complete(activity, &photo)), &[1]).await.to_string();
    assert!(refused.contains("full"), "{refused}");
    disk.clear();

    // What is sealed travels though photos are refused.
    let serving = trial.serve().await;
    done(field(&trial.home(), ["sync", "--until-done"])).await;
    trial.agree(records).await;
    serving.kill().await;
    trial.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_whose_room_ends_while_it_delivers() {
    let Some(disk) = Disk::mount(24_000) else { return };
    let scene = with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    let trial = scene.copy().await;
    lay(trial.folder.path(), "home", &disk);
    let serving = trial.serve().await;
    disk.fill();
    for _ in 0..2 {
        let ended = ends(field(&trial.home(), ["sync"]), &[1]).await;
        assert!(ended.to_string().contains("full"), "{ended}");
    }
    disk.clear();
    done(field(&trial.home(), ["sync", "--until-done"])).await;
    trial.agree(records).await;
    serving.kill().await;
    trial.verify().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_may_only_be_read() {
    let Some(disk) = Disk::mount(24_000) else { return };
    let scene = with_work(Engine::Sqlite).await;
    let records = ledger(scene.home()).await.len();
    let (activity, photo) = (scene.activity().await, scene.photo());
    let trial = scene.copy().await;
    lay(trial.folder.path(), "home", &disk);
    let serving = trial.serve().await;
    disk.remount("ro");
    for words in [vec!["status".to_owned()], vec!["sync".to_owned()], complete(activity, &photo)] {
        let refused = ends(field(&trial.home(), words), &[1]).await.to_string();
        assert!(refused.contains("Read-only file system"), "{refused}");
    }
    disk.remount("rw");
    done(field(&trial.home(), ["sync", "--until-done"])).await;
    trial.agree(records).await;
    serving.kill().await;
}
