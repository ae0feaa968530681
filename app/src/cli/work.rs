//! `complete`, `attach`, `seal`: gathering proof and sealing it.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use kandas_app::{
    app::App,
    capture::{Attached, How},
    seal::Sealing,
    store::draft::{Change, DraftId},
};
use kandas_shared::{
    evidence::{EvidenceKind, Position, PositionSource, Source},
    record::ConsentState,
};
use serde::Serialize;
use serde_json::{Value, json};

use super::{Attach, Complete, Ending, Fields, Files, Seal, say::Voice};

#[derive(Serialize)]
struct AttachedFile {
    path: String,
    #[serde(flatten)]
    outcome: Attached,
}

impl AttachedFile {
    fn is_kept(&self) -> bool {
        matches!(self.outcome, Attached::Kept { .. })
    }
}

pub async fn complete(app: &App, ask: Complete, voice: &Voice) -> anyhow::Result<Ending> {
    let draft = app.draft(&[ask.activity]).await?;
    fill(app, draft, &ask.fields).await?;
    let files = take_in(app, draft, ask.files, Vec::new(), &ask.fields, voice).await?;
    if ask.draft {
        return gathered(app, draft, &files, voice).await;
    }
    finish(app, draft, &ask.fields, &files, voice).await
}

pub async fn attach(app: &App, ask: Attach, voice: &Voice) -> anyhow::Result<Ending> {
    let draft = DraftId(ask.draft);
    fill(app, draft, &ask.fields).await?;
    let files = take_in(app, draft, ask.files, ask.file, &ask.fields, voice).await?;
    gathered(app, draft, &files, voice).await
}

pub async fn seal(app: &App, ask: Seal, voice: &Voice) -> anyhow::Result<Ending> {
    let draft = DraftId(ask.draft);
    fill(app, draft, &ask.fields).await?;
    finish(app, draft, &ask.fields, &[], voice).await
}

/// Saves the fields that were given.
async fn fill(app: &App, draft: DraftId, fields: &Fields) -> anyhow::Result<()> {
    let mut changes = Vec::new();
    if let Some(position) = position(fields)? {
        changes.push(Change::Position(Some(position)));
    }
    if fields.no_position.is_some() {
        changes.push(Change::NoPosition(fields.no_position));
    }
    if fields.no_video.is_some() {
        changes.push(Change::NoVideo(fields.no_video));
    }
    if fields.paper_number.is_some() {
        changes.push(Change::PaperNumber(fields.paper_number.clone()));
    }
    if fields.paper_date.is_some() {
        changes.push(Change::PaperDate(fields.paper_date));
    }
    if fields.note.is_some() {
        changes.push(Change::Note(fields.note.clone()));
    }
    if fields.done_on.is_some() {
        changes.push(Change::DoneOn(fields.done_on));
    }
    for change in changes {
        app.save(draft, change).await?;
    }
    if let Some(state) = fields.consent {
        // Only of whom nobody has asked yet: what was said before stands.
        for known in app.consents(draft).await?.iter().filter(|known| !known.is_asked()) {
            app.set_consent(draft, known.person, state, fields.consent_reason.as_deref()).await?;
        }
    }
    Ok(())
}

fn position(fields: &Fields) -> anyhow::Result<Option<Position>> {
    let place = match (&fields.position, fields.lat, fields.lon) {
        (Some(text), ..) => {
            let (lat, lon) = text.split_once(',').context("--position is LAT,LON")?;
            Some((lat.trim().parse().context("latitude")?, lon.trim().parse().context("longitude")?))
        }
        (None, Some(lat), Some(lon)) => Some((lat, lon)),
        _ => None,
    };
    Ok(place.map(|(lat, lon)| Position {
        lat,
        lon,
        accuracy_m: fields.accuracy,
        fix_at: None,
        // Typed: this program has no receiver of its own.
        source: PositionSource::Entered,
        mock: false,
        fix_boot_ms: None,
        altitude_m: None,
    }))
}

async fn take_in(
    app: &App,
    draft: DraftId,
    files: Files,
    plain: Vec<PathBuf>,
    fields: &Fields,
    voice: &Voice,
) -> anyhow::Result<Vec<AttachedFile>> {
    let place = position(fields)?;
    let kinds = [
        (Some(EvidenceKind::Photo), files.photo),
        (Some(EvidenceKind::Video), files.video),
        (Some(EvidenceKind::Document), files.document),
        (Some(EvidenceKind::Signature), files.signature),
        (None, plain),
    ];
    let mut taken = Vec::new();
    for (kind, paths) in kinds {
        for path in paths {
            let how = How { position: place.clone(), ..How::plain(kind, Source::Attached) };
            let outcome = app.attach_with(draft, &path, how).await?;
            told(voice, &path, &outcome);
            taken.push(AttachedFile { path: path.display().to_string(), outcome });
        }
    }
    Ok(taken)
}

/// A file that was set aside is said at once, by name and reason.
fn told(voice: &Voice, path: &Path, outcome: &Attached) {
    match outcome {
        Attached::Kept { .. } => {}
        Attached::SetAside { name, reason } => {
            let aside = voice.text("seal-aside", &[("name", name.clone().into())]);
            voice.remark(&format!("{aside} {}", voice.word("aside", reason.as_str())));
        }
        Attached::NoRoom { free, needed } => {
            let aside = voice.text("seal-aside", &[("name", path.display().to_string().into())]);
            voice.remark(&format!("{aside} {free} < {needed}"));
        }
    }
}

/// What a draft has and lacks now.
async fn gathered(
    app: &App,
    draft: DraftId,
    files: &[AttachedFile],
    voice: &Voice,
) -> anyhow::Result<Ending> {
    let missing = app.missing(draft).await?;
    if voice.json {
        voice.document(&json!({"draft": draft.0, "files": files, "missing": missing}))?;
    } else {
        voice.line(&voice.text("seal-draft", &[("draft", draft.0.to_string().into())]));
        if !missing.is_empty() {
            voice.line(&voice.text("seal-incomplete", &[]));
        }
        for lack in &missing {
            voice.line(&format!("  {}", voice.word("missing", lack.as_str())));
        }
    }
    Ok(if files.iter().all(AttachedFile::is_kept) { Ending::Done } else { Ending::SomethingAside })
}

async fn finish(
    app: &App,
    draft: DraftId,
    fields: &Fields,
    files: &[AttachedFile],
    voice: &Voice,
) -> anyhow::Result<Ending> {
    let saved = app.draft_view(draft).await?.draft.done_on;
    let done_on = match fields.done_on.or(saved) {
        Some(day) => day,
        // Only the worker's statement: he may say another day.
        None => app.today().await?,
    };
    let sealing = app.seal(draft, done_on).await?;
    if voice.json {
        let mut document = json!({"draft": draft.0, "done_on": done_on, "files": files});
        if let (Some(into), Value::Object(from)) = (document.as_object_mut(), serde_json::to_value(&sealing)?)
        {
            into.extend(from);
        }
        voice.document(&document)?;
    }
    match sealing {
        Sealing::Sealed { records } => {
            for record in &records {
                voice.line(&voice.text("seal-done", &[("record", record.record.to_string().into())]));
            }
            let all = files.iter().all(AttachedFile::is_kept);
            Ok(if all { Ending::Done } else { Ending::SomethingAside })
        }
        Sealing::Lacking { missing, consent, incoming } => {
            voice.line(&voice.text("seal-draft", &[("draft", draft.0.to_string().into())]));
            voice.line(&voice.text("seal-incomplete", &[]));
            for lack in &missing {
                voice.line(&format!("  {}", voice.word("missing", lack.as_str())));
            }
            for person in &consent {
                voice
                    .line(&format!("  {} ({person})", voice.word("consent", ConsentState::Missing.as_str())));
            }
            if incoming > 0 {
                voice.line(&format!("  {}", voice.text("count-files", &[("count", incoming.into())])));
            }
            Ok(Ending::Incomplete)
        }
        Sealing::TooLarge { .. } => {
            voice.line(&voice.text("problem-record-too-large", &[]));
            Ok(Ending::Incomplete)
        }
    }
}
