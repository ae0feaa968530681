//! With feature `sqlcipher` the database file holds no plain text, and its key is part of the keystore.

use std::fs;

use kandas_app::app::{App, AppError};

use crate::support::Phone;

fn holds(folder: &std::path::Path, needle: &[u8]) -> bool {
    fs::read_dir(folder).unwrap().any(|entry| {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        name.starts_with("store.db")
            && fs::read(&path).unwrap().windows(needle.len()).any(|window| window == needle)
    })
}

#[tokio::test]
async fn the_database_file_holds_no_plain_text() {
    let phone = Phone::new(61);
    let (app, _) = phone.enrolled().await;
    // While it is open the log beside it must not hold any either.
    assert!(!holds(phone.home.path(), "ТЕСТИК".as_bytes()));
    app.close().await;
    assert!(!holds(phone.home.path(), "ТЕСТИК".as_bytes()));
    assert!(!holds(phone.home.path(), b"SQLite format 3"));
    assert!(!holds(phone.home.path(), b"create table"));
    phone.open().await;
}

#[tokio::test]
async fn without_its_key_a_store_is_neither_opened_nor_moved() {
    let phone = Phone::new(62);
    phone.open().await.close().await;
    let key = phone.home.path().join("store.key");
    let before = fs::read(phone.home.path().join("store.db")).unwrap();
    let kept = fs::read(&key).unwrap();
    fs::remove_file(&key).unwrap();
    let opened = App::open(phone.home.path(), phone.platform()).await;
    assert!(matches!(opened.err(), Some(AppError::KeyForgotten("store"))));
    assert!(!key.exists(), "no other key is made in its place");
    assert_eq!(fs::read(phone.home.path().join("store.db")).unwrap(), before);
    fs::write(&key, kept).unwrap();
    phone.open().await;
}
