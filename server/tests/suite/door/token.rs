//! Nonces work once, tokens run out by the server's clock, revoked devices only hand in.

use axum::http::Method;
use kandas_server::{
    devices::{self, Deciding, DeviceError},
    facts::{Event, OrderIssued, Restored},
};
use kandas_shared::{
    hash::Epoch,
    ids::{ChainId, OrderId},
    jws::{Jws, Signer as _, Typ},
    order::{Order, OrderKind},
    wire::{NonceGrant, NonceRequest, TokenRequest, TokenScope},
};
use uuid::Uuid;

use super::centre::{Centre, Phone, key, request};
use crate::stores::{World, on_each};

on_each! { engine, World;
    async fn a_nonce_works_once_for_its_key_and_not_for_ever(world) {
        let centre = Centre::new(world).await;
        let (phone, other) = (centre.phone().await, centre.phone().await);
        let statement = centre.token_statement(&phone, Typ::Token).await;
        let first = centre.post("/v1/token", None, &TokenRequest { statement: statement.clone() }).await;
        assert_eq!(first.status, 200);
        let again = centre.post("/v1/token", None, &TokenRequest { statement }).await;
        assert_eq!(again.code(), "nonce-unknown");

        // Somebody else's nonce.
        let theirs = centre.token_statement(&other, Typ::Token).await;
        let payload = theirs.payload.replace(&other.device.to_string(), &phone.device.to_string());
        let statement = Jws::sign(Typ::Token, payload, &phone.signer).unwrap();
        assert_eq!(centre.post("/v1/token", None, &TokenRequest { statement }).await.code(), "nonce-unknown");

        let statement = centre.token_statement(&phone, Typ::Token).await;
        centre.world.clock.set("2026-11-23T07:02:01Z");
        assert_eq!(centre.post("/v1/token", None, &TokenRequest { statement }).await.code(), "nonce-unknown");
    }

    async fn only_the_devices_own_token_statement_counts(world) {
        let centre = Centre::new(world).await;
        let (phone, other) = (centre.phone().await, centre.phone().await);
        for typ in Typ::ALL.into_iter().filter(|typ| *typ != Typ::Token) {
            let statement = centre.token_statement(&phone, typ).await;
            assert_eq!(centre.post("/v1/token", None, &TokenRequest { statement }).await.code(), "wrong-type");
        }
        let good = centre.token_statement(&phone, Typ::Token).await;
        let changed = Jws { payload: good.payload.replace("\"seq\":0", "\"seq\":1"), ..good.clone() };
        assert_eq!(centre.post("/v1/token", None, &TokenRequest { statement: changed }).await.code(), "signature-invalid");
        let payload = good.payload.replace(&phone.device.to_string(), &other.device.to_string());
        let statement = Jws::sign(Typ::Token, payload, &phone.signer).unwrap();
        assert_eq!(centre.post("/v1/token", None, &TokenRequest { statement }).await.code(), "device-unknown");

        // A key nobody knows gets a nonce like any other, and no token.
        let stranger = Phone { signer: key(), device: phone.device, chain: phone.chain, sealed: 0, token: String::new() };
        let nonce = centre.post("/v1/token/nonce", None, &NonceRequest { kid: stranger.signer.public_key().kid() }).await;
        assert_eq!(nonce.json::<NonceGrant>().expires_in_s, 120);
        assert_eq!(centre.try_grant(&stranger).await.code(), "device-unknown");
    }

    async fn tokens_run_out_by_the_servers_clock(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        assert_eq!(centre.get("/v1/checkpoint", Some(&phone.token)).await.status, 200);
        assert_eq!(centre.get("/v1/checkpoint", None).await.code(), "unauthorised");
        assert_eq!(centre.get("/v1/checkpoint", Some("AAAA")).await.code(), "unauthorised");
        centre.world.clock.set("2026-11-23T08:00:00Z");
        assert_eq!(centre.get("/v1/checkpoint", Some(&phone.token)).await.code(), "token-expired");
        kandas_server::token::expire(&centre.state).await.unwrap();
        assert_eq!(centre.get("/v1/checkpoint", Some(&phone.token)).await.code(), "unauthorised");
        // Whatever the phone's clock says: there is a token again.
        centre.grant(&phone).await;
    }

    async fn a_revoked_device_hands_in_and_nothing_else(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        centre.revoke(&phone).await;
        // The token it still has is worth no more than a new one.
        for token in [phone.token.clone(), centre.grant(&phone).await.token] {
            assert_eq!(centre.get("/v1/changes", Some(&token)).await.code(), "scope-escrow-only");
            let put = request(Method::PUT, "/v1/device/recovery", Some(&token), &[("content-type", "application/json")], "{\"wrapped\":\"YQ\"}");
            assert_eq!(centre.call(put).await.code(), "scope-escrow-only");
            assert_eq!(centre.get("/v1/checkpoint", Some(&token)).await.status, 200);
        }
        let grant = centre.grant(&phone).await;
        assert_eq!(grant.scope, TokenScope::Escrow);
        let at = centre.begin(&phone, file, 8).await;
        assert_eq!(centre.patch(&phone, &at, 0, "evidence").await.status, 204);
    }

    async fn orders_are_told_until_done(world) {
        let centre = Centre::new(world).await;
        let (phone, other) = (centre.phone().await, centre.phone().await);
        let order = Order {
            v: 1,
            order: OrderId(Uuid::from_u128(77)),
            kind: OrderKind::Retire,
            device: phone.device,
            serial: 1,
            issued: "2026-11-23T07:00:00Z".parse().unwrap(),
            ends: "2026-12-23T07:00:00Z".parse().unwrap(),
            escrow: centre.keys.bundle_recipient(),
        };
        let statement = Jws::sign(Typ::Order, serde_json::to_string(&order).unwrap(), centre.keys.signer().as_ref()).unwrap();
        let issued = OrderIssued { order: order.order, device: phone.device, serial: 1, kind: order.kind, statement: statement.clone(), reason: None };
        centre.set([Event::OrderIssued(issued)]).await;
        assert_eq!(centre.grant(&phone).await.orders, [statement]);
        assert!(centre.grant(&other).await.orders.is_empty());

        let done = |phone: &Phone, order: &str| {
            request(Method::POST, &format!("/v1/orders/{order}/done"), Some(&phone.token), &[], Vec::new())
        };
        let id = order.order.to_string();
        assert_eq!(centre.call(done(&other, &id)).await.code(), "order-unknown");
        assert_eq!(centre.call(done(&phone, "nonsense")).await.code(), "order-unknown");
        assert_eq!(centre.call(done(&phone, &id)).await.status, 204);
        assert_eq!(centre.call(done(&phone, &id)).await.status, 204);
        assert!(centre.grant(&phone).await.orders.is_empty());
    }

    async fn an_order_is_told_or_taken_back_and_never_both(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        // Not told: it goes, once, and the phone never hears of it.
        let order = give(&centre, &phone).await;
        take_back(&centre, &phone, order).await.unwrap();
        assert!(centre.grant(&phone).await.orders.is_empty());
        assert!(matches!(take_back(&centre, &phone, order).await, Err(DeviceError::OrderGone)));
        let unknown = take_back(&centre, &phone, OrderId(Uuid::from_u128(5))).await;
        assert!(matches!(unknown, Err(DeviceError::UnknownOrder(_))));
        // Told: it stands.
        let order = give(&centre, &phone).await;
        assert_eq!(centre.grant(&phone).await.orders.len(), 1);
        assert!(matches!(take_back(&centre, &phone, order).await, Err(DeviceError::OrderGone)));
        let mut told = 1;
        for _ in 0..12 {
            let order = give(&centre, &phone).await;
            let (granted, taken) = tokio::join!(centre.grant(&phone), take_back(&centre, &phone, order));
            let known = granted.orders.len() - told;
            assert_eq!(known == 1, taken.is_err(), "the phone knows {known}, and it was taken back: {taken:?}");
            told = granted.orders.len();
        }
    }

    async fn nobody_knows_what_was_told_before_a_store_was_restored(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let order = give(&centre, &phone).await;
        let restored = Restored { epoch: Epoch([7; 16]), restored_size: 1 };
        centre.set([Event::StoreRestored(restored)]).await;
        assert!(matches!(take_back(&centre, &phone, order).await, Err(DeviceError::OrderGone)));
        centre.world.clock.set("2026-11-23T07:30:00Z");
        let order = give(&centre, &phone).await;
        take_back(&centre, &phone, order).await.unwrap();
    }

    async fn a_phone_says_how_far_it_is(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        centre.grant(&phone).await;
        let mut tx = centre.state.store.read().await.unwrap();
        let sql = "select chain, seq from device_seen where device = $1";
        let said = kandas_server::one!(&mut tx, (ChainId, i64), sql, phone.device).await.unwrap();
        assert_eq!(said, (phone.chain, 0));
    }
}

fn deciding(centre: &Centre) -> Deciding<'static> {
    Deciding { reason: Some("mistake"), ..Deciding::by_operator(centre.state.clock.wall()) }
}

async fn give(centre: &Centre, phone: &Phone) -> OrderId {
    let of = deciding(centre);
    let mut tx = centre.state.store.write().await.unwrap();
    let ends = of.now + chrono::TimeDelta::days(30);
    let (chance, kind) = (&*centre.state.chance, OrderKind::Retire);
    let order = devices::order(&mut tx, chance, &centre.keys, of, phone.device, kind, ends).await.unwrap();
    tx.commit().await.unwrap();
    order.order
}

async fn take_back(centre: &Centre, phone: &Phone, order: OrderId) -> Result<(), DeviceError> {
    let mut tx = centre.state.store.write().await.unwrap();
    devices::withdraw(&mut tx, &*centre.state.chance, deciding(centre), phone.device, order).await?;
    Ok(tx.commit().await?)
}
