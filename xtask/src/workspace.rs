//! The workspace as cargo and the disk have it.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use cargo_metadata::{Metadata, MetadataCommand, Package};

/// What `cargo metadata` tells, without the dependencies from outside.
#[derive(Debug)]
pub(crate) struct Workspace(Metadata);

impl Workspace {
    pub(crate) fn load() -> Result<Self> {
        let metadata = MetadataCommand::new().no_deps().exec();
        metadata.map(Self).context("cannot run `cargo metadata`; run this inside the workspace")
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.workspace_root.as_std_path()
    }

    /// Where cargo builds.
    pub(crate) fn target(&self) -> &Path {
        self.0.target_directory.as_std_path()
    }

    pub(crate) fn packages(&self) -> &[Package] {
        &self.0.packages
    }

    /// All files that a person wrote, by path from the root, sorted.
    pub(crate) fn files(&self) -> Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        let mut folders = vec![self.root().to_owned()];
        while let Some(folder) = folders.pop() {
            let entries = fs::read_dir(&folder);
            for entry in entries.with_context(|| format!("cannot list {}", folder.display()))? {
                let entry = entry?;
                let kind = entry.file_type()?;
                if kind.is_dir() && is_ours(&entry.file_name().to_string_lossy()) {
                    folders.push(entry.path());
                } else if kind.is_file() {
                    files.push(entry.path().strip_prefix(self.root())?.to_owned());
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The text of a file, by path from the root.
    pub(crate) fn read(&self, path: &Path) -> Result<String> {
        let text = fs::read_to_string(self.root().join(path));
        text.with_context(|| format!("cannot read {}", path.display()))
    }
}

/// Whether crates.io may get the package.
pub(crate) fn is_publishable(package: &Package) -> bool {
    package.publish.as_ref().is_none_or(|registries| !registries.is_empty())
}

/// Build output and hidden folders are not ours, but for those that hold the project's settings.
fn is_ours(folder: &str) -> bool {
    folder != "target"
        && (!folder.starts_with('.') || [".cargo", ".ci", ".github"].contains(&folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_and_built_folders_are_left_out() {
        assert!(is_ours("crates") && is_ours(".github"));
        assert!(!is_ours("target") && !is_ours(".git"));
    }
}
