//! The map: where records were made, where families live, gathered into places as large as a finger at the zoom asked for.
//!
//! Nothing is gathered in the browser: of a million points it gets some hundred places. Nothing is looked for in the database
//! either but the names of a few: where everything lies is in memory ([`points`]), and a question walks over its units' families.

pub mod points;

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use kandas_shared::{
    finding::Severity,
    ids::{FamilyId, OrgUnitId, RecordId},
    plan_state::CheckKind,
    pulled::{OrgKind, User},
    service::ServiceCode,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use self::points::{Lived, Points, Spot};
use super::{family::Place, policy};
use crate::{
    among, calendar,
    check::policy::Territory,
    journal::JournalError,
    store::{StoreError, Tx},
};

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
    /// Of a record that is held or not, and what was said of it.
    fn of(is_held: bool, check: CheckKind) -> Self {
        match check {
            _ if is_held => Self::Held,
            CheckKind::Unchecked => Self::Unchecked,
            CheckKind::Accepted => Self::Accepted,
            CheckKind::Remarked => Self::Remarked,
            CheckKind::Returned => Self::Returned,
            CheckKind::Answered => Self::Answered,
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
    /// How many there are.
    pub total: i64,
    /// Edges of all that was found: west, south, east, north; absent where nothing was.
    pub edges: Option<[f64; 4]>,
    /// Centres of the user's units; empty unless asked for.
    pub centres: Vec<Centre>,
}

/// What lies in a piece of the map.
///
/// # Errors
/// When the database does not answer.
pub async fn of(
    points: &Points,
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    wanted: &Wanted,
    today: NaiveDate,
) -> Result<View, JournalError> {
    let units = match wanted.unit {
        // The handler has asked whether he may.
        Some(unit) => vec![unit],
        None => policy::reach(user, territory).unwrap_or_else(|| territory.all()),
    };
    let late = calendar::read(tx).await?.late_before(today);
    let lives = points.of(tx, &units).await?;
    let mut gathered = Gathered::at(wanted.zoom);
    let families = lives.iter().flat_map(|lives| lives.iter());
    match wanted.layer {
        Layer::Records => families.for_each(|(_, lived)| gathered.records(lived, wanted)),
        Layer::Families => families.for_each(|(family, lived)| gathered.family(*family, lived, wanted, late)),
    }
    let (named, total, edges) = (gathered.few(), gathered.total, gathered.edges);
    let places = gathered.places();
    let points = match wanted.layer {
        Layer::Records => records(tx, named.iter().filter_map(|found| found.record()).collect()).await?,
        Layer::Families => houses(tx, named).await?,
    };
    let centres = if wanted.centres { centres(user, territory) } else { Vec::new() };
    Ok(View { places, points, total, edges, centres })
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

impl Wanted {
    /// Whether a point lies in the piece that is asked for; the whole earth where nothing is said.
    fn holds(&self, lat: f64, lon: f64) -> bool {
        let or = |edge: Option<f64>, other: f64| edge.filter(|edge| edge.is_finite()).unwrap_or(other);
        (or(self.south, -90.0)..=or(self.north, 90.0)).contains(&lat)
            && (or(self.west, -180.0)..=or(self.east, 180.0)).contains(&lon)
    }

    fn is_noticed(&self, noticed: bool) -> bool {
        self.noticed.is_none_or(|wanted| (wanted == Noticed::Some) == noticed)
    }

    fn fits(&self, spot: &Spot) -> bool {
        self.state.is_none_or(|state| state == spot.state)
            && self.service.is_none_or(|service| spot.service == Some(service))
            && self.from.is_none_or(|from| spot.done_on >= from)
            && self.to.is_none_or(|to| spot.done_on <= to)
            && self.is_noticed(spot.noticed)
            && self.holds(spot.lat, spot.lon)
    }
}

/// Something that was found and may be named.
#[derive(Clone, Copy, Debug)]
enum Found {
    /// A record, by the position of its fact.
    Record(i64),
    /// A family, and whether something of it is overdue.
    Family(FamilyId, bool),
}

impl Found {
    fn record(self) -> Option<(i64,)> {
        match self {
            Self::Record(position) => Some((position,)),
            Self::Family(..) => None,
        }
    }
}

/// Points in the same square of a finger's size become one place.
struct Gathered<'a> {
    wide: f64,
    squares: HashMap<(i64, i64), Square<'a>>,
    total: i64,
    edges: Option<[f64; 4]>,
    /// The first of them, until there are too many to be named.
    found: Vec<Found>,
}

/// What lies in a square, and how many points of it in each settlement.
type Square<'a> = (Heap, BTreeMap<&'a str, i64>);

/// Points of a square.
#[derive(Clone, Copy, Debug)]
struct Heap {
    count: i64,
    noticed: i64,
    lat: f64,
    lon: f64,
    edges: [f64; 4],
}

impl Heap {
    const NONE: Self = Self {
        count: 0,
        noticed: 0,
        lat: 0.0,
        lon: 0.0,
        edges: [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY],
    };

    fn of(lat: f64, lon: f64, noticed: bool) -> Self {
        Self { count: 1, noticed: i64::from(noticed), lat, lon, edges: [lon, lat, lon, lat] }
    }

    fn take(&mut self, more: Self) {
        self.count += more.count;
        self.noticed += more.noticed;
        self.lat += more.lat;
        self.lon += more.lon;
        self.edges = around(self.edges, more.edges);
    }
}

fn around([west, south, east, north]: [f64; 4], more: [f64; 4]) -> [f64; 4] {
    [west.min(more[0]), south.min(more[1]), east.max(more[2]), north.max(more[3])]
}

impl<'a> Gathered<'a> {
    fn at(zoom: f64) -> Self {
        let zoom = if zoom.is_finite() { zoom.clamp(0.0, 22.0) } else { 0.0 };
        let wide = 360.0 / (WORLD * zoom.exp2()) * FINGER;
        Self { wide, squares: HashMap::new(), total: 0, edges: None, found: Vec::new() }
    }

    /// The records of a family that are asked for. Most of them lie in one square, which is looked up once then.
    fn records(&mut self, lived: &'a Lived, wanted: &Wanted) {
        let mut run: Option<((i64, i64), Heap)> = None;
        for spot in lived.spots.iter().filter(|spot| wanted.fits(spot)) {
            self.note(Found::Record(spot.position));
            let square = (square(spot.north, self.wide), square(spot.lon, self.wide));
            let one = Heap::of(spot.lat, spot.lon, spot.noticed);
            match &mut run {
                Some((of, heap)) if *of == square => heap.take(one),
                _ => {
                    if let Some((square, heap)) = run.replace((square, one)) {
                        self.put(square, heap, &lived.settlement);
                    }
                }
            }
        }
        if let Some((square, heap)) = run {
            self.put(square, heap, &lived.settlement);
        }
    }

    /// A family, if it is asked for.
    fn family(&mut self, family: FamilyId, lived: &'a Lived, wanted: &Wanted, late: NaiveDate) {
        let Some((lat, lon)) = lived.house else { return };
        let is_overdue = lived.is_overdue(late, wanted.service);
        if wanted.is_noticed(is_overdue) && wanted.holds(lat, lon) {
            self.note(Found::Family(family, is_overdue));
            let square = (square(north(lat), self.wide), square(lon, self.wide));
            self.put(square, Heap::of(lat, lon, is_overdue), &lived.settlement);
        }
    }

    fn note(&mut self, found: Found) {
        if self.found.len() <= NAMED {
            self.found.push(found);
        }
    }

    fn put(&mut self, square: (i64, i64), heap: Heap, settlement: &'a str) {
        self.total += heap.count;
        self.edges = Some(self.edges.map_or(heap.edges, |edges| around(edges, heap.edges)));
        let (held, names) = self.squares.entry(square).or_insert((Heap::NONE, BTreeMap::new()));
        held.take(heap);
        *names.entry(settlement).or_default() += heap.count;
    }

    /// What was found, if it is few enough to be named one by one.
    fn few(&mut self) -> Vec<Found> {
        if self.found.len() > NAMED { Vec::new() } else { std::mem::take(&mut self.found) }
    }

    /// The places, the fullest first.
    fn places(self) -> Vec<Cluster> {
        let cluster = |(heap, names): Square<'_>| {
            let settlement = names.into_iter().max_by_key(|(_, many)| *many).map(|(name, _)| name.to_owned());
            let count = heap.count as f64;
            Cluster {
                place: Place { lat: heap.lat / count, lon: heap.lon / count },
                count: heap.count,
                noticed: heap.noticed,
                settlement: settlement.unwrap_or_default(),
                edges: heap.edges,
            }
        };
        let mut places: Vec<Cluster> = self.squares.into_values().map(cluster).collect();
        places.sort_by(|a, b| {
            b.count
                .cmp(&a.count)
                .then_with(|| a.place.lat.total_cmp(&b.place.lat))
                .then_with(|| a.place.lon.total_cmp(&b.place.lon))
        });
        places
    }
}

/// How far north on the screen, in degrees of longitude: the map is Mercator's.
fn north(lat: f64) -> f64 {
    let lat = lat.clamp(-85.0, 85.0).to_radians();
    (std::f64::consts::FRAC_PI_4 + lat / 2.0).tan().ln().to_degrees()
}

fn square(degrees: f64, size: f64) -> i64 {
    (degrees / size).floor() as i64
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    lat: f64,
    lon: f64,
    accuracy_m: f64,
    record: RecordId,
    family: FamilyId,
    settlement: String,
    kind: Option<String>,
    service: Option<ServiceCode>,
    done_on: Option<NaiveDate>,
    gravest: i64,
    position: i64,
}

/// Records that are few enough to be named, the newest first.
async fn records(tx: &mut Tx, positions: Vec<(i64,)>) -> Result<Vec<Point>, StoreError> {
    let sql = "select p.lat, p.lon, p.accuracy_m, r.record, r.family, f.settlement_name as settlement, r.kind, r.service,
        r.done_on, r.position,
        (select cast(coalesce(max(case n.severity when 'over' then 2 when 'soon' then 1 else 0 end), 0) as bigint)
         from finding n where n.hash = r.hash) as gravest
        from record r join record_spot p on p.hash = r.hash join family f on f.id = r.family
        where r.record is not null and r.position in (";
    let mut rows = among!(tx, RecordRow, sql, positions, ")").await?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.position));
    rows.dedup_by_key(|row| row.position);
    let names = names(tx, rows.iter().map(|row| row.family)).await?;
    let point = |row: RecordRow| Point {
        place: Place { lat: row.lat, lon: row.lon },
        record: Some(row.record),
        family: row.family,
        family_name: names.get(&row.family).cloned(),
        settlement: row.settlement,
        kind: row.kind,
        service: row.service,
        done_on: row.done_on,
        accuracy_m: Some(row.accuracy_m),
        noticed: match row.gravest {
            2 => Some(Severity::Over),
            1 => Some(Severity::Soon),
            _ => None,
        },
    };
    Ok(rows.into_iter().map(point).collect())
}

/// Families that are few enough to be named.
async fn houses(tx: &mut Tx, found: Vec<Found>) -> Result<Vec<Point>, StoreError> {
    let overdue: BTreeMap<FamilyId, bool> = found
        .into_iter()
        .filter_map(|found| match found {
            Found::Family(family, is_overdue) => Some((family, is_overdue)),
            Found::Record(_) => None,
        })
        .collect();
    let ids: Vec<(FamilyId,)> = overdue.keys().map(|family| (*family,)).collect();
    let sql = "select id, settlement_name, latitude, longitude from family
        where latitude is not null and longitude is not null and id in (";
    let mut rows = among!(tx, (FamilyId, String, f64, f64), sql, ids, ")").await?;
    rows.sort_unstable_by_key(|row| std::cmp::Reverse(row.0));
    rows.dedup_by_key(|row| row.0);
    let names = names(tx, rows.iter().map(|row| row.0)).await?;
    let point = |(family, settlement, lat, lon): (FamilyId, String, f64, f64)| Point {
        place: Place { lat, lon },
        record: None,
        family,
        family_name: names.get(&family).cloned(),
        settlement,
        kind: None,
        service: None,
        done_on: None,
        accuracy_m: None,
        noticed: overdue.get(&family).copied().unwrap_or(false).then_some(Severity::Over),
    };
    Ok(rows.into_iter().map(point).collect())
}

/// The names of families: the surname of the head, or the given name of one who has none.
async fn names(
    tx: &mut Tx,
    families: impl Iterator<Item = FamilyId>,
) -> Result<BTreeMap<FamilyId, String>, StoreError> {
    let families: std::collections::BTreeSet<(FamilyId,)> = families.map(|family| (family,)).collect();
    let families: Vec<_> = families.into_iter().collect();
    let sql = "select h.family, coalesce(h.surname, h.given_name) from person h
        where h.relation = 'head' and h.family in (";
    Ok(among!(tx, (FamilyId, String), sql, families, ") order by h.id desc").await?.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lived(settlement: &str, spots: &[(f64, f64, bool)]) -> Lived {
        let spot = |(nr, (lat, lon, noticed)): (i64, &(f64, f64, bool))| Spot {
            position: nr,
            lat: *lat,
            lon: *lon,
            north: north(*lat),
            done_on: "2026-11-23".parse().unwrap(),
            service: Some(ServiceCode::S07),
            state: State::Unchecked,
            noticed: *noticed,
        };
        let house = spots.first().map(|(lat, lon, _)| (*lat, *lon));
        let dues = vec![(ServiceCode::S07, "2026-11-23".parse().unwrap())];
        Lived { settlement: settlement.into(), house, dues, spots: (0..).zip(spots).map(spot).collect() }
    }

    fn places(families: &[Lived], wanted: &Wanted) -> (i64, Vec<Cluster>) {
        let mut gathered = Gathered::at(wanted.zoom);
        families.iter().for_each(|lived| gathered.records(lived, wanted));
        (gathered.total, gathered.places())
    }

    fn at(zoom: f64) -> Wanted {
        Wanted { zoom, ..Wanted::default() }
    }

    #[test]
    fn what_lies_under_a_finger_is_one_place_until_one_comes_nearer() {
        let families = [
            lived("Үлгі", &[(52.10, 77.20, false), (43.2, 76.9, true), (52.11, 77.21, true)]),
            lived("Мысал", &[(52.12, 77.20, false)]),
        ];
        let (total, far) = places(&families, &at(4.0));
        assert_eq!(total, 4);
        assert_eq!(
            far.iter().map(|place| (place.count, place.noticed)).collect::<Vec<_>>(),
            [(3, 1), (1, 1)]
        );
        assert_eq!((far[0].settlement.as_str(), far[0].edges), ("Үлгі", [77.20, 52.10, 77.21, 52.12]));
        assert!((far[0].place.lat - 52.11).abs() < 1e-9);
        assert_eq!(places(&families, &at(16.0)).1.len(), 4);
        assert!(places(&families, &at(f64::NAN)).1.len() <= 2 && places(&[], &at(3.0)).1.is_empty());
    }

    #[test]
    fn every_filter_lets_through_what_it_names_and_nothing_else() {
        let families = [lived("Үлгі", &[(52.10, 77.20, false), (52.11, 77.21, true)])];
        let day = |text: &str| Some(text.parse().unwrap());
        for (wanted, total) in [
            (Wanted::default(), 2),
            (Wanted { state: Some(State::Unchecked), ..Wanted::default() }, 2),
            (Wanted { state: Some(State::Held), ..Wanted::default() }, 0),
            (Wanted { service: Some(ServiceCode::S07), ..Wanted::default() }, 2),
            (Wanted { service: Some(ServiceCode::S08), ..Wanted::default() }, 0),
            (Wanted { from: day("2026-11-23"), to: day("2026-11-23"), ..Wanted::default() }, 2),
            (Wanted { from: day("2026-11-24"), ..Wanted::default() }, 0),
            (Wanted { to: day("2026-11-22"), ..Wanted::default() }, 0),
            (Wanted { noticed: Some(Noticed::Some), ..Wanted::default() }, 1),
            (Wanted { noticed: Some(Noticed::None), ..Wanted::default() }, 1),
            (Wanted { south: Some(52.105), ..Wanted::default() }, 1),
            (Wanted { north: Some(52.105), ..Wanted::default() }, 1),
            (Wanted { west: Some(77.205), ..Wanted::default() }, 1),
            (Wanted { east: Some(77.205), ..Wanted::default() }, 1),
            (Wanted { east: Some(f64::NAN), ..Wanted::default() }, 2),
        ] {
            assert_eq!(places(&families, &wanted).0, total, "{wanted:?}");
        }
    }

    #[test]
    fn a_family_is_overdue_by_its_open_work_and_of_the_service_that_is_asked_for() {
        let family = lived("Үлгі", &[(52.10, 77.20, false)]);
        let late = |text: &str, service| family.is_overdue(text.parse().unwrap(), service);
        assert!(!late("2026-11-23", None) && late("2026-11-24", None));
        assert!(late("2026-11-24", Some(ServiceCode::S07)) && !late("2026-11-24", Some(ServiceCode::S08)));
        let shown = |noticed| {
            let mut gathered = Gathered::at(4.0);
            let wanted = Wanted { noticed, ..Wanted::default() };
            gathered.family(FamilyId(uuid::Uuid::nil()), &family, &wanted, "2026-11-24".parse().unwrap());
            (gathered.total, gathered.few().len())
        };
        assert_eq!([None, Some(Noticed::Some), Some(Noticed::None)].map(shown), [(1, 1), (1, 1), (0, 0)]);
    }

    #[test]
    fn few_are_named_and_many_are_not() {
        let spots: Vec<(f64, f64, bool)> = (0..=NAMED).map(|_| (52.1, 77.2, false)).collect();
        let (few, many) = (lived("Үлгі", &spots[1..]), lived("Үлгі", &spots));
        let named = |family: &Lived| {
            let mut gathered = Gathered::at(4.0);
            gathered.records(family, &Wanted::default());
            gathered.few().len()
        };
        assert_eq!((named(&few), named(&many)), (NAMED, 0));
    }
}
