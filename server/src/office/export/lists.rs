//! What stands in the lists: read from one snapshot unit by unit and page by page, in words of the asker's language.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fs::File,
};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    ids::{DeviceId, FamilyId, OrgUnitId, PersonId, RecordId},
    iin::Iin,
    locale::{FluentValue, Lang, Messages, message_id},
    plan_state::CheckKind,
    pulled::User,
    receipt::Verdict,
    service::ServiceCode,
};
use tokio::sync::mpsc::{Sender, channel};

use super::{
    Export, Format, What,
    sheet::{self, Cell, Front, sheet},
    work::{Broken, Hold},
};
use crate::{
    all, among, calendar,
    check::policy::Territory,
    office::{family, people, policy, records, search},
    one,
    state::AppState,
    store::{StoreError, Tx},
};

/// Families of one page.
const PAGE: i64 = 500;
/// Records of one page.
const RECORDS_PAGE: usize = 2_000;

/// Who asked for what, and who works on it.
pub(super) struct Asked<'a> {
    pub(super) state: &'a AppState,
    pub(super) hold: &'a Hold,
    pub(super) export: &'a Export,
    pub(super) user: &'a User,
    pub(super) territory: &'a Territory,
}

impl Asked<'_> {
    pub(super) fn messages(&self) -> &'static Messages {
        Messages::of(self.export.wanted.lang)
    }

    pub(super) fn say(&self, id: &str) -> String {
        self.messages().text(id, &[])
    }

    /// A word of the domain, or as it is where there is no message.
    pub(super) fn word(&self, family: &str, word: impl std::fmt::Display) -> String {
        let id = message_id(family, &word);
        if self.messages().has(&id) { self.say(&id) } else { word.to_string() }
    }

    /// `СЫНАҚОВА А. · 23.11.2026 17:00 · <id>`.
    pub(super) fn mark(&self) -> String {
        let at = self.export.made_at.naive_utc() + chrono::TimeDelta::hours(5);
        format!(
            "{} ({}) · {} · {}",
            self.user.name,
            self.user.login,
            at.format("%d.%m.%Y %H:%M"),
            self.export.id
        )
    }

    pub(super) fn unit_name(&self, unit: OrgUnitId) -> String {
        let Some(unit) = self.territory.unit(unit) else { return unit.to_string() };
        if self.export.wanted.lang == Lang::Kk { unit.name_kk.clone() } else { unit.name_ru.clone() }
    }

    fn units(&self) -> Vec<OrgUnitId> {
        // Whether he may has been asked of it ([`super::Wanted::allow`]).
        if let (What::Records | What::Families, Some(unit)) =
            (self.export.wanted.what, self.export.wanted.unit)
        {
            return vec![unit];
        }
        policy::reach(self.user, self.territory).unwrap_or_else(|| self.territory.all())
    }

    /// What the list of families was asked for when this was.
    fn families(&self) -> family::Wanted {
        let wanted = &self.export.wanted;
        family::Wanted {
            only: wanted.only,
            service: wanted.service,
            worker: wanted.worker,
            phone: wanted.phone,
            unit: wanted.unit,
            from: wanted.from,
            to: wanted.to,
            ..family::Wanted::default()
        }
    }

    /// What the list of records was asked for; those that wait to be checked or for a decision are lists of their own.
    fn records(&self) -> records::Wanted {
        let wanted = &self.export.wanted;
        let state = match wanted.what {
            What::Queue => Some(records::State::Unchecked),
            What::Held => Some(records::State::Held),
            _ => wanted.state,
        };
        let unit = wanted.unit.filter(|_| wanted.what == What::Records);
        records::Wanted {
            state,
            worker: wanted.worker,
            phone: wanted.phone,
            chain: wanted.chain,
            service: wanted.service,
            unit,
            from: wanted.from,
            to: wanted.to,
            completions: wanted.completions,
            before: None,
        }
    }

    /// The number as it may stand there.
    pub(super) fn number(&self, iin: Option<&Iin>) -> Cell {
        match (iin, self.export.wanted.number) {
            (None, _) => Cell::Empty,
            (Some(iin), Some(_)) => iin.reveal().into(),
            (Some(iin), None) => family::masked(iin).into(),
        }
    }

    pub(super) fn front(&self, headings: &[&str], more: Vec<(String, String)>) -> Front {
        let wanted = &self.export.wanted;
        let title = self.word("export-of", wanted.what.word());
        let mut lines = vec![
            (self.say("export-by"), format!("{} ({})", self.user.name, self.user.login)),
            (self.say("desk-user-role"), self.word("role", self.user.role)),
            (self.say("desk-user-unit"), self.unit_name(self.user.org_unit)),
            (self.say("export-at"), self.mark()),
        ];
        if !wanted.q.is_empty() {
            lines.push((self.say("desk-find"), wanted.q.clone()));
        }
        if let Some(service) = wanted.service {
            lines.push((self.say("export-col-service"), self.word("service", service)));
        }
        for (id, day) in [("export-from", wanted.from), ("export-to", wanted.to)] {
            if let Some(day) = day {
                lines.push((self.say(id), kandas_shared::locale::date(day)));
            }
        }
        let why = wanted.number.map_or_else(|| self.say("export-masked"), |why| self.word("desk-iin", why));
        lines.push((self.say("export-col-iin"), why));
        lines.extend(more);
        lines.push((self.say("export-mind"), self.say("export-mind-text")));
        Front {
            title,
            mark: self.mark(),
            mark_heading: self.say("export-by"),
            cover: self.say("export-cover"),
            lines,
            headings: headings.iter().map(|name| self.say(&format!("export-col-{name}"))).collect(),
            ..Front::default()
        }
    }
}

const FAMILIES: &[&str] = &[
    "number",
    "family",
    "settlement",
    "unit",
    "worker",
    "size",
    "planned",
    "done",
    "overdue",
    "quota",
    "arrived",
    "last",
    "family-id",
];
const RECORDS: &[&str] = &[
    "number",
    "received",
    "done-on",
    "service",
    "service-name",
    "kind",
    "family",
    "settlement",
    "unit",
    "person",
    "iin",
    "worker",
    "due",
    "state",
    "check",
    "files",
    "files-here",
    "risk",
    "record-id",
];
const USERS: &[&str] =
    &["number", "name", "login", "role", "unit", "language", "active", "password", "factor"];
const PHONES: &[&str] = &[
    "number",
    "worker",
    "phone-state",
    "platform",
    "app",
    "enrolled",
    "seen",
    "records",
    "missing",
    "families",
];
const PHONE: &[&str] = &[
    "number",
    "family",
    "settlement",
    "unit",
    "address",
    "family-phone",
    "person",
    "iin",
    "birth",
    "person-phone",
    "on-phone-from",
    "on-phone-to",
    "records",
    "files",
    "first",
    "last",
    "family-id",
    "person-id",
];

/// Writes a list.
pub(super) async fn write(tx: &mut Tx, of: &Asked<'_>) -> Result<(File, i64), Broken> {
    let what = of.export.wanted.what;
    let (headings, more) = match what {
        What::Families => (FAMILIES, narrowed(tx, of).await?),
        What::Records => (RECORDS, narrowed(tx, of).await?),
        What::Queue | What::Held => (RECORDS, Vec::new()),
        What::Users => (USERS, Vec::new()),
        What::Phones => (PHONES, Vec::new()),
        What::Phone => (PHONE, phone_front(tx, of).await?),
        What::Case
        | What::Report
        | What::Conclusion
        | What::RoadMap
        | What::Plan
        | What::Rounds
        | What::Issues
        | What::Departures
        | What::Audit
        | What::Gaps
        | What::Decided
        | What::Plans
        | What::RoadMaps
        | What::Reports
        | What::Assessments
        | What::Deadlines
        | What::Messages
        | What::Due
        | What::Erasures => {
            return Err(Broken::Gone);
        }
    };
    let front = of.front(headings, more);
    let format = match of.export.wanted.format {
        Format::Csv => sheet::Format::Csv,
        Format::Xlsx | Format::Zip | Format::Pdf => sheet::Format::Xlsx,
    };
    let (send, receive) = channel(4);
    let writing = tokio::task::spawn_blocking(move || sheet(format, &front, receive));
    let mut out = Out { send, entries: 0 };
    let read = match what {
        What::Families => families(tx, of, &mut out).await,
        What::Users => users(tx, of, &mut out).await,
        What::Phones => phones(tx, of, &mut out).await,
        What::Phone => phone(tx, of, &mut out).await,
        _ => records(tx, of, &mut out).await,
    };
    drop(out);
    // What the writer says comes first: it may be why nobody listened.
    let written = writing.await.map_err(std::io::Error::other)??;
    read?;
    Ok(written)
}

/// The filters of a list of families or records, for its cover.
async fn narrowed(tx: &mut Tx, of: &Asked<'_>) -> Result<Vec<(String, String)>, StoreError> {
    let wanted = &of.export.wanted;
    let mut lines = Vec::new();
    if let Some(state) = wanted.state {
        lines.push((of.say("export-col-state"), of.word("record-state", state.word())));
    }
    if let Some(only) = wanted.only {
        lines.push((of.say("export-col-state"), of.word("desk-only", only.word())));
    }
    if let Some(worker) = wanted.worker {
        let name = records::named(tx, of.user, of.territory, worker).await?;
        lines.push((of.say("export-col-worker"), name.unwrap_or_else(|| worker.to_string())));
    }
    if let Some(phone) = wanted.phone {
        let name = records::phone_named(tx, of.user, of.territory, phone).await?;
        lines.push((of.say("export-col-platform"), name.unwrap_or_else(|| phone.to_string())));
    }
    if let Some(unit) = wanted.unit {
        lines.push((of.say("export-col-unit"), of.unit_name(unit)));
    }
    Ok(lines)
}

/// Rows on their way into the file.
pub(super) struct Out {
    pub(super) send: Sender<Vec<Vec<Cell>>>,
    pub(super) entries: i64,
}

impl Out {
    pub(super) async fn rows(&mut self, mut rows: Vec<Vec<Cell>>) -> Result<(), Broken> {
        for row in &mut rows {
            self.entries += 1;
            row.insert(0, Cell::Number(self.entries));
        }
        self.send.send(rows).await.map_err(|_| Broken::Io(std::io::Error::other("the writer has ended")))
    }
}

#[derive(sqlx::FromRow)]
struct FamilyRow {
    id: FamilyId,
    org_unit: OrgUnitId,
    settlement: String,
    address: Option<String>,
    phone: Option<String>,
    quota_date: Option<NaiveDate>,
    arrived_on: Option<NaiveDate>,
    name: Option<String>,
    worker: Option<String>,
}

const FAMILY: &str =
    "select f.id, f.org_unit, f.settlement_name as settlement, f.address, f.phone, f.quota_date,
    f.arrived_on,
    (select coalesce(h.surname, h.given_name) from person h where h.family = f.id and h.relation = 'head'
     order by h.id limit 1) as name,
    (select u.name from assignment s join app_user u on u.id = s.worker
     where s.family = f.id and s.is_open order by s.from_day desc limit 1) as worker
    from family f";

/// Pages of families of the user's units, told how far it is after each.
struct Pages {
    units: Vec<OrgUnitId>,
    at: usize,
    after: FamilyId,
    done: i64,
    total: i64,
}

impl Pages {
    async fn of(tx: &mut Tx, of: &Asked<'_>) -> Result<Self, StoreError> {
        let units = of.units();
        let keys: Vec<(OrgUnitId,)> = units.iter().map(|unit| (*unit,)).collect();
        let counts = among!(tx, (i64,), "select count(*) from family where org_unit in (", keys, ")").await?;
        let total = counts.into_iter().map(|(count,)| count).sum();
        Ok(Self { units, at: 0, after: FamilyId(uuid::Uuid::nil()), done: 0, total })
    }

    async fn next(&mut self, tx: &mut Tx) -> Result<Option<Vec<FamilyRow>>, StoreError> {
        while let Some(unit) = self.units.get(self.at) {
            let sql = format!("{FAMILY} where f.org_unit = $1 and f.id > $2 order by f.id limit $3");
            let page = all!(tx, FamilyRow, sqlx::AssertSqlSafe(sql.clone()), unit, self.after, PAGE).await?;
            if let Some(last) = page.last() {
                self.after = last.id;
                self.done += i64::try_from(page.len()).unwrap_or(i64::MAX);
                return Ok(Some(page));
            }
            self.at += 1;
            self.after = FamilyId(uuid::Uuid::nil());
        }
        Ok(None)
    }
}

async fn families(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    #[derive(Clone, Copy, Default, sqlx::FromRow)]
    struct Counts {
        planned: i64,
        done: i64,
        overdue: i64,
    }
    let readings = search::Met::all(&of.export.wanted.q);
    let found: Option<BTreeSet<FamilyId>> = if readings.is_empty() {
        None
    } else {
        let units: Vec<(OrgUnitId,)> = of.units().into_iter().map(|unit| (unit,)).collect();
        Some(search::families(tx, &units, &readings).await?)
    };
    let wanted = of.families();
    let late = calendar::read(tx).await?.late_before(civil_date(of.export.made_at));
    let mut pages = Pages::of(tx, of).await?;
    while let Some(mut page) = pages.next(tx).await? {
        let ids: Vec<(FamilyId,)> = page.iter().map(|family| (family.id,)).collect();
        let fit = family::fitting(tx, of.user, of.territory, &wanted, of.export.made_at, &ids).await?;
        page.retain(|family| {
            fit.contains(&family.id) && found.as_ref().is_none_or(|found| found.contains(&family.id))
        });
        let ids: Vec<(FamilyId,)> = page.iter().map(|family| (family.id,)).collect();
        let sizes = "select family, count(*) from person where family in (";
        let sizes: HashMap<_, _> =
            among!(tx, (FamilyId, i64), sizes, ids, ") group by family").await?.into_iter().collect();
        let plans = "select family,
            sum(case when state not in ('cancelled', 'not_applicable', 'refused') then 1 else 0 end),
            sum(case when state in ('synced', 'reported', 'sys_confirmed', 'disputed') then 1 else 0 end),
            sum(case when state = 'planned' and due_on < $1 and not exists (select 1 from plan q
             where q.family = activity.family and q.state = 'departed') then 1 else 0 end)
            from activity where family in (";
        let plans = among!(tx, (FamilyId, i64, i64, i64), plans, ids, ") group by family", late).await?;
        let plans: HashMap<_, _> = plans
            .into_iter()
            .map(|(family, planned, done, overdue)| (family, Counts { planned, done, overdue }))
            .collect();
        let last = "select family, max(received_at) from record where family in (";
        let last: HashMap<_, _> = among!(tx, (FamilyId, DateTime<Utc>), last, ids, ") group by family")
            .await?
            .into_iter()
            .collect();
        let rows = page.into_iter().map(|family| {
            let counts = plans.get(&family.id).copied().unwrap_or_default();
            vec![
                family.name.into(),
                family.settlement.into(),
                of.unit_name(family.org_unit).into(),
                family.worker.into(),
                sizes.get(&family.id).copied().unwrap_or_default().into(),
                counts.planned.into(),
                counts.done.into(),
                counts.overdue.into(),
                family.quota_date.into(),
                family.arrived_on.into(),
                last.get(&family.id).copied().into(),
                family.id.to_string().into(),
            ]
        });
        out.rows(rows.collect()).await?;
        of.hold.progress(pages.done, pages.total, out.entries).await?;
    }
    Ok(())
}

#[derive(sqlx::FromRow)]
struct RecordRow {
    position: i64,
    record: Option<RecordId>,
    family: Option<FamilyId>,
    worker: kandas_shared::ids::UserId,
    worker_name: String,
    received_at: DateTime<Utc>,
    done_on: Option<NaiveDate>,
    kind: Option<String>,
    service: Option<ServiceCode>,
    verdict: Verdict,
    reason: Option<String>,
    superseded: bool,
    check_state: CheckKind,
    surname: Option<String>,
    given_name: Option<String>,
    patronymic: Option<String>,
    iin: Option<Iin>,
    due_on: Option<NaiveDate>,
    files: i64,
    received: i64,
    risk: i64,
}

const RECORD: &str = "select r.position, r.record, r.family, r.worker, w.name as worker_name, r.received_at, r.done_on,
    r.kind, r.service, r.verdict, r.reason, r.superseded, r.check_state, p.surname, p.given_name, p.patronymic, p.iin,
    a.due_on,
    (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
     where e.hash = r.hash and x.part = 'file') as files,
    (select count(*) from evidence e join evidence_file x on x.evidence = e.evidence
     where e.hash = r.hash and x.part = 'file' and x.state = 'received') as received,
    (select cast(coalesce(sum(weight), 0) as bigint) from
     (select max(case n.severity when 'over' then 100 when 'soon' then 10 else 0 end) as weight
      from finding n where n.hash = r.hash group by n.rule) weights) as risk
    from record r join app_user w on w.id = r.worker left join person p on p.id = r.person
    left join activity a on a.id = r.activity";

impl RecordRow {
    fn cells(self, of: &Asked<'_>, family: Option<&FamilyRow>) -> Vec<Cell> {
        let person = name(self.surname, self.given_name, self.patronymic);
        let state = match (self.verdict, self.reason.as_deref()) {
            (Verdict::Held, Some(reason)) => of.word("held", reason),
            (Verdict::Held, None) => of.say("patch-held"),
            _ if self.superseded => of.say("desk-superseded"),
            _ => of.say("export-applied"),
        };
        vec![
            self.received_at.into(),
            self.done_on.into(),
            self.service.map(|service| service.to_string()).into(),
            self.service.map(|service| of.word("service", service)).into(),
            self.kind.map(|kind| of.word("export-kind", kind)).into(),
            family.and_then(|family| family.name.clone()).into(),
            family.map(|family| family.settlement.clone()).into(),
            family.map(|family| of.unit_name(family.org_unit)).into(),
            person.into(),
            of.number(self.iin.as_ref()),
            self.worker_name.into(),
            self.due_on.into(),
            state.into(),
            of.word("check", self.check_state).into(),
            self.files.into(),
            self.received.into(),
            self.risk.into(),
            self.record.map(|record| record.to_string()).into(),
        ]
    }
}

fn name(surname: Option<String>, given: Option<String>, patronymic: Option<String>) -> String {
    [surname, given, patronymic].into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// Records as their list shows them, unit by unit, the newest first.
async fn records(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let wanted = of.records();
    let everywhere = wanted.unit.is_none() && policy::is_everywhere(of.user.role);
    let units = if everywhere { vec![None] } else { of.units().into_iter().map(Some).collect() };
    let today = civil_date(of.export.made_at);
    let (mut lists, mut total) = (Vec::new(), 0);
    for unit in units {
        let wanted = records::Wanted { unit, ..wanted.clone() };
        let list = records::Whole::of(tx, of.user, of.territory, &wanted, today).await?;
        total += list.total;
        lists.push(list);
    }
    for mut list in lists {
        loop {
            let places = list.next(tx, RECORDS_PAGE).await?;
            if places.is_empty() {
                break;
            }
            let keys: Vec<(i64,)> = places.into_iter().map(|position| (position,)).collect();
            let sql = format!("{RECORD} where r.position in (");
            let mut found = among!(tx, RecordRow, &sql, keys, ")").await?;
            found.sort_unstable_by_key(|record| std::cmp::Reverse(record.position));
            found.dedup_by_key(|record| record.position);
            if of.export.wanted.what == What::Queue {
                // Nobody checks his own.
                found.retain(|record| record.worker != of.user.id);
            }
            let ids: BTreeSet<(FamilyId,)> =
                found.iter().filter_map(|record| record.family).map(|family| (family,)).collect();
            let ids: Vec<(FamilyId,)> = ids.into_iter().collect();
            let sql = format!("{FAMILY} where f.id in (");
            let families = among!(tx, FamilyRow, &sql, ids, ")").await?;
            let by: HashMap<FamilyId, &FamilyRow> =
                families.iter().map(|family| (family.id, family)).collect();
            let rows = found.into_iter().map(|record| {
                let family = record.family.and_then(|family| by.get(&family).copied());
                record.cells(of, family)
            });
            out.rows(rows.collect()).await?;
            of.hold.progress(out.entries, total, out.entries).await?;
        }
    }
    Ok(())
}

fn yes(of: &Asked<'_>, is: bool) -> Cell {
    if is { of.say("desk-yes").into() } else { Cell::Empty }
}

async fn users(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let users = people::users(tx, of.user, of.territory).await?;
    let rows = users.into_iter().map(|user| {
        vec![
            user.name.into(),
            user.login.into(),
            of.word("role", user.role).into(),
            of.unit_name(user.org_unit).into(),
            user.language.to_string().into(),
            yes(of, user.active),
            yes(of, user.has_password),
            yes(of, user.has_second_factor),
        ]
    });
    out.rows(rows.collect()).await?;
    of.hold.progress(1, 1, out.entries).await
}

async fn phones(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    let phones = people::phones(tx, of.user, of.territory, of.export.made_at).await?;
    let rows = phones.into_iter().map(|phone| {
        vec![
            phone.worker_name.into(),
            of.word("phone-standing", phone.standing.word()).into(),
            phone.platform.into(),
            phone.app.into(),
            phone.enrolled_at.into(),
            phone.seen_at.into(),
            phone.records.into(),
            phone.missing.into(),
            phone.families.into(),
        ]
    });
    out.rows(rows.collect()).await?;
    of.hold.progress(1, 1, out.entries).await
}

/// What of the phone's families lies in the asker's units and what beyond.
struct OnPhone {
    /// Family and when the phone first had it.
    here: BTreeMap<FamilyId, DateTime<Utc>>,
    elsewhere: usize,
}

async fn on_phone(tx: &mut Tx, of: &Asked<'_>, device: DeviceId) -> Result<OnPhone, StoreError> {
    let given =
        "select c.family, f.org_unit, c.given_at from device_scope c left join family f on f.id = c.family
        where c.device = $1";
    let given = all!(tx, (FamilyId, Option<OrgUnitId>, DateTime<Utc>), given, device).await?;
    // A phone knows what it recorded, whether or not a pull ever gave it the family.
    let made =
        "select r.family, f.org_unit, min(r.received_at) from record r join family f on f.id = r.family
        where r.device = $1 group by r.family, f.org_unit";
    let made = all!(tx, (FamilyId, Option<OrgUnitId>, DateTime<Utc>), made, device).await?;
    let reach: Option<HashSet<OrgUnitId>> =
        policy::reach(of.user, of.territory).map(|units| units.into_iter().collect());
    let (mut here, mut elsewhere) = (BTreeMap::new(), HashSet::new());
    for (family, unit, since) in given.into_iter().chain(made) {
        let covered = reach.as_ref().is_none_or(|reach| unit.is_some_and(|unit| reach.contains(&unit)));
        if covered {
            let first = here.entry(family).or_insert(since);
            *first = since.min(*first);
        } else {
            elsewhere.insert(family);
        }
    }
    Ok(OnPhone { here, elsewhere: elsewhere.len() })
}

#[derive(sqlx::FromRow)]
struct PhoneRow {
    worker_name: String,
    platform: String,
    app: String,
    state: String,
    enrolled_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
    seen_at: Option<DateTime<Utc>>,
}

async fn the_phone(tx: &mut Tx, device: DeviceId) -> Result<PhoneRow, StoreError> {
    let sql = "select u.name as worker_name, d.platform, d.app, d.state, d.enrolled_at, d.revoked_at, s.at as seen_at
        from device d join app_user u on u.id = d.worker left join device_seen s on s.device = d.id where d.id = $1";
    one!(tx, PhoneRow, sql, device).await
}

fn device(of: &Asked<'_>) -> Result<DeviceId, Broken> {
    of.export.wanted.phone.ok_or(Broken::Gone)
}

async fn phone_front(tx: &mut Tx, of: &Asked<'_>) -> Result<Vec<(String, String)>, Broken> {
    let device = device(of)?;
    let row = the_phone(tx, device).await?;
    let on = on_phone(tx, of, device).await?;
    let ids: Vec<(FamilyId,)> = on.here.keys().map(|family| (*family,)).collect();
    let persons = among!(tx, (i64,), "select count(*) from person where family in (", ids, ")").await?;
    let persons: i64 = persons.into_iter().map(|(count,)| count).sum();
    let moment = |at: DateTime<Utc>| {
        (at.naive_utc() + chrono::TimeDelta::hours(5)).format("%d.%m.%Y %H:%M").to_string()
    };
    let until = row.revoked_at.or(row.seen_at).map_or_else(|| of.say("desk-never"), moment);
    let state = if row.state == "active" { "desk-phone-active" } else { "desk-phone-revoked" };
    let families = on.here.len();
    let number = |count: usize| FluentValue::from(count);
    let mut lines = vec![
        (of.say("export-of-phone"), format!("{device}, {}, {}", row.platform, row.app)),
        (of.say("export-col-worker"), row.worker_name),
        (of.say("desk-state"), of.say(state)),
        (of.say("export-period"), format!("{} – {until}", moment(row.enrolled_at))),
        (of.say("export-col-families"), families.to_string()),
        (of.say("export-persons"), persons.to_string()),
        (of.say("export-data"), of.say("export-data-text")),
    ];
    if on.elsewhere > 0 {
        let text = of.messages().text("export-elsewhere-text", &[("count", number(on.elsewhere))]);
        lines.push((of.say("export-elsewhere"), text));
    }
    Ok(lines)
}

async fn phone(tx: &mut Tx, of: &Asked<'_>, out: &mut Out) -> Result<(), Broken> {
    #[derive(sqlx::FromRow)]
    struct PersonRow {
        id: PersonId,
        family: FamilyId,
        surname: Option<String>,
        given_name: String,
        patronymic: Option<String>,
        iin: Option<Iin>,
        birth_date: Option<NaiveDate>,
        phone: Option<String>,
        records: i64,
        files: i64,
        first: Option<DateTime<Utc>>,
        last: Option<DateTime<Utc>>,
    }
    let device = device(of)?;
    let row = the_phone(tx, device).await?;
    let on = on_phone(tx, of, device).await?;
    let until = row.revoked_at.or(row.seen_at);
    let here: Vec<(FamilyId, DateTime<Utc>)> = on.here.into_iter().collect();
    let total = i64::try_from(here.len()).unwrap_or(i64::MAX);
    let mut done = 0;
    for piece in here.chunks(200) {
        let ids: Vec<(FamilyId,)> = piece.iter().map(|(family, _)| (*family,)).collect();
        let sql = format!("{FAMILY} where f.id in (");
        let families: HashMap<FamilyId, FamilyRow> = among!(tx, FamilyRow, &sql, ids, ")")
            .await?
            .into_iter()
            .map(|family| (family.id, family))
            .collect();
        let sql = "select p.id, p.family, p.surname, p.given_name, p.patronymic, p.iin, p.birth_date, p.phone,
            (select count(*) from record r where r.person = p.id and r.family = p.family and r.device = $1) as records,
            (select count(distinct e.evidence) from record r join evidence e on e.hash = r.hash
             where r.person = p.id and r.family = p.family and r.device = $1) as files,
            (select min(r.sealed_at) from record r where r.person = p.id and r.family = p.family and r.device = $1)
             as first,
            (select max(r.sealed_at) from record r where r.person = p.id and r.family = p.family and r.device = $1)
             as last
            from person p where p.family in (";
        let mut persons = among!(tx, PersonRow, sql, ids, ")", device).await?;
        persons.sort_unstable_by_key(|person| (person.family, person.id));
        let since: HashMap<FamilyId, DateTime<Utc>> = piece.iter().copied().collect();
        let rows = persons.into_iter().filter_map(|person| {
            let family = families.get(&person.family)?;
            Some(vec![
                family.name.clone().into(),
                family.settlement.clone().into(),
                of.unit_name(family.org_unit).into(),
                family.address.clone().into(),
                family.phone.clone().into(),
                name(person.surname, Some(person.given_name), person.patronymic).into(),
                of.number(person.iin.as_ref()),
                person.birth_date.into(),
                person.phone.into(),
                since.get(&person.family).copied().into(),
                until.into(),
                person.records.into(),
                person.files.into(),
                person.first.into(),
                person.last.into(),
                person.family.to_string().into(),
                person.id.to_string().into(),
            ])
        });
        out.rows(rows.collect()).await?;
        done += i64::try_from(piece.len()).unwrap_or(i64::MAX);
        of.hold.progress(done, total, out.entries).await?;
    }
    Ok(())
}
