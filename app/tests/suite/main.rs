//! The phone's core from the outside: homes in temporary folders, clock and chance handed in.

mod store;
mod support;
