//! Unsent work leaves as one encrypted file that only the organisation can open.

use std::{collections::HashMap, fs, io::Read as _};

use age::x25519::Identity;
use kandas_app::{bundle::Manifest, store::home};
use kandas_shared::{hash::Digest, jws::Jws, service::ServiceCode};

use crate::support::{Phone, photo, ready, sealed};

#[tokio::test]
async fn a_bundle_holds_every_unsent_statement_and_file() {
    let phone = Phone::new(51);
    let (app, world) = phone.enrolled().await;
    let organisation = Identity::generate();
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join("unsent.kandas");
    assert!(app.export_bundle(&to).await.is_err(), "nobody to encrypt to");
    let mut conn = app.store().conn().await.unwrap();
    home::set(&mut conn, home::BUNDLE_RECIPIENT, organisation.to_public()).await.unwrap();
    drop(conn);
    for (n, person) in [world.head, world.spouse].into_iter().enumerate() {
        let activity = world.activity(person, ServiceCode::S07);
        let picture = photo(folder.path(), n as u64, 2_000);
        sealed(&app, ready(&app, &[activity], &picture).await).await;
    }
    // A damaged file goes as far as it can be read.
    let ledger = app.ledger().await.unwrap();
    let hurt = ledger[1].files.iter().find(|file| file.part == kandas_shared::evidence::Part::File).unwrap();
    let name = kandas_shared::evidence::FileRef { evidence: hurt.evidence, part: hurt.part };
    let path = app.vault().path(name);
    let mut raw = fs::read(&path).unwrap();
    let last = raw.len() - 10;
    raw[last] ^= 1;
    fs::write(&path, raw).unwrap();

    let bundle = app.export_bundle(&to).await.unwrap();
    assert_eq!((bundle.records, bundle.files), (2, 4));
    assert!(bundle.left_out.is_empty());
    let raw = fs::read(&to).unwrap();
    assert_eq!((bundle.size, bundle.sha256), (raw.len() as u64, Digest::of(&raw)));
    let plain = age::decrypt(&organisation, &raw).unwrap();
    let mut entries: HashMap<String, Vec<u8>> = HashMap::new();
    for entry in tar::Archive::new(plain.as_slice()).entries().unwrap() {
        let mut entry = entry.unwrap();
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).unwrap();
        entries.insert(entry.path().unwrap().display().to_string(), bytes);
    }
    let manifest: Manifest = serde_json::from_slice(&entries["manifest.json"]).unwrap();
    assert_eq!(
        (manifest.bundle, manifest.device, manifest.records, manifest.files),
        (bundle.bundle, world.device, 2, 4)
    );
    let statements: Vec<Jws> = String::from_utf8(entries["records.ndjson"].clone())
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let hashes: Vec<_> = statements.iter().map(Jws::identity).collect();
    assert_eq!(hashes, ledger.iter().map(|item| item.hash).collect::<Vec<_>>());
    let sent = ledger.iter().flat_map(|item| &item.files).filter(|file| file.part.as_str() != "original");
    for file in sent {
        let bytes = &entries[&format!("media/{}.{}", file.evidence, file.part)];
        if (file.evidence, file.part) == (hurt.evidence, hurt.part) {
            assert!((bytes.len() as u64) < file.size);
        } else {
            assert_eq!(Digest::of(bytes), file.sha256);
        }
    }
    assert_eq!(app.waiting().await.unwrap().records, 2, "it still waits for its receipts");
}
