//! The office with a country in its store: lists, overviews and the queue for whoever sees one centre, one region or
//! everything, and a large list as a workbook. The country comes as it would in life, only faster: its plans by import, its
//! completions sealed and pushed by a phone for each worker, each with its receipt.

mod lists;

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, Result, bail, ensure};
use chrono::{Datelike as _, Days, NaiveDate};
use kandas_fixtures::district::{Country, District, Outline};
use reqwest::{
    Client, Method, Url,
    header::{CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use super::{
    Bench,
    figures::{Figures, median, percentile},
    instant,
    load::{self, BATCH},
    processes::memory,
    site::{Engine, Ground, Site, today},
};

/// Career centres of a region, and workers of each.
const CENTRES: u32 = 20;
const WORKERS: u32 = 5;
/// Over so many days the completions were made: whatever the day of the run, a month that is over has some of them.
const DAYS: i64 = 40;
/// Completions of a region whose reports are to be drafted in two seconds.
const OF_A_REGION: f64 = 20_000.0;
/// Rows of the month of a country.
const OF_A_COUNTRY: f64 = 20_000.0;
/// Rows that fit on the paper of a centre.
const ON_PAPER: f64 = 500.0;
/// Users who look at the same time.
const AT_ONCE: usize = 8;
/// Requests of each figure.
const REQUESTS: usize = 200;
/// Looks at the country's assessment, one after the other.
const LOOKS: usize = 5;
/// Batches that are sealed before they are pushed.
const ROUND: usize = 4;
/// How long findings and exports may take.
const PATIENCE: Duration = Duration::from_secs(60 * 60);
const HEAD: &str = "select size from journal_head where id = 1";
const SEEN: &str = "select position from finding_work where id = 1";

/// How large a country is.
#[derive(Clone, Copy)]
pub(super) struct Land {
    pub(super) regions: u32,
    /// Families of each region.
    pub(super) families: u32,
    pub(super) completions: usize,
}

impl Land {
    /// Its regions.
    fn districts(self) -> Vec<District> {
        let region = Outline {
            families: self.families,
            workers: WORKERS,
            today: today(),
            arrived: (1, 60),
            centres: CENTRES,
            all_services: true,
            ..Outline::default()
        };
        Country { regions: self.regions, region }.districts().collect()
    }
}

/// Somebody of the office who is signed in.
#[derive(Clone)]
struct Desk {
    http: Client,
    base: String,
    cookie: String,
    csrf: String,
}

/// The director of a centre.
#[derive(Clone)]
struct Director {
    desk: Desk,
    unit: Value,
    password: String,
}

/// Months in which completions were made, this one the last.
fn months() -> Vec<String> {
    let first = today() - Days::new(DAYS.unsigned_abs());
    let mut months: Vec<String> = first
        .iter_days()
        .take_while(|day| *day <= today())
        .map(|day| day.format("%Y-%m").to_string())
        .collect();
    months.dedup();
    months
}

/// The month before this one, whose reports are sent.
fn sent() -> Result<String> {
    match months().as_slice() {
        [.., month, _] => Ok(month.clone()),
        _ => bail!("no month is over"),
    }
}

impl Bench {
    /// All of it; the smaller country first, for what a page costs there.
    pub(crate) fn office(&self, figures: &mut Figures, engine: Engine) -> Result<()> {
        let small = Land { regions: 1, ..self.scale.land };
        let small =
            Land { completions: self.scale.land.completions / 100, families: small.families / 10, ..small };
        let pages_before = {
            let site = self.land(engine, small, None)?;
            let serving = site.centre.serve()?;
            let pages = self.pages(&site)?;
            serving.stop()?;
            pages
        };

        let site = self.country(figures, engine)?;
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        for (what, table) in [("persons", "person"), ("activities", "activity"), ("records", "record")] {
            let sql = format!("select count(*) from {table}");
            let number = self.runtime.block_on(async { site.tables().await?.number(&sql).await })?;
            figures.add(&name(what), number as f64);
        }
        let serving = site.centre.serve()?;
        self.cold(figures, engine, &site)?;
        let pages = self.pages(&site)?;
        figures.add(&name("page_growth"), pages / pages_before);
        self.looks(figures, engine, &site)?;
        self.workbook(figures, engine, &site, serving.pid()?)?;
        self.reports(figures, engine, &site)?;
        let [.., (_, desk)] = self.desks(&site)?;
        let (what, paths) = self.runtime.block_on(desk.report_rows(&sent()?))?;
        ensure!(!paths.is_empty(), "there is no report to look at");
        let times = self.runtime.block_on(desk.ask(Method::GET, &paths, AT_ONCE))?;
        figures.add(&name(&format!("{what}_country_p95_ms")), percentile(&times, 95.0));
        self.assessment(figures, engine, &site)?;
        figures.add(&name("rss_mb"), memory(serving.pid()?)?.now);
        let status = serving.stop()?;
        ensure!(status.success(), "the central store ended with {status}");
        let said = site.centre.verify(false)?;
        ensure!(said["sound"] == true, "the store is not sound: {said}");
        site.centre.rebuild()
    }

    /// The large country: a copy of the one that was kept, or made and, if asked for, kept.
    fn country(&self, figures: &mut Figures, engine: Engine) -> Result<Site> {
        let land = self.scale.land;
        let Some(kept) = &self.kept else { return self.land(engine, land, Some(figures)) };
        let kept = kept.join(format!("{}-{}", engine.name(), land.completions));
        if Site::is_kept(&kept) {
            println!("   the country in {} is taken …", kept.display());
            return self.kept_site(engine, &kept, land.districts().swap_remove(0));
        }
        let site = self.land(engine, land, Some(figures))?;
        println!("   the country is kept in {} …", kept.display());
        self.keep_site(&site, &kept)?;
        Ok(site)
    }

    /// A store with a country in it, everything looked at by the rules.
    fn land(&self, engine: Engine, land: Land, figures: Option<&mut Figures>) -> Result<Site> {
        let begun = instant();
        let districts = land.districts();
        let first = districts[0].clone();
        let ground = Ground { families: 0, workers: 0, plain: true, s3: None };
        let site = self.empty_site(engine, &ground, first)?;
        for (number, district) in districts.iter().enumerate() {
            println!("   region {} of {} is imported …", number + 1, districts.len());
            let document = site.folder.path().join(format!("region-{number}.json"));
            std::fs::write(&document, district.to_json())?;
            site.centre.import(&document)?;
            std::fs::remove_file(&document)?;
        }
        let serving = site.centre.serve()?;
        let workers = districts.iter().map(|district| district.workers().count()).sum::<usize>();
        let batches = land.completions.div_ceil(workers * BATCH);
        for (number, district) in districts.iter().enumerate() {
            println!("   region {} of {} records …", number + 1, districts.len());
            let invitations: Vec<_> =
                district.workers().map(|worker| site.centre.invite(&worker.login)).collect::<Result<_>>()?;
            // Each phone its own key and records, in whichever region.
            let enrolled = (number * invitations.len()) as u64;
            let mut sealers = self.runtime.block_on(load::enrol(district, &invitations, 1 + enrolled))?;
            for sealer in &mut sealers {
                sealer.over_days(district, DAYS, batches * BATCH);
            }
            let mut left = batches;
            while left > 0 {
                let some = left.min(ROUND);
                left -= some;
                let bodies = sealers
                    .iter_mut()
                    .map(|sealer| sealer.bodies(some, BATCH))
                    .collect::<Result<Vec<_>>>()?;
                let answered = self.runtime.block_on(load::push(&sealers, bodies))?;
                load::check(&sealers, &answered, sealers.len() * some * BATCH)?;
            }
        }
        println!("   the rules look at it …");
        let looking = instant();
        loop {
            let (size, seen) = self.runtime.block_on(async {
                let mut tables = site.tables().await?;
                anyhow::Ok((tables.number(HEAD).await?, tables.number(SEEN).await?))
            })?;
            if seen >= size {
                break;
            }
            ensure!(instant().duration_since(looking) < PATIENCE, "the rules are at {seen} of {size}");
            thread::sleep(Duration::from_secs(1));
        }
        if let Some(figures) = figures {
            let took = |since| instant().duration_since(since).as_secs_f64();
            let name = |figure: &str| format!("office_{figure}_{}", engine.name());
            figures.add(&name("made_s"), took(begun));
            figures.add(&name("rules_s"), took(looking));
        }
        serving.stop()?;
        Ok(site)
    }

    /// Who looks: the director of a centre, the head of a region's mobility centre, the authorised body.
    fn desks(&self, site: &Site) -> Result<[(&'static str, Desk); 3]> {
        let desk = |login: &str| {
            let password = site.centre.password(login)?;
            self.runtime.block_on(Desk::sign_in(&site.centre.url(), login, &password))
        };
        Ok([
            ("centre", desk("test.1.dir.1")?),
            ("region", desk("test.1.ctm.head")?),
            ("country", desk("test.auth")?),
        ])
    }

    /// The first look at the overview of a country after a start, when nothing of it is known yet, and the one after it.
    fn cold(&self, figures: &mut Figures, engine: Engine, site: &Site) -> Result<()> {
        let [.., (_, desk)] = self.desks(site)?;
        for figure in ["overview_cold_ms", "overview_warm_ms"] {
            let begun = instant();
            self.runtime.block_on(desk.get("/api/overview"))?;
            let took = instant().duration_since(begun).as_secs_f64() * 1e3;
            figures.add(&format!("office_{figure}_{}", engine.name()), took);
        }
        Ok(())
    }

    /// Milliseconds of a director's pages together, each the median of many.
    fn pages(&self, site: &Site) -> Result<f64> {
        let [(_, desk), ..] = self.desks(site)?;
        let mut sum = 0.0;
        for path in ["/api/queue", "/api/families", "/api/records", "/api/audit", "/api/held"] {
            sum += median(&self.runtime.block_on(desk.ask(Method::GET, &[path.to_owned()], 1))?);
        }
        Ok(sum)
    }

    fn looks(&self, figures: &mut Figures, engine: Engine, site: &Site) -> Result<()> {
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        let mut worst: f64 = 0.0;
        let [(_, director), ..] = self.desks(site)?;
        self.runtime.block_on(director.checks())?;
        for (who, desk) in self.desks(site)? {
            let p95 = |method: Method, paths: &[String]| -> Result<f64> {
                let times = self.runtime.block_on(desk.ask(method, paths, AT_ONCE))?;
                Ok(percentile(&times, 95.0))
            };
            if who == "centre" {
                figures.add(&name("floor_p95_ms"), p95(Method::GET, &["/api/session".into()])?);
            }
            for (what, paths) in self.runtime.block_on(desk.lists())? {
                let took = p95(Method::GET, &paths)?;
                figures.add(&name(&format!("{what}_{who}_p95_ms")), took);
                worst = worst.max(took);
            }
            if who == "centre" {
                let queue = self.runtime.block_on(desk.get("/api/queue"))?;
                let entries = queue["entries"].as_array().context("no queue")?;
                let next = entries.iter().filter_map(|entry| entry["record"].as_str());
                let next: Vec<_> = next.map(|record| format!("/api/review/{record}")).collect();
                figures.add(&name("next_p95_ms"), p95(Method::POST, &next)?);
            }
        }
        figures.add(&name("lists_p95_ms"), worst);
        Ok(())
    }

    /// The records of a region as a workbook.
    fn workbook(&self, figures: &mut Figures, engine: Engine, site: &Site, pid: u32) -> Result<()> {
        let [_, (_, desk), _] = self.desks(site)?;
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        let wanted = json!({"what": "records", "format": "xlsx", "lang": "kk"});
        let (rows, took) = self.exported(&desk, wanted)?;
        figures.add(&name("xlsx_rows"), rows);
        figures.add(&name("xlsx_rows_per_s"), rows / took);
        figures.add(&name("rss_peak_mb"), memory(pid)?.peak);
        Ok(())
    }

    /// Rows of a file that is asked for, and seconds until it is there.
    fn exported(&self, desk: &Desk, wanted: Value) -> Result<(f64, f64)> {
        let begun = instant();
        let asked = self.runtime.block_on(desk.send(Method::POST, "/api/exports", Some(wanted)))?;
        let id = asked["id"].as_str().context("an export without an id")?.to_owned();
        let rows = loop {
            let list = self.runtime.block_on(desk.get("/api/exports"))?;
            let exports = list["exports"].as_array().context("no exports")?;
            let own =
                exports.iter().find(|export| export["id"] == id.as_str()).context("the export is gone")?;
            match own["state"].as_str() {
                Some("done") => break own["entries"].as_f64().unwrap_or(f64::NAN),
                Some("failed" | "cancelled") => bail!("the export ended: {own}"),
                _ => {}
            }
            ensure!(instant().duration_since(begun) < PATIENCE, "the export does not end: {own}");
            thread::sleep(Duration::from_millis(50));
        };
        Ok((rows, instant().duration_since(begun).as_secs_f64()))
    }

    /// The monthly reports of a region, centre by centre, each drafted by its director: months with completions.
    fn reports(&self, figures: &mut Figures, engine: Engine, site: &Site) -> Result<()> {
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        let months = months();
        let (mut took, mut rows) = (0.0, 0.0);
        // The largest of them: so many rows, of whom, which.
        let mut largest = (0.0, None);
        for number in 1..=CENTRES {
            let director = self.director(site, 1, number)?;
            for month in &months {
                let begun = instant();
                let id = self.drafted(&director, month)?;
                took += instant().duration_since(begun).as_secs_f64();
                let of = self.entries(&director, &id)?;
                rows += of;
                if of > largest.0 {
                    largest = (of, Some((director.clone(), id)));
                }
            }
        }
        let sql = "select count(*) from activity a join org_unit u on u.id = a.org_unit
            join app_user d on d.org_unit = u.id and d.login like 'test.1.dir.%' where a.done_on is not null";
        let done = self.runtime.block_on(async { site.tables().await?.number(sql).await })?;
        figures.add(&name("report_rows"), rows);
        figures.add(&name("report_completions_per_s"), done as f64 / took);
        figures.add(&name("report_region_s"), took * OF_A_REGION / done as f64);
        if let (rows, Some((director, id))) = largest {
            let wanted = json!({"what": "report", "format": "pdf", "lang": "kk", "report": id});
            let (_, took) = self.exported(&director.desk, wanted)?;
            figures.add(&name("report_pdf_rows"), rows);
            figures.add(&name("report_pdf_s"), took * (ON_PAPER / rows).min(1.0));
        }
        self.month_of_the_country(figures, engine, site)
    }

    /// The month before this one as the authorised body takes it: centres sign and send until there are rows enough.
    fn month_of_the_country(&self, figures: &mut Figures, engine: Engine, site: &Site) -> Result<()> {
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        let month = sent()?;
        let mut rows = 0.0;
        let centres =
            (1..=self.scale.land.regions).flat_map(|region| (1..=CENTRES).map(move |of| (region, of)));
        for (region, number) in centres {
            if rows >= OF_A_COUNTRY {
                break;
            }
            let director = self.director(site, region, number)?;
            let id = self.drafted(&director, &month)?;
            rows += self.entries(&director, &id)?;
            let report = format!("/api/reports/{id}");
            let password = json!({"password": director.password});
            let desk = &director.desk;
            self.runtime.block_on(async {
                desk.send(Method::POST, &format!("{report}/signature"), Some(password)).await?;
                desk.send(Method::POST, &format!("{report}/sending"), None).await
            })?;
        }
        let [.., (_, desk)] = self.desks(site)?;
        for format in ["xlsx", "csv"] {
            let wanted = json!({"what": "report", "format": format, "lang": "kk", "month": month});
            let (written, took) = self.exported(&desk, wanted)?;
            ensure!((written - rows).abs() < 0.5, "{written} rows of {rows} are in the file");
            figures.add(&name(&format!("report_month_{format}_s")), took);
        }
        figures.add(&name("report_month_rows"), rows);
        Ok(())
    }

    /// The director of a centre of a region, signed in.
    fn director(&self, site: &Site, region: u32, number: u32) -> Result<Director> {
        let login = format!("test.{region}.dir.{number}");
        let password = site.centre.password(&login)?;
        self.runtime.block_on(async {
            let desk = Desk::sign_in(&site.centre.url(), &login, &password).await?;
            let me = desk.get("/api/session").await?;
            Ok(Director { desk, unit: me["unit"]["id"].clone(), password })
        })
    }

    /// The id of a report that is drafted.
    fn drafted(&self, director: &Director, month: &str) -> Result<String> {
        let wanted = json!({"unit": director.unit, "month": month});
        let drafted =
            self.runtime.block_on(director.desk.send(Method::POST, "/api/reports", Some(wanted)))?;
        Ok(drafted["id"].as_str().context("a report without an id")?.to_owned())
    }

    /// Rows of a report.
    fn entries(&self, director: &Director, report: &str) -> Result<f64> {
        let report = self.runtime.block_on(director.desk.get(&format!("/api/reports/{report}")))?;
        report["entries"].as_f64().context("a report without rows")
    }

    /// The indicators of every centre of the country, by the authorised body: of the quarters in which the completions were
    /// made, the slowest of a few looks. What they count is held against the tables.
    fn assessment(&self, figures: &mut Figures, engine: Engine, site: &Site) -> Result<()> {
        let name = |figure: &str| format!("office_{figure}_{}", engine.name());
        let [.., (_, desk)] = self.desks(site)?;
        let quarter = |day: NaiveDate| format!("{:04}-Q{}", day.year(), day.month0() / 3 + 1);
        let mut quarters = vec![quarter(today() - Days::new(DAYS.unsigned_abs())), quarter(today())];
        quarters.dedup();
        let (mut slowest, mut centres) = (0.0_f64, 0);
        for quarter in &quarters {
            let path = format!("/api/assessments?quarter={quarter}");
            let times = self.runtime.block_on(desk.ask_times(&path, LOOKS))?;
            let list = self.runtime.block_on(desk.get(&path))?;
            if !list["frozen_at"].is_null() {
                // The server froze it when it started, and reads what it kept.
                continue;
            }
            slowest = slowest.max(percentile(&times, 100.0));
            let listed = list["centres"].as_array().context("no centres")?;
            centres = listed.len();
            let of_centres = listed.iter().filter(|centre| centre["kind"] == "cc");
            let counted: i64 =
                of_centres.filter_map(|centre| centre["indicators"]["effectiveness"]["done"].as_i64()).sum();
            let days = [&list["from"], &list["to"]].map(|day| day.as_str().unwrap_or_default());
            let sql = format!(
                "select count(*) from activity where record is not null and done_on >= '{}' and done_on <= '{}'",
                days[0], days[1]
            );
            let done = self.runtime.block_on(async { site.tables().await?.number(&sql).await })?;
            ensure!(counted == done, "{quarter}: {counted} of {done} completions are counted");
        }
        figures.add(&name("assessment_centres"), centres as f64);
        figures.add(&name("assessment_s"), slowest / 1e3);
        Ok(())
    }
}

impl Desk {
    async fn sign_in(base: &str, login: &str, password: &str) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().no_proxy().timeout(Duration::from_secs(120)).build()?;
        let body = json!({"login": login, "password": password}).to_string();
        let request =
            http.post(format!("{base}/api/session")).header(CONTENT_TYPE, "application/json").body(body);
        let answer = request.send().await?.error_for_status()?;
        let cookie = answer.headers().get(SET_COOKIE).context("no cookie")?.to_str()?;
        let cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        let me: Value = serde_json::from_slice(&answer.bytes().await?)?;
        let csrf = me["csrf"].as_str().context("no csrf")?.to_owned();
        Ok(Self { http, base: base.to_owned(), cookie, csrf })
    }

    /// The address of a search, in a list or behind the one box.
    fn found(&self, list: &str, asked: &str) -> String {
        let url = Url::parse_with_params(&format!("{}/api/{list}", self.base), [("q", asked)]);
        let url = url.expect("the address that was signed in at");
        format!("{}?{}", url.path(), url.query().unwrap_or_default())
    }

    async fn get(&self, path: &str) -> Result<Value> {
        self.send(Method::GET, path, None).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value> {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let mut request = request.header(COOKIE, &self.cookie).header("kandas-csrf", &self.csrf);
        if let Some(body) = body {
            request = request.header(CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let answer = request.send().await?;
        let status = answer.status();
        let bytes = answer.bytes().await?;
        ensure!(status.is_success(), "{path}: {status} {}", String::from_utf8_lossy(&bytes));
        Ok(serde_json::from_slice(&bytes).unwrap_or(Value::Null))
    }

    /// Milliseconds of requests for one page, one after the other, sorted.
    async fn ask_times(&self, path: &str, looks: usize) -> Result<Vec<f64>> {
        let mut times = Vec::with_capacity(looks);
        for _ in 0..looks {
            let begun = instant();
            self.get(path).await?;
            times.push(instant().duration_since(begun).as_secs_f64() * 1e3);
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }

    /// Milliseconds of many requests, sorted; so many are under way at a time, the paths take turns.
    async fn ask(&self, method: Method, paths: &[String], at_once: usize) -> Result<Vec<f64>> {
        let (next, paths) = (Arc::new(AtomicUsize::new(0)), Arc::new(paths.to_vec()));
        let mut asking = JoinSet::new();
        for _ in 0..at_once {
            let (desk, next, paths, method) =
                (self.clone(), Arc::clone(&next), Arc::clone(&paths), method.clone());
            asking.spawn(async move {
                let mut times = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= REQUESTS {
                        return anyhow::Ok(times);
                    }
                    let begun = instant();
                    desk.send(method.clone(), &paths[number % paths.len()], None).await?;
                    times.push(instant().duration_since(begun).as_secs_f64() * 1e3);
                }
            });
        }
        let mut times = Vec::with_capacity(REQUESTS);
        while let Some(asked) = asking.join_next().await {
            times.extend(asked??);
        }
        times.sort_by(f64::total_cmp);
        Ok(times)
    }
}
