//! The upload protocol is not ours alone: the tus clients of others (npm `tus-js-client`, PyPI `tuspy`) deliver evidence
//! of a sealed record through a line that cuts, and the phone learns that it is delivered.
//!
//! `cargo xtask test` (or `cargo xtask peers` alone) installs them below the target folder; [`VARIABLE`] says where, if they
//! are elsewhere.

use std::{
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};

use axum::{
    body::{Body, to_bytes},
    http::Request,
};
use kandas_app::store::file::FileState;
use kandas_fixtures::{
    media::Kind,
    proxy::{Cut, Proxy},
};
use kandas_server::{router::router, state::AppState};
use kandas_shared::{
    enrol::TokenPayload,
    evidence::EvidenceKind,
    jws::{Jws, Typ},
    wire::{NonceGrant, NonceRequest, TokenGrant, TokenRequest},
};
use serde::{Serialize, de::DeserializeOwned};
use tokio::{process::Command, time::timeout};
use tower::ServiceExt as _;

use crate::{
    centre::{Centre, Engine},
    delivery::on_both_engines,
    worker::Worker,
};

const VARIABLE: &str = "KANDAS_TEST_PEERS";
const SIZE: u64 = 3_000_000;

on_both_engines!(
    tus_js_client_delivers_and_resumes,
    tus_js_client_creates_with_the_first_bytes,
    tuspy_delivers_and_resumes,
    tuspy_delivers_pieces_with_checksums,
);

async fn tus_js_client_delivers_and_resumes(engine: Engine) {
    deliver(engine, Client::Js, &[]).await;
}

async fn tus_js_client_creates_with_the_first_bytes(engine: Engine) {
    deliver(engine, Client::Js, &["--with-creation"]).await;
}

async fn tuspy_delivers_and_resumes(engine: Engine) {
    deliver(engine, Client::Python, &[]).await;
}

async fn tuspy_delivers_pieces_with_checksums(engine: Engine) {
    deliver(engine, Client::Python, &["--checksums"]).await;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Client {
    Js,
    Python,
}

/// A program was cut off and may go on where it was.
const INTERRUPTED: i32 = 3;

async fn deliver(engine: Engine, client: Client, more: &[&str]) {
    let peers = installed();
    let centre = Centre::open(engine).await;
    let worker = Worker::enrolled(&centre, 0).await;
    let activity = worker.activities(1).await[0].1;
    let shot = worker.shoot(1, SIZE, false);
    worker.complete(activity, &shot).await;
    // The record goes; the film waits on the phone and is awaited by the centre.
    worker.try_sync(true).await.unwrap();
    let ledger = worker.ledger().await;
    let mut files = ledger.iter().flat_map(|item| &item.files);
    let film = files.find(|file| file.kind == EvidenceKind::Video).unwrap();
    assert_eq!(film.state, FileState::Waiting);
    let path = &shot.iter().find(|file| file.kind == Kind::Video).unwrap().path;

    let plain = centre.plain_door().await;
    let line = Proxy::start(plain.address()).await.unwrap();
    let token = token(&centre.state(), &worker).await;
    let endpoint = format!("http://{}/v1/media?evidence={}&part=file", line.address(), film.evidence);
    let memory = tempfile::tempdir().unwrap();
    let run = |retries: &str| {
        let mut command = client.command(&peers);
        command.args(["--endpoint", &endpoint, "--retries", retries]).args(more);
        command.arg("--file").arg(path).arg("--memory").arg(memory.path().join("uploads"));
        // What a token may do is nobody's business in a list of processes.
        command.env("KANDAS_TOKEN", &token).stdin(Stdio::null()).kill_on_drop(true);
        async move {
            let output = timeout(Duration::from_secs(90), command.output()).await.expect("it hangs").unwrap();
            let told = String::from_utf8_lossy(&output.stdout).into_owned();
            println!("{client:?}: {told}{}", String::from_utf8_lossy(&output.stderr));
            (output.status.code(), told)
        }
    };

    // The program dies with its connection …
    let cut = |up| Cut { up: Some(up), down: None };
    let checksums = more.contains(&"--checksums");
    // With checksums every piece has a connection of its own, and the third of them is cut.
    line.cut_next(if checksums {
        [cut(500_000), cut(500_000), cut(500_000), cut(100_000)]
    } else {
        [cut(1_000_000); 4]
    });
    let (code, _) = run("0").await;
    assert_eq!(code, Some(INTERRUPTED));
    let open = "select count(*) from upload where state = 'open' and size > 1000000";
    assert_eq!(centre.count(open).await, 1);

    // The answer to a creation needs its time; a line that carries a megabyte in a blink leaves it none.
    line.throttle(more.contains(&"--with-creation").then_some(2_000_000));

    // … the next one finds its upload, and is cut again and again.
    line.cut_always(17, if checksums { 60_000..400_000 } else { 200_000..700_000 });
    let (code, told) = run("40").await;
    assert_eq!(code, Some(0));
    // Who was cut before the answer to his creation came does not know his upload, but the server does.
    let knows = !more.contains(&"--with-creation");
    assert_eq!(told.contains("\"resumed\":true"), knows, "{told}");
    let traffic = line.traffic();
    assert!(traffic.cut >= 3, "the line was too good: {traffic:?}");
    // What goes twice: with checksums the piece that was cut, with creation what came with it, else what the sockets of both
    // sides held, which is more where the server has to wait for its turn.
    let (each, once) = match more {
        ["--checksums"] => (200_000, 0),
        ["--with-creation"] => (64 << 10, 1_700_000),
        _ => (128 << 10, 0),
    };
    assert!(traffic.up < SIZE + traffic.cut * each + traffic.connections * 2_000 + once, "{traffic:?}");
    assert_eq!(centre.count(open).await, 0);

    // The phone offers the film, hears that it is there, and has the receipt.
    let before = worker.line.traffic().up;
    worker.sync_until_done().await;
    worker.assert_delivered().await;
    assert!(worker.line.traffic().up - before < 100_000, "the film went twice");
}

impl Client {
    fn command(self, peers: &Path) -> Command {
        let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let (program, script) = match self {
            Self::Js => (PathBuf::from("node"), sources.join("upload.cjs")),
            Self::Python => (peers.join("python/bin/python"), sources.join("upload.py")),
        };
        let mut command = Command::new(program);
        command.arg(script).env("NODE_PATH", peers.join("node/node_modules"));
        command
    }
}

/// The folder of the installed clients.
fn installed() -> PathBuf {
    let told = std::env::var_os(VARIABLE).map(PathBuf::from);
    let usual = || {
        let program = std::env::current_exe().unwrap();
        program.ancestors().nth(3).unwrap().join("peers")
    };
    let folder = told.unwrap_or_else(usual);
    assert!(
        folder.join("node/node_modules/tus-js-client").is_dir() && folder.join("python/bin/python").exists(),
        "the tus clients of others are not in {}: `cargo xtask peers` installs them (npm, pip); {VARIABLE} may say another place",
        folder.display()
    );
    folder
}

/// A token of the worker's phone, got as the phone gets it.
async fn token(state: &AppState, worker: &Worker) -> String {
    let signer = worker.app().signer();
    let nonce: NonceGrant =
        post(state, "/v1/token/nonce", &NonceRequest { kid: signer.public_key().kid() }).await;
    let (chain, seq) = worker.app().chain().await.unwrap();
    let payload = TokenPayload {
        v: 1,
        device: worker.device().await,
        nonce: nonce.nonce,
        chain,
        seq,
        app: "test".to_owned(),
    };
    let statement = Jws::sign(Typ::Token, serde_json::to_string(&payload).unwrap(), &*signer).unwrap();
    let grant: TokenGrant = post(state, "/v1/token", &TokenRequest { statement }).await;
    grant.token
}

async fn post<T: DeserializeOwned>(state: &AppState, path: &str, body: &impl Serialize) -> T {
    let body = Body::from(serde_json::to_vec(body).unwrap());
    let request = Request::post(path).header("content-type", "application/json").body(body).unwrap();
    let answer = router(AppState::clone(state)).oneshot(request).await.unwrap();
    assert_eq!(answer.status(), 200, "{path}");
    serde_json::from_slice(&to_bytes(answer.into_body(), 1 << 20).await.unwrap()).unwrap()
}
