//! The monthly report of a career centre, Appendix 3 (§39): which rows and cells it has, what is signed, and how it goes
//! from a draft to a decision (requirements §2.7).
//!
//! A report is a frozen snapshot. Each row is a text of its own ([`Row::to_text`]) whose hash stands in the list of the
//! [`Frozen`] report; what is signed is the hash of that list. So the row of an erased person can go, and everything else
//! can still be checked against the signature. A random salt in each row keeps anybody from guessing it out of its hash.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::{
    calendar::ReportMonth,
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RecordId, ReportId},
    iin::Iin,
    service::ServiceCode,
    text_enum::text_enum,
};

text_enum! {
    /// Who has a row.
    pub enum ReportRows {
        /// Whoever got at least one service in the time that is reported on.
        Completed = "completed",
        /// Besides, whoever has a plan that is being carried out.
        Planned = "planned",
    }
}

text_enum! {
    /// What stands in a cell.
    pub enum ReportCells {
        /// The day of completion, dd.mm.yyyy; empty if there is none.
        Date = "date",
        /// 1 where there is a completion, 0 where there is none.
        Mark = "mark",
    }
}

text_enum! {
    /// Over which time.
    pub enum ReportSpan {
        /// The month that is reported on.
        Month = "month",
        /// Everything up to its last day.
        Cumulative = "cumulative",
    }
}

text_enum! {
    /// Where a report stands.
    pub enum ReportState {
        /// Drawn up from a snapshot; another snapshot may take its place.
        Draft = "draft",
        /// Signed at the career centre, not sent.
        Signed = "signed",
        /// Before the local executive body.
        Sent = "sent",
        /// Taken by the local executive body.
        Accepted = "accepted",
        /// Sent back with remarks: another version follows.
        Returned = "returned",
        /// Accepted, and the local executive body lets another version follow for work that came late.
        Reopened = "reopened",
        /// Another snapshot of the same version took its place before it was sent.
        Dropped = "dropped",
    }
}

text_enum! {
    /// What is done to a report.
    pub enum ReportAct {
        /// Drawn up (§39: by the worker of the career centre).
        Draft = "draft",
        /// Signed.
        Sign = "sign",
        /// Sent to the local executive body.
        Send = "send",
        /// Taken.
        Accept = "accept",
        /// Sent back.
        Return = "return",
        /// Another version is let follow an accepted one.
        Reopen = "reopen",
        /// Replaced by another snapshot.
        Drop = "drop",
    }
}

impl ReportState {
    /// Where it stands after an act; none if that cannot be done to it.
    #[must_use]
    pub const fn after(self, act: ReportAct) -> Option<ReportState> {
        use ReportState::{Accepted, Draft, Dropped, Reopened, Returned, Sent, Signed};
        match (self, act) {
            (Draft, ReportAct::Sign) => Some(Signed),
            (Signed, ReportAct::Send) => Some(Sent),
            (Sent, ReportAct::Accept) => Some(Accepted),
            (Sent, ReportAct::Return) => Some(Returned),
            (Accepted, ReportAct::Reopen) => Some(Reopened),
            // Nobody but the centre has seen it yet, so a newer snapshot is the same version; a signature goes with it.
            (Draft | Signed, ReportAct::Drop) => Some(Dropped),
            _ => None,
        }
    }

    /// Whether it was sent at some time: from then on others than the centre see it.
    #[must_use]
    pub const fn is_out(self) -> bool {
        matches!(self, Self::Sent | Self::Accepted | Self::Returned | Self::Reopened)
    }
}

/// What a new draft is, given the latest version of its month and where that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A version of this number.
    Version(i32),
    /// The same version, in the place of the snapshot before.
    Again(i32),
    /// There can be none now: the latest is before the local executive body, or was accepted.
    None,
}

/// See [`Next`]. Late work makes version n + 1 where the local executive body lets it (requirements §2.7).
#[must_use]
pub const fn next(latest: Option<(i32, ReportState)>) -> Next {
    match latest {
        None => Next::Version(1),
        Some((version, ReportState::Draft | ReportState::Signed)) => Next::Again(version),
        Some((version, ReportState::Returned | ReportState::Reopened)) => Next::Version(version + 1),
        Some((_, ReportState::Sent | ReportState::Accepted | ReportState::Dropped)) => Next::None,
    }
}

/// Which rows and cells a report has: the readings of A-19. Each is a dated setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ReportForm))]
pub struct Form {
    /// Who has a row.
    pub rows: ReportRows,
    /// What stands in a cell.
    pub cells: ReportCells,
    /// Over which time.
    pub span: ReportSpan,
}

impl Default for Form {
    /// The default of A-19: persons with a completion in the month, and its day.
    fn default() -> Self {
        Self { rows: ReportRows::Completed, cells: ReportCells::Date, span: ReportSpan::Month }
    }
}

/// A completed service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completion {
    /// For whom: of a family's service, its head.
    pub person: PersonId,
    /// Whose family.
    pub family: FamilyId,
    /// Which service.
    pub service: ServiceCode,
    /// When.
    pub done_on: NaiveDate,
    /// The sealed record behind it.
    pub record: RecordId,
    /// It is of a month whose report is closed and did not know it: «за прошлый период» (requirements §2.7).
    pub late: bool,
}

/// Somebody who may have a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Whether he is its head: the first of its rows.
    pub head: bool,
    /// His number; the just-arrived may lack one.
    pub iin: Option<Iin>,
}

/// A cell that is not empty.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = ReportCell))]
pub struct Cell {
    /// The service, hence the column.
    pub service: ServiceCode,
    /// The last day on which it was completed.
    pub done_on: NaiveDate,
    /// The sealed records behind it, in the order of their days.
    pub records: Vec<RecordId>,
    /// All of it is work of a month whose report was closed without it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// A row of the form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Column 1.
    pub number: u32,
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Column 2.
    pub iin: Option<Iin>,
    /// Columns 3 to 27 as far as they are not empty, in the order of the services.
    pub cells: Vec<Cell>,
    /// 32 random digits (hex), so that the hash tells nothing.
    pub salt: String,
}

impl Row {
    /// The text that is kept and hashed.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }
}

/// The report as it is signed: JSON without spaces, members in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Format version, 1.
    pub v: u32,
    /// Its id.
    pub report: ReportId,
    /// The career centre.
    pub unit: OrgUnitId,
    /// The month.
    pub month: ReportMonth,
    /// Version of the month's report, from 1.
    pub version: i32,
    /// Which rows and cells it has.
    pub form: Form,
    /// SHA-256 of each row's text, in the order of their numbers.
    pub rows: Vec<Digest>,
}

impl Frozen {
    /// The text that is signed.
    ///
    /// # Errors
    /// Never for what this program makes.
    pub fn to_text(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// What a signature is over: SHA-256 of the text.
    ///
    /// # Errors
    /// As [`Frozen::to_text`].
    pub fn hash(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(self.to_text()?.as_bytes()))
    }
}

/// First and last day of a month.
#[must_use]
pub fn days(month: ReportMonth) -> (NaiveDate, NaiveDate) {
    let first = NaiveDate::from_ymd_opt(month.year(), month.month(), 1).unwrap_or(NaiveDate::MIN);
    let next = month.next();
    let end = NaiveDate::from_ymd_opt(next.year(), next.month(), 1).and_then(|day| day.pred_opt());
    (first, end.unwrap_or(NaiveDate::MAX))
}

/// The rows of a report by its form: families in the order of their ids, the head first. `salt` gives fresh random digits
/// for each. Completions of nobody among the members are left out; `members` says besides who has a plan that is being
/// carried out.
#[must_use]
pub fn rows(
    form: Form,
    month: ReportMonth,
    members: &[Member],
    planned: &BTreeSet<PersonId>,
    done: &[Completion],
    salt: &mut dyn FnMut() -> String,
) -> Vec<Row> {
    let (first, last) = days(month);
    let counts = |of: &Completion| match form.span {
        ReportSpan::Month => (first..=last).contains(&of.done_on) || (of.late && of.done_on < first),
        ReportSpan::Cumulative => of.done_on <= last,
    };
    let mut by: BTreeMap<PersonId, BTreeMap<ServiceCode, Vec<&Completion>>> = BTreeMap::new();
    for of in done.iter().filter(|of| counts(of)) {
        by.entry(of.person).or_default().entry(of.service).or_default().push(of);
    }
    let mut members: Vec<&Member> = members
        .iter()
        .filter(|member| {
            by.contains_key(&member.person)
                || (form.rows == ReportRows::Planned && planned.contains(&member.person))
        })
        .collect();
    members.sort_unstable_by_key(|member| (member.family, !member.head, member.person));
    members.dedup_by_key(|member| member.person);
    let mut rows = Vec::with_capacity(members.len());
    for (number, member) in (1..).zip(members) {
        let services = by.remove(&member.person).unwrap_or_default();
        let cells = services.into_iter().map(|(service, of)| cell(service, of)).collect();
        rows.push(Row {
            number,
            person: member.person,
            family: member.family,
            iin: member.iin.clone(),
            cells,
            salt: salt(),
        });
    }
    rows
}

fn cell(service: ServiceCode, mut of: Vec<&Completion>) -> Cell {
    of.sort_unstable_by_key(|done| (done.done_on, done.record));
    Cell {
        service,
        done_on: of.iter().map(|done| done.done_on).max().unwrap_or(NaiveDate::MIN),
        records: of.iter().map(|done| done.record).collect(),
        late: of.iter().all(|done| done.late),
    }
}

/// What stands in a cell of the form; `None` for an empty one.
#[must_use]
pub fn shown(form: Form, cell: Option<&Cell>) -> Option<String> {
    match (form.cells, cell) {
        (ReportCells::Date, Some(cell)) => Some(crate::locale::date(cell.done_on)),
        (ReportCells::Date, None) => None,
        (ReportCells::Mark, Some(_)) => Some("1".into()),
        (ReportCells::Mark, None) => Some("0".into()),
    }
}

/// Whether earlier reports told of a completion already: a cell of the person for the same service that names its record,
/// or the same day (a correction is another record of the same work).
#[must_use]
pub fn was_told(done: &Completion, cells: &[Cell]) -> bool {
    cells.iter().any(|cell| {
        cell.service == done.service && (cell.done_on == done.done_on || cell.records.contains(&done.record))
    })
}

/// A difference between two versions of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose row.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Which service; none: the whole row came or went without anything in it.
    pub service: Option<ServiceCode>,
    /// What stood there before.
    pub before: Option<NaiveDate>,
    /// What stands there now.
    pub after: Option<NaiveDate>,
}

/// What differs between the rows of two versions, in the order of the later one; what went away comes last.
#[must_use]
pub fn differences(before: &[Row], after: &[Row]) -> Vec<Difference> {
    let old: BTreeMap<PersonId, &Row> = before.iter().map(|row| (row.person, row)).collect();
    let kept: BTreeSet<PersonId> = after.iter().map(|row| row.person).collect();
    let mut found = Vec::new();
    for row in after {
        compare(old.get(&row.person).copied(), Some(row), &mut found);
    }
    for row in before.iter().filter(|row| !kept.contains(&row.person)) {
        compare(Some(row), None, &mut found);
    }
    found
}

fn compare(before: Option<&Row>, after: Option<&Row>, found: &mut Vec<Difference>) {
    let Some(row) = after.or(before) else { return };
    let days = |row: Option<&Row>| -> BTreeMap<ServiceCode, NaiveDate> {
        row.into_iter().flat_map(|row| &row.cells).map(|cell| (cell.service, cell.done_on)).collect()
    };
    let (old, new) = (days(before), days(after));
    let difference = |service, before, after| Difference {
        person: row.person,
        family: row.family,
        service,
        before,
        after,
    };
    if old.is_empty() && new.is_empty() && before.is_some() != after.is_some() {
        found.push(difference(None, None, None));
    }
    for service in old.keys().chain(new.keys()).copied().collect::<BTreeSet<_>>() {
        let (before, after) = (old.get(&service).copied(), new.get(&service).copied());
        if before != after {
            found.push(difference(Some(service), before, after));
        }
    }
}

/// The month before.
#[must_use]
pub fn month_before(month: ReportMonth) -> ReportMonth {
    let (first, _) = days(month);
    first.pred_opt().map_or(month, ReportMonth::of)
}

#[cfg(test)]
mod tests;
