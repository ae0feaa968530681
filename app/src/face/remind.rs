//! What the worker is reminded of while the app is closed: work that came back, a due date tomorrow, work that has waited
//! too long to be sent.
//!
//! The core decides (`decide`, pure) and says it in the worker's language; a phone's shell shows it from its time in the
//! background. A locked screen may show it to anybody, so it holds numbers and no name, no service, no place. Each thing is
//! said once: what was said is a row, written before anything is shown, since saying twice is worse than missing once.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::{
    ids::CheckId,
    locale::{FluentValue, Messages},
};
use serde::{Deserialize, Serialize};

use super::{
    Face,
    call::Problem,
    count,
    view::{Deadline, PhoneView, Topic},
};
use crate::store::{StoreError, home, outbox, pulled, record};

/// Unsent work is mentioned when it has waited longer.
const UNSENT: TimeDelta = TimeDelta::days(3);

/// What is said, as a system shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reminder {
    /// One of each kind is shown at a time; a newer one takes its place.
    pub kind: Kind,
    /// The first line.
    pub title: String,
    /// The text below.
    pub text: String,
}

/// What a reminder is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Work came back.
    Returned,
    /// A due date is tomorrow, or on the next working day.
    Due,
    /// Work has not been sent for too long.
    Unsent,
}

/// What the phone knows.
#[derive(Clone, Debug)]
struct Facts {
    now: DateTime<Utc>,
    today: NaiveDate,
    /// Returns that stand and that nobody has answered.
    returned: BTreeSet<CheckId>,
    /// Open activities whose time is nearly over.
    due: u32,
    /// When the oldest sealed work was sealed that has not arrived.
    waits_since: Option<DateTime<Utc>>,
}

/// What was said, as a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Said {
    returned: BTreeSet<CheckId>,
    due: Option<NaiveDate>,
    unsent: Option<NaiveDate>,
}

/// What to say now, with its number, and what will have been said then.
fn decide(facts: &Facts, said: &Said) -> (Vec<(Kind, u32)>, Said) {
    let mut now = said.clone();
    let mut reminders = Vec::new();
    // What was answered is forgotten; the same check never comes back.
    let new = facts.returned.difference(&said.returned).count();
    now.returned.clone_from(&facts.returned);
    if new > 0 {
        reminders.push((Kind::Returned, count(new)));
    }
    if facts.due > 0 && said.due != Some(facts.today) {
        now.due = Some(facts.today);
        reminders.push((Kind::Due, facts.due));
    }
    let waited = facts.waits_since.map(|since| facts.now - since).filter(|waited| *waited > UNSENT);
    if let Some(waited) = waited
        && said.unsent != Some(facts.today)
    {
        now.unsent = Some(facts.today);
        reminders.push((Kind::Unsent, u32::try_from(waited.num_days()).unwrap_or(u32::MAX)));
    }
    (reminders, now)
}

/// Whether the last moment for it is near: tomorrow, or the next working day.
fn is_near(by: Deadline) -> bool {
    by.days == 1 || (by.days > 0 && by.working_days == Some(1))
}

impl Face {
    /// What the worker is to be reminded of now; it counts as said. Nothing where he has switched that off, and on a phone
    /// that belongs to nobody. Answered while the screens are locked: it names nobody.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn reminders(&self) -> Result<Vec<Reminder>, Problem> {
        let mut conn = self.app().store().conn().await?;
        let is_off = home::text(&mut conn, home::REMINDERS).await?.as_deref() == Some(OFF);
        let nobodys = home::text(&mut conn, home::DEVICE).await?.is_none()
            || home::text(&mut conn, home::WIPED).await?.is_some();
        drop(conn);
        if is_off || nobodys {
            return Ok(Vec::new());
        }
        let facts = self.facts().await?;
        let mut tx = self.app().store().begin().await?;
        let said = match home::text(&mut tx, home::REMINDED).await? {
            Some(text) => crate::store::json(home::REMINDED, &text)?,
            None => Said::default(),
        };
        let (reminders, now) = decide(&facts, &said);
        if now != said {
            home::set(&mut tx, home::REMINDED, crate::store::to_json(home::REMINDED, &now)?).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        let messages = Messages::of(self.language().await?);
        Ok(reminders.into_iter().map(|(kind, number)| spoken(messages, kind, number)).collect())
    }

    async fn facts(&self) -> Result<Facts, Problem> {
        let board = self.board().await?;
        let due =
            board.tasks().filter(|(_, task)| task.patch.is_open() && task.deadline.is_some_and(is_near));
        let due = count(due.count());
        let mut conn = self.app().store().conn().await?;
        let mut returned = BTreeSet::new();
        for check in pulled::returns(&mut conn).await?.rows {
            if !record::is_corrected(&mut conn, check.record).await? {
                returned.insert(check.id);
            }
        }
        let waits_since = outbox::waits_since(&mut conn).await?;
        Ok(Facts { now: self.wall(), today: board.today, returned, due, waits_since })
    }

    pub(super) async fn set_reminders(&self, on: bool) -> Result<PhoneView, Problem> {
        let mut conn = self.app().store().conn().await?;
        home::set(&mut conn, home::REMINDERS, if on { "on" } else { OFF }).await?;
        drop(conn);
        self.changed(&[Topic::Phone]);
        self.phone().await
    }
}

/// The worker does not want any.
pub(super) const OFF: &str = "off";

fn spoken(messages: &Messages, kind: Kind, number: u32) -> Reminder {
    let (title, text) = match kind {
        Kind::Returned => ("remind-returned", "remind-returned-text"),
        Kind::Due => ("remind-due", "remind-due-text"),
        Kind::Unsent => ("remind-unsent", "remind-unsent-text"),
    };
    let number: FluentValue<'_> = number.into();
    Reminder { kind, title: messages.text(title, &[]), text: messages.text(text, &[("count", number)]) }
}

#[cfg(test)]
mod tests {
    use kandas_shared::{calendar::Calendar, locale::Lang};

    use super::*;

    fn check(number: u128) -> CheckId {
        CheckId(uuid::Uuid::from_u128(number))
    }

    fn facts(text: &str) -> Facts {
        let now: DateTime<Utc> = text.parse().unwrap();
        Facts { now, today: now.date_naive(), returned: BTreeSet::new(), due: 0, waits_since: None }
    }

    #[test]
    fn each_thing_is_said_once() {
        let mut monday = facts("2026-11-23T06:00:00Z");
        monday.returned = [check(1), check(2)].into();
        monday.due = 3;
        monday.waits_since = Some("2026-11-20T05:00:00Z".parse().unwrap());
        let (reminders, said) = decide(&monday, &Said::default());
        assert_eq!(reminders, [(Kind::Returned, 2), (Kind::Due, 3), (Kind::Unsent, 3)]);
        let (again, same) = decide(&monday, &said);
        assert_eq!((again, &same), (Vec::new(), &said));

        // The next day: one more came back, the first was answered, what is due and what waits is due and waits again.
        let mut tuesday = facts("2026-11-24T06:00:00Z");
        tuesday.returned = [check(2), check(3)].into();
        tuesday.due = 1;
        tuesday.waits_since = monday.waits_since;
        let (reminders, said) = decide(&tuesday, &said);
        assert_eq!(reminders, [(Kind::Returned, 1), (Kind::Due, 1), (Kind::Unsent, 4)]);
        assert_eq!(said.returned, [check(2), check(3)].into());
    }

    #[test]
    fn three_days_are_not_longer_than_three_days() {
        let mut exactly = facts("2026-11-23T06:00:00Z");
        exactly.waits_since = Some("2026-11-20T06:00:00Z".parse().unwrap());
        assert_eq!(decide(&exactly, &Said::default()).0, []);
        exactly.waits_since = Some("2026-11-20T05:59:59Z".parse().unwrap());
        assert_eq!(decide(&exactly, &Said::default()).0, [(Kind::Unsent, 3)]);
        // A clock that was set back.
        exactly.waits_since = Some("2026-12-20T05:59:59Z".parse().unwrap());
        assert_eq!(decide(&exactly, &Said::default()).0, []);
    }

    #[test]
    fn tomorrow_is_the_next_working_day_too() {
        // 27 November 2026 is a Friday.
        let friday = "2026-11-27".parse().unwrap();
        for (on, near) in [
            ("2026-11-26", false),
            ("2026-11-27", false),
            ("2026-11-28", true),
            ("2026-11-30", true),
            ("2026-12-01", false),
        ] {
            let due = super::super::patch::deadline(Calendar::shipped(), friday, on.parse().unwrap());
            assert_eq!(is_near(due), near, "{on}");
        }
    }

    #[test]
    fn every_language_says_all_of_it() {
        for lang in [Lang::Kk, Lang::Ru, Lang::En] {
            for kind in [Kind::Returned, Kind::Due, Kind::Unsent] {
                let said = spoken(Messages::of(lang), kind, 5);
                assert!(!said.title.starts_with("remind-") && !said.title.is_empty(), "{said:?}");
                assert!(said.text.contains('5'), "{said:?}");
            }
        }
    }
}
