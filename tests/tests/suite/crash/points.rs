//! Every place at which a program of ours dies in these tests, by what it is doing there. `name:n` is the n-th time.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What the phone does.
pub mod phone {
    pub const FIRST_START: &[&str] = &[
        "open.store",
        "file.written",
        "file.synced",
        "file.renamed",
        "file.durable",
        "file.written:2",
        "file.renamed:2",
        "open.keys",
        "open.settled",
        "startup.before-commit",
        "startup.after-commit",
        "open.rescue-kept",
    ];
    pub const ENROL: &[&str] = &[
        "enrol.answered",
        "enrol.before-commit",
        "enrol.after-commit",
        "file.written",
        "file.synced",
        "file.renamed",
        "file.durable",
    ];
    pub const SEAL: &[&str] = &[
        "capture.expected",
        "vault.written",
        "vault.synced",
        "vault.renamed",
        "vault.durable",
        "vault.written:2",
        "vault.durable:2",
        "vault.written:3",
        "vault.durable:3",
        "capture.stored",
        "capture.before-commit",
        "capture.after-commit",
        "seal.before-commit",
        "seal.after-commit",
    ];
    pub const DELIVER: &[&str] = &[
        "token.before-commit",
        "token.after-commit",
        "recovery-key.sent",
        "push.answered",
        "push.before-commit",
        "push.after-commit",
        "upload.created",
        "upload.noted",
        "upload.appended",
        "upload.noted:2",
        "upload.appended:2",
        "receipt.before-commit",
        "receipt.after-commit",
        "receipt.after-commit:2",
        "pull.before-commit",
        "pull.after-commit",
    ];
    pub const FREE: &[&str] = &["free.row-written", "free.file-gone"];
    pub const NEW_EPOCH: &[&str] = &["epoch.after-commit"];
    pub const WIPE: &[&str] = &[
        "order.before-phase",
        "order.after-phase",
        "wipe.case-data",
        "bundle.written",
        "bundle.synced",
        "bundle.renamed",
        "order.escrow-written",
        "order.before-phase:2",
        "order.after-phase:2",
        "wipe.rows",
        "wipe.one-file",
        "order.work-gone",
        "order.before-phase:3",
        "order.after-phase:3",
        "order.escrow-delivered",
        "order.before-phase:4",
        "order.after-phase:4",
        "order.reported",
        "order.home-gone",
        "order.keys-gone",
    ];
    pub const RECOVER: &[&str] = &[
        "keystore.laid-aside",
        "file.written",
        "file.renamed",
        "recover.adopted",
        "recover.before-commit",
        "recover.after-commit",
    ];
    pub const RESCUE: &[&str] = &[
        "store.moved-aside",
        "open.store",
        "rescue.before-commit",
        "rescue.after-commit",
        "open.settled",
        "startup.before-commit",
        "startup.after-commit",
        "file.written",
        "file.renamed",
    ];

    pub const ALL: &[&[&str]] = &[FIRST_START, ENROL, SEAL, DELIVER, FREE, NEW_EPOCH, WIPE, RECOVER, RESCUE];
}

/// What the server does.
pub mod server {
    pub const INIT: &[&str] = &[
        "init.database",
        "file.written",
        "file.synced",
        "file.renamed",
        "file.durable",
        "init.recovery-key",
        "keys.bundle",
        "keys.recovery",
        "file.renamed:4",
        "keys.certificate",
        "file.written:6",
        "keys.signing",
        "file.written:7",
        "keys.current",
        "file.written:8",
        "init.remembered",
        "init.before-commit",
        "init.after-commit",
    ];
    pub const IMPORT: &[&str] = &["import.before-commit", "import.after-commit"];
    pub const ENROL: &[&str] = &["enrol.before-commit", "enrol.after-commit"];
    pub const TAKE_IN: &[&str] = &[
        "intake.before-commit",
        "intake.after-commit",
        "intake.receipt-signed",
        "once.written",
        "once.whole",
        "once.placed",
        "upload.before-commit",
        "upload.after-commit",
        "hold.after-commit",
        "staging.whole",
        "staging.linked",
        "staging.placed",
        "custody.before-commit",
        "custody.after-commit",
        "custody.staging-gone",
        "custody.receipt-signed",
        "staging.written",
        "staging.persisted",
        "progress.before-commit",
        "progress.after-commit",
        "custody.after-commit:2",
    ];
    pub const OPEN_BUNDLE: &[&str] = &[
        "bundle.before-commit",
        "bundle.after-commit",
        "bundle.one-file-entered",
        "bundle.one-file-entered:2",
        "bundle.before-opened",
        "bundle.after-opened",
    ];
    pub const ROTATE: &[&str] = &[
        "file.written",
        "file.renamed",
        "rotate.key-made",
        "rotate.before-commit",
        "rotate.after-commit",
        "file.renamed:2",
        "settle.old-kept",
        "file.written:3",
        "settle.current",
        "settle.old-gone",
    ];
    pub const ERASE: &[&str] = &[
        "file.written",
        "file.renamed",
        "erase.decided",
        "file.written:2",
        "erase.planned",
        "erase.before-commit",
        "erase.after-commit",
        "erase.one-file-gone",
        "erase.files-gone",
        "file.written:3",
        "erase.pages-noted",
        "erase.files-forgotten",
        "erase.compacted",
    ];
    pub const EXCHANGE: &[&str] = &[
        "outbox.before-queued",
        "outbox.after-queued",
        "exchange.folder-made",
        "file.written",
        "file.synced",
        "file.renamed",
        "file.durable",
        "outbox.put",
        "outbox.before-written",
        "outbox.after-written",
        "exchange.claim-renamed",
        "exchange.claimed",
        "exchange.claim-renamed:2",
        "inbox.before-taken",
        "inbox.after-taken",
        "exchange.settle-renamed",
        "exchange.settled",
        "inbox.before-taken:2",
        "inbox.after-taken:2",
        "exchange.settle-renamed:2",
    ];
    pub const BACK_UP: &[&str] = &[
        "backup.folder",
        "backup.database",
        "backup.one-file",
        "backup.media",
        "keys.one-copied",
        "backup.keys",
        "file.written:7",
        "backup.manifest",
    ];
    pub const RESTORE: &[&str] = &[
        "file.written",
        "keys.one-copied",
        "keys.one-copied:5",
        "restore.keys",
        "restore.begun",
        "restore.database",
        "restore.remembered",
        "restore.one-file",
        "restore.media",
        "restore.list",
        "restore.before-commit",
        "restore.after-commit",
        "erase.planned",
        "erase.after-commit",
        "restore.erased",
        "restore.ended",
    ];
    /// On PostgreSQL the database comes back in one transaction of `pg_restore`.
    pub const RESTORE_FILE: &[&str] = &["restore.database-copied"];

    pub const ALL: &[&[&str]] =
        &[INIT, IMPORT, ENROL, TAKE_IN, OPEN_BUNDLE, ROTATE, ERASE, EXCHANGE, BACK_UP, RESTORE, RESTORE_FILE];
}

/// The names of points in the sources below a folder.
fn in_sources(folder: &str) -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned();
    let (mut folders, mut found) = (vec![root.join(folder)], BTreeSet::new());
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|end| end == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                for rest in text.split("point!(\"").skip(1) {
                    let name = rest.split('"').next().unwrap().to_owned();
                    let again = !found.insert(name.clone());
                    assert!(!again, "{name} is the name of two places; one is in {}", path.display());
                }
            }
        }
    }
    assert!(!found.is_empty(), "there are points in {folder}");
    found
}

fn listed(lists: &[&[&str]]) -> BTreeSet<String> {
    let all = lists.iter().copied().flatten();
    all.map(|point| point.split(':').next().unwrap().to_owned()).collect()
}

#[test]
fn every_point_is_died_at_and_every_listed_one_is_there() {
    // Small files are written by both programs.
    let common = in_sources("disk/src");
    for (folder, lists) in [("app/src", phone::ALL), ("server/src", server::ALL)] {
        let (there, listed) = (in_sources(folder), listed(lists));
        assert_eq!(there.difference(&listed).collect::<Vec<_>>(), Vec::<&String>::new(), "nobody dies there");
        let all: BTreeSet<String> = there.union(&common).cloned().collect();
        assert_eq!(listed.difference(&all).collect::<Vec<_>>(), Vec::<&String>::new(), "no such place");
    }
    let both: BTreeSet<String> = listed(phone::ALL).union(&listed(server::ALL)).cloned().collect();
    assert!(common.is_subset(&both), "{common:?}");
}
