//! Words by which people are found: every part of their names, Kazakh and Latin, and their number from its end.
//!
//! A search asks how words begin, which an index answers. Letters that a Russian keyboard lacks are written as those that
//! stand in for them, so that `касымулы` finds Қасымұлы; engines fold no Cyrillic themselves.

use std::collections::{BTreeMap, BTreeSet};

use kandas_shared::{
    ids::{FamilyId, OrgUnitId, PersonId},
    iin::Iin,
    pulled::Person,
};

use crate::{
    all, among, many, one,
    store::{Store, StoreError, Tx},
};

/// Stands before a number that is written backwards: names begin with no such sign.
const NUMBER: char = '#';
/// Fewer digits say nothing.
const FEWEST_DIGITS: usize = 4;
/// After every word that begins with what stands before it.
const LAST: char = char::MAX;
/// Persons of an older store that get their words in one go.
const PIECE: i64 = 2_000;

/// Small letters, with those that a Russian keyboard has for those that it lacks; spaces made one.
#[must_use]
pub fn fold(text: &str) -> String {
    let small = text.to_lowercase();
    let folded = small.chars().map(|letter| match letter {
        'ә' => 'а',
        'ғ' => 'г',
        'қ' => 'к',
        'ң' => 'н',
        'ө' => 'о',
        'ұ' | 'ү' => 'у',
        'һ' => 'х',
        'і' => 'и',
        'ё' => 'е',
        other => other,
    });
    folded.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parts(text: &str) -> Vec<String> {
    let folded = fold(text);
    let parts = folded.split(|letter: char| !letter.is_alphanumeric());
    parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

fn backwards(number: &str) -> String {
    std::iter::once(NUMBER).chain(number.chars().rev()).collect()
}

/// What is looked for: ranges of words, from (included) to (excluded), each of which must be met. Nothing for a text
/// without letters and digits.
#[must_use]
pub fn ranges(asked: &str) -> Vec<(String, String)> {
    let range = |word: String| {
        let end = format!("{word}{LAST}");
        (word, end)
    };
    parts(asked)
        .into_iter()
        .map(|part| {
            let digits = part.len() >= FEWEST_DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
            range(if digits { backwards(&part) } else { part })
        })
        .collect()
}

fn words<'a>(names: impl Iterator<Item = Option<&'a str>>, iin: Option<&Iin>) -> BTreeSet<String> {
    names.flatten().flat_map(parts).chain(iin.map(|iin| backwards(iin.reveal()))).collect()
}

fn of(person: &Person) -> BTreeSet<String> {
    let names = [
        person.surname.as_deref(),
        Some(person.given_name.as_str()),
        person.patronymic.as_deref(),
        person.latin_name.as_deref(),
    ];
    words(names.into_iter(), person.iin.as_ref())
}

/// The units of families.
pub(super) async fn units(
    tx: &mut Tx,
    families: impl Iterator<Item = FamilyId>,
) -> Result<BTreeMap<FamilyId, OrgUnitId>, StoreError> {
    let ids: BTreeSet<FamilyId> = families.collect();
    if ids.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ids: Vec<_> = ids.into_iter().map(|id| (id,)).collect();
    let sql = "select id, org_unit from family where id in (";
    Ok(among!(tx, (FamilyId, OrgUnitId), sql, ids, ")").await?.into_iter().collect())
}

/// Writes the words of persons anew.
pub(super) async fn write(tx: &mut Tx, persons: &[&Person]) -> Result<(), StoreError> {
    let units = units(tx, persons.iter().map(|person| person.family)).await?;
    let ids: Vec<_> = persons.iter().map(|person| (person.id,)).collect();
    many!(tx, "delete from person_word where person in (", ids, ")").await?;
    let mut rows: Vec<(PersonId, String, FamilyId, Option<OrgUnitId>)> = Vec::new();
    for person in persons {
        let unit = units.get(&person.family).copied();
        rows.extend(of(person).into_iter().map(|word| (person.id, word, person.family, unit)));
    }
    many!(tx, "insert into person_word (person, word, family, org_unit)", rows).await?;
    Ok(())
}

/// Gives the persons of a store that was made before there were words theirs.
///
/// # Errors
/// When the database does not answer.
pub async fn complete(store: &Store) -> Result<(), StoreError> {
    let mut tx = store.read().await?;
    let sql = "select exists (select 1 from person) and not exists (select 1 from person_word)";
    let (lacking,) = one!(&mut tx, (bool,), sql).await?;
    tx.rollback().await?;
    if !lacking {
        return Ok(());
    }
    let mut tx = store.write().await?;
    let mut after = PersonId(uuid::Uuid::nil());
    loop {
        let sql = "select id, family, surname, given_name, patronymic, latin_name, iin, birth_date, sex, relation, phone
            from person where id > $1 order by id limit $2";
        let persons = all!(&mut tx, Person, sql, after, PIECE).await?;
        let Some(last) = persons.last() else { break };
        after = last.id;
        write(&mut tx, &persons.iter().collect::<Vec<_>>()).await?;
    }
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meets(words: &BTreeSet<String>, asked: &str) -> bool {
        let ranges = ranges(asked);
        !ranges.is_empty()
            && ranges.iter().all(|(from, to)| words.range(from.clone()..to.clone()).next().is_some())
    }

    #[test]
    fn people_are_found_without_kazakh_letters_by_parts_of_names_and_by_the_end_of_a_number() {
        assert_eq!(fold("  Қасымұлы  Әлия "), "касымулы алия");
        let iin = (0..10).find_map(|digit| Iin::parse(&format!("90010130001{digit}")).ok()).unwrap();
        let names = [Some("Қасымұлы-Сынамалы"), Some("Әлия"), None, Some("KASYMULY ALIYA")];
        let words = words(names.into_iter(), Some(&iin));
        for asked in
            ["касым", "ҚАСЫМҰЛЫ ал", "сынам", "aliya kas", "алия касымулы", &iin.reveal()[8..], iin.reveal()]
        {
            assert!(meets(&words, asked), "{asked}");
        }
        for asked in ["", " - ", "сым", "касымулы бек", "900101", &iin.reveal()[9..]] {
            assert!(!meets(&words, asked), "{asked}");
        }
    }
}
