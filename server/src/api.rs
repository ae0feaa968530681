//! The device API: thin handlers between the router and the rules. A handler reads the request, calls one verb and
//! shapes its answer; it sees no SQL, and the verbs see no HTTP.

pub mod body;
pub mod carrier;
pub mod device;
pub mod front;
pub mod health;
pub mod media;
pub mod office;
pub mod problem;
pub mod records;
