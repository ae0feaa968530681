//! The Debian packages a run needs. They are installed when missing and allowed (root, or sudo
//! without a password); otherwise the error is the command to type.

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
};

use anyhow::{Result, bail};
use kandas_fixtures::pg::Programs;

use crate::steps::succeed;

/// Something a run needs from the machine.
pub(crate) struct Need {
    package: &'static str,
    reason: &'static str,
    is_there: fn() -> bool,
}

impl Need {
    /// Installs it if it is missing; says nothing if it is there.
    ///
    /// # Errors
    /// As [`provide`].
    pub(crate) fn provide(&self) -> Result<()> {
        if (self.is_there)() { Ok(()) } else { provide(std::slice::from_ref(self)) }
    }
}

/// The server the tests run against, beside SQLite.
pub(crate) const POSTGRESQL: Need = Need {
    package: "postgresql",
    reason: "the tests run on PostgreSQL too",
    is_there: || Programs::find().is_ok(),
};

/// OpenSSL, which SQLCipher needs, is configured by Perl …
pub(crate) const PERL: Need = Need {
    package: "perl",
    reason: "OpenSSL (for SQLCipher) is configured by Perl",
    // Debian's minimal perl-base lacks these.
    is_there: || runs("perl", &["-MFindBin", "-MIPC::Cmd", "-MFile::Compare", "-MTime::Piece", "-e", "1"]),
};

/// … and built by make, as is the server's allocator.
pub(crate) const MAKE: Need = Need {
    package: "make",
    reason: "OpenSSL (for SQLCipher) and jemalloc are built by make",
    is_there: || runs("make", &["--version"]),
};

/// Runs the tus client of npm …
pub(crate) const NODE: Need = Need {
    package: "nodejs",
    reason: "an upload client of others is written in JavaScript",
    is_there: || runs("node", &["--version"]),
};

/// … which npm installs.
pub(crate) const NPM: Need = Need {
    package: "npm",
    reason: "an upload client of others comes from npm",
    is_there: || runs("npm", &["--version"]),
};

/// The browser in which the phone's screens are tried.
pub(crate) const CHROMIUM: Need = Need {
    package: "chromium",
    reason: "the phone's screens are tried in a browser",
    is_there: || browser().is_some(),
};

/// The web view of the phone app on a desktop …
pub(crate) const WEBKIT: Need = Need {
    package: "libwebkit2gtk-4.1-dev",
    reason: "the phone app's window is built with it",
    is_there: || runs("pkg-config", &["--exists", "webkit2gtk-4.1"]),
};

/// … driven by this program …
pub(crate) const WEBKIT_DRIVER: Need = Need {
    package: "webkit2gtk-driver",
    reason: "the test of the phone app's window drives it",
    is_there: || runs("WebKitWebDriver", &["--help"]),
};

/// … on a display that nobody looks at.
pub(crate) const XVFB: Need = Need {
    package: "xvfb",
    reason: "the phone app's window wants a display",
    is_there: || runs("Xvfb", &["-help"]),
};

/// A compiler with the sources of its library, from which the library is made for phones.
pub(crate) const RUST_SOURCES: Need = Need {
    package: "rust-web-src",
    reason: "the standard library is compiled for Android and iOS",
    is_there: || Path::new("/usr/share/doc/rust-web-src").exists(),
};
pub(crate) const RUST_WEB: Need = Need {
    package: "rustc-web",
    reason: "a compiler that fits those sources",
    is_there: || runs("/usr/bin/rustc", &["--version"]),
};

/// Where a Chromium lies: Debian's, or what other systems call it.
pub(crate) fn browser() -> Option<&'static Path> {
    ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"]
        .map(Path::new)
        .into_iter()
        .find(|path| path.exists())
}

/// Reads the documents that are printed.
pub(crate) const POPPLER: Need = Need {
    package: "poppler-utils",
    reason: "a printed report is read by a program of others",
    is_there: || runs("pdftotext", &["-v"]),
};

/// Makes a place for the tus client of PyPI.
pub(crate) const PYTHON_VENV: Need = Need {
    package: "python3-venv",
    reason: "an upload client of others is written in Python",
    is_there: || runs("python3", &["-c", "import venv, ensurepip"]),
};

/// Sees to it that all of them are there.
///
/// # Errors
/// When one is missing and cannot be installed from here.
pub(crate) fn provide(needs: &[Need]) -> Result<()> {
    let missing: Vec<_> = needs.iter().filter(|need| !(need.is_there)()).collect();
    if missing.is_empty() {
        println!("nothing is missing");
        return Ok(());
    }
    for need in &missing {
        println!("missing: {} ({})", need.package, need.reason);
    }
    let packages: Vec<_> = missing.iter().map(|need| need.package).collect();
    let by_hand = format!("apt-get install -y --no-install-recommends {}", packages.join(" "));
    if !runs("apt-get", &["--version"]) {
        bail!("this is no Debian; please install what Debian calls: {}", packages.join(", "));
    }
    let Some(root) = Root::find() else {
        bail!("not root and no sudo without a password; please run: sudo {by_hand}");
    };
    install(&root, &packages)?;
    let still: Vec<_> = missing.iter().filter(|need| !(need.is_there)()).map(|need| need.package).collect();
    if !still.is_empty() {
        bail!("installed, but still not found: {}", still.join(", "));
    }
    Ok(())
}

fn install(root: &Root, packages: &[&str]) -> Result<()> {
    // A fresh container has no package lists at all; old lists may name versions that are gone.
    if !has_lists() {
        succeed(&mut root.apt(&["update"]))?;
    }
    if packages.contains(&POSTGRESQL.package) {
        // Debian's package makes a cluster and starts it as a service. We bring our own cluster
        // and want neither, so its tools are told so while the package is installed.
        retrying(root, &["postgresql-common"])?;
        succeed(&mut root.shell(&format!(
            "mkdir -p {NO_CLUSTER_FOLDER} && echo 'create_main_cluster = false' >{NO_CLUSTER}"
        )))?;
        let installed = retrying(root, packages);
        succeed(&mut root.shell(&format!("rm -f {NO_CLUSTER}")))?;
        installed
    } else {
        retrying(root, packages)
    }
}

const NO_CLUSTER_FOLDER: &str = "/etc/postgresql-common/createcluster.d";
const NO_CLUSTER: &str = "/etc/postgresql-common/createcluster.d/kandas-no-cluster.conf";

/// Installs; when that fails, once more with fresh package lists.
fn retrying(root: &Root, packages: &[&str]) -> Result<()> {
    let line = [&["install", "-y", "--no-install-recommends"], packages].concat();
    if succeed(&mut root.apt(&line)).is_ok() {
        return Ok(());
    }
    succeed(&mut root.apt(&["update"]))?;
    succeed(&mut root.apt(&line))
}

fn has_lists() -> bool {
    let lists = fs::read_dir(Path::new("/var/lib/apt/lists"));
    lists.is_ok_and(|lists| {
        lists.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
    })
}

/// How to become root.
enum Root {
    Already,
    Sudo,
}

impl Root {
    fn find() -> Option<Self> {
        let id = Command::new("id").arg("-u").output().ok()?;
        if id.stdout.trim_ascii() == b"0" {
            Some(Self::Already)
        } else {
            runs("sudo", &["-n", "true"]).then_some(Self::Sudo)
        }
    }

    fn command(&self, program: &str) -> Command {
        let mut command = match self {
            Self::Already => Command::new("env"),
            Self::Sudo => {
                let mut sudo = Command::new("sudo");
                sudo.args(["-n", "env"]);
                sudo
            }
        };
        command.args(["DEBIAN_FRONTEND=noninteractive", program]).stdin(Stdio::null());
        command
    }

    fn apt(&self, arguments: &[&str]) -> Command {
        let mut command = self.command("apt-get");
        // Another apt may be at work on a machine that has just started.
        command.args(["-q", "-o", "DPkg::Lock::Timeout=120"]).args(arguments);
        command
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = self.command("sh");
        command.args(["-c", script]);
        command
    }
}

fn runs(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_runs_is_there_and_what_does_not_is_missing() {
        assert!(runs("sh", &["-c", "true"]));
        assert!(!runs("sh", &["-c", "exit 3"]));
        assert!(!runs("no-such-program-here", &[]));
    }

    #[test]
    fn nothing_is_done_when_nothing_is_missing() {
        provide(&[Need { package: "no-such-package", reason: "none", is_there: || true }]).unwrap();
    }
}
