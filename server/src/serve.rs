//! The running server: listens, does its regular work, and stops in order.
//!
//! Stopping: no new connections; requests at work are finished; pieces of uploads get a grace period, then end with what
//! they brought made durable. Plain http is spoken on loopback only.

use std::{
    net::{SocketAddr, TcpListener},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use axum_server::{Handle, tls_rustls::RustlsConfig};
use kandas_shared::time::Clock;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject as _};
use tokio::task::JoinHandle;

use crate::{
    chance::Chance,
    cms::Authorities,
    config::{Config, Transport},
    jobs,
    keys::Keys,
    limits::Limits,
    media::Depot,
    router::router,
    state::AppState,
    store::Store,
};

/// How the server speaks.
#[derive(Clone, Debug)]
pub enum Speech {
    /// TLS.
    Tls(RustlsConfig),
    /// http; on loopback only.
    Plain,
}

/// Serves until `shutdown` ends, then stops in order.
///
/// # Errors
/// When the address cannot be listened on, or a key or folder cannot be used.
pub async fn run(
    config: Config,
    keys: impl Into<Arc<Keys>>,
    store: Store,
    clock: Arc<dyn Clock>,
    chance: Arc<dyn Chance>,
    shutdown: impl Future<Output = ()>,
) -> Result<()> {
    config.check()?;
    config.make_folders()?;
    let keys = keys.into();
    let speech = Speech::of(&config.transport, &keys)?;
    let limits = Limits { disk_reserve: config.disk_reserve, ..Limits::default() };
    let depot = Depot::of(&config).with_context(|| format!("media cannot lie in {}", config.media))?;
    let state = AppState::with_depot(store, keys, clock, chance, limits, depot);
    state.offers.look_in(config.data.join("app"));
    let authorities = Authorities::read(&config.authorities_dir())?;
    tracing::info!(count = authorities.len(), "authorities whose certificates are trusted");
    state.authorities.get_or_init(|| authorities);
    state.config.get_or_init(|| config.clone());
    let running = Running::start(state.clone(), config.listen, speech).await?;
    tracing::info!(address = %running.address(), url = %config.public_url, "listening");
    shutdown.await;
    tracing::info!("stopping");
    running.stop().await?;
    state.store.close().await;
    tracing::info!("stopped");
    Ok(())
}

/// A server that listens.
pub struct Running {
    address: SocketAddr,
    state: AppState,
    handle: Handle<SocketAddr>,
    server: JoinHandle<std::io::Result<()>>,
    jobs: JoinHandle<()>,
    findings: JoinHandle<()>,
    exports: JoinHandle<()>,
    erasures: JoinHandle<()>,
    exchange: JoinHandle<()>,
}

impl Running {
    /// Begins to listen (port 0 takes a free one) and to do the regular work.
    ///
    /// # Errors
    /// When the address cannot be listened on, or plain http is asked for where others could hear it.
    pub async fn start(state: AppState, listen: SocketAddr, speech: Speech) -> Result<Self> {
        let plain = matches!(speech, Speech::Plain);
        ensure!(
            !plain || listen.ip().is_loopback(),
            "plain http is spoken on loopback only, not on {listen}"
        );
        let listener = TcpListener::bind(listen).with_context(|| format!("cannot listen on {listen}"))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let handle = Handle::new();
        let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let first_request = Duration::from_secs(30);
        let server = match speech {
            Speech::Plain => {
                let server = axum_server::from_tcp(listener)?.handle(handle.clone());
                tokio::spawn(server.first_request_timeout(first_request).serve(service))
            }
            Speech::Tls(config) => {
                let server = axum_server::from_tcp_rustls(listener, config)?.handle(handle.clone());
                tokio::spawn(server.first_request_timeout(first_request).serve(service))
            }
        };
        let jobs = tokio::spawn(jobs::run(state.clone()));
        let findings = tokio::spawn(jobs::findings(state.clone()));
        let exports = tokio::spawn(jobs::exports(state.clone()));
        let erasures = tokio::spawn(jobs::erasures(state.clone()));
        let exchange = tokio::spawn(jobs::exchange(state.clone()));
        Ok(Self { address, state, handle, server, jobs, findings, exports, erasures, exchange })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The server's parts.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// Stops in order.
    ///
    /// # Errors
    /// When the listener had failed.
    pub async fn stop(self) -> Result<()> {
        self.state.stopping.cancel();
        let grace = self.state.limits.grace;
        // A little longer than the uploads get, so that their answers still go out.
        self.handle.graceful_shutdown(Some(grace + Duration::from_secs(5)));
        self.state.media.stop().await;
        self.server.await.context("the listener ended badly")??;
        self.jobs.await.context("the regular work ended badly")?;
        self.findings.await.context("the work on findings ended badly")?;
        self.exports.await.context("the work on exports ended badly")?;
        self.erasures.await.context("the work on erasures ended badly")?;
        self.exchange.await.context("the exchange ended badly")?;
        Ok(())
    }
}

impl Speech {
    /// The speech of a configuration.
    ///
    /// # Errors
    /// When a certificate or key cannot be read.
    pub fn of(transport: &Transport, keys: &Keys) -> Result<Self> {
        match transport {
            Transport::Plain => Ok(Self::Plain),
            Transport::SelfSigned => Self::self_signed(keys),
            Transport::Files { certificate, key } => {
                let read = |path: &Path| {
                    std::fs::read(path).with_context(|| format!("{} cannot be read", path.display()))
                };
                Self::tls(&read(certificate)?, &read(key)?)
            }
        }
    }

    /// TLS with the certificate of the keys folder, which phones know by its pin.
    ///
    /// # Errors
    /// When it cannot be used.
    pub fn self_signed(keys: &Keys) -> Result<Self> {
        let certificate = keys.certificate();
        Self::tls(certificate.certificate_pem.as_bytes(), certificate.key_pem.as_bytes())
    }

    fn tls(certificate: &[u8], key: &[u8]) -> Result<Self> {
        let chain = CertificateDer::pem_slice_iter(certificate)
            .collect::<Result<Vec<_>, _>>()
            .context("the certificate is not PEM")?;
        let key = PrivateKeyDer::from_pem_slice(key).context("the private key is not PEM")?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .context("TLS versions")?
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .context("certificate and private key do not fit")?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self::Tls(RustlsConfig::from_config(Arc::new(config))))
    }
}
