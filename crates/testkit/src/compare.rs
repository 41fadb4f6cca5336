//! `compare`: two builds of the tool on the same command lines, and what differs.

mod cases; // the command lines
mod difference; // the first lines that differ
mod inputs; // the files that they read
mod run; // a case with one binary

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

use cases::Case;
use inputs::Inputs;
use run::Runner;

/// Run two builds of the tool on the same command lines and print what differs
///
/// The cases are the lines of crates/testkit/src/compare/cases.txt. Both binaries run each of them in
/// an empty folder of the same name, with copies of the files that the line names. Exit status,
/// standard output, standard error and all files in the folder are then compared, byte for byte. Exits
/// with 1 if anything differs.
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// Binary that is taken to be right
    old: PathBuf,
    /// Binary that is checked
    new: PathBuf,
    /// Run only the cases whose line contains TEXT
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(crate) fn run(args: &CompareArgs) -> Result<ExitCode> {
    let inputs = Inputs::new();
    let cases = select(cases::all(&inputs)?, args.only.as_deref())?;
    let n_differ = compare(&cases, &inputs, [&args.old, &args.new], crate::show)?;
    crate::show(&format!("{} cases, {n_differ} differ\n", cases.len()))?;
    Ok(if n_differ == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn select(mut cases: Vec<Case>, only: Option<&str>) -> Result<Vec<Case>> {
    let text = only.unwrap_or_default();
    cases.retain(|case| case.line.contains(text));
    ensure!(
        !cases.is_empty(),
        "no case contains `{text}`; see crates/testkit/src/compare/cases.txt"
    );
    Ok(cases)
}

/// Tells of each case that differs; gives their number.
fn compare(
    cases: &[Case],
    inputs: &Inputs,
    binaries: [&Path; 2],
    mut tell: impl FnMut(&str) -> Result<()>,
) -> Result<usize> {
    let [old, new] = binaries
        .map(|path| path.canonicalize().with_context(|| format!("cannot find {}", path.display())));
    let (runner, old, new) = (Runner::new(inputs)?, old?, new?);
    let mut n_differ = 0;
    for case in cases {
        let differences = difference::between(&runner.run(case, &old)?, &runner.run(case, &new)?);
        if !differences.is_empty() {
            n_differ += 1;
            tell(&format!("{}\n{differences}", case.line))?;
        }
    }
    Ok(n_differ)
}

#[cfg(test)]
mod tests;
