//! Passwords: argon2id, set as a fact that holds the hash alone.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use chrono::{DateTime, Utc};
use kandas_shared::{
    ids::UserId,
    journal::{Author, AuthorKind},
    problem::ProblemCode,
    pulled::User,
};
use tokio::sync::Semaphore;

use crate::{
    chance::{self, Chance},
    facts::{Event, PasswordSet},
    journal::{self, Fact, JournalError},
    refusal::{Outcome, Refusal},
    store::Tx,
};

/// Fewest characters.
pub const SHORTEST: usize = 12;
/// Most characters: argon2 reads them all.
pub const LONGEST: usize = 200;

/// argon2 takes 19 MiB and some tens of milliseconds: so many at once, whoever asks.
static TURNS: Semaphore = Semaphore::const_new(2);

/// A hash that no password has: whoever asks for an unknown name waits as long as others.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Whether a password may be chosen by this user: long enough, and not his name.
///
/// # Errors
/// `password-weak`.
pub fn is_fit(user: &User, password: &str) -> Outcome<()> {
    let length = password.chars().count();
    let lower = password.to_lowercase();
    let differing = lower.chars().collect::<std::collections::BTreeSet<_>>().len();
    let weak = length < SHORTEST || differing < 5 || lower.contains(&user.login.to_lowercase());
    if weak || length > LONGEST {
        return Err(ProblemCode::PasswordWeak.into());
    }
    Ok(())
}

/// The hash of a password with fresh salt.
///
/// # Errors
/// When the machine has no memory for it.
pub async fn hash(password: String, chance: &dyn Chance) -> Outcome<String> {
    let salt: [u8; 16] = chance::bytes(chance);
    blocking(move || {
        let hashed = Argon2::default().hash_password_with_salt(password.as_bytes(), &salt);
        hashed.map(|hash| hash.to_string()).map_err(Refusal::fault)
    })
    .await
}

/// Whether it is the password of that hash; without a hash it takes as long and is not.
///
/// # Errors
/// When the stored hash cannot be read.
pub async fn is_right(password: String, known: Option<String>) -> Outcome<bool> {
    blocking(move || {
        let there = known.is_some();
        let known = known.unwrap_or_else(|| NOBODY.to_owned());
        let known = PasswordHash::new(&known).map_err(Refusal::fault)?;
        match Argon2::default().verify_password(password.as_bytes(), &known) {
            Ok(()) => Ok(there),
            Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(Refusal::fault(error)),
        }
    })
    .await
}

/// Sets a hash; `by` is who did it, none from the command line.
///
/// # Errors
/// When the journal cannot be written.
pub async fn set(
    tx: &mut Tx,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    user: UserId,
    hash: String,
    by: Option<UserId>,
) -> Result<(), JournalError> {
    let fact = by_whom(by, Event::PasswordSet(PasswordSet { user, hash }));
    journal::append(tx, chance, now, vec![fact]).await?;
    Ok(())
}

/// A password to be read out: five groups of four, of letters and digits that nobody mixes up; 98 bits.
#[must_use]
pub fn drawn(chance: &dyn Chance) -> String {
    const SIGNS: &[u8; 31] = b"23456789abcdefghjkmnpqrstuvwxyz";
    let mut text = String::new();
    let mut count = 0;
    while count < 20 {
        let [byte] = chance::bytes::<1>(chance);
        // 248 is a multiple of 31: each sign is as likely as another.
        let Some(sign) = (byte < 248).then(|| SIGNS[usize::from(byte % 31)]) else { continue };
        if count > 0 && count % 4 == 0 {
            text.push('-');
        }
        text.push(char::from(sign));
        count += 1;
    }
    text
}

/// A fact by a user, or by the system.
pub(super) fn by_whom(by: Option<UserId>, event: Event) -> Fact {
    match by {
        Some(by) => {
            Fact { author: Author { kind: AuthorKind::User, id: Some(by.0) }, ..Fact::by_system(event) }
        }
        None => Fact::by_system(event),
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Outcome<T> + Send + 'static) -> Outcome<T> {
    let _turn = TURNS.acquire().await.map_err(Refusal::fault)?;
    tokio::task::spawn_blocking(work).await.map_err(Refusal::fault)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chance::SeededChance;

    #[tokio::test]
    async fn a_password_is_known_by_its_hash_alone() {
        let chance = SeededChance::new(1);
        let known = hash("correct horse".into(), &chance).await.unwrap();
        assert!(known.starts_with("$argon2id$") && !known.contains("horse"));
        assert!(is_right("correct horse".into(), Some(known.clone())).await.unwrap());
        assert!(!is_right("correct hors".into(), Some(known)).await.unwrap());
        assert!(!is_right("anything".into(), None).await.unwrap());
        assert!(is_right("x".into(), Some("not a hash".into())).await.is_err());
    }

    #[test]
    fn drawn_passwords_can_be_read_out() {
        let one = drawn(&SeededChance::new(1));
        assert_eq!(one.len(), 24);
        assert_ne!(one, drawn(&SeededChance::new(2)));
    }
}
