//! Services of plans (§33): what is late, for today and near, of each unit. Their number is that of the list of families by
//! the same days ([`crate::office::family::Only`]). What is due later is the plan itself.

use kandas_shared::deadline::{Clock, Spans};

use super::{Asked, Found};

/// What is due of each unit.
pub(super) fn due(asked: &Asked<'_>) -> Vec<Found> {
    let Spans { late_before, today_to, soon_to } = Spans::of(&asked.calendar, asked.today);
    let after = today_to.succ_opt().unwrap_or(today_to);
    let mut found = Vec::new();
    for (unit, stands) in &asked.stands {
        let of = &stands.due.activities;
        let rows =
            [(of.late, None), (of.today, Some((late_before, today_to))), (of.soon, Some((after, soon_to)))];
        for ((count, first), days) in rows {
            let Some(first) = first else { continue };
            let clock = match asked.calendar.named_date(first) {
                Ok(date) => Clock::named(None, date),
                // Beyond the calendar a date is what it is.
                Err(_) => Clock { starts_on: None, target: Some(first), legal: Some(first) },
            };
            found.push(Found { days, ..Found::of(*unit, count, clock) });
        }
    }
    found
}
