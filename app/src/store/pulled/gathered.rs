//! What the pages of a pull come to, held beside the staged pages: the last one then writes each row once, in the order
//! of keys, and reads no page again. What is held may be lost at any time: after a restart, and where a pull is larger
//! than a phone should hold, the staged pages are read anew.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kandas_shared::{cursor::Kind, pulled::Row};
use sqlx::SqliteConnection;
use uuid::Uuid;

use super::{LINE, Line, board, page, table::Words};
use crate::store::{
    StoreError,
    quarantine::{self, Unreadable},
};

/// Most entities that are held: a few hundred bytes each.
const MOST: usize = 100_000;

/// Pages that were read.
#[derive(Debug, Default)]
pub struct Gathered {
    /// Cursor of the last staged page among them; none: no staged page is.
    upto: Option<String>,
    /// Of each entity the last readable word.
    words: Words,
    /// Entities of which the last word could not be read, with what is wrong and the row's text.
    strange: BTreeMap<(Kind, Uuid), (String, Option<String>)>,
    /// Whether rows were written already, because there were too many.
    in_parts: bool,
    pub(super) applied: usize,
    pub(super) unreadable: Vec<Unreadable>,
}

impl Gathered {
    /// Whether all pages staged up to `pending` are held; else nothing is held any more.
    pub(super) fn has_all(&mut self, pending: Option<&str>) -> bool {
        if self.upto.as_deref() == pending {
            return true;
        }
        *self = Self::default();
        pending.is_none()
    }

    /// Holds a page that is staged under `cursor`, unless there is too much then.
    pub(super) fn hold(&mut self, lines: &[Line<'_>], cursor: &str) {
        if self.words.len() + lines.len() > MOST {
            *self = Self::default();
            return;
        }
        self.read(lines);
        self.upto = Some(cursor.to_owned());
    }

    /// Reads the staged pages.
    pub(super) async fn of_staged(conn: &mut SqliteConnection) -> Result<Self, StoreError> {
        let (mut all, mut after) = (Self::default(), 0_i64);
        loop {
            let sql = "select number, lines from pulled_page where number > $1 order by number limit 1";
            let staged: Option<(i64, Vec<u8>)> =
                sqlx::query_as(sql).bind(after).fetch_optional(&mut *conn).await?;
            let Some((number, packed)) = staged else { return Ok(all) };
            after = number;
            let text = page::unpack(&packed)?;
            all.read(&page::lines(&text)?);
            if all.words.len() > MOST {
                all.write_words(&mut *conn).await?;
                (all.words, all.in_parts) = (Words::default(), true);
            }
        }
    }

    pub(super) fn read(&mut self, lines: &[Line<'_>]) {
        for line in lines {
            let problem = match line.row.map(|row| Row::read(line.kind, row)) {
                None => {
                    self.words.gone(line.kind, line.id);
                    None
                }
                Some(Ok(row)) if row.id() == line.id => {
                    self.words.row(row);
                    None
                }
                Some(Ok(_)) => Some("the row is not the one the line names".to_owned()),
                Some(Err(error)) => Some(error.to_string()),
            };
            let Some(problem) = problem else {
                self.applied += 1;
                if !self.strange.is_empty() {
                    self.strange.remove(&(line.kind, line.id));
                }
                continue;
            };
            self.unreadable.push(unreadable(line.kind, line.id, problem.clone()));
            self.strange.insert((line.kind, line.id), (problem, line.row.map(str::to_owned)));
        }
    }

    /// Writes everything into the tables. A line that could not be read waits in the quarantine for one that can.
    pub(super) async fn write(
        &mut self,
        conn: &mut SqliteConnection,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        // Where nothing is known yet, these rows are all there is to know of a family.
        let sql = "select not exists (select 1 from activity) and not exists (select 1 from person)";
        let first: bool = sqlx::query_scalar(sql).fetch_one(&mut *conn).await?;
        if first && !self.in_parts {
            board::hold_back(&mut *conn).await?;
            self.write_words(&mut *conn).await?;
            let (persons, activities) = self.words.of_families();
            board::keep_first(&mut *conn, persons, activities).await?;
        } else {
            self.write_words(&mut *conn).await?;
        }
        for ((kind, id), (problem, text)) in &self.strange {
            let row = unreadable(*kind, *id, problem.clone());
            quarantine::add(&mut *conn, &row, text.as_deref(), now).await?;
        }
        Ok(())
    }

    async fn write_words(&self, conn: &mut SqliteConnection) -> Result<(), StoreError> {
        let waiting: Vec<String> = sqlx::query_scalar("select row_key from quarantine where source = $1")
            .bind(LINE)
            .fetch_all(&mut *conn)
            .await?;
        for row_key in waiting {
            // What is of a kind that is unknown here waits for another program.
            let Some((kind, id)) = super::key(&row_key) else { continue };
            if self.words.has(kind, id) && !self.strange.contains_key(&(kind, id)) {
                quarantine::resolved(&mut *conn, LINE, &row_key).await?;
            }
        }
        self.words.write(conn).await
    }
}

fn unreadable(kind: Kind, id: Uuid, problem: String) -> Unreadable {
    Unreadable { source: LINE.into(), row_key: format!("{kind}:{id}"), problem }
}
