//! The code with which a worker who has forgotten the PIN of his screens chooses a new one (docs/formats.md §9).
//!
//! Phone and centre share a secret of 32 bytes, another for each device. The phone draws a challenge of eight digits and
//! shows it; whoever the organisation lets, reads out the code that follows from both. A code fits one challenge of one
//! phone, and the phone takes it once. The PIN keeps nothing but the screens, so nothing is opened or deleted by this.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::ids::DeviceId;

/// Digits of a challenge, and of a code.
pub const DIGITS: usize = 8;
/// One more than the largest challenge or code.
const END: u64 = 100_000_000;

/// The secret of a device, derived from one of the centre.
#[must_use]
pub fn device_secret(master: &[u8], device: DeviceId) -> [u8; 32] {
    mac(master, b"kandas-pin-reset-device-v1", &[device.0.as_bytes()])
}

/// The challenge that `random` makes.
#[must_use]
pub fn challenge(random: [u8; 16]) -> String {
    // Of 128 random bits: each challenge is as likely as another, but for less than 2^-100.
    let number = u128::from_be_bytes(random) % u128::from(END);
    format!("{number:08}")
}

/// The code for a challenge.
#[must_use]
pub fn code(secret: &[u8; 32], device: DeviceId, challenge: &str) -> String {
    let tag = mac(secret, b"kandas-pin-reset-code-v1", &[device.0.as_bytes(), challenge.as_bytes()]);
    let first = tag.first_chunk::<16>().copied().map_or(0, u128::from_be_bytes);
    format!("{:08}", first % u128::from(END))
}

/// The digits of what somebody typed, if they are as many as there must be.
#[must_use]
pub fn digits(typed: &str) -> Option<String> {
    let digits: String = typed.chars().filter(char::is_ascii_digit).collect();
    let others =
        typed.chars().all(|letter| letter.is_ascii_digit() || letter.is_whitespace() || letter == '-');
    (others && digits.len() == DIGITS).then_some(digits)
}

/// Whether a typed code is the right one; takes as long whatever is wrong.
#[must_use]
pub fn fits(typed: &str, right: &str) -> bool {
    let Some(typed) = digits(typed) else { return false };
    let differs = typed.bytes().zip(right.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
    differs == 0 && typed.len() == right.len()
}

fn mac(key: &[u8], label: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    // HMAC takes keys of any length.
    let mut mac =
        <Hmac<Sha256>>::new_from_slice(key).unwrap_or_else(|_| <Hmac<Sha256>>::new(&Default::default()));
    mac.update(label);
    for part in parts {
        mac.update(&[0]);
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_code_fits_one_challenge_of_one_phone() {
        let (one, other) = (DeviceId(Uuid::from_u128(1)), DeviceId(Uuid::from_u128(2)));
        let secret = device_secret(b"master", one);
        let right = code(&secret, one, "00000042");
        // Fixed by docs/formats.md: a change here breaks phones in the field.
        assert_eq!(right, "54220341");
        assert!(fits(&right, &right));
        assert!(fits(&format!(" {} {}", &right[..4], &right[4..]), &right));
        assert_ne!(code(&secret, one, "00000043"), right);
        assert_ne!(code(&device_secret(b"master", other), other, "00000042"), right);
        assert_ne!(code(&secret, other, "00000042"), right);
        for wrong in ["", "1", &right[1..], "0000000a", "123456789"] {
            assert!(!fits(wrong, &right), "{wrong}");
        }
    }

    #[test]
    fn challenges_have_eight_digits() {
        assert_eq!(challenge([0; 16]), "00000000");
        assert_eq!(challenge([255; 16]).len(), DIGITS);
        assert_eq!(digits("1234 5678").as_deref(), Some("12345678"));
        assert_eq!(digits("1234-567"), None);
        assert_eq!(digits("1234567x8"), None);
    }
}
