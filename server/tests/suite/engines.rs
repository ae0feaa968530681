//! What the two engines do differently, each difference with its test.

use std::{future::poll_fn, pin::pin, task::Poll, time::Duration};

use chrono::{DateTime, NaiveDate, Utc};
use kandas_server::{all, among, exec, many, one, opt, store::Engine};
use kandas_shared::{hash::Digest, ids::FamilyId};
use uuid::Uuid;

use crate::stores::{World, on_each};

on_each! { engine, World;
    async fn values_come_back_as_they_went(world) {
        let mut tx = world.store.write().await.unwrap();
        let at: DateTime<Utc> = "2026-11-23T07:00:00.123456Z".parse().unwrap();
        let hash = Digest::of(b"x");
        let family = FamilyId(Uuid::from_u128(5));
        exec!(
            &mut tx,
            "insert into device_scope (device, family, given_at) values ($1, $2, $3)",
            Uuid::from_u128(1), family, at
        ).await.unwrap();
        let sql = "select device, family, given_at from device_scope where family = $1";
        let row: (Uuid, FamilyId, DateTime<Utc>) = one!(&mut tx, (Uuid, FamilyId, DateTime<Utc>), sql, family).await.unwrap();
        assert_eq!(row, (Uuid::from_u128(1), family, at));
        let none = opt!(&mut tx, (Uuid,), "select device from device_scope where family = $1", FamilyId(Uuid::nil()));
        assert_eq!(none.await.unwrap(), None);
        let file = (Uuid::from_u128(2), "file", 9_i64, hash, "image/jpeg", "expected");
        exec!(
            &mut tx,
            "insert into evidence_file (evidence, part, size, sha256, media_type, state) values ($1, $2, $3, $4, $5, $6)",
            file.0, file.1, file.2, file.3, file.4, file.5
        ).await.unwrap();
        let back: (Digest, i64, Option<DateTime<Utc>>) =
            one!(&mut tx, (Digest, i64, Option<DateTime<Utc>>), "select sha256, size, received_at from evidence_file").await.unwrap();
        assert_eq!(back, (hash, 9, None));
        tx.commit().await.unwrap();
    }

    async fn text_sorts_by_bytes(world) {
        let mut tx = world.store.write().await.unwrap();
        let rows: Vec<_> = ["Әсем", "Zebra", "apple", "Ясно", "w:1", "o:1"].iter().map(|n| (n.to_string(), "v".to_string())).collect();
        many!(&mut tx, "insert into setting (name, value)", rows).await.unwrap();
        let names = all!(&mut tx, (String,), "select name from setting order by name").await.unwrap();
        let mut expected: Vec<_> = rows.into_iter().map(|(n, _)| (n,)).collect();
        expected.sort();
        assert_eq!(names, expected);
    }

    async fn sums_of_bigints_need_a_cast_and_get_it(world) {
        let mut tx = world.store.write().await.unwrap();
        let rows: Vec<_> = (0..3_u128).map(|n| {
            (Uuid::from_u128(n), "file".to_string(), 4_000_000_000_i64, Digest::of(b""), "video/mp4".to_string(), "expected".to_string())
        }).collect();
        many!(&mut tx, "insert into evidence_file (evidence, part, size, sha256, media_type, state)", rows).await.unwrap();
        let (sum,): (i64,) = one!(&mut tx, (i64,), "select cast(sum(size) as bigint) from evidence_file").await.unwrap();
        assert_eq!(sum, 12_000_000_000);
    }

    async fn many_rows_and_long_lists_go_out_in_pieces(world) {
        let mut tx = world.store.write().await.unwrap();
        let at: DateTime<Utc> = "2026-11-23T07:00:00Z".parse().unwrap();
        let rows: Vec<_> = (0..25_000_u128).map(|n| (Uuid::from_u128(n), Uuid::from_u128(n % 7), at)).collect();
        let written = many!(&mut tx, "insert into device_scope (device, family, given_at)", rows).await.unwrap();
        assert_eq!(written, 25_000);
        let again = many!(&mut tx, "insert into device_scope (device, family, given_at)", rows, "on conflict do nothing");
        assert_eq!(again.await.unwrap(), 0);
        let keys: Vec<_> = (24_000..26_000_u128).map(|n| (Uuid::from_u128(n), Uuid::from_u128(n % 7))).collect();
        let sql = "select device from device_scope where given_at = $1 and (device, family) in (";
        let found = among!(&mut tx, (Uuid,), sql, keys, ")", at).await.unwrap();
        assert_eq!(found.len(), 1_000);
        let none: Vec<(Uuid, Uuid)> = Vec::new();
        assert!(among!(&mut tx, (Uuid,), sql, none, ")", at).await.unwrap().is_empty());
    }

    async fn lists_of_every_length_arrive_whole(world) {
        let at: DateTime<Utc> = "2026-11-23T07:00:00Z".parse().unwrap();
        let mut tx = world.store.write().await.unwrap();
        for length in [0, 1, 2, 3, 127, 128, 129, 511, 512, 513, 1_000, 1_301_u128] {
            let rows: Vec<_> = (0..length).map(|n| (Uuid::from_u128(n), Uuid::from_u128(length), at)).collect();
            let written = many!(&mut tx, "insert into device_scope (device, family, given_at)", rows).await.unwrap();
            assert_eq!(u128::from(written), length);

            let keys: Vec<_> = rows.iter().map(|(device, ..)| (*device,)).collect();
            let sql = "select device from device_scope where family = $1 and device in (";
            let mut found = among!(&mut tx, (Uuid,), sql, keys, ")", Uuid::from_u128(length)).await.unwrap();
            found.sort_unstable();
            assert_eq!(found, keys, "{length} keys");

            let pairs: Vec<_> = rows.iter().map(|(device, family, _)| (*device, *family)).collect();
            let join = ") select d.device, d.family from asked join device_scope d on d.device = asked.device and d.family = asked.family";
            let mut found = among!(&mut tx, (Uuid, Uuid), "with asked (device, family) as (", pairs, join).await.unwrap();
            found.sort_unstable();
            // A list may have been filled up with its last key.
            found.dedup();
            assert_eq!(found, pairs, "{length} pairs");

            let later = "2026-11-23T08:00:00Z".parse::<DateTime<Utc>>().unwrap();
            let after: Vec<_> = rows.iter().map(|(device, family, _)| (*device, *family, later)).collect();
            let update = ") update device_scope set given_at = after.at from after
                where device_scope.device = after.device and device_scope.family = after.family";
            let written = many!(&mut tx, "with after (device, family, at) as (", after, update).await.unwrap();
            assert_eq!(u128::from(written), length);
            let gone = many!(&mut tx, "delete from device_scope where device in (", keys, ")").await.unwrap();
            assert_eq!(u128::from(gone), length);
        }
    }

    async fn cells_of_every_type_and_none_come_back_from_lists(world) {
        let mut tx = world.store.write().await.unwrap();
        exec!(
            &mut tx,
            "create temp table everything (id bigint, small integer, yes boolean, bytes bytea, word text, day date,
             moment timestamptz, share double precision, who uuid)"
        ).await.unwrap();
        type Row = (i64, Option<i32>, Option<bool>, Option<Vec<u8>>, Option<String>, Option<NaiveDate>,
            Option<DateTime<Utc>>, Option<f64>, Option<Uuid>);
        let rows: Vec<Row> = (0..300_i64).map(|n| {
            let some = |cell: i64| n % 3 == 0 || (n % 3 == 1 && (n + cell) % 2 == 0);
            (
                n,
                some(1).then_some(n as i32),
                some(2).then_some(n % 2 == 0),
                some(3).then(|| vec![0, 255, n as u8]),
                some(4).then(|| format!("Әсем \" {{}} , NULL {n}")),
                some(5).then(|| "2026-11-23".parse().unwrap()),
                some(6).then(|| "2026-11-23T07:00:00.123456Z".parse().unwrap()),
                some(7).then_some(n as f64 / 3.0),
                some(8).then(|| Uuid::from_u128(n.unsigned_abs().into())),
            )
        }).collect();
        let sql = "insert into everything (id, small, yes, bytes, word, day, moment, share, who)";
        assert_eq!(many!(&mut tx, sql, rows).await.unwrap(), 300);
        let sql = "select id, small, yes, bytes, word, day, moment, share, who from everything order by id";
        assert_eq!(all!(&mut tx, Row, sql).await.unwrap(), rows);
        let keys: Vec<_> = rows.iter().filter_map(|row| row.8).map(|who| (who,)).collect();
        let found = among!(&mut tx, (i64,), "select id from everything where who in (", keys, ")").await.unwrap();
        assert_eq!(found.len(), keys.len());
    }

    async fn a_second_key_is_told_apart_from_other_errors(world) {
        let mut tx = world.store.write().await.unwrap();
        exec!(&mut tx, "insert into setting (name, value) values ('a', 'b')").await.unwrap();
        let error = exec!(&mut tx, "insert into setting (name, value) values ('a', 'c')").await.unwrap_err();
        assert!(error.is_unique() && !error.is_busy() && !error.is_unknown_commit());
        drop(tx);
        // Dropped without commit: nothing was kept.
        let mut tx = world.store.read().await.unwrap();
        assert!(all!(&mut tx, (String,), "select name from setting").await.unwrap().is_empty());
    }

    async fn a_reader_sees_one_snapshot_and_writes_nothing(world) {
        let mut reader = world.store.read().await.unwrap();
        let count = "select count(*) from setting";
        assert_eq!(one!(&mut reader, (i64,), count).await.unwrap(), (0,));
        let mut writer = world.store.write().await.unwrap();
        exec!(&mut writer, "insert into setting (name, value) values ('a', 'b')").await.unwrap();
        writer.commit().await.unwrap();
        assert_eq!(one!(&mut reader, (i64,), count).await.unwrap(), (0,));
        assert!(exec!(&mut reader, "insert into setting (name, value) values ('c', 'b')").await.is_err());
    }

    async fn who_goes_away_while_a_transaction_begins_leaves_none_behind(world) {
        // More than the pool has made by then, so that each of its connections is met.
        let writers = if world.store.engine() == Engine::Sqlite { 1 } else { 4 };
        for polls in 1..8 {
            {
                let (mut left, mut reading) = (polls, pin!(world.store.read()));
                poll_fn(|cx| {
                    if left == 0 {
                        return Poll::Ready(());
                    }
                    left -= 1;
                    reading.as_mut().poll(cx).map(drop)
                })
                .await;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
            let mut open = Vec::new();
            for writer in 0..writers {
                let mut tx = world.store.write().await.unwrap();
                let name = format!("{polls} {writer}");
                exec!(&mut tx, "insert into setting (name, value) values ($1, 'v')", name).await.unwrap();
                open.push(tx);
            }
            for tx in open {
                tx.commit().await.unwrap();
            }
        }
    }
}
