//! What happened in the period of a round (§42(3), §42(4)): services that were rendered, visits, and what was noticed about
//! the records.

use chrono::NaiveDate;
use kandas_shared::{
    finding::{Rule, Severity},
    ids::{ActivityId, PersonId, RecordId},
    plan_state::{ActivityState, CheckKind},
    record::{self, Reading, Statement},
    service::ServiceCode,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{DONE, Row};
use crate::{
    all,
    facts::Event,
    journal::{self, JournalError},
    store::{StoreError, Tx},
};

/// Visits, completions and findings of one answer.
const MOST: i64 = 200;

/// A service that was rendered in the period.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringCompletion)]
pub struct Completion {
    /// The activity.
    pub activity: ActivityId,
    /// For whom.
    pub person: PersonId,
    /// Which service.
    pub service: ServiceCode,
    /// When.
    pub done_on: NaiveDate,
    /// Where the activity stands.
    pub state: ActivityState,
    /// The sealed record behind it.
    pub record: Option<RecordId>,
    /// What a state system said last: whether it agrees (§44).
    pub system_agrees: Option<bool>,
    /// Name of that system, or of the one that could confirm it.
    #[sqlx(skip)]
    pub system: Option<String>,
    /// Whether it can be entered now.
    #[sqlx(skip)]
    pub may_confirm: bool,
}

/// A monitoring visit (§42(4)), recorded on a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MonitoringVisit)]
pub struct Visit {
    /// The record.
    pub record: RecordId,
    /// The day.
    pub done_on: NaiveDate,
    /// Who was there.
    pub worker_name: String,
    /// What was said of the record.
    pub check_state: CheckKind,
    /// What was looked at.
    pub topics: Vec<String>,
    /// Problems, as they were entered there.
    pub problems: Vec<String>,
    /// Proposals, as they were entered there.
    pub proposals: Vec<String>,
    /// How content the family says it is, 1 to 5.
    pub satisfaction: Option<i64>,
}

/// What was noticed about a record of the period.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = MonitoringFinding)]
pub struct Noticed {
    /// What.
    pub rule: Rule,
    /// How much it weighs.
    pub severity: Severity,
    /// The record.
    pub record: RecordId,
    /// The day of the work.
    pub done_on: NaiveDate,
}

/// Services that were rendered; `may`: whether what a system said can be entered.
pub(super) async fn completions(tx: &mut Tx, row: &Row, may: bool) -> Result<Vec<Completion>, StoreError> {
    let sql = format!(
        "select a.id as activity, a.person, a.service, a.done_on, a.state, a.record,
         (select c.agrees from monitoring_confirmation c where c.family = a.family and c.activity = a.id
          order by c.position desc limit 1) as system_agrees
         from activity a where a.family = $1 and a.done_on >= $2 and a.done_on <= $3 and {DONE}
         order by a.done_on, a.service, a.id limit $4"
    );
    let sql = sqlx::AssertSqlSafe(sql.as_str());
    let mut done = all!(tx, Completion, sql, row.family, row.begins_on, row.ends_on, MOST).await?;
    for of in &mut done {
        of.system = of.service.service().confirming_system.clone();
        of.may_confirm = may && of.system.is_some();
    }
    Ok(done)
}

/// Monitoring visits.
pub(super) async fn visits(tx: &mut Tx, row: &Row) -> Result<Vec<Visit>, JournalError> {
    #[derive(sqlx::FromRow)]
    struct Found {
        record: RecordId,
        done_on: NaiveDate,
        worker_name: String,
        check_state: CheckKind,
        position: i64,
        satisfaction: Option<i64>,
    }
    let sql = "select r.record, a.done_on, u.name as worker_name, r.check_state, r.position, a.satisfaction
        from record_act a join record r on r.hash = a.hash join app_user u on u.id = r.worker
        where a.family = $1 and a.act = 'monitoring_visit' and a.done_on >= $2 and a.done_on <= $3
        and r.verdict = 'accepted' and not r.superseded and r.record is not null order by a.done_on, r.position limit $4";
    let mut visits = Vec::new();
    for found in all!(tx, Found, sql, row.family, row.begins_on, row.ends_on, MOST).await? {
        let stated = stated(tx, found.position).await?;
        let (topics, details) = match stated {
            Some(Statement::Act { topics, details, .. }) => (topics, details),
            _ => Default::default(),
        };
        // What the phone asks for: lists of texts (`problems`, `proposals`).
        let texts = |name: &str| -> Vec<String> {
            let list = details.get(name).and_then(|value| value.as_array());
            list.into_iter().flatten().filter_map(|text| text.as_str()).map(str::to_owned).collect()
        };
        visits.push(Visit {
            record: found.record,
            done_on: found.done_on,
            worker_name: found.worker_name,
            check_state: found.check_state,
            problems: texts("problems"),
            proposals: texts("proposals"),
            satisfaction: found.satisfaction,
            topics,
        });
    }
    Ok(visits)
}

/// What the record at a position states, as far as it can be read.
///
/// # Errors
/// When the database does not answer or the journal is damaged.
pub(in crate::office) async fn stated(tx: &mut Tx, position: i64) -> Result<Option<Statement>, JournalError> {
    let stored = journal::stored_at(tx, position.unsigned_abs()).await?;
    let placed = stored.map(|stored| stored.placed()).transpose()?.flatten();
    let Some(Event::RecordReceived(received)) = placed.map(|placed| placed.event) else { return Ok(None) };
    Ok(match record::read(&received.jws.payload) {
        Reading::Record(record) => Some(record.statement),
        _ => None,
    })
}

/// What was noticed, apart from what speaks for a record.
pub(super) async fn findings(tx: &mut Tx, row: &Row) -> Result<Vec<Noticed>, StoreError> {
    let sql = "select n.rule, n.severity, r.record, r.done_on from record r join finding n on n.hash = r.hash
        where r.family = $1 and r.done_on >= $2 and r.done_on <= $3 and r.verdict = 'accepted' and not r.superseded
        and r.record is not null and n.severity <> 'good' order by r.done_on, r.position, n.number limit $4";
    all!(tx, Noticed, sql, row.family, row.begins_on, row.ends_on, MOST).await
}
