//! A family leaves on its own (§46): it is recorded, the mobility centre is told of the return of support, and the plans
//! that were being carried out end (requirements §2.4). No money is counted; what is decided by order 234 is decided there.

use chrono::NaiveDate;
use kandas_shared::{
    ids::{DepartureId, FamilyId, OrgUnitId, PlanId},
    kato::Kato,
    monitoring::{DepartureAct, DepartureReason, DepartureTo, RefundState},
    plan_state::PlanState,
    problem::ProblemCode,
    pulled::{OrgKind, Plan, User},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Making, hand, impossible, out_of_range, words};
use crate::{
    all, chance,
    check::policy::Territory,
    facts::{DepartureActed, Event, FamilyDeparted},
    one, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::StoreError,
};

/// A family that left.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedDeparture)]
#[serde(deny_unknown_fields)]
pub struct WantedDeparture {
    /// When.
    pub on: NaiveDate,
    /// Where to.
    pub to: DepartureTo,
    /// KATO code of the place within the country, nine digits.
    #[serde(default)]
    pub to_kato: Option<String>,
    /// Why.
    pub reason: DepartureReason,
    /// More about it, at most 1,000 characters.
    #[serde(default)]
    pub text: Option<String>,
}

/// What is done about a departure.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = WantedDepartureAct)]
#[serde(deny_unknown_fields)]
pub struct ActOnDeparture {
    /// take, close or withdraw.
    pub act: DepartureAct,
    /// In words, at most 1,000 characters; needed to close and to withdraw.
    #[serde(default)]
    pub text: Option<String>,
}

/// Records that a family left; gives the id of the departure.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `out-of-range`, `words-missing`.
pub async fn depart(
    state: &AppState,
    by: &User,
    family: FamilyId,
    wanted: WantedDeparture,
) -> Outcome<DepartureId> {
    let WantedDeparture { on, to, to_kato, reason, text } = wanted;
    let text = words(text, false)?;
    let to_kato = match to_kato.filter(|_| to == DepartureTo::Inside) {
        Some(code) => Some(Kato::parse(code.trim()).map_err(|error| out_of_range(error.to_string()))?),
        None => None,
    };
    let mut making = Making::begin(state, by, family).await?;
    let unit = making.unit().await?;
    making.past(on, kandas_shared::monitoring::since())?;
    let sql = "select count(*) from monitoring_departure where family = $1 and refund <> 'withdrawn'";
    let (away,) = one!(&mut making.tx, (i64,), sql, family).await?;
    if away > 0 {
        return Err(impossible("it has left already"));
    }
    let refund = RefundState::at_first(to);
    let territory = Territory::read(&mut making.tx).await?;
    let sent_to = if refund == RefundState::Opened { above(&territory, unit) } else { Vec::new() };
    let sql = "select id, family, version, state, published_on from plan where family = $1 order by id";
    let ending: Vec<Plan> = all!(&mut making.tx, Plan, sql, family)
        .await?
        .into_iter()
        .filter(|plan| plan.state.can_move(PlanState::Departed))
        .collect();
    let departure = DepartureId::draw(making.now, chance::bytes(making.chance));
    let note = making.note(text.as_ref());
    let departed = FamilyDeparted {
        departure,
        on,
        to,
        to_kato: to_kato.map(|kato| kato.as_str().to_owned()),
        reason,
        refund,
        sent_to,
        plans: ending.iter().map(|plan| (plan.id, plan.state)).collect(),
        words: note,
        hand: hand(by),
    };
    making.add(None, Event::FamilyDeparted(departed));
    making.tell(None, note, text);
    for plan in ending {
        making.add(None, Event::PlanSet(Plan { state: PlanState::Departed, ..plan }));
    }
    making.append().await?;
    Ok(departure)
}

/// The mobility centres above a unit: the return of support is theirs by order 234.
fn above(territory: &Territory, unit: OrgUnitId) -> Vec<OrgUnitId> {
    let of = |above: &OrgUnitId| territory.unit(*above).is_some_and(|known| known.kind == OrgKind::Ctm);
    territory.all().into_iter().filter(of).filter(|above| territory.covers(*above, unit)).collect()
}

/// Takes up the return of support, has done with it, or takes the departure back: then the plans that it ended are as before.
///
/// # Errors
/// `not-found`, `monitoring-impossible`, `bad-request`, `words-missing`.
pub async fn act_on_departure(
    state: &AppState,
    by: &User,
    family: FamilyId,
    departure: DepartureId,
    wanted: ActOnDeparture,
) -> Outcome<()> {
    let ActOnDeparture { act, text } = wanted;
    if act == DepartureAct::Record {
        return Err(Refusal::because(ProblemCode::BadRequest, "take, close or withdraw"));
    }
    let text = words(text, act != DepartureAct::Take)?;
    let mut making = Making::begin(state, by, family).await?;
    let sql = "select refund, plans from monitoring_departure where id = $1 and family = $2";
    let found = opt!(&mut making.tx, (RefundState, String), sql, departure, family).await?;
    let (standing, plans) = found.ok_or(ProblemCode::NotFound)?;
    let Some(refund) = standing.after(act) else {
        return Err(impossible(format!("it is {standing}: {act} is not possible")));
    };
    let note = making.note(text.as_ref());
    let acted = DepartureActed { departure, act, refund, words: note, hand: hand(by) };
    making.add(None, Event::DepartureActed(acted));
    making.tell(None, note, text);
    if act == DepartureAct::Withdraw {
        let plans: Vec<(PlanId, PlanState)> = serde_json::from_str(&plans)
            .map_err(|error| StoreError::Damaged(format!("departure {departure}: {error}")))?;
        for (id, before) in plans {
            let sql = "select id, family, version, state, published_on from plan where id = $1";
            let plan = opt!(&mut making.tx, Plan, sql, id).await?;
            // Another version may have come meanwhile.
            if let Some(plan) = plan.filter(|plan| plan.state == PlanState::Departed) {
                making.add(None, Event::PlanSet(Plan { state: before, ..plan }));
            }
        }
    }
    making.append().await
}
