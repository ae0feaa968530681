//! Programs that a run puts beside the central store, in processes of their own: the bare handler that an upload is
//! measured against, and an S3 store.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, Result, bail};
use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, State},
    http::StatusCode,
    routing::post,
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use kandas_fixtures::s3::{ACCESS_KEY, S3, SECRET_KEY};
use object_store::{ObjectStore, ObjectStoreExt as _, aws::AmazonS3Builder, path::Path as Key};
use sha2::{Digest as _, Sha256};
use tokio::{
    io::{AsyncWriteExt as _, BufWriter},
    net::TcpListener,
    runtime::Runtime,
    signal::unix::{SignalKind, signal},
};

use crate::leash::Leashed;

/// Which program.
#[derive(clap::Subcommand, Clone, Debug)]
pub(crate) enum Program {
    /// `POST /`: the body is written, made durable and hashed, nothing else
    Bare {
        /// Where the files go
        folder: PathBuf,
        /// Or into the bucket of this S3 store
        #[arg(long, value_name = "URL")]
        s3: Option<String>,
        /// Where the address is written to
        #[arg(long, value_name = "FILE")]
        said: PathBuf,
    },
    /// An S3 store in a temporary folder
    S3 {
        /// Where the address is written to
        #[arg(long, value_name = "FILE")]
        said: PathBuf,
    },
}

/// Runs it until it is told to stop.
///
/// # Errors
/// When it cannot listen.
pub(crate) fn run(program: &Program) -> Result<()> {
    Runtime::new()?.block_on(async {
        let mut told = signal(SignalKind::terminate())?;
        match program {
            Program::S3 { said } => {
                let store = S3::start().await?;
                say(said, &store.endpoint())?;
                told.recv().await;
            }
            Program::Bare { folder, s3, said } => {
                let place = match s3 {
                    None => Place::Folder(folder.clone()),
                    Some(endpoint) => Place::Bucket(Box::new(bucket(endpoint)?)),
                };
                let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
                say(said, &format!("http://{}", listener.local_addr()?))?;
                let service = axum::serve(listener, router(place));
                tokio::select! {
                    ended = service.into_future() => ended?,
                    _ = told.recv() => {}
                }
            }
        }
        Ok(())
    })
}

/// Written under another name first: who sees the file sees all of it.
fn say(said: &Path, address: &str) -> Result<()> {
    let unready = said.with_extension("new");
    std::fs::write(&unready, address)?;
    Ok(std::fs::rename(unready, said)?)
}

/// A program beside ours that runs.
pub(crate) struct Beside {
    /// Its address, with scheme.
    pub(crate) address: String,
    running: Leashed,
}

impl Beside {
    /// Starts this very program as another one.
    ///
    /// # Errors
    /// When it does not say its address within some seconds.
    pub(crate) fn start(folder: &Path, name: &str, arguments: &[&str]) -> Result<Self> {
        let said = folder.join(format!("{name}.address"));
        let mut line = vec!["beside", name];
        line.extend(arguments);
        let path = said.display().to_string();
        line.extend(["--said", &path]);
        let log = folder.join(format!("{name}.log"));
        let mut running = Leashed::start(&std::env::current_exe()?, &line, &log, false)?;
        for _ in 0..500 {
            if let Ok(address) = std::fs::read_to_string(&said) {
                std::fs::remove_file(&said)?;
                return Ok(Self { address, running });
            }
            if !running.is_running()? {
                break;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        bail!("`{name}` did not start: {}", std::fs::read_to_string(&log).unwrap_or_default())
    }

    /// Starts npm's tus server over an empty folder.
    ///
    /// # Errors
    /// When it does not answer within some seconds.
    pub(crate) fn tus_server(script: &Path, folder: &Path) -> Result<Self> {
        let free = std::net::TcpListener::bind(("127.0.0.1", 0)).and_then(|free| free.local_addr())?;
        let (files, log) = (folder.join("tus"), folder.join("tus.log"));
        std::fs::create_dir_all(&files)?;
        let line = [
            script.display().to_string(),
            format!("--folder={}", files.display()),
            format!("--port={}", free.port()),
        ];
        let mut running = Leashed::start(Path::new("node"), &line, &log, false)?;
        for _ in 0..500 {
            if std::net::TcpStream::connect(free).is_ok() {
                return Ok(Self { address: format!("http://{free}"), running });
            }
            if !running.is_running()? {
                break;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("npm's tus server did not start: {}", std::fs::read_to_string(&log).unwrap_or_default())
    }

    /// Its process.
    ///
    /// # Errors
    /// When it has ended.
    pub(crate) fn pid(&self) -> Result<u32> {
        self.running.pid()
    }

    /// Stops it.
    ///
    /// # Errors
    /// When the system does not say how it ended.
    pub(crate) fn stop(self) -> Result<()> {
        self.running.stop().map(drop)
    }
}

enum Place {
    Folder(PathBuf),
    Bucket(Box<dyn ObjectStore>),
}

fn bucket(endpoint: &str) -> Result<impl ObjectStore> {
    // Whoever was first has installed the same one.
    let _ = rustls::crypto::ring::default_provider().install_default();
    AmazonS3Builder::new()
        .with_endpoint(endpoint)
        .with_bucket_name(S3::BUCKET)
        .with_region("us-east-1")
        .with_access_key_id(ACCESS_KEY)
        .with_secret_access_key(SECRET_KEY)
        .with_allow_http(true)
        .build()
        .context("S3")
}

struct Bare {
    place: Place,
    number: AtomicU64,
}

fn router(place: Place) -> Router {
    let bare = Arc::new(Bare { place, number: AtomicU64::new(0) });
    Router::new().route("/", post(take)).layer(DefaultBodyLimit::disable()).with_state(bare)
}

async fn take(State(bare): State<Arc<Bare>>, body: Body) -> Result<String, (StatusCode, String)> {
    let name = format!("bare-{}", bare.number.fetch_add(1, Ordering::Relaxed));
    let taken = match &bare.place {
        Place::Folder(folder) => into_folder(&folder.join(name), body).await,
        Place::Bucket(store) => into_bucket(store.as_ref(), &name, body).await,
    };
    taken.map(hex::encode).map_err(|error| (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")))
}

async fn into_folder(path: &Path, body: Body) -> Result<[u8; 32]> {
    let mut file = BufWriter::with_capacity(256 * 1024, tokio::fs::File::create(path).await?);
    let (mut stream, mut hash) = (body.into_data_stream(), Sha256::new());
    while let Some(piece) = stream.next().await {
        let piece = piece?;
        hash.update(&piece);
        file.write_all(&piece).await?;
    }
    file.flush().await?;
    file.get_ref().sync_data().await?;
    Ok(hash.finalize().into())
}

async fn into_bucket(store: &dyn ObjectStore, name: &str, body: Body) -> Result<[u8; 32]> {
    let bytes: Bytes = axum::body::to_bytes(body, usize::MAX).await?;
    let hash = Sha256::digest(&bytes).into();
    store.put(&Key::from(name), bytes.into()).await?;
    Ok(hash)
}

/// A client that speaks http to neighbours on this machine. TLS is not spoken, but must be there.
///
/// # Errors
/// When the system has no randomness.
pub(crate) fn plain_client() -> Result<reqwest::Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let tls = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth();
    let builder = reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls);
    Ok(builder.timeout(Duration::from_secs(120)).build()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_bare_handler_keeps_and_hashes_what_came() {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let service = axum::serve(listener, router(Place::Folder(folder.path().to_owned())));
        let serving = tokio::spawn(service.into_future());
        let bytes = crate::bench::load::noise(1, 700_000);
        let http = plain_client().unwrap();
        let answer = http.post(&address).body(bytes.clone()).send().await.unwrap().text().await.unwrap();
        assert_eq!(answer, hex::encode(Sha256::digest(&bytes)));
        assert_eq!(std::fs::read(folder.path().join("bare-0")).unwrap(), bytes);
        serving.abort();
    }
}
