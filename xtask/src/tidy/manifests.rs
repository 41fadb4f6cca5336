//! What is the same for all crates stands once, in the workspace's manifest.

use anyhow::Result;
use toml::{Table, Value};

const INHERITED: [&str; 4] = ["edition", "rust-version", "license", "version"];

pub(crate) fn parse(text: &str) -> Result<Table> {
    Ok(text.parse()?)
}

/// What is wrong with the workspace's own manifest: a crate of ours whose version there is another.
pub(crate) fn check_workspace(root: &Table) -> Vec<String> {
    let version = get(root, &["workspace", "package", "version"]).and_then(Value::as_str);
    let ours = workspace_dependencies(root).filter(|(_, entry)| field(entry, "path").is_some());
    ours.filter(|(_, entry)| field(entry, "version").and_then(Value::as_str) != version)
        .map(|(name, _)| {
            format!(
                "Cargo.toml: {name} must have the workspace's version, {}",
                version.unwrap_or("none")
            )
        })
        .collect()
}

/// What is wrong with the manifest of a package that cannot inherit, since it is outside the workspace.
pub(crate) fn check_outside(manifest: &Table, root: &Table) -> Vec<String> {
    let stated = |key: &&str| {
        let of_workspace = get(root, &["workspace", "package", key]);
        get(manifest, &["package", key]) == of_workspace
    };
    let other = INHERITED.into_iter().filter(|key| !stated(key));
    let mut breaches: Vec<String> =
        other.map(|key| format!("package.{key} must be the workspace's")).collect();
    let version = get(root, &["workspace", "package", "version"]);
    for (section, name, entry) in dependencies(manifest) {
        if field(entry, "path").is_some() && field(entry, "version") != version {
            breaches.push(format!("{section}.{name} must have the workspace's version"));
        }
    }
    breaches
}

/// What is wrong with the manifest of a member.
pub(crate) fn check_member(manifest: &Table, root: &Table, published: bool) -> Vec<String> {
    let mut breaches = check_inherited(manifest, published);
    if published {
        breaches.extend(check_published(manifest));
    }
    for (section, name, entry) in dependencies(manifest) {
        breaches.extend(check_dependency(&section, name, entry, root, published));
    }
    breaches
}

fn check_inherited(manifest: &Table, published: bool) -> Vec<String> {
    let is_fixed = |key: &str| {
        let value = get(manifest, &["package", key]);
        key == "version" && !published && value.and_then(Value::as_str) == Some("0.0.0")
    };
    let mut breaches: Vec<String> = INHERITED
        .iter()
        .filter(|key| !is_true(manifest, &["package", key, "workspace"]) && !is_fixed(key))
        .map(|key| format!("package.{key} must be inherited; write `{key}.workspace = true`"))
        .collect();
    if !is_true(manifest, &["lints", "workspace"]) {
        breaches.push("lints must be inherited; write `workspace = true` under [lints]".to_owned());
    }
    breaches
}

fn check_published(manifest: &Table) -> Vec<String> {
    ["description", "keywords", "readme"]
        .iter()
        .filter(|key| is_empty(get(manifest, &["package", key])))
        .map(|key| format!("package.{key} is missing; crates.io shows it"))
        .collect()
}

fn check_dependency(
    section: &str,
    name: &str,
    entry: &Value,
    root: &Table,
    published: bool,
) -> Option<String> {
    let is_dev = section.ends_with("dev-dependencies");
    let mut table = workspace_dependencies(root);
    let is_ours = table.any(|(own, it)| own == name && field(it, "path").is_some());
    let inherited = field(entry, "workspace").and_then(Value::as_bool) == Some(true);
    let path_only = field(entry, "path").is_some() && field(entry, "version").is_none();
    // The testkit is never published, and so not among the workspace's versions.
    if is_dev && published && (is_ours || path_only) {
        return (!path_only).then(|| {
            format!(
                "{section}.{name} must have a path and no version, or publishing goes in a circle"
            )
        });
    }
    (!inherited).then(|| {
        format!(
            "{section}.{name} must be inherited; put its version under [workspace.dependencies]"
        )
    })
}

/// All dependencies: the section, the name, what is written there.
fn dependencies(manifest: &Table) -> Vec<(String, &str, &Value)> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flatten().filter_map(|(cfg, it)| Some((cfg, it.as_table()?)));
    let mut tables = vec![(String::new(), manifest)];
    tables.extend(targets.map(|(cfg, table)| (format!("target.{cfg}."), table)));
    let mut found = Vec::new();
    for (prefix, table) in tables {
        for kind in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let entries = table.get(kind).and_then(Value::as_table).into_iter().flatten();
            found.extend(
                entries.map(|(name, entry)| (format!("{prefix}{kind}"), name.as_str(), entry)),
            );
        }
    }
    found
}

fn workspace_dependencies(root: &Table) -> impl Iterator<Item = (&String, &Value)> {
    let table = get(root, &["workspace", "dependencies"]).and_then(Value::as_table);
    table.into_iter().flatten()
}

fn get<'a>(table: &'a Table, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(table.get(*first)?, |value, key| value.get(key))
}

fn field<'a>(entry: &'a Value, key: &str) -> Option<&'a Value> {
    entry.as_table()?.get(key)
}

fn is_true(table: &Table, path: &[&str]) -> bool {
    get(table, path).and_then(Value::as_bool) == Some(true)
}

fn is_empty(value: Option<&Value>) -> bool {
    match value {
        Some(Value::String(text)) => text.trim().is_empty(),
        Some(Value::Array(items)) => items.is_empty(),
        other => other.is_none(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: &str = r#"
        [workspace.package]
        version = "0.1.0"
        [workspace.dependencies]
        oddsift-timespan = { path = "crates/timespan", version = "0.1.0" }
        csv = "1.4"
    "#;
    const GOOD: &str = r#"
        [package]
        name = "oddsift-patterns"
        description = "Rows to patterns"
        keywords = ["logs"]
        readme = "README.md"
        version.workspace = true
        edition.workspace = true
        rust-version.workspace = true
        license.workspace = true
        [dependencies]
        csv.workspace = true
        oddsift-timespan = { workspace = true, optional = true }
        [dev-dependencies]
        oddsift-timespan = { path = "../timespan" }
        [lints]
        workspace = true
    "#;

    fn breaches(manifest: &str, published: bool) -> Vec<String> {
        check_member(&parse(manifest).unwrap(), &parse(ROOT).unwrap(), published)
    }

    #[test]
    fn a_good_manifest_passes() {
        assert_eq!(breaches(GOOD, true), Vec::<String>::new());
        assert!(check_workspace(&parse(ROOT).unwrap()).is_empty());
    }

    #[test]
    fn tests_may_use_a_crate_that_is_not_published() {
        let testkit = "[dev-dependencies]\n        oddsift-testkit = { path = \"../testkit\" }";
        let manifest = GOOD.replacen("[dev-dependencies]", testkit, 1);
        assert_eq!(breaches(&manifest, true), Vec::<String>::new());
    }

    #[test]
    fn each_breach_is_found() {
        for (good, bad, named) in [
            ("version.workspace = true", "version = \"0.0.0\"", "package.version"),
            ("edition.workspace = true", "edition = \"2024\"", "package.edition"),
            ("rust-version.workspace = true", "", "package.rust-version"),
            ("license.workspace = true", "license = \"MIT\"", "package.license"),
            ("[lints]\n        workspace = true", "[lints]", "lints"),
            ("description = \"Rows to patterns\"", "description = \" \"", "package.description"),
            ("keywords = [\"logs\"]", "keywords = []", "package.keywords"),
            ("readme = \"README.md\"", "", "package.readme"),
            ("csv.workspace = true", "csv = \"1.4\"", "dependencies.csv"),
            ("csv.workspace = true", "csv = { version = \"1\" }", "dependencies.csv"),
            (
                "../timespan\"",
                "../timespan\", version = \"0.1\"",
                "dev-dependencies.oddsift-timespan",
            ),
            (
                "{ path = \"../timespan\" }",
                "{ workspace = true }",
                "dev-dependencies.oddsift-timespan",
            ),
            ("[lints]", "[target.'cfg(unix)'.dependencies]\nnix = \"1\"\n[lints]", "cfg(unix)"),
        ] {
            let changed = GOOD.replacen(good, bad, 1);
            assert_ne!(changed, GOOD);
            let found = breaches(&changed, true);
            assert!(found.len() == 1 && found[0].contains(named), "{bad}: {found:?}");
        }
    }

    #[test]
    fn an_unpublished_crate_may_stay_at_version_zero() {
        let manifest = GOOD.replacen("version.workspace = true", "version = \"0.0.0\"", 1);
        let manifest = manifest.replace("{ path = \"../timespan\" }", "{ workspace = true }");
        assert!(breaches(&manifest, false).is_empty());
    }

    #[test]
    fn a_package_outside_states_what_the_workspace_states() {
        let good = "[package]\nversion = \"0.1.0\"\n[dependencies]\n\
            oddsift = { path = \"../crates/facade\", version = \"0.1.0\" }\ncsv = \"1.4\"\n";
        let root = parse(ROOT).unwrap();
        let found = |text: &str| check_outside(&parse(text).unwrap(), &root);
        assert_eq!(found(good), Vec::<String>::new());
        for (place, named) in [(0, "package.version"), (1, "dependencies.oddsift")] {
            let (at, old) = good.match_indices("0.1.0").nth(place).unwrap();
            let changed = format!("{}0.2.0{}", &good[..at], &good[at + old.len()..]);
            let breaches = found(&changed);
            assert!(breaches.len() == 1 && breaches[0].contains(named), "{breaches:?}");
        }
    }

    #[test]
    fn a_crate_of_ours_at_another_version_fails() {
        let root =
            ROOT.replace("timespan\", version = \"0.1.0\"", "timespan\", version = \"0.2.0\"");
        assert_eq!(check_workspace(&parse(&root).unwrap()).len(), 1);
    }
}
