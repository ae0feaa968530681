//! `kandas-field` and `kandas-server` as processes, with a place to die at.

use std::{
    os::unix::process::ExitStatusExt as _,
    path::{Path, PathBuf},
    process::{Output, Stdio},
    time::Duration,
};

use kandas_server::config::Config;
use serde_json::Value;
use tokio::process::{Child, Command};

/// A program that was built beside this test.
fn program(name: &str) -> Command {
    let test = std::env::current_exe().unwrap();
    let path: PathBuf = test.parent().unwrap().parent().unwrap().join(name);
    assert!(path.exists(), "{} is missing: test the whole workspace", path.display());
    let mut command = Command::new(path);
    command.env_remove("KANDAS_DIE_AT").env_remove("RUST_LOG").stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// `kandas-field` on a home.
pub fn field<S: AsRef<str>>(home: &Path, words: impl IntoIterator<Item = S>) -> Command {
    let mut command = program("kandas-field");
    command.arg("--home").arg(home).args(["--lang", "en", "--json"]);
    command.args(words.into_iter().map(|word| word.as_ref().to_owned()));
    command
}

/// `kandas-server` on a store.
pub fn server<S: AsRef<str>>(config: &Config, words: impl IntoIterator<Item = S>) -> Command {
    let mut command = program("kandas-server");
    command.arg("--data").arg(&config.data).args(["--database", &config.database, "--json"]);
    command.args(words.into_iter().map(|word| word.as_ref().to_owned()));
    command
}

/// The command dies at that point, and nowhere else.
pub async fn dies(mut command: Command, at: &str) {
    let ended = command.env("KANDAS_DIE_AT", at).output().await.unwrap();
    assert_eq!(ended.status.signal(), Some(9), "it did not come by {at}: {}", said(&ended));
}

/// The command comes to its end; gives what it says.
pub async fn done(command: Command) -> Value {
    ends(command, &[0]).await
}

/// The command ends with one of these codes; gives what it says.
pub async fn ends(mut command: Command, codes: &[i32]) -> Value {
    let ended = command.output().await.unwrap();
    assert!(ended.status.code().is_some_and(|code| codes.contains(&code)), "{}", said(&ended));
    if ended.stdout.is_empty() {
        return Value::String(said(&ended));
    }
    let text = String::from_utf8(ended.stdout).unwrap();
    let document = serde_json::from_str(&text);
    // `sync` says a line for each event.
    document.unwrap_or_else(|_| {
        text.lines().last().map_or(Value::Null, |line| serde_json::from_str(line).unwrap())
    })
}

pub fn said(ended: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}\n{}\n{}", ended.status, text(&ended.stdout), text(&ended.stderr))
}

/// A `kandas-server serve`.
pub struct Serving {
    child: Child,
    pub url: String,
    log: PathBuf,
}

impl Serving {
    pub async fn start(config: &Config) -> Self {
        Self::start_with(config, |_| {}).await
    }

    /// Serves until it comes by a point.
    pub async fn until(config: &Config, point: &str) -> Self {
        Self::start_with(config, |command| {
            command.env("KANDAS_DIE_AT", point);
        })
        .await
    }

    pub async fn start_with(config: &Config, change: impl Fn(&mut Command)) -> Self {
        // Between finding a free port and the server taking it somebody else may.
        for _ in 0..5 {
            if let Some(serving) = Self::try_start(config, &change).await {
                return serving;
            }
        }
        panic!("every free port was taken by somebody else");
    }

    async fn try_start(config: &Config, change: &impl Fn(&mut Command)) -> Option<Self> {
        let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().to_string();
        let path = config.data.with_extension("serve.log");
        let log = std::fs::File::create(&path).unwrap();
        let mut command =
            server(config, ["serve", "--plain-http", "--disk-reserve", "0", "--listen", &address]);
        command.stdout(log.try_clone().unwrap()).stderr(log);
        change(&mut command);
        let mut serving =
            Self { child: command.spawn().unwrap(), url: format!("http://{address}"), log: path };
        for _ in 0..6_000 {
            if serving.child.try_wait().unwrap().is_some() {
                let log = serving.log();
                assert!(log.contains("cannot listen"), "it ended: {log}");
                return None;
            }
            if tokio::net::TcpStream::connect(&address).await.is_ok() {
                return Some(serving);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("it does not listen: {}", serving.log());
    }

    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// It has died by itself, as it was told to.
    pub async fn has_died(mut self, at: &str) {
        let ended = tokio::time::timeout(Duration::from_secs(60), self.child.wait()).await;
        let log = self.log();
        let status = ended.unwrap_or_else(|_| panic!("it did not come by {at}: {log}")).unwrap();
        assert_eq!(status.signal(), Some(9), "at {at}: {log}");
    }

    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }
}
