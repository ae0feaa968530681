//! Sending behind the screens: the core's sync loop, woken by what is sealed, by the worker and by time, paused by the
//! worker. What stands here is only what is going on at this moment; where everything stands is rows.

use std::{
    sync::{Mutex, MutexGuard},
    time::Duration,
};

use kandas_shared::{evidence::FileRef, ids::DeviceId};
use tokio::sync::Notify;

use super::{
    Face,
    call::Problem,
    view::{Event, FileName, Topic},
};
use crate::{
    store::home,
    sync::{
        self, Ended, Mode, Options,
        plan::Why,
        progress::{News, Progress},
        transport::{Internet, Network},
    },
};

/// The centre is asked for changes this often when nothing else happens.
const EVERY: Duration = Duration::from_secs(5 * 60);
/// After a fault of the phone itself.
const AFTER_FAULT: Duration = Duration::from_secs(60);

/// What is going on.
pub(super) struct Exchange {
    moment: Mutex<Moment>,
    /// Somebody wants the loop to look again.
    wake: Notify,
    /// What runs must stop: another link, a pause, an attempt now.
    interrupt: Notify,
}

/// This moment of the loop.
#[derive(Clone, Debug, Default)]
pub(super) struct Moment {
    /// Whether a run is under way.
    pub(super) running: bool,
    /// Whether the centre has answered in this run.
    pub(super) online: bool,
    /// What the run waits for, or why the last one left something.
    pub(super) why: Option<Why>,
    /// The last problem met, until something works again.
    pub(super) problem: Option<String>,
    /// The file that moves.
    pub(super) file: Option<(FileRef, u64, u64)>,
    /// Bytes a second, smoothed.
    pub(super) speed: Option<u64>,
    /// Lines pulled in this run, while a pull is under way.
    pub(super) pulled: Option<u64>,
    /// Whether video may travel over a link that costs.
    pub(super) video_anyway: bool,
    /// Whether the next run begins with an attempt at everything.
    pub(super) hurry: bool,
    /// When the last piece was told of, by the boot clock, and how far that file was.
    pub(super) piece: Option<(FileRef, u64, u64)>,
}

impl Exchange {
    pub(super) fn new() -> Self {
        Self { moment: Mutex::default(), wake: Notify::new(), interrupt: Notify::new() }
    }

    pub(super) fn moment(&self) -> MutexGuard<'_, Moment> {
        match self.moment.lock() {
            Ok(moment) => moment,
            Err(poisoned) => poisoned.into_inner(),
        }
    }

    /// Whether records are on their way now: with no link, or in a pause, they only wait.
    pub(super) fn is_sending(&self) -> bool {
        let moment = self.moment();
        moment.running && moment.online && moment.why.is_none()
    }

    /// Something was sealed: the loop looks when it is not looking anyway.
    pub(super) fn something_waits(&self) {
        self.wake.notify_one();
    }

    /// The worker wants everything tried now.
    pub(super) fn hurry(&self) {
        self.moment().hurry = true;
        self.look_again();
    }

    /// A pause, another link: what runs stops and the loop looks again.
    pub(super) fn look_again(&self) {
        self.interrupt.notify_one();
        self.wake.notify_one();
    }
}

impl Face {
    /// Talks to the centre for as long as it is polled. One for each process.
    pub async fn keep_sending(&self) {
        self.keep_sending_over(&Internet).await;
    }

    /// As [`Face::keep_sending`], over a network of the caller's choice.
    pub async fn keep_sending_over(&self, network: &dyn Network) {
        loop {
            let nap = match self.send_once(network).await {
                Ok(true) => continue,
                Ok(false) => EVERY,
                Err(problem) => {
                    self.parts.exchange.moment().problem = Some("phone".to_owned());
                    tracing::warn!(%problem, "sending stopped");
                    AFTER_FAULT
                }
            };
            self.changed(&[Topic::Sync]);
            let woken = tokio::time::timeout(nap, self.parts.exchange.wake.notified()).await;
            tracing::debug!(by_time = woken.is_err(), "the loop looks again");
        }
    }

    /// The link has changed: what runs over the old one stops, and what waited for a link is looked at.
    pub fn link_changed(&self) {
        self.parts.exchange.look_again();
    }

    /// One run. Says whether the next one may follow at once.
    async fn send_once(&self, network: &dyn Network) -> Result<bool, Problem> {
        let exchange = &self.parts.exchange;
        if !self.may_send().await? {
            return Ok(false);
        }
        let metered = self.metered().await?;
        let (mode, video_anyway) = {
            let mut moment = exchange.moment();
            let mode = if std::mem::take(&mut moment.hurry) { Mode::Once } else { Mode::UntilDone };
            (moment.running, moment.online, moment.why) = (true, false, None);
            (mode, moment.video_anyway)
        };
        self.changed(&[Topic::Sync]);
        let options = Options { mode, metered, video_anyway, ..Options::default() };
        let watcher = Watcher { face: self };
        // Stopping at any moment is fine: all state is rows.
        let ended = tokio::select! {
            ended = sync::run_over(network, self.app(), &options, &watcher) => Some(ended),
            () = exchange.interrupt.notified() => None,
        };
        let was_sending = {
            let mut moment = exchange.moment();
            let was_sending = moment.online;
            (moment.running, moment.online) = (false, false);
            (moment.file, moment.speed, moment.pulled, moment.piece) = (None, None, None, None);
            was_sending
        };
        if was_sending {
            self.forget_board().await;
        }
        match ended {
            None => Ok(true),
            Some(ended) => {
                let ended = ended?;
                self.note_end(&ended).await;
                Ok(mode == Mode::Once && !ended.done)
            }
        }
    }

    async fn note_end(&self, ended: &Ended) {
        {
            let mut moment = self.parts.exchange.moment();
            moment.why = ended.why;
            if ended.done {
                moment.video_anyway = false;
                moment.problem = None;
            }
        }
        if ended.wiped {
            self.forget_board().await;
            self.changed(&[Topic::Phone, Topic::Families, Topic::Drafts, Topic::Ledger]);
        }
    }

    async fn may_send(&self) -> Result<bool, Problem> {
        let mut conn = self.app().store().conn().await?;
        let enrolled = home::get::<DeviceId>(&mut conn, home::DEVICE).await?.is_some();
        let paused = home::text(&mut conn, home::SYNC_PAUSED).await?.is_some();
        let wiped = home::text(&mut conn, home::WIPED).await?.is_some();
        Ok(enrolled && !paused && !wiped)
    }

    /// What the worker has said of the link; none: as the system says.
    pub(super) async fn metered(&self) -> Result<Option<bool>, Problem> {
        let mut conn = self.app().store().conn().await?;
        Ok(home::text(&mut conn, home::LINK_METERED).await?.map(|word| word == "yes"))
    }
}

/// Listens to the loop. Called from inside it: nothing here waits, and nothing takes the store.
struct Watcher<'a> {
    face: &'a Face,
}

impl Progress for Watcher<'_> {
    fn news(&self, news: &News) {
        let exchange = &self.face.parts.exchange;
        let mut moment = exchange.moment();
        let works = !matches!(news, News::Failed { .. } | News::Waiting { .. });
        if works {
            (moment.online, moment.why) = (true, None);
        }
        let topics: &[Topic] = match news {
            News::SignedIn { .. } => &[Topic::Phone, Topic::Ledger, Topic::Sync],
            News::NewEpoch | News::NewChain { .. } | News::Record { .. } => {
                &[Topic::Ledger, Topic::Families, Topic::Sync]
            }
            News::Pulled { lines, complete } => {
                let sum = moment.pulled.unwrap_or(0) + *lines as u64;
                moment.pulled = (!complete).then_some(sum);
                if *complete {
                    &[Topic::Families, Topic::Ledger, Topic::Phone, Topic::Sync]
                } else {
                    &[Topic::Sync]
                }
            }
            News::File { evidence, part, sent, size, .. } => {
                let file = FileRef { evidence: *evidence, part: *part };
                let (_, ms) = self.face.app().platform().clock.boot();
                let speed = pace(moment.piece, file, *sent, ms, moment.speed);
                (moment.file, moment.piece, moment.speed) =
                    (Some((file, *sent, *size)), Some((file, *sent, ms)), speed);
                drop(moment);
                let name = FileName { evidence: file.evidence, part: file.part };
                let event = Event::File { file: name, sent: *sent, size: *size, speed };
                let _ = self.face.parts.events.send(event);
                return;
            }
            News::Delivered { .. } | News::SetAside { .. } => {
                moment.file = None;
                moment.problem = None;
                &[Topic::Ledger, Topic::Families, Topic::Sync]
            }
            News::Order { .. } => &[Topic::Phone],
            News::Failed { problem, .. } => {
                moment.problem = Some(problem.clone());
                moment.file = None;
                &[Topic::Sync]
            }
            News::Waiting { why, .. } => {
                let new = moment.why != Some(*why);
                (moment.why, moment.file, moment.speed) = (Some(*why), None, None);
                if !new {
                    return;
                }
                &[Topic::Sync, Topic::Ledger]
            }
        };
        drop(moment);
        if topics.contains(&Topic::Ledger) || topics.contains(&Topic::Families) {
            // Not awaited here: whoever holds the board now is about to have an old one, and takes a new one next time.
            if let Ok(mut board) = self.face.parts.board.try_lock() {
                *board = None;
            } else {
                let face = self.face.clone();
                tokio::spawn(async move { face.forget_board().await });
            }
        }
        self.face.changed(topics);
    }
}

/// Bytes a second, the last pace counting for half.
fn pace(
    before: Option<(FileRef, u64, u64)>,
    file: FileRef,
    sent: u64,
    ms: u64,
    known: Option<u64>,
) -> Option<u64> {
    let (last, last_sent, last_ms) = before?;
    let took = ms.checked_sub(last_ms).filter(|took| *took > 0)?;
    if last != file {
        return known;
    }
    let now = sent.saturating_sub(last_sent).saturating_mul(1_000) / took;
    Some(known.map_or(now, |known| (known + now) / 2))
}

#[cfg(test)]
mod tests {
    use kandas_shared::{evidence::Part, ids::EvidenceId};

    use super::*;

    #[test]
    fn the_pace_is_smoothed_and_needs_two_pieces() {
        let file = FileRef { evidence: EvidenceId(uuid::Uuid::from_u128(1)), part: Part::File };
        let other = FileRef { evidence: EvidenceId(uuid::Uuid::from_u128(2)), part: Part::File };
        assert_eq!(pace(None, file, 1_000, 10, None), None);
        assert_eq!(pace(Some((file, 1_000, 0)), file, 3_000, 1_000, None), Some(2_000));
        assert_eq!(pace(Some((file, 1_000, 0)), file, 3_000, 1_000, Some(4_000)), Some(3_000));
        assert_eq!(pace(Some((other, 1_000, 0)), file, 3_000, 1_000, Some(4_000)), Some(4_000));
        assert_eq!(pace(Some((file, 1_000, 5)), file, 3_000, 5, Some(4_000)), None, "no time has passed");
    }
}
