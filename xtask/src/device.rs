//! A device of xtask's own, written against `docs/device-api.md` and the shared types alone. The
//! demo lets it ask the central store what it holds, as an auditor with a phone would; the bench
//! lets many of them push records.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, anyhow, bail, ensure};
use kandas_shared::{
    enrol::{EnrolPayload, Invitation, TokenPayload},
    evidence::FileRef,
    hash::{Digest, Epoch},
    ids::{ChainId, DeviceId, UserId},
    jws::{Jws, PublicKey, SignError, Signer, Typ, Verifier},
    problem::Problem,
    receipt::{Checkpoint, FileReceipt, Receipt, RecordsReceipt},
    wire::{
        CheckpointAnswer, EnrolRequest, Enrolled, FileReceiptAnswer, NonceGrant, NonceRequest, RecordBatch,
        RecordBatchAnswer, TokenGrant, TokenRequest,
    },
};
use p256::ecdsa::{Signature, SigningKey, VerifyingKey, signature::Verifier as _};
use rustls::{
    ClientConfig, DigitallySignedStruct, SignatureScheme,
    client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier},
    crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature},
    pki_types::{CertificateDer, ServerName, UnixTime},
};
use serde::{Serialize, de::DeserializeOwned};

/// How it names itself.
const APP: &str = concat!("xtask/", env!("CARGO_PKG_VERSION"));

/// A signing key in memory.
#[derive(Clone)]
pub(crate) struct Key(Arc<SigningKey>);

impl Key {
    /// A key drawn with `rng`.
    pub(crate) fn draw(rng: &mut impl rand::Rng) -> Self {
        loop {
            let mut bytes = [0; 32];
            rng.fill_bytes(&mut bytes);
            // All but a handful of 2^256 numbers are keys.
            if let Ok(key) = SigningKey::from_slice(&bytes) {
                return Self(Arc::new(key));
            }
        }
    }
}

impl Signer for Key {
    fn public_key(&self) -> PublicKey {
        let point = self.0.verifying_key().to_sec1_point(false);
        PublicKey::try_from(point.as_bytes()).expect("an uncompressed point has 65 bytes")
    }

    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError> {
        let signature: Signature = p256::ecdsa::signature::Signer::sign(&*self.0, message);
        Ok(signature.to_bytes().into())
    }
}

/// Checks signatures with the p256 crate; the server uses another implementation.
pub(crate) struct P256;

impl Verifier for P256 {
    fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let Ok(key) = VerifyingKey::from_sec1_bytes(&key.0) else { return false };
        Signature::from_slice(signature).is_ok_and(|signature| key.verify(message, &signature).is_ok())
    }
}

/// Reads a receipt after checking that the server signed it.
///
/// # Errors
/// When the signature, the type or the payload is wrong.
pub(crate) fn receipt(statement: &Jws, server_key: &PublicKey) -> Result<Receipt> {
    let payload = statement.verify(Typ::Receipt, server_key, &P256)?;
    serde_json::from_str(payload).context("payload of a receipt")
}

/// An enrolled device with its token.
#[derive(Clone)]
pub(crate) struct Device {
    http: reqwest::Client,
    base: String,
    key: Key,
    server_key: PublicKey,
    chain: ChainId,
    token: String,
    /// Its id.
    pub(crate) id: DeviceId,
    /// Its worker.
    pub(crate) worker: UserId,
    /// The store's epoch when it enrolled.
    pub(crate) epoch: Epoch,
}

impl Device {
    /// Enrols with an invitation and gets a token.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    pub(crate) async fn enrol(invitation: &Invitation, key: Key, chain: ChainId) -> Result<Self> {
        let http = client(invitation.pin)?;
        let payload = EnrolPayload {
            v: 1,
            code: invitation.code.clone(),
            key: key.public_key(),
            chain,
            platform: "xtask".into(),
            app: APP.into(),
        };
        let statement = Jws::sign(Typ::Enrol, serde_json::to_string(&payload)?, &key)?;
        let base = invitation.url.trim_end_matches('/').to_owned();
        let answer: Enrolled =
            post(&http, &format!("{base}/v1/enrol"), None, &EnrolRequest { statement }).await?;
        ensure!(answer.server_key == invitation.server_key, "the server has another key than the invitation");
        let mut device = Self {
            http,
            base,
            key,
            server_key: answer.server_key,
            chain,
            token: String::new(),
            id: answer.device,
            worker: answer.worker.id,
            epoch: answer.epoch,
        };
        device.sign_in(0).await?;
        Ok(device)
    }

    /// Gets a token by signing a nonce; `seq` is the last number sealed.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    pub(crate) async fn sign_in(&mut self, seq: u64) -> Result<TokenGrant> {
        let ask = NonceRequest { kid: self.key.public_key().kid() };
        let grant: NonceGrant = post(&self.http, &self.at("/v1/token/nonce"), None, &ask).await?;
        let payload = TokenPayload {
            v: 1,
            device: self.id,
            nonce: grant.nonce,
            chain: self.chain,
            seq,
            app: APP.into(),
        };
        let statement = Jws::sign(Typ::Token, serde_json::to_string(&payload)?, &self.key)?;
        let grant: TokenGrant =
            post(&self.http, &self.at("/v1/token"), None, &TokenRequest { statement }).await?;
        self.token.clone_from(&grant.token);
        Ok(grant)
    }

    /// Delivers statements; the receipt is checked.
    ///
    /// # Errors
    /// When the server cannot be reached, says no, or its receipt does not verify.
    pub(crate) async fn push(&self, batch: &RecordBatch) -> Result<RecordsReceipt> {
        let answer: RecordBatchAnswer =
            post(&self.http, &self.at("/v1/records"), Some(&self.token), batch).await?;
        match receipt(&answer.receipt, &self.server_key)? {
            Receipt::Records(receipt) => Ok(receipt),
            Receipt::File(_) => bail!("a file's receipt for a batch of records"),
        }
    }

    /// The server's receipt for a file; None when the file is not in custody. The receipt is checked.
    ///
    /// # Errors
    /// When the server cannot be reached, says anything else, or its receipt does not verify.
    pub(crate) async fn file_receipt(&self, file: FileRef) -> Result<Option<FileReceipt>> {
        let url = self.at(&format!("/v1/receipts/{}/{}", file.evidence, file.part));
        let answer = self.http.get(&url).bearer_auth(&self.token).send().await?;
        if answer.status() == reqwest::StatusCode::NOT_FOUND {
            return Ok(None);
        }
        let answer: FileReceiptAnswer = read(answer).await?;
        match receipt(&answer.receipt, &self.server_key)? {
            Receipt::File(receipt) => Ok(Some(receipt)),
            Receipt::Records(_) => bail!("a receipt for records in answer to a file"),
        }
    }

    /// The journal's head with the proof that the tree of `from` positions is its beginning.
    ///
    /// # Errors
    /// When the server cannot be reached, says no, or its signature does not verify.
    pub(crate) async fn checkpoint(&self, from: u64) -> Result<(Checkpoint, Vec<Digest>)> {
        let url = self.at(&format!("/v1/checkpoint?from={from}"));
        let answer = self.http.get(&url).bearer_auth(&self.token).send().await?;
        let answer: CheckpointAnswer = read(answer).await?;
        let payload = answer.checkpoint.verify(Typ::Checkpoint, &self.server_key, &P256)?;
        Ok((serde_json::from_str(payload).context("checkpoint")?, answer.proof))
    }

    /// Uploads a whole file in one request (tus creation-with-upload) and checks the receipt.
    ///
    /// # Errors
    /// When the server cannot be reached, says no, or does not give a receipt.
    pub(crate) async fn upload(&self, file: FileRef, bytes: bytes::Bytes) -> Result<FileReceipt> {
        let url = self.at(&format!("/v1/media?evidence={}&part={}", file.evidence, file.part));
        let answer = self
            .http
            .post(&url)
            .bearer_auth(&self.token)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", bytes.len())
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes)
            .send()
            .await?;
        let status = answer.status();
        let Some(header) = answer.headers().get("Kandas-Receipt") else {
            bail!("{status} without a receipt: {}", answer.text().await.unwrap_or_default());
        };
        let json = kandas_shared::hash::from_b64(header.to_str()?).context("receipt in the header")?;
        match receipt(&serde_json::from_slice(&json)?, &self.server_key)? {
            Receipt::File(receipt) => Ok(receipt),
            Receipt::Records(_) => bail!("a receipt for records in answer to a file"),
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }
}

async fn post<Q: Serialize, A: DeserializeOwned>(
    http: &reqwest::Client,
    url: &str,
    token: Option<&str>,
    body: &Q,
) -> Result<A> {
    let mut request = http.post(url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    read(request.send().await.with_context(|| url.to_owned())?).await
}

async fn read<A: DeserializeOwned>(answer: reqwest::Response) -> Result<A> {
    let (status, url) = (answer.status(), answer.url().path().to_owned());
    let text = answer.text().await?;
    if status.is_success() {
        return serde_json::from_str(&text).with_context(|| format!("{url} answered {text}"));
    }
    Err(match serde_json::from_str::<Problem>(&text) {
        Ok(problem) => {
            anyhow!("{url}: {} {}", problem.code, problem.detail.unwrap_or(problem.title))
        }
        Err(_) => anyhow!("{url}: {status} {text}"),
    })
}

/// A client that trusts one certificate, or speaks plain http on loopback when there is no pin.
fn client(pin: Option<Digest>) -> Result<reqwest::Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pin, provider }))
        .with_no_client_auth();
    Ok(reqwest::Client::builder()
        .no_proxy()
        .tls_backend_preconfigured(config)
        .connect_timeout(Duration::from_secs(10))
        .timeout(Duration::from_secs(120))
        .build()?)
}

/// Accepts the certificate with this SHA-256 and no other; without a pin, none.
#[derive(Debug)]
struct Pinned {
    pin: Option<Digest>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        if Some(Digest::of(end_entity)) == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            Err(rustls::Error::General("the certificate is not the one of the invitation".into()))
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
