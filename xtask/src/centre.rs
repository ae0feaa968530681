//! The central store as a program: `kandas-server` driven through its command line, its data in a
//! folder of its own.

use std::{
    ffi::OsString,
    fs::{self, File},
    io::Write as _,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _},
    path::{Path, PathBuf},
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use kandas_fixtures::s3::S3;
use kandas_shared::enrol::Invitation;
use serde_json::Value;

use crate::{demo::shown, leash::Leashed};

/// A central store.
pub(crate) struct Centre {
    /// Its data folder.
    pub(crate) data: PathBuf,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    program: PathBuf,
    /// Where its tables lie.
    pub(crate) database: String,
    log: PathBuf,
    plain: bool,
    /// Address of the S3 store where media lie, if not in the data folder.
    s3: Option<String>,
}

/// Free space below which the store takes no more media; little, since all this is thrown away.
const DISK_RESERVE: &str = "100000000";

impl Centre {
    /// A store in `folder`, on a free port of 127.0.0.1 unless one is given; nothing is started
    /// yet. `plain` speaks http instead of https.
    ///
    /// # Errors
    /// When there is no free port.
    pub(crate) fn new(
        program: &Path,
        folder: &Path,
        database: Option<String>,
        port: Option<u16>,
        plain: bool,
    ) -> Result<Self> {
        let address = match port {
            Some(port) => SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
            None => TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|free| free.local_addr())?,
        };
        let data = folder.join("centre");
        let database = database.unwrap_or_else(|| format!("sqlite:{}", data.join("store.db").display()));
        Ok(Self {
            data,
            address,
            program: program.to_owned(),
            database,
            log: folder.join("centre.log"),
            plain,
            s3: None,
        })
    }

    /// The same with its media in a bucket of the S3 store at this address; to be called before `init`.
    ///
    /// # Errors
    /// When the store's credentials cannot be put where the server looks for them.
    pub(crate) fn with_bucket(self, endpoint: &str) -> Result<Self> {
        let keys = self.data.join("keys");
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&keys).context("folder for keys")?;
        let mut file = File::options().write(true).create_new(true).mode(0o600).open(keys.join("s3.json"))?;
        file.write_all(S3::credentials().as_bytes())?;
        Ok(Self { s3: Some(endpoint.to_owned()), ..self })
    }

    /// Its own address, past any proxy.
    pub(crate) fn url(&self) -> String {
        format!("{}://{}", if self.plain { "http" } else { "https" }, self.address)
    }

    /// Where the files of evidence lie.
    pub(crate) fn media(&self) -> PathBuf {
        self.data.join("media")
    }

    /// Makes keys, certificate, tables.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn init(&self) -> Result<()> {
        self.run(&["init", "--json"]).map(drop)
    }

    /// Imports a document.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn import(&self, document: &Path) -> Result<String> {
        self.run(&["import", &document.display().to_string(), "--json"])
    }

    /// A one-time code for a phone of this user.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn invite(&self, login: &str) -> Result<Invitation> {
        let mut line = vec!["device", "code", login, "--json"];
        if self.plain {
            line.push("--plain-http");
        }
        let text = self.run(&line)?;
        let answer: Value = serde_json::from_str(&text).context("answer of `device code`")?;
        let link = answer.get("link").and_then(Value::as_str).context("`device code` gives no link")?;
        Ok(Invitation::from_link(link)?)
    }

    /// The key of a phone's files, opened with the organisation's recovery key, as somebody does on a machine that is offline.
    ///
    /// # Errors
    /// When the phone has not handed it in, or the key does not open it.
    pub(crate) fn recovery_key(&self, device: &str) -> Result<String> {
        let wrapped = self.data.join(format!("recovery-{device}.age"));
        self.run(&["device", "recovery-key", device, "--out", &wrapped.display().to_string(), "--json"])?;
        let key = fs::read_to_string(self.data.join("TAKE-OFFLINE-recovery-key.txt"))?;
        let line = key.lines().find(|line| line.starts_with("AGE-SECRET-KEY-")).context("no recovery key")?;
        let key: age::x25519::Identity = line.parse().map_err(anyhow::Error::msg)?;
        Ok(String::from_utf8(age::decrypt(&key, &fs::read(&wrapped)?)?)?)
    }

    /// Orders a phone to give up what it holds: it is lost.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn lost(&self, device: &str) -> Result<()> {
        self.run(&["device", "lost", device, "--json"]).map(drop)
    }

    /// A drawn password with which this user signs in at the dashboard, without a second factor.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn password(&self, login: &str) -> Result<String> {
        self.run(&["user", "second-factor", "optional", "--json"])?;
        let text = self.run(&["user", "password", login, "--json"])?;
        let answer: Value = serde_json::from_str(&text).context("answer of `user password`")?;
        let password = answer.get("password").and_then(Value::as_str);
        Ok(password.context("`user password` gives none")?.to_owned())
    }

    /// Starts to serve and waits until it answers.
    ///
    /// # Errors
    /// When it ends instead, or does not answer for a minute.
    pub(crate) fn serve(&self) -> Result<Leashed> {
        let address = self.address.to_string();
        let mut line = vec!["serve", "--listen", &address, "--disk-reserve", DISK_RESERVE];
        if self.plain {
            line.push("--plain-http");
        }
        let mut child = Leashed::start(&self.program, &self.line(&line), &self.log, false)?;
        for _ in 0..1_200 {
            if !child.is_running()? {
                bail!("the central store ended: {}", self.last_words());
            }
            if std::net::TcpStream::connect(self.address).is_ok() {
                return Ok(child);
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("the central store does not answer: {}", self.last_words())
    }

    /// Checks the whole store; with `hashes` it reads each file of evidence too.
    ///
    /// # Errors
    /// When something in it is wrong; the text says what.
    pub(crate) fn verify(&self, hashes: bool) -> Result<Value> {
        let line = if hashes { &["verify", "--hashes", "--json"][..] } else { &["verify", "--json"][..] };
        let text = self.run(line)?;
        serde_json::from_str(&text).with_context(|| format!("`verify --json` printed: {text}"))
    }

    /// Makes every table anew from the journal.
    ///
    /// # Errors
    /// When the server says no.
    pub(crate) fn rebuild(&self) -> Result<()> {
        self.run(&["rebuild", "--json"]).map(drop)
    }

    /// A command line as a person would type it.
    pub(crate) fn typed(&self, arguments: &str) -> String {
        let database = if self.database.starts_with("sqlite:") {
            String::new()
        } else {
            format!(" --database {}", self.database)
        };
        format!(
            "{} --data {}{database} {arguments}",
            shown(&self.program).display(),
            shown(&self.data).display()
        )
    }

    fn run(&self, arguments: &[&str]) -> Result<String> {
        let verb = arguments.first().copied().unwrap_or_default();
        let ended = Leashed::start(&self.program, &self.line(arguments), &self.log, true)?.end()?;
        if !ended.status.success() {
            bail!("kandas-server {verb} failed: {} {}", ended.output.trim(), self.last_words());
        }
        Ok(ended.output)
    }

    fn line(&self, arguments: &[&str]) -> Vec<OsString> {
        let mut line: Vec<OsString> = vec!["--data".into(), self.data.clone().into()];
        line.extend(["--database".into(), self.database.clone().into()]);
        line.extend(["--public-url".into(), self.url().into()]);
        if let Some(endpoint) = &self.s3 {
            line.extend(["--media".into(), format!("s3://{}/media", S3::BUCKET).into()]);
            line.extend(["--s3-endpoint".into(), endpoint.into()]);
        }
        line.extend(arguments.iter().map(OsString::from));
        line
    }

    fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let last: Vec<_> = log.lines().rev().take(5).collect();
        last.into_iter().rev().map(|line| format!("\n      {line}")).collect()
    }
}
