//! Sent work: the ledger as rows, and one record to be read.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Utc};
use kandas_shared::{
    calendar::civil_date,
    evidence::{Evidence, Part},
    hash::Digest,
    ids::RecordId,
    plan_state::CheckKind,
    record::{Reading, Record, Statement, read},
};

use super::{
    Face,
    board::Board,
    call::{Problem, ProblemWord},
    count,
    draft::shown,
    exchange::Moment,
    fold,
    tile::Numbers,
    view::{LedgerRow, Patch, RecordPage, SentView, Tile, TileState, Topic},
};
use crate::{
    ledger::{LedgerFile, LedgerItem, LedgerState},
    store::{StoreError, file::FileState, overview, record},
    sync::plan::Why,
};

/// Rows of a page when nobody says.
const PAGE: u32 = 50;
/// Most rows of a page.
const LONGEST_PAGE: u32 = 200;

impl Face {
    pub(super) async fn sent(
        &self,
        search: Option<String>,
        before: Option<u32>,
        limit: Option<u32>,
    ) -> Result<SentView, Problem> {
        let board = self.board().await?;
        let returned = self.returned(&board, |_| true).await?;
        let mut items = self.app().ledger().await?;
        items.reverse();
        let month = (board.today.year(), board.today.month());
        let this_month = items.iter().filter(|item| {
            let day = civil_date(item.sealed_at);
            (day.year(), day.month()) == month
        });
        let (mut month_records, mut month_delivered) = (0, 0);
        for item in this_month {
            month_records += 1;
            month_delivered += u32::from(item.state == LedgerState::Delivered);
        }
        let total = count(items.len());
        if let Some(wanted) = search.map(|text| fold::fold(&text)).filter(|text| !text.is_empty()) {
            items.retain(|item| self.fits(&board, item, &wanted));
        }
        let from = before.unwrap_or(0) as usize;
        let size = limit.unwrap_or(PAGE).clamp(1, LONGEST_PAGE) as usize;
        let next = (items.len() > from + size).then(|| count(from + size));
        let page: Vec<LedgerItem> = items.into_iter().skip(from).take(size).collect();
        let unreadable = self.app().unreadable().await?;
        Ok(SentView {
            today: board.today,
            month_records,
            month_delivered,
            returned,
            rows: self.rows(&board, page).await?,
            total,
            next,
            unreadable: count(unreadable.iter().filter(|row| row.source == "record").count()),
        })
    }

    /// Rows of the records that `wanted` picks, newest first.
    pub(super) async fn ledger_rows(
        &self,
        board: &Board,
        wanted: impl Fn(&LedgerItem) -> bool,
    ) -> Result<Vec<LedgerRow>, Problem> {
        let mut items = self.app().ledger().await?;
        items.retain(wanted);
        items.reverse();
        self.rows(board, items).await
    }

    pub(super) async fn record(&self, id: RecordId) -> Result<RecordPage, Problem> {
        let board = self.board().await?;
        let language = self.language().await?;
        let item = self.app().ledger().await?.into_iter().rfind(|item| item.record == id);
        let item = item.ok_or_else(|| Problem::unknown("record"))?;
        let (files, hash, state) = (item.files.clone(), item.hash, item.state);
        let row = self.rows(&board, vec![item]).await?.pop().ok_or_else(|| Problem::unknown("record"))?;
        let mut conn = self.app().store().conn().await?;
        let sealed = record::by_id(&mut conn, id).await?.ok_or_else(|| Problem::unknown("record"))?;
        let received_at = overview::checks(&mut conn).await?.into_iter().find(|(known, ..)| *known == hash);
        drop(conn);
        let Reading::Record(sealed) = read(&sealed.payload) else { return Err(Problem::unknown("record")) };
        let returned = self.returned(&board, |said| said.record == Some(id)).await?;
        let checks = self.checks_of(id).await?;
        let home = sealed.family.and_then(|family| board.family(family)?.place());
        let Record { statement, position, paper, evidence, .. } = *sealed;
        let (reason, topics, details) = match statement {
            Statement::NotApplicable { reason, .. }
            | Statement::Refused { reason, .. }
            | Statement::Lost { reason, .. } => (Some(reason), Vec::new(), serde_json::Map::new()),
            Statement::Consent { reason, .. } => (reason, Vec::new(), serde_json::Map::new()),
            Statement::Act { topics, details, .. } => (None, topics, details),
            Statement::Completion { .. } => (None, Vec::new(), serde_json::Map::new()),
        };
        Ok(RecordPage {
            official_name: row.service.map(|service| service.service().name(language).to_owned()),
            hash: hash.to_string(),
            position: position.as_ref().map(|known| shown(known, home)),
            no_position: sealed.no_position,
            no_video: sealed.no_video,
            paper_number: paper.as_ref().map(|paper| paper.number.clone()),
            paper_date: paper.and_then(|paper| paper.date),
            note: sealed.note,
            reason,
            topics,
            details,
            corrects: sealed.supersedes,
            correction: sealed.correction,
            evidence: self.sealed_tiles(&evidence, &files),
            received_at: received_at.map(|(.., at)| at),
            returned,
            checks,
            correctable: row.corrected_by.is_none()
                && row.statement != "lost"
                && state != LedgerState::Refused,
            may_offer_again: state == LedgerState::Refused,
            row,
        })
    }

    pub(super) async fn offer_again(&self, id: RecordId) -> Result<RecordPage, Problem> {
        let mut tx = self.app().store().begin().await?;
        let sealed = record::by_id(&mut tx, id).await?.ok_or_else(|| Problem::unknown("record"))?;
        if sealed.state != record::RecordState::Refused {
            return Err(Problem::new(ProblemWord::NotNow, "the record was not refused"));
        }
        record::offer_again(&mut tx, sealed.hash).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.forget_board().await;
        self.parts.exchange.something_waits();
        self.changed(&[Topic::Ledger, Topic::Sync]);
        self.record(id).await
    }

    fn fits(&self, board: &Board, item: &LedgerItem, wanted: &str) -> bool {
        let family = item.family.and_then(|id| board.family(id));
        let words = family.map(|family| format!("{} {}", family.name, family.line.settlement_name));
        let person = item.person.and_then(|id| board.persons.get(&id));
        let person = person.map(|person| {
            let parts = [person.surname.as_deref(), Some(&*person.given_name), person.patronymic.as_deref()];
            parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
        });
        let service = item.service.map(|code| {
            let service = code.service();
            format!("{} {} {} {}", code.number(), service.kk, service.ru, service.en)
        });
        let number = format!("{:04}", item.seq);
        let all = [words, person, service, Some(number)].into_iter().flatten().collect::<Vec<_>>().join(" ");
        fold::fit(wanted, &fold::fold(&all)).is_some()
    }

    /// Rows with what the ledger alone does not say.
    async fn rows(&self, board: &Board, items: Vec<LedgerItem>) -> Result<Vec<LedgerRow>, Problem> {
        if items.is_empty() {
            return Ok(Vec::new());
        }
        let moment = self.parts.exchange.moment().clone();
        let mut conn = self.app().store().conn().await?;
        let checks: HashMap<Digest, (CheckKind, DateTime<Utc>)> = overview::checks(&mut conn)
            .await?
            .into_iter()
            .map(|(hash, check, at)| (hash, (check, at)))
            .collect();
        let mut rows = Vec::with_capacity(items.len());
        for item in items {
            let sealed = record::by_id(&mut conn, item.record).await?;
            let act = sealed.as_ref().and_then(|sealed| match read(&sealed.payload) {
                Reading::Record(record) => match record.statement {
                    Statement::Act { act, .. } => Some(act),
                    _ => None,
                },
                _ => None,
            });
            let check = checks.get(&item.hash).map(|(check, _)| *check);
            let corrected_by = board.corrected_by(item.record);
            let travels = |file: &&LedgerFile| file.state != FileState::Kept;
            let shown = |file: &&LedgerFile| travels(file) && file.part != Part::Thumbnail;
            let delivered = |file: &&LedgerFile| file.state == FileState::Delivered;
            rows.push(LedgerRow {
                record: item.record,
                number: item.seq,
                patch: patch(item.state, check, corrected_by.is_some(), board.sending),
                state: item.state,
                statement: item.statement,
                service: item.service,
                act,
                activity: item.activity,
                family: item.family,
                family_name: item.family.and_then(|family| board.family_name(family)),
                person: item.person.and_then(|person| board.name(person)),
                done_on: item.done_on,
                sealed_at: item.sealed_at,
                files: count(item.files.iter().filter(shown).count()),
                files_delivered: count(item.files.iter().filter(shown).filter(delivered).count()),
                bytes: item.files.iter().filter(travels).map(|file| file.size).sum(),
                bytes_sent: item.files.iter().filter(travels).map(|file| file.sent).sum(),
                receipt: sealed.and_then(|sealed| sealed.position),
                reason: item.reason,
                waits: waits(item.state, &moment),
                check,
                corrected_by,
            });
        }
        Ok(rows)
    }

    fn sealed_tiles(&self, evidence: &[Evidence], files: &[LedgerFile]) -> Vec<Tile> {
        let mut numbers = Numbers::default();
        let moving = self.parts.exchange.moment().file;
        let tile = |item: &Evidence| {
            let file = files.iter().find(|file| file.evidence == item.evidence && file.part == Part::File);
            let moves = moving.filter(|(name, ..)| name.evidence == item.evidence && name.part == Part::File);
            let state = match file.map(|file| file.state) {
                _ if moves.is_some() => TileState::Sending,
                Some(FileState::Delivered) => TileState::Delivered,
                Some(FileState::Damaged) => TileState::Damaged,
                Some(FileState::SetAside) => TileState::SetAside,
                Some(FileState::Waiting | FileState::Uploading) => TileState::Waiting,
                Some(FileState::Kept) | None => TileState::Kept,
            };
            Tile {
                sent: moves.map(|(_, sent, _)| sent).or(file.map(|file| file.sent)),
                reason: file.and_then(|file| file.reason.clone()),
                ..self.tile(&mut numbers, item, state)
            }
        };
        evidence.iter().map(tile).collect()
    }
}

/// How far a record has travelled, and what came of it.
fn patch(state: LedgerState, check: Option<CheckKind>, corrected: bool, sending: bool) -> Patch {
    match (state, check) {
        (_, Some(CheckKind::Returned)) if !corrected => Patch::Returned,
        (LedgerState::Held | LedgerState::SetAside | LedgerState::Refused, _) => Patch::Held,
        (LedgerState::Recorded, _) if sending => Patch::Sending,
        (LedgerState::Recorded, _) => Patch::Waiting,
        (_, Some(CheckKind::Accepted | CheckKind::Remarked)) => Patch::Checked,
        (LedgerState::Delivered, _) => Patch::Delivered,
        (LedgerState::Accepted, _) => Patch::Accepted,
    }
}

/// What an unfinished record waits for.
fn waits(state: LedgerState, moment: &Moment) -> Option<Why> {
    match state {
        LedgerState::Recorded | LedgerState::Accepted => moment.why,
        LedgerState::Held | LedgerState::SetAside | LedgerState::Refused | LedgerState::Delivered => None,
    }
}
