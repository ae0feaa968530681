//! Import: all or nothing, by line and field, again without effect, sixty thousand in one go.

use kandas_server::{
    import::{ImportErrors, ImportFailure},
    journal, one,
    verify::{self, Media},
};

use crate::{
    house::{House, district},
    stores::on_each,
};

async fn size(house: &House) -> u64 {
    let mut tx = house.store.read().await.unwrap();
    journal::head(&mut tx).await.unwrap().size
}

fn document_errors(failure: ImportFailure) -> ImportErrors {
    match failure {
        ImportFailure::Document(errors) => errors,
        other => panic!("{other}"),
    }
}

async fn faults(house: &House) -> Vec<String> {
    verify::verify(&house.config, &house.store, Media::Hashes, &mut |_, _, _| {}).await.unwrap().faults
}

on_each! { engine, House;
    async fn a_district_comes_in_whole_and_a_second_time_changes_nothing(house) {
        let district = district(30);
        let first = house.import_text(&district.to_json()).await.unwrap();
        assert_eq!((first.written, first.unchanged), (district.len(), 0));
        assert_eq!(size(&house).await, 1 + district.len() as u64);
        let mut tx = house.store.read().await.unwrap();
        let (persons,) = one!(&mut tx, (i64,), "select count(*) from person").await.unwrap();
        let (activities,) = one!(&mut tx, (i64,), "select count(*) from activity").await.unwrap();
        drop(tx);
        assert_eq!(persons as usize, district.persons.len());
        assert_eq!(activities as usize, district.plans.iter().map(|plan| plan.activities.len()).sum::<usize>());

        let again = house.import_text(&district.to_json()).await.unwrap();
        assert_eq!((again.written, again.unchanged), (0, district.len()));
        assert_eq!(size(&house).await, 1 + district.len() as u64);

        // A later document may add to what is there.
        let mut more = district.clone();
        let mut person = more.persons[0].clone();
        person.id = uuid::Uuid::from_u128(77);
        person.iin = None;
        person.relation = "child".into();
        more.persons.push(person);
        let added = house.import_text(&more.to_json()).await.unwrap();
        assert_eq!((added.written, added.unchanged), (1, district.len()));
        assert_eq!(faults(&house).await, Vec::<String>::new());
    }

    async fn one_wrong_entity_and_nothing_comes_in(house) {
        let mut district = district(5);
        let line_of = |text: &str, what: &str| text.lines().position(|line| line.contains(what)).unwrap() + 1;
        district.persons[3].iin = Some("900101350004".into());
        district.persons[4].family = uuid::Uuid::from_u128(1);
        district.assignments[0].to = Some("2020-01-01".parse().unwrap());
        district.plans[1].activities[0].service = "S99".into();
        district.users[1].login = district.users[0].login.to_uppercase();
        let text = district.to_json();
        let errors = document_errors(house.import_text(&text).await.unwrap_err());
        let shown = errors.to_string();
        for (what, field, problem) in [
            (&district.persons[3].id, "persons.iin", "is not an IIN"),
            (&district.persons[4].id, "persons.family", "is neither in this document nor in the store"),
            (&district.assignments[0].id, "assignments.to", "lies before"),
            (&district.plans[1].activities[0].id, "plans.activities.service", "is not one of S01 to S25"),
            (&district.users[1].id, "users.login", "belongs to another user"),
        ] {
            let line = line_of(&text, &format!("\"id\":\"{what}\""));
            assert!(shown.contains(&format!("line {line}: {field}: {problem}")), "{field} in\n{shown}");
        }
        assert!(!shown.contains("900101350004"), "errors repeat no personal data");
        assert_eq!(size(&house).await, 1);
    }

    async fn what_the_store_has_with_other_values_is_an_error(house) {
        let district = district(3);
        house.import(&district).await;
        let mut other = district.clone();
        other.families[1].address = Some("Үлгі көшесі, 1".into());
        // A second head, a second plan, a second consent, an IIN of somebody else.
        other.persons[0].id = uuid::Uuid::from_u128(9);
        let errors = document_errors(house.import_text(&other.to_json()).await.unwrap_err()).to_string();
        assert!(errors.contains("families.address: is in the store already with another value"), "{errors}");
        assert!(errors.contains("persons.relation: is not the only head of the family"), "{errors}");
        assert_eq!(size(&house).await, 1 + district.len() as u64);
    }

    async fn sixty_thousand_entities(house) {
        let started = std::time::Instant::now();
        let mut families = 1_100;
        let mut many = district(families);
        while many.len() < 60_000 {
            families += 25;
            many = district(families);
        }
        let text = many.to_json();
        let made = started.elapsed();
        let started = std::time::Instant::now();
        let imported = house.import_text(&text).await.unwrap();
        let took = started.elapsed();
        assert_eq!(imported.written, many.len());
        let started = std::time::Instant::now();
        let again = house.import_text(&text).await.unwrap();
        println!(
            "{:?}: {} entities, {} MB: imported in {took:.1?} ({:.0}/s), again in {:.1?}; made in {made:.1?}",
            house.store.engine(),
            imported.written,
            text.len() / 1_000_000,
            imported.written as f64 / took.as_secs_f64(),
            started.elapsed()
        );
        assert_eq!(again.written, 0);
    }
}
