//! `cargo xtask demo | test | bench | check`: everything a person or CI runs. A newcomer needs
//! two of them: `cargo xtask demo` to see it, `cargo xtask test` to trust it.

mod bench;
mod cargo;
mod centre;
mod check;
mod debian;
mod demo;
mod device;
mod leash;
mod peers;
mod screens;
mod shell;
mod steps;
mod test;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Everything a person or CI runs")]
struct Line {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Two phones go offline, record, lose their connection, come back, deliver everything
    Demo(demo::Options),
    /// Every test on both database engines; installs PostgreSQL when missing (Debian)
    Test,
    /// Installs the tus clients of others that some tests drive (npm, pip); `test` does it by itself
    Peers,
    /// The phone's screens and the dashboard: types, unit tests, build, a day in a browser; `test` does it too
    Screens(screens::Options),
    /// The phone app: build, tests, a worker's way through its window; `--phones`: types for Android and iOS
    Shell(shell::Options),
    /// What it carries: records per second, bytes per record, uploads, first pull, each beside its floor
    Bench(bench::Options),
    /// A program that the bench puts beside ours
    #[command(subcommand, hide = true)]
    Beside(bench::beside::Program),
    /// Format, lints, licences and bans, documentation
    Check,
}

fn main() -> anyhow::Result<()> {
    match Line::parse().verb {
        Verb::Demo(options) => demo::run(&options),
        Verb::Test => test::run(),
        Verb::Peers => peers::provide().map(|folder| println!("{}={}", peers::VARIABLE, folder.display())),
        Verb::Screens(options) => screens::run(&options),
        Verb::Shell(options) => shell::run(&options),
        Verb::Bench(options) => bench::run(&options),
        Verb::Beside(program) => bench::beside::run(&program),
        Verb::Check => check::run(),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound() {
        Line::command().debug_assert();
        let demo =
            ["xtask", "demo", "--once", "--media", "m", "--families", "5", "--database", "postgres://h/d"];
        assert!(Line::try_parse_from(demo).is_ok());
        assert!(Line::try_parse_from(["xtask", "screens", "--only", "dashboard"]).is_ok());
        assert!(Line::try_parse_from(["xtask", "screens", "--only", "dashboard", "roadmap"]).is_ok());
        assert!(Line::try_parse_from(["xtask", "bench", "--quick", "--json", "out.json"]).is_ok());
        assert!(Line::try_parse_from(["xtask", "bench", "--only", "push,return-day", "--runs", "1"]).is_ok());
        assert!(Line::try_parse_from(["xtask", "bench", "--only", "nothing"]).is_err());
    }
}
