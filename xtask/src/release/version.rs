//! Version numbers, and where they stand in the workspace's manifest.

use std::fmt;
use std::str::FromStr;

use anyhow::{Context, Result, bail, ensure};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Version {
    major: u64,
    minor: u64,
    patch: u64,
}

/// What changes: all, what is added, what is mended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Major,
    Minor,
    Patch,
}

impl Version {
    pub(super) fn next(self, level: Level) -> Self {
        let Self { major, minor, patch } = self;
        match level {
            Level::Major => Self { major: major + 1, minor: 0, patch: 0 },
            Level::Minor => Self { major, minor: minor + 1, patch: 0 },
            Level::Patch => Self { major, minor, patch: patch + 1 },
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.major, self.minor, self.patch)
    }
}

impl FromStr for Version {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let numbers: Result<Vec<u64>, _> = text.split('.').map(str::parse).collect();
        match numbers.as_deref() {
            Ok([major, minor, patch]) => Ok(Self { major: *major, minor: *minor, patch: *patch }),
            _ => bail!("`{text}` is no version of three numbers"),
        }
    }
}

impl FromStr for Level {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "major" => Ok(Self::Major),
            "minor" => Ok(Self::Minor),
            "patch" => Ok(Self::Patch),
            _ => bail!("`{text}` is no level; those are major, minor and patch"),
        }
    }
}

/// The version that all crates inherit.
pub(super) fn of_workspace(manifest: &str) -> Result<Version> {
    let table: toml::Table = manifest.parse().context("Cargo.toml is no TOML")?;
    let version = table.get("workspace").and_then(|it| it.get("package")?.get("version")?.as_str());
    version.context("Cargo.toml has no workspace.package.version")?.parse()
}

/// The manifest with another version: the workspace's and that of its crates among its
/// dependencies. Everything else stays as it is written.
pub(super) fn set(manifest: &str, old: Version, new: Version) -> Result<String> {
    set_in(manifest, ["[workspace.package]", "[workspace.dependencies]"], old, new)
}

/// The same of a package outside the workspace that depends on its crates.
pub(super) fn set_of_package(manifest: &str, old: Version, new: Version) -> Result<String> {
    set_in(manifest, ["[package]", "[dependencies]"], old, new)
}

fn set_in(manifest: &str, sections: [&str; 2], old: Version, new: Version) -> Result<String> {
    let (from, to) = (format!("version = \"{old}\""), format!("version = \"{new}\""));
    let [own, dependencies] = sections;
    let mut section = "";
    let mut lines = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        }
        let is_own = section == own && line.starts_with("version");
        let is_crate = section == dependencies && line.contains("path = \"");
        let changed = if is_own || is_crate { line.replace(&from, &to) } else { line.to_owned() };
        ensure!(
            !(is_own || is_crate) || changed != line,
            "`{line}` does not have version {old}; all crates share one"
        );
        lines.push(changed);
    }
    Ok(lines.join("\n") + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const MANIFEST: &str = "[workspace.package]\nversion = \"0.1.9\"\n[workspace.dependencies]\n\
        ours = { path = \"crates/ours\", version = \"0.1.9\" }\nother = { version = \"0.1.9\" }\n";

    #[test]
    fn levels_reset_what_is_below_them() {
        let version: Version = "1.2.3".parse().unwrap();
        let next = |level| version.next(level).to_string();
        assert_eq!(next(Level::Major), "2.0.0");
        assert_eq!(next(Level::Minor), "1.3.0");
        assert_eq!(next(Level::Patch), "1.2.4");
        assert!("1.2".parse::<Version>().is_err() && "1.2.x".parse::<Version>().is_err());
    }

    #[test]
    fn only_versions_of_our_own_crates_change() {
        let old = of_workspace(MANIFEST).unwrap();
        let new = set(MANIFEST, old, old.next(Level::Minor)).unwrap();
        assert_eq!(of_workspace(&new).unwrap().to_string(), "0.2.0");
        assert!(new.contains("crates/ours\", version = \"0.2.0\""));
        assert!(new.contains("other = { version = \"0.1.9\" }"));
        let package = "[package]\nversion = \"0.1.9\"\nrust-version = \"1.88\"\n[dependencies]\n\
            ours = { path = \"../ours\", version = \"0.1.9\" }\nother = \"0.1.9\"\n";
        let new = set_of_package(package, old, old.next(Level::Minor)).unwrap();
        assert_eq!((new.matches("0.2.0").count(), new.matches("0.1.9").count()), (2, 1), "{new}");
        let torn = MANIFEST.replace("ours\", version = \"0.1.9\"", "ours\", version = \"0.1.8\"");
        assert!(set(&torn, old, old).is_err());
    }
}
