//! Phones that come back: so many at a time are let in, so that those who are in get their answers within seconds.
//!
//! After a day without network everybody comes at once. A batch of records that waits behind a thousand others is
//! answered late, however fast they go; so phones that bring records wait before they have a token, and whoever has one
//! is served. A place is free again when its phone has handed over as many as it said, when it asks for what comes after
//! records, or when nothing of it has been at work for a while: it may have nothing more to say, or be gone.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use kandas_shared::ids::DeviceId;
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    time::{sleep, timeout},
};

/// The places.
pub struct Arrivals {
    places: Arc<Semaphore>,
    /// How long a phone keeps its place while nothing of it is at work.
    stay: Duration,
    inside: Arc<Mutex<Inside>>,
}

/// Who is inside.
#[derive(Default)]
struct Inside {
    /// With the number of the time it came in.
    phones: HashMap<DeviceId, (u64, Place)>,
    times: u64,
}

/// A place; free again when it is dropped.
#[derive(Debug)]
pub struct Place {
    _held: OwnedSemaphorePermit,
    /// Records its phone has still to hand over.
    records: u64,
}

impl Place {
    /// The place of a phone that hands over so many records; none if these are all.
    #[must_use]
    pub fn without(self, records: usize) -> Option<Self> {
        let left = self.records.saturating_sub(records as u64);
        (left > 0).then_some(Self { records: left, ..self })
    }
}

impl Arrivals {
    /// So many places, each for so long.
    #[must_use]
    pub fn new(places: usize, stay: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(places)), stay, inside: Arc::default() }
    }

    /// The next free place, for a phone with so many records; none within `patience`. Whoever waits longest goes first.
    pub async fn place(&self, records: u64, patience: Duration) -> Option<Place> {
        let place = timeout(patience, Arc::clone(&self.places).acquire_owned()).await;
        Some(Place { _held: place.ok()?.ok()?, records })
    }

    /// Whether the next has to wait.
    #[must_use]
    pub fn are_full(&self) -> bool {
        self.places.available_permits() == 0
    }

    /// A phone takes the place until it leaves, or stays too long.
    pub fn enter(&self, device: DeviceId, place: Place) {
        let number = {
            let mut inside = locked(&self.inside);
            inside.times += 1;
            let number = inside.times;
            // One that comes twice has one place.
            inside.phones.insert(device, (number, place));
            number
        };
        let (inside, stay) = (Arc::clone(&self.inside), self.stay);
        tokio::spawn(async move {
            sleep(stay).await;
            let mut inside = locked(&inside);
            if inside.phones.get(&device).is_some_and(|(time, _)| *time == number) {
                inside.phones.remove(&device);
            }
        });
    }

    /// A phone gives its place back, if it has one; whoever takes it may keep it for the phone.
    pub fn leave(&self, device: DeviceId) -> Option<Place> {
        locked(&self.inside).phones.remove(&device).map(|(_, place)| place)
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
            arrivals.enter(device(number), arrivals.place(1, LONG).await.unwrap());
        }
        assert!(arrivals.place(1, SHORT).await.is_none());
        assert!(arrivals.leave(device(1)).is_some() && arrivals.leave(device(7)).is_none());
        let place = arrivals.place(1, LONG).await.unwrap();
        assert!(arrivals.place(1, SHORT).await.is_none());
        // One that comes again has one place still.
        arrivals.enter(device(2), place);
        let place = arrivals.place(1, LONG).await.unwrap();
        arrivals.enter(device(3), place);
        assert!(arrivals.place(1, SHORT).await.is_none());
    }

    #[tokio::test]
    async fn whoever_has_handed_over_what_it_brought_has_no_place() {
        let arrivals = Arrivals::new(1, Duration::from_secs(600));
        let place = arrivals.place(60, LONG).await.unwrap().without(50).unwrap();
        assert!(arrivals.are_full());
        assert!(place.without(10).is_none());
        assert!(!arrivals.are_full());
    }

    #[tokio::test]
    async fn whoever_stays_too_long_makes_room() {
        let arrivals = Arrivals::new(1, Duration::from_millis(10));
        arrivals.enter(device(1), arrivals.place(1, LONG).await.unwrap());
        let _taken = arrivals.place(1, LONG).await.unwrap();
        assert!(locked(&arrivals.inside).phones.is_empty() && arrivals.are_full());
        assert!(arrivals.leave(device(1)).is_none());
        assert!(arrivals.place(1, SHORT).await.is_none(), "nobody gives back what he has not");
    }
}
