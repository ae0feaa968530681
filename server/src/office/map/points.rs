//! Where records were made and where families live, kept in memory family by family: so many places are asked for with so
//! many conditions that no index of the database serves them all, and forty bytes a record hold a country.
//!
//! A unit is read when it is first looked at. From then on the journal says which families have something new, and these
//! alone are read again; the places of records follow the work on findings, which reads them out of the payloads
//! ([`crate::findings::work`]). What is remembered here is gone with the process.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use chrono::NaiveDate;
use kandas_shared::{
    ids::{FamilyId, OrgUnitId},
    service::ServiceCode,
};
use tokio::sync::Mutex;

use super::{State, north};
use crate::{
    all, among,
    findings::work,
    journal::{self, JournalError},
    one,
    store::{StoreError, Tx},
};

/// Whoever is so many facts behind reads everything anew.
const MOST: i64 = 200_000;

/// Where a record was made, and what it is looked for by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spot {
    /// Of its fact; no other record has it.
    pub position: i64,
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// How far north on the screen (`north`).
    pub north: f64,
    /// The day it was done, as stated.
    pub done_on: NaiveDate,
    /// Which service.
    pub service: Option<ServiceCode>,
    /// Where it stands.
    pub state: State,
    /// Whether something was noticed about it.
    pub noticed: bool,
}

/// A family with its records.
#[derive(Clone, Debug, PartialEq)]
pub struct Lived {
    /// Where it lives, by name.
    pub settlement: Arc<str>,
    /// Where its house is, degrees, if somebody has measured it.
    pub house: Option<(f64, f64)>,
    /// By service the earliest due date of what nobody has done.
    pub dues: Vec<(ServiceCode, NaiveDate)>,
    /// Its records that say where they were made.
    pub spots: Vec<Spot>,
}

impl Lived {
    /// Whether something was due before a day; with a service, something of it.
    #[must_use]
    pub fn is_overdue(&self, late: NaiveDate, service: Option<ServiceCode>) -> bool {
        self.dues.iter().any(|(of, due)| *due < late && service.is_none_or(|service| service == *of))
    }
}

/// The families of a unit.
pub type Lives = HashMap<FamilyId, Arc<Lived>>;

/// What this process knows.
#[derive(Debug, Default)]
pub struct Points(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    horizon: Horizon,
    units: HashMap<OrgUnitId, Arc<Lives>>,
}

/// How far a snapshot reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Horizon {
    /// Facts.
    facts: i64,
    /// Facts whose records' places were read.
    places: i64,
}

impl Horizon {
    async fn of(tx: &mut Tx) -> Result<Self, JournalError> {
        let facts = i64::try_from(journal::size(tx).await?).unwrap_or(i64::MAX);
        Ok(Self { facts, places: work::seen(tx).await? })
    }
}

impl Points {
    /// The families of these units, as of the snapshot of `tx` or later.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(&self, tx: &mut Tx, units: &[OrgUnitId]) -> Result<Vec<Arc<Lives>>, JournalError> {
        let mut known = self.0.lock().await;
        let is_newest = known.follow(tx).await?;
        let missing: Vec<(OrgUnitId,)> =
            units.iter().filter(|unit| !known.units.contains_key(unit)).map(|unit| (*unit,)).collect();
        let read = of_units(tx, &missing).await?;
        let of = |unit: &OrgUnitId| known.units.get(unit).or_else(|| read.get(unit)).cloned();
        let found = units.iter().filter_map(of).collect();
        // What an older snapshot says is not kept beside what is newer: nobody would look at it again.
        if is_newest {
            known.units.extend(read);
        }
        Ok(found)
    }
}

impl Known {
    /// Reads the families again of which there is something new; says whether nobody has seen more than this snapshot.
    async fn follow(&mut self, tx: &mut Tx) -> Result<bool, JournalError> {
        let now = Horizon::of(tx).await?;
        if now.facts < self.horizon.facts {
            return Ok(false);
        }
        if now == self.horizon {
            return Ok(true);
        }
        let was = std::mem::replace(&mut self.horizon, now);
        if self.units.is_empty() {
            return Ok(true);
        }
        // Places that are read from the beginning again, terms and days that move due dates, records of others that an
        // erased one had corrected: what they change, no header says.
        let sql = "select (select count(*) from journal where position > $1 and position <= $2 and kind = 'subject.erased')
            + (select count(*) from setting_change where position > $1 and position <= $2
               and (name like 'term.%' or name like 'calendar.%'))";
        let (wide,) = one!(tx, (i64,), sql, was.facts, now.facts).await?;
        if wide > 0 || now.places < was.places || now.facts - was.facts > MOST {
            self.units.clear();
            return Ok(true);
        }
        let sql = "select distinct family from journal where position > $1 and position <= $2 and family is not null";
        let facts = all!(tx, (FamilyId,), sql, was.facts, now.facts).await?;
        let sql = "select distinct r.family from record_spot p join record r on r.hash = p.hash
            where p.position > $1 and p.position <= $2 and r.family is not null";
        let places = all!(tx, (FamilyId,), sql, was.places, now.places).await?;
        let changed: BTreeSet<(FamilyId,)> = facts.into_iter().chain(places).collect();
        let changed: Vec<(FamilyId,)> = changed.into_iter().collect();
        for lives in self.units.values_mut() {
            let gone: Vec<&FamilyId> =
                changed.iter().map(|(family,)| family).filter(|family| lives.contains_key(family)).collect();
            if !gone.is_empty() {
                let lives = Arc::make_mut(lives);
                gone.into_iter().for_each(|family| drop(lives.remove(family)));
            }
        }
        for (unit, family, lived) in of_families(tx, &changed).await? {
            if let Some(lives) = self.units.get_mut(&unit) {
                Arc::make_mut(lives).insert(family, Arc::new(lived));
            }
        }
        Ok(true)
    }
}

async fn of_units(tx: &mut Tx, units: &[(OrgUnitId,)]) -> Result<HashMap<OrgUnitId, Arc<Lives>>, StoreError> {
    let mut read: HashMap<OrgUnitId, Lives> = units.iter().map(|(unit,)| (*unit, Lives::new())).collect();
    let sql = "select id from family where org_unit in (";
    let mut families = among!(tx, (FamilyId,), sql, units, ")").await?;
    families.sort_unstable();
    families.dedup();
    for (unit, family, lived) in of_families(tx, &families).await? {
        read.entry(unit).or_default().insert(family, Arc::new(lived));
    }
    Ok(read.into_iter().map(|(unit, lives)| (unit, Arc::new(lives))).collect())
}

#[derive(sqlx::FromRow)]
struct FamilyRow {
    id: FamilyId,
    org_unit: OrgUnitId,
    settlement_name: String,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

#[derive(sqlx::FromRow)]
struct SpotRow {
    family: FamilyId,
    position: i64,
    lat: f64,
    lon: f64,
    done_on: NaiveDate,
    service: Option<ServiceCode>,
    is_held: bool,
    check_state: kandas_shared::plan_state::CheckKind,
    noticed: bool,
}

/// Families with what is to be known of them; those that are not there any more are not among them.
async fn of_families(
    tx: &mut Tx,
    families: &[(FamilyId,)],
) -> Result<Vec<(OrgUnitId, FamilyId, Lived)>, StoreError> {
    let sql = "select id, org_unit, settlement_name, latitude, longitude from family where id in (";
    let rows = among!(tx, FamilyRow, sql, families, ")").await?;
    let sql = "select family, service, min(due_on) from activity
        where state = 'planned' and due_on is not null
        and not exists (select 1 from plan q where q.family = activity.family and q.state = 'departed') and family in (";
    let tail = ") group by family, service";
    let mut dues: HashMap<FamilyId, Vec<(ServiceCode, NaiveDate)>> = HashMap::new();
    for (family, service, due) in among!(tx, (FamilyId, ServiceCode, NaiveDate), sql, families, tail).await? {
        dues.entry(family).or_default().push((service, due));
    }
    // One whose risk is weighed has something that was noticed (docs/findings.md).
    let sql =
        "select r.family, r.position, p.lat, p.lon, r.done_on, r.service, r.verdict = 'held' as is_held,
        r.check_state, r.risk > 0 as noticed from record r join record_spot p on p.hash = r.hash
        where r.record is not null and not r.superseded and r.done_on is not null and r.family in (";
    let mut spots: HashMap<FamilyId, Vec<Spot>> = HashMap::new();
    let mut found = among!(tx, SpotRow, sql, families, ")").await?;
    // In one order however they were asked for: sums of the same places are then the same to the last bit.
    found.sort_unstable_by_key(|row| row.position);
    for row in found {
        spots.entry(row.family).or_default().push(Spot {
            position: row.position,
            lat: row.lat,
            lon: row.lon,
            north: north(row.lat),
            done_on: row.done_on,
            service: row.service,
            state: State::of(row.is_held, row.check_state),
            noticed: row.noticed,
        });
    }
    // Names of settlements are few.
    let mut names: HashMap<String, Arc<str>> = HashMap::new();
    let mut read = HashMap::with_capacity(rows.len());
    for row in rows {
        let name = names.entry(row.settlement_name).or_insert_with_key(|name| Arc::from(name.as_str()));
        let lived = Lived {
            settlement: Arc::clone(name),
            house: row.latitude.zip(row.longitude),
            dues: dues.remove(&row.id).unwrap_or_default(),
            spots: spots.remove(&row.id).unwrap_or_default(),
        };
        // A row may come more than once; the first has all there is.
        read.entry(row.id).or_insert((row.org_unit, row.id, lived));
    }
    Ok(read.into_values().collect())
}
