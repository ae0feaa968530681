//! A folder with others in it: `out` (files of this centre), `in` (files of the other side), `taking` (those that are looked at now),
//! `done` and `aside` (those that were). A file comes to be by writing another name, syncing and renaming, on both sides.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use kandas_disk::{point, replace, steps};
use kandas_shared::exchange::{MOST_BYTES, has_number};

use super::port::{Port, To};

/// How names of files end that are whole.
const ENDING: &str = ".ndjson";

/// See the module.
#[derive(Clone, Debug)]
pub struct Folder {
    root: PathBuf,
}

impl Folder {
    /// At this place; whether it is there is asked each time.
    #[must_use]
    pub fn at(root: PathBuf) -> Self {
        Self { root }
    }

    /// Whether somebody has made it.
    #[must_use]
    pub fn is_there(&self) -> bool {
        self.root.is_dir()
    }

    /// Where it is.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    fn within(&self, name: &str) -> io::Result<PathBuf> {
        let folder = self.root.join(name);
        if !folder.is_dir() {
            fs::create_dir(&folder)?;
            point!("exchange.folder-made");
            steps::sync_folder(&self.root)?;
        }
        Ok(folder)
    }
}

/// A name that cannot lead anywhere else.
fn plain(name: &str) -> io::Result<&str> {
    let fits = name.ends_with(ENDING)
        && !name.starts_with('.')
        && name.len() <= 250
        && !name.contains(['/', '\\', '\0'])
        && !name.contains(char::is_control);
    if fits {
        Ok(name)
    } else {
        Err(io::Error::new(io::ErrorKind::InvalidInput, "no name of a file of the exchange"))
    }
}

/// Reads a file, at most one byte more than may be in it.
fn read_some(path: &Path) -> io::Result<Vec<u8>> {
    use std::io::Read as _;
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn names(folder: &Path) -> io::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Links are not followed: nothing outside of the folder is read or moved.
        if !entry.file_type()?.is_file() {
            continue;
        }
        if let Some(name) = entry.file_name().to_str().filter(|name| plain(name).is_ok()) {
            names.push(name.to_owned());
        }
    }
    names.sort_unstable();
    Ok(names)
}

impl Port for Folder {
    fn name(&self) -> &'static str {
        "folder"
    }

    fn put(&self, name: &str, bytes: &[u8]) -> io::Result<()> {
        replace(&self.within("out")?.join(plain(name)?), bytes)
    }

    fn waiting(&self) -> io::Result<Vec<String>> {
        names(&self.within("in")?)
    }

    fn claim(&self, name: &str, tag: &str) -> io::Result<String> {
        let from = self.within("in")?.join(plain(name)?);
        // A name may be a person's number: then it is not kept.
        let own = if has_number(name) || name.len() > 200 {
            format!("{tag}{ENDING}")
        } else {
            format!("{tag}.{name}")
        };
        let target = self.within("taking")?.join(plain(&own)?);
        if target.exists() {
            return Err(io::Error::new(
                io::ErrorKind::AlreadyExists,
                "a file of this name is looked at already",
            ));
        }
        steps::rename(&from, &target)?;
        point!("exchange.claim-renamed");
        steps::sync_parent(&target)?;
        steps::sync_parent(&from)?;
        point!("exchange.claimed");
        Ok(own)
    }

    fn claimed(&self) -> io::Result<Vec<String>> {
        names(&self.within("taking")?)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        read_some(&self.within("taking")?.join(plain(name)?))
    }

    fn settle(&self, name: &str, to: To) -> io::Result<()> {
        let from = self.within("taking")?.join(plain(name)?);
        let folder = self.within(match to {
            To::Done => "done",
            To::Aside => "aside",
        })?;
        let mut target = folder.join(name);
        let mut number = 1;
        while target.exists() {
            number += 1;
            target = folder.join(format!("{}.{number}{ENDING}", name.trim_end_matches(ENDING)));
        }
        steps::rename(&from, &target)?;
        point!("exchange.settle-renamed");
        steps::sync_parent(&target)?;
        steps::sync_parent(&from)?;
        point!("exchange.settled");
        Ok(())
    }

    fn kept(&self, is: &dyn Fn(&[u8]) -> bool) -> io::Result<Vec<u8>> {
        let folder = self.within("aside")?;
        for name in names(&folder)? {
            let bytes = read_some(&folder.join(name))?;
            if is(&bytes) {
                return Ok(bytes);
            }
        }
        Err(io::Error::new(io::ErrorKind::NotFound, "the file that was kept aside is not there any more"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_come_whole_and_go_without_overwriting() {
        let root = tempfile::tempdir().unwrap();
        let folder = Folder::at(root.path().join("exchange"));
        assert!(!folder.is_there());
        fs::create_dir(folder.root()).unwrap();
        folder.put("kandas-1.ndjson", b"one").unwrap();
        assert_eq!(fs::read(folder.root().join("out/kandas-1.ndjson")).unwrap(), b"one");
        assert_eq!(folder.waiting().unwrap(), Vec::<String>::new());
        let into = folder.root().join("in");
        for (name, text) in
            [("b.ndjson", "b"), ("a.ndjson", "a"), ("c.ndjson.new", "half"), (".d.ndjson", "hidden")]
        {
            fs::write(into.join(name), text).unwrap();
        }
        std::os::unix::fs::symlink("/etc/hostname", into.join("link.ndjson")).unwrap();
        assert_eq!(folder.waiting().unwrap(), ["a.ndjson", "b.ndjson"]);
        assert_eq!(folder.claim("a.ndjson", "t1").unwrap(), "t1.a.ndjson");
        // What is put under the same name meanwhile is another file.
        fs::write(into.join("a.ndjson"), "again").unwrap();
        assert_eq!(folder.read("t1.a.ndjson").unwrap(), b"a");
        assert_eq!(folder.claimed().unwrap(), ["t1.a.ndjson"]);
        folder.settle("t1.a.ndjson", To::Aside).unwrap();
        assert_eq!(folder.claim("a.ndjson", "t2").unwrap(), "t2.a.ndjson");
        folder.settle("t2.a.ndjson", To::Aside).unwrap();
        fs::write(into.join("990101300123.ndjson"), "named").unwrap();
        assert_eq!(folder.claim("990101300123.ndjson", "t3").unwrap(), "t3.ndjson");
        folder.settle("t3.ndjson", To::Done).unwrap();
        assert!(folder.claim("a.ndjson", "t4").is_err(), "it is not there any more");
        assert_eq!(folder.kept(&|bytes| bytes == b"a").unwrap(), b"a");
        assert_eq!(folder.kept(&|bytes| bytes == b"again").unwrap(), b"again");
        assert!(folder.kept(&|bytes| bytes == b"b").is_err());
        let own = folder.claim("b.ndjson", "t5").unwrap();
        folder.settle(&own, To::Done).unwrap();
        assert_eq!(folder.waiting().unwrap(), Vec::<String>::new());
        for name in ["../x.ndjson", "x", ".x.ndjson", "a/b.ndjson", "x.json"] {
            assert!(folder.put(name, b"").is_err(), "{name}");
        }
    }
}
