//! The lock of the screens: a PIN, and a lease on being without contact.
//!
//! The PIN keeps a passer-by from the screens and is exactly that: the keys of the phone do not hang on it, sending
//! goes on while it is locked, and no number of wrong tries deletes anything. Tries and delays are rows, so that
//! switching the phone off and on gains nothing.

use argon2::{Argon2, PasswordHasher as _, PasswordVerifier as _, password_hash::phc::PasswordHash};
use chrono::TimeDelta;
use kandas_shared::ids::DeviceId;
use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{
    Face,
    call::{Problem, ProblemWord, Request},
    view::{Lease, LockView, PhoneView, PinAnswer, PinResetView, Topic},
};
use crate::{
    app::AppError,
    pin_reset,
    store::{StoreError, event, home},
    today,
};

/// Wrong tries in a row that cost no wait.
const FREE_TRIES: u32 = 5;
/// The first wait; each further wrong try doubles it.
const FIRST_WAIT_MS: u64 = 30_000;
/// No wait is longer: whoever has forgotten the PIN needs the supervisor, not patience.
const LONGEST_WAIT_MS: u64 = 60 * 60 * 1_000;

/// Wrong tries, as a row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Tries {
    wrong: u32,
    /// The boot in which the wait began, and the milliseconds of it until which it lasts.
    boot: String,
    until_ms: u64,
}

fn wait_after(wrong: u32) -> u64 {
    match wrong.checked_sub(FREE_TRIES) {
        None => 0,
        Some(more) => FIRST_WAIT_MS.saturating_mul(1 << more.min(20)).min(LONGEST_WAIT_MS),
    }
}

impl Tries {
    /// What is still to wait. In another boot than the one in which the wait began, all of it is.
    fn wait_ms(&self, boot: &str, ms: u64) -> u64 {
        let whole = wait_after(self.wrong);
        match !boot.is_empty() && boot == self.boot {
            true => self.until_ms.saturating_sub(ms).min(whole),
            false => whole,
        }
    }
}

impl Face {
    /// Whether a call may be answered now.
    pub(super) async fn let_through(&self, request: &Request) -> Result<(), Problem> {
        let always = matches!(
            request,
            Request::Phone
                | Request::SetLanguage { .. }
                | Request::SetTheme { .. }
                | Request::Unlock { .. }
                | Request::BeginPinReset
                | Request::ResetPin { .. }
                | Request::SendDiagnostics
                | Request::Lock
                | Request::Diagnostics { .. }
                | Request::Sync
                | Request::SyncNow
                | Request::PauseSync { .. }
                | Request::SetMetered { .. }
                | Request::SendVideoNow
        );
        if always {
            return Ok(());
        }
        self.must_be_open().await?;
        let before_enrolment =
            matches!(request, Request::Enrol { .. } | Request::EnrolTyped { .. } | Request::SetPin { .. });
        let mut conn = self.app().store().conn().await?;
        if !before_enrolment && home::get::<DeviceId>(&mut conn, home::DEVICE).await?.is_none() {
            return Err(Problem::new(ProblemWord::NotEnrolled, "this phone is not enrolled"));
        }
        Ok(())
    }

    /// Neither locked nor too long without contact.
    pub(super) async fn must_be_open(&self) -> Result<(), Problem> {
        let mut conn = self.app().store().conn().await?;
        if home::text(&mut conn, home::WIPED).await?.is_some() {
            // Nothing is left to keep from anybody, and the PIN was another worker's.
            return Ok(());
        }
        drop(conn);
        let lock = self.lock_view().await?;
        if lock.locked {
            return Err(Problem::new(ProblemWord::Locked, "the PIN is asked for"));
        }
        if self.lease().await?.over {
            return Err(Problem::new(ProblemWord::LeaseOver, "too long without contact to the centre"));
        }
        Ok(())
    }

    /// Where the lock stands.
    pub(super) async fn lock_view(&self) -> Result<LockView, Problem> {
        let mut conn = self.app().store().conn().await?;
        let has_pin = home::text(&mut conn, home::PIN).await?.is_some();
        let tries = tries(&mut conn).await?;
        let (boot, ms) = self.app().platform().clock.boot();
        let wait_ms = tries.wait_ms(&boot, ms);
        if wait_ms > 0 && tries.boot != boot {
            // Switched off and on: the wait begins anew and can be waited out in this boot.
            let begun = Tries { wrong: tries.wrong, boot, until_ms: ms.saturating_add(wait_ms) };
            set_tries(&mut conn, &begun).await?;
        }
        let after_minutes = home::settings(&mut conn).await?.lock_minutes;
        let locked = has_pin && !self.session().unlocked;
        Ok(LockView { has_pin, locked, wrong: tries.wrong, wait_ms, after_minutes })
    }

    /// The lease, by what the phone knows of the time.
    pub(super) async fn lease(&self) -> Result<Lease, Problem> {
        let mut conn = self.app().store().conn().await?;
        let days = home::settings(&mut conn).await?.lease_days;
        let Some(signed) = home::signed_time(&mut conn).await? else {
            return Ok(Lease { last_contact: None, days, days_left: None, over: false });
        };
        let now = today::moment(&mut conn, &*self.app().platform().clock).await?;
        let left = signed.time + TimeDelta::days(i64::from(days)) - now;
        Ok(Lease {
            last_contact: Some(signed.time),
            days,
            days_left: Some(left.num_days().max(0)),
            over: left < TimeDelta::zero(),
        })
    }

    pub(super) async fn lock(&self) -> Result<PhoneView, Problem> {
        self.session().unlocked = false;
        self.changed(&[Topic::Phone]);
        self.phone().await
    }

    pub(super) async fn unlock(&self, pin: String) -> Result<PinAnswer, Problem> {
        let right = self.try_pin(pin).await?;
        if right {
            let mut conn = self.app().store().conn().await?;
            pin_reset::close(&mut conn).await?;
            drop(conn);
            self.session().unlocked = true;
            self.changed(&[Topic::Phone]);
        }
        Ok(PinAnswer { right, lock: self.lock_view().await? })
    }

    /// Opens the screens because the system has recognised the worker's finger or face. No call of the page leads here:
    /// the shell asks the system and then this. Wrong tries of the PIN stay counted, because the PIN was not shown.
    ///
    /// # Errors
    /// `NotNow` where no PIN was set, since there is nothing to open.
    pub async fn unlock_by_system(&self) -> Result<(), Problem> {
        if !self.lock_view().await?.has_pin {
            return Err(Problem::new(ProblemWord::NotNow, "there is no PIN"));
        }
        let mut tx = self.app().store().begin().await?;
        event::add(&mut tx, self.wall(), "unlocked_by_system", None, None).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.session().unlocked = true;
        self.changed(&[Topic::Phone]);
        Ok(())
    }

    pub(super) async fn set_pin(&self, pin: String, present: Option<String>) -> Result<PinAnswer, Problem> {
        must_be_pin(&pin)?;
        if self.lock_view().await?.has_pin && !self.try_pin(present.unwrap_or_default()).await? {
            return Ok(PinAnswer { right: false, lock: self.lock_view().await? });
        }
        self.keep_pin(pin, "pin_set").await
    }

    async fn keep_pin(&self, pin: String, how: &str) -> Result<PinAnswer, Problem> {
        let salt: [u8; 16] = self.app().platform().chance.bytes();
        let hash = blocking(move || hash(&pin, salt)).await??;
        let mut tx = self.app().store().begin().await?;
        home::set(&mut tx, home::PIN, hash).await?;
        home::unset(&mut tx, home::PIN_TRIES).await?;
        pin_reset::close(&mut tx).await?;
        event::add(&mut tx, self.wall(), how, None, None).await?;
        tx.commit().await.map_err(StoreError::from)?;
        self.session().unlocked = true;
        self.changed(&[Topic::Phone]);
        Ok(PinAnswer { right: true, lock: self.lock_view().await? })
    }

    /// The number to read to a supervisor, and whether the centre has let the worker in already.
    pub(super) async fn begin_pin_reset(&self) -> Result<PinResetView, Problem> {
        let lock = self.lock_view().await?;
        if !lock.has_pin {
            return Err(Problem::new(ProblemWord::NotNow, "there is no PIN"));
        }
        let mut tx = self.app().store().begin().await?;
        let open = pin_reset::open(&mut tx, &*self.app().platform().chance).await?;
        tx.commit().await.map_err(StoreError::from)?;
        Ok(PinResetView {
            granted: open.as_ref().is_some_and(|open| open.granted),
            challenge: open.map(|open| open.challenge),
            lock,
        })
    }

    /// A new PIN for a supervisor's code. Wrong codes wait like wrong PINs do.
    pub(super) async fn reset_pin(&self, code: String, pin: String) -> Result<PinAnswer, Problem> {
        must_be_pin(&pin)?;
        let (boot, ms) = self.app().platform().clock.boot();
        let mut tx = self.app().store().begin().await?;
        let Some(device) = home::get::<DeviceId>(&mut tx, home::DEVICE).await? else {
            return Err(Problem::new(ProblemWord::NotEnrolled, "this phone is not enrolled"));
        };
        let tries = tries(&mut tx).await?;
        if tries.wait_ms(&boot, ms) > 0 {
            return Ok(PinAnswer { right: false, lock: self.lock_view().await? });
        }
        let right = pin_reset::try_code(&mut tx, &*self.app().platform().chance, device, &code).await?;
        if !right {
            // Counted before anything is answered: ending the process gains nothing.
            let wrong = tries.wrong.saturating_add(1);
            let until_ms = ms.saturating_add(wait_after(wrong));
            set_tries(&mut tx, &Tries { wrong, boot, until_ms }).await?;
            event::add(&mut tx, self.wall(), "pin_reset_wrong", None, Some(&wrong.to_string())).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        match right {
            true => self.keep_pin(pin, "pin_reset").await,
            false => Ok(PinAnswer { right, lock: self.lock_view().await? }),
        }
    }

    /// Whether this is the PIN. The try is a row before it is judged: ending the process in between gains nothing.
    async fn try_pin(&self, pin: String) -> Result<bool, Problem> {
        let (boot, ms) = self.app().platform().clock.boot();
        let mut tx = self.app().store().begin().await?;
        let Some(known) = home::text(&mut tx, home::PIN).await? else {
            return Err(Problem::new(ProblemWord::NotNow, "there is no PIN"));
        };
        let tries = tries(&mut tx).await?;
        if tries.wait_ms(&boot, ms) > 0 {
            return Ok(false);
        }
        let wrong = tries.wrong.saturating_add(1);
        let until_ms = ms.saturating_add(wait_after(wrong));
        set_tries(&mut tx, &Tries { wrong, boot, until_ms }).await?;
        tx.commit().await.map_err(StoreError::from)?;
        let right = blocking(move || is_right(&pin, &known)).await??;
        let mut tx = self.app().store().begin().await?;
        if right {
            home::unset(&mut tx, home::PIN_TRIES).await?;
        } else {
            event::add(&mut tx, self.wall(), "pin_wrong", None, Some(&wrong.to_string())).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
        Ok(right)
    }
}

fn must_be_pin(pin: &str) -> Result<(), Problem> {
    if (4..=12).contains(&pin.len()) && pin.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(());
    }
    Err(Problem::new(ProblemWord::BadRequest, "a PIN has 4 to 12 digits"))
}

async fn tries(conn: &mut SqliteConnection) -> Result<Tries, StoreError> {
    match home::text(conn, home::PIN_TRIES).await? {
        Some(text) => crate::store::json(home::PIN_TRIES, &text),
        None => Ok(Tries::default()),
    }
}

async fn set_tries(conn: &mut SqliteConnection, tries: &Tries) -> Result<(), StoreError> {
    home::set(conn, home::PIN_TRIES, crate::store::to_json(home::PIN_TRIES, tries)?).await
}

/// argon2 takes 19 MiB and some tens of milliseconds; never on the async threads.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(|error| AppError::from(error).into())
}

fn hash(pin: &str, salt: [u8; 16]) -> Result<String, Problem> {
    let hashed = Argon2::default().hash_password_with_salt(pin.as_bytes(), &salt);
    hashed.map(|hash| hash.to_string()).map_err(|error| Problem::fault(&error))
}

fn is_right(pin: &str, known: &str) -> Result<bool, Problem> {
    let known = PasswordHash::new(known).map_err(|error| Problem::fault(&error))?;
    match Argon2::default().verify_password(pin.as_bytes(), &known) {
        Ok(()) => Ok(true),
        Err(argon2::password_hash::Error::PasswordInvalid) => Ok(false),
        Err(error) => Err(Problem::fault(&error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_and_survive_a_restart() {
        assert_eq!([0, 4, 5, 6, 7, 30].map(wait_after), [0, 0, 30_000, 60_000, 120_000, LONGEST_WAIT_MS]);
        let tries = Tries { wrong: 6, boot: "a".into(), until_ms: 100_000 };
        assert_eq!(tries.wait_ms("a", 40_000), 60_000);
        assert_eq!(tries.wait_ms("a", 100_000), 0);
        assert_eq!(tries.wait_ms("b", 5_000), 60_000, "another boot: the whole wait again");
        assert_eq!(tries.wait_ms("", 100_000), 60_000, "a boot without a name is never the same");
    }

    #[test]
    fn a_pin_is_known_by_its_hash_alone() {
        let known = hash("2580", [7; 16]).unwrap();
        assert!(known.starts_with("$argon2id$") && !known.contains("2580"));
        assert_eq!(is_right("2580", &known), Ok(true));
        assert_eq!(is_right("2581", &known), Ok(false));
        assert!(is_right("2580", "not a hash").is_err());
    }
}
