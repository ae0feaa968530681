//! Files in and out: bytes that a screen brings become evidence of a draft, and evidence is shown decrypted, piece by
//! piece, never as JSON.
//!
//! What is brought is written beside the camera's folder first and moved there when it is whole, so that a process that
//! ends in between leaves either nothing that counts or a file that the next start offers back.

use std::{
    fs,
    io::{Cursor, Read, Seek as _, SeekFrom},
    path::{Path, PathBuf},
};

use kandas_shared::{
    evidence::{self, EvidenceKind, FileRef, Part, PositionSource, Source},
    ids::{CaptureId, EvidenceId},
};

use super::{
    Face,
    call::{Problem, ProblemWord},
    view::{AttachAnswer, Fix, Leftover, LeftoversView, Topic},
};
use crate::{
    app::{App, AppError, BROUGHT},
    capture::{Attached, How, meant_for},
    media::sniff::{Format, sniff},
    store::{
        self,
        draft::{DraftId, DraftState},
    },
    vault::{PlainReader, VaultError},
};

/// A file that is being brought: write all of it, then [`Face::bring`] it.
pub struct Bringing {
    /// Where to write.
    pub path: PathBuf,
    /// Its name, as it will be told.
    name: String,
}

/// Evidence to be shown.
pub struct Bytes {
    /// Media type.
    pub media_type: String,
    /// Plain bytes in all.
    pub size: u64,
    reader: Reader,
}

/// Where they come from.
enum Reader {
    Vault(PlainReader),
    /// A small picture that the centre has told.
    Told(Cursor<Vec<u8>>),
    /// What the camera wrote and no draft has yet.
    Plain(fs::File),
}

impl Bytes {
    fn told(jpeg: Vec<u8>) -> Self {
        let size = u64::try_from(jpeg.len()).unwrap_or(u64::MAX);
        Self { media_type: "image/jpeg".to_owned(), size, reader: Reader::Told(Cursor::new(jpeg)) }
    }

    /// Goes to a plain byte.
    ///
    /// # Errors
    /// When the file is damaged there.
    pub fn skip_to(&mut self, offset: u64) -> std::io::Result<()> {
        match &mut self.reader {
            Reader::Vault(reader) => reader.seek(SeekFrom::Start(offset)).map(drop),
            Reader::Told(reader) => reader.seek(SeekFrom::Start(offset)).map(drop),
            Reader::Plain(file) => file.seek(SeekFrom::Start(offset)).map(drop),
        }
    }
}

impl Read for Bytes {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        match &mut self.reader {
            Reader::Vault(reader) => reader.read(buf),
            Reader::Told(reader) => reader.read(buf),
            Reader::Plain(file) => file.read(buf),
        }
    }
}

/// Half-brought files of an earlier process are no evidence: whoever brought them has them still.
pub(super) fn clear_half_brought(app: &App) -> Result<(), AppError> {
    let folder = app.home().join(BROUGHT);
    match fs::remove_dir_all(&folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(AppError::io(folder.display().to_string())(error))
        }
        _ => Ok(()),
    }
}

/// The core's position of a fix.
pub(super) fn position(fix: &Fix) -> evidence::Position {
    evidence::Position {
        lat: fix.lat,
        lon: fix.lon,
        accuracy_m: fix.accuracy_m,
        fix_at: fix.fix_at,
        fix_boot_ms: fix.fix_boot_ms,
        source: fix.source.unwrap_or(PositionSource::Fused),
        mock: fix.mock.unwrap_or(false),
        altitude_m: fix.altitude_m,
    }
}

impl Face {
    /// Makes room for a file that a screen brings for an open draft.
    ///
    /// # Errors
    /// When the lock or the draft does not let it in.
    pub async fn begin_bringing(&self, draft: DraftId, name: Option<&str>) -> Result<Bringing, Problem> {
        self.must_be_open().await?;
        if self.app().draft_view(draft).await?.draft.state != DraftState::Open {
            return Err(Problem::new(ProblemWord::NotNow, "the draft is not open"));
        }
        let folder = self.app().home().join(BROUGHT);
        fs::create_dir_all(&folder).map_err(AppError::io(folder.display().to_string()))?;
        let drawn: [u8; 8] = self.app().platform().chance.bytes();
        let path = folder.join(hex::encode(drawn));
        Ok(Bringing { path, name: plain_name(name) })
    }

    /// Takes a whole file in.
    ///
    /// # Errors
    /// When the draft is not open any more, or the disk fails.
    pub async fn bring(&self, brought: Bringing, draft: DraftId, how: How) -> Result<AttachAnswer, Problem> {
        let camera = self.app().camera_folder_of(draft);
        fs::create_dir_all(&camera).map_err(AppError::io(camera.display().to_string()))?;
        let drawn: [u8; 3] = self.app().platform().chance.bytes();
        let path = camera.join(format!("{}-{}", hex::encode(drawn), brought.name));
        fs::rename(&brought.path, &path).map_err(AppError::io(path.display().to_string()))?;
        let answer = self.attach(draft, &path, how).await;
        // Our copy of what cannot be evidence is not needed: the screen has the file it came from. After a fault it stays
        // and is offered back.
        let useless = matches!(answer, Ok(AttachAnswer::SetAside { .. } | AttachAnswer::NoRoom { .. }));
        if useless && let Err(error) = fs::remove_file(&path) {
            tracing::warn!(%error, "a copy that cannot be evidence stays");
        }
        if useless {
            self.app().leave_camera_folder(draft);
        }
        answer
    }

    /// Takes a file of the app's own camera into a draft.
    ///
    /// # Errors
    /// As [`Face::bring`].
    pub async fn attach(&self, draft: DraftId, path: &Path, how: How) -> Result<AttachAnswer, Problem> {
        self.must_be_open().await?;
        let attached = self.app().attach_with(draft, path, how).await?;
        self.attached(draft, attached).await
    }

    async fn attached(&self, draft: DraftId, attached: Attached) -> Result<AttachAnswer, Problem> {
        self.saved(draft);
        Ok(match attached {
            Attached::Kept { evidence, .. } => {
                AttachAnswer::Kept { evidence, page: Box::new(self.page(draft).await?) }
            }
            Attached::SetAside { reason, .. } => {
                AttachAnswer::SetAside { reason: reason.as_str().to_owned() }
            }
            Attached::NoRoom { free, needed } => AttachAnswer::NoRoom { free, needed },
        })
    }

    /// Opens a file of evidence, of a draft or sealed.
    ///
    /// # Errors
    /// `Unknown` when there is none or it has left the phone. Of a returned piece that another phone took there is the
    /// small picture that the centre has told.
    pub async fn show(&self, evidence: EvidenceId, part: Part) -> Result<Bytes, Problem> {
        self.must_be_open().await?;
        let name = FileRef { evidence, part };
        let mut conn = self.app().store().conn().await?;
        let known = match store::file::get(&mut conn, name).await? {
            Some(file) => Some((file.media_type, file.size.unsigned_abs())),
            None => store::draft::item(&mut conn, evidence)
                .await?
                .and_then(|item| item.facts(part))
                .map(|facts| (facts.media_type, facts.size)),
        };
        let known = known.filter(|_| self.app().vault().path(name).exists());
        let told = match known {
            None => store::rework::picture(&mut conn, evidence).await?,
            Some(_) => None,
        };
        drop(conn);
        if let Some(jpeg) = told {
            return Ok(Bytes::told(jpeg));
        }
        let (media_type, size) = known.ok_or_else(|| Problem::unknown("file"))?;
        let vault = self.app().vault().clone();
        let reader = tokio::task::spawn_blocking(move || vault.open_at(name, 0)).await;
        let reader = reader.map_err(AppError::from)??;
        Ok(Bytes { media_type, size, reader: Reader::Vault(reader) })
    }

    /// Opens a file that was left over, so that the worker sees what it is.
    ///
    /// # Errors
    /// `Unknown` when there is none of this name.
    pub async fn show_leftover(&self, name: &str) -> Result<Bytes, Problem> {
        self.must_be_open().await?;
        if let Some(path) = self.left_in_camera(name) {
            let shown = tokio::task::spawn_blocking(move || {
                let mut file = fs::File::open(&path)?;
                let size = file.metadata()?.len();
                let media_type = media_type(&mut file)?;
                file.seek(SeekFrom::Start(0))?;
                Ok::<_, std::io::Error>(Bytes { media_type, size, reader: Reader::Plain(file) })
            });
            return Ok(shown.await.map_err(AppError::from)?.map_err(AppError::io("camera file"))?);
        }
        let file =
            self.app().orphan_to_show(name).await?.ok_or_else(|| Problem::unknown("file left over"))?;
        let vault = self.app().vault().clone();
        let shown = tokio::task::spawn_blocking(move || {
            let mut reader = vault.open_at(file, 0)?;
            let media_type = media_type(&mut reader)?;
            let size = reader.seek(SeekFrom::End(0))?;
            Ok::<_, VaultError>(Bytes { media_type, size, reader: Reader::Vault(vault.open_at(file, 0)?) })
        });
        Ok(shown.await.map_err(AppError::from)??)
    }

    pub(super) async fn leftovers(&self) -> Result<LeftoversView, Problem> {
        let open: Vec<DraftId> = self.app().drafts().await?.iter().map(|draft| draft.id).collect();
        let mut files: Vec<Leftover> = Vec::new();
        let mut seen = Vec::new();
        for orphan in self.app().orphans().await? {
            // An interrupted attach may have left the copy and the small picture too; the camera's own bytes stand for
            // all of them, and they were written first.
            let stem = orphan.name.split('.').next().unwrap_or_default().to_owned();
            let original = orphan.name.contains(".original.");
            match seen.iter().position(|known| *known == stem) {
                Some(at) if original => files[at].name = orphan.name,
                Some(_) => {}
                None => {
                    seen.push(stem);
                    files.push(Leftover {
                        name: orphan.name,
                        draft: orphan.draft.filter(|draft| open.contains(draft)),
                        size: orphan.size.unsigned_abs(),
                        in_vault: true,
                    });
                }
            }
        }
        for path in &self.app().startup().left_in_camera {
            let Ok(facts) = fs::metadata(path) else { continue };
            let draft = meant_for(path).filter(|draft| open.contains(draft));
            let name = self.name_in_camera(path);
            files.push(Leftover { name, draft, size: facts.len(), in_vault: false });
        }
        Ok(LeftoversView { files })
    }

    pub(super) async fn adopt_leftover(&self, name: &str, draft: DraftId) -> Result<AttachAnswer, Problem> {
        let how = How::plain(None, Source::Captured);
        let answer = match self.left_in_camera(name) {
            Some(path) => {
                let answer = self.attach(draft, &path, how).await?;
                if let Some(meant) = meant_for(&path) {
                    self.app().leave_camera_folder(meant);
                }
                answer
            }
            None => {
                let attached = self.app().adopt(name, draft, how).await?;
                self.attached(draft, attached).await?
            }
        };
        self.changed(&[Topic::Phone]);
        Ok(answer)
    }

    pub(super) async fn dismiss_leftover(&self, name: &str) -> Result<LeftoversView, Problem> {
        match self.left_in_camera(name) {
            Some(path) => {
                fs::remove_file(&path).map_err(AppError::io(path.display().to_string()))?;
                if let Some(draft) = meant_for(&path) {
                    self.app().leave_camera_folder(draft);
                }
            }
            None => self.app().dismiss_orphan(name).await?,
        }
        self.changed(&[Topic::Phone]);
        self.leftovers().await
    }

    fn left_in_camera(&self, name: &str) -> Option<PathBuf> {
        let mut left = self.app().startup().left_in_camera.iter();
        left.find(|path| self.name_in_camera(path) == name && path.exists()).cloned()
    }

    /// Where a file lies below the camera's folder: two drafts may each have an `IMG_1.jpg`.
    fn name_in_camera(&self, path: &Path) -> String {
        path.strip_prefix(self.app().camera_folder()).unwrap_or(path).to_string_lossy().into_owned()
    }
}

/// What a file is by its first bytes.
fn media_type(file: &mut impl Read) -> std::io::Result<String> {
    let mut head = Vec::new();
    file.take(8 * 1024).read_to_end(&mut head)?;
    Ok(sniff(&head).map_or("application/octet-stream", Format::media_type).to_owned())
}

/// How a file that a screen brings comes in.
#[must_use]
pub fn how(
    kind: Option<EvidenceKind>,
    source: Source,
    fix: Option<&Fix>,
    page: Option<u16>,
    capture: Option<CaptureId>,
    replaces: Option<EvidenceId>,
) -> How {
    How { kind, source, position: fix.map(position), page, capture, replaces }
}

/// A name that is only a name: the last part of whatever was given, short, without anything a file system minds.
fn plain_name(name: Option<&str>) -> String {
    let last = name.unwrap_or_default().rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, '.' | '-' | '_' | ' '))
        .take(80)
        .collect();
    let plain = plain.trim_matches(['.', ' ']);
    if plain.is_empty() { "file".to_owned() } else { plain.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        for (given, plain) in [
            (Some("IMG_0001.JPG"), "IMG_0001.JPG"),
            (Some("../../etc/passwd"), "passwd"),
            (Some("C:\\фото дома.jpg"), "фото дома.jpg"),
            (Some(".."), "file"),
            (Some("a\0b:c"), "abc"),
            (None, "file"),
        ] {
            assert_eq!(plain_name(given), plain);
        }
    }
}
