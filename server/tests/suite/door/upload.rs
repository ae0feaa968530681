//! Uploads: every rule of tus and of the device API.

use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    http::Method,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use futures_util::{StreamExt as _, stream};
use kandas_server::limits::Limits;
use kandas_shared::{
    evidence::{FileRef, Part},
    hash::Digest,
    ids::EvidenceId,
    problem::Problem,
    wire::FileReceiptAnswer,
};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep,
};
use uuid::Uuid;

use super::centre::{Answer, Centre, Phone, media_path, noise, quick, request, tus};
use crate::stores::{World, on_each};

const PIECE: (&str, &str) = ("content-type", "application/offset+octet-stream");

/// A body that is fed by hand and breaks off when the feeder is dropped with `cut`.
fn fed() -> (mpsc::Sender<std::io::Result<Bytes>>, Body) {
    let (feed, hungry) = mpsc::channel(16);
    (
        feed,
        Body::from_stream(stream::unfold(hungry, |mut hungry| async {
            Some((hungry.recv().await?, hungry))
        })),
    )
}

fn cut() -> std::io::Error {
    std::io::Error::other("cut")
}

on_each! { place, World;
    async fn a_file_goes_up_in_pieces_and_is_receipted(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(300_000, 1);
        let file = centre.expect(&phone, &bytes).await;
        let receipt_path = format!("/v1/receipts/{}/file", file.evidence);
        assert_eq!(centre.get(&receipt_path, Some(&phone.token)).await.code(), "upload-unknown");

        let at = centre.begin(&phone, file, bytes.len()).await;
        assert!(at.starts_with("/v1/media/"), "relative: {at}");
        let head = centre.head(&phone, &at).await;
        assert_eq!((head.offset(), head.header("upload-length")), (0, "300000"));
        assert_eq!(head.header("cache-control"), "no-store");
        assert_eq!(head.header("tus-resumable"), "1.0.0");
        assert_eq!(head.header("upload-expires"), "Mon, 30 Nov 2026 07:00:00 GMT");
        let mut offset = 0;
        for piece in bytes.chunks(70_000) {
            let answer = centre.patch(&phone, &at, offset, piece.to_vec()).await;
            assert_eq!(answer.status, 204, "{answer:?}");
            offset += piece.len();
            assert_eq!(answer.offset(), offset);
            if offset == bytes.len() {
                let receipt = centre.receipt(&answer);
                assert_eq!((receipt.evidence, receipt.part, receipt.salvage), (file.evidence, Part::File, false));
                assert_eq!((receipt.sha256, receipt.size), (Digest::of(&bytes), 300_000));
                assert!(receipt.position > 1);
            } else {
                assert!(answer.headers.get("kandas-receipt").is_none());
            }
        }
        let head = centre.head(&phone, &at).await;
        assert_eq!(head.offset(), 300_000);
        let first = centre.receipt(&head);
        let fetched: FileReceiptAnswer = centre.get(&receipt_path, Some(&phone.token)).await.json();
        assert_eq!(centre.read_receipt(&fetched.receipt).position, first.position);

        // In custody: once, under its name, with the right bytes; nothing is left in staging.
        let kept = centre.files("media");
        assert_eq!(kept.len(), 1);
        assert_eq!(std::fs::read(&kept[0]).unwrap(), bytes);
        assert!(kept[0].ends_with(format!("{:02x}/{file}", file.evidence.0.as_bytes()[15])));
        assert!(centre.files("staging").is_empty());

        // A second creation is refused with the receipt, whoever asks.
        let other = centre.phone().await;
        let again = centre.tus(&other, Method::POST, &media_path(file), &[("upload-length", "300000")], Vec::new()).await;
        assert_eq!(again.code(), "upload-already-received");
        let problem: Problem = again.json();
        assert_eq!(centre.read_receipt(&problem.receipt.unwrap()).position, first.position);
        // A piece for a finished upload changes nothing.
        assert_eq!(centre.patch(&phone, &at, 0, "x").await.code(), "upload-offset-mismatch");
        assert_eq!(centre.patch(&phone, &at, 300_000, "").await.status, 204);
    }

    async fn an_equal_hash_is_not_custody(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let (one, two) = (centre.expect(&phone, b"same").await, centre.expect(&phone, b"same").await);
        let at = centre.begin(&phone, one, 4).await;
        assert_eq!(centre.patch(&phone, &at, 0, "same").await.status, 204);
        let at = centre.begin(&phone, two, 4).await;
        assert_eq!(centre.head(&phone, &at).await.offset(), 0);
        assert!(centre.patch(&phone, &at, 0, "same").await.headers.contains_key("kandas-receipt"));
        assert_eq!(centre.files("media").len(), 2);
    }

    async fn what_may_not_begin_is_refused(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let post = async |path: &str, headers: &[(&str, &str)]| -> Answer {
            centre.tus(&phone, Method::POST, path, headers, Vec::new()).await
        };
        let path = media_path(file);
        assert_eq!(post(&path, &[("upload-length", "9")]).await.code(), "upload-size-mismatch");
        assert_eq!(post(&path, &[]).await.code(), "bad-request");
        assert_eq!(post(&path, &[("upload-length", "-1")]).await.code(), "bad-request");
        assert_eq!(post(&path, &[("upload-length", "99999999999999999999")]).await.code(), "bad-request");
        let unknown = FileRef { evidence: EvidenceId(Uuid::from_u128(1)), part: Part::File };
        assert_eq!(post(&media_path(unknown), &[("upload-length", "8")]).await.code(), "evidence-unknown");
        let thumbnail = FileRef { part: Part::Thumbnail, ..file };
        assert_eq!(post(&media_path(thumbnail), &[("upload-length", "8")]).await.code(), "evidence-unknown");
        assert_eq!(post("/v1/media", &[("upload-length", "8")]).await.code(), "bad-request");
        assert_eq!(post(&format!("{path}&bundle={}", Uuid::nil()), &[("upload-length", "8")]).await.code(), "bad-request");
        // An empty or odd Upload-Metadata is no matter.
        assert_eq!(post(&path, &[("upload-length", "8"), ("upload-metadata", "")]).await.status, 201);
        assert_eq!(post(&path, &[("upload-length", "8"), ("upload-metadata", "filename ???,,")]).await.status, 201);
    }

    async fn a_second_creation_finds_the_upload_in_progress(world) {
        let centre = Centre::new(world).await;
        let (phone, other) = (centre.phone().await, centre.phone().await);
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        centre.patch(&phone, &at, 0, "evid").await;
        let again = centre.tus(&other, Method::POST, &media_path(file), &[("upload-length", "8"), PIECE], "evid").await;
        assert_eq!((again.status.as_u16(), again.header("location"), again.offset()), (201, at.as_str(), 4));
        assert_eq!(centre.patch(&other, &at, 4, "ence").await.status, 204);
        assert_eq!(centre.files("media").len(), 1);
    }

    async fn creation_with_upload_and_nothing_at_all(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let made = centre.tus(&phone, Method::POST, &media_path(file), &[("upload-length", "8"), PIECE], "evi").await;
        assert_eq!((made.status.as_u16(), made.offset()), (201, 3));
        let at = made.header("location").to_owned();
        assert_eq!(centre.patch(&phone, &at, 3, "dence").await.offset(), 8);

        let whole = centre.expect(&phone, b"whole").await;
        let made = centre.tus(&phone, Method::POST, &media_path(whole), &[("upload-length", "5"), PIECE], "whole").await;
        assert_eq!((made.status.as_u16(), made.offset()), (201, 5));
        centre.receipt(&made);

        let empty = centre.expect(&phone, b"").await;
        let made = centre.tus(&phone, Method::POST, &media_path(empty), &[("upload-length", "0")], Vec::new()).await;
        assert_eq!((made.status.as_u16(), made.offset()), (201, 0));
        assert_eq!(centre.receipt(&made).size, 0);
    }

    async fn what_came_before_a_cut_stays(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(200_000, 2);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (feed, body) = fed();
        feed.send(Ok(Bytes::copy_from_slice(&bytes[..120_000]))).await.unwrap();
        feed.send(Err(cut())).await.unwrap();
        drop(feed);
        assert_eq!(centre.patch(&phone, &at, 0, body).await.code(), "bad-request");
        assert_eq!(centre.head(&phone, &at).await.offset(), 120_000);
        // From anywhere else it is refused, and the refusal says where it stands.
        let wrong = centre.patch(&phone, &at, 100_000, bytes[100_000..].to_vec()).await;
        assert_eq!(wrong.code(), "upload-offset-mismatch");
        assert_eq!(wrong.json::<Problem>().detail.as_deref(), Some("the upload stands at 120000"));
        assert_eq!(centre.patch(&phone, &at, 120_000, bytes[120_000..].to_vec()).await.offset(), 200_000);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
    }

    async fn a_checksum_keeps_all_or_nothing(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(200_000, 3);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let sum = async |sum: String, offset: usize, body: Body| -> Answer {
            let offset = offset.to_string();
            let headers = [("upload-offset", offset.as_str()), ("upload-checksum", sum.as_str()), PIECE];
            centre.tus(&phone, Method::PATCH, &at, &headers, body).await
        };
        let sha256 = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Digest::of(bytes).0));
        let sha1 = |bytes: &[u8]| {
            let digest = ring::digest::digest(&ring::digest::SHA1_FOR_LEGACY_USE_ONLY, bytes);
            format!("sha1 {}", STANDARD.encode(digest))
        };
        let first = &bytes[..100_000];
        assert_eq!(sum(sha256(first), 0, first.to_vec().into()).await.offset(), 100_000);
        let second = &bytes[100_000..];
        let wrong = sum(sha256(first), 100_000, second.to_vec().into()).await;
        assert_eq!((wrong.status.as_u16(), wrong.code()), (460, "upload-checksum-mismatch"));
        assert_eq!(centre.head(&phone, &at).await.offset(), 100_000);
        // Cut in the middle: nothing of it stays.
        let (feed, body) = fed();
        feed.send(Ok(Bytes::copy_from_slice(&second[..90_000]))).await.unwrap();
        feed.send(Err(cut())).await.unwrap();
        assert_eq!(sum(sha256(second), 100_000, body).await.code(), "bad-request");
        assert_eq!(centre.head(&phone, &at).await.offset(), 100_000);
        assert_eq!(sum("md5 AAAA".into(), 100_000, Body::empty()).await.code(), "upload-checksum-unsupported");
        assert_eq!(sum("sha256".into(), 100_000, Body::empty()).await.code(), "bad-request");
        let done = sum(sha1(second), 100_000, second.to_vec().into()).await;
        assert_eq!(done.offset(), 200_000);
        centre.receipt(&done);
    }

    async fn never_a_byte_too_many(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        let headers = [("upload-offset", "0"), ("content-length", "9"), PIECE];
        let pieces = ["evid", "ence", "!"].map(|piece| Ok::<_, std::io::Error>(Bytes::from(piece)));
        let body = Body::from_stream(stream::iter(pieces));
        assert_eq!(centre.tus(&phone, Method::PATCH, &at, &headers, body).await.code(), "upload-too-large");
        assert_eq!(centre.head(&phone, &at).await.offset(), 0, "it was not even looked at");
        let (feed, body) = fed();
        for piece in ["evid", "ence", "!"] {
            feed.send(Ok(Bytes::from_static(piece.as_bytes()))).await.unwrap();
        }
        drop(feed);
        assert_eq!(centre.patch(&phone, &at, 0, body).await.code(), "upload-too-large");
        // What fitted is the whole file: the next look brings it into custody.
        let head = centre.head(&phone, &at).await;
        assert_eq!(head.offset(), 8);
        assert_eq!(centre.receipt(&head).size, 8);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), b"evidence");
    }

    async fn a_file_that_is_not_what_was_signed_is_discarded(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        let answer = centre.patch(&phone, &at, 0, "forgery!").await;
        assert_eq!((answer.status.as_u16(), answer.code()), (422, "upload-hash-mismatch"));
        assert_eq!(centre.head(&phone, &at).await.status, 404);
        assert!(centre.files("media").is_empty() && centre.files("staging").is_empty());
        let at = centre.begin(&phone, file, 8).await;
        assert_eq!(centre.patch(&phone, &at, 0, "evidence").await.status, 204);
    }

    async fn a_damaged_file_is_salvaged_and_may_still_come_whole(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let path = format!("{}&salvage={}", media_path(file), Digest::of(b"evi"));
        let made = centre.tus(&phone, Method::POST, &path, &[("upload-length", "3"), PIECE], "evi").await;
        let receipt = centre.receipt(&made);
        assert!(receipt.salvage);
        assert_eq!((receipt.sha256, receipt.size), (Digest::of(b"evi"), 3));
        let again = centre.tus(&phone, Method::POST, &path, &[("upload-length", "3")], Vec::new()).await;
        assert_eq!(again.code(), "upload-already-received");
        let fetched: FileReceiptAnswer =
            centre.get(&format!("/v1/receipts/{}/file", file.evidence), Some(&phone.token)).await.json();
        assert!(centre.read_receipt(&fetched.receipt).salvage);
        // Another wrong hash is no salvage.
        let path = format!("{}&salvage={}", media_path(file), Digest::of(b"other"));
        let wrong = centre.tus(&phone, Method::POST, &path, &[("upload-length", "3"), PIECE], "xyz").await;
        assert_eq!(wrong.code(), "upload-hash-mismatch");

        let at = centre.begin(&phone, file, 8).await;
        let done = centre.patch(&phone, &at, 0, "evidence").await;
        assert!(!centre.receipt(&done).salvage);
        assert_eq!(centre.files("media").len(), 2);
    }

    async fn the_version_is_checked_and_the_options_are_told(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let options = centre.call(request(Method::OPTIONS, "/v1/media", None, &[], Vec::new())).await;
        assert_eq!((options.status.as_u16(), options.header("tus-version")), (204, "1.0.0"));
        assert_eq!(options.header("tus-extension"), "creation,creation-with-upload,checksum,termination,expiration");
        assert_eq!(options.header("tus-checksum-algorithm"), "sha256,sha1");
        for version in [&[][..], &[("tus-resumable", "0.2.2")]] {
            let answer = centre.call(request(Method::POST, &media_path(file), Some(&phone.token), version, Vec::new())).await;
            assert_eq!(answer.code(), "tus-version-unsupported");
            assert_eq!((answer.header("tus-version"), answer.header("tus-resumable")), ("1.0.0", "1.0.0"));
        }
        let at = centre.begin(&phone, file, 8).await;
        assert_eq!(centre.tus(&phone, Method::PATCH, &at, &[PIECE], "x").await.code(), "bad-request");
        let headers = [("upload-offset", "0"), ("content-type", "application/octet-stream")];
        assert_eq!(centre.tus(&phone, Method::PATCH, &at, &headers, "x").await.code(), "unsupported-media-type");
        let headers = [("upload-offset", "0"), ("content-encoding", "gzip"), PIECE];
        assert_eq!(centre.tus(&phone, Method::PATCH, &at, &headers, "x").await.code(), "unsupported-media-type");
        assert_eq!(centre.head(&phone, "/v1/media/nonsense").await.status, 404);
        let nobody = request(Method::HEAD, &at, None, &[("tus-resumable", "1.0.0")], Vec::new());
        assert_eq!(centre.call(nobody).await.status, 401);
    }

    async fn methods_may_travel_in_a_header(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        let headers = [("x-http-method-override", "PATCH"), ("upload-offset", "0"), PIECE];
        assert_eq!(centre.tus(&phone, Method::POST, &at, &headers, "evid").await.status, 204);
        let headers = [("x-http-method-override", "head")];
        assert_eq!(centre.tus(&phone, Method::POST, &at, &headers, Vec::new()).await.offset(), 4);
        // Only POST may mean something else, and only these.
        let headers = [("x-http-method-override", "DELETE")];
        assert_eq!(centre.tus(&phone, Method::HEAD, &at, &headers, Vec::new()).await.offset(), 4);
        assert_eq!(centre.tus(&phone, Method::POST, &at, &headers, Vec::new()).await.status, 204);
        assert_eq!(centre.head(&phone, &at).await.status, 404);
        assert!(centre.files("staging").is_empty());
    }

    async fn uploads_run_out(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        centre.patch(&phone, &at, 0, "evid").await;
        centre.world.clock.set("2026-11-30T06:59:59Z");
        assert_eq!(centre.state.media.expire().await.unwrap(), 0);
        centre.world.clock.set("2026-11-30T07:00:01Z");
        let phone = Phone { token: centre.grant(&phone).await.token, ..phone };
        assert_eq!(centre.patch(&phone, &at, 4, "ence").await.code(), "upload-expired");
        assert_eq!(centre.state.media.expire().await.unwrap(), 1);
        assert_eq!(centre.head(&phone, &at).await.status, 410);
        assert!(centre.files("staging").is_empty());
        // A new one begins at nothing; the old name is forgotten in the end.
        let anew = centre.begin(&phone, file, 8).await;
        assert_ne!(anew, at);
        assert_eq!(centre.head(&phone, &anew).await.offset(), 0);
        assert_eq!(centre.head(&phone, &at).await.status, 404);
    }

    async fn one_that_has_run_out_is_begun_anew_before_anybody_clears_up(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        centre.patch(&phone, &at, 0, "evid").await;
        centre.world.clock.set("2026-11-30T07:00:01Z");
        let phone = Phone { token: centre.grant(&phone).await.token, ..phone };
        assert_eq!(centre.head(&phone, &at).await.status, 410);
        let anew = centre.begin(&phone, file, 8).await;
        assert_ne!(anew, at);
        assert!(centre.files("staging").is_empty(), "what came of the other is gone");
        assert_eq!(centre.patch(&phone, &anew, 0, "evidence").await.offset(), 8);

        // What is left of a damaged file has become another rest meanwhile: the one begun before can never be whole.
        let file = centre.expect(&phone, b"evidence").await;
        let begin = async |rest: &[u8]| -> String {
            let path = format!("{}&salvage={}", media_path(file), Digest::of(rest));
            let made = centre.tus(&phone, Method::POST, &path, &[("upload-length", "3")], Vec::new()).await;
            made.header("location").to_owned()
        };
        let one = begin(b"evi").await;
        assert_eq!(begin(b"evi").await, one);
        assert_eq!(centre.patch(&phone, &one, 0, "ev").await.offset(), 2);
        let other = begin(b"vid").await;
        assert_ne!(other, one);
        assert!(centre.receipt(&centre.patch(&phone, &other, 0, "vid").await).salvage);
        assert_eq!(centre.head(&phone, &one).await.status, 404);
    }

    async fn who_was_given_up_ends_nothing(world) {
        let limits = Limits { idle: Duration::from_secs(60), ..quick() };
        let centre = Centre::with(world, limits.clone()).await;
        let other = centre.state_with(limits);
        let phone = centre.phone().await;
        // He has the right bytes or others, all but the last one, and nothing of them is recorded.
        for (number, brought) in ["evidence", "forgery!"].into_iter().enumerate() {
            let file = centre.expect(&phone, b"evidence").await;
            let at = centre.begin(&phone, file, 8).await;
            let (feed, body) = fed();
            let stalled = tokio::spawn({
                let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body);
                let router = centre.router.clone();
                async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
            });
            feed.send(Ok(Bytes::copy_from_slice(&brought.as_bytes()[..7]))).await.unwrap();
            centre.held(&at).await;
            centre.world.clock.set(&format!("2026-11-23T07:0{}:03Z", number + 1));
            let more = tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], "evid");
            assert_eq!(centre.call_on(&other, more).await.offset(), 4);
            feed.send(Ok(Bytes::copy_from_slice(&brought.as_bytes()[7..]))).await.unwrap();
            drop(feed);
            // He is told that it is not his any more, or that his file has no name any more.
            assert!([423, 503].contains(&stalled.await.unwrap()));
            let path = format!("/v1/receipts/{}/file", file.evidence);
            assert_eq!(centre.get(&path, Some(&phone.token)).await.code(), "upload-unknown");
            let last = tus(&phone, Method::PATCH, &at, &[("upload-offset", "4"), PIECE], "ence");
            centre.receipt(&centre.call_on(&other, last).await);
            assert_eq!(std::fs::read(&centre.files("media")[number]).unwrap(), b"evidence");
        }
    }

    async fn a_newer_request_evicts_one_that_stalls(world) {
        let limits = Limits { idle: Duration::from_secs(60), ..quick() };
        let centre = Centre::with(world, limits).await;
        let phone = centre.phone().await;
        let bytes = noise(150_000, 4);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (feed, body) = fed();
        let stalled = tokio::spawn({
            let (router, request) = (centre.router.clone(), tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body));
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
        });
        feed.send(Ok(Bytes::copy_from_slice(&bytes[..80_000]))).await.unwrap();
        centre.recorded(&at, 80_000).await;
        // The phone has come back on another network: its old request still hangs.
        assert_eq!(centre.head(&phone, &at).await.offset(), 80_000);
        assert_eq!(stalled.await.unwrap(), 423);
        assert!(feed.send(Ok(Bytes::from_static(b"late"))).await.is_err(), "nobody listens to it any more");
        assert_eq!(centre.patch(&phone, &at, 80_000, bytes[80_000..].to_vec()).await.offset(), 150_000);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
    }

    async fn of_two_pieces_at_one_place_one_wins(world) {
        // However busy the machine is, the first is not silent for so long.
        let centre = Centre::with(world, Limits { stall: Duration::from_millis(500), ..quick() }).await;
        let phone = centre.phone().await;
        let bytes = noise(100_000, 5);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        // One that keeps sending is not evicted by the other.
        let (feed, body) = fed();
        let first = tokio::spawn({
            let (router, request) = (centre.router.clone(), tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body));
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
        });
        let (enough, mut told) = oneshot::channel::<()>();
        let feeder = tokio::spawn({
            let bytes = bytes.clone();
            async move {
                let mut at = 0;
                while at < 90_000 && told.try_recv().is_err() {
                    feed.send(Ok(Bytes::copy_from_slice(&bytes[at..at + 100]))).await.unwrap();
                    at += 100;
                    sleep(Duration::from_millis(20)).await;
                }
                feed.send(Ok(Bytes::copy_from_slice(&bytes[at..]))).await.unwrap();
            }
        });
        centre.recorded(&at, 1).await;
        let second = centre.patch(&phone, &at, 0, bytes.clone()).await;
        assert_eq!(second.code(), "upload-locked");
        // A look meanwhile says how far it is, and disturbs nothing.
        assert!(centre.head(&phone, &at).await.offset() < 100_000);
        enough.send(()).unwrap();
        feeder.await.unwrap();
        assert_eq!(first.await.unwrap(), 204);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);

        // Two that come at the same moment: never both.
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (one, two) = tokio::join!(
            centre.patch(&phone, &at, 0, bytes[..60_000].to_vec()),
            centre.patch(&phone, &at, 0, bytes[..60_000].to_vec())
        );
        let mut statuses = [one.status.as_u16(), two.status.as_u16()];
        statuses.sort_unstable();
        assert!(statuses == [204, 409] || statuses == [204, 423], "{statuses:?}");
        assert_eq!(centre.head(&phone, &at).await.offset(), 60_000);
    }

    async fn a_piece_that_falls_silent_is_ended_and_kept(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        let silent = stream::once(async { Ok::<_, std::io::Error>(Bytes::from_static(b"evi")) }).chain(stream::pending());
        let answer = centre.patch(&phone, &at, 0, Body::from_stream(silent)).await;
        assert_eq!(answer.code(), "request-timeout");
        assert_eq!(centre.head(&phone, &at).await.offset(), 3);
    }

    async fn another_process_goes_on_after_a_crash(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(100_000, 6);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        centre.patch(&phone, &at, 0, bytes[..50_000].to_vec()).await;
        // More came after the last record of progress, and the process died holding the upload.
        centre.stray(&at, 50_000, b"bytes that were never recorded");
        let mut tx = centre.world.store.write().await.unwrap();
        let until: chrono::DateTime<chrono::Utc> = "2026-11-23T07:00:30Z".parse().unwrap();
        kandas_server::exec!(&mut tx, "update upload set fence = fence + 1, lease_until = $1", until).await.unwrap();
        tx.commit().await.unwrap();

        assert_eq!(centre.patch(&phone, &at, 50_000, bytes[50_000..].to_vec()).await.code(), "upload-locked");
        centre.world.clock.set("2026-11-23T07:00:31Z");
        assert_eq!(centre.patch(&phone, &at, 50_000, bytes[50_000..].to_vec()).await.offset(), 100_000);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);

        // A disk that has lost bytes: the upload goes on from what is there.
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        centre.patch(&phone, &at, 0, bytes[..30_000].to_vec()).await;
        centre.patch(&phone, &at, 30_000, bytes[30_000..50_000].to_vec()).await;
        centre.lose(&at, 30_000);
        assert_eq!(centre.head(&phone, &at).await.offset(), 30_000);
        assert_eq!(centre.patch(&phone, &at, 30_000, bytes[30_000..].to_vec()).await.offset(), 100_000);
    }

    async fn a_crash_between_the_last_byte_and_the_fact_loses_nothing(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        centre.patch(&phone, &at, 0, "evid").await;
        // All bytes durable and recorded, nothing settled.
        centre.stray(&at, 4, b"ence");
        let mut tx = centre.world.store.write().await.unwrap();
        kandas_server::exec!(&mut tx, "update upload set received = 8").await.unwrap();
        tx.commit().await.unwrap();
        let head = centre.head(&phone, &at).await;
        assert_eq!(centre.receipt(&head).size, 8);
    }

    async fn no_room_for_media_while_all_else_goes_on(world) {
        let limits = Limits { disk_reserve: u64::MAX / 2, ..quick() };
        let centre = Centre::with(world, limits).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let full = centre.tus(&phone, Method::POST, &media_path(file), &[("upload-length", "8")], Vec::new()).await;
        assert_eq!((full.status.as_u16(), full.code()), (507, "storage-full"));
        assert!(full.headers.contains_key("retry-after"));
        let batch = kandas_shared::wire::RecordBatch { records: Vec::new() };
        assert_eq!(centre.post("/v1/records", Some(&phone.token), &batch).await.status, 200);
    }

    async fn the_reserve_is_kept_in_the_middle_of_a_file_too(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let at = centre.begin(&phone, file, 8).await;
        assert_eq!(centre.patch(&phone, &at, 0, "evid").await.offset(), 4);
        // The disk fills up meanwhile.
        let full = centre.state_with(Limits { disk_reserve: u64::MAX / 2, ..quick() });
        let patch = || tus(&phone, Method::PATCH, &at, &[("upload-offset", "4"), PIECE], "ence");
        let answer = centre.call_on(&full, patch()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (507, "storage-full"));
        let head = centre.call_on(&full, tus(&phone, Method::HEAD, &at, &[], Vec::new())).await;
        assert_eq!(head.offset(), 4, "what came stays");
        centre.receipt(&centre.call(patch()).await);
    }

    async fn a_newer_piece_evicts_one_that_stalls_too(world) {
        let centre = Centre::with(world, Limits { idle: Duration::from_secs(60), ..quick() }).await;
        let phone = centre.phone().await;
        let bytes = noise(150_000, 14);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (feed, body) = fed();
        let stalled = tokio::spawn({
            let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body);
            let router = centre.router.clone();
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
        });
        feed.send(Ok(Bytes::copy_from_slice(&bytes[..80_000]))).await.unwrap();
        centre.recorded(&at, 80_000).await;
        // It knows how far it got: no look before.
        assert_eq!(centre.patch(&phone, &at, 80_000, bytes[80_000..].to_vec()).await.offset(), 150_000);
        assert_eq!(stalled.await.unwrap(), 423);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
        assert!(centre.files("staging").is_empty());
    }

    async fn a_piece_that_stalls_in_another_process_gives_way_when_its_lease_runs_out(world) {
        let limits = Limits { idle: Duration::from_secs(60), ..quick() };
        let centre = Centre::with(world, limits.clone()).await;
        let other = centre.state_with(limits);
        let phone = centre.phone().await;
        let bytes = noise(200_000, 15);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (feed, body) = fed();
        let stalled = tokio::spawn({
            let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body);
            let router = centre.router.clone();
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
        });
        feed.send(Ok(Bytes::copy_from_slice(&bytes[..80_000]))).await.unwrap();
        centre.recorded(&at, 80_000).await;
        // What was recorded is told at once; taken over is only what nobody holds any more.
        let look = tus(&phone, Method::HEAD, &at, &[], Vec::new());
        assert_eq!(centre.call_on(&other, look).await.offset(), 80_000);
        centre.world.clock.set("2026-11-23T07:00:03Z");
        let on = |offset: usize, bytes: &[u8]| {
            let offset = offset.to_string();
            tus(&phone, Method::PATCH, &at, &[("upload-offset", offset.as_str()), PIECE], bytes.to_vec())
        };
        let more = centre.call_on(&other, on(80_000, &bytes[80_000..120_000])).await;
        assert_eq!((more.status.as_u16(), more.offset()), (204, 120_000));
        let (last, body) = fed();
        let going = tokio::spawn({
            let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", "120000"), PIECE], body);
            let router = kandas_server::router::router(other);
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap() }
        });
        last.send(Ok(Bytes::copy_from_slice(&bytes[120_000..190_000]))).await.unwrap();
        centre.recorded(&at, 190_000).await;
        // The one that was given up wakes: what it brings now goes nowhere, and what it lets go is not its own.
        feed.send(Ok(Bytes::from(vec![0xAA; 70_000]))).await.unwrap();
        assert_eq!(stalled.await.unwrap(), 423);
        let mut tx = centre.world.store.read().await.unwrap();
        let held = "select received, fence from upload where lease_until is not null";
        assert_eq!(kandas_server::all!(&mut tx, (i64, i64), held).await.unwrap(), [(190_000, 3)]);
        drop(tx);
        last.send(Ok(Bytes::copy_from_slice(&bytes[190_000..]))).await.unwrap();
        drop(last);
        let done = going.await.unwrap();
        assert_eq!(done.status(), 204);
        assert!(done.headers().contains_key("kandas-receipt"));
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
        assert!(centre.files("staging").is_empty());
    }

    async fn two_processes_take_turns_at_one_file(world) {
        let centre = Centre::new(world).await;
        let other = centre.state_with(quick());
        let phone = centre.phone().await;
        let bytes = noise(300_000, 16);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        // One hashed the beginning, the other the end; neither the whole.
        for (turn, piece) in bytes.chunks(50_000).enumerate() {
            let offset = (turn * 50_000).to_string();
            let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", offset.as_str()), PIECE], piece.to_vec());
            let state = if turn % 3 == 1 { &other } else { &centre.state };
            let answer = centre.call_on(state, request).await;
            assert_eq!((answer.status.as_u16(), answer.offset()), (204, turn * 50_000 + piece.len()));
        }
        assert_eq!(centre.receipt(&centre.head(&phone, &at).await).sha256, Digest::of(&bytes));
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
    }

    async fn what_was_erased_on_its_way_is_not_kept(world) {
        let centre = Centre::with(world, Limits { idle: Duration::from_secs(60), ..quick() }).await;
        let phone = centre.phone().await;
        let bytes = noise(200_000, 18);
        // One is cut in the middle, the other is whole but for its last byte.
        for rest in [90_000, 1] {
            let file = centre.expect(&phone, &bytes).await;
            let at = centre.begin(&phone, file, bytes.len()).await;
            let (feed, body) = fed();
            let going = tokio::spawn({
                let request = tus(&phone, Method::PATCH, &at, &[("upload-offset", "0"), PIECE], body);
                let router = centre.router.clone();
                async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
            });
            feed.send(Ok(Bytes::copy_from_slice(&bytes[..bytes.len() - rest]))).await.unwrap();
            centre.recorded(&at, bytes.len() - rest).await;
            // Another process erases its subject: row and bytes go, and nothing may come after them.
            let id: kandas_shared::ids::UploadId = at.rsplit('/').next().unwrap().parse().unwrap();
            let mut tx = centre.world.store.write().await.unwrap();
            let sql = "update evidence_file set state = 'erased' where evidence = $1";
            kandas_server::exec!(&mut tx, sql, file.evidence).await.unwrap();
            kandas_server::exec!(&mut tx, "delete from upload where id = $1", id).await.unwrap();
            tx.commit().await.unwrap();
            centre.other().staging.remove(id).await.unwrap();
            let last = &bytes[bytes.len() - rest..];
            feed.send(Ok(Bytes::copy_from_slice(&last[..rest.min(70_000)]))).await.unwrap();
            drop(feed);
            // It is told that it lost the upload, or that the bytes before are gone.
            assert!([423, 503].contains(&going.await.unwrap()));
            assert_eq!(centre.files("staging"), Vec::<std::path::PathBuf>::new());
            assert_eq!(centre.files("media"), Vec::<std::path::PathBuf>::new());
        }
    }

    async fn what_nobody_owns_leaves_staging(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let (kept, gone) = (centre.expect(&phone, b"evidence").await, centre.expect(&phone, b"evidence").await);
        let kept = centre.begin(&phone, kept, 8).await;
        let gone = centre.begin(&phone, gone, 8).await;
        for at in [&kept, &gone] {
            assert_eq!(centre.patch(&phone, at, 0, "evid").await.offset(), 4);
        }
        // Its row went while a process without that knowledge was still writing.
        let id: kandas_shared::ids::UploadId = gone.rsplit('/').next().unwrap().parse().unwrap();
        let mut tx = centre.world.store.write().await.unwrap();
        kandas_server::exec!(&mut tx, "delete from upload where id = $1", id).await.unwrap();
        tx.commit().await.unwrap();
        centre.world.clock.set("1999-01-01T00:00:00Z");
        assert_eq!(centre.state.media.sweep().await.unwrap(), 0, "written to a moment ago");
        centre.world.clock.set("2999-01-01T00:00:00Z");
        assert_eq!(centre.state.media.sweep().await.unwrap(), 1);
        let left = centre.files("staging");
        assert_eq!(left.len(), 1);
        let id = kept.rsplit('/').next().unwrap();
        assert!(left[0].to_str().unwrap().contains(id), "{left:?}");
    }
}

/// A bucket that does not answer: media wait, nothing is called received, all else goes on.
mod away {
    use super::*;
    use crate::stores::World;

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn sqlite() {
        run(World::sqlite_s3().await).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn postgres() {
        run(World::postgres_s3().await).await;
    }

    async fn run(world: World) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(100_000, 17);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        assert_eq!(centre.patch(&phone, &at, 0, bytes[..50_000].to_vec()).await.offset(), 50_000);
        let s3 = centre.world.s3.as_ref().unwrap();
        s3.set_away(true);
        let answer = centre.patch(&phone, &at, 50_000, bytes[50_000..].to_vec()).await;
        assert_eq!((answer.status.as_u16(), answer.code()), (503, "storage-unavailable"));
        assert_eq!(centre.get("/readyz", None).await.status, 503);
        let batch = kandas_shared::wire::RecordBatch { records: Vec::new() };
        assert_eq!(centre.post("/v1/records", Some(&phone.token), &batch).await.status, 200);
        s3.set_away(false);
        assert_eq!(centre.get("/readyz", None).await.status, 200);
        assert_eq!(centre.head(&phone, &at).await.offset(), 50_000);
        let before = s3.requests();
        centre.receipt(&centre.patch(&phone, &at, 50_000, bytes[50_000..].to_vec()).await);
        assert!(s3.requests() > before);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);

        // A small file that comes in one go is one object, put once.
        let small = centre.expect(&phone, b"evidence").await;
        let before = s3.requests();
        let headers = [("upload-length", "8"), PIECE];
        let made = centre.tus(&phone, Method::POST, &media_path(small), &headers, "evidence").await;
        centre.receipt(&made);
        assert_eq!(s3.requests() - before, 1);
    }
}
