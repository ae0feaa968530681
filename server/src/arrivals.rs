//! Phones that come back: so many at a time are let in, so that those who are in get their answers within seconds.
//!
//! After a day without network everybody comes at once. A batch of records that waits behind a thousand others is
//! answered late, however fast they go; so phones wait before they have a token, and whoever has one is served. A place
//! is free again when the phone's records are answered, when it asks for something that comes after records, or after
//! a while: it may have nothing to say, or be gone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kandas_shared::ids::DeviceId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

/// The places.
pub struct Arrivals {
    places: Arc<Semaphore>,
    /// How long a phone may keep its place.
    stay: Duration,
    inside: Arc<Mutex<Inside>>,
}

/// Whose place is given back when.
type Inside = HashMap<DeviceId, CancellationToken>;

/// A place that nobody has taken yet.
#[derive(Clone, Debug)]
pub struct Place {
    _held: Arc<OwnedSemaphorePermit>,
}

impl Arrivals {
    /// So many places, each for so long.
    #[must_use]
    pub fn new(places: usize, stay: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), stay, inside: Arc::default() }
    }

    /// The next free place; none within `patience`. Whoever waits longest goes first.
    pub async fn place(&self, patience: Duration) -> Option<Place> {
        let place = timeout(patience, Arc::clone(&self.places).acquire_owned()).await;
        Some(Place { _held: Arc::new(place.ok()?.ok()?) })
    }

    /// A phone has its token and takes the place.
    pub fn enter(&self, device: DeviceId, place: Place) {
        let leaves = CancellationToken::new();
        // One that comes twice has one place.
        if let Some(before) = locked(&self.inside).insert(device, leaves.clone()) {
            before.cancel();
        }
        let (inside, stay) = (Arc::clone(&self.inside), self.stay);
        tokio::spawn(async move {
            if timeout(stay, leaves.cancelled()).await.is_err() {
                let mut inside = locked(&inside);
                if !leaves.is_cancelled() {
                    inside.remove(&device);
                }
            }
            drop(place);
        });
    }

    /// A phone has what it came for first.
    pub fn leave(&self, device: DeviceId) {
        if let Some(leaves) = locked(&self.inside).remove(&device) {
            leaves.cancel();
        }
    }
}

/// What it guards is whole between any two statements.
fn locked(inside: &Mutex<Inside>) -> MutexGuard<'_, Inside> {
    inside.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn device(number: u128) -> DeviceId {
        DeviceId(Uuid::from_u128(number))
    }

    /// Long enough for what is there at once.
    const SHORT: Duration = Duration::from_millis(20);
    /// However busy the machine is.
    const LONG: Duration = Duration::from_secs(20);

    #[tokio::test]
    async fn a_place_is_free_when_its_phone_leaves() {
        let arrivals = Arrivals::new(2, Duration::from_secs(600));
        for number in [1, 2] {
            arrivals.enter(device(number), arrivals.place(LONG).await.unwrap());
        }
        assert!(arrivals.place(SHORT).await.is_none());
        arrivals.leave(device(1));
        arrivals.leave(device(7));
        let place = arrivals.place(LONG).await.unwrap();
        assert!(arrivals.place(SHORT).await.is_none());
        // One that comes again has one place still.
        arrivals.enter(device(2), place);
        let place = arrivals.place(LONG).await.unwrap();
        arrivals.enter(device(3), place);
        assert!(arrivals.place(SHORT).await.is_none());
    }

    #[tokio::test]
    async fn whoever_stays_too_long_makes_room() {
        let arrivals = Arrivals::new(1, Duration::from_millis(10));
        arrivals.enter(device(1), arrivals.place(LONG).await.unwrap());
        let _taken = arrivals.place(LONG).await.unwrap();
        assert!(locked(&arrivals.inside).is_empty());
        arrivals.leave(device(1));
        assert!(arrivals.place(SHORT).await.is_none(), "nobody gives back what he has not");
    }
}
