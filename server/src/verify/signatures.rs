//! The signatures in the journal: records by the keys of their devices, announcements, orders by the server's key.

use std::collections::{BTreeMap, HashMap};

use kandas_shared::{
    ids::DeviceId,
    jws::{Jws, PublicKey, Typ},
    record::{CheckpointSeen, Reading, read},
};

use crate::{
    facts::{Event, RecordReceived},
    keys::RingVerifier,
};

/// What has been checked so far.
#[derive(Default)]
pub(super) struct Signatures {
    devices: HashMap<DeviceId, Sealer>,
    /// The server's keys, the present one last.
    server: Vec<PublicKey>,
    seen: HashMap<([u8; 16], u64, [u8; 32]), usize>,
    /// Checkpoints that records have seen, each once.
    pub(super) checkpoints: Vec<(CheckpointSeen, Sealed)>,
    pub(super) verified: u64,
    pub(super) faults: Vec<String>,
    /// Devices whose enrolment is not in the journal, each told once.
    unknown: BTreeMap<DeviceId, u64>,
}

/// A device, with the header of its records once one was read: it is the same text in all of them.
struct Sealer {
    key: PublicKey,
    header: Option<String>,
}

/// A record's signature that is to verify.
pub(super) struct Signed<'a> {
    pub(super) position: u64,
    pub(super) fault: &'static str,
    statement: &'a Jws,
    key: PublicKey,
}

impl Signed<'_> {
    pub(super) fn is_good(&self) -> bool {
        self.statement.verifies(&self.key, &RingVerifier)
    }
}

/// What can be said about a record alone.
pub(super) struct Looked {
    is_its_hash: bool,
    checkpoint: Option<CheckpointSeen>,
}

impl Looked {
    pub(super) fn at(record: &RecordReceived) -> Self {
        let checkpoint = match read(&record.jws.payload) {
            Reading::Record(record) => record.checkpoint,
            Reading::TooNew(_) | Reading::Unreadable(..) => None,
        };
        Self { is_its_hash: record.jws.identity() == record.hash, checkpoint }
    }
}

/// Records into which the same checkpoint is sealed.
pub(super) struct Sealed {
    /// Position of the first.
    pub(super) first: u64,
    /// Its device.
    pub(super) device: DeviceId,
    /// How many there are.
    pub(super) records: u64,
}

impl Signatures {
    /// The server's keys, the present one last.
    pub(super) fn server(&self) -> &[PublicKey] {
        &self.server
    }

    /// Checks what a fact says; the signatures of records are added to `signed`, to be counted later.
    pub(super) fn check<'a>(
        &mut self,
        position: u64,
        event: &'a Event,
        looked: Option<&Looked>,
        signed: &mut Vec<Signed<'a>>,
    ) {
        match event {
            Event::JournalOpened(opened) => self.server.push(opened.server_key),
            Event::KeyRotated(rotated) => {
                let old = self.server.last().copied().filter(|key| key.kid() == rotated.old);
                let good =
                    old.is_some_and(|old| rotated.statement.verify(Typ::Key, &old, &RingVerifier).is_ok());
                self.count(position, good, "the announcement of a key is not signed with the key before it");
                self.server.push(rotated.new);
            }
            Event::DeviceEnrolled(enrolled) => {
                self.devices.insert(enrolled.device, Sealer { key: enrolled.key, header: None });
            }
            Event::OrderIssued(order) => {
                let good = self
                    .server
                    .iter()
                    .rev()
                    .any(|key| order.statement.verify(Typ::Order, key, &RingVerifier).is_ok());
                self.count(position, good, "an order is not signed by this server");
            }
            Event::RecordReceived(record) => {
                if looked.is_some_and(|looked| !looked.is_its_hash) {
                    self.faults.push(format!("position {position}: the record's identity is not its hash"));
                }
                self.record(position, record, signed);
                if let Some(seen) = looked.and_then(|looked| looked.checkpoint) {
                    self.note_checkpoint(position, record.device, seen);
                }
            }
            _ => {}
        }
    }

    fn record<'a>(&mut self, position: u64, record: &'a RecordReceived, signed: &mut Vec<Signed<'a>>) {
        let fault = "the record's signature does not verify";
        let Some(sealer) = self.devices.get_mut(&record.device) else {
            if self.unknown.insert(record.device, position).is_none() {
                let fault = "the device that sealed the record was never enrolled";
                self.faults.push(format!("position {position}: {fault}"));
            }
            return;
        };
        if sealer.header.as_ref() != Some(&record.jws.protected) {
            if record.jws.kid(Typ::Record) != Ok(sealer.key.kid()) {
                return self.count(position, false, fault);
            }
            sealer.header = Some(record.jws.protected.clone());
        }
        signed.push(Signed { position, fault, statement: &record.jws, key: sealer.key });
    }

    pub(super) fn count(&mut self, position: u64, good: bool, fault: &str) {
        if good {
            self.verified += 1;
        } else {
            self.faults.push(format!("position {position}: {fault}"));
        }
    }

    fn note_checkpoint(&mut self, position: u64, device: DeviceId, seen: CheckpointSeen) {
        let next = self.checkpoints.len();
        let at = *self.seen.entry((seen.epoch.0, seen.size, seen.root.0)).or_insert(next);
        match self.checkpoints.get_mut(at) {
            Some((_, sealed)) => sealed.records += 1,
            None => self.checkpoints.push((seen, Sealed { first: position, device, records: 1 })),
        }
    }
}
