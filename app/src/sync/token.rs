//! Getting a token, and with it the server's word on everything else: its time, its journal head, its keys, its orders,
//! and how far it has our chain. All of it is verified first and written in one transaction.

use kandas_disk::point;
use kandas_shared::{
    enrol::TokenPayload,
    hash::{Epoch, b64},
    ids::ChainId,
    jws::{Jws, Typ},
    merkle::verify_consistency,
    packed,
    receipt::Checkpoint,
    record::CheckpointSeen,
    wire::{CheckpointAnswer, NonceGrant, NonceRequest, RecoveryKey, TokenGrant, TokenRequest},
};
use reqwest::Method;
use sqlx::SqliteConnection;

use super::{
    Sync, SyncError, Token, orders,
    progress::News,
    pull_from_nothing,
    receipts::{ServerKeys, Untrusted},
    set_keys,
};
use crate::{
    app::PROGRAM,
    chain::ChainStanding,
    pin_reset,
    store::{StoreError, chain, event, home, outbox, receipt, travel},
};

impl Sync<'_> {
    pub(super) async fn get_token(&mut self) -> Result<(), SyncError> {
        let signer = self.app.signer();
        let mut conn = self.app.store().conn().await?;
        let head = chain::head(&mut conn).await?;
        drop(conn);
        let ours = match head {
            Some(head) => head,
            None => self.open_chain("wiped").await?,
        };
        let asked = NonceRequest { kid: signer.public_key().kid() };
        let nonce: NonceGrant = self.http.post("/v1/token/nonce", None, &asked).await?;
        let payload = TokenPayload {
            v: 1,
            device: self.device,
            nonce: nonce.nonce,
            chain: ours.chain,
            seq: ours.seq,
            app: PROGRAM.to_owned(),
        };
        let statement = Jws::sign(Typ::Token, crate::store::to_json("token", &payload)?, &*signer)?;
        let before = self.moment();
        let grant: TokenGrant = self.http.post("/v1/token", None, &TokenRequest { statement }).await?;

        let mut keys = self.keys.clone();
        let new_key = keys.follow(&grant.key_changes, &self.verifier)?;
        let checkpoint = keys.checkpoint(&grant.checkpoint, &self.verifier)?;
        let word = self.compare(&keys, &grant, checkpoint).await?;

        if let Some(Restored::Epoch(epoch)) = word.restored {
            self.app.meet_epoch(epoch).await?;
        }
        let now = self.app.platform().clock.wall();
        let mut tx = self.app.store().begin().await?;
        if new_key {
            set_keys(&mut tx, &keys).await?;
            event::add(&mut tx, now, "server_key_changed", None, None).await?;
        }
        let restored = self.take_word(&mut tx, &word).await?;
        home::note_signed_time(&mut tx, word.checkpoint.time, &*self.app.platform().clock).await?;
        home::set_settings(&mut tx, &grant.settings).await?;
        home::set(&mut tx, home::TOKEN_SCOPE, grant.scope).await?;
        home::set(&mut tx, home::WORKER, grant.worker).await?;
        if let Some(said) = &grant.pin_reset {
            pin_reset::note(&mut tx, self.device, said).await?;
        }
        match &grant.newest_app {
            Some(offer) => {
                home::set(&mut tx, home::NEWEST_APP, crate::store::to_json(home::NEWEST_APP, offer)?).await?;
            }
            None => home::unset(&mut tx, home::NEWEST_APP).await?,
        }
        for order in &grant.orders {
            self.note_order(&mut tx, &keys, order).await?;
        }
        let waiting = outbox::count(&mut tx).await?;
        let time = home::signed_time(&mut tx).await?;
        point!("token.before-commit");
        tx.commit().await?;
        point!("token.after-commit");

        let diverged = match self.app.compare_chain(grant.chain_head.as_ref()).await? {
            ChainStanding::InStep => None,
            ChainStanding::Behind => Some("behind"),
            ChainStanding::Forked => Some("forked"),
        };
        if let Some(time) = time {
            self.signed.set(time);
        }
        self.keys = keys;
        self.epoch = word.checkpoint.epoch;
        let life = u64::from(grant.expires_in_s).saturating_mul(1_000);
        self.token = Some(Token {
            text: grant.token,
            scope: grant.scope,
            got_ms: self.moment().ms,
            // Counted from before the request and a little short: a token dies here first.
            until_ms: before.ms + life.saturating_sub((life / 10).min(30_000)),
            packed_for: (grant.packed >= packed::VERSION).then_some(grant.worker),
        });
        if restored {
            self.pulled_ms = None;
            self.certain.clear();
            self.progress.news(&News::NewEpoch);
        }
        if let Some(reason) = diverged {
            self.progress.news(&News::NewChain { reason: reason.to_owned() });
        }
        if !self.greeted {
            self.greeted = true;
            self.progress.news(&News::SignedIn {
                records: waiting.records.unsigned_abs(),
                files: waiting.files.unsigned_abs(),
                bytes: waiting.bytes.unsigned_abs(),
            });
        }
        Ok(())
    }

    /// Holds the journal the server shows against the last one it showed. Within an epoch the new one must continue the
    /// old one, proven; a shorter one, or another epoch, is a server restored from a copy.
    async fn compare(
        &self,
        keys: &ServerKeys,
        grant: &TokenGrant,
        checkpoint: Checkpoint,
    ) -> Result<Word, SyncError> {
        let mut conn = self.app.store().conn().await?;
        let last = receipt::last_checkpoint(&mut conn, self.epoch).await?.map(|(seen, _)| seen);
        drop(conn);
        let plain =
            |restored| Word { checkpoint, statement: grant.checkpoint.clone(), proven: false, restored };
        if checkpoint.epoch != self.epoch {
            return Ok(plain(Some(Restored::Epoch(checkpoint.epoch))));
        }
        let Some(last) = last else { return Ok(plain(None)) };
        if checkpoint.size < last.size {
            return Ok(plain(Some(Restored::Below(checkpoint.size))));
        }
        if checkpoint.size == last.size || last.size == 0 {
            let same = last.size == 0 || checkpoint.root == last.root;
            return if same {
                Ok(Word { proven: true, ..plain(None) })
            } else {
                Err(SyncError::Inconsistent(last.size, checkpoint.size))
            };
        }
        self.proof(keys, &grant.token, last).await
    }

    async fn proof(&self, keys: &ServerKeys, token: &str, last: CheckpointSeen) -> Result<Word, SyncError> {
        let path = format!("/v1/checkpoint?from={}", last.size);
        let answer: CheckpointAnswer = self.http.get(&path, Some(token)).await?;
        let checkpoint = keys.checkpoint(&answer.checkpoint, &self.verifier)?;
        if checkpoint.epoch != self.epoch {
            return Err(Untrusted::OtherEpoch(checkpoint.epoch).into());
        }
        if !verify_consistency(last.size, &last.root, checkpoint.size, &checkpoint.root, &answer.proof) {
            return Err(SyncError::Inconsistent(last.size, checkpoint.size));
        }
        Ok(Word { checkpoint, statement: answer.checkpoint, proven: true, restored: None })
    }

    /// Writes the server's word; says whether it was restored from a copy.
    async fn take_word(&self, tx: &mut SqliteConnection, word: &Word) -> Result<bool, SyncError> {
        let now = self.app.platform().clock.wall();
        match word.restored {
            None => {}
            Some(Restored::Epoch(epoch)) => {
                // The restored server has the wrapped key only if it was handed over before the copy was made.
                home::unset(&mut *tx, home::RECOVERY_STORED).await?;
                event::add(&mut *tx, now, "server_epoch_changed", Some(&epoch.to_string()), None).await?;
            }
            Some(Restored::Below(size)) => {
                travel::forget_checkpoints_above(&mut *tx, self.epoch, size).await?;
                travel::offer_again_above(&mut *tx, size).await?;
                pull_from_nothing(&mut *tx).await?;
                event::add(&mut *tx, now, "server_fell_behind", None, Some(&size.to_string())).await?;
            }
        }
        receipt::keep_checkpoint(tx, &word.statement, &word.checkpoint, word.proven).await?;
        Ok(word.restored.is_some())
    }

    pub(super) async fn open_chain(&self, reason: &str) -> Result<chain::Head, SyncError> {
        let now = self.app.platform().clock.wall();
        let mut tx = self.app.store().begin().await?;
        chain::open(&mut tx, ChainId::draw(now, self.app.draw()), reason, now).await?;
        let head = chain::head(&mut tx).await?;
        tx.commit().await?;
        head.ok_or_else(|| StoreError::Unreadable("chain", "none is open".into()).into())
    }

    async fn note_order(
        &self,
        tx: &mut SqliteConnection,
        keys: &ServerKeys,
        statement: &Jws,
    ) -> Result<(), SyncError> {
        let now = self.app.platform().clock.wall();
        match keys.order(statement, self.device, &self.verifier) {
            Ok(order) => orders::note(tx, &order, statement, self.signed.now()).await,
            // Somebody else's order must not keep the phone from its work.
            Err(error) => {
                Ok(event::add(tx, now, "order_not_believed", None, Some(&error.to_string())).await?)
            }
        }
    }

    /// The key of the camera files, readable by the organisation's offline key alone.
    pub(super) async fn hand_over_recovery_key(&mut self) -> Result<(), SyncError> {
        use age::secrecy::ExposeSecret as _;
        let mut conn = self.app.store().conn().await?;
        let recipient = home::text(&mut conn, home::RECOVERY_RECIPIENT).await?.unwrap_or_default();
        drop(conn);
        let recipient: age::x25519::Recipient =
            recipient.parse().map_err(|e: &str| SyncError::Encrypt(e.to_owned()))?;
        let identity = self.app.platform().keystore.vault_identity()?;
        let wrapped = age::encrypt(&recipient, identity.to_string().expose_secret().as_bytes())
            .map_err(|e| SyncError::Encrypt(e.to_string()))?;
        let body = RecoveryKey { wrapped: b64(&wrapped) };
        self.http.json(Method::PUT, "/v1/device/recovery", Some(&self.bearer()?), &body).await?;
        point!("recovery-key.sent");
        let mut conn = self.app.store().conn().await?;
        home::set(&mut conn, home::RECOVERY_STORED, "yes").await?;
        Ok(())
    }
}

/// The journal head that was believed.
struct Word {
    checkpoint: Checkpoint,
    statement: Jws,
    proven: bool,
    restored: Option<Restored>,
}

enum Restored {
    Epoch(Epoch),
    Below(u64),
}
