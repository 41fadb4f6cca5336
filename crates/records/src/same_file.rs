use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
};

/// Whether two paths lead to one file: by a link, a way round, or two names of one file.
///
/// Of files that are not there yet, folder and name are compared. What is no file, such as a device,
/// is never the same. Hard links are known on Unix only.
///
/// ```
/// use oddsift_records::is_same_file;
///
/// let folder = tempfile::tempdir()?;
/// let (new, way_round) = (folder.path().join("a.csv"), folder.path().join("./a.csv"));
/// assert!(is_same_file(&new, &way_round));
/// assert!(!is_same_file(&new, folder.path().join("b.csv")));
/// # Ok::<(), std::io::Error>(())
/// ```
pub fn is_same_file(a: impl AsRef<Path>, b: impl AsRef<Path>) -> bool {
    let (a, b) = (a.as_ref(), b.as_ref());
    match (fs::canonicalize(a), fs::canonicalize(b)) {
        (Ok(a), Ok(b)) => {
            fs::metadata(&a).is_ok_and(|about| about.is_file()) && (a == b || same_node(&a, &b))
        }
        (Err(_), Err(_)) => place(a).is_some_and(|a| place(b).is_some_and(|b| a == b)),
        _ => false,
    }
}

/// The folder that a path names a file in; `.` if it names none.
pub(crate) fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Where a new file would be made; `None` where it cannot be.
fn place(path: &Path) -> Option<(PathBuf, OsString)> {
    Some((fs::canonicalize(folder(path)).ok()?, spelling(path.file_name()?)))
}

/// Names that differ in case alone are one on the usual disks of these systems.
fn spelling(name: &OsStr) -> OsString {
    if cfg!(any(windows, target_os = "macos")) {
        name.to_string_lossy().to_lowercase().into()
    } else {
        name.to_owned()
    }
}

#[cfg(unix)]
fn same_node(a: &Path, b: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;

    let node = |path| fs::metadata(path).map(|about| (about.dev(), about.ino()));
    matches!((node(a), node(b)), (Ok(a), Ok(b)) if a == b)
}

#[cfg(not(unix))]
fn same_node(_: &Path, _: &Path) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn new_files_are_the_same_by_folder_and_name() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("in")).unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(is_same_file(at("a"), at("in/../a")) && is_same_file("a-new-one", "./a-new-one"));
        assert!(!is_same_file(at("a"), at("in/a")) && !is_same_file(at("no/a"), at("no/a")));
        fs::write(at("a"), "").unwrap();
        assert!(is_same_file(at("a"), at("in/../a")) && !is_same_file(at("a"), at("b")));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_to_the_same_file() {
        let folder = tempfile::tempdir().unwrap();
        let [file, soft, hard, there] =
            ["file", "soft", "hard", "there"].map(|name| folder.path().join(name));
        fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &soft).unwrap();
        std::os::unix::fs::symlink(folder.path(), &there).unwrap();
        fs::hard_link(&file, &hard).unwrap();
        assert!([&soft, &hard, &there.join("file")].iter().all(|path| is_same_file(&file, path)));
        assert!(is_same_file(folder.path().join("new"), there.join("new")));
        assert!(!is_same_file("/dev/null", "/dev/null"));
    }
}
