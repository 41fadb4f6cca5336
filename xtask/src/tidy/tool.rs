//! The tool is arguments, wording and output: what it does with rows is in the pipeline.

/// The modules of the facade that the tool uses.
const ALLOWED: [&str; 3] = ["pipeline", "plot", "records"];

/// Files that may name more, with the reason.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    // It finds the flag that mends an error by the error's variant.
    ("remedy.rs", &["auditd", "features", "stl", "timeseries", "timespan"]),
];

/// Crates that are no business of the tool.
const FOREIGN: [&str; 3] = ["ndarray", "rayon", "csv"];

/// What is wrong with a source file of the tool: an algorithm or an array that it names, or a loop over
/// batches.
pub(crate) fn check(path: &str, text: &str) -> Vec<String> {
    let file = path.rsplit('/').next().unwrap_or(path);
    let more = EXCEPTIONS.iter().find(|(name, _)| *name == file).map_or(&[][..], |(_, more)| more);
    let is_allowed = |name: &str| ALLOWED.contains(&name) || more.contains(&name);
    let mut breaches = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        let mut complain = |what: String| breaches.push(format!("{path}:{number}: {what}"));
        for name in modules(line).filter(|name| !is_allowed(name)) {
            complain(format!("the tool uses oddsift::{name}; take it from the pipeline"));
        }
        for name in FOREIGN.iter().filter(|name| line.contains(&format!("{name}::"))) {
            complain(format!("the tool uses {name}; that belongs to the pipeline"));
        }
        if line.contains("next_batch") {
            complain("the tool reads batches; a verb is a fold of the pipeline".to_owned());
        }
    }
    breaches
}

/// The modules of the facade that a line names, in a path or in a list of imports.
fn modules(line: &str) -> impl Iterator<Item = &str> {
    let name =
        |text: &str| text.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(text.len());
    line.split("oddsift::")
        .skip(1)
        .flat_map(move |rest| {
            let list = rest.strip_prefix('{').and_then(|list| list.split_once('}'));
            match list {
                // Of a list only the names that are modules, in lower case.
                Some((list, _)) => list
                    .split(',')
                    .map(str::trim)
                    .map(|item| &item[..name(item)])
                    .filter(|item| item.starts_with(|c: char| c.is_ascii_lowercase()))
                    .collect::<Vec<_>>(),
                None => vec![&rest[..name(rest)]],
            }
        })
        .filter(|name| !name.is_empty() && *name != "self")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_arrays_and_batches_are_found() {
        let text = "use oddsift::dbscan::Dbscan;\nuse oddsift::{records, stl};\nuse ndarray::Array2;\n\
                    while rows.next_batch(&mut batch)? {}\n";
        let breaches = check("crates/cli/src/verbs/new.rs", text);
        assert_eq!(breaches.len(), 4, "{breaches:?}");
        assert!(breaches[0].starts_with("crates/cli/src/verbs/new.rs:1: "));
    }

    #[test]
    fn the_pipeline_its_output_and_exceptions_are_allowed() {
        let text = "use oddsift::pipeline::{self, Input};\nuse oddsift::plot::Labels;\nuse oddsift::records;";
        assert!(check("crates/cli/src/verbs/new.rs", text).is_empty());
        assert!(check("crates/cli/src/remedy.rs", "use oddsift::{features, stl};").is_empty());
    }
}
