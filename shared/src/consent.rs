//! Whose consent counts for whom: each adult's for himself, that of a parent for his minor children.

use chrono::{Datelike as _, NaiveDate};

use crate::{ids::PersonId, pulled::Relation, record::ConsentState, text_enum::text_enum};

text_enum! {
    /// How somebody said that he withdraws his consent.
    pub enum WithdrawalForm {
        /// In writing, on paper.
        Paper = "paper",
        /// Through a service of the state.
        StateService = "state_service",
        /// By word of mouth, noted in the office.
        Spoken = "spoken",
    }
}

/// A member of a family, as far as it matters here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consenting {
    /// Who.
    pub person: PersonId,
    /// To the head of the family.
    pub relation: Relation,
    /// Day of birth.
    pub birth_date: Option<NaiveDate>,
    /// His own consent.
    pub state: ConsentState,
}

impl Consenting {
    /// Whether he is under 18 on a day; a child whose day of birth is not known is.
    #[must_use]
    pub fn is_minor(&self, on: NaiveDate) -> bool {
        let Some(born) = self.birth_date else { return self.relation == Relation::Child };
        let birthday_passed = (on.month(), on.day()) >= (born.month(), born.day());
        on.year() - born.year() - i32::from(!birthday_passed) < 18
    }
}

/// What counts for a person on a day, and whose consent it is; none where the person is not among them.
#[must_use]
pub fn standing(members: &[Consenting], person: PersonId, on: NaiveDate) -> Option<(ConsentState, PersonId)> {
    let own = members.iter().find(|member| member.person == person)?;
    // Whoever has withdrawn or refused for himself is not covered by another.
    if !own.is_minor(on) || own.state != ConsentState::Missing {
        return Some((own.state, person));
    }
    let parent = members.iter().find(|member| {
        matches!(member.relation, Relation::Head | Relation::Spouse | Relation::Parent)
            && !member.is_minor(on)
            && member.state == ConsentState::Given
    });
    Some(parent.map_or((own.state, person), |parent| (ConsentState::Given, parent.person)))
}

/// Who has no consent any more once `person` withdraws his: himself, and minors whom nobody else's covers.
#[must_use]
pub fn left_without(members: &[Consenting], person: PersonId, on: NaiveDate) -> Vec<PersonId> {
    let mut after = members.to_vec();
    for member in after.iter_mut().filter(|member| member.person == person) {
        member.state = ConsentState::Withdrawn;
    }
    let given =
        |of: &[Consenting], who| standing(of, who, on).is_some_and(|(state, _)| state == ConsentState::Given);
    members
        .iter()
        .map(|member| member.person)
        .filter(|who| *who == person || (given(members, *who) && !given(&after, *who)))
        .collect()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use ConsentState::{Declined, Given, Missing, Withdrawn};

    const ON: &str = "2026-11-23";

    fn member(id: u128, relation: Relation, born: &str, state: ConsentState) -> Consenting {
        Consenting { person: PersonId(Uuid::from_u128(id)), relation, birth_date: born.parse().ok(), state }
    }

    fn family(head: ConsentState, spouse: ConsentState, child: ConsentState) -> Vec<Consenting> {
        vec![
            member(1, Relation::Head, "1980-01-01", head),
            member(2, Relation::Spouse, "1982-01-01", spouse),
            member(3, Relation::Child, "2015-01-01", child),
            member(4, Relation::Child, "2008-11-23", Missing),
        ]
    }

    #[test]
    fn a_parents_consent_counts_for_his_minor_children() {
        let of = |family: &[Consenting], id| {
            let (state, whose) =
                standing(family, PersonId(Uuid::from_u128(id)), ON.parse().unwrap()).unwrap();
            (state, whose.0.as_u128())
        };
        assert_eq!(of(&family(Given, Missing, Missing), 3), (Given, 1));
        assert_eq!(of(&family(Declined, Given, Missing), 3), (Given, 2));
        assert_eq!(of(&family(Given, Given, Declined), 3), (Declined, 3), "his own word stands");
        assert_eq!(of(&family(Given, Given, Missing), 4), (Missing, 4), "eighteen today");
        assert_eq!(of(&family(Given, Missing, Missing), 2), (Missing, 2), "adults speak for themselves");
        assert!(
            standing(&family(Given, Given, Given), PersonId(Uuid::from_u128(9)), ON.parse().unwrap())
                .is_none()
        );
    }

    #[test]
    fn who_withdraws_leaves_those_without_whom_nobody_else_covers() {
        let left = |family: &[Consenting], id| -> Vec<u128> {
            let left = left_without(family, PersonId(Uuid::from_u128(id)), ON.parse().unwrap());
            left.iter().map(|person| person.0.as_u128()).collect()
        };
        assert_eq!(left(&family(Given, Missing, Missing), 1), [1, 3]);
        assert_eq!(left(&family(Given, Given, Missing), 1), [1], "the other parent's still counts");
        assert_eq!(left(&family(Given, Missing, Given), 1), [1], "he has his own");
        assert_eq!(left(&family(Withdrawn, Missing, Missing), 1), [1]);
    }
}
