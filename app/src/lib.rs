//! The field worker's core: a completion is recorded without any network and can never be lost.
//!
//! [`app::App`] holds handles only: store (rows), vault (encrypted camera files), platform (clock, chance, keys). The
//! verbs live in their own files: [`draft`] and [`capture`] gather, [`seal`] signs into the [`chain`], [`ledger`] tells
//! what has become of everything, [`startup`] puts in order what a crash left, [`bundle`] lets unsent work leave by
//! cable, [`sync`] talks to the central store.
//!
//! Arrows: verbs and sync import store, vault and platform; those import nothing of this crate.

pub mod app;
pub mod platform;
pub mod startup;
pub mod store;
pub mod sync;
pub mod vault;
