//! The places at which a test may let the program die.

#[cfg(debug_assertions)]
mod armed {
    use std::{
        fs::OpenOptions,
        io::Write as _,
        sync::{
            LazyLock,
            atomic::{AtomicU32, Ordering},
        },
    };

    /// What the environment asks for.
    struct Asked {
        name: String,
        nth: u32,
        seen: AtomicU32,
    }

    static ASKED: LazyLock<Option<Asked>> = LazyLock::new(|| {
        let text = std::env::var("KANDAS_DIE_AT").ok()?;
        let (name, nth) = match text.split_once(':') {
            Some((name, nth)) => (name, nth.parse().ok()?),
            None => (text.as_str(), 1),
        };
        Some(Asked { name: name.to_owned(), nth, seen: AtomicU32::new(0) })
    });

    /// Where to write down which places were passed.
    static TRACE: LazyLock<Option<String>> = LazyLock::new(|| std::env::var("KANDAS_POINTS").ok());

    /// The program comes by a place. Ends it there if it was asked to.
    pub fn pass(name: &str) {
        if let Some(path) = &*TRACE
            && let Ok(mut file) = OpenOptions::new().append(true).create(true).open(path)
        {
            // A test that reads too little says so itself.
            let _ = writeln!(file, "{name}");
        }
        let Some(asked) = &*ASKED else { return };
        if asked.name == name && asked.seen.fetch_add(1, Ordering::SeqCst) + 1 == asked.nth {
            let killed =
                rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::KILL);
            unreachable!("a process that killed itself goes on: {killed:?}");
        }
    }
}

#[cfg(debug_assertions)]
pub use armed::pass;
