//! A device of xtask's own, written against `docs/device-api.md` and the shared types alone. The
//! demo lets it ask the central store what it holds, as an auditor with a phone would; the bench
//! lets many of them push records.

use std::{sync::Arc, time::Duration};

use anyhow::{Context, Result, bail, ensure};
use kandas_shared::{
    enrol::{EnrolPayload, Invitation, TokenPayload},
    evidence::FileRef,
    hash::{Digest, Epoch},
    ids::{ChainId, DeviceId, UserId},
    jws::{Jws, PublicKey, SignError, Signer, Typ, Verifier},
    packed::{self, Seen},
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

/// Checks signatures with ring: for many of them, where time counts.
struct Ring;

impl Verifier for Ring {
    fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let alg = &ring::signature::ECDSA_P256_SHA256_FIXED;
        ring::signature::UnparsedPublicKey::new(alg, &key.0).verify(message, signature).is_ok()
    }
}

/// Reads a receipt after checking that the server signed it.
///
/// # Errors
/// When the signature, the type or the payload is wrong.
pub(crate) fn receipt(statement: &Jws, server_key: &PublicKey) -> Result<Receipt> {
    checked(statement, server_key, &P256)
}

fn checked(statement: &Jws, server_key: &PublicKey, verifier: &dyn Verifier) -> Result<Receipt> {
    let payload = statement.verify(Typ::Receipt, server_key, verifier)?;
    serde_json::from_str(payload).context("payload of a receipt")
}

/// An enrolled device with its token.
#[derive(Clone)]
pub(crate) struct Device {
    http: reqwest::Client,
    base: String,
    pin: Option<Digest>,
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
            pin: invitation.pin,
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

    /// Packs statements as a phone does.
    ///
    /// # Errors
    /// When one of them has no signature of 64 bytes.
    pub(crate) fn body(&self, records: &[Jws]) -> Result<Body> {
        let body = packed::pack(records, &mut self.seen()).context("a statement that cannot be packed")?;
        Ok(Body(body.into()))
    }

    fn seen(&self) -> Seen {
        Seen::of_token(self.id, self.worker, &self.key.public_key().kid(), &self.server_key.kid())
    }

    /// Hands over a body that was made before and answers the packed receipt unread: for measuring, where reading comes
    /// later.
    ///
    /// # Errors
    /// When the server cannot be reached or says no.
    pub(crate) async fn hand_over(&self, body: &Body) -> Result<bytes::Bytes, Unanswered> {
        let request = self
            .http
            .post(self.at("/v1/records"))
            .bearer_auth(&self.token)
            .header("Content-Type", packed::MEDIA_TYPE)
            .body(body.0.clone());
        let answer = request.send().await?;
        if answer.status().is_success() { Ok(answer.bytes().await?) } else { Err(refused(answer).await) }
    }

    /// Reads the answer to a body after checking it.
    ///
    /// # Errors
    /// When it does not verify or is about something else.
    pub(crate) fn read_answer(&self, body: &Body, answer: &[u8]) -> Result<RecordsReceipt> {
        // The answer names what the request has said.
        let mut seen = self.seen();
        packed::unpack(&body.0, &mut seen, 16 << 20)?;
        let statements = packed::unpack(answer, &mut seen, 1 << 20)?;
        let [receipt] = statements.as_slice() else { bail!("{} statements in an answer", statements.len()) };
        match checked(receipt, &self.server_key, &Ring)? {
            Receipt::Records(receipt) => Ok(receipt),
            Receipt::File(_) => bail!("a file's receipt for a batch of records"),
        }
    }

    /// The same device on a line of its own, which is opened with the first request.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub(crate) fn on_new_line(&self) -> Result<Self> {
        Ok(Self { http: client(self.pin)?, ..self.clone() })
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

    /// Uploads a whole file in one request (tus creation-with-upload) and answers the receipt's JSON unread.
    ///
    /// # Errors
    /// When the server cannot be reached, says no, or does not give a receipt.
    pub(crate) async fn upload(&self, file: FileRef, bytes: bytes::Bytes) -> Result<Vec<u8>, Unanswered> {
        let url = self.at(&format!("/v1/media?evidence={}&part={}", file.evidence, file.part));
        let request = self
            .http
            .post(&url)
            .bearer_auth(&self.token)
            .header("Tus-Resumable", "1.0.0")
            .header("Upload-Length", bytes.len())
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes.clone());
        let answer = request.send().await?;
        let place =
            answer.headers().get("Location").and_then(|header| header.to_str().ok()).map(str::to_owned);
        match (finished(answer).await, place) {
            // It was begun before: a body that comes with a second creation is passed over.
            (Err(Unanswered::Strange(_)), Some(place)) => self.go_on(&place, bytes).await,
            (answer, _) => answer,
        }
    }

    /// Goes on with an upload where the server says that it stands.
    async fn go_on(&self, place: &str, bytes: bytes::Bytes) -> Result<Vec<u8>, Unanswered> {
        let url = self.at(place);
        let asked = |method| {
            self.http.request(method, &url).bearer_auth(&self.token).header("Tus-Resumable", "1.0.0")
        };
        let head = asked(reqwest::Method::HEAD).send().await?;
        let offset: Option<usize> =
            head.headers().get("Upload-Offset").and_then(|header| header.to_str().ok()?.parse().ok());
        let Some(offset) = offset.filter(|offset| *offset < bytes.len()) else { return finished(head).await };
        let patch = asked(reqwest::Method::PATCH)
            .header("Upload-Offset", offset)
            .header("Content-Type", "application/offset+octet-stream")
            .body(bytes.slice(offset..));
        finished(patch.send().await?).await
    }

    /// Reads a file's receipt after checking it.
    ///
    /// # Errors
    /// When it does not verify or is about something else.
    pub(crate) fn read_file_receipt(&self, json: &[u8]) -> Result<FileReceipt> {
        match checked(&serde_json::from_slice(json)?, &self.server_key, &Ring)? {
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
    let url = answer.url().path().to_owned();
    answered(answer).await.with_context(|| url)
}

async fn answered<A: DeserializeOwned>(answer: reqwest::Response) -> Result<A, Unanswered> {
    if !answer.status().is_success() {
        return Err(refused(answer).await);
    }
    let text = answer.text().await?;
    serde_json::from_str(&text).map_err(|error| Unanswered::Strange(format!("{error}: {text}")))
}

/// The JSON of the receipt that says that a file is in custody.
async fn finished(answer: reqwest::Response) -> Result<Vec<u8>, Unanswered> {
    let receipt = answer.headers().get("Kandas-Receipt").and_then(|header| header.to_str().ok());
    if let Some(receipt) = receipt.and_then(kandas_shared::hash::from_b64) {
        return Ok(receipt);
    }
    match refused(answer).await {
        // An earlier request got through, its answer did not.
        Unanswered::Refused(problem) if problem.receipt.is_some() => {
            serde_json::to_vec(&problem.receipt).map_err(|error| Unanswered::Strange(error.to_string()))
        }
        other => Err(other),
    }
}

async fn refused(answer: reqwest::Response) -> Unanswered {
    let status = answer.status().as_u16();
    match answer.text().await {
        Err(error) => error.into(),
        Ok(text) => match serde_json::from_str::<Problem>(&text) {
            Ok(problem) => Unanswered::Refused(Box::new(problem)),
            Err(_) => Unanswered::Strange(format!("{status} {text}")),
        },
    }
}

/// Why there is no answer of the kind that was asked for.
#[derive(Debug)]
pub(crate) enum Unanswered {
    /// The server says what is wrong.
    Refused(Box<Problem>),
    /// Nobody answered, or the line broke.
    Line(reqwest::Error),
    /// The answer is not what the protocol says.
    Strange(String),
}

impl std::fmt::Display for Unanswered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Refused(problem) => {
                write!(f, "{} {}", problem.code, problem.detail.as_ref().unwrap_or(&problem.title))
            }
            Self::Line(error) => write!(f, "{error}"),
            Self::Strange(text) => write!(f, "an answer that cannot be understood: {text}"),
        }
    }
}

impl std::error::Error for Unanswered {}

impl From<reqwest::Error> for Unanswered {
    fn from(error: reqwest::Error) -> Self {
        Self::Line(error)
    }
}

/// The body of `POST /v1/records`, packed as a phone packs it, before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Body(bytes::Bytes);

/// A client that trusts one certificate, or speaks plain http on loopback when there is no pin.
fn client(pin: Option<Digest>) -> Result<reqwest::Client> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Pinned { pin, provider }))
        .with_no_client_auth();
    // Phones do not share sessions with each other: each line shakes hands for itself.
    config.resumption = rustls::client::Resumption::disabled();
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
