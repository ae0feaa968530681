//! Appendix 3 as the ministry would open it: the workbook read by a library of others and held, heading by heading and cell
//! by cell, against a text that was written by hand from the order; and every form on paper, as a program of others sees it.

use std::{
    fmt::Write as _,
    io::{Cursor, Read as _},
    process::Command,
};

use axum::http::StatusCode;
use calamine::{Data, Reader as _, Xlsx};
use kandas_server::office::{self, export};
use kandas_shared::{
    ids::{ActivityId, FamilyId, PersonId, UserId},
    pulled::Role,
    time::Clock as _,
};
use serde_json::{Value, json};

use super::{Office, Somebody, assert_sound, peer};
use crate::{
    house::{House, Phone, Work, photo},
    stores::on_each,
};

const PASSWORD: &str = "тоғыз жолдың торабы";
/// The 27 headings in Russian as the order has them, and the rows of this test.
const GOLDEN: &str = include_str!("../../golden/appendix3/ru.txt");

/// Six completions of a family in November and their report, signed in December; its id.
async fn reported(house: &House) -> (Office, Somebody, String) {
    let mut office = Office::over(house).await;
    for nr in 0..6 {
        office.completed(house, nr, "photo").await;
    }
    let (director, id) = signed(house, &office).await;
    (office, director, id)
}

/// The report on November, signed in December by the director; its id.
async fn signed(house: &House, office: &Office) -> (Somebody, String) {
    house.clock.set("2026-12-02T07:00:00Z");
    let user = office.user(house, Role::CcDir, office.unit).await;
    let now = house.clock.wall();
    office::set_password(&house.store, now, &*house.chance, &user, PASSWORD).await.unwrap();
    let director = office.seated(house, user).await;
    let wanted = json!({"unit": office.unit, "month": "2026-11"});
    let drafted = office.post(&director, "/api/reports", &wanted).await.ok();
    let id = drafted["id"].as_str().unwrap().to_owned();
    let path = format!("/api/reports/{id}/signature");
    office.post(&director, &path, &json!({"password": PASSWORD})).await.ok();
    (director, id)
}

async fn file(office: &Office, who: &Somebody, wanted: &Value) -> Vec<u8> {
    let asked = office.post(who, "/api/exports", wanted).await;
    assert_eq!(asked.status, StatusCode::ACCEPTED, "{asked:?}");
    let id = asked.ok()["id"].as_str().unwrap().to_owned();
    assert!(export::piece(&office.state).await.unwrap());
    let file = office.get(who, &format!("/api/exports/{id}/file")).await;
    assert_eq!(file.status, StatusCode::OK, "{file:?}");
    file.body.to_vec()
}

/// A sheet as text: the headings by number, then a line a row with what its cells hold, by the number of the column.
fn told(bytes: &[u8]) -> String {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes)).unwrap();
    let name = book.sheet_names()[1].clone();
    let sheet = book.worksheet_range(&name).unwrap();
    let mut rows = sheet.rows();
    let mut text = String::new();
    for (column, heading) in rows.next().unwrap().iter().enumerate() {
        writeln!(text, "{}\t{heading}", column + 1).unwrap();
    }
    let numbers: Vec<String> = rows.next().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(
        numbers,
        (1..=27).map(|number| number.to_string()).collect::<Vec<_>>(),
        "the form numbers its columns"
    );
    text.push('\n');
    for row in rows {
        let cells = row.iter().enumerate().filter_map(|(column, cell)| {
            let shown = match cell {
                Data::Empty => return None,
                // A day, not a text that looks like one.
                Data::DateTime(day) => {
                    let (year, month, day, ..) = day.to_ymd_hms_milli();
                    format!("{day:02}.{month:02}.{year}")
                }
                other => other.to_string(),
            };
            Some(format!("{}={shown}", column + 1))
        });
        writeln!(text, "{}", cells.collect::<Vec<_>>().join(" ")).unwrap();
    }
    text
}

on_each! { engine, House;
    async fn the_workbook_is_as_the_golden_file(house) {
        let (office, director, id) = reported(&house).await;
        let mut wanted = json!({"what": "report", "format": "xlsx", "lang": "ru", "report": id, "number": "state_system"});
        let book = file(&office, &director, &wanted).await;
        let made = told(&book);
        assert_eq!(made, GOLDEN, "\n{made}");
        // It is printed across, all columns on one page's width, the headings on every page.
        let mut archive = zip::ZipArchive::new(Cursor::new(book)).unwrap();
        let mut text = String::new();
        archive.by_name("xl/worksheets/sheet2.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("orientation=\"landscape\"") && text.contains("fitToHeight=\"0\""), "{text}");
        archive.by_name("xl/workbook.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains("_xlnm.Print_Titles"), "{text}");
        // In the other languages the services stand in the same order, and the rows are the same.
        let rows = |of: &str| of.split_once("\n\n").unwrap().1.to_owned();
        for lang in ["kk", "en"] {
            wanted["lang"] = json!(lang);
            let other = told(&file(&office, &director, &wanted).await);
            assert_eq!(rows(&other), rows(GOLDEN), "{lang}");
            assert!(!other.contains("Предоставление"), "{lang}");
        }
        assert_sound(&house).await;
    }
    async fn a_table_of_several_pages_repeats_its_heads(house) {
        let office = Office::over(&house).await;
        let mut persons = std::collections::BTreeSet::new();
        for family in office.district.families.iter().filter(|family| family.org_unit == office.unit.0) {
            let of = office.district.assignments.iter().find(|a| a.family == family.id && a.to.is_none()).unwrap();
            let mut phone = Phone::enrol(&house, UserId(of.worker)).await;
            for (nr, activity) in office.district.activities_of(family.id).enumerate() {
                if nr % 3 == 0 || persons.insert(activity.person) {
                    persons.insert(activity.person);
                    let bytes = photo(&format!("{} {nr}", family.id));
                    let work = Work {
                        family: FamilyId(family.id),
                        person: PersonId(activity.person),
                        activity: ActivityId(activity.id),
                        service: activity.service.parse().unwrap(),
                        note: "",
                        photo: &bytes,
                    };
                    phone.complete(&house, &work).await;
                }
            }
        }
        assert!(persons.len() > 18, "{} persons fit on a page", persons.len());
        let (director, id) = signed(&house, &office).await;
        for (lang, continued, last) in [
            ("kk", "Кестенің жалғасы", "Ақпараттық және анықтамалық қызметтер көрсету 27"),
            ("ru", "Продолжение таблицы", "Предоставление информационных и справочных услуг 27"),
        ] {
            let wanted = json!({"what": "report", "format": "pdf", "lang": lang, "report": id, "number": "state_system"});
            let paper = file(&office, &director, &wanted).await;
            // Where it is missing nothing is read, which CI does not allow.
            let (Some(reader), Some(measurer)) = (peer("pdftotext", &["-v"]), peer("pdfinfo", &["-v"])) else { return };
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().join("report.pdf");
            std::fs::write(&path, paper).unwrap();
            let told = Command::new(measurer).arg(&path).output().unwrap();
            let told = String::from_utf8(told.stdout).unwrap();
            assert!(told.contains("841.89 x 595.28 pts (A4)"), "across: {told}");
            let read = Command::new(reader).args(["-raw"]).arg(&path).arg("-").output().unwrap();
            let text = String::from_utf8(read.stdout).unwrap();
            let pages: Vec<&str> = text.trim_end_matches('\u{c}').split('\u{c}').collect();
            assert!(pages.len() > 1, "{text}");
            for (at, page) in pages.iter().enumerate() {
                let page = page.split_whitespace().collect::<Vec<_>>().join(" ");
                assert!(page.contains(&format!("{} / {}", at + 1, pages.len())), "{page}");
                assert_eq!(page.contains(continued), at > 0, "{page}");
                // The last heading with the number of its column, wherever there are rows.
                assert_eq!(page.contains(last), page.contains("23.11."), "page {}: {page}", at + 1);
            }
            let rows = office.district.persons.iter().filter(|person| persons.contains(&person.id));
            for iin in rows.filter_map(|person| person.iin.as_ref()) {
                assert_eq!(text.matches(iin.as_str()).count(), 1, "{iin}");
            }
        }
    }
}
