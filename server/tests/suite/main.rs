//! The server's suite. Whatever touches the store runs on both engines.

mod engines;
mod intake;
mod journal;
mod phones;
mod stores;
