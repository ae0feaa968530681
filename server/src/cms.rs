//! Files with an electronic signature: CMS SignedData (RFC 5652), attached or detached, as DER, BER or text.
//!
//! [`verify`] compares a file with the very bytes that had to be signed and says what each of its signatures is worth. It
//! does no I/O and asks no clock, and whatever bytes it is given, it answers. RSA (PKCS #1 and PSS) and ECDSA over P-256 and
//! P-384 with SHA-256, SHA-384 or SHA-512 are verified, with ring; the way from the certificate to an authority that the
//! operator trusts is webpki's to find. Signatures by GOST, which is what the national authority of Kazakhstan issues
//! certificates for, are kept and not verified. Nobody is asked whether a certificate was revoked: the server has no way out.
//!
//! A file is refused ([`Fault`]) when it is none, when it signs something else, and when a signature of it is wrong. What is
//! right or cannot be judged here is taken, with a [`CmsVerdict`] that says which.

mod ber;
mod chain;
#[cfg(test)]
mod tests;

use chrono::{DateTime, Utc};
use kandas_shared::{cms::CmsVerdict, hash::Digest, iin::Iin};
use ring::{
    digest::{SHA256, SHA384, SHA512},
    signature::{self, UnparsedPublicKey, VerificationAlgorithm},
};
use rustls_pki_types::alg_id;
use x509_parser::{
    asn1_rs::{Any, FromDer as _},
    oid_registry::{
        OID_X509_COMMON_NAME, OID_X509_EXT_SUBJECT_KEY_IDENTIFIER, OID_X509_ORGANIZATION_NAME,
        OID_X509_SERIALNUMBER,
    },
    prelude::{ASN1Time, ParsedExtension, X509Certificate, X509Name},
    public_key::PublicKey,
};

pub use chain::Authorities;

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It is no signed data.
    Unreadable,
    /// Nobody has signed it, or a signer's certificate is not in it.
    Unsigned,
    /// It signs something else.
    Differs,
    /// A signature does not fit what it signs: it was changed, or made with another key.
    Wrong,
}

/// What a file turned out to be.
#[derive(Clone, Debug)]
pub struct Checked {
    /// Whether the document lies in the file too.
    pub attached: bool,
    /// Its signatures, at least one, in the order of the file.
    pub signers: Vec<Signer>,
}

/// A signature.
#[derive(Clone, Debug)]
pub struct Signer {
    /// What it turned out to be.
    pub verdict: CmsVerdict,
    /// Name in the certificate.
    pub name: String,
    /// Identification number in the certificate (`serialNumber` with `IIN` before it).
    pub iin: Option<Iin>,
    /// Name of who issued the certificate.
    pub issuer: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate.
    pub certificate: Digest,
    /// When it was signed, as the signer says.
    pub signed_at: Option<DateTime<Utc>>,
}

impl Checked {
    /// The worst of its signatures.
    #[must_use]
    pub fn verdict(&self) -> CmsVerdict {
        self.signers.iter().map(|signer| signer.verdict).max().unwrap_or(CmsVerdict::Method)
    }
}

/// Compares a file with what had to be signed.
///
/// # Errors
/// See [`Fault`].
pub fn verify(
    file: &[u8],
    document: &[u8],
    trusted: &Authorities,
    at: DateTime<Utc>,
) -> Result<Checked, Fault> {
    let bytes = ber::unwrapped(file).ok_or(Fault::Unreadable)?;
    if let Some(signed) = SignedData::read(&bytes) {
        return signed.verify(document, trusted, at);
    }
    let bytes = ber::definite(&bytes).ok_or(Fault::Unreadable)?;
    SignedData::read(&bytes).ok_or(Fault::Unreadable)?.verify(document, trusted, at)
}

// ---- the file -------------------------------------------------------------------------------------------------------

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const OID: u8 = 0x06;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const FIRST: u8 = 0xA0;
const SECOND: u8 = 0xA1;

/// `1.2.840.113549.1.7.2`.
const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
/// `1.2.840.113549.1.9.3` to `.5`.
const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
const SIGNING_TIME: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x05];
/// So many signatures and certificates are looked at.
const MOST: usize = 32;
/// So long a name is kept.
const LONGEST: usize = 200;

/// What comes next in a list of elements.
struct Element<'a> {
    tag: u8,
    value: &'a [u8],
    whole: &'a [u8],
}

/// Elements, one after the other.
#[derive(Clone, Copy)]
struct Elements<'a>(&'a [u8]);

impl<'a> Elements<'a> {
    fn any(&mut self) -> Option<Element<'a>> {
        let (rest, any) = Any::from_der(self.0).ok()?;
        let whole = self.0.get(..self.0.len().checked_sub(rest.len())?)?;
        self.0 = rest;
        Some(Element { tag: *whole.first()?, value: any.data, whole })
    }

    fn next(&mut self, tag: u8) -> Option<Element<'a>> {
        self.any().filter(|element| element.tag == tag)
    }

    /// One that may be missing.
    fn maybe(&mut self, tag: u8) -> Option<Element<'a>> {
        if self.0.first() == Some(&tag) { self.any() } else { None }
    }

    fn inside(&mut self, tag: u8) -> Option<Elements<'a>> {
        self.next(tag).map(|element| Elements(element.value))
    }

    fn end(self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    /// All of one kind.
    fn all(mut self, tag: u8) -> Option<Vec<Element<'a>>> {
        let mut found = Vec::new();
        while !self.0.is_empty() {
            found.push(self.next(tag)?);
            if found.len() > MOST {
                return None;
            }
        }
        Some(found)
    }
}

/// Signed data as it lies in the file.
struct SignedData<'a> {
    content_type: &'a [u8],
    content: Option<&'a [u8]>,
    certificates: Vec<&'a [u8]>,
    signers: Vec<SignerInfo<'a>>,
}

/// One signature as it lies in the file.
struct SignerInfo<'a> {
    who: Who<'a>,
    digest: Method<'a>,
    /// With its tag, and its contents.
    attributes: Option<Element<'a>>,
    method: Method<'a>,
    signature: &'a [u8],
}

/// How the signer's certificate is named.
enum Who<'a> {
    Serial { issuer: &'a [u8], serial: &'a [u8] },
    Key(&'a [u8]),
}

/// An algorithm.
struct Method<'a> {
    oid: &'a [u8],
    /// Name and parameters together.
    all: &'a [u8],
}

impl<'a> Method<'a> {
    fn read(elements: &mut Elements<'a>) -> Option<Self> {
        let all = elements.next(SEQUENCE)?.value;
        Some(Self { oid: Elements(all).next(OID)?.value, all })
    }
}

impl<'a> SignedData<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut outer = Elements(bytes);
        let mut info = outer.inside(SEQUENCE)?;
        outer.end()?;
        if info.next(OID)?.value != SIGNED_DATA {
            return None;
        }
        let mut signed = info.inside(FIRST)?.inside(SEQUENCE)?;
        info.end()?;
        signed.next(INTEGER)?;
        signed.next(SET)?;
        let mut content = signed.inside(SEQUENCE)?;
        let content_type = content.next(OID)?.value;
        let attached = match content.maybe(FIRST) {
            None => None,
            Some(explicit) => Some(Elements(explicit.value).next(OCTETS)?.value),
        };
        content.end()?;
        // Certificates of another form are none that could be read here.
        let mut certificates = Vec::new();
        if let Some(set) = signed.maybe(FIRST) {
            let mut set = Elements(set.value);
            while !set.0.is_empty() {
                let element = set.any()?;
                if element.tag == SEQUENCE {
                    certificates.push(element.whole);
                }
                if certificates.len() > MOST {
                    return None;
                }
            }
        }
        signed.maybe(SECOND);
        let infos = signed.inside(SET)?.all(SEQUENCE)?;
        signed.end()?;
        let signers = infos.iter().map(|info| SignerInfo::read(info.value)).collect::<Option<_>>()?;
        Some(Self { content_type, content: attached, certificates, signers })
    }

    fn verify(&self, document: &[u8], trusted: &Authorities, at: DateTime<Utc>) -> Result<Checked, Fault> {
        if self.signers.is_empty() {
            return Err(Fault::Unsigned);
        }
        if self.content.is_some_and(|content| content != document) {
            return Err(Fault::Differs);
        }
        let read = |der: &&'a [u8]| Some((*der, X509Certificate::from_der(der).ok()?.1));
        let certificates: Vec<(&[u8], X509Certificate<'_>)> =
            self.certificates.iter().filter_map(read).collect();
        let mut signers = Vec::new();
        for info in &self.signers {
            let (der, certificate) = certificates
                .iter()
                .find(|(_, certificate)| info.who.is(certificate))
                .ok_or(Fault::Unsigned)?;
            let verdict = match info.verify(self.content_type, certificate, document)? {
                Some(verdict) => verdict,
                None => chain::judge(certificate, der, &self.certificates, trusted, at),
            };
            signers.push(Signer {
                verdict,
                name: text(certificate.subject(), &[&OID_X509_COMMON_NAME, &OID_X509_ORGANIZATION_NAME]),
                iin: iin(certificate.subject()),
                issuer: text(certificate.issuer(), &[&OID_X509_COMMON_NAME, &OID_X509_ORGANIZATION_NAME]),
                serial: hex::encode(certificate.raw_serial()),
                certificate: Digest::of(der),
                signed_at: info.signed_at(),
            });
        }
        Ok(Checked { attached: self.content.is_some(), signers })
    }
}

impl Who<'_> {
    fn is(&self, certificate: &X509Certificate<'_>) -> bool {
        match self {
            Self::Serial { issuer, serial } => {
                certificate.issuer().as_raw() == *issuer && certificate.raw_serial() == *serial
            }
            Self::Key(key) => certificate
                .get_extension_unique(&OID_X509_EXT_SUBJECT_KEY_IDENTIFIER)
                .ok()
                .flatten()
                .is_some_and(|found| {
                    matches!(found.parsed_extension(), ParsedExtension::SubjectKeyIdentifier(id) if id.0 == *key)
                }),
        }
    }
}

impl<'a> SignerInfo<'a> {
    fn read(bytes: &'a [u8]) -> Option<Self> {
        let mut info = Elements(bytes);
        info.next(INTEGER)?;
        let named = info.any()?;
        let who = match named.tag {
            SEQUENCE => {
                let mut of = Elements(named.value);
                let (issuer, serial) = (of.next(SEQUENCE)?.whole, of.next(INTEGER)?.value);
                of.end()?;
                Who::Serial { issuer, serial }
            }
            0x80 => Who::Key(named.value),
            _ => return None,
        };
        let digest = Method::read(&mut info)?;
        let attributes = info.maybe(FIRST);
        let method = Method::read(&mut info)?;
        let signature = info.next(OCTETS)?.value;
        info.maybe(SECOND);
        info.end()?;
        Some(Self { who, digest, attributes, method, signature })
    }

    /// The one value of an attribute that is there once.
    fn attribute(&self, wanted: &[u8]) -> Result<Option<Element<'a>>, Fault> {
        let Some(attributes) = &self.attributes else { return Ok(None) };
        let mut found = None;
        for attribute in Elements(attributes.value).all(SEQUENCE).ok_or(Fault::Unreadable)? {
            let mut parts = Elements(attribute.value);
            let read = |parts: &mut Elements<'a>| Some((parts.next(OID)?.value, parts.inside(SET)?));
            let (oid, mut values) = read(&mut parts).ok_or(Fault::Unreadable)?;
            if oid != wanted {
                continue;
            }
            let value = values.any().filter(|_| values.0.is_empty()).ok_or(Fault::Unreadable)?;
            if found.replace(value).is_some() {
                return Err(Fault::Unreadable);
            }
        }
        Ok(found)
    }

    /// When it was signed, as the signer says.
    fn signed_at(&self) -> Option<DateTime<Utc>> {
        let value = self.attribute(SIGNING_TIME).ok()??;
        let (_, time) = ASN1Time::from_der(value.whole).ok()?;
        DateTime::from_timestamp(time.timestamp(), 0)
    }

    /// Whether the signature is over the document and made with the key of the certificate: then nothing is to be said yet. A
    /// verdict where that cannot be judged here.
    fn verify(
        &self,
        content_type: &[u8],
        certificate: &X509Certificate<'_>,
        document: &[u8],
    ) -> Result<Option<CmsVerdict>, Fault> {
        let key = certificate.public_key();
        if [self.digest.oid, self.method.oid, key.algorithm.algorithm.as_bytes()].into_iter().any(is_gost) {
            return Ok(Some(CmsVerdict::Gost));
        }
        let Some(hash) = Hash::of(self.digest.oid) else { return Ok(Some(CmsVerdict::Method)) };
        let message = match &self.attributes {
            None => document.to_vec(),
            Some(attributes) => {
                let of = |wanted| self.attribute(wanted)?.ok_or(Fault::Wrong);
                let (said, digest) = (of(CONTENT_TYPE)?, of(MESSAGE_DIGEST)?);
                if digest.tag != OCTETS || digest.value != hash.over(document).as_ref() {
                    return Err(Fault::Differs);
                }
                if said.tag != OID || said.value != content_type {
                    return Err(Fault::Wrong);
                }
                // What is signed is the set of them, not the place in the file where it stands (RFC 5652 §5.4).
                let mut set = attributes.whole.to_vec();
                if let Some(tag) = set.first_mut() {
                    *tag = SET;
                }
                set
            }
        };
        let Some(method) = method(&self.method, hash, certificate) else {
            return Ok(Some(CmsVerdict::Method));
        };
        let key = UnparsedPublicKey::new(method, key.subject_public_key.data.as_ref());
        key.verify(&message, self.signature).map_err(|_| Fault::Wrong)?;
        Ok(None)
    }
}

// ---- methods --------------------------------------------------------------------------------------------------------

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hash {
    Sha256,
    Sha384,
    Sha512,
}

impl Hash {
    /// `2.16.840.1.101.3.4.2.1` to `.3`.
    fn of(oid: &[u8]) -> Option<Self> {
        match oid.strip_prefix(&[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02])? {
            [1] => Some(Self::Sha256),
            [2] => Some(Self::Sha384),
            [3] => Some(Self::Sha512),
            _ => None,
        }
    }

    fn over(self, bytes: &[u8]) -> ring::digest::Digest {
        let algorithm = match self {
            Self::Sha256 => &SHA256,
            Self::Sha384 => &SHA384,
            Self::Sha512 => &SHA512,
        };
        ring::digest::digest(algorithm, bytes)
    }
}

/// Below `1.2.398.3.10` are the methods of Kazakhstan, below `1.2.643` those of Russia.
fn is_gost(oid: &[u8]) -> bool {
    oid.starts_with(&[0x2A, 0x83, 0x0E, 0x03, 0x0A]) || oid.starts_with(&[0x2A, 0x85, 0x03])
}

/// How a signature is verified; none where that cannot be done here.
fn method(
    said: &Method<'_>,
    hash: Hash,
    certificate: &X509Certificate<'_>,
) -> Option<&'static dyn VerificationAlgorithm> {
    /// `1.2.840.113549.1.1`, RSA.
    const RSA: [u8; 8] = [0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01];
    /// `1.2.840.10045.2.1` and `1.2.840.10045.4.3`, elliptic curves.
    const EC: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01];
    const ECDSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03];
    /// `1.2.840.10045.3.1.7` and `1.3.132.0.34`.
    const P256: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07];
    const P384: &[u8] = &[0x2B, 0x81, 0x04, 0x00, 0x22];

    let key = certificate.public_key();
    let (kind, parsed) = (key.algorithm.algorithm.as_bytes(), key.parsed().ok()?);
    match parsed {
        PublicKey::RSA(rsa) => {
            // Shorter ones are broken, and longer ones are not read by ring.
            if !(2_048..=8_192).contains(&rsa.key_size()) {
                return None;
            }
            let of = said.oid.strip_prefix(&RSA)?;
            if of == [10] {
                let params = match hash {
                    Hash::Sha256 => alg_id::RSA_PSS_SHA256,
                    Hash::Sha384 => alg_id::RSA_PSS_SHA384,
                    Hash::Sha512 => alg_id::RSA_PSS_SHA512,
                };
                return (said.all == params.as_ref()).then_some(match hash {
                    Hash::Sha256 => &signature::RSA_PSS_2048_8192_SHA256,
                    Hash::Sha384 => &signature::RSA_PSS_2048_8192_SHA384,
                    Hash::Sha512 => &signature::RSA_PSS_2048_8192_SHA512,
                });
            }
            // Of an RSA key alone, or with the hash in its name.
            match (of, hash) {
                ([1 | 11], Hash::Sha256) => Some(&signature::RSA_PKCS1_2048_8192_SHA256),
                ([1 | 12], Hash::Sha384) => Some(&signature::RSA_PKCS1_2048_8192_SHA384),
                ([1 | 13], Hash::Sha512) => Some(&signature::RSA_PKCS1_2048_8192_SHA512),
                _ => None,
            }
        }
        PublicKey::EC(_) if kind == EC => {
            let fits = match said.oid.strip_prefix(ECDSA) {
                Some(of) => (of == [2] && hash == Hash::Sha256) || (of == [3] && hash == Hash::Sha384),
                None => said.oid == EC,
            };
            // Points are read as they are; those in short form are not.
            if !fits || key.subject_public_key.data.first() != Some(&4) {
                return None;
            }
            let curve = key.algorithm.parameters.as_ref()?.as_oid().ok()?;
            match (curve.as_bytes(), hash) {
                (P256, Hash::Sha256) => Some(&signature::ECDSA_P256_SHA256_ASN1),
                (P256, Hash::Sha384) => Some(&signature::ECDSA_P256_SHA384_ASN1),
                (P384, Hash::Sha256) => Some(&signature::ECDSA_P384_SHA256_ASN1),
                (P384, Hash::Sha384) => Some(&signature::ECDSA_P384_SHA384_ASN1),
                _ => None,
            }
        }
        _ => None,
    }
}

// ---- names ----------------------------------------------------------------------------------------------------------

type Name<'a> = x509_parser::asn1_rs::Oid<'a>;

/// The first of some parts of a name that is there; blank if none is.
fn text(name: &X509Name<'_>, wanted: &[&Name<'_>]) -> String {
    let found = wanted.iter().find_map(|wanted| values(name, wanted).into_iter().next());
    found.unwrap_or_default()
}

fn values(name: &X509Name<'_>, wanted: &Name<'_>) -> Vec<String> {
    let part = |value: &str| -> String {
        value.chars().filter(|sign| !sign.is_control()).take(LONGEST).collect::<String>().trim().to_owned()
    };
    name.iter_attributes()
        .filter(|attribute| attribute.attr_type() == wanted)
        .filter_map(|attribute| attribute.as_str().ok().map(part))
        .filter(|value| !value.is_empty())
        .collect()
}

fn iin(name: &X509Name<'_>) -> Option<Iin> {
    values(name, &OID_X509_SERIALNUMBER)
        .iter()
        .find_map(|value| Iin::parse(value.strip_prefix("IIN")?.trim()).ok())
}
