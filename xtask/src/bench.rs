//! `bench`: criterion benches, all or the named ones.

use anyhow::{Result, bail};

use crate::ci::{cargo, run_command};
use crate::workspace::Workspace;

const HELP: &str = "\
Runs criterion benches, all or the named ones.

usage: cargo xtask bench [--dev] [--test] [NAME].. [-- ARGUMENTS]

  NAME        a file of benches/benches without its .rs
  --dev       builds without optimization, as tests are built
  --test      runs each benchmark once, to see that it works
  ARGUMENTS   go to criterion, such as `--save-baseline before` or a filter
";

const PACKAGE: &str = "oddsift-benches";

pub(crate) fn run(args: &[String]) -> Result<()> {
    if crate::wants_help(args) {
        return crate::show(HELP);
    }
    let workspace = Workspace::load()?;
    let packages = workspace.packages().iter().filter(|package| *package.name == PACKAGE);
    let targets = packages.flat_map(|package| &package.targets).filter(|target| target.is_bench());
    let known: Vec<&str> = targets.map(|target| target.name.as_str()).collect();
    if known.is_empty() {
        bail!("{PACKAGE} has no bench, so nothing would run; add one under benches/benches");
    }
    let mut all = vec!["bench".to_owned(), "-p".to_owned(), PACKAGE.to_owned()];
    all.extend(plan(args, &known)?);
    run_command(cargo().args(all))
}

/// The arguments of `cargo bench` behind the package.
fn plan(args: &[String], known: &[&str]) -> Result<Vec<String>> {
    let split = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let (mut plan, mut passed_on) = (Vec::new(), vec!["--".to_owned()]);
    for arg in &args[..split] {
        match arg.as_str() {
            "--dev" => plan.extend(["--profile", "dev"].map(str::to_owned)),
            "--test" => passed_on.push(arg.clone()),
            name if known.contains(&name) => plan.extend(["--bench".to_owned(), name.to_owned()]),
            other => bail!("there is no bench `{other}`; the benches are {}", known.join(", ")),
        }
    }
    passed_on.extend(args.iter().skip(split + 1).cloned());
    if passed_on.len() > 1 {
        plan.extend(passed_on);
    }
    Ok(plan)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn planned(args: &str) -> Result<String> {
        let args: Vec<String> = args.split_whitespace().map(str::to_owned).collect();
        plan(&args, &["dbscan", "records"]).map(|plan| plan.join(" "))
    }

    #[test]
    fn names_select_and_the_rest_goes_on() {
        assert_eq!(planned("").unwrap(), "");
        assert_eq!(planned("dbscan --test").unwrap(), "--bench dbscan -- --test");
        assert_eq!(planned("--dev --test").unwrap(), "--profile dev -- --test");
        assert_eq!(planned("records -- --quick x").unwrap(), "--bench records -- --quick x");
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(planned("dbscam").unwrap_err().to_string().contains("dbscan, records"));
    }
}
