use uuid::Uuid;

use super::*;

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn person(n: u128) -> PersonId {
    PersonId(Uuid::from_u128(n))
}

/// Of family n / 10: the persons 10, 20 … are heads.
fn member(n: u128) -> Member {
    Member {
        person: person(n),
        family: FamilyId(Uuid::from_u128(n / 10)),
        head: n.is_multiple_of(10),
        name: format!("ТЕСТОВ {n}"),
        settlement: if n / 10 == 1 { "Үлгі ауылы" } else { "Мысал ауылы" }.into(),
    }
}

fn open(n: u128, service: ServiceCode, due: Option<&str>, planned: Option<&str>) -> (PersonId, Item) {
    let activity = ActivityId(Uuid::from_u128(n * 1_000 + u128::from(service.number())));
    (person(n), Item { activity, service, due_on: due.map(day), planned_on: planned.map(day) })
}

fn made(year: i32, open: &[(PersonId, Item)]) -> Vec<Row> {
    let members: Vec<Member> = [11, 10, 20, 12, 30].map(member).to_vec();
    let mut salt = 0;
    rows(year, &members, open, &mut || {
        salt += 1;
        format!("{salt:032}")
    })
}

/// Of each line: its number, that of the family, who, and the services with their days.
type Picture = Vec<(u32, u32, u128, Vec<(u8, String)>)>;

fn picture(rows: &[Row]) -> Picture {
    let day = |item: &Item| item.day().map_or_else(String::new, |day| day.to_string());
    let items = |row: &Row| row.activities.iter().map(|item| (item.service.number(), day(item))).collect();
    rows.iter().map(|row| (row.number, row.entry, row.person.0.as_u128(), items(row))).collect()
}

#[test]
fn a_row_for_each_family_with_what_is_open_for_its_members() {
    use ServiceCode::{S01, S07, S11, S21};
    let work = [
        open(10, S01, Some("2026-12-01"), Some("2026-11-01")),
        open(11, S21, None, None),
        open(11, S11, None, Some("2026-12-05")),
        open(11, S07, Some("2026-10-01"), None),
        open(20, S07, Some("2027-01-01"), Some("2026-12-30")),
        open(99, S07, Some("2026-12-01"), None),
    ];
    let own = |items: &[(u8, &str)]| items.iter().map(|(n, on)| (*n, (*on).to_owned())).collect::<Vec<_>>();
    // Мысал before Үлгі; the overdue of this year and what has no day are in it, what is due next year is not.
    assert_eq!(
        picture(&made(2026, &work)),
        [
            (1, 1, 20, own(&[])),
            (2, 2, 30, own(&[])),
            (3, 3, 10, own(&[(1, "2026-12-01")])),
            (4, 3, 11, own(&[(7, "2026-10-01"), (11, "2026-12-05"), (21, "")])),
        ]
    );
    let next = picture(&made(2027, &work));
    assert_eq!(next[0], (1, 1, 20, own(&[(7, "2027-01-01")])));
    assert_eq!(made(2026, &[]).len(), 3, "each family has its head's line");
    assert_eq!(rows(2026, &[], &work, &mut String::new), [], "an okrug without families");
}

#[test]
fn a_family_whose_head_was_erased_keeps_a_row() {
    let members = [member(12), member(11)];
    let made = rows(2026, &members, &[open(12, ServiceCode::S07, None, None)], &mut String::new);
    let lines: Vec<_> = made.iter().map(|row| (row.person, row.head, row.activities.len())).collect();
    assert_eq!(lines, [(person(11), false, 0), (person(12), false, 1)]);
}

#[test]
fn from_draft_into_force() {
    use RoadMapAct::{Close, Copy, Drop, Return, Sign, Submit};
    use RoadMapState::{Active, Approved, Closed, Draft, Dropped, Returned, Signing};
    let table = [
        (Draft, Submit, 0, Signing),
        (Draft, Submit, 1, Signing),
        (Draft, Drop, 0, Dropped),
        (Draft, Drop, 1, Dropped),
        (Signing, Sign, 1, Signing),
        (Signing, Sign, 0, Approved),
        (Signing, Return, 0, Returned),
        (Signing, Return, 1, Returned),
        (Approved, Copy, 1, Approved),
        (Approved, Copy, 0, Active),
        (Approved, Close, 0, Closed),
        (Approved, Close, 1, Closed),
        (Active, Close, 0, Closed),
        (Active, Close, 1, Closed),
    ];
    for state in RoadMapState::ALL {
        for act in RoadMapAct::ALL {
            for left in [0, 1] {
                let expected = table.iter().find(|(from, by, n, _)| from == state && by == act && *n == left);
                assert_eq!(state.after(*act, left), expected.map(|(.., to)| *to), "{state} {act} {left}");
            }
        }
    }
    assert_eq!((Signing.after(Sign, 2), Approved.after(Copy, 2)), (Some(Signing), Some(Approved)));
    let table = [
        (None, Next::Version(1)),
        (Some((1, Draft)), Next::Again(1)),
        (Some((1, Signing)), Next::None),
        (Some((1, Returned)), Next::Version(2)),
        (Some((2, Approved)), Next::Version(3)),
        (Some((2, Active)), Next::Version(3)),
        (Some((2, Closed)), Next::Version(3)),
    ];
    for (latest, expected) in table {
        assert_eq!(next(latest), expected, "{latest:?}");
    }
    let of = |test: fn(RoadMapState) -> bool| -> Vec<RoadMapState> {
        RoadMapState::ALL.iter().copied().filter(|state| test(*state)).collect()
    };
    assert_eq!(of(RoadMapState::is_out), [Signing, Approved, Active, Returned, Closed]);
    assert_eq!(of(RoadMapState::is_in_force), [Approved, Active]);
}

#[test]
fn three_sign_in_any_order() {
    use RoadMapHolder::{Director, Okrug, Raion};
    let orders = [
        [Director, Okrug, Raion],
        [Director, Raion, Okrug],
        [Okrug, Director, Raion],
        [Okrug, Raion, Director],
        [Raion, Director, Okrug],
        [Raion, Okrug, Director],
    ];
    for order in orders {
        let (mut state, mut done) = (RoadMapState::Signing, Vec::new());
        for holder in order {
            assert_eq!(state, RoadMapState::Signing, "{order:?}");
            assert!(missing(&done).contains(&holder));
            done.push(holder);
            state = state.after(RoadMapAct::Sign, missing(&done).len()).unwrap();
        }
        assert_eq!((state, missing(&done)), (RoadMapState::Approved, vec![]), "{order:?}");
    }
    let signs: Vec<Role> =
        Role::ALL.iter().copied().filter(|role| RoadMapHolder::of(*role).is_some()).collect();
    assert_eq!(signs, [Role::CcDir, Role::AkimRaion, Role::AkimOkrug]);
    assert_eq!(missing(&[Okrug]), [Director, Raion]);
}

#[test]
fn a_year_is_planned_in_it_or_before_it() {
    let today = day("2026-12-31");
    let table = [(2025, false), (2026, true), (2027, true), (2028, false)];
    for (year, expected) in table {
        assert_eq!(may_draft(year, today), expected, "{year}");
    }
    assert!(!is_over(2026, today));
    assert!(is_over(2026, day("2027-01-01")));
}

#[test]
fn a_paper_is_known_by_what_stands_at_its_foot() {
    let sha256: Digest = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef".parse().unwrap();
    let table = [
        ("01234567", true),
        ("0123 4567 89AB CDEF", true),
        (" 01234567\n", true),
        ("0123456", false),
        ("12345678", false),
        ("01234567é", false),
        ("", false),
    ];
    for (typed, expected) in table {
        assert_eq!(is_of_paper(typed, &sha256), expected, "{typed}");
    }
    assert!(is_of_paper(&sha256.to_string(), &sha256));
    assert!(!is_of_paper(&format!("{sha256}0"), &sha256));
}

#[test]
fn what_is_signed_is_fixed_byte_for_byte() {
    let row = made(2026, &[open(10, ServiceCode::S01, Some("2026-12-01"), None)]).remove(2);
    let text = row.to_text().unwrap();
    let expected = format!(
        "{{\"number\":3,\"entry\":3,\"person\":\"{}\",\"family\":\"{}\",\"head\":true,\"name\":\"ТЕСТОВ 10\",\
         \"settlement\":\"Үлгі ауылы\",\"activities\":[{{\"activity\":\"{}\",\"service\":\"S01\",\
         \"due_on\":\"2026-12-01\",\"planned_on\":null}}],\"salt\":\"{:032}\"}}",
        row.person, row.family, row.activities[0].activity, 3
    );
    assert_eq!(text, expected);
    assert_eq!(serde_json::from_str::<Row>(&text).unwrap(), row);
    let frozen = Frozen {
        v: 1,
        map: RoadMapId(Uuid::from_u128(1)),
        unit: OrgUnitId(Uuid::from_u128(2)),
        okrug: "559133000".parse().unwrap(),
        year: 2026,
        version: 1,
        rows: vec![Digest::of(text.as_bytes())],
    };
    let expected = format!(
        "{{\"v\":1,\"map\":\"{}\",\"unit\":\"{}\",\"okrug\":\"559133000\",\"year\":2026,\"version\":1,\
         \"rows\":[\"{}\"]}}",
        frozen.map, frozen.unit, frozen.rows[0]
    );
    assert_eq!(frozen.to_text().unwrap(), expected);
    let other = Frozen { version: 2, ..frozen.clone() };
    assert_ne!(frozen.hash().unwrap(), other.hash().unwrap());
}

#[test]
fn versions_differ_by_activity() {
    use RoadMapChange::{Added, Moved, Removed};
    use ServiceCode::{S01, S07, S11};
    let before = made(
        2026,
        &[
            open(10, S01, Some("2026-12-01"), None),
            open(10, S07, None, Some("2026-12-02")),
            open(20, S07, Some("2026-12-03"), None),
        ],
    );
    let after = made(
        2026,
        &[
            open(10, S01, Some("2026-12-01"), None),
            open(10, S07, Some("2026-12-04"), Some("2026-12-02")),
            open(11, S11, Some("2026-12-05"), None),
        ],
    );
    let on = |text| Some(day(text));
    type Found = (u128, RoadMapChange, Option<u8>, Option<NaiveDate>, Option<NaiveDate>);
    let told = |found: Vec<Difference>| -> Vec<Found> {
        let told = |of: Difference| {
            (of.person.0.as_u128(), of.change, of.service.map(ServiceCode::number), of.before, of.after)
        };
        found.into_iter().map(told).collect()
    };
    assert_eq!(
        told(differences(&before, &after)),
        [
            (10, Moved, Some(7), on("2026-12-02"), on("2026-12-04")),
            (11, Added, Some(11), None, on("2026-12-05")),
            (20, Removed, Some(7), on("2026-12-03"), None),
        ]
    );
    assert_eq!(differences(&after, &after), []);
    // A family that comes with nothing open is told, and so is one that goes.
    let fewer: Vec<Row> = before.iter().filter(|row| row.entry != 2).cloned().collect();
    assert_eq!(told(differences(&fewer, &before)), [(30, Added, None, None, None)]);
    assert_eq!(told(differences(&before, &fewer)), [(30, Removed, None, None, None)]);
}
