//! Records come in: verdicts, custody, chains.

use kandas_server::{
    all, evidence, exec,
    facts::{DeviceEnrolled, Event, EvidenceReceived, Gap},
    intake::{IntakeError, desk, sealers::Sealers, verify},
    journal::{self, Fact},
    keys::RingVerifier,
    one,
};
use kandas_shared::{
    evidence::Part,
    hash::{Digest, b64, from_b64},
    ids::{ActivityId, ChainId, ConsentId, DeviceId, FamilyId, PersonId, RecordId, UserId},
    jws::{Jws, Signer as _, Typ},
    plan_state::ActivityState,
    receipt::{HeldReason, Receipt, RecordItem, RefusedReason, Verdict},
    record::{Act, ConsentState, MAX_PAYLOAD, Statement},
    service::ServiceCode,
};

use crate::{
    phones::{Phone, activity, assignment, centre, day, fact, id, intake},
    stores::{World, on_each},
};

fn held(item: &RecordItem, reason: HeldReason) {
    assert_eq!((item.verdict, item.reason.as_deref()), (Verdict::Held, Some(reason.as_str())), "{item:?}");
    assert!(item.position.is_some(), "held is custody");
}

fn accepted(item: &RecordItem) {
    assert_eq!((item.verdict, item.reason.as_deref()), (Verdict::Accepted, None), "{item:?}");
}

async fn gaps(world: &World) -> Vec<(i64, i64, String)> {
    let mut tx = world.store.read().await.unwrap();
    let sql = "select from_seq, to_seq, state from chain_gap order by state desc, from_seq";
    all!(&mut tx, (i64, i64, String), sql).await.unwrap()
}

async fn state_of(world: &World, n: u128) -> (ActivityState, Option<RecordId>) {
    let mut tx = world.store.read().await.unwrap();
    let sql = "select state, record from activity where id = $1";
    one!(&mut tx, (ActivityState, Option<RecordId>), sql, ActivityId(id(n))).await.unwrap()
}

on_each! { engine, World;
    async fn a_record_is_accepted_once_and_known_ever_after(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let record = phone.completion(101, 401);
        let jws = phone.seal(&record);

        let answer = phone.push(&intake, [jws.clone(), jws.clone()]).await;
        let [first, second] = &answer.items[..] else { panic!("two items") };
        accepted(first);
        assert_eq!((second.verdict, second.position), (Verdict::Known, first.position));
        assert_eq!(first.record, Some(record.record));
        assert_eq!(first.hash, jws.identity());

        let again = phone.push(&intake, [jws.clone()]).await.items.remove(0);
        assert_eq!((again.verdict, again.position), (Verdict::Known, first.position));

        // The other signature of the same statement.
        let signature = from_b64(&jws.signature).unwrap();
        let (r, s) = p256::ecdsa::Signature::from_slice(&signature).unwrap().split_scalars();
        let twin = p256::ecdsa::Signature::from_scalars(r, -s).unwrap();
        let mut other = jws.clone();
        other.signature = b64(&twin.to_bytes());
        assert_ne!(other.signature, jws.signature);
        let known = phone.push(&intake, [other]).await.items.remove(0);
        assert_eq!((known.verdict, known.position), (Verdict::Known, first.position));

        // The signed bytes are in the fact, byte for byte.
        let mut tx = world.store.read().await.unwrap();
        let stored = journal::stored_at(&mut tx, first.position.unwrap()).await.unwrap().unwrap().placed().unwrap().unwrap();
        let Event::RecordReceived(received) = stored.event else { panic!("a record") };
        assert_eq!(received.jws, jws);

        let receipt = answer.receipt(&*world.signer).unwrap();
        let payload = receipt.verify(Typ::Receipt, &world.signer.public_key(), &RingVerifier).unwrap();
        let Receipt::Records(receipt) = serde_json::from_str(payload).unwrap() else { panic!("a records receipt") };
        assert_eq!((receipt.items.len(), receipt.carrier), (2, phone.device));
    }

    async fn many_requests_with_the_same_record_give_one_accepted(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let record = phone.completion(101, 401);
        let jws = phone.seal(&record);
        let mut requests = tokio::task::JoinSet::new();
        for _ in 0..12 {
            let (intake, carrier, jws) = (intake.clone(), phone.carrier(), jws.clone());
            requests.spawn(async move { intake.accept(&carrier, vec![jws]).await.unwrap().items.remove(0) });
        }
        let items = requests.join_all().await;
        assert_eq!(items.iter().filter(|i| i.verdict == Verdict::Accepted).count(), 1);
        assert_eq!(items.iter().filter(|i| i.verdict == Verdict::Known).count(), 11);
        let position = items[0].position;
        assert!(items.iter().all(|i| i.position == position));
    }

    async fn what_cannot_be_tied_to_a_key_is_refused_and_nothing_else(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let mut stranger = Phone::enrol(&world, 22, 12).await;
        stranger.signer = kandas_server::keys::RingSigner::from_pkcs8(
            &kandas_server::keys::RingSigner::generate().unwrap(),
        ).unwrap();
        let intake = intake(&world);
        let good = phone.completion(101, 401);
        let good = phone.seal(&good);

        let record = stranger.completion(102, 402);
        let unknown = stranger.seal(&record);
        let mut broken = good.clone();
        broken.payload = broken.payload.replace("2026-11-20", "2026-11-19");
        let large = phone.sign(Typ::Record, format!("{{\"note\":\"{}\"}}", "x".repeat(MAX_PAYLOAD)));
        let mut batch = vec![unknown, broken, large, good.clone()];
        // Each other type in the place of a record.
        let others: Vec<Typ> = Typ::ALL.into_iter().filter(|typ| *typ != Typ::Record).collect();
        batch.extend(others.iter().map(|typ| phone.sign(*typ, good.payload.clone())));
        // A key whose name no database can look up: the others are not refused with it.
        let header = String::from_utf8(from_b64(&good.protected).unwrap()).unwrap();
        let odd = header.replace(&phone.signer.public_key().kid().0, "a\\u0000b");
        batch.push(Jws { protected: b64(odd.as_bytes()), ..good.clone() });
        let mut garbage = good.clone();
        garbage.protected = "AAAA".into();
        batch.push(garbage);

        let items = phone.push(&intake, batch).await.items;
        let reasons: Vec<_> = items.iter().map(|i| i.reason.clone()).collect();
        let word = |reason: RefusedReason| Some(reason.as_str().to_owned());
        assert_eq!(reasons[0], word(RefusedReason::UnknownKey));
        assert_eq!(reasons[1], word(RefusedReason::SignatureInvalid));
        assert_eq!(reasons[2], word(RefusedReason::TooLarge));
        accepted(&items[3]);
        for (at, typ) in others.iter().enumerate() {
            assert_eq!(reasons[4 + at], word(RefusedReason::NotARecord), "{typ:?}");
        }
        assert_eq!(reasons[4 + others.len()], word(RefusedReason::UnknownKey));
        assert_eq!(reasons.last().unwrap(), &word(RefusedReason::NotARecord));
        assert!(items.iter().all(|i| (i.verdict == Verdict::Refused) == i.position.is_none()));
    }

    async fn each_reason_to_hold(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);

        let mut record = phone.completion(101, 401);
        record.done_on = day("2026-11-24");
        held(&phone.deliver(&intake, &record).await, HeldReason::FutureDate);
        // The 23rd in UTC+5 began at 19:00 UTC of the 22nd.
        let mut record = phone.completion(101, 401);
        record.done_on = day("2026-11-23");
        accepted(&phone.deliver(&intake, &record).await);

        let record = phone.completion(999, 401);
        held(&phone.deliver(&intake, &record).await, HeldReason::UnknownFamily);
        // Whose answer was lost hears it when he asks again.
        let record = phone.completion(999, 401);
        let statement = phone.seal(&record);
        let unknown = phone.push(&intake, [statement.clone()]).await.items.remove(0);
        held(&unknown, HeldReason::UnknownFamily);
        let again = phone.push(&intake, [statement]).await.items.remove(0);
        assert_eq!((again.verdict, again.position), (Verdict::Known, unknown.position));
        assert_eq!(again.reason.as_deref(), Some(HeldReason::UnknownFamily.as_str()));
        let record = phone.completion(102, 402);
        held(&phone.deliver(&intake, &record).await, HeldReason::NotAssigned);
        let mut record = phone.completion(101, 401);
        record.worker = UserId(id(12));
        held(&phone.deliver(&intake, &record).await, HeldReason::NotAssigned);
        let act = Statement::Act {
            act: Act::MonitoringVisit, person: Some(PersonId(id(202))), topics: vec![], details: serde_json::Map::new(),
        };
        let record = phone.record(101, act);
        held(&phone.deliver(&intake, &record).await, HeldReason::UnknownPerson);
        let record = phone.completion(101, 402);
        held(&phone.deliver(&intake, &record).await, HeldReason::UnknownActivity);
        let mut record = phone.completion(101, 401);
        record.statement = Statement::Completion {
            activity: ActivityId(id(401)), person: PersonId(id(201)), service: ServiceCode::S09,
        };
        held(&phone.deliver(&intake, &record).await, HeldReason::UnknownActivity);
        let mut record = phone.completion(101, 401);
        record.supersedes = Some(RecordId(id(5)));
        held(&phone.deliver(&intake, &record).await, HeldReason::SupersedesUnknown);

        let mut cancelled = activity(501, 301, 101, 201, ServiceCode::S07);
        cancelled.state = ActivityState::Cancelled;
        world.append([fact(Event::ActivitySet(cancelled))]).await;
        let record = phone.completion(101, 501);
        held(&phone.deliver(&intake, &record).await, HeldReason::ActivityCancelled);

        let record = phone.completion(101, 401);
        let newer = serde_json::to_string(&record).unwrap().replacen("\"v\":1", "\"v\":2,\"mood\":\"new\"", 1);
        let jws = phone.sign(Typ::Record, newer);
        (phone.seq, phone.prev) = (record.seq, Some(jws.identity()));
        let item = phone.push(&intake, [jws]).await.items.remove(0);
        held(&item, HeldReason::TooNew);
        assert_eq!(item.record, Some(record.record));

        let record = phone.completion(101, 401);
        let odd = serde_json::to_string(&record).unwrap().replacen("\"v\":1", "\"v\":1,\"mood\":\"odd\"", 1);
        let jws = phone.sign(Typ::Record, odd);
        (phone.seq, phone.prev) = (record.seq, Some(jws.identity()));
        held(&phone.push(&intake, [jws]).await.items[0], HeldReason::PayloadUnreadable);
        // An act that a later program knows: kept as it is, and said to be so.
        let act = Statement::Act { act: Act::PlanAgreement, person: None, topics: Vec::new(), details: serde_json::Map::new() };
        let record = phone.record(101, act);
        let later = serde_json::to_string(&record).unwrap().replacen("plan_agreement", "an_act_to_come", 1);
        let jws = phone.sign(Typ::Record, later);
        (phone.seq, phone.prev) = (record.seq, Some(jws.identity()));
        let item = phone.push(&intake, [jws]).await.items.remove(0);
        held(&item, HeldReason::PayloadUnreadable);
        assert_eq!(item.record, Some(record.record), "found by its id");
        for text in ["not json", "{}", "[1]", "{\"v\":1,\"note\":\"\\u0000\"}"] {
            held(&phone.push(&intake, [phone.sign(Typ::Record, text.into())]).await.items[0], HeldReason::PayloadUnreadable);
        }
        // What a database cannot hold in a column is held, not lost and not in the way of others.
        let mut record = phone.completion(101, 401);
        record.sealed.boot = "a\0b".into();
        held(&phone.deliver(&intake, &record).await, HeldReason::PayloadUnreadable);
        let mut record = phone.completion(101, 401);
        record.done_on = day("-5000-01-01");
        held(&phone.deliver(&intake, &record).await, HeldReason::PayloadUnreadable);
        let mut record = phone.completion(101, 401);
        let photo = phone.photo();
        record.evidence = vec![photo.clone(), photo];
        held(&phone.deliver(&intake, &record).await, HeldReason::PayloadUnreadable);
        // Signed by this device in the name of another.
        let mut record = phone.completion(101, 401);
        record.device = kandas_shared::ids::DeviceId(id(99));
        held(&phone.push(&intake, [phone.sign(Typ::Record, serde_json::to_string(&record).unwrap())]).await.items[0], HeldReason::PayloadUnreadable);

        phone.revoke(&world).await;
        let record = phone.completion(101, 401);
        held(&phone.deliver(&intake, &record).await, HeldReason::DeviceRevoked);

        assert!(gaps(&world).await.is_empty(), "held records keep their place: {:?}", gaps(&world).await);
        assert_eq!(state_of(&world, 402).await.0, ActivityState::Planned);
        assert_eq!(state_of(&world, 501).await.0, ActivityState::Cancelled);
    }

    async fn held_files_are_expected_too(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut record = phone.completion(999, 401);
        record.evidence = vec![phone.photo(), phone.photo()];
        held(&phone.deliver(&intake, &record).await, HeldReason::UnknownFamily);
        let mut tx = world.store.read().await.unwrap();
        let files = all!(&mut tx, (String,), "select state from evidence_file").await.unwrap();
        assert_eq!(files, [("expected".to_string(),), ("expected".to_string(),)]);
    }

    async fn only_another_payload_at_the_same_place_is_a_fork(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let first = phone.completion(101, 401);
        accepted(&phone.deliver(&intake, &first).await);
        let second = phone.completion(101, 501);
        let branch = phone.completion(101, 501);
        accepted(&phone.deliver(&intake, &second).await);
        let jws = phone.sign(Typ::Record, serde_json::to_string(&branch).unwrap());
        held(&phone.push(&intake, [jws.clone()]).await.items[0], HeldReason::Fork);
        assert_eq!(phone.push(&intake, [jws]).await.items[0].verdict, Verdict::Known);
        // The first branch goes on.
        let third = phone.completion(101, 401);
        accepted(&phone.deliver(&intake, &third).await);
        // Both branches within one group: the first one goes on.
        let a = phone.completion(101, 401);
        let b = phone.completion(101, 401);
        let other = phone.sign(Typ::Record, serde_json::to_string(&b).unwrap());
        let one = phone.seal(&a);
        let items = phone.push(&intake, [one, other]).await.items;
        accepted(&items[0]);
        held(&items[1], HeldReason::Fork);
    }

    async fn evidence_signed_with_other_bytes_is_held_and_no_fork(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let photo = phone.photo();
        let mut record = phone.completion(101, 401);
        record.evidence = vec![photo.clone()];
        accepted(&phone.deliver(&intake, &record).await);
        let mut correction = phone.completion(101, 401);
        correction.supersedes = Some(record.record);
        correction.evidence = vec![photo.clone()];
        accepted(&phone.deliver(&intake, &correction).await);
        let mut other = phone.completion(101, 401);
        other.evidence = vec![photo];
        other.evidence[0].sha256 = Digest::of(b"other");
        held(&phone.deliver(&intake, &other).await, HeldReason::EvidenceDiffers);
        let next = phone.completion(101, 501);
        accepted(&phone.deliver(&intake, &next).await);
    }

    async fn gaps_open_and_close_and_what_is_lost_is_said(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut sealed = Vec::new();
        for _ in 0..6 {
            let record = phone.completion(101, 401);
            sealed.push(phone.seal(&record));
        }
        phone.push(&intake, [sealed[5].clone(), sealed[0].clone()]).await;
        assert_eq!(gaps(&world).await, [(2, 5, "open".into())]);
        phone.push(&intake, [sealed[2].clone()]).await;
        assert_eq!(gaps(&world).await, [(2, 2, "open".into()), (4, 5, "open".into())]);
        let lost = Statement::Lost { chain: phone.chain, from: 4, to: 5, reason: "phone fell into a river".into() };
        let mut record = phone.record(101, lost);
        record.family = None;
        accepted(&phone.deliver(&intake, &record).await);
        assert_eq!(gaps(&world).await, [(2, 2, "open".into()), (4, 5, "lost".into())]);
        phone.push(&intake, [sealed[1].clone()]).await;
        assert_eq!(gaps(&world).await, [(4, 5, "lost".into())]);
        let mut tx = world.store.read().await.unwrap();
        let (seq,) = one!(&mut tx, (i64,), "select seq from chain where chain = $1", phone.chain).await.unwrap();
        assert_eq!(seq, 7);
        let wrong = "select count(*) from record where chain_finding is not null";
        assert_eq!(one!(&mut tx, (i64,), wrong).await.unwrap(), (0,));
        drop(tx);

        // A wrong link is a finding, never a reason to hold; on another chain the ledger is another.
        let mut record = phone.completion(101, 401);
        record.prev = Some(Digest::of(b"another"));
        accepted(&phone.deliver(&intake, &record).await);
        let mut record = phone.completion(101, 401);
        (record.chain, record.seq, record.prev) = (ChainId(id(77)), 3, Some(Digest::of(b"x")));
        accepted(&phone.deliver(&intake, &record).await);
        let mut tx = world.store.read().await.unwrap();
        let found = all!(&mut tx, (String,), "select chain_finding from record where chain_finding is not null").await.unwrap();
        assert_eq!(found, [("prev_differs".to_string(),)]);
        drop(tx);
        assert_eq!(gaps(&world).await, [(1, 2, "open".into()), (4, 5, "lost".into())]);
    }

    async fn the_earliest_counts_and_a_correction_replaces_it(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut first = phone.completion(101, 501);
        first.evidence = vec![phone.photo()];
        accepted(&phone.deliver(&intake, &first).await);
        assert_eq!(state_of(&world, 501).await, (ActivityState::Synced, Some(first.record)));
        let second = phone.completion(101, 501);
        accepted(&phone.deliver(&intake, &second).await);
        assert_eq!(state_of(&world, 501).await.1, Some(first.record));

        let mut correction = phone.completion(101, 501);
        correction.supersedes = Some(first.record);
        accepted(&phone.deliver(&intake, &correction).await);
        assert_eq!(state_of(&world, 501).await, (ActivityState::Reported, Some(correction.record)));
        let mut tx = world.store.read().await.unwrap();
        let old = all!(&mut tx, (RecordId,), "select record from record where superseded").await.unwrap();
        assert_eq!(old, [(first.record,)]);
        drop(tx);

        let refusal = Statement::Refused {
            activity: ActivityId(id(401)), person: PersonId(id(201)), service: ServiceCode::S01, reason: "test".into(),
        };
        let refusal = phone.record(101, refusal);
        accepted(&phone.deliver(&intake, &refusal).await);
        assert_eq!(state_of(&world, 401).await, (ActivityState::Refused, Some(refusal.record)));
    }

    async fn a_correction_of_another_activity_gives_the_first_one_back(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut mistaken = phone.completion(101, 401);
        mistaken.evidence = vec![phone.photo()];
        accepted(&phone.deliver(&intake, &mistaken).await);
        let mut again = phone.completion(101, 401);
        again.evidence = vec![phone.photo()];
        accepted(&phone.deliver(&intake, &again).await);
        assert_eq!(state_of(&world, 401).await, (ActivityState::Synced, Some(mistaken.record)));

        // It was the other service: the first activity has its other record, the second is done.
        let mut correction = phone.completion(101, 501);
        correction.supersedes = Some(mistaken.record);
        accepted(&phone.deliver(&intake, &correction).await);
        assert_eq!(state_of(&world, 401).await, (ActivityState::Synced, Some(again.record)));
        assert_eq!(state_of(&world, 501).await, (ActivityState::Reported, Some(correction.record)));

        // The other one was a mistake as well, and an act outside the plan: nothing is left of the first activity.
        let act = Statement::Act { act: Act::ALL[0], person: None, topics: Vec::new(), details: Default::default() };
        let mut correction = phone.record(101, act);
        correction.supersedes = Some(again.record);
        accepted(&phone.deliver(&intake, &correction).await);
        assert_eq!(state_of(&world, 401).await, (ActivityState::Planned, None));

        // All of it in one batch, where nothing is in the tables yet.
        let mut batch = Vec::new();
        let first = phone.completion(101, 401);
        batch.push(phone.seal(&first));
        let second = phone.completion(101, 401);
        batch.push(phone.seal(&second));
        let mut correction = phone.completion(101, 501);
        correction.supersedes = Some(first.record);
        batch.push(phone.seal(&correction));
        phone.push(&intake, batch).await.items.iter().for_each(accepted);
        assert_eq!(state_of(&world, 401).await, (ActivityState::Reported, Some(second.record)));
        let rebuilt = kandas_server::rebuild::compare(&world.store, &mut |_, _| {}).await.unwrap();
        assert_eq!(rebuilt.differences, []);
    }

    async fn an_activity_is_reported_when_its_last_photo_is_here(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut record = phone.completion(101, 501);
        record.evidence = vec![phone.photo(), phone.photo()];
        accepted(&phone.deliver(&intake, &record).await);
        for (at, expected) in [(0, ActivityState::Synced), (1, ActivityState::Reported)] {
            let photo = &record.evidence[at];
            let mut tx = world.store.write().await.unwrap();
            let locked = journal::lock(&mut tx).await.unwrap();
            let activities_after = evidence::activities_after(&mut tx, photo.evidence, Part::File).await.unwrap();
            let received = Event::EvidenceReceived(EvidenceReceived {
                evidence: photo.evidence, part: Part::File, sha256: photo.sha256, size: photo.size,
                object: format!("e/{at}"), carrier: Some(phone.device), activities_after,
            });
            let fact = Fact { family: record.family, ..Fact::by_system(received) };
            let now = kandas_shared::time::Clock::wall(&*world.clock);
            journal::append_locked(&mut tx, locked, &*world.chance, now, vec![fact]).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(state_of(&world, 501).await.0, expected);
        }
    }

    async fn a_handed_over_family_is_late_and_accepted(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let mut closed = assignment(601, 101, 11);
        closed.to = Some(day("2026-11-22"));
        world.append([fact(Event::AssignmentSet(closed)), fact(Event::AssignmentSet(assignment(701, 101, 12)))]).await;
        let record = phone.completion(101, 401);
        accepted(&phone.deliver(&intake, &record).await);
        let mut tx = world.store.read().await.unwrap();
        assert_eq!(one!(&mut tx, (bool,), "select late_handover from record").await.unwrap(), (true,));
    }

    async fn a_consent_keeps_one_row_a_person(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        for (n, state) in [(1, ConsentState::Given), (2, ConsentState::Withdrawn)] {
            let statement = Statement::Consent { consent: ConsentId(id(n)), person: PersonId(id(201)), state, reason: None };
            let record = phone.record(101, statement);
            accepted(&phone.deliver(&intake, &record).await);
        }
        let mut tx = world.store.read().await.unwrap();
        let rows = all!(&mut tx, (ConsentId, FamilyId, ConsentState), "select id, family, state from consent").await.unwrap();
        assert_eq!(rows, [(ConsentId(id(1)), FamilyId(id(101)), ConsentState::Withdrawn)]);
    }

    async fn a_group_that_cannot_be_written_runs_singly(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        // A database that refuses one of them for a reason we did not foresee.
        let mut tx = world.store.write().await.unwrap();
        exec!(&mut tx, "create unique index unforeseen on record (done_on)").await.unwrap();
        tx.commit().await.unwrap();
        let records = [phone.completion(101, 401), phone.completion(101, 401)];
        let one = phone.seal(&records[0]);
        let mut other = phone.completion(101, 401);
        other.seq = 2;
        let two = phone.seal(&other);
        let items = phone.push(&intake, [one.clone(), two.clone()]).await.items;
        accepted(&items[0]);
        held(&items[1], HeldReason::PayloadUnreadable);
        let again = phone.push(&intake, [two, one]).await.items;
        assert!(again.iter().all(|i| i.verdict == Verdict::Known));
    }

    async fn a_remembered_key_is_worth_nothing_without_its_device(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        let record = phone.completion(101, 401);
        accepted(&phone.deliver(&intake, &record).await);

        // The store under the running server has never met the device: it was restored to before its enrolment.
        let mut tx = world.store.write().await.unwrap();
        exec!(&mut tx, "delete from device where id = $1", phone.device).await.unwrap();
        tx.commit().await.unwrap();
        let next = phone.completion(101, 501);
        let jws = phone.seal(&next);
        let item = phone.push(&intake, [jws.clone()]).await.items.remove(0);
        let refused = Some(RefusedReason::UnknownKey.as_str());
        assert_eq!((item.verdict, item.reason.as_deref()), (Verdict::Refused, refused));
        assert_eq!((item.hash, item.record, item.position), (jws.identity(), Some(next.record), None));

        // It enrols again, with the same key: what was remembered of the key is forgotten.
        let again = Event::DeviceEnrolled(DeviceEnrolled {
            device: DeviceId(id(23)),
            worker: phone.worker,
            key: phone.signer.public_key(),
            chain: phone.chain,
            platform: "test".into(),
            app: "test 1".into(),
            code_hash: Digest::of(b"code"),
            server_kid: world.signer.public_key().kid(),
        });
        world.append([Fact::by_system(again)]).await;
        (phone.device, phone.seq, phone.prev) = (DeviceId(id(23)), 0, None);
        let record = phone.completion(101, 501);
        accepted(&phone.deliver(&intake, &record).await);

        // Revoked by another process: what it seals from now on is held.
        phone.revoke(&world).await;
        let record = phone.completion(101, 501);
        held(&phone.deliver(&intake, &record).await, HeldReason::DeviceRevoked);
    }

    async fn a_header_without_end_is_read_by_nobody(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let record = phone.completion(101, 401);
        let good = phone.seal(&record);
        let header = from_b64(&good.protected).unwrap();
        let padded = Jws { protected: b64(&[header, vec![b' '; 1 << 20]].concat()), ..good.clone() };
        assert!(padded.kid(Typ::Record).is_ok(), "it names the key as well as the other");
        let sealers = Sealers::default().of(&world.store, &[good.clone(), padded]).await.unwrap();
        assert_eq!(sealers.keys().collect::<Vec<_>>(), [&good.protected]);
    }

    async fn the_desk_has_each_gap_once(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let intake = intake(&world);
        // Three chains, which make a list that is filled up to four; in the last one only a loss is known.
        let chains = [71, 72, 73].map(|n| ChainId(id(n)));
        let mut batch = Vec::new();
        for chain in &chains[..2] {
            let mut record = phone.completion(101, 401);
            (record.chain, record.seq, record.prev) = (*chain, 5, Some(Digest::of(b"x")));
            batch.push(phone.sign(Typ::Record, serde_json::to_string(&record).unwrap()));
        }
        let lost = Statement::Lost { chain: chains[2], from: 2, to: 9, reason: "phone fell into a river".into() };
        let mut record = phone.record(101, lost);
        record.family = None;
        batch.push(phone.seal(&record));
        phone.push(&intake, batch).await.items.iter().for_each(accepted);

        let next: Vec<_> = chains.iter().map(|chain| {
            let mut record = phone.completion(101, 401);
            (record.chain, record.seq, record.prev) = (*chain, 12, Some(Digest::of(b"y")));
            phone.sign(Typ::Record, serde_json::to_string(&record).unwrap())
        }).collect();
        let sealers = Sealers::default().of(&world.store, &next).await.unwrap();
        let items: Vec<_> = next
            .into_iter()
            .map(|jws| verify::verify(jws, &sealers, &RingVerifier, phone.device))
            .collect();
        let verified = items.iter().map(|item| match item {
            verify::Item::Verified(statement) => &**statement,
            verify::Item::Refused { reason, .. } => panic!("{reason}"),
        });
        let mut tx = world.store.write().await.unwrap();
        let desk = desk::lay(&mut tx, verified).await.unwrap();
        let of = |n: usize| {
            let chain = &desk.ledgers.chains[&(phone.device, chains[n])];
            let numbers = |gaps: &[Gap]| gaps.iter().map(|g| (g.from, g.to)).collect::<Vec<_>>();
            (chain.seq, numbers(&chain.open), numbers(&chain.lost))
        };
        assert_eq!(of(0), (5, vec![(1, 4)], vec![]));
        assert_eq!(of(1), (5, vec![(1, 4)], vec![]));
        assert_eq!(of(2), (0, vec![], vec![(2, 9)]));
        assert!(desk.strangers.is_empty());
    }

    async fn a_colleague_carries_and_the_signature_says_who_recorded(world) {
        centre(&world).await;
        let mut phone = Phone::enrol(&world, 21, 11).await;
        let colleague = Phone::enrol(&world, 22, 12).await;
        let intake = intake(&world);
        let record = phone.completion(101, 401);
        let jws = phone.seal(&record);
        colleague.revoke(&world).await;
        accepted(&colleague.push(&intake, [jws]).await.items[0]);
        let mut tx = world.store.read().await.unwrap();
        let row = one!(&mut tx, (kandas_shared::ids::DeviceId, kandas_shared::ids::DeviceId), "select carrier, device from record").await.unwrap();
        assert_eq!(row, (colleague.device, phone.device));
    }
}

/// PostgreSQL goes away in the middle of a commit: nobody is told a verdict, and asking again settles it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_commit_is_an_error_for_all_and_settled_by_asking_again() {
    let world = World::postgres().await;
    centre(&world).await;
    let mut phone = Phone::enrol(&world, 21, 11).await;
    let intake = intake(&world);
    let mut tx = world.store.write().await.unwrap();
    let cut = [
        "create function cut() returns trigger language plpgsql as
         $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$",
        "create constraint trigger cut after insert on record deferrable initially deferred
         for each row execute function cut()",
    ];
    for sql in cut {
        exec!(&mut tx, sql).await.unwrap();
    }
    tx.commit().await.unwrap();
    let records = [phone.completion(101, 401), phone.completion(101, 501)];
    let [one, two] = records.map(|mut record| {
        (record.seq, record.prev) = (phone.seq + 1, phone.prev);
        phone.seal(&record)
    });
    let carrier = phone.carrier();
    let answers =
        tokio::join!(intake.accept(&carrier, vec![one.clone()]), intake.accept(&carrier, vec![two.clone()]));
    for answer in [answers.0, answers.1] {
        assert!(matches!(answer, Err(IntakeError::UnknownCommit(_))), "{answer:?}");
    }
    let mut tx = world.store.write().await.unwrap();
    exec!(&mut tx, "drop trigger cut on record").await.unwrap();
    tx.commit().await.unwrap();
    let items = phone.push(&intake, [one, two]).await.items;
    assert!(items.iter().all(|item| item.verdict != Verdict::Refused && item.position.is_some()));
}

/// Records a second in batches of 50 from eight phones: `cargo test -p kandas-server --test suite speed -- --ignored`.
mod speed {
    use std::time::Instant;

    use super::*;

    on_each! { engine, World;
        #[ignore = "a measurement, not a test"]
        async fn records_a_second(world) {
            centre(&world).await;
            let intake = intake(&world);
            let mut batches = Vec::new();
            for n in 0..8 {
                let mut phone = Phone::enrol(&world, 21 + n, 11).await;
                for _ in 0..10 {
                    let mut batch = Vec::new();
                    for _ in 0..50 {
                        let mut record = phone.completion(101, 401);
                        record.evidence = vec![phone.photo(), phone.photo(), phone.photo()];
                        batch.push(phone.seal(&record));
                    }
                    batches.push((phone.carrier(), batch));
                }
            }
            let start = Instant::now();
            let mut requests = tokio::task::JoinSet::new();
            for (carrier, batch) in batches {
                let intake = intake.clone();
                requests.spawn(async move { intake.accept(&carrier, batch).await.unwrap().items.len() });
            }
            let records: usize = requests.join_all().await.into_iter().sum();
            let took = start.elapsed();
            println!("{records} records in {took:?}: {:.0} a second", records as f64 / took.as_secs_f64());
        }
    }
}
