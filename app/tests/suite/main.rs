//! The phone's core from the outside: homes in temporary folders, clock and chance handed in.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should stop right there")]

mod bad_input;
mod bridge;
mod bundle;
mod capture;
#[cfg(feature = "sqlcipher")]
mod cipher;
mod crash;
mod delivery;
mod face;
mod recover;
mod seal;
mod store;
mod support;
mod vault;
