//! Small files that come whole with their creation, and many at once.

use std::{
    collections::BTreeSet,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    body::{Body, Bytes},
    http::Method,
};
use futures_util::{StreamExt as _, future::join_all, stream};
use kandas_server::{exec, limits::Limits, media::Objects, one, store::Engine};
use kandas_shared::{evidence::FileRef, problem::Problem};
use sqlx::AssertSqlSafe;
use tokio::sync::mpsc;

use super::centre::{Answer, Centre, Phone, media_path, noise, quick, tus};
use crate::stores::{World, on_each};

/// A creation that brings `body`, of which it says how long it is.
async fn create(centre: &Centre, phone: &Phone, path: &str, length: usize, body: impl Into<Body>) -> Answer {
    let length = length.to_string();
    let headers = [
        ("upload-length", length.as_str()),
        ("content-length", length.as_str()),
        ("content-type", "application/offset+octet-stream"),
    ];
    centre.tus(phone, Method::POST, path, &headers, body).await
}

async fn count(centre: &Centre, sql: &'static str) -> i64 {
    let mut tx = centre.world.store.read().await.unwrap();
    one!(&mut tx, (i64,), sql).await.unwrap().0
}

/// Nothing about this file can be entered any more: a trigger of the database says no.
async fn bar(centre: &Centre, file: FileRef) {
    let mut tx = centre.world.store.write().await.unwrap();
    let id = file.evidence.0.simple();
    let sqls = match centre.world.store.engine() {
        Engine::Sqlite => vec![format!(
            "create trigger bar before update on evidence_file when old.evidence = x'{id}'
             begin select raise(abort, 'no'); end"
        )],
        Engine::Postgres => vec![
            format!(
                "create function bar() returns trigger language plpgsql as
                 $$ begin if old.evidence = '{id}'::uuid then raise exception 'no'; end if; return new; end $$"
            ),
            "create trigger bar before update on evidence_file for each row execute function bar()".into(),
        ],
    };
    for sql in sqls {
        exec!(&mut tx, AssertSqlSafe(sql.clone())).await.unwrap();
    }
    tx.commit().await.unwrap();
}

on_each! { place, World;
    async fn a_small_file_comes_whole_with_its_creation(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(20_000, 1);
        let file = centre.expect(&phone, &bytes).await;
        let made = create(&centre, &phone, &media_path(file), bytes.len(), bytes.clone()).await;
        assert_eq!((made.status.as_u16(), made.offset()), (201, bytes.len()), "{made:?}");
        let receipt = centre.receipt(&made);
        assert_eq!((receipt.evidence, receipt.size, receipt.salvage), (file.evidence, 20_000, false));
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
        assert!(centre.files("staging").is_empty());
        // Its name can be asked for like that of any other upload, and who begins again is told.
        let head = centre.head(&phone, made.header("location")).await;
        assert_eq!((head.offset(), centre.receipt(&head).position), (bytes.len(), receipt.position));
        let again = create(&centre, &phone, &media_path(file), bytes.len(), bytes.clone()).await;
        assert_eq!(again.code(), "upload-already-received");
        assert_eq!(centre.read_receipt(&again.json::<Problem>().receipt.unwrap()).position, receipt.position);
        assert_eq!(count(&centre, "select count(*) from journal where kind = 'evidence.received'").await, 1);
    }

    async fn other_bytes_than_were_signed_leave_nothing_behind(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, b"evidence").await;
        let path = media_path(file);
        assert_eq!(create(&centre, &phone, &path, 8, "evidenCe").await.code(), "upload-hash-mismatch");
        assert_eq!(create(&centre, &phone, &path, 9, "evidence!").await.code(), "upload-size-mismatch");
        assert!(centre.files("media").is_empty() && centre.files("staging").is_empty());
        assert_eq!(count(&centre, "select count(*) from upload").await, 0);
        assert_eq!(create(&centre, &phone, &path, 8, "evidence").await.status, 201);
    }

    async fn what_came_of_a_small_file_before_a_cut_stays(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(20_000, 2);
        let file = centre.expect(&phone, &bytes).await;
        let path = media_path(file);
        let torn = [Ok(Bytes::copy_from_slice(&bytes[..12_000])), Err(std::io::Error::other("cut"))];
        let cut = create(&centre, &phone, &path, bytes.len(), Body::from_stream(stream::iter(torn))).await;
        assert_eq!(cut.code(), "bad-request");
        // Whoever did not hear its name begins again, and is told where to go on; what he sends meanwhile is passed over.
        let again = create(&centre, &phone, &path, bytes.len(), bytes.clone()).await;
        assert_eq!((again.status.as_u16(), again.offset()), (201, 12_000));
        let at = again.header("location").to_owned();
        let done = centre.patch(&phone, &at, 12_000, bytes[12_000..].to_vec()).await;
        assert_eq!(centre.receipt(&done).size, 20_000);
        assert_eq!(std::fs::read(&centre.files("media")[0]).unwrap(), bytes);
    }

    async fn many_files_enter_custody_together(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let mut files = Vec::new();
        for number in 0..40 {
            let bytes = noise(3_000, number);
            files.push((centre.expect(&phone, &bytes).await, bytes));
        }
        // Each by creation; every fourth twice at the same time, every fifth in an upload of its own.
        let one = async |number: usize, file: FileRef, bytes: &[u8]| -> Vec<Answer> {
            let path = media_path(file);
            if number.is_multiple_of(5) {
                let at = centre.begin(&phone, file, bytes.len()).await;
                return vec![centre.patch(&phone, &at, 0, bytes.to_vec()).await];
            }
            let first = create(&centre, &phone, &path, bytes.len(), bytes.to_vec());
            if !number.is_multiple_of(4) {
                return vec![first.await];
            }
            let second = create(&centre, &phone, &path, bytes.len(), bytes.to_vec());
            let (first, second) = tokio::join!(first, second);
            vec![first, second]
        };
        let all = join_all(files.iter().enumerate().map(|(number, (file, bytes))| one(number, *file, bytes))).await;
        let mut positions = BTreeSet::new();
        for (answers, (file, _)) in all.iter().zip(&files) {
            for answer in answers {
                let receipt = match answer.headers.contains_key("kandas-receipt") {
                    true => centre.receipt(answer),
                    false => centre.read_receipt(&answer.json::<Problem>().receipt.unwrap()),
                };
                assert_eq!(receipt.evidence, file.evidence);
                positions.insert(receipt.position);
            }
        }
        assert_eq!(positions.len(), files.len(), "one fact for each");
        assert_eq!(count(&centre, "select count(*) from journal where kind = 'evidence.received'").await, 40);
        assert_eq!(count(&centre, "select count(*) from upload where state = 'open'").await, 0);
        assert_eq!(centre.files("media").len(), 40);
        assert!(centre.files("staging").is_empty());
    }

    async fn one_that_cannot_enter_keeps_nobody_out(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let mut files = Vec::new();
        for number in 0..12 {
            let bytes = noise(2_000, number);
            files.push((centre.expect(&phone, &bytes).await, bytes));
        }
        bar(&centre, files[5].0).await;
        let sent = files.iter().map(|(file, bytes)| async {
            create(&centre, &phone, &media_path(*file), bytes.len(), bytes.clone()).await
        });
        for (number, answer) in join_all(sent).await.iter().enumerate() {
            match number {
                5 => assert_eq!(answer.code(), "internal"),
                _ => assert_eq!(answer.status, 201, "{answer:?}"),
            }
        }
        assert_eq!(count(&centre, "select count(*) from evidence_file where state = 'expected'").await, 1);
        // Its bytes are in their place and enter when they can.
        assert!(centre.files("media").iter().any(|path| path.ends_with(Objects::evidence_key(files[5].0))));
    }

    async fn a_body_without_end_is_not_heard_to_its_end(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let file = centre.expect(&phone, &noise(20_000, 6)).await;
        let heard = Arc::new(AtomicUsize::new(0));
        let endless = stream::iter(0..10_000).map({
            let heard = Arc::clone(&heard);
            move |_| {
                heard.fetch_add(1, Ordering::Relaxed);
                Ok::<_, std::io::Error>(Bytes::from(vec![0; 1_000]))
            }
        });
        let answer = create(&centre, &phone, &media_path(file), 20_000, Body::from_stream(endless)).await;
        assert_eq!(answer.code(), "upload-too-large");
        assert!(heard.load(Ordering::Relaxed) < 100, "{heard:?}");
    }

    async fn what_is_erased_while_it_comes_leaves_nothing(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(20_000, 5);
        let file = centre.expect(&phone, &bytes).await;
        let (feed, hungry) = mpsc::channel::<std::io::Result<Bytes>>(4);
        let body = stream::unfold(hungry, |mut hungry| async { Some((hungry.recv().await?, hungry)) });
        let path = media_path(file);
        let erased = async {
            feed.send(Ok(Bytes::copy_from_slice(&bytes[..12_000]))).await.unwrap();
            // It has been let in by now.
            tokio::time::sleep(Duration::from_millis(200)).await;
            let mut tx = centre.world.store.write().await.unwrap();
            let sql = "update evidence_file set state = 'erased' where evidence = $1";
            exec!(&mut tx, sql, file.evidence).await.unwrap();
            tx.commit().await.unwrap();
            feed.send(Ok(Bytes::copy_from_slice(&bytes[12_000..]))).await.unwrap();
            drop(feed);
        };
        let coming = create(&centre, &phone, &path, bytes.len(), Body::from_stream(body));
        let (answer, ()) = tokio::join!(coming, erased);
        assert_eq!(answer.code(), "evidence-erased");
        assert!(centre.files("media").is_empty() && centre.files("staging").is_empty());
        // Nor may it begin again.
        assert_eq!(create(&centre, &phone, &path, bytes.len(), bytes.clone()).await.code(), "evidence-erased");
        let begun = centre.tus(&phone, Method::POST, &path, &[("upload-length", "20000")], Vec::new()).await;
        assert_eq!(begun.code(), "evidence-erased");
    }

    async fn whoever_still_writes_what_was_let_go_is_told(world) {
        let centre = Centre::with(world, Limits { idle: Duration::from_secs(60), ..quick() }).await;
        let phone = centre.phone().await;
        let bytes = noise(200_000, 4);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        let (feed, hungry) = mpsc::channel::<std::io::Result<Bytes>>(4);
        let body = stream::unfold(hungry, |mut hungry| async { Some((hungry.recv().await?, hungry)) });
        let going = tokio::spawn({
            let headers = [("upload-offset", "0"), ("content-type", "application/offset+octet-stream")];
            let request = tus(&phone, Method::PATCH, &at, &headers, Body::from_stream(body));
            let router = centre.router.clone();
            async move { tower::ServiceExt::oneshot(router, request).await.unwrap().status().as_u16() }
        });
        feed.send(Ok(Bytes::copy_from_slice(&bytes[..80_000]))).await.unwrap();
        centre.recorded(&at, 80_000).await;
        // It falls silent until its lease has run out; meanwhile what is left of the file comes as salvage.
        centre.world.clock.set("2026-11-23T07:00:03Z");
        let rest = &bytes[..9_000];
        let salvage = format!("{}&salvage={}", media_path(file), kandas_shared::hash::Digest::of(rest));
        let made = create(&centre, &phone, &salvage, rest.len(), rest.to_vec()).await;
        assert!(centre.receipt(&made).salvage);
        feed.send(Ok(Bytes::copy_from_slice(&bytes[80_000..150_000]))).await.unwrap();
        drop(feed);
        assert!([423, 503].contains(&going.await.unwrap()));
        assert_eq!(centre.head(&phone, &at).await.status, 410);
        assert!(centre.files("staging").is_empty());
    }

    async fn what_can_never_be_whole_is_let_go(world) {
        let centre = Centre::new(world).await;
        let phone = centre.phone().await;
        let bytes = noise(20_000, 3);
        let file = centre.expect(&phone, &bytes).await;
        let at = centre.begin(&phone, file, bytes.len()).await;
        assert_eq!(centre.patch(&phone, &at, 0, bytes[..8_000].to_vec()).await.offset(), 8_000);
        assert_eq!(centre.files("staging").len(), 1);
        // The phone's copy was damaged meanwhile: what is left of it comes as salvage.
        let rest = &bytes[..9_000];
        let salvage = format!("{}&salvage={}", media_path(file), kandas_shared::hash::Digest::of(rest));
        let made = create(&centre, &phone, &salvage, rest.len(), rest.to_vec()).await;
        assert!(centre.receipt(&made).salvage);
        assert!(centre.files("staging").is_empty());
        assert_eq!(centre.head(&phone, &at).await.status, 410);
        // Should the whole file turn up after all, it comes in as any other.
        let made = create(&centre, &phone, &media_path(file), bytes.len(), bytes.clone()).await;
        assert_eq!((centre.receipt(&made).salvage, centre.receipt(&made).size), (false, 20_000));
    }
}
