//! A worker with a phone: what he does in the field, as the screens would do it.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex,
        atomic::{AtomicI32, AtomicU32, Ordering},
    },
    time::Duration,
};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_app::{
    app::App,
    capture::Attached,
    ledger::{LedgerItem, LedgerState},
    platform::{Platform, SystemClock},
    seal::Sealing,
    store::{
        draft::{Change, DraftId},
        pulled,
    },
    sync::{
        self, Ended, Mode, Options, SyncError,
        enrol::{Introduction, enrol},
        progress::Silent,
    },
};
use kandas_fixtures::{
    media::{CameraFile, CameraSet, Kind, camera_folder},
    proxy::Proxy,
};
use kandas_shared::{
    cursor,
    enrol::Invitation,
    evidence::{EvidenceKind, Position, PositionSource, Source},
    ids::{ActivityId, DeviceId, FamilyId},
    pulled::Row,
    record::ConsentState,
    rule::NoVideoReason,
    service::ServiceCode,
    time::Clock,
};
use tempfile::TempDir;

use crate::centre::{Centre, day};

pub const IDLE: Duration = Duration::from_secs(10);

/// A worker, his phone and his camera.
pub struct Worker {
    pub login: String,
    pub home: TempDir,
    pub line: Proxy,
    pub clock: Arc<PhoneClock>,
    app: Option<App>,
    camera: TempDir,
}

/// A phone's clocks: the wall clock may be wrong by years and be set, the phone may be switched off and on.
pub struct PhoneClock {
    by: Mutex<TimeDelta>,
    later: Mutex<TimeDelta>,
    offset_s: AtomicI32,
    boots: AtomicU32,
}

impl PhoneClock {
    pub fn right() -> Arc<Self> {
        let by = Mutex::new(TimeDelta::zero());
        let later = Mutex::new(TimeDelta::zero());
        Arc::new(Self { by, later, offset_s: AtomicI32::new(5 * 3600), boots: AtomicU32::new(0) })
    }

    /// Sets the wall clock; it goes on from there.
    pub fn set_wall(&self, text: &str) {
        *self.by.lock().unwrap() = text.parse::<DateTime<Utc>>().unwrap() - SystemClock.wall();
    }

    pub fn set_offset_s(&self, offset_s: i32) {
        self.offset_s.store(offset_s, Ordering::SeqCst);
    }

    /// How much later it is than outside, by both clocks.
    pub fn set_later(&self, later: TimeDelta) {
        *self.later.lock().unwrap() = later;
    }

    pub fn restart(&self) {
        self.boots.fetch_add(1, Ordering::SeqCst);
    }
}

impl Clock for PhoneClock {
    fn wall(&self) -> DateTime<Utc> {
        SystemClock.wall() + *self.by.lock().unwrap() + *self.later.lock().unwrap()
    }
    fn boot(&self) -> (String, u64) {
        let (boot, ms) = SystemClock.boot();
        let later = self.later.lock().unwrap().num_milliseconds();
        (format!("{boot}-{}", self.boots.load(Ordering::SeqCst)), ms + u64::try_from(later).unwrap())
    }
    fn offset_s(&self) -> i32 {
        self.offset_s.load(Ordering::SeqCst)
    }
}

impl Worker {
    /// The `number`-th worker of the district with a new phone, enrolled and with his families.
    pub async fn enrolled(centre: &Centre, number: usize) -> Self {
        let worker = Self::new(centre, number, None).await;
        let invitation = centre.invite(&worker.login, &worker.line).await;
        enrol(worker.app(), &invitation.into(), IDLE).await.unwrap();
        let ended = worker.sync().await;
        assert!(ended.done, "{ended:?}");
        worker
    }

    /// A worker whose phone belongs to nobody yet; its wall clock starts at `wall`.
    pub async fn new(centre: &Centre, number: usize, wall: Option<&str>) -> Self {
        let mut worker = Self {
            login: centre.district.workers().nth(number).unwrap().login.clone(),
            home: tempfile::tempdir().unwrap(),
            line: centre.line().await,
            clock: PhoneClock::right(),
            app: None,
            camera: tempfile::tempdir().unwrap(),
        };
        if let Some(wall) = wall {
            worker.clock.set_wall(wall);
        }
        worker.open().await;
        worker
    }

    /// The same home on another phone, opened there. This one must be closed.
    pub async fn twin(&self, centre: &Centre) -> Self {
        assert!(self.app.is_none(), "a home is copied when nobody works on it");
        let mut twin = Self {
            login: self.login.clone(),
            home: tempfile::tempdir().unwrap(),
            line: centre.line().await,
            clock: PhoneClock::right(),
            app: None,
            camera: tempfile::tempdir().unwrap(),
        };
        copy_folder(self.home.path(), twin.home.path());
        twin.open().await;
        twin
    }

    pub async fn try_enrol(&self, invitation: Invitation) -> Result<(), SyncError> {
        enrol(self.app(), &Introduction::from(invitation), IDLE).await.map(drop)
    }

    /// The phone makes room, as it does after each pull, when everything delivered so far is 14 days old; answers how
    /// many copies left it. A day less is not enough.
    pub async fn makes_room(&self) -> usize {
        self.clock.set_later(TimeDelta::days(13));
        assert_eq!(self.app().free_delivered().await.unwrap().files, 0, "13 days");
        self.clock.set_later(TimeDelta::days(14) + TimeDelta::seconds(1));
        let freed = self.app().free_delivered().await.unwrap().files;
        self.clock.set_later(TimeDelta::zero());
        freed
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Opens the phone, as after a restart of the program.
    pub async fn open(&mut self) {
        self.app = Some(App::open(self.home.path(), self.platform()).await.unwrap());
    }

    pub fn platform(&self) -> Platform {
        Platform { clock: self.clock.clone(), ..Platform::system(self.home.path()) }
    }

    pub async fn close(&mut self) {
        self.app.take().unwrap().close().await;
    }

    pub async fn device(&self) -> DeviceId {
        let mut conn = self.app().store().conn().await.unwrap();
        kandas_app::store::home::get(&mut conn, kandas_app::store::home::DEVICE).await.unwrap().unwrap()
    }

    /// Everything this phone has in a scope, kind by kind.
    pub async fn pulled(&self) -> Vec<Row> {
        let mut conn = self.app().store().conn().await.unwrap();
        let mut rows = Vec::new();
        for kind in cursor::Kind::ALL {
            let listed = pulled::all(&mut conn, *kind).await.unwrap();
            assert!(listed.unreadable.is_empty());
            rows.extend(listed.rows);
        }
        rows
    }

    /// This phone holds exactly what a new phone of the same worker is given.
    pub async fn assert_up_to_date(&self, centre: &Centre, number: usize) {
        let fresh = Self::enrolled(centre, number).await;
        self.sync_until_done().await;
        fresh.sync_until_done().await;
        assert_eq!(self.pulled().await, fresh.pulled().await, "{} has missed a change", self.login);
    }

    /// One attempt now.
    pub async fn sync(&self) -> Ended {
        self.try_sync(false).await.unwrap()
    }

    pub async fn try_sync(&self, metered: bool) -> Result<Ended, SyncError> {
        let options =
            Options { mode: Mode::Once, metered: metered.then_some(true), idle: IDLE, ..Options::default() };
        sync::run(self.app(), &options, &Silent).await
    }

    /// Tries again and again, as a worker would.
    pub async fn sync_until_done(&self) -> Ended {
        let mut ended = self.sync().await;
        for _ in 0..60 {
            if ended.done {
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            ended = self.sync().await;
        }
        panic!("never done: {ended:?} {:#?}", self.app().ledger().await.unwrap());
    }

    /// Activities of this phone, each of another person or service, that a photo and a reason suffice for.
    pub async fn activities(&self, wanted: usize) -> Vec<(FamilyId, ActivityId, ServiceCode)> {
        let mut found = self.activities_all().await;
        assert!(found.len() >= wanted, "only {} activities", found.len());
        found.truncate(wanted);
        found
    }

    pub async fn activities_all(&self) -> Vec<(FamilyId, ActivityId, ServiceCode)> {
        simple_activities(self.app()).await
    }

    /// Camera files: `photos` photos, a video of `video` bytes if not 0, the bad ones if asked for.
    pub fn shoot(&self, photos: u32, video: u64, bad: bool) -> Vec<CameraFile> {
        self.shoot_wide(photos, 1_000, video, bad)
    }

    /// Camera files whose photos are so wide; above 1,920 pixels a smaller copy travels.
    pub fn shoot_wide(&self, photos: u32, width: u32, video: u64, bad: bool) -> Vec<CameraFile> {
        let folder = tempfile::tempdir_in(self.camera.path()).unwrap().keep();
        let set = CameraSet {
            seed: u64::from(photos) + video,
            photos,
            photo_width: width,
            videos: u32::from(video > 0),
            video_size: video,
            documents: 0,
            bad_files: bad,
            day: day(),
            ..CameraSet::default()
        };
        camera_folder(&folder, &set).unwrap()
    }

    /// Records that a service was provided, with these files; answers the names of those set aside.
    pub async fn complete(&self, activity: ActivityId, files: &[CameraFile]) -> Vec<String> {
        self.complete_on(activity, files, day()).await
    }

    /// As [`Worker::complete`], on that day.
    pub async fn complete_on(
        &self,
        activity: ActivityId,
        files: &[CameraFile],
        done_on: NaiveDate,
    ) -> Vec<String> {
        let draft = self.app().draft(&[activity]).await.unwrap();
        let aside = gather(self.app(), draft, files).await;
        self.seal(draft, done_on).await;
        aside
    }

    /// Opens a draft that lacks nothing, with a note; it is not sealed.
    pub async fn begin(&self, activity: ActivityId, files: &[CameraFile]) -> DraftId {
        let draft = self.app().draft(&[activity]).await.unwrap();
        gather(self.app(), draft, files).await;
        self.app().save(draft, Change::Note(Some("бланк подписан".into()))).await.unwrap();
        draft
    }

    pub async fn seal(&self, draft: DraftId, done_on: NaiveDate) {
        let sealing = self.app().seal(draft, done_on).await.unwrap();
        assert!(matches!(sealing, Sealing::Sealed { .. }), "{sealing:?}");
    }

    pub async fn ledger(&self) -> Vec<LedgerItem> {
        self.app().ledger().await.unwrap()
    }

    pub async fn assert_delivered(&self) {
        for item in self.ledger().await {
            assert_eq!(item.state, LedgerState::Delivered, "{item:#?}");
        }
    }

    /// The one vault file of the largest size: a video, if there is one.
    pub fn largest_vault_file(&self) -> PathBuf {
        let folder = std::fs::read_dir(self.home.path().join("vault")).unwrap();
        let files = folder.map(|entry| entry.unwrap().path());
        files.max_by_key(|path| path.metadata().unwrap().len()).unwrap()
    }
}

/// Activities of a phone that a photo and a reason suffice for.
pub async fn simple_activities(app: &App) -> Vec<(FamilyId, ActivityId, ServiceCode)> {
    let mut found = Vec::new();
    for family in app.families().await.unwrap().families {
        for activity in app.family(family.id).await.unwrap().activities {
            let needs = &activity.service.service().rule.required;
            let simple = !needs.iter().any(|proof| {
                matches!(proof.as_str(), "document" | "paper_number" | "acknowledgement" | "system_fact")
            });
            if simple {
                found.push((family.id, activity.id, activity.service));
            }
        }
    }
    found
}

/// Everything a draft needs, and these files; answers the names of those set aside.
pub async fn gather(app: &App, draft: DraftId, files: &[CameraFile]) -> Vec<String> {
    let place = Position {
        lat: 53.2,
        lon: 63.6,
        accuracy_m: 8.0,
        fix_at: None,
        source: PositionSource::Satellite,
        mock: false,
        fix_boot_ms: None,
        altitude_m: None,
    };
    app.save(draft, Change::Position(Some(place))).await.unwrap();
    for known in app.consents(draft).await.unwrap().iter().filter(|known| !known.is_asked()) {
        let reason = Some("бланк подписан");
        app.set_consent(draft, known.person, ConsentState::Given, reason).await.unwrap();
    }
    let mut aside = Vec::new();
    let mut video = false;
    for file in files {
        let kind = match file.kind {
            Kind::Video => EvidenceKind::Video,
            _ => EvidenceKind::Photo,
        };
        match app.attach(draft, &file.path, Some(kind), Source::Captured).await.unwrap() {
            Attached::Kept { .. } => video |= kind == EvidenceKind::Video,
            Attached::SetAside { name, .. } => aside.push(name),
            Attached::NoRoom { .. } => panic!("no room"),
        }
    }
    if !video {
        app.save(draft, Change::NoVideo(Some(NoVideoReason::NothingToFilm))).await.unwrap();
    }
    aside
}

/// Copies a folder with everything in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type().unwrap().is_dir() {
            copy_folder(&from, &to);
        } else {
            std::fs::copy(from, to).unwrap();
        }
    }
}
