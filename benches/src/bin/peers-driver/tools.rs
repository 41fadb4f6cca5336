//! The programs that run peers: one built by cargo, one in a virtual environment of Python.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::algorithm::Algorithm;
use crate::cargo::{build, run_command};
use crate::peer::Programs;

const SCRIPT: &str = include_str!("main.py");

const PEERS: &str = "--release -p oddsift-benches --features peers --bin peers";

/// No process gets more address space than this, nor what would leave the machine without memory.
const MAX_MEMORY_KIB: u64 = 20 << 20;
const SPARE_MEMORY_KIB: u64 = 1 << 20;

/// Makes all that is needed under the target folder, as far as it is not there.
pub(crate) fn prepare(algorithm: &Algorithm, target: &Path, data: &Path) -> Result<Programs> {
    fs::create_dir_all(data).with_context(|| format!("cannot make {}", data.display()))?;
    let script = data.join("main.py");
    fs::write(&script, SCRIPT)?;
    fs::write(data.join(format!("of_{}.py", algorithm.name)), algorithm.script)?;
    // A copy: a build by someone else in the middle of a run would replace the original.
    let rust = data.join("peers");
    fs::copy(build(PEERS)?, &rust).with_context(|| format!("cannot write {}", rust.display()))?;
    Ok(Programs {
        algorithm: algorithm.name,
        rust,
        python: python(&target.join("peers-venv").join(algorithm.name), algorithm.packages)?,
        script,
        can_pin: Command::new("taskset").arg("-V").output().is_ok(),
        memory: memory_limit(&fs::read_to_string("/proc/meminfo").unwrap_or_default()),
    })
}

/// The Python of an environment that has the packages; it is made anew when others are asked for.
fn python(folder: &Path, packages: &[&str]) -> Result<PathBuf> {
    let python = folder.join("bin/python");
    let stamp = folder.join("packages.txt");
    let wanted = packages.join("\n");
    if fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    run_command(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder))
        .context("the packages need Python 3.11 or later with its `venv` module")?;
    let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    run_command(Command::new(&python).args(pip).args(packages))?;
    fs::write(stamp, wanted)?;
    Ok(python)
}

fn memory_limit(meminfo: &str) -> u64 {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemAvailable:"));
    let available =
        line.and_then(|line| line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok());
    let spare = available.map(|available| available.saturating_sub(SPARE_MEMORY_KIB));
    spare.unwrap_or(MAX_MEMORY_KIB).min(MAX_MEMORY_KIB)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_keeps_some_memory() {
        assert_eq!(memory_limit("MemAvailable:    4194304 kB\n"), 3 << 20);
        assert_eq!(memory_limit("MemAvailable: 99194304 kB\n"), MAX_MEMORY_KIB);
        assert_eq!(memory_limit(""), MAX_MEMORY_KIB);
    }
}
