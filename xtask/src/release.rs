//! `release`: versions, changelog, checks, packages, tag and publishing, in one go.

mod changelog; // the section of a version
mod checkout; // a copy of the commit that is released
mod order; // which crate before which
mod version; // numbers and where they stand

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};

use crate::ci::{cargo, run_command};
use crate::workspace::{Workspace, is_publishable};
use checkout::Checkout;
use version::{Level, Version, set, set_of_package};

const HELP: &str = "\
Releases the workspace: all crates share one version.

usage: cargo xtask release [--dry-run | --no-publish] (major | minor | patch)
       cargo xtask release --publish

  1. the number   in Cargo.toml, of the workspace and of its crates' dependencies on each other, and
                  in python/Cargo.toml, of the package for Python
  2. changelog    what stands under `Unreleased` becomes the section of the version, with its date
  3. semver       cargo-semver-checks against the last tag, if there is one
  4. packages     `cargo package` over all crates that are published, which builds each from what
                  would be uploaded
  5. commit and tag
  6. publishing   `cargo publish`, each crate after those that it depends on

Steps 1 to 4 are done in a copy of the last commit under target/release-checkout, so a release that
fails changes nothing. With --dry-run that is all, and what would follow is printed. --no-publish
stops after step 5, and --publish does step 6 alone, for a commit that has the tag of its version: so
the release workflow does it when a tag is pushed. Pushing is left to you: `git push --follow-tags`.
";

const MANIFEST: &str = "Cargo.toml";
const PYTHON_MANIFEST: &str = "python/Cargo.toml";

/// Changes the version in a manifest.
type SetVersion = fn(&str, Version, Version) -> Result<String>;

pub(crate) fn run(args: &[String]) -> Result<()> {
    if args.is_empty() || crate::wants_help(args) {
        return crate::show(HELP);
    }
    let workspace = Workspace::load()?;
    let Some(Job { level, dry, publishes }) = Job::parse(args)? else {
        return publish_tagged(&workspace);
    };
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
    plan.tag(&workspace)?;
    if publishes {
        publish(workspace.root(), &plan.packages)?;
    }
    crate::show(&format!("\n{} is tagged; `git push --follow-tags` shows it to all\n", plan.new))
}

/// What is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Job {
    level: Level,
    dry: bool,
    publishes: bool,
}

impl Job {
    /// `None` to publish what has a tag.
    fn parse(args: &[String]) -> Result<Option<Self>> {
        let words: Vec<&str> = args.iter().map(String::as_str).collect();
        let job =
            |level: &str, dry, publishes| Ok(Some(Self { level: level.parse()?, dry, publishes }));
        match words[..] {
            ["--publish"] => Ok(None),
            ["--dry-run", level] | [level, "--dry-run"] => job(level, true, true),
            ["--no-publish", level] | [level, "--no-publish"] => job(level, false, false),
            [level] => job(level, false, true),
            _ => bail!("`release` takes one of major, minor and patch; see --help"),
        }
    }
}

/// Uploads crates, each after those that it depends on.
fn publish(root: &Path, packages: &[String]) -> Result<()> {
    run_command(cargo().current_dir(root).arg("publish").args(selected(packages)))
}

/// Publishes the commit that is checked out, if it has the tag of its version.
fn publish_tagged(workspace: &Workspace) -> Result<()> {
    let version = version::of_workspace(&workspace.read(Path::new(MANIFEST))?)?;
    let tags = git(workspace.root(), &["tag", "--points-at", "HEAD"])?;
    ensure!(
        tags.lines().any(|tag| tag == format!("v{version}")),
        "the commit that is checked out has no tag v{version}; check out the one that has"
    );
    publish(workspace.root(), &publishable(workspace)?)
}

/// Those that are published, each after what it depends on.
fn publishable(workspace: &Workspace) -> Result<Vec<String>> {
    let published = workspace.packages().iter().filter(|package| is_publishable(package));
    order::order(&published.collect::<Vec<_>>())
}

/// `-p NAME` for each crate.
fn selected(packages: &[String]) -> Vec<String> {
    packages.iter().flat_map(|name| ["-p".to_owned(), name.clone()]).collect()
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
        let manifest = workspace.read(Path::new(MANIFEST))?;
        let old = version::of_workspace(&manifest)?;
        let tags = git(workspace.root(), &["tag", "--list", "v*", "--sort=-version:refname"])?;
        Ok(Self {
            old,
            new: old.next(level),
            date: today()?,
            last_tag: tags.lines().next().map(str::to_owned),
            packages: publishable(workspace)?,
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
             number      {old} -> {new} in Cargo.toml, python/Cargo.toml and their locks\n  \
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
        let copy =
            Checkout::of_head(workspace.root(), &workspace.target().join("release-checkout"))?;
        self.write(copy.path())?;
        if let Some(tag) = &self.last_tag {
            self.check_semver(copy.path(), tag)?;
        }
        // A folder of its own for each commit: cargo unpacks what it has packed once for a place and a
        // number, and would build later crates against what an earlier run left there.
        let commit = git(workspace.root(), &["rev-parse", "HEAD"])?;
        let folder = workspace.target().join("release-packages");
        drop(fs::remove_dir_all(&folder));
        let mut package = cargo();
        package.current_dir(copy.path()).args(["package", "--allow-dirty"]);
        package.env("CARGO_TARGET_DIR", folder.join(commit.trim()));
        run_command(package.args(selected(&self.packages)))
    }

    /// Writes number and changelog to a checkout.
    fn write(&self, root: &Path) -> Result<()> {
        for (manifest, set) in [(MANIFEST, set as SetVersion), (PYTHON_MANIFEST, set_of_package)] {
            rewrite(&root.join(manifest), |text| set(text, self.old, self.new))?;
        }
        rewrite(&root.join("CHANGELOG.md"), |text| changelog::release(text, self.new, &self.date))?;
        for manifest in [MANIFEST, PYTHON_MANIFEST] {
            let mut update = cargo();
            update.current_dir(root).args(["update", "--workspace", "--quiet"]);
            run_command(update.args(["--manifest-path", manifest]))?;
        }
        Ok(())
    }

    fn check_semver(&self, root: &Path, tag: &str) -> Result<()> {
        let probe = cargo().args(["semver-checks", "--version"]).output();
        ensure!(
            probe.is_ok_and(|output| output.status.success()),
            "cargo-semver-checks is not installed; `cargo install --locked cargo-semver-checks` gets it"
        );
        let mut command = cargo();
        command.current_dir(root).args(["semver-checks", "--baseline-rev", tag]);
        run_command(command.args(selected(&self.packages)))
    }

    fn tag(&self, workspace: &Workspace) -> Result<()> {
        let (root, new) = (workspace.root(), self.new);
        self.write(root)?;
        let message = format!("Release {new}");
        git(root, &["commit", "--all", "--message", &message])?;
        git(root, &["tag", "--annotate", &format!("v{new}"), "--message", &message])?;
        Ok(())
    }
}

fn rewrite(path: &Path, change: impl Fn(&str) -> Result<String>) -> Result<()> {
    let name = path.display();
    let text = fs::read_to_string(path).with_context(|| format!("cannot read {name}"))?;
    let text = change(&text).with_context(|| name.to_string())?;
    fs::write(path, text).with_context(|| format!("cannot write {name}"))
}

/// The date of today, UTC. A crate that knows the calendar would be a quarter of this one's build.
fn today() -> Result<String> {
    let date = printed(Command::new("date").args(["-u", "+%F"]))?;
    Ok(date.trim().to_owned())
}

fn git(root: &Path, args: &[&str]) -> Result<String> {
    printed(Command::new("git").current_dir(root).args(args))
}

/// What a command prints.
fn printed(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let output = command.output().with_context(|| format!("cannot start {shown}"))?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{shown} failed: {}", stderr.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    #[test]
    fn today_is_a_date() {
        let today = today().unwrap();
        assert!(today.len() == 10 && *today > *"2026-01-01", "{today}");
    }

    #[test]
    fn one_level_is_taken_and_no_other_word() {
        let parse = |words: &str| {
            let args: Vec<String> = words.split_whitespace().map(str::to_owned).collect();
            Job::parse(&args)
        };
        let job = |level, dry, publishes| Some(Job { level, dry, publishes });
        assert_eq!(parse("--dry-run minor").unwrap(), job(Level::Minor, true, true));
        assert_eq!(parse("patch").unwrap(), job(Level::Patch, false, true));
        assert_eq!(parse("major --no-publish").unwrap(), job(Level::Major, false, false));
        assert_eq!(parse("--publish").unwrap(), None);
        for wrong in ["--dry-run", "minor patch", "huge", "--dry minor", "--publish minor"] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
