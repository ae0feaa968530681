//! The seam to what only the system can do. Three stand behind it: Android's Keystore by JNI, Apple's Secure Enclave by
//! Tauri's bridge, and the desktop's stand-in. Every call may be made from any thread but the one of the screen.

use kandas_app::platform::LinkKind;
use kandas_shared::jws::SignError;
use p256::ecdsa::Signature;
use serde::Serialize;

use crate::DeviceError;

/// What a system has beyond what the core needs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Offers {
    /// What it would know the worker by; none where it has no such thing, or the worker has not set it up.
    pub biometric: Option<Biometric>,
    /// Whether it reads QR codes.
    pub reader: bool,
    /// Whether it can be felt, where the page itself cannot make it so.
    pub buzz: bool,
    /// How large the worker has set the system's text, in percent; none where the system does not say.
    pub text: Option<u16>,
}

/// What a system knows its owner by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Biometric {
    /// A fingerprint.
    Finger,
    /// A face.
    Face,
}

impl Offers {
    /// Out of the words that Kotlin and Swift answer: `finger` or `face`, `reader`, `buzz`, `text:115` (percent). Others are
    /// from a newer half and are passed over.
    #[must_use]
    pub fn read(words: &str) -> Self {
        let has = |wanted| words.split_ascii_whitespace().any(|word| word == wanted);
        let biometric = match (has("finger"), has("face")) {
            (true, _) => Some(Biometric::Finger),
            (false, true) => Some(Biometric::Face),
            (false, false) => None,
        };
        let text = words.split_ascii_whitespace().find_map(|word| word.strip_prefix("text:")?.parse().ok());
        Self { biometric, reader: has("reader"), buzz: has("buzz"), text }
    }
}

/// A text to show, as Kotlin and Swift read it.
pub(crate) fn notice(kind: &str, title: &str, text: &str) -> Vec<u8> {
    serde_json::json!({"kind": kind, "title": title, "text": text}).to_string().into_bytes()
}

/// What only the system can do.
pub trait Hardware: Send + Sync + 'static {
    /// Public half of the device's P-256 key, uncompressed (65 bytes, SEC 1), made at the first call.
    ///
    /// # Errors
    /// When the keystore does not answer.
    fn device_key(&self) -> Result<Vec<u8>, DeviceError>;
    /// Signs with it (ECDSA with SHA-256). DER, as both systems answer.
    ///
    /// # Errors
    /// When the keystore does not answer, or the key is gone.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, DeviceError>;
    /// Encrypts a small secret to a key that never leaves the hardware and can be used once the phone was unlocked
    /// after its start.
    ///
    /// # Errors
    /// When the keystore does not answer.
    fn wrap(&self, secret: &[u8]) -> Result<Vec<u8>, DeviceError>;
    /// Opens what [`Hardware::wrap`] made; `None` when the hardware has forgotten the key it was made with.
    ///
    /// # Errors
    /// When the keystore does not answer now.
    fn unwrap(&self, wrapped: &[u8]) -> Result<Option<Vec<u8>>, DeviceError>;
    /// Destroys both keys.
    ///
    /// # Errors
    /// When one could not be destroyed.
    fn destroy(&self) -> Result<(), DeviceError>;
    /// Name of this boot; empty where the system has none. Equal names mean that nothing was started in between.
    fn boot(&self) -> String;
    /// What the link is like.
    fn link(&self) -> LinkKind;
    /// Model and system, for the list of devices.
    fn name(&self) -> String;
    /// What else the system has, at this moment.
    fn offers(&self) -> Offers;
    /// Shows a text outside of the app; with no screen too. A newer one of the same `kind` takes its place. Where the worker
    /// does not allow that, nothing is shown, and that is no error.
    ///
    /// # Errors
    /// When the system cannot be asked.
    fn notify(&self, kind: &str, title: &str, text: &str) -> Result<(), DeviceError>;
}

/// r ‖ s, each 32 bytes, out of DER.
pub(crate) fn raw_signature(der: &[u8]) -> Result<[u8; 64], SignError> {
    let signature =
        Signature::from_der(der).map_err(|_| SignError("the keystore's answer is no DER".to_owned()))?;
    Ok(signature.to_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(der: &str) -> Result<String, SignError> {
        raw_signature(&hex::decode(der).unwrap()).map(hex::encode)
    }

    /// RFC 6979, A.2.5, P-256 with SHA-256, message "sample": both halves begin with a bit that DER keeps apart by 00.
    #[test]
    fn the_vector_of_the_rfc() {
        let r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
        let s = "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8";
        assert_eq!(raw(&format!("3046022100{r}022100{s}")).unwrap(), format!("{r}{s}"));
        // "test" of the same section: s is written without a leading zero.
        let r = "f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367";
        let s = "019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083";
        assert_eq!(raw(&format!("3045022100{r}0220{s}")).unwrap(), format!("{r}{s}"));
    }

    #[test]
    fn offers_are_words() {
        assert_eq!(Offers::read(""), Offers::default());
        assert_eq!(
            Offers::read("face reader text:115"),
            Offers { biometric: Some(Biometric::Face), reader: true, buzz: false, text: Some(115) }
        );
        assert_eq!(
            Offers::read("face finger iris buzz text:large"),
            Offers { biometric: Some(Biometric::Finger), reader: false, buzz: true, text: None }
        );
    }

    #[test]
    fn short_halves_are_filled_up() {
        let whole = format!("{}01{}0102", "00".repeat(31), "00".repeat(30));
        assert_eq!(raw("300702010102020102").unwrap(), whole);
    }

    #[test]
    fn what_is_no_signature_is_none() {
        for der in [
            "",
            "3000",
            // zero is no half of a signature
            "3006020100020101",
            // one byte too many at the end
            "30070201010202010200",
            // a length that runs beyond the end
            "300802010102020102",
            // a negative number
            "3006020181020101",
        ] {
            assert!(raw(der).is_err(), "{der}");
        }
    }
}
