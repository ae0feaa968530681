//! A bucket of an S3 store as the place of the media: its address, and the credentials that open it.
//!
//! The address (`s3://bucket/prefix`, endpoint, region) is no secret and stands in `server.json`. Credentials come from
//! the environment (`AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`) or from `s3.json` in the keys
//! folder, and are never asked of a cloud's metadata service: a server that was told nothing reaches for nothing.

use std::{io, path::Path, str::FromStr, time::Duration};

use object_store::{
    ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder},
    prefix::PrefixStore,
};
use serde::{Deserialize, Serialize};

/// A single request, the transfer of a part included.
const REQUEST: Duration = Duration::from_secs(120);
/// Until a connection stands.
const CONNECT: Duration = Duration::from_secs(5);
/// Until a request that fails for a passing reason is given up; phones try again themselves.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where a bucket is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bucket {
    /// Its name.
    pub bucket: String,
    /// What every key begins with; empty for the whole bucket.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prefix: String,
    /// Address of the store; none is Amazon's own of the region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<String>,
    /// Region; most stores that are not Amazon's do not care.
    #[serde(default = "default_region")]
    pub region: String,
    /// The bucket's name goes before the host (`bucket.host`) instead of into the path (`host/bucket`).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub virtual_host: bool,
}

/// The region where none is said.
#[must_use]
pub fn default_region() -> String {
    "us-east-1".into()
}

/// `s3://bucket/prefix` cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a place for media is written s3://BUCKET or s3://BUCKET/PREFIX, without blanks or empty parts")]
pub struct BadPlace;

impl FromStr for Bucket {
    type Err = BadPlace;

    fn from_str(text: &str) -> Result<Self, BadPlace> {
        let rest = text.strip_prefix("s3://").ok_or(BadPlace)?;
        let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = prefix.trim_end_matches('/');
        let plain = |part: &str| {
            !part.is_empty()
                && part != "."
                && part != ".."
                && part.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
        };
        if !plain(bucket) || !(prefix.is_empty() || prefix.split('/').all(plain)) {
            return Err(BadPlace);
        }
        Ok(Self {
            bucket: bucket.to_owned(),
            prefix: prefix.to_owned(),
            endpoint: None,
            region: default_region(),
            virtual_host: false,
        })
    }
}

impl std::fmt::Display for Bucket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "s3://{}", self.bucket)?;
        if !self.prefix.is_empty() {
            write!(f, "/{}", self.prefix)?;
        }
        match &self.endpoint {
            Some(endpoint) => write!(f, " at {endpoint}"),
            None => write!(f, " in {}", self.region),
        }
    }
}

/// What opens a bucket: `s3.json` of the keys folder.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    #[serde(default)]
    session_token: Option<String>,
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
    }
}

impl Credentials {
    /// From the environment, else from `s3.json` in the keys folder.
    ///
    /// # Errors
    /// When neither has them, or the file may be read by others.
    pub fn find(keys: &Path) -> io::Result<Self> {
        let said = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        if let (Some(access_key_id), Some(secret_access_key)) =
            (said("AWS_ACCESS_KEY_ID"), said("AWS_SECRET_ACCESS_KEY"))
        {
            return Ok(Self { access_key_id, secret_access_key, session_token: said("AWS_SESSION_TOKEN") });
        }
        Self::read(&keys.join("s3.json"))
    }

    fn read(path: &Path) -> io::Result<Self> {
        use std::os::unix::fs::PermissionsExt as _;
        let told = |what: String| io::Error::new(io::ErrorKind::PermissionDenied, what);
        let text = std::fs::read(path).map_err(|error| {
            told(format!(
                "there are no credentials for the media store: neither AWS_ACCESS_KEY_ID and \
                 AWS_SECRET_ACCESS_KEY nor {} ({error})",
                path.display()
            ))
        })?;
        let mode = std::fs::metadata(path)?.permissions().mode();
        if mode & 0o077 != 0 {
            return Err(told(format!("others can read {}: chmod 600 it", path.display())));
        }
        serde_json::from_slice(&text)
            .map_err(|error| told(format!("{} is not readable: {error}", path.display())))
    }
}

impl Bucket {
    /// The bucket for reading and writing. Nothing is asked of it yet.
    ///
    /// # Errors
    /// When its address cannot be used, or would put evidence on the wire unprotected.
    pub(super) fn open(&self, credentials: &Credentials) -> io::Result<Box<dyn ObjectStore>> {
        // rustls is built without a provider; who was there first stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let endpoint = self.address()?;
        let in_the_clear = endpoint.as_deref().is_some_and(|address| address.starts_with("http://"));
        let client = ClientOptions::new()
            .with_timeout(REQUEST)
            .with_connect_timeout(CONNECT)
            .with_allow_http(in_the_clear)
            // Where nothing is encrypted nobody's certificate is looked at, and a machine may have none.
            .with_no_system_certificates(in_the_clear);
        let retry = RetryConfig { max_retries: 5, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_virtual_hosted_style_request(self.virtual_host)
            .with_access_key_id(&credentials.access_key_id)
            .with_secret_access_key(&credentials.secret_access_key)
            .with_client_options(client)
            .with_retry(retry);
        if let Some(token) = &credentials.session_token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store: AmazonS3 = builder.build().map_err(io::Error::from)?;
        if self.prefix.is_empty() {
            return Ok(Box::new(store));
        }
        Ok(Box::new(PrefixStore::new(store, self.prefix.as_str())))
    }

    /// The endpoint as the client wants it: with the bucket's name in the host if that is its style.
    fn address(&self) -> io::Result<Option<String>> {
        let Some(endpoint) = &self.endpoint else { return Ok(None) };
        let bad = |what: &str| io::Error::new(io::ErrorKind::InvalidInput, format!("{endpoint}: {what}"));
        let endpoint = endpoint.trim_end_matches('/');
        let (scheme, host) =
            endpoint.split_once("://").ok_or_else(|| bad("an endpoint begins with https://"))?;
        let loopback = ["localhost", "127.0.0.1", "[::1]"]
            .iter()
            .any(|own| host.strip_prefix(own).is_some_and(|rest| rest.is_empty() || rest.starts_with(':')));
        match scheme {
            "https" => {}
            "http" if loopback => {}
            "http" => return Err(bad("plain http is for loopback only: evidence would go in the clear")),
            _ => return Err(bad("an endpoint begins with https://")),
        }
        if self.virtual_host {
            return Ok(Some(format!("{scheme}://{}.{host}", self.bucket)));
        }
        Ok(Some(endpoint.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn places_are_read_and_shown() {
        let bucket: Bucket = "s3://evidence/district/7/".parse().unwrap();
        assert_eq!((bucket.bucket.as_str(), bucket.prefix.as_str()), ("evidence", "district/7"));
        assert_eq!(bucket.to_string(), "s3://evidence/district/7 in us-east-1");
        assert_eq!("s3://evidence".parse::<Bucket>().unwrap().prefix, "");
        for bad in ["evidence", "s3://", "s3:///x", "s3://a b", "s3://a/../b", "s3://a//b", "file:///x"] {
            assert_eq!(bad.parse::<Bucket>(), Err(BadPlace), "{bad}");
        }
    }

    #[test]
    fn evidence_never_goes_in_the_clear() {
        let at = |endpoint: &str, virtual_host| {
            let plain: Bucket = "s3://evidence".parse().unwrap();
            Bucket { endpoint: Some(endpoint.into()), virtual_host, ..plain }.address()
        };
        assert_eq!(at("https://s3.example.kz/", false).unwrap().unwrap(), "https://s3.example.kz");
        assert_eq!(at("https://s3.example.kz", true).unwrap().unwrap(), "https://evidence.s3.example.kz");
        assert_eq!(at("http://127.0.0.1:9000", false).unwrap().unwrap(), "http://127.0.0.1:9000");
        for bad in
            ["http://s3.example.kz", "http://127.0.0.1.example.kz", "http://localhostess", "s3.kz", "ftp://x"]
        {
            assert!(at(bad, false).is_err(), "{bad}");
        }
    }

    #[test]
    fn credentials_that_others_can_read_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("s3.json");
        let none = Credentials::read(&path).unwrap_err().to_string();
        assert!(none.contains("there are no credentials"), "{none}");
        std::fs::write(&path, r#"{"access_key_id": "key", "secret_access_key": "word"}"#).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Credentials::read(&path).unwrap_err().to_string().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        let read = Credentials::read(&path).unwrap();
        assert_eq!(read.access_key_id, "key");
        assert!(!format!("{read:?}").contains("word"));
    }
}
