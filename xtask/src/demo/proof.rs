//! The proof: every claim of the demo is checked here, from outside. Nothing is believed because a
//! program says so: signatures are verified again with another implementation, the bytes in the
//! evidence store are hashed again, and the store is asked by a device that has nothing to do with
//! the two phones.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

use anyhow::{Context, Result};
use kandas_fixtures::media::CameraFile;
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::{Digest, Epoch},
    jws::PublicKey,
    merkle,
    receipt::{Checkpoint, Receipt, Verdict},
    wire::RecordBatch,
};
use sha2::{Digest as _, Sha256};

use super::{
    ledger::{Ledger, comes_from},
    material::{Day, fault_word},
    say::{Voice, count, size},
    storm::Passage,
};
use crate::device::{Device, receipt};

/// Most bytes one interruption may cost: what was on the wire and in buffers, and a new handshake.
const MOST_EACH: u64 = 128 * 1024;
/// What is sent anyway: records, requests of the pull, what TLS adds.
const ONCE: u64 = 256 * 1024;

/// What is to be proven, of one phone.
pub(crate) struct Witness<'a> {
    /// Its name.
    pub(crate) name: &'a str,
    /// What was to be recorded.
    pub(crate) day: &'a Day<'a>,
    /// What it says.
    pub(crate) ledger: Ledger,
    /// What its way to the server was like.
    pub(crate) passage: Passage,
}

/// The checked claims.
#[derive(Default)]
pub(crate) struct Proof {
    claims: Vec<Claim>,
    /// Records in custody.
    pub(crate) records: usize,
    /// Files in custody.
    pub(crate) files: usize,
    /// Their bytes.
    pub(crate) bytes: u64,
}

struct Claim {
    text: String,
    missing: Vec<String>,
}

impl Proof {
    /// Remembers a claim; it holds when nothing is missing.
    pub(crate) fn claim(&mut self, text: impl Into<String>, missing: Vec<String>) {
        self.claims.push(Claim { text: text.into(), missing });
    }

    /// Prints the claims, and under each what is missing.
    pub(crate) fn print(&self, voice: &Voice) {
        for claim in &self.claims {
            voice.claim(claim.missing.is_empty(), &claim.text);
            for missing in &claim.missing {
                voice.line(format!("       missing: {missing}"));
            }
        }
    }

    /// What is missing of all claims.
    pub(crate) fn missing(&self) -> Vec<&str> {
        self.claims.iter().flat_map(|claim| claim.missing.iter().map(String::as_str)).collect()
    }
}

/// Checks what the phones and the store hold.
///
/// # Errors
/// When something cannot be asked or read at all.
pub(crate) async fn check(
    witnesses: &[Witness<'_>],
    auditor: &Device,
    server_key: &PublicKey,
    media: &Path,
    before: &Before,
    first: &Checkpoint,
) -> Result<Proof> {
    let mut proof = Proof::default();
    records(&mut proof, witnesses, server_key, auditor.epoch);
    store_answers(&mut proof, witnesses, auditor).await?;
    camera_files(&mut proof, witnesses);
    receipts(&mut proof, witnesses, auditor, server_key).await?;
    bytes(&mut proof, witnesses, media, before)?;
    set_aside(&mut proof, witnesses);
    cuts(&mut proof, witnesses);
    growth(&mut proof, auditor, first).await?;
    Ok(proof)
}

/// Every completion is sealed, delivered, and has a receipt that verifies.
fn records(proof: &mut Proof, witnesses: &[Witness<'_>], server_key: &PublicKey, epoch: Epoch) {
    let (mut missing, mut wanted) = (Vec::new(), 0);
    for witness in witnesses {
        wanted += witness.day.completions.len();
        for completion in &witness.day.completions {
            let activity = completion.activity.id;
            let sealed = witness.ledger.items.iter().filter(|item| {
                let about = item.record().and_then(|record| record.statement.activity());
                about.is_some_and(|about| about.0 == activity)
            });
            match sealed.count() {
                1 => {}
                0 => missing.push(format!("{}: no record about {}", witness.name, completion.service.code)),
                more => missing.push(format!("{}: {more} records about one activity", witness.name)),
            }
        }
        for item in &witness.ledger.items {
            let mut lacks =
                |what: String| missing.push(format!("{}: record {}: {what}", witness.name, item.record));
            if item.state != "delivered" {
                lacks(format!("it is {}{}", item.state, reason(item.reason.as_deref())));
            }
            let Some(statement) = &item.statement else {
                lacks("the phone does not show its statement".into());
                continue;
            };
            if statement.identity() != item.hash {
                lacks("its identity is not the hash of what was signed".into());
            }
            match item.receipt.as_ref().map(|signed| receipt(signed, server_key)) {
                Some(Ok(Receipt::Records(given))) if given.epoch == epoch => {
                    let verdict = given.items.iter().find(|of| of.hash == item.hash).map(|of| of.verdict);
                    match verdict {
                        Some(Verdict::Accepted | Verdict::Known) => proof.records += 1,
                        other => lacks(format!("its receipt says {other:?}")),
                    }
                }
                Some(Ok(_)) => lacks("its receipt is of another epoch or kind".into()),
                Some(Err(error)) => lacks(format!("its receipt does not verify: {error:#}")),
                None => lacks("the phone has no receipt for it".into()),
            }
        }
    }
    proof.claim(
        format!(
            "{} of {wanted} completions recorded offline are in the central store; each phone holds the receipt",
            proof.records
        ),
        missing,
    );
}

/// The store knows each statement already: same identity, and a second delivery changes nothing.
async fn store_answers(proof: &mut Proof, witnesses: &[Witness<'_>], auditor: &Device) -> Result<()> {
    let before = auditor.checkpoint(0).await?.0.size;
    let statements: Vec<_> = witnesses
        .iter()
        .flat_map(|witness| &witness.ledger.items)
        .filter_map(|item| item.statement.clone())
        .collect();
    let (mut missing, wanted) = (Vec::new(), statements.len());
    let mut positions = BTreeSet::new();
    for batch in statements.chunks(50) {
        let answer = auditor.push(&RecordBatch { records: batch.to_vec() }).await?;
        for (statement, item) in batch.iter().zip(&answer.items) {
            if item.hash != statement.identity() || item.verdict != Verdict::Known {
                missing.push(format!("{:?}: offered again, the store says {}", item.record, item.verdict));
            }
            if !item.position.is_some_and(|position| positions.insert(position)) {
                missing.push(format!("{:?}: no journal position of its own", item.record));
            }
        }
    }
    let after = auditor.checkpoint(0).await?.0.size;
    if after != before {
        missing.push(format!("the journal grew from {before} to {after} though nothing was new"));
    }
    let text = format!(
        "a third device offers all {wanted} records again: the store knows each one, and nothing is doubled"
    );
    proof.claim(text, missing);
    Ok(())
}

/// Every file a camera wrote is in a signed record, by the SHA-256 of the whole file.
fn camera_files(proof: &mut Proof, witnesses: &[Witness<'_>]) {
    let (mut missing, mut wanted) = (Vec::new(), 0);
    for witness in witnesses {
        let signed: Vec<_> = witness.ledger.items.iter().filter_map(super::ledger::Item::record).collect();
        for file in witness.day.files() {
            wanted += 1;
            let found = signed.iter().flat_map(|record| &record.evidence).filter(|it| comes_from(it, file));
            match found.count() {
                1 => {}
                0 => missing.push(format!("{}: {} is in no record{}", witness.name, file.name(), {
                    let aside = witness.ledger.set_aside.iter().find(|aside| aside.name == file.name());
                    aside.map_or_else(String::new, |aside| format!(" (set aside: {})", aside.reason))
                })),
                more => missing.push(format!("{}: {} is in {more} places", witness.name, file.name())),
            }
        }
    }
    proof.claim(
        format!("all {wanted} camera files are in signed records, by the hash of what the camera wrote"),
        missing,
    );
}

/// Every file has a receipt that verifies, on the phone and from the store, about the signed hash.
async fn receipts(
    proof: &mut Proof,
    witnesses: &[Witness<'_>],
    auditor: &Device,
    server_key: &PublicKey,
) -> Result<()> {
    let (mut missing, mut wanted) = (Vec::new(), 0);
    let mut seen = BTreeSet::new();
    for witness in witnesses {
        for (item, file) in witness.ledger.travelling() {
            if !seen.insert(file.reference()) {
                continue;
            }
            wanted += 1;
            let complaints = missing.len();
            let mut lacks =
                |what: String| missing.push(format!("{}: file {}: {what}", witness.name, file.reference()));
            let Some(signed) = signed_facts(item, file.reference()) else {
                lacks("no signed record names it".into());
                continue;
            };
            if file.sha256 != Some(signed.0) || file.size != signed.1 {
                lacks("what the phone hashed is not what was signed".into());
            }
            if file.state != "delivered" {
                lacks(format!(
                    "it is {}{}, {} of {}",
                    file.state,
                    reason(file.reason.as_deref()),
                    size(file.sent),
                    size(file.size)
                ));
            }
            let phones = match file.receipt.as_ref().map(|signed| receipt(signed, server_key)) {
                Some(Ok(Receipt::File(given))) => Some(given),
                Some(Ok(Receipt::Records(_))) => {
                    lacks("its receipt is of another kind".into());
                    None
                }
                Some(Err(error)) => {
                    lacks(format!("its receipt does not verify: {error:#}"));
                    None
                }
                None => {
                    lacks("the phone has no receipt for it".into());
                    None
                }
            };
            let stores = auditor.file_receipt(file.reference()).await?;
            if stores.is_none() {
                lacks("the store does not have it".into());
            }
            for (whose, given) in [("phone's", phones), ("store's", stores)] {
                let Some(given) = given else { continue };
                let about = FileRef { evidence: given.evidence, part: given.part };
                if about != file.reference() || (given.sha256, given.size) != signed || given.salvage {
                    lacks(format!("the {whose} receipt is about other bytes"));
                }
                if given.epoch != auditor.epoch {
                    lacks(format!("the {whose} receipt is of another epoch"));
                }
            }
            if missing.len() == complaints {
                proof.files += 1;
                proof.bytes += file.size;
            }
        }
    }
    let text = format!(
        "{} of {wanted} files have a signed receipt of this epoch, on the phone and from the store ({})",
        proof.files,
        size(proof.bytes)
    );
    proof.claim(text, missing);
    Ok(())
}

/// What was signed about a file.
fn signed_facts(item: &super::ledger::Item, file: FileRef) -> Option<(Digest, u64)> {
    let record = item.record()?;
    let evidence = record.evidence.iter().find(|evidence| evidence.evidence == file.evidence)?;
    evidence.facts(file.part).map(|facts| (facts.sha256, facts.size))
}

/// The bytes in the evidence store, hashed here and now, are those that were signed; no more, no less.
fn bytes(proof: &mut Proof, witnesses: &[Witness<'_>], media: &Path, before: &Before) -> Result<()> {
    let mut stored: BTreeMap<Digest, Vec<u64>> = BTreeMap::new();
    hash_folder(media, &mut stored)?;
    let mut gone = 0;
    for (sha256, sizes) in &before.objects {
        for size in sizes {
            let found = stored.get_mut(sha256).and_then(|now| {
                let place = now.iter().position(|length| length == size)?;
                Some(now.swap_remove(place))
            });
            gone += usize::from(found.is_none());
        }
    }
    let objects: usize = stored.values().map(Vec::len).sum();
    let mut missing = Vec::new();
    if gone > 0 {
        missing.push(format!("{} of before the phones is not there any more", count(gone, "file", "files")));
    }
    let (mut seen, mut wanted) = (BTreeSet::new(), 0);
    for witness in witnesses {
        for (item, file) in witness.ledger.travelling() {
            if !seen.insert(file.reference()) {
                continue;
            }
            wanted += 1;
            let Some((sha256, length)) = signed_facts(item, file.reference()) else { continue };
            let found = stored.get_mut(&sha256).and_then(|sizes| {
                let place = sizes.iter().position(|size| *size == length)?;
                Some(sizes.swap_remove(place))
            });
            if found.is_none() {
                missing.push(format!("{}: no file in the store hashes to {sha256}", file.reference()));
            }
        }
    }
    let left: usize = stored.values().map(Vec::len).sum();
    if left > 0 {
        missing.push(format!("{} in the store that no phone knows", count(left, "file", "files")));
    }
    let text =
        format!("{wanted} files signed, {objects} in the evidence store: each hashes to what was signed");
    proof.claim(text, missing);
    Ok(())
}

/// What the store held before the phones of the demo came.
#[derive(Default)]
pub(crate) struct Before {
    objects: BTreeMap<Digest, Vec<u64>>,
    /// Files in custody.
    pub(crate) files: usize,
}

impl Before {
    /// Hashes what is there now.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub(crate) fn of(media: &Path, files: usize) -> Result<Self> {
        let mut objects = BTreeMap::new();
        if media.is_dir() {
            hash_folder(media, &mut objects)?;
        }
        Ok(Self { objects, files })
    }
}

fn hash_folder(folder: &Path, into: &mut BTreeMap<Digest, Vec<u64>>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            hash_folder(&path, into)?;
        } else {
            let bytes = fs::read(&path).with_context(|| path.display().to_string())?;
            let digest = Digest(Sha256::digest(&bytes).into());
            into.entry(digest).or_default().push(bytes.len() as u64);
        }
    }
    Ok(())
}

/// The bad files are named with the reason, and only they.
fn set_aside(proof: &mut Proof, witnesses: &[Witness<'_>]) {
    let mut missing = Vec::new();
    let mut words = Vec::new();
    for witness in witnesses {
        let told: HashMap<_, _> = witness
            .ledger
            .set_aside
            .iter()
            .map(|aside| (aside.name.as_str(), aside.reason.as_str()))
            .collect();
        for file in &witness.day.bad {
            let (name, wanted) = (file.name(), fault_word(file));
            match told.get(name.as_str()) {
                Some(reason) if *reason == wanted => words.push(format!("{name} ({reason})")),
                Some(reason) => missing.push(format!("{name} is set aside as {reason}, not {wanted}")),
                None => missing.push(format!("{name} is not set aside")),
            }
        }
        let bad: BTreeSet<_> = witness.day.bad.iter().map(CameraFile::name).collect();
        for aside in witness.ledger.set_aside.iter().filter(|aside| !bad.contains(&aside.name)) {
            missing.push(format!("{} is set aside ({})", aside.name, aside.reason));
        }
    }
    proof.claim(format!("bad files are set aside by name: {}", words.join(", ")), missing);
}

/// The line was bad enough, and what it cost is little.
fn cuts(proof: &mut Proof, witnesses: &[Witness<'_>]) {
    let mut missing = Vec::new();
    let (mut cuts, mut kills, mut files, mut wire) = (0, 0, 0, 0);
    for witness in witnesses {
        let (passage, bytes) = (&witness.passage, witness.ledger.bytes());
        let interruptions = passage.cuts + passage.kills;
        if passage.cuts == 0 {
            missing.push(format!("{}: its connection was never cut", witness.name));
        }
        if passage.up.saturating_sub(bytes) > ONCE + interruptions * MOST_EACH {
            missing.push(format!(
                "{}: {} on the wire for {} of files, that is too much for {interruptions} interruptions",
                witness.name,
                size(passage.up),
                size(bytes)
            ));
        }
        cuts += passage.cuts;
        kills += passage.kills;
        files += bytes;
        wire += passage.up;
    }
    if kills == 0 {
        missing.push("no phone was killed in the middle of an upload".into());
    }
    let more = wire.saturating_sub(files);
    let text = format!(
        "{cuts} connections cut and {} killed, yet uploads went on where they were: {} sent for {} of files \
         ({} more for each interruption, handshakes and records included)",
        count(usize::try_from(kills).unwrap_or(usize::MAX), "phone", "phones"),
        size(wire),
        size(files),
        size(more / (cuts + kills).max(1))
    );
    proof.claim(text, missing);
}

/// The journal of the beginning is the beginning of the journal now.
async fn growth(proof: &mut Proof, auditor: &Device, first: &Checkpoint) -> Result<()> {
    let (now, path) = auditor.checkpoint(first.size).await?;
    let mut missing = Vec::new();
    if now.epoch != first.epoch {
        missing.push("the store has another epoch than at the beginning".into());
    }
    if !merkle::verify_consistency(first.size, &first.root, now.size, &now.root, &path) {
        missing.push(format!("no proof that the first {} positions are still the same", first.size));
    }
    proof.claim(
        format!(
            "the journal only grew: {} positions at first, {} now, proven by {} hashes",
            first.size,
            now.size,
            path.len()
        ),
        missing,
    );
    Ok(())
}

fn reason(reason: Option<&str>) -> String {
    reason.map_or_else(String::new, |reason| format!(" ({reason})"))
}

/// Which part travels as what, for the closing lines.
pub(crate) fn parts(witnesses: &[Witness<'_>]) -> (usize, usize) {
    let of = |part| {
        witnesses
            .iter()
            .flat_map(|witness| witness.ledger.travelling())
            .filter(|(_, file)| file.part == part)
            .count()
    };
    (of(Part::File), of(Part::Thumbnail))
}

#[cfg(test)]
mod tests;
