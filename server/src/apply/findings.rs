//! Findings: what the last fact about a record says takes the place of all that was said before.

use chrono::{DateTime, Utc};
use kandas_shared::{
    finding::{Rule, Severity},
    hash::Digest,
    ids::RecordId,
};

use super::{ApplyError, run::Run};
use crate::{
    facts::{CheckSampled, FindingsComputed},
    findings::risk,
    journal::Placed,
    many,
    store::Tx,
};

/// The last fact about a record in a run.
pub(super) struct Computed {
    position: u64,
    at: DateTime<Utc>,
    said: FindingsComputed,
}

/// A row of `check_sample`.
pub(super) type Sample = (Digest, RecordId, DateTime<Utc>, i64);
type Row = (Digest, i64, RecordId, Rule, i64, Severity, String, Option<Digest>, DateTime<Utc>, i64);

impl Run {
    /// What is noticed about a record joins the run.
    pub(super) fn findings(&mut self, fact: &Placed, said: &FindingsComputed) {
        let others = said.findings.iter().filter_map(|finding| finding.other);
        self.mentions.extend(others.map(|other| (fact.position, other)));
        let computed = Computed { position: fact.position, at: fact.at, said: said.clone() };
        self.findings.insert(said.hash, computed);
    }

    /// A draw joins the run.
    pub(super) fn sampled(&mut self, fact: &Placed, drawn: &CheckSampled) {
        let position = i64::try_from(fact.position).unwrap_or(i64::MAX);
        self.samples.push((drawn.hash, drawn.record, fact.at, position));
    }
}

pub(super) async fn write(run: &mut Run, tx: &mut Tx) -> Result<(), ApplyError> {
    let computed = std::mem::take(&mut run.findings);
    let hashes: Vec<_> = computed.keys().map(|hash| (*hash,)).collect();
    many!(tx, "delete from finding where hash in (", hashes, ")").await?;
    let risks: Vec<_> =
        computed.iter().map(|(hash, computed)| (*hash, i64::from(risk(&computed.said.findings)))).collect();
    many!(
        tx,
        "with told (hash, risk) as (",
        risks,
        ") update record set risk = told.risk from told where record.hash = told.hash and record.risk <> told.risk"
    )
    .await?;
    let mut rows: Vec<Row> = Vec::new();
    for (hash, Computed { position, at, said }) in computed {
        for (number, finding) in said.findings.into_iter().enumerate() {
            let params = serde_json::to_string(&finding.params)?;
            rows.push((
                hash,
                i64::try_from(number).unwrap_or(i64::MAX),
                said.record,
                finding.rule,
                i64::from(finding.version),
                finding.severity,
                params,
                finding.other,
                at,
                i64::try_from(position).unwrap_or(i64::MAX),
            ));
        }
    }
    many!(
        tx,
        "insert into finding (hash, number, record, rule, rule_version, severity, params, other, at, position)",
        rows
    )
    .await?;
    let rows: Vec<_> = std::mem::take(&mut run.mentions)
        .into_iter()
        .map(|(position, other)| (i64::try_from(position).unwrap_or(i64::MAX), other))
        .collect();
    many!(tx, "insert into finding_mention (position, other)", rows).await?;
    many!(tx, "insert into check_sample (hash, record, at, position)", run.samples).await?;
    let drawn: Vec<_> = run.samples.iter().map(|sample| (sample.0,)).collect();
    many!(tx, "update record set sampled = true where hash in (", drawn, ")").await?;
    Ok(())
}
