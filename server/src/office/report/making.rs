//! Drafting, signing, sending and deciding: each under the lock on the journal's head, and each a fact.
//!
//! A draft freezes what the store knows at that moment; where it takes the place of another snapshot of the same version,
//! that one is dropped, and a signature with it. To sign is to give the password once more (and a code, where the user has
//! a second factor): the fact names the hash of the frozen report, computed anew from the rows as they lie there. A
//! signature by a certificate of the national centre is not taken here.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::{ReportMonth, civil_date},
    check::MAX_TEXT,
    cms::Signable,
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RecordId, ReportId},
    iin::Iin,
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    pulled::{OrgKind, Relation, User},
    report::{self, Cell, Completion, Form, Frozen, Member, Next, ReportAct, ReportSpan, ReportState, Row},
    service::ServiceCode,
    time::micros,
};

use crate::{
    all, among, calendar,
    chance::{self, Chance},
    check::policy::Territory,
    facts::{
        Event, ReportDecided, ReportDrafted, ReportHand, ReportRemarked, ReportRowFrozen, ReportSent,
        ReportSigned,
    },
    journal::{self, Fact},
    office::{
        session::Session,
        signing::{self, Of, Proof, Proven},
    },
    opt,
    refusal::{Outcome, Refusal},
    report_form::Forms,
    state::AppState,
    store::{StoreError, Tx},
};

/// The day of the order: no work before it is reported on.
const BEGINNING: &str = "2024-05-30";

fn beginning() -> NaiveDate {
    BEGINNING.parse().unwrap_or_default()
}

fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::ReportImpossible, why)
}

fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

fn fact(by: &User, event: Event) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, ..Fact::by_system(event) }
}

/// Drafts the report of a centre for a month; gives its id. Whoever asks may (the handler has looked).
///
/// # Errors
/// `out-of-range` for a month that has not begun or lies before the order, `report-impossible`, or when the database does not answer.
pub async fn draft(state: &AppState, by: &User, unit: OrgUnitId, month: ReportMonth) -> Outcome<ReportId> {
    let now = micros(state.clock.wall());
    let (first, last) = report::days(month);
    if first > civil_date(now) || last < beginning() {
        let what = "a month that has begun, and not before the order";
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let territory = Territory::read(&mut tx).await?;
    if territory.unit(unit).is_none_or(|unit| unit.kind != OrgKind::Cc) {
        return Err(impossible("only a career centre reports"));
    }
    let sql =
        "select id, version, state from report where org_unit = $1 and month = $2 and state <> 'dropped'
        order by version desc limit 1";
    let latest = opt!(&mut tx, (ReportId, i32, ReportState), sql, unit, month.to_string()).await?;
    let (version, drops) = match report::next(latest.map(|(_, version, state)| (version, state))) {
        Next::Version(version) => (version, None),
        Next::Again(version) => (version, latest.map(|(id, ..)| id)),
        Next::None => return Err(impossible("the latest version was sent and not given back")),
    };
    let form = Forms::read(&mut tx).await?.on(last);
    let rows = snapshot(&mut tx, state.chance.as_ref(), unit, month, form).await?;
    let id = ReportId::draw(now, chance::bytes(state.chance.as_ref()));
    let mut digests = Vec::with_capacity(rows.len());
    for row in &rows {
        digests.push(Digest::of(row.to_text().map_err(Refusal::fault)?.as_bytes()));
    }
    let frozen = Frozen { v: 1, report: id, unit, month, version, form, rows: digests };
    let sha256 = frozen.hash().map_err(Refusal::fault)?;
    let mut facts: Vec<Fact> = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        let (family, person) = (Some(row.family), Some(row.person));
        let event = Event::ReportRowFrozen(ReportRowFrozen { report: id, row });
        facts.push(Fact { family, person, ..fact(by, event) });
    }
    let rows = frozen.rows;
    let drafted =
        ReportDrafted { report: id, unit, month, version, form, rows, sha256, drops, hand: hand(by) };
    facts.push(fact(by, Event::ReportDrafted(drafted)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the store knows now, as rows of the form.
async fn snapshot(
    tx: &mut Tx,
    chance: &dyn Chance,
    unit: OrgUnitId,
    month: ReportMonth,
    form: Form,
) -> Outcome<Vec<Row>> {
    let (first, last) = report::days(month);
    let from = match form.span {
        ReportSpan::Month => first,
        ReportSpan::Cumulative => beginning(),
    };
    let mut done = completions(tx, unit, from, last, 0).await?;
    if form.span == ReportSpan::Month {
        done.extend(late(tx, unit, month).await?);
    }
    let elsewhere = told_elsewhere(tx, unit).await?;
    done.retain(|done| !elsewhere.get(&done.person).is_some_and(|cells| report::was_told(done, cells)));
    type Person = (PersonId, FamilyId, Relation, Option<Iin>);
    let sql = "select p.id, p.family, p.relation, p.iin from family f join person p on p.family = f.id
        where f.org_unit = $1";
    let members: Vec<Member> = all!(tx, Person, sql, unit)
        .await?
        .into_iter()
        .map(|(person, family, relation, iin)| Member {
            person,
            family,
            head: relation == Relation::Head,
            iin,
        })
        .collect();
    let sql = "select distinct a.person from activity a join plan p on p.id = a.plan where a.org_unit = $1
        and a.state not in ('cancelled', 'not_applicable', 'refused') and p.state in ('published', 'in_execution')";
    let planned: BTreeSet<PersonId> =
        all!(tx, (PersonId,), sql, unit).await?.into_iter().map(|(person,)| person).collect();
    let mut salt = || hex::encode(chance::bytes::<16>(chance));
    Ok(report::rows(form, month, &members, &planned, &done, &mut salt))
}

/// Completed services of a unit's families between two days, each with the record that counts, of those that came to count
/// after a position; 0 for all.
async fn completions(
    tx: &mut Tx,
    unit: OrgUnitId,
    from: NaiveDate,
    to: NaiveDate,
    after: i64,
) -> Result<Vec<Completion>, StoreError> {
    type Found = (PersonId, FamilyId, ServiceCode, NaiveDate, RecordId);
    // A record that was held at first came to count with the decision.
    let sql = "select a.person, a.family, a.service, a.done_on, a.record from activity a where a.org_unit = $1
        and a.done_on >= $2 and a.done_on <= $3 and a.record is not null and a.state in ('synced', 'reported', 'sys_confirmed', 'disputed')
        and exists (select 1 from record r left join held_decision h on h.hash = r.hash
         where r.record = a.record and r.verdict = 'accepted' and (r.position > $4 or h.position > $4))";
    let rows = all!(tx, Found, sql, unit, from, to, after).await?;
    Ok(rows
        .into_iter()
        .map(|(person, family, service, done_on, record)| Completion {
            person,
            family,
            service,
            done_on,
            record,
            late: after > 0,
        })
        .collect())
}

/// Work of months whose report is accepted and did not know it (requirements §2.7). Where the local executive body lets
/// another version of that month follow, it belongs there.
async fn late(tx: &mut Tx, unit: OrgUnitId, month: ReportMonth) -> Outcome<Vec<Completion>> {
    let sql = "select r.month, r.position from report r where r.org_unit = $1 and r.month < $2
        and r.state = 'accepted' and not exists (select 1 from report n where n.org_unit = r.org_unit
         and n.month = r.month and n.version > r.version and n.state <> 'dropped')";
    let closed = all!(tx, (String, i64), sql, unit, month.to_string()).await?;
    let mut late = Vec::new();
    for (of, position) in closed {
        let (first, last) = report::days(super::read(&of)?);
        late.extend(completions(tx, unit, first, last, position).await?);
    }
    let persons: BTreeSet<PersonId> = late.iter().map(|done| done.person).collect();
    let persons: Vec<(PersonId,)> = persons.into_iter().map(|person| (person,)).collect();
    let sql = "select w.person, w.frozen from report_row w join report r on r.id = w.report
        where r.org_unit = $1 and r.month < $2 and r.state in ('sent', 'accepted') and w.person in (";
    let mut told: HashMap<PersonId, Vec<Cell>> = HashMap::new();
    for (person, frozen) in among!(tx, (PersonId, String), sql, persons, ")", unit, month.to_string()).await?
    {
        let row: Row = super::stored(&frozen)?;
        told.entry(person).or_default().extend(row.cells);
    }
    late.retain(|done| !told.get(&done.person).is_some_and(|cells| report::was_told(done, cells)));
    Ok(late)
}

/// What another centre has reported of families that it handed over to this one: nothing is reported twice.
async fn told_elsewhere(tx: &mut Tx, unit: OrgUnitId) -> Outcome<HashMap<PersonId, Vec<Cell>>> {
    let sql = "select distinct family from family_handover where to_unit = $1 and state = 'accepted'";
    let families = all!(tx, (FamilyId,), sql, unit).await?;
    let sql = "select p.id from person p where p.family in (";
    let mut persons = among!(tx, (PersonId,), sql, families, ")").await?;
    persons.sort_unstable();
    persons.dedup();
    let sql = "select w.person, w.frozen from report_row w join report r on r.id = w.report
        where r.org_unit <> $1 and r.state in ('sent', 'accepted') and w.person in (";
    let mut told: HashMap<PersonId, Vec<Cell>> = HashMap::new();
    for (person, frozen) in among!(tx, (PersonId, String), sql, persons, ")", unit).await? {
        let row: Row = super::stored(&frozen)?;
        told.entry(person).or_default().extend(row.cells);
    }
    Ok(told)
}

#[derive(sqlx::FromRow)]
struct Standing {
    org_unit: OrgUnitId,
    month: String,
    version: i32,
    state: ReportState,
    form: String,
    digests: String,
    sha256: Digest,
}

async fn standing(tx: &mut Tx, report: ReportId) -> Outcome<(Standing, ReportMonth)> {
    let sql = "select org_unit, month, version, state, form, digests, sha256 from report where id = $1";
    let found = opt!(tx, Standing, sql, report).await?.ok_or(ProblemCode::NotFound)?;
    let month = super::read(&found.month)?;
    Ok((found, month))
}

fn can(standing: &Standing, act: ReportAct) -> Outcome<()> {
    match standing.state.after(act) {
        Some(_) => Ok(()),
        None => Err(impossible(format!("it is {}: {act} is not possible", standing.state))),
    }
}

/// Signs a report.
///
/// # Errors
/// `not-found`, `report-impossible`, `not-as-shown`, and those of [`signing::prove`].
pub async fn sign(state: &AppState, session: &Session, id: ReportId, proof: Proof) -> Outcome<()> {
    let now = micros(state.clock.wall());
    // What cannot be signed asks for no password.
    let mut tx = state.store.read().await?;
    let (found, month) = signable(&mut tx, id, now).await?;
    drop(tx);
    let text = text(id, &found, month)?;
    let proven = signing::prove(state, session, Of::new(Signable::Report, id.0), text, proof).await?;
    let written = write_signature(state, &session.user, id, &proven, now).await;
    proven.settle(state, written).await
}

async fn write_signature(
    state: &AppState,
    by: &User,
    id: ReportId,
    proven: &Proven,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (found, month) = signable(&mut tx, id, now).await?;
    whole(&mut tx, id, &found, month).await?;
    let (second_factor, sha256) = (proven.second_factor, found.sha256);
    let signed = ReportSigned { report: id, sha256, second_factor, hand: hand(by) };
    let mut facts: Vec<Fact> = proven.fact(by, sha256)?.into_iter().collect();
    facts.push(fact(by, Event::ReportSigned(signed)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// The very text that is signed, as long as the report stands for something.
///
/// # Errors
/// `not-found`.
pub async fn document(tx: &mut Tx, id: ReportId) -> Outcome<String> {
    let (found, month) = standing(tx, id).await?;
    text(id, &found, month)
}

/// What is signed: its SHA-256 is that of the report.
fn text(id: ReportId, found: &Standing, month: ReportMonth) -> Outcome<String> {
    let frozen = Frozen {
        v: 1,
        report: id,
        unit: found.org_unit,
        month,
        version: found.version,
        form: super::stored(&found.form)?,
        rows: super::stored(&found.digests)?,
    };
    frozen.to_text().map_err(Refusal::fault)
}

async fn signable(tx: &mut Tx, id: ReportId, now: DateTime<Utc>) -> Outcome<(Standing, ReportMonth)> {
    let (found, month) = standing(tx, id).await?;
    can(&found, ReportAct::Sign)?;
    if civil_date(now) <= report::days(month).1 {
        return Err(impossible("a month is reported on when it is over"));
    }
    Ok((found, month))
}

/// Whether the rows as they lie there are those that the hash is over. That of an erased person is known by its hash.
async fn whole(tx: &mut Tx, id: ReportId, found: &Standing, month: ReportMonth) -> Outcome<()> {
    let digests: Vec<Digest> = super::stored(&found.digests)?;
    let rows = all!(tx, (i64, String), "select number, frozen from report_row where report = $1", id).await?;
    for (number, text) in rows {
        let at = usize::try_from(number - 1).ok();
        if at.and_then(|at| digests.get(at)) != Some(&Digest::of(text.as_bytes())) {
            return Err(StoreError::Damaged(format!("row {number} of report {id}")).into());
        }
    }
    if Digest::of(text(id, found, month)?.as_bytes()) != found.sha256 {
        return Err(StoreError::Damaged(format!("the hash of report {id}")).into());
    }
    Ok(())
}

/// Sends a signed report: to the local executive bodies on whose land the centre is (§39), with a copy to the mobility
/// centres above it (§4(8), A-16).
///
/// # Errors
/// `not-found`, `report-impossible`.
pub async fn send(state: &AppState, by: &User, id: ReportId) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (found, month) = standing(&mut tx, id).await?;
    can(&found, ReportAct::Send)?;
    let territory = Territory::read(&mut tx).await?;
    let (to, copies) = addressees(&territory, found.org_unit);
    if to.is_empty() {
        return Err(impossible("there is no local executive body for this centre"));
    }
    let due = calendar::read(&mut tx).await?.report_due(month).ok();
    let in_time = due.map(|due| civil_date(now) <= due.legal);
    let sent = ReportSent { report: id, to, copies, in_time, hand: hand(by) };
    let facts = vec![fact(by, Event::ReportSent(sent))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// Who gets the report of a centre: the local executive bodies on whose land it is, and for the copy the mobility centres
/// above it.
fn addressees(territory: &Territory, centre: OrgUnitId) -> (Vec<OrgUnitId>, Vec<OrgUnitId>) {
    let over = |kind: OrgKind| -> Vec<OrgUnitId> {
        let of = |unit: &OrgUnitId| territory.unit(*unit).is_some_and(|unit| unit.kind == kind);
        territory.all().into_iter().filter(of).filter(|unit| territory.covers(*unit, centre)).collect()
    };
    (over(OrgKind::Mio), over(OrgKind::Ctm))
}

/// Accepts a report, returns it, or lets another version follow an accepted one. To return needs words.
///
/// # Errors
/// `not-found`, `report-impossible`, `words-missing`.
pub async fn decide(
    state: &AppState,
    by: &User,
    id: ReportId,
    act: ReportAct,
    text: Option<String>,
) -> Outcome<()> {
    if !matches!(act, ReportAct::Accept | ReportAct::Return | ReportAct::Reopen) {
        return Err(Refusal::because(ProblemCode::BadRequest, "accept, return or reopen"));
    }
    let text = text.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let fits = |text: &String| text.chars().count() <= MAX_TEXT && !text.contains('\0');
    if text.as_ref().is_some_and(|text| !fits(text)) || (act == ReportAct::Return && text.is_none()) {
        return Err(ProblemCode::WordsMissing.into());
    }
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let (found, _) = standing(&mut tx, id).await?;
    can(&found, act)?;
    let decided = ReportDecided { report: id, act, hand: hand(by) };
    let mut facts = vec![fact(by, Event::ReportDecided(decided))];
    facts.extend(text.map(|text| fact(by, Event::ReportRemarked(ReportRemarked { report: id, text }))));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// §39 names the local executive body; the mobility centre above has a copy, those beside have none.
    #[test]
    fn a_report_goes_to_the_body_of_its_land_and_in_copy_to_the_mobility_centre_above() {
        let territory = Territory::of(vec![
            (1, None, OrgKind::Auth, "000000000"),
            (2, Some(1), OrgKind::Ctm, "550000000"),
            (3, Some(2), OrgKind::Cc, "551600000"),
            (4, Some(2), OrgKind::Cc, "553200000"),
            (5, Some(1), OrgKind::Mio, "550000000"),
            (6, Some(1), OrgKind::Ctm, "590000000"),
            (7, Some(6), OrgKind::Cc, "591000000"),
            (8, Some(1), OrgKind::Mio, "590000000"),
            (9, Some(1), OrgKind::Cc, "710000000"),
        ]);
        let id = |id: u128| OrgUnitId(uuid::Uuid::from_u128(id));
        let ids = |of: &[u128]| of.iter().map(|of| id(*of)).collect::<Vec<_>>();
        let table: [(u128, &[u128], &[u128]); 4] =
            [(3, &[5], &[2]), (4, &[5], &[2]), (7, &[8], &[6]), (9, &[], &[])];
        for (centre, to, copies) in table {
            assert_eq!(addressees(&territory, id(centre)), (ids(to), ids(copies)), "{centre}");
        }
    }
}
