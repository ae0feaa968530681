//! The power goes: the vault's and staging's steps on files are recorded, every state is made that a disk may be in
//! afterwards, and each is looked at as the next start would find it. What a row says is durable is whole; whatever else
//! lies there is found and said.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use age::x25519::Identity;
use bytes::Bytes;
use kandas_app::{
    app::App,
    platform::{FileKeystore, Keystore as _, Platform, SystemChance},
    vault::{Condition, Entry, Kept, Vault},
};
use kandas_disk::{
    power::{State, states},
    record::Recorder,
};
use kandas_server::media::{
    Objects, Staging as _,
    hashing::Running,
    staging::{FolderStaging, Placed, Target},
};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::Digest,
    ids::{EvidenceId, UploadId},
};

fn content(seed: u8, length: usize) -> Vec<u8> {
    (0..length).map(|at| (at * 31 + usize::from(seed)) as u8).collect()
}

fn name(number: u128, part: Part) -> FileRef {
    FileRef { evidence: EvidenceId(uuid::Uuid::from_u128(number)), part }
}

/// A photo comes in with its thumbnail, a second one replaces it, the first one goes. Gives the states, and what was kept.
fn of_a_vault(identity: &Identity) -> (BTreeSet<State>, Vec<(FileRef, Kept)>) {
    let folder = tempfile::tempdir().unwrap();
    let vault = Vault::open(folder.path(), identity.clone()).unwrap();
    let recorder = Recorder::listen(folder.path()).unwrap();
    let mut kept = Vec::new();
    for (name, length) in
        [(name(1, Part::File), 3_000), (name(1, Part::Thumbnail), 500), (name(2, Part::File), 2_000)]
    {
        let bytes = content(length as u8, length);
        kept.push((name, vault.put(name, &mut bytes.as_slice()).unwrap()));
        recorder.says(format!("kept {name}"));
    }
    let (first, _) = kept[0];
    recorder.says(format!("unwanted {first}"));
    vault.remove(first).unwrap();
    (states(&recorder.steps(), &[]), kept)
}

#[test]
fn a_vault_keeps_what_it_said_to_keep() {
    let identity = Identity::generate();
    let (states, kept) = of_a_vault(&identity);
    assert!(states.len() > 50, "{} states", states.len());
    for state in &states {
        let folder = tempfile::tempdir().unwrap();
        state.lay(folder.path()).unwrap();
        let vault = Vault::open(folder.path(), identity.clone()).unwrap();
        let wanted = |name: &FileRef| {
            state.said.contains(&format!("kept {name}")) && !state.said.contains(&format!("unwanted {name}"))
        };
        for (name, kept) in &kept {
            let condition = vault.check(*name, kept.size, kept.sha256).unwrap();
            let fine = condition == Condition::Whole || (condition == Condition::Missing && !wanted(name));
            assert!(fine, "{name} is {condition:?} after {:?}", state.said);
        }
        // Whatever else is there is known for what it is.
        for found in vault.contents().unwrap() {
            let known = match found.what {
                Entry::File(name) => kept.iter().any(|(kept, _)| *kept == name),
                Entry::Incomplete => true,
                Entry::Foreign => false,
            };
            assert!(known, "{found:?}");
        }
    }
}

#[tokio::test]
async fn a_phone_finds_and_says_whatever_lies_there() {
    let identity = Identity::generate();
    let (states, _) = of_a_vault(&identity);
    // Which names lie there is what a start looks at; of their bytes one state of each is enough.
    let mut seen = BTreeSet::new();
    for state in states {
        let names: Vec<PathBuf> = state.files.keys().cloned().collect();
        if !seen.insert(names.clone()) {
            continue;
        }
        let home = tempfile::tempdir().unwrap();
        FileKeystore::new(home.path(), std::sync::Arc::new(SystemChance)).adopt(&identity, None).unwrap();
        state.lay(&home.path().join("vault")).unwrap();
        let app = App::open(home.path(), Platform::system(home.path())).await.unwrap();
        let said: BTreeSet<String> =
            app.startup().orphans.iter().chain(&app.startup().incomplete).cloned().collect();
        let there: BTreeSet<String> = names.iter().map(|name| name.display().to_string()).collect();
        assert_eq!(said, there, "no row knows any of them");
        app.close().await;
    }
    assert!(seen.len() >= 8, "{} sets of names", seen.len());
}

/// Staging and media store in one folder.
fn depot(root: &Path) -> FolderStaging {
    FolderStaging::new(&root.join("staging"), Objects::folder(&root.join("media")).unwrap()).unwrap()
}

const FOLDERS: [&str; 2] = ["staging", "media"];
const KEY: &str = "evidence/ab/file";

/// An upload arrives in two pieces and goes to its place; with `taken_over`, the first one's holder hangs meanwhile.
async fn of_an_upload(bytes: &[u8], upload: UploadId, taken_over: bool) -> BTreeSet<State> {
    let folder = tempfile::tempdir().unwrap();
    FOLDERS.iter().for_each(|name| fs::create_dir(folder.path().join(name)).unwrap());
    let staging = depot(folder.path());
    let recorder = Recorder::listen(folder.path()).unwrap();
    let half = bytes.len() / 2;
    let mut first = staging.write_from(upload, 0, 1, Some(Running::default())).await.unwrap();
    first.write(Bytes::copy_from_slice(&bytes[..half])).await.unwrap();
    first.persist().await.unwrap();
    recorder.says(format!("durable {half}"));
    // Bytes that nobody said to have.
    first.write(Bytes::copy_from_slice(&content(9, 300))).await.unwrap();
    let hanging = if taken_over {
        Some(first)
    } else {
        drop(first);
        None
    };
    let mut second = staging.write_from(upload, half as u64, 2, None).await.unwrap();
    second.write(Bytes::copy_from_slice(&bytes[half..])).await.unwrap();
    let target = Target { key: KEY.into(), sha256: Digest::of(bytes), size: bytes.len() as u64 };
    assert_eq!(second.place(target).await.unwrap(), Placed::Beside);
    recorder.says("received");
    drop(hanging);
    states(&recorder.steps(), &FOLDERS)
}

#[tokio::test]
async fn an_upload_is_as_far_as_its_row_says() {
    let upload = UploadId(uuid::Uuid::from_u128(7));
    let bytes = content(3, 4_000);
    for taken_over in [false, true] {
        let states = of_an_upload(&bytes, upload, taken_over).await;
        assert!(states.len() > 10, "{} states", states.len());
        for state in &states {
            let folder = tempfile::tempdir().unwrap();
            state.lay(folder.path()).unwrap();
            let objects = Objects::folder(&folder.path().join("media")).unwrap();
            let staging = depot(folder.path());
            let said = |what: &str| state.said.iter().any(|said| said == what);
            let there = objects.sizes().await.unwrap();
            let others: Vec<_> = there.keys().filter(|key| *key != KEY).collect();
            assert_eq!(others, Vec::<&String>::new(), "under a name that no row will ever have");
            if said("received") {
                assert!(there.contains_key(KEY), "in custody");
            }
            if there.contains_key(KEY) {
                let digest = objects.digest(KEY).await.unwrap();
                assert_eq!(digest, (Digest::of(&bytes), bytes.len() as u64), "whole under its name");
            } else if said("durable 2000") {
                assert!(staging.held(upload).await.unwrap() >= 2_000, "{:?}", state.said);
                let held = fs::read(folder.path().join(format!("staging/{upload}.part"))).unwrap();
                assert!(held.starts_with(&bytes[..2_000]), "{:?}", state.said);
            }
            // As the phone would go on: from where the row says, into the same place.
            if !said("received") {
                let at = if said("durable 2000") { 2_000 } else { 0 };
                let mut piece = staging.write_from(upload, at, 9, None).await.unwrap();
                piece.write(Bytes::copy_from_slice(&bytes[at as usize..])).await.unwrap();
                let target = Target { key: KEY.into(), sha256: Digest::of(&bytes), size: bytes.len() as u64 };
                assert_eq!(piece.place(target).await.unwrap(), Placed::Beside);
                assert_eq!(objects.digest(KEY).await.unwrap().0, Digest::of(&bytes));
            }
        }
    }
}

#[tokio::test]
async fn a_small_file_that_came_whole_is_in_its_place_or_comes_again() {
    let (upload, bytes) = (UploadId(uuid::Uuid::from_u128(8)), content(4, 3_000));
    let target = || Target { key: KEY.into(), sha256: Digest::of(&bytes), size: bytes.len() as u64 };
    let pieces = || bytes.chunks(1_000).map(Bytes::copy_from_slice).collect::<Vec<_>>();
    let folder = tempfile::tempdir().unwrap();
    FOLDERS.iter().for_each(|name| fs::create_dir(folder.path().join(name)).unwrap());
    let recorder = Recorder::listen(folder.path()).unwrap();
    assert_eq!(depot(folder.path()).put(upload, target(), pieces()).await.unwrap(), Placed::Moved);
    recorder.says("received");
    let states = states(&recorder.steps(), &FOLDERS);
    assert!(states.len() > 5, "{} states", states.len());
    for state in &states {
        let folder = tempfile::tempdir().unwrap();
        state.lay(folder.path()).unwrap();
        let objects = Objects::folder(&folder.path().join("media")).unwrap();
        let there = objects.sizes().await.unwrap();
        if state.said.iter().any(|said| said == "received") {
            assert!(there.contains_key(KEY), "in custody");
        }
        for key in there.keys() {
            assert_eq!(key, KEY, "under a name that no row will ever have");
            assert_eq!(objects.digest(key).await.unwrap().0, Digest::of(&bytes), "whole under its name");
        }
        // The phone, which has no receipt, sends it again.
        assert_eq!(depot(folder.path()).put(upload, target(), pieces()).await.unwrap(), Placed::Moved);
        assert_eq!(objects.digest(KEY).await.unwrap().0, Digest::of(&bytes));
    }
}
