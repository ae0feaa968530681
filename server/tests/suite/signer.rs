//! Somebody with a key and a certificate, who signs texts as CMS files. Written apart from what reads them: RFC 5652 by hand.

use kandas_server::cms::Authorities;
use rcgen::{
    BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose,
    PKCS_ECDSA_P256_SHA256, SigningKey as _,
};
use sha2::{Digest as _, Sha256};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Somebody who can sign.
pub struct Signer {
    key: KeyPair,
    certificate: Vec<u8>,
    authority: Vec<u8>,
}

impl Signer {
    /// With a certificate in which this number stands.
    pub fn with(iin: &str) -> Self {
        let key = || KeyPair::generate_for(&PKCS_ECDSA_P256_SHA256).unwrap();
        let mut of = CertificateParams::default();
        of.distinguished_name.push(DnType::CommonName, "Synthetic authority");
        of.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        of.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let above = key();
        let authority = of.self_signed(&above).unwrap().der().to_vec();
        let issuer = Issuer::new(of, above);
        let mut of = CertificateParams::default();
        of.distinguished_name.push(DnType::CommonName, "БІРЕГЕЙТЕК СЫНАҚ");
        of.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 5]), format!("IIN{iin}"));
        of.key_usages = vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::ContentCommitment];
        let own = key();
        let certificate = of.signed_by(&own, &issuer).unwrap().der().to_vec();
        Self { key: own, certificate, authority }
    }

    /// Whoever trusts the authority of this one.
    pub fn authorities(&self) -> Authorities {
        let mut trusted = Authorities::default();
        trusted.add(&self.authority).unwrap();
        trusted
    }

    /// A file over a text that is not in it.
    pub fn sign(&self, document: &[u8]) -> Vec<u8> {
        const SIGNED_DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x02];
        const DATA: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x07, 0x01];
        const CONTENT_TYPE: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x03];
        const MESSAGE_DIGEST: &[u8] = &[0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x09, 0x04];
        const SHA256: &[u8] = &[0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01];
        const ECDSA: &[u8] = &[0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x04, 0x03, 0x02];
        let oid = |of: &[u8]| element(0x06, &[of]);
        let attribute = |of: &[u8], value: Vec<u8>| element(0x30, &[&oid(of), &element(0x31, &[&value])]);
        let sha256 = element(0x30, &[&oid(SHA256)]);
        let attributes = [
            attribute(CONTENT_TYPE, oid(DATA)),
            attribute(MESSAGE_DIGEST, element(0x04, &[&Sha256::digest(document)])),
        ]
        .concat();
        let signature = self.key.sign(&element(0x31, &[&attributes])).unwrap();
        let (_, read) = X509Certificate::from_der(&self.certificate).unwrap();
        let named = element(0x30, &[read.issuer().as_raw(), &element(0x02, &[read.raw_serial()])]);
        let info = element(
            0x30,
            &[
                &element(0x02, &[&[1]]),
                &named,
                &sha256,
                &element(0xA0, &[&attributes]),
                &element(0x30, &[&oid(ECDSA)]),
                &element(0x04, &[&signature]),
            ],
        );
        let signed = element(
            0x30,
            &[
                &element(0x02, &[&[1]]),
                &element(0x31, &[&sha256]),
                &element(0x30, &[&oid(DATA)]),
                &element(0xA0, &[&self.certificate]),
                &element(0x31, &[&info]),
            ],
        );
        element(0x30, &[&oid(SIGNED_DATA), &element(0xA0, &[&signed])])
    }
}

fn element(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let value = parts.concat();
    let length = value.len();
    let mut out = vec![tag];
    match u8::try_from(length) {
        Ok(short) if short < 0x80 => out.push(short),
        _ => {
            out.push(0x82);
            out.extend_from_slice(&u16::try_from(length).unwrap().to_be_bytes());
        }
    }
    out.extend(value);
    out
}
