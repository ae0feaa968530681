//! How the program speaks: one JSON document for programs, or text in the worker's language for people.

use std::io::{BufWriter, IsTerminal as _, Write as _};

use kandas_app::{
    app::AppError,
    startup::Startup,
    sync::{SyncError, http::Failure},
};
use kandas_shared::locale::{FluentValue, Lang, Messages, message_id};
use serde::Serialize;
use serde_json::json;

/// Speaks.
pub struct Voice {
    /// JSON and nothing else on standard output.
    pub json: bool,
    messages: &'static Messages,
}

impl Voice {
    pub fn new(json: bool, lang: Option<Lang>) -> Self {
        Self { json, messages: Messages::of(lang.unwrap_or(Lang::Kk)) }
    }

    pub fn speak(&mut self, lang: Lang) {
        self.messages = Messages::of(lang);
    }

    pub fn lang(&self) -> Lang {
        self.messages.lang()
    }

    /// Whether somebody watches.
    pub fn has_terminal(&self) -> bool {
        !self.json && std::io::stderr().is_terminal()
    }

    /// A text of the product.
    pub fn text(&self, id: &str, args: &[(&str, FluentValue<'_>)]) -> String {
        self.messages.text(id, args)
    }

    /// The text for a word of a closed list; the word itself where this program has no text for it.
    pub fn word(&self, family: &str, word: &str) -> String {
        let id = message_id(family, word);
        if self.messages.has(&id) { self.text(&id, &[]) } else { word.to_owned() }
    }

    /// The one document.
    pub fn document(&self, value: &impl Serialize) -> anyhow::Result<()> {
        // Standard output hands on a line in pieces of a kilobyte.
        let mut out = BufWriter::new(std::io::stdout().lock());
        serde_json::to_writer(&mut out, value)?;
        writeln!(out)?;
        Ok(out.flush()?)
    }

    /// A line for people.
    pub fn line(&self, text: &str) {
        if !self.json {
            // A reader that has gone away (`| head`) is no fault of ours.
            let _ = writeln!(std::io::stdout(), "{text}");
        }
    }

    /// A remark that is not the answer.
    pub fn remark(&self, text: &str) {
        let _ = writeln!(std::io::stderr(), "{text}");
    }

    /// What the start of the phone found.
    pub fn startup(&self, found: &Startup) {
        if let Some(path) = &found.store_moved_aside {
            let path = path.display().to_string();
            self.remark(&self.text("phone-store-moved", &[("path", path.into())]));
        }
        for name in &found.interrupted {
            self.remark(&self.text("phone-interrupted", &[("name", name.clone().into())]));
        }
        for name in &found.missing {
            self.remark(&self.text("phone-missing", &[("name", name.clone().into())]));
        }
    }

    /// What went wrong: first what it means for the worker, then what exactly it was.
    pub fn fault(&self, error: &anyhow::Error) {
        let (word, text) = self.meaning(error);
        let detail = format!("{error:#}");
        if self.json {
            let shown = self.document(&json!({"error": {"word": word, "text": text, "detail": detail}}));
            if shown.is_ok() {
                return;
            }
        }
        if text == detail {
            self.remark(&text);
        } else {
            self.remark(&format!("{text}\n  ({detail})"));
        }
    }

    fn meaning(&self, error: &anyhow::Error) -> (String, String) {
        let sync = error.downcast_ref::<SyncError>();
        let app = error.downcast_ref::<AppError>().or(match sync {
            Some(SyncError::App(error)) => Some(error),
            _ => None,
        });
        if let Some(AppError::InUse { owner, .. }) = app {
            return ("in-use".into(), self.text("phone-in-use", &[("owner", owner.clone().into())]));
        }
        if let Some(AppError::KeyForgotten(_)) = app {
            return ("key-forgotten".into(), self.text("phone-key-forgotten", &[]));
        }
        match sync {
            Some(error) => (error.word().to_owned(), self.problem(error)),
            None => ("phone".into(), format!("{error:#}")),
        }
    }

    /// The text for a failure of sync.
    pub fn problem(&self, error: &SyncError) -> String {
        match error {
            SyncError::NotEnrolled => self.text("phone-not-enrolled", &[]),
            SyncError::AlreadyEnrolled => self.text("problem-device-already-enrolled", &[]),
            SyncError::Http(Failure::Refused(_) | Failure::Unreachable(_) | Failure::Cut(_))
            | SyncError::Http(Failure::WrongServer(_) | Failure::Protocol(_))
            | SyncError::Untrusted(_)
            | SyncError::Inconsistent(..) => self.problem_word(error.word()),
            other => other.to_string(),
        }
    }

    /// The text for the word of a failure: a problem code, or one about the link.
    pub fn problem_word(&self, word: &str) -> String {
        let code = message_id("problem", word);
        if self.messages.has(&code) { self.text(&code, &[]) } else { self.word("link", word) }
    }
}

/// Bytes as people read them.
pub fn bytes(count: u64) -> String {
    indicatif::HumanBytes(count).to_string()
}
