//! The whole system: a real server on either engine, real phones with their own homes, a network that cuts.
//!
//! [`centre`] starts a server, [`worker`] is a worker with a phone; the rest are the stories.

mod centre;
mod delivery;
mod orders;
mod trust;
mod worker;
