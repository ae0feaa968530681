//! The first pull of a phone that looks after a thousand families with sixty activities each, what writing the same rows
//! into the same tables costs, and how fast the list of families opens from the store that came of it.

use std::{
    collections::{HashMap, HashSet, VecDeque},
    time::Duration,
};

use anyhow::{Context, Result, ensure};
use kandas_fixtures::{
    district::{Activity, District},
    proxy::Proxy,
};
use kandas_shared::service::{Unit, services};
use uuid::Uuid;

use super::{
    Bench,
    figures::{Figures, median},
    instant,
    site::{Engine, Ground, outline},
    tables::{Rows, Tables},
    timed,
};
use crate::demo::phone::Phone;

/// Activities of a family, on average.
const ACTIVITIES: usize = 60;
/// How often the list is opened.
const LOOKS: usize = 7;

/// Tables of the phone that a pull fills.
const PULLED: [&str; 11] = [
    "org_unit",
    "app_user",
    "family",
    "person",
    "consent",
    "assignment",
    "plan",
    "activity",
    "record_state",
    "evidence_call",
    "record_check",
];

impl Bench {
    /// A phone's first pull, its floor, and the list.
    pub(crate) fn pull(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        // Two career centres, one worker each: half of the families are on one phone.
        let ground = Ground { families: self.scale.families * 2, workers: 1, ..Ground::default() };
        let mut district = outline(&ground).district();
        let families = fill_plans(&mut district, ACTIVITIES)?;
        let site = self.site_of(engine, &ground, district)?;
        let serving = site.centre.serve()?;
        let proxy = self.runtime.block_on(Proxy::start(site.centre.address))?;
        let phone = self.phone(&site, "Phone", proxy.address())?;
        let twin = self.phone(&site, "Empty phone", proxy.address())?;
        let idle = opened(&twin)?;
        let (up, down) = (proxy.traffic().up, proxy.traffic().down);
        let took = timed(|| {
            ensure!(phone.sync()?, "the first pull did not succeed");
            Ok(())
        })?;
        let traffic = proxy.traffic();
        let has = phone.families()?;
        ensure!(has == families, "{has} of {families} families arrived");
        let again = timed(|| phone.sync().map(drop))?;
        serving.stop()?;

        let (floor, rows) = self.runtime.block_on(bare(&phone))?;
        let name = |figure: &str| engine.figure(figure);
        figures.add(&name("first_pull_s"), took.as_secs_f64());
        figures.add(&name("first_pull_mb"), (traffic.down - down + traffic.up - up) as f64 / 1e6);
        figures.add(&name("pull_rows"), rows as f64);
        figures.add(&name("pull_floor_s"), floor.as_secs_f64());
        // Starting the program and unlocking its store is no part of the pull.
        figures.add(&name("pull_ratio"), took.saturating_sub(idle).as_secs_f64() / floor.as_secs_f64());
        figures.add(&name("pull_of_nothing_new_s"), again.as_secs_f64());
        if engine == Engine::Sqlite {
            let list = opened(&phone)?.saturating_sub(idle);
            figures.add("open_list_ms", list.as_secs_f64() * 1e3);
            figures.add("phone_start_ms", idle.as_secs_f64() * 1e3);
        }
        Ok(())
    }
}

/// How long the program takes to show its list: the median of several times.
fn opened(phone: &Phone) -> Result<Duration> {
    let mut looks = Vec::new();
    for _ in 0..LOOKS {
        looks.push(timed(|| phone.families().map(drop))?.as_secs_f64());
    }
    looks.sort_by(f64::total_cmp);
    Ok(Duration::from_secs_f64(median(&looks)))
}

/// Writes the rows of a phone's pulled tables into an empty store of the same shape, in one transaction.
async fn bare(phone: &Phone) -> Result<(Duration, usize)> {
    let path = phone.store();
    let mut full = Tables::of_phone(&path).await?;
    let mut shape = Vec::new();
    let mut all: Vec<(&str, Rows)> = Vec::new();
    for table in PULLED {
        let sql = format!(
            "select sql from sqlite_schema where tbl_name = '{table}' and type in ('table', 'index') and sql is not null"
        );
        for row in full.rows(&sql).await?.rows {
            let super::tables::Cell::Text(Some(text)) = &row[0] else { continue };
            shape.push(text.clone());
        }
        all.push((table, full.rows(&format!("select * from {table}")).await?));
    }
    let mut empty = Tables::of_phone(&path.with_file_name("floor.db")).await?;
    empty.run(&shape.join(";\n")).await?;
    let start = instant();
    empty.run("begin immediate").await?;
    for (table, rows) in &all {
        if !rows.rows.is_empty() {
            empty.insert(table, &rows.columns, &rows.rows, "").await?;
        }
    }
    empty.run("commit").await?;
    let took = instant().duration_since(start);
    Ok((took, all.iter().map(|(_, rows)| rows.rows.len()).sum()))
}

/// Fills the plans of the first worker's families, one service more for each family in turn, until there are `each`
/// activities a family; says how many families these are. No service is planned twice for a person.
fn fill_plans(district: &mut District, each: usize) -> Result<usize> {
    let worker = district.workers().next().context("no worker")?.id;
    let families: HashSet<Uuid> = district.families_of(worker).map(|family| family.id).collect();
    let mut persons: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
    for person in &district.persons {
        persons.entry(person.family).or_default().push(person.id);
    }
    let mut number = 0;
    let mut waiting: Vec<(usize, VecDeque<Activity>)> = Vec::new();
    let mut missing = families.len() * each;
    for (place, plan) in district.plans.iter().enumerate().filter(|(_, plan)| families.contains(&plan.family))
    {
        missing = missing.saturating_sub(plan.activities.len());
        let planned: HashSet<_> =
            plan.activities.iter().map(|one| (one.person, one.service.clone())).collect();
        let pattern = plan.activities.first().context("a plan without activities")?;
        let of_persons = services().iter().filter(|service| service.unit == Unit::Person);
        let more = of_persons.flat_map(|service| {
            let name = service.code.to_string();
            persons[&plan.family].iter().map(move |person| (*person, name.clone()))
        });
        let more = more.filter(|pair| !planned.contains(pair)).map(|(person, service)| {
            number += 1;
            let id = Uuid::from_u128(0xbe7c_0000_0000_4000_8000_0000_0000_0000 | number);
            Activity { id, person, service, ..pattern.clone() }
        });
        waiting.push((place, more.collect()));
    }
    while missing > 0 {
        let before = missing;
        for (place, more) in &mut waiting {
            if missing > 0
                && let Some(activity) = more.pop_front()
            {
                district.plans[*place].activities.push(activity);
                missing -= 1;
            }
        }
        ensure!(missing < before, "the families have too few members for {each} activities each");
    }
    Ok(families.len())
}

#[cfg(test)]
mod tests {
    use kandas_fixtures::district::Outline;

    use super::*;

    #[test]
    fn plans_are_filled_and_no_id_stands_twice() {
        let mut district = Outline { families: 20, workers: 1, ..Outline::default() }.district();
        assert_eq!(fill_plans(&mut district, 60).unwrap(), 10);
        let worker = district.workers().next().unwrap().id;
        let of = |family: Uuid| district.activities_of(family).count();
        assert_eq!(district.families_of(worker).map(|family| of(family.id)).sum::<usize>(), 600);
        let all = || district.plans.iter().flat_map(|plan| &plan.activities).map(|activity| activity.id);
        assert_eq!(all().collect::<HashSet<_>>().len(), all().count());
        let pairs =
            || district.plans.iter().flat_map(|plan| &plan.activities).map(|one| (one.person, &one.service));
        assert_eq!(pairs().collect::<HashSet<_>>().len(), pairs().count());
    }
}
