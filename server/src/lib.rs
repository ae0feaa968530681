//! The central store of Kandas Field: device API, journal, rules, evidence.

pub mod clock;
pub mod config;
pub mod import;
pub mod keys;
pub mod logging;
