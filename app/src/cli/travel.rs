//! `sync`, `export`, `deliver`: what leaves the phone, with progress for whoever watches.

use std::{collections::HashMap, path::Path, sync::Mutex, time::Duration};

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use kandas_app::{
    app::App,
    store::outbox,
    sync::{
        self, Mode, Options,
        deliver::deliver as bring,
        plan::Why,
        progress::{News, Progress, Silent},
    },
};
use kandas_shared::{evidence::FileRef, receipt::Receipt};
use serde_json::json;

use super::{
    Ending, Sync,
    look::left,
    say::{Voice, bytes},
};

pub async fn sync(app: &App, ask: &Sync, voice: &Voice) -> anyhow::Result<Ending> {
    let mode = match (ask.watch, ask.until_done) {
        (true, _) => Mode::Watch,
        (_, true) => Mode::UntilDone,
        _ => Mode::Once,
    };
    let idle = Duration::try_from_secs_f64(ask.idle.max(0.1))?;
    let options = Options { mode, metered: ask.metered.then_some(true), idle, ..Options::default() };
    let watcher = Watcher::new(voice);
    // Stopping by hand is fine at any moment: all state is rows.
    let ended = tokio::select! {
        ended = sync::run(app, &options, &watcher) => Some(ended?),
        _ = tokio::signal::ctrl_c() => None,
    };
    watcher.clear();
    let mut conn = app.store().conn().await?;
    let waiting = outbox::count(&mut conn).await?;
    drop(conn);
    if voice.json {
        voice.document(&json!({"event": "ended", "result": ended, "waiting": waiting}))?;
    } else {
        let wiped = ended.as_ref().is_some_and(|ended| ended.wiped);
        voice.line(&if wiped { voice.text("sync-wiped", &[]) } else { left(voice, &waiting) });
        if let Some(why) = ended.as_ref().and_then(|ended| ended.why) {
            voice.line(&voice.word("sync-why", why_word(why)));
        }
    }
    // Stopped by hand, an empty outbox is what counts.
    let done = ended.map_or(waiting.records + waiting.files == 0, |ended| ended.done);
    Ok(if done { Ending::Done } else { Ending::SomethingLeft })
}

pub async fn export(app: &App, file: &Path, voice: &Voice) -> anyhow::Result<Ending> {
    let bundle = app.export_bundle(file).await?;
    if voice.json {
        voice.document(&bundle)?;
    } else {
        let (records, files) = (bundle.records, bundle.files);
        voice.line(&format!("{}  {}", bundle.bundle, bundle.path.display()));
        voice.line(&format!(
            "{}, {} ({})",
            voice.text("count-records", &[("count", records.into())]),
            voice.text("count-files", &[("count", files.into())]),
            bytes(bundle.size)
        ));
        for name in &bundle.left_out {
            voice.line(&voice.text("seal-aside", &[("name", name.clone().into())]));
        }
    }
    Ok(if bundle.left_out.is_empty() { Ending::Done } else { Ending::SomethingAside })
}

pub async fn deliver(app: &App, file: &Path, metered: bool, voice: &Voice) -> anyhow::Result<Ending> {
    let bar = bar(voice, 0);
    let options = Options { metered: metered.then_some(true), ..Options::default() };
    let told = |sent, size| {
        bar.set_length(size);
        bar.set_position(sent);
    };
    let done = bring(app, file, &options, &Silent, told).await?;
    bar.finish_and_clear();
    if voice.json {
        voice.document(&done)?;
    } else {
        voice.line(&format!("{}: {}", done.bundle, done.state));
        for receipt in &done.receipts {
            match receipt {
                Receipt::Records(records) => {
                    for item in &records.items {
                        voice.line(&format!(
                            "  {} {}",
                            item.hash,
                            voice.word("verdict", item.verdict.as_str())
                        ));
                    }
                }
                Receipt::File(file) => {
                    let name = FileRef { evidence: file.evidence, part: file.part };
                    voice.line(&format!("  {name} {}", bytes(file.size)));
                }
            }
        }
    }
    Ok(Ending::Done)
}

fn why_word(why: Why) -> &'static str {
    match why {
        Why::Unreachable => "unreachable",
        Why::Failed => "failed",
        Why::StorageFull => "storage_full",
        Why::VideoNeedsUnmetered => "video_needs_unmetered",
        Why::MonthlyLimit => "monthly_limit",
    }
}

fn bar(voice: &Voice, size: u64) -> ProgressBar {
    if !voice.has_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {bytes:>10} / {total_bytes} {bytes_per_sec} {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(size).with_style(style)
}

/// Shows what the loop says: bars on a terminal, lines elsewhere, one JSON object a line for programs.
struct Watcher<'a> {
    voice: &'a Voice,
    bars: MultiProgress,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    total: Option<ProgressBar>,
    files: HashMap<FileRef, (ProgressBar, u64)>,
}

impl<'a> Watcher<'a> {
    fn new(voice: &'a Voice) -> Self {
        Self { voice, bars: MultiProgress::new(), shown: Mutex::default() }
    }

    fn clear(&self) {
        if let Err(error) = self.bars.clear() {
            tracing::debug!(%error, "the bars stay");
        }
    }

    fn say(&self, text: &str) {
        if self.voice.has_terminal() {
            self.bars.suspend(|| self.voice.line(text));
        } else {
            self.voice.line(text);
        }
    }

    fn show(&self, news: &News) {
        let mut shown = match self.shown.lock() {
            Ok(shown) => shown,
            Err(poisoned) => poisoned.into_inner(),
        };
        match news {
            News::SignedIn { bytes: size, .. } => {
                shown.total = Some(self.bars.add(bar(self.voice, *size)));
            }
            News::File { evidence, part, kind, sent, size } => {
                let name = FileRef { evidence: *evidence, part: *part };
                let total = shown.total.clone();
                let (bar, before) = shown.files.entry(name).or_insert_with(|| {
                    let bar = self.bars.add(bar(self.voice, *size));
                    bar.set_message(self.voice.word("evidence-kind", kind.as_str()));
                    (bar, 0)
                });
                bar.set_position(*sent);
                if let Some(total) = total {
                    total.inc(sent.saturating_sub(*before));
                }
                *before = *sent;
            }
            News::Delivered { evidence, part, size, .. } => {
                let name = FileRef { evidence: *evidence, part: *part };
                let before = shown.files.remove(&name).map_or(0, |(bar, before)| {
                    bar.finish_and_clear();
                    before
                });
                if let Some(total) = &shown.total {
                    total.inc(size.saturating_sub(before));
                }
            }
            _ => {}
        }
    }
}

impl Progress for Watcher<'_> {
    fn news(&self, news: &News) {
        if self.voice.json {
            if let Err(error) = self.voice.document(news) {
                tracing::debug!(%error, "nobody reads");
            }
            return;
        }
        self.show(news);
        match news {
            News::Record { hash, verdict, reason } => {
                let why = reason.as_deref().map(|why| match verdict.is_custody() {
                    true => self.voice.word("held", why),
                    false => self.voice.word("refused", why),
                });
                let short = hash.to_string().chars().take(12).collect::<String>();
                let word = self.voice.word("verdict", verdict.as_str());
                self.say(&format!("{short}…  {word} {}", why.unwrap_or_default()));
            }
            News::Delivered { evidence, part, size, .. } => {
                let word = self.voice.word("ledger", "delivered");
                self.say(&format!("{evidence}.{part}  {}  {word}", bytes(*size)));
            }
            News::SetAside { evidence, part, reason } => {
                self.say(&format!("{evidence}.{part}  {}", self.voice.word("aside", reason)));
            }
            News::NewEpoch => self.say(&self.voice.text("sync-new-epoch", &[])),
            News::NewChain { .. } => self.say(&self.voice.text("sync-new-chain", &[])),
            News::Order { kind, phase, .. } => {
                self.say(&format!("{} ({phase})", self.voice.word("order", kind.as_str())));
            }
            News::Failed { problem, detail, again_in_ms, .. } => {
                let text = self.voice.problem_word(problem);
                tracing::info!(problem, detail, again_in_ms, "a step failed");
                self.say(&text);
            }
            News::SignedIn { .. } | News::Pulled { .. } | News::File { .. } | News::Waiting { .. } => {}
        }
    }
}
