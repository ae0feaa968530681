//! What a file with an electronic signature (CMS, RFC 5652) is worth here: said once, when it is taken, and kept with the
//! fact that keeps the file. The file itself is read by the server (`server/src/cms.rs`).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{hash::Digest, text_enum::text_enum};

text_enum! {
    /// What a signature turned out to be, the best first: of several the worst counts. A file whose signature is wrong, or
    /// that signs something else, is none of these: it is not taken.
    pub enum CmsVerdict {
        /// It is right, and its certificate comes from an authority that is trusted here.
        Verified = "verified",
        /// It is right; nobody has said here which authorities are trusted.
        NoAuthorities = "no_authorities",
        /// It is right; its certificate comes from an authority that is not known here.
        IssuerUnknown = "issuer_unknown",
        /// It is right; on the way to a trusted authority stands a certificate that may not issue others, or is not whole.
        ChainBroken = "chain_broken",
        /// It is right; its certificate, or one above it, was not valid yet when the file came.
        NotYetValid = "not_yet_valid",
        /// It is right; its certificate, or one above it, had run out when the file came.
        Expired = "expired",
        /// It is right; its certificate is for something else than signing documents.
        Usage = "usage",
        /// Signed by a method that is not read here, or is too weak: not verified.
        Method = "method",
        /// Signed by GOST: kept, and not verified here.
        Gost = "gost",
    }
}

impl CmsVerdict {
    /// Whether the signature itself was verified, whatever is known of its certificate.
    #[must_use]
    pub const fn is_right(self) -> bool {
        !matches!(self, Self::Method | Self::Gost)
    }
}

text_enum! {
    /// What users of the office sign.
    pub enum Signable {
        /// A monthly report (§39).
        Report = "report",
        /// A road map (§38).
        RoadMap = "road_map",
        /// The conclusion of a quarter (§49).
        Conclusion = "conclusion",
        /// A plan that is approved (§34).
        Plan = "plan",
    }
}

text_enum! {
    /// Whether the identification number in a certificate is that of who should have signed.
    pub enum CmsPerson {
        /// It is.
        Same = "same",
        /// It is somebody else's.
        Other = "other",
        /// One of the two is not known.
        Unknown = "unknown",
    }
}

/// What was found when a file was taken.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CmsChecked {
    /// The worst of its signatures.
    pub verdict: CmsVerdict,
    /// Whether the document lies in the file too.
    pub attached: bool,
    /// Its signatures, in the order of the file.
    pub signers: Vec<CmsSigner>,
}

/// A signature in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct CmsSigner {
    /// What it turned out to be.
    pub verdict: CmsVerdict,
    /// Name in the certificate.
    pub name: String,
    /// Last four digits of the identification number in the certificate, the others covered; null where there is none.
    pub iin_masked: Option<String>,
    /// Whether that number is that of who should have signed.
    pub person: CmsPerson,
    /// Name of who issued the certificate.
    pub issuer: String,
    /// Serial number of the certificate, hexadecimal.
    pub serial: String,
    /// SHA-256 of the certificate.
    pub certificate: Digest,
    /// When it was signed, as the signer says: nobody has confirmed it.
    pub signed_at: Option<DateTime<Utc>>,
}
