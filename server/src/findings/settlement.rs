//! Where settlements lie, as somebody in the office has said: a fact `setting.set` named `place.<KATO>` gives the middle of
//! one, an empty value takes that back. It goes before the middle of usual positions, and behind a family's own
//! coordinates.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::{
    among,
    store::{StoreError, Tx},
};

/// How the names of these settings begin.
pub const PREFIX: &str = "place.";

/// The middle of a settlement: the value of its setting, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// Degrees north.
    pub lat: f64,
    /// Degrees east.
    pub lon: f64,
    /// From where this is known.
    pub source: String,
}

impl Centre {
    /// Reads the value of a setting; none if it was taken back, or lies nowhere.
    #[must_use]
    pub fn read(value: &str) -> Option<Self> {
        serde_json::from_str::<Self>(value).ok().filter(|centre| centre.place().is_real())
    }

    /// The place.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { lat: self.lat, lon: self.lon }
    }
}

/// Name of the setting of a settlement.
#[must_use]
pub fn setting(kato: &str) -> String {
    format!("{PREFIX}{kato}")
}

/// The KATO code that a setting is about; none if it is another setting.
#[must_use]
pub fn about(setting: &str) -> Option<&str> {
    setting.strip_prefix(PREFIX)
}

/// What was said of these settlements.
///
/// # Errors
/// When the database does not answer.
pub async fn read(tx: &mut Tx, katos: &[String]) -> Result<HashMap<String, Centre>, StoreError> {
    let names: Vec<_> = katos.iter().map(|kato| (setting(kato),)).collect();
    let rows = among!(tx, (String, String), "select name, value from setting where name in (", names, ")");
    Ok(rows
        .await?
        .into_iter()
        .filter_map(|(name, value)| Some((about(&name)?.to_owned(), Centre::read(&value)?)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_names_its_settlement() {
        assert_eq!(about(&setting("551000000")), Some("551000000"));
        assert_eq!(about("finding.accuracy_m.2026-12-16"), None);
        let centre = Centre { lat: 52.3, lon: 76.9, source: "карта".into() };
        assert_eq!(Centre::read(&serde_json::to_string(&centre).unwrap()), Some(centre));
        assert_eq!(Centre::read(""), None);
        assert_eq!(Centre::read(r#"{"lat":99.0,"lon":0.0,"source":""}"#), None);
    }
}
