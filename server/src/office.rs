//! The office: people who sign in at a browser, what they may do, and what they look at.
//!
//! Whoever signs in proves a password ([`passwords`]) and, once it is set up, a second factor ([`second_factor`]); the
//! [`session`] that follows is no fact. What somebody may do is one function, [`policy::may`], asked for every door. The
//! verbs here read and decide nothing that another module decides: checks are [`crate::check`]'s, people are
//! [`crate::users`]', phones are [`crate::devices`]'. Every reading of a case is in the access log before it is shown.

pub mod assessment;
pub mod audit;
pub mod bulk;
pub mod case;
pub mod consents;
mod dated;
pub mod deadlines;
pub mod device;
pub mod erasing;
pub mod exchange;
pub mod export;
pub mod family;
pub mod fleet;
pub mod held;
pub mod item;
pub mod lease;
pub mod live;
pub mod map;
pub mod monitoring;
pub mod moves;
pub mod overview;
pub mod paper;
pub mod passwords;
pub mod people;
pub mod plan;
pub mod policy;
pub mod queue;
pub mod reasons;
pub mod records;
pub mod reference;
pub mod report;
pub mod retention;
pub mod road_map;
pub mod rules;
pub mod search;
pub mod second_factor;
pub mod session;
pub mod signing;
pub mod standing;
pub mod terms;
pub mod timeline;
pub mod units;
pub mod verification;
pub mod worker;

use qrcode::{QrCode, render::svg};

use chrono::{DateTime, Utc};
use kandas_shared::pulled::User;

use crate::{
    chance::Chance,
    exec,
    refusal::{Outcome, Refusal},
    store::Store,
};

/// A password set at the command line; the user's sessions end.
///
/// # Errors
/// `password-weak`.
pub async fn set_password(
    store: &Store,
    now: DateTime<Utc>,
    chance: &dyn Chance,
    user: &User,
    password: &str,
) -> Outcome<()> {
    passwords::is_fit(user, password)?;
    let hash = passwords::hash(password.to_owned(), chance).await?;
    let mut tx = store.write().await?;
    passwords::set(&mut tx, now, chance, user.id, hash, None).await?;
    exec!(&mut tx, "delete from office_session where user_id = $1", user.id).await?;
    Ok(tx.commit().await?)
}

/// The QR of a link or an address, as SVG.
///
/// # Errors
/// When it is too long.
pub fn qr_svg(text: &str) -> Outcome<String> {
    let code = QrCode::new(text).map_err(Refusal::fault)?;
    Ok(code.render::<svg::Color<'_>>().min_dimensions(240, 240).build())
}
