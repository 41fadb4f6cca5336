//! Crates in the order in which they can be published.

use anyhow::{Result, ensure};
use cargo_metadata::{DependencyKind, Package};

/// The names of the packages, each after those that it depends on. Tests' dependencies are no part
/// of what is published.
pub(super) fn order(packages: &[&Package]) -> Result<Vec<String>> {
    let edges = packages.iter().map(|package| {
        let needed = package.dependencies.iter();
        let needed = needed.filter(|it| it.kind != DependencyKind::Development);
        (package.name.to_string(), needed.map(|it| it.name.clone()).collect())
    });
    sort(&edges.collect::<Vec<_>>())
}

/// A name with all that it needs.
type Edges = (String, Vec<String>);

fn sort(edges: &[Edges]) -> Result<Vec<String>> {
    let mut sorted: Vec<String> = Vec::new();
    while sorted.len() < edges.len() {
        let is_open =
            |name: &String| edges.iter().any(|(known, _)| known == name) && !sorted.contains(name);
        let ready = edges
            .iter()
            .filter(|(name, needed)| is_open(name) && !needed.iter().any(is_open))
            .map(|(name, _)| name.clone())
            .collect::<Vec<_>>();
        ensure!(!ready.is_empty(), "crates depend on each other in a circle");
        sorted.extend(ready);
    }
    Ok(sorted)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(edges: &[(&str, &[&str])]) -> Result<Vec<String>> {
        let own = |(name, needed): &(&str, &[&str])| {
            ((*name).to_owned(), needed.iter().map(|&name| name.to_owned()).collect())
        };
        sort(&edges.iter().map(own).collect::<Vec<_>>())
    }

    #[test]
    fn each_crate_comes_after_what_it_needs() {
        let found = sorted(&[("tool", &["facade", "serde"]), ("facade", &["stl"]), ("stl", &[])]);
        assert_eq!(found.unwrap(), ["stl", "facade", "tool"]);
        assert!(sorted(&[("a", &["b"]), ("b", &["a"])]).is_err());
    }
}
