//! How often a fit is timed, and what comes of it.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use super::child::{End, Fitter};

/// When a fit is given up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What a process told of its fits.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Measured {
    /// The median of the timed fits.
    pub(crate) seconds: f64,
    pub(crate) n_fits: usize,
    /// Bytes above idle at the peak of its first fit; later ones find memory that is held already.
    pub(crate) memory: Option<u64>,
    /// Of the package, as far as it tells.
    pub(crate) version: String,
}

/// Starts a process, has it fit as often as its speed allows, and its labels written to a file.
pub(crate) fn measure(
    command: &mut Command,
    labels: Option<&Path>,
    quick: bool,
) -> Result<Measured, End> {
    let mut fitter = Fitter::start(command)?;
    let ready = fitter.answer(PATIENCE)?;
    let version = ready.strip_prefix("ready").unwrap_or_default().trim().to_owned();
    let (warm_up, memory) = fit(&mut fitter)?;
    if let Some(path) = labels {
        fitter.ask(&format!("labels {}", path.display()), PATIENCE)?;
    }
    let mut timed = Vec::new();
    for _ in 0..n_timed(warm_up, quick) {
        timed.push(fit(&mut fitter)?.0);
    }
    if timed.is_empty() {
        timed.push(warm_up);
    }
    Ok(Measured { n_fits: timed.len(), seconds: median(timed), memory, version })
}

/// Seconds, and bytes where they are known.
fn fit(fitter: &mut Fitter) -> Result<(f64, Option<u64>), End> {
    let answer = fitter.ask("fit", PATIENCE)?;
    let unknown = || End::Failed(format!("`{answer}` is no answer to `fit`"));
    let words: Vec<&str> = answer.split(' ').collect();
    let ["fit", seconds, bytes] = words[..] else { return Err(unknown()) };
    Ok((seconds.parse().map_err(|_| unknown())?, bytes.parse().ok()))
}

/// How many fits to time after the first, which warms up; after a slow one none.
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

    const PROGRAM: &str = "echo ready 1.2; n=0; while read -r word file; do case $word in \
        fit) n=$((n + 1)); echo fit $((10 + n)) $((n * 100));; *) echo labels > \"$file\"; echo labels;; esac; done";

    #[test]
    fn the_first_fit_warms_up_and_tells_the_memory() {
        let file = std::env::temp_dir().join(format!("peers-labels-{}", std::process::id()));
        let measured =
            measure(Command::new("sh").args(["-c", PROGRAM]), Some(&file), false).unwrap();
        let version = "1.2".to_owned();
        assert_eq!(measured, Measured { seconds: 13.0, n_fits: 3, memory: Some(100), version });
        std::fs::remove_file(file).unwrap();
    }

    #[test]
    fn an_answer_that_is_none_is_a_failure() {
        let told =
            measure(Command::new("sh").args(["-c", "echo ready; echo fit x; read x"]), None, true);
        assert!(matches!(told, Err(End::Failed(_))));
    }

    #[test]
    fn medians_of_both_parities() {
        assert!((median(vec![3.0, 1.0, 2.0]) - 2.0).abs() < 1e-12);
        assert!((median(vec![4.0, 1.0]) - 2.5).abs() < 1e-12);
    }
}
