//! Sending a file, one piece at a time. After each piece the row says how far the server has it and the plan is asked
//! again, so a record sealed meanwhile goes first. The whole file is never in memory, only a piece of it.

use std::io::Read as _;

use bytes::Bytes;
use kandas_shared::{
    evidence::FileRef, hash::Digest, ids::BundleId, jws::Jws, problem::ProblemCode, wire::FileReceiptAnswer,
};

use super::{
    Sync, SyncError,
    http::{Failure, Http},
    progress::News,
    receipts::Untrusted,
    tus::{self, Created, Stand, Target},
};
use crate::{
    store::{
        event, file,
        travel::{self, OutgoingFile},
    },
    vault::{Condition, Salvage, Vault, VaultError},
};

/// Bytes a second that are assumed before the first piece: 256 kbit/s.
pub(super) const FIRST_RATE: u64 = 32 * 1024;
/// A piece should take about this long.
const PIECE_SECONDS: u64 = 8;
const SMALLEST_PIECE: u64 = 64 * 1024;
const LARGEST_PIECE: u64 = 4 * 1024 * 1024;
/// Largest file that goes along with the request that begins its upload.
const SMALL_FILE: u64 = 256 * 1024;
/// Pieces of a bundle, of which nothing depends on how fast they go.
const BUNDLE_PIECE: u64 = 512 * 1024;

impl Sync<'_> {
    /// Sends the next piece of a file, or learns that the server has it.
    pub(super) async fn upload(&mut self, name: FileRef) -> Result<(), SyncError> {
        let now = self.moment();
        let mut conn = self.app.store().conn().await?;
        let outgoing = travel::outgoing_file(&mut conn, name, &now).await?;
        drop(conn);
        let Some(outgoing) = outgoing else { return Ok(()) };
        let done = self.piece(&outgoing).await;
        match done {
            Ok(()) => Ok(()),
            Err(error) => {
                self.certain.remove(&name);
                self.rate = (self.rate / 2).max(SMALLEST_PIECE / PIECE_SECONDS);
                self.after_refusal(&outgoing, error).await
            }
        }
    }

    /// Asks for the receipt of a file whose copy has left the phone. If the server does not have it either, nothing is
    /// left of it anywhere, and both sides say so.
    pub(super) async fn ask(&mut self, name: FileRef) -> Result<(), SyncError> {
        let now = self.moment();
        let mut conn = self.app.store().conn().await?;
        let outgoing = travel::outgoing_file(&mut conn, name, &now).await?;
        drop(conn);
        let Some(outgoing) = outgoing else { return Ok(()) };
        let path = format!("/v1/receipts/{}/{}", name.evidence, name.part);
        match self.http.get::<FileReceiptAnswer>(&path, Some(&self.bearer()?)).await {
            Ok(answer) => {
                let (sha256, size) = (outgoing.sha256, outgoing.size);
                let said = self.keys.file(&answer.receipt, self.epoch, name, sha256, size, &self.verifier)?;
                if said.salvage {
                    let mut conn = self.app.store().conn().await?;
                    file::set_damaged(&mut conn, name, "freed", Some((said.size, said.sha256))).await?;
                }
                self.received(&outgoing, Some(answer.receipt)).await
            }
            Err(failure) if failure.code() == Some(ProblemCode::UploadUnknown) => {
                let now = self.app.platform().clock.wall();
                let mut tx = self.app.store().begin().await?;
                file::set_damaged(&mut tx, name, "freed", Some(file::nothing())).await?;
                event::add(&mut tx, now, "file_nowhere", Some(&name.to_string()), None).await?;
                tx.commit().await?;
                self.progress.news(&News::SetAside {
                    evidence: name.evidence,
                    part: name.part,
                    reason: "freed".into(),
                });
                Ok(())
            }
            Err(failure) => self.after_refusal(&outgoing, failure.into()).await,
        }
    }

    async fn piece(&mut self, outgoing: &OutgoingFile) -> Result<(), SyncError> {
        let token = self.bearer()?;
        let (size, target) = match outgoing.salvage {
            Some((size, sha256)) => (size, Target::Salvage(outgoing.file, sha256)),
            None => (outgoing.size, Target::File(outgoing.file)),
        };
        let (url, stand) = match &outgoing.upload_url {
            Some(url) if self.certain.contains(&outgoing.file) => {
                (url.clone(), Stand { offset: outgoing.offset, receipt: None })
            }
            Some(url) => (url.clone(), tus::stand(&self.http, &token, url).await?),
            None => {
                let first = self.first(outgoing, size).await?;
                self.tell(outgoing, 0);
                match tus::create(&self.http, &token, target, size, first).await? {
                    Created::At { url, stand } => {
                        kandas_disk::point!("upload.created");
                        (url, stand)
                    }
                    Created::AlreadyReceived(receipt) => return self.received(outgoing, receipt).await,
                }
            }
        };
        if let Some(receipt) = stand.receipt {
            return self.received(outgoing, Some(receipt)).await;
        }
        if stand.offset > size {
            return Err(Failure::Protocol(format!("the server has {} of {size} bytes", stand.offset)).into());
        }
        self.note(outgoing, &url, stand.offset).await?;
        let bytes = self.read(outgoing, stand.offset, size).await?;
        // All bytes there and no receipt: an empty piece makes the server finish what it had begun.
        let (length, begun) = (bytes.len() as u64, self.moment().ms);
        kandas_disk::point!("upload.noted");
        let after = tus::append(&self.http, &token, &url, stand.offset, bytes).await?;
        kandas_disk::point!("upload.appended");
        if after.offset != stand.offset + length {
            return Err(Failure::Protocol(format!(
                "{length} bytes at {} came to {}",
                stand.offset, after.offset
            ))
            .into());
        }
        let took = self.moment().ms.saturating_sub(begun).max(1);
        if length > 0 {
            self.rate = (self.rate + length * 1_000 / took) / 2;
        }
        if let Some(receipt) = after.receipt {
            return self.received(outgoing, Some(receipt)).await;
        }
        self.note(outgoing, &url, after.offset).await?;
        self.certain.insert(outgoing.file);
        if after.offset == size {
            return self.received(outgoing, None).await;
        }
        Ok(())
    }

    /// Where the upload stands becomes a row.
    async fn note(&self, outgoing: &OutgoingFile, url: &str, offset: u64) -> Result<(), SyncError> {
        let mut tx = self.app.store().begin().await?;
        file::set_upload(&mut tx, outgoing.file, url, offset).await?;
        if offset > outgoing.offset {
            travel::progressed(&mut tx, outgoing.file).await?;
        }
        tx.commit().await?;
        self.tell(outgoing, offset);
        Ok(())
    }

    /// Who watches learns how much of the file is at the server.
    fn tell(&self, outgoing: &OutgoingFile, sent: u64) {
        self.progress.news(&News::File {
            evidence: outgoing.file.evidence,
            part: outgoing.file.part,
            kind: outgoing.kind,
            sent,
            size: outgoing.salvage.map_or(outgoing.size, |(size, _)| size),
        });
    }

    /// The server has the file: with its receipt, verified, the journey ends.
    async fn received(&mut self, outgoing: &OutgoingFile, statement: Option<Jws>) -> Result<(), SyncError> {
        let name = outgoing.file;
        let statement = match statement {
            Some(statement) => statement,
            None => {
                let path = format!("/v1/receipts/{}/{}", name.evidence, name.part);
                let answer: FileReceiptAnswer = self.http.get(&path, Some(&self.bearer()?)).await?;
                answer.receipt
            }
        };
        let said =
            self.keys.file(&statement, self.epoch, name, outgoing.sha256, outgoing.size, &self.verifier)?;
        if !self.app.settle_file(&statement, &said).await? {
            return Err(Untrusted::SomethingElse("another rest of the file").into());
        }
        self.certain.remove(&name);
        self.salvage.remove(&name);
        self.progress.news(&News::Delivered {
            evidence: name.evidence,
            part: name.part,
            size: said.size,
            salvage: said.salvage,
        });
        Ok(())
    }

    /// What a refusal means for the row; the error goes on, so that the next attempt is later.
    async fn after_refusal(&mut self, outgoing: &OutgoingFile, error: SyncError) -> Result<(), SyncError> {
        let name = outgoing.file;
        match &error {
            SyncError::Vault(_) => return self.look_at_copy(outgoing, error).await,
            SyncError::Http(failure) => match failure.code() {
                // The server has other bytes than were signed. Ours may be the damaged ones.
                Some(ProblemCode::UploadHashMismatch) => {
                    self.forget(name).await?;
                    return self.look_at_copy(outgoing, error).await;
                }
                Some(ProblemCode::EvidenceErased) => {
                    let now = self.app.platform().clock.wall();
                    let mut tx = self.app.store().begin().await?;
                    file::give_up(&mut tx, name, "evidence-erased").await?;
                    event::add(&mut tx, now, "file_erased_at_server", Some(&name.to_string()), None).await?;
                    tx.commit().await?;
                    self.progress.news(&News::SetAside {
                        evidence: name.evidence,
                        part: name.part,
                        reason: "evidence-erased".into(),
                    });
                    return Ok(());
                }
                // The upload is no more, the file may begin again at once, but only once: then it steps back.
                _ if tus::gone(failure) && outgoing.upload_url.is_some() => {
                    self.forget(name).await?;
                    if outgoing.attempts == 0 && outgoing.offset > 0 {
                        return Ok(());
                    }
                }
                _ => {}
            },
            _ => {}
        }
        Err(error)
    }

    async fn forget(&self, name: FileRef) -> Result<(), SyncError> {
        let mut conn = self.app.store().conn().await?;
        Ok(file::forget_upload(&mut conn, name).await?)
    }

    /// Reads our copy from end to end. If it is not what was signed, what is left of it goes as salvage.
    async fn look_at_copy(&mut self, outgoing: &OutgoingFile, error: SyncError) -> Result<(), SyncError> {
        if outgoing.salvage.is_some() {
            // The rest has changed once more, or the server disagrees about it: later, from the rows.
            self.salvage.remove(&outgoing.file);
            return Err(as_remote(error));
        }
        let (vault, name) = (self.app.vault().clone(), outgoing.file);
        let (size, sha256) = (outgoing.size, outgoing.sha256);
        let looked = tokio::task::spawn_blocking(move || -> Result<_, VaultError> {
            let condition = vault.check(name, size, sha256)?;
            let rest = if condition == Condition::Whole { None } else { vault.salvage(name)? };
            Ok((condition, rest))
        })
        .await?;
        let (condition, rest) = looked?;
        let reason = match condition {
            Condition::Whole => return Err(as_remote(error)),
            Condition::Missing => "missing",
            Condition::Damaged => "damaged",
        };
        let now = self.app.platform().clock.wall();
        let mut tx = self.app.store().begin().await?;
        let left = rest.map_or_else(file::nothing, |rest| (rest.size, rest.sha256));
        file::set_damaged(&mut tx, name, reason, Some(left)).await?;
        event::add(&mut tx, now, "file_damaged", Some(&name.to_string()), Some(reason)).await?;
        tx.commit().await?;
        if let Some(rest) = rest {
            self.salvage.insert(name, rest);
        }
        self.progress.news(&News::SetAside {
            evidence: name.evidence,
            part: name.part,
            reason: reason.into(),
        });
        Ok(())
    }

    /// What goes along with the request that begins an upload: a small file whole, which so needs no other. After a
    /// failure the line may be a bad one, and what it loses should be little.
    async fn first(&mut self, outgoing: &OutgoingFile, size: u64) -> Result<Bytes, SyncError> {
        if size > SMALL_FILE.min(self.rate * PIECE_SECONDS) || outgoing.attempts > 0 {
            return Ok(Bytes::new());
        }
        self.read(outgoing, 0, size).await
    }

    /// The piece of the file that goes next.
    async fn read(&mut self, outgoing: &OutgoingFile, offset: u64, size: u64) -> Result<Bytes, SyncError> {
        let length = (self.rate * PIECE_SECONDS).clamp(SMALLEST_PIECE, LARGEST_PIECE).min(size - offset);
        if length == 0 {
            return Ok(Bytes::new());
        }
        let (vault, name) = (self.app.vault().clone(), outgoing.file);
        let rest = match outgoing.salvage {
            None => None,
            Some((_, sha256)) => Some(self.rest(name, sha256).await?),
        };
        tokio::task::spawn_blocking(move || read_piece(&vault, name, rest, offset, length))
            .await?
            .map_err(SyncError::Vault)
    }

    /// How what is left of a damaged file is to be read; found out once a run.
    async fn rest(&mut self, name: FileRef, sha256: Digest) -> Result<Salvage, SyncError> {
        if let Some(known) = self.salvage.get(&name).filter(|rest| rest.sha256 == sha256) {
            return Ok(*known);
        }
        let vault = self.app.vault().clone();
        let found = tokio::task::spawn_blocking(move || vault.salvage(name)).await??;
        let mut tx = self.app.store().begin().await?;
        match found {
            Some(rest) if rest.sha256 == sha256 => {
                self.salvage.insert(name, rest);
                return Ok(rest);
            }
            Some(rest) => {
                file::set_damaged(&mut tx, name, "damaged", Some((rest.size, rest.sha256))).await?;
            }
            None => file::set_damaged(&mut tx, name, "missing", Some(file::nothing())).await?,
        }
        tx.commit().await?;
        Err(Failure::Protocol("the damaged copy has changed again".into()).into())
    }
}

/// A copy that reads well now, or a rest that does not: to be tried again later, not the end of the run.
fn as_remote(error: SyncError) -> SyncError {
    match error {
        SyncError::Vault(error) => Failure::Cut(format!("reading the file: {error}")).into(),
        other => other,
    }
}

fn read_piece(
    vault: &Vault,
    name: FileRef,
    rest: Option<Salvage>,
    offset: u64,
    length: u64,
) -> Result<Bytes, VaultError> {
    let mut piece = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
    if length > 0 {
        match rest {
            Some(rest) => vault.open_salvage(name, &rest, offset)?.take(length).read_to_end(&mut piece)?,
            None => vault.open_at(name, offset)?.take(length).read_to_end(&mut piece)?,
        };
    }
    if piece.len() as u64 != length {
        let short =
            std::io::Error::new(std::io::ErrorKind::UnexpectedEof, "the file is shorter than was signed");
        return Err(short.into());
    }
    Ok(piece.into())
}

/// Sends a bundle that lies in a plain file, from wherever the server stands; `told` hears of every piece.
pub(super) async fn send_bundle(
    http: &Http,
    token: &str,
    bundle: BundleId,
    sha256: Digest,
    path: &std::path::Path,
    mut told: impl FnMut(u64, u64),
) -> Result<(), SyncError> {
    let shown = path.display().to_string();
    let file_error = |error| SyncError::File(shown.clone(), error);
    let size = std::fs::metadata(path).map_err(file_error)?.len();
    let Created::At { url, mut stand } =
        tus::create(http, token, Target::Bundle(bundle, sha256), size, Bytes::new()).await?
    else {
        return Ok(());
    };
    while stand.receipt.is_none() && stand.offset < size {
        let (path, offset) = (path.to_owned(), stand.offset);
        let take = BUNDLE_PIECE.min(size - offset);
        let bytes = tokio::task::spawn_blocking(move || -> std::io::Result<Bytes> {
            use std::io::Seek as _;
            let mut file = std::fs::File::open(path)?;
            file.seek(std::io::SeekFrom::Start(offset))?;
            let mut piece = Vec::new();
            file.take(take).read_to_end(&mut piece)?;
            Ok(piece.into())
        })
        .await?
        .map_err(file_error)?;
        stand = tus::append(http, token, &url, offset, bytes).await?;
        told(stand.offset, size);
    }
    Ok(())
}
