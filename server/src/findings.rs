//! Findings: what the server notices about records, so that whoever checks them knows where to look.
//!
//! A finding is a hint, not guilt; it rejects nothing and takes nothing out of a report (docs/findings.md). The rules
//! ([`rules`]) are pure: a [`case::Case`] and the [`settings`] of its day in, findings with their figures out. Cases are
//! gathered from the tables ([`desk`]), after the fact and outside of every intake: [`work`] follows the journal, looks at
//! whatever a new fact may have changed, and states the outcome as a fact `findings.computed` where it is not the same as
//! before. `apply` writes that into the table `finding`.
//!
//! A record of which nothing is stated and that lies below [`work::seen`] was looked at, and nothing was noticed.

pub mod bracket;
pub mod case;
pub mod desk;
pub mod measure;
pub mod near;
pub mod picture;
pub mod place;
pub mod rules;
pub mod settings;
pub mod settlement;
pub mod work;

use std::collections::HashMap;

use kandas_shared::{
    finding::{Rule, Severity},
    hash::Digest,
    ids::RecordId,
    locale::{FluentValue, Messages, message_id},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    all, among,
    store::{StoreError, Tx},
};

/// Something that was noticed about a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// What.
    pub rule: Rule,
    /// Version of the rule's code.
    pub version: u32,
    /// How much it weighs.
    pub severity: Severity,
    /// The figures and words of its sentence; `how` chooses among the sentences of a rule. Besides, `evidence` and
    /// `other_evidence` name the pieces it is about.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub params: Map<String, Value>,
    /// Identity of another record that it names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub other: Option<Digest>,
}

impl Finding {
    /// What was noticed, and why, in the words of a language.
    #[must_use]
    pub fn words(&self, messages: &Messages) -> (String, String) {
        let title = messages.text(&message_id("finding", self.rule), &[]);
        let mut id = message_id("finding-why", self.rule);
        if let Some(how) = self.params.get("how").and_then(Value::as_str) {
            id = message_id(&id, how);
        }
        let args: Vec<(&str, FluentValue<'_>)> =
            self.params.iter().map(|(name, value)| (name.as_str(), said(name, value, messages))).collect();
        (title, messages.text(&id, &args))
    }
}

/// How early a record is to be looked at: the sum of what is noticed, each rule once; 0 where nothing speaks against it.
#[must_use]
pub fn risk(findings: &[Finding]) -> u32 {
    let mut heaviest: HashMap<Rule, u32> = HashMap::new();
    for finding in findings {
        let weight = match finding.severity {
            Severity::Over => 100,
            Severity::Soon => 10,
            Severity::Good => 0,
        };
        let held = heaviest.entry(finding.rule).or_default();
        *held = weight.max(*held);
    }
    heaviest.values().sum()
}

/// A parameter as it stands in a sentence.
fn said<'a>(name: &str, value: &'a Value, messages: &Messages) -> FluentValue<'a> {
    match value {
        Value::String(word) if name == "reason" => {
            FluentValue::from(messages.text(&message_id("no-position", word), &[]))
        }
        Value::String(text) => FluentValue::from(text.as_str()),
        other => FluentValue::from(other.to_string()),
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    hash: Digest,
    rule: Rule,
    rule_version: i64,
    severity: Severity,
    params: String,
    other: Option<Digest>,
    number: i64,
}

impl Row {
    fn read(self) -> Result<Finding, StoreError> {
        let damaged = || StoreError::Damaged("a finding is not readable".into());
        Ok(Finding {
            rule: self.rule,
            version: u32::try_from(self.rule_version).map_err(|_| damaged())?,
            severity: self.severity,
            params: serde_json::from_str(&self.params).map_err(|_| damaged())?,
            other: self.other,
        })
    }
}

/// What is noticed about a record now. Of two branches of a fork that share an id: about the one that was accepted.
///
/// # Errors
/// When the database does not answer.
pub async fn of(tx: &mut Tx, record: RecordId) -> Result<Vec<Finding>, StoreError> {
    let sql = "select hash, number, rule, rule_version, severity, params, other from finding
        where hash = (select hash from record where record = $1 order by verdict, position limit 1) order by number";
    all!(tx, Row, sql, record).await?.into_iter().map(Row::read).collect()
}

/// What is noticed about these records, by their identity; nothing for those of which there is nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn held(tx: &mut Tx, records: &[(Digest,)]) -> Result<HashMap<Digest, Vec<Finding>>, StoreError> {
    let sql = "select hash, number, rule, rule_version, severity, params, other from finding where hash in (";
    let mut rows = among!(tx, Row, sql, records, ")").await?;
    rows.sort_by_key(|row| (row.hash, row.number));
    rows.dedup_by_key(|row| (row.hash, row.number));
    let mut held: HashMap<Digest, Vec<Finding>> = HashMap::new();
    for row in rows {
        held.entry(row.hash).or_default().push(row.read()?);
    }
    Ok(held)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_and_the_more_kinds_the_earlier() {
        let finding =
            |rule, severity| Finding { rule, version: 1, severity, params: Map::new(), other: None };
        let over = finding(Rule::MockLocation, Severity::Over);
        let soon = finding(Rule::LateHandover, Severity::Soon);
        let good = finding(Rule::SettlementUnknown, Severity::Good);
        assert_eq!(risk(&[]), 0);
        assert_eq!(risk(std::slice::from_ref(&good)), 0);
        assert_eq!(risk(&[over.clone(), over.clone(), good]), 100);
        assert!(risk(&[over.clone(), soon.clone()]) > risk(std::slice::from_ref(&over)));
        assert!(risk(&[over]) > risk(&[soon.clone(), soon]));
    }
}
