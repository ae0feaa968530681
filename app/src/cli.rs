//! The command line: what can be asked, and where each question goes.

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Parser, Subcommand};
use kandas_app::{
    app::{App, AppError},
    platform::{FixedLink, LinkKind, Platform, SystemClock},
    store::{home, pulled},
    sync::SyncError,
};
use kandas_shared::{
    ids::{ActivityId, FamilyId, UserId},
    locale::Lang,
    record::ConsentState,
    rule::{NoPositionReason, NoVideoReason},
    time::Clock,
};

use self::say::Voice;

mod bridge;
mod enrol;
mod ledger;
mod look;
mod say;
mod travel;
mod work;

/// The field worker's phone without a screen.
#[derive(Debug, Parser)]
#[command(
    name = "kandas-field",
    version,
    about,
    propagate_version = true,
    after_help = "Exit codes: 0 done; 1 something went wrong; 2 the command line is wrong; 3 done, but a file was set \
                  aside;\n4 sync has left something for later; 5 a proof is missing, the draft is kept; 6 another process \
                  has the home;\n7 the phone is not enrolled."
)]
pub struct Arguments {
    /// Folder with everything the phone keeps; made when missing.
    #[arg(long, env = "KANDAS_HOME", global = true, default_value = "kandas-home")]
    home: PathBuf,
    /// One JSON document instead of text (`sync`: one line for each event).
    #[arg(long, global = true)]
    json: bool,
    /// Language of what is printed; else the one the organisation gave.
    #[arg(long, env = "KANDAS_LANG", global = true)]
    lang: Option<Lang>,
    /// The wall clock of this phone starts here: to see what a wrong clock does.
    #[arg(long, value_name = "RFC3339", global = true, hide = true)]
    clock: Option<DateTime<Utc>>,
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Become a phone of a server.
    Enrol(Enrol),
    /// Open a phone whose keystore forgot its key, with the key that lies with the organisation.
    Recover(Recover),
    /// The families.
    List {
        /// Only families with something overdue.
        #[arg(long)]
        overdue: bool,
    },
    /// One family: its members, its plan, what became of the records.
    Show {
        /// Id of the family.
        family: FamilyId,
    },
    /// Record that a service was provided.
    Complete(Box<Complete>),
    /// Attach files to a draft.
    Attach(Attach),
    /// Seal a draft.
    Seal(Seal),
    /// Send what waits and fetch what has changed.
    Sync(Sync),
    /// How the phone is.
    Status,
    /// What has become of everything that was recorded.
    Ledger {
        /// With what was signed: the records and the server's receipts (JSON).
        #[arg(long)]
        statements: bool,
    },
    /// Write what is not delivered into an encrypted bundle.
    Export {
        /// The file to write.
        file: PathBuf,
    },
    /// Show the screens in a browser on this machine and send what waits; prints the address to open.
    Bridge(Bridge),
    /// Bring another phone's bundle to the server.
    Deliver {
        /// The bundle.
        file: PathBuf,
        /// The link costs by the byte.
        #[arg(long)]
        metered: bool,
    },
}

#[derive(Debug, Args)]
struct Bridge {
    /// Port on 127.0.0.1; a free one when not given.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Folder of the built screens (`mobile/dist`); those in this program when not given.
    #[arg(long, value_name = "DIR")]
    screens: Option<PathBuf>,
    /// The link costs by the byte.
    #[arg(long)]
    metered: bool,
}

#[derive(Debug, Args)]
struct Enrol {
    /// The link of the QR, `kandas://enrol?…`.
    #[arg(required_unless_present = "url", conflicts_with_all = ["url", "code", "pin"])]
    link: Option<String>,
    /// Address of the server, where there is no QR.
    #[arg(long, requires = "code")]
    url: Option<String>,
    /// The one-time code.
    #[arg(long)]
    code: Option<String>,
    /// SHA-256 of the server's certificate.
    #[arg(long)]
    pin: Option<kandas_shared::hash::Digest>,
    /// Fingerprint of the server's signing key, as `kandas-server device code` shows it.
    #[arg(long, requires = "url")]
    fingerprint: Option<String>,
}

#[derive(Debug, Args)]
struct Recover {
    /// What `kandas-server device recovery-key` wrote; or, without --with, the key that was in it.
    key: PathBuf,
    /// File of the organisation's recovery key, where the first one is still wrapped to it.
    #[arg(long, value_name = "FILE")]
    with: Option<PathBuf>,
}

/// Fields of a draft.
#[derive(Debug, Args)]
struct Fields {
    /// Place of the device: degrees north and east.
    #[arg(long, value_name = "LAT,LON", conflicts_with_all = ["lat", "no_position"], allow_hyphen_values = true)]
    position: Option<String>,
    /// Degrees north.
    #[arg(long, requires = "lon", conflicts_with = "no_position", allow_hyphen_values = true)]
    lat: Option<f64>,
    /// Degrees east.
    #[arg(long, requires = "lat", allow_hyphen_values = true)]
    lon: Option<f64>,
    /// Metres within which the place lies.
    #[arg(long, default_value_t = 10.0)]
    accuracy: f64,
    /// Why there is no place: `no_fix`, `switched_off`, `no_permission`, `indoors`, `other`.
    #[arg(long, value_name = "REASON")]
    no_position: Option<NoPositionReason>,
    /// Why there is no video: `no_consent`, `weak_device`, `nothing_to_film`, `other`.
    #[arg(long, value_name = "REASON")]
    no_video: Option<NoVideoReason>,
    /// What the family said about personal data, if nobody has asked before: `given`, `declined`, `withdrawn`.
    #[arg(long, value_name = "STATE")]
    consent: Option<ConsentState>,
    /// On what paper it was given, or why not.
    #[arg(long, requires = "consent", value_name = "TEXT")]
    consent_reason: Option<String>,
    /// Number of a paper.
    #[arg(long)]
    paper_number: Option<String>,
    /// Its date.
    #[arg(long, requires = "paper_number")]
    paper_date: Option<NaiveDate>,
    /// Free text.
    #[arg(long)]
    note: Option<String>,
    /// The day it was done; today when not given.
    #[arg(long)]
    done_on: Option<NaiveDate>,
}

/// Files of a draft.
#[derive(Debug, Args)]
struct Files {
    /// A photo.
    #[arg(long, value_name = "FILE")]
    photo: Vec<PathBuf>,
    /// A video.
    #[arg(long, value_name = "FILE")]
    video: Vec<PathBuf>,
    /// A page of a document.
    #[arg(long, value_name = "FILE")]
    document: Vec<PathBuf>,
    /// A signature.
    #[arg(long, value_name = "FILE")]
    signature: Vec<PathBuf>,
}

#[derive(Debug, Args)]
struct Complete {
    /// Id of the activity of the plan.
    activity: ActivityId,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    fields: Fields,
    /// Only open the draft: `attach` and `seal` follow.
    #[arg(long)]
    draft: bool,
}

#[derive(Debug, Args)]
struct Attach {
    /// The draft.
    draft: uuid::Uuid,
    /// Files; what they are is judged by their content.
    file: Vec<PathBuf>,
    #[command(flatten)]
    files: Files,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Seal {
    /// The draft.
    draft: uuid::Uuid,
    #[command(flatten)]
    fields: Fields,
}

#[derive(Debug, Args)]
struct Sync {
    /// Try everything once now (the default).
    #[arg(long, conflicts_with_all = ["watch", "until_done"])]
    once: bool,
    /// Go on until everything is delivered.
    #[arg(long, conflicts_with = "watch")]
    until_done: bool,
    /// Go on for ever.
    #[arg(long)]
    watch: bool,
    /// The link costs by the byte.
    #[arg(long)]
    metered: bool,
    /// Seconds without a byte after which a request is given up.
    #[arg(long, default_value_t = 60.0, hide = true)]
    idle: f64,
}

/// How a command ended, when it did not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    Done,
    SomethingAside,
    SomethingLeft,
    Incomplete,
}

/// Runs a command line.
pub async fn run(arguments: Arguments) -> ExitCode {
    let mut voice = Voice::new(arguments.json, arguments.lang);
    if let Verb::Recover(ask) = &arguments.verb {
        return match enrol::recover(&arguments.home, platform(&arguments), ask, &voice).await {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                voice.fault(&error);
                ExitCode::from(code(&error))
            }
        };
    }
    let ending = match open(&arguments, &mut voice).await {
        Ok(app) => {
            let ending = answer(&app, arguments.verb, &voice).await;
            app.close().await;
            ending
        }
        Err(error) => Err(error.into()),
    };
    match ending {
        Ok(Ending::Done) => ExitCode::SUCCESS,
        Ok(Ending::SomethingAside) => ExitCode::from(3),
        Ok(Ending::SomethingLeft) => ExitCode::from(4),
        Ok(Ending::Incomplete) => ExitCode::from(5),
        Err(error) => {
            voice.fault(&error);
            ExitCode::from(code(&error))
        }
    }
}

fn code(error: &anyhow::Error) -> u8 {
    let app = error.downcast_ref::<AppError>().or_else(|| match error.downcast_ref() {
        Some(SyncError::App(error)) => Some(error),
        _ => None,
    });
    match (app, error.downcast_ref()) {
        (Some(AppError::InUse { .. }), _) => 6,
        (_, Some(SyncError::NotEnrolled)) => 7,
        _ => 1,
    }
}

fn platform(arguments: &Arguments) -> Platform {
    let mut platform = Platform::system(&arguments.home);
    if let Some(start) = arguments.clock {
        platform.clock = Arc::new(Shifted { by: start - SystemClock.wall() });
    }
    if let Verb::Sync(Sync { metered: true, .. })
    | Verb::Deliver { metered: true, .. }
    | Verb::Bridge(Bridge { metered: true, .. }) = &arguments.verb
    {
        platform.link = Arc::new(FixedLink(LinkKind::Metered));
    }
    platform
}

async fn open(arguments: &Arguments, voice: &mut Voice) -> Result<App, AppError> {
    let app = App::open(&arguments.home, platform(arguments)).await?;
    if arguments.lang.is_none() {
        let mut conn = app.store().conn().await?;
        let own: Option<Lang> = match home::get::<UserId>(&mut conn, home::WORKER).await? {
            Some(worker) => pulled::user(&mut conn, worker).await?.map(|user| user.language),
            None => None,
        };
        voice.speak(own.unwrap_or(home::settings(&mut conn).await?.language));
    }
    voice.startup(app.startup());
    Ok(app)
}

async fn answer(app: &App, verb: Verb, voice: &Voice) -> anyhow::Result<Ending> {
    match verb {
        Verb::Enrol(ask) => enrol::enrol(app, ask, voice).await,
        Verb::Recover(_) => anyhow::bail!("a home is recovered before it is opened"),
        Verb::List { overdue } => look::list(app, overdue, voice).await,
        Verb::Show { family } => look::show(app, family, voice).await,
        Verb::Complete(ask) => work::complete(app, *ask, voice).await,
        Verb::Attach(ask) => work::attach(app, ask, voice).await,
        Verb::Seal(ask) => work::seal(app, ask, voice).await,
        Verb::Sync(ask) => travel::sync(app, &ask, voice).await,
        Verb::Status => look::status(app, voice).await,
        Verb::Ledger { statements } => ledger::ledger(app, statements, voice).await,
        Verb::Bridge(ask) => bridge::bridge(app, &ask, voice).await,
        Verb::Export { file } => travel::export(app, &file, voice).await,
        Verb::Deliver { file, metered } => travel::deliver(app, &file, metered, voice).await,
    }
}

/// The system's clocks with the wall clock put wrong.
struct Shifted {
    by: TimeDelta,
}

impl Clock for Shifted {
    fn wall(&self) -> DateTime<Utc> {
        SystemClock.wall() + self.by
    }
    fn boot(&self) -> (String, u64) {
        SystemClock.boot()
    }
    fn offset_s(&self) -> i32 {
        SystemClock.offset_s()
    }
}
