//! A disk that is full, or may only be read: a clear word, nothing half-written, and everything goes on when there is
//! room again. The disks are small ones in memory; where none can be mounted the tests say so and do nothing.

use std::{fs, io::Write as _, os::unix::fs::symlink, path::Path, process::Command};

use kandas_app::ledger::LedgerState;
use serde_json::{Value, json};

use super::{
    programs::{done, ends, field, server},
    scene::{Scene, Trial, complete, ledger},
};
use crate::{centre::Engine, delivery::on_both_engines, worker::copy_folder};

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

/// A phone with a photo to deliver and its centre; one of them, or a part of it, lies on a small disk.
struct Tight {
    scene: Scene,
    trial: Trial,
    records: usize,
    disk: Disk,
}

impl Tight {
    /// The folder `data` or `home` lies on the disk.
    async fn lay(engine: Engine, name: &str) -> Option<Self> {
        let tight = Self::beside(engine, Disk::mount(24_000)?).await;
        let (from, to) = (tight.trial.path(name), tight.disk.path().join(name));
        copy_folder(&from, &to);
        fs::remove_dir_all(&from).unwrap();
        symlink(&to, &from).unwrap();
        Some(tight)
    }

    /// Nothing lies on the disk yet.
    async fn beside(engine: Engine, disk: Disk) -> Self {
        let scene = Scene::with_work(engine).await;
        scene.store().await.close().await;
        let records = ledger(scene.home()).await.len();
        Self { trial: scene.copy().await, scene, records, disk }
    }

    /// What another completion is told.
    async fn another(&self) -> Vec<String> {
        complete(self.scene.activity().await, &self.scene.photo())
    }

    /// The phone syncs once, which ends with this code and says that.
    async fn syncs_to(&self, code: i32, problem: &str) {
        let ended = ends(field(&self.trial.home(), ["sync"]), &[code]).await.to_string();
        assert!(ended.contains(problem), "{ended}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_database_has_no_room() {
    let Some(tight) = Tight::lay(Engine::Sqlite, "data").await else { return };
    let serving = tight.trial.serve().await;
    for round in 0..2 {
        tight.disk.fill();
        for _ in 0..2 {
            tight.syncs_to(4, "storage-full").await;
        }
        tight.disk.clear();
        // The same process goes on: a commit that failed has left nothing behind.
        if round == 0 {
            ends(field(&tight.trial.home(), ["sync"]), &[0, 4]).await;
        }
    }
    tight.trial.delivers(serving, tight.records).await;
}

async fn staging_that_is_full_and_has_room_again(engine: Engine) {
    let Some(disk) = Disk::mount(100) else { return };
    let tight = Tight::beside(engine, disk).await;
    let staging = tight.trial.config.staging_dir();
    fs::remove_dir_all(&staging).unwrap();
    symlink(tight.disk.path(), &staging).unwrap();
    let serving = tight.trial.serve().await;
    // Another disk than that of the media, whose room was asked for: it ends in the middle of a piece.
    for _ in 0..2 {
        tight.syncs_to(4, "storage-full").await;
    }
    let taken = ledger(tight.trial.home()).await;
    assert!(taken.iter().all(|item| item.state != LedgerState::Recorded), "records go on: {taken:#?}");
    tight.disk.remount("size=20000k");
    // Asked for by hand: what is full says to come again in ten minutes.
    done(field(&tight.trial.home(), ["sync"])).await;
    tight.trial.ends_well(serving, tight.records).await;
}

async fn a_data_folder_that_may_only_be_read(engine: Engine) {
    let Some(tight) = Tight::lay(engine, "data").await else { return };
    tight.disk.remount("ro");
    for command in [&["serve", "--plain-http"][..], &["key", "rotate"], &["device", "list"], &["init"]] {
        let Value::String(refused) = ends(server(&tight.trial.config, command), &[1]).await else {
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
    tight.disk.remount("rw");
    let serving = tight.trial.serve().await;
    tight.trial.delivers(serving, tight.records).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_that_has_no_room() {
    let Some(tight) = Tight::lay(Engine::Sqlite, "home").await else { return };
    // Below the reserve no photo is taken in, and it is said before anything of it is written.
    let home = tight.trial.home();
    let taken = ends(field(&home, tight.another().await), &[5]).await;
    assert_eq!(taken["files"][0]["outcome"], json!("no_room"), "{taken:#}");
    let vault = fs::read_dir(home.join("vault")).unwrap().count();
    assert_eq!(vault, 3, "the first photo's files and no other");

    // No byte is left: what cannot be written down is not done, and nothing is half done.
    tight.disk.fill();
    let refused = ends(field(&home, tight.another().await), &[1]).await.to_string();
    assert!(refused.contains("full"), "{refused}");
    tight.disk.clear();

    // What is sealed travels though photos are refused.
    let serving = tight.trial.serve().await;
    tight.trial.delivers(serving, tight.records).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_phone_whose_room_ends_while_it_delivers() {
    let Some(tight) = Tight::lay(Engine::Sqlite, "home").await else { return };
    let serving = tight.trial.serve().await;
    tight.disk.fill();
    for _ in 0..2 {
        tight.syncs_to(1, "full").await;
    }
    tight.disk.clear();
    tight.trial.delivers(serving, tight.records).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_that_may_only_be_read() {
    let Some(tight) = Tight::lay(Engine::Sqlite, "home").await else { return };
    let serving = tight.trial.serve().await;
    tight.disk.remount("ro");
    for words in [vec!["status".to_owned()], vec!["sync".to_owned()], tight.another().await] {
        let refused = ends(field(&tight.trial.home(), words), &[1]).await.to_string();
        assert!(refused.contains("Read-only file system"), "{refused}");
    }
    tight.disk.remount("rw");
    tight.trial.delivers(serving, tight.records).await;
}
