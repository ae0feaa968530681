//! Where media lie: files in custody and unfinished uploads, both in folders of this machine or both in one bucket, so
//! that every server process that knows the bucket can go on with every upload.

use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use super::{
    Objects, Staging,
    bucket::Credentials,
    staging::{BucketStaging, FolderStaging},
};
use crate::config::{Config, MediaPlace};

/// The places of media; cheap to clone.
#[derive(Clone)]
pub struct Depot {
    /// What is in custody.
    pub objects: Objects,
    /// What is not yet.
    pub staging: Arc<dyn Staging>,
    /// On whose disk the room is measured.
    disk: PathBuf,
    /// Whether media lie on that disk.
    pub(super) on_this_disk: bool,
}

impl Depot {
    /// The one a configuration names.
    ///
    /// # Errors
    /// When a folder is missing, or a bucket cannot be spoken to for want of an address or credentials.
    pub fn of(config: &Config) -> io::Result<Self> {
        match &config.media {
            MediaPlace::Folder => Self::folders(&config.media_dir(), &config.staging_dir()),
            MediaPlace::Bucket(bucket) => {
                let objects = Objects::bucket(bucket, &Credentials::find(&config.keys_dir())?)?;
                let staging = Arc::new(BucketStaging::new(objects.clone()));
                Ok(Self { objects, staging, disk: config.data.clone(), on_this_disk: false })
            }
        }
    }

    /// Two folders that exist.
    ///
    /// # Errors
    /// When one of them cannot be used.
    pub fn folders(objects: &Path, staging: &Path) -> io::Result<Self> {
        let disk = objects.to_owned();
        let objects = Objects::folder(objects)?;
        let staging = Arc::new(FolderStaging::new(staging, objects.clone())?);
        Ok(Self { objects, staging, disk, on_this_disk: true })
    }

    /// Bytes that are free for us on the disk of the data folder.
    ///
    /// # Errors
    /// When the disk does not say.
    pub fn free(&self) -> io::Result<u64> {
        let disk = rustix::fs::statvfs(&self.disk)?;
        Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
    }
}
