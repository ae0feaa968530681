//! What must hold for every snapshot.

use kandas_shared::{evidence::Part, ids::EvidenceId};
use proptest::{collection::vec, option, prelude::*};
use uuid::Uuid;

use super::*;

fn lane() -> impl Strategy<Value = Lane> {
    (0u32..5, prop_oneof![Just(0u64), 0u64..200])
        .prop_map(|(failures, not_before)| Lane { failures, not_before })
}

fn lanes() -> impl Strategy<Value = Lanes> {
    (lane(), lane(), lane(), lane(), lane(), lane(), lane(), lane()).prop_map(
        |(network, token, records, pull, media, order, recovery, rework)| Lanes {
            network,
            token,
            records,
            pull,
            media,
            order,
            recovery,
            rework,
        },
    )
}

fn file() -> impl Strategy<Value = FileWaiting> {
    let class =
        prop_oneof![Just(Class::Thumbnail), Just(Class::Photo), Just(Class::Document), Just(Class::Video)];
    let kind = prop_oneof![4 => Just((false, false)), 2 => Just((true, false)), 1 => Just((false, true))];
    (any::<u128>(), class, 1u64..1_000, 0u64..1_000, kind, prop_oneof![Just(0u64), 0u64..200]).prop_map(
        |(id, class, size, offset, (salvage, ask), not_before)| FileWaiting {
            file: FileRef { evidence: EvidenceId(Uuid::from_u128(id)), part: Part::File },
            class,
            size,
            offset: offset.min(size - 1),
            salvage,
            ask,
            not_before,
        },
    )
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    let token = prop_oneof![
        1 => Just(None),
        4 => Just(Some(TokenScope::Device)),
        1 => Just(Some(TokenScope::Escrow)),
    ];
    let order = prop_oneof![
        6 => Just(None),
        1 => Just(Some(OrderKind::Retire)),
        1 => Just(Some(OrderKind::Lost)),
    ];
    let policy = (any::<bool>(), 0u64..3_000, 0u64..3_000).prop_map(|(video, limit, used)| Policy {
        video_unmetered_only: video,
        monthly_metered_bytes: limit,
        used_metered_bytes: used,
    });
    let state = (prop::bool::weighted(0.95), prop::bool::weighted(0.05), token, order, lanes());
    let rework = option::of(any::<u128>().prop_map(|id| RecordId(Uuid::from_u128(id))));
    let work = (0usize..3, option::of(251u64..400), any::<bool>(), any::<bool>(), rework, vec(file(), 0..6));
    (state, work, any::<bool>(), policy).prop_map(
        |(
            (enrolled, wiped, token, order, lanes),
            (records_ready, records_later, pull_wanted, recovery_key_due, rework, files),
            metered,
            policy,
        )| Snapshot {
            enrolled,
            wiped,
            token,
            order,
            lanes,
            records_ready,
            records_later,
            pull_wanted,
            recovery_key_due,
            rework,
            files,
            metered,
            policy,
        },
    )
}

fn chosen(s: &Snapshot, step: Step) -> Option<FileWaiting> {
    match step {
        Step::Upload(file) | Step::Salvage(file) => s.files.iter().copied().find(|f| f.file == file),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_file_goes_before_a_record_that_is_ready(s in snapshot(), now in 0u64..250) {
        let step = next(&s, now);
        if matches!(step, Step::Upload(_) | Step::Salvage(_)) {
            prop_assert_eq!(s.records_ready, 0);
            prop_assert!(!(s.pull_wanted && s.order.is_none() && s.token == Some(TokenScope::Device)
                && s.lanes.pull.not_before <= now), "the pull waited for media");
        }
    }

    #[test]
    fn no_video_goes_over_a_metered_link_against_the_setting(s in snapshot(), now in 0u64..250) {
        if let Some(file) = chosen(&s, next(&s, now)) {
            prop_assert!(!(s.metered && s.policy.video_unmetered_only && file.class == Class::Video));
            if s.metered && s.policy.monthly_metered_bytes > 0 {
                prop_assert!(s.policy.used_metered_bytes + file.size - file.offset <= s.policy.monthly_metered_bytes);
            }
        }
    }

    #[test]
    fn nothing_is_tried_before_its_time(s in snapshot(), now in 0u64..250) {
        let step = next(&s, now);
        if let Some(file) = chosen(&s, step) {
            prop_assert!(file.not_before <= now && s.lanes.media.not_before <= now);
        }
        match step {
            Step::Wait { until: Some(until), .. } => prop_assert!(until > now, "waits for {} at {}", until, now),
            Step::Push => prop_assert!(s.lanes.records.not_before <= now),
            Step::Pull => prop_assert!(s.lanes.pull.not_before <= now),
            Step::Token => prop_assert!(s.lanes.token.not_before <= now),
            _ => {}
        }
    }

    #[test]
    fn a_smaller_class_goes_first_and_a_failing_file_blocks_nobody(s in snapshot(), now in 0u64..250) {
        let step = next(&s, now);
        let free = |f: &&FileWaiting| f.not_before <= now && hindrance(&s.policy, s.metered, f).is_none();
        if let Some(file) = chosen(&s, step) {
            let best = s.files.iter().filter(free).map(|f| f.class).min();
            prop_assert_eq!(Some(file.class), best);
        }
        if let Step::Wait { .. } = step
            && s.order != Some(OrderKind::Lost) && s.token.is_some() && s.lanes.network.not_before <= now
            && s.lanes.media.not_before <= now && s.records_ready == 0
        {
            prop_assert!(!s.files.iter().any(|f| free(&f)), "a file that could go was left");
        }
    }

    #[test]
    fn it_is_done_only_when_nothing_is_left(s in snapshot(), now in 0u64..250) {
        if next(&s, now) == Step::Done && !s.wiped {
            prop_assert!(s.records_ready == 0 && s.records_later.is_none() && s.files.is_empty());
            prop_assert!(s.order.is_none());
        }
    }

    /// Every step that succeeds takes something off; the end is reached in a bounded number of steps, and it is `Done`
    /// unless the link forbids what is left.
    #[test]
    fn it_always_comes_to_an_end(mut s in snapshot()) {
        s.enrolled = true;
        let mut now = 0;
        let bound = 40 + 3 * (s.files.len() + s.records_ready);
        for _ in 0..bound {
            match next(&s, now) {
                Step::Done => return Ok(()),
                Step::Wait { until: None, why } => {
                    prop_assert!(s.metered && !s.files.is_empty());
                    prop_assert!(matches!(why, Why::VideoNeedsUnmetered | Why::MonthlyLimit));
                    return Ok(());
                }
                Step::Wait { until: Some(until), .. } => {
                    now = until;
                    if s.records_later.is_some_and(|at| at <= now) {
                        s.records_later = None;
                        s.records_ready += 1;
                    }
                }
                Step::Token => s.token = Some(TokenScope::Device),
                Step::Push => s.records_ready = 0,
                Step::Pull => s.pull_wanted = false,
                Step::RecoveryKey => s.recovery_key_due = false,
                Step::Rework(_) => s.rework = None,
                Step::Order(_) => s.wiped = true,
                Step::Upload(file) | Step::Salvage(file) | Step::Ask(file) => {
                    s.files.retain(|f| f.file != file);
                }
                Step::Enrol => prop_assert!(false, "it is enrolled"),
            }
        }
        prop_assert!(false, "no end after {} steps: {:?}", bound, s);
    }

    #[test]
    fn pauses_grow_to_a_limit(failures in 1u32..100, chance in any::<u32>()) {
        let pause = backoff_ms(failures, chance);
        prop_assert!((FIRST_PAUSE_MS / 2..=LONGEST_PAUSE_MS).contains(&pause));
        prop_assert!(backoff_ms(failures + 1, 0) >= backoff_ms(failures, 0));
        prop_assert!(backoff_ms(failures, u32::MAX) >= backoff_ms(failures, chance));
    }
}

#[test]
fn a_question_waits_for_neither_link_nor_room() {
    let file = FileRef { evidence: EvidenceId(Uuid::from_u128(1)), part: Part::File };
    let waiting = FileWaiting {
        file,
        class: Class::Video,
        size: 100,
        offset: 0,
        salvage: false,
        ask: true,
        not_before: 0,
    };
    let mut s = Snapshot {
        enrolled: true,
        token: Some(TokenScope::Device),
        files: vec![waiting],
        metered: true,
        policy: Policy { video_unmetered_only: true, monthly_metered_bytes: 1, used_metered_bytes: 1 },
        ..Snapshot::default()
    };
    s.lanes.media.not_before = 100;
    assert_eq!(next(&s, 0), Step::Ask(file));
    s.files[0].ask = false;
    assert!(matches!(next(&s, 0), Step::Wait { .. }));
}

#[test]
fn small_things_go_before_large_ones() {
    let id = |n| FileRef { evidence: EvidenceId(Uuid::from_u128(n)), part: Part::File };
    let waiting = |n, class, offset| FileWaiting {
        file: id(n),
        class,
        size: 100,
        offset,
        salvage: false,
        ask: false,
        not_before: 0,
    };
    let mut s = Snapshot {
        enrolled: true,
        token: Some(TokenScope::Device),
        files: vec![
            waiting(1, Class::Video, 50),
            waiting(2, Class::Photo, 0),
            waiting(3, Class::Photo, 10),
            waiting(4, Class::Thumbnail, 0),
        ],
        records_ready: 1,
        pull_wanted: true,
        ..Snapshot::default()
    };
    assert_eq!(next(&s, 0), Step::Push);
    s.records_ready = 0;
    assert_eq!(next(&s, 0), Step::Pull);
    s.pull_wanted = false;
    assert_eq!(next(&s, 0), Step::Upload(id(4)));
    s.files.pop();
    assert_eq!(next(&s, 0), Step::Upload(id(3)), "what has begun goes on");
    s.records_ready = 1;
    assert_eq!(next(&s, 0), Step::Push, "a record sealed meanwhile goes first");
}
