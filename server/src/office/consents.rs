//! Consents that are withdrawn in the office (A-27; law 94-V, art. 8): what follows is shown before and after it.
//!
//! From then on nobody photographs the person: phones are told by the state of the consent with their next pull. What was
//! recorded before stays while the law asks for it (requirements §4.6); erasing it is a decision of its own ([`super::erasing`]).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::MAX_TEXT,
    consent::{self, Consenting, WithdrawalForm},
    hash::Digest,
    ids::{ConsentId, FamilyId, OrgUnitId, PersonId},
    journal::{Author, AuthorKind},
    monitoring,
    problem::ProblemCode,
    pulled::{Consent, Relation, Role, User},
    record::ConsentState,
    retention::RetentionClass,
    time::micros,
};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::road_map::on_paper;
use crate::{
    all, chance,
    facts::{ConsentWithdrawn, Event, ReportHand, WithdrawalScan},
    journal::{self, Fact},
    media::Objects,
    monitoring_rules::Rules,
    one, opt,
    refusal::{Outcome, Refusal},
    retention::Classes,
    state::AppState,
    store::{StoreError, Tx},
};

/// The consent of a person, and what follows from its withdrawal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsentShown)]
pub struct Shown {
    /// The person.
    pub person: PersonId,
    /// His name.
    pub name: String,
    /// His family.
    pub family: FamilyId,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// His own consent.
    pub state: ConsentState,
    /// Whose consent counts for him, where that is a parent's.
    pub covered_by: Option<String>,
    /// When it was given.
    pub given_on: Option<NaiveDate>,
    /// On what paper, or why there is none.
    pub basis: Option<String>,
    /// Who has none any more once it is withdrawn, himself first; empty once it is.
    pub left_without: Vec<Affected>,
    /// Open activities of these, which will have no photo of them.
    pub open: i64,
    /// Records about them that stay.
    pub records: i64,
    /// Files of these that stay.
    pub files: i64,
    /// Their bytes.
    pub bytes: i64,
    /// Until when they stay at the least; null: not known.
    pub until: Option<NaiveDate>,
    /// Phones that hold the family and are told with their next pull.
    pub phones: i64,
    /// Records with pictures that were made after it was withdrawn.
    pub later: i64,
    /// Withdrawals, the last first.
    pub withdrawals: Vec<Withdrawal>,
    /// Whether the user may enter one.
    pub may_withdraw: bool,
}

/// Somebody who is left without a consent.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ConsentAffected)]
pub struct Affected {
    /// Who.
    pub person: PersonId,
    /// His name.
    pub name: String,
}

/// A withdrawal.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ConsentWithdrawal)]
pub struct Withdrawal {
    /// Its place in the journal.
    pub position: i64,
    /// From which day on.
    pub on_day: NaiveDate,
    /// How that was said.
    pub form: WithdrawalForm,
    /// More about it.
    pub note: Option<String>,
    /// SHA-256 of the scan, if there is one.
    pub sha256: Option<Digest>,
    /// Who entered it.
    pub by_name: String,
    /// His role then.
    pub by_role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A withdrawal that is entered.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = WantedWithdrawal)]
#[serde(deny_unknown_fields)]
pub struct WantedWithdrawal {
    /// From which day on: not later than today.
    pub on: NaiveDate,
    /// How that was said.
    pub form: WithdrawalForm,
    /// More about it, at most 1,000 characters; needed where there is no scan.
    #[serde(default)]
    pub note: Option<String>,
    /// The scan: base64 of a PDF, JPEG or PNG of at most 8 MiB; needed where it was said on paper.
    #[serde(default)]
    pub file: Option<String>,
}

/// Whose a person is: the family and the unit that serves it.
///
/// # Errors
/// When the database does not answer.
pub async fn place_of(tx: &mut Tx, person: PersonId) -> Result<Option<(FamilyId, OrgUnitId)>, StoreError> {
    let sql = "select f.id, f.org_unit from person p join family f on f.id = p.family where p.id = $1";
    opt!(tx, (FamilyId, OrgUnitId), sql, person).await
}

/// A member of a family with his consent.
#[derive(sqlx::FromRow)]
pub(super) struct Member {
    pub(super) id: PersonId,
    surname: Option<String>,
    given_name: String,
    relation: Relation,
    birth_date: Option<NaiveDate>,
    state: Option<ConsentState>,
}

impl Member {
    pub(super) fn name(&self) -> String {
        let given = &self.given_name;
        self.surname.as_ref().map_or(given.clone(), |surname| format!("{surname} {given}"))
    }

    pub(super) fn consenting(&self) -> Consenting {
        Consenting {
            person: self.id,
            relation: self.relation,
            birth_date: self.birth_date,
            state: self.state.unwrap_or(ConsentState::Missing),
        }
    }
}

/// The members of a family.
pub(super) async fn members(tx: &mut Tx, family: FamilyId) -> Result<Vec<Member>, StoreError> {
    let sql = "select p.id, p.surname, p.given_name, p.relation, p.birth_date, c.state
        from person p left join consent c on c.person = p.id where p.family = $1 order by p.id";
    all!(tx, Member, sql, family).await
}

/// The consent of a person, and what follows from its withdrawal.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn show(tx: &mut Tx, person: PersonId, may: bool, now: DateTime<Utc>) -> Outcome<Shown> {
    let today = civil_date(now);
    let (family, _) = place_of(tx, person).await?.ok_or(ProblemCode::NotFound)?;
    let members = members(tx, family).await?;
    let of = members.iter().find(|member| member.id == person).ok_or(ProblemCode::NotFound)?;
    let consenting: Vec<Consenting> = members.iter().map(Member::consenting).collect();
    let state = of.state.unwrap_or(ConsentState::Missing);
    let whose = consent::standing(&consenting, person, today).map(|(_, whose)| whose);
    let named = |id: PersonId| members.iter().find(|member| member.id == id).map(Member::name);
    let withdrawn = state == ConsentState::Withdrawn;
    let mut left = if withdrawn { Vec::new() } else { consent::left_without(&consenting, person, today) };
    left.sort_by_key(|id| (*id != person, *id));
    let whom = if left.is_empty() { vec![person] } else { left.clone() };
    let paper = opt!(
        tx,
        (Option<NaiveDate>, Option<String>),
        "select given_on, basis from consent where person = $1",
        person
    )
    .await?;
    let (given_on, basis) = paper.unwrap_or_default();
    let (mut open, mut records, mut later) = (0, 0, 0);
    let mut files: BTreeMap<(uuid::Uuid, String), i64> = BTreeMap::new();
    for id in &whom {
        let sql = "select count(*) from activity where person = $1 and family = $2 and state = 'planned'";
        open += one!(tx, (i64,), sql, *id, family).await?.0;
        let sql = "select count(*) from record where person = $1 and family = $2";
        records += one!(tx, (i64,), sql, *id, family).await?.0;
        let sql = "select f.evidence, f.part, f.size from record r join evidence e on e.hash = r.hash
            join evidence_file f on f.evidence = e.evidence where r.person = $1 and r.family = $2 and f.object is not null";
        for (evidence, part, size) in all!(tx, (uuid::Uuid, String, i64), sql, *id, family).await? {
            files.insert((evidence, part), size);
        }
    }
    if withdrawn {
        let sql = "select count(*) from record r where r.person = $1 and r.family = $2 and exists
            (select 1 from evidence e where e.hash = r.hash and e.kind in ('photo', 'video'))
            and r.done_on > (select max(w.on_day) from consent_withdrawal w where w.person = $1)";
        later = one!(tx, (i64,), sql, person, family).await?.0;
    }
    let keeping = Classes::read(tx).await?.on(RetentionClass::Case, today);
    let rules = Rules::read(tx).await?;
    type Days = (Option<NaiveDate>, Option<NaiveDate>);
    let (quota, arrived) = opt!(tx, Days, "select quota_date, arrived_on from family where id = $1", family)
        .await?
        .unwrap_or_default();
    let from = rules.reading(quota, arrived).start(quota, arrived);
    let sql = "select count(distinct device) from device_scope where family = $1";
    let (phones,) = one!(tx, (i64,), sql, family).await?;
    let sql = "select position, on_day, form, note, sha256, by_name, by_role, at from consent_withdrawal
        where person = $1 order by position desc";
    let withdrawals = all!(tx, Withdrawal, sql, person).await?;
    Ok(Shown {
        person,
        name: of.name(),
        family,
        today,
        state,
        covered_by: whose.filter(|whose| *whose != person).and_then(named),
        given_on,
        basis,
        left_without: left
            .into_iter()
            .filter_map(|person| Some(Affected { person, name: named(person)? }))
            .collect(),
        open,
        records,
        files: files.len() as i64,
        bytes: files.values().sum(),
        until: from.and_then(|from| keeping.at_hand(from)),
        phones,
        later,
        withdrawals,
        may_withdraw: may && !withdrawn,
    })
}

/// Enters that a person withdraws his consent.
///
/// # Errors
/// `not-found`, `nothing-changes`, `out-of-range`, `words-missing`, `file-unusable`, `body-too-large`, `storage-full`.
pub async fn withdraw(
    state: &AppState,
    by: &User,
    person: PersonId,
    wanted: WantedWithdrawal,
) -> Outcome<()> {
    let WantedWithdrawal { on, form, note, file } = wanted;
    let note = note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let fits = |note: &String| note.chars().count() <= MAX_TEXT && !note.contains('\0');
    let paper = form == WithdrawalForm::Paper;
    if note.as_ref().is_some_and(|note| !fits(note)) || (file.is_none() && (paper || note.is_none())) {
        return Err(ProblemCode::WordsMissing.into());
    }
    let today = civil_date(state.clock.wall());
    if on < monitoring::since() || on > today {
        let what = format!("from {} to {today}", monitoring::since());
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    // What cannot be entered is not kept.
    let mut tx = state.store.read().await?;
    let before = standing(&mut tx, person).await?;
    drop(tx);
    let consent = before.1.as_ref().map_or_else(
        || ConsentId::draw(state.clock.wall(), chance::bytes(state.chance.as_ref())),
        |consent| consent.id,
    );
    let Some(file) = file else { return write(state, by, person, (consent, on, form, note), None).await };
    let read = tokio::task::spawn_blocking(move || on_paper::read(&file)).await.map_err(Refusal::fault)?;
    let (bytes, media_type) = read?;
    let sha256 = Digest::of(&bytes);
    let object = Objects::withdrawal_key(consent, chance::bytes(state.chance.as_ref()));
    state.media.keep(&object, &bytes, sha256).await?;
    let scan = WithdrawalScan {
        sha256,
        size: bytes.len() as u64,
        media_type: media_type.into(),
        object: object.clone(),
    };
    let written = write(state, by, person, (consent, on, form, note), Some(scan)).await;
    if let Err(refusal) = &written
        // Nobody knows whether it is in custody: then it stays.
        && refusal.code() != ProblemCode::UnknownCommit
        && let Err(error) = state.media.objects().remove(&object).await
    {
        tracing::warn!(%error, "a scan that could not be entered stays in the media store");
    }
    written
}

/// The family of a person and his consent, which must not be withdrawn.
async fn standing(tx: &mut Tx, person: PersonId) -> Outcome<(FamilyId, Option<Consent>)> {
    let (family, _) = place_of(tx, person).await?.ok_or(ProblemCode::NotFound)?;
    let sql = "select id, person, state, given_on, basis from consent where person = $1";
    let consent = opt!(tx, Consent, sql, person).await?;
    if consent.as_ref().is_some_and(|consent| consent.state == ConsentState::Withdrawn) {
        return Err(ProblemCode::NothingChanges.into());
    }
    Ok((family, consent))
}

async fn write(
    state: &AppState,
    by: &User,
    person: PersonId,
    (new, on, form, note): (ConsentId, NaiveDate, WithdrawalForm, Option<String>),
    scan: Option<WithdrawalScan>,
) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (family, before) = standing(&mut tx, person).await?;
    let consent = before.as_ref().map_or(new, |consent| consent.id);
    let after = Consent {
        id: consent,
        person,
        state: ConsentState::Withdrawn,
        given_on: before.as_ref().and_then(|consent| consent.given_on),
        basis: before.and_then(|consent| consent.basis),
    };
    let hand = ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role };
    let withdrawn = ConsentWithdrawn { consent, on, form, note, scan, hand };
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    let facts = [Event::ConsentSet(after), Event::ConsentWithdrawn(withdrawn)].map(|event| Fact {
        author,
        family: Some(family),
        person: Some(person),
        event,
    });
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts.to_vec()).await?;
    Ok(tx.commit().await?)
}

/// A scan as it lies in the media store.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Scan {
    /// Whose.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Its type.
    pub media_type: String,
    /// Its bytes.
    pub size: i64,
    /// Key in the media store.
    pub object: String,
}

/// The scan of a withdrawal; none if there is none, or it was erased.
///
/// # Errors
/// When the database does not answer.
pub async fn scan(tx: &mut Tx, person: PersonId, position: i64) -> Result<Option<Scan>, StoreError> {
    let sql = "select person, family, media_type, size, object from consent_withdrawal
        where position = $1 and person = $2 and object is not null";
    opt!(tx, Scan, sql, position, person).await
}
