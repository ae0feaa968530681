//! Erasing decided in the office, in two steps: one proposes with a reason, another confirms with his password.
//!
//! What would go, what stays to be proven by, and what stands in the way is shown before each step ([`preview`]) and looked at
//! again under the journal's lock. Confirming is a fact; it is carried out right after it by the process that took it
//! ([`carry_out`], `jobs::erasures`), by the code of the command line, and by any other should that one end before. The
//! database is compacted once for several of them, a while after the last ([`compact`]).

use std::{collections::BTreeMap, sync::atomic::Ordering};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::MAX_TEXT,
    hash::{Digest, Epoch},
    ids::{ErasureId, FamilyId, OrgUnitId, PersonId, ProposalId, UserId},
    journal::{Author, AuthorKind},
    monitoring,
    problem::ProblemCode,
    pulled::{Role, User},
    retention::{self, EraseBasis, Hindrance, Keeping, KeepingStage, RetentionClass},
    time::micros,
};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{
    held,
    session::{self, Session},
};
use crate::{
    all, among, chance,
    check::policy::Territory,
    erase,
    erased_list::Erased,
    facts::{
        EraseNumbers, ErasureConfirmed, ErasureDropped, ErasureProposed, Event, OfficeErasure, ReportHand,
        SubjectErased,
    },
    journal::{self, Fact, Placed},
    monitoring_rules::Rules,
    one, opt,
    refusal::{Outcome, Refusal},
    retention::Classes,
    state::AppState,
    store::{StoreError, Tx},
};

/// Most identities of records that are shown one by one.
const SHOWN: usize = 200;
/// Most proposals and decisions of a list.
const MOST: i64 = 100;

/// Whom it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Whom {
    /// The family.
    pub family: FamilyId,
    /// One person of it only.
    #[serde(default)]
    pub person: Option<PersonId>,
}

/// What an erasing would take, what would stay, and what stands in the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasurePreview)]
pub struct Preview {
    /// The family.
    pub family: FamilyId,
    /// One person of it only.
    pub person: Option<PersonId>,
    /// The unit that serves the family.
    pub unit: OrgUnitId,
    /// Surname of the family's head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// Name of the person.
    pub person_name: Option<String>,
    /// What would go.
    pub numbers: EraseNumbers,
    /// Facts that would lose their bodies, by kind, the most first.
    pub kinds: Vec<OfKind>,
    /// Files that stay because records of others name them too.
    pub shared: u64,
    /// Uploads in progress that would go.
    pub uploads: u64,
    /// Bundles of unsent work that would go.
    pub bundles: u64,
    /// Rows of the tables that would go.
    pub rows: u64,
    /// Phones that would be told at their next pull.
    pub phones: u64,
    /// Headers of the journal about the subject: they stay, with ids, times and hashes.
    pub headers: i64,
    /// Identities (SHA-256) of records that stay known, the first of them.
    pub hashes: Vec<Digest>,
    /// What stands in the way.
    pub hindrances: Vec<Standing>,
    /// The day from which its time is counted; null: none.
    pub from: Option<NaiveDate>,
    /// The last day of the years that a rule names.
    pub horizon: Option<NaiveDate>,
    /// The last day at hand.
    pub at_hand: Option<NaiveDate>,
    /// The last day in the archive; null: not known.
    pub archive_until: Option<NaiveDate>,
    /// How it stands.
    pub stage: KeepingStage,
    /// A proposal about it that waits.
    pub proposal: Option<ProposalId>,
    /// Whether the user may propose it.
    pub may_propose: bool,
}

/// Facts of a kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureOfKind)]
pub struct OfKind {
    /// Kind of the fact.
    pub kind: String,
    /// How many.
    pub count: u64,
}

/// Something that may stand in the way.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureHindrance)]
pub struct Standing {
    /// What.
    pub hindrance: Hindrance,
    /// How many there are, where there are several.
    pub count: Option<i64>,
    /// Until when, where there is such a day.
    pub until: Option<NaiveDate>,
    /// Decisions on which basis it forbids; on others it is only shown.
    pub forbids: Vec<EraseBasis>,
}

/// What is proposed.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedErasure)]
#[serde(deny_unknown_fields)]
pub struct WantedErasure {
    /// The family.
    pub family: FamilyId,
    /// One person of it only.
    #[serde(default)]
    pub person: Option<PersonId>,
    /// On what it rests.
    pub basis: EraseBasis,
    /// Why, at most 1,000 characters; nobody is to be named in it.
    pub reason: String,
}

/// How a proposal is confirmed.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = ErasureConfirmation)]
#[serde(deny_unknown_fields)]
pub struct Confirmation {
    /// The password of who confirms.
    pub password: String,
    /// A code, where he has a second factor.
    #[serde(default)]
    pub code: Option<String>,
    /// What would go, as it was shown.
    pub numbers: EraseNumbers,
}

/// Where a proposal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ErasureState)]
pub enum State {
    /// It waits for a second person.
    Proposed,
    /// Taken back by who proposed it.
    Withdrawn,
    /// Refused by a second person.
    Refused,
    /// Confirmed: it is being carried out.
    Confirmed,
}

impl State {
    fn read(word: &str) -> Result<Self, StoreError> {
        match word {
            "proposed" => Ok(Self::Proposed),
            "withdrawn" => Ok(Self::Withdrawn),
            "refused" => Ok(Self::Refused),
            "confirmed" => Ok(Self::Confirmed),
            _ => Err(StoreError::Damaged("a proposal in no known state".into())),
        }
    }
}

/// Somebody who did something, as he was called then.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureHand)]
pub struct Hand {
    /// Name.
    pub name: String,
    /// Role.
    pub role: Role,
    /// When.
    pub at: DateTime<Utc>,
}

/// A proposal.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureProposal)]
pub struct Proposal {
    /// Its id.
    pub id: ProposalId,
    /// The family.
    pub family: FamilyId,
    /// One person of it only.
    pub person: Option<PersonId>,
    /// Surname of the family's head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// Name of the person.
    pub person_name: Option<String>,
    /// The unit.
    pub unit: OrgUnitId,
    /// On what it rests.
    pub basis: EraseBasis,
    /// Why.
    pub reason: String,
    /// Where it stands.
    pub state: State,
    /// What it would have taken when it was proposed.
    pub numbers: EraseNumbers,
    /// Who proposed.
    pub proposed: Hand,
    /// Who decided.
    pub decided: Option<Hand>,
    /// Why it was taken back or refused.
    pub decided_reason: Option<String>,
    /// Whether the user proposed it himself.
    pub own: bool,
    /// Whether the user may confirm or refuse it.
    pub may_confirm: bool,
}

/// A decision that was carried out.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureDone)]
pub struct Done {
    /// The decision.
    pub erasure: ErasureId,
    /// The family, an id that says nothing any more.
    pub family: FamilyId,
    /// One person of it only.
    pub person: Option<PersonId>,
    /// On what it rests, as a word.
    pub basis: String,
    /// Position of the decision in the journal.
    pub position: i64,
    /// Who proposed it; null: at the command line.
    pub proposed_name: Option<String>,
    /// His role.
    pub proposed_role: Option<Role>,
    /// Who confirmed it.
    pub confirmed_name: Option<String>,
    /// His role.
    pub confirmed_role: Option<Role>,
    /// When it was carried out.
    pub at: DateTime<Utc>,
}

/// Proposals and decisions of the user's units.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureList)]
pub struct List {
    /// Proposals, the last first.
    pub proposals: Vec<Proposal>,
    /// Where the next page of them begins; absent with the last one.
    pub proposals_next: Option<i64>,
    /// Decisions that were carried out, the last first.
    pub done: Vec<Done>,
    /// Where the next page of them begins; absent with the last one.
    pub done_next: Option<i64>,
    /// What is still to be done for some of them; null: nothing.
    pub compaction: Option<Compaction>,
}

/// Which page of proposals or decisions.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Pages {
    /// Where the page of proposals before ended: the next of them, and no decisions.
    #[serde(default)]
    pub proposals_before: Option<i64>,
    /// Where the page of decisions before ended: the next of them, and no proposals.
    #[serde(default)]
    pub done_before: Option<i64>,
}

/// The database has pages on which erased rows lay, until it is compacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ErasureCompaction)]
pub struct Compaction {
    /// Decisions, of whatever units, whose pages are still to be given back.
    pub decisions: u64,
    /// When the first of them was carried out.
    pub since: DateTime<Utc>,
    /// Whether it is under way.
    pub running: bool,
}

/// What is left of an erasing to prove it by.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ErasureProof)]
pub struct Proof {
    /// The decision.
    pub done: Done,
    /// Bodies of facts that went.
    pub bodies: u64,
    /// Those of them that are there all the same: 0, or it was not carried out to its end.
    pub bodies_left: i64,
    /// Records that went: their identities, with the positions of their custody; the first of them.
    pub records: Vec<ErasedRecord>,
    /// How many records.
    pub records_all: u64,
    /// Files that went.
    pub files: u64,
    /// Those of them that the tables still know as there: 0, or it was not carried out to its end.
    pub files_left: i64,
    /// Whether files or pages of the database are still to be removed.
    pub unfinished: bool,
    /// Files that stayed because records of others name them.
    pub shared: u64,
    /// Bundles that went.
    pub bundles: u64,
    /// Hash of the decision's leaf in the journal.
    pub leaf: Digest,
    /// The journal's epoch.
    pub epoch: Epoch,
    /// Size of the journal now.
    pub size: u64,
    /// Its root.
    pub root: Digest,
    /// Proof that the leaf is in it (RFC 6962 §2.1).
    pub inclusion: Vec<Digest>,
}

/// A record that went.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ErasedRecord {
    /// SHA-256 of its statement.
    pub hash: Digest,
    /// Position of its custody in the journal.
    pub position: u64,
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::ErasureImpossible, why)
}

fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

fn fact(by: &User, family: FamilyId, person: Option<PersonId>, event: Event) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, family: Some(family), person, event }
}

fn words(text: &str) -> Outcome<String> {
    let text = text.trim();
    // A number of twelve digits is a person's.
    let digits = text.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() >= 12);
    if text.is_empty() || text.chars().count() > MAX_TEXT || text.contains('\0') || digits {
        return Err(ProblemCode::WordsMissing.into());
    }
    Ok(text.to_owned())
}

/// The unit that serves the family of whom it is about; none if there is no such family, or the person is not of it.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, whom: Whom) -> Result<Option<OrgUnitId>, StoreError> {
    let found = match whom.person {
        None => opt!(tx, (OrgUnitId,), "select org_unit from family where id = $1", whom.family).await?,
        Some(person) => {
            let sql = "select f.org_unit from person p join family f on f.id = p.family
                where p.id = $1 and f.id = $2";
            opt!(tx, (OrgUnitId,), sql, person, whom.family).await?
        }
    };
    Ok(found.map(|(unit,)| unit))
}

/// The unit of a proposal; none if there is no such proposal.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of_proposal(tx: &mut Tx, id: ProposalId) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select org_unit from erasure_proposal where id = $1";
    Ok(opt!(tx, (OrgUnitId,), sql, id).await?.map(|(unit,)| unit))
}

/// The unit of a decision that was carried out; none if there is no such decision of the office.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of_erasure(tx: &mut Tx, id: ErasureId) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select org_unit from erasure where erasure = $1 and org_unit is not null";
    Ok(opt!(tx, (OrgUnitId,), sql, id).await?.map(|(unit,)| unit))
}

/// The terms of a family today.
struct Terms {
    keeping: Keeping,
    from: Option<NaiveDate>,
    today: NaiveDate,
}

impl Terms {
    async fn of(tx: &mut Tx, family: FamilyId, today: NaiveDate) -> Result<Self, StoreError> {
        let keeping = Classes::read(tx).await?.on(RetentionClass::Case, today);
        let rules = Rules::read(tx).await?;
        type Days = (Option<NaiveDate>, Option<NaiveDate>);
        let sql = "select quota_date, arrived_on from family where id = $1";
        let (quota, arrived) = opt!(tx, Days, sql, family).await?.unwrap_or_default();
        let from = rules.reading(quota, arrived).start(quota, arrived);
        Ok(Self { keeping, from, today })
    }
}

async fn hindrances(tx: &mut Tx, whom: Whom, terms: &Terms) -> Result<Vec<Standing>, StoreError> {
    let Whom { family, person } = whom;
    let Terms { keeping, from, today } = terms;
    let mut found: Vec<(Hindrance, Option<i64>, Option<NaiveDate>)> = Vec::new();
    for of in retention::hindrances(keeping, *from, *today) {
        let until = from.and_then(|from| match of {
            Hindrance::Horizon => keeping.horizon(from),
            Hindrance::AtHand => keeping.at_hand(from),
            Hindrance::Archive => keeping.in_archive(from),
            _ => None,
        });
        found.push((of, None, until));
    }
    let sql = "select count(*) from monitoring_round
        where family = $1 and standing in ('open', 'begun') and begins_on <= $2 and ends_on >= $3";
    let (rounds,) = one!(tx, (i64,), sql, family, *today, monitoring::since()).await?;
    let anybody = Uuid::nil();
    let who = person.map_or(anybody, |person| person.0);
    let sql = "select count(*) from monitoring_issue
        where family = $1 and state = 'open' and ($2 = $3 or person is null or person = $2)";
    let (issues,) = one!(tx, (i64,), sql, family, who, anybody).await?;
    let sql = "select count(*) from monitoring_departure where family = $1 and refund in ('opened', 'taken')";
    let (refunds,) = one!(tx, (i64,), sql, family).await?;
    let sql = "select count(*) from person p left join consent c on c.person = p.id
        where p.family = $1 and ($2 = $3 or p.id = $2) and (c.state is null or c.state <> 'withdrawn')";
    let (standing,) = one!(tx, (i64,), sql, family, who, anybody).await?;
    let sql = "select count(*) from (select distinct f.evidence, f.part from record r join evidence e on e.hash = r.hash
        join evidence_file f on f.evidence = e.evidence
        where r.family = $1 and ($2 = $3 or r.person = $2) and f.state = 'expected') expected";
    let (expected,) = one!(tx, (i64,), sql, family, who, anybody).await?;
    for (of, count) in [
        (Hindrance::Rounds, rounds),
        (Hindrance::Issues, issues),
        (Hindrance::Refund, refunds),
        (Hindrance::NotWithdrawn, standing),
        (Hindrance::Expected, expected),
    ] {
        if count > 0 {
            found.push((of, Some(count), None));
        }
    }
    let standing = |(hindrance, count, until)| Standing {
        hindrance,
        count,
        until,
        forbids: EraseBasis::ALL.iter().copied().filter(|basis| basis.is_hindered_by(hindrance)).collect(),
    };
    Ok(found.into_iter().map(standing).collect())
}

fn hindered(standing: &[Standing], basis: EraseBasis) -> Outcome<()> {
    match standing.iter().find(|of| of.forbids.contains(&basis)) {
        Some(of) => Err(impossible(of.hindrance.as_str())),
        None => Ok(()),
    }
}

fn numbers(taken: &erase::Taken) -> EraseNumbers {
    EraseNumbers {
        bodies: taken.bodies as u64,
        records: taken.records as u64,
        files: taken.files as u64,
        bytes: taken.bytes,
    }
}

async fn survey(tx: &mut Tx, whom: Whom) -> Outcome<erase::Survey> {
    let found = erase::survey_in(tx, whom.family, whom.person).await;
    found.map_err(|error| Refusal::fault(format!("{error:#}")))
}

type Names = (Option<String>, Option<String>);

async fn names(tx: &mut Tx, whom: Whom) -> Result<Names, StoreError> {
    let sql = "select coalesce(h.surname, h.given_name) from person h
        where h.family = $1 and h.relation = 'head' order by h.id limit 1";
    let family = opt!(tx, (String,), sql, whom.family).await?.map(|(name,)| name);
    let Some(person) = whom.person else { return Ok((family, None)) };
    let sql = "select surname, given_name from person where id = $1";
    let found = opt!(tx, (Option<String>, String), sql, person).await?;
    let name = found.map(|(surname, given)| surname.map_or(given.clone(), |name| format!("{name} {given}")));
    Ok((family, name))
}

/// What an erasing would take, what would stay, and what stands in the way.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn preview(tx: &mut Tx, whom: Whom, may_propose: bool, now: DateTime<Utc>) -> Outcome<Preview> {
    let unit = unit_of(tx, whom).await?.ok_or(ProblemCode::NotFound)?;
    let terms = Terms::of(tx, whom.family, civil_date(now)).await?;
    let hindrances = hindrances(tx, whom, &terms).await?;
    let surveyed = survey(tx, whom).await?;
    let (family_name, person_name) = names(tx, whom).await?;
    let headers = match whom.person {
        None => one!(tx, (i64,), "select count(*) from journal where family = $1", whom.family).await?,
        Some(person) => one!(tx, (i64,), "select count(*) from journal where person = $1", person).await?,
    };
    let mut kinds: Vec<OfKind> =
        surveyed.kinds.into_iter().map(|(kind, count)| OfKind { kind, count: count as u64 }).collect();
    kinds.sort_by(|a, b| (b.count, &a.kind).cmp(&(a.count, &b.kind)));
    let proposal = open_proposal(tx, whom).await?;
    let Terms { keeping, from, today } = terms;
    Ok(Preview {
        family: whom.family,
        person: whom.person,
        unit,
        family_name,
        person_name,
        numbers: numbers(&surveyed.taken),
        kinds,
        shared: surveyed.taken.shared as u64,
        uploads: surveyed.taken.uploads as u64,
        bundles: surveyed.taken.bundles as u64,
        rows: surveyed.taken.entities as u64,
        phones: surveyed.phones as u64,
        headers: headers.0,
        hashes: surveyed.records.into_iter().take(SHOWN).collect(),
        hindrances,
        from,
        horizon: from.and_then(|from| keeping.horizon(from)),
        at_hand: from.and_then(|from| keeping.at_hand(from)),
        archive_until: from.and_then(|from| keeping.in_archive(from)),
        stage: keeping.stage(from, today),
        proposal,
        may_propose: may_propose && proposal.is_none(),
    })
}

/// A proposal about the same that waits, or is being carried out.
async fn open_proposal(tx: &mut Tx, whom: Whom) -> Result<Option<ProposalId>, StoreError> {
    let sql =
        "select id, person from erasure_proposal where family = $1 and state in ('proposed', 'confirmed')
        order by position";
    let rows = all!(tx, (ProposalId, Option<PersonId>), sql, whom.family).await?;
    Ok(rows.into_iter().find(|(_, person)| *person == whom.person).map(|(id, _)| id))
}

/// Proposes that somebody be erased; gives the proposal.
///
/// # Errors
/// `not-found`, `words-missing`, `erasure-impossible`.
pub async fn propose(state: &AppState, by: &User, wanted: WantedErasure) -> Outcome<ProposalId> {
    let now = micros(state.clock.wall());
    let reason = words(&wanted.reason)?;
    let whom = Whom { family: wanted.family, person: wanted.person };
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let unit = unit_of(&mut tx, whom).await?.ok_or(ProblemCode::NotFound)?;
    if open_proposal(&mut tx, whom).await?.is_some() {
        return Err(impossible("it is proposed already"));
    }
    let terms = Terms::of(&mut tx, whom.family, civil_date(now)).await?;
    hindered(&hindrances(&mut tx, whom, &terms).await?, wanted.basis)?;
    let surveyed = survey(&mut tx, whom).await?;
    let proposal = ProposalId::draw(now, chance::bytes(state.chance.as_ref()));
    let proposed = ErasureProposed {
        proposal,
        unit,
        basis: wanted.basis,
        reason,
        numbers: numbers(&surveyed.taken),
        hand: hand(by),
    };
    let facts = vec![fact(by, whom.family, whom.person, Event::ErasureProposed(proposed))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    Ok(proposal)
}

#[derive(sqlx::FromRow)]
struct Row {
    id: ProposalId,
    family: FamilyId,
    person: Option<PersonId>,
    org_unit: OrgUnitId,
    basis: EraseBasis,
    reason: String,
    state: String,
    bodies: i64,
    records: i64,
    files: i64,
    bytes: i64,
    position: i64,
    by_user: UserId,
    by_name: String,
    by_role: Role,
    at: DateTime<Utc>,
    decided_reason: Option<String>,
    decided_by: Option<UserId>,
    decided_name: Option<String>,
    decided_role: Option<Role>,
    decided_at: Option<DateTime<Utc>>,
    erasure: Option<ErasureId>,
}

const ROW: &str =
    "select id, family, person, org_unit, basis, reason, state, bodies, records, files, bytes, position,
    by_user, by_name, by_role, at, decided_reason, decided_by, decided_name, decided_role, decided_at, erasure
    from erasure_proposal";

impl Row {
    fn whom(&self) -> Whom {
        Whom { family: self.family, person: self.person }
    }

    async fn shown(self, tx: &mut Tx, user: &User, may_confirm: bool) -> Result<Proposal, StoreError> {
        let (family_name, person_name) = names(tx, self.whom()).await?;
        let state = State::read(&self.state)?;
        let own = self.by_user == user.id;
        let decided = self.decided_name.zip(self.decided_role).zip(self.decided_at);
        Ok(Proposal {
            id: self.id,
            family: self.family,
            person: self.person,
            family_name,
            person_name,
            unit: self.org_unit,
            basis: self.basis,
            reason: self.reason,
            state,
            numbers: EraseNumbers {
                bodies: self.bodies.unsigned_abs(),
                records: self.records.unsigned_abs(),
                files: self.files.unsigned_abs(),
                bytes: self.bytes.unsigned_abs(),
            },
            proposed: Hand { name: self.by_name, role: self.by_role, at: self.at },
            decided: decided.map(|((name, role), at)| Hand { name, role, at }),
            decided_reason: self.decided_reason,
            own,
            may_confirm: may_confirm && !own && state == State::Proposed,
        })
    }
}

async fn row(tx: &mut Tx, id: ProposalId) -> Outcome<Row> {
    let sql = format!("{ROW} where id = $1");
    Ok(opt!(tx, Row, AssertSqlSafe(sql.as_str()), id).await?.ok_or(ProblemCode::NotFound)?)
}

/// A proposal.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn show(tx: &mut Tx, user: &User, id: ProposalId, may_confirm: bool) -> Outcome<Proposal> {
    let found = row(tx, id).await?;
    Ok(found.shown(tx, user, may_confirm).await?)
}

#[derive(sqlx::FromRow)]
struct DoneRow {
    erasure: ErasureId,
    family: FamilyId,
    person: Option<PersonId>,
    basis: String,
    position: i64,
    proposed_name: Option<String>,
    proposed_role: Option<Role>,
    confirmed_name: Option<String>,
    confirmed_role: Option<Role>,
    at: DateTime<Utc>,
}

const DONE: &str =
    "select erasure, family, person, basis, position, proposed_name, proposed_role, confirmed_name,
    confirmed_role, at from erasure";

impl From<DoneRow> for Done {
    fn from(row: DoneRow) -> Self {
        Self {
            erasure: row.erasure,
            family: row.family,
            person: row.person,
            basis: row.basis,
            position: row.position,
            proposed_name: row.proposed_name,
            proposed_role: row.proposed_role,
            confirmed_name: row.confirmed_name,
            confirmed_role: row.confirmed_role,
            at: row.at,
        }
    }
}

/// A page of the proposals and of the decisions of the user's units.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    may_confirm: bool,
    pages: Pages,
    compaction: Option<Compaction>,
) -> Result<List, StoreError> {
    let units = held::units(user, territory);
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let tail = ") order by position desc limit $2";
    let mut list =
        List { proposals: Vec::new(), proposals_next: None, done: Vec::new(), done_next: None, compaction };
    if pages.done_before.is_none() {
        let before = pages.proposals_before.unwrap_or(i64::MAX);
        let sql = format!("{ROW} where position < $1 and org_unit in (");
        let mut rows = among!(tx, Row, &sql, units, tail, before, MOST + 1).await?;
        rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
        rows.dedup_by_key(|row| row.id);
        let more = rows.len() > most;
        rows.truncate(most);
        list.proposals_next = rows.last().filter(|_| more).map(|row| row.position);
        for row in rows {
            list.proposals.push(row.shown(tx, user, may_confirm).await?);
        }
    }
    if pages.proposals_before.is_none() {
        let before = pages.done_before.unwrap_or(i64::MAX);
        let sql = format!("{DONE} where position < $1 and org_unit in (");
        let mut done = among!(tx, DoneRow, &sql, units, tail, before, MOST + 1).await?;
        done.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
        done.dedup_by_key(|row| row.erasure);
        let more = done.len() > most;
        done.truncate(most);
        list.done_next = done.last().filter(|_| more).map(|row| row.position);
        list.done = done.into_iter().map(Done::from).collect();
    }
    Ok(list)
}

/// Takes an own proposal back, or refuses that of somebody else.
///
/// # Errors
/// `not-found`, `words-missing`, `erasure-impossible`.
pub async fn drop(
    state: &AppState,
    by: &User,
    id: ProposalId,
    reason: &str,
    may_confirm: bool,
) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let reason = words(reason)?;
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = row(&mut tx, id).await?;
    if State::read(&found.state)? != State::Proposed {
        return Err(impossible("it does not wait any more"));
    }
    let refused = found.by_user != by.id;
    if refused && !may_confirm {
        return Err(impossible("only who proposed it takes it back"));
    }
    let dropped = ErasureDropped { proposal: id, refused, reason, hand: hand(by) };
    let facts = vec![fact(by, found.family, found.person, Event::ErasureDropped(dropped))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// Confirms what somebody else proposed. It is carried out afterwards.
///
/// # Errors
/// `not-found`, `erasure-impossible`, `not-as-shown`, and as [`session::prove`].
pub async fn confirm(
    state: &AppState,
    session: &Session,
    id: ProposalId,
    given: Confirmation,
) -> Outcome<()> {
    let by = &session.user;
    let mut tx = state.store.read().await?;
    confirmable(&row(&mut tx, id).await?, by)?;
    tx.rollback().await?;
    let second_factor = session::prove(state, session, given.password, given.code).await?;
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = row(&mut tx, id).await?;
    confirmable(&found, by)?;
    let terms = Terms::of(&mut tx, found.family, civil_date(now)).await?;
    hindered(&hindrances(&mut tx, found.whom(), &terms).await?, found.basis)?;
    let surveyed = survey(&mut tx, found.whom()).await?;
    if numbers(&surveyed.taken) != given.numbers {
        return Err(ProblemCode::NotAsShown.into());
    }
    let erasure = ErasureId::draw(now, chance::bytes(state.chance.as_ref()));
    let confirmed = ErasureConfirmed { proposal: id, erasure, second_factor, hand: hand(by) };
    let facts = vec![fact(by, found.family, found.person, Event::ErasureConfirmed(confirmed))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    state.erasing.notify_one();
    Ok(())
}

fn confirmable(row: &Row, by: &User) -> Outcome<()> {
    if row.by_user == by.id {
        return Err(impossible("another person confirms it than who proposed it"));
    }
    match State::read(&row.state)? {
        State::Proposed => Ok(()),
        _ => Err(impossible("it does not wait any more")),
    }
}

/// Carries out what was confirmed; gives how many decisions that were.
///
/// # Errors
/// When a step fails: it is gone on with next time.
pub async fn carry_out(state: &AppState) -> Outcome<usize> {
    // What a step left undone after its fact was committed has no row any more: only its list says so.
    if let Some(config) = state.config.get() {
        let (now, chance) = (state.clock.wall(), state.chance.as_ref());
        let settled = erase::decided(config, &state.store, None, now, chance).await;
        settled.map_err(|error| Refusal::fault(format!("{error:#}")))?;
    }
    let mut tx = state.store.read().await?;
    let sql = format!("{ROW} where state = 'confirmed' order by position");
    let rows = all!(&mut tx, Row, AssertSqlSafe(sql.as_str())).await?;
    tx.rollback().await?;
    let (mut done, mut failed) = (0, None);
    for row in rows {
        let confirmed = (row.erasure, row.decided_by, row.decided_name, row.decided_role, row.decided_at);
        let (Some(erasure), Some(by), Some(confirmed_name), Some(confirmed_role), Some(at)) = confirmed
        else {
            continue;
        };
        let config = state.config.get().ok_or_else(|| Refusal::fault("the data folder is not known here"))?;
        let decision = Erased {
            erasure,
            family: row.family,
            person: row.person,
            basis: row.basis.to_string(),
            by,
            at,
            office: Some(OfficeErasure {
                proposal: row.id,
                unit: row.org_unit,
                proposed_by: row.by_user,
                proposed_name: row.by_name,
                proposed_role: row.by_role,
                confirmed_name,
                confirmed_role,
            }),
        };
        let (now, chance) = (state.clock.wall(), state.chance.as_ref());
        let settled = erase::decided(config, &state.store, Some(&decision), now, chance).await;
        match settled {
            Ok(_) => {
                tracing::info!(%erasure, "a decision to erase was carried out");
                done += 1;
            }
            // It holds up no other; the next look goes on with it.
            Err(error) => failed = Some(format!("{error:#}")),
        }
    }
    failed.map_or(Ok(done), |error| Err(Refusal::fault(error)))
}

/// Whether the database is still to be compacted for decisions that were carried out.
///
/// # Errors
/// When their list cannot be read.
pub fn compaction(state: &AppState) -> Outcome<Option<Compaction>> {
    let Some(config) = state.config.get() else { return Ok(None) };
    let pages = erase::pages(config).map_err(|error| Refusal::fault(format!("{error:#}")))?;
    Ok(pages.map(|pages| Compaction {
        decisions: pages.erasures.len() as u64,
        since: pages.since,
        running: state.compacting.load(Ordering::Relaxed),
    }))
}

/// Compacts the database once for every decision that waits for it; gives how many those were.
///
/// # Errors
/// When it is not done: it is gone on with next time.
pub async fn compact(state: &AppState) -> Outcome<usize> {
    let Some(config) = state.config.get() else { return Ok(0) };
    state.compacting.store(true, Ordering::Relaxed);
    let compacted = erase::compact(config, &state.store).await;
    state.compacting.store(false, Ordering::Relaxed);
    compacted.map_err(|error| Refusal::fault(format!("{error:#}")))
}

/// What is left of an erasing to prove it by.
///
/// # Errors
/// `not-found`, or when the database does not answer.
pub async fn proof(tx: &mut Tx, id: ErasureId, unfinished: bool) -> Outcome<Proof> {
    let sql = format!("{DONE} where erasure = $1 and org_unit is not null");
    let found = opt!(tx, DoneRow, AssertSqlSafe(sql.as_str()), id).await?.ok_or(ProblemCode::NotFound)?;
    let position = found.position.unsigned_abs();
    let stored = journal::stored_at(tx, position).await?.ok_or(ProblemCode::NotFound)?;
    let leaf = stored.leaf;
    let Some(Placed { event: Event::SubjectErased(subject), .. }) = stored.placed()? else {
        return Err(Refusal::fault("the decision is not where the table says"));
    };
    let SubjectErased { positions, records, files, bundles, staying, .. } = subject;
    let list: Vec<(i64,)> = positions.iter().map(|at| (*at as i64,)).collect();
    let sql = "select position from journal_body where position in (";
    let bodies_left = among!(tx, (i64,), sql, list, ")").await?;
    let bodies_left: std::collections::BTreeSet<i64> = bodies_left.into_iter().map(|(at,)| at).collect();
    let list: Vec<_> = files.iter().map(|file| (file.evidence,)).collect();
    let sql = "select evidence, part, state from evidence_file where evidence in (";
    let known: BTreeMap<_, String> =
        among!(tx, (kandas_shared::ids::EvidenceId, kandas_shared::evidence::Part, String), sql, list, ")")
            .await?
            .into_iter()
            .map(|(evidence, part, state)| ((evidence, part), state))
            .collect();
    let left = |file: &&kandas_shared::evidence::FileRef| {
        known.get(&(file.evidence, file.part)).is_some_and(|state| state != "erased")
    };
    let files_left = files.iter().filter(left).count();
    let head = journal::head(tx).await?;
    let inclusion = journal::inclusion_proof(tx, position, head.size).await?;
    let records_all = records.len() as u64;
    Ok(Proof {
        done: found.into(),
        bodies: positions.len() as u64,
        bodies_left: bodies_left.len() as i64,
        records: records
            .into_iter()
            .take(SHOWN)
            .map(|(hash, position)| ErasedRecord { hash, position })
            .collect(),
        records_all,
        files: files.len() as u64,
        files_left: files_left as i64,
        unfinished,
        shared: staying.files.len() as u64,
        bundles: bundles.len() as u64,
        leaf,
        epoch: head.epoch,
        size: head.size,
        root: head.root,
        inclusion,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_nobody_by_his_number() {
        assert_eq!(words("  мерзімі өтті ").unwrap(), "мерзімі өтті");
        for wrong in ["", "  ", "ЖСН 990101300123", "а\0"] {
            assert_eq!(words(wrong).unwrap_err().code(), ProblemCode::WordsMissing, "{wrong}");
        }
        assert!(words("№ 12345678901").is_ok());
        assert!(words(&"қ".repeat(MAX_TEXT + 1)).is_err());
    }
}
