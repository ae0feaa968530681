//! Room on the phone: copies of delivered files leave long after delivery, and everything leaves on a signed order.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_disk::point;
use kandas_shared::{evidence::FileRef, hash::Epoch};
use serde::Serialize;

use crate::{
    app::{App, AppError, BROUGHT},
    capture::{camera_files, meant_for},
    store::{event, file, home, wipe},
};

/// What was freed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Freed {
    /// Files.
    pub files: usize,
    /// Bytes on the disk.
    pub bytes: u64,
}

impl App {
    /// Takes copies of files out of the vault that have a receipt of the present epoch at least
    /// [`days_kept`](kandas_shared::wire::PhoneSettings::days_kept) old (by the
    /// server's time, never the wall clock), and, when room is short, the originals of such files too.
    ///
    /// # Errors
    /// When store or vault fail.
    pub async fn free_delivered(&self) -> Result<Freed, AppError> {
        let Some((epoch, before)) = self.delivered_before().await? else { return Ok(Freed::default()) };
        let mut conn = self.store().conn().await?;
        let names = file::freeable(&mut conn, epoch, before).await?;
        let originals = file::freeable_originals(&mut conn, epoch, before).await?;
        drop(conn);
        let mut freed = Freed::default();
        for name in names {
            self.free(name, &mut freed).await?;
        }
        for name in originals {
            if self.free_space_check().await?.is_enough() {
                break;
            }
            self.free(name, &mut freed).await?;
        }
        Ok(freed)
    }

    /// Files whose copies [`App::free_delivered`] would take out, whether or not room is short.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn freeable(&self) -> Result<Vec<FileRef>, AppError> {
        let Some((epoch, before)) = self.delivered_before().await? else { return Ok(Vec::new()) };
        let mut conn = self.store().conn().await?;
        Ok(file::freeable(&mut conn, epoch, before).await?)
    }

    /// The present epoch, and the server's time before which a receipt is old enough.
    async fn delivered_before(&self) -> Result<Option<(Epoch, DateTime<Utc>)>, AppError> {
        let mut conn = self.store().conn().await?;
        let epoch: Option<Epoch> = home::get(&mut conn, home::EPOCH).await?;
        let time = home::signed_time(&mut conn).await?;
        let settings = home::settings(&mut conn).await?;
        let keep = TimeDelta::days(i64::from(settings.days_kept()));
        Ok(epoch.zip(time).map(|(epoch, time)| (epoch, time.now(&*self.platform().clock) - keep)))
    }

    async fn free(&self, name: FileRef, freed: &mut Freed) -> Result<(), AppError> {
        let size = std::fs::metadata(self.vault().path(name)).map_or(0, |data| data.len());
        // The row first: a crash between leaves a file that start-up finds, never a row that promises one.
        let mut conn = self.store().conn().await?;
        file::set_freed(&mut conn, name, self.platform().clock.wall()).await?;
        drop(conn);
        point!("free.row-written");
        self.vault().remove(name)?;
        point!("free.file-gone");
        freed.files += 1;
        freed.bytes += size;
        Ok(())
    }

    /// Order `lost`, first step: what the centre has told is gone from this phone. Unsent work stays.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn wipe_case_data(&self) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        wipe::case_data(&mut tx).await?;
        event::add(&mut tx, self.platform().clock.wall(), "case_data_wiped", None, None).await?;
        tx.commit().await?;
        point!("wipe.case-data");
        self.shrink().await
    }

    /// Order `lost`, after unsent work was re-encrypted into a bundle: drafts, records and camera files are gone. Keys
    /// for talking to the server stay until the bundle is delivered.
    ///
    /// # Errors
    /// When store or vault fail.
    pub async fn wipe_work(&self) -> Result<(), AppError> {
        let mut tx = self.store().begin().await?;
        wipe::work(&mut tx).await?;
        event::add(&mut tx, self.platform().clock.wall(), "work_wiped", None, None).await?;
        tx.commit().await?;
        point!("wipe.rows");
        let mut files = camera_files(&self.camera_folder())?;
        if let Ok(entries) = std::fs::read_dir(self.vault().folder()) {
            for entry in entries {
                files.push(entry.map_err(AppError::io("vault"))?.path());
            }
        }
        for path in files {
            std::fs::remove_file(&path).map_err(AppError::io(path.display().to_string()))?;
            if let Some(draft) = meant_for(&path) {
                self.leave_camera_folder(draft);
            }
            point!("wipe.one-file");
        }
        // What was half brought is no evidence, and may show somebody all the same.
        let brought = self.home().join(BROUGHT);
        match std::fs::remove_dir_all(&brought) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(AppError::io(brought.display().to_string())(error));
            }
            _ => {}
        }
        self.shrink().await
    }

    /// The end of both orders: everything is gone, the keys too. The home can only be enrolled anew.
    ///
    /// # Errors
    /// When something could not be destroyed.
    pub async fn wipe_everything(self) -> Result<(), AppError> {
        self.wipe_case_data().await?;
        self.wipe_work().await?;
        let home = self.home().to_owned();
        self.platform().keystore.destroy()?;
        self.close().await;
        let entries = std::fs::read_dir(&home).map_err(AppError::io(home.display().to_string()))?;
        for entry in entries {
            let entry = entry.map_err(AppError::io("home"))?;
            // Damaged stores that were moved aside hold case data too.
            let name = entry.file_name().to_string_lossy().into_owned();
            if ["store.db", "store.age", "home.age"].iter().any(|ours| name.starts_with(ours)) {
                let path = entry.path();
                std::fs::remove_file(&path).map_err(AppError::io(path.display().to_string()))?;
            }
        }
        Ok(())
    }

    /// Deleted rows leave the file and its log too.
    async fn shrink(&self) -> Result<(), AppError> {
        let mut conn = self.store().conn().await?;
        sqlx::query("vacuum").execute(&mut *conn).await?;
        sqlx::query("pragma wal_checkpoint(truncate)").execute(&mut *conn).await?;
        Ok(())
    }
}
