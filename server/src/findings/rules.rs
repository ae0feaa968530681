//! The rules: from a [`Case`] to its findings. Pure, in the order of [`Rule`]; each says its version and its reason in
//! figures. What they do not mean is in docs/findings.md.

mod chain;
mod files;
mod position;
mod times;

use kandas_shared::{
    finding::{Rule, Severity},
    hash::Digest,
    ids::EvidenceId,
};
use serde_json::Value;

use super::{Finding, case::Case, settings::Thresholds};
pub(super) use position::number;

/// The version of a rule's code. It goes up when the same case and the same thresholds may give another outcome.
#[must_use]
pub fn version(rule: Rule) -> u32 {
    match rule {
        // Since the second the pictures themselves are looked at.
        Rule::NearDuplicate => 2,
        _ => 1,
    }
}

/// Pairs of photos, the record's own first, whose pictures the rules want to have compared before they judge.
#[must_use]
pub fn to_compare(case: &Case, at: &Thresholds) -> Vec<(EvidenceId, EvidenceId)> {
    files::near(case, at).map(|alike| (alike.own.evidence, alike.theirs.evidence)).collect()
}

/// Everything that is noticed about a record.
#[must_use]
pub fn judge(case: &Case, at: &Thresholds) -> Vec<Finding> {
    let mut found = Vec::new();
    position::judge(case, at, &mut found);
    files::judge(case, at, &mut found);
    chain::judge(case, &mut found);
    times::judge(case, at, &mut found);
    found.sort_by_key(|finding| finding.rule);
    found
}

/// A finding with its reason. `params` are pairs of a name and a word or a number, as the message of the rule wants them.
fn finding<const N: usize>(rule: Rule, severity: Severity, params: [(&str, Value); N]) -> Finding {
    let params = params.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Finding { rule, version: version(rule), severity, params, other: None }
}

impl Finding {
    fn of_other(mut self, other: Digest) -> Self {
        self.other = Some(other);
        self
    }
}

/// A figure for a sentence: so many digits behind the point, none where there is nothing to say.
fn figure(value: f64, digits: i32) -> Value {
    let factor = 10_f64.powi(digits);
    let rounded = (value * factor).round() / factor;
    if rounded.fract() == 0.0 && rounded.abs() < 9e15 {
        return Value::String(format!("{rounded:.0}"));
    }
    Value::String(format!("{rounded}"))
}

#[cfg(test)]
mod tests;
