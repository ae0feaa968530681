//! Search: families and persons by how the words of their names and their numbers begin, records by how their id does.
//! Lists of families ask the same, with their filters and their order ([`super::family::list`]).
//!
//! Of what few people match all matches are read and put into order; of what many match the next ones in order are soon
//! found. So a page costs the same wherever it is, and totals are exact as far as they are shown.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use kandas_shared::{
    hash::Digest,
    ids::{FamilyId, OrgUnitId, PersonId, RecordId},
    iin::Iin,
    pulled::{Relation, User},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::{family::masked, held, records};
use crate::{
    among,
    apply::words::{self, Ranges},
    check::policy::Territory,
    store::{StoreError, Tx},
};

/// Most persons, families and records of an answer.
const MOST: usize = 8;
/// Persons that are looked at for it.
const LOOKED_AT: i64 = 50;
/// More words say nothing more.
const WORDS: usize = 4;
/// Fewer digits of an id are those of too many.
const FEWEST_DIGITS: usize = 8;

/// What is looked for.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// Parts of names, in Cyrillic or Latin letters, four or more digits of a number from either end, or eight or more of
    /// a record's id.
    q: String,
}

/// What was found, the first of each.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
#[schema(as = SearchFound)]
pub struct Found {
    /// Families of the persons.
    pub families: Vec<FoundFamily>,
    /// Persons.
    pub persons: Vec<FoundPerson>,
    /// Records.
    pub records: Vec<records::Entry>,
    /// There are more persons; the list of families has them all.
    pub more: bool,
}

/// A family.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundFamily {
    /// Its id.
    pub id: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub name: Option<String>,
    /// Where it lives.
    pub settlement: String,
}

/// A person.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FoundPerson {
    /// His id.
    pub id: PersonId,
    /// Surname, given name and patronymic.
    pub name: String,
    /// To the head of the family.
    pub relation: Relation,
    /// Day of birth.
    pub birth_date: Option<NaiveDate>,
    /// `•••• •••• 0003`, if there is one.
    pub iin_masked: Option<String>,
    /// The family.
    pub family: FamilyId,
    /// Surname of its head, or the given name of one who has none.
    pub family_name: Option<String>,
}

/// Somebody of a family of whom a word is as asked.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Matched {
    /// His id.
    pub id: PersonId,
    /// Surname and given name.
    pub name: String,
}

/// A reading as SQL and what is bound to it: eight words, pairs of the first and the one after the last.
pub(super) struct Met {
    count: usize,
    pub(super) bound: [String; 2 * WORDS],
}

impl Met {
    /// The longest words are on the fewest people, and come first.
    fn of(ranges: &Ranges) -> Option<Self> {
        let mut ranges = ranges.clone();
        ranges.sort_by_key(|(word, _)| std::cmp::Reverse(word.chars().count()));
        ranges.truncate(WORDS);
        let count = ranges.len();
        let first = ranges.first()?.clone();
        ranges.resize(WORDS, first);
        let mut words = ranges.into_iter().flat_map(|(from, to)| [from, to]);
        Some(Self { count, bound: std::array::from_fn(|_| words.next().unwrap_or_default()) })
    }

    /// Each way in which a text can be read.
    pub(super) fn all(asked: &str) -> Vec<Self> {
        words::readings(asked).iter().filter_map(Self::of).collect()
    }

    /// That a word `w` is the first of them, and the others are the same person's; bound from `first` on.
    pub(super) fn of_word(&self, first: usize) -> String {
        let own = format!("w.word >= ${first} and w.word < ${}", first + 1);
        [own]
            .into_iter()
            .chain((1..self.count).map(|at| self.is_one("w.person", first, at)))
            .collect::<Vec<_>>()
            .join(" and ")
    }

    /// That a person meets all of them; bound from `first` on.
    pub(super) fn of_person(&self, person: &str, first: usize) -> String {
        (0..self.count).map(|at| self.is_one(person, first, at)).collect::<Vec<_>>().join(" and ")
    }

    fn is_one(&self, person: &str, first: usize, at: usize) -> String {
        let (from, to) = (first + 2 * at, first + 2 * at + 1);
        format!(
            "exists (select 1 from person_word o where o.person = {person} and o.word >= ${from} and o.word < ${to})"
        )
    }
}

/// All families with a member who is looked for, in order.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn families(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    readings: &[Met],
) -> Result<BTreeSet<FamilyId>, StoreError> {
    let mut found = BTreeSet::new();
    for met in readings {
        let condition = met.of_word(1);
        let sql =
            format!("select distinct w.family from person_word w where {condition} and w.org_unit in (");
        let [a, b, c, d, e, f, g, h] = &met.bound;
        let families = among!(tx, (FamilyId,), &sql, units, ")", *a, *b, *c, *d, *e, *f, *g, *h).await?;
        found.extend(families.into_iter().map(|(family,)| family));
    }
    Ok(found)
}

/// Who it is, of these families, that was looked for.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn matched(
    tx: &mut Tx,
    families: &[(FamilyId,)],
    readings: &[Met],
) -> Result<BTreeMap<FamilyId, Vec<Matched>>, StoreError> {
    let mut found: BTreeMap<FamilyId, BTreeMap<PersonId, String>> = BTreeMap::new();
    type Row = (FamilyId, PersonId, Option<String>, String);
    for met in readings {
        let condition = met.of_person("p.id", 1);
        let sql = format!(
            "select p.family, p.id, p.surname, p.given_name from person p where {condition} and p.family in ("
        );
        let [a, b, c, d, e, f, g, h] = &met.bound;
        for (family, person, surname, given) in
            among!(tx, Row, &sql, families, ")", *a, *b, *c, *d, *e, *f, *g, *h).await?
        {
            let name = surname.map_or_else(|| given.clone(), |surname| format!("{surname} {given}"));
            found.entry(family).or_default().insert(person, name);
        }
    }
    let matched =
        |of: BTreeMap<PersonId, String>| of.into_iter().map(|(id, name)| Matched { id, name }).collect();
    Ok(found.into_iter().map(|(family, of)| (family, matched(of))).collect())
}

/// The first of what is looked for, as far as the user's rights reach.
///
/// # Errors
/// When the database does not answer.
pub async fn find(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    asked: &Asked,
) -> Result<Found, StoreError> {
    let units = held::units(user, territory);
    let (persons, more) = persons(tx, &units, &Met::all(&asked.q)).await?;
    let mut families: Vec<FoundFamily> = Vec::new();
    for person in &persons {
        if families.iter().all(|family| family.id != person.of.family) {
            families.push(FoundFamily {
                id: person.of.family,
                name: person.of.family_name.clone(),
                settlement: person.settlement.clone(),
            });
        }
    }
    let more = more || persons.len() > MOST || families.len() > MOST;
    families.truncate(MOST);
    let persons = persons.into_iter().take(MOST).map(|person| person.of).collect();
    let records = match ids(&asked.q) {
        Some(range) => of_ids(tx, &units, range).await?,
        None => Vec::new(),
    };
    Ok(Found { families, persons, records, more })
}

/// A person, and where the family lives.
struct Lives {
    of: FoundPerson,
    settlement: String,
}

/// The first persons, heads of families before others; whether there are more.
async fn persons(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    readings: &[Met],
) -> Result<(Vec<Lives>, bool), StoreError> {
    #[derive(sqlx::FromRow)]
    struct Row {
        id: PersonId,
        surname: Option<String>,
        given_name: String,
        patronymic: Option<String>,
        relation: Relation,
        birth_date: Option<NaiveDate>,
        iin: Option<Iin>,
        family: FamilyId,
        family_name: Option<String>,
        settlement: String,
    }
    let most = usize::try_from(LOOKED_AT).unwrap_or(usize::MAX);
    let mut ids: BTreeSet<PersonId> = BTreeSet::new();
    for met in readings {
        let condition = met.of_word(1);
        let sql =
            format!("select distinct w.person from person_word w where {condition} and w.org_unit in (");
        let tail = format!(") order by w.person limit {}", LOOKED_AT + 1);
        let [a, b, c, d, e, f, g, h] = &met.bound;
        let found = among!(tx, (PersonId,), &sql, units, &tail, *a, *b, *c, *d, *e, *f, *g, *h).await?;
        ids.extend(found.into_iter().map(|(person,)| person));
    }
    let more = ids.len() > most;
    let ids: Vec<(PersonId,)> = ids.into_iter().take(most).map(|id| (id,)).collect();
    let sql = "select p.id, p.surname, p.given_name, p.patronymic, p.relation, p.birth_date, p.iin, p.family,
        (select coalesce(h.surname, h.given_name) from person h where h.family = p.family and h.relation = 'head'
         order by h.id limit 1) as family_name,
        f.settlement_name as settlement from person p join family f on f.id = p.family where p.id in (";
    let mut rows = among!(tx, Row, sql, ids, ")").await?;
    rows.sort_by(|a, b| {
        (a.relation, &a.surname, &a.given_name, a.id).cmp(&(b.relation, &b.surname, &b.given_name, b.id))
    });
    rows.dedup_by_key(|row| row.id);
    let persons = rows.into_iter().map(|row| {
        let names = [row.surname.as_deref(), Some(row.given_name.as_str()), row.patronymic.as_deref()];
        Lives {
            settlement: row.settlement,
            of: FoundPerson {
                id: row.id,
                name: names.into_iter().flatten().collect::<Vec<_>>().join(" "),
                relation: row.relation,
                birth_date: row.birth_date,
                iin_masked: row.iin.as_ref().map(masked),
                family: row.family,
                family_name: row.family_name,
            },
        }
    });
    Ok((persons.collect(), more))
}

/// The ids that begin with these digits, the first and the last of them.
fn ids(asked: &str) -> Option<(RecordId, RecordId)> {
    let digits: String = asked.trim().chars().filter(|letter| *letter != '-').collect();
    if !(FEWEST_DIGITS..=32).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    let filled = |with: char| {
        let rest: String = std::iter::repeat_n(with, 32 - digits.len()).collect();
        Uuid::try_parse(&format!("{digits}{rest}")).ok().map(RecordId)
    };
    Some((filled('0')?, filled('f')?))
}

async fn of_ids(
    tx: &mut Tx,
    units: &[(OrgUnitId,)],
    (from, to): (RecordId, RecordId),
) -> Result<Vec<records::Entry>, StoreError> {
    let sql = "select r.position, r.hash from record r join app_user w on w.id = r.worker
        where r.record >= $1 and r.record <= $2 and coalesce(r.org_unit, w.org_unit) in (";
    let tail = format!(") order by r.position desc limit {MOST}");
    let mut places = among!(tx, (i64, Digest), sql, units, &tail, from, to).await?;
    places.sort_unstable_by_key(|(position, _)| std::cmp::Reverse(*position));
    places.dedup_by_key(|(position, _)| *position);
    places.truncate(MOST);
    records::entries(tx, &places).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_looked_for_by_eight_digits_of_their_id_or_more() {
        let of = |asked: &str| ids(asked).map(|(from, to)| (from.to_string(), to.to_string()));
        let found = of(" 0198A7C2-11 ").unwrap();
        assert_eq!(found.0, "0198a7c2-1100-0000-0000-000000000000");
        assert_eq!(found.1, "0198a7c2-11ff-ffff-ffff-ffffffffffff");
        let whole = "0198a7c2-1122-7333-8444-555566667777";
        assert_eq!(of(whole), Some((whole.to_owned(), whole.to_owned())));
        for wrong in ["", "0198a7c", "Сынамалы", "0198a7c2-1122-7333-8444-5555666677778", "0198a7cg"]
        {
            assert_eq!(of(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn more_words_than_four_are_left_and_the_longest_are_asked_for_first() {
        let met = Met::all("а аа ааа аааа ааааа").remove(0);
        assert_eq!((met.count, met.bound[0].as_str(), met.bound[6].as_str()), (WORDS, "ааааа", "аа"));
        assert_eq!(met.of_person("p.id", 1).matches("exists").count(), WORDS);
        let met = Met::all("айгуль").remove(0);
        assert_eq!(met.of_word(9), "w.word >= $9 and w.word < $10");
        assert!(Met::all(" -").is_empty());
    }
}
