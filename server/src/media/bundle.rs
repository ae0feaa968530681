//! Unsent work that came as one encrypted file: by cable, on a card, through a colleague's phone.
//!
//! A bundle is in custody as soon as it is whole; opening it comes after. It is read twice: first its records go
//! through the same intake as any others, then its files are matched to what signed records expect. A file that is not
//! what was signed is kept as salvage; what nobody names, and a bundle that cannot be read, is named in the answer and
//! the bundle stays as it came.

use std::{
    io::{self, BufRead as _, BufReader, Read, Take},
    time::Duration,
};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use kandas_shared::{
    evidence::FileRef,
    hash::Digest,
    ids::{BundleId, DeviceId, RecordId, UploadId},
    jws::Jws,
    problem::ProblemCode,
    receipt::{RecordItem, Verdict},
    record::MAX_BATCH,
    wire::{BundleAnswer, TokenScope},
};
use serde::Deserialize;
use tokio::{runtime::Handle, time::sleep};
use tokio_util::io::{StreamReader, SyncIoBridge};

use super::{
    Media, Objects,
    entry::{Arrived, By, Entered},
    hashing::Running,
    staging::{Piece, Placed, Target},
    upload::FileRow,
};
use crate::{
    all, among, chance,
    facts::{BundleErased, BundleOpened, Event},
    intake::{Carrier, Intake},
    journal::{self, Fact},
    limits::moment,
    opt, receipts,
    refusal::{Outcome, Refusal},
};

/// Longest line of `records.ndjson`: a record of 256 KiB, escaped.
const LONGEST_LINE: u64 = 2 << 20;
/// Longest manifest.
const LONGEST_MANIFEST: u64 = 64 << 10;
/// Problems that are named one by one.
const MOST_PROBLEMS: usize = 1_000;

#[derive(sqlx::FromRow)]
struct BundleRow {
    bundle: BundleId,
    size: i64,
    object: String,
    carrier: Option<DeviceId>,
    state: String,
    records: String,
    files: String,
}

#[derive(Deserialize)]
struct Manifest {
    bundle: BundleId,
}

/// What was found in a bundle.
#[derive(Default)]
struct Found {
    readable: bool,
    records: Vec<Digest>,
    files: Vec<FileRef>,
    problems: Vec<String>,
    /// Files of the phone's camera that no draft had taken in.
    camera: u64,
}

impl Media {
    /// Ends when a bundle has come that nobody has opened yet.
    pub async fn bundle_came(&self) {
        self.0.bundles.notified().await;
    }

    /// Opens every bundle that was not opened yet; answers how many.
    ///
    /// # Errors
    /// When database or media store do not answer; what is left is opened next time.
    pub async fn open_bundles(&self, intake: &Intake) -> Outcome<u64> {
        // One at a time in this process: two would only hand in the same records twice.
        let _turn = self.0.opening.lock().await;
        let mut tx = self.0.store.read().await?;
        let waiting = all!(
            &mut tx,
            BundleRow,
            "select bundle, size, object, carrier, state, records, files from bundle
             where state = 'received' order by position"
        )
        .await?;
        drop(tx);
        let mut opened = 0;
        for row in waiting {
            let (bundle, carrier) = (row.bundle, row.carrier);
            let (media, intake, handle) = (self.clone(), intake.clone(), Handle::current());
            let task = self.0.tasks.spawn_blocking(move || Opening { media, intake, handle, row }.run());
            let found = task.await.map_err(Refusal::fault)??;
            self.record_opening(bundle, carrier, found).await?;
            opened += 1;
        }
        Ok(opened)
    }

    /// What became of a bundle, with receipts for everything in it, signed for the present epoch.
    ///
    /// One that has just come is given a moment to be opened.
    ///
    /// # Errors
    /// When there is no such bundle.
    pub async fn bundle_answer(&self, bundle: BundleId) -> Outcome<BundleAnswer> {
        let patience = moment() + self.0.limits.bundle_wait;
        loop {
            let answer = self.bundle_now(bundle).await?;
            if answer.state != "received" || moment() >= patience {
                return Ok(answer);
            }
            sleep(Duration::from_millis(100)).await;
        }
    }

    async fn bundle_now(&self, bundle: BundleId) -> Outcome<BundleAnswer> {
        let mut tx = self.0.store.read().await?;
        let row = opt!(
            &mut tx,
            BundleRow,
            "select bundle, size, object, carrier, state, records, files from bundle where bundle = $1",
            bundle
        )
        .await?
        .ok_or(ProblemCode::UploadUnknown)?;
        let head = journal::head(&mut tx).await?;
        let hashes: Vec<Digest> = serde_json::from_str(&row.records).map_err(Refusal::fault)?;
        let mut signed = Vec::new();
        for batch in hashes.chunks(MAX_BATCH) {
            let mut items = Vec::new();
            for hash in batch {
                let item: Option<(Option<RecordId>, Verdict, Option<String>, i64)> = opt!(
                    &mut tx,
                    (Option<RecordId>, Verdict, Option<String>, i64),
                    "select record, verdict, reason, position from record where hash = $1",
                    hash
                )
                .await?;
                // A record that was erased since has no receipt any more.
                let Some((record, verdict, reason, position)) = item else { continue };
                let position = Some(position.unsigned_abs());
                items.push(RecordItem { hash: *hash, record, verdict, reason, position });
            }
            let carrier = carrier_of(&row);
            signed.push(receipts::for_records(&self.0.keys, head.epoch, self.now(), carrier, items)?);
        }
        drop(tx);
        let files: Vec<FileRef> = serde_json::from_str(&row.files).map_err(Refusal::fault)?;
        for file in files {
            match self.receipt(file).await {
                Ok(receipt) => signed.push(receipt),
                Err(refusal) if refusal.code() == ProblemCode::EvidenceErased => {}
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(BundleAnswer { bundle: row.bundle, state: row.state, receipts: signed })
    }

    async fn record_opening(&self, bundle: BundleId, carrier: Option<DeviceId>, found: Found) -> Outcome<()> {
        let mut tx = self.0.store.write().await?;
        let locked = journal::lock(&mut tx).await?;
        let sql = "select state, object from bundle where bundle = $1";
        let row: Option<(String, String)> = opt!(&mut tx, (String, String), sql, bundle).await?;
        let Some((_, object)) = row.filter(|(state, _)| state == "received") else { return Ok(()) };
        let Found { readable, records, files, mut problems, .. } = found;
        let keys: Vec<_> = records.iter().map(|hash| (*hash,)).collect();
        let erased = among!(&mut tx, (Digest,), "select hash from record_erased where hash in (", keys, ")");
        let erased = !erased.await?.is_empty();
        if problems.len() > MOST_PROBLEMS {
            let more = problems.len() - MOST_PROBLEMS;
            problems.truncate(MOST_PROBLEMS);
            problems.push(format!("and {more} more"));
        }
        tracing::info!(
            readable,
            records = records.len(),
            files = files.len(),
            problems = problems.len(),
            "a bundle was opened"
        );
        let event = Event::BundleOpened(BundleOpened { bundle, readable, records, files, problems });
        let author = carrier.map_or(kandas_shared::journal::Author::SYSTEM, crate::enrol::by_device);
        let mut facts = vec![Fact { author, family: None, person: None, event }];
        // Whatever else is in it is in custody by itself now.
        facts.extend(erased.then(|| Fact::by_system(Event::BundleErased(BundleErased { bundle }))));
        journal::append_locked(&mut tx, locked, self.0.chance.as_ref(), self.now(), facts).await?;
        kandas_disk::point!("bundle.before-opened");
        tx.commit().await?;
        kandas_disk::point!("bundle.after-opened");
        if erased {
            self.0.depot.objects.remove(&object).await.map_err(Refusal::storage)?;
        }
        Ok(())
    }

    /// Removes what is left of erased bundles: a crash may have come between the fact and the file. Run at start.
    ///
    /// # Errors
    /// When database or media store do not answer.
    pub async fn sweep_erased_bundles(&self) -> Outcome<()> {
        let mut tx = self.0.store.read().await?;
        let erased = all!(&mut tx, (String,), "select object from bundle where state = 'erased'").await?;
        drop(tx);
        for (object,) in erased {
            self.0.depot.objects.remove(&object).await.map_err(Refusal::storage)?;
        }
        Ok(())
    }
}

/// One bundle being opened, on a thread that may wait.
struct Opening {
    media: Media,
    intake: Intake,
    handle: Handle,
    row: BundleRow,
}

/// What stops the reading of a bundle.
enum Stop {
    /// What is in it: named, and the rest is not read.
    Content(String),
    /// Database or media store: tried again later.
    Ours(Refusal),
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Ours(refusal)
    }
}

/// Errors while reading: age and tar speak of damage, the media store of itself.
fn reading(error: &io::Error) -> Stop {
    Stop::Content(format!("the bundle cannot be read on: {error}"))
}

impl Opening {
    fn run(self) -> Outcome<Found> {
        let mut found = Found::default();
        for pass in [Self::take_records, Self::take_files] {
            match pass(&self, &mut found) {
                Ok(()) => {}
                Err(Stop::Ours(refusal)) => return Err(refusal),
                Err(Stop::Content(problem)) => {
                    // Both passes stop at the same damage; it is named once.
                    if !found.problems.contains(&problem) {
                        found.problems.push(problem);
                    }
                }
            }
        }
        // As with drafts: nothing signed names them.
        if found.camera > 0 {
            found.problems.push(format!("{} files of the camera stay in the bundle", found.camera));
        }
        Ok(found)
    }

    fn open(&self) -> Result<tar::Archive<impl Read>, Stop> {
        let object = self
            .handle
            .block_on(self.media.0.depot.objects.read(&self.row.object))
            .map_err(|error| Stop::Ours(Refusal::storage(error)))?;
        if object.meta.size != self.row.size.unsigned_abs() {
            return Err(Stop::Ours(Refusal::storage(io::Error::other("a bundle has changed its size"))));
        }
        let stream = StreamReader::new(object.into_stream().map_err(io::Error::from));
        let bridge =
            BufReader::with_capacity(1 << 18, SyncIoBridge::new_with_handle(stream, self.handle.clone()));
        let unreadable = |_| Stop::Content("the bundle is not an age file for this server".into());
        let decryptor = age::Decryptor::new_buffered(bridge).map_err(unreadable)?;
        let identity: &dyn age::Identity = self.media.0.keys.bundle_identity();
        Ok(tar::Archive::new(decryptor.decrypt(std::iter::once(identity)).map_err(unreadable)?))
    }

    fn take_records(&self, found: &mut Found) -> Result<(), Stop> {
        let mut archive = self.open()?;
        for entry in archive.entries().map_err(|e| reading(&e))? {
            let mut entry = entry.map_err(|e| reading(&e))?;
            match name_of(&entry).as_str() {
                "manifest.json" => {
                    let mut text = Vec::new();
                    (&mut entry).take(LONGEST_MANIFEST).read_to_end(&mut text).map_err(|e| reading(&e))?;
                    match serde_json::from_slice::<Manifest>(&text) {
                        Ok(manifest) => {
                            found.readable = true;
                            // Its file was renamed on the way: who brought it named it by its content.
                            if manifest.bundle != self.row.bundle {
                                found.problems.push(format!("by its manifest it is {}", manifest.bundle));
                            }
                        }
                        Err(_) => found.problems.push("the manifest is not readable".into()),
                    }
                }
                "records.ndjson" => {
                    found.readable = true;
                    self.take_lines(BufReader::new(entry), found)?;
                }
                "drafts.ndjson" => self.left_inside(entry, "drafts that were never sealed", found)?,
                "unreadable.ndjson" => self.left_inside(entry, "rows the phone could not read", found)?,
                name if name.starts_with("media/") || name.starts_with("drafts/") => {}
                name if name.starts_with("camera/") => found.camera += 1,
                _ => found.problems.push("an entry that does not belong in a bundle".into()),
            }
        }
        Ok(())
    }

    /// What no signature stands for is never applied: it is named, and stays in the bundle for whoever opens it.
    fn left_inside(&self, entry: impl Read, what: &str, found: &mut Found) -> Result<(), Stop> {
        let (mut reader, mut lines) = (BufReader::new(entry), 0_u64);
        loop {
            let (length, ends) = {
                let piece = reader.fill_buf().map_err(|e| reading(&e))?;
                (piece.len(), piece.iter().filter(|byte| **byte == b'\n').count())
            };
            if length == 0 {
                break;
            }
            lines += ends as u64;
            reader.consume(length);
        }
        found.problems.push(format!("{lines} {what} stay in the bundle"));
        Ok(())
    }

    fn take_lines(&self, mut lines: impl io::BufRead, found: &mut Found) -> Result<(), Stop> {
        let mut batch = Vec::new();
        for number in 1_u64.. {
            let mut line = Vec::new();
            let mut limited: Take<_> = Read::take(&mut lines, LONGEST_LINE);
            let length = limited.read_until(b'\n', &mut line).map_err(|e| reading(&e))?;
            if length == 0 {
                break;
            }
            if length as u64 == LONGEST_LINE && !line.ends_with(b"\n") {
                return Err(Stop::Content(format!("line {number} of the records is too long")));
            }
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Jws>(&line) {
                Ok(statement) => batch.push(statement),
                Err(_) => found.problems.push(format!("line {number} of the records is not a statement")),
            }
            if batch.len() == MAX_BATCH {
                self.hand_in(std::mem::take(&mut batch), found)?;
            }
        }
        self.hand_in(batch, found)
    }

    fn hand_in(&self, batch: Vec<Jws>, found: &mut Found) -> Result<(), Stop> {
        if batch.is_empty() {
            return Ok(());
        }
        let carrier = Carrier { device: carrier_of(&self.row), scope: TokenScope::Escrow };
        let accepted = self.handle.block_on(self.intake.accept(&carrier, batch)).map_err(Refusal::from)?;
        for item in accepted.items {
            if item.verdict.is_custody() {
                found.records.push(item.hash);
            } else {
                let reason = item.reason.unwrap_or_default();
                found.problems.push(format!("record {} is refused: {reason}", item.hash));
            }
        }
        Ok(())
    }

    fn take_files(&self, found: &mut Found) -> Result<(), Stop> {
        let mut archive = self.open()?;
        for entry in archive.entries().map_err(|e| reading(&e))? {
            let mut entry = entry.map_err(|e| reading(&e))?;
            let name = name_of(&entry);
            let Some(name) = name.strip_prefix("media/") else { continue };
            let Some(file) = file_of(name) else {
                found.problems.push("a media entry without the name of a piece of evidence".into());
                continue;
            };
            let now = self.media.now();
            let spool = UploadId::draw(now, chance::bytes(self.media.0.chance.as_ref()));
            let outcome = self.take_file(file, spool, &mut entry, found);
            self.handle
                .block_on(self.media.0.depot.staging.remove(spool))
                .map_err(|error| Stop::Ours(Refusal::storage(error)))?;
            outcome?;
        }
        Ok(())
    }

    fn take_file(
        &self,
        file: FileRef,
        spool: UploadId,
        entry: &mut impl Read,
        found: &mut Found,
    ) -> Result<(), Stop> {
        let (media, handle) = (&self.media, &self.handle);
        let row = handle.block_on(async {
            let mut tx = media.0.store.read().await?;
            FileRow::find(&mut tx, file).await
        });
        let row = match row.map_err(Refusal::from)? {
            None => {
                found.problems.push(format!("{file}: no record names it"));
                return Ok(());
            }
            Some(row) if row.state == "erased" => {
                found.problems.push(format!("{file}: its subject was erased"));
                return Ok(());
            }
            Some(row) if row.state == "received" => {
                found.files.push(file);
                return Ok(());
            }
            Some(row) => row,
        };
        let (piece, sha256, size) = self.spool(spool, entry)?;
        let whole = (sha256, size) == (row.sha256, row.size.unsigned_abs());
        let object = if whole { Objects::evidence_key(file) } else { Objects::salvage_key(file, &sha256) };
        let entered = handle.block_on(async {
            let target = Target { key: object.clone(), sha256, size };
            if piece.place(target).await.map_err(Refusal::storage)? == Placed::Differs {
                return Err(Refusal::storage(io::Error::other("staging has changed")));
            }
            let carrier = self.row.carrier;
            let (by, salvage) = (By::Bundle, !whole);
            let arrived = Arrived { file, sha256, size, object: object.clone(), carrier, salvage, by };
            let entered = media.enter(arrived).await?;
            kandas_disk::point!("bundle.one-file-entered");
            if matches!(entered, Entered::Erased) {
                media.0.depot.objects.remove(&object).await.map_err(Refusal::storage)?;
            }
            Ok(entered)
        })?;
        match entered {
            Entered::Custody(_) => found.files.push(file),
            Entered::Erased => found.problems.push(format!("{file}: its subject was erased")),
            Entered::Unknown | Entered::NotOurs => {
                found.problems.push(format!("{file}: no record names it"));
            }
        }
        if !whole {
            found.problems.push(format!("{file}: not what was signed; kept as it came"));
        }
        Ok(())
    }

    /// Writes an entry to staging.
    fn spool(&self, spool: UploadId, entry: &mut impl Read) -> Result<(Box<dyn Piece>, Digest, u64), Stop> {
        let ours = |error: io::Error| Stop::Ours(Refusal::storage(error));
        let staging = &self.media.0.depot.staging;
        let begun = staging.write_from(spool, 0, 0, Some(Running::default()));
        let mut piece = self.handle.block_on(begun).map_err(ours)?;
        let mut hash = Running::default();
        let mut buffer = vec![0; 1 << 18];
        loop {
            let length = entry.read(&mut buffer).map_err(|e| reading(&e))?;
            if length == 0 {
                return Ok((piece, hash.digest(), hash.at()));
            }
            hash.update(&buffer[..length]);
            self.handle.block_on(piece.write(Bytes::copy_from_slice(&buffer[..length]))).map_err(ours)?;
        }
    }
}

/// Who brought it. A bundle laid beside the server by hand was brought by nobody.
fn carrier_of(row: &BundleRow) -> DeviceId {
    row.carrier.unwrap_or(DeviceId(uuid::Uuid::nil()))
}

fn name_of<R: Read>(entry: &tar::Entry<'_, R>) -> String {
    String::from_utf8_lossy(&entry.path_bytes()).trim_start_matches("./").to_owned()
}

fn file_of(name: &str) -> Option<FileRef> {
    let (evidence, part) = name.split_once('.')?;
    Some(FileRef { evidence: evidence.parse().ok()?, part: part.parse().ok()? })
}
