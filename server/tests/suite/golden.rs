//! The golden journal of each release rebuilds to its golden tables, on either engine, for ever.
//!
//! `tests/golden/<release>/` holds a journal with every kind of fact and the tables it makes. When a release adds kinds,
//! it gets a folder of its own; older folders are never touched. A new one is written by
//! `KANDAS_WRITE_GOLDEN=v1 cargo test -p kandas-server golden_is_written -- --ignored`. Whoever adds a kind of fact lets it
//! happen in [`live`] and names it in [`SINCE`], until the next folder is written.

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use chrono::TimeDelta;
use kandas_server::{
    all, apply, chance,
    check::{
        self, Checking, Due, Return,
        held::{self, Deciding, Decision, Missing},
    },
    devices, erase, exec,
    facts::{
        AccessAnchored, AssessmentSigned, BundleErased, BundleOpened, BundleReceived, CheckSampled,
        ConsentWithdrawn, DuesMoved, DuesSet, EraseNumbers, ErasureConfirmed, ErasureDropped,
        ErasureProposed, Event, EvidenceCalled, EvidenceSalvaged, ExchangeAnswer, ExchangeAside,
        ExchangeConfirmed, ExchangeQueued, ExchangeSettled, ExchangeTaken, ExchangeWritten, HandoverDecided,
        HandoverProposed, Measure, OrderDone, PasswordSet, PlanActed, QueuedMessage, RecoveryKeyStored,
        RegistrationSet, ReportHand, ReportSigned, ResidenceChecked, Restored, RoadMapSigned, RoundActed,
        RoundOf, SecondFactorSet, ServiceConfirmed, Setting, SignatureKept,
    },
    journal::{self, Fact},
    office::{
        assessment::{concluding, making as assessing},
        monitoring::making::{self as watching, ActOnDeparture, ActOnIssue, WantedDeparture, WantedIssue},
        plan::{agreement, making as drawing, page as plan_page},
        report::making,
        road_map::{self, on_paper},
    },
    one, pin_reset, reasons, rebuild, rotate,
    state::AppState,
    store::{Engine, Store},
    tables,
};
use kandas_shared::{
    assessment::{Assessed, AssessmentMode, Frozen, Parts, Points, Score, Scores, total},
    case::{HandoverAct, HandoverReason, RegistrationKind},
    check::{Choice, ChoiceReason, ReturnReason},
    cms::{CmsChecked, CmsPerson, CmsSigner, CmsVerdict, Signable},
    consent::WithdrawalForm,
    evidence::{FileRef, Part},
    exchange::{self, AsideReason},
    hash::{Digest, Epoch},
    ids::{
        ActivityId, BundleId, ConclusionId, ErasureId, EvidenceId, FamilyId, OrgUnitId, PersonId, ProposalId,
        RecordId, UserId,
    },
    journal::{Header, leaf_hash},
    merkle::Frontier,
    monitoring::{
        DepartureAct, DepartureReason, DepartureTo, IssueAct, IssueKind, IssueOutcome, IssueWeight,
        IssueWhat, Residence, ResidenceSource, RoundAct,
    },
    order::OrderKind,
    plan::{PlanAct, PlanAgreement},
    plan_state::PlanState,
    pulled::{Family, User},
    reason::{ReasonCode, ReasonList, ReasonText},
    receipt::Verdict,
    report::ReportAct,
    retention::EraseBasis,
    roadmap::{RoadMapHolder, RoadMapState},
    service::ServiceCode,
    time::Clock as _,
};
use serde::{Deserialize, Serialize};

use crate::{
    house::{House, Phone, Work, district, photo},
    stores::{World, on_each},
};

const RELEASES: [&str; 2] = ["v1", "v2"];

/// Kinds of facts that the newest golden journal does not have: they came after it.
const SINCE: [&str; 56] = [
    "assessment.concluded",
    "assessment.forwarded",
    "assessment.frozen",
    "assessment.measured",
    "assessment.scored",
    "assessment.sent",
    "assessment.signed",
    "check.sampled",
    "consent.withdrawn",
    "dues.set",
    "erasure.confirmed",
    "erasure.dropped",
    "erasure.proposed",
    "exchange.confirmed",
    "exchange.queued",
    "exchange.settled",
    "exchange.taken",
    "exchange.written",
    "findings.computed",
    "gap.closed",
    "handover.decided",
    "handover.proposed",
    "monitoring.departure_acted",
    "monitoring.family_departed",
    "monitoring.issue_acted",
    "monitoring.issue_opened",
    "monitoring.residence_checked",
    "monitoring.round_acted",
    "monitoring.service_confirmed",
    "monitoring.worded",
    "order.withdrawn",
    "password.set",
    "plan.acted",
    "plan.agreed",
    "plan.opened",
    "plan.paper_kept",
    "plan.remarked",
    "plan.row_drafted",
    "record.decided",
    "registration.set",
    "report.decided",
    "report.drafted",
    "report.remarked",
    "report.row_frozen",
    "report.sent",
    "report.signed",
    "roadmap.copied",
    "roadmap.drafted",
    "roadmap.remarked",
    "roadmap.returned",
    "roadmap.row_frozen",
    "roadmap.scanned",
    "roadmap.signed",
    "roadmap.submitted",
    "second_factor.set",
    "signature.kept",
];

/// One position as it lies in the file; salt and body are gone where they were erased.
#[derive(Serialize, Deserialize)]
struct Line {
    header: String,
    content: Digest,
    #[serde(skip_serializing_if = "Option::is_none")]
    salt: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    body: Option<String>,
}

fn folder(release: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(release)
}

fn tables_file(engine: Engine) -> &'static str {
    match engine {
        Engine::Sqlite => "tables-sqlite.txt",
        Engine::Postgres => "tables-postgres.txt",
    }
}

on_each! { engine, World;
    async fn the_golden_journal_makes_the_golden_tables(world) {
        for release in RELEASES {
            let text = std::fs::read_to_string(folder(release).join("journal.ndjson")).unwrap();
            let lines: Vec<Line> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
            put(&world.store, &lines).await;
            let rebuilt = rebuild::rebuild(&world.store, &mut |_, _| {}).await.unwrap();
            assert_eq!((rebuilt.facts + rebuilt.erased) as usize, lines.len());
            assert!(rebuilt.erased > 0);
            let golden = std::fs::read_to_string(folder(release).join(tables_file(world.store.engine()))).unwrap();
            let made = picture(&world.store, &columns_in(&golden)).await;
            for (golden, made) in golden.lines().zip(made.lines()) {
                assert_eq!(golden, made, "release {release}");
            }
            assert_eq!(golden, made);
        }
    }
}

/// Puts a journal into a store in the place of its own.
async fn put(store: &Store, lines: &[Line]) {
    let mut tx = store.write().await.unwrap();
    for table in ["journal", "journal_body", "journal_tile"] {
        exec!(&mut tx, sqlx::AssertSqlSafe(format!("delete from {table}"))).await.unwrap();
    }
    let mut frontier = Frontier::default();
    for line in lines {
        let header: Header = serde_json::from_str(&line.header).unwrap();
        let leaf = leaf_hash(line.header.as_bytes(), &line.content);
        frontier.push(leaf, |_, _, _| {});
        exec!(
            &mut tx,
            "insert into journal (position, kind, at, family, person, header, content, leaf)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
            header.position as i64,
            header.kind,
            header.at,
            header.family,
            header.person,
            line.header,
            line.content,
            leaf
        )
        .await
        .unwrap();
        if let (Some(salt), Some(body)) = (&line.salt, &line.body) {
            let salt = hex::decode(salt).unwrap();
            let sql = "insert into journal_body (position, salt, body) values ($1, $2, $3)";
            exec!(&mut tx, sql, header.position as i64, salt, body).await.unwrap();
        }
    }
    let sql = "update journal_head set size = $1, frontier = $2 where id = 1";
    exec!(&mut tx, sql, frontier.size() as i64, frontier.to_bytes()).await.unwrap();
    tx.commit().await.unwrap();
}

/// The columns of every derived table. A release compares those it knew; later ones may have more.
async fn columns(store: &Store) -> Vec<(String, Vec<String>)> {
    let mut tx = store.read().await.unwrap();
    let mut all = Vec::new();
    for table in apply::DERIVED {
        all.push(((*table).to_owned(), tables::columns(&mut tx, table).await.unwrap()));
    }
    all
}

/// The columns that a golden file names.
fn columns_in(golden: &str) -> Vec<(String, Vec<String>)> {
    golden
        .lines()
        .filter_map(|line| line.strip_prefix("-- ")?.split_once(": "))
        .map(|(table, columns)| (table.to_owned(), columns.split(", ").map(str::to_owned).collect()))
        .collect()
}

/// Every row of these columns as text, sorted.
async fn picture(store: &Store, columns: &[(String, Vec<String>)]) -> String {
    let mut tx = store.read().await.unwrap();
    let mut text = String::new();
    for (table, columns) in columns {
        let mut rows = tables::rows_as_text(&mut tx, table, columns).await.unwrap();
        rows.sort();
        writeln!(text, "-- {table}: {}", columns.join(", ")).unwrap();
        for row in rows {
            writeln!(text, "{row}").unwrap();
        }
    }
    text
}

fn every_kind() -> BTreeSet<String> {
    Event::KINDS.iter().map(|kind| (*kind).to_owned()).collect()
}

#[test]
fn every_kind_of_fact_is_in_the_newest_golden_journal_or_came_after_it() {
    let newest = RELEASES[RELEASES.len() - 1];
    let text = std::fs::read_to_string(folder(newest).join("journal.ndjson")).unwrap();
    let mut kinds = BTreeSet::new();
    for line in text.lines() {
        let line: Line = serde_json::from_str(line).unwrap();
        let header: Header = serde_json::from_str(&line.header).unwrap();
        kinds.insert(header.kind);
    }
    let since: BTreeSet<String> = SINCE.map(str::to_owned).into_iter().collect();
    assert!(kinds.is_disjoint(&since), "it has them: {since:?}");
    kinds.extend(since);
    assert_eq!(kinds, every_kind(), "{newest} and what came after it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn in_the_next_golden_journal_every_kind_of_fact_happens() {
    let house = House::sqlite().await;
    live(&house).await;
    let mut tx = house.store.read().await.unwrap();
    let kinds = all!(&mut tx, (String,), "select distinct kind from journal").await.unwrap();
    let kinds: BTreeSet<String> = kinds.into_iter().map(|(kind,)| kind).collect();
    let lacking: Vec<_> = every_kind().difference(&kinds).cloned().collect();
    assert_eq!(lacking, Vec::<String>::new(), "nothing of these kinds happens in `live`");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "writes the golden files of a new release"]
async fn golden_is_written() {
    let Ok(release) = std::env::var("KANDAS_WRITE_GOLDEN") else { return };
    let house = House::sqlite().await;
    live(&house).await;
    let folder = folder(&release);
    std::fs::create_dir_all(&folder).unwrap();
    let mut tx = house.store.read().await.unwrap();
    let stored = journal::stored(&mut tx, 0, 10_000).await.unwrap();
    let kinds: BTreeSet<String> = all!(&mut tx, (String,), "select distinct kind from journal")
        .await
        .unwrap()
        .into_iter()
        .map(|k| k.0)
        .collect();
    assert_eq!(kinds, every_kind(), "a golden journal has every kind of fact");
    let mut text = String::new();
    let mut lines = Vec::new();
    for fact in stored {
        let salt = fact.salt.map(hex::encode);
        let line = Line { header: fact.header, content: fact.content, salt, body: fact.body };
        writeln!(text, "{}", serde_json::to_string(&line).unwrap()).unwrap();
        lines.push(line);
    }
    drop(tx);
    std::fs::write(folder.join("journal.ndjson"), text).unwrap();
    // The same journal on the other engine.
    let other = House::postgres().await;
    put(&other.store, &lines).await;
    for house in [&house, &other] {
        rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
        let made = picture(&house.store, &columns(&house.store).await).await;
        std::fs::write(folder.join(tables_file(house.store.engine())), made).unwrap();
    }
}

async fn pulled_user(house: &House, id: UserId) -> kandas_shared::pulled::User {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    one!(&mut tx, kandas_shared::pulled::User, sql, id).await.unwrap()
}

/// What happens in monitoring, once each.
async fn monitored(house: &House, state: &AppState, user: &User, family: FamilyId, evidence: EvidenceId) {
    let mut tx = house.store.read().await.unwrap();
    let sql =
        "select r.activity, r.person from record r join evidence e on e.hash = r.hash where e.evidence = $1";
    let (activity, person) = one!(&mut tx, (ActivityId, PersonId), sql, evidence).await.unwrap();
    drop(tx);
    let day = |day: &str| day.parse().unwrap();
    let hand = ReportHand { by: user.id, by_name: user.name.clone(), by_role: user.role };
    let round = RoundOf { number: 1, begins_on: day("2026-07-01"), ends_on: day("2026-09-30") };
    let act = RoundAct::Close;
    let acted =
        RoundActed { round, act, in_time: Some(false), words: None, satisfaction: None, hand: hand.clone() };
    let checked = ResidenceChecked {
        round,
        result: Residence::Present,
        source: ResidenceSource::Police,
        on: day("2026-10-05"),
        words: None,
        hand: hand.clone(),
    };
    let confirmed = ServiceConfirmed {
        activity,
        service: ServiceCode::S01,
        system: "алтын жүйе".into(),
        agrees: true,
        on: day("2026-11-20"),
        activity_after: None,
        words: None,
        hand,
    };
    let of = |person, event| Fact { family: Some(family), person, ..Fact::by_system(event) };
    let facts = [
        of(None, Event::ResidenceChecked(checked)),
        of(None, Event::RoundActed(acted)),
        of(Some(person), Event::ServiceConfirmed(confirmed)),
    ];
    house.append(facts).await;
    let found = WantedIssue {
        what: IssueWhat::Proposal,
        kind: IssueKind::Housing,
        weight: IssueWeight::High,
        found_on: None,
        person: None,
        record: None,
        to: None,
        due: None,
        text: "алтын ұсыныс".into(),
    };
    let issue = watching::find(state, user, family, found).await.unwrap();
    let settled = ActOnIssue {
        act: IssueAct::Close,
        outcome: Some(IssueOutcome::Solved),
        to: None,
        due: None,
        text: Some("алтын шешім".into()),
    };
    watching::act_on_issue(state, user, family, issue, settled).await.unwrap();
    let left = WantedDeparture {
        on: day("2026-11-10"),
        to: DepartureTo::Inside,
        to_kato: Some("710000000".into()),
        reason: DepartureReason::Work,
        text: Some("алтын себеп".into()),
    };
    let departure = watching::depart(state, user, family, left).await.unwrap();
    let taken = ActOnDeparture { act: DepartureAct::Take, text: None };
    watching::act_on_departure(state, user, family, departure, taken).await.unwrap();
}

/// A centre is scored for a quarter, which freezes it; the conclusion goes its way to the measures of an executive body.
async fn assessed(house: &House, state: &AppState, user: &User, body: OrgUnitId) {
    let quarter = "2026-Q3".parse().unwrap();
    let score =
        |points| Score { points: Points::new(points).unwrap(), reason: "алтын негіз".into() };
    let scores = Scores { relevance: score(3), effectiveness: score(3), social_effect: score(4) };
    let assessment = assessing::score(state, user, user.org_unit, quarter, scores.clone()).await.unwrap();
    let advice = concluding::ToRecommend { unit: user.org_unit, text: "алтын ұсыным".into() };
    let wanted = concluding::ToSave {
        revision: 0,
        report: "алтын есеп".into(),
        results: Vec::new(),
        conclusions: "алтын тұжырым".into(),
        recommendations: vec![advice],
    };
    concluding::save(state, user, quarter, wanted).await.unwrap();
    let mut tx = house.store.read().await.unwrap();
    let (conclusion, parts) =
        one!(&mut tx, (ConclusionId, String), "select id, parts from conclusion").await.unwrap();
    drop(tx);
    let parts: Parts = serde_json::from_str(&parts).unwrap();
    let recommendation = parts.recommendations[0].recommendation;
    let total = total(scores.points(), AssessmentMode::LiteralSum);
    let one = Assessed { unit: user.org_unit, assessment, scores, total };
    let text = Frozen { v: 1, conclusion, quarter, assessed: vec![one], parts }.to_text().unwrap();
    let hand = ReportHand { by: user.id, by_name: user.name.clone(), by_role: user.role };
    let sha256 = Frozen::hash_of(&text);
    let signed = AssessmentSigned { conclusion, text, sha256, second_factor: false, hand };
    house.append([Fact::by_system(Event::AssessmentSigned(signed))]).await;
    concluding::send(state, user, quarter).await.unwrap();
    concluding::forward(state, user, quarter).await.unwrap();
    let measures = vec![Measure { recommendation, text: "алтын шара".into() }];
    let taken = concluding::Measures { measures, text: String::new() };
    let body = User { org_unit: body, ..user.clone() };
    concluding::measure(state, &body, quarter, taken).await.unwrap();
}

/// The road map of a family's okrug is drawn up twice, sent back, signed on paper and with accounts, and handed over.
async fn road_map(house: &House, state: &AppState, user: &User, family: FamilyId) {
    let settled = Event::FamilySet(Family {
        id: family,
        org_unit: user.org_unit,
        settlement_kato: "559133100".into(),
        settlement_name: "Үлгі ауылы".into(),
        rural: true,
        quota_date: None,
        arrived_on: None,
        address: None,
        phone: None,
        latitude: None,
        longitude: None,
    });
    house.append([Fact { family: Some(family), ..Fact::by_system(settled) }]).await;
    let place = road_map::Place { unit: user.org_unit, okrug: "559133000".parse().unwrap() };
    let day = "2026-11-23".parse::<chrono::NaiveDate>().unwrap();
    let draft = async || road_map::making::draft(state, user, &place, 2026).await.unwrap();
    draft().await;
    let returned = draft().await;
    road_map::making::submit(state, user, returned).await.unwrap();
    road_map::making::send_back(state, user, returned, "алтын ескерту").await.unwrap();
    let map = draft().await;
    road_map::making::submit(state, user, map).await.unwrap();
    let mut tx = house.store.read().await.unwrap();
    let sql = "select sha256 from road_map where id = $1";
    let (sha256,) = one!(&mut tx, (Digest,), sql, map).await.unwrap();
    drop(tx);
    let scan = b"%PDF-1.7 golden %%EOF";
    let entered = on_paper::Entered {
        holder: RoadMapHolder::Okrug,
        name: "АЛТЫН ӘКІМ".into(),
        post: "ауылдық округ әкімі".into(),
        signed_on: day,
        digest: sha256.to_string(),
        file: base64::Engine::encode(&base64::engine::general_purpose::STANDARD, scan),
    };
    on_paper::enter(state, user, map, entered).await.unwrap();
    let hand = ReportHand { by: user.id, by_name: user.name.clone(), by_role: user.role };
    let signed = |holder, after| RoadMapSigned {
        map,
        sha256,
        holder,
        second_factor: false,
        paper: None,
        after,
        closes: None,
        hand: hand.clone(),
    };
    let facts = [
        signed(RoadMapHolder::Director, RoadMapState::Signing),
        signed(RoadMapHolder::Raion, RoadMapState::Approved),
    ];
    house.append(facts.map(|signed| Fact::by_system(Event::RoadMapSigned(signed)))).await;
    let handed =
        road_map::making::Handed {
            holder: RoadMapHolder::Okrug, name: "АЛТЫН ӘКІМ".into(), taken_on: day
        };
    road_map::making::hand_over(state, user, map, handed).await.unwrap();
}

/// The plan of a family is amended by mistake, and once more; it is sent back, agreed on once more, approved and brought onto the phones.
async fn planned(house: &House, state: &AppState, user: &User, family: FamilyId) {
    let mistake = drawing::open(state, user, family, drawing::Begins::Remote).await.unwrap();
    drawing::act(state, user, (mistake.plan, mistake.version), drawing::Simple::Discard).await.unwrap();
    let opened = drawing::open(state, user, family, drawing::Begins::Settled).await.unwrap();
    let of = (opened.plan, opened.version);
    let agree = async || {
        let mut tx = house.store.read().await.unwrap();
        let wanted = plan_page::WantedVersion::default();
        let shown = plan_page::of(&mut tx, user, family, wanted, house.clock.wall()).await.unwrap();
        drop(tx);
        let sha256 = shown.version.unwrap().sha256;
        let scan = b"%PDF-1.7 golden %%EOF";
        let entered = agreement::Entered {
            how: PlanAgreement::Paper,
            signed_on: "2026-11-23".parse().ok(),
            name: Some("АЛТЫН ҚАНДАС".into()),
            digest: Some(sha256.to_string()),
            file: Some(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, scan)),
            record: None,
        };
        agreement::enter(state, user, of, entered).await.unwrap();
        sha256
    };
    agree().await;
    drawing::reject(state, user, of, "алтын ескерту").await.unwrap();
    let sha256 = agree().await;
    let approved = Event::PlanActed(PlanActed {
        plan: of.0,
        version: of.1,
        act: PlanAct::Approve,
        after: PlanState::Approved,
        on: None,
        in_time: None,
        sha256: Some(sha256),
        second_factor: Some(false),
        hand: ReportHand { by: user.id, by_name: user.name.clone(), by_role: user.role },
    });
    house.append([Fact { family: Some(family), ..Fact::by_system(approved) }]).await;
    drawing::act(state, user, of, drawing::Simple::Publish).await.unwrap();
}

/// A proposal to erase is taken back, another one confirmed; a consent is withdrawn; messages go out and are answered.
async fn kept(house: &House, user: &User, family: FamilyId, person: PersonId, hash: Digest) {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select record, activity, person, service from record where hash = $1";
    type Row = (RecordId, ActivityId, PersonId, ServiceCode);
    let (record, activity, whose, service) = one!(&mut tx, Row, sql, hash).await.unwrap();
    drop(tx);
    let hand = ReportHand { by: user.id, by_name: user.name.clone(), by_role: user.role };
    let (dropped, confirmed): (ProposalId, ProposalId) = (house.draw(), house.draw());
    let proposed = |proposal| ErasureProposed {
        proposal,
        unit: user.org_unit,
        basis: EraseBasis::Order,
        reason: "алтын шешім".into(),
        numbers: EraseNumbers { bodies: 4, records: 1, files: 2, bytes: 9 },
        hand: hand.clone(),
    };
    let reason = "алтын қате".into();
    let of_family = [
        Event::ErasureProposed(proposed(dropped)),
        Event::ErasureDropped(ErasureDropped {
            proposal: dropped,
            refused: true,
            reason,
            hand: hand.clone(),
        }),
        Event::ErasureProposed(proposed(confirmed)),
        Event::ErasureConfirmed(ErasureConfirmed {
            proposal: confirmed,
            erasure: house.draw(),
            second_factor: true,
            hand: hand.clone(),
        }),
    ];
    let day = "2026-11-23".parse().unwrap();
    let withdrawn = Event::ConsentWithdrawn(ConsentWithdrawn {
        consent: house.draw(),
        on: day,
        form: WithdrawalForm::Spoken,
        note: Some("алтын өтініш".into()),
        scan: None,
        hand: hand.clone(),
    });
    let message = exchange::message_id(&hash);
    let queued = QueuedMessage { message, hash, record, activity, unit: user.org_unit, position: 1 };
    let (answer, other): (uuid::Uuid, uuid::Uuid) =
        (house.draw::<ErasureId>().0, house.draw::<ErasureId>().0);
    let taken = ExchangeTaken {
        name: "алтын.ndjson".into(),
        sequence: Some(1),
        sha256: Digest::of(b"in"),
        answers: vec![ExchangeAnswer { message: answer, about: message, refused: Some("LATER".into()) }],
        confirmed: vec![other],
        aside: vec![ExchangeAside { line: 3, message: None, reason: AsideReason::Damaged }],
    };
    let system = "ЦКС".into();
    let confirmed = Event::ExchangeConfirmed(ExchangeConfirmed {
        message: other,
        activity,
        service,
        system,
        agrees: true,
        on: day,
        reference: "7/12".into(),
        activity_after: None,
    });
    let registered = Event::RegistrationSet(RegistrationSet {
        registration: house.draw(),
        kind: RegistrationKind::Temporary,
        from: day,
        until: Some("2027-11-23".parse().unwrap()),
        year_from: day,
        place: Some("алтын орталық".into()),
        hand: hand.clone(),
    });
    let handover = house.draw();
    let (from, to, reason) = (user.org_unit, house.draw(), HandoverReason::Agreed);
    let proposed = HandoverProposed { handover, from, to, reason, hand: hand.clone() };
    let act = HandoverAct::Withdraw;
    let decided = HandoverDecided { handover, act, refusal: None, worker: None, hand: hand.clone() };
    let about = |event: Event, person| Fact { family: Some(family), person, ..Fact::by_system(event) };
    let mut facts: Vec<Fact> = of_family.map(|event| about(event, None)).to_vec();
    facts.push(about(Event::HandoverProposed(proposed), None));
    facts.push(about(Event::HandoverDecided(decided), None));
    facts.push(about(registered, Some(person)));
    facts.push(about(withdrawn, Some(person)));
    facts.push(about(confirmed, Some(whose)));
    house.append(facts).await;
    let queued = ExchangeQueued { sequence: 1, messages: vec![queued], again: None };
    let written = ExchangeWritten {
        sequence: 1,
        name: exchange::file_name(1),
        sha256: Digest::of(b"out"),
        size: 3,
        messages: vec![message],
    };
    let facts = [Event::ExchangeQueued(queued), Event::ExchangeWritten(written), Event::ExchangeTaken(taken)];
    let positions = house.append(facts.map(Fact::by_system)).await;
    let settled = ExchangeSettled {
        position: positions[2],
        line: 3,
        answer: None,
        confirmed: None,
        closed: true,
        hand,
    };
    house.append([Fact::by_system(Event::ExchangeSettled(settled))]).await;
}

/// A short life in which everything happens once.
async fn live(house: &House) {
    let district = district(8);
    house.import(&district).await;
    let (now, chance) = (house.clock.wall(), &*house.chance);
    let family = &district.families[0];
    let assignment = district.assignments.iter().find(|a| a.family == family.id && a.to.is_none()).unwrap();
    let worker = UserId(assignment.worker);
    let login = &district.users.iter().find(|user| user.id == worker.0).unwrap().login;

    let mut tx = house.store.write().await.unwrap();
    devices::make_code(&mut tx, now, chance, login, TimeDelta::hours(72), None).await.unwrap();
    tx.commit().await.unwrap();
    let mut phone = Phone::enrol(house, worker).await;
    let lost = Phone::enrol(house, worker).await;
    let mut sealed = Vec::new();
    let families: Vec<_> = district.families_of(worker.0).collect();
    for (n, family) in families.iter().take(2).enumerate() {
        for activity in district.activities_of(family.id).take(2) {
            let bytes = photo(&format!("GOLDEN-{n}"));
            let work = Work {
                family: FamilyId(family.id),
                person: PersonId(activity.person),
                activity: ActivityId(activity.id),
                service: activity.service.parse().unwrap(),
                note: "алтын жазба",
                photo: &bytes,
            };
            let original = serde_json::json!({
                "sha256": Digest::of(b"original"), "size": 8, "media_type": "image/jpeg",
            });
            let with_original = |payload: &mut serde_json::Value| {
                payload["evidence"][0]["original"] = original;
                payload["position"] = serde_json::json!({
                    "lat": 52.3, "lon": 76.9, "accuracy_m": 9.0, "source": "satellite", "mock": false,
                });
            };
            sealed.push(phone.seal_with(house, &work, with_original).await);
        }
    }
    // The second comes last: a gap opens and closes. The third's photo comes damaged, the fourth's not at all.
    let hashes: Vec<Digest> = sealed.iter().map(|s| s.jws.identity()).collect();
    phone.push(house, &[&sealed[0], &sealed[2]]).await;
    phone.deliver(house, &sealed[0]).await;
    phone.push(house, &[&sealed[1], &sealed[3]]).await;
    let salvaged = EvidenceSalvaged {
        evidence: sealed[2].evidence,
        part: Part::File,
        sha256: Digest::of(b"rest"),
        size: 4,
        object: "salvage/1".into(),
        carrier: Some(phone.device),
    };
    let (bundle, other): (BundleId, BundleId) = (house.draw(), house.draw());
    let facts = [
        Event::EvidenceSalvaged(salvaged),
        Event::BundleReceived(BundleReceived {
            bundle,
            sha256: Digest::of(b"bundle"),
            size: 6,
            object: format!("bundle/{bundle}.age"),
            carrier: Some(phone.device),
        }),
        Event::BundleOpened(BundleOpened {
            bundle,
            readable: true,
            records: vec![hashes[0]],
            files: vec![FileRef { evidence: sealed[0].evidence, part: Part::File }],
            problems: vec![],
        }),
        Event::PasswordSet(PasswordSet {
            user: worker,
            hash: "$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into(),
        }),
        Event::SecondFactorSet(SecondFactorSet { user: worker, sealed: Some("c2VhbGVk".into()) }),
        Event::RecoveryKeyStored(RecoveryKeyStored { device: phone.device, wrapped: "YWdl".into() }),
        Event::SettingSet(Setting::new(format!("whole_centre:{}", family.org_unit), "true")),
        Event::AccessAnchored(AccessAnchored { from_id: 1, to_id: 9, hash: Digest::of(b"log") }),
        Event::EvidenceCalled(EvidenceCalled {
            evidence: sealed[2].evidence,
            worker,
            reason: "анық көру керек".into(),
            by: Some(worker),
        }),
        Event::BundleReceived(BundleReceived {
            bundle: other,
            sha256: Digest::of(b"other bundle"),
            size: 12,
            object: format!("bundle/{other}.age"),
            carrier: None,
        }),
        Event::BundleErased(BundleErased { bundle: other }),
    ];
    house.append(facts.map(Fact::by_system)).await;

    // A photo goes back, the correction answers it; a PIN is forgotten.
    let director = district.users.iter().find(|u| u.role == "cc_dir" && u.org_unit == families[1].org_unit);
    let by = UserId(director.unwrap().id);
    let payload: serde_json::Value = serde_json::from_str(&sealed[3].jws.payload).unwrap();
    let record: RecordId = serde_json::from_value(payload["record"].clone()).unwrap();
    let mut tx = house.store.write().await.unwrap();
    let why = Return {
        reason: ReturnReason::UnreadableDocument.into(),
        text: Some("алтын сөз".into()),
        due: Due::WorkingDays(3),
    };
    let of = Checking { now, by, record };
    check::return_evidence(&mut tx, chance, of, sealed[3].evidence, &why).await.unwrap();
    pin_reset::grant(&mut tx, now, chance, &house.keys(), phone.device, "12345678", by).await.unwrap();
    tx.commit().await.unwrap();
    let activity = district.activities_of(families[1].id).nth(1).unwrap();
    let bytes = photo("GOLDEN-again");
    let work = Work {
        family: FamilyId(families[1].id),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note: "алтын жазба",
        photo: &bytes,
    };
    let answer = phone
        .seal_with(house, &work, |payload| {
            payload["supersedes"] = serde_json::json!(record);
            payload["correction"] = serde_json::json!("қайта түсірілді");
        })
        .await;
    assert_eq!(phone.push(house, &[&answer]).await, [Verdict::Accepted]);

    // A record waits and is set aside; a number never comes and is taken for lost.
    let early =
        phone.seal_with(house, &work, |payload| payload["done_on"] = serde_json::json!("2026-12-24")).await;
    phone.seal(house, &work).await;
    let next = phone.seal(house, &work).await;
    assert_eq!(phone.push(house, &[&early, &next]).await, [Verdict::Held, Verdict::Accepted]);
    let decision = Decision {
        choice: Choice::SetAside,
        activity: None,
        reason: Some(ChoiceReason::Mistake),
        text: Some("алтын шешім".into()),
    };
    let mut tx = house.store.write().await.unwrap();
    held::decide(&mut tx, chance, Deciding { now, by }, early.jws.identity(), decision).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = house.store.write().await.unwrap();
    let missing = Missing { device: phone.device, chain: phone.chain, from: 7, to: 7 };
    let of = Deciding { now, by };
    held::close_gap(&mut tx, chance, of, missing, ChoiceReason::PhoneReset).await.unwrap();
    tx.commit().await.unwrap();

    // The report of the month is drafted twice, signed, sent and returned.
    let mut user = pulled_user(house, by).await;
    let state = crate::office::Office::started(house);
    let month = "2026-11".parse().unwrap();
    making::draft(&state, &user, user.org_unit, month).await.unwrap();
    let report = making::draft(&state, &user, user.org_unit, month).await.unwrap();
    let hand = ReportHand { by, by_name: user.name.clone(), by_role: user.role };
    let mut tx = house.store.read().await.unwrap();
    let (sha256,) =
        one!(&mut tx, (Digest,), "select sha256 from report where id = $1", report).await.unwrap();
    drop(tx);
    let signature = SignatureKept {
        about: Signable::Report,
        thing: report.0,
        version: None,
        document: sha256,
        sha256: Digest::of(b"golden signature"),
        size: 16,
        object: format!("signature/{report}.0000000000000000"),
        cms: CmsChecked {
            verdict: CmsVerdict::IssuerUnknown,
            attached: false,
            signers: vec![CmsSigner {
                verdict: CmsVerdict::IssuerUnknown,
                name: "АЛТЫН ҚОЛ".into(),
                iin_masked: Some("•••• •••• 0017".into()),
                person: CmsPerson::Unknown,
                issuer: "golden".into(),
                serial: "01".into(),
                certificate: Digest::of(b"golden certificate"),
                signed_at: Some(now),
            }],
        },
        proven: true,
        hand: hand.clone(),
    };
    let signed = ReportSigned { report, sha256, second_factor: false, hand };
    let facts = [Event::SignatureKept(signature), Event::ReportSigned(signed)];
    house.append(facts.map(Fact::by_system)).await;
    making::send(&state, &user, report).await.unwrap();
    user.role = kandas_shared::pulled::Role::MioSet;
    making::decide(&state, &user, report, ReportAct::Return, Some("алтын ескерту".into())).await.unwrap();
    monitored(house, &state, &user, FamilyId(families[1].id), sealed[2].evidence).await;

    user.role = kandas_shared::pulled::Role::CcDir;
    let busy = [families[0].id, families[1].id];
    let rural = district.families.iter().find(|of| of.org_unit == user.org_unit.0 && !busy.contains(&of.id));
    let rural = rural.unwrap();
    road_map(house, &state, &user, FamilyId(rural.id)).await;
    planned(house, &state, &user, FamilyId(rural.id)).await;

    let head = district.persons_of(families[1].id).next().unwrap();
    kept(house, &user, FamilyId(families[1].id), PersonId(head.id), hashes[0]).await;

    let body = district.org_units.iter().find(|unit| unit.kind == "mio").unwrap();
    assessed(house, &state, &user, OrgUnitId(body.id)).await;

    let mut keys = house.keys();
    rotate::rotate(&house.store, &mut keys, now, chance).await.unwrap();
    let mut tx = house.store.write().await.unwrap();
    let ends = now + TimeDelta::days(365);
    let of = devices::Deciding { reason: Some("mistake"), ..devices::Deciding::by_operator(now) };
    let early =
        devices::order(&mut tx, chance, &keys, of, phone.device, OrderKind::Retire, ends).await.unwrap();
    devices::withdraw(&mut tx, chance, of, phone.device, early.order).await.unwrap();
    let of = devices::Deciding::by_operator(now);
    let order = devices::order(&mut tx, chance, &keys, of, lost.device, OrderKind::Lost, ends).await.unwrap();
    tx.commit().await.unwrap();
    let done = Event::OrderDone(OrderDone { order: order.order, device: lost.device });
    house.append([Fact::by_system(done)]).await;

    // A term with the due date that moves with it, one of an import; a reason of the centre's own.
    let planned = district.activities_of(families[1].id).last().unwrap();
    let moved = |due: &str| DuesMoved {
        was: None,
        due: Some(due.parse().unwrap()),
        activities: vec![ActivityId(planned.id)],
    };
    let term = Setting { dues: vec![moved("2026-12-04")], ..Setting::new("term.S07.2026-11-01", "10") };
    let text = ReasonText {
        kk: "Алтын себеп".into(), ru: "Золотая причина".into(), en: String::new()
    };
    let set = reasons::ReasonSet { text: Some(text), offered: true, why: "алтын".into() };
    let code = ReasonCode::own(1);
    let name = reasons::setting(ReasonList::Return, &code, "2026-11-23".parse().unwrap());
    let reason = Setting::new(name, serde_json::to_string(&set).unwrap());
    let facts = [
        Event::DuesSet(DuesSet { dues: vec![moved("2026-12-01")] }),
        Event::SettingSet(term),
        Event::SettingSet(reason),
    ];
    house.append(facts.map(Fact::by_system)).await;

    // Something is noticed about every record here, so none would be drawn by itself.
    let payload: serde_json::Value = serde_json::from_str(&sealed[1].jws.payload).unwrap();
    let record = serde_json::from_value(payload["record"].clone()).unwrap();
    let drawn = CheckSampled { record, hash: sealed[1].jws.identity() };
    house.append([Fact::by_system(Event::CheckSampled(drawn))]).await;
    let mut work = crate::findings::worker(house);
    assert!(work.all().await.unwrap());

    let gone = erase::Subject::Family(FamilyId(families[0].id));
    erase::erase(&house.config, &house.store, gone, "18", worker, now, chance).await.unwrap();
    // A record about it comes late.
    let activity = district.activities_of(families[0].id).next().unwrap();
    let work = Work {
        family: FamilyId(families[0].id),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note: "алтын жазба",
        photo: b"late",
    };
    let late = phone.seal(house, &work).await;
    assert_eq!(phone.push(house, &[&late]).await, [Verdict::Held]);
    let mut tx = house.store.read().await.unwrap();
    let (size,) = one!(&mut tx, (i64,), "select size from journal_head").await.unwrap();
    drop(tx);
    let restored = Restored { epoch: Epoch(chance::bytes(chance)), restored_size: size as u64 };
    house.append([Fact::by_system(Event::StoreRestored(restored))]).await;
}
