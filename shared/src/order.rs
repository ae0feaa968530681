//! Orders of the server to a device (docs/formats.md §7).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{DeviceId, OrderId},
    text_enum::text_enum,
};

text_enum! {
    /// What a device is told to do.
    pub enum OrderKind {
        /// Upload everything, then wipe.
        Retire = "retire",
        /// Wipe case data at once; unsent work is re-encrypted to the escrow key, uploaded, then wiped.
        Lost = "lost",
    }
}

/// Payload of a `kandas-order` statement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Order {
    /// Format version, 1.
    pub v: u32,
    /// Its id.
    pub order: OrderId,
    /// What to do.
    pub kind: OrderKind,
    /// The only device it is for.
    pub device: DeviceId,
    /// Grows with each order to a device; each serial runs once.
    pub serial: u64,
    /// When it was issued.
    pub issued: DateTime<Utc>,
    /// Not run after this.
    pub ends: DateTime<Utc>,
    /// age recipient for work that can no longer be sent openly.
    pub escrow: String,
}
