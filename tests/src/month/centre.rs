//! The centre of the month: the real server's parts, with the month's clock, spoken to in process; and what its people do.

use std::{path::Path, sync::Arc};

use anyhow::{Context as _, Result};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use kandas_fixtures::district::District;
use kandas_server::{
    access::{self, Action, Reading},
    all,
    chance::{Chance, SeededChance, SystemChance, bytes},
    check::{self, Checking, Due, Return},
    config::Config,
    devices, exec,
    facts::Event,
    findings::work::Work,
    import::import,
    init::init,
    jobs,
    journal::{self, Fact},
    keys::Keys,
    limits::Limits,
    one,
    router::router,
    state::AppState,
    store::Store,
};
use kandas_shared::{
    check::ReturnReason,
    enrol::Invitation,
    hash::Digest,
    ids::{ActivityId, AssignmentId, EvidenceId, FamilyId, OrgUnitId, PersonId, RecordId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Assignment, Plan},
    time::Clock,
};
use rand::{RngExt as _, rngs::StdRng};

use super::{
    time::{CentreClock, Time},
    way::Way,
};

/// Most records that a director looks at in an evening.
const EVENING: usize = 22;
/// So long a record lies before somebody comes to it, in hours.
const LIES: i64 = 52;

/// The centre.
pub struct Centre {
    pub state: AppState,
    pub way: Way,
    keys: Arc<Keys>,
    config: Config,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) chance: Arc<dyn Chance>,
    work: Work,
    /// What went back and was not answered yet.
    pub returned: Vec<Returned>,
}

/// A record that went back to its worker.
#[derive(Clone, Copy, Debug)]
pub struct Returned {
    pub record: RecordId,
    /// The piece, unless it was all of it.
    pub evidence: Option<EvidenceId>,
    pub worker: UserId,
    pub at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct Waiting {
    record: RecordId,
    hash: Digest,
    worker: UserId,
    family: FamilyId,
    person: Option<PersonId>,
    risk: i64,
}

impl Centre {
    /// Makes a store that begins now, with the district in it.
    pub async fn open(config: Config, district: &District, time: &Arc<Time>, seed: u64) -> Result<Self> {
        let clock: Arc<dyn Clock> = Arc::new(CentreClock(Arc::clone(time)));
        let chance: Arc<dyn Chance> = Arc::new(SeededChance::new(seed));
        let recovery = config.data.join("TAKE-OFFLINE-recovery-key.txt");
        // Keys are nobody's to guess, not even in a demonstration.
        init(&config, &[], &recovery, clock.wall(), &SystemChance).await?;
        let keys = Arc::new(Keys::open(&config.keys_dir())?);
        let store = Store::open(&config.database).await?;
        let text = district.to_json();
        import(&store, &text, clock.wall(), &*chance, false, &mut |_, _| {}).await?;
        let limits = Limits { disk_reserve: 0, ..Limits::default() };
        let state = AppState::new(
            store,
            Arc::clone(&keys),
            Arc::clone(&clock),
            Arc::clone(&chance),
            limits,
            &config.media_dir(),
            &config.staging_dir(),
        )?;
        let work =
            Work::new(state.store.clone(), Arc::clone(&chance), Arc::clone(&clock), state.objects.clone());
        let way = Way(router(state.clone()));
        Ok(Self { state, way, keys, config, clock, chance, work, returned: Vec::new() })
    }

    /// Stops in order.
    pub async fn close(self) {
        drop(self.way);
        self.state.media.stop().await;
        self.state.store.close().await;
    }

    /// What a QR says to a phone of `login`.
    pub async fn invite(&self, login: &str) -> Result<Invitation> {
        let mut tx = self.state.store.write().await?;
        let (now, valid) = (self.clock.wall(), TimeDelta::days(3));
        let code = devices::make_code(&mut tx, now, &*self.chance, login, valid, None).await?;
        tx.commit().await?;
        Ok(devices::invitation(&self.config, &self.keys, code, now))
    }

    /// What the server does by itself: what is to be noticed is noticed, and once in a while the head is signed.
    pub async fn round(&mut self, hourly: bool) -> Result<()> {
        self.work.all().await?;
        jobs::round(&self.state).await;
        if hourly {
            jobs::hour(&self.state).await;
        }
        Ok(())
    }

    /// The work on findings is free for whoever serves the store next.
    pub async fn let_go(&self) -> Result<()> {
        let mut tx = self.state.store.write().await?;
        exec!(&mut tx, "update finding_work set holder = null, held_until = null").await?;
        tx.commit().await?;
        Ok(())
    }

    /// A director's evening: he goes through what has lain for two days.
    pub async fn evening(&mut self, unit: OrgUnitId, director: UserId, rng: &mut StdRng) -> Result<()> {
        let now = self.clock.wall();
        let before = now - TimeDelta::hours(LIES);
        let mut tx = self.state.store.read().await?;
        let sql = "select r.record, r.hash, r.worker, r.family, r.person,
            (select count(*) from finding n where n.hash = r.hash and n.severity <> 'good') as risk
            from record r join family f on f.id = r.family
            where r.check_state = 'unchecked' and r.verdict = 'accepted' and not r.superseded
            and r.kind in ('completion', 'not_applicable', 'refused', 'consent', 'act')
            and f.org_unit = $1 and r.worker <> $2 and r.received_at < $3 order by r.position";
        let waiting = all!(&mut tx, Waiting, sql, unit, director, before).await?;
        drop(tx);
        for row in waiting.into_iter().take(EVENING) {
            self.check(&row, director, rng).await?;
        }
        Ok(())
    }

    async fn check(&mut self, row: &Waiting, by: UserId, rng: &mut StdRng) -> Result<()> {
        let now = self.clock.wall();
        let of = Checking { now, by, record: row.record };
        // Whoever checks has looked.
        let (family, person) = (Some(row.family), row.person);
        let reading = Reading { by: Some(by), family, person, ..Reading::default() };
        access::note(&self.state.store, now, Action::Record(row.record), reading).await?;
        let mut tx = self.state.store.write().await?;
        let sql =
            "select e.evidence from evidence e where e.hash = $1 and e.kind = 'photo' order by e.evidence";
        let photos = all!(&mut tx, (EvidenceId,), sql, row.hash).await?;
        let (returns, remarks) = if row.risk > 0 { (35, 60) } else { (5, 12) };
        match rng.random_range(0..100) {
            drawn if drawn < returns => {
                let due = now.date_naive() + Days::new(rng.random_range(3..8));
                let reasons = [ReturnReason::Blurred, ReturnReason::TooDark, ReturnReason::FaceNotVisible];
                let evidence = photos.first().map(|(evidence,)| *evidence);
                let evidence = evidence.filter(|_| rng.random_range(0..4) > 0);
                let (reason, text) = match evidence {
                    Some(_) => (reasons[rng.random_range(0..reasons.len())], None),
                    None => (ReturnReason::WrongPlaceOrDay, Some("Күні мен орнын нақтылаңыз".to_owned())),
                };
                let why = Return { reason: reason.into(), text, due: Due::On(due) };
                match evidence {
                    Some(piece) => check::return_evidence(&mut tx, &*self.chance, of, piece, &why).await?,
                    None => check::return_record(&mut tx, &*self.chance, of, &why).await?,
                };
                let (record, worker) = (row.record, row.worker);
                self.returned.push(Returned { record, evidence, worker, at: now });
            }
            drawn if drawn < remarks => {
                let words = [
                    "Келесі жолы құжаттың нөмірі көрінсін",
                    "В следующий раз снимите при дневном свете",
                    "Ескертпеде кім болғанын жазыңыз",
                ];
                let text = words[rng.random_range(0..words.len())];
                check::remark(&mut tx, &*self.chance, of, text).await?;
            }
            _ => {
                check::accept(&mut tx, &*self.chance, of).await?;
            }
        }
        tx.commit().await?;
        Ok(())
    }

    /// A new version of the plan has this activity no more.
    pub async fn cancel(&self, activity: ActivityId) -> Result<()> {
        let mut tx = self.state.store.read().await?;
        let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on
            from activity where id = $1";
        let planned = one!(&mut tx, Activity, sql, activity).await?;
        let sql = "select id, family, version, state, published_on from plan where id = $1";
        let plan = one!(&mut tx, Plan, sql, planned.plan).await?;
        drop(tx);
        let family = planned.family;
        let version = plan.version + 1;
        let plan = Event::PlanSet(Plan { version, ..plan });
        let gone = Event::ActivitySet(Activity { state: ActivityState::Cancelled, ..planned });
        self.append(family, vec![plan, gone]).await
    }

    /// A family goes to a colleague from today on.
    pub async fn hand_over(&self, family: FamilyId, to: UserId, today: NaiveDate) -> Result<()> {
        let mut tx = self.state.store.read().await?;
        let sql = "select id, family, worker, from_day as \"from\", to_day as \"to\" from assignment
            where family = $1 and is_open order by id";
        let open = all!(&mut tx, Assignment, sql, family).await?;
        drop(tx);
        let yesterday = today - Days::new(1);
        let mut events: Vec<Event> = open
            .into_iter()
            .map(|had| {
                let from = had.from.min(yesterday);
                Event::AssignmentSet(Assignment { from, to: Some(yesterday), ..had })
            })
            .collect();
        let id = AssignmentId::draw(self.clock.wall(), bytes(&*self.chance));
        events.push(Event::AssignmentSet(Assignment { id, family, worker: to, from: today, to: None }));
        self.append(family, events).await
    }

    async fn append(&self, family: FamilyId, events: Vec<Event>) -> Result<()> {
        let mut tx = self.state.store.write().await?;
        let facts =
            events.into_iter().map(|event| Fact { family: Some(family), ..Fact::by_system(event) }).collect();
        journal::append(&mut tx, &*self.chance, self.clock.wall(), facts).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Numbers of rows by a word.
    pub async fn by_word(&self, sql: &'static str) -> Result<Vec<(String, i64)>> {
        let mut tx = self.state.store.read().await?;
        Ok(all!(&mut tx, (String, i64), sql).await?)
    }

    /// Activities whose day has passed.
    pub async fn overdue(&self, today: NaiveDate) -> Result<i64> {
        let mut tx = self.state.store.read().await?;
        let sql = "select count(*) from activity where state = 'planned' and due_on < $1";
        Ok(one!(&mut tx, (i64,), sql, today).await?.0)
    }

    /// A number of rows.
    pub async fn count(&self, sql: &'static str) -> Result<i64> {
        let mut tx = self.state.store.read().await?;
        Ok(one!(&mut tx, (i64,), sql).await?.0)
    }
}

/// The configuration of a store in this folder, as the program `kandas-server` would have it.
///
/// # Errors
/// When the folder remembers something unreadable.
pub fn config(data: &Path, database: Option<String>, public_url: Option<String>) -> Result<Config> {
    let mut config = Config::for_data(data.to_owned(), database, public_url).context("configuration")?;
    config.disk_reserve = 0;
    Ok(config)
}
