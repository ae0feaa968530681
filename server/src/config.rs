//! Where a server keeps its things and how it is reached.
//!
//! One data folder holds everything: `store.db`, `media/`, `staging/`, `keys/`, `erased.ndjson` and `server.json`. The
//! last one remembers what `init` was told (the public address, and the bucket if media lie in one), so that later
//! commands need not repeat it; a public address given as an option or a `KANDAS_*` variable goes before it.

use std::{
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use serde::{Deserialize, Serialize};

use crate::media::bucket::Bucket;

/// How `serve` speaks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transport {
    /// TLS with the self-made certificate of the keys folder; phones know it by its pin.
    SelfSigned,
    /// TLS with a certificate and key of the operator, PEM.
    Files {
        /// Certificate chain.
        certificate: PathBuf,
        /// Private key.
        key: PathBuf,
    },
    /// Plain http; on loopback only (tests, or behind a proxy that ends TLS on this machine).
    Plain,
}

/// Where media lie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MediaPlace {
    /// In folders of the data folder.
    #[default]
    Folder,
    /// In a bucket of an S3 store.
    Bucket(Bucket),
}

impl MediaPlace {
    fn bucket(&self) -> Option<&Bucket> {
        match self {
            Self::Folder => None,
            Self::Bucket(bucket) => Some(bucket),
        }
    }
}

impl From<Option<Bucket>> for MediaPlace {
    fn from(bucket: Option<Bucket>) -> Self {
        bucket.map_or(Self::Folder, Self::Bucket)
    }
}

impl std::fmt::Display for MediaPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Folder => f.write_str("the data folder"),
            Self::Bucket(bucket) => bucket.fmt(f),
        }
    }
}

/// Everything a command needs to know about its surroundings.
#[derive(Clone, Debug)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// `sqlite:<path>` or `postgres://…`.
    pub database: String,
    /// Where media lie.
    pub media: MediaPlace,
    /// Address to listen on.
    pub listen: SocketAddr,
    /// Address under which phones reach the server, without a slash at the end.
    pub public_url: String,
    /// How it speaks.
    pub transport: Transport,
    /// Bytes that stay free on the disk of the data folder: below it media are answered 507, records still go on.
    pub disk_reserve: u64,
}

/// Where `serve` listens unless told otherwise.
pub const DEFAULT_LISTEN: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8443);

/// Two gigabytes: room for the database and its log to go on for weeks after media have stopped.
pub const DEFAULT_DISK_RESERVE: u64 = 2 * 1024 * 1024 * 1024;

/// What `init` remembers in `server.json`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remembered {
    /// Address under which phones reach the server.
    pub public_url: String,
    /// The bucket, if media lie in one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media: Option<Bucket>,
}

impl Config {
    /// A configuration with the defaults for a data folder; what is `None` comes from `server.json` or the default.
    ///
    /// # Errors
    /// When `server.json` exists and cannot be read.
    pub fn for_data(data: PathBuf, database: Option<String>, public_url: Option<String>) -> Result<Self> {
        let remembered = Remembered::read(&data)?;
        let (url, bucket) = remembered.map(|known| (known.public_url, known.media)).unzip();
        let public_url = public_url.or(url).unwrap_or_else(|| format!("https://{DEFAULT_LISTEN}"));
        let database = database.unwrap_or_else(|| format!("sqlite:{}", data.join("store.db").display()));
        Ok(Self {
            data,
            database,
            media: bucket.flatten().into(),
            listen: DEFAULT_LISTEN,
            public_url: public_url.trim_end_matches('/').to_owned(),
            transport: Transport::SelfSigned,
            disk_reserve: DEFAULT_DISK_RESERVE,
        })
    }

    /// Refuses what would put case data on the wire unprotected.
    ///
    /// # Errors
    /// Plain http on anything but loopback.
    pub fn check(&self) -> Result<()> {
        ensure!(
            self.transport != Transport::Plain || self.listen.ip().is_loopback(),
            "plain http is for loopback only, and {} is reachable from outside: leave out --plain-http",
            self.listen
        );
        Ok(())
    }

    /// Media lie in this bucket. A store that knows another place already keeps to it: evidence is never looked for, or
    /// left behind when somebody is erased, in two places.
    ///
    /// # Errors
    /// When `server.json` names another place.
    pub fn place_media(&mut self, bucket: Bucket) -> Result<()> {
        let (said, place) = (MediaPlace::Bucket(bucket), &self.media);
        if said == *place {
            return Ok(());
        }
        ensure!(
            Remembered::read(&self.data)?.is_none(),
            "the media of this store lie in {place}, not in {said}: move them first, then say so in {}",
            Remembered::path(&self.data).display()
        );
        self.media = said;
        Ok(())
    }

    /// What `init` remembers of this.
    #[must_use]
    pub fn remembered(&self) -> Remembered {
        Remembered { public_url: self.public_url.clone(), media: self.media.bucket().cloned() }
    }

    /// The folder with private keys, mode 0700.
    #[must_use]
    pub fn keys_dir(&self) -> PathBuf {
        self.data.join("keys")
    }
    /// The root of the media store.
    #[must_use]
    pub fn media_dir(&self) -> PathBuf {
        self.data.join("media")
    }
    /// Uploads in progress.
    #[must_use]
    pub fn staging_dir(&self) -> PathBuf {
        self.data.join("staging")
    }
    /// The folder of the exchange with a state system; there is an exchange if somebody has made it.
    #[must_use]
    pub fn exchange_dir(&self) -> PathBuf {
        self.data.join("exchange")
    }
    /// The folder with certificates of authorities that are trusted; there are some if somebody has made it.
    #[must_use]
    pub fn authorities_dir(&self) -> PathBuf {
        self.data.join("authorities")
    }
    /// The file of the database, if it is one.
    #[must_use]
    pub fn database_file(&self) -> Option<PathBuf> {
        let path = self.database.strip_prefix("sqlite:")?;
        Some(PathBuf::from(path.split('?').next().unwrap_or(path)))
    }
    /// The list of erased subjects; lies outside every back-up and is replayed by `restore`.
    #[must_use]
    pub fn erased_list(&self) -> PathBuf {
        self.data.join("erased.ndjson")
    }

    /// Makes the folders that do not exist yet, closed to other users of the machine.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn make_folders(&self) -> Result<()> {
        for dir in [self.data.clone(), self.media_dir(), self.staging_dir()] {
            private_folder(&dir)?;
        }
        Ok(())
    }

    /// The host of the public address, without port.
    #[must_use]
    pub fn public_host(&self) -> &str {
        host_of(&self.public_url)
    }
}

impl Remembered {
    fn path(data: &Path) -> PathBuf {
        data.join("server.json")
    }

    /// Reads `server.json`, if there is one.
    ///
    /// # Errors
    /// When it cannot be read or is not what `init` writes.
    pub fn read(data: &Path) -> Result<Option<Self>> {
        let path = Self::path(data);
        match std::fs::read(&path) {
            Ok(text) => serde_json::from_slice(&text)
                .map(Some)
                .with_context(|| format!("{} is not readable", path.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).with_context(|| format!("{} cannot be read", path.display())),
        }
    }

    /// Writes `server.json`.
    ///
    /// # Errors
    /// When the disk says no.
    pub fn write(&self, data: &Path) -> Result<()> {
        let path = Self::path(data);
        let mut text = serde_json::to_vec_pretty(self)?;
        text.push(b'\n');
        kandas_disk::replace(&path, &text).with_context(|| format!("{} cannot be written", path.display()))
    }
}

/// Makes a folder (and its parents) that only its owner may enter.
///
/// # Errors
/// When the disk says no.
pub fn private_folder(dir: &Path) -> Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, PermissionsExt as _};
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
        .with_context(|| format!("{} cannot be made", dir.display()))?;
    std::fs::set_permissions(dir, std::fs::Permissions::from_mode(0o700))
        .with_context(|| format!("{} cannot be closed to others", dir.display()))
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?']).next().unwrap_or(rest);
    if let Some(bracketed) = authority.strip_prefix('[') {
        return bracketed.split(']').next().unwrap_or(bracketed);
    }
    authority.split(':').next().unwrap_or(authority)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_from_addresses() {
        for (url, host) in [
            ("https://kandas.example.kz", "kandas.example.kz"),
            ("https://192.0.2.7:8443/base", "192.0.2.7"),
            ("https://[2001:db8::1]:8443", "2001:db8::1"),
            ("plain.example", "plain.example"),
        ] {
            assert_eq!(host_of(url), host);
        }
    }

    #[test]
    fn plain_http_stays_on_loopback() {
        let mut config = Config::for_data("/nowhere".into(), None, None).unwrap();
        config.transport = Transport::Plain;
        config.check().unwrap();
        config.listen = "0.0.0.0:8080".parse().unwrap();
        assert!(config.check().is_err());
        config.transport = Transport::SelfSigned;
        config.check().unwrap();
    }

    #[test]
    fn init_remembers_the_public_address_and_options_go_before() {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().to_owned();
        let mut fresh =
            Config::for_data(data.clone(), None, Some("https://centre.example:8443".into())).unwrap();
        fresh.place_media("s3://evidence/north".parse().unwrap()).unwrap();
        fresh.remembered().write(&data).unwrap();
        let remembered = Config::for_data(data.clone(), None, None).unwrap();
        assert_eq!(remembered.public_url, "https://centre.example:8443");
        assert_eq!(remembered.media, fresh.media);
        fresh.place_media("s3://evidence/north".parse().unwrap()).unwrap();
        let elsewhere = fresh.place_media("s3://evidence/south".parse().unwrap()).unwrap_err().to_string();
        assert!(elsewhere.contains("lie in s3://evidence/north"), "{elsewhere}");
        let told = Config::for_data(data, None, Some("https://other.example/".into())).unwrap();
        assert_eq!(told.public_url, "https://other.example");
        assert!(told.database.starts_with("sqlite:"));
    }
}
