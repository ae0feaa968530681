//! The pull: "everything in my scopes above my cursor" (docs/formats.md §6).
//!
//! One page is read from one snapshot. A **track** is a set of kinds read in one scope up to (position, kind, id). A new
//! scope or a kind the phone has only now learnt starts a track at 0; tracks of a scope that have caught up are joined.
//! Pages may cut inside a position. An entity is answered with its row as it stands now if any of the phone's scopes has
//! it, else as gone.
//!
//! A scope that the phone no longer has is told once, and the pull begins again: which rows only that scope brought, the
//! phone cannot know. The same happens when the cursor is of another epoch or ahead of the journal.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use kandas_shared::{
    calendar::civil_date,
    check::ReturnReason,
    cursor::{Cursor, Kind, Track},
    ids::{DeviceId, FamilyId, UserId},
    locale::Lang,
    pulled::{Check, Row},
    reason::{ReasonList, Reasons},
    wire::{ChangeLine, PullEnd},
};
use serde_json::value::{RawValue, to_raw_value};
use sqlx::AssertSqlSafe;
use uuid::Uuid;

use crate::{
    all, among,
    journal::{self, Head, JournalError},
    many, opt, reasons,
    scope::{self, Scopes},
    store::{Store, StoreError, Tx},
};

/// Lines of a page when the phone does not say.
pub const USUAL_LINES: usize = 1_000;
/// Most lines of a page.
pub const MOST_LINES: usize = 5_000;

/// One page of changes.
#[derive(Debug)]
pub struct Page {
    /// In (position, kind, id) order within each track.
    pub lines: Vec<ChangeLine>,
    /// The last line.
    pub end: PullEnd,
}

/// No page could be given.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The cursor is none of ours.
    #[error("the cursor cannot be read")]
    CursorUnreadable,
    /// The cursor was given to another device.
    #[error("the cursor was given to another device")]
    CursorOfAnotherDevice,
    /// The database or the journal.
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// A row that cannot be written as JSON.
    #[error("a row cannot be written: {0}")]
    Unwritable(#[from] serde_json::Error),
}

impl From<StoreError> for PullError {
    fn from(error: StoreError) -> Self {
        Self::Journal(error.into())
    }
}

/// The next page for a device of `worker` that knows `kinds`; at most `limit` lines.
///
/// # Errors
/// When the cursor is not this device's, or the database does not answer.
pub async fn page(
    store: &Store,
    device: DeviceId,
    worker: UserId,
    cursor: Option<&str>,
    kinds: &[Kind],
    limit: usize,
    now: DateTime<Utc>,
) -> Result<Page, PullError> {
    let before = match cursor {
        None => None,
        Some(text) => Some(Cursor::from_text(text).map_err(|_| PullError::CursorUnreadable)?),
    };
    if before.as_ref().is_some_and(|c| c.device != device) {
        return Err(PullError::CursorOfAnotherDevice);
    }
    let mut tx = store.read().await?;
    let head = journal::head(&mut tx).await?;
    let scopes = scope::scopes(&mut tx, worker).await?;
    let kinds: BTreeSet<Kind> = kinds.iter().copied().collect();
    let start = Start::from(before, &head, &scopes, &kinds);

    let limit = limit.clamp(1, MOST_LINES);
    let (mut tracks, mut found, mut more) = (start.tracks, Vec::new(), false);
    for track in &mut tracks {
        let room = limit - found.len();
        let changes = read_track(&mut tx, track, room + 1).await?;
        let cut = changes.len() > room;
        found.extend(changes.into_iter().take(room));
        if cut {
            more = true;
            if room > 0
                && let Some(last) = found.last()
            {
                (track.position, track.kind, track.id) = (last.position, Some(last.kind), Some(last.id));
            }
        } else {
            (track.position, track.kind, track.id) = (head.size, None, None);
        }
    }
    let words = if kinds.contains(&Kind::Reason) { None } else { InWords::read(&mut tx, &scopes).await? };
    let lines = write_lines(&mut tx, &scopes, &found, words.as_ref()).await?;
    drop(tx);

    let families: BTreeSet<FamilyId> = lines
        .iter()
        .filter(|line| line.kind == Kind::Family && line.row.is_some())
        .map(|line| FamilyId(line.id))
        .collect();
    note_given(store, device, &families, now).await?;

    let cursor = Cursor { v: 1, epoch: head.epoch, device, tracks: join(tracks) }.to_text();
    let end = PullEnd { cursor, more, gone_scopes: start.gone, start_over: start.over };
    Ok(Page { lines, end })
}

/// Where a pull begins.
struct Start {
    tracks: Vec<Track>,
    gone: Vec<String>,
    over: bool,
}

impl Start {
    fn from(before: Option<Cursor>, head: &Head, scopes: &Scopes, kinds: &BTreeSet<Kind>) -> Self {
        let names = scopes.names();
        let fresh = |scope: &String, kinds: Vec<Kind>| Track {
            scope: scope.clone(),
            kinds,
            position: 0,
            kind: None,
            id: None,
        };
        let from_nothing = |gone, over| {
            let told = |scope: &str| scope::told_in(scope, kinds).into_iter().collect::<Vec<_>>();
            let tracks = names.iter().map(|scope| fresh(scope, told(scope)));
            Start { tracks: tracks.filter(|track| !track.kinds.is_empty()).collect(), gone, over }
        };
        let Some(before) = before else { return from_nothing(Vec::new(), false) };
        let ahead = before.tracks.iter().any(|track| track.position > head.size);
        if before.epoch != head.epoch || ahead {
            return from_nothing(Vec::new(), true);
        }
        let gone: BTreeSet<String> = before
            .tracks
            .iter()
            .map(|track| &track.scope)
            .filter(|scope| !names.contains(scope))
            .cloned()
            .collect();
        if !gone.is_empty() {
            return from_nothing(gone.into_iter().collect(), true);
        }
        let mut tracks = Vec::new();
        for scope in &names {
            let mut unread = scope::told_in(scope, kinds);
            for track in before.tracks.iter().filter(|track| track.scope == *scope) {
                // A kind the phone no longer asks for is left out; should it ask again, it starts at 0.
                let kept: Vec<Kind> =
                    track.kinds.iter().copied().filter(|kind| unread.remove(kind)).collect();
                if !kept.is_empty() {
                    tracks.push(Track { kinds: kept, ..track.clone() });
                }
            }
            if !unread.is_empty() {
                tracks.push(fresh(scope, unread.into_iter().collect()));
            }
        }
        Start { tracks, gone: Vec::new(), over: false }
    }
}

/// Tracks of a scope that stand at the same place become one.
fn join(tracks: Vec<Track>) -> Vec<Track> {
    let mut joined: Vec<Track> = Vec::with_capacity(tracks.len());
    for track in tracks {
        let twin = joined.iter_mut().find(|t| {
            (&t.scope, t.position, t.kind, t.id) == (&track.scope, track.position, track.kind, track.id)
        });
        match twin {
            Some(twin) => {
                twin.kinds.extend(track.kinds);
                twin.kinds.sort_unstable();
            }
            None => joined.push(track),
        }
    }
    joined
}

#[derive(Clone, Copy, Debug, sqlx::FromRow)]
struct Change {
    kind: Kind,
    id: Uuid,
    #[sqlx(try_from = "i64")]
    position: u64,
}

async fn read_track(tx: &mut Tx, track: &Track, limit: usize) -> Result<Vec<Change>, StoreError> {
    // Kinds are words of a closed list, so they may stand in the text; all that a scope has need no condition.
    let every = scope::told_in(&track.scope, &Kind::ALL.iter().copied().collect()).len();
    let kinds = if track.kinds.len() == every {
        String::new()
    } else {
        let words: Vec<String> = track.kinds.iter().map(|kind| format!("'{kind}'")).collect();
        format!("and kind in ({})", words.join(","))
    };
    let limit = limit as i64;
    match (track.kind, track.id) {
        (Some(kind), Some(id)) => {
            let sql = format!(
                "select kind, id, position from change
                 where scope = $1 and (position, kind, id) > ($2, $3, $4) {kinds} order by position, kind, id limit $5"
            );
            all!(tx, Change, AssertSqlSafe(sql), track.scope, track.position as i64, kind, id, limit).await
        }
        _ => {
            let sql = format!(
                "select kind, id, position from change where scope = $1 and position > $2 {kinds}
                 order by position, kind, id limit $3"
            );
            all!(tx, Change, AssertSqlSafe(sql), track.scope, track.position as i64, limit).await
        }
    }
}

async fn write_lines(
    tx: &mut Tx,
    scopes: &Scopes,
    found: &[Change],
    words: Option<&InWords>,
) -> Result<Vec<ChangeLine>, PullError> {
    let mut wanted: BTreeMap<Kind, Vec<Uuid>> = BTreeMap::new();
    for change in found {
        wanted.entry(change.kind).or_default().push(change.id);
    }
    let mut rows: HashMap<(Kind, Uuid), Box<RawValue>> = HashMap::with_capacity(found.len());
    for (kind, mut ids) in wanted {
        ids.sort_unstable();
        ids.dedup();
        for mut row in scope::listed(tx, scopes, kind, &ids).await? {
            if let (Row::Check(check), Some(words)) = (&mut row, words) {
                words.say(check);
            }
            rows.insert((kind, row.id()), to_raw_value(&row)?);
        }
    }
    Ok(found
        .iter()
        .map(|change| {
            let row = rows.get(&(change.kind, change.id)).cloned();
            ChangeLine { kind: change.kind, id: change.id, position: change.position, row }
        })
        .collect())
}

/// For a phone of the time when reasons were a closed list: one that was added since is told as the reason that is said in
/// words, with its text before the supervisor's.
struct InWords {
    reasons: Reasons,
    language: Lang,
}

impl InWords {
    /// What its worker reads; none where there is nobody to read, or no reason that a phone could not know.
    async fn read(tx: &mut Tx, scopes: &Scopes) -> Result<Option<Self>, StoreError> {
        let reasons = reasons::read(tx).await?;
        if reasons == Reasons::default() {
            return Ok(None);
        }
        let sql = "select language from app_user where id = $1";
        let language = opt!(tx, (Lang,), sql, scopes.worker).await?;
        Ok(language.map(|(language,)| Self { reasons, language }))
    }

    fn say(&self, check: &mut Check) {
        let list = ReasonList::Return;
        let Some(code) = check.reason.as_ref().filter(|code| !list.ships(code)) else { return };
        let text = self.reasons.shown(list, code, civil_date(check.checked_at));
        let text = text.map(|text| text.of(self.language).to_owned());
        let said: Vec<String> = text.into_iter().chain(check.text.take()).collect();
        check.text = (!said.is_empty()).then(|| said.join(". "));
        check.reason = Some(ReturnReason::Other.into());
    }
}

/// The server knows what each device was ever given; noted before the page goes out.
async fn note_given(
    store: &Store,
    device: DeviceId,
    families: &BTreeSet<FamilyId>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    if families.is_empty() {
        return Ok(());
    }
    let keys: Vec<_> = families.iter().map(|family| (*family,)).collect();
    let mut tx = store.read().await?;
    let sql = "select family from device_scope where device = $1 and family in (";
    let given: HashSet<FamilyId> = among!(&mut tx, (FamilyId,), sql, keys, ")", device)
        .await?
        .into_iter()
        .map(|(family,)| family)
        .collect();
    drop(tx);
    let rows: Vec<_> = families
        .iter()
        .filter(|family| !given.contains(*family))
        .map(|family| (device, *family, now))
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut tx = store.write().await?;
    // Two pulls of one device may note the same family.
    let tail = "on conflict (device, family) do nothing";
    many!(&mut tx, "insert into device_scope (device, family, given_at)", rows, tail).await?;
    tx.commit().await
}
