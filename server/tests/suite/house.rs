//! A whole store as an operator has it: data folder, keys, media, and a database on either engine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kandas_fixtures::{
    district::{District, Outline},
    pg,
};
use kandas_server::{
    chance::{self, Chance, SeededChance},
    config::Config,
    facts::{
        ActivityAfter, ChainAfter, DeviceEnrolled, Event, EvidenceReceived, ExpectedFile, NamedEvidence,
        RecordOutcome, RecordReading, RecordReceived,
    },
    import, init,
    journal::{self, Fact},
    keys::{Keys, RingSigner},
    store::Store,
};
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::{Digest, Nonce, b64},
    ids::{ActivityId, CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, PersonId, RecordId, UserId},
    journal::{Author, AuthorKind},
    jws::{Jws, Signer as _, Typ},
    plan_state::ActivityState,
    receipt::Verdict,
    service::ServiceCode,
    time::{Clock as _, ClockReading},
};
use serde_json::json;

use crate::stores::HandClock;

/// A store with its folder.
pub struct House {
    pub config: Config,
    pub store: Store,
    pub clock: Arc<HandClock>,
    pub chance: Arc<dyn Chance>,
    pub folder: Arc<tempfile::TempDir>,
    database: Option<pg::Database>,
}

impl House {
    pub async fn sqlite() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let config = Config::for_data(folder.path().join("data"), None, None).unwrap();
        Self::make(config, folder, None).await
    }

    pub async fn postgres() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap();
        let url = Some(database.url().to_owned());
        let config = Config::for_data(folder.path().join("data"), url, None).unwrap();
        Self::make(config, folder, Some(database)).await
    }

    async fn make(config: Config, folder: Arc<tempfile::TempDir>, database: Option<pg::Database>) -> Self {
        let clock = HandClock::at("2026-11-23T07:00:00Z");
        let chance: Arc<dyn Chance> = Arc::new(SeededChance::new(1));
        let recovery = folder.path().join("recovery.txt");
        init::init(&config, &[], &recovery, clock.wall(), &*chance).await.unwrap();
        let store = Store::open(&config.database).await.unwrap();
        Self { config, store, clock, chance, folder, database }
    }

    /// An empty place for another store on the same engine.
    pub async fn elsewhere(&self, name: &str) -> (Config, Option<pg::Database>) {
        let database = match &self.database {
            None => None,
            Some(_) => Some(tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap()),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        (Config::for_data(self.folder.path().join(name), url, None).unwrap(), database)
    }

    pub fn keys(&self) -> Keys {
        Keys::open(&self.config.keys_dir()).unwrap()
    }

    pub async fn import(&self, district: &District) {
        self.import_text(&district.to_json()).await.unwrap();
    }

    pub async fn import_text(&self, text: &str) -> Result<import::Imported, import::ImportFailure> {
        import::import(&self.store, text, self.clock.wall(), &*self.chance, false, &mut |_, _| {}).await
    }

    pub async fn append(&self, facts: impl IntoIterator<Item = Fact>) -> Vec<u64> {
        let mut tx = self.store.write().await.unwrap();
        let facts = facts.into_iter().collect();
        let positions = journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await.unwrap();
        tx.commit().await.unwrap();
        positions
    }

    pub fn draw<T: From<uuid::Uuid>>(&self) -> T {
        let id = FamilyId::draw(self.clock.wall(), chance::bytes(&*self.chance));
        T::from(id.0)
    }

    /// Every file below a folder that contains one of these byte strings.
    pub fn found_in(folder: &Path, needles: &[&[u8]]) -> Vec<(PathBuf, usize)> {
        let mut found = Vec::new();
        let mut folders = vec![folder.to_owned()];
        while let Some(folder) = folders.pop() {
            let Ok(entries) = std::fs::read_dir(folder) else { continue };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else if let Ok(bytes) = std::fs::read(&path) {
                    let hits = needles.iter().enumerate().filter(|(_, needle)| contains(&bytes, needle));
                    found.extend(hits.map(|(at, _)| (path.clone(), at)));
                }
            }
        }
        found
    }

    /// On PostgreSQL the files of the database itself, once everything is written out.
    pub async fn database_files(&self) -> Option<PathBuf> {
        self.database.as_ref()?;
        let mut tx = self.store.read().await.unwrap();
        let (folder,): (String,) =
            kandas_server::one!(&mut tx, (String,), "select current_setting('data_directory')")
                .await
                .unwrap();
        let (oid,): (String,) = kandas_server::one!(
            &mut tx,
            (String,),
            "select oid::text from pg_database where datname = current_database()"
        )
        .await
        .unwrap();
        drop(tx);
        let url = self.config.database.clone();
        let out =
            tokio::process::Command::new("psql").args([&url, "-c", "checkpoint"]).output().await.unwrap();
        assert!(out.status.success());
        Some(Path::new(&folder).join("base").join(oid))
    }
}

pub fn contains(bytes: &[u8], needle: &[u8]) -> bool {
    bytes.windows(needle.len()).any(|window| window == needle)
}

/// A small district.
pub fn district(families: u32) -> District {
    Outline { families, ..Outline::default() }.district()
}

/// A small district whose second family has several members.
pub fn district_with_a_large_family(families: u32) -> District {
    (1..)
        .map(|seed| Outline { seed, families, ..Outline::default() }.district())
        .find(|district| district.persons_of(district.families[1].id).count() >= 3)
        .unwrap()
}

/// A phone that seals records, as far as the store can tell.
pub struct Phone {
    pub device: DeviceId,
    pub worker: UserId,
    pub chain: ChainId,
    signer: RingSigner,
    seq: u64,
    prev: Option<Digest>,
}

impl Phone {
    pub async fn enrol(house: &House, worker: UserId) -> Self {
        let signer = RingSigner::from_pkcs8(&RingSigner::generate().unwrap()).unwrap();
        let (device, chain) = (house.draw(), house.draw());
        let event = Event::DeviceEnrolled(DeviceEnrolled {
            device,
            worker,
            key: signer.public_key(),
            chain,
            platform: "test".into(),
            app: "test 1".into(),
            code_hash: Digest::of(b"code"),
            server_kid: house.keys().public_key().kid(),
        });
        house.append([Fact::by_system(event)]).await;
        Self { device, worker, chain, signer, seq: 0, prev: None }
    }

    /// Seals a completion with a note and one photo, hands both in.
    pub async fn complete(
        &mut self,
        house: &House,
        family: FamilyId,
        person: PersonId,
        activity: ActivityId,
        service: ServiceCode,
        note: &str,
        photo: &[u8],
    ) {
        let (record, evidence, capture): (RecordId, EvidenceId, CaptureId) =
            (house.draw(), house.draw(), house.draw());
        let sealed =
            ClockReading { wall: house.clock.wall(), offset_s: 18_000, boot: "b".into(), boot_ms: 5 };
        self.seq += 1;
        let file = ExpectedFile {
            evidence,
            part: Part::File,
            size: photo.len() as u64,
            sha256: Digest::of(photo),
            media_type: "image/jpeg".into(),
        };
        let mut payload = json!({
            "v": 1, "record": record, "device": self.device, "chain": self.chain, "seq": self.seq,
            "nonce": Nonce(chance::bytes(&*house.chance)), "worker": self.worker, "family": family,
            "statement": {"kind": "completion", "activity": activity, "person": person, "service": service},
            "done_on": "2026-11-23", "sealed": sealed, "note": note, "app": "test 1",
            "evidence": [{
                "evidence": evidence, "kind": "photo", "capture": capture, "source": "captured",
                "media_type": file.media_type, "size": file.size, "sha256": file.sha256, "taken": sealed,
            }],
        });
        let mut tx = house.store.read().await.unwrap();
        let head = journal::head(&mut tx).await.unwrap();
        drop(tx);
        payload["checkpoint"] = json!({"epoch": head.epoch, "size": head.size, "root": head.root});
        if let Some(prev) = self.prev {
            payload["prev"] = json!(prev);
        }
        let jws = Jws::sign(Typ::Record, payload.to_string(), &self.signer).unwrap();
        let hash = jws.identity();
        let after = |state| ActivityAfter {
            activity,
            family,
            state,
            record: Some(record),
            done_on: Some("2026-11-23".parse().unwrap()),
        };
        let author = Author { kind: AuthorKind::Device, id: Some(self.device.0) };
        let received = RecordReceived {
            jws,
            hash,
            carrier: self.device,
            device: self.device,
            worker: self.worker,
            reading: RecordReading {
                record: Some(record),
                chain: Some(self.chain),
                seq: Some(self.seq),
                prev: self.prev,
                kind: Some("completion".into()),
                family: Some(family),
                person: Some(person),
                activity: Some(activity),
                service: Some(service),
                done_on: Some("2026-11-23".parse().unwrap()),
                sealed: Some(sealed),
                evidence: vec![NamedEvidence {
                    evidence,
                    capture,
                    kind: EvidenceKind::Photo,
                    source: Source::Captured,
                }],
                ..RecordReading::default()
            },
            outcome: RecordOutcome {
                verdict: Verdict::Accepted,
                reason: None,
                placed: true,
                chain_finding: None,
                late_handover: false,
                superseded: None,
                activity_after: Some(after(ActivityState::Synced)),
                consent_after: None,
                files: vec![file.clone()],
                chain_after: Some(ChainAfter { seq: self.seq, hash, gaps: None }),
                lost: vec![],
            },
        };
        self.prev = Some(hash);
        let object =
            format!("evidence/{:02x}/{}", evidence.0.as_bytes()[15], FileRef { evidence, part: Part::File });
        let path = house.config.media_dir().join(&object);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, photo).unwrap();
        let came = EvidenceReceived {
            evidence,
            part: Part::File,
            sha256: file.sha256,
            size: file.size,
            object,
            carrier: Some(self.device),
            activities_after: vec![after(ActivityState::Reported)],
        };
        let about = |event| Fact { author, family: Some(family), person: Some(person), event };
        house.append([about(Event::RecordReceived(received)), about(Event::EvidenceReceived(came))]).await;
    }
}

/// Bytes that are found again wherever they lie.
pub fn photo(mark: &str) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0];
    bytes.extend(std::iter::repeat_n(mark.as_bytes(), 2_000).flatten());
    bytes.extend(b64(mark.as_bytes()).bytes());
    bytes
}

/// Makes one test for each engine out of a test that takes a [`House`].
macro_rules! in_both_houses {
    ($($(#[$meta:meta])* async fn $name:ident($house:ident) $body:block)+) => {$(
        mod $name {
            #[allow(unused_imports, reason = "a test may need nothing of its module")]
            use super::*;

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                run(crate::house::House::sqlite().await).await;
            }

            $(#[$meta])*
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                run(crate::house::House::postgres().await).await;
            }

            async fn run($house: crate::house::House) $body
        }
    )+};
}
pub(crate) use in_both_houses;
