//! Two processes do the regular work at the same moment: everything is done, and once.

use kandas_server::{facts::Event, jobs, one};
use kandas_shared::{
    ids::{AssignmentId, BundleId},
    pulled::Assignment,
};
use uuid::Uuid;

use super::{
    bundle::{deliver, manifest, sealed},
    centre::{Centre, FAMILY, WORKER, quick},
};
use crate::stores::{World, on_each};

async fn count(centre: &Centre, sql: &'static str) -> i64 {
    let mut tx = centre.world.store.read().await.unwrap();
    let (count,) = one!(&mut tx, (i64,), sql).await.unwrap();
    count
}

on_each! { place, World;
    async fn regular_work_of_two_processes_is_done_once(world) {
        let centre = Centre::new(world).await;
        let (one, other) = (centre.state.clone(), centre.state_with(quick()));
        let phone = centre.phone().await;
        for n in 0..30_u128 {
            centre.set([Event::AssignmentSet(Assignment {
                id: AssignmentId(Uuid::from_u128(n)),
                family: FAMILY,
                worker: WORKER,
                from: "2026-11-01".parse().unwrap(),
                to: Some("2026-11-30".parse().unwrap()),
            })])
            .await;
        }
        for n in 0..5_u128 {
            let file = centre.expect(&phone, b"evidence").await;
            let at = centre.begin(&phone, file, 8).await;
            assert_eq!(centre.patch(&phone, &at, 0, "evid").await.offset(), 4);
            let bundle = BundleId(Uuid::from_u128(70 + n));
            deliver(&centre, &phone, bundle, &sealed(&centre.keys.bundle_recipient(), &[manifest(bundle)])).await;
        }
        assert_eq!(centre.files("staging").len(), 5);
        let before = count(&centre, "select count(*) from journal where kind = 'assignment.set'").await;
        centre.world.clock.set("2026-12-23T07:00:00Z");
        tokio::join!(jobs::hour(&one), jobs::round(&other), jobs::hour(&other), jobs::round(&one));
        let facts = count(&centre, "select count(*) from journal where kind = 'assignment.set'").await;
        assert_eq!(facts - before, 30, "each was closed by one fact");
        assert_eq!(count(&centre, "select count(*) from assignment where is_open").await, 0);
        assert_eq!(count(&centre, "select count(*) from journal where kind = 'bundle.opened'").await, 5);
        assert_eq!(count(&centre, "select count(*) from upload where state = 'open'").await, 0);
        assert_eq!(centre.files("staging"), Vec::<std::path::PathBuf>::new());
    }
}
