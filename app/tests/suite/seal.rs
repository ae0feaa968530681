//! Sealing: one transaction, one chain, what is signed is what is stored.

use std::collections::HashSet;

use kandas_app::{
    app::{App, AppError},
    capture::How,
    draft::{ConsentSource, NewDraft},
    seal::{SealedRecord, Sealing},
    store::record,
};
use kandas_shared::{
    evidence::{EvidenceKind, Source},
    hash::Digest,
    jws::Typ,
    record::{ConsentState, Reading, Record, Statement, read},
    rule::Missing,
    service::ServiceCode,
};
use proptest::prelude::*;

use crate::support::{P256, Phone, photo, ready, sealed, today};

async fn records(app: &App) -> Vec<(record::Sealed, Record)> {
    let mut conn = app.store().conn().await.unwrap();
    let listed = record::all(&mut conn).await.unwrap();
    assert!(listed.unreadable.is_empty());
    listed
        .rows
        .into_iter()
        .map(|sealed| match read(&sealed.payload) {
            Reading::Record(record) => (sealed, *record),
            other => panic!("{other:?}"),
        })
        .collect()
}

/// Signature, identity, numbers and links of everything that was sealed.
async fn verify_chain(app: &App) -> Vec<Record> {
    let (mut prev, mut seq, mut chain) = (None, 0, None);
    let mut conn = app.store().conn().await.unwrap();
    let chains: Vec<kandas_shared::ids::ChainId> =
        sqlx::query_scalar("select chain from chain order by number").fetch_all(&mut *conn).await.unwrap();
    drop(conn);
    let mut all = Vec::new();
    for (sealed, record) in records(app).await {
        let jws = sealed.jws();
        let payload = jws.verify(Typ::Record, &app.signer().public_key(), &P256).unwrap();
        assert_eq!(payload, sealed.payload);
        assert_eq!(jws.identity(), sealed.hash);
        assert_eq!(
            sealed.hash,
            Digest::of_parts(&[sealed.protected.as_bytes(), b".", sealed.payload.as_bytes()])
        );
        if chain != Some(record.chain) {
            let place = chains.iter().position(|known| *known == record.chain).unwrap();
            assert_eq!(record.continues, place.checked_sub(1).map(|before| chains[before]));
            (prev, seq, chain) = (None, 0, Some(record.chain));
        } else {
            assert_eq!(record.continues, None);
        }
        seq += 1;
        assert_eq!((record.seq, record.prev), (seq, prev));
        prev = Some(sealed.hash);
        all.push(record);
    }
    all
}

#[tokio::test]
async fn a_completion_is_signed_linked_and_whole() {
    let phone = Phone::new(21);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let activity = world.activity(world.head, ServiceCode::S01);
    let draft = ready(&app, &[activity], &photo(folder.path(), 1, 2_400)).await;
    let first = sealed(&app, draft).await;
    assert_eq!((first.len(), first[0].seq), (1, 1));
    assert_eq!(sealed(&app, draft).await, first, "sealing twice answers the same record");
    let activity = world.activity(world.spouse, ServiceCode::S11);
    let draft = ready(&app, &[activity], &photo(folder.path(), 2, 640)).await;
    sealed(&app, draft).await;
    let all = verify_chain(&app).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        all[1].statement,
        Statement::Completion { activity, person: world.spouse, service: ServiceCode::S11 }
    );
    assert_eq!(
        (all[0].device, all[0].worker, all[0].family),
        (world.device, world.worker, Some(world.family))
    );
    assert!(all[0].evidence[0].original.is_some() && all[1].evidence[0].original.is_none());
    assert_ne!(all[0].nonce, all[1].nonce);
    let ledger = app.ledger().await.unwrap();
    assert_eq!(ledger.len(), 2);
    assert_eq!(ledger[0].files.len(), 3);
    let waiting = app.waiting().await.unwrap();
    // The original stays until it is called for.
    assert_eq!((waiting.records, waiting.files), (2, 4));
}

#[tokio::test]
async fn one_capture_serves_several_members() {
    let phone = Phone::new(22);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let activities =
        [world.head, world.spouse, world.child].map(|person| world.activity(person, ServiceCode::S07));
    let draft = ready(&app, &activities, &photo(folder.path(), 1, 640)).await;
    let consents = app.consents(draft).await.unwrap();
    assert_eq!(consents[2].given_by, Some(world.head), "a parent's consent counts for a child");
    let records = sealed(&app, draft).await;
    assert_eq!(records.len(), 3);
    let all = verify_chain(&app).await;
    let captures: HashSet<_> = all.iter().map(|record| record.evidence[0].capture).collect();
    assert_eq!(captures.len(), 1);
    let waiting = app.waiting().await.unwrap();
    assert_eq!((waiting.records, waiting.files), (3, 2), "the picture travels once");

    // Not every service is done for several at once, and never for two services at once.
    let mixed =
        [world.activity(world.head, ServiceCode::S07), world.activity(world.spouse, ServiceCode::S11)];
    assert!(app.draft(&mixed).await.is_err());
    assert!(app.draft(&[activities[0], activities[0]]).await.is_err());
    assert!(app.draft(&[]).await.is_err());
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_is_sealed() {
    let phone = Phone::new(23);
    let (app, world) = phone.enrolled().await;
    let draft = app.draft(&[world.activity(world.parent, ServiceCode::S07)]).await.unwrap();
    let lacking = app.seal(draft, today()).await.unwrap();
    let Sealing::Lacking { missing, consent, .. } = lacking else { panic!("{lacking:?}") };
    assert_eq!(missing, [Missing::Photo, Missing::VideoOrReason, Missing::PositionOrReason]);
    assert_eq!(consent, [world.parent], "nobody has asked");
    assert!(app.ledger().await.unwrap().is_empty());
}

#[tokio::test]
async fn without_consent_the_reason_is_sealed_first() {
    let phone = Phone::new(24);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let activity = world.activity(world.parent, ServiceCode::S07);
    let draft = ready(&app, &[activity], &photo(folder.path(), 1, 640)).await;
    assert_eq!(app.consents(draft).await.unwrap()[0].source, ConsentSource::Unknown);
    assert!(app.set_consent(draft, world.parent, ConsentState::Declined, None).await.is_err());
    app.set_consent(draft, world.parent, ConsentState::Declined, Some("ТЕСТ: не согласна")).await.unwrap();
    let kinds: Vec<_> = sealed(&app, draft).await.into_iter().map(|r: SealedRecord| r.statement).collect();
    assert_eq!(kinds, ["consent", "completion"]);
    verify_chain(&app).await;
    // The next draft knows.
    let draft = app.draft(&[activity]).await.unwrap();
    let known = &app.consents(draft).await.unwrap()[0];
    assert_eq!((known.state, known.source), (ConsentState::Declined, ConsentSource::Sealed));
}

#[tokio::test]
async fn other_statements_and_corrections() {
    let phone = Phone::new(25);
    let (app, world) = phone.enrolled().await;
    let folder = tempfile::tempdir().unwrap();
    let activity = world.activity(world.head, ServiceCode::S01);
    let draft = ready(&app, &[activity], &photo(folder.path(), 1, 640)).await;
    let first = sealed(&app, draft).await.remove(0);
    let refusal = NewDraft::Refused {
        activity: world.activity(world.spouse, ServiceCode::S11),
        reason: "ТЕСТ".into(),
    };
    sealed(&app, app.open_draft(refusal).await.unwrap()).await;
    let nothing = NewDraft::NotApplicable {
        activity: world.activity(world.child, ServiceCode::S09),
        reason: " ".into(),
    };
    let nothing = app.open_draft(nothing).await.unwrap();
    assert!(app.seal(nothing, today()).await.is_err(), "a blank is no reason");
    let act = NewDraft::Act {
        family: world.family,
        act: kandas_shared::record::Act::MonitoringVisit,
        person: None,
    };
    sealed(&app, app.open_draft(act).await.unwrap()).await;
    let consent =
        NewDraft::Consent {
            person: world.parent, state: ConsentState::Given, reason: Some("ТЕСТ".into())
        };
    let consent = app.open_draft(consent).await.unwrap();
    assert!(matches!(app.seal(consent, today()).await.unwrap(), Sealing::Lacking { .. }));
    let paper = photo(folder.path(), 3, 640);
    app.attach(consent, &paper, Some(EvidenceKind::Signature), Source::Captured).await.unwrap();
    sealed(&app, consent).await;

    let correction = app.draft_correction(first.record, "ТЕСТ: новое фото").await.unwrap();
    let old = app.draft_view(correction).await.unwrap().evidence[0].evidence;
    let again = How { replaces: Some(old), ..How::plain(None, Source::Attached) };
    app.attach_with(correction, &photo(folder.path(), 4, 640), again.clone()).await.unwrap();
    let twice = app.attach_with(correction, &photo(folder.path(), 5, 640), again).await;
    assert!(matches!(twice, Err(AppError::Unknown(_))), "a piece is replaced once");
    let gathered = app.draft_view(correction).await.unwrap().evidence;
    assert_eq!(gathered.len(), 1, "the new piece alone, and no trace of the second try");
    sealed(&app, correction).await;
    let all = verify_chain(&app).await;
    let kinds: Vec<_> = all.iter().map(|record| record.statement.kind()).collect();
    assert_eq!(kinds, ["completion", "refused", "act", "consent", "completion"]);
    assert_eq!(all[4].supersedes, Some(first.record));
    assert!(all[4].correction.is_some());
    assert!(all[4].evidence.iter().all(|item| item.evidence != old && item.replaces == Some(old)));
    let name = kandas_shared::evidence::FileRef { evidence: old, part: kandas_shared::evidence::Part::File };
    assert!(app.vault().path(name).exists(), "the first record keeps its proof");
}

#[tokio::test]
async fn a_phone_that_is_not_enrolled_seals_nothing() {
    let phone = Phone::new(26);
    let app = phone.open().await;
    let world = crate::support::World::new();
    crate::support::pull(&app, &world.rows(), &[]).await;
    let folder = tempfile::tempdir().unwrap();
    let activity = world.activity(world.head, ServiceCode::S01);
    let draft = ready(&app, &[activity], &photo(folder.path(), 1, 640)).await;
    assert!(app.seal(draft, today()).await.is_err());
    assert!(app.ledger().await.unwrap().is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever happens between: restarts, several members, refusals, chains that fork; no number is used twice.
    #[test]
    fn numbers_are_never_used_twice(steps in prop::collection::vec(0_u8..5, 1..12), seed in any::<u64>()) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let phone = Phone::new(seed);
            let (mut app, world) = phone.enrolled().await;
            let folder = tempfile::tempdir().unwrap();
            let picture = photo(folder.path(), 1, 320);
            for step in steps {
                match step {
                    0 => {
                        app.close().await;
                        app = phone.open().await;
                    }
                    1 => {
                        let both = [world.head, world.spouse].map(|p| world.activity(p, ServiceCode::S21));
                        sealed(&app, ready(&app, &both, &picture).await).await;
                    }
                    2 => {
                        let (chain, seq) = app.chain().await.unwrap();
                        let head = kandas_shared::wire::ChainHead { chain, seq: seq + 3, hash: Digest::of(b"x") };
                        app.compare_chain(Some(&head)).await.unwrap();
                    }
                    3 => {
                        let activity = world.activity(world.head, ServiceCode::S01);
                        let refusal = NewDraft::Refused { activity, reason: "ТЕСТ".into() };
                        sealed(&app, app.open_draft(refusal).await.unwrap()).await;
                    }
                    _ => {
                        // Two at once: the second waits, both get their own number.
                        let activity = world.activity(world.head, ServiceCode::S01);
                        let one = ready(&app, &[activity], &picture).await;
                        let two = ready(&app, &[activity], &picture).await;
                        let (a, b) = tokio::join!(sealed(&app, one), sealed(&app, two));
                        assert_ne!(a[0].seq, b[0].seq);
                    }
                }
            }
            let all = verify_chain(&app).await;
            let places: HashSet<_> = all.iter().map(|record| (record.chain, record.seq)).collect();
            assert_eq!(places.len(), all.len());
        });
    }
}
