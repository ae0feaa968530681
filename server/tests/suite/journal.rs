//! The journal: positions, leaves, tree, checkpoints, what apply makes of facts.

use std::collections::BTreeMap;

use kandas_server::{
    all, exec,
    facts::{Event, Setting},
    journal::{self, Fact},
    keys::RingVerifier,
    one,
};
use kandas_shared::{
    hash::Digest,
    journal::{Header, content_hash, leaf_hash},
    jws::{Signer as _, Typ},
    merkle,
    receipt::Checkpoint,
};

use crate::stores::{World, on_each};

fn setting(n: u64) -> Fact {
    Fact::by_system(Event::SettingSet(Setting::new(format!("name {}", n % 5), n.to_string())))
}

on_each! { engine, World;
    async fn positions_have_no_gaps_and_leaves_say_what_was_written(world) {
        assert_eq!(world.append((0..3).map(setting)).await, [2, 3, 4]);
        assert_eq!(world.append((3..5).map(setting)).await, [5, 6]);
        assert!(world.append([]).await.is_empty());

        let mut tx = world.store.read().await.unwrap();
        let mut frontier = merkle::Frontier::default();
        for stored in journal::stored(&mut tx, 0, 100).await.unwrap() {
            let header: Header = serde_json::from_str(&stored.header).unwrap();
            assert_eq!(header.position, frontier.size() + 1);
            let salt: [u8; 32] = stored.salt.clone().unwrap().try_into().unwrap();
            let content = content_hash(&salt, stored.body.as_ref().unwrap().as_bytes());
            assert_eq!(stored.content, content);
            assert_eq!(stored.leaf, leaf_hash(stored.header.as_bytes(), &content));
            assert_eq!(stored.placed().unwrap().unwrap().event.kind(), header.kind);
            frontier.push(stored.leaf, |_, _, _| {});
        }
        let head = journal::head(&mut tx).await.unwrap();
        assert_eq!((head.size, head.root), (6, frontier.root()));
        let settings: BTreeMap<String, String> =
            all!(&mut tx, (String, String), "select name, value from setting").await.unwrap().into_iter().collect();
        assert_eq!(settings["name 4"], "4");
    }

    async fn a_dropped_transaction_leaves_no_position(world) {
        let mut tx = world.store.write().await.unwrap();
        let now = "2026-11-23T07:00:01Z".parse().unwrap();
        journal::append(&mut tx, &*world.chance, now, vec![setting(1)]).await.unwrap();
        drop(tx);
        assert_eq!(world.append([setting(2)]).await, [2]);
    }

    async fn proofs_hold_between_any_two_sizes(world) {
        // More than two stored subtrees of level 8.
        for chunk in 0..12_u64 {
            world.append((0..53).map(|n| setting(chunk * 53 + n))).await;
        }
        let mut tx = world.store.read().await.unwrap();
        let head = journal::head(&mut tx).await.unwrap();
        assert_eq!(head.size, 637);
        let leaves: Vec<(Digest,)> = all!(&mut tx, (Digest,), "select leaf from journal order by position").await.unwrap();
        let mut frontier = merkle::Frontier::default();
        let mut roots = vec![frontier.root()];
        for (leaf,) in &leaves {
            frontier.push(*leaf, |_, _, _| {});
            roots.push(frontier.root());
        }
        for (from, to) in [(0, 637), (1, 637), (255, 256), (256, 637), (257, 600), (512, 637), (636, 637), (637, 637), (3, 7)] {
            let proof = journal::consistency_proof(&mut tx, from, to).await.unwrap();
            let (old, new) = (roots[from as usize], roots[to as usize]);
            assert!(merkle::verify_consistency(from, &old, to, &new, &proof), "{from} to {to}");
            assert_eq!(journal::root_at(&mut tx, to).await.unwrap(), new);
        }
        for position in [1, 2, 256, 257, 512, 637] {
            let proof = journal::inclusion_proof(&mut tx, position, 637).await.unwrap();
            let leaf = leaves[position as usize - 1].0;
            assert!(merkle::verify_inclusion(&leaf, position - 1, 637, &head.root, &proof), "{position}");
        }
        assert!(journal::consistency_proof(&mut tx, 5, 900).await.is_err(), "beyond the head");
        assert_eq!(one!(&mut tx, (i64,), "select count(*) from journal_tile").await.unwrap(), (2,));
    }

    async fn a_checkpoint_says_where_the_journal_stands(world) {
        world.append([setting(1)]).await;
        let mut tx = world.store.read().await.unwrap();
        let now = "2026-11-23T07:00:01.0000009Z".parse().unwrap();
        let statement = journal::checkpoint(&mut tx, &*world.signer, now).await.unwrap();
        let payload = statement.verify(Typ::Checkpoint, &world.signer.public_key(), &RingVerifier).unwrap();
        let checkpoint: Checkpoint = serde_json::from_str(payload).unwrap();
        let head = journal::head(&mut tx).await.unwrap();
        assert_eq!((checkpoint.size, checkpoint.root, checkpoint.epoch), (2, head.root, head.epoch));
        assert_eq!(checkpoint.time, "2026-11-23T07:00:01Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap());
    }

    async fn a_store_that_was_never_initialised_says_so(world) {
        let mut tx = world.store.write().await.unwrap();
        exec!(&mut tx, "update journal_head set epoch = null").await.unwrap();
        assert!(!journal::is_initialised(&mut tx).await.unwrap());
    }
}
