//! The phone itself: whose it is, its language, its notices, its log.

use std::time::Duration;

use kandas_shared::{
    app_version::AppVersion,
    enrol::Invitation,
    hash::Digest,
    ids::{DeviceId, PersonId, UserId},
    jws::PublicKey,
    locale::Lang,
    pulled::OrgUnit,
    wire::{AppOffer, DiagnosticEvent, Diagnostics},
};

use super::{
    Face, Session,
    call::{Problem, ProblemWord},
    count, remind,
    tile::VIDEO_SECONDS,
    view::{
        DiagnosticsSent, DiagnosticsView, Enrolment, EventLine, Fact, IinView, NewerApp, Notice, PhoneView,
        Stage, Theme, Topic, WorkerView,
    },
};
use crate::{
    app::PROGRAM,
    store::{StoreError, chain, event, home, pulled},
    sync::{
        SyncError,
        enrol::{Introduction, enrol},
        send_diagnostics,
        transport::Internet,
    },
};

/// Events that a log for the operator has at most.
const SENT_EVENTS: u32 = 500;
/// Its bytes stay below what the centre takes.
const SENT_BYTES: usize = 60_000;
/// Time without a byte after which enrolling is given up.
const ENROL_IDLE: Duration = Duration::from_secs(30);

impl Face {
    /// Whose phone it is and how it stands.
    ///
    /// # Errors
    /// When the store does not answer.
    pub async fn phone(&self) -> Result<PhoneView, Problem> {
        let lock = self.lock_view().await?;
        let lease = self.lease().await?;
        let sync = self.line().await?;
        let notices = self.notices().await?;
        let worker = self.worker().await?;
        let language = self.language().await?;
        let today = self.app().today().await?;
        let mut conn = self.app().store().conn().await?;
        let device = home::get::<DeviceId>(&mut conn, home::DEVICE).await?;
        let wiped = home::text(&mut conn, home::WIPED).await?.is_some();
        let as_of = pulled::state(&mut conn).await?.completed_at;
        let stage = match (device, as_of) {
            _ if wiped => Stage::Wiped,
            // A phone that lost its enrolment with its keys still holds the worker's records: the PIN comes first, as it
            // does for the call that enrols.
            (None, _) if lock.locked => Stage::Locked,
            (None, _) => Stage::Unenrolled,
            _ if !lock.has_pin => Stage::PinToSet,
            _ if lease.over => Stage::LeaseOver,
            _ if lock.locked => Stage::Locked,
            (_, None) => Stage::FirstPull,
            _ => Stage::Ready,
        };
        let key = home::get::<PublicKey>(&mut conn, home::SERVER_KEY).await?;
        let theme = home::text(&mut conn, home::SCREEN_THEME).await?;
        Ok(PhoneView {
            program: PROGRAM.to_owned(),
            stage,
            language,
            language_chosen: home::text(&mut conn, home::SCREEN_LANGUAGE).await?.is_some(),
            theme: theme.and_then(|word| serde_json::from_value(word.into()).ok()).unwrap_or(Theme::System),
            reminders: home::text(&mut conn, home::REMINDERS).await?.as_deref() != Some(remind::OFF),
            // A locked screen says whose phone it is, so that it finds its way back.
            worker,
            server: home::text(&mut conn, home::SERVER_URL).await?,
            server_key: key.map(|key| key.fingerprint()),
            device,
            lock,
            lease,
            today,
            as_of,
            sync,
            notices,
            newer: newer(&mut conn).await?,
            video_seconds: VIDEO_SECONDS,
            desktop: !cfg!(any(target_os = "android", target_os = "ios")),
        })
    }

    pub(super) async fn worker(&self) -> Result<Option<WorkerView>, Problem> {
        let mut conn = self.app().store().conn().await?;
        let Some(worker) = home::get::<UserId>(&mut conn, home::WORKER).await? else { return Ok(None) };
        let known = pulled::user(&mut conn, worker).await?;
        let unit: Option<OrgUnit> = match &known {
            Some(user) => pulled::org_unit(&mut conn, user.org_unit).await?,
            None => None,
        };
        let (org_kk, org_ru) = unit.map(|unit| (unit.name_kk, unit.name_ru)).unzip();
        let role = known.as_ref().map(|user| user.role);
        let name = known.map(|user| user.name).unwrap_or_default();
        Ok(Some(WorkerView { worker, name, role, org_kk, org_ru }))
    }

    pub(super) async fn set_language(&self, language: Lang) -> Result<PhoneView, Problem> {
        let mut conn = self.app().store().conn().await?;
        home::set(&mut conn, home::SCREEN_LANGUAGE, language).await?;
        drop(conn);
        self.changed(&[Topic::Phone]);
        self.phone().await
    }

    pub(super) async fn set_theme(&self, theme: Theme) -> Result<PhoneView, Problem> {
        let word = match theme {
            Theme::System => "system",
            Theme::Light => "light",
            Theme::Dark => "dark",
            Theme::Snow => "snow",
        };
        let mut conn = self.app().store().conn().await?;
        home::set(&mut conn, home::SCREEN_THEME, word).await?;
        drop(conn);
        self.changed(&[Topic::Phone]);
        self.phone().await
    }

    pub(super) async fn enrol(&self, link: &str) -> Result<Enrolment, Problem> {
        match Invitation::from_link(link) {
            Ok(invitation) => self.introduce(invitation.into()).await,
            Err(error) => Ok(Enrolment::NotALink { why: error.to_string() }),
        }
    }

    pub(super) async fn enrol_typed(
        &self,
        url: String,
        code: String,
        pin: Option<String>,
        fingerprint: Option<String>,
    ) -> Result<Enrolment, Problem> {
        let given = |text: Option<String>| text.filter(|text| !text.trim().is_empty());
        let pin = match given(pin).map(|pin| pin.trim().parse::<Digest>()) {
            None => None,
            Some(Ok(pin)) => Some(pin),
            Some(Err(_)) => return Ok(Enrolment::NotALink { why: "the certificate pin".to_owned() }),
        };
        let url = url.trim().to_owned();
        if !url.starts_with("https://") && !url.starts_with("http://") {
            return Ok(Enrolment::NotALink { why: "the address starts with https://".to_owned() });
        }
        self.introduce(Introduction::typed(url, code, pin, given(fingerprint))).await
    }

    async fn introduce(&self, to: Introduction) -> Result<Enrolment, Problem> {
        let mut conn = self.app().store().conn().await?;
        let wiped = home::text(&mut conn, home::WIPED).await?.is_some();
        drop(conn);
        match enrol(self.app(), &to, ENROL_IDLE).await {
            Ok(_) => {
                if wiped {
                    let mut conn = self.app().store().conn().await?;
                    for former in [home::PIN, home::PIN_TRIES, home::PIN_RESET, home::SYNC_PAUSED] {
                        home::unset(&mut conn, former).await?;
                    }
                    // What the start found, and what was open, was the former worker's.
                    *self.session() = Session { notices_read: true, ..Session::default() };
                }
                self.forget_board().await;
                self.parts.exchange.hurry();
                self.changed(&[Topic::Phone, Topic::Sync]);
                Ok(Enrolment::Enrolled { phone: Box::new(self.phone().await?) })
            }
            Err(SyncError::AlreadyEnrolled) => {
                Ok(Enrolment::AlreadyEnrolled { worker: self.worker().await? })
            }
            Err(error @ (SyncError::Http(_) | SyncError::Untrusted(_) | SyncError::Inconsistent(..))) => {
                Ok(Enrolment::Refused { problem: error.word().to_owned(), detail: error.to_string() })
            }
            Err(error) => Err(error.into()),
        }
    }

    async fn notices(&self) -> Result<Vec<Notice>, Problem> {
        let mut notices: Vec<Notice> = self.returned_notice().await?.into_iter().collect();
        notices.extend(self.set_aside_notice().await?);
        // Offered until it is in a draft or given up, whatever else was read.
        let leftovers = self.leftovers().await?.files.len();
        if leftovers > 0 {
            notices.push(Notice::Leftovers { count: count(leftovers) });
        }
        if self.session().notices_read {
            return Ok(notices);
        }
        let found = self.app().startup();
        if found.store_moved_aside.is_some() {
            notices.push(Notice::StoreMoved { enrolment_rescued: found.enrolment_rescued });
        }
        if !found.interrupted.is_empty() {
            notices.push(Notice::Interrupted { names: found.interrupted.clone() });
        }
        if !found.missing.is_empty() {
            notices.push(Notice::Missing { count: count(found.missing.len()) });
        }
        let unreadable = self.app().unreadable().await?.len();
        if unreadable > 0 {
            notices.push(Notice::Unreadable { count: count(unreadable) });
        }
        Ok(notices)
    }

    pub(super) async fn dismiss_notices(&self) -> Result<PhoneView, Problem> {
        self.session().notices_read = true;
        self.returned_is_seen().await?;
        self.set_aside_is_seen().await?;
        self.phone().await
    }

    pub(super) async fn show_iin(&self, person: PersonId, reason: &str) -> Result<IinView, Problem> {
        if reason.trim().is_empty() {
            return Err(Problem::new(ProblemWord::BadRequest, "a reason is needed"));
        }
        let mut tx = self.app().store().begin().await?;
        let known = pulled::person(&mut tx, person).await?.ok_or_else(|| Problem::unknown("person"))?;
        event::add(&mut tx, self.wall(), "iin_shown", Some(&person.to_string()), None).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(IinView { person, iin: known.iin.map(|iin| iin.reveal().to_owned()) })
    }

    /// Sends the log to the operator: a request of its own, so a file that is stuck does not keep it.
    pub(super) async fn send_diagnostics(&self) -> Result<DiagnosticsSent, Problem> {
        let view = self.diagnostics(Some(SENT_EVENTS)).await?;
        let event = |line: EventLine| DiagnosticEvent {
            at: line.at,
            kind: line.kind,
            subject: line.subject,
            detail: line.detail,
        };
        let mut log = Diagnostics {
            app: PROGRAM.to_owned(),
            facts: view.facts.into_iter().map(|fact| (fact.name, fact.value)).collect(),
            events: view.events.into_iter().map(event).collect(),
        };
        while crate::store::to_json("diagnostics", &log)?.len() > SENT_BYTES && !log.events.is_empty() {
            // The oldest go.
            log.events.truncate(log.events.len() / 2);
        }
        let problem = match send_diagnostics(&Internet, self.app(), ENROL_IDLE, &log).await {
            Ok(()) => None,
            Err(
                error @ (SyncError::Http(_)
                | SyncError::Untrusted(_)
                | SyncError::Inconsistent(..)
                | SyncError::NotEnrolled),
            ) => Some(error.word().to_owned()),
            Err(error) => return Err(error.into()),
        };
        let mut conn = self.app().store().conn().await?;
        event::add(&mut conn, self.wall(), "diagnostics_sent", None, problem.as_deref()).await?;
        Ok(DiagnosticsSent { sent: problem.is_none(), problem })
    }

    /// The log for whoever looks for a fault. Also for a desk that sends it: it holds ids, counts and reasons only.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn diagnostics(&self, limit: Option<u32>) -> Result<DiagnosticsView, Problem> {
        let waiting = self.app().waiting().await?;
        let room = self.app().free_space_check().await?;
        let unreadable = self.app().unreadable().await?;
        let line = self.line().await?;
        let mut conn = self.app().store().conn().await?;
        let events = event::last(&mut conn, limit.unwrap_or(200).min(5_000)).await?;
        let head = chain::head(&mut conn).await?;
        let mut facts = Vec::new();
        let mut fact = |name: &str, value: String| facts.push(Fact { name: name.to_owned(), value });
        fact("program", PROGRAM.to_owned());
        fact("platform", self.app().platform().name.clone());
        fact("wall_clock", self.wall().to_rfc3339());
        for key in [home::DEVICE, home::SERVER_URL, home::EPOCH, home::TOKEN_SCOPE, home::WIPED] {
            if let Some(value) = home::text(&mut conn, key).await? {
                fact(key, value);
            }
        }
        if let Some(time) = home::signed_time(&mut conn).await? {
            fact("last_contact", time.time.to_rfc3339());
        }
        if let Some(head) = head {
            fact("chain", format!("{} {}", head.chain, head.seq));
        }
        fact(
            "waiting",
            format!("{} records, {} files, {} bytes", waiting.records, waiting.files, waiting.bytes),
        );
        fact("free", format!("{} bytes, reserve {}", room.free, room.reserve));
        if let Some(problem) = line.problem {
            fact("last_problem", problem);
        }
        for row in unreadable {
            // What could not be understood may quote a name: only where it lies is told.
            fact("unreadable", format!("{} {}", row.source, row.row_key));
        }
        let events = events.into_iter().map(|event| EventLine {
            number: event.id,
            at: event.at,
            kind: event.kind,
            subject: event.subject,
            detail: event.detail,
        });
        let events = events.collect();
        Ok(DiagnosticsView { facts, events })
    }
}

/// The program that the centre offers, if it is newer than this one.
async fn newer(conn: &mut sqlx::SqliteConnection) -> Result<Option<NewerApp>, StoreError> {
    let Some(text) = home::text(&mut *conn, home::NEWEST_APP).await? else { return Ok(None) };
    let offer: AppOffer = crate::store::json(home::NEWEST_APP, &text)?;
    let own = env!("CARGO_PKG_VERSION").parse::<AppVersion>();
    let is_newer = own.is_ok_and(|own| offer.version.parse::<AppVersion>().is_ok_and(|theirs| theirs > own));
    if !is_newer {
        return Ok(None);
    }
    let server = home::text(conn, home::SERVER_URL).await?.unwrap_or_default();
    Ok(Some(NewerApp {
        version: offer.version,
        size: offer.size,
        address: format!("{}{}", server.trim_end_matches('/'), offer.path),
        sha256: offer.sha256.to_string(),
    }))
}
