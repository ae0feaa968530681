//! Checking records that came: accept, remark, give back whole or one piece of evidence.
//!
//! The worker's own confirmation is final (§37); a check stands beside it and never takes an activity out of the report.
//! Each is a fact; whoever has the family now is told by the next pull, and a correction answers what was returned
//! ([`crate::intake`]). Who may check is one function, [`policy::may_check`].

pub mod held;
pub mod look;
pub mod policy;
pub mod rework;
pub mod sample;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{Calendar, CalendarError, civil_date},
    check::MAX_TEXT,
    hash::Digest,
    ids::{ActivityId, CheckId, EvidenceId, FamilyId, PersonId, RecordId, UserId},
    journal::{Author, AuthorKind},
    plan_state::{CheckKind, CheckState},
    pulled::User,
    reason::{ReasonCode, ReasonList},
};

use self::policy::{NotAllowed, Territory};
use crate::{
    all, calendar,
    chance::{self, Chance},
    facts::{Event, RecordChecked},
    journal::{self, Fact, JournalError},
    opt, reasons,
    store::{StoreError, Tx},
};

/// Until when a return is to be answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// A civil day after today.
    On(NaiveDate),
    /// So many working days after today, at least one.
    WorkingDays(u32),
}

impl std::str::FromStr for Due {
    type Err = String;

    /// A number of working days, or a date.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.parse() {
            Ok(days) => Ok(Self::WorkingDays(days)),
            Err(_) => match text.parse() {
                Ok(day) => Ok(Self::On(day)),
                Err(_) => Err("neither a number of working days nor a date (YYYY-MM-DD)".into()),
            },
        }
    }
}

/// Why something goes back, and until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Return {
    /// Why.
    pub reason: ReasonCode,
    /// More about it, in the supervisor's words; needed with [`kandas_shared::reason::OTHER`].
    pub text: Option<String>,
    /// Until when it is to be answered.
    pub due: Due,
}

/// Why nothing was checked.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// No such record in custody.
    #[error("there is no record {0}")]
    Unknown(RecordId),
    /// The record does not name it.
    #[error("record {0} does not name evidence {1}")]
    UnknownEvidence(RecordId, EvidenceId),
    /// No such user.
    #[error("there is no user {0}")]
    UnknownUser(UserId),
    /// Held, or of a kind that nobody checks.
    #[error("record {0} was not accepted, or is of a kind that is not checked")]
    NotCheckable(RecordId),
    /// A newer version has taken its place.
    #[error("record {0} was corrected: check the record that corrects it")]
    Superseded(RecordId),
    /// It is so already, or cannot become so.
    #[error("record {record} is {from}: it cannot become {to}")]
    NoSuchMove {
        /// The record.
        record: RecordId,
        /// What it is.
        from: CheckKind,
        /// What it was to be.
        to: CheckKind,
    },
    /// Text is missing or too long.
    #[error("words of 1 to {MAX_TEXT} characters are needed")]
    Text,
    /// Nobody has said that there is such a reason, or it has retired.
    #[error("{0} is no reason that can be chosen today")]
    Reason(ReasonCode),
    /// The day is not after today, or too far away.
    #[error("the answer must be due on a day after today and within a year")]
    Due,
    /// See [`NotAllowed`].
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    /// See [`CalendarError`].
    #[error(transparent)]
    Calendar(#[from] CalendarError),
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checked {
    /// Its id.
    pub check: CheckId,
    /// Until when the record is to be answered, if it was returned.
    pub due: Option<NaiveDate>,
}

/// Who checks what, and when.
#[derive(Clone, Copy, Debug)]
pub struct Checking {
    /// The server's time.
    pub now: DateTime<Utc>,
    /// The supervisor.
    pub by: UserId,
    /// The record.
    pub record: RecordId,
}

/// Looked at, nothing to remark. A return that stands is taken back.
///
/// # Errors
/// See [`CheckError`].
pub async fn accept(tx: &mut Tx, chance: &dyn Chance, of: Checking) -> Result<Checked, CheckError> {
    check(tx, chance, of, Says::Accepted).await
}

/// Looked at, with a remark for the worker; nothing is to be done again.
///
/// # Errors
/// See [`CheckError`].
pub async fn remark(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Checking,
    text: &str,
) -> Result<Checked, CheckError> {
    let text = words(Some(text))?.ok_or(CheckError::Text)?;
    check(tx, chance, of, Says::Remarked(text)).await
}

/// The whole record goes back for rework.
///
/// # Errors
/// See [`CheckError`].
pub async fn return_record(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Checking,
    why: &Return,
) -> Result<Checked, CheckError> {
    check(tx, chance, of, Says::Returned(None, why.clone())).await
}

/// One piece of its evidence goes back for rework; what else was returned of the record stays returned.
///
/// # Errors
/// See [`CheckError`].
pub async fn return_evidence(
    tx: &mut Tx,
    chance: &dyn Chance,
    of: Checking,
    evidence: EvidenceId,
    why: &Return,
) -> Result<Checked, CheckError> {
    check(tx, chance, of, Says::Returned(Some(evidence), why.clone())).await
}

/// A record that is accepted together with others: unchecked, and looked at under the lock.
#[derive(Clone, Copy, Debug)]
pub struct Together {
    /// The record.
    pub record: RecordId,
    /// Identity of its statement.
    pub hash: Digest,
    /// Who recorded it.
    pub worker: UserId,
    /// Its family.
    pub family: FamilyId,
    /// Its person.
    pub person: Option<PersonId>,
    /// Its activity.
    pub activity: Option<ActivityId>,
}

/// Accepts many records that nobody has said anything about, for who has locked the journal and looked at them since, and
/// knows that `by` may ([`policy::may_check`]).
///
/// # Errors
/// When the database does not answer.
pub async fn accept_together(
    tx: &mut Tx,
    locked: journal::Locked,
    chance: &dyn Chance,
    now: DateTime<Utc>,
    by: &User,
    records: Vec<Together>,
) -> Result<(), JournalError> {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    let fact = |of: Together| {
        let event = Event::RecordChecked(RecordChecked {
            check: CheckId::draw(now, chance::bytes(chance)),
            record: of.record,
            hash: of.hash,
            worker: of.worker,
            family: of.family,
            person: of.person,
            activity: of.activity,
            state: CheckKind::Accepted,
            evidence: None,
            reason: None,
            text: None,
            due: None,
            by: by.id,
            by_name: by.name.clone(),
            by_role: by.role,
            due_after: None,
            replaces: Vec::new(),
        });
        Fact { author, family: Some(of.family), person: of.person, event }
    };
    let facts = records.into_iter().map(fact).collect();
    journal::append_locked(tx, locked, chance, now, facts).await?;
    Ok(())
}

enum Says {
    Accepted,
    Remarked(String),
    Returned(Option<EvidenceId>, Return),
}

/// A record that may be checked.
#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    worker: UserId,
    kind: Option<String>,
    family: Option<FamilyId>,
    person: Option<PersonId>,
    activity: Option<ActivityId>,
    accepted: bool,
    superseded: bool,
    check_state: CheckKind,
    check_due: Option<NaiveDate>,
}

/// A check that stands.
#[derive(sqlx::FromRow)]
struct Standing {
    id: CheckId,
    state: CheckKind,
    evidence: Option<EvidenceId>,
    due: Option<NaiveDate>,
}

async fn check(tx: &mut Tx, chance: &dyn Chance, of: Checking, says: Says) -> Result<Checked, CheckError> {
    let locked = journal::lock(tx).await?;
    let (row, family, checker) = allowed(tx, of).await?;
    let (state, evidence, reason, text, due) = match says {
        Says::Accepted => (CheckKind::Accepted, None, None, None, None),
        Says::Remarked(text) => (CheckKind::Remarked, None, None, Some(text), None),
        Says::Returned(evidence, why) => {
            let text = words(why.text.as_deref())?;
            if why.reason.is_other() && text.is_none() {
                return Err(CheckError::Text);
            }
            let today = civil_date(of.now);
            if !reasons::read(tx).await?.is_offered(ReasonList::Return, &why.reason, today) {
                return Err(CheckError::Reason(why.reason));
            }
            let due = day(&calendar::read(tx).await?, today, why.due)?;
            (CheckKind::Returned, evidence, Some(why.reason), text, Some(due))
        }
    };
    must_move(of.record, &row, state, due)?;
    if let Some(evidence) = evidence {
        let sql = "select evidence from evidence where hash = $1 and evidence = $2";
        let named = opt!(tx, (EvidenceId,), sql, row.hash, evidence).await?;
        named.ok_or(CheckError::UnknownEvidence(of.record, evidence))?;
    }
    let sql = "select id, state, evidence, due from record_check where hash = $1 and stands order by id";
    let standing = all!(tx, Standing, sql, row.hash).await?;
    // Single pieces are returned one after the other; anything else takes the place of all that was said.
    let stays = |old: &&Standing| {
        evidence.is_some()
            && old.state == CheckKind::Returned
            && old.evidence.is_some()
            && old.evidence != evidence
    };
    let due_after = standing.iter().filter(stays).filter_map(|old| old.due).chain(due).min();
    let replaces = standing.iter().filter(|old| !stays(old)).map(|old| old.id).collect();
    let check = CheckId::draw(of.now, chance::bytes(chance));
    let event = Event::RecordChecked(RecordChecked {
        check,
        record: of.record,
        hash: row.hash,
        worker: row.worker,
        family,
        person: row.person,
        activity: row.activity,
        state,
        evidence,
        reason,
        text,
        due,
        by: checker.id,
        by_name: checker.name,
        by_role: checker.role,
        due_after,
        replaces,
    });
    let author = Author { kind: AuthorKind::User, id: Some(of.by.0) };
    let fact = Fact { author, family: Some(family), person: row.person, event };
    journal::append_locked(tx, locked, chance, of.now, vec![fact]).await?;
    Ok(Checked { check, due: due_after })
}

/// The record, if it can be checked and by him.
async fn allowed(tx: &mut Tx, of: Checking) -> Result<(Row, FamilyId, User), CheckError> {
    let sql =
        "select hash, worker, kind, family, person, activity, verdict = 'accepted' as accepted, superseded,
        check_state, check_due from record where record = $1 order by verdict, position limit 1";
    let row = opt!(tx, Row, sql, of.record).await?.ok_or(CheckError::Unknown(of.record))?;
    let family = row.family.filter(|_| row.accepted && row.kind.as_deref().is_some_and(is_checked));
    let family = family.ok_or(CheckError::NotCheckable(of.record))?;
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let checker = opt!(tx, User, sql, of.by).await?.ok_or(CheckError::UnknownUser(of.by))?;
    let unit =
        opt!(tx, (kandas_shared::ids::OrgUnitId,), "select org_unit from family where id = $1", family);
    let (unit,) = unit.await?.ok_or(CheckError::NotCheckable(of.record))?;
    let territory = Territory::read(tx).await?;
    policy::may_check(&checker, row.worker, unit, &territory)?;
    if row.superseded {
        return Err(CheckError::Superseded(of.record));
    }
    Ok((row, family, checker))
}

/// What a worker states about a family is checked; the loss of numbers is not.
fn is_checked(kind: &str) -> bool {
    matches!(kind, "completion" | "not_applicable" | "refused" | "consent" | "act")
}

fn must_move(record: RecordId, row: &Row, to: CheckKind, due: Option<NaiveDate>) -> Result<(), CheckError> {
    let wrong = CheckError::NoSuchMove { record, from: row.check_state, to };
    if (row.check_state, to) == (CheckKind::Returned, CheckKind::Returned) {
        // Another piece, another word or another day.
        return Ok(());
    }
    let state = |kind, due| CheckState::from_parts(kind, due);
    match (state(row.check_state, row.check_due), state(to, due)) {
        (Some(from), Some(to)) if from.can_move(to) => Ok(()),
        _ => Err(wrong),
    }
}

fn words(text: Option<&str>) -> Result<Option<String>, CheckError> {
    let Some(text) = text.map(str::trim).filter(|text| !text.is_empty()) else { return Ok(None) };
    if text.chars().count() > MAX_TEXT || text.contains('\0') {
        return Err(CheckError::Text);
    }
    Ok(Some(text.to_owned()))
}

fn day(calendar: &Calendar, today: NaiveDate, due: Due) -> Result<NaiveDate, CheckError> {
    let day = match due {
        Due::On(day) => day,
        Due::WorkingDays(0 | 260..) => return Err(CheckError::Due),
        Due::WorkingDays(days) => calendar.add_working_days(today, days)?,
    };
    if day <= today || (day - today).num_days() > 366 { Err(CheckError::Due) } else { Ok(day) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_return_is_due_in_working_days_or_on_a_day() {
        // A Friday.
        let today = "2026-11-27".parse().unwrap();
        let on = |text: &str| day(Calendar::shipped(), today, text.parse().unwrap());
        assert_eq!(on("1").unwrap(), "2026-11-30".parse().unwrap());
        assert_eq!(on("2026-12-01").unwrap(), "2026-12-01".parse().unwrap());
        for wrong in ["0", "2026-11-27", "2026-01-01", "2029-01-01", "400"] {
            assert!(on(wrong).is_err(), "{wrong}");
        }
        assert!("soon".parse::<Due>().is_err());
    }
}
