//! Words by which people are found: every part of their names, in Cyrillic and in Latin letters, and their number from
//! either end.
//!
//! A search asks how words begin, which an index answers. Letters that a Russian keyboard lacks are written as those that
//! stand in for them, so that `касымулы` finds Қасымұлы; engines fold no Cyrillic themselves. Latin letters are many ways to
//! write one name (Qasymūly, Kassymuly, Kasimuly): all of them are brought to one (`latin`), which stands for every name
//! whether a passport's spelling was imported or not.

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

/// One way to write a name in Latin letters, of whichever way it is written; `text` is folded. Letters that spellings
/// confuse are one, letters that stand twice are one. Empty for what has no letters.
fn latin(text: &str) -> String {
    // Spellings of one sound, the longer ones first.
    const SOUNDS: [(&str, &str); 12] = [
        ("sh\u{2}", "sh"),
        ("kh", "h"),
        ("gh", "g"),
        ("dzh", "zh"),
        ("t\u{2}", "\u{2}"),
        ("x", "h"),
        ("q", "k"),
        ("w", "u"),
        ("y", "i"),
        ("j", "zh"),
        ("ck", "k"),
        ("c", "\u{1}"),
    ];
    let mut spelled = String::with_capacity(text.len() + 4);
    for letter in text.chars() {
        let sound = match letter {
            'а' | 'ä' | 'á' | 'ə' => "a",
            'б' => "b",
            'в' => "v",
            'г' | 'ğ' | 'ǵ' => "g",
            'д' => "d",
            'е' | 'э' | 'é' => "e",
            'ж' => "zh",
            'з' => "z",
            'и' | 'й' | 'ы' | 'ı' | 'ï' | 'í' => "i",
            'к' => "k",
            'л' => "l",
            'м' => "m",
            'н' | 'ñ' | 'ń' => "n",
            'о' | 'ö' | 'ó' => "o",
            'п' => "p",
            'р' => "r",
            'с' => "s",
            'т' => "t",
            'у' | 'ü' | 'ū' | 'ú' | 'ý' => "u",
            'ф' => "f",
            'х' => "h",
            'ц' => "ts",
            'ч' | 'ç' => "ch",
            'ш' | 'щ' | 'ş' => "sh",
            'ю' => "iu",
            'я' => "ia",
            'ъ' | 'ь' => "",
            other => {
                spelled.push(other);
                continue;
            }
        };
        spelled.push_str(sound);
    }
    // `ch` is a letter of its own, every other `c` is a `k`.
    let mut spelled = spelled.replace("ch", "\u{2}");
    for (from, to) in SOUNDS {
        spelled = spelled.replace(from, to);
    }
    let mut one = String::with_capacity(spelled.len());
    for letter in spelled.chars() {
        let letter = if letter == '\u{1}' { 'k' } else { letter };
        if !one.ends_with(letter) || letter.is_ascii_digit() {
            one.push(letter);
        }
    }
    one.replace('\u{2}', "ch")
}

/// Whether it is written in Latin letters.
fn is_latin(part: &str) -> bool {
    part.chars().any(|letter| letter.is_ascii_alphabetic())
}

/// How words must begin: ranges from (included) to (excluded), each of which must be met.
pub type Ranges = Vec<(String, String)>;

/// What is looked for, in each way in which it can be read: digits are the beginning of a number or its end. A person is
/// found who meets all ranges of one reading. Nothing for a text without letters and digits.
#[must_use]
pub fn readings(asked: &str) -> Vec<Ranges> {
    let range = |word: String| {
        let end = format!("{word}{LAST}");
        (word, end)
    };
    let parts = parts(asked);
    let is_number =
        |part: &String| part.len() >= FEWEST_DIGITS && part.bytes().all(|byte| byte.is_ascii_digit());
    let read = |from_its_end: bool| -> Ranges {
        parts
            .iter()
            .map(|part| {
                range(if is_number(part) && from_its_end {
                    backwards(part)
                } else if is_latin(part) {
                    latin(part)
                } else {
                    part.clone()
                })
            })
            .collect()
    };
    match (parts.is_empty(), parts.iter().any(is_number)) {
        (true, _) => Vec::new(),
        (false, true) => vec![read(true), read(false)],
        (false, false) => vec![read(false)],
    }
}

fn words<'a>(names: impl Iterator<Item = Option<&'a str>>, iin: Option<&Iin>) -> BTreeSet<String> {
    let mut words: BTreeSet<String> = BTreeSet::new();
    for part in names.flatten().flat_map(parts) {
        words.insert(latin(&part));
        if !is_latin(&part) {
            words.insert(part);
        }
    }
    words.remove("");
    if let Some(iin) = iin {
        words.extend([backwards(iin.reveal()), iin.reveal().to_owned()]);
    }
    words
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
        readings(asked).iter().any(|ranges| {
            ranges.iter().all(|(from, to)| words.range(from.clone()..to.clone()).next().is_some())
        })
    }

    #[test]
    fn people_are_found_without_kazakh_letters_by_parts_of_names_and_by_either_end_of_a_number() {
        assert_eq!(fold("  Қасымұлы  Әлия "), "касымулы алия");
        let iin = (0..10).find_map(|digit| Iin::parse(&format!("90010130001{digit}")).ok()).unwrap();
        let names = [Some("Қасымұлы-Сынамалы"), Some("Әлия"), None, Some("KASYMULY ALIYA")];
        let words = words(names.into_iter(), Some(&iin));
        for asked in [
            "касым",
            "ҚАСЫМҰЛЫ ал",
            "сынам",
            "aliya kas",
            "алия касымулы",
            &iin.reveal()[8..],
            &iin.reveal()[6..],
            "9001",
            "900101",
            "алия 900101",
            iin.reveal(),
        ] {
            assert!(meets(&words, asked), "{asked}");
        }
        for asked in ["", " - ", "сым", "касымулы бек", "0101", "900102", "бек 900101", &iin.reveal()[9..]]
        {
            assert!(!meets(&words, asked), "{asked}");
        }
    }

    #[test]
    fn latin_spellings_of_a_name_are_one_whether_it_was_imported_or_not() {
        for (name, spellings) in [
            ("Қасымұлы", &["Qasymūly", "Kassymuly", "KASIMULY", "qasım"][..]),
            ("Жүнісбек", &["Zhunisbek", "Junisbek", "Jünısbek", "zhunis"][..]),
            ("Хадиша", &["Khadisha", "Hadisha", "Xadişa"][..]),
            ("Ғазиз", &["Gaziz", "Ghaziz", "Ğaziz"][..]),
            ("Шыңғыс", &["Shyngys", "Shingis", "Şyñğys"][..]),
            ("Юлия", &["Yuliya", "Iuliia", "Yulia"][..]),
            ("Чоқан", &["Chokan", "Çoqan", "Tchokan"][..]),
        ] {
            let words = words([Some(name)].into_iter(), None);
            for asked in spellings {
                assert!(meets(&words, asked), "{asked}: {:?} in {words:?}", readings(asked));
            }
            assert!(!meets(&words, "Zarina"), "{name}");
        }
        // A passport's spelling stands beside the letters it was made of.
        let words = words([Some("Сәуле"), Some("SAULE")].into_iter(), None);
        assert_eq!(words.into_iter().collect::<Vec<_>>(), ["saule", "сауле"]);
    }
}
