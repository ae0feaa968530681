//! Records, their evidence and their chains.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    cursor::Kind,
    evidence::{EvidenceKind, FileRef, Part, Source},
    hash::Digest,
    ids::{
        ActivityId, CaptureId, ChainId, DeviceId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId,
    },
    plan_state::CheckKind,
    pulled::state_id,
    receipt::{HeldReason, Verdict},
    service::ServiceCode,
    time::micros,
};
use uuid::Uuid;

use super::{
    ApplyError, Before, Gone, checked, missing, monitoring,
    run::{Run, When},
    words,
};
use crate::{
    facts::{EvidenceReceived, NamedEvidence, RecordReceived},
    journal::Placed,
    many, scope,
    store::Tx,
};

pub(super) type RecordRow = (
    Digest,
    Uuid,
    i64,
    DateTime<Utc>,
    DeviceId,
    DeviceId,
    UserId,
    Verdict,
    Option<HeldReason>,
    Option<RecordId>,
    Option<ChainId>,
    Option<i64>,
    Option<Digest>,
    bool,
    Option<String>,
    Option<String>,
    Option<FamilyId>,
    Option<PersonId>,
    Option<ActivityId>,
    Option<ServiceCode>,
    Option<NaiveDate>,
    When,
    Option<String>,
    Option<i64>,
    Option<RecordId>,
    bool,
    CheckKind,
    Option<OrgUnitId>,
    bool,
    bool,
);
pub(super) type EvidenceRow = (EvidenceId, Digest, CaptureId, EvidenceKind, Source, Option<FamilyId>);
pub(super) type FileRow = (EvidenceId, Part, i64, Digest, String, &'static str);
pub(super) type FileReceivedRow = (EvidenceId, Part, i64, DateTime<Utc>, String);

/// A record joins the run.
pub(super) fn received(
    run: &mut Run,
    fact: &Placed,
    record: &RecordReceived,
    before: &mut Before,
    gone: &Gone,
) -> Result<(), ApplyError> {
    let (reading, outcome) = (&record.reading, &record.outcome);
    run.records.push((
        record.hash,
        state_id(&record.hash),
        fact.position as i64,
        fact.at,
        record.carrier,
        record.device,
        record.worker,
        outcome.verdict,
        outcome.reason,
        reading.record,
        reading.chain,
        reading.seq.map(|n| n as i64),
        reading.prev,
        outcome.placed,
        outcome.chain_finding.map(|f| f.as_str().to_owned()),
        reading.kind.clone(),
        reading.family,
        reading.person,
        reading.activity,
        reading.service,
        reading.done_on,
        reading.sealed.as_ref().map(|s| micros(s.wall)),
        reading.sealed.as_ref().map(|s| s.boot.clone()),
        reading.sealed.as_ref().map(|s| i64::try_from(s.boot_ms).unwrap_or(i64::MAX)),
        reading.supersedes,
        outcome.late_handover,
        CheckKind::Unchecked,
        None,
        lacks_video(reading.kind.as_deref(), &reading.evidence),
        // Until its files have come, or it turns out that they were here before.
        !reading.evidence.is_empty(),
    ));
    let id = state_id(&record.hash);
    run.touch(Kind::RecordState, id, fact.position, [reading.family]);
    run.touch_in(scope::of_worker(record.worker), Kind::RecordState, id, fact.position);

    run.acts.extend(monitoring::act_of(record));
    let expected: BTreeSet<_> =
        outcome.files.iter().filter(|file| file.part != Part::Original).map(|file| file.evidence).collect();
    for e in &reading.evidence {
        if !expected.contains(&e.evidence) {
            run.settled.insert(e.evidence);
        }
        run.evidence.push((e.evidence, record.hash, e.capture, e.kind, e.source, reading.family));
    }
    for f in &outcome.files {
        // The camera's own file comes only when a supervisor calls for it.
        let state = if f.part == Part::Original { "on_call" } else { "expected" };
        let row = (f.evidence, f.part, f.size as i64, f.sha256, f.media_type.clone(), state);
        run.files.insert((f.evidence, f.part), row);
    }
    if let Some(chain) = reading.chain
        && let Some(after) = &outcome.chain_after
    {
        run.chains.insert((record.device, chain), (after.seq, after.hash));
        if let Some(gaps) = &after.gaps {
            run.gaps.insert((record.device, gaps.chain), gaps.clone());
        }
    }
    for gaps in &outcome.lost {
        run.gaps.insert((record.device, gaps.chain), gaps.clone());
    }
    for after in [&outcome.withdrawn, &outcome.activity_after].into_iter().flatten() {
        if !gone.has_activity(after.activity, fact.position) {
            run.activity_after(fact.position, after);
        }
    }
    if let Some(consent) = &outcome.consent_after {
        let family =
            reading.family.ok_or_else(|| missing(fact.position, "the family of a consent".into()))?;
        run.consent(fact.position, consent, family, before);
    }
    run.superseded.extend(outcome.superseded);
    if let Some(answered) = &outcome.answered {
        checked::answered(run, fact, answered, reading.record, reading.family);
    }
    Ok(())
}

/// Whether a record is a completion without a video (§36, A-14); why there is none is in its own words.
fn lacks_video(kind: Option<&str>, evidence: &[NamedEvidence]) -> bool {
    kind == Some("completion") && evidence.iter().all(|named| named.kind != EvidenceKind::Video)
}

/// A file that came whole joins the run.
pub(super) fn file_received(run: &mut Run, fact: &Placed, file: &EvidenceReceived, gone: &Gone) {
    let name = FileRef { evidence: file.evidence, part: file.part };
    if !gone.has_file(name, fact.position) {
        let row = (file.evidence, file.part, fact.position as i64, fact.at, file.object.clone());
        run.files_received.insert((file.evidence, file.part), row);
        run.settled.insert(file.evidence);
    }
    for after in &file.activities_after {
        if !gone.has_activity(after.activity, fact.position) {
            run.activity_after(fact.position, after);
        }
    }
}

/// Writes the records of a run.
pub(super) async fn write(run: &mut Run, tx: &mut Tx) -> Result<(), ApplyError> {
    let units = words::units(tx, run.records.iter().filter_map(|row| row.16)).await?;
    for row in &mut run.records {
        row.27 = row.16.and_then(|family| units.get(&family).copied());
    }
    many!(
        tx,
        "insert into record (hash, state_id, position, received_at, carrier, device, worker, verdict, reason, record,
         chain, seq, prev, placed, chain_finding, kind, family, person, activity, service, done_on, sealed_at,
         sealed_boot, sealed_boot_ms, supersedes, late_handover, check_state, org_unit, no_video, awaits)",
        run.records
    )
    .await?;
    many!(tx, "insert into record_act (hash, act, family, done_on, satisfaction)", run.acts).await?;
    many!(tx, "insert into evidence (evidence, hash, capture, kind, source, family)", run.evidence).await?;
    let rows: Vec<FileRow> = std::mem::take(&mut run.files).into_values().collect();
    // A file that went with an erased subject may be named again by the record of somebody else.
    let written = many!(
        tx,
        "insert into evidence_file (evidence, part, size, sha256, media_type, state)",
        rows,
        "on conflict (evidence, part) do update set size = excluded.size, sha256 = excluded.sha256,
         media_type = excluded.media_type, state = excluded.state, position = null
         where evidence_file.state = 'erased'"
    )
    .await?;
    if written != rows.len() as u64 {
        let position = run.records.first().map_or(0, |record| record.2 as u64);
        return Err(missing(position, "a file of its own among those named before".into()));
    }

    let rows: Vec<FileReceivedRow> = std::mem::take(&mut run.files_received).into_values().collect();
    let written = many!(
        tx,
        "with came (evidence, part, position, received_at, object) as (",
        rows,
        ") update evidence_file set state = 'received', position = came.position, received_at = came.received_at,
         object = came.object from came where evidence_file.evidence = came.evidence and evidence_file.part = came.part"
    )
    .await?;
    if written != rows.len() as u64 {
        let position = rows.first().map_or(0, |r| r.2 as u64);
        return Err(missing(position, "the evidence of a file".into()));
    }
    let settled: Vec<_> = std::mem::take(&mut run.settled).into_iter().map(|id| (id,)).collect();
    awaits_anew(tx, &settled).await?;

    let rows: Vec<_> = run.chains.iter().map(|((d, c), (seq, hash))| (*d, *c, *seq as i64, *hash)).collect();
    many!(
        tx,
        "insert into chain (device, chain, seq, hash)",
        rows,
        "on conflict (device, chain) do update set seq = excluded.seq, hash = excluded.hash"
    )
    .await?;
    write_gaps(tx, run.gaps.iter().map(|((device, _), gaps)| (*device, gaps))).await?;

    let rows: Vec<_> = run.superseded.iter().map(|id| (*id,)).collect();
    many!(
        tx,
        "with old (record) as (",
        rows,
        ") update record set superseded = true from old where record.record = old.record and record.verdict = 'accepted'"
    )
    .await?;
    for (answered, by) in &run.answered {
        checked::write_answered(tx, answered, *by).await?;
    }
    Ok(())
}

/// Says of the records that name these pieces whether files of theirs are expected and not here.
pub(super) async fn awaits_anew(tx: &mut Tx, pieces: &[(EvidenceId,)]) -> Result<(), ApplyError> {
    many!(
        tx,
        "with touched (evidence) as (",
        pieces,
        ") update record set awaits = not awaits
         where hash in (select e.hash from touched join evidence e on e.evidence = touched.evidence)
         and awaits <> exists (select 1 from evidence e join evidence_file x on x.evidence = e.evidence
                               where e.hash = record.hash and x.state = 'expected')"
    )
    .await?;
    Ok(())
}

/// Replaces the ledgers of missing numbers.
pub(super) async fn write_gaps<'a>(
    tx: &mut Tx,
    ledgers: impl Iterator<Item = (DeviceId, &'a crate::facts::GapsAfter)>,
) -> Result<(), ApplyError> {
    let (mut keys, mut rows) = (Vec::new(), Vec::new());
    for (device, gaps) in ledgers {
        keys.push((device, gaps.chain));
        for (state, list) in [("open", &gaps.open), ("lost", &gaps.lost)] {
            for gap in list {
                let (from, to) = (gap.from as i64, gap.to as i64);
                rows.push((device, gaps.chain, from, to, state.to_owned(), gap.position as i64));
            }
        }
    }
    many!(tx, "delete from chain_gap where (device, chain) in (", keys, ")").await?;
    many!(tx, "insert into chain_gap (device, chain, from_seq, to_seq, state, position)", rows).await?;
    Ok(())
}
