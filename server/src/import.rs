//! Import.
pub mod check;
pub mod document;
pub mod fields;
