//! What people read, in Kazakh, Russian and English.
//!
//! One set of Fluent files, `locales/{kk,ru,en}/*.ftl`, serves Rust and the screens. Ids are stable
//! and built from the words of the domain: `service-S07`, `problem-not-found`, `held-fork`,
//! `missing-photo` (words with `_` become `-`, see [`message_id`]). The three languages have the
//! same ids with the same variables; tests hold that. Kazakh comes first.
//!
//! A message that cannot be formed is shown as `⟦id⟧`: visible, and never taken for a text.

use std::sync::LazyLock;

use chrono::NaiveDate;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use thiserror::Error;

pub use fluent_bundle::FluentValue;

use crate::text_enum::text_enum;

text_enum! {
    /// A language of the product.
    pub enum Lang {
        /// Kazakh, the state language.
        Kk = "kk",
        /// Russian.
        Ru = "ru",
        /// English.
        En = "en",
    }
}

impl Lang {
    /// The best language for an `Accept-Language` header; Kazakh when it names none of ours.
    pub fn from_accept_language(header: &str) -> Self {
        let mut best: Option<(f32, Lang)> = None;
        for range in header.split(',') {
            let mut parts = range.split(';').map(str::trim);
            let tag = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality =
                parts.find_map(|p| p.strip_prefix("q=")).map_or(Some(1.0), |q| q.parse::<f32>().ok());
            let primary = tag.split('-').next().unwrap_or_default();
            if let (Ok(lang), Some(quality)) = (primary.parse::<Lang>(), quality)
                && quality > best.map_or(0.0, |(q, _)| q)
            {
                best = Some((quality, lang));
            }
        }
        best.map_or(Lang::Kk, |(_, lang)| lang)
    }

    fn sources(self) -> &'static [(&'static str, &'static str)] {
        match self {
            Lang::Kk => KK,
            Lang::Ru => RU,
            Lang::En => EN,
        }
    }
}

macro_rules! sources {
    ($lang:literal) => {
        [
            ("services.ftl", include_str!(concat!("../locales/", $lang, "/services.ftl"))),
            ("problems.ftl", include_str!(concat!("../locales/", $lang, "/problems.ftl"))),
            ("states.ftl", include_str!(concat!("../locales/", $lang, "/states.ftl"))),
            ("evidence.ftl", include_str!(concat!("../locales/", $lang, "/evidence.ftl"))),
            ("people.ftl", include_str!(concat!("../locales/", $lang, "/people.ftl"))),
            ("phone.ftl", include_str!(concat!("../locales/", $lang, "/phone.ftl"))),
            ("glossary.ftl", include_str!(concat!("../locales/", $lang, "/glossary.ftl"))),
            ("screens.ftl", include_str!(concat!("../locales/", $lang, "/screens.ftl"))),
            ("checks.ftl", include_str!(concat!("../locales/", $lang, "/checks.ftl"))),
            ("desk.ftl", include_str!(concat!("../locales/", $lang, "/desk.ftl"))),
            ("help.ftl", include_str!(concat!("../locales/", $lang, "/help.ftl"))),
            ("findings.ftl", include_str!(concat!("../locales/", $lang, "/findings.ftl"))),
            ("reference.ftl", include_str!(concat!("../locales/", $lang, "/reference.ftl"))),
            ("assessment.ftl", include_str!(concat!("../locales/", $lang, "/assessment.ftl"))),
            ("report.ftl", include_str!(concat!("../locales/", $lang, "/report.ftl"))),
            ("signing.ftl", include_str!(concat!("../locales/", $lang, "/signing.ftl"))),
            ("plan.ftl", include_str!(concat!("../locales/", $lang, "/plan.ftl"))),
            ("roadmap.ftl", include_str!(concat!("../locales/", $lang, "/roadmap.ftl"))),
            ("monitoring.ftl", include_str!(concat!("../locales/", $lang, "/monitoring.ftl"))),
            ("deadlines.ftl", include_str!(concat!("../locales/", $lang, "/deadlines.ftl"))),
            ("export.ftl", include_str!(concat!("../locales/", $lang, "/export.ftl"))),
            ("fleet.ftl", include_str!(concat!("../locales/", $lang, "/fleet.ftl"))),
            ("staff.ftl", include_str!(concat!("../locales/", $lang, "/staff.ftl"))),
            ("search.ftl", include_str!(concat!("../locales/", $lang, "/search.ftl"))),
            ("retention.ftl", include_str!(concat!("../locales/", $lang, "/retention.ftl"))),
            ("exchange.ftl", include_str!(concat!("../locales/", $lang, "/exchange.ftl"))),
            ("family.ftl", include_str!(concat!("../locales/", $lang, "/family.ftl"))),
        ]
    };
}

static KK: &[(&str, &str)] = &sources!("kk");
static RU: &[(&str, &str)] = &sources!("ru");
static EN: &[(&str, &str)] = &sources!("en");

/// Why a text could not be formed.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum MessageError {
    /// No message of this id.
    #[error("no message {0}")]
    Unknown(String),
    /// A variable is missing or of the wrong kind.
    #[error("message {id}: {reason}")]
    Format {
        /// The message.
        id: String,
        /// What Fluent says.
        reason: String,
    },
    /// A file does not parse or repeats an id.
    #[error("{file}: {reason}")]
    File {
        /// Name of the file.
        file: String,
        /// What Fluent says.
        reason: String,
    },
}

/// The messages of one language.
pub struct Messages {
    lang: Lang,
    bundle: FluentBundle<FluentResource>,
}

impl Messages {
    /// The shipped messages of a language.
    pub fn of(lang: Lang) -> &'static Messages {
        static ALL: LazyLock<[Messages; 3]> = LazyLock::new(|| {
            [Lang::Kk, Lang::Ru, Lang::En]
                .map(|lang| Messages::load(lang).expect("the embedded messages are tested"))
        });
        &ALL[lang as usize]
    }

    /// Parses the files of a language.
    pub fn load(lang: Lang) -> Result<Self, MessageError> {
        let locale = lang
            .as_str()
            .parse()
            .map_err(|e| MessageError::File { file: lang.to_string(), reason: format!("{e}") })?;
        let mut bundle = FluentBundle::new_concurrent(vec![locale]);
        // Every text runs left to right: isolation marks would only end in file names and tests.
        bundle.set_use_isolating(false);
        for (file, source) in lang.sources() {
            let broken = |reason: String| MessageError::File { file: format!("{lang}/{file}"), reason };
            let resource = FluentResource::try_new((*source).to_owned())
                .map_err(|(_, errors)| broken(format!("{errors:?}")))?;
            bundle.add_resource(resource).map_err(|errors| broken(format!("{errors:?}")))?;
        }
        Ok(Self { lang, bundle })
    }

    /// The language.
    pub const fn lang(&self) -> Lang {
        self.lang
    }

    /// Whether there is a message of this id.
    pub fn has(&self, id: &str) -> bool {
        self.bundle.has_message(id)
    }

    /// The text of a message; `⟦id⟧` if it cannot be formed.
    pub fn text(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.try_text(id, args).unwrap_or_else(|_| format!("⟦{id}⟧"))
    }

    /// The text of a message, or why there is none.
    pub fn try_text(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> Result<String, MessageError> {
        let pattern = self
            .bundle
            .get_message(id)
            .and_then(|message| message.value())
            .ok_or_else(|| MessageError::Unknown(id.to_owned()))?;
        let args: FluentArgs<'_> = args.iter().map(|(name, value)| (*name, value.clone())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned();
        match errors.first() {
            None => Ok(text),
            Some(error) => Err(MessageError::Format { id: id.to_owned(), reason: error.to_string() }),
        }
    }
}

/// Id of the message for a word of the domain: `message_id("no-video", "weak_device")` is `no-video-weak-device`.
pub fn message_id(family: &str, word: impl std::fmt::Display) -> String {
    format!("{family}-{word}").replace('_', "-")
}

/// A day as people here write it in all three languages: `23.11.2026`.
pub fn date(day: NaiveDate) -> String {
    day.format("%d.%m.%Y").to_string()
}

#[cfg(test)]
mod tests;
