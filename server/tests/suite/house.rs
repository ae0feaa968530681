//! A whole store as an operator has it: data folder, keys, media, and a database on either engine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kandas_fixtures::{
    district::{District, Outline},
    pg,
    s3::S3,
};
use kandas_server::{
    chance::{self, Chance, SeededChance},
    config::{Config, MediaPlace},
    evidence,
    facts::{DeviceEnrolled, Event, EvidenceReceived},
    import, init,
    intake::{Carrier, Intake},
    journal::{self, Fact},
    keys::{Keys, RingSigner, RingVerifier},
    store::Store,
};
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::{Digest, Nonce, b64},
    ids::{
        ActivityId, CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, PersonId, RecordId, UploadId, UserId,
    },
    journal::{Author, AuthorKind},
    jws::{Jws, KeyId, Signer as _, Typ},
    receipt::{RecordItem, Verdict},
    service::ServiceCode,
    time::{Clock as _, ClockReading},
    wire::TokenScope,
};
use serde_json::json;

use crate::{
    door::centre::{bucket, give_credentials},
    stores::HandClock,
};

/// A store with its folder.
pub struct House {
    pub config: Config,
    pub store: Store,
    pub clock: Arc<HandClock>,
    pub chance: Arc<dyn Chance>,
    pub folder: Arc<tempfile::TempDir>,
    /// Where media lie, if not in the data folder.
    pub s3: Option<S3>,
    database: Option<pg::Database>,
}

impl House {
    pub async fn sqlite() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let config = Config::for_data(folder.path().join("data"), None, None).unwrap();
        Self::make(config, folder, None, None).await
    }

    /// On SQLite, with media in a bucket.
    pub async fn sqlite_s3() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let config = Config::for_data(folder.path().join("data"), None, None).unwrap();
        Self::make(config, folder, None, Some(S3::start().await.unwrap())).await
    }

    /// On PostgreSQL, with media in a bucket.
    pub async fn postgres_s3() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap();
        let url = Some(database.url().to_owned());
        let config = Config::for_data(folder.path().join("data"), url, None).unwrap();
        Self::make(config, folder, Some(database), Some(S3::start().await.unwrap())).await
    }

    pub async fn postgres() -> Self {
        let folder = Arc::new(tempfile::tempdir().unwrap());
        let database = tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap();
        let url = Some(database.url().to_owned());
        let config = Config::for_data(folder.path().join("data"), url, None).unwrap();
        Self::make(config, folder, Some(database), None).await
    }

    async fn make(
        mut config: Config,
        folder: Arc<tempfile::TempDir>,
        database: Option<pg::Database>,
        s3: Option<S3>,
    ) -> Self {
        if let Some(s3) = &s3 {
            config.place_media(bucket(s3, "data")).unwrap();
            give_credentials(&config);
        }
        let clock = HandClock::at("2026-11-23T07:00:00Z");
        let chance: Arc<dyn Chance> = Arc::new(SeededChance::new(1));
        let recovery = folder.path().join("recovery.txt");
        init::init(&config, &[], &recovery, clock.wall(), &*chance).await.unwrap();
        let store = Store::open(&config.database).await.unwrap();
        Self { config, store, clock, chance, folder, s3, database }
    }

    /// The folder in which the media of a store lie as files, those of a bucket too.
    pub fn media(&self) -> PathBuf {
        match (&self.config.media, &self.s3) {
            (MediaPlace::Bucket(bucket), Some(s3)) => s3.folder(&bucket.prefix),
            _ => self.config.media_dir(),
        }
    }

    /// Bytes of an upload in progress lie in staging.
    pub fn stage(&self, upload: UploadId, bytes: &[u8]) {
        let (folder, name) = match &self.s3 {
            Some(_) => (self.media().join(format!("staging/{upload}")), format!("{:020}-{:010}", 0, 1)),
            None => (self.config.staging_dir(), format!("{upload}.part")),
        };
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }

    /// An empty place for another store on the same engine.
    pub async fn elsewhere(&self, name: &str) -> (Config, Option<pg::Database>) {
        let database = match &self.database {
            None => None,
            Some(_) => Some(tokio::task::spawn_blocking(|| pg::fresh_database().unwrap()).await.unwrap()),
        };
        let url = database.as_ref().map(|database| database.url().to_owned());
        let mut config = Config::for_data(self.folder.path().join(name), url, None).unwrap();
        if let Some(s3) = &self.s3 {
            config.place_media(bucket(s3, name)).unwrap();
        }
        (config, database)
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

/// A phone that seals records and hands them in through the real intake.
pub struct Phone {
    pub device: DeviceId,
    pub worker: UserId,
    pub chain: ChainId,
    signer: RingSigner,
    seq: u64,
    prev: Option<Digest>,
}

impl Sealed {
    pub fn photo(&self) -> &[u8] {
        &self.photo
    }
}

/// A completion to be sealed.
pub struct Work<'a> {
    pub family: FamilyId,
    pub person: PersonId,
    pub activity: ActivityId,
    pub service: ServiceCode,
    pub note: &'a str,
    pub photo: &'a [u8],
}

/// A sealed completion and the photo it names.
pub struct Sealed {
    pub jws: Jws,
    family: FamilyId,
    person: PersonId,
    pub evidence: EvidenceId,
    photo: Vec<u8>,
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

    /// Seals a completion with a note and one photo.
    pub async fn seal(&mut self, house: &House, work: &Work<'_>) -> Sealed {
        self.seal_with(house, work, |_| {}).await
    }

    /// Seals a completion that is changed before it is signed.
    pub async fn seal_with(
        &mut self,
        house: &House,
        work: &Work<'_>,
        change: impl FnOnce(&mut serde_json::Value),
    ) -> Sealed {
        let (record, evidence, capture): (RecordId, EvidenceId, CaptureId) =
            (house.draw(), house.draw(), house.draw());
        let sealed =
            ClockReading { wall: house.clock.wall(), offset_s: 18_000, boot: "b".into(), boot_ms: 5 };
        self.seq += 1;
        let (activity, person, service) = (work.activity, work.person, work.service);
        let mut payload = json!({
            "v": 1, "record": record, "device": self.device, "chain": self.chain, "seq": self.seq,
            "nonce": Nonce(chance::bytes(&*house.chance)), "worker": self.worker, "family": work.family,
            "statement": {"kind": "completion", "activity": activity, "person": person, "service": service},
            "done_on": "2026-11-23", "sealed": sealed, "note": work.note, "app": "test 1",
            "evidence": [{
                "evidence": evidence, "kind": "photo", "capture": capture, "source": "captured",
                "media_type": "image/jpeg", "size": work.photo.len(), "sha256": Digest::of(work.photo),
                "taken": sealed, "summary": {},
            }],
        });
        let mut tx = house.store.read().await.unwrap();
        let head = journal::head(&mut tx).await.unwrap();
        drop(tx);
        payload["checkpoint"] = json!({"epoch": head.epoch, "size": head.size, "root": head.root});
        if let Some(prev) = self.prev {
            payload["prev"] = json!(prev);
        }
        change(&mut payload);
        let evidence = serde_json::from_value(payload["evidence"][0]["evidence"].clone()).unwrap_or(evidence);
        let jws = Jws::sign(Typ::Record, payload.to_string(), &self.signer).unwrap();
        self.prev = Some(jws.identity());
        Sealed { jws, family: work.family, person: work.person, evidence, photo: work.photo.to_vec() }
    }

    /// A statement of this phone.
    pub fn sign(&self, typ: Typ, payload: &serde_json::Value) -> Jws {
        Jws::sign(typ, payload.to_string(), &self.signer).unwrap()
    }

    pub fn kid(&self) -> KeyId {
        self.signer.public_key().kid()
    }

    /// Signs whatever it is told, as a broken phone would.
    pub fn sign_any(&self, payload: String) -> Jws {
        Jws::sign(Typ::Record, payload, &self.signer).unwrap()
    }

    /// Hands records in; gives their verdicts.
    pub async fn push(&self, house: &House, batch: &[&Sealed]) -> Vec<Verdict> {
        self.push_items(house, batch).await.iter().map(|item| item.verdict).collect()
    }

    /// Hands records in; gives what the receipt would say.
    pub async fn push_items(&self, house: &House, batch: &[&Sealed]) -> Vec<RecordItem> {
        self.hand_in(house, batch.iter().map(|sealed| sealed.jws.clone()).collect()).await
    }

    /// Hands statements in; gives what the receipt would say.
    pub async fn hand_in(&self, house: &House, batch: Vec<Jws>) -> Vec<RecordItem> {
        let carrier = Carrier { device: self.device, scope: TokenScope::Device };
        let intake = Intake::start(
            house.store.clone(),
            Arc::new(RingVerifier),
            house.clock.clone(),
            house.chance.clone(),
        );
        intake.accept(&carrier, batch).await.unwrap().items
    }

    /// The photo of a record that was handed in arrives.
    pub async fn deliver(&self, house: &House, sealed: &Sealed) {
        let (evidence, part) = (sealed.evidence, Part::File);
        let object = format!("evidence/{:02x}/{}", evidence.0.as_bytes()[15], FileRef { evidence, part });
        let path = house.media().join(&object);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, &sealed.photo).unwrap();
        let mut tx = house.store.write().await.unwrap();
        let locked = journal::lock(&mut tx).await.unwrap();
        let activities_after = evidence::activities_after(&mut tx, evidence, part).await.unwrap();
        let came = EvidenceReceived {
            evidence,
            part,
            sha256: Digest::of(&sealed.photo),
            size: sealed.photo.len() as u64,
            object,
            carrier: Some(self.device),
            activities_after,
        };
        let fact = Fact {
            author: Author { kind: AuthorKind::Device, id: Some(self.device.0) },
            family: Some(sealed.family),
            person: Some(sealed.person),
            event: Event::EvidenceReceived(came),
        };
        journal::append_locked(&mut tx, locked, &*house.chance, house.clock.wall(), vec![fact])
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }

    /// Seals a completion and hands it in with its photo.
    pub async fn complete(&mut self, house: &House, work: &Work<'_>) {
        let sealed = self.seal(house, work).await;
        assert_eq!(self.push(house, &[&sealed]).await, [Verdict::Accepted]);
        self.deliver(house, &sealed).await;
    }
}

/// Bytes that are found again wherever they lie.
pub fn photo(mark: &str) -> Vec<u8> {
    let mut bytes = vec![0xFF, 0xD8, 0xFF, 0xE0];
    bytes.extend(std::iter::repeat_n(mark.as_bytes(), 2_000).flatten());
    bytes.extend(b64(mark.as_bytes()).bytes());
    bytes
}
