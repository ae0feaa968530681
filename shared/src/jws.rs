//! Signed statements: JWS with ES256 and an unencoded payload (RFC 7515, RFC 7797; docs/formats.md §2).
//!
//! The payload travels and is stored as the exact text that was signed. A statement's identity is the hash of its
//! signing input, never of the signature, because ES256 signatures are malleable. Cryptography is handed in: the server
//! verifies with ring, the phone signs with its keystore.

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hash::{Digest, b64, from_b64};

/// What a statement is for; each is refused in the place of every other.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Hash)]
pub enum Typ {
    /// A record sealed by a device.
    Record,
    /// A device's answer to a nonce.
    Token,
    /// A device's proof that it holds the key it enrols.
    Enrol,
    /// The server's receipt for records or a file.
    Receipt,
    /// The server's signed journal head.
    Checkpoint,
    /// The server's order to a device.
    Order,
    /// The server's next key, signed with the old one.
    Key,
}

impl Typ {
    /// All of them.
    pub const ALL: [Typ; 7] =
        [Typ::Record, Typ::Token, Typ::Enrol, Typ::Receipt, Typ::Checkpoint, Typ::Order, Typ::Key];

    /// The `typ` member of the protected header.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Typ::Record => "kandas-record",
            Typ::Token => "kandas-token",
            Typ::Enrol => "kandas-enrol",
            Typ::Receipt => "kandas-receipt",
            Typ::Checkpoint => "kandas-checkpoint",
            Typ::Order => "kandas-order",
            Typ::Key => "kandas-key",
        }
    }
}

/// A P-256 public key, SEC 1 uncompressed (65 bytes); base64url in text.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(pub [u8; 65]);

impl PublicKey {
    /// The key's RFC 7638 thumbprint.
    #[must_use]
    pub fn kid(&self) -> KeyId {
        let (x, y) = (b64(&self.0[1..33]), b64(&self.0[33..65]));
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
        KeyId(b64(Digest::of(jwk.as_bytes()).as_bytes()))
    }

    /// What two people compare by reading it aloud: the first 80 bits of the SHA-256 of the point, in groups of four.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let hex = Digest::of(&self.0).to_string();
        hex.as_bytes()[..20].chunks(4).map(String::from_utf8_lossy).collect::<Vec<_>>().join("-")
    }
}

impl std::fmt::Display for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&b64(&self.0))
    }
}

impl std::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PublicKey({})", self.kid().0)
    }
}

/// A text that is not an uncompressed P-256 point.
#[derive(Debug, thiserror::Error)]
#[error("not an uncompressed P-256 point in base64url")]
pub struct NotAKey;

impl TryFrom<&[u8]> for PublicKey {
    type Error = NotAKey;
    fn try_from(bytes: &[u8]) -> Result<Self, NotAKey> {
        let bytes: [u8; 65] = bytes.try_into().map_err(|_| NotAKey)?;
        if bytes[0] == 4 { Ok(Self(bytes)) } else { Err(NotAKey) }
    }
}

impl std::str::FromStr for PublicKey {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        Self::try_from(from_b64(text).ok_or(NotAKey)?.as_slice())
    }
}

impl Serialize for PublicKey {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.to_string())
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(feature = "openapi")]
impl utoipa::PartialSchema for PublicKey {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        String::schema()
    }
}
#[cfg(feature = "openapi")]
impl utoipa::ToSchema for PublicKey {}

/// Thumbprint of a public key.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
#[cfg_attr(feature = "sqlx", derive(sqlx::Type), sqlx(transparent, no_pg_array))]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct KeyId(pub String);

impl std::fmt::Display for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Holds a private P-256 key and signs with it (ECDSA with SHA-256, r ‖ s).
pub trait Signer: Send + Sync {
    /// The public half.
    fn public_key(&self) -> PublicKey;
    /// Signs `message`.
    ///
    /// # Errors
    /// When the keystore does not answer.
    fn sign(&self, message: &[u8]) -> Result<[u8; 64], SignError>;
}

/// The keystore did not sign.
#[derive(Debug, thiserror::Error)]
#[error("the key could not sign: {0}")]
pub struct SignError(pub String);

/// Checks an ES256 signature.
pub trait Verifier: Send + Sync {
    /// Whether `signature` (r ‖ s) over `message` verifies under `key`.
    fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool;
}

/// A signed statement, as it travels and as it is stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Jws {
    /// base64url of the protected header.
    pub protected: String,
    /// The payload, exactly as signed.
    pub payload: String,
    /// base64url of r ‖ s.
    pub signature: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    alg: String,
    b64: bool,
    crit: Vec<String>,
    kid: KeyId,
    typ: String,
}

/// Why a statement is not accepted.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum JwsError {
    /// The protected header is not the one of docs/formats.md §2.
    #[error("the protected header is not readable")]
    Header,
    /// The statement is for another purpose.
    #[error("the statement is of another type")]
    WrongType,
    /// Nobody knows the key it names.
    #[error("the signing key is not known")]
    UnknownKey,
    /// The signature does not verify.
    #[error("the signature does not verify")]
    Signature,
}

impl Jws {
    /// Signs `payload` as a statement of type `typ`.
    ///
    /// # Errors
    /// When the signer fails.
    pub fn sign(typ: Typ, payload: String, signer: &dyn Signer) -> Result<Self, SignError> {
        let header = Header {
            alg: "ES256".into(),
            b64: false,
            crit: vec!["b64".into()],
            kid: signer.public_key().kid(),
            typ: typ.as_str().into(),
        };
        let header = serde_json::to_string(&header).map_err(|e| SignError(e.to_string()))?;
        let protected = b64(header.as_bytes());
        let signature = signer.sign(&signing_input(&protected, &payload))?;
        Ok(Self { protected, payload, signature: b64(&signature) })
    }

    /// The bytes that are signed.
    #[must_use]
    pub fn signing_input(&self) -> Vec<u8> {
        signing_input(&self.protected, &self.payload)
    }

    /// Identity of the statement: SHA-256 of its signing input.
    #[must_use]
    pub fn identity(&self) -> Digest {
        let mut hasher = Sha256::new();
        hasher.update(self.protected.as_bytes());
        hasher.update(b".");
        hasher.update(self.payload.as_bytes());
        Digest(hasher.finalize().into())
    }

    /// Reads the header and answers the key it names, if it is a statement of type `typ`. Verifies nothing yet.
    ///
    /// # Errors
    /// [`JwsError::Header`] or [`JwsError::WrongType`].
    pub fn kid(&self, typ: Typ) -> Result<KeyId, JwsError> {
        let header = from_b64(&self.protected).ok_or(JwsError::Header)?;
        let header: Header = serde_json::from_slice(&header).map_err(|_| JwsError::Header)?;
        if header.alg != "ES256" || header.b64 || header.crit != ["b64"] {
            return Err(JwsError::Header);
        }
        if header.typ != typ.as_str() {
            return Err(JwsError::WrongType);
        }
        Ok(header.kid)
    }

    /// Verifies the statement as one of type `typ` signed by `key` and gives its payload.
    ///
    /// # Errors
    /// Any [`JwsError`]; a header naming another key is [`JwsError::UnknownKey`].
    pub fn verify(&self, typ: Typ, key: &PublicKey, verifier: &dyn Verifier) -> Result<&str, JwsError> {
        if self.kid(typ)? != key.kid() {
            return Err(JwsError::UnknownKey);
        }
        if self.verifies(key, verifier) { Ok(&self.payload) } else { Err(JwsError::Signature) }
    }

    /// Whether the signature verifies under `key`. The header is not read: for who has read the same one before.
    #[must_use]
    pub fn verifies(&self, key: &PublicKey, verifier: &dyn Verifier) -> bool {
        from_b64(&self.signature)
            .is_some_and(|signature| verifier.verifies(key, &self.signing_input(), &signature))
    }
}

fn signing_input(protected: &str, payload: &str) -> Vec<u8> {
    let mut input = Vec::with_capacity(protected.len() + 1 + payload.len());
    input.extend_from_slice(protected.as_bytes());
    input.push(b'.');
    input.extend_from_slice(payload.as_bytes());
    input
}
