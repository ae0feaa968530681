//! Placeholder.

pub mod calendar;
pub mod iin;
pub mod kato;
pub mod locale;
pub mod plan_state;
pub mod rule;
pub mod service;
pub mod text_enum;
