//! A centre with one worker and his phones, behind its router.

use std::{path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode},
};
use chrono::TimeDelta;
use kandas_fixtures::s3::S3;
use kandas_server::{
    chance,
    config::{Config, MediaPlace},
    facts::{
        DeviceRevoked, EnrolCodeMade, Event, ExpectedFile, NamedEvidence, RecordOutcome, RecordReading,
        RecordReceived,
    },
    journal::Fact,
    keys::{Keys, RingSigner, RingVerifier},
    limits::Limits,
    media::{Depot, bucket::Bucket},
    one,
    router::router,
    serve::{Running, Speech},
    state::AppState,
};
use kandas_shared::{
    enrol::{EnrolPayload, TokenPayload, code_from, code_hash},
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::Digest,
    ids::{CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, OrgUnitId, UploadId, UserId},
    jws::{Jws, Signer as _, Typ},
    locale::Lang,
    problem::Problem,
    pulled::{Family, OrgKind, OrgUnit, Role, User},
    receipt::{FileReceipt, Receipt, Verdict},
    time::Clock as _,
    wire::{EnrolRequest, Enrolled, NonceGrant, NonceRequest, TokenGrant, TokenRequest},
};
use serde::{Serialize, de::DeserializeOwned};
use tower::ServiceExt as _;
use uuid::Uuid;

use crate::stores::World;

pub const UNIT: OrgUnitId = OrgUnitId(Uuid::from_u128(1));
pub const WORKER: UserId = UserId(Uuid::from_u128(2));
pub const FAMILY: FamilyId = FamilyId(Uuid::from_u128(3));

/// What every key of a bucket begins with.
const PREFIX: &str = "centre/north";

/// A centre under test.
pub struct Centre {
    pub world: World,
    pub state: AppState,
    pub router: Router,
    pub keys: Arc<Keys>,
    pub folder: tempfile::TempDir,
}

/// An enrolled phone.
pub struct Phone {
    pub signer: RingSigner,
    pub device: DeviceId,
    pub chain: ChainId,
    /// The last number it says it has sealed.
    pub sealed: u64,
    pub token: String,
}

/// An answer of the router.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Limits that make stalls and time-outs quick.
pub fn quick() -> Limits {
    Limits {
        idle: Duration::from_millis(600),
        stall: Duration::from_millis(100),
        lease: Duration::from_secs(2),
        flush_bytes: 64 << 10,
        flush_time: Duration::from_millis(50),
        body_time: Duration::from_millis(500),
        bundle_wait: Duration::ZERO,
        disk_reserve: 0,
        guesses: 3,
        grace: Duration::from_millis(300),
        ..Limits::default()
    }
}

impl Centre {
    pub async fn new(world: World) -> Self {
        Self::with(world, quick()).await
    }

    pub async fn with(world: World, limits: Limits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let recovery = age::x25519::Identity::generate().to_public().to_string();
        let keys = Keys::init(&folder.path().join("keys"), &["127.0.0.1".into()], &recovery).unwrap();
        let keys = Arc::new(keys);
        let state = state(&world, &keys, &folder, limits);
        let centre = Self { router: router(state.clone()), state, keys, folder, world };
        centre.seed().await;
        centre
    }

    async fn seed(&self) {
        let unit = OrgUnit {
            id: UNIT,
            parent: None,
            kind: OrgKind::Cc,
            kato: "551010000".into(),
            name_kk: "Сынақ орталығы".into(),
            name_ru: "Тестовый центр".into(),
        };
        let family = Family {
            id: FAMILY,
            org_unit: UNIT,
            settlement_kato: "551010000".into(),
            settlement_name: "Тестовое".into(),
            rural: true,
            quota_date: None,
            arrived_on: None,
            address: None,
            phone: None,
            latitude: None,
            longitude: None,
        };
        self.set([Event::OrgUnitSet(unit), Event::UserSet(worker(true)), Event::FamilySet(family)]).await;
    }

    pub async fn set(&self, events: impl IntoIterator<Item = Event>) {
        self.world.append(events.into_iter().map(Fact::by_system)).await;
    }

    /// A fresh enrolment code.
    pub async fn code(&self) -> String {
        let code = code_from(chance::bytes(self.world.chance.as_ref()));
        let expires_at = self.world.clock.wall() + TimeDelta::hours(1);
        let made = EnrolCodeMade { code_hash: code_hash(&code), user: WORKER, expires_at, by: None };
        self.set([Event::EnrolCodeMade(made)]).await;
        code
    }

    /// A phone with a token.
    pub async fn phone(&self) -> Phone {
        let mut phone = self.enrolled().await;
        phone.token = self.grant(&phone).await.token;
        phone
    }

    /// A phone without a token.
    pub async fn enrolled(&self) -> Phone {
        let code = self.code().await;
        let signer = key();
        let chain = ChainId(Uuid::from_bytes(chance::bytes(self.world.chance.as_ref())));
        let statement = enrol_statement(&signer, &code, chain);
        let answer = self.post("/v1/enrol", None, &EnrolRequest { statement }).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        let enrolled: Enrolled = answer.json();
        Phone { signer, device: enrolled.device, chain, sealed: 0, token: String::new() }
    }

    /// A phone of the centre of [`crate::phones`], with a token.
    pub async fn token_of(&self, phone: &crate::phones::Phone) -> String {
        let nonce: NonceGrant = {
            let kid = phone.signer.public_key().kid();
            self.post("/v1/token/nonce", None, &NonceRequest { kid }).await.json()
        };
        let payload = TokenPayload {
            v: 1,
            device: phone.device,
            nonce: nonce.nonce,
            chain: phone.chain,
            seq: phone.seq,
            app: "test".into(),
        };
        let statement = phone.sign(Typ::Token, serde_json::to_string(&payload).unwrap());
        let answer = self.post("/v1/token", None, &TokenRequest { statement }).await;
        answer.json::<TokenGrant>().token
    }

    pub async fn grant(&self, phone: &Phone) -> TokenGrant {
        let answer = self.try_grant(phone).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()
    }

    pub async fn try_grant(&self, phone: &Phone) -> Answer {
        let statement = self.token_statement(phone, Typ::Token).await;
        self.post("/v1/token", None, &TokenRequest { statement }).await
    }

    pub async fn token_statement(&self, phone: &Phone, typ: Typ) -> Jws {
        let kid = phone.signer.public_key().kid();
        let nonce: NonceGrant = self.post("/v1/token/nonce", None, &NonceRequest { kid }).await.json();
        let payload = TokenPayload {
            v: 1,
            device: phone.device,
            nonce: nonce.nonce,
            chain: phone.chain,
            seq: phone.sealed,
            app: "test".into(),
        };
        Jws::sign(typ, serde_json::to_string(&payload).unwrap(), &phone.signer).unwrap()
    }

    pub async fn revoke(&self, phone: &Phone) {
        self.set([Event::DeviceRevoked(DeviceRevoked { device: phone.device, reason: "test".into() })]).await;
    }

    /// A signed record names a file with these bytes; the server expects it from now on.
    pub async fn expect(&self, phone: &Phone, bytes: &[u8]) -> FileRef {
        let evidence = EvidenceId(Uuid::from_bytes(chance::bytes(self.world.chance.as_ref())));
        let file = FileRef { evidence, part: Part::File };
        self.expect_as(phone, file, bytes).await;
        file
    }

    pub async fn expect_as(&self, phone: &Phone, file: FileRef, bytes: &[u8]) {
        let payload = format!("{{\"v\":1,\"of\":\"{file}\"}}");
        let jws = Jws::sign(Typ::Record, payload, &phone.signer).unwrap();
        let record = RecordReceived {
            hash: jws.identity(),
            jws,
            carrier: phone.device,
            device: phone.device,
            worker: WORKER,
            reading: RecordReading {
                family: Some(FAMILY),
                evidence: vec![NamedEvidence {
                    evidence: file.evidence,
                    capture: CaptureId(file.evidence.0),
                    kind: EvidenceKind::Photo,
                    source: Source::Captured,
                }],
                ..RecordReading::default()
            },
            outcome: RecordOutcome {
                verdict: Verdict::Accepted,
                reason: None,
                placed: false,
                chain_finding: None,
                late_handover: false,
                superseded: None,
                activity_after: None,
                withdrawn: None,
                consent_after: None,
                answered: None,
                files: vec![ExpectedFile {
                    evidence: file.evidence,
                    part: file.part,
                    size: bytes.len() as u64,
                    sha256: Digest::of(bytes),
                    media_type: "image/jpeg".into(),
                }],
                chain_after: None,
                lost: Vec::new(),
            },
        };
        let fact = Fact { family: Some(FAMILY), ..Fact::by_system(Event::RecordReceived(record)) };
        self.world.append([fact]).await;
    }

    /// Another process of the same centre.
    pub fn state_with(&self, limits: Limits) -> AppState {
        state(&self.world, &self.keys, &self.folder, limits)
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        self.call_on(&self.state, request).await
    }

    pub async fn call_on(&self, state: &AppState, request: Request<Body>) -> Answer {
        let response = router(state.clone()).oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, path: &str, token: Option<&str>) -> Answer {
        self.call(request(Method::GET, path, token, &[], Vec::new())).await
    }

    pub async fn post<T: Serialize>(&self, path: &str, token: Option<&str>, body: &T) -> Answer {
        let body = serde_json::to_vec(body).unwrap();
        self.call(request(Method::POST, path, token, &[("content-type", "application/json")], body)).await
    }

    /// A request of the tus protocol.
    pub async fn tus(
        &self,
        phone: &Phone,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Body>,
    ) -> Answer {
        self.call(tus(phone, method, path, headers, body)).await
    }

    /// Begins an upload; the answer is its address.
    pub async fn begin(&self, phone: &Phone, file: FileRef, length: usize) -> String {
        let length = length.to_string();
        let answer =
            self.tus(phone, Method::POST, &media_path(file), &[("upload-length", &length)], Vec::new()).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.header("location").to_owned()
    }

    pub async fn patch(&self, phone: &Phone, at: &str, offset: usize, body: impl Into<Body>) -> Answer {
        let offset = offset.to_string();
        let headers =
            [("upload-offset", offset.as_str()), ("content-type", "application/offset+octet-stream")];
        self.tus(phone, Method::PATCH, at, &headers, body).await
    }

    pub async fn head(&self, phone: &Phone, at: &str) -> Answer {
        self.tus(phone, Method::HEAD, at, &[], Vec::new()).await
    }

    /// Waits until so many bytes of an upload are recorded.
    pub async fn recorded(&self, upload: &str, bytes: usize) {
        let bytes = i64::try_from(bytes).unwrap();
        self.until("select received from upload where id = $1", upload, bytes).await;
    }

    /// Waits until somebody holds an upload.
    pub async fn held(&self, upload: &str) {
        self.until("select fence from upload where id = $1", upload, 1).await;
    }

    async fn until(&self, sql: &'static str, upload: &str, least: i64) {
        let id: UploadId = upload.rsplit('/').next().unwrap().parse().unwrap();
        for _ in 0..2_000 {
            let mut tx = self.world.store.read().await.unwrap();
            let (number,) = one!(&mut tx, (i64,), sql, id).await.unwrap();
            drop(tx);
            if number >= least {
                return;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("{sql}: never {least}");
    }

    /// The receipt in an answer's header, checked against the server's key.
    pub fn receipt(&self, answer: &Answer) -> FileReceipt {
        let bytes = kandas_shared::hash::from_b64(answer.header("kandas-receipt")).unwrap();
        self.read_receipt(&serde_json::from_slice(&bytes).unwrap())
    }

    pub fn read_receipt(&self, jws: &Jws) -> FileReceipt {
        let payload = jws.verify(Typ::Receipt, &self.keys.public_key(), &RingVerifier).unwrap();
        match serde_json::from_str(payload).unwrap() {
            Receipt::File(receipt) => receipt,
            Receipt::Records(_) => panic!("a receipt for records"),
        }
    }

    /// A server on a free port of loopback.
    pub async fn listen(&self) -> Running {
        Running::start(self.state.clone(), "127.0.0.1:0".parse().unwrap(), Speech::Plain).await.unwrap()
    }

    /// The places of media, as another process sees them.
    pub fn other(&self) -> Depot {
        depot(&self.world, &self.folder)
    }

    /// Where media lie: `media` or `staging`.
    pub fn place(&self, folder: &str) -> PathBuf {
        match (&self.world.s3, folder) {
            (None, _) => self.folder.path().join(folder),
            (Some(s3), "staging") => s3.folder(PREFIX).join("staging"),
            (Some(s3), _) => s3.folder(PREFIX),
        }
    }

    /// The files that lie there, in order.
    pub fn files(&self, folder: &str) -> Vec<PathBuf> {
        fn walk(folder: &std::path::Path, found: &mut Vec<PathBuf>) {
            // A bucket has no empty folders.
            let Ok(entries) = std::fs::read_dir(folder) else { return };
            for entry in entries {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, found) } else { found.push(path) }
            }
        }
        let mut found = Vec::new();
        walk(&self.place(folder), &mut found);
        if folder == "media" && self.world.s3.is_some() {
            let staging = self.place("staging");
            found.retain(|path| !path.starts_with(&staging));
        }
        found.sort();
        found
    }

    /// Bytes of an upload came to staging from `at` on, and nobody recorded it.
    pub fn stray(&self, upload: &str, at: usize, bytes: &[u8]) {
        let id = upload.rsplit('/').next().unwrap();
        if self.world.s3.is_some() {
            // Those of the first holder.
            let piece = self.place("staging").join(id).join(format!("{at:020}-{:010}", 1));
            std::fs::write(piece, bytes).unwrap();
        } else {
            let staged = self.place("staging").join(format!("{id}.part"));
            let mut longer = std::fs::read(&staged).unwrap();
            longer.truncate(at);
            longer.extend_from_slice(bytes);
            std::fs::write(&staged, longer).unwrap();
        }
    }

    /// The bytes of an upload from `at` on are lost.
    pub fn lose(&self, upload: &str, at: usize) {
        let id = upload.rsplit('/').next().unwrap();
        if self.world.s3.is_some() {
            for piece in self.files("staging") {
                let name = piece.file_name().unwrap().to_str().unwrap().to_owned();
                if name.split('-').next().unwrap().parse::<usize>().unwrap() >= at {
                    std::fs::remove_file(piece).unwrap();
                }
            }
        } else {
            let staged = self.place("staging").join(format!("{id}.part"));
            std::fs::OpenOptions::new().write(true).open(staged).unwrap().set_len(at as u64).unwrap();
        }
    }
}

impl Answer {
    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no {name}: {self:?}")).to_str().unwrap()
    }

    pub fn offset(&self) -> usize {
        self.header("upload-offset").parse().unwrap()
    }

    /// The problem's code; checks that body, status and headers agree.
    pub fn code(&self) -> &'static str {
        let problem: Problem = self.json();
        assert_eq!(problem.status, self.status.as_u16());
        assert_eq!(problem.code.status(), self.status.as_u16());
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(problem.request.as_deref(), Some(self.header("kandas-request")));
        if let Some(seconds) = problem.retry_after_s {
            assert_eq!(self.header("retry-after"), seconds.to_string());
        }
        problem.code.as_str()
    }
}

fn state(world: &World, keys: &Arc<Keys>, folder: &tempfile::TempDir, limits: Limits) -> AppState {
    let (store, clock, chance) = (world.store.clone(), world.clock.clone(), world.chance.clone());
    AppState::with_depot(store, Arc::clone(keys), clock, chance, limits, depot(world, folder))
}

fn depot(world: &World, folder: &tempfile::TempDir) -> Depot {
    let mut config = Config::for_data(folder.path().to_owned(), None, None).unwrap();
    config.make_folders().unwrap();
    if let Some(s3) = &world.s3 {
        config.media = MediaPlace::Bucket(bucket(s3, PREFIX));
        give_credentials(&config);
    }
    Depot::of(&config).unwrap()
}

/// A bucket of the test's own S3.
pub fn bucket(s3: &S3, prefix: &str) -> Bucket {
    let bucket: Bucket = format!("s3://{}/{prefix}", S3::BUCKET).parse().unwrap();
    Bucket { endpoint: Some(s3.endpoint()), ..bucket }
}

/// The keys folder opens the test's own S3.
pub fn give_credentials(config: &Config) {
    use std::os::unix::fs::OpenOptionsExt as _;
    kandas_server::config::private_folder(&config.keys_dir()).unwrap();
    let mut options = std::fs::OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(0o600);
    let mut file = file.open(config.keys_dir().join("s3.json")).unwrap();
    std::io::Write::write_all(&mut file, S3::credentials().as_bytes()).unwrap();
}

pub fn worker(active: bool) -> User {
    User {
        id: WORKER,
        org_unit: UNIT,
        login: "worker".into(),
        role: Role::CcSet,
        name: "ТЕСТОВ ТЕСТ".into(),
        language: Lang::Kk,
        active,
    }
}

pub fn key() -> RingSigner {
    RingSigner::from_pkcs8(&RingSigner::generate().unwrap()).unwrap()
}

pub fn enrol_statement(signer: &RingSigner, code: &str, chain: ChainId) -> Jws {
    let payload = EnrolPayload {
        v: 1,
        code: code.into(),
        key: signer.public_key(),
        chain,
        platform: "test".into(),
        app: "test 1".into(),
    };
    Jws::sign(Typ::Enrol, serde_json::to_string(&payload).unwrap(), signer).unwrap()
}

pub fn media_path(file: FileRef) -> String {
    format!("/v1/media?evidence={}&part={}", file.evidence, file.part)
}

pub fn request(
    method: Method,
    path: &str,
    token: Option<&str>,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(token) = token {
        request = request.header("authorization", format!("Bearer {token}"));
    }
    request.body(body.into()).unwrap()
}

pub fn tus(
    phone: &Phone,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Request<Body> {
    let mut all = vec![("tus-resumable", "1.0.0")];
    all.extend_from_slice(headers);
    request(method, path, Some(&phone.token), &all, body)
}

/// Bytes that differ from place to place.
pub fn noise(length: usize, seed: usize) -> Vec<u8> {
    (0..length).map(|i| ((i * 31 + seed * 7919 + (i >> 8) * 13) % 251) as u8).collect()
}
