//! Each rule is met and not met; the edges of each are here, an example of each in the files of [`cases`].

mod cases;

use chrono::TimeDelta;
use kandas_shared::{
    evidence::{EvidenceKind, Position, PositionSource, Source, Summary},
    ids::{CaptureId, EvidenceId, FamilyId},
    locale::{Lang, Messages},
    rule::NoPositionReason,
    time::ClockReading,
};
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    facts::ChainFinding,
    findings::{
        bracket::Bracket,
        case::{Alike, Fix, Home, Link, Named, Piece, Way},
        place::Place,
        settings::Settings,
    },
};

const ASTANA: Place = Place { lat: 51.13, lon: 71.43 };

fn clock(wall: &str, boot_ms: u64) -> ClockReading {
    ClockReading { wall: wall.parse().unwrap(), offset_s: 18_000, boot: "boot".into(), boot_ms }
}

fn position(place: Place) -> Position {
    Position {
        lat: place.lat,
        lon: place.lon,
        accuracy_m: 12.0,
        fix_at: None,
        fix_boot_ms: None,
        source: PositionSource::Satellite,
        mock: false,
        altitude_m: None,
    }
}

fn piece() -> Piece {
    Piece {
        evidence: EvidenceId(Uuid::from_u128(1)),
        source: Source::Captured,
        taken: clock("2026-11-20T05:00:00Z", 1_000_000),
        position: Some(position(ASTANA)),
        summary: Summary {
            taken_at: Some("2026-11-20T10:00:30".into()),
            lat: Some(ASTANA.lat),
            lon: Some(ASTANA.lon),
            ..Summary::default()
        },
    }
}

/// A completion of which nothing is to be said.
fn clean() -> Case {
    Case {
        asks_position: true,
        family: FamilyId(Uuid::from_u128(7)),
        done_on: "2026-11-20".parse().unwrap(),
        sealed: clock("2026-11-20T05:10:00Z", 1_600_000),
        bracket: Bracket {
            not_before: "2026-11-20T03:00:00Z".parse().unwrap(),
            not_after: "2026-11-20T15:00:00Z".parse().unwrap(),
        },
        due: Some("2026-11-30".parse().unwrap()),
        position: Some(position(ASTANA)),
        no_position: None,
        home: Home { settlement: "Үлгі".into(), at: Some(ASTANA), centre: None, usual: Vec::new() },
        way: None,
        evidence: vec![piece()],
        alike: Vec::new(),
        // The record before: ten minutes earlier by both clocks.
        chain: Link { seq: 5, before: Some(clock("2026-11-20T05:00:00Z", 1_000_000)), ..Link::default() },
        late_handover: false,
    }
}

fn judged(change: impl FnOnce(&mut Case)) -> Vec<Finding> {
    let mut case = clean();
    change(&mut case);
    judge(&case, &Settings::shipped().on("2026-11-20".parse().unwrap()))
}

fn rules(found: &[Finding]) -> Vec<(Rule, Severity)> {
    found.iter().map(|finding| (finding.rule, finding.severity)).collect()
}

/// Exactly this is noticed, and can be said in every language.
fn only(rule: Rule, severity: Severity, change: impl FnOnce(&mut Case)) -> Finding {
    let found = judged(change);
    assert_eq!(rules(&found), [(rule, severity)], "{found:?}");
    for lang in Lang::ALL {
        let (title, why) = found[0].words(Messages::of(*lang));
        assert!(!title.contains('⟦') && !why.contains('⟦'), "{lang}: {title}: {why}");
    }
    assert_eq!(found[0].version, version(rule));
    found.into_iter().next().unwrap()
}

fn none(change: impl FnOnce(&mut Case)) {
    let found = judged(change);
    assert_eq!(rules(&found), [], "{found:?}");
}

#[test]
fn nothing_is_said_of_a_clean_record() {
    none(|_| {});
}

#[test]
fn no_position() {
    only(Rule::NoPosition, Severity::Over, |case| (case.position, case.evidence) = (None, vec![]));
    let said = only(Rule::NoPosition, Severity::Soon, |case| {
        (case.position, case.no_position) = (None, Some(NoPositionReason::NoFix));
    });
    assert_eq!(said.params["reason"], "no_fix");
    none(|case| (case.position, case.asks_position) = (None, false));
}

#[test]
fn poor_accuracy() {
    let of = |accuracy_m| move |case: &mut Case| case.position.as_mut().unwrap().accuracy_m = accuracy_m;
    let said = only(Rule::PoorAccuracy, Severity::Soon, of(200.5));
    assert_eq!(said.params["most_m"], "200");
    none(of(200.0));
    only(Rule::PoorAccuracy, Severity::Soon, |case| {
        case.position.as_mut().unwrap().source = PositionSource::Entered;
    });
}

#[test]
fn mock_location() {
    only(Rule::MockLocation, Severity::Over, |case| case.position.as_mut().unwrap().mock = true);
    only(Rule::MockLocation, Severity::Over, |case| {
        case.evidence[0].position.as_mut().unwrap().mock = true;
    });
}

#[test]
fn outside_country() {
    let move_all = |place: Place| {
        move |case: &mut Case| {
            (case.home.at, case.evidence) = (Some(place), vec![]);
            case.position = Some(position(place));
        }
    };
    only(Rule::OutsideCountry, Severity::Over, move_all(Place { lat: 54.99, lon: 73.37 }));
    none(move_all(Place { lat: 41.31, lon: 69.28 }));
    // A rough position is given the benefit of its roughness: going north until just outside.
    let north = (0..400).map(|step| Place { lat: 53.5 + f64::from(step) * 0.01, lon: 73.37 });
    let just =
        north.into_iter().find(|place| crate::findings::place::is_outside(*place, 20.0).unwrap()).unwrap();
    only(Rule::OutsideCountry, Severity::Over, move_all(just));
    only(Rule::PoorAccuracy, Severity::Soon, |case| {
        move_all(just)(case);
        case.position.as_mut().unwrap().accuracy_m = 10_000.0;
    });
}

#[test]
fn far_from_settlement() {
    let far = Place { lat: ASTANA.lat + 0.6, lon: ASTANA.lon };
    let said = only(Rule::FarFromSettlement, Severity::Soon, |case| case.home.at = Some(far));
    assert_eq!((&said.params["how"], &said.params["km"]), (&"coordinates".into(), &"67".into()));
    none(|case| case.home.at = Some(Place { lat: ASTANA.lat + 0.4, lon: ASTANA.lon }));
    let usual = |place, n| move |case: &mut Case| (case.home.at, case.home.usual) = (None, vec![place; n]);
    let said = only(Rule::FarFromSettlement, Severity::Soon, usual(far, 5));
    assert_eq!(said.params["how"], "median");
    none(usual(ASTANA, 5));
    // What somebody has said of the settlement goes before usual positions, and behind the family's own.
    let said = only(Rule::FarFromSettlement, Severity::Soon, |case| {
        (case.home.at, case.home.centre, case.home.usual) = (None, Some(far), vec![ASTANA; 5]);
    });
    assert_eq!(said.params["how"], "centre");
    none(|case| case.home.centre = Some(far));
}

#[test]
fn settlement_unknown() {
    only(Rule::SettlementUnknown, Severity::Good, |case| {
        (case.home.at, case.home.usual) = (None, vec![ASTANA; 4]);
    });
}

#[test]
fn exif_place() {
    let of = |lat| move |case: &mut Case| case.evidence[0].summary.lat = Some(lat);
    let said = only(Rule::ExifPlace, Severity::Soon, of(ASTANA.lat + 0.02));
    assert_eq!(said.params["km"], "2.2");
    none(of(ASTANA.lat + 0.008));
    none(|case| case.evidence[0].summary.lat = None);
    // An attached file is held against the record, not against the place where it was attached.
    only(Rule::ExifPlace, Severity::Soon, |case| {
        let piece = &mut case.evidence[0];
        piece.source = Source::Attached;
        piece.summary.lat = Some(ASTANA.lat + 1.0);
        piece.position = Some(position(Place { lat: ASTANA.lat + 1.0, lon: ASTANA.lon }));
    });
}

#[test]
fn exif_time() {
    let of =
        |text: &'static str| move |case: &mut Case| case.evidence[0].summary.taken_at = Some(text.into());
    only(Rule::ExifTime, Severity::Soon, of("2026-11-20T10:10:30"));
    none(of("2026-11-20T10:09:00"));
    // The same moment, said with another offset.
    none(of("2026-11-20T11:00:00+06:00"));
    only(Rule::ExifTime, Severity::Soon, of("2026-11-20T10:00:00+06:00"));
    none(of("rubbish"));
    let attached = |text: &'static str| {
        move |case: &mut Case| {
            case.evidence[0].source = Source::Attached;
            case.evidence[0].summary.taken_at = Some(text.into());
        }
    };
    none(attached("2026-11-18T23:00:00"));
    only(Rule::ExifTime, Severity::Soon, attached("2026-11-17T23:00:00"));
}

fn alike(bits: Option<(u32, u32)>) -> Alike {
    let named = |n, family| Named {
        evidence: EvidenceId(Uuid::from_u128(n)),
        capture: CaptureId(Uuid::from_u128(n)),
        kind: EvidenceKind::Photo,
        family: Some(FamilyId(Uuid::from_u128(family))),
    };
    Alike {
        own: named(1, 7),
        theirs: named(2, 8),
        other: Digest([9; 32]),
        bits,
        likeness: bits.map(|_| 96.5),
    }
}

#[test]
fn same_file() {
    let said = only(Rule::SameFile, Severity::Over, |case| case.alike = vec![alike(None); 3]);
    assert_eq!(said.other, Some(Digest([9; 32])));
    // The same photo may prove something for two members of one family, and one press of the shutter for two families.
    none(|case| {
        case.alike =
            vec![Alike { theirs: Named { family: Some(case.family), ..alike(None).theirs }, ..alike(None) }]
    });
    none(|case| {
        let theirs = Named { capture: alike(None).own.capture, ..alike(None).theirs };
        case.alike = vec![Alike { theirs, ..alike(None) }];
    });
    let many = (0..9).map(|n| Alike { other: Digest([n; 32]), ..alike(None) }).collect();
    assert_eq!(judged(|case| case.alike = many).len(), 5);
}

#[test]
fn near_duplicate() {
    let said = only(Rule::NearDuplicate, Severity::Over, |case| case.alike = vec![alike(Some((8, 144)))]);
    assert_eq!((&said.params["bits"], &said.params["of"]), (&8.into(), &144.into()));
    assert_eq!((&said.params["how"], &said.params["percent"]), (&"seen".into(), &"96".into()));
    // Marks say little where nobody could look at the pictures; a second look has the last word.
    let of = |likeness| move |case: &mut Case| case.alike = vec![Alike { likeness, ..alike(Some((8, 144))) }];
    only(Rule::NearDuplicate, Severity::Soon, of(None));
    only(Rule::NearDuplicate, Severity::Over, of(Some(80.0)));
    none(of(Some(79.9)));
    none(|case| case.alike = vec![alike(Some((60, 144)))]);
    none(|case| {
        let theirs = Named { kind: EvidenceKind::Document, ..alike(None).theirs };
        case.alike = vec![Alike { theirs, ..alike(Some((0, 144))) }];
    });
    none(|case| {
        let theirs = Named { capture: alike(None).own.capture, ..alike(None).theirs };
        case.alike = vec![Alike { theirs, ..alike(Some((0, 144))) }];
    });
    // What is the same byte for byte is said once.
    only(Rule::SameFile, Severity::Over, |case| case.alike = vec![alike(None), alike(Some((0, 144)))]);
}

#[test]
fn impossible_travel() {
    let way = |north: f64, minutes, accuracy_m| {
        move |case: &mut Case| {
            let at = "2026-11-20T05:00:00Z".parse().unwrap();
            let from = Fix { place: Place { lat: ASTANA.lat + north, ..ASTANA }, accuracy_m, at };
            let to = Fix { place: ASTANA, accuracy_m: 12.0, at: at + TimeDelta::minutes(minutes) };
            case.way = Some(Way { from, to, other: Digest([3; 32]) });
        }
    };
    // 55.6 km in 20 minutes and in 30.
    let said = only(Rule::ImpossibleTravel, Severity::Over, way(0.5, 20, 12.0));
    assert_eq!((&said.params["kmh"], said.other), (&"167".into(), Some(Digest([3; 32]))));
    none(way(0.5, 30, 12.0));
    none(way(0.04, 0, 12.0));
    none(way(0.5, 20, 200.0));
    only(Rule::ImpossibleTravel, Severity::Over, way(0.5, 0, 12.0));
}

#[test]
fn clock_jump() {
    let before =
        |wall: &'static str, boot_ms| move |case: &mut Case| case.chain.before = Some(clock(wall, boot_ms));
    // Ten minutes by the clock that cannot be set, twelve and seventy by the other.
    none(before("2026-11-20T04:58:00Z", 1_000_000));
    only(Rule::ClockJump, Severity::Soon, before("2026-11-20T04:57:00Z", 1_000_000));
    let said = only(Rule::ClockJump, Severity::Over, before("2026-11-20T03:50:00Z", 1_000_000));
    assert_eq!((&said.params["how"], &said.params["seconds"]), (&"within".into(), &4_200.into()));
    let other = |wall: &'static str| {
        move |case: &mut Case| {
            case.chain.before = Some(ClockReading { boot: "another".into(), ..clock(wall, 1_000_000) });
        }
    };
    none(other("2026-11-20T05:11:00Z"));
    let said = only(Rule::ClockJump, Severity::Soon, other("2026-11-20T05:20:00Z"));
    assert_eq!(said.params["how"], "back");
    let said = only(Rule::ClockJump, Severity::Soon, |case| {
        case.evidence[0].taken.boot_ms += 300_000;
    });
    assert_eq!(said.params["how"], "file");
    let bracket = |minutes: [i64; 2]| {
        move |case: &mut Case| {
            let [not_before, not_after] = minutes.map(|m| case.sealed.wall + TimeDelta::minutes(m));
            case.bracket = Bracket { not_before, not_after };
        }
    };
    assert_eq!(only(Rule::ClockJump, Severity::Soon, bracket([-30, -10])).params["how"], "ahead");
    assert_eq!(only(Rule::ClockJump, Severity::Soon, bracket([10, 30])).params["how"], "behind");
    none(bracket([-1, 1]));
}

#[test]
fn chain() {
    only(Rule::ChainGap, Severity::Soon, |case| case.chain.gap = Some((3, 4, false)));
    assert_eq!(
        only(Rule::ChainGap, Severity::Soon, |case| case.chain.gap = Some((3, 4, true))).params["how"],
        "lost"
    );
    only(Rule::ChainFork, Severity::Over, |case| case.chain.fork = Some(Digest([1; 32])));
    for finding in [ChainFinding::PrevDiffers, ChainFinding::NextDiffers] {
        only(Rule::ChainLink, Severity::Soon, |case| case.chain.finding = Some(finding));
    }
}

#[test]
fn late_handover() {
    only(Rule::LateHandover, Severity::Soon, |case| case.late_handover = true);
}

#[test]
fn late() {
    let due = |day: &'static str| move |case: &mut Case| case.due = Some(day.parse().unwrap());
    none(due("2026-11-20"));
    let said = only(Rule::Late, Severity::Over, due("2026-11-18"));
    assert_eq!((&said.params["how"], &said.params["days"]), (&"stated".into(), &2.into()));
    let said = only(Rule::Late, Severity::Soon, |case| {
        (case.done_on, case.due) = ("2026-11-19".parse().unwrap(), Some("2026-11-19".parse().unwrap()));
    });
    assert_eq!(said.params["how"], "sealed");
    let said = only(Rule::Late, Severity::Soon, |case| {
        (case.done_on, case.due) = ("2026-11-19".parse().unwrap(), Some("2026-11-19".parse().unwrap()));
        case.bracket.not_before -= TimeDelta::days(3);
    });
    assert_eq!(said.params["how"], "clock");
}

#[test]
fn due_unproven() {
    let wide = |hours| {
        move |case: &mut Case| {
            case.due = Some("2026-11-20".parse().unwrap());
            case.bracket.not_after = case.bracket.not_before + TimeDelta::hours(hours);
        }
    };
    let said = only(Rule::DueUnproven, Severity::Soon, wide(73));
    assert_eq!(said.params["hours"], 73);
    none(wide(72));
}

proptest! {
    /// Whatever a phone claims, the rules answer, and everything they say can be said in words.
    #[test]
    fn no_claim_of_a_phone_breaks_the_rules(
        lat in any::<f64>(), lon in any::<f64>(), accuracy_m in any::<f64>(), boot_ms in any::<u64>(),
        before_ms in any::<u64>(), offset_s in any::<i32>(), seconds in -9_000_000_000_i64..9_000_000_000,
        taken_at in ".{0,30}"
    ) {
        let found = judged(|case| {
            let place = Place { lat, lon };
            case.position = Some(Position { accuracy_m, ..position(place) });
            case.sealed.boot_ms = boot_ms;
            case.sealed.wall = chrono::DateTime::from_timestamp(seconds, 0).unwrap();
            case.chain.before.as_mut().unwrap().boot_ms = before_ms;
            case.evidence[0].taken.offset_s = offset_s;
            case.evidence[0].summary.taken_at = Some(taken_at);
            case.evidence[0].summary.lat = Some(lat);
            let fix = Fix { place, accuracy_m, at: case.sealed.wall };
            let home = Fix { place: ASTANA, accuracy_m: 5.0, at: case.bracket.not_before };
            case.way = Some(Way { from: home, to: fix, other: Digest([1; 32]) });
        });
        for finding in found {
            let (title, why) = finding.words(Messages::of(Lang::Kk));
            prop_assert!(!title.contains('⟦') && !why.contains('⟦'), "{why}");
        }
    }
}
