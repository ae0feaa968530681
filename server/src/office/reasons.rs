//! Reasons, as the office shows and changes them: what each reads from which day on, which of them can be chosen, and why
//! somebody has said so. What is said holds from today on at the earliest: nothing that was given before reads otherwise.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    problem::ProblemCode,
    pulled::User,
    reason::{ReasonCode, ReasonList, ReasonText, Reasons, Wording},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::reference::{ChangeRow, HISTORY, in_time, set_by, words};
use crate::{
    all, journal, one,
    reasons::{self, ReasonSet},
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
};

/// Most reasons of an organisation's own in a list: more than anybody reads through.
const MOST_OWN: usize = 30;

/// Everything there is to choose from, and what was changed.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AllReasons {
    /// Today, in UTC+5.
    pub today: NaiveDate,
    /// Each list.
    pub lists: Vec<OfList>,
    /// What was changed, the newest first.
    pub history: Vec<ReasonChange>,
}

/// A list of reasons.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReasonsOfList)]
pub struct OfList {
    /// What is given these reasons.
    pub list: ReasonList,
    /// Those that the program brings along, then the organisation's own; the one that asks for words is the last.
    pub reasons: Vec<OfReason>,
}

/// A reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ReasonListed)]
pub struct OfReason {
    /// Its code in records.
    pub code: ReasonCode,
    /// Whether the program brings it along.
    pub shipped: bool,
    /// What people read today, or will read first.
    pub text: ReasonText,
    /// Whether it can be chosen today.
    pub offered: bool,
    /// What was said about it, with its first days, the earliest first.
    pub values: Vec<ReasonFrom>,
}

/// What holds for a reason from a day on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonFrom {
    /// The first day.
    pub from: NaiveDate,
    /// What people read.
    pub text: ReasonText,
    /// Whether it can be chosen.
    pub offered: bool,
}

/// A change of a reason.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReasonChange {
    /// Place in the journal.
    pub position: i64,
    /// In which list.
    pub list: ReasonList,
    /// Which.
    pub code: ReasonCode,
    /// The first day.
    pub from: NaiveDate,
    /// What people read on that day since then; null: there is no such reason any more.
    pub text: Option<ReasonText>,
    /// Whether it can be chosen then.
    pub offered: bool,
    /// What people read on it before; null: there was no such reason.
    pub was: Option<ReasonText>,
    /// Whether it could be chosen then.
    pub was_offered: bool,
    /// Whether something was taken back.
    pub taken_back: bool,
    /// Why.
    pub why: String,
    /// Who; null where nobody had signed in.
    pub by_name: Option<String>,
    /// When.
    pub at: DateTime<Utc>,
}

/// What is to hold for a reason from a day on.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WantedReason {
    /// In which list.
    pub list: ReasonList,
    /// Which; null: one that is added.
    pub code: Option<ReasonCode>,
    /// The first day: today or later, at most a year ahead.
    pub from: NaiveDate,
    /// What people read, Kazakh and Russian at least, 120 characters each; null takes back what was said for that day.
    pub text: Option<ReasonText>,
    /// Whether it can be chosen; one that cannot has retired.
    pub offered: bool,
    /// Why, in words; at most 500 characters.
    pub why: String,
}

/// Which reason.
#[derive(Clone, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct WhichReason {
    /// In which list.
    #[param(inline)]
    pub list: ReasonList,
    /// Its code.
    pub code: ReasonCode,
}

/// What a change of a reason touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReasonUse {
    /// How often something went back for this reason; all of it keeps it.
    pub given: i64,
    /// How many of these returns wait for an answer.
    pub waiting: i64,
    /// Phones that are told.
    pub phones: i64,
}

/// The lists as they stand.
///
/// # Errors
/// When the database does not answer.
pub async fn all_reasons(tx: &mut Tx, now: DateTime<Utc>) -> Result<AllReasons, StoreError> {
    let today = civil_date(now);
    let known = reasons::read(tx).await?;
    let lists = ReasonList::ALL.iter().map(|list| of_list(&known, *list, today)).collect();
    Ok(AllReasons { today, lists, history: history(tx).await? })
}

fn of_list(known: &Reasons, list: ReasonList, today: NaiveDate) -> OfList {
    let of = |code: ReasonCode| OfReason {
        shipped: list.ships(&code),
        text: known.shown(list, &code, today).unwrap_or_default(),
        offered: known.is_offered(list, &code, today),
        values: known
            .values(list, &code)
            .map(|(from, said)| ReasonFrom { from, text: said.text.clone(), offered: said.offered })
            .collect(),
        code,
    };
    OfList { list, reasons: known.codes(list).into_iter().map(of).collect() }
}

/// Replays what was ever said, because what held before a day's value may have been said of an earlier day.
async fn history(tx: &mut Tx) -> Result<Vec<ReasonChange>, StoreError> {
    let sql = "select c.position, c.name, c.value, c.was, u.name as by_name, c.at from setting_change c
        left join app_user u on u.id = c.by_user where c.name like 'reason.%' order by c.position";
    let mut said: BTreeMap<(ReasonList, ReasonCode, NaiveDate), Wording> = BTreeMap::new();
    let mut changes = Vec::new();
    for row in all!(tx, ChangeRow, sql).await? {
        let (Some((list, code, from)), Some(set)) = (reasons::about(&row.name), ReasonSet::read(&row.value))
        else {
            continue;
        };
        let held = |said: &BTreeMap<(ReasonList, ReasonCode, NaiveDate), Wording>| {
            let known = Reasons::of(
                said.iter()
                    .filter(|((of, which, _), _)| (*of, which) == (list, &code))
                    .map(|((list, code, from), wording)| (*list, code.clone(), *from, wording.clone())),
            );
            (known.shown(list, &code, from), known.is_offered(list, &code, from))
        };
        let (was, was_offered) = held(&said);
        let key = (list, code.clone(), from);
        let taken_back = set.text.is_none();
        match set.text {
            Some(text) => drop(said.insert(key, Wording { text, offered: set.offered })),
            None => drop(said.remove(&key)),
        }
        let (text, offered) = held(&said);
        let (position, by_name, at) = (row.position, row.by_name, row.at);
        changes.push(ReasonChange {
            position,
            list,
            code,
            from,
            text,
            offered,
            was,
            was_offered,
            taken_back,
            why: set.why,
            by_name,
            at,
        });
    }
    changes.reverse();
    changes.truncate(usize::try_from(HISTORY).unwrap_or(usize::MAX));
    Ok(changes)
}

/// What a change of a reason would touch. Records keep their code, whatever it reads.
///
/// # Errors
/// When the database does not answer.
pub async fn touched(tx: &mut Tx, of: &WhichReason) -> Result<ReasonUse, StoreError> {
    let (given, waiting) = match of.list {
        ReasonList::Return => {
            let sql =
                "select count(*), coalesce(sum(case when stands and state = 'returned' then 1 else 0 end), 0)
                from record_check where reason = $1";
            one!(tx, (i64, i64), sql, of.code).await?
        }
        // What a worker chose is in the record as text.
        ReasonList::NotApplicable | ReasonList::Refused | ReasonList::Correction => (0, 0),
    };
    let (phones,) = one!(tx, (i64,), "select count(*) from device where revoked_at is null").await?;
    Ok(ReasonUse { given, waiting, phones })
}

/// A reason reads otherwise from a day on, is added or retires, or what was said for a day is taken back.
///
/// # Errors
/// `words-missing`, `out-of-range`, `not-found`, `nothing-changes`, or when the database does not answer.
pub async fn set_reason(state: &AppState, by: &User, wanted: WantedReason) -> Outcome<()> {
    let now = state.clock.wall();
    let today = civil_date(now);
    let WantedReason { list, code, from, text, offered, why } = wanted;
    let why = words(&why)?;
    let text = match text {
        Some(text) => {
            let what = "a text in Kazakh and in Russian, one line of at most 120 characters each";
            Some(text.tidy().ok_or_else(|| Refusal::because(ProblemCode::OutOfRange, what))?)
        }
        None => None,
    };
    in_time(from, now)?;
    if from < today {
        return Err(Refusal::because(ProblemCode::OutOfRange, "what was given before reads as it did"));
    }
    let mut tx = state.store.write().await?;
    let locked = journal::lock(&mut tx).await?;
    let known = reasons::read(&mut tx).await?;
    let code = match code {
        Some(code) => {
            may_become(&known, list, &code, (from, text.as_ref(), offered), today)?;
            code
        }
        None => new_code(&mut tx, &known, list, text.is_some() && offered).await?,
    };
    let value = ReasonSet { text, offered, why };
    let value = serde_json::to_string(&value).map_err(Refusal::fault)?;
    let fact = set_by(by.id, reasons::setting(list, &code, from), value);
    journal::append_locked(&mut tx, locked, state.chance.as_ref(), now, vec![fact]).await?;
    Ok(tx.commit().await?)
}

/// Whether this can be said of a reason that there is.
fn may_become(
    known: &Reasons,
    list: ReasonList,
    code: &ReasonCode,
    (from, text, offered): (NaiveDate, Option<&ReasonText>, bool),
    today: NaiveDate,
) -> Outcome<()> {
    if !known.codes(list).contains(code) {
        return Err(ProblemCode::NotFound.into());
    }
    if code.is_other() && !offered {
        return Err(Refusal::because(ProblemCode::OutOfRange, "the reason that asks for words stays"));
    }
    let held = known.on(list, code, from);
    let for_that_day = known.values(list, code).any(|(day, _)| day == from);
    match text {
        Some(text) => {
            let shown = known.shown(list, code, from);
            if shown.as_ref() == Some(text) && known.is_offered(list, code, from) == offered {
                return Err(ProblemCode::NothingChanges.into());
            }
        }
        None if !for_that_day || held.is_none() => return Err(ProblemCode::NothingChanges.into()),
        // The only word about a reason of the organisation's own may be in a record from its day on.
        None if !list.ships(code) && from <= today && known.values(list, code).count() == 1 => {
            let what = "what records may have keeps a text: let it retire";
            return Err(Refusal::because(ProblemCode::OutOfRange, what));
        }
        None => {}
    }
    Ok(())
}

/// The code of a reason that is added; one that cannot be chosen is none.
async fn new_code(tx: &mut Tx, known: &Reasons, list: ReasonList, is_one: bool) -> Outcome<ReasonCode> {
    let own = known.codes(list).iter().filter(|code| !list.ships(code)).count();
    if !is_one || own >= MOST_OWN {
        let what = format!("a text that can be chosen; at most {MOST_OWN} of one's own");
        return Err(Refusal::because(ProblemCode::OutOfRange, what));
    }
    let names = all!(tx, (String,), "select name from setting where name like 'reason.%'").await?;
    let ever: Vec<_> = names.iter().filter_map(|(name,)| reasons::about(name)).collect();
    Ok(Reasons::next_own(list, ever.iter().map(|(list, code, _)| (*list, code))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_said_of_a_reason() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let code = |text: &str| text.parse::<ReasonCode>().unwrap();
        let text = |ru: &str| ReasonText { kk: "ә".into(), ru: ru.into(), en: String::new() };
        let said = |ru: &str| Wording { text: text(ru), offered: true };
        let list = ReasonList::Return;
        let known = Reasons::of([
            (list, code("own_1"), day("2026-11-20"), said("своё")),
            (list, code("own_2"), day("2026-12-20"), said("потом")),
            (list, code("blurred"), day("2026-11-20"), said("мутно")),
        ]);
        let today = day("2026-11-23");
        let may = |of: &str, from: &str, text: Option<ReasonText>, offered: bool| {
            may_become(&known, list, &code(of), (day(from), text.as_ref(), offered), today)
                .map_err(|refusal| refusal.code())
        };
        for (of, from, text, offered, refused) in [
            ("own_1", "2026-12-01", Some(text("иначе")), true, None),
            ("own_1", "2026-12-01", Some(text("своё")), false, None),
            ("own_1", "2026-12-01", Some(text("своё")), true, Some(ProblemCode::NothingChanges)),
            ("own_3", "2026-12-01", Some(text("своё")), true, Some(ProblemCode::NotFound)),
            ("other", "2026-12-01", Some(text("иное")), true, None),
            ("other", "2026-12-01", Some(text("иное")), false, Some(ProblemCode::OutOfRange)),
            ("blurred", "2026-11-20", None, true, None),
            ("blurred", "2026-11-21", None, true, Some(ProblemCode::NothingChanges)),
            ("own_1", "2026-11-20", None, true, Some(ProblemCode::OutOfRange)),
            ("own_2", "2026-12-20", None, true, None),
        ] {
            assert_eq!(may(of, from, text.clone(), offered).err(), refused, "{of} {from} {text:?} {offered}");
        }
    }
}
