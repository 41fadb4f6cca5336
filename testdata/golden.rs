//! Finds recorded results: what every crate's `tests/golden.rs` begins with, by `#[path]`.

use std::path::{Path, PathBuf};

use serde_json::Value;

/// The folder of an area and what its `cases.json` holds.
///
/// The root is `ODDSIFT_GOLDEN`, absolute or relative to the workspace, or `testdata/golden`. `None`,
/// with a line that says so, for an area that a given root lacks.
pub(crate) fn area(name: &str) -> Option<(PathBuf, Value)> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().nth(2).unwrap();
    let given = std::env::var_os("ODDSIFT_GOLDEN");
    let root = workspace.join(given.clone().unwrap_or_else(|| "testdata/golden".into()));
    let folder = root.join(name);
    if given.is_some() && !folder.is_dir() {
        println!("skipped: no folder {}", folder.display());
        return None;
    }
    let path = folder.join("cases.json");
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(cases["area"], name, "{}", path.display());
    assert!(!cases["cases"].as_array().unwrap().is_empty(), "no case in {}", path.display());
    Some((folder, cases))
}
