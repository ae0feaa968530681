//! Would it compile for Android and iOS? The Rust of the whole app is type-checked for both on Debian: its own
//! packages of a compiler and the sources of its standard library make that library for targets for which rustup has
//! to be asked first.
//!
//! What this does not say: C parts (SQLCipher, OpenSSL, zstd, ring's) are not compiled, tools that answer with empty
//! files stand in for their compilers; nothing is linked; Kotlin and Swift are not looked at by a compiler.

use std::{
    env,
    fs::{self, Permissions},
    os::unix::fs::PermissionsExt as _,
    path::Path,
    process::Command,
};

use anyhow::{Context, Result};

use super::shell_cargo;
use crate::{
    debian::{self, Need},
    peers, screens,
    steps::{Steps, succeed},
};

const NEEDS: [Need; 4] = [debian::RUST_WEB, debian::RUST_SOURCES, debian::PERL, debian::MAKE];
const TARGETS: [&str; 2] = ["aarch64-linux-android", "aarch64-apple-ios"];

/// Where Apple's headers would lie: scripts look for parts of this path.
const SDK: &str = "Platforms/iPhoneOS.platform/Developer/SDKs/iPhoneOS.sdk";
/// Folder of the tools that are found by their name.
const FOUND: &str = "found";

/// A C compiler and whatever goes with it: makes each file that it is asked for, empty. What is only to be preprocessed (a
/// version in a header is looked up so) this machine's own does.
const EMPTY: &str = r#"#!/bin/sh
case " $* " in
*" -show-sdk-path "* | *" --show-sdk-path "*) echo "${SDKROOT:-/}"; exit ;;
*" --show-sdk-version "* | *" --show-sdk-platform-version "*) echo 18.0; exit ;;
*" --version "*) echo "clang version 18.0.0"; exit ;;
*" -E "*)
    set -- "$@" end
    while [ "$1" != end ]; do
        case $1 in
        -I) set -- "$@" "-I$2"; shift ;;
        -E | -I* | -D* | *.c) set -- "$@" "$1" ;;
        esac
        shift
    done
    shift
    exec /usr/bin/cc "$@"
    ;;
esac
while [ $# -gt 0 ]; do
    case $1 in
    -o) shift; : >"$1" ;;
    *.a) : >"$1" ;;
    esac
    shift
done
"#;

pub(super) fn run() -> Result<()> {
    let mut steps = Steps::default();
    let provided = steps.step("Debian packages", || {
        debian::provide(&NEEDS)?;
        debian::provide(&screens::NEEDS)
    });
    let page = || {
        screens::install()?;
        succeed(&mut screens::npm("build"))
    };
    if provided.is_some() && steps.step("build the screens", page).is_some() {
        for target in TARGETS {
            steps.step(&format!("types for {target}"), || check(target));
        }
    }
    steps.close()
}

fn check(target: &str) -> Result<()> {
    let tools = tempfile::tempdir().context("a folder for tools")?;
    fs::create_dir(tools.path().join(FOUND))?;
    fs::create_dir_all(tools.path().join(SDK))?;
    for name in ["cc", "ar", "ranlib", "found/xcrun"] {
        let path = tools.path().join(name);
        fs::write(&path, EMPTY)?;
        fs::set_permissions(&path, Permissions::from_mode(0o755))?;
    }
    let mut command = shell_cargo("check");
    command.args(["--package", "kandas-mobile", "--lib", "--features", "custom-protocol", "--locked"]);
    command.args(["-Z", "build-std=std,panic_abort", "--target", target]);
    // A folder of its own: another compiler.
    command.env("CARGO_TARGET_DIR", peers::target_folder()?.join("phones"));
    command.env("RUSTC", "/usr/bin/rustc").env("RUSTC_BOOTSTRAP", "1").env("CARGO_INCREMENTAL", "0");
    stand_in(&mut command, target, tools.path());
    succeed(&mut command)
}

fn stand_in(command: &mut Command, target: &str, tools: &Path) {
    let name = target.replace('-', "_");
    for (variable, tool) in [("CC", "cc"), ("CXX", "cc"), ("AR", "ar"), ("RANLIB", "ranlib")] {
        command.env(format!("{variable}_{name}"), tools.join(tool));
    }
    // Apple's are found by their name. Only those: what runs here is linked by this machine's own.
    let path = env::var_os("PATH").unwrap_or_default();
    let mut places = vec![tools.join(FOUND)];
    places.extend(env::split_paths(&path));
    if target.contains("apple") {
        command.env("PATH", env::join_paths(places).unwrap_or(path));
        command.env("SDKROOT", tools.join(SDK));
    }
}
