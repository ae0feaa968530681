//! What goes wrong once in a year: a back-up is restored, a phone is copied, a key is lost, a clock is set, an order to
//! wipe meets unsent work. Each ends with everything in one place, once, or with both sides saying what is nowhere.

mod behind;
mod clocks;
mod copies;
pub mod family;
mod golden;
mod keys;
mod limits;
mod orders;
mod restored;
