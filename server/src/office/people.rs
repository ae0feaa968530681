//! Users and phones as an administrator keeps them. No case data: names of users, states of phones.

pub mod changing;

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    ids::{DeviceId, OrgUnitId, UserId},
    locale::Lang,
    problem::ProblemCode,
    pulled::{OrgUnit, Role, User},
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{
    device::{self, LINE, Line},
    passwords, policy,
};
use crate::{
    all, among,
    apply::words,
    check::policy::Territory,
    devices, exec, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{StoreError, Tx},
    users::{self, NewUser, UserError},
};

/// How long a code for a phone is good.
pub const CODE_LIFE: TimeDelta = TimeDelta::hours(72);

/// A user in the list.
#[derive(Clone, Debug, Serialize, ToSchema, sqlx::FromRow)]
#[schema(as = UserListed)]
pub struct Listed {
    /// His id.
    pub id: UserId,
    /// Where he works.
    pub org_unit: OrgUnitId,
    /// Log-in name.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Language of screens.
    pub language: Lang,
    /// Whether he may work.
    pub active: bool,
    /// Whether he has a password for this dashboard.
    pub has_password: bool,
    /// Whether he has a second factor.
    pub has_second_factor: bool,
}

/// Most users and most phones of a page.
pub const MOST: usize = 100;

/// What of the users and phones is wanted.
#[derive(Clone, Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Part of a user's name or log-in name, letters that a keyboard lacks aside; of phones, of their workers'.
    #[serde(default)]
    pub q: String,
    /// Where the page of users before ended: the next page of users, and no phones.
    #[serde(default)]
    pub users_after: Option<UserId>,
    /// Where the page of phones before ended: the next page of phones, and no users.
    #[serde(default)]
    pub phones_after: Option<DeviceId>,
}

/// Users and phones of the units that are covered, page by page.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct People {
    /// The units.
    pub units: Vec<OrgUnit>,
    /// The users, by name.
    pub users: Vec<Listed>,
    /// How many there are.
    pub users_total: usize,
    /// Where the next page begins; absent with the last one.
    pub users_next: Option<UserId>,
    /// Their phones, the newest first.
    pub phones: Vec<Line>,
    /// How many there are.
    pub phones_total: usize,
    /// Where the next page begins; absent with the last one.
    pub phones_next: Option<DeviceId>,
}

/// The ids of a page out of all, in their order, how many there are, and where the next begins.
fn page<Id: Copy + PartialEq>(all: &[Id], after: Option<Id>, skipped: bool) -> (Vec<(Id,)>, Option<Id>) {
    if skipped {
        return (Vec::new(), None);
    }
    // Somebody who is not there any more was the last of his page: it begins anew.
    let from = after.and_then(|after| all.iter().position(|id| *id == after)).map_or(0, |at| at + 1);
    let rest = all.get(from..).unwrap_or_default();
    let shown: Vec<(Id,)> = rest.iter().take(MOST).map(|id| (*id,)).collect();
    let next = shown.last().filter(|_| rest.len() > MOST).map(|(id,)| *id);
    (shown, next)
}

/// What a new user needs.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[schema(as = UserWanted)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    /// Log-in name, unique.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// What he may do.
    pub role: Role,
    /// Where he works.
    pub org_unit: OrgUnitId,
    /// Language of screens.
    pub language: Lang,
}

/// A code with which a worker enrols a phone.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Invitation {
    /// To be typed.
    pub code: String,
    /// To be scanned, where the server knows its public address.
    pub link: Option<String>,
    /// The QR of the link, as SVG.
    pub qr: Option<String>,
    /// What the phone must show before the worker goes on.
    pub fingerprint: String,
    /// Until when it is good.
    pub expires_at: DateTime<Utc>,
}

const LISTED: &str = "select u.id, u.org_unit, u.login, u.name, u.role, u.language, u.active,
    k.password is not null as has_password, k.totp is not null as has_second_factor
    from app_user u left join user_secret k on k.user_id = u.id";

fn covered(user: &User, territory: &Territory) -> Vec<(OrgUnitId,)> {
    territory.covered(user.org_unit).into_iter().map(|unit| (unit,)).collect()
}

/// All users of the units that are covered, by name.
///
/// # Errors
/// When the database does not answer.
pub async fn users(tx: &mut Tx, user: &User, territory: &Territory) -> Result<Vec<Listed>, StoreError> {
    let sql = format!("{LISTED} where u.org_unit in (");
    let users = among!(tx, Listed, &sql, covered(user, territory), ")").await?;
    Ok(by_name(users))
}

/// All their phones, the newest first.
///
/// # Errors
/// When the database does not answer.
pub async fn phones(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    now: DateTime<Utc>,
) -> Result<Vec<Line>, StoreError> {
    let sql = format!("{LINE} where u.org_unit in (");
    let mut phones = newest_first(among!(tx, Line, &sql, covered(user, territory), ")").await?);
    device::complete(tx, &mut phones, now).await?;
    Ok(phones)
}

fn by_name(mut users: Vec<Listed>) -> Vec<Listed> {
    users.sort_by(|a, b| (&a.name, &a.login, a.id).cmp(&(&b.name, &b.login, b.id)));
    users.dedup_by_key(|user| user.id);
    users
}

fn newest_first(mut phones: Vec<Line>) -> Vec<Line> {
    phones.sort_by_key(|phone| (std::cmp::Reverse(phone.enrolled_at), phone.id));
    phones.dedup_by_key(|phone| phone.id);
    phones
}

/// A page of the users and phones of the units that are covered. Of all of them nothing but what they are found and put
/// in order by is read: a country has some thousands of users.
///
/// # Errors
/// When the database does not answer.
pub async fn list(
    tx: &mut Tx,
    user: &User,
    territory: &Territory,
    asked: &Asked,
    now: DateTime<Utc>,
) -> Result<People, StoreError> {
    let covered = covered(user, territory);
    let q = words::fold(&asked.q);
    let fits = |name: &str, login: &str| {
        q.is_empty() || words::fold(name).contains(&q) || words::fold(login).contains(&q)
    };
    let sql = "select u.name, u.login, u.id from app_user u where u.org_unit in (";
    let mut all = among!(tx, (String, String, UserId), sql, covered, ")").await?;
    all.retain(|(name, login, _)| fits(name, login));
    all.sort_unstable();
    let all: Vec<UserId> = all.into_iter().map(|(_, _, id)| id).collect();
    let (ids, users_next) = page(&all, asked.users_after, asked.phones_after.is_some());
    let sql = format!("{LISTED} where u.id in (");
    let users = by_name(among!(tx, Listed, &sql, ids, ")").await?);
    let users_total = all.len();

    let sql = "select d.enrolled_at, d.id, u.name, u.login from device d join app_user u on u.id = d.worker
        where u.org_unit in (";
    let mut all = among!(tx, (DateTime<Utc>, DeviceId, String, String), sql, covered, ")").await?;
    all.retain(|(_, _, name, login)| fits(name, login));
    all.sort_unstable_by_key(|(at, id, _, _)| (std::cmp::Reverse(*at), *id));
    let all: Vec<DeviceId> = all.into_iter().map(|(_, id, _, _)| id).collect();
    let (ids, phones_next) = page(&all, asked.phones_after, asked.users_after.is_some());
    let sql = format!("{LINE} where d.id in (");
    let mut phones = newest_first(among!(tx, Line, &sql, ids, ")").await?);
    device::complete(tx, &mut phones, now).await?;
    let phones_total = all.len();

    let mut units =
        all!(tx, OrgUnit, "select id, parent, kind, kato, name_kk, name_ru from org_unit").await?;
    units.retain(|unit| covered.contains(&(unit.id,)));
    units.sort_by(|a, b| (&a.name_kk, a.id).cmp(&(&b.name_kk, b.id)));
    Ok(People { units, users, users_total, users_next, phones, phones_total, phones_next })
}

/// Where a user works.
///
/// # Errors
/// When the database does not answer.
pub async fn unit_of(tx: &mut Tx, user: UserId) -> Result<Option<OrgUnitId>, StoreError> {
    Ok(place_of(tx, user).await?.map(|(unit, _)| unit))
}

/// Where a user works, and as what.
///
/// # Errors
/// When the database does not answer.
pub async fn place_of(tx: &mut Tx, user: UserId) -> Result<Option<(OrgUnitId, Role)>, StoreError> {
    opt!(tx, (OrgUnitId, Role), "select org_unit, role from app_user where id = $1", user).await
}

/// Whether `by` may make somebody of this role, or give him a password: whoever sees the whole country is made only by
/// who reaches over all of it. Otherwise a unit's administrator would open every case to himself.
///
/// # Errors
/// `forbidden`.
pub fn may_make(by: &User, role: Role, territory: &Territory) -> Outcome<()> {
    let whole = || policy::is_everywhere(by.role) || territory.covered(by.org_unit) == territory.all();
    if !policy::is_everywhere(role) || whole() {
        return Ok(());
    }
    Err(Refusal::because(ProblemCode::Forbidden, "the role reaches over more units than one's own"))
}

/// Adds a user.
///
/// # Errors
/// When the log-in name is taken or blank, or there is no such unit.
pub async fn add(state: &AppState, wanted: Wanted, by: UserId) -> Outcome<User> {
    let Wanted { login, name, role, org_unit, language } = wanted;
    let new = NewUser { login, name, role, org_unit, language };
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    let mut tx = state.store.write().await?;
    let user = users::add(&mut tx, now, chance, new, Some(by)).await.map_err(refused)?;
    tx.commit().await?;
    Ok(user)
}

/// The user may no longer work; his sessions end.
///
/// # Errors
/// When there is no such user.
pub async fn deactivate(state: &AppState, user: UserId, by: UserId) -> Outcome<()> {
    let mut tx = state.store.write().await?;
    let login = login_of(&mut tx, user).await?;
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    users::deactivate(&mut tx, now, chance, &login, Some(by)).await.map_err(refused)?;
    end_sessions(&mut tx, user).await?;
    Ok(tx.commit().await?)
}

/// A new password, drawn; it is told once, and his sessions end. His second factor stays.
///
/// # Errors
/// When there is no such user.
pub async fn new_password(state: &AppState, user: UserId, by: UserId) -> Outcome<String> {
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    let password = passwords::drawn(chance);
    let hash = passwords::hash(password.clone(), chance).await?;
    let mut tx = state.store.write().await?;
    login_of(&mut tx, user).await?;
    passwords::set(&mut tx, now, chance, user, hash, Some(by)).await?;
    end_sessions(&mut tx, user).await?;
    tx.commit().await?;
    Ok(password)
}

/// A one-time code for a phone of this worker.
///
/// # Errors
/// When there is no such user, or he may not work.
pub async fn invite(state: &AppState, worker: UserId, by: UserId) -> Outcome<Invitation> {
    let (now, chance) = (state.clock.wall(), state.chance.as_ref());
    let mut tx = state.store.write().await?;
    let login = login_of(&mut tx, worker).await?;
    let code = devices::make_code(&mut tx, now, chance, &login, CODE_LIFE, Some(by)).await;
    let code = code.map_err(|error| match error {
        devices::DeviceError::UserInactive => Refusal::from(ProblemCode::WorkerInactive),
        error => Refusal::fault(error),
    })?;
    tx.commit().await?;
    let link = state
        .config
        .get()
        .map(|config| devices::invitation(config, &state.keys, code.clone(), now).to_link());
    let qr = link.as_deref().map(crate::office::qr_svg).transpose()?;
    let fingerprint = state.keys.public_key().fingerprint();
    Ok(Invitation { code, link, qr, fingerprint, expires_at: now + CODE_LIFE })
}

async fn login_of(tx: &mut Tx, user: UserId) -> Outcome<String> {
    let row = opt!(tx, (String,), "select login from app_user where id = $1", user).await?;
    Ok(row.ok_or(ProblemCode::NotFound)?.0)
}

async fn end_sessions(tx: &mut Tx, user: UserId) -> Result<(), StoreError> {
    exec!(tx, "delete from office_session where user_id = $1", user).await?;
    exec!(tx, "delete from review_lease where holder = $1", user).await?;
    Ok(())
}

fn refused(error: UserError) -> Refusal {
    match error {
        UserError::LoginTaken => ProblemCode::LoginTaken.into(),
        UserError::Blank => Refusal::because(ProblemCode::BadRequest, "log-in and name may not be blank"),
        UserError::UnknownOrgUnit(_) | UserError::Unknown => ProblemCode::NotFound.into(),
        UserError::Journal(error) => error.into(),
        UserError::Store(error) => error.into(),
    }
}
