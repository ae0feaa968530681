//! Monitoring (§41-46): what people did becomes rows, and so do the rounds of each family, which no fact states: they follow
//! from the day on which the five years begin, from the settings, from what was done and from a departure. They are cut anew
//! whenever one of these changes, so that a list of rounds is read from one index.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, OrgUnitId},
    monitoring::{self, IssueAct, IssueState, RefundState, Round, RoundAct, RoundStanding},
    record::{self, Act, Reading, Statement},
};
use uuid::Uuid;

use super::{ApplyError, Gone, missing};
use crate::{
    all, among, exec,
    facts::{
        DepartureActed, Event, FamilyDeparted, IssueActed, IssueOpened, RecordReceived, ReportHand,
        ResidenceChecked, RoundActed, RoundOf, ServiceConfirmed, Settler,
    },
    journal::{self, JournalError, Placed},
    many,
    monitoring_rules::Rules,
    one,
    store::{Store, StoreError, Tx},
};

/// Families whose rounds are cut in one go.
const PIECE: i64 = 2_000;

/// Tables whose rows go with the body of the fact at their position.
pub(super) const WITH_POSITION: &[&str] = &[
    "monitoring_act",
    "monitoring_issue",
    "monitoring_word",
    "monitoring_residence",
    "monitoring_departure",
    "monitoring_confirmation",
];

/// A row of `record_act`.
pub(super) type ActRow = (Digest, Act, FamilyId, NaiveDate, Option<i64>);

/// The act that a record states, for its row; none if it states something else.
pub(super) fn act_of(record: &RecordReceived) -> Option<ActRow> {
    let (family, done_on) = (record.reading.family?, record.reading.done_on?);
    if record.reading.kind.as_deref() != Some("act") {
        return None;
    }
    match record::read(&record.jws.payload) {
        Reading::Record(read) => match read.statement {
            Statement::Act { act, details, .. } => {
                let visit = act == Act::MonitoringVisit;
                let said = visit.then(|| record::satisfaction(&details)).flatten();
                Some((record.hash, act, family, done_on, said.map(|points| points.get().into())))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Of a round, its family and number; what lies there of it.
type Cut = BTreeMap<(FamilyId, i64), (OrgUnitId, NaiveDate, NaiveDate, RoundStanding, Option<i64>)>;

/// Cuts the rounds of these families anew; only those that change are written.
pub(super) async fn cut(tx: &mut Tx, families: &[(FamilyId,)]) -> Result<(), StoreError> {
    type Family = (FamilyId, OrgUnitId, Option<NaiveDate>, Option<NaiveDate>);
    type Held = (FamilyId, i64, OrgUnitId, NaiveDate, NaiveDate, RoundStanding, Option<i64>);
    if families.is_empty() {
        return Ok(());
    }
    let rules = Rules::read(tx).await?;
    let sql =
        "select family, ends_on, act, position from monitoring_act where subject is null and family in (";
    let mut acts: BTreeMap<FamilyId, Vec<(NaiveDate, RoundAct, i64)>> = BTreeMap::new();
    for (family, ends_on, act, position) in
        among!(tx, (FamilyId, NaiveDate, RoundAct, i64), sql, families, ")").await?
    {
        acts.entry(family).or_default().push((ends_on, act, position));
    }
    let sql =
        "select family, min(left_on) from monitoring_departure where refund <> 'withdrawn' and family in (";
    let left: BTreeMap<FamilyId, NaiveDate> =
        among!(tx, (FamilyId, NaiveDate), sql, families, ") group by family").await?.into_iter().collect();
    let sql = "select id, org_unit, quota_date, arrived_on from family where id in (";
    let mut wanted = Cut::new();
    for (family, unit, quota, arrived) in among!(tx, Family, sql, families, ")").await? {
        let (_, rounds) = rules.rounds(quota, arrived).unwrap_or_default();
        let done = acts.get(&family).map_or(&[][..], Vec::as_slice);
        for round in rounds {
            let last = last_act(&round, done);
            let standing = monitoring::standing(&round, last.map(|(act, _)| act), left.get(&family).copied());
            let row = (unit, round.begins_on, round.ends_on, standing, last.map(|(_, position)| position));
            wanted.insert((family, i64::from(round.number)), row);
        }
    }
    let sql = "select family, number, org_unit, begins_on, ends_on, standing, position from monitoring_round
        where family in (";
    let held: Cut = among!(tx, Held, sql, families, ")")
        .await?
        .into_iter()
        .map(|(family, number, unit, begins, ends, standing, position)| {
            ((family, number), (unit, begins, ends, standing, position))
        })
        .collect();
    let differs = |key: &(FamilyId, i64)| wanted.get(key) != held.get(key);
    let changed: BTreeSet<FamilyId> =
        wanted.keys().chain(held.keys()).filter(|key| differs(key)).map(|(family, _)| *family).collect();
    let keys: Vec<(FamilyId,)> = changed.iter().map(|family| (*family,)).collect();
    many!(tx, "delete from monitoring_round where family in (", keys, ")").await?;
    let rows: Vec<_> = wanted
        .into_iter()
        .filter(|((family, _), _)| changed.contains(family))
        .map(|((family, number), (unit, begins, ends, standing, position))| {
            (family, number, unit, begins, ends, standing, position)
        })
        .collect();
    let head =
        "insert into monitoring_round (family, number, org_unit, begins_on, ends_on, standing, position)";
    many!(tx, head, rows).await?;
    Ok(())
}

/// What was done last to the round in whose period the one of the act ended.
fn last_act(round: &Round, acts: &[(NaiveDate, RoundAct, i64)]) -> Option<(RoundAct, i64)> {
    let of = acts.iter().filter(|(ends_on, ..)| round.contains(*ends_on));
    of.max_by_key(|(.., position)| *position).map(|(_, act, position)| (*act, *position))
}

/// Cuts the rounds of all families anew.
pub(super) async fn cut_all(tx: &mut Tx) -> Result<(), StoreError> {
    let mut after = FamilyId(Uuid::nil());
    loop {
        let sql = "select id from family where id > $1 order by id limit $2";
        let families = all!(tx, (FamilyId,), sql, after, PIECE).await?;
        let Some((last,)) = families.last() else { return Ok(()) };
        after = *last;
        cut(tx, &families).await?;
    }
}

/// Gives the families of a store that was made before there were rounds theirs, and its records their acts.
///
/// # Errors
/// When the database does not answer, or a record cannot be read.
pub async fn complete(store: &Store) -> Result<(), JournalError> {
    let mut tx = store.read().await?;
    let sql = "select exists (select 1 from family where quota_date is not null or arrived_on is not null)
        and not exists (select 1 from monitoring_round)";
    let (rounds,) = one!(&mut tx, (bool,), sql).await?;
    let sql = "select exists (select 1 from record where kind = 'act' and family is not null and done_on is not null)
        and not exists (select 1 from record_act)";
    let (acts,) = one!(&mut tx, (bool,), sql).await?;
    tx.rollback().await?;
    if !rounds && !acts {
        return Ok(());
    }
    let mut tx = store.write().await?;
    // Nobody appends meanwhile.
    journal::lock(&mut tx).await?;
    if rounds {
        cut_all(&mut tx).await?;
    }
    if acts {
        let sql = "select position from record where kind = 'act' order by position";
        let mut rows = Vec::new();
        for (position,) in all!(&mut tx, (i64,), sql).await? {
            let stored = journal::stored_at(&mut tx, position.unsigned_abs()).await?;
            let placed = stored.map(|stored| stored.placed()).transpose()?.flatten();
            if let Some(Placed { event: Event::RecordReceived(received), .. }) = placed {
                rows.extend(act_of(&received));
            }
        }
        many!(&mut tx, "insert into record_act (hash, act, family, done_on, satisfaction)", rows).await?;
    }
    Ok(tx.commit().await?)
}

pub(super) async fn apply(tx: &mut Tx, fact: &Placed, gone: &Gone) -> Result<(), ApplyError> {
    let family = fact.family.ok_or_else(|| missing(fact.position, "the family of monitoring".into()))?;
    match &fact.event {
        Event::RoundActed(acted) => round(tx, fact, family, acted).await,
        Event::ResidenceChecked(checked) => residence(tx, fact, family, checked).await,
        Event::IssueOpened(opened) => issue(tx, fact, family, opened).await,
        Event::IssueActed(acted) => issue_acted(tx, fact, family, acted).await,
        Event::FamilyDeparted(departed) => departure(tx, fact, family, departed).await,
        Event::DepartureActed(acted) => departure_acted(tx, fact, family, acted).await,
        Event::ServiceConfirmed(confirmed) => confirmation(tx, fact, family, confirmed, gone).await,
        Event::MonitoringWorded(worded) => {
            let sql = "insert into monitoring_word (id, family, text, position) values ($1, $2, $3, $4)";
            exec!(tx, sql, worded.note, family, worded.text, fact.position as i64).await?;
            Ok(())
        }
        other => Err(missing(fact.position, format!("what {} does to monitoring", other.kind()))),
    }
}

/// What a row of `monitoring_act` says beside who and when.
#[derive(Default)]
struct Done<'a> {
    subject: Option<Uuid>,
    round: Option<&'a RoundOf>,
    act: &'a str,
    in_time: Option<bool>,
    outcome: Option<&'a str>,
    to: Option<&'a Settler>,
    due: Option<NaiveDate>,
    words: Option<Uuid>,
    satisfaction: Option<i64>,
}

async fn write_act(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    done: Done<'_>,
    hand: &ReportHand,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into monitoring_act (position, family, subject, number, begins_on, ends_on, act, in_time, outcome,
         to_user, to_name, due_on, words, by_user, by_name, by_role, at, satisfaction)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)",
        fact.position as i64,
        family,
        done.subject,
        done.round.map(|round| i64::from(round.number)),
        done.round.map(|round| round.begins_on),
        done.round.map(|round| round.ends_on),
        done.act,
        done.in_time,
        done.outcome,
        done.to.map(|to| to.user),
        done.to.map(|to| to.name.as_str()),
        done.due,
        done.words,
        hand.by,
        hand.by_name,
        hand.by_role,
        fact.at,
        done.satisfaction
    )
    .await?;
    Ok(())
}

async fn round(tx: &mut Tx, fact: &Placed, family: FamilyId, acted: &RoundActed) -> Result<(), ApplyError> {
    let done = Done {
        round: Some(&acted.round),
        act: acted.act.as_str(),
        in_time: acted.in_time,
        words: acted.words.map(|note| note.0),
        satisfaction: acted.satisfaction.map(|points| points.get().into()),
        ..Done::default()
    };
    write_act(tx, fact, family, done, &acted.hand).await?;
    Ok(cut(tx, &[(family,)]).await?)
}

async fn residence(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    checked: &ResidenceChecked,
) -> Result<(), ApplyError> {
    exec!(
        tx,
        "insert into monitoring_residence (position, family, number, begins_on, ends_on, result, source, on_day, words,
         by_user, by_name, by_role, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        fact.position as i64,
        family,
        i64::from(checked.round.number),
        checked.round.begins_on,
        checked.round.ends_on,
        checked.result,
        checked.source,
        checked.on,
        checked.words,
        checked.hand.by,
        checked.hand.by_name,
        checked.hand.by_role,
        fact.at
    )
    .await?;
    Ok(())
}

async fn issue(tx: &mut Tx, fact: &Placed, family: FamilyId, opened: &IssueOpened) -> Result<(), ApplyError> {
    let written = exec!(
        tx,
        "insert into monitoring_issue (id, family, org_unit, person, what, kind, weight, found_on, number, record, state,
         to_user, to_name, due_on, words, position, opened_at)
         select $1, f.id, f.org_unit, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15
         from family f where f.id = $16",
        opened.issue,
        fact.person,
        opened.what,
        opened.about,
        opened.weight,
        opened.found_on,
        opened.number.map(i64::from),
        opened.record,
        IssueState::Open,
        opened.to.as_ref().map(|to| to.user),
        opened.to.as_ref().map(|to| to.name.as_str()),
        opened.due,
        opened.words,
        fact.position as i64,
        fact.at,
        family
    )
    .await?;
    if written != 1 {
        return Err(missing(fact.position, format!("family {family}")));
    }
    let done = Done {
        subject: Some(opened.issue.0),
        act: IssueAct::Open.as_str(),
        to: opened.to.as_ref(),
        due: opened.due,
        words: opened.words.map(|note| note.0),
        ..Done::default()
    };
    write_act(tx, fact, family, done, &opened.hand).await
}

async fn issue_acted(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    acted: &IssueActed,
) -> Result<(), ApplyError> {
    let written = match acted.act {
        IssueAct::Assign => {
            let sql = "update monitoring_issue set to_user = $1, to_name = $2, due_on = $3 where id = $4";
            let (user, name) = (acted.to.as_ref().map(|to| to.user), acted.to.as_ref().map(|to| &to.name));
            exec!(tx, sql, user, name, acted.due, acted.issue).await?
        }
        IssueAct::Close => {
            let sql = "update monitoring_issue set state = $1, outcome = $2, closed_at = $3 where id = $4";
            exec!(tx, sql, IssueState::Closed, acted.outcome, fact.at, acted.issue).await?
        }
        IssueAct::Reopen => {
            let sql =
                "update monitoring_issue set state = $1, outcome = null, closed_at = null where id = $2";
            exec!(tx, sql, IssueState::Open, acted.issue).await?
        }
        IssueAct::Open => 0,
    };
    if written != 1 {
        return Err(missing(fact.position, format!("issue {}", acted.issue)));
    }
    let done = Done {
        subject: Some(acted.issue.0),
        act: acted.act.as_str(),
        outcome: acted.outcome.map(|outcome| outcome.as_str()),
        to: acted.to.as_ref(),
        due: acted.due,
        words: acted.words.map(|note| note.0),
        ..Done::default()
    };
    write_act(tx, fact, family, done, &acted.hand).await
}

async fn departure(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    departed: &FamilyDeparted,
) -> Result<(), ApplyError> {
    let (sent_to, plans) =
        (serde_json::to_string(&departed.sent_to)?, serde_json::to_string(&departed.plans)?);
    let written = exec!(
        tx,
        "insert into monitoring_departure (id, family, org_unit, left_on, destination, to_kato, reason, refund, sent_to,
         plans, words, position, at)
         select $1, f.id, f.org_unit, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 from family f where f.id = $12",
        departed.departure,
        departed.on,
        departed.to,
        departed.to_kato,
        departed.reason,
        departed.refund,
        sent_to,
        plans,
        departed.words,
        fact.position as i64,
        fact.at,
        family
    )
    .await?;
    if written != 1 {
        return Err(missing(fact.position, format!("family {family}")));
    }
    let done = Done {
        subject: Some(departed.departure.0),
        act: "record",
        words: departed.words.map(|note| note.0),
        ..Done::default()
    };
    write_act(tx, fact, family, done, &departed.hand).await?;
    Ok(cut(tx, &[(family,)]).await?)
}

async fn departure_acted(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    acted: &DepartureActed,
) -> Result<(), ApplyError> {
    let sql = "update monitoring_departure set refund = $1 where id = $2";
    if exec!(tx, sql, acted.refund, acted.departure).await? != 1 {
        return Err(missing(fact.position, format!("departure {}", acted.departure)));
    }
    let done = Done {
        subject: Some(acted.departure.0),
        act: acted.act.as_str(),
        words: acted.words.map(|note| note.0),
        ..Done::default()
    };
    write_act(tx, fact, family, done, &acted.hand).await?;
    if acted.refund == RefundState::Withdrawn {
        cut(tx, &[(family,)]).await?;
    }
    Ok(())
}

async fn confirmation(
    tx: &mut Tx,
    fact: &Placed,
    family: FamilyId,
    confirmed: &ServiceConfirmed,
    gone: &Gone,
) -> Result<(), ApplyError> {
    let person = fact.person.ok_or_else(|| missing(fact.position, "the person of a confirmation".into()))?;
    exec!(
        tx,
        "insert into monitoring_confirmation (position, family, person, activity, service, system, agrees, on_day, words,
         by_user, by_name, by_role, at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        fact.position as i64,
        family,
        person,
        confirmed.activity,
        confirmed.service,
        confirmed.system,
        confirmed.agrees,
        confirmed.on,
        confirmed.words,
        confirmed.hand.by,
        confirmed.hand.by_name,
        confirmed.hand.by_role,
        fact.at
    )
    .await?;
    let Some(after) = &confirmed.activity_after else { return Ok(()) };
    if gone.has_activity(after.activity, fact.position) {
        return Ok(());
    }
    let mut run = super::run::Run::default();
    run.activity_after(fact.position, after);
    run.write(tx, &super::Before::default()).await
}
