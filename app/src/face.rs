//! The face of the core: everything the screens can ask ([`call`]) and what they are told ([`view`]).
//!
//! One table of calls serves the Tauri shell, the bridge and a background worker alike; it knows no HTTP and no Tauri.

pub mod call;
#[cfg(test)]
mod typescript;
pub mod view;
