//! What an operator types: one page with every command, one short function for each.
//!
//! The verbs themselves live in modules of their own ([`crate::import`], [`crate::users`], [`crate::devices`],
//! [`crate::erase`], …); here options are read, stores opened and answers printed.

mod check;
mod device;
mod evidence;
mod findings;
mod open;
mod show;
mod store;

use std::{net::SocketAddr, path::PathBuf, process::ExitCode, sync::Arc};

use anyhow::{Context as _, Result};
use clap::{Args, Parser, Subcommand};
use kandas_shared::{
    evidence::Part,
    finding::Threshold,
    ids::{DeviceId, EvidenceId, FamilyId, OrderId, OrgUnitId, PersonId, RecordId},
    locale::Lang,
    plan_state::CheckKind,
    pulled::Role,
    reason::ReasonCode,
    time::Clock as _,
};

use crate::{
    chance::{Chance, SystemChance},
    check::Due,
    clock::SystemClock,
    config::{Config, Transport},
    logging,
    media::bucket::{Bucket, default_region},
};
use open::Opened;

/// The central store of Kandas Field.
#[derive(Debug, Parser)]
#[command(name = "kandas-server", version, about, propagate_version = true)]
pub struct Cli {
    #[command(flatten)]
    place: Place,
    #[command(subcommand)]
    command: Command,
}

/// Where the store is.
#[derive(Debug, Args)]
struct Place {
    /// Data folder: keys, media and, unless --database says otherwise, the database.
    #[arg(long, global = true, env = "KANDAS_DATA", default_value = "kandas-data", value_name = "DIR")]
    data: PathBuf,
    /// `sqlite:PATH` or `postgres://…`; by default store.db in the data folder.
    #[arg(long, global = true, env = "KANDAS_DATABASE", hide_env_values = true, value_name = "URL")]
    database: Option<String>,
    /// Address under which phones reach this server; remembered by `init`.
    #[arg(long, global = true, env = "KANDAS_PUBLIC_URL", value_name = "URL")]
    public_url: Option<String>,
    #[command(flatten)]
    media: MediaArgs,
    /// Answers as JSON, for other programs.
    #[arg(long, global = true)]
    json: bool,
    /// Log lines as JSON.
    #[arg(long, global = true, env = "KANDAS_LOG_JSON")]
    log_json: bool,
}

/// Where media lie, if not in the data folder. Remembered by `init`; credentials come from AWS_ACCESS_KEY_ID and
/// AWS_SECRET_ACCESS_KEY or from s3.json in the keys folder.
#[derive(Debug, Args)]
struct MediaArgs {
    /// A bucket for evidence and uploads: `s3://BUCKET/PREFIX`; by default the data folder.
    #[arg(long = "media", id = "media_place", global = true, env = "KANDAS_MEDIA", value_name = "S3")]
    place: Option<Bucket>,
    /// Address of the S3 store, if it is not Amazon's.
    #[arg(long, global = true, env = "KANDAS_S3_ENDPOINT", value_name = "URL")]
    s3_endpoint: Option<String>,
    /// Region of the bucket.
    #[arg(long, global = true, env = "KANDAS_S3_REGION", value_name = "REGION")]
    s3_region: Option<String>,
    /// The bucket's name goes before the host, not into the path.
    #[arg(long, global = true, env = "KANDAS_S3_VIRTUAL_HOST")]
    s3_virtual_host: bool,
}

impl MediaArgs {
    fn bucket(self) -> Option<Bucket> {
        let bucket = self.place?;
        Some(Bucket {
            endpoint: self.s3_endpoint,
            region: self.s3_region.unwrap_or_else(default_region),
            virtual_host: self.s3_virtual_host,
            ..bucket
        })
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a new store: keys, certificate, epoch.
    Init(InitArgs),
    /// Serve phones until told to stop.
    Serve(ServeArgs),
    /// Bring in organisations, users, families and plans from a JSON document (docs/import.md).
    Import {
        /// The document.
        file: PathBuf,
        /// Check only; write nothing.
        #[arg(long)]
        check: bool,
    },
    /// Users: add, list, deactivate.
    #[command(subcommand)]
    User(UserCommand),
    /// Phones: enrolment codes, orders, revoking, recovery.
    #[command(subcommand)]
    Device(DeviceCommand),
    /// Evidence: what is known of it, its files, calls for originals.
    #[command(subcommand)]
    Evidence(EvidenceCommand),
    /// Checks: what workers have done, accepted, remarked or given back for rework.
    #[command(subcommand)]
    Check(CheckCommand),
    /// Findings: what the server has noticed about records (docs/findings.md).
    #[command(subcommand)]
    Findings(FindingsCommand),
    /// The server's signing key.
    #[command(subcommand)]
    Key(KeyCommand),
    /// Recompute the journal from its bytes and compare everything with it. Ends with 1 if something is wrong.
    Verify {
        /// Also hash every media file.
        #[arg(long)]
        hashes: bool,
    },
    /// Make every table anew from the journal.
    Rebuild {
        /// Only compare; change nothing.
        #[arg(long)]
        check: bool,
    },
    /// Erase a family or a person for good.
    Erase(EraseArgs),
    /// Copy the store to a folder.
    Backup {
        /// A folder that does not exist yet, outside the data folder.
        to: PathBuf,
        /// Also copy the private keys. Keep such a copy as you keep the keys.
        #[arg(long)]
        with_keys: bool,
        /// Copy media files even where a hard link would do.
        #[arg(long)]
        copy_media: bool,
    },
    /// Make a store out of a back-up. The data folder and database must be empty.
    Restore {
        /// The back-up folder.
        from: PathBuf,
        /// List of subjects erased since the back-up; by default erased.ndjson of the data folder.
        #[arg(long, value_name = "FILE")]
        erased: Option<PathBuf>,
    },
}

#[derive(Debug, Args)]
struct InitArgs {
    /// Further host names or addresses for the certificate (that of the public address and loopback are in it).
    #[arg(long = "name", value_name = "HOST")]
    names: Vec<String>,
    /// Where the recovery key is written. Take that file offline: the server does not need it and must not have it.
    #[arg(long, value_name = "FILE")]
    recovery_key: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ServeArgs {
    /// Address to listen on.
    #[arg(long, env = "KANDAS_LISTEN", default_value_t = crate::config::DEFAULT_LISTEN)]
    listen: SocketAddr,
    #[command(flatten)]
    tls: TlsArgs,
    /// Bytes kept free on the disk: below it media are refused while records go on.
    #[arg(long, env = "KANDAS_DISK_RESERVE", default_value_t = crate::config::DEFAULT_DISK_RESERVE, value_name = "BYTES")]
    disk_reserve: u64,
}

#[derive(Debug, Args)]
struct TlsArgs {
    /// Certificate chain (PEM) of a public authority, instead of the self-made one.
    #[arg(long, env = "KANDAS_TLS_CERT", requires = "tls_key", value_name = "FILE")]
    tls_cert: Option<PathBuf>,
    /// Private key of that certificate (PEM).
    #[arg(long, env = "KANDAS_TLS_KEY", requires = "tls_cert", value_name = "FILE")]
    tls_key: Option<PathBuf>,
    /// Speak plain http; on loopback only.
    #[arg(long, env = "KANDAS_PLAIN_HTTP", conflicts_with = "tls_cert")]
    plain_http: bool,
}

impl TlsArgs {
    fn transport(self) -> Transport {
        match (self.tls_cert, self.tls_key) {
            (Some(certificate), Some(key)) => Transport::Files { certificate, key },
            _ if self.plain_http => Transport::Plain,
            _ => Transport::SelfSigned,
        }
    }
}

#[derive(Debug, Subcommand)]
enum UserCommand {
    /// Add a user.
    Add {
        /// Log-in name, unique.
        #[arg(long)]
        login: String,
        /// Name as shown to others.
        #[arg(long)]
        name: String,
        /// Role, e.g. cc_set (docs/import.md).
        #[arg(long)]
        role: Role,
        /// Organisation, its id.
        #[arg(long)]
        org_unit: OrgUnitId,
        /// Language of screens.
        #[arg(long, default_value_t = Lang::Kk)]
        language: Lang,
    },
    /// List the users.
    List,
    /// The user may no longer work; what was recorded stays.
    Deactivate {
        /// Log-in name.
        login: String,
    },
    /// A password for the dashboard: drawn and shown, or read from the first line of the input. Ends the user's sessions.
    Password {
        /// Log-in name.
        login: String,
        /// Read it from the input.
        #[arg(long)]
        stdin: bool,
    },
    /// Takes a user's second factor away, whose telephone is lost. He sets up a new one when he signs in.
    ForgetSecondFactor {
        /// Log-in name.
        login: String,
    },
    /// Whether everybody needs a second factor for the dashboard (so it is at first), or may do without.
    SecondFactor {
        /// required or optional.
        need: Need,
    },
}

/// Whether a second factor is needed.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Need {
    /// Whoever has none sets one up when he signs in.
    Required,
    /// A password alone will do.
    Optional,
}

#[derive(Debug, Subcommand)]
enum DeviceCommand {
    /// A one-time code with which a worker enrols a phone.
    Code {
        /// Log-in name of the worker.
        login: String,
        /// Hours it is good for.
        #[arg(long, default_value_t = 72)]
        hours: u32,
        /// Show the QR in the terminal.
        #[arg(long)]
        qr: bool,
        /// Write the QR as SVG.
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        #[command(flatten)]
        tls: TlsArgs,
    },
    /// List the phones.
    List,
    /// The phone may deliver what it has and nothing else.
    Revoke {
        /// The phone.
        device: DeviceId,
        /// Why; stands in the journal, so no names.
        #[arg(long)]
        reason: String,
    },
    /// The phone is lost: revoke it and order it to wipe case data at once.
    Lost(OrderArgs),
    /// The phone goes out of use: order it to upload everything, then wipe.
    Retire(OrderArgs),
    /// Take an order back that the phone has not been told yet. A phone that was given up for lost stays revoked.
    Withdraw {
        /// The phone.
        device: DeviceId,
        /// The order.
        #[arg(long)]
        order: OrderId,
        /// Why; stands in the journal, so no names.
        #[arg(long)]
        reason: Option<String>,
    },
    /// The code for a worker who has forgotten the PIN of his screens. Make sure whom you are talking to; read it out, or
    /// let the phone hear it when it has a link.
    ResetPin {
        /// The phone.
        #[arg(long)]
        device: DeviceId,
        /// The number of eight digits that it shows.
        #[arg(long)]
        challenge: String,
        /// Log-in name of the user who lets him: not the worker himself.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
    /// The logs that a phone has sent, the newest first. Stands in the access log.
    Log {
        /// The phone.
        device: DeviceId,
        /// All that are kept, not only the newest.
        #[arg(long)]
        all: bool,
    },
    /// The phone's store key, wrapped to the recovery key: open it with `age -d -i RECOVERY-KEY`.
    RecoveryKey {
        /// The phone.
        device: DeviceId,
        /// Where to write it.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
    },
}

#[derive(Debug, Args)]
struct OrderArgs {
    /// The phone.
    device: DeviceId,
    /// Days until the order ends.
    #[arg(long, default_value_t = 365)]
    days: u32,
    /// Why; stands in the journal, so no names.
    #[arg(long)]
    reason: Option<String>,
}

#[derive(Debug, Subcommand)]
enum EvidenceCommand {
    /// Call for the camera's own file, which stays on the phone while a smaller copy travels.
    Call {
        /// The evidence.
        evidence: EvidenceId,
        /// Why it is wanted; the worker reads it.
        #[arg(long)]
        reason: String,
        /// Log-in name of the user who calls.
        #[arg(long)]
        by: Option<String>,
    },
    /// Show what is known of a piece of evidence. Stands in the access log.
    Show {
        /// The evidence.
        evidence: EvidenceId,
        /// Log-in name of the user who looks.
        #[arg(long)]
        by: String,
    },
    /// Save a file as it came, or what came of a damaged one. Stands in the access log.
    Save {
        /// The evidence.
        evidence: EvidenceId,
        /// file, thumbnail or original.
        #[arg(long, default_value_t = Part::File)]
        part: Part,
        /// Where to write it; never over another file.
        #[arg(long, value_name = "FILE")]
        out: PathBuf,
        /// Log-in name of the user who looks.
        #[arg(long)]
        by: String,
    },
}

#[derive(Debug, Subcommand)]
enum CheckCommand {
    /// Records of the user's unit that are to be checked, the earliest first. Stands in the access log.
    List {
        /// What is shown: unchecked, accepted, remarked, returned or answered; several with commas.
        #[arg(long, value_delimiter = ',', default_value = "unchecked,returned")]
        state: Vec<CheckKind>,
        /// Most of them.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Log-in name of the user who looks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
    /// A record's evidence, everything that was said of it, and what the server has noticed. Stands in the access log.
    Show {
        /// The record.
        #[arg(long)]
        record: RecordId,
        /// Log-in name of the user who looks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
        /// Language of what was noticed: kk, ru or en.
        #[arg(long, default_value_t = Lang::En)]
        language: Lang,
    },
    /// Nothing to remark; takes back a return.
    Accept {
        /// The record.
        #[arg(long)]
        record: RecordId,
        /// Log-in name of the user who checks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
    /// A remark for the worker; nothing is to be done again.
    Remark {
        /// The record.
        #[arg(long)]
        record: RecordId,
        /// The words.
        #[arg(long)]
        text: String,
        /// Log-in name of the user who checks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
    /// Back to the worker for rework, whole or one piece of its evidence.
    Return {
        /// The record.
        #[arg(long)]
        record: RecordId,
        /// The one piece that goes back; the whole record if missing.
        #[arg(long)]
        evidence: Option<EvidenceId>,
        /// Why: blurred, too_dark, wrong_person, face_not_visible, not_the_service, unreadable_document,
        /// wrong_document, missing_page, picture_of_picture, wrong_place_or_day, other, or a code of the centre's own.
        #[arg(long)]
        reason: ReasonCode,
        /// More about it, for the worker; needed with `other`.
        #[arg(long)]
        text: Option<String>,
        /// Until when: a number of working days, or a date.
        #[arg(long, default_value = "3")]
        due: Due,
        /// Log-in name of the user who checks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
}

#[derive(Debug, Subcommand)]
enum FindingsCommand {
    /// Records that the user may check and about which something was noticed, the heaviest first. Stands in the access log.
    List {
        /// Most of them.
        #[arg(long, default_value_t = 100)]
        limit: usize,
        /// Log-in name of the user who looks.
        #[arg(long = "as", value_name = "USER")]
        by: String,
        /// Language of what was noticed: kk, ru or en.
        #[arg(long, default_value_t = Lang::En)]
        language: Lang,
    },
    /// Look at all records once more. A serving process does it in the background; without one it is done now.
    Recompute {
        /// Only those that came on this day or later.
        #[arg(long, value_name = "YYYY-MM-DD")]
        since: Option<chrono::NaiveDate>,
    },
    /// What the rules measure against, and since when.
    Settings,
    /// What searching similar photos costs and finds on this machine. Needs no store.
    #[command(hide = true)]
    Measure {
        /// A folder with photos: `<name>.original.jpg`, and changed `<name>.<how>.jpg`.
        folder: PathBuf,
        /// Photos that the index is filled up to.
        #[arg(long, default_value_t = 7_500_000)]
        hashes: usize,
    },
    /// Another value from a day on. Records that came since are looked at once more.
    Set {
        /// Which, as `settings` lists it.
        name: Threshold,
        /// The value, in the unit that the name says.
        value: f64,
        /// First day on which it holds.
        #[arg(long, value_name = "YYYY-MM-DD")]
        from: chrono::NaiveDate,
        /// Log-in name of the user who decides.
        #[arg(long = "as", value_name = "USER")]
        by: String,
    },
}

#[derive(Debug, Subcommand)]
enum KeyCommand {
    /// Show the signing key and the pin of the certificate.
    Show,
    /// Change the signing key: the new one is announced by the old. A serving process follows within seconds.
    Rotate,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct SubjectArgs {
    /// The family.
    #[arg(long)]
    family: Option<FamilyId>,
    /// One member of a family.
    #[arg(long)]
    person: Option<PersonId>,
}

#[derive(Debug, Args)]
struct EraseArgs {
    #[command(flatten)]
    subject: SubjectArgs,
    /// On what the decision rests: the article or the paper's number. No names: it stays for ever.
    #[arg(long)]
    basis: String,
    /// Log-in name of the user who decided.
    #[arg(long)]
    by: String,
    /// Do it. Without this the command says what would go and does nothing.
    #[arg(long)]
    yes: bool,
}

/// The system's time and chance, for the binary.
#[derive(Clone)]
struct Surroundings {
    clock: Arc<SystemClock>,
    chance: Arc<dyn Chance>,
}

/// Runs the command line; the answer is the exit code of the process.
///
/// # Errors
/// Whatever keeps a command from being done.
pub async fn run(cli: Cli) -> Result<ExitCode> {
    logging::start(cli.place.log_json);
    let around = Surroundings { clock: Arc::new(SystemClock::new()), chance: Arc::new(SystemChance) };
    let Cli { place, command } = cli;
    let json = place.json;
    let mut config = Config::for_data(place.data, place.database, place.public_url)?;
    if let Some(bucket) = place.media.bucket() {
        config.place_media(bucket)?;
    }
    match command {
        Command::Init(args) => store::init(&config, args, &around, json).await,
        Command::Serve(args) => {
            config.listen = args.listen;
            config.disk_reserve = args.disk_reserve;
            config.transport = args.tls.transport();
            serve(config, &around).await
        }
        Command::Import { file, check } => store::import(&config, &file, check, &around, json).await,
        Command::User(command) => device::user(&config, command, &around, json).await,
        Command::Device(command) => device::device(config, command, &around, json).await,
        Command::Evidence(command) => evidence::evidence(&config, command, &around, json).await,
        Command::Check(command) => check::check(&config, command, &around, json).await,
        Command::Findings(command) => findings::findings(&config, command, &around, json).await,
        Command::Key(command) => store::key(&config, command, &around, json).await,
        Command::Verify { hashes } => store::verify(&config, hashes, json).await,
        Command::Rebuild { check } => store::rebuild(&config, check, json).await,
        Command::Erase(args) => store::erase(&config, args, &around, json).await,
        Command::Backup { to, with_keys, copy_media } => {
            store::backup(&config, &to, with_keys, copy_media, &around, json).await
        }
        Command::Restore { from, erased } => store::restore(&config, &from, erased, &around, json).await,
    }
}

async fn serve(config: Config, around: &Surroundings) -> Result<ExitCode> {
    config.check()?;
    let Opened { keys, store } = Opened::open(&config, around).await?;
    let stop = async {
        // Either signal ends the server in order; a second one is the shell's business.
        let terminate = async {
            match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
                Ok(mut signal) => {
                    signal.recv().await;
                }
                Err(error) => {
                    tracing::warn!(%error, "SIGTERM cannot be heard; Ctrl-C still can");
                    std::future::pending::<()>().await;
                }
            }
        };
        tokio::select! {
            () = terminate => {}
            heard = tokio::signal::ctrl_c() => {
                if let Err(error) = heard {
                    tracing::warn!(%error, "Ctrl-C cannot be heard");
                    std::future::pending::<()>().await;
                }
            }
        }
    };
    crate::serve::run(config, keys, store, around.clock.clone(), around.chance.clone(), stop)
        .await
        .context("the server stopped")?;
    Ok(ExitCode::SUCCESS)
}

impl Surroundings {
    fn now(&self) -> chrono::DateTime<chrono::Utc> {
        self.clock.wall()
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_hangs_together() {
        Cli::command().debug_assert();
        let id = "6f0c1a52-2f4e-4b4e-9a51-0f6a3c1d0003";
        let with = |more: &[&str]| {
            let words = ["kandas-server", "erase", "--basis", "x", "--by", "y"];
            Cli::try_parse_from(words.iter().chain(more)).is_ok()
        };
        assert!(with(&["--family", id]) && with(&["--person", id, "--yes"]));
        assert!(!with(&[]) && !with(&["--family", id, "--person", id]));
    }
}
