//! The civil day in UTC+5, by which the order counts. A wall clock may be wrong by years, and a day after its receipt
//! would be held; so the last time the server has signed is asked first, moved on by the clock that counts sleep.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kandas_shared::{calendar::civil_date, time::Clock};
use sqlx::SqliteConnection;

use crate::{
    app::{App, AppError},
    store::{StoreError, home},
};

/// How far a wall clock may be ahead of the last signed time after a restart and still be believed.
const WITHIN_REASON: TimeDelta = TimeDelta::days(366);

impl App {
    /// Today, as well as this phone can know it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn today(&self) -> Result<NaiveDate, AppError> {
        let mut conn = self.store().conn().await?;
        Ok(on(&mut conn, &*self.platform().clock).await?)
    }
}

/// Today by the rows of `conn` and `clock`.
///
/// # Errors
/// When the store fails.
pub async fn on(conn: &mut SqliteConnection, clock: &dyn Clock) -> Result<NaiveDate, StoreError> {
    Ok(civil_date(moment(conn, clock).await?))
}

/// This moment by the rows of `conn` and `clock`.
///
/// # Errors
/// When the store fails.
pub async fn moment(conn: &mut SqliteConnection, clock: &dyn Clock) -> Result<DateTime<Utc>, StoreError> {
    let known = home::signed_time(conn).await?.map(|time| {
        let (boot, _) = clock.boot();
        (time.now(clock), !boot.is_empty() && time.boot == boot)
    });
    Ok(believed(known, clock.wall()))
}

/// `known`: the signed time as it stands now, and whether it is exact (within the boot in which it came).
fn believed(known: Option<(DateTime<Utc>, bool)>, wall: DateTime<Utc>) -> DateTime<Utc> {
    match known {
        None => wall,
        Some((time, true)) => time,
        // After a restart the signed time stands still; the wall clock may go on from it, within reason.
        Some((time, false)) if wall > time && wall - time < WITHIN_REASON => wall,
        Some((time, false)) => time,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_time_goes_before_the_wall_clock() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let (signed, wrong) = (at("2026-11-23T18:30:00Z"), at("2015-01-01T00:00:00Z"));
        assert_eq!(believed(None, wrong), wrong);
        assert_eq!(believed(Some((signed, true)), wrong), signed);
        assert_eq!(believed(Some((signed, false)), wrong), signed, "never before what the server has signed");
        assert_eq!(believed(Some((signed, false)), at("2040-01-01T00:00:00Z")), signed);
        let later = at("2026-11-25T00:00:00Z");
        assert_eq!(believed(Some((signed, false)), later), later);
        assert_eq!(civil_date(signed), NaiveDate::from_ymd_opt(2026, 11, 23).unwrap());
        assert_eq!(civil_date(at("2026-11-23T19:00:00Z")), NaiveDate::from_ymd_opt(2026, 11, 24).unwrap());
    }
}
