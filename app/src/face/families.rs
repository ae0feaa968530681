//! Families: the list with its search, and one family as a matrix of members and services.

use std::cmp::Ordering;

use chrono::{Datelike as _, NaiveDate};
use kandas_shared::{
    ids::{FamilyId, PersonId},
    plan_state::PlanState,
    pulled::{Person, Plan},
    service::{ServiceCode, Unit, services},
};

use super::{
    Face,
    board::{self, Board, Household, Task},
    call::Problem,
    count, fold,
    place::metres,
    view::{
        ActDraft, Cell, Consent, FamiliesView, FamilyRow, FamilyView, Member, Patch, PatchCount, Place,
        PlanView, ServiceRow,
    },
};
use crate::{
    draft::{ConsentView, DraftKind},
    store::pulled,
};

impl Face {
    pub(super) async fn families(
        &self,
        search: Option<String>,
        near: Option<Place>,
    ) -> Result<FamiliesView, Problem> {
        let board = self.board().await?;
        let wanted = search.map(|text| fold::fold(&text)).filter(|text| !text.is_empty());
        let mut found: Vec<(u32, FamilyRow)> = Vec::new();
        for family in &board.families {
            match &wanted {
                None => found.push((0, row(family, near, None))),
                Some(wanted) => {
                    if let Some((fit, matched)) = matches(family, wanted) {
                        found.push((fit, row(family, near, matched)));
                    }
                }
            }
        }
        // By fit, then by way; the board's own order, by name, decides between equals.
        found.sort_by(|(a_fit, a), (b_fit, b)| {
            let far = |row: &FamilyRow| row.distance_m.unwrap_or(f64::INFINITY);
            a_fit.cmp(b_fit).then(far(a).partial_cmp(&far(b)).unwrap_or(Ordering::Equal))
        });
        Ok(FamiliesView {
            as_of: board.as_of,
            total: count(board.families.len()),
            families: found.into_iter().map(|(_, row)| row).collect(),
            unreadable: board.unreadable,
        })
    }

    pub(super) async fn family(&self, id: FamilyId, near: Option<Place>) -> Result<FamilyView, Problem> {
        let board = self.board().await?;
        let household = board.family(id).ok_or_else(|| Problem::unknown("family"))?;
        let known = self.app().family(id).await?;
        let consents = self.app().family_consents(id).await?;
        let returned = self.returned(&board, |said| said.family == Some(id)).await?;
        let acts =
            self.ledger_rows(&board, |item| item.family == Some(id) && item.statement == "act").await?;
        let drafts = self.app().drafts().await?;
        let mut conn = self.app().store().conn().await?;
        // Only a plan that phones hold, or what ended it; its newest version.
        let told = |plan: &Plan| {
            plan.state.is_on_phones() || matches!(plan.state, PlanState::Closed | PlanState::Departed)
        };
        let plan = pulled::plans(&mut conn, id).await?.rows.into_iter().rfind(told);
        drop(conn);
        let members: Vec<&Person> =
            household.members.iter().filter_map(|person| board.persons.get(person)).collect();
        let (done, total) = household.progress(|_| true);
        Ok(FamilyView {
            family: id,
            name: household.name.clone(),
            settlement: household.line.settlement_name.clone(),
            rural: household.line.rural,
            address: household.line.address.clone(),
            phone: household.line.phone.clone(),
            quota_date: known.family.quota_date,
            arrived_on: known.family.arrived_on,
            place: household.place(),
            distance_m: distance(household, near),
            plan: plan.map(|plan| PlanView {
                version: plan.version,
                state: plan.state,
                published_on: plan.published_on,
            }),
            services: matrix(household, &members),
            members: members.iter().map(|person| member(&board, household, person, &consents)).collect(),
            done,
            total,
            counts: counts(household),
            returned,
            acts,
            act_drafts: drafts
                .iter()
                .filter(|draft| {
                    draft.family == id && matches!(draft.kind, DraftKind::Act | DraftKind::Consent)
                })
                .map(|draft| ActDraft { draft: draft.id, act: draft.act })
                .collect(),
            leaving: household.line.gone,
            unreadable: count(known.unreadable.len()),
        })
    }
}

fn distance(family: &Household, near: Option<Place>) -> Option<f64> {
    Some(metres(near?, family.place()?))
}

fn row(family: &Household, near: Option<Place>, matched: Option<String>) -> FamilyRow {
    let (done, total) = family.progress(|_| true);
    FamilyRow {
        family: family.line.id,
        name: family.name.clone(),
        settlement: family.line.settlement_name.clone(),
        rural: family.line.rural,
        members: count(family.members.len()),
        done,
        total,
        overdue: family.count(Patch::Overdue),
        soon: family.count(Patch::Soon),
        returned: family.count(Patch::Returned),
        drafts: family.drafts,
        quilt: family.quilt(|_| true),
        last_visit: family.last_visit,
        distance_m: distance(family, near),
        matched,
    }
}

/// How well a family fits (smaller is better), and what matched when the name does not show it.
fn matches(family: &Household, wanted: &str) -> Option<(u32, Option<String>)> {
    if let Some(fit) = fold::fit(wanted, &fold::fold(&family.name)) {
        return Some((fit, None));
    }
    let fits = family.words.iter().filter_map(|(text, shown)| Some((fold::fit(wanted, text)? + 3, shown)));
    let best = fits.min_by_key(|(fit, _)| *fit);
    if let Some((fit, shown)) = best {
        return Some((fit, shown.clone()));
    }
    // A phone number is typed with blanks and brackets, and with 8 or +7 before it.
    let typed = board::digits(wanted);
    let number = typed.strip_prefix(['7', '8']).filter(|_| typed.len() == 11).unwrap_or(&typed);
    if number.len() < 4 || wanted.chars().any(char::is_alphabetic) {
        return None;
    }
    let shown = family.words.iter().find(|(text, _)| text.contains(number));
    shown.map(|(_, shown)| (6, shown.clone()))
}

fn member(board: &Board, household: &Household, person: &Person, consents: &[ConsentView]) -> Member {
    let of = |task: &Task| task.person == person.id;
    let (done, total) = household.progress(of);
    let consent = consents.iter().find(|known| known.person == person.id);
    Member {
        name: board::name(person),
        latin_name: person.latin_name.clone(),
        relation: person.relation,
        sex: person.sex,
        birth_date: person.birth_date,
        age: person.birth_date.and_then(|born| age(born, board.today)),
        iin_masked: person.iin.as_ref().map(|iin| masked(iin.reveal())),
        phone: person.phone.clone(),
        consent: consent.map_or_else(|| unasked(person.id), Consent::from),
        quilt: household.quilt(of),
        done,
        total,
    }
}

fn unasked(person: PersonId) -> Consent {
    Consent {
        person,
        state: kandas_shared::record::ConsentState::Missing,
        source: crate::draft::ConsentSource::Unknown,
        given_by: None,
        asked: false,
    }
}

/// "•••• •••• 0003".
fn masked(iin: &str) -> String {
    let last: String = iin.chars().skip(8).collect();
    format!("•••• •••• {last}")
}

/// Whole years on a day.
fn age(born: NaiveDate, on: NaiveDate) -> Option<u32> {
    let birthday_passed = (on.month(), on.day()) >= (born.month(), born.day());
    u32::try_from(on.year() - born.year() - i32::from(!birthday_passed)).ok()
}

/// The rows of the matrix: services that are planned for anybody, in the order of Appendix 1.
fn matrix(household: &Household, members: &[&Person]) -> Vec<ServiceRow> {
    let planned = |code: ServiceCode| household.tasks.iter().filter(move |task| task.service == code);
    services()
        .iter()
        .filter(|service| planned(service.code).next().is_some())
        .map(|service| {
            let urgent = |of: &dyn Fn(&Task) -> bool| -> Option<Cell> {
                planned(service.code).filter(|task| of(task)).min_by_key(|task| task.patch).map(Task::cell)
            };
            let for_family = service.unit == Unit::Family;
            let cells = match for_family {
                true => vec![urgent(&|_| true)],
                false => members.iter().map(|person| urgent(&|task| task.person == person.id)).collect(),
            };
            ServiceRow {
                service: service.code,
                number: service.code.number(),
                group: service.group,
                for_family,
                together: service.group_capture,
                cells,
            }
        })
        .collect()
}

fn counts(household: &Household) -> Vec<PatchCount> {
    let mut counts: Vec<PatchCount> = Vec::new();
    for task in &household.tasks {
        match counts.iter_mut().find(|known| known.patch == task.patch) {
            Some(known) => known.count += 1,
            None => counts.push(PatchCount { patch: task.patch, count: 1 }),
        }
    }
    counts.sort_by_key(|known| known.patch);
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_turn_on_birthdays_and_iins_hide() {
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(age(day("1985-11-24"), day("2026-11-23")), Some(40));
        assert_eq!(age(day("1985-11-24"), day("2026-11-24")), Some(41));
        assert_eq!(age(day("2027-01-01"), day("2026-11-24")), None, "a clock may be wrong");
        assert_eq!(masked("850101300003"), "•••• •••• 0003");
    }
}
