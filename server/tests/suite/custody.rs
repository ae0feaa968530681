//! What custody promises when things go wrong: one photo of two persons, records that come too late, a phone that
//! lies, an operator who rewrites a log.

use kandas_fixtures::district::{Activity as DistrictActivity, District};
use kandas_server::{
    access::{self, Action, Reading},
    all, checkpoints, erase, exec,
    facts::Event,
    journal, one, rebuild,
    verify::{self, Media, Report},
};
use kandas_shared::{
    evidence::Part,
    hash::Digest,
    ids::{ActivityId, FamilyId, PersonId, RecordId, UserId},
    plan_state::ActivityState,
    receipt::Verdict,
    time::Clock as _,
};
use serde_json::json;

use crate::{
    house::{House, Phone, Sealed, Work, district_with_a_large_family, photo},
    stores::on_each,
};

async fn report(house: &House) -> Report {
    verify::verify(&house.config, &house.store, Media::Hashes, &mut |_, _, _| {}).await.unwrap()
}

/// Sound, and the tables are those of the journal once they were made anew.
async fn assert_sound(house: &House) -> Report {
    let found = report(house).await;
    assert_eq!(found.faults, Vec::<String>::new());
    let rebuilt = rebuild::rebuild(&house.store, &mut |_, _| {}).await.unwrap();
    assert_eq!(rebuilt.differences, []);
    found
}

fn work<'a>(activity: &DistrictActivity, family: uuid::Uuid, photo: &'a [u8]) -> Work<'a> {
    Work {
        family: FamilyId(family),
        person: PersonId(activity.person),
        activity: ActivityId(activity.id),
        service: activity.service.parse().unwrap(),
        note: "Жалғыз жазба",
        photo,
    }
}

/// A family, its worker's phone, and an activity of each of two members.
struct Two {
    district: District,
    family: uuid::Uuid,
    phone: Phone,
    one: DistrictActivity,
    other: DistrictActivity,
}

async fn two(house: &House) -> Two {
    let district = district_with_a_large_family(4);
    house.import(&district).await;
    let family = district.families[1].id;
    let assignment = district.assignments.iter().find(|a| a.family == family && a.to.is_none()).unwrap();
    let phone = Phone::enrol(house, UserId(assignment.worker)).await;
    let one = district.activities_of(family).next().unwrap().clone();
    let other = district.activities_of(family).find(|a| a.person != one.person).unwrap().clone();
    Two { family, phone, one, other, district }
}

impl Two {
    /// One press of the shutter, a record for each member.
    async fn photographed(&mut self, house: &House, bytes: &[u8]) -> [Sealed; 2] {
        let first = self.phone.seal(house, &work(&self.one, self.family, bytes)).await;
        let second = self
            .phone
            .seal_with(house, &work(&self.other, self.family, bytes), |payload| {
                payload["evidence"][0]["evidence"] = json!(first.evidence);
            })
            .await;
        assert_eq!(self.phone.push(house, &[&first, &second]).await, [Verdict::Accepted; 2]);
        [first, second]
    }

    async fn erase(&self, house: &House, person: uuid::Uuid) -> erase::Taken {
        let (by, now) = (UserId(self.district.users[0].id), house.clock.wall());
        let subject = erase::Subject::Person(PersonId(person));
        erase::erase(&house.config, &house.store, subject, "18", by, now, &*house.chance).await.unwrap().1
    }
}

async fn state_of(house: &House, activity: uuid::Uuid) -> Option<(ActivityState, Option<RecordId>)> {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select state, record from activity where id = $1";
    kandas_server::opt!(&mut tx, (ActivityState, Option<RecordId>), sql, ActivityId(activity)).await.unwrap()
}

async fn file_state(house: &House, sealed: &Sealed) -> (String, Digest) {
    let mut tx = house.store.read().await.unwrap();
    let sql = "select state, sha256 from evidence_file where evidence = $1 and part = $2";
    one!(&mut tx, (String, Digest), sql, sealed.evidence, Part::File).await.unwrap()
}

async fn an_erasing_of_one(house: House, first_goes: bool, photo_is_here: bool) {
    let mut two = two(&house).await;
    let bytes = photo("TWO-OF-THEM");
    let [first, second] = two.photographed(&house, &bytes).await;
    if photo_is_here {
        two.phone.deliver(&house, &first).await;
    }
    let (goes, stays) =
        if first_goes { (two.one.clone(), two.other.clone()) } else { (two.other.clone(), two.one.clone()) };
    let before = state_of(&house, stays.id).await;
    let taken = two.erase(&house, goes.person).await;
    assert_eq!((taken.records, taken.files, taken.shared), (1, 0, 1), "the photo is the other one's proof");
    assert_eq!(state_of(&house, goes.id).await, None);
    assert_eq!(state_of(&house, stays.id).await, before);
    assert_sound(&house).await;
    if !photo_is_here {
        two.phone.deliver(&house, &second).await;
        assert_sound(&house).await;
    }
    assert_eq!(file_state(&house, &first).await, ("received".into(), Digest::of(&bytes)));
    assert_eq!(state_of(&house, stays.id).await.unwrap().0, ActivityState::Reported);
    assert!(!House::found_in(&house.config.data, &[b"TWO-OF-THEM"]).is_empty());

    // With the other one nobody is left whose proof it is.
    let taken = two.erase(&house, stays.person).await;
    assert_eq!((taken.records, taken.files, taken.shared), (1, 1, 0));
    assert_eq!(House::found_in(&house.config.data, &[b"TWO-OF-THEM"]), []);
    assert_sound(&house).await;
}

/// One member's record is corrected: it was the other member. Then one of them is erased.
async fn a_corrected_person(house: House, mistaken_goes: bool) {
    let mut two = two(&house).await;
    let bytes = photo("MISTAKEN");
    let first = two.phone.seal(&house, &work(&two.one, two.family, &bytes)).await;
    let mistaken: serde_json::Value = serde_json::from_str(&first.jws.payload).unwrap();
    let correction = two
        .phone
        .seal_with(&house, &work(&two.other, two.family, &bytes), |payload| {
            payload["supersedes"] = mistaken["record"].clone();
            payload["correction"] = json!("басқа адам");
        })
        .await;
    two.phone.push(&house, &[&first]).await;
    assert_eq!(state_of(&house, two.one.id).await.unwrap().0, ActivityState::Synced);
    assert_eq!(two.phone.push(&house, &[&correction]).await, [Verdict::Accepted]);
    assert_eq!(state_of(&house, two.one.id).await, Some((ActivityState::Planned, None)));
    assert_eq!(state_of(&house, two.other.id).await.unwrap().0, ActivityState::Synced);
    assert_sound(&house).await;
    two.erase(&house, if mistaken_goes { two.one.person } else { two.other.person }).await;
    assert_sound(&house).await;
    if !mistaken_goes {
        assert_eq!(state_of(&house, two.one.id).await, Some((ActivityState::Planned, None)));
    }
}

on_each! { engine, House;
    async fn the_photo_of_two_persons_outlives_the_first(house) {
        an_erasing_of_one(house, true, true).await;
    }

    async fn the_photo_of_two_persons_outlives_the_second(house) {
        an_erasing_of_one(house, false, true).await;
    }

    async fn a_photo_of_two_persons_may_come_after_one_was_erased(house) {
        an_erasing_of_one(house, true, false).await;
    }

    async fn a_salvaged_photo_of_two_persons_stays_salvaged(house) {
        let mut two = two(&house).await;
        let [first, _] = two.photographed(&house, &photo("TWO")).await;
        let salvaged = kandas_server::facts::EvidenceSalvaged {
            evidence: first.evidence,
            part: Part::File,
            sha256: Digest::of(b"rest"),
            size: 4,
            object: "salvage/rest".into(),
            carrier: None,
        };
        std::fs::create_dir_all(house.config.media_dir().join("salvage")).unwrap();
        std::fs::write(house.config.media_dir().join("salvage/rest"), b"rest").unwrap();
        let fact = journal::Fact {
            family: Some(FamilyId(two.family)),
            person: Some(PersonId(two.other.person)),
            ..journal::Fact::by_system(Event::EvidenceSalvaged(salvaged))
        };
        house.append([fact]).await;
        two.erase(&house, two.one.person).await;
        assert_eq!(file_state(&house, &first).await.0, "salvaged");
        assert_sound(&house).await;
    }

    async fn a_correction_outlives_the_person_it_took_a_record_from(house) {
        a_corrected_person(house, true).await;
    }

    async fn what_a_correction_took_back_outlives_its_own_person(house) {
        a_corrected_person(house, false).await;
    }

    async fn a_late_record_about_an_erased_family_leaves_no_byte(house) {
        let mut two = two(&house).await;
        let bytes = photo("LATE-PHOTO");
        let early = two.phone.seal(&house, &work(&two.one, two.family, &bytes)).await;
        two.phone.push(&house, &[&early]).await;
        let (by, now) = (UserId(two.district.users[0].id), house.clock.wall());
        let subject = erase::Subject::Family(FamilyId(two.family));
        erase::erase(&house.config, &house.store, subject, "18", by, now, &*house.chance).await.unwrap();

        // The phone was away: it knows nothing of it.
        let mut late = Vec::new();
        for _ in 0..2 {
            late.push(two.phone.seal(&house, &work(&two.other, two.family, &bytes)).await);
        }
        let needles: &[&[u8]] = &["Жалғыз жазба".as_bytes(), b"LATE-PHOTO"];
        let items = two.phone.push_items(&house, &[&late[1], &late[0], &late[1]]).await;
        let said: Vec<_> = items.iter().map(|i| (i.verdict, i.reason.as_deref())).collect();
        let why = Some("erased");
        assert_eq!(said, [(Verdict::Held, why), (Verdict::Held, why), (Verdict::Known, why)]);
        assert!(items.iter().all(|item| item.position.is_some()), "custody of its identity");
        assert_eq!(items[2].position, items[0].position);
        assert_eq!(House::found_in(&house.config.data, needles), []);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, needles), []);
        }
        assert_eq!(file_state(&house, &late[0]).await.0, "erased", "its photo is not wanted either");
        let found = assert_sound(&house).await;
        assert_eq!(found.erasures.len(), 1);
        // The chain is whole: nothing is missing and nothing splits.
        let mut tx = house.store.read().await.unwrap();
        let gaps = all!(&mut tx, (i64,), "select from_seq from chain_gap").await.unwrap();
        let (head,) = one!(&mut tx, (i64,), "select seq from chain where chain = $1", two.phone.chain).await.unwrap();
        assert_eq!((gaps, head), (vec![], 3));
        drop(tx);
        // A second decision finds nothing of them.
        let taken = erase::erase(&house.config, &house.store, subject, "18", by, now, &*house.chance).await.unwrap().1;
        assert_eq!((taken.bodies, taken.records), (0, 0));
        assert_sound(&house).await;
    }

    async fn the_photo_of_an_erased_person_is_wanted_again_for_another(house) {
        let mut two = two(&house).await;
        let bytes = photo("AGAIN");
        let first = two.phone.seal(&house, &work(&two.one, two.family, &bytes)).await;
        two.phone.push(&house, &[&first]).await;
        two.phone.deliver(&house, &first).await;
        two.erase(&house, two.one.person).await;
        assert_eq!(file_state(&house, &first).await.0, "erased");
        let second = two
            .phone
            .seal_with(&house, &work(&two.other, two.family, &bytes), |payload| {
                payload["evidence"][0]["evidence"] = json!(first.evidence);
            })
            .await;
        assert_eq!(two.phone.push(&house, &[&second]).await, [Verdict::Accepted]);
        assert_eq!(file_state(&house, &second).await, ("expected".into(), Digest::of(&bytes)));
        two.phone.deliver(&house, &second).await;
        assert_eq!(state_of(&house, two.other.id).await.unwrap().0, ActivityState::Reported);
        assert_sound(&house).await;
    }

    async fn a_false_checkpoint_is_a_finding_of_its_record(house) {
        let mut two = two(&house).await;
        let bytes = photo("LIE");
        let mut sealed = Vec::new();
        for lie in [None, Some((2, "root")), Some((1_000_000, "size")), Some((2, "root"))] {
            let work = work(&two.one, two.family, &bytes);
            sealed.push(
                two.phone
                    .seal_with(&house, &work, |payload| {
                        let Some((size, what)) = lie else { return };
                        payload["checkpoint"]["size"] = json!(size);
                        if what == "root" {
                            payload["checkpoint"]["root"] = json!(Digest::of(b"another journal"));
                        }
                    })
                    .await,
            );
        }
        let verdicts = two.phone.push(&house, &sealed.iter().collect::<Vec<_>>()).await;
        assert_eq!(verdicts, [Verdict::Accepted; 4]);
        let found = assert_sound(&house).await;
        assert_eq!((found.checkpoints, found.findings.len()), (1, 2), "{found:?}");
        assert!(found.findings[0].contains("(and 1 more)") && found.findings[0].contains("another journal of 2"));
        assert!(found.findings[1].contains("longer than this one of 1000000"));
    }

    async fn every_reading_is_anchored_and_a_rewritten_one_is_found(house) {
        let mut two = two(&house).await;
        let (now, chance) = (house.clock.wall(), &*house.chance);
        assert!(!access::anchor(&house.store, chance, now).await.unwrap(), "nothing was read");
        let reading = Reading { by: Some(two.phone.worker), family: Some(FamilyId(two.family)), ..Reading::default() };
        for round in 0..3 {
            for _ in 0..=round {
                access::note(&house.store, now, Action::Survey, reading).await.unwrap();
            }
            assert!(access::anchor(&house.store, chance, now).await.unwrap());
            assert!(!access::anchor(&house.store, chance, now).await.unwrap(), "once is enough");
            let sealed = two.phone.seal(&house, &work(&two.one, two.family, b"x")).await;
            two.phone.push(&house, &[&sealed]).await;
        }
        // One that is not anchored yet may not be judged.
        access::note(&house.store, now, Action::Users, Reading::default()).await.unwrap();
        assert_eq!(assert_sound(&house).await.accesses, 6);
        let mut tx = house.store.read().await.unwrap();
        let anchors = all!(&mut tx, (i64, i64), "select from_id, to_id from access_anchor order by position").await.unwrap();
        assert_eq!(anchors, [(1, 1), (2, 3), (4, 6)]);
        drop(tx);
        for damage in [
            "update access_log set action = 'user.list' where id = 2",
            "update access_log set by_user = null where id = 3",
            "delete from access_log where id = 5",
        ] {
            let mut tx = house.store.write().await.unwrap();
            assert_eq!(exec!(&mut tx, damage).await.unwrap(), 1, "{damage}");
            tx.commit().await.unwrap();
        }
        let found = report(&house).await;
        assert_eq!(found.faults.len(), 2, "{:?}", found.faults);
        assert!(found.faults.iter().all(|fault| fault.contains("access log")));
        assert_eq!(found.accesses, 1);
    }

    async fn the_head_is_kept_once_an_hour_and_verified(house) {
        let two = two(&house).await;
        let signer = house.keys().signer();
        let now = house.clock.wall();
        let first = checkpoints::keep(&house.store, &*signer, now).await.unwrap();
        checkpoints::keep(&house.store, &*signer, now).await.unwrap();
        two.erase(&house, two.one.person).await;
        let second = checkpoints::keep(&house.store, &*signer, now).await.unwrap();
        assert!(second.size > first.size);
        assert_eq!(assert_sound(&house).await.kept_checkpoints, 2);
        let mut tx = house.store.read().await.unwrap();
        let (size, statement) = checkpoints::newest(&mut tx).await.unwrap().unwrap();
        drop(tx);
        assert_eq!(size, second.size);
        statement.verify(kandas_shared::jws::Typ::Checkpoint, &house.keys().public_key(), &kandas_server::keys::RingVerifier).unwrap();

        let mut tx = house.store.write().await.unwrap();
        let damage = "update checkpoint set root = $1 where size = $2";
        exec!(&mut tx, damage, Digest::of(b"another"), first.size as i64).await.unwrap();
        exec!(&mut tx, "update checkpoint set statement = '{}' where size = $1", second.size as i64).await.unwrap();
        tx.commit().await.unwrap();
        let faults = report(&house).await.faults;
        assert_eq!(faults.len(), 2, "{faults:?}");
        assert!(faults[0].contains("something else than its columns") && faults[1].contains("not readable"));
    }
}
