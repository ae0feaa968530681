//! A home whose keystore forgot its key, opened again by the command line: in a subprocess, as an operator would.

use std::{
    fs,
    io::Read as _,
    path::Path,
    process::{Command, Output},
    time::Duration,
};

use age::{secrecy::ExposeSecret as _, x25519::Identity};
use kandas_app::{
    app::{App, AppError},
    face::{
        Face,
        call::{Request, View},
        view::Stage,
    },
    recover::recover,
    store::home,
    sync::{
        SyncError,
        enrol::{Introduction, enrol},
    },
};
use kandas_shared::{
    evidence::{FileRef, Part},
    ids::EvidenceId,
    service::ServiceCode,
};

use crate::support::{Phone, photo, ready, sealed};

fn field(home: &Path, rest: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kandas-field"))
        .arg("--home")
        .arg(home)
        .args(["--lang", "en"])
        .args(rest)
        .output()
        .unwrap()
}

/// A phone with sealed work, and its key as it lies with the organisation: wrapped to a key in a safe.
async fn forgetful(seed: u64, forgotten: &[&str]) -> (Phone, tempfile::TempDir) {
    let phone = Phone::new(seed);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let picture = photo(folder.path(), 1, 640);
    sealed(&app, ready(&app, &[world.activity(world.head, ServiceCode::S01)], &picture).await).await;
    let identity = phone.platform().keystore.vault_identity().unwrap();
    let recovery = Identity::generate();
    let secret = identity.to_string();
    let wrapped = age::encrypt(&recovery.to_public(), secret.expose_secret().as_bytes()).unwrap();
    fs::write(folder.path().join("wrapped.age"), wrapped).unwrap();
    fs::write(folder.path().join("plain.txt"), format!("# opened\n{}\n", secret.expose_secret())).unwrap();
    for (name, key) in [("recovery.txt", &recovery), ("other.txt", &Identity::generate())] {
        let text = format!("# key\n{}\n", key.to_string().expose_secret());
        fs::write(folder.path().join(name), text).unwrap();
    }
    app.close().await;
    for key in forgotten {
        fs::remove_file(phone.home.path().join(key)).unwrap();
    }
    assert!(matches!(
        App::open(phone.home.path(), phone.platform()).await.err(),
        Some(AppError::KeyForgotten(_))
    ));
    (phone, folder)
}

#[tokio::test]
async fn the_command_line_opens_a_home_with_the_recovery_key() {
    let forgotten: &[&str] =
        if cfg!(feature = "sqlcipher") { &["vault.key", "store.key"] } else { &["vault.key"] };
    let (phone, folder) = forgetful(71, forgotten).await;
    let at = |name: &str| folder.path().join(name).display().to_string();
    let wrong = field(phone.home.path(), &["recover", &at("wrapped.age"), "--with", &at("other.txt")]);
    assert_eq!(wrong.status.code(), Some(1), "{wrong:?}");
    assert!(!field(phone.home.path(), &["status"]).status.success(), "nothing has changed");

    let done = field(phone.home.path(), &["recover", &at("wrapped.age"), "--with", &at("recovery.txt")]);
    assert!(done.status.success(), "{done:?}");
    assert!(String::from_utf8(done.stdout).unwrap().contains("can be opened again"));
    let app = phone.open().await;
    assert_eq!(app.ledger().await.unwrap().len(), 1);
    let file = &app.ledger().await.unwrap()[0].files[0];
    let name = kandas_shared::evidence::FileRef { evidence: file.evidence, part: file.part };
    assert_eq!(app.vault().check(name, file.size, file.sha256).unwrap(), kandas_app::vault::Condition::Whole);
    app.close().await;
    // Again, with the key as the offline machine opened it: nothing happens twice.
    let again = field(phone.home.path(), &["--json", "recover", &at("plain.txt")]);
    assert!(again.status.success(), "{again:?}");
    assert!(String::from_utf8(again.stdout).unwrap().contains(r#""enrolment_kept":true"#));
}

#[tokio::test]
async fn without_the_signing_key_the_phone_becomes_another_and_keeps_its_work() {
    let (phone, folder) = forgetful(72, &["vault.key", "device.key"]).await;
    let text = fs::read_to_string(folder.path().join("plain.txt")).unwrap();
    let key = kandas_app::recover::read_key(&text).unwrap();
    let recovered = recover(phone.home.path(), &phone.platform(), &key).await.unwrap();
    assert!(!recovered.enrolment_kept);
    let app = phone.open().await;
    let mut conn = app.store().conn().await.unwrap();
    assert_eq!(home::text(&mut conn, home::DEVICE).await.unwrap(), None, "to be enrolled anew");
    home::set(&mut conn, home::PIN, "the hash of one").await.unwrap();
    drop(conn);
    let face = Face::new(app.clone()).await.unwrap();
    let View::Phone(shown) = face.dispatch(Request::Phone).await.unwrap() else { panic!() };
    assert_eq!(shown.stage, Stage::Locked, "the PIN comes before the enrolment: the work is still there");
    drop(face);
    assert_eq!(app.waiting().await.unwrap().records, 1);
    assert_eq!(app.chain().await.unwrap().1, 0, "a new chain");
    assert!(matches!(recover(phone.home.path(), &phone.platform(), &key).await, Err(AppError::InUse { .. })));
}

#[tokio::test]
async fn a_wiped_home_loses_its_keys_even_if_it_was_switched_off_before() {
    let phone = Phone::new(73);
    let (app, _) = phone.enrolled().await;
    let before = fs::read(phone.home.path().join("device.key")).unwrap();
    let mut tx = app.store().begin().await.unwrap();
    sqlx::query("delete from home").execute(&mut *tx).await.unwrap();
    home::set(&mut tx, home::WIPED, home::KEYS_LEFT).await.unwrap();
    tx.commit().await.unwrap();
    app.close().await;
    let app = phone.open().await;
    assert_ne!(fs::read(phone.home.path().join("device.key")).unwrap(), before);
    let mut conn = app.store().conn().await.unwrap();
    assert_eq!(home::text(&mut conn, home::WIPED).await.unwrap().as_deref(), Some("yes"));
    drop(conn);
    app.close().await;
    let after = fs::read(phone.home.path().join("device.key")).unwrap();
    phone.open().await.close().await;
    assert_eq!(fs::read(phone.home.path().join("device.key")).unwrap(), after, "once is enough");
}

#[tokio::test]
async fn a_wiped_home_begins_anew_in_the_same_program() {
    let phone = Phone::new(74);
    let (app, _) = phone.enrolled().await;
    let before = (app.signer().public_key(), app.vault().recipient());
    let mut tx = app.store().begin().await.unwrap();
    sqlx::query("delete from home").execute(&mut *tx).await.unwrap();
    home::set(&mut tx, home::WIPED, home::KEYS_LEFT).await.unwrap();
    home::set(&mut tx, home::SCREEN_LANGUAGE, "ru").await.unwrap();
    tx.commit().await.unwrap();
    // Nobody answers there: what it becomes does not hang on whether the enrolment works out.
    let nobody = Introduction::typed("http://127.0.0.1:9".into(), "AAAAA-AAAAA".into(), None, None);
    let mut after = None;
    for _ in 0..2 {
        let refused = enrol(&app, &nobody, Duration::from_secs(5)).await;
        assert!(matches!(refused, Err(SyncError::Http(_))), "{refused:?}");
        let now = (app.signer().public_key(), app.vault().recipient());
        assert!(now.0 != before.0 && now.1 != before.1, "both keys are new");
        assert!(after.is_none() || after.as_ref() == Some(&now), "once is enough");
        after = Some(now);
    }
    let name = FileRef { evidence: EvidenceId(uuid::Uuid::from_u128(7)), part: Part::File };
    app.vault().put(name, &mut &b"of the new worker"[..]).unwrap();
    let chain = app.chain().await.unwrap();
    app.close().await;
    let app = phone.open().await;
    assert_eq!(Some((app.signer().public_key(), app.vault().recipient())), after);
    assert_eq!(app.chain().await.unwrap(), chain);
    let mut kept = String::new();
    app.vault().open_at(name, 0).unwrap().read_to_string(&mut kept).unwrap();
    assert_eq!(kept, "of the new worker");
    let mut conn = app.store().conn().await.unwrap();
    for (key, value) in [(home::WIPED, "yes"), (home::SCREEN_LANGUAGE, "ru")] {
        assert_eq!(home::text(&mut conn, key).await.unwrap().as_deref(), Some(value), "{key}");
    }
}
