//! The office API: thin handlers for the dashboard. Each says first what it asks for ([`seat::Seat::allow`]), notes the
//! reading of a case in the access log, and only then shows anything. Its description is at `/api/openapi.json`.

pub mod assessments;
pub mod audit;
pub mod cases;
pub mod deadlines;
pub mod evidence;
pub mod exchange;
pub mod exports;
pub mod families;
pub mod fleet;
pub mod held;
pub mod live;
pub mod map;
pub mod monitoring;
pub mod page;
pub mod people;
pub mod phones;
pub mod plans;
pub mod reasons;
pub mod reference;
pub mod reports;
pub mod retention;
pub mod review;
pub mod road_maps;
pub mod search;
pub mod seat;
pub mod session;
pub mod signing;
pub mod units;
