//! The central store as one program.

fn main() {}
