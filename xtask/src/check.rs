//! `cargo xtask check`: what a reviewer need not look for.

use std::process::Stdio;

use anyhow::Result;

use crate::{
    cargo::cargo,
    steps::{Steps, succeed},
};

pub(crate) fn run() -> Result<()> {
    let mut steps = Steps::default();
    steps.step("format", || succeed(cargo().args(["fmt", "--all", "--check"])));
    steps.step("lints", || {
        succeed(cargo().args(["clippy", "--workspace", "--all-targets", "--", "--deny", "warnings"]))
    });
    steps.step("documentation", || {
        succeed(cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "--deny warnings"))
    });
    steps.step("licences, bans, sources (deny.toml)", || {
        if !has_deny() {
            println!("cargo-deny is not installed; installing it takes some minutes");
            succeed(cargo().args(["install", "cargo-deny", "--version", "^0.20", "--locked"]))?;
        }
        // Known vulnerabilities are looked up by CI, since that list comes over the network.
        succeed(cargo().args([
            "deny",
            "--workspace",
            "--all-features",
            "check",
            "licenses",
            "bans",
            "sources",
        ]))
    });
    steps.close()
}

fn has_deny() -> bool {
    let mut command = cargo();
    command.args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}
