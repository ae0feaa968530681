//! Users as the command line knows them: add, list, deactivate. Each change is a fact.

use chrono::{DateTime, Utc};
use kandas_shared::{
    ids::{OrgUnitId, UserId},
    journal::{Author, AuthorKind},
    locale::Lang,
    pulled::{Role, User},
};

use crate::{
    all,
    chance::{self, Chance},
    facts::Event,
    journal::{self, Fact, JournalError},
    opt,
    store::{StoreError, Tx},
};

/// What a new user needs.
#[derive(Clone, Debug)]
pub struct NewUser {
    /// Log-in name.
    pub login: String,
    /// Name as shown.
    pub name: String,
    /// What the user may do.
    pub role: Role,
    /// Where the user works.
    pub org_unit: OrgUnitId,
    /// Language of screens.
    pub language: Lang,
}

/// Why a user was not changed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    /// Somebody else has it.
    #[error("the log-in name is taken")]
    LoginTaken,
    /// Log-in or name is blank.
    #[error("log-in and name may not be blank")]
    Blank,
    /// No such organisation.
    #[error("there is no organisation {0}")]
    UnknownOrgUnit(OrgUnitId),
    /// No such user.
    #[error("there is no user with this log-in name")]
    Unknown,
    /// See [`JournalError`].
    #[error(transparent)]
    Journal(#[from] JournalError),
    /// See [`StoreError`].
    #[error(transparent)]
    Store(#[from] StoreError),
}

const COLUMNS: &str = "id, org_unit, login, role, name, language, active";

/// Adds a user; `by` is who does, none from the command line.
///
/// # Errors
/// See [`UserError`].
pub async fn add(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    new: NewUser,
    by: Option<UserId>,
) -> Result<User, UserError> {
    let (login, name) = (new.login.trim().to_owned(), new.name.trim().to_owned());
    if login.is_empty() || name.is_empty() {
        return Err(UserError::Blank);
    }
    journal::lock(tx).await?;
    if list(tx).await?.iter().any(|user| user.login.to_lowercase() == login.to_lowercase()) {
        return Err(UserError::LoginTaken);
    }
    if opt!(tx, (OrgUnitId,), "select id from org_unit where id = $1", new.org_unit).await?.is_none() {
        return Err(UserError::UnknownOrgUnit(new.org_unit));
    }
    let id = UserId::draw(now, chance::bytes(chance));
    let user = User {
        id,
        org_unit: new.org_unit,
        login,
        role: new.role,
        name,
        language: new.language,
        active: true,
    };
    set(tx, now, chance, user.clone(), by).await?;
    Ok(user)
}

/// All users, by log-in name.
///
/// # Errors
/// When the database does not answer.
pub async fn list(tx: &mut Tx) -> Result<Vec<User>, StoreError> {
    all!(tx, User, sqlx::AssertSqlSafe(format!("select {COLUMNS} from app_user order by login"))).await
}

/// The user with a log-in name, case aside.
///
/// # Errors
/// [`UserError::Unknown`].
pub async fn find(tx: &mut Tx, login: &str) -> Result<User, UserError> {
    let wanted = login.trim().to_lowercase();
    let all = list(tx).await?;
    all.into_iter().find(|user| user.login.to_lowercase() == wanted).ok_or(UserError::Unknown)
}

/// The user may no longer work. What was recorded stays, and the user's phones are a matter of their own.
///
/// # Errors
/// [`UserError::Unknown`].
pub async fn deactivate(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    login: &str,
    by: Option<UserId>,
) -> Result<User, UserError> {
    journal::lock(tx).await?;
    let mut user = find(tx, login).await?;
    if user.active {
        user.active = false;
        set(tx, now, chance, user.clone(), by).await?;
    }
    Ok(user)
}

/// States a user anew; whoever asks holds the journal's lock and has looked at everything.
///
/// # Errors
/// When the journal cannot be written.
pub(crate) async fn set(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    user: User,
    by: Option<UserId>,
) -> Result<(), UserError> {
    let author = by.map_or(Author::SYSTEM, |by| Author { kind: AuthorKind::User, id: Some(by.0) });
    let fact = Fact { author, ..Fact::by_system(Event::UserSet(user)) };
    journal::append(tx, chance, now, vec![fact]).await?;
    Ok(())
}
