//! Codes, proof of possession, and a phone that asks twice.

use kandas_server::{
    facts::Event,
    jobs,
    keys::{Keys, RingVerifier},
    rotate,
};
use kandas_shared::{
    ids::ChainId,
    jws::{Jws, Signer as _, Typ},
    time::Clock as _,
    wire::{EnrolRequest, Enrolled, RecoveryKey},
};
use uuid::Uuid;

use super::centre::{Centre, Phone, enrol_statement, key, request, worker};
use crate::stores::{World, on_each};

async fn code_of(centre: &Centre, statement: Jws) -> (u16, &'static str) {
    let answer = centre.post("/v1/enrol", None, &EnrolRequest { statement }).await;
    (answer.status.as_u16(), answer.code())
}

on_each! { engine, World;
    async fn a_phone_whose_answer_was_lost_asks_again(world) {
        let centre = Centre::new(world).await;
        let (code, signer, chain) = (centre.code().await, key(), ChainId(Uuid::from_u128(9)));
        let ask = || EnrolRequest { statement: enrol_statement(&signer, &code, chain) };
        let first = centre.post("/v1/enrol", None, &ask()).await;
        let again = centre.post("/v1/enrol", None, &ask()).await;
        assert_eq!((first.status.as_u16(), again.status.as_u16()), (201, 201));
        let (first, again): (Enrolled, Enrolled) = (first.json(), again.json());
        assert_eq!(first.device, again.device);
        assert_eq!(first.server_key, centre.keys.public_key());
        assert_eq!(first.worker.name, "ТЕСТОВ ТЕСТ");
        first.checkpoint.verify(Typ::Checkpoint, &first.server_key, &kandas_server::keys::RingVerifier).unwrap();

        // The code is spent for everybody else, and the key for every other code.
        assert_eq!(code_of(&centre, enrol_statement(&key(), &code, chain)).await, (403, "enrol-code-used"));
        let other = centre.code().await;
        assert_eq!(code_of(&centre, enrol_statement(&signer, &other, chain)).await, (409, "device-already-enrolled"));
    }

    async fn an_answer_that_was_lost_comes_again_with_the_way_to_a_newer_key(world) {
        let centre = Centre::new(world).await;
        let (code, signer, chain) = (centre.code().await, key(), ChainId(Uuid::from_u128(9)));
        let ask = || EnrolRequest { statement: enrol_statement(&signer, &code, chain) };
        let first: Enrolled = centre.post("/v1/enrol", None, &ask()).await.json();
        assert!(first.key_changes.is_empty());
        // Another process changes the key; this one serves on and follows.
        let mut other = Keys::open(&centre.folder.path().join("keys")).unwrap();
        let (store, now) = (&centre.world.store, centre.world.clock.wall());
        let (old, new) = rotate::rotate(store, &mut other, now, &*centre.world.chance).await.unwrap();
        assert_eq!(centre.keys.public_key().kid(), old, "not yet");
        jobs::follow_keys(&centre.state).await.unwrap();
        assert_eq!(centre.keys.public_key().kid(), new);

        let again: Enrolled = centre.post("/v1/enrol", None, &ask()).await.json();
        assert_eq!((again.device, again.server_key), (first.device, other.public_key()));
        again.checkpoint.verify(Typ::Checkpoint, &again.server_key, &RingVerifier).unwrap();
        let [change] = &again.key_changes[..] else { panic!("one change: {:?}", again.key_changes) };
        change.verify(Typ::Key, &first.server_key, &RingVerifier).unwrap();
        assert_eq!(code_of(&centre, enrol_statement(&key(), &code, chain)).await, (403, "enrol-code-used"));

        // Whatever is signed from now on is signed with it.
        let phone = Phone { signer, device: first.device, chain, sealed: 0, token: String::new() };
        let grant = centre.grant(&phone).await;
        grant.checkpoint.verify(Typ::Checkpoint, &other.public_key(), &RingVerifier).unwrap();
        assert_eq!(grant.key_changes, again.key_changes);
    }

    async fn codes_run_out_and_workers_leave(world) {
        let centre = Centre::new(world).await;
        let chain = ChainId(Uuid::from_u128(9));
        let code = centre.code().await;
        centre.set([Event::UserSet(worker(false))]).await;
        assert_eq!(code_of(&centre, enrol_statement(&key(), &code, chain)).await, (403, "worker-inactive"));
        centre.set([Event::UserSet(worker(true))]).await;
        centre.world.clock.set("2026-11-23T08:00:00Z");
        assert_eq!(code_of(&centre, enrol_statement(&key(), &code, chain)).await, (403, "enrol-code-expired"));
    }

    async fn guessing_is_slowed_down(world) {
        let centre = Centre::new(world).await;
        let chain = ChainId(Uuid::from_u128(9));
        let code = centre.code().await;
        for _ in 0..3 {
            assert_eq!(code_of(&centre, enrol_statement(&key(), "AAAAA-AAAAA", chain)).await, (403, "enrol-code-unknown"));
        }
        assert_eq!(code_of(&centre, enrol_statement(&key(), &code, chain)).await, (429, "enrol-code-locked"));
        centre.world.clock.set("2026-11-23T07:11:00Z");
        let ask = EnrolRequest { statement: enrol_statement(&key(), &code, chain) };
        assert_eq!(centre.post("/v1/enrol", None, &ask).await.status, 201);
    }

    async fn only_a_proof_of_possession_enrols(world) {
        let centre = Centre::new(world).await;
        let chain = ChainId(Uuid::from_u128(9));
        let code = centre.code().await;
        let (ours, theirs) = (key(), key());
        let good = enrol_statement(&ours, &code, chain);
        // Each other type is refused in its place.
        for typ in Typ::ALL.into_iter().filter(|typ| *typ != Typ::Enrol) {
            let other = Jws::sign(typ, good.payload.clone(), &ours).unwrap();
            assert_eq!(code_of(&centre, other).await, (400, "wrong-type"));
        }
        let stolen = Jws::sign(Typ::Enrol, good.payload.clone(), &theirs).unwrap();
        assert_eq!(code_of(&centre, stolen).await, (403, "key-unknown"));
        let changed = Jws { payload: good.payload.replace("test 1", "test 2"), ..good.clone() };
        assert_eq!(code_of(&centre, changed).await, (403, "signature-invalid"));
        let mut off = ours.public_key();
        off.0[64] ^= 1;
        let payload = good.payload.replace(&ours.public_key().to_string(), &off.to_string());
        let off = Jws::sign(Typ::Enrol, payload, &ours).unwrap();
        assert_eq!(code_of(&centre, off).await, (400, "key-unusable"));
        assert_eq!(code_of(&centre, Jws { protected: "e30".into(), ..good }).await, (400, "bad-request"));
    }

    async fn the_wrapped_key_is_kept(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let put = |wrapped: &str| {
            let body = serde_json::to_vec(&RecoveryKey { wrapped: wrapped.into() }).unwrap();
            request("PUT".parse().unwrap(), "/v1/device/recovery", Some(&phone.token), &[("content-type", "application/json")], body)
        };
        assert_eq!(centre.call(put("YWdlLWVuY3J5cHRpb24")).await.status, 204);
        let before = journal_size(&centre).await;
        assert_eq!(centre.call(put("YWdlLWVuY3J5cHRpb24")).await.status, 204);
        assert_eq!(journal_size(&centre).await, before, "the same key is no new fact");
        assert_eq!(centre.call(put("not base64!")).await.code(), "bad-request");
        let mut tx = centre.world.store.read().await.unwrap();
        let kept = kandas_server::one!(&mut tx, (Option<String>,), "select recovery from device").await.unwrap();
        assert_eq!(kept.0.as_deref(), Some("YWdlLWVuY3J5cHRpb24"));
    }
}

async fn journal_size(centre: &Centre) -> u64 {
    let mut tx = centre.world.store.read().await.unwrap();
    kandas_server::journal::head(&mut tx).await.unwrap().size
}
