//! Who seals: the devices whose keys a batch names, remembered from one batch to the next.
//!
//! A key belongs to its device for ever, so what is remembered here does not grow old. Everything that changes about a
//! device (that it was revoked, that a restored store has never met it) is read under the journal's lock, see
//! [`desk`](super::desk).

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use kandas_shared::{
    ids::{DeviceId, UserId},
    jws::{Jws, KeyId, PublicKey, Typ},
};

use super::verify::is_sized;
use crate::{
    among,
    store::{Store, StoreError},
};

/// Most headers that are remembered; then all are forgotten.
const MOST: usize = 10_000;

/// A device as far as its signature goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealer {
    /// The device.
    pub device: DeviceId,
    /// Its worker.
    pub worker: UserId,
    /// Its key.
    pub key: PublicKey,
}

/// Sealers by the protected header of their statements, which is the same text in all of them: it was read, it is one of
/// a record, and it names a known key.
#[derive(Debug, Default)]
pub struct Sealers(RwLock<HashMap<String, Sealer>>);

impl Sealers {
    /// The sealers of a batch by the protected headers of its statements; those of unknown keys are not among them.
    ///
    /// # Errors
    /// When the database does not answer, or a stored key is none.
    pub async fn of(&self, store: &Store, batch: &[Jws]) -> Result<HashMap<String, Sealer>, StoreError> {
        let mut found: HashMap<String, Sealer> = HashMap::new();
        let mut asked: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
        {
            let remembered = self.read();
            for statement in batch.iter().filter(|s| is_sized(s)) {
                let header = statement.protected.as_str();
                if found.contains_key(header) {
                    continue;
                }
                if let Some(sealer) = remembered.get(header) {
                    found.insert(header.to_owned(), *sealer);
                } else if let Ok(KeyId(kid)) = statement.kid(Typ::Record)
                    && !kid.contains('\0')
                {
                    asked.entry(kid).or_default().insert(header);
                }
            }
        }
        if asked.is_empty() {
            return Ok(found);
        }
        let kids: Vec<_> = asked.keys().map(|kid| (kid.clone(),)).collect();
        let sql = "select id, worker, kid, key from device where kid in (";
        let mut tx = store.read().await?;
        let rows = among!(&mut tx, (DeviceId, UserId, String, Vec<u8>), sql, kids, ")").await?;
        drop(tx);
        let mut remembered = self.write();
        for (device, worker, kid, key) in rows {
            let key = PublicKey::try_from(key.as_slice())
                .map_err(|_| StoreError::Damaged(format!("the key of device {device}")))?;
            let sealer = Sealer { device, worker, key };
            for header in asked.remove(&kid).unwrap_or_default() {
                if remembered.len() >= MOST {
                    remembered.clear();
                }
                remembered.insert(header.to_owned(), sealer);
                found.insert(header.to_owned(), sealer);
            }
        }
        Ok(found)
    }

    /// Forgets devices that turned out not to be in the store.
    pub fn forget(&self, strangers: &BTreeSet<DeviceId>) {
        if !strangers.is_empty() {
            self.write().retain(|_, sealer| !strangers.contains(&sealer.device));
        }
    }

    fn read(&self) -> RwLockReadGuard<'_, HashMap<String, Sealer>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<String, Sealer>> {
        self.0.write().unwrap_or_else(PoisonError::into_inner)
    }
}
