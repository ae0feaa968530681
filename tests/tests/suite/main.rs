//! The whole system: a real server on either engine, real phones with their own homes, a network that cuts.
//!
//! [`centre`] starts a server, [`worker`] is a worker with a phone; [`storm`] tries thousands of bad networks in process;
//! [`crash`] lets the real programs die;
//! the rest are the stories.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should stop right there")]

mod centre;
mod checks;
mod crash;
mod delivery;
mod disasters;
mod face;
mod malformed;
mod media;
mod month;
mod orders;
mod originals;
mod packed;
mod plans;
mod pull;
mod rules;
mod storm;
mod trust;
mod worker;
mod years;
