//! Carrying out a signed order, once: `retire` when everything is delivered, `lost` at once. The phase is a row, so a
//! phone that is switched off half-way goes on with the next phase and never repeats one that destroyed something.
//!
//! What has no receipt leaves as a bundle that only the organisation's escrow key opens; then this phone holds nothing
//! of a case any more, nor the keys that could read it.

use std::{fs, path::PathBuf};

use chrono::{DateTime, Utc};
use kandas_disk::point;
use kandas_shared::{
    hash::Digest,
    ids::{BundleId, OrderId},
    jws::Jws,
    order::{Order, OrderKind},
    wire::BundleAnswer,
};
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{Sync, SyncError, http::Failure, progress::News, tus, upload::send_bundle};
use crate::{
    bundle::Reach,
    store::{StoreError, home, json, outbox, record, sync_state, to_json},
};

/// The order under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) kind: OrderKind,
    order: OrderId,
    serial: u64,
    escrow: String,
    statement: Jws,
    phase: Phase,
    bundle: Option<Escrowed>,
}

/// What has been done so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Phase {
    Noted,
    CaseDataGone,
    Escrowed,
    WorkGone,
    Delivered,
    Reported,
}

impl Phase {
    fn word(self) -> &'static str {
        match self {
            Phase::Noted => "started",
            Phase::CaseDataGone => "case-data-gone",
            Phase::Escrowed => "escrowed",
            Phase::WorkGone => "wiped",
            Phase::Delivered => "delivered",
            Phase::Reported => "reported",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Escrowed {
    bundle: BundleId,
    sha256: Digest,
}

/// The order under way.
pub(super) async fn pending(conn: &mut SqliteConnection) -> Result<Option<Pending>, StoreError> {
    home::text(conn, home::ORDER).await?.map(|text| json("order", &text)).transpose()
}

/// Takes an order in, if it has not run, has not ended and no other one is under way. `lost` overtakes `retire`.
pub(super) async fn note(
    conn: &mut SqliteConnection,
    order: &Order,
    statement: &Jws,
    now: DateTime<Utc>,
) -> Result<(), SyncError> {
    let begun = sync_state::orders(&mut *conn).await?;
    let run = begun.iter().any(|o| o.serial.unsigned_abs() >= order.serial);
    let overtaken = match pending(&mut *conn).await? {
        None => false,
        Some(p) => !(p.kind == OrderKind::Retire && p.phase == Phase::Noted && order.kind == OrderKind::Lost),
    };
    if run || overtaken || order.ends < now {
        return Ok(());
    }
    let pending = Pending {
        kind: order.kind,
        order: order.order,
        serial: order.serial,
        escrow: order.escrow.clone(),
        statement: statement.clone(),
        phase: Phase::Noted,
        bundle: None,
    };
    Ok(save(conn, &pending).await?)
}

async fn save(conn: &mut SqliteConnection, pending: &Pending) -> Result<(), StoreError> {
    home::set(conn, home::ORDER, to_json("order", pending)?).await
}

impl Sync<'_> {
    /// Goes through the phases that are left.
    pub(super) async fn carry_out(&mut self, _: OrderKind) -> Result<(), SyncError> {
        let mut conn = self.app.store().conn().await?;
        let Some(mut pending) = pending(&mut conn).await? else { return Ok(()) };
        drop(conn);
        while pending.phase != Phase::Reported {
            pending.phase = match pending.phase {
                Phase::Noted => {
                    self.app.wipe_case_data().await?;
                    Phase::CaseDataGone
                }
                Phase::CaseDataGone => {
                    pending.bundle = self.escrow(&pending).await?;
                    Phase::Escrowed
                }
                Phase::Escrowed => {
                    self.app.wipe_work().await?;
                    point!("order.work-gone");
                    self.remove_copies()?;
                    Phase::WorkGone
                }
                Phase::WorkGone => {
                    self.deliver_escrow(&pending).await?;
                    Phase::Delivered
                }
                Phase::Delivered => {
                    self.report(&pending).await?;
                    Phase::Reported
                }
                Phase::Reported => Phase::Reported,
            };
            if pending.phase != Phase::Reported {
                let mut conn = self.app.store().conn().await?;
                point!("order.before-phase");
                save(&mut conn, &pending).await?;
                point!("order.after-phase");
            }
            self.progress.news(&News::Order {
                order: pending.order,
                kind: pending.kind,
                phase: pending.phase.word().to_owned(),
            });
        }
        // The last thing: without them nothing that may be left on the disk can ever be read.
        Ok(self.app.destroy_keys().await?)
    }

    /// Unsent work, encrypted to the order's escrow key, in a file beside the store. Drafts that were never sealed, what
    /// the camera wrote and no draft took in, and rows that cannot be read are unsent work too.
    async fn escrow(&self, pending: &Pending) -> Result<Option<Escrowed>, SyncError> {
        let path = self.escrow_file();
        // A file of an interrupted attempt is ours and incomplete.
        remove(&path)?;
        let mut tx = self.app.store().begin().await?;
        // Refused records have left the outbox; here is their last way out of the phone.
        let refused: Vec<Digest> =
            sqlx::query_scalar("select hash from record where state = 'refused'").fetch_all(&mut *tx).await?;
        for hash in refused {
            record::offer_again(&mut tx, hash).await?;
        }
        outbox::complete(&mut tx).await?;
        let left = outbox::count(&mut tx).await?;
        let unsealed: i64 = sqlx::query_scalar(
            "select (select count(*) from draft where state = 'open')
                  + (select count(*) from orphan where state = 'offered')",
        )
        .fetch_one(&mut *tx)
        .await?;
        tx.commit().await?;
        // What the camera wrote while the app was ended behind it is unsent work as well.
        let in_camera = self.app.left_in_camera()?.len();
        if left.records + left.files + unsealed == 0 && in_camera == 0 {
            return Ok(None);
        }
        let made = self.app.write_bundle(&path, &pending.escrow, Reach::Everything).await?;
        point!("order.escrow-written");
        Ok(Some(Escrowed { bundle: made.bundle, sha256: made.sha256 }))
    }

    /// Damaged stores that were moved aside, and the copy of who this phone is.
    fn remove_copies(&self) -> Result<(), SyncError> {
        let home = self.app.home();
        let said = |error| SyncError::File(home.display().to_string(), error);
        for entry in fs::read_dir(home).map_err(said)? {
            let entry = entry.map_err(said)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.starts_with("store.db.damaged-") || name.starts_with("home.age") || name == "store.age" {
                remove(&entry.path())?;
            }
        }
        Ok(())
    }

    async fn deliver_escrow(&mut self, pending: &Pending) -> Result<(), SyncError> {
        let Some(escrowed) = &pending.bundle else { return Ok(()) };
        let path = self.escrow_file();
        let token = self.token_for_order().await?;
        // It may have arrived before, and its file may be gone: the phone was switched off before this was a row.
        let answer = match self.bundle_answer(escrowed.bundle, &token).await {
            Ok(answer) => answer,
            Err(failure) if tus::gone(&failure) => {
                send_bundle(&self.http, &token, escrowed.bundle, escrowed.sha256, &path, |_, _| {}).await?;
                self.bundle_answer(escrowed.bundle, &token).await?
            }
            Err(failure) => return Err(failure.into()),
        };
        // Only the server's word that it has the bundle lets the last copy go.
        if !matches!(answer.state.as_str(), "received" | "opened" | "unreadable" | "erased") {
            return Err(Failure::Protocol(format!("the bundle is {}", answer.state)).into());
        }
        point!("order.escrow-delivered");
        remove(&path)
    }

    async fn bundle_answer(&self, bundle: BundleId, token: &str) -> Result<BundleAnswer, Failure> {
        self.http.get(&format!("/v1/bundles/{bundle}"), Some(token)).await
    }

    async fn report(&mut self, pending: &Pending) -> Result<(), SyncError> {
        let token = self.token_for_order().await?;
        let path = format!("/v1/orders/{}/done", pending.order);
        self.http.json(reqwest::Method::POST, &path, Some(&token), &serde_json::json!({})).await?;
        point!("order.reported");
        let now = self.app.platform().clock.wall();
        let mut tx = self.app.store().begin().await?;
        sync_state::note_order(&mut tx, pending.serial, pending.order, pending.kind, &pending.statement, now)
            .await?;
        sync_state::order_reported(&mut tx, pending.order).await?;
        sqlx::query("delete from home").execute(&mut *tx).await?;
        // Whoever enrols this phone next begins a chain that goes on from nobody's.
        sqlx::query("delete from chain").execute(&mut *tx).await?;
        home::set(&mut tx, home::WIPED, home::KEYS_LEFT).await?;
        tx.commit().await?;
        point!("order.home-gone");
        Ok(())
    }

    async fn token_for_order(&mut self) -> Result<String, SyncError> {
        if self.token.is_none() {
            self.get_token().await?;
        }
        self.bearer()
    }

    fn escrow_file(&self) -> PathBuf {
        self.app.home().join("escrow.kfb")
    }
}

fn remove(path: &std::path::Path) -> Result<(), SyncError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(SyncError::File(path.display().to_string(), error)),
    }
}
