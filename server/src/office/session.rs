//! Signing in, and the session that follows.
//!
//! A token of 256 random bits, of which the database has the hash; it ends after half an hour without use, after twelve
//! hours in any case, and when its user signs out, changes the password or may no longer work. Wrong tries are counted in
//! the database before a password is looked at, for known and unknown names alike: from the sixth on each waits longer.

use chrono::{DateTime, TimeDelta, Utc};
use kandas_shared::{
    enrol::token_from,
    hash::Digest,
    ids::UserId,
    problem::{Problem, ProblemCode},
    pulled::User,
};

use super::{
    passwords,
    second_factor::{self, Secret},
};
use crate::{
    chance, exec, opt,
    refusal::{Outcome, Refusal},
    state::AppState,
    store::{Store, StoreError, Tx},
    users::{self, UserError},
};

/// A session ends when nobody has used it for so long.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);
/// A session ends after so long.
pub const LIFE: TimeDelta = TimeDelta::hours(12);
/// How exactly it is known when a session was last used.
const TOUCH: TimeDelta = TimeDelta::seconds(60);
/// Wrong tries that cost nothing.
const FREE: i64 = 5;
/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// Wrong tries are forgotten after so long.
const FORGOTTEN: TimeDelta = TimeDelta::days(1);
/// The setting by which the organisation lets its people sign in with a password alone: `optional`.
pub const SECOND_FACTOR: &str = "second_factor";

/// What a session is good for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Everything its user may do.
    Full,
    /// Setting up the second factor, nothing else.
    SecondFactor,
}

impl Stage {
    fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::SecondFactor => "second_factor",
        }
    }
}

/// A session in use.
#[derive(Clone, Debug)]
pub struct Session {
    /// Hash of its token.
    pub hash: Digest,
    /// Who it is.
    pub user: User,
    /// What must come with everything that changes something.
    pub csrf: String,
    /// What it is good for.
    pub stage: Stage,
    /// Whether the user has a second factor.
    pub has_second_factor: bool,
    /// When it ends in any case.
    pub ends_at: DateTime<Utc>,
}

/// What a user proves himself with.
pub struct Proof {
    /// Log-in name.
    pub login: String,
    /// Password.
    pub password: String,
    /// Code of the second factor.
    pub code: Option<String>,
}

/// Signs in; gives the token, which is told once.
///
/// # Errors
/// `sign-in-failed` whatever is wrong, `sign-in-slow` after many wrong tries, `second-factor-needed`.
pub async fn begin(state: &AppState, proof: Proof) -> Outcome<(String, Session)> {
    let now = state.clock.wall();
    let counted = Digest::of(proof.login.trim().to_lowercase().as_bytes());
    count_try(&state.store, counted, now).await?;
    let mut tx = state.store.read().await?;
    let user = match users::find(&mut tx, &proof.login).await {
        Ok(user) => Some(user),
        Err(UserError::Unknown) => None,
        Err(error) => return Err(Refusal::fault(error)),
    };
    let secret = match &user {
        Some(user) => secret_of(&mut tx, user.id).await?,
        None => Secrets::default(),
    };
    let required = is_required(&mut tx).await?;
    drop(tx);
    let right = passwords::is_right(proof.password, secret.password).await?;
    let user = user.filter(|user| right && user.active).ok_or(ProblemCode::SignInFailed)?;
    let mut tx = state.store.write().await?;
    if let Some(sealed) = &secret.totp {
        let code = proof.code.ok_or(ProblemCode::SecondFactorNeeded)?;
        use_code(state, &mut tx, &user, sealed, &code, now).await?;
    }
    exec!(&mut tx, "delete from sign_in_attempt where login = $1", counted).await?;
    let stage = if secret.totp.is_none() && required { Stage::SecondFactor } else { Stage::Full };
    let begun = open(state, &mut tx, user, stage, secret.totp.is_some(), now).await?;
    tx.commit().await?;
    Ok(begun)
}

/// A session of a user who has proved himself.
///
/// # Errors
/// When the database does not answer.
pub async fn open(
    state: &AppState,
    tx: &mut Tx,
    user: User,
    stage: Stage,
    has_second_factor: bool,
    now: DateTime<Utc>,
) -> Outcome<(String, Session)> {
    let token = token_from(chance::bytes(state.chance.as_ref()));
    let csrf = token_from(chance::bytes(state.chance.as_ref()));
    let hash = Digest::of(token.as_bytes());
    let ends_at = now + LIFE;
    exec!(
        tx,
        "insert into office_session (hash, user_id, csrf, stage, pending, made_at, seen_at, ends_at)
         values ($1, $2, $3, $4, null, $5, $5, $6)",
        hash,
        user.id,
        csrf,
        stage.as_str(),
        now,
        ends_at
    )
    .await?;
    Ok((token, Session { hash, user, csrf, stage, has_second_factor, ends_at }))
}

#[derive(sqlx::FromRow)]
struct Row {
    csrf: String,
    stage: String,
    seen_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    totp: bool,
    #[sqlx(flatten)]
    user: User,
}

/// Whose session a token is; it was used just now.
///
/// # Errors
/// `session-over` when there is none (any more).
pub async fn of(store: &Store, token: &str, now: DateTime<Utc>) -> Outcome<Session> {
    let hash = Digest::of(token.as_bytes());
    let mut tx = store.read().await?;
    let sql = "select s.csrf, s.stage, s.seen_at, s.ends_at, k.totp is not null as totp,
        u.id, u.org_unit, u.login, u.role, u.name, u.language, u.active
        from office_session s join app_user u on u.id = s.user_id left join user_secret k on k.user_id = u.id
        where s.hash = $1";
    let row = opt!(&mut tx, Row, sql, hash).await?;
    drop(tx);
    let row = row
        .filter(|row| row.user.active && row.ends_at > now && row.seen_at + IDLE > now)
        .ok_or(ProblemCode::SessionOver)?;
    if row.seen_at + TOUCH <= now {
        let mut tx = store.write_lightly().await?;
        exec!(&mut tx, "update office_session set seen_at = $1 where hash = $2", now, hash).await?;
        tx.commit().await?;
    }
    let stage = if row.stage == Stage::Full.as_str() { Stage::Full } else { Stage::SecondFactor };
    Ok(Session {
        hash,
        user: row.user,
        csrf: row.csrf,
        stage,
        has_second_factor: row.totp,
        ends_at: row.ends_at,
    })
}

/// The user of a session as he is now, if it still stands. That somebody asks is no use of the session: a page that is left
/// open ends it as if it were closed.
///
/// # Errors
/// When the database does not answer.
pub async fn stands(
    store: &Store,
    session: &Session,
    now: DateTime<Utc>,
) -> Result<Option<User>, StoreError> {
    let mut tx = store.read().await?;
    let sql = "select u.id, u.org_unit, u.login, u.role, u.name, u.language, u.active
        from office_session s join app_user u on u.id = s.user_id
        where s.hash = $1 and s.stage = 'full' and s.ends_at > $2 and s.seen_at > $3";
    let user = opt!(&mut tx, User, sql, session.hash, now, now - IDLE).await?;
    Ok(user.filter(|user| user.active))
}

/// Signs out.
///
/// # Errors
/// When the database does not answer.
pub async fn end(store: &Store, session: &Session) -> Result<(), StoreError> {
    let mut tx = store.write().await?;
    exec!(&mut tx, "delete from office_session where hash = $1", session.hash).await?;
    exec!(&mut tx, "delete from review_lease where holder = $1", session.user.id).await?;
    tx.commit().await
}

/// Another password; every other session of the user ends.
///
/// # Errors
/// `sign-in-failed` when the old one is wrong, `password-weak`.
pub async fn change_password(state: &AppState, session: &Session, old: String, new: String) -> Outcome<()> {
    let now = state.clock.wall();
    let counted = Digest::of(session.user.login.to_lowercase().as_bytes());
    count_try(&state.store, counted, now).await?;
    let mut tx = state.store.read().await?;
    let known = secret_of(&mut tx, session.user.id).await?.password;
    drop(tx);
    if !passwords::is_right(old, known).await? {
        return Err(ProblemCode::SignInFailed.into());
    }
    passwords::is_fit(&session.user, &new)?;
    let hash = passwords::hash(new, state.chance.as_ref()).await?;
    let by = session.user.id;
    let mut tx = state.store.write().await?;
    passwords::set(&mut tx, now, state.chance.as_ref(), by, hash, Some(by)).await?;
    exec!(&mut tx, "delete from sign_in_attempt where login = $1", counted).await?;
    let sql = "delete from office_session where user_id = $1 and hash <> $2";
    exec!(&mut tx, sql, by, session.hash).await?;
    Ok(tx.commit().await?)
}

/// The user of a session proves himself once more, before something is signed in his name; says whether a code of the
/// second factor was asked for.
///
/// # Errors
/// `sign-in-failed` whatever is wrong, `sign-in-slow` after many wrong tries, `second-factor-needed`.
pub async fn prove(
    state: &AppState,
    session: &Session,
    password: String,
    code: Option<String>,
) -> Outcome<bool> {
    let (now, user) = (state.clock.wall(), &session.user);
    let counted = Digest::of(user.login.to_lowercase().as_bytes());
    count_try(&state.store, counted, now).await?;
    let mut tx = state.store.read().await?;
    let secret = secret_of(&mut tx, user.id).await?;
    drop(tx);
    if !passwords::is_right(password, secret.password).await? {
        return Err(ProblemCode::SignInFailed.into());
    }
    let mut tx = state.store.write().await?;
    if let Some(sealed) = &secret.totp {
        let code = code.ok_or(ProblemCode::SecondFactorNeeded)?;
        use_code(state, &mut tx, user, sealed, &code, now).await?;
    }
    exec!(&mut tx, "delete from sign_in_attempt where login = $1", counted).await?;
    tx.commit().await?;
    Ok(secret.totp.is_some())
}

/// Begins to set up a second factor: a new secret, that counts once a code of it has come.
///
/// # Errors
/// When the database does not answer.
pub async fn offer_second_factor(state: &AppState, session: &Session) -> Outcome<Secret> {
    if session.has_second_factor {
        return Err(Refusal::because(ProblemCode::Forbidden, "there is a second factor already"));
    }
    let secret = Secret::draw(state.chance.as_ref());
    let sealed = secret.seal(&state.keys, session.user.id, state.chance.as_ref())?;
    let mut tx = state.store.write().await?;
    exec!(&mut tx, "update office_session set pending = $1 where hash = $2", sealed, session.hash).await?;
    tx.commit().await?;
    Ok(secret)
}

/// The second factor counts from now on, and the session is good for everything.
///
/// # Errors
/// `sign-in-failed` when the code is wrong, or none was begun.
pub async fn confirm_second_factor(state: &AppState, session: &Session, code: &str) -> Outcome<()> {
    let now = state.clock.wall();
    let user = &session.user;
    count_try(&state.store, Digest::of(user.login.to_lowercase().as_bytes()), now).await?;
    let mut tx = state.store.write().await?;
    let row =
        opt!(&mut tx, (Option<String>,), "select pending from office_session where hash = $1", session.hash);
    let pending = row.await?.and_then(|(pending,)| pending).ok_or(ProblemCode::SignInFailed)?;
    if secret_of(&mut tx, user.id).await?.totp.is_some() {
        return Err(Refusal::because(ProblemCode::Forbidden, "there is a second factor already"));
    }
    use_code(state, &mut tx, user, &pending, code, now).await?;
    second_factor::set(&mut tx, now, state.chance.as_ref(), user.id, Some(pending), Some(user.id)).await?;
    let sql = "update office_session set pending = null, stage = 'full' where hash = $1";
    exec!(&mut tx, sql, session.hash).await?;
    let sql = "delete from sign_in_attempt where login = $1";
    exec!(&mut tx, sql, Digest::of(user.login.to_lowercase().as_bytes())).await?;
    Ok(tx.commit().await?)
}

/// Forgets sessions that are over, leases that have run out and wrong tries of yesterday.
///
/// # Errors
/// When the database does not answer.
pub async fn expire(state: &AppState) -> Outcome<()> {
    let now = state.clock.wall();
    let mut tx = state.store.write().await?;
    let sql = "delete from office_session where ends_at <= $1 or seen_at <= $2";
    exec!(&mut tx, sql, now, now - IDLE).await?;
    exec!(&mut tx, "delete from review_lease where until <= $1", now).await?;
    exec!(&mut tx, "delete from sign_in_attempt where last_at <= $1", now - FORGOTTEN).await?;
    Ok(tx.commit().await?)
}

async fn use_code(
    state: &AppState,
    tx: &mut Tx,
    user: &User,
    sealed: &str,
    code: &str,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let secret = Secret::open(sealed, &state.keys, user.id)?;
    let step = secret.step_of(code, now).ok_or(ProblemCode::SignInFailed)?;
    if second_factor::use_step(tx, user.id, step).await? {
        Ok(())
    } else {
        Err(ProblemCode::SignInFailed.into())
    }
}

/// How long to wait after so many wrong tries: 10 s, 20 s, 40 s … a quarter of an hour.
fn wait_after(failed: i64) -> TimeDelta {
    if failed < FREE {
        return TimeDelta::zero();
    }
    let doubled = u32::try_from(failed - FREE).unwrap_or(u32::MAX).min(10);
    TimeDelta::seconds(10 << doubled).min(LONGEST_WAIT)
}

/// Counts a try before it is looked at; a right one takes the count away. So many at once count as many.
async fn count_try(store: &Store, counted: Digest, now: DateTime<Utc>) -> Outcome<()> {
    let mut tx = store.write().await?;
    let sql = format!("select failed, last_at from sign_in_attempt where login = $1{}", tx.for_update());
    let row = opt!(&mut tx, (i64, DateTime<Utc>), sqlx::AssertSqlSafe(sql.clone()), counted).await?;
    if let Some((failed, last_at)) = row {
        let wait = last_at + wait_after(failed) - now;
        if wait > TimeDelta::zero() {
            let seconds = u32::try_from(wait.num_seconds() + 1).unwrap_or(u32::MAX);
            let slow = Problem { retry_after_s: Some(seconds), ..Problem::new(ProblemCode::SignInSlow) };
            return Err(Refusal::Told(Box::new(slow)));
        }
    }
    exec!(
        &mut tx,
        "insert into sign_in_attempt (login, failed, last_at) values ($1, 1, $2)
         on conflict (login) do update set failed = sign_in_attempt.failed + 1, last_at = excluded.last_at",
        counted,
        now
    )
    .await?;
    Ok(tx.commit().await?)
}

/// What is known of how a user signs in.
#[derive(Default, sqlx::FromRow)]
struct Secrets {
    password: Option<String>,
    totp: Option<String>,
}

async fn secret_of(tx: &mut Tx, user: UserId) -> Outcome<Secrets> {
    let sql = "select password, totp from user_secret where user_id = $1";
    Ok(opt!(tx, Secrets, sql, user).await?.unwrap_or_default())
}

/// Whether everybody needs a second factor: yes, unless the organisation has said otherwise.
async fn is_required(tx: &mut Tx) -> Outcome<bool> {
    let row = opt!(tx, (String,), "select value from setting where name = $1", SECOND_FACTOR).await?;
    Ok(row.is_none_or(|(value,)| value != "optional"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        assert_eq!(
            [0, 4, 5, 6, 8, 60].map(|failed| wait_after(failed).num_seconds()),
            [0, 0, 10, 20, 80, 900]
        );
    }
}
