//! Where sending stands: the one line, and the page behind it.

use kandas_shared::{calendar::CIVIL_OFFSET, evidence::FileRef, ids::DeviceId};

use super::{
    Face,
    board::Board,
    call::Problem,
    count,
    exchange::Moment,
    view::{
        FileName, FileRow, FreedView, LeftCount, LineState, LinkState, Storage, SyncLine, SyncView, Topic,
        Traffic,
    },
};
use crate::{
    platform::LinkKind,
    store::{
        file::{Class, FileState},
        home,
        outbox::Count,
        overview::{self, FileLine},
        sync_state,
        travel::{self, Moment as BootMoment},
    },
    sync::plan::{FileWaiting, Policy, Why, hindrance},
    today,
};

/// Most rows of each list.
const ROWS: usize = 50;

impl Face {
    /// The one line that is always there.
    pub(super) async fn line(&self) -> Result<SyncLine, Problem> {
        let waiting = self.app().waiting().await?;
        let mut conn = self.app().store().conn().await?;
        let enrolled = home::get::<DeviceId>(&mut conn, home::DEVICE).await?.is_some();
        let paused = home::text(&mut conn, home::SYNC_PAUSED).await?.is_some();
        let held = overview::held(&mut conn).await?;
        let damaged = overview::damaged(&mut conn).await?;
        let last_contact = home::signed_time(&mut conn).await?.map(|signed| signed.time);
        drop(conn);
        let moment = self.parts.exchange.moment().clone();
        let offline = self.app().platform().link.kind() == LinkKind::Offline;
        let state = state(&moment, &waiting, enrolled, paused, offline);
        let unsigned = |number: i64| u32::try_from(number).unwrap_or(u32::MAX);
        Ok(SyncLine {
            state,
            records: unsigned(waiting.records),
            files: unsigned(waiting.files),
            bytes: waiting.bytes.unsigned_abs(),
            held,
            damaged,
            last_contact,
            problem: moment.problem.filter(|_| state != LineState::Delivered),
        })
    }

    pub(super) async fn sync(&self) -> Result<SyncView, Problem> {
        let line = self.line().await?;
        // Locked screens show how much waits, not whose it is.
        let open = self.must_be_open().await.is_ok();
        let board = if open { Some(self.board().await?) } else { None };
        let moment = self.parts.exchange.moment().clone();
        let said = self.metered().await?;
        let link = match (said, self.app().platform().link.kind()) {
            (_, LinkKind::Offline) => LinkState::Offline,
            (Some(true), _) | (None, LinkKind::Metered) => LinkState::Metered,
            (Some(false), _) | (None, LinkKind::Unmetered) => LinkState::Unmetered,
        };
        let storage = self.storage().await?;
        let (boot, ms) = self.app().platform().clock.boot();
        let mut conn = self.app().store().conn().await?;
        let settings = home::settings(&mut conn).await?;
        let month = today::moment(&mut conn, &*self.app().platform().clock).await?;
        let month = month.with_timezone(&CIVIL_OFFSET).format("%Y-%m").to_string();
        let used = sync_state::metered(&mut conn, &month).await?;
        let paused = home::text(&mut conn, home::SYNC_PAUSED).await?.is_some();
        let now = BootMoment { boot, ms };
        let pauses = travel::pauses(&mut conn, &now).await?;
        let files = overview::files(&mut conn).await?.rows;
        drop(conn);

        let policy = Policy {
            video_unmetered_only: settings.video_unmetered_only && !moment.video_anyway,
            monthly_metered_bytes: settings.monthly_metered_bytes,
            used_metered_bytes: used,
        };
        let metered = link == LinkState::Metered;
        let storage_full = moment.why == Some(Why::StorageFull);
        let mut view = SyncView {
            line,
            link,
            metered: said,
            paused,
            speed: moment.speed,
            bytes_left: 0,
            left: Vec::new(),
            now: None,
            next: Vec::new(),
            waiting: Vec::new(),
            aside: Vec::new(),
            again_in_ms: pauses
                .iter()
                .map(|pause| pause.not_before.saturating_sub(now.ms))
                .filter(|ms| *ms > 0)
                .max(),
            traffic: Traffic {
                month,
                used,
                limit: (settings.monthly_metered_bytes > 0).then_some(settings.monthly_metered_bytes),
                video_unmetered_only: settings.video_unmetered_only,
                video_waiting: 0,
            },
            storage,
            pulling: moment.pulled,
        };
        for file in files {
            let mut row = row(&file, board.as_deref(), &now);
            if matches!(file.state, FileState::Damaged | FileState::SetAside) && file.reason.is_some() {
                if view.aside.len() < ROWS {
                    view.aside.push(row);
                }
                continue;
            }
            let left = row.size.saturating_sub(row.sent);
            view.bytes_left += left;
            left_count(&mut view.left, file.class, left);
            row.why = hindrance(&policy, metered, &waiting(&file));
            if row.why == Some(Why::VideoNeedsUnmetered) {
                view.traffic.video_waiting += left;
            }
            if row.why.is_none() && storage_full && !file.freed {
                row.why = Some(Why::StorageFull);
            }
            if row.why.is_none() && row.again_in_ms.is_some() {
                row.why = Some(Why::Failed);
            }
            if let Some((name, sent, size)) = moment.file
                && (name.evidence, name.part) == (file.evidence, file.part)
            {
                (row.sent, row.size) = (sent, size);
                view.now = Some(row);
            } else if row.why.is_some() {
                if view.waiting.len() < ROWS {
                    view.waiting.push(row);
                }
            } else if view.next.len() < ROWS {
                view.next.push(row);
            }
        }
        Ok(view)
    }

    pub(super) async fn sync_now(&self) -> Result<SyncView, Problem> {
        self.parts.exchange.hurry();
        self.sync().await
    }

    pub(super) async fn pause_sync(&self, paused: bool) -> Result<SyncView, Problem> {
        let mut conn = self.app().store().conn().await?;
        match paused {
            true => home::set(&mut conn, home::SYNC_PAUSED, "yes").await?,
            false => home::unset(&mut conn, home::SYNC_PAUSED).await?,
        }
        drop(conn);
        self.parts.exchange.look_again();
        self.changed(&[Topic::Sync]);
        self.sync().await
    }

    pub(super) async fn set_metered(&self, metered: Option<bool>) -> Result<SyncView, Problem> {
        let mut conn = self.app().store().conn().await?;
        match metered {
            Some(metered) => {
                home::set(&mut conn, home::LINK_METERED, if metered { "yes" } else { "no" }).await?;
            }
            None => home::unset(&mut conn, home::LINK_METERED).await?,
        }
        drop(conn);
        self.parts.exchange.look_again();
        self.changed(&[Topic::Sync]);
        self.sync().await
    }

    pub(super) async fn send_video_now(&self) -> Result<SyncView, Problem> {
        self.parts.exchange.moment().video_anyway = true;
        self.parts.exchange.hurry();
        self.sync().await
    }

    pub(super) async fn free_storage(&self) -> Result<FreedView, Problem> {
        let freed = self.app().free_delivered().await?;
        self.changed(&[Topic::Sync, Topic::Ledger]);
        Ok(FreedView { files: count(freed.files), bytes: freed.bytes })
    }

    async fn storage(&self) -> Result<Storage, Problem> {
        let room = self.app().free_space_check().await?;
        let freeable = self.app().freeable().await?;
        let on_disk =
            |name: &FileRef| std::fs::metadata(self.app().vault().path(*name)).map_or(0, |facts| facts.len());
        let mut conn = self.app().store().conn().await?;
        let keep_days = home::settings(&mut conn).await?.days_kept();
        drop(conn);
        Ok(Storage {
            evidence: self.app().vault().contents()?.iter().map(|found| found.size).sum(),
            freeable: freeable.iter().map(on_disk).sum(),
            freeable_files: count(freeable.len()),
            keep_days,
            free: room.free,
            reserve: room.reserve,
        })
    }
}

/// What the line says.
fn state(moment: &Moment, waiting: &Count, enrolled: bool, paused: bool, offline: bool) -> LineState {
    if !enrolled {
        return LineState::Off;
    }
    if waiting.records + waiting.files == 0 {
        return LineState::Delivered;
    }
    if paused {
        return LineState::Paused;
    }
    if offline {
        return LineState::Offline;
    }
    match moment.why {
        Some(Why::Unreachable) => LineState::Offline,
        Some(Why::VideoNeedsUnmetered | Why::MonthlyLimit | Why::StorageFull) => LineState::Later,
        // The line breaks while a token or a record is on its way: that is no link, not a fault.
        Some(Why::Failed) if matches!(moment.problem.as_deref(), Some("unreachable" | "cut")) => {
            LineState::Offline
        }
        Some(Why::Failed) => LineState::Failed,
        None if moment.running && moment.online => LineState::Sending,
        None if matches!(moment.problem.as_deref(), Some("unreachable" | "cut")) => LineState::Offline,
        None => LineState::Waiting,
    }
}

fn left_count(left: &mut Vec<LeftCount>, class: Class, bytes: u64) {
    match left.iter_mut().find(|known| known.class == class) {
        Some(known) => {
            known.files += 1;
            known.bytes += bytes;
        }
        None => left.push(LeftCount { class, files: 1, bytes }),
    }
}

fn waiting(file: &FileLine) -> FileWaiting {
    FileWaiting {
        file: FileRef { evidence: file.evidence, part: file.part },
        class: file.class,
        size: file.size.unsigned_abs(),
        offset: file.upload_offset.unsigned_abs(),
        salvage: false,
        ask: file.freed,
        not_before: 0,
    }
}

fn row(file: &FileLine, board: Option<&Board>, now: &BootMoment) -> FileRow {
    let waits = file.wait_boot.as_ref().filter(|boot| **boot == now.boot && !now.boot.is_empty());
    let again =
        waits.and_then(|_| file.wait_until_ms.unsigned_abs().checked_sub(now.ms)).filter(|ms| *ms > 0);
    FileRow {
        file: FileName { evidence: file.evidence, part: file.part },
        kind: file.kind,
        class: file.class,
        size: file.size.unsigned_abs(),
        sent: file.upload_offset.unsigned_abs(),
        record: file.record.filter(|_| board.is_some()),
        service: file.service.filter(|_| board.is_some()),
        family: file.family.filter(|_| board.is_some()),
        family_name: board.zip(file.family).and_then(|(board, family)| board.family_name(family)),
        number: u32::try_from(file.number).unwrap_or(1),
        of: u32::try_from(file.of).unwrap_or(1),
        why: None,
        attempts: u32::try_from(file.attempts).unwrap_or(u32::MAX),
        again_in_ms: again,
        reason: file.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_the_first_thing_that_holds() {
        let some = Count { records: 1, files: 0, bytes: 0 };
        let none = Count::default();
        let still = Moment::default();
        assert_eq!(state(&still, &some, false, true, true), LineState::Off);
        assert_eq!(state(&still, &none, true, true, true), LineState::Delivered);
        assert_eq!(state(&still, &some, true, true, true), LineState::Paused);
        assert_eq!(state(&still, &some, true, false, true), LineState::Offline);
        assert_eq!(state(&still, &some, true, false, false), LineState::Waiting);
        let moment = |why, online, problem: Option<&str>| Moment {
            running: true,
            online,
            why,
            problem: problem.map(str::to_owned),
            ..Moment::default()
        };
        for (moment, said) in [
            (moment(None, true, None), LineState::Sending),
            (moment(None, false, None), LineState::Waiting),
            (moment(Some(Why::Unreachable), true, None), LineState::Offline),
            (moment(Some(Why::Failed), true, Some("cut")), LineState::Offline),
            (moment(Some(Why::Failed), true, Some("rate-limited")), LineState::Failed),
            (moment(Some(Why::VideoNeedsUnmetered), true, None), LineState::Later),
        ] {
            assert_eq!(state(&moment, &some, true, false, false), said, "{moment:?}");
        }
    }
}
