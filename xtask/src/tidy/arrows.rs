//! Arrows between crates only point down.

use std::collections::BTreeSet;

/// A crate and the crates of ours that it may depend on, lowest floor first.
pub(crate) type Table<'a> = &'a [(&'a str, &'a [&'a str])];

/// The one place that says who may use whom.
pub(crate) const TABLE: Table = &[
    ("oddsift-ground", &[]),
    ("oddsift-features", &["oddsift-ground"]),
    ("oddsift-dbscan", &["oddsift-ground"]),
    ("oddsift-iforest", &["oddsift-ground"]),
    ("oddsift-rarity", &[]),
    ("oddsift-stl", &["oddsift-ground"]),
    ("oddsift-timespan", &[]),
    ("oddsift-patterns", &["oddsift-ground", "oddsift-timespan"]),
    (
        "oddsift-eventcluster",
        &["oddsift-ground", "oddsift-features", "oddsift-patterns", "oddsift-dbscan"],
    ),
    (
        "oddsift-outliers",
        // Rarity makes numbers of which program ran with what, which a forest cannot see by itself.
        &[
            "oddsift-ground",
            "oddsift-features",
            "oddsift-patterns",
            "oddsift-iforest",
            "oddsift-rarity",
        ],
    ),
    ("oddsift-hunt", &["oddsift-patterns", "oddsift-rarity"]),
    ("oddsift-timeseries", &["oddsift-ground", "oddsift-stl", "oddsift-timespan"]),
    ("oddsift-records", &["oddsift-ground", "oddsift-timespan"]),
    ("oddsift-auditd", &["oddsift-features", "oddsift-eventcluster", "oddsift-records"]),
    ("oddsift-columnar", &["oddsift-records", "oddsift-timespan"]),
    ("oddsift-evtx", &["oddsift-records", "oddsift-timespan"]),
    (
        "oddsift-pipeline",
        &[
            "oddsift-auditd",
            "oddsift-columnar",
            "oddsift-dbscan",
            "oddsift-eventcluster",
            "oddsift-evtx",
            "oddsift-features",
            "oddsift-ground",
            "oddsift-hunt",
            "oddsift-iforest",
            "oddsift-outliers",
            "oddsift-patterns",
            "oddsift-records",
            "oddsift-stl",
            "oddsift-timeseries",
            "oddsift-timespan",
        ],
    ),
    (
        "oddsift-plot",
        &[
            "oddsift-ground",
            "oddsift-dbscan",
            "oddsift-eventcluster",
            "oddsift-iforest",
            "oddsift-outliers",
            "oddsift-patterns",
            "oddsift-pipeline",
            "oddsift-timeseries",
            "oddsift-timespan",
        ],
    ),
    (
        "oddsift",
        &[
            "oddsift-ground",
            "oddsift-features",
            "oddsift-dbscan",
            "oddsift-iforest",
            "oddsift-rarity",
            "oddsift-stl",
            "oddsift-timespan",
            "oddsift-patterns",
            "oddsift-eventcluster",
            "oddsift-outliers",
            "oddsift-hunt",
            "oddsift-timeseries",
            "oddsift-auditd",
            "oddsift-records",
            "oddsift-evtx",
            "oddsift-columnar",
            "oddsift-pipeline",
            "oddsift-plot",
        ],
    ),
    ("oddsift-cli", &["oddsift"]),
    ("oddsift-benches", &["oddsift"]),
    ("oddsift-testkit", &[]),
    ("xtask", &[]),
];

/// Makes test data, and depends on none of ours.
const TESTKIT: &str = "oddsift-testkit";

/// A crate as its manifest has it.
#[derive(Debug, Default)]
pub(crate) struct Crate {
    pub(crate) name: String,
    pub(crate) published: bool,
    /// Our crates among its dependencies.
    pub(crate) uses: Vec<String>,
    /// Our crates among its dev-dependencies.
    pub(crate) tests_use: Vec<String>,
}

/// What is wrong with the arrows: a crate that the table lacks, or an arrow that it lacks.
///
/// The tests of a published crate may use whatever lies below it, however far, the crate itself with
/// more of its features, and the test data that the testkit makes.
pub(crate) fn check(crates: &[Crate], table: Table) -> Vec<String> {
    crates.iter().flat_map(|it| check_crate(it, table)).collect()
}

fn check_crate(it: &Crate, table: Table) -> Vec<String> {
    let name = &it.name;
    let Some(allowed) = row(name, table) else {
        return vec![format!(
            "{name} is not in the table of arrows; add it to the table in xtask/src/tidy/arrows.rs"
        )];
    };
    let direct: BTreeSet<&str> = allowed.iter().copied().collect();
    let mut for_tests = if it.published { below(name, table) } else { direct.clone() };
    for_tests.extend([name.as_str(), TESTKIT]);
    let wrong = it.uses.iter().filter(|to| !direct.contains(to.as_str()));
    let wrong_tests = it.tests_use.iter().filter(|to| !for_tests.contains(to.as_str()));
    wrong
        .map(|to| {
            format!("{name} must not depend on {to}; its row in the table of arrows lacks it")
        })
        .chain(wrong_tests.map(|to| format!("the tests of {name} must not depend on {to}")))
        .collect()
}

fn row<'a>(name: &str, table: Table<'a>) -> Option<&'a [&'a str]> {
    table.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

/// All crates that can be reached from one.
fn below<'a>(name: &str, table: Table<'a>) -> BTreeSet<&'a str> {
    let mut found = BTreeSet::new();
    let mut next: Vec<&str> = row(name, table).unwrap_or_default().to_vec();
    while let Some(name) = next.pop() {
        if found.insert(name) {
            next.extend(row(name, table).unwrap_or_default());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn breaches(name: &str, uses: &[&str], tests_use: &[&str], published: bool) -> Vec<String> {
        let own = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
        let (uses, tests_use) = (own(uses), own(tests_use));
        check(&[Crate { name: name.to_owned(), published, uses, tests_use }], TABLE)
    }

    #[test]
    fn an_arrow_down_passes() {
        let uses = ["oddsift-features", "oddsift-dbscan"];
        assert!(breaches("oddsift-eventcluster", &uses, &["oddsift-timespan"], true).is_empty());
        assert!(breaches("oddsift-benches", &[], &["oddsift"], false).is_empty());
    }

    #[test]
    fn tests_may_use_their_crate_with_more_features() {
        assert!(breaches("oddsift", &[], &["oddsift"], true).is_empty());
        assert_eq!(breaches("oddsift", &["oddsift"], &[], true).len(), 1);
    }

    #[test]
    fn an_arrow_up_fails() {
        let found = breaches("oddsift-dbscan", &["oddsift-eventcluster"], &[], true);
        assert!(found[0].contains("must not depend on oddsift-eventcluster"), "{found:?}");
        assert_eq!(breaches("oddsift-dbscan", &[], &["oddsift"], true).len(), 1);
    }

    #[test]
    fn an_arrow_past_the_facade_fails() {
        assert_eq!(breaches("oddsift-cli", &["oddsift-records"], &[], true).len(), 1);
        assert_eq!(breaches("oddsift-benches", &[], &["oddsift-dbscan"], false).len(), 1);
    }

    #[test]
    fn an_unknown_crate_fails() {
        assert!(breaches("oddsift-new", &[], &[], true)[0].contains("add it to the table"));
    }

    #[test]
    fn the_table_itself_only_points_down() {
        for (place, (name, uses)) in TABLE.iter().enumerate() {
            let lower: Vec<&str> = TABLE[..place].iter().map(|(name, _)| *name).collect();
            assert!(uses.iter().all(|to| lower.contains(to)), "{name}");
        }
    }
}
