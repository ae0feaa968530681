//! The whole system under test lives in this crate's integration tests. This library holds what drives phones and a centre
//! outside of tests: [`month`], a month of work for a demonstration; and the test of the arrows: who may import whom
//! (ARCHITECTURE.md).

pub mod month;

#[cfg(test)]
mod arrows;
