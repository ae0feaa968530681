//! The server's word that it has records, signed for the present epoch.

use chrono::{DateTime, Utc};
use kandas_shared::{
    hash::Epoch,
    ids::DeviceId,
    jws::{Jws, Typ},
    receipt::{Receipt, RecordItem, RecordsReceipt},
};

use crate::{
    keys::Keys,
    refusal::{Outcome, Refusal},
};

/// Signs what became of a batch, in the order of the batch.
///
/// # Errors
/// When the key does not sign.
pub fn for_records(
    keys: &Keys,
    epoch: Epoch,
    time: DateTime<Utc>,
    carrier: DeviceId,
    items: Vec<RecordItem>,
) -> Outcome<Jws> {
    signed(keys, &Receipt::Records(RecordsReceipt { v: 1, epoch, time, carrier, items }))
}

/// Signs a receipt.
///
/// # Errors
/// When the key does not sign.
pub fn signed(keys: &Keys, receipt: &Receipt) -> Outcome<Jws> {
    let payload = serde_json::to_string(receipt).map_err(Refusal::fault)?;
    Jws::sign(Typ::Receipt, payload, keys.signer().as_ref()).map_err(Refusal::fault)
}
