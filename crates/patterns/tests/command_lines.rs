//! The laws of templates on real command lines.

use std::collections::BTreeMap;
use std::path::Path;

use oddsift_patterns::{Part, TemplateState};

/// Command lines by process, and by number of words.
fn groups() -> Vec<Vec<String>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/processes_on_host.csv");
    let mut reader = csv::Reader::from_path(path).expect("the test data is there");
    let header = reader.headers().expect("a header").clone();
    let column = |name| header.iter().position(|column| column == name).expect("a column");
    let (line, process) = (column("CommandLine"), column("NewProcessName"));
    let mut groups: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in reader.records().map(|record| record.expect("a record")) {
        let text = record[line].to_owned();
        let n_words = text.split_whitespace().count().to_string();
        let name = record[process].rsplit('\\').next().unwrap_or_default().to_lowercase();
        for key in [name, n_words] {
            groups.entry(key).or_default().push(text.clone());
        }
    }
    groups.into_values().collect()
}

fn state_of<'a>(texts: impl IntoIterator<Item = &'a String>) -> TemplateState {
    let mut texts = texts.into_iter();
    let mut state = TemplateState::new(texts.next().expect("a text"));
    texts.for_each(|text| state.add(text));
    state
}

#[test]
fn templates_of_real_command_lines_keep_the_laws() {
    let groups = groups();
    assert!(groups.len() > 10, "no command lines");
    for texts in groups {
        let state = state_of(&texts);
        assert_eq!(state_of(texts.iter().rev()), state);
        let template = state.template();
        let words: Vec<_> = texts.iter().map(|text| template.captures(text).unwrap()).collect();
        let masks = template.parts().filter(|part| !matches!(part, Part::Literal(_)));
        for (i, mask) in masks.enumerate() {
            let in_vain = words.iter().all(|found| found[i] == words[0][i]);
            assert!(!in_vain, "{template} {mask:?}");
        }
    }
}

#[test]
fn real_groups_have_telling_templates() {
    let templates: Vec<String> =
        groups().iter().map(|texts| state_of(texts).template().to_string()).collect();
    for expected in [
        "net  *",
        r"C:\Windows\system32\net1*",
        r"C:\Windows\*\wbem\wmiprvse.exe *-Embedding",
        r"C:\Windows\system32\wermgr.exe -upload",
    ] {
        assert!(templates.iter().any(|t| t == expected), "{expected} is not in {templates:#?}");
    }
}
