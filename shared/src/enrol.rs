//! Enrolment and the signed parts of getting a token (docs/formats.md §6).

use serde::{Deserialize, Serialize};

use crate::{
    hash::{Digest, Nonce, b64},
    ids::{ChainId, DeviceId},
    jws::{KeyId, PublicKey},
};

/// What the QR of an enrolment says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation {
    /// Base URL of the server.
    pub url: String,
    /// The one-time code.
    pub code: String,
    /// The server's signing key.
    pub server_key: PublicKey,
    /// SHA-256 of the server's certificate (DER); none for http on loopback or a publicly trusted certificate.
    pub pin: Option<Digest>,
    /// Server time when the code was made, seconds since 1970.
    pub time: i64,
}

/// A text that is no enrolment link.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an enrolment link: {0}")]
pub struct BadInvitation(pub &'static str);

impl Invitation {
    /// The link that the QR holds.
    #[must_use]
    pub fn to_link(&self) -> String {
        let mut link = format!(
            "kandas://enrol?u={}&c={}&k={}&t={}",
            percent_encode(&self.url),
            percent_encode(&self.code),
            self.server_key,
            self.time
        );
        if let Some(pin) = self.pin {
            link.push_str(&format!("&p={pin}"));
        }
        link
    }

    /// Reads a link.
    ///
    /// # Errors
    /// Says which part is missing or unreadable.
    pub fn from_link(link: &str) -> Result<Self, BadInvitation> {
        let query = link
            .trim()
            .strip_prefix("kandas://enrol?")
            .ok_or(BadInvitation("it does not start with kandas://enrol?"))?;
        let (mut url, mut code, mut key, mut pin, mut time) = (None, None, None, None, None);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').ok_or(BadInvitation("a part without a value"))?;
            let value = percent_decode(value).ok_or(BadInvitation("unreadable percent sign"))?;
            match name {
                "u" => url = Some(value),
                "c" => code = Some(value),
                "k" => key = Some(value.parse().map_err(|_| BadInvitation("the server key"))?),
                "p" => pin = Some(value.parse().map_err(|_| BadInvitation("the certificate pin"))?),
                "t" => time = Some(value.parse().map_err(|_| BadInvitation("the time"))?),
                _ => {}
            }
        }
        Ok(Self {
            url: url.ok_or(BadInvitation("the address is missing"))?,
            code: code.ok_or(BadInvitation("the code is missing"))?,
            server_key: key.ok_or(BadInvitation("the server key is missing"))?,
            pin,
            time: time.ok_or(BadInvitation("the time is missing"))?,
        })
    }
}

/// Payload of a `kandas-enrol` statement; signed with the key it brings.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnrolPayload {
    /// Format version, 1.
    pub v: u32,
    /// The one-time code.
    pub code: String,
    /// The device's public key.
    pub key: PublicKey,
    /// The chain of its store.
    pub chain: ChainId,
    /// Model and system, for the list of devices.
    pub platform: String,
    /// Program and version.
    pub app: String,
}

/// Payload of a `kandas-token` statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenPayload {
    /// Format version, 1.
    pub v: u32,
    /// The device.
    pub device: DeviceId,
    /// The nonce the server handed out.
    pub nonce: Nonce,
    /// The chain its store seals into.
    pub chain: ChainId,
    /// The last number sealed in it; 0 for none.
    pub seq: u64,
    /// Program and version.
    pub app: String,
}

/// Payload of a `kandas-key` statement: the server's next key, signed with the old one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyPayload {
    /// Format version, 1.
    pub v: u32,
    /// Thumbprint of the old key.
    pub old: KeyId,
    /// The new key.
    pub new: PublicKey,
    /// When it takes over.
    pub from: chrono::DateTime<chrono::Utc>,
}

/// Draws a one-time code that can be read over the phone: 10 characters without 0/O, 1/I/L.
#[must_use]
pub fn code_from(random: [u8; 10]) -> String {
    const LETTERS: &[u8] = b"23456789ABCDEFGHJKMNPQRSTUVWXYZ";
    let letter = |b: &u8| LETTERS[usize::from(*b) % LETTERS.len()] as char;
    let text: String = random.iter().map(letter).collect();
    format!("{}-{}", &text[..5], &text[5..])
}

/// The SHA-256 under which a one-time code is stored; case and outer blanks do not matter.
#[must_use]
pub fn code_hash(secret: &str) -> Digest {
    Digest::of(secret.trim().to_ascii_uppercase().as_bytes())
}

/// A bearer token from 32 random bytes.
#[must_use]
pub fn token_from(random: [u8; 32]) -> String {
    b64(&random)
}

fn percent_encode(text: &str) -> String {
    let keep = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    text.bytes().map(|b| if keep(b) { (b as char).to_string() } else { format!("%{b:02X}") }).collect()
}

fn percent_decode(text: &str) -> Option<String> {
    let (bytes, mut out, mut i) = (text.as_bytes(), Vec::new(), 0);
    while i < bytes.len() {
        if bytes[i] == b'%' {
            out.push(u8::from_str_radix(text.get(i + 1..i + 3)?, 16).ok()?);
            i += 3;
        } else {
            out.push(bytes[i]);
            i += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_invitation_survives_its_link() {
        let mut point = [7; 65];
        point[0] = 4;
        for pin in [None, Some(Digest::of(b"certificate"))] {
            let invitation = Invitation {
                url: "https://192.0.2.7:8443/a b".into(),
                code: code_from([1, 2, 3, 4, 5, 6, 7, 8, 9, 250]),
                server_key: PublicKey(point),
                pin,
                time: 1_795_000_000,
            };
            assert_eq!(Invitation::from_link(&invitation.to_link()), Ok(invitation));
        }
        assert!(Invitation::from_link("https://example.org").is_err());
        assert!(Invitation::from_link("kandas://enrol?u=%G1&c=x&k=y&t=1").is_err());
        assert!(Invitation::from_link("kandas://enrol?u=%é1").is_err());
    }
}
