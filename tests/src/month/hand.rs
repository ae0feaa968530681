//! A worker with his phone: the real core, on a home of its own, with the month's clock.

use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use anyhow::{Context as _, Result, bail, ensure};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_app::{
    app::App,
    capture::{Attached, How},
    draft::{DraftId, NewDraft},
    platform::{Chance, FileKeystore, FixedLink, LinkKind, Platform, PlatformError, Space},
    seal::{SealedRecord, Sealing},
    store::draft::Change,
    sync::{self, Mode, Options, enrol::enrol_over, progress::Silent},
};
use kandas_fixtures::media::{Position as Spot, Scene};
use kandas_shared::{
    evidence::{EvidenceKind, Position, PositionSource, Source},
    ids::{ActivityId, FamilyId, OrgUnitId, UserId},
    record::ConsentState,
    rule::{Missing, NoPositionReason, NoVideoReason},
    service::ServiceCode,
    time::Clock as _,
};
use rand::{Rng as _, RngExt as _, SeedableRng as _, rngs::StdRng};

use super::{
    camera::{Camera, scene},
    centre::{Centre, Returned},
    time::{PhoneClock, Time},
};

const IDLE: Duration = Duration::from_secs(60);

/// Something that is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Odd {
    /// The system says that the position is made up.
    Mock,
    /// Eighty kilometres from the village.
    Far,
    /// In another country.
    Abroad,
    /// A radius of a kilometre.
    Vague,
    /// No position.
    NoPosition,
    /// The photo of another family.
    SamePicture,
    /// The same, saved anew.
    NearPicture,
    /// A photo of three days before.
    OldPicture,
    /// A photo from five kilometres away.
    PictureElsewhere,
    /// Forty kilometres in some minutes.
    Travel,
    /// The clock is two hours ahead for a while.
    WrongClock,
    /// The day stated is tomorrow.
    Tomorrow,
    /// The plan was changed while the phone was away.
    Cancelled,
    /// The family went to a colleague while the phone was away.
    HandedOver,
    /// A part of the phone's store is destroyed: a number never comes.
    Lost,
    /// The phone's home goes on on two phones.
    Twin,
}

/// A planned service that a worker may do.
#[derive(Clone, Debug)]
pub struct Task {
    pub activity: ActivityId,
    pub family: FamilyId,
    pub service: ServiceCode,
    pub due: NaiveDate,
    pub home: Spot,
}

/// A worker.
pub struct Hand {
    pub user: UserId,
    pub unit: OrgUnitId,
    pub tasks: Vec<Task>,
    /// What is to go wrong, and not before when.
    pub odd: VecDeque<(NaiveDate, Odd)>,
    /// He has no signal on other days.
    pub every: u32,
    /// From this day on nothing is heard of him.
    pub silent_from: Option<NaiveDate>,
    /// Numbers of his that were destroyed stay so: the phone is not used any more.
    pub broken: bool,
    clock: Arc<PhoneClock>,
    chance: Arc<dyn Chance>,
    home: PathBuf,
    time: Arc<Time>,
    app: Option<App>,
    rng: StdRng,
}

struct Drawn(Mutex<StdRng>);

impl Chance for Drawn {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }
}

struct Roomy;

impl Space for Roomy {
    fn free(&self, _: &Path) -> Result<u64, PlatformError> {
        Ok(100 << 30)
    }
}

/// How a record is made.
#[derive(Clone, Copy, Debug)]
struct Manner {
    odd: Option<Odd>,
    /// Where the phone is.
    spot: Spot,
    done_on: NaiveDate,
}

impl Hand {
    pub fn new(
        user: UserId,
        unit: OrgUnitId,
        home: PathBuf,
        time: &Arc<Time>,
        seed: u64,
        number: u64,
    ) -> Self {
        let seed = seed.wrapping_mul(1_009).wrapping_add(number);
        Self {
            user,
            unit,
            tasks: Vec::new(),
            odd: VecDeque::new(),
            every: 1,
            silent_from: None,
            broken: false,
            clock: PhoneClock::new(time, format!("phone {number}")),
            chance: Arc::new(Drawn(Mutex::new(StdRng::seed_from_u64(seed ^ 0xC0FF_EE00)))),
            home,
            time: Arc::clone(time),
            app: None,
            rng: StdRng::seed_from_u64(seed),
        }
    }

    fn app(&self) -> Result<&App> {
        self.app.as_ref().context("the phone is off")
    }

    pub async fn open(&mut self) -> Result<()> {
        let platform = Platform {
            clock: self.clock.clone(),
            chance: Arc::clone(&self.chance),
            space: Arc::new(Roomy),
            link: Arc::new(FixedLink(LinkKind::Unmetered)),
            keystore: Arc::new(FileKeystore::new(&self.home, Arc::clone(&self.chance))),
            name: ["Galaxy A15", "Redmi 13C", "Nokia G22"][self.rng.random_range(0..3usize)].into(),
        };
        fs::create_dir_all(&self.home).context("a phone's home")?;
        self.app = Some(App::open(&self.home, platform).await?);
        Ok(())
    }

    pub async fn close(&mut self) {
        if let Some(app) = self.app.take() {
            app.close().await;
        }
    }

    pub async fn enrol(&mut self, centre: &Centre, login: &str) -> Result<()> {
        self.open().await?;
        let invitation = centre.invite(login).await?;
        enrol_over(&centre.way, self.app()?, &invitation.into(), IDLE).await?;
        self.sync(centre).await
    }

    /// Everything goes, and everything new comes.
    pub async fn sync(&self, centre: &Centre) -> Result<()> {
        let options = Options { mode: Mode::Once, idle: IDLE, ..Options::default() };
        for _ in 0..4 {
            if sync::run_over(&centre.way, self.app()?, &options, &Silent).await?.done {
                return Ok(());
            }
        }
        // What was destroyed never goes.
        ensure!(self.broken, "a phone that does not get its work away");
        Ok(())
    }

    /// A visit to one family: up to `most` captures. Answers how many records were sealed.
    pub async fn visit(
        &mut self,
        centre: &Centre,
        camera: &mut Camera,
        colleague: Option<UserId>,
        day: NaiveDate,
        most: usize,
    ) -> Result<usize> {
        let due = self.odd.front().is_some_and(|(from, _)| *from <= day);
        let odd = if due { self.odd.pop_front().map(|(_, odd)| odd) } else { None };
        let Some(family) = self.next_family() else { return Ok(0) };
        let mut sealed = 0;
        // Some of it shows with the next record only; if this family has none, with a neighbour's.
        let two = matches!(odd, Some(Odd::Travel | Odd::Lost));
        for capture in 0..most.max(if two { 2 } else { 1 }) {
            let here = self.tasks.iter().position(|task| task.family == family);
            let next = || (two && capture == 1 && !self.tasks.is_empty()).then_some(0);
            let Some(place) = here.or_else(next) else { break };
            let task = self.tasks.remove(place);
            let mut group = vec![task.activity];
            if task.service.service().group_capture {
                // The family stands in one photo.
                while let Some(place) = self.tasks.iter().position(|other| {
                    other.family == family && other.service == task.service && group.len() < 3
                }) {
                    group.push(self.tasks.remove(place).activity);
                }
            }
            // What befalls one record befalls the first; a way needs two.
            let odd = match (capture, odd) {
                (0, Some(Odd::Travel)) => None,
                (1, Some(Odd::Travel)) => odd,
                (0, odd) => odd,
                _ => None,
            };
            let records = self.capture(camera, &task, &group, odd, day).await?;
            sealed += records.len();
            match odd {
                Some(Odd::Cancelled) => centre.cancel(task.activity).await?,
                Some(Odd::HandedOver) => {
                    if let Some(colleague) = colleague {
                        centre.hand_over(family, colleague, day).await?;
                        self.tasks.retain(|task| task.family != family);
                    }
                }
                Some(Odd::Lost) => {
                    for record in &records {
                        self.destroy(record).await?;
                    }
                    self.broken = true;
                }
                Some(Odd::Twin) => sealed += self.twin(centre, camera, day).await?,
                _ => {}
            }
            self.time.pass(TimeDelta::seconds(self.rng.random_range(150..500)));
        }
        Ok(sealed)
    }

    /// The family with the most urgent work, mostly.
    fn next_family(&mut self) -> Option<FamilyId> {
        self.tasks.sort_by_key(|task| (task.due, task.activity));
        let most = self.tasks.len().min(14);
        if most == 0 {
            return None;
        }
        let place = if self.rng.random_range(0..10) < 6 { 0 } else { self.rng.random_range(0..most) };
        Some(self.tasks[place].family)
    }

    async fn capture(
        &mut self,
        camera: &mut Camera,
        task: &Task,
        group: &[ActivityId],
        odd: Option<Odd>,
        day: NaiveDate,
    ) -> Result<Vec<SealedRecord>> {
        let spot = self.spot(task, odd);
        let done_on = if odd == Some(Odd::Tomorrow) { day + TimeDelta::days(1) } else { day };
        if odd == Some(Odd::WrongClock) {
            self.clock.set_wrong(TimeDelta::hours(2));
        }
        let plain = odd.is_none() && group.len() == 1;
        let new = match self.rng.random_range(0..100) {
            0..2 if plain => NewDraft::NotApplicable {
                activity: task.activity,
                reason: "Отбасы бұл қызметті бұрын алған".into(),
            },
            2..4 if plain => NewDraft::Refused {
                activity: task.activity,
                reason: "Семья отказалась, объяснили последствия".into(),
            },
            _ => NewDraft::Completion { activities: group.to_vec() },
        };
        let draft = self.app()?.open_draft(new).await?;
        let manner = Manner { odd, spot, done_on };
        self.gather(camera, draft, task, manner).await?;
        let records = self.seal(draft, done_on).await?;
        self.clock.set_wrong(TimeDelta::zero());
        Ok(records)
    }

    fn spot(&mut self, task: &Task, odd: Option<Odd>) -> Spot {
        let mut off = || self.rng.random_range(-0.002..0.002);
        let (north, east) = match odd {
            Some(Odd::Far) => (0.72, 0.1),
            Some(Odd::Travel) => (-0.36, 0.05),
            _ => (0.0, 0.0),
        };
        if odd == Some(Odd::Abroad) {
            return Spot { latitude: 54.989 + off(), longitude: 73.368 + off() };
        }
        Spot { latitude: task.home.latitude + north + off(), longitude: task.home.longitude + east + off() }
    }

    fn fix(&mut self, manner: Manner) -> Position {
        let vague = manner.odd == Some(Odd::Vague);
        let (_, boot_ms) = self.clock.boot();
        Position {
            lat: round(manner.spot.latitude),
            lon: round(manner.spot.longitude),
            accuracy_m: if vague { 1_150.0 } else { f64::from(self.rng.random_range(40..280)) / 10.0 },
            fix_at: Some(self.time.now() - TimeDelta::seconds(4)),
            fix_boot_ms: Some(boot_ms.saturating_sub(4_000)),
            source: if vague { PositionSource::Network } else { PositionSource::Satellite },
            mock: manner.odd == Some(Odd::Mock),
            altitude_m: Some(f64::from(self.rng.random_range(110..160))),
        }
    }

    /// Everything that the service asks for.
    async fn gather(
        &mut self,
        camera: &mut Camera,
        draft: DraftId,
        task: &Task,
        manner: Manner,
    ) -> Result<()> {
        if manner.odd == Some(Odd::NoPosition) {
            self.app()?.save(draft, Change::NoPosition(Some(NoPositionReason::Indoors))).await?;
        } else {
            let fix = self.fix(manner);
            self.app()?.save(draft, Change::Position(Some(fix))).await?;
        }
        if self.rng.random_range(0..5) == 0 {
            let notes = [
                "Отбасы үйде болды, бәрі түсіндірілді",
                "Документы приняты, копии у семьи",
                "Көрші аудармаға көмектесті",
                "Повторный визит, вопросов нет",
            ];
            let note = notes[self.rng.random_range(0..notes.len())];
            self.app()?.save(draft, Change::Note(Some(note.into()))).await?;
        }
        for known in self.app()?.consents(draft).await? {
            if !known.is_asked() {
                let basis = Some("Сынақ келісімі / тестовое согласие");
                self.app()?.set_consent(draft, known.person, ConsentState::Given, basis).await?;
            }
        }
        self.fill(camera, draft, (task.service, task.family), manner).await
    }

    /// What is missing still.
    async fn fill(
        &mut self,
        camera: &mut Camera,
        draft: DraftId,
        of: (ServiceCode, FamilyId),
        manner: Manner,
    ) -> Result<()> {
        for _ in 0..12 {
            let Some(missing) = self.app()?.missing(draft).await?.first().copied() else { break };
            match missing {
                Missing::Photo => {
                    let more = self.rng.random_range(0..6) == 0;
                    for _ in 0..(if more { 2 } else { 1 }) {
                        self.photo(camera, draft, of, manner, EvidenceKind::Photo).await?;
                        self.time.pass(TimeDelta::seconds(20));
                    }
                }
                Missing::Acknowledgement => {
                    self.photo(camera, draft, of, manner, EvidenceKind::Signature).await?;
                }
                Missing::Document => {
                    if self.rng.random_range(0..3) == 0 {
                        let path = camera.scan()?;
                        self.attach(draft, &path, EvidenceKind::Document, Source::Attached, None).await?;
                    } else {
                        self.photo(camera, draft, of, manner, EvidenceKind::Document).await?;
                    }
                }
                Missing::Video => {
                    let path = camera.film(self.clock.wall(), Some(manner.spot))?;
                    self.attach(draft, &path, EvidenceKind::Video, Source::Captured, None).await?;
                }
                Missing::VideoOrReason => {
                    let change = Change::NoVideo(Some(NoVideoReason::NothingToFilm));
                    self.app()?.save(draft, change).await?;
                }
                Missing::PaperNumber => {
                    let number =
                        format!("{}-{}", manner.done_on.format("%m"), self.rng.random_range(10..400));
                    self.app()?.save(draft, Change::PaperNumber(Some(number))).await?;
                    self.app()?.save(draft, Change::PaperDate(Some(manner.done_on))).await?;
                }
                Missing::PositionOrReason => {
                    self.app()?.save(draft, Change::NoPosition(Some(NoPositionReason::NoFix))).await?;
                }
                Missing::SystemFact => bail!("{} waits for a fact of a system", of.0),
            }
        }
        Ok(())
    }

    async fn photo(
        &mut self,
        camera: &mut Camera,
        draft: DraftId,
        (service, family): (ServiceCode, FamilyId),
        manner: Manner,
        kind: EvidenceKind,
    ) -> Result<()> {
        let now = self.clock.wall();
        let photo = kind == EvidenceKind::Photo;
        let what = if photo { scene(service, &mut self.rng) } else { Scene::Paper };
        let another = match manner.odd {
            Some(Odd::SamePicture | Odd::NearPicture) if photo => camera.of_another(family, &mut self.rng),
            _ => None,
        };
        let path = match (manner.odd, another) {
            (Some(Odd::SamePicture), Some(shot)) => shot.path,
            (Some(Odd::NearPicture), Some(shot)) => camera.saved_again(&shot, now)?,
            (Some(Odd::OldPicture), _) => {
                camera.photo(what, family, now - TimeDelta::days(3), Some(manner.spot))?.path
            }
            (Some(Odd::PictureElsewhere), _) => {
                let place = Spot { latitude: manner.spot.latitude + 0.045, longitude: manner.spot.longitude };
                camera.photo(what, family, now, Some(place))?.path
            }
            (odd, _) => {
                let place = (odd != Some(Odd::NoPosition)).then_some(manner.spot);
                camera.photo(what, family, now, place)?.path
            }
        };
        self.attach(draft, &path, kind, Source::Captured, None).await
    }

    async fn attach(
        &self,
        draft: DraftId,
        path: &Path,
        kind: EvidenceKind,
        source: Source,
        replaces: Option<kandas_shared::ids::EvidenceId>,
    ) -> Result<()> {
        let how = How { replaces, ..How::plain(Some(kind), source) };
        match self.app()?.attach_with(draft, path, how).await? {
            Attached::Kept { .. } => Ok(()),
            other => bail!("{}: {other:?}", path.display()),
        }
    }

    async fn seal(&self, draft: DraftId, done_on: NaiveDate) -> Result<Vec<SealedRecord>> {
        match self.app()?.seal(draft, done_on).await? {
            Sealing::Sealed { records } => Ok(records),
            other => bail!("not sealed: {other:?}"),
        }
    }

    /// He answers what came back: the photo is taken again.
    pub async fn answer(&mut self, camera: &mut Camera, returned: Returned, day: NaiveDate) -> Result<usize> {
        let draft = self.app()?.draft_correction(returned.record, "Қайта түсірілді").await?;
        let view = self.app()?.draft_view(draft).await?;
        let family = view.draft.family;
        let place = view.draft.position.as_ref();
        let place = place.map(|fix| Spot { latitude: fix.lat, longitude: fix.lon });
        let what = view.draft.service.map_or(Scene::Home, |service| scene(service, &mut self.rng));
        match returned.evidence {
            Some(old) => {
                let shot = camera.photo(what, family, self.clock.wall(), place)?;
                self.attach(draft, &shot.path, EvidenceKind::Photo, Source::Captured, Some(old)).await?;
            }
            None => {
                let note = "Күні мен орны нақтыланды".to_owned();
                self.app()?.save(draft, Change::Note(Some(note))).await?;
            }
        }
        for known in self.app()?.consents(draft).await? {
            if !known.is_asked() {
                self.app()?.set_consent(draft, known.person, ConsentState::Given, Some("келісім")).await?;
            }
        }
        let done_on = view.draft.done_on.unwrap_or(day);
        // Whoever acknowledged the first version has to acknowledge this one; so does who gave his consent.
        let service = view.draft.service.unwrap_or(ServiceCode::S25);
        let odd = place.is_none().then_some(Odd::NoPosition);
        let spot = place.unwrap_or(Spot { latitude: 0.0, longitude: 0.0 });
        self.fill(camera, draft, (service, family), Manner { odd, spot, done_on }).await?;
        Ok(self.seal(draft, done_on).await?.len())
    }

    /// What a record was kept in is destroyed before it was sent: its number never comes.
    async fn destroy(&self, record: &SealedRecord) -> Result<()> {
        let mut conn = self.app()?.store().conn().await?;
        let files =
            "delete from outbox where evidence in (select evidence from evidence where record_hash = $1)";
        for sql in [files, "delete from outbox where record_hash = $1"] {
            sqlx::query(sql).bind(record.hash).execute(&mut *conn).await?;
        }
        Ok(())
    }

    /// Somebody restores the phone's copy on a second phone, which seals and sends too: two statements claim one number.
    async fn twin(&mut self, centre: &Centre, camera: &mut Camera, day: NaiveDate) -> Result<usize> {
        let Some(task) = self.tasks.pop() else { return Ok(0) };
        self.sync(centre).await?;
        self.close().await;
        let home = self.home.with_extension("twin");
        copy(&self.home, &home)?;
        self.open().await?;
        let mut second = Self {
            clock: PhoneClock::new(&self.time, format!("{} restored", home.display())),
            chance: Arc::clone(&self.chance),
            home,
            time: Arc::clone(&self.time),
            app: None,
            tasks: Vec::new(),
            odd: VecDeque::new(),
            rng: StdRng::seed_from_u64(self.rng.random()),
            ..*self
        };
        second.open().await?;
        let later = second.capture(camera, &task, &[task.activity], None, day).await?.len();
        // The first phone seals and sends first; then the copy.
        let Some(own) = self.tasks.pop() else { return Ok(0) };
        self.time.pass(TimeDelta::minutes(9));
        let first = self.capture(camera, &own, &[own.activity], None, day).await?.len();
        self.sync(centre).await?;
        second.sync(centre).await?;
        second.close().await;
        Ok(first + later)
    }

    /// When the phone was last heard of does not matter: whether it is heard of today does.
    pub fn has_signal(&self, day: NaiveDate, number: u32) -> bool {
        number.is_multiple_of(self.every) && self.silent_from.is_none_or(|from| day < from)
    }

    pub fn dice(&mut self, of: u32) -> u32 {
        self.rng.random_range(0..of)
    }

    /// Whether something is to go wrong on his next visit.
    pub fn is_disturbed(&self, day: NaiveDate) -> bool {
        self.odd.front().is_some_and(|(from, _)| *from <= day)
    }

    /// Chance for somebody else.
    pub fn fork(&mut self) -> StdRng {
        StdRng::seed_from_u64(self.rng.random())
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.time.now()
    }
}

fn round(degrees: f64) -> f64 {
    (degrees * 1e6).round() / 1e6
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}
