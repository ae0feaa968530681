//! `cargo xtask check`: what a reviewer need not look for.

use std::process::Stdio;

use anyhow::Result;

use crate::{
    cargo::cargo,
    debian, shell,
    steps::{Steps, succeed},
};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("format", || succeed(cargo().args(["fmt", "--all", "--check"])));
    steps
        .step("format of shell and plugin", || succeed(shell::shell_cargo("fmt").args(["--all", "--check"])));
    // jemalloc is compiled for lints and documentation too.
    steps.step("Debian packages", || debian::provide(&[debian::MAKE]));
    steps.step("lints", || {
        succeed(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    });
    steps.step("documentation", || {
        succeed(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"))
    });
    steps.step("lints of shell and plugin", shell::lints);
    steps.step("licences, bans, sources (deny.toml)", || {
        if !has_deny() {
            println!("cargo-deny is not installed; installing it takes some minutes");
            succeed(cargo().args(["install", "cargo-deny", "--version", "^0.20", "--locked"]))?;
        }
        // Known vulnerabilities are looked up by CI, since that list comes over the network.
        for manifest in ["Cargo.toml", "mobile/Cargo.toml"] {
            let whole = ["deny", "--workspace", "--all-features", "--manifest-path", manifest];
            succeed(cargo().args(whole).args([
                "--config",
                "deny.toml",
                "check",
                "licenses",
                "bans",
                "sources",
            ]))?;
        }
        Ok(())
    });
    steps.close()
}

fn has_deny() -> bool {
    let mut command = cargo();
    command.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
