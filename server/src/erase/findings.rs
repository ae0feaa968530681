//! Findings of others that name a record of the subject: the same file, a photo that looks the same, a way too fast.
//!
//! Facts that say so lose their bodies with the subject, and so do earlier ones of the same kind. What else was noticed
//! about those records is stated once more, right after the decision.

use std::collections::{BTreeMap, BTreeSet};

use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, PersonId, RecordId},
};

use crate::{
    among,
    facts::{Event, FindingsComputed},
    findings,
    journal::{Fact, JournalError},
    store::Tx,
};

/// What was said of others.
pub(super) struct Told {
    /// Facts whose bodies go.
    pub positions: Vec<i64>,
    /// What stays to be said.
    pub stated: Vec<Fact>,
}

impl Told {
    pub(super) async fn by(tx: &mut Tx, going: &[(Digest,)]) -> Result<Self, JournalError> {
        let sql = "select position from finding_mention where other in (";
        let positions: BTreeSet<i64> =
            among!(tx, (i64,), sql, going, ")").await?.into_iter().map(|(position,)| position).collect();
        let gone: BTreeSet<Digest> = going.iter().map(|(hash,)| *hash).collect();
        type Row = (Digest, RecordId, Option<FamilyId>, Option<PersonId>);
        let sql =
            "select r.hash, r.record, r.family, r.person from finding f join record r on r.hash = f.hash
            where r.record is not null and f.other in (";
        let named: BTreeMap<Digest, Row> = among!(tx, Row, sql, going, ")")
            .await?
            .into_iter()
            .filter(|(hash, ..)| !gone.contains(hash))
            .map(|row| (row.0, row))
            .collect();
        let hashes: Vec<_> = named.keys().map(|hash| (*hash,)).collect();
        let mut held = findings::held(tx, &hashes).await?;
        let mut stated = Vec::with_capacity(named.len());
        for (hash, record, family, person) in named.into_values() {
            let mut findings = held.remove(&hash).unwrap_or_default();
            findings.retain(|finding| finding.other.is_none_or(|other| !gone.contains(&other)));
            let event = Event::FindingsComputed(FindingsComputed { record, hash, findings });
            stated.push(Fact { family, person, ..Fact::by_system(event) });
        }
        Ok(Self { positions: positions.into_iter().collect(), stated })
    }
}
