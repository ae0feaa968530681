//! Today: what comes next, in the order in which it presses.

use std::collections::HashMap;

use chrono::{Datelike as _, Days, NaiveDate};

use super::{
    Face,
    board::{Board, Household, Task},
    call::Problem,
    count,
    draft::{gathered_counts, to_say},
    view::{Deadline, DraftBrief, DraftRow, Patch, PersonName, TaskRow, TodayView, WeekStrip},
};
use crate::draft::DraftId;

/// Most rows of a list on the first screen; the families hold the rest.
const ROWS: usize = 50;
/// Most patches of the week strip.
const STRIP: usize = 24;

impl Face {
    pub(super) async fn today(&self) -> Result<TodayView, Problem> {
        let board = self.board().await?;
        let sync = self.line().await?;
        let returned = self.returned(&board, |_| true).await?;
        let drafts = self.draft_rows(&board).await?;
        let briefs: HashMap<DraftId, &DraftBrief> =
            drafts.iter().map(|row| (row.brief.draft, &row.brief)).collect();
        let (from, to) = week(board.today);
        let mut overdue: Vec<(&Household, &Task)> = Vec::new();
        let mut due: Vec<(&Household, &Task)> = Vec::new();
        let mut strip: Vec<&Task> = Vec::new();
        let mut next_due: Option<Deadline> = None;
        for (family, task) in board.tasks() {
            let Some(by) = task.deadline else { continue };
            if (from..=to).contains(&by.on) && task.patch.counts() {
                strip.push(task);
            }
            if !task.patch.is_open() {
                continue;
            }
            if by.is_past() {
                overdue.push((family, task));
            } else if by.on <= to {
                due.push((family, task));
            } else if next_due.is_none_or(|next| by.on < next.on) {
                next_due = Some(by);
            }
        }
        let by_date = |tasks: &mut Vec<(&Household, &Task)>| {
            tasks.sort_by(|(a_family, a), (b_family, b)| {
                let key = |family: &Household, task: &Task| {
                    (task.deadline.map(|by| by.on), family.line.id, task.service)
                };
                key(a_family, a).cmp(&key(b_family, b))
            });
        };
        by_date(&mut overdue);
        by_date(&mut due);
        let row = |(family, task): &(&Household, &Task)| task_row(&board, family, task, &briefs);
        let view = TodayView {
            today: board.today,
            as_of: board.as_of,
            sync,
            returned,
            overdue_total: count(overdue.len()),
            overdue: overdue.iter().take(ROWS).filter_map(row).collect(),
            week_total: count(due.len()),
            week: due.iter().take(ROWS).filter_map(row).collect(),
            strip: week_strip(from, to, strip),
            next_due,
            drafts: drafts.clone(),
        };
        Ok(view)
    }

    /// All open drafts, the one changed last first.
    pub(super) async fn draft_rows(&self, board: &Board) -> Result<Vec<DraftRow>, Problem> {
        let saved = self.session().saved.clone();
        let mut rows = Vec::new();
        for draft in self.app().drafts().await? {
            let view = self.app().draft_view(draft.id).await?;
            let missing = self.app().missing(draft.id).await?;
            let [photos, videos, documents, signatures] = gathered_counts(&view.evidence);
            let taken = view.evidence.iter().filter_map(|piece| Some(piece.item.as_ref()?.taken.wall));
            let saved_at = saved.get(&draft.id).copied().or(taken.max()).unwrap_or(draft.opened.wall);
            let due = view.subjects.iter().filter_map(|subject| board.task(subject.activity?)?.1.deadline);
            rows.push(DraftRow {
                brief: DraftBrief {
                    draft: draft.id,
                    photos,
                    videos,
                    documents,
                    signatures,
                    missing,
                    to_say: count(to_say(&draft).len()),
                    saved_at: saved_at.max(draft.opened.wall),
                },
                kind: draft.kind,
                family: draft.family,
                family_name: board.family_name(draft.family).unwrap_or_default(),
                persons: view.subjects.iter().filter_map(|subject| board.name(subject.person?)).collect(),
                service: draft.service,
                act: draft.act,
                deadline: due.min_by_key(|due| due.on),
                corrects: draft.supersedes,
            });
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.brief.saved_at));
        Ok(rows)
    }
}

/// An activity as a row; none when its person cannot be read.
fn task_row(
    board: &Board,
    family: &Household,
    task: &Task,
    briefs: &HashMap<DraftId, &DraftBrief>,
) -> Option<TaskRow> {
    let person: PersonName = board.name(task.person)?;
    Some(TaskRow {
        activity: task.activity,
        family: family.line.id,
        family_name: family.name.clone(),
        settlement: family.line.settlement_name.clone(),
        person,
        for_family: task.is_for_family(),
        service: task.service,
        patch: task.patch,
        deadline: task.deadline,
        draft: task.draft.and_then(|draft| briefs.get(&draft).map(|brief| (*brief).clone())),
    })
}

/// Monday and Sunday of the week of `day`.
fn week(day: NaiveDate) -> (NaiveDate, NaiveDate) {
    let monday = day - Days::new(u64::from(day.weekday().num_days_from_monday()));
    (monday, monday + Days::new(6))
}

fn week_strip(from: NaiveDate, to: NaiveDate, mut tasks: Vec<&Task>) -> WeekStrip {
    let far = |patch: Patch| match patch {
        Patch::Checked => 0,
        Patch::Delivered => 1,
        Patch::Accepted => 2,
        Patch::Sending | Patch::Waiting => 3,
        _ => 4,
    };
    tasks.sort_by_key(|task| (far(task.patch), task.deadline.map(|by| by.on), task.activity));
    WeekStrip {
        from,
        to,
        patches: tasks.iter().take(STRIP).map(|task| task.patch).collect(),
        more: count(tasks.len().saturating_sub(STRIP)),
        done: count(tasks.iter().filter(|task| task.patch.is_done()).count()),
        total: count(tasks.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_begins_on_monday() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        for text in ["2026-11-23", "2026-11-25", "2026-11-29"] {
            assert_eq!(week(day(text)), (day("2026-11-23"), day("2026-11-29")));
        }
    }
}
