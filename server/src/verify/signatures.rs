//! The signatures in the journal: records by the keys of their devices, announcements, orders by the server's key.

use std::collections::{BTreeMap, HashMap};

use kandas_shared::{
    ids::DeviceId,
    jws::{PublicKey, Typ},
    record::{CheckpointSeen, Reading, read},
};

use crate::{facts::Event, keys::RingVerifier};

/// What has been checked so far.
#[derive(Default)]
pub(super) struct Signatures {
    devices: HashMap<DeviceId, PublicKey>,
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

    pub(super) fn check(&mut self, position: u64, event: &Event) {
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
                self.devices.insert(enrolled.device, enrolled.key);
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
                if record.jws.identity() != record.hash {
                    self.faults.push(format!("position {position}: the record's identity is not its hash"));
                }
                match self.devices.get(&record.device) {
                    Some(key) => {
                        let good = record.jws.verify(Typ::Record, key, &RingVerifier).is_ok();
                        self.count(position, good, "the record's signature does not verify");
                    }
                    None => {
                        if self.unknown.insert(record.device, position).is_none() {
                            let fault = "the device that sealed the record was never enrolled";
                            self.faults.push(format!("position {position}: {fault}"));
                        }
                    }
                }
                self.note_checkpoint(position, record.device, &record.jws.payload);
            }
            _ => {}
        }
    }

    fn count(&mut self, position: u64, good: bool, fault: &str) {
        if good {
            self.verified += 1;
        } else {
            self.faults.push(format!("position {position}: {fault}"));
        }
    }

    fn note_checkpoint(&mut self, position: u64, device: DeviceId, payload: &str) {
        let Reading::Record(record) = read(payload) else { return };
        let Some(seen) = record.checkpoint else { return };
        let next = self.checkpoints.len();
        let at = *self.seen.entry((seen.epoch.0, seen.size, seen.root.0)).or_insert(next);
        match self.checkpoints.get_mut(at) {
            Some((_, sealed)) => sealed.records += 1,
            None => self.checkpoints.push((seen, Sealed { first: position, device, records: 1 })),
        }
    }
}
