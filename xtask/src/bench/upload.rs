//! Files of four megabytes over eight connections at once: into the central store, into a bare handler that does the least
//! that can be called keeping (write, make durable, hash), and into npm's tus server. All speak plain http here, because
//! the handler of others does; what TLS costs is the same for whoever speaks it.

use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::Bytes;
use kandas_shared::evidence::FileRef;
use tokio::task::JoinSet;

use super::{
    Bench,
    beside::{Beside, plain_client},
    figures::Figures,
    instant,
    load::{self, Named, Sealer, noise},
    processes::Watched,
    site::{Engine, Ground},
};
use crate::{device::Device, peers};

/// Length of a file.
pub(crate) const FILE: usize = 4_000_000;
/// Connections at once.
pub(crate) const CONNECTIONS: usize = 8;

impl Bench {
    /// Into a folder, beside the bare handler and npm's tus server.
    pub(crate) fn upload(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let scratch = tempfile::tempdir_in(&self.folder)?;
        let files = self.files();
        let folder = scratch.path().display().to_string();
        let bare = Beside::start(scratch.path(), "bare", &[&folder])?;
        let floor = self.sent_to(&bare, "", &files)?;
        let (ours, cpu) = self.sent_to_centre(engine, None, &files)?;
        let name = |figure: &str| engine.figure(figure);
        figures.add(&name("upload_mb_per_s"), megabytes(&files) / ours);
        figures.add(&name("upload_floor_mb_per_s"), megabytes(&files) / floor);
        figures.add(&name("upload_ratio"), floor / ours);
        figures.add(&name("upload_cpu_ms_per_mb"), cpu * 1e3 / megabytes(&files));
        bare.stop()?;

        // Neither engine has part in it: once is enough.
        if engine == Engine::Sqlite {
            match peers::tus_server() {
                Err(error) => println!("   NOT MEASURED: npm's tus server cannot be installed: {error:#}"),
                Ok(script) => {
                    let theirs = Beside::tus_server(&script, scratch.path())?;
                    let took = self.sent_to(&theirs, "/files", &files)?;
                    figures.add("upload_npm_mb_per_s", megabytes(&files) / took);
                    figures.add("upload_to_npm_ratio", took / ours);
                    theirs.stop()?;
                }
            }
        }
        Ok(())
    }

    /// Into a bucket of an S3 store in a process of its own; the bare handler puts its files there too.
    pub(crate) fn upload_s3(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let scratch = tempfile::tempdir_in(&self.folder)?;
        let files = self.files();
        let store = Beside::start(scratch.path(), "s3", &[])?;
        let bare = Beside::start(scratch.path(), "bare", &["unused", "--s3", &store.address])?;
        let floor = self.sent_to(&bare, "", &files)?;
        let (ours, _) = self.sent_to_centre(engine, Some(store.address.clone()), &files)?;
        let name = |figure: &str| engine.figure(figure);
        figures.add(&name("upload_s3_mb_per_s"), megabytes(&files) / ours);
        figures.add(&name("upload_s3_floor_mb_per_s"), megabytes(&files) / floor);
        figures.add(&name("upload_ratio_s3"), floor / ours);
        bare.stop()?;
        store.stop()
    }

    fn files(&self) -> Vec<Bytes> {
        (0..(self.scale.uploads * CONNECTIONS) as u64).map(|seed| noise(seed, FILE)).collect()
    }

    fn sent_to_centre(&self, engine: Engine, s3: Option<String>, files: &[Bytes]) -> Result<(f64, f64)> {
        let ground = Ground { families: 60, workers: 1, plain: true, s3 };
        let site = self.site(engine, &ground)?;
        let serving = site.centre.serve()?;
        let mut sealer = self.sealers(&site, 1)?.remove(0);
        let warm: Vec<_> = (0..CONNECTIONS as u64).map(|number| noise(1_000 + number, FILE)).collect();
        let named = self.runtime.block_on(announce(&mut sealer, &warm))?;
        let lines = Lines::ours(&sealer)?;
        self.runtime.block_on(lines.send(&named, &warm))?;
        let named = self.runtime.block_on(announce(&mut sealer, files))?;

        let start = instant();
        let watched = self.watched(&site, &serving)?;
        let (receipts, cpu) = watched.during(|| self.runtime.block_on(lines.send(&named, files)))?;
        let took = instant().duration_since(start).as_secs_f64();

        check(&sealer.device, &receipts, files.len())?;
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");
        Ok((took, cpu.server + cpu.database))
    }

    fn sent_to(&self, beside: &Beside, path: &str, files: &[Bytes]) -> Result<f64> {
        let lines = Lines::to(&format!("{}{path}", beside.address))?;
        self.runtime.block_on(lines.send(&[], &files[..CONNECTIONS]))?;
        let watched = Watched { server: Some(beside.pid()?), database: None };
        let start = instant();
        watched.during(|| self.runtime.block_on(lines.send(&[], files)))?;
        Ok(instant().duration_since(start).as_secs_f64())
    }
}

fn megabytes(files: &[Bytes]) -> f64 {
    files.iter().map(|file| file.len() as f64).sum::<f64>() / 1e6
}

/// Pushes records that name the files and gives the files' names.
pub(crate) async fn announce(sealer: &mut Sealer, files: &[Bytes]) -> Result<Vec<FileRef>> {
    let mut named = Vec::with_capacity(files.len());
    for files in files.chunks(load::BATCH) {
        let mut statements = Vec::new();
        for bytes in files {
            let sealed = sealer.seal_about(&[Named::of(bytes)])?;
            named.extend(sealed.files);
            statements.push(sealed.statement);
        }
        let body = sealer.device.body(&statements)?;
        let answer = sealer.device.hand_over(&body).await?;
        let said = sealer.device.read_answer(&body, &answer)?;
        ensure!(said.items.iter().all(|item| item.verdict.is_custody()), "a record was refused");
    }
    Ok(named)
}

/// Checks that every file has a receipt about all its bytes.
pub(crate) fn check(device: &Device, receipts: &[Vec<u8>], files: usize) -> Result<()> {
    for receipt in receipts {
        let receipt = device.read_file_receipt(receipt)?;
        ensure!(receipt.size == FILE as u64 && !receipt.salvage, "a receipt about other bytes");
    }
    ensure!(receipts.len() == files, "{} of {files} files have a receipt", receipts.len());
    Ok(())
}

/// Connections over which files go at once.
pub(crate) struct Lines(Vec<Arc<Line>>);

enum Line {
    /// A device; the receipt comes back.
    Ours(Box<Device>),
    /// Anybody who takes a `POST` with a body.
    Plain(reqwest::Client, String),
}

impl Lines {
    /// To the central store, as a device.
    pub(crate) fn ours(sealer: &Sealer) -> Result<Self> {
        let line = |_| Ok(Arc::new(Line::Ours(Box::new(sealer.device.on_new_line()?))));
        Ok(Self((0..CONNECTIONS).map(line).collect::<Result<_>>()?))
    }

    fn to(address: &str) -> Result<Self> {
        let line = |_| Ok(Arc::new(Line::Plain(plain_client()?, address.to_owned())));
        Ok(Self((0..CONNECTIONS).map(line).collect::<Result<_>>()?))
    }

    /// Sends every file, each line one after the other; gives the receipts.
    pub(crate) async fn send(&self, named: &[FileRef], files: &[Bytes]) -> Result<Vec<Vec<u8>>> {
        let mut sending = JoinSet::new();
        for (place, line) in self.0.iter().enumerate() {
            let line = Arc::clone(line);
            let every = |place: usize| (place..files.len()).step_by(self.0.len());
            let mine: Vec<_> = every(place).map(|at| (named.get(at).copied(), files[at].clone())).collect();
            sending.spawn(async move {
                let mut receipts = Vec::new();
                for (name, bytes) in mine {
                    receipts.extend(line.send(name, bytes).await?);
                }
                anyhow::Ok(receipts)
            });
        }
        let mut all = Vec::new();
        while let Some(sent) = sending.join_next().await {
            all.extend(sent??);
        }
        Ok(all)
    }
}

impl Line {
    async fn send(&self, name: Option<FileRef>, bytes: Bytes) -> Result<Option<Vec<u8>>> {
        match self {
            Self::Ours(device) => {
                Ok(Some(device.upload(name.context("a file without a name")?, bytes).await?))
            }
            Self::Plain(client, address) => {
                let request = client
                    .post(address)
                    .header("Tus-Resumable", "1.0.0")
                    .header("Upload-Length", bytes.len())
                    .header("Content-Type", "application/offset+octet-stream")
                    .body(bytes);
                request.send().await?.error_for_status()?.bytes().await?;
                Ok(None)
            }
        }
    }
}
