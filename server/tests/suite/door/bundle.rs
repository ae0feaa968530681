//! Bundles of unsent work: received whole, opened, matched, answered for.

use std::io::Write as _;

use axum::http::Method;
use kandas_server::{
    facts::{Event, SubjectErased},
    keys::RingVerifier,
    one,
};
use kandas_shared::{
    cursor::Kind,
    evidence::FileRef,
    hash::Digest,
    ids::{BundleId, ErasureId},
    jws::{Jws, Typ},
    receipt::{Receipt, Verdict},
    wire::BundleAnswer,
};
use uuid::Uuid;

use super::centre::{Centre, Phone, noise};
use crate::{
    phones,
    stores::{World, on_each},
};

pub fn sealed(recipient: &str, entries: &[(String, Vec<u8>)]) -> Vec<u8> {
    let recipient: age::x25519::Recipient = recipient.parse().unwrap();
    let recipients: [&dyn age::Recipient; 1] = [&recipient];
    let encryptor = age::Encryptor::with_recipients(recipients.into_iter()).unwrap();
    let mut sealed = Vec::new();
    let mut tar = tar::Builder::new(encryptor.wrap_output(&mut sealed).unwrap());
    for (name, bytes) in entries {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(0o600);
        header.set_cksum();
        tar.append_data(&mut header, name, bytes.as_slice()).unwrap();
    }
    let mut writer = tar.into_inner().unwrap();
    writer.flush().unwrap();
    writer.finish().unwrap();
    sealed
}

pub fn manifest(bundle: BundleId) -> (String, Vec<u8>) {
    let text = format!("{{\"v\":1,\"bundle\":\"{bundle}\",\"records\":0,\"files\":0}}");
    ("manifest.json".into(), text.into_bytes())
}

fn media(file: FileRef, bytes: &[u8]) -> (String, Vec<u8>) {
    (format!("media/{file}"), bytes.to_vec())
}

pub async fn deliver(centre: &Centre, phone: &Phone, bundle: BundleId, bytes: &[u8]) {
    let path = format!("/v1/media?bundle={bundle}&sha256={}", Digest::of(bytes));
    let length = bytes.len().to_string();
    let headers = [("upload-length", length.as_str()), ("content-type", "application/offset+octet-stream")];
    let made = centre.tus(phone, Method::POST, &path, &headers, bytes.to_vec()).await;
    assert_eq!((made.status.as_u16(), made.offset()), (201, bytes.len()), "{made:?}");
}

async fn answer(centre: &Centre, phone: &Phone, bundle: BundleId) -> BundleAnswer {
    centre.get(&format!("/v1/bundles/{bundle}"), Some(&phone.token)).await.json()
}

async fn problems(centre: &Centre, bundle: BundleId) -> Vec<String> {
    let mut tx = centre.world.store.read().await.unwrap();
    let (text,) =
        one!(&mut tx, (String,), "select problems from bundle where bundle = $1", bundle).await.unwrap();
    serde_json::from_str(&text).unwrap()
}

on_each! { place, World;
    async fn files_in_a_bundle_are_matched_and_answered_for(world) {
        let centre = Centre::new(world).await;
        let (phone, carrier) = (centre.phone().await, centre.phone().await);
        let big = noise(700_000, 8);
        let (whole, large) = (centre.expect(&phone, b"whole").await, centre.expect(&phone, &big).await);
        let damaged = centre.expect(&phone, b"signed").await;
        let stranger = FileRef { evidence: kandas_shared::ids::EvidenceId(Uuid::from_u128(5)), ..whole };
        let bundle = BundleId(Uuid::from_u128(40));
        let entries = [
            manifest(bundle),
            ("records.ndjson".into(), b"not a statement\n\n".to_vec()),
            media(whole, b"whole"),
            media(large, &big),
            media(damaged, b"rotten"),
            media(stranger, b"x"),
            ("media/nonsense".into(), b"x".to_vec()),
            ("other.txt".into(), b"x".to_vec()),
        ];
        let bytes = sealed(&centre.keys.bundle_recipient(), &entries);
        deliver(&centre, &carrier, bundle, &bytes).await;
        let waiting = answer(&centre, &phone, bundle).await;
        assert_eq!((waiting.state.as_str(), waiting.receipts.len()), ("received", 0));

        assert_eq!(centre.state.media.open_bundles(&centre.state.intake).await.unwrap(), 1);
        assert_eq!(centre.state.media.open_bundles(&centre.state.intake).await.unwrap(), 0, "once");
        let opened = answer(&centre, &phone, bundle).await;
        assert_eq!(opened.state, "opened");
        let receipts: Vec<_> = opened.receipts.iter().map(|jws| centre.read_receipt(jws)).collect();
        let seen: Vec<_> = receipts.iter().map(|r| (r.evidence, r.size, r.salvage)).collect();
        assert_eq!(seen, [(whole.evidence, 5, false), (large.evidence, 700_000, false), (damaged.evidence, 6, true)]);
        assert_eq!(problems(&centre, bundle).await, [
            "line 1 of the records is not a statement".to_owned(),
            "an entry that does not belong in a bundle".to_owned(),
            format!("{damaged}: not what was signed; kept as it came"),
            format!("{stranger}: no record names it"),
            "a media entry without the name of a piece of evidence".to_owned(),
        ]);
        // The bundle itself is kept, and three files.
        assert_eq!(centre.files("media").len(), 4);
        assert!(centre.files("staging").is_empty());

        // The same bundle again is in custody already.
        let path = format!("/v1/media?bundle={bundle}&sha256={}", Digest::of(&bytes));
        let again = centre.tus(&phone, Method::POST, &path, &[("upload-length", "9")], Vec::new()).await;
        assert_eq!(again.code(), "upload-already-received");
    }

    async fn a_bundle_with_a_record_about_an_erased_family_goes_once_it_is_opened(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut away = phones::Phone::enrol(&centre.world, 21, 11).await;
        let mut other = phones::Phone::enrol(&centre.world, 22, 12).await;
        let carrier = centre.phone().await;
        let records = [away.completion(101, 401), other.completion(102, 402)];
        let [late, good] = [away.seal(&records[0]), other.seal(&records[1])];
        let family = records[0].family.unwrap();
        let subject = SubjectErased {
            erasure: ErasureId(Uuid::from_u128(70)),
            family,
            person: None,
            basis: "18".into(),
            by: None,
            positions: Vec::new(),
            records: Vec::new(),
            files: Vec::new(),
            bundles: Vec::new(),
            entities: vec![(Kind::Family, family.0)],
            changes: Vec::new(),
            chains: Vec::new(),
            staying: Default::default(),
            office: None,
        };
        centre.set([Event::SubjectErased(subject)]).await;
        let bundle = BundleId(Uuid::from_u128(48));
        let lines = [late, good].map(|jws| serde_json::to_string(&jws).unwrap() + "\n").concat();
        let entries = [manifest(bundle), ("records.ndjson".into(), lines.into_bytes())];
        let bytes = sealed(&centre.keys.bundle_recipient(), &entries);
        deliver(&centre, &carrier, bundle, &bytes).await;
        assert_eq!(centre.files("media").len(), 1);
        centre.state.media.open_bundles(&centre.state.intake).await.unwrap();
        assert!(centre.files("media").is_empty(), "what it held of the family went with it");
        let answer = answer(&centre, &carrier, bundle).await;
        assert_eq!(answer.state, "erased");
        let payload = answer.receipts[0].verify(Typ::Receipt, &centre.keys.public_key(), &RingVerifier).unwrap();
        let Receipt::Records(receipt) = serde_json::from_str(payload).unwrap() else { panic!("{payload}") };
        assert_eq!(receipt.items.iter().map(|item| item.verdict).collect::<Vec<_>>(), [Verdict::Accepted]);
        let rebuilt = kandas_server::rebuild::compare(&centre.world.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(rebuilt.differences, []);
        // A crash between the fact and the file: the next start removes it.
        let (object,) = {
            let mut tx = centre.world.store.read().await.unwrap();
            one!(&mut tx, (String,), "select object from bundle").await.unwrap()
        };
        std::fs::create_dir_all(centre.folder.path().join("media/bundle")).unwrap();
        std::fs::write(centre.folder.path().join("media").join(object), bytes).unwrap();
        centre.state.media.sweep_erased_bundles().await.unwrap();
        assert!(centre.files("media").is_empty());
    }

    async fn records_in_a_bundle_go_through_the_same_intake(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut lost = phones::Phone::enrol(&centre.world, 21, 11).await;
        let carrier = centre.phone().await;
        let mut completion = lost.completion(101, 401);
        let mut photo = lost.photo();
        photo.sha256 = Digest::of(b"sixteen bytes ok");
        let file = FileRef { evidence: photo.evidence, part: kandas_shared::evidence::Part::File };
        completion.evidence.push(photo);
        let good = lost.seal(&completion);
        let broken = Jws { payload: good.payload.replace("2026-11-20T", "2026-11-21T"), ..good.clone() };
        let line = |jws: &Jws| serde_json::to_string(jws).unwrap() + "\n";
        // The file was renamed on the way: its manifest names another bundle.
        let (bundle, inner) = (BundleId(Uuid::from_u128(45)), BundleId(Uuid::from_u128(46)));
        let records = line(&good) + &line(&broken);
        let entries = [manifest(inner), ("records.ndjson".into(), records.into_bytes()), media(file, b"sixteen bytes ok")];
        let bytes = sealed(&centre.keys.bundle_recipient(), &entries);
        deliver(&centre, &carrier, bundle, &bytes).await;
        centre.state.media.open_bundles(&centre.state.intake).await.unwrap();
        let answer = answer(&centre, &carrier, bundle).await;
        assert_eq!((answer.state.as_str(), answer.receipts.len()), ("opened", 2));
        let payload = answer.receipts[0].verify(Typ::Receipt, &centre.keys.public_key(), &RingVerifier).unwrap();
        let Receipt::Records(receipt) = serde_json::from_str(payload).unwrap() else { panic!("{payload}") };
        assert_eq!(receipt.carrier, carrier.device);
        assert_eq!(receipt.items.len(), 1);
        assert_eq!((receipt.items[0].hash, receipt.items[0].verdict), (good.identity(), Verdict::Accepted));
        assert_eq!(centre.read_receipt(&answer.receipts[1]).evidence, file.evidence);
        assert_eq!(problems(&centre, bundle).await, [
            format!("by its manifest it is {inner}"),
            format!("record {} is refused: signature_invalid", broken.identity()),
        ]);
    }

    async fn a_bundle_that_cannot_be_read_is_kept_and_named(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let foreign = age::x25519::Identity::generate().to_public().to_string();
        let file = centre.expect(&phone, b"whole").await;
        let (noisy, sealed_to_others, torn) =
            (BundleId(Uuid::from_u128(41)), BundleId(Uuid::from_u128(42)), BundleId(Uuid::from_u128(43)));
        deliver(&centre, &phone, noisy, &noise(5_000, 9)).await;
        deliver(&centre, &phone, sealed_to_others, &sealed(&foreign, &[manifest(sealed_to_others)])).await;
        let mut bytes = sealed(&centre.keys.bundle_recipient(), &[manifest(torn), media(file, b"whole"), ("media/tail".into(), noise(200_000, 3))]);
        bytes.truncate(150_000);
        deliver(&centre, &phone, torn, &bytes).await;
        assert_eq!(centre.state.media.open_bundles(&centre.state.intake).await.unwrap(), 3);
        for bundle in [noisy, sealed_to_others] {
            assert_eq!(answer(&centre, &phone, bundle).await.state, "unreadable");
            assert_eq!(problems(&centre, bundle).await, ["the bundle is not an age file for this server"]);
        }
        // What came before the tear counts.
        let torn_answer = answer(&centre, &phone, torn).await;
        assert_eq!((torn_answer.state.as_str(), torn_answer.receipts.len()), ("opened", 1));
        assert!(problems(&centre, torn).await.iter().any(|p| p.starts_with("the bundle cannot be read on")));
        assert_eq!(centre.files("media").len(), 4);
    }

    async fn a_bundle_with_another_hash_is_discarded(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bundle = BundleId(Uuid::from_u128(44));
        let path = format!("/v1/media?bundle={bundle}&sha256={}", Digest::of(b"other"));
        let headers = [("upload-length", "6"), ("content-type", "application/offset+octet-stream")];
        let answer = centre.tus(&phone, Method::POST, &path, &headers, "bundle").await;
        assert_eq!(answer.code(), "bundle-hash-mismatch");
        assert_eq!(centre.get(&format!("/v1/bundles/{bundle}"), Some(&phone.token)).await.code(), "upload-unknown");
    }
}
