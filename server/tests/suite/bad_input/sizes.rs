//! One byte too many and ten thousand levels too deep.

use kandas_server::{journal, keys::RingVerifier};
use kandas_shared::{
    jws::{Jws, Typ},
    receipt::{HeldReason, Receipt, RecordsReceipt, RefusedReason, Verdict},
    record::{MAX_BATCH, MAX_PAYLOAD},
    wire::{RecordBatch, RecordBatchAnswer},
};

use crate::{
    door::centre::{Answer, Centre, request},
    phones::{self, Phone},
    stores::{World, on_each},
};

impl Centre {
    async fn hand_in(&self, token: &str, records: Vec<Jws>) -> RecordsReceipt {
        let answer = self.post("/v1/records", Some(token), &RecordBatch { records }).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let receipt = answer.json::<RecordBatchAnswer>().receipt;
        let payload = receipt.verify(Typ::Receipt, &self.keys.public_key(), &RingVerifier).unwrap();
        match serde_json::from_str(payload).unwrap() {
            Receipt::Records(receipt) => receipt,
            Receipt::File(_) => panic!("a receipt for a file"),
        }
    }

    async fn positions(&self) -> u64 {
        let mut tx = self.world.store.read().await.unwrap();
        journal::head(&mut tx).await.unwrap().size
    }

    async fn raw(&self, path: &str, token: &str, body: Vec<u8>) -> Answer {
        let json = [("content-type", "application/json")];
        let method =
            if path.ends_with("recovery") { axum::http::Method::PUT } else { axum::http::Method::POST };
        self.call(request(method, path, Some(token), &json, body)).await
    }
}

/// A signed completion whose payload is exactly so long; JSON does not mind blanks at its end.
fn padded(phone: &mut Phone, activity: u128, length: usize) -> Jws {
    let record = phone.completion(101, activity);
    let mut text = serde_json::to_string(&record).unwrap();
    text.extend(std::iter::repeat_n(' ', length - text.len()));
    let jws = phone.sign(Typ::Record, text);
    (phone.seq, phone.prev) = (record.seq, Some(jws.identity()));
    jws
}

on_each! { engine, World;
    async fn a_payload_of_one_byte_too_many_is_refused_and_its_neighbours_are_taken(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let before = centre.positions().await;
        let whole = padded(&mut phone, 401, MAX_PAYLOAD);
        let (seq, prev) = (phone.seq, phone.prev);
        let long = padded(&mut phone, 501, MAX_PAYLOAD + 1);
        (phone.seq, phone.prev) = (seq, prev);
        let after = phone.completion(101, 501);
        let after = phone.seal(&after);
        let receipt = centre.hand_in(&token, vec![whole, long.clone(), after]).await;
        let verdicts: Vec<_> = receipt.items.iter().map(|item| item.verdict).collect();
        assert_eq!(verdicts, [Verdict::Accepted, Verdict::Refused, Verdict::Accepted]);
        assert_eq!(reason(&receipt, 1).as_deref(), Some(RefusedReason::TooLarge.as_str()));
        assert_eq!(centre.positions().await, before + 2);
        // Alone it is refused as well, and nothing is written for it.
        let again = centre.hand_in(&token, vec![long]).await;
        assert_eq!(again.items[0].verdict, Verdict::Refused);
        assert_eq!(centre.positions().await, before + 2);
    }

    async fn a_batch_of_too_many_is_refused_whole(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let before = centre.positions().await;
        let records: Vec<_> = (0..=MAX_BATCH).map(|_| {
            let record = phone.completion(101, 401);
            phone.seal(&record)
        }).collect();
        let answer = centre.post("/v1/records", Some(&token), &RecordBatch { records }).await;
        assert_eq!(answer.code(), "batch-too-large");
        assert_eq!(centre.positions().await, before);
    }

    async fn json_without_bottom_is_refused_outside_and_held_inside_a_signature(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let before = centre.positions().await;
        for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
            let deep = format!("{}0{}", open.repeat(10_000), close.repeat(10_000));
            for body in [deep.clone(), format!("{{\"records\":{deep}}}"), format!("{{\"records\":[{deep}]}}")] {
                let answer = centre.raw("/v1/records", &token, body.into_bytes()).await;
                assert_eq!(answer.code(), "malformed-json");
            }
            // A member that a newer phone may send is passed over, however deep it is.
            let body = format!("{{\"newer\":{deep},\"records\":[]}}");
            assert_eq!(centre.raw("/v1/records", &token, body.into_bytes()).await.status, 200);
            for path in ["/v1/enrol", "/v1/token", "/v1/token/nonce"] {
                let body = format!("{{\"statement\":{}}}", &deep[..20_001]);
                assert_eq!(centre.raw(path, &token, body.into_bytes()).await.code(), "malformed-json");
            }
        }
        assert_eq!(centre.positions().await, before);

        // What a known key has signed is custody, whatever it says; it is held until somebody can read it.
        let deep = format!("{}0{}", "[".repeat(10_000), "]".repeat(10_000));
        let good = phone.completion(101, 401);
        let text = serde_json::to_string(&good).unwrap();
        let extended = format!("{},\"extra\":{deep}}}", text.strip_suffix('}').unwrap());
        let statements = [deep.clone(), extended, "{\"v\":".repeat(10_000)];
        let mut prev = Vec::new();
        for (number, payload) in statements.into_iter().enumerate() {
            let statement = phone.sign(Typ::Record, payload);
            prev.push(statement.identity());
            let receipt = centre.hand_in(&token, vec![statement]).await;
            assert_eq!(receipt.items[0].verdict, Verdict::Held, "{number}");
            assert_eq!(reason(&receipt, 0).as_deref(), Some(HeldReason::PayloadUnreadable.as_str()), "{number}");
        }
        assert_eq!(centre.positions().await, before + 3);
        // The one with something more in it has taken its number in the chain.
        (phone.seq, phone.prev) = (good.seq, Some(prev[1]));
        let good = phone.completion(101, 401);
        let good = phone.seal(&good);
        let receipt = centre.hand_in(&token, vec![good]).await;
        assert_eq!((receipt.items[0].verdict, reason(&receipt, 0)), (Verdict::Accepted, None));
        assert_eq!(centre.get("/v1/changes", Some(&token)).await.status, 200);
    }

    async fn what_anybody_may_send_is_small(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        for path in ["/v1/enrol", "/v1/token", "/v1/token/nonce", "/v1/device/recovery"] {
            let fits = centre.raw(path, &token, vec![b' '; 64 << 10]).await;
            assert_eq!(fits.code(), "malformed-json", "{path}");
            let answer = centre.raw(path, &token, vec![b' '; (64 << 10) + 1]).await;
            assert_eq!(answer.code(), "body-too-large", "{path}");
        }
    }
}

fn reason(receipt: &RecordsReceipt, at: usize) -> Option<String> {
    receipt.items[at].reason.clone()
}
