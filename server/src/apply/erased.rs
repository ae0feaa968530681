//! Erasing: what the decision names leaves the tables; what stays are identities, positions and the word that it was
//! erased. The same code runs when the tables are rebuilt, where the erased entities were never written.

use kandas_shared::{cursor::Kind, hash::Digest};

use super::{ApplyError, feed, records};
use crate::{exec, facts::SubjectErased, journal::Placed, many, store::Tx};

pub(super) async fn erased(tx: &mut Tx, fact: &Placed, subject: &SubjectErased) -> Result<(), ApplyError> {
    let position = fact.position as i64;
    for kind in Kind::ALL {
        let ids: Vec<_> = subject.entities.iter().filter(|(k, _)| k == kind).map(|(_, id)| (*id,)).collect();
        let sql = match kind {
            Kind::Family => "delete from family where id in (",
            Kind::Person => "delete from person where id in (",
            Kind::Consent => "delete from consent where id in (",
            Kind::Assignment => "delete from assignment where id in (",
            Kind::Plan => "delete from plan where id in (",
            Kind::Activity => "delete from activity where id in (",
            Kind::RecordState => "delete from record where state_id in (",
            Kind::OrgUnit | Kind::User => continue,
        };
        many!(tx, sql, ids, ")").await?;
    }
    let hashes: Vec<_> = subject.records.iter().map(|(hash, _)| (*hash,)).collect();
    many!(tx, "delete from evidence where hash in (", hashes, ")").await?;
    let rows: Vec<_> = subject.records.iter().map(|(hash, at)| (*hash, *at as i64)).collect();
    many!(tx, "insert into record_erased (hash, position)", rows, "on conflict (hash) do nothing").await?;

    // Nothing about the bytes stays, only that there was such a file.
    let nothing = Digest([0; 32]);
    let rows: Vec<_> = subject
        .files
        .iter()
        .map(|f| (f.evidence, f.part, 0_i64, nothing, String::new(), "erased".to_owned(), Some(position)))
        .collect();
    many!(
        tx,
        "insert into evidence_file (evidence, part, size, sha256, media_type, state, position)",
        rows,
        "on conflict (evidence, part) do update set size = excluded.size, sha256 = excluded.sha256,
         media_type = excluded.media_type, state = excluded.state, position = excluded.position, received_at = null,
         object = null, salvage_sha256 = null, salvage_size = null"
    )
    .await?;

    let rows: Vec<_> = subject.bundles.iter().map(|bundle| (*bundle,)).collect();
    many!(tx, "update bundle set state = 'erased' where bundle in (", rows, ")").await?;

    let rows: Vec<_> = subject
        .chains
        .iter()
        .map(|(device, chain, after)| (*device, *chain, after.seq as i64, after.hash))
        .collect();
    many!(
        tx,
        "insert into chain (device, chain, seq, hash)",
        rows,
        "on conflict (device, chain) do update set seq = excluded.seq, hash = excluded.hash"
    )
    .await?;
    records::write_gaps(
        tx,
        subject
            .chains
            .iter()
            .filter_map(|(device, _, after)| after.gaps.as_ref().map(|gaps| (*device, gaps))),
    )
    .await?;

    let rows: Vec<_> =
        subject.changes.iter().map(|(scope, kind, id)| (scope.clone(), *kind, *id, position)).collect();
    many!(tx, "insert into change (scope, kind, id, position)", rows, feed::KEEP_LAST).await?;
    exec!(
        tx,
        "insert into erasure (erasure, family, person, basis, by_user, at, position)
         values ($1, $2, $3, $4, $5, $6, $7)",
        subject.erasure,
        subject.family,
        subject.person,
        subject.basis,
        subject.by,
        fact.at,
        position
    )
    .await?;
    Ok(())
}
