//! The readers that are fuzzed. The same files are part of the test suites of server and app, where proptest drives them.

#[cfg(feature = "app")]
pub mod app;
#[cfg(feature = "server")]
pub mod server;
pub mod shared;
