//! The chain belongs to the store. A store that is behind what the server has (a restored copy) or has been forked opens
//! a new chain that names the old one; nothing that is sealed changes.

use kandas_disk::point;
use kandas_shared::{
    evidence::FileRef,
    hash::Epoch,
    ids::ChainId,
    jws::Jws,
    receipt::{FileReceipt, Receipt, RecordsReceipt},
    wire::ChainHead,
};
use serde::Serialize;

use crate::{
    app::{App, AppError},
    store::{
        chain, event, file, home, outbox, pulled, receipt,
        record::{self, Settled},
    },
};

/// How the store's chain stands against the server's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChainStanding {
    /// The server has a part of it, or nothing yet, or another chain.
    InStep,
    /// The server has more of it than the store: the store was restored. A new chain was opened.
    Behind,
    /// The server has another record at a number of it. A new chain was opened.
    Forked,
}

/// What a receipt for records came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Receipted {
    /// It is of another epoch than the present one and counts for nothing.
    OtherEpoch,
    /// Written down.
    Settled(Settled),
}

impl App {
    /// The chain that is sealed into and its last number (0 for none).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn chain(&self) -> Result<(ChainId, u64), AppError> {
        let mut conn = self.store().conn().await?;
        let head = chain::head(&mut conn).await?.ok_or(AppError::Unknown("open chain"))?;
        Ok((head.chain, head.seq))
    }

    /// Compares the store's chain with the head the server has of it, and opens a new chain where the store is behind or
    /// forked.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn compare_chain(&self, server: Option<&ChainHead>) -> Result<ChainStanding, AppError> {
        let Some(server) = server else { return Ok(ChainStanding::InStep) };
        let mut tx = self.store().begin().await?;
        let head = chain::head(&mut tx).await?.ok_or(AppError::Unknown("open chain"))?;
        if server.chain != head.chain || server.seq == 0 {
            return Ok(ChainStanding::InStep);
        }
        let standing = if server.seq > head.seq {
            ChainStanding::Behind
        } else if chain::at(&mut tx, head.chain, server.seq).await? == Some(server.hash) {
            return Ok(ChainStanding::InStep);
        } else {
            ChainStanding::Forked
        };
        let reason = match standing {
            ChainStanding::Behind => "behind",
            _ => "forked",
        };
        self.open_chain(&mut tx, reason).await?;
        tx.commit().await?;
        Ok(standing)
    }

    /// Writes down a receipt for records. Its signature was checked by the caller.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_records(&self, jws: &Jws, said: &RecordsReceipt) -> Result<Receipted, AppError> {
        let mut tx = self.store().begin().await?;
        if home::get::<Epoch>(&mut tx, home::EPOCH).await? != Some(said.epoch) {
            return Ok(Receipted::OtherEpoch);
        }
        let row = receipt::keep(&mut tx, jws, &Receipt::Records(said.clone())).await?;
        let settled = record::settle(&mut tx, row, said).await?;
        let open = chain::head(&mut tx).await?.map(|head| head.chain);
        if settled.forked.iter().any(|forked| Some(*forked) == open) {
            self.open_chain(&mut tx, "forked").await?;
        }
        point!("push.before-commit");
        tx.commit().await?;
        point!("push.after-commit");
        Ok(Receipted::Settled(settled))
    }

    /// Writes down a custody receipt for a file. Its signature was checked by the caller. Says whether it counts: it is of
    /// the present epoch, names a file of this phone, and its hash is the one that was signed (or, for salvage, sent).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn settle_file(&self, jws: &Jws, said: &FileReceipt) -> Result<bool, AppError> {
        let name = FileRef { evidence: said.evidence, part: said.part };
        let mut tx = self.store().begin().await?;
        if home::get::<Epoch>(&mut tx, home::EPOCH).await? != Some(said.epoch) {
            return Ok(false);
        }
        let Some(known) = file::get(&mut tx, name).await? else { return Ok(false) };
        let (sha256, size) = match said.salvage {
            false => (Some(known.sha256), Some(known.size)),
            true => (known.salvage_sha256, known.salvage_size),
        };
        if sha256 != Some(said.sha256) || size.map(i64::unsigned_abs) != Some(said.size) {
            return Ok(false);
        }
        let row = receipt::keep(&mut tx, jws, &Receipt::File(said.clone())).await?;
        file::set_delivered(&mut tx, name, row, said.time).await?;
        point!("receipt.before-commit");
        tx.commit().await?;
        point!("receipt.after-commit");
        Ok(true)
    }

    /// The server has this epoch. If it is another one than before, the pull starts over and whatever has no receipt of it
    /// is offered again; answers how many records and files.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn meet_epoch(&self, epoch: Epoch) -> Result<Option<(u64, u64)>, AppError> {
        let mut tx = self.store().begin().await?;
        let before: Option<Epoch> = home::get(&mut tx, home::EPOCH).await?;
        if before == Some(epoch) {
            return Ok(None);
        }
        home::set(&mut tx, home::EPOCH, epoch).await?;
        pulled::forget_pull(&mut tx).await?;
        let reopened = record::reopen(&mut tx, epoch).await?;
        outbox::hurry(&mut tx).await?;
        let now = self.platform().clock.wall();
        event::add(&mut tx, now, "epoch", Some(&epoch.to_string()), None).await?;
        tx.commit().await?;
        point!("epoch.after-commit");
        Ok(Some(reopened))
    }

    async fn open_chain(&self, conn: &mut sqlx::SqliteConnection, reason: &str) -> Result<(), AppError> {
        let now = self.platform().clock.wall();
        let new = ChainId::draw(now, self.draw());
        chain::open(&mut *conn, new, reason, now).await?;
        event::add(conn, now, "chain_opened", Some(&new.to_string()), Some(reason)).await?;
        Ok(())
    }
}
