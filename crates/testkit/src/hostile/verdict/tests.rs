use std::time::Duration;

use super::super::index::Parameters;
use super::*;

const INPUT: Input = Input::Rows { n_rows: 2, n_bytes: 100 };

fn ended(code: i32, stderr: &str) -> Ended {
    Ended {
        code: Some(code),
        signal: None,
        timed_out: false,
        stdout: Judged::default(),
        stderr: stderr.to_owned(),
        peak_memory: 1 << 20,
        time: Duration::from_secs(1),
        cpu_time: Duration::from_secs(1),
        n_fed: 0,
    }
}

/// The verdict on a run that `change` makes, whose message may hold `FILE`.
fn verdict(kind: &Kind, row: &Row, mut ended: Ended) -> Verdict {
    let limits = Limits::parse(&row.why, &Parameters::default()).unwrap();
    let stage = Stage::set(kind, &INPUT).unwrap();
    ended.stderr = ended.stderr.replace("FILE", &stage.input().display().to_string());
    let case = Case { row, kind, input: &INPUT, limits: &limits, stage: &stage };
    case.judge(&ended).unwrap()
}

fn row(outcome: &str) -> Row {
    Row { outcome: outcome.to_owned(), command: "features {} -t csv".to_owned(), ..Row::default() }
}

#[track_caller]
fn assert_faults(verdict: &Verdict, n_faults: usize) {
    assert_eq!(verdict.faults.len(), n_faults, "{:?}", verdict.faults);
}

#[test]
fn the_outcome_is_the_one_that_the_status_tells() {
    let either = row("accept|reject");
    assert_eq!(verdict(&Kind::Plain, &either, ended(0, "")).outcome, "accept");
    assert_eq!(verdict(&Kind::Plain, &either, ended(3, "FILE: no\n")).outcome, "reject");
    assert_faults(&verdict(&Kind::Plain, &either, ended(2, "FILE: no\n")), 1);
    assert_faults(&verdict(&Kind::Plain, &row("accept"), ended(3, "FILE: no\n")), 1);
}

#[test]
fn a_rejection_is_one_line_that_begins_with_the_place() {
    let mut row = row("reject");
    for (stderr, n_faults) in [("FILE:1: x\n", 0), ("x: FILE: y\n", 1), ("", 1), ("FILE:\ny\n", 1)]
    {
        assert_faults(&verdict(&Kind::Plain, &row, ended(3, stderr)), n_faults);
    }
    row.named_line = "2".to_owned();
    assert_faults(&verdict(&Kind::Plain, &row, ended(3, "FILE:1: x\n")), 1);
    // Words that no name of a temporary folder holds.
    row.stderr_has = "is expected && NOT is there".to_owned();
    assert_faults(&verdict(&Kind::Plain, &row, ended(3, "FILE:2: is there\n")), 2);
}

#[test]
fn a_rejected_run_has_no_output() {
    let mut ended = ended(3, "FILE: x\n");
    ended.stdout.n_bytes = 1;
    assert_faults(&verdict(&Kind::Plain, &row("reject"), ended), 1);
}

#[test]
fn a_run_cut_short_has_no_outcome() {
    let mut killed = ended(0, "");
    (killed.code, killed.signal, killed.timed_out) = (None, Some(9), true);
    killed.peak_memory = 1 << 30;
    let killed = verdict(&Kind::Plain, &row("accept"), killed);
    assert!(killed.faults[0].starts_with("killed after 1 s"));
    assert_faults(&killed, 2);
    let mut crashed = ended(0, "");
    (crashed.code, crashed.signal) = (None, Some(11));
    assert!(verdict(&Kind::Plain, &row("accept"), crashed).faults[0].contains("signal 11"));
}

#[test]
fn a_closed_pipe_may_end_a_run_whose_reader_is_gone() {
    let mut by_signal = ended(0, "");
    (by_signal.code, by_signal.signal, by_signal.stdout.n_bytes) = (None, Some(SIGPIPE), 9);
    assert_faults(&verdict(&Kind::ReaderGone, &row("accept"), by_signal), 0);
    let mut by_status = ended(CLOSED_PIPE, "");
    by_status.stdout.n_bytes = 9;
    assert_faults(&verdict(&Kind::ReaderGone, &row("accept"), by_status), 0);
    assert_faults(&verdict(&Kind::ReaderGone, &row("accept"), ended(0, "")), 1);
    assert_faults(&verdict(&Kind::Plain, &row("accept"), ended(CLOSED_PIPE, "")), 1);
}

#[test]
fn rows_and_faults_of_the_output_count() {
    let mut row = row("accept");
    row.rows = "2".to_owned();
    let mut ended = ended(0, "");
    ended.stdout.n_rows = 1;
    ended.stdout.faults = vec!["x".to_owned()];
    assert_faults(&verdict(&Kind::Plain, &row, ended), 2);
}

#[test]
fn memory_is_held_against_the_limit_and_messages_against_theirs() {
    let mut large = ended(0, "");
    large.peak_memory = 257 << 20;
    assert_faults(&verdict(&Kind::Plain, &row("accept"), large), 1);
    let long = ended(0, &"x".repeat(1001));
    assert_faults(&verdict(&Kind::Plain, &row("accept"), long), 1);
    assert_faults(&verdict(&Kind::Plain, &row("accept"), ended(0, "a\u{1b}[m\n")), 1);
    assert_faults(&verdict(&Kind::Plain, &row("accept"), ended(0, "thread panicked\n")), 1);
}

#[test]
fn a_full_device_is_named_and_no_success() {
    let full = Kind::OutputFull("/dev/full".to_owned());
    assert_faults(&verdict(&full, &row("reject"), ended(1, "<stdout>: no space\n")), 0);
    assert_faults(&verdict(&full, &row("reject"), ended(1, "no space\n")), 1);
    assert_faults(&verdict(&full, &row("reject"), ended(0, "")), 1);
}

#[test]
fn a_bad_output_path_is_bad_usage_or_bad_data() {
    for (code, stderr) in [(2, "oddsift: FILE is the input\n"), (3, "FILE: is the input\n")] {
        assert_faults(&verdict(&Kind::OutputIsInput, &row("reject"), ended(code, stderr)), 0);
    }
    assert_faults(&verdict(&Kind::OutputIsInput, &row("reject"), ended(3, "x: FILE: y\n")), 1);
}
