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
    run_command(cargo().arg("bench").args(plan(args, &known)?))
}

/// The arguments of `cargo bench` behind the package.
fn plan(args: &[String], known: &[&str]) -> Result<Vec<String>> {
    let split = args.iter().position(|arg| arg == "--").unwrap_or(args.len());
    let is_dev = args[..split].iter().any(|arg| arg == "--dev");
    // With the features of the whole workspace what the tests have built is used again.
    let packages = if is_dev { &["--workspace"][..] } else { &["-p", PACKAGE] };
    let mut plan: Vec<String> = packages.iter().map(|&word| word.to_owned()).collect();
    let mut passed_on = vec!["--".to_owned()];
    let mut names = Vec::new();
    for arg in &args[..split] {
        match arg.as_str() {
            "--dev" => plan.extend(["--profile", "dev"].map(str::to_owned)),
            "--test" => passed_on.push(arg.clone()),
            name if known.contains(&name) => names.push(name),
            other => bail!("there is no bench `{other}`; the benches are {}", known.join(", ")),
        }
    }
    if is_dev && names.is_empty() {
        names.extend(known);
    }
    plan.extend(names.into_iter().flat_map(|name| ["--bench".to_owned(), name.to_owned()]));
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
        let benches = "-p oddsift-benches";
        assert_eq!(planned("").unwrap(), benches);
        assert_eq!(
            planned("dbscan --test").unwrap(),
            format!("{benches} --bench dbscan -- --test")
        );
        let all = "--workspace --profile dev --bench dbscan --bench records -- --test";
        assert_eq!(planned("--dev --test").unwrap(), all);
        let passed_on = format!("{benches} --bench records -- --quick x");
        assert_eq!(planned("records -- --quick x").unwrap(), passed_on);
    }

    #[test]
    fn an_unknown_name_is_an_error() {
        assert!(planned("dbscam").unwrap_err().to_string().contains("dbscan, records"));
    }
}
