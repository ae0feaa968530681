//! Drawing a road map up, putting it forward, signing it with an account, sending it back and handing over copies: each under
//! the lock on the journal's head, and each a fact.
//!
//! A draft freezes what the store knows at that moment; where it takes the place of another snapshot of the same version, that
//! one is dropped. To sign is to give the password once more (and a code, where the user has a second factor): the fact names
//! the hash of the frozen map, computed anew from the lines as they lie there. With the third signature the map is in force,
//! and the version before it is not any more.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::MAX_TEXT,
    cms::Signable,
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RoadMapId},
    journal::{Author, AuthorKind},
    kato::Kato,
    problem::ProblemCode,
    pulled::{OrgKind, Relation, User},
    report::Next,
    roadmap::{self, Frozen, Item, Member, RoadMapAct, RoadMapHolder, RoadMapState, Row},
    service::ServiceCode,
    time::micros,
};

use super::{Place, copied, signed, stored};
use crate::{
    all, calendar,
    chance::{self, Chance},
    check::policy::Territory,
    facts::{
        Event, ReportHand, RoadMapCopied, RoadMapDrafted, RoadMapRemarked, RoadMapReturned, RoadMapRowFrozen,
        RoadMapSigned, RoadMapSubmitted,
    },
    journal::{self, Fact},
    office::{
        session::Session,
        signing::{self, Of, Proof, Proven},
    },
    opt,
    refusal::{Outcome, Refusal},
    road_map_term::RoadMapTerms,
    state::AppState,
    store::{StoreError, Tx},
};

/// Most letters of a name or a position.
const MOST_NAME: usize = 200;

pub(super) fn impossible(why: impl Into<String>) -> Refusal {
    Refusal::because(ProblemCode::RoadMapImpossible, why)
}

pub(super) fn hand(by: &User) -> ReportHand {
    ReportHand { by: by.id, by_name: by.name.clone(), by_role: by.role }
}

pub(super) fn fact(by: &User, event: Event) -> Fact {
    let author = Author { kind: AuthorKind::User, id: Some(by.id.0) };
    Fact { author, ..Fact::by_system(event) }
}

/// A name or a position, without spaces around.
pub(super) fn named(text: &str) -> Outcome<String> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > MOST_NAME || text.contains('\0') {
        return Err(Refusal::because(ProblemCode::WordsMissing, "a name of at most 200 letters"));
    }
    Ok(text.to_owned())
}

/// Draws up the road map of an okrug for a year; gives its id. Whoever asks may (the handler has looked).
///
/// # Errors
/// `out-of-range` for a year that is neither this nor the next, `road-map-impossible`, or when the database does not answer.
pub async fn draft(state: &AppState, by: &User, place: &Place, year: i32) -> Outcome<RoadMapId> {
    let now = micros(state.clock.wall());
    if !roadmap::may_draft(year, civil_date(now)) {
        return Err(Refusal::because(ProblemCode::OutOfRange, "this year or the next one"));
    }
    if place.okrug.okrug().as_ref() != Some(&place.okrug) {
        return Err(Refusal::because(ProblemCode::OutOfRange, "the KATO code of an okrug"));
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let territory = Territory::read(&mut tx).await?;
    if territory.unit(place.unit).is_none_or(|unit| unit.kind != OrgKind::Cc) {
        return Err(impossible("only a career centre draws up a road map"));
    }
    let sql = "select id, version, state from road_map where org_unit = $1 and okrug = $2 and year = $3
        and state <> 'dropped' order by version desc limit 1";
    let latest = opt!(&mut tx, (RoadMapId, i32, RoadMapState), sql, place.unit, place.okrug, year).await?;
    let (version, drops) = match roadmap::next(latest.map(|(_, version, state)| (version, state))) {
        Next::Version(version) => (version, None),
        Next::Again(version) => (version, latest.map(|(id, ..)| id)),
        Next::None => return Err(impossible("the latest version is being signed")),
    };
    let rows = snapshot(&mut tx, state.chance.as_ref(), place, year).await?;
    let Some(families) = rows.last().map(|row| row.entry) else {
        return Err(impossible("no family lives there in the countryside"));
    };
    let id = RoadMapId::draw(now, chance::bytes(state.chance.as_ref()));
    let mut digests = Vec::with_capacity(rows.len());
    for row in &rows {
        digests.push(Digest::of(row.to_text().map_err(Refusal::fault)?.as_bytes()));
    }
    let Place { unit, okrug } = place.clone();
    let frozen = Frozen { v: 1, map: id, unit, okrug, year, version, rows: digests };
    let sha256 = frozen.hash().map_err(Refusal::fault)?;
    let mut settlements: Vec<String> = rows.iter().map(|row| row.settlement.clone()).collect();
    settlements.sort_unstable();
    settlements.dedup();
    let mut facts: Vec<Fact> = Vec::with_capacity(rows.len() + 1);
    for row in rows {
        let (family, person) = (Some(row.family), Some(row.person));
        let event = Event::RoadMapRowFrozen(RoadMapRowFrozen { map: id, row });
        facts.push(Fact { family, person, ..fact(by, event) });
    }
    let Frozen { unit, okrug, rows, .. } = frozen;
    let drafted = RoadMapDrafted {
        map: id,
        unit,
        okrug,
        settlements,
        year,
        version,
        families,
        rows,
        sha256,
        drops,
        hand: hand(by),
    };
    facts.push(fact(by, Event::RoadMapDrafted(drafted)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    tx.commit().await?;
    Ok(id)
}

/// What the store knows now, as lines of the map: families of the centre that live in the okrug's countryside and have not
/// left it, and what of their plans is neither done nor dropped.
async fn snapshot(tx: &mut Tx, chance: &dyn Chance, place: &Place, year: i32) -> Outcome<Vec<Row>> {
    type Person = (PersonId, FamilyId, Relation, Option<String>, String, Option<String>, String);
    type Open = (PersonId, kandas_shared::ids::ActivityId, ServiceCode, Option<NaiveDate>, Option<NaiveDate>);
    let within = format!("{}%", place.okrug.as_str().get(..6).unwrap_or_default());
    let sql = "select p.id, p.family, p.relation, p.surname, p.given_name, p.patronymic, f.settlement_name
        from family f join person p on p.family = f.id
        where f.org_unit = $1 and f.rural and f.settlement_kato like $2
        and not exists (select 1 from plan q where q.family = f.id and q.state in ('departed', 'closed'))";
    let members: Vec<Member> = all!(tx, Person, sql, place.unit, within)
        .await?
        .into_iter()
        .map(|(person, family, relation, surname, given, patronymic, settlement)| Member {
            person,
            family,
            head: relation == Relation::Head,
            name: [surname, Some(given), patronymic].into_iter().flatten().collect::<Vec<_>>().join(" "),
            settlement,
        })
        .collect();
    let sql = "select a.person, a.id, a.service, a.due_on, a.planned_on
        from activity a join plan p on p.id = a.plan join family f on f.id = a.family
        where f.org_unit = $1 and f.rural and f.settlement_kato like $2
        and a.state in ('planned', 'in_progress', 'captured', 'done_local') and p.state in ('published', 'in_execution')";
    let open: Vec<(PersonId, Item)> = all!(tx, Open, sql, place.unit, within)
        .await?
        .into_iter()
        .map(|(person, activity, service, due_on, planned_on)| {
            (person, Item { activity, service, due_on, planned_on })
        })
        .collect();
    let mut salt = || hex::encode(chance::bytes::<16>(chance));
    Ok(roadmap::rows(year, &members, &open, &mut salt))
}

/// A map as it lies there.
#[derive(sqlx::FromRow)]
pub(super) struct Standing {
    pub org_unit: OrgUnitId,
    pub okrug: Kato,
    pub year: i32,
    pub version: i32,
    pub state: RoadMapState,
    pub digests: String,
    pub sha256: Digest,
    pub entries: i64,
    pub drafted_at: DateTime<Utc>,
    pub approved_at: Option<DateTime<Utc>>,
}

pub(super) async fn standing(tx: &mut Tx, map: RoadMapId) -> Outcome<Standing> {
    let sql =
        "select org_unit, okrug, year, version, state, digests, sha256, entries, drafted_at, approved_at
        from road_map where id = $1";
    Ok(opt!(tx, Standing, sql, map).await?.ok_or(ProblemCode::NotFound)?)
}

impl Standing {
    /// Where it stands after an act.
    fn after(&self, act: RoadMapAct, left: usize) -> Outcome<RoadMapState> {
        self.state
            .after(act, left)
            .ok_or_else(|| impossible(format!("it is {}: {act} is not possible", self.state)))
    }

    /// Whether the lines as they lie there are those that the hash is over. That of an erased person is known by its hash.
    async fn whole(&self, tx: &mut Tx, map: RoadMapId) -> Outcome<()> {
        let digests: Vec<Digest> = stored(&self.digests)?;
        let rows = all!(tx, (i64, String), "select number, frozen from road_map_row where map = $1", map);
        for (number, text) in rows.await? {
            let at = usize::try_from(number - 1).ok();
            if at.and_then(|at| digests.get(at)) != Some(&Digest::of(text.as_bytes())) {
                return Err(StoreError::Damaged(format!("line {number} of road map {map}")).into());
            }
        }
        if Digest::of(self.text(map)?.as_bytes()) != self.sha256 {
            return Err(StoreError::Damaged(format!("the hash of road map {map}")).into());
        }
        Ok(())
    }

    /// What is signed: its SHA-256 is that of the map.
    fn text(&self, map: RoadMapId) -> Outcome<String> {
        let frozen = Frozen {
            v: 1,
            map,
            unit: self.org_unit,
            okrug: self.okrug.clone(),
            year: self.year,
            version: self.version,
            rows: stored(&self.digests)?,
        };
        frozen.to_text().map_err(Refusal::fault)
    }
}

/// Puts a map before the three who sign it; the day to aim for is that of the setting.
///
/// # Errors
/// `not-found`, `road-map-impossible`.
pub async fn submit(state: &AppState, by: &User, id: RoadMapId) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    standing(&mut tx, id).await?.after(RoadMapAct::Submit, 0)?;
    let (terms, today) = (RoadMapTerms::read(&mut tx).await?, civil_date(now));
    let target = terms.target(today, &calendar::read(&mut tx).await?);
    let submitted = RoadMapSubmitted { map: id, term: terms.on(today), target, hand: hand(by) };
    let facts = vec![fact(by, Event::RoadMapSubmitted(submitted))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// Signs a map.
///
/// # Errors
/// `not-found`, `forbidden` for who is none of the three, `road-map-impossible`, `not-as-shown`, and those of
/// [`signing::prove`].
pub async fn sign(state: &AppState, session: &Session, id: RoadMapId, proof: Proof) -> Outcome<()> {
    let holder = RoadMapHolder::of(session.user.role).ok_or(ProblemCode::Forbidden)?;
    // What cannot be signed asks for no password.
    let mut tx = state.store.read().await?;
    let (found, _) = signable(&mut tx, id, holder).await?;
    drop(tx);
    let proven =
        signing::prove(state, session, Of::new(Signable::RoadMap, id.0), found.text(id)?, proof).await?;
    let written = write_signature(state, &session.user, (id, holder), &proven).await;
    proven.settle(state, written).await
}

async fn write_signature(
    state: &AppState,
    by: &User,
    (id, holder): (RoadMapId, RoadMapHolder),
    proven: &Proven,
) -> Outcome<()> {
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let signed = signature(&mut tx, id, holder, by).await?;
    let mut facts: Vec<Fact> = proven.fact(by, signed.sha256)?.into_iter().collect();
    let signed = RoadMapSigned { second_factor: proven.second_factor, ..signed };
    facts.push(fact(by, Event::RoadMapSigned(signed)));
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// The very text that is signed.
///
/// # Errors
/// `not-found`.
pub async fn document(tx: &mut Tx, id: RoadMapId) -> Outcome<String> {
    standing(tx, id).await?.text(id)
}

/// A map that somebody can sign, and where it stands once he has.
pub(super) async fn signable(
    tx: &mut Tx,
    id: RoadMapId,
    holder: RoadMapHolder,
) -> Outcome<(Standing, RoadMapState)> {
    let found = standing(tx, id).await?;
    let mut done = signed(tx, id).await?;
    if done.contains(&holder) {
        return Err(impossible(format!("the {holder} has signed it")));
    }
    done.push(holder);
    let after = found.after(RoadMapAct::Sign, roadmap::missing(&done).len())?;
    Ok((found, after))
}

/// The fact of a signature with an account; one on paper says so besides.
pub(super) async fn signature(
    tx: &mut Tx,
    id: RoadMapId,
    holder: RoadMapHolder,
    by: &User,
) -> Outcome<RoadMapSigned> {
    let (found, after) = signable(tx, id, holder).await?;
    found.whole(tx, id).await?;
    let closes = if after == RoadMapState::Approved {
        let sql = "select id from road_map where org_unit = $1 and okrug = $2 and year = $3 and id <> $4
            and state in ('approved', 'active')";
        opt!(tx, (RoadMapId,), sql, found.org_unit, found.okrug, found.year, id).await?.map(|(id,)| id)
    } else {
        None
    };
    let (second_factor, paper) = (false, None);
    Ok(RoadMapSigned {
        map: id,
        sha256: found.sha256,
        holder,
        second_factor,
        paper,
        after,
        closes,
        hand: hand(by),
    })
}

/// Sends a map back while it is being signed: with words, by one of the three, or by the centre in whose ear they were said.
///
/// # Errors
/// `not-found`, `road-map-impossible`, `words-missing`.
pub async fn send_back(state: &AppState, by: &User, id: RoadMapId, text: &str) -> Outcome<()> {
    let text = text.trim().to_owned();
    if text.is_empty() || text.chars().count() > MAX_TEXT || text.contains('\0') {
        return Err(ProblemCode::WordsMissing.into());
    }
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    standing(&mut tx, id).await?.after(RoadMapAct::Return, 0)?;
    let facts = vec![
        fact(by, Event::RoadMapReturned(RoadMapReturned { map: id, hand: hand(by) })),
        fact(by, Event::RoadMapRemarked(RoadMapRemarked { map: id, text })),
    ];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// A copy that was handed over.
#[derive(Clone, Debug)]
pub struct Handed {
    /// Whose copy.
    pub holder: RoadMapHolder,
    /// Who took it.
    pub name: String,
    /// When.
    pub taken_on: NaiveDate,
}

/// Enters that one of the three has his copy (§38). With the third one the map is out of hand.
///
/// # Errors
/// `not-found`, `road-map-impossible`, `words-missing`, `out-of-range` for a day before the map was approved or after today.
pub async fn hand_over(state: &AppState, by: &User, id: RoadMapId, handed: Handed) -> Outcome<()> {
    let Handed { holder, name, taken_on } = handed;
    let name = named(&name)?;
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let found = standing(&mut tx, id).await?;
    let mut done = copied(&mut tx, id).await?;
    if done.contains(&holder) {
        return Err(impossible(format!("the {holder} has his copy")));
    }
    done.push(holder);
    let after = found.after(RoadMapAct::Copy, roadmap::missing(&done).len())?;
    within(taken_on, found.approved_at.unwrap_or(found.drafted_at), now)?;
    let copied = RoadMapCopied { map: id, holder, name, taken_on, after, hand: hand(by) };
    let facts = vec![fact(by, Event::RoadMapCopied(copied))];
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, facts).await?;
    Ok(tx.commit().await?)
}

/// Whether a day lies between two moments, their own days included.
pub(super) fn within(day: NaiveDate, from: DateTime<Utc>, to: DateTime<Utc>) -> Outcome<()> {
    let (from, to) = (civil_date(from), civil_date(to));
    if (from..=to).contains(&day) {
        Ok(())
    } else {
        Err(Refusal::because(ProblemCode::OutOfRange, format!("a day from {from} to {to}")))
    }
}
