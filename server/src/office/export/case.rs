//! A case as an archive that anybody can check (docs/export.md): the facts about a family byte for byte, each with its proof
//! towards one signed checkpoint, receipts, keys, and the files. Written as a stream, in a fixed order, with fixed times.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{self, Write as _},
};

use bytes::Bytes;
use futures_util::TryStreamExt as _;
use kandas_shared::{
    evidence::{EvidenceKind, FileRef, Part},
    hash::{Digest, b64},
    ids::{DeviceId, EvidenceId, RecordId},
    jws::{Jws, KeyId, Typ},
    receipt::{RecordItem, Verdict},
};
use serde_json::json;
use tokio::sync::mpsc::{Receiver, Sender, channel};
use zip::{CompressionMethod, DateTime as ZipTime, ZipWriter, write::SimpleFileOptions};

use super::{lists::Asked, work::Broken};
use crate::{
    all, among,
    facts::Event,
    journal,
    office::policy::{self, Right},
    receipts,
    refusal::Refusal,
    store::Tx,
};

/// The script that checks an archive.
pub const CHECK: &str = include_str!("check.py");
/// How to.
const HOW_TO: &str = include_str!("howto.txt");

/// Above this a file of an archive needs 64-bit sizes.
const LARGE: u64 = u32::MAX as u64;

enum Piece {
    /// A file begins; whether it may be large.
    File(String, bool),
    /// More of it.
    Bytes(Bytes),
    /// Everything was said. Without it the archive is not whole.
    End,
}

struct Out(Sender<Piece>);

impl Out {
    async fn send(&self, piece: Piece) -> Result<(), Broken> {
        self.0.send(piece).await.map_err(|_| Broken::Io(io::Error::other("the writer has ended")))
    }
    async fn file(&self, name: impl Into<String>, bytes: impl Into<Bytes>) -> Result<(), Broken> {
        self.send(Piece::File(name.into(), false)).await?;
        self.send(Piece::Bytes(bytes.into())).await
    }
    async fn json(&self, name: impl Into<String>, value: &impl serde::Serialize) -> Result<(), Broken> {
        let text = serde_json::to_string_pretty(value).map_err(io::Error::from)? + "\n";
        self.file(name, text).await
    }
}

fn archive(mut pieces: Receiver<Piece>) -> io::Result<File> {
    let mut zip = ZipWriter::new(tempfile::tempfile()?);
    // Media do not get smaller; the same case is the same archive, whenever it is written.
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(ZipTime::default());
    while let Some(piece) = pieces.blocking_recv() {
        match piece {
            Piece::File(name, large) => zip.start_file(name, options.large_file(large))?,
            Piece::Bytes(bytes) => zip.write_all(&bytes)?,
            Piece::End => return Ok(zip.finish()?),
        }
    }
    Err(io::Error::other("the archive was not finished"))
}

#[derive(sqlx::FromRow)]
struct FileRow {
    evidence: EvidenceId,
    part: Part,
    kind: EvidenceKind,
    state: String,
    object: Option<String>,
    size: i64,
    media_type: String,
    of_consent: bool,
}

/// Whether a fact says what somebody consented to: then it stays sealed for whom that is none of (requirements §2.2).
fn is_of_consent(event: &Event) -> bool {
    match event {
        Event::ConsentSet(_) | Event::ConsentWithdrawn(_) => true,
        Event::RecordReceived(received) => received.reading.kind.as_deref() == Some("consent"),
        _ => false,
    }
}

/// Writes the case.
pub(super) async fn write(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let (send, receive) = channel(8);
    let writing = tokio::task::spawn_blocking(move || archive(receive));
    let out = Out(send);
    let told = tell(tx, of, &out).await;
    drop(out);
    let written = writing.await.map_err(io::Error::other)?;
    let entries = told?;
    Ok((written?, entries))
}

async fn tell(tx: &mut Tx, of: &Asked<'_>, out: &Out) -> Result<i64, Broken> {
    let family = of.export.wanted.family.ok_or(Broken::Gone)?;
    let head = journal::head(tx).await?;
    let (state, now) = (of.state, of.export.made_at);
    let sql = "select position from journal where family = $1 and position <= $2 order by position";
    let size = i64::try_from(head.size).unwrap_or(i64::MAX);
    let positions = all!(tx, (i64,), sql, family, size).await?;
    let sql = "select distinct x.evidence, x.part, e.kind, x.state, x.object, x.size, x.media_type,
        exists (select 1 from evidence c join record r on r.hash = c.hash
         where c.evidence = x.evidence and r.kind = 'consent') as of_consent
        from evidence e join evidence_file x on x.evidence = e.evidence where e.family = $1
        order by x.evidence, x.part";
    let files = all!(tx, FileRow, sql, family).await?;
    let may = |right: Right| policy::may(of.user, right, None, of.territory).is_ok();
    let (scans, consents) = (may(Right::Scans), may(Right::Consent));
    let (taken, left): (Vec<FileRow>, Vec<FileRow>) = files.into_iter().partition(|file| {
        file.state == "received"
            && file.object.is_some()
            && (scans || file.kind != EvidenceKind::Document)
            && (consents || !file.of_consent)
    });
    let named = |file: &FileRow| format!("{}.{}", file.evidence, file.part);
    let left_out: BTreeSet<String> = left.iter().map(named).collect();
    let total = i64::try_from(positions.len() + taken.len()).unwrap_or(i64::MAX);

    out.file("HOWTO.txt", HOW_TO).await?;
    out.file("check.py", CHECK).await?;
    let manifest = json!({
        "format": "kandas-case", "v": 1, "family": family, "made_at": now,
        "by": {"id": of.user.id, "login": of.user.login, "name": of.user.name, "role": of.user.role},
        "export": of.export.id, "reason": of.export.wanted.number, "mark": of.mark(),
        "epoch": head.epoch, "size": head.size, "facts": positions.len(), "left_out": left_out,
    });
    out.json("manifest.json", &manifest).await?;
    let checkpoint = journal::sign_checkpoint(&head, state.keys.signer().as_ref(), now)?;
    out.json("checkpoint.json", &checkpoint).await?;

    let (mut done, mut entries, mut since) = (0, 4, 0);
    let mut devices: BTreeSet<DeviceId> = BTreeSet::new();
    let mut given: BTreeMap<Digest, Jws> = BTreeMap::new();
    for (position,) in &positions {
        let at = position.unsigned_abs();
        let stored = journal::stored_at(tx, at).await?;
        let Some(mut stored) = stored else { continue };
        let mut event = stored.placed()?.map(|placed| placed.event);
        if !consents && event.as_ref().is_some_and(is_of_consent) {
            // As an erased one: its hash stays, and with it the proof.
            (stored.salt, stored.body, event) = (None, None, None);
        }
        let proof = journal::inclusion_proof(tx, at, head.size).await?;
        let fact = json!({
            "position": at, "header": stored.header, "content": stored.content,
            "salt": stored.salt.as_ref().map(hex::encode), "body": stored.body, "proof": proof,
        });
        out.json(format!("facts/{at:010}.json"), &fact).await?;
        entries += 1;
        if let Some(Event::RecordReceived(received)) = event {
            devices.insert(received.device);
            let row = all!(
                tx,
                (Option<RecordId>, Verdict, Option<String>),
                "select record, verdict, reason from record where hash = $1",
                received.hash
            )
            .await?;
            if let Some((record, verdict, reason)) = row.into_iter().next() {
                let item = RecordItem { hash: received.hash, record, verdict, reason, position: Some(at) };
                let receipt =
                    receipts::for_records(&state.keys, head.epoch, now, received.carrier, vec![item])?;
                given.insert(received.hash, receipt);
            }
        }
        done += 1;
        since += 1;
        if since == 100 {
            since = 0;
            of.hold.progress(done, total, entries).await?;
        }
    }
    for (hash, receipt) in &given {
        out.json(format!("receipts/record-{hash}.json"), receipt).await?;
        entries += 1;
    }
    let mut signers: BTreeSet<KeyId> = BTreeSet::new();
    signers.insert(checkpoint.kid(Typ::Checkpoint).map_err(Refusal::fault)?);
    for file in &taken {
        let reference = FileRef { evidence: file.evidence, part: file.part };
        let receipt = state.media.receipt(reference).await?;
        signers.insert(receipt.kid(Typ::Receipt).map_err(Refusal::fault)?);
        out.json(format!("receipts/{reference}.json"), &receipt).await?;
        entries += 1;
    }
    for receipt in given.values() {
        signers.insert(receipt.kid(Typ::Receipt).map_err(Refusal::fault)?);
    }
    out.json("keys.json", &keys(tx, of, &signers, &devices).await?).await?;
    for file in &taken {
        let Some(object) = &file.object else { continue };
        let size = file.size.unsigned_abs();
        let name = format!("media/{}{}", named(file), ending(&file.media_type));
        out.send(Piece::File(name, size >= LARGE)).await?;
        let mut stream = state.media.objects().read_range(object, 0..size).await?;
        let mut sent: u64 = 0;
        while let Some(bytes) = stream.try_next().await.map_err(io::Error::from)? {
            sent += bytes.len() as u64;
            out.send(Piece::Bytes(bytes)).await?;
            if sent >= 64 << 20 {
                // A long film must not let the lease run out.
                sent = 0;
                of.hold.progress(done, total, entries).await?;
            }
        }
        entries += 1;
        done += 1;
        of.hold.progress(done, total, entries).await?;
    }
    out.send(Piece::End).await?;
    Ok(entries + 1)
}

/// The keys with which the statements of the archive are signed.
async fn keys(
    tx: &mut Tx,
    of: &Asked<'_>,
    signers: &BTreeSet<KeyId>,
    devices: &BTreeSet<DeviceId>,
) -> Result<serde_json::Value, Broken> {
    let server: Vec<serde_json::Value> = signers
        .iter()
        .filter_map(|kid| of.state.keys.known(kid))
        .map(|key| json!({"kid": key.kid(), "key": b64(&key.0)}))
        .collect();
    let ids: Vec<(DeviceId,)> = devices.iter().map(|device| (*device,)).collect();
    let sql = "select id, kid, key from device where id in (";
    let mut rows = among!(tx, (DeviceId, String, Vec<u8>), sql, ids, ")").await?;
    rows.sort_unstable();
    let devices: Vec<serde_json::Value> = rows
        .iter()
        .map(|(device, kid, key)| json!({"device": device, "kid": kid, "key": b64(key)}))
        .collect();
    Ok(json!({"server": server, "devices": devices}))
}

/// So that a double click opens it; the name before it says what it is.
fn ending(media_type: &str) -> &'static str {
    match media_type {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "video/mp4" => ".mp4",
        "video/quicktime" => ".mov",
        "application/pdf" => ".pdf",
        _ => "",
    }
}
