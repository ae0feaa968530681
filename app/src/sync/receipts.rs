//! Reading the server's signed words. A statement counts only if it is of the right type, signed by a key of this
//! server, of the epoch in force, and about exactly what was sent; nothing on the phone changes before that is sure.

use kandas_shared::{
    enrol::KeyPayload,
    evidence::FileRef,
    hash::{Digest, Epoch},
    ids::DeviceId,
    jws::{Jws, JwsError, PublicKey, Typ, Verifier},
    order::Order,
    receipt::{Checkpoint, FileReceipt, Receipt, RecordItem, RecordsReceipt},
};
use serde::de::DeserializeOwned;

/// The server's keys, oldest first; the last one is in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerKeys(pub Vec<PublicKey>);

/// Why a statement of the server is not believed.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// The statement itself.
    #[error(transparent)]
    Statement(#[from] JwsError),
    /// Its payload is not of the expected form.
    #[error("the payload is unreadable: {0}")]
    Payload(String),
    /// It was given in another epoch: the server was restored.
    #[error("it is of another epoch")]
    OtherEpoch(Epoch),
    /// It is about something else.
    #[error("it is not about what was sent: {0}")]
    SomethingElse(&'static str),
}

impl ServerKeys {
    /// The key in force.
    #[must_use]
    pub fn current(&self) -> Option<&PublicKey> {
        self.0.last()
    }

    /// Follows announced changes of key, oldest first; those followed before, or made before our first key, are passed
    /// over.
    ///
    /// # Errors
    /// When a statement is not signed with the key it replaces.
    pub fn follow(&mut self, changes: &[Jws], verifier: &dyn Verifier) -> Result<bool, Untrusted> {
        let mut moved = false;
        let leads_here = |change: &Jws| {
            read::<KeyPayload>(&change.payload).is_ok_and(|payload| self.0.contains(&payload.new))
        };
        let from = changes.iter().rposition(leads_here).map_or(0, |at| at + 1);
        for change in &changes[from..] {
            let Some(key) = self.current().copied() else { return Err(JwsError::UnknownKey.into()) };
            let signer = change.kid(Typ::Key)?;
            if signer != key.kid() {
                if self.0.iter().any(|old| old.kid() == signer) {
                    continue;
                }
                return Err(JwsError::UnknownKey.into());
            }
            let payload: KeyPayload = read(change.verify(Typ::Key, &key, verifier)?)?;
            if payload.v != 1 || payload.old != key.kid() {
                return Err(Untrusted::SomethingElse("the key it replaces"));
            }
            self.0.push(payload.new);
            moved = true;
        }
        Ok(moved)
    }

    /// The payload of a statement signed with one of the keys.
    fn verify<'a>(
        &self,
        statement: &'a Jws,
        typ: Typ,
        verifier: &dyn Verifier,
    ) -> Result<&'a str, Untrusted> {
        let kid = statement.kid(typ)?;
        let key = self.0.iter().rev().find(|key| key.kid() == kid).ok_or(JwsError::UnknownKey)?;
        Ok(statement.verify(typ, key, verifier)?)
    }

    /// A checkpoint.
    ///
    /// # Errors
    /// When it is not believed.
    pub fn checkpoint(&self, statement: &Jws, verifier: &dyn Verifier) -> Result<Checkpoint, Untrusted> {
        let checkpoint: Checkpoint = read(self.verify(statement, Typ::Checkpoint, verifier)?)?;
        if checkpoint.v == 1 { Ok(checkpoint) } else { Err(Untrusted::Payload("version".into())) }
    }

    /// An order to `device`.
    ///
    /// # Errors
    /// When it is not believed or meant for another device.
    pub fn order(
        &self,
        statement: &Jws,
        device: DeviceId,
        verifier: &dyn Verifier,
    ) -> Result<Order, Untrusted> {
        let order: Order = read(self.verify(statement, Typ::Order, verifier)?)?;
        if order.v != 1 {
            return Err(Untrusted::Payload("version".into()));
        }
        if order.device != device {
            return Err(Untrusted::SomethingElse("it orders another device"));
        }
        Ok(order)
    }

    /// The receipt for a batch of records this device carried: one item for each statement sent, in their order.
    ///
    /// # Errors
    /// When it is not believed or not about them.
    pub fn records(
        &self,
        statement: &Jws,
        epoch: Epoch,
        carrier: DeviceId,
        sent: &[Digest],
        verifier: &dyn Verifier,
    ) -> Result<RecordsReceipt, Untrusted> {
        let Receipt::Records(receipt) = read(self.verify(statement, Typ::Receipt, verifier)?)? else {
            return Err(Untrusted::SomethingElse("a receipt for a file"));
        };
        if receipt.v != 1 {
            return Err(Untrusted::Payload("version".into()));
        }
        if receipt.epoch != epoch {
            return Err(Untrusted::OtherEpoch(receipt.epoch));
        }
        if receipt.carrier != carrier {
            return Err(Untrusted::SomethingElse("another device carried them"));
        }
        if !receipt.items.iter().map(|item| item.hash).eq(sent.iter().copied()) {
            return Err(Untrusted::SomethingElse("other records"));
        }
        if receipt.items.iter().any(unsound) {
            return Err(Untrusted::SomethingElse("custody without a position"));
        }
        Ok(receipt)
    }

    /// The receipt for one file. Unless it is for salvage, it names the signed hash and size.
    ///
    /// # Errors
    /// When it is not believed or not about that file.
    pub fn file(
        &self,
        statement: &Jws,
        epoch: Epoch,
        file: FileRef,
        sha256: Digest,
        size: u64,
        verifier: &dyn Verifier,
    ) -> Result<FileReceipt, Untrusted> {
        let Receipt::File(receipt) = read(self.verify(statement, Typ::Receipt, verifier)?)? else {
            return Err(Untrusted::SomethingElse("a receipt for records"));
        };
        if receipt.v != 1 {
            return Err(Untrusted::Payload("version".into()));
        }
        if receipt.epoch != epoch {
            return Err(Untrusted::OtherEpoch(receipt.epoch));
        }
        if receipt.evidence != file.evidence || receipt.part != file.part {
            return Err(Untrusted::SomethingElse("another file"));
        }
        if !receipt.salvage && (receipt.sha256 != sha256 || receipt.size != size) {
            return Err(Untrusted::SomethingElse("other bytes"));
        }
        Ok(receipt)
    }

    /// Any receipt, believed only for its signature: for showing what became of a bundle.
    ///
    /// # Errors
    /// When it is not believed.
    pub fn any(&self, statement: &Jws, verifier: &dyn Verifier) -> Result<Receipt, Untrusted> {
        read(self.verify(statement, Typ::Receipt, verifier)?)
    }
}

fn unsound(item: &RecordItem) -> bool {
    item.verdict.is_custody() && item.position.is_none()
}

fn read<T: DeserializeOwned>(payload: &str) -> Result<T, Untrusted> {
    serde_json::from_str(payload).map_err(|error| Untrusted::Payload(error.to_string()))
}
