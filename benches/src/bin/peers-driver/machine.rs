//! On what, when and with which versions was measured.

use std::process::Command;

use anyhow::{Context, Result};
use toml::{Table, Value};

use crate::algorithm::Algorithm;

/// `2 cores of an Intel .. with 23.4 GiB, Linux 6.1, Rust 1.95.0, 2026-11-23`
pub(crate) fn describe() -> String {
    let read = |file| std::fs::read_to_string(file).unwrap_or_default();
    let n_cores = std::thread::available_parallelism().map_or(1, usize::from);
    let cpu =
        field(&read("/proc/cpuinfo"), "model name").unwrap_or("an unknown processor").to_owned();
    let meminfo = read("/proc/meminfo");
    let kib = field(&meminfo, "MemTotal").and_then(|text| text.strip_suffix(" kB")?.parse().ok());
    let memory =
        kib.map_or_else(String::new, |kib: f64| format!(", {:.1} GiB", kib / 1024.0 / 1024.0));
    let rustc = Command::new("rustc").arg("--version").output();
    let rustc = rustc.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    let rustc = rustc.unwrap_or_default();
    let today = jiff::Timestamp::now().strftime("%F");
    format!("{n_cores} cores of {cpu}{memory}, {rustc}, {today}")
}

fn field<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_once(':').map(|(_, value)| value.trim())
}

/// A line with the versions of the peers.
pub(crate) fn versions(algorithm: &Algorithm, lock: &str) -> Result<String> {
    let crates = algorithm.crates.iter();
    let crates = crates.map(|name| Ok(format!("{name} {}", locked(lock, name)?)));
    let crates = crates.collect::<Result<Vec<_>>>()?.join(", ");
    let packages = algorithm.packages.join(", ").replace("==", " ");
    Ok(format!("Versions: {crates}; from PyPI {packages}.\n"))
}

/// The locked version of a crate.
fn locked(lock: &str, name: &str) -> Result<String> {
    let lock: Table = lock.parse().context("cannot parse Cargo.lock")?;
    let packages = lock.get("package").and_then(Value::as_array).into_iter().flatten();
    let of = |package: &Value, key| Some(package.get(key)?.as_str()?.to_owned());
    packages
        .filter(|package| of(package, "name").as_deref() == Some(name))
        .find_map(|package| of(package, "version"))
        .with_context(|| format!("Cargo.lock lacks {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_locked_version_is_found_by_name() {
        let lock = "[[package]]\nname = \"a\"\nversion = \"1.2.3\"\n[[package]]\nname = \"b\"\nversion = \"2.0.0\"\n";
        assert_eq!(locked(lock, "b").unwrap(), "2.0.0");
        assert!(locked(lock, "c").is_err());
    }

    #[test]
    fn fields_are_what_follows_the_colon() {
        assert_eq!(field("a : 1\nmodel name\t: X 2 @ 3\n", "model name"), Some("X 2 @ 3"));
    }
}
