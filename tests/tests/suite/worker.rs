//! A worker with a phone: what he does in the field, as the screens would do it.

use std::{path::PathBuf, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use kandas_app::{
    app::App,
    capture::Attached,
    ledger::{LedgerItem, LedgerState},
    platform::{Platform, SystemClock},
    seal::Sealing,
    store::draft::Change,
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
    enrol::Invitation,
    evidence::{EvidenceKind, Position, PositionSource, Source},
    ids::{ActivityId, DeviceId, FamilyId},
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
    wall: Option<DateTime<Utc>>,
    app: Option<App>,
    camera: TempDir,
}

/// A phone whose wall clock is wrong by years.
struct Wrong(TimeDelta);

impl Clock for Wrong {
    fn wall(&self) -> DateTime<Utc> {
        SystemClock.wall() + self.0
    }
    fn boot(&self) -> (String, u64) {
        SystemClock.boot()
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
            wall: wall.map(|text| text.parse().unwrap()),
            app: None,
            camera: tempfile::tempdir().unwrap(),
        };
        worker.open().await;
        worker
    }

    pub async fn try_enrol(&self, invitation: Invitation) -> Result<(), SyncError> {
        enrol(self.app(), &Introduction::from(invitation), IDLE).await.map(drop)
    }

    pub fn app(&self) -> &App {
        self.app.as_ref().unwrap()
    }

    /// Opens the phone, as after a restart of the program.
    pub async fn open(&mut self) {
        let mut platform = Platform::system(self.home.path());
        if let Some(wall) = self.wall {
            platform.clock = Arc::new(Wrong(wall - SystemClock.wall()));
        }
        self.app = Some(App::open(self.home.path(), platform).await.unwrap());
    }

    pub async fn close(&mut self) {
        self.app.take().unwrap().close().await;
    }

    pub async fn device(&self) -> DeviceId {
        let mut conn = self.app().store().conn().await.unwrap();
        kandas_app::store::home::get(&mut conn, kandas_app::store::home::DEVICE).await.unwrap().unwrap()
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
        for _ in 0..60 {
            let ended = self.sync().await;
            if ended.done {
                return ended;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("never done: {:#?}", self.app().ledger().await.unwrap());
    }

    /// Activities of this phone, each of another person or service, that a photo and a reason suffice for.
    pub async fn activities(&self, wanted: usize) -> Vec<(FamilyId, ActivityId, ServiceCode)> {
        let mut found = Vec::new();
        for family in self.app().families().await.unwrap().families {
            for activity in self.app().family(family.id).await.unwrap().activities {
                let needs = &activity.service.service().rule.required;
                let simple = !needs.iter().any(|proof| {
                    matches!(proof.as_str(), "document" | "paper_number" | "acknowledgement" | "system_fact")
                });
                if simple {
                    found.push((family.id, activity.id, activity.service));
                }
            }
        }
        assert!(found.len() >= wanted, "only {} activities", found.len());
        found.truncate(wanted);
        found
    }

    /// Camera files: `photos` photos, a video of `video` bytes if not 0, the bad ones if asked for.
    pub fn shoot(&self, photos: u32, video: u64, bad: bool) -> Vec<CameraFile> {
        let folder = tempfile::tempdir_in(self.camera.path()).unwrap().keep();
        let set = CameraSet {
            seed: u64::from(photos) + video,
            photos,
            photo_width: 1_000,
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
        let app = self.app();
        let draft = app.draft(&[activity]).await.unwrap();
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
        match app.seal(draft, day()).await.unwrap() {
            Sealing::Sealed { .. } => aside,
            other => panic!("not sealed: {other:?}"),
        }
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
