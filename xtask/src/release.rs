//! `release`: versions, changelog, checks, packages, tag and publishing, in one go.

mod changelog; // the section of a version
mod checkout; // a copy of the commit that is released
mod order; // which crate before which
mod version; // numbers and where they stand

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::calendar::today;
use crate::ci::{cargo, run_command};
use crate::workspace::{Workspace, is_publishable};
use checkout::Checkout;
use version::{Level, Version};

const HELP: &str = "\
Releases the workspace: all crates share one version.

usage: cargo xtask release [--dry-run] (major | minor | patch)

  1. the number   in Cargo.toml, of the workspace and of its crates' dependencies on each other
  2. changelog    what stands under `Unreleased` becomes the section of the version, with its date
  3. semver       cargo-semver-checks against the last tag, if there is one
  4. packages     `cargo package` over all crates that are published, which builds each from what
                  would be uploaded
  5. commit and tag
  6. publishing   `cargo publish`, each crate after those that it depends on

Steps 1 to 4 are done in a copy of the last commit under target/release, so a release that fails
changes nothing. With --dry-run that is all, and what would follow is printed. Pushing is left to
you: `git push --follow-tags`.
";

pub(crate) fn run(args: &[String]) -> Result<()> {
    if args.is_empty() || crate::wants_help(args) {
        return crate::show(HELP);
    }
    let (dry, level) = parse(args)?;
    let workspace = Workspace::load()?;
    let plan = Plan::new(&workspace, level)?;
    crate::show(&plan.describe())?;
    if !dry {
        ensure!(
            git(workspace.root(), &["status", "--porcelain"])?.is_empty(),
            "there are changes that are not committed; commit them or take them back"
        );
    }
    plan.verify(&workspace)?;
    if dry {
        return crate::show(&format!("\nchecked: {} can be released\n", plan.new));
    }
    plan.carry_out(&workspace)
}

fn parse(args: &[String]) -> Result<(bool, Level)> {
    let levels: Vec<&String> = args.iter().filter(|arg| *arg != "--dry-run").collect();
    let dry = levels.len() < args.len();
    match levels[..] {
        [level] => Ok((dry, level.parse()?)),
        _ => bail!("`release` takes one of major, minor and patch; see --help"),
    }
}

/// All that a release does.
struct Plan {
    old: Version,
    new: Version,
    date: String,
    last_tag: Option<String>,
    /// Those that are published, each after what it depends on.
    packages: Vec<String>,
}

impl Plan {
    fn new(workspace: &Workspace, level: Level) -> Result<Self> {
        let published = workspace.packages().iter().filter(|package| is_publishable(package));
        let packages = order::order(&published.collect::<Vec<_>>())?;
        let manifest = workspace.read(Path::new("Cargo.toml"))?;
        let old = version::of_workspace(&manifest)?;
        let tags = git(workspace.root(), &["tag", "--list", "v*", "--sort=-version:refname"])?;
        Ok(Self {
            old,
            new: old.next(level),
            date: today()?,
            last_tag: tags.lines().next().map(str::to_owned),
            packages,
        })
    }

    fn describe(&self) -> String {
        let Self { old, new, date, last_tag, packages } = self;
        let semver = match last_tag {
            Some(tag) => format!("cargo semver-checks against {tag}"),
            None => "no earlier tag, so nothing to compare with".to_owned(),
        };
        let list = packages.join("\n                ");
        format!(
            "release of oddsift {new}\n\n  \
             number      {old} -> {new} in Cargo.toml and Cargo.lock\n  \
             changelog   `Unreleased` becomes `[{new}] - {date}`\n  \
             semver      {semver}\n  \
             packages    {} crates, each built from what would be uploaded\n  \
             commit      `Release {new}`, tag v{new}\n  \
             publishing  in this order:\n                {list}\n",
            packages.len(),
        )
    }

    /// Makes the release in a copy, as far as nobody sees it.
    fn verify(&self, workspace: &Workspace) -> Result<()> {
        let copy = Checkout::of_head(workspace.root(), &workspace.target().join("release"))?;
        self.write(copy.path())?;
        if let Some(tag) = &self.last_tag {
            self.check_semver(copy.path(), tag)?;
        }
        let mut package = cargo();
        package.current_dir(copy.path()).args(["package", "--allow-dirty"]);
        package.env("CARGO_TARGET_DIR", workspace.target().join("release-packages"));
        run_command(package.args(self.selected()))
    }

    /// `-p NAME` for each crate.
    fn selected(&self) -> Vec<String> {
        self.packages.iter().flat_map(|name| ["-p".to_owned(), name.clone()]).collect()
    }

    /// Writes number and changelog to a checkout.
    fn write(&self, root: &Path) -> Result<()> {
        rewrite(&root.join("Cargo.toml"), |text| version::set(text, self.old, self.new))?;
        rewrite(&root.join("CHANGELOG.md"), |text| changelog::release(text, self.new, &self.date))?;
        run_command(cargo().current_dir(root).args(["update", "--workspace", "--quiet"]))
    }

    fn check_semver(&self, root: &Path, tag: &str) -> Result<()> {
        let probe = cargo().args(["semver-checks", "--version"]).output();
        ensure!(
            probe.is_ok_and(|output| output.status.success()),
            "cargo-semver-checks is not installed; `cargo install --locked cargo-semver-checks` gets it"
        );
        let mut command = cargo();
        command.current_dir(root).args(["semver-checks", "--baseline-rev", tag]);
        run_command(command.args(self.selected()))
    }

    fn carry_out(&self, workspace: &Workspace) -> Result<()> {
        let (root, new) = (workspace.root(), self.new);
        self.write(root)?;
        let message = format!("Release {new}");
        git(root, &["commit", "--all", "--message", &message])?;
        git(root, &["tag", "--annotate", &format!("v{new}"), "--message", &message])?;
        run_command(cargo().current_dir(root).arg("publish").args(self.selected()))?;
        crate::show(&format!("\nreleased {new}; `git push --follow-tags` shows it to all\n"))
    }
}

fn rewrite(path: &Path, change: impl Fn(&str) -> Result<String>) -> Result<()> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let text = change(&text).with_context(|| name.to_string())?;
    fs::write(path, text).with_context(|| format!("cannot write {name}"))
}

/// What git prints.
fn git(root: &Path, args: &[&str]) -> Result<String> {
    let output = Command::new("git").current_dir(root).args(args).output();
    let output = output.context("cannot start git")?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`git {}` failed: {}", args.join(" "), stderr.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_level_is_taken_and_no_other_word() {
        let parse = |words: &str| {
            let args: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            parse(&args)
        };
        assert_eq!(parse("--dry-run minor").unwrap(), (true, Level::Minor));
        assert_eq!(parse("patch").unwrap(), (false, Level::Patch));
        for wrong in ["--dry-run", "minor patch", "huge", "--dry minor"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
