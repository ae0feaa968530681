//! The device API, driven through the router in process, and over a real loopback connection where a cut matters.

mod bundle;
mod enrolment;
mod problems;
mod records;
mod served;
mod small;
mod token;
mod twice;
mod upload;
mod wire;

pub mod centre;
