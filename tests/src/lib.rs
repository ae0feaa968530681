//! The whole system under test lives in this crate's integration tests; this library holds only the test of the
//! arrows: who may import whom (ARCHITECTURE.md).

#[cfg(test)]
mod arrows;
