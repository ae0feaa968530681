//! A month of work in a synthetic district, for a demonstration: real phone cores record, sync and answer, the real server
//! receives, notices and is checked by its directors, all with a clock that passes only when it is told to. So receipts,
//! chains and findings are what they would be; nothing is written into tables.
//!
//! Beside checking, the offices report on the months that end, and an administrator says a few things of the centre's own.
//!
//! Some of it is as it should not be: made-up positions, old photos, photos of another family, a clock that is wrong, a
//! plan that changed meanwhile, a phone that lost a number, a phone that was copied. Same seed, same month.

mod camera;
mod centre;
mod hand;
mod office;
pub mod time;
pub mod way;

use std::{collections::BTreeSet, path::Path};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use kandas_fixtures::{
    district::{District, User},
    media::Position as Spot,
};
pub use kandas_server::config::Config;
use kandas_shared::ids::{ActivityId, FamilyId, OrgUnitId, UserId};
use serde::Serialize;
use tempfile::TempDir;

pub use self::centre::config;
use self::{
    camera::Camera,
    centre::Centre,
    hand::{Hand, Odd, Task},
    time::{Time, civil},
};

/// What month is to be made.
#[derive(Clone, Copy, Debug)]
pub struct Month<'a> {
    /// Where it is made; nothing may be there yet.
    pub district: &'a District,
    /// When it ends: now.
    pub now: DateTime<Utc>,
    /// How many days it has.
    pub days: u32,
    /// About how many records there are to be.
    pub records: usize,
    /// Other seed, other month.
    pub seed: u64,
    /// Activities that nobody does.
    pub spared: &'a BTreeSet<ActivityId>,
}

/// What came of it; read from the store.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Records in custody.
    pub records: i64,
    /// Files in custody.
    pub files: i64,
    /// Records by what was said of them: `unchecked`, `accepted`, `remarked`, `returned`, `answered`.
    pub checks: Vec<(String, i64)>,
    /// Records by why they are held.
    pub held: Vec<(String, i64)>,
    /// Records by what was noticed about them.
    pub findings: Vec<(String, i64)>,
    /// Monthly reports by where they stand: `draft`, `sent`, `returned`, `accepted`.
    pub reports: Vec<(String, i64)>,
    /// Records that came after their family was handed over.
    pub late_handovers: i64,
    /// Numbers of chains that are open.
    pub gaps: i64,
    /// Activities that are done, and those whose day has passed.
    pub done: i64,
    /// See [`Self::done`].
    pub overdue: i64,
}

/// What goes wrong, twice: once in the middle of the month, once in its last days.
const ODD: [Odd; 10] = [
    Odd::Mock,
    Odd::Far,
    Odd::SamePicture,
    Odd::OldPicture,
    Odd::Travel,
    Odd::Vague,
    Odd::NearPicture,
    Odd::PictureElsewhere,
    Odd::NoPosition,
    Odd::WrongClock,
];
/// What goes wrong once, and how many working days before the end.
const ONCE: [(Odd, usize); 6] = [
    (Odd::Abroad, 2),
    (Odd::Cancelled, 3),
    (Odd::HandedOver, 4),
    (Odd::Tomorrow, 2),
    (Odd::Twin, 6),
    (Odd::Lost, 1),
];

/// Something that happens on a day.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Visit(usize),
    Sync(usize),
    Evening,
}

/// Makes the store of `config`, with the month in it. `progress` is told how much of how much is done.
///
/// # Errors
/// When a phone or the server says no to something, which is a fault of one of them or of the month.
pub async fn play(
    config: Config,
    month: &Month<'_>,
    progress: &mut dyn FnMut(usize, usize),
) -> Result<Report> {
    let today = (month.now + TimeDelta::hours(5)).date_naive();
    let first = today - Days::new(u64::from(month.days));
    let time = Time::at(civil(first, 7, 30) - TimeDelta::days(1));
    let mut centre = Centre::open(config, month.district, &time, month.seed).await?;
    let homes = homes()?;
    let mut camera = Camera::new(&homes.path().join("camera"), month.seed)?;
    time.reach(civil(first, 8, 0));
    centre.settle(month.district, first).await?;
    let mut hands = hands(month, &centre, &time, homes.path()).await?;
    let days: Vec<NaiveDate> = first.iter_days().take_while(|day| *day <= today).collect();
    let worked: Vec<NaiveDate> = days.iter().copied().filter(works).collect();
    disturb(&mut hands, &worked);

    let visits = worked.len() * hands.len().max(1) * 2;
    // Visits are fewer than planned for: nobody is there every day.
    let each = (month.records as f64 / visits.max(1) as f64 * 1.15).max(1.0);
    let mut sealed = 0;
    let mut number = 0;
    for day in &days {
        if works(day) {
            number += 1;
        }
        for (at, turn) in turns(&mut hands, *day, number) {
            if at >= month.now - TimeDelta::minutes(4) {
                continue;
            }
            time.reach(at);
            match turn {
                // As much as belongs to these days; what is to go wrong is not left out.
                Turn::Visit(of)
                    if sealed < month.records * number as usize / worked.len().max(1) + 4
                        || hands[of].is_disturbed(*day) =>
                {
                    sealed += answers(&mut centre, &mut hands[of], &mut camera, *day).await?;
                    let colleague = colleague(&hands, of);
                    let whole = each.floor() as usize;
                    let more = hands[of].dice(100) < ((each - each.floor()) * 100.0) as u32;
                    let most = whole + usize::from(more);
                    let hand = &mut hands[of];
                    sealed += hand.visit(&centre, &mut camera, colleague, *day, most).await?;
                    progress(sealed.min(month.records), month.records);
                }
                Turn::Visit(_) => {}
                Turn::Sync(of) => {
                    hands[of].sync(&centre).await?;
                    centre.round(false).await?;
                }
                Turn::Evening => {
                    evening(&mut centre, month, &mut hands).await?;
                    // Of the month before, if there was work in it.
                    if begins(*day).pred_opt().is_some_and(|last| last >= first) {
                        let number =
                            begins(*day).iter_days().take_while(|of| of <= day).filter(works).count();
                        centre.reports(month.district, *day, number).await?;
                    }
                }
            }
        }
    }
    time.reach(month.now - TimeDelta::minutes(2));
    centre.round(true).await?;
    centre.draft(month.district, today).await?;
    centre.let_go().await?;
    for hand in &mut hands {
        hand.close().await;
    }
    let report = report(&centre, today).await?;
    centre.close().await;
    progress(month.records, month.records);
    Ok(report)
}

/// In memory, where the machine offers it: these phones are thrown away.
fn homes() -> Result<TempDir> {
    let memory = Path::new("/dev/shm");
    let found = if memory.is_dir() {
        tempfile::Builder::new().prefix("kandas-month-").tempdir_in(memory).ok()
    } else {
        None
    };
    found.map_or_else(|| tempfile::tempdir().context("temporary folder"), Ok)
}

/// Nobody works on Sundays, and few on Saturdays.
fn works(day: &NaiveDate) -> bool {
    match day.weekday().number_from_monday() {
        1..=5 => true,
        6 => day.day().is_multiple_of(2),
        _ => false,
    }
}

/// The first day of its month.
fn begins(day: NaiveDate) -> NaiveDate {
    day.with_day(1).unwrap_or(day)
}

async fn hands(
    month: &Month<'_>,
    centre: &Centre,
    time: &std::sync::Arc<Time>,
    homes: &Path,
) -> Result<Vec<Hand>> {
    let mut hands = Vec::new();
    for (number, user) in (0u64..).zip(month.district.workers()) {
        let home = homes.join(format!("phone{number}"));
        let (id, unit) = (UserId(user.id), OrgUnitId(user.org_unit));
        let mut hand = Hand::new(id, unit, home, time, month.seed, number);
        hand.tasks = tasks(month, user);
        if hand.tasks.is_empty() {
            continue;
        }
        hand.enrol(centre, &user.login).await?;
        time.pass(TimeDelta::minutes(11));
        hands.push(hand);
    }
    Ok(hands)
}

fn tasks(month: &Month<'_>, user: &User) -> Vec<Task> {
    let mut tasks = Vec::new();
    let far = month.now.date_naive() + Days::new(400);
    for family in month.district.families_of(user.id) {
        let home = home(month.district, family);
        for activity in month.district.activities_of(family.id) {
            let Ok(service) = activity.service.parse() else { continue };
            let id = ActivityId(activity.id);
            if month.spared.contains(&id) {
                continue;
            }
            tasks.push(Task {
                activity: id,
                family: FamilyId(family.id),
                service,
                due: activity.due_on.or(activity.planned_on).unwrap_or(far),
                home,
            });
        }
    }
    tasks
}

/// Where a family lives; of one whose house nobody has measured, somewhere in its settlement.
fn home(district: &District, family: &kandas_fixtures::district::Family) -> Spot {
    let measured = |of: &kandas_fixtures::district::Family| {
        Some(Spot { latitude: of.latitude?, longitude: of.longitude? })
    };
    let neighbour = || {
        let mut near = district.families.iter().filter(|of| of.settlement_kato == family.settlement_kato);
        near.find_map(measured)
    };
    measured(family).or_else(neighbour).unwrap_or(Spot { latitude: 52.287, longitude: 76.967 })
}

/// Says what will go wrong with whom: mostly in the first centre, whose director looks at the demonstration.
fn disturb(hands: &mut [Hand], worked: &[NaiveDate]) {
    let Some(unit) = hands.first().map(|hand| hand.unit) else { return };
    let near: Vec<usize> = (0..hands.len()).filter(|of| hands[*of].unit == unit).collect();
    let last = worked.len().saturating_sub(1);
    let mut add = |turn: usize, day: usize, odd: Odd| {
        let of = near[turn % near.len()];
        hands[of].odd.push_back((worked[day.min(last)], odd));
    };
    for (turn, odd) in ODD.into_iter().enumerate() {
        add(turn, 3 + turn * last.saturating_sub(9) / ODD.len(), odd);
        add(turn + 1, last.saturating_sub(1 + turn % 3), odd);
    }
    // The last hand of the centre loses a number and is not used after; the copy is made of another phone.
    for (turn, (odd, before)) in ONCE.into_iter().enumerate() {
        let of = if odd == Odd::Lost { near.len() - 1 } else { turn };
        add(of, last.saturating_sub(before), odd);
    }
    for hand in hands.iter_mut() {
        hand.odd.make_contiguous().sort_by_key(|(day, odd)| (*day, *odd == Odd::Lost));
    }
    // A worker beyond the next hill is heard of every third day; one was not heard of for a week.
    if let Some(hand) = near.get(1) {
        hands[*hand].every = 2;
    }
    if hands.len() > near.len() {
        let of = hands.len() - 1;
        hands[of].silent_from = Some(worked[last.saturating_sub(6)]);
    }
}

/// What happens on a day, in the order of the clock.
fn turns(hands: &mut [Hand], day: NaiveDate, number: u32) -> Vec<(DateTime<Utc>, Turn)> {
    if !works(&day) {
        return Vec::new();
    }
    let mut turns = Vec::new();
    for (of, hand) in hands.iter_mut().enumerate() {
        let pending = hand.odd.front().is_some_and(|(from, _)| *from <= day);
        let visits = if pending { 3 } else { hand.dice(3) + 1 };
        let silent = hand.silent_from.is_some_and(|from| day >= from);
        if hand.broken || silent {
            continue;
        }
        let mut at = civil(day, 9, 15) + TimeDelta::minutes(i64::from(hand.dice(50)));
        for _ in 0..visits {
            turns.push((at, Turn::Visit(of)));
            at += TimeDelta::minutes(i64::from(hand.dice(70)) + 75);
        }
        if hand.has_signal(day, number) {
            turns.push((civil(day, 17, 20) + TimeDelta::minutes(i64::from(hand.dice(60))), Turn::Sync(of)));
        }
    }
    turns.push((civil(day, 19, 0), Turn::Evening));
    turns.sort_by_key(|(at, _)| *at);
    turns
}

/// Three in four of what went back are answered on one of the next days.
async fn answers(centre: &mut Centre, hand: &mut Hand, camera: &mut Camera, day: NaiveDate) -> Result<usize> {
    let mut sealed = 0;
    let mut left = Vec::new();
    for returned in std::mem::take(&mut centre.returned) {
        let old = hand.now() - returned.at > TimeDelta::hours(12);
        if returned.worker != hand.user || !old || sealed > 0 {
            left.push(returned);
        } else if hand.dice(4) > 0 {
            sealed += hand.answer(camera, returned, day).await?;
        }
        // One in four is forgotten: its day will pass.
    }
    centre.returned = left;
    Ok(sealed)
}

/// Somebody else of the same centre.
fn colleague(hands: &[Hand], of: usize) -> Option<UserId> {
    let own = &hands[of];
    hands.iter().find(|hand| hand.unit == own.unit && hand.user != own.user).map(|hand| hand.user)
}

async fn evening(centre: &mut Centre, month: &Month<'_>, hands: &mut [Hand]) -> Result<()> {
    centre.round(true).await?;
    let mut rng = hands[0].fork();
    for user in month.district.users.iter().filter(|user| user.role == "cc_dir") {
        centre.evening(OrgUnitId(user.org_unit), UserId(user.id), &mut rng).await?;
    }
    Ok(())
}

async fn report(centre: &Centre, today: NaiveDate) -> Result<Report> {
    let checks =
        "select check_state, count(*) from record where verdict = 'accepted' group by check_state order by 1";
    let held =
        "select coalesce(reason, ''), count(*) from record where verdict = 'held' group by reason order by 1";
    let findings =
        "select rule, count(distinct hash) from finding where severity <> 'good' group by rule order by 1";
    let reports = "select state, count(*) from report group by state order by 1";
    let done =
        "select count(*) from activity where state in ('synced', 'reported', 'sys_confirmed', 'disputed')";
    Ok(Report {
        records: centre.count("select count(*) from record").await?,
        files: centre.count("select count(*) from evidence_file where state = 'received'").await?,
        checks: centre.by_word(checks).await?,
        held: centre.by_word(held).await?,
        findings: centre.by_word(findings).await?,
        reports: centre.by_word(reports).await?,
        late_handovers: centre.count("select count(*) from record where late_handover").await?,
        gaps: centre.count("select count(*) from chain_gap where state = 'open'").await?,
        done: centre.count(done).await?,
        overdue: centre.overdue(today).await?,
    })
}
