//! Road maps as the office sees them (§38): how each rural okrug stands for a year, a map with who has signed it and who has
//! his copy, its lines, and how a version differs from the one before.
//!
//! A map is a frozen snapshot ([`kandas_shared::roadmap`]); drawing it up, putting it forward, signing and handing over are in
//! [`making`], signatures on paper in [`on_paper`]. Until it is put forward only its own centre sees it. From then on those see
//! it who sign, and those above the centre. An akim sees by his land: his unit's KATO code is that of the okrug, or of the
//! district in which it lies.

pub mod making;
pub mod on_paper;
pub mod page;
pub mod term;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike as _, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{OrgUnitId, RoadMapId},
    kato::Kato,
    problem::ProblemCode,
    pulled::{OrgKind, Role, User},
    report::Next,
    roadmap::{self, RoadMapHolder, RoadMapState},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::policy::{self, Right};
use crate::{
    all, among,
    check::policy::{NotAllowed, Territory},
    opt,
    refusal::{Outcome, Refusal},
    store::{StoreError, Tx},
};

/// Which year.
#[derive(Clone, Copy, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// The calendar year; that of today if missing.
    pub year: Option<i32>,
}

/// How rural okrugs stand for a year.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapList)]
pub struct List {
    /// The year.
    pub year: i32,
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// It is over.
    pub over: bool,
    /// Okrugs where families live, by centre and settlement.
    pub okrugs: Vec<OkrugOf>,
    /// Those without any map that the user sees.
    pub none: i64,
    /// Those whose map waits for signatures.
    pub waiting: i64,
    /// Those of them for which the day to aim for has passed.
    pub late: i64,
    /// Families in the countryside whose settlement code names no okrug: no map can have them until it is put right.
    pub unplaced: i64,
}

/// How an okrug stands.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapOkrug)]
pub struct OkrugOf {
    /// The career centre.
    pub unit: OrgUnitId,
    /// Its name in Kazakh.
    pub name_kk: String,
    /// Its name in Russian.
    pub name_ru: String,
    /// KATO code of the okrug.
    pub okrug: Kato,
    /// The unit of its akim, if there is one: the code has no name otherwise.
    pub akim: Option<Named>,
    /// Settlements where its families live.
    pub settlements: Vec<String>,
    /// Families there now.
    pub families: i64,
    /// The latest version that the user sees.
    pub map: Option<Summary>,
    /// Which version is in force.
    pub in_force: Option<i32>,
    /// Who has not signed the latest version yet, while it is being signed.
    pub unsigned: Vec<RoadMapHolder>,
    /// Who has no copy of it yet, once it is approved.
    pub uncopied: Vec<RoadMapHolder>,
    /// The day to aim for has passed, and not all have signed.
    pub late: bool,
    /// Whether the user may draw up a version now.
    pub may_draft: bool,
}

/// A unit by name.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = RoadMapUnit)]
pub struct Named {
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

/// A version of a road map.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = RoadMapSummary)]
pub struct Summary {
    /// Its id.
    pub id: RoadMapId,
    /// The career centre.
    pub org_unit: OrgUnitId,
    /// KATO code of the okrug.
    pub okrug: Kato,
    /// Calendar year.
    pub year: i32,
    /// Version of the year's map, from 1.
    pub version: i32,
    /// Where it stands.
    pub state: RoadMapState,
    /// Lines that it was drawn up with.
    pub entries: i64,
    /// Of so many families.
    pub families: i64,
    /// When it was drawn up.
    pub drafted_at: DateTime<Utc>,
    /// When it was put before the three who sign.
    pub submitted_at: Option<DateTime<Utc>>,
    /// The day by which they should have signed; no legal one.
    pub target: Option<NaiveDate>,
    /// When the third of them signed.
    pub approved_at: Option<DateTime<Utc>>,
}

const SUMMARY: &str =
    "select id, org_unit, okrug, year, version, state, entries, families, drafted_at, submitted_at, target,
    approved_at from road_map";

impl Summary {
    fn is_late(&self, today: NaiveDate) -> bool {
        self.state == RoadMapState::Signing && self.target.is_some_and(|target| today > target)
    }
}

/// Whose a road map is: the centre and the okrug.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The career centre.
    pub unit: OrgUnitId,
    /// The rural okrug.
    pub okrug: Kato,
}

/// Whether a user's role and territory let him do this about a road map.
///
/// # Errors
/// Why not.
pub fn may(user: &User, right: Right, place: &Place, territory: &Territory) -> Result<(), NotAllowed> {
    policy::may(user, right, None, territory)?;
    let land = || territory.unit(user.org_unit).and_then(|unit| Kato::parse(&unit.kato).ok());
    let own = match user.role {
        Role::AkimOkrug => land().as_ref() == Some(&place.okrug),
        Role::AkimRaion => land().is_some_and(|land| place.okrug.district() == Some(land)),
        _ => return policy::may(user, right, Some(place.unit), territory),
    };
    if own { Ok(()) } else { Err(NotAllowed::Elsewhere) }
}

/// Whose a road map is; none if there is no such map.
///
/// # Errors
/// When the database does not answer.
pub async fn place_of(tx: &mut Tx, map: RoadMapId) -> Result<Option<Place>, StoreError> {
    let sql = "select org_unit, okrug from road_map where id = $1";
    let found = opt!(tx, (OrgUnitId, Kato), sql, map).await?;
    Ok(found.map(|(unit, okrug)| Place { unit, okrug }))
}

/// Whether the user sees what was not put forward yet.
#[must_use]
pub fn sees_drafts(user: &User) -> bool {
    policy::rights(user.role).contains(&Right::RoadMapMake)
}

fn sees(user: &User, state: RoadMapState) -> bool {
    state.is_out() || (sees_drafts(user) && state != RoadMapState::Dropped)
}

/// Whether the user, whose rights reach the map's place, sees it.
///
/// # Errors
/// `not-found`.
pub async fn visible(tx: &mut Tx, user: &User, map: RoadMapId) -> Outcome<()> {
    let sql = "select state from road_map where id = $1";
    let found = opt!(tx, (RoadMapState,), sql, map).await?;
    if found.is_some_and(|(state,)| sees(user, state)) { Ok(()) } else { Err(ProblemCode::NotFound.into()) }
}

/// Reads a year.
///
/// # Errors
/// `out-of-range`.
pub fn year(of: i32) -> Outcome<i32> {
    if (2024..=2100).contains(&of) {
        Ok(of)
    } else {
        Err(Refusal::because(ProblemCode::OutOfRange, "a year from 2024 on"))
    }
}

#[derive(sqlx::FromRow)]
struct Families {
    org_unit: OrgUnitId,
    settlement_kato: String,
    name: String,
    families: i64,
}

/// What is known of an okrug.
#[derive(Default)]
struct Known {
    settlements: BTreeSet<String>,
    families: i64,
    versions: Vec<Summary>,
}

/// How rural okrugs of the user's territory stand for a year.
///
/// # Errors
/// `out-of-range`, or when the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: Wanted,
    now: DateTime<Utc>,
) -> Outcome<List> {
    let today = civil_date(now);
    let year = year(wanted.year.unwrap_or(today.year()))?;
    let units: Vec<OrgUnitId> = match RoadMapHolder::of(user.role) {
        // By his land, whichever centre serves it.
        Some(RoadMapHolder::Okrug | RoadMapHolder::Raion) => territory.all(),
        _ => policy::reach(user, territory).unwrap_or_else(|| territory.all()),
    };
    let keys: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    let (mut okrugs, unplaced) = families(tx, &keys).await?;
    let sql = format!("{SUMMARY} where year = $1 and state <> 'dropped' and org_unit in (");
    for summary in among!(tx, Summary, &sql, keys, ")", year).await? {
        let place = Place { unit: summary.org_unit, okrug: summary.okrug.clone() };
        okrugs.entry(place).or_default().versions.push(summary);
    }
    okrugs.retain(|place, _| may(user, Right::RoadMap, place, territory).is_ok());
    let unplaced = if sees_drafts(user) { unplaced } else { 0 };
    let over = roadmap::is_over(year, today);
    let mut list = List { year, today, over, okrugs: Vec::new(), none: 0, waiting: 0, late: 0, unplaced };
    let akims = akims(territory);
    for (place, known) in okrugs {
        let of = stands(tx, user, territory, &akims, place, known, (year, today)).await?;
        list.none += i64::from(of.map.is_none());
        list.waiting += i64::from(of.map.as_ref().is_some_and(|map| map.state == RoadMapState::Signing));
        list.late += i64::from(of.late);
        list.okrugs.push(of);
    }
    list.okrugs.sort_by(|a, b| {
        (&a.name_kk, a.unit, &a.settlements, &a.okrug).cmp(&(&b.name_kk, b.unit, &b.settlements, &b.okrug))
    });
    Ok(list)
}

/// Okrugs where families of these units live in the countryside, and how many live in none.
async fn families(tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<(BTreeMap<Place, Known>, i64), StoreError> {
    let sql = "select f.org_unit, f.settlement_kato, min(f.settlement_name) as name, count(*) as families from family f
        where f.rural and f.org_unit in (";
    let (mut okrugs, mut unplaced) = (BTreeMap::<Place, Known>::new(), 0);
    for row in among!(tx, Families, sql, units, ") group by f.org_unit, f.settlement_kato").await? {
        let okrug = Kato::parse(&row.settlement_kato).ok().and_then(|kato| kato.okrug());
        let Some(okrug) = okrug else {
            unplaced += row.families;
            continue;
        };
        let known = okrugs.entry(Place { unit: row.org_unit, okrug }).or_default();
        known.families += row.families;
        known.settlements.insert(row.name);
    }
    Ok((okrugs, unplaced))
}

async fn stands(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    akims: &BTreeMap<String, Named>,
    place: Place,
    mut known: Known,
    (year, today): (i32, NaiveDate),
) -> Result<OkrugOf, StoreError> {
    known.versions.sort_unstable_by_key(|summary| summary.version);
    let latest = known.versions.last().map(|summary| (summary.version, summary.state));
    let in_force = known.versions.iter().rfind(|version| version.state.is_in_force());
    let in_force = in_force.map(|version| version.version);
    let map = known.versions.into_iter().rfind(|summary| sees(user, summary.state));
    let (unsigned, uncopied) = match &map {
        Some(map) => lacks(tx, map).await?,
        None => (Vec::new(), Vec::new()),
    };
    if let Some(map) = map.as_ref().filter(|_| known.settlements.is_empty()) {
        // Nobody lives there any more: it was of these.
        known.settlements = page::settlements(tx, map.id).await?.into_iter().collect();
    }
    let named = territory.unit(place.unit);
    let may_draft = roadmap::may_draft(year, today)
        && known.families > 0
        && roadmap::next(latest) != Next::None
        && may(user, Right::RoadMapMake, &place, territory).is_ok();
    Ok(OkrugOf {
        name_kk: named.map(|unit| unit.name_kk.clone()).unwrap_or_default(),
        name_ru: named.map(|unit| unit.name_ru.clone()).unwrap_or_default(),
        akim: akims.get(place.okrug.as_str()).cloned(),
        unit: place.unit,
        okrug: place.okrug,
        settlements: known.settlements.into_iter().collect(),
        families: known.families,
        late: map.as_ref().is_some_and(|map| map.is_late(today)),
        map,
        in_force,
        unsigned,
        uncopied,
        may_draft,
    })
}

/// Whose signatures a map lacks, and who lacks a copy of it.
async fn lacks(tx: &mut Tx, map: &Summary) -> Result<(Vec<RoadMapHolder>, Vec<RoadMapHolder>), StoreError> {
    Ok(match map.state {
        RoadMapState::Signing => (roadmap::missing(&signed(tx, map.id).await?), Vec::new()),
        RoadMapState::Approved => (Vec::new(), roadmap::missing(&copied(tx, map.id).await?)),
        _ => (Vec::new(), Vec::new()),
    })
}

/// Who has signed a map.
pub(super) async fn signed(tx: &mut Tx, map: RoadMapId) -> Result<Vec<RoadMapHolder>, StoreError> {
    let sql = "select holder from road_map_signature where map = $1";
    Ok(all!(tx, (RoadMapHolder,), sql, map).await?.into_iter().map(|(holder,)| holder).collect())
}

/// Who has his copy of a map.
pub(super) async fn copied(tx: &mut Tx, map: RoadMapId) -> Result<Vec<RoadMapHolder>, StoreError> {
    let sql = "select holder from road_map_copy where map = $1";
    Ok(all!(tx, (RoadMapHolder,), sql, map).await?.into_iter().map(|(holder,)| holder).collect())
}

/// Units whose code is that of an okrug: those of its akim.
fn akims(territory: &Territory) -> BTreeMap<String, Named> {
    let units = territory.all();
    let of = units.iter().filter_map(|unit| territory.unit(*unit));
    of.filter(|unit| unit.kind == OrgKind::Mio)
        .map(|unit| {
            let named = Named { name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() };
            (unit.kato.clone(), named)
        })
        .collect()
}

fn stored<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, StoreError> {
    serde_json::from_str(text).map_err(|error| StoreError::Damaged(format!("a road map: {error}")))
}

#[cfg(test)]
mod tests {
    use kandas_shared::{ids::UserId, locale::Lang};
    use uuid::Uuid;

    use super::*;

    #[test]
    fn an_akim_sees_his_land_and_others_their_units() {
        let (ctm, cc, okrug, raion, oblast) = (1, 2, 3, 4, 5);
        let territory = Territory::of(vec![
            (ctm, None, OrgKind::Ctm, "550000000"),
            (cc, Some(ctm), OrgKind::Cc, "559100000"),
            (okrug, None, OrgKind::Mio, "559133000"),
            (raion, None, OrgKind::Mio, "559100000"),
            (oblast, None, OrgKind::Mio, "550000000"),
        ]);
        let user = |at: u128, role: Role| User {
            id: UserId(Uuid::from_u128(9)),
            org_unit: OrgUnitId(Uuid::from_u128(at)),
            login: "u".into(),
            role,
            name: "Сынақ".into(),
            language: Lang::Kk,
            active: true,
        };
        let unit = OrgUnitId(Uuid::from_u128(cc));
        let place = |okrug: &str| Place { unit, okrug: Kato::parse(okrug).unwrap() };
        let sees = |at, role, of: &str| may(&user(at, role), Right::RoadMap, &place(of), &territory).is_ok();
        let (here, beside) = ("559133000", "559135000");
        let table = [
            (okrug, Role::AkimOkrug, true, false),
            (raion, Role::AkimOkrug, false, false),
            (raion, Role::AkimRaion, true, true),
            (okrug, Role::AkimRaion, false, false),
            (oblast, Role::AkimRaion, false, false),
            (oblast, Role::AkimOkrug, false, false),
            (cc, Role::CcSet, true, true),
            (cc, Role::CcDir, true, true),
            (ctm, Role::CtmSetHead, true, true),
            (oblast, Role::MioSet, true, true),
            (okrug, Role::MioSet, false, false),
            (cc, Role::Admin, false, false),
        ];
        for (at, role, own, other) in table {
            assert_eq!((sees(at, role, here), sees(at, role, beside)), (own, other), "{role} of {at}");
        }
        let signs = |at, role| may(&user(at, role), Right::RoadMapSign, &place(here), &territory).is_ok();
        assert!(signs(okrug, Role::AkimOkrug) && signs(raion, Role::AkimRaion) && signs(cc, Role::CcDir));
        assert!(!signs(oblast, Role::AkimRaion) && !signs(cc, Role::CcSet) && !signs(ctm, Role::CtmSetHead));
        let gone = User { active: false, ..user(okrug, Role::AkimOkrug) };
        assert_eq!(may(&gone, Right::RoadMap, &place(here), &territory), Err(NotAllowed::Inactive));
    }
}
