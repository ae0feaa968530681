//! Users as they are put right: name, role, unit, language, a stop that is taken back, a second factor that is forgotten.
//!
//! Whoever does it is asked for under the journal's lock, about the user as he stands then and as he shall stand: nobody makes
//! of somebody what he could not make anew, and nobody gives himself another role, another unit or his work back.

use kandas_shared::{
    ids::{OrgUnitId, UserId},
    locale::Lang,
    problem::ProblemCode,
    pulled::{Role, User},
};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{end_sessions, may_make, refused};
use crate::{
    check::policy::{NotAllowed, Territory},
    journal,
    office::{
        export,
        policy::{self, Right},
        second_factor,
    },
    opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::Tx,
    users,
};

/// A user as he shall stand. His log-in name stays: acts are told apart by it.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = UserChange)]
#[serde(deny_unknown_fields)]
pub struct WantedChange {
    /// Name as shown.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Where he works.
    pub org_unit: OrgUnitId,
    /// Language of screens.
    pub language: Lang,
    /// Whether he may work.
    pub active: bool,
}

/// Changes a user. Where his role, his unit or whether he may work is another, his sessions end, and with them
/// the files that he asked for.
///
/// # Errors
/// `not-found`, `forbidden`, `bad-request` for a blank name, `nothing-changes`.
pub async fn change(state: &AppState, by: &User, id: UserId, wanted: WantedChange) -> Outcome<User> {
    let mut tx = state.store.write().await?;
    journal::lock(&mut tx).await?;
    let (before, territory) = kept(&mut tx, by, id).await?;
    let WantedChange { name, role, org_unit, language, active } = wanted;
    let name = name.trim().to_owned();
    if name.is_empty() {
        return Err(refused(users::UserError::Blank));
    }
    let after = User { id, login: before.login.clone(), org_unit, role, name, language, active };
    if after == before {
        return Err(ProblemCode::NothingChanges.into());
    }
    let rights = |of: &User| (of.role, of.org_unit, of.active);
    let others = rights(&after) != rights(&before);
    if others {
        if id == by.id {
            return Err(Refusal::because(ProblemCode::Forbidden, "nobody changes his own rights"));
        }
        policy::may(by, Right::People, Some(org_unit), &territory).map_err(forbidden)?;
        may_make(by, role, &territory)?;
    }
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    users::set(&mut tx, now, chance, after.clone(), Some(by.id)).await.map_err(refused)?;
    if others {
        end_sessions(&mut tx, id).await?;
        export::end_all(&mut tx, id, now).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Forgets the second factor of somebody who lost it; his sessions end, and he sets up another when he signs in.
///
/// # Errors
/// `not-found`, `forbidden`, `nothing-changes` where he has none.
pub async fn forget_second_factor(state: &AppState, by: &User, id: UserId) -> Outcome<()> {
    let mut tx = state.store.write().await?;
    journal::lock(&mut tx).await?;
    kept(&mut tx, by, id).await?;
    if id == by.id {
        return Err(Refusal::because(ProblemCode::Forbidden, "nobody takes away his own second factor"));
    }
    let sql = "select user_id from user_secret where user_id = $1 and totp is not null";
    opt!(&mut tx, (UserId,), sql, id).await?.ok_or(ProblemCode::NothingChanges)?;
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    second_factor::set(&mut tx, now, chance, id, None, Some(by.id)).await?;
    end_sessions(&mut tx, id).await?;
    Ok(tx.commit().await?)
}

/// The user, if `by` keeps him as he stands.
async fn kept(tx: &mut Tx, by: &User, id: UserId) -> Outcome<(User, Territory)> {
    let sql = "select id, org_unit, login, role, name, language, active from app_user where id = $1";
    let user = opt!(tx, User, sql, id).await?.ok_or(ProblemCode::NotFound)?;
    let territory = Territory::read(tx).await?;
    policy::may(by, Right::People, Some(user.org_unit), &territory).map_err(forbidden)?;
    may_make(by, user.role, &territory)?;
    Ok((user, territory))
}

fn forbidden(why: NotAllowed) -> Refusal {
    Refusal::because(ProblemCode::Forbidden, why.to_string())
}
