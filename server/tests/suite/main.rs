//! The server's suite. Whatever touches the store runs on both engines.

mod door;
mod engines;
mod golden;
mod house;
mod import;
mod intake;
mod journal;
mod keep;
mod phones;
mod pull;
mod schema;
mod stores;
