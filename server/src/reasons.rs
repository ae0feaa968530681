//! What reasons read and which of them can be chosen, as this centre has it: what the program brings along, and above that
//! what somebody has said ([`kandas_shared::reason`]).
//!
//! A fact `setting.set` named `reason.<list>.<code>.<day>` says what a reason reads from that day on and whether it can be
//! chosen, or takes back what was said for that day; always with why. Nothing is ever said of a day that is over, so what was
//! returned with a reason goes on reading as it did. Phones get what is said with their pull ([`crate::scope::ALL`]).

use chrono::NaiveDate;
use kandas_shared::{
    pulled,
    reason::{ReasonCode, ReasonList, ReasonText, Reasons},
};
use serde::{Deserialize, Serialize};

use crate::{
    all,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "reason.";

/// What is said of a reason for a day: the value of its setting, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonSet {
    /// What people read; null: what was said for that day is taken back.
    pub text: Option<ReasonText>,
    /// Whether it can be chosen.
    pub offered: bool,
    /// Why it is so from then on, in words.
    pub why: String,
}

impl ReasonSet {
    /// Reads the value of a setting; none if it is not readable.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }
}

/// Name of a setting.
#[must_use]
pub fn setting(list: ReasonList, code: &ReasonCode, from: NaiveDate) -> String {
    format!("{PREFIX}{list}.{code}.{from}")
}

/// Which reason a setting is about, and from which day; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<(ReasonList, ReasonCode, NaiveDate)> {
    let mut parts = setting.strip_prefix(PREFIX)?.split('.');
    let (list, code, from) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some((list.parse().ok()?, code.parse().ok()?, from.parse().ok()?))
}

/// Everything that is said of reasons.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx) -> Result<Reasons, StoreError> {
    let sql = "select id, list, code, from_day as \"from\", kk, ru, en, offered from reason_text";
    let rows = all!(tx, pulled::Reason, sql).await?;
    Ok(Reasons::of(rows.into_iter().map(pulled::Reason::said)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_its_reason_and_day() {
        let (code, day): (ReasonCode, NaiveDate) = ("own_1".parse().unwrap(), "2026-12-16".parse().unwrap());
        let name = setting(ReasonList::NotApplicable, &code, day);
        assert_eq!(name, "reason.not_applicable.own_1.2026-12-16");
        assert_eq!(about(&name), Some((ReasonList::NotApplicable, code, day)));
        for other in [
            "reason.return.blurred",
            "reason.nothing.blurred.2026-12-16",
            "reason.return.Blurred.2026-12-16",
            "reason.return.blurred.2026-12-16.x",
            "reasons.return.blurred.2026-12-16",
        ] {
            assert_eq!(about(other), None, "{other}");
        }
        let text = ReasonText { kk: "ә".into(), ru: "э".into(), en: String::new() };
        let set = ReasonSet { text: Some(text), offered: true, why: "бұйрық".into() };
        assert_eq!(ReasonSet::read(&serde_json::to_string(&set).unwrap()), Some(set));
        assert_eq!(ReasonSet::read(""), None);
    }
}
