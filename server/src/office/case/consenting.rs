//! Consents that are given in the office: one of each adult, with the full text that law 94-V asks for, filled in and
//! printed beside the sentence of Appendix 2, which has none of its particulars. Withdrawing is [`consents`]'.

use chrono::{DateTime, NaiveDate, Utc};
use kandas_shared::{
    calendar::civil_date,
    case,
    check::MAX_TEXT,
    ids::{ConsentId, FamilyId, PersonId},
    locale::{Lang, Messages},
    problem::ProblemCode,
    pulled::{Consent, User},
    record::ConsentState,
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::{consented, impossible, making::Making};
use crate::{
    chance,
    facts::Event,
    office::{
        consents,
        paper::blocks::{self, Block, Paper},
    },
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::Tx,
};

/// What somebody says about his consent.
#[derive(Clone, Deserialize, ToSchema)]
#[schema(as = WantedConsent)]
#[serde(deny_unknown_fields)]
pub struct WantedConsent {
    /// His consent as it was shown.
    pub seen: ConsentState,
    /// given or declined.
    pub state: ConsentState,
    /// On which day: not later than today, and not before it was withdrawn.
    pub on: NaiveDate,
    /// On what paper, at most 1,000 characters.
    pub basis: String,
}

/// In which language the text is printed.
#[derive(Clone, Copy, Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct InLanguage {
    /// kk, ru or en.
    pub lang: Lang,
}

/// The family of a person and whether he speaks for himself.
async fn speaker(tx: &mut Tx, person: PersonId, today: NaiveDate) -> Outcome<FamilyId> {
    let (family, _) = consents::place_of(tx, person).await?.ok_or(ProblemCode::NotFound)?;
    let members = consented(tx, family).await?;
    let own = members.iter().find(|member| member.id == person).ok_or(ProblemCode::NotFound)?;
    if own.consenting().is_minor(today) {
        return Err(impossible("a parent speaks for a minor"));
    }
    Ok(family)
}

/// Enters that an adult gives his consent, or does not.
///
/// # Errors
/// `not-found`, `not-as-shown`, `out-of-range`, `words-missing`, `bad-request`, `case-impossible` for a minor.
pub async fn give(state: &AppState, by: &User, person: PersonId, wanted: WantedConsent) -> Outcome<()> {
    let basis = wanted.basis.trim().to_owned();
    if basis.is_empty() || basis.chars().count() > MAX_TEXT || basis.contains('\0') {
        return Err(ProblemCode::WordsMissing.into());
    }
    if !matches!(wanted.state, ConsentState::Given | ConsentState::Declined) {
        return Err(Refusal::because(ProblemCode::BadRequest, "given or declined"));
    }
    let mut making = Making::begin(state, by).await?;
    let today = making.today();
    let family = speaker(&mut making.tx, person, today).await?;
    let sql = "select id, person, state, given_on, basis from consent where person = $1";
    let held = opt!(&mut making.tx, Consent, sql, person).await?;
    let standing = held.as_ref().map_or(ConsentState::Missing, |consent| consent.state);
    if standing != wanted.seen {
        return Err(ProblemCode::NotAsShown.into());
    }
    let sql = "select max(on_day) from consent_withdrawal where person = $1";
    let withdrawn = opt!(&mut making.tx, (Option<NaiveDate>,), sql, person).await?.and_then(|(day,)| day);
    if !case::is_day(wanted.on, today) || withdrawn.is_some_and(|day| wanted.on < day) {
        return Err(ProblemCode::OutOfRange.into());
    }
    let id = match &held {
        Some(consent) => consent.id,
        None => ConsentId::draw(making.now, chance::bytes(making.chance)),
    };
    let consent = Consent { id, person, state: wanted.state, given_on: Some(wanted.on), basis: Some(basis) };
    if held.as_ref() == Some(&consent) {
        return Err(ProblemCode::NothingChanges.into());
    }
    making.add(family, Some(person), Event::ConsentSet(consent));
    making.append().await
}

/// The text of an adult's consent, for himself and for the minors he speaks for, filled in; a PDF.
///
/// # Errors
/// `not-found`, `case-impossible` for a minor, or when it cannot be written.
pub async fn paper(tx: &mut Tx, person: PersonId, lang: Lang, now: DateTime<Utc>) -> Outcome<Vec<u8>> {
    #[derive(sqlx::FromRow)]
    struct Who {
        surname: Option<String>,
        given_name: String,
        patronymic: Option<String>,
        birth_date: Option<NaiveDate>,
        name_kk: String,
        name_ru: String,
    }
    let today = civil_date(now);
    let family = speaker(tx, person, today).await?;
    let sql = "select p.surname, p.given_name, p.patronymic, p.birth_date, u.name_kk, u.name_ru
        from person p join family f on f.id = p.family join org_unit u on u.id = f.org_unit where p.id = $1";
    let who = opt!(tx, Who, sql, person).await?.ok_or(ProblemCode::NotFound)?;
    let members = consented(tx, family).await?;
    let minors: Vec<String> =
        members.iter().filter(|of| of.consenting().is_minor(today)).map(consents::Member::name).collect();
    let messages = Messages::of(lang);
    let say = |id: &str| messages.text(id, &[]);
    let fill =
        |id: &str, name: &'static str, text: &str| messages.text(id, &[(name, text.to_owned().into())]);
    let names = [who.surname.as_deref(), Some(&who.given_name), who.patronymic.as_deref()];
    let name = names.into_iter().flatten().collect::<Vec<_>>().join(" ");
    let born =
        who.birth_date.map_or_else(|| "____________".to_owned(), |day| day.format("%d.%m.%Y").to_string());
    let centre = if lang == Lang::Kk { &who.name_kk } else { &who.name_ru };
    let mut blocks = vec![
        Block::Text(
            messages.text("consent-paper-who", &[("name", name.clone().into()), ("date", born.into())]),
        ),
        Block::Text(fill("consent-paper-operator", "centre", centre)),
    ];
    if !minors.is_empty() {
        blocks.push(Block::Text(fill("consent-paper-minors", "names", &minors.join(", "))));
    }
    for part in ["purpose", "data", "actions", "term", "third", "border", "open", "withdraw"] {
        blocks.push(Block::Heading(say(&format!("consent-paper-{part}-title"))));
        blocks.push(Block::Text(say(&format!("consent-paper-{part}"))));
    }
    blocks.push(Block::Heading(say("consent-paper-appendix-title")));
    blocks.push(Block::Text(say("consent-paper-appendix")));
    let paper = Paper {
        language: lang.to_string(),
        annex: vec![say("consent-paper-annex")],
        title: say("consent-paper-title"),
        about: Vec::new(),
        continued: say("report-continued"),
        blocks,
        signatures: vec![(say("consent-paper-signature"), name), (say("consent-paper-taken"), String::new())],
        mark: format!("Kandas Field · {}", today.format("%d.%m.%Y")),
    };
    let written = tokio::task::spawn_blocking(move || blocks::pdf(&paper)).await.map_err(Refusal::fault)?;
    written.map_err(Refusal::fault)
}
