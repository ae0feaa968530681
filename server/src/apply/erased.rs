//! Erasing: what the decision names leaves the tables; what stays are identities, positions and the word that it was
//! erased. The same code runs when the tables are rebuilt, where the erased entities were never written.

use std::collections::BTreeSet;

use kandas_shared::{cursor::Kind, hash::Digest};

use super::{ApplyError, case, checked, exchange, feed, monitoring, plan, records, retention};
use crate::{
    exec,
    facts::{RecordErased, Staying, SubjectErased},
    journal::Placed,
    many,
    store::Tx,
};

pub(super) async fn erased(tx: &mut Tx, fact: &Placed, subject: &SubjectErased) -> Result<(), ApplyError> {
    let position = fact.position as i64;
    for kind in Kind::ALL {
        let ids: Vec<_> = subject.entities.iter().filter(|(k, _)| k == kind).map(|(_, id)| (*id,)).collect();
        let sql = match kind {
            Kind::Family => {
                many!(tx, "delete from monitoring_round where family in (", ids, ")").await?;
                "delete from family where id in ("
            }
            Kind::Person => {
                many!(tx, "delete from person_word where person in (", ids, ")").await?;
                "delete from person where id in ("
            }
            Kind::Consent => "delete from consent where id in (",
            Kind::Assignment => "delete from assignment where id in (",
            Kind::Plan => "delete from plan where id in (",
            Kind::Activity => "delete from activity where id in (",
            Kind::RecordState => "delete from record where state_id in (",
            Kind::EvidenceCall => "delete from evidence_call where evidence in (",
            Kind::Check => "delete from record_check where id in (",
            Kind::OrgUnit | Kind::User | Kind::CalendarDay | Kind::Reason => continue,
        };
        many!(tx, sql, ids, ")").await?;
    }
    let hashes: Vec<_> = subject.records.iter().map(|(hash, _)| (*hash,)).collect();
    many!(tx, "delete from evidence where hash in (", hashes, ")").await?;
    many!(tx, "delete from record_act where hash in (", hashes, ")").await?;
    many!(tx, "delete from finding where hash in (", hashes, ")").await?;
    exchange::erase(tx, &hashes).await?;
    many!(tx, "delete from check_sample where hash in (", hashes, ")").await?;
    many!(tx, "delete from held_decision where hash in (", hashes, ")").await?;
    let told: Vec<_> = subject.positions.iter().map(|at| (*at as i64,)).collect();
    many!(tx, "delete from finding_mention where position in (", told, ")").await?;
    many!(tx, "delete from report_row where position in (", told, ")").await?;
    many!(tx, "delete from report_remark where position in (", told, ")").await?;
    for table in ["road_map_row", "road_map_scan", "road_map_remark"] {
        many!(tx, &format!("delete from {table} where position in ("), told, ")").await?;
    }
    let with_position =
        [case::WITH_POSITION, monitoring::WITH_POSITION, plan::WITH_POSITION, retention::WITH_POSITION]
            .concat();
    for table in with_position {
        many!(tx, &format!("delete from {table} where position in ("), told, ")").await?;
    }
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

    stay(tx, &subject.staying).await?;
    let staying = subject.staying.files.iter().map(|file| file.file.evidence);
    let touched: BTreeSet<_> = subject.files.iter().map(|file| file.evidence).chain(staying).collect();
    let touched: Vec<_> = touched.into_iter().map(|id| (id,)).collect();
    records::awaits_anew(tx, &touched).await?;

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
    let office = subject.office.as_ref();
    exec!(
        tx,
        "insert into erasure (erasure, family, person, basis, by_user, at, position, proposal, org_unit, proposed_by,
         proposed_name, proposed_role, confirmed_name, confirmed_role)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        subject.erasure,
        subject.family,
        subject.person,
        subject.basis,
        subject.by,
        fact.at,
        position,
        office.map(|of| of.proposal),
        office.map(|of| of.unit),
        office.map(|of| of.proposed_by),
        office.map(|of| of.proposed_name.as_str()),
        office.map(|of| of.proposed_role),
        office.map(|of| of.confirmed_name.as_str()),
        office.map(|of| of.confirmed_role)
    )
    .await?;
    Ok(())
}

/// What stays of others stands as the decision says: the facts that had said so may have gone with the subject.
async fn stay(tx: &mut Tx, staying: &Staying) -> Result<(), ApplyError> {
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    let rows: Vec<_> = staying
        .files
        .iter()
        .map(|f| {
            (
                f.file.evidence,
                f.file.part,
                number(f.size),
                f.sha256,
                f.media_type.clone(),
                f.state.clone(),
                f.position.map(number),
                f.received_at,
                f.object.clone(),
                f.salvage.map(|(sha256, _)| sha256),
                f.salvage.map(|(_, size)| number(size)),
            )
        })
        .collect();
    many!(
        tx,
        "insert into evidence_file (evidence, part, size, sha256, media_type, state, position, received_at, object,
         salvage_sha256, salvage_size)",
        rows,
        "on conflict (evidence, part) do update set size = excluded.size, sha256 = excluded.sha256,
         media_type = excluded.media_type, state = excluded.state, position = excluded.position,
         received_at = excluded.received_at, object = excluded.object, salvage_sha256 = excluded.salvage_sha256,
         salvage_size = excluded.salvage_size"
    )
    .await?;
    for after in &staying.activities {
        exec!(
            tx,
            "update activity set state = $1, record = $2, done_on = $3 where id = $4",
            after.state,
            after.record,
            after.done_on,
            after.activity
        )
        .await?;
    }
    for stays in &staying.answered {
        checked::write_stays(tx, stays).await?;
    }
    for record in &staying.superseded {
        exec!(tx, "update record set superseded = true where record = $1 and verdict = 'accepted'", *record)
            .await?;
    }
    Ok(())
}

/// A record about an erased subject came late: its identity and its place stay known, its files are not taken.
pub(super) async fn late(tx: &mut Tx, fact: &Placed, record: &RecordErased) -> Result<(), ApplyError> {
    let position = record.position as i64;
    exec!(tx, "insert into record_erased (hash, position) values ($1, $2)", record.hash, position).await?;
    let nothing = Digest([0; 32]);
    let decided = fact.position as i64;
    let rows: Vec<_> = record
        .files
        .iter()
        .map(|f| (f.evidence, f.part, 0_i64, nothing, String::new(), "erased".to_owned(), Some(decided)))
        .collect();
    many!(tx, "insert into evidence_file (evidence, part, size, sha256, media_type, state, position)", rows)
        .await?;
    let Some((chain, after)) = &record.chain else { return Ok(()) };
    exec!(
        tx,
        "insert into chain (device, chain, seq, hash) values ($1, $2, $3, $4)
         on conflict (device, chain) do update set seq = excluded.seq, hash = excluded.hash",
        record.device,
        *chain,
        after.seq as i64,
        after.hash
    )
    .await?;
    records::write_gaps(tx, after.gaps.iter().map(|gaps| (record.device, gaps))).await
}
