//! Findings from end to end: what comes in is noticed, what it depends on is looked at again, the journal says it, a
//! rebuild comes to the same, and an erasing takes it.

use kandas_fixtures::district::District;
use kandas_server::{
    all, calendar,
    check::held::{self, Deciding, Decision, Missing},
    erase,
    facts::{Event, Setting},
    findings::{self, Finding, case::Known, work::Work},
    journal::{self, Fact},
    media::Depot,
    office::item::{self, Item},
    one, rebuild,
    verify::{self, Media},
};
use kandas_shared::{
    check::{Choice, ChoiceReason},
    finding::{Rule, Severity, Threshold},
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, RecordId, UserId},
    plan_state::ActivityState,
    pulled::{Activity, Family},
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{
    house::{House, Phone, Sealed, Work as Done, district, photo},
    stores::on_each,
};

/// Two families of two workers, each with his phone.
struct Case {
    district: District,
    families: [Uuid; 2],
    phones: [Phone; 2],
    director: UserId,
    work: Work,
}

const HOME: (f64, f64) = (52.3, 76.9);

impl Case {
    async fn new(house: &House) -> Self {
        let district = district(14);
        house.import(&district).await;
        let open: Vec<_> = district.assignments.iter().filter(|a| a.to.is_none()).collect();
        let first = open[0];
        let second = open.iter().find(|a| a.worker != first.worker && a.family != first.family).unwrap();
        let phones = [
            Phone::enrol(house, UserId(first.worker)).await,
            Phone::enrol(house, UserId(second.worker)).await,
        ];
        let unit = district.families.iter().find(|family| family.id == first.family).unwrap().org_unit;
        let director =
            district.users.iter().find(|user| user.org_unit == unit && user.role == "cc_dir").unwrap().id;
        let families = [first.family, second.family];
        let work = worker(house);
        let mut case = Self { district, families, phones, director: UserId(director), work };
        for family in families {
            case.lives_at(house, family, Some(HOME)).await;
        }
        case.work.all().await.unwrap();
        case
    }

    /// A completion of one of the families' activities.
    async fn seal(
        &mut self,
        house: &House,
        whose: usize,
        nr: usize,
        bytes: &[u8],
        change: impl FnOnce(&mut Value),
    ) -> (RecordId, Sealed) {
        let family = self.families[whose];
        let activity = self.district.activities_of(family).nth(nr).unwrap();
        let work = Done {
            family: FamilyId(family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "жазба",
            photo: bytes,
        };
        let sealed = self.phones[whose]
            .seal_with(house, &work, |payload| {
                payload["position"] = at(HOME, 8.0);
                change(payload);
            })
            .await;
        let payload: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        (serde_json::from_value(payload["record"].clone()).unwrap(), sealed)
    }

    async fn complete(
        &mut self,
        house: &House,
        whose: usize,
        nr: usize,
        change: impl FnOnce(&mut Value),
    ) -> (RecordId, Sealed) {
        let bytes = photo(&format!("FINDING {whose} {nr}"));
        let (record, sealed) = self.seal(house, whose, nr, &bytes, change).await;
        assert_eq!(self.phones[whose].push(house, &[&sealed]).await, [Verdict::Accepted]);
        (record, sealed)
    }

    /// What is noticed of a record once all is looked at; what is said of due dates only if asked for.
    async fn noticed(&mut self, house: &House, record: RecordId) -> Vec<Finding> {
        assert!(self.work.all().await.unwrap());
        let mut tx = house.store.read().await.unwrap();
        let mut found = findings::of(&mut tx, record).await.unwrap();
        found.retain(|finding| !matches!(finding.rule, Rule::Late | Rule::DueUnproven));
        found
    }

    /// As a supervisor has it before him.
    async fn item(&self, house: &House, record: RecordId) -> Item {
        let mut tx = house.store.read().await.unwrap();
        item::of(&mut tx, record).await.unwrap().unwrap()
    }

    async fn lives_at(&self, house: &House, family: Uuid, at: Option<(f64, f64)>) {
        let sql = "select id, org_unit, settlement_kato, settlement_name, rural, quota_date, arrived_on, address, phone,
            latitude, longitude from family where id = $1";
        let mut tx = house.store.read().await.unwrap();
        let mut family = one!(&mut tx, Family, sql, family).await.unwrap();
        drop(tx);
        (family.latitude, family.longitude) = at.unzip();
        let id = family.id;
        house.append([Fact { family: Some(id), ..Fact::by_system(Event::FamilySet(family)) }]).await;
    }

    async fn due(&self, house: &House, activity: Uuid, due: &str) {
        self.planned(house, activity, |activity| activity.due_on = Some(due.parse().unwrap())).await;
    }

    /// An activity is planned otherwise; its id may be another one then.
    async fn planned(&self, house: &House, activity: Uuid, change: impl FnOnce(&mut Activity)) {
        let sql = "select id, plan, family, person, service, planned_on, due_on, state, record, done_on
            from activity where id = $1";
        let mut tx = house.store.read().await.unwrap();
        let mut activity = one!(&mut tx, Activity, sql, activity).await.unwrap();
        drop(tx);
        change(&mut activity);
        let family = Some(activity.family);
        house.append([Fact { family, ..Fact::by_system(Event::ActivitySet(activity)) }]).await;
    }

    /// A completion of an activity of the first family that was cancelled and planned anew; it is held.
    async fn held(
        &mut self,
        house: &House,
        nr: usize,
        change: impl FnOnce(&mut Value),
    ) -> (RecordId, Digest, ActivityId) {
        let old = self.district.activities_of(self.families[0]).nth(nr).unwrap().id;
        let new: ActivityId = house.draw();
        self.planned(house, old, |activity| activity.id = new).await;
        self.planned(house, old, |activity| activity.state = ActivityState::Cancelled).await;
        let bytes = photo(&format!("FINDING HELD {nr}"));
        let (record, sealed) = self.seal(house, 0, nr, &bytes, change).await;
        assert_eq!(self.phones[0].push(house, &[&sealed]).await, [Verdict::Held]);
        (record, sealed.jws.identity(), new)
    }

    /// The director has it count.
    async fn apply(&self, house: &House, hash: Digest, activity: Option<ActivityId>) {
        let mut tx = house.store.write().await.unwrap();
        let of = Deciding { now: house.clock.wall(), by: self.director };
        let decision = Decision { choice: Choice::Applied, activity, reason: None, text: None };
        held::decide(&mut tx, &*house.chance, of, hash, decision).await.unwrap();
        tx.commit().await.unwrap();
    }
}

async fn sampled(house: &House) -> Vec<RecordId> {
    let mut tx = house.store.read().await.unwrap();
    let rows = all!(&mut tx, (RecordId,), "select record from check_sample order by position").await.unwrap();
    rows.into_iter().map(|(record,)| record).collect()
}

pub fn worker(house: &House) -> Work {
    let objects = Depot::of(&house.config).unwrap().objects;
    Work::new(house.store.clone(), house.chance.clone(), house.clock.clone(), objects)
}

fn at((lat, lon): (f64, f64), accuracy_m: f64) -> Value {
    json!({"lat": lat, "lon": lon, "accuracy_m": accuracy_m, "source": "satellite", "mock": false})
}

fn rules(found: &[Finding]) -> Vec<(Rule, Severity)> {
    found.iter().map(|finding| (finding.rule, finding.severity)).collect()
}

async fn size(house: &House) -> u64 {
    let mut tx = house.store.read().await.unwrap();
    journal::size(&mut tx).await.unwrap()
}

async fn assert_sound(house: &House) {
    let compared = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
    assert_eq!(compared.differences, []);
    let report = verify::verify(&house.config, &house.store, Media::Sizes, &mut |_, _, _| {}).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

on_each! { engine, House;
    async fn what_comes_is_noticed_and_stated_once(house) {
        let mut case = Case::new(&house).await;
        let (clean, _) = case.complete(&house, 0, 0, |_| {}).await;
        let (bare, _) = case.complete(&house, 0, 1, |payload| { payload.as_object_mut().unwrap().remove("position"); }).await;
        let (rough, _) = case.complete(&house, 0, 2, |payload| payload["position"] = at(HOME, 900.0)).await;
        assert_eq!(rules(&case.noticed(&house, clean).await), []);
        assert_eq!(rules(&case.noticed(&house, bare).await), [(Rule::NoPosition, Severity::Over)]);
        assert_eq!(rules(&case.noticed(&house, rough).await), [(Rule::PoorAccuracy, Severity::Soon)]);
        let before = size(&house).await;
        // Looked at again by another process: the outcome is the same, so no fact says so.
        let mut tx = house.store.write().await.unwrap();
        assert_eq!(findings::work::again(&mut tx, "2020-01-01T00:00:00Z".parse().unwrap()).await.unwrap(), 3);
        tx.commit().await.unwrap();
        assert!(!worker(&house).all().await.unwrap(), "the first process still has the work");
        assert!(case.work.all().await.unwrap());
        assert_eq!(size(&house).await, before);
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(findings::work::seen(&mut tx).await.unwrap().unsigned_abs(), before);
        drop(tx);
        assert_sound(&house).await;
    }

    async fn the_same_file_is_noticed_with_both_families_and_goes_with_one(house) {
        let mut case = Case::new(&house).await;
        let same = photo("THE SAME");
        let (first, sealed) = case.seal(&house, 0, 0, &same, |payload| {
            payload.as_object_mut().unwrap().remove("position");
        }).await;
        assert_eq!(case.phones[0].push(&house, &[&sealed]).await, [Verdict::Accepted]);
        assert_eq!(rules(&case.noticed(&house, first).await), [(Rule::NoPosition, Severity::Over)]);
        let (second, sealed) = case.seal(&house, 1, 0, &same, |_| {}).await;
        assert_eq!(case.phones[1].push(&house, &[&sealed]).await, [Verdict::Accepted]);
        let of_second = case.noticed(&house, second).await;
        let both = [(Rule::NoPosition, Severity::Over), (Rule::SameFile, Severity::Over)];
        assert_eq!(rules(&of_second), [both[1]]);
        assert_eq!(rules(&case.noticed(&house, first).await), both);
        assert_sound(&house).await;

        let gone = sealed.jws.identity();
        let subject = erase::Subject::Family(FamilyId(case.families[1]));
        let (now, chance) = (house.clock.wall(), &*house.chance);
        erase::erase(&house.config, &house.store, subject, "18", case.director, now, chance).await.unwrap();
        assert_eq!(rules(&case.noticed(&house, first).await), both[..1]);
        let mut tx = house.store.read().await.unwrap();
        assert_eq!(findings::of(&mut tx, second).await.unwrap(), []);
        let like = format!("%findings.computed%{gone}%");
        let bodies = all!(&mut tx, (i64,), "select position from journal_body where body like $1", like).await.unwrap();
        assert_eq!(bodies, [], "a fact about the first record named the second one");
        let left = one!(&mut tx, (i64, i64), "select (select count(*) from finding_mention), (select count(*) from record_reading)");
        assert_eq!(left.await.unwrap(), (0, 1));
        drop(tx);
        assert_sound(&house).await;
    }

    async fn a_gap_that_closes_is_no_finding_any_more(house) {
        let mut case = Case::new(&house).await;
        case.complete(&house, 0, 0, |_| {}).await;
        let bytes = photo("LATE");
        let (_, second) = case.seal(&house, 0, 1, &bytes, |_| {}).await;
        let (third, _) = case.complete(&house, 0, 2, |_| {}).await;
        let found = case.noticed(&house, third).await;
        assert_eq!(rules(&found), [(Rule::ChainGap, Severity::Soon)]);
        assert_eq!((&found[0].params["from"], &found[0].params["to"]), (&json!(2), &json!(2)));
        assert_eq!(case.phones[0].push(&house, &[&second]).await, [Verdict::Accepted]);
        assert_eq!(rules(&case.noticed(&house, third).await), []);
        assert_sound(&house).await;
    }

    async fn a_plan_a_place_and_a_threshold_that_change_are_looked_at(house) {
        let mut case = Case::new(&house).await;
        let (record, _) = case.complete(&house, 0, 0, |payload| payload["position"] = at(HOME, 150.0)).await;
        assert_eq!(rules(&case.noticed(&house, record).await), []);
        let activity = case.district.activities_of(case.families[0]).next().unwrap().id;
        let due = async |case: &mut Case, day: &str| {
            case.due(&house, activity, day).await;
            case.work.all().await.unwrap();
            let mut tx = house.store.read().await.unwrap();
            rules(&findings::of(&mut tx, record).await.unwrap())
        };
        assert_eq!(due(&mut case, "2026-11-20").await, [(Rule::Late, Severity::Over)]);
        // A Sunday: in time on Monday, the day of the record, unless the centre has Sunday worked.
        assert_eq!(due(&mut case, "2026-11-22").await, []);
        let sunday = async |case: &mut Case, works: Option<bool>| {
            let set = calendar::DaySet { works, reason: "қаулы".into(), source: "№ 1".into() };
            let name = calendar::setting("2026-11-22".parse().unwrap());
            let value = serde_json::to_string(&set).unwrap();
            house.append([Fact::by_system(Event::SettingSet(Setting::new(name, value)))]).await;
            case.work.all().await.unwrap();
            let mut tx = house.store.read().await.unwrap();
            rules(&findings::of(&mut tx, record).await.unwrap())
        };
        assert_eq!(sunday(&mut case, Some(true)).await, [(Rule::Late, Severity::Over)]);
        assert_eq!(sunday(&mut case, None).await, []);
        assert_eq!(due(&mut case, "2026-11-30").await, []);
        case.lives_at(&house, case.families[0], Some((HOME.0 + 2.0, HOME.1))).await;
        assert_eq!(rules(&case.noticed(&house, record).await), [(Rule::FarFromSettlement, Severity::Soon)]);
        case.lives_at(&house, case.families[0], None).await;
        assert_eq!(rules(&case.noticed(&house, record).await), [(Rule::SettlementUnknown, Severity::Good)]);
        let kato = case.district.families.iter().find(|of| of.id == case.families[0]).unwrap().settlement_kato.clone();
        let middle = |value: &str| {
            let name = findings::settlement::setting(&kato);
            Fact::by_system(Event::SettingSet(Setting::new(name, value)))
        };
        house.append([middle(r#"{"lat":54.3,"lon":76.9,"source":"карта"}"#)]).await;
        let far = case.noticed(&house, record).await;
        assert_eq!((rules(&far), &far[0].params["how"]), (vec![(Rule::FarFromSettlement, Severity::Soon)], &json!("centre")));
        let home = case.item(&house, record).await.family.home.unwrap();
        assert_eq!(((home.place.lat, home.place.lon), home.how), ((54.3, 76.9), Known::Centre));
        house.append([middle("")]).await;
        assert!(case.item(&house, record).await.family.home.is_none());
        assert_eq!(rules(&case.noticed(&house, record).await), [(Rule::SettlementUnknown, Severity::Good)]);
        case.lives_at(&house, case.families[0], Some(HOME)).await;
        let set = |value: &str, day: &str| {
            let name = format!("finding.{}.{day}", Threshold::AccuracyM);
            Fact::by_system(Event::SettingSet(Setting::new(name, value)))
        };
        house.append([set("100", "2026-11-24")]).await;
        assert_eq!(rules(&case.noticed(&house, record).await), [], "it came a day before that holds");
        house.append([set("100", "2026-11-01")]).await;
        assert_eq!(rules(&case.noticed(&house, record).await), [(Rule::PoorAccuracy, Severity::Soon)]);
        assert_sound(&house).await;
    }

    async fn a_way_too_fast_is_noticed_whichever_record_comes_first(house) {
        let mut case = Case::new(&house).await;
        let at_time = |place, time: &str| {
            let mut position = at(place, 8.0);
            position["fix_at"] = json!(time);
            move |payload: &mut Value| payload["position"] = position
        };
        let near = (HOME.0 + 0.3, HOME.1);
        let (later, _) = case.complete(&house, 0, 0, at_time(near, "2026-11-23T06:40:00Z")).await;
        assert_eq!(rules(&case.noticed(&house, later).await), []);
        let (earlier, _) = case.complete(&house, 0, 1, at_time(HOME, "2026-11-23T06:30:00Z")).await;
        assert_eq!(rules(&case.noticed(&house, earlier).await), []);
        assert_eq!(rules(&case.noticed(&house, later).await), [(Rule::ImpossibleTravel, Severity::Over)]);
        // Whoever checks it has both places before him, with their times, and what the record is measured by.
        let item = case.item(&house, later).await;
        let other = item.findings[0].other.as_ref().unwrap();
        assert_eq!(other.record, earlier);
        let place = other.place.unwrap();
        assert_eq!(((place.lat, place.lon), place.at), (HOME, "2026-11-23T06:30:00Z".parse().unwrap()));
        assert_eq!(item.place_at, "2026-11-23T06:40:00Z".parse().ok());
        let bracket = item.bracket.unwrap();
        assert!(bracket.not_before <= bracket.not_after && bracket.not_after == item.received_at, "{bracket:?}");
        // He was halfway in between: only from there on it was too fast.
        let (between, _) = case.complete(&house, 0, 2, at_time((HOME.0 + 0.01, HOME.1), "2026-11-23T06:39:00Z")).await;
        assert_eq!(rules(&case.noticed(&house, between).await), []);
        assert_eq!(case.noticed(&house, later).await[0].params["minutes"], "1");
        assert_sound(&house).await;
    }

    async fn both_branches_of_a_fork_say_so(house) {
        let mut case = Case::new(&house).await;
        let (first, sealed) = case.complete(&house, 0, 0, |_| {}).await;
        let payload: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        let mut other = payload.clone();
        other["record"] = json!(Uuid::from_u128(99));
        other["note"] = json!("басқа");
        let other = case.phones[0].sign(kandas_shared::jws::Typ::Record, &other);
        assert_eq!(case.phones[0].hand_in(&house, vec![other]).await[0].verdict, Verdict::Held);
        let second = RecordId(Uuid::from_u128(99));
        assert!(rules(&case.noticed(&house, first).await).contains(&(Rule::ChainFork, Severity::Over)));
        assert!(rules(&case.noticed(&house, second).await).contains(&(Rule::ChainFork, Severity::Over)));
        assert_sound(&house).await;
    }

    async fn a_record_that_counts_after_all_is_measured_by_what_it_counts_for(house) {
        let mut case = Case::new(&house).await;
        let at_time = |place, time: &str| {
            let mut position = at(place, 8.0);
            position["fix_at"] = json!(time);
            move |payload: &mut Value| payload["position"] = position
        };
        let (later, _) = case.complete(&house, 0, 1, at_time((HOME.0 + 0.3, HOME.1), "2026-11-23T06:40:00Z")).await;
        let (record, hash, activity) = case.held(&house, 0, at_time(HOME, "2026-11-23T06:30:00Z")).await;
        let named = case.district.activities_of(case.families[0]).next().unwrap().id;
        case.due(&house, named, "2026-11-30").await;
        case.due(&house, activity.0, "2026-11-20").await;
        assert_eq!(rules(&case.noticed(&house, later).await), [], "where it was does not count yet");
        let all = async |record| {
            let mut tx = house.store.read().await.unwrap();
            rules(&findings::of(&mut tx, record).await.unwrap())
        };
        let late = (Rule::Late, Severity::Over);
        assert!(!all(record).await.contains(&late), "due as the activity that it names");

        case.apply(&house, hash, Some(activity)).await;
        assert_eq!(rules(&case.noticed(&house, later).await), [(Rule::ImpossibleTravel, Severity::Over)]);
        assert!(all(record).await.contains(&late));
        let before = size(&house).await;
        assert!(case.work.all().await.unwrap());
        assert_eq!(size(&house).await, before);
        assert_sound(&house).await;
    }

    async fn a_record_that_counts_after_all_is_drawn_once(house) {
        let mut case = Case::new(&house).await;
        let every = |share: &str| {
            let name = format!("finding.{}.2026-11-01", Threshold::SamplePercent);
            Fact::by_system(Event::SettingSet(Setting::new(name, share)))
        };
        house.append([every("100")]).await;
        let (seen, seen_hash, activity) = case.held(&house, 0, |_| {}).await;
        case.due(&house, activity.0, "2026-11-30").await;
        assert_eq!(case.noticed(&house, seen).await, []);
        assert_eq!(sampled(&house).await, [], "it counts for nothing yet");
        case.apply(&house, seen_hash, Some(activity)).await;
        assert_eq!(case.noticed(&house, seen).await, []);
        assert_eq!(sampled(&house).await, [seen]);

        // One that came and counts before anybody has looked, with as many facts in between as are read in one go.
        let (quick, hash, activity) = case.held(&house, 1, |_| {}).await;
        case.due(&house, activity.0, "2026-11-30").await;
        let name = "note".to_owned();
        let idle = |nr: u32| Fact::by_system(Event::SettingSet(Setting::new(name.clone(), nr.to_string())));
        house.append((0..450).map(idle)).await;
        case.apply(&house, hash, Some(activity)).await;
        assert_eq!(case.noticed(&house, quick).await, []);
        assert_eq!(sampled(&house).await, [seen, quick]);
        // And one of which everything is read together.
        let (third, hash, activity) = case.held(&house, 2, |_| {}).await;
        case.due(&house, activity.0, "2026-11-30").await;
        case.apply(&house, hash, Some(activity)).await;
        assert_eq!(case.noticed(&house, third).await, []);
        assert_eq!(sampled(&house).await, [seen, quick, third]);
        assert_sound(&house).await;
    }

    async fn a_fork_stays_one_and_a_gap_says_that_it_is_lost(house) {
        let mut case = Case::new(&house).await;
        let (first, sealed) = case.complete(&house, 0, 0, |_| {}).await;
        let mut other: Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        other["record"] = json!(Uuid::from_u128(99));
        let next = case.district.activities_of(case.families[0]).nth(1).unwrap();
        other["statement"]["activity"] = json!(next.id);
        other["statement"]["person"] = json!(next.person);
        other["statement"]["service"] = json!(next.service);
        let other = case.phones[0].sign(kandas_shared::jws::Typ::Record, &other);
        let hash = other.identity();
        assert_eq!(case.phones[0].hand_in(&house, vec![other]).await[0].verdict, Verdict::Held);
        let second = RecordId(Uuid::from_u128(99));
        case.noticed(&house, second).await;
        case.apply(&house, hash, None).await;
        for record in [first, second] {
            assert!(rules(&case.noticed(&house, record).await).contains(&(Rule::ChainFork, Severity::Over)));
        }

        case.seal(&house, 0, 2, &photo("NEVER"), |_| {}).await;
        let (third, _) = case.complete(&house, 0, 3, |_| {}).await;
        assert_eq!(case.noticed(&house, third).await[0].params["how"], "open");
        let mut tx = house.store.write().await.unwrap();
        let of = Deciding { now: house.clock.wall(), by: case.director };
        let missing = Missing { device: case.phones[0].device, chain: case.phones[0].chain, from: 2, to: 2 };
        held::close_gap(&mut tx, &*house.chance, of, missing, ChoiceReason::PhoneLost).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(case.noticed(&house, third).await[0].params["how"], "lost");
        assert_sound(&house).await;
    }

    async fn a_similar_photo_is_noticed_when_both_are_there(house) {
        let mut case = Case::new(&house).await;
        let picture = |seed| kandas_fixtures::media::Photo::new(seed, 960).jpeg().unwrap();
        let original = picture(5);
        let again = resaved(&original);
        assert_ne!(Digest::of(&original), Digest::of(&again));
        let mut sealed = Vec::new();
        for (whose, bytes) in [(0, &original), (1, &again)] {
            let (record, one) = case.seal(&house, whose, 0, bytes, |_| {}).await;
            assert_eq!(case.phones[whose].push(&house, &[&one]).await, [Verdict::Accepted]);
            sealed.push((record, one));
        }
        let (record, one) = case.seal(&house, 1, 1, &picture(6), |_| {}).await;
        assert_eq!(case.phones[1].push(&house, &[&one]).await, [Verdict::Accepted]);
        case.phones[1].deliver(&house, &one).await;
        case.phones[0].deliver(&house, &sealed[0].1).await;
        assert_eq!(rules(&case.noticed(&house, sealed[0].0).await), []);
        case.phones[1].deliver(&house, &sealed[1].1).await;
        for (record, _) in &sealed {
            assert_eq!(rules(&case.noticed(&house, *record).await), [(Rule::NearDuplicate, Severity::Over)]);
        }
        assert_eq!(rules(&case.noticed(&house, record).await), [], "another scene");
        // Who takes the work over makes the index anew.
        house.clock.set("2026-11-23T08:00:00Z");
        case.work = worker(&house);
        let mut tx = house.store.write().await.unwrap();
        findings::work::again(&mut tx, "2020-01-01T00:00:00Z".parse().unwrap()).await.unwrap();
        tx.commit().await.unwrap();
        let before = size(&house).await;
        assert!(case.work.all().await.unwrap());
        assert_eq!((size(&house).await, case.work.index().1), (before, 3));
        assert_sound(&house).await;
    }
}

/// Saved again in quality 40, darker and smaller.
fn resaved(jpeg: &[u8]) -> Vec<u8> {
    let picture =
        image::load_from_memory(jpeg).unwrap().resize(640, 640, image::imageops::FilterType::Triangle);
    let darker = picture.brighten(-20).to_rgb8();
    let mut out = Vec::new();
    image::codecs::jpeg::JpegEncoder::new_with_quality(&mut out, 40).encode_image(&darker).unwrap();
    out
}
