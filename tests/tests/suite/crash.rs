//! Crashes: the real programs die by SIGKILL at every point between two durable steps, are started again, and finish.
//! Nothing is lost, nothing doubled, receipts match on both sides, and what was left over is found and said.
//!
//! [`points`] is the list of all places at which they die; a place that is in the sources and not in the list, or the
//! other way round, fails. [`scene`] makes a store and a home once and copies them for every death; [`phone`] and
//! [`server`] let them die. [`power`] is about what a disk forgets when the power goes, [`room`] about a disk that is full or
//! may not be written, [`damage`] about a store file that is broken.

mod damage;
mod phone;
mod points;
mod power;
mod programs;
mod room;
mod scene;
mod server;
