//! What every handler is given: handles to the parts of the server, and nothing else.

use std::{
    io,
    ops::Deref,
    path::Path,
    sync::{Arc, OnceLock, atomic::AtomicBool},
};

use kandas_shared::time::Clock;
use tokio::sync::{Notify, Semaphore};
use tokio_util::sync::CancellationToken;

use crate::{
    arrivals::Arrivals,
    chance::Chance,
    cms::Authorities,
    config::Config,
    intake::Intake,
    jobs::Works,
    keys::{Keys, RingVerifier},
    limits::Limits,
    media::{Depot, Media, Objects},
    offer::Offers,
    office::{live::Live, map::points::Points, plan::moving::Followed, standing::Standing},
    store::Store,
    token::Bearers,
};

/// Handles to the parts of the server; cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Handles>);

/// See [`AppState`].
pub struct Handles {
    /// The database.
    pub store: Store,
    /// What the server signs and opens with.
    pub keys: Arc<Keys>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub chance: Arc<dyn Chance>,
    /// Whose the tokens are that came lately.
    pub bearers: Bearers,
    /// Records come in here.
    pub intake: Intake,
    /// Uploads, custody, receipts.
    pub media: Media,
    /// Files in custody.
    pub objects: Objects,
    /// The program for phones that is offered.
    pub offers: Offers,
    /// How much and how long.
    pub limits: Limits,
    /// Who is told what is new.
    pub live: Live,
    /// How units stand.
    pub standing: Standing,
    /// How far the states of plans have followed the journal.
    pub plans: Followed,
    /// Where everything lies.
    pub points: Points,
    /// Phones that come back and are let in.
    pub arrivals: Arrivals,
    /// Turns for batches of records.
    pub record_seats: Semaphore,
    /// Turns for requests without records and media.
    pub seats: Semaphore,
    /// Turns for media.
    pub media_seats: Semaphore,
    /// Turns for large bodies that are decompressed and read.
    pub growing: Semaphore,
    /// What the server was started with, as far as a QR for phones needs it.
    pub config: OnceLock<Config>,
    /// What of the regular work failed the last time.
    pub works: Works,
    /// Authorities whose certificates are trusted; nobody's before they were read.
    pub authorities: OnceLock<Authorities>,
    /// Told when a decision to erase was confirmed.
    pub erasing: Notify,
    /// The database is being compacted after erasings.
    pub compacting: AtomicBool,
    /// Cancelled when the server begins to stop.
    pub stopping: CancellationToken,
}

impl AppState {
    /// Puts a server together over an open store, with media in folders that exist. Must be called inside a tokio
    /// runtime.
    ///
    /// # Errors
    /// When a folder cannot be used.
    pub fn new(
        store: Store,
        keys: Arc<Keys>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        limits: Limits,
        objects: &Path,
        staging: &Path,
    ) -> io::Result<Self> {
        let depot = Depot::folders(objects, staging)?;
        Ok(Self::with_depot(store, keys, clock, chance, limits, depot))
    }

    /// Puts a server together over an open store and a depot. Must be called inside a tokio runtime.
    #[must_use]
    pub fn with_depot(
        store: Store,
        keys: Arc<Keys>,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        limits: Limits,
        depot: Depot,
    ) -> Self {
        crate::api::health::recorder();
        let objects = depot.objects.clone();
        let media = Media::new(
            store.clone(),
            Arc::clone(&keys),
            Arc::clone(&clock),
            Arc::clone(&chance),
            limits.clone(),
            depot,
        );
        let verifier = Arc::new(RingVerifier);
        let intake = Intake::start(store.clone(), verifier, Arc::clone(&clock), Arc::clone(&chance));
        Self(Arc::new(Handles {
            store,
            keys,
            clock,
            chance,
            bearers: Bearers::default(),
            intake,
            media,
            objects,
            offers: Offers::default(),
            live: Live::default(),
            standing: Standing::default(),
            plans: Followed::default(),
            points: Points::default(),
            arrivals: Arrivals::new(limits.arrivals, limits.arrival_stay),
            record_seats: Semaphore::new(limits.record_requests),
            seats: Semaphore::new(limits.requests),
            media_seats: Semaphore::new(limits.media_requests),
            growing: Semaphore::new(limits.growing),
            limits,
            config: OnceLock::new(),
            works: Works::default(),
            authorities: OnceLock::new(),
            erasing: Notify::new(),
            compacting: AtomicBool::new(false),
            stopping: CancellationToken::new(),
        }))
    }
}

impl Deref for AppState {
    type Target = Handles;
    fn deref(&self) -> &Handles {
        &self.0
    }
}
