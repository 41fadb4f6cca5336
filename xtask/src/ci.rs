//! `ci`: the whole check, or one job of it.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result, bail};
use cargo_metadata::Package;

use crate::workspace::{Workspace, is_publishable};

type Job = (&'static str, &'static str, fn() -> Result<()>);

const JOBS: [Job; 13] = [
    ("fmt", "the code is formatted", fmt),
    ("clippy", "no lint warns", clippy),
    ("test", "all tests pass", test),
    ("doc", "the documentation builds without a warning", doc),
    ("features", "each published crate builds with no feature and with each alone", features),
    ("bench", "every benchmark runs once", bench),
    ("tidy", "the project's own rules hold", tidy),
    ("pictures", "the pictures of the docs are what the tool draws", pictures),
    ("engines", "format, lints and tests of the engines", engines),
    ("engines-doc", "the documentation of the engines builds without a warning", engines_doc),
    ("python", "format, lints and tests of the package for Python", python),
    ("msrv", "the stated Rust version is one, and suffices", msrv),
    ("deny", "licences, advisories and sources of dependencies are allowed", deny),
];

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(&help());
    }
    match args {
        [] => JOBS.iter().try_for_each(run_job),
        [name] => run_job(find(name)?),
        [_, second, ..] => {
            bail!("`ci` takes one job, got `{second}` too; leave it out for all jobs")
        }
    }
}

fn help() -> String {
    let jobs = JOBS.iter().map(|(name, what, _)| format!("  {name:<9} {what}\n"));
    format!(
        "Runs the whole check, or one job of it; stops at the first failure.\n\n\
         usage: cargo xtask ci [JOB]\n\n{}",
        jobs.collect::<String>()
    )
}

fn find(name: &str) -> Result<&'static Job> {
    let names: Vec<&str> = JOBS.iter().map(|(name, ..)| *name).collect();
    JOBS.iter()
        .find(|(known, ..)| *known == name)
        .with_context(|| format!("unknown job `{name}`; the jobs are {}", names.join(", ")))
}

fn run_job((name, what, job): &Job) -> Result<()> {
    eprintln!("\n=== {name}: {what}");
    job().with_context(|| format!("job `{name}` failed; run `cargo xtask ci {name}` for it alone"))
}

fn fmt() -> Result<()> {
    run_command(cargo().args(["fmt", "--all", "--check"]))
}

fn clippy() -> Result<()> {
    run_command(cargo().args(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]))
}

fn test() -> Result<()> {
    run_command(cargo().args(["test", "--workspace"]))
}

fn doc() -> Result<()> {
    run_command(
        cargo().args(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn features() -> Result<()> {
    let workspace = Workspace::load()?;
    let published = workspace.packages().iter().filter(|package| is_publishable(package));
    for arguments in published.flat_map(feature_checks) {
        run_command(cargo().arg("check").args(arguments))?;
    }
    Ok(())
}

/// The arguments of `cargo check` for no feature and for each feature alone.
fn feature_checks(package: &Package) -> Vec<Vec<String>> {
    let own = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let none = own(&["-p", package.name.as_str(), "--no-default-features"]);
    let names: BTreeSet<&String> =
        package.features.keys().filter(|name| *name != "default").collect();
    let alone = names.into_iter().map(|name| [none.clone(), own(&["--features", name])].concat());
    std::iter::once(none.clone()).chain(alone).collect()
}

fn bench() -> Result<()> {
    // What the tests have built is used again: that they run is all that is asked for.
    crate::bench::run(&["--dev".to_owned(), "--test".to_owned()])
}

fn tidy() -> Result<()> {
    crate::tidy::run(&[])
}

fn pictures() -> Result<()> {
    crate::pictures::run(&["--check".to_owned()])
}

fn in_engines(words: &[&str]) -> Command {
    let mut command = cargo();
    command.args(words).args(["--manifest-path", "engines/Cargo.toml"]);
    command
}

fn engines() -> Result<()> {
    run_command(&mut in_engines(&["fmt", "--all", "--check"]))?;
    run_command(linted(&mut in_engines(&["test"]))?)
}

/// A command that builds, and lints what it builds: clippy compiles what it lints, and a second build only to look at
/// it would take as long.
pub(crate) fn linted(command: &mut Command) -> Result<&mut Command> {
    let clippy = sysroot()?.join("bin").join("clippy-driver");
    Ok(command.env("RUSTC_WORKSPACE_WRAPPER", clippy).env(
        "CLIPPY_ARGS",
        "-D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__", // as `cargo clippy -- -D warnings` does it
    ))
}

fn engines_doc() -> Result<()> {
    run_command(in_engines(&["doc", "--no-deps"]).env("RUSTDOCFLAGS", "-D warnings"))
}

fn python() -> Result<()> {
    run_command(cargo().args(["fmt", "--check", "--manifest-path", "python/Cargo.toml"]))?;
    crate::python::run(&["test".to_owned()])
}

/// Where the compiler and its tools are.
fn sysroot() -> Result<PathBuf> {
    let output = Command::new("rustc").args(["--print", "sysroot"]).output()?;
    Ok(PathBuf::from(String::from_utf8(output.stdout)?.trim()))
}

fn msrv() -> Result<()> {
    let workspace = Workspace::load()?;
    let stated = workspace.packages().iter().map(|package| {
        (package.name.to_string(), package.rust_version.as_ref().map(ToString::to_string))
    });
    let version = one_version(&stated.collect::<Vec<_>>())?;
    let Some(toolchain) = installed_toolchain(&version) else {
        eprintln!(
            "not run: Rust {version} is not installed; `rustup toolchain install {version}` gets it"
        );
        return Ok(());
    };
    // Not the tests: what they alone depend on may ask for a newer Rust.
    run_command(Command::new("rustup").args(["run", &toolchain, "cargo", "check", "--workspace"]))
}

/// The one Rust version that all crates state.
fn one_version(stated: &[(String, Option<String>)]) -> Result<String> {
    let first = stated.first().and_then(|(_, version)| version.clone());
    let first = first.context("the first crate states no rust-version; inherit the workspace's")?;
    match stated.iter().find(|(_, version)| version.as_ref() != Some(&first)) {
        None => Ok(short_version(&first).to_owned()),
        Some((name, other)) => bail!(
            "{name} states rust-version {}, others {first}; inherit the workspace's",
            other.as_deref().unwrap_or("none")
        ),
    }
}

/// `1.88` of `1.88.0`, which is how the manifests write it.
fn short_version(version: &str) -> &str {
    version.strip_suffix(".0").filter(|short| short.contains('.')).unwrap_or(version)
}

fn installed_toolchain(version: &str) -> Option<String> {
    let output = Command::new("rustup").args(["toolchain", "list"]).output().ok()?;
    let list = String::from_utf8_lossy(&output.stdout).into_owned();
    let names = list.lines().filter_map(|line| line.split_whitespace().next());
    names.map(str::to_owned).find(|name| is_toolchain_of(name, version))
}

fn is_toolchain_of(name: &str, version: &str) -> bool {
    name.strip_prefix(version).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-']))
}

fn deny() -> Result<()> {
    let probe =
        cargo().args(["deny", "--version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if probe.is_ok_and(|status| status.success()) {
        let root = Workspace::load()?.root().to_owned();
        for manifest in ["Cargo.toml", "python/Cargo.toml"] {
            let mut check = cargo();
            check.args(["deny", "--manifest-path"]).arg(root.join(manifest)).arg("check");
            run_command(check.arg("--config").arg(root.join("deny.toml")))?;
        }
        return Ok(());
    }
    eprintln!("not run: cargo-deny is not installed; `cargo install --locked cargo-deny` gets it");
    Ok(())
}

/// The cargo that runs this chore.
pub(crate) fn cargo() -> Command {
    Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")))
}

/// Says what it runs, runs it, and fails if it fails.
pub(crate) fn run_command(command: &mut Command) -> Result<()> {
    run_by(command, Command::status, |status| *status).map(drop)
}

/// The same; gives what is printed.
pub(crate) fn run_for_output(command: &mut Command) -> Result<Vec<u8>> {
    command.stdin(Stdio::inherit()).stderr(Stdio::inherit());
    Ok(run_by(command, Command::output, |output| output.status)?.stdout)
}

fn run_by<T>(
    command: &mut Command,
    run: fn(&mut Command) -> io::Result<T>,
    status: fn(&T) -> ExitStatus,
) -> Result<T> {
    let arguments: Vec<_> =
        command.get_args().map(|arg| arg.to_string_lossy().into_owned()).collect();
    let shown = arguments.join(" ");
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default().to_os_string();
    let shown = format!("{} {shown}", program.display());
    eprintln!("+ {shown}");
    let ended = run(command).with_context(|| format!("cannot start `{shown}`"))?;
    if !status(&ended).success() {
        bail!("`{shown}` failed with {}", status(&ended));
    }
    Ok(ended)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_job_names_the_known_ones() {
        assert!(find("fmt").is_ok());
        assert!(find("fnt").unwrap_err().to_string().contains("fmt, clippy"));
    }

    #[test]
    fn one_stated_version_passes_and_two_fail() {
        let crates = |second: Option<&str>| {
            let own =
                |name: &str, version: Option<&str>| (name.to_owned(), version.map(str::to_owned));
            [own("a", Some("1.88.0")), own("b", second)]
        };
        assert_eq!(one_version(&crates(Some("1.88.0"))).unwrap(), "1.88");
        assert!(one_version(&crates(Some("1.90.0"))).is_err());
        assert!(one_version(&crates(None)).is_err());
    }

    #[test]
    fn a_toolchain_is_known_by_its_version() {
        assert!(is_toolchain_of("1.88.0-x86_64-unknown-linux-gnu", "1.88"));
        assert!(is_toolchain_of("1.88-x86_64-apple-darwin", "1.88"));
        assert!(!is_toolchain_of("1.880.0-x86_64-unknown-linux-gnu", "1.88"));
        assert!(!is_toolchain_of("stable-x86_64-unknown-linux-gnu", "1.88"));
    }
}
