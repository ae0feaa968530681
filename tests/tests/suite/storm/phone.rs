//! A worker's phone: the real core on its own home, with clocks and chance of the seed.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
    time::Duration,
};

use chrono::{Days, NaiveDate, TimeDelta};
use kandas_app::{
    app::{App, AppError},
    capture::Attached,
    draft::{DraftId, NewDraft},
    platform::{Chance, FileKeystore, FixedLink, LinkKind, Platform, PlatformError, Space},
    seal::Sealing,
    store::draft::Change,
    sync::{
        self, Ended, Mode, Options, SyncError,
        enrol::enrol_over,
        progress::{News, Progress},
    },
};
use kandas_shared::{
    enrol::Invitation,
    evidence::{EvidenceKind, Position, PositionSource, Source},
    hash::Digest,
    ids::{RecordId, UserId},
    plan_state::ActivityState,
    pulled::Activity,
    record::{Act, ConsentState},
    rule::{Missing, NoPositionReason, NoVideoReason},
};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng, seq::IndexedRandom as _};

use super::{
    network::Network,
    time::{PhoneClock, Time},
    town::Shots,
};

const IDLE: Duration = Duration::from_secs(60);

pub struct Phone {
    pub number: usize,
    pub worker: UserId,
    /// Enrolled in the storm.
    pub is_newcomer: bool,
    /// What was sealed on it.
    pub sealed: Vec<(Digest, RecordId)>,
    home: PathBuf,
    clock: Arc<PhoneClock>,
    chance: Arc<dyn Chance>,
    app: Option<App>,
}

/// How an attempt to sync ended.
#[derive(Debug)]
pub enum Synced {
    Ended(Ended),
    /// The program ended in the middle of it.
    Died,
}

struct Drawn(Mutex<StdRng>);

impl Chance for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap().fill_bytes(bytes);
    }
}

struct Roomy;

impl Space for Roomy {
    fn free(&self, _: &std::path::Path) -> Result<u64, PlatformError> {
        Ok(100 << 30)
    }
}

/// Problems that a bad network must not bring about.
const NEVER: &[&str] = &[
    "upload-hash-mismatch",
    "upload-size-mismatch",
    "upload-too-large",
    "evidence-unknown",
    "cursor-unreadable",
    "cursor-of-another-device",
    "signature-invalid",
    "key-unknown",
    "device-unknown",
    "untrusted",
    "inconsistent",
    "wrong-server",
    "internal",
];

/// Puts what the phone says into the network's diary.
struct Teller<'a>(&'a Network, usize);

impl Progress for Teller<'_> {
    fn news(&self, news: &News) {
        if let News::Failed { step, problem, detail, .. } = news {
            self.0.note(format!("  phone {}: {step} failed, {problem}", self.1));
            // However the network plays with honest requests, it never looks as if somebody had lied or was broken.
            assert!(
                !NEVER.contains(&problem.as_str()),
                "phone {}: {step} failed, {problem}: {detail}",
                self.1
            );
        }
    }
}

impl Phone {
    pub fn new(
        number: usize,
        worker: UserId,
        home: PathBuf,
        time: &Arc<Time>,
        wrong_by: TimeDelta,
        seed: u64,
    ) -> Self {
        let rng = StdRng::seed_from_u64(seed.wrapping_mul(31).wrapping_add(number as u64) ^ 0x0F0E_0000);
        Self {
            number,
            worker,
            is_newcomer: false,
            sealed: Vec::new(),
            home,
            clock: Arc::new(PhoneClock::new(Arc::clone(time), wrong_by)),
            chance: Arc::new(Drawn(Mutex::new(rng))),
            app: None,
        }
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    pub async fn open(&mut self) {
        let platform = Platform {
            clock: self.clock.clone(),
            chance: Arc::clone(&self.chance),
            space: Arc::new(Roomy),
            link: Arc::new(FixedLink(LinkKind::Unmetered)),
            keystore: Arc::new(FileKeystore::new(&self.home, Arc::clone(&self.chance))),
            name: "storm".into(),
        };
        self.app = Some(App::open(&self.home, platform).await.unwrap());
    }

    pub async fn close(&mut self) {
        if let Some(app) = self.app.take() {
            app.close().await;
        }
    }

    /// The program is opened anew, perhaps after the phone was off.
    pub async fn restart(&mut self, rebooted: bool) {
        self.close().await;
        if rebooted {
            self.clock.reboot();
        }
        self.open().await;
    }

    pub async fn enrol(&self, network: &Arc<Network>, invitation: &Invitation) -> Result<(), SyncError> {
        enrol_over(&network.of(self.number), self.app(), &invitation.clone().into(), IDLE).await.map(drop)
    }

    /// One attempt now. Its network must have been told that it begins.
    pub async fn sync(&self, network: &Arc<Network>) -> Result<Synced, SyncError> {
        let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
        let (death, link) = (network.death(self.number), network.of(self.number));
        let teller = Teller(network, self.number);
        let outcome = {
            let run = sync::run_over(&link, self.app(), &options, &teller);
            tokio::select! {
                biased;
                ended = run => ended.map(Synced::Ended),
                Ok(()) = death => Ok(Synced::Died),
            }
        };
        network.leave();
        outcome
    }

    /// The worker does something; says what, if it came to anything.
    pub async fn work(&mut self, rng: &mut StdRng, shots: &Shots, today: NaiveDate) -> Option<&'static str> {
        let (what, draft) = match rng.random_range(0..20) {
            0..=10 => ("completes", self.completion(rng, false).await),
            11 | 12 => ("completes for several", self.completion(rng, true).await),
            13 => ("says it does not apply", self.negative(rng, true).await),
            14 => ("says it is refused", self.negative(rng, false).await),
            15 => ("notes a consent", self.consent(rng).await),
            16 => ("notes an act", self.act(rng).await),
            _ => ("corrects", self.correction(rng).await),
        };
        let draft = draft?;
        let done_on = match rng.random_range(0..12) {
            0 => today.checked_add_days(Days::new(1)),
            1..=6 => Some(today),
            _ => today.checked_sub_days(Days::new(rng.random_range(1..30))),
        };
        if self.gather(draft, rng, shots).await && self.seal(draft, done_on.unwrap()).await {
            return Some(what);
        }
        self.app().discard(draft).await.unwrap();
        None
    }

    async fn activities(&self, rng: &mut StdRng) -> Vec<Activity> {
        let families = self.app().families().await.unwrap().families;
        match families.choose(rng) {
            None => Vec::new(),
            Some(family) => self.app().family(family.id).await.unwrap().activities,
        }
    }

    async fn completion(&self, rng: &mut StdRng, several: bool) -> Option<DraftId> {
        let activities = self.activities(rng).await;
        // What a newer plan has cancelled is not offered any more; what is done may be done again.
        let open: Vec<&Activity> =
            activities.iter().filter(|a| a.state != ActivityState::Cancelled).collect();
        let first = *open.choose(rng)?;
        let mut chosen = vec![first.id];
        if several {
            let group: Vec<&&Activity> = open.iter().filter(|a| a.service.service().group_capture).collect();
            let service = group.choose(rng)?.service;
            chosen = Vec::new();
            let mut persons = Vec::new();
            for activity in group.into_iter().filter(|a| a.service == service) {
                if !persons.contains(&activity.person) && chosen.len() < 3 {
                    persons.push(activity.person);
                    chosen.push(activity.id);
                }
            }
        }
        expected(self.app().draft(&chosen).await)
    }

    async fn negative(&self, rng: &mut StdRng, not_applicable: bool) -> Option<DraftId> {
        let activities = self.activities(rng).await;
        let activity = activities.choose(rng)?.id;
        let reason = "сынақ себебі".to_owned();
        let new = if not_applicable {
            NewDraft::NotApplicable { activity, reason }
        } else {
            NewDraft::Refused { activity, reason }
        };
        expected(self.app().open_draft(new).await)
    }

    async fn consent(&self, rng: &mut StdRng) -> Option<DraftId> {
        let families = self.app().families().await.unwrap().families;
        let persons = self.app().family(families.choose(rng)?.id).await.unwrap().persons;
        let state = *[ConsentState::Given, ConsentState::Withdrawn].choose(rng).unwrap();
        let (person, reason) = (persons.choose(rng)?.id, Some("бланк".to_owned()));
        expected(self.app().open_draft(NewDraft::Consent { person, state, reason }).await)
    }

    async fn act(&self, rng: &mut StdRng) -> Option<DraftId> {
        let families = self.app().families().await.unwrap().families;
        let (family, act) = (families.choose(rng)?.id, *Act::ALL.choose(rng).unwrap());
        expected(self.app().open_draft(NewDraft::Act { family, act, person: None }).await)
    }

    async fn correction(&self, rng: &mut StdRng) -> Option<DraftId> {
        let (_, earlier) = *self.sealed.choose(rng)?;
        let draft = expected(self.app().draft_correction(earlier, "сынақ түзетуі").await)?;
        let view = self.app().draft_view(draft).await.unwrap();
        if let Some(piece) = view.evidence.choose(rng)
            && rng.random_bool(0.5)
        {
            self.app().remove_evidence(draft, piece.evidence).await.unwrap();
        }
        let note = format!("қайта {}", rng.random_range(1..100));
        self.app().save(draft, Change::Note(Some(note))).await.unwrap();
        Some(draft)
    }

    /// Brings what is missing; says whether nothing is any more.
    async fn gather(&self, draft: DraftId, rng: &mut StdRng, shots: &Shots) -> bool {
        let app = self.app();
        for _ in 0..10 {
            let Some(missing) = app.missing(draft).await.unwrap().first().copied() else { break };
            let change = match missing {
                Missing::Photo => {
                    for _ in 0..rng.random_range(1..3) {
                        self.attach(draft, rng, &shots.photos, EvidenceKind::Photo).await;
                    }
                    continue;
                }
                Missing::Acknowledgement => {
                    self.attach(draft, rng, &shots.photos, EvidenceKind::Signature).await;
                    continue;
                }
                Missing::Document => {
                    self.attach(draft, rng, &shots.documents, EvidenceKind::Document).await;
                    continue;
                }
                Missing::VideoOrReason if rng.random_bool(0.55) => {
                    Change::NoVideo(Some(NoVideoReason::NothingToFilm))
                }
                Missing::Video | Missing::VideoOrReason => {
                    self.attach(draft, rng, &shots.videos, EvidenceKind::Video).await;
                    continue;
                }
                Missing::PaperNumber => Change::PaperNumber(Some("12-3".into())),
                Missing::PositionOrReason if rng.random_bool(0.2) => {
                    Change::NoPosition(Some(NoPositionReason::NoFix))
                }
                Missing::PositionOrReason => Change::Position(Some(place())),
                Missing::SystemFact => return false,
            };
            app.save(draft, change).await.unwrap();
        }
        for known in app.consents(draft).await.unwrap().iter().filter(|known| !known.is_asked()) {
            app.set_consent(draft, known.person, ConsentState::Given, Some("бланк")).await.unwrap();
        }
        app.missing(draft).await.unwrap().is_empty()
    }

    async fn attach(&self, draft: DraftId, rng: &mut StdRng, from: &[PathBuf], kind: EvidenceKind) {
        let path = from.choose(rng).unwrap();
        let attached = self.app().attach(draft, path, Some(kind), Source::Captured).await.unwrap();
        assert!(matches!(attached, Attached::Kept { .. }), "{}: {attached:?}", path.display());
    }

    async fn seal(&mut self, draft: DraftId, done_on: NaiveDate) -> bool {
        match self.app().seal(draft, done_on).await.unwrap() {
            Sealing::Sealed { records } => {
                self.sealed.extend(records.iter().map(|record| (record.hash, record.record)));
                true
            }
            Sealing::Lacking { .. } => false,
            Sealing::TooLarge { bytes } => panic!("{bytes} bytes of a small record"),
        }
    }
}

/// What a phone no longer knows cannot be worked on; anything else is a fault.
fn expected(draft: Result<DraftId, AppError>) -> Option<DraftId> {
    match draft {
        Ok(draft) => Some(draft),
        Err(AppError::Unknown(_) | AppError::NotNow(_)) => None,
        Err(error) => panic!("{error}"),
    }
}

fn place() -> Position {
    Position {
        lat: 53.2,
        lon: 63.6,
        accuracy_m: 8.0,
        fix_at: None,
        fix_boot_ms: None,
        source: PositionSource::Satellite,
        mock: false,
        altitude_m: None,
    }
}
