//! The map: where records were made, where families live, gathered into places as large as a finger at the zoom asked for.
//!
//! Nothing is gathered in the browser: of thousands of points it gets some hundred places. A piece of the map is looked at
//! by the latitude of its index, the whole country by the newest records first; of more than [`MOST`] the newest count.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kandas_shared::{
    finding::Severity,
    ids::{FamilyId, OrgUnitId, RecordId},
    pulled::{OrgKind, User},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{family::Place, policy};
use crate::{
    among, calendar,
    check::policy::Territory,
    store::{StoreError, Tx},
};

/// Most points that are looked at; of more there is none but the newest.
pub const MOST: i64 = 10_000;
/// Up to so many points the answer names them one by one.
const NAMED: usize = 60;
/// Pixels across that a place has on the screen.
const FINGER: f64 = 56.0;
/// Pixels of the whole world at zoom 0.
const WORLD: f64 = 512.0;

/// What the map shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MapLayer)]
pub enum Layer {
    /// Where records were made.
    #[default]
    Records,
    /// Where families live.
    Families,
}

/// What a record must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MapState)]
pub enum State {
    /// Nobody has said anything.
    Unchecked,
    /// Nothing to remark.
    Accepted,
    /// Remarked.
    Remarked,
    /// Gone back.
    Returned,
    /// Answered after it had gone back.
    Answered,
    /// Not applied.
    Held,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Unchecked => "unchecked",
            Self::Accepted => "accepted",
            Self::Remarked => "remarked",
            Self::Returned => "returned",
            Self::Answered => "answered",
            Self::Held => "held",
        }
    }
}

/// Whether something must have been noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MapNoticed)]
pub enum Noticed {
    /// Something.
    Some,
    /// Nothing.
    None,
}

/// What the map is asked for. Without edges it is the whole country.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Wanted {
    /// Records or families.
    #[serde(default)]
    #[param(inline)]
    pub layer: Layer,
    /// Degrees.
    pub west: Option<f64>,
    /// Degrees.
    pub south: Option<f64>,
    /// Degrees.
    pub east: Option<f64>,
    /// Degrees.
    pub north: Option<f64>,
    /// 0 shows the world in 512 pixels, each step doubles.
    #[serde(default)]
    pub zoom: f64,
    /// What the records must be.
    #[param(inline)]
    pub state: Option<State>,
    /// Which service; with families: one that is overdue.
    pub service: Option<ServiceCode>,
    /// Of this unit alone.
    pub unit: Option<OrgUnitId>,
    /// Done on this day or later.
    pub from: Option<NaiveDate>,
    /// Done on this day or earlier.
    pub to: Option<NaiveDate>,
    /// What was noticed about the records; with families: whether something is overdue.
    #[param(inline)]
    pub noticed: Option<Noticed>,
    /// Whether the centres are to be named too.
    #[serde(default)]
    pub centres: bool,
}

/// A centre that the map can be narrowed to.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MapCentre)]
pub struct Centre {
    /// Its id.
    pub id: OrgUnitId,
    /// Name in Kazakh.
    pub name_kk: String,
    /// Name in Russian.
    pub name_ru: String,
}

/// A point that the map names.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MapPoint)]
pub struct Point {
    /// Where.
    pub place: Place,
    /// The record; absent for families.
    pub record: Option<RecordId>,
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
    /// Where it lives.
    pub settlement: String,
    /// Kind of statement.
    pub kind: Option<String>,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// The day it was done, as stated.
    pub done_on: Option<NaiveDate>,
    /// Radius of the position, metres.
    pub accuracy_m: Option<f64>,
    /// How grave the gravest of what was noticed is; for families: `over` where something is overdue.
    pub noticed: Option<Severity>,
}

/// Points that lie together.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MapPlace)]
pub struct Cluster {
    /// Their middle.
    pub place: Place,
    /// How many.
    pub count: i64,
    /// About how many of them something was noticed, or of how many families something is overdue.
    pub noticed: i64,
    /// The settlement of most of them.
    pub settlement: String,
    /// Edges of the smallest piece of the map that holds them: west, south, east, north.
    pub edges: [f64; 4],
}

/// See [`of`].
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = MapView)]
pub struct View {
    /// Places, the fullest first.
    pub places: Vec<Cluster>,
    /// The points one by one, where they are few.
    pub points: Vec<Point>,
    /// How many there are, at most 10,000.
    pub total: i64,
    /// There are more than that; the newest are shown.
    pub more: bool,
    /// Edges of all that was found: west, south, east, north; absent where nothing was.
    pub edges: Option<[f64; 4]>,
    /// Centres of the user's units; empty unless asked for.
    pub centres: Vec<Centre>,
}

#[derive(sqlx::FromRow)]
struct Row {
    lat: f64,
    lon: f64,
    accuracy_m: Option<f64>,
    record: Option<RecordId>,
    family: FamilyId,
    settlement: String,
    kind: Option<String>,
    service: Option<ServiceCode>,
    done_on: Option<NaiveDate>,
    noticed: i64,
    position: i64,
}

/// What lies in a piece of the map.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<View, StoreError> {
    let units = match wanted.unit {
        // The handler has asked whether he may.
        Some(unit) => vec![unit],
        None => policy::reach(user, territory).unwrap_or_else(|| territory.all()),
    };
    let units: Vec<(OrgUnitId,)> = units.into_iter().map(|unit| (unit,)).collect();
    let mut rows = match wanted.layer {
        Layer::Records => records(tx, &units, wanted).await?,
        Layer::Families => families(tx, &units, wanted, today).await?,
    };
    rows.sort_unstable_by_key(|row| std::cmp::Reverse((row.position, row.family)));
    rows.dedup_by_key(|row| (row.position, row.family, row.record));
    let most = usize::try_from(MOST).unwrap_or(usize::MAX);
    let more = rows.len() > most;
    rows.truncate(most);
    let total = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    let places = gathered(&rows, wanted.zoom);
    let edges = edges(rows.iter());
    let points = if rows.len() <= NAMED { named(tx, &rows).await? } else { Vec::new() };
    let centres = if wanted.centres { centres(user, territory) } else { Vec::new() };
    Ok(View { places, points, total, more, edges, centres })
}

/// The centres that have families, by name.
fn centres(user: &User, territory: &Territory) -> Vec<Centre> {
    let reach = policy::reach(user, territory).unwrap_or_else(|| territory.all());
    let units = reach.into_iter().filter_map(|id| territory.unit(id));
    let mut centres: Vec<Centre> = units
        .filter(|unit| unit.kind == OrgKind::Cc)
        .map(|unit| Centre { id: unit.id, name_kk: unit.name_kk.clone(), name_ru: unit.name_ru.clone() })
        .collect();
    centres.sort_by(|a, b| (&a.name_kk, a.id).cmp(&(&b.name_kk, b.id)));
    centres
}

async fn records(tx: &mut Tx, units: &[(OrgUnitId,)], wanted: &Wanted) -> Result<Vec<Row>, StoreError> {
    let box_ = bounds(wanted);
    let any = (wanted.state.is_none(), wanted.service.is_none(), wanted.noticed.is_none());
    let held = wanted.state == Some(State::Held);
    let state = wanted.state.map_or("", State::word);
    let service = wanted.service.map_or_else(String::new, |service| service.to_string());
    let with = wanted.noticed == Some(Noticed::Some);
    let (from, to) = (wanted.from.unwrap_or(first_day()), wanted.to.unwrap_or(last_day()));
    // A word for what is asked, so that twelve arguments are enough: a = any state, h = held, s = the state of $5.
    let how = if any.0 {
        "a"
    } else if held {
        "h"
    } else {
        "s"
    };
    let noticed = if any.2 {
        "a"
    } else if with {
        "w"
    } else {
        "o"
    };
    let sql = "select p.lat, p.lon, p.accuracy_m, r.record, r.family, f.settlement_name as settlement, r.kind, r.service,
        r.done_on, r.position,
        (select cast(coalesce(max(case n.severity when 'over' then 2 when 'soon' then 1 else 0 end), 0) as bigint)
         from finding n where n.hash = r.hash) as noticed
        from record_spot p join record r on r.hash = p.hash join family f on f.id = r.family
        where p.lat between $1 and $2 and p.lon between $3 and $4 and r.record is not null and not r.superseded
        and ($5 = 'a' or ($5 = 'h' and r.verdict = 'held') or ($5 = 's' and r.verdict = 'accepted' and r.check_state = $6))
        and ($7 = '' or r.service = $7) and r.done_on between $8 and $9
        and ($10 = 'a' or ($10 = 'w') = (exists (select 1 from finding n where n.hash = r.hash and n.severity <> 'good')))
        and f.org_unit in (";
    let tail = ") order by p.position desc limit $11";
    let [south, north, west, east] = box_;
    let limit = MOST + 1;
    among!(tx, Row, sql, units, tail, south, north, west, east, how, state, service, from, to, noticed, limit)
        .await
}

async fn families(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<Vec<Row>, StoreError> {
    let late = calendar::read(tx).await?.late_before(today);
    let service = wanted.service.map_or_else(String::new, |service| service.to_string());
    let noticed = match wanted.noticed {
        None => "a",
        Some(Noticed::Some) => "w",
        Some(Noticed::None) => "o",
    };
    let sql = "select * from (select f.latitude as lat, f.longitude as lon, cast(null as double precision) as accuracy_m,
        cast(null as uuid) as record, f.id as family, f.settlement_name as settlement, cast(null as text) as kind,
        cast(null as text) as service, cast(null as date) as done_on, cast(0 as bigint) as position,
        cast(case when exists (select 1 from activity a where a.family = f.id and a.state = 'planned' and a.due_on < $1
         and ($2 = '' or a.service = $2)) then 2 else 0 end as bigint) as noticed, f.org_unit
        from family f where f.latitude between $3 and $4 and f.longitude between $5 and $6) as lived
        where ($7 = 'a' or ($7 = 'w') = (noticed > 0)) and org_unit in (";
    let [south, north, west, east] = bounds(wanted);
    let limit = MOST + 1;
    let tail = ") order by family limit $8";
    among!(tx, Row, sql, units, tail, late, service, south, north, west, east, noticed, limit).await
}

/// South, north, west, east; the whole earth where nothing is said.
fn bounds(wanted: &Wanted) -> [f64; 4] {
    let or = |edge: Option<f64>, other: f64| edge.filter(|edge| edge.is_finite()).unwrap_or(other);
    [or(wanted.south, -90.0), or(wanted.north, 90.0), or(wanted.west, -180.0), or(wanted.east, 180.0)]
}

/// Days that both engines can hold.
fn first_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(1, 1, 1).unwrap_or_default()
}

fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(9_999, 12, 31).unwrap_or_default()
}

/// Points in the same square of a finger's size become one place.
fn gathered(rows: &[Row], zoom: f64) -> Vec<Cluster> {
    let zoom = if zoom.is_finite() { zoom.clamp(0.0, 22.0) } else { 0.0 };
    let wide = 360.0 / (WORLD * zoom.exp2()) * FINGER;
    let mut squares: BTreeMap<(i64, i64), Vec<&Row>> = BTreeMap::new();
    for row in rows {
        squares.entry((square(north(row.lat), wide), square(row.lon, wide))).or_default().push(row);
    }
    let mut places: Vec<Cluster> = squares.into_values().filter_map(|rows| cluster(&rows)).collect();
    places.sort_by(|a, b| {
        b.count
            .cmp(&a.count)
            .then_with(|| a.place.lat.total_cmp(&b.place.lat))
            .then_with(|| a.place.lon.total_cmp(&b.place.lon))
    });
    places
}

/// How far north on the screen, in degrees of longitude: the map is Mercator's.
fn north(lat: f64) -> f64 {
    let lat = lat.clamp(-85.0, 85.0).to_radians();
    (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln().to_degrees()
}

fn square(degrees: f64, size: f64) -> i64 {
    (degrees / size).floor() as i64
}

fn cluster(rows: &[&Row]) -> Option<Cluster> {
    let count = rows.len() as f64;
    let edges = edges(rows.iter().copied())?;
    let mut names: BTreeMap<&str, usize> = BTreeMap::new();
    for row in rows {
        *names.entry(&row.settlement).or_default() += 1;
    }
    let settlement = names.into_iter().max_by_key(|(_, many)| *many).map(|(name, _)| name.to_owned());
    Some(Cluster {
        place: Place {
            lat: rows.iter().map(|row| row.lat).sum::<f64>() / count,
            lon: rows.iter().map(|row| row.lon).sum::<f64>() / count,
        },
        count: i64::try_from(rows.len()).unwrap_or(i64::MAX),
        noticed: i64::try_from(rows.iter().filter(|row| row.noticed > 0).count()).unwrap_or(i64::MAX),
        settlement: settlement.unwrap_or_default(),
        edges,
    })
}

fn edges<'a>(rows: impl Iterator<Item = &'a Row>) -> Option<[f64; 4]> {
    rows.fold(None, |edges: Option<[f64; 4]>, row| {
        let [west, south, east, north] = edges.unwrap_or([row.lon, row.lat, row.lon, row.lat]);
        Some([west.min(row.lon), south.min(row.lat), east.max(row.lon), north.max(row.lat)])
    })
}

/// The names of the families beside what is few enough to be read.
async fn named(tx: &mut Tx, rows: &[Row]) -> Result<Vec<Point>, StoreError> {
    let families: std::collections::BTreeSet<(FamilyId,)> = rows.iter().map(|row| (row.family,)).collect();
    let families: Vec<_> = families.into_iter().collect();
    let sql = "select h.family, coalesce(h.surname, h.given_name) from person h
        where h.relation = 'head' and h.family in (";
    let names: BTreeMap<FamilyId, String> =
        among!(tx, (FamilyId, String), sql, families, ") order by h.id desc").await?.into_iter().collect();
    Ok(rows
        .iter()
        .map(|row| Point {
            place: Place { lat: row.lat, lon: row.lon },
            record: row.record,
            family: row.family,
            family_name: names.get(&row.family).cloned(),
            settlement: row.settlement.clone(),
            kind: row.kind.clone(),
            service: row.service,
            done_on: row.done_on,
            accuracy_m: row.accuracy_m,
            noticed: match row.noticed {
                2 => Some(Severity::Over),
                1 => Some(Severity::Soon),
                _ => None,
            },
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(lat: f64, lon: f64, noticed: i64) -> Row {
        Row {
            lat,
            lon,
            accuracy_m: None,
            record: None,
            family: FamilyId(uuid::Uuid::nil()),
            settlement: if lat > 52.0 { "Үлгі" } else { "Мысал" }.into(),
            kind: None,
            service: None,
            done_on: None,
            noticed,
            position: 0,
        }
    }

    #[test]
    fn what_lies_under_a_finger_is_one_place_until_one_comes_nearer() {
        let rows = [row(52.10, 77.20, 0), row(52.11, 77.21, 2), row(52.12, 77.20, 0), row(43.2, 76.9, 1)];
        let far = gathered(&rows, 4.0);
        assert_eq!(
            far.iter().map(|place| (place.count, place.noticed)).collect::<Vec<_>>(),
            [(3, 1), (1, 1)]
        );
        assert_eq!(far[0].settlement, "Үлгі");
        assert_eq!(far[0].edges, [77.20, 52.10, 77.21, 52.12]);
        let near = gathered(&rows, 16.0);
        assert_eq!(near.len(), 4);
        assert!(gathered(&rows, f64::NAN).len() <= 2 && gathered(&[], 3.0).is_empty());
    }
}
