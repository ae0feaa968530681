//! The field worker's core: a completion is recorded without any network and can never be lost.
//!
//! [`app::App`] holds handles only: store (rows), vault (encrypted camera files), platform (clock, chance, keys). The
//! verbs live in their own files: [`family`] reads what the centre has told, [`draft`] and [`capture`] gather, [`seal`]
//! signs into the [`chain`], [`ledger`] tells what has become of everything, [`startup`] puts in order what a crash
//! left, [`recover`] opens a home whose keystore forgot its key, [`bundle`] lets unsent work leave by cable, [`room`] frees
//! what was delivered long ago, [`today`] is the civil day, [`sync`] talks to the
//! central store. [`face`] is all of it as screens ask for it and are told.
//!
//! Arrows: verbs and sync import store, vault and platform; those import nothing of this crate.

pub mod app;
pub mod bundle;
pub mod capture;
pub mod chain;
pub mod draft;
pub mod face;
pub mod family;
pub mod ledger;
pub mod media;
pub mod pin_reset;
pub mod platform;
pub mod recover;
mod rescue;
pub mod room;
pub mod seal;
pub mod startup;
pub mod store;
pub mod sync;
pub mod today;
pub mod vault;
