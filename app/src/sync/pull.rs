//! Fetching what has changed for this phone. Each page and its cursor are one transaction; the tables change when the
//! last page is here. A line of a kind this program does not know, or that cannot be read, is kept and shown.

use std::sync::Arc;

use bytes::Bytes;
use kandas_disk::point;
use kandas_shared::{cursor::Kind, problem::ProblemCode, wire::PullEnd};
use serde::Deserialize;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::{Sync, SyncError, http::Failure, progress::News, pull_from_nothing};
use crate::store::{
    event,
    pulled::{self, Line},
    quarantine::{self, Unreadable},
    rework, travel,
};

/// Lines of the first page of a run: about a minute on a bad link.
pub(super) const FIRST_LINES: u32 = 1_000;
/// A page should take about this long: what is lost with the link is asked for once more.
const PAGE_MS: u64 = 8_000;
const FEWEST_LINES: u32 = 200;
const MOST_LINES: u32 = 5_000;

/// A page as it was asked for and answered.
pub(super) struct Fetched {
    /// With which cursor.
    cursor: Option<String>,
    lines: u32,
    took_ms: u64,
    answer: Result<Bytes, Failure>,
}

impl Sync<'_> {
    /// Takes one page in. While it is being kept, the next one comes: that is taken by the next call, if it still is the
    /// one that follows what is kept by then.
    pub(super) async fn pull(&mut self) -> Result<(), SyncError> {
        let mut conn = self.app.store().conn().await?;
        let state = pulled::state(&mut conn).await?;
        drop(conn);
        let cursor = state.next_cursor();
        let fetched = match self.ahead.take().filter(|ahead| ahead.cursor.as_deref() == cursor) {
            Some(ahead) => ahead,
            None => self.fetch(cursor.map(str::to_owned))?.await,
        };
        let body = match fetched.answer {
            Err(failure) => {
                self.lines = (fetched.lines / 2).max(FEWEST_LINES);
                let code = failure.code();
                if matches!(code, Some(ProblemCode::CursorUnreadable | ProblemCode::CursorOfAnotherDevice)) {
                    let mut tx = self.app.store().begin().await?;
                    pull_from_nothing(&mut tx).await?;
                    tx.commit().await?;
                }
                return Err(failure.into());
            }
            Ok(body) => body,
        };
        self.lines = lines_next(fetched.lines, fetched.took_ms);
        let text =
            std::str::from_utf8(&body).map_err(|_| Failure::Protocol("changes are not UTF-8".into()))?;
        let page = read(text)?;
        if !page.end.more {
            return self.take(&page).await;
        }
        let next = self.fetch(Some(page.end.cursor.clone()))?;
        let (ahead, kept) = tokio::join!(biased; next, self.take(&page));
        kept?;
        self.ahead = Some(ahead);
        Ok(())
    }

    /// Asks for the page after `cursor`.
    fn fetch(
        &self,
        cursor: Option<String>,
    ) -> Result<impl Future<Output = Fetched> + Send + use<>, SyncError> {
        let kinds: Vec<&str> = Kind::ALL.iter().map(|kind| kind.as_str()).collect();
        let lines = self.lines;
        let mut path = format!("/v1/changes?kinds={}&limit={lines}", kinds.join(","));
        if let Some(cursor) = &cursor {
            path.push_str(&format!("&cursor={cursor}"));
        }
        let (http, bearer) = (self.http.clone(), self.bearer()?);
        let clock = Arc::clone(&self.app.platform().clock);
        Ok(async move {
            let begun = clock.boot().1;
            let answer = http.get_bytes(&path, Some(&bearer)).await;
            Fetched { cursor, lines, took_ms: clock.boot().1.saturating_sub(begun), answer }
        })
    }

    /// Keeps a page with its cursor; with the last one the tables change.
    async fn take(&mut self, page: &Page<'_>) -> Result<(), SyncError> {
        let now = self.app.platform().clock.wall();
        let mut tx = self.app.store().begin().await?;
        let taken = pulled::take_page(&mut tx, &mut self.held, &page.lines, &page.end, now).await?;
        for (row, text) in &page.strange {
            quarantine::add(&mut tx, row, Some(text), now).await?;
        }
        if taken.completed {
            pulled::board::refresh(&mut tx).await?;
            travel::adopt_states(&mut tx).await?;
            rework::tidy(&mut tx).await?;
            for evidence in travel::adopt_calls(&mut tx).await? {
                event::add(&mut tx, now, "original_called", Some(&evidence.to_string()), None).await?;
            }
        }
        point!("pull.before-commit");
        tx.commit().await?;
        point!("pull.after-commit");
        if taken.completed {
            self.pulled_ms = Some(self.moment().ms);
            // Every run comes by here: old copies of delivered files may go.
            self.app.free_delivered().await?;
        }
        self.progress
            .news(&News::Pulled { lines: page.lines.len() + page.strange.len(), complete: taken.completed });
        Ok(())
    }
}

/// How many lines to ask for after a page of `lines` that took so long.
fn lines_next(lines: u32, took_ms: u64) -> u32 {
    let fitting = u64::from(lines) * PAGE_MS / took_ms.max(1);
    u32::try_from(fitting).unwrap_or(MOST_LINES).clamp(FEWEST_LINES, MOST_LINES)
}

struct Page<'a> {
    lines: Vec<Line<'a>>,
    end: PullEnd,
    /// Lines that cannot be read, with their text.
    strange: Vec<(Unreadable, &'a str)>,
}

/// A [`kandas_shared::wire::ChangeLine`] whose row stays where it was read.
#[derive(Deserialize)]
struct InPlace<'a> {
    kind: Kind,
    id: Uuid,
    position: u64,
    #[serde(borrow, default)]
    row: Option<&'a RawValue>,
}

impl<'a> From<InPlace<'a>> for Line<'a> {
    fn from(line: InPlace<'a>) -> Self {
        let InPlace { kind, id, position, row } = line;
        Line { kind, id, position, row: row.map(RawValue::get) }
    }
}

/// What a line has even if its kind is unknown.
#[derive(Deserialize)]
struct Outline {
    kind: String,
    id: String,
}

fn read(text: &str) -> Result<Page<'_>, Failure> {
    let mut all: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = all.pop().ok_or_else(|| Failure::Protocol("no end of the page".into()))?;
    // A page that was cut ends in some other line: then nothing of it counts.
    let end: PullEnd = serde_json::from_str(last)
        .map_err(|error| Failure::Protocol(format!("the page does not end as it should: {error}")))?;
    let (mut lines, mut strange) = (Vec::with_capacity(all.len()), Vec::new());
    for line in all {
        match serde_json::from_str::<InPlace<'_>>(line) {
            Ok(line) => lines.push(line.into()),
            Err(error) => {
                let outline: Outline = serde_json::from_str(line)
                    .map_err(|error| Failure::Protocol(format!("a line of changes: {error}")))?;
                let row = Unreadable {
                    source: "pulled_line".into(),
                    row_key: format!("{}:{}", outline.kind, outline.id),
                    problem: error.to_string(),
                };
                strange.push((row, line));
            }
        }
    }
    Ok(Page { lines, end, strange })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_as_long_as_the_link_is_good() {
        assert_eq!(lines_next(1_000, 0), MOST_LINES);
        assert_eq!(lines_next(1_000, 8_000), 1_000);
        assert_eq!(lines_next(1_000, 16_000), 500);
        assert_eq!(lines_next(1_000, 600_000), FEWEST_LINES);
        assert_eq!(lines_next(200, 2_000), 800);
    }

    const END: &str = r#"{"cursor":"c","more":false}"#;

    #[test]
    fn an_unknown_kind_is_kept_and_a_cut_page_counts_for_nothing() {
        let known = r#"{"kind":"family","id":"0190a0a0-0000-7000-8000-000000000001","position":3}"#;
        let newer = r#"{"kind":"visit","id":"0190a0a0-0000-7000-8000-000000000002","position":4,"row":{}}"#;
        let text = format!("{known}\n{newer}\n{END}\n");
        let page = read(&text).unwrap();
        assert_eq!(page.lines.len(), 1);
        assert_eq!(page.strange.len(), 1);
        assert_eq!(page.strange[0].0.row_key, "visit:0190a0a0-0000-7000-8000-000000000002");
        assert_eq!(page.strange[0].1, newer);
        assert!(read(&format!("{known}\n{newer}\n")).is_err());
        assert!(read("").is_err());
        assert!(read(&format!("{{\"kind\":\"fam\n{END}")).is_err());
    }
}
