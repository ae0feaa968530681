//! The demo: a central store, two phones as processes of their own, and a bad line between them.
//!
//! A newcomer sees what the program is for: workers record without a signal, lose their connection
//! in the middle of an upload, one phone dies and is switched on again, and everything arrives with
//! a receipt. Nothing is acted: the programs are those that are shipped, the line is a proxy that
//! cuts TLS connections, and [`proof`] checks each claim from outside.

mod hand;
mod ledger;
pub(crate) mod material;
mod month;
pub(crate) mod phone;
mod proof;
mod say;
mod storm;

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    thread,
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{FixedOffset, NaiveDate, Utc};
use kandas_fixtures::{
    district::{District, Outline, User},
    pg::{Cluster, Database, Durability},
    proxy::{Proxy, Weather},
};
use kandas_shared::{enrol::Invitation, ids::ChainId, receipt::Checkpoint};
use rand::{SeedableRng, rngs::StdRng};
use tokio::runtime::Runtime;

use self::{
    hand::InHand,
    ledger::Ledger,
    material::Day,
    month::Made,
    phone::Phone,
    proof::{Proof, Witness},
    say::{Voice, count, size},
    storm::{Passage, Storm},
};
use crate::{
    cargo::{Profile, build_programs},
    centre::Centre,
    debian,
    device::{Device, Key},
    leash::Leashed,
    screens,
};

/// How the demo runs.
#[derive(clap::Args, Debug)]
pub(crate) struct Options {
    /// Check every claim, then end: exit code 0, or what is missing
    #[arg(long)]
    pub(crate) once: bool,
    /// A folder of camera files to use instead of made ones
    #[arg(long, value_name = "DIR")]
    pub(crate) media: Option<PathBuf>,
    /// Families in the synthetic district
    #[arg(long, value_name = "N", default_value_t = 30, value_parser = clap::value_parser!(u32).range(4..=20_000))]
    pub(crate) families: u32,
    /// Without a month of work before: the dashboard shows what two phones bring, and starts a minute earlier
    #[arg(long)]
    pub(crate) plain: bool,
    /// A PostgreSQL to keep the central store in, instead of one SQLite file: its address (an empty
    /// database), or `postgres` to start a throwaway one
    #[arg(long, value_name = "URL")]
    pub(crate) database: Option<String>,
    /// Port of the central store on 127.0.0.1; a free one if not given
    #[arg(long)]
    pub(crate) port: Option<u16>,
}

const PICTURE: &str = r"
     phone A ──┐                                ┌─────────────────────────────┐
   (own home)  ├── bad line ── https, pinned ── │ central store               │
     phone B ──┘   slow, cut                    │ journal, evidence, receipts │
                                                └─────────────────────────────┘";

/// Runs the demo.
///
/// # Errors
/// When something cannot be started, or (with `--once`) a claim does not hold.
pub(crate) fn run(options: &Options) -> Result<()> {
    let voice = Voice::start();
    println!("{}", voice.strong("Kandas Field: from a phone without a signal to the central store"));
    println!("{PICTURE}");

    voice.chapter("Build the programs");
    voice.line(voice.faint("(the first time this takes some minutes)"));
    // Before the server, which takes the dashboard in.
    let screens = if options.once { None } else { screens_of(&voice) };
    let names = ["kandas-server", "kandas-field", "kandas-month"];
    let programs = build_programs(&names[..if options.plain { 2 } else { 3 }], Profile::Dev)?;
    let (server, field) = (&programs["kandas-server"], &programs["kandas-field"]);
    let scratch = Scratch::new(server)?;
    let runtime = Runtime::new().context("runtime")?;

    voice.chapter("A central store with a synthetic district");
    let database = Chosen::new(options.database.as_deref(), &voice)?;
    let centre = Centre::new(server, &scratch.folder, database.url(), options.port, false)?;
    let today = today();
    let outline = Outline { families: options.families, workers: 1, today, ..Outline::default() };
    let district = if options.plain { outline.district() } else { month::district(outline) };
    let days = material::days(&district, options.media.as_deref(), &scratch.folder, today)?;
    let (serving, made) = open_store(&voice, &centre, &district, &scratch.folder, |document| {
        let program = programs.get("kandas-month")?;
        Some(month::make(&voice, program, &centre, &scratch.folder, document, &days))
    })?;
    let before = proof::Before::of(&centre.media(), made.as_ref().map_or(0, |made| made.files))?;

    voice.chapter("Two phones enrol and fetch their families");
    say_files(&voice, &days, options.media.as_deref());
    let phones = ["Phone A", "Phone B"].map(|name| Phone::new(name, field, &scratch.folder));
    let lines =
        [runtime.block_on(Proxy::start(centre.address))?, runtime.block_on(Proxy::start(centre.address))?];
    let (auditor, first, invitation) = runtime.block_on(audit(&centre, &district))?;
    for ((phone, line), day) in phones.iter().zip(&lines).zip(&days) {
        // In the month one family may have come to this worker from a colleague.
        enrol(&voice, &centre, &district, phone, line, day, usize::from(made.is_some()))?;
    }

    voice.chapter("No signal: both workers record what they did");
    for line in &lines {
        line.set_weather(Weather::BlackOut);
    }
    for ((phone, line), day) in phones.iter().zip(&lines).zip(&days) {
        record(&voice, phone, line, day)?;
    }

    voice.chapter("A bad line: slow, and cut again and again");
    voice.line(format!(
        "{} a second; each connection is cut after {} to {}; one phone will be killed on its way",
        size(storm::SLOW),
        size(storm::CUT.start),
        size(storm::CUT.end)
    ));
    let passages = deliver(&voice, &phones, &lines)?;

    voice.chapter("The ledger of both phones");
    let mut witnesses = Vec::new();
    for ((phone, day), passage) in phones.iter().zip(&days).zip(passages) {
        let ledger = phone.ledger()?;
        show(&voice, phone, day, &ledger);
        witnesses.push(Witness { name: &phone.name, day, ledger, passage });
    }

    voice.chapter("The proof, checked from outside");
    let mut proof = runtime.block_on(proof::check(
        &witnesses,
        &auditor,
        &invitation.server_key,
        &centre.media(),
        &before,
        &first,
    ))?;
    if let Some(made) = &made {
        month::claim(&mut proof, made);
    }
    let head = runtime.block_on(auditor.checkpoint(0))?.0;
    verify(&mut proof, &centre, &head, before.files);
    proof.print(&voice);
    closing(&voice, &witnesses, &proof, &head);

    if options.once {
        stop(&voice, serving)?;
    } else {
        let line = runtime.block_on(Proxy::start(centre.address))?;
        let third = Phone::new("Phone C", field, &scratch.folder);
        let in_hand = hand::take(&third, &centre, &days[0].worker.login, line, screens)?;
        let desk = Desk::of(&centre, &district, days[0].worker, in_hand.built)?;
        look_around(&voice, &centre, &phones, &scratch.folder, &in_hand, &desk);
        runtime.block_on(in_hand.play(&voice))?;
        println!();
        stop(&voice, serving)?;
    }
    let missing = proof.missing();
    if missing.is_empty() {
        return Ok(());
    }
    bail!("{} not true; missing: {}", count(missing.len(), "thing is", "things are"), missing.join("; "))
}

/// The screens of the phone that is tried by hand. Without them the demo goes on: it is about what is delivered.
fn screens_of(voice: &Voice) -> Option<PathBuf> {
    voice.chapter("Build the phone's screens");
    match screens::build(|step| voice.line(voice.faint(step))) {
        Ok(folder) => Some(folder),
        Err(error) => {
            voice.line(format!("not built now: {error:#}"));
            let before = screens::built();
            voice.line(match before {
                Some(_) => "the screens of an earlier build are shown",
                None => "the demo goes on without them; everything but the phone in the browser is the same",
            });
            before
        }
    }
}

/// `month` makes the store with a month of work in it, if there is to be one.
fn open_store(
    voice: &Voice,
    centre: &Centre,
    district: &District,
    folder: &Path,
    month: impl FnOnce(&Path) -> Option<Result<Made>>,
) -> Result<(Leashed, Option<Made>)> {
    let document = folder.join("district.json");
    fs::write(&document, district.to_json()).context("the import document")?;
    let made = month(&document).transpose()?;
    if made.is_none() {
        centre.init()?;
        centre.import(&document)?;
    }
    voice.line(format!(
        "made: keys, certificate, journal; imported {} families, {} people, {} planned services (no real person)",
        district.families.len(),
        district.persons.len(),
        district.plans.iter().map(|plan| plan.activities.len()).sum::<usize>(),
    ));
    let serving = centre.serve()?;
    let engine = if centre.database.starts_with("sqlite:") { "SQLite" } else { "PostgreSQL" };
    voice.line(format!("serving on {} with {engine}", centre.url()));
    Ok((serving, made))
}

/// A third device, of another user, that goes past the bad line and only asks.
async fn audit(centre: &Centre, district: &District) -> Result<(Device, Checkpoint, Invitation)> {
    let director = district.users.iter().find(|user| user.role == "cc_dir").context("no director")?;
    let invitation = centre.invite(&director.login)?;
    let mut rng = StdRng::seed_from_u64(7);
    let chain = ChainId(uuid::Uuid::from_u128(7));
    let auditor = Device::enrol(&invitation, Key::draw(&mut rng), chain).await?;
    let first = auditor.checkpoint(0).await?.0;
    Ok((auditor, first, invitation))
}

fn say_files(voice: &Voice, days: &[Day<'_>], given: Option<&Path>) {
    let good: Vec<_> = days.iter().flat_map(Day::files).collect();
    let from = match given {
        Some(folder) => format!("from {} and a film each to be cut", folder.display()),
        None => "drawn for this run, with EXIF and position".to_owned(),
    };
    voice.line(format!(
        "{} for them to record with, {} in all, {from}; and {} that are no evidence",
        count(good.len(), "camera file", "camera files"),
        size(good.iter().map(|file| file.size).sum()),
        days.iter().map(|day| day.bad.len()).sum::<usize>(),
    ));
}

fn enrol(
    voice: &Voice,
    centre: &Centre,
    district: &District,
    phone: &Phone,
    line: &Proxy,
    day: &Day<'_>,
    more: usize,
) -> Result<()> {
    let invitation = centre.invite(&day.worker.login)?;
    // Same code, same pin; the way leads through the proxy.
    let invitation = Invitation { url: format!("https://{}", line.address()), ..invitation };
    phone.enrol(&invitation)?;
    ensure!(phone.sync()?, "{} could not fetch its families", phone.name);
    let (has, wanted) = (phone.families()?, district.families_of(day.worker.id).count());
    ensure!(
        (wanted..=wanted + more).contains(&has),
        "{} shows {has} families, {wanted} are assigned to its worker",
        phone.name
    );
    voice.line(format!(
        "{} belongs to {}: {has} families fetched, {} on the wire",
        phone.name,
        day.worker.login,
        size(line.traffic().down)
    ));
    Ok(())
}

fn record(voice: &Voice, phone: &Phone, line: &Proxy, day: &Day<'_>) -> Result<()> {
    let mut sealed = 0;
    for (place, completion) in day.completions.iter().enumerate() {
        let bad: &[_] = if place == 0 { &day.bad } else { &[] };
        let lacks = phone.record(completion, bad)?;
        voice.line(format!(
            "{}: {} {} ({})",
            phone.name,
            completion.service.code,
            say::short(&completion.service.en, 52),
            completion.files.iter().map(|file| file.name()).collect::<Vec<_>>().join(", ")
        ));
        if lacks.is_empty() {
            sealed += 1;
        } else {
            voice.line(format!(
                "{}: not sealed, kept as a draft; it lacks: {}",
                phone.name,
                lacks.join(", ")
            ));
        }
    }
    let refused = line.traffic().refused;
    phone.sync()?;
    let ledger = phone.ledger()?;
    for aside in &ledger.set_aside {
        voice.line(format!("{}: {} is set aside, the reason: {}", phone.name, aside.name, aside.reason));
    }
    let waiting = storm::undelivered(&ledger);
    ensure!(
        waiting == sealed && ledger.sent() == 0,
        "{}: without a line, {waiting} of {sealed} records wait and {} were sent",
        phone.name,
        size(ledger.sent())
    );
    ensure!(line.traffic().refused > refused, "{} did not even try to reach the store", phone.name);
    voice.line(format!(
        "{}: {} sealed and waiting with {}; an attempt to send found no line",
        phone.name,
        count(waiting, "record", "records"),
        size(ledger.bytes())
    ));
    Ok(())
}

fn deliver(voice: &Voice, phones: &[Phone; 2], lines: &[Proxy; 2]) -> Result<Vec<Passage>> {
    let bars = voice.bars();
    let mut totals = Vec::new();
    for phone in phones {
        totals.push(Voice::bytes_bar(&bars, &phone.name, phone.ledger()?.bytes()));
    }
    let storms = [Storm { seed: 11, cuts: 5, kill: false }, Storm { seed: 12, cuts: 4, kill: true }];
    thread::scope(|scope| {
        let running: Vec<_> = phones
            .iter()
            .zip(lines)
            .zip(storms)
            .zip(&totals)
            .map(|(((phone, line), storm), bar)| {
                let bars = &bars;
                scope.spawn(move || storm::deliver(phone, line, storm, bar, bars))
            })
            .collect();
        running
            .into_iter()
            .map(|thread| thread.join().unwrap_or_else(|_| bail!("the storm broke off")))
            .collect()
    })
}

fn show(voice: &Voice, phone: &Phone, day: &Day<'_>, ledger: &Ledger) {
    println!();
    voice.line(voice.strong(&format!("{} ({})", phone.name, day.worker.login)));
    let files: Vec<_> = day.files().collect();
    for line in ledger.table(&files) {
        voice.line(line);
    }
    for aside in &ledger.set_aside {
        voice.line(format!("set aside: {} ({})", aside.name, aside.reason));
    }
}

fn verify(proof: &mut Proof, centre: &Centre, head: &Checkpoint, before: usize) {
    let text =
        "`kandas-server verify --hashes` recomputes journal, signatures and files, and finds nothing wrong";
    let missing = match centre.verify(true) {
        Ok(report) => {
            let mut missing = Vec::new();
            if report.get("sound") != Some(&true.into()) {
                missing.push(format!("verify says {report}"));
            }
            if report.get("media") != Some(&(before + proof.files).into()) {
                missing.push(format!(
                    "verify counts {:?} files, receipts are for {} and {before} were there before",
                    report.get("media"),
                    proof.files
                ));
            }
            let root = report.get("root").and_then(|root| root.as_str());
            if report.get("size") == Some(&head.size.into()) && root != Some(&head.root.to_string()) {
                missing.push(format!("verify computes the root {root:?}, the server signed {}", head.root));
            }
            missing
        }
        Err(error) => vec![format!("{error:#}")],
    };
    proof.claim(text, missing);
}

fn closing(voice: &Voice, witnesses: &[Witness<'_>], proof: &Proof, head: &Checkpoint) {
    let (files, thumbnails) = proof::parts(witnesses);
    let sum = |of: fn(&Passage) -> u64| witnesses.iter().map(|witness| of(&witness.passage)).sum::<u64>();
    println!();
    voice.line(voice.strong(&format!(
        "{} records, {files} files and {thumbnails} thumbnails, {} in custody",
        proof.records,
        size(proof.bytes)
    )));
    voice.line(format!(
        "{} cuts and {} survived, {} on the wire; {} s in all",
        sum(|passage| passage.cuts),
        count(usize::try_from(sum(|passage| passage.kills)).unwrap_or(usize::MAX), "kill", "kills"),
        size(sum(|passage| passage.up)),
        voice.elapsed().as_secs()
    ));
    voice.line(format!("journal: {} positions, root {}, epoch {}", head.size, head.root, head.epoch));
}

/// A supervisor who signs in at the dashboard.
struct Desk {
    login: String,
    password: String,
    /// Whether the server was built with the page.
    built: bool,
}

impl Desk {
    /// The director of this worker's centre, with a password for this run.
    fn of(centre: &Centre, district: &District, worker: &User, built: bool) -> Result<Self> {
        let mut users = district.users.iter();
        let director = users.find(|user| user.role == "cc_dir" && user.org_unit == worker.org_unit);
        let login = director.context("the centre has no director")?.login.clone();
        let password = centre.password(&login)?;
        Ok(Self { login, password, built })
    }

    fn say(&self, voice: &Voice, centre: &Centre) {
        if !self.built {
            voice.line(voice.faint("dashboard  not built (see above)"));
            return;
        }
        voice.line(format!(
            "dashboard  {}   (let the browser pass the self-made certificate)",
            voice.strong(&format!("{}/", centre.url()))
        ));
        voice.line(format!("           sign in as {} with {}", self.login, voice.strong(&self.password)));
        voice.line("           what the phones brought waits there to be checked; ? lists the keys");
    }
}

fn look_around(
    voice: &Voice,
    centre: &Centre,
    phones: &[Phone; 2],
    folder: &Path,
    in_hand: &InHand,
    desk: &Desk,
) {
    voice.chapter("The central store stays up; look around");
    desk.say(voice, centre);
    in_hand.say(voice);
    voice.line(format!("store      {}   (certificate is self-made: curl -k)", centre.url()));
    voice.line(format!("folder     {}", shown(folder).display()));
    voice.line(format!("health     curl -k {}/readyz", centre.url()));
    voice.line(format!("interface  curl -k {}/openapi.json", centre.url()));
    voice.line(format!("check      {}", centre.typed("verify --hashes")));
    voice.line(format!("phones     {}", centre.typed("device list")));
    for phone in phones {
        voice.line(format!("{:10} {}", phone.name.to_lowercase(), phone.typed("--lang en ledger")));
    }
    voice.line(format!("families   {}", phones[0].typed("--lang en list")));
    println!("\n   {}", voice.strong("Ctrl-C stops it."));
}

fn stop(voice: &Voice, serving: Leashed) -> Result<()> {
    let status = serving.stop()?;
    ensure!(status.success(), "the central store ended with {status}");
    voice.line(voice.faint("the central store was stopped in good order"));
    Ok(())
}

/// The database of the central store.
enum Chosen {
    File,
    Given(String),
    Thrown { database: Database, _cluster: Cluster },
}

impl Chosen {
    fn new(wish: Option<&str>, voice: &Voice) -> Result<Self> {
        match wish {
            None => Ok(Self::File),
            Some("postgres") => {
                debian::provide(&[debian::POSTGRESQL])?;
                let cluster = Cluster::start(Durability::Full)?;
                voice.line("a throwaway PostgreSQL is up");
                Ok(Self::Thrown { database: cluster.fresh_database()?, _cluster: cluster })
            }
            Some(url) if url.starts_with("postgres") => Ok(Self::Given(url.to_owned())),
            Some(other) => bail!("--database takes postgres://… or the word postgres, not {other}"),
        }
    }

    fn url(&self) -> Option<String> {
        match self {
            Self::File => None,
            Self::Given(url) => Some(url.clone()),
            Self::Thrown { database, .. } => Some(database.url().to_owned()),
        }
    }
}

/// A folder for one run, empty at first. It stays, to be looked at, until the next run takes it.
struct Scratch {
    folder: PathBuf,
    /// Held while the folder is in use.
    _lock: File,
}

impl Scratch {
    /// Beside what cargo built: `target/demo`, or `target/demo-2` while another demo runs, …
    fn new(program: &Path) -> Result<Self> {
        let target = program.parent().and_then(Path::parent).context("a program lies in target/debug")?;
        for number in 1..100 {
            let name = if number == 1 { "demo".to_owned() } else { format!("demo-{number}") };
            let lock = File::create(target.join(format!("{name}.lock"))).context("lock file")?;
            if lock.try_lock().is_err() {
                continue;
            }
            let folder = target.join(name);
            if folder.exists() {
                fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
            }
            fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
            return Ok(Self { folder, _lock: lock });
        }
        bail!("a hundred demos run already")
    }
}

/// A path as a person at this prompt would write it.
pub(crate) fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}

/// Today in Kazakhstan (UTC+5).
#[expect(clippy::disallowed_methods, reason = "the district is made around the day on which it is shown")]
fn today() -> NaiveDate {
    let civil = FixedOffset::east_opt(5 * 3_600).expect("five hours are an offset");
    Utc::now().with_timezone(&civil).date_naive()
}
