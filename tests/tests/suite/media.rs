//! Media in the field: films through bad lines, damaged files, and the upload clients of others.

mod alone;
mod damaged;
mod film;
mod peers;
