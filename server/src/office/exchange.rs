//! The exchange of files as the office sees it (§37, §44): how messages stand, what is kept aside, and what of both concerns a
//! family. Names of families are in none of it.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    exchange::{AsideReason, AsideState, Direction, SentState},
    hash::Digest,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RecordId},
    problem::ProblemCode,
    pulled::User,
    service::ServiceCode,
    time::micros,
};
use serde::{Deserialize, Serialize};
use sqlx::AssertSqlSafe;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::held;
use crate::{
    all, among,
    check::policy::Territory,
    exchange::{self, inbox, outbox, port::Port as _},
    facts::QueuedMessage,
    journal, one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Messages of a page.
const PAGE: i64 = 100;
/// Most files and things kept aside of a list.
const MOST: i64 = 100;
/// Most missing numbers that are named.
const MISSING: usize = 20;

/// How many messages stand where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ExchangeCounts)]
pub struct Counts {
    /// They wait to be written.
    pub queued: i64,
    /// They lie in a file.
    pub written: i64,
    /// The other side has taken them.
    pub acknowledged: i64,
    /// The other side has refused them.
    pub refused: i64,
    /// What they are about was erased.
    pub erased: i64,
}

/// How the exchange stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = Exchange)]
pub struct Shown {
    /// Whether there is a folder of the exchange: without one nothing is sent, and nothing pretends to be.
    pub on: bool,
    /// What carries the files: `folder`. No gateway of the state is connected.
    pub port: String,
    /// Messages about families of the user's units.
    pub counts: Counts,
    /// Facts of the journal that were not looked at yet for messages.
    pub behind: i64,
    /// Of those written, since when the first waits for an answer.
    pub unanswered_since: Option<DateTime<Utc>>,
    /// The last files, the newest first.
    pub files: Vec<File>,
    /// Numbers of files of the other side that are missing between those that came; the first of them.
    pub missing: Vec<i64>,
    /// What is kept aside and waits for somebody.
    pub aside: i64,
}

/// A file.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ExchangeFile)]
pub struct File {
    /// Position of its fact.
    pub position: i64,
    /// Which way it went.
    pub direction: Direction,
    /// Its name.
    pub name: String,
    /// Its number.
    pub sequence: Option<i64>,
    /// SHA-256 of it.
    pub sha256: Digest,
    /// Messages in it.
    pub messages: i64,
    /// Of them kept aside.
    pub aside: i64,
    /// When it was written or taken in.
    pub at: DateTime<Utc>,
}

/// Which messages.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// In this state; all if missing.
    #[serde(default)]
    #[param(inline)]
    pub state: Option<SentState>,
    /// Of one unit.
    #[serde(default)]
    pub unit: Option<OrgUnitId>,
    /// Where the page before ended.
    #[serde(default)]
    pub before: Option<i64>,
}

/// Messages to the other side.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ExchangeMessages)]
pub struct Messages {
    /// The last that counted first.
    pub messages: Vec<Message>,
    /// Where the next page begins; null with the last one.
    pub next: Option<i64>,
}

/// A message.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ExchangeMessage)]
pub struct Message {
    /// Its id.
    pub message: Uuid,
    /// The record.
    pub record: RecordId,
    /// Its service; null where it was erased.
    pub service: Option<ServiceCode>,
    /// Where it stands.
    pub state: SentState,
    /// Code of a refusal.
    pub code: Option<String>,
    /// Number of its file.
    pub sequence: i64,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it was written.
    pub written_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
    /// Position of the fact by which the record counts.
    pub counted: i64,
}

/// Something that is kept aside.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ExchangeAsideShown)]
pub struct Aside {
    /// Position of the fact that kept it aside.
    pub position: i64,
    /// The line; 0: the whole file.
    pub line: i64,
    /// Name of the file.
    pub name: String,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// Id of the message, as far as it could be read.
    pub message: Option<Uuid>,
    /// Why.
    pub reason: AsideReason,
    /// What became of it.
    pub state: AsideState,
    /// Who settled it.
    pub settled_name: Option<String>,
    /// When.
    pub settled_at: Option<DateTime<Utc>>,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// A page of what is kept aside.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ExchangeAsides)]
pub struct Asides {
    /// What waits first, then by when it came, the last first.
    pub aside: Vec<Aside>,
    /// Whether there is more after the last of these.
    pub more: bool,
}

/// After which line a page begins: the last of the page before, as it stood there.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// Its position.
    #[serde(default)]
    pub after_position: Option<i64>,
    /// Its line.
    #[serde(default)]
    pub after_line: Option<i64>,
    /// Whether it was settled.
    #[serde(default)]
    pub after_settled: Option<bool>,
}

/// What is done with something that is kept aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = ExchangeAsideAct)]
pub enum AsideAct {
    /// To try it once more.
    Retry,
    /// To close it.
    Close,
}

/// What of the exchange concerns a family.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ExchangeOfFamily)]
pub struct OfFamily {
    /// What carries the files.
    pub port: String,
    /// Messages about its records.
    pub sent: Vec<Sent>,
    /// What state systems said of its services, the last first, by the exchange or entered by somebody.
    pub confirmations: Vec<Confirmation>,
}

/// Where the message about a record stands.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ExchangeSent)]
pub struct Sent {
    /// The record.
    pub record: RecordId,
    /// The activity.
    pub activity: ActivityId,
    /// Where it stands.
    pub state: SentState,
    /// Code of a refusal.
    pub code: Option<String>,
    /// When it was queued.
    pub queued_at: DateTime<Utc>,
    /// When it was written.
    pub written_at: Option<DateTime<Utc>>,
    /// When it was answered.
    pub answered_at: Option<DateTime<Utc>>,
}

/// What a state system said of a service: `sys_confirmed{system, at, ref}` (§44).
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = ExchangeConfirmation)]
pub struct Confirmation {
    /// Position of its fact.
    pub position: i64,
    /// The activity.
    pub activity: ActivityId,
    /// The person.
    pub person: PersonId,
    /// The service.
    pub service: ServiceCode,
    /// The system.
    pub system: String,
    /// Whether it says the same as the record.
    pub agrees: bool,
    /// The day of its answer.
    pub on_day: NaiveDate,
    /// Number of the answer there; null where somebody entered it.
    pub reference: Option<String>,
    /// Whether it came by the exchange of files.
    pub by_exchange: bool,
    /// When it came.
    pub at: DateTime<Utc>,
}

/// How the exchange stands.
///
/// # Errors
/// When the database does not answer.
pub async fn show(state: &AppState, tx: &mut Tx, user: &User, territory: &Territory) -> Outcome<Shown> {
    let units = held::units(user, territory);
    let mut counts = Counts::default();
    // Nothing here reads messages: there is one for each completion that ever came.
    let sql = "select state, cast(sum(messages) as bigint) from exchange_count where org_unit in (";
    for (of, count) in among!(tx, (SentState, i64), sql, units, ") group by state").await? {
        *match of {
            SentState::Queued => &mut counts.queued,
            SentState::Written => &mut counts.written,
            SentState::Acknowledged => &mut counts.acknowledged,
            SentState::Refused => &mut counts.refused,
            SentState::Erased => &mut counts.erased,
        } += count;
    }
    let sql = "select (select min(o.written_at) from exchange_out o where o.org_unit = u.id and o.state = 'written')
        from org_unit u where u.id in (";
    let unanswered = among!(tx, (Option<DateTime<Utc>>,), sql, units, ")").await?;
    let sql = "select position, direction, name, sequence, sha256, messages, aside, at from exchange_file
        order by position desc limit $1";
    let files = all!(tx, File, sql, MOST).await?;
    let sql = "select from_seq, to_seq from exchange_gap order by from_seq limit $1";
    let gaps = all!(tx, (i64, i64), sql, MISSING as i64).await?;
    let missing = gaps.into_iter().flat_map(|(from, to)| from..=to).take(MISSING).collect();
    let (seen,) = one!(tx, (i64,), "select position from exchange_work where id = 1").await?;
    let size = i64::try_from(journal::size(tx).await?).unwrap_or(i64::MAX);
    let (aside,) = one!(tx, (i64,), "select count(*) from exchange_aside where state = 'aside'").await?;
    Ok(Shown {
        on: exchange::port(state).is_some(),
        port: "folder".into(),
        counts,
        behind: (size - seen).max(0),
        unanswered_since: unanswered.into_iter().filter_map(|(at,)| at).min(),
        files,
        missing,
        aside,
    })
}

/// Messages to the other side.
///
/// # Errors
/// When the database does not answer.
pub async fn messages(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: Wanted,
) -> Result<Messages, StoreError> {
    let units = wanted.unit.map_or_else(|| held::units(user, territory), |unit| vec![(unit,)]);
    let state = wanted.state.map(|_| "o.state = $3 and ").unwrap_or_default();
    let sql = format!(
        "select o.message, o.record, r.service, o.state, o.code, o.sequence, o.queued_at, o.written_at, o.answered_at,
         o.counted from exchange_out o left join record r on r.hash = o.hash
         where o.counted < $1 and {state}o.org_unit in ("
    );
    let before = wanted.before.unwrap_or(i64::MAX);
    let tail = ") order by o.counted desc limit $2";
    let rows = match wanted.state {
        Some(of) => among!(tx, Message, &sql, units, tail, before, PAGE, of).await?,
        None => among!(tx, Message, &sql, units, tail, before, PAGE).await?,
    };
    let mut rows = rows;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.counted));
    rows.dedup_by_key(|row| row.message);
    rows.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
    let next = rows.last().filter(|_| rows.len() as i64 == PAGE).map(|row| row.counted);
    Ok(Messages { messages: rows, next })
}

const ASIDE: &str =
    "select a.position, a.line, f.name, f.sha256, a.message, a.reason, a.state, a.settled_name,
    a.settled_at, f.at, cast(case a.state when 'aside' then 0 else 1 end as bigint) as settled
    from exchange_aside a join exchange_file f on f.position = a.position";

/// A page of what is kept aside, what waits first.
///
/// # Errors
/// When the database does not answer.
pub async fn aside(tx: &mut Tx, after: After) -> Result<Asides, StoreError> {
    let sql = format!(
        "select * from ({ASIDE}) a where a.settled > $2 or (a.settled = $2 and (a.position < $3
         or (a.position = $3 and a.line > $4))) order by a.settled, a.position desc, a.line limit $1"
    );
    let settled = match (after.after_settled, after.after_position) {
        (_, None) => -1,
        (settled, Some(_)) => i64::from(settled.unwrap_or_default()),
    };
    let (position, line) = (after.after_position.unwrap_or_default(), after.after_line.unwrap_or_default());
    let mut aside = all!(tx, Aside, AssertSqlSafe(sql.clone()), MOST + 1, settled, position, line).await?;
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = aside.len() > most;
    aside.truncate(most);
    Ok(Asides { aside, more })
}

/// The unit of a message; none if there is no such message.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, message: Uuid) -> Result<Option<OrgUnitId>, StoreError> {
    let sql = "select org_unit from exchange_out where message = $1";
    Ok(opt!(tx, (OrgUnitId,), sql, message).await?.map(|(unit,)| unit))
}

/// Has a message written once more that was refused, or that nobody has answered.
///
/// # Errors
/// `not-found`, `exchange-impossible`.
pub async fn again(state: &AppState, by: &User, message: Uuid) -> Outcome<()> {
    type Row = (SentState, Digest, RecordId, ActivityId, OrgUnitId, i64);
    let now = micros(state.clock.wall());
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let sql = "select state, hash, record, activity, org_unit, counted from exchange_out where message = $1";
    let found = opt!(&mut tx, Row, sql, message).await?;
    let (standing, hash, record, activity, unit, counted) = found.ok_or(ProblemCode::NotFound)?;
    if !matches!(standing, SentState::Written | SentState::Refused) {
        return Err(Refusal::because(ProblemCode::ExchangeImpossible, format!("it is {standing}")));
    }
    let queued = QueuedMessage { message, hash, record, activity, unit, position: counted.unsigned_abs() };
    outbox::again(&mut tx, locked, state.chance.as_ref(), now, by, queued).await?;
    Ok(tx.commit().await?)
}

/// Tries something once more that is kept aside, or closes it.
///
/// # Errors
/// `not-found`, `exchange-impossible`.
pub async fn settle(state: &AppState, by: &User, at: (i64, i64), act: AsideAct) -> Outcome<()> {
    let (store, chance, now) = (&state.store, state.chance.as_ref(), micros(state.clock.wall()));
    match act {
        AsideAct::Close => inbox::close(store, chance, by, at, now).await,
        AsideAct::Retry => {
            let port = exchange::port(state).ok_or_else(|| {
                Refusal::because(ProblemCode::ExchangeImpossible, "there is no folder of the exchange")
            })?;
            let mut tx = store.read().await?;
            let sha256 = inbox::waiting(&mut tx, at.0, at.1).await?;
            drop(tx);
            let kept = tokio::task::spawn_blocking(move || port.kept(&|bytes| Digest::of(bytes) == sha256));
            let kept = kept.await.map_err(Refusal::fault)?;
            let bytes =
                kept.map_err(|error| Refusal::because(ProblemCode::ExchangeImpossible, error.to_string()))?;
            inbox::retry(store, chance, &bytes, by, at, now).await
        }
    }
}

/// What of the exchange concerns a family.
///
/// # Errors
/// When the database does not answer.
pub async fn of_family(tx: &mut Tx, family: FamilyId) -> Result<OfFamily, StoreError> {
    let sql = "select o.record, o.activity, o.state, o.code, o.queued_at, o.written_at, o.answered_at
        from record r join exchange_out o on o.hash = r.hash where r.family = $1 order by o.counted";
    let sent = all!(tx, Sent, sql, family).await?;
    let sql = "select position, activity, person, service, system, agrees, on_day, reference,
        message is not null as by_exchange, at from monitoring_confirmation where family = $1 order by position desc";
    let confirmations = all!(tx, Confirmation, sql, family).await?;
    Ok(OfFamily { port: "folder".into(), sent, confirmations })
}
