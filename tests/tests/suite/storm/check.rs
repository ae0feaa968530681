//! What must hold when a seed has come to rest: phones and centre agree, nothing is lost, nothing doubled, every
//! delivered file has a receipt that can be believed, and the journal is what it says it is.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, bail, ensure};
use kandas_app::{
    ledger::LedgerState,
    store::{
        file::{self, FileState},
        pulled, quarantine, receipt,
        record::{self, RecordState},
    },
    sync::{receipts::ServerKeys, verify::P256},
};
use kandas_server::{
    all, journal, one, scope,
    verify::{self, Media},
};
use kandas_shared::{
    cursor::Kind,
    evidence::{FileRef, Part},
    hash::{Digest, Epoch},
    ids::EvidenceId,
    pulled::Row,
    receipt::Receipt,
};
use uuid::Uuid;

use super::{history::History, phone::Phone, town::WORKERS};

/// What a seed brought to the centre.
pub struct Counted {
    pub records: usize,
    pub files: usize,
}

/// A file as the centre has it.
struct Kept {
    sha256: Digest,
    state: String,
    object: Option<String>,
}

pub async fn all(history: &History<'_>) -> Result<Counted> {
    let store = history.office.store();
    let mut tx = store.read().await?;
    let epoch = journal::head(&mut tx).await?.epoch;
    let verdicts: BTreeMap<Digest, (String, Option<String>)> =
        all!(&mut tx, (Digest, String, Option<String>), "select hash, verdict, reason from record")
            .await?
            .into_iter()
            .map(|(hash, verdict, reason)| (hash, (verdict, reason)))
            .collect();
    let sql = "select evidence, part, sha256, state, object from evidence_file";
    let files: BTreeMap<FileRef, Kept> =
        all!(&mut tx, (EvidenceId, Part, Digest, String, Option<String>), sql)
            .await?
            .into_iter()
            .map(|(evidence, part, sha256, state, object)| {
                (FileRef { evidence, part }, Kept { sha256, state, object })
            })
            .collect();
    drop(tx);

    let mut sealed = BTreeSet::new();
    let mut named = BTreeSet::new();
    for phone in &history.phones {
        let of = |error: anyhow::Error| error.context(format!("phone {}", phone.number));
        tables(history, phone).await.map_err(of)?;
        records(history, phone, epoch, &verdicts, &mut sealed).await.map_err(of)?;
        phone_files(history, phone, epoch, &files, &mut named).await.map_err(of)?;
        quiet(phone).await.map_err(of)?;
    }
    let known: BTreeSet<Digest> = verdicts.keys().copied().collect();
    ensure!(known == sealed, "{} records were sealed, the centre has {}", sealed.len(), known.len());
    let received: BTreeSet<FileRef> =
        files.iter().filter(|(_, kept)| kept.state == "received").map(|(name, _)| *name).collect();
    ensure!(received == named, "{} files were signed, the centre has {}", named.len(), received.len());
    once(history, sealed.len(), named.len()).await?;
    left_over(history, named.len()).await?;
    sound(history).await?;
    Ok(Counted { records: sealed.len(), files: named.len() })
}

/// The phone's tables are what the centre's scope query says.
async fn tables(history: &History<'_>, phone: &Phone) -> Result<()> {
    let mut tx = history.office.store().read().await?;
    let scopes = scope::scopes(&mut tx, phone.worker).await?;
    let keyed = |rows: Vec<Row>| {
        rows.into_iter().map(|row| ((row.kind(), row.id()), row)).collect::<BTreeMap<_, _>>()
    };
    let said: BTreeMap<(Kind, Uuid), Row> = keyed(scope::rows(&mut tx, &scopes).await?);
    drop(tx);
    let mut conn = phone.app().store().conn().await?;
    let mut held = Vec::new();
    for kind in Kind::ALL {
        let listed = pulled::all(&mut conn, *kind).await?;
        ensure!(listed.unreadable.is_empty(), "unreadable: {:?}", listed.unreadable);
        held.extend(listed.rows);
    }
    let held = keyed(held);
    let surplus: Vec<_> = held.keys().filter(|key| !said.contains_key(key)).collect();
    let lacking: Vec<_> = said.keys().filter(|key| !held.contains_key(key)).collect();
    ensure!(surplus.is_empty() && lacking.is_empty(), "tables: surplus {surplus:?}, lacking {lacking:?}");
    for (key, row) in &said {
        ensure!(held.get(key) == Some(row), "tables: {:?} instead of {row:?}", held.get(key));
    }
    Ok(())
}

/// Everything sealed here is with the centre, once, and the ledger says what the centre says.
async fn records(
    history: &History<'_>,
    phone: &Phone,
    epoch: Epoch,
    verdicts: &BTreeMap<Digest, (String, Option<String>)>,
    sealed: &mut BTreeSet<Digest>,
) -> Result<()> {
    let keys = ServerKeys(vec![history.office.keys.public_key()]);
    let mut conn = phone.app().store().conn().await?;
    let rows = record::all(&mut conn).await?.rows;
    let here: BTreeSet<Digest> = rows.iter().map(|row| row.hash).collect();
    let meant: BTreeSet<Digest> = phone.sealed.iter().map(|(hash, _)| *hash).collect();
    ensure!(here == meant, "{} records were sealed, the phone has {}", meant.len(), here.len());
    for row in &rows {
        let (verdict, reason) =
            verdicts.get(&row.hash).with_context(|| format!("record {} is lost", row.hash))?;
        let state = match verdict.as_str() {
            "accepted" => RecordState::Accepted,
            "held" => RecordState::Held,
            other => bail!("verdict {other}"),
        };
        ensure!(
            row.state == state && row.reason == *reason,
            "record {}: {:?} {:?} here, {verdict} {reason:?} at the centre",
            row.hash,
            row.state,
            row.reason
        );
        let statement =
            receipt::of_record(&mut conn, row.hash).await?.context("a record without a receipt")?;
        let Receipt::Records(said) = keys.any(&statement, &P256)? else { bail!("a receipt for a file") };
        let item =
            said.items.iter().find(|item| item.hash == row.hash).context("a receipt for other records")?;
        ensure!(said.epoch == epoch && item.verdict.is_custody(), "{item:?} is no custody");
        ensure!(sealed.insert(row.hash), "a record of two phones");
    }
    drop(conn);
    for item in phone.app().ledger().await? {
        let good = matches!(item.state, LedgerState::Delivered | LedgerState::Held);
        ensure!(good, "the ledger says {item:?}");
        for file in item.files.iter().filter(|file| file.state != FileState::Kept) {
            ensure!(file.state == FileState::Delivered, "the ledger says {item:?}");
        }
    }
    Ok(())
}

/// Every file that travels is delivered, with a receipt of this epoch, and the centre has its bytes.
async fn phone_files(
    history: &History<'_>,
    phone: &Phone,
    epoch: Epoch,
    files: &BTreeMap<FileRef, Kept>,
    named: &mut BTreeSet<FileRef>,
) -> Result<()> {
    let keys = ServerKeys(vec![history.office.keys.public_key()]);
    let mut conn = phone.app().store().conn().await?;
    let here = file::all(&mut conn).await?.rows;
    drop(conn);
    for file in here.iter().filter(|file| file.state != FileState::Kept) {
        let name = file.name();
        ensure!(file.state == FileState::Delivered, "{name} is {:?} ({:?})", file.state, file.reason);
        let statement =
            phone.app().file_receipt(name).await?.with_context(|| format!("{name} has no receipt"))?;
        let said = keys
            .file(&statement, epoch, name, file.sha256, file.size.unsigned_abs(), &P256)
            .with_context(|| format!("the receipt of {name}"))?;
        ensure!(!said.salvage, "{name} was salvaged");
        let kept = files.get(&name).with_context(|| format!("{name} is unknown to the centre"))?;
        ensure!(
            kept.state == "received" && kept.sha256 == file.sha256,
            "{name} is {} at the centre",
            kept.state
        );
        let object = kept.object.as_deref().context("a file in custody without an object")?;
        let bytes = history.office.state().media.objects().read(object).await?.bytes().await?;
        ensure!(Digest::of(&bytes) == file.sha256, "{name}: the centre has other bytes");
        ensure!(named.insert(name), "{name} is of two phones");
    }
    Ok(())
}

/// Nothing waits, nothing was set aside, and the phone never believed that the centre or it itself had been restored.
async fn quiet(phone: &Phone) -> Result<()> {
    let waiting = phone.app().waiting().await?;
    ensure!(waiting.records + waiting.files == 0, "something waits still: {waiting:?}");
    let mut conn = phone.app().store().conn().await?;
    let strange = quarantine::all(&mut conn).await?;
    ensure!(strange.is_empty(), "in quarantine: {strange:?}");
    let alarms: Vec<(String, Option<String>)> = sqlx::query_as(
        "select kind, detail from event where kind in ('chain_opened', 'server_fell_behind', 'server_epoch_changed',
         'epoch', 'file_damaged', 'file_missing', 'order_not_believed', 'store_moved_aside', 'incomplete_removed',
         'orphan_found', 'attach_interrupted')",
    )
    .fetch_all(&mut *conn)
    .await?;
    ensure!(alarms.is_empty(), "the phone noted {alarms:?}");
    let staged: i64 = sqlx::query_scalar("select count(*) from pulled_page").fetch_one(&mut *conn).await?;
    ensure!(staged == 0, "{staged} pages of an unfinished pull");
    Ok(())
}

/// One fact for each record and each file; chains without gap or fork.
async fn once(history: &History<'_>, records: usize, files: usize) -> Result<()> {
    let mut tx = history.office.store().read().await?;
    let facts: BTreeMap<String, i64> =
        all!(&mut tx, (String, i64), "select kind, count(*) from journal group by kind")
            .await?
            .into_iter()
            .collect();
    let count = |kind: &str| facts.get(kind).copied().unwrap_or(0);
    for (kind, expected) in [
        ("record.received", records),
        ("evidence.received", files),
        ("evidence.salvaged", 0),
        ("device.enrolled", WORKERS + newcomers(history)),
    ] {
        ensure!(
            usize::try_from(count(kind)) == Ok(expected),
            "{} facts {kind} instead of {expected}",
            count(kind)
        );
    }
    let (gaps,) = one!(&mut tx, (i64,), "select count(*) from chain_gap").await?;
    ensure!(gaps == 0, "{gaps} gaps in the chains");
    let (forks,) =
        one!(&mut tx, (i64,), "select count(*) from record where reason = 'fork' or not placed").await?;
    ensure!(forks == 0, "{forks} forks");
    let (broken,) =
        one!(&mut tx, (i64,), "select count(*) from record where chain_finding is not null").await?;
    ensure!(broken == 0, "{broken} broken links in the chains");
    Ok(())
}

fn newcomers(history: &History<'_>) -> usize {
    history.phones.iter().filter(|phone| phone.is_newcomer).count()
}

/// Nothing lies about: no object that nobody names, and once their time is over, no upload and no byte of one.
async fn left_over(history: &History<'_>, files: usize) -> Result<()> {
    let config = &history.office.config;
    let objects = count_files(&config.media_dir());
    ensure!(objects == files, "{objects} objects for {files} files");
    history.time.pass(15 * 24 * 60 * 60_000);
    history.office.round().await;
    let mut tx = history.office.store().read().await?;
    let (open,) = one!(&mut tx, (i64,), "select count(*) from upload where state = 'open'").await?;
    ensure!(open == 0, "{open} uploads are open still");
    let staged = count_files(&config.staging_dir());
    ensure!(staged == 0, "{staged} files in staging");
    Ok(())
}

fn count_files(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { count_files(&path) } else { 1 }).sum()
}

/// The journal verifies; with every sixteenth seed the tables are compared with a rebuild as well.
async fn sound(history: &History<'_>) -> Result<()> {
    let (config, store) = (&history.office.config, history.office.store());
    let report = if history.seed.is_multiple_of(16) {
        verify::verify(config, &store, Media::Hashes, &mut |_, _, _| {}).await?
    } else {
        verify::verify_journal(&store, &mut |_, _, _| {}).await?
    };
    ensure!(report.is_sound(), "verify: {:?}", report.faults);
    Ok(())
}
