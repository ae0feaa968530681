//! Verifying ES256 in software: the phone checks a handful of signatures a day.

use kandas_shared::jws::{PublicKey, Verifier};
use p256::ecdsa::{Signature, VerifyingKey, signature::Verifier as _};

/// The p256 crate.
#[derive(Clone, Copy, Debug)]
pub struct P256;

impl Verifier for P256 {
    fn verifies(&self, key: &PublicKey, message: &[u8], signature: &[u8]) -> bool {
        let (Ok(key), Ok(signature)) =
            (VerifyingKey::from_sec1_bytes(&key.0), Signature::from_slice(signature))
        else {
            return false;
        };
        key.verify(message, &signature).is_ok()
    }
}
