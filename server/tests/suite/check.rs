//! Checks of records: who may, what the worker's phone is told, how a correction answers, what erasing takes.

use std::collections::BTreeSet;

use kandas_fixtures::district::District;
use kandas_server::{
    all, changes,
    check::{self, CheckError, Checked, Checking, Due, Return, look, policy::NotAllowed},
    erase, opt, rebuild,
    verify::{self, Media},
};
use kandas_shared::{
    check::ReturnReason,
    cursor::Kind,
    ids::{ActivityId, EvidenceId, FamilyId, PersonId, RecordId, UserId},
    plan_state::CheckKind,
    pulled::{Assignment, Check, RecordState, Row},
    receipt::Verdict,
    time::Clock as _,
};
use uuid::Uuid;

use crate::{
    house::{House, Phone, Sealed, Work, district, photo},
    stores::on_each,
};

struct Case {
    district: District,
    family: Uuid,
    worker: UserId,
    director: UserId,
    phone: Phone,
}

impl Case {
    async fn new(house: &House) -> Self {
        Self::with(house, |_, _| true).await
    }

    /// With a family that is as wanted.
    async fn with(house: &House, wanted: impl Fn(&District, Uuid) -> bool) -> Self {
        let district = district(12);
        house.import(&district).await;
        let family = district.families.iter().find(|family| wanted(&district, family.id)).unwrap().clone();
        let of = district.assignments.iter().find(|a| a.family == family.id && a.to.is_none()).unwrap();
        let worker = UserId(of.worker);
        let director = director_of(&district, family.org_unit);
        let phone = Phone::enrol(house, worker).await;
        Self { district, family: family.id, worker, director, phone }
    }

    async fn complete(
        &mut self,
        house: &House,
        nr: usize,
        supersedes: Option<RecordId>,
    ) -> (RecordId, Sealed) {
        let activity = self.district.activities_of(self.family).nth(nr).unwrap();
        let bytes = photo(&format!("CHECK {nr} {supersedes:?}"));
        let work = Work {
            family: FamilyId(self.family),
            person: PersonId(activity.person),
            activity: ActivityId(activity.id),
            service: activity.service.parse().unwrap(),
            note: "жазба",
            photo: &bytes,
        };
        let sealed = self
            .phone
            .seal_with(house, &work, |payload| {
                if let Some(old) = supersedes {
                    payload["supersedes"] = serde_json::json!(old);
                    payload["correction"] = serde_json::json!("қайта түсірілді");
                }
            })
            .await;
        assert_eq!(self.phone.push(house, &[&sealed]).await, [Verdict::Accepted]);
        let payload: serde_json::Value = serde_json::from_str(&sealed.jws.payload).unwrap();
        (serde_json::from_value(payload["record"].clone()).unwrap(), sealed)
    }

    fn of(&self, house: &House, record: RecordId) -> Checking {
        Checking { now: house.clock.wall(), by: self.director, record }
    }

    /// What a phone of `worker` holds of records and checks.
    async fn held(&self, house: &House, worker: UserId) -> (Vec<RecordState>, Vec<Check>) {
        let kinds = [Kind::RecordState, Kind::Check];
        let now = house.clock.wall();
        let page =
            changes::page(&house.store, self.phone.device, worker, None, &kinds, 5_000, now).await.unwrap();
        let (mut states, mut checks) = (Vec::new(), Vec::new());
        for line in page.lines {
            match line.row.map(|row| Row::read(line.kind, row.get()).unwrap()) {
                Some(Row::RecordState(row)) => states.push(row),
                Some(Row::Check(row)) => checks.push(row),
                _ => {}
            }
        }
        checks.sort_by_key(|check| check.id);
        (states, checks)
    }
}

fn director_of(district: &District, unit: Uuid) -> UserId {
    let found = district.users.iter().find(|user| user.org_unit == unit && user.role == "cc_dir");
    UserId(found.unwrap().id)
}

async fn returned(
    house: &House,
    of: Checking,
    evidence: Option<EvidenceId>,
    due: u32,
) -> Result<Checked, CheckError> {
    let why = Return {
        reason: ReturnReason::Blurred.into(),
        text: Some("құжаттың шеті көрінбейді".into()),
        due: Due::WorkingDays(due),
    };
    let mut tx = house.store.write().await.unwrap();
    let done = match evidence {
        Some(evidence) => check::return_evidence(&mut tx, &*house.chance, of, evidence, &why).await?,
        None => check::return_record(&mut tx, &*house.chance, of, &why).await?,
    };
    tx.commit().await.unwrap();
    Ok(done)
}

async fn accepted(house: &House, of: Checking) -> Result<Checked, CheckError> {
    let mut tx = house.store.write().await.unwrap();
    let done = check::accept(&mut tx, &*house.chance, of).await?;
    tx.commit().await.unwrap();
    Ok(done)
}

/// The journal says the same as the tables, and `verify` finds nothing.
async fn assert_sound(house: &House) {
    let compared = rebuild::compare(&house.store, &mut |_, _| {}).await.unwrap();
    assert_eq!(compared.differences, []);
    let report = verify::verify(&house.config, &house.store, Media::Sizes, &mut |_, _, _| {}).await.unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

on_each! { engine, House;
    async fn a_returned_photo_is_told_and_answered_by_the_correction(house) {
        let mut case = Case::new(&house).await;
        let (record, sealed) = case.complete(&house, 0, None).await;
        let of = case.of(&house, record);
        // 23 November 2026 is a Monday.
        let done = returned(&house, of, Some(sealed.evidence), 2).await.unwrap();
        assert_eq!(done.due, Some("2026-11-25".parse().unwrap()));
        let (states, checks) = case.held(&house, case.worker).await;
        assert_eq!((states[0].check_state, states[0].check_due), (CheckKind::Returned, done.due));
        let [said] = &checks[..] else { panic!("{checks:?}") };
        assert_eq!((said.id, said.record, said.evidence), (done.check, record, Some(sealed.evidence)));
        assert_eq!((said.reason.clone(), said.stands), (Some(ReturnReason::Blurred.into()), true));
        assert_eq!(said.text.as_deref(), Some("құжаттың шеті көрінбейді"));
        assert_eq!(said.checker, case.director);
        assert!(!said.checker_name.is_empty());

        let (answer, _) = case.complete(&house, 0, Some(record)).await;
        let (states, checks) = case.held(&house, case.worker).await;
        let of_record = |id| states.iter().find(|state| state.record == Some(id)).unwrap();
        assert_eq!((of_record(record).check_state, of_record(record).check_due), (CheckKind::Answered, None));
        assert_eq!(of_record(answer).check_state, CheckKind::Unchecked);
        assert_eq!((checks[0].state, checks[0].stands), (CheckKind::Answered, false));
        assert_eq!(checks[0].answered_by, Some(answer));

        // What was corrected is not checked any more; the answer is.
        assert!(matches!(accepted(&house, of).await, Err(CheckError::Superseded(_))));
        accepted(&house, case.of(&house, answer)).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        let listed = look::list(&mut tx, case.director, &[CheckKind::Accepted], 9).await.unwrap();
        drop(tx);
        assert_eq!(listed.iter().map(|row| (row.record, row.supersedes)).collect::<Vec<_>>(), [(answer, Some(record))]);
        assert_sound(&house).await;
    }

    async fn photos_come_back_one_by_one_and_a_return_may_be_taken_back(house) {
        let mut case = Case::new(&house).await;
        let (record, first) = case.complete(&house, 0, None).await;
        let of = case.of(&house, record);
        let whole = returned(&house, of, None, 5).await.unwrap();
        let one = returned(&house, of, Some(first.evidence), 3).await.unwrap();
        let again = returned(&house, of, Some(first.evidence), 4).await.unwrap();
        let (_, checks) = case.held(&house, case.worker).await;
        let standing: Vec<_> = checks.iter().filter(|check| check.stands).map(|check| check.id).collect();
        assert_eq!(standing, [again.check], "{whole:?} {one:?}");
        assert_eq!(again.due, Some("2026-11-27".parse().unwrap()));
        let stranger = EvidenceId(Uuid::from_u128(7));
        assert!(matches!(returned(&house, of, Some(stranger), 3).await, Err(CheckError::UnknownEvidence(..))));

        accepted(&house, of).await.unwrap();
        let (states, checks) = case.held(&house, case.worker).await;
        assert_eq!((states[0].check_state, states[0].check_due), (CheckKind::Accepted, None));
        assert_eq!(checks.iter().filter(|check| check.stands).count(), 1);
        assert!(matches!(accepted(&house, of).await, Err(CheckError::NoSuchMove { .. })));
        assert_sound(&house).await;
    }

    async fn only_those_who_may_check(house) {
        let mut case = Case::new(&house).await;
        let (record, _) = case.complete(&house, 0, None).await;
        let refused = async |by: UserId| {
            let of = Checking { by, ..case.of(&house, record) };
            match accepted(&house, of).await { Err(CheckError::NotAllowed(why)) => Some(why), _ => None }
        };
        assert_eq!(refused(case.worker).await, Some(NotAllowed::Role));
        let family = case.district.families.iter().find(|family| family.id == case.family).unwrap();
        let elsewhere = case.district.users.iter().find(|u| u.role == "cc_dir" && u.org_unit != family.org_unit);
        assert_eq!(refused(UserId(elsewhere.unwrap().id)).await, Some(NotAllowed::Elsewhere));
        let head = case.district.users.iter().find(|user| user.role == "mio_set_head").unwrap();
        assert_eq!(refused(UserId(head.id)).await, None, "the executive body of the region may");
    }

    async fn whoever_has_the_family_now_is_told_and_who_had_it_is_not(house) {
        let mut case = Case::new(&house).await;
        let (record, sealed) = case.complete(&house, 0, None).await;
        let old = case.district.assignments.iter().find(|a| a.family == case.family && a.to.is_none()).unwrap();
        let family = case.district.families.iter().find(|family| family.id == case.family).unwrap();
        let other = case.district.users.iter().find(|user| {
            user.role == "cc_set" && user.org_unit == family.org_unit && user.id != case.worker.0
        }).unwrap();
        let other = UserId(other.id);
        let give = |id: Uuid, worker: UserId, to: Option<&str>| Assignment {
            id: id.into(),
            family: FamilyId(case.family),
            worker,
            from: "2026-01-01".parse().unwrap(),
            to: to.map(|day| day.parse().unwrap()),
        };
        let set = |assignment| kandas_server::journal::Fact {
            family: Some(FamilyId(case.family)),
            ..kandas_server::journal::Fact::by_system(kandas_server::facts::Event::AssignmentSet(assignment))
        };
        returned(&house, case.of(&house, record), Some(sealed.evidence), 2).await.unwrap();
        house.append([set(give(old.id, case.worker, Some("2026-11-20"))), set(give(Uuid::from_u128(5), other, None))]).await;
        let (states, checks) = case.held(&house, other).await;
        assert_eq!((states.len(), checks.len()), (1, 1), "by re-assignment");
        let (states, checks) = case.held(&house, case.worker).await;
        assert_eq!(checks, [], "words about a family that is his no more");
        assert_eq!(states[0].check_state, CheckKind::Returned, "his own record he still sees");
        accepted(&house, case.of(&house, record)).await.unwrap();
        let (states, checks) = case.held(&house, other).await;
        assert_eq!((states[0].check_state, checks.len()), (CheckKind::Accepted, 2));
        assert_sound(&house).await;
    }

    async fn erasing_takes_the_words_of_checks(house) {
        let mut case = Case::new(&house).await;
        let (record, sealed) = case.complete(&house, 0, None).await;
        returned(&house, case.of(&house, record), Some(sealed.evidence), 2).await.unwrap();
        let (kept, _) = case.complete(&house, 0, Some(record)).await;
        let subject = erase::Subject::Family(FamilyId(case.family));
        let (now, chance) = (house.clock.wall(), &*house.chance);
        erase::erase(&house.config, &house.store, subject, "18", case.director, now, chance).await.unwrap();
        let (states, checks) = case.held(&house, case.worker).await;
        assert_eq!((states.len(), checks.len()), (0, 0), "{kept}");
        let found = House::found_in(&house.config.data, &["құжаттың шеті".as_bytes()]);
        assert_eq!(found, []);
        if let Some(files) = house.database_files().await {
            assert_eq!(House::found_in(&files, &["құжаттың шеті".as_bytes()]), []);
        }
        assert_sound(&house).await;
    }

    async fn an_answer_by_the_record_of_another_person_stays_when_that_one_is_erased(house) {
        // Two members of the same family.
        let mut case = Case::with(&house, |district, family| {
            let persons: BTreeSet<_> = district.activities_of(family).map(|activity| activity.person).collect();
            persons.len() > 1
        })
        .await;
        let first = case.district.activities_of(case.family).next().unwrap().person;
        let other = case.district.activities_of(case.family).position(|a| a.person != first).unwrap();
        let (record, sealed) = case.complete(&house, 0, None).await;
        returned(&house, case.of(&house, record), Some(sealed.evidence), 2).await.unwrap();
        let (answer, _) = case.complete(&house, other, Some(record)).await;
        let person = case.district.activities_of(case.family).nth(other).unwrap().person;
        let (now, chance) = (house.clock.wall(), &*house.chance);
        let subject = erase::Subject::Person(PersonId(person));
        erase::erase(&house.config, &house.store, subject, "18", case.director, now, chance).await.unwrap();
        let mut tx = house.store.read().await.unwrap();
        let sql = "select check_state from record where record = $1";
        let state = opt!(&mut tx, (CheckKind,), sql, record).await.unwrap();
        assert_eq!(state, Some((CheckKind::Answered,)));
        let sql = "select answered_by from record_check";
        assert_eq!(all!(&mut tx, (Option<RecordId>,), sql).await.unwrap(), [(Some(answer),)]);
        drop(tx);
        assert_sound(&house).await;
    }
}
