//! The journal: the one door for every change of the central store.
//!
//! [`append`] places facts at the next positions, extends the Merkle tree and applies them to the tables, all in the
//! caller's transaction. Its first statement locks the head, so positions are given in commit order and nobody can read
//! position n before everything up to n is there. What is decided on stored state must be read after [`lock`].
//!
//! A header holds ids only and stays for ever; the body lies apart with its salt and goes when its subject is erased
//! (docs/formats.md §5).

mod proof;

use chrono::{DateTime, Utc};
use kandas_shared::{
    hash::{Digest, Epoch},
    ids::{FamilyId, PersonId},
    journal::{Author, Header, content_hash, leaf_hash},
    jws::{Jws, Signer, Typ},
    merkle::Frontier,
    receipt::Checkpoint,
    time::micros,
};
use sqlx::AssertSqlSafe;

use crate::{
    apply::{self, ApplyError},
    chance::{self, Chance},
    exec,
    facts::{Event, UnreadableFact},
    many, one, opt,
    store::{StoreError, Tx},
};

pub use proof::{consistency_proof, inclusion_proof, root_at};

/// Levels whose full subtrees are stored; those between are folded from at most 128 rows below.
pub(crate) const TILE_STEP: u32 = 8;

/// Something that happened, before it has a position.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Who caused it.
    pub author: Author,
    /// The family it is about: its body goes when the family is erased.
    pub family: Option<FamilyId>,
    /// The person it is about: its body goes when the person is erased.
    pub person: Option<PersonId>,
    /// What happened.
    pub event: Event,
}

impl Fact {
    /// A fact about no family, caused by the system itself.
    #[must_use]
    pub fn by_system(event: Event) -> Self {
        Self { author: Author::SYSTEM, family: None, person: None, event }
    }
}

/// A fact at its position.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// Where.
    pub position: u64,
    /// When the server appended it.
    pub at: DateTime<Utc>,
    /// Who caused it.
    pub author: Author,
    /// The family it is about.
    pub family: Option<FamilyId>,
    /// The person it is about.
    pub person: Option<PersonId>,
    /// What happened.
    pub event: Event,
}

/// Where the journal stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The store's epoch.
    pub epoch: Epoch,
    /// Number of positions.
    pub size: u64,
    /// Merkle root over them.
    pub root: Digest,
}

/// The journal cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A fact that cannot be written as text.
    #[error("a fact cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
    /// A stored fact that cannot be read.
    #[error(transparent)]
    Unreadable(#[from] UnreadableFact),
    /// A fact that cannot be applied.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// Nobody has run `init`.
    #[error("the store was never initialised")]
    NotInitialised,
    /// The stored tree contradicts itself.
    #[error("the journal is damaged: {0}")]
    Damaged(String),
    /// The server's key does not sign.
    #[error(transparent)]
    Sign(#[from] kandas_shared::jws::SignError),
}

impl JournalError {
    /// The error of the database behind it, if that is what it is.
    #[must_use]
    pub fn store(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) | Self::Apply(ApplyError::Store(error)) => Some(error),
            _ => None,
        }
    }
}

/// The locked head: whoever holds it is the only one to append until his transaction ends.
#[derive(Debug)]
pub struct Locked {
    epoch: Option<Epoch>,
    frontier: Frontier,
}

impl Locked {
    /// Number of positions.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The epoch.
    ///
    /// # Errors
    /// [`JournalError::NotInitialised`].
    pub fn epoch(&self) -> Result<Epoch, JournalError> {
        self.epoch.ok_or(JournalError::NotInitialised)
    }
}

/// Locks the head; to be the first statement of a transaction that decides on what is stored.
///
/// # Errors
/// When the database does not answer or the head is damaged.
pub async fn lock(tx: &mut Tx) -> Result<Locked, JournalError> {
    let sql = format!("select epoch, size, frontier from journal_head where id = 1{}", tx.for_update());
    let row: HeadRow = one!(tx, HeadRow, AssertSqlSafe(sql)).await?;
    let (epoch, frontier) = row.read()?;
    Ok(Locked { epoch, frontier })
}

/// Appends facts at `at` and applies them to the tables; gives their positions.
///
/// # Errors
/// When a fact contradicts the tables, or the database fails. The transaction is then of no more use.
pub async fn append(
    tx: &mut Tx,
    chance: &dyn Chance,
    at: DateTime<Utc>,
    facts: Vec<Fact>,
) -> Result<Vec<u64>, JournalError> {
    let locked = lock(tx).await?;
    append_locked(tx, locked, chance, at, facts).await
}

/// [`append`] for who has locked the head already.
///
/// # Errors
/// As [`append`].
pub async fn append_locked(
    tx: &mut Tx,
    locked: Locked,
    chance: &dyn Chance,
    at: DateTime<Utc>,
    facts: Vec<Fact>,
) -> Result<Vec<u64>, JournalError> {
    if facts.is_empty() {
        return Ok(Vec::new());
    }
    let at = micros(at);
    let mut frontier = locked.frontier;
    let (mut rows, mut bodies, mut tiles) =
        (Vec::with_capacity(facts.len()), Vec::with_capacity(facts.len()), Vec::new());
    let mut placed = Vec::with_capacity(facts.len());
    for fact in facts {
        let position = frontier.size() + 1;
        let header = Header {
            v: 1,
            position,
            kind: fact.event.kind().into(),
            kind_version: fact.event.version(),
            at,
            author: fact.author,
            family: fact.family,
            person: fact.person,
        };
        let header = serde_json::to_string(&header)?;
        let body = fact.event.to_body()?;
        let salt = chance::bytes::<32>(chance);
        let content = content_hash(&salt, body.as_bytes());
        let leaf = leaf_hash(header.as_bytes(), &content);
        frontier.push(leaf, |level, index, hash| {
            if level > 0 && level % TILE_STEP == 0 {
                tiles.push((level as i32, index as i64, hash));
            }
        });
        let number = position as i64;
        rows.push((number, fact.event.kind(), at, fact.family, fact.person, header, content, leaf));
        if fact.event.keeps_body() {
            bodies.push((number, salt.to_vec(), body));
        }
        placed.push(Placed {
            position,
            at,
            author: fact.author,
            family: fact.family,
            person: fact.person,
            event: fact.event,
        });
    }
    many!(tx, "insert into journal (position, kind, at, family, person, header, content, leaf)", rows)
        .await?;
    many!(tx, "insert into journal_body (position, salt, body)", bodies).await?;
    many!(tx, "insert into journal_tile (level, idx, hash)", tiles).await?;
    exec!(
        tx,
        "update journal_head set size = $1, frontier = $2 where id = 1",
        frontier.size() as i64,
        frontier.to_bytes()
    )
    .await?;
    let positions = placed.iter().map(|p| p.position).collect();
    apply::apply(tx, &placed).await?;
    Ok(positions)
}

/// Where the journal stands.
///
/// # Errors
/// When the store was never initialised or does not answer.
pub async fn head(tx: &mut Tx) -> Result<Head, JournalError> {
    let row: HeadRow =
        one!(tx, HeadRow, "select epoch, size, frontier from journal_head where id = 1").await?;
    let (epoch, frontier) = row.read()?;
    Ok(Head {
        epoch: epoch.ok_or(JournalError::NotInitialised)?,
        size: frontier.size(),
        root: frontier.root(),
    })
}

/// Number of positions.
///
/// # Errors
/// When the database does not answer.
pub async fn size(tx: &mut Tx) -> Result<u64, JournalError> {
    let (size,) = one!(tx, (i64,), "select size from journal_head where id = 1").await?;
    u64::try_from(size).map_err(|_| JournalError::Damaged("the head's size".into()))
}

/// Whether the first fact has been written.
///
/// # Errors
/// When the database does not answer.
pub async fn is_initialised(tx: &mut Tx) -> Result<bool, JournalError> {
    match head(tx).await {
        Ok(_) => Ok(true),
        Err(JournalError::NotInitialised) => Ok(false),
        Err(error) => Err(error),
    }
}

/// Signs where the journal stands (`kandas-checkpoint`).
///
/// # Errors
/// When the store or the key does not answer.
pub async fn checkpoint(tx: &mut Tx, signer: &dyn Signer, now: DateTime<Utc>) -> Result<Jws, JournalError> {
    let head = head(tx).await?;
    sign_checkpoint(&head, signer, now)
}

/// Signs a head that was read before.
///
/// # Errors
/// When the key does not sign.
pub fn sign_checkpoint(head: &Head, signer: &dyn Signer, now: DateTime<Utc>) -> Result<Jws, JournalError> {
    let payload = Checkpoint { v: 1, epoch: head.epoch, size: head.size, root: head.root, time: micros(now) };
    Ok(Jws::sign(Typ::Checkpoint, serde_json::to_string(&payload)?, signer)?)
}

/// A stored fact as it lies in the tables: body and salt are gone if it was erased.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Stored {
    /// Position.
    pub position: i64,
    /// Header, byte for byte.
    pub header: String,
    /// Content hash.
    pub content: Digest,
    /// Leaf hash.
    pub leaf: Digest,
    /// Salt.
    pub salt: Option<Vec<u8>>,
    /// Body, byte for byte.
    pub body: Option<String>,
}

impl Stored {
    /// The fact, or none if its body is erased.
    ///
    /// # Errors
    /// When header or body are not readable.
    pub fn placed(&self) -> Result<Option<Placed>, JournalError> {
        let header: Header = serde_json::from_str(&self.header)
            .map_err(|e| JournalError::Damaged(format!("header of position {}: {e}", self.position)))?;
        let Some(body) = &self.body else { return Ok(None) };
        Ok(Some(Placed {
            position: header.position,
            at: header.at,
            author: header.author,
            family: header.family,
            person: header.person,
            event: Event::from_body(&header.kind, header.kind_version, body)?,
        }))
    }
}

/// Stored facts after position `after`, at most `limit`, in order.
///
/// # Errors
/// When the database does not answer.
pub async fn stored(tx: &mut Tx, after: u64, limit: u32) -> Result<Vec<Stored>, JournalError> {
    let sql = "select j.position, j.header, j.content, j.leaf, b.salt, b.body from journal j
        left join journal_body b on b.position = j.position
        where j.position > $1 order by j.position limit $2";
    Ok(crate::all!(tx, Stored, sql, after as i64, i64::from(limit)).await?)
}

/// One stored fact.
///
/// # Errors
/// When the database does not answer.
pub async fn stored_at(tx: &mut Tx, position: u64) -> Result<Option<Stored>, JournalError> {
    let sql = "select j.position, j.header, j.content, j.leaf, b.salt, b.body from journal j
        left join journal_body b on b.position = j.position where j.position = $1";
    Ok(opt!(tx, Stored, sql, position as i64).await?)
}

#[derive(sqlx::FromRow)]
struct HeadRow {
    epoch: Option<String>,
    size: i64,
    frontier: Vec<u8>,
}

impl HeadRow {
    fn read(self) -> Result<(Option<Epoch>, Frontier), JournalError> {
        let damaged = |what: &str| JournalError::Damaged(format!("the head's {what}"));
        let size = u64::try_from(self.size).map_err(|_| damaged("size"))?;
        let frontier = Frontier::from_bytes(size, &self.frontier).map_err(|_| damaged("frontier"))?;
        let epoch = self.epoch.map(|e| e.parse()).transpose().map_err(|_| damaged("epoch"))?;
        Ok((epoch, frontier))
    }
}
