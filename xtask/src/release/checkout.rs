//! A copy of the last commit, in which a release is tried.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::git;

/// A work tree of its own, taken away again when it is dropped.
pub(super) struct Checkout {
    root: PathBuf,
    path: PathBuf,
}

impl Checkout {
    pub(super) fn of_head(root: &Path, path: &Path) -> Result<Self> {
        let checkout = Self { root: root.to_owned(), path: path.to_owned() };
        // One that an earlier run could not take away.
        checkout.remove();
        git(root, &["worktree", "add", "--detach", "--quiet", &path.to_string_lossy(), "HEAD"])?;
        Ok(checkout)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    fn remove(&self) {
        let path = self.path.to_string_lossy();
        // What is not there need not be removed, and the next run tries again.
        drop(git(&self.root, &["worktree", "remove", "--force", &path]));
    }
}

impl Drop for Checkout {
    fn drop(&mut self) {
        self.remove();
    }
}
