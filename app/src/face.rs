//! The face of the core: everything the screens can ask ([`call`]) and what they are told ([`view`]).
//!
//! One table of calls serves the Tauri shell, the bridge and a background worker alike; it knows no HTTP and no Tauri.
//! [`Face::dispatch`] lets a call through the lock, asks the core and makes a view of the answer; [`Face::watch`] says
//! what has changed; [`Face::keep_sending`] is the loop that talks to the centre behind the screens. Nothing the worker
//! does is kept here: a draft, a PIN, a pause are rows before a call answers, so the process may end at any moment.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard},
};

use chrono::{DateTime, Utc};
use kandas_shared::locale::Lang;
use tokio::sync::broadcast;

use self::{
    board::Board,
    call::{Problem, ProblemWord, Request, View},
    exchange::Exchange,
    view::{Event, Topic},
};
use crate::{
    app::{App, AppError},
    draft::NewDraft,
    store::{StoreError, draft::DraftId, home},
    sync::SyncError,
    vault::VaultError,
};

mod activity;
mod acts;
mod board;
pub mod call;
mod draft;
mod evidence;
mod exchange;
mod families;
pub mod fold;
mod lock;
mod patch;
mod phone;
pub mod place;
pub mod range;
mod reasons;
pub mod remind;
mod returned;
mod sent;
mod sync;
mod tile;
mod today;
#[cfg(test)]
mod typescript;
pub mod view;

pub use self::evidence::{Bringing, Bytes, how};

/// The core with a face. Cheap to clone; one in a process.
#[derive(Clone)]
pub struct Face {
    parts: Arc<Parts>,
}

struct Parts {
    app: App,
    events: broadcast::Sender<Event>,
    session: Mutex<Session>,
    board: tokio::sync::Mutex<Option<Arc<Board>>>,
    exchange: Exchange,
}

/// What may be forgotten with the process.
#[derive(Default)]
struct Session {
    /// Whether the PIN was given since the start.
    unlocked: bool,
    /// Whether the notices of the start were read.
    notices_read: bool,
    /// When drafts were last saved, by the wall clock.
    saved: HashMap<DraftId, DateTime<Utc>>,
}

/// Events that a slow listener may be behind before it is told that it missed some.
const EVENTS: usize = 256;

impl Face {
    /// Gives the core a face.
    ///
    /// # Errors
    /// When the home does not answer.
    pub async fn new(app: App) -> Result<Self, AppError> {
        evidence::clear_half_brought(&app)?;
        let (events, _) = broadcast::channel(EVENTS);
        let exchange = Exchange::new();
        let parts =
            Parts { app, events, session: Mutex::default(), board: tokio::sync::Mutex::default(), exchange };
        Ok(Self { parts: Arc::new(parts) })
    }

    /// The core.
    #[must_use]
    pub fn app(&self) -> &App {
        &self.parts.app
    }

    /// What changes from now on.
    #[must_use]
    pub fn watch(&self) -> broadcast::Receiver<Event> {
        self.parts.events.subscribe()
    }

    /// Answers a call.
    ///
    /// # Errors
    /// A [`Problem`] when it cannot be answered; an internal fault is logged here and not told.
    pub async fn dispatch(&self, request: Request) -> Result<View, Problem> {
        self.let_through(&request).await?;
        // A box for each answer: the largest view decides about nobody's stack.
        macro_rules! view {
            ($variant:ident, $answer:expr) => {
                Ok(View::$variant(Box::new($answer.await?)))
            };
        }
        match request {
            Request::Phone => view!(Phone, self.phone()),
            Request::SetLanguage { language } => view!(SetLanguage, self.set_language(language)),
            Request::SetTheme { theme } => view!(SetTheme, self.set_theme(theme)),
            Request::SetReminders { on } => view!(SetReminders, self.set_reminders(on)),
            Request::Enrol { link } => view!(Enrol, self.enrol(&link)),
            Request::EnrolTyped { url, code, pin, fingerprint } => {
                view!(EnrolTyped, self.enrol_typed(url, code, pin, fingerprint))
            }
            Request::SetPin { pin, present } => view!(SetPin, self.set_pin(pin, present)),
            Request::Unlock { pin } => view!(Unlock, self.unlock(pin)),
            Request::Lock => view!(Lock, self.lock()),
            Request::BeginPinReset => view!(BeginPinReset, self.begin_pin_reset()),
            Request::ResetPin { code, pin } => view!(ResetPin, self.reset_pin(code, pin)),
            Request::DismissNotices => view!(DismissNotices, self.dismiss_notices()),
            Request::Diagnostics { limit } => view!(Diagnostics, self.diagnostics(limit)),
            Request::SendDiagnostics => view!(SendDiagnostics, self.send_diagnostics()),
            Request::Leftovers => view!(Leftovers, self.leftovers()),
            Request::AdoptLeftover { name, draft } => view!(AdoptLeftover, self.adopt_leftover(&name, draft)),
            Request::DismissLeftover { name } => view!(DismissLeftover, self.dismiss_leftover(&name)),
            Request::Today => view!(Today, self.today()),
            Request::Families { search, near } => view!(Families, self.families(search, near)),
            Request::Family { family, near } => view!(Family, self.family(family, near)),
            Request::ShowIin { person, reason } => view!(ShowIin, self.show_iin(person, &reason)),
            Request::Activity { activity } => view!(Activity, self.activity(activity)),
            Request::Acts => view!(Acts, self.acts()),
            Request::Reasons => view!(Reasons, self.reasons()),
            Request::OpenCompletion { activities } => view!(OpenCompletion, self.open_completion(activities)),
            Request::OpenNotApplicable { activity, reason } => {
                view!(OpenNotApplicable, self.open(NewDraft::NotApplicable { activity, reason }))
            }
            Request::OpenRefused { activity, reason } => {
                view!(OpenRefused, self.open(NewDraft::Refused { activity, reason }))
            }
            Request::OpenConsent { person, state, reason } => {
                view!(OpenConsent, self.open_consent(person, state, reason))
            }
            Request::OpenAct { family, act, person } => {
                view!(OpenAct, self.open(NewDraft::Act { family, act, person }))
            }
            Request::Correct { record, why } => view!(Correct, self.correct(record, &why)),
            Request::GivenAfterAll { activity, why } => {
                view!(GivenAfterAll, self.given_after_all(activity, &why))
            }
            Request::Draft { draft } => view!(Draft, self.page(draft)),
            Request::Save { draft, field } => view!(Save, self.save(draft, field)),
            Request::SetSubjects { draft, activities } => {
                view!(SetSubjects, self.set_subjects(draft, activities))
            }
            Request::SayConsent { draft, person, state, reason } => {
                view!(SayConsent, self.say_consent(draft, person, state, reason))
            }
            Request::RemoveEvidence { draft, evidence } => {
                view!(RemoveEvidence, self.remove_evidence(draft, evidence))
            }
            Request::UndoRemove { draft, evidence } => view!(UndoRemove, self.undo_remove(draft, evidence)),
            Request::Discard { draft } => view!(Discard, self.discard(draft)),
            Request::Review { draft } => view!(Review, self.review(draft)),
            Request::Seal { draft } => view!(Seal, self.seal(draft)),
            Request::Sent { search, before, limit } => view!(Sent, self.sent(search, before, limit)),
            Request::Record { record } => view!(Record, self.record(record)),
            Request::OfferAgain { record } => view!(OfferAgain, self.offer_again(record)),
            Request::Sync => view!(Sync, self.sync()),
            Request::SyncNow => view!(SyncNow, self.sync_now()),
            Request::PauseSync { paused } => view!(PauseSync, self.pause_sync(paused)),
            Request::SetMetered { metered } => view!(SetMetered, self.set_metered(metered)),
            Request::SendVideoNow => view!(SendVideoNow, self.send_video_now()),
            Request::FreeStorage => view!(FreeStorage, self.free_storage()),
        }
    }

    /// Tells whoever watches; what was made of the rows before is made anew.
    fn changed(&self, topics: &[Topic]) {
        // Without a listener nobody needs to know.
        let _ = self.parts.events.send(Event::Changed { topics: topics.to_vec() });
    }

    /// The board of today, made anew when something has changed.
    async fn board(&self) -> Result<Arc<Board>, Problem> {
        let sending = self.parts.exchange.is_sending();
        let today = self.app().today().await?;
        let mut kept = self.parts.board.lock().await;
        if let Some(board) = kept.as_ref().filter(|board| board.today == today && board.sending == sending) {
            return Ok(Arc::clone(board));
        }
        let board = Arc::new(Board::read(self.app(), sending).await?);
        *kept = Some(Arc::clone(&board));
        Ok(board)
    }

    /// What the board says is out of date.
    async fn forget_board(&self) {
        *self.parts.board.lock().await = None;
    }

    fn session(&self) -> MutexGuard<'_, Session> {
        match self.parts.session.lock() {
            Ok(session) => session,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Language of the screens: the worker's choice, else what the organisation gave.
    async fn language(&self) -> Result<Lang, Problem> {
        let mut conn = self.app().store().conn().await?;
        Ok(match home::get::<Lang>(&mut conn, home::SCREEN_LANGUAGE).await? {
            Some(language) => language,
            None => home::settings(&mut conn).await?.language,
        })
    }

    fn wall(&self) -> DateTime<Utc> {
        self.app().platform().clock.wall()
    }
}

/// Number of things as the screens count them.
fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl Problem {
    /// A problem with a word for the screen and a sentence for the log.
    #[must_use]
    pub fn new(problem: ProblemWord, detail: &str) -> Self {
        Self { problem, detail: detail.to_owned() }
    }

    fn unknown(what: &str) -> Self {
        Self::new(ProblemWord::Unknown, &format!("there is no such {what} here"))
    }

    /// Something nobody expected: logged here, once, and not told.
    fn fault(error: &dyn std::error::Error) -> Self {
        tracing::error!(%error, "a call failed");
        Self::new(ProblemWord::Fault, "something went wrong inside; the log says what")
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?}: {}", self.problem, self.detail)
    }
}

impl std::error::Error for Problem {}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Unknown(what) => Problem::unknown(what),
            AppError::NotNow(why) => Problem::new(ProblemWord::NotNow, why),
            error => Problem::fault(&error),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Problem::fault(&error)
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        Problem::fault(&error)
    }
}

impl From<SyncError> for Problem {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::NotEnrolled => Problem::new(ProblemWord::NotEnrolled, "this phone is not enrolled"),
            SyncError::App(error) => error.into(),
            error => Problem::fault(&error),
        }
    }
}
