//! Deciding about what waits for a supervisor: records that were held, records that came after their family was handed
//! over, numbers of a chain that never came.
//!
//! Each decision is a fact and stays to be seen. Nothing is dropped: a record that is set aside stays in custody with its
//! evidence, and may be applied later. Who may decide is who may check ([`policy::may_check`]), nobody about his own.

use chrono::{DateTime, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::{Choice, ChoiceReason, MAX_TEXT},
    hash::Digest,
    ids::{ActivityId, ChainId, DeviceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    journal::{Author, AuthorKind},
    pulled::User,
    receipt::{HeldReason, Verdict},
};

use super::policy::{self, NotAllowed, Territory};
use crate::{
    all,
    chance::Chance,
    facts::{Event, Gap, GapClosed, GapsAfter, RecordDecided, RecordReceived},
    intake::{
        chains::Chain,
        overrule::{self, Obstacle},
    },
    journal::{self, Fact, JournalError},
    opt,
    store::{StoreError, Tx},
};

/// Why nothing was decided.
#[derive(Debug, thiserror::Error)]
pub enum DecideError {
    /// Nothing of that kind waits, or ever did.
    #[error("there is no such record, or no such gap")]
    Unknown,
    /// No such user.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// It was decided already, or this is no decision about it.
    #[error("this cannot be decided about it")]
    NotOpen,
    /// It cannot count.
    #[error("the record cannot be applied")]
    Stopped(Obstacle),
    /// A reason is missing or is none of this decision, or its words are missing or too long.
    #[error("the decision needs a reason of its kind, and at most {MAX_TEXT} characters of words")]
    Reason,
    /// See [`NotAllowed`].
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Who decides, and when.
#[derive(Clone, Copy, Debug)]
pub struct Deciding {
    /// The server's time.
    pub now: DateTime<Utc>,
    /// The supervisor.
    pub by: UserId,
}

/// What is decided about a record.
#[derive(Clone, Debug)]
pub struct Decision {
    /// What.
    pub choice: Choice,
    /// For which activity it shall count, if it is about a service; the one it names if absent.
    pub activity: Option<ActivityId>,
    /// Why; needed when it is set aside.
    pub reason: Option<ChoiceReason>,
    /// In words; needed with the reason `other` where the record is about a family, else not taken.
    pub text: Option<String>,
}

/// Missing numbers of a chain.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The device.
    pub device: DeviceId,
    /// Its chain.
    pub chain: ChainId,
    /// First number.
    pub from: u64,
    /// Last one.
    pub to: u64,
}

/// A record about which something may be decided.
#[derive(sqlx::FromRow)]
struct Row {
    position: i64,
    record: Option<RecordId>,
    worker: UserId,
    device: DeviceId,
    family: Option<FamilyId>,
    person: Option<PersonId>,
    verdict: Verdict,
    reason: Option<HeldReason>,
    late_handover: bool,
    org_unit: OrgUnitId,
}

/// Decides about a record; gives the position of the fact.
///
/// # Errors
/// See [`DecideError`].
pub async fn decide(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Deciding,
    hash: Digest,
    decision: Decision,
) -> Result<u64, DecideError> {
    let locked = journal::lock(tx).await?;
    let sql = "select r.position, r.record, r.worker, r.device, r.family, r.person, r.verdict, r.reason,
        r.late_handover, coalesce(f.org_unit, w.org_unit) as org_unit
        from record r join app_user w on w.id = r.worker left join family f on f.id = r.family where r.hash = $1";
    let row = opt!(tx, Row, sql, hash).await?.ok_or(DecideError::Unknown)?;
    let by = may(tx, of.by, row.worker, row.org_unit).await?;
    let sql = "select choice from held_decision where hash = $1 order by position desc limit 1";
    let last = opt!(tx, (Choice,), sql, hash).await?.map(|(choice,)| choice);
    let open = match (decision.choice, row.verdict) {
        (Choice::Applied, Verdict::Held) => true,
        (Choice::SetAside, Verdict::Held) => last != Some(Choice::SetAside),
        (Choice::Noted, Verdict::Accepted) => row.late_handover && last != Some(Choice::Noted),
        _ => false,
    };
    if !open {
        return Err(DecideError::NotOpen);
    }
    let (reason, text) = why(&decision, row.family.is_some())?;
    let applied = match decision.choice {
        Choice::Applied => {
            let position = locked.size() + 1;
            let received = received(tx, row.position).await?;
            let activity = decision.activity;
            let today = civil_date(of.now);
            let applied = overrule::overrule(tx, &received, activity, position, today).await?;
            Some(applied.map_err(DecideError::Stopped)?)
        }
        _ => None,
    };
    let event = Event::RecordDecided(RecordDecided {
        record: row.record,
        hash,
        worker: row.worker,
        device: row.device,
        held_for: row.reason,
        choice: decision.choice,
        reason,
        text,
        by: by.id,
        by_name: by.name,
        by_role: by.role,
        applied,
    });
    let author = Author { kind: AuthorKind::User, id: Some(of.by.0) };
    let fact = Fact { author, family: row.family, person: row.person, event };
    let positions = journal::append_locked(tx, locked, chance, of.now, vec![fact]).await?;
    Ok(positions.first().copied().unwrap_or_default())
}

/// Takes missing numbers for lost; gives the position of the fact. Should one come all the same, it is not lost.
///
/// # Errors
/// See [`DecideError`].
pub async fn close_gap(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Deciding,
    missing: Missing,
    reason: ChoiceReason,
) -> Result<u64, DecideError> {
    let locked = journal::lock(tx).await?;
    let Missing { device, chain, from, to } = missing;
    let sql = "select d.worker, w.org_unit from device d join app_user w on w.id = d.worker where d.id = $1";
    let row = opt!(tx, (UserId, OrgUnitId), sql, device).await?;
    let (worker, unit) = row.ok_or(DecideError::Unknown)?;
    let by = may(tx, of.by, worker, unit).await?;
    if !reason.is_for(Choice::Lost) {
        return Err(DecideError::Reason);
    }
    let mut ledger = ledger(tx, device, chain).await?;
    if !ledger.open.iter().any(|gap| (gap.from, gap.to) == (from, to)) {
        return Err(DecideError::Unknown);
    }
    ledger.lose(from, to, locked.size() + 1);
    let after = GapsAfter { chain, open: ledger.open, lost: ledger.lost };
    let event = Event::GapClosed(GapClosed {
        device,
        worker,
        from,
        to,
        after,
        reason,
        by: by.id,
        by_name: by.name,
        by_role: by.role,
    });
    let author = Author { kind: AuthorKind::User, id: Some(of.by.0) };
    let fact = Fact { author, family: None, person: None, event };
    let positions = journal::append_locked(tx, locked, chance, of.now, vec![fact]).await?;
    Ok(positions.first().copied().unwrap_or_default())
}

/// The statement of a record as it came.
///
/// # Errors
/// When it is not there any more, or the journal is damaged.
pub async fn received(tx: &mut Tx, position: i64) -> Result<RecordReceived, DecideError> {
    let stored = journal::stored_at(tx, position.unsigned_abs()).await?;
    match stored.map(|stored| stored.placed()).transpose()?.flatten().map(|placed| placed.event) {
        Some(Event::RecordReceived(received)) => Ok(received),
        _ => Err(DecideError::Unknown),
    }
}

async fn may(tx: &mut Tx, by: UserId, worker: UserId, unit: OrgUnitId) -> Result<User, DecideError> {
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let user = opt!(tx, User, sql, by).await?.ok_or(DecideError::UnknownUser(by))?;
    let territory = Territory::read(tx).await?;
    policy::may_check(&user, worker, unit, &territory)?;
    Ok(user)
}

fn why(
    decision: &Decision,
    of_a_family: bool,
) -> Result<(Option<ChoiceReason>, Option<String>), DecideError> {
    let text = decision.text.as_deref().map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > MAX_TEXT || text.contains('\0')) {
        return Err(DecideError::Reason);
    }
    // Words about somebody who is not known could never be erased.
    let text = text.filter(|_| of_a_family).map(str::to_owned);
    match (decision.choice, decision.reason) {
        (Choice::SetAside, Some(ChoiceReason::Other)) if of_a_family && text.is_none() => {
            Err(DecideError::Reason)
        }
        (Choice::SetAside, Some(reason)) if reason.is_for(Choice::SetAside) => Ok((Some(reason), text)),
        (Choice::Applied | Choice::Noted, None) => Ok((None, text)),
        _ => Err(DecideError::Reason),
    }
}

async fn ledger(tx: &mut Tx, device: DeviceId, chain: ChainId) -> Result<Chain, DecideError> {
    let number = |n: i64| u64::try_from(n).map_err(|_| StoreError::Damaged("a number of a chain".into()));
    let mut ledger = Chain::default();
    let head = opt!(
        tx,
        (i64, Digest),
        "select seq, hash from chain where device = $1 and chain = $2",
        device,
        chain
    );
    if let Some((seq, hash)) = head.await? {
        (ledger.seq, ledger.hash) = (number(seq)?, hash);
    }
    let sql = "select from_seq, to_seq, state, position from chain_gap where device = $1 and chain = $2
        order by from_seq";
    for (from, to, state, position) in all!(tx, (i64, i64, String, i64), sql, device, chain).await? {
        let gap = Gap { from: number(from)?, to: number(to)?, position: number(position)? };
        if state == "open" { ledger.open.push(gap) } else { ledger.lost.push(gap) }
    }
    Ok(ledger)
}
