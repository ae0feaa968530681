//! The road map for families in the countryside (§38, A-21): one for each rural okrug and calendar year, with a row for
//! each family and its open activities; who signs it, and how it goes from a draft into force (requirements §2.6).
//!
//! Three hold a copy, and the same three sign, in any order: the director of the career centre, the akim of the rural okrug
//! and the akim of the district. A road map is a frozen snapshot, as a monthly report is: each line of it is a text of its
//! own ([`Row::to_text`]) about one member of a family, and what is signed is the hash over the hashes of all lines
//! ([`Frozen`]). So the line of an erased person can go, and the signatures can still be checked against the rest.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike as _, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{
    hash::Digest,
    ids::{ActivityId, FamilyId, OrgUnitId, PersonId, RoadMapId},
    kato::Kato,
    pulled::Role,
    report::Next,
    service::ServiceCode,
    text_enum::text_enum,
};

text_enum! {
    /// Who signs a road map and holds a copy of it (§38).
    pub enum RoadMapHolder {
        /// The director of the career centre.
        Director = "director",
        /// The akim of the rural okrug.
        Okrug = "okrug",
        /// The akim of the district.
        Raion = "raion",
    }
}

impl RoadMapHolder {
    /// As whom somebody of a role signs.
    #[must_use]
    pub const fn of(role: Role) -> Option<Self> {
        match role {
            Role::CcDir => Some(Self::Director),
            Role::AkimOkrug => Some(Self::Okrug),
            Role::AkimRaion => Some(Self::Raion),
            _ => None,
        }
    }
}

/// Those who are not in a list yet, in the order of the law.
#[must_use]
pub fn missing(done: &[RoadMapHolder]) -> Vec<RoadMapHolder> {
    RoadMapHolder::ALL.iter().copied().filter(|holder| !done.contains(holder)).collect()
}

text_enum! {
    /// Where a road map stands.
    pub enum RoadMapState {
        /// Drawn up from a snapshot; another snapshot may take its place.
        Draft = "draft",
        /// Before the three who sign.
        Signing = "signing",
        /// Signed by all three: it is in force.
        Approved = "approved",
        /// In force, and each of the three has his copy.
        Active = "active",
        /// Sent back with remarks while it was being signed: another version follows, these signatures are void.
        Returned = "returned",
        /// A newer version has been approved in its place.
        Closed = "closed",
        /// Another snapshot of the same version took its place before it was put forward.
        Dropped = "dropped",
    }
}

text_enum! {
    /// What is done to a road map.
    pub enum RoadMapAct {
        /// Drawn up by the career centre.
        Draft = "draft",
        /// Put before the three who sign.
        Submit = "submit",
        /// Signed by one of them.
        Sign = "sign",
        /// Sent back by one of them with remarks.
        Return = "return",
        /// A copy was handed over.
        Copy = "copy",
        /// Replaced by a newer version that was approved.
        Close = "close",
        /// Replaced by another snapshot of the same version.
        Drop = "drop",
    }
}

impl RoadMapState {
    /// Where it stands after an act; none if that cannot be done to it. `left`: how many of the three have not signed yet,
    /// or have no copy yet, once this one has; of no matter to other acts.
    #[must_use]
    pub const fn after(self, act: RoadMapAct, left: usize) -> Option<RoadMapState> {
        use RoadMapState::{Active, Approved, Closed, Draft, Dropped, Returned, Signing};
        match (self, act) {
            (Draft, RoadMapAct::Submit) => Some(Signing),
            (Draft, RoadMapAct::Drop) => Some(Dropped),
            (Signing, RoadMapAct::Sign) => Some(if left == 0 { Approved } else { Signing }),
            (Signing, RoadMapAct::Return) => Some(Returned),
            (Approved, RoadMapAct::Copy) => Some(if left == 0 { Active } else { Approved }),
            (Approved | Active, RoadMapAct::Close) => Some(Closed),
            _ => None,
        }
    }

    /// Whether it was put forward at some time: from then on others than the centre see it.
    #[must_use]
    pub const fn is_out(self) -> bool {
        !matches!(self, Self::Draft | Self::Dropped)
    }

    /// Whether all three have signed it and nothing newer took its place.
    #[must_use]
    pub const fn is_in_force(self) -> bool {
        matches!(self, Self::Approved | Self::Active)
    }
}

/// What a new draft is, given the latest version of its okrug and year and where that stands. Families come and go within
/// a year, so another version may follow one that is in force; until all three have signed it, the one before stays.
#[must_use]
pub const fn next(latest: Option<(i32, RoadMapState)>) -> Next {
    use RoadMapState::{Active, Approved, Closed, Draft, Dropped, Returned, Signing};
    match latest {
        None => Next::Version(1),
        Some((version, Draft)) => Next::Again(version),
        Some((version, Approved | Active | Returned | Closed)) => Next::Version(version + 1),
        Some((_, Signing | Dropped)) => Next::None,
    }
}

/// Whether a road map of a year can be drawn up on a day: of this year, and of the next one before it begins.
#[must_use]
pub fn may_draft(year: i32, today: NaiveDate) -> bool {
    year == today.year() || year == today.year() + 1
}

/// Whether its year is over: it is of the past then, whatever its state says (requirements §2.6).
#[must_use]
pub fn is_over(year: i32, today: NaiveDate) -> bool {
    today.year() > year
}

/// Whether what somebody has read at the foot of a paper is this digest: its first eight digits or more, spaces aside.
#[must_use]
pub fn is_of_paper(typed: &str, sha256: &Digest) -> bool {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).flat_map(char::to_lowercase).collect();
    typed.len() >= PRINTED && sha256.to_string().starts_with(&typed)
}

/// Whether what somebody has typed can have been read at the foot of a paper at all.
#[must_use]
pub fn can_be_of_paper(typed: &str) -> bool {
    let mut digits = typed.chars().filter(|c| !c.is_whitespace());
    digits.clone().count() >= PRINTED && digits.all(|c| c.is_ascii_hexdigit())
}

/// So many digits are enough to tell one paper from another.
pub const PRINTED: usize = 8;

/// Somebody who may have a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Whether he is its head: the first of its lines.
    pub head: bool,
    /// Full name.
    pub name: String,
    /// Where the family lives.
    pub settlement: String,
}

/// An activity of a plan that is not done yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[cfg_attr(feature = "openapi", schema(as = RoadMapActivity))]
pub struct Item {
    /// Which.
    pub activity: ActivityId,
    /// The service.
    pub service: ServiceCode,
    /// When it is due by law.
    pub due_on: Option<NaiveDate>,
    /// When it is planned, before there is a legal date.
    pub planned_on: Option<NaiveDate>,
}

impl Item {
    /// The day by which it is to be done: the legal one, or the planned one before there is any.
    #[must_use]
    pub fn day(&self) -> Option<NaiveDate> {
        self.due_on.or(self.planned_on)
    }

    /// Whether it belongs into the map of a year: whatever is not to be done later only.
    #[must_use]
    pub fn is_of(&self, year: i32) -> bool {
        self.day().is_none_or(|day| day.year() <= year)
    }
}

/// A line of the map: a member of a family with what is to be done for him. The lines of a family follow each other, its
/// head first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Number of the line, from 1.
    pub number: u32,
    /// Number of the family in the map, from 1.
    pub entry: u32,
    /// Who.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Whether he is its head.
    pub head: bool,
    /// Full name when it was drawn up.
    pub name: String,
    /// Where the family lived then.
    pub settlement: String,
    /// What is open for him, by its day; what has none comes last.
    pub activities: Vec<Item>,
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

/// The road map as it is signed: JSON without spaces, members in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frozen {
    /// Format version, 1.
    pub v: u32,
    /// Its id.
    pub map: RoadMapId,
    /// The career centre.
    pub unit: OrgUnitId,
    /// The rural okrug.
    pub okrug: Kato,
    /// Calendar year.
    pub year: i32,
    /// Version of the year's map, from 1.
    pub version: i32,
    /// SHA-256 of each line's text, in the order of their numbers.
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

    /// What a signature is over, and what stands at the foot of the paper: SHA-256 of the text.
    ///
    /// # Errors
    /// As [`Frozen::to_text`].
    pub fn hash(&self) -> Result<Digest, serde_json::Error> {
        Ok(Digest::of(self.to_text()?.as_bytes()))
    }
}

/// The lines of a map: families by settlement and name of the head, each with its head, and with those members for whom
/// something is open. A family for which nothing is open has its head's line. `open` says what is not done yet; what is of
/// nobody among the members, or of later years, is left out. `salt` gives fresh random digits for each.
#[must_use]
pub fn rows(
    year: i32,
    members: &[Member],
    open: &[(PersonId, Item)],
    salt: &mut dyn FnMut() -> String,
) -> Vec<Row> {
    let mut by: BTreeMap<PersonId, Vec<&Item>> = BTreeMap::new();
    for (person, item) in open.iter().filter(|(_, item)| item.is_of(year)) {
        by.entry(*person).or_default().push(item);
    }
    let mut families: BTreeMap<FamilyId, Vec<&Member>> = BTreeMap::new();
    for member in members {
        families.entry(member.family).or_default().push(member);
    }
    let mut families: Vec<Vec<&Member>> = families.into_values().collect();
    for of in &mut families {
        of.sort_unstable_by_key(|member| (!member.head, member.person));
        of.dedup_by_key(|member| member.person);
    }
    families.sort_by(|a, b| order(a).cmp(&order(b)));
    let (mut rows, mut entry) = (Vec::new(), 0);
    for of in families {
        entry += 1;
        for (at, member) in of.into_iter().enumerate() {
            let mut activities: Vec<Item> =
                by.remove(&member.person).unwrap_or_default().into_iter().cloned().collect();
            if at > 0 && activities.is_empty() {
                continue;
            }
            activities
                .sort_unstable_by_key(|item| (item.day().is_none(), item.day(), item.service, item.activity));
            rows.push(Row {
                number: u32::try_from(rows.len()).unwrap_or(u32::MAX).saturating_add(1),
                entry,
                person: member.person,
                family: member.family,
                head: member.head,
                name: member.name.clone(),
                settlement: member.settlement.clone(),
                activities,
                salt: salt(),
            });
        }
    }
    rows
}

fn order<'a>(family: &[&'a Member]) -> Option<(&'a str, &'a str, FamilyId)> {
    family.first().map(|first| (first.settlement.as_str(), first.name.as_str(), first.family))
}

text_enum! {
    /// How an activity differs between two versions.
    pub enum RoadMapChange {
        /// It is new.
        Added = "added",
        /// It is not there any more: done, cancelled, or of somebody who left the map.
        Removed = "removed",
        /// It has another day.
        Moved = "moved",
    }
}

/// A difference between two versions of a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Whose.
    pub person: PersonId,
    /// Of which family.
    pub family: FamilyId,
    /// Name, as the version has it that knows it.
    pub name: String,
    /// How.
    pub change: RoadMapChange,
    /// Which service; none: the family came or went with nothing open.
    pub service: Option<ServiceCode>,
    /// By which day before.
    pub before: Option<NaiveDate>,
    /// By which day now.
    pub after: Option<NaiveDate>,
}

/// What differs between the lines of two versions, in the order of the later one; what went away comes last.
#[must_use]
pub fn differences(before: &[Row], after: &[Row]) -> Vec<Difference> {
    let items = |rows: &[Row]| -> BTreeMap<ActivityId, Option<NaiveDate>> {
        rows.iter().flat_map(|row| &row.activities).map(|item| (item.activity, item.day())).collect()
    };
    let families = |rows: &[Row]| -> BTreeSet<FamilyId> { rows.iter().map(|row| row.family).collect() };
    let (old, new) = (items(before), items(after));
    let (known, kept) = (families(before), families(after));
    let difference = |row: &Row, change, service, before, after| Difference {
        person: row.person,
        family: row.family,
        name: row.name.clone(),
        change,
        service,
        before,
        after,
    };
    let mut found = Vec::new();
    for row in after {
        if row.head && row.activities.is_empty() && !known.contains(&row.family) {
            found.push(difference(row, RoadMapChange::Added, None, None, None));
        }
        for item in &row.activities {
            let (service, day) = (Some(item.service), item.day());
            match old.get(&item.activity) {
                None => found.push(difference(row, RoadMapChange::Added, service, None, day)),
                Some(was) if *was != day => {
                    found.push(difference(row, RoadMapChange::Moved, service, *was, day));
                }
                Some(_) => {}
            }
        }
    }
    for row in before {
        if row.head && row.activities.is_empty() && !kept.contains(&row.family) {
            found.push(difference(row, RoadMapChange::Removed, None, None, None));
        }
        for item in row.activities.iter().filter(|item| !new.contains_key(&item.activity)) {
            found.push(difference(row, RoadMapChange::Removed, Some(item.service), item.day(), None));
        }
    }
    found
}

#[cfg(test)]
mod tests;
