//! The second factor: a code of six digits that changes every 30 seconds (RFC 6238 over HMAC-SHA1, which every
//! authenticator speaks).
//!
//! The secret lies in the journal sealed with a key of the server (AES-256-GCM, bound to the user), so a copy of the
//! database makes no codes. A step is good once: who looks over a shoulder comes too late.

use chrono::{DateTime, Utc};
use kandas_shared::{
    hash::{b64, from_b64},
    ids::UserId,
};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey},
    hmac,
};

use super::passwords::by_whom;
use crate::{
    chance::{self, Chance},
    exec,
    facts::{Event, SecondFactorSet},
    journal::{self, JournalError},
    keys::Keys,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// Seconds for which a code is shown.
const STEP_S: i64 = 30;
/// Steps around now that are taken: clocks of phones differ.
const AROUND: i64 = 1;

/// A secret in the clear; only ever in memory.
pub struct Secret([u8; 20]);

impl Secret {
    /// A new one.
    #[must_use]
    pub fn draw(chance: &dyn Chance) -> Self {
        Self(chance::bytes(chance))
    }

    /// As people type it: base32 (RFC 4648) without padding.
    #[must_use]
    pub fn base32(&self) -> String {
        const SIGNS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits: Vec<u8> = self.0.iter().flat_map(|byte| (0..8).rev().map(move |at| byte >> at & 1)).collect();
        bits.chunks(5)
            .map(|five| char::from(SIGNS[five.iter().fold(0, |sum, bit| sum << 1 | usize::from(*bit))]))
            .collect()
    }

    /// What an authenticator reads from a QR (Key URI format).
    #[must_use]
    pub fn uri(&self, login: &str) -> String {
        let login: String = login.bytes().map(encoded).collect();
        let secret = self.base32();
        format!("otpauth://totp/Kandas%20Field:{login}?secret={secret}&issuer=Kandas%20Field&digits=6&period=30")
    }

    /// What an authenticator shows at this time.
    #[must_use]
    pub fn code_at(&self, now: DateTime<Utc>) -> String {
        self.code(now.timestamp().div_euclid(STEP_S))
    }

    /// The code of a step (RFC 4226 §5.3).
    fn code(&self, step: i64) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.0);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let tag = tag.as_ref();
        let at = usize::from(tag[tag.len() - 1] & 15);
        let word = tag[at..at + 4].iter().fold(0_u32, |word, byte| word << 8 | u32::from(*byte));
        format!("{:06}", (word & 0x7fff_ffff) % 1_000_000)
    }

    /// The step of which this is the code, if it is one around `now`.
    #[must_use]
    pub fn step_of(&self, code: &str, now: DateTime<Utc>) -> Option<i64> {
        let code: String = code.chars().filter(|sign| !sign.is_whitespace()).collect();
        let present = now.timestamp().div_euclid(STEP_S);
        (present - AROUND..=present + AROUND)
            .find(|step| same(self.code(*step).as_bytes(), code.as_bytes()))
    }

    /// Sealed for this user.
    ///
    /// # Errors
    /// Never with a key of 32 bytes.
    pub fn seal(&self, keys: &Keys, user: UserId, chance: &dyn Chance) -> Outcome<String> {
        let nonce: [u8; 12] = chance::bytes(chance);
        let mut bytes = self.0.to_vec();
        let sealing = sealing_key(keys)?;
        sealing
            .seal_in_place_append_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(user.0.as_bytes()),
                &mut bytes,
            )
            .map_err(|_| Refusal::fault("a second factor could not be sealed"))?;
        Ok(b64(&[nonce.as_slice(), &bytes].concat()))
    }

    /// Opens what [`Secret::seal`] made.
    ///
    /// # Errors
    /// When it was sealed for somebody else or with another key.
    pub fn open(sealed: &str, keys: &Keys, user: UserId) -> Outcome<Self> {
        let unreadable = || Refusal::fault("a second factor is not readable with the keys of this server");
        let bytes = from_b64(sealed).ok_or_else(unreadable)?;
        let (nonce, rest) = bytes.split_first_chunk::<12>().ok_or_else(unreadable)?;
        let mut rest = rest.to_vec();
        let opened = sealing_key(keys)?
            .open_in_place(
                Nonce::assume_unique_for_key(*nonce),
                Aad::from(user.0.as_bytes()),
                &mut rest,
            )
            .map_err(|_| unreadable())?;
        Ok(Self(opened.try_into().map_err(|_| unreadable())?))
    }
}

fn sealing_key(keys: &Keys) -> Outcome<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, &keys.second_factor_key());
    Ok(LessSafeKey::new(key.map_err(|_| Refusal::fault("no key for second factors"))?))
}

/// Whether they are the same, in a time that does not tell how much of them is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |differing, (a, b)| differing | (a ^ b)) == 0
}

fn encoded(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
        char::from(byte).to_string()
    } else {
        format!("%{byte:02X}")
    }
}

/// Takes a step as used; says whether it was still unused.
///
/// # Errors
/// When the database does not answer.
pub async fn use_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool, StoreError> {
    let written = exec!(
        tx,
        "insert into totp_step (user_id, step) values ($1, $2)
         on conflict (user_id) do update set step = excluded.step where totp_step.step < excluded.step",
        user,
        step
    )
    .await?;
    Ok(written == 1)
}

/// Sets or takes away a user's second factor.
///
/// # Errors
/// When the journal cannot be written.
pub async fn set(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    user: UserId,
    sealed: Option<String>,
    by: Option<UserId>,
) -> Result<(), JournalError> {
    let fact = by_whom(by, Event::SecondFactorSet(SecondFactorSet { user, sealed }));
    journal::append(tx, chance, now, vec![fact]).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238, appendix B: the last six digits of its eight.
        let secret = Secret(*b"12345678901234567890");
        for (time, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(secret.code(time / STEP_S), code);
            let now = DateTime::from_timestamp(time, 0).unwrap();
            assert_eq!(secret.step_of(&format!("{} {}", &code[..3], &code[3..]), now), Some(time / STEP_S));
            let later = DateTime::from_timestamp(time + 2 * STEP_S, 0).unwrap();
            assert_eq!(secret.step_of(code, later), None);
        }
        assert_eq!(secret.base32(), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(secret.uri("тест a").contains("Field:%D1%82%D0%B5%D1%81%D1%82%20a?secret=GEZ"));
    }
}
