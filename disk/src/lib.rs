//! Durable steps on files, so that each of them can be tried.
//!
//! What a kill leaves: [`point!`] names a place between two durable steps. In development builds the program ends there
//! by SIGKILL when `KANDAS_DIE_AT` says so; a release build has nothing in its place.
//!
//! What a loss of power leaves: [`steps`] does to files what std does. In development builds a recorder may listen
//! ([`record`]), and [`power`] makes of what it heard every state that a disk may be in after the power went.
//!
//! [`Locked`] is a lock that ends when its owner does.
//!
//! [`replace`] is the one way in which a small file comes to be: whole under its name, or not at all.

mod lock;
mod points;
#[cfg(debug_assertions)]
pub mod power;
#[cfg(debug_assertions)]
pub mod record;
pub mod steps;

use std::{io, path::Path};

pub use lock::Locked;

#[cfg(debug_assertions)]
#[doc(hidden)]
pub use points::pass;

/// A place between two durable steps: in development builds the program dies here when `KANDAS_DIE_AT` names it
/// (`name`, or `name:n` for the n-th time it comes by).
#[macro_export]
macro_rules! point {
    ($name:literal) => {
        #[cfg(debug_assertions)]
        $crate::pass($name);
    };
}

/// Writes a small file of mode 0600 that has its name only when it is whole and durable; what bore the name before is
/// gone then and not earlier.
///
/// # Errors
/// When the disk says no; what bore the name before is still there.
pub fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let fresh = fresh(path);
    let mut file = steps::create(&fresh)?;
    steps::write_all(&mut file, bytes)?;
    point!("file.written");
    steps::sync(&file)?;
    point!("file.synced");
    steps::rename(&fresh, path)?;
    point!("file.renamed");
    steps::sync_parent(path)?;
    point!("file.durable");
    Ok(())
}

/// The name under which [`replace`] writes.
fn fresh(path: &Path) -> std::path::PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".new");
    name.into()
}
