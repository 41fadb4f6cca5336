//! How often a step is timed, and what comes of it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::child::{End, Runner};

/// When a step is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What a process told of one of its steps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Measured {
    /// The median of the timed runs.
    pub(crate) seconds: f64,
    pub(crate) n_timed: usize,
    /// Bytes above idle at the peak of its first run; later ones find memory that is held already.
    pub(crate) memory: Option<u64>,
}

/// One of each step.
pub(crate) type Outcome = Result<Vec<Measured>, End>;

/// Starts a process, has it run the steps in their order, its result written to a file, and then
/// each step again as often as its speed allows.
pub(crate) fn measure(
    command: &mut Command,
    steps: &[&str],
    result: Option<&Path>,
    quick: bool,
) -> Outcome {
    let mut runner = Runner::start(command)?;
    runner.answer(PATIENCE)?;
    let first = steps.iter().map(|step| run(&mut runner, step));
    let first = first.collect::<Result<Vec<_>, End>>()?;
    if let Some(path) = result {
        runner.ask(&format!("save {}", path.display()), PATIENCE)?;
    }
    let again = steps.iter().zip(first).map(|(step, (warm_up, memory))| {
        let timed = (0..n_timed(warm_up, quick)).map(|_| Ok(run(&mut runner, step)?.0));
        let mut timed = timed.collect::<Result<Vec<_>, End>>()?;
        if timed.is_empty() {
            timed.push(warm_up);
        }
        Ok(Measured { n_timed: timed.len(), seconds: median(timed), memory })
    });
    again.collect()
}

/// Seconds, and bytes where they are known.
fn run(runner: &mut Runner, step: &str) -> Result<(f64, Option<u64>), End> {
    let answer = runner.ask(step, PATIENCE)?;
    let unknown = || End::Failed(format!("`{answer}` is no answer to `{step}`"));
    let words: Vec<&str> = answer.split(' ').collect();
    match words[..] {
        [word, seconds, bytes] if word == step => {
            Ok((seconds.parse().map_err(|_| unknown())?, bytes.parse().ok()))
        }
        _ => Err(unknown()),
    }
}

/// How many runs to time after the first, which warms up; after a slow one none.
fn n_timed(warm_up: f64, quick: bool) -> usize {
    match warm_up {
        _ if quick => 1,
        ..0.1 => 21,
        ..5.0 => 5,
        ..12.0 => 3,
        ..30.0 => 1,
        _ => 0,
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 {
        values[middle]
    } else {
        f64::midpoint(values[middle - 1], values[middle])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Its first step takes 11, 12, .. seconds, and any other 40.
    const PROGRAM: &str = "echo ready; n=0; while read -r word file; do case $word in \
        fit) n=$((n + 1)); echo fit $((10 + n)) $((n * 100));; \
        save) echo result > \"$file\"; echo save;; \
        *) echo $word 40 -;; esac; done";

    #[test]
    fn the_first_run_warms_up_and_tells_the_memory() {
        let file = std::env::temp_dir().join(format!("peers-result-{}", std::process::id()));
        let mut command = Command::new("sh");
        let command = command.args(["-c", PROGRAM]);
        let measured = measure(command, &["fit", "score"], Some(&file), false).unwrap();
        let fit = Measured { seconds: 13.0, n_timed: 3, memory: Some(100) };
        let score = Measured { seconds: 40.0, n_timed: 1, memory: None };
        assert_eq!(measured, [fit, score]);
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "result\n");
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn an_answer_that_is_none_is_a_failure() {
        for answer in ["fit x", "fit x 1", "score 1 1"] {
            let mut command = Command::new("sh");
            let program = format!("echo ready; echo {answer}; read x");
            let told = measure(command.args(["-c", &program]), &["fit"], None, true);
            assert!(matches!(told, Err(End::Failed(_))), "{answer}");
        }
    }

    #[test]
    fn medians_of_both_parities() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < 1e-12);
    }
}
