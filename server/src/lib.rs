//! The central store of Kandas Field: device API, journal, rules, evidence.

#![expect(
    clippy::redundant_closure_call,
    reason = "among! binds its arguments in a closure to leave it at the first error"
)]

pub mod access;
pub mod api;
pub mod apply;
pub mod assign;
pub mod backup;
pub mod chance;
pub mod changes;
pub mod checkpoints;
pub mod cli;
pub mod clock;
pub mod config;
pub mod devices;
pub mod enrol;
pub mod erase;
pub mod erased_list;
pub mod evidence;
pub mod facts;
pub mod import;
pub mod init;
pub mod intake;
pub mod jobs;
pub mod journal;
pub mod keys;
pub mod limits;
pub mod logging;
pub mod media;
pub mod orders;
pub mod rebuild;
pub mod receipts;
pub mod refusal;
pub mod rotate;
pub mod router;
pub mod scope;
pub mod serve;
pub mod state;
pub mod store;
pub mod tables;
pub mod token;
pub mod users;
pub mod verify;
