//! A server of today with the store of an earlier release, and phones of that release: both go on.
//!
//! `tests/golden/<release>/` holds, as that release left them: every row of a server store (`store.ndjson.zst`), the keys
//! it signs with, and what a real phone of that release then said, byte for byte (`requests.ndjson`). The store is put
//! into a database as that release's migrations made it, brought up to date as `serve` would, and every request is
//! answered as it was then. When a release is made it gets a folder of its own; older folders are never touched. Until
//! the first release, whoever changes a migration writes the folder again:
//! `KANDAS_WRITE_GOLDEN=v1 cargo test -p kandas-tests golden_requests_are_written -- --ignored`.

use std::{collections::BTreeMap, path::PathBuf, sync::Arc};

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Request, Response},
};
use chrono::{DateTime, Utc};
use kandas_app::sync::{receipts::ServerKeys, verify::P256};
use kandas_server::{
    chance::SystemChance, keys::Keys, limits::Limits, router::router, state::AppState, store::Store,
};
use kandas_shared::{
    hash::from_b64,
    jws::{Jws, Typ},
    receipt::{Receipt, Verdict},
    time::Clock,
    wire::{Enrolled, PullEnd, RecordBatch, RecordBatchAnswer, TokenGrant, TokenScope},
};
use serde::{Deserialize, Serialize};
use tempfile::TempDir;
use tower::ServiceExt as _;

use self::rows::Frozen;
use crate::{centre::Engine, delivery::on_both_engines};

mod rows;
mod written;

const RELEASES: [&str; 1] = ["v1"];

/// What was said and how it was answered.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Exchange {
    method: String,
    path: String,
    headers: BTreeMap<String, String>,
    /// b64, as it came over the wire.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    body: String,
    status: u16,
    /// Where an upload was, if one was begun.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    location: Option<String>,
}

/// Headers of a request that a server may look at.
const HEADERS: [&str; 8] = [
    "accept-encoding",
    "content-encoding",
    "content-type",
    "content-length",
    "tus-resumable",
    "upload-length",
    "upload-offset",
    "user-agent",
];

/// The time of a release's store, as its server's clock said.
struct Standing(DateTime<Utc>);

impl Clock for Standing {
    fn wall(&self) -> DateTime<Utc> {
        self.0
    }
    fn boot(&self) -> (String, u64) {
        ("golden".into(), 1)
    }
}

fn folder(release: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(release)
}

on_both_engines!(a_store_and_a_phone_of_every_release_go_on,);

async fn a_store_and_a_phone_of_every_release_go_on(engine: Engine) {
    for release in RELEASES {
        let frozen = Frozen::read(&folder(release));
        let (url, _database, home) = frozen.put(engine).await;
        let text = std::fs::read_to_string(folder(release).join("requests.ndjson")).unwrap();
        let said: Vec<Exchange> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        Replay::new(&frozen, &url, &home).await.run(&said).await;
    }
}

/// The server of today over the store of then.
struct Replay {
    state: AppState,
    keys: ServerKeys,
    token: Option<String>,
    /// Where uploads were then and are now.
    moved: BTreeMap<String, String>,
}

impl Replay {
    async fn new(frozen: &Frozen, url: &str, home: &TempDir) -> Self {
        let keys_folder = home.path().join("keys");
        std::fs::create_dir_all(&keys_folder).unwrap();
        for (name, bytes) in &frozen.keys {
            std::fs::write(keys_folder.join(name), from_b64(bytes).unwrap()).unwrap();
        }
        let keys = Arc::new(Keys::open(&keys_folder).unwrap());
        let store = Store::open(url).await.expect("the migrations of today take the store of then");
        let [media, staging] = ["media", "staging"].map(|name| home.path().join(name));
        for folder in [&media, &staging] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let limits = Limits { disk_reserve: 0, ..Limits::default() };
        let server_keys = ServerKeys(vec![keys.public_key()]);
        let clock = Arc::new(Standing(frozen.time));
        let state =
            AppState::new(store, keys, clock, Arc::new(SystemChance), limits, &media, &staging).unwrap();
        Self { state, keys: server_keys, token: None, moved: BTreeMap::new() }
    }

    async fn run(&mut self, said: &[Exchange]) {
        let mut seen = BTreeMap::<&str, u32>::new();
        for exchange in said {
            let (status, headers, body) = self.say(exchange).await;
            let shown = String::from_utf8_lossy(&body);
            assert_eq!(status, exchange.status, "{} {}: {shown}", exchange.method, exchange.path);
            let path = exchange.path.split('?').next().unwrap();
            let kind = if path.starts_with("/v1/media/") { "/v1/media/*" } else { path };
            *seen.entry(kind).or_default() += 1;
            match kind {
                "/v1/enrol" => drop(serde_json::from_slice::<Enrolled>(&body).unwrap()),
                "/v1/token" => self.granted(&serde_json::from_slice(&body).unwrap()),
                "/v1/records" => self.receipted(exchange, &serde_json::from_slice(&body).unwrap()),
                "/v1/changes" => {
                    let last = shown.lines().last().unwrap();
                    let end: PullEnd = serde_json::from_str(last).unwrap();
                    assert!(!end.start_over, "the cursor of then is understood");
                }
                "/v1/media" => {
                    let now = headers["location"].to_str().unwrap().to_owned();
                    self.moved.insert(exchange.location.clone().unwrap(), now);
                }
                _ => {}
            }
            if let Some(receipt) = headers.get("kandas-receipt") {
                let statement: Jws =
                    serde_json::from_slice(&from_b64(receipt.to_str().unwrap()).unwrap()).unwrap();
                assert!(matches!(self.keys.any(&statement, &P256).unwrap(), Receipt::File(_)));
                *seen.entry("receipt").or_default() += 1;
            }
        }
        for kind in
            ["/v1/enrol", "/v1/token", "/v1/records", "/v1/changes", "/v1/media", "/v1/media/*", "receipt"]
        {
            assert!(seen.contains_key(kind), "the phone of then said no {kind}: {seen:?}");
        }
    }

    async fn say(&self, exchange: &Exchange) -> (u16, HeaderMap, Bytes) {
        let path = match self.moved.get(&exchange.path) {
            Some(now) => now,
            None => &exchange.path,
        };
        let mut request = Request::builder().method(exchange.method.as_str()).uri(path);
        for (name, value) in &exchange.headers {
            request = request.header(name, value);
        }
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let body = Body::from(from_b64(&exchange.body).unwrap());
        let mut request = request.body(body).unwrap();
        request.extensions_mut().insert(ConnectInfo(std::net::SocketAddr::from(([127, 0, 0, 1], 1))));
        let answer: Response<Body> = router(self.state.clone()).oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let mut body = to_bytes(body, usize::MAX).await.unwrap();
        if parts.headers.get("content-encoding").is_some_and(|coding| coding == "zstd") {
            body = zstd::decode_all(&*body).unwrap().into();
        }
        (parts.status.as_u16(), parts.headers, body)
    }

    fn granted(&mut self, grant: &TokenGrant) {
        assert_eq!(grant.scope, TokenScope::Device);
        self.keys.checkpoint(&grant.checkpoint, &P256).unwrap();
        assert!(grant.chain_head.is_some(), "the chain of then is known");
        self.token = Some(grant.token.clone());
    }

    /// Every record is taken and applied, and the receipt is about the very bytes.
    fn receipted(&self, exchange: &Exchange, answer: &RecordBatchAnswer) {
        let mut sent = from_b64(&exchange.body).unwrap();
        if exchange.headers.get("content-encoding").is_some_and(|coding| coding == "zstd") {
            sent = zstd::decode_all(&*sent).unwrap();
        }
        let batch: RecordBatch = serde_json::from_slice(&sent).unwrap();
        let Receipt::Records(said) = self.keys.any(&answer.receipt, &P256).unwrap() else { panic!("a file") };
        let hashes: Vec<_> = batch.records.iter().map(Jws::identity).collect();
        assert_eq!(said.items.iter().map(|item| item.hash).collect::<Vec<_>>(), hashes);
        assert!(said.items.iter().all(|item| item.verdict == Verdict::Accepted), "{said:?}");
        assert!(batch.records.iter().all(|record| record.kid(Typ::Record).is_ok()));
    }
}
