//! Records, changes and checkpoints over HTTP: what a phone sends and what it can prove from the answer.

use axum::http::Method;
use kandas_server::{jobs, keys::RingVerifier};
use kandas_shared::{
    cursor::Kind,
    hash::Digest,
    jws::{Jws, Signer as _, Typ},
    merkle,
    packed::{self, Seen},
    problem::Problem,
    receipt::{Checkpoint, Receipt, RecordsReceipt, Verdict},
    record::MAX_BATCH,
    wire::{ChangeLine, CheckpointAnswer, PullEnd, RecordBatch, RecordBatchAnswer},
};

use super::centre::{Answer, Centre, request};
use crate::{
    phones::{self, Phone},
    stores::{World, on_each},
};

impl Centre {
    async fn push(&self, token: &str, records: Vec<Jws>) -> Answer {
        self.post("/v1/records", Some(token), &RecordBatch { records }).await
    }

    fn verdicts(&self, answer: &Answer) -> RecordsReceipt {
        assert_eq!(answer.status, 200, "{answer:?}");
        let receipt = answer.json::<RecordBatchAnswer>().receipt;
        let payload = receipt.verify(Typ::Receipt, &self.keys.public_key(), &RingVerifier).unwrap();
        match serde_json::from_str(payload).unwrap() {
            Receipt::Records(receipt) => receipt,
            Receipt::File(_) => panic!("a receipt for a file"),
        }
    }

    async fn page(&self, token: &str, query: &str) -> (Vec<ChangeLine>, PullEnd) {
        let answer = self.get(&format!("/v1/changes?{query}"), Some(token)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), "application/x-ndjson");
        let text = std::str::from_utf8(&answer.body).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        let end = serde_json::from_str(lines.pop().unwrap()).unwrap();
        (lines.into_iter().map(|line| serde_json::from_str(line).unwrap()).collect(), end)
    }
}

on_each! { engine, World;
    async fn a_packed_batch_is_answered_packed(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let said = |seen: &mut Seen, records: &[Jws]| packed::pack(records, seen).unwrap();
        let (device, worker, key) = (phone.device, phone.worker, phone.signer.public_key().kid());
        let of_token = || Seen::of_token(device, worker, &key, &centre.keys.public_key().kid());
        let (mut seen, mut other) = (of_token(), Seen::default());
        let first = phone.completion(101, 401);
        let first = phone.seal(&first);
        let next = phone.completion(101, 501);
        let batch = [first, phone.seal(&next)];
        let send = async |body: Vec<u8>, encoding: &str| {
            let kind = [("content-type", packed::MEDIA_TYPE), ("accept-encoding", encoding)];
            centre.call(request(Method::POST, "/v1/records", Some(&token), &kind, body)).await
        };

        // What is not meant the same, is torn, is of another version or grows too large, is told as a problem.
        let body = said(&mut seen, &batch);
        let problem = async |body: Vec<u8>| {
            let answer = send(body, "identity").await;
            assert_eq!(answer.header("content-type"), "application/problem+json");
            answer.json::<Problem>().code.to_string()
        };
        assert_eq!(problem(said(&mut other, &batch)).await, "bad-request");
        assert_eq!(problem(body[..body.len() - 1].to_vec()).await, "bad-request");
        assert_eq!(problem([&[9], &body[1..]].concat()).await, "unsupported-media-type");
        let flood = Jws { payload: "0".repeat(17 << 20), ..batch[0].clone() };
        assert_eq!(problem(said(&mut of_token(), &[flood])).await, "decompressed-too-large");
        let many = vec![batch[0].clone(); MAX_BATCH + 1];
        assert_eq!(problem(said(&mut of_token(), &many)).await, "batch-too-large");

        let answer = send(body, "zstd").await;
        assert_eq!(answer.status, 200, "{answer:?}");
        assert_eq!(answer.header("content-type"), packed::MEDIA_TYPE);
        assert!(!answer.headers.contains_key("content-encoding") && !answer.headers.contains_key("vary"), "{answer:?}");
        let receipt = packed::unpack(&answer.body, &mut seen, 1 << 20).unwrap();
        let payload = receipt[0].verify(Typ::Receipt, &centre.keys.public_key(), &RingVerifier).unwrap();
        let Receipt::Records(receipt) = serde_json::from_str(payload).unwrap() else { panic!("{payload}") };
        let told: Vec<_> = receipt.items.iter().map(|item| (item.hash, item.verdict)).collect();
        assert_eq!(told, batch.each_ref().map(|statement| (statement.identity(), Verdict::Accepted)));
        // In JSON the same are known.
        let receipt = centre.verdicts(&centre.push(&token, batch.to_vec()).await);
        assert!(receipt.items.iter().all(|item| item.verdict == Verdict::Known));
    }

    async fn a_batch_gets_one_signed_receipt_with_a_verdict_each(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let mut other = Phone::enrol(&centre.world, 22, 12).await;
        let token = centre.token_of(&phone).await;
        let completion = phone.completion(101, 401);
        let good = phone.seal(&completion);
        let theirs = other.completion(102, 402);
        let theirs = other.seal(&theirs);
        let broken = Jws { payload: good.payload.replace("2026-11-20T", "2026-11-21T"), ..good.clone() };
        let other_type = phone.sign(Typ::Token, good.payload.clone());
        let batch = vec![good.clone(), theirs.clone(), broken.clone(), other_type.clone(), good.clone()];
        let receipt = centre.verdicts(&centre.push(&token, batch).await);
        assert_eq!(receipt.carrier, phone.device);
        let seen: Vec<_> = receipt.items.iter().map(|i| (i.hash, i.verdict, i.reason.as_deref())).collect();
        assert_eq!(seen, [
            (good.identity(), Verdict::Accepted, None),
            // Whoever carries: the signature says who recorded.
            (theirs.identity(), Verdict::Accepted, None),
            (broken.identity(), Verdict::Refused, Some("signature_invalid")),
            (other_type.identity(), Verdict::Refused, Some("not_a_record")),
            (good.identity(), Verdict::Known, None),
        ]);
        assert_eq!(receipt.items[0].position, receipt.items[4].position);

        // A revoked phone still hands in, and what it sealed is held.
        phone.revoke(&centre.world).await;
        let next = phone.completion(101, 501);
        let next = phone.seal(&next);
        let receipt = centre.verdicts(&centre.push(&token, vec![next]).await);
        assert_eq!(receipt.items[0].reason.as_deref(), Some("device_revoked"));
        assert_eq!(centre.get("/v1/changes", Some(&token)).await.code(), "scope-escrow-only");
    }

    async fn a_remembered_token_runs_out_all_the_same(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        for n in [401, 501] {
            let record = phone.completion(101, n);
            let record = phone.seal(&record);
            assert_eq!(centre.verdicts(&centre.push(&token, vec![record]).await).items[0].verdict, Verdict::Accepted);
        }
        assert_eq!(centre.push("AAAA", Vec::new()).await.code(), "unauthorised");
        // Revoked by another process: the next record is held, whoever remembers the token.
        phone.revoke(&centre.world).await;
        let record = phone.completion(101, 401);
        let record = phone.seal(&record);
        let item = centre.verdicts(&centre.push(&token, vec![record]).await).items.remove(0);
        assert_eq!((item.verdict, item.reason.as_deref()), (Verdict::Held, Some("device_revoked")));
        centre.world.clock.set("2026-11-23T08:00:00Z");
        assert_eq!(centre.push(&token, Vec::new()).await.code(), "token-expired");
        kandas_server::token::expire(&centre.state).await.unwrap();
        assert_eq!(centre.push(&token, Vec::new()).await.code(), "unauthorised");
    }

    async fn a_batch_has_its_limits(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let statement = phone.sign(Typ::Record, "{}".into());
        let answer = centre.push(&token, vec![statement.clone(); MAX_BATCH + 1]).await;
        assert_eq!((answer.code(), answer.json::<Problem>().detail.as_deref()), ("batch-too-large", Some("at most 200 records")));
        let none = centre.verdicts(&centre.push(&token, Vec::new()).await);
        assert!(none.items.is_empty());
        let mut long = phone.completion(101, 401);
        long.correction = Some("x".repeat(256 * 1024));
        let long = phone.seal(&long);
        let receipt = centre.verdicts(&centre.push(&token, vec![long]).await);
        assert_eq!(receipt.items[0].reason.as_deref(), Some("too_large"));
    }

    async fn changes_come_in_pages_and_then_no_more(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let (mut kinds, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
        loop {
            let (lines, end) = centre.page(&token, &format!("limit=3&cursor={cursor}")).await;
            assert!(lines.len() <= 3);
            kinds.extend(lines.iter().map(|line| line.kind));
            (cursor, pages) = (end.cursor, pages + 1);
            if !end.more {
                break;
            }
        }
        kinds.sort();
        kinds.dedup();
        assert!(pages > 2);
        assert!(kinds.contains(&Kind::Family) && kinds.contains(&Kind::Activity) && kinds.contains(&Kind::OrgUnit));
        let (lines, _) = centre.page(&token, &format!("cursor={cursor}")).await;
        assert!(lines.is_empty());

        let completion = phone.completion(101, 401);
        let completion = phone.seal(&completion);
        centre.push(&token, vec![completion]).await;
        // A newer phone names a kind this server does not know.
        let (lines, end) = centre.page(&token, &format!("cursor={cursor}&kinds=family,activity,record_state,visit")).await;
        assert_eq!(lines.iter().map(|line| line.kind).collect::<Vec<_>>(), [Kind::Activity, Kind::RecordState]);
        assert!(!end.start_over);

        let other = Phone::enrol(&centre.world, 22, 12).await;
        let theirs = centre.token_of(&other).await;
        let answer = centre.get(&format!("/v1/changes?cursor={cursor}"), Some(&theirs)).await;
        assert_eq!(answer.code(), "cursor-of-another-device");
        assert_eq!(centre.get("/v1/changes?cursor=nonsense", Some(&token)).await.code(), "cursor-unreadable");
    }

    async fn a_checkpoint_proves_that_the_journal_only_grew(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let ask = async |query: String| -> (Checkpoint, Vec<Digest>) {
            let answer: CheckpointAnswer = centre.get(&format!("/v1/checkpoint{query}"), Some(&token)).await.json();
            let payload = answer.checkpoint.verify(Typ::Checkpoint, &centre.keys.public_key(), &RingVerifier).unwrap();
            (serde_json::from_str(payload).unwrap(), answer.proof)
        };
        let (before, proof) = ask(String::new()).await;
        assert!(proof.is_empty() && before.size > 5);
        for n in [401, 501] {
            let record = phone.completion(101, n);
            let record = phone.seal(&record);
            centre.push(&token, vec![record]).await;
        }
        let (after, proof) = ask(format!("?from={}", before.size)).await;
        assert_eq!(after.size, before.size + 2);
        assert!(merkle::verify_consistency(before.size, &before.root, after.size, &after.root, &proof));
        let (_, proof) = ask(format!("?from={}", after.size + 7)).await;
        assert!(proof.is_empty(), "more than there is: the size says it");

        // The head of the last hour is the same for whoever asks, and proven from what each has seen.
        assert_eq!(centre.get("/v1/checkpoint?to=kept", Some(&token)).await.code(), "not-found");
        jobs::hour(&centre.state).await;
        let record = phone.completion(101, 401);
        let record = phone.seal(&record);
        centre.push(&token, vec![record]).await;
        let (kept, proof) = ask(format!("?from={}&to=kept", before.size)).await;
        assert_eq!(kept.size, after.size + 1, "with the indicators of the quarter that is over");
        assert!(merkle::verify_consistency(before.size, &before.root, kept.size, &kept.root, &proof));
        let (head, proof) = ask(format!("?from={}", kept.size)).await;
        assert_eq!(head.size, kept.size + 1);
        assert!(merkle::verify_consistency(kept.size, &kept.root, head.size, &head.root, &proof));
    }

    async fn photos_of_a_pushed_record_may_come(world) {
        let centre = Centre::new(world).await;
        phones::centre(&centre.world).await;
        let mut phone = Phone::enrol(&centre.world, 21, 11).await;
        let token = centre.token_of(&phone).await;
        let mut completion = phone.completion(101, 401);
        let bytes = b"sixteen bytes ok";
        let mut photo = phone.photo();
        photo.sha256 = Digest::of(bytes);
        let path = format!("/v1/media?evidence={}&part=file", photo.evidence);
        let headers = [("tus-resumable", "1.0.0"), ("upload-length", "16"), ("content-type", "application/offset+octet-stream")];
        let create = || request(Method::POST, &path, Some(&token), &headers, bytes.to_vec());
        assert_eq!(centre.call(create()).await.code(), "evidence-unknown");
        completion.evidence.push(photo);
        let statement = phone.seal(&completion);
        centre.verdicts(&centre.push(&token, vec![statement]).await);
        let made = centre.call(create()).await;
        assert_eq!(made.status, 201);
        centre.receipt(&made);
        // Record and photo are here: the activity counts for the report.
        let (lines, _) = centre.page(&token, "kinds=activity").await;
        let rows: Vec<_> = lines.iter().filter_map(|line| line.row.as_ref()).map(|row| row.get()).collect();
        assert!(rows.iter().any(|row| row.contains("\"reported\"")), "{rows:?}");
    }
}
