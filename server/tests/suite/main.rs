//! The server's suite. Whatever touches the store runs on both engines.

#![expect(clippy::unwrap_used, reason = "a test that meets an error should stop right there")]
#![expect(clippy::disallowed_methods, reason = "some tests say how long something took")]

mod bad_input;
mod check;
mod custody;
mod door;
mod engines;
mod findings;
mod golden;
mod groups;
mod house;
mod import;
mod intake;
mod journal;
mod keep;
mod office;
mod phones;
mod pull;
mod schema;
mod signer;
mod stores;
mod twins;
