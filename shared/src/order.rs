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

text_enum! {
    /// What is decided about a device.
    pub enum PhoneAct {
        /// From now on it delivers what it has, and gets its orders.
        Revoke = "revoke",
        /// See [`OrderKind::Retire`].
        Retire = "retire",
        /// See [`OrderKind::Lost`].
        Lost = "lost",
        /// An order is taken back before the device was told.
        Withdraw = "withdraw",
    }
}

text_enum! {
    /// Why something is decided about a device. Words of a list, because they stand for ever.
    pub enum PhoneReason {
        /// Nobody knows where it is.
        Lost = "lost",
        /// Somebody took it.
        Stolen = "stolen",
        /// Its worker has left.
        Left = "left",
        /// There is another one in its place.
        Replaced = "replaced",
        /// It is broken.
        Broken = "broken",
        /// It is there again.
        Found = "found",
        /// What was decided was a mistake.
        Mistake = "mistake",
        /// Something else.
        Other = "other",
    }
}

impl PhoneReason {
    /// Whether it can be a reason for this.
    #[must_use]
    pub fn is_for(self, act: PhoneAct) -> bool {
        match self {
            Self::Lost | Self::Stolen => matches!(act, PhoneAct::Revoke | PhoneAct::Lost),
            Self::Left => act != PhoneAct::Withdraw,
            Self::Replaced | Self::Broken => matches!(act, PhoneAct::Revoke | PhoneAct::Retire),
            Self::Found | Self::Mistake => act == PhoneAct::Withdraw,
            Self::Other => true,
        }
    }
}
