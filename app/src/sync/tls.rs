//! Trust in the server's certificate. Either its SHA-256 is known from the enrolment QR and nothing else counts, or it
//! must lead to a public root. The time for that comes from the last signed word of the server plus the clock that
//! counts sleep; the phone's wall clock may be wrong by years and is never read.

use std::sync::{Arc, PoisonError, RwLock};

use chrono::{DateTime, Utc};
use kandas_shared::{hash::Digest, time::Clock};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
    client::{
        WebPkiServerVerifier,
        danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    },
    crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature},
    time_provider::TimeProvider,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use crate::store::home::SignedTime;

/// What the server's certificate is held against.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust {
    /// SHA-256 of the certificate (DER): a server that signed its own.
    Pin(Digest),
    /// The public roots.
    PublicRoots,
}

/// The time that TLS asks for; moves on with every signed word of the server.
pub struct SignedClock {
    clock: Arc<dyn Clock>,
    last: RwLock<SignedTime>,
}

impl SignedClock {
    /// Starts from a time the server signed, or the one in the enrolment QR.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>, last: SignedTime) -> Arc<Self> {
        Arc::new(Self { clock, last: RwLock::new(last) })
    }

    /// The server signed a new time.
    pub fn set(&self, time: SignedTime) {
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = time;
    }

    /// What is known of the present moment: exact within the boot of the last signed time, a lower bound after it.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.last().now(&*self.clock)
    }

    fn is_exact(&self) -> bool {
        let (boot, _) = self.clock.boot();
        !boot.is_empty() && self.last().boot == boot
    }

    fn last(&self) -> SignedTime {
        self.last.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl std::fmt::Debug for SignedClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SignedClock({:?})", self.now())
    }
}

impl TimeProvider for SignedClock {
    fn current_time(&self) -> Option<UnixTime> {
        let seconds = u64::try_from(self.now().timestamp()).ok()?;
        Some(UnixTime::since_unix_epoch(std::time::Duration::from_secs(seconds)))
    }
}

/// The client side of TLS under `trust`.
///
/// # Errors
/// When the TLS library refuses its own defaults.
pub fn client_config(trust: Trust, clock: &Arc<SignedClock>) -> Result<ClientConfig, Error> {
    let roots = || RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() };
    let provider = Arc::new(ring::default_provider());
    let held = match trust {
        Trust::Pin(pin) => Held::Pin(pin),
        Trust::PublicRoots => {
            let chain = WebPkiServerVerifier::builder_with_provider(Arc::new(roots()), Arc::clone(&provider))
                .build()
                .map_err(|error| Error::General(error.to_string()))?;
            Held::Chain { chain, clock: Arc::clone(clock) }
        }
    };
    let verifier: Arc<dyn ServerCertVerifier> =
        Arc::new(Certificate { held, provider: Arc::clone(&provider) });
    let config = ClientConfig::builder_with_details(provider, Arc::clone(clock) as Arc<dyn TimeProvider>)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(verifier)
        .with_no_client_auth();
    Ok(config)
}

/// What the server's certificate is held against, and how its key's signatures are checked.
#[derive(Debug)]
struct Certificate {
    held: Held,
    provider: Arc<CryptoProvider>,
}

#[derive(Debug)]
enum Held {
    /// Only the certificate of the QR; its names and dates do not matter, its key must sign the handshake.
    Pin(Digest),
    /// A chain to a public root, at the time the server last signed.
    Chain { chain: Arc<WebPkiServerVerifier>, clock: Arc<SignedClock> },
}

impl ServerCertVerifier for Certificate {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        mut now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let (chain, clock) = match &self.held {
            Held::Pin(pin) if Digest::of(end_entity) == *pin => return Ok(ServerCertVerified::assertion()),
            Held::Pin(_) => return Err(CertificateError::ApplicationVerificationFailure.into()),
            Held::Chain { chain, clock } => (chain, clock),
        };
        // After a restart the time is only a lower bound: a certificate made since then is not "not yet valid". One
        // that had run out by the lower bound has run out all the same. A chain has few certificates.
        for _ in 0..4 {
            match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
                Err(Error::InvalidCertificate(CertificateError::NotValidYetContext {
                    not_before, ..
                })) if !clock.is_exact() && not_before > now => {
                    now = not_before;
                }
                other => return other,
            }
        }
        chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, cert, dss, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
