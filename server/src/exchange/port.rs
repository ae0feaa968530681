//! Who carries files to a state system and back.

use std::io;

/// Where a file goes that was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// Everything in it was taken.
    Done,
    /// Something in it is kept aside.
    Aside,
}

/// Carries whole files, by name. What is said to be put is durable; what is read stays until it is settled.
pub trait Port: Send + Sync {
    /// What it is called.
    fn name(&self) -> &'static str;

    /// Puts a file out whole; one of the same name is replaced.
    ///
    /// # Errors
    /// When it cannot be made durable.
    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()>;

    /// Names of files that came, in their order.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn waiting(&self) -> io::Result<Vec<String>>;

    /// Takes a file that came out of the other side's reach, under a name of its own with `tag` in it; gives that name. What is put
    /// under the old name afterwards is another file.
    ///
    /// # Errors
    /// When it cannot be claimed, or is not there any more.
    fn claim(&self, name: &str, tag: &str) -> io::Result<String>;

    /// Names of files that were claimed and not put away, in their order.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn claimed(&self) -> io::Result<Vec<String>>;

    /// A file that was claimed.
    ///
    /// # Errors
    /// When it cannot be read.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// Puts a claimed file away that was looked at. It is not there any more then, and never overwrites another one.
    ///
    /// # Errors
    /// When it cannot be put away.
    fn settle(&self, name: &str, to: To) -> io::Result<()>;

    /// A file that was kept aside, found by what it is.
    ///
    /// # Errors
    /// When it cannot be read, or is not there any more.
    fn kept(&self, is: &dyn Fn(&[u8]) -> bool) -> io::Result<Vec<u8>>;
}
