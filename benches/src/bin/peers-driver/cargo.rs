//! Other programs of the workspace, built and run by the cargo that runs this.

use std::ffi::OsString;
use std::io::BufReader;
use std::iter;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use cargo_metadata::Message;

pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Says what it runs, runs it, and fails if it fails.
pub(crate) fn run_command(command: &mut Command) -> Result<()> {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = iter::once(program).chain(command.get_args());
    let shown = words.map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ");
    eprintln!("+ {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(status.success(), "`{shown}` failed with {status}");
    Ok(())
}

/// Builds the one program that `cargo build` with these words makes; gives its path.
pub(crate) fn build(words: &str) -> Result<PathBuf> {
    eprintln!("+ cargo build {words}");
    let mut command = cargo();
    command.arg("build").args(words.split(' ')).arg("--message-format=json-render-diagnostics");
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let stdout = child.stdout.take().context("cargo has no output")?;
    let mut path = None;
    for message in Message::parse_stream(BufReader::new(stdout)) {
        if let Message::CompilerArtifact(artifact) = message? {
            path = artifact.executable.map(PathBuf::from).or(path);
        }
    }
    let status = child.wait()?;
    ensure!(status.success(), "the build failed with {status}");
    path.with_context(|| format!("`cargo build {words}` builds no program"))
}
