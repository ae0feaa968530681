//! Talking to the central store: one loop, `snapshot -> plan::next -> act -> settle`.
//!
//! All state is rows: what waits, until when, where an upload stands, which order is under way. The process may be
//! killed at any moment and the next run goes on. A failure becomes a row with its reason and a moment before which
//! nothing is tried again; only a fault of the phone itself (store, disk, keys) ends the loop.
//!
//! Inside: [`plan`] decides, [`http`] speaks by way of a [`transport`] ([`tls`] on the real network), [`receipts`]
//! believes or not, [`tus`] is the upload protocol; `token`, `push`, `pull`, `upload` and `orders` are the steps. No step reads the wall clock to decide anything.

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use chrono::FixedOffset;
use kandas_shared::{
    evidence::FileRef,
    hash::{Digest, Epoch},
    ids::{DeviceId, UserId},
    jws::{JwsError, PublicKey, SignError},
    problem::ProblemCode,
    wire::{Diagnostics, TokenScope},
};

use self::{
    http::{Failure, Http},
    plan::{FileWaiting, Lane, Lanes, Policy, Snapshot, Step, Why},
    progress::{News, Progress},
    receipts::{ServerKeys, Untrusted},
    tls::{SignedClock, Trust},
    transport::{Internet, Network},
    verify::P256,
};
use crate::{
    app::{App, AppError},
    platform::{LinkKind, PlatformError},
    store::{
        StoreError, home,
        outbox::{self, Item},
        pulled, rework as told,
        sync_state::{self, Backoff},
        travel::{self, Moment},
    },
    vault::{Salvage, VaultError},
};

pub mod deliver;
pub mod enrol;
pub mod http;
mod orders;
pub mod plan;
pub mod progress;
mod pull;
mod push;
pub mod receipts;
mod rework;
pub mod tls;
mod token;
pub mod transport;
pub mod tus;
mod upload;
pub mod verify;

/// How long the loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until nothing can be done at once. Waits of earlier runs are over: somebody asks for it now.
    Once,
    /// Until everything is delivered or only another link helps.
    UntilDone,
    /// For ever.
    Watch,
}

/// How the loop runs.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How long.
    pub mode: Mode,
    /// Whether the link is metered, where somebody knows better than the platform.
    pub metered: Option<bool>,
    /// Video may travel over a metered link too: the worker has asked for it.
    pub video_anyway: bool,
    /// Time without a byte after which a request is given up.
    pub idle: Duration,
    /// With [`Mode::Watch`]: ask for changes this often, milliseconds.
    pub pull_every_ms: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Once,
            metered: None,
            video_anyway: false,
            idle: http::IDLE,
            pull_every_ms: 5 * 60 * 1_000,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Ended {
    /// Whether nothing is left to do.
    pub done: bool,
    /// Why something is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<Why>,
    /// The last problem met, if something is left.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Whether an order wiped the phone.
    pub wiped: bool,
    /// Bytes sent.
    pub up: u64,
    /// Bytes received.
    pub down: u64,
}

/// What a run can stumble over.
#[derive(Debug, thiserror::Error)]
pub enum SyncError {
    /// The phone belongs to no server yet.
    #[error("the phone is not enrolled")]
    NotEnrolled,
    /// The phone belongs to a server already.
    #[error("the phone is enrolled already")]
    AlreadyEnrolled,
    /// The link or the server.
    #[error(transparent)]
    Http(#[from] Failure),
    /// A signed word of the server that is not believed.
    #[error("a statement of the server is not believed: {0}")]
    Untrusted(#[from] Untrusted),
    /// The journal the server shows now is not the continuation of the one it showed before.
    #[error("the server's journal does not continue the one seen before (sizes {0} and {1})")]
    Inconsistent(u64, u64),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The rest of the phone.
    #[error(transparent)]
    App(#[from] AppError),
    /// The camera files.
    #[error(transparent)]
    Vault(#[from] VaultError),
    /// The keystore.
    #[error(transparent)]
    Platform(#[from] PlatformError),
    /// The key could not sign.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// A file outside the vault.
    #[error("{0}: {1}")]
    File(String, std::io::Error),
    /// Encrypting for somebody else.
    #[error("cannot encrypt: {0}")]
    Encrypt(String),
    /// A background task ended early.
    #[error("a background task ended early")]
    Interrupted(#[from] tokio::task::JoinError),
}

impl From<sqlx::Error> for SyncError {
    fn from(error: sqlx::Error) -> Self {
        SyncError::Store(error.into())
    }
}

impl SyncError {
    /// Whether it concerns the link or the server, so that trying again later makes sense.
    fn is_remote(&self) -> bool {
        matches!(self, SyncError::Http(_) | SyncError::Untrusted(_) | SyncError::Inconsistent(..))
    }

    /// A stable word for it: the problem code where the server gave one.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            SyncError::Http(Failure::Refused(r)) => r.code.map_or("refused", ProblemCode::as_str),
            SyncError::Http(Failure::Unreachable(_)) => "unreachable",
            SyncError::Http(Failure::Cut(_)) => "cut",
            SyncError::Http(Failure::WrongServer(_)) => "wrong-server",
            SyncError::Http(Failure::Protocol(_)) => "protocol",
            SyncError::Untrusted(_) => "untrusted",
            SyncError::Inconsistent(..) => "inconsistent",
            SyncError::NotEnrolled => "not-enrolled",
            SyncError::AlreadyEnrolled => "already-enrolled",
            _ => "phone",
        }
    }

    fn failure(&self) -> Option<&Failure> {
        match self {
            SyncError::Http(failure) => Some(failure),
            _ => None,
        }
    }
}

/// Runs the loop on `app`.
///
/// # Errors
/// Only for faults of the phone itself; what the link and the server do becomes rows, news and [`Ended`].
pub async fn run(app: &App, options: &Options, progress: &dyn Progress) -> Result<Ended, SyncError> {
    run_over(&Internet, app, options, progress).await
}

/// Runs the loop on `app` over a network of the caller's choice.
///
/// # Errors
/// As [`run`].
pub async fn run_over(
    network: &dyn Network,
    app: &App,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Ended, SyncError> {
    let mut sync = Sync::open(app, options, progress, network).await?;
    if options.mode == Mode::Once {
        let mut tx = app.store().begin().await?;
        travel::end_pauses(&mut tx).await?;
        outbox::hurry(&mut tx).await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    sync.go_on().await
}

/// Sends a log to the operator, whatever else waits: with a token of its own, beside the loop.
///
/// # Errors
/// When the link, the server or the phone fails; nothing is kept for later.
pub async fn send_diagnostics(
    network: &dyn Network,
    app: &App,
    idle: Duration,
    log: &Diagnostics,
) -> Result<(), SyncError> {
    let options = Options { idle, ..Options::default() };
    let mut sync = Sync::open(app, &options, &progress::Silent, network).await?;
    sync.get_token().await?;
    sync.http.json(reqwest::Method::POST, "/v1/diagnostics", Some(&sync.bearer()?), log).await?;
    Ok(())
}

/// A token in memory.
struct Token {
    text: String,
    scope: TokenScope,
    got_ms: u64,
    until_ms: u64,
    /// The worker as the server knows him, if it reads records in the packed form.
    packed_for: Option<UserId>,
}

/// One run: handles, and what may be forgotten at any time because the rows or the server know it.
struct Sync<'a> {
    app: &'a App,
    options: &'a Options,
    progress: &'a dyn Progress,
    http: Http,
    signed: Arc<SignedClock>,
    verifier: P256,
    device: DeviceId,
    epoch: Epoch,
    keys: ServerKeys,
    token: Option<Token>,
    /// When the last pull of this run was complete.
    pulled_ms: Option<u64>,
    /// Lines of the next page of changes.
    lines: u32,
    /// The pages that are staged, as far as this run has read them.
    held: pulled::Gathered,
    /// The page after them, if it has come already.
    ahead: Option<pull::Fetched>,
    /// Records in a batch; smaller after the server refused one whole.
    batch: usize,
    /// Bytes a second of the last pieces; pieces are cut so that each takes some seconds.
    rate: u64,
    /// Uploads whose offset this run has heard from the server itself.
    certain: HashSet<FileRef>,
    salvage: HashMap<FileRef, Salvage>,
    greeted: bool,
    up: u64,
    down: u64,
}

/// Scopes of the pauses.
const TOKEN: &str = "token";
const RECORDS: &str = "records";
const PULL: &str = "pull";
const MEDIA: &str = "media";
const ORDER: &str = "order";
const RECOVERY: &str = "recovery";
const REWORK: &str = "rework";

impl<'a> Sync<'a> {
    async fn open(
        app: &'a App,
        options: &'a Options,
        progress: &'a dyn Progress,
        network: &dyn Network,
    ) -> Result<Self, SyncError> {
        let mut conn = app.store().conn().await?;
        let (Some(device), Some(epoch), Some(url)) = (
            home::get::<DeviceId>(&mut conn, home::DEVICE).await?,
            home::get::<Epoch>(&mut conn, home::EPOCH).await?,
            home::text(&mut conn, home::SERVER_URL).await?,
        ) else {
            return Err(SyncError::NotEnrolled);
        };
        let trust = match home::get::<Digest>(&mut conn, home::SERVER_PIN).await? {
            Some(pin) => Trust::Pin(pin),
            None => Trust::PublicRoots,
        };
        let keys = keys(&mut conn).await?;
        let last = home::signed_time(&mut conn).await?.ok_or(SyncError::NotEnrolled)?;
        drop(conn);
        let signed = SignedClock::new(Arc::clone(&app.platform().clock), last);
        let http = Http::new(&url, trust, &signed, options.idle, network)?;
        Ok(Self {
            app,
            options,
            progress,
            http,
            signed,
            verifier: P256,
            device,
            epoch,
            keys,
            token: None,
            pulled_ms: None,
            lines: pull::FIRST_LINES,
            held: pulled::Gathered::default(),
            ahead: None,
            batch: push::LARGEST_BATCH,
            rate: upload::FIRST_RATE,
            certain: HashSet::new(),
            salvage: HashMap::new(),
            greeted: false,
            up: 0,
            down: 0,
        })
    }

    async fn go_on(&mut self) -> Result<Ended, SyncError> {
        let mut problem = None;
        loop {
            let snapshot = self.snapshot().await?;
            let now = self.moment();
            let step = plan::next(&snapshot, now.ms);
            match step {
                Step::Enrol => return Err(SyncError::NotEnrolled),
                Step::Done if snapshot.wiped => return Ok(self.ended(true, None, None, true)),
                Step::Done if self.options.mode == Mode::Watch => {
                    tokio::time::sleep(Duration::from_secs(1)).await;
                }
                Step::Done => return Ok(self.ended(true, None, None, false)),
                Step::Wait { until, why } => {
                    let goes_on = match self.options.mode {
                        Mode::Once => false,
                        Mode::UntilDone => until.is_some(),
                        Mode::Watch => true,
                    };
                    if !goes_on {
                        return Ok(self.ended(false, Some(why), problem, false));
                    }
                    self.wait(until, why, now.ms).await;
                }
                step => match self.act(step).await {
                    Ok(()) => self.succeeded(step, &snapshot.lanes).await?,
                    Err(error) if error.is_remote() => {
                        problem = Some(error.to_string());
                        self.failed(step, &snapshot, &error).await?;
                    }
                    Err(error) => return Err(error),
                },
            }
            self.count_traffic(snapshot.metered).await?;
        }
    }

    async fn act(&mut self, step: Step) -> Result<(), SyncError> {
        match step {
            Step::Token => self.get_token().await,
            Step::Order(kind) => self.carry_out(kind).await,
            Step::Push => self.push().await,
            Step::RecoveryKey => self.hand_over_recovery_key().await,
            Step::Pull => self.pull().await,
            Step::Rework(record) => self.rework(record).await,
            Step::Upload(file) | Step::Salvage(file) => self.upload(file).await,
            Step::Ask(file) => self.ask(file).await,
            Step::Enrol | Step::Wait { .. } | Step::Done => Ok(()),
        }
    }

    /// Everything the plan wants to know, read in one go.
    async fn snapshot(&mut self) -> Result<Snapshot, SyncError> {
        let now = self.moment();
        if self.token.as_ref().is_some_and(|token| token.until_ms <= now.ms) {
            self.token = None;
        }
        let mut tx = self.app.store().begin().await?;
        let mut lanes = Lanes::default();
        for pause in travel::pauses(&mut tx, &now).await? {
            let lane = Lane { failures: pause.attempts, not_before: pause.not_before };
            match pause.scope.as_str() {
                sync_state::SERVER => lanes.network = lane,
                TOKEN => lanes.token = lane,
                RECORDS => lanes.records = lane,
                PULL => lanes.pull = lane,
                MEDIA => lanes.media = lane,
                ORDER => lanes.order = lane,
                RECOVERY => lanes.recovery = lane,
                REWORK => lanes.rework = lane,
                _ => {}
            }
        }
        let link = self.app.platform().link.kind();
        if link == LinkKind::Offline && self.options.metered.is_none() {
            lanes.network.not_before = lanes.network.not_before.max(now.ms + 10_000);
        }
        let settings = home::settings(&mut tx).await?;
        let (records_ready, records_later) = travel::records_waiting(&mut tx, &now).await?;
        let files = travel::outgoing_files(&mut tx, &now).await?;
        let waiting = |f: travel::OutgoingFile| FileWaiting {
            file: f.file,
            class: f.class,
            size: f.salvage.map_or(f.size, |(size, _)| size),
            offset: f.offset,
            salvage: f.salvage.is_some(),
            ask: f.freed && f.salvage.is_none(),
            not_before: f.not_before,
        };
        let pull_wanted = match self.pulled_ms {
            None => true,
            Some(at) => self.options.mode == Mode::Watch && at + self.options.pull_every_ms <= now.ms,
        };
        let snapshot = Snapshot {
            enrolled: true,
            wiped: home::text(&mut tx, home::WIPED).await?.is_some(),
            token: self.token.as_ref().map(|token| token.scope),
            order: orders::pending(&mut tx).await?.map(|pending| pending.kind),
            lanes,
            records_ready,
            records_later,
            pull_wanted,
            recovery_key_due: home::text(&mut tx, home::RECOVERY_STORED).await?.is_none()
                && home::text(&mut tx, home::RECOVERY_RECIPIENT).await?.is_some_and(|r| !r.is_empty()),
            rework: told::wanted(&mut tx).await?,
            files: files.into_iter().map(waiting).collect(),
            metered: self.options.metered.unwrap_or(link == LinkKind::Metered),
            policy: Policy {
                video_unmetered_only: settings.video_unmetered_only && !self.options.video_anyway,
                monthly_metered_bytes: settings.monthly_metered_bytes,
                used_metered_bytes: sync_state::metered(&mut tx, &self.month()).await?,
            },
        };
        tx.commit().await?;
        Ok(snapshot)
    }

    /// A step worked: its pause and that of the whole are over.
    async fn succeeded(&mut self, step: Step, lanes: &Lanes) -> Result<(), SyncError> {
        let own = match step {
            Step::Token => Some((TOKEN, lanes.token)),
            Step::Push => Some((RECORDS, lanes.records)),
            Step::Pull => Some((PULL, lanes.pull)),
            Step::Order(_) => Some((ORDER, lanes.order)),
            Step::RecoveryKey => Some((RECOVERY, lanes.recovery)),
            Step::Rework(_) => Some((REWORK, lanes.rework)),
            // That a question was answered says nothing about room.
            Step::Ask(_) => None,
            _ => Some((MEDIA, lanes.media)),
        };
        for (scope, lane) in own.into_iter().chain([(sync_state::SERVER, lanes.network)]) {
            if lane.failures > 0 {
                let mut conn = self.app.store().conn().await?;
                sync_state::clear_backoff(&mut conn, scope).await?;
            }
        }
        Ok(())
    }

    /// A step failed: the reason and the moment of the next attempt become rows.
    async fn failed(&mut self, step: Step, snapshot: &Snapshot, error: &SyncError) -> Result<(), SyncError> {
        let now = self.moment();
        let code = error.failure().and_then(Failure::code);
        // A token that ran out or lost its scope is no failure of what was asked; one fresh from the server is.
        let fresh_token = matches!(code, Some(c) if c.status() == 401
            || matches!(c, ProblemCode::ScopeEscrowOnly | ProblemCode::DeviceRevoked));
        // Signed with a key that is not known here: the next token brings the announcement.
        let new_key = matches!(error, SyncError::Untrusted(Untrusted::Statement(JwsError::UnknownKey)));
        if (fresh_token || new_key) && step != Step::Token {
            let old = self.token.take().is_none_or(|token| token.got_ms + 10_000 < now.ms);
            if old {
                return Ok(());
            }
        }
        let everything = matches!(error, SyncError::Http(Failure::Unreachable(_) | Failure::WrongServer(_)));
        let media = matches!(code, Some(ProblemCode::StorageFull | ProblemCode::StorageUnavailable));
        let lanes = &snapshot.lanes;
        let (name, mut scope) = match step {
            Step::Token => ("token", Some((TOKEN, lanes.token))),
            Step::Push => ("records", Some((RECORDS, lanes.records))),
            Step::Pull => ("pull", Some((PULL, lanes.pull))),
            Step::Order(_) => ("order", Some((ORDER, lanes.order))),
            Step::RecoveryKey => ("recovery", Some((RECOVERY, lanes.recovery))),
            Step::Rework(_) => ("rework", Some((REWORK, lanes.rework))),
            _ if media => ("file", Some((MEDIA, lanes.media))),
            _ => ("file", None),
        };
        if everything && !matches!(step, Step::Order(_)) {
            scope = Some((sync_state::SERVER, lanes.network));
        }
        let mut tx = self.app.store().begin().await?;
        let item = match (step, scope) {
            (Step::Upload(file) | Step::Salvage(file) | Step::Ask(file), None) => Some(Item::File(file)),
            // One record alone, and the server answers: the fault lies with the record, others may go on.
            (Step::Push, Some((RECORDS, _))) if error.failure().is_none_or(|f| !f.is_link()) => {
                self.record_at_fault(&mut tx, &now, code).await?
            }
            _ => None,
        };
        let failures = match (item, scope) {
            (Some(item), _) => travel::attempts(&mut tx, item).await?,
            (None, Some((_, lane))) => lane.failures,
            (None, None) => 0,
        }
        .saturating_add(1);
        let asked = error.failure().and_then(Failure::retry_after_s).map_or(0, |s| u64::from(s) * 1_000);
        let chance = u32::from_le_bytes(self.app.platform().chance.bytes());
        let pause = plan::backoff_ms(failures, chance).max(asked);
        let until = now.ms + pause;
        let text = error.to_string();
        if let Some(item) = item {
            outbox::postpone(&mut tx, item, &now.boot, until, &text).await?;
        } else if let Some((scope, _)) = scope {
            let backoff = Backoff {
                attempts: i64::from(failures),
                wait_boot: now.boot.clone(),
                wait_until_ms: i64::try_from(until).unwrap_or(i64::MAX),
                problem: text.clone(),
            };
            sync_state::set_backoff(&mut tx, scope, &backoff).await?;
        }
        tx.commit().await?;
        tracing::debug!(step = name, problem = error.word(), pause, "a step failed");
        self.progress.news(&News::Failed {
            step: name,
            problem: error.word().to_owned(),
            detail: text,
            again_in_ms: pause,
        });
        Ok(())
    }

    async fn wait(&self, until: Option<u64>, why: Why, now_ms: u64) {
        let ms = until.map(|until| until.saturating_sub(now_ms));
        self.progress.news(&News::Waiting { ms, why });
        // In short naps: a record sealed meanwhile, or another link, changes the plan.
        let nap = ms.unwrap_or(5_000).clamp(1, 5_000);
        tokio::time::sleep(Duration::from_millis(nap)).await;
    }

    async fn count_traffic(&mut self, metered: bool) -> Result<(), SyncError> {
        let (up, down) = self.http.meter().take();
        self.up += up;
        self.down += down;
        if metered && up + down > 0 {
            let mut conn = self.app.store().conn().await?;
            sync_state::add_metered(&mut conn, &self.month(), up + down).await?;
        }
        Ok(())
    }

    fn ended(&self, done: bool, why: Option<Why>, problem: Option<String>, wiped: bool) -> Ended {
        Ended { done, why, problem, wiped, up: self.up, down: self.down }
    }

    fn moment(&self) -> Moment {
        let (boot, ms) = self.app.platform().clock.boot();
        Moment { boot, ms }
    }

    /// `YYYY-MM` of the signed server time, in UTC+5.
    fn month(&self) -> String {
        let offset = FixedOffset::east_opt(5 * 3600).expect("five hours are an offset");
        self.signed.now().with_timezone(&offset).format("%Y-%m").to_string()
    }

    fn bearer(&self) -> Result<String, SyncError> {
        self.token.as_ref().map(|token| token.text.clone()).ok_or(SyncError::NotEnrolled)
    }
}

/// The keys of the server that were in force since enrolment.
const SERVER_KEYS: &str = "server_keys";

async fn keys(conn: &mut sqlx::SqliteConnection) -> Result<ServerKeys, SyncError> {
    let text = home::text(conn, SERVER_KEYS).await?.ok_or(SyncError::NotEnrolled)?;
    let keys: Vec<PublicKey> = crate::store::json(SERVER_KEYS, &text)?;
    Ok(ServerKeys(keys))
}

async fn set_keys(conn: &mut sqlx::SqliteConnection, keys: &ServerKeys) -> Result<(), SyncError> {
    home::set(&mut *conn, SERVER_KEYS, crate::store::to_json(SERVER_KEYS, &keys.0)?).await?;
    if let Some(key) = keys.current() {
        home::set(conn, home::SERVER_KEY, key).await?;
    }
    Ok(())
}

/// Everything pulled is forgotten: the next pull starts from nothing.
async fn pull_from_nothing(conn: &mut sqlx::SqliteConnection) -> Result<(), StoreError> {
    pulled::forget_pull(conn).await
}
