//! Shell scripts stand for two builds of the tool: `tests/tool.sh` says what each of them does.
#![cfg(unix)]

use super::*;

const CONTROL: &str = "badinput/csv/00_control.csv";

fn binary(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/compare/tests").join(name)
}

/// What is told of a case, and whether it counts as one that differs.
fn told(line: &str, names: [&str; 2]) -> (String, usize) {
    let case = Case::parse(line.to_owned()).unwrap();
    let [old, new] = names.map(binary);
    let mut told = String::new();
    let n_differ = compare(&[case], &Inputs::new(), [&old, &new], |text| {
        told += text;
        Ok(())
    });
    (told, n_differ.unwrap())
}

#[track_caller]
fn assert_differs(line: &str, differences: &str) {
    let (text, n_differ) = told(line, ["old.sh", "new.sh"]);
    assert_eq!(text, format!("{line}\n{differences}"));
    assert_eq!(n_differ, 1);
}

#[test]
fn equal_runs_are_not_told_of() {
    let all = ["same", "stdout", "stderr", "status", "signal", "file", "extra", "input x"];
    for line in all {
        assert_eq!(told(line, ["old.sh", "old.sh"]), (String::new(), 0), "{line}");
    }
    let line = format!("SETTING=1 same < {CONTROL} ; same");
    assert_eq!(told(&line, ["old.sh", "new.sh"]), (String::new(), 0));
}

#[test]
fn each_stream_counts() {
    assert_differs("stdout", "  stdout, line 2:\n  - old\n  + new\n");
    assert_differs("stderr", "  stderr, line 1:\n  - old\n  + new\n");
}

#[test]
fn statuses_and_signals_count() {
    let before = "  status, line 1:\n  - exit status: 0\n";
    assert_differs("status", &format!("{before}  + exit status: 1\n"));
    assert_differs("signal", &format!("{before}  + signal: 9 (SIGKILL)\n"));
}

#[test]
fn files_count_by_content_and_by_being_there() {
    assert_differs("file", "  file folder/out.txt, line 1:\n  - old\n  + new\n");
    assert_differs("extra", "  file extra.txt: the new binary alone has it\n");
}

#[test]
fn a_changed_input_counts() {
    let (text, _) = told(&format!("input {CONTROL}"), ["old.sh", "new.sh"]);
    assert!(text.contains("  file badinput/csv/00_control.csv, line 1:\n  - TimeCreatedUtc,"));
    assert!(text.contains("  + changed\n"), "{text}");
}

#[test]
fn every_command_of_a_case_counts() {
    assert_differs("same ; stderr", "  stderr of command 2, line 1:\n  - old\n  + new\n");
}

#[test]
fn inputs_come_through_standard_input() {
    let case = Case::parse(format!("SETTING=on same < {CONTROL}")).unwrap();
    let inputs = Inputs::new();
    let record = Runner::new(&inputs).unwrap().run(&case, &binary("old.sh")).unwrap();
    let stdout = String::from_utf8(record["stdout"].clone()).unwrap();
    assert!(stdout.starts_with("TimeCreatedUtc,") && stdout.contains("\non\n"), "{stdout}");
    assert_eq!(record["status"], b"exit status: 3\n");
    assert_eq!(record["file out.txt"], b"text\n");
}

#[test]
fn cases_are_selected_by_their_text() {
    let cases = || ["features a", "cluster a"].map(|it| Case::parse(it.to_owned()).unwrap()).into();
    assert_eq!(select(cases(), None).unwrap().len(), 2);
    assert_eq!(select(cases(), Some("cluster")).unwrap()[0].line, "cluster a");
    assert!(select(cases(), Some("missing")).is_err());
}

#[test]
fn a_binary_that_is_not_there_is_an_error() {
    let [old, missing] = ["old.sh", "missing"].map(binary);
    let compared = compare(&[], &Inputs::new(), [&old, &missing], |_| Ok(()));
    assert!(compared.unwrap_err().to_string().contains("missing"));
}
