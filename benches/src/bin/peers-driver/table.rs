//! The table of all runs.

use crate::algorithm::{Algorithm, Set};
use crate::child::End;
use crate::data::Data;
use crate::measure::{Measured, Outcome, PATIENCE};
use crate::peer::Peer;

/// A step of one peer on one set.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    pub(crate) set: &'static Set,
    /// Fewer than the set's own where the peer did not finish these.
    pub(crate) data: Data,
    pub(crate) step: &'static str,
    pub(crate) peer: Peer,
    pub(crate) threads: usize,
    pub(crate) outcome: Result<Measured, End>,
    /// Seconds of ours on the same data and as many threads.
    pub(crate) ours: Option<f64>,
    /// How the peer's result compares to the reference.
    pub(crate) sameness: Option<String>,
}

impl Row {
    pub(crate) fn seconds(&self) -> Option<f64> {
        self.outcome.as_ref().ok().map(|measured| measured.seconds)
    }

    pub(crate) fn memory(&self) -> Option<u64> {
        self.outcome.as_ref().ok()?.memory
    }

    /// How many times as long as ours it takes.
    pub(crate) fn ratio(&self) -> Option<f64> {
        Some(self.seconds()? / self.ours?)
    }

    fn cells(&self) -> [String; 7] {
        let unknown = || "-".to_owned();
        [
            self.set.title(self.data),
            self.peer.title.to_owned(),
            self.threads.to_string(),
            outcome(&self.outcome),
            self.ratio().map_or_else(unknown, |ratio| format!("{}x", figures(ratio))),
            self.memory().map_or_else(unknown, bytes),
            self.sameness.clone().unwrap_or_else(unknown),
        ]
    }
}

const HEADER: [&str; 6] =
    ["data", "peer", "threads", "seconds", "to ours", "peak memory above idle"];

/// Markdown that can be read as plain text: a table for each step, the last with the results.
pub(crate) fn render(algorithm: &Algorithm, rows: &[Row]) -> String {
    let tables = algorithm.steps.iter().map(|&step| {
        let is_last = algorithm.steps.last() == Some(&step);
        let mut header = HEADER.to_vec();
        header.extend(is_last.then_some(algorithm.results));
        let of_step = rows.iter().filter(|row| row.step == step);
        let cells: Vec<Vec<String>> =
            of_step.map(|row| row.cells()[..header.len()].to_vec()).collect();
        let title = match algorithm.steps {
            [_] => String::new(),
            _ => format!("To {step}:\n\n"),
        };
        title + &markdown(&header, &cells, &[2, 3, 4, 5])
    });
    tables.collect::<Vec<_>>().join("\n")
}

/// What came of all steps of a peer.
pub(crate) fn outcomes(outcomes: &Outcome) -> String {
    match outcomes {
        Ok(all) => all.iter().map(measured).collect::<Vec<_>>().join(", then "),
        Err(end) => why(end),
    }
}

fn outcome(outcome: &Result<Measured, End>) -> String {
    outcome.as_ref().map_or_else(why, measured)
}

/// Seconds and, where they are few, from how many timed runs.
fn measured(Measured { seconds, n_timed, .. }: &Measured) -> String {
    match n_timed {
        ..5 => format!("{} ({n_timed} timed)", figures(*seconds)),
        _ => figures(*seconds),
    }
}

/// Why there are no seconds.
fn why(end: &End) -> String {
    match end {
        End::TimedOut => format!("> {} s", PATIENCE.as_secs()),
        End::OutOfMemory => "out of memory".to_owned(),
        End::Failed(why) => format!("failed: {why}"),
    }
}

/// A table with columns of even width, those in `right` aligned there.
pub(crate) fn markdown(header: &[&str], rows: &[Vec<String>], right: &[usize]) -> String {
    let header: Vec<String> = header.iter().map(|&cell| cell.to_owned()).collect();
    let width = |column: usize| {
        let cells = rows.iter().chain([&header]).map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(3)
    };
    let line = |row: &Vec<String>| {
        let padded = row.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if right.contains(&column) {
                format!(" {cell:>width$} ")
            } else {
                format!(" {cell:<width$} ")
            }
        });
        format!("|{}|\n", padded.collect::<Vec<_>>().join("|"))
    };
    let rule = (0..header.len()).map(|column| {
        let dashes = "-".repeat(width(column));
        if right.contains(&column) { format!(" {dashes}:") } else { format!(" {dashes} ") }
    });
    let rule = format!("|{}|\n", rule.collect::<Vec<_>>().join("|"));
    line(&header) + &rule + &rows.iter().map(line).collect::<String>()
}

/// Three figures of a positive number, and no more digits than it has before the point.
pub(crate) fn figures(value: f64) -> String {
    let digits = |rounded: f64| match rounded {
        100.0.. => 0,
        10.0.. => 1,
        1.0.. => 2,
        0.1.. => 3,
        0.01.. => 4,
        0.001.. => 5,
        _ => 6,
    };
    let text = format!("{value:.*}", digits(value));
    // 9.999 becomes 10.00, which has one digit too many.
    let rounded = text.parse().unwrap_or(value);
    format!("{value:.*}", digits(rounded))
}

pub(crate) fn bytes(bytes: u64) -> String {
    let mib = bytes as f64 / f64::from(1 << 20);
    if mib >= 1024.0 { format!("{} GiB", figures(mib / 1024.0)) } else { format!("{mib:.1} MiB") }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::dbscan::{DBSCAN, LINFA};

    /// A finished run.
    pub(crate) fn row(set: &str, peer: Peer, threads: usize, seconds: f64, ours: f64) -> Row {
        let set = DBSCAN.set(set).unwrap();
        let outcome = Ok(Measured { seconds, n_timed: 5, memory: Some(3 << 20) });
        let (data, ours) = (set.data, Some(ours));
        Row { set, data, step: "fit", peer, threads, outcome, ours, sameness: None }
    }

    #[test]
    fn a_row_tells_what_came_of_a_run() {
        let mut row = row("noise", LINFA, 1, 0.2654, 0.061);
        row.sameness = Some("equal".to_owned());
        let cells = row.cells().join("; ");
        assert!(cells.ends_with("linfa-clustering; 1; 0.265; 4.35x; 3.0 MiB; equal"), "{cells}");
        row.outcome = Err(End::TimedOut);
        assert_eq!(row.cells()[3..6].join("; "), "> 120 s; -; -");
    }

    #[test]
    fn few_runs_are_said() {
        let mut row = row("noise", LINFA, 1, 21.74, 1.0);
        row.outcome.as_mut().unwrap().n_timed = 1;
        assert_eq!(row.cells()[3], "21.7 (1 timed)");
    }

    #[test]
    fn each_step_has_its_table() {
        let fit = row("noise", LINFA, 1, 1.0, 1.0);
        let score = Row { step: "score", sameness: Some("0.9".to_owned()), ..fit.clone() };
        let algorithm = Algorithm { steps: &["fit", "score"], ..DBSCAN };
        let text = render(&algorithm, &[fit, score]);
        let (fits, scores) = text.split_once("\nTo score:\n").unwrap();
        assert!(fits.starts_with("To fit:\n") && !fits.contains("labels"), "{fits}");
        assert!(scores.contains("labels") && scores.contains("0.9"), "{scores}");
    }

    #[test]
    fn three_figures_are_kept() {
        let shown: Vec<String> =
            [0.001_299, 0.0999, 0.099_96, 9.999, 12.34, 2410.0].map(figures).to_vec();
        assert_eq!(shown, ["0.00130", "0.0999", "0.100", "10.0", "12.3", "2410"]);
    }

    #[test]
    fn columns_are_even() {
        let table = markdown(&["a", "b"], &[vec!["long".into(), "1".into()]], &[1]);
        assert_eq!(table, "| a    |   b |\n| ---- | ---:|\n| long |   1 |\n");
    }
}
