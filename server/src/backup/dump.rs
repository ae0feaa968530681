//! PostgreSQL's own tools: pg_dump and pg_restore. They must be of the server's version or newer.
//!
//! The password, if the address has one, goes by the environment: the command line of a process is there for everybody
//! on the machine to read.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use tokio::process::Command;

pub(super) async fn dump(url: &str, to: &Path) -> Result<()> {
    let mut command = tool("pg_dump", url);
    command.args(["--format=custom", "--no-owner", "--no-privileges", "--file"]).arg(to);
    run(command, "pg_dump").await
}

/// Whether there is no table in the database.
pub(super) async fn is_empty(url: &str) -> Result<bool> {
    let mut count = tool("psql", url);
    count.args(["--no-psqlrc", "--tuples-only", "--no-align", "--command"]);
    count.arg("select count(*) from information_schema.tables where table_schema = current_schema()");
    let out = count.output().await.with_context(|| missing("psql"))?;
    if !out.status.success() {
        bail!("psql: {}", String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim() == "0")
}

/// All of it or nothing.
pub(super) async fn restore(url: &str, from: &Path) -> Result<()> {
    let mut command = tool("pg_restore", url);
    command.args(["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction"]).arg(from);
    run(command, "pg_restore").await
}

async fn run(mut command: Command, name: &str) -> Result<()> {
    let out = command.output().await.with_context(|| missing(name))?;
    if !out.status.success() {
        bail!("{name}: {}", String::from_utf8_lossy(&out.stderr).trim());
    }
    Ok(())
}

fn tool(name: &str, url: &str) -> Command {
    let (address, password) = without_password(url);
    let mut command = Command::new(name);
    command.arg(format!("--dbname={address}")).stdin(std::process::Stdio::null()).kill_on_drop(true);
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    command
}

fn missing(name: &str) -> String {
    format!("{name} cannot be started: install PostgreSQL's client programs (Debian: postgresql-client)")
}

/// The address without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let plain = || (url.to_owned(), None);
    let Some((scheme, rest)) = url.split_once("://") else { return plain() };
    let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
    let Some((credentials, host)) = rest[..authority_end].rsplit_once('@') else { return plain() };
    let Some((user, password)) = credentials.split_once(':') else { return plain() };
    (format!("{scheme}://{user}@{host}{}", &rest[authority_end..]), decoded(password))
}

fn decoded(text: &str) -> Option<String> {
    let (bytes, mut out, mut at) = (text.as_bytes(), Vec::new(), 0);
    while at < bytes.len() {
        if bytes[at] == b'%' {
            out.push(u8::from_str_radix(text.get(at + 1..at + 3)?, 16).ok()?);
            at += 3;
        } else {
            out.push(bytes[at]);
            at += 1;
        }
    }
    String::from_utf8(out).ok()
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn passwords_leave_the_address() {
        let split = |url| without_password(url);
        assert_eq!(
            split("postgres://u:p%40ss@h:5432/db?x=y"),
            ("postgres://u@h:5432/db?x=y".into(), Some("p@ss".into()))
        );
        assert_eq!(split("postgres://u@h/db"), ("postgres://u@h/db".into(), None));
        assert_eq!(split("postgres://h/db@x"), ("postgres://h/db@x".into(), None));
    }
}
