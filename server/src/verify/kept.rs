//! What is kept beside the journal and proven by it: the access log by its anchors, the hourly checkpoints by the tree.

use chrono::{DateTime, Utc};
use kandas_shared::{
    hash::Digest,
    jws::{Jws, PublicKey, Typ},
    receipt::Checkpoint,
};

use super::Report;
use crate::{
    access::{self, NO_ANCHOR},
    all,
    facts::AccessAnchored,
    journal::{self, JournalError},
    keys::RingVerifier,
    store::Tx,
};

/// Every anchored piece of the access log is there and hashes to what its fact says.
pub(super) async fn access_log(
    tx: &mut Tx,
    anchors: &[(u64, AccessAnchored)],
    report: &mut Report,
) -> Result<(), JournalError> {
    let mut before = (0, NO_ANCHOR);
    for (position, anchor) in anchors {
        let (Ok(from), Ok(to)) = (i64::try_from(anchor.from_id), i64::try_from(anchor.to_id)) else {
            report.fault(format!("position {position}: an anchor of the access log beyond all numbers"));
            continue;
        };
        if anchor.from_id != before.0 + 1 || to < from {
            report.fault(format!("position {position}: the anchor does not follow the one before"));
        }
        let piece = access::hash(tx, before.1, from, to).await?;
        if piece.entries != anchor.to_id.saturating_sub(anchor.from_id) + 1 || piece.hash != anchor.hash {
            report.fault(format!(
                "position {position}: entries {from} to {to} of the access log are not those that were anchored"
            ));
        } else {
            report.accesses += piece.entries;
        }
        before = (anchor.to_id, anchor.hash);
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct Row {
    size: i64,
    epoch: String,
    root: Digest,
    at: DateTime<Utc>,
    statement: String,
}

/// Every checkpoint that was kept is signed by this server and fits the tree.
pub(super) async fn checkpoints(
    tx: &mut Tx,
    server: &[PublicKey],
    size: u64,
    report: &mut Report,
) -> Result<(), JournalError> {
    let rows = all!(tx, Row, "select size, epoch, root, at, statement from checkpoint order by size").await?;
    for row in rows {
        match fault_of(tx, &row, server, size).await? {
            None => report.kept_checkpoints += 1,
            Some(fault) => report.fault(format!("the kept checkpoint of {} positions {fault}", row.size)),
        }
    }
    Ok(())
}

async fn fault_of(
    tx: &mut Tx,
    row: &Row,
    server: &[PublicKey],
    size: u64,
) -> Result<Option<&'static str>, JournalError> {
    let Ok(statement) = serde_json::from_str::<Jws>(&row.statement) else {
        return Ok(Some("is not readable"));
    };
    let signed = server.iter().rev().any(|key| statement.verify(Typ::Checkpoint, key, &RingVerifier).is_ok());
    if !signed {
        return Ok(Some("is not signed by this server"));
    }
    let Ok(said) = serde_json::from_str::<Checkpoint>(&statement.payload) else {
        return Ok(Some("is not readable"));
    };
    let columns = (row.size.unsigned_abs(), &row.epoch, row.root, row.at);
    if (said.size, &said.epoch.to_string(), said.root, said.time) != columns {
        return Ok(Some("says something else than its columns"));
    }
    if said.size > size {
        return Ok(Some("is of a longer journal"));
    }
    Ok((journal::root_at(tx, said.size).await? != said.root).then_some("is of another journal"))
}
