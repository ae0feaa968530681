//! Crashes: the real programs die by SIGKILL at every point between two durable steps, are started again, and finish.
//! Nothing is lost, nothing doubled, receipts match on both sides, and what was left over is found and said.
//!
//! [`points`] is the list of all places at which they die; a place that is in the sources and not in the list, or the
//! other way round, fails. [`scene`] makes a store and a home once and copies them for every death; [`phone`] and
//! [`server`] let them die.

mod phone;
mod points;
mod programs;
mod scene;
mod server;
