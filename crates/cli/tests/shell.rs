//! `completions` and `man` with the real binary.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use assert_cmd::Command;

const VERBS: [&str; 14] = [
    "hunt",
    "features",
    "cluster",
    "eps",
    "outliers",
    "score",
    "merge",
    "stack",
    "series",
    "periods",
    "auditd",
    "report",
    "completions",
    "man",
];

fn oddsift() -> Command {
    Command::cargo_bin("oddsift").unwrap()
}

#[test]
fn every_shell_completes_verbs_flags_and_values() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = oddsift().args(["completions", shell]).assert().success();
        let script = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        for word in VERBS.into_iter().chain(["min-samples"]) {
            assert!(script.contains(word), "{shell}: {word}");
        }
        // The others do not complete values.
        let has_values = ["bash", "zsh", "fish"].contains(&shell);
        assert_eq!(script.contains("exemplars"), has_values, "{shell}");
    }
    oddsift().args(["completions", "dos"]).assert().code(2);
}

#[test]
fn every_verb_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man1");
    oddsift().arg("man").arg(&pages).assert().success();
    for verb in VERBS {
        let page = std::fs::read_to_string(pages.join(format!("oddsift-{verb}.1"))).unwrap();
        assert!(page.starts_with(".ie") || page.contains(".TH"), "{verb}");
    }
    assert!(pages.join("oddsift.1").exists());
    let file = folder.path().join("file");
    std::fs::write(&file, "").unwrap();
    oddsift().arg("man").arg(&file).assert().code(3);
}

#[test]
fn every_verb_helps_with_examples() {
    for verb in VERBS {
        let output = oddsift().args([verb, "--help"]).assert().success();
        let help = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        assert!(help.contains(&format!("oddsift {verb}")), "{verb}");
        assert!(help.contains("Examples:"), "{verb}");
    }
}

#[test]
fn help_is_true_of_the_verb() {
    let help = |verb| {
        let output = oddsift().args([verb, "--help"]).assert().success();
        let help = String::from_utf8(output.get_output().stdout.clone()).unwrap();
        help.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let axes = "The two features on the axes; without, ";
    assert!(help("cluster").contains(&format!("{axes}HTML has a choice")));
    assert!(help("outliers").contains(&format!("{axes}all pairs of the four")));
    let report = help("report");
    assert!(report.contains(&format!("{axes}there is a choice")) && !report.contains("SVG"));
    for flag in ["--raw", "--color", "--plot ", "--emit", "--save-model"] {
        assert!(!report.contains(flag), "{flag}");
    }
}
