//! What "to sign" means at the office: a user gives his password once more, and a code where he has a second factor, or he
//! hands in a file with his electronic signature over the text whose hash he was shown (CMS, [`crate::cms`]), or both. Either
//! way it is a fact over that hash.
//!
//! The office knows no identification numbers of its users. So a file alone stands for the password only where it was
//! verified up to an authority that is trusted here, and the same user has signed with the same certificate and his password
//! before. Any other file is taken beside the password, and what it is worth is said wherever it is shown.
//!
//! Files go the way of signed papers: looked at, put into the media store and durable there, then said in one transaction
//! with the act that they are for.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chrono::{DateTime, Utc};
use kandas_shared::{
    cms::{CmsChecked, CmsPerson, CmsSigner, CmsVerdict, Signable},
    hash::Digest,
    iin::Iin,
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    pulled::User,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    family::masked,
    road_map::on_paper,
    session::{self, Session},
};
use crate::{
    all, chance,
    cms::{self, Authorities, Checked, Fault},
    facts::{Event, ReportHand, SignatureKept},
    journal::Fact,
    media::Objects,
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Type of a file with an electronic signature.
pub const MEDIA_TYPE: &str = "application/pkcs7-mime";

/// What a user proves himself with when he signs: his password, and a code where he has a second factor; a file with his
/// electronic signature; or both.
#[derive(Clone, Default, Deserialize, ToSchema)]
#[schema(as = SigningProof)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// His password.
    #[serde(default)]
    pub password: Option<String>,
    /// A code, where he has a second factor.
    #[serde(default)]
    pub code: Option<String>,
    /// Base64 of a CMS file over the text that is signed; at most 8 MiB.
    #[serde(default)]
    pub cms: Option<String>,
}

/// What is signed.
#[derive(Clone, Copy, Debug)]
pub struct Of {
    /// What kind of thing.
    pub about: Signable,
    /// Which.
    pub thing: Uuid,
    /// Version of a plan.
    pub version: Option<i32>,
}

impl Of {
    /// Something that has no versions.
    #[must_use]
    pub const fn new(about: Signable, thing: Uuid) -> Self {
        Self { about, thing, version: None }
    }
}

/// A user who has proved himself.
#[must_use = "a file of his waits in the media store: settle it"]
pub struct Proven {
    /// Whether a code of the second factor was asked for.
    pub second_factor: bool,
    kept: Option<SignatureKept>,
}

/// A file by which somebody signed.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = SignatureFile)]
pub struct Shown {
    /// Place in the journal: the act is the fact after it.
    pub position: i64,
    /// Who handed it in.
    pub by_name: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Whether he gave his password too.
    pub proven: bool,
    /// What was found.
    pub cms: CmsChecked,
}

/// The bytes of a file that came as base64.
///
/// # Errors
/// `bad-request`, `body-too-large`.
pub fn read(file: &str) -> Outcome<Vec<u8>> {
    // Four letters for three bytes.
    if file.len() / 4 * 3 > on_paper::MOST + 3 {
        return Err(ProblemCode::BodyTooLarge.into());
    }
    let bytes = STANDARD
        .decode(file)
        .map_err(|_| Refusal::because(ProblemCode::BadRequest, "the file is not in base64"))?;
    if bytes.len() > on_paper::MOST {
        return Err(ProblemCode::BodyTooLarge.into());
    }
    Ok(bytes)
}

/// Compares a file with what had to be signed.
///
/// # Errors
/// `signature-unusable`, `signature-differs`, `signature-wrong`.
pub async fn look(state: &AppState, file: Vec<u8>, document: String) -> Outcome<(Vec<u8>, Checked)> {
    let at = state.clock.wall();
    let trusted = state.authorities.get().cloned().unwrap_or_else(Authorities::default);
    let found = tokio::task::spawn_blocking(move || {
        let found = cms::verify(&file, document.as_bytes(), &trusted, at);
        (file, found)
    });
    let (file, found) = found.await.map_err(Refusal::fault)?;
    let found = found.map_err(|fault| match fault {
        Fault::Unreadable => Refusal::because(ProblemCode::SignatureUnusable, "it is no signed data"),
        Fault::Unsigned => Refusal::because(ProblemCode::SignatureUnusable, "no signer with his certificate"),
        Fault::Differs => ProblemCode::SignatureDiffers.into(),
        Fault::Wrong => ProblemCode::SignatureWrong.into(),
    })?;
    Ok((file, found))
}

/// What is kept of a file; `known` are the numbers of those who should have signed, as far as they have one here.
#[must_use]
pub fn kept(found: &Checked, known: &[Iin]) -> CmsChecked {
    let signer = |of: &cms::Signer| CmsSigner {
        verdict: of.verdict,
        name: of.name.clone(),
        iin_masked: of.iin.as_ref().map(masked),
        person: match &of.iin {
            Some(iin) if known.contains(iin) => CmsPerson::Same,
            Some(_) if !known.is_empty() => CmsPerson::Other,
            _ => CmsPerson::Unknown,
        },
        issuer: of.issuer.clone(),
        serial: of.serial.clone(),
        certificate: of.certificate,
        signed_at: of.signed_at,
    };
    CmsChecked {
        verdict: found.verdict(),
        attached: found.attached,
        signers: found.signers.iter().map(signer).collect(),
    }
}

/// The user of a session proves himself, to sign `document`.
///
/// # Errors
/// `sign-in-failed`, `sign-in-slow`, `second-factor-needed`, `bad-request`, `body-too-large`, `signature-unusable`,
/// `signature-differs`, `signature-wrong`, `signature-needs-password`, `storage-full`.
pub async fn prove(
    state: &AppState,
    session: &Session,
    of: Of,
    document: String,
    proof: Proof,
) -> Outcome<Proven> {
    let Proof { password, code, cms } = proof;
    let Some(file) = cms else {
        let password = password
            .ok_or_else(|| Refusal::because(ProblemCode::BadRequest, "a password or a file is needed"))?;
        let second_factor = session::prove(state, session, password, code).await?;
        return Ok(Proven { second_factor, kept: None });
    };
    let digest = Digest::of(document.as_bytes());
    let (bytes, found) = look(state, read(&file)?, document).await?;
    let [signer] = found.signers.as_slice() else {
        let what = "one signature is needed, the user's own";
        return Err(Refusal::because(ProblemCode::SignatureUnusable, what));
    };
    let proven = password.is_some();
    let second_factor = match password {
        Some(password) => session::prove(state, session, password, code).await?,
        None => {
            let mut tx = state.store.read().await?;
            if found.verdict() != CmsVerdict::Verified
                || !is_his(&mut tx, &session.user, signer.certificate).await?
            {
                return Err(ProblemCode::SignatureNeedsPassword.into());
            }
            false
        }
    };
    let object = Objects::signature_key(of.thing, chance::bytes(state.chance.as_ref()));
    let sha256 = Digest::of(&bytes);
    state.media.keep(&object, &bytes, sha256).await?;
    let by = &session.user;
    let kept = SignatureKept {
        about: of.about,
        thing: of.thing,
        version: of.version,
        document: digest,
        sha256,
        size: bytes.len() as u64,
        object,
        cms: kept(&found, &[]),
        proven,
        hand: ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role },
    };
    Ok(Proven { second_factor, kept: Some(kept) })
}

/// Whether a user has signed with a certificate and his password before.
async fn is_his(tx: &mut Tx, user: &User, certificate: Digest) -> Result<bool, StoreError> {
    let sql = "select position from signature_file where by_user = $1 and certificate = $2 and proven
        and verdict = $3 limit 1";
    let found = opt!(tx, (i64,), sql, user.id, certificate, CmsVerdict::Verified).await?;
    Ok(found.is_some())
}

impl Proven {
    /// The fact that keeps the file, to stand right before the act. `document` is the hash of what is signed now, under the
    /// journal's lock.
    ///
    /// # Errors
    /// `not-as-shown`: another text was signed.
    pub fn fact(&self, by: &User, document: Digest) -> Outcome<Option<Fact>> {
        let Some(kept) = &self.kept else { return Ok(None) };
        if kept.document != document {
            return Err(ProblemCode::NotAsShown.into());
        }
        let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
        Ok(Some(Fact { author, ..Fact::by_system(Event::SignatureKept(kept.clone())) }))
    }

    /// Lets the file go again where nothing came of it.
    ///
    /// # Errors
    /// What was handed in.
    pub async fn settle<T>(self, state: &AppState, written: Outcome<T>) -> Outcome<T> {
        if let Err(refusal) = &written
            && let Some(kept) = self.kept
            // Nobody knows whether it is in custody: then it stays.
            && refusal.code() != ProblemCode::UnknownCommit
            && let Err(error) = state.media.objects().remove(&kept.object).await
        {
            tracing::warn!(%error, "a signature that could not be entered stays in the media store");
        }
        written
    }
}

/// Files by which something was signed, in order.
///
/// # Errors
/// When the database does not answer or contradicts itself.
pub async fn files(tx: &mut Tx, of: Of) -> Result<Vec<Shown>, StoreError> {
    let sql = "select position, by_name, at, proven, cms from signature_file
        where about = $1 and thing = $2 and ($3 is null or version = $3) order by position";
    let rows =
        all!(tx, (i64, String, DateTime<Utc>, bool, String), sql, of.about, of.thing, of.version).await?;
    rows.into_iter()
        .map(|(position, by_name, at, proven, cms)| {
            Ok(Shown { position, by_name, at, proven, cms: found(&cms)? })
        })
        .collect()
}

/// What was found, as it is stored.
///
/// # Errors
/// When it is no such thing.
pub fn found(text: &str) -> Result<CmsChecked, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a signature: {error}")))
}

/// A file as it lies in the media store.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Kept {
    /// Its bytes.
    pub size: i64,
    /// Key in the media store.
    pub object: String,
}

/// The file at a place in the journal, if it is one of this.
///
/// # Errors
/// When the database does not answer.
pub async fn file(tx: &mut Tx, of: Of, position: i64) -> Result<Option<Kept>, StoreError> {
    let sql = "select size, object from signature_file where position = $1 and about = $2 and thing = $3";
    opt!(tx, Kept, sql, position, of.about, of.thing).await
}
