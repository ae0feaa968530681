//! Whether a certificate comes from an authority that the operator of this server trusts.

use std::{path::Path, time::Duration};

use anyhow::{Context as _, Result, ensure};
use chrono::{DateTime, Utc};
use kandas_shared::cms::CmsVerdict;
use rustls_pki_types::{CertificateDer, TrustAnchor, UnixTime, pem::PemObject as _};
use webpki::{EndEntityCert, Error, ExtendedKeyUsageValidator, KeyPurposeIdIter, VerifiedPath};
use x509_parser::prelude::{FromDer as _, X509Certificate};

/// Authorities that are trusted.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Vec<TrustAnchor<'static>>);

impl Authorities {
    /// Of a folder: every certificate in its files `*.pem`, `*.crt`, `*.cer` and `*.der`. Nobody is trusted where there is no
    /// such folder.
    ///
    /// # Errors
    /// A file that cannot be read, or holds no certificate: an authority that is silently not trusted would be looked for
    /// in vain.
    pub fn read(folder: &Path) -> Result<Self> {
        let entries = match std::fs::read_dir(folder) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Self::default()),
            entries => entries.with_context(|| format!("{} cannot be read", folder.display()))?,
        };
        let mut trusted = Self::default();
        for entry in entries {
            let path = entry?.path();
            let ends = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            if !["pem", "crt", "cer", "der"].contains(&ends.to_ascii_lowercase().as_str()) {
                continue;
            }
            let bytes = std::fs::read(&path).with_context(|| format!("{} cannot be read", path.display()))?;
            trusted.add(&bytes).with_context(|| format!("{} is no certificate", path.display()))?;
        }
        Ok(trusted)
    }

    /// Trusts the certificates of a file, one in DER or some in PEM.
    ///
    /// # Errors
    /// When there is none in it, or one that cannot be read.
    pub fn add(&mut self, file: &[u8]) -> Result<()> {
        let certificates = if file.first() == Some(&0x30) {
            vec![CertificateDer::from(file.to_vec())]
        } else {
            CertificateDer::pem_slice_iter(file).collect::<Result<Vec<_>, _>>()?
        };
        ensure!(!certificates.is_empty(), "there is no certificate in it");
        for certificate in &certificates {
            self.0.push(webpki::anchor_from_trusted_cert(certificate)?.to_owned());
        }
        Ok(())
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nobody is trusted.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Whatever a certificate is meant for: documents are signed with those for mail, for persons, and for purposes of an
/// authority's own.
struct AnyPurpose;

impl ExtendedKeyUsageValidator for AnyPurpose {
    fn validate(&self, _: KeyPurposeIdIter<'_, '_>) -> Result<(), Error> {
        Ok(())
    }
}

/// What is to be said of the certificate of a signature that is right, at a time. Whether it was revoked is not asked.
pub(super) fn judge(
    certificate: &X509Certificate<'_>,
    der: &[u8],
    others: &[&[u8]],
    trusted: &Authorities,
    at: DateTime<Utc>,
) -> CmsVerdict {
    match certificate.key_usage() {
        Ok(Some(usage)) if usage.value.digital_signature() || usage.value.non_repudiation() => {}
        Ok(None) => {}
        Ok(Some(_)) => return CmsVerdict::Usage,
        Err(_) => return CmsVerdict::ChainBroken,
    }
    let (from, until) =
        (certificate.validity().not_before.timestamp(), certificate.validity().not_after.timestamp());
    if at.timestamp() < from {
        return CmsVerdict::NotYetValid;
    }
    if at.timestamp() > until {
        return CmsVerdict::Expired;
    }
    if trusted.is_empty() {
        return CmsVerdict::NoAuthorities;
    }
    let der = CertificateDer::from(der);
    let others: Vec<CertificateDer<'_>> = others.iter().map(|other| CertificateDer::from(*other)).collect();
    let Ok(entity) = EndEntityCert::try_from(&der) else { return CmsVerdict::ChainBroken };
    let time = UnixTime::since_unix_epoch(Duration::from_secs(at.timestamp().max(0).unsigned_abs()));
    let found = entity.verify_for_usage(
        webpki::ALL_VERIFICATION_ALGS,
        &trusted.0,
        &others,
        time,
        AnyPurpose,
        None,
        Some(&may_issue),
    );
    match found {
        Ok(_) => CmsVerdict::Verified,
        Err(Error::UnknownIssuer) => CmsVerdict::IssuerUnknown,
        Err(Error::CertExpired { .. }) => CmsVerdict::Expired,
        Err(Error::CertNotValidYet { .. }) => CmsVerdict::NotYetValid,
        Err(_) => CmsVerdict::ChainBroken,
    }
}

/// Whoever says what its key is for, and does not name signing certificates, issues none (RFC 5280 §4.2.1.3). That it is an
/// authority at all was asked already.
fn may_issue(path: &VerifiedPath<'_>) -> Result<(), Error> {
    for between in path.intermediate_certificates() {
        let der = between.der();
        let (_, certificate) = X509Certificate::from_der(&der).map_err(|_| Error::BadDer)?;
        let usage = certificate.key_usage().map_err(|_| Error::ExtensionValueInvalid)?;
        if usage.is_some_and(|usage| !usage.value.key_cert_sign()) {
            return Err(Error::EndEntityUsedAsCa);
        }
    }
    Ok(())
}
