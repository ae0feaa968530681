//! What the phone and the central store must agree on.
//!
//! Domain types, rules and the signed formats of `docs/formats.md`. Nothing here does I/O, reads a clock or draws
//! random numbers: time and chance are arguments. The optional features only derive codecs (`sqlx`) and API schemas
//! (`openapi`) for types that live here.

pub mod app_version;
pub mod assessment;
pub mod calendar;
pub mod case;
pub mod check;
pub mod cms;
pub mod consent;
pub mod cursor;
pub mod deadline;
pub mod enrol;
pub mod evidence;
pub mod exchange;
pub mod finding;
pub mod hash;
pub mod ids;
pub mod iin;
pub mod journal;
pub mod jws;
pub mod kato;
pub mod locale;
pub mod merkle;
pub mod monitoring;
pub mod order;
pub mod packed;
pub mod pin_reset;
pub mod plan;
pub mod plan_state;
pub mod problem;
pub mod pulled;
pub mod quarter;
pub mod reason;
pub mod receipt;
pub mod record;
pub mod report;
pub mod retention;
pub mod roadmap;
pub mod rule;
pub mod service;
pub mod text_enum;
pub mod time;
pub mod wire;
