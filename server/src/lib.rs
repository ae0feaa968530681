//! The central store of Kandas Field: device API, journal, rules, evidence.

pub mod apply;
pub mod assign;
pub mod chance;
pub mod changes;
pub mod clock;
pub mod config;
pub mod evidence;
pub mod facts;
pub mod import;
pub mod intake;
pub mod journal;
pub mod keys;
pub mod logging;
pub mod scope;
pub mod store;
