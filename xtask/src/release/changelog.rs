//! The changelog's section of a version.

use anyhow::{Context, Result, ensure};

use super::version::Version;

const UNRELEASED: &str = "## [Unreleased]";

/// The changelog in which what was not released stands under a version and its date.
pub(super) fn release(changelog: &str, version: Version, date: &str) -> Result<String> {
    let (before, after) = changelog
        .split_once(UNRELEASED)
        .with_context(|| format!("there is no `{UNRELEASED}` to release"))?;
    let section = after.split_once("\n## ").map_or(after, |(section, _)| section);
    ensure!(
        section.lines().any(|line| line.starts_with("- ")),
        "nothing stands under `{UNRELEASED}`; say what changed for users"
    );
    Ok(format!("{before}{UNRELEASED}\n\n## [{version}] - {date}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_released_gets_number_and_date() {
        let version: Version = "0.2.0".parse().unwrap();
        let log = "# Changelog\n\n## [Unreleased]\n\n### Added\n- one\n\n## [0.1.0] - 2026-01-01\n- zero\n";
        let released = release(log, version, "2026-02-03").unwrap();
        assert_eq!(
            released,
            "# Changelog\n\n## [Unreleased]\n\n## [0.2.0] - 2026-02-03\n\n### Added\n- one\n\n\
             ## [0.1.0] - 2026-01-01\n- zero\n"
        );
        assert!(release(&released, version, "2026-02-03").is_err());
        assert!(release("# Changelog\n", version, "2026-02-03").is_err());
    }
}
