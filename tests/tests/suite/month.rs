//! The month of the demonstration is sound and has everything in it, on both engines.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Days, Utc};
use kandas_fixtures::{district::Outline, pg::fresh_database};
use kandas_server::{
    store::Store,
    verify::{Media, verify},
};
use kandas_tests::month::{Month, config, play};

use crate::{centre::Engine, delivery::on_both_engines};

on_both_engines!(a_month_is_sound_and_has_something_of_everything);

async fn a_month_is_sound_and_has_something_of_everything(engine: Engine) {
    let folder = tempfile::tempdir().unwrap();
    let database = match engine {
        Engine::Sqlite => None,
        Engine::Postgres => Some(tokio::task::spawn_blocking(fresh_database).await.unwrap().unwrap()),
    };
    let url = database.as_ref().map(|database| database.url().to_owned());
    // A Thursday afternoon.
    let now: DateTime<Utc> = "2026-09-17T11:00:00Z".parse().unwrap();
    let today = now.date_naive();
    let outline = Outline { families: 30, workers: 3, today, arrived: (40, 110), ..Outline::default() };
    let mut district = outline.district();
    district.begin(today - Days::new(19), 12);
    let spared = BTreeSet::new();
    let month = Month { district: &district, now, days: 33, records: 150, seed: 3, spared: &spared };
    let config = config(&folder.path().join("centre"), url, Some("https://127.0.0.1:8443".into())).unwrap();
    let report = play(config.clone(), &month, &mut |_, _| {}).await.unwrap();

    let words = |list: &[(String, i64)]| list.iter().cloned().collect::<BTreeMap<String, i64>>();
    let checks = words(&report.checks);
    for state in ["unchecked", "accepted", "remarked", "returned", "answered"] {
        assert!(checks.contains_key(state), "nothing is {state}: {report:#?}");
    }
    let held = words(&report.held);
    for reason in ["activity_cancelled", "future_date", "fork"] {
        assert!(held.contains_key(reason), "nothing is held as {reason}: {report:#?}");
    }
    let findings = words(&report.findings);
    for rule in [
        "mock_location",
        "far_from_settlement",
        "outside_country",
        "poor_accuracy",
        "no_position",
        "same_file",
        "near_duplicate",
        "exif_time",
        "exif_place",
        "impossible_travel",
        "clock_jump",
        "late_handover",
        "late",
        "chain_gap",
    ] {
        assert!(findings.contains_key(rule), "nobody notices {rule}: {report:#?}");
    }
    // Photos that look alike by chance would bury those that were made to.
    assert!(findings["near_duplicate"] <= 10, "{report:#?}");
    assert!(report.gaps > 0 && report.done > 60 && report.overdue > 0, "{report:#?}");
    assert!(report.late_handovers > 0, "{report:#?}");
    // August came back to one centre and was accepted; the other centre's waits; September is looked at.
    let reports = |state: &str| words(&report.reports).get(state).copied();
    assert_eq!(["accepted", "returned", "sent", "draft"].map(reports), [Some(1); 4], "{report:#?}");

    let store = Store::open(&config.database).await.unwrap();
    let verified = verify(&config, &store, Media::Hashes, &mut |_, _, _| {}).await.unwrap();
    assert!(verified.is_sound(), "{:#?}", verified.faults);
    store.close().await;
}
