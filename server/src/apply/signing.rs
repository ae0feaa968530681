//! Files by which users of the office signed. What they did with it is another fact's.

use super::{ApplyError, missing};
use crate::{exec, facts::Event, journal::Placed, store::Tx};

pub(super) async fn apply(tx: &mut Tx, fact: &Placed) -> Result<(), ApplyError> {
    let Event::SignatureKept(kept) = &fact.event else {
        return Err(missing(fact.position, format!("what {} does to a signature", fact.event.kind())));
    };
    let certificate = kept.cms.signers.first().map(|signer| signer.certificate);
    let certificate =
        certificate.ok_or_else(|| missing(fact.position, "the signer of a signature".to_owned()))?;
    let cms = serde_json::to_string(&kept.cms)?;
    exec!(
        tx,
        "insert into signature_file (position, about, thing, version, sha256, size, object, verdict, certificate, cms,
            proven, by_user, by_name, at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        fact.position as i64,
        kept.about,
        kept.thing,
        kept.version,
        kept.sha256,
        i64::try_from(kept.size).unwrap_or(i64::MAX),
        kept.object.as_str(),
        kept.cms.verdict,
        certificate,
        cms,
        kept.proven,
        kept.hand.by,
        kept.hand.by_name.as_str(),
        fact.at
    )
    .await?;
    Ok(())
}
